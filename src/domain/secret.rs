//! Secrets: values that refuse to be printed and are wiped when dropped.

use std::collections::HashMap;
use std::fmt;

use zeroize::Zeroizing;

use crate::domain::id::KeyId;

/// A provider key or token. `Debug` and `Display` show a mask, never the value.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text; it is wiped from memory on drop.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself. Only `upstream` (to authorise a request) and `config` (to seal or fingerprint it) may call
    /// this; `tests/it/floors.rs` holds it to that.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The key that a client has itself, as it came with a request: it is passed on to a provider that takes the keys of
/// clients ([`crate::domain::policy::Auth::Client`]), to nobody else, and kept nowhere.
#[derive(Debug, Clone)]
pub struct ClientKey {
    /// What its health and its rows are kept by: the same for the same key, and told by nothing else.
    pub id: KeyId,
    /// The headers that show the key: name in lower case, value.
    pub proof: Vec<(&'static str, Secret)>,
    /// Other headers by which a provider knows whose it is.
    pub beside: Vec<(&'static str, String)>,
}

impl ClientKey {
    /// What stands for its name in rows.
    pub const NAME: &'static str = "client";
}

/// The resolved secrets of the keys in a policy. A key without an entry could not be resolved; its reason is in the
/// policy ([`crate::domain::policy::Key::problem`]).
#[derive(Debug, Clone, Default)]
pub struct Keyring(HashMap<KeyId, Secret>);

impl Keyring {
    /// Adds or replaces the secret of a key.
    pub fn insert(&mut self, id: KeyId, secret: Secret) {
        self.0.insert(id, secret);
    }

    /// The secret of a key, if it could be resolved.
    #[must_use]
    pub fn get(&self, id: KeyId) -> Option<&Secret> {
        self.0.get(&id)
    }
}

impl IntoIterator for Keyring {
    type Item = (KeyId, Secret);
    type IntoIter = std::collections::hash_map::IntoIter<KeyId, Secret>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
