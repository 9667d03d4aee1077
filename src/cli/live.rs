//! How targets and keys do just now: as the running server tells, or else as the file keeps it for the next one.

use std::time::Duration;

use crate::cli::diag::Done;
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::view::amounts;
use crate::config::{Loaded, LocalToken};
use crate::domain::secret::Secret;
use crate::engine::standing::{Cooling, Told};
use crate::route::breaker::Why;
use crate::store::{health, server_lock};
use crate::upstream::local::Local;

/// How long the server may take to tell.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the server of this home tells; `None` where none runs, or one that cannot tell, which is then noted.
///
/// # Errors
/// The token cannot be read, or no runtime started.
pub(super) fn told(session: &Session) -> Done<Option<Told>> {
    let paths = session.paths()?;
    let Some(server) = server_lock::find(paths.home())? else { return Ok(None) };
    let token = LocalToken::load(&paths.token())?.map(|it| Secret::new(it.reveal().to_owned()));
    let told = start::runtime()?.block_on(async { tokio::time::timeout(PATIENCE, read(server.port, token)).await });
    match told {
        Ok(Ok(told)) => Ok(Some(told)),
        Ok(Err(why)) => {
            session.screen.note(format_args!("note: the running server does not tell how its targets do: {why}"));
            Ok(None)
        }
        Err(_) => {
            session.screen.note(format_args!("note: the running server does not answer"));
            Ok(None)
        }
    }
}

async fn read(port: u16, token: Option<Secret>) -> Result<Told, String> {
    let local = Local::new(port, token).map_err(|it| it.told)?;
    let mut answer = local.get("/llmroute/fleet").await.map_err(|it| it.told)?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|it| it.told)? {
        body.extend_from_slice(&chunk);
    }
    if answer.status() != 200 {
        return Err(format!("it answers {}", answer.status()));
    }
    serde_json::from_slice(&body).map_err(|it| it.to_string())
}

/// What is out just now. Without a running server it is what the last one left behind: the next one begins with that.
///
/// # Errors
/// The token or the local file cannot be read, or no runtime started.
pub(super) fn cooling(session: &Session, loaded: &Loaded) -> Done<Vec<Cooling>> {
    if let Some(told) = told(session)? {
        return Ok(told.cooling);
    }
    let now = session.clock.now().wall;
    let rows = health::out(&session.read()?, now)?;
    let out = rows.into_iter().filter_map(|it| {
        let key = match it.key {
            Some(id) => Some(loaded.keys.iter().find(|key| key.id == id)?.name.clone()),
            None => None,
        };
        Some(Cooling {
            provider: it.provider.to_string(),
            key,
            model: it.model.map(|it| it.to_string()),
            left_s: u64::try_from(it.until.0.saturating_sub(now.0)).unwrap_or(0) / 1_000_000,
            // A word of another version is no reason to leave a target out.
            why: Why::named(&it.why)?.sentence().to_owned(),
        })
    });
    let mut out: Vec<_> = out.collect();
    out.sort();
    Ok(out)
}

/// `cooling 41s: the provider asked to wait`, with what it is for where that is not everything.
pub(super) fn words(it: &Cooling) -> String {
    let left = amounts::duration(Duration::from_secs(it.left_s));
    let model = it.model.as_ref().map(|it| format!(" for {it}")).unwrap_or_default();
    format!("cooling {left}{model}: {}", it.why)
}
