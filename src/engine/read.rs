//! From a call to an ask: the few facts that routing needs, read once from the top level of the body. Pure.

use crate::domain::ask::{Ask, Fields, Needs, Priority};
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Origin};
use crate::domain::id::RequestId;
use crate::domain::operation::Operation;
use crate::engine::{Addressed, Call, beside, wishes};
use crate::route::conversation;
use crate::wire::openai_responses::compaction;
use crate::wire::{Malformed, json};

/// Reads `call`. The ask is complete exactly if nothing is wrong with it; else it holds what was understood, for its row.
///
/// # Errors
/// `bad_json` or `bad_request` (400), saying where.
pub fn read(call: Call, id: RequestId) -> (Ask, Result<(), Failure>) {
    let priority = call.priority.clone();
    let mut ask = unread(call, id);
    if let Some(name) = priority {
        match Priority::named(&name) {
            Some(it) => ask.priority = it,
            None => return (ask, Err(bad("`x-llmroute-priority` must be high, normal or low"))),
        }
    }
    let understood = match ask.operation {
        Operation::Chat | Operation::Compact => turn(&mut ask),
        Operation::CountTokens => beside::read::count(&mut ask),
        Operation::Embed(_) => beside::read::embed(&mut ask),
        Operation::Relay(_) => beside::read::relay(&mut ask),
    };
    ask.needs.own_key = ask.own_key.as_ref().map(|it| it.id);
    ask.conversation = conversation::key(&ask);
    (ask, understood)
}

/// The ask of a call whose body has not been looked at.
pub fn unread(call: Call, id: RequestId) -> Ask {
    let Call {
        at,
        dialect,
        operation,
        path,
        body,
        headers,
        client,
        caller,
        own_key,
        session,
        priority: _,
        strict,
        recalled,
        envelope,
    } = call;
    let (model, stream) = path.map_or_else(Default::default, |Addressed { model, stream }| (model, stream));
    Ask {
        stream,
        body,
        headers,
        client,
        caller,
        own_key,
        session,
        strict,
        recalled,
        envelope,
        ..Ask::new(id, at, dialect, operation, model)
    }
}

fn turn(ask: &mut Ask) -> Result<(), Failure> {
    ask.fields = json::scan(&ask.body).map_err(|it| malformed(&it))?;
    if !ask.dialect.model_in_path()
        && let Some((wishes, body)) = wishes::read(&ask.body, &ask.fields)?
    {
        ask.fields = json::scan(&body).map_err(|it| malformed(&it))?;
        ask.wishes = Some(Box::new(wishes));
        ask.body = body;
    }
    let body = ask.body.clone();
    let value = |key: &str| ask.fields.find(&body, key).map(|it| &body[it]);
    if !ask.dialect.model_in_path() {
        ask.model = model(value("model"))?;
        ask.stream = ask.operation == Operation::Chat && stream(value("stream"))?;
    }
    ask.written_in = match ask.dialect {
        // Cursor posts the one dialect's body to the other one's path, and wants the answer of the path.
        Dialect::OpenaiChat if value("messages").is_none() && value("input").is_some() => Dialect::OpenaiResponses,
        dialect => dialect,
    };
    let turns = turns(ask.written_in);
    // In the responses dialect each of these may stand for the others.
    let stands_for_it: &[&str] = match ask.written_in {
        Dialect::OpenaiResponses => &["previous_response_id", "prompt", "conversation"],
        _ => &[],
    };
    if value(turns).is_none() && stands_for_it.iter().all(|it| value(it).is_none()) {
        return Err(bad(&format!("the body has no `{turns}`")));
    }
    ask.needs = needs(ask.written_in, &body, &ask.fields);
    Ok(())
}

pub(super) fn model(value: Option<&[u8]>) -> Result<String, Failure> {
    let value = value.ok_or_else(|| bad("the body has no `model`"))?;
    Ok(json::string(value).ok_or_else(|| bad("`model` must be a string"))?.into_owned())
}

fn stream(value: Option<&[u8]>) -> Result<bool, Failure> {
    match value {
        None | Some(b"null") => Ok(false),
        Some(it) => json::boolean(it).ok_or_else(|| bad("`stream` must be true or false")),
    }
}

/// The field that holds the conversation.
const fn turns(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenaiChat | Dialect::Anthropic | Dialect::Cohere | Dialect::Ollama => "messages",
        Dialect::OpenaiResponses => "input",
        Dialect::Gemini => "contents",
        // Spoken to providers only; a request in it would have this.
        Dialect::BedrockConverse => "messages",
        Dialect::OpenaiCompletions => "prompt",
    }
}

/// The refusal of a body that is not what it should be.
#[must_use]
pub fn malformed(it: &Malformed) -> Failure {
    // Some codecs name the parameter in the sentence and some only beside it; the client is told in either case.
    let place = it.param.as_ref().filter(|param| !it.what.contains(param.as_str()));
    let place = place.map(|param| format!("`{param}` ")).unwrap_or_default();
    Failure::local(Origin::Client, "bad_json", 400, format!("the request body cannot be read: {place}{it}"))
}

pub(super) fn bad(what: &str) -> Failure {
    Failure::local(Origin::Client, "bad_request", 400, what)
}

fn needs(dialect: Dialect, body: &[u8], fields: &Fields) -> Needs {
    match dialect {
        // No client asks in the last two.
        Dialect::OpenaiChat | Dialect::Anthropic | Dialect::Cohere | Dialect::Ollama => {
            messages_needs(dialect, body, fields)
        }
        Dialect::OpenaiResponses => responses_needs(body, fields),
        Dialect::Gemini => gemini_needs(body, fields),
        Dialect::BedrockConverse => messages_needs(dialect, body, fields),
        Dialect::OpenaiCompletions => completions_needs(body, fields),
    }
}

fn messages_needs(dialect: Dialect, body: &[u8], fields: &Fields) -> Needs {
    let value = |key: &str| fields.find(body, key).map(|it| &body[it]);
    let present = |key: &str| value(key).is_some_and(|it| !matches!(it, b"null" | b"[]"));
    let holds = |key: &str, text: &[u8]| value(key).is_some_and(|it| memchr::memmem::find(it, text).is_some());
    let (image, schema, reasoning): (&[u8], bool, bool) = if dialect == Dialect::Anthropic {
        let thinks = value("thinking").is_some_and(|it| memchr::memmem::find(it, b"\"disabled\"").is_none());
        (b"\"image\"", holds("output_config", b"\"json_schema\"") || present("output_format"), thinks)
    } else {
        let reasons = present("reasoning_effort") && value("reasoning_effort") != Some(b"\"none\"");
        (b"\"image_url\"", holds("response_format", b"\"json_schema\""), reasons)
    };
    let text: usize = ["messages", "system", "tools"].iter().filter_map(|it| value(it)).map(text_length).sum();
    let max_tokens = value("max_tokens").or_else(|| value("max_completion_tokens")).and_then(json::integer);
    Needs {
        own_key: None,
        tools: present("tools"),
        audio: dialect == Dialect::OpenaiChat && holds("messages", b"\"input_audio\""),
        images: holds("messages", image),
        json_schema: schema,
        compaction: false,
        reasoning,
        // Four bytes a token is within a quarter of the truth for most text and costs nothing; what is billed without
        // a count from the provider is estimated better, and later.
        prompt_tokens: u64::try_from(text / 4).unwrap_or(u64::MAX),
        max_tokens,
    }
}

/// Bytes of JSON without the data in it: more than 16 KiB of base64 between two quotes are a picture, a sound or a
/// document, which has no more tokens than about a page. Short texts are not looked into.
fn text_length(json: &[u8]) -> usize {
    const LONG: usize = 16 * 1024;
    const PAGE: usize = 6_000;
    if json.len() < LONG {
        return json.len();
    }
    let is_base64 = |it: &u8| it.is_ascii_alphanumeric() || b"+/=-_".contains(it);
    let (mut data, mut from) = (0, 0);
    for quote in memchr::memchr_iter(b'"', json) {
        let between = &json[from..quote];
        // What it is stands before the first comma (`data:image/png;base64,`).
        if between.len() > LONG && between[64..1024].iter().all(is_base64) {
            data += between.len() - PAGE;
        }
        from = quote + 1;
    }
    json.len() - data
}

/// The same for the dialect whose conversation is called otherwise.
fn responses_needs(body: &[u8], fields: &Fields) -> Needs {
    let value = |key: &str| fields.find(body, key).map(|it| &body[it]);
    let present = |key: &str| value(key).is_some_and(|it| !matches!(it, b"null" | b"[]" | b"{}"));
    let holds = |key: &str, text: &[u8]| value(key).is_some_and(|it| memchr::memmem::find(it, text).is_some());
    let text: usize = ["input", "instructions", "tools"].iter().filter_map(|it| value(it)).map(text_length).sum();
    Needs {
        own_key: None,
        tools: present("tools"),
        audio: holds("input", b"\"input_audio\""),
        images: holds("input", b"\"input_image\""),
        json_schema: holds("text", b"\"json_schema\""),
        compaction: value("input").is_some_and(compaction::asks),
        reasoning: present("reasoning") && !holds("reasoning", b"\"none\""),
        prompt_tokens: u64::try_from(text / 4).unwrap_or(u64::MAX),
        max_tokens: value("max_output_tokens").and_then(json::integer),
    }
}

/// A text has no tools, pictures or schema.
fn completions_needs(body: &[u8], fields: &Fields) -> Needs {
    let value = |key: &str| fields.find(body, key).map(|it| &body[it]);
    let text: usize = ["prompt", "suffix"].iter().filter_map(|it| value(it)).map(<[u8]>::len).sum();
    Needs {
        own_key: None,
        prompt_tokens: u64::try_from(text / 4).unwrap_or(u64::MAX),
        max_tokens: value("max_tokens").and_then(json::integer),
        ..Needs::default()
    }
}

/// Gemini's fields go by two names each, and most of what counts is one level down.
fn gemini_needs(body: &[u8], fields: &Fields) -> Needs {
    let value = |names: [&str; 2]| names.iter().find_map(|it| fields.find(body, it)).map(|it| &body[it]);
    let holds = |it: Option<&[u8]>, texts: &[&[u8]]| {
        it.is_some_and(|it| texts.iter().any(|text| memchr::memmem::find(it, text).is_some()))
    };
    let (contents, tools) = (value(["contents"; 2]), value(["tools"; 2]));
    let config = value(["generationConfig", "generation_config"]);
    let inner = config.and_then(|it| json::scan(it).ok().map(|fields| (it, fields)));
    let max_tokens = inner.as_ref().and_then(|(config, fields)| {
        let span = ["maxOutputTokens", "max_output_tokens"].iter().find_map(|it| fields.find(config, it))?;
        json::integer(&config[span])
    });
    let text: usize = [contents, tools, value(["systemInstruction", "system_instruction"])]
        .into_iter()
        .flatten()
        .map(text_length)
        .sum();
    Needs {
        own_key: None,
        tools: tools.is_some_and(|it| !matches!(it, b"null" | b"[]")),
        audio: holds(contents, &[b"\"audio/"]),
        images: holds(contents, &[b"\"image/"]),
        json_schema: holds(
            config,
            &[b"\"responseSchema\"", b"\"responseJsonSchema\"", b"\"response_schema\"", b"\"response_json_schema\""],
        ),
        compaction: false,
        reasoning: holds(config, &[b"\"thinkingConfig\"", b"\"thinking_config\""]),
        prompt_tokens: u64::try_from(text / 4).unwrap_or(u64::MAX),
        max_tokens,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_not_counted_as_text_and_text_is() {
        let text = format!(r#"[{{"role": "user", "content": "{}"}}]"#, "word and \"word ".repeat(4_000));
        assert_eq!(text_length(text.as_bytes()), text.len());
        let picture = "iVBORw0KGgo".repeat(20_000);
        for before in ["data:image/png;base64,", ""] {
            let body = format!(r#"[{{"text": "say \"hi", "url": "{before}{picture}"}}, {{"text": "a \" b"}}]"#);
            let counted = text_length(body.as_bytes());
            assert!((6_000..7_000).contains(&counted), "{counted} of {}", body.len());
        }
        assert_eq!(text_length(b"[]"), 2);
    }
}
