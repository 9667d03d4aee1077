//! (e) What an answer says that it cost is what its counts cost by the price table.

use llmroute::catalog;
use llmroute::catalog::prices::{PriceBook, Tariff};
use llmroute::domain::clock::Stamp;
use llmroute::domain::id::ModelName;
use llmroute::domain::policy::{Auth, Billing, Provider};

use super::Outcome;
use super::answers::reply;
use super::exchange::Exchange;

/// 2026-11-20, 12:00 UTC: the prices of the table that is compiled in.
const NOW: Stamp = Stamp(1_795_176_000_000_000);

/// Where they differ, and why. Such amounts are estimates, and say so.
const DIFFER: [(&str, &str); 7] = [
    ("test-openrouter-web-search-annotations-stream", "a fee for a search that the table does not have"),
    ("multimodal-audio-analysis-prompt", "a price for sound that the table does not have"),
    ("test-openrouter-file-annotation", "a fee for reading a file, which no count shows"),
    ("raw-stream-capture-matrix-stream-raw-exposes-terminal-usage-and-object", SEARCH_CONTEXT),
    ("migration-pain-points-text-only-content-parts-are-flattened", SEARCH_CONTEXT),
    ("chat-chat-history-smoke-1", SEARCH_CONTEXT),
    ("prompt-caching-streaming-probe-2", SEARCH_CONTEXT),
];
const SEARCH_CONTEXT: &str = "a fee for each request by how much is searched, of which the table has the highest";

pub(super) fn is_ours(exchange: &Exchange) -> Outcome {
    if exchange.status >= 400 || !exchange.features.iter().any(|it| it == "cost_reported") {
        return Outcome::Beside("no cost is stated");
    }
    // One was recorded at a gateway that speaks Anthropic.
    let name = if exchange.provider == "anthropic" { "openrouter" } else { &exchange.provider };
    let row = catalog::provider(name).unwrap();
    let book = PriceBook::bundled();
    book.load(row.price_id.as_deref().unwrap()).unwrap();
    let provider = Provider::new(row.name.as_str().into(), Vec::new(), Auth::Bearer);
    let provider = Provider { price_id: row.price_id.clone(), ..provider };
    let tariff = Tariff { overrides: &[], book: Some(&book) };
    let (usage, served) = (reply(exchange).usage.unwrap(), reply(exchange).model);
    let asked = exchange.asked().and_then(|it| it["model"].as_str().map(str::to_owned));
    let mut models = std::iter::once(served).chain(asked);
    // As the ledger does: by the model that served, else by the one that was asked for.
    let priced = models
        .find_map(|it| tariff.cost(&provider, &ModelName::from(it), Billing::Metered, &usage, NOW))
        .unwrap_or_else(|| panic!("{name} has no price for it"));
    let stated = usage.cost_reported.unwrap();
    let differs = DIFFER.iter().find(|it| exchange.file.contains(it.0));
    let apart = (priced.usd.pico() - stated.pico()).abs();
    match differs {
        // Providers state millionths of a cent, or less.
        None => assert!(apart <= 10_000, "{stated:?} stated, {priced:?} ours"),
        Some((_, why)) => assert!(apart > 10_000 && !priced.exact, "{why}: {stated:?} stated, {priced:?} ours"),
    }
    Outcome::Passed
}
