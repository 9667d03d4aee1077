//! From an answer into the file, while it is translated.

use crate::domain::event::{Block, Delta, Event};
use crate::domain::reply::{Piece, Reply};
use crate::engine::vault::original::Original;
use crate::engine::vault::{Conversation, Maker};
use crate::store::vault::{self, LARGEST, Vault};

/// Listens to one answer and keeps what its maker will want back.
///
/// Kept is an answer that was complete, and of one that was cut, or left by its client, everything up to its last complete
/// call: a client that has the whole call may run the tool and go on from it, and the reasoning before the call was
/// complete by then. Half a text is nobody's original.
#[derive(Debug)]
pub struct Capture {
    vault: Vault,
    maker: Maker,
    conversation: Conversation,
    blocks: Vec<Heard>,
    size: usize,
}

#[derive(Debug)]
struct Heard {
    piece: Piece,
    closed: bool,
}

impl Capture {
    /// A listener to the answer that `maker` gives in `conversation`.
    #[must_use]
    pub fn new(vault: Vault, maker: Maker, conversation: Conversation) -> Self {
        Self { vault, maker, conversation, blocks: Vec::new(), size: 0 }
    }

    /// Hears what happens.
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::Open { block, .. } => {
                let piece = Piece::new(block.clone(), "");
                self.blocks.push(Heard { piece, closed: false });
            }
            Event::Delta { index, delta } => self.add(*index as usize, delta),
            Event::Close { index } => {
                if let Some(it) = self.blocks.get_mut(*index as usize) {
                    it.closed = true;
                }
            }
            Event::End => {
                for it in &mut self.blocks {
                    it.closed = true;
                }
                self.keep(false);
            }
            Event::Fault(_) => self.keep(true),
            Event::Start { .. } | Event::Usage(_) | Event::Finish { .. } | Event::Ping | Event::Opaque(_) => {}
        }
    }

    /// Hears a whole answer.
    pub fn hear_all(mut self, reply: &Reply) {
        self.blocks = reply.blocks.iter().map(|it| Heard { piece: it.clone(), closed: true }).collect();
        self.keep(!reply.ended);
    }

    fn add(&mut self, index: usize, delta: &Delta) {
        let Some(Heard { piece, .. }) = self.blocks.get_mut(index) else { return };
        let more = match delta {
            Delta::Text(more) | Delta::Arguments(more) => {
                piece.text.push_str(more);
                more.len()
            }
            Delta::Signature(more) => {
                match &mut piece.signature {
                    Some(known) if known.dialect == more.dialect => known.text.push_str(&more.text),
                    other => *other = Some(more.clone()),
                }
                more.text.len()
            }
            // No provider wants back where its words came from.
            Delta::Citation(_) => 0,
            Delta::Opaque(it) => {
                piece.extra.push(it.clone());
                it.raw.get().len()
            }
        };
        self.size += more;
        // It would not be kept; neither is it held in memory.
        if self.size > LARGEST {
            self.blocks.clear();
        }
    }

    /// Keeps what was heard; of an answer that was `cut` only what leads to a complete call.
    fn keep(&mut self, cut: bool) {
        let heard = std::mem::take(&mut self.blocks);
        if self.size > LARGEST {
            return;
        }
        let is_call = |it: &Heard| it.closed && matches!(it.piece.block, Block::ToolCall { .. });
        let until = if cut { heard.iter().rposition(is_call).map_or(0, |it| it + 1) } else { heard.len() };
        let closed = heard.into_iter().take(until).filter(|it| it.closed);
        let blocks: Vec<Piece> = closed.map(|it| it.piece).collect();
        let Some(place) = self.conversation.place_of_answer(&blocks) else { return };
        let Some(original) = Original::of(blocks, &self.maker) else { return };
        match serde_json::to_string(&original) {
            Ok(said) => self.vault.keep(vault::Original { place, maker: self.maker.name.clone(), said }),
            Err(error) => tracing::error!(%error, "the original of an answer cannot be written down"),
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.keep(true);
    }
}
