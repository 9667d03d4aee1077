//! A request → hub. Fields without a noun in the hub become opaque pieces named by their path (`safety_mode`,
//! `documents`).

use serde_json::value::RawValue;

use super::{FORMAT, FUNCTION, IMAGE, THINKING};
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Format, Media, Part, Prompt, Reasoning, Role, Sampling, Tool, ToolChoice, Turn};
use crate::wire::cohere::{opaque, plan_mark, rest, spelling};
use crate::wire::json::{self, Object, wrong};
use crate::wire::{Malformed, own};

/// Reads a request.
///
/// # Errors
/// It is not JSON, has no `model` or `messages`, or a field that the hub has a noun for is of another type.
pub(in crate::wire::cohere) fn read(body: &[u8]) -> Result<Prompt, Malformed> {
    let mut top = Object::parse(body)?;
    let model = top.take_text("model")?.ok_or_else(|| wrong("model", "there"))?.into_owned();
    let mut prompt = Prompt { model, stream_usage: true, ..Prompt::default() };
    for (nth, raw) in top.take_items("messages")?.ok_or_else(|| wrong("messages", "there"))?.into_iter().enumerate() {
        let message = Object::of(raw).ok_or_else(|| wrong("message", "an object"));
        message
            .and_then(|it| read_message(it, &mut prompt))
            .map_err(|error| Malformed { param: error.param.map(|it| format!("messages[{nth}].{it}")), ..error })?;
    }
    let strict = top.take_bool("strict_tools")?;
    for raw in top.take_items("tools")?.into_iter().flatten() {
        prompt.tools.push(read_tool(raw, strict)?);
    }
    if let Some(raw) = top.take("tool_choice") {
        prompt.tool_choice = match json::text(raw).as_deref() {
            Some("REQUIRED") => Some(ToolChoice::Required),
            Some("NONE") => Some(ToolChoice::None),
            _ => {
                prompt.extra.push(opaque("tool_choice", raw));
                None
            }
        };
    }
    if let Some(raw) = top.take("response_format") {
        read_format(raw, &mut prompt)?;
    }
    prompt.sampling = read_sampling(&mut top)?;
    if let Some(mut it) = top.take_object("thinking")? {
        let enabled = it.take_text("type")?.is_none_or(|it| !it.eq_ignore_ascii_case("disabled"));
        prompt.reasoning =
            Some(Reasoning { enabled, budget: it.take_integer("token_budget")?, ..Reasoning::default() });
        prompt.extra.extend(rest(it, THINKING));
    }
    prompt.stream = top.take_bool("stream")?.unwrap_or(false);
    prompt.extra.extend(rest(top, ""));
    Ok(prompt)
}

fn read_message(mut it: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    let role = it.take_text("role")?.ok_or_else(|| wrong("role", "there"))?.into_owned();
    let mut parts = read_content(&mut it)?;
    let turn = match role.as_str() {
        "system" if prompt.turns.is_empty() => {
            let extra = rest(it, "message.");
            if parts.is_empty() {
                parts.push(Part::text(""));
            }
            if let Some(first) = parts.first_mut() {
                first.extra.extend(extra);
            }
            prompt.system.extend(parts);
            return Ok(());
        }
        "tool" => {
            let id = it.take_text("tool_call_id")?.unwrap_or_default().into_owned();
            let mut part: Part = Body::ToolResult { id, content: parts, is_error: false }.into();
            part.extra.extend(rest(it, ""));
            match prompt.turns.last_mut() {
                // The results of parallel calls stay together.
                Some(before) if before.is_results() => {
                    before.parts.push(part);
                    return Ok(());
                }
                _ => Turn { role: Role::User, parts: vec![part], extra: Vec::new() },
            }
        }
        "assistant" => {
            if let Some(text) = it.take_text("tool_plan")?.filter(|it| !it.is_empty()) {
                let mut part = own::thought(Dialect::Cohere, text);
                part.extra.extend(plan_mark());
                parts.push(part);
            }
            for raw in it.take_items("tool_calls")?.into_iter().flatten() {
                parts.push(read_call(raw)?);
            }
            Turn { role: Role::Assistant, parts, extra: rest(it, "").collect() }
        }
        "user" => Turn { role: Role::User, parts, extra: rest(it, "").collect() },
        "system" => Turn { role: Role::System, parts, extra: rest(it, "").collect() },
        _ => return Err(wrong("role", "`system`, `user`, `assistant` or `tool`")),
    };
    prompt.turns.push(turn);
    Ok(())
}

/// A text is one part, an empty one none.
fn read_content(it: &mut Object) -> Result<Vec<Part>, Malformed> {
    let Some(raw) = it.take("content") else { return Ok(Vec::new()) };
    if let Some(text) = json::text(raw) {
        return Ok(if text.is_empty() { Vec::new() } else { vec![Part::text(text)] });
    }
    let items = json::items(raw).ok_or_else(|| wrong("content", "a string or an array"))?;
    items.into_iter().map(read_part).collect()
}

fn read_part(raw: &RawValue) -> Result<Part, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("content", "objects"))?;
    let kind = it.take_text("type")?.unwrap_or("text".into());
    let mut extra = Vec::new();
    let body = match &*kind {
        "text" => it.take_text("text")?.map(|it| Body::Text(it.into_owned())),
        "thinking" => it.take_text("thinking")?.map(|it| {
            let Part { body, extra: mark, .. } = own::thought(Dialect::Cohere, it);
            extra.extend(mark);
            body
        }),
        "image_url" => match it.take_object("image_url")? {
            None => None,
            Some(mut image) => {
                let url = image.take_text("url")?.unwrap_or_default();
                let detail = image.take_text("detail")?.map(Into::into);
                extra.extend(rest(image, IMAGE));
                Some(Body::Image { source: media(&url), detail })
            }
        },
        _ => None,
    };
    let Some(body) = body else { return Ok(Body::Opaque(opaque(kind, raw)).into()) };
    extra.extend(rest(it, ""));
    Ok(Part { extra, ..Part::from(body) })
}

/// A `data:` address with base64 in it is the bytes themselves; every other is an address.
fn media(url: &str) -> Media {
    let inline = url.strip_prefix("data:").and_then(|it| it.split_once(";base64,"));
    inline.map_or_else(
        || Media::Url(url.to_owned()),
        |(kind, data)| Media::Base64 { media_type: kind.to_owned(), data: data.to_owned() },
    )
}

fn read_call(raw: &RawValue) -> Result<Part, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("tool_calls", "objects"))?;
    let mut function = it.take_object("function")?.unwrap_or_default();
    it.take("type");
    let text = |raw: Option<&RawValue>| raw.and_then(json::text).unwrap_or_default().into_owned();
    let body = Body::ToolCall {
        id: text(it.take("id")),
        name: text(function.take("name")),
        arguments: text(function.take("arguments")),
    };
    Ok(Part { extra: rest(function, FUNCTION).chain(rest(it, "")).collect(), ..Part::from(body) })
}

fn read_tool(raw: &RawValue, strict: Option<bool>) -> Result<Tool, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("tools", "objects"))?;
    let mut function = it.take_object("function")?.ok_or_else(|| wrong("tools.function", "there"))?;
    it.take("type");
    let name = function.take_text("name")?.ok_or_else(|| wrong("tools.function.name", "there"))?.into_owned();
    Ok(Tool {
        name,
        description: function.take_text("description")?.map(Into::into),
        schema: function.take("parameters").map(ToOwned::to_owned),
        strict,
        cache: None,
        server: None,
        freeform: None,
        extra: rest(function, FUNCTION).chain(rest(it, "")).collect(),
    })
}

fn read_format(raw: &RawValue, prompt: &mut Prompt) -> Result<(), Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("response_format", "an object"))?;
    match it.take_text("type")?.as_deref() {
        Some("json_object") => {}
        Some("text") => {
            prompt.extra.push(spelling("response_format", raw));
            return Ok(());
        }
        _ => {
            prompt.extra.push(opaque("response_format", raw));
            return Ok(());
        }
    }
    prompt.format = it.take("json_schema").map_or(Format::JsonObject, |schema| Format::JsonSchema {
        name: None,
        description: None,
        schema: schema.to_owned(),
        strict: None,
    });
    prompt.extra.extend(rest(it, FORMAT));
    Ok(())
}

fn read_sampling(it: &mut Object) -> Result<Sampling, Malformed> {
    Ok(Sampling {
        max_tokens: it.take_integer("max_tokens")?,
        temperature: it.take_number("temperature")?,
        top_p: it.take_number("p")?,
        top_k: it.take_integer("k")?,
        frequency_penalty: it.take_number("frequency_penalty")?,
        presence_penalty: it.take_number("presence_penalty")?,
        seed: match it.take("seed") {
            None => None,
            Some(raw) => Some(serde_json::from_str(raw.get()).map_err(|_| wrong("seed", "a whole number"))?),
        },
        stop: match it.take("stop_sequences") {
            None => Vec::new(),
            Some(raw) => {
                let texts = json::items(raw).map(|it| it.into_iter().map(|it| json::text(it).map(Into::into)));
                texts.and_then(Iterator::collect).ok_or_else(|| wrong("stop_sequences", "texts"))?
            }
        },
        choices: None,
    })
}
