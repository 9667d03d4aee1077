//! The integration tests: one binary, one file a promise.

mod cli;
mod anthropic;
mod catalog;
mod floors;
mod recorded_anthropic;
mod sim;
