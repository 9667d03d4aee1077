//! What an address needs to know of its user before it is one: a region, a project, an account. A row names its
//! settings; its URLs hold `{name}` where a value belongs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One setting of a provider row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingRow {
    /// What stands between the braces: lower-case letters, digits and `-`.
    pub name: String,
    /// For people: `the Google Cloud project`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What the user set. Comes before everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The environment variables it is conventionally in, the usual one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// Setting → its value → what this one is then: `location` → `global` → `aiplatform.googleapis.com`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<String, BTreeMap<String, String>>,
    /// What it is otherwise. May hold settings that the row names before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// What became of a row's settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// The values, by name.
    pub values: BTreeMap<String, String>,
    /// Those that have none.
    pub missing: Vec<Missing>,
}

/// A setting without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    pub about: Option<String>,
    /// The variables that could hold it.
    pub env: Vec<String>,
    /// The variable that is set, but to nothing that can stand in an address.
    pub unfit: Option<String>,
}

/// Gives every setting its value; `env` reads an environment variable.
#[must_use]
pub fn settle(rows: &[SettingRow], env: impl Fn(&str) -> Option<String>) -> Settled {
    let mut settled = Settled::default();
    for row in rows {
        let by_other = || {
            let cases = |(other, cases): (&String, &BTreeMap<String, String>)| {
                cases.get(settled.values.get(other)?).map(|it| fill(it, &settled.values))
            };
            row.when.iter().find_map(cases)
        };
        let default = || row.default.as_ref().map(|it| fill(it, &settled.values)).filter(|it| !it.contains('{'));
        let set = row.env.iter().find_map(|name| Some((name, env(name)?)));
        let found = match (&row.value, &set) {
            (Some(value), _) => clean(value).ok(),
            (None, Some((_, value))) => clean(value).ok(),
            (None, None) => by_other().or_else(default),
        };
        match found {
            Some(value) => {
                settled.values.insert(row.name.clone(), value);
            }
            None => settled.missing.push(Missing {
                name: row.name.clone(),
                about: row.about.clone(),
                env: row.env.clone(),
                unfit: set.map(|it| it.0.clone()),
            }),
        }
    }
    settled
}

/// A value as it is written down: hosts are often given as URLs, so a leading `https://` and a trailing `/` go.
///
/// # Errors
/// What is left is empty or holds what would change the shape of an address.
pub fn clean(value: &str) -> Result<String, Unfit> {
    let value = value.trim();
    let value = value.strip_prefix("https://").unwrap_or(value).trim_end_matches('/');
    let fits = |it: u8| it.is_ascii_alphanumeric() || b"-._~:".contains(&it);
    if value.is_empty() || value == ".." || value == "." || !value.bytes().all(fits) {
        return Err(Unfit);
    }
    Ok(value.to_owned())
}

/// The value cannot stand in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it may hold letters, digits, `-`, `.`, `_`, `~` and `:` only")]
pub struct Unfit;

/// `text` with the values in the places of their names. What has no value stays as it stands.
#[must_use]
pub fn fill(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        match from.split_once('}') {
            Some((name, after)) if values.contains_key(name) => {
                out.push_str(&values[name]);
                rest = after;
            }
            _ => {
                out.push('{');
                rest = from;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The names that stand between braces in `text`.
pub fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|it| it.split_once('}').map(|it| it.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, env: &[&str], default: Option<&str>) -> SettingRow {
        SettingRow {
            name: name.to_owned(),
            env: env.iter().map(|it| (*it).to_owned()).collect(),
            default: default.map(str::to_owned),
            ..SettingRow::default()
        }
    }

    fn vertex() -> Vec<SettingRow> {
        let cases = BTreeMap::from([("global".to_owned(), "aiplatform.example".to_owned())]);
        let host = SettingRow {
            when: BTreeMap::from([("location".to_owned(), cases)]),
            ..row("host", &[], Some("{location}-aiplatform.example"))
        };
        vec![row("project", &["PROJECT", "OTHER_PROJECT"], None), row("location", &["LOCATION"], Some("global")), host]
    }

    fn settled(rows: &[SettingRow], variables: &[(&str, &str)]) -> Settled {
        settle(rows, |name| variables.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()))
    }

    #[test]
    fn the_user_comes_before_the_environment_and_that_before_the_default() {
        let mut rows = vertex();
        let got = settled(&rows, &[("OTHER_PROJECT", "p2")]);
        let text = "https://{host}/v1/projects/{project}/locations/{location}/models/{model}:x";
        let filled = "https://aiplatform.example/v1/projects/p2/locations/global/models/{model}:x";
        assert_eq!(fill(text, &got.values), filled);
        assert!(got.missing.is_empty());

        let got = settled(&rows, &[("PROJECT", "p1"), ("OTHER_PROJECT", "p2"), ("LOCATION", "eu-west1")]);
        assert_eq!(
            (got.values["project"].as_str(), got.values["host"].as_str()),
            ("p1", "eu-west1-aiplatform.example")
        );

        rows[0].value = Some("mine".to_owned());
        rows[2].value = Some("https://psc.example/".to_owned());
        let got = settled(&rows, &[("PROJECT", "p1")]);
        assert_eq!((got.values["project"].as_str(), got.values["host"].as_str()), ("mine", "psc.example"));
    }

    #[test]
    fn what_has_no_value_is_named_and_its_place_stays() {
        let got = settled(&vertex(), &[]);
        assert_eq!(got.missing.len(), 1);
        assert_eq!((got.missing[0].name.as_str(), got.missing[0].env.len()), ("project", 2));
        assert_eq!(fill("{project}/{location}/{", &got.values), "{project}/global/{");
        let got = settled(&[row("a", &[], None), row("b", &[], Some("x-{a}"))], &[]);
        assert_eq!(got.missing.len(), 2, "a default that lacks its own setting is none");
    }

    #[test]
    fn a_value_that_would_change_an_address_is_none() {
        for bad in ["", "a/b", "a@b", "a?b", "a#b", "a b", "..", "https://", "a%2fb", "{project}", "é"] {
            assert_eq!(clean(bad), Err(Unfit), "{bad}");
        }
        let got = settled(&vertex(), &[("PROJECT", "a/../b")]);
        assert_eq!(got.missing[0].unfit.as_deref(), Some("PROJECT"));
        assert_eq!(clean(" https://adb-1.2.azuredatabricks.net/ ").as_deref(), Ok("adb-1.2.azuredatabricks.net"));
    }

    #[test]
    fn names_are_found() {
        assert_eq!(named("https://{a}.x/{b}:{c").collect::<Vec<_>>(), ["a", "b"]);
    }
}
