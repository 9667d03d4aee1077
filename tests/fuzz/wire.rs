//! The two lowest floors of llmroute, compiled for fuzzing by themselves.

#![allow(clippy::all, dead_code, unfulfilled_lint_expectations, reason = "linted where they live")]

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/wire/mod.rs"]
pub mod wire;
