//! Citations of answers, both ways. They stand on a block of text and cite for all of it.
//!
//! Source: the types of Anthropic's own libraries (`TextCitation`, `TextCitationParam`).

use std::ops::Range;

use serde_json::value::RawValue;

use crate::domain::citation::{Citation, Cited, Place, Source};
use crate::domain::dialect::Dialect;
use crate::wire::cited::{self, Form, Lose, number, text};
use crate::wire::json::{self, Object};

/// One element of `citations`.
pub(super) fn read(raw: &RawValue) -> Citation {
    Citation::told(Dialect::Anthropic, raw, None, Object::of(raw).and_then(|it| source(&it)).into_iter().collect())
}

fn source(it: &Object) -> Option<Cited> {
    let range = |start: &str, end: &str| -> Option<Range<u64>> { Some(number(it, start)?..number(it, end)?) };
    let kind = text(it, "type")?;
    let title = if kind.contains("search_result") { "title" } else { "document_title" };
    let place = match &*kind {
        "char_location" => Some(Place::Characters(range("start_char_index", "end_char_index")?)),
        "page_location" => Some(Place::Pages(range("start_page_number", "end_page_number")?)),
        "content_block_location" => Some(Place::Blocks(range("start_block_index", "end_block_index")?)),
        _ => None,
    };
    let source = match (place, &*kind) {
        (Some(place), _) => Source::Document { number: number(it, "document_index")?, place },
        (None, "web_search_result_location") => Source::Web(text(it, "url")?),
        (None, "search_result_location") => Source::SearchResult {
            id: text(it, "source").unwrap_or_default(),
            number: number(it, "search_result_index")?,
            blocks: range("start_block_index", "end_block_index")?,
        },
        _ => return None,
    };
    Some(Cited { source, title: text(it, title), quote: text(it, "cited_text") })
}

/// The elements of `citations` that a citation becomes.
pub(super) fn write(citation: &Citation, lose: Lose) -> Vec<Vec<u8>> {
    match Form::of(citation, Dialect::Anthropic) {
        Form::Own(raw) => return vec![cited::one_line(raw)],
        Form::Beside => return Vec::new(),
        Form::Foreign => {}
    }
    if citation.sources.is_empty() {
        lose("citation", cited::UNKNOWN);
    }
    let written: Vec<_> = citation.sources.iter().filter_map(|it| element(it, lose)).collect();
    if citation.span.is_some() && !written.is_empty() {
        lose("citation.span", "anthropic cites for a whole block of text");
    }
    written
}

/// The citations of a model's earlier text without those that were made here for another provider's pages, which Anthropic
/// does not know. `None` where all are its own.
pub(super) fn genuine(citations: &RawValue) -> Option<Vec<Vec<u8>>> {
    let all = json::items(citations)?;
    let is_made = |it: &&RawValue| {
        Object::of(it).is_some_and(|it| it.get("encrypted_index").is_some_and(|it| it.get() == "\"\""))
    };
    let kept: Vec<_> = all.iter().filter(|it| !is_made(it)).map(|it| it.get().as_bytes().to_vec()).collect();
    (kept.len() < all.len()).then_some(kept)
}

fn element(it: &Cited, lose: Lose) -> Option<Vec<u8>> {
    let kind = match &it.source {
        Source::Web(_) => "web_search_result_location",
        Source::Document { place: Place::Characters(_), .. } => "char_location",
        Source::Document { place: Place::Pages(_), .. } => "page_location",
        Source::Document { place: Place::Blocks(_), .. } => "content_block_location",
        Source::SearchResult { .. } => "search_result_location",
        Source::File(_) | Source::Given(_) => {
            lose("citation", "anthropic cites the web and the request's own documents and search results only");
            return None;
        }
    };
    Some(cited::object(|out| {
        out.text("type", kind);
        // Required, also where the provider does not quote.
        out.text("cited_text", it.quote.as_deref().unwrap_or_default());
        let title = if kind.contains("search_result") { "title" } else { "document_title" };
        super::reply::optional_text(title, it.title.as_deref(), out);
        match &it.source {
            Source::Web(url) => {
                out.text("url", url);
                // Anthropic's own handle of the page. There is none; an empty one is known again when it comes back.
                out.text("encrypted_index", "");
            }
            Source::Document { number, place } => {
                out.plain("document_index", number);
                let (start, end, range) = match place {
                    Place::Characters(it) => ("start_char_index", "end_char_index", it),
                    Place::Pages(it) => ("start_page_number", "end_page_number", it),
                    Place::Blocks(it) => ("start_block_index", "end_block_index", it),
                };
                out.plain(start, range.start);
                out.plain(end, range.end);
            }
            Source::SearchResult { id, number, blocks } => {
                out.text("source", id);
                out.plain("search_result_index", number);
                out.plain("start_block_index", blocks.start);
                out.plain("end_block_index", blocks.end);
            }
            Source::File(_) | Source::Given(_) => {}
        }
    }))
}
