//! Rewrites the price table that is compiled in, from `genai-prices`' "v2" data:
//!
//! ```text
//! cargo run --example price_table -- path/to/data.json
//! ```
//!
//! Set `BUNDLED` in `src/catalog/prices/book.rs` to the version the data are of.

use std::path::Path;

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let path = std::env::args().nth(1).context("say which file: price_table path/to/data.json")?;
    let text = std::fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
    let table = llmroute::catalog::prices::compact(&text).with_context(|| format!("{path} is no such table"))?;
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalog/prices/table/table.json");
    std::fs::write(&written, table).with_context(|| format!("{} cannot be written", written.display()))
}
