//! Requests for the number of tokens of a conversation, and their answers, in the dialects that have such:
//! Anthropic's `messages/count_tokens`, Gemini's `models/MODEL:countTokens`, OpenAI's `responses/input_tokens`, and,
//! spoken to providers only, Bedrock's `model/MODEL/count-tokens`. The conversation in them is written as it is in a request for its next turn, so it is read and written by the dialect's
//! codec; what is said around it is here.

use std::borrow::Cow;

use bytes::Bytes;

use crate::domain::dialect::Dialect;
use crate::wire::json::{self, Edit, Object, ObjectWriter, wrong};
use crate::wire::{Malformed, openai_chat};

/// Fields of a request for the next turn that a count takes too. Others are refused, or say how the turn is to be made.
const ANTHROPIC: [&str; 10] = [
    "model",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "output_format",
    "cache_control",
    "mcp_servers",
];
const RESPONSES: [&str; 8] =
    ["model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text"];

/// What Bedrock's `ConverseTokensRequest` has of a Converse request.
const CONVERSE: [&str; 4] = ["messages", "system", "toolConfig", "additionalModelRequestFields"];

/// The two names of the field in which Gemini's clients send a whole request to be counted.
const WHOLE: [&str; 2] = ["generateContentRequest", "generate_content_request"];

/// The conversation in a client's request for its count, as a request for its next turn.
///
/// # Errors
/// It is not JSON, or not of this dialect.
pub fn conversation(dialect: Dialect, body: &Bytes) -> Result<Bytes, Malformed> {
    let fields = json::scan(body)?;
    match dialect {
        Dialect::Gemini => match WHOLE.iter().find_map(|it| fields.find(body, it)) {
            Some(inner) => Ok(body.slice(inner)),
            None => Ok(body.clone()),
        },
        // The model may be left out there, and the number is then that of any.
        Dialect::OpenaiResponses if fields.find(body, "model").is_none() => {
            Ok(json::splice(body, &fields, &[Edit::Set { key: "model", value: Cow::Borrowed(b"\"\"") }]))
        }
        _ => Ok(body.clone()),
    }
}

/// The request for a count of what `turn` asks the next turn of, a body of `dialect`; `None` where the dialect has none.
///
/// # Errors
/// `turn` is not a JSON object.
pub fn request(dialect: Dialect, turn: &[u8], model: &str) -> Result<Option<Vec<u8>>, Malformed> {
    let fields = Object::parse(turn)?;
    let mut out = Vec::with_capacity(turn.len() + 64);
    let mut object = ObjectWriter::begin(&mut out);
    let kept: &[&str] = match dialect {
        Dialect::Anthropic => &ANTHROPIC,
        Dialect::OpenaiResponses => &RESPONSES,
        Dialect::Gemini => {
            let mut whole = object.object(WHOLE[0]);
            whole.text("model", &resource(model));
            for (key, raw) in fields.rest().filter(|it| it.0 != "model") {
                whole.raw(&key, raw.get());
            }
            whole.end();
            object.end();
            return Ok(Some(out));
        }
        Dialect::BedrockConverse => {
            let mut input = object.object("input");
            let mut turn = input.object("converse");
            for (key, raw) in fields.rest().filter(|it| CONVERSE.contains(&&*it.0)) {
                turn.raw(&key, raw.get());
            }
            turn.end();
            input.end();
            object.end();
            return Ok(Some(out));
        }
        _ => return Ok(None),
    };
    for (key, raw) in fields.rest().filter(|it| kept.contains(&&*it.0)) {
        object.raw(&key, raw.get());
    }
    object.end();
    Ok(Some(out))
}

/// A request for a count with another model in it: a whole request within Gemini's names its own once more. `None` where
/// none is named there.
///
/// # Errors
/// It is not JSON, or not of this dialect.
pub fn renamed(body: &Bytes, model: &str) -> Result<Option<Bytes>, Malformed> {
    let fields = json::scan(body)?;
    let Some((key, span)) = WHOLE.iter().find_map(|it| Some((*it, fields.find(body, it)?))) else { return Ok(None) };
    let inner = body.slice(span);
    let within = json::scan(&inner)?;
    if within.find(&inner, "model").is_none() {
        return Ok(None);
    }
    let mut name = Vec::new();
    json::quote(&resource(model), &mut name);
    let inner = json::splice(&inner, &within, &[Edit::Set { key: "model", value: Cow::Owned(name) }]);
    Ok(Some(json::splice(body, &fields, &[Edit::Set { key, value: Cow::Owned(inner.to_vec()) }])))
}

fn resource(model: &str) -> String {
    if model.contains("models/") { model.to_owned() } else { format!("models/{model}") }
}

/// The number in a provider's answer.
///
/// # Errors
/// It is not JSON, or there is no number in it.
pub fn read(dialect: Dialect, body: &[u8]) -> Result<u64, Malformed> {
    let key = match dialect {
        Dialect::Gemini => "totalTokens",
        Dialect::BedrockConverse => "inputTokens",
        _ => "input_tokens",
    };
    let mut answer = Object::parse(body)?;
    if let Some(fault) = answer.get("error").map(openai_chat::error::of_error) {
        return Err(Malformed { what: format!("an error: {}", fault.message), at: None, param: None });
    }
    answer.take_integer(key)?.ok_or_else(|| wrong(key, "a whole number"))
}

/// A client's answer.
#[must_use]
pub fn write(dialect: Dialect, tokens: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let mut object = ObjectWriter::begin(&mut out);
    match dialect {
        Dialect::Gemini => object.plain("totalTokens", tokens),
        Dialect::OpenaiResponses => {
            object.text("object", "response.input_tokens");
            object.plain("input_tokens", tokens);
        }
        _ => object.plain("input_tokens", tokens),
    }
    object.end();
    out
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn bytes(body: &Value) -> Bytes {
        Bytes::from(body.to_string())
    }

    #[test]
    fn the_conversation_is_found_in_either_form() {
        let inner = json!({"contents": [], "model": "models/m"});
        for body in [json!({ "generateContentRequest": inner }), json!({ "generate_content_request": inner })] {
            assert_eq!(conversation(Dialect::Gemini, &bytes(&body)).unwrap(), bytes(&inner));
            let renamed = renamed(&bytes(&body), "tunedModels/x").unwrap().unwrap();
            assert!(String::from_utf8_lossy(&renamed).contains(r#""model":"models/tunedModels/x""#), "{renamed:?}");
        }
        let plain = bytes(&json!({"contents": []}));
        assert_eq!(conversation(Dialect::Gemini, &plain).unwrap(), plain);
        assert_eq!(renamed(&plain, "x").unwrap(), None);
        let nameless = conversation(Dialect::OpenaiResponses, &bytes(&json!({"input": "a"}))).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&nameless).unwrap(), json!({"input": "a", "model": ""}));
        assert!(conversation(Dialect::Anthropic, &Bytes::from_static(b"[]")).is_err());
    }

    #[test]
    fn only_what_is_counted_is_sent() {
        let turn =
            json!({"model": "m", "messages": [], "max_tokens": 1, "stream": true, "temperature": 0, "tools": []});
        let of = |dialect, turn: &Value| {
            request(dialect, turn.to_string().as_bytes(), "m")
                .unwrap()
                .map(|it| serde_json::from_slice::<Value>(&it).unwrap())
        };
        assert_eq!(of(Dialect::Anthropic, &turn), Some(json!({"model": "m", "messages": [], "tools": []})));
        let turn = json!({"model": "m", "input": [], "store": false, "max_output_tokens": 9, "instructions": "i"});
        assert_eq!(of(Dialect::OpenaiResponses, &turn), Some(json!({"model": "m", "input": [], "instructions": "i"})));
        let turn = json!({"contents": [], "generationConfig": {}});
        let whole = json!({"generateContentRequest": {"model": "models/m", "contents": [], "generationConfig": {}}});
        assert_eq!(of(Dialect::Gemini, &turn), Some(whole));
        assert_eq!(of(Dialect::OpenaiChat, &turn), None);
        let turn = json!({"messages": [], "toolConfig": {"tools": []}, "inferenceConfig": {"maxTokens": 1}});
        let converse = json!({"input": {"converse": {"messages": [], "toolConfig": {"tools": []}}}});
        assert_eq!(of(Dialect::BedrockConverse, &turn), Some(converse));
    }

    #[test]
    fn numbers_go_both_ways() {
        for dialect in [Dialect::Anthropic, Dialect::Gemini, Dialect::OpenaiResponses] {
            assert_eq!(read(dialect, &write(dialect, 641)).unwrap(), 641);
            for bad in ["{}", "[]", "", r#"{"error":{"message":"no"},"totalTokens":1,"input_tokens":1}"#] {
                assert!(read(dialect, bad.as_bytes()).is_err(), "{bad}");
            }
        }
        assert_eq!(read(Dialect::BedrockConverse, br#"{"inputTokens":11}"#).unwrap(), 11);
    }
}
