//! Secrets as the headers that carry them, made once for a policy instead of once for a request.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::domain::id::KeyId;
use crate::domain::policy::Auth;
use crate::domain::secret::{Keyring, Secret};

/// One key, ready to be sent.
#[derive(Debug)]
pub(super) struct Credential {
    secret: Secret,
    /// `None`: the key has characters that no header can carry.
    values: Option<Values>,
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
    keyring.into_iter().map(|(id, secret)| (id, Arc::new(Credential::new(secret)))).collect()
}

// === impl Credential ===

impl Credential {
    pub(super) fn new(secret: Secret) -> Self {
        let values = Values::of(&secret);
        Self { secret, values }
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
            Auth::None => return Ok(None),
        };
        let values = self.values.as_ref().ok_or(Unsendable)?;
        let value = if auth == Auth::Bearer { &values.bearer } else { &values.bare };
        Ok(Some((name, value.clone())))
    }

    /// The text with the key cut out: a provider that echoes it must not teach it to the client.
    pub(super) fn redact(&self, text: Bytes) -> Bytes {
        let secret = self.secret.expose();
        if secret.is_empty() {
            return text;
        }
        let finder = memchr::memmem::Finder::new(secret.as_bytes());
        if finder.find(&text).is_none() {
            return text;
        }
        let mut clean = Vec::with_capacity(text.len());
        let mut from = 0;
        for at in finder.find_iter(&text) {
            clean.extend_from_slice(&text[from..at]);
            clean.extend_from_slice(b"[redacted]");
            from = at + secret.len();
        }
        clean.extend_from_slice(&text[from..]);
        Bytes::from(clean)
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
