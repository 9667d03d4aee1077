//! `providers`: who can be asked.

mod add;
mod show;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::catalog;
use crate::cli::diag::Done;
use crate::cli::keyshape::refuse_keys;
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::view::table::{Table, left};
use crate::cli::view::{DIM, Frame, amounts, paint};
use crate::domain::policy::{Auth, Provider};
use crate::domain::row::ProviderRow;
use crate::store::providers::{Removed, Users};

/// `providers`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute providers\n  \
                        llmroute providers add lab --base-url http://127.0.0.1:8000/v1 --speaks openai-chat --auth none")]
pub struct Providers {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the providers in use (the default).
    #[command(after_help = "Example:\n  llmroute providers list --json")]
    List,
    /// Add a provider that speaks a known dialect.
    Add(add::Add),
    /// Show one provider whole.
    #[command(after_help = "Example:\n  llmroute providers show openai")]
    Show {
        /// Its name.
        name: String,
    },
    /// Tell a provider what its address needs to know: a region, a project, an account.
    #[command(after_help = "Example:\n  llmroute providers set vertex project=my-project location=europe-west4")]
    Set {
        /// Its name.
        name: String,
        /// What it needs; nothing after the `=` takes a value away.
        #[arg(required = true, value_name = "SETTING=VALUE", value_parser = add::setting)]
        settings: Vec<(String, String)>,
    },
    /// Let requests go there again.
    #[command(after_help = "Example:\n  llmroute providers enable openai")]
    Enable {
        /// Its name.
        name: String,
    },
    /// Let no request go there; keys and history stay.
    #[command(after_help = "Example:\n  llmroute providers disable openai")]
    Disable {
        /// Its name.
        name: String,
    },
    /// Remove a provider.
    #[command(after_help = "Example:\n  llmroute providers remove lab --cascade")]
    Remove {
        /// Its name.
        name: String,
        /// Also remove its keys, and its targets from groups.
        #[arg(long)]
        cascade: bool,
    },
    /// The built-in table.
    #[command(after_help = "Example:\n  llmroute providers available")]
    Available,
}

/// The document of `providers`.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    providers: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    speaks: Vec<Speaks>,
    auth: Auth,
    local: bool,
    enabled: bool,
    keys: Vec<KeyLine>,
    /// Requests can go there.
    usable: bool,
    /// A built-in local server that does not run.
    #[serde(skip)]
    absent: bool,
    state: String,
}

#[derive(Debug, Serialize)]
struct Speaks {
    dialect: &'static str,
    url: String,
}

#[derive(Debug, Serialize)]
struct KeyLine {
    name: String,
    problem: Option<String>,
}

/// The document of `providers available`.
#[derive(Debug, Serialize)]
struct Catalogue {
    schema_version: u32,
    providers: Vec<ProviderRow>,
}

#[derive(Debug, Serialize)]
struct Changed<'a> {
    schema_version: u32,
    provider: &'a str,
    enabled: bool,
}

#[derive(Debug, Serialize)]
struct Told<'a> {
    schema_version: u32,
    provider: &'a str,
    /// What is still missing.
    unready: Option<String>,
}

#[derive(Debug, Serialize)]
struct Gone<'a> {
    schema_version: u32,
    removed: &'a str,
    keys: &'a [String],
    groups: &'a [String],
}

impl Providers {
    /// Lists, shows or edits providers.
    ///
    /// # Errors
    /// A name or a setting is wrong, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        if let Some(Verb::Show { name } | Verb::Enable { name } | Verb::Disable { name } | Verb::Remove { name, .. }) =
            &self.verb
        {
            refuse_keys([name.as_str()])?;
        }
        match &self.verb {
            None | Some(Verb::List) => list(session),
            Some(Verb::Add(it)) => it.run(session),
            Some(Verb::Show { name }) => show::run(session, name),
            Some(Verb::Set { name, settings }) => set(session, name, settings),
            Some(Verb::Enable { name }) => switch(session, name, true),
            Some(Verb::Disable { name }) => switch(session, name, false),
            Some(Verb::Remove { name, cascade }) => remove(session, name, *cascade),
            Some(Verb::Available) => available(session),
        }
    }
}

fn list(session: &Session) -> Done {
    let policy = session.glance()?.policy;
    let listed = Listed { schema_version: 1, providers: policy.providers.values().map(|it| Line::new(it)).collect() };
    session.screen.show(&listed, |it, frame| {
        let columns = [left("PROVIDER"), left("SPEAKS").wide(), left("HOST").wide(), left("KEYS"), left("STATE")];
        let mut table = Table::new(&columns);
        let (absent, there): (Vec<&Line>, Vec<&Line>) = it.providers.iter().partition(|it| it.absent);
        let (usable, rest): (Vec<&Line>, Vec<&Line>) = there.into_iter().partition(|it| it.usable);
        let (local, keyed): (Vec<&Line>, Vec<&Line>) = usable.into_iter().partition(|it| it.local);
        for line in keyed.into_iter().chain(local).chain(rest) {
            let spoken = line.speaks.iter().map(|it| short(it.dialect)).collect::<Vec<_>>().join(", ");
            let host = line.speaks.first().map(|it| host(&it.url)).filter(|it| !it.contains('{'));
            let host = host.unwrap_or_else(|| amounts::NONE.to_owned());
            table.row([line.name.clone(), spoken, host, line.keys_cell(), line.state.clone()]);
        }
        let mut out = table.draw(frame);
        if !absent.is_empty() {
            let names: Vec<&str> = absent.iter().map(|it| it.name.as_str()).collect();
            out.push_str(&paint(DIM, &format!("\nnot running: {}", names.join(", "))));
        }
        let more = catalog::providers().iter().filter(|row| !it.providers.iter().any(|it| it.name == row.name)).count();
        out.push_str(&paint(DIM, &format!("\n{more} more are built in: llmroute providers available")));
        out
    })
}

/// A dialect in a table: nearly all are OpenAI's, so that word says nothing there.
fn short(dialect: &str) -> &str {
    dialect.strip_prefix("openai-").unwrap_or(dialect)
}

/// Where a URL leads, as far as it tells providers apart.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |it| it.1);
    rest.split(['/', '?']).next().unwrap_or_default().to_owned()
}

fn set(session: &Session, name: &str, settings: &[(String, String)]) -> Done {
    refuse_keys([name])?;
    session.edit(|edits| edits.set_settings(name, settings))?;
    let unready = session.glance()?.policy.providers.get(name).and_then(|it| it.unready.clone());
    let told: Vec<String> = settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let still = unready.as_ref().map(|it| format!("\nstill: {}\nfix:   {}", it.what, it.fix)).unwrap_or_default();
    let changed = Told { schema_version: 1, provider: name, unready: unready.map(|it| it.what) };
    session.screen.did(&changed, format_args!("✓ {name}: {}{still}", told.join(", ")))
}

fn switch(session: &Session, name: &str, enabled: bool) -> Done {
    session.edit(|edits| edits.set_provider_enabled(name, enabled))?;
    let what = if enabled { "enabled" } else { "disabled: no request goes there; keys and history stay" };
    session.screen.did(&Changed { schema_version: 1, provider: name, enabled }, format_args!("✓ {name} {what}"))
}

fn remove(session: &Session, name: &str, cascade: bool) -> Done {
    let users = if cascade { Users::Remove } else { Users::Refuse };
    let all = if cascade { ", its keys and its targets" } else { "" };
    question::confirm(&session.global, &format!("Remove the provider {name}{all}?"))?;
    let Removed { keys, groups } = session.edit(|edits| edits.remove_provider(name, users))?;
    let mut with = Vec::new();
    if !keys.is_empty() {
        with.push(format!("keys {}", keys.join(", ")));
    }
    if !groups.is_empty() {
        with.push(format!("its targets in {}", groups.join(", ")));
    }
    let with = if with.is_empty() { String::new() } else { format!(", with {}", with.join(" and ")) };
    let gone = Gone { schema_version: 1, removed: name, keys: &keys, groups: &groups };
    session.screen.did(&gone, format_args!("✓ {name} removed{with}"))
}

fn available(session: &Session) -> Done {
    let policy = session.glance()?.policy;
    let keyed = |row: &ProviderRow| policy.providers.get(row.name.as_str()).is_some_and(|it| !it.keys.is_empty());
    let shown = Catalogue { schema_version: 1, providers: catalog::providers().to_vec() };
    session.screen.show(&shown, |it, frame: Frame| {
        let columns = [left("PROVIDER"), left("NAME"), left("SPEAKS").wide(), left("KEY FROM")];
        let mut table = Table::new(&columns);
        let (local, remote): (Vec<&ProviderRow>, Vec<&ProviderRow>) = it.providers.iter().partition(|it| it.local);
        let (keyed, rest): (Vec<&ProviderRow>, Vec<&ProviderRow>) = remote.into_iter().partition(|it| keyed(it));
        let (plain, told): (Vec<&ProviderRow>, Vec<&ProviderRow>) =
            rest.into_iter().partition(|it| it.settings.iter().all(|it| it.default.is_some()));
        let parts = [
            ("with a key", keyed),
            ("on this machine, without a key", local),
            ("with a key of yours: llmroute keys add PROVIDER", plain),
            ("with a key and what their address needs: llmroute providers show PROVIDER", told),
        ];
        for (heading, rows) in parts.into_iter().filter(|it| !it.1.is_empty()) {
            table.heading(heading);
            for row in rows {
                let from = row.env.first().or(row.env_file.first()).cloned();
                table.row([
                    row.name.clone(),
                    row.title.clone().unwrap_or_default(),
                    row.speaks.iter().map(|it| short(it.dialect.name())).collect::<Vec<_>>().join(", "),
                    from.unwrap_or_else(|| amounts::NONE.to_owned()),
                ]);
            }
        }
        table.draw(frame)
    })
}

impl Line {
    fn new(it: &Provider) -> Self {
        let keyed = it.usable_keys().next().is_some();
        let absent = it.enabled && it.local && catalog::provider(it.name.as_str()).is_some() && !start::answers(it);
        let state = match (it.enabled, it.auth, keyed) {
            (false, _, _) => "disabled".to_owned(),
            _ if it.unready.is_some() => format!("not set up: llmroute providers show {}", it.name),
            _ if absent => "not running".to_owned(),
            (true, Auth::None, _) => "no key needed".to_owned(),
            (true, Auth::Client, _) => "takes the client's own key".to_owned(),
            (true, _, true) => "ok".to_owned(),
            (true, _, false) => match it.keys.iter().find_map(|it| it.problem.clone()) {
                Some(problem) => problem,
                None if it.keys.is_empty() => format!("no key: llmroute keys add {}", it.name),
                None => "its keys are disabled".to_owned(),
            },
        };
        Self {
            name: it.name.to_string(),
            speaks: it.speaks.iter().map(|it| Speaks { dialect: it.dialect.name(), url: it.url.clone() }).collect(),
            auth: it.auth,
            local: it.local,
            enabled: it.enabled,
            keys: it.keys.iter().map(|it| KeyLine { name: it.name.to_string(), problem: it.problem.clone() }).collect(),
            usable: it.is_usable(),
            absent,
            state,
        }
    }

    fn keys_cell(&self) -> String {
        let names: Vec<&str> = self.keys.iter().map(|it| it.name.as_str()).collect();
        if names.is_empty() { amounts::NONE.to_owned() } else { names.join(", ") }
    }
}
