//! Providers at the terminal: what an address needs is told, set and shown; a new one takes one line.

use serde_json::Value;

use crate::cli::Home;

fn provider<'a>(listed: &'a Value, name: &str) -> &'a Value {
    let all = listed["providers"].as_array().expect("a list");
    all.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name} in {listed}"))
}

#[test]
fn a_built_in_provider_is_told_what_its_address_needs() {
    let home = Home::new();
    let ran = home.run_with_stdin(&["keys", "add", "azure", "--stdin"], "0123456789abcdef0123456789abcdef");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let listed = home.json(&["providers", "--json"]);
    assert_eq!(provider(&listed, "azure")["usable"], false);
    assert!(home.ok(&["providers"]).stdout.contains("not set up: llmroute providers show azure"));

    let asked = home.run(&["ask", "-m", "azure/gpt", "hello"]);
    assert_ne!(asked.code, 0);
    for part in ["resource", "llmroute providers set azure resource=VALUE", "AZURE_RESOURCE_NAME"] {
        assert!(asked.stderr.contains(part), "{part} in {}", asked.stderr);
    }

    home.ok(&["providers", "set", "azure", "resource=lab"]);
    let listed = home.json(&["providers", "--json"]);
    let azure = provider(&listed, "azure");
    assert_eq!(azure["usable"], true);
    assert_eq!(azure["speaks"][0]["url"], "https://lab.openai.azure.com/openai/v1/chat/completions");
    let shown = home.json(&["providers", "show", "azure", "--json"]);
    assert_eq!((&shown["built_in"], &shown["settings"][0]["value"]), (&Value::Bool(true), &Value::from("lab")));

    // The same in the words of `add`; nothing after the `=` takes a value away.
    home.ok(&["providers", "add", "azure", "--set", "resource=other"]);
    let shown = home.json(&["providers", "show", "azure", "--json"]);
    assert_eq!((&shown["built_in"], &shown["settings"][0]["value"]), (&Value::Bool(true), &Value::from("other")));
    let told = home.ok(&["providers", "set", "azure", "resource="]);
    assert!(told.stdout.contains("still: azure needs its setting `resource`"), "{}", told.stdout);
}

#[test]
fn a_new_provider_like_a_built_in_one_takes_one_line() {
    let home = Home::new();
    home.ok(&["providers", "add", "eu", "--like", "vertex", "--set", "project=p1", "--set", "location=europe-west4"]);
    home.ok(&["providers", "add", "work", "--like", "groq", "--base-url", "https://gateway.example.com/v1"]);
    let listed = home.json(&["providers", "--json"]);
    let url = &provider(&listed, "eu")["speaks"][0]["url"];
    let path = "/v1/projects/p1/locations/europe-west4/publishers/google/models/{model}:generateContent";
    assert_eq!(*url, format!("https://europe-west4-aiplatform.googleapis.com{path}"));
    let work = home.json(&["providers", "show", "work", "--json"]);
    assert_eq!(work["provider"]["quirks"]["output-cap"], "max_completion_tokens", "groq's quirks came along");
    assert_eq!(provider(&listed, "work")["speaks"][1]["url"], "https://gateway.example.com/v1/responses");
}

#[test]
fn settings_that_are_none_are_refused_and_change_nothing() {
    let home = Home::new();
    for (args, part) in [
        (&["providers", "set", "azure", "resorce=x"][..], "resource=VALUE"),
        (&["providers", "set", "openai", "region=x"], "it needs none"),
        (&["providers", "set", "vertex", "project=a/b"], "letters, digits"),
        (&["providers", "set", "vertex", "project"], "region=eu-west-1"),
        (&["providers", "set", "vertx", "project=p"], "is `vertex` meant?"),
        (&["providers", "add", "mine", "--like", "vertex", "--set", "project=a b"], "letters, digits"),
    ] {
        let ran = home.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(part), "{args:?}: {part} in {}", ran.stderr);
    }
    let listed = home.json(&["providers", "--json"]);
    assert!(!listed["providers"].as_array().expect("a list").iter().any(|it| it["name"] == "mine"), "half an edit");
}

#[test]
fn a_key_file_is_taken_by_who_exchanges_it_and_by_nobody_else() {
    let home = Home::new();
    let file = home.path().join("account.json");
    let text = "{\n  \"type\": \"service_account\",\n  \"client_email\": \"router@p.iam.gserviceaccount.com\",\n  \
                \"private_key\": \"-----BEGIN PRIVATE KEY-----\\ncanary\\n\"\n}\n";
    std::fs::write(&file, text).expect("a file");
    let from = format!("file:{}", file.display());
    home.ok(&["keys", "add", "vertex", "--from", &from]);
    home.ok(&["keys", "add", "vertex", "--name", "machine", "--from", "metadata"]);
    let keys = home.ok(&["keys"]).stdout;
    assert!(keys.contains("router@p.iam.gserviceaccount.com") && keys.contains("of this machine"), "{keys}");
    assert!(!keys.contains("canary"), "{keys}");
    let refused = home.run(&["keys", "add", "openai", "--from", &from]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(refused.stderr.contains("openai takes a key in one piece"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("canary"), "{}", refused.stderr);
}

#[test]
fn fifty_providers_fit_a_terminal() {
    let home = Home::new();
    let drawn = home.ok(&["providers", "available"]).stdout;
    let longest = drawn.lines().max_by_key(|it| it.chars().count()).expect("lines");
    assert!(longest.chars().count() <= 120, "{longest}");
    assert!(drawn.lines().count() > 60, "{drawn}");
    let listed = home.ok(&["providers"]).stdout;
    assert!(listed.contains("more are built in"), "{listed}");
    assert!(listed.lines().all(|it| it.chars().count() <= 120), "{listed}");
}

#[test]
fn a_provider_that_takes_clients_own_keys_has_none_of_ours_and_shares_its_dialect_with_no_other() {
    let home = Home::new();
    let told =
        home.ok(&["providers", "add", "plan", "--like", "anthropic", "--auth", "client", "--billing", "subscription"]);
    assert!(told.stdout.contains("x-llmroute-key"), "{}", told.stdout);
    let shown = home.json(&["providers", "show", "plan", "--json"]);
    assert_eq!((&shown["provider"]["auth"], &shown["provider"]["billing"]), (&"client".into(), &"subscription".into()));
    assert!(home.ok(&["providers"]).stdout.contains("takes the client's own key"));

    for (args, code, part) in [
        // One vendor must not be shown what is another's.
        (&["providers", "add", "other", "--like", "anthropic", "--auth", "client"][..], "own-keys-taken", "`plan`"),
        (&["keys", "add", "plan", "--from", "env:HOME"], "no-key-needed", "clients bring"),
        (&["providers", "add", "x", "--like", "groq", "--billing", "free"], "provider", "a billing for each"),
    ] {
        let ran = home.run(args);
        assert_ne!(ran.code, 0, "{args:?}");
        for part in [code, part] {
            assert!(ran.stderr.contains(part), "{part} in {}", ran.stderr);
        }
    }
    // Of another dialect it may be, and of the same one once the first is out of the way.
    home.ok(&["providers", "add", "chat", "--like", "openai", "--auth", "client"]);
    home.ok(&["providers", "disable", "plan"]);
    home.ok(&["providers", "add", "other", "--like", "anthropic", "--auth", "client"]);
    let ran = home.run(&["providers", "enable", "plan"]);
    assert!(ran.code != 0 && ran.stderr.contains("own-keys-taken"), "{}", ran.stderr);
}
