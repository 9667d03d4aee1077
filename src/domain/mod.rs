//! Floor 0: the nouns. Plain values with no I/O, no clock and no randomness of their own.

pub mod ask;
pub mod caller;
pub mod limit;
pub mod model;
pub mod operation;
pub mod pattern;
pub mod policy;
pub mod quirks;
pub mod row;
pub mod rule;
pub mod scope;
pub mod setting;
pub mod strategy;
pub mod target;
pub mod virtual_key;
pub mod wishes;

pub mod citation;
pub mod embedding;
pub mod event;
pub mod prompt;
pub mod reply;
pub mod usage;

pub mod failure;

pub mod clock;
pub mod dialect;
pub mod dice;
pub mod id;
pub mod money;
pub mod rates;
pub mod secret;
pub mod signature;
