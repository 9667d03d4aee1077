//! `models alias`, checked.

use crate::config::edits::Edits;
use crate::config::refusal::Refusal;
use crate::store::{aliases, groups};

impl Edits<'_> {
    /// Gives `name` to `model`: a group, a target, or a model by any name.
    ///
    /// # Errors
    /// The name cannot be one, is taken by a group, or the model is itself such a name.
    pub fn set_alias(&mut self, name: &str, model: &str) -> Result<(), Refusal> {
        let is_plain =
            |it: &str| !it.is_empty() && it.len() <= 200 && !it.contains(|c: char| c.is_whitespace() || c.is_control());
        if !is_plain(name) || !is_plain(model) {
            return Err(refuse(name, "a name has 1 to 200 characters, none of them a space".to_owned()));
        }
        if groups::get(self.db, name)?.is_some() {
            return Err(refuse(name, format!("`{name}` is a group, and a group comes before an alias")));
        }
        let known = aliases::list(self.db)?;
        if name == model || known.iter().any(|it| it.0 == model) {
            return Err(refuse(name, format!("`{model}` is an alias itself: name what that stands for")));
        }
        if known.iter().any(|it| it.1 == name) {
            return Err(refuse(name, format!("another alias stands for `{name}`")));
        }
        Ok(aliases::set(self.db, name, model)?)
    }

    /// Takes `name` back.
    ///
    /// # Errors
    /// It is no alias.
    pub fn remove_alias(&mut self, name: &str) -> Result<(), Refusal> {
        if aliases::remove(self.db, name)? {
            return Ok(());
        }
        Err(Refusal::new(
            "unknown-alias",
            "nothing was changed",
            format!("there is no alias `{name}`"),
            "llmroute models   lists what can be sent",
        ))
    }
}

fn refuse(name: &str, why: String) -> Refusal {
    let fix = format!("llmroute models alias {name}=MODEL   (a group, PROVIDER/MODEL, or a model)");
    Refusal::new("bad-alias", "the alias was not saved", why, fix)
}
