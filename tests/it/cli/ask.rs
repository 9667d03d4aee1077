//! `ask`: the answer on stdout, everything about it on stderr, and an exit status that says how it went.

use std::process::Stdio;

use llmroute::sim::{By, Persona, Script, Sim};
use serde_json::Value;

use crate::cli::{Home, Ran};

/// A home whose provider `lab` is a simulated one in this process.
pub(super) struct Lab {
    pub(super) home: Home,
    pub(super) sim: Sim,
    _runtime: tokio::runtime::Runtime,
}

impl Lab {
    pub(super) fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let sim = runtime.block_on(Sim::start(Persona::plain("lab"))).expect("a simulated provider");
        let home = Home::new();
        let url = format!("{}/v1", sim.base_url());
        home.ok(&["providers", "add", "lab", "--base-url", &url, "--speaks", "openai-chat"]);
        let ran = home.run_with_stdin(&["keys", "add", "lab", "--stdin"], "sk-canary-0123456789abcdef");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        home.ok(&["groups", "set", "default", "lab/one=1"]);
        home.ok(&["prices", "set", "lab/one", "in=1", "out=2"]);
        Self { home, sim, _runtime: runtime }
    }

    fn last_body(&self) -> Value {
        serde_json::from_slice(&self.sim.meter().last().expect("a request").body).expect("JSON")
    }
}

#[test]
fn the_answer_is_all_that_goes_to_stdout() {
    let lab = Lab::new();
    lab.sim.script().push(Script::text("Canberra."));
    let ran = lab.home.ok(&["ask", "Capital of Australia?", "--footer", "always"]);
    assert_eq!(ran.stdout, "Canberra.\n");
    assert!(ran.stderr.starts_with("─ default → lab/one · "), "{}", ran.stderr);
    assert!(ran.stderr.contains("tok · $0.0"), "{}", ran.stderr);
    lab.sim.script().push(Script::text("Canberra."));
    assert_eq!(lab.home.ok(&["ask", "Capital of Australia?"]).stderr, "", "no receipt where nobody looks");
}

#[test]
fn piped_input_and_files_come_before_the_prompt() {
    let lab = Lab::new();
    let file = lab.home.path().join("notes.txt");
    std::fs::write(&file, "from a file").expect("a file");
    let args = ["ask", "what is this?", "-s", "be brief", "-f", file.to_str().expect("a path"), "-m", "lab/other"];
    let ran = lab.home.run_with_stdin(&args, "from a pipe");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let body = lab.last_body();
    assert_eq!(body["model"], "other");
    assert_eq!(body["messages"][0]["content"], "be brief");
    assert_eq!(body["messages"][1]["content"], "from a file\n\nfrom a pipe\n\nwhat is this?");
    let ran = lab.home.run_with_stdin(&["ask", "-"], "the question itself");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(lab.last_body()["messages"][0]["content"], "the question itself");
}

#[test]
fn an_image_travels_as_a_data_url() {
    let lab = Lab::new();
    let file = lab.home.path().join("shot.bin");
    std::fs::write(&file, b"\x89PNG\r\n\x1a\nrest").expect("a file");
    lab.home.ok(&["ask", "what is this?", "-a", file.to_str().expect("a path")]);
    let url = lab.last_body()["messages"][0]["content"][0]["image_url"]["url"].clone();
    assert!(url.as_str().is_some_and(|it| it.starts_with("data:image/png;base64,")), "{url}");
    std::fs::write(&file, "no image").expect("a file");
    lab.home.run(&["ask", "what?", "-a", file.to_str().expect("a path")]).refused("bad-file", 2);
}

#[test]
fn json_is_one_object_with_the_cost() {
    let lab = Lab::new();
    for more in [&[][..], &["--no-stream"]] {
        lab.sim.script().push(Script::text("Canberra."));
        let document = lab.home.json(&[&["ask", "Capital?", "--json"], more].concat());
        assert_eq!(document["text"], "Canberra.");
        assert_eq!((&document["provider"], &document["model"]), (&"lab".into(), &"one".into()));
        assert_eq!((&document["attempts"], &document["finish"]), (&1.into(), &"stop".into()));
        let used = &document["usage"];
        let tokens = |name: &str| used[name].as_f64().expect("a count");
        let cost = tokens("input_tokens").mul_add(1e-6, tokens("output_tokens") * 2e-6);
        assert!((document["cost_usd"].as_f64().expect("a cost") - cost).abs() < 1e-12, "{document}");
        let id = document["id"].as_str().expect("an id");
        assert_eq!(lab.home.json(&["requests", "show", id, "--json"])["request"]["outcome"], "ok");
    }
    assert_eq!(lab.home.json(&["stats", "--json"])["totals"]["requests"], 2);
    assert!(lab.home.ok(&["stats"]).stdout.contains("lab/one"));
}

#[test]
fn exit_statuses_say_how_it_went() {
    let lab = Lab::new();
    let ask = |script: Script| {
        lab.sim.script().push(script);
        lab.home.run(&["ask", "hello", "-m", "lab/one"])
    };
    let cut = ask(Script::cut(5, By::Reset));
    cut.refused("cut", 7);
    assert!(!cut.stdout.trim().is_empty(), "the part that came is on stdout");
    ask(Script::status(401)).refused("upstream-auth", 4);
    assert_eq!(ask(Script::status(400)).code, 1);
    lab.sim.script().always(Script::status(500));
    assert_eq!(lab.home.run(&["ask", "hello", "-m", "lab/one"]).code, 3);
    lab.home.run(&["ask", "hello", "-m", "nowhere"]).refused("no-route", 2);
    lab.home.run(&["ask"]).refused("usage", 2);
    lab.home.run(&["ask", "-", "-f", "-"]).refused("usage", 2);
    lab.home.run(&["ask", "x", "-f", "/no/such/file"]).refused("bad-file", 2);
}

#[test]
fn a_silent_provider_is_a_timeout() {
    let lab = Lab::new();
    std::fs::write(lab.home.path().join("config.toml"), "[deadlines]\nfirst-content = \"300ms\"\n").expect("settings");
    lab.sim.script().always(Script::hang());
    lab.home.run(&["ask", "hello"]).refused("upstream-silent", 6);
}

#[test]
fn without_any_key_it_says_where_it_looked() {
    let home = Home::new();
    let ran = home.run(&["ask", "hello"]);
    ran.refused("no-key", 4);
    assert!(ran.stderr.contains("0 stored keys") && ran.stderr.contains("ANTHROPIC_API_KEY"), "{}", ran.stderr);
    assert!(std::fs::read_dir(home.path()).expect("the home").next().is_none(), "something was written");
}

#[test]
fn sequences_of_a_model_reach_a_pipe_as_they_are() {
    let lab = Lab::new();
    lab.sim.script().push(Script::text("red \u{1b}[31mtext"));
    let output = lab.home.command(&["ask", "hello"]).output().expect("the program starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "red \u{1b}[31mtext\n");
    lab.sim.script().push(Script::text("as it came"));
    assert_eq!(lab.home.ok(&["ask", "hello", "--raw"]).stdout, "as it came");
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let lab = Lab::new();
    let mut command = lab.home.command(&["ask", "hello"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    drop(child.stdout.take());
    let ran = Ran::of(&child.wait_with_output().expect("the program ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}
