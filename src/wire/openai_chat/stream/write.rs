//! Events → a client's stream.

use crate::domain::citation::Citation;
use crate::domain::event::{Block, Delta, Event, Finish};
use crate::domain::prompt::{Loss, Opaque};
use crate::domain::usage::Usage;
use crate::wire::cited;
use crate::wire::json::{self, ObjectWriter};
use crate::wire::openai_chat::annotations::{self, Stretch};
use crate::wire::openai_chat::{DONE, Losses, PING, finish_with_calls, finish_word, is_own, usage};
use crate::wire::{Asked, StreamWriter};

/// Writes chunks.
#[derive(Debug)]
pub(in crate::wire::openai_chat) struct Writer {
    /// The client asked for usage at the end.
    wants_usage: bool,
    /// When the request came, in Unix seconds, for a provider that does not say when it answered.
    created: i64,
    /// What every chunk begins with, up to its choices.
    head: Vec<u8>,
    blocks: Vec<Open>,
    /// Of each block that cites, where its text stands in the message, and what is cited.
    cited: Vec<(Stretch, Vec<Citation>)>,
    /// Characters of the message so far.
    length: u64,
    calls: u32,
    usage: Option<Usage>,
    finished: bool,
    losses: Losses,
}

/// What a delta to a block becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    Thinking,
    Refusal,
    /// A text that is complete.
    Closed,
    /// A tool call: its number, and whether arguments were written.
    Call(u32, bool),
    /// A block that cannot be said.
    Lost,
}

impl Writer {
    pub(in crate::wire::openai_chat) fn new(asked: &Asked) -> Self {
        let mut writer = Self {
            wants_usage: asked.usage,
            created: asked.created,
            head: Vec::new(),
            blocks: Vec::new(),
            cited: Vec::new(),
            length: 0,
            calls: 0,
            usage: None,
            finished: false,
            losses: Losses::default(),
        };
        writer.set_head("", "", None);
        writer
    }

    fn set_head(&mut self, id: &str, model: &str, created: Option<i64>) {
        self.head.clear();
        let mut chunk = ObjectWriter::begin(&mut self.head);
        chunk.text("id", id);
        chunk.text("object", "chat.completion.chunk");
        chunk.plain("created", created.unwrap_or(self.created));
        chunk.text("model", model);
        // The object stays open: each chunk goes on from here.
    }

    /// Writes a chunk with one choice.
    fn chunk(&self, delta: impl FnOnce(&mut ObjectWriter), finish: Option<&str>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(&self.head);
        out.extend_from_slice(br#","choices":[{"index":0,"delta":"#);
        let mut object = ObjectWriter::begin(out);
        delta(&mut object);
        object.end();
        out.extend_from_slice(br#","logprobs":null,"finish_reason":"#);
        match finish {
            Some(word) => json::quote(word, out),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b"}]}\n\n");
    }

    fn open(&mut self, block: &Block, out: &mut Vec<u8>) {
        let open = match block {
            Block::Text => Open::Text,
            Block::Thinking => Open::Thinking,
            Block::Refusal => Open::Refusal,
            Block::ToolCall { id, name } => {
                let number = self.calls;
                self.calls += 1;
                self.chunk(
                    |delta| {
                        delta.list("tool_calls", [()], |(), out| {
                            let mut call = ObjectWriter::begin(out);
                            call.plain("index", number);
                            call.text("id", id);
                            call.text("type", "function");
                            let mut function = call.object("function");
                            function.text("name", name);
                            function.text("arguments", "");
                            function.end();
                            call.end();
                        });
                    },
                    None,
                    out,
                );
                Open::Call(number, false)
            }
            Block::RedactedThinking(_) => {
                self.losses.add("redacted_thinking", "openai-chat has no encrypted reasoning");
                Open::Lost
            }
            Block::Opaque(it) => {
                self.losses.add(it.name.clone(), "openai-chat has no such block in a stream");
                Open::Lost
            }
        };
        if open == Open::Text {
            let block = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
            self.cited.push((Stretch { block, start: self.length, length: 0 }, Vec::new()));
        }
        self.blocks.push(open);
    }

    /// Hears of a citation. It waits for its text to be complete.
    fn cite(&mut self, index: u32, citation: &Citation, out: &mut Vec<u8>) {
        match self.cited.iter_mut().find(|it| it.0.block == index) {
            _ if self.finished => self.losses.add("citation", "it was told when the answer had been written"),
            Some((_, citations)) => citations.push(citation.clone()),
            None => self.losses.add("citation", annotations::ONLY_TEXT),
        }
        if self.blocks.get(index as usize) == Some(&Open::Closed) {
            self.notes(index, out);
        }
    }

    /// Writes the notes on a text that is complete.
    fn notes(&mut self, index: u32, out: &mut Vec<u8>) {
        let Some((text, citations)) = self.cited.iter_mut().find(|it| it.0.block == index) else { return };
        let place = text.start..text.start + text.length;
        let lose = &mut |what: &str, why| self.losses.add(what, why);
        let citations = std::mem::take(citations);
        let notes: Vec<_> = citations.iter().flat_map(|it| annotations::write(it, place.clone(), lose)).collect();
        if !notes.is_empty() {
            let list = |delta: &mut ObjectWriter| {
                delta.list("annotations", &notes, |note, out| out.extend_from_slice(note));
            };
            self.chunk(list, None, out);
        }
    }

    fn delta(&mut self, index: u32, delta: &Delta, out: &mut Vec<u8>) {
        let Some(open) = self.blocks.get_mut(index as usize) else { return };
        let key = match (*open, delta) {
            (_, Delta::Citation(it)) => return self.cite(index, it, out),
            (Open::Lost | Open::Closed, _) => return,
            (Open::Text, Delta::Text(text)) => {
                let length = cited::length(text);
                self.length += length;
                if let Some((it, _)) = self.cited.iter_mut().rfind(|it| it.0.block == index) {
                    it.length += length;
                }
                "content"
            }
            (Open::Thinking, Delta::Text(_)) => "reasoning_content",
            (Open::Refusal, Delta::Text(_)) => "refusal",
            (Open::Call(number, _), Delta::Arguments(text)) => {
                *open = Open::Call(number, true);
                self.arguments(number, text, out);
                return;
            }
            (open, Delta::Signature(_)) => {
                let what = match open {
                    Open::Thinking => "thinking.signature",
                    Open::Call(..) => "tool_calls.signature",
                    _ => "signature",
                };
                self.losses.add(what, "openai-chat has no signatures");
                return;
            }
            (_, Delta::Opaque(it)) if it.is_spelling() => return,
            (_, Delta::Opaque(it)) => {
                self.losses.add(it.name.clone(), "openai-chat has no such addition to a block");
                return;
            }
            (_, Delta::Text(_) | Delta::Arguments(_)) => return,
        };
        if let Delta::Text(text) = delta {
            self.chunk(|delta| delta.text(key, text), None, out);
        }
    }

    fn arguments(&self, number: u32, text: &str, out: &mut Vec<u8>) {
        self.chunk(
            |delta| {
                delta.list("tool_calls", [()], |(), out| {
                    let mut call = ObjectWriter::begin(out);
                    call.plain("index", number);
                    let mut function = call.object("function");
                    function.text("arguments", text);
                    function.end();
                    call.end();
                });
            },
            None,
            out,
        );
    }

    fn finish(&mut self, reason: Option<&Finish>, out: &mut Vec<u8>) {
        self.finished = true;
        let reason = finish_with_calls(reason.cloned(), self.calls > 0);
        let word = finish_word(&reason, self.calls > 0, &mut self.losses);
        self.chunk(|_| {}, Some(word), out);
    }

    fn opaque(&mut self, it: &Opaque, out: &mut Vec<u8>) {
        // Between JSON tokens a line break is white space, but it would end the data line.
        let raw = it.raw.get().replace(['\n', '\r'], " ");
        let name = it.name.strip_prefix(Opaque::SPELLING).unwrap_or(&it.name);
        if !is_own(it) {
            self.losses.foreign("", [it]);
        } else if name.starts_with("search_results.") {
            // The list that holds it goes back whole.
        } else if let Some(key) = name.strip_prefix("message.") {
            self.chunk(|delta| delta.raw(key, &raw), None, out);
        } else if it.name.starts_with("choice") {
            self.losses.add(it.name.clone(), "only the first choice's text and calls are streamed");
        } else {
            out.extend_from_slice(b"data: ");
            out.extend_from_slice(&self.head);
            out.extend_from_slice(br#","choices":[],"#);
            json::quote(name, out);
            out.push(b':');
            out.extend_from_slice(raw.as_bytes());
            out.extend_from_slice(b"}\n\n");
        }
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
            Event::Start { id, model, created } => {
                self.set_head(id, model, *created);
                let first = |delta: &mut ObjectWriter| {
                    delta.text("role", "assistant");
                    delta.text("content", "");
                };
                self.chunk(first, None, out);
            }
            Event::Open { block, .. } => self.open(block, out),
            Event::Delta { index, delta } => self.delta(*index, delta, out),
            Event::Close { index } => {
                // Clients parse the arguments without asking: a call that got none gets an empty object.
                match self.blocks.get_mut(*index as usize) {
                    Some(Open::Call(number, written @ false)) => {
                        *written = true;
                        let number = *number;
                        self.arguments(number, "{}", out);
                    }
                    Some(open @ Open::Text) => {
                        *open = Open::Closed;
                        self.notes(*index, out);
                    }
                    _ => {}
                }
            }
            Event::Usage(counts) => self.usage = Some(counts.clone()),
            Event::Finish { reason, stop } => {
                if stop.is_some() {
                    self.losses.add("stop_sequence", "openai-chat does not say which stop text was met");
                }
                self.finish(Some(reason), out);
            }
            Event::Ping => out.extend_from_slice(PING),
            Event::Opaque(it) => self.opaque(it, out),
            Event::End => self.end(out),
            // The caller ends with `write_stream_error`.
            Event::Fault(_) => {}
        }
    }

    fn losses(&self) -> &[Loss] {
        &self.losses.0
    }
}
