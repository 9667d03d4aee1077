//! Events → a client's stream. A chunk holds whole parts, so a call waits until its arguments are complete.

use crate::domain::citation::Citation;
use crate::domain::event::{Block, Delta, Event, Finish};
use crate::domain::prompt::{Loss, Opaque};
use crate::domain::usage::Usage;
use crate::wire::gemini::fields::{self, Losses, is_own, write_extra};
use crate::wire::gemini::grounding::Grounding;
use crate::wire::gemini::{PING, reply, usage};
use crate::wire::{StreamWriter, sse};

/// The writer.
#[derive(Debug, Default)]
pub(in crate::wire::gemini) struct Writer {
    id: String,
    model: String,
    blocks: Vec<Open>,
    /// What each block says that citations may be about: its number, and from which byte of the whole text on.
    said: Vec<(u32, usize, String)>,
    cited: Vec<(u32, Citation)>,
    usage: Option<Usage>,
    finish: Option<Finish>,
    declined: bool,
    /// A call was told.
    called: bool,
    stop: Option<String>,
    /// Fields of this dialect's own for the last chunk.
    extra: Vec<Opaque>,
    ended: bool,
    losses: Losses,
}

/// What a delta to a block becomes.
#[derive(Debug)]
enum Open {
    Text {
        thought: bool,
    },
    Call {
        id: String,
        name: String,
        arguments: String,
        signature: Option<String>,
        extra: Vec<Opaque>,
    },
    /// A block that cannot be said, or has been.
    Done,
}

impl StreamWriter for Writer {
    fn write(&mut self, event: &Event, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { id, model, .. } => {
                self.id.clone_from(id);
                self.model.clone_from(model);
            }
            Event::Open { block, .. } => self.open(block, out),
            Event::Delta { index, delta } => self.delta(*index, delta, out),
            Event::Close { index } => self.close(*index, out),
            Event::Usage(usage) => self.usage = Some(usage.clone()),
            Event::Finish { reason, stop } => {
                self.finish = Some(reason.clone());
                self.stop.clone_from(stop);
            }
            Event::Opaque(it) => {
                self.losses.foreign("", std::slice::from_ref(it));
                if is_own(it) {
                    self.extra.push(it.clone());
                }
            }
            Event::Ping => out.extend_from_slice(PING),
            Event::End => self.end(out),
            // The caller ends with `write_stream_error`.
            Event::Fault(_) => {}
        }
    }

    fn losses(&self) -> &[Loss] {
        &self.losses.0
    }
}

impl Writer {
    fn open(&mut self, block: &Block, out: &mut Vec<u8>) {
        self.declined |= matches!(block, Block::Refusal);
        let open = match block {
            Block::Text | Block::Refusal => Open::Text { thought: false },
            Block::Thinking => Open::Text { thought: true },
            Block::ToolCall { id, name } => Open::Call {
                id: id.clone(),
                name: name.clone(),
                arguments: String::new(),
                signature: None,
                extra: Vec::new(),
            },
            Block::Opaque(it) if is_own(it) => {
                // Between JSON tokens a line break is white space, but it would end the line of the event.
                self.part(it.raw.get().replace(['\n', '\r'], " ").into_bytes(), out);
                Open::Done
            }
            Block::Opaque(it) => {
                self.losses.add(it.name.clone(), "gemini has no such part");
                Open::Done
            }
            Block::RedactedThinking(_) => {
                self.losses.add("redacted_thinking", "gemini has no encrypted reasoning");
                Open::Done
            }
        };
        self.blocks.push(open);
    }

    fn delta(&mut self, index: u32, delta: &Delta, out: &mut Vec<u8>) {
        if let Delta::Citation(it) = delta {
            return self.cited.push((index, (**it).clone()));
        }
        let Some(open) = self.blocks.get_mut(index as usize) else { return };
        if let (Open::Text { thought: false }, Delta::Text(more)) = (&*open, delta) {
            match self.said.last_mut() {
                Some((last, _, text)) if *last == index => text.push_str(more),
                last => {
                    let before = last.map_or(0, |it| it.1 + it.2.len());
                    self.said.push((index, before, more.clone()));
                }
            }
        }
        let part = match (open, delta) {
            (Open::Text { thought }, Delta::Text(text)) if !text.is_empty() => reply::text(text, *thought, None),
            (Open::Text { thought }, Delta::Signature(it)) => {
                let Some(own) = reply::own_signature(Some(it), "signature", &mut self.losses) else { return };
                reply::text("", *thought, Some(own))
            }
            (Open::Call { arguments, .. }, Delta::Arguments(more)) => return arguments.push_str(more),
            (Open::Call { signature, .. }, Delta::Signature(it)) => {
                if let Some(own) = reply::own_signature(Some(it), "signature", &mut self.losses) {
                    signature.get_or_insert_default().push_str(own);
                }
                return;
            }
            (open, Delta::Opaque(it)) => {
                match open {
                    Open::Call { extra, .. } if is_own(it) => extra.push(it.clone()),
                    _ if it.is_spelling() => {}
                    _ => self.losses.add(it.name.clone(), "gemini has no such addition to a part"),
                }
                return;
            }
            _ => return,
        };
        self.part(part, out);
    }

    fn close(&mut self, index: u32, out: &mut Vec<u8>) {
        let Some(open) = self.blocks.get_mut(index as usize) else { return };
        if let Open::Call { id, name, arguments, signature, extra } = std::mem::replace(open, Open::Done) {
            let path = format!("content[{index}]");
            let first = !std::mem::replace(&mut self.called, true);
            let signature = signature.as_deref().or_else(|| reply::unsigned(&id, first));
            let part = reply::call(&id, &name, &arguments, signature, &extra, &path, &mut self.losses);
            // The arguments are the model's own text, which may be spread over lines.
            self.part(one_line(part), out);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let all = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        for index in 0..all {
            self.close(index, out);
        }
        let grounding = self.grounding();
        // Clients keep a turn in their history only if its last chunk has content.
        let parts = [reply::text("", false, None)];
        let end = reply::Finished {
            finish: self.finish.as_ref(),
            declined: self.declined,
            stop: self.stop.as_deref(),
            grounding: &grounding,
            extra: &self.extra,
        };
        let mut data = Vec::with_capacity(256);
        fields::write(&mut data, |out| {
            reply::candidate(&parts, Some(&end), out, &mut self.losses);
            usage::write_field(self.usage.as_ref(), out);
            reply::identity(&self.model, &self.id, out);
            write_extra(&self.extra, "", out);
        });
        sse::frame(None, &data, out);
        self.ended = true;
    }

    /// What was cited. A stream's parts are pieces of its text, which Google counts through.
    fn grounding(&mut self) -> Grounding {
        let mut grounding = Grounding::default();
        for (index, citation) in std::mem::take(&mut self.cited) {
            let lose = &mut |what: &str, why| self.losses.add(what, why);
            match self.said.iter().find(|it| it.0 == index) {
                Some((_, before, text)) => grounding.add(&citation, text, 0, *before, lose),
                None => lose("citation", reply::ONLY_TEXT),
            }
        }
        grounding
    }

    /// Writes a chunk of one part.
    fn part(&mut self, part: Vec<u8>, out: &mut Vec<u8>) {
        let mut data = Vec::with_capacity(128 + part.len());
        fields::write(&mut data, |out| {
            reply::candidate(&[part], None, out, &mut self.losses);
            reply::identity(&self.model, &self.id, out);
        });
        sse::frame(None, &data, out);
    }
}

/// JSON without line breaks: within it they can only stand between tokens.
fn one_line(mut json: Vec<u8>) -> Vec<u8> {
    for it in &mut json {
        if matches!(it, b'\n' | b'\r') {
            *it = b' ';
        }
    }
    json
}
