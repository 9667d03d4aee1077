//! A client's request → hub. Fields without a noun in the hub become opaque pieces named by their path
//! (`thinking.display`), so that the writer of another dialect can say exactly what it leaves out.

use serde_json::value::RawValue;

use crate::domain::prompt::{Body, Format, Opaque, Prompt, Reasoning, Role, Sampling, Tool, ToolChoice, Turn};
use crate::wire::Malformed;
use crate::wire::anthropic::content;
use crate::wire::anthropic::fields::{self, opaque, within, wrong};
use crate::wire::json::Object;

/// Reads a request body.
pub(in crate::wire::anthropic) fn read(body: &[u8]) -> Result<Prompt, Malformed> {
    let mut it = Object::parse(body)?;
    let mut prompt = Prompt { model: fields::need_text(&mut it, "model")?, stream_usage: true, ..Prompt::default() };
    if let Some(system) = it.take("system") {
        prompt.system = content::read(system).map_err(|error| within(&error, "system"))?;
        set_apart_attribution(system, &mut prompt);
    }
    let messages = it.take("messages").ok_or_else(|| wrong("messages", "is missing"))?;
    let messages = fields::items(messages).map_err(|error| within(&error, "messages"))?;
    for (nth, raw) in messages.into_iter().enumerate() {
        prompt.turns.push(turn(raw).map_err(|error| within(&error, format_args!("messages[{nth}]")))?);
    }
    if let Some(tools) = it.take("tools") {
        let tools = fields::items(tools).map_err(|error| within(&error, "tools"))?;
        for (nth, raw) in tools.into_iter().enumerate() {
            prompt.tools.push(tool(raw).map_err(|error| within(&error, format_args!("tools[{nth}]")))?);
        }
    }
    if let Some(choice) = it.take_object("tool_choice")? {
        tool_choice(choice, &mut prompt).map_err(|error| within(&error, "tool_choice"))?;
    }
    prompt.sampling = sampling(&mut it)?;
    prompt.stream = it.take_bool("stream")?.unwrap_or(false);
    if let Some(mut metadata) = it.take_object("metadata")? {
        prompt.user = fields::take_text(&mut metadata, "user_id").map_err(|error| within(&error, "metadata"))?;
        prompt.extra.extend(fields::rest(metadata, "metadata."));
    }
    if let Some(thinking) = it.take_object("thinking")? {
        prompt.reasoning = Some(self::thinking(thinking, &mut prompt.extra).map_err(|it| within(&it, "thinking"))?);
    }
    if let Some(config) = it.take_object("output_config")? {
        output_config(config, &mut prompt).map_err(|error| within(&error, "output_config"))?;
    }
    // The name `output_config.format` had in its beta.
    if let Some(raw) = it.take("output_format") {
        match format(raw, "output_format.", &mut prompt.extra).map_err(|error| within(&error, "output_format"))? {
            Some(format) => prompt.format = format,
            None => prompt.extra.push(opaque("output_format", raw)),
        }
    }
    prompt.extra.extend(fields::rest(it, ""));
    Ok(prompt)
}

/// How Claude Code begins the first text of `system` that is no word to the model but tells Anthropic what the request is
/// billed to (`x-anthropic-billing-header: cc_version=…; cc_entrypoint=cli; cch=…;`).
const ATTRIBUTION: &str = "x-anthropic-billing-header:";

/// Makes such a text a block of this dialect's own. It changes with every request, and another provider, which would read
/// it as the beginning of the prompt, would find nothing in its prompt cache.
/// (<https://github.com/anthropics/claude-code/issues/68900>)
fn set_apart_attribution(system: &RawValue, prompt: &mut Prompt) {
    let Ok(blocks) = fields::items(system) else { return };
    let (Some(raw), Some(first)) = (blocks.first(), prompt.system.first_mut()) else { return };
    if let Body::Text(text) = &first.body
        && text.starts_with(ATTRIBUTION)
        && text.trim_end().lines().count() == 1
    {
        *first = Body::Opaque(opaque(ATTRIBUTION.trim_end_matches(':'), raw)).into();
    }
}

fn turn(raw: &RawValue) -> Result<Turn, Malformed> {
    let mut it = fields::object(raw)?;
    let role = match fields::need_text(&mut it, "role")?.as_str() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        _ => return Err(wrong("role", "must be user, assistant or system")),
    };
    let content = it.take("content").ok_or_else(|| wrong("content", "is missing"))?;
    let parts = content::read(content).map_err(|error| within(&error, "content"))?;
    Ok(Turn { role, parts, extra: fields::rest(it, "").collect() })
}

/// A tool with a `type` other than `custom` is one that the provider runs or defines, known by that type alone.
fn tool(raw: &RawValue) -> Result<Tool, Malformed> {
    let mut it = fields::object(raw)?;
    let kind = fields::take_text(&mut it, "type")?.filter(|it| it != "custom");
    let name = fields::take_text(&mut it, "name")?;
    let cache = content::take_cache(&mut it);
    if let Some(kind) = kind {
        let name = name.unwrap_or_else(|| kind.clone());
        let server = Some(opaque(kind, raw));
        return Ok(Tool {
            name,
            description: None,
            schema: None,
            strict: None,
            cache,
            server,
            freeform: None,
            extra: Vec::new(),
        });
    }
    Ok(Tool {
        name: name.ok_or_else(|| wrong("name", "is missing"))?,
        description: fields::take_text(&mut it, "description")?,
        schema: it.take("input_schema").map(RawValue::to_owned),
        strict: it.take_bool("strict")?,
        cache,
        server: None,
        freeform: None,
        extra: fields::rest(it, "").collect(),
    })
}

fn tool_choice(mut it: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    prompt.tool_choice = Some(match fields::need_text(&mut it, "type")?.as_str() {
        "auto" => ToolChoice::Auto,
        "any" => ToolChoice::Required,
        "none" => ToolChoice::None,
        "tool" => ToolChoice::Named(fields::need_text(&mut it, "name")?),
        _ => return Err(wrong("type", "must be auto, any, tool or none")),
    });
    prompt.parallel_tools = it.take_bool("disable_parallel_tool_use")?.map(|disabled| !disabled);
    prompt.extra.extend(fields::rest(it, "tool_choice."));
    Ok(())
}

fn sampling(it: &mut Object) -> Result<Sampling, Malformed> {
    let mut stop = Vec::new();
    if let Some(raw) = it.take("stop_sequences") {
        let texts = fields::items(raw).map_err(|error| within(&error, "stop_sequences"))?;
        for text in texts {
            stop.push(fields::text(text).ok_or_else(|| wrong("stop_sequences", "must be strings"))?);
        }
    }
    Ok(Sampling {
        max_tokens: it.take_integer("max_tokens")?,
        temperature: it.take_number("temperature")?,
        top_p: it.take_number("top_p")?,
        top_k: it.take_integer("top_k")?,
        stop,
        ..Sampling::default()
    })
}

fn thinking(mut it: Object, extra: &mut Vec<Opaque>) -> Result<Reasoning, Malformed> {
    let mut reasoning = Reasoning { enabled: true, ..Reasoning::default() };
    match fields::need_text(&mut it, "type")?.as_str() {
        "enabled" => reasoning.budget = it.take_integer("budget_tokens")?,
        "adaptive" => reasoning.adaptive = true,
        "disabled" => reasoning.enabled = false,
        _ => return Err(wrong("type", "must be enabled, adaptive or disabled")),
    }
    extra.extend(fields::rest(it, "thinking."));
    Ok(reasoning)
}

fn output_config(mut it: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    if let Some(effort) = fields::take_text(&mut it, "effort")? {
        let on = Reasoning { enabled: true, ..Reasoning::default() };
        prompt.reasoning.get_or_insert(on).effort = Some(effort);
    }
    if let Some(raw) = it.take("format") {
        let read = format(raw, "output_config.format.", &mut prompt.extra);
        match read.map_err(|error| within(&error, "format"))? {
            Some(format) => prompt.format = format,
            None => prompt.extra.push(opaque("output_config.format", raw)),
        }
    }
    prompt.extra.extend(fields::rest(it, "output_config."));
    Ok(())
}

/// `None` for a form the hub has no noun for.
fn format(raw: &RawValue, path: &str, extra: &mut Vec<Opaque>) -> Result<Option<Format>, Malformed> {
    let mut it = fields::object(raw)?;
    if fields::need_text(&mut it, "type")? != "json_schema" {
        return Ok(None);
    }
    let schema = it.take("schema").ok_or_else(|| wrong("schema", "is missing"))?.to_owned();
    extra.extend(fields::rest(it, path));
    Ok(Some(Format::JsonSchema { name: None, description: None, schema, strict: None }))
}
