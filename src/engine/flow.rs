//! A provider's stream on its way to the client: bytes in, bytes out, and what they mean. No timers, no retries; it
//! does the same before and after the commit.

use bytes::{Bytes, BytesMut};

use crate::domain::dialect::Dialect;
use crate::domain::event::{Event, Fault, Finish};
use crate::domain::prompt::Loss;
use crate::engine::recall::Keep;
use crate::engine::vault::Capture;
use crate::wire::openai_responses::compaction;
use crate::wire::{self, Asked, Facts, StreamReader, StreamWriter, Watcher, sse};

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

/// Listens to an answer.
struct Ear {
    capture: Capture,
    /// Where the answer is not read anyway: what reads it for the listener only.
    reader: Option<Box<dyn StreamReader>>,
}

impl Ear {
    /// Hears a frame of an answer that is relayed as it is. What cannot be read is not kept, and no reason to stop.
    fn overhear(&mut self, frame: &sse::Frame) {
        let Some(reader) = &mut self.reader else { return };
        let mut events = Vec::new();
        if reader.read(frame, &mut events).is_err() {
            self.reader = None;
        }
        self.hear(&events);
    }

    fn hear(&mut self, events: &[Event]) {
        for event in events {
            self.capture.hear(event);
        }
    }
}

/// How frames become the client's bytes.
enum Tongue {
    /// Same dialect: as they are, but for a usage chunk that only we asked for.
    Same { hide_usage: bool },
    /// Another dialect: through the hub.
    Other { reader: Box<dyn StreamReader>, writer: Box<dyn StreamWriter>, events: Vec<Event>, names: Names },
}

/// What an answer is called whose provider names neither it nor its model.
#[derive(Debug, Default)]
struct Names {
    id: String,
    model: String,
}

/// How an answer stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// With its dialect's end mark, or, in a dialect without one, closed after all was said.
    Whole,
    /// With an error of the provider's. `relayed`: the client has been sent the provider's own error frame.
    Fault {
        /// What it said.
        fault: Fault,
        /// The frame went out as it came.
        relayed: bool,
    },
    /// With bytes that are no event of its dialect.
    Malformed(String),
}

/// What some bytes of a provider came to.
#[derive(Debug, Default)]
pub struct Taken {
    /// For the client; may be empty.
    pub out: Bytes,
    /// There was content among them.
    pub content: bool,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flow").field("ending", &self.ending).finish_non_exhaustive()
    }
}

impl Names {
    fn of(asked: &Asked) -> Self {
        Self { id: asked.answer_id(), model: asked.model.to_owned() }
    }
}

impl Flow {
    /// A stream from a provider that speaks `theirs` to a client that speaks `ours` and asked what `asked` says.
    /// `hide_usage`: it did not ask for the usage we asked for on its behalf.
    #[must_use]
    pub fn new(theirs: Dialect, ours: Dialect, asked: &Asked, hide_usage: bool) -> Self {
        let tongue = if theirs == ours {
            Tongue::Same { hide_usage }
        } else {
            let reader = wire::codec(theirs).stream_reader_to(asked);
            let writer = wire::codec(ours).stream_writer_to(asked);
            Tongue::Other { reader, writer, events: Vec::new(), names: Names::of(asked) }
        };
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
        let tongue = Tongue::Other { reader, writer, events: Vec::new(), names: Names::of(asked) };
        Self { tongue, ..Self::new(theirs, theirs, asked, false) }
    }

    /// The same, with something that takes the event its answer ends with.
    #[must_use]
    pub fn keeping(self, keep: Option<Keep>) -> Self {
        Self { keep, ..self }
    }

    /// The same, with something that listens to what is said.
    #[must_use]
    pub fn heard_by(self, capture: Option<Capture>) -> Self {
        let reader = || matches!(self.tongue, Tongue::Same { .. }).then(|| wire::codec(self.theirs).stream_reader());
        let ear = capture.map(|capture| Ear { capture, reader: reader() });
        Self { ear, ..self }
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
            if let Tongue::Other { reader, writer, events, .. } = &mut self.tongue {
                let mut bytes = taken.out.to_vec();
                reader.closed(events);
                if let Some(ear) = &mut self.ear {
                    ear.hear(events);
                }
                for event in events.drain(..) {
                    writer.write(&event, &mut bytes);
                }
                if let Some(event) = last_event(&bytes)
                    && let Some(keep) = self.keep.take()
                {
                    keep(event);
                }
                taken.out = Bytes::from(bytes);
            }
        }
        taken
    }

    fn rest(&mut self) -> Taken {
        match self.splitter.finish() {
            Some(frame) => {
                let mut taken = self.read(&[frame]);
                // The client's parser wants the blank line that the provider left out.
                if !taken.out.is_empty() && !taken.out.ends_with(b"\n\n") {
                    let mut out = BytesMut::from(&taken.out[..]);
                    out.extend_from_slice(b"\n\n");
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
    pub fn losses(&self) -> &[Loss] {
        match (&self.tongue, &self.known) {
            (_, Some((_, losses))) => losses,
            (Tongue::Same { .. }, None) => &[],
            (Tongue::Other { writer, .. }, None) => writer.losses(),
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
                Tongue::Same { hide_usage } => {
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
                Tongue::Other { reader, writer, events, names } => {
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
                        if let Event::Start { id, model, .. } = &mut event {
                            fill(id, &names.id);
                            fill(model, &names.model);
                        }
                        writer.write(&event, &mut bytes);
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
        match self.tongue {
            Tongue::Same { .. } => {
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

/// The data of the last event in what a writer wrote: one line each.
#[must_use]
pub fn last_event(written: &[u8]) -> Option<&[u8]> {
    const DATA: &[u8] = b"\ndata: ";
    let after = written.get(memchr::memmem::rfind(written, DATA)? + DATA.len()..)?;
    after.split(|it| *it == b'\n').next()
}

/// See [`Flow::is_empty_but_meant`].
#[must_use]
pub fn is_empty_but_meant(facts: &Facts) -> bool {
    let generated = facts.usage.as_ref().is_some_and(|it| it.output > 0);
    match &facts.finish {
        None => false,
        Some(Finish::Length | Finish::ContentFilter | Finish::Refusal | Finish::Pause | Finish::ContextFull) => true,
        Some(_) => generated,
    }
}
