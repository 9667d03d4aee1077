//! A model's summary, told as the item that a compaction is.

use super::sealed::seal;
use crate::domain::event::{Block, Delta, Event};
use crate::domain::reply::Reply;
use crate::wire::json::ObjectWriter;
use crate::wire::openai_responses::response::Head;
use crate::wire::openai_responses::{opaque_json, usage};
use crate::wire::{Asked, Malformed, StreamReader, sse};

/// The answer with its text as one compaction item, and nothing else: its clients take exactly one. An answer without text
/// has none.
#[must_use]
pub fn retell(asked: &Asked, reply: Reply) -> Reply {
    let mut teller = Teller::new(asked);
    let mut events = Vec::new();
    let ended = reply.ended;
    for event in reply.into_events() {
        teller.tell(event, &mut events);
    }
    Reply { ended, ..Reply::of(events) }
}

/// The object that `responses/compact` answers with, from an answer that was [retold](retell).
#[must_use]
pub fn compacted(asked: &Asked, reply: &Reply) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut object = ObjectWriter::begin(&mut out);
    object.text("id", Head::of(asked, &reply.id, &reply.model, reply.created).id());
    object.text("object", "response.compaction");
    object.plain("created_at", reply.created.unwrap_or(asked.created));
    let items = reply.blocks.iter().filter_map(|it| match &it.block {
        Block::Opaque(item) => Some(item.raw.get()),
        _ => None,
    });
    object.list("output", items, |item, out| out.extend_from_slice(item.as_bytes()));
    usage::write(&reply.usage.clone().unwrap_or_default(), object.key("usage"));
    object.end();
    out
}

/// Reads a provider's stream as one whose answer is a compaction.
pub struct Retelling {
    inner: Box<dyn StreamReader>,
    teller: Teller,
    read: Vec<Event>,
}

impl std::fmt::Debug for Retelling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Retelling").field("id", &self.teller.id).finish_non_exhaustive()
    }
}

impl Retelling {
    /// Around the reader of the dialect the provider speaks.
    #[must_use]
    pub fn new(asked: &Asked, inner: Box<dyn StreamReader>) -> Self {
        Self { inner, teller: Teller::new(asked), read: Vec::new() }
    }

    fn tell(&mut self, out: &mut Vec<Event>) {
        for event in self.read.drain(..) {
            self.teller.tell(event, out);
        }
    }
}

impl StreamReader for Retelling {
    fn read(&mut self, frame: &sse::Frame, out: &mut Vec<Event>) -> Result<(), Malformed> {
        let read = self.inner.read(frame, &mut self.read);
        self.tell(out);
        read
    }

    fn closed(&mut self, out: &mut Vec<Event>) {
        self.inner.closed(&mut self.read);
        self.tell(out);
    }
}

/// Gathers the text of an answer and tells it when the answer says why it ended.
struct Teller {
    /// Id of the item.
    id: String,
    /// Of each block, whether it is text.
    texts: Vec<bool>,
    summary: String,
}

impl Teller {
    fn new(asked: &Asked) -> Self {
        Self { id: format!("cmp_{}0", asked.prefix()), texts: Vec::new(), summary: String::new() }
    }

    fn tell(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Open { block, .. } => self.texts.push(matches!(block, Block::Text)),
            Event::Delta { index, delta: Delta::Text(more) } if self.texts.get(index as usize) == Some(&true) => {
                self.summary.push_str(&more);
            }
            Event::Delta { .. } | Event::Close { .. } => {}
            Event::Finish { reason, stop } => {
                if let Some(item) = self.item() {
                    out.push(Event::Open { index: 0, block: Block::Opaque(item) });
                    out.push(Event::Close { index: 0 });
                }
                out.push(Event::Finish { reason, stop });
            }
            // What the provider says beside its answer is about another request than the client's.
            Event::Opaque(_) => {}
            other => out.push(other),
        }
    }

    fn item(&self) -> Option<crate::domain::prompt::Opaque> {
        if self.summary.trim().is_empty() {
            return None;
        }
        let mut out = Vec::new();
        let mut item = ObjectWriter::begin(&mut out);
        item.text("type", "compaction");
        item.text("id", &self.id);
        item.text("encrypted_content", &seal(&self.summary));
        item.end();
        opaque_json("compaction", out)
    }
}
