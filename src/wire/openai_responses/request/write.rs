//! Hub → a provider's request: the top level and who says what. Single items are written in `items`.

use super::generation;
use super::items::Items;
use super::tools;
use crate::domain::prompt::{Prompt, Role};
use crate::domain::quirks::Quirks;
use crate::wire::Written;
use crate::wire::json::ObjectWriter;
use crate::wire::openai_responses::{Losses, write_extra};

/// Writes a request for a provider.
pub(in crate::wire::openai_responses) fn write(prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
    let mut out = Vec::with_capacity(1024);
    let mut losses = Losses::default();
    let mut top = ObjectWriter::begin(&mut out);
    top.text("model", model);
    let mut items = Items::new(prompt, quirks, &mut losses);
    let instructions = items.system(&prompt.system);
    for (nth, turn) in prompt.turns.iter().enumerate() {
        let path = format!("messages[{nth}]");
        items.losses.foreign(&format!("{path}."), &turn.extra);
        match turn.role {
            Role::User => items.user(turn, &path),
            Role::Assistant => items.assistant(turn, &path),
            Role::System => items.system_turn(turn, &path),
        }
    }
    let items = items.written;
    if let Some(text) = instructions {
        top.text("instructions", text);
    }
    top.list("input", items, |item, out| out.extend_from_slice(&item));
    tools::write(prompt, quirks, &mut top, &mut losses);
    generation::write_text(prompt, quirks, &mut top, &mut losses);
    generation::write_sampling(prompt, &mut top, &mut losses);
    generation::write_reasoning(prompt, &mut top, &mut losses);
    generation::write_stream(prompt, &mut top);
    if let Some(user) = &prompt.user {
        top.text("user", user);
    }
    generation::write_store(&prompt.extra, quirks.encrypted_reasoning && generation::reasons(model), &mut top);
    write_extra(&prompt.extra, "", &mut top);
    losses.foreign("", &prompt.extra);
    top.end();
    Written { body: out, losses: losses.0 }
}
