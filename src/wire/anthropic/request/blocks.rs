//! Hub parts → content blocks. What a block of this dialect cannot hold is a loss; nothing becomes something else in
//! silence.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, CacheMark, Loss, Media, Opaque, Part, Role};
use crate::domain::quirks::Quirks;
use crate::wire::anthropic::citations;
use crate::wire::anthropic::fields::{self, is_object};
use crate::wire::call_ids::Ids;
use crate::wire::cited::is_shared;
use crate::wire::json::ObjectWriter;

/// What is the same for every block of a request.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    pub(super) quirks: &'a Quirks,
    pub(super) ids: Ids,
    pub(super) losses: Vec<Loss>,
}

/// Where a part stands, which decides what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    System,
    Turn(Role),
    ToolResult,
}

impl Blocks<'_> {
    /// Reports something as lost.
    pub(super) fn lose(&mut self, what: impl Into<String>, why: &'static str) {
        self.losses.push(Loss { what: what.into(), why });
    }

    /// Writes the block of a part; `None` where nothing is left of it.
    pub(super) fn block(&mut self, part: &Part, place: Place, path: &str) -> Option<Vec<u8>> {
        let why = misplaced(&part.body, place);
        if let Some(why) = why {
            self.lose(path, why);
            return None;
        }
        if part.signature.is_some() && !matches!(part.body, Body::Thinking(_)) {
            self.lose(format!("{path}.signature"), "anthropic signs thinking only");
        }
        match &part.body {
            Body::Text(text) => self.text(text, part, path),
            Body::Refusal(text) => {
                self.lose(path, "a refusal is sent as text");
                self.text(text, part, path)
            }
            Body::Image { source, detail } => {
                if detail.as_deref().is_some_and(|it| it != "auto") {
                    self.lose(format!("{path}.detail"), "anthropic has no such field");
                }
                self.image(source, part, path)
            }
            Body::File { source, name } => self.document(source, name.as_deref(), part, path),
            Body::Audio { .. } => {
                self.lose(path, "anthropic has no sound");
                None
            }
            Body::ToolCall { id, name, arguments } => {
                let id = self.ids.call(id);
                let input = self.input(arguments, path);
                Some(self.sealed(part, path, |it| {
                    it.text("type", "tool_use");
                    it.text("id", &id);
                    it.text("name", name);
                    it.raw("input", &input);
                }))
            }
            Body::ToolResult { id, content, is_error } => Some(self.tool_result(id, content, *is_error, part, path)),
            Body::Thinking(text) => {
                let own = part.signature.as_ref().and_then(|it| it.own(Dialect::Anthropic));
                let Some(signature) = own else {
                    self.lose(path, "thinking without the provider's signature cannot be sent");
                    return None;
                };
                self.unmarked(part, path);
                Some(self.sealed(part, path, |it| {
                    it.text("type", "thinking");
                    it.text("thinking", text);
                    it.text("signature", signature);
                }))
            }
            Body::RedactedThinking(data) => {
                let Some(data) = data.own(Dialect::Anthropic) else {
                    self.lose(path, "reasoning that another provider encrypted");
                    return None;
                };
                self.unmarked(part, path);
                Some(self.sealed(part, path, |it| {
                    it.text("type", "redacted_thinking");
                    it.text("data", data);
                }))
            }
            Body::Opaque(opaque) => self.own(opaque, path).map(|raw| raw.get().as_bytes().to_vec()),
        }
    }

    /// The raw JSON of an opaque piece, if it is this dialect's.
    pub(super) fn own<'o>(&mut self, opaque: &'o Opaque, path: &str) -> Option<&'o RawValue> {
        if opaque.dialect == Dialect::Anthropic {
            return Some(&opaque.raw);
        }
        if !opaque.is_spelling() {
            self.lose(join(path, &opaque.name), "anthropic has no such field");
        }
        None
    }

    /// The API refuses text without a visible character.
    fn text(&mut self, text: &str, part: &Part, path: &str) -> Option<Vec<u8>> {
        if text.trim().is_empty() {
            if !text.is_empty() {
                self.lose(path, "text of nothing but white space is refused");
            }
            return None;
        }
        Some(self.sealed(part, path, |it| {
            it.text("type", "text");
            it.text("text", text);
        }))
    }

    /// Tool input: the model's own JSON, byte for byte, if it is an object. The dialect takes nothing else.
    fn input(&mut self, arguments: &str, path: &str) -> String {
        let arguments = arguments.trim();
        if is_object(arguments) {
            return arguments.to_owned();
        }
        if !arguments.is_empty() {
            self.lose(format!("{path}.arguments"), "tool arguments that are not a JSON object");
        }
        "{}".to_owned()
    }

    fn tool_result(&mut self, id: &str, content: &[Part], is_error: bool, part: &Part, path: &str) -> Vec<u8> {
        let id = self.ids.result(id);
        let mut inner = Vec::new();
        for (nth, it) in content.iter().enumerate() {
            inner.extend(self.block(it, Place::ToolResult, &format!("{path}.content[{nth}]")));
        }
        self.sealed(part, path, |it| {
            it.text("type", "tool_result");
            it.text("tool_use_id", &id);
            if !inner.is_empty() {
                fields::list(it, "content", &inner);
            }
            if is_error {
                it.raw("is_error", "true");
            }
        })
    }

    fn image(&mut self, source: &Media, part: &Part, path: &str) -> Option<Vec<u8>> {
        if !self.quirks.images {
            self.lose(path, "the provider takes no images");
            return None;
        }
        if let Media::Text(_) = source {
            self.lose(path, "an image cannot be text");
            return None;
        }
        self.media("image", &inlined(source), None, part, path)
    }

    /// The dialect reads PDF and plain text; any text will do for the latter.
    fn document(&mut self, source: &Media, name: Option<&str>, part: &Part, path: &str) -> Option<Vec<u8>> {
        let mut source = inlined(source);
        if let Media::Base64 { media_type, data } = source.as_ref()
            && media_type != "application/pdf"
        {
            let decoded = STANDARD.decode(data).ok().and_then(|it| String::from_utf8(it).ok());
            let Some(text) = decoded.filter(|_| is_textual(media_type)) else {
                self.lose(path, "only PDF and text documents can be sent");
                return None;
            };
            source = Cow::Owned(Media::Text(text));
        }
        self.media("document", &source, name, part, path)
    }

    fn media(&mut self, kind: &str, source: &Media, title: Option<&str>, part: &Part, path: &str) -> Option<Vec<u8>> {
        // Both vendors know files by ids of their own; Anthropic's begin so.
        if let Media::FileId(id) = source
            && !id.starts_with("file_")
        {
            self.lose(path, "a file uploaded to another provider");
            return None;
        }
        Some(self.sealed(part, path, |it| {
            it.text("type", kind);
            if !part.extra.iter().any(|it| it.dialect == Dialect::Anthropic && it.name == "source") {
                fields::nest(it, "source", |it| write_source(source, it));
            }
            if let Some(title) = title {
                it.text("title", title);
            }
        }))
    }

    /// An object of the fields that `fill` writes, the part's cache mark, and what this dialect itself had more.
    fn sealed(&mut self, part: &Part, path: &str, fill: impl FnOnce(&mut ObjectWriter)) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        fields::write(&mut out, |it| {
            fill(it);
            if !matches!(part.body, Body::Thinking(_) | Body::RedactedThinking(_)) {
                write_cache(part.cache, it);
            }
            for extra in &part.extra {
                let cites = extra.name == "citations";
                if is_shared(part, extra) {
                    it.raw(&extra.name, extra.raw.get());
                } else if let Some(raw) = self.own(extra, path) {
                    match citations::genuine(raw).filter(|_| cites) {
                        Some(kept) => {
                            self.lose(join(path, "citations"), "pages that another provider cited");
                            fields::list(it, "citations", &kept);
                        }
                        None => it.raw(&extra.name, raw.get()),
                    }
                }
            }
        });
        out
    }

    fn unmarked(&mut self, part: &Part, path: &str) {
        if part.cache.is_some() {
            self.lose(format!("{path}.cache_control"), "thinking cannot carry a cache mark");
        }
    }
}

/// Writes a prompt-cache mark.
pub(super) fn write_cache(mark: Option<CacheMark>, out: &mut ObjectWriter) {
    let Some(mark) = mark else { return };
    fields::nest(out, "cache_control", |it| {
        it.text("type", "ephemeral");
        match mark {
            CacheMark::Default => {}
            CacheMark::FiveMinutes => it.text("ttl", "5m"),
            CacheMark::OneHour => it.text("ttl", "1h"),
        }
    });
}

/// Why a part may not stand where it does.
fn misplaced(body: &Body, place: Place) -> Option<&'static str> {
    match (body, place) {
        (Body::Opaque(_) | Body::Text(_), _) => None,
        (_, Place::System) => Some("a system text can hold text only"),
        (Body::ToolCall { .. } | Body::Thinking(_) | Body::RedactedThinking(_), Place::Turn(Role::Assistant)) => None,
        (Body::Refusal(_), Place::Turn(_)) => None,
        (_, Place::Turn(Role::Assistant)) => Some("a model's turn cannot hold this"),
        (Body::ToolResult { .. }, Place::Turn(_)) => None,
        (Body::Image { .. } | Body::File { .. } | Body::Audio { .. }, _) => None,
        (_, Place::Turn(_)) => Some("only a model's turn can hold this"),
        (_, Place::ToolResult) => Some("a tool result cannot hold this"),
    }
}

fn write_source(source: &Media, out: &mut ObjectWriter) {
    match source {
        Media::Base64 { media_type, data } => {
            out.text("type", "base64");
            out.text("media_type", media_type);
            out.text("data", data);
        }
        Media::Text(text) => {
            out.text("type", "text");
            out.text("media_type", "text/plain");
            out.text("data", text);
        }
        Media::Url(url) => {
            out.text("type", "url");
            out.text("url", url);
        }
        Media::FileId(id) => {
            out.text("type", "file");
            out.text("file_id", id);
        }
    }
}

/// The source with a `data:` address undone: the dialect takes the bytes only by themselves.
fn inlined(source: &Media) -> Cow<'_, Media> {
    match source {
        Media::Url(url) => data_url(url).map_or(Cow::Borrowed(source), Cow::Owned),
        _ => Cow::Borrowed(source),
    }
}

/// The bytes a `data:` address carries, if they are base64.
fn data_url(url: &str) -> Option<Media> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?.split(';').next()?;
    Some(Media::Base64 { media_type: media_type.to_owned(), data: data.to_owned() })
}

fn is_textual(media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default().trim();
    kind.starts_with("text/")
        || ["application/json", "application/xml", "application/yaml", "application/toml"].contains(&kind)
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
