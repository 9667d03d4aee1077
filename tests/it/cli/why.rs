//! `why` and `explain`: the same table for a request that was made and for one that was not.

use llmroute::sim::Script;

use crate::cli::Home;
use crate::cli::ask::Lab;

#[test]
fn why_shows_the_way_and_that_it_is_the_same_again() {
    let lab = Lab::new();
    lab.home.ok(&["groups", "set", "both", "lab/one=3", "lab/two=0", "openai/gone=1"]);
    lab.sim.script().push(Script::status(500));
    lab.sim.script().push(Script::text("Canberra."));
    let id = lab.home.json(&["ask", "Capital?", "-m", "both", "--json"])["id"].as_str().expect("an id").to_owned();
    let document = lab.home.json(&["why", &id, "--json"]);
    assert_eq!((&document["recomputed"], &document["group"]), (&"same".into(), &"both".into()), "{document}");
    assert_eq!(document["plan"][0]["target"], "lab/one");
    assert_eq!((&document["plan"][0]["weight"], &document["plan"][0]["share"]), (&3.0.into(), &1.0.into()));
    assert_eq!(document["plan"][0]["tried"][0]["status"], 500);
    assert_eq!(
        (&document["plan"][1]["notes"][0], &document["plan"][1]["tried"][0]["answered"]),
        (&"fallback".into(), &true.into())
    );
    assert_eq!(document["out"][0]["target"], "openai/gone");
    let draw =
        document["trail"].as_array().expect("a trail").iter().find_map(|it| it["step"]["drawn"]["draw"].as_f64());
    assert!(draw.is_some_and(|it| (0.0..1.0).contains(&it)), "{document}");
    let screen = lab.home.ok(&["why", &id]).stdout;
    for part in [
        "both",
        "group both: 3 targets",
        "has all the weight",
        "500 ",
        "← answered",
        "openai has no key",
        "recomputed: same",
    ] {
        assert!(screen.contains(part), "no `{part}`:\n{screen}");
    }
}

#[test]
fn why_refuses_what_it_cannot_tell() {
    let lab = Lab::new();
    lab.home.run(&["why", "x7"]).refused("usage", 2);
    lab.home.run(&["why", "r9999"]).refused("not-found", 2);
}

#[test]
fn explain_sends_nothing_and_tells_what_it_would_cost() {
    let lab = Lab::new();
    let document = lab.home.json(&["explain", "Capital of Australia?", "--json"]);
    assert_eq!((&document["live"], &document["plan"][0]["target"]), (&false.into(), &"lab/one".into()), "{document}");
    let estimate = &document["plan"][0]["estimate"];
    let tokens = document["facts"]["needs"]["prompt_tokens"].as_f64().expect("a count");
    assert!((estimate["cost_usd"].as_f64().expect("a price") - tokens / 1e6).abs() < 1e-12, "{document}");
    assert_eq!(estimate["output_tokens"], serde_json::Value::Null, "nothing was asked yet");
    assert!(lab.home.ok(&["explain", "Capital?"]).stdout.contains("for the prompt alone"));
    assert!(lab.sim.meter().arrivals().is_empty(), "something was sent");
    assert!(lab.home.json(&["requests", "--json"])["requests"].as_array().expect("a list").is_empty());
    lab.home.ok(&["ask", "Capital?"]);
    let estimate = lab.home.json(&["explain", "Capital?", "--json"])["plan"][0]["estimate"].clone();
    assert!(estimate["output_tokens"].as_u64().is_some_and(|it| it > 0), "{estimate}");
}

#[test]
fn explain_ends_with_3_if_nobody_could_take_it() {
    let home = Home::new();
    let ran = home.run(&["explain", "hello", "-m", "openai/gpt"]);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("no_route"), "{}", ran.stdout);
    assert!(std::fs::read_dir(home.path()).expect("the home").next().is_none(), "looking made files");
}

#[test]
fn explain_takes_a_body_of_any_dialect_that_clients_ask_in() {
    let lab = Lab::new();
    let file = lab.home.path().join("body.json");
    let path = file.to_str().expect("a path");
    let body = r#"{"model": "lab/one", "max_tokens": 7, "messages": [{"role": "user", "content": "hi"}]}"#;
    std::fs::write(&file, body).expect("a file");
    for dialect in ["openai-chat", "anthropic"] {
        let document = lab.home.json(&["explain", "--body", path, "--dialect", dialect, "--json"]);
        assert_eq!(
            (&document["facts"]["dialect"], &document["facts"]["needs"]["max_tokens"]),
            (&dialect.into(), &7.into())
        );
    }
    lab.home.run(&["explain", "--body", path, "--dialect", "openai-responses"]).refused("bad-request", 2);
    lab.home.run(&["explain", "--body", path, "--dialect", "cohere"]).refused("usage", 2);
    std::fs::write(&file, r#"{"model": "lab/one", "prompt": "hi"}"#).expect("a file");
    lab.home.json(&["explain", "--body", path, "--dialect", "openai-completions", "--json"]);
    std::fs::write(&file, r#"{"contents": [{"parts": [{"text": "hi"}]}]}"#).expect("a file");
    let gemini = ["explain", "--body", path, "--dialect", "gemini"];
    let with = |more: &[&'static str]| -> Vec<&str> { gemini.iter().copied().chain(more.iter().copied()).collect() };
    let facts = lab.home.json(&with(&["-m", "lab/one", "--stream", "--json"]))["facts"].clone();
    assert_eq!((&facts["model"], &facts["stream"]), (&"lab/one".into(), &true.into()), "{facts}");
    lab.home.run(&with(&[])).refused("usage", 2);
    lab.home.run(&["explain", "--body", path, "--stream"]).refused("usage", 2);
    lab.home.run(&["explain", "--body", "/no/such/file"]).refused("bad-file", 2);
    lab.home.run(&["explain", "--body", path, "-m", "x"]).refused("usage", 2);
}

#[test]
fn what_a_model_cannot_do_is_told_before_anything_is_sent() {
    let home = Home::new();
    assert_eq!(home.run_with_stdin(&["keys", "add", "groq", "--stdin"], "sk-canary-0123456789abcdef").code, 0);
    let file = home.path().join("shot.png");
    std::fs::write(&file, b"\x89PNG\r\n\x1a\nrest").expect("a file");
    let image = file.to_str().expect("a path");
    let ran = home.run(&["explain", "-m", "groq/llama-3.1-8b-instant", "-a", image, "what is it?"]);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("no_fit") && ran.stdout.contains("does not see images"), "{}", ran.stdout);
    let document = home.json(&["models", "show", "llama-3.1-8b-instant", "--json"]);
    let first = &document["models"][0];
    assert_eq!(
        (&first["provider"], &first["usable"], &first["facts"]["images"]),
        (&"groq".into(), &true.into(), &false.into())
    );
    let others = home.json(&["models", "show", "claude-sonnet-4-5", "--json"]);
    let names: Vec<&str> =
        others["models"].as_array().expect("a list").iter().filter_map(|it| it["model"].as_str()).collect();
    assert!(names.contains(&"claude-sonnet-4-5") && names.contains(&"anthropic/claude-sonnet-4.5"), "{names:?}");
    let screen = home.ok(&["models", "show", "anthropic/claude-sonnet-4-5"]).stdout;
    assert!(screen.contains("200k") && screen.contains("no key"), "{screen}");
    home.run(&["models", "show", "claude-sonnet-99"]).refused("unknown-model", 2);
    assert!(home.ok(&["models"]).stdout.contains("WINDOW"));
}

#[test]
fn simulate_tells_what_other_weights_would_have_done() {
    let lab = Lab::new();
    lab.home.ok(&["prices", "set", "lab/two", "in=10", "out=20"]);
    lab.home.ok(&["groups", "set", "both", "lab/one=1", "lab/two=0"]);
    for _ in 0..3 {
        lab.home.ok(&["ask", "Capital?", "-m", "both"]);
    }
    let file = lab.home.path().join("policy.toml");
    let path = file.to_str().expect("a path");
    std::fs::write(&file, "[weights.both]\n\"lab/one\" = 0\n\"lab/two\" = 1\n").expect("a file");
    let document = lab.home.json(&["simulate", "--with", path, "--json"]);
    let line = |at: usize| &document["targets"][at];
    assert_eq!((&document["requests"], &line(0)["target"]), (&3.into(), &"lab/two".into()), "{document}");
    assert_eq!((&line(0)["before"], &line(0)["after"], &line(0)["after_share"]), (&0.into(), &3.into(), &1.0.into()));
    let cost = |side: &str| document[side]["cost_usd"].as_f64().expect("a price");
    assert!((cost("after") / cost("before") - 10.0).abs() < 1e-6, "{document}");
    std::fs::write(&file, "[groups.both.targets]\n\"openai/gone\" = 1\n").expect("a file");
    lab.home.run(&["simulate", "--with", path]).refused("policy-file", 2);
    lab.home.run_with_stdin(&["keys", "add", "groq", "--stdin"], "sk-canary-0123456789abcdef");
    lab.home.ok(&["providers", "disable", "groq"]);
    std::fs::write(&file, "[groups.both.targets]\n\"groq/m\" = 1\n").expect("a file");
    let screen = lab.home.ok(&["simulate", "--with", path, "--since", "1h"]).stdout;
    assert!(screen.contains("3 would be refused: no_fit") && screen.contains("3 (100%)"), "{screen}");
    lab.home.run(&["simulate", "--with", path, "--since", "1y"]).refused("usage", 2);
    lab.home.run(&["simulate", "--with", "/no/such/file"]).refused("bad-file", 2);
}

#[test]
fn what_is_out_is_told_with_its_reason_and_how_long_yet() {
    let lab = Lab::new();
    assert_eq!(lab.home.json(&["keys", "--json"])["keys"][0]["cooling"], serde_json::json!([]));
    assert!(!lab.home.ok(&[]).stdout.contains("cooling"));
    lab.sim.script().push(Script::status(401));
    assert_ne!(lab.home.run(&["ask", "Capital?"]).code, 0);
    let key = lab.home.json(&["keys", "--json"])["keys"][0].clone();
    let cooling = &key["cooling"][0];
    assert_eq!((&cooling["provider"], &cooling["model"]), (&"lab".into(), &serde_json::Value::Null), "{key}");
    assert!(cooling["left_s"].as_u64().is_some_and(|it| (1_700..=1_800).contains(&it)), "{key}");
    assert!(key["state"].as_str().is_some_and(|it| it.starts_with("cooling 29m") && it.contains("refused")), "{key}");
    assert_eq!(lab.home.json(&["--json"])["cooling"][0]["key"], key["name"]);
    let card = lab.home.ok(&[]).stdout;
    assert!(card.contains("cooling    lab key main 29m"), "{card}");
    let id = lab.home.json(&["requests", "--json"])["requests"][0]["id"].as_str().expect("an id").to_owned();
    let why = lab.home.json(&["why", &id, "--json"]);
    assert_eq!(why["plan"][0]["tried"][0]["followed"], "key out", "{why}");
    let screen = lab.home.ok(&["why", &id]).stdout;
    assert!(screen.contains("→ key out"), "{screen}");
}

#[test]
fn simulate_reads_strategies_and_rules_and_tells_what_it_cannot_know() {
    let lab = Lab::new();
    lab.home.ok(&["prices", "set", "lab/two", "in=10", "out=20"]);
    lab.home.ok(&["groups", "set", "both", "lab/one=1", "lab/two=0"]);
    for _ in 0..4 {
        lab.home.ok(&["ask", "Capital?", "-m", "both"]);
    }
    let file = lab.home.path().join("policy.toml");
    let path = file.to_str().expect("a path");
    let to_two = |text: &str| -> serde_json::Value {
        std::fs::write(&file, text).expect("a file");
        lab.home.json(&["simulate", "--with", path, "--json"])
    };
    let kept = to_two(
        "[rules.asked]\nwhen = \"client == 'llmroute-ask' && prompt_tokens > 0\"\ntargets = { \"lab/two\" = 1 }\n",
    );
    assert_eq!((&kept["targets"][0]["target"], &kept["targets"][0]["after"]), (&"lab/two".into(), &4.into()), "{kept}");
    assert_eq!((&kept["not_replayable"], &kept["budget_hits"]), (&serde_json::json!([]), &serde_json::Value::Null));
    assert_eq!(kept["after"]["cost_interval_usd"], serde_json::Value::Null, "one hour tells nothing of another");
    let words = to_two("[rules.words]\nwhen = \"language == 'en'\"\ntargets = { \"lab/two\" = 1 }\n");
    assert_eq!(
        (&words["targets"][0]["target"], &words["targets"][0]["after"]),
        (&"lab/one".into(), &4.into()),
        "{words}"
    );
    assert_eq!(words["not_replayable"][0], serde_json::json!({"rule": "words", "variables": ["language"]}));
    let screen = lab.home.ok(&["simulate", "--with", path]).stdout;
    assert!(screen.contains("rule words counts as it did then: language is not kept"), "{screen}");
    assert!(screen.contains("budgets: each request has what was left"), "{screen}");
    let text = "[groups.both]\nstrategy = \"priority\"\n[groups.both.targets]\n\"lab/two\" = 1\n\"lab/one\" = 1\n";
    let priority = to_two(text);
    assert_eq!(priority["targets"][0]["target"], "lab/two", "{priority}");
    let ran = lab.home.ok(&["weights", "set", "both", "lab/two=1", "lab/one=0", "--dry-run"]);
    assert!(ran.stdout.starts_with("on your last 7 days: cost $0.0"), "{}", ran.stdout);
    assert!(ran.stdout.contains("→") && ran.stdout.contains("nothing written"), "{}", ran.stdout);
    let weights = lab.home.json(&["weights", "show", "both", "--json"])["groups"][0]["targets"].clone();
    assert_eq!((&weights[1]["weight"], &weights[1]["output_usd"]), (&0.0.into(), &20.0.into()), "{weights}");
    lab.home.run(&["weights", "set", "both", "lab/three=1", "--dry-run"]).refused("unknown-target", 2);
    lab.home.run(&["weights", "set", "none", "lab/two=1", "--dry-run"]).refused("unknown-group", 2);
}
