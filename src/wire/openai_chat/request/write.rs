//! Hub → a provider's request. Says everything the dialect can say and names the rest.

use super::part::{Allow, name_marks, write_content, write_part};
use super::place;
use crate::domain::prompt::{Body, Format, Opaque, Part, Prompt, Reasoning, Role, Tool, ToolChoice, Turn};
use crate::domain::quirks::{CallIds, OutputCap, Quirks, ReasoningField};
use crate::wire::json::ObjectWriter;
use crate::wire::openai_chat::{Losses, NO_FIELD, STAND_IN, WHY_STAND_IN, details, has_extra, is_own, write_extra};
use crate::wire::{Written, call_ids, freeform};

/// Writes a request for a provider.
pub(in crate::wire::openai_chat) fn write(prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
    let mut out = Vec::with_capacity(1024);
    let mut losses = Losses::default();
    let mut top = ObjectWriter::begin(&mut out);
    top.text("model", model);
    let thinks = prompt.reasoning.as_ref().is_none_or(|it| it.enabled);
    let mut messages = Messages { items: Vec::new(), quirks, thinks, losses: &mut losses };
    for (nth, part) in prompt.system.iter().enumerate() {
        messages.leading_system(part, &format!("system[{nth}]"));
    }
    for (nth, turn) in prompt.turns.iter().enumerate() {
        messages.turn(turn, &format!("messages[{nth}]"));
    }
    let mut items = messages.items;
    let goes_on = prompt.turns.last().is_some_and(|it| it.role == Role::Assistant && !has_extra(&it.extra, "prefix"));
    if let Some(last) = items.last_mut().filter(|_| goes_on && quirks.prefill_mark) {
        // The object is complete, and one field more goes in before its end.
        last.pop();
        last.extend_from_slice(b",\"prefix\":true}");
    }
    top.list("messages", items, |item, out| out.extend_from_slice(&item));
    write_tools(prompt, &mut top, &mut losses);
    write_format(prompt, quirks, &mut top, &mut losses);
    write_sampling(prompt, quirks, &mut top, &mut losses);
    write_reasoning(prompt, &mut top, &mut losses);
    if prompt.stream {
        top.raw("stream", "true");
        // Usage is asked for always: the ledger needs it, and the stream's writer hides it from a client that did not ask.
        let inner = has_extra(&prompt.extra, place::STREAM);
        if quirks.usage_in_stream || inner {
            let mut options = top.object("stream_options");
            if quirks.usage_in_stream {
                options.raw("include_usage", "true");
            }
            write_extra(&prompt.extra, place::STREAM, &mut options);
            options.end();
        }
    }
    match &prompt.user {
        Some(user) if quirks.end_user => top.text("user", user),
        Some(_) => losses.add("user", "the provider has no such field"),
        None => {}
    }
    write_extra(&prompt.extra, "", &mut top);
    losses.foreign("", &prompt.extra);
    top.end();
    Written { body: out, losses: losses.0 }
}

// === messages ===

/// The messages written so far.
struct Messages<'a> {
    items: Vec<Vec<u8>>,
    quirks: &'a Quirks,
    /// The model is not told not to think.
    thinks: bool,
    losses: &'a mut Losses,
}

impl Messages<'_> {
    /// Writes one message: its role, and what `fields` adds.
    fn message(&mut self, role: &str, fields: impl FnOnce(&mut ObjectWriter, &mut Losses)) {
        let mut out = Vec::new();
        let mut message = ObjectWriter::begin(&mut out);
        message.text("role", role);
        fields(&mut message, self.losses);
        message.end();
        self.items.push(out);
    }

    /// `developer` only where the client said so and the provider knows it; every provider knows `system`.
    fn system_role(&self, said_developer: bool) -> &'static str {
        if said_developer && self.quirks.developer_role { "developer" } else { "system" }
    }

    fn leading_system(&mut self, part: &Part, path: &str) {
        if let Body::Opaque(it) = &part.body
            && !is_own(it)
        {
            if !it.is_spelling() {
                self.losses.add(format!("{path}.{}", it.name), "openai-chat has no such block");
            }
            return;
        }
        let is_role = |it: &Opaque| is_own(it) && it.name == place::ROLE;
        let role = self.system_role(part.extra.iter().any(is_role));
        self.message(role, |message, losses| {
            write_content(&[part], Allow::Text, path, message, losses);
            write_extra(part.extra.iter().filter(|it| !is_role(it)), place::FIELD, message);
        });
    }

    fn turn(&mut self, turn: &Turn, path: &str) {
        self.losses.foreign(&format!("{path}."), &turn.extra);
        let unsaid = |it: &Part| matches!(&it.body, Body::Opaque(it) if !is_own(it));
        if !turn.parts.is_empty() && turn.parts.iter().all(unsaid) {
            // An empty message in its place would say something that nobody said.
            for part in &turn.parts {
                if let Body::Opaque(it) = &part.body {
                    self.losses.add(format!("{path}.{}", it.name), "openai-chat has no such block");
                }
            }
            return;
        }
        match turn.role {
            Role::User => self.user(turn, path),
            Role::Assistant => self.assistant(turn, path),
            Role::System => {
                let is_role = |it: &Opaque| is_own(it) && it.name == place::ROLE;
                let role = self.system_role(turn.extra.iter().any(is_role));
                let parts: Vec<&Part> = turn.parts.iter().collect();
                self.message(role, |message, losses| {
                    write_content(&parts, Allow::Text, path, message, losses);
                    write_extra(turn.extra.iter().filter(|it| !is_role(it)), "", message);
                });
            }
        }
    }

    /// Tool results first: nothing may stand between calls and their results.
    fn user(&mut self, turn: &Turn, path: &str) {
        let mut said: Vec<&Part> = Vec::new();
        let mut moved: Vec<&Part> = Vec::new();
        let mut results = false;
        for part in &turn.parts {
            match &part.body {
                Body::ToolResult { id, content, is_error } => {
                    results = true;
                    self.tool_result(part, id, content, *is_error, path, &mut moved);
                }
                Body::Opaque(it) if is_own(it) && it.name.starts_with(place::MESSAGE) => {
                    self.items.push(it.raw.get().as_bytes().to_vec());
                    results = true;
                }
                _ => said.push(part),
            }
        }
        if results && said.is_empty() && moved.is_empty() {
            for it in turn.extra.iter().filter(|it| is_own(it)) {
                self.losses.add(format!("{path}.{}", it.name), "the turn has no user message to carry it");
            }
            return;
        }
        moved.extend(said);
        let quirks = self.quirks;
        self.message("user", |message, losses| {
            write_content(&moved, Allow::Everything(quirks), path, message, losses);
            write_extra(&turn.extra, "", message);
        });
    }

    /// The text of a result stays in the tool's message; what only a user may send goes into the next one.
    fn tool_result<'p>(
        &mut self,
        part: &'p Part,
        id: &str,
        content: &'p [Part],
        is_error: bool,
        path: &str,
        moved: &mut Vec<&'p Part>,
    ) {
        let is_media = |it: &&Part| matches!(it.body, Body::Image { .. } | Body::File { .. } | Body::Audio { .. });
        let media: Vec<&Part> = content.iter().filter(is_media).collect();
        let mut rest: Vec<&Part> = content.iter().filter(|it| !is_media(it)).collect();
        let pointer = Part::text("The result follows in the next message.");
        if !media.is_empty() {
            self.losses.add(
                format!("{path}.tool_result"),
                "changed: images and files of a tool result go into the following user message",
            );
            if rest.is_empty() {
                rest.push(&pointer);
            }
        }
        if is_error {
            self.losses.add(
                format!("{path}.tool_result.is_error"),
                "openai-chat cannot say that a tool failed; its text is kept",
            );
        }
        name_marks(part, path, self.losses);
        let id = call_ids::fitting(id, self.quirks.call_ids, call_ids::CHAT);
        self.message("tool", |message, losses| {
            message.text("tool_call_id", &id);
            write_content(&rest, Allow::Text, path, message, losses);
            write_extra(&part.extra, "", message);
        });
        moved.extend(media);
    }

    fn assistant(&mut self, turn: &Turn, path: &str) {
        let mut said = Said::default();
        for part in &turn.parts {
            said.sort(part, self.quirks.replays_reasoning, path, self.losses);
        }
        let field = self.quirks.reasoning_field.name();
        if self.quirks.replays_reasoning && self.thinks && said.thinking.is_empty() && !said.calls.is_empty() {
            self.losses.add(format!("{path}.{field}: set to a full stop"), WHY_STAND_IN);
            said.thinking.push(STAND_IN);
        }
        if said.is_empty() && !turn.parts.is_empty() {
            // It held nothing but reasoning of somebody else's. An empty message in its place would say something that
            // nobody said, and some providers refuse one.
            for it in turn.extra.iter().filter(|it| is_own(it)) {
                self.losses.add(format!("{path}.{}", it.name), "the turn has no message to carry it");
            }
            return;
        }
        let form = self.quirks.call_ids;
        let in_parts = self.quirks.reasoning_field == ReasoningField::Parts;
        self.message("assistant", |message, losses| {
            if in_parts && !said.thinking.is_empty() {
                write_thinking_parts(&said, path, message, losses);
            } else if said.content.is_empty() && !(said.calls.is_empty() && said.refusal.is_empty()) {
                message.raw("content", "null");
            } else {
                write_content(&said.content, Allow::Text, path, message, losses);
            }
            if !in_parts && !said.thinking.is_empty() {
                message.text(field, &said.thinking.join("\n"));
            }
            if !said.refusal.is_empty() {
                message.text("refusal", &said.refusal.join("\n"));
            }
            if !said.calls.is_empty() {
                message.list("tool_calls", &said.calls, |part, out| write_call(part, form, out));
            }
            if !turn.extra.iter().any(|it| is_own(it) && it.name == details::FIELD) {
                details::write_of_turn(&said.calls, message);
            }
            // Where both names of reasoning came with different texts, the provider reads one of them.
            let (twice, extra): (Vec<&Opaque>, Vec<&Opaque>) =
                turn.extra.iter().partition(|it| is_own(it) && it.name == field && !said.thinking.is_empty());
            if !twice.is_empty() {
                losses.add(format!("{path}.{field}"), "the message has reasoning under two names");
            }
            write_extra(extra, "", message);
        });
    }
}

/// The parts of an assistant turn by where they go in its message.
#[derive(Default)]
struct Said<'p> {
    content: Vec<&'p Part>,
    thinking: Vec<&'p str>,
    refusal: Vec<&'p str>,
    calls: Vec<&'p Part>,
}

impl<'p> Said<'p> {
    fn is_empty(&self) -> bool {
        self.content.is_empty() && self.thinking.is_empty() && self.refusal.is_empty() && self.calls.is_empty()
    }

    /// `replays`: the provider wants reasoning text back.
    fn sort(&mut self, part: &'p Part, replays: bool, path: &str, losses: &mut Losses) {
        match &part.body {
            // Proof of who wrote it: only ever sent back to its maker, which no provider of this dialect is.
            Body::Thinking(_) if part.signature.is_some() => {
                losses.add(format!("{path}.thinking"), "signed reasoning goes back to its own provider only");
            }
            // No specification has a field for it, and a provider may refuse one that it does not know.
            Body::Thinking(text) if !replays && !has_extra(&part.extra, place::REASONED) => {
                if !text.is_empty() {
                    losses.add(format!("{path}.thinking"), "the provider does not take reasoning back");
                }
            }
            Body::Thinking(text) => self.thinking.push(text),
            Body::RedactedThinking(_) => {
                losses
                    .add(format!("{path}.redacted_thinking"), "encrypted reasoning goes back to its own provider only");
            }
            // It only carried the signature.
            Body::Text(text) if text.is_empty() && part.signature.is_some() => name_marks(part, path, losses),
            Body::Refusal(text) => self.refusal.push(text),
            Body::ToolCall { .. } => {
                name_marks(part, path, losses);
                self.calls.push(part);
            }
            Body::Opaque(it) if is_own(it) && it.name.starts_with(place::CALL) => self.calls.push(part),
            _ => self.content.push(part),
        }
    }
}

/// Content in which what the model thought stands before what it said.
fn write_thinking_parts(said: &Said, path: &str, message: &mut ObjectWriter, losses: &mut Losses) {
    let mut thought = Vec::new();
    let mut part = ObjectWriter::begin(&mut thought);
    part.text("type", "thinking");
    part.list("thinking", &said.thinking, |text, out| {
        let mut it = ObjectWriter::begin(out);
        it.text("type", "text");
        it.text("text", text);
        it.end();
    });
    part.end();
    let mut items = vec![thought];
    for (nth, part) in said.content.iter().enumerate() {
        name_marks(part, path, losses);
        let mut item = Vec::new();
        if write_part(part, Allow::Text, &format!("{path}.content[{nth}]"), &mut item, losses) {
            items.push(item);
        }
    }
    message.list("content", items, |item, out| out.extend_from_slice(&item));
}

fn write_call(part: &Part, form: CallIds, out: &mut Vec<u8>) {
    match &part.body {
        Body::ToolCall { id, name, arguments } => {
            let mut call = ObjectWriter::begin(out);
            call.text("id", &call_ids::fitting(id, form, call_ids::CHAT));
            call.text("type", "function");
            let mut function = call.object("function");
            function.text("name", name);
            function.text("arguments", arguments);
            write_extra(&part.extra, place::FUNCTION, &mut function);
            function.end();
            // As an answer has them, and as a request does.
            write_extra(&part.extra, place::ANSWERED, &mut call);
            write_extra(&part.extra, "", &mut call);
            call.end();
        }
        Body::Opaque(it) => out.extend_from_slice(it.raw.get().as_bytes()),
        _ => out.extend_from_slice(b"null"),
    }
}

// === tools ===

fn write_tools(prompt: &Prompt, top: &mut ObjectWriter, losses: &mut Losses) {
    let mut items = Vec::new();
    for tool in &prompt.tools {
        let mut item = Vec::new();
        if write_tool(tool, &mut item, losses) {
            items.push(item);
        }
    }
    let none_left = items.is_empty() && !prompt.tools.is_empty();
    if !items.is_empty() {
        top.list("tools", items, |item, out| out.extend_from_slice(&item));
    }
    if none_left {
        // OpenAI refuses both without tools.
        if prompt.tool_choice.is_some() || has_extra(&prompt.extra, "tool_choice") {
            losses.add("tool_choice", "no tool is left to choose");
        }
        if prompt.parallel_tools.is_some() {
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
            let mut choice = top.object("tool_choice");
            choice.text("type", "function");
            let mut function = choice.object("function");
            function.text("name", name);
            function.end();
            choice.end();
        }
    }
    if let Some(parallel) = prompt.parallel_tools {
        top.plain("parallel_tool_calls", parallel);
    }
}

fn write_tool(tool: &Tool, out: &mut Vec<u8>, losses: &mut Losses) -> bool {
    if tool.cache.is_some() {
        losses.add("cache_control", "openai-chat has no prompt-cache marks");
    }
    losses.foreign(&format!("tools.{}.", tool.name), &tool.extra);
    if let Some(server) = &tool.server {
        if is_own(server) {
            out.extend_from_slice(server.raw.get().as_bytes());
            return true;
        }
        losses.add(format!("tools.{}", server.name), "a tool that its own provider runs");
        return false;
    }
    if freeform::has_grammar(tool) {
        losses.add(format!("tools.{}.format", tool.name), freeform::WHY);
    }
    let mut object = ObjectWriter::begin(out);
    object.text("type", "function");
    let mut function = object.object("function");
    function.text("name", &tool.name);
    if let Some(description) = freeform::description(tool) {
        function.text("description", &description);
    }
    if let Some(schema) = &tool.schema {
        function.raw("parameters", schema.get());
    }
    if let Some(strict) = tool.strict {
        function.plain("strict", strict);
    }
    write_extra(&tool.extra, place::FUNCTION, &mut function);
    function.end();
    write_extra(&tool.extra, "", &mut object);
    object.end();
    true
}

// === form, numbers, reasoning ===

fn write_format(prompt: &Prompt, quirks: &Quirks, top: &mut ObjectWriter, losses: &mut Losses) {
    match &prompt.format {
        Format::Text => {}
        Format::JsonSchema { name, description, schema, strict } if quirks.json_schema => {
            let mut format = top.object("response_format");
            format.text("type", "json_schema");
            let mut inner = format.object("json_schema");
            // OpenAI insists on a name; other dialects have none.
            inner.text("name", name.as_deref().unwrap_or("answer"));
            if let Some(description) = description {
                inner.text("description", description);
            }
            inner.raw("schema", schema.get());
            if let Some(strict) = strict {
                inner.plain("strict", strict);
            }
            write_extra(&prompt.extra, place::SCHEMA, &mut inner);
            inner.end();
            format.end();
        }
        Format::JsonObject | Format::JsonSchema { .. } => {
            if matches!(prompt.format, Format::JsonSchema { .. }) {
                losses.add("response_format.json_schema", "changed: the provider knows json_object only");
            }
            let mut format = top.object("response_format");
            format.text("type", "json_object");
            format.end();
        }
    }
}

fn write_sampling(prompt: &Prompt, quirks: &Quirks, top: &mut ObjectWriter, losses: &mut Losses) {
    let it = &prompt.sampling;
    if let Some(cap) = it.max_tokens {
        let key = match quirks.output_cap {
            OutputCap::MaxTokens => "max_tokens",
            OutputCap::MaxCompletionTokens => "max_completion_tokens",
        };
        top.plain(key, cap);
    }
    for (key, value) in [
        ("temperature", it.temperature),
        ("top_p", it.top_p),
        ("frequency_penalty", it.frequency_penalty),
        ("presence_penalty", it.presence_penalty),
    ] {
        if let Some(value) = value {
            top.float(key, value);
        }
    }
    if it.top_k.is_some() {
        losses.add("top_k", NO_FIELD);
    }
    if let Some(seed) = it.seed {
        top.plain("seed", seed);
    }
    if !it.stop.is_empty() {
        top.list("stop", &it.stop, |text, out| crate::wire::json::quote(text, out));
    }
    if let Some(choices) = it.choices {
        top.plain("n", choices);
    }
}

/// Largest thinking budgets that count as `low` and `medium`: what OpenRouter's and LiteLLM's tables roughly agree on,
/// between the 1,024 tokens that are Anthropic's least and the 32,000 of a long think.
const LOW: u64 = 4096;
const MEDIUM: u64 = 16_384;

fn write_reasoning(prompt: &Prompt, top: &mut ObjectWriter, losses: &mut Losses) {
    let Some(reasoning) = &prompt.reasoning else { return };
    let Reasoning { enabled, effort, budget, adaptive } = reasoning;
    let open_router = has_extra(&prompt.extra, place::REASONING);
    let thinking = has_extra(&prompt.extra, place::THINKING);
    if open_router {
        let mut object = top.object("reasoning");
        if let Some(effort) = effort {
            object.text("effort", effort);
        }
        if let Some(budget) = budget {
            object.plain("max_tokens", budget);
        }
        if !enabled {
            object.raw("enabled", "false");
        }
        write_extra(&prompt.extra, place::REASONING, &mut object);
        object.end();
    }
    if thinking {
        let mut object = top.object("thinking");
        object.text("type", if *enabled { "enabled" } else { "disabled" });
        if let Some(budget) = budget {
            object.plain("budget_tokens", budget);
        }
        write_extra(&prompt.extra, place::THINKING, &mut object);
        object.end();
    }
    if open_router || (thinking && effort.is_none()) {
        return;
    }
    match (effort, budget) {
        (Some(effort), _) => top.text("reasoning_effort", effort),
        (None, _) if !enabled => losses.add("thinking", "openai-chat has no switch for it; the model's default holds"),
        (None, Some(budget)) => {
            let effort = match *budget {
                0..=LOW => "low",
                it if it <= MEDIUM => "medium",
                _ => "high",
            };
            top.text("reasoning_effort", effort);
            losses.add("thinking.budget_tokens", "changed: openai-chat has efforts, not budgets");
        }
        // How much is the model's choice there, and the default here.
        (None, None) if *adaptive => {}
        (None, None) => losses.add("thinking", "openai-chat has no switch for it; the model's default holds"),
    }
}
