//! Reading an answer: what is to be printed now, and what is known at the end. Does no I/O.

use bytes::Bytes;

use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Delta, Event, Fault, Finish};
use crate::domain::reply::Reply;
use crate::domain::usage::Usage;
use crate::wire::sse::{Frame, Split as _, Splitter};
use crate::wire::{self, Malformed, StreamReader};

/// What an answer said, as far as it came.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// The visible text.
    pub(super) text: String,
    /// Counts, where the provider gave any.
    pub(super) usage: Option<Usage>,
    /// Why it ended.
    pub(super) finish: Option<Finish>,
    /// The model that answered, as the provider names it.
    pub(super) model: Option<String>,
    /// An error inside the answer.
    pub(super) fault: Option<Fault>,
    /// Its end mark was seen.
    pub(super) ended: bool,
}

/// A streamed answer being read.
pub(super) struct Reading {
    splitter: Splitter,
    reader: Box<dyn StreamReader>,
    frames: Vec<Frame>,
    events: Vec<Event>,
    visible: Vec<bool>,
    said: Said,
}

impl Reading {
    /// An answer in openai-chat, which is what `ask` asks in.
    #[must_use]
    pub(super) fn new() -> Self {
        Self {
            splitter: Splitter::new(),
            reader: wire::codec(Dialect::OpenaiChat).stream_reader(),
            frames: Vec::new(),
            events: Vec::new(),
            visible: Vec::new(),
            said: Said::default(),
        }
    }

    /// Takes the next bytes and appends the text they bring to `out`.
    ///
    /// # Errors
    /// They are not of this dialect.
    pub(super) fn push(&mut self, chunk: Bytes, out: &mut String) -> Result<(), Malformed> {
        self.splitter.push(chunk, &mut self.frames);
        self.take_frames(out)
    }

    /// The stream is over: reads what is left and says what was said.
    ///
    /// # Errors
    /// What is left is not of this dialect.
    pub(super) fn finish(mut self, out: &mut String) -> Result<Said, Malformed> {
        self.frames.extend(self.splitter.finish());
        self.take_frames(out)?;
        Ok(self.said)
    }

    /// What was said so far, of a stream that broke.
    #[must_use]
    pub(super) fn broken(self) -> Said {
        self.said
    }

    /// Whether anything visible came.
    #[must_use]
    pub(super) fn has_text(&self) -> bool {
        !self.said.text.is_empty()
    }

    fn take_frames(&mut self, out: &mut String) -> Result<(), Malformed> {
        for frame in self.frames.drain(..) {
            self.reader.read(&frame, &mut self.events)?;
        }
        let from = out.len();
        for event in self.events.drain(..) {
            match event {
                Event::Start { model, .. } => self.said.model = Some(model),
                Event::Open { block, .. } => self.visible.push(matches!(block, Block::Text | Block::Refusal)),
                Event::Delta { index, delta: Delta::Text(more) } => {
                    if self.visible.get(index as usize) == Some(&true) {
                        out.push_str(&more);
                    }
                }
                Event::Usage(usage) => self.said.usage = Some(usage),
                Event::Finish { reason, .. } => self.said.finish = Some(reason),
                Event::Fault(fault) => self.said.fault = Some(fault),
                Event::End => self.said.ended = true,
                Event::Delta { .. } | Event::Close { .. } | Event::Ping | Event::Opaque(_) => {}
            }
        }
        self.said.text.extend(out.get(from..));
        Ok(())
    }
}

/// Reads an unstreamed answer.
///
/// # Errors
/// It is not of this dialect.
pub(super) fn whole(body: &[u8]) -> Result<Said, Malformed> {
    let reply: Reply = wire::codec(Dialect::OpenaiChat).read_reply(body)?;
    let visible = reply.blocks.iter().filter(|it| matches!(it.block, Block::Text | Block::Refusal));
    Ok(Said {
        text: visible.map(|it| it.text.as_str()).collect(),
        usage: reply.usage,
        finish: reply.finish,
        model: Some(reply.model).filter(|it| !it.is_empty()),
        fault: reply.fault,
        ended: true,
    })
}
