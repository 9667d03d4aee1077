//! The life of a connection to a simulated provider: read, understand, plan, play, charge.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::domain::clock::Clock;
use crate::domain::dialect::Dialect;
use crate::sim::asked::{Asked, Rejected};
use crate::sim::canned::Prebuilt;
use crate::sim::delivery::{self, Delivery, End, Named, Request};
use crate::sim::line::{Incoming, Line};
use crate::sim::meter::{Arrival, Meter, Outcome, Tariff, Ticket};
use crate::sim::persona::Persona;
use crate::sim::script::Script;
use crate::sim::scripts::Scripts;
use crate::sim::trouble::Trouble;
use crate::sim::{anthropic, bedrock, cohere, completions, embed, gemini, ollama, openai, responses};

/// What all connections of one simulated provider share.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) persona: Persona,
    pub(crate) scripts: Scripts,
    pub(crate) meter: Meter,
    pub(crate) prebuilt: Option<Prebuilt>,
    pub(crate) clock: Clock,
    pub(crate) seq: AtomicU64,
}

/// What a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Chat(Dialect),
    CountTokens(Dialect),
    Compact,
    Embed,
    Models,
    Unknown,
}

impl Provider {
    /// Serves one connection until either side ends it.
    pub(crate) async fn serve(self: Arc<Self>, stream: TcpStream) {
        self.meter.connected();
        let Ok(mut line) = Line::new(stream) else { return };
        if let Some(script) = self.scripts.next_reset() {
            return self.reset(line, &script);
        }
        while let Ok(true) = line.wait_for_bytes().await {
            if let Some(script) = self.scripts.next_reset() {
                return self.reset(line, &script);
            }
            let incoming = match line.read().await {
                Ok(Some(incoming)) => incoming,
                Ok(None) => return,
                Err(error) => {
                    tracing::debug!(%error, "simulated provider could not read a request");
                    return;
                }
            };
            let last = incoming.last;
            match self.exchange(&mut line, incoming).await {
                End::Keep if !last => {}
                End::Keep | End::Fin => return line.close().await,
                End::Reset => return line.reset(),
                End::Silence => return,
            }
        }
    }

    fn reset(&self, line: Line, script: &Script) {
        let seq = self.seq.fetch_add(1, Ordering::Relaxed) + 1;
        drop(self.meter.arrive(self.arrival(seq, Incoming::default(), script, None)));
        line.reset();
    }

    /// One request and its answer.
    async fn exchange(&self, line: &mut Line, incoming: Incoming) -> End {
        let seq = self.seq.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(prebuilt) = &self.prebuilt
            && let Some(delivery) = prebuilt.answer(incoming.route(), &incoming.body)
        {
            let mut ticket = self.meter.arrive(Arrival::bare(seq, self.clock.now()));
            return play(line, delivery, &mut ticket).await;
        }
        let (script, delivery, violation) = self.plan(seq, &incoming);
        let mut ticket = self.meter.arrive(self.arrival(seq, incoming, &script, violation));
        play(line, &delivery, &mut ticket).await
    }

    /// Decides what to do with a request.
    fn plan(&self, seq: u64, incoming: &Incoming) -> (Script, Delivery, Option<String>) {
        let route = self.route(incoming);
        let (dialect, counting) = match route {
            Route::Chat(dialect) => (dialect, false),
            Route::CountTokens(dialect) => (dialect, true),
            Route::Compact => (Dialect::OpenaiResponses, false),
            Route::Embed => return self.embed(incoming),
            Route::Models => return self.models(incoming),
            Route::Unknown => {
                let script = Script::status(404);
                let body = json!({"error": {"message": format!("Unknown request URL: {} {}.", incoming.method, incoming.path), "type": "invalid_request_error", "param": null, "code": "unknown_url"}});
                let delivery = delivery::json(&script, 404, &body);
                return (script, delivery, Some("unknown path".to_owned()));
            }
        };
        let asked = self.read(dialect, counting, incoming);
        let violation = asked.as_ref().err().map(|it| it.reason.clone());
        let named = Named { seq, created: self.clock.now().wall.seconds() };
        if (counting || route == Route::Compact) && self.scripts.waiting() == 0 {
            let script = Script::natural();
            let delivery = match &asked {
                Ok(asked) if counting => delivery::json(&script, 200, &count(dialect, asked.input_tokens)),
                Ok(asked) => delivery::json(&script, 200, &responses::compacted(asked, &named)),
                Err(it) => delivery::json(&script, it.status, &it.body),
            };
            return (script, delivery, violation);
        }
        let script = self.script(seq, &asked);
        let request = Request { dialect, named, asked: &asked, persona: &self.persona };
        let delivery = Delivery::plan(&script, &request);
        (script, delivery, violation)
    }

    /// The script of a request: one that waits, else one the request itself asks for, else the persona's mood.
    fn script(&self, seq: u64, asked: &Result<Asked, Rejected>) -> Script {
        if let Some(script) = self.scripts.next() {
            return script;
        }
        let Ok(asked) = asked else { return Script::natural() };
        let ordered = asked.directive().filter(|_| self.persona.obeys).and_then(Script::named);
        ordered.unwrap_or_else(|| self.persona.mood(seq))
    }

    /// Under any base: only the end of the path counts.
    fn route(&self, incoming: &Incoming) -> Route {
        let route = incoming.route();
        let speaks = |it: Dialect| self.persona.speaks.contains(&it);
        match incoming.method.as_str() {
            "POST" if route.ends_with("/chat/completions") && speaks(Dialect::OpenaiChat) => {
                Route::Chat(Dialect::OpenaiChat)
            }
            "POST" if is_completions(route) && speaks(Dialect::OpenaiCompletions) => {
                Route::Chat(Dialect::OpenaiCompletions)
            }
            "POST" if route.ends_with("/responses") && speaks(Dialect::OpenaiResponses) => {
                Route::Chat(Dialect::OpenaiResponses)
            }
            "POST" if route.ends_with("/messages") && speaks(Dialect::Anthropic) => Route::Chat(Dialect::Anthropic),
            "POST" if speaks(Dialect::Gemini) && gemini::method(route).is_some() => Route::Chat(Dialect::Gemini),
            "POST" if route.ends_with("/messages/count_tokens") && speaks(Dialect::Anthropic) => {
                Route::CountTokens(Dialect::Anthropic)
            }
            "POST" if route.ends_with(":countTokens") && speaks(Dialect::Gemini) => Route::CountTokens(Dialect::Gemini),
            "POST" if route.ends_with("/responses/input_tokens") && speaks(Dialect::OpenaiResponses) => {
                Route::CountTokens(Dialect::OpenaiResponses)
            }
            "POST" if route.ends_with("/responses/compact") && speaks(Dialect::OpenaiResponses) => Route::Compact,
            "POST" if route.ends_with(bedrock::COUNT) && speaks(Dialect::BedrockConverse) => {
                Route::CountTokens(Dialect::BedrockConverse)
            }
            "POST" if speaks(Dialect::BedrockConverse) && bedrock::method(route).is_some() => {
                Route::Chat(Dialect::BedrockConverse)
            }
            "POST" if route.ends_with("/v2/chat") && speaks(Dialect::Cohere) => Route::Chat(Dialect::Cohere),
            "POST" if route.ends_with("/api/chat") && speaks(Dialect::Ollama) => Route::Chat(Dialect::Ollama),
            "POST" if embed::method(route).is_some_and(|it| speaks(it.0)) => Route::Embed,
            "GET" if route.ends_with("/models") => Route::Models,
            _ => Route::Unknown,
        }
    }

    /// Checks the key and the body as the provider of this dialect does.
    fn read(&self, dialect: Dialect, counting: bool, incoming: &Incoming) -> Result<Asked, Rejected> {
        let refused = |trouble: Trouble, model: &str, reason: &str| Rejected {
            status: trouble.status(dialect),
            body: trouble.body(dialect, model),
            reason: reason.to_owned(),
        };
        if !self.persona.admits(key(dialect, incoming)) {
            return Err(refused(Trouble::BadKey, "", "no key, or not the right one"));
        }
        let json = incoming.header("content-type").is_some_and(|it| it.starts_with("application/json"));
        let body = serde_json::from_slice::<Value>(&incoming.body).ok().filter(|_| json);
        let Some(body) = body else {
            let message = "We could not parse the JSON body of your request.";
            return Err(Rejected::bad_request(dialect, message, None));
        };
        let asked = match dialect {
            Dialect::OpenaiChat => openai::read(&body)?,
            Dialect::OpenaiCompletions => completions::read(&body)?,
            Dialect::OpenaiResponses => responses::read(&body)?,
            Dialect::Anthropic => anthropic::read(&body, incoming.header("anthropic-version"), counting)?,
            Dialect::Gemini => {
                let query = incoming.path.split_once('?').map_or("", |(_, query)| query);
                let path = incoming.path.replace(":countTokens", ":generateContent");
                let method = gemini::method(&path);
                let method = method.ok_or_else(|| Rejected::bad_request(dialect, "no such method", None))?;
                let whole = body.get("generateContentRequest").filter(|_| counting);
                gemini::read(whole.unwrap_or(&body), &method, query)?
            }
            Dialect::BedrockConverse => {
                let method = bedrock::method(&incoming.path);
                let whole = body.pointer("/input/converse").filter(|_| counting);
                bedrock::read(
                    whole.unwrap_or(&body),
                    method.ok_or_else(|| Rejected::bad_request(dialect, "no such method", None))?,
                )?
            }
            Dialect::Cohere => cohere::read(&body)?,
            Dialect::Ollama => ollama::read(&body)?,
        };
        if !self.persona.models.is_empty() && !self.persona.models.contains(&asked.model) {
            return Err(refused(Trouble::NoModel, &asked.model, "a model that is not served"));
        }
        Ok(asked)
    }

    /// Vectors. Scripts are about conversations: none is spent here.
    fn embed(&self, incoming: &Incoming) -> (Script, Delivery, Option<String>) {
        let script = Script::natural();
        let (dialect, model, many) = embed::method(incoming.route()).unwrap_or((Dialect::OpenaiChat, None, true));
        let body = serde_json::from_slice::<Value>(&incoming.body).unwrap_or_default();
        let made = if !self.persona.admits(key(dialect, incoming)) {
            let reason = "no key, or not the right one".to_owned();
            let (status, body) = (Trouble::BadKey.status(dialect), Trouble::BadKey.body(dialect, ""));
            Err(Rejected { status, body, reason })
        } else if let Some(model) = &model {
            embed::gemini(&body, model, many)
        } else {
            embed::openai(&body)
        };
        match made {
            Ok((body, billed)) => {
                let mut delivery = delivery::json(&script, 200, &body);
                delivery.tariff = Tariff::Always(billed);
                (script, delivery, None)
            }
            Err(it) => {
                let delivery = delivery::json(&script, it.status, &it.body);
                (script, delivery, Some(it.reason))
            }
        }
    }

    fn models(&self, incoming: &Incoming) -> (Script, Delivery, Option<String>) {
        let script = Script::natural();
        let dialect = if incoming.header("anthropic-version").is_some() {
            Dialect::Anthropic
        } else if incoming.header("x-goog-api-key").is_some() {
            Dialect::Gemini
        } else {
            Dialect::OpenaiChat
        };
        if !self.persona.admits(key(dialect, incoming)) {
            let delivery = delivery::json(&script, Trouble::BadKey.status(dialect), &Trouble::BadKey.body(dialect, ""));
            return (script, delivery, Some("no key, or not the right one".to_owned()));
        }
        let body = match dialect {
            Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::Cohere | Dialect::OpenaiCompletions => {
                openai::models(&self.persona.models, &self.persona.name)
            }
            Dialect::Anthropic => anthropic::models(&self.persona.models),
            Dialect::Gemini => gemini::models(&self.persona.models),
            // Bedrock's models are listed by another service.
            Dialect::BedrockConverse => json!({}),
            Dialect::Ollama => ollama::models(&self.persona.models),
        };
        let delivery = delivery::json(&script, 200, &body);
        (script, delivery, None)
    }

    fn arrival(&self, seq: u64, incoming: Incoming, script: &Script, violation: Option<String>) -> Arrival {
        let body = serde_json::from_slice::<Value>(&incoming.body).ok();
        let in_path = gemini::method(&incoming.path).map(|it| it.model);
        let in_path = in_path.or_else(|| embed::method(&incoming.path)?.1);
        let in_path = in_path.or_else(|| bedrock::method(&incoming.path).map(|it| it.model));
        Arrival {
            seq,
            model: in_path.or_else(|| body.and_then(|it| it["model"].as_str().map(str::to_owned))),
            method: incoming.method,
            path: incoming.path,
            headers: incoming.headers,
            body: incoming.body,
            at: self.clock.now(),
            script: script.name(),
            violation,
            outcome: Outcome::default(),
        }
    }
}

/// The answer to a request for a count.
fn count(dialect: Dialect, tokens: u64) -> Value {
    match dialect {
        Dialect::Gemini => {
            json!({"totalTokens": tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]})
        }
        Dialect::OpenaiResponses => json!({"object": "response.input_tokens", "input_tokens": tokens}),
        Dialect::BedrockConverse => json!({ "inputTokens": tokens }),
        _ => json!({"input_tokens": tokens}),
    }
}

fn is_completions(route: &str) -> bool {
    route.ends_with("/completions") && !route.ends_with("/chat/completions")
}

/// The key a request shows. Anthropic takes a bearer token as well.
fn key(dialect: Dialect, incoming: &Incoming) -> Option<&str> {
    let bearer = incoming.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
    match dialect {
        Dialect::OpenaiChat
        | Dialect::OpenaiResponses
        | Dialect::Cohere
        | Dialect::Ollama
        | Dialect::OpenaiCompletions => bearer,
        Dialect::Anthropic => incoming.header("x-api-key").or(bearer),
        // Not `?key=`, which the real one takes too: it would end up in logs.
        Dialect::Gemini => incoming.header("x-goog-api-key"),
        Dialect::BedrockConverse => bedrock::key(incoming),
    }
}

/// Plays a delivery on the socket and keeps the account.
async fn play(line: &mut Line, delivery: &Delivery, ticket: &mut Ticket) -> End {
    ticket.tariff = delivery.tariff;
    for step in &delivery.steps {
        if !line.pause(step.wait).await || !line.write(&step.bytes).await {
            ticket.outcome.cancelled_by_client = true;
            return End::Fin;
        }
        ticket.generated = step.tokens;
        ticket.wrote(step.bytes.len());
        ticket.outcome.completed |= step.terminal;
    }
    if delivery.end == End::Silence {
        ticket.close_bill();
        line.hung_up().await;
        ticket.outcome.cancelled_by_client = !ticket.outcome.completed;
    }
    delivery.end
}
