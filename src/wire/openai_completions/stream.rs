//! Streams of this dialect ↔ [`Event`]s: chunks of text, then the end mark.

use serde_json::value::RawValue;

use super::{DONE, Losses, finish_word, opaque, read_finish, reply};
use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Delta, Event, Fault, Finish};
use crate::domain::prompt::Loss;
use crate::domain::usage::Usage;
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::openai_chat::{OpenaiChat, error, usage};
use crate::wire::sse::Frame;
use crate::wire::{Codec as _, Malformed, StreamReader, StreamWriter};

/// Reads a provider's chunks. Only the first choice is told.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// `index` of the choice that is the answer: the first that came.
    choice: Option<String>,
    /// Its text has begun.
    open: bool,
    finished: bool,
    over: bool,
}

impl StreamReader for Reader {
    fn read(&mut self, frame: &Frame, out: &mut Vec<Event>) -> Result<(), Malformed> {
        let data = frame.data();
        let data = data.trim_ascii();
        if data.is_empty() || self.over {
            return Ok(());
        }
        if data == DONE {
            self.end(out);
            return Ok(());
        }
        let chunk = Object::parse(data)?;
        if let Some(fault) = chunk.get("error").map(error::of_error) {
            self.fault(fault, out);
            return Ok(());
        }
        let text = |key: &str| chunk.get(key).and_then(json::text).unwrap_or_default().into_owned();
        for raw in chunk.get("choices").and_then(json::items).unwrap_or_default() {
            let Some(choice) = Object::of(raw) else { continue };
            let index = choice.get("index").map_or("0", RawValue::get);
            if self.choice.is_none() {
                let created = chunk.get("created").and_then(|it| serde_json::from_str(it.get()).ok());
                out.push(Event::Start { id: text("id"), model: text("model"), created });
            }
            if self.choice.get_or_insert_with(|| index.to_owned()) == index {
                self.choice(&choice, out);
            } else {
                out.push(Event::Opaque(opaque(format!("choices[{index}]"), raw)));
            }
        }
        out.extend(usage::find(&chunk).map(Event::Usage));
        Ok(())
    }
}

impl Reader {
    fn choice(&mut self, choice: &Object, out: &mut Vec<Event>) {
        // What comes after the reason is no more of the answer.
        if self.finished {
            return;
        }
        let text = choice.get("text").and_then(json::text).unwrap_or_default();
        if !text.is_empty() {
            if !self.open {
                self.open = true;
                out.push(Event::Open { index: 0, block: Block::Text });
            }
            out.push(Event::Delta { index: 0, delta: Delta::Text(text.into_owned()) });
        }
        if let Some(raw) = choice.get("logprobs").filter(|_| self.open) {
            out.push(Event::Delta { index: 0, delta: Delta::Opaque(opaque("choice.logprobs", raw)) });
        }
        let reason = choice.get("finish_reason").and_then(json::text);
        if let Some(reason) = reason.as_deref().and_then(read_finish) {
            self.finish(reason, out);
        }
    }

    fn finish(&mut self, reason: Finish, out: &mut Vec<Event>) {
        self.finished = true;
        if self.open {
            out.push(Event::Close { index: 0 });
        }
        out.push(Event::Finish { reason, stop: None });
    }

    fn fault(&mut self, fault: Fault, out: &mut Vec<Event>) {
        self.over = true;
        out.push(Event::Fault(fault));
    }

    /// The end mark. A provider that never said why it ended did end well, or it would not have sent the mark.
    fn end(&mut self, out: &mut Vec<Event>) {
        if self.choice.is_some() && !self.finished {
            self.finish(Finish::Stop, out);
        }
        self.over = true;
        out.push(Event::End);
    }
}

/// Writes a client's chunks.
#[derive(Debug)]
pub(super) struct Writer {
    /// The client asked for usage at the end.
    wants_usage: bool,
    /// When the answer was made, where its provider does not say.
    created: i64,
    /// What every chunk begins with, up to its choices.
    head: Vec<u8>,
    /// Of each block, whether it is text.
    blocks: Vec<bool>,
    usage: Option<Usage>,
    finished: bool,
    losses: Losses,
}

impl Writer {
    pub(super) fn new(wants_usage: bool, created: i64) -> Self {
        let mut writer = Self {
            wants_usage,
            created,
            head: Vec::new(),
            blocks: Vec::new(),
            usage: None,
            finished: false,
            losses: Losses::default(),
        };
        writer.set_head("", "", created);
        writer
    }

    fn set_head(&mut self, id: &str, model: &str, created: i64) {
        self.head.clear();
        let mut chunk = ObjectWriter::begin(&mut self.head);
        chunk.text("id", id);
        chunk.text("object", "text_completion");
        chunk.plain("created", created);
        chunk.text("model", model);
        // The object stays open: each chunk goes on from here.
    }

    fn chunk(&self, text: &str, finish: Option<&str>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(&self.head);
        out.extend_from_slice(br#","choices":[{"text":"#);
        json::quote(text, out);
        out.extend_from_slice(br#","index":0,"logprobs":null,"finish_reason":"#);
        match finish {
            Some(word) => json::quote(word, out),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b"}]}\n\n");
    }

    fn delta(&mut self, index: u32, delta: &Delta, out: &mut Vec<u8>) {
        if self.blocks.get(index as usize) != Some(&true) {
            return;
        }
        match delta {
            Delta::Text(text) => self.chunk(text, None, out),
            Delta::Citation(_) => self.losses.add("citation", reply::NO_CITATIONS),
            Delta::Signature(_) => self.losses.add("signature", "openai-completions has no signatures"),
            Delta::Opaque(it) if it.dialect == Dialect::OpenaiCompletions => {
                self.losses.add(it.name.clone(), "a stream of text tells nothing beside it");
            }
            Delta::Opaque(it) => self.losses.foreign("", [it]),
            Delta::Arguments(_) => {}
        }
    }

    fn finish(&mut self, reason: Option<&Finish>, out: &mut Vec<u8>) {
        self.finished = true;
        self.chunk("", Some(finish_word(reason)), out);
    }

    /// Usage goes out once, in a chunk of its own without choices, as `stream_options.include_usage` asks.
    fn end(&mut self, out: &mut Vec<u8>) {
        if !self.finished {
            self.finish(None, out);
        }
        if let Some(counts) = self.usage.take().filter(|_| self.wants_usage) {
            out.extend_from_slice(b"data: ");
            out.extend_from_slice(&self.head);
            out.extend_from_slice(br#","choices":[],"usage":"#);
            usage::write(&counts, out);
            out.extend_from_slice(b"}\n\n");
        }
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(DONE);
        out.extend_from_slice(b"\n\n");
    }
}

impl StreamWriter for Writer {
    fn write(&mut self, event: &Event, out: &mut Vec<u8>) {
        match event {
            Event::Start { id, model, created } => self.set_head(id, model, created.unwrap_or(self.created)),
            Event::Open { block, .. } => {
                let said = reply::is_said(block, &mut self.losses);
                self.blocks.push(said);
            }
            Event::Delta { index, delta } => self.delta(*index, delta, out),
            Event::Usage(counts) => self.usage = Some(counts.clone()),
            Event::Finish { reason, .. } => self.finish(Some(reason), out),
            Event::Ping => out.extend_from_slice(OpenaiChat.ping()),
            Event::Opaque(it) if it.dialect == Dialect::OpenaiCompletions => {
                self.losses.add(it.name.clone(), "only the first choice is streamed");
            }
            Event::Opaque(it) => self.losses.foreign("", [it]),
            Event::End => self.end(out),
            // The caller ends with `write_stream_error`.
            Event::Close { .. } | Event::Fault(_) => {}
        }
    }

    fn losses(&self) -> &[Loss] {
        &self.losses.0
    }
}
