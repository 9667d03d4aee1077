//! `POST /explain/…`: what would become of a request, which is not sent. One path for each dialect that clients ask in.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use crate::domain::dialect::Dialect;
use crate::engine::Call;
use crate::server::asked::Asked;
use crate::server::{Door, admin, egress, gemini, ingress};
use crate::upstream;

/// The header that names the virtual key a request is to be explained for.
const AS: &str = "x-llmroute-virtual-key";

pub(super) async fn chat(State(door): State<Arc<Door>>, request: Request) -> Response {
    explain(&door, Dialect::OpenaiChat, Asked::default(), request).await
}

pub(super) async fn completions(State(door): State<Arc<Door>>, request: Request) -> Response {
    explain(&door, Dialect::OpenaiCompletions, Asked::default(), request).await
}

pub(super) async fn messages(State(door): State<Arc<Door>>, request: Request) -> Response {
    explain(&door, Dialect::Anthropic, Asked::default(), request).await
}

pub(super) async fn responses(State(door): State<Arc<Door>>, request: Request) -> Response {
    explain(&door, Dialect::OpenaiResponses, Asked::default(), request).await
}

/// Gemini's: which model, and whether it is to stream, is in the path.
pub(super) async fn generate(State(door): State<Arc<Door>>, request: Request) -> Response {
    let below = request.uri().path_and_query().and_then(|it| it.as_str().strip_prefix("/explain"));
    match below.and_then(|it| gemini::asked(&it.parse().ok()?)) {
        Some(asked) => explain(&door, Dialect::Gemini, asked, request).await,
        None => super::refuse_path(&door, request, "not_found", 404, "this method of a model is not served"),
    }
}

/// What would become of a request. Below a path of its own: a server that does not know it must not take the request for
/// one to be sent.
async fn explain(door: &Door, dialect: Dialect, asked: Asked, request: Request) -> Response {
    let (head, body) = request.into_parts();
    // A trail names every target there is, and how each does.
    let caller = door.admit_owner(&head).and_then(|()| {
        let meant = head.headers.get(AS).map(|it| it.to_str().unwrap_or_default());
        meant.map(|name| door.engine.caller_named(name)).transpose()
    });
    let caller = match caller {
        Ok(it) => it,
        Err(failure) => return door.turn_away(dialect, &failure),
    };
    let call = ingress::call(door.engine.now(), dialect, asked.operation, asked.path, &head);
    let mut call = Call { caller, ..call };
    if door.engine.reads_envelopes() {
        call.envelope = ingress::envelope(&head);
    }
    if door.engine.takes_own_keys() {
        call.own_key = upstream::own_key(&head.headers).map(Arc::new);
    }
    let body = ingress::body(&head, body).await;
    match body.and_then(|body| admin::explain(&door.engine, Call { body, ..call })) {
        Ok(told) => egress::json(200, told),
        Err(failure) => door.turn_away(dialect, &failure),
    }
}
