//! The integration tests: one binary, one file a promise.

mod bench;
mod floors;
mod sim;
