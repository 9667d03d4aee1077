//! Edits of budgets.

use jiff::tz::TimeZone;

use crate::config::edits::Edits;
use crate::config::load::{self, FAST, SMART};
use crate::config::refusal::{Refusal, nearest};
use crate::domain::budget::{self, Then, short};
use crate::domain::clock::Stamp;
use crate::domain::scope::Scope;
use crate::store::budgets::{self as rows, BudgetRow};
use crate::store::{groups, keys, members, virtual_keys};

/// What `budgets set` is given beside scope and amount. What is not given stays as it is.
#[derive(Debug, Clone, Default)]
pub struct BudgetInput {
    /// Percentages with commas between them; empty for none.
    pub warn: Option<String>,
    /// What happens to what it has no room for.
    pub then: Option<String>,
    /// The time zone of its calendar.
    pub zone: Option<String>,
}

impl Edits<'_> {
    /// Makes a budget of `amount`, as `10/day`, or changes the one of that scope and period.
    ///
    /// # Errors
    /// The scope, amount, period, percentages or zone mean nothing, or something that is named is not there.
    pub fn set_budget(&mut self, scope: &str, amount: &str, input: BudgetInput) -> Result<BudgetRow, Refusal> {
        let scope = self.counted(scope)?;
        let (usd, period) = budget::amount(amount)
            .map_err(|it| bad(it.to_string(), format!("llmroute budgets set {} 10/day", short(&scope))))?;
        let period = period.to_string();
        let was = rows::list(self.db)?.into_iter().find(|it| it.scope == scope.to_string() && it.period == period);
        let row = BudgetRow {
            warn: input.warn.or_else(|| Some(was.as_ref()?.warn.clone())).unwrap_or_default(),
            then: input.then.or_else(|| Some(was.as_ref()?.then.clone())).unwrap_or_else(|| "stop".to_owned()),
            zone: input.zone.or_else(|| was.as_ref()?.zone.clone()),
            lifted: was.and_then(|it| it.lifted),
            scope: scope.to_string(),
            period,
            amount: usd,
        };
        let found =
            load::budget(&row, &TimeZone::UTC).map_err(|it| bad(it.what, "llmroute budgets set --help".to_owned()))?;
        if let Then::Downgrade(group) = &found.then {
            self.has_group(group.as_str())?;
        }
        rows::set(self.db, &row)?;
        Ok(row)
    }

    /// Removes the budgets of a scope, or only the one of that period. Says how many there were.
    ///
    /// # Errors
    /// There is none.
    pub fn remove_budget(&mut self, scope: &str, period: Option<&str>) -> Result<usize, Refusal> {
        let scope = scoped(scope)?.to_string();
        let period = period.map(str::parse::<budget::Period>).transpose();
        let period = period.map_err(|it| bad(it.to_string(), "llmroute budgets   lists them".to_owned()))?;
        match rows::remove(self.db, &scope, period.map(|it| it.to_string()).as_deref())? {
            0 => Err(self.unknown_budget(&scope)?),
            n => Ok(n),
        }
    }

    /// Lets the budgets of a scope refuse nothing until `until`; they count on. Says how many there are.
    ///
    /// # Errors
    /// There is none.
    pub fn lift_budget(&mut self, scope: &str, until: Stamp) -> Result<usize, Refusal> {
        let scope = scoped(scope)?.to_string();
        match rows::lift(self.db, &scope, until)? {
            0 => Err(self.unknown_budget(&scope)?),
            n => Ok(n),
        }
    }

    /// Refuses to take away the group that a budget sends to.
    pub(super) fn no_downgrade_to(&self, name: &str) -> Result<(), Refusal> {
        let then = format!("downgrade={name}");
        match rows::list(self.db)?.into_iter().find(|it| it.then == then) {
            None => Ok(()),
            Some(it) => Err(Refusal::new(
                "in-use",
                format!("the group {name} was not removed"),
                format!("the budget {}/{} sends to it", it.scope, it.period),
                format!("llmroute budgets remove {} {}", it.scope, it.period),
            )),
        }
    }

    /// A scope whose provider, key or member is there: a budget that counts nobody would be a promise that holds nothing.
    fn counted(&self, text: &str) -> Result<Scope, Refusal> {
        let scope = scoped(text)?;
        match &scope {
            Scope::All | Scope::Session => {}
            Scope::Provider(it) => drop(self.provider(it.as_str())?),
            Scope::Model(it) => drop(self.provider(it.provider.as_str())?),
            Scope::Key(provider, key) => {
                self.provider(provider.as_str())?;
                let all = keys::list(self.db)?;
                let own = all.iter().filter(|it| it.provider == provider.as_str()).map(|it| it.name.as_str());
                // A key of the environment was never added, and has no row.
                named("key", key.as_str(), own.chain(["env"]))?;
            }
            Scope::Customer(it) => {
                let all = members::customers(self.db)?;
                named("customer", it, all.iter().map(|it| it.name.as_str()))?;
            }
            Scope::Team(it) => {
                let all = members::teams(self.db)?;
                named("team", it, all.iter().map(|it| it.name.as_str()))?;
            }
            Scope::VirtualKey(it) | Scope::VirtualKeyAt(it, _) => {
                let all = virtual_keys::list(self.db)?;
                named("virtual key", it, all.iter().map(|it| &*it.caller.virtual_key.name))?;
                if let Scope::VirtualKeyAt(_, provider) = &scope {
                    self.provider(provider.as_str())?;
                }
            }
        }
        Ok(scope)
    }

    fn has_group(&self, name: &str) -> Result<(), Refusal> {
        if [FAST, SMART].contains(&name) || groups::get(self.db, name)?.is_some() {
            return Ok(());
        }
        let own = groups::list(self.db)?;
        named("group", name, own.iter().map(|it| it.name.as_str()).chain([FAST, SMART]))
    }

    fn unknown_budget(&self, scope: &str) -> Result<Refusal, Refusal> {
        let all = rows::list(self.db)?;
        let fix = match nearest(scope, all.iter().map(|it| it.scope.as_str())) {
            Some(meant) => format!("is `{meant}` meant?"),
            None => "llmroute budgets   lists them".to_owned(),
        };
        Ok(Refusal::new("unknown-budget", "nothing was changed", format!("there is no such budget of `{scope}`"), fix))
    }
}

fn scoped(text: &str) -> Result<Scope, Refusal> {
    text.parse().map_err(|it: crate::domain::scope::NotAScope| {
        bad(it.to_string(), "llmroute budgets set all 10/day".to_owned())
    })
}

fn named<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let known: Vec<&str> = known.collect();
    if known.contains(&name) {
        return Ok(());
    }
    let fix = match nearest(name, known.iter().copied()) {
        Some(meant) => format!("is `{meant}` meant?"),
        None if known.is_empty() => format!("there is no {what} yet"),
        None => format!("there are: {}", known.join(", ")),
    };
    Err(bad(format!("there is no {what} `{name}`"), fix))
}

fn bad(why: String, fix: String) -> Refusal {
    Refusal::new("bad-budget", "the budget was not saved", why, fix)
}
