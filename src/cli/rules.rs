//! `rules`: where requests go that fulfil a condition.

mod dry;
mod show;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::diag::Done;
use crate::cli::question;
use crate::cli::session::Session;
use crate::config::Refusal;
use crate::config::edits::destination;
use crate::store::RuleRow;

/// `rules`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  llmroute rules\n  llmroute rules add long --when 'prompt_tokens > 100000' --to smart\n  llmroute rules test long --body request.json"
)]
pub struct Rules {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the rules in the order in which they are asked (the default).
    #[command(after_help = "Example:\n  llmroute rules list --json")]
    List,
    /// List what a condition can name.
    #[command(after_help = "Example:\n  llmroute rules variables")]
    Variables,
    /// Add a rule. The first one that matches says where a request goes.
    #[command(
        after_help = "The condition is CEL: && || ! == != < > in ( ) ?: and the functions contains, startsWith, endsWith,\n\
                      matches, size, int, double, string; what it can name: llmroute rules variables\n\n\
                      Example:\n  llmroute rules add night --when 'hour < 6 && !has_tools' --to groq/llama-3.3-70b-versatile --fallback fast"
    )]
    Add {
        /// Its name.
        name: String,
        /// When it matches, in CEL.
        #[arg(long, value_name = "CEL")]
        when: String,
        #[command(flatten)]
        options: Options,
    },
    /// Change a rule; what is not named stays.
    #[command(after_help = "Example:\n  llmroute rules edit night --when 'hour < 7' --priority 5")]
    Edit {
        /// Its name.
        name: String,
        /// When it matches, in CEL.
        #[arg(long, value_name = "CEL")]
        when: Option<String>,
        #[command(flatten)]
        options: Options,
        /// It ends the search when it matches.
        #[arg(long, conflicts_with = "chain")]
        no_chain: bool,
        /// It has no fallbacks any more.
        #[arg(long, conflicts_with = "fallbacks")]
        no_fallback: bool,
    },
    /// Ask a rule again.
    #[command(after_help = "Example:\n  llmroute rules enable night")]
    Enable {
        /// Its name.
        name: String,
    },
    /// Keep a rule, and do not ask it.
    #[command(after_help = "Example:\n  llmroute rules disable night")]
    Disable {
        /// Its name.
        name: String,
    },
    /// Remove a rule.
    #[command(after_help = "Example:\n  llmroute rules remove night")]
    Remove {
        /// Its name.
        name: String,
    },
    /// Ask one rule about a request that is not sent.
    #[command(after_help = "Nothing is sent and nothing is written down. Every target counts as healthy.\n\n\
                            Example:\n  llmroute rules test night --body request.json --header 'x-team: red' --at 2026-11-20T03:30")]
    Test(dry::Test),
}

/// What a rule says beside its condition.
#[derive(Debug, Args)]
struct Options {
    /// Where its requests go: a group or PROVIDER/MODEL, with a weight where there are several.
    #[arg(long = "to", value_name = "GROUP|PROVIDER/MODEL[=WEIGHT]", num_args = 1..)]
    targets: Vec<String>,
    /// What is tried when those fail, in order.
    #[arg(long = "fallback", value_name = "GROUP|PROVIDER/MODEL", num_args = 1..)]
    fallbacks: Vec<String>,
    /// Whose requests: global, customer:NAME, team:NAME or virtual-key:NAME. The narrower scope is asked first.
    #[arg(long)]
    scope: Option<String>,
    /// The smaller, the earlier; without it, 0.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    priority: Option<i64>,
    /// It says what model is meant, and all rules are asked again.
    #[arg(long)]
    chain: bool,
}

/// The document of an edit.
#[derive(Debug, Serialize)]
struct One {
    schema_version: u32,
    rule: show::Shown,
}

#[derive(Debug, Serialize)]
struct Removed<'a> {
    schema_version: u32,
    removed: &'a str,
}

impl Rules {
    /// Lists, edits or tries rules.
    ///
    /// # Errors
    /// Something a rule says cannot be, there is none of that name, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None | Some(Verb::List) => show::list(session),
            Some(Verb::Variables) => show::variables(session),
            Some(Verb::Add { name, when, options }) => add(session, name, when, options),
            Some(Verb::Edit { name, when, options, no_chain, no_fallback }) => edit(session, name, "changed", |row| {
                if let Some(when) = when {
                    row.when.clone_from(when);
                }
                row.chain &= !no_chain;
                if *no_fallback {
                    row.fallbacks.clear();
                }
                options.apply(row)
            }),
            Some(Verb::Enable { name }) => enable(session, name, true),
            Some(Verb::Disable { name }) => enable(session, name, false),
            Some(Verb::Remove { name }) => remove(session, name),
            Some(Verb::Test(it)) => it.run(session),
        }
    }
}

impl Options {
    /// Writes what is named into a rule.
    fn apply(&self, row: &mut RuleRow) -> Result<(), Refusal> {
        if !self.targets.is_empty() {
            row.targets = self.targets.iter().map(|it| destination(it)).collect::<Result<_, _>>()?;
        }
        if !self.fallbacks.is_empty() {
            row.fallbacks.clone_from(&self.fallbacks);
        }
        if let Some(scope) = &self.scope {
            row.scope.clone_from(scope);
        }
        row.priority = self.priority.unwrap_or(row.priority);
        row.chain |= self.chain;
        Ok(())
    }
}

fn add(session: &Session, name: &str, when: &str, options: &Options) -> Done {
    let mut row = RuleRow {
        name: name.to_owned(),
        scope: "global".to_owned(),
        priority: 0,
        when: when.to_owned(),
        targets: Vec::new(),
        fallbacks: Vec::new(),
        chain: false,
        enabled: true,
    };
    options.apply(&mut row)?;
    session.edit(|edits| edits.add_rule(&row))?;
    told(session, &row, "added")
}

fn edit(session: &Session, name: &str, what: &str, change: impl FnOnce(&mut RuleRow) -> Result<(), Refusal>) -> Done {
    let row = session.edit(|edits| {
        let mut row = edits.rule(name)?;
        change(&mut row)?;
        edits.replace_rule(&row)?;
        Ok(row)
    })?;
    told(session, &row, what)
}

fn enable(session: &Session, name: &str, enabled: bool) -> Done {
    edit(session, name, if enabled { "enabled" } else { "disabled" }, |row| {
        row.enabled = enabled;
        Ok(())
    })
}

fn remove(session: &Session, name: &str) -> Done {
    question::confirm(&session.global, &format!("Remove the rule {name}?"))?;
    session.edit(|edits| edits.remove_rule(name))?;
    session.screen.did(&Removed { schema_version: 1, removed: name }, format_args!("✓ rule {name} removed"))
}

fn told(session: &Session, row: &RuleRow, what: &str) -> Done {
    let rule = show::Shown::of(row);
    let does = if row.chain { "goes on as" } else { "to" };
    let line = format!("✓ rule {} {what}: {} → {does} {}", row.name, row.when, rule.targets_in_words());
    session.screen.did(&One { schema_version: 1, rule }, format_args!("{line}"))
}
