//! Events → a stream. Contents and calls are numbered each by themselves.

use crate::domain::citation::Citation;
use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Delta, Event};
use crate::domain::prompt::{Loss, Opaque};
use crate::domain::reply::Piece;
use crate::domain::usage::Usage;
use crate::wire::cohere::{Losses, PING, citations, finish_word, is_plan, reply, usage, write_extra};
use crate::wire::json::ObjectWriter;
use crate::wire::{StreamWriter, own, sse};

/// The writer.
#[derive(Debug, Default)]
pub(in crate::wire::cohere) struct Writer {
    blocks: Vec<Open>,
    /// What each block says, and its citations, which point into that.
    said: Vec<(String, Vec<Citation>)>,
    contents: usize,
    calls: usize,
    usage: Option<Usage>,
    finish: Option<crate::domain::event::Finish>,
    /// Fields of this dialect's own for the last event.
    extra: Vec<Opaque>,
    ended: bool,
    losses: Losses,
}

/// What a block is on the wire.
#[derive(Debug, Clone, Copy)]
enum Open {
    /// A content item of this type that nothing has been said of: a thought may turn out to be the plan.
    Waiting(&'static str),
    /// A content item.
    Content(&'static str, usize),
    Plan,
    Call(usize),
    /// A block that cannot be said, or has been.
    Done,
}

impl StreamWriter for Writer {
    fn write(&mut self, event: &Event, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { id, .. } => Self::event("message-start", None, Some(id), out, |message| {
                message.text("role", "assistant");
                for key in ["content", "tool_calls", "citations"] {
                    message.raw(key, "[]");
                }
                message.text("tool_plan", "");
            }),
            Event::Open { index, block } => self.open(*index, block, out),
            Event::Delta { index, delta } => self.delta(*index, delta, out),
            Event::Close { index } => self.close(*index, out),
            Event::Usage(counts) => self.usage = Some(counts.clone()),
            Event::Finish { reason, stop } => {
                self.finish = Some(reason.clone());
                if stop.is_some() {
                    self.losses.add("stop_sequence", "cohere does not say which stop text was met");
                }
            }
            Event::Opaque(it) => {
                self.losses.foreign("", [it]);
                self.extra.push(it.clone());
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
    fn open(&mut self, index: u32, block: &Block, out: &mut Vec<u8>) {
        let open = match block {
            Block::ToolCall { id, name } => {
                let nth = self.calls;
                self.calls += 1;
                let call = reply::call(id, name, "", &[]);
                Self::event("tool-call-start", Some(nth), None, out, |it| {
                    it.key("tool_calls").extend_from_slice(&call);
                });
                Open::Call(nth)
            }
            block => {
                reply::kind_of(block, &format!("content[{index}]"), &mut self.losses).map_or(Open::Done, Open::Waiting)
            }
        };
        self.blocks.push(open);
        self.said.push((String::new(), Vec::new()));
    }

    fn delta(&mut self, index: u32, delta: &Delta, out: &mut Vec<u8>) {
        let Some(&open) = self.blocks.get(index as usize) else { return };
        if let (Some((text, _)), Delta::Text(more), false) =
            (self.said.get_mut(index as usize), delta, matches!(open, Open::Waiting(_)))
        {
            text.push_str(more);
        }
        match (open, delta) {
            (Open::Waiting(_), Delta::Opaque(it)) if is_plan(std::slice::from_ref(it)) => self.set(index, Open::Plan),
            (Open::Waiting(kind), _) => {
                self.begin(index, kind, out);
                self.delta(index, delta, out);
            }
            (Open::Content(kind, nth), Delta::Text(text)) => {
                Self::event("content-delta", Some(nth), None, out, |message| {
                    let mut content = message.object("content");
                    content.text(kind, text);
                    content.end();
                });
            }
            (Open::Plan, Delta::Text(text)) => {
                Self::event("tool-plan-delta", None, None, out, |message| message.text("tool_plan", text));
            }
            (Open::Call(nth), Delta::Arguments(text)) => {
                Self::event("tool-call-delta", Some(nth), None, out, |message| {
                    let mut call = message.object("tool_calls");
                    let mut function = call.object("function");
                    function.text("arguments", text);
                    function.end();
                    call.end();
                });
            }
            (Open::Content(..) | Open::Plan, Delta::Citation(it)) => {
                if let Some((_, cited)) = self.said.get_mut(index as usize) {
                    cited.push((**it).clone());
                }
            }
            (Open::Call(_) | Open::Done, Delta::Citation(_)) => {
                self.losses.add(format!("content[{index}].citation"), citations::ONLY_TEXT);
            }
            (_, Delta::Opaque(it)) => {
                let piece = Piece { extra: vec![it.clone()], ..Piece::new(Block::Text, "") };
                reply::name_marks(&piece, &format!("content[{index}]"), &mut self.losses);
            }
            (_, Delta::Signature(_)) => {
                self.losses.add(format!("content[{index}].signature"), "cohere has no signatures");
            }
            (_, Delta::Text(_) | Delta::Arguments(_)) => {}
        }
    }

    /// Begins a content item.
    fn begin(&mut self, index: u32, kind: &'static str, out: &mut Vec<u8>) {
        let nth = self.contents;
        self.contents += 1;
        let item = reply::item(kind, "");
        Self::event("content-start", Some(nth), None, out, |it| it.key("content").extend_from_slice(&item));
        self.set(index, Open::Content(kind, nth));
    }

    fn set(&mut self, index: u32, to: Open) {
        if let Some(it) = self.blocks.get_mut(index as usize) {
            *it = to;
        }
    }

    fn close(&mut self, index: u32, out: &mut Vec<u8>) {
        let Some(&open) = self.blocks.get(index as usize) else { return };
        match open {
            Open::Waiting(kind) => {
                self.begin(index, kind, out);
                return self.close(index, out);
            }
            Open::Content(kind, nth) => self.cite(index, Some(nth), kind == "thinking", out),
            Open::Plan => self.cite(index, None, true, out),
            Open::Call(_) | Open::Done => {}
        }
        match open {
            Open::Content(_, nth) => Self::event("content-end", Some(nth), None, out, |_| {}),
            Open::Call(nth) => Self::event("tool-call-end", Some(nth), None, out, |_| {}),
            Open::Waiting(_) | Open::Plan | Open::Done => {}
        }
        self.set(index, Open::Done);
    }

    /// Writes the citations of a block that is complete.
    fn cite(&mut self, index: u32, item: Option<usize>, thinks: bool, out: &mut Vec<u8>) {
        let Some((text, cited)) = self.said.get_mut(index as usize).map(std::mem::take) else { return };
        let path = format!("content[{index}]");
        let at = citations::At { item, thinks, text: &text, path: &path };
        for citation in cited {
            let Some(json) = citations::write(&citation, at, &mut self.losses) else { continue };
            let nth = Some(item.unwrap_or(0));
            Self::event("citation-start", nth, None, out, |message| {
                message.key("citations").extend_from_slice(&json);
            });
            Self::event("citation-end", nth, None, out, |_| {});
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let all = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        for index in 0..all {
            self.close(index, out);
        }
        let mut data = Vec::with_capacity(128);
        let mut object = ObjectWriter::begin(&mut data);
        object.text("type", "message-end");
        let mut delta = object.object("delta");
        delta.text("finish_reason", finish_word(self.finish.as_ref()));
        if let Some(counts) = self.usage.as_ref().filter(|_| !own::has(Dialect::Cohere, &self.extra, usage::AS_TOLD)) {
            usage::write(counts, delta.key("usage"));
        }
        write_extra(&self.extra, "", &mut delta);
        delta.end();
        object.end();
        sse::frame(Some("message-end"), &data, out);
        self.ended = true;
    }

    /// Writes one event; what has no fields in `message` has no `delta`.
    fn event(
        kind: &str,
        nth: Option<usize>,
        id: Option<&str>,
        out: &mut Vec<u8>,
        fill: impl FnOnce(&mut ObjectWriter),
    ) {
        let mut message = Vec::new();
        let mut object = ObjectWriter::begin(&mut message);
        fill(&mut object);
        object.end();
        let mut data = Vec::with_capacity(64 + message.len());
        let mut object = ObjectWriter::begin(&mut data);
        object.text("type", kind);
        if let Some(id) = id {
            object.text("id", id);
        }
        if let Some(nth) = nth {
            object.plain("index", nth);
        }
        if message != b"{}" {
            let mut delta = object.object("delta");
            delta.key("message").extend_from_slice(&message);
            delta.end();
        }
        object.end();
        sse::frame(Some(kind), &data, out);
    }
}
