//! Hub parts → parts of a `Content`. What a part of this dialect cannot hold is a loss; nothing becomes something else in
//! silence.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::generation::Generation;
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Media, Part};
use crate::domain::quirks::Quirks;
use crate::wire::gemini::UNSIGNED;
use crate::wire::gemini::fields::{self, Losses, is_own, nest, spelled, write_extra};
use crate::wire::gemini::ids::{self, Open};
use crate::wire::gemini::parts::{self, CALL, FILE, INLINE, MIME, RESPONSE, RESULT};
use crate::wire::json::{self, Object, ObjectWriter};

/// What is the same for every part of a request.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    pub(super) quirks: &'a Quirks,
    pub(super) can: Generation,
    pub(super) open: Open,
    pub(super) losses: Losses,
}

/// Where a part stands, which decides what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    System,
    User,
    /// The model's turn; whether its first call must be signed.
    Model {
        sign: bool,
    },
    Result,
}

impl Blocks<'_> {
    /// Writes a part; nothing where nothing is left of it. What has to stand beside it follows it.
    pub(super) fn part(&mut self, part: &Part, place: Place, path: &str, out: &mut Vec<Vec<u8>>) {
        if let Some(why) = misplaced(&part.body, place) {
            return self.losses.add(path, why);
        }
        if part.cache.is_some() {
            self.losses.add("cache_control", "gemini caches by itself and has no marks for it");
        }
        if part.signature.as_ref().is_some_and(|it| it.dialect != Dialect::Gemini) {
            if matches!(part.body, Body::Thinking(_)) {
                return self.losses.add(path, "signed reasoning goes back to its own provider only");
            }
            self.losses.add(format!("{path}.signature"), "another provider's signature proves nothing to gemini");
        }
        self.losses.foreign(path, &part.extra);
        match &part.body {
            Body::Text(text) | Body::Thinking(text) if text.is_empty() && part.signature.is_none() => {}
            Body::Text(text) => out.push(sealed(part, |it| it.text("text", text))),
            Body::Refusal(text) => {
                self.losses.add(path, "a refusal is sent as text");
                out.push(sealed(part, |it| it.text("text", text)));
            }
            Body::Thinking(text) => out.push(sealed(part, |it| {
                it.text("text", text);
                it.raw("thought", "true");
            })),
            Body::RedactedThinking(_) => self.losses.add(path, "reasoning that another provider encrypted"),
            Body::Image { source, detail } => {
                if detail.as_deref().is_some_and(|it| it != "auto") {
                    self.losses.add(format!("{path}.detail"), "gemini has no such field");
                }
                if self.quirks.images {
                    self.media(source, "image/jpeg", part, path, out);
                } else {
                    self.losses.add(path, "the provider takes no images");
                }
            }
            Body::File { source, name } => {
                if name.is_some() {
                    self.losses.add(format!("{path}.name"), "gemini takes no file names");
                }
                self.media(source, "application/pdf", part, path, out);
            }
            Body::Audio { source } => self.media(source, "audio/mpeg", part, path, out),
            Body::ToolCall { id, name, arguments } => self.call(id, name, arguments, (part, place), path, out),
            Body::ToolResult { id, content, is_error } => self.result(id, content, *is_error, part, path, out),
            Body::Opaque(it) if is_own(it) => out.push(it.raw.get().as_bytes().to_vec()),
            Body::Opaque(it) => self.losses.add(format!("{path}.{}", it.name), "gemini has no such part"),
        }
    }

    fn media(&mut self, source: &Media, usual: &str, part: &Part, path: &str, out: &mut Vec<Vec<u8>>) {
        let (key, media_type, value): (_, _, Cow<str>) = match &*inlined(source) {
            Media::Base64 { media_type, data } => ("data", media_type.clone(), data.clone().into()),
            Media::Text(text) => ("data", "text/plain".to_owned(), STANDARD.encode(text).into()),
            Media::FileId(id) if !(id.contains("://") || id.starts_with("files/")) => {
                return self.losses.add(path, "a file uploaded to another provider");
            }
            Media::FileId(address) | Media::Url(address) => {
                let told = spelled(&part.extra, MIME).and_then(json::text);
                let media_type = told.or_else(|| parts::media_type_of(address).map(Cow::Borrowed));
                ("fileUri", media_type.unwrap_or_else(|| usual.into()).into_owned(), address.clone().into())
            }
        };
        let (field, prefix) = if key == "data" { ("inlineData", INLINE) } else { ("fileData", FILE) };
        out.push(sealed(part, |it| {
            nest(it, field, |it| {
                it.text("mimeType", &media_type);
                it.text(key, &value);
                write_extra(&part.extra, prefix, it);
            });
        }));
    }

    fn call(
        &mut self,
        id: &str,
        name: &str,
        arguments: &str,
        (part, place): (&Part, Place),
        path: &str,
        out: &mut Vec<Vec<u8>>,
    ) {
        let first = !out.iter().any(|it| it.starts_with(b"{\"functionCall\""));
        let signed = part.signature.as_ref().is_some_and(|it| it.dialect == Dialect::Gemini);
        let stand_in = place == (Place::Model { sign: true }) && first && !signed;
        if stand_in {
            self.losses.add(
                format!("{path}.signature: set to {UNSIGNED}"),
                "gemini refuses a call without its own signature, and this one has none",
            );
        }
        self.open.call(id, name);
        let arguments = self.arguments(arguments, path);
        out.push(sealed(part, |it| {
            nest(it, "functionCall", |it| {
                if !ids::is_made(id) && !id.is_empty() {
                    it.text("id", id);
                }
                it.text("name", name);
                if let Some(arguments) = &arguments {
                    it.raw("args", arguments);
                }
                write_extra(&part.extra, CALL, it);
            });
            if stand_in {
                it.text("thoughtSignature", UNSIGNED);
            }
        }));
    }

    /// The model's own JSON, byte for byte, if it is an object. The dialect takes nothing else.
    fn arguments(&mut self, arguments: &str, path: &str) -> Option<String> {
        let arguments = arguments.trim();
        if arguments.is_empty() {
            return None;
        }
        if arguments.starts_with('{') && serde_json::from_str::<&serde_json::value::RawValue>(arguments).is_ok() {
            return Some(arguments.to_owned());
        }
        self.losses.add(format!("{path}.arguments"), "tool arguments that are not a JSON object");
        Some("{}".to_owned())
    }

    fn result(&mut self, id: &str, content: &[Part], is_error: bool, part: &Part, path: &str, out: &mut Vec<Vec<u8>>) {
        let called = self.open.name(id);
        let name = spelled(&part.extra, "functionResponse.name").and_then(json::text).map(Into::into).or(called);
        let name = name.unwrap_or_else(|| {
            self.losses.add(format!("{path}.name"), "no call of the conversation has this result's id");
            id.to_owned()
        });
        let is_text = |it: &&Part| matches!(it.body, Body::Text(_));
        let texts: Vec<&str> =
            content.iter().filter_map(|it| if let Body::Text(it) = &it.body { Some(&**it) } else { None }).collect();
        let mut media = Vec::new();
        for (nth, it) in content.iter().enumerate().filter(|(_, it)| !is_text(it)) {
            self.part(it, Place::Result, &format!("{path}.content[{nth}]"), &mut media);
        }
        for it in content.iter().filter(is_text) {
            self.losses.foreign(path, &it.extra);
        }
        let within = self.can.results_with_media;
        if !media.is_empty() && !within {
            self.losses.add(path, "changed: this model's tool results hold no files, they follow the result");
        }
        let response = match spelled(&part.extra, RESPONSE) {
            Some(raw) => raw.get().to_owned(),
            None => response(&texts.join("\n"), is_error),
        };
        out.push(sealed(part, |it| {
            nest(it, "functionResponse", |it| {
                if !ids::is_made(id) && !id.is_empty() && id != name {
                    it.text("id", id);
                }
                it.text("name", &name);
                it.raw("response", &response);
                if within && !media.is_empty() {
                    fields::list(it, "parts", &media);
                }
                write_extra(&part.extra, RESULT, it);
            });
        }));
        if !within {
            out.append(&mut media);
        }
    }
}

/// An object of the fields that `fill` writes, the part's signature, and what this dialect itself had more.
fn sealed(part: &Part, fill: impl FnOnce(&mut ObjectWriter)) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    fields::write(&mut out, |it| {
        fill(it);
        if let Some(text) = part.signature.as_ref().and_then(|it| it.own(Dialect::Gemini)) {
            it.text("thoughtSignature", text);
        }
        write_extra(&part.extra, "", it);
    });
    out
}

/// What a tool returned, as the object the dialect wants.
fn response(text: &str, is_error: bool) -> String {
    let object = serde_json::from_str::<&serde_json::value::RawValue>(text).ok().filter(|it| Object::of(it).is_some());
    if let Some(object) = object.filter(|_| !is_error) {
        return object.get().to_owned();
    }
    let mut out = Vec::new();
    fields::write(&mut out, |it| it.text(if is_error { "error" } else { "output" }, text));
    String::from_utf8(out).unwrap_or_else(|_| "{}".to_owned())
}

/// Why a part may not stand where it does.
fn misplaced(body: &Body, place: Place) -> Option<&'static str> {
    match (body, place) {
        (Body::Text(_) | Body::Opaque(_), _) => None,
        (_, Place::System) => Some("a system text can hold text only"),
        (Body::ToolCall { .. } | Body::Thinking(_) | Body::RedactedThinking(_), Place::Model { .. }) => None,
        (Body::ToolCall { .. } | Body::Thinking(_) | Body::RedactedThinking(_), _) => {
            Some("only a model's turn can hold this")
        }
        (Body::ToolResult { .. }, Place::User) => None,
        (Body::ToolResult { .. }, _) => Some("only a user's turn can hold this"),
        (Body::Refusal(_) | Body::Image { .. } | Body::File { .. } | Body::Audio { .. }, _) => None,
    }
}

/// The source with a `data:` address undone.
fn inlined(source: &Media) -> Cow<'_, Media> {
    let Media::Url(url) = source else { return Cow::Borrowed(source) };
    let undone = || {
        let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
        let media_type = head.strip_suffix(";base64")?.split(';').next()?.to_owned();
        Some(Media::Base64 { media_type, data: data.to_owned() })
    };
    undone().map_or(Cow::Borrowed(source), Cow::Owned)
}
