//! How far the canary of a group has come, drawn.

use std::time::Duration;

use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts, safe};
use crate::domain::clock::Stamp;
use crate::domain::id::GroupName;
use crate::domain::policy::Canary;
use crate::engine::standing::{self, ArmTold, CanaryTold, EvidenceTold};
use crate::route::canary::{State, Trial};
use crate::store::canaries::CanaryRow;

/// What the file knows of a canary; one that it knows nothing of is at its beginning.
pub(super) fn told(group: &GroupName, canary: &Canary, kept: &[CanaryRow]) -> CanaryTold {
    let row = kept.iter().find(|it| it.group == group.as_str());
    let trial = row.and_then(|it| serde_json::from_str::<Trial>(&it.trial).ok()).filter(|it| it.is_of(canary));
    standing::canary(group, &trial.unwrap_or_else(|| Trial::new(canary)))
}

/// The end of a line that tells of an edit.
pub(super) fn line(it: &CanaryTold) -> String {
    match it.state {
        State::Trial => format!(", canary {} {} of conversations", it.target, amounts::share(it.share)),
        state => format!(", canary {} {}", it.target, state.name()),
    }
}

/// Where it stands and why.
pub(super) fn draw(it: &CanaryTold, now: Stamp, frame: Frame) -> String {
    let ago = |at: i64| {
        let seconds = u64::try_from(now.seconds().saturating_sub(at)).unwrap_or(0);
        format!("{} ago", age(Duration::from_secs(seconds)))
    };
    let stands = match it.state {
        State::Trial => format!("{} of conversations", amounts::share(it.share)),
        State::Promoted => "promoted: every new conversation goes there first".to_owned(),
        State::RolledBack => "rolled back: nothing goes there".to_owned(),
    };
    let mut lines = vec![format!("canary:      {} · {stands} · set up {}", it.target, ago(it.began))];
    let mut table =
        Table::new(&[left("FIRST TO"), right("REQUESTS"), right("FAILED"), right("STREAMS"), right("TTFT")]);
    // Once it is over, what counts is all of it.
    let (arms, since) = if it.state == State::Trial { (&it.step, "this share") } else { (&it.all, "the trial") };
    table.row(row("the canary", &arms.canary));
    table.row(row("another target", &arms.others));
    lines.push(table.draw(frame));
    match &it.evidence {
        Some(evidence) => lines.extend(evidence_of(it, evidence)),
        None => lines.push(format!("counted over {since}")),
    }
    if it.reason.is_empty() {
        lines.push("its share has not changed yet".to_owned());
    } else {
        lines.push(safe::line(&format!("last change {}: {}", ago(it.changed), it.reason)).into_owned());
    }
    lines.extend(next_step(it));
    lines.join("\n")
}

fn row(name: &str, arm: &ArmTold) -> [String; 5] {
    let first = arm.first_s.map(Duration::from_secs_f64);
    let failed = format!(
        "{} ({})",
        amounts::count(u64::from(arm.failed)),
        arm.error_rate.map_or_else(|| amounts::NONE.to_owned(), amounts::share)
    );
    [
        name.to_owned(),
        amounts::count(u64::from(arm.requests)),
        if arm.requests > 0 { failed } else { amounts::NONE.to_owned() },
        amounts::count(u64::from(arm.streams)),
        first.map_or_else(|| amounts::NONE.to_owned(), amounts::duration),
    ]
}

fn evidence_of(told: &CanaryTold, it: &EvidenceTold) -> Vec<String> {
    let next = told.next_share.map_or_else(|| "further".to_owned(), |it| format!("to {}", amounts::share(it)));
    let mut proofs =
        vec![format!("at most {:.0} points more failures {}", it.margin * 100.0, strength(it.not_much_worse))];
    if let Some(value) = it.not_much_slower {
        proofs.push(format!("first content in less than {}× the time {}", it.slack, strength(value)));
    }
    proofs.push(format!("{} of {} requests", told.step.canary.requests.min(it.least_requests), it.least_requests));
    vec![
        format!(
            "rolled back at evidence {}: more failures {} · slower to begin {}",
            it.rolls_back_at,
            strength(it.worse),
            strength(it.slower)
        ),
        format!("promoted {next} at evidence {}: {}", it.promotes_at, proofs.join(" · ")),
    ]
}

/// Evidence in figures that mean something; below 1 it speaks for the opposite.
fn strength(value: f64) -> String {
    match value {
        it if it < 0.1 => "<0.1".to_owned(),
        it if it < 10.0 => format!("{it:.1}"),
        it if it < 1e6 => format!("{it:.0}"),
        _ => "overwhelming".to_owned(),
    }
}

/// What its owner may want to do now.
fn next_step(it: &CanaryTold) -> Option<String> {
    let CanaryTold { group, target, .. } = it;
    match it.state {
        State::Trial => None,
        State::Promoted => Some(format!("to keep it: llmroute groups set {group} {target}=1 … --canary off")),
        State::RolledBack => Some(format!(
            "to try it again: llmroute groups set {group} --canary {target}=5%   to be rid of it: --canary off"
        )),
    }
}

fn age(it: Duration) -> String {
    match it.as_secs() {
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds if seconds < 2 * 3_600 => format!("{} min", seconds / 60),
        seconds if seconds < 2 * 86_400 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
