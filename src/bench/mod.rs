//! Measuring. So far: what llmroute itself adds to a call (`bench proxy`).
//!
//! `shape` says what is asked, `connection` asks it over one kept socket, `load` drives many of them in a closed or
//! open loop, `process` reads what a process costs, `figures` are the statistics (pure), `proxy` is the plan and its
//! report. Knows no provider, no price and no key: it is given addresses and finished request bytes.

pub mod connection;
pub mod figures;
pub mod load;
pub mod process;
pub mod proxy;
pub mod shape;
