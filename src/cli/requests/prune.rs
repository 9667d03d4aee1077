//! `requests prune`: old requests leave the ledger; their sums stay.

use serde::Serialize;

use crate::cli::diag::Done;
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::view::amounts;
use crate::domain::budget::counted_since;
use crate::domain::clock::Stamp;
use crate::store::ledger::retention;
use crate::store::{self, Access};

/// The longest time that can be asked for, in days.
const LONGEST: u64 = 36_500;

/// The document of `requests prune`.
#[derive(Debug, Serialize)]
struct Gone {
    schema_version: u32,
    pruned_requests: u64,
    pruned_attempts: u64,
    /// Old enough, but of the window of a budget.
    counted_by_budgets: u64,
}

pub(super) fn run(session: &Session, keep: u64) -> Done {
    let wanted = ago(session, keep);
    let policy = session.glance()?.policy;
    let counted = counted_since(policy.budgets.iter().map(AsRef::as_ref), session.clock.now().wall);
    let before = wanted.min(counted.unwrap_or(wanted));
    let db = session.read()?;
    let due = retention::due(&db, before)?;
    // Pruned, these could be spent once more.
    let counted = retention::due(&db, wanted)?.saturating_sub(due);
    drop(db);
    let requests = amounts::plural(due, "request", "requests");
    if due > 0 {
        question::confirm(&session.global, &format!("Drop {requests} from the ledger?"))?;
    }
    let mut db = store::open(&session.paths()?.database(), Access::ReadWrite)?;
    let pruned = retention::prune(&mut db, before, session.clock.now().wall)?;
    retention::shrink(&mut db)?;
    let gone = Gone {
        schema_version: 1,
        pruned_requests: pruned.requests,
        pruned_attempts: pruned.attempts,
        counted_by_budgets: counted,
    };
    let kept = due.saturating_sub(pruned.requests);
    let stay = match kept {
        0 => String::new(),
        n => format!(" ({} stay behind one that ended later)", amounts::count(n)),
    };
    let stay = match counted {
        0 => stay,
        n => format!("{stay} ({} stay because a budget counts them)", amounts::count(n)),
    };
    let went = amounts::plural(pruned.requests, "request", "requests");
    let told = format!("✓ {went} dropped; their sums are sealed{stay}");
    session.screen.did(&gone, told)
}

/// So many seconds ago.
pub(super) fn ago(session: &Session, seconds: u64) -> Stamp {
    let micros = i64::try_from(seconds.saturating_mul(1_000_000)).unwrap_or(i64::MAX);
    Stamp(session.clock.now().wall.0.saturating_sub(micros))
}

/// `90d` or `24h`, in seconds.
pub(super) fn age(text: &str) -> Result<u64, String> {
    let told = || format!("write it like 90d or 24h, up to {LONGEST}d");
    let (number, unit) = match text.strip_suffix('d') {
        Some(it) => (it, 86_400),
        None => (text.strip_suffix('h').ok_or_else(told)?, 3_600),
    };
    let number: u64 = number.parse().map_err(|_| told())?;
    number.checked_mul(unit).filter(|it| (1..=LONGEST * 86_400).contains(it)).ok_or_else(told)
}
