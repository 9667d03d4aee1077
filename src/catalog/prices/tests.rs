use genai_prices::Calculator;

use super::book::BUNDLED;
use super::*;

/// 2026-11-20, 12:00 UTC.
const NOON: Stamp = Stamp(1_795_176_000_000_000);
const HOUR: i64 = 3_600_000_000;

fn dollars(amount: f64) -> Usd {
    Usd::from_dollars(amount).unwrap()
}

/// The compiled-in table with these providers loaded.
fn book(price_ids: &[&str]) -> PriceBook {
    let book = PriceBook::bundled();
    for price_id in price_ids {
        book.load(price_id).unwrap();
    }
    book
}

/// Nothing yet, counted by the provider.
fn counted() -> Usage {
    Usage { source: Source::Provider, ..Usage::default() }
}

/// Input, cache read, cache write, cache write for an hour, output.
fn tokens(input: u64, parts: [u64; 3], output: u64) -> Usage {
    let [cache_read, cache_write, cache_write_1h] = parts;
    Usage { input, cache_read, cache_write, cache_write_1h, output, ..counted() }
}

mod own_prices {
    use super::*;

    const PRICES: UnitPrices = UnitPrices {
        cache_read: Some(Usd::from_pico(300_000_000_000)),
        cache_write: Some(Usd::from_pico(3_750_000_000_000)),
        ..UnitPrices::new(Usd::from_pico(3_000_000_000_000), Usd::from_pico(15_000_000_000_000))
    };

    #[test]
    fn each_kind_of_token_has_its_price() {
        // 600 × $3 + 200 × $0.30 + 200 × $3.75 + 50 × $15, each per million.
        assert_eq!(price(&tokens(1000, [200, 150, 50], 50), &PRICES), Some(Usd::from_pico(3_360_000_000)));
        let plain = UnitPrices { cache_read: None, cache_write: None, ..PRICES };
        assert_eq!(price(&tokens(1000, [200, 150, 50], 50), &plain), Some(Usd::from_pico(3_750_000_000)));
    }

    #[test]
    fn whatever_is_charged_beside_has_its_price() {
        let dollars = |it: i64| Some(Usd::from_pico(it * 1_000_000_000_000));
        let prices = UnitPrices {
            cache_write_1h: dollars(6),
            reasoning: dollars(20),
            input_audio: dollars(10),
            output_audio: dollars(30),
            request: Some(Usd::from_pico(5_000_000_000)),
            search: Some(Usd::from_pico(10_000_000_000)),
            ..PRICES
        };
        let usage = Usage {
            input_audio: 100,
            reasoning: 20,
            output_audio: 10,
            web_searches: 2,
            ..tokens(1000, [200, 150, 50], 50)
        };
        // 500 × $3 + 100 × $10 + 200 × $0.30 + 150 × $3.75 + 50 × $6, then 20 × $15 + 20 × $20 + 10 × $30, each per
        // million; $0.005 for the request and $0.01 for each search.
        let tokens = 1_500 + 1_000 + 60 + 562 + 300 + 300 + 400 + 300;
        assert_eq!(price(&usage, &prices), Some(Usd::from_pico(tokens * 1_000_000 + 500_000 + 25_000_000_000)));
    }

    #[test]
    fn half_a_pico_dollar_is_rounded_up_once() {
        let each = UnitPrices { input: Usd::from_pico(500_000), output: Usd::from_pico(499_999), ..PRICES };
        assert_eq!(price(&tokens(1, [0; 3], 0), &each), Some(Usd::from_pico(1)));
        assert_eq!(price(&tokens(0, [0; 3], 1), &each), Some(Usd::ZERO));
        // Rounded each for itself these would be two.
        assert_eq!(price(&tokens(1, [0; 3], 1), &each), Some(Usd::from_pico(1)));
    }

    #[test]
    fn absurd_counts_neither_panic_nor_wrap() {
        assert_eq!(price(&tokens(u64::MAX, [0; 3], u64::MAX), &PRICES), None);
        assert_eq!(price(&tokens(5, [u64::MAX, u64::MAX, u64::MAX], 0), &PRICES), None);
        assert_eq!(price(&tokens(0, [0; 3], 0), &PRICES), Some(Usd::ZERO));
    }

    #[test]
    fn parts_that_exceed_their_whole_are_charged_as_parts() {
        // The provider says 100 in, of which 400 cached: 400 cache reads is the least that can be meant.
        assert_eq!(price(&tokens(100, [400, 0, 0], 0), &PRICES), Some(Usd::from_pico(120_000_000)));
    }
}

mod book {
    use super::*;

    #[track_caller]
    fn check(provider: &str, model: &str, usage: &Usage, at: Stamp, expected: f64) {
        let priced = book(&[provider]).price(provider, model, usage, at);
        let priced = priced.unwrap_or_else(|| panic!("{provider}/{model} has no price"));
        assert_eq!(priced, Priced { usd: dollars(expected), exact: true, version: BUNDLED }, "{provider}/{model}");
    }

    #[test]
    fn the_version_is_the_one_in_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock");
        let (name, version) = BUNDLED.split_once(' ').unwrap();
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")), "update BUNDLED");
        assert_eq!(PriceBook::bundled().version(), BUNDLED);
    }

    #[test]
    fn caches_of_both_lifetimes() {
        // Sonnet 5.5: $2 in, $0.10 read, $2.50 written for 5 min, $4 for 1 h, $10 out.
        let usage = tokens(10_000, [5_000, 2_000, 1_000], 500);
        check("anthropic", "claude-sonnet-5-5", &usage, NOON, 0.004 + 0.0005 + 0.005 + 0.004 + 0.005);
    }

    #[test]
    fn reasoning_is_output_unless_it_has_its_own_price() {
        let usage = Usage { input: 1_000, output: 1_000, reasoning: 600, ..counted() };
        check("openai", "gpt-5.4-mini", &usage, NOON, 0.000_75 + 0.004_5);
        // Sonar deep research: $2 in, $8 out, $3 for reasoning.
        check("perplexity", "sonar-deep-research", &usage, NOON, 0.002 + 400.0 * 8e-6 + 600.0 * 3e-6);
    }

    #[test]
    fn a_long_prompt_pays_the_upper_tier_for_everything() {
        // Sonnet 4.5: above 200,000 prompt tokens $6 in, $0.60 read, $22.50 out.
        check("anthropic", "claude-sonnet-4-5", &tokens(200_000, [100_000, 0, 0], 10), NOON, 0.3 + 0.03 + 0.000_15);
        check(
            "anthropic",
            "claude-sonnet-4-5",
            &tokens(200_001, [100_001, 0, 0], 10),
            NOON,
            0.6 + 0.060_000_6 + 0.000_225,
        );
    }

    #[test]
    fn the_day_and_the_hour_decide() {
        let million = tokens(1_000_000, [0; 3], 0);
        // DeepSeek charges double from 01:00 to 04:00 UTC, and charged other prices in August.
        check("deepseek", "deepseek-v4-flash", &million, NOON, 0.15);
        check("deepseek", "deepseek-v4-flash", &million, Stamp(NOON.0 - 10 * HOUR), 0.3);
        check("deepseek", "deepseek-v4-flash", &million, Stamp(NOON.0 - 92 * 24 * HOUR), 0.22);
        check("deepseek", "deepseek-v4-flash", &million, Stamp(-1), 0.14);
    }

    #[test]
    fn audio_searches_and_requests() {
        // GPT audio: $2.50 text in, $32 audio in, $10 text out, $64 audio out.
        let audio = Usage { input: 300, input_audio: 100, output: 90, output_audio: 40, ..counted() };
        check("openai", "gpt-audio", &audio, NOON, 0.000_5 + 0.003_2 + 0.000_5 + 0.002_56);
        // $10 per thousand searches.
        let searched = Usage { web_searches: 3, ..tokens(1_000, [0; 3], 100) };
        check("anthropic", "claude-sonnet-5-5", &searched, NOON, 0.002 + 0.001 + 0.03);
        // Sonar Pro: $3 in, $15 out, $14 per thousand requests.
        check("perplexity", "sonar-pro", &tokens(1_000, [0; 3], 100), NOON, 0.003 + 0.001_5 + 0.014);
    }

    #[test]
    fn unknown_is_none() {
        let book = book(&["openai", "no-such-provider", "cerebras"]);
        let usage = tokens(10, [0; 3], 10);
        assert_eq!(book.price("openai", "no-such-model-9", &usage, NOON), None);
        assert_eq!(book.price("no-such-provider", "gpt-6-sol", &usage, NOON), None);
        assert_eq!(book.price("openai", "gpt-6-sol", &tokens(u64::MAX, [0; 3], u64::MAX), NOON), None);
        // The table knows this one and lists no amount.
        assert_eq!(book.price("cerebras", "qwen-3-coder-480b", &usage, NOON), None);
    }

    #[test]
    fn a_free_model_costs_nothing_and_says_so() {
        check("openrouter", "openai/gpt-oss-20b:free", &tokens(10, [0; 3], 10), NOON, 0.0);
        check("openai", "gpt-6-sol", &tokens(0, [0; 3], 0), NOON, 0.0);
    }

    #[test]
    fn what_rests_on_an_assumption_is_not_exact() {
        let inexact = |provider, model, usage: &Usage, expected| {
            let priced = book(&[provider]).price(provider, model, usage, NOON).unwrap();
            assert_eq!((priced.usd, priced.exact), (dollars(expected), false), "{usage:?}");
        };
        inexact("openai", "gpt-5.4-mini", &Usage::estimated(1_000, 0), 0.000_75);
        let odd = Usage { suspect: true, ..tokens(1_000, [0; 3], 0) };
        inexact("openai", "gpt-5.4-mini", &odd, 0.000_75);
        inexact("openai", "gpt-5.4-mini", &tokens(100, [1_000, 0, 0], 0), 0.000_075);
        // No price for searches is stated.
        let searched = Usage { web_searches: 1, ..tokens(1_000, [0; 3], 0) };
        inexact("groq", "openai/gpt-oss-20b", &searched, 0.000_075);
        // No price for output is stated.
        inexact("openai", "text-embedding-3-small", &tokens(1_000, [0; 3], 5), 0.000_02);
        let cached_audio = Usage { input_audio: 100, ..tokens(300, [50, 0, 0], 0) };
        inexact("openai", "gpt-audio", &cached_audio, 0.000_5 + 0.003_2);
    }

    #[test]
    fn a_table_that_is_none_is_refused() {
        for text in ["", "{}", "[{\"id\": 1}]"] {
            assert!(PriceBook::from_json(text.to_owned(), "test").is_err(), "{text}");
        }
    }

    #[test]
    fn a_provider_that_is_none_is_refused_alone_and_once() {
        let model = r#"{"id": "m", "match": {"equals": "m"}, "prices": {"input_mtok": 1, "output_mtok": 2}}"#;
        let odd = r#"{"id": "m", "match": {"regex": "("}, "prices": {}}"#;
        let text = format!(r#"[{{"id": "odd", "models": [{odd}]}}, {{"id": "shop", "models": [{model}]}}]"#);
        let book = PriceBook::from_json(text, "test").unwrap();
        let usage = tokens(1_000_000, [0; 3], 0);
        assert!(book.load("odd").is_err());
        assert!(book.load("odd").is_ok() && book.holds("odd"));
        assert_eq!(book.price("odd", "m", &usage, NOON), None);
        assert!(!book.holds("shop"));
        assert_eq!(book.price("shop", "m", &usage, NOON), None);
        book.load("shop").unwrap();
        let priced = book.price("shop", "m", &usage, NOON);
        assert_eq!(priced, Some(Priced { usd: dollars(1.0), exact: true, version: "test" }));
    }

    #[test]
    fn a_provider_serves_the_models_of_another() {
        // Google sells Anthropic's models at Anthropic's prices.
        let (usage, model) = (tokens(1_000, [0; 3], 100), "claude-sonnet-5-5");
        let own = book(&["anthropic"]).price("anthropic", model, &usage, NOON);
        assert!(own.is_some());
        assert_eq!(book(&["google"]).price("google", model, &usage, NOON), own);
    }
}

mod tariff {
    use super::*;

    fn provider(local: bool, price_id: Option<&str>) -> Provider {
        Provider {
            local,
            price_id: price_id.map(str::to_owned),
            ..Provider::new("shop".into(), Vec::new(), crate::domain::policy::Auth::None)
        }
    }

    fn own(input: f64, from: Option<Stamp>, ceiling: bool) -> Override {
        let prices = UnitPrices { input: dollars(input), output: dollars(0.0), ..UnitPrices::default() };
        Override { provider: "shop".into(), model: "gpt-5.4-mini".into(), prices, from, ceiling }
    }

    #[track_caller]
    fn check(tariff: Tariff<'_>, shop: &Provider, billing: Billing, expected: Option<(f64, bool, &str)>) {
        let cost = tariff.cost(shop, &"gpt-5.4-mini".into(), billing, &tokens(1_000_000, [0; 3], 0), NOON);
        assert_eq!(
            cost.map(|it| (it.usd, it.exact, it.version)),
            expected.map(|(usd, exact, by)| (dollars(usd), exact, by))
        );
    }

    #[test]
    fn the_first_that_knows_decides() {
        let book = book(&["openai"]);
        let cloud = provider(false, Some("openai"));
        let overrides = [own(9.0, None, false)];
        let all = Tariff { overrides: &overrides, book: Some(&book) };
        check(all, &cloud, Billing::Subscription, Some((0.0, true, FREE)));
        check(all, &cloud, Billing::Free, Some((0.0, true, FREE)));
        check(all, &cloud, Billing::Metered, Some((9.0, true, OWN)));
        check(all, &provider(true, None), Billing::Metered, Some((9.0, true, OWN)));
        let table = Tariff { overrides: &[], book: Some(&book) };
        check(table, &cloud, Billing::Metered, Some((0.75, true, BUNDLED)));
        check(table, &provider(true, None), Billing::Metered, Some((0.0, true, FREE)));
        check(table, &provider(false, None), Billing::Metered, None);
        check(Tariff::default(), &cloud, Billing::Metered, None);
    }

    #[test]
    fn the_latest_price_in_force_decides() {
        let at = |micros| Some(Stamp(NOON.0 + micros));
        let overrides = [own(2.0, at(-2), false), own(5.0, at(1), false), own(3.0, at(0), true), own(1.0, None, false)];
        let shop = provider(false, None);
        let tariff = |count: usize| Tariff { overrides: &overrides[..count], book: None };
        check(tariff(2), &shop, Billing::Metered, Some((2.0, true, OWN)));
        check(tariff(4), &shop, Billing::Metered, Some((3.0, false, OWN)));
        check(Tariff { overrides: &overrides[3..], book: None }, &shop, Billing::Metered, Some((1.0, true, OWN)));
        check(Tariff { overrides: &overrides[1..2], book: None }, &shop, Billing::Metered, None);
    }
}

#[test]
fn the_straight_line_of_a_model_is_the_tables_own_price() {
    let book = book(&["openai", "anthropic", "google"]);
    let mut lines = 0;
    let mut all = 0;
    for provider in Calculator::bundled().providers().filter(|it| book.holds(it.id())) {
        let list = book.list(provider.id()).unwrap();
        for model in provider.models() {
            all += 1;
            lines += u32::from(list.line(model.id(), NOON).is_some());
            for (input, parts, output) in [
                (1, [0, 0, 0], 1),
                (977, [13, 0, 0], 211),
                (12_345, [6_789, 1_000, 55], 4_321),
                (99_999, [90_000, 9_999, 0], 64_000),
                (100_001, [1, 2, 3], 4),
                (250_000, [200_000, 0, 0], 8_000),
            ] {
                let usage = tokens(input, parts, output);
                let table = list.ask(model.id(), &usage, NOON);
                assert_eq!(book.price(provider.id(), model.id(), &usage, NOON), table, "{} {usage:?}", model.id());
            }
        }
    }
    // Otherwise the line would spare nobody anything.
    assert!(all > 50 && lines * 2 > all, "{lines} of {all}");
}

/// The carried table against the one in the crate: every model of every provider, at several times, to the last bit.
#[test]
fn the_carried_table_is_the_crates() {
    let crates = Calculator::bundled();
    let usages = [
        tokens(1, [0; 3], 1),
        tokens(12_345, [6_789, 1_000, 55], 4_321),
        tokens(250_000, [200_000, 0, 0], 8_000),
        Usage { reasoning: 600, web_searches: 3, ..tokens(1_000, [0; 3], 1_000) },
        Usage { input_audio: 100, output_audio: 40, ..tokens(300, [0; 3], 90) },
    ];
    let usages = usages.map(|it| list::units(&Coherent::of(&it)).0);
    let day = 24 * HOUR;
    let times = [NOON, Stamp(NOON.0 - 10 * HOUR), Stamp(NOON.0 - 92 * day), Stamp(NOON.0 - 700 * day), Stamp(-1)];
    let mut compared = 0;
    for provider in crates.providers() {
        let id = provider.id();
        let list = book(&[id]).list(id).unwrap_or_else(|| panic!("{id} is not in the table"));
        // Names as clients write them: other cases, a snapshot's date in both forms, and one that nobody lists.
        let names = provider.models().flat_map(|it| {
            let id = it.id();
            [id.to_owned(), id.to_uppercase(), format!("{id}-20261011"), format!("{id}-2026-10-11")]
        });
        for model in names.chain(["no-such-model".to_owned()]) {
            for (usage, at) in usages.iter().zip(times).chain(usages.iter().zip([NOON; 5])) {
                let bits = |it: list::Total| (it.all.to_bits(), it.output.to_bits());
                let (ours, theirs) = (list.total(&model, usage, at), list::total(crates, id, &model, usage, at));
                assert_eq!(ours.map(bits), theirs.map(bits), "{id}/{model} at {at:?}: {usage:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > 50_000, "{compared}");
}
