//! The integration tests: one binary, one file a promise.

mod anthropic;
mod bench;
mod catalog;
mod floors;
mod recorded_anthropic;
mod sim;
