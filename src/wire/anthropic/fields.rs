//! Objects as they came: a list of names and raw values from which a reader takes what it knows; the rest travels on
//! as [`Opaque`]. Serde's own `flatten` cannot do this: it buffers, and raw values do not survive buffering.
//!
//! Also the mirror image, [`Obj`], which writes objects into a byte buffer. Knows no field of the dialect.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::Opaque;
use crate::wire::{Malformed, json};

/// A JSON object with its fields in order.
#[derive(Debug, Default)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// Parses a body that must be a JSON object.
pub(super) fn body(bytes: &[u8]) -> Result<Object<'_>, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|error| Malformed {
        what: "the body is not UTF-8".to_owned(),
        at: Some(error.valid_up_to()),
        param: None,
    })?;
    serde_json::from_str(text).map_err(|error| Malformed {
        what: format!("the body is not the JSON object it should be: {}", told(&error)),
        at: Some(offset(text, error.line(), error.column())),
        param: None,
    })
}

/// The object that `raw` is.
pub(super) fn object(raw: &RawValue) -> Result<Object<'_>, Malformed> {
    serde_json::from_str(raw.get()).map_err(|_| wrong("", "must be an object"))
}

/// Whether the text is a JSON object, without space around it.
pub(super) fn is_object(json: &str) -> bool {
    json.starts_with('{') && serde_json::from_str::<&RawValue>(json).is_ok()
}

/// The elements of the array that `raw` is.
pub(super) fn array(raw: &RawValue) -> Result<Vec<&RawValue>, Malformed> {
    serde_json::from_str(raw.get()).map_err(|_| wrong("", "must be an array"))
}

/// The text that `raw` is, if it is a string.
///
/// Half a surrogate pair, which some providers send where they cut a text between UTF-16 units, becomes U+FFFD
/// instead of making the whole text unreadable.
pub(super) fn text(raw: &RawValue) -> Option<String> {
    text_after(raw, &mut None)
}

/// Like [`text`], for a text that comes in pieces: a first half of a surrogate pair at the end is put into `half`
/// and joined to a second half at the start of the next piece.
pub(super) fn text_after(raw: &RawValue, half: &mut Option<u16>) -> Option<String> {
    let json = raw.get();
    if !json.starts_with('"') {
        return None;
    }
    if half.is_none()
        && let Some(plain) = json::string(json.as_bytes())
    {
        return Some(plain.into_owned());
    }
    let mut units: Vec<u16> = half.take().into_iter().collect();
    let mut plain = json.get(1..json.len().saturating_sub(1))?.chars();
    while let Some(it) = plain.next() {
        if it == '\\' {
            units.push(escape(&mut plain)?);
        } else {
            units.extend_from_slice(it.encode_utf16(&mut [0; 2]));
        }
    }
    *half = units.pop_if(|it| (0xD800..0xDC00).contains(it));
    Some(String::from_utf16_lossy(&units))
}

/// The code unit of an escape whose backslash was read.
fn escape(rest: &mut std::str::Chars) -> Option<u16> {
    Some(match rest.next()? {
        'b' => 0x08,
        'f' => 0x0C,
        'n' => 0x0A,
        'r' => 0x0D,
        't' => 0x09,
        'u' => {
            let mut unit = 0u16;
            for _ in 0..4 {
                unit = unit << 4 | u16::try_from(rest.next()?.to_digit(16)?).ok()?;
            }
            unit
        }
        other => u16::try_from(u32::from(other)).ok()?,
    })
}

/// A field that is not what it should be.
pub(super) fn wrong(param: &str, what: &str) -> Malformed {
    Malformed { what: what.to_owned(), at: None, param: (!param.is_empty()).then(|| param.to_owned()) }
}

/// Puts `outer` before the parameter of an error that was found further in.
pub(super) fn within(mut error: Malformed, outer: impl fmt::Display) -> Malformed {
    error.param = Some(match error.param {
        Some(inner) if inner.starts_with('[') => format!("{outer}{inner}"),
        Some(inner) => format!("{outer}.{inner}"),
        None => outer.to_string(),
    });
    error
}

/// A piece of this dialect that the hub has no noun for.
pub(super) fn opaque(name: impl Into<String>, raw: &RawValue) -> Opaque {
    Opaque { dialect: Dialect::Anthropic, name: name.into(), raw: raw.to_owned() }
}

impl<'a> Object<'a> {
    /// Takes the value of `key` out. `null` counts as absent; of several the last holds.
    pub(super) fn take(&mut self, key: &str) -> Option<&'a RawValue> {
        let mut found = None;
        self.0.retain(|(name, value)| {
            let hit = name == key;
            if hit {
                found = Some(*value);
            }
            !hit
        });
        found.filter(|it| it.get() != "null")
    }

    /// The value of `key`, left where it is.
    pub(super) fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value).filter(|it| it.get() != "null")
    }

    /// Takes a string out.
    pub(super) fn take_text(&mut self, key: &str) -> Result<Option<String>, Malformed> {
        self.take(key).map(|it| text(it).ok_or_else(|| wrong(key, "must be a string"))).transpose()
    }

    /// Takes a string out that has to be there.
    pub(super) fn need_text(&mut self, key: &str) -> Result<String, Malformed> {
        self.take_text(key)?.ok_or_else(|| wrong(key, "is missing"))
    }

    /// Takes a string out of an answer, where a value of another type is no reason to fail.
    pub(super) fn some_text(&mut self, key: &str) -> Option<String> {
        self.take(key).and_then(text)
    }

    /// Takes a whole number out.
    pub(super) fn take_count(&mut self, key: &str) -> Result<Option<u64>, Malformed> {
        let count = |it: &RawValue| {
            json::integer(it.get().as_bytes()).ok_or_else(|| wrong(key, "must be a whole number, zero or more"))
        };
        self.take(key).map(count).transpose()
    }

    /// Takes a number out.
    pub(super) fn take_number(&mut self, key: &str) -> Result<Option<f64>, Malformed> {
        let number = |it: &RawValue| serde_json::from_str(it.get()).map_err(|_| wrong(key, "must be a number"));
        self.take(key).map(number).transpose()
    }

    /// Takes `true` or `false` out.
    pub(super) fn take_bool(&mut self, key: &str) -> Result<Option<bool>, Malformed> {
        let truth =
            |it: &RawValue| json::boolean(it.get().as_bytes()).ok_or_else(|| wrong(key, "must be true or false"));
        self.take(key).map(truth).transpose()
    }

    /// Takes an object out.
    pub(super) fn take_object(&mut self, key: &str) -> Result<Option<Object<'a>>, Malformed> {
        self.take(key).map(|it| object(it).map_err(|error| within(error, key))).transpose()
    }

    /// What nobody took, under `prefix` (`thinking.` for the fields of `thinking`). A `null` says nothing and is left out.
    pub(super) fn rest(self, prefix: &str) -> impl Iterator<Item = Opaque> {
        self.into_iter().map(move |(name, raw)| opaque(format!("{prefix}{name}"), raw))
    }
}

impl<'a> IntoIterator for Object<'a> {
    type Item = (Cow<'a, str>, &'a RawValue);
    type IntoIter = std::iter::Filter<std::vec::IntoIter<Self::Item>, fn(&Self::Item) -> bool>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().filter(|(_, value)| value.get() != "null")
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some(Name(name)) = map.next_key()? {
                    fields.push((name, map.next_value()?));
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// A field name, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Serde's message without its "at line 1 column 7": the offset says that.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Byte offset of a line and a column, both counted from one, in `text`.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (start + column.saturating_sub(1)).min(text.len())
}

// === writing ===

/// Writes one JSON object into a buffer, field by field.
#[derive(Debug)]
pub(super) struct Obj<'o> {
    out: &'o mut Vec<u8>,
    empty: bool,
}

/// Writes an object: `{`, what `fill` writes, `}`.
pub(super) fn obj(out: &mut Vec<u8>, fill: impl FnOnce(&mut Obj)) {
    out.push(b'{');
    fill(&mut Obj { out, empty: true });
    out.push(b'}');
}

impl Obj<'_> {
    /// Writes the key; the caller writes the value.
    pub(super) fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.empty) {
            self.out.push(b',');
        }
        json::quote(key, self.out);
        self.out.push(b':');
        self.out
    }

    /// A string.
    pub(super) fn text(&mut self, key: &str, text: &str) {
        json::quote(text, self.key(key));
    }

    /// JSON text as it is.
    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key).extend_from_slice(json.as_bytes());
    }

    /// A whole number.
    pub(super) fn count(&mut self, key: &str, count: u64) {
        self.raw(key, &count.to_string());
    }

    /// A number. What JSON cannot spell (infinity) cannot have come from JSON either and becomes `null`.
    pub(super) fn number(&mut self, key: &str, number: f64) {
        let spelled = serde_json::Number::from_f64(number).map_or_else(|| "null".to_owned(), |it| it.to_string());
        self.raw(key, &spelled);
    }

    /// An object.
    pub(super) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Obj)) {
        obj(self.key(key), fill);
    }

    /// An array of values that are written already.
    pub(super) fn array(&mut self, key: &str, items: &[Vec<u8>]) {
        let out = self.key(key);
        out.push(b'[');
        out.extend_from_slice(&items.join(&b','));
        out.push(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn takes_what_is_known_and_keeps_the_rest_in_order() {
        let mut it = body(br#" {"b":1,"a\n":{"x": [1, 2]},"n":null,"b":2} "#).unwrap();
        assert_eq!(it.take_count("b").unwrap(), Some(2));
        assert!(it.take("n").is_none());
        let rest: Vec<_> = it.rest("p.").map(|it| (it.name, it.raw.get().to_owned())).collect();
        assert_eq!(rest, [("p.a\n".to_owned(), r#"{"x": [1, 2]}"#.to_owned())]);
    }

    #[test]
    fn says_where_the_json_breaks() {
        assert_eq!(body(b"{\n \"a\": tru }").unwrap_err().at, Some(11));
        assert_eq!(body(b"{\"a\":\"\xff\"}").unwrap_err().at, Some(6));
        assert!(body(b"[]").unwrap_err().what.contains("object"));
    }

    #[test]
    fn joins_a_surrogate_pair_that_was_cut_in_two() {
        let mut half = None;
        assert_eq!(text_after(raw(r#""a\n\ud83d""#), &mut half).unwrap(), "a\n");
        assert_eq!(text_after(raw(r#""\ude00b\/""#), &mut half).unwrap(), "\u{1F600}b/");
        assert_eq!(half, None);
        assert_eq!(text(raw(r#""x\udc00y""#)).unwrap(), "x\u{FFFD}y");
        assert_eq!(text(raw("7")), None);
    }
}
