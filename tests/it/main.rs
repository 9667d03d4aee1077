//! The integration tests: one binary, one file a promise.

mod anthropic;
mod cross_dialect;
mod floors;
mod recorded_anthropic;
mod sim;
