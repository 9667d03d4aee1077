//! Hub parts → content blocks. What a block of this dialect cannot hold is a loss; nothing becomes something else in
//! silence.

use std::collections::HashSet;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, CacheMark, Media, Opaque, Part, Role};
use crate::domain::quirks::Quirks;
use crate::wire::bedrock_converse::fields::{self, Losses, is_object};
use crate::wire::bedrock_converse::media::{self, Kind};
use crate::wire::bedrock_converse::model::{Can, Family};
use crate::wire::bedrock_converse::reply;
use crate::wire::call_ids::Ids;
use crate::wire::cited::is_shared;
use crate::wire::json::ObjectWriter;

/// Longest name of a document.
const LONGEST_NAME: usize = 200;

/// What is the same for every block of a request.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    pub(super) quirks: &'a Quirks,
    pub(super) can: Can,
    pub(super) ids: Ids,
    /// Names that documents have already: no two may share one.
    pub(super) names: HashSet<String>,
    pub(super) losses: Losses,
}

/// Where a part stands, which decides what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    System,
    Turn(Role),
    ToolResult,
}

impl Blocks<'_> {
    /// Appends the block of a part, and the cache point after it. A mark on something that is left out moves to what
    /// stands before it.
    pub(super) fn push(&mut self, part: &Part, place: Place, path: &str, out: &mut Vec<Vec<u8>>) {
        out.extend(self.block(part, place, path));
        let inner = match &part.body {
            Body::ToolResult { content, .. } => content.iter().rev().find_map(|it| it.cache),
            _ => None,
        };
        // Within a result there is no place for a mark.
        if let Some(mark) = part.cache.or(inner).filter(|_| !out.is_empty() && place != Place::ToolResult) {
            if self.can.cache {
                out.push(cache_point(mark));
            } else {
                self.losses.add(format!("{path}.cache_control"), "this model has no prompt cache to be marked");
            }
        }
    }

    fn block(&mut self, part: &Part, place: Place, path: &str) -> Option<Vec<u8>> {
        if let Some(why) = misplaced(&part.body, place) {
            self.losses.add(path, why);
            return None;
        }
        if part.signature.is_some() && !matches!(part.body, Body::Thinking(_)) {
            self.losses.add(format!("{path}.signature"), "converse signs thinking only");
        }
        self.losses.foreign(path, part.extra.iter().filter(|it| !is_shared(part, it)));
        match &part.body {
            Body::Text(text) => self.text(text, part, place, path),
            Body::Refusal(text) => {
                self.losses.add(path, "a refusal is sent as text");
                self.text(text, part, place, path)
            }
            Body::Image { source, detail } => {
                if detail.as_deref().is_some_and(|it| it != "auto") {
                    self.losses.add(format!("{path}.detail"), "converse has no such field");
                }
                if !self.quirks.images {
                    self.losses.add(path, "the provider takes no images");
                    return None;
                }
                self.media("image", source, None, Kind::Image, part, path)
            }
            Body::File { source, name } => {
                let name = name.as_deref();
                self.media("document", source, Some(name.unwrap_or_default()), Kind::Document, part, path)
            }
            Body::Audio { source } => self.media("audio", source, None, Kind::Audio, part, path),
            Body::ToolCall { id, name, arguments } => Some(self.call(id, name, arguments, part, path)),
            Body::ToolResult { id, content, is_error } => Some(self.result(id, content, *is_error, part, path)),
            Body::Thinking(text) => self.thinking(text, part, path),
            Body::RedactedThinking(data) => {
                if self.can.family != Family::Claude && data.dialect == Dialect::Anthropic {
                    self.losses.add(path, "reasoning that another provider encrypted");
                    return None;
                }
                let data = reply::own_redacted(data, path, &mut self.losses)?;
                Some(one("reasoningContent", |out| out.text("redactedContent", &data)))
            }
            Body::Opaque(it) if fields::is_own(it) => Some(it.raw.get().as_bytes().to_vec()),
            Body::Opaque(it) => {
                self.losses.foreign(path, [it]);
                None
            }
        }
    }

    /// The API refuses text without a visible character.
    fn text(&mut self, text: &str, part: &Part, place: Place, path: &str) -> Option<Vec<u8>> {
        for wrapper in ["guardContent", "citationsContent"] {
            if let Some(own) = fields::own(&part.extra, wrapper) {
                let mut out = Vec::new();
                fields::write(&mut out, |out| out.raw(wrapper, own.get()));
                return Some(out);
            }
        }
        let own = fields::spelled(&part.extra, "json");
        if own.is_none() && text.trim().is_empty() {
            if !text.is_empty() {
                self.losses.add(path, "text of nothing but white space is refused");
            }
            return None;
        }
        let mut out = Vec::with_capacity(text.len() + 16);
        fields::write(&mut out, |out| match own.filter(|_| place == Place::ToolResult) {
            Some(json) => out.raw("json", json.get()),
            None => out.text("text", text),
        });
        Some(out)
    }

    fn media(
        &mut self,
        block: &str,
        source: &Media,
        name: Option<&str>,
        kind: Kind,
        part: &Part,
        path: &str,
    ) -> Option<Vec<u8>> {
        let ready = match media::ready(source, name, kind, &part.extra) {
            Ok(ready) => ready,
            Err(why) => {
                self.losses.add(path, why);
                return None;
            }
        };
        let name = name.map(|it| self.document_name(it, path));
        Some(one(block, |out| {
            if let Some(name) = &name {
                out.text("name", name);
            }
            media::write(&ready, &part.extra, out);
            let own = |it: &&Opaque| fields::is_own(it) && !it.is_spelling() && it.name != "source";
            for it in part.extra.iter().filter(|it| own(it) || is_shared(part, it)) {
                out.raw(&it.name, it.raw.get());
            }
        }))
    }

    /// A name that the API takes: letters, digits, single spaces, hyphens and brackets, and no two alike.
    fn document_name(&mut self, name: &str, path: &str) -> String {
        let fits = |it: char| it.is_ascii_alphanumeric() || "-()[] ".contains(it);
        let words = name.replace(|it| !fits(it), " ");
        let clean: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_NAME).collect();
        let clean = if clean.is_empty() { "Document".to_owned() } else { clean };
        let mut unique = clean.clone();
        let mut nth = 1;
        while self.names.contains(&unique) {
            nth += 1;
            let short: String = clean.chars().take(LONGEST_NAME - 12).collect();
            unique = format!("{short} ({nth})");
        }
        if !name.is_empty() && unique != name {
            self.losses.add(format!("{path}.name"), "converse is strict about names of documents; it was changed");
        }
        self.names.insert(unique.clone());
        unique
    }

    fn call(&mut self, id: &str, name: &str, arguments: &str, part: &Part, path: &str) -> Vec<u8> {
        let id = self.ids.call(id);
        let arguments = arguments.trim();
        let input = if is_object(arguments) { arguments } else { "{}" };
        if input != arguments && !arguments.is_empty() {
            self.losses.add(format!("{path}.arguments"), "tool arguments that are not a JSON object");
        }
        one("toolUse", |out| {
            out.text("toolUseId", &id);
            out.text("name", name);
            out.raw("input", input);
            fields::write_extra(&part.extra, "", out);
        })
    }

    fn result(&mut self, id: &str, content: &[Part], is_error: bool, part: &Part, path: &str) -> Vec<u8> {
        let id = self.ids.result(id);
        let mut inner = Vec::new();
        for (nth, it) in content.iter().enumerate() {
            self.push(it, Place::ToolResult, &format!("{path}.content[{nth}]"), &mut inner);
        }
        one("toolResult", |out| {
            out.text("toolUseId", &id);
            fields::list(out, "content", &inner);
            match fields::spelled(&part.extra, "status") {
                _ if is_error => out.text("status", "error"),
                Some(own) => out.raw("status", own.get()),
                None => {}
            }
            fields::write_extra(&part.extra, "", out);
        })
    }

    fn thinking(&mut self, text: &str, part: &Part, path: &str) -> Option<Vec<u8>> {
        let signature = part.signature.as_ref().and_then(|it| it.own(Dialect::Anthropic));
        let Some(signature) = signature.filter(|_| matches!(self.can.family, Family::Claude | Family::Unnamed)) else {
            self.losses.add(path, "only a Claude takes thinking back, and only what a Claude signed");
            return None;
        };
        Some(one("reasoningContent", |out| {
            fields::nest(out, "reasoningText", |out| {
                out.text("text", text);
                out.text("signature", signature);
                fields::write_extra(&part.extra, "", out);
            });
        }))
    }
}

/// A block: an object of one field, whose object `fill` writes.
fn one(name: &str, fill: impl FnOnce(&mut ObjectWriter)) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    fields::write(&mut out, |out| fields::nest(out, name, fill));
    out
}

/// A prompt-cache mark, which is a block of its own.
pub(super) fn cache_point(mark: CacheMark) -> Vec<u8> {
    one("cachePoint", |out| {
        out.text("type", "default");
        match mark {
            CacheMark::Default => {}
            CacheMark::FiveMinutes => out.text("ttl", "5m"),
            CacheMark::OneHour => out.text("ttl", "1h"),
        }
    })
}

/// Why a part may not stand where it does.
pub(super) fn misplaced(body: &Body, place: Place) -> Option<&'static str> {
    match (body, place) {
        (Body::Opaque(_) | Body::Text(_), _) => None,
        (_, Place::System) => Some("a system text can hold text only"),
        (Body::ToolCall { .. } | Body::Thinking(_) | Body::RedactedThinking(_), Place::Turn(Role::Assistant)) => None,
        (Body::Refusal(_), Place::Turn(_)) => None,
        (Body::Image { .. } | Body::Audio { .. }, Place::Turn(Role::Assistant)) => {
            Some("a model's turn cannot hold this")
        }
        (Body::Audio { .. }, Place::ToolResult) => Some("a tool result cannot hold sound"),
        (Body::File { .. }, Place::Turn(Role::Assistant)) => Some("a model's turn cannot hold this"),
        (Body::ToolResult { .. }, Place::Turn(Role::Assistant)) => Some("a model's turn cannot hold this"),
        (Body::ToolResult { .. }, Place::Turn(_)) => None,
        (Body::Image { .. } | Body::File { .. } | Body::Audio { .. }, _) => None,
        (_, Place::Turn(_)) => Some("only a model's turn can hold this"),
        (_, Place::ToolResult) => Some("a tool result cannot hold this"),
    }
}
