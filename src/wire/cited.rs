//! What the dialects' citations have in common: whose they are, and counting characters.

use std::ops::Range;

use serde_json::value::RawValue;

use crate::domain::citation::Citation;
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Opaque, Part};
use crate::wire::json::{self, Object, ObjectWriter};

/// How a citation is to be written in a dialect.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'c> {
    /// As it came: it is the dialect's own.
    Own(&'c RawValue),
    /// Not here: the dialect's own pieces of the answer say it.
    Beside,
    /// From what the hub knows of it.
    Foreign,
}

impl Form<'_> {
    /// The form of `citation` in `dialect`.
    pub(super) fn of(citation: &Citation, dialect: Dialect) -> Form<'_> {
        match &citation.raw {
            _ if citation.dialect != dialect => Form::Foreign,
            Some(raw) => Form::Own(raw),
            None => Form::Beside,
        }
    }
}

/// Takes what a dialect names as lost of a citation, and why.
pub(super) type Lose<'l> = &'l mut dyn FnMut(&str, &'static str);

/// Why a citation is lost that the hub does not understand.
pub(super) const UNKNOWN: &str = "a citation of another dialect, of a kind that is not known";

/// Whether it is a field of a document that Anthropic and Bedrock have in common, word for word: whether to cite from it, and
/// what the model is to know of it.
pub(super) fn is_shared(part: &Part, extra: &Opaque) -> bool {
    matches!(part.body, Body::File { .. })
        && matches!(extra.dialect, Dialect::Anthropic | Dialect::BedrockConverse)
        && matches!(&*extra.name, "citations" | "context")
}

/// How many characters a text has.
pub(super) fn length(text: &str) -> u64 {
    text.chars().count() as u64
}

/// Which bytes of `text` these characters are. `None` where it does not have them.
pub(super) fn bytes(text: &str, span: &Range<u64>) -> Option<Range<usize>> {
    let at = |wanted: u64| {
        let ends = text.char_indices().map(|it| it.0).chain([text.len()]);
        usize::try_from(wanted).ok().and_then(|it| ends.into_iter().nth(it))
    };
    Some(at(span.start)?..at(span.end)?)
}

/// Which characters of `text` these bytes are. `None` where they begin or end within one, or it does not have them.
pub(super) fn characters(text: &str, bytes: &Range<usize>) -> Option<Range<u64>> {
    let start = length(text.get(..bytes.start)?);
    Some(start..start + length(text.get(bytes.clone())?))
}

/// Looks at a whole number.
pub(super) fn number(it: &Object, key: &str) -> Option<u64> {
    json::integer(it.get(key)?.get().as_bytes())
}

/// Looks at a text. An empty one says nothing.
pub(super) fn text(it: &Object, key: &str) -> Option<String> {
    it.get(key).and_then(json::text).filter(|it| !it.is_empty()).map(Into::into)
}

/// Writes an object into a buffer of its own.
pub(super) fn object(fill: impl FnOnce(&mut ObjectWriter)) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    let mut object = ObjectWriter::begin(&mut out);
    fill(&mut object);
    object.end();
    out
}

/// JSON as it came, on one line: between its tokens a line break is white space, but it would end the line of an event.
pub(super) fn one_line(raw: &RawValue) -> Vec<u8> {
    raw.get().replace(['\n', '\r'], " ").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_code_points() {
        // Four bytes, two UTF-16 units, one character; then one of two bytes.
        let text = "a😀é b";
        for (span, bytes_of_it) in [(0..1, 0..1), (1..2, 1..5), (1..3, 1..7), (3..5, 7..9), (5..5, 9..9)] {
            assert_eq!(bytes(text, &span), Some(bytes_of_it.clone()), "{span:?}");
            assert_eq!(characters(text, &bytes_of_it), Some(span));
        }
        assert_eq!((bytes(text, &(4..6)), characters(text, &(2..5)), characters(text, &(0..10))), (None, None, None));
    }
}
