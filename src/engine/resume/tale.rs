//! The client's side of an answer that may be gone on from: its writer, and a memory of what it was told.

use crate::domain::dialect::Dialect;
use crate::domain::event::Event;
use crate::domain::prompt::Loss;
use crate::domain::usage::Usage;
use crate::engine::resume::join::{Before, Join};
use crate::engine::resume::seam::Seam;
use crate::engine::resume::told::{Point, Told};
use crate::wire::{self, Asked, StreamReader, StreamWriter, sse};

/// What a client hears of an answer, however many targets it takes to give it.
pub struct Tale {
    writer: Box<dyn StreamWriter>,
    told: Told,
    join: Option<Join>,
    before: Before,
    /// Losses of the writer that the client did not suffer: it was sent the provider's own bytes then.
    unsuffered: usize,
    /// What answers that went on kept back.
    kept_back: Vec<Loss>,
}

impl std::fmt::Debug for Tale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tale").field("told", &self.told).field("join", &self.join).finish_non_exhaustive()
    }
}

impl Tale {
    /// Nothing was told yet to a client of `dialect` that asked what `asked` says.
    #[must_use]
    pub fn new(dialect: Dialect, asked: &Asked) -> Self {
        let writer = wire::codec(dialect).stream_writer_to(asked);
        Self {
            writer,
            told: Told::default(),
            join: None,
            before: Before::default(),
            unsuffered: 0,
            kept_back: Vec::new(),
        }
    }

    /// Tells `event`: what the client gets of it is appended.
    pub fn tell(&mut self, event: Event, out: &mut Vec<u8>) {
        let Some(join) = &mut self.join else { return self.write(&event, out) };
        let mut events = Vec::new();
        join.pass(event, &mut events);
        for event in &events {
            self.write(event, out);
        }
    }

    fn write(&mut self, event: &Event, out: &mut Vec<u8>) {
        self.told.note(event);
        self.writer.write(event, out);
    }

    /// What was told so far.
    #[must_use]
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// What comes from here on is told by another answer, which goes on from `point` after what `seam` expects.
    pub fn go_on(&mut self, point: &Point, seam: Seam) {
        self.keep_losses();
        self.join = Some(Join::new(point, seam, self.before.clone()));
    }

    /// The answer that was told last has ended too soon, after `usage`. `counted`: its prompt was, by its provider.
    pub fn ended(&mut self, usage: Option<Usage>, counted: bool) {
        let Some(usage) = usage.filter(|_| self.is_joined()) else { return };
        let sum = self.join.as_ref().map_or_else(|| usage.clone(), |it| it.sum(&usage));
        let prompt = self.before.prompt.take().or_else(|| counted.then_some(usage));
        self.before = Before { prompt, output: sum.output, reasoning: sum.reasoning };
    }

    /// The answer that was to go on from what was told does not fit; nothing of it was told.
    #[must_use]
    pub fn misfit(&self) -> Option<&'static str> {
        self.join.as_ref()?.misfit()
    }

    /// Whether what comes is told.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        self.join.as_ref().is_none_or(Join::is_joined)
    }

    /// What the client's dialect could not say, and what answers that went on kept back.
    #[must_use]
    pub fn losses(&self) -> Vec<Loss> {
        let said = self.writer.losses().get(self.unsuffered..).unwrap_or_default();
        let joined = self.join.iter().filter(|it| it.is_joined()).flat_map(Join::losses);
        said.iter().cloned().chain(self.kept_back.iter().cloned()).chain(joined).collect()
    }

    fn keep_losses(&mut self) {
        if let Some(join) = self.join.take().filter(Join::is_joined) {
            self.kept_back.extend(join.losses());
        }
    }
}

/// Follows an answer that is relayed as it is, so that another one can go on from it.
pub struct Overheard {
    reader: Box<dyn StreamReader>,
    tale: Box<Tale>,
    /// What is written is what the client has been sent already.
    sink: Vec<u8>,
    events: Vec<Event>,
    /// The client was sent half a character last.
    lost: bool,
}

impl std::fmt::Debug for Overheard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overheard").field("tale", &self.tale).finish_non_exhaustive()
    }
}

impl Overheard {
    /// Follows an answer in `dialect`.
    #[must_use]
    pub fn new(dialect: Dialect, asked: &Asked) -> Self {
        Self {
            reader: wire::codec(dialect).stream_reader_to(asked),
            tale: Box::new(Tale::new(dialect, asked)),
            sink: Vec::new(),
            events: Vec::new(),
            lost: false,
        }
    }

    /// The client is sent this frame.
    pub fn hear(&mut self, frame: &sse::Frame) {
        if self.reader.read(frame, &mut self.events).is_err() {
            self.tale.told.spoil();
        }
        let spoke = self.events.iter().any(|it| matches!(it, Event::Delta { .. }));
        for event in self.events.drain(..) {
            self.tale.tell(event, &mut self.sink);
        }
        self.sink.clear();
        // The other half comes with the next piece of its text.
        self.lost = ends_in_half(&frame.data()) || self.lost && !spoke;
    }

    /// What was told; `None` where nobody can say.
    #[must_use]
    pub fn into_tale(self) -> Option<Box<Tale>> {
        let mut tale = self.tale;
        tale.unsuffered = tale.writer.losses().len();
        (!self.lost).then_some(tale)
    }
}

/// Whether a JSON string ends in the first half of a character that takes two escapes.
fn ends_in_half(data: &[u8]) -> bool {
    let half =
        |it: &[u8]| matches!(it, [b'\\', b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'A' | b'b' | b'B', _, _, b'"']);
    data.windows(7).any(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_is_seen() {
        assert!(ends_in_half(br#"{"content":"a \ud83d"}"#));
        assert!(!ends_in_half(br#"{"content":"a \ud83d\ude00"}"#));
        assert!(!ends_in_half(br#"{"content":"a \u00e9"}"#));
    }
}
