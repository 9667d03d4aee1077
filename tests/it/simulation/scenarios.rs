//! Scenario files (`tests/scenarios/*.toml`): how a fleet behaves, and the range in which the strategy must end up.

use std::path::Path;
use std::time::Duration;

use llmroute::domain::strategy::Strategy;
use serde::Deserialize;

use super::world::{Behaviour, Episode, Fate, Nobody, Setting, run};

/// A scenario file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Scenario {
    /// What it shows.
    about: String,
    strategy: Strategy,
    /// Requests a second.
    rate: f64,
    seconds: f64,
    /// Seeds that are run; what is expected holds for all of their requests together.
    seeds: u64,
    target: Vec<Row>,
    expect: Vec<Expectation>,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    weight: f64,
    keys: usize,
    /// Median of the time to the first content, in seconds.
    ttft: f64,
    /// Standard deviation of its logarithm.
    spread: f64,
    /// Share of attempts that fail.
    fails: f64,
    /// The wait, in seconds, that a failure names.
    retry_after: Option<u64>,
    episode: Vec<Trouble>,
}

impl Default for Row {
    fn default() -> Self {
        Self { weight: 1.0, keys: 1, ttft: 0.6, spread: 0.3, fails: 0.0, retry_after: None, episode: Vec::new() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Trouble {
    from: f64,
    to: f64,
    #[serde(default = "as_usual")]
    slower: f64,
    #[serde(default)]
    fails: f64,
}

fn as_usual() -> f64 {
    1.0
}

/// What must hold of the requests that came between two moments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Expectation {
    from: f64,
    to: f64,
    /// The target that `share` is about: 0 is the first.
    target: Option<usize>,
    /// Its share of the first choices.
    share: Option<[f64; 2]>,
    /// Share of the requests that were answered.
    answered: Option<f64>,
    /// How much the mean time may lie above that of whoever always knew which target is the fastest just then.
    over_best: Option<f64>,
}

fn setting(scenario: &Scenario, seed: u64) -> Setting {
    let target = |it: &Row| {
        let episode = |it: &Trouble| Episode { from: it.from, to: it.to, slower: it.slower, fails: it.fails };
        let behaviour = Behaviour {
            median: it.ttft,
            spread: it.spread,
            fails: it.fails,
            retry_after: it.retry_after.map(Duration::from_secs),
            episodes: it.episode.iter().map(episode).collect(),
            ..Behaviour::default()
        };
        (it.weight, it.keys, behaviour)
    };
    Setting {
        seed,
        strategy: scenario.strategy,
        targets: scenario.target.iter().map(target).collect(),
        rate: scenario.rate,
        seconds: scenario.seconds,
        tail: 2.0,
    }
}

fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap())
}

/// What is not as expected.
fn check(scenario: &Scenario, expected: &Expectation, setting: &Setting, fates: &[Fate]) -> Vec<String> {
    let within: Vec<&Fate> = fates.iter().filter(|it| expected.from <= it.at && it.at < expected.to).collect();
    let all = float(within.len());
    let mut faults = Vec::new();
    let mut fault =
        |what: &str, found: f64| faults.push(format!("{}: {what} is {found:.3}: {expected:?}", scenario.about));
    if within.len() < 50 {
        fault("the number of requests", all);
    }
    if let (Some(target), Some([least, most])) = (expected.target, expected.share) {
        let share = float(within.iter().filter(|it| it.first == Some(target)).count()) / all;
        println!("{}: {}..{} share of {target} {share:.3}", scenario.about, expected.from, expected.to);
        if !(least..=most).contains(&share) {
            fault("the share", share);
        }
    }
    if let Some(least) = expected.answered {
        let answered = float(within.iter().filter(|it| it.answered.is_some()).count()) / all;
        println!("{}: {}..{} answered {answered:.4}", scenario.about, expected.from, expected.to);
        if answered < least {
            fault("the share of answers", answered);
        }
    }
    if let Some(most) = expected.over_best {
        let best = |at: f64| setting.targets.iter().map(|it| it.2.mean(at)).min_by(f64::total_cmp).unwrap();
        let best: f64 = within.iter().map(|it| best(it.at)).sum();
        let over = within.iter().map(|it| it.took).sum::<f64>() / best - 1.0;
        println!("{}: {}..{} over best {over:.3}", scenario.about, expected.from, expected.to);
        if over > most {
            fault("the mean time over the best", over);
        }
    }
    faults
}

fn read(path: &Path) -> Scenario {
    let text = std::fs::read_to_string(path).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn play(scenario: &Scenario) -> Vec<String> {
    let mut fates = Vec::new();
    for seed in 0..scenario.seeds {
        fates.extend(run(&setting(scenario, seed), &mut Nobody));
    }
    assert!(!scenario.expect.is_empty(), "{}: nothing is expected", scenario.about);
    scenario.expect.iter().flat_map(|it| check(scenario, it, &setting(scenario, 0), &fates)).collect()
}

#[test]
fn every_scenario_ends_up_where_its_file_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.retain(|it| it.extension().is_some_and(|it| it == "toml"));
    files.sort();
    assert!(files.len() >= 6, "{files:?}");
    let faults: Vec<String> = files.iter().flat_map(|it| play(&read(it))).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_scenario_that_expects_what_is_not_so_fails() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut scenario = read(&folder.join("weighted-holds-its-shares.toml"));
    scenario.seeds = 1;
    for expected in &mut scenario.expect {
        (expected.target, expected.share) = (Some(0), Some([0.9, 1.0]));
    }
    assert_eq!(play(&scenario).len(), scenario.expect.len());
}
