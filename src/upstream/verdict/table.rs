//! What providers say, and the class it means (faults.md §4). Their words are specific enough to be read without knowing
//! who speaks; where two use one word for different things, the status tells them apart. The first row that matches wins.

use crate::domain::failure::Kind;

/// One row.
pub(super) struct Row {
    pub(super) on: On,
    pub(super) says: Says,
    pub(super) kind: Kind,
    pub(super) then: Then,
}

/// Where an error stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    Anything,
    Status(u16),
    /// Inside a success.
    Inside,
}

/// What it says.
#[derive(Clone, Copy)]
pub(super) enum Says {
    /// `error.code` or `error.type` is this, without case.
    Word(&'static str),
    /// The code holds this, without case.
    Part(&'static str),
    /// The message holds this, without case.
    Text(&'static str),
}

/// What follows beside what the class says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Usual,
    /// It is over at midnight in California, where that day is counted. A wait stated beside it is one of another limit.
    NextDay,
    /// It is over on the first of the next month, UTC.
    NextMonth,
    /// Another key or target may take the very same request.
    Elsewhere,
    /// The signature's date was wrong: that is this machine's clock, and no fault of the key.
    Clock,
}

const fn word(on: On, word: &'static str, kind: Kind) -> Row {
    Row { on, says: Says::Word(word), kind, then: Then::Usual }
}

const fn part(on: On, part: &'static str, kind: Kind) -> Row {
    Row { on, says: Says::Part(part), kind, then: Then::Usual }
}

const fn text(on: On, text: &'static str, kind: Kind) -> Row {
    Row { on, says: Says::Text(text), kind, then: Then::Usual }
}

impl Row {
    const fn then(self, then: Then) -> Self {
        Self { then, ..self }
    }
}

use On::{Anything, Inside, Status};

/// The rows.
pub(super) const ROWS: &[Row] = &[
    // Quota and money: `error.code` before `error.type`, because OpenAI's type says less.
    word(Anything, "insufficient_quota", Kind::Quota),
    word(Anything, "credit_balance_exhausted", Kind::Quota),
    word(Anything, "organization_spend_limit_exceeded", Kind::Quota),
    word(Anything, "project_spend_limit_exceeded", Kind::Quota),
    word(Anything, "organization_usage_limit_exceeded", Kind::Quota),
    word(Anything, "billing_hard_limit_reached", Kind::Quota),
    word(Anything, "billing_not_active", Kind::Quota),
    // Anthropic: a limit that its owner set, for the month.
    word(Anything, "enforced_spend_limit_reached", Kind::Quota).then(Then::NextMonth),
    text(Status(400), "you have reached your specified", Kind::Quota).then(Then::NextMonth),
    text(Status(400), "credit balance is too low", Kind::Quota),
    // OpenRouter names what ran out; some of that is free again as soon as another request ends.
    part(Status(402), "in_flight_budget", Kind::Rate),
    word(Status(402), "weight_exceeds_budget", Kind::Client),
    part(Status(403), "_key_limit", Kind::Quota),
    part(Status(403), "_workspace_budget", Kind::Quota),
    part(Status(403), "_guardrail_budget", Kind::Quota),
    word(Anything, "billing_error", Kind::Quota),
    // Google: billing is not switched on.
    word(Status(400), "failed_precondition", Kind::Quota),
    // Google names each quota; "exceeded your current quota" it says of all of them, also of one a minute. One of nothing
    // is a model that this key has none of.
    text(Status(429), "limit: 0", Kind::Model),
    part(Status(429), "perday", Kind::Quota).then(Then::NextDay),
    part(Status(429), "permonth", Kind::Quota),
    word(Status(429), "resource_exhausted", Kind::Rate),
    // OpenAI, Groq: a request that is larger than a minute's worth never passes with this key.
    text(Status(429), "request too large", Kind::Client).then(Then::Elsewhere),
    text(Status(413), "request too large", Kind::Client),
    text(Status(429), "exceeded your current quota", Kind::Quota),
    text(Status(429), "tokens per day", Kind::Quota),
    text(Status(429), "requests per day", Kind::Quota),
    // Cohere's trial keys ("1000 API calls / month"), Mistral's cap of a workspace.
    text(Status(429), "/ month", Kind::Quota),
    text(Status(429), "per month", Kind::Quota),
    text(Status(429), "monthly", Kind::Quota),
    // The prompt does not fit.
    word(Anything, "context_length_exceeded", Kind::Context),
    text(Status(400), "prompt is too long", Kind::Context),
    text(Status(400), "maximum context length", Kind::Context),
    text(Status(400), "context window", Kind::Context),
    text(Status(400), "too many tokens", Kind::Context),
    text(Status(400), "exceeds the maximum number of tokens", Kind::Context),
    text(Status(400), "input is too long", Kind::Context),
    text(Anything, "too many input tokens", Kind::Context),
    // Content policy.
    word(Anything, "content_policy_violation", Kind::Filter),
    word(Anything, "content_filter", Kind::Filter),
    text(Status(400), "content management policy", Kind::Filter),
    text(Status(400), "flagged as potentially violating", Kind::Filter),
    text(Status(400), "blocked by content filtering policy", Kind::Filter),
    text(Status(403), "flagged", Kind::Filter),
    text(Status(400), "responsible ai practices", Kind::Filter),
    // Amazon's signatures are good for five minutes on either side.
    text(Status(403), "signature expired", Kind::Transient).then(Then::Clock),
    text(Status(403), "signature not yet current", Kind::Transient).then(Then::Clock),
    word(Anything, "requestexpired", Kind::Transient).then(Then::Clock),
    word(Anything, "requesttimetooskewed", Kind::Transient).then(Then::Clock),
    // The key.
    word(Anything, "invalid_api_key", Kind::Auth),
    word(Anything, "authentication_error", Kind::Auth),
    text(Status(400), "api key not valid", Kind::Auth),
    word(Anything, "api_key_invalid", Kind::Auth),
    // The model.
    word(Anything, "model_not_found", Kind::Model),
    text(Status(403), "does not have access to model", Kind::Model),
    text(Status(403), "access to the model", Kind::Model),
    text(Status(400), "model does not exist", Kind::Model),
    text(Status(400), "model identifier is invalid", Kind::Model),
    text(Status(400), "with on-demand throughput isn", Kind::Model),
    text(Status(400), "on-demand throughput is not supported", Kind::Model),
    word(Anything, "resourcenotfoundexception", Kind::Model),
    text(Status(503), "no available model provider", Kind::Model),
    // Capacity and rate, by word where the status is 200 (errors inside streams) or says too little.
    word(Anything, "overloaded_error", Kind::Overload),
    word(Anything, "overloaded", Kind::Overload),
    word(Anything, "server_is_overloaded", Kind::Overload),
    word(Anything, "slow_down", Kind::Rate),
    word(Anything, "rate_limit_exceeded", Kind::Rate),
    word(Anything, "rate_limit_error", Kind::Rate),
    text(Status(429), "high demand", Kind::Overload),
    word(Anything, "capacity_exceeded", Kind::Overload),
    word(Anything, "unavailable", Kind::Overload),
    // Amazon: an exception's name, in a header or as the type of a message in a stream.
    word(Anything, "servicequotaexceededexception", Kind::Rate),
    word(Anything, "throttlingexception", Kind::Rate),
    word(Anything, "modelnotreadyexception", Kind::Transient),
    word(Anything, "serviceunavailableexception", Kind::Overload),
    word(Anything, "modeltimeoutexception", Kind::Uncertain),
    word(Status(424), "modelerrorexception", Kind::Transient),
    word(Anything, "modelstreamerrorexception", Kind::Transient),
    // Groq: the model wrote a call or a JSON that is none; the next time it may not.
    word(Anything, "tool_use_failed", Kind::Transient),
    word(Anything, "json_validate_failed", Kind::Transient),
    // OpenRouter itself says that whom it asked gave no answer. A 502 that no API wrote says nothing of the kind.
    word(Status(502), "502", Kind::Transient),
    // Words for "something went wrong" say less than any status but 200.
    word(Inside, "internalserverexception", Kind::Transient),
    word(Inside, "timeout_error", Kind::Uncertain),
    word(Inside, "server_error", Kind::Transient),
    word(Inside, "internal_server_error", Kind::Transient),
    word(Inside, "api_error", Kind::Transient),
];

/// The class of a status that comes with no words we know.
pub(super) const fn by_status(status: u16) -> Kind {
    match status {
        401 | 403 => Kind::Auth,
        402 => Kind::Quota,
        404 => Kind::Model,
        408 | 502 | 504 => Kind::Uncertain,
        // 499: an answer that its own server broke off.
        409 | 499 | 500 => Kind::Transient,
        429 => Kind::Rate,
        // 498 is Groq's flex tier out of capacity, 529 Anthropic's overload.
        498 | 503 | 529 => Kind::Overload,
        400..=499 => Kind::Client,
        500..=599 => Kind::Transient,
        // An error object inside a success that says nothing more.
        _ => Kind::Broken,
    }
}
