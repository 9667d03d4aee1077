//! From the file into a request.

use std::time::Duration;

use crate::domain::prompt::{Body, Part, Prompt, Role, Turn};
use crate::engine::vault::Maker;
use crate::engine::vault::original::{Kept, Original, What, extra};
use crate::engine::vault::place::{Conversation, canonical, same_words};
use crate::store::vault::{Place, Vault};

/// Longest wait for the file. What was not found by then is missing.
const WAIT: Duration = Duration::from_millis(500);
/// Turns that are looked up, from the last one back.
const MOST: usize = 1000;

/// Puts back what `maker` said in this conversation and the client left out.
pub async fn restore(vault: &Vault, maker: &Maker, conversation: &Conversation, prompt: &mut Prompt) {
    let models = prompt.turns.iter().enumerate().filter(|(_, it)| it.role == Role::Assistant);
    let places = (0..).zip(models).filter_map(|(nth, (at, turn))| Some((at, conversation.place(turn, nth)?)));
    let mut places: Vec<(usize, Place)> = places.collect();
    places.drain(..places.len().saturating_sub(MOST));
    for (at, original) in find(vault, maker, places).await {
        put_back(prompt, at, original, maker);
    }
}

/// What `maker` said at places, each known by a number of the caller's.
pub(super) async fn find(vault: &Vault, maker: &Maker, places: Vec<(usize, Place)>) -> Vec<(usize, Original)> {
    if places.is_empty() {
        return Vec::new();
    }
    let (numbers, places): (Vec<usize>, Vec<Place>) = places.into_iter().unzip();
    let found = match tokio::time::timeout(WAIT, vault.find(maker.name.clone(), places)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::warn!(%error, "originals cannot be read; the request goes without them");
            return Vec::new();
        }
        Err(_) => {
            tracing::warn!("originals were not found in time; the request goes without them");
            return Vec::new();
        }
    };
    let read = |(at, said): (usize, Option<String>)| match serde_json::from_str(&said?) {
        Ok(original) => Some((at, original)),
        Err(error) => {
            tracing::error!(%error, "an original cannot be read");
            None
        }
    };
    numbers.into_iter().zip(found).filter_map(read).collect()
}

/// Puts an original into the turn it is of.
pub(super) fn put_back(prompt: &mut Prompt, at: usize, original: Original, maker: &Maker) {
    let Some((turn, after)) = prompt.turns.get_mut(at..).and_then(<[Turn]>::split_first_mut) else { return };
    // The client carries it itself after all.
    if turn.parts.iter().any(|it| is_reasoning(it) && is_of(it, maker)) {
        return;
    }
    if original.reasons() {
        turn.parts.retain(|it| !is_reasoning(it));
    }
    let mut waiting: Vec<Part> = Vec::new();
    // Parts before this one have found their originals.
    let mut next = 0;
    for kept in original.0 {
        let place = match &kept.what {
            What::Thinking(_) | What::Redacted(_) => {
                waiting.push(kept.part(maker.dialect));
                continue;
            }
            What::Text(_) => text_after(&turn.parts, next),
            What::Call { id, name, arguments } => call_of(&turn.parts, next, [id, name, arguments]),
        };
        // The client left it out: what led to it leads to what comes next.
        let Some(place) = place else { continue };
        if let Some(renamed) = turn.parts.get_mut(place).and_then(|it| mend(it, kept, maker)) {
            rename(after, &renamed.0, &renamed.1);
        }
        next = place + waiting.len() + 1;
        turn.parts.splice(place..place, waiting.drain(..));
    }
}

/// The text that comes next, before any call.
fn text_after(parts: &[Part], from: usize) -> Option<usize> {
    let rest = parts.iter().enumerate().skip(from);
    rest.take_while(|(_, it)| !matches!(it.body, Body::ToolCall { .. }))
        .find(|(_, it)| matches!(it.body, Body::Text(_)))
        .map(|(at, _)| at)
}

/// The call with this id, or else the next one with this name and these arguments.
fn call_of(parts: &[Part], from: usize, [id, name, arguments]: [&str; 3]) -> Option<usize> {
    let rest = || parts.iter().enumerate().skip(from);
    let wanted = canonical(arguments);
    let by_id = rest().find(|(_, it)| matches!(&it.body, Body::ToolCall { id: it, .. } if it == id));
    let same = |it: &Part| {
        matches!(&it.body, Body::ToolCall { name: called, arguments, .. }
                 if called == name && canonical(arguments) == wanted)
    };
    by_id.or_else(|| rest().find(|(_, it)| same(it))).map(|(at, _)| at)
}

/// Gives a part what its original had; for a call whose id that changes, the two ids.
fn mend(part: &mut Part, kept: Kept, maker: &Maker) -> Option<(String, String)> {
    let mut renamed = None;
    match (&mut part.body, kept.what) {
        (Body::Text(text), What::Text(said)) => {
            // What proves who wrote one text proves nothing of another.
            if said.is_empty() || !same_words(text, &said) {
                return None;
            }
            *text = said;
        }
        (Body::ToolCall { id, arguments, .. }, What::Call { id: given, arguments: said, .. }) => {
            if canonical(arguments) == canonical(&said) {
                *arguments = said;
            }
            if *id != given {
                renamed = Some((std::mem::replace(id, given.clone()), given));
            }
        }
        _ => return None,
    }
    if let Some(text) = kept.signature {
        part.signature = crate::domain::signature::Signature::of(maker.dialect, text);
    }
    part.extra.extend(extra(kept.extra, maker.dialect));
    renamed
}

/// Gives the results of a call the id it has got, up to the next call that is called as it was.
fn rename(turns: &mut [Turn], from: &str, to: &str) {
    for part in turns.iter_mut().flat_map(|it| &mut it.parts) {
        match &mut part.body {
            Body::ToolCall { id, .. } if id == from => return,
            Body::ToolResult { id, .. } if id == from => to.clone_into(id),
            _ => {}
        }
    }
}

fn is_reasoning(part: &Part) -> bool {
    matches!(part.body, Body::Thinking(_) | Body::RedactedThinking(_))
}

/// Whether a piece of reasoning has its maker's proof.
fn is_of(part: &Part, maker: &Maker) -> bool {
    let proof = if let Body::RedactedThinking(data) = &part.body { Some(data) } else { part.signature.as_ref() };
    proof.is_some_and(|it| it.dialect == maker.dialect)
}
