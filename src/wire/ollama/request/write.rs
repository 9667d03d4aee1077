//! Hub → a provider's request. Says everything the dialect can say and names the rest.

use super::{FUNCTION, settings};
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Media, Part, Prompt, Role, ToolChoice, Turn};
use crate::domain::quirks::Quirks;
use crate::wire::json::{self, ObjectWriter};
use crate::wire::ollama::ids::{self, Open};
use crate::wire::ollama::{Losses, NO_FIELD, reply, write_extra};
use crate::wire::{Written, function, own};

/// Between pieces of one text: what Ollama itself puts between messages of one role.
const BETWEEN: &str = "\n\n";

/// Why something of a tool cannot be said.
const WHY: function::Why = function::Why {
    cache: "ollama caches by itself and has no marks for it",
    strict: Some(NO_FIELD),
    schema: "changed: ollama takes an object only",
};

/// Writes a request for a provider.
pub(in crate::wire::ollama) fn write(prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
    let mut messages = Messages { items: Vec::new(), open: Open::default(), quirks, losses: Losses::default() };
    for (nth, part) in prompt.system.iter().enumerate() {
        messages.said("system", &[part], &[], &format!("system[{nth}]"));
    }
    for (nth, turn) in prompt.turns.iter().enumerate() {
        messages.turn(turn, &format!("messages[{nth}]"));
    }
    let Messages { items, mut losses, .. } = messages;
    let mut out = Vec::with_capacity(1024);
    let mut top = ObjectWriter::begin(&mut out);
    top.text("model", model);
    top.list("messages", items, |item, out| out.extend_from_slice(&item));
    write_tools(prompt, quirks, &mut top, &mut losses);
    settings::write(prompt, quirks, &mut top, &mut losses);
    // Said in any case: an answer is streamed where the request does not say.
    top.plain("stream", prompt.stream);
    write_extra(&prompt.extra, "", &mut top);
    losses.foreign("", &prompt.extra);
    if prompt.user.is_some() {
        losses.add("user", NO_FIELD);
    }
    top.end();
    Written { body: out, losses: losses.0 }
}

// === messages ===

/// The messages written so far.
struct Messages<'a> {
    items: Vec<Vec<u8>>,
    open: Open,
    quirks: &'a Quirks,
    losses: Losses,
}

impl Messages<'_> {
    fn turn(&mut self, turn: &Turn, path: &str) {
        self.losses.foreign(path, &turn.extra);
        let parts: Vec<&Part> = turn.parts.iter().collect();
        match turn.role {
            Role::System => self.said("system", &parts, &turn.extra, path),
            Role::Assistant => self.said("assistant", &parts, &turn.extra, path),
            Role::User => {
                let (mut results, rest): (Vec<&Part>, Vec<&Part>) =
                    parts.into_iter().partition(|it| matches!(it.body, Body::ToolResult { .. }));
                // A server that knows no ids takes them in the order of their calls.
                results.sort_by_key(|it| match &it.body {
                    Body::ToolResult { id, .. } => self.open.place(id),
                    _ => usize::MAX,
                });
                let answered = !results.is_empty();
                for part in results {
                    self.result(part, path);
                }
                if !rest.is_empty() || !answered {
                    self.said("user", &rest, &turn.extra, path);
                }
            }
        }
    }

    /// One message of what somebody says.
    fn said(&mut self, role: &str, parts: &[&Part], extra: &[crate::domain::prompt::Opaque], path: &str) {
        let mut said = Said::default();
        for (nth, part) in parts.iter().enumerate() {
            self.part(part, role, &format!("{path}.content[{nth}]"), &mut said);
        }
        let unsaid = |it: &&Part| matches!(it.body, Body::Opaque(_) | Body::Thinking(_) | Body::RedactedThinking(_));
        if said.is_empty() && parts.iter().any(unsaid) {
            // An empty message in its place would say something that nobody said.
            return;
        }
        let between = if role == "assistant" { "" } else { BETWEEN };
        let mut out = Vec::new();
        let mut message = ObjectWriter::begin(&mut out);
        message.text("role", role);
        message.text("content", &said.texts.join(between));
        if let Some(thinking) = said.thinking {
            message.text("thinking", &thinking);
        }
        images(&said.images, &mut message);
        if !said.calls.is_empty() {
            message.list("tool_calls", &said.calls, |call, out| out.extend_from_slice(call));
        }
        // A leading system text carries the fields of its message.
        let of_part = if role == "system" && extra.is_empty() { parts.first().map(|it| &*it.extra) } else { None };
        write_extra(of_part.unwrap_or(extra), "", &mut message);
        message.end();
        self.items.push(out);
    }

    fn part(&mut self, part: &Part, role: &str, path: &str, said: &mut Said) {
        self.marks(part, path);
        match &part.body {
            Body::Text(text) if text.is_empty() && part.signature.is_some() => {}
            Body::Text(text) => said.texts.push(text.clone()),
            Body::Refusal(text) => {
                self.losses.add(path, "a refusal is sent as text");
                said.texts.push(text.clone());
            }
            // Proof of who wrote it: only ever sent back to its maker, which no provider of this dialect is.
            Body::Thinking(_) if part.signature.is_some() => {
                self.losses.add(path, "signed reasoning goes back to its own provider only");
            }
            // Nobody knows whose it is: the reasoning of another model only leads this one astray.
            Body::Thinking(text)
                if role == "assistant" && !self.quirks.replays_reasoning && !own::is_thought(Dialect::Ollama, part) =>
            {
                if !text.is_empty() {
                    self.losses.add(path, own::NOT_TAKEN_BACK);
                }
            }
            Body::Thinking(text) if role == "assistant" => {
                let thinking = said.thinking.get_or_insert_default();
                thinking.push_str(if thinking.is_empty() { "" } else { "\n" });
                thinking.push_str(text);
            }
            Body::ToolCall { id, name, arguments } if role == "assistant" => {
                said.calls.push(self.call(part, id, name, arguments, path));
            }
            Body::RedactedThinking(_) => self.losses.add(path, "reasoning that another provider encrypted"),
            Body::Image { source, detail } if role == "user" => {
                if detail.as_deref().is_some_and(|it| it != "auto") {
                    self.losses.add(format!("{path}.detail"), NO_FIELD);
                }
                said.images.extend(self.image(source, path));
            }
            Body::File { source, name } if role == "user" => {
                said.texts.extend(self.file(source, name.as_deref(), path));
            }
            Body::Audio { .. } => self.losses.add(path, "ollama takes no sounds"),
            Body::Opaque(it) => self.losses.add(format!("{path}.{}", it.name), "ollama has no such block"),
            _ => self.losses.add(path, "ollama has no place for this here"),
        }
    }

    /// Names a cache mark, a signature and fields of other dialects on a part.
    fn marks(&mut self, part: &Part, path: &str) {
        if part.cache.is_some() {
            self.losses.add("cache_control", "ollama caches by itself and has no marks for it");
        }
        if part.signature.is_some() && !matches!(part.body, Body::Thinking(_)) {
            self.losses.add(format!("{path}.signature"), "ollama has no signatures");
        }
        self.losses.foreign(path, &part.extra);
    }

    fn image(&mut self, source: &Media, path: &str) -> Option<String> {
        if !self.quirks.images {
            self.losses.add(path, "the provider takes no images");
            return None;
        }
        let inline = match source {
            Media::Base64 { data, .. } => Some(data.clone()),
            Media::Url(url) => {
                url.strip_prefix("data:").and_then(|it| it.split_once(";base64,")).map(|(_, data)| data.to_owned())
            }
            Media::Text(_) | Media::FileId(_) => None,
        };
        if inline.is_none() {
            self.losses.add(path, "ollama takes pictures as bytes only and fetches none");
        }
        inline
    }

    /// A document: only text can be given, as what it says.
    fn file(&mut self, source: &Media, name: Option<&str>, path: &str) -> Option<String> {
        let Media::Text(text) = source else {
            self.losses.add(path, "ollama takes no documents");
            return None;
        };
        self.losses.add(path, "changed: ollama has no documents, it goes as text");
        Some(name.map_or_else(|| text.clone(), |name| format!("{name}{BETWEEN}{text}")))
    }

    fn call(&mut self, part: &Part, id: &str, name: &str, arguments: &str, path: &str) -> Vec<u8> {
        self.open.call(Some(id), name);
        let arguments = reply::arguments(arguments, path, &mut self.losses);
        let mut out = Vec::with_capacity(64 + arguments.len());
        let mut call = ObjectWriter::begin(&mut out);
        if !ids::is_made(id) && !id.is_empty() {
            call.text("id", id);
        }
        let mut function = call.object("function");
        function.text("name", name);
        function.raw("arguments", &arguments);
        write_extra(&part.extra, FUNCTION, &mut function);
        function.end();
        write_extra(&part.extra, "", &mut call);
        call.end();
        out
    }

    /// What a tool returned: a message of its own, found by the tool's name in old versions and by the id in new ones.
    fn result(&mut self, part: &Part, path: &str) {
        let Body::ToolResult { id, content, is_error } = &part.body else { return };
        self.marks(part, path);
        if *is_error {
            self.losses.add(format!("{path}.is_error"), "ollama cannot say that a tool failed; its text is kept");
        }
        let called = self.open.name(id);
        let mut said = Said::default();
        for (nth, it) in content.iter().enumerate() {
            // The server takes pictures in a message of any role.
            self.part(it, "user", &format!("{path}.tool_result[{nth}]"), &mut said);
        }
        let mut out = Vec::new();
        let mut message = ObjectWriter::begin(&mut out);
        message.text("role", "tool");
        message.text("content", &said.texts.join("\n"));
        images(&said.images, &mut message);
        let known = own::find(Dialect::Ollama, &part.extra, "tool_name").and_then(json::text);
        // A result that answers no call was given the tool's name for an id when it was read.
        let named_so = called.is_none() && known.as_deref() == Some(id);
        if !own::has(Dialect::Ollama, &part.extra, "tool_name")
            && let Some(name) = called
        {
            message.text("tool_name", &name);
        }
        if !ids::is_made(id) && !id.is_empty() && !named_so {
            message.text("tool_call_id", id);
        }
        write_extra(&part.extra, "", &mut message);
        message.end();
        self.items.push(out);
    }
}

/// The parts of a message by where they go.
#[derive(Default)]
struct Said {
    texts: Vec<String>,
    thinking: Option<String>,
    images: Vec<String>,
    calls: Vec<Vec<u8>>,
}

impl Said {
    fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.thinking.is_none() && self.images.is_empty() && self.calls.is_empty()
    }
}

fn images(images: &[String], message: &mut ObjectWriter) {
    if !images.is_empty() {
        message.list("images", images, |data, out| json::quote(data, out));
    }
}

// === tools ===

fn write_tools(prompt: &Prompt, quirks: &Quirks, top: &mut ObjectWriter, losses: &mut Losses) {
    if !quirks.tools && !prompt.tools.is_empty() {
        return losses.add("tools", "the provider takes no tools");
    }
    if prompt.parallel_tools == Some(false) {
        losses.add("parallel_tool_calls", "ollama cannot be told to call one tool at a time");
    }
    match &prompt.tool_choice {
        None | Some(ToolChoice::Auto) => {}
        Some(ToolChoice::None) if prompt.tools.is_empty() => {}
        Some(ToolChoice::None) => {
            // It holds the model to what was asked, where a word for it is lacking.
            losses.add("tools", "left out, so that none is called");
            return losses.add("tool_choice", "changed: ollama has no such field, so the tools are left out");
        }
        Some(ToolChoice::Required | ToolChoice::Named(_)) => {
            losses.add("tool_choice", "ollama cannot be told to call a tool");
        }
    }
    let tools: Vec<Vec<u8>> = prompt.tools.iter().filter_map(|it| function::write(it, &WHY, losses)).collect();
    if !tools.is_empty() {
        top.list("tools", tools, |item, out| out.extend_from_slice(&item));
    }
}
