//! Edits of providers.

use crate::config::edits::Edits;
use crate::config::load;
use crate::config::refusal::{Refusal, nearest};
use crate::domain::policy::Auth;
use crate::domain::row::ProviderRow;
use crate::domain::setting;
use crate::store::providers::{self as rows, Removed, Users};

impl Edits<'_> {
    /// Adds a provider of the user's. One of a built-in provider's name replaces that.
    ///
    /// # Errors
    /// The row is wrong (everything about it is said), or the user has one of that name.
    pub fn add_provider(&mut self, row: &ProviderRow) -> Result<(), Refusal> {
        check(row)?;
        self.check_own_keys(row)?;
        Ok(rows::add(self.db, row)?)
    }

    /// Adds a provider or replaces the user's row of that name.
    ///
    /// # Errors
    /// The row is wrong: everything about it is said.
    pub fn put_provider(&mut self, row: &ProviderRow) -> Result<(), Refusal> {
        check(row)?;
        self.check_own_keys(row)?;
        Ok(rows::replace(self.db, row)?)
    }

    /// Switches a provider on or off, a built-in one too.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn set_provider_enabled(&mut self, name: &str, enabled: bool) -> Result<(), Refusal> {
        let row = self.provider(name)?;
        if enabled {
            self.check_own_keys(&row)?;
        }
        Ok(rows::set_enabled(self.db, name, enabled)?)
    }

    /// A client's own key belongs to one vendor, and nothing tells to which: of the providers that take such keys, no two
    /// that are enabled may speak the same dialect, or one vendor would be shown what is another's.
    fn check_own_keys(&self, row: &ProviderRow) -> Result<(), Refusal> {
        if row.auth != Auth::Client {
            return Ok(());
        }
        let others = rows::list(self.db)?.into_iter().filter(|it| it.enabled && it.name != row.name);
        let taken = others.filter_map(|it| it.row).filter(|it| it.auth == Auth::Client);
        for other in taken {
            if let Some(dialect) = load::shared_dialect(row, &other) {
                return Err(Refusal::new(
                    "own-keys-taken",
                    "nothing was changed",
                    format!(
                        "clients' own keys of {dialect} go to `{}` already, and one vendor must not be shown what is another's",
                        other.name
                    ),
                    format!(
                        "llmroute providers disable {}   or   llmroute providers remove {}",
                        other.name, other.name
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Gives settings of a provider their values, of a built-in one too; an empty value takes one away.
    ///
    /// # Errors
    /// There is no provider of that name, it has no such setting, or a value cannot stand in an address.
    pub fn set_settings(&mut self, name: &str, values: &[(String, String)]) -> Result<(), Refusal> {
        self.check_settings(&self.provider(name)?, values)?;
        Ok(rows::set(self.db, name, values)?)
    }

    /// Looks at values for the settings of a provider without keeping them.
    ///
    /// # Errors
    /// It has no such setting, or a value cannot stand in an address.
    pub fn check_settings(&self, row: &ProviderRow, values: &[(String, String)]) -> Result<(), Refusal> {
        let name = &row.name;
        let known = || row.settings.iter().map(|it| it.name.as_str());
        for (setting, value) in values {
            let refuse = |why, fix| Err(Refusal::new("bad-setting", "nothing was changed", why, fix));
            if !known().any(|it| it == setting) {
                let why = format!("`{name}` has no setting `{setting}`");
                return refuse(
                    why,
                    match (nearest(setting, known()), known().collect::<Vec<_>>().join(", ")) {
                        (Some(meant), _) => format!("llmroute providers set {name} {meant}=VALUE"),
                        (None, all) if all.is_empty() => "it needs none".to_owned(),
                        (None, all) => format!("it has: {all}"),
                    },
                );
            }
            if !value.is_empty()
                && let Err(unfit) = setting::clean(value)
            {
                let why = format!("this is no value for `{setting}`: {unfit}");
                return refuse(why, format!("llmroute providers set {name} {setting}=VALUE"));
            }
        }
        Ok(())
    }

    /// Removes the user's row of a provider. A built-in provider of that name comes back; a built-in provider itself
    /// can only be switched off.
    ///
    /// # Errors
    /// There is none of that name, it is built in, a rule sends to it, or it is in use and `users` says to refuse then.
    pub fn remove_provider(&mut self, name: &str, users: Users) -> Result<Removed, Refusal> {
        self.provider(name)?;
        let own = rows::get(self.db, name)?.is_some_and(|it| it.row.is_some());
        // A built-in provider of that name comes back, and serves the rules from then on.
        if !self.built_in.iter().any(|it| it.name == name) {
            self.unruled(&format!("the provider {name}"), |it| it.split_once('/').is_some_and(|it| it.0 == name))?;
            self.no_canary_of(name)?;
        }
        if !own && users == Users::Refuse {
            return Err(Refusal::new(
                "built-in",
                format!("`{name}` was not removed"),
                "it is a built-in provider",
                format!("llmroute providers disable {name}"),
            ));
        }
        Ok(rows::remove(self.db, name, users)?)
    }
}

fn check(row: &ProviderRow) -> Result<(), Refusal> {
    let problems = load::check_provider(row);
    if problems.is_empty() {
        return Ok(());
    }
    let why: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let fix: Vec<&str> = problems.iter().map(|it| it.fix.as_str()).collect();
    Err(Refusal::new("bad-provider", "the provider was not saved", why.join("\n"), fix.join("\n")))
}
