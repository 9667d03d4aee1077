//! Keys and their secrets: the user's rows, and what providers without a row find in their conventional variable.

use std::collections::BTreeSet;

use crate::config::environment::{Environment, Variable};
use crate::config::load::{Commands, KeyView, Known, Loaded, Printed, Problem, Sources};
use crate::config::seal::{MasterKey, fingerprint};
use crate::config::secrets::Resolver;
use crate::domain::id::KeyId;
use crate::domain::policy::{Auth, Billing, Key};
use crate::domain::row::ProviderRow;
use crate::domain::secret::Secret;
use crate::store::policy::PolicyRows;
use crate::store::{KeyRow, KeySource};

/// A key with what became of its secret.
pub(super) struct ResolvedKey {
    pub(super) view: KeyView,
    secret: Option<Secret>,
    notices: Vec<String>,
    command: Option<String>,
}

impl ResolvedKey {
    pub(super) fn key(&self) -> Key {
        Key {
            id: self.view.id,
            name: self.view.name.as_str().into(),
            weight: self.view.weight,
            billing: self.view.billing,
            enabled: self.view.enabled,
            models: self.view.models.clone(),
            problem: self.view.problem.clone(),
        }
    }
}

/// Resolves all keys. Commands run at the same time, since each may take seconds.
pub(super) fn resolve(
    rows: &PolicyRows,
    sources: &Sources<'_>,
    wanted: &BTreeSet<&str>,
    commands: Commands<'_>,
) -> Vec<ResolvedKey> {
    let master = master(rows, sources);
    let resolver = Resolver::new(sources.environment, master.as_ref().map_err(String::as_str));
    let mut all: Vec<KeyRow> = rows.keys.clone();
    all.extend(implicit(rows, sources, wanted));
    let with_secret = |row: KeyRow| match (commands, &row.source) {
        (Commands::Leave, KeySource::Cmd(_)) => unasked(row),
        (Commands::Run(Some(previous)), _) => {
            let known = previous.printed_before(&row);
            resolve_one(&resolver, row, known)
        }
        _ => resolve_one(&resolver, row, None),
    };
    let with_secret = &with_secret;
    std::thread::scope(|scope| {
        let (slow, quick): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|it| it.enabled && matches!(it.source, KeySource::Cmd(_)));
        let running: Vec<_> = slow.into_iter().map(|row| scope.spawn(move || with_secret(row))).collect();
        let mut done: Vec<_> = quick.into_iter().map(with_secret).collect();
        for thread in running {
            match thread.join() {
                Ok(it) => done.push(it),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        // Age, as in the file: it is the order among keys of equal weight.
        done.sort_by(|a, b| (&a.view.provider, a.view.id).cmp(&(&b.view.provider, b.view.id)));
        done
    })
}

impl Loaded {
    fn printed_before(&self, row: &KeyRow) -> Option<Secret> {
        let KeySource::Cmd(command) = &row.source else { return None };
        self.printed.get(&row.id).filter(|it| it.command == *command).map(|it| it.secret.clone())
    }
}

/// The master key, read only if a row needs it; the error is for each such row.
fn master(rows: &PolicyRows, sources: &Sources<'_>) -> Result<MasterKey, String> {
    if !rows.keys.iter().any(|it| matches!(it.source, KeySource::Stored { .. })) {
        return Err("no key is stored".to_owned());
    }
    match MasterKey::load(sources.master_key) {
        Ok(Some(it)) => Ok(it),
        Ok(None) => Err(format!("its master key, {}, is missing", sources.master_key.display())),
        Err(refusal) => Err(refusal.to_string()),
    }
}

/// The key as its row has it.
fn unasked(row: KeyRow) -> ResolvedKey {
    let view = KeyView {
        id: row.id,
        source: row.source.to_string(),
        fingerprint: row.fingerprint,
        billing: row.billing,
        weight: row.weight,
        enabled: row.enabled,
        models: row.models,
        problem: None,
        provider: row.provider,
        name: row.name,
    };
    ResolvedKey { view, secret: None, notices: Vec::new(), command: None }
}

fn resolve_one(resolver: &Resolver<'_>, row: KeyRow, known: Option<Secret>) -> ResolvedKey {
    let source = row.source.clone();
    let ResolvedKey { mut view, .. } = unasked(row);
    let command = match &source {
        KeySource::Cmd(command) => Some(command.clone()),
        _ => None,
    };
    if !view.enabled {
        return ResolvedKey { view, secret: None, notices: Vec::new(), command };
    }
    if let Some(secret) = known {
        return ResolvedKey { view, secret: Some(secret), notices: Vec::new(), command };
    }
    match resolver.resolve(&view.provider, &view.name, &source) {
        Ok(it) => {
            // What a reference points to may have changed since it was added.
            view.fingerprint = fingerprint(&it.secret);
            ResolvedKey { view, secret: Some(it.secret), notices: it.notices, command }
        }
        Err(why) => {
            view.problem = Some(why);
            ResolvedKey { view, secret: None, notices: Vec::new(), command }
        }
    }
}

/// Puts a key's secret and what was noticed about it in their places.
pub(super) fn keep(it: ResolvedKey, known: &Known<'_>, loaded: &mut Loaded, problems: &mut Vec<Problem>) {
    let ResolvedKey { view, secret, notices, command } = it;
    let place = format!("key {} {}", view.provider, view.name);
    if !known.0.contains_key(view.provider.as_str()) {
        let fix = format!("llmroute keys remove {} {}", view.provider, view.name);
        problems.push(Problem::new(&place, format!("there is no provider `{}`", view.provider), fix));
    }
    if !view.weight.is_finite() || view.weight < 0.0 {
        let what = format!("{} is not a weight", view.weight);
        problems.push(Problem::new(&place, what, "set a number from 0 up"));
    }
    loaded.notices.extend(notices.into_iter().map(|it| format!("{place}: {it}")));
    if let Some(why) = &view.problem {
        loaded.notices.push(format!("{place} cannot be used: {why}"));
    }
    if let Some(secret) = secret {
        if let Some(command) = command {
            loaded.printed.insert(view.id, Printed { command, secret: secret.clone() });
        }
        loaded.keyring.insert(view.id, secret);
    }
    loaded.keys.push(view);
}

/// Providers without any key row take their conventional variable. A row that is switched off counts: its owner has
/// decided about this provider.
fn implicit<'a>(
    rows: &'a PolicyRows,
    sources: &'a Sources<'_>,
    wanted: &'a BTreeSet<&str>,
) -> impl Iterator<Item = KeyRow> + 'a {
    let own = rows.providers.iter().filter_map(|it| it.row.as_ref());
    let replaced = |name: &str| rows.providers.iter().any(|it| it.name == name && it.row.is_some());
    let built_in = sources.built_in.iter().filter(move |it| !replaced(&it.name));
    own.chain(built_in)
        .filter(|row| wanted.contains(row.name.as_str()))
        .filter(|row| !rows.keys.iter().any(|key| key.provider == row.name))
        .filter_map(|row| {
            let source = conventional(row, sources.environment)?;
            Some(KeyRow {
                id: implicit_id(&row.name),
                provider: row.name.clone(),
                name: "env".to_owned(),
                source,
                fingerprint: String::new(),
                billing: Billing::Metered,
                weight: 1.0,
                enabled: true,
                models: Vec::new(),
                created: crate::domain::clock::Stamp::default(),
            })
        })
}

/// The first of the provider's conventional variables that is set: one that holds its key, or the path of its key file.
pub(super) fn conventional(row: &ProviderRow, environment: &Environment) -> Option<KeySource> {
    if matches!(row.auth, Auth::None | Auth::Client) {
        return None;
    }
    let held = || row.env.iter().find(|it| environment.get(it) != Variable::Unset);
    let filed = || row.env_file.iter().find_map(|it| environment.text(it));
    held().map(|it| KeySource::Env(it.clone())).or_else(|| filed().map(KeySource::File))
}

/// The id of a key that is in no row: negative, and the same at each start, because health and history are kept by it.
/// FNV-1a over the provider's name.
#[must_use]
pub(super) fn implicit_id(provider: &str) -> KeyId {
    let hash = provider
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    KeyId(-1 - (hash >> 1).cast_signed())
}
