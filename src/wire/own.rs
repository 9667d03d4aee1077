//! The pieces of a dialect that the hub has no noun for: how a codec keeps its own when it reads, and writes them back.
//!
//! A piece is named by its place: `keep_alive` at the top, `options.num_ctx` one level down. What is only another spelling
//! of something the hub has is named `spelling.` + its place ([`Opaque::SPELLING`]) and goes back to the same place.

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Opaque, Part};
use crate::wire::json::{Object, ObjectWriter};

/// A piece that the hub has no noun for.
pub(super) fn opaque(dialect: Dialect, name: impl Into<String>, raw: &RawValue) -> Opaque {
    Opaque { dialect, name: name.into(), raw: raw.to_owned() }
}

/// How the dialect spells something the hub has a noun for.
pub(super) fn spelling(dialect: Dialect, name: &str, raw: &RawValue) -> Opaque {
    opaque(dialect, format!("{}{name}", Opaque::SPELLING), raw)
}

/// What nobody took of an object, each field named `prefix` + key.
pub(super) fn rest(dialect: Dialect, object: Object, prefix: &str) -> impl Iterator<Item = Opaque> {
    object.rest().map(move |(key, raw)| opaque(dialect, format!("{prefix}{key}"), raw))
}

/// The value of an own piece, be it one without a noun or a spelling.
pub(super) fn find<'o>(dialect: Dialect, extra: &'o [Opaque], name: &str) -> Option<&'o RawValue> {
    extra.iter().find(|it| it.dialect == dialect && place(it) == name).map(|it| &*it.raw)
}

/// Whether an own piece stands at `prefix`.
pub(super) fn has(dialect: Dialect, extra: &[Opaque], prefix: &str) -> bool {
    extra.iter().any(|it| it.dialect == dialect && place(it).starts_with(prefix))
}

/// Writes the own pieces that stand at `prefix`, but not deeper. Of several with one name the last holds.
pub(super) fn write(dialect: Dialect, extra: &[Opaque], prefix: &str, out: &mut ObjectWriter) {
    for (nth, it) in extra.iter().enumerate().filter(|(_, it)| it.dialect == dialect) {
        let again = extra.iter().skip(nth + 1).any(|later| later.dialect == dialect && later.name == it.name);
        if let Some(key) = place(it).strip_prefix(prefix).filter(|key| !again && !key.contains('.')) {
            // Between JSON tokens a line break is white space, but it would end the line of an event.
            out.raw(key, &it.raw.get().replace(['\n', '\r'], " "));
        }
    }
}

/// Name of the mark on reasoning that came in the dialect itself: whoever wrote it there takes it back. The dot keeps it out
/// of what is written.
const THOUGHT: &str = "mark.thought";

/// Why reasoning without that mark is left out.
pub(super) const NOT_TAKEN_BACK: &str = "the provider does not take reasoning back";

/// Reasoning as the dialect itself tells it in a request.
pub(super) fn thought(dialect: Dialect, text: impl Into<String>) -> Part {
    let mark = RawValue::from_string("true".to_owned()).ok().map(|raw| spelling(dialect, THOUGHT, &raw));
    Part { extra: mark.into_iter().collect(), ..Body::Thinking(text.into()).into() }
}

/// Whether reasoning came in the dialect itself.
pub(super) fn is_thought(dialect: Dialect, part: &Part) -> bool {
    part.extra.iter().any(|it| it.dialect == dialect && place(it) == THOUGHT)
}

/// Where a piece stands.
fn place(it: &Opaque) -> &str {
    it.name.strip_prefix(Opaque::SPELLING).unwrap_or(&it.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_pieces_go_back_to_where_they_stood() {
        let object = Object::parse(
            br#"{"keep_alive":"5m","n":null,"b":[1,
            2]}"#,
        )
        .unwrap();
        let mut extra: Vec<Opaque> = rest(Dialect::Ollama, object, "").collect();
        extra.extend(rest(Dialect::Ollama, Object::parse(br#"{"num_ctx":1}"#).unwrap(), "options."));
        extra.push(spelling(Dialect::Ollama, "b", serde_json::from_str("3").unwrap()));
        extra.push(opaque(Dialect::Cohere, "k", serde_json::from_str("4").unwrap()));
        extra.push(opaque(Dialect::Ollama, "keep_alive", serde_json::from_str("0").unwrap()));
        let written = |prefix: &str| {
            let mut out = Vec::new();
            let mut object = ObjectWriter::begin(&mut out);
            write(Dialect::Ollama, &extra, prefix, &mut object);
            object.end();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written("").replace(' ', ""), r#"{"b":[1,2],"b":3,"keep_alive":0}"#);
        assert_eq!(written("options."), r#"{"num_ctx":1}"#);
        assert!(has(Dialect::Ollama, &extra, "options.") && !has(Dialect::Cohere, &extra, "options."));
        assert_eq!(find(Dialect::Cohere, &extra, "k").map(RawValue::get), Some("4"));
    }
}
