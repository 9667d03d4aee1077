//! The settings of a row: what is wrong with how they are written, and what they still lack.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::address::{self, Private};
use crate::config::load::Problem;
use crate::domain::policy::{Speech, Unready};
use crate::domain::row::ProviderRow;
use crate::domain::setting::{self, Settled};

/// Everything wrong with the settings as they are written.
pub(super) fn check(row: &ProviderRow) -> Vec<Problem> {
    let mut problems = Vec::new();
    let place = format!("provider {}, settings", row.name);
    let mut known = BTreeSet::from([model()]);
    for it in &row.settings {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if it.name.is_empty() || !it.name.bytes().all(plain) {
            let what = format!("`{}` is no name for a setting", it.name);
            problems.push(Problem::new(&place, what, "use lower-case letters, digits and `-`"));
        }
        if let Some(Err(unfit)) = it.value.as_deref().map(setting::clean) {
            let what = format!("the value of `{}` cannot stand in an address: {unfit}", it.name);
            problems.push(Problem::new(&place, what, format!("--set {}=VALUE", it.name)));
        }
        let cases = it.when.values().flat_map(BTreeMap::values);
        let used = it.default.iter().chain(cases).flat_map(|it| setting::named(it));
        let used = used.chain(it.when.keys().map(String::as_str));
        for name in used.filter(|name| !known.contains(name)) {
            let what = format!("`{}` builds on `{name}`, which is not a setting named before it", it.name);
            problems.push(Problem::new(&place, what, "name it first"));
        }
        if !known.insert(&it.name) {
            let what = format!("`{}` is named twice", it.name);
            problems.push(Problem::new(&place, what, "name each setting once"));
        }
    }
    for name in row_texts(row).flat_map(setting::named).filter(|name| !known.contains(name)) {
        let what = format!("`{{{name}}}` is no setting of this provider");
        problems.push(Problem::new(&place, what, "name it among its settings, or write its value in its place"));
    }
    problems
}

/// What a request cannot do without: a setting that has no value.
pub(super) fn lacks(row: &ProviderRow, settled: &Settled) -> Option<Unready> {
    // What is built of another is not asked for where that other is missing: the first is what its owner knows. What
    // another was given in place of is not asked for at all.
    let mut needed: BTreeSet<&str> = row_texts(row).flat_map(setting::named).collect();
    for it in row.settings.iter().rev().filter(|it| !settled.values.contains_key(&it.name)) {
        if needed.contains(it.name.as_str()) {
            needed.extend(it.default.iter().flat_map(|it| setting::named(it)));
        }
    }
    let it = settled.missing.iter().find(|it| needed.contains(it.name.as_str()))?;
    let about = it.about.as_deref().map(|it| format!(" ({it})")).unwrap_or_default();
    let what = match &it.unfit {
        Some(variable) => format!("{} needs its setting `{}`{about}; {variable} holds none", row.name, it.name),
        None => format!("{} needs its setting `{}`{about}", row.name, it.name),
    };
    let set = format!("llmroute providers set {} {}=VALUE", row.name, it.name);
    let env = it.env.first().map(|it| format!("   or   export {it}=VALUE")).unwrap_or_default();
    Some(Unready { what, fix: format!("{set}{env}") })
}

/// An address that is sound as it is written may lead elsewhere once the environment's values stand in it.
pub(super) fn misleads(row: &ProviderRow, values: &BTreeMap<String, String>) -> Option<Unready> {
    let private = if row.allow_private { Private::Allowed } else { Private::Refused };
    let bad = bases(row).find_map(|it| address::check(&whole(&setting::fill(it, values)), private).err())?;
    let what = format!("the address of {} cannot be used with these settings: {}", row.name, bad.what);
    Some(Unready { what, fix: format!("{}; see: llmroute providers show {}", bad.fix, row.name) })
}

/// A base URL as it may come out: what no user and no default has said yet is `x`.
pub(super) fn specimen(row: &ProviderRow, base: &str) -> String {
    let mut values = setting::settle(&row.settings, |_| None).values;
    for it in &row.settings {
        values.entry(it.name.clone()).or_insert_with(|| "x.example".to_owned());
    }
    whole(&setting::fill(base, &values))
}

/// `{model}` stands in some bases until a request says it.
fn whole(base: &str) -> String {
    base.replace(Speech::MODEL, "x")
}

/// What stands between the braces of [`Speech::MODEL`].
fn model() -> &'static str {
    Speech::MODEL.trim_matches(['{', '}'])
}

fn bases(row: &ProviderRow) -> impl Iterator<Item = &str> {
    std::iter::once(row.base_url.as_str()).chain(row.speaks.iter().filter_map(|it| it.base_url.as_deref()))
}

fn row_texts(row: &ProviderRow) -> impl Iterator<Item = &str> {
    let paths = row.speaks.iter().flat_map(|it| it.path.iter().chain(&it.stream_path)).map(String::as_str);
    bases(row).chain(paths).chain(row.headers.iter().map(|it| it.1.as_str()))
}
