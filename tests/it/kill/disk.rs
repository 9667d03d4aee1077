//! The n-th call that reaches the disk fails, for one n after the other: whatever the server makes of it, every request
//! that reached a provider has its row afterwards and the ledger is whole (faults.md §3, proof e).

use std::process::{Command, Stdio};
use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Latency, Persona, Sim};

use super::{Server, rows};
use crate::cli::Home;
use crate::house::{self, question};

/// Calls that fail, and the last of them that is made to.
const CALLS: [(&str, &str, usize); 5] = [
    ("fdatasync", "EIO", 8),
    ("fsync", "EIO", 16),
    ("pwrite64", "ENOSPC", 60),
    ("ftruncate", "EIO", 8),
    ("rename", "EIO", 4),
];
/// How many moments of each are tried; `LLMROUTE_SWEEP` says otherwise, and all of them where it is large.
const MOMENTS: usize = 1;
/// Requests while that happens.
const REQUESTS: usize = 12;

fn has_strace() -> bool {
    let mut probe = Command::new("strace");
    probe.args(["-e", "trace=none", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    let works = probe.status().is_ok_and(|it| it.success());
    if !works {
        eprintln!("skipped: strace is not installed, or may not trace");
    }
    works
}

/// The server, with every call of that name failing from the `nth` on, or just the `nth`.
fn under(home: &Home, call: &str, error: &str, nth: usize, from_then_on: bool) -> Command {
    let serve = home.command(&["serve", "--port", "0", "--log", "json"]);
    let mut command = Command::new("strace");
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    let more = if from_then_on { "+" } else { "" };
    // -D: the server is our own child, and the tracer is not.
    command.args(["-D", "-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
    command.args(["-e", &format!("inject={call}:error={error}:when={nth}{more}")]);
    command.arg(serve.get_program()).args(serve.get_args());
    for (name, value) in serve.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_call_to_the_disk_fails_no_request_is_lost() {
    if !has_strace() {
        return;
    }
    let moments = house::setting("LLMROUTE_SWEEP").unwrap_or(MOMENTS);
    for (call, error, most) in CALLS {
        // Spread over all of them; every single one where there are enough.
        let moments = moments.min(most);
        for nth in (1..=moments).map(|it| (it * most).div_ceil(moments + 1)) {
            for from_then_on in [false, true] {
                one(call, error, nth, from_then_on).await;
            }
        }
    }
}

async fn one(call: &str, error: &str, nth: usize, from_then_on: bool) {
    let case = format!("{call} {error} {nth}{}", if from_then_on { "+" } else { "" });
    let latency = Latency { first: Duration::from_millis(2), per_token: Duration::from_micros(50) };
    let sim = Sim::start(Persona { latency, ..Persona::plain("steady") }).await.unwrap();
    let home = Home::new();
    home.ok(&["providers", "add", "steady", "--base-url", &sim.base_url(), "--speaks", "openai-chat"]);
    let added = home.run_with_stdin(&["keys", "add", "steady", "--stdin"], "sk-kill-0123456789abcdefghij\n");
    assert_eq!(added.code, 0, "{}", added.stderr);
    let started = Server::try_start(&home, under(&home, call, error, nth, from_then_on)).await;
    let mut answered = Vec::new();
    match started {
        // Refused with what, why and how, or at least not in silence.
        Err(told) => assert!(told.contains("error[") || told.contains("\"code\""), "{case}: {told}"),
        Ok(server) => {
            let token = std::fs::read_to_string(home.path().join("token")).unwrap().trim().to_owned();
            let http = reqwest::Client::builder().no_proxy().build().unwrap();
            for n in 0..REQUESTS {
                let mut body = question(Dialect::OpenaiChat, false);
                body["model"] = "steady/m".into();
                let url = format!("http://127.0.0.1:{}/v1/chat/completions", server.port);
                let asked = http.post(url).bearer_auth(&token).header("content-type", "application/json");
                let asked = asked.header("x-llmroute-session", format!("s{n}")).body(body.to_string());
                let answer = asked.send().await.unwrap_or_else(|error| panic!("{case}: {error}"));
                match answer.status().as_u16() {
                    200 => answered.push(format!("s{n}")),
                    503 => {}
                    other => panic!("{case}: {other} {}", answer.text().await.unwrap()),
                }
                // Some before a sync of the housekeeper's, some after.
                tokio::time::sleep(Duration::from_millis(if n % 4 == 3 { 400 } else { 5 })).await;
            }
            // It may end badly, but it ends; half of them are killed.
            if nth.is_multiple_of(2) {
                server.kill();
            } else {
                server.stop().await;
            }
            let told = std::fs::read_to_string(home.path().join("wrong")).unwrap();
            assert!(!told.contains("panicked"), "{case}: {told}");
        }
    }
    assert!(Server::start(&home).await.stop().await.success(), "{case}");
    let rows = rows(&home.path().join("llmroute.db"));
    let arrived = sim.meter().arrivals().len();
    assert!(rows.len() >= arrived, "{case}: {arrived} reached the provider, {} have rows", rows.len());
    for mark in &answered {
        assert!(rows.contains_key(mark), "{case}: {mark} was answered and has no row");
    }
    let checked = home.json(&["db", "check", "--json"]);
    assert_eq!(checked["whole"], true, "{case}: {checked}");
    eprintln!("{case}: {} of {REQUESTS} answered, {} rows", answered.len(), rows.len());
}
