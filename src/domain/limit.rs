//! Limits on the rate of requests.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use crate::domain::scope::Scope;

/// How much of what a scope covers may go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// What it counts.
    pub scope: Scope,
    /// Requests in any 60 seconds; of what is sent to a provider each attempt counts. `None` = any number.
    pub requests: Option<NonZeroU32>,
    /// Tokens in any 60 seconds, of prompts and answers together. `None` = any number.
    pub tokens: Option<NonZeroU64>,
    /// Requests at once. `None` = any number.
    pub parallel: Option<NonZeroU32>,
    /// How long a request waits for room before it is refused. Zero = not at all.
    pub queue: Duration,
}

impl Limit {
    /// How much one part of it lets through; zero where it says nothing of that.
    #[must_use]
    pub fn most(&self, what: Counted) -> u64 {
        match what {
            Counted::Requests => self.requests.map_or(0, |it| u64::from(it.get())),
            Counted::Tokens => self.tokens.map_or(0, NonZeroU64::get),
            Counted::Parallel => self.parallel.map_or(0, |it| u64::from(it.get())),
        }
    }

    /// The first part of it that is set.
    #[must_use]
    pub const fn first(&self) -> Counted {
        match (self.requests, self.tokens) {
            (Some(_), _) => Counted::Requests,
            (None, Some(_)) => Counted::Tokens,
            (None, None) => Counted::Parallel,
        }
    }
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Requests a minute.
    Requests,
    /// Tokens a minute.
    Tokens,
    /// Requests at once.
    Parallel,
}

/// After a number: `requests a minute`.
impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "requests a minute",
            Self::Tokens => "tokens a minute",
            Self::Parallel => "requests at once",
        })
    }
}

/// How much of the tightest limits that apply is used, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Used {
    /// Of requests a minute.
    pub requests: f64,
    /// Of tokens a minute.
    pub tokens: f64,
}
