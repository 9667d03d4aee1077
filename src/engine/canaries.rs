//! The trials of canaries: told what came of every request of their groups, kept over restarts, seen by decisions as a value.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::ask::Ask;
use crate::domain::clock::{Moment, Now};
use crate::domain::id::GroupName;
use crate::domain::policy::Policy;
use crate::domain::target::Target;
use crate::route::Decision;
use crate::route::canary::{Arm, Change, Place, Seen, Stage, State, Trial};
use crate::route::explain::Step;
use crate::store::Ledger;
use crate::store::canaries::CanaryRow;

/// A conversation of which nothing came for so long is over.
const OVER: Duration = Duration::from_secs(3600);
/// Conversations of one group that are remembered to have begun with another target than its canary.
const CONVERSATIONS: usize = 4096;

/// The trials of all groups that have a canary.
#[derive(Debug)]
pub struct Canaries {
    ledger: Ledger,
    running: Mutex<BTreeMap<GroupName, Running>>,
}

#[derive(Debug)]
struct Running {
    trial: Trial,
    /// Conversations that began elsewhere, and when they were last heard of: a share that grows does not take them along.
    /// Not kept over a restart.
    elsewhere: HashMap<u64, Moment>,
}

/// Which side of whose trial a request is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The group.
    pub group: GroupName,
    /// Whose target it goes to first.
    pub arm: Arm,
    /// That target. Where another one is tried first after all, because that one is full or being probed, the request says
    /// nothing of either.
    pub first: Target,
}

impl Canaries {
    /// None; what becomes of them is kept with `ledger`.
    #[must_use]
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger, running: Mutex::default() }
    }

    /// Takes over what an earlier process knew.
    pub fn revive(&self, rows: &[CanaryRow], policy: &Policy) {
        let mut running = self.lock();
        for row in rows {
            let canary = policy.groups.get(row.group.as_str()).and_then(|it| it.canary.as_ref());
            match (canary, serde_json::from_str::<Trial>(&row.trial)) {
                (Some(canary), Ok(trial)) if trial.is_of(canary) => {
                    running.insert(row.group.as_str().into(), Running { trial, elsewhere: HashMap::new() });
                }
                (Some(_), Err(error)) => {
                    tracing::warn!(%error, "what is kept of the canary of {} cannot be read: it begins anew", row.group);
                }
                _ => {}
            }
        }
    }

    /// The policy was edited: canaries that are new begin, those that are gone end, the others go on.
    pub fn follow(&self, policy: &Policy) {
        let mut running = self.lock();
        let named = |group: &GroupName| policy.groups.get(group).and_then(|it| it.canary.as_ref());
        running.retain(|group, it| named(group).is_some_and(|canary| it.trial.is_of(canary)));
        for (name, group) in &policy.groups {
            if let Some(canary) = &group.canary {
                let begin = || Running { trial: Trial::new(canary), elsewhere: HashMap::new() };
                running.entry(name.clone()).or_insert_with(begin);
            }
        }
    }

    /// What a decision about `ask` is to know of them.
    #[must_use]
    pub fn stages(&self, ask: &Ask) -> BTreeMap<GroupName, Stage> {
        let running = self.lock();
        let stays = |it: &Running| {
            let seen = ask.conversation.and_then(|key| it.elsewhere.get(&key));
            seen.is_some_and(|seen| ask.at.mono.since(*seen) < OVER)
        };
        running.iter().map(|(group, it)| (group.clone(), Stage { share: it.trial.share, stays: stays(it) })).collect()
    }

    /// Notes where the conversation of `ask` goes, and says which side of a trial it is on.
    pub fn decided(&self, ask: &Ask, decision: &Decision) -> Option<Side> {
        let group = decision.group.as_ref()?;
        let (target, place) = decision.trail.iter().find_map(|it| match it {
            Step::Canary { target, place, .. } => Some((target, *place)),
            _ => None,
        })?;
        let first = &decision.plan.first()?.target;
        let arm = match place {
            Place::First if first == target => Arm::Canary,
            Place::Last | Place::Stays if first != target => Arm::Others,
            _ => return None,
        };
        if let (Arm::Others, Some(key)) = (arm, ask.conversation)
            && let Some(it) = self.lock().get_mut(group)
            && it.trial.state == State::Trial
        {
            it.remember(key, ask.at.mono);
        }
        Some(Side { group: group.clone(), arm, first: first.clone() })
    }

    /// Takes in what came of a request on that side.
    pub fn tell(&self, side: &Side, seen: &Seen, now: Now) {
        let mut running = self.lock();
        let Some(Running { trial, .. }) = running.get_mut(&side.group) else { return };
        if trial.state != State::Trial {
            return;
        }
        let (before, change) = (trial.share, trial.tell(seen, now.wall));
        // To the hundredth, which is as fine as a share can be set.
        let percent = |share: f64| (share * 10_000.0).round() / 100.0;
        let (group, target, reason) = (&side.group, &trial.target, &trial.reason);
        match change {
            Some(Change::Promoted) => tracing::warn!(
                "group {group}: canary {target} promoted from {}% to {}% of conversations: {reason}",
                percent(before),
                percent(trial.share)
            ),
            Some(Change::RolledBack) => {
                tracing::warn!("group {group}: canary {target} rolled back from {}%: {reason}", percent(before));
            }
            None => {}
        }
        match serde_json::to_string(trial) {
            Ok(text) => self.ledger.keep_canary(CanaryRow { group: side.group.to_string(), trial: text }),
            Err(error) => tracing::error!(%error, "a trial cannot be written down"),
        }
    }

    /// How far the canary of each group has come, for people.
    #[must_use]
    pub fn trials(&self) -> Vec<(GroupName, Trial)> {
        self.lock().iter().map(|(group, it)| (group.clone(), it.trial.clone())).collect()
    }

    /// The map is whole after every statement, so a panic elsewhere while it was held does not spoil it.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<GroupName, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    fn remember(&mut self, key: u64, now: Moment) {
        if self.elsewhere.len() >= CONVERSATIONS && !self.elsewhere.contains_key(&key) {
            self.elsewhere.retain(|_, seen| now.since(*seen) < OVER);
            if self.elsewhere.len() >= CONVERSATIONS {
                // More at once than anybody holds: the older half counts as over.
                let mut seen: Vec<Moment> = self.elsewhere.values().copied().collect();
                let (_, median, _) = seen.select_nth_unstable(CONVERSATIONS / 2);
                let median = *median;
                self.elsewhere.retain(|_, seen| *seen > median);
            }
        }
        self.elsewhere.insert(key, now);
    }
}
