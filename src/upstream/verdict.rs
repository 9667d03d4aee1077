//! The verdict on an error: from a status and the provider's own words to one class of
//! [`Kind`](crate::domain::failure::Kind) (faults.md §4). Rows, first match wins; what no row knows is judged by its
//! status.

use std::time::Duration;

use crate::domain::event::Fault;
use crate::domain::failure::{Failure, Kind, Next};
use crate::domain::id::ProviderName;

/// One row: what must match, and the class it means.
struct Row {
    /// HTTP status; `None` matches any, also an error inside a 200.
    status: Option<u16>,
    /// Found in `error.code` or `error.type`, compared whole and without case.
    word: Option<&'static str>,
    /// Found within the message, without case.
    text: Option<&'static str>,
    kind: Kind,
}

const fn word(status: Option<u16>, word: &'static str, kind: Kind) -> Row {
    Row { status, word: Some(word), text: None, kind }
}

const fn text(status: Option<u16>, text: &'static str, kind: Kind) -> Row {
    Row { status, word: None, text: Some(text), kind }
}

/// Providers' words are specific enough to be read without knowing who speaks; where two use one word for different
/// things, the status tells them apart.
const ROWS: &[Row] = &[
    // Quota and money: `error.code` before `error.type`, because OpenAI's type says less.
    word(None, "insufficient_quota", Kind::Quota),
    word(None, "credit_balance_exhausted", Kind::Quota),
    word(None, "organization_spend_limit_exceeded", Kind::Quota),
    word(None, "project_spend_limit_exceeded", Kind::Quota),
    word(None, "organization_usage_limit_exceeded", Kind::Quota),
    word(None, "billing_hard_limit_reached", Kind::Quota),
    word(None, "billing_not_active", Kind::Quota),
    word(None, "enforced_spend_limit_reached", Kind::Quota),
    word(None, "billing_error", Kind::Quota),
    // Google: billing is not switched on. Its "exceeded your current quota" is said of every limit, also of one a minute.
    word(Some(400), "failed_precondition", Kind::Quota),
    word(Some(429), "resource_exhausted", Kind::Rate),
    text(Some(400), "you have reached your specified", Kind::Quota),
    text(Some(400), "credit balance is too low", Kind::Quota),
    text(Some(429), "exceeded your current quota", Kind::Quota),
    // Amazon: an exception's name, in a header or as the type of a message in a stream.
    word(None, "servicequotaexceededexception", Kind::Quota),
    text(Some(429), "tokens per day", Kind::Quota),
    // The prompt does not fit.
    word(None, "context_length_exceeded", Kind::Context),
    text(Some(400), "prompt is too long", Kind::Context),
    text(Some(400), "maximum context length", Kind::Context),
    text(Some(400), "context window", Kind::Context),
    text(Some(400), "too many tokens", Kind::Context),
    text(Some(400), "exceeds the maximum number of tokens", Kind::Context),
    text(Some(400), "input is too long", Kind::Context),
    text(None, "too many input tokens", Kind::Context),
    // Content policy.
    word(None, "content_policy_violation", Kind::Filter),
    word(None, "content_filter", Kind::Filter),
    text(Some(400), "content management policy", Kind::Filter),
    text(Some(400), "flagged as potentially violating", Kind::Filter),
    text(Some(403), "flagged", Kind::Filter),
    text(Some(400), "responsible ai practices", Kind::Filter),
    // The key.
    word(None, "invalid_api_key", Kind::Auth),
    word(None, "authentication_error", Kind::Auth),
    text(Some(400), "api key not valid", Kind::Auth),
    word(None, "api_key_invalid", Kind::Auth),
    // The model.
    word(None, "model_not_found", Kind::Model),
    text(Some(403), "does not have access to model", Kind::Model),
    text(Some(403), "access to the model", Kind::Model),
    text(Some(400), "model does not exist", Kind::Model),
    text(Some(400), "model identifier is invalid", Kind::Model),
    text(Some(400), "with on-demand throughput isn", Kind::Model),
    text(Some(400), "on-demand throughput is not supported", Kind::Model),
    word(None, "resourcenotfoundexception", Kind::Model),
    // Capacity and rate, by word where the status is 200 (errors inside streams) or says too little.
    word(None, "overloaded_error", Kind::Overload),
    word(None, "overloaded", Kind::Overload),
    word(None, "server_is_overloaded", Kind::Overload),
    word(None, "slow_down", Kind::Rate),
    word(None, "rate_limit_exceeded", Kind::Rate),
    word(None, "rate_limit_error", Kind::Rate),
    text(Some(429), "high demand", Kind::Overload),
    word(None, "capacity_exceeded", Kind::Overload),
    word(None, "unavailable", Kind::Overload),
    word(None, "modelnotreadyexception", Kind::Overload),
    word(None, "serviceunavailableexception", Kind::Overload),
    word(None, "throttlingexception", Kind::Rate),
    word(None, "modeltimeoutexception", Kind::Uncertain),
    word(Some(424), "modelerrorexception", Kind::Transient),
    word(None, "internalserverexception", Kind::Transient),
    word(None, "timeout_error", Kind::Uncertain),
    word(None, "server_error", Kind::Transient),
    word(None, "internal_server_error", Kind::Transient),
    word(None, "api_error", Kind::Transient),
];

/// The class of an error. `status` is the HTTP status of the answer; below 400 the error stood inside a success.
#[must_use]
pub fn kind(status: u16, fault: &Fault) -> Kind {
    let message = fault.message.to_ascii_lowercase();
    let says = |word: &str| {
        let is = |it: &Option<String>| it.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(word));
        is(&fault.code) || is(&fault.kind)
    };
    let matches = |row: &&Row| {
        row.status.is_none_or(|it| it == status)
            && row.word.is_none_or(says)
            && row.text.is_none_or(|it| message.contains(it))
    };
    // A provider that names a class in words but answers 5xx means the 5xx.
    let by_status = by_status(if status < 400 { numeric(fault).unwrap_or(status) } else { status });
    match ROWS.iter().find(matches) {
        Some(row) => row.kind,
        None => by_status,
    }
}

/// Some gateways put an HTTP status into `error.code` of an error inside a 200.
fn numeric(fault: &Fault) -> Option<u16> {
    fault.code.as_deref()?.parse().ok().filter(|it| (400..600).contains(it))
}

const fn by_status(status: u16) -> Kind {
    match status {
        401 | 403 => Kind::Auth,
        402 => Kind::Quota,
        404 => Kind::Model,
        408 | 502 | 504 => Kind::Uncertain,
        409 | 500 => Kind::Transient,
        429 => Kind::Rate,
        // 498 is Groq's flex tier out of capacity, 529 Anthropic's overload.
        498 | 503 | 529 => Kind::Overload,
        400..=499 => Kind::Client,
        500..=599 => Kind::Transient,
        // An error object inside a success that says nothing more.
        _ => Kind::Broken,
    }
}

/// The failure that an error answer of `provider` means. The caller adds what it wants relayed.
#[must_use]
pub fn failure(provider: &ProviderName, status: u16, fault: &Fault, wait: Option<Duration>) -> Failure {
    let kind = kind(status, fault);
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
