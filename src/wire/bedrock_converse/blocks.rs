//! Content blocks of requests → hub parts. The way back is `request::blocks`.

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, CacheMark, Opaque, Part};
use crate::domain::signature::Signature;
use crate::wire::Malformed;
use crate::wire::bedrock_converse::fields::{self, opaque, spelling, within};
use crate::wire::bedrock_converse::media::{self, Kind};
use crate::wire::json::Object;

/// Reads an array of blocks. A cache point belongs to the block before it.
pub(super) fn read(raw: &RawValue) -> Result<Vec<Part>, Malformed> {
    read_with(raw, block)
}

/// The same inside a tool result. A tool result in a tool result has no meaning and stays opaque, which also bounds how
/// deep this reader goes.
fn read_result(raw: &RawValue) -> Result<Vec<Part>, Malformed> {
    read_with(raw, |name, value, whole| match name {
        "toolUse" | "toolResult" => Ok(unknown(name, whole)),
        "json" => Ok(Part { extra: vec![spelling("json", value)], ..Part::text(value.get()) }),
        _ => block(name, value, whole),
    })
}

fn read_with(
    raw: &RawValue,
    block: impl Fn(&str, &RawValue, &RawValue) -> Result<Part, Malformed>,
) -> Result<Vec<Part>, Malformed> {
    let mut parts: Vec<Part> = Vec::new();
    for (nth, whole) in fields::items(raw)?.into_iter().enumerate() {
        let read = || {
            let Some((name, value)) = fields::member(fields::object(whole)?) else {
                return Ok(unknown("block", whole));
            };
            block(&name, value, whole)
        };
        let part = read().map_err(|error| within(&error, format_args!("[{nth}]")))?;
        match (cache_mark(&part), parts.last_mut()) {
            (Some(mark), Some(before)) if before.cache.is_none() => before.cache = Some(mark),
            _ => parts.push(part),
        }
    }
    Ok(parts)
}

/// One block: its key, the value of that, and the whole.
fn block(name: &str, value: &RawValue, whole: &RawValue) -> Result<Part, Malformed> {
    let read = || match name {
        "text" => Ok(fields::text(value).map(Part::text)),
        "image" => of_media(value, Kind::Image, |source, _| Ok(Body::Image { source, detail: None })),
        "document" => of_media(value, Kind::Document, |source, it| {
            Ok(Body::File { source, name: fields::take_text(it, "name")? })
        }),
        "audio" => of_media(value, Kind::Audio, |source, _| Ok(Body::Audio { source })),
        "toolUse" => tool_use(value),
        "toolResult" => tool_result(value),
        "reasoningContent" => reasoning(value),
        // What the guardrail is to look at, or the model cited, is text to everybody else.
        "guardContent" | "citationsContent" => {
            Ok(plain_text(value).map(|text| Part { extra: vec![opaque(name, value)], ..Part::text(text) }))
        }
        _ => Ok(None),
    };
    Ok(read().map_err(|error| within(&error, name))?.unwrap_or_else(|| unknown(name, whole)))
}

fn of_media(
    value: &RawValue,
    kind: Kind,
    body: impl FnOnce(crate::domain::prompt::Media, &mut Object) -> Result<Body, Malformed>,
) -> Result<Option<Part>, Malformed> {
    let (mut it, mut extra) = (fields::object(value)?, Vec::new());
    let Some(source) = media::read(&mut it, kind, &mut extra)? else { return Ok(None) };
    if media::is_text(value) {
        extra.push(spelling("text", value));
    }
    let body = body(source, &mut it)?;
    extra.extend(fields::rest(it, ""));
    Ok(Some(Part { extra, ..body.into() }))
}

/// A call that the provider itself ran has a type of its own and stays as it is.
fn tool_use(value: &RawValue) -> Result<Option<Part>, Malformed> {
    let mut it = fields::object(value)?;
    if it.get("type").and_then(fields::text).is_some_and(|it| it == SERVER_TOOL_USE) {
        return Ok(None);
    }
    let body = Body::ToolCall {
        id: fields::need_text(&mut it, "toolUseId")?,
        name: fields::need_text(&mut it, "name")?,
        arguments: it.take("input").map(|it| it.get().to_owned()).unwrap_or_default(),
    };
    Ok(Some(Part { extra: call_extra(it), ..body.into() }))
}

/// The word for a call that the provider itself runs.
pub(super) const SERVER_TOOL_USE: &str = "server_tool_use";

/// What a call has beyond what it calls. Its type says nothing that being a call does not say.
pub(super) fn call_extra(mut it: Object) -> Vec<Opaque> {
    let kind = it.take("type").map(|it| spelling("type", it));
    kind.into_iter().chain(fields::rest(it, "")).collect()
}

fn tool_result(value: &RawValue) -> Result<Option<Part>, Malformed> {
    let mut it = fields::object(value)?;
    if it.get("type").is_some() {
        return Ok(None);
    }
    let id = fields::need_text(&mut it, "toolUseId")?;
    let content = match it.take("content") {
        Some(content) => read_result(content).map_err(|error| within(&error, "content"))?,
        None => Vec::new(),
    };
    let status = it.take("status");
    let word = status.and_then(fields::text);
    let said = status.filter(|_| word.as_deref() != Some("error")).map(|it| spelling("status", it));
    let body = Body::ToolResult { id, content, is_error: word.as_deref() == Some("error") };
    Ok(Some(Part { extra: said.into_iter().chain(fields::rest(it, "")).collect(), ..body.into() }))
}

fn reasoning(value: &RawValue) -> Result<Option<Part>, Malformed> {
    let mut it = fields::object(value)?;
    if let Some(data) = fields::take_text(&mut it, "redactedContent")? {
        return Ok(Some(Body::RedactedThinking(redacted(&data)).into()));
    }
    let Some(mut said) = it.take_object("reasoningText")? else { return Ok(None) };
    let text = fields::take_text(&mut said, "text")?.unwrap_or_default();
    let signature = fields::take_text(&mut said, "signature")?.and_then(signature);
    Ok(Some(Part { signature, extra: fields::rest(said, "").collect(), ..Body::Thinking(text).into() }))
}

/// A signature is Claude's; an empty one is none.
pub(super) fn signature(text: String) -> Option<Signature> {
    Signature::of(Dialect::Anthropic, text)
}

/// Encrypted reasoning. The dialect wraps Anthropic's, which is text, once more in base64; what is not such text is
/// another vendor's and stays as it came.
pub(super) fn redacted(data: &str) -> Signature {
    use base64::Engine as _;
    let decoded = base64::engine::general_purpose::STANDARD.decode(data).ok();
    match decoded.and_then(|it| String::from_utf8(it).ok()) {
        Some(text) => Signature { dialect: Dialect::Anthropic, text },
        None => Signature { dialect: Dialect::BedrockConverse, text: data.to_owned() },
    }
}

/// The text in a block that wraps one.
pub(super) fn plain_text(value: &RawValue) -> Option<String> {
    let mut it = Object::of(value)?;
    if let Some(mut inner) = it.take_object("text").ok().flatten() {
        return fields::some_text(&mut inner, "text");
    }
    let pieces = it.take("content").and_then(|it| fields::items(it).ok())?;
    Some(pieces.into_iter().filter_map(|it| fields::some_text(&mut Object::of(it)?, "text")).collect())
}

/// The mark that a block is, if it is nothing else.
fn cache_mark(part: &Part) -> Option<CacheMark> {
    let Body::Opaque(it) = &part.body else { return None };
    let mut whole = Object::of(&it.raw).filter(|_| it.name == "cachePoint")?;
    mark(whole.take("cachePoint")?)
}

/// The lifetime in a `cachePoint`; `None` where it says more than the hub knows.
pub(super) fn mark(raw: &RawValue) -> Option<CacheMark> {
    let mut it = Object::of(raw)?;
    let kind = fields::some_text(&mut it, "type")?;
    let ttl = it.take("ttl").map(fields::text);
    if kind != "default" || it.first().is_some() {
        return None;
    }
    match ttl {
        None => Some(CacheMark::Default),
        Some(Some(ttl)) if ttl == "5m" => Some(CacheMark::FiveMinutes),
        Some(Some(ttl)) if ttl == "1h" => Some(CacheMark::OneHour),
        Some(_) => None,
    }
}

/// A block that travels whole.
fn unknown(name: &str, whole: &RawValue) -> Part {
    Body::Opaque(opaque(name, whole)).into()
}
