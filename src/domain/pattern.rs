//! Names of models as lists say them: whole, or by how they begin.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A model's name, or with a `*` at its end every name that begins so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Pattern(Arc<str>);

/// The text is no name of a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no model: write its name, or its beginning with a * at the end (gpt-5*)")]
pub struct NotAPattern(pub String);

impl Pattern {
    /// Whether `name` is meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => *self.0 == *name,
        }
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Pattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.strip_suffix('*').unwrap_or(text);
        let fits = !text.is_empty() && text.len() <= 200 && name.bytes().all(|it| it.is_ascii_graphic() && it != b'*');
        if fits { Ok(Self(text.into())) } else { Err(NotAPattern(text.to_owned())) }
    }
}

impl From<Pattern> for String {
    fn from(it: Pattern) -> Self {
        it.0.to_string()
    }
}

impl TryFrom<String> for Pattern {
    type Error = NotAPattern;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_at_the_end_stands_for_any_rest() {
        let is = |pattern: &str, name: &str| pattern.parse::<Pattern>().unwrap().matches(name);
        assert!(is("gpt-5", "gpt-5") && !is("gpt-5", "gpt-5.4") && !is("gpt-5", "GPT-5"));
        assert!(is("gpt-5*", "gpt-5") && is("gpt-5*", "gpt-5.4-mini") && !is("gpt-5*", "gpt-4"));
        assert!(is("*", "anything"));
        for bad in ["", "a*b", "**", "a b", "ä"] {
            assert!(bad.parse::<Pattern>().is_err(), "{bad}");
        }
    }
}
