//! The way to an answer: through the running server of this home, else through an engine in this process over the
//! same file. Both give the same bytes.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::session::Session;
use crate::cli::start;
use crate::config::{Loaded, LocalToken};
use crate::domain::ask::Envelope;
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Kind};
use crate::domain::operation::Operation;
use crate::domain::secret::Secret;
use crate::engine::prices::Prices;
use crate::engine::{AnswerBody, BrokenOff, Call, Engine};
use crate::store::{ProcessKind, requests, server_lock};
use crate::upstream::local::{self, Local};

/// Who answers.
pub(super) enum Via {
    /// The running server.
    Server(Local),
    /// This process.
    Here(Arc<Engine>),
}

/// An answer that begins.
pub(super) struct Reply {
    /// HTTP status.
    pub(super) status: u16,
    /// The request's id.
    pub(super) id: Option<String>,
    /// llmroute's code of what went wrong, if it did.
    pub(super) error: Option<String>,
    body: Body,
}

enum Body {
    Server(local::Answer),
    Whole(Option<Bytes>),
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes, BrokenOff>> + Send>>),
}

impl Via {
    /// The running server if there is one.
    ///
    /// # Errors
    /// The local file or the token cannot be used, or nothing can be asked because no provider has a key.
    pub(super) fn open(session: &Session) -> Done<Self> {
        if let Some(local) = server(session)? {
            return Ok(Self::Server(local));
        }
        let loaded = start::load(session)?;
        start::require_usable(&loaded)?;
        tell_what_was_found(session, &loaded)?;
        let prices = Prices::by(Arc::clone(&loaded.book), loaded.prices.clone(), &loaded.policy);
        Ok(Self::Here(start::engine(session, loaded, prices, ProcessKind::Command)?))
    }

    /// Sends a request.
    ///
    /// # Errors
    /// The server does not answer.
    pub(super) async fn post(&self, session: &Session, body: Bytes) -> Done<Reply> {
        match self {
            Self::Server(local) => {
                let answer = local.post("/v1/chat/completions", body).await.map_err(|it| unreachable_server(&it))?;
                let header = |name| answer.header(name).map(ToOwned::to_owned);
                let (id, error) = (header("x-llmroute-id"), header("x-llmroute-error"));
                Ok(Reply { status: answer.status(), id, error, body: Body::Server(answer) })
            }
            Self::Here(engine) => {
                let call = Call {
                    caller: None,
                    path: None,
                    at: engine.now(),
                    dialect: Dialect::OpenaiChat,
                    operation: Operation::Chat,
                    body,
                    headers: Vec::new(),
                    client: "llmroute-ask".to_owned(),
                    own_key: None,
                    session: session.environment.text("LLMROUTE_SESSION"),
                    priority: None,
                    strict: false,
                    recalled: None,
                    envelope: Envelope::default(),
                };
                let answer = engine.answer(call).await;
                let header = |name| answer.headers.iter().find(|it| it.0 == name).map(|it| it.1.clone());
                let (id, error) = (header("x-llmroute-id"), header("x-llmroute-error"));
                let body = match answer.body {
                    AnswerBody::Whole(bytes) => Body::Whole(Some(bytes)),
                    AnswerBody::Stream(stream) => Body::Stream(stream),
                };
                Ok(Reply { status: answer.status, id, error, body })
            }
        }
    }

    /// Waits until the ledger holds everything that was asked in this process: also what still waits for its price.
    /// Nothing can be asked after it.
    pub(super) async fn settled(&self) {
        if let Self::Here(engine) = self {
            let ledger = engine.ledger().clone();
            if let Err(error) = tokio::task::spawn_blocking(move || ledger.close()).await {
                tracing::warn!("the ledger could not be closed: {error}");
            }
        }
    }
}

impl Reply {
    /// The next bytes of the body; `None` at its end.
    ///
    /// # Errors
    /// The connection to the server broke.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        match &mut self.body {
            Body::Server(answer) => answer.chunk().await,
            Body::Whole(bytes) => Ok(bytes.take()),
            Body::Stream(stream) => stream
                .next()
                .await
                .transpose()
                .map_err(|broken| Failure::upstream(Kind::Cut, "upstream_cut", broken.to_string())),
        }
    }

    /// The whole body.
    ///
    /// # Errors
    /// The connection to the server broke.
    pub(super) async fn whole(&mut self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// A client of the running server, if there is one.
///
/// # Errors
/// The local file or the token cannot be read.
pub(in crate::cli) fn server(session: &Session) -> Done<Option<Local>> {
    let paths = session.paths()?;
    let Some(server) = server_lock::find(paths.home())? else { return Ok(None) };
    let token = LocalToken::load(&paths.token())?.map(|it| Secret::new(it.reveal().to_owned()));
    Ok(Some(Local::new(server.port, token).map_err(|it| unreachable_server(&it))?))
}

/// Before the very first request: which keys it found by itself, and that it kept none of them.
fn tell_what_was_found(session: &Session, loaded: &Loaded) -> Done {
    let found: Vec<&str> =
        loaded.keys.iter().filter(|it| it.id.0 < 0).map(|it| it.source.trim_start_matches("env:")).collect();
    if !found.is_empty() && session.screen.stderr_is_terminal() && requests::recent(&session.read()?, 1)?.is_empty() {
        session.screen.note(format_args!("note: found {}; nothing stored. See: llmroute providers", found.join(", ")));
    }
    Ok(())
}

/// The running server does not answer.
pub(in crate::cli) fn unreachable_server(failure: &Failure) -> Diag {
    Diag::new(Exit::NoServer, "server-unreachable", &failure.told, &failure.detail)
        .fix("wait for it to finish starting or stopping, then ask again")
}
