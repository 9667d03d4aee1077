//! Which tool call a piece of one belongs to. OpenAI numbers them; others leave the number out, repeat the number 0 for
//! every call, repeat the id in every piece or send it empty, or send a call whole.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::event::{Block, Delta, Event};
use crate::domain::prompt::Opaque;
use crate::wire::call_ids;
use crate::wire::json::{self, Object};
use crate::wire::openai_chat::{keep_rest, opaque, reply};

/// The calls of one answer, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Call {
    /// The provider's number.
    number: Option<u64>,
    id: String,
    /// The block, once a name came.
    block: Option<u32>,
    /// Arguments that came before the name.
    waiting: String,
    /// Half of a surrogate pair at the end of the last piece.
    half: Option<u16>,
}

/// One item of `delta.tool_calls`.
struct Piece<'a> {
    number: Option<u64>,
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    arguments: Option<&'a RawValue>,
    extra: Vec<Opaque>,
}

impl Calls {
    /// Takes in one item. `next` is the number of the next block; `answer` the id of the answer, for a call that has
    /// none of its own.
    pub(super) fn push(&mut self, raw: &RawValue, next: &mut u32, answer: &str, out: &mut Vec<Event>) {
        let Some(piece) = read_piece(raw) else {
            // Written back, it is the field's value, which is a list.
            if let Ok(list) = RawValue::from_string(format!("[{}]", raw.get())) {
                out.push(Event::Opaque(opaque("message.tool_calls", &list)));
            }
            return;
        };
        let at = self.find(&piece);
        let nth = at.unwrap_or(self.calls.len());
        if at.is_none() {
            let id = piece.id.clone().into_owned();
            self.calls.push(Call { number: piece.number, id, block: None, waiting: String::new(), half: None });
        }
        let Some(call) = self.calls.get_mut(nth) else { return };
        if call.id.is_empty() {
            call.id = piece.id.into_owned();
        }
        let arguments = match piece.arguments {
            None => Cow::Borrowed(""),
            Some(raw) => json::piece(raw.get().as_bytes(), &mut call.half).unwrap_or_else(|| reply::arguments(raw)),
        };
        let index = match call.block {
            Some(index) => {
                if !arguments.is_empty() {
                    out.push(Event::Delta { index, delta: Delta::Arguments(arguments.into_owned()) });
                }
                index
            }
            None if piece.name.is_empty() => {
                call.waiting.push_str(&arguments);
                return;
            }
            None => {
                let index = open(call, nth, piece.name.into_owned(), next, answer, out);
                let arguments = std::mem::take(&mut call.waiting) + &arguments;
                if !arguments.is_empty() {
                    out.push(Event::Delta { index, delta: Delta::Arguments(arguments) });
                }
                index
            }
        };
        out.extend(piece.extra.into_iter().map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
    }

    /// The call a piece continues; `None` if it begins one.
    fn find(&self, piece: &Piece) -> Option<usize> {
        let same_id = |call: &Call| !piece.id.is_empty() && call.id == *piece.id;
        match piece.number {
            Some(_) => {
                let nth = self.calls.iter().rposition(|it| it.number == piece.number)?;
                let call = self.calls.get(nth)?;
                // Another id together with a name is another call, whatever its number says.
                let other = !piece.id.is_empty() && !call.id.is_empty() && !same_id(call) && !piece.name.is_empty();
                if other { self.calls.iter().rposition(same_id) } else { Some(nth) }
            }
            None if !piece.id.is_empty() => self.calls.iter().rposition(same_id),
            // Neither number nor id: a name begins a call, anything else goes on with the last one.
            None if piece.name.is_empty() => self.calls.len().checked_sub(1),
            None => None,
        }
    }

    /// The block of the first call.
    pub(super) fn first(&self) -> Option<u32> {
        self.calls.first()?.block
    }

    /// Opens what still waits for a name, ends half characters, and closes every call.
    pub(super) fn close(&mut self, next: &mut u32, answer: &str, out: &mut Vec<Event>) {
        for (nth, call) in self.calls.iter_mut().enumerate() {
            let index = match call.block {
                Some(index) => index,
                None => open(call, nth, String::new(), next, answer, out),
            };
            let mut rest = std::mem::take(&mut call.waiting);
            if call.half.take().is_some() {
                rest.push(char::REPLACEMENT_CHARACTER);
            }
            if !rest.is_empty() {
                out.push(Event::Delta { index, delta: Delta::Arguments(rest) });
            }
            out.push(Event::Close { index });
        }
        self.calls.clear();
    }
}

/// Opens the block of a call. A call without an id gets one.
fn open(call: &mut Call, nth: usize, name: String, next: &mut u32, answer: &str, out: &mut Vec<Event>) -> u32 {
    let index = *next;
    *next += 1;
    call.block = Some(index);
    if call.id.is_empty() {
        call.id = call_ids::made(answer, nth);
    }
    out.push(Event::Open { index, block: Block::ToolCall { id: call.id.clone(), name } });
    index
}

/// Reads an item that is a function call.
fn read_piece(raw: &RawValue) -> Option<Piece<'_>> {
    let mut item = Object::of(raw)?;
    let kind = item.take("type").and_then(json::text);
    if kind.is_some_and(|it| !matches!(&*it, "function" | "")) {
        return None;
    }
    let mut function = item.take("function").and_then(Object::of).unwrap_or_default();
    let mut extra = Vec::new();
    let piece = Piece {
        number: item.take("index").and_then(|it| serde_json::from_str(it.get()).ok()),
        id: item.take("id").and_then(json::text).unwrap_or_default(),
        name: function.take("name").and_then(json::text).unwrap_or_default(),
        arguments: function.take("arguments"),
        extra: Vec::new(),
    };
    keep_rest(function, "function.", &mut extra);
    keep_rest(item, "tool_call.", &mut extra);
    Some(Piece { extra, ..piece })
}
