//! A request → hub. Fields without a noun in the hub become opaque pieces named by their path
//! (`additionalModelRequestFields.anthropic_beta`), so that the writer of another dialect can say what it leaves out.

use serde_json::value::RawValue;

use crate::domain::prompt::{Format, Prompt, Reasoning, Role, Tool, ToolChoice, Turn};
use crate::wire::Malformed;
use crate::wire::bedrock_converse::blocks;
use crate::wire::bedrock_converse::fields::{self, opaque, within, wrong};
use crate::wire::json::{self, Object};

/// Reads a request body.
pub(in crate::wire::bedrock_converse) fn read(body: &[u8]) -> Result<Prompt, Malformed> {
    let mut it = Object::parse(body)?;
    let mut prompt = Prompt { stream_usage: true, ..Prompt::default() };
    if let Some(system) = it.take("system") {
        prompt.system = blocks::read(system).map_err(|error| within(&error, "system"))?;
    }
    for (nth, raw) in it.take_items("messages")?.unwrap_or_default().into_iter().enumerate() {
        prompt.turns.push(turn(raw).map_err(|error| within(&error, format_args!("messages[{nth}]")))?);
    }
    if let Some(config) = it.take_object("toolConfig")? {
        tools(config, &mut prompt).map_err(|error| within(&error, "toolConfig"))?;
    }
    if let Some(config) = it.take_object("inferenceConfig")? {
        inference(config, &mut prompt).map_err(|error| within(&error, "inferenceConfig"))?;
    }
    if let Some(more) = it.take_object("additionalModelRequestFields")? {
        vendor(more, &mut prompt).map_err(|error| within(&error, "additionalModelRequestFields"))?;
    }
    if let Some(raw) = it.take("outputConfig") {
        match format(raw).map_err(|error| within(&error, "outputConfig"))? {
            Some(format) => prompt.format = format,
            None => prompt.extra.push(opaque("outputConfig", raw)),
        }
    }
    prompt.extra.extend(fields::rest(it, ""));
    Ok(prompt)
}

fn turn(raw: &RawValue) -> Result<Turn, Malformed> {
    let mut it = fields::object(raw)?;
    let role = match fields::need_text(&mut it, "role")?.as_str() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => return Err(wrong("role", "must be user or assistant")),
    };
    let content = it.take("content").ok_or_else(|| wrong("content", "is missing"))?;
    let parts = blocks::read(content).map_err(|error| within(&error, "content"))?;
    Ok(Turn { role, parts, extra: fields::rest(it, "").collect() })
}

fn tools(mut it: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    for (nth, raw) in it.take_items("tools")?.unwrap_or_default().into_iter().enumerate() {
        let place = |error: Malformed| within(&error, format_args!("tools[{nth}]"));
        let Some((name, value)) = fields::member(fields::object(raw).map_err(place)?) else {
            return Err(place(wrong("", "must be an object of one field")));
        };
        match (name.as_str(), prompt.tools.last_mut()) {
            ("toolSpec", _) => prompt.tools.push(spec(value).map_err(place)?),
            ("cachePoint", Some(before)) if before.cache.is_none() && blocks::mark(value).is_some() => {
                before.cache = blocks::mark(value);
            }
            _ => {
                let told = Object::of(value).and_then(|mut it| fields::some_text(&mut it, "name"));
                prompt.tools.push(bare(told.unwrap_or_else(|| name.clone()), Some(opaque(name, raw))));
            }
        }
    }
    if let Some(choice) = it.take("toolChoice") {
        let member = Object::of(choice).and_then(fields::member);
        let of = |choice: &str| member.as_ref().filter(|it| it.0 == choice).map(|it| it.1);
        prompt.tool_choice = Some(if let Some(named) = of("tool") {
            let mut named = fields::object(named).map_err(|error| within(&error, "toolChoice.tool"))?;
            ToolChoice::Named(fields::need_text(&mut named, "name").map_err(|it| within(&it, "toolChoice.tool"))?)
        } else if of("any").is_some() {
            ToolChoice::Required
        } else if of("auto").is_some() {
            ToolChoice::Auto
        } else {
            return Err(wrong("toolChoice", "must be auto, any or tool"));
        });
    }
    prompt.extra.extend(fields::rest(it, "toolConfig."));
    Ok(())
}

fn spec(value: &RawValue) -> Result<Tool, Malformed> {
    let mut it = fields::object(value).map_err(|error| within(&error, "toolSpec"))?;
    let mut read = || {
        let mut tool = bare(fields::need_text(&mut it, "name")?, None);
        tool.description = fields::take_text(&mut it, "description")?;
        tool.strict = it.take_bool("strict")?;
        tool.schema = it.take_object("inputSchema")?.and_then(|mut it| it.take("json")).map(RawValue::to_owned);
        Ok(tool)
    };
    let mut tool = read().map_err(|error| within(&error, "toolSpec"))?;
    tool.extra = fields::rest(it, "").collect();
    Ok(tool)
}

fn bare(name: String, server: Option<crate::domain::prompt::Opaque>) -> Tool {
    Tool { name, description: None, schema: None, strict: None, cache: None, server, freeform: None, extra: Vec::new() }
}

fn inference(mut it: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    let sampling = &mut prompt.sampling;
    sampling.max_tokens = it.take_integer("maxTokens")?;
    sampling.temperature = it.take_number("temperature")?;
    sampling.top_p = it.take_number("topP")?;
    for text in it.take_items("stopSequences")?.unwrap_or_default() {
        sampling.stop.push(fields::text(text).ok_or_else(|| wrong("stopSequences", "must be strings"))?);
    }
    prompt.extra.extend(fields::rest(it, "inferenceConfig."));
    Ok(())
}

/// What goes to the model in its vendor's own words. The words for thinking are read as what they mean; everything else
/// stays as it is.
fn vendor(mut it: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    const PREFIX: &str = "additionalModelRequestFields.";
    let mut extra = Vec::new();
    if let Some(mut thinking) = it.take_object("thinking")? {
        let mut reasoning = Reasoning { enabled: true, ..Reasoning::default() };
        match fields::some_text(&mut thinking, "type").as_deref() {
            Some("adaptive") => reasoning.adaptive = true,
            Some("disabled") => reasoning.enabled = false,
            _ => reasoning.budget = thinking.take_integer("budget_tokens")?,
        }
        extra.extend(fields::rest(thinking, &format!("{PREFIX}thinking.")));
        prompt.reasoning = Some(reasoning);
    }
    if let Some(mut config) = it.take_object("output_config")? {
        let effort = fields::take_text(&mut config, "effort")?;
        effort_of(effort, prompt);
        extra.extend(fields::rest(config, &format!("{PREFIX}output_config.")));
    }
    if let Some(mut config) = it.take_object("reasoningConfig")? {
        let enabled = fields::some_text(&mut config, "type").as_deref() != Some("disabled");
        let effort = fields::take_text(&mut config, "maxReasoningEffort")?;
        prompt.reasoning = Some(Reasoning { enabled, effort, ..Reasoning::default() });
        extra.extend(fields::rest(config, &format!("{PREFIX}reasoningConfig.")));
    }
    effort_of(fields::take_text(&mut it, "reasoning_effort")?, prompt);
    prompt.sampling.top_k = it.take_integer("top_k")?;
    if let Some(mut config) = it.take_object("inferenceConfig")? {
        prompt.sampling.top_k = config.take_integer("topK")?.or(prompt.sampling.top_k);
        extra.extend(fields::rest(config, &format!("{PREFIX}inferenceConfig.")));
    }
    extra.extend(fields::rest(it, PREFIX));
    prompt.extra.extend(extra);
    Ok(())
}

fn effort_of(effort: Option<String>, prompt: &mut Prompt) {
    if effort.is_some() {
        let on = Reasoning { enabled: true, ..Reasoning::default() };
        prompt.reasoning.get_or_insert(on).effort = effort;
    }
}

/// `None` for a form the hub has no noun for.
fn format(raw: &RawValue) -> Result<Option<Format>, Malformed> {
    let mut it = fields::object(raw)?;
    let Some(mut text) = it.take_object("textFormat")? else { return Ok(None) };
    let inner = text.take_object("structure")?.and_then(|mut it| it.take_object("jsonSchema").ok().flatten());
    let (Some(mut inner), None) = (inner, it.first()) else { return Ok(None) };
    let Some(schema) = fields::take_text(&mut inner, "schema")? else { return Ok(None) };
    json::scan(schema.as_bytes())
        .map_err(|_| wrong("textFormat.structure.jsonSchema.schema", "must be a JSON object"))?;
    let schema = RawValue::from_string(schema).map_err(|_| wrong("textFormat", "has a schema that is no JSON"))?;
    Ok(Some(Format::JsonSchema {
        name: fields::take_text(&mut inner, "name")?,
        description: fields::take_text(&mut inner, "description")?,
        schema,
        strict: None,
    }))
}
