//! Content parts: text, images, files, sounds, refusals.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::place;
use super::read::{take_cache, under};
use crate::domain::prompt::{Body, Media, Opaque, Part};
use crate::domain::quirks::{DocumentPart, Quirks};
use crate::wire::json::{self, Object, ObjectWriter, wrong};
use crate::wire::openai_chat::{Losses, is_own, keep_rest, opaque, write_extra};
use crate::wire::{Malformed, openai_media};

/// Takes `content`: a text is one part, an empty text or null none.
pub(super) fn read_content(message: &mut Object) -> Result<Vec<Part>, Malformed> {
    let Some(raw) = message.take("content") else { return Ok(Vec::new()) };
    if let Some(text) = json::text(raw) {
        return Ok(if text.is_empty() { Vec::new() } else { vec![Part::text(text)] });
    }
    let items = json::items(raw).ok_or_else(|| wrong("content", "a string or an array of parts"))?;
    let read = |(nth, raw)| read_part(raw).map_err(|error| under(error, &format!("content[{nth}]")));
    items.into_iter().enumerate().map(read).collect()
}

fn read_part(raw: &RawValue) -> Result<Part, Malformed> {
    if let Some(text) = json::text(raw) {
        return Ok(Part::text(text));
    }
    let mut object = Object::of(raw).ok_or_else(|| wrong("part", "an object"))?;
    let kind = object.take_text("type")?;
    let mut extra = Vec::new();
    let body = match kind.as_deref() {
        Some("text") => object.take_text("text")?.map(|it| Body::Text(it.into_owned())),
        None if object.get("text").is_some() => object.take_text("text")?.map(|it| Body::Text(it.into_owned())),
        Some("refusal") => object.take_text("refusal")?.map(|it| Body::Refusal(it.into_owned())),
        Some("image_url") => read_image(&mut object, &mut extra)?,
        Some("input_audio") => read_audio(&mut object)?,
        Some("file") => read_file(&mut object, &mut extra)?,
        _ => None,
    };
    let Some(body) = body else {
        let name = kind.unwrap_or("part".into());
        return Ok(Body::Opaque(opaque(name, raw)).into());
    };
    let mut part = Part { extra, ..Part::from(body) };
    take_cache(&mut object, &mut part.cache);
    keep_rest(object, "", &mut part.extra);
    Ok(part)
}

fn read_image(object: &mut Object, extra: &mut Vec<Opaque>) -> Result<Option<Body>, Malformed> {
    let Some(raw) = object.take("image_url") else { return Ok(None) };
    if let Some(url) = json::text(raw) {
        return Ok(Some(Body::Image { source: openai_media::of_url(&url), detail: None }));
    }
    let mut image = Object::of(raw).ok_or_else(|| wrong("image_url", "an object"))?;
    let within = |error| under(error, "image_url");
    let Some(url) = image.take_text("url").map_err(within)? else { return Ok(None) };
    let detail = image.take_text("detail").map_err(within)?.map(Into::into);
    keep_rest(image, place::IMAGE, extra);
    Ok(Some(Body::Image { source: openai_media::of_url(&url), detail }))
}

fn read_audio(object: &mut Object) -> Result<Option<Body>, Malformed> {
    // Mistral's form: the bytes alone, whose beginning tells what they are, or an address, which goes to its like as it
    // came.
    if let Some(data) = object.get("input_audio").and_then(json::text) {
        if data.contains("://") {
            return Ok(None);
        }
        object.take("input_audio");
        let media_type = if data.starts_with("UklG") { "audio/wav" } else { "audio/mpeg" }.to_owned();
        return Ok(Some(Body::Audio { source: Media::Base64 { media_type, data: data.into_owned() } }));
    }
    let Some(mut audio) = object.take_object("input_audio")? else { return Ok(None) };
    let within = |error| under(error, "input_audio");
    let Some(data) = audio.take_text("data").map_err(within)? else { return Ok(None) };
    let format = audio.take_text("format").map_err(within)?.unwrap_or("wav".into());
    Ok(Some(Body::Audio { source: openai_media::sound(&format, &data) }))
}

/// A file id or an address in place of the bytes means something to this dialect's providers only, so the field itself
/// is kept beside it for the way back.
fn read_file(object: &mut Object, extra: &mut Vec<Opaque>) -> Result<Option<Body>, Malformed> {
    let Some(mut file) = object.take_object("file")? else { return Ok(None) };
    let within = |error| under(error, "file");
    let name = file.take_text("filename").map_err(within)?.map(Cow::into_owned);
    let text = |key| file.get(key).and_then(json::text);
    let source = match (text("file_id"), text("file_data")) {
        (Some(id), _) => Media::FileId(id.into_owned()),
        (None, Some(data)) => match openai_media::of_url(&data) {
            Media::Url(_) if !data.contains("://") && !data.starts_with("data:") => {
                Media::Base64 { media_type: "application/pdf".to_owned(), data: data.into_owned() }
            }
            source => source,
        },
        (None, None) => return Ok(None),
    };
    if matches!(source, Media::Base64 { .. }) {
        file.take("file_data");
    }
    keep_rest(file, place::FILE, extra);
    Ok(Some(Body::File { source, name }))
}

// === writing ===

/// Whether a list of parts can go out as plain text, the form every provider takes.
pub(super) fn as_text<'p>(parts: &[&'p Part]) -> Option<&'p str> {
    match parts {
        [] => Some(""),
        [Part { body: Body::Text(text), extra, .. }] => {
            let beside = |it: &Opaque| it.is_spelling() || it.name.starts_with(place::FIELD);
            let plain = extra.iter().all(|it| !is_own(it) || beside(it));
            plain.then_some(text.as_str())
        }
        _ => None,
    }
}

/// What a writer of parts may use beyond text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Allow<'q> {
    /// Text, images, files and sounds, as this provider spells them: user messages.
    Everything(&'q Quirks),
    /// Text only.
    Text,
}

/// Writes `content`, as a text where it can be one. What cannot be said is left out and named.
pub(super) fn write_content(
    parts: &[&Part],
    allow: Allow,
    path: &str,
    message: &mut ObjectWriter,
    losses: &mut Losses,
) {
    for part in parts {
        name_marks(part, path, losses);
    }
    if let Some(text) = as_text(parts) {
        message.text("content", text);
        return;
    }
    let mut items = Vec::new();
    for (nth, part) in parts.iter().enumerate() {
        let mut item = Vec::new();
        if write_part(part, allow, &format!("{path}.content[{nth}]"), &mut item, losses) {
            items.push(item);
        }
    }
    if items.is_empty() {
        message.text("content", "");
    } else {
        message.list("content", items, |item, out| out.extend_from_slice(&item));
    }
}

/// Names a cache mark, a signature and fields of other dialects on a part.
pub(super) fn name_marks(part: &Part, path: &str, losses: &mut Losses) {
    if part.cache.is_some() {
        losses.add("cache_control", "openai-chat has no prompt-cache marks");
    }
    if part.signature.is_some() {
        losses.add(format!("{path}.signature"), "openai-chat has no signatures");
    }
    losses.foreign(&format!("{path}.content."), &part.extra);
}

/// Writes one part; `false` if there is no way to say it.
pub(super) fn write_part(part: &Part, allow: Allow, path: &str, out: &mut Vec<u8>, losses: &mut Losses) -> bool {
    let quirks = if let Allow::Everything(quirks) = allow { Some(quirks) } else { None };
    let allowed = quirks.is_some();
    match &part.body {
        Body::Text(text) => {
            let mut object = typed("text", out);
            object.text("text", text);
            finish(part, object);
        }
        Body::Image { source, detail } if allowed => {
            let Some(url) = openai_media::url(source) else {
                losses.add(path, "an uploaded image of another provider");
                return false;
            };
            let mut object = typed("image_url", out);
            let mut image = object.object("image_url");
            image.text("url", &url);
            if let Some(detail) = detail {
                image.text("detail", detail);
            }
            write_extra(&part.extra, place::IMAGE, &mut image);
            image.end();
            finish(part, object);
        }
        Body::Audio { source: Media::Base64 { media_type, data } } if allowed => {
            let mut object = typed("input_audio", out);
            if quirks.is_some_and(|it| it.plain_audio) {
                object.text("input_audio", data);
                finish(part, object);
                return true;
            }
            openai_media::write_sound(media_type, data, &mut object);
            finish(part, object);
        }
        Body::File { source: source @ (Media::Base64 { .. } | Media::Url(_)), name }
            if quirks.is_some_and(|it| it.document_part == DocumentPart::DocumentUrl) =>
        {
            let mut object = typed("document_url", out);
            object.text("document_url", &openai_media::url(source).unwrap_or_default());
            if let Some(name) = name {
                object.text("document_name", name);
            }
            finish(part, object);
        }
        Body::File { source, name } if allowed => return write_file(part, source, name.as_deref(), path, out, losses),
        Body::Opaque(it) if is_own(it) => out.extend_from_slice(it.raw.get().as_bytes()),
        Body::Opaque(it) => {
            losses.add(format!("{path}.{}", it.name), "openai-chat has no such block");
            return false;
        }
        body => {
            losses.add(path, cannot(body));
            return false;
        }
    }
    true
}

fn write_file(
    part: &Part,
    source: &Media,
    name: Option<&str>,
    path: &str,
    out: &mut Vec<u8>,
    losses: &mut Losses,
) -> bool {
    let own_field =
        |key: &str| part.extra.iter().any(|it| is_own(it) && it.name.strip_prefix(place::FILE) == Some(key));
    match source {
        Media::Text(text) => {
            losses.add(path, "changed: openai-chat has no text documents, it goes as text");
            let mut object = typed("text", out);
            let titled = name.map(|name| format!("{name}\n\n{text}"));
            object.text("text", titled.as_deref().unwrap_or(text));
            object.end();
            return true;
        }
        Media::FileId(_) if !own_field("file_id") => {
            losses.add(path, "a file uploaded to another provider");
            return false;
        }
        Media::Url(_) if !own_field("file_data") => {
            losses.add(path, "openai-chat takes no documents by address");
            return false;
        }
        Media::Base64 { .. } | Media::FileId(_) | Media::Url(_) => {}
    }
    let mut object = typed("file", out);
    let mut file = object.object("file");
    if let (Media::Base64 { .. }, Some(data)) = (source, openai_media::url(source)) {
        // OpenAI refuses bytes without a name.
        file.text("filename", name.unwrap_or("document"));
        file.text("file_data", &data);
    } else if let Some(name) = name {
        file.text("filename", name);
    }
    write_extra(&part.extra, place::FILE, &mut file);
    file.end();
    finish(part, object);
    true
}

fn typed<'o>(kind: &str, out: &'o mut Vec<u8>) -> ObjectWriter<'o> {
    let mut object = ObjectWriter::begin(out);
    object.text("type", kind);
    object
}

fn finish(part: &Part, mut object: ObjectWriter) {
    write_extra(&part.extra, "", &mut object);
    object.end();
}

fn cannot(body: &Body) -> &'static str {
    match body {
        Body::Image { .. } | Body::File { .. } | Body::Audio { .. } => "openai-chat takes this from the user only",
        Body::ToolCall { .. } => "only the model calls tools",
        Body::ToolResult { .. } => "tool results belong to the user's turn",
        Body::Thinking(_) | Body::RedactedThinking(_) => "only the model thinks",
        Body::Refusal(_) => "only the model refuses",
        Body::Text(_) | Body::Opaque(_) => "openai-chat has no such block",
    }
}
