//! Hub → a request for a provider that speaks this dialect. The model and whether to stream go into the path, which is
//! `upstream`'s to write.

use super::blocks::{Blocks, Place};
use super::{CALLING, TOOLS, config, generation};
use crate::domain::prompt::{Body, Part, Prompt, Role, Tool, ToolChoice, Turn};
use crate::domain::quirks::Quirks;
use crate::wire::gemini::fields::{self, Losses, has_extra, is_own, nest, spelled, write_extra};
use crate::wire::gemini::ids::{self, Open};
use crate::wire::json::{self, ObjectWriter};
use crate::wire::{Written, freeform};

/// What stands in for a turn the API wants and the conversation does not have.
const FILLER: &str = ".";

/// Composes a request body.
pub(in crate::wire::gemini) fn write(prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
    let can = generation::of(model);
    let mut blocks = Blocks { quirks, can, open: Open::default(), losses: Losses::default() };
    let mut system = Vec::new();
    for (nth, part) in prompt.system.iter().enumerate() {
        blocks.part(part, Place::System, &format!("system[{nth}]"), &mut system);
    }
    let contents = contents(prompt, &mut blocks);
    let tools = tools(prompt, quirks, &mut blocks.losses);
    let functions = tools.iter().any(|it| it.starts_with(b"{\"functionDeclarations\""));
    let mut body = Vec::with_capacity(1024);
    fields::write(&mut body, |out| {
        if !system.is_empty() {
            nest(out, "systemInstruction", |out| fields::list(out, "parts", &system));
        }
        fields::list(out, "contents", &contents);
        if !tools.is_empty() {
            fields::list(out, "tools", &tools);
        }
        tool_config(prompt, functions, out, &mut blocks.losses);
        config::write(prompt, functions, &mut blocks, out);
        write_extra(&prompt.extra, "", out);
    });
    let losses = &mut blocks.losses;
    losses.foreign("", &prompt.extra);
    if prompt.user.is_some() {
        losses.add("user", "gemini has no such field");
    }
    if prompt.parallel_tools == Some(false) {
        losses.add("parallel_tool_calls", "gemini cannot be told to call one tool at a time");
    }
    Written { body, losses: blocks.losses.0 }
}

// === turns ===

/// A `Content` in the making.
struct Content {
    role: &'static str,
    parts: Vec<Vec<u8>>,
    /// It holds results of tools, and nothing else.
    results: bool,
    extra: Vec<u8>,
}

fn contents(prompt: &Prompt, blocks: &mut Blocks) -> Vec<Vec<u8>> {
    let mut contents: Vec<Content> = Vec::new();
    let asked = running_since(prompt);
    for (nth, turn) in prompt.turns.iter().enumerate() {
        let content = content(turn, &format!("messages[{nth}]"), asked.is_none_or(|at| nth > at), blocks);
        match contents.last_mut() {
            _ if content.parts.is_empty() => {}
            // The results of one turn's calls stand together, or the API counts too few.
            Some(before) if before.results && content.results && content.extra.is_empty() => {
                before.parts.extend(content.parts);
            }
            _ => contents.push(content),
        }
    }
    let calls = |it: &Content| it.parts.iter().any(|it| it.starts_with(b"{\"functionCall\""));
    if contents.first().is_none_or(calls) {
        blocks.losses.add("contents", "gemini wants a user turn first; one with a full stop was put there");
        let mut parts = Vec::new();
        blocks.part(&Part::text(FILLER), Place::User, "contents", &mut parts);
        contents.insert(0, Content { role: "user", parts, results: false, extra: Vec::new() });
    }
    let written = contents.into_iter().map(|it| {
        let mut out = Vec::new();
        fields::write(&mut out, |out| {
            out.text("role", it.role);
            fields::list(out, "parts", &it.parts);
        });
        if !it.extra.is_empty() {
            out.pop();
            out.push(b',');
            out.extend_from_slice(&it.extra);
            out.push(b'}');
        }
        out
    });
    written.collect()
}

fn content(turn: &Turn, path: &str, running: bool, blocks: &mut Blocks) -> Content {
    let (role, place) = match turn.role {
        Role::Assistant => ("model", Place::Model { sign: running && blocks.can.signed_calls }),
        Role::User | Role::System => ("user", Place::User),
    };
    if turn.role == Role::System {
        blocks.losses.add(format!("{path}.role"), "a system text inside the conversation is sent as user text");
    }
    blocks.losses.foreign(path, &turn.extra);
    let mut parts = Vec::new();
    for (nth, part) in in_order(turn, &blocks.open) {
        let path = format!("{path}.content[{nth}]");
        match &part.body {
            // At the top it would come before what it answers to, so it stays where it is, marked, in the user's mouth.
            Body::Text(text) if turn.role == Role::System && !text.trim().is_empty() => {
                let marked = Part { body: Body::Text(format!("<system>\n{text}\n</system>")), ..part.clone() };
                blocks.part(&marked, place, &path, &mut parts);
            }
            _ => blocks.part(part, place, &path, &mut parts),
        }
    }
    // A turn of nothing but an empty text is taken, and keeps the turns after it where they belong.
    if parts.is_empty() && !turn.parts.is_empty() && turn.parts.iter().all(is_empty) {
        parts.push(br#"{"text":""}"#.to_vec());
    }
    // Of what was asked nothing could be said: the turn stays, or the model's last one would be the one that runs.
    if parts.is_empty() && turn.role != Role::Assistant && !turn.parts.is_empty() {
        blocks.losses.add(path, "nothing is left of it; a full stop was put there");
        blocks.part(&Part::text(FILLER), place, path, &mut parts);
    }
    let results = turn.parts.iter().all(|it| matches!(it.body, Body::ToolResult { .. }));
    let mut extra = Vec::new();
    fields::write(&mut extra, |out| write_extra(&turn.extra, "", out));
    let extra = extra.get(1..extra.len() - 1).unwrap_or_default().to_vec();
    Content { role, parts, results, extra }
}

fn is_empty(part: &Part) -> bool {
    matches!(&part.body, Body::Text(text) if text.is_empty()) && part.signature.is_none()
}

/// The parts of a turn with their places. Results without ids come in the order of their calls, by which alone the
/// provider can tell whose they are.
fn in_order<'t>(turn: &'t Turn, open: &Open) -> Vec<(usize, &'t Part)> {
    let mut parts: Vec<_> = turn.parts.iter().enumerate().collect();
    let id = |part: &Part| match &part.body {
        Body::ToolResult { id, .. } => Some(id.clone()),
        _ => None,
    };
    if parts.iter().filter_map(|(_, it)| id(it)).any(|it| ids::is_made(&it)) {
        // Whatever is no result keeps behind them, where the API wants it too.
        parts.sort_by_key(|(_, it)| id(it).map_or(usize::MAX, |it| open.place(&it)));
    }
    parts
}

/// The last turn in which somebody asked something, if anybody did: the exchange that runs since then is the one the provider
/// checks.
fn running_since(prompt: &Prompt) -> Option<usize> {
    let asks = |turn: &Turn| {
        turn.role != Role::Assistant && turn.parts.iter().any(|it| !matches!(it.body, Body::ToolResult { .. }))
    };
    prompt.turns.iter().rposition(asks)
}

// === tools ===

fn tools(prompt: &Prompt, quirks: &Quirks, losses: &mut Losses) -> Vec<Vec<u8>> {
    if !quirks.tools && !prompt.tools.is_empty() {
        losses.add("tools", "the provider takes no tools");
        return Vec::new();
    }
    let mut functions = Vec::new();
    let mut tools = Vec::new();
    for (nth, tool) in prompt.tools.iter().enumerate() {
        let path = format!("tools[{nth}]");
        match &tool.server {
            None => functions.push(function(tool, &path, losses)),
            Some(server) if is_own(server) => {
                let mut out = Vec::new();
                fields::write(&mut out, |it| it.raw(&server.name, server.raw.get()));
                tools.push(out);
            }
            Some(_) => losses.add(format!("{path} {}", tool.name), "a tool that only another provider runs"),
        }
    }
    if !functions.is_empty() {
        let mut out = Vec::new();
        fields::write(&mut out, |it| fields::list(it, "functionDeclarations", &functions));
        tools.insert(0, out);
    }
    tools
}

fn function(tool: &Tool, path: &str, losses: &mut Losses) -> Vec<u8> {
    if tool.cache.is_some() {
        losses.add("cache_control", "gemini caches by itself and has no marks for it");
    }
    if tool.strict == Some(true) {
        losses.add(format!("{path}.strict"), "gemini has no such field");
    }
    if freeform::has_grammar(tool) {
        losses.add(format!("{path}.format"), freeform::WHY);
    }
    losses.foreign(path, &tool.extra);
    let mut out = Vec::new();
    fields::write(&mut out, |it| {
        it.text("name", &tool.name);
        if let Some(description) = freeform::description(tool) {
            it.text("description", &description);
        }
        let schema = tool.schema.as_ref().map(|it| it.get()).filter(|it| *it != "null" && *it != "{}");
        match (spelled(&tool.extra, "parameters"), schema) {
            (Some(subset), _) => it.raw("parameters", subset.get()),
            (None, Some(schema)) => it.raw("parametersJsonSchema", schema),
            (None, None) => {}
        }
        write_extra(&tool.extra, "", it);
    });
    out
}

fn tool_config(prompt: &Prompt, functions: bool, out: &mut ObjectWriter, losses: &mut Losses) {
    let choice = prompt.tool_choice.as_ref().filter(|_| functions);
    if prompt.tool_choice.is_some() && !functions {
        losses.add("tool_choice", "there is no tool to choose");
    }
    let calling = choice.is_some() || has_extra(&prompt.extra, CALLING);
    if !calling && !has_extra(&prompt.extra, TOOLS) {
        return;
    }
    nest(out, "toolConfig", |out| {
        if calling {
            nest(out, "functionCallingConfig", |out| {
                let own_mode = fields::own(&prompt.extra, "toolConfig.functionCallingConfig.mode").is_some();
                match choice.filter(|_| !own_mode) {
                    None => {}
                    Some(ToolChoice::Auto) => out.text("mode", "AUTO"),
                    Some(ToolChoice::None) => out.text("mode", "NONE"),
                    Some(ToolChoice::Required) => out.text("mode", "ANY"),
                    Some(ToolChoice::Named(name)) => {
                        out.text("mode", "ANY");
                        out.list("allowedFunctionNames", [name], |name, out| json::quote(name, out));
                    }
                }
                write_extra(&prompt.extra, CALLING, out);
            });
        }
        write_extra(&prompt.extra, TOOLS, out);
    });
}
