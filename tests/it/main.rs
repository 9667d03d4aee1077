//! Tests of whole rooms through their public doors, in one binary.

mod anthropic;
mod recorded_anthropic;
