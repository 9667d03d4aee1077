//! The integration tests: one binary, one file a promise.

mod anthropic;
mod catalog;
mod config;
mod door;
mod floors;
mod house;
mod ledger;
mod recorded_anthropic;
mod sim;
mod store;
mod wall;
