//! `models`: what can be sent as `model`.

use clap::Args;
use serde::Serialize;

use crate::cli::diag::Done;
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::view::amounts;
use crate::cli::view::table::{Table, left};
use crate::domain::policy::{Auth, Policy, Provider};

/// `models`.
#[derive(Debug, Args)]
#[command(after_help = "Any other id of a provider works too, as PROVIDER/MODEL.\n\n\
                        Example:\n  llmroute models -q\n  llmroute ask -m fast \"hello\"")]
pub struct Models {
    /// Only what is of this provider.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
}

/// The document of `models`.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    models: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    /// What to send.
    id: String,
    /// `group` or `model`.
    kind: &'static str,
    /// Where it leads.
    targets: Vec<String>,
}

impl Models {
    /// Lists them.
    ///
    /// # Errors
    /// The local file cannot be read.
    pub fn run(&self, session: &Session) -> Done {
        let listed = Listed { schema_version: 1, models: self.lines(&session.glance()?.policy) };
        session.screen.show(&listed, |it, frame| {
            if session.global.quiet {
                return it.models.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join("\n");
            }
            if it.models.is_empty() {
                return "nothing can be asked yet: llmroute keys add openai".to_owned();
            }
            let mut table = Table::new(&[left("MODEL"), left("IS A"), left("LEADS TO").wide()]);
            for line in &it.models {
                table.row([line.id.clone(), line.kind.to_owned(), leads_to(&line.targets)]);
            }
            table.draw(frame)
        })
    }

    fn lines(&self, policy: &Policy) -> Vec<Line> {
        let wanted = |provider: &str| self.provider.as_deref().is_none_or(|it| it == provider);
        let groups = policy.groups.values().filter_map(|group| {
            let targets: Vec<String> = group.targets.iter().map(|(target, _)| target.to_string()).collect();
            let shown = group.targets.iter().any(|(target, _)| wanted(target.provider.as_str()));
            shown.then(|| Line { id: group.name.to_string(), kind: "group", targets })
        });
        let there = |it: &Provider| it.auth != Auth::None || !it.local || start::answers(it);
        let usable = policy.providers.values().filter(|it| wanted(it.name.as_str()) && it.is_usable() && there(it));
        let models = usable.flat_map(|provider| {
            provider.models.iter().map(|model| {
                let id = format!("{}/{model}", provider.name);
                Line { targets: vec![id.clone()], id, kind: "model" }
            })
        });
        groups.chain(models).collect()
    }
}

fn leads_to(targets: &[String]) -> String {
    match targets {
        [] => amounts::NONE.to_owned(),
        [one] => one.clone(),
        [first, second] => format!("{first}, {second}"),
        [first, second, rest @ ..] => format!("{first}, {second} (+{} more)", rest.len()),
    }
}
