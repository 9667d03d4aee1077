//! How a provider's frames become the client's bytes.

use std::borrow::Cow;

use crate::domain::dialect::Dialect;
use crate::domain::event::Event;
use crate::domain::prompt::Loss;
use crate::engine::resume::{Overheard, Tale};
use crate::wire::{self, Asked, StreamReader, StreamWriter};

/// How frames become the client's bytes.
pub(super) enum Tongue {
    /// Same dialect: as they are, but for a usage chunk that only we asked for.
    Same {
        hide_usage: bool,
        /// Follows what the client is told, where a cut is to be gone on from.
        overheard: Option<Overheard>,
    },
    /// Another dialect: through the hub.
    Other { reader: Box<dyn StreamReader>, mouth: Mouth, events: Vec<Event>, names: Names },
}

impl Tongue {
    /// Through the hub.
    pub(super) fn other(theirs: Dialect, mouth: Mouth, asked: &Asked) -> Self {
        let reader = wire::codec(theirs).stream_reader_to(asked);
        Self::Other { reader, mouth, events: Vec::new(), names: Names::of(asked) }
    }
}

/// What tells events to the client.
pub(super) enum Mouth {
    /// The writer of its dialect.
    Open(Box<dyn StreamWriter>),
    /// The same, with a memory of what it has told.
    Recalling(Box<Tale>),
    /// Nobody yet: it waits until it is known where this answer goes on.
    Shut(Vec<Event>),
}

/// What an answer is called whose provider names neither it nor its model.
#[derive(Debug, Default)]
pub(super) struct Names {
    id: String,
    model: String,
}

impl Names {
    pub(super) fn of(asked: &Asked) -> Self {
        Self { id: asked.answer_id(), model: asked.model.to_owned() }
    }

    /// Puts the names in where the provider has left them out.
    pub(super) fn put(&self, event: &mut Event) {
        if let Event::Start { id, model, .. } = event {
            fill(id, &self.id);
            fill(model, &self.model);
        }
    }
}

impl Mouth {
    /// Tells `event`: what the client gets of it is appended.
    pub(super) fn tell(&mut self, event: Event, out: &mut Vec<u8>) {
        match self {
            Self::Open(writer) => writer.write(&event, out),
            Self::Recalling(tale) => tale.tell(event, out),
            Self::Shut(waiting) => waiting.push(event),
        }
    }

    /// What could not be said so far.
    pub(super) fn losses(&self) -> Cow<'_, [Loss]> {
        match self {
            Self::Open(writer) => Cow::Borrowed(writer.losses()),
            Self::Recalling(tale) => Cow::Owned(tale.losses()),
            Self::Shut(_) => Cow::Borrowed(&[]),
        }
    }

    /// What was told, where that is remembered. Nothing is told after this.
    pub(super) fn tale(&mut self) -> Option<Box<Tale>> {
        match std::mem::replace(self, Self::Shut(Vec::new())) {
            Self::Recalling(tale) => Some(tale),
            other => {
                *self = other;
                None
            }
        }
    }

    /// Why what is told does not go on from what was told before.
    pub(super) fn misfit(&self) -> Option<&'static str> {
        if let Self::Recalling(tale) = self { tale.misfit() } else { None }
    }
}

/// Names an answer, and its model, where the provider did not.
pub fn name(id: &mut String, model: &mut String, asked: &Asked) {
    fill(id, &asked.answer_id());
    fill(model, asked.model);
}

fn fill(name: &mut String, with: &str) {
    if name.is_empty() {
        with.clone_into(name);
    }
}
