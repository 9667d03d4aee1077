//! Tools and the choice among them, both ways.

use serde_json::value::RawValue;

use super::required;
use crate::domain::prompt::{Freeform, Prompt, Tool, ToolChoice};
use crate::domain::quirks::Quirks;
use crate::wire::json::{self, Object, ObjectWriter, wrong};
use crate::wire::openai_responses::offer::Offer;
use crate::wire::openai_responses::{Losses, is_own, keep_rest, mark, opaque, own, spelling, write_extra};
use crate::wire::{Malformed, freeform};

/// Reads a tool that is offered. `alone`: it stands in the list by itself; `listed`: it, or the namespace it is the first
/// of, does.
pub(super) fn read(offer: &Offer, alone: bool, listed: bool) -> Result<Tool, Malformed> {
    let mut tool = read_one(offer.raw)?;
    if !alone {
        tool.name.clone_from(&offer.name);
        tool.extra.extend(offer.container.filter(|_| listed).map(|it| opaque(spelling::CONTAINER, it)));
        tool.extra.extend(mark(spelling::INSIDE));
    }
    Ok(tool)
}

/// Reads a tool. One of another type than a function or custom is the provider's own, known by that type alone.
fn read_one(raw: &RawValue) -> Result<Tool, Malformed> {
    let mut it = Object::of(raw).ok_or_else(|| wrong("tool", "an object"))?;
    let kind = it.take_text("type")?.unwrap_or("function".into());
    let mut tool = Tool {
        name: it.take_text("name")?.map(Into::into).unwrap_or_default(),
        description: None,
        schema: None,
        strict: None,
        cache: None,
        server: None,
        freeform: None,
        extra: Vec::new(),
    };
    match &*kind {
        "function" => {
            // Some clients put the chat dialect's form here.
            if let Some(mut function) = it.take_object("function")? {
                tool.name = required(function.take_text("name")?, "name")?.into_owned();
                tool.description = function.take_text("description")?.map(Into::into);
                tool.schema = function.take("parameters").map(ToOwned::to_owned);
                tool.strict = function.take_bool("strict")?;
                keep_rest(function, "", &mut tool.extra);
            } else {
                tool.description = it.take_text("description")?.map(Into::into);
                tool.schema = it.take("parameters").map(ToOwned::to_owned);
                tool.strict = it.take_bool("strict")?;
            }
        }
        "custom" => {
            tool.description = it.take_text("description")?.map(Into::into);
            tool.schema = freeform::schema();
            tool.freeform = Some(Freeform { format: it.take("format").map(ToOwned::to_owned) });
        }
        _ => {
            if tool.name.is_empty() {
                tool.name = kind.clone().into_owned();
            }
            tool.server = Some(opaque(kind, raw));
            return Ok(tool);
        }
    }
    if tool.name.is_empty() {
        required(None::<()>, "name")?;
    }
    keep_rest(it, "", &mut tool.extra);
    Ok(tool)
}

/// Forms beyond the four that all dialects share stay as they are.
pub(super) fn read_choice(top: &mut Object, prompt: &mut Prompt) {
    let Some(raw) = top.take("tool_choice") else { return };
    prompt.tool_choice = match (json::text(raw).as_deref(), Object::of(raw)) {
        (Some("auto"), _) => Some(ToolChoice::Auto),
        (Some("none"), _) => Some(ToolChoice::None),
        (Some("required" | "any"), _) => Some(ToolChoice::Required),
        (None, Some(choice))
            if matches!(choice.get("type").map(RawValue::get), Some("\"function\"" | "\"custom\"")) =>
        {
            let function = choice.get("function").and_then(Object::of);
            let name = choice.get("name").or_else(|| function.as_ref()?.get("name")).and_then(json::text);
            name.map(|it| ToolChoice::Named(it.into_owned()))
        }
        _ => None,
    };
    if prompt.tool_choice.is_none() {
        prompt.extra.push(opaque("tool_choice", raw));
    }
}

// === writing ===

/// Writes `tools`, `tool_choice` and `parallel_tool_calls`.
pub(super) fn write(prompt: &Prompt, quirks: &Quirks, top: &mut ObjectWriter, losses: &mut Losses) {
    let as_own = own(&prompt.extra, spelling::OWN).is_some();
    let mut items = Vec::new();
    if quirks.tools || as_own {
        for tool in &prompt.tools {
            let mut item = Vec::new();
            if write_tool(tool, as_own, &mut item, losses) {
                items.push(item);
            }
        }
    } else if !prompt.tools.is_empty() {
        losses.add("tools", "the provider takes no tools");
    }
    let none_left = items.is_empty() && !prompt.tools.is_empty();
    if !items.is_empty() {
        top.list("tools", items, |item, out| out.extend_from_slice(&item));
    }
    if none_left {
        if prompt.tool_choice.is_some() {
            losses.add("tool_choice", "no tool is left to choose");
        }
        if prompt.parallel_tools == Some(false) {
            losses.add("parallel_tool_calls", "no tool is left to call");
        }
        return;
    }
    match &prompt.tool_choice {
        None => {}
        Some(ToolChoice::Auto) => top.text("tool_choice", "auto"),
        Some(ToolChoice::None) => top.text("tool_choice", "none"),
        Some(ToolChoice::Required) => top.text("tool_choice", "required"),
        Some(ToolChoice::Named(name)) => {
            let custom = prompt.tools.iter().any(|it| it.name == *name && it.freeform.is_some());
            let mut choice = top.object("tool_choice");
            choice.text("type", if custom { "custom" } else { "function" });
            choice.text("name", name);
            choice.end();
        }
    }
    if let Some(parallel) = prompt.parallel_tools {
        top.plain("parallel_tool_calls", parallel);
    }
}

fn write_tool(tool: &Tool, as_own: bool, out: &mut Vec<u8>, losses: &mut Losses) -> bool {
    if tool.cache.is_some() {
        losses.add("cache_control", "openai-responses has no prompt-cache marks");
    }
    losses.foreign(&format!("tools.{}.", tool.name), &tool.extra);
    if own(&tool.extra, spelling::INSIDE).is_some() {
        let container = own(&tool.extra, spelling::CONTAINER);
        out.extend_from_slice(container.map_or("", RawValue::get).as_bytes());
        return container.is_some();
    }
    if let Some(server) = &tool.server {
        if is_own(server) {
            out.extend_from_slice(server.raw.get().as_bytes());
            return true;
        }
        losses.add(format!("tools.{}", server.name), "a tool that its own provider runs");
        return false;
    }
    let mut object = ObjectWriter::begin(out);
    object.text("type", if tool.freeform.is_some() { "custom" } else { "function" });
    object.text("name", &tool.name);
    if let Some(description) = &tool.description {
        object.text("description", description);
    }
    if let Some(freeform) = &tool.freeform {
        if let Some(format) = &freeform.format {
            object.raw("format", format.get());
        }
    } else {
        match &tool.schema {
            Some(schema) => object.raw("parameters", schema.get()),
            None if as_own => {}
            None => object.raw("parameters", r#"{"type":"object","properties":{}}"#),
        }
        match tool.strict {
            Some(strict) => object.plain("strict", strict),
            None if as_own => {}
            // Functions are strict here unless one says otherwise, and nowhere else.
            None => object.raw("strict", "false"),
        }
    }
    write_extra(&tool.extra, "", &mut object);
    object.end();
    true
}
