//! Ids of tool calls for providers that take only short ones. The id another provider gave becomes one that is made of it,
//! the same for a call and its result, and in every request: the conversation keeps the id it has, and whoever gave it gets
//! it back.

use std::borrow::Cow;

use aws_lc_rs::digest;

use crate::domain::quirks::CallIds;

/// Longest id that OpenAI takes in chat completions ("string too long. Expected a string with maximum length 40").
pub const CHAT: usize = 40;
/// Longest `call_id` that it takes in responses.
pub(in crate::wire) const RESPONSES: usize = 64;
/// Length of the ids of Mistral's models ("must be a-z, A-Z, 0-9, with a length of 9").
const NINE: usize = 9;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The id as a provider takes it that takes ids of this form, short ones up to `most` characters.
#[must_use]
pub fn fitting(id: &str, form: CallIds, most: usize) -> Cow<'_, str> {
    let fits = match form {
        CallIds::Any => true,
        CallIds::Short => id.len() <= most,
        CallIds::NineAlphanumerics => id.len() == NINE && id.bytes().all(|it| it.is_ascii_alphanumeric()),
    };
    if fits {
        return Cow::Borrowed(id);
    }
    let hash = digest::digest(&digest::SHA256, id.as_bytes());
    // A quarter more of the first letters than of the last ones: what counts is that two ids become two.
    let letters = hash.as_ref().iter().filter_map(|it| ALPHABET.get(usize::from(*it) % ALPHABET.len()));
    let (start, length) = match form {
        CallIds::Any | CallIds::Short => ("call_", 24),
        CallIds::NineAlphanumerics => ("", NINE),
    };
    Cow::Owned(start.chars().chain(letters.take(length).map(|it| char::from(*it))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_fits_stays_and_another_becomes_one_that_does() {
        let long = "chatcmpl-tool-0123456789abcdef0123456789abcdef";
        for (id, form, most, length) in [
            ("call_1", CallIds::Short, CHAT, None),
            ("", CallIds::Short, CHAT, None),
            (long, CallIds::Any, CHAT, None),
            (long, CallIds::Short, RESPONSES, None),
            ("D681PevKs", CallIds::NineAlphanumerics, CHAT, None),
            (long, CallIds::Short, CHAT, Some(29)),
            ("call_1", CallIds::NineAlphanumerics, CHAT, Some(9)),
            ("D681Pev-s", CallIds::NineAlphanumerics, CHAT, Some(9)),
            ("", CallIds::NineAlphanumerics, CHAT, Some(9)),
        ] {
            let made = fitting(id, form, most);
            match length {
                None => assert_eq!(made, id),
                Some(length) => {
                    assert_eq!(made.len(), length, "{id}");
                    assert_eq!(fitting(&made, form, most), made, "it fits by now");
                    assert_ne!(fitting(&format!("{id}x"), form, 1), made, "two stay two");
                }
            }
        }
    }
}
