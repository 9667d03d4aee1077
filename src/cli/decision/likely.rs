//! What a request would cost and when it would begin, by the price table and what the ledger has seen lately.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan as _};
use serde::{Serialize, Serializer};

use crate::catalog::prices::Tariff;
use crate::cli::diag::Done;
use crate::cli::session::Session;
use crate::config::Loaded;
use crate::domain::ask::Needs;
use crate::domain::clock::Stamp;
use crate::domain::id::KeyId;
use crate::domain::money::Usd;
use crate::domain::target::Target;
use crate::domain::usage::Usage;
use crate::store::stats::{self, By, Range, Sums};

/// Days of the ledger that are looked at.
const DAYS: i64 = 7;

/// What is expected of one target.
#[derive(Debug, Clone, Copy, Serialize)]
pub(in crate::cli) struct Estimate {
    /// `null` = no price is known.
    #[serde(rename = "cost_usd", serialize_with = "dollars")]
    pub(in crate::cli) usd: Option<Usd>,
    /// The length of the answer that the cost is for; `null` = unknown, and the cost is the prompt's alone.
    pub(in crate::cli) output_tokens: Option<u64>,
    /// The median time to first content, in microseconds; `null` = too few answers lately.
    pub(in crate::cli) first_us: Option<u64>,
}

/// What estimates are made from.
#[derive(Debug)]
pub(in crate::cli) struct Likely<'a> {
    loaded: &'a Loaded,
    seen: HashMap<String, Sums>,
    now: Stamp,
}

impl<'a> Likely<'a> {
    /// The prices of the policy's providers, and what the last seven days were like.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(in crate::cli) fn read(session: &Session, loaded: &'a Loaded) -> Done<Self> {
        let now = session.clock.now().wall;
        let book = &loaded.book;
        for id in loaded.policy.providers.values().filter(|it| it.is_usable()).filter_map(|it| it.price_id.as_deref()) {
            if let Err(error) = book.load(id) {
                session.screen.warn(format_args!("the prices of {id} cannot be read: {error}"));
            }
        }
        let from = Timestamp::from_microsecond(now.0).ok().and_then(|it| it.checked_sub((24 * DAYS).hours()).ok());
        let from = from.map_or(Stamp(0), |it| Stamp(it.as_microsecond()));
        let report = stats::report(&session.read()?, Range { from, to: Stamp(now.0.saturating_add(1)) }, &By::Model)?;
        let seen = report.rows.into_iter().filter_map(|it| Some((it.name?, it.sums))).collect();
        Ok(Self { loaded, seen, now })
    }

    /// The median time to first content of `target` lately, in microseconds.
    pub(in crate::cli) fn first_us(&self, target: &Target) -> Option<u64> {
        self.seen.get(&target.to_string()).and_then(|it| it.ttft.p50)
    }

    /// What an answer of that size would cost at `target`, paid with the first of `keys`.
    pub(in crate::cli) fn cost(&self, target: &Target, keys: &[KeyId], usage: &Usage) -> Option<Usd> {
        let tariff = Tariff { overrides: &self.loaded.prices, book: Some(&self.loaded.book) };
        let provider = self.loaded.policy.providers.get(&target.provider)?;
        tariff.cost(provider, &target.model, provider.billing(keys.first().copied()), usage, self.now).map(|it| it.usd)
    }

    /// What is expected of `target`, paid with the first of `keys`.
    pub(in crate::cli) fn of(&self, target: &Target, keys: &[KeyId], needs: &Needs) -> Estimate {
        let seen = self.seen.get(&target.to_string());
        // As long as its answers were on the average, and no longer than the request allows.
        let usual = seen.filter(|it| it.requests.all > 0).map(|it| it.tokens.output / it.requests.all);
        let output_tokens = match (usual, needs.max_tokens) {
            (Some(usual), Some(most)) => Some(usual.min(most)),
            (usual, most) => usual.or(most),
        };
        let usage = Usage::estimated(needs.prompt_tokens, output_tokens.unwrap_or(0));
        let usd = self.cost(target, keys, &usage);
        Estimate { usd, output_tokens, first_us: seen.and_then(|it| it.ttft.p50) }
    }
}

#[expect(clippy::ref_option, reason = "as serde calls it")]
fn dollars<S: Serializer>(it: &Option<Usd>, to: S) -> Result<S::Ok, S::Error> {
    it.map(Usd::dollars).serialize(to)
}
