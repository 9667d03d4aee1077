//! The environment variables, as a value. The one place that reads them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Environment variables: the process's, or a given set.
#[derive(Debug, Clone)]
pub struct Environment(Source);

#[derive(Debug, Clone)]
enum Source {
    Process,
    Given(BTreeMap<String, OsString>),
}

/// A variable.
#[derive(Clone, PartialEq, Eq)]
pub enum Variable {
    /// Not set, or set to nothing: shells make no use of the difference.
    Unset,
    /// Its text.
    Text(String),
    /// Set to bytes that are no UTF-8.
    NotText,
}

// The text may be a secret.
impl std::fmt::Debug for Variable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unset => "Unset",
            Self::Text(_) => "Text(…)",
            Self::NotText => "NotText",
        })
    }
}

impl Environment {
    /// This process's environment.
    #[must_use]
    pub fn process() -> Self {
        Self(Source::Process)
    }

    /// These variables and no others.
    #[must_use]
    pub fn of<N: Into<String>, V: Into<OsString>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(Source::Given(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }

    /// A variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Variable {
        match self.raw(name).map(OsString::into_string) {
            None => Variable::Unset,
            Some(Ok(text)) => Variable::Text(text),
            Some(Err(_)) => Variable::NotText,
        }
    }

    /// A variable's text; `None` where it has none.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        match self.get(name) {
            Variable::Text(text) => Some(text),
            Variable::Unset | Variable::NotText => None,
        }
    }

    /// A variable that holds a path, whatever its bytes.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).map(PathBuf::from)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    fn raw(&self, name: &str) -> Option<OsString> {
        let value = match &self.0 {
            // `var_os` panics on names that no variable can have; a reference `env:A=B` may bring one here.
            Source::Process if name.is_empty() || name.contains(['=', '\0']) => None,
            Source::Process => std::env::var_os(name),
            Source::Given(given) => given.get(name).cloned(),
        };
        value.filter(|it| !it.is_empty())
    }
}
