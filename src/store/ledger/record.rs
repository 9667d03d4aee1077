//! What the ledger is told: plain values, made by the engine.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::domain::caller::CallerIds;
use crate::domain::clock::Stamp;
use crate::domain::dialect::Dialect;
use crate::domain::id::{GroupName, KeyId, KeyName, ModelName, ProviderName, RequestId};
use crate::domain::money::Usd;
use crate::domain::policy::Billing;
use crate::domain::usage::Usage;

/// Which kind of process writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessKind {
    /// The running server: reserves request ids in blocks.
    Server,
    /// One command (`ask`, `bench`): reserves them one by one.
    Command,
}

/// The operation of nearly all requests, which rows leave out.
pub(in crate::store) const CHAT: &str = "chat";

/// What is known of a request when it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// When it arrived.
    pub at: Stamp,
    /// The dialect it is written in.
    pub dialect: Dialect,
    /// What is asked for ([`crate::domain::operation::Operation::name`]).
    pub operation: Cow<'static, str>,
    /// `model` as sent; where a request names none, what it asks for.
    pub asked: String,
    /// The group that name stands for, if it is one.
    pub group: Option<GroupName>,
    /// Who asks: `claude-code`, `python`, `curl`.
    pub client: String,
    /// Whose virtual key it came with.
    pub caller: CallerIds,
    /// The client's session id, where it sends one.
    pub session: Option<String>,
    /// The client wants a stream.
    pub stream: bool,
}

impl Head {
    /// What is asked for, where a row says it.
    pub(in crate::store) fn operation_column(&self) -> Option<&str> {
        (self.operation != CHAT).then_some(&*self.operation)
    }
}

/// An attempt about to be sent. It is in the journal before the request is complete on the wire.
#[derive(Debug, Clone)]
pub struct Intent<'a> {
    /// The request.
    pub id: RequestId,
    /// What is known of the request: all that its row will say if the process dies.
    pub head: &'a Head,
    /// 1, 2, 3 … within the request.
    pub attempt: u32,
    /// When.
    pub at: Stamp,
    /// The provider row.
    pub provider: &'a str,
    /// The model as the provider names it.
    pub model: &'a str,
    /// The key that pays.
    pub key: Option<KeyId>,
    /// Its name at this time.
    pub key_name: Option<&'a str>,
    /// How that key is paid for.
    pub billing: Billing,
    /// Prompt tokens, estimated.
    pub input_estimate: u64,
    /// What it is expected to cost: booked, in doubt, if the process dies before the answer is known. `None` = no
    /// price.
    pub expected_cost: Option<Usd>,
    /// A hard budget counts on the ledger: nothing is sent while the database refuses (faults.md L13).
    pub strict: bool,
}

/// How far an attempt has come whose answer is still being streamed: what it is booked with if the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The request.
    pub id: RequestId,
    /// Which of its attempts.
    pub attempt: u32,
    /// Prompt tokens, as far as they are known.
    pub input: u64,
    /// Tokens generated so far, estimated.
    pub output: u64,
    /// What both cost; `None` = no price.
    pub spent: Option<Usd>,
}

/// How a request ended, as its client saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Answered in full.
    Ok,
    /// Refused by llmroute or for a fault of the request; no target was to blame.
    Refused,
    /// No target could answer.
    Failed,
    /// The answer stopped after content had reached the client.
    Cut,
    /// The client hung up.
    ClientGone,
}

impl Outcome {
    /// The word in rows and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cut => "cut",
            Self::ClientGone => "client_gone",
        }
    }
}

/// The outcome that the next start gives to requests of a process that died.
pub const IN_DOUBT: &str = "in_doubt";

/// What something cost. Unknown is never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// From the provider's own counts and a known price. Flat-fee, free and local targets cost exactly 0.
    Exact(Usd),
    /// From counts of our own, or from an estimated price.
    Estimated(Usd),
    /// It may have been billed or not; at most about this much.
    InDoubt(Option<Usd>),
    /// Used, but no price is known.
    Unpriced,
}

impl Cost {
    /// The word in rows and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::Estimated(_) => "estimated",
            Self::InDoubt(_) => "in-doubt",
            Self::Unpriced => "unpriced",
        }
    }

    /// The amount, where there is one.
    #[must_use]
    pub const fn amount(self) -> Option<Usd> {
        match self {
            Self::Exact(it) | Self::Estimated(it) => Some(it),
            Self::InDoubt(it) => it,
            Self::Unpriced => None,
        }
    }

    /// The cost a row's two columns stand for.
    #[must_use]
    pub fn from_columns(kind: &str, amount: Option<Usd>) -> Option<Self> {
        match (kind, amount) {
            ("exact", Some(it)) => Some(Self::Exact(it)),
            ("estimated", Some(it)) => Some(Self::Estimated(it)),
            ("in-doubt", it) => Some(Self::InDoubt(it)),
            ("unpriced", None) => Some(Self::Unpriced),
            _ => None,
        }
    }

    /// Both together: amounts add up, the weaker certainty stays. Where one part has no price, the sum is what is
    /// known of it, in doubt; two unknowns stay unknown.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let sum = match (self.amount(), other.amount()) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        match (self, other, sum) {
            // Nothing spent on one side leaves the other as it is: a voided attempt does not blur a priced one.
            (Self::Exact(Usd::ZERO), it, _) | (it, Self::Exact(Usd::ZERO), _) => it,
            (Self::Unpriced, Self::Unpriced, _) => Self::Unpriced,
            (Self::Exact(_), Self::Exact(_), Some(it)) => Self::Exact(it),
            (Self::Exact(_) | Self::Estimated(_), Self::Exact(_) | Self::Estimated(_), Some(it)) => Self::Estimated(it),
            _ => Self::InDoubt(sum),
        }
    }
}

/// What a request is compared with to say what was saved: its client's wish, at list price, without caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Baseline {
    /// What the model that was asked for would have cost.
    pub usd: Usd,
    /// By how much providers' prompt caches made the attempts cheaper; less than nothing where writing them cost more.
    pub cache_saved: Usd,
}

/// What went wrong, for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureNote {
    /// The class ([`crate::domain::failure::Kind::name`]).
    pub kind: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// For the owner of the file; never contains a secret.
    pub detail: String,
}

/// How a request was decided. Spelled out by the writer, when the row is written: a request does not wait for it.
pub trait DecisionNote: fmt::Debug + Send + Sync {
    /// The policy it was decided by: an id made of its text, and the text, for the first request that was.
    fn policy(&self) -> (i64, &str);
    /// The salt of its dice.
    fn salt(&self) -> u64;
    /// The record, as JSON.
    fn record(&self) -> String;
}

/// A finished request: its one row.
#[derive(Debug, Clone)]
pub struct RequestRecord {
    /// Which.
    pub id: RequestId,
    /// What was known when it arrived.
    pub head: Arc<Head>,
    /// From arrival to the last byte to the client.
    pub total_us: u64,
    /// From arrival to the first content to the client.
    pub first_content_us: Option<u64>,
    /// Time spent in llmroute itself.
    pub overhead_us: u64,
    /// The HTTP status the client got.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// The provider that answered.
    pub provider: Option<ProviderName>,
    /// The model that answered.
    pub model: Option<ModelName>,
    /// The key that paid for the answer.
    pub key_name: Option<KeyName>,
    /// The model the provider says it used.
    pub served_model: Option<String>,
    /// Why the answer ended, in the hub's words.
    pub finish: Option<String>,
    /// Tokens of the answer.
    pub usage: Option<Usage>,
    /// The sum over all attempts.
    pub cost: Cost,
    /// What the provider says it cost.
    pub reported_cost: Option<Usd>,
    /// What it is compared with; `None` where that, or what it cost, is not known.
    pub baseline: Option<Baseline>,
    /// Another than the first target answered.
    pub moved: bool,
    /// Why it failed.
    pub error: Option<FailureNote>,
    /// What the target's dialect could not say.
    pub losses: Vec<String>,
    /// Every attempt, in order.
    pub attempts: Vec<AttemptRecord>,
    /// How it was decided; `None` for what was refused before that.
    pub decision: Option<Arc<dyn DecisionNote>>,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptState {
    /// Answered, or failed with a known bill.
    Settled,
    /// Never sent, or provably not billed.
    Voided,
    /// Sent, and nobody knows whether it was processed.
    Uncertain,
}

impl AttemptState {
    /// The word in rows and JSON. Two more are only ever in rows: `open` and `orphaned`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Voided => "voided",
            Self::Uncertain => "uncertain",
        }
    }
}

/// A finished attempt: its one row.
#[derive(Debug, Clone)]
pub struct AttemptRecord {
    /// 1, 2, 3 … within the request.
    pub n: u32,
    /// The provider row.
    pub provider: ProviderName,
    /// The model as the provider names it.
    pub model: ModelName,
    /// The key that pays.
    pub key: Option<KeyId>,
    /// Its name at this time.
    pub key_name: Option<KeyName>,
    /// How that key is paid for.
    pub billing: Billing,
    /// `verbatim`, `splice` or `translate`.
    pub lane: &'static str,
    /// How it was asked for the rest of an answer that was cut (`prefill`, `anchor` or `repeat`); `None` where it was asked
    /// for a whole one.
    pub resume: Option<&'static str>,
    /// When it began, counted from the arrival of the request.
    pub started_us: u64,
    /// From its own beginning to its first content.
    pub first_content_us: Option<u64>,
    /// From its own beginning to its end.
    pub total_us: u64,
    /// The provider's HTTP status.
    pub status: Option<u16>,
    /// What became of it.
    pub state: AttemptState,
    /// Why it failed; `None` = it answered.
    pub error: Option<FailureNote>,
    /// How long the provider asked to be left alone.
    pub retry_after_ms: Option<u64>,
    /// Tokens.
    pub usage: Option<Usage>,
    /// What it cost.
    pub cost: Cost,
    /// What an answer that a flat fee paid would have cost by the token, where that is known.
    pub equivalent: Option<Usd>,
    /// Which prices its cost is by: a table with its version, or `own`; `None` where none were needed or known.
    pub priced_by: Option<&'static str>,
}
