//! What `bench proxy` measures: a server of its own, in a process of its own so that its CPU time can be told apart,
//! over a throw-away home with one simulated provider.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::bench::shape::Endpoint;
use crate::catalog;
use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::session::Session;
use crate::cli::throwaway::ThrowAway;
use crate::config::LocalToken;
use crate::config::edits::{AddKey, KeyInput};
use crate::domain::policy::Billing;
use crate::domain::row::ProviderRow;
use crate::domain::secret::Secret;
use crate::sim::{Canned, Latency, Persona, Sim};
use crate::store::server_lock;

const PATH: &str = "/v1/chat/completions";
const NAME: &str = "bench";
/// Twenty events five milliseconds apart: silence enough to see a stall in.
const LATENCY: Latency = Latency { first: Duration::ZERO, per_token: Duration::from_millis(5) };
const CANNED: Canned = Canned { events: 20, text_bytes: 200 };
/// How long the server may take to start.
const START: Duration = Duration::from_secs(15);

/// The provider, the server, and the home that is gone afterwards.
pub(super) struct House {
    sim: Sim,
    server: Child,
    port: u16,
    model: String,
    token: String,
    /// Dropped last: the server writes there to its end.
    _home: ThrowAway,
}

impl House {
    /// Starts all of it and waits until the server listens.
    ///
    /// # Errors
    /// One of them cannot be started.
    pub(super) async fn start(session: &Session) -> Done<Self> {
        let home = ThrowAway::new("bench")?;
        let inner = Session::new(home.options(&session.global));
        let sim = Sim::start(Persona::bench(LATENCY, CANNED)).await.map_err(|error| cannot("the provider", error))?;
        // A name and a model that the price table knows, so that pricing is part of what is measured.
        let like = catalog::providers().iter().find(|it| it.price_id.is_some() && it.fast.is_some());
        let like = like.ok_or_else(|| cannot("the provider", "no built-in provider has a price"))?;
        let model = like.fast.clone().unwrap_or_default();
        let row = ProviderRow { name: NAME.to_owned(), base_url: format!("{}/v1", sim.base_url()), ..like.clone() };
        inner.edit(|edits| {
            edits.add_provider(&row)?;
            edits.add_key(AddKey {
                provider: NAME.to_owned(),
                name: None,
                input: KeyInput::Pasted(Secret::new("simulated-key-for-the-bench".to_owned())),
                billing: Billing::Metered,
                weight: 1.0,
            })
        })?;
        let paths = inner.paths()?;
        let token = LocalToken::load_or_create(&paths.token())?.reveal().to_owned();
        let program = std::env::current_exe().map_err(|error| cannot("the server", error))?;
        let mut server = Command::new(program)
            .args(["serve", "--port", "0", "--home"])
            .arg(paths.home())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| cannot("the server", error))?;
        let port = match listening(&inner, &mut server).await {
            Ok(it) => it,
            Err(stop) => {
                end(&mut server);
                return Err(stop);
            }
        };
        Ok(Self { sim, server, port, model, token, _home: home })
    }

    /// Straight to the provider.
    pub(super) fn direct(&self) -> Endpoint {
        let bearer = Some("simulated-key-for-the-bench".to_owned());
        Endpoint { address: self.sim.addr(), path: PATH.to_owned(), model: self.model.clone(), bearer }
    }

    /// Through llmroute.
    pub(super) fn through(&self) -> Endpoint {
        Endpoint {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)),
            path: PATH.to_owned(),
            model: format!("{NAME}/{}", self.model),
            bearer: Some(self.token.clone()),
        }
    }

    /// The server's process.
    pub(super) fn pid(&self) -> u32 {
        self.server.id()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}

/// Ends the server. Its home is thrown away, so nothing of it is worth waiting for.
fn end(server: &mut Child) {
    // Already gone is as good.
    let _ = server.kill();
    let _ = server.wait();
}

async fn listening(session: &Session, server: &mut Child) -> Done<u16> {
    let home = session.paths()?.home().to_owned();
    let began = session.clock.now().mono;
    while session.clock.now().mono.since(began) < START {
        if let Some(running) = server_lock::find(&home)? {
            return Ok(running.port);
        }
        if let Ok(Some(status)) = server.try_wait() {
            return Err(cannot("the server", format_args!("it ended at once ({status}); see above")).into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(cannot("the server", "it did not listen within 15 s").into())
}

fn cannot(what: &str, why: impl std::fmt::Display) -> Diag {
    Diag::new(Exit::Failed, "bench", format_args!("{what} to measure cannot be started"), why)
        .fix("try `llmroute serve --demo`: if that works, please report this")
}
