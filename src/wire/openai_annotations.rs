//! Annotations of OpenAI's answers, in chat completions and in responses: the same notes, wrapped once more in the one.
//!
//! Source: the types of OpenAI's own libraries (`Annotation`); `content`, which quotes the page, is what OpenRouter adds.

use std::ops::Range;

use serde_json::value::RawValue;

use crate::domain::citation::{Citation, Cited, Source};
use crate::domain::dialect::Dialect;
use crate::wire::cited::{Lose, number, text};
use crate::wire::json::{Object, ObjectWriter};

/// Reads a note that is a citation. `None` for another one (a path, a file that was read).
pub(super) fn read(dialect: Dialect, raw: &RawValue) -> Option<Citation> {
    let it = Object::of(raw)?;
    let kind = text(&it, "type")?;
    let it = it.get(&kind).and_then(Object::of).unwrap_or(it);
    let span = || Citation::span(number(&it, "start_index"), number(&it, "end_index"));
    let (span, source, title) = match &*kind {
        "url_citation" => (span(), Source::Web(text(&it, "url")?), text(&it, "title")),
        // The place in the text where the note would stand.
        "file_citation" => {
            let at = number(&it, "index");
            (Citation::span(at, at), Source::File(text(&it, "file_id")?), text(&it, "filename"))
        }
        "container_file_citation" => (span(), Source::File(text(&it, "file_id")?), text(&it, "filename")),
        _ => return None,
    };
    Some(Citation::told(dialect, raw, span, vec![Cited { source, title, quote: text(&it, "content") }]))
}

/// Writes the fields of a note on a page. `quoted`: the dialect's clients know OpenRouter's addition.
pub(super) fn write_page(url: &str, it: &Cited, span: &Range<u64>, quoted: bool, out: &mut ObjectWriter, lose: Lose) {
    out.plain("start_index", span.start);
    out.plain("end_index", span.end);
    out.text("url", url);
    // Required, also where the provider does not know it.
    out.text("title", it.title.as_deref().unwrap_or_default());
    match &it.quote {
        Some(quote) if quoted => out.text("content", quote),
        Some(_) => lose("citation.quote", "a note on a page does not quote it"),
        None => {}
    }
}

/// The address of a page, if that is what is cited.
pub(super) fn address(it: &Cited) -> Option<&str> {
    match &it.source {
        Source::Web(url) => Some(url),
        Source::SearchResult { id, .. } if id.starts_with("https://") || id.starts_with("http://") => Some(id),
        _ => None,
    }
}
