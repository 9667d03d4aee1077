//! What a conversation is known by from one request to the next: the client's own id of it, or else what it began with.

use std::fmt;

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::Value;

use crate::domain::ask::Ask;
use crate::domain::operation::Operation;

/// The fields that hold what is said before a conversation, in any dialect.
const BEFORE: [&str; 4] = ["system", "instructions", "systemInstruction", "system_instruction"];
/// Those that hold the conversation.
const TURNS: [&str; 4] = ["messages", "input", "contents", "prompt"];
/// What clients write into a message and change from one request to the next.
const MARKS: [&str; 3] = ["cache_control", "id", "status"];

/// Names the answer that a request goes on from, where only its target knows that.
const PREVIOUS: &str = "previous_response_id";

/// The key of every conversation that only its target knows: nothing of its beginning is in the request.
pub const HELD_ELSEWHERE: u64 = 0;

/// The key of the conversation that `ask` belongs to; `None` for what is no conversation. Without a session of the client's
/// it is a hash of everything up to the first words of the user, so that the same question asked twice counts as one
/// conversation.
#[must_use]
pub fn key(ask: &Ask) -> Option<u64> {
    if let Some(session) = ask.session.as_deref().filter(|it| !it.is_empty()) {
        return Some(hash(std::iter::once(session)));
    }
    if !matches!(ask.operation, Operation::Chat | Operation::Compact) {
        return None;
    }
    if ask.fields.find(&ask.body, PREVIOUS).is_some_and(|it| &ask.body[it] != b"null") {
        return Some(HELD_ELSEWHERE);
    }
    let field = |names: [&str; 4]| names.iter().find_map(|it| ask.fields.find(&ask.body, it)).map(|it| &ask.body[it]);
    let mut all = Hash::new();
    if let Some(before) = field(BEFORE).and_then(|it| serde_json::from_slice::<Value>(it).ok()) {
        all.value(&before);
    }
    let turns = field(TURNS)?;
    if turns.first() == Some(&b'[') {
        let mut json = serde_json::Deserializer::from_slice(turns);
        // It stops in the middle of the list, which is an error to whoever drives it: what it saw is in `all`.
        let _stopped = json.deserialize_seq(Beginning(&mut all));
    } else {
        all.value(&serde_json::from_slice(turns).ok()?);
    }
    Some(all.0)
}

/// A hash of texts, each by itself: `ab`, `c` is not `a`, `bc`. The same in every version: it is kept in records.
#[must_use]
pub fn hash<'a>(texts: impl Iterator<Item = &'a str>) -> u64 {
    let mut all = Hash::new();
    texts.for_each(|it| all.text(it));
    all.0
}

/// FNV-1a of 64 bits (Fowler, Noll and Vo): small, and good enough to tell conversations apart that nobody makes up to
/// collide.
struct Hash(u64);

impl Hash {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for it in bytes {
            self.0 = (self.0 ^ u64::from(*it)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes(&(text.len() as u64).to_le_bytes());
        self.bytes(text.as_bytes());
    }

    /// All texts in a value, in order, but for marks.
    fn value(&mut self, value: &Value) {
        match value {
            Value::String(it) => self.text(it),
            Value::Array(all) => all.iter().for_each(|it| self.value(it)),
            Value::Object(all) => {
                all.iter().filter(|it| !MARKS.contains(&it.0.as_str())).for_each(|it| self.value(it.1));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Reads messages up to the first of the user's.
struct Beginning<'h>(&'h mut Hash);

impl<'de> Visitor<'de> for Beginning<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut turns: A) -> Result<(), A::Error> {
        while let Some(turn) = turns.next_element::<Value>()? {
            self.0.value(&turn);
            let role = turn.get("role").and_then(Value::as_str);
            // Gemini's first turn need not say whose it is, and a text alone is the user's.
            if matches!(role, None | Some("user")) && turn.get("type").is_none_or(|it| it == "message") {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::domain::ask::{Field, Fields};
    use crate::domain::clock::Now;
    use crate::domain::dialect::Dialect;
    use crate::domain::id::RequestId;

    fn ask(name: &'static str, turns: &str) -> Ask {
        let body = format!("{{\"{name}\":{turns}}}");
        let mut ask = Ask::new(RequestId(1), Now::default(), Dialect::OpenaiChat, Operation::Chat, "m".to_owned());
        let key = 2..2 + name.len();
        let value = key.end + 2..body.len() - 1;
        ask.fields = Fields { close: body.len() - 1, fields: vec![Field { key, value }] };
        ask.body = Bytes::from(body);
        ask
    }

    #[test]
    fn a_conversation_keeps_its_key_as_it_goes_on() {
        let of = |name, turns: &str| key(&ask(name, turns)).unwrap();
        let first = r#"{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}"#;
        let begun = of("messages", &format!("[{first}]"));
        let later =
            format!(r#"[{first}, {{"role": "assistant", "content": "yes"}}, {{"role": "user", "content": "why"}}]"#);
        assert_eq!(begun, of("messages", &later));
        let marked = first.replace("\"hi\"}", "\"hi\", \"cache_control\": {\"type\": \"ephemeral\"}}");
        assert_eq!(begun, of("messages", &format!("[{marked}]")));
        assert_ne!(begun, of("messages", &format!("[{}]", first.replace("hi", "ho"))));
        assert_ne!(begun, of("messages", &format!("[{}]", first.replace("be brief", "be kind"))));
        let contents = r#"[{"parts": [{"text": "hi"}]}"#;
        let more = format!("{contents}, {{\"role\": \"model\", \"parts\": [{{\"text\": \"yes\"}}]}}]");
        assert_eq!(of("contents", &format!("{contents}]")), of("contents", &more));
        assert_ne!(of("prompt", "\"a\""), of("prompt", "\"b\""));
        assert_eq!(key(&ask("prompt", "{")), None, "what cannot be read belongs to none");
    }

    #[test]
    fn a_session_of_the_clients_own_is_the_conversation() {
        let mut one = ask("messages", "[]");
        one.session = Some("s1".to_owned());
        let mut two = ask("messages", r#"[{"role": "user", "content": "hi"}]"#);
        two.session = Some("s1".to_owned());
        assert_eq!(key(&one), key(&two));
        assert_eq!(key(&ask("previous_response_id", "\"resp_1\"")), Some(HELD_ELSEWHERE));
        two.operation = Operation::CountTokens;
        assert!(key(&two).is_some());
        two.session = None;
        assert_eq!(key(&two), None);
    }

    #[test]
    fn texts_are_hashed_each_by_itself() {
        assert_ne!(hash(["ab", "c"].into_iter()), hash(["a", "bc"].into_iter()));
        assert_eq!(hash(std::iter::empty()), 0xcbf2_9ce4_8422_2325);
    }
}
