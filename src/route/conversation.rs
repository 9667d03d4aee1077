//! What a conversation is known by from one request to the next: the client's own id of it, or else what it began with.
//!
//! That is what stands before it (system prompt, instructions) and its first turns, up to the first that the model said. Only
//! texts count: clients move their marks for the prompt cache from turn to turn, and spell a turn of one text now as that, now
//! as a list of one part. Nothing is copied out of the body, and of long texts only the first part is looked at.

use bytes::Bytes;

use crate::domain::ask::Ask;
use crate::domain::operation::Operation;

/// The fields that hold what is said before a conversation, in any dialect.
const BEFORE: [&str; 4] = ["system", "instructions", "systemInstruction", "system_instruction"];
/// Those that hold the conversation.
const TURNS: [&str; 4] = ["messages", "input", "contents", "prompt"];
/// Who speaks before the model has.
const PROMPTERS: [&[u8]; 3] = [b"user", b"system", b"developer"];
/// Bytes of text that are looked at, of what stands before a conversation and of its turns each.
const MOST: usize = 8 << 10;

/// Names the answer that a request goes on from, where only its target knows that.
const PREVIOUS: &str = "previous_response_id";

/// The key of every conversation that only its target knows: nothing of its beginning is in the request.
pub const HELD_ELSEWHERE: u64 = 0;

/// The key of the conversation that `ask` belongs to; `None` for what is no conversation, or says nothing. Without a session
/// of the client's it is a hash of how it begins, so that the same question asked twice counts as one conversation.
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
    let field = |names: [&str; 4]| names.iter().find_map(|it| ask.fields.find(&ask.body, it));
    let value = |it| Bytes::slice(&ask.body, it);
    let mut texts = Texts { hash: Hash::new(), left: MOST };
    if let Some(before) = field(BEFORE).map(value) {
        Walk { json: &before, at: 0 }.value(&mut texts);
    }
    texts.left = MOST;
    first_turns(&value(field(TURNS)?), &mut texts);
    (texts.left < MOST).then(|| texts.hash.done())
}

/// A hash of texts, each by itself: `ab`, `c` is not `a`, `bc`. The same in every version: it is kept in records.
#[must_use]
pub fn hash<'a>(texts: impl Iterator<Item = &'a str>) -> u64 {
    let mut all = Hash::new();
    texts.for_each(|it| all.text(it.as_bytes()));
    all.done()
}

/// The texts of the turns before the model's first.
fn first_turns(json: &[u8], texts: &mut Texts) {
    let mut walk = Walk { json, at: 0 };
    if walk.peek() != Some(b'[') {
        walk.value(texts);
        return;
    }
    walk.at += 1;
    while let Some(b'{') = walk.element() {
        if texts.left == 0 {
            return;
        }
        let before = *texts;
        let by = walk.value(texts);
        let prompts = match (by.role, by.kind) {
            (Some(role), _) => PROMPTERS.contains(&role),
            // What is no message is what the model thought or called.
            (None, kind) => kind.is_none_or(|it| it == b"message"),
        };
        if !prompts {
            *texts = before;
            return;
        }
    }
}

/// Texts, one after the other, as a hash of them.
#[derive(Clone, Copy)]
struct Texts {
    hash: Hash,
    left: usize,
}

impl Texts {
    fn add(&mut self, text: &[u8]) {
        let text = &text[..text.len().min(self.left)];
        if !text.is_empty() {
            self.left -= text.len();
            self.hash.text(text);
        }
    }
}

/// FNV-1a (Fowler, Noll and Vo) over words of eight bytes instead of single ones, and what is left to the upper half brought
/// down at the end: small, quick, and good enough to tell conversations apart that nobody makes up to collide.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    const fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn text(&mut self, text: &[u8]) {
        self.word(text.len() as u64);
        let (words, rest) = text.as_chunks::<8>();
        for it in words {
            self.word(u64::from_le_bytes(*it));
            // A product hands its bits upwards only.
            self.0 = self.0.rotate_left(29);
        }
        for it in rest {
            self.word(u64::from(*it));
        }
    }

    const fn done(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed ^ (mixed >> 29)
    }
}

/// Who a turn is by.
#[derive(Default)]
struct By<'a> {
    role: Option<&'a [u8]>,
    kind: Option<&'a [u8]>,
}

/// A walk over JSON that was found to be sound.
struct Walk<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    /// The first byte of the next element of a list.
    fn element(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t' | b',') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    /// Goes over one value, adds the texts in it, and tells who it says it is by.
    fn value(&mut self, texts: &mut Texts) -> By<'a> {
        let mut by = By::default();
        let mut name: Option<&[u8]> = None;
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => {
                    let text = self.string();
                    if self.is_name() {
                        name = Some(text);
                    } else {
                        match name {
                            Some(b"text" | b"content") => texts.add(text),
                            Some(b"role") if depth == 1 => by.role = Some(text),
                            Some(b"type") if depth == 1 => by.kind = Some(text),
                            None => texts.add(text),
                            _ => {}
                        }
                    }
                    if depth == 0 {
                        return by;
                    }
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return by;
            }
        }
        by
    }

    /// What is between the quotes of the string that begins here, and goes behind it.
    fn string(&mut self) -> &'a [u8] {
        let from = self.at + 1;
        let mut at = from;
        while let Some(found) = self.json.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            at += found;
            if self.json[at] == b'"' {
                self.at = at + 1;
                return &self.json[from..at];
            }
            // An escape has at least two bytes, and what follows the second is no quote that ends anything.
            at += 2;
        }
        self.at = self.json.len();
        self.json.get(from..).unwrap_or_default()
    }

    /// Whether the string before this place is the name of a field.
    fn is_name(&self) -> bool {
        let rest = self.json.get(self.at..).unwrap_or_default();
        rest.iter().find(|it| !it.is_ascii_whitespace()) == Some(&b':')
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
    }

    /// The key of a body, found in it as the scan of bodies would.
    fn number(body: &str) -> Option<u64> {
        let whole: serde_json::Map<String, serde_json::Value> = serde_json::from_str(body).unwrap();
        let mut ask = Ask::new(RequestId(1), Now::default(), Dialect::OpenaiChat, Operation::Chat, "m".to_owned());
        for name in whole.keys() {
            let quoted = format!("\"{name}\":");
            // Names of top-level fields stand first where they stand at all in these bodies.
            let key = body.find(&quoted).unwrap() + 1;
            let from = key + quoted.len() - 1;
            let rest = &body[from..];
            let from = from + (rest.len() - rest.trim_start().len());
            let mut values = serde_json::Deserializer::from_str(&body[from..]).into_iter::<serde::de::IgnoredAny>();
            values.next().unwrap().unwrap();
            let value = from..from + values.byte_offset();
            ask.fields.fields.push(Field { key: key..key + name.len(), value });
        }
        ask.body = Bytes::copy_from_slice(body.as_bytes());
        super::key(&ask)
    }

    #[test]
    fn a_conversation_keeps_its_key_while_it_grows_however_it_is_spelled() {
        for turns in [
            // OpenAI chat, Anthropic with marks that move and a turn that becomes a list of parts, Gemini, responses.
            [
                r#"{"messages": [{"role": "system", "content": "be \"brief\""}, {"role": "user", "content": "hi"}]}"#,
                r#"{"messages": [{"role": "system", "content": "be \"brief\""}, {"content": "hi", "role": "user"},
                    {"content": "hello", "role": "assistant"}, {"role": "user", "content": "more"}]}"#,
                r#"{"messages":[{"role":"system","content":"be \"brief\""},{"role":"user","content":[{"type":"text","text":"hi"}]},
                    {"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},
                    {"role":"tool","content":"42"}]}"#,
            ],
            [
                r#"{"system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}],
                    "messages": [{"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]}]}"#,
                r#"{"system": "s", "messages": [{"role": "user", "content": "hi"},
                    {"role": "assistant", "content": [{"type": "text", "text": "hello"}]}, {"role": "user", "content": "x"}]}"#,
                r#"{"model": "m", "system": "s", "messages": [{"role": "user", "content": [{"text": "hi", "type": "text"}]},
                    {"role": "assistant", "content": "other words"}]}"#,
            ],
            [
                r#"{"contents": [{"parts": [{"text": "hi"}]}], "system_instruction": {"parts": [{"text": "s"}]}}"#,
                r#"{"systemInstruction": {"parts": [{"text": "s"}]}, "contents": [{"role": "user", "parts": [{"text": "hi"}]},
                    {"role": "model", "parts": [{"text": "hello"}]}]}"#,
                r#"{"systemInstruction": {"parts": [{"text": "s"}]}, "contents": [{"role": "user", "parts": [{"text": "hi"}]}]}"#,
            ],
            [
                r#"{"input": "hi", "instructions": "s"}"#,
                r#"{"instructions": "s", "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
                    {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
                    {"type": "function_call", "name": "f", "arguments": "{}"}]}"#,
                r#"{"instructions": "s", "input": [{"role": "user", "content": "hi"},
                    {"role": "assistant", "content": [{"type": "output_text", "text": "yes"}]}]}"#,
            ],
        ] {
            let numbers = turns.map(|it| number(it).unwrap());
            assert!(numbers.iter().all(|it| *it == numbers[0]), "{turns:#?}");
        }
    }

    #[test]
    fn another_beginning_is_another_conversation_and_where_nothing_is_said_is_none() {
        let of = |system: &str, first: &str, second: &str| {
            let body = serde_json::json!({"system": system, "messages": [
                {"role": "user", "content": first}, {"role": "user", "content": second}]});
            number(&body.to_string()).unwrap()
        };
        let all = [of("s", "a", "b"), of("t", "a", "b"), of("s", "b", "a"), of("s", "ab", ""), of("s", "a", "c")];
        let mut distinct = all.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), all.len());
        for nothing in [
            r#"{"messages": []}"#,
            r#"{"messages": [{"role": "assistant", "content": "hi"}]}"#,
            r#"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x"}}]}]}"#,
            r#"{"prompt": ""}"#,
        ] {
            assert_eq!(number(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn of_long_texts_the_first_part_tells_them_apart_whoever_comes_after() {
        let long = "word \u{e4} \"quoted\" ".repeat(2_000);
        let body = |first: &str, more: bool| {
            let mut turns = vec![serde_json::json!({"content": first, "role": "user"})];
            turns.push(serde_json::json!({"content": "second", "role": "user"}));
            if more {
                turns.push(serde_json::json!({"content": long, "role": "assistant"}));
            }
            number(&serde_json::json!({"messages": turns}).to_string()).unwrap()
        };
        assert_eq!(body(&long, false), body(&long, true));
        assert_eq!(body("short", false), body("short", true), "an answer that says who it is by last");
        assert_ne!(body(&long, false), body(&long[1..], false));
    }
}
