//! `stats`: what was saved and against what, flat fees, spans, formats.

use llmroute::sim::{Answer, Billed, Script};
use serde_json::Value;

use crate::cli::Home;
use crate::cli::ask::Lab;

/// A million prompt tokens, six tenths of them from the provider's cache, and half a million generated.
fn much() -> Script {
    let counts = Billed { input: 1_000_000, cache_read: 600_000, cache_write: 0, output: 500_000 };
    Script::reply(Answer { text: "It is one.".to_owned(), counts: Some(counts), ..Answer::default() })
}

fn dollars(value: &Value) -> f64 {
    (value.as_f64().unwrap_or_else(|| panic!("{value} is no figure")) * 1e6).round() / 1e6
}

#[test]
fn savings_are_those_of_routing_and_of_prompt_caches_against_the_first_target_of_the_group() {
    let lab = Lab::new();
    lab.home.ok(&["prices", "set", "lab/two", "in=0.5", "out=1", "cache-read=0.1"]);
    lab.home.ok(&["groups", "set", "mix", "lab/one=0", "lab/two=1"]);
    lab.sim.script().always(much());
    lab.home.ok(&["ask", "hello", "-m", "mix"]);
    // Asked for by name: nothing is saved by going there, but its cache does.
    lab.home.ok(&["ask", "hello", "-m", "lab/two"]);
    let stats = lab.home.json(&["stats", "--json"]);
    let saved = &stats["totals"]["saved"];
    // lab/one: 1 + 0.5·2. lab/two: 0.4·0.5 + 0.6·0.1 + 0.5·1, and 0.5 + 0.5 without its cache.
    assert_eq!((saved["requests"].as_u64(), dollars(&saved["baseline_usd"])), (Some(2), 3.0), "{saved}");
    assert_eq!((dollars(&saved["cost_usd"]), dollars(&saved["saved_usd"])), (1.52, 1.48), "{saved}");
    assert_eq!((dollars(&saved["routing_usd"]), dollars(&saved["prompt_cache_usd"])), (1.0, 0.48), "{saved}");
    let screen = lab.home.ok(&["stats"]).stdout;
    let line = "SAVED  $1.48 of $3.00 (baseline: the model each client asked for, no caches): routing 1.00 · prompt cache 0.48";
    assert!(screen.contains(line), "{screen}");
    let table = lab.home.ok(&["stats", "--savings", "--by", "group"]).stdout;
    assert!(table.starts_with("$1.48 saved of $3.00 (49%) · 2 requests compared\n"), "{table}");
    assert!(table.contains("first\ntarget") || table.contains("first target"), "the baseline is named: {table}");
    assert!(table.lines().any(|it| it.starts_with("mix") && it.contains("$1.24")), "{table}");
}

#[test]
fn what_a_flat_fee_covers_is_shown_and_in_no_sum() {
    let lab = Lab::new();
    lab.home.ok(&["keys", "remove", "lab", "main", "--yes"]);
    let add = ["keys", "add", "lab", "--stdin", "--name", "plan", "--billing", "subscription"];
    assert_eq!(lab.home.run_with_stdin(&add, "sk-canary-0123456789abcdef").code, 0);
    lab.sim.script().always(much());
    lab.home.ok(&["ask", "hello"]);
    let totals = &lab.home.json(&["stats", "--json"])["totals"];
    assert_eq!((dollars(&totals["cost_usd"]), dollars(&totals["equivalent_usd"])), (0.0, 2.0), "{totals}");
    assert!(
        dollars(&totals["saved"]["saved_usd"]).abs() < 1e-9,
        "a flat fee saves nothing of what was not asked elsewhere"
    );
    let screen = lab.home.ok(&["stats"]).stdout;
    assert!(screen.contains("$0.00 metered · ≈$2.00 API-equivalent on subscription"), "{screen}");
    assert!(screen.lines().any(|it| it.starts_with("lab/one") && it.contains("≈$2.00")), "{screen}");
    let keys = lab.home.ok(&["keys"]).stdout;
    assert!(keys.contains("≈$2.00 API-equivalent"), "{keys}");
    // Without a price nobody knows what it would have cost, and that is not nothing.
    lab.home.ok(&["prices", "remove", "lab/one"]);
    lab.home.ok(&["ask", "hello"]);
    assert!(lab.home.ok(&["stats"]).stdout.contains("≈$2.00+? API-equivalent"));
    assert_eq!(lab.home.json(&["stats", "--json"])["totals"]["equivalent_unknown"], 1);
}

#[test]
fn rows_are_printed_in_every_format() {
    let lab = Lab::new();
    lab.sim.script().always(much());
    lab.home.ok(&["ask", "hello"]);
    let of = |args: &[&str]| lab.home.ok(args).stdout;
    for by in
        ["model", "provider", "key", "client", "session", "group", "day", "hour", "virtual-key", "team", "customer"]
    {
        let csv = of(&["stats", "--by", by, "--format", "csv"]);
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines.len(), 2, "{by}: {csv}");
        assert!(lines[0].starts_with("name,") && lines[0].contains("ttft_seconds.p50"), "{csv}");
        let ndjson = of(&["stats", "--by", by, "--format", "ndjson"]);
        let row: Value = serde_json::from_str(ndjson.trim()).expect("one row a line");
        assert_eq!(row["requests"], 1, "{by}");
        let page = of(&["stats", "--by", by, "--format", "md"]);
        assert!(page.contains("| REQ | IN | OUT | COST |") && page.contains("---:"), "{page}");
        assert!(!page.contains('█'), "{page}");
    }
    assert!(of(&["stats", "--format", "plain"]).contains("MODEL"));
    assert_eq!(of(&["stats", "--by", "error", "--format", "csv"]), "");
    // Every list has these formats.
    assert!(of(&["keys", "--format", "csv"]).starts_with("name,"));
    assert!(of(&["providers", "available", "--format", "md"]).contains("| --- |"));
    assert_eq!(of(&["requests", "--format", "ndjson"]).lines().count(), 1);
}

#[test]
fn a_span_of_ones_own_and_a_year() {
    let home = Home::new();
    let all = home.json(&["stats", "2026-01-01..2026-01-31", "--json"]);
    assert_eq!(
        (&all["span"]["from"], &all["span"]["to"]),
        (&"2026-01-01T00:00:00+00:00".into(), &"2026-02-01T00:00:00+00:00".into())
    );
    for args in [
        &["stats", "2026-02-30..", "--json"][..],
        &["stats", "2026-02-02..2026-02-01"],
        &["stats", "--heatmap", "--by", "model"],
        &["stats", "7d", "--heatmap"],
        &["stats", "--by", "error", "--savings"],
    ] {
        assert_eq!(home.run(args).code, 2, "{args:?}");
    }
    let lab = Lab::new();
    lab.home.ok(&["ask", "hello"]);
    let year = lab.home.json(&["stats", "--heatmap", "--json"]);
    let days = year["rows"].as_array().expect("days");
    assert!((365..=371).contains(&days.len()), "{}", days.len());
    assert_eq!((&days[days.len() - 1]["level"], &year["current_streak"]), (&1.into(), &1.into()));
    let piped = lab.home.ok(&["stats", "--heatmap"]).stdout;
    assert_eq!(piped.lines().count(), 2, "a day a line, and only those with something: {piped}");
}
