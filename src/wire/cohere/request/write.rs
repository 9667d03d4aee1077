//! Hub → a provider's request. Says everything the dialect can say and names the rest.

use super::messages::Messages;
use super::settings;
use crate::domain::prompt::{Prompt, Tool, ToolChoice};
use crate::domain::quirks::Quirks;
use crate::wire::cohere::{Losses, NO_FIELD, write_extra};
use crate::wire::json::ObjectWriter;
use crate::wire::{Written, function};

/// Why something of a tool cannot be said.
const WHY: function::Why = function::Why {
    cache: "cohere caches by itself and has no marks for it",
    strict: None,
    schema: "changed: cohere takes an object only",
};

/// Writes a request for a provider.
pub(in crate::wire::cohere) fn write(prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
    let mut messages = Messages::new(quirks);
    for (nth, part) in prompt.system.iter().enumerate() {
        messages.system(part, &format!("system[{nth}]"));
    }
    for (nth, turn) in prompt.turns.iter().enumerate() {
        messages.turn(turn, &format!("messages[{nth}]"));
    }
    let Messages { items, mut losses, .. } = messages;
    let mut out = Vec::with_capacity(1024);
    let mut top = ObjectWriter::begin(&mut out);
    top.text("model", model);
    top.list("messages", items, |item, out| out.extend_from_slice(&item));
    let tools = write_tools(prompt, quirks, &mut top, &mut losses);
    settings::write(prompt, model, tools, quirks, &mut top, &mut losses);
    top.plain("stream", prompt.stream);
    write_extra(&prompt.extra, "", &mut top);
    losses.foreign("", &prompt.extra);
    if prompt.user.is_some() {
        losses.add("user", NO_FIELD);
    }
    top.end();
    Written { body: out, losses: losses.0 }
}

/// Writes the tools and which to choose; says whether there are any.
fn write_tools(prompt: &Prompt, quirks: &Quirks, top: &mut ObjectWriter, losses: &mut Losses) -> bool {
    if !quirks.tools && !prompt.tools.is_empty() {
        losses.add("tools", "the provider takes no tools");
        return false;
    }
    let tools: Vec<Vec<u8>> = prompt.tools.iter().filter_map(|it| function::write(it, &WHY, losses)).collect();
    let any = !tools.is_empty();
    if any {
        top.list("tools", &tools, |item, out| out.extend_from_slice(item));
    }
    if prompt.parallel_tools == Some(false) {
        losses.add("parallel_tool_calls", "cohere cannot be told to call one tool at a time");
    }
    // One switch for all of them.
    let strict = |it: &&Tool| it.server.is_none() && it.strict == Some(true);
    match prompt.tools.iter().filter(strict).count() {
        0 if any && prompt.tools.iter().all(|it| it.strict == Some(false)) => top.raw("strict_tools", "false"),
        0 => {}
        all if all == tools.len() => top.raw("strict_tools", "true"),
        _ => losses.add("tools.strict", "cohere holds the model to all schemas or to none"),
    }
    match &prompt.tool_choice {
        None | Some(ToolChoice::Auto) => {}
        Some(_) if !any => losses.add("tool_choice", "there is no tool to choose"),
        Some(ToolChoice::None) => top.text("tool_choice", "NONE"),
        Some(ToolChoice::Required) => top.text("tool_choice", "REQUIRED"),
        Some(ToolChoice::Named(name)) => {
            top.text("tool_choice", "REQUIRED");
            let only = prompt.tools.iter().all(|it| it.name == *name);
            if !only {
                losses.add("tool_choice", "changed: cohere can be told to call some tool, not which");
            }
        }
    }
    any
}
