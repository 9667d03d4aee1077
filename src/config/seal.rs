//! Secrets at rest: sealed with AES-256-GCM under a key in a file of its own, so that a copy of the database alone
//! opens nothing.
//!
//! A sealed secret is `version (1 byte) | nonce (12) | ciphertext | tag (16)`. The version, the provider and the name
//! of the key are authenticated with it: a blob moved to another row does not open.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use zeroize::Zeroizing;

use crate::config::refusal::Refusal;
use crate::domain::secret::Secret;
use crate::store::private_file::{self, FileProblem};

const VERSION: u8 = 1;
const NONCE: usize = 12;
const KEY: usize = 32;

/// The key that seals.
pub struct MasterKey {
    key: RandomizedNonceKey,
    path: PathBuf,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.path.display())
    }
}

impl MasterKey {
    /// The key in that file, which is made if it is not there.
    ///
    /// # Errors
    /// The file cannot be made, must not be trusted, or holds no key.
    pub fn load_or_create(path: &Path) -> Result<Self, Refusal> {
        if let Some(it) = Self::load(path)? {
            return Ok(it);
        }
        let mut bytes = Zeroizing::new([0_u8; KEY]);
        rand::fill(&mut bytes[..]).map_err(|_| broken(path, "the system gave no randomness"))?;
        let written = private_file::create_new(path).and_then(|mut file| {
            file.write_all(&bytes[..]).and_then(|()| file.sync_all()).map_err(|source| FileProblem::Io {
                path: path.to_owned(),
                doing: "write",
                source,
            })
        });
        match written {
            Ok(()) => Self::new(&bytes[..], path),
            // Somebody else was first; theirs is the key.
            Err(FileProblem::Io { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Self::load(path)?.ok_or_else(|| broken(path, "it appears and disappears"))
            }
            Err(problem) => Err(problem.into()),
        }
    }

    /// The key in that file, if there is one.
    ///
    /// # Errors
    /// The file must not be trusted, or holds no key.
    pub fn load(path: &Path) -> Result<Option<Self>, Refusal> {
        for _ in 0..50 {
            let Some(bytes) = private_file::read(path, KEY as u64 + 1)?.map(Zeroizing::new) else { return Ok(None) };
            match bytes.len() {
                KEY => return Self::new(&bytes, path).map(Some),
                // Just created by another process, which has not written it yet.
                0 => std::thread::sleep(Duration::from_millis(10)),
                _ => break,
            }
        }
        Err(broken(path, &format!("it does not hold {KEY} bytes")))
    }

    /// Seals the secret of a key.
    ///
    /// # Errors
    /// The cryptographic library refuses, which it has no reason to.
    pub fn seal(&self, provider: &str, name: &str, secret: &Secret) -> Result<Vec<u8>, Refusal> {
        let mut sealed = Zeroizing::new(secret.expose().as_bytes().to_vec());
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(bound(provider, name)), &mut *sealed)
            .map_err(|_| broken(&self.path, "sealing failed"))?;
        let mut out = Vec::with_capacity(1 + NONCE + sealed.len());
        out.push(VERSION);
        out.extend_from_slice(nonce.as_ref());
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// Opens what was sealed for this key of this provider.
    ///
    /// # Errors
    /// It was sealed under another master key or for another row, or was changed.
    pub fn open(&self, provider: &str, name: &str, sealed: &[u8]) -> Result<Secret, Unopened> {
        let (version, rest) = sealed.split_first().ok_or(Unopened::Damaged)?;
        if *version != VERSION {
            return Err(Unopened::Version(*version));
        }
        let (nonce, rest) = rest.split_at_checked(NONCE).ok_or(Unopened::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened::Damaged)?;
        let mut text = Zeroizing::new(rest.to_vec());
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(bound(provider, name)), &mut text)
            .map_err(|_| Unopened::WrongKey(self.path.clone()))?;
        let plain = std::str::from_utf8(plain).map_err(|_| Unopened::Damaged)?;
        Ok(Secret::new(plain.to_owned()))
    }

    fn new(bytes: &[u8], path: &Path) -> Result<Self, Refusal> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, bytes).map_err(|_| broken(path, "it is no key"))?;
        Ok(Self { key, path: path.to_owned() })
    }
}

/// A sealed secret cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// Another master key sealed it, or the blob was changed or moved.
    #[error("it was sealed with another master key than the one in {}", .0.display())]
    WrongKey(PathBuf),
    /// There is no master key.
    #[error("its master key, {}, is missing", .0.display())]
    NoKey(PathBuf),
    /// Written by a later llmroute.
    #[error("it was sealed by a newer llmroute (format {0})")]
    Version(u8),
    /// Not a sealed secret.
    #[error("its row is damaged")]
    Damaged,
}

/// What is authenticated along with a secret. Names hold no NUL, so no two rows share it.
fn bound(provider: &str, name: &str) -> Vec<u8> {
    [&[VERSION], provider.as_bytes(), b"\0", name.as_bytes()].concat()
}

fn broken(path: &Path, why: &str) -> Refusal {
    Refusal::new(
        "master-key",
        format!("the master key in {} cannot be used", path.display()),
        why,
        format!("restore {} from a copy, or remove it and add the stored keys again", path.display()),
    )
}

/// What may be shown of a secret: its kind and its end, `sk-ant…9QAA`. Of a short one, nothing.
#[must_use]
pub fn fingerprint(secret: &Secret) -> String {
    if let Some(whose) = whose(secret.expose()) {
        return whose;
    }
    let text: Vec<char> = secret.expose().chars().collect();
    let (head, tail) = match text.len() {
        0..20 => return "…".to_owned(),
        20..32 => (4, 2),
        _ => (6, 4),
    };
    let shown = |part: &[char]| part.iter().collect::<String>();
    let (first, last) = (text.get(..head).unwrap_or_default(), text.get(text.len() - tail..).unwrap_or_default());
    format!("{}…{}", shown(first), shown(last))
}

/// Whom a key that is a file belongs to, which is no secret; the machine's account for the word that stands for it.
fn whose(key: &str) -> Option<String> {
    if key == "metadata" {
        return Some("of this machine".to_owned());
    }
    let file: serde_json::Value = Some(key).filter(|it| it.starts_with('{')).map(serde_json::from_str)?.ok()?;
    let named = ["client_email", "clientId", "appId", "client_id"].iter().find_map(|it| file[*it].as_str());
    Some(named.map_or_else(|| "…".to_owned(), |it| it.chars().take(60).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_show_the_ends_of_long_secrets_and_nothing_of_short_ones() {
        let shown = |it: &str| fingerprint(&Secret::new(it.to_owned()));
        assert_eq!(shown("sk-ant-api03-0123456789abcdefghij9QAA"), "sk-ant…9QAA");
        assert_eq!(shown("0123456789abcdefghijklmn"), "0123…mn");
        assert_eq!(shown("short-secret"), "…");
        assert_eq!(shown(""), "…");
        assert_eq!(shown(r#"{"client_email":"a@b.iam","private_key":"SECRET"}"#), "a@b.iam");
        assert_eq!(shown(r#"{"private_key":"SECRET-0123456789-0123456789"}"#), "…");
    }

    #[test]
    fn a_blob_opens_only_in_its_own_row_and_under_its_own_master_key() {
        let dir = tempfile::tempdir().unwrap();
        let key = MasterKey::load_or_create(&dir.path().join("a")).unwrap();
        let again = MasterKey::load_or_create(&dir.path().join("a")).unwrap();
        let other = MasterKey::load_or_create(&dir.path().join("b")).unwrap();
        let secret = Secret::new("sk-test-0123456789".to_owned());
        let sealed = key.seal("openai", "main", &secret).unwrap();
        assert_eq!(again.open("openai", "main", &sealed).unwrap().expose(), secret.expose());
        assert!(matches!(other.open("openai", "main", &sealed), Err(Unopened::WrongKey(_))));
        assert!(matches!(key.open("openai", "other", &sealed), Err(Unopened::WrongKey(_))));
        assert!(matches!(key.open("groq", "main", &sealed), Err(Unopened::WrongKey(_))));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open("openai", "main", &changed).is_err(), "byte {at}");
            assert!(key.open("openai", "main", &sealed[..at]).is_err(), "length {at}");
        }
        assert_ne!(sealed, key.seal("openai", "main", &secret).unwrap(), "nonces are random");
    }
}
