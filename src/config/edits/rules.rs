//! Edits of rules.

use std::collections::BTreeSet;

use crate::config::edits::{Edits, names};
use crate::config::load::{self, FAST, SMART};
use crate::config::refusal::{Refusal, nearest};
use crate::domain::rule::Destination;
use crate::route::rules::{Link, circle};
use crate::store::groups;
use crate::store::rules::{self as rows, RuleRow};

/// Reads `GROUP`, `PROVIDER/MODEL`, or either with `=WEIGHT`.
///
/// # Errors
/// It is neither, or the weight is none.
pub fn destination(text: &str) -> Result<(String, f64), Refusal> {
    let (name, weight) = text.rsplit_once('=').map_or((text, "1"), |it| it);
    let parsed: Option<f64> = weight.parse().ok();
    let weight = parsed.filter(|it| it.is_finite() && (0.0..1e300).contains(it)).ok_or_else(|| {
        let why = format!("`{weight}` is not a weight (of {name})");
        Refusal::new("bad-weight", "nothing was changed", why, format!("write a number from 0 up: {name}=3"))
    })?;
    if name.contains('/') {
        names::target(name)?;
    } else {
        names::group(name)?;
    }
    Ok((name.to_owned(), weight))
}

impl Edits<'_> {
    /// Adds a rule.
    ///
    /// # Errors
    /// Its name is taken, or something it says cannot be: its condition, its scope, where it sends, or that it would
    /// rewrite the model in a circle with others.
    pub fn add_rule(&mut self, row: &RuleRow) -> Result<(), Refusal> {
        names::rule(&row.name)?;
        self.check_rule(row)?;
        Ok(rows::add(self.db, row)?)
    }

    /// Replaces a rule whole.
    ///
    /// # Errors
    /// As [`Self::add_rule`]; there is none of that name.
    pub fn replace_rule(&mut self, row: &RuleRow) -> Result<(), Refusal> {
        self.rule(&row.name)?;
        self.check_rule(row)?;
        Ok(rows::replace(self.db, row)?)
    }

    /// Removes a rule.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn remove_rule(&mut self, name: &str) -> Result<(), Refusal> {
        self.rule(name)?;
        Ok(rows::remove(self.db, name)?)
    }

    /// The rule of that name.
    ///
    /// # Errors
    /// There is none; says which one may be meant.
    pub fn rule(&self, name: &str) -> Result<RuleRow, Refusal> {
        if let Some(row) = rows::get(self.db, name)? {
            return Ok(row);
        }
        let all = rows::list(self.db)?;
        let fix = match nearest(name, all.iter().map(|it| it.name.as_str())) {
            Some(meant) => format!("is `{meant}` meant?"),
            None => "llmroute rules   lists them".to_owned(),
        };
        Err(Refusal::new("unknown-rule", "nothing was changed", format!("there is no rule `{name}`"), fix))
    }

    fn check_rule(&self, row: &RuleRow) -> Result<(), Refusal> {
        let (rule, when) = load::rule(row).map_err(|it| {
            let code = if it.place.ends_with("when") { "bad-condition" } else { "bad-rule" };
            Refusal::new(code, "the rule was not saved", it.what, it.fix)
        })?;
        self.check_scope(&rule.scope)?;
        let mut seen = BTreeSet::new();
        for it in rule.targets.iter().map(|it| &it.0).chain(&rule.fallbacks) {
            self.check_destination(it)?;
            if !seen.insert(it.to_string()) {
                let why = format!("`{it}` is named twice");
                return Err(Refusal::new("bad-rule", "the rule was not saved", why, "name each destination once"));
            }
        }
        if row.targets.iter().all(|it| it.1 <= 0.0) && row.targets.len() > 1 {
            let why = "none of its targets has a weight above 0".to_owned();
            return Err(Refusal::new("bad-rule", "the rule was not saved", why, "give at least one a weight"));
        }
        if !row.enabled || !row.chain {
            return Ok(());
        }
        let others = rows::list(self.db)?.into_iter().filter(|it| it.enabled && it.chain && it.name != row.name);
        // What another row says was checked when it was saved; one that a later llmroute wrote may mean nothing here.
        let mut all: Vec<_> = others.filter_map(|it| load::rule(&it).ok()).collect();
        all.push((rule, when));
        let targets: Vec<Vec<Destination>> =
            all.iter().map(|it| it.0.targets.iter().map(|it| it.0.clone()).collect()).collect();
        let links: Vec<Link<'_>> = all
            .iter()
            .zip(&targets)
            .map(|((rule, when), targets)| Link { name: rule.name.as_str(), scope: &rule.scope, targets, when })
            .collect();
        match circle(&links) {
            None => Ok(()),
            Some(path) => Err(Refusal::new(
                "rule-loop",
                "the rule was not saved",
                format!("rules that chain would go round in a circle: {}", path.join(" → ")),
                format!(
                    "say in one of them which models it leaves alone: --when 'model != \"{}\" && …'",
                    targets.last().and_then(|it| it.first()).map(ToString::to_string).unwrap_or_default()
                ),
            )),
        }
    }

    fn check_destination(&self, it: &Destination) -> Result<(), Refusal> {
        match it {
            Destination::Target(it) => self.provider(it.provider.as_str()).map(|_| ()),
            Destination::Group(name) => {
                let name = name.as_str();
                if [FAST, SMART].contains(&name) || groups::get(self.db, name)?.is_some() {
                    return Ok(());
                }
                let own = groups::list(self.db)?;
                let known = own.iter().map(|it| it.name.as_str()).chain([FAST, SMART]);
                let fix = nearest(name, known).map_or_else(
                    || format!("llmroute groups set {name} PROVIDER/MODEL=1   or name a target: PROVIDER/MODEL"),
                    |it| format!("is `{it}` meant?"),
                );
                Err(Refusal::new("unknown-group", "the rule was not saved", format!("there is no group `{name}`"), fix))
            }
        }
    }

    /// Refuses to take away what rules send to.
    pub(super) fn unruled(&self, what: &str, sends: impl Fn(&str) -> bool) -> Result<(), Refusal> {
        let all = rows::list(self.db)?;
        let names = |it: &RuleRow| it.targets.iter().map(|it| &it.0).chain(&it.fallbacks).any(|it| sends(it));
        let using: Vec<&str> = all.iter().filter(|it| names(it)).map(|it| it.name.as_str()).collect();
        match using.as_slice() {
            [] => Ok(()),
            [first, ..] => Err(Refusal::new(
                "in-use",
                format!("{what} was not removed"),
                format!("rules send to it: {}", using.join(", ")),
                format!("llmroute rules edit {first} --to …   or   llmroute rules remove {first}"),
            )),
        }
    }
}
