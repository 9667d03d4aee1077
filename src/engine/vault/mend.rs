//! What a provider of openai-chat wants of a request in its own dialect, written into the client's own bytes.
//!
//! Some providers refuse a turn with tool calls that comes back without its `reasoning_content`, which is not in the
//! dialect's specification and which most of its clients throw away; some refuse the ids that others give to calls, which
//! come to them after a failover. For those providers only, a request with tools is read, and what they want is written into
//! the messages that lack it. Everything else stays byte for byte.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::domain::ask::Ask;
use crate::domain::prompt::{Loss, Prompt, Role};
use crate::domain::quirks::{CallIds, Quirks};
use crate::engine::lane::Source;
use crate::engine::vault::original::{Original, What};
use crate::engine::vault::place::Conversation;
use crate::engine::vault::{Maker, restore};
use crate::store::vault::{Place, Vault};
use crate::wire::call_ids;
use crate::wire::json::{self, Edit, Object};
use crate::wire::openai_chat::{STAND_IN, WHY_STAND_IN};

const MESSAGES: &str = "messages";

/// A message whose calls come without reasoning.
struct Lacking {
    /// Its number among all messages.
    at: usize,
    /// Where its original is found.
    place: Option<Place>,
}

/// Writes into the messages of `ask` what its provider wants. Without an original a full stop stands in for reasoning,
/// named as a loss: the provider looks only for whether there is something.
pub async fn mend(
    vault: Option<&Vault>,
    ask: &Ask,
    prompt: &Prompt,
    maker: &Maker,
    conversation: &Conversation,
    quirks: &Quirks,
) -> Source {
    let field = quirks.reasoning_field.name();
    let span = ask.fields.find(&ask.body, MESSAGES);
    let items = span.and_then(|it| serde_json::from_slice::<Vec<&RawValue>>(&ask.body[it]).ok());
    let Some(items) = items else { return Source::Body };
    let thinks = maker.replays && prompt.reasoning.as_ref().is_none_or(|it| it.enabled);
    let lacking = if thinks { lacking(&items, prompt, conversation, field) } else { Vec::new() };
    let places = lacking.iter().filter_map(|it| Some((it.at, it.place.clone()?))).collect();
    let originals = match vault {
        Some(vault) => restore::find(vault, maker, places).await,
        None => Vec::new(),
    };
    let mut losses = Vec::new();
    let mut changed = false;
    let mut out = vec![b'['];
    for (nth, raw) in items.iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        let mut edits = ids(raw, quirks.call_ids);
        if lacking.iter().any(|it| it.at == nth) {
            let reasoning = originals.iter().find(|it| it.0 == nth).and_then(|it| text(&it.1));
            // Said to be empty, which it may have been.
            let empty = || Object::of(raw).is_some_and(|it| it.get(field).is_some_and(|it| it.get() == "\"\""));
            if reasoning.is_some() || !empty() {
                if reasoning.is_none() {
                    let what = format!("messages[{nth}].{field}: set to a full stop");
                    losses.push(Loss { what, why: WHY_STAND_IN });
                }
                let value = quoted(reasoning.as_deref().unwrap_or(STAND_IN));
                edits.push(Edit::Set { key: field, value: Cow::Owned(value) });
            }
        }
        changed |= !edits.is_empty();
        out.extend_from_slice(&edited(raw, &edits));
    }
    out.push(b']');
    if changed { Source::Mended { key: MESSAGES, conversation: out, losses } } else { Source::Body }
}

/// What has to change of a message for the ids in it to be ones that the provider takes.
fn ids(message: &RawValue, form: CallIds) -> Vec<Edit<'static>> {
    let mut edits = Vec::new();
    if form == CallIds::Any {
        return edits;
    }
    let Some(it) = Object::of(message) else { return edits };
    let other = |raw: Option<&RawValue>| {
        let id = raw.and_then(json::text)?;
        let fitting = call_ids::fitting(&id, form, call_ids::CHAT);
        (fitting != id).then(|| Cow::Owned(quoted(&fitting)))
    };
    if let Some(value) = other(it.get("tool_call_id")) {
        edits.push(Edit::Set { key: "tool_call_id", value });
    }
    let calls = it.get("tool_calls").and_then(json::items).unwrap_or_default();
    let mut changed = false;
    let mut list = vec![b'['];
    for (nth, call) in calls.iter().enumerate() {
        if nth > 0 {
            list.push(b',');
        }
        let value = other(Object::of(call).and_then(|it| it.get("id")));
        changed |= value.is_some();
        let edits: Vec<Edit> = value.map(|value| Edit::Set { key: "id", value }).into_iter().collect();
        list.extend_from_slice(&edited(call, &edits));
    }
    list.push(b']');
    if changed {
        edits.push(Edit::Set { key: "tool_calls", value: Cow::Owned(list) });
    }
    edits
}

/// The messages of the model that call tools and have no reasoning. An empty one is none: providers refuse it where there
/// was more.
fn lacking(items: &[&RawValue], prompt: &Prompt, conversation: &Conversation, field: &str) -> Vec<Lacking> {
    let is_models = |raw: &RawValue| {
        Object::of(raw).is_some_and(|it| it.get("role").and_then(json::text).as_deref() == Some("assistant"))
    };
    let models = items.iter().enumerate().filter(|(_, raw)| is_models(raw));
    let turns = prompt.turns.iter().filter(|it| it.role == Role::Assistant);
    let lacks = |raw: &RawValue| {
        let Some(it) = Object::of(raw) else { return false };
        let calls = it.get("tool_calls").and_then(json::items).is_some_and(|it| !it.is_empty());
        calls && it.get(field).and_then(json::text).is_none_or(|it| it.is_empty())
    };
    let numbered = (0..).zip(models.zip(turns)).filter(|(_, ((_, raw), _))| lacks(raw));
    numbered.map(|(nth, ((at, _), turn))| Lacking { at, place: conversation.place(turn, nth) }).collect()
}

/// The reasoning of an answer.
fn text(original: &Original) -> Option<String> {
    let texts = original.0.iter().filter_map(|it| match &it.what {
        What::Thinking(text) => Some(&**text),
        _ => None,
    });
    let text = texts.collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

/// An object with other fields.
fn edited(object: &RawValue, edits: &[Edit]) -> Bytes {
    let body = Bytes::copy_from_slice(object.get().as_bytes());
    match json::scan(&body) {
        Ok(fields) => json::splice(&body, &fields, edits),
        Err(_) => body,
    }
}

fn quoted(text: &str) -> Vec<u8> {
    let mut value = Vec::with_capacity(text.len() + 2);
    json::quote(text, &mut value);
    value
}
