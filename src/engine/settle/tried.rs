//! One attempt of a request, as far as it has come, and the row it becomes.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::domain::ask::Ask;
use crate::domain::clock::Moment;
use crate::domain::failure::Failure;
use crate::domain::money::Usd;
use crate::domain::operation::Operation;
use crate::domain::policy::{Billing, Provider};
use crate::domain::target::Seat;
use crate::domain::usage::{Source, Usage};
use crate::engine::prices::Prices;
use crate::engine::purse::Hold;
use crate::engine::settle::baseline;
use crate::route::live::Class;
use crate::store::{AttemptRecord, AttemptState, Cost, FailureNote};
use crate::wire::tokens;

/// One attempt, as far as it has come.
#[derive(Debug)]
pub(super) struct Try {
    pub(super) provider: Arc<Provider>,
    pub(super) seat: Seat,
    pub(super) billing: Billing,
    pub(super) lane: &'static str,
    /// What the target's dialect cannot say.
    pub(super) losses: Vec<String>,
    /// What it was asked, in the client's dialect.
    pub(super) asked: Bytes,
    /// How it was asked for the rest of an answer that was cut.
    pub(super) resume: Option<&'static str>,
    pub(super) began: Moment,
    /// When it was handed to the way to the provider.
    pub(super) sent: Option<Moment>,
    /// The fleet counts it as in flight: from `sent` to its end, which it is told of exactly once.
    pub(super) in_flight: bool,
    pub(super) first_content: Option<Moment>,
    pub(super) ended: Moment,
    /// It still runs: its request's answer is on the way, or it lost and is read on for what it costs.
    pub(super) open: bool,
    pub(super) state: AttemptState,
    pub(super) failure: Option<Failure>,
    pub(super) usage: Option<Usage>,
    pub(super) served: Option<String>,
    pub(super) finish: Option<String>,
    pub(super) status: Option<u16>,
    /// Known once the attempt is over and there is a price for it.
    pub(super) cost: Option<Cost>,
    /// By which prices.
    pub(super) priced_by: Option<&'static str>,
    /// What is held for it, until it has a price.
    pub(super) hold: Option<Hold>,
}

impl Try {
    /// Its row: the `n`th of `ask`.
    pub(super) fn record(&self, n: u32, ask: &Ask, prices: &Prices) -> AttemptRecord {
        let micros = |from: Moment, to: Moment| u64::try_from(to.since(from).as_micros()).unwrap_or(u64::MAX);
        AttemptRecord {
            n,
            provider: self.provider.name.clone(),
            model: self.seat.target.model.clone(),
            key: self.seat.key_id(),
            key_name: self.seat.key.as_ref().map(|key| key.1.clone()),
            billing: self.billing,
            lane: self.lane,
            resume: self.resume,
            started_us: micros(ask.at.mono, self.began),
            first_content_us: self.first_content.map(|first| micros(self.began, first)),
            total_us: micros(self.began, self.ended),
            status: self.status,
            state: self.state,
            error: self.failure.as_ref().map(note),
            retry_after_ms: self
                .failure
                .as_ref()
                .and_then(|failure| u64::try_from(failure.retry_after?.as_millis()).ok()),
            usage: self.usage.clone(),
            cost: self.cost.unwrap_or(Cost::Unpriced),
            equivalent: baseline::equivalent(self, ask, prices),
            priced_by: self.priced_by,
        }
    }

    /// What its time compares with: requests of the same kind, for prompts of about the size that is not read from the
    /// provider's cache. `None` for what is passed on without being understood.
    pub(super) fn class(ask: &Ask, usage: Option<&Usage>) -> Option<Class> {
        let understood = matches!(ask.operation, Operation::Chat | Operation::Compact | Operation::Embed(_));
        let counted = usage.map(Usage::input_uncached).filter(|it| *it > 0);
        understood.then(|| Class::of(ask.stream, counted.unwrap_or(ask.needs.prompt_tokens)))
    }

    /// How long it has been under way by `now`.
    pub(super) fn waited(&self, now: Moment) -> Duration {
        now.since(self.sent.unwrap_or(self.began))
    }

    /// What it cost, as far as anybody can know, and by which prices.
    pub(super) fn price(&self, ask: &Ask, prices: &Prices) -> (Cost, Option<&'static str>) {
        let at = ask.at.wall;
        let asked = self.seat.target.model.as_str();
        match (self.state, &self.usage) {
            (AttemptState::Voided, _) => (Cost::Exact(Usd::ZERO), None),
            _ if ask.operation == Operation::CountTokens => (Cost::Exact(Usd::ZERO), None),
            (state, usage) if matches!(ask.operation, Operation::Relay(_)) => {
                match (prices.is_free(&self.provider, self.billing), state, usage) {
                    (true, ..) => (Cost::Exact(Usd::ZERO), None),
                    // Pictures and sound have tokens of their own, at prices of their own: what the one price for text
                    // makes of them is an estimate.
                    (false, AttemptState::Settled, Some(usage)) => {
                        let usage = Usage { source: Source::Estimated, ..usage.clone() };
                        prices.costed(&self.provider, self.billing, &[asked], &usage, at)
                    }
                    (false, AttemptState::Settled, None) => (Cost::Unpriced, None),
                    (false, ..) => (Cost::InDoubt(None), None),
                }
            }
            (AttemptState::Settled, Some(usage)) => {
                // Priced by the model that served; aggregators name it in ways no price table knows, so then by the
                // one that was asked for.
                let served = self.served.as_deref().unwrap_or(asked);
                prices.costed(&self.provider, self.billing, &[served, asked], usage, at)
            }
            (AttemptState::Settled | AttemptState::Uncertain, _) => {
                let likely = Usage::estimated(tokens::estimate(&self.asked), 0);
                match prices.costed(&self.provider, self.billing, &[asked], &likely, at) {
                    // Free is free, whether it was processed or not.
                    free @ (Cost::Exact(_), _) => free,
                    (other, by) => (Cost::InDoubt(other.amount()), by),
                }
            }
        }
    }

    /// One word on how it went: a status, or a code where no answer came.
    pub(super) fn outcome(&self) -> String {
        match (&self.failure, self.status) {
            (Some(failure), None) => failure.code.to_owned(),
            (_, Some(status)) => status.to_string(),
            (None, None) => "open".to_owned(),
        }
    }
}

/// A failure, for a row.
pub(super) fn note(failure: &Failure) -> FailureNote {
    FailureNote { kind: failure.kind.name(), code: failure.code, detail: failure.detail.clone() }
}
