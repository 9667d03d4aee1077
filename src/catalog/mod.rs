//! Floor 1: what llmroute knows without being told: providers, their models and what they cost, as data.
//!
//! Owns the built-in provider table (`providers.toml` and the files beside it) the price table, what models can do, and how usage exports are written. A new compatible
//! provider is a table in one of these files and no code. Must not touch the user's file, read a clock, or decide where a request goes.

use std::sync::LazyLock;

use crate::domain::row::ProviderRow;

pub mod exports;
pub mod models;
pub mod prices;
#[cfg(test)]
mod tests;

/// The file's shape: a list of `[[provider]]` tables.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    provider: Vec<ProviderRow>,
}

/// The parts of the provider table, in the order of its rows.
const PARTS: [&str; 5] = [
    include_str!("providers.toml"),
    include_str!("providers/hosts.toml"),
    include_str!("providers/gateways.toml"),
    include_str!("providers/clouds.toml"),
    include_str!("providers/local.toml"),
];

static BUILT_IN: LazyLock<Vec<ProviderRow>> = LazyLock::new(|| {
    // The text is part of the binary and a test reads it, so it can only fail in a build that fails its tests.
    let part = |text: &str| toml::from_str::<Table>(text).expect("the compiled-in provider table is valid").provider;
    PARTS.into_iter().flat_map(part).collect()
});

/// The built-in providers, in the order they are shown and tried for `fast` and `smart`.
#[must_use]
pub fn providers() -> &'static [ProviderRow] {
    &BUILT_IN
}

/// The built-in provider of that name.
#[must_use]
pub fn provider(name: &str) -> Option<&'static ProviderRow> {
    providers().iter().find(|row| row.name == name)
}
