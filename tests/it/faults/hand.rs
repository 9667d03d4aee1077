//! An upstream that is played by hand: a test decides when each byte leaves and sees everything that comes. And a client
//! that listens to its answer piece by piece. Both wait for events, never for a length of time.

use std::future::Future;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use llmroute::domain::dialect::Dialect;
use serde_json::{Value, json};

use crate::house::{self, House, question};

/// What has not happened by then will not: only a test that fails takes this long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for what is sure to come.
#[track_caller]
pub(crate) fn soon<F: Future>(what: F) -> impl Future<Output = F::Output> {
    let place = std::panic::Location::caller();
    async move {
        match tokio::time::timeout(PATIENCE, what).await {
            Ok(it) => it,
            Err(late) => panic!("{place}: it does not come: {late}"),
        }
    }
}

/// Looks every few milliseconds until `is_so`.
#[track_caller]
pub(crate) fn until(mut is_so: impl FnMut() -> bool) -> impl Future<Output = ()> {
    soon(async move {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
}

/// A listening upstream.
pub(crate) struct Hand {
    listener: TcpListener,
    pub(crate) base: String,
}

/// One connection to it, its request read whole.
pub(crate) struct Exchange {
    stream: TcpStream,
    pub(crate) head: String,
    /// As text; what is no UTF-8 in it is marked.
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
}

impl Hand {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        Self { listener, base }
    }

    /// The next connection and its request.
    pub(crate) async fn request(&self) -> Exchange {
        let (stream, _) = soon(self.listener.accept()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut exchange = Exchange { stream, head: String::new(), body: String::new(), bytes: Vec::new() };
        assert!(exchange.read().await, "a connection without a request");
        exchange
    }
}

impl Exchange {
    /// Reads a request off the connection; false where it is closed instead.
    async fn read(&mut self) -> bool {
        let mut text = Vec::new();
        let mut piece = vec![0; 65_536];
        loop {
            if let Some(at) = memchr::memmem::find(&text, b"\r\n\r\n") {
                let head = String::from_utf8(text[..at].to_vec()).unwrap().to_ascii_lowercase();
                let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
                let length: usize = length.map_or(0, |it| it.parse().unwrap());
                if text.len() >= at + 4 + length {
                    self.head = head;
                    self.bytes = text[at + 4..at + 4 + length].to_vec();
                    self.body = String::from_utf8_lossy(&self.bytes).into_owned();
                    return true;
                }
            }
            match soon(self.stream.read(&mut piece)).await {
                Ok(n @ 1..) => text.extend_from_slice(&piece[..n]),
                _ => return false,
            }
        }
    }

    /// Sends bytes; false where the other side is gone.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        soon(self.stream.write_all(bytes.as_ref())).await.is_ok()
    }

    /// The head of a stream that ends where its connection does.
    pub(crate) async fn begin_stream(&mut self) {
        assert!(self.say("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n").await);
    }

    /// A whole answer, the last on its connection: nobody would read another request.
    pub(crate) async fn answer(&mut self, status: u16, body: &Value) {
        let (body, kind) = (body.to_string(), "content-type: application/json\r\nconnection: close");
        let head = format!("HTTP/1.1 {status} X\r\n{kind}\r\ncontent-length: {}\r\n\r\n", body.len());
        assert!(self.say(head + &body).await);
    }

    /// Waits until the other side has closed the connection.
    pub(crate) async fn left(mut self) {
        let mut rest = Vec::new();
        // A reset is as good as a close.
        let _ = soon(self.stream.read_to_end(&mut rest)).await;
    }

    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }
}

/// The events of an answer of one text, in order: those before its content, the content, those after it.
pub(crate) fn events(dialect: Dialect, text: &str) -> [String; 3] {
    let frame = |kind: &str, body: Value| match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("its events are no text"),
        Dialect::OpenaiChat | Dialect::Gemini => format!("data: {body}\n\n"),
        Dialect::OpenaiResponses | Dialect::Anthropic | Dialect::Cohere => format!("event: {kind}\ndata: {body}\n\n"),
        Dialect::Ollama => format!("{body}\n"),
    };
    match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("its events are no text"),
        Dialect::OpenaiChat => {
            let chunk = |delta: Value, finish: Value| {
                let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
                frame(
                    "",
                    json!({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "model", "choices": [choice]}),
                )
            };
            let usage = json!({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "model", "choices": [],
                "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}});
            [
                chunk(json!({"role": "assistant", "content": ""}), Value::Null),
                chunk(json!({"content": text}), Value::Null),
                chunk(json!({}), json!("stop")) + &frame("", usage) + "data: [DONE]\n\n",
            ]
        }
        Dialect::OpenaiResponses => {
            let response = |status: &str, output: Value, usage: Value| {
                json!({"id": "resp_1", "object": "response", "created_at": 1, "model": "model", "status": status,
                    "output": output, "usage": usage})
            };
            let event = |kind: &str, mut body: Value| {
                body["type"] = json!(kind);
                frame(kind, body)
            };
            let part = |text: &str| json!({"type": "output_text", "text": text, "annotations": []});
            let item =
                |content: Value| json!({"id": "msg_1", "type": "message", "role": "assistant", "content": content});
            // A text that is an event too large to be held is not repeated: then nobody could read the end.
            let repeated = if text.len() > 4 << 20 { "" } else { text };
            let begun = response("in_progress", json!([]), Value::Null);
            let usage = json!({"input_tokens": 9, "output_tokens": 3, "total_tokens": 12});
            let ended = response("completed", json!([item(json!([part(repeated)]))]), usage);
            let at = |more: Value| {
                let mut it = json!({"item_id": "msg_1", "output_index": 0, "content_index": 0});
                it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                it
            };
            [
                event("response.created", json!({"response": begun}))
                    + &event("response.output_item.added", json!({"output_index": 0, "item": item(json!([]))}))
                    + &event("response.content_part.added", at(json!({"part": part("")}))),
                event("response.output_text.delta", at(json!({"delta": text}))),
                event("response.output_text.done", at(json!({"text": repeated})))
                    + &event("response.content_part.done", at(json!({"part": part(repeated)})))
                    + &event(
                        "response.output_item.done",
                        json!({"output_index": 0, "item": item(json!([part(repeated)]))}),
                    )
                    + &event("response.completed", json!({"response": ended})),
            ]
        }
        Dialect::Gemini => {
            let chunk = |text: &str, finish: Value, output: u64| {
                let content = json!({"role": "model", "parts": [{"text": text}]});
                let candidate = json!({"content": content, "finishReason": finish, "index": 0});
                let usage =
                    json!({"promptTokenCount": 9, "candidatesTokenCount": output, "totalTokenCount": 9 + output});
                frame(
                    "",
                    json!({"candidates": [candidate], "usageMetadata": usage, "modelVersion": "model", "responseId": "r1"}),
                )
            };
            [chunk("", Value::Null, 1), chunk(text, Value::Null, 2), chunk("", json!("STOP"), 3)]
        }
        Dialect::Cohere => cohere_events(text),
        Dialect::Ollama => ollama_events(text),
        Dialect::Anthropic => {
            let message = json!({"id": "m1", "type": "message", "role": "assistant", "model": "model", "content": [],
                "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 9, "output_tokens": 1}});
            let block =
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
            let delta =
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}});
            let stop = json!({"type": "content_block_stop", "index": 0});
            let ended = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
                "usage": {"output_tokens": 3}});
            [
                frame("message_start", json!({"type": "message_start", "message": message}))
                    + &frame("content_block_start", block),
                frame("content_block_delta", delta),
                frame("content_block_stop", stop)
                    + &frame("message_delta", ended)
                    + &frame("message_stop", json!({"type": "message_stop"})),
            ]
        }
    }
}

/// The same as bytes, and of Converse, too, whose events are no text.
pub(crate) fn event_bytes(dialect: Dialect, text: &str) -> [Vec<u8>; 3] {
    if dialect != Dialect::BedrockConverse {
        return events(dialect, text).map(String::into_bytes);
    }
    let stop = json!({"contentBlockIndex": 0});
    let usage = json!({"usage": {"inputTokens": 9, "outputTokens": 3, "totalTokens": 12}, "metrics": {"latencyMs": 1}});
    [
        converse_event("messageStart", &json!({"role": "assistant"})),
        converse_event("contentBlockDelta", &json!({"contentBlockIndex": 0, "delta": {"text": text}})),
        [
            converse_event("contentBlockStop", &stop),
            converse_event("messageStop", &json!({"stopReason": "end_turn"})),
            converse_event("metadata", &usage),
        ]
        .concat(),
    ]
}

/// An event of a Converse stream.
pub(crate) fn converse_event(name: &str, data: &Value) -> Vec<u8> {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    converse_message(&headers, &data.to_string())
}

/// A message of a Converse stream, framed after the description of `application/vnd.amazon.eventstream`: the lengths of
/// all and of the headers, their checksum, the headers, the payload, the checksum of all.
pub(crate) fn converse_message(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
    let word = |it: usize| u32::try_from(it).unwrap().to_be_bytes();
    let mut fields = Vec::new();
    for (name, value) in headers {
        fields.push(u8::try_from(name.len()).unwrap());
        fields.extend_from_slice(name.as_bytes());
        // A text.
        fields.push(7);
        fields.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
        fields.extend_from_slice(value.as_bytes());
    }
    let mut out = [word(16 + fields.len() + payload.len()), word(fields.len())].concat();
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&fields);
    out.extend_from_slice(payload.as_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

/// In whose words a provider of `target` is asked: in its own, where clients have them.
pub(crate) fn asker(target: Dialect) -> Dialect {
    if Dialect::CLIENTS.contains(&target) { target } else { Dialect::OpenaiChat }
}

/// A whole answer of one text, with the counts of [`events`].
pub(crate) fn whole(dialect: Dialect, text: &str) -> Value {
    match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::OpenaiChat => json!({"id": text, "object": "chat.completion", "created": 1, "model": text,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}}),
        Dialect::OpenaiResponses => json!({"id": text, "object": "response", "created_at": 1, "model": text,
            "status": "completed", "usage": {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12},
            "output": [{"id": text, "type": "message", "role": "assistant", "status": "completed",
                        "content": [{"type": "output_text", "text": text, "annotations": []}]}]}),
        Dialect::Anthropic => json!({"id": text, "type": "message", "role": "assistant", "model": text,
            "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
            "usage": {"input_tokens": 9, "output_tokens": 3}}),
        Dialect::Gemini => json!({"candidates": [{"content": {"parts": [{"text": text}], "role": "model"},
            "finishReason": "STOP", "index": 0}], "responseId": text, "modelVersion": text,
            "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 3, "totalTokenCount": 12}}),
        Dialect::BedrockConverse => json!({"output": {"message": {"role": "assistant", "content": [{"text": text}]}},
            "stopReason": "end_turn", "metrics": {"latencyMs": 1},
            "usage": {"inputTokens": 9, "outputTokens": 3, "totalTokens": 12}}),
        Dialect::Cohere => json!({"id": text, "finish_reason": "COMPLETE",
            "message": {"role": "assistant", "content": [{"type": "text", "text": text}]},
            "usage": {"billed_units": {"input_tokens": 9, "output_tokens": 3}}}),
        Dialect::Ollama => json!({"model": text, "created_at": text, "done": true, "done_reason": "stop",
            "message": {"role": "assistant", "content": text}, "prompt_eval_count": 9, "eval_count": 3}),
    }
}

/// The same of Cohere's.
fn cohere_events(text: &str) -> [String; 3] {
    let event = |kind: &str, mut body: Value| {
        body["type"] = json!(kind);
        format!("event: {kind}\ndata: {body}\n\n")
    };
    let content = |it: Value| json!({"index": 0, "delta": {"message": {"content": it}}});
    let usage = json!({"billed_units": {"input_tokens": 9, "output_tokens": 3}});
    [
        event("message-start", json!({"id": "c1", "delta": {"message": {"role": "assistant"}}}))
            + &event("content-start", content(json!({"type": "text", "text": ""}))),
        event("content-delta", content(json!({"text": text}))),
        event("content-end", json!({"index": 0}))
            + &event("message-end", json!({"delta": {"finish_reason": "COMPLETE", "usage": usage}}))
            + "data: [DONE]\n\n",
    ]
}

/// The same of Ollama's.
fn ollama_events(text: &str) -> [String; 3] {
    let line = |text: &str, more: Value| {
        let mut it = json!({"model": "model", "created_at": "2026-08-04T19:58:38.466026Z",
            "message": {"role": "assistant", "content": text}, "done": false});
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!("{it}\n")
    };
    let end = json!({"done": true, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 3});
    [line("", json!({})), line(text, json!({})), line("", end)]
}

/// Our own ping, as a client of `dialect` gets it.
pub(crate) const fn ping(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions => ": llmroute\n\n",
        Dialect::Anthropic => "event: ping\ndata: {\"type\": \"ping\"}\n\n",
        Dialect::Gemini => "\n\n\n\n",
        Dialect::BedrockConverse | Dialect::Cohere | Dialect::Ollama => panic!("no client hears it"),
    }
}

/// A client that hears its answer piece by piece.
pub(crate) struct Ear {
    response: reqwest::Response,
    pub(crate) heard: Vec<u8>,
}

impl Ear {
    /// Asks `house` for a stream and waits for its head.
    pub(crate) async fn ask(house: &House, dialect: Dialect) -> Self {
        let body = question(dialect, true).to_string();
        let response = soon(house.request(house::path_for(dialect, true), body).send()).await.unwrap();
        Self { response, heard: Vec::new() }
    }

    pub(crate) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// How often `what` was heard so far.
    pub(crate) fn count(&self, what: &str) -> usize {
        memchr::memmem::find_iter(&self.heard, what).count()
    }

    /// Listens until `what` was heard `times` more.
    pub(crate) async fn hear(&mut self, what: &str, times: usize) {
        let (mut more, mut from) = (0, self.heard.len());
        while more < times {
            assert!(self.piece().await, "no {what:?} × {times}: {}", String::from_utf8_lossy(&self.heard));
            // What is cut by the border of two pieces is found with the second.
            let found: Vec<_> = memchr::memmem::find_iter(&self.heard[from..], what).collect();
            more += found.len();
            from = found
                .last()
                .map_or(from, |at| from + at + what.len())
                .max(self.heard.len().saturating_sub(what.len() - 1));
        }
    }

    /// Listens until it has heard `bytes` in all.
    pub(crate) async fn hear_bytes(&mut self, bytes: usize) {
        while self.heard.len() < bytes {
            assert!(self.piece().await, "it ended after {} bytes", self.heard.len());
        }
    }

    /// The next piece; false at the end.
    async fn piece(&mut self) -> bool {
        let piece = soon(self.response.chunk()).await.unwrap();
        self.heard.extend_from_slice(piece.as_deref().unwrap_or_default());
        piece.is_some()
    }

    /// Listens to the end.
    pub(crate) async fn end(&mut self) -> String {
        while self.piece().await {}
        String::from_utf8(self.heard.clone()).unwrap()
    }
}
