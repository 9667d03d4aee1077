//! Tells a provider key from a name, so that a secret typed where a name belongs is refused and never repeated: the
//! command line is in the shell's history and in the process list.

use crate::cli::diag::{Diag, Exit};

/// How the keys of well-known providers begin.
const PREFIXES: [&str; 20] = [
    "sk-",
    "sk_",
    "gsk_",
    "xai-",
    "aiza",
    "akia",
    "hf_",
    "r8_",
    "pplx-",
    "csk-",
    "fw_",
    "nvapi-",
    "tgp_",
    "ghp_",
    "github_pat_",
    "key-",
    "pk-",
    "jina_",
    "sk.",
    "bearer ",
];

/// Whether this looks like a secret. Errs on the safe side: a name of 32 letters and digits mixed is taken for one.
#[must_use]
pub fn looks_like_key(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    if text.len() >= 16 && PREFIXES.iter().any(|it| small.starts_with(it)) {
        return true;
    }
    text.len() >= 32
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'+' | b'=' | b'.'))
        && text.bytes().filter(u8::is_ascii_digit).count() >= 4
        && text.bytes().any(|it| it.is_ascii_alphabetic())
}

/// The text if it is fit to be repeated, else a mask.
#[must_use]
pub fn masked(text: &str) -> &str {
    if looks_like_key(text) { "(hidden: looks like a key)" } else { text }
}

/// Refuses a key on the command line.
///
/// # Errors
/// Any of the values looks like a key.
pub fn refuse_keys<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<(), Diag> {
    if values.into_iter().any(looks_like_key) { Err(refusal()) } else { Ok(()) }
}

/// The refusal itself.
#[must_use]
pub fn refusal() -> Diag {
    Diag::new(
        Exit::Usage,
        "key-in-argument",
        "a key was given on the command line; nothing was stored",
        "arguments are kept in the shell's history and every process can read them; consider this key seen",
    )
    .fix("llmroute keys add PROVIDER        (asks for the key, hidden)\nllmroute keys add PROVIDER --stdin < FILE   or   --from env:NAME")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_names() {
        for key in [
            "sk-ant-api03-abcdefgh",
            "gsk_1234567890abcdef",
            "AIzaSyA1234567890abcd",
            "0123456789abcdef0123456789abcdef",
        ] {
            assert!(looks_like_key(key), "{key}");
        }
        for name in ["openai", "work-azure", "sk-1", "my-long-provider-name-for-the-team", "claude-sonnet-4-5-20250929"]
        {
            assert!(!looks_like_key(name), "{name}");
        }
    }
}
