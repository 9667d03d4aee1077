//! Every recorded exchange, accounted for: what each check came to, as a table by provider, by API and by feature.
//! `cargo test --test it -- recorded_table --nocapture` prints it.

mod answers;
mod asked;
mod costs;
pub(crate) mod exchange;
mod requests;
pub(crate) mod streams;
mod table;

use std::panic::{AssertUnwindSafe, catch_unwind};

use exchange::Exchange;

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Passed,
    /// There is nothing to check, and why.
    Beside(&'static str),
    /// It does not hold, and how.
    Failed(String),
}

/// A check: panics where it does not hold.
type Check = fn(&Exchange) -> Outcome;

/// The checks by the name of their column.
const CHECKS: [(&str, Check); 8] = [
    ("request", requests::comes_back),
    ("request, other", requests::comes_back_through_every_other),
    ("answer", answers::says_what_its_json_says),
    ("answer, clients", answers::reaches_every_client),
    ("split", streams::is_the_same_however_it_is_cut),
    ("usage", answers::counts_what_is_stated),
    ("cost", answers::costs_what_is_stated),
    ("price", costs::is_ours),
];

/// Runs a check; a panic is a failure.
fn run(check: Check, exchange: &Exchange) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| check(exchange))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Outcome::Failed(text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned())).unwrap_or_default())
    })
}

#[test]
fn recorded_table() {
    let Some(all) = exchange::all() else { return };
    assert_eq!(all.len(), 394, "the index has changed");
    let rows: Vec<table::Row> = all.iter().map(table::Row::of).collect();
    eprint!("{}", table::shown(&rows));
    let failures: Vec<String> = rows.iter().flat_map(table::Row::failures).collect();
    assert!(failures.is_empty(), "{} checks fail:\n{}", failures.len(), failures.join("\n"));
}
