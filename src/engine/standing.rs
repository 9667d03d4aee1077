//! How the fleet does just now, as it is told to people: a document that the server writes and the command line reads.

use serde::{Deserialize, Serialize};

use crate::domain::id::GroupName;
use crate::domain::policy::Policy;
use crate::domain::target::Seat;
use crate::engine::limits;
use crate::route::breaker::Standing;
use crate::route::canary::{self, Both, State, Tally, Trial};
use crate::route::health::{FleetView, SeatId};
use crate::route::live::Live;

/// The document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Of its form.
    pub schema_version: u32,
    /// Every seat that was used lately or is not healthy, by provider, model and key.
    pub seats: Vec<SeatLive>,
    /// Whatever is out just now, by provider, key and model.
    #[serde(default)]
    pub cooling: Vec<Cooling>,
    /// How far the canaries of groups have come, by group.
    #[serde(default)]
    pub canaries: Vec<CanaryTold>,
    /// How much of each limit is used.
    #[serde(default)]
    pub limits: Vec<limits::Told>,
}

/// How far a canary has come, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CanaryTold {
    /// The group.
    pub group: String,
    /// The canary.
    pub target: String,
    /// `trial`, `promoted` or `rolled-back`.
    pub state: State,
    /// The share of conversations it gets, 0 to 1.
    pub share: f64,
    /// The share that comes next; `None` where it has come to its end.
    pub next_share: Option<f64>,
    /// When it was set up, in seconds since 1970.
    pub began: i64,
    /// When its share changed last.
    pub changed: i64,
    /// Why; empty where it never did.
    pub reason: String,
    /// Since its share changed.
    pub step: ArmsTold,
    /// Since it began.
    pub all: ArmsTold,
    /// What the evidence says; `None` once the trial is over.
    pub evidence: Option<EvidenceTold>,
}

/// What either arm came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArmsTold {
    /// Requests that went to the canary first.
    pub canary: ArmTold,
    /// Requests that went to another target first.
    pub others: ArmTold,
}

/// What one arm came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArmTold {
    /// Requests that say something of their first target.
    pub requests: u32,
    /// Of these, those that it did not answer, whoever did then.
    pub failed: u32,
    /// `failed` of `requests`.
    pub error_rate: Option<f64>,
    /// Streams whose time to the first content is known.
    pub streams: u32,
    /// That time, in seconds: the geometric mean.
    pub first_s: Option<f64>,
}

/// Evidence, each kind on a scale from 1 (none) upwards.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EvidenceTold {
    /// What rolls it back: evidence of either kind that reaches this.
    pub rolls_back_at: f64,
    /// That it fails more often than the others.
    pub worse: f64,
    /// That it is slower to begin, by more than a quarter.
    pub slower: f64,
    /// What promotes it: evidence of both kinds that reaches this, and `least_requests` at this share.
    pub promotes_at: f64,
    /// Requests it gets at this share at the least.
    pub least_requests: u32,
    /// That it fails more often by less than `margin`.
    pub not_much_worse: f64,
    /// A share of requests.
    pub margin: f64,
    /// That it takes less than `slack` times as long to begin; `None` where too few answers are streams for it to count.
    pub not_much_slower: Option<f64>,
    /// A factor.
    pub slack: f64,
}

/// What is to be told of trials.
#[must_use]
pub fn canaries(trials: &[(GroupName, Trial)]) -> Vec<CanaryTold> {
    trials.iter().map(|(group, it)| canary(group, it)).collect()
}

/// What is to be told of the trial of the canary of `group`.
#[must_use]
pub fn canary(group: &GroupName, it: &Trial) -> CanaryTold {
    let weighed = it.weighed();
    let evidence = EvidenceTold {
        rolls_back_at: canary::ROLLS_BACK,
        worse: weighed.worse,
        slower: weighed.slower,
        promotes_at: canary::PROMOTES,
        least_requests: canary::LEAST,
        not_much_worse: weighed.level,
        margin: it.margin(),
        not_much_slower: weighed.swift,
        slack: it.slack(),
    };
    CanaryTold {
        group: group.to_string(),
        target: it.target.to_string(),
        state: it.state,
        share: it.share,
        next_share: it.next(),
        began: it.began.seconds(),
        changed: it.changed.seconds(),
        reason: it.reason.clone(),
        step: arms(&it.step),
        all: arms(&it.all),
        evidence: (it.state == State::Trial).then_some(evidence),
    }
}

fn arms(both: &Both) -> ArmsTold {
    let arm = |it: &Tally| ArmTold {
        requests: it.count.all,
        failed: it.count.failed,
        error_rate: it.count.rate(),
        streams: it.times,
        first_s: it.first_s(),
    };
    ArmsTold { canary: arm(&both.canary), others: arm(&both.others) }
}

/// A key of a provider, for one model or for all, that is out for a while.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cooling {
    /// The provider.
    pub provider: String,
    /// The key, by name; `None` where none is needed.
    pub key: Option<String>,
    /// The model; `None` = every one.
    pub model: Option<String>,
    /// For how long yet, in seconds.
    pub left_s: u64,
    /// Why.
    pub why: String,
}

/// How one seat does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeatLive {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// The key, by name; `None` where none is needed.
    pub key: Option<String>,
    /// In one word: `healthy`, `degraded`, `recovering`, `out`.
    pub standing: String,
    /// Why it is out.
    pub why: Option<String>,
    /// For how long yet, in seconds.
    pub left_s: Option<u64>,
    /// Attempts that are running.
    pub in_flight: u32,
    /// Attempts of the last five minutes, or about that.
    pub recent: f64,
    /// The usual time to the first content of a stream, in seconds, for prompts of the size that is commonest.
    pub first_s: Option<f64>,
    /// The usual speed of a stream, in tokens a second.
    pub tokens_per_s: Option<f64>,
    /// Good outcomes of the last half minute.
    pub good: u32,
    /// Bad ones.
    pub bad: u32,
    /// How `adaptive` assesses it: `healthy`, `degraded`, `failed`, `recovering`.
    pub assessed: Option<String>,
    /// How much of its share `adaptive` gives it back after a failure, 0 to 1.
    pub ramp: Option<f64>,
}

/// What `view` says of the seats of `policy`.
#[must_use]
pub fn told(view: &FleetView, policy: &Policy) -> Told {
    let mut seats = Vec::new();
    for provider in policy.providers.values() {
        let known = view.live.0.keys().chain(view.standings.keys());
        let known = known.filter(|it| it.provider == provider.name).filter_map(|it| it.model.as_ref());
        // A key that is out as a whole is out for targets that were never used, too.
        let listed = policy.groups.values().flat_map(|it| &it.targets).map(|it| &it.0);
        let listed = listed.filter(|it| it.provider == provider.name).map(|it| &it.model);
        let mut models: Vec<_> = known.chain(listed).collect();
        models.sort();
        models.dedup();
        let keys = provider.keys.iter().map(|it| Some((it.id, it.name.clone())));
        let keys: Vec<_> = if provider.keys.is_empty() { vec![None] } else { keys.collect() };
        for model in models {
            let target = crate::domain::target::Target { provider: provider.name.clone(), model: model.clone() };
            seats.extend(keys.iter().filter_map(|key| seat(view, &Seat { target: target.clone(), key: key.clone() })));
        }
    }
    Told { schema_version: 1, seats, cooling: cooling(view, policy), canaries: Vec::new(), limits: Vec::new() }
}

fn cooling(view: &FleetView, policy: &Policy) -> Vec<Cooling> {
    let out = view.standings.iter().filter_map(|(id, standing)| {
        let Standing::Out { until, why } = standing else { return None };
        let keys = &policy.providers.get(&id.provider)?.keys;
        let key = match id.key {
            // One that was removed is nobody's concern any more.
            Some(id) => Some(keys.iter().find(|it| it.id == id)?.name.to_string()),
            None => None,
        };
        Some(Cooling {
            provider: id.provider.to_string(),
            key,
            model: id.model.as_ref().map(ToString::to_string),
            left_s: until.since(view.now).as_secs(),
            why: why.sentence().to_owned(),
        })
    });
    let mut out: Vec<_> = out.collect();
    out.sort();
    out
}

fn seat(view: &FleetView, seat: &Seat) -> Option<SeatLive> {
    let id = SeatId::of(seat);
    let standing = view.standing(seat);
    let known = view.live.0.get(&id);
    if known.is_none() && standing == Standing::Healthy {
        return None;
    }
    let unused = Live::default();
    let live = known.map_or(&unused, AsRef::as_ref);
    let (word, why, left_s) = match standing {
        Standing::Healthy => ("healthy", None, None),
        Standing::Degraded => ("degraded", None, None),
        Standing::Recovering => ("recovering", None, None),
        Standing::Out { until, why } => ("out", Some(why.sentence().to_owned()), Some(until.since(view.now).as_secs())),
    };
    let class = live.main_class(view.now);
    let assessed = view.assessment.seats.get(&id);
    let (good, bad) = live.recent(view.now);
    Some(SeatLive {
        provider: seat.target.provider.to_string(),
        model: seat.target.model.to_string(),
        key: seat.key.as_ref().map(|it| it.1.to_string()),
        standing: word.to_owned(),
        why,
        left_s,
        in_flight: live.in_flight,
        recent: live.received(view.now),
        first_s: live.usual(class).filter(|_| class.stream).map(f64::exp),
        tokens_per_s: live.speed.get().map(f64::exp),
        good,
        bad,
        assessed: assessed.map(|it| it.state.name().to_owned()),
        ramp: assessed.map(|it| it.ramp),
    })
}
