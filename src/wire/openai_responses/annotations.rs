//! The notes on a text that citations become.

use super::Losses;
use crate::domain::citation::{Citation, Cited, Source};
use crate::domain::dialect::Dialect;
use crate::domain::event::Block;
use crate::domain::reply::Piece;
use crate::wire::cited::{self, Form, Lose};
use crate::wire::openai_annotations::{address, write_page};

/// Why a citation of anything else is lost.
pub(super) const ONLY_TEXT: &str = "openai-responses cites for text only";

/// The notes on a whole text.
pub(super) fn of(piece: &Piece, path: &str, losses: &mut Losses) -> Vec<Vec<u8>> {
    if !matches!(piece.block, Block::Text) {
        return Vec::new();
    }
    let lose = &mut |what: &str, why| losses.add(format!("{path}.{what}"), why);
    piece.citations.iter().flat_map(|it| write(it, &piece.text, lose)).collect()
}

/// The notes that a citation on `text` becomes.
pub(super) fn write(citation: &Citation, text: &str, lose: Lose) -> Vec<Vec<u8>> {
    match Form::of(citation, Dialect::OpenaiResponses) {
        Form::Own(raw) => return vec![cited::one_line(raw)],
        Form::Beside => return Vec::new(),
        Form::Foreign => {}
    }
    if citation.sources.is_empty() {
        lose("citation", cited::UNKNOWN);
    }
    let span = citation.span.clone().unwrap_or_else(|| 0..cited::length(text));
    citation.sources.iter().filter_map(|it| note(it, &span, lose)).collect()
}

fn note(it: &Cited, span: &std::ops::Range<u64>, lose: Lose) -> Option<Vec<u8>> {
    if let Source::File(id) = &it.source {
        if it.quote.is_some() {
            lose("citation.quote", "a note on a file does not quote it");
        }
        return Some(cited::object(|out| {
            out.text("type", "file_citation");
            out.text("file_id", id);
            out.text("filename", it.title.as_deref().unwrap_or_default());
            // Where the note would stand: behind what it is about.
            out.plain("index", span.end);
        }));
    }
    let Some(url) = address(it) else {
        lose("citation", "openai-responses cites pages and uploaded files only");
        return None;
    };
    Some(cited::object(|out| {
        out.text("type", "url_citation");
        write_page(url, it, span, false, out, lose);
    }))
}
