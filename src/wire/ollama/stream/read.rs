//! A provider's stream → events, and a whole answer the same way.
//!
//! The dialect has no blocks: a piece of thinking, of text, or a whole call stands in a line, and what follows a piece of
//! its own kind is more of it.

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Delta, Event, Fault};
use crate::domain::prompt::Opaque;
use crate::wire::gemini::unix_seconds;
use crate::wire::json::{self, Object};
use crate::wire::ollama::{error, ids, read_finish, reply, rest, usage};
use crate::wire::{Malformed, StreamReader, own, sse};

/// The reader.
#[derive(Debug, Default)]
pub(in crate::wire::ollama) struct Reader {
    /// What ids made for this answer are made of, once it has begun.
    answer: Option<String>,
    /// Index of the next block.
    next: u32,
    /// The text that is going on.
    open: Option<Text>,
    calls: usize,
    /// Fields without a noun, as they were told last.
    seen: Vec<Opaque>,
    /// Nothing more is read: the answer ended or failed.
    over: bool,
}

/// An open text or thought.
#[derive(Debug, Clone, Copy)]
struct Text {
    thought: bool,
    index: u32,
    /// Half of a character that came in two pieces.
    half: Option<u16>,
}

impl StreamReader for Reader {
    fn read(&mut self, frame: &sse::Frame, out: &mut Vec<Event>) -> Result<(), Malformed> {
        let data = frame.data();
        if self.over || data.trim_ascii().is_empty() {
            return Ok(());
        }
        self.line(Object::parse(&data)?, &data, out);
        Ok(())
    }
}

impl Reader {
    /// Reads one line, whose bytes are `data`.
    pub(in crate::wire::ollama) fn line(&mut self, mut it: Object, data: &[u8], out: &mut Vec<Event>) {
        if it.get("error").is_some() {
            return self.fault(error::read(data), out);
        }
        let created = it.take("created_at");
        let model = it.take("model").and_then(json::text).unwrap_or_default();
        if self.answer.is_none() {
            let time = created.and_then(json::text).unwrap_or_default();
            let answer = ids::of_time(&time);
            // The dialect has no ids of answers.
            let id = format!("ollama-{answer}");
            out.push(Event::Start { id, model: model.into_owned(), created: unix_seconds(&time) });
            out.extend(created.map(|it| Event::Opaque(own::spelling(Dialect::Ollama, "created_at", it))));
            self.answer = Some(answer);
        }
        if let Some(message) = it.take("message").and_then(Object::of) {
            self.message(message, out);
        }
        let counts = usage::take(&mut it);
        let done = reply::is_done(&it);
        let reason = it.take("done_reason").and_then(json::text);
        it.take("done");
        // How long the server took: nothing of what it answered.
        for key in ["total_duration", "load_duration", "prompt_eval_duration", "eval_duration"] {
            out.extend(it.take(key).map(|raw| Event::Opaque(own::spelling(Dialect::Ollama, key, raw))));
        }
        for it in rest(it, "") {
            self.extra(it, out);
        }
        out.extend(counts.map(Event::Usage));
        if done {
            self.close(out);
            self.over = true;
            let reason = read_finish(reason.as_deref(), self.calls > 0);
            out.extend([Event::Finish { reason, stop: None }, Event::End]);
        }
    }

    fn message(&mut self, mut it: Object, out: &mut Vec<Event>) {
        it.take("role");
        for (key, thought) in [("thinking", true), ("content", false)] {
            if let Some(raw) = it.take(key) {
                self.say(thought, raw, out);
            }
        }
        for raw in it.take("tool_calls").and_then(json::items).unwrap_or_default() {
            if let Some(call) = Object::of(raw) {
                self.call(call, out);
            }
        }
        for it in rest(it, "message.") {
            self.extra(it, out);
        }
    }

    /// Adds a piece of text, opening its block if another kind was open.
    fn say(&mut self, thought: bool, raw: &RawValue, out: &mut Vec<Event>) {
        let going_on = self.open.filter(|it| it.thought == thought);
        let mut half = going_on.and_then(|it| it.half);
        let Some(text) = json::piece(raw.get().as_bytes(), &mut half) else { return };
        if text.is_empty() && half.is_none() {
            return;
        }
        let index = going_on.map_or_else(
            || {
                self.close(out);
                self.opened(if thought { Block::Thinking } else { Block::Text }, out)
            },
            |it| it.index,
        );
        self.open = Some(Text { thought, index, half });
        if !text.is_empty() {
            out.push(Event::Delta { index, delta: Delta::Text(text.into_owned()) });
        }
    }

    /// A call comes whole.
    fn call(&mut self, mut it: Object, out: &mut Vec<Event>) {
        self.close(out);
        let mut function = it.take("function").and_then(Object::of).unwrap_or_default();
        let text = |raw: Option<&RawValue>| raw.and_then(json::text).unwrap_or_default().into_owned();
        let id = Some(text(it.take("id"))).filter(|it| !it.is_empty());
        let id = id.unwrap_or_else(|| ids::make(self.answer.as_deref().unwrap_or_default(), self.calls));
        let name = text(function.take("name"));
        function.take("index");
        // An object; what stands in a text instead is what the text says.
        let arguments =
            function.take("arguments").map_or_else(|| "{}".into(), |it| json::text(it).unwrap_or(it.get().into()));
        self.calls += 1;
        let index = self.opened(Block::ToolCall { id, name }, out);
        out.push(Event::Delta { index, delta: Delta::Arguments(arguments.into_owned()) });
        let kind = it.take("type").map(|it| own::spelling(Dialect::Ollama, "tool_call.type", it));
        let extra = rest(function, "tool_call.function.").chain(rest(it, "tool_call.")).chain(kind);
        out.extend(extra.map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
        out.push(Event::Close { index });
    }

    fn opened(&mut self, block: Block, out: &mut Vec<Event>) -> u32 {
        let index = self.next;
        self.next += 1;
        out.push(Event::Open { index, block });
        index
    }

    /// Closes the text that is open.
    fn close(&mut self, out: &mut Vec<Event>) {
        let Some(Text { index, half, .. }) = self.open.take() else { return };
        if half.is_some() {
            out.push(Event::Delta { index, delta: Delta::Text(char::REPLACEMENT_CHARACTER.to_string()) });
        }
        out.push(Event::Close { index });
    }

    /// Tells a field without a noun, unless it says what it said before.
    fn extra(&mut self, it: Opaque, out: &mut Vec<Event>) {
        match self.seen.iter_mut().find(|before| before.name == it.name) {
            Some(before) if before.raw.get() == it.raw.get() => return,
            Some(before) => before.raw.clone_from(&it.raw),
            None => self.seen.push(it.clone()),
        }
        out.push(Event::Opaque(it));
    }

    fn fault(&mut self, fault: Fault, out: &mut Vec<Event>) {
        self.over = true;
        out.push(Event::Fault(fault));
    }
}
