//! The rows of the local file and the built-in table → one checked policy and its keyring, or every problem at once.
//!
//! Must not: change a row, or refuse a whole policy because one secret cannot be had (that key alone is out, and says
//! why).

mod callers;
mod groups;
mod keys;
mod limits;
mod providers;
mod rules;
mod settings;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::catalog::prices::{Override, PriceBook};
use crate::config::environment::Environment;
use crate::config::refusal::Refusal;
use crate::domain::clock::Stamp;
use crate::domain::id::{KeyId, ModelName};
use crate::domain::pattern::Pattern;
use crate::domain::policy::{Billing, Deadlines, Policy};
use crate::domain::row::ProviderRow;
use crate::domain::secret::{Keyring, Secret};
use crate::domain::target::Target;
use crate::store::policy::{self, PolicyRows};
use crate::store::prices::{self, PriceRow};
use crate::store::{Db, StoreError};

pub(in crate::config) use groups::{FAST, SMART};
pub(in crate::config) use providers::{check as check_provider, shared_dialect};
pub(in crate::config) use rules::rule;

/// What a policy is made from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The local file.
    pub db: &'a Db,
    /// The built-in providers.
    pub built_in: &'a [ProviderRow],
    /// The environment.
    pub environment: &'a Environment,
    /// The file of the master key.
    pub master_key: &'a Path,
    /// Deadlines where a group says nothing.
    pub deadlines: Deadlines,
    /// The time zone of rules.
    pub time_zone: &'a TimeZone,
}

/// A policy, its secrets, and what was noticed on the way.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The checked policy.
    pub policy: Policy,
    /// The secrets of its keys.
    pub keyring: Keyring,
    /// The user's own prices.
    pub prices: Vec<Override>,
    /// The table for what those do not say: the fetched one, else the one compiled in.
    pub book: Arc<PriceBook>,
    /// Every key, for `keys`: stored ones and those taken from the environment.
    pub keys: Vec<KeyView>,
    /// What the user should hear, without being stopped by it.
    pub notices: Vec<String>,
    /// What commands printed, so that a reload does not ask a password manager again.
    printed: HashMap<KeyId, Printed>,
}

#[derive(Debug, Clone)]
struct Printed {
    command: String,
    secret: Secret,
}

/// What can be shown of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyView {
    /// Its id; negative for a key taken from the environment without having been added.
    pub id: KeyId,
    /// The provider it is for.
    pub provider: String,
    /// Its name; `env` for one that was never added.
    pub name: String,
    /// `stored`, `env:NAME`, `file:PATH`, `cmd:COMMAND`.
    pub source: String,
    /// `sk-ant…9QAA`.
    pub fingerprint: String,
    /// Who pays, and how.
    pub billing: Billing,
    /// Share among the provider's keys.
    pub weight: f64,
    /// Whether it may be used.
    pub enabled: bool,
    /// The models that it is for; none means any.
    pub models: Vec<Pattern>,
    /// Why its secret could not be had.
    pub problem: Option<String>,
}

/// One thing wrong in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The row and field: `provider work, base-url`.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl Problem {
    fn new(place: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), fix: fix.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// There is no policy.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The local file cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Rows are wrong; all of them.
    #[error("{} in the local file", if .0.len() == 1 { "a row is wrong".to_owned() } else { format!("{} things are wrong", .0.len()) })]
    Problems(Vec<Problem>),
}

impl From<LoadError> for Refusal {
    fn from(error: LoadError) -> Self {
        let what = error.to_string();
        match error {
            LoadError::Store(error) => error.into(),
            LoadError::Problems(all) => {
                let why: Vec<String> = all.iter().map(ToString::to_string).collect();
                let fix: Vec<&str> = all.iter().map(|it| it.fix.as_str()).collect();
                Self::new("policy", what, why.join("\n"), fix.join("\n"))
            }
        }
    }
}

/// Builds the policy. `previous` spares asking commands again whose rows have not changed.
///
/// # Errors
/// The file cannot be read, or rows in it are wrong: all of them are named.
pub fn load(sources: &Sources<'_>, previous: Option<&Loaded>) -> Result<Loaded, LoadError> {
    build(sources, Commands::Run(previous))
}

/// The same for commands that only look: no command that prints a key is run, since it may ask its owner for a
/// fingerprint. Such a key counts as there, and the keyring lacks it.
///
/// # Errors
/// As [`load`].
pub fn glance(sources: &Sources<'_>) -> Result<Loaded, LoadError> {
    build(sources, Commands::Leave)
}

/// What to do with keys that a command prints.
#[derive(Clone, Copy)]
enum Commands<'a> {
    /// Run it, unless the earlier policy knows what it printed.
    Run(Option<&'a Loaded>),
    /// Do without.
    Leave,
}

impl<'a> Commands<'a> {
    const fn previous(self) -> Option<&'a Loaded> {
        match self {
            Self::Run(it) => it,
            Self::Leave => None,
        }
    }
}

fn build(sources: &Sources<'_>, commands: Commands<'_>) -> Result<Loaded, LoadError> {
    let rows = policy::read(sources.db)?;
    let mut problems = Vec::new();
    let known = Known::of(&rows, sources.built_in);
    let mut loaded = Loaded::default();
    let wanted = wanted(&rows, sources, &known);
    let resolved = keys::resolve(&rows, sources, &wanted, commands);
    for (row, enabled) in known.0.values().filter(|(row, _)| wanted.contains(row.name.as_str())) {
        let mut keys = Vec::new();
        for it in resolved.iter().filter(|it| it.view.provider == row.name) {
            keys.push(it.key());
        }
        if let Some(provider) = providers::build(row, *enabled, keys, sources.environment, &mut problems) {
            loaded.policy.providers.insert(provider.name.clone(), Arc::new(provider));
        }
    }
    let enabled = known.0.values().filter(|it| it.1 && wanted.contains(it.0.name.as_str()));
    providers::check_own_keys(enabled.map(|it| &*it.0), &mut problems);
    for it in resolved {
        keys::keep(it, &known, &mut loaded, &mut problems);
    }
    groups::build(&rows, &known, sources, &mut loaded, &mut problems);
    rules::build(&rows, &known, sources.time_zone, &mut loaded, &mut problems);
    loaded.policy.virtual_keys = callers::build(&rows);
    loaded.policy.limits = limits::build(&rows, &mut problems);
    loaded.prices = rows.prices.iter().filter_map(own_price).collect();
    loaded.book = book(sources.db, commands.previous(), &mut loaded.notices)?;
    let aliases = rows.aliases.iter().map(|(name, model)| (ModelName::from(name.as_str()), model.clone()));
    loaded.policy.aliases = aliases.collect();
    loaded.policy.version = rows.version;
    loaded.policy.facts.clone_from(&crate::catalog::models::VERSION);
    if problems.is_empty() { Ok(loaded) } else { Err(LoadError::Problems(problems)) }
}

/// The price table in force. One that cannot be read does not hold anything up: the one compiled in is as good as it was.
fn book(db: &Db, previous: Option<&Loaded>, notices: &mut Vec<String>) -> Result<Arc<PriceBook>, StoreError> {
    let Some(version) = prices::table_version(db)? else { return Ok(Arc::default()) };
    if let Some(same) = previous.map(|it| &it.book).filter(|it| it.version() == version) {
        return Ok(Arc::clone(same));
    }
    let Some(table) = prices::table(db)? else { return Ok(Arc::default()) };
    // Rows are told apart by it as long as the process lives, and tables change once in weeks.
    match PriceBook::from_json(table.text, version.leak()) {
        Ok(it) => Ok(Arc::new(it)),
        Err(error) => {
            notices.push(format!("the fetched price table cannot be used ({error}): llmroute prices sync"));
            Ok(Arc::default())
        }
    }
}

/// A price row as the engine takes it. A row whose target is no target could not have been saved.
fn own_price(row: &PriceRow) -> Option<Override> {
    let Target { provider, model } = Target::parse(&row.target)?;
    let from = (row.from != Stamp::default()).then_some(row.from);
    Some(Override { provider, model, prices: row.prices, from, ceiling: row.ceiling })
}

/// Every provider there is, the user's rows before the built-in ones, and whether it is enabled.
#[derive(Debug)]
struct Known<'a>(BTreeMap<&'a str, (Cow<'a, ProviderRow>, bool)>);

impl<'a> Known<'a> {
    fn of(rows: &'a PolicyRows, built_in: &'a [ProviderRow]) -> Self {
        let mut known: BTreeMap<_, _> =
            built_in.iter().map(|row| (row.name.as_str(), (Cow::Borrowed(row), true))).collect();
        for stored in &rows.providers {
            match &stored.row {
                Some(row) => {
                    known.insert(&stored.name, (Cow::Borrowed(row), stored.enabled));
                }
                None => {
                    if let Some(it) = known.get_mut(stored.name.as_str()) {
                        it.1 = stored.enabled;
                    }
                }
            }
            if let Some(it) = known.get_mut(stored.name.as_str()).filter(|_| !stored.settings.is_empty()) {
                it.0 = Cow::Owned(stored.settled(&it.0));
            }
        }
        Self(known)
    }
}

/// The providers that belong into the policy: the user's own, those with a key, those a group or a rule names, and local ones.
/// The rest of the built-in table would only be noise.
fn wanted<'a>(rows: &'a PolicyRows, sources: &Sources<'a>, known: &Known<'a>) -> BTreeSet<&'a str> {
    let mut wanted: BTreeSet<&str> = rows.providers.iter().map(|it| it.name.as_str()).collect();
    wanted.extend(rows.keys.iter().map(|it| it.provider.as_str()));
    let targets = rows.groups.iter().flat_map(|it| &it.targets);
    wanted.extend(targets.filter_map(|(target, _)| Some(target.split_once('/')?.0)));
    let ruled = rows.rules.iter().flat_map(|it| it.targets.iter().map(|it| &it.0).chain(&it.fallbacks));
    wanted.extend(ruled.filter_map(|target| Some(target.split_once('/')?.0)));
    for (name, (row, _)) in &known.0 {
        if row.local || keys::conventional(row, sources.environment).is_some() {
            wanted.insert(name);
        }
    }
    wanted
}
