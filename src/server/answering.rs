//! The router, with a note to [`Patience`](super::patience::Patience) of when a request is being answered.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tower_service::Service;

use crate::server::patience::{Phase, Phases};

/// The service of one connection.
#[derive(Debug, Clone)]
pub(super) struct Answering {
    phases: Phases,
    router: Router,
}

impl Answering {
    pub(super) fn new(phases: Phases, router: Router) -> Self {
        Self { phases, router }
    }
}

impl<B> Service<Request<B>> for Answering
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response<Answered>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.phases.set(Phase::Busy);
        let phases = self.phases.clone();
        let answer = self.router.call(request.map(Body::new));
        Box::pin(async move {
            let response = answer.await?;
            Ok(response.map(|body| Answered { body, phases }))
        })
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
