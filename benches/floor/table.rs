//! The one table of the benchmark.

use std::fmt::Write;

use llmroute::bench::figures::{Interval, median};
use llmroute::bench::process::{Memory, Process};

use crate::rounds::{Case, Rounds, Way, ratio};
use crate::stage::{Actor, Stage};

/// One line: what, the three ways, the ratio to the relay, and the aim.
struct Line {
    what: &'static str,
    direct: Option<f64>,
    relay: Option<f64>,
    llmroute: Option<f64>,
    ratio: Option<Interval>,
    aim: &'static str,
}

/// Draws it.
pub(crate) fn draw(stage: &Stage, rounds: &Rounds) -> String {
    let mut text = format!(
        "\n{:<38}{:>10}{:>10}{:>10}   {:<22}{}\n",
        "", "direct", "relay", "llmroute", "ratio to the relay", "must / goal"
    );
    for line in cpu(rounds).into_iter().chain(times(rounds)).chain(sizes(stage, rounds)) {
        let cell = |it: Option<f64>| it.map_or_else(|| "–".to_owned(), number);
        let ratio = line.ratio.map_or_else(String::new, |it| match (it.low, it.high) {
            (Some(low), Some(high)) => format!("{:.2} × [{low:.2}–{high:.2}]", it.value),
            _ => format!("{:.2} ×", it.value),
        });
        let (direct, relay, llmroute) = (cell(line.direct), cell(line.relay), cell(line.llmroute));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:<38}{direct:>10}{relay:>10}{llmroute:>10}   {ratio:<22}{}", line.what, line.aim);
    }
    let _ = writeln!(text, "failed requests: {}", rounds.failed());
    if let Some(why) = rounds.first_failure() {
        let _ = writeln!(text, "  the first: {why}");
    }
    for note in &stage.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

fn cpu(rounds: &Rounds) -> Vec<Line> {
    let line = |what, figure: &dyn Fn(Way) -> Vec<f64>, aim| {
        let (relay, llmroute) = (figure(Way::Relay), figure(Way::Llmroute));
        Line {
            what,
            direct: None,
            relay: middle(&relay),
            llmroute: middle(&llmroute),
            ratio: ratio(&llmroute, &relay),
            aim,
        }
    };
    vec![
        line("small chat, CPU µs a request", &|way| rounds.cpu_per_request(Case::Chat, way), "2.0 × / 1.5 ×"),
        line("100 KB agent request, CPU µs", &|way| rounds.cpu_per_request(Case::Agent, way), "1.5 × / 1.2 ×"),
        line("SSE event at 64 streams, CPU µs", &|way| rounds.cpu_per_event(way), "1.5 × / 1.2 ×"),
    ]
}

fn times(rounds: &Rounds) -> Vec<Line> {
    let lone: Vec<Vec<f64>> = [Way::Direct, Way::Relay, Way::Llmroute].map(|it| rounds.lone(it)).into();
    let added = |way: usize| -> Vec<f64> {
        let pairs = lone.first().zip(lone.get(way));
        pairs
            .map(|(direct, way)| way.iter().zip(direct).map(|(way, direct)| way - direct).collect())
            .unwrap_or_default()
    };
    let rates = [Way::Direct, Way::Relay, Way::Llmroute].map(|it| rounds.per_second(it));
    let gap = |way| rounds.gaps(way).p99.or(rounds.gaps(way).p50).map(|it| it.value);
    vec![
        Line {
            what: "lone request, added p50 µs",
            direct: None,
            relay: middle(&added(1)),
            llmroute: middle(&added(2)),
            ratio: ratio(&added(2), &added(1)),
            aim: "2.5 × / 1.7 ×",
        },
        Line {
            what: "requests/s at 64 connections",
            direct: middle(&rates[0]),
            relay: middle(&rates[1]),
            llmroute: middle(&rates[2]),
            ratio: ratio(&rates[2], &rates[1]),
            aim: "",
        },
        Line {
            what: "longest silence in a stream, p99 ms",
            direct: gap(Way::Direct),
            relay: gap(Way::Relay),
            llmroute: gap(Way::Llmroute),
            ratio: None,
            aim: "direct + 10 / + 3 ms",
        },
    ]
}

fn sizes(stage: &Stage, rounds: &Rounds) -> Vec<Line> {
    let now = |it: &Actor| Process::memory(it.process);
    let line = |what, figure: &dyn Fn(&Actor) -> Option<f64>, aim| Line {
        what,
        direct: None,
        relay: figure(&stage.relay),
        llmroute: stage.llmroute.as_ref().and_then(figure),
        ratio: None,
        aim,
    };
    let binary = std::fs::metadata(env!("CARGO_BIN_EXE_llmroute")).ok().map(|it| mebi(it.len() / 1024));
    vec![
        line("RSS idle, MB", &|it| it.idle.map(|it: Memory| mebi(it.resident_kib)), "20 / 10 MB"),
        line("RSS peak, MB", &|it| now(it).map(|it| mebi(it.peak_kib)), "50 / 28 MB"),
        Line {
            what: "KB a slow stream",
            direct: None,
            relay: rounds.kib_per_stream.get(&Way::Relay).copied(),
            llmroute: rounds.kib_per_stream.get(&Way::Llmroute).copied(),
            ratio: None,
            aim: "40 / 32 KB",
        },
        line("start to first answer, ms", &|it| Some(it.start.as_secs_f64() * 1_000.0), "50 / 20 ms"),
        Line {
            what: "size of the binary, MB",
            direct: None,
            relay: None,
            llmroute: binary.filter(|_| stage.llmroute.is_some()),
            ratio: None,
            aim: "14 / 12 MB",
        },
    ]
}

fn middle(values: &[f64]) -> Option<f64> {
    median(values.iter().copied()).map(|it| it.value)
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
fn mebi(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}

/// Three digits or so, and no more decimals than mean anything.
fn number(it: f64) -> String {
    if it.abs() >= 100.0 { format!("{it:.0}") } else { format!("{it:.1}") }
}
