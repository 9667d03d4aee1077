//! What went wrong, and what follows from it. A failure is classified once, where it happens; everybody after that
//! only reads the class.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};

use crate::domain::dialect::Dialect;

/// The code of an attempt that did not answer because another one was faster.
pub const HEDGE_LOST: &str = "hedge_lost";

/// A request or an attempt that did not succeed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The class, which decides everything else.
    pub kind: Kind,
    /// Whose fault it is.
    pub origin: Origin,
    /// What to do now. Decided at classification, from [`Kind::effect`] and what the provider asked for.
    pub next: Next,
    /// The stable code shown to people and programs: `upstream_tls`, `no_route`.
    pub code: &'static str,
    /// For the client: says nothing about keys or other targets.
    pub told: String,
    /// For the log and the ledger.
    pub detail: String,
    /// The provider's HTTP status, if an answer came.
    pub status: Option<u16>,
    /// How long the provider asks to be left alone.
    pub retry_after: Option<Duration>,
    /// It was a limit on the rate, and its provider said neither which nor until when.
    pub unexplained: bool,
    /// The provider's own error answer, to be returned as it came to a client that speaks the same dialect.
    pub relay: Option<Box<Relay>>,
}

/// A provider's error answer, word for word: agents match on it.
#[derive(Debug, Clone)]
pub struct Relay {
    /// The dialect it is written in.
    pub dialect: Dialect,
    /// HTTP status.
    pub status: u16,
    /// Headers that may be passed on.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body as it came, up to 64 KiB.
    pub body: Bytes,
}

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The client's request is wrong.
    Client,
    /// This program or its settings.
    Local,
    /// The provider or the way to it.
    Upstream,
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Tell the client.
    Stop,
    /// Try another key or target.
    Elsewhere,
    /// The same key may be tried again after this wait, if nothing else is healthy.
    SameAfter(Duration),
}

/// Error classes (faults.md §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Too many requests or tokens just now.
    Rate,
    /// The account has no money or quota left.
    Quota,
    /// The key was refused.
    Auth,
    /// The provider has no capacity just now.
    Overload,
    /// The provider failed; nothing was generated.
    Transient,
    /// Sent, but no answer came: it may have been processed and billed.
    Uncertain,
    /// The request itself is wrong.
    Client,
    /// The prompt does not fit the model's window.
    Context,
    /// The provider's content policy stopped it.
    Filter,
    /// This key cannot use this model here.
    Model,
    /// Never sent: DNS, refused, TLS.
    Unreachable,
    /// No byte, or no content, within its deadline.
    Silent,
    /// An answer that is none: empty, HTML, invalid JSON, an error inside a 200.
    Broken,
    /// The answer stopped after content had reached the client.
    Cut,
    /// The request never left: bad request, unknown model, nothing that can serve it.
    Local,
}

/// What a class does to health and to the walk over the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// The same key may be tried again when nothing else is healthy.
    pub same: bool,
    /// Another key of the same provider may help.
    pub other_key: bool,
    /// Another provider may help.
    pub elsewhere: bool,
    /// What it does to the health of the seat.
    pub health: Health,
    /// The provider may bill it.
    pub may_be_billed: bool,
}

/// What a class does to the health of (provider, model, key).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Nothing.
    None,
    /// Counts towards the trip of the breaker.
    Count,
    /// Counts, unless the provider named a wait: then it cools at once, without a trip.
    Cool,
    /// The key is out for 30 minutes.
    KeyOut,
    /// The key cannot use this model: the pair is out for 10 minutes.
    ModelOut,
}

impl Kind {
    /// Every class.
    const ALL: [Self; 15] = [
        Self::Rate,
        Self::Quota,
        Self::Auth,
        Self::Overload,
        Self::Transient,
        Self::Uncertain,
        Self::Client,
        Self::Context,
        Self::Filter,
        Self::Model,
        Self::Unreachable,
        Self::Silent,
        Self::Broken,
        Self::Cut,
        Self::Local,
    ];

    /// The class that has this name in rows.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The row of the table in faults.md §4 and routing.md §5.
    #[must_use]
    pub const fn effect(self) -> Effect {
        const fn row(same: bool, other_key: bool, elsewhere: bool, health: Health, may_be_billed: bool) -> Effect {
            Effect { same, other_key, elsewhere, health, may_be_billed }
        }
        match self {
            //                        same   key    else   health            billed
            Self::Rate => row(true, true, true, Health::Cool, false),
            Self::Quota => row(false, true, true, Health::KeyOut, false),
            Self::Auth => row(false, true, true, Health::KeyOut, false),
            Self::Overload => row(true, false, true, Health::Cool, false),
            Self::Transient => row(true, false, true, Health::Cool, false),
            Self::Uncertain => row(false, false, true, Health::Count, true),
            Self::Client => row(false, false, false, Health::None, false),
            Self::Context => row(false, false, false, Health::None, false),
            Self::Filter => row(false, false, false, Health::None, true),
            Self::Model => row(false, true, true, Health::ModelOut, false),
            Self::Unreachable => row(true, false, true, Health::Count, false),
            Self::Silent => row(false, false, true, Health::Count, true),
            Self::Broken => row(false, false, true, Health::Count, true),
            Self::Cut => row(false, false, false, Health::Count, true),
            Self::Local => row(false, false, false, Health::None, false),
        }
    }

    /// The word in ledger rows and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Quota => "quota",
            Self::Auth => "auth",
            Self::Overload => "overload",
            Self::Transient => "transient",
            Self::Uncertain => "uncertain",
            Self::Client => "client",
            Self::Context => "context",
            Self::Filter => "filter",
            Self::Model => "model",
            Self::Unreachable => "unreachable",
            Self::Silent => "silent",
            Self::Broken => "broken",
            Self::Cut => "cut",
            Self::Local => "local",
        }
    }
}

impl Failure {
    /// A refusal of llmroute's own, before anything was sent.
    #[must_use]
    pub fn local(origin: Origin, code: &'static str, status: u16, told: impl Into<String>) -> Self {
        let told = told.into();
        Self {
            kind: Kind::Local,
            origin,
            next: Next::Stop,
            code,
            detail: told.clone(),
            told,
            status: Some(status),
            retry_after: None,
            unexplained: false,
            relay: None,
        }
    }

    /// A failed attempt; `next` follows from the class.
    #[must_use]
    pub fn upstream(kind: Kind, code: &'static str, told: impl Into<String>) -> Self {
        let told = told.into();
        let effect = kind.effect();
        let next = if effect.elsewhere || effect.other_key { Next::Elsewhere } else { Next::Stop };
        Self {
            kind,
            origin: Origin::Upstream,
            next,
            code,
            detail: told.clone(),
            told,
            status: None,
            retry_after: None,
            unexplained: false,
            relay: None,
        }
    }
}
