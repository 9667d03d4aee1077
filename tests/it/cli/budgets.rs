//! `budgets`: set, shown, lifted, removed, and in force where a question is asked without a server.

use serde_json::Value;

use crate::cli::Home;
use crate::cli::ask::Lab;

#[test]
fn a_budget_is_set_changed_lifted_and_removed() {
    let home = Home::new();
    home.ok(&["groups", "set", "cheap", "openai/gpt-5.4-mini=1"]);
    let ran = home.ok(&[
        "budgets",
        "set",
        "all",
        "10/day",
        "--warn",
        "50,80",
        "--then",
        "downgrade=cheap",
        "--tz",
        "Europe/Berlin",
    ]);
    assert_eq!(ran.stdout.trim(), "✓ all: $10.00/day, $0.00 spent, warns at 50 % and 80 %, then downgrade to cheap");
    home.ok(&["budgets", "set", "openai", "0.5/30d"]);
    // What is not said stays.
    home.ok(&["budgets", "set", "all", "12/day"]);
    let all = home.json(&["budgets", "--json"]);
    let first = &all["budgets"][0];
    assert_eq!(
        (&first["scope"], &first["amount_usd"], &first["then"]),
        (&"all".into(), &12.0.into(), &"downgrade=cheap".into())
    );
    assert_eq!((&first["warn_percent"], &first["time_zone"]), (&serde_json::json!([50, 80]), &"Europe/Berlin".into()));
    assert_eq!((&all["budgets"][1]["scope"], &all["budgets"][1]["resets"]), (&"provider:openai".into(), &Value::Null));
    let screen = home.ok(&["budgets"]).stdout;
    for part in ["SCOPE", "$12.00/day", "openai", "$0.50/30d", "Berlin", "rolling", "downgrade to cheap", "0%"] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    let ran = home.ok(&["budgets", "lift", "openai", "--for", "2h"]);
    assert!(ran.stdout.starts_with("✓ 1 budget of openai lifted until "), "{}", ran.stdout);
    assert!(home.json(&["budgets", "--json"])["budgets"][1]["lifted_until"].is_i64());
    let ran = home.run(&["groups", "remove", "cheap", "--yes"]);
    assert!(ran.code == 2 && ran.stderr.contains("the budget all/day sends to it"), "{}", ran.stderr);
    assert_eq!(home.json(&["budgets", "remove", "all", "--yes", "--json"])["budgets"], 1);
    assert_eq!(home.json(&["budgets", "--json"])["budgets"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_means_nothing_is_refused_and_nothing_is_saved() {
    let home = Home::new();
    for (args, part) in [
        (&["budgets", "set", "all", "10"][..], "AMOUNT/PERIOD"),
        (&["budgets", "set", "all", "0/day"], "no amount of dollars above 0"),
        (&["budgets", "set", "all", "1/fortnight"], "no period"),
        (&["budgets", "set", "user:x", "1/day"], "no scope"),
        (&["budgets", "set", "opneai", "1/day"], "is `openai` meant?"),
        (&["budgets", "set", "key:openai/x", "1/day"], "there is no key `x`"),
        (&["budgets", "set", "team:red", "1/day"], "there is no team `red`"),
        (&["budgets", "set", "virtual-key:ci", "1/day"], "there is no virtual key `ci`"),
        (&["budgets", "set", "all", "1/day", "--warn", "80,50"], "ascending"),
        (&["budgets", "set", "all", "1/day", "--warn", "101"], "from 1 to 100"),
        (&["budgets", "set", "all", "1/day", "--then", "explode"], "expected stop"),
        (&["budgets", "set", "all", "1/day", "--then", "downgrade=none"], "there is no group `none`"),
        (&["budgets", "set", "all", "1/day", "--tz", "Mars/Base"], "Mars/Base"),
        (&["budgets", "lift", "all", "--for", "2h"], "there is no such budget"),
        (&["budgets", "lift", "all", "--for", "2"], "write it like 2h"),
        (&["budgets", "remove", "all", "--yes"], "there is no such budget"),
    ] {
        let ran = home.run(args);
        assert!(ran.code == 2 && ran.stderr.contains(part), "{args:?}: {} {}", ran.code, ran.stderr);
    }
    assert_eq!(home.json(&["budgets", "--json"])["budgets"], Value::Array(Vec::new()));
}

#[test]
fn a_renamed_key_keeps_its_budget() {
    let home = Home::new();
    let ran =
        home.run_with_stdin(&["keys", "add", "openai", "--stdin", "--name", "work"], "sk-canary-0123456789abcdefghij");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    home.ok(&["budgets", "set", "key:openai/work", "1/day"]);
    home.ok(&["keys", "rename", "openai", "work", "office"]);
    assert_eq!(home.json(&["budgets", "--json"])["budgets"][0]["scope"], "key:openai/office");
}

#[test]
fn a_question_without_a_server_is_refused_with_the_status_of_a_budget() {
    let lab = Lab::new();
    lab.home.ok(&["ask", "-m", "lab/one", "What is a proxy?"]);
    lab.home.ok(&["prices", "set", "lab/one", "in=1", "out=2"]);
    lab.home.ok(&["prices", "set", "lab/two", "in=1", "out=2"]);
    lab.home.ok(&["budgets", "set", "all", "0.0001/day"]);
    let ran = lab.home.run(&["ask", "-m", "lab/one", "What is a proxy?"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("all/day") && ran.stderr.contains("llmroute budgets lift all --for 2h"),
        "{}",
        ran.stderr
    );
    lab.home.ok(&["budgets", "lift", "all", "--for", "2h"]);
    lab.home.ok(&["ask", "-m", "lab/one", "What is a proxy?"]);
    let spent = lab.home.json(&["budgets", "--json"])["budgets"][0]["spent_usd"].as_f64().unwrap();
    assert!(spent > 0.0, "what was asked by a process that is gone is spent");
}
