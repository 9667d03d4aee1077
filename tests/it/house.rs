//! A whole llmroute in one process for the tests: simulated providers, a policy over them, the real engine, ledger
//! and server on a free port, and a plain HTTP client.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use llmroute::catalog::prices::{Override, UnitPrices};
use llmroute::config::address::stream_url;
use llmroute::domain::clock::{Clock, Stamp};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::id::{KeyId, ProviderName};
use llmroute::domain::money::Usd;
use llmroute::domain::policy::{
    Affinity, Auth, Billing, BodyEdits, Canary, Deadlines, Group, Hedge, Key, OnRefusal, Policy, Provider, Room, Speech,
};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::rule::Rules;
use llmroute::domain::secret::{Keyring, Secret};
use llmroute::domain::strategy::Strategy;
use llmroute::domain::target::Target;
use llmroute::engine::Engine;
use llmroute::engine::prices::Prices;
use llmroute::server::guard::Guard;
use llmroute::server::listen::{self};
use llmroute::server::{Closing, Door, Open, serve};
use llmroute::sim::{Billed, Sim};
use llmroute::store::requests::{self, AttemptRow, RequestRow};
use llmroute::store::responses::Responses;
use llmroute::store::vault::Vault;
use llmroute::store::{Access, Ledger, ProcessKind, open};
use llmroute::store::{canaries, health};
use llmroute::upstream::Upstream;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The local token of every house.
pub(crate) const TOKEN: &str = "llmr_test_token";
/// A token whose check panics.
pub(crate) const PANIC: &str = "llmr_panic";
/// The secret of every key.
pub(crate) const SECRET: &str = "sk-canary-0123456789abcdef";

/// How a house is built.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) deadlines: Deadlines,
    pub(crate) hedge: Hedge,
    pub(crate) on_refusal: OnRefusal,
    pub(crate) room: Room,
    pub(crate) resume: bool,
    pub(crate) quirks: Quirks,
    pub(crate) strategy: Strategy,
    pub(crate) affinity: Affinity,
    pub(crate) priced: bool,
    /// What the price table knows the providers by.
    pub(crate) price_id: Option<String>,
    /// The clock of health and rows; deadlines keep tokio's.
    pub(crate) clock: Clock,
    /// How long what a provider wants back is kept.
    pub(crate) keep_originals: Duration,
    /// What every provider calls its model.
    pub(crate) model: String,
    pub(crate) rules: Rules,
    /// Which of the targets is the canary, with what share it begins, and when it was set up.
    pub(crate) canary: Option<(String, f64, Stamp)>,
    targets: Vec<(String, Dialect, String, f64, usize)>,
}

impl Plan {
    /// No targets yet; deadlines short enough for tests.
    pub(crate) fn new() -> Self {
        let deadlines = Deadlines {
            first_content: Duration::from_millis(400),
            first_content_reasoning: Duration::from_millis(400),
            byte_gap: Duration::from_millis(300),
            content_gap: Duration::from_millis(600),
            whole: Duration::from_millis(600),
            ..Deadlines::default()
        };
        Self {
            deadlines,
            hedge: Hedge::Auto,
            on_refusal: OnRefusal::Tell,
            room: Room::default(),
            resume: false,
            quirks: Quirks { cancels: true, ..Quirks::default() },
            strategy: Strategy::default(),
            affinity: Affinity::default(),
            priced: true,
            price_id: None,
            clock: Clock::system(),
            keep_originals: Duration::from_secs(7 * 86_400),
            model: "model".to_owned(),
            rules: Rules::default(),
            canary: None,
            targets: Vec::new(),
        }
    }

    /// A target `NAME/model` that speaks `dialect` at `base`, with one key.
    pub(crate) fn target(self, name: &str, dialect: Dialect, base: &str, weight: f64) -> Self {
        self.target_with_keys(name, dialect, base, weight, 1)
    }

    /// The same with several keys.
    pub(crate) fn target_with_keys(
        mut self,
        name: &str,
        dialect: Dialect,
        base: &str,
        weight: f64,
        keys: usize,
    ) -> Self {
        self.targets.push((name.to_owned(), dialect, base.to_owned(), weight, keys));
        self
    }

    /// The group `g` over the targets.
    pub(crate) fn policy(&self) -> (Policy, Keyring) {
        let mut keyring = Keyring::default();
        let mut providers = BTreeMap::new();
        let mut targets = Vec::new();
        for (name, dialect, base, weight, keys) in &self.targets {
            let id = |n: usize| KeyId(i64::try_from(providers.len() * 10 + n + 1).unwrap());
            let keys: Vec<Key> = (0..*keys)
                .map(|n| Key {
                    id: id(n),
                    name: format!("key{n}").into(),
                    // The first key is always first.
                    weight: if n == 0 { 1.0 } else { 0.0 },
                    billing: Billing::Metered,
                    enabled: true,
                    models: Vec::new(),
                    problem: None,
                })
                .collect();
            for key in &keys {
                keyring.insert(key.id, Secret::new(format!("{SECRET}-{}", key.id.0)));
            }
            let (path, auth, headers) = match dialect {
                Dialect::Gemini => ("/v1beta/models/{model}:generateContent", Auth::XGoogApiKey, Vec::new()),
                Dialect::BedrockConverse => ("/model/{model}/converse", Auth::Bearer, Vec::new()),
                Dialect::OpenaiChat
                | Dialect::OpenaiResponses
                | Dialect::Cohere
                | Dialect::Ollama
                | Dialect::OpenaiCompletions => (path(*dialect), Auth::Bearer, Vec::new()),
                Dialect::Anthropic => {
                    ("/v1/messages", Auth::XApiKey, vec![("anthropic-version".to_owned(), "2023-06-01".to_owned())])
                }
            };
            let provider = Provider {
                headers,
                quirks: self.quirks.clone(),
                keys,
                models: vec![self.model.as_str().into()],
                price_id: self.price_id.clone(),
                ..Provider::new(
                    name.as_str().into(),
                    vec![Speech {
                        dialect: *dialect,
                        url: format!("{base}{path}"),
                        stream_url: stream_url(*dialect, &format!("{base}{path}")),
                        body: BodyEdits::default(),
                    }],
                    auth,
                )
            };
            targets.push((Target { provider: provider.name.clone(), model: self.model.as_str().into() }, *weight));
            providers.insert(provider.name.clone(), Arc::new(provider));
        }
        let canary = self.canary.as_ref().map(|(name, share, began)| {
            let at = targets.iter().position(|it| it.0.provider.as_str() == name).unwrap();
            Canary { target: targets.remove(at).0, share: *share, began: *began }
        });
        let group = Group {
            strategy: self.strategy,
            affinity: self.affinity,
            deadlines: self.deadlines,
            hedge: self.hedge,
            on_refusal: self.on_refusal,
            room: self.room,
            resume: self.resume,
            canary,
            ..Group::new("g".into(), targets)
        };
        (
            Policy {
                version: 1,
                providers,
                groups: [(group.name.clone(), Arc::new(group))].into(),
                rules: self.rules.clone(),
                ..Policy::default()
            },
            keyring,
        )
    }

    /// $1 a million tokens in, $2 out, for every target.
    pub(crate) fn prices(&self) -> Vec<Override> {
        let dollars = |it| Usd::from_dollars(it).unwrap();
        let prices = UnitPrices { input: dollars(1.0), output: dollars(2.0), ..UnitPrices::default() };
        let own = |name: &str| Override {
            provider: ProviderName::from(name),
            model: self.model.as_str().into(),
            prices,
            from: None,
            ceiling: false,
        };
        if self.priced { self.targets.iter().map(|it| own(&it.0)).collect() } else { Vec::new() }
    }

    /// A house of its own.
    pub(crate) async fn open(self) -> House {
        self.open_in(Arc::new(tempfile::tempdir().unwrap())).await
    }

    /// A house over the file of another one that has been stopped.
    ///
    /// Async, because sockets can only be bound within a runtime.
    #[expect(clippy::unused_async, reason = "it needs the runtime, not a pause")]
    pub(crate) async fn open_in(self, folder: Arc<tempfile::TempDir>) -> House {
        let path = folder.path().join("home").join("llmroute.db");
        let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
        let (policy, keyring) = self.policy();
        let upstream = Upstream::new(self.deadlines.connect, keyring, self.clock.clone()).unwrap();
        let prices = Prices::loading(self.prices(), &policy);
        let engine = Engine::new(policy, upstream, ledger, prices, self.clock.clone());
        let out = health::out(&open(&path, Access::ReadOnly).unwrap(), self.clock.now().wall).unwrap();
        engine.revive(&out);
        engine.revive_canaries(&canaries::list(&open(&path, Access::ReadOnly).unwrap()).unwrap());
        engine.keep_responses(Responses::start(&path).unwrap());
        engine.keep_originals(Vault::start(&path, self.keep_originals).unwrap());
        let listening = listen::bind(0).unwrap();
        let port = listening.port;
        let guard = Guard::new(port, Some(Box::new(is_token)));
        let (closing, heard) = watch::channel(Closing::Open);
        let door = Door::new(Arc::clone(&engine), guard);
        let open = door.open();
        let serving = tokio::spawn(serve(door, listening, heard));
        House { engine, port, path, open, closing, serving, folder, client: client() }
    }
}

/// The one place where a test can make llmroute itself fail.
fn is_token(presented: &str) -> bool {
    assert_ne!(presented, PANIC, "a token that makes its check panic");
    presented == TOKEN
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A running house. Dropping it leaves its port to be closed with the runtime.
pub(crate) struct House {
    pub(crate) engine: Arc<Engine>,
    pub(crate) port: u16,
    pub(crate) path: PathBuf,
    /// Requests that are being answered.
    pub(crate) open: Open,
    pub(crate) closing: watch::Sender<Closing>,
    pub(crate) serving: JoinHandle<usize>,
    pub(crate) folder: Arc<tempfile::TempDir>,
    client: reqwest::Client,
}

/// What a client got.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The `data:` payloads of a stream, in order.
    pub(crate) fn data(&self) -> Vec<String> {
        self.body.lines().filter_map(|it| it.strip_prefix("data:")).map(|it| it.trim_start().to_owned()).collect()
    }
}

impl House {
    /// Posts a body to a path of the house.
    pub(crate) async fn post(&self, path: &str, body: impl Into<String>) -> Seen {
        let request = self.request(path, body.into());
        seen(request.send().await.unwrap()).await
    }

    /// A request with the token, to be changed before it is sent.
    pub(crate) fn request(&self, path: &str, body: String) -> reqwest::RequestBuilder {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        self.client.post(url).bearer_auth(TOKEN).header("content-type", "application/json").body(body)
    }

    /// A small question in `dialect` to the group.
    pub(crate) async fn ask(&self, dialect: Dialect, stream: bool) -> Seen {
        self.post(path_for(dialect, stream), question(dialect, stream).to_string()).await
    }

    /// All rows, oldest first, once everything is written.
    pub(crate) async fn rows(&self) -> Vec<(RequestRow, Vec<AttemptRow>)> {
        let db = open(&self.path, Access::ReadOnly).unwrap();
        let mut rows = Vec::new();
        // A row is sent when the last byte has left, and in the first moments when the price table is there; the
        // client may be faster than both.
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.engine.ledger().flush().await.unwrap();
            rows = requests::recent(&db, 10_000).unwrap();
            if rows.iter().all(|it| it.outcome.is_some()) {
                break;
            }
        }
        rows.sort_by_key(|it| it.id);
        rows.into_iter().map(|it| requests::show(&db, it.id).unwrap().unwrap()).collect()
    }

    /// The row of the request that was answered as `seen`, with its attempts, as soon as it is settled.
    pub(crate) async fn row(&self, seen: &Seen) -> (RequestRow, Vec<AttemptRow>) {
        let id = seen.header("x-llmroute-id").parse().unwrap_or_else(|error| panic!("{error}: {seen:?}"));
        let db = open(&self.path, Access::ReadOnly).unwrap();
        for _ in 0..1000 {
            self.engine.ledger().flush().await.unwrap();
            let row = requests::show(&db, id).unwrap().filter(|it| it.0.outcome.is_some());
            if let Some(row) = row {
                return row;
            }
            // A row is sent when the last byte has left; the client may be faster than that by a hair.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("no row for {seen:?}")
    }

    /// Stops the house; how many connections had to be cut.
    pub(crate) async fn stop(self) -> usize {
        self.closing.send_replace(Closing::Draining);
        let cut = self.serving.await.unwrap();
        // As `serve` does at its end.
        self.engine.vault().unwrap().written().await;
        cut
    }
}

/// A number from the environment, for runs that are longer than usual.
#[expect(clippy::disallowed_methods, reason = "the length of a test run is no setting of llmroute")]
pub(crate) fn setting(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|it| it.parse().unwrap_or_else(|error| panic!("{name}={it}: {error}")))
}

/// The answer of a server, read whole.
pub(crate) async fn seen(response: reqwest::Response) -> Seen {
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    Seen { status, headers, body: response.text().await.unwrap() }
}

/// Where `dialect` is asked for an answer that is streamed, or is not; Gemini's path says that, and the group.
pub(crate) const fn path_for(dialect: Dialect, stream: bool) -> &'static str {
    match dialect {
        Dialect::Gemini if stream => "/v1beta/models/g:streamGenerateContent?alt=sse",
        _ => path(dialect),
    }
}

/// Where `dialect` is asked.
pub(crate) const fn path(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Gemini => "/v1beta/models/g:generateContent",
        Dialect::OpenaiChat => "/v1/chat/completions",
        Dialect::OpenaiResponses => "/v1/responses",
        Dialect::Anthropic => "/v1/messages",
        // No client asks there.
        Dialect::Cohere => "/v2/chat",
        Dialect::Ollama => "/api/chat",
        Dialect::OpenaiCompletions => "/v1/completions",
        Dialect::BedrockConverse => panic!("no client speaks it"),
    }
}

/// A small question to `model`: where it goes, and what it says.
pub(crate) fn question_to(model: &str, dialect: Dialect, stream: bool) -> (String, Value) {
    let mut body = question(dialect, stream);
    if dialect == Dialect::Gemini {
        return (path_for(dialect, stream).replace("/g:", &format!("/{model}:")), body);
    }
    body["model"] = model.into();
    (path(dialect).to_owned(), body)
}

/// A small question.
pub(crate) fn question(dialect: Dialect, stream: bool) -> Value {
    if dialect == Dialect::Gemini {
        return json!({"contents": [{"role": "user", "parts": [{"text": "What is a proxy?"}]}]});
    }
    if dialect == Dialect::OpenaiCompletions {
        return json!({"model": "g", "prompt": "What is a proxy?", "stream": stream});
    }
    let turns = if dialect == Dialect::OpenaiResponses { "input" } else { "messages" };
    let mut body = json!({"model": "g", turns: [{"role": "user", "content": "What is a proxy?"}]});
    if stream {
        body["stream"] = json!(true);
        if dialect == Dialect::OpenaiChat {
            body["stream_options"] = json!({"include_usage": true});
        }
    }
    if dialect == Dialect::Anthropic {
        body["max_tokens"] = json!(500);
    }
    body
}

/// The text of an answer, streamed or not, read without any of llmroute's own code.
pub(crate) fn text(dialect: Dialect, stream: bool, seen: &Seen) -> String {
    if !stream {
        let body = seen.json();
        return match dialect {
            Dialect::OpenaiChat => body["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned(),
            Dialect::OpenaiResponses => {
                let items = body["output"].as_array().cloned().unwrap_or_default();
                let parts = items.iter().flat_map(|it| it["content"].as_array().cloned().unwrap_or_default());
                parts.filter_map(|it| it["text"].as_str().map(str::to_owned)).collect()
            }
            Dialect::Anthropic => {
                let blocks = body["content"].as_array().cloned().unwrap_or_default();
                blocks.iter().filter_map(|it| it["text"].as_str()).collect()
            }
            Dialect::Gemini => gemini_text(&body),
            Dialect::Cohere | Dialect::Ollama => unheard(dialect),
            Dialect::OpenaiCompletions => body["choices"][0]["text"].as_str().unwrap_or_default().to_owned(),
            Dialect::BedrockConverse => unreachable!("no client speaks it"),
        };
    }
    let events = seen.data().into_iter().filter_map(|it| serde_json::from_str::<Value>(&it).ok());
    let text = events.filter_map(|it| match dialect {
        Dialect::OpenaiChat => it["choices"][0]["delta"]["content"].as_str().map(str::to_owned),
        Dialect::OpenaiResponses if it["type"] == "response.output_text.delta" => {
            it["delta"].as_str().map(str::to_owned)
        }
        Dialect::OpenaiResponses => None,
        Dialect::Anthropic => it["delta"]["text"].as_str().map(str::to_owned),
        Dialect::Gemini => Some(gemini_text(&it)),
        Dialect::Cohere | Dialect::Ollama => unheard(dialect),
        Dialect::OpenaiCompletions => it["choices"][0]["text"].as_str().map(str::to_owned),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
    });
    text.collect()
}

/// A dialect that is spoken to providers only.
pub(crate) fn unheard(dialect: Dialect) -> ! {
    panic!("no client hears {dialect}")
}

fn gemini_text(chunk: &Value) -> String {
    let parts = chunk["candidates"][0]["content"]["parts"].as_array().cloned().unwrap_or_default();
    parts.iter().filter(|it| it["thought"] != true).filter_map(|it| it["text"].as_str()).collect()
}

/// Whether a stream ended the way its dialect ends well.
pub(crate) fn ended_well(dialect: Dialect, seen: &Seen) -> bool {
    match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiCompletions => seen.data().last().is_some_and(|it| it == "[DONE]"),
        Dialect::OpenaiResponses => seen.data().last().is_some_and(|it| {
            let last: Value = serde_json::from_str(it).unwrap_or_default();
            last["type"] == "response.completed" || last["type"] == "response.incomplete"
        }),
        Dialect::Anthropic => seen.data().last().is_some_and(|it| it.contains("\"message_stop\"")),
        Dialect::Gemini => seen.data().last().is_some_and(|it| it.contains("\"finishReason\"")),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::Cohere | Dialect::Ollama => unheard(dialect),
    }
}

/// Whether a stream told its client of an error, in its dialect.
pub(crate) fn told_error(dialect: Dialect, seen: &Seen) -> bool {
    let events: Vec<Value> = seen.data().iter().filter_map(|it| serde_json::from_str(it).ok()).collect();
    match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiCompletions => {
            events.last().is_some_and(|it| it["error"]["message"].is_string())
        }
        Dialect::OpenaiResponses => {
            let failed = |it: &Value| it["type"] == "response.failed" && it["response"]["error"]["message"].is_string();
            let raised = |it: &Value| it["type"] == "error" && it["error"]["message"].is_string();
            events.iter().any(raised) && events.last().is_some_and(failed)
        }
        Dialect::Gemini => events.last().is_some_and(|it| {
            it["error"]["message"].is_string() && it["error"]["code"].is_u64() && it["error"]["status"].is_string()
        }),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::Anthropic => {
            events.last().is_some_and(|it| it["type"] == "error" && it["error"]["message"].is_string())
                && seen.body.contains("event: error")
        }
        Dialect::Cohere | Dialect::Ollama => unheard(dialect),
    }
}

/// What a provider's bill comes to at the prices of [`Plan`], in pico-dollars.
pub(crate) fn bill(billed: &Billed) -> i64 {
    i64::try_from(billed.input * 1_000_000 + billed.output * 2_000_000).unwrap()
}

/// What all of a provider's arrivals cost.
pub(crate) fn billed(sim: &Sim) -> i64 {
    sim.meter().arrivals().iter().filter_map(|it| it.outcome.billed.as_ref()).map(bill).sum()
}
