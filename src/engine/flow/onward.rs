//! A flow that another one may go on from, and one that goes on from another.

use bytes::Bytes;

use crate::domain::dialect::Dialect;
use crate::domain::event::Event;
use crate::engine::flow::tongue::{Mouth, Tongue};
use crate::engine::flow::{Ending, Flow, last_event};
use crate::engine::resume::{Overheard, Tale};
use crate::wire::{Asked, Facts};

impl Flow {
    /// As [`Flow::new`], with a memory of what the client is told, so that another answer can go on from it. A dialect in which
    /// items have ids and events have numbers of their own is then written here, also where the provider speaks it.
    #[must_use]
    pub fn recalling(theirs: Dialect, ours: Dialect, asked: &Asked, hide_usage: bool) -> Self {
        let tongue = if theirs == ours && ours != Dialect::OpenaiResponses {
            Tongue::Same { hide_usage, overheard: Some(Overheard::new(ours, asked)) }
        } else {
            Tongue::other(theirs, Mouth::Recalling(Box::new(Tale::new(ours, asked))), asked)
        };
        Self::of(theirs, tongue)
    }

    /// An answer that is to go on from another: it is read, and nobody is told of it before [`Flow::speak`].
    #[must_use]
    pub fn waiting(theirs: Dialect, asked: &Asked) -> Self {
        Self::of(theirs, Tongue::other(theirs, Mouth::Shut(Vec::new()), asked))
    }

    /// The same of an answer that was whole before it was told as a stream.
    #[must_use]
    pub fn waiting_whole(theirs: Dialect, facts: Facts, events: Vec<Event>) -> Self {
        let tongue = Tongue::other(theirs, Mouth::Shut(events), &Asked::default());
        Self { ending: Some(Ending::Whole), known: Some((facts, Vec::new())), ..Self::of(theirs, tongue) }
    }

    /// Lets an answer that waited go on with `tale`; what its client is told of what has come so far.
    pub fn speak(&mut self, mut tale: Box<Tale>) -> Bytes {
        let mut out = Vec::new();
        if let Tongue::Other { mouth, .. } = &mut self.tongue {
            if let Mouth::Shut(waiting) = mouth {
                for event in waiting.drain(..) {
                    tale.tell(event, &mut out);
                }
            }
            *mouth = Mouth::Recalling(tale);
        }
        self.check_seam();
        if let (Some(Ending::Whole), Some(event)) = (&self.ending, last_event(&out))
            && let Some(keep) = self.keep.take()
        {
            keep(event);
        }
        Bytes::from(out)
    }

    /// What the client has been told, where another answer may go on from it.
    #[must_use]
    pub fn tale(&mut self) -> Option<Box<Tale>> {
        match &mut self.tongue {
            Tongue::Same { overheard, .. } => overheard.take()?.into_tale(),
            Tongue::Other { mouth, .. } => mouth.tale(),
        }
    }

    /// Nobody is told of it any more: only what it comes to is looked at.
    pub fn watch_only(&mut self) {
        self.tongue = Tongue::Same { hide_usage: false, overheard: None };
        self.ending = None;
    }

    pub(super) fn check_seam(&mut self) {
        if let Tongue::Other { mouth, .. } = &self.tongue
            && let Some(why) = mouth.misfit()
        {
            self.ending = Some(Ending::Misfit(why));
        }
    }
}
