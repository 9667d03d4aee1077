//! The report of `bench proxy` on a screen.

use std::time::Duration;

use crate::bench::figures::Interval;
use crate::bench::proxy::{ProxyReport, ProxyRow};
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts};

/// Headline, table, notes.
pub(super) fn report(it: &ProxyReport, frame: Frame) -> String {
    let mut lines = vec![format!(
        "llmroute {} against a simulated provider on this machine · {} pairs of blocks, seed {} · token, routing, ledger and price on",
        it.version, it.blocks, it.seed
    )];
    let mut table = Table::new(&[
        left("SHAPE"),
        right("CONN"),
        right("DIRECT p50"),
        right("THROUGH p50").wide(),
        left("ADDED p50 [95%]"),
        left("ADDED TO FIRST"),
        right("CPU/REQ"),
        right("REQ/S").wide(),
        right("DIRECT").wide(),
        right("FAILED"),
    ]);
    for row in &it.rows {
        table.row(cells(row));
    }
    lines.push(table.draw(frame));
    if let Some(memory) = &it.memory {
        lines.push(format!("memory {} MB, at most {} MB", memory.resident_kib / 1024, memory.peak_kib / 1024));
    }
    let failures = it.rows.iter().flat_map(|row| [&row.direct.first_failure, &row.through.first_failure]);
    if let Some(failure) = failures.flatten().next() {
        lines.push(format!("the first failure: {failure}"));
    }
    lines.extend(it.notes.clone());
    lines.join("\n")
}

fn cells(row: &ProxyRow) -> [String; 10] {
    let p50 = |it: Option<Interval>| it.map_or_else(|| amounts::NONE.to_owned(), |it| micros(it.value));
    [
        row.shape.name().to_owned(),
        row.connections.to_string(),
        p50(row.direct.latency.p50),
        p50(row.through.latency.p50),
        interval(row.added),
        interval(row.added_first),
        row.cpu_per_request.map_or_else(|| amounts::NONE.to_owned(), |it| micros(it.value)),
        format!("{:.0}", row.through.per_second),
        format!("{:.0}", row.direct.per_second),
        amounts::count(row.direct.failed + row.through.failed),
    ]
}

/// `61µs [58–66]`
fn interval(it: Option<Interval>) -> String {
    let Some(it) = it else { return amounts::NONE.to_owned() };
    match (it.low, it.high) {
        (Some(low), Some(high)) => format!("{} [{low:.0}–{high:.0}]", micros(it.value)),
        _ => micros(it.value),
    }
}

/// Microseconds up to ten milliseconds, then as any duration.
fn micros(it: f64) -> String {
    if it < 10_000.0 { format!("{it:.0}µs") } else { amounts::duration(Duration::from_secs_f64(it / 1e6)) }
}
