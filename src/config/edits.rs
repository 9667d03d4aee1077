//! The checked edits that commands make: names, targets and references are looked at before the store is asked, so
//! that a refusal says what was meant and nothing is half-written.

pub mod names;

mod aliases;
mod callers;
mod groups;
mod keys;
mod limits;
mod prices;
mod providers;
mod rules;

use std::path::Path;

use crate::config::environment::Environment;
use crate::config::refusal::{Refusal, nearest};
use crate::domain::clock::Stamp;
use crate::domain::row::ProviderRow;
use crate::store::{Db, providers as rows};

pub use groups::{canary, deadline, hedge, strategy, weighted};
pub use keys::{AddKey, AddedKey, KeyInput};
pub use rules::destination;

/// What edits are made with.
#[derive(Debug)]
pub struct Edits<'a> {
    /// The local file, open for writing.
    pub db: &'a mut Db,
    /// The built-in providers.
    pub built_in: &'a [ProviderRow],
    /// The environment.
    pub environment: &'a Environment,
    /// The file of the master key.
    pub master_key: &'a Path,
    /// The time of the edit.
    pub now: Stamp,
}

impl Edits<'_> {
    /// The row of a provider: the user's, else the built-in one.
    ///
    /// # Errors
    /// There is none of that name; says which one may be meant.
    pub fn provider(&self, name: &str) -> Result<ProviderRow, Refusal> {
        let stored = rows::get(self.db, name)?;
        let built_in = || self.built_in.iter().find(|it| it.name == name);
        if let Some(row) = stored.as_ref().and_then(|it| it.row.as_ref()).or_else(built_in) {
            return Ok(stored.as_ref().map_or_else(|| row.clone(), |it| it.settled(row)));
        }
        let own: Vec<String> = rows::list(self.db)?.into_iter().map(|it| it.name).collect();
        let known = self.built_in.iter().map(|it| it.name.as_str()).chain(own.iter().map(String::as_str));
        let add = format!("llmroute providers add {name} --base-url URL --speaks openai-chat");
        let fix = match nearest(name, known) {
            Some(meant) => format!("is `{meant}` meant?   else: {add}"),
            None => format!("llmroute providers available   lists the built-in ones;   or: {add}"),
        };
        Err(Refusal::new("unknown-provider", "nothing was changed", format!("there is no provider `{name}`"), fix))
    }
}
