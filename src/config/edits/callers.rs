//! Edits of virtual keys, teams and customers.

use crate::config::edits::{Edits, names};
use crate::config::refusal::{Refusal, nearest};
use crate::config::token::{self, HandedOut};
use crate::domain::rule::Scope;
use crate::domain::virtual_key::{Allowed, Grant};
use crate::store::members::{self, CustomerRow, TeamRow};
use crate::store::virtual_keys::{self as rows, NewVirtualKey};
use crate::store::{VirtualKeyRow, groups, rules};

impl Edits<'_> {
    /// Adds a virtual key. Its token is returned, and kept nowhere.
    ///
    /// # Errors
    /// Its name is taken or none, there is no such team, customer, group or provider, or it would belong to two customers.
    pub fn add_virtual_key(&mut self, key: &NewVirtualKey<'_>) -> Result<(VirtualKeyRow, HandedOut), Refusal> {
        names::member("virtual key", key.name)?;
        if rows::list(self.db)?.iter().any(|it| it.removed.is_none() && *it.caller.virtual_key.name == *key.name) {
            let why = format!("there is a virtual key `{}` already", key.name);
            let fix = format!("llmroute virtual-keys rotate {}   gives that one another token", key.name);
            return Err(Refusal::new("exists", "no virtual key was added", why, fix));
        }
        self.check_membership(key.team, key.customer)?;
        self.check_grant(key.grant)?;
        if key.expires.is_some_and(|it| it <= key.created) {
            let fix = "name a time to come: --expires 30d   or   --expires 2027-01-31";
            return Err(Refusal::new("bad-time", "no virtual key was added", "it would have expired already", fix));
        }
        let token = token::of_virtual_key()?;
        rows::add(self.db, key, &token.digest(), &token.hint())?;
        Ok((self.virtual_key(key.name)?, token))
    }

    /// Gives a virtual key another token; the one before it is of no use from then on.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn rotate_virtual_key(&mut self, name: &str) -> Result<(VirtualKeyRow, HandedOut), Refusal> {
        self.virtual_key(name)?;
        let token = token::of_virtual_key()?;
        rows::rotate(self.db, name, &token.digest(), &token.hint())?;
        Ok((self.virtual_key(name)?, token))
    }

    /// Removes a virtual key. What it did stays in the ledger under its name, which is free again.
    ///
    /// # Errors
    /// There is none of that name, or a rule is for its requests.
    pub fn remove_virtual_key(&mut self, name: &str) -> Result<(), Refusal> {
        self.virtual_key(name)?;
        self.unscoped(&Scope::VirtualKey(name.to_owned()))?;
        Ok(rows::remove(self.db, name, self.now)?)
    }

    /// The virtual key of that name.
    ///
    /// # Errors
    /// There is none; says which one may be meant.
    pub fn virtual_key(&self, name: &str) -> Result<VirtualKeyRow, Refusal> {
        let all = rows::list(self.db)?.into_iter().filter(|it| it.removed.is_none());
        let (mut found, others): (Vec<_>, Vec<_>) = all.partition(|it| *it.caller.virtual_key.name == *name);
        match found.pop() {
            Some(it) => Ok(it),
            None => {
                Err(unknown("virtual key", "virtual-keys", others.iter().map(|it| &*it.caller.virtual_key.name), name))
            }
        }
    }

    /// Adds a team, to a customer or to none.
    ///
    /// # Errors
    /// Its name is taken or none, or there is no such customer.
    pub fn add_team(&mut self, name: &str, customer: Option<&str>) -> Result<(), Refusal> {
        names::member("team", name)?;
        customer.map(|it| self.customer(it)).transpose()?;
        members::add_team(self.db, name, customer, self.now)?;
        Ok(())
    }

    /// Adds a customer.
    ///
    /// # Errors
    /// Its name is taken or none.
    pub fn add_customer(&mut self, name: &str) -> Result<(), Refusal> {
        names::member("customer", name)?;
        members::add_customer(self.db, name, self.now)?;
        Ok(())
    }

    /// Removes a team.
    ///
    /// # Errors
    /// There is none of that name, virtual keys belong to it, or a rule is for its requests.
    pub fn remove_team(&mut self, name: &str) -> Result<(), Refusal> {
        self.team(name)?;
        self.unscoped(&Scope::Team(name.to_owned()))?;
        Ok(members::remove_team(self.db, name, self.now)?)
    }

    /// Removes a customer.
    ///
    /// # Errors
    /// There is none of that name, teams or virtual keys belong to it, or a rule is for its requests.
    pub fn remove_customer(&mut self, name: &str) -> Result<(), Refusal> {
        self.customer(name)?;
        self.unscoped(&Scope::Customer(name.to_owned()))?;
        Ok(members::remove_customer(self.db, name, self.now)?)
    }

    /// The team of that name.
    ///
    /// # Errors
    /// There is none; says which one may be meant.
    pub fn team(&self, name: &str) -> Result<TeamRow, Refusal> {
        let all = members::teams(self.db)?;
        let found = all.iter().find(|it| it.name == name).cloned();
        found.ok_or_else(|| unknown("team", "teams", all.iter().map(|it| it.name.as_str()), name))
    }

    /// The customer of that name.
    ///
    /// # Errors
    /// There is none; says which one may be meant.
    pub fn customer(&self, name: &str) -> Result<CustomerRow, Refusal> {
        let all = members::customers(self.db)?;
        let found = all.iter().find(|it| it.name == name).cloned();
        found.ok_or_else(|| unknown("customer", "customers", all.iter().map(|it| it.name.as_str()), name))
    }

    /// Refuses a scope of a rule whose member is not there.
    pub(super) fn check_scope(&self, scope: &Scope) -> Result<(), Refusal> {
        match scope {
            Scope::Global => Ok(()),
            Scope::VirtualKey(it) => self.virtual_key(it).map(drop),
            Scope::Team(it) => self.team(it).map(drop),
            Scope::Customer(it) => self.customer(it).map(drop),
        }
    }

    fn check_membership(&self, team: Option<&str>, customer: Option<&str>) -> Result<(), Refusal> {
        customer.map(|it| self.customer(it)).transpose()?;
        let of_team = team.map(|it| self.team(it)).transpose()?.and_then(|it| it.customer);
        match (of_team, customer) {
            (Some(of_team), Some(customer)) if of_team != customer => {
                let why = format!("its team belongs to the customer `{of_team}`");
                let fix = "leave --customer out, or name another team";
                Err(Refusal::new("two-customers", "no virtual key was added", why, fix))
            }
            _ => Ok(()),
        }
    }

    fn check_grant(&self, grant: &Grant) -> Result<(), Refusal> {
        for it in &grant.providers {
            self.provider(it.as_str())?;
        }
        for it in &grant.regions {
            names::region(it)?;
        }
        for it in &grant.models {
            if let Allowed::At(provider, _) = it {
                self.provider(provider.as_str())?;
            }
        }
        Ok(())
    }

    /// What of `models` is neither a group nor known to any provider of the built-in table: it may be misspelled.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn unheard_of<'a>(&self, models: &'a [Allowed]) -> Result<Vec<&'a Allowed>, Refusal> {
        let groups = groups::list(self.db)?;
        let own = crate::store::providers::list(self.db)?;
        let rows = own.iter().filter_map(|it| it.row.as_ref()).chain(self.built_in);
        let known: Vec<&str> = rows.flat_map(|it| it.models.iter().map(String::as_str)).collect();
        let is_known = |it: &Allowed| match it {
            Allowed::At(..) => true,
            Allowed::Named(model) => {
                let built_in = [crate::config::load::FAST, crate::config::load::SMART];
                let mut names = groups.iter().map(|it| it.name.as_str()).chain(built_in).chain(known.iter().copied());
                names.any(|name| model.matches(name))
            }
        };
        Ok(models.iter().filter(|it| !is_known(it)).collect())
    }

    /// Refuses to take away a member whose requests rules or limits are for: the next of its name would inherit them.
    fn unscoped(&self, scope: &Scope) -> Result<(), Refusal> {
        let written = scope.to_string();
        self.unlimited(&written)?;
        let all = rules::list(self.db)?;
        let using: Vec<&str> = all.iter().filter(|it| it.scope == written).map(|it| it.name.as_str()).collect();
        match using.as_slice() {
            [] => Ok(()),
            [first, ..] => Err(Refusal::new(
                "in-use",
                format!("{written} was not removed"),
                format!("rules are for its requests: {}", using.join(", ")),
                format!("llmroute rules edit {first} --scope global   or   llmroute rules remove {first}"),
            )),
        }
    }
}

fn unknown<'a>(what: &str, noun: &str, known: impl Iterator<Item = &'a str>, name: &str) -> Refusal {
    // The name is not repeated where it is long enough to be a token that was pasted into the wrong place.
    let why = if name.len() < 20 { format!("there is no {what} `{name}`") } else { format!("there is no such {what}") };
    let fix = match nearest(name, known) {
        Some(meant) => format!("is `{meant}` meant?"),
        None => format!("llmroute {noun}   lists them"),
    };
    Refusal::new("unknown-member", "nothing was changed", why, fix)
}
