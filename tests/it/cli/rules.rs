//! Rules as they are typed: what is wrong with one is said with its place, and what is right is there in order.

use serde_json::{Value, json};

use crate::cli::Home;

fn names(home: &Home) -> Vec<String> {
    let rules = home.json(&["rules", "--json"]);
    rules["rules"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn rules_are_added_changed_listed_and_removed() {
    let home = Home::new();
    assert_eq!(home.json(&["rules", "--json"]), json!({"schema_version": 1, "rules": []}));
    home.ok(&[
        "rules",
        "add",
        "b",
        "--when",
        "stream",
        "--to",
        "openai/gpt-5.4-mini=3",
        "groq/x=1",
        "--fallback",
        "fast",
    ]);
    home.ok(&["rules", "add", "a", "--when", "has_tools", "--to", "smart", "--priority", "-1", "--chain"]);
    assert_eq!(names(&home), ["a", "b"], "the smaller priority first");
    let rules = home.json(&["rules", "list", "--json"]);
    assert_eq!(rules["rules"][1]["targets"][0], json!({"target": "openai/gpt-5.4-mini", "weight": 3.0, "share": 0.75}));
    assert_eq!(rules["rules"][1]["fallbacks"], json!(["fast"]));
    assert_eq!(rules["rules"][0]["chain"], json!(true));

    home.ok(&["rules", "edit", "b", "--when", "!stream", "--priority", "-5", "--no-fallback"]);
    home.ok(&["rules", "disable", "a"]);
    let rules = home.json(&["rules", "--json"]);
    assert_eq!(names(&home), ["b", "a"]);
    assert_eq!(rules["rules"][0]["when"], "!stream");
    assert_eq!(rules["rules"][0]["targets"].as_array().unwrap().len(), 2, "what is not named stays");
    assert_eq!(rules["rules"][0]["fallbacks"], json!([]));
    assert_eq!(rules["rules"][1]["enabled"], json!(false));
    let table = home.ok(&["rules"]).stdout;
    assert!(table.contains("75%") && table.contains("off"), "{table}");
    home.ok(&["rules", "enable", "a"]);
    home.ok(&["rules", "remove", "b", "--yes"]);
    assert_eq!(names(&home), ["a"]);
    let variables = home.json(&["rules", "variables", "--json"]);
    assert!(
        variables["variables"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["name"] == "prompt_tokens" && it["type"] == "int")
    );
}

#[test]
fn what_is_wrong_is_refused_with_its_place_and_nothing_is_saved() {
    let home = Home::new();
    home.ok(&["groups", "set", "mine", "openai/gpt-5.4-mini=1"]);
    let refused = |args: &[&str]| {
        let ran = home.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        ran.stderr
    };
    let add = |when: &str, to: &str| refused(&["rules", "add", "r", "--when", when, "--to", to]);
    let said = add("stream && modell == 'x'", "fast");
    assert!(said.contains("column 11") && said.contains("is `model` meant?"), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    let at = lines.iter().position(|it| it.ends_with('^')).expect("a caret");
    assert_eq!(lines[at - 1].find("modell"), lines[at].find('^'), "the caret stands under the fault: {said}");
    assert!(add("stream", "mein").contains("is `mine` meant?"));
    assert!(add("stream", "opnai/x").contains("is `openai` meant?"));
    assert!(add("stream", "fast=-1").contains("is not a weight"));
    assert!(refused(&["rules", "add", "r", "--when", "stream"]).contains("sends nowhere"));
    assert!(
        refused(&["rules", "add", "r", "--when", "stream", "--to", "fast", "--scope", "team:x"])
            .contains("there is no team `x`")
    );
    assert!(
        refused(&["rules", "add", "r", "--when", "stream", "--to", "fast", "--scope", "x"]).contains("is no scope")
    );
    assert!(refused(&["rules", "edit", "none", "--when", "stream"]).contains("there is no rule `none`"));
    assert_eq!(names(&home), Vec::<String>::new());

    home.ok(&["rules", "add", "r", "--when", "stream", "--to", "mine"]);
    assert!(add("true", "fast").contains("already a rule"));
    assert!(refused(&["groups", "remove", "mine", "--yes"]).contains("rules send to it: r"));
    assert!(refused(&["rules", "edit", "r", "--when", "stream &&"]).contains("it ends too early"));
    assert_eq!(home.json(&["rules", "--json"])["rules"][0]["when"], "stream");
}

#[test]
fn a_circle_is_refused_when_it_would_be_closed() {
    let home = Home::new();
    home.ok(&["groups", "set", "big", "openai/x=1"]);
    home.ok(&["groups", "set", "small", "openai/y=1"]);
    home.ok(&["rules", "add", "up", "--when", "model == 'small'", "--to", "big", "--chain"]);
    let ran = home.run(&["rules", "add", "down", "--when", "model == 'big'", "--to", "small", "--chain"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("up → down → up"), "{}", ran.stderr);
    home.ok(&["rules", "disable", "up"]);
    home.ok(&["rules", "add", "down", "--when", "model == 'big'", "--to", "small", "--chain"]);
    let ran = home.run(&["rules", "enable", "up"]);
    assert!(ran.code == 2 && ran.stderr.contains("circle"), "{}", ran.stderr);
}

#[test]
fn a_rule_is_tried_on_a_request_that_goes_nowhere() {
    let home = Home::new();
    let body = home.path().join("request.json");
    std::fs::write(&body, r#"{"model":"smart","messages":[{"role":"user","content":"hello"}],"tools":[{}]}"#).unwrap();
    let body = body.to_str().unwrap();
    let when = "has_tools && headers['x-team'] == 'red' && hour == 3 && weekday == 5";
    home.ok(&["rules", "add", "r", "--when", when, "--to", "fast"]);
    let test = |more: &[&str]| home.json(&[&["rules", "test", "r", "--body", body, "--json"], more].concat());
    let tested = test(&["--header", "X-Team: red", "--at", "2026-11-20T03:30"]);
    assert_eq!((&tested["matches"], &tested["problem"]), (&json!(true), &Value::Null), "{tested}");
    let value = |name: &str| {
        let all = tested["values"].as_array().unwrap();
        all.iter().find(|it| it["name"] == name).map(|it| it["value"].clone()).unwrap()
    };
    assert_eq!((value("has_tools"), value("headers")), (json!(true), json!({"x-team": "red"})));
    assert_eq!(test(&["--header", "x-team: red", "--at", "2026-11-20T04:30"])["matches"], json!(false));
    let without = test(&["--at", "2026-11-20T03:30"]);
    assert_eq!((&without["matches"], &without["problem"]), (&json!(false), &json!("there is no `x-team`")));
    let said = home.ok(&["rules", "test", "r", "--body", body, "--header", "x-team: red"]).stdout;
    assert!(said.contains("has_tools = true") && said.contains("read as openai-chat"), "{said}");
    assert_ne!(home.run(&["rules", "test", "none", "--body", body]).code, 0);
    assert_ne!(home.run(&["rules", "test", "r", "--body", "/nonexistent"]).code, 0);
}
