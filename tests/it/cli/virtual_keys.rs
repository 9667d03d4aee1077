//! Virtual keys, teams and customers as they are typed: a token is shown once, names are free again and ids are not.

use serde_json::{Value, json};

use crate::cli::Home;

fn listed(home: &Home, noun: &str, field: &str) -> Vec<Value> {
    home.json(&[noun, "--json"])[field].as_array().unwrap().clone()
}

#[test]
fn a_token_is_shown_once_and_kept_nowhere() {
    let home = Home::new();
    assert_eq!(home.json(&["virtual-keys", "--json"]), json!({"schema_version": 1, "virtual_keys": []}));
    let ran = home.ok(&["vk", "add", "ci"]);
    let token = ran.stdout.trim();
    assert!(token.starts_with("llmr_") && token.len() == 69, "only the token is on stdout: {}", ran.stdout);
    assert!(ran.stderr.contains("shown this once") && !ran.stderr.contains(token), "{}", ran.stderr);
    let other = home.json(&["vk", "rotate", "ci", "--json"]);
    let other = other["token"].as_str().unwrap();
    assert_ne!(other, token);
    let shown = home.ok(&["vk", "--json"]).stdout + &home.ok(&["vk"]).stdout;
    for it in [token, other] {
        assert!(!shown.contains(it), "{shown}");
        for file in std::fs::read_dir(home.path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            assert!(memchr::memmem::find(&bytes, it.as_bytes()).is_none(), "the token is in {}", path.display());
        }
    }
    assert!(shown.contains(&other[other.len() - 4..]), "its end is shown: {shown}");
}

#[test]
fn members_are_added_used_and_removed() {
    let home = Home::new();
    home.ok(&["customers", "add", "acme"]);
    home.ok(&["customers", "add", "other"]);
    home.ok(&["teams", "add", "red", "--customer", "acme"]);
    home.ok(&["vk", "add", "ci", "--team", "red", "--models", "fast,openai/gpt-5*", "--expires", "30d"]);
    let keys = listed(&home, "vk", "virtual_keys");
    assert_eq!(
        (&keys[0]["team"], &keys[0]["customer"]),
        (&json!("red"), &json!("acme")),
        "the team's customer is the key's"
    );
    assert_eq!((&keys[0]["models"], &keys[0]["expired"]), (&json!(["fast", "openai/gpt-5*"]), &json!(false)));
    assert_eq!(listed(&home, "teams", "teams")[0]["virtual_keys"], 1);
    assert_eq!(listed(&home, "customers", "customers")[0]["teams"], 1);

    for (args, code, part) in [
        (&["vk", "add", "ci"][..], "exists", "already"),
        (&["vk", "add", "x", "--team", "reds"], "unknown-member", "is `red` meant?"),
        (&["vk", "add", "x", "--team", "red", "--customer", "other"], "two-customers", "`acme`"),
        (&["vk", "add", "x", "--providers", "opnai"], "unknown-provider", "is `openai` meant?"),
        (&["vk", "add", "x", "--models", "opnai/gpt"], "unknown-provider", "is `openai` meant?"),
        (&["vk", "add", "x", "--models", "a*b"], "usage", "no model"),
        (&["vk", "add", "x", "--expires", "soon"], "bad-time", "no time"),
        (&["vk", "add", "x", "--expires", "2020-01-01"], "bad-time", "expired already"),
        (&["vk", "add", "x/y"], "bad-name", "letters"),
        (&["vk", "rotate", "none"], "unknown-member", "there is no virtual key `none`"),
        (&["vk", "remove", "none"], "unknown-member", "there is no virtual key `none`"),
        (&["teams", "remove", "red"], "in-use", "virtual key ci"),
        (&["customers", "remove", "acme"], "in-use", "team red"),
        (&["teams", "add", "red"], "exists", "red"),
        (&["customers", "add", "acme"], "exists", "acme"),
    ] {
        let ran = home.run(args);
        ran.refused(code, 2);
        assert!(ran.stderr.contains(part), "{args:?}: {part} in {}", ran.stderr);
    }
    home.ok(&["rules", "add", "r", "--when", "stream", "--to", "fast", "--scope", "virtual-key:ci"]);
    let ran = home.run(&["vk", "remove", "ci", "--yes"]);
    assert!(ran.refused("in-use", 2).stderr.contains("rules are for its requests: r"), "{}", ran.stderr);
    home.ok(&["rules", "edit", "r", "--scope", "team:red"]);
    home.ok(&["vk", "remove", "ci", "--yes"]);
    let first = keys[0]["id"].as_i64().unwrap();
    home.ok(&["vk", "add", "ci"]);
    let again = listed(&home, "vk", "virtual_keys");
    assert_eq!(again.len(), 1);
    assert_ne!(again[0]["id"].as_i64().unwrap(), first, "the name is free again, and the id is not");
    home.ok(&["rules", "remove", "r", "--yes"]);
    home.ok(&["teams", "remove", "red", "--yes"]);
    home.ok(&["customers", "remove", "acme", "--yes"]);
}

#[test]
fn a_provider_key_is_told_what_it_is_for() {
    let home = Home::new();
    let ran = home.run_with_stdin(&["keys", "add", "openai", "--stdin"], "sk-0123456789abcdef0123456789abcdef");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    home.ok(&["keys", "set", "openai", "--models", "gpt-5*,o3", "--weight", "2"]);
    let key = &listed(&home, "keys", "keys")[0];
    assert_eq!((&key["models"], &key["weight"]), (&json!(["gpt-5*", "o3"]), &json!(2.0)));
    assert!(home.ok(&["keys"]).stdout.contains("for gpt-5*, o3"));
    let explained = home.run(&["explain", "-m", "openai/whisper-1", "hello"]);
    assert!(
        explained.code == 3 && explained.stdout.contains("no key of openai is for whisper-1"),
        "{}",
        explained.stdout
    );
    home.ok(&["keys", "set", "openai", "--any-model"]);
    assert_eq!(listed(&home, "keys", "keys")[0]["models"], json!([]));
    home.run(&["keys", "set", "openai"]).refused("usage", 2);
    home.run(&["keys", "set", "openai", "--models", "a*b"]).refused("usage", 2);
}

#[test]
fn what_would_become_of_a_key_s_request_is_explained() {
    let home = Home::new();
    let ran = home.run_with_stdin(&["keys", "add", "openai", "--stdin"], "sk-0123456789abcdef0123456789abcdef");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    home.ok(&["vk", "add", "ci", "--models", "openai/gpt-5*"]);
    let allowed = home.json(&["explain", "-m", "openai/gpt-5.4-mini", "--virtual-key", "ci", "hello", "--json"]);
    assert_eq!(allowed["facts"]["caller"]["virtual_key"]["name"], "ci");
    let ran = home.run(&["explain", "-m", "openai/o3", "--virtual-key", "ci", "hello"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("virtual key ci") && ran.stdout.contains("its models are openai/gpt-5*"),
        "{}",
        ran.stdout
    );
    home.run(&["explain", "-m", "openai/o3", "--virtual-key", "cj", "hello"]).refused("unknown-member", 2);
}
