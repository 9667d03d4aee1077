//! `kill -9` under load, again and again: the program is run as a process, killed at a random moment with requests of
//! every kind under way, and started anew on the same file. At the end the ledger is held against what the clients got
//! and what the providers billed.

mod disk;
mod marks;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::dice::Dice;
use llmroute::domain::id::RequestId;
use llmroute::sim::{Latency, Persona, Script, Sim, When};
use llmroute::store::requests::{self, AttemptRow, RequestRow};
use llmroute::store::{Access, Cost, open};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cli::Home;
use crate::house::{self, bill, ended_well, question};

/// How often it is killed; `LLMROUTE_KILLS` says otherwise.
const KILLS: usize = 20;
const CLIENTS: usize = 16;

/// A running llmroute.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts it on any free port and waits until it listens.
    async fn start(home: &Home) -> Self {
        let started = Self::try_start(home, home.command(&["serve", "--port", "0", "--log", "json"])).await;
        started.unwrap_or_else(|told| panic!("{told}"))
    }

    /// The same by a command of its own; what it said where it ended instead.
    async fn try_start(home: &Home, mut command: Command) -> Result<Self, String> {
        // A file, because nobody would empty a pipe.
        let (said, wrong) = (home.path().join("said"), home.path().join("wrong"));
        let file = |path: &Path| Stdio::from(std::fs::File::create(path).unwrap());
        let mut child = command.stdout(file(&said)).stderr(file(&wrong)).spawn().unwrap();
        for _ in 0..12_000 {
            let text = std::fs::read_to_string(&said).unwrap();
            if let Some((line, _)) = text.split_once('\n') {
                let line: Value = serde_json::from_str(line).unwrap();
                assert_eq!(line["event"], "listening", "{line}");
                return Ok(Self { child, port: u16::try_from(line["port"].as_u64().unwrap()).unwrap() });
            }
            if let Some(gone) = child.try_wait().unwrap() {
                return Err(format!("{gone}: {}", std::fs::read_to_string(&wrong).unwrap()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it does not listen within a minute")
    }

    /// Asks it to end, and waits until it has.
    async fn stop(mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        tokio::task::spawn_blocking(move || self.child.wait()).await.unwrap().unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        assert!(!self.child.wait().unwrap().success());
    }
}

/// What a client has in hand of one request.
#[derive(Debug)]
struct Held {
    /// The request's own words, which name it at the provider, and its session, which names it in the ledger.
    mark: String,
    /// `x-llmroute-id`, where the head of the answer came.
    id: Option<String>,
    /// The answer came whole, with the mark of its end.
    whole: bool,
}

/// Asks one request after the other until `port` is closed.
async fn client(nth: usize, mut port: watch::Receiver<u16>, token: String, whole: Arc<AtomicUsize>) -> Vec<Held> {
    // No connection is kept over a death.
    let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(2).build().unwrap();
    let mut held = Vec::new();
    while port.has_changed().is_ok() {
        let mark = format!("mark-{nth}-{}", held.len());
        let (dialect, stream) = (Dialect::CLIENTS[(nth + held.len()) % Dialect::CLIENTS.len()], held.len() % 3 != 0);
        let mut body = question(dialect, stream);
        match dialect {
            Dialect::OpenaiChat | Dialect::Anthropic | Dialect::Cohere | Dialect::Ollama => {
                body["messages"][0]["content"] = mark.clone().into();
            }
            Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
            Dialect::BedrockConverse => unreachable!("no client speaks it"),
            Dialect::OpenaiResponses => body["input"][0]["content"] = mark.clone().into(),
            Dialect::Gemini => body["contents"][0]["parts"][0]["text"] = mark.clone().into(),
        }
        let url = format!("http://127.0.0.1:{}{}", *port.borrow_and_update(), house::path_for(dialect, stream));
        let asked = http.post(url).bearer_auth(&token).header("content-type", "application/json");
        let asked = asked.header("x-llmroute-session", &mark).body(body.to_string()).send().await;
        let Ok(answer) = asked else {
            held.push(Held { mark, id: None, whole: false });
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let id = answer.headers().get("x-llmroute-id").map(|it| it.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let text = answer.text().await;
        let ended = text.is_ok_and(|body| {
            let seen = house::Seen { status, headers: BTreeMap::new(), body };
            !stream || status != 200 || ended_well(dialect, &seen)
        });
        whole.fetch_add(usize::from(ended), Ordering::Relaxed);
        held.push(Held { mark, id, whole: ended });
    }
    held
}

/// A home with two providers, of which the second fails now and then.
async fn set_up() -> (Home, [Sim; 2]) {
    let latency = Latency { first: Duration::from_millis(8), per_token: Duration::from_micros(300) };
    let steady = Persona { latency, ..Persona::plain("steady") };
    let moody = Persona {
        latency,
        failure_rate: 0.15,
        failures: vec![Script::status(500), Script::error_event(When::BeforeContent), Script::empty_200()],
        ..Persona::plain("moody")
    };
    let sims = [Sim::start(steady).await.unwrap(), Sim::start(moody).await.unwrap()];
    let home = Home::new();
    for (name, speaks, sim) in [("steady", "openai-chat", &sims[0]), ("moody", "anthropic", &sims[1])] {
        home.ok(&["providers", "add", name, "--base-url", &sim.base_url(), "--speaks", speaks]);
        let added = home.run_with_stdin(&["keys", "add", name, "--stdin"], "sk-kill-0123456789abcdefghij\n");
        assert_eq!(added.code, 0, "{}", added.stderr);
        home.ok(&["prices", "set", &format!("{name}/m"), "in=1", "out=2"]);
    }
    home.ok(&["groups", "set", "g", "steady/m=1", "moody/m=1"]);
    (home, sims)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_it_loses_no_answer_and_counts_none_twice() {
    let kills = house::setting("LLMROUTE_KILLS").unwrap_or(KILLS);
    let (home, sims) = set_up().await;
    let mut server = Server::start(&home).await;
    let token = std::fs::read_to_string(home.path().join("token")).unwrap().trim().to_owned();
    let (port, heard) = watch::channel(server.port);
    let whole = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for nth in 0..CLIENTS {
        clients.spawn(client(nth, heard.clone(), token.clone(), Arc::clone(&whole)));
    }
    drop(heard);
    for nth in 0..kills {
        // At a moment of its own after the first few answers, so that something is always under way.
        let enough = whole.load(Ordering::Relaxed) + CLIENTS;
        while whole.load(Ordering::Relaxed) < enough {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let throw = Dice::of(RequestId(nth as u64), 9).unit();
        tokio::time::sleep(Duration::from_secs_f64(0.3 * throw)).await;
        server.kill();
        server = Server::start(&home).await;
        port.send_replace(server.port);
    }
    // A last round ends in peace.
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(port);
    let mut held = Vec::new();
    while let Some(of_client) = clients.join_next().await {
        held.extend(of_client.unwrap());
    }
    assert!(server.stop().await.success());
    let rows = rows(&home.path().join("llmroute.db"));
    answers_have_their_rows(&held, &rows);
    attempts_agree(&rows, &sims);
    sums_agree(&home, &rows);
    let checked = home.json(&["db", "check", "--json"]);
    assert_eq!((&checked["whole"], &checked["requests"]), (&true.into(), &rows.len().into()), "{checked}");
    let cut = held.iter().filter(|it| it.id.is_some() && !it.whole).count();
    let unsettled = held.iter().filter(|it| it.whole && rows[&it.mark].0.outcome.as_deref() != Some("ok")).count();
    let doubt = rows.values().filter(|it| it.0.outcome.as_deref() == Some("in_doubt")).count();
    eprintln!(
        "{kills} kills: {} asked, {} answered, {cut} cut, {doubt} in doubt, {unsettled} of them answered",
        held.len(),
        whole.load(Ordering::Relaxed)
    );
    // The kills did hit something. Nearly nothing that was answered is in doubt: a record is on its way to the file
    // before the last byte of its answer is to the client, but nobody waits for it.
    assert!(doubt >= kills && unsettled * 10 <= whole.load(Ordering::Relaxed), "{doubt} {unsettled}");
}

type Rows = BTreeMap<String, (RequestRow, Vec<AttemptRow>)>;

/// All rows, by session. No session has two.
fn rows(path: &Path) -> Rows {
    let db = open(path, Access::ReadOnly).unwrap();
    let mut rows = Rows::new();
    for row in requests::recent(&db, 1_000_000).unwrap() {
        let (row, attempts) = requests::show(&db, row.id).unwrap().unwrap();
        let mark = row.session.clone().unwrap();
        assert!(row.outcome.is_some(), "{row:?} is still open");
        let numbers: Vec<u32> = attempts.iter().map(|it| it.n).collect();
        assert_eq!(numbers, (1..).take(attempts.len()).collect::<Vec<_>>(), "{row:?}");
        assert!(attempts.iter().all(|it| it.state != "open"), "{row:?} {attempts:?}");
        assert!(rows.insert(mark.clone(), (row, attempts)).is_none(), "{mark} has two rows");
    }
    rows
}

/// Every answer a client has in hand has exactly one row, under the id the client was told.
fn answers_have_their_rows(held: &[Held], rows: &Rows) {
    let mut ids = BTreeSet::new();
    for it in held {
        let Some(id) = &it.id else { continue };
        assert!(ids.insert(id), "{id} was given out twice");
        let row = rows.get(&it.mark).map(|it| &it.0);
        assert!(row.is_some_and(|it| it.id.to_string() == *id) || !it.whole, "{it:?} has the row {row:?}");
    }
    let whole = held.iter().filter(|it| it.whole).count();
    assert!(whole > 300 && held.iter().all(|it| !it.whole || it.id.is_some()), "{whole}");
    let kinds: BTreeSet<&str> = rows.values().filter_map(|it| it.0.outcome.as_deref()).collect();
    assert!(kinds.is_subset(&BTreeSet::from(["ok", "in_doubt"])), "{kinds:?}");
}

/// Every request that reached a provider has exactly one attempt row, which costs what the provider billed or says
/// that it is in doubt.
fn attempts_agree(rows: &Rows, sims: &[Sim]) {
    let mut arrived = BTreeMap::new();
    for (sim, name) in sims.iter().zip(["steady", "moody"]) {
        for arrival in sim.meter().arrivals() {
            let mark = arrival.json()["messages"].as_array().unwrap().last().unwrap()["content"].clone();
            let mark = mark.as_str().map_or_else(|| mark[0]["text"].as_str().unwrap().to_owned(), str::to_owned);
            let before = arrived.insert((mark.clone(), name), arrival);
            assert!(before.is_none(), "{mark} reached {name} twice");
        }
    }
    let (mut exact, mut billed) = (0, 0);
    for ((mark, name), arrival) in &arrived {
        let (row, attempts) = rows.get(mark).unwrap_or_else(|| panic!("{mark} reached {name} without a row"));
        let own: Vec<_> = attempts.iter().filter(|it| it.provider == *name).collect();
        let [attempt] = own[..] else { panic!("{mark} at {name}: {own:?}") };
        let cost = arrival.outcome.billed.as_ref().map_or(0, bill);
        match attempt.cost {
            Some(Cost::Exact(it)) => {
                assert_eq!(it.pico(), cost, "{mark} at {name}: {attempt:?} {arrival:?}");
                exact += it.pico();
                billed += cost;
            }
            Some(Cost::InDoubt(_)) => {
                assert!(["orphaned", "uncertain"].contains(&attempt.state.as_str()), "{attempt:?}");
            }
            ref other => panic!("{mark} at {name}: {other:?} {attempt:?}"),
        }
        // Where the answer was settled nothing about it is in doubt.
        let settled = row.outcome.as_deref() == Some("ok") && attempt.n as usize == attempts.len();
        assert!(!settled || matches!(row.cost, Some(Cost::Exact(_) | Cost::InDoubt(_))), "{row:?}");
        assert!(!settled || attempt.state == "settled", "{row:?} {attempt:?}");
    }
    assert!(exact > 0 && exact == billed, "{exact} {billed}");
    // What never arrived was cut off between its intent and its sending.
    for (mark, (_, attempts)) in rows {
        for it in attempts.iter().filter(|it| !arrived.contains_key(&(mark.clone(), it.provider.as_str()))) {
            assert_eq!(it.state, "orphaned", "{mark}: {it:?}");
        }
    }
}

/// The statistics are the sum of the rows: nothing is counted twice.
fn sums_agree(home: &Home, rows: &Rows) {
    let stats = home.json(&["stats", "7d", "--json"]);
    let totals = &stats["totals"];
    assert_eq!((&totals["requests"], &stats["open"]), (&rows.len().into(), &0.into()), "{stats}");
    let of = |outcome: &str| rows.values().filter(|it| it.0.outcome.as_deref() == Some(outcome)).count();
    assert_eq!(totals["answered"], of("ok"), "{totals}");
    assert_eq!(totals["in_doubt"], of("in_doubt"), "{totals}");
    let attempts = rows.values().flat_map(|it| &it.1);
    let exact: i64 = attempts
        .filter_map(|it| it.cost)
        .filter_map(|it| match it {
            Cost::Exact(it) => Some(it.pico()),
            _ => None,
        })
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let dollars = exact as f64 / 1e12;
    assert!((totals["cost_exact_usd"].as_f64().unwrap() - dollars).abs() < 1e-9, "{totals} {dollars}");
}
