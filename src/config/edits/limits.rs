//! Edits of limits.

use crate::config::edits::Edits;
use crate::config::refusal::{Refusal, nearest};
use crate::domain::scope::Scope;
use crate::store::limits::{self as rows, LimitRow};

impl Edits<'_> {
    /// Sets what is given of the limit of a scope; what is not stays as it was.
    ///
    /// # Errors
    /// The scope names what is not there, or the limit would limit nothing.
    pub fn set_limit(&mut self, scope: &str, change: impl FnOnce(&mut LimitRow)) -> Result<LimitRow, Refusal> {
        let scope = self.limit_scope(scope)?;
        let written = scope.to_string();
        let known = rows::list(self.db)?.into_iter().find(|it| it.scope == written);
        let nothing = LimitRow { scope: written, requests: None, tokens: None, parallel: None, queue_ms: 0 };
        let mut row = known.unwrap_or(nothing);
        change(&mut row);
        if row.requests.is_none() && row.tokens.is_none() && row.parallel.is_none() {
            let fix = format!("llmroute limits set {} --rpm 60   or   llmroute limits remove {}", row.scope, row.scope);
            return Err(Refusal::new("no-limit", "the limit was not saved", "it would limit nothing", fix));
        }
        rows::set(self.db, &row)?;
        Ok(row)
    }

    /// Removes the limit of a scope.
    ///
    /// # Errors
    /// There is none.
    pub fn remove_limit(&mut self, scope: &str) -> Result<String, Refusal> {
        // What it was for may be gone: it is looked for as it is written.
        let written = scope.parse::<Scope>().map_or_else(|_| scope.to_owned(), |it| it.to_string());
        let all = rows::list(self.db)?;
        if all.iter().any(|it| it.scope == written) {
            rows::remove(self.db, &written)?;
            return Ok(written);
        }
        let fix = match nearest(&written, all.iter().map(|it| it.scope.as_str())) {
            Some(meant) => format!("is `{meant}` meant?"),
            None => "llmroute limits   lists them".to_owned(),
        };
        Err(Refusal::new("unknown-limit", "nothing was changed", format!("there is no limit for `{written}`"), fix))
    }

    /// A scope as it is typed, of what is there.
    fn limit_scope(&self, text: &str) -> Result<Scope, Refusal> {
        let scope: Scope = text.parse().map_err(|error: crate::domain::scope::NotAScope| {
            let fix = "write one of them: llmroute limits set team:red --rpm 60";
            Refusal::new("bad-scope", "the limit was not saved", error.to_string(), fix)
        })?;
        match &scope {
            Scope::All | Scope::Session => {}
            Scope::Customer(it) => drop(self.customer(it)?),
            Scope::Team(it) => drop(self.team(it)?),
            Scope::VirtualKey(it) => drop(self.virtual_key(it)?),
            Scope::VirtualKeyAt(it, provider) => {
                self.virtual_key(it)?;
                self.provider(provider.as_str())?;
            }
            Scope::Provider(it) => drop(self.provider(it.as_str())?),
            Scope::Model(it) => drop(self.provider(it.provider.as_str())?),
            Scope::Key(provider, key) => drop(self.key(provider.as_str(), Some(key.as_str()))?),
        }
        Ok(scope)
    }

    /// Refuses to take away a member that a limit is for: the next of its name would inherit it.
    pub(super) fn unlimited(&self, scope: &str) -> Result<(), Refusal> {
        let at = format!("{scope}/");
        let all = rows::list(self.db)?;
        let using = all.iter().find(|it| it.scope == scope || it.scope.starts_with(&at));
        let Some(it) = using else { return Ok(()) };
        let why = format!("there is a limit for {}", it.scope);
        let fix = format!("llmroute limits remove {}", it.scope);
        Err(Refusal::new("in-use", format!("{scope} was not removed"), why, fix))
    }
}
