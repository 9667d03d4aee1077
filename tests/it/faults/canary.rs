//! A provider that echoes our own key, wherever it can: nobody but the provider may ever see it (faults.md row 106).

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bytes::Bytes;
use llmroute::domain::clock::Clock;
use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim, Slice};
use serde_json::{Value, json};

use crate::cli::Home;
use crate::faults::hand::{events, soon, until};
use crate::house::{self, House, Plan, SECRET, Seen, question_to};

/// What no output may contain. The keys of a house begin with it.
const CANARY: &str = "canary-0123456789abcdef";

fn error(dialect: Dialect, words: &str) -> Value {
    match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::OpenaiChat | Dialect::OpenaiResponses => {
            json!({"error": {"message": words, "type": words, "code": words, "param": words}})
        }
        Dialect::Anthropic => json!({"type": "error", "error": {"type": words, "message": words}, "request_id": words}),
        Dialect::Gemini => {
            json!({"error": {"code": 400, "message": words, "status": words, "details": [{"reason": words}]}})
        }
        Dialect::Cohere => json!({"id": words, "message": words}),
        Dialect::Ollama => json!({"error": words}),
    }
}

fn whole(dialect: Dialect, text: &str) -> Value {
    match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
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
        Dialect::Cohere => json!({"id": text, "finish_reason": "COMPLETE",
            "message": {"role": "assistant", "content": [{"type": "text", "text": text}]},
            "usage": {"billed_units": {"input_tokens": 9, "output_tokens": 3}}}),
        Dialect::Ollama => json!({"model": text, "created_at": text, "done": true, "done_reason": "stop",
            "message": {"role": "assistant", "content": text}, "prompt_eval_count": 9, "eval_count": 3}),
    }
}

/// Every way to echo `key` in `dialect`, with a name for each.
fn echoes(dialect: Dialect, key: &str) -> Vec<(String, bool, Script)> {
    let words = format!("the key {key} is not welcome: Bearer {key}");
    let body = error(dialect, &words).to_string();
    let mut all = Vec::new();
    for status in [400, 401, 402, 403, 404, 413, 418, 429, 500, 503, 529] {
        for stream in [false, true] {
            let script = Script::status_with(status, "application/json", body.clone());
            all.push((format!("{status}"), stream, script));
        }
    }
    let html = format!("<html>{words}</html>");
    all.push(("html".to_owned(), false, Script::status_with(502, "text/html", html.clone())));
    all.push(("html with 200".to_owned(), false, Script::status_with(200, "text/html", html)));
    all.push(("error with 200".to_owned(), false, Script::raw(200, "application/json", body.clone())));
    all.push(("error with 200".to_owned(), true, Script::raw(200, "application/json", body.clone())));
    let answer = whole(dialect, &words).to_string();
    all.push(("answer".to_owned(), false, Script::raw(200, "application/json", answer.clone())));
    all.push(("pieces".to_owned(), false, Script::raw(200, "application/json", answer).slice(Slice::Bytes(7))));
    let [opening, content, closing] = events(dialect, &words);
    let told = match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::OpenaiChat | Dialect::Gemini => format!("data: {body}\n\n"),
        Dialect::OpenaiResponses => {
            let failed = json!({"type": "response.failed", "response": {"id": words, "status": "failed",
                "error": {"code": words, "message": words}}});
            format!("event: error\ndata: {body}\n\nevent: response.failed\ndata: {failed}\n\n")
        }
        Dialect::Anthropic => format!("event: error\ndata: {body}\n\n"),
        Dialect::Cohere => {
            let delta = json!({"finish_reason": "ERROR", "error": words});
            format!("event: message-end\ndata: {}\n\n", json!({"type": "message-end", "delta": delta}))
        }
        Dialect::Ollama => format!("{body}\n"),
    };
    for slice in [Slice::Events, Slice::Bytes(7)] {
        let stream = |text: String| Script::raw(200, "text/event-stream", Bytes::from(text)).slice(slice);
        all.push(("stream".to_owned(), true, stream(format!("{opening}{content}{closing}"))));
        all.push(("comment".to_owned(), true, stream(format!("{opening}: {words}\n\n{content}{closing}"))));
        all.push(("error event first".to_owned(), true, stream(format!("{opening}{told}"))));
        all.push(("error event later".to_owned(), true, stream(format!("{opening}{content}{told}"))));
        all.push(("no JSON".to_owned(), true, stream(format!("{opening}{content}data: {words}\n\n"))));
        all.push(("no end".to_owned(), true, stream(format!("{opening}{content}data: {words}"))));
    }
    for name in
        ["x-request-id", "request-id", "x-ratelimit-limit-requests", "retry-after", "content-type", "set-cookie"]
    {
        for status in [200, 429] {
            let body = if status == 200 { whole(dialect, "fine") } else { error(dialect, "slow down") };
            let script = Script::status_with(status, "application/json", body.to_string());
            all.push((format!("{name} with {status}"), false, script.header(name, format!("Bearer {key}"))));
        }
    }
    let location = format!("http://127.0.0.1:1/?key={key}");
    all.push((
        "location".to_owned(),
        false,
        Script::status_with(307, "text/plain", words).header("location", location),
    ));
    all
}

/// Every file under `home`, the database and its log included.
fn no_file_has_it(home: &Path) {
    for entry in std::fs::read_dir(home).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_file_has_it(&path);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            assert!(memchr::memmem::find(&bytes, CANARY.as_bytes()).is_none(), "it is in {}", path.display());
        }
    }
}

/// After these the key is out for everything else.
fn spoils_the_key(name: &str) -> bool {
    ["401", "402", "403"].contains(&name)
}

/// A house whose clock stands still, so that its retry budget is used up at once and nothing waits.
async fn house(target: Dialect, sim: &Sim) -> House {
    let mut plan = Plan::new();
    plan.clock = Clock::Manual(Arc::new(AtomicU64::new(1_800_000_000_000_000)));
    plan.target("a", target, &sim.base_url(), 1.0).open().await
}

#[tokio::test]
async fn a_key_that_is_echoed_reaches_neither_client_nor_ledger() {
    let key = format!("{SECRET}-1");
    for (target, client) in Dialect::CLIENTS.into_iter().flat_map(|it| Dialect::CLIENTS.map(|client| (it, client))) {
        let sim = Sim::start(Persona::plain("a")).await.unwrap();
        let shared = house(target, &sim).await;
        for (n, (name, stream, script)) in echoes(target, &key).into_iter().enumerate() {
            let context = format!("{name} {client:?} {target:?} stream {stream}");
            let own = if spoils_the_key(&name) { Some(house(target, &sim).await) } else { None };
            let house = own.as_ref().unwrap_or(&shared);
            sim.script().always(script);
            // A model of its own for each, whose health nothing else has spoiled.
            let (path, body) = question_to(&format!("a/m{n}"), client, stream);
            let before = sim.meter().arrived();
            let seen: Seen = soon(house.post(&path, body.to_string())).await;
            assert!(sim.meter().arrived() > before, "{context}");
            assert!(!format!("{seen:?}").contains(CANARY), "{context}: {seen:?}");
            let row = format!("{:?}", house.row(&seen).await);
            assert!(!row.contains(CANARY), "{context}: {row}");
            if own.is_some() {
                no_file_has_it(house.path.parent().unwrap());
            }
        }
        let arrival = format!("{:?}", sim.meter().arrivals()[0].headers);
        assert!(arrival.contains(&key), "the provider itself gets it: {arrival}");
        no_file_has_it(shared.path.parent().unwrap());
    }
}

/// The provider that speaks a dialect, in the home of the test below.
fn provider(dialect: Dialect) -> String {
    format!("lab-{dialect}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_echoed_reaches_no_log_no_screen_and_no_file_of_the_program() {
    let sim = Sim::start(Persona::plain("lab")).await.unwrap();
    let key = format!("sk-{CANARY}");
    let home = Home::new();
    // Bedrock has keys of another kind, which its own tests look after.
    for dialect in Dialect::ALL.into_iter().filter(|it| *it != Dialect::BedrockConverse) {
        home.ok(&["providers", "add", &provider(dialect), "--base-url", &sim.base_url(), "--speaks", dialect.name()]);
        let added = home.run_with_stdin(&["keys", "add", &provider(dialect), "--stdin"], &format!("{key}\n"));
        assert_eq!(added.code, 0, "{}", added.stderr);
    }
    let (said, wrong) = (home.path().join("said"), home.path().join("wrong"));
    let file = |path: &Path| Stdio::from(std::fs::File::create(path).unwrap());
    let mut command = home.command(&["serve", "--port", "0", "--log", "json"]);
    let mut child = command.stdout(file(&said)).stderr(file(&wrong)).spawn().unwrap();
    until(|| std::fs::read_to_string(&said).unwrap().contains('\n')).await;
    let text = std::fs::read_to_string(&said).unwrap();
    let opening: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let token = std::fs::read_to_string(home.path().join("token")).unwrap().trim().to_owned();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut asked = 0_u64;
    // Bedrock has keys of another kind, which its own tests look after.
    for dialect in Dialect::ALL.into_iter().filter(|it| *it != Dialect::BedrockConverse) {
        for (name, stream, script) in echoes(dialect, &key).into_iter().filter(|it| !spoils_the_key(&it.0)) {
            sim.script().always(script);
            // A dialect that no client asks in is behind one that they do.
            let client_dialect = if Dialect::CLIENTS.contains(&dialect) { dialect } else { Dialect::OpenaiChat };
            let (path, body) = question_to(&format!("{}/m{asked}", provider(dialect)), client_dialect, stream);
            let url = format!("http://127.0.0.1:{}{path}", opening["port"]);
            let request = client.post(url).bearer_auth(&token).header("content-type", "application/json");
            let seen = house::seen(soon(request.body(body.to_string()).send()).await.unwrap()).await;
            assert!(!format!("{seen:?}").contains(CANARY), "{name} {dialect:?}: {seen:?}");
            asked += 1;
        }
    }
    assert!(sim.meter().arrived() >= asked);
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert!(tokio::task::spawn_blocking(move || child.wait()).await.unwrap().unwrap().success());
    for args in [&["requests", "-n", "1000", "--json"][..], &["keys", "--json"], &["stats", "--json"], &["providers"]] {
        let ran = home.ok(args);
        assert!(!(ran.stdout + &ran.stderr).contains(CANARY), "{args:?}");
    }
    let lines = std::fs::read_to_string(&said).unwrap();
    assert!(lines.lines().count() as u64 > asked, "each request has its line");
    no_file_has_it(home.path());
}
