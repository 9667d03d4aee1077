//! Edits of keys. Here a pasted secret is cleaned and sealed; what follows sees only the sealed form.

use crate::config::edits::{Edits, names};
use crate::config::environment::Variable;
use crate::config::refusal::{Refusal, nearest};
use crate::config::seal::{MasterKey, fingerprint};
use crate::config::secrets::{Resolver, clean};
use crate::domain::id::KeyId;
use crate::domain::pattern::Pattern;
use crate::domain::policy::{Auth, Billing};
use crate::domain::row::ProviderRow;
use crate::domain::secret::Secret;
use crate::store::{KeyRow, KeySource, NewKey, keys as rows};

/// Where the user says a key is.
#[derive(Debug, Clone)]
pub enum KeyInput {
    /// Here, as typed or pasted.
    Pasted(Secret),
    /// In this environment variable.
    Env(String),
    /// In this file.
    File(String),
    /// This command prints it.
    Cmd(String),
}

impl KeyInput {
    /// Reads `env:NAME`, `file:PATH`, `cmd:COMMAND`, or `metadata`, the word for the account of the machine.
    ///
    /// # Errors
    /// It is none of them. The text is not repeated: it may be the key itself.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refuse = |why: &str| {
            let fix = "--from env:NAME   or   --from file:PATH   or   --from 'cmd:COMMAND'";
            Err(Refusal::new("bad-reference", "the key was not saved", why, fix))
        };
        match text.split_once(':') {
            Some(("env", it)) if it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !it.is_empty() => {
                Ok(Self::Env(it.to_owned()))
            }
            Some(("env", _)) => refuse("this is not the name of an environment variable"),
            Some(("file", it)) if !it.is_empty() => Ok(Self::File(it.to_owned())),
            Some(("cmd", it)) if !it.trim().is_empty() => Ok(Self::Cmd(it.to_owned())),
            Some(("file" | "cmd", _)) => refuse("nothing follows the colon"),
            _ if text == "metadata" => Ok(Self::Pasted(Secret::new(text.to_owned()))),
            _ if text == "keyring" => refuse("keyrings are not supported yet"),
            _ => refuse("this is no reference to a key"),
        }
    }
}

/// A key to be added.
#[derive(Debug, Clone)]
pub struct AddKey {
    /// The provider it is for.
    pub provider: String,
    /// Its name; `None` = `main`.
    pub name: Option<String>,
    /// Where the key is.
    pub input: KeyInput,
    /// Who pays, and how.
    pub billing: Billing,
    /// Share among the provider's keys.
    pub weight: f64,
}

/// A key that was added or rotated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedKey {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// What may be shown of it.
    pub fingerprint: String,
    /// What was taken off it, and what is risky.
    pub notices: Vec<String>,
}

impl Edits<'_> {
    /// Adds a key.
    ///
    /// # Errors
    /// The provider is unknown or takes no key, the name is taken or none, or the key cannot be had or used.
    pub fn add_key(&mut self, key: AddKey) -> Result<AddedKey, Refusal> {
        let provider = self.provider(&key.provider)?;
        if provider.auth == Auth::None {
            return Err(Refusal::new(
                "no-key-needed",
                "the key was not saved",
                format!("`{}` takes no key", key.provider),
                format!("use it as it is: llmroute ask -m {}/MODEL …", key.provider),
            ));
        }
        if provider.auth == Auth::Client {
            return Err(Refusal::new(
                "no-key-needed",
                "the key was not saved",
                format!("`{}` takes the keys that clients bring themselves", key.provider),
                "add a provider for a key of yours: llmroute providers add NAME --like BUILTIN",
            ));
        }
        let name = key.name.unwrap_or_else(|| "main".to_owned());
        names::key(&name)?;
        check_weight(key.weight)?;
        if rows::get(self.db, &key.provider, &name)?.is_some() {
            return Err(Refusal::new(
                "exists",
                "the key was not saved",
                format!("`{}` has a key named `{name}` already", key.provider),
                format!(
                    "give this one a name: --name NAME   or replace that one: llmroute keys rotate {} {name}",
                    key.provider
                ),
            ));
        }
        let prepared = self.prepare(&provider, &name, key.input)?;
        let row = NewKey {
            provider: key.provider,
            name: name.clone(),
            source: prepared.source,
            fingerprint: prepared.fingerprint.clone(),
            billing: key.billing,
            weight: key.weight,
            created: self.now,
        };
        let id = rows::add(self.db, &row)?;
        Ok(AddedKey { id, name, fingerprint: prepared.fingerprint, notices: prepared.notices })
    }

    /// Replaces the secret of a key, keeping its id, name and history.
    ///
    /// # Errors
    /// There is no such key, or the new secret cannot be had or used.
    pub fn rotate_key(&mut self, provider: &str, name: Option<&str>, input: KeyInput) -> Result<AddedKey, Refusal> {
        let row = self.key(provider, name)?;
        let prepared = self.prepare(&self.provider(provider)?, &row.name, input)?;
        rows::rotate(self.db, row.id, &prepared.source, &prepared.fingerprint)?;
        Ok(AddedKey { id: row.id, name: row.name, fingerprint: prepared.fingerprint, notices: prepared.notices })
    }

    /// Gives a key another name.
    ///
    /// # Errors
    /// There is no such key, the name is taken or none, or a stored key cannot be opened.
    pub fn rename_key(&mut self, provider: &str, name: &str, new: &str) -> Result<(), Refusal> {
        let row = self.key(provider, Some(name))?;
        names::key(new)?;
        // The name is sealed in with the secret.
        let sealed = match &row.source {
            KeySource::Stored { sealed } => {
                let failed = |why: String| {
                    let fix = format!("replace its secret first: llmroute keys rotate {provider} {name}");
                    Refusal::new("sealed", "the key was not renamed", why, fix)
                };
                let master =
                    MasterKey::load(self.master_key)?.ok_or_else(|| failed("its master key is missing".to_owned()))?;
                let secret = master.open(provider, name, sealed).map_err(|error| failed(error.to_string()))?;
                Some(master.seal(provider, new, &secret)?)
            }
            _ => None,
        };
        Ok(rows::rename(self.db, row.id, new, sealed.as_deref())?)
    }

    /// Removes a key.
    ///
    /// # Errors
    /// There is no such key.
    pub fn remove_key(&mut self, provider: &str, name: Option<&str>) -> Result<KeyRow, Refusal> {
        let row = self.key(provider, name)?;
        rows::remove(self.db, row.id)?;
        Ok(row)
    }

    /// Switches a key on or off.
    ///
    /// # Errors
    /// There is no such key.
    pub fn set_key_enabled(&mut self, provider: &str, name: Option<&str>, enabled: bool) -> Result<(), Refusal> {
        let row = self.key(provider, name)?;
        Ok(rows::set_enabled(self.db, row.id, enabled)?)
    }

    /// Sets a key's share among the provider's keys.
    ///
    /// # Errors
    /// There is no such key, or the weight is none.
    pub fn set_key_weight(&mut self, provider: &str, name: Option<&str>, weight: f64) -> Result<(), Refusal> {
        check_weight(weight)?;
        let row = self.key(provider, name)?;
        Ok(rows::set_weight(self.db, row.id, weight)?)
    }

    /// Sets the models that a key is for; none means any.
    ///
    /// # Errors
    /// There is no such key.
    pub fn set_key_models(&mut self, provider: &str, name: Option<&str>, models: &[Pattern]) -> Result<(), Refusal> {
        let row = self.key(provider, name)?;
        Ok(rows::set_models(self.db, row.id, models)?)
    }

    /// A key by its name; without a name, the provider's only one.
    ///
    /// # Errors
    /// There is no such key, or a name is needed to tell which.
    pub fn key(&self, provider: &str, name: Option<&str>) -> Result<KeyRow, Refusal> {
        self.provider(provider)?;
        let mut own: Vec<KeyRow> = rows::list(self.db)?.into_iter().filter(|it| it.provider == provider).collect();
        let listed = own.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
        let refuse = |why: String, fix: String| Err(Refusal::new("unknown-key", "nothing was changed", why, fix));
        let Some(name) = name else {
            return match own.len() {
                0 => refuse(format!("`{provider}` has no key"), format!("llmroute keys add {provider}")),
                1 => Ok(own.remove(0)),
                _ => refuse(format!("`{provider}` has several keys"), format!("name one of them: {listed}")),
            };
        };
        if let Some(at) = own.iter().position(|it| it.name == name) {
            return Ok(own.remove(at));
        }
        // The name typed is not repeated: it may be a key.
        let fix = match nearest(name, own.iter().map(|it| it.name.as_str())) {
            Some(meant) => format!("is `{meant}` meant?"),
            None if own.is_empty() => format!("llmroute keys add {provider}"),
            None => format!("name one of them: {listed}"),
        };
        refuse(format!("`{provider}` has no key of that name"), fix)
    }

    fn prepare(&self, provider: &ProviderRow, name: &str, input: KeyInput) -> Result<Prepared, Refusal> {
        let refuse = |why: String| {
            let fix = "check it and try again; nothing was changed";
            Refusal::new("key-unusable", "the key was not saved", why, fix)
        };
        let source = match input {
            KeyInput::Pasted(secret) => {
                let cleaned = clean(secret.expose()).map_err(refuse)?;
                check_file(provider, &cleaned.secret).map_err(refuse)?;
                let master = MasterKey::load_or_create(self.master_key)?;
                let sealed = master.seal(&provider.name, name, &cleaned.secret)?;
                return Ok(Prepared {
                    source: KeySource::Stored { sealed },
                    fingerprint: fingerprint(&cleaned.secret),
                    notices: cleaned.notices,
                });
            }
            KeyInput::Env(variable) if self.environment.get(&variable) == Variable::Unset => {
                // A service may have variables that this shell has not.
                let notice = format!("{variable} is not set here; the key can be used where it is");
                let fingerprint = "…".to_owned();
                return Ok(Prepared { source: KeySource::Env(variable), fingerprint, notices: vec![notice] });
            }
            KeyInput::Env(variable) => KeySource::Env(variable),
            KeyInput::File(path) => KeySource::File(self.absolute(&path).map_err(refuse)?),
            KeyInput::Cmd(command) => KeySource::Cmd(command),
        };
        let sources = Resolver::new(self.environment, Err("no key is stored"));
        let resolved = sources.resolve(&provider.name, name, &source).map_err(refuse)?;
        check_file(provider, &resolved.secret).map_err(refuse)?;
        Ok(Prepared { source, fingerprint: fingerprint(&resolved.secret), notices: resolved.notices })
    }

    /// The server runs in another folder. `~` is expanded here because shells leave it alone after `file:`.
    fn absolute(&self, path: &str) -> Result<String, String> {
        let path = match (path.strip_prefix("~/"), self.environment.path("HOME")) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => path.into(),
        };
        let path = std::path::absolute(path).map_err(|error| error.to_string())?;
        path.into_os_string().into_string().map_err(|_| "its path is not text".to_owned())
    }
}

/// A source ready for its row.
struct Prepared {
    source: KeySource,
    fingerprint: String,
    notices: Vec<String>,
}

/// A key file is for who exchanges it; anybody else would be sent the private key in it.
fn check_file(provider: &ProviderRow, secret: &Secret) -> Result<(), String> {
    if secret.expose().starts_with('{') && !provider.auth.takes_files() {
        return Err(format!("it is a file of credentials, and {} takes a key in one piece", provider.name));
    }
    Ok(())
}

fn check_weight(weight: f64) -> Result<(), Refusal> {
    if weight.is_finite() && weight >= 0.0 {
        return Ok(());
    }
    let why = format!("{weight} is not a weight");
    Err(Refusal::new("bad-weight", "nothing was changed", why, "write a number from 0 up, like 3 or 0.5"))
}
