//! Content blocks of requests → hub parts. The way back is `request::blocks`.

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, CacheMark, Media, Opaque, Part};
use crate::domain::signature::Signature;
use crate::wire::Malformed;
use crate::wire::anthropic::fields::{self, opaque, within, wrong};
use crate::wire::json::Object;

/// Reads `content` or `system`: a string is one text part, an array one part an element.
pub(super) fn read(raw: &RawValue) -> Result<Vec<Part>, Malformed> {
    read_with(raw, block)
}

/// The same inside a tool result. A tool result in a tool result has no meaning and stays opaque, which also bounds how
/// deep this reader goes.
fn read_result(raw: &RawValue) -> Result<Vec<Part>, Malformed> {
    read_with(raw, |raw, kind, it| match kind {
        "tool_result" | "tool_use" => Ok(unknown(raw, kind)),
        _ => block(raw, kind, it),
    })
}

fn read_with(
    raw: &RawValue,
    block: impl Fn(&RawValue, &str, Object) -> Result<Part, Malformed>,
) -> Result<Vec<Part>, Malformed> {
    if let Some(text) = fields::text(raw) {
        // An empty string is how a client says nothing; as a block it would be refused.
        return Ok(if text.is_empty() { Vec::new() } else { vec![Part::text(text)] });
    }
    let blocks = fields::items(raw).map_err(|_| wrong("", "must be a string or an array of blocks"))?;
    let one = |(nth, raw): (usize, &&RawValue)| {
        let read = || {
            let mut it = fields::object(raw)?;
            let kind = fields::need_text(&mut it, "type")?;
            block(raw, &kind, it)
        };
        read().map_err(|error| within(&error, format_args!("[{nth}]")))
    };
    blocks.iter().enumerate().map(one).collect()
}

/// One block, whose `type` was taken already.
fn block(raw: &RawValue, kind: &str, mut it: Object) -> Result<Part, Malformed> {
    let (mut extra, mut signature) = (Vec::new(), None);
    let body = match kind {
        "text" => Body::Text(fields::need_text(&mut it, "text")?),
        "image" => match source(&mut it, &mut extra)? {
            Some(source) => Body::Image { source, detail: None },
            None => return Ok(unknown(raw, kind)),
        },
        "document" => match source(&mut it, &mut extra)? {
            Some(source) => Body::File { source, name: fields::take_text(&mut it, "title")? },
            None => return Ok(unknown(raw, kind)),
        },
        "tool_use" => Body::ToolCall {
            id: fields::need_text(&mut it, "id")?,
            name: fields::need_text(&mut it, "name")?,
            arguments: it.take("input").map(|it| it.get().to_owned()).unwrap_or_default(),
        },
        "tool_result" => Body::ToolResult {
            id: fields::need_text(&mut it, "tool_use_id")?,
            content: match it.take("content") {
                Some(content) => read_result(content).map_err(|error| within(&error, "content"))?,
                None => Vec::new(),
            },
            is_error: it.take_bool("is_error")?.unwrap_or(false),
        },
        "thinking" => {
            signature = fields::take_text(&mut it, "signature")?.and_then(fields::signature);
            Body::Thinking(fields::take_text(&mut it, "thinking")?.unwrap_or_default())
        }
        "redacted_thinking" => {
            Body::RedactedThinking(Signature { dialect: Dialect::Anthropic, text: fields::need_text(&mut it, "data")? })
        }
        _ => return Ok(unknown(raw, kind)),
    };
    let cache = take_cache(&mut it);
    extra.extend(fields::rest(it, ""));
    Ok(Part { body, cache, signature, extra })
}

/// A block that travels whole.
fn unknown(raw: &RawValue, kind: &str) -> Part {
    Body::Opaque(opaque(kind, raw)).into()
}

/// Takes the prompt-cache mark out. A mark with more than a known lifetime stays where it is, for the rest.
pub(super) fn take_cache(it: &mut Object) -> Option<CacheMark> {
    let mark = cache_mark(it.get("cache_control")?)?;
    it.take("cache_control");
    Some(mark)
}

fn cache_mark(raw: &RawValue) -> Option<CacheMark> {
    let mut it = fields::object(raw).ok()?;
    let kind = fields::some_text(&mut it, "type")?;
    let lifetime = it.take("ttl").map(fields::text);
    if kind != "ephemeral" || it.rest().next().is_some() {
        return None;
    }
    match lifetime {
        None => Some(CacheMark::Default),
        Some(Some(ttl)) if ttl == "5m" => Some(CacheMark::FiveMinutes),
        Some(Some(ttl)) if ttl == "1h" => Some(CacheMark::OneHour),
        Some(_) => None,
    }
}

/// Takes `source` out. `None` where it is of a kind the hub has no noun for. A source with more fields than its kind
/// needs is also kept as it came, in `extra`, and written back from there.
fn source(it: &mut Object, extra: &mut Vec<Opaque>) -> Result<Option<Media>, Malformed> {
    let raw = it.take("source").ok_or_else(|| wrong("source", "is missing"))?;
    let read = || {
        let mut it = fields::object(raw)?;
        let kind = fields::need_text(&mut it, "type")?;
        let media = match kind.as_str() {
            "base64" => Media::Base64 {
                media_type: fields::need_text(&mut it, "media_type")?,
                data: fields::need_text(&mut it, "data")?,
            },
            "text" => {
                if it.get("media_type").and_then(fields::text).is_some_and(|it| it == "text/plain") {
                    it.take("media_type");
                }
                Media::Text(fields::need_text(&mut it, "data")?)
            }
            "url" => Media::Url(fields::need_text(&mut it, "url")?),
            "file" => Media::FileId(fields::need_text(&mut it, "file_id")?),
            _ => return Ok(None),
        };
        Ok(Some((media, it.rest().next().is_some())))
    };
    let Some((media, more)) = read().map_err(|error| within(&error, "source"))? else { return Ok(None) };
    if more {
        extra.push(opaque("source", raw));
    }
    Ok(Some(media))
}
