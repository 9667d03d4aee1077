//! From the local file to an engine in this process: what `serve` and `ask` have in common.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::catalog;
use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::session::Session;
use crate::config::Loaded;
use crate::domain::policy::{Auth, Provider};
use crate::engine::Engine;
use crate::engine::prices::Prices;
use crate::store::responses::Responses;
use crate::store::vault::Vault;
use crate::store::{self, Ledger, ProcessKind};
use crate::upstream::Upstream;

/// What `ask` asks when nothing is named.
const DEFAULT_GROUP: &str = "default";
/// The built-in group it falls back to.
const FAST: &str = "fast";
/// How long a local server may take to accept a connection before it counts as not there.
const KNOCK: Duration = Duration::from_millis(200);

/// The policy of this home, with a warning for everything odd about it.
///
/// # Errors
/// The file cannot be read, or rows in it are wrong.
pub(super) fn load(session: &Session) -> Done<Loaded> {
    let loaded = session.load(None)?;
    for notice in &loaded.notices {
        session.screen.warn(notice);
    }
    Ok(loaded)
}

/// An engine over that policy, with the ledger of this home.
///
/// # Errors
/// The ledger or the HTTP client cannot be set up.
pub(super) fn engine(
    session: &Session,
    loaded: Loaded,
    prices: Arc<Prices>,
    process: ProcessKind,
) -> Done<Arc<Engine>> {
    let Loaded { policy, keyring, .. } = loaded;
    let settings = session.settings()?;
    let connect = settings.deadlines.connect;
    let paths = session.paths()?;
    paths.create()?;
    // The client reads every certificate the system trusts, the ledger waits for the disk: both at once.
    let clock = session.clock.clone();
    let (upstream, ledger) = std::thread::scope(|scope| {
        let client = std::thread::Builder::new().spawn_scoped(scope, || Upstream::new(connect, keyring, clock));
        let ledger = Ledger::start(&paths.database(), process);
        let client = client.map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        (client, ledger)
    });
    let upstream = upstream.map_err(no_threads)?.map_err(|error| {
        Diag::new(Exit::Failed, "http-client", "nothing can be sent", error).fix("check the system's certificates")
    })?;
    let ledger = ledger?;
    let engine = Engine::new(policy, upstream, ledger, prices, session.clock.clone());
    let db = store::open(&paths.database(), store::Access::ReadOnly)?;
    engine.revive_canaries(&store::canaries::list(&db)?);
    if process == ProcessKind::Server {
        engine.revive(&store::health::out(&db, session.clock.now().wall)?);
        engine.keep_responses(Responses::start(&paths.database())?);
        if !settings.keep_originals.is_zero() {
            engine.keep_originals(Vault::start(&paths.database(), settings.keep_originals)?);
        }
    }
    Ok(engine)
}

/// A runtime for a command.
///
/// # Errors
/// Its threads cannot be started.
pub(super) fn runtime() -> Done<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(no_threads)?)
}

fn no_threads(error: std::io::Error) -> Diag {
    Diag::new(Exit::Failed, "threads", "the program cannot start its threads", error)
        .fix("raise the limit on processes (ulimit -u) and try again")
}

/// The group `default` if the user made one, else the built-in `fast`.
///
/// # Errors
/// The local file cannot be read.
pub(super) fn default_model(session: &Session) -> Done<String> {
    let made = store::groups::get(&session.read()?, DEFAULT_GROUP)?.is_some();
    Ok(if made { DEFAULT_GROUP } else { FAST }.to_owned())
}

/// Refuses to ask when there is nobody to ask, and says where it looked.
///
/// # Errors
/// No provider has a key, and no local one answers.
pub(super) fn require_usable(loaded: &Loaded) -> Done {
    let enabled = || loaded.policy.providers.values().filter(|it| it.enabled);
    let keyed = enabled().any(|it| it.usable_keys().next().is_some());
    let own = |it: &Provider| catalog::provider(it.name.as_str()).is_none();
    let keyless = enabled().filter(|it| it.auth == Auth::None).any(|it| own(it) || answers(it));
    if keyed || keyless {
        return Ok(());
    }
    let stored = loaded.keys.iter().filter(|it| it.id.0 >= 0).count();
    let mut looked = vec![format!("{stored} stored keys")];
    let names: BTreeSet<&str> =
        catalog::providers().iter().filter_map(|it| it.env.first()).map(String::as_str).collect();
    let (first, rest): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|it| matches!(*it, "ANTHROPIC_API_KEY" | "OPENAI_API_KEY"));
    looked.extend(first.into_iter().map(ToOwned::to_owned));
    if let Some(last) = looked.last_mut() {
        last.extend([" (+", &rest.len().to_string(), " more)"]);
    }
    looked.extend(enabled().filter(|it| it.auth == Auth::None).map(|it| format!("{} (not running)", it.name)));
    let mut why = vec![format!("looked at {}", looked.join(", "))];
    for key in loaded.keys.iter().filter(|it| it.problem.is_some()) {
        why.push(format!("{} {}: {}", key.provider, key.name, key.problem.as_deref().unwrap_or_default()));
    }
    Err(Diag::new(Exit::Key, "no-key", "nothing to ask: no provider has a key", why.join("\n"))
        .fix("llmroute keys add openai   or   export OPENAI_API_KEY=…\nwithout any key: llmroute serve --demo")
        .into())
}

/// Why nothing can be asked without naming a model.
pub(super) fn no_default(session: &Session) -> Stop {
    if let Err(stop) = session.glance().and_then(|it| require_usable(&it)) {
        return stop;
    }
    let why = "there is no group `default`, and no provider with a key names a small model for `fast`";
    Diag::new(Exit::Usage, "no-default", "nothing to ask without -m", why)
        .fix("llmroute ask -m PROVIDER/MODEL …   or   llmroute groups set default PROVIDER/MODEL")
        .into()
}

/// Whether something listens where a local provider should be.
pub(super) fn answers(provider: &Provider) -> bool {
    let Some(url) = provider.speaks.first().map(|it| it.url.as_str()) else { return false };
    let Some(authority) = url.split("://").nth(1).and_then(|it| it.split('/').next()) else { return false };
    let authority = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    let addresses: Vec<SocketAddr> = authority.to_socket_addrs().map(Iterator::collect).unwrap_or_default();
    addresses.iter().any(|it| it.ip().is_loopback() && TcpStream::connect_timeout(it, KNOCK).is_ok())
}

/// Every open request takes two sockets, and the usual soft limit of 1,024 files is soon reached.
pub(super) fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!("the limit on open files stays as it is: {error}");
    }
}
