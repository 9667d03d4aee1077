//! A stream that was cut short by `kill -9` costs about what had come of it (faults.md §3.8).

use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Latency, Persona, Sim};
use llmroute::store::Cost;

use super::{Server, rows};
use crate::cli::Home;
use crate::house::{self, question};

/// What the journals of a home say.
fn journals(home: &Home) -> String {
    let folder = std::fs::read_dir(home.path().join("run")).unwrap();
    let paths = folder.map(|it| it.unwrap().path()).filter(|it| it.extension().is_some_and(|it| it == "journal"));
    paths.map(|it| std::fs::read_to_string(it).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_killed_is_booked_at_what_had_come_of_it() {
    let latency = Latency { first: Duration::from_millis(1), per_token: Duration::from_micros(400) };
    let sentences = vec!["word ".repeat(30_000)];
    let sim = Sim::start(Persona { latency, sentences, ..Persona::plain("talker") }).await.unwrap();
    let home = Home::new();
    home.ok(&["providers", "add", "talker", "--base-url", &sim.base_url(), "--speaks", "openai-chat"]);
    let added = home.run_with_stdin(&["keys", "add", "talker", "--stdin"], "sk-kill-0123456789abcdefghij\n");
    assert_eq!(added.code, 0, "{}", added.stderr);
    home.ok(&["prices", "set", "talker/m", "in=1", "out=2"]);
    let server = Server::start(&home).await;
    let token = std::fs::read_to_string(home.path().join("token")).unwrap().trim().to_owned();
    let mut body = question(Dialect::OpenaiChat, true);
    body["model"] = "talker/m".into();
    let url = format!("http://127.0.0.1:{}{}", server.port, house::path_for(Dialect::OpenaiChat, true));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = http.post(url).bearer_auth(token).header("content-type", "application/json");
    let asked = asked.header("x-llmroute-session", "long").body(body.to_string());
    let client = tokio::spawn(async move { asked.send().await?.bytes().await });
    while !journals(&home).contains("\"output\":") {
        assert!(!client.is_finished(), "the answer ended before it was marked");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.kill();
    assert!(client.await.unwrap().is_err(), "the client saw it break off");
    assert!(Server::start(&home).await.stop().await.success());

    let (row, attempts) = rows(&home.path().join("llmroute.db")).remove("long").unwrap();
    assert_eq!((row.outcome.as_deref(), attempts.len()), (Some("in_doubt"), 1));
    let tokens = attempts[0].tokens.unwrap();
    assert!(tokens.estimated && tokens.output >= 2_000 && tokens.input > 0, "{tokens:?}");
    let billed = sim.meter().arrivals()[0].outcome.billed.unwrap();
    assert!(tokens.output <= billed.output + 2_000, "{tokens:?} {billed:?}");
    // A dollar a million tokens is a million pico-dollars a token.
    let cost = i64::try_from(tokens.input * 1_000_000 + tokens.output * 2_000_000).unwrap();
    for it in [attempts[0].cost, row.cost] {
        assert!(matches!(it, Some(Cost::InDoubt(Some(it))) if it.pico() == cost), "{it:?} {tokens:?}");
    }
}
