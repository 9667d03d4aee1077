//! The integration tests: one binary, one file a promise.

mod anthropic;
mod bench;
mod catalog;
mod cli;
mod config;
mod cross_dialect;
mod door;
mod faults;
mod floors;
mod house;
mod kept_responses;
mod kill;
mod ledger;
mod openai_chat;
mod openai_responses;
mod recorded_anthropic;
mod recorded_openai;
mod recorded_responses;
mod replay;
mod responses_stream;
mod sim;
mod sse;
mod store;
mod tls;
mod wall;
mod weights;
