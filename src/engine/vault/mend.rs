//! Reasoning text of a client's own dialect, put back into its own bytes.
//!
//! Some providers of openai-chat refuse a turn with tool calls that comes back without its `reasoning_content`, which is
//! not in that dialect's specification and which most of its clients throw away. For those providers only, a request with
//! tools is read, and the field is written into the messages that lack it. Everything else stays byte for byte.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::domain::ask::Ask;
use crate::domain::prompt::{Loss, Prompt, Role};
use crate::domain::quirks::Quirks;
use crate::engine::lane::Source;
use crate::engine::vault::original::{Original, What};
use crate::engine::vault::place::Conversation;
use crate::engine::vault::{Maker, restore};
use crate::store::vault::{Place, Vault};
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

/// Writes reasoning into the messages of `ask` that lack it. Without an original a full stop stands in, named as a loss:
/// the provider looks only for whether there is something.
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
    let Some(items) = items.filter(|_| prompt.reasoning.as_ref().is_none_or(|it| it.enabled)) else {
        return Source::Body;
    };
    let lacking = lacking(&items, prompt, conversation, field);
    if lacking.is_empty() {
        return Source::Body;
    }
    let places = lacking.iter().filter_map(|it| Some((it.at, it.place.clone()?))).collect();
    let originals = match vault {
        Some(vault) => restore::find(vault, maker, places).await,
        None => Vec::new(),
    };
    let mut losses = Vec::new();
    let mut out = vec![b'['];
    for (nth, raw) in items.iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        if !lacking.iter().any(|it| it.at == nth) {
            out.extend_from_slice(raw.get().as_bytes());
            continue;
        }
        let reasoning = originals.iter().find(|it| it.0 == nth).and_then(|it| text(&it.1));
        if reasoning.is_none() {
            // Said to be empty, which it may have been.
            if Object::of(raw).is_some_and(|it| it.get(field).is_some_and(|it| it.get() == "\"\"")) {
                out.extend_from_slice(raw.get().as_bytes());
                continue;
            }
            losses.push(Loss { what: format!("messages[{nth}].{field}: set to a full stop"), why: WHY_STAND_IN });
        }
        out.extend_from_slice(&with(raw, field, reasoning.as_deref().unwrap_or(STAND_IN)));
    }
    out.push(b']');
    Source::Mended { key: MESSAGES, conversation: out, losses }
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

/// A message with one more field.
fn with(message: &RawValue, field: &'static str, text: &str) -> Bytes {
    let body = Bytes::copy_from_slice(message.get().as_bytes());
    let Ok(fields) = json::scan(&body) else { return body };
    let mut value = Vec::with_capacity(text.len() + 2);
    json::quote(text, &mut value);
    json::splice(&body, &fields, &[Edit::Set { key: field, value: Cow::Owned(value) }])
}
