//! What is asked: the requests of a measurement, finished down to the last byte.

use std::net::SocketAddr;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A short chat of about 1 KB, answered whole.
    SmallChat,
    /// The same chat, streamed.
    SmallStream,
    /// A coding agent's turn: 85 messages and 20 tools, 100 KB and a little more, answered whole.
    Agent,
}

/// Where requests go, and as whom.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The server.
    pub address: SocketAddr,
    /// The path of its chat completions: `/v1/chat/completions`.
    pub path: String,
    /// The model to ask for.
    pub model: String,
    /// The bearer token, if it wants one.
    pub bearer: Option<String>,
}

// === impl Shape ===

impl Shape {
    /// All of them, small ones first.
    pub const ALL: [Self; 3] = [Self::SmallChat, Self::SmallStream, Self::Agent];

    /// For people and for reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SmallChat => "small chat",
            Self::SmallStream => "small stream",
            Self::Agent => "100 KB agent request",
        }
    }

    /// Whether its answer is a stream.
    #[must_use]
    pub const fn streams(self) -> bool {
        matches!(self, Self::SmallStream)
    }

    /// The body, for a model.
    #[must_use]
    pub fn body(self, model: &str) -> Value {
        match self {
            Self::SmallChat => small(model, false),
            Self::SmallStream => small(model, true),
            Self::Agent => agent(model),
        }
    }

    /// The whole HTTP/1.1 request to an endpoint.
    #[must_use]
    pub fn request(self, endpoint: &Endpoint) -> Bytes {
        let body = self.body(&endpoint.model).to_string();
        let bearer = endpoint.bearer.as_deref().map(|it| format!("authorization: Bearer {it}\r\n")).unwrap_or_default();
        Bytes::from(format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n{bearer}content-length: {}\r\n\r\n{body}",
            endpoint.path,
            endpoint.address,
            body.len(),
        ))
    }
}

fn small(model: &str, stream: bool) -> Value {
    let question = "Explain in a few sentences why a proxy must not buffer a stream of tokens. ".repeat(10);
    let mut body = json!({
        "model": model,
        "messages": [
            {"role": "system", "content": "You are a careful assistant that answers briefly."},
            {"role": "user", "content": question},
        ],
        "max_tokens": 256,
    });
    if stream {
        body["stream"] = json!(true);
        body["stream_options"] = json!({"include_usage": true});
    }
    body
}

/// A coding agent late in its session: rounds of a thought, a tool call and a file that came back.
fn agent(model: &str) -> Value {
    let line = "    let total = items.iter().map(|it| it.price * it.count).sum::<u64>(); // \"as billed\"\n";
    let mut messages = vec![
        json!({"role": "system", "content": "You are a coding agent. Follow the rules of the repository. ".repeat(60)}),
    ];
    for round in 0..28 {
        let id = format!("call_{round:04}");
        let arguments = json!({"path": format!("src/module_{round}.rs"), "from": 1, "to": 40}).to_string();
        messages
            .push(json!({"role": "user", "content": format!("Look at module {round} and say what is wrong with it.")}));
        messages.push(json!({
            "role": "assistant",
            "content": "I will read the file first.",
            "tool_calls": [{"id": id, "type": "function", "function": {"name": "tool_3", "arguments": arguments}}],
        }));
        messages.push(json!({"role": "tool", "tool_call_id": id, "content": line.repeat(27)}));
    }
    let tools: Vec<Value> = (0..20).map(tool).collect();
    json!({"model": model, "messages": messages, "tools": tools, "tool_choice": "auto", "max_tokens": 4096})
}

fn tool(number: usize) -> Value {
    let described = |what: &str| json!({"type": "string", "description": format!("{what}, relative to the root of the repository")});
    json!({
        "type": "function",
        "function": {
            "name": format!("tool_{number}"),
            "description": "Does one thing to the working tree and reports what it did, line by line. ".repeat(8),
            "parameters": {
                "type": "object",
                "properties": {
                    "path": described("The file"), "other": described("A second file"),
                    "from": {"type": "integer", "minimum": 1}, "to": {"type": "integer", "minimum": 1},
                    "mode": {"type": "string", "enum": ["read", "write", "append", "delete"]},
                },
                "required": ["path"],
                "additionalProperties": false,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shapes_have_the_sizes_they_are_named_after() {
        let size = |it: Shape| it.body("m").to_string().len();
        assert!((900..1_400).contains(&size(Shape::SmallChat)), "{}", size(Shape::SmallChat));
        assert!((100_000..110_000).contains(&size(Shape::Agent)), "{}", size(Shape::Agent));
        let agent = Shape::Agent.body("m");
        assert_eq!(agent["messages"].as_array().map(Vec::len), Some(85));
        assert_eq!(agent["tools"].as_array().map(Vec::len), Some(20));
    }

    #[test]
    fn a_request_carries_its_length_and_token() {
        let endpoint = Endpoint {
            address: SocketAddr::from(([127, 0, 0, 1], 80)),
            path: "/v1/chat/completions".to_owned(),
            model: "m".to_owned(),
            bearer: Some("t".to_owned()),
        };
        let request = Shape::SmallStream.request(&endpoint);
        let text = std::str::from_utf8(&request).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        assert!(head.contains(&format!("content-length: {}", body.len())) && head.contains("authorization: Bearer t"));
        assert!(body.contains("\"stream\":true"));
    }
}
