//! Tests of whole rooms through their public doors, in one binary.

mod recorded_anthropic;
