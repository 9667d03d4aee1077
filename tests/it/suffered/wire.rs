//! What is said, to whom, and in which words.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::quirks::Quirks;
use llmroute::sim::{Persona, Script, Sim, Trouble};
use llmroute::wire::codec;
use serde_json::{Value, json};

use crate::house::{House, Plan, TOKEN, path, question, seen};

async fn open(target: Dialect) -> (Sim, House) {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    let house = Plan::new().target("a", target, &sim.base_url(), 1.0).open().await;
    (sim, house)
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Thinking in a conversation that comes from `from`, without any proof of who thought it.
fn unsigned(from: Dialect, thought: &str) -> Option<Value> {
    let asked = json!({"role": "user", "content": "Go on."});
    Some(match from {
        Dialect::OpenaiChat => json!({"model": "m", "messages": [asked.clone(),
            {"role": "assistant", "content": "Yes.", "reasoning_content": thought}, asked]}),
        Dialect::OpenaiResponses => json!({"model": "m", "input": [asked.clone(),
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": thought}]},
            {"role": "assistant", "content": "Yes."}, asked]}),
        Dialect::Anthropic => json!({"model": "m", "max_tokens": 9, "messages": [asked.clone(),
            {"role": "assistant", "content": [{"type": "thinking", "thinking": thought, "signature": ""},
                {"type": "text", "text": "Yes."}]}, asked]}),
        Dialect::Gemini => {
            let turn = |role: &str, parts: Value| json!({"role": role, "parts": parts});
            let go = turn("user", json!([{"text": "Go on."}]));
            let said = json!([{"text": thought, "thought": true}, {"text": "Yes."}]);
            json!({"contents": [go.clone(), turn("model", said), go]})
        }
        _ => return None,
    })
}

#[test]
fn unsigned_thinking_never_becomes_something_the_model_said() {
    const THOUGHT: &str = "I had better not say this aloud";
    for from in Dialect::CLIENTS {
        let body = unsigned(from, THOUGHT).unwrap();
        let prompt = codec(from).read_request(body.to_string().as_bytes()).unwrap();
        for (to, model) in [
            (Dialect::OpenaiChat, "gpt-4.1"),
            (Dialect::OpenaiResponses, "gpt-5"),
            (Dialect::Anthropic, "claude-opus-4-5"),
            (Dialect::Gemini, "gemini-3-pro-preview"),
            (Dialect::BedrockConverse, "anthropic.claude-opus-4-5-v1:0"),
            (Dialect::Cohere, "command-a-reasoning-08-2025"),
            (Dialect::Ollama, "qwen3"),
        ] {
            let written = codec(to).write_request(&prompt, model, &Quirks::default());
            let back: Value = serde_json::from_slice(&written.body).unwrap();
            let mut said = Vec::new();
            visible(&back, &mut said);
            assert!(!said.iter().any(|it| it.contains(THOUGHT)), "{from} to {to}: {back}");
            let told = back.to_string().contains(THOUGHT);
            assert!(told || !written.losses.is_empty(), "{from} to {to}: gone in silence: {back}");
        }
    }
}

/// Texts that are not marked as thinking.
fn visible(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let is = |key: &str, word: &str| fields.get(key).is_some_and(|it| *it == word);
            if is("type", "thinking") || is("type", "reasoning") || fields.get("thought") == Some(&json!(true)) {
                return;
            }
            let hidden = ["thinking", "reasoning_content", "reasoning", "reasoningContent"];
            fields.iter().filter(|it| !hidden.contains(&it.0.as_str())).for_each(|it| visible(it.1, out));
        }
        Value::Array(items) => items.iter().for_each(|it| visible(it, out)),
        Value::String(text) => out.push(text.clone()),
        _ => {}
    }
}

#[tokio::test]
async fn a_web_socket_is_refused_once_and_for_all() {
    let (sim, house) = open(Dialect::OpenaiResponses).await;
    let request = client().get(format!("http://127.0.0.1:{}/v1/responses", house.port)).bearer_auth(TOKEN);
    let request = request.header("connection", "upgrade").header("upgrade", "websocket");
    let request = request.header("sec-websocket-version", "13").header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let refused = seen(request.send().await.unwrap()).await;
    // Neither a switch of protocols nor anything that is worth another try.
    assert!((400..500).contains(&refused.status) && refused.status != 429 && refused.status != 408, "{refused:?}");
    assert!(refused.header("retry-after").is_empty() && refused.header("upgrade").is_empty(), "{refused:?}");
    assert_eq!(sim.meter().arrived(), 0);
    // On the same path it is served without.
    assert_eq!(house.ask(Dialect::OpenaiResponses, true).await.status, 200);
}

#[tokio::test]
async fn a_greeting_is_refused_and_goes_nowhere() {
    let (sim, house) = open(Dialect::Anthropic).await;
    let url = format!("http://127.0.0.1:{}/api/hello", house.port);
    let refused = client().head(url).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), sim.meter().arrived()), (404, 0));
}

#[tokio::test]
async fn the_token_may_come_in_both_headers() {
    let (sim, house) = open(Dialect::Anthropic).await;
    let request = house.request(path(Dialect::Anthropic), question(Dialect::Anthropic, false).to_string());
    let got = seen(request.header("x-api-key", TOKEN).send().await.unwrap()).await;
    assert_eq!(got.status, 200, "{got:?}");
    let arrival = &sim.meter().arrivals()[0];
    assert!(!format!("{:?}", arrival.headers).contains(TOKEN), "{:?}", arrival.headers);
}

#[tokio::test]
async fn a_prompt_that_is_too_long_is_told_in_the_words_that_make_agents_compact() {
    for target in Dialect::ALL {
        let (sim, house) = open(target).await;
        sim.script().always(Script::trouble(Trouble::ContextLength));
        for stream in [false, true] {
            let refused = house.ask(Dialect::Anthropic, stream).await;
            assert_eq!(refused.status, 400, "{target}: {refused:?}");
            let error = &refused.json()["error"];
            assert_eq!(error["type"], "invalid_request_error", "{target}: {refused:?}");
            assert!(error["message"].as_str().unwrap().contains("prompt is too long"), "{target}: {refused:?}");
            // OpenAI's clients look for a code.
            let refused = house.ask(Dialect::OpenaiChat, stream).await;
            assert_eq!(refused.json()["error"]["code"], "context_length_exceeded", "{target}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn a_session_is_known_by_the_header_of_its_agent() {
    let (_sim, house) = open(Dialect::OpenaiChat).await;
    for header in ["x-claude-code-session-id", "x-session-id", "x-llmroute-session"] {
        let request = house.request(path(Dialect::Anthropic), question(Dialect::Anthropic, false).to_string());
        let got = seen(request.header(header, format!("of-{header}")).send().await.unwrap()).await;
        assert_eq!(got.status, 200, "{got:?}");
        assert_eq!(house.row(&got).await.0.session, Some(format!("of-{header}")));
    }
}

/// Whoever asks at an address of this machine that others reach finds nobody there.
#[tokio::test]
async fn nobody_is_heard_but_this_machine() {
    let (_sim, house) = open(Dialect::OpenaiChat).await;
    // The address that a packet to the outside would leave from; nothing is sent.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let outer = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr());
    match outer.map(|it| it.ip()).ok().filter(|it| !it.is_loopback()) {
        Some(ip) => assert!(std::net::TcpStream::connect((ip, house.port)).is_err(), "{ip} is served"),
        None => eprintln!("skipped: this machine has no address but its own"),
    }
    assert!(std::net::TcpStream::connect(("127.0.0.1", house.port)).is_ok());
}
