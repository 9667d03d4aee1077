//! `virtual-keys`: tokens for others, each with what it may be used for.

use clap::{Args, Subcommand, ValueEnum};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, civil};
use serde::Serialize;

use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::keyshape::refuse_keys;
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::view::table::{Table, left};
use crate::cli::view::{Frame, amounts};
use crate::config::token::HandedOut;
use crate::domain::clock::Stamp;
use crate::domain::policy::Privacy;
use crate::domain::virtual_key::{Allowed, Grant};
use crate::store::VirtualKeyRow;
use crate::store::virtual_keys::{self as rows, NewVirtualKey};

/// `virtual-keys`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute virtual-keys\n  llmroute virtual-keys add ci --models fast --expires 90d")]
pub struct VirtualKeys {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the virtual keys (the default).
    #[command(after_help = "Example:\n  llmroute vk list --json")]
    List,
    /// Add a virtual key. Its token is printed once, and kept nowhere.
    #[command(
        after_help = "The token is all that goes to stdout, so that it can be piped or put into a variable. Whatever is\n\
                            allowed holds on every way a request can take: fallbacks, hedges, canaries, rules, aliases.\n\n\
                            Example:\n  llmroute vk add ci --team red --models fast,openai/gpt-5.4* --expires 2027-01-31\n  \
                            llmroute vk add clinic --privacy zdr --region eu\n  \
                            TOKEN=$(llmroute vk add notebook)"
    )]
    Add(Add),
    /// Give a virtual key another token. The one before it is of no use from then on.
    #[command(after_help = "Example:\n  llmroute vk rotate ci")]
    Rotate {
        /// Its name.
        name: String,
    },
    /// Remove a virtual key. What it did stays in the ledger.
    #[command(after_help = "Example:\n  llmroute vk remove ci")]
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// Its name.
    name: String,
    /// The team it belongs to.
    #[arg(long)]
    team: Option<String>,
    /// The customer it belongs to; without it, that of its team.
    #[arg(long)]
    customer: Option<String>,
    /// What it may use: groups, `PROVIDER/MODEL`, or models by name; a * at the end stands for any rest. Without it, any.
    #[arg(long, value_name = "GROUP|MODEL,…", value_delimiter = ',', num_args = 1..)]
    models: Vec<String>,
    /// The providers that it may ask. Without it, any.
    #[arg(long, value_name = "PROVIDER,…", value_delimiter = ',', num_args = 1..)]
    providers: Vec<String>,
    /// What must be promised of what is sent: it stays on this machine or network, or is not kept.
    #[arg(long, value_enum)]
    privacy: Option<PrivacyName>,
    /// Where it must be worked on; `eu` means `eu-west-1` too. Providers on this machine or network always fit.
    #[arg(long, value_name = "REGION,…", value_delimiter = ',', num_args = 1..)]
    region: Vec<String>,
    /// From when on it is of no use: a length of time, a day or a moment.
    #[arg(long, value_name = "30d|2027-01-31|2027-01-31T18:00")]
    expires: Option<String>,
}

/// What must be promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PrivacyName {
    /// It does not leave this machine or network.
    Local,
    /// Nothing is kept once it is answered.
    Zdr,
    /// Nothing.
    Any,
}

/// The document of `virtual-keys`.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    virtual_keys: Vec<Shown>,
}

/// One virtual key.
#[derive(Debug, Serialize)]
struct Shown {
    /// What the ledger calls it.
    id: i64,
    name: String,
    team: Option<String>,
    customer: Option<String>,
    /// What may be shown of its token.
    hint: String,
    /// Where its requests may go; what it does not name is not bounded.
    #[serde(flatten)]
    grant: Grant,
    created: String,
    expires: Option<String>,
    expired: bool,
    #[serde(skip)]
    ends: String,
}

/// The document of `add` and `rotate`.
#[derive(Debug, Serialize)]
struct Made<'a> {
    schema_version: u32,
    virtual_key: Shown,
    /// Shown here and nowhere else.
    token: &'a str,
}

#[derive(Debug, Serialize)]
struct Removed<'a> {
    schema_version: u32,
    removed: &'a str,
}

impl VirtualKeys {
    /// Lists or edits virtual keys.
    ///
    /// # Errors
    /// Something that is named is not there, a name is taken, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None | Some(Verb::List) => list(session),
            Some(Verb::Add(it)) => it.run(session),
            Some(Verb::Rotate { name }) => rotate(session, name),
            Some(Verb::Remove { name }) => remove(session, name),
        }
    }
}

impl Add {
    fn run(&self, session: &Session) -> Done {
        refuse_keys([self.name.as_str()])?;
        let now = session.clock.now().wall;
        let grant = self.grant()?;
        let expires = match &self.expires {
            Some(text) => Some(moment(text, now, &session.settings()?.time_zone)?),
            None => None,
        };
        let key = NewVirtualKey {
            name: &self.name,
            team: self.team.as_deref(),
            customer: self.customer.as_deref(),
            grant: &grant,
            expires,
            created: now,
        };
        let ((row, token), unheard) = session.edit(|edits| {
            let unheard: Vec<String> = edits.unheard_of(&grant.models)?.into_iter().map(ToString::to_string).collect();
            Ok((edits.add_virtual_key(&key)?, unheard))
        })?;
        for it in unheard {
            session.screen.warn(format_args!("no group or model that is known here is called `{it}`"));
        }
        made(session, &row, &token, "added")
    }

    fn grant(&self) -> Done<Grant> {
        let models = self.models.iter().map(|it| it.parse::<Allowed>());
        let models = models.collect::<Result<_, _>>().map_err(|error| {
            Diag::usage(error, "a model is allowed by name").fix("--models fast,openai/gpt-5.4*,claude-sonnet-5-5")
        })?;
        Ok(Grant {
            models,
            providers: self.providers.iter().map(|it| it.as_str().into()).collect(),
            privacy: match self.privacy {
                Some(PrivacyName::Local) => Privacy::Local,
                Some(PrivacyName::Zdr) => Privacy::Zdr,
                Some(PrivacyName::Any) | None => Privacy::Any,
            },
            regions: self.region.iter().map(|it| it.to_ascii_lowercase().into()).collect(),
        })
    }
}

fn list(session: &Session) -> Done {
    let now = session.clock.now().wall;
    let all = rows::list(&session.read()?)?;
    let virtual_keys = all.iter().filter(|it| it.removed.is_none()).map(|it| Shown::new(it, now)).collect();
    session.screen.show(&Listed { schema_version: 1, virtual_keys }, |it, frame| table(&it.virtual_keys, frame))
}

fn rotate(session: &Session, name: &str) -> Done {
    refuse_keys([name])?;
    let (row, token) = session.edit(|edits| edits.rotate_virtual_key(name))?;
    made(session, &row, &token, "has another token; the one before it is of no use any more")
}

fn remove(session: &Session, name: &str) -> Done {
    refuse_keys([name])?;
    question::confirm(&session.global, &format!("Remove the virtual key {name}?"))?;
    session.edit(|edits| edits.remove_virtual_key(name))?;
    let text = format!("✓ virtual key {name} removed");
    session.screen.did(&Removed { schema_version: 1, removed: name }, text)
}

/// The token alone on stdout, also under `-q`: it is what was asked for. Everything about it goes to stderr.
fn made(session: &Session, row: &VirtualKeyRow, token: &HandedOut, what: &str) -> Done {
    let shown = Shown::new(row, session.clock.now().wall);
    let about = format!("✓ virtual key {} {what}; it may use {}", shown.name, shown.grant);
    let made = Made { schema_version: 1, virtual_key: shown, token: token.reveal() };
    if session.screen.json() {
        return session.screen.document(&made);
    }
    session.screen.note(format_args!("{about}\nits token is shown this once:"));
    session.screen.say(token.reveal())
}

/// `30d`, `2027-01-31`, `2027-01-31T18:00` or an instant with its zone.
fn moment(text: &str, now: Stamp, zone: &TimeZone) -> Done<Stamp> {
    let at = |it: jiff::Zoned| it.timestamp();
    let from_now = || {
        let span: Span = text.parse().ok()?;
        let now = Timestamp::from_microsecond(now.0).ok()?.to_zoned(zone.clone());
        now.checked_add(span).ok().map(at)
    };
    let instant = text.parse::<Timestamp>().ok();
    let civil = || text.parse::<civil::DateTime>().ok()?.to_zoned(zone.clone()).ok().map(at);
    instant.or_else(civil).or_else(from_now).map(|it| Stamp(it.as_microsecond())).ok_or_else(|| {
        let what = format!("`{text}` is no time");
        Diag::new(Exit::Usage, "bad-time", what, "--expires takes a length of time, a day or a moment")
            .fix("--expires 30d   or   --expires 2027-01-31   or   --expires 2027-01-31T18:00")
            .into()
    })
}

fn table(keys: &[Shown], frame: Frame) -> String {
    if keys.is_empty() {
        return "no virtual keys: llmroute virtual-keys add NAME".to_owned();
    }
    let mut table =
        Table::new(&[left("NAME"), left("TEAM"), left("CUSTOMER"), left("TOKEN"), left("MAY USE"), left("EXPIRES")]);
    for it in keys {
        table.row([
            it.name.as_str(),
            it.team.as_deref().unwrap_or("–"),
            it.customer.as_deref().unwrap_or("–"),
            &it.hint,
            &it.grant.to_string(),
            &it.ends,
        ]);
    }
    table.draw(frame)
}

// === impl Shown ===

impl Shown {
    fn new(row: &VirtualKeyRow, now: Stamp) -> Self {
        let name = |it: &Option<crate::domain::caller::Member>| it.as_ref().map(|it| it.name.to_string());
        let expired = row.expires.is_some_and(|it| it <= now);
        let left = row.expires.map(|it| u64::try_from(it.0.saturating_sub(now.0)).unwrap_or(0));
        let ends = match left {
            None => "never".to_owned(),
            Some(_) if expired => "expired".to_owned(),
            Some(left) => format!("in {}", amounts::duration(std::time::Duration::from_micros(left))),
        };
        Self {
            id: row.caller.virtual_key.id,
            name: row.caller.virtual_key.name.to_string(),
            team: name(&row.caller.team),
            customer: name(&row.caller.customer),
            hint: row.hint.clone(),
            grant: row.grant.clone(),
            created: instant(row.created),
            expires: row.expires.map(instant),
            expired,
            ends,
        }
    }
}

/// As documents have it: `2026-11-20T12:00:00Z`.
fn instant(at: Stamp) -> String {
    Timestamp::from_microsecond(at.0).map_or_else(|_| String::new(), |it| it.to_string())
}
