//! Groups, weights and rules as they are written in a policy file, read over a policy that is in force. Every problem is named, with
//! its place in the file.
//!
//! ```toml
//! [groups.smart.targets]
//! "anthropic/claude-sonnet-5" = 3
//! "openai/gpt-5.6-sol" = 2
//!
//! [groups.smart]
//! strategy = "latency"
//!
//! [rules.night]                           # a new one, or what is to be another in one that is there
//! when = "hour < 6"
//! targets = { "fast" = 1 }
//! fallbacks = ["smart"]
//!
//! [weights.fast]                          # of a group that is there, the built-in ones too
//! "groq/llama-3.1-8b-instant" = 4
//! ```

mod rules;

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::config::refusal::{Refusal, nearest};
use crate::config::settings::position;
use crate::domain::id::GroupName;
use crate::domain::policy::{Group, Policy};
use crate::domain::strategy::NoStrategy;
use crate::domain::target::Target;

/// `base` with the groups and weights of `text`. `name` is what the file is called.
///
/// # Errors
/// `policy-file`: something in it means nothing; all such places are named.
pub fn read(text: &str, name: &str, base: &Policy) -> Result<Policy, Refusal> {
    let (parsed, errors) = DeTable::parse_recoverable(text);
    let mut file = Reading { policy: base.clone(), problems: Vec::new() };
    for error in errors {
        file.problem(error.span().map_or(0, |it| it.start), error.message());
    }
    if file.problems.is_empty() {
        file.all(parsed.get_ref());
    }
    if file.problems.is_empty() {
        return Ok(file.policy);
    }
    file.problems.sort_by_key(|it| it.0);
    let lines = file.problems.iter().map(|(at, what)| {
        let (line, column) = position(text, *at);
        format!("{name}:{line}:{column}: {what}")
    });
    let fix = "correct it there; for instance: [groups.smart.targets] and below it \"openai/gpt-5.6-sol\" = 2";
    Err(Refusal::new("policy-file", format!("{name} is no policy"), lines.collect::<Vec<_>>().join("\n"), fix))
}

struct Reading {
    policy: Policy,
    /// Where, and what is wrong.
    problems: Vec<(usize, String)>,
}

impl Reading {
    fn problem(&mut self, at: usize, what: impl Into<String>) {
        self.problems.push((at, what.into()));
    }

    fn all(&mut self, file: &DeTable<'_>) {
        const ALL: [&str; 3] = ["groups", "weights", "rules"];
        // Rules may send to groups that the file makes, and weights may be of those.
        for (name, read) in ALL.into_iter().zip([Self::group, Self::weights, Self::rule]) {
            if let Some(value) = file.get(name) {
                self.tables(value, read);
            }
        }
        for (key, _) in file.iter().filter(|it| !ALL.contains(&it.0.get_ref().as_ref())) {
            self.unknown(key.span().start, key.get_ref(), &ALL);
        }
    }

    fn tables(&mut self, value: &Spanned<DeValue<'_>>, read: fn(&mut Self, &str, usize, &DeTable<'_>)) {
        let Some(tables) = self.table(value) else { return };
        for (name, value) in tables {
            if let Some(table) = self.table(value) {
                read(self, name.get_ref(), name.span().start, table);
            }
        }
    }

    fn group(&mut self, name: &str, at: usize, table: &DeTable<'_>) {
        // What the file does not say stays as it is.
        let was = self.policy.groups.get(name);
        let mut group = was.map_or_else(|| Group::new(name.into(), Vec::new()), |it| (**it).clone());
        group.built_in = false;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "targets" => {
                    if let Some(table) = self.table(value) {
                        group.targets = self.weighted(table);
                    }
                }
                "strategy" => match value.get_ref().as_str().map(str::parse) {
                    Some(Ok(it)) => group.strategy = it,
                    Some(Err(why)) => {
                        let why: NoStrategy = why;
                        self.problem(value.span().start, why.to_string());
                    }
                    None => self.problem(value.span().start, "a text is expected here: the name of a strategy"),
                },
                other => self.unknown(key.span().start, other, &["targets", "strategy"]),
            }
        }
        if group.targets.is_empty() && self.problems.is_empty() {
            self.problem(at, format!("the group `{name}` has no targets"));
        }
        self.policy.groups.insert(group.name.clone(), Arc::new(group));
    }

    fn weights(&mut self, name: &str, at: usize, table: &DeTable<'_>) {
        let weights = self.weighted(table);
        let known: Vec<String> = self.policy.groups.keys().map(GroupName::to_string).collect();
        let Some(group) = self.policy.groups.get_mut(name) else {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return self.unknown(at, name, &known);
        };
        let group = Arc::make_mut(group);
        let mut missing = Vec::new();
        for (target, weight) in weights {
            match group.targets.iter_mut().find(|it| it.0 == target) {
                Some(it) => it.1 = weight,
                None => missing.push(target),
            }
        }
        for target in missing {
            self.problem(at, format!("the group `{name}` has no target `{target}`"));
        }
    }

    /// Targets with their weights.
    fn weighted(&mut self, table: &DeTable<'_>) -> Vec<(Target, f64)> {
        let mut targets = Vec::new();
        for (key, value) in as_listed(table) {
            let text = key.get_ref().as_ref();
            let target = Target::parse(text);
            match &target {
                None => self.problem(key.span().start, format!("`{text}` is no target: write PROVIDER/MODEL")),
                Some(it) if !self.policy.providers.contains_key(&it.provider) => {
                    let known: Vec<String> = self.policy.providers.keys().map(ToString::to_string).collect();
                    let meant = nearest(it.provider.as_str(), known.iter().map(String::as_str));
                    let meant = meant.map(|it| format!("; is `{it}` meant?")).unwrap_or_default();
                    self.problem(key.span().start, format!("there is no provider `{}`{meant}", it.provider));
                }
                Some(_) => {}
            }
            let weight = self.weight(text, value);
            targets.extend(target.zip(weight));
        }
        targets
    }

    /// The weight of what `text` names.
    fn weight(&mut self, text: &str, value: &Spanned<DeValue<'_>>) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(it) => it.as_str().parse::<f64>().ok(),
            DeValue::Float(it) => it.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let number = number.filter(|it| it.is_finite() && *it >= 0.0);
        if number.is_none() {
            self.problem(value.span().start, format!("the weight of `{text}` is no number from 0 up"));
        }
        number
    }

    fn table<'a, 'b>(&mut self, value: &'a Spanned<DeValue<'b>>) -> Option<&'a DeTable<'b>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.problem(value.span().start, format!("a table is expected here, not a {}", value.get_ref().type_str()));
        }
        table
    }

    fn unknown(&mut self, at: usize, name: &str, known: &[&str]) {
        let meant = match nearest(name, known.iter().copied()) {
            Some(meant) => format!("is `{meant}` meant?"),
            None => format!("there are: {}", known.join(", ")),
        };
        self.problem(at, format!("there is no `{name}` here; {meant}"));
    }
}

/// The fields of a table in the order in which the file has them: what is listed first comes first.
fn as_listed<'t, 'd>(table: &'t DeTable<'d>) -> Vec<(&'t Spanned<DeString<'d>>, &'t Spanned<DeValue<'d>>)> {
    let mut all: Vec<_> = table.iter().collect();
    all.sort_by_key(|it| it.0.span().start);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Policy {
        let group = |name: &str, targets: &[(&str, f64)]| {
            let targets = targets.iter().map(|(it, weight)| (Target::parse(it).unwrap(), *weight)).collect();
            let group = Group::new(name.into(), targets);
            (group.name.clone(), Arc::new(group))
        };
        let groups = [group("fast", &[("a/m", 1.0), ("b/m", 1.0)])].into();
        let provider = r#"{"name": "a", "speaks": [], "auth": "none", "quirks": {}, "keys": [], "local": false,
            "allow_private": false, "enabled": true, "fast": null, "smart": null, "models": [], "price_id": null,
            "settings": {}, "unready": null}"#;
        let providers = ["a", "b"].map(|name| {
            let mut it: crate::domain::policy::Provider = serde_json::from_str(provider).unwrap();
            it.name = name.into();
            (it.name.clone(), Arc::new(it))
        });
        Policy { providers: providers.into(), groups, ..Policy::default() }
    }

    #[test]
    fn groups_and_weights_lie_over_what_is_in_force() {
        let text = "[groups.new.targets]\n\"b/m\" = 0.5\n\"a/x/y\" = 3\n[weights.fast]\n\"b/m\" = 4\n";
        let policy = read(text, "p.toml", &base()).unwrap();
        let shown = |name: &str| -> Vec<String> {
            policy.groups[name].targets.iter().map(|(it, weight)| format!("{it}={weight}")).collect()
        };
        assert_eq!(shown("new"), ["b/m=0.5", "a/x/y=3"], "as listed");
        assert_eq!(shown("fast"), ["a/m=1", "b/m=4"]);
        assert_eq!(read("", "p.toml", &base()).unwrap().groups.len(), 1);
    }

    #[test]
    fn strategies_and_rules_lie_over_what_is_in_force() {
        let text = "[groups.fast]\nstrategy = \"latency\"\n[rules.night]\nwhen = \"hour < 6\"\ntargets = { \"a/m\" = 2, \
                    \"fast\" = 1 }\nfallbacks = [\"b/m\"]\npriority = 3\n";
        let policy = read(text, "p.toml", &base()).unwrap();
        assert_eq!(policy.groups["fast"].strategy, crate::domain::strategy::Strategy::Latency);
        assert_eq!(policy.groups["fast"].targets.len(), 2, "its targets stay");
        let rule = policy.rules.iter().next().unwrap();
        assert_eq!((rule.when.text(), rule.priority, rule.targets.len(), rule.fallbacks.len()), ("hour < 6", 3, 2, 1));
        let text = "[rules.night]\nwhen = \"hour < 7\"\n[rules.day]\nwhen = \"true\"\ntargets = { \"fast\" = 1 }\nenabled = false";
        let edited = read(text, "p.toml", &policy).unwrap();
        let rules: Vec<(&str, usize)> = edited.rules.iter().map(|it| (it.when.text(), it.targets.len())).collect();
        assert_eq!(rules, [("hour < 7", 2)], "what is not said stays, and what is switched off is not there");
        for (bad, part) in [
            ("[groups.fast]\nstrategy = \"fastest\"", "p.toml:2:12: "),
            ("[groups.fast]\nstrategy = 3", "the name of a strategy"),
            ("[rules.x]\nwhen = \"headers\"\ntargets = { \"fast\" = 1 }", "rule x, when: column 1"),
            ("[rules.x]\nwhen = \"true\"", "it sends nowhere"),
            ("[rules.x]\nwhen = \"true\"\ntargets = { \"slow\" = 1 }", "sends to `slow`"),
            ("[rules.x]\nwhen = \"true\"\ntargets = { \"fast\" = -1 }", "no number from 0 up"),
            ("[rules.x]\nwhen = true", "`when` is to be a condition"),
            ("[rules.x]\nchain = 1\npriority = \"a\"\nfallbacks = [1]", "p.toml:4:13: `fallbacks` is to be a list"),
            ("[rules.x]\nwen = \"true\"", "is `when` meant?"),
        ] {
            let why = read(bad, "p.toml", &base()).unwrap_err().why;
            assert!(why.contains(part), "{bad}: {why}");
        }
    }

    #[test]
    fn every_problem_is_named_with_its_place() {
        let text =
            "[group.x]\n[groups.new.targets]\n\"am\" = 1\n\"c/m\" = -1\n\"a/m\" = \"2\"\n[weights.fsat]\n\"a/m\" = 1\n";
        let refusal = read(text, "p.toml", &base()).unwrap_err();
        let lines: Vec<&str> = refusal.why.lines().collect();
        for (line, part) in [
            ("p.toml:1:", "no `group` here; is `groups` meant?"),
            ("p.toml:3:1:", "`am` is no target"),
            ("p.toml:4:1:", "no provider `c`"),
            ("p.toml:4:9:", "the weight of `c/m`"),
            ("p.toml:5:9:", "the weight of `a/m`"),
            ("p.toml:6:", "no `fsat` here; is `fast` meant?"),
        ] {
            assert!(lines.iter().any(|it| it.starts_with(line) && it.contains(part)), "{line} {part}: {lines:#?}");
        }
        assert_eq!(lines.len(), 6, "{lines:#?}");
        assert!(read("[groups\n", "p.toml", &base()).unwrap_err().why.starts_with("p.toml:1:"));
        assert!(read("[groups.g]\n", "p.toml", &base()).unwrap_err().why.contains("has no targets"));
        assert!(
            read("[weights.fast]\n\"a/other\" = 1", "p.toml", &base()).unwrap_err().why.contains("no target `a/other`")
        );
    }
}
