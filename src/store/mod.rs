//! Floor 1: the local SQLite file. Opens and migrates it, keeps the policy rows, writes the ledger, answers questions
//! about it. The only room that touches SQLite.
//!
//! Must not: interpret the policy (that is `config`'s), see an unsealed secret, or do anything on the network.
//!
//! - [`open`]: one connection, checked and migrated.
//! - [`providers`], [`keys`], [`groups`], [`weights`], [`aliases`], [`rules`], [`budgets`], [`members`], [`virtual_keys`], [`limits`]: edits of the policy, one transaction each;
//!   [`policy`] reads all
//!   of it at one moment.
//! - [`health`], [`canaries`]: what a restart must not forget of the fleet.
//! - [`ledger`]: the journal and the one writer thread of a process.
//! - `rollups`: the ledger summed up by the hour, kept with its rows.
//! - [`stats`], [`requests`], [`decisions`], [`spent`]: reading the ledger. [`info`]: how large what is.
//! - [`responses`]: answers that clients may go on from.
//! - [`vault`]: what providers want back of their answers and clients do not carry.
//! - [`server_lock`]: which process is the running server.
//! - [`private_file`]: files and folders nobody else may read; used by `config` for keys and tokens too.

pub mod error;
pub mod open;
pub mod private_file;

mod migrations;

pub mod aliases;
pub mod budgets;
pub mod canaries;
pub mod groups;
pub mod health;
pub mod keys;
pub mod limits;
pub mod members;
pub mod policy;
pub mod prices;
pub mod providers;
pub mod rules;
pub mod virtual_keys;
pub mod weights;

pub mod decisions;
pub mod info;
pub mod ledger;
pub mod requests;
pub mod responses;
mod rollups;
pub mod server_lock;
pub mod spent;
pub mod stats;
pub mod vault;

pub use error::StoreError;
pub use groups::{CanarySetting, DeadlineSettings, GroupRow, GroupSettings, HedgeSetting};
pub use health::HealthRow;
pub use keys::{KeyRow, KeySource, NewKey};
pub use ledger::{
    AttemptRecord, AttemptState, Baseline, Cost, DecisionNote, FailureNote, Head, Intent, Ledger, LedgerError, Mark,
    Outcome, ProcessKind, RequestRecord, Slot,
};
pub use open::{Access, Db, open};
pub use policy::PolicyRows;
pub use providers::StoredProvider;
pub use rules::RuleRow;
pub use virtual_keys::VirtualKeyRow;
