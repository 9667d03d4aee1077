//! What pricing one answer costs, by the table and by the user's own prices.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use llmroute::catalog::prices::{PriceBook, UnitPrices, price};
use llmroute::domain::clock::Stamp;
use llmroute::domain::money::Usd;
use llmroute::domain::usage::{Source, Usage};

fn prices(bench: &mut Criterion) {
    let book = PriceBook::bundled();
    for price_id in ["anthropic", "openrouter"] {
        book.load(price_id).expect("the compiled-in table is valid");
    }
    let usage = Usage {
        input: 12_000,
        cache_read: 9_000,
        cache_write: 1_000,
        output: 800,
        source: Source::Provider,
        ..Usage::default()
    };
    let at = Stamp(1_795_176_000_000_000);
    bench.bench_function("price/table", |it| {
        it.iter(|| book.price(black_box("anthropic"), black_box("claude-sonnet-5-5"), black_box(&usage), at));
    });
    bench.bench_function("price/table, long list of models", |it| {
        it.iter(|| book.price(black_box("openrouter"), black_box("z-ai/glm-5.3"), black_box(&usage), at));
    });
    let own = UnitPrices {
        input: Usd::from_pico(2_000_000_000_000),
        output: Usd::from_pico(10_000_000_000_000),
        cache_read: Some(Usd::from_pico(100_000_000_000)),
        ..UnitPrices::default()
    };
    bench.bench_function("price/own", |it| it.iter(|| price(black_box(&usage), black_box(&own))));
}

criterion_group!(benches, prices);
criterion_main!(benches);
