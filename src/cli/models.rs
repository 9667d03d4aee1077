//! `models`: what can be sent as `model`, and what is known of it.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::catalog;
use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts};
use crate::config::refusal::nearest;
use crate::domain::model::ModelFacts;
use crate::domain::policy::{Auth, Policy, Provider};
use crate::domain::target::Target;

/// `models`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Any other id of a provider works too, as PROVIDER/MODEL.\n\n\
                        Example:\n  llmroute models -q\n  llmroute models show claude-sonnet-5-5")]
pub struct Models {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List what can be sent as `model` (the default).
    #[command(after_help = "Example:\n  llmroute models list --provider openai")]
    List(List),
    /// Give a model a name of your own; without a model the name is taken back.
    #[command(after_help = "A group of the same name comes first.\n\n\
                            Example:\n  llmroute models alias best=anthropic/claude-opus-5-5\n  llmroute models alias best=")]
    Alias {
        /// The name, and what it stands for: a group, PROVIDER/MODEL, or a model that several providers may have.
        #[arg(value_name = "NAME=MODEL")]
        alias: String,
    },
    /// Show what is known of a model, and who has it.
    #[command(
        after_help = "Example:\n  llmroute models show claude-sonnet-5-5\n  llmroute models show groq/llama-3.1-8b-instant"
    )]
    Show {
        /// A model, as any provider calls it, or PROVIDER/MODEL.
        model: String,
    },
}

#[derive(Debug, Args)]
struct List {
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
    /// `group`, `alias` or `model`.
    kind: &'static str,
    /// Where it leads.
    targets: Vec<String>,
    /// What is known of a model; `null` = nothing, or it is a group.
    facts: Option<ModelFacts>,
}

/// The document of `models show`.
#[derive(Debug, Serialize)]
struct Known {
    schema_version: u32,
    /// What is known by provider, whether there is a key or not.
    models: Vec<At>,
}

/// The document of `models alias`.
#[derive(Debug, Serialize)]
struct Given<'a> {
    schema_version: u32,
    alias: &'a str,
    /// `null` = it was taken back.
    model: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct At {
    provider: String,
    /// What it is called there.
    model: String,
    /// Whether a request could go there now.
    usable: bool,
    facts: ModelFacts,
}

impl Models {
    /// Lists or shows them.
    ///
    /// # Errors
    /// Nothing is known of that model, or the local file cannot be read.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None => self.list.run(session),
            Some(Verb::List(it)) => it.run(session),
            Some(Verb::Alias { alias }) => give(session, alias),
            Some(Verb::Show { model }) => show(session, model),
        }
    }
}

impl List {
    fn run(&self, session: &Session) -> Done {
        let listed = Listed { schema_version: 1, models: self.lines(&session.glance()?.policy) };
        session.screen.show(&listed, |it, frame| {
            if session.global.quiet {
                return it.models.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join("\n");
            }
            if it.models.is_empty() {
                return "nothing can be asked yet: llmroute keys add openai".to_owned();
            }
            let mut table = Table::new(&[
                left("MODEL"),
                left("IS A"),
                right("WINDOW").wide(),
                left("TAKES").wide(),
                left("LEADS TO").wide(),
            ]);
            for line in &it.models {
                let facts = line.facts.as_ref();
                table.row([
                    line.id.clone(),
                    line.kind.to_owned(),
                    facts.map_or_else(|| amounts::NONE.to_owned(), window),
                    facts.map(skills).unwrap_or_default(),
                    leads_to(&line.targets),
                ]);
            }
            table.draw(frame)
        })
    }

    fn lines(&self, policy: &Policy) -> Vec<Line> {
        let wanted = |provider: &str| self.provider.as_deref().is_none_or(|it| it == provider);
        let groups = policy.groups.values().filter_map(|group| {
            let targets: Vec<String> = group.targets.iter().map(|(target, _)| target.to_string()).collect();
            let shown = group.targets.iter().any(|(target, _)| wanted(target.provider.as_str()));
            shown.then(|| Line { id: group.name.to_string(), kind: "group", targets, facts: None })
        });
        let aliases = policy.aliases.iter().filter(|_| self.provider.is_none());
        let aliases = aliases.map(|(name, meant)| Line {
            id: name.to_string(),
            kind: "alias",
            targets: vec![meant.clone()],
            facts: None,
        });
        let there = |it: &Provider| it.auth != Auth::None || !it.local || start::answers(it);
        let usable = policy.providers.values().filter(|it| wanted(it.name.as_str()) && it.is_usable() && there(it));
        let models = usable.flat_map(|provider| {
            provider.models.iter().map(|model| {
                let id = format!("{}/{model}", provider.name);
                let facts = provider.facts.get(model.as_str()).cloned();
                Line { targets: vec![id.clone()], id, kind: "model", facts }
            })
        });
        groups.chain(aliases).chain(models).collect()
    }
}

fn give(session: &Session, text: &str) -> Done {
    let Some((name, model)) = text.split_once('=') else {
        return Err(Diag::usage(format_args!("`{text}` gives no name"), "an alias is written NAME=MODEL")
            .fix("llmroute models alias best=anthropic/claude-opus-5-5")
            .into());
    };
    let (name, model) = (name.trim(), model.trim());
    let given = Given { schema_version: 1, alias: name, model: (!model.is_empty()).then_some(model) };
    if model.is_empty() {
        session.edit(|edits| edits.remove_alias(name))?;
        return session.screen.did(&given, format_args!("✓ {name} stands for nothing any more"));
    }
    session.edit(|edits| edits.set_alias(name, model))?;
    session.screen.did(&given, format_args!("✓ {name} stands for {model}"))
}

fn show(session: &Session, asked: &str) -> Done {
    let policy = session.glance()?.policy;
    let known = Known { schema_version: 1, models: find(&policy, asked) };
    if known.models.is_empty() {
        let names: Vec<String> = catalog::models::providers()
            .flat_map(|it| catalog::models::of(it, None).all().map(|(name, _)| name.to_string()).collect::<Vec<_>>())
            .collect();
        let fix = match nearest(asked, names.iter().map(String::as_str)) {
            Some(meant) => format!("is `{meant}` meant?   llmroute models show {meant}"),
            None => "it can be asked all the same, as PROVIDER/MODEL".to_owned(),
        };
        let what = format!("nothing is known of a model `{asked}`");
        return Err(Diag::new(
            Exit::Usage,
            "unknown-model",
            what,
            "no provider of the built-in table is known to have it",
        )
        .fix(fix)
        .into());
    }
    session.screen.show(&known, |it, frame| draw(&it.models, frame))
}

/// Everybody who has that model, those first that can be asked: the providers of the policy, and then the other built-in
/// ones.
fn find(policy: &Policy, asked: &str) -> Vec<At> {
    let is_provider =
        |it: &Target| policy.providers.contains_key(&it.provider) || catalog::provider(it.provider.as_str()).is_some();
    let target = Target::parse(asked).filter(is_provider);
    let name = target.as_ref().map_or(asked, |it| it.model.as_str());
    let wanted = |provider: &str| target.as_ref().is_none_or(|it| it.provider.as_str() == provider);
    let own =
        policy.providers.values().map(|it| (it.name.to_string(), it.is_usable(), std::sync::Arc::clone(&it.facts)));
    let others = catalog::models::providers()
        .filter(|it| !policy.providers.contains_key(*it))
        .map(|it| (it.to_owned(), false, catalog::models::of(it, None)));
    let mut found: Vec<At> = own
        .chain(others)
        .filter(|it| wanted(&it.0))
        .filter_map(|(provider, usable, facts)| {
            let model = facts.named(name)?;
            let known = facts.get(model.as_str()).cloned().unwrap_or_default();
            Some(At { provider, model: model.to_string(), usable, facts: known })
        })
        .collect();
    found.sort_by_key(|it| !it.usable);
    found
}

fn draw(models: &[At], frame: Frame) -> String {
    let mut table = Table::new(&[
        left("PROVIDER"),
        left("CALLS IT"),
        right("WINDOW"),
        right("OUT"),
        left("TAKES"),
        left("ENDS"),
        left("").wide(),
    ]);
    for it in models {
        table.row([
            it.provider.clone(),
            it.model.clone(),
            window(&it.facts),
            it.facts.output.map_or_else(|| amounts::UNKNOWN.to_owned(), amounts::tokens),
            skills(&it.facts),
            it.facts.gone.clone().unwrap_or_default(),
            if it.usable { String::new() } else { "no key".to_owned() },
        ]);
    }
    table.draw(frame)
}

fn window(facts: &ModelFacts) -> String {
    facts.window.map_or_else(|| amounts::UNKNOWN.to_owned(), amounts::tokens)
}

/// `tools, images, no audio`: what is known, one way or the other.
fn skills(facts: &ModelFacts) -> String {
    let known = [
        ("tools", facts.tools),
        ("images", facts.images),
        ("audio", facts.audio),
        ("documents", facts.documents),
        ("schema", facts.json_schema),
        ("reasoning", facts.reasoning),
    ];
    let told = known.into_iter().filter_map(|(name, can)| match can {
        Some(true) => Some(name.to_owned()),
        Some(false) => Some(format!("no {name}")),
        None => None,
    });
    told.collect::<Vec<_>>().join(", ")
}

fn leads_to(targets: &[String]) -> String {
    match targets {
        [] => amounts::NONE.to_owned(),
        [one] => one.clone(),
        [first, second] => format!("{first}, {second}"),
        [first, second, rest @ ..] => format!("{first}, {second} (+{} more)", rest.len()),
    }
}
