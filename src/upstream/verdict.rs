//! The verdict on an error: from a status and the provider's own words to one class of
//! [`Kind`](crate::domain::failure::Kind) (faults.md §4). What no row of its table knows is judged by its
//! status.

mod table;

use std::time::Duration;

use crate::domain::clock::Stamp;
use crate::domain::event::Fault;
use crate::domain::failure::{Failure, Kind, Next};
use crate::domain::id::ProviderName;
use crate::upstream::verdict::table::{On, ROWS, Row, Says, Then, by_status};

/// The class of an error. `status` is the HTTP status of the answer; below 400 the error stood inside a success.
#[must_use]
pub fn kind(status: u16, fault: &Fault) -> Kind {
    row(status, fault).map_or_else(|| unnamed(status, fault), |it| it.kind)
}

/// When a quota that is used up is there again, where its provider says that by its words alone.
#[must_use]
pub fn reset(status: u16, fault: &Fault, now: Stamp) -> Option<Duration> {
    // Standard time the whole year: an hour too late in summer, and never too early.
    const CALIFORNIA: jiff::tz::TimeZone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-8));
    let then = row(status, fault)?.then;
    let now_in = |zone| Some(jiff::Timestamp::from_microsecond(now.0).ok()?.to_zoned(zone));
    let day_before = match then {
        Then::NextDay => now_in(CALIFORNIA)?,
        Then::NextMonth => now_in(jiff::tz::TimeZone::UTC)?.last_of_month().ok()?,
        Then::Usual | Then::Elsewhere | Then::Clock => return None,
    };
    let over = day_before.tomorrow().ok()?.start_of_day().ok()?.timestamp();
    Some(Duration::from_micros(u64::try_from(over.as_microsecond().saturating_sub(now.0)).ok()?))
}

/// Whether a signature was refused for its date.
#[must_use]
pub fn is_late(status: u16, fault: &Fault) -> bool {
    row(status, fault).is_some_and(|it| it.then == Then::Clock)
}

fn row(status: u16, fault: &Fault) -> Option<&'static Row> {
    let message = fault.message.to_ascii_lowercase();
    let code = fault.code.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is = |it: &Option<String>, word: &str| it.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(word));
    ROWS.iter().find(|row| {
        let here = match row.on {
            On::Anything => true,
            On::Status(it) => it == status,
            On::Inside => status < 400,
        };
        here && match row.says {
            Says::Word(word) => is(&fault.code, word) || is(&fault.kind, word),
            Says::Part(part) => code.contains(part),
            Says::Text(text) => message.contains(text),
        }
    })
}

/// The class of an error that no row knows.
fn unnamed(status: u16, fault: &Fault) -> Kind {
    by_status(if status < 400 { numeric(fault).unwrap_or(status) } else { status })
}

/// Some gateways put an HTTP status into `error.code` of an error inside a 200.
fn numeric(fault: &Fault) -> Option<u16> {
    fault.code.as_deref()?.parse().ok().filter(|it| (400..600).contains(it))
}

/// The failure that an error answer of `provider` means. The caller adds what it wants relayed.
#[must_use]
pub fn failure(provider: &ProviderName, status: u16, fault: &Fault, wait: Option<Duration>) -> Failure {
    let row = row(status, fault);
    let kind = row.map_or_else(|| unnamed(status, fault), |it| it.kind);
    let wait = wait.or_else(|| fault.retry_after_ms.map(Duration::from_millis));
    let message = if fault.message.is_empty() { "no message" } else { &fault.message };
    let told = match kind {
        // The provider's words about our own key are not the client's business and may quote the key.
        Kind::Auth if fault.kind.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("expiredtokenexception")) => {
            format!(
                "{provider} says that the session of the key llmroute has for it has ended: sign in to AWS again and replace it \
             (llmroute keys rotate {provider})"
            )
        }
        Kind::Auth => format!("{provider} refused the key llmroute has for it (llmroute keys rotate {provider})"),
        _ if status < 400 => format!("{provider} answered with an error inside its answer: {message}"),
        _ => format!("{provider} answered {status}: {message}"),
    };
    let mut failure = Failure::upstream(kind, code(kind), told);
    failure.status = Some(status);
    failure.retry_after = wait;
    failure.detail = detail(provider, status, fault);
    // A plain "too many requests" may as well mean that there is nothing left for weeks.
    failure.unexplained = kind == Kind::Rate && row.is_none() && wait.is_none();
    if row.is_some_and(|it| it.then == Then::Elsewhere) {
        failure.next = Next::Elsewhere;
    }
    if kind.effect().same
        && let Some(wait) = wait.filter(|it| *it <= Duration::from_secs(2))
    {
        failure.next = Next::SameAfter(wait);
    }
    failure
}

fn detail(provider: &ProviderName, status: u16, fault: &Fault) -> String {
    let mut detail = format!("{provider} {status}");
    for it in [&fault.kind, &fault.code].into_iter().flatten() {
        detail.push(' ');
        detail.push_str(it);
    }
    detail.push_str(": ");
    detail.push_str(&fault.message);
    detail
}

/// The stable code of a class.
#[must_use]
pub const fn code(kind: Kind) -> &'static str {
    match kind {
        Kind::Rate => "upstream_rate_limit",
        Kind::Quota => "upstream_quota",
        Kind::Auth => "upstream_auth",
        Kind::Overload => "upstream_overloaded",
        Kind::Transient => "upstream_error",
        Kind::Uncertain => "upstream_uncertain",
        Kind::Client => "upstream_refused_request",
        Kind::Context => "context_length_exceeded",
        Kind::Filter => "content_filter",
        Kind::Model => "upstream_model",
        Kind::Unreachable => "upstream_unreachable",
        Kind::Silent => "upstream_silent",
        Kind::Broken => "upstream_broken_answer",
        Kind::Cut => "upstream_cut",
        Kind::Local => "local",
    }
}
