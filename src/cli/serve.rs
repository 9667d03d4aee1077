//! `serve`: the server of this home, until Ctrl-C.

mod demo;
mod holder;
mod line;
mod opening;
mod retention;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch as channel;

use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::serve::opening::Opening;
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::stats::today;
use crate::cli::throwaway::ThrowAway;
use crate::cli::view::amounts;
use crate::config::{LocalToken, Paths};
use crate::engine::Engine;
use crate::engine::prices::Prices;
use crate::server::guard::{Check, Guard};
use crate::server::listen::{BindError, Listening, bind};
use crate::server::{self, Closing, Door};
use crate::store::server_lock::{self, Refused, RunningServer, ServerLock};
use crate::store::stats::{self, By};
use crate::store::{ProcessKind, RequestRecord};

/// How long lines are collected before they are printed together.
const BATCH: Duration = Duration::from_millis(40);
/// How long a shutdown is quiet before it says what it waits for.
const QUIET: Duration = Duration::from_millis(150);

/// `serve`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute serve\n  llmroute serve --demo")]
pub struct Serve {
    /// The port on 127.0.0.1 and [::1]; 0 takes any free one.
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Simulated providers in a throw-away home: no key needed, nothing leaves this machine.
    #[arg(long)]
    demo: bool,
    /// Let every program on this machine in, without the token.
    #[arg(long)]
    no_auth: bool,
    /// How each request is told on stdout.
    #[arg(long, value_enum, value_name = "plain|json", hide_possible_values = true)]
    log: Option<LogStyle>,
}

/// How requests are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogStyle {
    /// One line each.
    Plain,
    /// One JSON object each.
    Json,
}

/// A server about to run.
struct Running {
    session: Arc<Session>,
    paths: Paths,
    log: LogStyle,
    engine: Arc<Engine>,
    lock: ServerLock,
    listening: Listening,
    guard: Guard,
}

impl Serve {
    /// Serves until it is told to stop.
    ///
    /// # Errors
    /// The port or the home is taken, or the local file cannot be used.
    pub fn run(&self, session: Session) -> Done {
        let runtime = start::runtime()?;
        let log = self.log_style(&session)?;
        start_tracing(log);
        start::raise_file_limit();
        let served = runtime.block_on(async {
            if self.demo {
                let away = ThrowAway::new("demo")?;
                let session = Session { global: away.options(&session.global), ..session };
                let sims = demo::set_up(&session).await?;
                let served = self.serve(Arc::new(session), log, Some(&sims)).await;
                // The providers live as long as the server, the home a little longer.
                drop(sims);
                served
            } else {
                self.serve(Arc::new(session), log, None).await
            }
        });
        runtime.shutdown_timeout(Duration::from_secs(1));
        served
    }

    async fn serve(&self, session: Arc<Session>, log: LogStyle, sims: Option<&demo::Sims>) -> Done {
        let paths = session.paths()?;
        paths.create()?;
        let lock = server_lock::take(paths.home()).map_err(|it| already_running(it, &paths))?;
        let loaded = start::load(&session)?;
        let listening = self.bind(&session)?;
        let token = if self.no_auth { None } else { Some(LocalToken::load_or_create(&paths.token())?) };
        let check = token.map(|token| -> Check { Box::new(move |presented| token.matches(presented.as_bytes())) });
        let guard = Guard::new(listening.port, check);
        let prices = Prices::by(Arc::clone(&loaded.book), loaded.prices.clone(), &loaded.policy);
        let engine = start::engine(&session, loaded.clone(), prices, ProcessKind::Server)?;
        let opening =
            Opening { paths: &paths, port: listening.port, token: !self.no_auth, policy: &loaded.policy, sims };
        let closing = channel::Sender::new(Closing::Open);
        let watched = loaded.clone();
        let watching =
            tokio::spawn(watch::run(Arc::clone(&session), Arc::clone(&engine), watched, closing.subscribe()));
        let pruning = tokio::spawn(retention::run(Arc::clone(&session), closing.subscribe()));
        let running = Running { session, paths: paths.clone(), log, engine, lock, listening, guard };
        let served = running.run(&closing, &opening).await;
        // However it ended, nothing is left to watch for.
        closing.send_replace(Closing::Now);
        if let Err(error) = watching.await {
            tracing::error!("the watch over the local file ended badly: {error}");
        }
        // Each of its transactions is whole: it may be left in between.
        pruning.abort();
        served
    }

    /// The demo takes any free port when nobody asked for one and the usual one is taken.
    fn bind(&self, session: &Session) -> Done<Listening> {
        let port = match self.port {
            Some(it) => it,
            None => session.settings()?.port,
        };
        match bind(port) {
            Err(BindError::Taken { .. }) if self.demo && self.port.is_none() => bind(0).map_err(|it| taken(&it)),
            other => other.map_err(|it| taken(&it)),
        }
        .map_err(Stop::from)
    }

    fn log_style(&self, session: &Session) -> Done<LogStyle> {
        if session.screen.json() {
            return Ok(LogStyle::Json);
        }
        Ok(match self.log {
            Some(it) => it,
            None => match session.settings()?.log {
                crate::config::settings::LogStyle::Plain => LogStyle::Plain,
                crate::config::settings::LogStyle::Json => LogStyle::Json,
            },
        })
    }
}

impl Running {
    async fn run(self, closing: &channel::Sender<Closing>, opening: &Opening<'_>) -> Done {
        let Self { session, paths, log, engine, mut lock, listening, guard } = self;
        let (mut interrupt, mut terminate) = (signals(SignalKind::interrupt())?, signals(SignalKind::terminate())?);
        let finished = engine.finished();
        let door = Door::new(Arc::clone(&engine), guard);
        let open = door.open();
        let now = session.clock.now().wall;
        lock.announce(listening.port, now)?;
        let mut serving = tokio::spawn(server::serve(door, listening, closing.subscribe()));
        // Knocking at the local providers, to say which are there, must not hold up the first answer.
        let said = match log {
            LogStyle::Plain => session.screen.say(opening.screen()),
            LogStyle::Json => session.screen.say(opening.json()),
        };
        let lines = tokio::spawn(tell(Arc::clone(&session), finished, log, closing.subscribe()));
        if said.is_ok() {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                ended = &mut serving => return Err(ended_early(ended.err()).into()),
            }
        }
        closing.send_replace(Closing::Draining);
        let mut ended = tokio::select! {
            it = &mut serving => Some(it),
            () = tokio::time::sleep(QUIET) => None,
        };
        if ended.is_none() {
            let (still, most) = (amounts::plural(open.count() as u64, "request", "requests"), server::DRAIN.as_secs());
            session.screen.note(format_args!("{still} open, waiting up to {most} s (Ctrl-C again cuts them)"));
            tokio::select! {
                it = &mut serving => ended = Some(it),
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        // The second signal: what still runs is told and cut. Where all is done, this only ends the telling.
        closing.send_replace(Closing::Now);
        let ended = match ended {
            Some(it) => it,
            None => serving.await,
        };
        let cut = ended.map_err(|error| ended_early(Some(error)))?;
        if let Err(error) = lines.await {
            tracing::error!("requests could not be told: {error}");
        }
        if let Some(vault) = engine.vault() {
            vault.written().await;
        }
        let ledger = engine.ledger().clone();
        if let Err(error) = tokio::task::spawn_blocking(move || ledger.close()).await {
            tracing::error!("the ledger could not be closed: {error}");
        }
        drop(lock);
        said?;
        farewell(&session, &paths, log, cut)
    }
}

/// Tells each request as it ends, until the server is closed and nothing is left to tell.
async fn tell(
    session: Arc<Session>,
    mut finished: Receiver<Arc<RequestRecord>>,
    log: LogStyle,
    mut closing: channel::Receiver<Closing>,
) {
    let zone = session.settings().map_or(jiff::tz::TimeZone::UTC, |it| it.time_zone);
    let line = |record: &RequestRecord| match log {
        LogStyle::Plain => line::plain(record, &zone),
        LogStyle::Json => line::json(record).to_string(),
    };
    loop {
        let mut lines = Vec::new();
        let open = tokio::select! {
            it = finished.recv() => match it {
                Ok(record) => {
                    lines.push(line(&record));
                    true
                }
                Err(RecvError::Lagged(missed)) => {
                    lines.push(format!("({missed} requests not shown)"));
                    true
                }
                Err(RecvError::Closed) => false,
            },
            _ = closing.wait_for(|it| *it == Closing::Now) => false,
        };
        while let Ok(record) = finished.try_recv() {
            lines.push(line(&record));
        }
        if !lines.is_empty() {
            // A terminal or pipe that takes nothing must not hold up a thread that serves; and nobody reads stdout
            // any more is no reason to stop serving.
            let session = Arc::clone(&session);
            let said = tokio::task::spawn_blocking(move || session.screen.say(lines.join("\n")));
            if !matches!(said.await, Ok(Ok(()))) {
                return;
            }
        }
        if !open {
            return;
        }
        // Under load, lines leave in batches: a wake-up for each would cost as much as a tenth of its request.
        tokio::time::sleep(BATCH).await;
    }
}

/// `done · today 412 requests, $6.42, 3 rescued by failover`
fn farewell(session: &Session, paths: &Paths, log: LogStyle, cut: usize) -> Done {
    let range = today(session)?;
    let db = crate::store::open(&paths.database(), crate::store::Access::ReadOnly)?;
    let totals = stats::report(&db, range, &By::Total)?.totals;
    if log == LogStyle::Json {
        return session.screen.say(json!({"event": "stopped", "cut": cut}));
    }
    let cut =
        if cut > 0 { format!(" · {} cut", amounts::plural(cut as u64, "request", "requests")) } else { String::new() };
    let known = totals.money.unpriced == 0;
    let money = if known { totals.money.spent().to_string() } else { format!("{}+?", totals.money.spent()) };
    session.screen.say(format_args!(
        "done{cut} · today {}, {money}, {} rescued by failover",
        amounts::plural(totals.requests.all, "request", "requests"),
        amounts::count(totals.requests.rescued),
    ))
}

// === refusals ===

fn already_running(refused: Refused, paths: &Paths) -> Stop {
    match refused {
        Refused::Store(error) => error.into(),
        Refused::Running(server) => held(server.as_ref(), paths).into(),
    }
}

fn held(server: Option<&RunningServer>, paths: &Paths) -> Diag {
    let what = match server {
        Some(it) => format!("127.0.0.1:{} is held by llmroute pid {} (same database)", it.port, it.pid),
        None => "llmroute is starting in this home already".to_owned(),
    };
    let why = format!("one server at a time writes {}", paths.database().display());
    let stop = server.map_or_else(String::new, |it| format!("stop it first: kill {}\n", it.pid));
    Diag::new(Exit::Failed, "port", what, why).fix(format_args!(
        "{stop}or use it as it is: llmroute ask \"hello\"\nor serve another home: llmroute --home DIR serve --port 0"
    ))
}

fn taken(error: &BindError) -> Diag {
    match error {
        BindError::Taken { address } => {
            let by = holder::of(address.port()).map_or_else(|| "another program".to_owned(), |it| it.to_string());
            Diag::new(
                Exit::Failed,
                "port",
                format_args!("{address} is held by {by}"),
                "one program at a time listens on a port",
            )
            .fix("stop that program, or take another port: llmroute serve --port 0")
        }
        BindError::Failed { address, source } => {
            Diag::new(Exit::Failed, "port", format_args!("{address} cannot be listened on"), source)
                .fix("take another port: llmroute serve --port 0")
        }
    }
}

fn ended_early(error: Option<tokio::task::JoinError>) -> Diag {
    let why = error.map_or_else(|| "it ended without being told to".to_owned(), |it| it.to_string());
    Diag::new(Exit::Failed, "server", "the server ended", why).fix("start it again; please report this")
}

fn signals(kind: SignalKind) -> Done<Signal> {
    Ok(signal(kind).map_err(|error| {
        Diag::new(Exit::Failed, "signals", "the server could not be told to stop, so it was not started", error)
            .fix("start it from a terminal or a service manager")
    })?)
}

// === the process ===

/// Warnings and errors of the rooms below go to stderr.
fn start_tracing(log: LogStyle) {
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN);
    // Set once in a process; a second time would be a test's doing and changes nothing.
    let _ = match log {
        LogStyle::Plain => builder.with_ansi(false).with_target(false).try_init(),
        LogStyle::Json => builder.json().try_init(),
    };
}
