//! Conversations that a client of the responses dialect goes on from by the id of an answer. Where the target keeps
//! answers itself this is its business; for every other target the answer is kept in the local file, and the request is
//! made whole again from there before anybody looks at it.

use std::borrow::Cow;

use bytes::Bytes;

use crate::domain::ask::{Ask, Recalled};
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Next, Origin};
use crate::domain::policy::{Policy, Provider, Speech};
use crate::engine::{Call, ledger_unavailable};
use crate::store::responses::{Responses, Turn};
use crate::wire::json::{self, Edit, Object};
use crate::wire::openai_responses::{compaction, conversation};

const PREVIOUS: &str = "previous_response_id";

/// Takes a finished response, or the last event of its stream, to keep it. Never waits.
pub type Keep = Box<dyn FnOnce(&[u8]) + Send>;

/// The call with a body that means the same to every target: made whole from the answer it goes on from, and with the
/// words in place of a summary of ours.
pub async fn whole(kept: Option<&Responses>, policy: &Policy, call: Call) -> (Call, Result<(), Failure>) {
    if call.dialect != Dialect::OpenaiResponses {
        return (call, Ok(()));
    }
    let (call, recalled) = match recall(kept, policy, &call).await {
        Ok(Some((body, it))) => (Call { body, recalled: Some(it), ..call }, Ok(())),
        Ok(None) => (call, Ok(())),
        Err(failure) => (call, Err(failure)),
    };
    match compaction::unfold(&call.body) {
        Some(body) => (Call { body, ..call }, recalled),
        None => (call, recalled),
    }
}

/// The body of `call` with the conversation it goes on from before its own input; `None` where it goes on from none, or
/// from one that only its target knows.
///
/// # Errors
/// `previous_response_not_found` (400): it is not kept here, and no provider keeps any. `ledger_unavailable` (503): the
/// file cannot be read.
async fn recall(kept: Option<&Responses>, policy: &Policy, call: &Call) -> Result<Option<(Bytes, Recalled)>, Failure> {
    let named =
        call.dialect == Dialect::OpenaiResponses && memchr::memmem::find(&call.body, PREVIOUS.as_bytes()).is_some();
    let (true, Some(kept)) = (named, kept) else { return Ok(None) };
    // A body that cannot be read is refused by whoever reads it next.
    let Ok(fields) = json::scan(&call.body) else { return Ok(None) };
    let Some(id) = previous(&call.body, &fields) else { return Ok(None) };
    let who = call.caller.as_deref().map(|it| it.virtual_key.id);
    let turns = kept.chain(&id, who).await.map_err(|it| ledger_unavailable(&it))?;
    if turns.is_empty() {
        let elsewhere = policy.providers.values().any(|it| it.enabled && keeps(it, it.speech(call.dialect)));
        return if elsewhere { Ok(None) } else { Err(not_found(&id)) };
    }
    let own = fields.find(&call.body, "input").map(|it| call.body.slice(it));
    let said = turns.iter().map(|it| (it.input.as_bytes(), Some(it.response.as_bytes())));
    let items = conversation::items(said.chain([(own.as_deref().unwrap_or(b"[]"), None)]));
    let mut list = Vec::with_capacity(items.iter().map(Vec::len).sum::<usize>() + items.len() + 2);
    list.push(b'[');
    for (nth, item) in items.iter().enumerate() {
        if nth > 0 {
            list.push(b',');
        }
        list.extend_from_slice(item);
    }
    list.push(b']');
    let edits = [Edit::Set { key: "input", value: Cow::Owned(list) }, Edit::Remove { key: PREVIOUS }];
    let body = json::splice(&call.body, &fields, &edits);
    Ok(Some((body, Recalled { id, written: call.body.clone() })))
}

/// Refuses to go on from an answer that neither we nor this target has; another one may have it.
///
/// # Errors
/// `previous_response_not_found` (400).
pub fn refuse_unknown(ask: &Ask, provider: &Provider, speech: &Speech) -> Result<(), Failure> {
    if ask.written_in != Dialect::OpenaiResponses || keeps(provider, Some(speech)) {
        return Ok(());
    }
    match previous(&ask.body, &ask.fields) {
        Some(id) => Err(Failure { next: Next::Elsewhere, ..not_found(&id) }),
        None => Ok(()),
    }
}

/// What keeps the answer to `ask`; `None` where it is not to be kept, or the target does so itself.
pub fn keeper(kept: Option<&Responses>, ask: &Ask, provider: &Provider, speech: &Speech) -> Option<Keep> {
    if keeps(provider, Some(speech)) { None } else { ours(kept, ask) }
}

/// The same for an answer that no target has whole.
pub fn ours(kept: Option<&Responses>, ask: &Ask) -> Option<Keep> {
    let kept = kept?.clone();
    let ours = ask.dialect == Dialect::OpenaiResponses && ask.written_in == ask.dialect;
    let refused = ask.fields.find(&ask.body, "store").is_some_and(|it| &ask.body[it] == b"false");
    if !ours || refused {
        return None;
    }
    let (written, previous) = match &ask.recalled {
        Some(it) => (it.written.clone(), Some(it.id.clone())),
        None => (ask.body.clone(), None),
    };
    let owner = ask.caller.as_deref().map(|it| it.virtual_key.id);
    Some(Box::new(move |answer| {
        if let Some(turn) = turn(&written, previous, answer) {
            kept.keep(Turn { owner, ..turn });
        }
    }))
}

// === private ===

fn keeps(provider: &Provider, speech: Option<&Speech>) -> bool {
    provider.quirks.keeps_responses && speech.is_some_and(|it| it.dialect == Dialect::OpenaiResponses)
}

fn previous(body: &Bytes, fields: &crate::domain::ask::Fields) -> Option<String> {
    let value = fields.find(body, PREVIOUS).map(|it| &body[it])?;
    json::string(value).filter(|it| !it.is_empty()).map(Cow::into_owned)
}

fn turn(written: &Bytes, previous: Option<String>, answer: &[u8]) -> Option<Turn> {
    let mut whole = Object::parse(answer).ok()?;
    let event = whole.take("response");
    let response = match event {
        Some(raw) => raw.get().as_bytes(),
        None => answer,
    };
    let id = Object::parse(response).ok()?.get("id").and_then(json::text)?.into_owned();
    let fields = json::scan(written).ok()?;
    let input = fields.find(written, "input").map_or(&b"[]"[..], |it| &written[it]);
    let text = |it: &[u8]| String::from_utf8(it.to_vec()).ok();
    Some(Turn { id, previous, input: text(input)?, response: text(response)?, owner: None })
}

fn not_found(id: &str) -> Failure {
    let shown: String = id.chars().filter(|it| !it.is_control()).take(100).collect();
    let told = format!("Previous response with id '{shown}' not found.");
    Failure::local(Origin::Client, "previous_response_not_found", 400, told)
}
