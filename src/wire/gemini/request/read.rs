//! A client's request → hub. Fields without a noun in the hub become opaque pieces named by their path
//! (`generationConfig.logprobs`); what is only another spelling of something the hub has is kept as that.

use serde_json::value::RawValue;

use super::{CALLING, CONFIG, THINKING, TOOLS};
use crate::domain::prompt::{Body, Format, Opaque, Part, Prompt, Reasoning, Role, Sampling, Tool, ToolChoice, Turn};
use crate::wire::Malformed;
use crate::wire::gemini::fields::{self, opaque, spelling, within};
use crate::wire::gemini::ids::Open;
use crate::wire::gemini::{parts, schema};
use crate::wire::json::{self, Object, wrong};

/// Reads a request body.
pub(in crate::wire::gemini) fn read(body: &[u8]) -> Result<Prompt, Malformed> {
    let mut it = Object::parse(body)?;
    let model = fields::take_text(&mut it, "model")?.unwrap_or_default();
    let model = model.strip_prefix("models/").unwrap_or(&model).to_owned();
    let mut prompt = Prompt { model, stream_usage: true, ..Prompt::default() };
    if let Some(system) = fields::take(&mut it, "systemInstruction") {
        prompt.system = parts::read_system(system).map_err(|error| within(error, "systemInstruction"))?;
    }
    let contents = fields::take_items(&mut it, "contents")?.ok_or_else(|| Malformed {
        what: "`contents` is missing".into(),
        at: None,
        param: Some("contents".into()),
    })?;
    let mut open = Open::default();
    for (nth, raw) in contents.into_iter().enumerate() {
        let turn = parts::read_turn(raw, &mut open).map_err(|error| within(error, format!("contents[{nth}]")))?;
        match prompt.turns.last_mut() {
            Some(before) if is_more_of(before, &turn) => join(before, turn),
            _ => prompt.turns.push(turn),
        }
    }
    for (nth, raw) in fields::take_items(&mut it, "tools")?.into_iter().flatten().enumerate() {
        read_tools(raw, &mut prompt.tools).map_err(|error| within(error, format!("tools[{nth}]")))?;
    }
    if let Some(config) = fields::take_object(&mut it, "toolConfig")? {
        read_tool_config(config, &mut prompt).map_err(|error| within(error, "toolConfig"))?;
    }
    if let Some(config) = fields::take_object(&mut it, "generationConfig")? {
        read_config(config, &mut prompt).map_err(|error| within(error, "generationConfig"))?;
    }
    prompt.extra.extend(fields::rest(it, ""));
    Ok(prompt)
}

/// Google's own clients keep a streamed answer in their history as it came, a content for each chunk. Other dialects want
/// the calls of one answer in one message.
fn is_more_of(before: &Turn, turn: &Turn) -> bool {
    let plain = before.extra.is_empty() && turn.extra.is_empty();
    plain && before.role == Role::Assistant && turn.role == Role::Assistant
}

/// Puts two pieces of an answer together, without the empty text that the last chunk of one consists of.
fn join(before: &mut Turn, more: Turn) {
    let says = |it: &Part| !matches!(&it.body, Body::Text(text) if text.is_empty()) || it.signature.is_some();
    before.parts.retain(says);
    before.parts.extend(more.parts.into_iter().filter(says));
}

// === tools ===

/// One `Tool`: a list of functions, or any number of tools that the provider runs, or both.
fn read_tools(raw: &RawValue, tools: &mut Vec<Tool>) -> Result<(), Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("tool", "an object"))?;
    for (nth, raw) in fields::take_items(&mut it, "functionDeclarations")?.into_iter().flatten().enumerate() {
        let place = format!("functionDeclarations[{nth}]");
        tools.push(read_function(raw).map_err(|error| within(error, place))?);
    }
    for (name, raw) in it.rest() {
        let name = fields::camel(&name);
        let server = Some(opaque(name.clone(), raw));
        tools.push(Tool {
            name,
            description: None,
            schema: None,
            strict: None,
            cache: None,
            server,
            freeform: None,
            extra: Vec::new(),
        });
    }
    Ok(())
}

fn read_function(raw: &RawValue) -> Result<Tool, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("function", "an object"))?;
    let name = fields::take_text(&mut it, "name")?.ok_or_else(|| wrong("name", "there"))?;
    let description = fields::take_text(&mut it, "description")?;
    let mut extra = Vec::new();
    let mut schema = fields::take(&mut it, "parametersJsonSchema").map(RawValue::to_owned);
    if let Some(subset) = fields::take(&mut it, "parameters") {
        extra.push(spelling("parameters", subset));
        schema = schema.or_else(|| Some(schema::to_json_schema(subset).unwrap_or_else(|| subset.to_owned())));
    }
    extra.extend(fields::rest(it, ""));
    Ok(Tool { name, description, schema, strict: None, cache: None, server: None, freeform: None, extra })
}

fn read_tool_config(mut it: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    if let Some(mut calling) = fields::take_object(&mut it, "functionCallingConfig")? {
        let names = fields::take(&mut calling, "allowedFunctionNames");
        let allowed = names.and_then(json::items).unwrap_or_default();
        let mode = fields::take(&mut calling, "mode");
        let word = mode.and_then(json::text).map(|it| it.to_ascii_uppercase());
        let only = match &*allowed {
            [name] => json::text(name),
            _ => None,
        };
        prompt.tool_choice = match (word.as_deref(), only) {
            (Some("NONE"), _) => Some(ToolChoice::None),
            (Some("ANY"), Some(name)) => Some(ToolChoice::Named(name.into_owned())),
            (Some("ANY"), None) => Some(ToolChoice::Required),
            (Some("AUTO"), _) => Some(ToolChoice::Auto),
            // Like AUTO, but what the model calls is held to the schema.
            (Some("VALIDATED"), _) => {
                prompt.extra.extend(mode.map(|it| opaque(format!("{CALLING}mode"), it)));
                Some(ToolChoice::Auto)
            }
            _ => {
                prompt.extra.extend(mode.map(|it| opaque(format!("{CALLING}mode"), it)));
                None
            }
        };
        if !matches!(prompt.tool_choice, Some(ToolChoice::Named(_))) {
            prompt.extra.extend(names.map(|it| opaque(format!("{CALLING}allowedFunctionNames"), it)));
        }
        prompt.extra.extend(fields::rest(calling, CALLING));
    }
    prompt.extra.extend(fields::rest(it, TOOLS));
    Ok(())
}

// === numbers, form, thinking ===

fn read_config(mut it: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    prompt.sampling = Sampling {
        max_tokens: fields::take_integer(&mut it, "maxOutputTokens")?,
        temperature: fields::take_number(&mut it, "temperature")?,
        top_p: fields::take_number(&mut it, "topP")?,
        top_k: fields::take_integer(&mut it, "topK")?,
        frequency_penalty: fields::take_number(&mut it, "frequencyPenalty")?,
        presence_penalty: fields::take_number(&mut it, "presencePenalty")?,
        seed: match fields::take(&mut it, "seed") {
            None => None,
            Some(raw) => Some(serde_json::from_str(raw.get()).map_err(|_| wrong("seed", "a whole number"))?),
        },
        stop: match fields::take(&mut it, "stopSequences") {
            None => Vec::new(),
            Some(raw) => {
                let texts = json::items(raw).map(|it| it.into_iter().map(|it| json::text(it).map(Into::into)));
                texts.and_then(Iterator::collect).ok_or_else(|| wrong("stopSequences", "an array of strings"))?
            }
        },
        choices: fields::take_integer(&mut it, "candidateCount")?,
    };
    read_format(&mut it, prompt);
    if let Some(thinking) = fields::take_object(&mut it, "thinkingConfig")? {
        prompt.reasoning =
            read_thinking(thinking, &mut prompt.extra).map_err(|error| within(error, "thinkingConfig"))?;
    }
    // Text is what an answer is made of where nothing else is said.
    if let Some(modalities) = fields::take(&mut it, "responseModalities") {
        let items = json::items(modalities).unwrap_or_default();
        let text = !items.is_empty() && items.iter().all(|it| it.get().eq_ignore_ascii_case("\"TEXT\""));
        let name = format!("{CONFIG}responseModalities");
        prompt.extra.push(if text { spelling(&name, modalities) } else { opaque(name, modalities) });
    }
    prompt.extra.extend(fields::rest(it, CONFIG));
    Ok(())
}

fn read_format(it: &mut Object, prompt: &mut Prompt) {
    let kind = fields::take(it, "responseMimeType");
    let (subset, full) = (fields::take(it, "responseSchema"), fields::take(it, "responseJsonSchema"));
    let name = |key: &str| format!("{CONFIG}{key}");
    match kind.and_then(json::text).as_deref() {
        None | Some("application/json") if subset.or(full).is_some() => {
            let schema = full.map(RawValue::to_owned);
            let rewritten = || subset.map(|it| schema::to_json_schema(it).unwrap_or_else(|| it.to_owned()));
            if let Some(schema) = schema.or_else(rewritten) {
                prompt.format = Format::JsonSchema { name: None, description: None, schema, strict: None };
            }
            prompt.extra.extend(subset.map(|it| spelling(&name("responseSchema"), it)));
        }
        Some("application/json") => prompt.format = Format::JsonObject,
        Some("text/plain") => prompt.extra.extend(kind.map(|it| spelling(&name("responseMimeType"), it))),
        _ => {
            for (key, raw) in [("responseMimeType", kind), ("responseSchema", subset), ("responseJsonSchema", full)] {
                prompt.extra.extend(raw.map(|it| opaque(name(key), it)));
            }
        }
    }
}

/// A budget of 0 switches thinking off, one of -1 leaves it to the model. Only to show or hide what is thought is no word
/// about thinking itself.
fn read_thinking(mut it: Object, extra: &mut Vec<Opaque>) -> Result<Option<Reasoning>, Malformed> {
    let budget = fields::take(&mut it, "thinkingBudget");
    let level = fields::take(&mut it, "thinkingLevel");
    if let Some(shown) = fields::take(&mut it, "includeThoughts") {
        extra.push(spelling(&format!("{THINKING}includeThoughts"), shown));
    }
    extra.extend(fields::rest(it, THINKING));
    let on = Reasoning { enabled: true, ..Reasoning::default() };
    if let Some(raw) = level
        && let Some(word) = json::text(raw)
    {
        extra.push(spelling(&format!("{THINKING}thinkingLevel"), raw));
        let word = word.to_ascii_lowercase();
        let said = word != "thinking_level_unspecified";
        return Ok(said.then_some(Reasoning { effort: Some(word), ..on }));
    }
    Ok(match budget {
        None => None,
        Some(raw) if raw.get() == "-1" => Some(Reasoning { adaptive: true, ..on }),
        Some(raw) => match fields::integer(raw) {
            Some(0) => Some(Reasoning::default()),
            Some(tokens) => Some(Reasoning { budget: Some(tokens), ..on }),
            None => return Err(wrong("thinkingBudget", "a whole number")),
        },
    })
}
