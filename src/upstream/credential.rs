//! Secrets as the headers that carry them, made once for a policy instead of once for a request.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use memchr::memmem::Finder;

use crate::domain::id::KeyId;
use crate::domain::policy::Auth;
use crate::domain::secret::{ClientKey, Keyring, Secret};
use crate::upstream::authorize::{Tokens, aws};

/// One key, ready to be sent, and to be found where it must not stand.
pub(super) struct Credential {
    finders: Vec<Finder<'static>>,
    /// `None`: the key has characters that no header can carry.
    values: Option<Values>,
    /// What a signature is made with, or a token had for, where the key itself is not sent.
    secret: Secret,
    /// What it was exchanged for.
    tokens: Tokens,
    /// The headers in which a client brought it.
    came_in: Vec<(HeaderName, HeaderValue)>,
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

/// Prepares every key of a keyring. One that is the same in `last` is kept, with the token it was exchanged for.
pub(super) fn prepare(keyring: Keyring, last: &Credentials) -> Credentials {
    let credential = |(id, secret): (KeyId, Secret)| {
        let same = last.get(&id).filter(|it| it.secret.expose() == secret.expose());
        (id, same.cloned().unwrap_or_else(|| Arc::new(Credential::new(&secret))))
    };
    keyring.into_iter().map(credential).collect()
}

// === impl Credential ===

impl Credential {
    pub(super) fn new(secret: &Secret) -> Self {
        let finder = |text: &str| Finder::new(text.as_bytes()).into_owned();
        // What is signed with goes out in parts or not at all; an answer that echoes one echoes it by itself.
        let finders = match aws::Keys::of(secret.expose()) {
            Some(keys) => {
                [Some(keys.secret), keys.session, Some(keys.access)].into_iter().flatten().map(finder).collect()
            }
            None => vec![finder(secret.expose())],
        };
        let came_in = Vec::new();
        Self { finders, values: Values::of(secret), secret: secret.clone(), tokens: Tokens::default(), came_in }
    }

    /// A client's own key, to be sent in the headers in which it came.
    pub(super) fn passed_on(key: &ClientKey) -> Self {
        let shown = |secret: &Secret| {
            let text = secret.expose();
            let bare = text.split_once(' ').map_or(text, |(_scheme, token)| token);
            Finder::new(bare.as_bytes()).into_owned()
        };
        let finders = key.proof.iter().map(|it| shown(&it.1)).collect();
        let proof = key.proof.iter().filter_map(|(name, secret)| {
            let mut value = HeaderValue::from_str(secret.expose()).ok()?;
            value.set_sensitive(true);
            Some((HeaderName::from_static(name), value))
        });
        let beside = key
            .beside
            .iter()
            .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?)));
        let came_in = proof.chain(beside).collect();
        Self { finders, values: None, secret: Secret::new(String::new()), tokens: Tokens::default(), came_in }
    }

    /// The headers in which a client brought it; none for a key of ours.
    pub(super) fn came_in(&self) -> &[(HeaderName, HeaderValue)] {
        &self.came_in
    }

    /// The header that presents the key; `None` where no key is asked for.
    ///
    /// # Errors
    /// The key has characters that no header can carry.
    pub(super) fn header(&self, auth: Auth) -> Result<Option<(HeaderName, HeaderValue)>, Unsendable> {
        let name = match auth {
            Auth::Bearer | Auth::Google | Auth::Entra | Auth::Aws => AUTHORIZATION,
            Auth::XApiKey => HeaderName::from_static("x-api-key"),
            Auth::ApiKey => HeaderName::from_static("api-key"),
            Auth::XGoogApiKey => HeaderName::from_static("x-goog-api-key"),
            Auth::Client | Auth::None => return Ok(None),
        };
        let values = self.values.as_ref().ok_or(Unsendable)?;
        let value = if name == AUTHORIZATION { &values.bearer } else { &values.bare };
        Ok(Some((name, value.clone())))
    }

    /// The key itself, for who signs with it or exchanges it.
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Where what it was exchanged for is kept.
    pub(super) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Find the key, or each secret part of it, in any text.
    pub(super) fn finders(&self) -> &[Finder<'static>] {
        &self.finders
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
        // A key file holds more than a header should ever carry: the private key itself.
        if secret.expose().starts_with('{') {
            return None;
        }
        let text = Bytes::from(format!("{SCHEME}{}", secret.expose()));
        let sensitive = |text: Bytes| {
            let mut value = HeaderValue::from_maybe_shared(text).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        Some(Self { bare: sensitive(text.slice(SCHEME.len()..))?, bearer: sensitive(text)? })
    }
}
