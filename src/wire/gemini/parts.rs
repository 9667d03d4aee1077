//! `Content` and `Part` of requests → hub. The way back is `request::blocks`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::prompt::{Body, Media, Opaque, Part, Role, Turn};
use crate::wire::Malformed;
use crate::wire::gemini::fields::{self, opaque, spelling, within};
use crate::wire::gemini::ids::Open;
use crate::wire::json::{self, Object, wrong};

/// Name under which a result is kept as it came.
pub(super) const RESPONSE: &str = "functionResponse.response";
/// Name under which the media type of a file at an address is kept, where its address does not tell it.
pub(super) const MIME: &str = "fileData.mimeType";
/// Names of fields within the object that a part consists of.
pub(super) const INLINE: &str = "inlineData.";
/// See [`INLINE`].
pub(super) const FILE: &str = "fileData.";
/// See [`INLINE`].
pub(super) const CALL: &str = "functionCall.";
/// See [`INLINE`].
pub(super) const RESULT: &str = "functionResponse.";

/// Reads one `Content` of a conversation.
pub(super) fn read_turn(raw: &RawValue, open: &mut Open) -> Result<Turn, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("content", "an object"))?;
    let role = match fields::take_text(&mut it, "role")?.as_deref() {
        Some("model") => Role::Assistant,
        // `function` is what results were said under once; without a role it is the user's turn.
        None | Some("user" | "function" | "tool" | "") => Role::User,
        Some("system") => Role::System,
        Some(_) => return Err(wrong("role", "`user` or `model`")),
    };
    let parts = read_parts(&mut it, open)?;
    Ok(Turn { role, parts, extra: fields::rest(it, "").collect() })
}

/// Reads a system instruction: a `Content` whose role says nothing, or a bare text as Google's libraries take it.
pub(super) fn read_system(raw: &RawValue) -> Result<Vec<Part>, Malformed> {
    if let Some(text) = json::text(raw) {
        return Ok(vec![Part::text(text)]);
    }
    let mut it = Object::of(raw).ok_or_else(|| wrong("parts", "an object"))?;
    read_parts(&mut it, &mut Open::default())
}

fn read_parts(it: &mut Object, open: &mut Open) -> Result<Vec<Part>, Malformed> {
    let items = fields::take_items(it, "parts")?.unwrap_or_default();
    let read =
        |(nth, raw): (usize, &&RawValue)| read_part(raw, open).map_err(|error| within(error, format!("parts[{nth}]")));
    items.iter().enumerate().map(read).collect()
}

fn read_part(raw: &RawValue, open: &mut Open) -> Result<Part, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("part", "an object"))?;
    let mut extra = Vec::new();
    let thought = fields::take_bool(&mut it, "thought")?.unwrap_or(false);
    let signature = fields::take_text(&mut it, "thoughtSignature")?.and_then(fields::signature);
    let body = if let Some(text) = fields::take_text(&mut it, "text")? {
        if thought { Body::Thinking(text) } else { Body::Text(text) }
    } else if let Some(inline) = fields::take_object(&mut it, "inlineData")? {
        read_inline(inline, &mut extra).map_err(|error| within(error, "inlineData"))?
    } else if let Some(file) = fields::take_object(&mut it, "fileData")? {
        read_file(file, &mut extra).map_err(|error| within(error, "fileData"))?
    } else if let Some(call) = fields::take_object(&mut it, "functionCall")? {
        read_call(call, open, &mut extra).map_err(|error| within(error, "functionCall"))?
    } else if let Some(result) = fields::take_object(&mut it, "functionResponse")? {
        read_result(result, open, &mut extra).map_err(|error| within(error, "functionResponse"))?
    } else if signature.is_some() && it.first().is_none() {
        // A signature that came behind the text it signs.
        Body::Text(String::new())
    } else {
        let name = it.first().map_or_else(|| "part".to_owned(), fields::camel);
        return Ok(Body::Opaque(opaque(name, raw)).into());
    };
    extra.extend(fields::rest(it, ""));
    Ok(Part { body, cache: None, signature, extra })
}

fn read_inline(mut it: Object, extra: &mut Vec<Opaque>) -> Result<Body, Malformed> {
    let media_type = fields::take_text(&mut it, "mimeType")?.unwrap_or_default();
    let data = standard(fields::take_text(&mut it, "data")?.unwrap_or_default());
    extra.extend(fields::rest(it, INLINE));
    let kind = media_type.clone();
    Ok(body(&kind, Media::Base64 { media_type, data }))
}

/// Base64 in the alphabet that every other dialect has. Google's own clients write the one for URLs, which is as good to
/// Google.
fn standard(data: String) -> String {
    if !data.contains(['-', '_']) {
        return data;
    }
    let mut data = data.replace('-', "+").replace('_', "/");
    // That alphabet is often written without its padding.
    while !data.len().is_multiple_of(4) {
        data.push('=');
    }
    data
}

fn read_file(mut it: Object, extra: &mut Vec<Opaque>) -> Result<Body, Malformed> {
    let address = fields::take_text(&mut it, "fileUri")?.ok_or_else(|| wrong("fileUri", "there"))?;
    let said = fields::take(&mut it, "mimeType");
    let guessed = media_type_of(&address);
    let media_type = said.and_then(json::text).or(guessed.map(Cow::Borrowed)).unwrap_or_default();
    if let Some(said) = said
        && guessed != Some(&*media_type)
    {
        extra.push(spelling(MIME, said));
    }
    extra.extend(fields::rest(it, FILE));
    // What only Google can fetch means nothing to another provider.
    let host = address.strip_prefix("https://").and_then(|it| it.split('/').next()).unwrap_or_default();
    let own = address.starts_with("gs://") || host == "generativelanguage.googleapis.com" || !address.contains("://");
    let source = if own { Media::FileId(address) } else { Media::Url(address) };
    Ok(body(&media_type, source))
}

fn body(media_type: &str, source: Media) -> Body {
    match media_type.split('/').next() {
        Some("image") => Body::Image { source, detail: None },
        Some("audio") => Body::Audio { source },
        _ => Body::File { source, name: None },
    }
}

fn read_call(mut it: Object, open: &mut Open, extra: &mut Vec<Opaque>) -> Result<Body, Malformed> {
    let name = fields::take_text(&mut it, "name")?.unwrap_or_default();
    let id = match fields::take_text(&mut it, "id")?.filter(|it| !it.is_empty()) {
        Some(id) => {
            open.call(&id, &name);
            id
        }
        None => open.unnamed(&name),
    };
    // None are an empty object, which other dialects want said.
    let arguments = fields::take(&mut it, "args").map_or("{}", RawValue::get).to_owned();
    extra.extend(fields::rest(it, CALL));
    Ok(Body::ToolCall { id, name, arguments })
}

/// The result is kept as it came, for the way back; what other dialects get to read is its text.
fn read_result(mut it: Object, open: &mut Open, extra: &mut Vec<Opaque>) -> Result<Body, Malformed> {
    let name = fields::take_text(&mut it, "name")?.unwrap_or_default();
    let id = match fields::take_text(&mut it, "id")?.filter(|it| !it.is_empty()) {
        Some(id) => {
            // Answered: a later result without an id does not mean this call.
            let _name = open.name(&id);
            id
        }
        None => open.answer(&name).unwrap_or_else(|| name.clone()),
    };
    let mut content = Vec::new();
    let mut is_error = false;
    if let Some(response) = fields::take(&mut it, "response") {
        let (text, failed) = said(response);
        is_error = failed;
        content.push(Part::text(text));
        extra.push(spelling(RESPONSE, response));
    }
    for raw in fields::take_items(&mut it, "parts")?.unwrap_or_default() {
        content.push(read_part(raw, &mut Open::default()).map_err(|error| within(error, "parts"))?);
    }
    let mut quoted = Vec::new();
    json::quote(&name, &mut quoted);
    let quoted = String::from_utf8(quoted).ok().and_then(|it| RawValue::from_string(it).ok());
    extra.extend(quoted.map(|it| spelling("functionResponse.name", &it)));
    extra.extend(fields::rest(it, RESULT));
    Ok(Body::ToolResult { id, content, is_error })
}

/// What a result says, and whether it says that the tool failed. The dialect wants an object; by custom it has one field,
/// `output` or `result`, or `error` where the tool failed.
fn said(response: &RawValue) -> (String, bool) {
    let whole = || response.get().to_owned();
    let Some(it) = Object::of(response) else { return (whole(), false) };
    let mut all = it.rest();
    match (all.next(), all.next()) {
        (Some((key, value)), None) if matches!(&*key, "output" | "result" | "error") => {
            (json::text(value).map_or_else(|| value.get().to_owned(), Cow::into_owned), key == "error")
        }
        _ => (whole(), false),
    }
}

/// The media type that the end of an address tells.
pub(super) fn media_type_of(address: &str) -> Option<&'static str> {
    const ENDINGS: [(&str, &str); 16] = [
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("webp", "image/webp"),
        ("gif", "image/gif"),
        ("heic", "image/heic"),
        ("pdf", "application/pdf"),
        ("txt", "text/plain"),
        ("md", "text/markdown"),
        ("csv", "text/csv"),
        ("html", "text/html"),
        ("mp3", "audio/mpeg"),
        ("wav", "audio/wav"),
        ("mp4", "video/mp4"),
        ("mov", "video/quicktime"),
        ("webm", "video/webm"),
    ];
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    ENDINGS.iter().find(|(it, _)| it.eq_ignore_ascii_case(ending)).map(|(_, kind)| *kind)
}
