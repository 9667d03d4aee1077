//! Who a request is from, of those the local file knows.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One virtual key, team or customer. Rows are kept under the id, which no renaming changes and no other gets after it is
/// gone; people, rules and budgets say the name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// Row id in the local file.
    pub id: i64,
    /// What its owner calls it.
    pub name: Arc<str>,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

/// The holder of a virtual key. Whoever comes with the local token is nobody in particular.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The key that was presented.
    pub virtual_key: Member,
    /// The team it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Member>,
    /// The customer it, or its team, belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Member>,
}

/// `virtual key ci (team red, customer acme)`.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "virtual key {}", self.virtual_key)?;
        let belongs = [("team", &self.team), ("customer", &self.customer)];
        let belongs = belongs.iter().filter_map(|(word, it)| Some(format!("{word} {}", it.as_ref()?)));
        match belongs.collect::<Vec<_>>().join(", ") {
            it if it.is_empty() => Ok(()),
            it => write!(f, " ({it})"),
        }
    }
}

/// The ids of a [`Caller`], as rows have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallerIds {
    /// That of the virtual key.
    pub virtual_key: Option<i64>,
    /// That of the team.
    pub team: Option<i64>,
    /// That of the customer.
    pub customer: Option<i64>,
}

impl From<&Caller> for CallerIds {
    fn from(it: &Caller) -> Self {
        let id = |it: &Option<Member>| it.as_ref().map(|it| it.id);
        Self { virtual_key: Some(it.virtual_key.id), team: id(&it.team), customer: id(&it.customer) }
    }
}
