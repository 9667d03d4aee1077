//! Secrets as the headers that carry them, made once for a policy instead of once for a request.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use memchr::memmem::Finder;

use crate::domain::id::KeyId;
use crate::domain::policy::Auth;
use crate::domain::secret::{Keyring, Secret};

/// One key, ready to be sent, and to be found where it must not stand.
pub(super) struct Credential {
    finder: Finder<'static>,
    /// `None`: the key has characters that no header can carry.
    values: Option<Values>,
    /// What a signature is made with, or a token had for, where the key itself is not sent.
    secret: Secret,
}

/// The forms in which a key is sent. Both look at one piece of memory.
#[derive(Debug)]
struct Values {
    /// `Bearer KEY`.
    bearer: HeaderValue,
    /// `KEY`.
    bare: HeaderValue,
}

/// The key cannot stand in a header.
#[derive(Debug)]
pub(super) struct Unsendable;

/// The keys of a policy by their ids.
pub(super) type Credentials = HashMap<KeyId, Arc<Credential>>;

/// Prepares every key of a keyring.
pub(super) fn prepare(keyring: Keyring) -> Credentials {
    keyring.into_iter().map(|(id, secret)| (id, Arc::new(Credential::new(&secret)))).collect()
}

// === impl Credential ===

impl Credential {
    pub(super) fn new(secret: &Secret) -> Self {
        let finder = Finder::new(secret.expose().as_bytes()).into_owned();
        Self { finder, values: Values::of(secret), secret: secret.clone() }
    }

    /// The header that presents the key; `None` where no key is asked for.
    ///
    /// # Errors
    /// The key has characters that no header can carry.
    pub(super) fn header(&self, auth: Auth) -> Result<Option<(HeaderName, HeaderValue)>, Unsendable> {
        let name = match auth {
            Auth::Bearer => AUTHORIZATION,
            Auth::XApiKey => HeaderName::from_static("x-api-key"),
            Auth::ApiKey => HeaderName::from_static("api-key"),
            Auth::XGoogApiKey => HeaderName::from_static("x-goog-api-key"),
            Auth::None => return Ok(None),
        };
        let values = self.values.as_ref().ok_or(Unsendable)?;
        let value = if auth == Auth::Bearer { &values.bearer } else { &values.bare };
        Ok(Some((name, value.clone())))
    }

    #[allow(dead_code, reason = "for who signs with a key or exchanges it")]
    /// The key itself, for who signs with it or exchanges it.
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Finds the key in any text.
    pub(super) fn finder(&self) -> &Finder<'static> {
        &self.finder
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("values", &self.values).finish_non_exhaustive()
    }
}

// === impl Values ===

impl Values {
    fn of(secret: &Secret) -> Option<Self> {
        const SCHEME: &str = "Bearer ";
        let text = Bytes::from(format!("{SCHEME}{}", secret.expose()));
        let sensitive = |text: Bytes| {
            let mut value = HeaderValue::from_maybe_shared(text).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        Some(Self { bare: sensitive(text.slice(SCHEME.len()..))?, bearer: sensitive(text)? })
    }
}
