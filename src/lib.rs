//! # llmroute: the house
//!
//! A request walks down the floors and its answer walks back up; two doors touch HTTP, one room
//! touches SQLite, and every choice in between is a function of values.
//!
//! ## Floors (imports go down only, never sideways; `tests/it/floors.rs` guards it)
//! ```text
//! 5 cli → 4 server, bench, sim → 3 engine → 2 upstream, config → 1 route, wire, catalog, store → 0 domain
//! ```
//! Each outside crate has one owner: axum in `server` and `sim`, reqwest in `upstream`, rusqlite in `store`, clap,
//! comfy-table and indicatif in `cli`, csv in `cli` and `catalog`, toml in `config` and `catalog`. hyper is in three rooms: `server` and `sim`
//! serve with it, and `upstream` sends to providers with its client and rustls, because the layers that reqwest lays
//! over them were a fifth of the CPU of a small request. reqwest asks our own server.
//!
//! ## The rooms, in the order a request meets them
//! - [`cli`]: the terminal. One file a subcommand; `cli::view` draws. Decides nothing.
//! - [`server`]: the near door. HTTP request → [`engine::Call`], [`engine::Answer`] → HTTP response. Sees no JSON
//!   body and no provider name.
//! - [`engine`]: the life of a request, top-down in `engine/mod.rs`. The only stateful async room.
//! - [`route`]: the decision. No I/O, no clock, no randomness but the seed it is given.
//! - [`upstream`]: the far door: address, authorisation, sending, the verdict on an answer.
//! - [`wire`]: the dialects. Bytes ↔ hub; knows no provider and no price.
//! - [`config`]: rows → one checked [`domain::policy::Policy`], secrets, paths.
//! - [`catalog`]: built-in providers, models and prices, as data.
//! - [`store`]: the SQLite file: migrations, the one writer thread, ledger, statistics.
//! - [`sim`]: simulated providers with a billing meter, for `--demo`, benchmarks and tests. Never uses `wire`.
//! - [`bench`]: measures; `bench proxy` compares a direct call with one through llmroute.
//! - [`domain`]: the nouns everybody shares.
//!
//! ## Invariants
//! 1. `route` performs no I/O and reads no clock.
//! 2. Nothing above `upstream` sees a provider secret: [`domain::secret::Secret`] is opened there only.
//! 3. A stream commits at its first *content*; before it a failure moves on to the next target, after it the
//!    client is told, in its own dialect.
//! 4. Every request that reached a provider leaves exactly one ledger row, and one for each attempt, also when
//!    the client hangs up or the process is killed.
//! 5. Money is integer ([`domain::money::Usd`], pico-dollars).
//! 6. In the verbatim lane, bytes out equal bytes in.
//! 7. No lock is held across `.await`; every queue is bounded.
//! 8. On its way a request turns to the disk in one place: it is not sent before its intent is in the journal. (A
//!    conversation that a client names by id is read before that.)

pub mod cli;

pub mod bench;
pub mod server;
pub mod sim;

pub mod engine;

pub mod config;
pub mod upstream;

pub mod catalog;
pub mod route;
pub mod store;
pub mod wire;

pub mod domain;
