//! A whole answer: the fold of its events.

use crate::domain::citation::Citation;
use crate::domain::event::{Block, Delta, Event, Fault, Finish};
use crate::domain::prompt::Opaque;
use crate::domain::signature::Signature;
use crate::domain::usage::Usage;

/// A whole answer, dialect-neutral.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The provider's id of the answer.
    pub id: String,
    /// The model that answered, as the provider names it.
    pub model: String,
    /// Unix seconds, where the dialect says.
    pub created: Option<i64>,
    /// Its blocks, by index.
    pub blocks: Vec<Piece>,
    /// Why it ended.
    pub finish: Option<Finish>,
    /// The stop text that was met.
    pub stop: Option<String>,
    /// Counts, where the provider gave any.
    pub usage: Option<Usage>,
    /// An error inside the stream.
    pub fault: Option<Fault>,
    /// Pieces the hub has no noun for.
    pub extra: Vec<Opaque>,
    /// The dialect's end mark was seen.
    pub ended: bool,
}

/// One block of a [`Reply`] with everything that was added to it.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Kind of block.
    pub block: Block,
    /// Text, reasoning, refusal, or a tool call's arguments.
    pub text: String,
    /// Proof that the provider wrote it.
    pub signature: Option<Signature>,
    /// Where the words of a text come from.
    pub citations: Vec<Citation>,
    /// Additions the hub has no noun for.
    pub extra: Vec<Opaque>,
}

impl Piece {
    /// A block that says `text`, and nothing beside it.
    #[must_use]
    pub fn new(block: Block, text: impl Into<String>) -> Self {
        Self { block, text: text.into(), signature: None, citations: Vec::new(), extra: Vec::new() }
    }
}

impl Reply {
    /// Folds events into the answer they tell.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Self {
        let mut reply = Self::default();
        for event in events {
            reply.push(event);
        }
        reply
    }

    /// Adds one event. A delta to a block that was never opened is ignored: readers do not make such events.
    pub fn push(&mut self, event: Event) {
        match event {
            Event::Start { id, model, created } => {
                self.id = id;
                self.model = model;
                self.created = created;
            }
            Event::Open { block, .. } => {
                self.blocks.push(Piece::new(block, ""));
            }
            Event::Delta { index, delta } => {
                let Some(piece) = self.blocks.get_mut(index as usize) else { return };
                match delta {
                    Delta::Text(more) | Delta::Arguments(more) => piece.text.push_str(&more),
                    Delta::Signature(more) => match &mut piece.signature {
                        Some(known) if known.dialect == more.dialect => known.text.push_str(&more.text),
                        other => *other = Some(more),
                    },
                    Delta::Citation(it) => piece.citations.push(*it),
                    Delta::Opaque(it) => piece.extra.push(it),
                }
            }
            Event::Close { .. } | Event::Ping => {}
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Finish { reason, stop } => {
                self.finish = Some(reason);
                self.stop = stop;
            }
            Event::Fault(fault) => self.fault = Some(fault),
            Event::Opaque(it) => self.extra.push(it),
            Event::End => self.ended = true,
        }
    }

    /// Unfolds the answer into events again, one delta a block: how an unstreamed answer becomes a stream.
    #[must_use]
    pub fn into_events(self) -> Vec<Event> {
        let mut events = vec![Event::Start { id: self.id, model: self.model, created: self.created }];
        for (index, piece) in (0u32..).zip(self.blocks) {
            let is_call = matches!(piece.block, Block::ToolCall { .. });
            events.push(Event::Open { index, block: piece.block });
            if !piece.text.is_empty() {
                let delta = if is_call { Delta::Arguments(piece.text) } else { Delta::Text(piece.text) };
                events.push(Event::Delta { index, delta });
            }
            if let Some(signature) = piece.signature {
                events.push(Event::Delta { index, delta: Delta::Signature(signature) });
            }
            for it in piece.citations {
                events.push(Event::Delta { index, delta: Delta::Citation(Box::new(it)) });
            }
            for it in piece.extra {
                events.push(Event::Delta { index, delta: Delta::Opaque(it) });
            }
            events.push(Event::Close { index });
        }
        events.extend(self.extra.into_iter().map(Event::Opaque));
        events.extend(self.usage.map(Event::Usage));
        if let Some(reason) = self.finish {
            events.push(Event::Finish { reason, stop: self.stop });
        }
        events.extend(self.fault.map(Event::Fault));
        if self.ended {
            events.push(Event::End);
        }
        events
    }

    /// Whether the answer says anything at all: text, thinking, a refusal, a tool call or an opaque block.
    #[must_use]
    pub fn has_content(&self) -> bool {
        self.blocks.iter().any(|piece| match piece.block {
            Block::ToolCall { .. } | Block::RedactedThinking(_) | Block::Opaque(_) => true,
            Block::Thinking => !piece.text.is_empty() || piece.signature.is_some(),
            // A signature by itself proves something of what came before, and says nothing.
            Block::Text | Block::Refusal => !piece.text.is_empty(),
        })
    }
}
