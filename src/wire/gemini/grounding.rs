//! Where an answer's words come from: `groundingMetadata`, which lists pages and other sources (`groundingChunks`) and
//! which stretch of the text rests on which of them (`groundingSupports`), and `citationMetadata`, what was recited.
//!
//! Sources: Google's API reference (`GroundingMetadata`, `Segment`, `CitationMetadata`); recorded traffic. Stretches are
//! told in bytes of UTF-8. The reference has them within one part; Google counts through the whole text, in streams too,
//! and sometimes goes wrong after a character of several bytes: the words that stand beside them decide.

use std::ops::Range;

use serde_json::value::RawValue;

use crate::domain::citation::{Citation, Cited, Source};
use crate::domain::dialect::Dialect;
use crate::domain::event::{Delta, Event};
use crate::domain::prompt::Opaque;
use crate::wire::cited::{self, Form, Lose};
use crate::wire::gemini::fields::{self, opaque, spelling};
use crate::wire::json::{self, Object, ObjectWriter};

/// Fields of a candidate that say where its words come from.
pub(super) const FIELDS: [&str; 2] = ["groundingMetadata", "citationMetadata"];

const CHUNKS: &str = "groundingChunks";
const SUPPORTS: &str = "groundingSupports";

/// Fields by name, as they came.
type Told = Vec<(String, Box<RawValue>)>;

/// What a reader has heard of it.
#[derive(Debug, Default)]
pub(super) struct Grounds {
    /// The texts of the answer by block.
    texts: Vec<(u32, String)>,
    /// Each of [`FIELDS`] as it came last, field by field: a stream may tell them in pieces.
    told: Vec<(&'static str, Told)>,
}

impl Grounds {
    /// Hears more of a text.
    pub(super) fn say(&mut self, block: u32, text: &str) {
        match self.texts.last_mut() {
            Some((last, said)) if *last == block => said.push_str(text),
            _ => self.texts.push((block, text.to_owned())),
        }
    }

    /// Hears one of [`FIELDS`].
    pub(super) fn hear(&mut self, field: &'static str, raw: &RawValue) {
        let Some(object) = Object::of(raw) else { return };
        if !self.told.iter().any(|it| it.0 == field) {
            self.told.push((field, Vec::new()));
        }
        let Some((_, known)) = self.told.iter_mut().find(|it| it.0 == field) else { return };
        for (key, value) in object.rest() {
            let key = fields::camel(&key);
            if value.get() != "[]" || !known.iter().any(|it| it.0 == key) {
                known.retain(|it| it.0 != key);
                known.push((key, value.to_owned()));
            }
        }
    }

    /// Tells it, when the text is complete.
    pub(super) fn tell(&mut self, out: &mut Vec<Event>) {
        if self.told.is_empty() {
            return;
        }
        let text: String = self.texts.iter().map(|it| it.1.as_str()).collect();
        for (field, known) in std::mem::take(&mut self.told) {
            let mut whole = Vec::new();
            fields::write(&mut whole, |out| known.iter().for_each(|(key, raw)| out.raw(key, raw.get())));
            let Some(whole) = String::from_utf8(whole).ok().and_then(|it| RawValue::from_string(it).ok()) else {
                continue;
            };
            let name = format!("candidate.{field}");
            let (mut citations, mut rest) = (Vec::new(), Vec::new());
            if field == "groundingMetadata" {
                self.grounding(&text, &known, &mut citations, &mut rest);
            } else {
                self.recitations(&text, &known, &mut citations, &mut rest);
            }
            if citations.is_empty() {
                out.push(Event::Opaque(opaque(name, &whole)));
                continue;
            }
            // Goes back as it came; what the hub does not know of it is named each by itself.
            out.push(Event::Opaque(spelling(&name, &whole)));
            out.extend(rest.into_iter().map(|(key, raw)| Event::Opaque(opaque(format!("{name}.{key}"), &raw))));
            out.extend(citations.into_iter().map(|(index, it)| cite(index, it)));
        }
    }

    fn grounding(
        &self,
        text: &str,
        known: &[(String, Box<RawValue>)],
        citations: &mut Vec<(u32, Citation)>,
        rest: &mut Told,
    ) {
        let Some(&(last, _)) = self.texts.last() else { return };
        let items = |key: &str| {
            let raw = known.iter().find(|it| it.0 == key).map(|it| &it.1);
            raw.and_then(|it| json::items(it)).unwrap_or_default()
        };
        rest.extend(known.iter().filter(|it| it.0 != CHUNKS && it.0 != SUPPORTS).cloned());
        let chunks: Vec<Option<Cited>> = items(CHUNKS).into_iter().map(|it| chunk(it, rest)).collect();
        let mut used = vec![false; chunks.len()];
        for raw in items(SUPPORTS) {
            let Some(mut it) = Object::of(raw) else { continue };
            let segment = fields::take(&mut it, "segment").and_then(Object::of).unwrap_or_default();
            let numbers = fields::take(&mut it, "groundingChunkIndices").and_then(json::items).unwrap_or_default();
            let mut sources = Vec::new();
            for at in numbers.into_iter().filter_map(fields::integer).filter_map(|it| usize::try_from(it).ok()) {
                if let Some(Some(source)) = chunks.get(at) {
                    sources.push(source.clone());
                    used[at] = true;
                }
            }
            name_rest(SUPPORTS, it, rest);
            if !sources.is_empty() {
                citations.push(self.citation(text, &segment, last, sources));
            }
        }
        // What no words are said to rest on is of the whole.
        let unused = chunks.into_iter().zip(used).filter(|it| !it.1).filter_map(|it| it.0);
        citations.extend(unused.map(|it| (last, Citation::beside(Dialect::Gemini, None, vec![it]))));
    }

    /// `citationSources` to the Gemini API, `citations` to Vertex.
    fn recitations(
        &self,
        text: &str,
        known: &[(String, Box<RawValue>)],
        citations: &mut Vec<(u32, Citation)>,
        rest: &mut Told,
    ) {
        let Some(&(last, _)) = self.texts.last() else { return };
        for (key, raw) in known {
            if key != "citationSources" && key != "citations" {
                rest.push((key.clone(), raw.clone()));
                continue;
            }
            for raw in json::items(raw).unwrap_or_default() {
                let Some(mut it) = Object::of(raw) else { continue };
                let Some(url) = fields::some_text(&mut it, "uri") else { continue };
                let title = fields::some_text(&mut it, "title");
                let source = Cited { source: Source::Web(url), title, quote: None };
                citations.push(self.citation(text, &it, last, vec![source]));
                for key in ["startIndex", "endIndex"] {
                    fields::take(&mut it, key);
                }
                name_rest(key, it, rest);
            }
        }
    }

    /// The citation of a segment, and the block that it is in: the last as a whole where no text has such a segment.
    fn citation(&self, whole: &str, segment: &Object, last: u32, sources: Vec<Cited>) -> (u32, Citation) {
        let at = self.place(whole, segment);
        let (block, span) = at.map_or((last, None), |(block, span)| (block, Some(span)));
        (block, Citation::beside(Dialect::Gemini, span, sources))
    }

    /// The block that a segment of the whole text is in, and its characters there.
    fn place(&self, whole: &str, segment: &Object) -> Option<(u32, Range<u64>)> {
        let number = |key: &str| fields::get(segment, key).and_then(fields::integer);
        let words = fields::get(segment, "text").and_then(json::text).filter(|it| !it.is_empty());
        let start = usize::try_from(number("startIndex").unwrap_or(0)).ok()?;
        let end = number("endIndex").and_then(|it| usize::try_from(it).ok());
        let stated =
            end.filter(|end| whole.get(start..*end).is_some_and(|it| words.as_ref().is_none_or(|words| it == words)));
        let bytes = match (stated, words) {
            (Some(end), _) => start..end,
            (None, Some(words)) => {
                let at = whole.match_indices(&*words).map(|it| it.0).min_by_key(|at| at.abs_diff(start))?;
                at..at + words.len()
            }
            (None, None) => return None,
        };
        let mut before = 0;
        for (block, text) in &self.texts {
            if bytes.start < before + text.len() && !bytes.is_empty() {
                let end = bytes.end.min(before + text.len());
                return Some((*block, cited::characters(text, &(bytes.start - before..end - before))?));
            }
            before += text.len();
        }
        None
    }
}

fn cite(index: u32, citation: Citation) -> Event {
    Event::Delta { index, delta: Delta::Citation(Box::new(citation)) }
}

/// Keeps what nobody took of an object, each field once.
fn name_rest(of: &str, it: Object, rest: &mut Told) {
    for (key, raw) in it.rest() {
        let name = format!("{of}.{}", fields::camel(&key));
        if raw.get() != "[]" && !rest.iter().any(|it| it.0 == name) {
            rest.push((name, raw.to_owned()));
        }
    }
}

/// A source. All but pages of the web are what the model was given to read, and may have an address too.
fn chunk(raw: &RawValue, rest: &mut Told) -> Option<Cited> {
    let whole = Object::of(raw)?;
    let kind = fields::camel(whole.first()?);
    let mut it = whole.get_where(|_| true).and_then(Object::of)?;
    let address = fields::some_text(&mut it, "uri");
    let title = fields::some_text(&mut it, "title").filter(|it| !it.is_empty());
    let quote = fields::some_text(&mut it, "text").filter(|it| !it.is_empty());
    let is_page = |it: &String| it.starts_with("https://") || it.starts_with("http://");
    let source = match address {
        Some(url) if kind == "web" || is_page(&url) => Source::Web(url),
        Some(id) => Source::Given(id),
        None => {
            let id = ["documentName", "fileSearchStore"].iter().find_map(|key| fields::some_text(&mut it, key));
            Source::Given(id.unwrap_or_default())
        }
    };
    name_rest(&format!("{CHUNKS}.{kind}"), it, rest);
    Some(Cited { source, title, quote })
}

// === writing ===

/// The bytes of a text that a citation is about, and its sources.
#[derive(Debug)]
struct Support {
    segment: Range<usize>,
    part: usize,
    words: String,
    chunks: Vec<usize>,
}

/// `groundingMetadata` that is being made of the citations of another dialect.
#[derive(Debug, Default)]
pub(super) struct Grounding {
    chunks: Vec<Vec<u8>>,
    supports: Vec<Support>,
}

impl Grounding {
    /// Adds a citation of `text`, which stands in part `part` from byte `before` on.
    pub(super) fn add(&mut self, citation: &Citation, text: &str, part: usize, before: usize, lose: Lose) {
        if !matches!(Form::of(citation, Dialect::Gemini), Form::Foreign) {
            return;
        }
        if citation.sources.is_empty() {
            return lose("citation", cited::UNKNOWN);
        }
        let chunks = citation.sources.iter().map(|it| self.chunk(it, lose)).collect();
        let bytes = match &citation.span {
            None => Some(0..text.len()),
            Some(span) => cited::bytes(text, span),
        };
        let Some(bytes) = bytes else {
            return lose("citation.span", "the text does not have these characters");
        };
        let words = text.get(bytes.clone()).unwrap_or_default().to_owned();
        let segment = before + bytes.start..before + bytes.end;
        self.supports.push(Support { segment, part, words, chunks });
    }

    /// The number of a source, which is listed once.
    fn chunk(&mut self, it: &Cited, lose: Lose) -> usize {
        let json = chunk_of(it, lose);
        let known = self.chunks.iter().position(|it| *it == json);
        known.unwrap_or_else(|| {
            self.chunks.push(json);
            self.chunks.len() - 1
        })
    }

    /// Writes the field, if there is anything to say.
    pub(super) fn write(&self, out: &mut ObjectWriter) {
        if self.chunks.is_empty() {
            return;
        }
        fields::nest(out, "groundingMetadata", |out| {
            fields::list(out, CHUNKS, &self.chunks);
            out.list(SUPPORTS, &self.supports, |it, out| {
                fields::write(out, |out| {
                    fields::nest(out, "segment", |out| {
                        // As protocol buffers have it, zeros are left out.
                        for (key, number) in
                            [("partIndex", it.part), ("startIndex", it.segment.start), ("endIndex", it.segment.end)]
                        {
                            if number > 0 {
                                out.plain(key, number);
                            }
                        }
                        out.text("text", &it.words);
                    });
                    out.list("groundingChunkIndices", &it.chunks, |it, out| {
                        out.extend_from_slice(it.to_string().as_bytes());
                    });
                });
            });
        });
    }
}

fn chunk_of(it: &Cited, lose: Lose) -> Vec<u8> {
    let page = matches!(it.source, Source::Web(_));
    let address = match &it.source {
        Source::Web(id) | Source::File(id) | Source::Given(id) | Source::SearchResult { id, .. } => Some(id),
        Source::Document { .. } => None,
    };
    if matches!(it.source, Source::Document { .. } | Source::SearchResult { .. }) {
        lose("citation.place", "gemini does not say where in a document");
    }
    cited::object(|out| {
        fields::nest(out, if page { "web" } else { "retrievedContext" }, |out| {
            if let Some(address) = address.filter(|it| !it.is_empty()) {
                out.text("uri", address);
            }
            if let Some(title) = &it.title {
                out.text("title", title);
            }
            match &it.quote {
                Some(_) if page => lose("citation.quote", "gemini does not quote pages of the web"),
                Some(quote) => out.text("text", quote),
                None => {}
            }
        });
    })
}

/// The own pieces that say where the words come from, as they go back: of a stream that told them several times, the last.
pub(super) fn write_own(extra: &[Opaque], out: &mut ObjectWriter) {
    for field in FIELDS {
        let name = format!("{}candidate.{field}", Opaque::SPELLING);
        if let Some(it) = extra.iter().rfind(|it| fields::is_own(it) && it.name == name) {
            out.raw(field, &it.raw.get().replace(['\n', '\r'], " "));
        }
    }
}
