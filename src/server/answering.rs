//! The way from a connection to its handler, with a note to [`Patience`](super::patience::Patience) of when a request is being answered.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
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
use crate::server::patience::{Phase, Phases};

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
        self.phases.set(Phase::Busy);
        let phases = self.phases.clone();
        let request = request.map(Body::new);
        if let Some(dialect) = short_cut(&request) {
            let door = Arc::clone(&self.door);
            return Box::pin(async move {
                let response = super::answer(&door, dialect, request).await;
                Ok(response.map(|body| Answered { body, phases }))
            });
        }
        let answer = self.router.clone().call(request);
        Box::pin(async move {
            let response = answer.await?;
            Ok(response.map(|body| Answered { body, phases }))
        })
    }
}

/// Nearly all traffic comes to one path of each dialect; finding the way through the router costs as much there as all
/// of reading, deciding and booking. The router has these paths too, for every other method.
fn short_cut(request: &Request) -> Option<Dialect> {
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/v1/chat/completions") => Some(Dialect::OpenaiChat),
        (&Method::POST, "/v1/messages") => Some(Dialect::Anthropic),
        _ => None,
    }
}

/// A response body that says when it is done with.
#[derive(Debug)]
pub(super) struct Answered {
    body: Body,
    phases: Phases,
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

impl Drop for Answered {
    fn drop(&mut self) {
        self.phases.set(Phase::Idle);
    }
}
