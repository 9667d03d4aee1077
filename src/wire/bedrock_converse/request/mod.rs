//! Requests. [`read`] takes one apart, [`write`] composes one for a provider; [`blocks`], [`tools`] and [`vendor`] are what
//! composing needs beyond spelling.

pub(super) mod read;
pub(super) mod write;

mod blocks;
mod tools;
mod vendor;

/// Name of the tool that stands in for a schema with models that take none: its input is the answer.
pub(super) const STRUCTURED: &str = "llmroute_structured_answer";
