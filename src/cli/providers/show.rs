//! `providers show`: one row whole, with its settings and keys.

use serde::Serialize;

use crate::catalog;
use crate::cli::diag::Done;
use crate::cli::session::Session;
use crate::cli::view::{BOLD, amounts, paint, safe};
use crate::config::Refusal;
use crate::config::refusal::nearest;
use crate::domain::row::ProviderRow;
use crate::domain::setting::{self, Settled};
use crate::store;

#[derive(Debug, Serialize)]
struct Whole {
    schema_version: u32,
    /// The row is the built-in one.
    built_in: bool,
    enabled: bool,
    keys: Vec<String>,
    /// What its address needs to know, and what it is here; `null` = it has no value.
    settings: Vec<Setting>,
    provider: ProviderRow,
}

#[derive(Debug, Serialize)]
struct Setting {
    name: String,
    value: Option<String>,
    /// What it is unless it is set, of other settings.
    default: Option<String>,
    about: Option<String>,
    env: Vec<String>,
}

pub(super) fn run(session: &Session, name: &str) -> Done {
    let db = session.read()?;
    let stored = store::providers::get(&db, name)?;
    let enabled = stored.as_ref().is_none_or(|it| it.enabled);
    let own = stored.as_ref().and_then(|it| it.row.clone());
    let built_in = own.is_none();
    let Some(provider) = own.or_else(|| catalog::provider(name).cloned()) else {
        let own: Vec<String> = store::providers::list(&db)?.into_iter().map(|it| it.name).collect();
        let known = catalog::providers().iter().map(|it| it.name.as_str()).chain(own.iter().map(String::as_str));
        let fix = match nearest(name, known) {
            Some(meant) => format!("llmroute providers show {meant}"),
            None => "llmroute providers available   lists the built-in ones".to_owned(),
        };
        let why = "it is neither in the local file nor in the built-in table";
        return Err(Refusal::new("unknown-provider", format!("there is no provider `{name}`"), why, fix).into());
    };
    let provider = stored.map_or_else(|| provider.clone(), |it| it.settled(&provider));
    let keys = store::keys::list(&db)?.into_iter().filter(|it| it.provider == name).map(|it| it.name).collect();
    let Settled { values, .. } = setting::settle(&provider.settings, |it| session.environment.text(it));
    let setting = |it: &setting::SettingRow| Setting {
        name: it.name.clone(),
        value: values.get(&it.name).cloned(),
        default: it.default.clone(),
        about: it.about.clone(),
        env: it.env.clone(),
    };
    let settings = provider.settings.iter().map(setting).collect();
    let whole = Whole { schema_version: 1, built_in, enabled, keys, settings, provider };
    session.screen.show(&whole, |it, _| draw(it))
}

fn draw(it: &Whole) -> String {
    let row = &it.provider;
    let list = |them: &[String]| if them.is_empty() { amounts::NONE.to_owned() } else { them.join(", ") };
    let auth =
        serde_json::to_value(row.auth).ok().and_then(|it| it.as_str().map(ToOwned::to_owned)).unwrap_or_default();
    let key_from: Vec<String> = row.env.iter().chain(&row.env_file).cloned().collect();
    let mut facts = vec![
        ("address", row.base_url.clone()),
        ("speaks", row.speaks.iter().map(|it| it.dialect.name()).collect::<Vec<_>>().join(", ")),
        ("auth", auth),
        ("keys", list(&it.keys)),
        ("key from", list(&key_from)),
        ("fast", row.fast.clone().unwrap_or_else(|| amounts::NONE.to_owned())),
        ("smart", row.smart.clone().unwrap_or_else(|| amounts::NONE.to_owned())),
        ("models", list(&row.models)),
    ];
    if let Some(url) = &row.keys_url {
        facts.push(("get a key", url.clone()));
    }
    facts.extend(it.settings.iter().map(|it| ("setting", shown(it, &row.name))));
    let title = row.title.as_ref().map(|it| format!(" · {it}")).unwrap_or_default();
    let origin = if it.built_in { "built in" } else { "your own" };
    let state = if it.enabled { "enabled" } else { "disabled" };
    let mut lines = vec![paint(BOLD, &safe::line(&format!("{}{title} · {origin} · {state}", row.name)))];
    lines.extend(facts.iter().map(|(name, value)| format!("  {name:<10} {}", safe::line(value))));
    lines.join("\n")
}

/// `project = my-project · the Google Cloud project`; of one that has no value, how it gets one.
fn shown(it: &Setting, provider: &str) -> String {
    let about = it.about.as_ref().map(|it| format!(" · {it}")).unwrap_or_default();
    if let Some(value) = it.value.as_ref().or(it.default.as_ref()) {
        return format!("{} = {value}{about}", it.name);
    }
    let env = it.env.first().map(|it| format!("   or   export {it}=VALUE")).unwrap_or_default();
    format!("{} has no value{about}: llmroute providers set {provider} {}=VALUE{env}", it.name, it.name)
}
