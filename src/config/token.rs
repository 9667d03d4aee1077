//! Tokens that clients present to the server, each of 256 random bits. The local token is in a file only its owner can read;
//! of a virtual key's only the digest is kept.

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use aws_lc_rs::{constant_time, digest, rand};

use crate::config::refusal::Refusal;
use crate::config::seal::fingerprint;
use crate::domain::secret::Secret;
use crate::domain::virtual_key::Digest;
use crate::store::private_file::{self, FileProblem};

const PREFIX: &str = "llmr_";
const RANDOM: usize = 32;

/// The local token.
#[derive(Clone)]
pub struct LocalToken {
    token: Secret,
    digest: digest::Digest,
}

impl fmt::Debug for LocalToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalToken(…)")
    }
}

impl LocalToken {
    /// The token in that file, which is made on first use.
    ///
    /// # Errors
    /// The file cannot be made, must not be trusted, or holds no token.
    pub fn load_or_create(path: &Path) -> Result<Self, Refusal> {
        if let Some(it) = Self::load(path)? {
            return Ok(it);
        }
        let token = Self::fresh().ok_or_else(|| broken(path, "the system gave no randomness"))?;
        let written = private_file::create_new(path).and_then(|mut file| {
            file.write_all(token.reveal().as_bytes())
                .and_then(|()| file.write_all(b"\n"))
                .map_err(|source| FileProblem::Io { path: path.to_owned(), doing: "write", source })
        });
        match written {
            Ok(()) => Ok(token),
            // Somebody else was first; theirs is the token.
            Err(FileProblem::Io { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Self::load(path)?.ok_or_else(|| broken(path, "it appears and disappears"))
            }
            Err(problem) => Err(problem.into()),
        }
    }

    /// The token in that file, if there is one.
    ///
    /// # Errors
    /// The file must not be trusted, or holds no token.
    pub fn load(path: &Path) -> Result<Option<Self>, Refusal> {
        for _ in 0..50 {
            let Some(bytes) = private_file::read(path, 4096)? else { return Ok(None) };
            // The line end is written last: without it, another process is still writing.
            let whole = bytes.strip_suffix(b"\n").and_then(|it| std::str::from_utf8(it).ok());
            match whole {
                Some(text) if text.starts_with(PREFIX) && text.len() == PREFIX.len() + 2 * RANDOM => {
                    return Ok(Some(Self::of(text.to_owned())));
                }
                _ => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        Err(broken(path, "it holds no token of llmroute"))
    }

    /// Whether a client presented this token. Takes as long for any wrong one.
    #[must_use]
    pub fn matches(&self, presented: &[u8]) -> bool {
        let presented = digest::digest(&digest::SHA256, presented);
        constant_time::verify_slices_are_equal(presented.as_ref(), self.digest.as_ref()).is_ok()
    }

    /// The token itself, for the commands that hand it to a client: `ask`, `env`, `launch`.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.token.expose()
    }

    fn fresh() -> Option<Self> {
        fresh().map(Self::of)
    }

    fn of(text: String) -> Self {
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        Self { token: Secret::new(text), digest }
    }
}

/// A token that is handed out, and of which only the digest is kept.
#[derive(Clone, Debug)]
pub struct HandedOut(Secret);

impl HandedOut {
    /// The token itself, for whoever is given it: this once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose()
    }

    /// What may be shown of it afterwards: `llmr_1…7f2c`.
    #[must_use]
    pub fn hint(&self) -> String {
        fingerprint(&self.0)
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest_of(self.0.expose().as_bytes())
    }
}

/// The token of a new virtual key.
///
/// # Errors
/// The system gives no randomness.
pub fn of_virtual_key() -> Result<HandedOut, Refusal> {
    fresh().map(|it| HandedOut(Secret::new(it))).ok_or_else(|| {
        let fix = "try again; if that does not help, restart the machine";
        Refusal::new("no-randomness", "no token was made", "the system gave no randomness", fix)
    })
}

/// What is kept of a virtual key's token.
#[must_use]
pub fn digest_of(presented: &[u8]) -> Digest {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, presented).as_ref());
    out
}

fn fresh() -> Option<String> {
    let mut bytes = [0_u8; RANDOM];
    rand::fill(&mut bytes).ok()?;
    let mut text = PREFIX.to_owned();
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16)?);
        }
    }
    Some(text)
}

fn broken(path: &Path, why: &str) -> Refusal {
    Refusal::new(
        "token-file",
        format!("the local token in {} cannot be used", path.display()),
        why,
        format!("remove {}; the next start makes a new one", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_stays_the_same_and_only_it_matches() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let token = LocalToken::load_or_create(&path).unwrap();
        assert_eq!(LocalToken::load_or_create(&path).unwrap().reveal(), token.reveal());
        assert_eq!(token.reveal().len(), 69);
        assert!(token.matches(token.reveal().as_bytes()));
        let other = LocalToken::load_or_create(&dir.path().join("other")).unwrap();
        for wrong in [other.reveal(), "", "llmr_", &token.reveal()[..68], &format!("{}0", token.reveal())] {
            assert!(!token.matches(wrong.as_bytes()), "{}", wrong.len());
        }
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
