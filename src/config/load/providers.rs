//! One provider row, checked.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::address::{self, Private};
use crate::config::edits::names;
use crate::config::environment::Environment;
use crate::config::load::{Problem, settings};
use crate::domain::dialect::Dialect;
use crate::domain::policy::{Auth, Billing, BodyEdits, Key, Privacy, Provider, Speech};
use crate::domain::row::{ProviderRow, SpeechRow};
use crate::domain::setting;

/// The provider, or its problems.
pub(super) fn build(
    row: &ProviderRow,
    enabled: bool,
    keys: Vec<Key>,
    environment: &Environment,
    problems: &mut Vec<Problem>,
) -> Option<Provider> {
    let found = check(row);
    if !found.is_empty() {
        problems.extend(found);
        return None;
    }
    let settled = setting::settle(&row.settings, |it| environment.text(it));
    let filled = |text: &str| setting::fill(text, &settled.values);
    let unready = settings::lacks(row, &settled).or_else(|| settings::misleads(row, &settled.values));
    let headers = row.headers.iter().map(|(name, value)| (name.clone(), filled(value)));
    Some(Provider {
        name: row.name.as_str().into(),
        speaks: row.speaks.iter().map(|it| speech(row, it, &filled)).collect(),
        auth: row.auth,
        headers: headers.collect(),
        quirks: row.quirks.clone(),
        keys,
        local: row.local,
        allow_private: row.allow_private,
        enabled,
        fast: row.fast.as_deref().map(Into::into),
        smart: row.smart.as_deref().map(Into::into),
        models: row.models.iter().map(|it| it.as_str().into()).collect(),
        facts: crate::catalog::models::of(&row.name, row.price_id.as_deref()),
        privacy: row.privacy.unwrap_or(if row.local { Privacy::Local } else { Privacy::Any }),
        region: region(row, &settled.values),
        price_id: row.price_id.clone(),
        settings: settled.values,
        unready,
        client_billing: row.billing.unwrap_or(Billing::Metered),
    })
}

/// Where a provider works, in lower case: as its row says, else as its address does.
fn region(row: &ProviderRow, settings: &BTreeMap<String, String>) -> Option<String> {
    let addressed = || ["region", "location"].into_iter().find_map(|it| settings.get(it));
    row.region.as_ref().or_else(addressed).map(|it| it.to_ascii_lowercase())
}

/// A dialect in which clients of both would show their keys.
pub(in crate::config) fn shared_dialect(row: &ProviderRow, other: &ProviderRow) -> Option<Dialect> {
    let both = |it: &&SpeechRow| {
        other.speaks.iter().any(|other| other.dialect == it.dialect || other.dialect.is_kin(it.dialect))
    };
    row.speaks.iter().find(both).map(|it| it.dialect)
}

/// Names the providers that would be shown each other's keys by clients that bring their own.
pub(super) fn check_own_keys<'a>(rows: impl Iterator<Item = &'a ProviderRow>, problems: &mut Vec<Problem>) {
    let mut taken: Vec<&ProviderRow> = Vec::new();
    for row in rows.filter(|it| it.auth == Auth::Client) {
        let shared = taken.iter().find_map(|other| Some((other, shared_dialect(row, other)?)));
        if let Some((other, dialect)) = shared {
            problems.push(Problem::new(
                format!("provider {}, auth", row.name),
                format!("clients' own keys of {dialect} go to `{}` already", other.name),
                "disable or remove one of the two: one vendor must not be shown what is another's",
            ));
        }
        taken.push(row);
    }
}

fn speech(row: &ProviderRow, it: &SpeechRow, filled: &dyn Fn(&str) -> String) -> Speech {
    let base = filled(it.base_url.as_deref().unwrap_or(&row.base_url));
    let at = |path: &str| address::join(&base, &filled(path));
    let url = at(it.path.as_deref().unwrap_or_else(|| address::path_of(it.dialect)));
    let stream_url = it.stream_path.as_deref().map(at).or_else(|| address::stream_url(it.dialect, &url));
    let put = it.put.iter().map(|(name, value)| (name.clone(), value.to_string()));
    let rename = it.rename.iter().map(|(from, to)| (from.clone(), to.clone()));
    let body = BodyEdits { omit: it.omit.clone(), rename: rename.collect(), put: put.collect() };
    Speech { dialect: it.dialect, url, stream_url, body }
}

/// Everything wrong with a provider row.
#[must_use]
pub(in crate::config) fn check(row: &ProviderRow) -> Vec<Problem> {
    let mut problems = Vec::new();
    let place = |field: &str| format!("provider {}, {field}", row.name);
    if let Err(refusal) = names::provider(&row.name) {
        problems.push(Problem::new(place("name"), refusal.why, refusal.fix));
    }
    problems.extend(settings::check(row));
    let private = if row.allow_private { Private::Allowed } else { Private::Refused };
    let own = row.speaks.iter().filter_map(|it| it.base_url.as_deref());
    for base in std::iter::once(row.base_url.as_str()).chain(own) {
        if let Err(bad) = address::check(&settings::specimen(row, base), private) {
            problems.push(Problem::new(place("base-url"), format!("`{}`: {}", shown(base), bad.what), bad.fix));
        }
    }
    if row.speaks.is_empty() {
        problems.push(Problem::new(
            place("speaks"),
            "it speaks no dialect",
            "add --speaks openai-chat, --speaks openai-responses, --speaks anthropic, --speaks gemini or --speaks openai-completions",
        ));
    }
    if row.billing.is_some() && row.auth != Auth::Client {
        problems.push(Problem::new(
            place("billing"),
            "a provider that has keys has a billing for each of them",
            "leave it out, and say it with the key: llmroute keys add PROVIDER --billing subscription",
        ));
    }
    let mut seen = BTreeSet::new();
    for speech in &row.speaks {
        if !seen.insert(speech.dialect) {
            let what = format!("{} is named twice", speech.dialect);
            problems.push(Problem::new(place("speaks"), what, "name each dialect once"));
        }
        let mut paths = speech.path.iter().chain(&speech.stream_path);
        if paths.any(|it| it.bytes().any(|b| !b.is_ascii_graphic() || b == b'#')) {
            let what = format!("the path of {} cannot stand in a URL", speech.dialect);
            problems.push(Problem::new(place("speaks"), what, "write it like /v2/chat"));
        }
    }
    if let Some(region) = row.region.as_deref().filter(|it| names::region(it).is_err()) {
        let fix = "write it like eu or eu-west-1";
        problems.push(Problem::new(place("region"), format!("`{region}` is no region"), fix));
    }
    for (name, value) in &row.headers {
        problems.extend(
            check_header(name, value).map(|what| {
                Problem::new(place("headers"), format!("`{name}`: {what}"), "correct or remove that header")
            }),
        );
    }
    problems
}

/// Headers that say how a message is framed, whom it is for, or who sends it are not a row's to set.
const OWN: [&str; 13] = [
    "host",
    "connection",
    "content-length",
    "content-type",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "authorization",
    "x-api-key",
    "x-goog-api-key",
    "api-key",
    "cookie",
];

fn check_header(name: &str, value: &str) -> Option<&'static str> {
    if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Some("it is not a header name");
    }
    if name.bytes().any(|it| it.is_ascii_uppercase()) {
        return Some("header names are written in lower case here");
    }
    if OWN.contains(&name) {
        return Some("llmroute sets it itself");
    }
    http::HeaderValue::from_str(value).is_err().then_some("its value cannot be sent")
}

/// A base URL as it may be repeated: without what may be a password in it.
fn shown(base: &str) -> String {
    match base.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => base.split('?').next().unwrap_or_default().to_owned(),
    }
}
