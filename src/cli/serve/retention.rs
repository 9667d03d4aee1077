//! What is old leaves the local file while the server runs, as `config.toml` says.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::cli::diag::Done;
use crate::cli::session::Session;
use crate::domain::budget::counted_since;
use crate::domain::clock::Stamp;
use crate::server::Closing;
use crate::store::ledger::retention;
use crate::store::{self, Access};

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(3600);

/// Prunes now and every hour until the server closes.
pub(super) async fn run(session: Arc<Session>, mut closing: watch::Receiver<Closing>) {
    loop {
        let session = Arc::clone(&session);
        let pruned = tokio::task::spawn_blocking(move || prune(&session)).await;
        if !matches!(pruned, Ok(Ok(()))) {
            tracing::error!("what is old could not be pruned; it is tried again in an hour");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = closing.wait_for(|it| *it != Closing::Open) => return,
        }
    }
}

fn prune(session: &Session) -> Done {
    let settings = session.settings()?;
    let now = session.clock.now().wall;
    let mut db = store::open(&session.paths()?.database(), Access::ReadWrite)?;
    if !settings.keep_decisions.is_zero() {
        retention::prune_decisions(&mut db, before(now, settings.keep_decisions))?;
    }
    if !settings.keep_requests.is_zero() {
        // Whatever a budget still counts stays: pruned, it could be spent once more.
        let policy = session.glance()?.policy;
        let counted = counted_since(policy.budgets.iter().map(AsRef::as_ref), now);
        let before = before(now, settings.keep_requests).min(counted.unwrap_or(now));
        let pruned = retention::prune(&mut db, before, now)?;
        if pruned.requests > 0 {
            tracing::info!(requests = pruned.requests, "old requests were pruned from the ledger");
        }
    }
    Ok(retention::shrink(&mut db)?)
}

/// `keep` before `now`.
fn before(now: Stamp, keep: Duration) -> Stamp {
    Stamp(now.0.saturating_sub(i64::try_from(keep.as_micros()).unwrap_or(i64::MAX)))
}
