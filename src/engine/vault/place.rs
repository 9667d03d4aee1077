//! What a turn of the model is found by: only what its client sends back.
//!
//! Clients send tool calls back with their ids, but some write new ids, and some write the arguments anew (other white
//! space, another order, numbers as their own language spells them). Texts come back with other white space. So a turn with
//! calls is found by the id and name of its first call, or by name and arguments; one without by its text. Which of several
//! equal ones is meant is told by what the conversation began with, and by how many turns of the model came before.

use std::borrow::Cow;

use aws_lc_rs::digest;
use serde_json::Value;

use crate::domain::event::Block;
use crate::domain::prompt::{Body, Prompt, Role, Turn};
use crate::domain::reply::Piece;
use crate::store::vault::{Hash, Place};

/// A conversation as far as it went when a request was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversation {
    salt: u64,
    began: Hash,
    /// Turns of the model so far.
    pub turns: u32,
}

impl Conversation {
    /// The conversation of a request. `salt` makes the hashes those of one local file.
    #[must_use]
    pub fn of(prompt: &Prompt, salt: u64) -> Self {
        // Its whole first question: programs that talk to models begin all their conversations with the same texts.
        let question = prompt.turns.iter().take_while(|it| it.role != Role::Assistant).flat_map(|it| &it.parts);
        let words = question.flat_map(|it| match &it.body {
            Body::Text(text) => text.split_whitespace(),
            _ => "".split_whitespace(),
        });
        let began = hash(salt, "conversation", words);
        let turns = prompt.turns.iter().filter(|it| it.role == Role::Assistant).count();
        Self { salt, began, turns: u32::try_from(turns).unwrap_or(u32::MAX) }
    }

    /// Where a turn is found before which there were `nth` turns of the model; `None` for one that says nothing.
    #[must_use]
    pub fn place(&self, turn: &Turn, nth: u32) -> Option<Place> {
        let first = turn.parts.iter().find_map(|it| match &it.body {
            Body::ToolCall { id, name, arguments } => Some((&**id, &**name, &**arguments)),
            _ => None,
        });
        let texts = turn.parts.iter().filter_map(|it| match &it.body {
            Body::Text(text) => Some(&**text),
            _ => None,
        });
        self.found_by(first, texts, nth)
    }

    /// The same for the answer of the request.
    #[must_use]
    pub fn place_of_answer(&self, blocks: &[Piece]) -> Option<Place> {
        let first = blocks.iter().find_map(|it| match &it.block {
            Block::ToolCall { id, name } => Some((&**id, &**name, &*it.text)),
            _ => None,
        });
        let texts = blocks.iter().filter(|it| matches!(it.block, Block::Text)).map(|it| &*it.text);
        self.found_by(first, texts, self.turns)
    }

    fn found_by<'t>(
        &self,
        call: Option<(&str, &str, &str)>,
        texts: impl Iterator<Item = &'t str>,
        turn: u32,
    ) -> Option<Place> {
        let (by_id, by_content) = if let Some((id, name, arguments)) = call {
            let by_id = (!id.is_empty()).then(|| hash(self.salt, "id", [id, name].into_iter()));
            (by_id, hash(self.salt, "call", [name, &canonical(arguments)].into_iter()))
        } else {
            let mut words = texts.flat_map(str::split_whitespace).peekable();
            words.peek()?;
            (None, hash(self.salt, "text", words))
        };
        Some(Place { by_id, by_content, conversation: self.began, turn })
    }
}

/// Whether two texts are the same but for white space.
#[must_use]
pub fn same_words(left: &str, right: &str) -> bool {
    left.split_whitespace().eq(right.split_whitespace())
}

/// Arguments in one spelling, however a client writes them: keys in order, no white space, numbers as a double has them
/// (which is all that JavaScript keeps). No arguments are an empty object. What is no JSON stays as it is.
#[must_use]
pub fn canonical(arguments: &str) -> Cow<'_, str> {
    let arguments = arguments.trim();
    if matches!(arguments, "" | "null") {
        return Cow::Borrowed("{}");
    }
    let Ok(mut value) = serde_json::from_str::<Value>(arguments) else { return Cow::Borrowed(arguments) };
    round(&mut value);
    Cow::Owned(value.to_string())
}

fn round(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let double = number.as_f64().and_then(serde_json::Number::from_f64);
            *value = double.map_or(Value::Null, Value::Number);
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => {
            fields.values_mut().for_each(round);
            // Nothing to do where the map keeps its keys in order by itself.
            fields.sort_keys();
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// A hash of parts, each by itself: `ab`, `c` is not `a`, `bc`.
fn hash<'p>(salt: u64, kind: &'static str, parts: impl Iterator<Item = &'p str>) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&salt.to_le_bytes());
    for part in std::iter::once(kind).chain(parts) {
        context.update(&part.len().to_le_bytes());
        context.update(part.as_bytes());
    }
    let mut hash = Hash::default();
    let length = hash.len();
    hash.copy_from_slice(context.finish().as_ref().get(..length).unwrap_or(&[0; 16]));
    hash
}
