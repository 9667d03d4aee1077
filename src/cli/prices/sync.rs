//! `prices sync`: takes over the newest price table, and says what that changes before it holds.

use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::catalog;
use crate::catalog::prices::{PriceBook, compact};
use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::view::amounts;
use crate::cli::view::safe;
use crate::config::address::{self, Private};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::usage::{Source, Usage};
use crate::store::prices::PriceTable;
use crate::upstream;

/// Where `genai-prices` publishes its data (the address its own crate names).
const HOME: &str = "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json";
/// Several times what the table is.
const MOST: usize = 32 << 20;
/// Changes that are listed one by one.
const SHOWN: usize = 12;

/// `prices sync`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute prices sync --dry-run\n  llmroute prices sync\n  \
                        llmroute prices sync --from ~/Downloads/data.json\n  llmroute prices sync --built-in")]
pub(super) struct Sync {
    /// Take it from this file or address instead of where genai-prices publishes it.
    #[arg(long, value_name = "FILE|URL")]
    from: Option<String>,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Go back to the table that came with this program.
    #[arg(long, conflicts_with_all = ["from", "dry_run"])]
    built_in: bool,
}

/// The document of `prices sync`.
#[derive(Debug, Serialize)]
struct Synced {
    schema_version: u32,
    /// The version of the table, which rows that are priced by it name.
    version: String,
    was: String,
    /// It holds from now on.
    saved: bool,
    /// Models that the earlier table has no price for.
    added: usize,
    dearer: Vec<Change>,
    cheaper: Vec<Change>,
    /// Models that have no price any more.
    gone: Vec<Change>,
}

/// One model's price for a million tokens in and a million out.
#[derive(Debug, Serialize)]
struct Change {
    /// As the table calls them.
    model: String,
    was_in_usd: f64,
    was_out_usd: f64,
    in_usd: Option<f64>,
    out_usd: Option<f64>,
    #[serde(skip)]
    text: String,
}

impl Sync {
    pub(super) fn run(&self, session: &Session) -> Done {
        let now = session.clock.now().wall;
        if self.built_in {
            return built_in(session);
        }
        let from = self.from.as_deref().unwrap_or(HOME);
        let text = fetched(from)?;
        let refuse =
            |why: String| {
                Stop::from(Diag::new(Exit::Failed, "bad-price-table", "the price table was not taken over", why).fix(
                    "llmroute prices sync --from FILE   with the data of genai-prices (prices/new_data/v2/data.json)",
                ))
            };
        let text = compact(&text).map_err(|error| refuse(format!("{from} is no such table: {error}")))?;
        let version = version(&text, now);
        let fresh = PriceBook::from_json(text.clone(), version.clone().leak()).map_err(|it| refuse(it.to_string()))?;
        let loaded = session.glance()?;
        let mut synced = compare(&loaded.book, &fresh, now).map_err(refuse)?;
        if !self.dry_run {
            if !synced.gone.is_empty() {
                let gone = amounts::plural(synced.gone.len() as u64, "model", "models");
                let first = &synced.gone[0].text;
                question::confirm(&session.global, &format!("{gone} would have no price any more ({first}). Go on?"))?;
            }
            let source = from.to_owned();
            session.edit(|edits| edits.put_price_table(&PriceTable { version, source, fetched: now, text }))?;
            synced.saved = true;
        }
        let told = synced.told();
        session.screen.did(&synced, told)
    }
}

fn built_in(session: &Session) -> Done {
    let was = session.glance()?.book.version().to_owned();
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone is for one lifetime only")]
    session.edit(|edits| edits.drop_price_table())?;
    let version = PriceBook::bundled().version().to_owned();
    let told = format!("✓ prices are by {version}, which came with this program");
    let (added, dearer, cheaper, gone) = (0, Vec::new(), Vec::new(), Vec::new());
    session.screen.did(&Synced { schema_version: 1, version, was, saved: true, added, dearer, cheaper, gone }, told)
}

/// What is in that file, or at that address.
fn fetched(from: &str) -> Done<String> {
    let fail = |why: String| {
        Stop::from(
            Diag::new(Exit::Failed, "no-price-table", "the price table could not be had; nothing was changed", why)
                .fix("try again later, or from a file: llmroute prices sync --from FILE"),
        )
    };
    let bytes = if from.contains("://") {
        address::check(from, Private::Refused).map_err(|it| fail(format!("{from}: {}", it.what)))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|it| fail(it.to_string()))?;
        runtime.block_on(upstream::fetch(from, MOST)).map_err(|it| fail(it.told))?.to_vec()
    } else {
        std::fs::read(Path::new(from)).map_err(|it| fail(format!("{from}: {it}")))?
    };
    String::from_utf8(bytes).map_err(|_| fail(format!("{from}: it is not UTF-8 text")))
}

/// The day it was fetched on, and what it is.
fn version(text: &str, now: Stamp) -> String {
    let day = Timestamp::from_microsecond(now.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
    format!("genai-prices {} {:08x}", day.strftime("%Y-%m-%d"), crc32fast::hash(text.as_bytes()))
}

/// What the new table changes of the providers that there are rows for.
fn compare(was: &PriceBook, is: &PriceBook, now: Stamp) -> Result<Synced, String> {
    let known = |id: &str| catalog::providers().iter().any(|it| it.price_id.as_deref() == Some(id));
    let names = |book: &PriceBook| -> Result<Vec<(String, Vec<String>)>, String> {
        let all = book.names().map_err(|it| it.to_string())?;
        Ok(all.into_iter().filter(|it| known(&it.0)).collect())
    };
    let (old, new) = (names(was)?, names(is)?);
    for (book, ids) in [(was, &old), (is, &new)] {
        for (id, _) in ids {
            book.load(id).map_err(|it| it.to_string())?;
        }
    }
    let mut synced = Synced {
        schema_version: 1,
        version: is.version().to_owned(),
        was: was.version().to_owned(),
        saved: false,
        added: 0,
        dearer: Vec::new(),
        cheaper: Vec::new(),
        gone: Vec::new(),
    };
    let priced = |book: &PriceBook, id: &str, model: &str| -> Option<[Usd; 2]> {
        let of = |input, output| {
            let usage = Usage { input, output, source: Source::Provider, ..Usage::default() };
            book.price(id, model, &usage, now).map(|it| it.usd)
        };
        Some([of(1000, 0)?, of(0, 1000)?])
    };
    for (id, models) in &old {
        for model in models {
            let Some(before) = priced(was, id, model) else { continue };
            let after = priced(is, id, model);
            let change = || Change::new(format!("{id}/{model}"), before, after);
            match after {
                None => synced.gone.push(change()),
                Some(after) if after == before => {}
                // Where one part rises and the other falls, it may cost more.
                Some(after) if after[0] > before[0] || after[1] > before[1] => synced.dearer.push(change()),
                Some(_) => synced.cheaper.push(change()),
            }
        }
    }
    for (id, models) in &new {
        let unknown = |it: &&String| priced(was, id, it).is_none() && priced(is, id, it).is_some();
        synced.added += models.iter().filter(unknown).count();
    }
    Ok(synced)
}

impl Change {
    fn new(model: String, was: [Usd; 2], is: Option<[Usd; 2]>) -> Self {
        // Of a thousand tokens each, times a thousand.
        let million = |it: Usd| Usd::from_pico(it.pico().saturating_mul(1000));
        let (was, is) = (was.map(million), is.map(|it| it.map(million)));
        let shown = |it: [Usd; 2]| format!("{} / {}", it[0], it[1]);
        let after = is.map_or_else(|| "?".to_owned(), shown);
        let text = format!("{}: {} → {after}", safe::line(&model), shown(was));
        Self {
            model,
            was_in_usd: was[0].dollars(),
            was_out_usd: was[1].dollars(),
            in_usd: is.map(|it| it[0].dollars()),
            out_usd: is.map(|it| it[1].dollars()),
            text,
        }
    }
}

impl Synced {
    fn told(&self) -> String {
        let head = if self.saved { "✓ prices are by" } else { "nothing was changed; prices would be by" };
        let mut lines = vec![format!("{head} {} (before: {})", self.version, self.was)];
        lines.push(format!("{} more with a price", amounts::plural(self.added as u64, "model", "models")));
        let kinds = [("dearer", &self.dearer), ("cheaper", &self.cheaper), ("without a price now", &self.gone)];
        for (what, changes) in kinds.into_iter().filter(|it| !it.1.is_empty()) {
            lines.push(format!("{} {what} ($ per million tokens in / out)", changes.len()));
            lines.extend(changes.iter().take(SHOWN).map(|it| format!("  {}", it.text)));
            if changes.len() > SHOWN {
                lines.push(format!("  and {} more (--json lists all)", changes.len() - SHOWN));
            }
        }
        lines.join("\n")
    }
}
