//! `providers add`: from a few options to a whole row.

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::catalog;
use crate::cli::diag::{Diag, Done, Stop};
use crate::cli::keys::BillingName;
use crate::cli::keyshape::refuse_keys;
use crate::cli::session::Session;
use crate::config::refusal::nearest;
use crate::domain::dialect::Dialect;
use crate::domain::policy::{Auth, Billing, Privacy};
use crate::domain::quirks::Quirks;
use crate::domain::row::{ProviderRow, SpeechRow};

/// `providers add`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  llmroute providers add work --like openai --base-url https://gateway.example.com/v1\n  \
                        llmroute providers add lab --base-url http://127.0.0.1:8000/v1 --speaks openai-chat --auth none\n  \
                        llmroute providers add eu --like vertex --set project=my-project --set location=europe-west4"
)]
pub(super) struct Add {
    /// Its name: lower-case letters, digits, `-`, `_`, `.`.
    name: String,
    /// Where it is, up to and including the version: <https://api.example.com/v1>.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// A dialect it speaks (openai-chat, openai-responses or anthropic), and the path if it is not the usual one; may be repeated.
    #[arg(long, value_name = "DIALECT[=PATH]")]
    speaks: Vec<String>,
    /// How it wants its key. Usually told by the dialect.
    #[arg(long, value_enum)]
    auth: Option<AuthName>,
    /// How the clients' own keys are paid for, with --auth client: by the token, by a flat fee, or not at all.
    #[arg(long, value_enum, value_name = "BILLING")]
    billing: Option<BillingName>,
    /// Copy everything that is not given from a built-in provider.
    #[arg(long, value_name = "BUILTIN")]
    like: Option<String>,
    /// What becomes of what is sent there: it stays on this machine or network, is not kept, or nothing is promised.
    #[arg(long, value_enum)]
    privacy: Option<PrivacyName>,
    /// Where what is sent there is worked on: eu, eu-west-1. Virtual keys may be bound to it.
    #[arg(long)]
    region: Option<String>,
    /// The URL may point into a private network.
    #[arg(long)]
    allow_private: bool,
    /// A value that its address needs (a region, a project, an account); may be repeated.
    #[arg(long, value_name = "SETTING=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

/// `SETTING=VALUE`.
pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it like region=eu-west-1")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// How a provider wants its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AuthName {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// `x-api-key: KEY`.
    XApiKey,
    /// `api-key: KEY`.
    ApiKey,
    /// `x-goog-api-key: KEY`.
    XGoogApiKey,
    /// A Google access token, or a service-account file that is exchanged for one.
    Google,
    /// A Microsoft Entra access token, or an application's secret that is exchanged for one.
    Entra,
    /// A signature of AWS's, or a Bedrock API key.
    Aws,
    /// The key of the client itself, as it came; the local token is in x-llmroute-key then.
    Client,
    /// No key.
    None,
}

/// What becomes of what is sent to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PrivacyName {
    /// It does not leave this machine or network.
    Local,
    /// Nothing is kept once it is answered.
    Zdr,
    /// Nothing is promised.
    Any,
}

impl From<PrivacyName> for Privacy {
    fn from(it: PrivacyName) -> Self {
        match it {
            PrivacyName::Local => Self::Local,
            PrivacyName::Zdr => Self::Zdr,
            PrivacyName::Any => Self::Any,
        }
    }
}

#[derive(Debug, Serialize)]
struct Added {
    schema_version: u32,
    provider: ProviderRow,
}

impl Add {
    pub(super) fn run(&self, session: &Session) -> Done {
        refuse_keys([self.name.as_str()].into_iter().chain(self.base_url.as_deref()))?;
        let own = self.like.is_some() || self.base_url.is_some() || !self.speaks.is_empty();
        if !own && !self.set.is_empty() && catalog::provider(&self.name).is_some() {
            // The built-in provider itself, told what it needs to know: it stays the one that updates keep fresh.
            return super::set(session, &self.name, &self.set);
        }
        let row = self.row()?;
        session.edit(|edits| {
            edits.check_settings(&row, &self.set)?;
            edits.add_provider(&row)?;
            if self.set.is_empty() { Ok(()) } else { edits.set_settings(&row.name, &self.set) }
        })?;
        let next = if row.auth == Auth::Client {
            format!(
                "give a client its own key, this server's address, and the local token in x-llmroute-key; it asks for {}/MODEL",
                row.name
            )
        } else if row.auth == Auth::None {
            format!("llmroute ask -m {}/MODEL \"hello\"", row.name)
        } else {
            format!("llmroute keys add {}", row.name)
        };
        let text = format!("✓ {} at {} ({})\nnext: {next}", row.name, row.base_url, spoken(&row));
        session.screen.did(&Added { schema_version: 1, provider: row }, text)
    }

    fn row(&self) -> Done<ProviderRow> {
        let model = self.like.as_deref().map(built_in).transpose()?;
        let speaks = self.speaks.iter().map(|it| speech(it)).collect::<Done<Vec<_>>>()?;
        let base_url = self.base_url.clone();
        let mut row = match model {
            Some(it) => ProviderRow { name: self.name.clone(), title: None, ..it.clone() },
            None => blank(&self.name),
        };
        if let Some(it) = base_url {
            // A copied dialect at an address of its own would still point to the provider it was copied from.
            row.speaks.iter_mut().for_each(|it| it.base_url = None);
            row.base_url = it;
        }
        if !speaks.is_empty() {
            row.speaks = speaks;
        }
        if row.base_url.is_empty() || row.speaks.is_empty() {
            let missing = if row.base_url.is_empty() { "--base-url" } else { "--speaks" };
            return Err(Diag::usage(
                format_args!("missing: {missing}"),
                "without --like, a provider needs an address and a dialect",
            )
            .fix(format_args!("llmroute providers add {} --base-url URL --speaks openai-chat", self.name))
            .into());
        }
        if let Some(auth) = self.auth {
            row.auth = auth.into();
        } else if model.is_none() {
            row.auth = match row.speaks.first().map(|it| it.dialect) {
                Some(Dialect::Anthropic) => Auth::XApiKey,
                Some(Dialect::Gemini) => Auth::XGoogApiKey,
                Some(Dialect::BedrockConverse) => Auth::Aws,
                _ => Auth::Bearer,
            };
        }
        if row.auth == Auth::Client {
            // No key of the owner's is to be found for it.
            (row.env, row.env_file) = (Vec::new(), Vec::new());
        }
        row.billing = self.billing.map(Billing::from).or(row.billing);
        row.allow_private |= self.allow_private;
        row.privacy = self.privacy.map(Privacy::from).or(row.privacy);
        row.region = self.region.clone().or(row.region);
        Ok(row)
    }
}

fn blank(name: &str) -> ProviderRow {
    ProviderRow {
        name: name.to_owned(),
        title: None,
        base_url: String::new(),
        speaks: Vec::new(),
        auth: Auth::Bearer,
        headers: Vec::new(),
        settings: Vec::new(),
        env: Vec::new(),
        env_file: Vec::new(),
        keys_url: None,
        local: false,
        privacy: None,
        region: None,
        allow_private: false,
        fast: None,
        smart: None,
        models: Vec::new(),
        price_id: None,
        billing: None,
        quirks: Quirks::default(),
    }
}

fn built_in(name: &str) -> Done<&'static ProviderRow> {
    catalog::provider(name).ok_or_else(|| {
        let known = catalog::providers().iter().map(|it| it.name.as_str());
        let diag = Diag::usage(
            format_args!("there is no built-in provider `{name}`"),
            "--like copies one of the built-in table",
        );
        Stop::from(match nearest(name, known) {
            Some(meant) => diag.fix(format_args!("--like {meant}")),
            None => diag.fix("llmroute providers available"),
        })
    })
}

/// `DIALECT` or `DIALECT=PATH`.
fn speech(text: &str) -> Done<SpeechRow> {
    let (name, path) = text.split_once('=').map_or((text, None), |(name, path)| (name, Some(path.to_owned())));
    let dialect = name.parse::<Dialect>().map_err(|error| {
        let diag = Diag::usage(format_args!("`{text}` is no value for --speaks"), error);
        match nearest(name, Dialect::every().map(Dialect::name)) {
            Some(meant) => diag.fix(format_args!("--speaks {meant}")),
            None => diag.fix("--speaks openai-chat   or   --speaks anthropic"),
        }
    })?;
    if path.as_deref().is_some_and(|it| !it.starts_with('/')) {
        return Err(Diag::usage(format_args!("`{text}` is no value for --speaks"), "a path begins with /")
            .fix(format_args!("--speaks {name}=/{}", path.as_deref().unwrap_or_default()))
            .into());
    }
    Ok(SpeechRow { path, ..SpeechRow::of(dialect) })
}

fn spoken(row: &ProviderRow) -> String {
    row.speaks.iter().map(|it| it.dialect.name()).collect::<Vec<_>>().join(", ")
}

impl From<AuthName> for Auth {
    fn from(it: AuthName) -> Self {
        match it {
            AuthName::Bearer => Self::Bearer,
            AuthName::XApiKey => Self::XApiKey,
            AuthName::ApiKey => Self::ApiKey,
            AuthName::XGoogApiKey => Self::XGoogApiKey,
            AuthName::Google => Self::Google,
            AuthName::Entra => Self::Entra,
            AuthName::Aws => Self::Aws,
            AuthName::Client => Self::Client,
            AuthName::None => Self::None,
        }
    }
}
