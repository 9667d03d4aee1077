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
use crate::cli::view::table::{Table, left};
use crate::cli::view::{Frame, amounts};
use crate::domain::policy::{Auth, Provider};
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
    providers: Vec<crate::domain::row::ProviderRow>,
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
        let mut table =
            Table::new(&[left("PROVIDER"), left("SPEAKS"), left("ADDRESS").wide(), left("KEYS"), left("STATE")]);
        for line in &it.providers {
            table.row([
                line.name.clone(),
                line.speaks.iter().map(|it| it.dialect).collect::<Vec<_>>().join(", "),
                line.speaks.first().map_or_else(String::new, |it| it.url.clone()),
                line.keys_cell(),
                line.state.clone(),
            ]);
        }
        table.draw(frame)
    })
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
    let shown = Catalogue { schema_version: 1, providers: catalog::providers().to_vec() };
    session.screen.show(&shown, |it, frame: Frame| {
        let mut table =
            Table::new(&[left("PROVIDER"), left("NAME"), left("SPEAKS"), left("KEY FROM"), left("GET ONE").wide()]);
        for row in &it.providers {
            let without = if row.auth == Auth::None { "no key needed" } else { amounts::NONE };
            table.row([
                row.name.clone(),
                row.title.clone().unwrap_or_default(),
                row.speaks.iter().map(|it| it.dialect.name()).collect::<Vec<_>>().join(", "),
                row.env.first().cloned().unwrap_or_else(|| without.to_owned()),
                row.keys_url.clone().unwrap_or_default(),
            ]);
        }
        table.draw(frame)
    })
}

impl Line {
    fn new(it: &Provider) -> Self {
        let keyed = it.usable_keys().next().is_some();
        let state = match (it.enabled, it.auth, keyed) {
            (false, _, _) => "disabled".to_owned(),
            _ if it.unready.is_some() => it.unready.as_ref().map(|it| it.what.clone()).unwrap_or_default(),
            (true, Auth::None, _) => "no key needed".to_owned(),
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
            state,
        }
    }

    fn keys_cell(&self) -> String {
        let names: Vec<&str> = self.keys.iter().map(|it| it.name.as_str()).collect();
        if names.is_empty() { amounts::NONE.to_owned() } else { names.join(", ") }
    }
}
