//! A provider's stream → events.
//!
//! Items are known by their output index: ids change on the way with some providers. What an item says is told from its
//! deltas; what was not told by the time it is done is told from the item itself, for providers that send few deltas or
//! none.

mod complete;

use serde_json::value::RawValue;

use crate::domain::event::{Block, Delta, Event};
use crate::domain::prompt::Opaque;
use crate::wire::json::{self, Object};
use crate::wire::openai_responses::{
    EVENT, MESSAGE_FIELD, error, item, keep_rest, opaque, reply, spelling, take_fields, usage,
};
use crate::wire::sse::Frame;
use crate::wire::{Malformed, StreamReader};

/// Reads events.
#[derive(Debug, Default)]
pub(in crate::wire::openai_responses) struct Reader {
    started: bool,
    over: bool,
    /// Number of the next block.
    next: u32,
    called: bool,
    /// Items that are not done.
    items: Vec<Item>,
    /// Output indexes of the items that are.
    done: Vec<u64>,
}

/// An item.
#[derive(Debug)]
struct Item {
    /// Its output index.
    at: u64,
    kind: String,
    /// The blocks of its parts, by content index; a call and reasoning have one.
    blocks: Vec<Part>,
    /// A message's own fields, for its first part.
    fields: Vec<Opaque>,
    /// Which of the two texts of reasoning is told: the one that came first.
    voice: Option<&'static str>,
    /// The part of the summary that is being told.
    paragraph: u64,
}

/// A block of an item.
#[derive(Debug)]
struct Part {
    content: u64,
    index: u32,
    closed: bool,
    /// Something was told of it.
    told: bool,
    half: Option<u16>,
}

/// Events whose name does not begin with `response.`.
const UNPREFIXED: [&str; 3] = ["error", "keepalive", "ping"];

impl StreamReader for Reader {
    fn read(&mut self, frame: &Frame, out: &mut Vec<Event>) -> Result<(), Malformed> {
        if self.over {
            return Ok(());
        }
        let data = frame.data();
        let data = data.trim_ascii();
        if data.is_empty() {
            if frame.is_comment() && frame.raw().contains(&b':') {
                out.push(Event::Ping);
            }
            return Ok(());
        }
        // The dialect's own end has been before it, or the answer was cut.
        if data == b"[DONE]" {
            return Ok(());
        }
        let event = match Object::parse(data) {
            Ok(event) => event,
            Err(malformed) => {
                let fault = serde_json::from_slice(data).ok().and_then(error::of_value).ok_or(malformed)?;
                self.over = true;
                out.push(Event::Fault(fault));
                return Ok(());
            }
        };
        let kind = event.get("type").and_then(json::text).map_or_else(|| frame.event().to_owned(), Into::into);
        self.event(&kind, &event, data, out);
        Ok(())
    }
}

impl Reader {
    fn event(&mut self, kind: &str, event: &Object, data: &[u8], out: &mut Vec<Event>) {
        let name = kind.strip_prefix("response.").unwrap_or(kind);
        // `completed` by itself is not this dialect's end, to the watcher neither.
        let known = name.len() < kind.len() || UNPREFIXED.contains(&kind);
        match if known { name } else { "" } {
            "created" | "queued" | "in_progress" => {
                if let Some(response) = event.get("response").and_then(Object::of) {
                    self.start(&response, out);
                }
            }
            "completed" | "incomplete" | "cancelled" => self.end(event, out),
            "failed" => {
                self.over = true;
                let fault = event.get("response").and_then(Object::of).and_then(|it| error::of_response(&it));
                out.push(Event::Fault(fault.unwrap_or_else(|| error::of_event(data, event))));
            }
            "error" => {
                self.over = true;
                out.push(Event::Fault(error::of_event(data, event)));
            }
            "keepalive" | "ping" => out.push(Event::Ping),
            "output_item.added" => self.added(event, out),
            "output_item.done" => self.item_done(event, out),
            "content_part.added" => self.part_added(event, out),
            "output_text.delta" | "refusal.delta" => self.said(event, "delta", name == "refusal.delta", out),
            "output_text.done" => self.unless_told(event, "text", false, out),
            "refusal.done" => self.unless_told(event, "refusal", true, out),
            "reasoning_summary_text.delta" | "reasoning_summary.delta" => self.thought(event, "summary", out),
            "reasoning_text.delta" | "reasoning.delta" => self.thought(event, "content", out),
            "function_call_arguments.delta" => self.arguments(event, out),
            // They repeat what was said or what the item says when it is done.
            "content_part.done"
            | "function_call_arguments.done"
            | "custom_tool_call_input.delta"
            | "custom_tool_call_input.done"
            | "reasoning_summary_part.added"
            | "reasoning_summary_part.done"
            | "reasoning_summary_text.done"
            | "reasoning_summary.done"
            | "reasoning_text.done"
            | "reasoning.done"
            | "output_text.annotation.added" => {}
            // About an item that is told whole.
            _ if event.get("item_id").is_some() => {}
            _ if event.get("error").is_some() => {
                self.over = true;
                out.push(Event::Fault(error::of_event(data, event)));
            }
            _ => {
                let raw = serde_json::from_slice::<&RawValue>(data).ok();
                out.extend(raw.map(|raw| Event::Opaque(opaque(format!("{EVENT}{name}"), raw))));
            }
        }
    }

    fn start(&mut self, response: &Object, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            let head = reply::read_head(response);
            out.push(Event::Start { id: head.id, model: head.model, created: head.created });
        }
    }

    fn started(&mut self, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(Event::Start { id: String::new(), model: String::new(), created: None });
        }
    }

    // === items ===

    fn added(&mut self, event: &Object, out: &mut Vec<Event>) {
        self.started(out);
        let at = number(event, "output_index");
        let Some(raw) = event.get("item") else { return };
        self.add(at, raw, out);
    }

    /// Takes an item in, unless it is there or done.
    fn add(&mut self, at: u64, raw: &RawValue, out: &mut Vec<Event>) {
        if self.done.contains(&at) || self.items.iter().any(|it| it.at == at) {
            return;
        }
        let Some(mut it) = Object::of(raw) else { return };
        let kind = it.get("type").and_then(json::text).unwrap_or("item".into()).into_owned();
        let mut item = Item { at, kind, blocks: Vec::new(), fields: Vec::new(), voice: None, paragraph: 0 };
        match &*item.kind {
            "function_call" | "custom_tool_call" => {
                self.called = true;
                let text = |key: &str| it.get(key).and_then(json::text).unwrap_or_default().into_owned();
                let block = Block::ToolCall { id: text("call_id"), name: text("name") };
                item.blocks.push(self.open(0, block, out));
            }
            "message" => {
                item.fields.extend(take_fields(&mut it, &["id", "phase"], spelling::MESSAGE));
                for key in ["type", "role", "status", "content"] {
                    it.take(key);
                }
                keep_rest(it, MESSAGE_FIELD, &mut item.fields);
            }
            _ => {}
        }
        self.items.push(item);
    }

    fn open(&mut self, content: u64, block: Block, out: &mut Vec<Event>) -> Part {
        let index = self.next;
        self.next += 1;
        out.push(Event::Open { index, block });
        Part { content, index, closed: false, told: false, half: None }
    }

    fn item_done(&mut self, event: &Object, out: &mut Vec<Event>) {
        self.started(out);
        let at = number(event, "output_index");
        if let Some(raw) = event.get("item") {
            self.complete(at, raw, out);
        }
    }

    // === parts and deltas ===

    /// Opens the block of a message's part, with the message's own fields if it is the first.
    fn open_part(&mut self, item: &mut Item, content: u64, block: Block, out: &mut Vec<Event>) {
        let part = self.open(content, block, out);
        let index = part.index;
        item.blocks.push(part);
        let fields = std::mem::take(&mut item.fields).into_iter();
        out.extend(fields.map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
    }

    fn part_added(&mut self, event: &Object, out: &mut Vec<Event>) {
        let Some(kind) = event.get("part").and_then(Object::of).and_then(|it| it.get("type").and_then(json::text))
        else {
            return;
        };
        let block = match &*kind {
            "output_text" => Block::Text,
            "refusal" => Block::Refusal,
            // Reasoning is told by its deltas, any other part when it is done.
            _ => return,
        };
        self.with_item(event, out, |reader, item, out| {
            let content = number(event, "content_index");
            if item.kind == "message" && !item.blocks.iter().any(|it| it.content == content) {
                reader.open_part(item, content, block, out);
            }
        });
    }

    /// A piece of text or refusal.
    fn said(&mut self, event: &Object, key: &str, refusal: bool, out: &mut Vec<Event>) {
        let Some(text) = event.get(key) else { return };
        self.with_item(event, out, |reader, item, out| {
            let content = number(event, "content_index");
            if !item.blocks.iter().any(|it| it.content == content) {
                reader.open_part(item, content, if refusal { Block::Refusal } else { Block::Text }, out);
            }
            if let Some(part) = item.blocks.iter_mut().find(|it| it.content == content && !it.closed) {
                tell(part, text, Delta::Text, out);
            }
        });
    }

    /// The whole text of a part of which nothing was told.
    fn unless_told(&mut self, event: &Object, key: &str, refusal: bool, out: &mut Vec<Event>) {
        let (at, content) = (number(event, "output_index"), number(event, "content_index"));
        let item = self.items.iter().find(|it| it.at == at);
        let told = item.is_some_and(|it| it.blocks.iter().any(|it| it.content == content && it.told));
        if !told {
            self.said(event, key, refusal, out);
        }
    }

    /// A piece of reasoning; `voice` is the field of the item it belongs to.
    fn thought(&mut self, event: &Object, voice: &'static str, out: &mut Vec<Event>) {
        let Some(text) = event.get("delta") else { return };
        let paragraph = number(event, "summary_index");
        self.with_item(event, out, |reader, item, out| {
            if *item.voice.get_or_insert(voice) != voice {
                return;
            }
            if item.blocks.is_empty() {
                let part = reader.open(0, Block::Thinking, out);
                item.blocks.push(part);
                item.paragraph = paragraph;
            }
            let next = voice == "summary" && item.paragraph != paragraph;
            item.paragraph = paragraph;
            if let Some(part) = item.blocks.first_mut().filter(|it| !it.closed) {
                if next {
                    let delta = Delta::Text(item::PARAGRAPH.to_owned());
                    out.push(Event::Delta { index: part.index, delta });
                }
                tell(part, text, Delta::Text, out);
            }
        });
    }

    fn arguments(&mut self, event: &Object, out: &mut Vec<Event>) {
        let Some(text) = event.get("delta") else { return };
        self.with_item(event, out, |_, item, out| {
            if let Some(part) = item.blocks.first_mut().filter(|it| !it.closed)
                && item.kind == "function_call"
            {
                tell(part, text, Delta::Arguments, out);
            }
        });
    }

    /// Does something with the item an event is about. A delta of text whose item was never announced makes its own.
    fn with_item(
        &mut self,
        event: &Object,
        out: &mut Vec<Event>,
        act: impl FnOnce(&mut Self, &mut Item, &mut Vec<Event>),
    ) {
        self.started(out);
        let at = number(event, "output_index");
        if self.done.contains(&at) {
            return;
        }
        let place = self.items.iter().position(|it| it.at == at);
        let unannounced = || {
            let kind = if event.get("content_index").is_some() { "message" } else { "reasoning" };
            Item { at, kind: kind.to_owned(), blocks: Vec::new(), fields: Vec::new(), voice: None, paragraph: 0 }
        };
        let mut item = place.map_or_else(unannounced, |place| self.items.remove(place));
        act(self, &mut item, out);
        self.items.insert(place.unwrap_or(self.items.len()), item);
    }

    // === the end ===

    fn end(&mut self, event: &Object, out: &mut Vec<Event>) {
        self.over = true;
        let Some(response) = event.get("response").and_then(Object::of) else {
            self.started(out);
            for mut item in std::mem::take(&mut self.items) {
                close(&mut item, out);
            }
            out.push(Event::End);
            return;
        };
        self.start(&response, out);
        for (at, raw) in (0..).zip(response.get("output").and_then(json::items).unwrap_or_default()) {
            self.complete(at, raw, out);
        }
        for mut item in std::mem::take(&mut self.items) {
            close(&mut item, out);
        }
        out.extend(usage::find(&response).map(Event::Usage));
        let fault = error::of_response(&response);
        let finish = reply::finish(&response, self.called);
        out.extend(reply::extras(response).into_iter().map(Event::Opaque));
        match (fault, finish) {
            (Some(fault), _) => out.push(Event::Fault(fault)),
            (None, reason) => {
                out.extend(reason.map(|reason| Event::Finish { reason, stop: None }));
                out.push(Event::End);
            }
        }
    }
}

/// Tells a piece of text that a JSON string holds.
fn tell(part: &mut Part, raw: &RawValue, delta: fn(String) -> Delta, out: &mut Vec<Event>) {
    let Some(text) = json::piece(raw.get().as_bytes(), &mut part.half) else { return };
    if !text.is_empty() {
        part.told = true;
        out.push(Event::Delta { index: part.index, delta: delta(text.into_owned()) });
    }
}

/// Closes a block.
fn shut(part: &mut Part, delta: fn(String) -> Delta, out: &mut Vec<Event>) {
    if std::mem::replace(&mut part.closed, true) {
        return;
    }
    if part.half.take().is_some() {
        out.push(Event::Delta { index: part.index, delta: delta(char::REPLACEMENT_CHARACTER.to_string()) });
    }
    out.push(Event::Close { index: part.index });
}

/// Closes what is open of an item.
fn close(item: &mut Item, out: &mut Vec<Event>) {
    let delta = if item.kind == "function_call" { Delta::Arguments } else { Delta::Text };
    for part in &mut item.blocks {
        shut(part, delta, out);
    }
}

fn number(event: &Object, key: &str) -> u64 {
    event.get(key).and_then(|it| serde_json::from_str(it.get()).ok()).unwrap_or(0)
}
