//! `keys set`: what a key is for, and its share.

use clap::Args;
use serde::Serialize;

use crate::cli::diag::{Diag, Done};
use crate::cli::keys::listed;
use crate::cli::session::Session;
use crate::domain::pattern::Pattern;

/// What is to be another.
#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = true)]
pub(super) struct Set {
    /// The only models that it is used for.
    #[arg(long, value_name = "MODEL,…", value_delimiter = ',', num_args = 1..)]
    models: Vec<String>,
    /// It is used for any model again.
    #[arg(long, conflicts_with = "models")]
    any_model: bool,
    /// Its share among the keys of its provider; 0 keeps it as a fallback only.
    #[arg(long, value_name = "N")]
    weight: Option<f64>,
}

/// The document of `keys set`.
#[derive(Debug, Serialize)]
struct Changed<'a> {
    schema_version: u32,
    provider: &'a str,
    name: &'a str,
    /// The models that it is for; none means any.
    models: Vec<Pattern>,
    weight: f64,
}

impl Set {
    pub(super) fn run(&self, session: &Session, provider: &str, name: Option<&str>) -> Done {
        let models = self.models.iter().map(|it| it.parse::<Pattern>()).collect::<Result<Vec<_>, _>>();
        let models = models.map_err(|error| {
            Diag::usage(error, "a key is for models by the names their provider has for them").fix("--models gpt-5*")
        })?;
        let row = session.edit(|edits| {
            if self.any_model || !models.is_empty() {
                edits.set_key_models(provider, name, &models)?;
            }
            if let Some(weight) = self.weight {
                edits.set_key_weight(provider, name, weight)?;
            }
            edits.key(provider, name)
        })?;
        let what = if row.models.is_empty() { "any model".to_owned() } else { listed(&row.models) };
        let text = format!("✓ {provider} {}: for {what}, weight {}", row.name, row.weight);
        let (models, weight) = (row.models, row.weight);
        session.screen.did(&Changed { schema_version: 1, provider, name: &row.name, models, weight }, text)
    }
}
