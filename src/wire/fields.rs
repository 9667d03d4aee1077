//! What the files of dialects share beyond [`crate::wire::json`]: errors that say where, and objects written by closures.
//! Knows no field of any dialect.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use crate::wire::Malformed;
use crate::wire::json::{self, Object, ObjectWriter};

// === reading ===

/// The object that `raw` is.
pub(super) fn object(raw: &RawValue) -> Result<Object<'_>, Malformed> {
    Object::of(raw).ok_or_else(|| wrong("", "must be an object"))
}

/// The elements of the array that `raw` is.
pub(super) fn items(raw: &RawValue) -> Result<Vec<&RawValue>, Malformed> {
    json::items(raw).ok_or_else(|| wrong("", "must be an array"))
}

/// The text that `raw` is, if it is a string.
pub(super) fn text(raw: &RawValue) -> Option<String> {
    json::text(raw).map(Cow::into_owned)
}

/// Whether the text is a JSON object, without space around it.
pub(super) fn is_object(json: &str) -> bool {
    json.starts_with('{') && serde_json::from_str::<&RawValue>(json).is_ok()
}

/// Takes a string out.
pub(super) fn take_text(it: &mut Object, key: &str) -> Result<Option<String>, Malformed> {
    Ok(it.take_text(key)?.map(Cow::into_owned))
}

/// Takes a string out that has to be there.
pub(super) fn need_text(it: &mut Object, key: &str) -> Result<String, Malformed> {
    take_text(it, key)?.ok_or_else(|| wrong(key, "is missing"))
}

/// Takes a string out of an answer, where a value of another type is no reason to fail.
pub(super) fn some_text(it: &mut Object, key: &str) -> Option<String> {
    it.take(key).and_then(text)
}

/// A field that is not what it should be.
pub(super) fn wrong(param: &str, what: &str) -> Malformed {
    if param.is_empty() {
        return Malformed { what: what.to_owned(), at: None, param: None };
    }
    Malformed { what: format!("`{param}` {what}"), at: None, param: Some(param.to_owned()) }
}

/// Puts `outer` before the parameter of an error that was found further in. Some dialects' error objects have no
/// field for a parameter, so the message says it as well.
pub(super) fn within(error: &Malformed, outer: impl fmt::Display) -> Malformed {
    let (param, told) = match &error.param {
        None => (outer.to_string(), None),
        Some(inner) => {
            let dot = if inner.starts_with('[') { "" } else { "." };
            (format!("{outer}{dot}{inner}"), error.what.strip_prefix(&format!("`{inner}` ")))
        }
    };
    let what = format!("`{param}` {}", told.unwrap_or(&error.what));
    Malformed { what, at: error.at, param: Some(param) }
}

// === writing ===

/// Writes an object of what `fill` writes.
pub(super) fn write(out: &mut Vec<u8>, fill: impl FnOnce(&mut ObjectWriter)) {
    let mut object = ObjectWriter::begin(out);
    fill(&mut object);
    object.end();
}

/// Writes an object field.
pub(super) fn nest(out: &mut ObjectWriter, key: &str, fill: impl FnOnce(&mut ObjectWriter)) {
    write(out.key(key), fill);
}

/// Writes an array field of values that are JSON already.
pub(super) fn list(out: &mut ObjectWriter, key: &str, items: &[Vec<u8>]) {
    out.list(key, items, |item, out| out.extend_from_slice(item));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_the_whole_way() {
        let inner = within(&wrong("type", "is missing"), "[3]");
        let outer = within(&within(&inner, "content"), "messages[0]");
        assert_eq!(outer.what, "`messages[0].content[3].type` is missing");
        assert_eq!(outer.param.as_deref(), Some("messages[0].content[3].type"));
        assert_eq!(within(&wrong("", "must be an object"), "usage").what, "`usage` must be an object");
    }
}
