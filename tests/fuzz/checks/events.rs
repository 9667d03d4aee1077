//! The order that `Event` promises, and what events come to.

use std::collections::BTreeSet;

use llmroute::domain::event::{Block, Delta, Event};
use llmroute::domain::reply::Reply;
use serde_json::Value;
use serde_json::value::RawValue;

/// Checks the grammar of events: blocks ascend without gaps, each is opened and closed once, nothing follows the end.
pub(super) fn check(events: &[Event]) {
    let (mut next, mut open) = (0, BTreeSet::new());
    let (mut started, mut finished, mut over) = (false, false, false);
    for event in events {
        assert!(!over, "{event:?} after the end of {events:?}");
        match event {
            Event::Start { .. } => assert!(!std::mem::replace(&mut started, true), "two starts in {events:?}"),
            Event::Open { index, .. } => {
                assert!(started && !finished && *index == next, "{event:?} out of place in {events:?}");
                open.insert(*index);
                next += 1;
            }
            // Some providers know only at the end where words came from.
            Event::Delta { index, delta: Delta::Citation(_) } => {
                assert!(*index < next, "{event:?} of no block in {events:?}");
            }
            Event::Delta { index, .. } => assert!(open.contains(index), "{event:?} of no block in {events:?}"),
            Event::Close { index } => assert!(open.remove(index), "{event:?} of no block in {events:?}"),
            Event::Finish { .. } => {
                assert!(started && open.is_empty(), "a finish with open blocks in {events:?}");
                assert!(!std::mem::replace(&mut finished, true), "two finishes in {events:?}");
            }
            Event::End => {
                assert!(open.is_empty(), "an end with open blocks in {events:?}");
                over = true;
            }
            Event::Fault(_) => over = true,
            Event::Usage(_) | Event::Ping | Event::Opaque(_) => {}
        }
    }
}

/// Two texts are open at once, whose pieces a dialect with one text tells as they come.
pub(super) fn mixes_texts(events: &[Event]) -> bool {
    let mut open = BTreeSet::new();
    events.iter().any(|event| {
        match event {
            Event::Open { index, block: Block::Text | Block::Refusal } => {
                open.insert(*index);
            }
            Event::Close { index } => {
                open.remove(index);
            }
            _ => {}
        }
        open.len() > 1
    })
}

/// What an answer says, as far as every dialect can say it.
#[derive(Debug)]
pub(super) struct Told {
    /// Text and refusals.
    visible: String,
    /// Name and arguments. Where the arguments are no JSON object, which not every dialect can say, nothing.
    calls: Vec<(String, Option<Value>)>,
    /// Arguments on whose holder an ordinary reader of JSON, such as the grammars', gives up: nested deeper than it goes, or
    /// with a number larger than it holds.
    unreadable: bool,
}

/// Ordinary readers stop at 128; a dialect's own wrapping takes a few.
const DEEPEST: i32 = 100;

/// The nesting of a JSON text, brackets in strings counted too: rather too much than too little.
fn depth(json: &str) -> i32 {
    let (mut now, mut most) = (0, 0);
    for byte in json.bytes() {
        now += i32::from(matches!(byte, b'{' | b'[')) - i32::from(matches!(byte, b'}' | b']'));
        most = most.max(now);
    }
    most
}

impl Told {
    /// Of a whole answer.
    pub(super) fn of(reply: &Reply) -> Self {
        let mut told = Self { visible: String::new(), calls: Vec::new(), unreadable: false };
        for piece in &reply.blocks {
            match &piece.block {
                Block::Text | Block::Refusal => told.visible.push_str(&piece.text),
                Block::ToolCall { name, .. } => {
                    let arguments = if piece.text.trim().is_empty() { "{}" } else { &piece.text };
                    let is_json = serde_json::from_str::<&RawValue>(arguments).is_ok();
                    let arguments = serde_json::from_str::<Value>(arguments).ok();
                    told.unreadable |= depth(&piece.text) > DEEPEST || is_json && arguments.is_none();
                    // A text that is no object is wrapped in one where there must be one.
                    let own = arguments.filter(|it| it.as_object().is_some_and(|it| !it.contains_key("_raw")));
                    told.calls.push((name.clone(), own));
                }
                Block::Thinking | Block::RedactedThinking(_) | Block::Opaque(_) => {}
            }
        }
        told
    }

    /// Whether another dialect's answer says the same.
    #[track_caller]
    pub(super) fn must_be_heard_as(&self, heard: &Self, what: impl Fn() -> String) {
        assert_eq!(heard.visible, self.visible, "{}", what());
        assert_eq!(heard.calls.len(), self.calls.len(), "{}: {self:?} {heard:?}", what());
        // Calls that come at the same time may be told in another order.
        let mut left: Vec<_> = heard.calls.iter().collect();
        for said in &self.calls {
            let same = |it: &&(String, Option<Value>)| it.0 == said.0 && (said.1.is_none() || it.1 == said.1);
            let at = left.iter().position(same).unwrap_or_else(|| panic!("{}: {said:?} is not in {left:?}", what()));
            left.remove(at);
        }
    }

    /// Every call has a name, and what it says can be read by anybody.
    pub(super) fn is_sound(&self) -> bool {
        !self.unreadable && self.calls.iter().all(|it| !it.0.is_empty())
    }
}
