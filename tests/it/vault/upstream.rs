//! A provider that thinks, signs what it thought, and refuses a conversation in which its own proof is missing or altered,
//! or somebody else's is in its place. Written from the providers' documentation, without any of llmroute's own code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use llmroute::domain::dialect::Dialect;
use serde_json::{Value, json};

/// What Google documents for a call that another model made.
const UNSIGNED: &str = "skip_thought_signature_validator";

/// One call that the provider made.
#[derive(Debug, Clone)]
struct Made {
    /// What has to come back with it.
    proof: String,
    /// Its id, in a dialect where it has one.
    id: String,
    /// Its arguments, byte for byte.
    arguments: String,
}

/// The provider.
#[derive(Debug)]
pub(crate) struct Strict {
    dialect: Dialect,
    name: String,
    /// Calls by the number in their arguments.
    made: Mutex<BTreeMap<u64, Made>>,
    /// Bodies as they came.
    asked: Mutex<Vec<Value>>,
    /// It answers 503.
    pub(crate) down: AtomicBool,
    /// It takes a conversation in which its proof is missing.
    pub(crate) lenient: AtomicBool,
    /// Its streams break after the first call.
    pub(crate) cuts: AtomicBool,
    base: String,
}

impl Strict {
    /// Starts one that speaks `dialect`.
    pub(crate) async fn start(name: &str, dialect: Dialect) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let it = Arc::new(Self {
            dialect,
            name: name.to_owned(),
            made: Mutex::default(),
            asked: Mutex::default(),
            down: AtomicBool::new(false),
            lenient: AtomicBool::new(false),
            cuts: AtomicBool::new(false),
            base,
        });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&it));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        it
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The bodies it was asked with.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }

    /// Reads the conversation: what is wrong with it, and how many results it has.
    fn judge(&self, body: &Value) -> Result<usize, String> {
        let mut results = 0;
        for turn in turns(self.dialect, body) {
            results += turn.results;
            for proof in &turn.proofs {
                let made = self.made.lock().unwrap();
                let own = made.values().any(|it| it.proof == *proof);
                // Reasoning that is plain text is taken from anybody; what another signed or encrypted is not.
                let plain = self.dialect == Dialect::OpenaiChat && !proof.contains("proof+");
                if !own && proof != UNSIGNED && !plain {
                    return Err(format!("{}: a signature that is not mine: {proof}", self.name));
                }
            }
            // DeepSeek, Kimi: a turn with calls has reasoning, whoever made it; Gemini: a signature.
            let strict = !self.lenient.load(Ordering::Relaxed);
            let whoever = matches!(self.dialect, Dialect::OpenaiChat | Dialect::Gemini);
            if whoever && !turn.calls.is_empty() && turn.proofs.is_empty() && strict {
                return Err(format!("{}: calls without reasoning or signature: {turn:?}", self.name));
            }
            for (nth, (id, arguments)) in turn.calls.iter().enumerate() {
                let number = arguments["number"].as_u64().unwrap_or(u64::MAX);
                let Some(made) = self.made.lock().unwrap().get(&number).cloned() else { continue };
                if nth == 0 && strict && !turn.proofs.contains(&made.proof) {
                    return Err(format!("{}: call {number} came back without {}: {turn:?}", self.name, made.proof));
                }
                if !made.id.is_empty() && *id != made.id {
                    return Err(format!("{}: call {number} came back as {id}, not {}", self.name, made.id));
                }
            }
        }
        Ok(results)
    }

    /// The next call: with its own number, and arguments in a spelling that a client would not choose.
    fn call(&self, results: usize) -> (Made, String) {
        let mut made = self.made.lock().unwrap();
        // No two providers use the same.
        let number = made.len() as u64 + 1000 * u64::from(self.name.as_bytes()[0]);
        let id = match self.dialect {
            Dialect::Gemini => String::new(),
            Dialect::Anthropic => format!("toolu_{}_{number}", self.name),
            // Numbered anew in every conversation, as Kimi does.
            _ => format!("functions.look:{results}"),
        };
        let proof = match self.dialect {
            Dialect::OpenaiChat => format!("I, {}, think of {number}.", self.name),
            _ => format!("proof+{}/{number}==", self.name),
        };
        let arguments = format!("{{ \"number\": {number}, \"deep\": {{\"b\":1.0, \"a\":\"\\u00fc\"}} }}");
        let one = Made { proof, id, arguments };
        made.insert(number, one.clone());
        (one, "look".to_owned())
    }
}

/// A turn of a conversation, as far as it matters here.
#[derive(Debug, Default)]
struct Turn {
    results: usize,
    /// Id and arguments.
    calls: Vec<(String, Value)>,
    proofs: Vec<String>,
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn turns(dialect: Dialect, body: &Value) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    match dialect {
        Dialect::OpenaiChat => {
            for message in list(&body["messages"]) {
                let mut turn = Turn { results: usize::from(message["role"] == "tool"), ..Turn::default() };
                turn.proofs.extend(message["reasoning_content"].as_str().map(str::to_owned));
                for call in list(&message["tool_calls"]) {
                    let arguments = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
                    turn.calls.push((word(&call["id"]), arguments));
                }
                turns.push(turn);
            }
        }
        Dialect::OpenaiResponses => {
            turns.push(Turn::default());
            for item in list(&body["input"]) {
                match item["type"].as_str() {
                    Some("reasoning") => {
                        let turn = Turn { proofs: vec![word(&item["encrypted_content"])], ..Turn::default() };
                        turns.push(turn);
                    }
                    Some("function_call") => {
                        let arguments = serde_json::from_str(item["arguments"].as_str().unwrap()).unwrap();
                        turns.last_mut().unwrap().calls.push((word(&item["call_id"]), arguments));
                    }
                    Some("function_call_output") => turns.push(Turn { results: 1, ..Turn::default() }),
                    _ => {}
                }
            }
        }
        Dialect::Anthropic => {
            for message in list(&body["messages"]) {
                let mut turn = Turn::default();
                for block in list(&message["content"]) {
                    match block["type"].as_str() {
                        Some("thinking") => turn.proofs.push(word(&block["signature"])),
                        Some("redacted_thinking") => turn.proofs.push(word(&block["data"])),
                        Some("tool_use") => turn.calls.push((word(&block["id"]), block["input"].clone())),
                        Some("tool_result") => turn.results += 1,
                        Some("text") => assert_ne!(block["text"].as_str().unwrap().trim(), "", "{body}"),
                        _ => {}
                    }
                }
                turns.push(turn);
            }
        }
        _ => {
            for content in list(&body["contents"]) {
                let mut turn = Turn::default();
                for part in list(&content["parts"]) {
                    turn.proofs.extend(part["thoughtSignature"].as_str().map(str::to_owned));
                    if let Some(call) = part.get("functionCall") {
                        turn.calls.push((word(&call["id"]), call["args"].clone()));
                    }
                    turn.results += usize::from(part.get("functionResponse").is_some());
                }
                turns.push(turn);
            }
        }
    }
    turns
}

/// Rounds of calls that are made for each word of the user's.
pub(crate) const ROUNDS: usize = 3;

async fn answer(State(it): State<Arc<Strict>>, uri: Uri, raw: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&raw).unwrap();
    it.asked.lock().unwrap().push(body.clone());
    if it.down.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, r#"{"error":{"message":"overloaded"}}"#).into_response();
    }
    let results = match it.judge(&body) {
        Ok(results) => results,
        Err(what) => {
            let error = json!({"type": "error", "error": {"type": "invalid_request_error", "message": what}});
            return (StatusCode::BAD_REQUEST, error.to_string()).into_response();
        }
    };
    let stream = body["stream"] == true || uri.path().ends_with(":streamGenerateContent");
    let call = (results < ROUNDS).then(|| it.call(results).0);
    let events = say(&it, call.as_ref());
    if !stream {
        return (StatusCode::OK, [("content-type", "application/json")], whole(it.dialect, &events)).into_response();
    }
    let cut = it.cuts.load(Ordering::Relaxed) && call.is_some();
    let sent = events.len() - if cut { it.after_call() } else { 0 };
    let mut out = String::new();
    for event in &events[..sent] {
        if let Some(name) = event["type"].as_str() {
            writeln!(out, "event: {name}").unwrap();
        }
        write!(out, "data: {event}\n\n").unwrap();
    }
    if it.dialect == Dialect::OpenaiChat && !cut {
        out.push_str("data: [DONE]\n\n");
    }
    (StatusCode::OK, [("content-type", "text/event-stream")], out).into_response()
}

impl Strict {
    /// Events that follow a complete call.
    fn after_call(&self) -> usize {
        match self.dialect {
            Dialect::Anthropic => 2,
            _ => 1,
        }
    }
}

/// The events of an answer; a whole answer is made of the last of them, or of all.
fn say(it: &Strict, call: Option<&Made>) -> Vec<Value> {
    match it.dialect {
        Dialect::OpenaiChat => say_chat(call),
        Dialect::OpenaiResponses => say_responses(call),
        Dialect::Anthropic => say_anthropic(call),
        _ => say_gemini(call),
    }
}

fn say_chat(call: Option<&Made>) -> Vec<Value> {
    let chunk = |delta: Value, finish: Value| {
        json!({"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": "model",
               "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    };
    let Some(made) = call else {
        return vec![chunk(json!({"role": "assistant", "content": "Done."}), json!("stop"))];
    };
    let (left, right) = made.arguments.split_at(7);
    let calls = |id: Value, arguments: &str| {
        let function = if id.is_null() {
            json!({"arguments": arguments})
        } else {
            json!({"name": "look", "arguments": arguments})
        };
        json!({"tool_calls": [{"index": 0, "id": id, "type": "function", "function": function}]})
    };
    let (first, rest) = made.proof.split_at(5);
    vec![
        chunk(json!({"role": "assistant", "content": null, "reasoning_content": first}), Value::Null),
        chunk(json!({"reasoning_content": rest}), Value::Null),
        chunk(json!({"content": "I look.\n"}), Value::Null),
        chunk(calls(json!(made.id), left), Value::Null),
        chunk(calls(Value::Null, right), Value::Null),
        chunk(json!({}), json!("tool_calls")),
    ]
}

fn say_responses(call: Option<&Made>) -> Vec<Value> {
    let mut output = Vec::new();
    match call {
        Some(made) => {
            output.push(json!({"id": "rs_1", "type": "reasoning", "encrypted_content": made.proof,
                               "summary": [{"type": "summary_text", "text": "A thought."}]}));
            output.push(json!({"id": "fc_1", "type": "function_call", "status": "completed",
                               "call_id": made.id, "name": "look", "arguments": made.arguments}));
        }
        None => output.push(json!({"id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
                      "content": [{"type": "output_text", "text": "Done.", "annotations": []}]})),
    }
    let response = |status: &str, output: &[Value]| {
        json!({"id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": "model",
               "output": output, "usage": {"input_tokens": 5, "output_tokens": 5, "total_tokens": 10}})
    };
    let mut events = vec![json!({"type": "response.created", "response": response("in_progress", &[])})];
    for (at, item) in output.iter().enumerate() {
        for kind in ["added", "done"] {
            events.push(json!({"type": format!("response.output_item.{kind}"), "output_index": at, "item": item}));
        }
    }
    events.push(json!({"type": "response.completed", "response": response("completed", &output)}));
    events
}

fn say_anthropic(call: Option<&Made>) -> Vec<Value> {
    let mut blocks = Vec::new();
    if let Some(made) = call {
        blocks.push((
            json!({"type": "thinking", "thinking": "", "signature": ""}),
            vec![
                json!({"type": "thinking_delta", "thinking": "A thought."}),
                json!({"type": "signature_delta", "signature": made.proof}),
            ],
        ));
        blocks.push((json!({"type": "text", "text": ""}), vec![json!({"type": "text_delta", "text": "I look.\n"})]));
        blocks.push((
            json!({"type": "tool_use", "id": made.id, "name": "look", "input": {}}),
            vec![json!({"type": "input_json_delta", "partial_json": made.arguments})],
        ));
    } else {
        blocks.push((json!({"type": "text", "text": ""}), vec![json!({"type": "text_delta", "text": "Done."})]));
    }
    let usage = json!({"input_tokens": 5, "output_tokens": 5});
    let mut events = vec![json!({"type": "message_start", "message": {"id": "msg_1", "type": "message",
        "role": "assistant", "model": "model", "content": [], "stop_reason": null, "usage": usage}})];
    for (at, (start, deltas)) in blocks.into_iter().enumerate() {
        events.push(json!({"type": "content_block_start", "index": at, "content_block": start}));
        for delta in deltas {
            events.push(json!({"type": "content_block_delta", "index": at, "delta": delta}));
        }
        events.push(json!({"type": "content_block_stop", "index": at}));
    }
    let reason = if call.is_some() { "tool_use" } else { "end_turn" };
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}));
    events.push(json!({"type": "message_stop"}));
    events
}

fn say_gemini(call: Option<&Made>) -> Vec<Value> {
    let chunk = |parts: Value, finish: Option<&str>| {
        let mut it = json!({"candidates": [{"content": {"role": "model", "parts": parts}, "index": 0}],
            "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 5, "totalTokenCount": 10},
            "modelVersion": "model", "responseId": "gem1"});
        if let Some(finish) = finish {
            it["candidates"][0]["finishReason"] = json!(finish);
        }
        it
    };
    match call {
        Some(made) => {
            let arguments: Value = serde_json::from_str(&made.arguments).unwrap();
            let part = json!({"functionCall": {"name": "look", "args": arguments}, "thoughtSignature": made.proof});
            vec![
                chunk(json!([{"text": "A thought.", "thought": true}]), None),
                chunk(json!([part]), None),
                chunk(json!([{"text": ""}]), Some("STOP")),
            ]
        }
        None => vec![chunk(json!([{"text": "Done."}]), Some("STOP"))],
    }
}

/// The whole answer that the events tell.
fn whole(dialect: Dialect, events: &[Value]) -> String {
    let answer = match dialect {
        Dialect::OpenaiChat => {
            let mut message = json!({"role": "assistant", "content": null});
            let mut arguments = String::new();
            let mut finish = Value::Null;
            for event in events {
                let choice = &event["choices"][0];
                for key in ["content", "reasoning_content"] {
                    if let Some(text) = choice["delta"][key].as_str() {
                        message[key] = json!(message[key].as_str().unwrap_or_default().to_owned() + text);
                    }
                }
                if let Some(call) = choice["delta"]["tool_calls"].get(0) {
                    arguments.push_str(call["function"]["arguments"].as_str().unwrap());
                    if !call["id"].is_null() {
                        message["tool_calls"] = json!([call]);
                    }
                    message["tool_calls"][0]["function"]["arguments"] = json!(arguments);
                }
                finish = choice["finish_reason"].clone();
            }
            json!({"id": "chat-1", "object": "chat.completion", "created": 1, "model": "model",
                   "choices": [{"index": 0, "message": message, "finish_reason": finish}],
                   "usage": {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}})
        }
        Dialect::OpenaiResponses => events.last().unwrap()["response"].clone(),
        Dialect::Anthropic => {
            let mut message = events[0]["message"].clone();
            let mut content: Vec<Value> = Vec::new();
            for event in events {
                match event["type"].as_str().unwrap() {
                    "content_block_start" => content.push(event["content_block"].clone()),
                    "content_block_delta" => {
                        let (block, delta) = (content.last_mut().unwrap(), &event["delta"]);
                        for key in ["text", "thinking", "signature"] {
                            if let Some(more) = delta[key].as_str() {
                                block[key] = json!(block[key].as_str().unwrap().to_owned() + more);
                            }
                        }
                        if let Some(input) = delta["partial_json"].as_str() {
                            block["input"] = serde_json::from_str(input).unwrap();
                        }
                    }
                    "message_delta" => message["stop_reason"] = event["delta"]["stop_reason"].clone(),
                    _ => {}
                }
            }
            message["content"] = json!(content);
            message
        }
        _ => {
            let parts: Vec<Value> =
                events.iter().flat_map(|it| list(&it["candidates"][0]["content"]["parts"])).collect();
            let mut last = events.last().unwrap().clone();
            last["candidates"][0]["content"]["parts"] = json!(parts);
            last
        }
    };
    answer.to_string()
}
