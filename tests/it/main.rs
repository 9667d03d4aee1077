//! The integration tests: one binary, one file a promise.

mod bench;
mod sim;
