//! Simulated providers on loopback: what `serve --demo`, `bench proxy` and the tests talk to instead of real ones.
//!
//! A [`Sim`] is a server with a [`Persona`]. It speaks OpenAI's chat, responses and text completions, Anthropic messages,
//! Gemini, Bedrock Converse, Cohere and Ollama, refuses what
//! the real providers refuse, does with each request what its next [`Script`] says, and keeps a [`Meter`] of what a
//! real provider would have charged: the ground truth the ledger is held against. That only works while it is an
//! independent witness, so it must never use `wire`, or anything else of the way a request takes through llmroute.
//! It reads and writes sockets itself because a simulated fault is a matter of single writes, resets and closes.
//!
//! The journey: `line` reads a request → `openai`, `anthropic`, `gemini`, `bedrock`, `cohere`, `ollama` understand or
//! refuse it (`asked`) → `script` says what happens → `answer` is what the model says → `delivery` works out bytes and
//! waits (`frame`,
//! `spoil`) → `provider` plays them →
//! `meter` charges.

mod line;
mod provider;

mod anthropic;
mod asked;
mod bedrock;
mod cohere;
mod completions;
mod embed;
mod gemini;
mod ollama;
mod openai;
mod responses;
mod trouble;

mod answer;
mod canned;
mod delivery;
mod frame;
mod spoil;

pub mod meter;
mod onward;
pub mod persona;
pub mod script;
mod scripts;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use crate::domain::clock::Clock;
use crate::sim::canned::Prebuilt;
use crate::sim::provider::Provider;

pub use crate::sim::answer::{Answer, Call, Thinking, json_tokens, prose_tokens};
pub use crate::sim::meter::{Arrival, Billed, Meter, Outcome};
pub use crate::sim::persona::{Admits, Canned, Latency, Persona};
pub use crate::sim::script::{Act, By, Fault, Framing, Script, Slice, When};
pub use crate::sim::scripts::Scripts;
pub use crate::sim::trouble::Trouble;

/// A running simulated provider. Dropping it closes its port and every connection.
#[derive(Debug)]
pub struct Sim {
    address: SocketAddr,
    provider: Arc<Provider>,
    accepting: AbortHandle,
}

impl Sim {
    /// Starts a provider of this character on a free loopback port, on the current tokio runtime.
    ///
    /// # Errors
    /// No port can be bound.
    pub async fn start(persona: Persona) -> io::Result<Self> {
        Self::start_at(persona, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Starts a provider on this address; port 0 means any free one.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn start_at(persona: Persona, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let clock = Clock::system();
        let provider = Arc::new(Provider {
            scripts: Scripts::default(),
            meter: Meter::new(persona.keep_arrivals, clock.clone()),
            prebuilt: persona.canned.map(|it| Prebuilt::of(&persona, it)),
            clock,
            seq: AtomicU64::new(0),
            persona,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&provider))).abort_handle();
        Ok(Self { address, provider, accepting })
    }

    /// Where it listens, as `http://127.0.0.1:PORT`. Every path that ends as the dialects' paths do is answered, so
    /// any base below it works too.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// What it saw and charged.
    #[must_use]
    pub fn meter(&self) -> Meter {
        self.provider.meter.clone()
    }

    /// What it does with the next requests.
    #[must_use]
    pub fn script(&self) -> &Scripts {
        &self.provider.scripts
    }

    /// Its character.
    #[must_use]
    pub fn persona(&self) -> &Persona {
        &self.provider.persona
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts until aborted. The connections live in a set of this task's, so they end with it.
async fn accept(listener: TcpListener, provider: Arc<Provider>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(Arc::clone(&provider).serve(stream));
            }
            Err(error) => {
                // Out of file descriptors, for instance: without a pause this loop would spin until one is free.
                tracing::warn!(%error, "simulated provider could not accept a connection");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}
