//! `serve`: the screen, the lines, edits while it runs, who holds the port, and how it ends.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use llmroute::sim::Script;
use serde_json::Value;

use crate::cli::ask::Lab;
use crate::cli::{Home, Ran};

/// A running server, and what it says.
struct Server {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("another line").expect("text")
    }

    fn json(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Ends it as Ctrl-C does, and returns what it still said.
    fn stop(self) -> (Vec<String>, Ran) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).expect("a pid")).expect("a pid");
        rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("the signal");
        let rest: Vec<String> = self.lines.map(|it| it.expect("text")).collect();
        (rest, Ran::of(&self.child.wait_with_output().expect("the program ends")))
    }
}

#[test]
fn ask_goes_through_the_running_server_and_edits_reach_it() {
    let lab = Lab::new();
    let mut server = Server::start(lab.home.command(&["serve", "--port", "0", "--log", "json"]));
    let listening = server.json();
    assert_eq!(listening["event"], "listening");
    lab.sim.script().push(Script::text("Canberra."));
    assert_eq!(lab.home.ok(&["ask", "Capital of Australia?"]).stdout, "Canberra.\n");
    let line = server.json();
    assert_eq!((&line["asked"], &line["target"]), (&"default".into(), &"lab/one".into()));
    assert_eq!((&line["client"], &line["status"]), (&"llmroute-ask".into(), &200.into()));

    lab.home.ok(&["groups", "set", "fresh", "lab/two=1"]);
    std::thread::sleep(Duration::from_secs(1));
    lab.home.ok(&["ask", "hello", "-m", "fresh"]);
    assert_eq!(server.json()["target"], "lab/two");

    let card = lab.home.json(&["--json"]);
    assert_eq!(card["server"]["port"], listening["port"]);
    lab.home.run(&["serve", "--port", "0"]).refused("port", 1);
    let (rest, ran) = server.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(rest.last().is_some_and(|it| it.contains("\"stopped\"")), "{rest:?}");
    assert_eq!(lab.home.json(&["--json"])["server"], Value::Null);
    assert_eq!(lab.home.json(&["stats", "today", "--json"])["totals"]["answered"], 2);
}

#[test]
fn the_screen_is_plain_and_shows_no_token() {
    let lab = Lab::new();
    let mut server = Server::start(lab.home.command(&["serve", "--port", "0"]));
    let screen: Vec<String> = (0..8).map(|_| server.line()).collect();
    let token = std::fs::read_to_string(lab.home.path().join("token")).expect("a token");
    let shown = screen.join("\n");
    assert!(shown.contains("Ctrl-C to stop") && shown.contains("/v1") && shown.contains("lab"), "{shown}");
    assert!(!shown.contains(token.trim()) && !shown.contains('\u{1b}'), "{shown}");
    lab.sim.script().push(Script::status(500));
    lab.home.run(&["ask", "hello"]);
    let line = server.line();
    assert!(line.contains("default → lab 500"), "{line}");
    let (rest, ran) = server.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(rest.last().is_some_and(|it| it.starts_with("done · today ")), "{rest:?}");
}

#[test]
fn the_holder_of_a_taken_port_is_named() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = held.local_addr().expect("an address").port();
    let home = Home::new();
    let ran = home.run(&["serve", "--port", &port.to_string()]);
    ran.refused("port", 1);
    assert!(ran.stderr.contains(&format!("127.0.0.1:{port} is held by")), "{}", ran.stderr);
    if cfg!(target_os = "linux") {
        assert!(ran.stderr.contains(&format!("(pid {})", std::process::id())), "{}", ran.stderr);
    }
}

#[test]
fn the_demo_answers_and_leaves_nothing_behind() {
    let home = Home::new();
    let mut server = Server::start(home.command(&["serve", "--demo", "--port", "0", "--log", "json"]));
    let place = server.json()["home"].as_str().expect("a home").to_owned();
    for _ in 0..3 {
        let ran = home.ok(&["--home", &place, "ask", "-m", "demo", "Why is the sky blue?"]);
        assert!(ran.stdout.starts_with("This is "), "{}", ran.stdout);
    }
    let stats = home.json(&["--home", &place, "stats", "--json"]);
    assert_eq!(stats["totals"]["answered"], 3, "{stats}");
    assert!(stats["totals"]["cost_usd"].as_f64().is_some_and(|it| it > 0.0), "{stats}");
    let (_, ran) = server.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!std::path::Path::new(&place).exists(), "{place} is still there");
    assert!(std::fs::read_dir(home.path()).expect("the home").next().is_none(), "the demo touched the home");
}

#[test]
fn the_second_signal_cuts_what_still_runs() {
    let lab = Lab::new();
    let mut server = Server::start(lab.home.command(&["serve", "--port", "0", "--log", "json"]));
    server.json();
    lab.sim.script().push(Script::slow(Duration::from_secs(2)));
    let mut asking = lab.home.command(&["ask", "hello"]);
    let mut asking = asking.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut first = [0; 1];
    std::io::Read::read_exact(asking.stdout.as_mut().expect("a pipe"), &mut first).expect("a first byte");
    let pid = rustix::process::Pid::from_raw(i32::try_from(server.child.id()).expect("a pid")).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("the signal");
    std::thread::sleep(Duration::from_millis(400));
    assert!(server.child.try_wait().expect("a look").is_none(), "the first signal waits");
    let (rest, ran) = server.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("1 request open, waiting up to 30 s (Ctrl-C again cuts them)"), "{}", ran.stderr);
    assert!(rest.last().is_some_and(|it| it.contains("\"cut\":1")), "{rest:?}");
    Ran::of(&asking.wait_with_output().expect("the program ends")).refused("cut", 7);
}
