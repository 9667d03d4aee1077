//! Requests that real providers took must be taken by their simulations: strictness of our own making would make
//! tests fail that are right.

use std::path::{Path, PathBuf};

use llmroute::sim::{Persona, Sim};
use serde_json::Value;

use super::socket::{SOON, anthropic, exchange, gemini, openai};

/// The recordings of one provider, if they are on this machine. They are read in place and never copied.
fn recordings(provider: &str) -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded").join(provider);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: no recorded exchanges of {provider} here");
        return Vec::new();
    };
    let read = |path: PathBuf| Some((path.clone(), serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?));
    let mut all: Vec<_> = entries.flatten().filter_map(|it| read(it.path())).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// Sends every request of `api` that its provider answered well, and returns those the simulation refuses.
async fn refused(provider: &str, api: &str, request: fn(&Value) -> Vec<u8>) -> Vec<String> {
    let sim = Sim::start(Persona::plain("p")).await.expect("start");
    let mut refused = Vec::new();
    for (path, it) in recordings(provider) {
        // A note says that the request was rebuilt by hand.
        let real = it["api"] == api && it["response"]["status"] == 200 && it.get("note").is_none();
        if !real || !it["request"]["body"].is_object() {
            continue;
        }
        let got = exchange(sim.addr(), &request(&it["request"]["body"]), SOON).await;
        if got.status != 200 {
            refused.push(format!("{}: {}", path.display(), got.body()));
        }
    }
    refused
}

#[tokio::test]
async fn what_openai_took_is_taken() {
    let refused = refused("openai", "openai.chat", openai).await;
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[tokio::test]
async fn what_gemini_took_is_taken() {
    let refused = refused("gemini", "gemini.generateContent", gemini).await;
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[tokio::test]
async fn what_anthropic_took_is_taken() {
    let refused = refused("anthropic", "anthropic.messages", anthropic).await;
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
