//! Citations of answers, both ways. They stand on a block of text and cite for all of it.
//!
//! Source: Amazon's model of the service (`Citation`, `CitationsDelta`, `CitationLocation`).

use std::ops::Range;

use serde_json::value::RawValue;

use crate::domain::citation::{Citation, Cited, Place, Source};
use crate::domain::dialect::Dialect;
use crate::wire::bedrock_converse::fields;
use crate::wire::cited::{self, Form, Lose, number, text};
use crate::wire::json::{self, Object, ObjectWriter};

/// One element of `citations`, or a `citation` of a stream.
pub(super) fn read(raw: &RawValue) -> Citation {
    let source = Object::of(raw).and_then(|it| source(&it));
    Citation::told(Dialect::BedrockConverse, raw, None, source.into_iter().collect())
}

fn source(it: &Object) -> Option<Cited> {
    let quotes = it.get("sourceContent").and_then(json::items).unwrap_or_default();
    let quote: String = quotes.into_iter().filter_map(|it| text(&Object::of(it)?, "text")).collect();
    let id = || text(it, "source").unwrap_or_default();
    let location = it.get("location").and_then(Object::of).and_then(fields::member);
    let source = match location {
        None => Source::Given(id()),
        Some((kind, value)) => place(&kind, &Object::of(value)?, id)?,
    };
    Some(Cited { source, title: text(it, "title"), quote: Some(quote).filter(|it| !it.is_empty()) })
}

fn place(kind: &str, at: &Object, id: impl FnOnce() -> String) -> Option<Source> {
    let range = || -> Option<Range<u64>> { Some(number(at, "start")?..number(at, "end")?) };
    let place = match kind {
        "web" => return Some(Source::Web(text(at, "url")?)),
        "searchResultLocation" => {
            let (number, blocks) = (number(at, "searchResultIndex")?, range()?);
            return Some(Source::SearchResult { id: id(), number, blocks });
        }
        "documentChar" => Place::Characters(range()?),
        "documentPage" => Place::Pages(range()?),
        "documentChunk" => Place::Blocks(range()?),
        _ => return None,
    };
    Some(Source::Document { number: number(at, "documentIndex")?, place })
}

/// The elements of `citations` that a citation becomes, and the `citation`s of a stream.
pub(super) fn write(citation: &Citation, lose: Lose) -> Vec<Vec<u8>> {
    match Form::of(citation, Dialect::BedrockConverse) {
        Form::Own(raw) => return vec![raw.get().as_bytes().to_vec()],
        Form::Beside => return Vec::new(),
        Form::Foreign => {}
    }
    if citation.sources.is_empty() {
        lose("citation", cited::UNKNOWN);
    } else if citation.span.is_some() {
        lose("citation.span", "converse cites for a whole block of text");
    }
    citation.sources.iter().map(element).collect()
}

fn element(it: &Cited) -> Vec<u8> {
    cited::object(|out| {
        if let Some(title) = &it.title {
            out.text("title", title);
        }
        if let Source::SearchResult { id, .. } | Source::File(id) | Source::Given(id) = &it.source
            && !id.is_empty()
        {
            out.text("source", id);
        }
        if let Some(quote) = &it.quote {
            out.list("sourceContent", [quote], |it, out| fields::write(out, |out| out.text("text", it)));
        }
        location(&it.source, out);
    })
}

fn location(source: &Source, out: &mut ObjectWriter) {
    let (kind, name, number, range) = match source {
        Source::Web(url) => {
            return fields::nest(out, "location", |out| fields::nest(out, "web", |out| out.text("url", url)));
        }
        Source::SearchResult { number, blocks, .. } => ("searchResultLocation", "searchResultIndex", number, blocks),
        Source::Document { number, place } => match place {
            Place::Characters(it) => ("documentChar", "documentIndex", number, it),
            Place::Pages(it) => ("documentPage", "documentIndex", number, it),
            Place::Blocks(it) => ("documentChunk", "documentIndex", number, it),
        },
        Source::File(_) | Source::Given(_) => return,
    };
    fields::nest(out, "location", |out| {
        fields::nest(out, kind, |out| {
            out.plain(name, number);
            out.plain("start", range.start);
            out.plain("end", range.end);
        });
    });
}
