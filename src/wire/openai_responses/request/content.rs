//! Content parts of messages and tool outputs, both ways.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::under;
use crate::domain::prompt::{Body, Media, Opaque, Part};
use crate::wire::json::{self, Object, ObjectWriter, wrong};
use crate::wire::openai_responses::{Losses, is_own, keep_rest, opaque, write_extra};
use crate::wire::{Malformed, openai_media};

/// Reads `content` or `output`: a text is one part, an empty one none.
pub(super) fn read(raw: &RawValue, place: &str) -> Result<Vec<Part>, Malformed> {
    if let Some(text) = json::text(raw) {
        return Ok(if text.is_empty() { Vec::new() } else { vec![Part::text(text)] });
    }
    let Some(parts) = json::items(raw) else {
        // A tool's output that is JSON and no text: sloppy, and what it means is plain.
        return match place {
            "output" => Ok(vec![Part::text(raw.get())]),
            _ => Err(wrong(place, "a string or an array of parts")),
        };
    };
    let one = |(nth, raw)| part(raw).map_err(|error| under(error, &format!("{place}[{nth}]")));
    parts.into_iter().enumerate().map(one).collect()
}

fn part(raw: &RawValue) -> Result<Part, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("part", "an object"))?;
    let kind = it.take_text("type")?.unwrap_or("input_text".into());
    let mut extra = Vec::new();
    let body = match &*kind {
        "input_text" | "output_text" | "text" => it.take_text("text")?.map(|it| Body::Text(it.into_owned())),
        "refusal" => it.take_text("refusal")?.map(|it| Body::Refusal(it.into_owned())),
        "input_image" => image(&mut it)?,
        "input_file" => file(&mut it, &mut extra)?,
        "input_audio" => audio(&mut it)?,
        _ => None,
    };
    let Some(body) = body else { return Ok(Body::Opaque(opaque(kind, raw)).into()) };
    for key in ["annotations", "logprobs"] {
        // Empty, they are there because the schema wants them.
        if it.get(key).is_some_and(|it| it.get() == "[]") {
            it.take(key);
        }
    }
    keep_rest(it, "", &mut extra);
    Ok(Part { extra, ..Part::from(body) })
}

fn image(it: &mut Object) -> Result<Option<Body>, Malformed> {
    let source = match (it.take_text("image_url")?, it.take_text("file_id")?) {
        (Some(url), _) => openai_media::of_url(&url),
        (None, Some(id)) => Media::FileId(id.into_owned()),
        (None, None) => return Ok(None),
    };
    Ok(Some(Body::Image { source, detail: it.take_text("detail")?.map(Into::into) }))
}

/// Bytes, an address or an id; a file without bytes in it keeps the other two beside each other.
fn file(it: &mut Object, extra: &mut Vec<Opaque>) -> Result<Option<Body>, Malformed> {
    let name = it.take_text("filename")?.map(Cow::into_owned);
    let source = if let Some(data) = it.take_text("file_data")? {
        match openai_media::of_url(&data) {
            Media::Url(data) if !data.contains(':') => {
                extra.extend(crate::wire::openai_responses::mark("spelling.bare_data"));
                Media::Base64 { media_type: "application/pdf".to_owned(), data }
            }
            source => source,
        }
    } else if let Some(url) = it.take_text("file_url")? {
        Media::Url(url.into_owned())
    } else if let Some(id) = it.take_text("file_id")? {
        Media::FileId(id.into_owned())
    } else {
        return Ok(None);
    };
    Ok(Some(Body::File { source, name }))
}

fn audio(it: &mut Object) -> Result<Option<Body>, Malformed> {
    let Some(mut audio) = it.take_object("input_audio")? else { return Ok(None) };
    let within = |error| under(error, "input_audio");
    let Some(data) = audio.take_text("data").map_err(within)? else { return Ok(None) };
    let format = audio.take_text("format").map_err(within)?.unwrap_or("wav".into());
    Ok(Some(Body::Audio { source: openai_media::sound(&format, &data) }))
}

// === writing ===

/// Who says a part, which decides what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// The user, or a tool.
    Input,
    /// The model.
    Output,
    /// System or developer text.
    System,
}

/// The text of a part that has nothing but text.
pub(super) fn plain(part: &Part) -> Option<&str> {
    match &part.body {
        Body::Text(text) if part.extra.iter().all(|it| !is_own(it) || is_elsewhere(it)) => Some(text),
        _ => None,
    }
}

/// Whether an own piece is written somewhere else than in its part.
fn is_elsewhere(it: &Opaque) -> bool {
    it.is_spelling() || it.name.starts_with(crate::wire::openai_responses::MESSAGE_FIELD)
}

/// Writes one part; `false` if there is no way to say it, and then that is named.
pub(super) fn write(part: &Part, voice: Voice, path: &str, out: &mut Vec<u8>, losses: &mut Losses) -> bool {
    if part.cache.is_some() {
        losses.add("cache_control", "openai-responses has no prompt-cache marks");
    }
    if part.signature.is_some() {
        losses.add(format!("{path}.signature"), "openai-responses signs reasoning only");
    }
    losses.foreign(&format!("{path}."), &part.extra);
    let media = voice == Voice::Input;
    match &part.body {
        Body::Text(text) => {
            let mut object = typed(if voice == Voice::Output { "output_text" } else { "input_text" }, out);
            object.text("text", text);
            if voice == Voice::Output && !part.extra.iter().any(|it| is_own(it) && it.name == "annotations") {
                object.raw("annotations", "[]");
            }
            seal(part, object);
        }
        Body::Refusal(text) if voice == Voice::Output => {
            let mut object = typed("refusal", out);
            object.text("refusal", text);
            seal(part, object);
        }
        Body::Image { source, detail } if media => {
            let mut object = typed("input_image", out);
            match source {
                Media::FileId(id) => object.text("file_id", id),
                source => object.text("image_url", &address(source)),
            }
            object.text("detail", detail.as_deref().unwrap_or("auto"));
            seal(part, object);
        }
        Body::File { source, name } if media => write_file(part, source, name.as_deref(), path, out, losses),
        Body::Audio { source: Media::Base64 { media_type, data } } if media => {
            let mut object = typed("input_audio", out);
            openai_media::write_sound(media_type, data, &mut object);
            seal(part, object);
        }
        Body::Opaque(it) if is_own(it) => out.extend_from_slice(it.raw.get().as_bytes()),
        Body::Opaque(it) => {
            losses.add(format!("{path}.{}", it.name), "openai-responses has no such block");
            return false;
        }
        body => {
            losses.add(path, cannot(body));
            return false;
        }
    }
    true
}

fn write_file(part: &Part, source: &Media, name: Option<&str>, path: &str, out: &mut Vec<u8>, losses: &mut Losses) {
    if let Media::Text(text) = source {
        losses.add(path, "changed: openai-responses has no text documents, it goes as text");
        let mut object = typed("input_text", out);
        let titled = name.map(|name| format!("{name}\n\n{text}"));
        object.text("text", titled.as_deref().unwrap_or(text));
        object.end();
        return;
    }
    let mut object = typed("input_file", out);
    match source {
        Media::FileId(id) => object.text("file_id", id),
        Media::Url(url) => object.text("file_url", url),
        Media::Base64 { data, .. } if part.extra.iter().any(|it| is_own(it) && it.name == "spelling.bare_data") => {
            object.text("file_data", data);
        }
        source => object.text("file_data", &address(source)),
    }
    // The API refuses bytes without a name.
    match (source, name) {
        (_, Some(name)) => object.text("filename", name),
        (Media::Base64 { .. }, None) => object.text("filename", "document"),
        _ => {}
    }
    seal(part, object);
}

fn typed<'o>(kind: &str, out: &'o mut Vec<u8>) -> ObjectWriter<'o> {
    let mut object = ObjectWriter::begin(out);
    object.text("type", kind);
    object
}

fn seal(part: &Part, mut object: ObjectWriter) {
    write_extra(&part.extra, "", &mut object);
    object.end();
}

/// The bytes or the address of a medium, as the dialect takes them.
fn address(source: &Media) -> Cow<'_, str> {
    match source {
        Media::Text(it) | Media::FileId(it) => Cow::Borrowed(it),
        source => openai_media::url(source).unwrap_or_default(),
    }
}

fn cannot(body: &Body) -> &'static str {
    match body {
        Body::Image { .. } | Body::File { .. } | Body::Audio { .. } => "openai-responses takes this from the user only",
        Body::ToolCall { .. } => "only the model calls tools",
        Body::ToolResult { .. } => "tool results belong to the user's turn",
        Body::Thinking(_) | Body::RedactedThinking(_) => "only the model thinks",
        Body::Refusal(_) => "only the model refuses",
        Body::Text(_) | Body::Opaque(_) => "openai-responses has no such block",
    }
}
