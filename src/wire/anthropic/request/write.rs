//! Hub → a request for a provider that speaks this dialect.
//!
//! The API is stricter than most conversations: turns must alternate and begin with the user's, tool results come first
//! in their turn, no text is empty, and a cap is required. What has to be changed for that is reported like what has to
//! be left out.

use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Format, Opaque, Part, Prompt, Role, Tool, ToolChoice, Turn};
use crate::domain::quirks::Quirks;
use crate::domain::signature::Signature;
use crate::wire::anthropic::fields;
use crate::wire::anthropic::request::blocks::{Blocks, Place, write_cache};
use crate::wire::anthropic::request::generation::{self, Generation};
use crate::wire::anthropic::request::thinking::{self, Context, Plan};
use crate::wire::call_ids::Ids;
use crate::wire::json::{self, ObjectWriter};
use crate::wire::{Written, freeform};

/// Longest `metadata.user_id` the API takes, in characters.
const MAX_USER_ID: usize = 256;

/// What stands in for a turn the API wants and the conversation does not have.
const FILLER: &str = ".";

/// Composes a request body.
pub(in crate::wire::anthropic) fn write(prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
    let mut blocks = Blocks { quirks, ids: Ids::new(usize::MAX, "_-"), losses: Vec::new() };
    let can = generation::of(model);
    let tools = tools(prompt, &mut blocks);
    let choice = if tools.is_empty() { None } else { prompt.tool_choice.as_ref() };
    if tools.is_empty() && matches!(prompt.tool_choice, Some(ToolChoice::Required | ToolChoice::Named(_))) {
        blocks.lose("tool_choice", "there is no tool to choose");
    }
    if tools.is_empty() && !prompt.tools.is_empty() && prompt.parallel_tools == Some(false) {
        blocks.lose("parallel_tool_calls", "there is no tool to call");
    }
    let context = Context {
        forced_call: matches!(choice, Some(ToolChoice::Required | ToolChoice::Named(_))),
        bare_call: ends_in_bare_call(prompt),
    };
    let plan = thinking::plan(prompt, can, context, &mut blocks.losses);
    let max_tokens = thinking::max_tokens(prompt, &plan, &mut blocks.losses);
    let system = parts(&prompt.system, Place::System, "system", &mut blocks);
    let messages = messages(prompt, &mut blocks);
    let mut body = Vec::with_capacity(1024);
    fields::write(&mut body, |out| {
        out.text("model", model);
        out.plain("max_tokens", max_tokens);
        if !system.is_empty() {
            fields::list(out, "system", &system);
        }
        fields::list(out, "messages", &messages);
        if !tools.is_empty() {
            fields::list(out, "tools", &tools);
            tool_choice(prompt, out);
        }
        sampling(prompt, &plan, can, &mut blocks, out);
        configuration(prompt, &plan, &mut blocks, out);
    });
    Written { body, losses: blocks.losses }
}

// === turns ===

/// The messages: alternating, the user's first.
fn messages(prompt: &Prompt, blocks: &mut Blocks) -> Vec<Vec<u8>> {
    let mut messages: Vec<Message> = Vec::new();
    // A turn of which nothing is sent is not the last.
    let last = prompt.turns.iter().rposition(|turn| turn.parts.iter().any(is_sent)).unwrap_or(0);
    for (nth, turn) in prompt.turns.iter().enumerate() {
        let path = format!("messages[{nth}]");
        let mut message = match turn.role {
            Role::System => system_turn(turn, &path, blocks),
            Role::Assistant if nth == last => prefill(turn, &path, blocks),
            Role::User | Role::Assistant => content(&turn.parts, turn.role, &path, blocks),
        };
        for extra in &turn.extra {
            let raw = blocks.own(extra, &path).map(|raw| raw.get().to_owned());
            message.extra.extend(raw.map(|raw| (extra.name.clone(), raw)));
        }
        match messages.last_mut() {
            _ if message.is_empty() => {}
            Some(before) if before.role == message.role => before.join(message),
            _ => messages.push(message),
        }
    }
    if messages.first().is_none_or(|it| it.role == Role::Assistant) {
        blocks.lose("messages", "anthropic wants a user turn first; one with a full stop was put there");
        let part = Part::text(FILLER);
        messages.insert(0, content(&[part], Role::User, "messages", blocks));
    }
    messages.into_iter().map(Message::written).collect()
}

/// A message in the making.
#[derive(Debug)]
struct Message {
    role: Role,
    /// Tool results, which must precede everything else in their turn.
    results: Vec<Vec<u8>>,
    rest: Vec<Vec<u8>>,
    extra: Vec<(String, String)>,
}

impl Message {
    fn is_empty(&self) -> bool {
        self.results.is_empty() && self.rest.is_empty()
    }

    fn join(&mut self, other: Self) {
        self.results.extend(other.results);
        self.rest.extend(other.rest);
        for (name, raw) in other.extra {
            if self.extra.iter().all(|(it, _)| *it != name) {
                self.extra.push((name, raw));
            }
        }
    }

    fn written(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.results.append(&mut self.rest);
        fields::write(&mut out, |it| {
            it.text("role", if self.role == Role::Assistant { "assistant" } else { "user" });
            fields::list(it, "content", &self.results);
            for (name, raw) in &self.extra {
                it.raw(name, raw);
            }
        });
        out
    }
}

fn content(parts: &[Part], role: Role, path: &str, blocks: &mut Blocks) -> Message {
    let mut message = Message { role, results: Vec::new(), rest: Vec::new(), extra: Vec::new() };
    for (nth, part) in parts.iter().enumerate() {
        let Some(block) = blocks.block(part, Place::Turn(role), &format!("{path}.content[{nth}]")) else { continue };
        match part.body {
            Body::ToolResult { .. } => message.results.push(block),
            _ => message.rest.push(block),
        }
    }
    message
}

/// Whether anything is written of a piece: not of an empty text, and not of another provider's reasoning.
fn is_sent(part: &Part) -> bool {
    let own = |it: Option<&Signature>| it.is_some_and(|it| it.dialect == Dialect::Anthropic);
    match &part.body {
        Body::Text(text) | Body::Refusal(text) => !text.trim().is_empty(),
        Body::Thinking(_) => own(part.signature.as_ref()),
        Body::RedactedThinking(data) => own(Some(data)),
        Body::Opaque(it) => it.dialect == Dialect::Anthropic,
        _ => true,
    }
}

/// The API refuses a conversation whose last word, being the model's, ends in white space. What is not sent is not the
/// last: reasoning of another provider may follow the text.
fn prefill(turn: &Turn, path: &str, blocks: &mut Blocks) -> Message {
    let mut parts = turn.parts.clone();
    let last = parts.iter().rposition(is_sent).and_then(|nth| parts.get_mut(nth));
    if let Some(Part { body: Body::Text(text) | Body::Refusal(text), .. }) = last
        && text.trim_end().len() < text.len()
    {
        text.truncate(text.trim_end().len());
        blocks.lose(format!("{path}.content"), "white space at the end of the last model turn is refused");
    }
    content(&parts, turn.role, path, blocks)
}

/// A system text in the middle of a conversation. At the top it would come before what it answers to, so it stays where
/// it is, marked, in the user's mouth.
fn system_turn(turn: &Turn, path: &str, blocks: &mut Blocks) -> Message {
    blocks.lose(format!("{path}.role"), "a system text inside the conversation is sent as user text");
    let marked = turn.parts.iter().map(|part| match &part.body {
        Body::Text(text) if !text.trim().is_empty() => {
            Part { body: Body::Text(format!("<system>\n{text}\n</system>")), ..part.clone() }
        }
        _ => part.clone(),
    });
    content(&marked.collect::<Vec<_>>(), Role::User, path, blocks)
}

/// Whether the conversation stands between a model turn's tool calls and their results, and that turn does not begin
/// with thinking that can be sent back.
fn ends_in_bare_call(prompt: &Prompt) -> bool {
    let Some(turn) = prompt.turns.iter().rev().find(|it| it.role == Role::Assistant) else { return false };
    let calls = turn.parts.iter().any(|it| matches!(it.body, Body::ToolCall { .. }));
    let signed = turn.parts.first().is_some_and(|it| {
        let proof = if let Body::RedactedThinking(data) = &it.body { Some(data) } else { it.signature.as_ref() };
        matches!(it.body, Body::Thinking(_) | Body::RedactedThinking(_))
            && proof.is_some_and(|it| it.dialect == Dialect::Anthropic)
    });
    calls && !signed
}

fn parts(parts: &[Part], place: Place, path: &str, blocks: &mut Blocks) -> Vec<Vec<u8>> {
    let numbered = parts.iter().enumerate();
    numbered.filter_map(|(nth, part)| blocks.block(part, place, &format!("{path}[{nth}]"))).collect()
}

// === tools ===

fn tools(prompt: &Prompt, blocks: &mut Blocks) -> Vec<Vec<u8>> {
    if !blocks.quirks.tools && !prompt.tools.is_empty() {
        blocks.lose("tools", "the provider takes no tools");
        return Vec::new();
    }
    let numbered = prompt.tools.iter().enumerate();
    numbered.filter_map(|(nth, it)| tool(it, &format!("tools[{nth}]"), blocks)).collect()
}

fn tool(tool: &Tool, path: &str, blocks: &mut Blocks) -> Option<Vec<u8>> {
    if let Some(server) = &tool.server {
        if server.dialect != Dialect::Anthropic {
            blocks.lose(format!("{path} {}", tool.name), "a tool that only another provider runs");
            return None;
        }
        return Some(server.raw.get().as_bytes().to_vec());
    }
    if freeform::has_grammar(tool) {
        blocks.lose(format!("{path}.format"), freeform::WHY);
    }
    let mut out = Vec::new();
    fields::write(&mut out, |it| {
        it.text("name", &tool.name);
        if let Some(description) = freeform::description(tool) {
            it.text("description", &description);
        }
        let schema = tool.schema.as_ref().map(|it| it.get()).filter(|it| *it != "null" && *it != "{}");
        it.raw("input_schema", schema.unwrap_or(r#"{"type":"object","properties":{}}"#));
        if let Some(strict) = tool.strict {
            it.raw("strict", if strict { "true" } else { "false" });
        }
        write_cache(tool.cache, it);
        for extra in &tool.extra {
            if let Some(raw) = blocks.own(extra, path) {
                it.raw(&extra.name, raw.get());
            }
        }
    });
    Some(out)
}

fn tool_choice(prompt: &Prompt, out: &mut ObjectWriter) {
    let serial = prompt.parallel_tools.map(|it| !it);
    let Some(choice) = &prompt.tool_choice else {
        if serial == Some(true) {
            out.raw("tool_choice", r#"{"type":"auto","disable_parallel_tool_use":true}"#);
        }
        return;
    };
    fields::nest(out, "tool_choice", |it| {
        match choice {
            ToolChoice::Auto => it.text("type", "auto"),
            ToolChoice::None => it.text("type", "none"),
            ToolChoice::Required => it.text("type", "any"),
            ToolChoice::Named(name) => {
                it.text("type", "tool");
                it.text("name", name);
            }
        }
        if let Some(serial) = serial.filter(|_| *choice != ToolChoice::None) {
            it.raw("disable_parallel_tool_use", if serial { "true" } else { "false" });
        }
        nested("tool_choice.", &prompt.extra, it);
    });
}

// === the other fields ===

fn sampling(prompt: &Prompt, plan: &Plan, can: Generation, blocks: &mut Blocks, out: &mut ObjectWriter) {
    let it = &prompt.sampling;
    let refused = match (can.sampling, plan.thinks()) {
        (false, _) => Some("this model takes no sampling parameters"),
        (true, true) => Some("cannot be combined with thinking"),
        (true, false) => None,
    };
    if let Some(temperature) = it.temperature {
        let fitting = temperature.clamp(0.0, 1.0);
        match refused {
            // One is the default: nothing is lost by not saying it.
            Some(why) if (temperature - 1.0).abs() > f64::EPSILON => blocks.lose("temperature", why),
            Some(_) => {}
            None => {
                if (fitting - temperature).abs() > f64::EPSILON {
                    blocks.lose(format!("temperature: set to {fitting}"), "anthropic's range is 0 to 1");
                }
                out.float("temperature", fitting);
            }
        }
    }
    if let Some(top_p) = it.top_p.filter(|it| (it - 1.0).abs() > f64::EPSILON) {
        // Beside thinking the API allows 0.95 and more.
        let why = refused.filter(|_| !can.sampling || top_p < 0.95);
        let why = why.or_else(|| it.temperature.map(|_| "temperature is given, and the API takes only one of the two"));
        match why {
            Some(why) => blocks.lose("top_p", why),
            None => out.float("top_p", top_p),
        }
    }
    match (it.top_k, refused) {
        (Some(_), Some(why)) => blocks.lose("top_k", why),
        (Some(top_k), None) => out.plain("top_k", top_k),
        (None, _) => {}
    }
    let stop: Vec<_> = it.stop.iter().filter(|it| !it.trim().is_empty()).map(|it| quoted(it)).collect();
    if stop.len() < it.stop.len() {
        blocks.lose("stop", "a stop text of nothing but white space is refused");
    }
    if !stop.is_empty() {
        fields::list(out, "stop_sequences", &stop);
    }
    let foreign = [
        ("frequency_penalty", it.frequency_penalty.is_some_and(|it| it != 0.0)),
        ("presence_penalty", it.presence_penalty.is_some_and(|it| it != 0.0)),
        ("seed", it.seed.is_some()),
        ("n", it.choices.is_some_and(|it| it > 1)),
    ];
    for (name, said) in foreign {
        if said {
            blocks.lose(name, "anthropic has no such field");
        }
    }
}

/// Everything else, and last what only this dialect has.
fn configuration(prompt: &Prompt, plan: &Plan, blocks: &mut Blocks, out: &mut ObjectWriter) {
    if prompt.stream {
        out.raw("stream", "true");
    }
    if plan.is_said() {
        fields::nest(out, "thinking", |it| {
            plan.write(it);
            nested("thinking.", &prompt.extra, it);
        });
    }
    let user = prompt.user.as_deref();
    if user.is_some_and(|it| it.chars().count() > MAX_USER_ID) {
        blocks.lose("user", "anthropic takes 256 characters at most");
    }
    let user = user.filter(|it| it.chars().count() <= MAX_USER_ID);
    if user.is_some() || has_nested("metadata.", prompt) {
        fields::nest(out, "metadata", |it| {
            if let Some(user) = user {
                it.text("user_id", user);
            }
            nested("metadata.", &prompt.extra, it);
        });
    }
    output_config(prompt, plan, blocks, out);
    for extra in prompt.extra.iter().filter(|it| it.dialect != Dialect::Anthropic || !is_nested(&it.name)) {
        if let Some(raw) = blocks.own(extra, "") {
            out.raw(&extra.name, raw.get());
        }
    }
    for (prefix, written) in
        [("thinking.", plan.is_said()), ("tool_choice.", !prompt.tools.is_empty() && prompt.tool_choice.is_some())]
    {
        if !written {
            for extra in of_prefix(prefix, &prompt.extra) {
                blocks.lose(&extra.name, "the object it belongs to is not sent");
            }
        }
    }
}

fn output_config(prompt: &Prompt, plan: &Plan, blocks: &mut Blocks, out: &mut ObjectWriter) {
    let schema = match &prompt.format {
        Format::Text => None,
        Format::JsonObject => {
            blocks.lose("response_format", "anthropic has no JSON mode without a schema");
            None
        }
        Format::JsonSchema { .. } if !blocks.quirks.json_schema => {
            blocks.lose("response_format", "the provider takes no schema");
            None
        }
        Format::JsonSchema { description, schema, .. } => {
            if description.is_some() {
                blocks.lose("response_format.json_schema.description", "anthropic has no such field");
            }
            Some(schema.get())
        }
    };
    if schema.is_none() && plan.effort.is_none() && !has_nested("output_config.", prompt) {
        return;
    }
    fields::nest(out, "output_config", |out| {
        if let Some(effort) = &plan.effort {
            out.text("effort", effort);
        }
        if let Some(schema) = schema {
            fields::nest(out, "format", |out| {
                out.text("type", "json_schema");
                out.raw("schema", schema);
                nested("output_config.format.", &prompt.extra, out);
                nested("output_format.", &prompt.extra, out);
            });
        }
        for extra in of_prefix("output_config.", &prompt.extra) {
            let name = extra.name.strip_prefix("output_config.").unwrap_or(&extra.name);
            if !name.starts_with("format.") {
                out.raw(name, extra.raw.get());
            }
        }
    });
}

/// Objects whose own fields may be in [`Prompt::extra`] under their path.
const NESTS: [&str; 5] = ["thinking.", "tool_choice.", "metadata.", "output_config.", "output_format."];

fn is_nested(name: &str) -> bool {
    NESTS.iter().any(|it| name.starts_with(it))
}

fn of_prefix<'p>(prefix: &'p str, extra: &'p [Opaque]) -> impl Iterator<Item = &'p Opaque> {
    extra.iter().filter(move |it| it.dialect == Dialect::Anthropic && it.name.starts_with(prefix))
}

fn has_nested(prefix: &str, prompt: &Prompt) -> bool {
    of_prefix(prefix, &prompt.extra).next().is_some()
}

/// Writes the fields that belong into the object under `prefix`.
fn nested(prefix: &str, extra: &[Opaque], out: &mut ObjectWriter) {
    for it in of_prefix(prefix, extra) {
        out.raw(it.name.strip_prefix(prefix).unwrap_or(&it.name), it.raw.get());
    }
}

fn quoted(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    json::quote(text, &mut out);
    out
}
