//! `prices`: the user's own prices, and what is known of a target's price.

mod sync;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::catalog;
use crate::catalog::prices::{PriceBook, UnitPrices, find};
use crate::cli::diag::{Diag, Done, Stop};
use crate::cli::session::Session;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts, safe};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::target::Target;
use crate::domain::usage::{Source, Usage};
use crate::store;
use crate::store::prices::PriceRow;

/// `prices`.
#[derive(Debug, Args)]
#[command(
    after_help = "Prices are dollars per million tokens.\n\nExample:\n  llmroute prices\n  llmroute prices set lab/qwen3 in=0.2 out=0.6"
)]
pub struct Prices {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List your own prices (the default).
    #[command(after_help = "Example:\n  llmroute prices list --json")]
    List,
    /// Show what is known of a target's price.
    #[command(after_help = "Example:\n  llmroute prices show openai/gpt-5.6-sol")]
    Show {
        /// PROVIDER/MODEL.
        target: String,
    },
    /// Set your own price; it comes before every table's.
    #[command(after_help = "Example:\n  llmroute prices set lab/qwen3 in=0.2 out=0.6\n  \
                            llmroute prices set openai/gpt-5.6-sol in=1.25 out=10 cache-read=0.125 --from 2027-01-01")]
    Set {
        /// PROVIDER/MODEL.
        target: String,
        /// `in=USD out=USD` per million tokens, and where they differ `cache-read`, `cache-write`, `cache-write-1h`,
        /// `reasoning`, `audio-in`, `audio-out`; `request=USD` and `search=USD` apiece.
        #[arg(required = true, value_name = "PART=USD")]
        parts: Vec<String>,
        /// From this day on; without it, always.
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<String>,
        /// Not the true price but one it will not exceed: costs are then estimates.
        #[arg(long)]
        ceiling: bool,
    },
    /// Take over the newest price table, and show what it changes.
    Sync(sync::Sync),
    /// Remove your own prices of a target.
    #[command(after_help = "Example:\n  llmroute prices remove lab/qwen3")]
    Remove {
        /// PROVIDER/MODEL.
        target: String,
    },
}

/// The document of `prices` and `prices set`.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    prices: Vec<Line>,
}

/// The document of `prices show`.
#[derive(Debug, Serialize)]
struct Known {
    schema_version: u32,
    /// `null` = unknown: costs are shown as `?`.
    price: Option<Line>,
}

/// Dollars per million tokens.
#[derive(Debug, Serialize)]
struct Line {
    target: String,
    input_usd: f64,
    output_usd: f64,
    cache_read_usd: Option<f64>,
    cache_write_usd: Option<f64>,
    cache_write_1h_usd: Option<f64>,
    reasoning_usd: Option<f64>,
    audio_in_usd: Option<f64>,
    audio_out_usd: Option<f64>,
    /// For each request, not for a million tokens.
    request_usd: Option<f64>,
    /// For each search.
    search_usd: Option<f64>,
    /// `null` = always.
    from: Option<String>,
    ceiling: bool,
    /// Where it comes from: `own`, or a table with its version.
    source: &'static str,
    #[serde(skip)]
    shown: [String; 5],
}

#[derive(Debug, Serialize)]
struct Gone<'a> {
    schema_version: u32,
    target: &'a str,
    removed: usize,
}

impl Prices {
    /// Lists, shows or edits prices.
    ///
    /// # Errors
    /// A target or an amount is wrong, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None | Some(Verb::List) => list(session),
            Some(Verb::Show { target }) => show(session, target),
            Some(Verb::Set { target, parts, from, ceiling }) => set(session, target, parts, from.as_deref(), *ceiling),
            Some(Verb::Sync(it)) => it.run(session),
            Some(Verb::Remove { target }) => remove(session, target),
        }
    }
}

fn list(session: &Session) -> Done {
    let zone = session.settings()?.time_zone;
    let rows = store::prices::list(&session.read()?)?;
    let listed = Listed { schema_version: 1, prices: rows.iter().map(|it| Line::own(it, &zone)).collect() };
    session.screen.show(&listed, |it, frame| {
        if it.prices.is_empty() {
            return "no prices of your own; the built-in table is used: llmroute prices show PROVIDER/MODEL".to_owned();
        }
        table(&it.prices, frame)
    })
}

fn set(session: &Session, target: &str, parts: &[String], from: Option<&str>, ceiling: bool) -> Done {
    let zone = session.settings()?.time_zone;
    let from = from.map(|it| day(it, &zone)).transpose()?.unwrap_or_default();
    let row = session.edit(|edits| edits.set_price(target, parts, from, ceiling))?;
    let line = Line::own(&row, &zone);
    let text = format!("✓ {} costs {} in, {} out per million tokens", row.target, line.shown[0], line.shown[1]);
    session.screen.did(&Listed { schema_version: 1, prices: vec![line] }, text)
}

fn remove(session: &Session, target: &str) -> Done {
    let removed = session.edit(|edits| edits.remove_price(target))?;
    let text = format!("✓ {} of your own for {target} removed", amounts::plural(removed as u64, "price", "prices"));
    session.screen.did(&Gone { schema_version: 1, target, removed }, text)
}

fn show(session: &Session, text: &str) -> Done {
    let refuse = |why: &str| {
        Stop::from(
            Diag::usage(format_args!("`{text}` is no target"), why).fix("llmroute prices show openai/gpt-5.6-sol"),
        )
    };
    let target = Target::parse(text).ok_or_else(|| refuse("a target is PROVIDER/MODEL"))?;
    let now = session.clock.now().wall;
    let db = session.read()?;
    let name = target.provider.as_str();
    let row = store::providers::get(&db, name)?.and_then(|it| it.row).or_else(|| catalog::provider(name).cloned());
    let row = row.ok_or_else(|| refuse("there is no such provider: llmroute providers available"))?;
    let zone = session.settings()?.time_zone;
    let loaded = session.glance()?;
    let price = match find(&loaded.prices, &target, now) {
        // The row in force, as it was set.
        Some(own) => {
            let from = own.from.unwrap_or_default();
            store::prices::list(&db)?
                .iter()
                .find(|it| it.target == text && it.from == from)
                .map(|it| Line::own(it, &zone))
        }
        None => row.price_id.as_deref().and_then(|id| listed(session, &loaded.book, id, &target, now)),
    };
    session.screen.show(&Known { schema_version: 1, price }, |it, frame| match &it.price {
        Some(line) => table(std::slice::from_ref(line), frame),
        None if row.local => safe::line(&format!("{text} is local: its answers cost $0.00")).into_owned(),
        None => {
            safe::line(&format!("{text}: ? (unknown). Set one: llmroute prices set {text} in=USD out=USD")).into_owned()
        }
    })
}

/// What the table in force says.
fn listed(session: &Session, book: &PriceBook, price_id: &str, target: &Target, now: Stamp) -> Option<Line> {
    if let Err(error) = book.load(price_id) {
        session.screen.warn(error);
    }
    Line::listed(book, price_id, target, now)
}

/// Midnight of a day.
fn day(text: &str, zone: &TimeZone) -> Done<Stamp> {
    let date: Result<Date, _> = text.parse();
    let start = date.and_then(|it| it.to_zoned(zone.clone()));
    match start {
        Ok(it) => Ok(Stamp(it.timestamp().as_microsecond())),
        Err(_) => Err(Diag::usage(format_args!("`{text}` is no day"), "a day is written as YYYY-MM-DD")
            .fix("--from 2027-01-01")
            .into()),
    }
}

// === impl Line ===

impl Line {
    fn own(row: &PriceRow, zone: &TimeZone) -> Self {
        let from = (row.from != Stamp(0)).then(|| {
            Timestamp::from_microsecond(row.from.0)
                .map(|it| it.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string())
                .unwrap_or_default()
        });
        Self::new(&row.target, &row.prices, "own", row.ceiling, from)
    }

    /// From the table: what a thousand tokens of each kind cost, times a thousand. A whole million at once would be
    /// priced by the tier for long contexts.
    fn listed(book: &PriceBook, price_id: &str, target: &Target, now: Stamp) -> Option<Self> {
        let price = |usage: Usage| {
            let usage = Usage { source: Source::Provider, ..usage };
            book.price(price_id, target.model.as_str(), &usage, now).map(|it| it.usd)
        };
        let million = |usage: Usage| Some(Usd::from_pico(price(usage)?.pico().checked_mul(1000)?));
        let prompt = Usage { input: 1000, ..Usage::default() };
        let answer = Usage { output: 1000, ..Usage::default() };
        let (input, output) = (million(prompt.clone())?, million(answer.clone())?);
        let of_input = |usage| million(usage).filter(|it| *it != input);
        let of_output = |usage| million(usage).filter(|it| *it != output);
        let searched = price(Usage { web_searches: 1, ..prompt.clone() }).zip(price(prompt.clone()));
        let search = searched.map(|(with, without)| Usd::from_pico(with.pico() - without.pico()));
        let cache_write = of_input(Usage { cache_write: 1000, ..prompt.clone() });
        let prices = UnitPrices {
            cache_read: of_input(Usage { cache_read: 1000, ..prompt.clone() }),
            cache_write,
            cache_write_1h: of_input(Usage { cache_write_1h: 1000, ..prompt.clone() })
                .filter(|it| Some(*it) != cache_write),
            reasoning: of_output(Usage { reasoning: 1000, ..answer.clone() }),
            input_audio: of_input(Usage { input_audio: 1000, ..prompt }),
            output_audio: of_output(Usage { output_audio: 1000, ..answer }),
            search: search.filter(|it| *it > Usd::ZERO),
            ..UnitPrices::new(input, output)
        };
        Some(Self::new(&target.to_string(), &prices, book.version(), false, None))
    }

    fn new(target: &str, prices: &UnitPrices, source: &'static str, ceiling: bool, from: Option<String>) -> Self {
        let dollars = |it: Option<Usd>| it.map(Usd::dollars);
        let as_in = |it: Option<Usd>| it.map_or_else(|| "as in".to_owned(), |it| it.to_string());
        let beside = [
            ("cache write 1 h", prices.cache_write_1h),
            ("reasoning", prices.reasoning),
            ("sound in", prices.input_audio),
            ("sound out", prices.output_audio),
            ("a request", prices.request),
            ("a search", prices.search),
        ];
        let beside: Vec<String> = beside.iter().filter_map(|(what, it)| Some(format!("{what} {}", (*it)?))).collect();
        Self {
            target: target.to_owned(),
            input_usd: prices.input.dollars(),
            output_usd: prices.output.dollars(),
            cache_read_usd: dollars(prices.cache_read),
            cache_write_usd: dollars(prices.cache_write),
            cache_write_1h_usd: dollars(prices.cache_write_1h),
            reasoning_usd: dollars(prices.reasoning),
            audio_in_usd: dollars(prices.input_audio),
            audio_out_usd: dollars(prices.output_audio),
            request_usd: dollars(prices.request),
            search_usd: dollars(prices.search),
            from,
            ceiling,
            source,
            shown: [
                prices.input.to_string(),
                prices.output.to_string(),
                as_in(prices.cache_read),
                as_in(prices.cache_write),
                beside.join(", "),
            ],
        }
    }
}

fn table(prices: &[Line], frame: Frame) -> String {
    let mut table = Table::new(&[
        left("$ PER MILLION TOKENS"),
        right("IN"),
        right("OUT"),
        right("CACHE READ").wide(),
        right("CACHE WRITE").wide(),
        left("BESIDE"),
        left("FROM").wide(),
        left("SOURCE"),
    ]);
    for line in prices {
        let [input, output, cache_read, cache_write, beside] = line.shown.clone();
        let ceiling = if line.ceiling { " (ceiling)" } else { "" };
        table.row([
            line.target.clone(),
            input,
            output,
            cache_read,
            cache_write,
            if beside.is_empty() { amounts::NONE.to_owned() } else { beside },
            line.from.clone().unwrap_or_else(|| amounts::NONE.to_owned()),
            format!("{}{ceiling}", line.source),
        ]);
    }
    table.draw(frame)
}
