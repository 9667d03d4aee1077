//! Events → lines. A call stands whole in a line, so it waits until its arguments are complete.

use crate::domain::event::{Block, Delta, Event};
use crate::domain::prompt::Loss;
use crate::domain::reply::Reply;
use crate::wire::StreamWriter;
use crate::wire::json::ObjectWriter;
use crate::wire::ollama::reply::{self, Texts};
use crate::wire::ollama::{Losses, PING, write_extra};

/// The writer.
#[derive(Debug, Default)]
pub(in crate::wire::ollama) struct Writer {
    /// The answer so far. Texts are in it only until they are written.
    reply: Reply,
    ended: bool,
    losses: Losses,
}

impl StreamWriter for Writer {
    fn write(&mut self, event: &Event, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        self.reply.push(event.clone());
        match event {
            Event::Delta { index, delta } => self.delta(*index, delta, out),
            Event::Close { index } => self.close(*index, out),
            Event::Opaque(it) => self.losses.foreign("", [it]),
            Event::Ping => out.extend_from_slice(PING),
            Event::End => self.end(out),
            // The caller ends with `write_stream_error`.
            Event::Fault(_) | Event::Start { .. } | Event::Open { .. } | Event::Usage(_) | Event::Finish { .. } => {}
        }
    }

    fn losses(&self) -> &[Loss] {
        &self.losses.0
    }
}

impl Writer {
    fn delta(&mut self, index: u32, delta: &Delta, out: &mut Vec<u8>) {
        let Some(piece) = self.reply.blocks.get_mut(index as usize) else { return };
        let call = matches!(piece.block, Block::ToolCall { .. });
        if let (Delta::Text(_), false) = (delta, call) {
            let said = std::mem::take(&mut piece.text);
            let mut texts = Texts::default();
            if matches!(piece.block, Block::Thinking) {
                texts.thinking = said;
            } else {
                texts.content = said;
            }
            self.line(&texts, out);
        }
    }

    fn close(&mut self, index: u32, out: &mut Vec<u8>) {
        let Some(piece) = self.reply.blocks.get(index as usize) else { return };
        let mut texts = Texts::default();
        texts.add(piece, &format!("content[{index}]"), &mut self.losses);
        if !texts.calls.is_empty() {
            self.line(&texts, out);
        }
    }

    fn line(&self, texts: &Texts, out: &mut Vec<u8>) {
        let mut line = ObjectWriter::begin(out);
        reply::head(&self.reply.model, self.reply.created, &self.reply.extra, &mut line);
        write_extra(&self.reply.extra, "", &mut line);
        reply::message(texts, &[], &mut line);
        line.raw("done", "false");
        line.end();
        out.push(b'\n');
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.reply.stop.is_some() {
            self.losses.add("stop_sequence", "ollama does not say which stop text was met");
        }
        let mut line = ObjectWriter::begin(out);
        reply::head(&self.reply.model, self.reply.created, &self.reply.extra, &mut line);
        reply::message(&Texts::default(), &self.reply.extra, &mut line);
        reply::last(&self.reply, &mut line);
        write_extra(&self.reply.extra, "", &mut line);
        line.end();
        out.push(b'\n');
        self.ended = true;
    }
}
