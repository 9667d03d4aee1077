//! Rewrites the facts about models that are compiled in, from LiteLLM's table and that of models.dev:
//!
//! ```text
//! cargo run --example model_facts -- litellm_model_prices.json.gz models_dev.json.gz
//! ```
//!
//! Only facts are taken, and written in a form of our own, one model a line, so that a new version can be read as a
//! difference.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;

mod make;

fn main() -> anyhow::Result<()> {
    let mut paths = std::env::args().skip(1);
    let mut next = |what: &str| -> anyhow::Result<String> {
        let path = paths.next().with_context(|| format!("say where {what} is"))?;
        let packed = std::fs::read(&path).with_context(|| format!("{path} cannot be read"))?;
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text)?;
        Ok(text)
    };
    let (litellm, models_dev) = (next("LiteLLM's table")?, next("models.dev's table")?);
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalog/models/facts.tsv");
    let facts = make::facts(&serde_json::from_str(&litellm)?, &serde_json::from_str(&models_dev)?);
    std::fs::write(&written, facts).with_context(|| format!("{} cannot be written", written.display()))
}
