//! What may stand as a name.

use crate::config::refusal::Refusal;
use crate::domain::target::Target;

const LONGEST: usize = 64;

/// A provider's name: lower-case letters, digits, `-`, `_` and `.`, a letter or digit first. It stands before the first
/// `/` of a target.
///
/// # Errors
/// It is none.
pub fn provider(name: &str) -> Result<(), Refusal> {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-_.".contains(&it);
    check("provider", name, fits, "lower-case letters, digits, `-`, `_` and `.`")
}

/// A key's name: letters, digits, `-`, `_`, `.` and `@`.
///
/// # Errors
/// It is none.
pub fn key(name: &str) -> Result<(), Refusal> {
    let fits = |it: u8| it.is_ascii_alphanumeric() || b"-_.@".contains(&it);
    check("key", name, fits, "letters, digits, `-`, `_`, `.` and `@`")
}

/// A group's name. Clients send it as `model`, so it may look like a model's; a `/` would make it a target.
///
/// # Errors
/// It is none.
pub fn group(name: &str) -> Result<(), Refusal> {
    let fits = |it: u8| it.is_ascii_alphanumeric() || b"-_.:@+".contains(&it);
    check("group", name, fits, "letters, digits, `-`, `_`, `.`, `:`, `@` and `+`")
}

/// A rule's name: letters, digits, `-`, `_` and `.`.
///
/// # Errors
/// It is none.
pub fn rule(name: &str) -> Result<(), Refusal> {
    let fits = |it: u8| it.is_ascii_alphanumeric() || b"-_.".contains(&it);
    check("rule", name, fits, "letters, digits, `-`, `_` and `.`")
}

/// A virtual key's, team's or customer's name: letters, digits, `-`, `_`, `.` and `@`. Scopes are written with it
/// (`virtual-key:NAME/provider:P`).
///
/// # Errors
/// It is none.
pub fn member(what: &str, name: &str) -> Result<(), Refusal> {
    let fits = |it: u8| it.is_ascii_alphanumeric() || b"-_.@".contains(&it);
    check(what, name, fits, "letters, digits, `-`, `_`, `.` and `@`")
}

/// A region: lower-case letters, digits and `-`.
///
/// # Errors
/// It is none.
pub fn region(name: &str) -> Result<(), Refusal> {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    check("region", name, fits, "lower-case letters, digits and `-`")
}

fn check(what: &str, name: &str, fits: impl Fn(u8) -> bool, allowed: &str) -> Result<(), Refusal> {
    let why = if name.is_empty() {
        "it is empty".to_owned()
    } else if name.len() > LONGEST {
        format!("it is longer than {LONGEST} characters")
    } else if !name.bytes().all(&fits) {
        format!("it holds something else than {allowed}")
    } else if !name.starts_with(|it: char| it.is_ascii_alphanumeric()) {
        "it begins with neither a letter nor a digit".to_owned()
    } else {
        return Ok(());
    };
    let suggested: String = name
        .chars()
        .map(|it| u8::try_from(it).ok().filter(|it| fits(*it)).map_or('-', char::from))
        .skip_while(|it| !it.is_ascii_alphanumeric())
        .take(LONGEST)
        .collect();
    let fix = match suggested.trim_end_matches('-') {
        "" => format!("use {allowed}"),
        it => format!("use {allowed}: {it}"),
    };
    // The name is not repeated: it may be a key that was pasted into the wrong place.
    Err(Refusal::new("bad-name", format!("this cannot be the name of a {what}"), why, safe(what, fix, name, allowed)))
}

/// Without the suggestion where the name is long enough to be a secret.
fn safe(what: &str, fix: String, name: &str, allowed: &str) -> String {
    if name.len() < 20 { fix } else { format!("use a short {what} name of {allowed}") }
}

/// `provider/model`.
///
/// # Errors
/// It is none.
pub fn target(text: &str) -> Result<Target, Refusal> {
    let target = Target::parse(text).filter(|it| provider(it.provider.as_str()).is_ok());
    target.filter(|it| it.model.as_str().bytes().all(|it| it.is_ascii_graphic())).ok_or_else(|| {
        Refusal::new(
            "bad-target",
            "nothing was changed",
            format!("`{text}` is not a target"),
            "write targets as PROVIDER/MODEL, like openai/gpt-5.4-mini",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["openai", "work-azure", "a", "x.ai", "9router", "llama.cpp"] {
            assert!(provider(good).is_ok(), "{good}");
        }
        for bad in ["", "OpenAI", "a/b", "-a", "a b", "ä", ".", &"a".repeat(65), "a\n", "a\u{1b}[31m"] {
            assert!(provider(bad).is_err(), "{bad:?}");
        }
        assert!(provider("my provider").unwrap_err().fix.ends_with("my-provider"));
        assert!(!provider("sk-ant-API03-abcdefghijklmnop").unwrap_err().to_string().contains("API03"));
        for good in ["smart", "gpt-4o", "claude-sonnet-4-5-20250929", "qwen3:8b"] {
            assert!(group(good).is_ok(), "{good}");
        }
        assert!(group("a/b").is_err());
        assert!(target("openrouter/anthropic/claude:free").is_ok());
        for bad in ["gpt", "/m", "p/", "P/m", "p/m m", ""] {
            assert!(target(bad).is_err(), "{bad:?}");
        }
    }
}
