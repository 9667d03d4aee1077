//! Content blocks of requests → hub parts. The way back is `request::blocks`.

use serde_json::value::RawValue;

use crate::domain::prompt::{Body, CacheMark, Media, Opaque, Part};
use crate::wire::Malformed;
use crate::wire::anthropic::fields::{self, Object, opaque, within, wrong};

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
    let blocks = fields::array(raw).map_err(|_| wrong("", "must be a string or an array of blocks"))?;
    let one = |(nth, raw): (usize, &&RawValue)| {
        let read = || {
            let mut it = fields::object(raw)?;
            let kind = it.need_text("type")?;
            block(raw, &kind, it)
        };
        read().map_err(|error| within(error, format_args!("[{nth}]")))
    };
    blocks.iter().enumerate().map(one).collect()
}

/// One block, whose `type` was taken already.
fn block(raw: &RawValue, kind: &str, mut it: Object) -> Result<Part, Malformed> {
    let mut extra = Vec::new();
    let body = match kind {
        "text" => Body::Text(it.need_text("text")?),
        "image" => match source(&mut it, &mut extra)? {
            Some(source) => Body::Image { source, detail: None },
            None => return Ok(unknown(raw, kind)),
        },
        "document" => match source(&mut it, &mut extra)? {
            Some(source) => Body::File { source, name: it.take_text("title")? },
            None => return Ok(unknown(raw, kind)),
        },
        "tool_use" => Body::ToolCall {
            id: it.need_text("id")?,
            name: it.need_text("name")?,
            arguments: it.take("input").map(|it| it.get().to_owned()).unwrap_or_default(),
        },
        "tool_result" => Body::ToolResult {
            id: it.need_text("tool_use_id")?,
            content: match it.take("content") {
                Some(content) => read_result(content).map_err(|error| within(error, "content"))?,
                None => Vec::new(),
            },
            is_error: it.take_bool("is_error")?.unwrap_or(false),
        },
        "thinking" => Body::Thinking {
            text: it.take_text("thinking")?.unwrap_or_default(),
            signature: it.take_text("signature")?.filter(|it| !it.is_empty()),
        },
        "redacted_thinking" => Body::RedactedThinking(it.need_text("data")?),
        _ => return Ok(unknown(raw, kind)),
    };
    let cache = take_cache(&mut it);
    extra.extend(it.rest(""));
    Ok(Part { body, cache, extra })
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
    let kind = it.some_text("type")?;
    let lifetime = it.take("ttl").map(fields::text);
    if kind != "ephemeral" || it.into_iter().next().is_some() {
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
        let kind = it.need_text("type")?;
        let media = match kind.as_str() {
            "base64" => Media::Base64 { media_type: it.need_text("media_type")?, data: it.need_text("data")? },
            "text" => {
                if it.get("media_type").and_then(fields::text).is_some_and(|it| it == "text/plain") {
                    it.take("media_type");
                }
                Media::Text(it.need_text("data")?)
            }
            "url" => Media::Url(it.need_text("url")?),
            "file" => Media::FileId(it.need_text("file_id")?),
            _ => return Ok(None),
        };
        Ok(Some((media, it.into_iter().next().is_some())))
    };
    let Some((media, more)) = read().map_err(|error| within(error, "source"))? else { return Ok(None) };
    if more {
        extra.push(opaque("source", raw));
    }
    Ok(Some(media))
}
