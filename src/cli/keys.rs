//! `keys`: the credentials of providers. A secret comes by a hidden prompt, by stdin or as a reference, never as an
//! argument, and is never printed.

mod set;

use std::collections::HashMap;

use clap::{Args, Subcommand, ValueEnum};
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use crate::catalog;
use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::keyshape::{self, refuse_keys};
use crate::cli::live;
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts};
use crate::config::KeyView;
use crate::config::edits::{AddKey, AddedKey, KeyInput};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::pattern::Pattern;
use crate::domain::policy::Billing;
use crate::domain::secret::Secret;
use crate::engine::standing::Cooling;
use crate::store::KeySource;
use crate::store::stats::{self, By, Money, Range};

/// Days that the spending of a key is summed over.
const DAYS: i64 = 30;

/// `keys`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute keys\n  llmroute keys add openai")]
pub struct Keys {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the keys (the default).
    #[command(after_help = "Example:\n  llmroute keys list --json")]
    List,
    /// Add a key: asks for it, reads it from stdin, or keeps a reference to it.
    #[command(
        after_help = "Example:\n  llmroute keys add openai\n  llmroute keys add openai --name work --stdin < key.txt\n  \
                            llmroute keys add anthropic --from 'cmd:op read op://Private/Anthropic/credential'"
    )]
    Add {
        /// The provider it is for.
        provider: String,
        /// A name for it.
        #[arg(long, default_value = "main")]
        name: String,
        #[command(flatten)]
        secret: SecretFrom,
        /// How it is paid for.
        #[arg(long, value_enum, default_value = "metered")]
        billing: BillingName,
    },
    /// Replace a key's secret; its name, billing and history stay.
    #[command(after_help = "Example:\n  llmroute keys rotate openai main --stdin < key.txt")]
    Rotate {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        secret: SecretFrom,
    },
    /// Say what a key is for, and its share among the keys of its provider. What is not named stays.
    #[command(after_help = "A * at the end of a model stands for any rest.\n\n\
                      Example:\n  llmroute keys set openai work --models gpt-5*,text-embedding-3-small --weight 2\n  \
                      llmroute keys set openai work --any-model")]
    Set {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        what: set::Set,
    },
    /// Give a key another name.
    #[command(after_help = "Example:\n  llmroute keys rename openai main old")]
    Rename {
        /// The provider it is for.
        provider: String,
        /// Its name.
        name: String,
        /// The new name.
        to: String,
    },
    /// Remove a key. A stored secret is gone for good.
    #[command(after_help = "Example:\n  llmroute keys remove openai old")]
    Remove {
        #[command(flatten)]
        which: Which,
    },
}

/// Where a secret comes from.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct SecretFrom {
    /// Read the key from stdin.
    #[arg(long)]
    stdin: bool,
    /// Keep a reference; the key is read from there when it is needed.
    #[arg(long, value_name = "env:NAME|file:PATH|cmd:COMMAND")]
    from: Option<String>,
}

#[derive(Debug, Args)]
struct Which {
    /// The provider it is for.
    provider: String,
    /// Its name; not needed if the provider has one key.
    name: Option<String>,
}

/// How a key is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BillingName {
    /// By the token.
    Metered,
    /// A flat fee: requests cost nothing extra.
    Subscription,
    /// Nothing.
    Free,
}

/// The document of `keys`.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    /// Days that the spending is summed over.
    days: i64,
    keys: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    provider: String,
    name: String,
    source: String,
    fingerprint: String,
    billing: Billing,
    weight: f64,
    enabled: bool,
    /// The models that it is for; none means any.
    models: Vec<Pattern>,
    /// Found in the environment; nothing of it is stored.
    found: bool,
    /// `ok`, `disabled`, `not asked` (a command prints it), what it is out for, or why the key cannot be had.
    state: String,
    /// What it is out for just now, and how long yet.
    cooling: Vec<Cooling>,
    /// Spent in those days; `null` = unknown.
    spent_usd: Option<f64>,
    #[serde(skip)]
    spent: String,
}

/// The document of the edits.
#[derive(Debug, Serialize)]
struct Saved<'a> {
    schema_version: u32,
    provider: &'a str,
    name: &'a str,
    source: &'a str,
    fingerprint: &'a str,
}

#[derive(Debug, Serialize)]
struct NewName<'a> {
    schema_version: u32,
    provider: &'a str,
    renamed: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct Gone<'a> {
    schema_version: u32,
    provider: &'a str,
    removed: &'a str,
}

impl Keys {
    /// Lists or edits keys.
    ///
    /// # Errors
    /// A name is wrong, a key cannot be had or used, or the local file cannot be written.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None | Some(Verb::List) => list(session),
            Some(Verb::Add { provider, name, secret, billing }) => add(session, provider, name, secret, *billing),
            Some(Verb::Rotate { which, secret }) => rotate(session, which, secret),
            Some(Verb::Set { which, what }) => {
                which.refuse_keys()?;
                what.run(session, &which.provider, which.name.as_deref())
            }
            Some(Verb::Rename { provider, name, to }) => rename(session, provider, name, to),
            Some(Verb::Remove { which }) => remove(session, which),
        }
    }
}

fn list(session: &Session) -> Done {
    let loaded = session.glance()?;
    let cooling = live::cooling(session, &loaded)?;
    let to = Stamp(session.clock.now().wall.0.saturating_add(1));
    let from = Timestamp::from_microsecond(to.0).ok().and_then(|it| it.checked_sub((24 * DAYS).hours()).ok());
    let range = Range { from: from.map_or(Stamp(0), |it| Stamp(it.as_microsecond())), to };
    let report = stats::report(&session.read()?, range, &By::Key)?;
    let spent: HashMap<String, Money> =
        report.rows.into_iter().filter_map(|it| Some((it.name?, it.sums.money))).collect();
    let lines = loaded.keys.iter().map(|it| Line::new(it, &spent, &cooling)).collect();
    session.screen.show(&Listed { schema_version: 1, days: DAYS, keys: lines }, |it, frame| table(&it.keys, frame))
}

fn add(session: &Session, provider: &str, name: &str, secret: &SecretFrom, billing: BillingName) -> Done {
    refuse_keys([provider, name])?;
    let input = secret.input(session, provider)?;
    let source = source_word(&input);
    let key = AddKey {
        provider: provider.to_owned(),
        name: Some(name.to_owned()),
        input,
        billing: billing.into(),
        weight: 1.0,
    };
    let added = session.edit(|edits| edits.add_key(key))?;
    saved(session, provider, &added, source, "added")
}

fn rotate(session: &Session, which: &Which, secret: &SecretFrom) -> Done {
    which.refuse_keys()?;
    let input = secret.input(session, &which.provider)?;
    let source = source_word(&input);
    let rotated = session.edit(|edits| edits.rotate_key(&which.provider, which.name.as_deref(), input))?;
    saved(session, &which.provider, &rotated, source, "replaced")
}

fn rename(session: &Session, provider: &str, name: &str, to: &str) -> Done {
    refuse_keys([provider, name, to])?;
    session.edit(|edits| edits.rename_key(provider, name, to))?;
    let renamed = NewName { schema_version: 1, provider, renamed: name, name: to };
    session.screen.did(&renamed, format_args!("✓ {provider} {name} is now {provider} {to}"))
}

fn remove(session: &Session, which: &Which) -> Done {
    which.refuse_keys()?;
    let Which { provider, name } = which;
    let row = session.edit(|edits| edits.key(provider, name.as_deref()))?;
    let lost = if matches!(row.source, KeySource::Stored { .. }) { " Its secret is stored here only." } else { "" };
    question::confirm(
        &session.global,
        &format!("Remove the key {provider} {} ({})?{lost}", row.name, row.fingerprint),
    )?;
    session.edit(|edits| edits.remove_key(provider, Some(&row.name)))?;
    let gone = Gone { schema_version: 1, provider, removed: &row.name };
    session.screen.did(&gone, format_args!("✓ {provider} {} removed", row.name))
}

fn saved(session: &Session, provider: &str, key: &AddedKey, source: &str, what: &str) -> Done {
    for notice in &key.notices {
        session.screen.warn(notice);
    }
    let kept = if source == "stored" { "stored encrypted in llmroute.db" } else { "kept as a reference" };
    let AddedKey { name, fingerprint, .. } = key;
    let saved = Saved { schema_version: 1, provider, name, source, fingerprint };
    let text = format!("✓ {provider} {name} {what}: {fingerprint} · {kept}\nnext: llmroute ask \"hello\"");
    session.screen.did(&saved, text)
}

// === impl SecretFrom, Which ===

impl SecretFrom {
    /// Gets the secret, or the reference to it.
    fn input(&self, session: &Session, provider: &str) -> Done<KeyInput> {
        if let Some(from) = &self.from {
            let inside = from.strip_prefix("env:").unwrap_or(from);
            if keyshape::looks_like_key(inside) {
                return Err(keyshape::refusal().into());
            }
            return Ok(KeyInput::parse(from)?);
        }
        if self.stdin {
            return Ok(KeyInput::Pasted(Secret::new(question::secret_from_stdin()?)));
        }
        if !question::possible(&session.global) {
            let why = "there is nobody to ask, and neither --stdin nor --from was given";
            return Err(Diag::new(Exit::Usage, "no-input", "no key was given; nothing was stored", why)
                .fix(format_args!(
                    "llmroute keys add {provider} --stdin < FILE   or   llmroute keys add {provider} --from env:NAME"
                ))
                .into());
        }
        // A wrong name is told before the secret is typed, not after.
        session.edit(|edits| edits.provider(provider))?;
        let place = catalog::provider(provider).and_then(|it| it.keys_url.as_deref());
        let place = place.map_or_else(String::new, |it| format!(" ({it})"));
        let text = question::secret(&format!("API key for {provider}{place}, hidden: "))?;
        Ok(KeyInput::Pasted(Secret::new(text)))
    }
}

impl Which {
    fn refuse_keys(&self) -> Result<(), Diag> {
        refuse_keys([self.provider.as_str()].into_iter().chain(self.name.as_deref()))
    }
}

impl From<BillingName> for Billing {
    fn from(it: BillingName) -> Self {
        match it {
            BillingName::Metered => Self::Metered,
            BillingName::Subscription => Self::Subscription,
            BillingName::Free => Self::Free,
        }
    }
}

fn source_word(input: &KeyInput) -> &'static str {
    match input {
        KeyInput::Pasted(_) => "stored",
        KeyInput::Env(_) => "env",
        KeyInput::File(_) => "file",
        KeyInput::Cmd(_) => "cmd",
    }
}

// === impl Line ===

impl Line {
    fn new(it: &KeyView, spent: &HashMap<String, Money>, cooling: &[Cooling]) -> Self {
        let found = it.id.0 < 0;
        let of_it = |out: &&Cooling| out.provider == it.provider && out.key.as_ref() == Some(&it.name);
        let cooling: Vec<Cooling> = cooling.iter().filter(of_it).cloned().collect();
        let state = match (&it.problem, it.enabled) {
            (_, false) => "disabled".to_owned(),
            (Some(problem), true) => problem.clone(),
            (None, true) if !cooling.is_empty() => state_of(&cooling),
            (None, true) if it.source.starts_with("cmd:") => "not asked".to_owned(),
            (None, true) if found => "ok (found, not stored)".to_owned(),
            (None, true) => "ok".to_owned(),
        };
        let money = spent.get(&format!("{} {}", it.provider, it.name)).copied().unwrap_or_default();
        let known = money.unpriced == 0 || money.spent() != Usd::ZERO;
        Self {
            provider: it.provider.clone(),
            name: it.name.clone(),
            source: shown_source(&it.source),
            fingerprint: it.fingerprint.clone(),
            billing: it.billing,
            weight: it.weight,
            enabled: it.enabled,
            models: it.models.clone(),
            found,
            state,
            cooling,
            spent_usd: known.then(|| money.spent().dollars()),
            spent: amounts::money(known.then(|| money.spent())),
        }
    }
}

/// What a key is out for: as a whole, or for the first of the models that it is out for.
fn state_of(cooling: &[Cooling]) -> String {
    let whole = cooling.iter().find(|it| it.model.is_none());
    let Some(first) = whole.or_else(|| cooling.first()) else { return String::new() };
    match cooling.len() - 1 {
        more if more > 0 && whole.is_none() => format!("{} (and for {more} more)", live::words(first)),
        _ => live::words(first),
    }
}

/// `env: NAME`, `file: PATH`, `cmd: op read …`: of a command its first two words, since the rest may hold a secret.
fn shown_source(source: &str) -> String {
    match source.split_once(':') {
        Some(("cmd", command)) => {
            let words: Vec<&str> = command.split_whitespace().collect();
            let shown: Vec<&str> = words.iter().take(2).map(|it| keyshape::masked(it)).collect();
            let more = if words.len() > 2 { " …" } else { "" };
            format!("cmd: {}{more}", shown.join(" "))
        }
        Some((kind, rest)) => format!("{kind}: {rest}"),
        None => source.to_owned(),
    }
}

fn table(keys: &[Line], frame: Frame) -> String {
    if keys.is_empty() {
        return "no keys: llmroute keys add openai   or   export OPENAI_API_KEY=…".to_owned();
    }
    let mut table = Table::new(&[
        left("PROVIDER"),
        left("NAME"),
        left("SOURCE"),
        left("FINGERPRINT"),
        left("BILLING").wide(),
        left("STATE"),
        right("30D"),
    ]);
    for key in keys {
        table.row([
            key.provider.clone(),
            key.name.clone(),
            key.source.clone(),
            key.fingerprint.clone(),
            billing_word(key.billing).to_owned(),
            if key.models.is_empty() {
                key.state.clone()
            } else {
                format!("{} · for {}", key.state, listed(&key.models))
            },
            key.spent.clone(),
        ]);
    }
    table.draw(frame)
}

fn listed(models: &[Pattern]) -> String {
    models.iter().map(Pattern::as_str).collect::<Vec<_>>().join(", ")
}

fn billing_word(billing: Billing) -> &'static str {
    match billing {
        Billing::Metered => "metered",
        Billing::Subscription => "subscription",
        Billing::Free => "free",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_command_only_its_beginning_is_shown() {
        assert_eq!(shown_source("cmd:op read op://Private/x"), "cmd: op read …");
        assert_eq!(shown_source("cmd:echo sk-ant-api03-0123456789"), "cmd: echo (hidden: looks like a key)");
        assert_eq!(shown_source("env:KIMI_API_KEY"), "env: KIMI_API_KEY");
        assert_eq!(shown_source("stored"), "stored");
    }
}
