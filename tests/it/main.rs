//! The integration tests: one binary, one file a promise.

mod floors;
mod recorded_anthropic;
mod recorded_openai;
mod sim;
mod sse;
