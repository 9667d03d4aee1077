//! What this dialect's files share: fields under either of their names, opaque pieces, spellings, losses that are named
//! once. Knows no field of the dialect.

use std::fmt;

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::Opaque;
use crate::domain::signature::Signature;
use crate::wire::gemini::{Gemini, UNSIGNED};
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::{Malformed, losses};

// === reading ===

/// Takes a field that is spelled in camelCase or, as the protocol's own names are, in snake_case.
pub(super) fn take<'a>(it: &mut Object<'a>, camel: &str) -> Option<&'a RawValue> {
    it.take_where(|name| is(name, camel))
}

/// Looks at a field under either name.
pub(super) fn get<'a>(it: &Object<'a>, camel: &str) -> Option<&'a RawValue> {
    it.get_where(|name| is(name, camel))
}

/// Takes a text.
pub(super) fn take_text(it: &mut Object, camel: &str) -> Result<Option<String>, Malformed> {
    typed(take(it, camel), camel, "a string", |raw| json::text(raw).map(Into::into))
}

/// Takes a text out of an answer, where a value of another type is no reason to fail.
pub(super) fn some_text(it: &mut Object, camel: &str) -> Option<String> {
    take(it, camel).and_then(json::text).map(Into::into)
}

/// Takes an object.
pub(super) fn take_object<'a>(it: &mut Object<'a>, camel: &str) -> Result<Option<Object<'a>>, Malformed> {
    typed(take(it, camel), camel, "an object", Object::of)
}

/// Takes an array. A single object stands for an array of one, as Google's own parser has it.
pub(super) fn take_items<'a>(it: &mut Object<'a>, camel: &str) -> Result<Option<Vec<&'a RawValue>>, Malformed> {
    typed(take(it, camel), camel, "an array", |raw| json::items(raw).or_else(|| Object::of(raw).map(|_| vec![raw])))
}

/// Takes a whole number, which may stand in a string.
pub(super) fn take_integer(it: &mut Object, camel: &str) -> Result<Option<u64>, Malformed> {
    typed(take(it, camel), camel, "a whole number", integer)
}

/// Takes a number.
pub(super) fn take_number(it: &mut Object, camel: &str) -> Result<Option<f64>, Malformed> {
    typed(take(it, camel), camel, "a number", |raw| serde_json::from_str(raw.get()).ok())
}

/// Takes `true` or `false`.
pub(super) fn take_bool(it: &mut Object, camel: &str) -> Result<Option<bool>, Malformed> {
    typed(take(it, camel), camel, "true or false", |raw| json::boolean(raw.get().as_bytes()))
}

/// A whole number, bare or in a string.
pub(super) fn integer(raw: &RawValue) -> Option<u64> {
    match json::text(raw) {
        Some(text) => text.parse().ok(),
        None => json::integer(raw.get().as_bytes()),
    }
}

fn typed<'a, T>(
    raw: Option<&'a RawValue>,
    key: &str,
    wanted: &str,
    read: impl FnOnce(&'a RawValue) -> Option<T>,
) -> Result<Option<T>, Malformed> {
    let Some(raw) = raw else { return Ok(None) };
    read(raw).map(Some).ok_or_else(|| json::wrong(key, wanted))
}

/// Whether a field's name is `camel` in either spelling.
fn is(name: &str, camel: &str) -> bool {
    if name == camel {
        return true;
    }
    let mut rest = camel.bytes();
    let mut after = false;
    let same = name.bytes().all(|byte| {
        if byte == b'_' {
            return !std::mem::replace(&mut after, true);
        }
        let upper = std::mem::take(&mut after);
        rest.next() == Some(if upper { byte.to_ascii_uppercase() } else { byte })
    });
    same && !after && rest.next().is_none() && name.contains('_')
}

/// `file_uri` → `fileUri`.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for it in name.chars() {
        if it == '_' {
            upper = !out.is_empty();
        } else {
            out.push(if upper { it.to_ascii_uppercase() } else { it });
            upper = false;
        }
    }
    out
}

/// Puts the place of an object before the parameter named in an error within it.
pub(super) fn within(error: Malformed, place: impl fmt::Display) -> Malformed {
    let Some(param) = error.param else { return error };
    let dot = if param.starts_with('[') { "" } else { "." };
    let whole = format!("{place}{dot}{param}");
    Malformed { what: error.what.replacen(&param, &whole, 1), at: error.at, param: Some(whole) }
}

/// A signature of this dialect. The one that stands for none is none.
pub(super) fn signature(text: String) -> Option<Signature> {
    Signature::of(Dialect::Gemini, text).filter(|it| it.text != UNSIGNED)
}

/// A piece of this dialect that the hub has no noun for.
pub(super) fn opaque(name: impl Into<String>, raw: &RawValue) -> Opaque {
    Opaque { dialect: Dialect::Gemini, name: name.into(), raw: raw.to_owned() }
}

/// How this dialect spells something the hub has a noun for; no other dialect loses anything without it.
pub(super) fn spelling(name: &str, raw: &RawValue) -> Opaque {
    opaque(format!("{}{name}", Opaque::SPELLING), raw)
}

/// What nobody took of an object, under `prefix`.
pub(super) fn rest(it: Object, prefix: &str) -> impl Iterator<Item = Opaque> {
    it.rest().map(move |(name, raw)| opaque(format!("{prefix}{}", camel(&name)), raw))
}

/// Whether this dialect made it.
pub(super) fn is_own(it: &Opaque) -> bool {
    it.dialect == Dialect::Gemini
}

/// The value of an own piece.
pub(super) fn own<'o>(extra: &'o [Opaque], name: &str) -> Option<&'o RawValue> {
    extra.iter().find(|it| is_own(it) && it.name == name).map(|it| &*it.raw)
}

/// How this dialect spelled it, if it did.
pub(super) fn spelled<'o>(extra: &'o [Opaque], name: &str) -> Option<&'o RawValue> {
    extra.iter().find(|it| is_own(it) && it.name.strip_prefix(Opaque::SPELLING) == Some(name)).map(|it| &*it.raw)
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

/// Writes the own pieces whose name is `prefix` and one more word.
pub(super) fn write_extra(extra: &[Opaque], prefix: &str, out: &mut ObjectWriter) {
    for it in extra.iter().filter(|it| is_own(it) && !it.is_spelling()) {
        if let Some(key) = it.name.strip_prefix(prefix).filter(|it| !it.contains('.')) {
            // Between JSON tokens a line break is white space, but it would end the line of an event.
            out.raw(key, &it.raw.get().replace(['\n', '\r'], " "));
        }
    }
}

/// Whether there is an own piece whose name begins with `prefix`.
pub(super) fn has_extra(extra: &[Opaque], prefix: &str) -> bool {
    extra.iter().any(|it| is_own(it) && !it.is_spelling() && it.name.starts_with(prefix))
}

/// What could not be said. Each thing is named once.
pub(super) type Losses = losses::Losses<Gemini>;

impl losses::Target for Gemini {
    const DIALECT: Dialect = Dialect::Gemini;
    const NO_FIELD: &'static str = "gemini has no such field";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_both_spellings() {
        let mut it = Object::parse(br#"{"file_uri":"a","mimeType":"b","max":"12","fileUri":null}"#).unwrap();
        assert_eq!(take_text(&mut it, "fileUri").unwrap().as_deref(), Some("a"));
        assert_eq!(take_text(&mut it, "mimeType").unwrap().as_deref(), Some("b"));
        assert_eq!(take_integer(&mut it, "max").unwrap(), Some(12));
        assert_eq!(it.rest().count(), 0);
        for wrong in ["fileuri", "file__uri", "file_uri_", "file_Ur", "file", "file_uri_x", ""] {
            assert!(!is(wrong, "fileUri"), "{wrong}");
        }
        assert_eq!(
            (camel("video_metadata"), camel("id"), camel("_x")),
            ("videoMetadata".into(), "id".into(), "x".into())
        );
    }

    #[test]
    fn an_error_says_the_whole_way() {
        let error = within(within(json::wrong("text", "a string"), "[3]"), "contents[0].parts");
        assert_eq!(error.what, "`contents[0].parts[3].text` must be a string");
        assert_eq!(error.param.as_deref(), Some("contents[0].parts[3].text"));
    }
}
