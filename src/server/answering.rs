//! The way from a connection to its handler, with a note to [`Patience`](super::patience::Patience) and to whoever
//! waits for a shutdown of when a request is being answered.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::Service;
use tower_service::Service as _;

use crate::domain::dialect::Dialect;
use crate::server::Door;
use crate::server::asked::Asked;
use crate::server::patience::{Phase, Phases};

/// Requests that are being answered, on all connections. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Open(Arc<AtomicUsize>);

impl Open {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The service of one connection.
#[derive(Debug, Clone)]
pub(super) struct Answering {
    phases: Phases,
    door: Arc<Door>,
    router: Router,
}

impl Answering {
    pub(super) fn new(phases: Phases, door: Arc<Door>, router: Router) -> Self {
        Self { phases, door, router }
    }
}

impl Service<axum::http::Request<Incoming>> for Answering {
    type Response = Response<Answered>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: axum::http::Request<Incoming>) -> Self::Future {
        let busy = Busy::begin(self.phases.clone(), self.door.open());
        let request = request.map(Body::new);
        if let Some(dialect) = short_cut(&request) {
            let door = Arc::clone(&self.door);
            return Box::pin(async move {
                let response = super::answer(&door, dialect, Asked::default(), request).await;
                Ok(response.map(|body| Answered { body, _busy: busy }))
            });
        }
        let answer = self.router.clone().call(request);
        Box::pin(async move {
            let response = answer.await?;
            Ok(response.map(|body| Answered { body, _busy: busy }))
        })
    }
}

/// Nearly all traffic comes to one path of each dialect; finding the way through the router costs as much there as all
/// of reading, deciding and booking. The router has these paths too, for every other method.
fn short_cut(request: &Request) -> Option<Dialect> {
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/v1/chat/completions") => Some(Dialect::OpenaiChat),
        (&Method::POST, "/v1/responses") => Some(Dialect::OpenaiResponses),
        (&Method::POST, "/v1/messages") => Some(Dialect::Anthropic),
        _ => None,
    }
}

/// One request that is being answered, until this is dropped, wherever that happens.
#[derive(Debug)]
struct Busy {
    phases: Phases,
    open: Open,
}

impl Busy {
    fn begin(phases: Phases, open: Open) -> Self {
        phases.set(Phase::Busy);
        open.0.fetch_add(1, Ordering::Relaxed);
        Self { phases, open }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.open.0.fetch_sub(1, Ordering::Relaxed);
        self.phases.set(Phase::Idle);
    }
}

/// A response body that says when it is done with.
#[derive(Debug)]
pub(super) struct Answered {
    body: Body,
    _busy: Busy,
}

impl http_body::Body for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
