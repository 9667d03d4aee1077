//! Rules as they are kept beside decisions: everything but what their conditions were compiled to. Rules that were read
//! back say where requests went and how they are written; whether one holds is in the record of the decision.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Condition, Destination, Facts, Rule, Rules, Scope, Variable};
use crate::domain::id::RuleName;

/// One rule, in words.
#[derive(Serialize, Deserialize)]
struct Words {
    name: RuleName,
    scope: String,
    priority: i64,
    when: String,
    targets: Vec<(String, f64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fallbacks: Vec<String>,
    #[serde(default)]
    chain: bool,
}

/// A condition of which only the text is left.
#[derive(Debug)]
struct Text(String);

impl Condition for Text {
    fn text(&self) -> &str {
        &self.0
    }

    fn names(&self, _variable: Variable) -> bool {
        false
    }

    fn holds(&self, _facts: &dyn Facts) -> Result<bool, String> {
        Err("only its text was kept".to_owned())
    }
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|it| Words {
            name: it.name.clone(),
            scope: it.scope.to_string(),
            priority: it.priority,
            when: it.when.text().to_owned(),
            targets: it.targets.iter().map(|(to, weight)| (to.to_string(), *weight)).collect(),
            fallbacks: it.fallbacks.iter().map(ToString::to_string).collect(),
            chain: it.chain,
        }))
    }
}

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<Words>::deserialize(deserializer)?;
        let rules: Result<Vec<_>, D::Error> = words.into_iter().map(rule).collect();
        Ok(Self::new(rules?, TimeZone::UTC))
    }
}

fn rule<E: de::Error>(it: Words) -> Result<Arc<Rule>, E> {
    let to = |text: &str| Destination::parse(text).ok_or_else(|| E::custom(format!("`{text}` is nowhere to go")));
    Ok(Arc::new(Rule {
        name: it.name,
        scope: it.scope.parse::<Scope>().map_err(E::custom)?,
        priority: it.priority,
        when: Arc::new(Text(it.when)),
        targets: it.targets.iter().map(|(text, weight)| Ok((to(text)?, *weight))).collect::<Result<_, E>>()?,
        fallbacks: it.fallbacks.iter().map(|text| to(text)).collect::<Result<_, E>>()?,
        chain: it.chain,
    }))
}
