//! A second answer told as the rest of a first: what repeats the first is swallowed, what is new takes its place after it.
//! Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::event::{Block, Delta, Event};
use crate::domain::prompt::Loss;
use crate::domain::usage::{Source, Usage};
use crate::engine::resume::seam::{Fit, Seam};
use crate::engine::resume::told::Point;

/// Bytes of text for one token, where what was repeated is taken off a count.
const BYTES_A_TOKEN: u64 = 4;

/// What the legs before came to, as far as the client was told of them.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// What the first leg's provider counted of the prompt.
    pub prompt: Option<Usage>,
    /// Tokens that were generated and told.
    pub output: u64,
    /// Of `output`: reasoning.
    pub reasoning: u64,
}

/// The events of a second answer on their way into the first.
#[derive(Debug)]
pub struct Join {
    seam: Seam,
    before: Before,
    /// The first answer's open text, until it is taken over or closed.
    open: Option<u32>,
    /// Index of the next block of the whole answer.
    next: u32,
    /// Where the second answer's blocks are told.
    places: BTreeMap<u32, Place>,
    /// The last count; told only where the seam holds.
    usage: Option<Usage>,
    misfit: Option<&'static str>,
    lost: BTreeSet<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Text that repeats, or may repeat, what was told.
    Repeat,
    /// A call that does.
    Recall,
    /// Text that finds its place with its first character.
    Ahead,
    /// It goes on with the first answer's open text.
    Onward(u32),
    /// A block of its own.
    Own(u32),
    /// Nowhere.
    Nowhere,
}

impl Join {
    /// Joins a second answer at `point`, where it leads up to it as `seam` says.
    #[must_use]
    pub fn new(point: &Point, seam: Seam, before: Before) -> Self {
        Self {
            seam,
            before,
            open: point.open,
            next: point.next,
            places: BTreeMap::new(),
            usage: None,
            misfit: None,
            lost: BTreeSet::new(),
        }
    }

    /// Whether what comes is new.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        self.misfit.is_none() && self.seam.joined().is_some()
    }

    /// Why the second answer does not go on from the first. Nothing of it was told.
    #[must_use]
    pub fn misfit(&self) -> Option<&'static str> {
        self.misfit
    }

    /// What of the second answer is kept back.
    pub fn losses(&self) -> impl Iterator<Item = Loss> {
        let why = "it belongs to an answer that went on with another target in the middle of a text";
        self.lost.iter().map(move |what| Loss { what: (*what).to_owned(), why })
    }

    /// Takes the next event of the second answer; what the client is told of it is appended.
    pub fn pass(&mut self, event: Event, out: &mut Vec<Event>) {
        if self.misfit.is_some() {
            return;
        }
        match event {
            // The answer has begun, under its own name.
            Event::Start { .. } | Event::Fault(_) => {}
            Event::Ping => out.push(Event::Ping),
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Opaque(it) => out.extend(self.is_joined().then_some(Event::Opaque(it))),
            Event::Open { index, block } => self.open(index, block, out),
            Event::Delta { index, delta } => self.delta(index, delta, out),
            Event::Close { index } => self.close(index, out),
            Event::Finish { .. } | Event::End if !self.is_joined() => {
                self.misfit = Some("ended before it came to where the first broke off");
            }
            Event::Finish { .. } => {
                self.shut(out);
                out.push(event);
            }
            Event::End => {
                self.shut(out);
                if let Some(usage) = self.usage.take() {
                    out.push(Event::Usage(self.sum(&usage)));
                }
                out.push(event);
            }
        }
    }

    fn open(&mut self, index: u32, block: Block, out: &mut Vec<Event>) {
        let place = match block {
            Block::Text if self.is_joined() => Place::Ahead,
            Block::Text => Place::Repeat,
            // Within a text there is no place for it.
            Block::Thinking | Block::RedactedThinking(_) if !self.is_joined() || self.open.is_some() => {
                self.lost.insert("reasoning");
                Place::Nowhere
            }
            Block::ToolCall { name, .. } if !self.is_joined() => {
                let fit = self.seam.call(&name);
                self.judge(&fit);
                Place::Recall
            }
            _ if !self.is_joined() => {
                self.misfit = Some("said something else than the first");
                return;
            }
            block => {
                self.shut(out);
                Place::Own(self.begin(block, out))
            }
        };
        self.places.insert(index, place);
    }

    fn delta(&mut self, index: u32, delta: Delta, out: &mut Vec<Event>) {
        match (self.places.get(&index).copied().unwrap_or(Place::Nowhere), delta) {
            (Place::Nowhere, _) => {}
            (Place::Repeat, Delta::Text(text)) => match self.seam.text(&text) {
                Fit::Joined(rest) => {
                    let rest = rest.to_owned();
                    self.places.insert(index, Place::Ahead);
                    self.ahead(index, rest, out);
                }
                fit => self.judge(&fit),
            },
            (Place::Recall, Delta::Arguments(more)) => {
                let fit = self.seam.arguments(&more);
                self.judge(&fit);
            }
            (Place::Recall, _) => {}
            (Place::Ahead, Delta::Text(text)) => self.ahead(index, text, out),
            (Place::Onward(at), delta @ Delta::Text(_)) => out.push(Event::Delta { index: at, delta }),
            (Place::Own(at), delta) => out.push(Event::Delta { index: at, delta }),
            // Said of a text of which the other half is somebody else's, with places counted from its own beginning.
            (Place::Repeat | Place::Ahead | Place::Onward(_), Delta::Signature(_)) => {
                self.lost.insert("signature");
            }
            (Place::Repeat | Place::Ahead | Place::Onward(_), Delta::Opaque(it)) if it.is_spelling() => {}
            (Place::Repeat | Place::Ahead | Place::Onward(_), _) => {
                self.lost.insert("additions to a text");
            }
        }
    }

    /// Text that is new, in a block that has no place yet: in the first answer's open text, else in a block of its own.
    fn ahead(&mut self, index: u32, text: String, out: &mut Vec<Event>) {
        if text.is_empty() {
            return;
        }
        let place = match self.open.take() {
            Some(at) => Place::Onward(at),
            None => Place::Own(self.begin(Block::Text, out)),
        };
        self.places.insert(index, place);
        self.delta(index, Delta::Text(text), out);
    }

    fn close(&mut self, index: u32, out: &mut Vec<Event>) {
        match self.places.remove(&index) {
            Some(Place::Onward(index) | Place::Own(index)) => out.push(Event::Close { index }),
            Some(Place::Recall) => {
                let fit = self.seam.called();
                self.judge(&fit);
            }
            Some(Place::Repeat | Place::Ahead | Place::Nowhere) | None => {}
        }
    }

    fn judge(&mut self, fit: &Fit<'_>) {
        if *fit == Fit::Misfit {
            self.misfit = Some("did not repeat what the first had said");
        }
    }

    /// Begins a block of the whole answer.
    fn begin(&mut self, block: Block, out: &mut Vec<Event>) -> u32 {
        let index = self.next;
        self.next += 1;
        out.push(Event::Open { index, block });
        index
    }

    /// Ends the first answer's text, if nothing of the second has gone on with it.
    fn shut(&mut self, out: &mut Vec<Event>) {
        out.extend(self.open.take().map(|index| Event::Close { index }));
    }

    /// The counts of the whole answer: the prompt as the client wrote it, where that was counted, and every token it was
    /// told once.
    #[must_use]
    pub fn sum(&self, last: &Usage) -> Usage {
        let repeated = (self.seam.joined().unwrap_or(0) as u64).div_ceil(BYTES_A_TOKEN);
        let output = (self.before.output + last.output).saturating_sub(repeated);
        let reasoning = self.before.reasoning + last.reasoning;
        let prompt = self.before.prompt.clone().unwrap_or_else(|| last.clone());
        Usage {
            output,
            reasoning,
            output_audio: last.output_audio,
            source: Source::Estimated,
            cost_reported: None,
            ..prompt
        }
    }
}
