//! A refusal in three parts with a stable code, as the terminal shows it and `--json` carries it.

use std::fmt;

use crate::store::StoreError;
use crate::store::private_file::FileProblem;

/// Something was asked that cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable, for programs: `unknown-provider`.
    pub code: &'static str,
    /// What could not be done, in one sentence.
    pub what: String,
    /// Why.
    pub why: String,
    /// What to do about it.
    pub fix: String,
}

impl Refusal {
    /// A refusal.
    #[must_use]
    pub fn new(code: &'static str, what: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { code, what: what.into(), why: why.into(), fix: fix.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

impl std::error::Error for Refusal {}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let what = match &error {
            StoreError::NotFound { .. } | StoreError::Exists { .. } | StoreError::InUse { .. } => "nothing was changed",
            _ => "the local file cannot be used",
        };
        Self::new(error.code(), what, error.to_string(), error.fix())
    }
}

impl From<FileProblem> for Refusal {
    fn from(problem: FileProblem) -> Self {
        Self::new(problem.code(), "a file of llmroute cannot be used", problem.to_string(), problem.fix())
    }
}

/// The known name nearest to what was typed, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|it| (strsim::jaro_winkler(typed, it), it));
    near.filter(|(score, _)| *score >= 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, it)| it)
}
