//! How the fleet does just now, as it is told to people: a document that the server writes and the command line reads.

use serde::{Deserialize, Serialize};

use crate::domain::policy::Policy;
use crate::domain::target::Seat;
use crate::route::breaker::Standing;
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
    Told { schema_version: 1, seats, cooling: cooling(view, policy) }
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
