//! Providers, keys, groups, weights, prices: what is typed is checked, what is stored is shown, and a secret is
//! never seen again.

use clap::CommandFactory as _;
use llmroute::cli::args::Cli;
use serde_json::Value;

use crate::cli::Home;

const SECRET: &str = "sk-canary-0123456789abcdefghij";

fn with_key() -> Home {
    let home = Home::new();
    let ran = home.run_with_stdin(&["keys", "add", "openai", "--stdin"], SECRET);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    home
}

#[test]
fn every_verb_ends_its_help_with_an_example() {
    fn walk(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(after.contains("Example:\n  llmroute"), "{path} has no example");
        command.get_subcommands().filter(|it| it.get_name() != "help").for_each(|it| walk(it, &path));
    }
    walk(&Cli::command(), "");
}

#[test]
fn lists_are_json_documents_also_when_empty() {
    let home = Home::new();
    for (noun, list) in [
        ("keys", "keys"),
        ("groups", "groups"),
        ("weights", "groups"),
        ("rules", "rules"),
        ("budgets", "budgets"),
        ("prices", "prices"),
        ("models", "models"),
        ("requests", "requests"),
        ("stats", "rows"),
    ] {
        let document = home.json(&[noun, "--json"]);
        assert_eq!(document["schema_version"], 1, "{noun}");
        assert_eq!(document[list], Value::Array(Vec::new()), "{noun}");
    }
    assert!(home.json(&["providers", "--format", "json"])["providers"].is_array());
    assert!(home.json(&["--json"])["next"].is_string());
    assert!(std::fs::read_dir(home.path()).expect("the home").next().is_none(), "looking made files");
}

#[test]
fn a_secret_is_stored_sealed_and_never_shown() {
    let home = with_key();
    let mut outputs = Vec::new();
    for args in [
        &["keys"][..],
        &["keys", "--json"],
        &["providers"],
        &["providers", "show", "openai", "--json"],
        &["models"],
        &["--json"],
        &["keys", "rename", "openai", "main", "work"],
        &["keys", "remove", "openai", "nothing-like-it"],
    ] {
        let ran = home.run(args);
        outputs.extend([ran.stdout, ran.stderr]);
    }
    for output in &outputs {
        assert!(!output.contains("canary-0123"), "{output}");
    }
    assert!(outputs[0].contains("stored"), "{}", outputs[0]);
    for entry in std::fs::read_dir(home.path()).expect("the home") {
        let path = entry.expect("an entry").path();
        let bytes = if path.is_file() { std::fs::read(&path).expect("a file") } else { Vec::new() };
        let found = bytes.windows(SECRET.len()).any(|it| it == SECRET.as_bytes());
        assert!(!found, "the secret stands in {}", path.display());
    }
    assert_eq!(home.json(&["keys", "--json"])["keys"][0]["name"], "work");
    home.ok(&["keys", "remove", "openai", "work"]);
    assert_eq!(home.json(&["keys", "--json"])["keys"], Value::Array(Vec::new()));
}

#[test]
fn a_key_typed_as_an_argument_is_refused_and_not_repeated() {
    let home = Home::new();
    for args in [
        &["keys", "add", "openai", SECRET][..],
        &["keys", "add", SECRET],
        &["keys", "add", "openai", "--name", SECRET],
        &["keys", "add", "openai", "--from", SECRET],
        &["keys", "add", "openai", "--from", "env:sk-canary-0123456789abcdefghij"],
        &["keys", "rotate", "openai", SECRET],
        &["keys", "rename", "openai", "main", SECRET],
        &["keys", "remove", SECRET],
        &["providers", "add", SECRET, "--base-url", "https://example.com/v1", "--speaks", "openai-chat"],
        &["providers", "show", SECRET],
    ] {
        let ran = home.run(args);
        ran.refused("key-in-argument", 2);
        assert!(!ran.stderr.contains("canary"), "{args:?}: {}", ran.stderr);
    }
    assert!(std::fs::read_dir(home.path()).expect("the home").next().is_none(), "something was written");
}

#[test]
fn references_are_kept_as_references() {
    let home = Home::new();
    let mut command = home.command(&["keys", "add", "groq", "--from", "env:MY_GROQ", "--billing", "free", "--json"]);
    let output = command.env("MY_GROQ", SECRET).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let saved: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&saved["source"], &saved["name"]), (&"env".into(), &"main".into()));
    let listed = home.json(&["keys", "--json"]);
    assert_eq!(listed["keys"][0]["source"], "env: MY_GROQ");
    assert_eq!(listed["keys"][0]["billing"], "free");
    assert!(listed["keys"][0]["state"].as_str().is_some_and(|it| it.contains("MY_GROQ is not set")), "{listed}");

    let mut command = home.command(&["keys", "--json"]);
    let output = command.env("OPENAI_API_KEY", SECRET).output().expect("the program starts");
    let listed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let found = listed["keys"].as_array().expect("keys").iter().find(|it| it["provider"] == "openai").expect("openai");
    assert_eq!((&found["found"], &found["source"]), (&true.into(), &"env: OPENAI_API_KEY".into()));
}

#[test]
fn looking_runs_no_command() {
    let home = Home::new();
    let mark = home.path().join("asked");
    let command = format!("cmd:touch {} && echo {SECRET}", mark.display());
    home.ok(&["keys", "add", "openai", "--from", &command]);
    std::fs::remove_file(&mark).expect("the command was run when the key was added");
    for args in [&["keys"][..], &["providers"], &["models"], &["groups"], &["weights"], &[]] {
        home.ok(args);
    }
    assert!(!mark.exists(), "the command was run");
    let listed = home.json(&["keys", "--json"]);
    assert_eq!(
        (&listed["keys"][0]["state"], &listed["keys"][0]["source"]),
        (&"not asked".into(), &format!("cmd: touch {} …", mark.display()).into())
    );
}

#[test]
fn refusals_change_nothing() {
    let home = with_key();
    home.ok(&["groups", "set", "mine", "openai/a=1"]);
    let before =
        [home.json(&["groups", "--json"]), home.json(&["providers", "--json"]), home.json(&["keys", "--json"])];
    for (args, code) in [
        (&["groups", "set", "mine", "openai/a=1", "nowhere/b=1"][..], "unknown-provider"),
        (&["groups", "set", "mine", "openai/a=1", "openai/a=2"], "bad-group"),
        (&["groups", "set", "mine", "openai/a=-1"], "bad-weight"),
        (&["groups", "set", "mine", "openai/a=NaN"], "bad-weight"),
        (&["groups", "set", "mine", "openai"], "bad-target"),
        (&["groups", "set", "my/group", "openai/a"], "bad-name"),
        (&["groups", "set", "mine"], "usage"),
        (&["groups", "set", "mine", "openai/a", "--strategy", "quality"], "bad-strategy"),
        (&["groups", "set", "mine", "openai/a", "--strategy", "latencey"], "bad-strategy"),
        (&["groups", "remove", "theirs"], "unknown-group"),
        (&["groups", "show", "theirs"], "unknown-group"),
        (&["weights", "set", "mine", "openai/a=2", "openai/b=2"], "unknown-target"),
        (&["weights", "set", "theirs", "openai/a=2"], "unknown-group"),
        (&["weights", "show", "theirs"], "unknown-group"),
        (&["weights", "reset", "theirs"], "unknown-group"),
        (&["keys", "add", "openai", "--from", "nonsense"], "bad-reference"),
        (&["keys", "add", "openai", "--from", "file:/no/such/file"], "exists"),
        (&["keys", "add", "openai", "--stdin", "--from", "env:X"], "usage"),
        (&["keys", "add", "openai"], "no-input"),
        (&["keys", "add", "opnai", "--from", "env:X"], "unknown-provider"),
        (&["keys", "add", "ollama", "--from", "env:X"], "no-key-needed"),
        (&["keys", "remove", "openai", "other"], "unknown-key"),
        (&["keys", "rename", "openai", "main", "a b"], "bad-name"),
        (&["providers", "add", "lab", "--speaks", "openai-chat"], "usage"),
        (&["providers", "add", "lab", "--base-url", "https://x.example/v1"], "usage"),
        (&["providers", "add", "lab", "--base-url", "https://x.example/v1", "--speaks", "klingon"], "usage"),
        (&["providers", "add", "lab", "--base-url", "https://x.example/v1", "--speaks", "anthropic=v1"], "usage"),
        (&["providers", "add", "lab", "--base-url", "http://10.0.0.1/v1", "--speaks", "anthropic"], "bad-provider"),
        (&["providers", "add", "lab", "--like", "opnai", "--base-url", "https://x.example/v1"], "usage"),
        (&["providers", "remove", "openai"], "built-in"),
        (&["providers", "disable", "nowhere"], "unknown-provider"),
        (&["providers", "show", "nowhere"], "unknown-provider"),
        (&["prices", "set", "openai/a", "in=1"], "bad-price"),
        (&["prices", "set", "openai/a", "in=1", "out=free"], "bad-price"),
        (&["prices", "set", "openai/a", "in=1", "out=2", "--from", "tomorrow"], "usage"),
        (&["prices", "remove", "openai/a"], "unknown-price"),
        (&["prices", "show", "openai"], "usage"),
        (&["stats", "yesterday"], "usage"),
        (&["requests", "show", "r0001"], "not-found"),
        (&["requests", "show", "0001"], "usage"),
    ] {
        home.run(args).refused(code, 2);
    }
    let after = [home.json(&["groups", "--json"]), home.json(&["providers", "--json"]), home.json(&["keys", "--json"])];
    assert_eq!(before, after);
    assert_eq!(home.json(&["prices", "--json"])["prices"], Value::Array(Vec::new()));
}

#[test]
fn edits_are_seen_by_the_next_command() {
    let home = with_key();
    home.ok(&[
        "providers",
        "add",
        "lab",
        "--base-url",
        "http://127.0.0.1:9/v1",
        "--speaks",
        "openai-chat",
        "--auth",
        "none",
    ]);
    home.ok(&["groups", "set", "mine", "openai/a=3", "lab/b", "lab/c=0"]);
    let shown = home.json(&["groups", "show", "mine", "--json"]);
    let shares: Vec<_> = shown["group"]["targets"].as_array().expect("targets").iter().map(|it| &it["share"]).collect();
    assert_eq!(shares, [&0.75, &0.25, &0.0]);
    assert_eq!(shown["group"]["strategy"], "weighted");
    assert_eq!(shown["group"]["targets"][0].get("live"), None, "no server runs");
    home.ok(&["groups", "set", "mine", "openai/a=3", "lab/b", "lab/c=0", "--strategy", "least-busy"]);
    // What is not named stays as it is.
    home.ok(&["groups", "set", "mine", "openai/a=3", "lab/b", "lab/c=0"]);
    assert_eq!(home.json(&["groups", "show", "mine", "--json"])["group"]["strategy"], "least-busy");
    assert!(home.ok(&["groups", "show", "mine"]).stdout.starts_with("mine · strategy least-busy"));
    home.ok(&["weights", "set", "mine", "lab/b=9"]);
    assert_eq!(home.json(&["weights", "show", "mine", "--json"])["groups"][0]["targets"][1]["target_share"], 0.75);
    home.ok(&["weights", "reset", "mine"]);
    assert_eq!(home.json(&["weights", "show", "mine", "--json"])["groups"][0]["targets"][1]["weight"], 1.0);
    home.ok(&["providers", "disable", "lab"]);
    assert!(home.ok(&["providers"]).stdout.lines().any(|it| it.starts_with("lab") && it.contains("disabled")));
    home.run(&["providers", "remove", "lab"]).refused("in-use", 2);
    let gone = home.json(&["providers", "remove", "lab", "--cascade", "--json"]);
    assert_eq!(gone["groups"], serde_json::json!(["mine"]));
    assert_eq!(home.json(&["groups", "show", "mine", "--json"])["group"]["targets"].as_array().map(Vec::len), Some(1));
    home.ok(&["prices", "set", "openai/a", "in=1", "out=2.5", "--from", "2026-01-01"]);
    assert_eq!(home.json(&["prices", "show", "openai/a", "--json"])["price"]["output_usd"], 2.5);
    home.ok(&["prices", "remove", "openai/a"]);
    assert_eq!(home.json(&["prices", "show", "openai/a", "--json"])["price"], Value::Null);
    home.ok(&["groups", "remove", "mine"]);
    home.run(&["groups", "show", "mine"]).refused("unknown-group", 2);
}

#[test]
fn what_a_group_says_beside_its_targets_is_kept_and_shown() {
    let home = Home::new();
    let shown = |home: &Home| home.json(&["groups", "show", "mine", "--json"])["group"].clone();
    home.ok(&["groups", "set", "mine", "openai/a", "anthropic/b=0"]);
    let usual = shown(&home);
    assert_eq!((&usual["hedge_after"], &usual["on_refusal"]), (&"auto".into(), &"tell".into()), "{usual}");
    assert_eq!(usual["deadlines"]["first-content"], 120_000, "{usual}");
    let given =
        ["--hedge-after", "4s", "--on-refusal", "next", "--deadline", "first-content=30s", "--deadline", "whole=5m"];
    home.ok(&[&["groups", "set", "mine", "openai/a", "anthropic/b=0"][..], &given].concat());
    let own = shown(&home);
    assert_eq!((&own["hedge_after"], &own["on_refusal"]), (&"4.0s".into(), &"next".into()), "{own}");
    assert_eq!((&own["deadlines"]["first-content"], &own["deadlines"]["whole"]), (&30_000.into(), &300_000.into()));
    let screen = home.ok(&["groups", "show", "mine"]).stdout;
    assert!(screen.contains("first-content 30.0s") && screen.contains("the next target is asked"), "{screen}");
    // What is not given again stays.
    home.ok(&["groups", "set", "mine", "openai/a", "--hedge-after", "off"]);
    let kept = shown(&home);
    assert_eq!((&kept["hedge_after"], &kept["on_refusal"]), (&"off".into(), &"next".into()), "{kept}");
    assert_eq!(kept["deadlines"]["whole"], 300_000, "{kept}");
    for (given, code) in [
        (["--hedge-after", "soon"], "bad-hedge"),
        (["--hedge-after", "0s"], "bad-hedge"),
        (["--deadline", "first-content"], "bad-deadline"),
        (["--deadline", "first=3s"], "bad-deadline"),
        (["--deadline", "whole=never"], "bad-deadline"),
    ] {
        home.run(&[&["groups", "set", "mine", "openai/a"][..], &given].concat()).refused(code, 2);
        assert_eq!(shown(&home), kept);
    }
}

#[test]
fn a_copied_provider_keeps_what_is_not_given() {
    let home = Home::new();
    home.ok(&["providers", "add", "work", "--like", "anthropic", "--base-url", "https://gateway.example.com/v1"]);
    let row = &home.json(&["providers", "show", "work", "--json"])["provider"];
    assert_eq!((&row["auth"], &row["speaks"][0]["dialect"]), (&"x-api-key".into(), &"anthropic".into()));
    assert_eq!(row["base-url"], "https://gateway.example.com/v1");
    home.ok(&["providers", "add", "plain", "--base-url", "https://x.example/v1", "--speaks", "anthropic=/custom"]);
    let row = &home.json(&["providers", "show", "plain", "--json"])["provider"];
    assert_eq!((&row["auth"], &row["speaks"][0]["path"]), (&"x-api-key".into(), &"/custom".into()));
}

#[test]
fn a_damaged_file_is_a_failure_and_no_usage_error() {
    let home = Home::new();
    std::fs::write(home.path().join("llmroute.db"), "this is no database, whatever its name says").expect("a file");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(home.path().join("llmroute.db"), mode).expect("the mode");
    home.run(&["keys"]).refused("db-corrupt", 1);
    std::fs::write(home.path().join("config.toml"), "prot = 1\n").expect("a file");
    let ran = home.run(&["stats"]);
    ran.refused("settings", 2);
    assert!(ran.stderr.contains("config.toml:1:1"), "{}", ran.stderr);
}

#[test]
fn prices_of_the_table_are_shown_by_the_million() {
    let home = Home::new();
    let price = &home.json(&["prices", "show", "anthropic/claude-sonnet-4-5", "--json"])["price"];
    assert_eq!((&price["input_usd"], &price["output_usd"]), (&3.0.into(), &15.0.into()), "{price}");
    assert!(home.ok(&["prices", "show", "openai/never-heard-of-it"]).stdout.contains("? (unknown)"));
}

#[test]
fn a_canary_is_set_up_shown_ended_and_set_up_again() {
    let home = Home::new();
    let canary =
        |args: &[&str]| home.json(&[&["groups", "set", "smart2"], args, &["--json"]].concat())["group"].clone();
    home.ok(&["groups", "set", "smart2", "openai/gpt-5.4=3", "groq/llama-3.3-70b-versatile"]);
    home.ok(&["weights", "set", "smart2", "openai/gpt-5.4=7"]);
    let group = canary(&["--canary", "anthropic/claude-sonnet-5=5%"]);
    assert_eq!(group["targets"][0]["weight"], 7.0, "the targets stay, with their weights: {group}");
    let told = &group["canary"];
    assert_eq!((&told["target"], &told["state"]), (&"anthropic/claude-sonnet-5".into(), &"trial".into()), "{told}");
    assert_eq!((&told["share"], &told["next_share"]), (&0.05.into(), &0.1.into()), "{told}");
    assert_eq!((&told["step"]["canary"]["requests"], &told["evidence"]["worse"]), (&0.into(), &1.0.into()), "{told}");
    let screen = home.ok(&["groups", "show", "smart2"]).stdout;
    for part in [
        "canary:      anthropic/claude-sonnet-5 · 5% of conversations",
        "another target",
        "has not changed yet",
        "0 of 20 requests",
    ] {
        assert!(screen.contains(part), "no `{part}`:\n{screen}");
    }
    assert!(home.ok(&["groups"]).stdout.contains("anthropic/claude-sonnet-5 (canary)"));
    // What else is set leaves it alone; setting it again begins anew.
    assert_eq!(canary(&["--strategy", "priority"])["canary"]["began"], told["began"]);
    assert!(
        home.ok(&["groups", "set", "smart2", "--canary", "anthropic/claude-sonnet-5=12.5%"]).stdout.contains("canary")
    );
    assert_eq!(home.json(&["groups", "show", "smart2", "--json"])["group"]["canary"]["share"], 0.125);
    for (bad, code) in [
        ("anthropic/claude-sonnet-5", "bad-canary"),
        ("anthropic/claude-sonnet-5=5", "bad-canary"),
        ("anthropic/claude-sonnet-5=100%", "bad-canary"),
        ("anthropic/claude-sonnet-5=-1%", "bad-canary"),
        ("openai/gpt-5.4=5%", "bad-canary"),
        ("nobody/m=5%", "unknown-provider"),
        ("m=5%", "bad-target"),
    ] {
        home.run(&["groups", "set", "smart2", "--canary", bad]).refused(code, 2);
    }
    home.run(&["groups", "set", "smart2", "anthropic/claude-sonnet-5", "openai/gpt-5.4"]).refused("bad-canary", 2);
    home.run(&["groups", "set", "nobody", "--canary", "openai/gpt-5.4=5%"]).refused("unknown-group", 2);
    home.run(&["groups", "set", "smart", "--canary", "openai/gpt-5.4=5%"]).refused("built-in", 2);
    home.run(&["groups", "set", "smart2"]).refused("usage", 2);
    assert_eq!(canary(&["--canary", "off"])["canary"], Value::Null);
    home.ok(&["providers", "add", "lab", "--base-url", "http://127.0.0.1:9/v1", "--speaks", "openai-chat"]);
    canary(&["--canary", "lab/m=1%"]);
    let ran = home.run(&["providers", "remove", "lab", "--yes"]);
    ran.refused("in-use", 2);
    assert!(ran.stderr.contains("--canary off"), "{}", ran.stderr);
}

#[test]
fn requests_are_listed_by_what_they_were_and_pruned_by_age() {
    let home = Home::new();
    crate::ledger::generate::fill(&home.path().join("llmroute.db"), 400);
    let listed = |more: &[&str]| {
        let shown = home.json(&[&["requests", "-n", "1000", "--json"], more].concat());
        shown["requests"].as_array().unwrap().clone()
    };
    let all = listed(&[]);
    assert_eq!(all.len(), 400);
    let count = |keep: &dyn Fn(&serde_json::Value) -> bool| all.iter().filter(|it| keep(it)).count();
    let failed = count(&|it| it["outcome"] == "failed");
    assert!(failed > 0);
    assert_eq!(listed(&["--status", "failed"]).len(), failed);
    assert_eq!(listed(&["--status", "429"]).len(), failed);
    assert_eq!(listed(&["--client", "codex"]).len(), count(&|it| it["client"] == "codex"));
    assert_eq!(listed(&["--moved"]).len(), count(&|it| it["moved"] == true));
    let west = |it: &serde_json::Value| it["target"].as_str().is_some_and(|it| it.starts_with("west/"));
    assert!(listed(&["--provider", "west"]).len() >= count(&west));
    assert_eq!(listed(&["--provider", "nobody"]).len(), 0);
    let ids = home.ok(&["requests", "-q", "-n", "3"]).stdout;
    assert!(ids.lines().count() == 3 && ids.lines().all(|it| it.starts_with('r') && !it.contains(' ')), "{ids}");
    let ran = home.run(&["requests", "--status", "soso"]);
    assert!(ran.code == 2 && ran.stderr.contains("client_gone"), "{}", ran.stderr);
    // Far in the future of some machines and the past of others: all or none of it is that old.
    let gone = home.json(&["requests", "prune", "--keep", "36500d", "--json"]);
    assert_eq!(gone["pruned_requests"], 0);
    // What a budget counts for ever stays for ever.
    home.ok(&["budgets", "set", "all", "1000000/total"]);
    let kept = home.json(&["requests", "prune", "--keep", "1h", "--json"]);
    assert_eq!(kept["pruned_requests"], 0);
    let checked = home.json(&["db", "check", "--json"]);
    assert_eq!((&checked["whole"], &checked["requests"]), (&true.into(), &400.into()));
    let info = home.json(&["db", "--json"]);
    assert_eq!((&info["requests"], info["path"].as_str().unwrap().ends_with("llmroute.db")), (&400.into(), true));
    assert_eq!(home.ok(&["db", "path"]).stdout.trim(), info["path"]);
    assert!(home.json(&["db", "vacuum", "--json"])["bytes_after"].as_u64().unwrap() > 0);
    home.ok(&["budgets", "remove", "all"]);
    let gone = home.json(&["requests", "prune", "--keep", "1h", "--json"]);
    assert_eq!((&gone["pruned_requests"], &gone["counted_by_budgets"]), (&kept["counted_by_budgets"], &0.into()));
}
