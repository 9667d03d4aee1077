//! Those who listen to an answer while it is relayed as it is, and the reader that tells them what it says.

use crate::domain::dialect::Dialect;
use crate::domain::event::Event;
use crate::engine::vault::Capture;
use crate::wire::{self, StreamReader, sse};

/// Listens to an answer for the vault.
pub(super) struct Ear {
    capture: Capture,
    /// Where the answer is not read anyway: what reads it for the listener only.
    reader: Option<Box<dyn StreamReader>>,
}

impl Ear {
    /// A listener to an answer in `theirs`, or to one that is read anyway.
    pub(super) fn new(capture: Capture, theirs: Option<Dialect>) -> Self {
        Self { capture, reader: theirs.map(|it| wire::codec(it).stream_reader()) }
    }

    /// Hears a frame of an answer that is relayed as it is. What cannot be read is not kept, and no reason to stop.
    pub(super) fn overhear(&mut self, frame: &sse::Frame) {
        let Some(reader) = &mut self.reader else { return };
        let mut events = Vec::new();
        if reader.read(frame, &mut events).is_err() {
            self.reader = None;
        }
        self.hear(&events);
    }

    /// Hears what happened.
    pub(super) fn hear(&mut self, events: &[Event]) {
        for event in events {
            self.capture.hear(event);
        }
    }
}
