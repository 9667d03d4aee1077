//! The integration tests: one binary, one file a promise.

mod anthropic;
mod catalog;
mod cli;
mod door;
mod floors;
mod house;
mod recorded_anthropic;
mod sim;
mod wall;
