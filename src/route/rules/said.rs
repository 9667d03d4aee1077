//! What rules look for in a body, found without understanding it whole: only what they name is looked at, and in what
//! all dialects have in common.

use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::ask::Ask;
use crate::domain::rule::{Fact, Lookup};

/// The fields that hold a conversation, in any dialect.
const TURNS: [&str; 4] = ["messages", "input", "contents", "prompt"];
/// Those that hold what is said before it.
const BEFORE: [&str; 4] = ["system", "instructions", "systemInstruction", "system_instruction"];
/// Turns that are looked through for the newest words of the user; a long run of tool results may follow them.
const FAR: usize = 50;

/// The user's own notes on a request.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pairs: Vec<(String, String)>,
    pub(super) tags: Vec<String>,
}

impl Lookup for Metadata {
    fn get(&self, name: &str) -> Option<Fact<'_>> {
        self.pairs.iter().find(|it| it.0 == name).map(|it| Fact::Text(&it.1))
    }

    fn names(&self) -> Vec<&str> {
        self.pairs.iter().map(|it| it.0.as_str()).collect()
    }
}

/// The notes in the body.
pub(super) fn metadata(ask: &Ask) -> Metadata {
    let Some(Value::Object(all)) = field(ask, &["metadata", "labels"]).and_then(|it| serde_json::from_slice(it).ok())
    else {
        return Metadata::default();
    };
    let tags = all.get("tags").and_then(Value::as_array).into_iter().flatten();
    let tags = tags.filter_map(Value::as_str).map(ToOwned::to_owned).collect();
    let text = |it: Value| match it {
        Value::String(it) => Some(it),
        it @ (Value::Number(_) | Value::Bool(_)) => Some(it.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    Metadata { pairs: all.into_iter().filter_map(|(name, it)| Some((name, text(it)?))).collect(), tags }
}

/// How many messages there are; a text alone is one.
pub(super) fn messages(ask: &Ask) -> u64 {
    let Some(turns) = field(ask, &TURNS) else { return 0 };
    match serde_json::from_slice::<Vec<IgnoredAny>>(turns) {
        Ok(all) => all.len() as u64,
        Err(_) => 1,
    }
}

/// Whether there is sound in it.
pub(super) fn has_audio(ask: &Ask) -> bool {
    const MARKS: [&[u8]; 3] = [b"\"input_audio\"", b"\"audio/", b"\"audio_url\""];
    let turns = field(ask, &TURNS).unwrap_or_default();
    MARKS.iter().any(|it| memchr::memmem::find(turns, it).is_some())
}

/// Everything that is said, as it stands in the body.
pub(super) fn conversation(ask: &Ask) -> impl Iterator<Item = &[u8]> {
    let spans = BEFORE.iter().chain(&TURNS).filter_map(|it| ask.fields.find(&ask.body, it));
    spans.map(|it| &ask.body[it])
}

/// The newest words of the user; empty where there are none.
pub(super) fn newest(ask: &Ask) -> String {
    let Some(turns) = field(ask, &TURNS) else { return String::new() };
    if let Ok(text) = serde_json::from_slice::<String>(turns) {
        return text;
    }
    let Ok(turns) = serde_json::from_slice::<Vec<&RawValue>>(turns) else { return String::new() };
    let newest = turns.iter().rev().take(FAR).find_map(|turn| {
        let turn: Value = serde_json::from_str(turn.get()).ok()?;
        let by_user = turn.get("role").is_none_or(|it| it == "user");
        let mut text = String::new();
        if by_user {
            gather(&turn, &mut text);
        }
        (!text.trim().is_empty()).then_some(text)
    });
    newest.unwrap_or_default()
}

/// The texts of a turn, without what tools answered.
fn gather(it: &Value, text: &mut String) {
    match it {
        Value::String(it) => {
            text.push_str(it);
            text.push('\n');
        }
        Value::Array(all) => all.iter().for_each(|it| gather(it, text)),
        Value::Object(all) => {
            let spoken =
                all.get("type").is_none_or(|it| ["message", "text", "input_text"].iter().any(|word| it == word));
            if spoken {
                ["content", "parts", "text"].iter().filter_map(|it| all.get(*it)).for_each(|it| gather(it, text));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn field<'a>(ask: &'a Ask, names: &[&str]) -> Option<&'a [u8]> {
    let span = names.iter().find_map(|it| ask.fields.find(&ask.body, it))?;
    Some(&ask.body[span])
}
