//! A client on a bare socket, which sees chunks, resets and closes that an HTTP client would hide.

use std::net::SocketAddr;
use std::time::Duration;

use llmroute::sim::{Arrival, Meter, Persona, Script, Sim};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(super) const SOON: Duration = Duration::from_secs(5);

/// How the server's side of the connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Fin,
    Reset,
    Open,
}

/// What came back: the status, the headers as text, the body with its chunked framing removed, and the ending.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) head: String,
    /// The body's chunks; one for a body with a length.
    pub(super) chunks: Vec<Vec<u8>>,
    /// The body came to the end that its framing promises.
    pub(super) whole: bool,
    pub(super) ended: Ended,
}

impl Got {
    pub(super) fn body(&self) -> String {
        String::from_utf8(self.chunks.concat()).expect("simulated bodies are text")
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.chunks.concat()).expect("a JSON body")
    }

    /// The data of every event, `[DONE]` included.
    pub(super) fn events(&self) -> Vec<String> {
        let body = self.body();
        let data = body.split("\n\n").filter_map(|it| it.lines().find_map(|line| line.strip_prefix("data: ")));
        data.map(str::to_owned).collect()
    }
}

/// Sends these bytes and reads until the server ends, or until nothing came for `patience`.
pub(super) async fn exchange(address: SocketAddr, request: &[u8], patience: Duration) -> Got {
    let mut stream = TcpStream::connect(address).await.expect("connect");
    // A server that resets at once may do so before this write.
    let _ = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let ended = loop {
        match timeout(patience, stream.read_buf(&mut bytes)).await {
            Err(_) => break Ended::Open,
            Ok(Ok(0)) => break Ended::Fin,
            Ok(Ok(_)) => {}
            Ok(Err(_)) => break Ended::Reset,
        }
    };
    parse(&bytes, ended)
}

pub(super) fn parse(bytes: &[u8], ended: Ended) -> Got {
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
    let Some(end) = end else {
        assert!(bytes.is_empty(), "half a head: {bytes:?}");
        return Got { status: 0, head: String::new(), chunks: Vec::new(), whole: false, ended };
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a text head").to_lowercase();
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
    let mut rest = &bytes[end + 4..];
    if !head.contains("transfer-encoding: chunked") {
        let promised = head.lines().find_map(|it| it.strip_prefix("content-length: ")).map(str::parse::<usize>);
        let whole = promised.map_or(ended == Ended::Fin, |it| it == Ok(rest.len()));
        return Got { status, head, chunks: vec![rest.to_vec()], whole, ended };
    }
    let mut chunks = Vec::new();
    let mut whole = false;
    while let Some(line) = rest.windows(2).position(|it| it == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).ok().and_then(|it| usize::from_str_radix(it, 16).ok());
        let size = size.expect("a chunk size");
        if size == 0 {
            whole = true;
            break;
        }
        let Some(chunk) = rest.get(line + 2..line + 2 + size) else { break };
        chunks.push(chunk.to_vec());
        rest = rest.get(line + 4 + size..).unwrap_or_default();
    }
    Got { status, head, chunks, whole, ended }
}

pub(super) fn post(path: &str, headers: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(super) fn openai(body: &Value) -> Vec<u8> {
    post("/v1/chat/completions", "authorization: Bearer sk-sim\r\n", body)
}

pub(super) fn gemini(body: &Value) -> Vec<u8> {
    post("/v1beta/models/m:generateContent", "x-goog-api-key: sim\r\n", body)
}

pub(super) fn gemini_stream(body: &Value) -> Vec<u8> {
    post("/v1beta/models/m:streamGenerateContent?alt=sse", "x-goog-api-key: sim\r\n", body)
}

pub(super) fn anthropic(body: &Value) -> Vec<u8> {
    post("/v1/messages", "x-api-key: sk-sim\r\nanthropic-version: 2023-06-01\r\n", body)
}

pub(super) fn chat(stream: bool) -> Value {
    json!({"model": "m", "stream": stream, "messages": [{"role": "user", "content": "one two three"}]})
}

pub(super) fn message(stream: bool) -> Value {
    json!({"model": "m", "stream": stream, "max_tokens": 100, "messages": [{"role": "user", "content": "one two three"}]})
}

pub(super) async fn plain() -> (Sim, Meter) {
    let sim = Sim::start(Persona::plain("p")).await.expect("start");
    let meter = sim.meter();
    (sim, meter)
}

/// Runs one request under one script and returns what came and what was booked.
pub(super) async fn under(script: Script, request: &[u8]) -> (Got, Arrival) {
    let (sim, meter) = plain().await;
    sim.script().push(script);
    let got = exchange(sim.addr(), request, Duration::from_millis(300)).await;
    timeout(SOON, meter.wait_settled(1)).await.expect("settled");
    (got, meter.last().expect("an arrival"))
}
