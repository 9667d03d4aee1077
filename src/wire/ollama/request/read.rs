//! A request → hub. Fields without a noun in the hub become opaque pieces named by their path (`options.num_ctx`).

use serde_json::value::RawValue;

use super::{FUNCTION, OPTIONS};
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Format, Media, Part, Prompt, Reasoning, Role, Sampling, Tool, Turn};
use crate::wire::json::{self, Object, wrong};
use crate::wire::ollama::ids::Open;
use crate::wire::ollama::{opaque, rest};
use crate::wire::{Malformed, own};

/// Reads a request.
///
/// # Errors
/// It is not JSON, has no `model` or `messages`, or a field that the hub has a noun for is of another type.
pub(in crate::wire::ollama) fn read(body: &[u8]) -> Result<Prompt, Malformed> {
    let mut top = Object::parse(body)?;
    let model = top.take_text("model")?.ok_or_else(|| wrong("model", "there"))?.into_owned();
    let mut prompt = Prompt { model, stream_usage: true, ..Prompt::default() };
    let mut open = Open::default();
    for (nth, raw) in top.take_items("messages")?.ok_or_else(|| wrong("messages", "there"))?.into_iter().enumerate() {
        let message = Object::of(raw).ok_or_else(|| wrong("message", "an object"));
        message
            .and_then(|it| read_message(it, &mut open, &mut prompt))
            .map_err(|error| Malformed { param: error.param.map(|it| format!("messages[{nth}].{it}")), ..error })?;
    }
    for raw in top.take_items("tools")?.into_iter().flatten() {
        prompt.tools.push(read_tool(raw)?);
    }
    match top.take("format") {
        None => {}
        Some(raw) if Object::of(raw).is_some() => {
            prompt.format = Format::JsonSchema { name: None, description: None, schema: raw.to_owned(), strict: None };
        }
        Some(raw) if raw.get() == "\"json\"" => prompt.format = Format::JsonObject,
        Some(raw) => prompt.extra.push(opaque("format", raw)),
    }
    if let Some(raw) = top.take("think") {
        let on = Reasoning { enabled: true, ..Reasoning::default() };
        prompt.reasoning = match (raw.get(), json::text(raw)) {
            ("true", _) => Some(on),
            ("false", _) => Some(Reasoning::default()),
            (_, Some(level)) => Some(Reasoning { effort: Some(level.into_owned()), ..on }),
            _ => return Err(wrong("think", "true, false or a level")),
        };
    }
    if let Some(options) = top.take_object("options")? {
        read_options(options, &mut prompt)?;
    }
    // Unlike everywhere else, an answer is streamed unless the request says otherwise.
    prompt.stream = top.take_bool("stream")?.unwrap_or(true);
    prompt.extra.extend(rest(top, ""));
    Ok(prompt)
}

fn read_message(mut it: Object, open: &mut Open, prompt: &mut Prompt) -> Result<(), Malformed> {
    let role = it.take_text("role")?.ok_or_else(|| wrong("role", "there"))?.to_ascii_lowercase();
    let mut parts = Vec::new();
    if let Some(text) = it.take_text("thinking")? {
        parts.push(own::thought(Dialect::Ollama, text));
    }
    if let Some(text) = it.take_text("content")?.filter(|it| !it.is_empty() || role == "tool") {
        parts.push(Part::text(text));
    }
    for raw in it.take_items("images")?.into_iter().flatten() {
        let data = json::text(raw).ok_or_else(|| wrong("images", "base64 texts"))?.into_owned();
        let media_type = media_type_of(&data).to_owned();
        parts.push(Body::Image { source: Media::Base64 { media_type, data }, detail: None }.into());
    }
    for raw in it.take_items("tool_calls")?.into_iter().flatten() {
        parts.push(read_call(raw, open)?);
    }
    if role == "tool" {
        let part = read_result(it, parts, open)?;
        match prompt.turns.last_mut() {
            // The results of parallel calls stay together.
            Some(before) if before.is_results() => before.parts.push(part),
            _ => prompt.turns.push(Turn { role: Role::User, parts: vec![part], extra: Vec::new() }),
        }
        return Ok(());
    }
    let mut extra: Vec<_> = rest(it, "").collect();
    if role == "system" && prompt.turns.is_empty() {
        let mut part = parts.into_iter().next().unwrap_or_else(|| Part::text(""));
        part.extra.append(&mut extra);
        prompt.system.push(part);
        return Ok(());
    }
    let role = match role.as_str() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        _ => return Err(wrong("role", "`system`, `user`, `assistant` or `tool`")),
    };
    prompt.turns.push(Turn { role, parts, extra });
    Ok(())
}

fn read_call(raw: &RawValue, open: &mut Open) -> Result<Part, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("tool_calls", "objects"))?;
    let mut function = it.take_object("function")?.ok_or_else(|| wrong("function", "there"))?;
    let name = function.take_text("name")?.unwrap_or_default().into_owned();
    let id = open.call(it.take_text("id")?.as_deref(), &name);
    let arguments = function.take("arguments").map_or("{}", RawValue::get).to_owned();
    let mut part: Part = Body::ToolCall { id, name, arguments }.into();
    part.extra.extend(it.take("type").map(|it| own::spelling(Dialect::Ollama, "type", it)));
    part.extra.extend(function.take("index").map(|it| own::spelling(Dialect::Ollama, "function.index", it)));
    part.extra.extend(rest(function, FUNCTION).chain(rest(it, "")));
    Ok(part)
}

fn read_result(mut it: Object, content: Vec<Part>, open: &mut Open) -> Result<Part, Malformed> {
    let raw_name = it.take("tool_name");
    let name = raw_name.and_then(json::text);
    let id = match it.take_text("tool_call_id")?.filter(|it| !it.is_empty()) {
        Some(id) => {
            // Answered: a later result without an id does not mean this call.
            let _name = open.name(&id);
            id.into_owned()
        }
        None => open.answer(name.as_deref()).or_else(|| name.as_deref().map(str::to_owned)).unwrap_or_default(),
    };
    let mut part: Part = Body::ToolResult { id, content, is_error: false }.into();
    part.extra.extend(raw_name.map(|it| own::spelling(Dialect::Ollama, "tool_name", it)));
    part.extra.extend(rest(it, ""));
    Ok(part)
}

fn read_tool(raw: &RawValue) -> Result<Tool, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("tools", "objects"))?;
    let mut function = it.take_object("function")?.ok_or_else(|| wrong("tools.function", "there"))?;
    it.take("type");
    let name = function.take_text("name")?.ok_or_else(|| wrong("tools.function.name", "there"))?.into_owned();
    Ok(Tool {
        name,
        description: function.take_text("description")?.map(Into::into),
        schema: function.take("parameters").map(ToOwned::to_owned),
        strict: None,
        cache: None,
        server: None,
        freeform: None,
        extra: rest(function, FUNCTION).chain(rest(it, "")).collect(),
    })
}

fn read_options(mut it: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    // A negative one means "without end", which other dialects say by saying nothing.
    let most = it.get("num_predict").is_some_and(|it| !it.get().starts_with('-'));
    prompt.sampling = Sampling {
        max_tokens: if most { it.take_integer("num_predict")? } else { None },
        temperature: it.take_number("temperature")?,
        top_p: it.take_number("top_p")?,
        top_k: it.take_integer("top_k")?,
        frequency_penalty: it.take_number("frequency_penalty")?,
        presence_penalty: it.take_number("presence_penalty")?,
        seed: match it.take("seed") {
            None => None,
            Some(raw) => Some(serde_json::from_str(raw.get()).map_err(|_| wrong("options.seed", "a whole number"))?),
        },
        stop: match it.take("stop") {
            None => Vec::new(),
            Some(raw) => {
                let one = json::text(raw).map(|it| vec![it.into_owned()]);
                let many = || json::items(raw)?.into_iter().map(|it| json::text(it).map(Into::into)).collect();
                one.or_else(many).ok_or_else(|| wrong("options.stop", "a text or texts"))?
            }
        },
        choices: None,
    };
    prompt.extra.extend(rest(it, OPTIONS));
    Ok(())
}

/// What a picture is, by the first bytes of its base64: the dialect does not say.
fn media_type_of(data: &str) -> &'static str {
    const BEGINNINGS: [(&str, &str); 4] =
        [("/9j/", "image/jpeg"), ("R0lG", "image/gif"), ("UklG", "image/webp"), ("iVBOR", "image/png")];
    BEGINNINGS.iter().find(|(it, _)| data.starts_with(it)).map_or("image/png", |(_, kind)| kind)
}
