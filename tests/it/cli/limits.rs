//! `limits` as it is typed.

use serde_json::{Value, json};

use crate::cli::Home;

fn limits(home: &Home) -> Vec<Value> {
    home.json(&["limits", "--json"])["limits"].as_array().unwrap().clone()
}

#[test]
fn limits_are_set_changed_listed_and_removed() {
    let home = Home::new();
    assert_eq!(home.json(&["limits", "--json"]), json!({"schema_version": 1, "live": false, "limits": []}));
    home.ok(&["teams", "add", "red"]);
    home.ok(&["limits", "set", "team:red", "--rpm", "60", "--queue", "5s"]);
    home.ok(&["limits", "set", "team:red", "--tpm", "100000"]);
    home.ok(&["limits", "set", "openai", "--parallel", "8"]);
    let all = limits(&home);
    assert_eq!((&all[0]["scope"], &all[0]["parallel"]), (&json!("provider:openai"), &json!(8)));
    assert_eq!((&all[1]["rpm"], &all[1]["tpm"], &all[1]["queue_seconds"]), (&json!(60), &json!(100_000), &json!(5.0)));
    let table = home.ok(&["limits"]).stdout;
    assert!(table.contains("team:red") && table.contains("100,000") && table.contains("5 s"), "{table}");
    home.ok(&["limits", "set", "team:red", "--rpm", "0"]);
    assert_eq!(limits(&home)[1]["rpm"], Value::Null);

    for (args, code, part) in [
        (&["limits", "set", "team:reds", "--rpm", "1"][..], "unknown-member", "is `red` meant?"),
        (&["limits", "set", "virtual-key:ci", "--rpm", "1"], "unknown-member", "virtual key"),
        (&["limits", "set", "opnai", "--rpm", "1"], "unknown-provider", "is `openai` meant?"),
        (&["limits", "set", "key:openai/work", "--rpm", "1"], "unknown-key", "llmroute keys add openai"),
        (&["limits", "set", "user:x", "--rpm", "1"], "bad-scope", "is no scope"),
        (&["limits", "set", "all"], "usage", "--rpm"),
        (&["limits", "set", "all", "--queue", "5s"], "no-limit", "limit nothing"),
        (&["limits", "set", "all", "--rpm", "1", "--queue", "soon"], "usage", "--queue 5s"),
        (&["limits", "remove", "all"], "unknown-limit", "no limit for `all`"),
        (&["teams", "remove", "red"], "in-use", "llmroute limits remove team:red"),
    ] {
        let ran = home.run(args);
        ran.refused(code, 2);
        assert!(ran.stderr.contains(part), "{args:?}: {part} in {}", ran.stderr);
    }
    home.ok(&["limits", "remove", "team:red", "--yes"]);
    home.ok(&["limits", "remove", "openai", "--yes"]);
    home.ok(&["teams", "remove", "red", "--yes"]);
    assert!(home.ok(&["limits"]).stdout.starts_with("no limits: "));
}
