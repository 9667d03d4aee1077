//! Edits of the local file, made by any command while the server runs, brought into the running engine.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::cli::diag::{Done, Stop};
use crate::cli::session::Session;
use crate::config::Loaded;
use crate::engine::Engine;
use crate::server::Closing;
use crate::store::Db;

/// How often the file is looked at: reading one counter takes microseconds, and an edit must take effect within a
/// second.
const EVERY: Duration = Duration::from_millis(300);

/// Watches until the server closes. A policy that cannot be loaded is told, and the one in force stays.
pub(super) async fn run(session: Arc<Session>, engine: Arc<Engine>, loaded: Loaded, closing: watch::Receiver<Closing>) {
    let watching = tokio::task::spawn_blocking(move || watch(&session, &engine, loaded, &closing));
    if let Err(error) = watching.await {
        tracing::error!("edits are no longer noticed: {error}");
    }
}

fn watch(session: &Session, engine: &Engine, mut loaded: Loaded, closing: &watch::Receiver<Closing>) {
    let mut seen = None;
    let mut file = None;
    while *closing.borrow() == Closing::Open {
        std::thread::sleep(EVERY);
        if let Err(stop) = look(session, engine, &mut loaded, &mut file, &mut seen) {
            // Opened anew the next time: the file may have been replaced.
            file = None;
            if let Stop::Refused(diag) = stop {
                session.screen.warn(format_args!("the edit is not in force: {} ({})", diag.what, diag.why));
            }
        }
    }
}

fn look(
    session: &Session,
    engine: &Engine,
    loaded: &mut Loaded,
    file: &mut Option<Db>,
    seen: &mut Option<i64>,
) -> Done {
    let db = match file {
        Some(it) => it,
        None => file.insert(session.read()?),
    };
    // Every commit moves the first counter, ledger rows too; only edits move the second.
    let moved = db.data_version()?;
    if *seen == Some(moved) {
        return Ok(());
    }
    *seen = Some(moved);
    if db.policy_version()? == loaded.policy.version {
        return Ok(());
    }
    let fresh = session.load(Some(loaded))?;
    if !Arc::ptr_eq(&fresh.book, &loaded.book) {
        engine.prices().change_table(Arc::clone(&fresh.book));
    }
    engine.swap(fresh.policy.clone(), fresh.keyring.clone(), fresh.prices.clone());
    *loaded = fresh;
    Ok(())
}
