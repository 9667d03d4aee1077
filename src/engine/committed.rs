//! A target that answers: what an attempt hands to the relay.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use tokio::time::Instant;

use crate::domain::policy::{Deadlines, Provider};
use crate::domain::prompt::Loss;
use crate::domain::target::Seat;
use crate::engine::beside::passing::Passed;
use crate::engine::flow::Flow;
use crate::engine::resume::Rest;
use crate::upstream::Incoming;
use crate::wire::Facts;

/// A target that answers.
#[derive(Debug)]
pub struct Committed {
    /// Who, and what holds from here on.
    pub by: By,
    /// The answer.
    pub content: Content,
    /// Who can go on if it is cut, where that is wanted.
    pub rest: Option<Box<Rest>>,
}

/// Who answers.
#[derive(Debug)]
pub struct By {
    /// Headers of the provider that may be passed on.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Who answers.
    pub provider: Arc<Provider>,
    /// With which model and key.
    pub seat: Seat,
    /// The deadlines that hold from here on.
    pub deadlines: Deadlines,
    /// Which attempt of the request it is, from 0.
    pub attempt: usize,
}

/// The answer of a [`Committed`] target.
#[derive(Debug)]
pub enum Content {
    /// All of it, in the client's dialect.
    Whole {
        /// The body.
        body: Bytes,
        /// What the ledger needs of it.
        facts: Box<Facts>,
        /// What the client's dialect could not say.
        losses: Vec<Loss>,
    },
    /// Its beginning, and where the rest comes from.
    Stream {
        /// What was held back, in the client's dialect.
        held: Bytes,
        /// The pump.
        flow: Box<Flow>,
        /// The rest; `None` when the provider has closed already.
        incoming: Option<Box<Incoming>>,
        /// When the stream began.
        began: Instant,
    },
    /// Whatever the provider answered to a request that was passed on.
    Passed(Box<Passed>),
}

impl Content {
    /// What is known of it so far; `None` where it is not understood.
    #[must_use]
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Whole { facts, .. } => Some(facts),
            Self::Stream { flow, .. } => Some(flow.facts()),
            Self::Passed(_) => None,
        }
    }

    /// The status the client gets.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Whole { .. } | Self::Stream { .. } => 200,
            Self::Passed(it) => it.status,
        }
    }
}
