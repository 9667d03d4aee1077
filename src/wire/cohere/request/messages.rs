//! Turns → messages.

use super::{FUNCTION, IMAGE};
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Media, Opaque, Part, Role, Turn};
use crate::domain::quirks::Quirks;
use crate::wire::cohere::{Losses, is_plan, write_extra};
use crate::wire::json::ObjectWriter;
use crate::wire::own::{NOT_TAKEN_BACK, is_thought};

/// The messages written so far.
pub(super) struct Messages<'a> {
    pub(super) items: Vec<Vec<u8>>,
    pub(super) losses: Losses,
    quirks: &'a Quirks,
}

/// The parts of a message by where they go.
#[derive(Default)]
struct Said {
    /// Content items as they are written.
    items: Vec<Vec<u8>>,
    /// The text of the only item, where the content may go out as one.
    text: Option<String>,
    plan: Vec<String>,
    calls: Vec<Vec<u8>>,
}

/// Who says something, which decides what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    System,
    User,
    /// The model; whether it calls tools and says nothing else, so that what it thought is its plan.
    Model {
        plans: bool,
    },
    Tool,
}

impl<'a> Messages<'a> {
    pub(super) fn new(quirks: &'a Quirks) -> Self {
        Self { items: Vec::new(), losses: Losses::default(), quirks }
    }

    /// A leading system text, which carries the fields of its message.
    pub(super) fn system(&mut self, part: &Part, path: &str) {
        let mut said = Said::default();
        self.part(part, Who::System, path, &mut said);
        if !said.items.is_empty() {
            self.message("system", said, |message| write_extra(&part.extra, "message.", message));
        }
    }

    pub(super) fn turn(&mut self, turn: &Turn, path: &str) {
        self.losses.foreign(path, &turn.extra);
        let mut said = Said::default();
        let (role, who) = match turn.role {
            Role::System => ("system", Who::System),
            Role::User => ("user", Who::User),
            Role::Assistant => {
                let calls = turn.parts.iter().any(|it| matches!(it.body, Body::ToolCall { .. }));
                let says = turn.parts.iter().any(|it| matches!(&it.body, Body::Text(text) if !text.is_empty()));
                ("assistant", Who::Model { plans: calls && !says })
            }
        };
        let mut results = false;
        for (nth, part) in turn.parts.iter().enumerate() {
            let path = format!("{path}.content[{nth}]");
            match &part.body {
                Body::ToolResult { id, content, is_error } if who == Who::User => {
                    results = true;
                    self.result(part, id, content, *is_error, &path, &mut said);
                }
                _ => self.part(part, who, &path, &mut said),
            }
        }
        let empty = said.items.is_empty() && said.calls.is_empty() && said.plan.is_empty();
        let unsaid = |it: &Part| matches!(it.body, Body::Opaque(_) | Body::Thinking(_) | Body::RedactedThinking(_));
        let unsaid = turn.parts.iter().any(unsaid);
        // An empty message in its place would say something that nobody said.
        if empty && (results || unsaid) {
            return;
        }
        self.message(role, said, |message| write_extra(&turn.extra, "", message));
    }

    /// Writes one message: its role, what is said, and what `more` adds.
    fn message(&mut self, role: &str, said: Said, more: impl FnOnce(&mut ObjectWriter)) {
        let mut out = Vec::new();
        let mut message = ObjectWriter::begin(&mut out);
        message.text("role", role);
        match said.text.filter(|_| said.items.len() == 1) {
            Some(text) => message.text("content", &text),
            None if said.items.is_empty() && role != "assistant" => message.text("content", ""),
            None if said.items.is_empty() && said.calls.is_empty() => message.text("content", ""),
            None if said.items.is_empty() => {}
            None => message.list("content", &said.items, |item, out| out.extend_from_slice(item)),
        }
        if !said.plan.is_empty() {
            message.text("tool_plan", &said.plan.join("\n"));
        }
        if !said.calls.is_empty() {
            message.list("tool_calls", &said.calls, |call, out| out.extend_from_slice(call));
        }
        more(&mut message);
        message.end();
        self.items.push(out);
    }

    fn part(&mut self, part: &Part, who: Who, path: &str, said: &mut Said) {
        self.marks(part, path);
        let model = matches!(who, Who::Model { .. });
        match &part.body {
            // It only carried the signature.
            Body::Text(text) if text.is_empty() && part.signature.is_some() => {}
            Body::Text(text) => self.text(text, &part.extra, said),
            Body::Refusal(text) => {
                self.losses.add(path, "a refusal is sent as text");
                self.text(text, &[], said);
            }
            // Proof of who wrote it: only ever sent back to its maker, which no provider of this dialect is.
            Body::Thinking(_) if part.signature.is_some() => {
                self.losses.add(path, "signed reasoning goes back to its own provider only");
            }
            Body::Thinking(text) if model && text.is_empty() => {}
            // Nobody knows whose it is: the reasoning of another model only leads this one astray.
            Body::Thinking(_) if model && !self.quirks.replays_reasoning && !own(part) => {
                self.losses.add(path, NOT_TAKEN_BACK);
            }
            Body::Thinking(text) if is_plan(&part.extra) || who == (Who::Model { plans: true }) && !own(part) => {
                said.plan.push(text.clone());
            }
            Body::Thinking(text) if model => self.typed("thinking", text, &part.extra, said),
            Body::RedactedThinking(_) => self.losses.add(path, "reasoning that another provider encrypted"),
            Body::ToolCall { id, name, arguments } if model => said.calls.push(call(part, id, name, arguments)),
            Body::Image { source, detail } if who == Who::User => {
                said.items.extend(self.image(part, source, detail.as_deref(), path));
            }
            Body::File { source, name } if who == Who::User => self.file(source, name.as_deref(), path, said),
            Body::Audio { .. } => self.losses.add(path, "cohere takes no sounds"),
            Body::Opaque(it) if it.dialect == Dialect::Cohere => said.items.push(it.raw.get().as_bytes().to_vec()),
            Body::Opaque(it) => self.losses.add(format!("{path}.{}", it.name), "cohere has no such content"),
            _ => self.losses.add(path, "cohere has no place for this here"),
        }
    }

    /// Names a cache mark, a signature and fields of other dialects on a part.
    fn marks(&mut self, part: &Part, path: &str) {
        if part.cache.is_some() {
            self.losses.add("cache_control", "cohere caches by itself and has no marks for it");
        }
        if part.signature.is_some() && !matches!(part.body, Body::Thinking(_)) {
            self.losses.add(format!("{path}.signature"), "cohere has no signatures");
        }
        self.losses.foreign(path, &part.extra);
    }

    fn text(&mut self, text: &str, extra: &[Opaque], said: &mut Said) {
        let plain = !extra.iter().any(|it| it.dialect == Dialect::Cohere && !it.name.starts_with("message."));
        said.text = plain.then(|| text.to_owned());
        self.typed("text", text, extra, said);
    }

    #[expect(clippy::unused_self, reason = "it stands among the writers of parts")]
    fn typed(&mut self, kind: &str, text: &str, extra: &[Opaque], said: &mut Said) {
        let mut out = Vec::with_capacity(32 + text.len());
        let mut item = ObjectWriter::begin(&mut out);
        item.text("type", kind);
        item.text(kind, text);
        write_extra(extra, "", &mut item);
        item.end();
        said.items.push(out);
    }

    fn image(&mut self, part: &Part, source: &Media, detail: Option<&str>, path: &str) -> Option<Vec<u8>> {
        if !self.quirks.images {
            self.losses.add(path, "the provider takes no images");
            return None;
        }
        let url = match source {
            Media::Base64 { media_type, data } => format!("data:{media_type};base64,{data}"),
            Media::Url(url) => url.clone(),
            Media::Text(_) | Media::FileId(_) => {
                self.losses.add(path, "an uploaded image of another provider");
                return None;
            }
        };
        let mut out = Vec::with_capacity(64 + url.len());
        let mut item = ObjectWriter::begin(&mut out);
        item.text("type", "image_url");
        let mut image = item.object("image_url");
        image.text("url", &url);
        if let Some(detail) = detail {
            image.text("detail", detail);
        }
        write_extra(&part.extra, IMAGE, &mut image);
        image.end();
        write_extra(&part.extra, "", &mut item);
        item.end();
        Some(out)
    }

    /// A document: only text can be given where it stands. (`documents`, beside the conversation, switches the model to
    /// answers with citations, which nobody asked for.)
    fn file(&mut self, source: &Media, name: Option<&str>, path: &str, said: &mut Said) {
        let Media::Text(text) = source else {
            return self.losses.add(path, "cohere takes no documents but text");
        };
        self.losses.add(path, "changed: cohere has no documents inside the conversation, it goes as text");
        let titled = name.map(|name| format!("{name}\n\n{text}"));
        self.text(titled.as_deref().unwrap_or(text), &[], said);
    }

    /// What a tool returned: a message of its own. What only a user may send goes into the next one.
    fn result(&mut self, part: &Part, id: &str, content: &[Part], is_error: bool, path: &str, moved: &mut Said) {
        self.marks(part, path);
        if is_error {
            self.losses.add(format!("{path}.is_error"), "cohere cannot say that a tool failed; its text is kept");
        }
        let mut said = Said::default();
        for (nth, it) in content.iter().enumerate() {
            let path = format!("{path}.content[{nth}]");
            if matches!(it.body, Body::Image { .. } | Body::File { .. }) {
                self.losses.add(&path, "changed: images and files of a tool result go into the following user message");
                self.part(it, Who::User, &path, moved);
            } else {
                self.part(it, Who::Tool, &path, &mut said);
            }
        }
        if said.items.is_empty() && !moved.items.is_empty() {
            self.text("The result follows in the next message.", &[], &mut said);
        }
        self.message("tool", said, |message| {
            message.text("tool_call_id", id);
            write_extra(&part.extra, "", message);
        });
    }
}

/// Whether reasoning came in this dialect: then it goes back to where it stood.
fn own(part: &Part) -> bool {
    is_thought(Dialect::Cohere, part)
}

fn call(part: &Part, id: &str, name: &str, arguments: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + arguments.len());
    let mut call = ObjectWriter::begin(&mut out);
    call.text("id", id);
    call.text("type", "function");
    let mut function = call.object("function");
    function.text("name", name);
    // Cohere parses it: a call without arguments has none.
    function.text("arguments", if arguments.trim().is_empty() { "{}" } else { arguments });
    write_extra(&part.extra, FUNCTION, &mut function);
    function.end();
    write_extra(&part.extra, "", &mut call);
    call.end();
    out
}
