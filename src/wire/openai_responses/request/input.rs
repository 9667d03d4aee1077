//! The items of a conversation → turns.

use serde_json::value::RawValue;

use super::{content, required, under};
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Opaque, Part, Prompt, Role, Turn};
use crate::domain::signature::Signature;
use crate::wire::json::{self, Object, wrong};
use crate::wire::openai_responses::{MESSAGE_FIELD, item, keep_rest, mark, opaque, spelling, take_fields};
use crate::wire::{Malformed, freeform};

/// Reads `input`.
pub(super) fn read(items: &[&RawValue], prompt: &mut Prompt) -> Result<(), Malformed> {
    let mut leading = true;
    for (nth, raw) in items.iter().enumerate() {
        let mut read = || {
            let mut it = Object::of(raw).ok_or_else(|| wrong("item", "an object"))?;
            let kind = it.take_text("type")?;
            // A message may leave its type out, and so may a reference to an item.
            let kind = kind.unwrap_or(if it.get("role").is_some() { "message" } else { "item_reference" }.into());
            read_item(&kind, it, raw, &mut leading, prompt)
        };
        read().map_err(|error| under(error, &format!("[{nth}]")))?;
    }
    Ok(())
}

fn read_item(
    kind: &str,
    mut it: Object,
    raw: &RawValue,
    leading: &mut bool,
    prompt: &mut Prompt,
) -> Result<(), Malformed> {
    if kind == "message" {
        let role = required(it.take_text("role")?, "role")?;
        return read_message(&role, it, raw, leading, prompt);
    }
    if kind == "additional_tools" {
        // The tools themselves are read with all others.
        prompt.system.push(Body::Opaque(opaque(spelling::TOOLS, raw)).into());
        return Ok(());
    }
    *leading = false;
    match kind {
        "function_call" | "custom_tool_call" => {
            let custom = kind == "custom_tool_call";
            let id = it.take_text("call_id")?.unwrap_or_default().into_owned();
            let name = it.take_text("name")?.unwrap_or_default().into_owned();
            let said = if custom { it.take("input") } else { it.take("arguments") };
            let said = said.map(|raw| json::text(raw).unwrap_or(raw.get().into())).unwrap_or_default();
            let arguments = if custom { freeform::wrap(&said) } else { said.into_owned() };
            let part = Part::from(Body::ToolCall { id, name, arguments });
            push(prompt, Role::Assistant, sealed(part, custom, it));
        }
        "function_call_output" | "custom_tool_call_output" => {
            let id = it.take_text("call_id")?.unwrap_or_default().into_owned();
            let content = match it.take("output") {
                Some(output) => content::read(output, "output")?,
                None => Vec::new(),
            };
            let part = Part::from(Body::ToolResult { id, content, is_error: false });
            push(prompt, Role::User, sealed(part, kind == "custom_tool_call_output", it));
        }
        "reasoning" => push(prompt, Role::Assistant, reasoning(&it, raw)),
        _ => {
            let role = if kind.ends_with("_output") { Role::User } else { Role::Assistant };
            push(prompt, role, Body::Opaque(opaque(kind, raw)).into());
        }
    }
    Ok(())
}

/// A call or a result, with what is left of its item.
fn sealed(mut part: Part, custom: bool, mut it: Object) -> Part {
    part.extra.extend(mark(spelling::CUSTOM).filter(|_| custom));
    part.extra.extend(take_fields(&mut it, &["id", "status"], spelling::ITEM));
    keep_rest(it, "", &mut part.extra);
    part
}

/// Reasoning. An item of nothing but an id means something only to the provider that kept it.
fn reasoning(it: &Object, raw: &RawValue) -> Part {
    let (text, signature) = item::reasoning(it);
    if text.is_empty() && signature.is_none() {
        return Body::Opaque(opaque("reasoning", raw)).into();
    }
    let signature = signature.and_then(|it| Signature::of(Dialect::OpenaiResponses, it));
    Part { signature, extra: vec![opaque(spelling::REASONING, raw)], ..Part::from(Body::Thinking(text)) }
}

fn read_message(
    word: &str,
    mut it: Object,
    raw: &RawValue,
    leading: &mut bool,
    prompt: &mut Prompt,
) -> Result<(), Malformed> {
    let role = match word {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" | "developer" => Role::System,
        other => {
            prompt.turns.push(turn(Role::User, vec![Body::Opaque(opaque(format!("message.{other}"), raw)).into()]));
            return Ok(());
        }
    };
    *leading &= role == Role::System;
    let mut parts = match it.take("content") {
        Some(content) => content::read(content, "content")?,
        None => Vec::new(),
    };
    if parts.is_empty() {
        parts.push(Part::text(""));
    }
    if *leading {
        for part in parts.iter_mut().skip(1) {
            part.extra.extend(mark(spelling::JOINED));
        }
    }
    if let Some(first) = parts.first_mut() {
        first.extra.extend(message_fields(word, &mut it));
        keep_rest(it, MESSAGE_FIELD, &mut first.extra);
    }
    match prompt.turns.last_mut() {
        _ if *leading => prompt.system.extend(parts),
        Some(last) if role == Role::Assistant && last.role == role => last.parts.extend(parts),
        _ => prompt.turns.push(turn(role, parts)),
    }
    Ok(())
}

/// The fields of a message that mean nothing elsewhere. `phase` tells a commentary from an answer, to the models of this
/// dialect only.
fn message_fields(role: &str, it: &mut Object) -> Option<Opaque> {
    let kept = take_fields(it, &["id", "status", "phase"], spelling::MESSAGE);
    match (role, kept) {
        ("developer", None) => {
            crate::wire::openai_responses::opaque_json(spelling::MESSAGE, br#"{"role":"developer"}"#.to_vec())
        }
        ("developer", Some(kept)) => {
            let fields = kept.raw.get().replacen('{', r#"{"role":"developer","#, 1);
            crate::wire::openai_responses::opaque_json(spelling::MESSAGE, fields.into_bytes())
        }
        (_, Some(kept)) => Some(kept),
        // Even an empty one says where a message begins.
        (_, None) => crate::wire::openai_responses::opaque_json(spelling::MESSAGE, b"{}".to_vec()),
    }
}

fn turn(role: Role, parts: Vec<Part>) -> Turn {
    Turn { role, parts, extra: Vec::new() }
}

/// Adds an item to the turn it belongs to: what the model did goes on with its turn, and the results of parallel calls stay
/// together.
fn push(prompt: &mut Prompt, role: Role, part: Part) {
    let is_result = |it: &Part| match &it.body {
        Body::ToolResult { .. } => true,
        Body::Opaque(it) => it.name.ends_with("_output"),
        _ => false,
    };
    match prompt.turns.last_mut() {
        Some(last) if last.role == role && (role == Role::Assistant || last.parts.iter().all(is_result)) => {
            last.parts.push(part);
        }
        _ => prompt.turns.push(turn(role, vec![part])),
    }
}
