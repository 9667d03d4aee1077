//! Where an answer's words come from: the notes in `annotations`, which point into the message, and the lists of pages
//! that some providers put beside the whole answer (`citations`, `search_results`), by whose order the text may number them.

use std::ops::Range;

use serde_json::value::RawValue;

use super::opaque;
use crate::domain::citation::{Citation, Cited, Source};
use crate::domain::dialect::Dialect;
use crate::domain::prompt::Opaque;
use crate::wire::cited::{self, Form, Lose, text};
use crate::wire::json::{self, Object};
use crate::wire::openai_annotations::{self, address, write_page};

/// Name of the own piece of notes that are no citations.
pub(super) const OTHERS: &str = "message.annotations";

/// Fields beside the answer that list its pages.
pub(super) const LISTS: [&str; 2] = ["citations", "search_results"];

/// Why a citation of anything else is lost.
pub(super) const ONLY_TEXT: &str = "openai-chat cites for text only";

/// Splits `annotations` into citations and the rest, which is kept as it came.
pub(super) fn read(raw: &RawValue) -> (Vec<Citation>, Option<Opaque>) {
    let Some(notes) = json::items(raw) else { return (Vec::new(), Some(opaque(OTHERS, raw))) };
    if notes.is_empty() {
        // It is in every answer of some providers, and says nothing.
        return (Vec::new(), Some(opaque(format!("{}{OTHERS}", Opaque::SPELLING), raw)));
    }
    let (mut citations, mut others) = (Vec::new(), Vec::new());
    for note in notes {
        match openai_annotations::read(Dialect::OpenaiChat, note) {
            Some(citation) => citations.push(citation),
            None => others.push(note.get()),
        }
    }
    let others = (!others.is_empty()).then(|| list(OTHERS, &others)).flatten();
    (citations, others)
}

/// Citations back as the notes they were, where there is no text that they could stand on.
pub(super) fn unread(citations: &[Citation]) -> Option<Opaque> {
    let notes: Vec<&str> = citations.iter().filter_map(|it| Some(it.raw.as_ref()?.get())).collect();
    if notes.is_empty() { None } else { list(OTHERS, &notes) }
}

fn list(name: &str, items: &[&str]) -> Option<Opaque> {
    Some(opaque(name, &RawValue::from_string(format!("[{}]", items.join(","))).ok()?))
}

/// The pages that are listed beside an answer, as citations of its text as a whole, and the lists for the way back. The
/// fields of a result that the hub has no noun for are named each by itself. `None` where the lists name no page.
pub(super) fn beside(lists: &[(&'static str, &RawValue)]) -> Option<(Vec<Citation>, Vec<Opaque>)> {
    let of = |name: &str| {
        let found = lists.iter().find(|it| it.0 == name).and_then(|it| json::items(it.1));
        found.unwrap_or_default()
    };
    let mut pages: Vec<Cited> = of("citations").into_iter().filter_map(page).collect();
    let mut back: Vec<Opaque> =
        lists.iter().map(|(name, raw)| opaque(format!("{}{name}", Opaque::SPELLING), raw)).collect();
    for raw in of("search_results") {
        let Some(result) = page(raw) else { continue };
        match pages.iter_mut().find(|it| it.source == result.source) {
            Some(known) => *known = result,
            None => pages.push(result),
        }
        let known = |key: &str| matches!(key, "url" | "title" | "snippet");
        for (key, value) in Object::of(raw).into_iter().flat_map(Object::rest).filter(|(key, _)| !known(key)) {
            let name = format!("search_results.{key}");
            if !matches!(value.get(), "null" | "\"\"") && !back.iter().any(|it| it.name == name) {
                back.push(opaque(name, value));
            }
        }
    }
    let cite = |it| Citation::beside(Dialect::OpenaiChat, None, vec![it]);
    (!pages.is_empty()).then(|| (pages.into_iter().map(cite).collect(), back))
}

/// A page: its address, or an object with it.
fn page(raw: &RawValue) -> Option<Cited> {
    if let Some(url) = json::text(raw) {
        return Some(Cited { source: Source::Web(url.into_owned()), title: None, quote: None });
    }
    let it = Object::of(raw)?;
    Some(Cited { source: Source::Web(text(&it, "url")?), title: text(&it, "title"), quote: text(&it, "snippet") })
}

/// A text of a message, and where in the message it stands, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Number of its block.
    pub(super) block: u32,
    pub(super) start: u64,
    pub(super) length: u64,
}

/// Brings a citation that points into a message to the text that it is about: the one that it begins in, or the last.
/// `None` where there is no text.
pub(super) fn place(citation: &mut Citation, texts: &[Stretch]) -> Option<u32> {
    let Some(span) = &citation.span else { return texts.last().map(|it| it.block) };
    let text = texts.iter().rev().find(|it| it.start <= span.start).or(texts.first())?;
    let within = |at: u64| at.saturating_sub(text.start).min(text.length);
    citation.span = Some(within(span.start)..within(span.end));
    Some(text.block)
}

/// The notes that a citation of a text becomes which stands at `text` in the message.
pub(super) fn write(citation: &Citation, text: Range<u64>, lose: Lose) -> Vec<Vec<u8>> {
    match Form::of(citation, Dialect::OpenaiChat) {
        Form::Own(raw) => return vec![cited::one_line(raw)],
        Form::Beside => return Vec::new(),
        Form::Foreign => {}
    }
    if citation.sources.is_empty() {
        lose("citation", cited::UNKNOWN);
    }
    let span = citation.span.as_ref().map_or(text.clone(), |it| text.start + it.start..text.start + it.end);
    let mut notes = Vec::new();
    for it in &citation.sources {
        let Some(url) = address(it) else {
            lose("citation", "openai-chat cites pages of the web only");
            continue;
        };
        notes.push(cited::object(|out| {
            out.text("type", "url_citation");
            let mut page = out.object("url_citation");
            write_page(url, it, &span, true, &mut page, lose);
            page.end();
        }));
    }
    notes
}
