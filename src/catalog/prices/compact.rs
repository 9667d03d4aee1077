//! A table as others publish it, cut to what a price depends on, one model a line, so that a new version can be read as a
//! difference; left out are comments, descriptions, links, usage extractors, and the rules by which a provider is guessed.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A provider, as far as it is kept.
#[derive(Deserialize)]
struct Provider<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    fallback_model_providers: Option<&'a RawValue>,
    #[serde(borrow)]
    models: Vec<Model<'a>>,
}

/// A model, as far as it is kept. The amounts are copied digit by digit.
#[derive(Deserialize)]
struct Model<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    r#match: &'a RawValue,
    #[serde(borrow)]
    prices: Option<&'a RawValue>,
}

/// The same prices in as few words as they need. The amounts are copied digit by digit.
///
/// # Errors
/// The text is not a list of providers with models.
pub fn compact(text: &str) -> serde_json::Result<String> {
    let providers: Vec<Provider<'_>> = serde_json::from_str(text)?;
    table(&providers)
}

fn table(providers: &[Provider<'_>]) -> serde_json::Result<String> {
    let written: serde_json::Result<Vec<String>> = providers.iter().map(provider).collect();
    Ok(format!("[\n{}\n]\n", written?.join(",\n")))
}

fn provider(it: &Provider<'_>) -> serde_json::Result<String> {
    let fallbacks = it.fallback_model_providers.map_or_else(String::new, |ids| field("fallback_model_providers", ids));
    let models: serde_json::Result<Vec<String>> = it.models.iter().map(model).collect();
    Ok(format!("{{\"id\":{}{fallbacks},\"models\":[\n{}\n]}}", serde_json::to_string(&it.id)?, models?.join(",\n")))
}

fn model(it: &Model<'_>) -> serde_json::Result<String> {
    let prices = it.prices.map_or_else(String::new, |prices| field("prices", prices));
    Ok(format!("{{\"id\":{}{}{prices}}}", serde_json::to_string(&it.id)?, field("match", it.r#match)))
}

fn field(name: &str, value: &RawValue) -> String {
    format!(",\"{name}\":{value}")
}
