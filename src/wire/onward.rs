//! A request that goes on: turns put behind the conversation as the client wrote it, and a lower cap on the answer.
//! Everything else stays byte for byte.

use std::borrow::Cow;

use bytes::Bytes;

use crate::domain::ask::Fields;
use crate::domain::dialect::Dialect;
use crate::domain::prompt::Role;
use crate::wire::json::{self, Edit, ObjectWriter};

/// `body`, which is in `dialect`, with `turns` behind its conversation. A `cap` takes the place of its own, where it has
/// one. `None` where this dialect has no turns, or the body no list of them.
#[must_use]
pub fn extend(
    dialect: Dialect,
    body: &Bytes,
    fields: &Fields,
    turns: &[(Role, &str)],
    cap: Option<u64>,
) -> Option<Bytes> {
    let (key, caps): (_, &[&str]) = match dialect {
        Dialect::OpenaiChat => ("messages", &["max_completion_tokens", "max_tokens"]),
        Dialect::Anthropic => ("messages", &["max_tokens"]),
        Dialect::OpenaiResponses => ("input", &["max_output_tokens"]),
        Dialect::Gemini => ("contents", &[]),
        Dialect::BedrockConverse | Dialect::Cohere | Dialect::Ollama | Dialect::OpenaiCompletions => return None,
    };
    let list = fields.find(body, key).map(|it| &body[it])?;
    let mut edits = vec![Edit::Set { key, value: Cow::Owned(longer(dialect, list, turns)?) }];
    if let Some(cap) = cap {
        let stated = caps.iter().filter(|it| fields.find(body, it).is_some());
        edits.extend(stated.map(|key| Edit::Set { key, value: Cow::Owned(cap.to_string().into_bytes()) }));
        if dialect == Dialect::Gemini {
            edits.extend(configured(body, fields, cap));
        }
    }
    Some(json::splice(body, fields, &edits))
}

/// The list with the turns at its end.
fn longer(dialect: Dialect, list: &[u8], turns: &[(Role, &str)]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(list.len() + 64);
    match list {
        [b'[', .., b']'] => {
            out.extend_from_slice(list.get(..list.len() - 1)?.trim_ascii_end());
        }
        // A question by itself, in the one dialect that has it.
        [b'"', ..] if dialect == Dialect::OpenaiResponses => {
            out.extend_from_slice(br#"[{"role":"user","content":"#);
            out.extend_from_slice(list);
            out.push(b'}');
        }
        _ => return None,
    }
    for (role, text) in turns {
        if out.len() > 1 {
            out.push(b',');
        }
        turn(dialect, *role, text, &mut out);
    }
    out.push(b']');
    Some(out)
}

fn turn(dialect: Dialect, role: Role, text: &str, out: &mut Vec<u8>) {
    let mut turn = ObjectWriter::begin(out);
    let own = if dialect == Dialect::Gemini { "model" } else { "assistant" };
    turn.text("role", if role == Role::Assistant { own } else { "user" });
    if dialect == Dialect::Gemini {
        turn.list("parts", [text], |text, out| {
            let mut part = ObjectWriter::begin(out);
            part.text("text", text);
            part.end();
        });
    } else {
        turn.text("content", text);
    }
    turn.end();
}

/// Gemini's cap, which is a field of a field, in either of its two spellings.
fn configured<'a>(body: &Bytes, fields: &Fields, cap: u64) -> Option<Edit<'a>> {
    let (key, span) =
        ["generationConfig", "generation_config"].into_iter().find_map(|key| Some((key, fields.find(body, key)?)))?;
    let config = body.slice(span);
    let inner = json::scan(&config).ok()?;
    let edits: Vec<Edit> = ["maxOutputTokens", "max_output_tokens"]
        .into_iter()
        .filter(|it| inner.find(&config, it).is_some())
        .map(|key| Edit::Set { key, value: Cow::Owned(cap.to_string().into_bytes()) })
        .collect();
    Some(Edit::Set { key, value: Cow::Owned(json::splice(&config, &inner, &edits).to_vec()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extended(dialect: Dialect, body: &'static str, cap: Option<u64>) -> Option<String> {
        let body = Bytes::from_static(body.as_bytes());
        let fields = json::scan(&body).unwrap();
        let turns = [(Role::Assistant, "Once \"upon\""), (Role::User, "go on")];
        extend(dialect, &body, &fields, &turns, cap).map(|it| String::from_utf8(it.to_vec()).unwrap())
    }

    #[test]
    fn turns_come_last_and_everything_else_stays() {
        let chat = r#"{ "messages":[ {"role":"user","content":"q"} ], "max_tokens":9,"x":1.0}"#;
        let said = r#",{"role":"assistant","content":"Once \"upon\""},{"role":"user","content":"go on"}]"#;
        let with = |cap: &str| {
            format!(r#"{{ "messages":[ {{"role":"user","content":"q"}}{said}, "max_tokens":{cap},"x":1.0}}"#)
        };
        assert_eq!(extended(Dialect::OpenaiChat, chat, None).unwrap(), with("9"));
        assert_eq!(extended(Dialect::Anthropic, chat, Some(4)).unwrap(), with("4"));
        assert_eq!(
            extended(Dialect::OpenaiResponses, r#"{"input":"q","model":"m"}"#, Some(4)).unwrap(),
            format!(r#"{{"input":[{{"role":"user","content":"q"}}{said},"model":"m"}}"#)
        );
    }

    #[test]
    fn gemini_has_parts_and_a_cap_within() {
        let body = r#"{"contents":[],"generationConfig":{"topK":3,"maxOutputTokens":9}}"#;
        assert_eq!(
            extended(Dialect::Gemini, body, Some(4)).unwrap(),
            r#"{"contents":[{"role":"model","parts":[{"text":"Once \"upon\""}]},{"role":"user","parts":[{"text":"go on"}]}],"generationConfig":{"topK":3,"maxOutputTokens":4}}"#
        );
    }

    #[test]
    fn what_has_no_turns_is_not_gone_on_from() {
        assert_eq!(extended(Dialect::OpenaiCompletions, r#"{"prompt":"q"}"#, None), None);
        assert_eq!(extended(Dialect::OpenaiChat, r#"{"messages":"q"}"#, None), None);
    }
}
