//! What statistics over a month cost on a ledger of a million requests. The ledger is written once (a minute or so) and
//! kept in the target folder; `LLMROUTE_ROWS` makes it another size.

#[path = "../tests/it/ledger/generate.rs"]
mod generate;

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use llmroute::domain::clock::Stamp;
use llmroute::store::stats::{self, By, Range};
use llmroute::store::{Access, open};

fn ledger() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a bench is told its size")]
    let size = std::env::var("LLMROUTE_ROWS").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000_000);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("ledger-{size}")).join("llmroute.db");
    let whole = path.with_file_name("whole");
    if !whole.exists() {
        if let Some(folder) = path.parent() {
            let _absent = std::fs::remove_dir_all(folder);
        }
        generate::fill(&path, size);
        std::fs::write(whole, "").expect("the target folder can be written");
    }
    path
}

fn month(bench: &mut Criterion) {
    let db = open(&ledger(), Access::ReadOnly).expect("the ledger opens");
    let day = 86_400_000_000;
    let month = Range { from: Stamp(generate::END.0 - 30 * day), to: Stamp(generate::END.0 + 1) };
    let year = Range { from: Stamp(generate::END.0 - 371 * day), to: month.to };
    let zone = TimeZone::get("Europe/Berlin").expect("a zone");
    // What the command reads.
    let all = [By::Model, By::Day(zone.clone()), By::Client];
    bench.bench_function("stats/30d, as the command", |it| it.iter(|| stats::survey(&db, black_box(month), &all)));
    for (name, by) in [("model", By::Model), ("hour", By::Hour(zone.clone())), ("session", By::Session)] {
        let name = format!("stats/30d, by {name}");
        bench.bench_function(&name, |it| it.iter(|| stats::report(&db, black_box(month), &by)));
    }
    bench.bench_function("stats/53 weeks of days", |it| it.iter(|| stats::days(&db, black_box(year), &zone)));
    bench.bench_function("stats/totals of a day", |it| {
        let today = Range { from: Stamp(generate::END.0 - day / 2), to: month.to };
        it.iter(|| stats::report(&db, black_box(today), &By::Total));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = month
}
criterion_main!(benches);
