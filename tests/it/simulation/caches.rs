//! A recorded hour of conversations over providers that keep prompts: what staying by price comes to, against the best
//! provider of all for the whole hour, and against going wherever the strategy draws.
//!
//! The trace (Mooncake's, 12,031 requests) says of each prompt which blocks of 512 tokens it consists of, so that every simulated
//! provider knows exactly what it has of a prompt. Which conversation a request belongs to is told as a client's session
//! would tell it: it goes on from the longest prompt that it begins with.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use llmroute::domain::ask::{Ask, Needs};
use llmroute::domain::clock::{Moment, Now};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::dice::Dice;
use llmroute::domain::id::RequestId;
use llmroute::domain::money::Usd;
use llmroute::domain::operation::Operation;
use llmroute::domain::policy::{Affinity, Group, Policy};
use llmroute::domain::quirks::{Keeps, PromptCache};
use llmroute::domain::rates::{Rates, Tariff, Tokens};
use llmroute::domain::strategy::Strategy;
use llmroute::domain::target::Target;
use llmroute::domain::usage::Usage;
use llmroute::route::decide;
use llmroute::route::health::{FleetView, RateCard, SeatId};
use llmroute::route::warmth::{Conversations, Told};
use serde::Deserialize;

use crate::house::Plan;

const BLOCK: u64 = 512;
const CACHE: PromptCache = PromptCache { keeps: Keeps::Everything, seconds: 300, least: 1024 };

/// One request of the trace.
#[derive(Debug, Deserialize)]
struct Line {
    /// Milliseconds since the first.
    timestamp: u64,
    input_length: u64,
    output_length: u64,
    hash_ids: Vec<u64>,
}

/// A provider's own cache: what it has of prompts, by the chain of blocks up to each, and until when.
#[derive(Debug, Default)]
struct Cache(HashMap<u64, Moment>);

impl Cache {
    /// Reads a prompt, and keeps it: how many tokens of it were there.
    fn read(&mut self, line: &Line, now: Moment) -> u64 {
        let until = now.plus(Duration::from_secs(CACHE.seconds));
        let mut blocks = 0;
        let mut is_there = true;
        for chain in chains(&line.hash_ids) {
            let kept = self.0.insert(chain, until);
            is_there &= kept.is_some_and(|it| it > now);
            blocks += u64::from(is_there);
        }
        if line.input_length < CACHE.least { 0 } else { (blocks * BLOCK).min(line.input_length) }
    }
}

/// What stands for the blocks up to each, that included.
fn chains(blocks: &[u64]) -> impl Iterator<Item = u64> + '_ {
    blocks.iter().scan(0_u64, |chain, block| {
        *chain = (chain.rotate_left(7) ^ block).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
        Some(*chain)
    })
}

/// The trace with the conversation of each request; `None` where it is not at hand.
fn trace() -> Option<Vec<(u64, Line)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/traces/mooncake_conversation.jsonl.gz");
    let Ok(packed) = std::fs::read(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    let mut ends: HashMap<u64, u64> = HashMap::new();
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line: Line = serde_json::from_str(line).unwrap();
        let chains: Vec<u64> = chains(&line.hash_ids).collect();
        // All of them share their first block, and some the second: that is a system prompt.
        let before = chains.iter().skip(2).rev().find_map(|it| ends.get(it));
        let conversation = before.copied().unwrap_or(at as u64);
        // The last block is not full, and is another one when the prompt has grown.
        if let Some(end) = chains.len().checked_sub(2) {
            ends.insert(chains[end], conversation);
        }
        lines.push((conversation, line));
    }
    assert_eq!(lines.len(), 12_031);
    Some(lines)
}

/// What an hour came to.
#[derive(Debug, Clone, Copy, Default)]
struct Came {
    usd: Usd,
    prompt: u64,
    read: u64,
    /// Of `read`: by conversations that went on before their cache was to end.
    read_in_time: u64,
    moves: u64,
}

impl Came {
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    fn hits(self) -> f64 {
        self.read as f64 / self.prompt as f64
    }
}

fn rates(input: f64, cache_read: f64, output: f64) -> Rates {
    let usd = |it| Usd::from_dollars(it).unwrap();
    let (input, cache_read) = (usd(input), usd(cache_read));
    Rates { input, cache_read, cache_write: input, output: usd(output), dearest: input }
}

fn house(providers: &[Rates], strategy: Strategy, affinity: Affinity) -> (Policy, RateCard) {
    let mut plan = Plan::new();
    plan.quirks.prompt_cache = CACHE;
    for at in 0..providers.len() {
        plan = plan.target(&format!("p{at}"), Dialect::OpenaiChat, "http://127.0.0.1:1", 1.0);
    }
    let (mut policy, _) = plan.policy();
    let group = Arc::make_mut(policy.groups.get_mut("g").unwrap());
    *group = Group { strategy, affinity, ..group.clone() };
    let card = group.targets.iter().zip(providers);
    let tariff = |rates: &Rates| Tariff { tiers: vec![(1_000_000, *rates)], ..Tariff::default() };
    let card = card.map(|(it, rates)| (it.0.clone(), tariff(rates))).collect();
    (policy, RateCard(card))
}

/// Goes through the hour by `strategy`. Estimates of prompts are off by up to a fifth, as they are.
fn hour(lines: &[(u64, Line)], providers: &[Rates], strategy: Strategy, affinity: Affinity) -> Came {
    let (policy, card) = house(providers, strategy, affinity);
    let card = Arc::new(card);
    let mut caches: HashMap<Target, Cache> = HashMap::new();
    let mut known = Conversations::default();
    let mut last: HashMap<u64, Target> = HashMap::new();
    let mut until: HashMap<u64, Moment> = HashMap::new();
    let mut came = Came::default();
    for (at, (conversation, line)) in lines.iter().enumerate() {
        let now = Moment(line.timestamp * 1_000);
        let id = RequestId(at as u64);
        let prompt_tokens = line.input_length * (80 + conversation % 41) / 100;
        let ask = Ask {
            needs: Needs { prompt_tokens, ..Needs::default() },
            conversation: Some(*conversation),
            ..Ask::new(id, Now { mono: now, ..Now::default() }, Dialect::OpenaiChat, Operation::Chat, "g".to_owned())
        };
        let warmth = Some(Arc::new(known.warmth(*conversation)));
        let fleet = FleetView { now, rates: Arc::clone(&card), warmth, ..FleetView::default() };
        let decision = decide(&policy, &ask, &fleet, &mut Dice::of(id, 7));
        let stop = &decision.plan[0];
        let read = caches.entry(stop.target.clone()).or_default().read(line, now);
        let (input, output) = (line.input_length, line.output_length);
        let rates = card.0[&stop.target].at(input).unwrap();
        came.usd += rates.cost(Tokens { input, cache_read: read, cache_write: 0, output });
        came.prompt += input;
        came.read += read;
        let in_time = until.insert(*conversation, now.plus(Duration::from_secs(CACHE.seconds)));
        came.read_in_time += if in_time.is_some_and(|it| it > now) { read } else { 0 };
        came.moves += u64::from(last.insert(*conversation, stop.target.clone()).is_some_and(|it| it != stop.target));
        let usage = Usage { input, cache_read: read, output, ..Usage::default() };
        let told = Told { estimated: prompt_tokens, usage: &usage, cache: CACHE };
        known.learn(*conversation, SeatId::of(&stop.seats[0]), told, now);
    }
    came
}

/// The same with everything at one provider: the best that a fixed choice comes to, and how often its cache is hit.
fn direct(lines: &[(u64, Line)], providers: &[Rates]) -> Came {
    let each = providers.iter().map(|it| hour(lines, &[*it], Strategy::Priority, Affinity::Off));
    each.min_by_key(|it| it.usd).unwrap()
}

/// Fleets, and what is told of them: one model at three providers of one price, or at providers whose prices differ in how
/// much less they ask for what they know again.
fn fleets() -> [(&'static str, Vec<Rates>); 4] {
    [
        ("one price", vec![rates(3.0, 0.3, 15.0); 3]),
        ("the cheapest knows nothing again", vec![rates(1.0, 1.0, 4.0), rates(1.2, 0.12, 5.0), rates(1.1, 0.55, 4.5)]),
        ("the dearest knows most again", vec![rates(1.0, 0.5, 4.0), rates(1.05, 0.1, 4.0), rates(0.9, 0.9, 4.0)]),
        ("other models", vec![rates(3.0, 0.3, 15.0), rates(1.25, 0.125, 10.0), rates(0.3, 0.3, 1.2)]),
    ]
}

#[test]
fn by_price_an_hour_costs_no_more_than_with_the_best_provider_for_all_of_it() {
    let Some(lines) = trace() else { return };
    for (name, fleet) in fleets() {
        let best = direct(&lines, &fleet);
        let came = hour(&lines, &fleet, Strategy::Cost, Affinity::Price);
        eprintln!("{name}: the best of all {}, by price {} ({} moves)", best.usd, came.usd, came.moves);
        assert!(came.usd <= best.usd, "{name}: {came:?} {best:?}");
    }
}

#[test]
fn a_conversation_that_goes_on_in_time_hits_the_cache_as_if_there_were_one_provider() {
    let Some(lines) = trace() else { return };
    let (name, fleet) = &fleets()[0];
    let best = direct(&lines, fleet);
    for strategy in [Strategy::Weighted, Strategy::Openrouter, Strategy::Priority] {
        let stays = hour(&lines, fleet, strategy, Affinity::Price);
        let drawn = hour(&lines, fleet, strategy, Affinity::Off);
        eprintln!(
            "{name}, {strategy}: hits {:.3} stays, {:.3} drawn, {:.3} direct",
            stays.hits(),
            drawn.hits(),
            best.hits()
        );
        assert_eq!(stays.read_in_time, best.read_in_time, "{strategy}");
        if strategy == Strategy::Priority {
            assert_eq!(stays.usd, best.usd);
            continue;
        }
        // What conversations have in common with others is warm with the one that they are drawn to, or not.
        assert!(stays.usd.dollars() < 1.02 * best.usd.dollars(), "{strategy}: {stays:?} {best:?}");
        assert!(drawn.usd.dollars() > 1.1 * best.usd.dollars(), "{strategy}: {drawn:?} {best:?}");
        assert!(drawn.read_in_time < best.read_in_time / 2, "{strategy}: {drawn:?}");
    }
}

#[test]
fn where_prices_differ_a_draw_costs_less_for_staying() {
    let Some(lines) = trace() else { return };
    for (name, fleet) in &fleets()[1..3] {
        let stays = hour(&lines, fleet, Strategy::Weighted, Affinity::Price);
        let drawn = hour(&lines, fleet, Strategy::Weighted, Affinity::Off);
        eprintln!("{name}: stays {} ({} moves), drawn {}", stays.usd, stays.moves, drawn.usd);
        assert!(stays.usd < drawn.usd && stays.moves < drawn.moves, "{name}: {stays:?} {drawn:?}");
    }
}
