//! Citations of answers, both ways. They stand beside the content, and point into one item of it by its characters.
//!
//! Source: Cohere's API reference (`Citation`, `Source`); recorded traffic.

use serde_json::value::RawValue;

use crate::domain::citation::{Citation, Cited, Source};
use crate::domain::dialect::Dialect;
use crate::wire::cited::{self, Form, number, text};
use crate::wire::cohere::Losses;
use crate::wire::json::{self, Object, ObjectWriter};

/// One element of `citations`.
pub(super) fn read(raw: &RawValue) -> Citation {
    let it = Object::of(raw).unwrap_or_default();
    let sources = it.get("sources").and_then(json::items).unwrap_or_default();
    let sources = sources.into_iter().filter_map(|it| source(&Object::of(it)?)).collect();
    Citation::told(Dialect::Cohere, raw, Citation::span(number(&it, "start"), number(&it, "end")), sources)
}

/// A document is whatever was given as one: an object of texts, by custom with `text` or `snippet`, `title` and `url`.
fn source(it: &Object) -> Option<Cited> {
    let id = text(it, "id").unwrap_or_default();
    if text(it, "type").as_deref() == Some("tool") {
        // What the tool said, in its own words.
        let quote = it.get("tool_output").map(|it| it.get().to_owned());
        return Some(Cited { source: Source::Given(id), title: None, quote });
    }
    let document = it.get("document").and_then(Object::of)?;
    let quote = ["text", "snippet", "content"].iter().find_map(|key| text(&document, key));
    let source = text(&document, "url").map_or(Source::Given(id), Source::Web);
    Some(Cited { source, title: text(&document, "title"), quote })
}

/// Why a citation of anything else is lost.
pub(super) const ONLY_TEXT: &str = "cohere cites for text and thinking only";

/// Where a citation stands that is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'t> {
    /// Number of the content item; `None` for the plan.
    pub(super) item: Option<usize>,
    /// It is thinking.
    pub(super) thinks: bool,
    /// What it says.
    pub(super) text: &'t str,
    /// Its path, for losses.
    pub(super) path: &'t str,
}

/// The element of `citations` that a citation becomes.
pub(super) fn write(citation: &Citation, at: At, losses: &mut Losses) -> Option<Vec<u8>> {
    match Form::of(citation, Dialect::Cohere) {
        Form::Own(raw) => return Some(cited::one_line(raw)),
        Form::Beside => return None,
        Form::Foreign => {}
    }
    if citation.sources.is_empty() {
        losses.add(format!("{}.citation", at.path), cited::UNKNOWN);
        return None;
    }
    if citation.sources.iter().any(|it| matches!(it.source, Source::Document { .. } | Source::SearchResult { .. })) {
        losses.add(format!("{}.citation.place", at.path), "cohere does not say where in a document");
    }
    let whole = 0..cited::length(at.text);
    let span = citation.span.clone().unwrap_or(whole);
    let words = cited::bytes(at.text, &span).and_then(|it| at.text.get(it)).unwrap_or_default();
    Some(cited::object(|out| {
        out.plain("start", span.start);
        out.plain("end", span.end);
        out.text("text", words);
        out.list("sources", &citation.sources, |it, out| {
            let mut source = ObjectWriter::begin(out);
            write_source(it, &mut source);
            source.end();
        });
        match at.item {
            Some(item) => {
                out.plain("content_index", item);
                out.text("type", if at.thinks { "THINKING_CONTENT" } else { "TEXT_CONTENT" });
            }
            None => out.text("type", "PLAN"),
        }
    }))
}

fn write_source(it: &Cited, out: &mut ObjectWriter) {
    let id = match &it.source {
        Source::Web(id) | Source::File(id) | Source::Given(id) | Source::SearchResult { id, .. } => id.clone(),
        Source::Document { number, .. } => format!("doc:{number}"),
    };
    out.text("type", "document");
    out.text("id", &id);
    let mut document = out.object("document");
    document.text("id", &id);
    if let Source::Web(url) = &it.source {
        document.text("url", url);
    }
    for (key, said) in [("title", &it.title), ("text", &it.quote)] {
        if let Some(said) = said {
            document.text(key, said);
        }
    }
    document.end();
}
