//! What a client has been told of an answer: whether it can be gone on from, and where. Pure.

use crate::domain::event::{Block, Delta, Event};

/// Most of an answer that is kept to go on from.
const MOST: usize = 1 << 20;

/// What a client has been told of one answer.
#[derive(Debug, Default)]
pub struct Told {
    /// By index.
    blocks: Vec<Said>,
    size: usize,
    finished: bool,
    /// Something was told that has no place in a block.
    beside: bool,
}

#[derive(Debug)]
struct Said {
    what: What,
    text: String,
    signed: bool,
    closed: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Text,
    Thinking,
    Call(String),
    Other,
}

/// Where an answer broke off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What was told before it, without its reasoning.
    pub said: Vec<Segment>,
    /// The block of text that is open.
    pub open: Option<u32>,
    /// The index of the next block.
    pub next: u32,
}

/// A piece of what was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Text, of however many blocks.
    Text(String),
    /// A call that is complete.
    Call {
        /// The tool.
        name: String,
        /// Its arguments as they were told.
        arguments: String,
    },
}

impl Told {
    /// Takes down what the client is told.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Open { block, .. } => self.blocks.push(Said::new(block)),
            Event::Delta { index, delta } => self.add(*index, delta),
            Event::Close { index } => {
                if let Some(it) = self.blocks.get_mut(*index as usize) {
                    it.closed = true;
                }
            }
            Event::Finish { .. } | Event::End => self.finished = true,
            // A further answer of a request for several.
            Event::Opaque(it) => self.beside |= it.name.starts_with("choices["),
            Event::Start { .. } | Event::Usage(_) | Event::Fault(_) | Event::Ping => {}
        }
    }

    /// The client was sent something that cannot be read.
    pub fn spoil(&mut self) {
        self.beside = true;
    }

    fn add(&mut self, index: u32, delta: &Delta) {
        let Some(it) = self.blocks.get_mut(index as usize) else { return };
        match delta {
            Delta::Text(more) | Delta::Arguments(more) => {
                self.size += more.len();
                if self.size <= MOST {
                    it.text.push_str(more);
                } else {
                    it.text = String::new();
                }
            }
            Delta::Signature(_) => it.signed = true,
            Delta::Opaque(_) | Delta::Citation(_) => {}
        }
    }

    /// Where it can be gone on from.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn point(&self) -> Result<Point, &'static str> {
        if self.finished {
            return Err("it had said why it ended");
        }
        if self.size > MOST {
            return Err("more had been told than is kept");
        }
        if self.beside || self.blocks.iter().any(|it| it.what == What::Other) {
            return Err("something else than text and calls had been told");
        }
        // A writer tells nothing of such a block, and a client that was sent the provider's own bytes knows of it.
        if self.blocks.iter().any(Said::is_bare) {
            return Err("a block had begun and nothing was told of it");
        }
        let open = self.blocks.iter().position(|it| !it.closed);
        let last = self.blocks.len().saturating_sub(1);
        match open.and_then(|at| Some((at, self.blocks.get(at)?))) {
            None => {}
            Some((at, Said { what: What::Text, .. })) if at == last => {}
            Some((_, Said { what: What::Call(_), .. })) => return Err("the arguments of a call were open"),
            Some((_, Said { what: What::Thinking, .. })) => return Err("its reasoning was open"),
            Some(_) => return Err("several blocks were open"),
        }
        let said = self.said();
        if said.is_empty() {
            return Err("no text had been told");
        }
        let index = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Ok(Point { said, open: open.map(index), next: index(self.blocks.len()) })
    }

    fn said(&self) -> Vec<Segment> {
        let mut said = Vec::new();
        for it in &self.blocks {
            match (&it.what, said.last_mut()) {
                (What::Text, Some(Segment::Text(text))) => text.push_str(&it.text),
                (What::Text, _) => said.push(Segment::Text(it.text.clone())),
                (What::Call(name), _) => {
                    said.push(Segment::Call { name: name.clone(), arguments: it.text.clone() });
                }
                (What::Thinking | What::Other, _) => {}
            }
        }
        said
    }
}

impl Said {
    fn new(block: &Block) -> Self {
        let what = match block {
            Block::Text => What::Text,
            Block::Thinking | Block::RedactedThinking(_) => What::Thinking,
            Block::ToolCall { name, .. } => What::Call(name.clone()),
            Block::Refusal | Block::Opaque(_) => What::Other,
        };
        let signed = matches!(block, Block::RedactedThinking(_));
        Self { what, text: String::new(), signed, closed: false }
    }

    fn is_bare(&self) -> bool {
        matches!(self.what, What::Text | What::Thinking) && self.text.is_empty() && !self.signed
    }
}

impl Point {
    /// The text, where nothing else was told.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self.said.as_slice() {
            [Segment::Text(text)] => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(events: &[Event]) -> Result<Point, &'static str> {
        let mut told = Told::default();
        for it in events {
            told.note(it);
        }
        told.point()
    }

    fn open(index: u32, block: Block) -> Event {
        Event::Open { index, block }
    }

    fn text(index: u32, text: &str) -> Event {
        Event::Delta { index, delta: Delta::Text(text.to_owned()) }
    }

    fn call(index: u32) -> Vec<Event> {
        let block = Block::ToolCall { id: "c".to_owned(), name: "look".to_owned() };
        vec![open(index, block), Event::Delta { index, delta: Delta::Arguments("{}".to_owned()) }]
    }

    #[test]
    fn a_text_that_is_open_is_gone_on_from_after_reasoning_that_is_closed() {
        let thought = [open(0, Block::Thinking), text(0, "hm"), Event::Close { index: 0 }];
        let said = [open(1, Block::Text), text(1, "Once "), text(1, "upon")];
        let point = told(&[&thought[..], &said[..]].concat()).unwrap();
        assert_eq!(point, Point { said: vec![Segment::Text("Once upon".to_owned())], open: Some(1), next: 2 });
        assert_eq!(point.text(), Some("Once upon"));
    }

    #[test]
    fn between_finished_calls_and_never_within_one() {
        let mut events = vec![open(0, Block::Text), text(0, "I look."), Event::Close { index: 0 }];
        events.extend(call(1));
        assert_eq!(told(&events).unwrap_err(), "the arguments of a call were open");
        events.push(Event::Close { index: 1 });
        let point = told(&events).unwrap();
        assert_eq!((point.said.len(), point.open, point.next, point.text()), (2, None, 2, None));
    }

    #[test]
    fn nothing_else_is_gone_on_from() {
        let said = [open(0, Block::Text), text(0, "a")];
        let with = |more: Event| told(&[&said[..], &[more]].concat()).unwrap_err();
        let finish = Event::Finish { reason: crate::domain::event::Finish::Stop, stop: None };
        assert_eq!(with(finish), "it had said why it ended");
        assert_eq!(with(open(1, Block::Refusal)), "something else than text and calls had been told");
        assert_eq!(with(open(1, Block::Text)), "a block had begun and nothing was told of it");
        assert_eq!(with(text(0, &"a".repeat(MOST))), "more had been told than is kept");
        assert_eq!(told(&[open(0, Block::Thinking), text(0, "a")]).unwrap_err(), "its reasoning was open");
        assert_eq!(told(&[]).unwrap_err(), "no text had been told");
    }
}
