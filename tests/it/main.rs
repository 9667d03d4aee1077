//! The integration tests, in one binary.

mod catalog;
mod floors;
