//! Floor 4: the near door. HTTP request → [`crate::engine::Call`], [`crate::engine::Answer`] → HTTP response. Sees no
//! JSON body and no provider name.
//!
//! [`listen`] binds both loopback addresses, [`patience`] holds every connection to its deadlines, [`guard`] turns
//! away whoever should not be here, [`ingress`] and [`egress`] translate, [`admin`] answers about ourselves.

pub mod admin;
mod answering;
mod asked;
pub mod egress;
mod explain;
mod gemini;
pub mod guard;
pub mod ingress;
pub mod listen;
pub mod patience;
mod relay;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::FutureExt as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Origin};
use crate::domain::operation::{Inputs, Operation};
use crate::engine::{Call, Engine};
use crate::server::answering::Answering;
use crate::server::asked::Asked;
use crate::server::guard::{Guard, Visitor};
use crate::server::listen::Listening;
use crate::server::patience::{Patience, Phases};
use crate::upstream;
use crate::wire::openai_responses::conversation::Page;

pub use crate::server::answering::Open;

/// Connections served at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 1000;
/// Request heads larger than this are refused.
const HEAD_MOST: usize = 64 << 10;
/// How long open requests may take to finish after the first signal.
pub const DRAIN: Duration = Duration::from_secs(30);
/// How long what is left may take to tell its client and its ledger row after that.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What the handlers share.
#[derive(Debug)]
pub struct Door {
    engine: Arc<Engine>,
    guard: Guard,
    open: Open,
    started: std::time::Instant,
}

/// How far a shutdown has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closing {
    /// Open for business.
    Open,
    /// No new connections; requests that run may finish.
    Draining,
    /// Whatever still runs is told and cut.
    Now,
}

impl Door {
    /// The door to `engine`, guarded by `guard`.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "uptime is shown to people and decides nothing")]
    pub fn new(engine: Arc<Engine>, guard: Guard) -> Arc<Self> {
        Arc::new(Self { engine, guard, open: Open::default(), started: std::time::Instant::now() })
    }

    /// The count of requests that are being answered.
    #[must_use]
    pub fn open(&self) -> Open {
        self.open.clone()
    }

    /// Lets a request in, and says whose it is.
    fn admit(&self, head: &Parts) -> Result<Visitor, Failure> {
        self.guard.admit(head, &|token| self.engine.caller(token))
    }

    /// Lets the owner in, and nobody with a virtual key: what is told here is of everybody's requests.
    fn admit_owner(&self, head: &Parts) -> Result<(), Failure> {
        if self.admit(head)?.is_none() {
            return Ok(());
        }
        let told = "this is for the owner of llmroute only: a virtual key may ask models, and see which it may ask";
        Err(Failure::local(Origin::Client, "owner_only", 403, told))
    }

    fn turn_away(&self, dialect: Dialect, failure: &Failure) -> Response {
        egress::response(self.engine.turn_away(dialect, failure))
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/v1/chat/completions", post(chat))
            .route("/chat/completions", post(chat))
            .route("/v1/completions", post(completions))
            .route("/completions", post(completions))
            .route("/v1/responses", post(responses))
            .route("/responses", post(responses))
            .route("/v1/responses/compact", post(compact))
            .route("/responses/compact", post(compact))
            .route("/v1/responses/input_tokens", post(count_input))
            .route("/responses/input_tokens", post(count_input))
            .route("/v1/responses/{id}", get(kept_response).delete(forget_response))
            .route("/responses/{id}", get(kept_response).delete(forget_response))
            .route("/v1/responses/{id}/input_items", get(input_items))
            .route("/responses/{id}/input_items", get(input_items))
            .route("/v1/responses/{id}/cancel", post(cancel_response))
            .route("/responses/{id}/cancel", post(cancel_response))
            .route("/v1/embeddings", post(embeddings))
            .route("/embeddings", post(embeddings))
            .route("/v1/messages", post(messages))
            .route("/anthropic/v1/messages", post(messages))
            .route("/v1/messages/count_tokens", post(count_messages))
            .route("/anthropic/v1/messages/count_tokens", post(count_messages))
            .route("/v1/models", get(models))
            .route("/anthropic/v1/models", get(models))
            .route("/models", get(models))
            .route("/v1/models/{*id}", get(model).post(generate))
            .route("/v1beta/models", get(gemini_models))
            .route("/v1beta/models/{*rest}", get(gemini_model).post(generate))
            .route("/v1alpha/models", get(gemini_models))
            .route("/v1alpha/models/{*rest}", get(gemini_model).post(generate))
            .route("/explain/v1/chat/completions", post(explain::chat))
            .route("/explain/v1/completions", post(explain::completions))
            .route("/explain/v1/messages", post(explain::messages))
            .route("/explain/v1/responses", post(explain::responses))
            .route("/explain/v1beta/models/{*rest}", post(explain::generate))
            .route("/health", get(health))
            .route("/llmroute/fleet", get(fleet))
            .fallback(nothing_here)
            .method_not_allowed_fallback(wrong_method)
            .with_state(Arc::clone(self))
    }
}

/// Serves until `closing` says otherwise, then drains. Returns how many requests had to be cut.
pub async fn serve(door: Arc<Door>, listening: Listening, mut closing: watch::Receiver<Closing>) -> usize {
    let router = door.router();
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = closing.wait_for(|it| *it != Closing::Open) => break,
            // Finished connections are collected here so that the set does not grow.
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            it = accept(&listening, &room) => it,
        };
        let Some((stream, permit)) = accepted else { continue };
        let connection = connection(stream, Arc::clone(&door), router.clone(), closing.clone());
        connections.spawn(async move {
            connection.await;
            drop(permit);
        });
    }
    drop(listening);
    drain(door, connections, closing).await
}

async fn accept(
    listening: &Listening,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    let v6 = async {
        match &listening.v6 {
            Some(it) => it.accept().await,
            None => std::future::pending().await,
        }
    };
    let accepted = tokio::select! {
        it = listening.v4.accept() => it,
        it = v6 => it,
    };
    match accepted {
        Ok((stream, _)) => Some((stream, permit)),
        Err(error) => {
            // Out of descriptors, or a connection that died in the queue. A short rest lets others close theirs.
            tracing::warn!("a connection could not be accepted: {error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
            None
        }
    }
}

/// One connection, HTTP/1.1 only.
async fn connection(stream: TcpStream, door: Arc<Door>, router: Router, mut closing: watch::Receiver<Closing>) {
    // Without it every second small write of a stream waits some 40 ms for the client's delayed acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("TCP_NODELAY: {error}");
    }
    let phases = Phases::default();
    let io = TokioIo::new(Patience::new(stream, phases.clone()));
    let service = Answering::new(phases, door, router);
    let mut http = hyper::server::conn::http1::Builder::new();
    // `Patience` keeps the deadlines: hyper's head timer also runs while a pooled connection rests.
    http.timer(TokioTimer::new()).max_header_size(HEAD_MOST).header_read_timeout(None);
    // A connection keeps the buffer it once read a large body with, and most connections are idle most of the time. It
    // is also what is held for a client that reads more slowly than its provider sends.
    http.max_buf_size(HEAD_MOST);
    let connection = http.serve_connection(io, service);
    tokio::pin!(connection);
    let mut serving = true;
    loop {
        tokio::select! {
            done = connection.as_mut() => {
                if let Err(error) = done {
                    tracing::debug!("connection: {error}");
                }
                return;
            }
            _ = closing.wait_for(|it| *it != Closing::Open), if serving => {
                serving = false;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn drain(door: Arc<Door>, mut connections: JoinSet<()>, mut closing: watch::Receiver<Closing>) -> usize {
    let all = async { while connections.join_next().await.is_some() {} };
    tokio::select! {
        () = all => return 0,
        () = tokio::time::sleep(DRAIN) => {}
        _ = closing.wait_for(|it| *it == Closing::Now) => {}
    }
    let cut = connections.len();
    door.engine.close_streams();
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_WORDS, all).await.is_err() {
        connections.shutdown().await;
    }
    cut
}

// === handlers ===

async fn chat(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Dialect::OpenaiChat, Asked::default(), request).await
}

async fn completions(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Dialect::OpenaiCompletions, Asked::default(), request).await
}

async fn responses(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Dialect::OpenaiResponses, Asked::default(), request).await
}

async fn compact(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Dialect::OpenaiResponses, Asked::of(Operation::Compact), request).await
}

async fn count_input(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Dialect::OpenaiResponses, Asked::of(Operation::CountTokens), request).await
}

async fn count_messages(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Dialect::Anthropic, Asked::of(Operation::CountTokens), request).await
}

async fn embeddings(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Dialect::OpenaiChat, Asked::of(Operation::Embed(Inputs::Many)), request).await
}

async fn kept_response(State(door): State<Arc<Door>>, Path(id): Path<String>, request: Request) -> Response {
    kept(&door, &id, request, async |who| admin::response(&door.engine, &id, who).await).await
}

async fn forget_response(State(door): State<Arc<Door>>, Path(id): Path<String>, request: Request) -> Response {
    kept(&door, &id, request, async |who| admin::forget_response(&door.engine, &id, who).await).await
}

async fn input_items(State(door): State<Arc<Door>>, Path(id): Path<String>, request: Request) -> Response {
    let page = Page::read(|key| gemini::query(request.uri(), key));
    kept(&door, &id, request, async |who| admin::input_items(&door.engine, &id, who, page).await).await
}

async fn cancel_response(State(door): State<Arc<Door>>, Path(id): Path<String>, request: Request) -> Response {
    kept(&door, &id, request, async |who| admin::cancel_response(&door.engine, &id, who).await).await
}

/// Answers about one kept response; whoever should not be here learns nothing about it. Who comes with a virtual key
/// finds what was made for that key.
async fn kept(
    door: &Door,
    id: &str,
    request: Request,
    find: impl AsyncFnOnce(Option<i64>) -> Result<Option<Vec<u8>>, Failure>,
) -> Response {
    let (head, _): (_, Body) = request.into_parts();
    let answer = match door.admit(&head) {
        Ok(who) => find(who.map(|it| it.virtual_key.id)).await.and_then(|it| {
            let told = format!("Response with id '{id}' not found.");
            it.ok_or_else(|| Failure::local(Origin::Client, "response_not_found", 404, told))
        }),
        Err(failure) => Err(failure),
    };
    match answer {
        Ok(body) => egress::json(200, body),
        Err(failure) => door.turn_away(Dialect::OpenaiResponses, &failure),
    }
}

async fn messages(State(door): State<Arc<Door>>, request: Request) -> Response {
    answer(&door, Dialect::Anthropic, Asked::default(), request).await
}

/// Gemini's methods: which one, and of which model, is in the path.
async fn generate(State(door): State<Arc<Door>>, request: Request) -> Response {
    match gemini::asked(request.uri()) {
        Some(asked) => answer(&door, Dialect::Gemini, asked, request).await,
        None => pass_on(&door, request, "this method of a model is not served").await,
    }
}

/// A request that makes llmroute panic is refused, and nobody else notices. `asked` is what its path said.
async fn answer(door: &Arc<Door>, dialect: Dialect, asked: Asked, request: Request) -> Response {
    let answered = AssertUnwindSafe(answer_or_panic(door, dialect, asked, request)).catch_unwind().await;
    answered.unwrap_or_else(|_reported_by_its_hook| {
        let told = "llmroute itself failed on this request; please report it";
        door.turn_away(dialect, &Failure::local(Origin::Local, "internal", 500, told))
    })
}

async fn answer_or_panic(door: &Arc<Door>, dialect: Dialect, asked: Asked, request: Request) -> Response {
    let at = door.engine.now();
    let (head, body) = request.into_parts();
    let Asked { operation, path, array } = asked;
    let admitted = match operation {
        Operation::Relay(_) => door.guard.admit_any_content(&head, &|token| door.engine.caller(token)),
        _ => door.admit(&head),
    };
    let caller = match admitted {
        Ok(it) => it,
        Err(failure) => return door.turn_away(dialect, &failure),
    };
    let mut call = Call { caller, ..ingress::call(at, dialect, operation, path, &head) };
    if door.engine.reads_envelopes() {
        call.envelope = ingress::envelope(&head);
    }
    if door.engine.takes_own_keys() {
        call.own_key = upstream::own_key(&head.headers).map(Arc::new);
    }
    let body = ingress::body(&head, body).await;
    // It points into the buffer of the connection, which can be used again from here on.
    drop(head);
    let answer = match body {
        Ok(body) => door.engine.answer(Call { body, ..call }).await,
        Err(failure) => door.engine.refuse(call, failure).await,
    };
    if array { egress::array(answer) } else { egress::response(answer) }
}

/// The list of models, in the shape that OpenAI's and Anthropic's clients share. Google's come to the same path in the
/// newest version of its API, and show their key in a header of their own.
async fn models(State(door): State<Arc<Door>>, request: Request) -> Response {
    if dialect_of_headers(request.headers()) == Dialect::Gemini {
        return gemini_models(State(door), request).await;
    }
    let (head, _) = request.into_parts();
    match door.admit(&head) {
        Ok(who) => egress::json(200, admin::models(&door.engine.policy(), who.as_deref())),
        Err(failure) => door.turn_away(dialect_of(&head), &failure),
    }
}

async fn model(State(door): State<Arc<Door>>, request: Request) -> Response {
    if dialect_of_headers(request.headers()) == Dialect::Gemini {
        return gemini_model(State(door), request).await;
    }
    let (head, _) = request.into_parts();
    let id = head.uri.path().strip_prefix("/v1/models/").unwrap_or_default();
    let found = door.admit(&head).and_then(|who| {
        admin::model(&door.engine.policy(), who.as_deref(), id).ok_or_else(|| {
            Failure::local(Origin::Client, "no_route", 404, "no model or group is called so; see /v1/models")
        })
    });
    match found {
        Ok(it) => egress::json(200, it),
        Err(failure) => door.turn_away(dialect_of(&head), &failure),
    }
}

async fn gemini_models(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    match door.admit(&head) {
        Ok(who) => egress::json(200, admin::gemini_models(&door.engine.policy(), who.as_deref())),
        Err(failure) => door.turn_away(Dialect::Gemini, &failure),
    }
}

async fn gemini_model(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    if head.uri.path().contains("/operations/") {
        return pass_on(&door, Request::from_parts(head, Body::empty()), "no such operation of a model").await;
    }
    let found = door.admit(&head).and_then(|who| {
        let id = gemini::model(&head.uri);
        id.and_then(|id| admin::gemini_model(&door.engine.policy(), who.as_deref(), &id)).ok_or_else(|| {
            Failure::local(Origin::Client, "no_route", 404, "no model or group is called so; see /v1beta/models")
        })
    });
    match found {
        Ok(it) => egress::json(200, it),
        Err(failure) => door.turn_away(Dialect::Gemini, &failure),
    }
}

async fn health(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    match door.guard.admit_unknown(&head) {
        Ok(()) => egress::json(200, admin::health(&door.engine, door.started.elapsed())),
        Err(failure) => door.turn_away(Dialect::OpenaiChat, &failure),
    }
}

/// For our own command line.
async fn fleet(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    match door.admit_owner(&head) {
        Ok(()) => egress::json(200, admin::fleet(&door.engine)),
        Err(failure) => door.turn_away(Dialect::OpenaiChat, &failure),
    }
}

async fn nothing_here(State(door): State<Arc<Door>>, request: Request) -> Response {
    // A model without the `models/` that belongs before it.
    if request.method() == Method::POST && gemini::asked(request.uri()).is_some() {
        return generate(State(door), request).await;
    }
    pass_on(&door, request, "nothing is served at this path").await
}

/// Passes on what no handler knows, where a provider may know it.
async fn pass_on(door: &Arc<Door>, request: Request, told: &str) -> Response {
    let (head, body) = request.into_parts();
    let asked = relay::asked(&head);
    let request = Request::from_parts(head, body);
    match asked {
        Some((dialect, asked)) => answer(door, dialect, asked, request).await,
        None => refuse_path(door, request, "not_found", 404, told),
    }
}

async fn wrong_method(State(door): State<Arc<Door>>, request: Request) -> Response {
    refuse_path(&door, request, "wrong_method", 405, "this path is not served for this method")
}

fn refuse_path(door: &Door, request: Request, code: &'static str, status: u16, told: &str) -> Response {
    let (head, _): (_, Body) = request.into_parts();
    let failure = match door.admit(&head) {
        Ok(_) => Failure::local(Origin::Client, code, status, told),
        Err(failure) => failure,
    };
    door.turn_away(dialect_of(&head), &failure)
}

/// The dialect of a client that came to a path without one: Anthropic's always names its version, Gemini's has roots of its
/// own.
fn dialect_of(head: &Parts) -> Dialect {
    if gemini::is_own(&head.uri) { Dialect::Gemini } else { dialect_of_headers(&head.headers) }
}

fn dialect_of_headers(headers: &axum::http::HeaderMap) -> Dialect {
    if headers.contains_key("anthropic-version") {
        Dialect::Anthropic
    } else if headers.contains_key("x-goog-api-key") {
        Dialect::Gemini
    } else {
        Dialect::OpenaiChat
    }
}
