//! OpenRouter's `reasoning_details`: what the provider behind it wants back of its own reasoning (signatures, encrypted
//! pieces), in one list beside the message. A turn that calls tools and comes back without it is refused by some.
//!
//! The hub has no noun for the list as a whole. It travels with the first call of the answer, because only with a call it
//! matters: so it is kept with the call, and found again by it.
//!
//! Source: OpenRouter's documentation on preserving reasoning; how a stream's pieces are put together is what its own library
//! for Vercel's `ai` does.

use serde_json::value::RawValue;

use super::{is_own, opaque};
use crate::domain::prompt::{Opaque, Part};
use crate::domain::reply::Piece;
use crate::wire::json::{self, Object, ObjectWriter};

/// Name of the field.
pub(super) const FIELD: &str = "reasoning_details";

/// Name of the own piece on a call: it stands in the message.
const NAME: &str = "message.reasoning_details";

/// The list as it travels. `None` for an empty one, which says nothing.
pub(super) fn kept(raw: &RawValue) -> Option<Opaque> {
    json::items(raw).filter(|it| !it.is_empty()).map(|_| opaque(NAME, raw))
}

/// Whether an own piece is the list.
pub(super) fn is_list(it: &Opaque) -> bool {
    is_own(it) && it.name == NAME
}

/// Writes the list that one of the blocks of an answer carries into its message.
pub(super) fn write_of_answer(blocks: &[Piece], message: &mut ObjectWriter) {
    write(blocks.iter().flat_map(|it| &it.extra), message);
}

/// Writes the list that one of the calls of a turn carries into its message.
pub(super) fn write_of_turn(calls: &[&Part], message: &mut ObjectWriter) {
    write(calls.iter().flat_map(|it| &it.extra), message);
}

fn write<'e>(mut extra: impl Iterator<Item = &'e Opaque>, message: &mut ObjectWriter) {
    if let Some(it) = extra.find(|it| is_list(it)) {
        message.raw(FIELD, &it.raw.get().replace(['\n', '\r'], " "));
    }
}

/// One entry of the list, field by field.
type Entry = Vec<(String, Box<RawValue>)>;

/// The list of a stream, whose entries come in pieces.
#[derive(Debug, Default)]
pub(super) struct Details(Vec<Entry>);

impl Details {
    /// Takes in what a chunk says. A piece of text goes on with the entry before it, if that is of the same kind and number.
    pub(super) fn hear(&mut self, raw: &RawValue) {
        for raw in json::items(raw).unwrap_or_default() {
            let Some(object) = Object::of(raw) else { continue };
            let piece: Entry = object.rest().map(|(key, raw)| (key.into_owned(), raw.to_owned())).collect();
            match self.0.last_mut().filter(|it| goes_on(it, &piece)) {
                Some(entry) => piece.into_iter().for_each(|(key, raw)| add(entry, key, raw)),
                None => self.0.push(piece),
            }
        }
    }

    /// The list, if there is any.
    pub(super) fn take(&mut self) -> Option<Opaque> {
        let entries = std::mem::take(&mut self.0);
        let mut out = vec![b'['];
        for (nth, entry) in entries.iter().enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            let mut object = ObjectWriter::begin(&mut out);
            for (key, raw) in entry {
                object.raw(key, raw.get());
            }
            object.end();
        }
        out.push(b']');
        kept(&RawValue::from_string(String::from_utf8(out).ok()?).ok()?)
    }
}

fn field<'e>(entry: &'e Entry, key: &str) -> Option<&'e str> {
    entry.iter().find(|it| it.0 == key).map(|it| it.1.get())
}

fn goes_on(entry: &Entry, piece: &Entry) -> bool {
    let same = |key: &str| field(entry, key) == field(piece, key);
    let text = matches!(field(entry, "type"), Some("\"reasoning.text\"" | "\"reasoning.summary\""));
    text && same("type") && same("index")
}

/// Adds a field of a piece: a text to the text before it, anything else in the place of nothing.
fn add(entry: &mut Entry, key: String, raw: Box<RawValue>) {
    let Some((_, known)) = entry.iter_mut().find(|it| it.0 == key) else { return entry.push((key, raw)) };
    if known.get() == "null" {
        *known = raw;
    } else if matches!(&*key, "text" | "summary")
        && let (Some(before), Some(more)) = (json::text(known), json::text(&raw))
    {
        let mut quoted = Vec::new();
        json::quote(&format!("{before}{more}"), &mut quoted);
        let joined = String::from_utf8(quoted).ok().and_then(|it| RawValue::from_string(it).ok());
        if let Some(joined) = joined {
            *known = joined;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_stream_are_the_entries_of_a_whole_answer() {
        let mut details = Details::default();
        for chunk in [
            r#"[{"type":"reasoning.text","text":"I th","index":0,"format":"f","signature":null}]"#,
            r#"[{"type":"reasoning.text","text":"ink \"ü\".","index":0,"format":"f"}]"#,
            r#"[{"type":"reasoning.text","signature":"S","index":0}]"#,
            r#"[{"type":"reasoning.encrypted","data":"A","index":1},{"type":"reasoning.encrypted","data":"B","index":1}]"#,
            "[]",
            "null",
        ] {
            details.hear(serde_json::from_str(chunk).unwrap());
        }
        let list = details.take().unwrap();
        assert!(is_list(&list));
        let told: serde_json::Value = serde_json::from_str(list.raw.get()).unwrap();
        assert_eq!(
            told,
            serde_json::json!([
                {"type": "reasoning.text", "text": "I think \"ü\".", "index": 0, "format": "f", "signature": "S"},
                {"type": "reasoning.encrypted", "data": "A", "index": 1},
                {"type": "reasoning.encrypted", "data": "B", "index": 1}
            ])
        );
        assert!(details.take().is_none());
    }
}
