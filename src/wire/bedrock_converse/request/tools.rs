//! `toolConfig`: the tools, which of them to call, and the tool that stands in for a schema.

use std::collections::BTreeSet;

use crate::domain::prompt::{Body, Format, Prompt, Tool, ToolChoice};
use crate::wire::bedrock_converse::fields;
use crate::wire::bedrock_converse::request::STRUCTURED;
use crate::wire::bedrock_converse::request::blocks::{Blocks, Place, cache_point, misplaced};
use crate::wire::freeform;
use crate::wire::json::ObjectWriter;

/// A schema that takes anything.
const ANYTHING: &str = r#"{"type":"object","properties":{}}"#;

/// What goes into `toolConfig`.
#[derive(Debug, Default)]
pub(super) struct Config {
    tools: Vec<Vec<u8>>,
    choice: Option<ToolChoice>,
    /// A tool stands in for the schema.
    pub(super) structured: bool,
}

impl Config {
    /// Whether a call is forced.
    pub(super) fn forces(&self) -> bool {
        matches!(self.choice, Some(ToolChoice::Required | ToolChoice::Named(_)))
    }
}

/// Decides. `thinks`: the model is told to think, which a forced call forbids.
pub(super) fn decide(prompt: &Prompt, thinks: bool, blocks: &mut Blocks) -> Config {
    let mut config = Config::default();
    if !blocks.quirks.tools && !prompt.tools.is_empty() {
        blocks.losses.add("tools", "the provider takes no tools");
    } else {
        for (nth, it) in prompt.tools.iter().enumerate() {
            push(it, &format!("tools[{nth}]"), blocks, &mut config.tools);
        }
    }
    let called = called(prompt);
    let any = !config.tools.is_empty();
    config.choice = match &prompt.tool_choice {
        Some(ToolChoice::Required | ToolChoice::Named(_)) if !any => {
            blocks.losses.add("tool_choice", "there is no tool to choose");
            None
        }
        Some(ToolChoice::None) if any && called.is_empty() => {
            blocks.losses.add("tools", "converse cannot forbid calls, so the tools are not sent");
            config.tools.clear();
            None
        }
        Some(ToolChoice::None) if any => {
            blocks.losses.add("tool_choice", "converse cannot forbid calls, and the conversation needs its tools");
            None
        }
        Some(ToolChoice::None) | None => None,
        Some(ToolChoice::Named(name)) if !blocks.can.named_tool => {
            blocks.losses.add(format!("tool_choice {name}: set to any tool"), "this model cannot be told which tool");
            Some(ToolChoice::Required)
        }
        Some(choice) => Some(choice.clone()),
    };
    if prompt.parallel_tools == Some(false) && !config.tools.is_empty() {
        blocks.losses.add("parallel_tool_calls", "converse has no such field");
    }
    structured(prompt, thinks, blocks, &mut config);
    if config.tools.is_empty() && !called.is_empty() {
        blocks
            .losses
            .add("tools", "the conversation has calls of tools it does not define; empty definitions were added");
        config.tools = called.into_iter().map(stub).collect();
    }
    config
}

/// Writes `toolConfig`, if there is anything in it.
pub(super) fn write(config: &Config, prompt: &Prompt, out: &mut ObjectWriter) {
    if config.tools.is_empty() {
        return;
    }
    fields::nest(out, "toolConfig", |out| {
        fields::list(out, "tools", &config.tools);
        if let Some(choice) = &config.choice {
            fields::nest(out, "toolChoice", |out| match choice {
                ToolChoice::Auto | ToolChoice::None => out.raw("auto", "{}"),
                ToolChoice::Required => out.raw("any", "{}"),
                ToolChoice::Named(name) => fields::nest(out, "tool", |out| out.text("name", name)),
            });
        }
        fields::write_extra(&prompt.extra, "toolConfig.", out);
    });
}

fn push(tool: &Tool, path: &str, blocks: &mut Blocks, out: &mut Vec<Vec<u8>>) {
    if let Some(server) = &tool.server {
        if fields::is_own(server) {
            out.push(server.raw.get().as_bytes().to_vec());
        } else {
            blocks.losses.add(format!("{path} {}", tool.name), "a tool that only another provider runs");
        }
        return;
    }
    if freeform::has_grammar(tool) {
        blocks.losses.add(format!("{path}.format"), freeform::WHY);
    }
    blocks.losses.foreign(path, &tool.extra);
    let mut spec = Vec::new();
    fields::write(&mut spec, |out| {
        fields::nest(out, "toolSpec", |out| {
            out.text("name", &tool.name);
            // An empty one is refused.
            if let Some(description) = freeform::description(tool).filter(|it| !it.trim().is_empty()) {
                out.text("description", &description);
            }
            let schema = tool.schema.as_ref().map(|it| it.get()).filter(|it| *it != "null" && *it != "{}");
            fields::nest(out, "inputSchema", |out| out.raw("json", schema.unwrap_or(ANYTHING)));
            if let Some(strict) = tool.strict {
                out.raw("strict", if strict { "true" } else { "false" });
            }
            fields::write_extra(&tool.extra, "", out);
        });
    });
    out.push(spec);
    if let Some(mark) = tool.cache {
        if blocks.can.cache_tools {
            out.push(cache_point(mark));
        } else {
            blocks.losses.add(format!("{path}.cache_control"), "this model has no prompt cache for tools");
        }
    }
}

/// The names of the tools that the conversation calls: the API wants them defined. Calls and results that stand where
/// they may not, and so are left out, want nothing.
fn called(prompt: &Prompt) -> BTreeSet<&str> {
    let mut results = false;
    let mut names = BTreeSet::new();
    for turn in &prompt.turns {
        for part in &turn.parts {
            if misplaced(&part.body, Place::Turn(turn.role)).is_some() {
                continue;
            }
            match &part.body {
                Body::ToolCall { name, .. } => _ = names.insert(name.as_str()),
                Body::ToolResult { .. } => results = true,
                _ => {}
            }
        }
    }
    if results && names.is_empty() {
        names.insert("unknown");
    }
    names
}

fn stub(name: &str) -> Vec<u8> {
    let mut spec = Vec::new();
    fields::write(&mut spec, |out| {
        fields::nest(out, "toolSpec", |out| {
            out.text("name", name);
            fields::nest(out, "inputSchema", |out| out.raw("json", ANYTHING));
        });
    });
    spec
}

/// For a model that takes no schema: a tool whose input is the answer. It is the only choice where there is no other tool.
fn structured(prompt: &Prompt, thinks: bool, blocks: &mut Blocks, config: &mut Config) {
    let Format::JsonSchema { description, schema, .. } = &prompt.format else { return };
    if blocks.can.schema || !blocks.quirks.json_schema {
        return;
    }
    if thinks || !blocks.quirks.tools {
        let why = "this model takes no schema, and a tool in its place cannot be combined with thinking";
        blocks.losses.add("response_format", why);
        return;
    }
    let told = description.as_deref().unwrap_or("Gives the final answer. Its input is the whole answer.");
    let mut spec = Vec::new();
    fields::write(&mut spec, |out| {
        fields::nest(out, "toolSpec", |out| {
            out.text("name", STRUCTURED);
            out.text("description", told);
            fields::nest(out, "inputSchema", |out| out.raw("json", schema.get()));
        });
    });
    blocks
        .losses
        .add("response_format", "changed: this model takes no schema, so a tool with that schema is to be called");
    let alone = config.tools.is_empty();
    config.tools.push(spec);
    config.structured = true;
    if !config.forces() {
        let named = alone && blocks.can.named_tool;
        config.choice = Some(if named { ToolChoice::Named(STRUCTURED.to_owned()) } else { ToolChoice::Required });
    }
}
