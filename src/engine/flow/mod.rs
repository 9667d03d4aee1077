//! A provider's stream on its way to the client: bytes in, bytes out, and what they mean. No timers, no retries; it
//! does the same before and after the commit.

mod ear;
mod ending;
mod onward;
mod tongue;

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

pub use ending::{Ending, Taken, is_empty_but_meant};
pub use tongue::name;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::Loss;
use crate::engine::flow::ear::Ear;
use crate::engine::flow::tongue::{Mouth, Names, Tongue};
use crate::engine::recall::Keep;
use crate::engine::vault::Capture;
use crate::wire::openai_responses::compaction;
use crate::wire::{self, Asked, Facts, Watcher, sse};

/// Largest last event that is held until it is whole, where it repeats the answer: as large as a whole answer may be.
const LARGEST_END: usize = 64 << 20;

/// One answer stream.
pub struct Flow {
    theirs: Dialect,
    splitter: Box<dyn sse::Split>,
    watcher: Box<dyn Watcher>,
    tongue: Tongue,
    frames: Vec<sse::Frame>,
    /// The answer has come to its end, well or not; whatever follows has no meaning any more.
    ending: Option<Ending>,
    /// Known from elsewhere: the answer was whole before it was told as a stream.
    known: Option<(Facts, Vec<Loss>)>,
    /// Takes the last event of an answer that is to be kept.
    keep: Option<Keep>,
    /// Keeps what its maker wants back of the answer.
    ear: Option<Ear>,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flow").field("ending", &self.ending).finish_non_exhaustive()
    }
}

impl Flow {
    /// A stream from a provider that speaks `theirs` to a client that speaks `ours` and asked what `asked` says.
    /// `hide_usage`: it did not ask for the usage we asked for on its behalf.
    #[must_use]
    pub fn new(theirs: Dialect, ours: Dialect, asked: &Asked, hide_usage: bool) -> Self {
        let tongue = if theirs == ours {
            Tongue::Same { hide_usage, overheard: None }
        } else {
            Tongue::other(theirs, Mouth::Open(wire::codec(ours).stream_writer_to(asked)), asked)
        };
        Self::of(theirs, tongue)
    }

    fn of(theirs: Dialect, tongue: Tongue) -> Self {
        Self {
            theirs,
            splitter: wire::codec(theirs).splitter(),
            watcher: wire::codec(theirs).watcher(),
            tongue,
            frames: Vec::new(),
            ending: None,
            known: None,
            keep: None,
            ear: None,
        }
    }

    /// A summary from a provider that speaks `theirs`, to a client that asked for a compaction.
    #[must_use]
    pub fn summary(theirs: Dialect, asked: &Asked) -> Self {
        let reader = Box::new(compaction::Retelling::new(asked, wire::codec(theirs).stream_reader()));
        let writer = wire::codec(Dialect::OpenaiResponses).stream_writer_to(asked);
        let names = Names::of(asked);
        Self::of(theirs, Tongue::Other { reader, mouth: Mouth::Open(writer), events: Vec::new(), names })
    }

    /// The same, with something that takes the event its answer ends with.
    #[must_use]
    pub fn keeping(self, keep: Option<Keep>) -> Self {
        Self { keep, ..self }
    }

    /// The same, with something that listens to what is said.
    #[must_use]
    pub fn heard_by(self, capture: Option<Capture>) -> Self {
        let unread = matches!(self.tongue, Tongue::Same { .. }).then_some(self.theirs);
        Self { ear: capture.map(|it| Ear::new(it, unread)), ..self }
    }

    /// A stream with nothing left to pump: its answer was whole before it was told as one.
    #[must_use]
    pub fn told(dialect: Dialect, facts: Facts, losses: Vec<Loss>) -> Self {
        Self {
            ending: Some(Ending::Whole),
            known: Some((facts, losses)),
            ..Self::new(dialect, dialect, &Asked::default(), false)
        }
    }

    /// What stands in for a flow that has been handed on.
    #[must_use]
    pub fn over() -> Self {
        Self::told(Dialect::OpenaiChat, Facts::default(), Vec::new())
    }

    /// Takes the next bytes of the provider.
    pub fn take(&mut self, chunk: Bytes) -> Taken {
        let was_clean = self.splitter.pending() == 0;
        let mut frames = std::mem::take(&mut self.frames);
        self.splitter.push(chunk.clone(), &mut frames);
        let mut taken = self.read(&frames);
        // Most chunks hold whole frames and nothing is changed in them: they pass uncopied.
        let untouched = frames.iter().map(|it| it.raw().len()).sum::<usize>() == chunk.len();
        if matches!(self.tongue, Tongue::Same { .. }) && was_clean && untouched && taken.out.len() == chunk.len() {
            taken.out = chunk;
        }
        frames.clear();
        self.frames = frames;
        let too_large = self.splitter.is_beheaded() || self.splitter.pending() > self.largest_event();
        if self.ending.is_none() && too_large {
            self.give_up_framing(&mut taken);
        }
        taken
    }

    /// The provider closed the stream: whatever it sent without a final blank line still counts. In a dialect without an
    /// end mark this is the end.
    pub fn finish(&mut self) -> Taken {
        let mut taken = self.rest();
        // A provider may say what went wrong and then leave out the event that its dialect ends a failure with.
        if self.ending.is_none()
            && let Some(fault) = self.facts().fault.clone()
        {
            self.ending = Some(Ending::Fault { fault, relayed: false });
        } else if self.may_close() {
            self.ending = Some(Ending::Whole);
            if let Tongue::Other { reader, mouth, events, .. } = &mut self.tongue {
                let mut bytes = taken.out.to_vec();
                reader.closed(events);
                if let Some(ear) = &mut self.ear {
                    ear.hear(events);
                }
                for event in events.drain(..) {
                    mouth.tell(event, &mut bytes);
                }
                if let Some(event) = last_event(&bytes)
                    && let Some(keep) = self.keep.take()
                {
                    keep(event);
                }
                taken.out = Bytes::from(bytes);
            }
            self.check_seam();
        }
        taken
    }

    fn rest(&mut self) -> Taken {
        match self.splitter.finish() {
            // It was cut off in its middle: nobody can read it.
            Some(frame) if is_half(&frame.data()) => Taken::default(),
            Some(frame) => {
                let mut taken = self.read(&[frame]);
                // The client's parser wants what the provider left out of the blank line, and no second one.
                if !taken.out.is_empty() && !taken.out.ends_with(b"\n\n") {
                    let mut out = BytesMut::from(&taken.out[..]);
                    out.extend_from_slice(if taken.out.ends_with(b"\n") { b"\n" } else { b"\n\n" });
                    taken.out = out.freeze();
                }
                taken
            }
            None => Taken::default(),
        }
    }

    /// Whether it is whole if the provider says nothing more.
    #[must_use]
    pub fn may_close(&self) -> bool {
        self.ending.is_none() && self.watcher.may_close()
    }

    /// The client has the head of an event and not yet its end: nothing of ours may stand in between.
    #[must_use]
    pub fn is_mid_event(&self) -> bool {
        self.splitter.is_beheaded()
    }

    /// How it ended; `None` while it has not.
    #[must_use]
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// What was learnt of the answer so far.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        self.known.as_ref().map_or_else(|| self.watcher.facts(), |it| &it.0)
    }

    /// What could not be said in the client's dialect so far.
    #[must_use]
    pub fn losses(&self) -> Cow<'_, [Loss]> {
        match (&self.tongue, &self.known) {
            (Tongue::Other { mouth: mouth @ Mouth::Recalling(_), .. }, _) | (Tongue::Other { mouth, .. }, None) => {
                mouth.losses()
            }
            (_, Some((_, losses))) => Cow::Borrowed(losses),
            (Tongue::Same { .. }, None) => Cow::Borrowed(&[]),
        }
    }

    /// Whether what came so far is an answer although it has no content: the provider says why it ended, and either
    /// the reason explains the emptiness or tokens were generated. Anything else that is empty is a failure.
    #[must_use]
    pub fn is_empty_but_meant(&self) -> bool {
        is_empty_but_meant(self.facts())
    }

    fn read(&mut self, frames: &[sse::Frame]) -> Taken {
        let mut out = BytesMut::new();
        let mut single: Option<Bytes> = None;
        let mut content = false;
        for frame in frames {
            match (&self.ending, &self.tongue) {
                (None, _) => {}
                // It means nothing any more (`[DONE]` after another end mark), but a client may wait for it.
                (Some(Ending::Whole), Tongue::Same { .. }) => {
                    out.extend_from_slice(frame.raw());
                    continue;
                }
                (Some(_), _) => break,
            }
            let sight = self.watcher.watch(frame);
            content |= sight.content;
            if sight.malformed {
                let what = match &mut self.tongue {
                    // It may know better: a checksum that is wrong, say.
                    Tongue::Other { reader, events, .. } => reader.read(frame, events).err(),
                    Tongue::Same { .. } => None,
                };
                let what = what.map_or_else(|| "an event that is not JSON".to_owned(), |it| it.to_string());
                self.ending = Some(Ending::Malformed(what));
                break;
            }
            match &mut self.tongue {
                Tongue::Same { hide_usage, overheard } => {
                    // The last word is ours where another answer may go on.
                    if let (Some(_), Some(fault)) = (&overheard, &sight.fault) {
                        self.ending = Some(Ending::Fault { fault: fault.clone(), relayed: false });
                        break;
                    }
                    if let Some(it) = overheard {
                        it.hear(frame);
                    }
                    if let Some(ear) = &mut self.ear {
                        ear.overhear(frame);
                    }
                    if let Some(keep) = self.keep.take_if(|_| sight.end) {
                        keep(&frame.data());
                    }
                    if !(*hide_usage && sight.usage_only) {
                        if frames.len() == 1 {
                            single = Some(frame.raw().clone());
                        } else {
                            out.extend_from_slice(frame.raw());
                        }
                    }
                    if let Some(fault) = sight.fault {
                        self.ending = Some(Ending::Fault { fault, relayed: true });
                    }
                }
                Tongue::Other { reader, mouth, events, names } => {
                    if let Some(fault) = sight.fault {
                        self.ending = Some(Ending::Fault { fault, relayed: false });
                        break;
                    }
                    if let Err(malformed) = reader.read(frame, events) {
                        self.ending = Some(Ending::Malformed(malformed.to_string()));
                        break;
                    }
                    if let Some(ear) = &mut self.ear {
                        ear.hear(events);
                    }
                    let mut bytes = Vec::new();
                    for mut event in events.drain(..) {
                        names.put(&mut event);
                        mouth.tell(event, &mut bytes);
                    }
                    if let (true, Some(event)) = (sight.end, last_event(&bytes))
                        && let Some(keep) = self.keep.take()
                    {
                        keep(event);
                    }
                    out.extend_from_slice(&bytes);
                }
            }
            if sight.end && self.ending.is_none() {
                self.ending = Some(Ending::Whole);
            }
            self.check_seam();
        }
        Taken { out: single.unwrap_or_else(|| out.freeze()), content }
    }

    /// Bytes that are held of an unfinished event.
    fn largest_event(&self) -> usize {
        let held = self.splitter.held();
        if held.len() > sse::MAX_EVENT && self.watcher.is_large_end(held) { LARGEST_END } else { sse::MAX_EVENT }
    }

    /// An event larger than anybody sends: in the same dialect it still passes, unread; in another it cannot.
    fn give_up_framing(&mut self, taken: &mut Taken) {
        match &mut self.tongue {
            Tongue::Same { overheard, .. } => {
                *overheard = None;
                let held = self.splitter.take_pending();
                let mut out = BytesMut::from(&taken.out[..]);
                out.extend_from_slice(&held);
                taken.out = out.freeze();
                taken.content = true;
            }
            Tongue::Other { .. } => {
                let what = format!("an event of more than {} bytes", sse::MAX_EVENT);
                self.ending = Some(Ending::Malformed(what));
            }
        }
    }
}

/// Whether an event that nothing came after lacks its end: a field without its data, or less than the JSON that those of all
/// dialects are, but for one mark.
fn is_half(data: &[u8]) -> bool {
    let data = data.trim_ascii();
    data != b"[DONE]" && serde_json::from_slice::<serde::de::IgnoredAny>(data).is_err()
}

/// The data of the last event in what a writer wrote: one line each.
#[must_use]
pub fn last_event(written: &[u8]) -> Option<&[u8]> {
    const DATA: &[u8] = b"\ndata: ";
    let after = written.get(memchr::memmem::rfind(written, DATA)? + DATA.len()..)?;
    after.split(|it| *it == b'\n').next()
}
