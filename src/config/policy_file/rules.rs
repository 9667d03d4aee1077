//! Rules of a policy file.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::load;
use crate::config::policy_file::{Reading, as_listed};
use crate::domain::rule::{Destination, Rule, Rules, Scope};
use crate::store::RuleRow;

const FIELDS: [&str; 7] = ["when", "targets", "fallbacks", "chain", "priority", "scope", "enabled"];

impl Reading {
    /// A rule of the file: a new one, or one that is in force with what is to be another.
    pub(super) fn rule(&mut self, name: &str, at: usize, table: &DeTable<'_>) {
        let known = self.policy.rules.iter().find(|it| it.name.as_str() == name).map(|it| row(it));
        let mut row = known.unwrap_or_else(|| RuleRow {
            name: name.to_owned(),
            scope: Scope::Global.to_string(),
            priority: 0,
            when: String::new(),
            targets: Vec::new(),
            fallbacks: Vec::new(),
            chain: false,
            enabled: true,
        });
        let before = self.problems.len();
        for (key, value) in table {
            self.rule_field(&mut row, (key.get_ref(), key.span().start), value);
        }
        if self.problems.len() > before {
            return;
        }
        let (rule, _) = match load::rule(&row) {
            Ok(it) => it,
            Err(problem) => return self.problem(at, format!("{}: {}", problem.place, problem.what)),
        };
        let lost = rule.targets.iter().map(|it| &it.0).chain(&rule.fallbacks).find(|it| !self.is_known(it));
        if let Some(lost) = lost {
            let lost = format!("the rule `{name}` sends to `{lost}`, and nothing is called so");
            return self.problem(at, lost);
        }
        let others = self.policy.rules.iter().filter(|it| it.name.as_str() != name).cloned();
        let all = others.chain(row.enabled.then(|| Arc::new(rule))).collect();
        self.policy.rules = Rules::new(all, self.policy.rules.time_zone.clone());
    }

    fn rule_field(&mut self, row: &mut RuleRow, (key, at): (&str, usize), value: &Spanned<DeValue<'_>>) {
        let is = value.get_ref();
        let mut wrong = |what: &str| self.problems.push((value.span().start, format!("`{key}` is to be {what}")));
        match key {
            "when" => match is.as_str() {
                Some(it) => it.clone_into(&mut row.when),
                None => wrong("a condition, as a text"),
            },
            "scope" => match is.as_str() {
                Some(it) => it.clone_into(&mut row.scope),
                None => wrong("a text"),
            },
            "chain" => match is.as_bool() {
                Some(it) => row.chain = it,
                None => wrong("true or false"),
            },
            "enabled" => match is.as_bool() {
                Some(it) => row.enabled = it,
                None => wrong("true or false"),
            },
            "priority" => match is.as_integer().and_then(|it| it.as_str().parse().ok()) {
                Some(it) => row.priority = it,
                None => wrong("a whole number"),
            },
            "fallbacks" => {
                let texts = is.as_array().map(|all| all.iter().map(|it| it.get_ref().as_str().map(ToOwned::to_owned)));
                match texts.and_then(Iterator::collect::<Option<Vec<_>>>) {
                    Some(all) => row.fallbacks = all,
                    None => wrong("a list of groups and targets, as texts"),
                }
            }
            "targets" => {
                let Some(table) = self.table(value) else { return };
                let weighed = as_listed(table)
                    .into_iter()
                    .map(|(name, value)| (name.get_ref(), self.weight(name.get_ref(), value)));
                row.targets = weighed.filter_map(|(name, weight)| Some((name.to_string(), weight?))).collect();
            }
            other => self.unknown(at, other, &FIELDS),
        }
    }

    fn is_known(&self, it: &Destination) -> bool {
        match it {
            Destination::Group(it) => self.policy.groups.contains_key(it),
            Destination::Target(it) => self.policy.providers.contains_key(&it.provider),
        }
    }
}

/// A rule in force, as it is written.
fn row(it: &Rule) -> RuleRow {
    RuleRow {
        name: it.name.to_string(),
        scope: it.scope.to_string(),
        priority: it.priority,
        when: it.when.text().to_owned(),
        targets: it.targets.iter().map(|(to, weight)| (to.to_string(), *weight)).collect(),
        fallbacks: it.fallbacks.iter().map(ToString::to_string).collect(),
        chain: it.chain,
        enabled: true,
    }
}
