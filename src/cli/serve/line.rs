//! One line for each request that ends: plain text for people, JSON for programs.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::cli::view::{amounts, safe};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::usage::Source;
use crate::store::{AttemptRecord, RequestRecord};

/// `14:02:15 r7k3 python      smart → anthropic 429 → openai/gpt-5.6-sol  200  first 0.91s  all 1.9s  310→120 tok  $0.0022`
#[must_use]
pub(super) fn plain(it: &RequestRecord, zone: &TimeZone) -> String {
    let mut line = format!(
        "{} {:<5} {:<11} {:<44}  {:<3}  {:<11}  all {:<6}  {:>13}  {}",
        local(it.head.at, zone, "%H:%M:%S"),
        it.id,
        it.head.client,
        way(it),
        it.status,
        it.first_content_us.map_or_else(String::new, |us| format!("first {}", time(us))),
        time(it.total_us),
        tokens(it),
        amounts::money(it.cost.amount()),
    );
    if let Some(error) = &it.error {
        line.push_str("  ");
        line.push_str(error.code);
    }
    safe::line(&line).into_owned()
}

/// The same as one JSON object.
#[must_use]
pub(super) fn json(it: &RequestRecord) -> Value {
    let usage = it.usage.as_ref();
    json!({
        "event": "request",
        "time": local(it.head.at, &TimeZone::UTC, "%Y-%m-%dT%H:%M:%S%.3fZ"),
        "id": it.id.to_string(),
        "client": it.head.client,
        "asked": it.head.asked,
        "stream": it.head.stream,
        "target": target(it),
        "status": it.status,
        "outcome": it.outcome.name(),
        "error": it.error.as_ref().map(|it| it.code),
        "attempts": it.attempts.iter().map(attempt).collect::<Vec<_>>(),
        "first_us": it.first_content_us,
        "total_us": it.total_us,
        "overhead_us": it.overhead_us,
        "input_tokens": usage.map(|it| it.input),
        "output_tokens": usage.map(|it| it.output),
        "cost_usd": it.cost.amount().map(Usd::dollars),
        "cost_kind": it.cost.name(),
    })
}

fn attempt(it: &AttemptRecord) -> Value {
    json!({
        "target": format!("{}/{}", it.provider, it.model),
        "status": it.status,
        "error": it.error.as_ref().map(|it| it.code),
        "resume": it.resume,
        "total_us": it.total_us,
    })
}

/// `smart → anthropic 429 → openai/gpt-5.6-sol`: what was asked, where it failed and how, who answered.
fn way(it: &RequestRecord) -> String {
    // Of a body that could not be read nothing is known.
    let asked = if it.head.asked.is_empty() { "?".to_owned() } else { it.head.asked.clone() };
    let mut stations = vec![asked];
    for failed in it.attempts.iter().filter(|it| it.error.is_some()) {
        let how = match (&failed.error, failed.status) {
            (_, Some(status)) if status != 200 => status.to_string(),
            (Some(error), _) => error.code.trim_start_matches("upstream_").to_owned(),
            (None, _) => String::new(),
        };
        stations.push(format!("{} {how}", failed.provider));
    }
    stations.extend(target(it));
    stations.dedup();
    stations.join(" → ")
}

fn target(it: &RequestRecord) -> Option<String> {
    Some(format!("{}/{}", it.provider.as_ref()?, it.model.as_ref()?))
}

fn tokens(it: &RequestRecord) -> String {
    it.usage.as_ref().map_or_else(
        || "? tok".to_owned(),
        |usage| {
            let about = if usage.source == Source::Estimated { "~" } else { "" };
            format!("{about}{}→{} tok", usage.input, usage.output)
        },
    )
}

fn time(micros: u64) -> String {
    amounts::duration(Duration::from_micros(micros))
}

fn local(at: Stamp, zone: &TimeZone, format: &str) -> String {
    Timestamp::from_microsecond(at.0)
        .map(|it| it.to_zoned(zone.clone()).strftime(format).to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::caller::CallerIds;
    use crate::domain::dialect::Dialect;
    use crate::domain::id::RequestId;
    use crate::domain::policy::Billing;
    use crate::domain::usage::Usage;
    use crate::store::{AttemptState, Cost, FailureNote, Head, Outcome};

    fn attempt(n: u32, provider: &str, model: &str, status: u16, error: Option<FailureNote>) -> AttemptRecord {
        AttemptRecord {
            resume: None,
            equivalent: None,
            priced_by: None,
            n,
            provider: provider.into(),
            model: model.into(),
            key: None,
            key_name: None,
            billing: Billing::Metered,
            lane: "splice",
            started_us: 0,
            first_content_us: None,
            total_us: 900_000,
            status: Some(status),
            state: AttemptState::Settled,
            error,
            retry_after_ms: None,
            usage: None,
            cost: Cost::Exact(Usd::ZERO),
        }
    }

    fn record() -> RequestRecord {
        let limited = FailureNote { kind: "rate", code: "upstream_rate_limit", detail: String::new() };
        RequestRecord {
            id: RequestId(336_867),
            head: Arc::new(Head {
                at: Stamp(1_795_269_735_000_000),
                dialect: Dialect::OpenaiChat,
                operation: "chat".into(),
                asked: "smart".into(),
                group: Some("smart".into()),
                client: "python".into(),
                caller: CallerIds::default(),
                session: None,
                stream: true,
            }),
            total_us: 1_900_000,
            first_content_us: Some(910_000),
            overhead_us: 120,
            status: 200,
            outcome: Outcome::Ok,
            provider: Some("openai".into()),
            model: Some("gpt-5.6-sol".into()),
            key_name: None,
            served_model: None,
            finish: None,
            usage: Some(Usage { input: 310, output: 120, source: Source::Provider, ..Usage::default() }),
            cost: Cost::Exact(Usd::from_dollars(0.0022).unwrap()),
            reported_cost: None,
            baseline: None,
            moved: true,
            error: None,
            losses: Vec::new(),
            attempts: vec![
                attempt(1, "anthropic", "claude", 429, Some(limited)),
                attempt(2, "openai", "gpt-5.6-sol", 200, None),
            ],
            decision: None,
        }
    }

    #[test]
    fn a_line_tells_the_whole_way() {
        assert_eq!(
            plain(&record(), &TimeZone::UTC),
            "14:02:15 r77xf python      smart → anthropic 429 → openai/gpt-5.6-sol    200  first 0.91s  all 1.9s      \
             310→120 tok  $0.0022"
        );
        assert_eq!(json(&record())["attempts"][0]["error"], "upstream_rate_limit");
    }

    #[test]
    fn a_client_cannot_write_on_the_terminal() {
        let mut it = record();
        Arc::make_mut(&mut it.head).client = "a\u{1b}[2J\nb".into();
        let line = plain(&it, &TimeZone::UTC);
        assert!(!line.contains('\u{1b}') && !line.contains('\n'), "{line}");
    }
}
