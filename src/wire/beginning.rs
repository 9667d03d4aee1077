//! What a conversation begins with, as a number that stays the same while it grows: the texts of what stands before it (system
//! prompt, instructions) and of its first turns, up to the first that the model said. Pure; nothing is copied out of the body,
//! and of long texts only the first part is looked at.
//!
//! Only texts count: clients move their marks for the prompt cache from turn to turn, and spell a turn of one text now as
//! that, now as a list of one part.

use std::hash::{DefaultHasher, Hasher as _};

use crate::domain::ask::Fields;

/// The fields that hold what is said before a conversation, in any dialect.
const BEFORE: [&str; 4] = ["system", "instructions", "systemInstruction", "system_instruction"];
/// Those that hold its turns.
const TURNS: [&str; 3] = ["messages", "input", "contents"];
/// Who speaks before the model has.
const PROMPTERS: [&[u8]; 3] = [b"user", b"system", b"developer"];
/// Bytes of text that are looked at, of what stands before a conversation and of its turns each.
const MOST: usize = 8 << 10;

/// The number; `None` where nothing is said.
#[must_use]
pub fn of(body: &[u8], fields: &Fields) -> Option<u64> {
    let field = |names: &[&str]| names.iter().find_map(|it| fields.find(body, it)).and_then(|it| body.get(it));
    let mut before = Texts::default();
    if let Some(value) = field(&BEFORE) {
        Walk { json: value, at: 0 }.value(&mut before, true);
    }
    let mut turns = Texts::default();
    first_turns(field(&TURNS)?, &mut turns);
    if turns.left == MOST {
        return None;
    }
    let mut both = before.hasher;
    both.write_u64(turns.hasher.finish());
    Some(both.finish())
}

/// The texts of the turns before the model's first.
fn first_turns(json: &[u8], texts: &mut Texts) {
    let mut walk = Walk { json, at: 0 };
    if walk.peek() != Some(b'[') {
        walk.value(texts, true);
        return;
    }
    walk.at += 1;
    while let Some(b'{') = walk.element() {
        if texts.left == 0 {
            return;
        }
        let before = texts.clone();
        let by = walk.value(texts, false);
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
#[derive(Clone)]
struct Texts {
    hasher: DefaultHasher,
    left: usize,
}

impl Default for Texts {
    fn default() -> Self {
        Self { hasher: DefaultHasher::new(), left: MOST }
    }
}

impl Texts {
    fn add(&mut self, text: &[u8]) {
        let text = &text[..text.len().min(self.left)];
        if !text.is_empty() {
            self.left -= text.len();
            self.hasher.write(text);
            self.hasher.write_u8(0);
        }
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

    /// Goes over one value, adds the texts in it, and tells who it says it is by. `is_text`: a string is a text whatever its
    /// name, where it is not in an object.
    fn value(&mut self, texts: &mut Texts, is_text: bool) -> By<'a> {
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
                            None if is_text => texts.add(text),
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
    use super::*;
    use crate::wire::json;

    fn number(body: &str) -> Option<u64> {
        of(body.as_bytes(), &json::scan(body.as_bytes()).unwrap())
    }

    #[test]
    fn a_conversation_keeps_its_number_while_it_grows() {
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
            r#"{"prompt": "hi"}"#,
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
