//! A client's request → hub.

use serde_json::value::RawValue;

use super::place;
use crate::domain::prompt::{
    Body, CacheMark, Format, Opaque, Part, Prompt, Reasoning, Role, Sampling, Tool, ToolChoice, Turn,
};
use crate::wire::Malformed;
use crate::wire::json::{self, Object, wrong};
use crate::wire::openai_chat::{keep_rest, opaque};

/// Reads a request.
///
/// # Errors
/// It is not JSON, has no `model` or `messages`, or a field that the hub has a noun for is of another type.
pub(in crate::wire::openai_chat) fn read(body: &[u8]) -> Result<Prompt, Malformed> {
    let mut top = Object::parse(body)?;
    let mut prompt = Prompt { model: required(top.take_text("model")?, "model")?.into_owned(), ..Prompt::default() };
    let messages = required(top.take_items("messages")?, "messages")?;
    read_messages(&messages, &mut prompt)?;
    if let Some(tools) = top.take_items("tools")? {
        for (nth, tool) in tools.into_iter().enumerate() {
            prompt.tools.push(read_tool(tool).map_err(|error| under(error, &format!("tools[{nth}]")))?);
        }
    }
    read_tool_choice(&mut top, &mut prompt);
    prompt.parallel_tools = top.take_bool("parallel_tool_calls")?;
    read_format(&mut top, &mut prompt)?;
    prompt.sampling = read_sampling(&mut top)?;
    prompt.reasoning = read_reasoning(&mut top, &mut prompt.extra)?;
    prompt.stream = top.take_bool("stream")?.unwrap_or(false);
    if let Some(mut options) = top.take_object("stream_options")? {
        prompt.stream_usage = options.take_bool("include_usage")?.unwrap_or(false);
        keep_rest(options, place::STREAM, &mut prompt.extra);
    }
    prompt.user = top.take_text("user")?.map(Into::into);
    keep_rest(top, "", &mut prompt.extra);
    Ok(prompt)
}

fn required<T>(field: Option<T>, param: &str) -> Result<T, Malformed> {
    let missing = || Malformed { what: format!("`{param}` is missing"), at: None, param: Some(param.to_owned()) };
    field.ok_or_else(missing)
}

/// Puts the place of an object before the parameter named in an error within it.
pub(super) fn under(error: Malformed, place: &str) -> Malformed {
    let Some(param) = error.param else { return error };
    let whole = format!("{place}.{param}");
    Malformed { what: error.what.replacen(&param, &whole, 1), at: error.at, param: Some(whole) }
}

// === messages ===

fn read_messages(messages: &[&RawValue], prompt: &mut Prompt) -> Result<(), Malformed> {
    let mut leading = true;
    let mut after_tool = false;
    for (nth, raw) in messages.iter().enumerate() {
        let at = format!("messages[{nth}]");
        let mut message = Object::of(raw).ok_or_else(|| wrong(&at, "an object"))?;
        let role = message.get("role");
        let word = required(message.take_text("role").map_err(|error| under(error, &at))?, "role");
        let word = word.map_err(|error| under(error, &at))?;
        let is_tool = word == "tool";
        if leading && matches!(&*word, "system" | "developer") {
            let parts = read_leading_system(message, role.filter(|_| word == "developer"));
            prompt.system.extend(parts.map_err(|error| under(error, &at))?);
            continue;
        }
        leading = false;
        let turn = match &*word {
            "tool" => read_tool_message(message).map(|part| turn(Role::User, vec![part])),
            "user" => read_plain(message, Role::User),
            "assistant" => read_assistant(message),
            "system" | "developer" => read_plain(message, Role::System).map(|mut turn| {
                turn.extra.extend(role.filter(|_| word == "developer").map(|it| opaque(place::ROLE, it)));
                turn
            }),
            other => {
                let whole = opaque(format!("{}{other}", place::MESSAGE), raw);
                Ok(turn(Role::User, vec![Body::Opaque(whole).into()]))
            }
        };
        let turn = turn.map_err(|error| under(error, &at))?;
        match prompt.turns.last_mut() {
            // The results of parallel calls stay together.
            Some(before) if is_tool && after_tool => before.parts.extend(turn.parts),
            _ => prompt.turns.push(turn),
        }
        after_tool = is_tool;
    }
    Ok(())
}

fn turn(role: Role, parts: Vec<Part>) -> Turn {
    Turn { role, parts, extra: Vec::new() }
}

/// A message of one kind of text. What belongs to the message is kept with its first part.
fn read_leading_system(mut message: Object, role: Option<&RawValue>) -> Result<Vec<Part>, Malformed> {
    let mut parts = super::part::read_content(&mut message)?;
    let mut fields = Vec::new();
    fields.extend(role.map(|it| opaque(place::ROLE, it)));
    keep_rest(message, place::FIELD, &mut fields);
    if parts.is_empty() {
        parts.push(Part::text(""));
    }
    if let Some(first) = parts.first_mut() {
        first.extra.extend(fields);
    }
    Ok(parts)
}

fn read_plain(mut message: Object, role: Role) -> Result<Turn, Malformed> {
    let mut turn = turn(role, super::part::read_content(&mut message)?);
    keep_rest(message, "", &mut turn.extra);
    Ok(turn)
}

fn read_tool_message(mut message: Object) -> Result<Part, Malformed> {
    let content = super::part::read_content(&mut message)?;
    let id = message.take_text("tool_call_id")?.unwrap_or_default().into_owned();
    let mut part: Part = Body::ToolResult { id, content, is_error: false }.into();
    keep_rest(message, "", &mut part.extra);
    Ok(part)
}

/// Reasoning comes before what was said, and calls after it, as the model made them.
fn read_assistant(mut message: Object) -> Result<Turn, Malformed> {
    let mut parts = Vec::new();
    let reasoning = match message.take_text("reasoning_content")? {
        None => message.take_text("reasoning")?,
        found => {
            // Some providers say it twice.
            let same = message.get("reasoning").and_then(json::text) == found;
            if same {
                message.take("reasoning");
            }
            found
        }
    };
    // An empty one counts: some providers insist that the field comes back with a call.
    if let Some(text) = reasoning {
        let own = vec![opaque(place::REASONED, RawValue::TRUE)];
        parts.push(Part { extra: own, ..Body::Thinking(text.into_owned()).into() });
    }
    parts.extend(super::part::read_content(&mut message)?);
    if let Some(text) = message.take_text("refusal")?.filter(|it| !it.is_empty()) {
        parts.push(Body::Refusal(text.into_owned()).into());
    }
    for (nth, call) in message.take_items("tool_calls")?.into_iter().flatten().enumerate() {
        parts.push(read_call(call).map_err(|error| under(error, &format!("tool_calls[{nth}]")))?);
    }
    let mut turn = turn(Role::Assistant, parts);
    keep_rest(message, "", &mut turn.extra);
    Ok(turn)
}

fn read_call(raw: &RawValue) -> Result<Part, Malformed> {
    let mut call = Object::of(raw).ok_or_else(|| wrong("call", "an object"))?;
    let kind = call.take_text("type")?.unwrap_or("function".into());
    if kind != "function" {
        return Ok(Body::Opaque(opaque(format!("{}{kind}", place::CALL), raw)).into());
    }
    let mut function = required(call.take_object("function")?, "function")?;
    let arguments = function.take("arguments").map(|it| json::text(it).unwrap_or(it.get().into()));
    let body = Body::ToolCall {
        id: call.take_text("id")?.unwrap_or_default().into_owned(),
        name: function.take_text("name")?.unwrap_or_default().into_owned(),
        arguments: arguments.unwrap_or_default().into_owned(),
    };
    let mut part: Part = body.into();
    keep_rest(function, place::FUNCTION, &mut part.extra);
    keep_rest(call, "", &mut part.extra);
    Ok(part)
}

// === tools ===

fn read_tool(raw: &RawValue) -> Result<Tool, Malformed> {
    let mut tool = Object::of(raw).ok_or_else(|| wrong("tool", "an object"))?;
    let kind = tool.take_text("type")?.unwrap_or("function".into());
    let (mut extra, mut cache) = (Vec::new(), None);
    if kind != "function" {
        // A custom tool has its name one level down; a tool of the provider's own has none but its type.
        let custom = tool.get(&kind).and_then(Object::of).and_then(|it| it.get("name").and_then(json::text));
        let name = custom.unwrap_or_else(|| kind.clone()).into_owned();
        let server = Some(opaque(&*kind, raw));
        return Ok(Tool { name, description: None, schema: None, strict: None, cache, server, freeform: None, extra });
    }
    let mut function = required(tool.take_object("function")?, "function")?;
    take_cache(&mut tool, &mut cache);
    let name = required(function.take_text("name")?, "name").map_err(|error| under(error, "function"))?.into_owned();
    let description = function.take_text("description")?.map(Into::into);
    let schema = function.take("parameters").map(ToOwned::to_owned);
    let strict = function.take_bool("strict")?;
    keep_rest(function, place::FUNCTION, &mut extra);
    keep_rest(tool, "", &mut extra);
    Ok(Tool { name, description, schema, strict, cache, server: None, freeform: None, extra })
}

/// Anthropic's mark, which OpenRouter and others take in this dialect too. A mark of another shape stays where it is.
pub(super) fn take_cache(object: &mut Object, cache: &mut Option<CacheMark>) {
    let Some(mut mark) = object.get("cache_control").and_then(Object::of) else { return };
    let text = |raw: Option<&RawValue>| raw.and_then(json::text).map(std::borrow::Cow::into_owned);
    let (kind, ttl) = (text(mark.take("type")), text(mark.take("ttl")));
    let plain = mark.rest().next().is_none();
    let known = match (kind.as_deref(), ttl.as_deref()) {
        (Some("ephemeral"), None) => Some(CacheMark::Default),
        (Some("ephemeral"), Some("5m")) => Some(CacheMark::FiveMinutes),
        (Some("ephemeral"), Some("1h")) => Some(CacheMark::OneHour),
        _ => None,
    };
    if plain && known.is_some() {
        object.take("cache_control");
        *cache = known;
    }
}

/// Forms beyond the four that all dialects share stay as they are.
fn read_tool_choice(top: &mut Object, prompt: &mut Prompt) {
    let Some(raw) = top.take("tool_choice") else { return };
    prompt.tool_choice = match (json::text(raw).as_deref(), Object::of(raw)) {
        (Some("auto"), _) => Some(ToolChoice::Auto),
        (Some("none"), _) => Some(ToolChoice::None),
        (Some("required" | "any"), _) => Some(ToolChoice::Required),
        (None, Some(choice)) if choice.get("type").is_none_or(|it| it.get() == "\"function\"") => {
            let name = choice.get("function").and_then(Object::of).and_then(|it| it.get("name").and_then(json::text));
            name.map(|it| ToolChoice::Named(it.into_owned()))
        }
        _ => None,
    };
    if prompt.tool_choice.is_none() {
        prompt.extra.push(opaque("tool_choice", raw));
    }
}

// === form, numbers, reasoning ===

fn read_format(top: &mut Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    let Some(raw) = top.take("response_format") else { return Ok(()) };
    let mut format = Object::of(raw).ok_or_else(|| wrong("response_format", "an object"))?;
    let within = |error| under(error, "response_format");
    match format.take_text("type").map_err(within)?.as_deref() {
        Some("text") => {}
        Some("json_object") => prompt.format = Format::JsonObject,
        Some("json_schema") => {
            let schema = format.take_object("json_schema").and_then(|it| required(it, "json_schema"));
            let mut it = schema.map_err(within)?;
            let within = |error| under(error, "response_format.json_schema");
            let Some(schema) = it.take("schema") else {
                prompt.extra.push(opaque("response_format", raw));
                return Ok(());
            };
            prompt.format = Format::JsonSchema {
                name: it.take_text("name").map_err(within)?.map(Into::into),
                description: it.take_text("description").map_err(within)?.map(Into::into),
                schema: schema.to_owned(),
                strict: it.take_bool("strict").map_err(within)?,
            };
            keep_rest(it, place::SCHEMA, &mut prompt.extra);
        }
        _ => prompt.extra.push(opaque("response_format", raw)),
    }
    Ok(())
}

fn read_sampling(top: &mut Object) -> Result<Sampling, Malformed> {
    // The newer field wins where both are there; a provider that knows both refuses such a request.
    let (newer, older) = (top.take_integer("max_completion_tokens")?, top.take_integer("max_tokens")?);
    Ok(Sampling {
        max_tokens: newer.or(older),
        temperature: top.take_number("temperature")?,
        top_p: top.take_number("top_p")?,
        top_k: top.take_integer("top_k")?,
        frequency_penalty: top.take_number("frequency_penalty")?,
        presence_penalty: top.take_number("presence_penalty")?,
        seed: match top.take("seed") {
            None => None,
            Some(raw) => Some(serde_json::from_str(raw.get()).map_err(|_| wrong("seed", "a whole number"))?),
        },
        stop: read_stop(top)?,
        choices: top.take_integer("n")?,
    })
}

fn read_stop(top: &mut Object) -> Result<Vec<String>, Malformed> {
    let Some(raw) = top.take("stop") else { return Ok(Vec::new()) };
    let one = json::text(raw).map(|it| vec![it.into_owned()]);
    let many = || json::items(raw)?.into_iter().map(|it| json::text(it).map(Into::into)).collect();
    one.or_else(many).ok_or_else(|| wrong("stop", "a string or an array of strings"))
}

/// `reasoning_effort`, and the objects that providers have beside it: `reasoning` (OpenRouter) and `thinking` (DeepSeek,
/// Z.ai, Moonshot).
fn read_reasoning(top: &mut Object, extra: &mut Vec<Opaque>) -> Result<Option<Reasoning>, Malformed> {
    let mut effort: Option<String> = top.take_text("reasoning_effort")?.map(Into::into);
    let (mut budget, mut enabled) = (None, None);
    let mut said = effort.is_some();
    if let Some(mut it) = top.take_object("reasoning")? {
        said = true;
        let within = |error| under(error, "reasoning");
        let inner = it.take_text("effort").map_err(within)?;
        effort = effort.or(inner.map(Into::into));
        budget = it.take_integer("max_tokens").map_err(within)?;
        enabled = it.take_bool("enabled").map_err(within)?;
        keep_rest(it, place::REASONING, extra);
    }
    if let Some(mut it) = top.take_object("thinking")? {
        said = true;
        let within = |error| under(error, "thinking");
        let kind = it.take_text("type").map_err(within)?;
        enabled = enabled.or(kind.map(|it| it != "disabled"));
        budget = budget.or(it.take_integer("budget_tokens").map_err(within)?);
        keep_rest(it, place::THINKING, extra);
    }
    let enabled = enabled.unwrap_or(effort.as_deref() != Some("none"));
    Ok(said.then_some(Reasoning { enabled, effort, budget, adaptive: false }))
}
