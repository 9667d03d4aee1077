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
use crate::faults::hand::{asker, converse_event, converse_message, event_bytes, soon, until, whole};
use crate::house::{self, House, Plan, SECRET, Seen, question_to};

/// What no output may contain. The keys of a house begin with it.
const CANARY: &str = "canary-0123456789abcdef";

fn error(dialect: Dialect, words: &str) -> Value {
    match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => json!({"message": words, "__type": words}),
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

const fn stream_type(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::BedrockConverse => "application/vnd.amazon.eventstream",
        Dialect::Ollama => "application/x-ndjson",
        _ => "text/event-stream",
    }
}

/// The end of a stream that tells an error of these words.
fn told(dialect: Dialect, words: &str) -> Vec<u8> {
    let body = error(dialect, words);
    let text = match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => {
            let headers = [(":exception-type", words), (":message-type", "exception")];
            return converse_message(&headers, &body.to_string());
        }
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
    text.into_bytes()
}

/// These words where nobody reads them (a comment, or an event of a kind that nobody knows where there are no comments),
/// and in the place of an event's JSON.
fn unread(dialect: Dialect, words: &str) -> [Vec<u8>; 2] {
    match dialect {
        Dialect::BedrockConverse => [
            converse_event(words, &json!({"said": words})),
            converse_message(&[(":event-type", "contentBlockDelta"), (":message-type", "event")], words),
        ],
        Dialect::Ollama => [format!("{}\n", json!({"said": words})).into_bytes(), format!("{words}\n").into_bytes()],
        _ => [format!(": {words}\n\n").into_bytes(), format!("data: {words}\n\n").into_bytes()],
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
    let [opening, content, closing] = event_bytes(dialect, &words);
    let told = told(dialect, &words);
    let [aside, no_json] = unread(dialect, &words);
    // Without what ends it.
    let half = &no_json[..no_json.len() - if dialect == Dialect::Ollama { 1 } else { 2 }];
    for slice in [Slice::Events, Slice::Bytes(7)] {
        let stream =
            |pieces: &[&[u8]]| Script::raw(200, stream_type(dialect), Bytes::from(pieces.concat())).slice(slice);
        all.push(("stream".to_owned(), true, stream(&[&opening, &content, &closing])));
        all.push(("aside".to_owned(), true, stream(&[&opening, &aside, &content, &closing])));
        all.push(("error event first".to_owned(), true, stream(&[&opening, &told])));
        all.push(("error event later".to_owned(), true, stream(&[&opening, &content, &told])));
        all.push(("no JSON".to_owned(), true, stream(&[&opening, &content, &no_json])));
        all.push(("no end".to_owned(), true, stream(&[&opening, &content, half])));
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
    for (target, client) in Dialect::ALL.into_iter().flat_map(|it| Dialect::CLIENTS.map(|client| (it, client))) {
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
    for dialect in Dialect::ALL {
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
    for dialect in Dialect::ALL {
        for (name, stream, script) in echoes(dialect, &key).into_iter().filter(|it| !spoils_the_key(&it.0)) {
            sim.script().always(script);
            let (path, body) = question_to(&format!("{}/m{asked}", provider(dialect)), asker(dialect), stream);
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
