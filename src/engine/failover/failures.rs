//! What a client is told where nobody has answered.

use std::time::Duration;

use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::target::Target;

/// Nothing was tried: every seat was being probed by other requests, and stayed so for as long as we could wait.
pub(super) fn being_probed() -> Failure {
    let told = "every target is coming back from a failure and being probed by another request; try again";
    let mut failure = Failure::upstream(Kind::Overload, "all_resting", told);
    failure.retry_after = Some(Duration::from_secs(1));
    failure
}

/// Every place is taken, and so is every place to wait for one.
pub(super) fn crowded(wait: Duration) -> Failure {
    let told = "every target takes as many requests as it may, and as many as may wait do so; try again";
    let mut failure = Failure::local(Origin::Local, "queue_full", 503, told);
    failure.retry_after = Some(wait);
    failure
}

/// The provider has said that a limit of the account is used up for so long: it is not asked before.
pub(super) fn used_up(target: &Target, wait: Duration) -> Failure {
    let told = format!(
        "{} says that a limit is used up for {} s yet, so {target} was not asked; try again then",
        target.provider,
        wait.as_secs().max(1)
    );
    let mut failure = Failure::upstream(Kind::Rate, "upstream_rate_limit", told);
    failure.retry_after = Some(wait);
    failure
}

/// The client has left: whatever is tried from here on would be for nobody.
pub(super) fn nobody_waits() -> Failure {
    Failure::local(Origin::Client, "client_gone", 499, "the client has left")
}

/// How much a class tells the client about why nobody answered: capacity and quota it can act on, a refused key or an
/// unreachable host it cannot.
pub(super) const fn telling(kind: Kind) -> u8 {
    match kind {
        Kind::Client | Kind::Context | Kind::Filter | Kind::Local => 9,
        Kind::Rate => 8,
        Kind::Overload => 7,
        Kind::Quota => 6,
        Kind::Transient => 5,
        Kind::Uncertain | Kind::Silent | Kind::Broken | Kind::Cut => 4,
        Kind::Model => 3,
        Kind::Auth => 2,
        Kind::Unreachable => 1,
    }
}
