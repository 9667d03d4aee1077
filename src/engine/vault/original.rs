//! What is kept of an answer: its blocks in order, as their maker told them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::event::Block;
use crate::domain::prompt::{Body, Opaque, Part};
use crate::domain::reply::Piece;
use crate::domain::signature::Signature;
use crate::engine::vault::Maker;

/// An answer as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original(pub Vec<Kept>);

/// One block of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What it is.
    pub what: What,
    /// Its signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Fields of the maker's own: name and JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<(String, String)>,
}

/// The content of a [`Kept`] block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Text. Left out where nothing hangs on it: then it only says that something stood here.
    Text(String),
    /// Reasoning.
    Thinking(String),
    /// Reasoning as one encrypted text.
    Redacted(String),
    /// A tool call.
    Call {
        /// Its id as the provider gave it.
        id: String,
        /// The tool.
        name: String,
        /// The arguments byte for byte.
        arguments: String,
    },
}

impl Original {
    /// What is to be kept of an answer; `None` where its maker wants nothing back of it.
    #[must_use]
    pub fn of(blocks: Vec<Piece>, maker: &Maker) -> Option<Self> {
        let calls = blocks.iter().any(|it| matches!(it.block, Block::ToolCall { .. }));
        let kept: Vec<Kept> = blocks.into_iter().filter_map(|it| keep(it, maker, calls)).collect();
        let counts = |it: &Kept| match &it.what {
            What::Thinking(_) | What::Redacted(_) => true,
            What::Text(_) => it.signature.is_some(),
            What::Call { .. } => it.signature.is_some() || it.extra.iter().any(|it| is_proof(&it.0)),
        };
        kept.iter().any(counts).then_some(Self(kept))
    }

    /// Whether reasoning is part of it.
    #[must_use]
    pub fn reasons(&self) -> bool {
        self.0.iter().any(|it| matches!(it.what, What::Thinking(_) | What::Redacted(_)))
    }
}

impl Kept {
    /// The part of a request that it becomes.
    #[must_use]
    pub fn part(self, dialect: Dialect) -> Part {
        let body = match self.what {
            What::Text(text) => Body::Text(text),
            What::Thinking(text) => Body::Thinking(text),
            What::Redacted(text) => Body::RedactedThinking(Signature { dialect, text }),
            What::Call { id, name, arguments } => Body::ToolCall { id, name, arguments },
        };
        let signature = self.signature.and_then(|it| Signature::of(dialect, it));
        Part { body, cache: None, signature, extra: extra(self.extra, dialect).collect() }
    }
}

/// Fields as pieces of a dialect.
pub fn extra(fields: Vec<(String, String)>, dialect: Dialect) -> impl Iterator<Item = Opaque> {
    fields
        .into_iter()
        .filter_map(move |(name, json)| Some(Opaque { dialect, name, raw: RawValue::from_string(json).ok()? }))
}

/// Whether a call's own field is proof of who made it, in a dialect without signatures: Google's compatible endpoint has it
/// in the one, OpenRouter in the other.
fn is_proof(name: &str) -> bool {
    name.ends_with("extra_content") || name.ends_with("reasoning_details")
}

fn keep(piece: Piece, maker: &Maker, calls: bool) -> Option<Kept> {
    let signature = piece.signature.filter(|it| it.dialect == maker.dialect).map(|it| it.text);
    let own = |it: &Opaque| it.dialect == maker.dialect;
    let fields = |it: Opaque| (it.name, it.raw.get().to_owned());
    let spellings = || piece.extra.iter().filter(|it| own(it) && it.is_spelling()).cloned().map(fields).collect();
    let (what, extra) = match piece.block {
        // Without its maker's signature it proves nothing, and goes back only to who wants the text.
        Block::Thinking if signature.is_some() => (What::Thinking(piece.text), spellings()),
        Block::Thinking if maker.replays && calls && !piece.text.is_empty() => (What::Thinking(piece.text), Vec::new()),
        Block::RedactedThinking(it) if it.dialect == maker.dialect => (What::Redacted(it.text), Vec::new()),
        Block::Text => {
            let extra: Vec<_> = spellings();
            let hangs = signature.is_some() || !extra.is_empty();
            (What::Text(if hangs { piece.text } else { String::new() }), extra)
        }
        Block::ToolCall { id, name } => {
            let extra = piece.extra.into_iter().filter(own).map(fields).collect();
            (What::Call { id, name, arguments: piece.text }, extra)
        }
        Block::Thinking | Block::RedactedThinking(_) | Block::Refusal | Block::Opaque(_) => return None,
    };
    Some(Kept { what, signature, extra })
}
