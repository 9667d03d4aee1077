//! From a call to an ask: the few facts that routing needs, read once from the top level of the body. Pure.

use crate::domain::ask::{Ask, Fields, Needs};
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Origin};
use crate::domain::id::RequestId;
use crate::engine::Call;
use crate::wire::{Malformed, json};

/// Reads `call`. The ask is complete exactly if nothing is wrong with it; else it holds what was understood, for its row.
///
/// # Errors
/// `bad_json` or `bad_request` (400), saying where.
pub fn read(call: Call, id: RequestId) -> (Ask, Result<(), Failure>) {
    let mut ask = unread(call, id);
    let understood = understand(&mut ask);
    (ask, understood)
}

/// The ask of a call whose body has not been looked at.
pub fn unread(call: Call, id: RequestId) -> Ask {
    let Call { at, dialect, body, headers, client, session, strict, recalled } = call;
    Ask {
        id,
        at,
        dialect,
        written_in: dialect,
        model: String::new(),
        stream: false,
        needs: Needs::default(),
        headers,
        client,
        session,
        strict,
        fields: Fields::default(),
        body,
        recalled,
    }
}

fn understand(ask: &mut Ask) -> Result<(), Failure> {
    let body = ask.body.clone();
    ask.fields = json::scan(&body).map_err(|it| malformed(&it))?;
    let value = |key: &str| ask.fields.find(&body, key).map(|it| &body[it]);
    ask.model = match value("model") {
        None => return Err(bad("the body has no `model`")),
        Some(it) => json::string(it).ok_or_else(|| bad("`model` must be a string"))?.into_owned(),
    };
    ask.stream = match value("stream") {
        None | Some(b"null") => false,
        Some(it) => json::boolean(it).ok_or_else(|| bad("`stream` must be true or false"))?,
    };
    ask.written_in = match ask.dialect {
        // Cursor posts the one dialect's body to the other one's path, and wants the answer of the path.
        Dialect::OpenaiChat if value("messages").is_none() && value("input").is_some() => Dialect::OpenaiResponses,
        dialect => dialect,
    };
    ask.needs = match ask.written_in {
        Dialect::OpenaiResponses => {
            // Each of them may stand for the others.
            let says = ["input", "previous_response_id", "prompt", "conversation"];
            if says.iter().all(|it| value(it).is_none()) {
                return Err(bad("the body has no `input`"));
            }
            responses_needs(&body, &ask.fields)
        }
        _ if value("messages").is_none() => return Err(bad("the body has no `messages`")),
        dialect => needs(dialect, &body, &ask.fields),
    };
    Ok(())
}

/// The refusal of a body that is not what it should be.
#[must_use]
pub fn malformed(it: &Malformed) -> Failure {
    // Some codecs name the parameter in the sentence and some only beside it; the client is told in either case.
    let place = it.param.as_ref().filter(|param| !it.what.contains(param.as_str()));
    let place = place.map(|param| format!("`{param}` ")).unwrap_or_default();
    Failure::local(Origin::Client, "bad_json", 400, format!("the request body cannot be read: {place}{it}"))
}

fn bad(what: &str) -> Failure {
    Failure::local(Origin::Client, "bad_request", 400, what)
}

fn needs(dialect: Dialect, body: &[u8], fields: &Fields) -> Needs {
    let value = |key: &str| fields.find(body, key).map(|it| &body[it]);
    let present = |key: &str| value(key).is_some_and(|it| !matches!(it, b"null" | b"[]"));
    let holds = |key: &str, text: &[u8]| value(key).is_some_and(|it| memchr::memmem::find(it, text).is_some());
    let (image, schema, reasoning): (&[u8], bool, bool) = match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiResponses => {
            (b"\"image_url\"", holds("response_format", b"\"json_schema\""), present("reasoning_effort"))
        }
        Dialect::Anthropic => (
            b"\"image\"",
            holds("output_config", b"\"json_schema\"") || present("output_format"),
            value("thinking").is_some_and(|it| memchr::memmem::find(it, b"\"disabled\"").is_none()),
        ),
    };
    let text: usize = ["messages", "system", "tools"].iter().filter_map(|it| value(it)).map(<[u8]>::len).sum();
    let max_tokens = value("max_tokens").or_else(|| value("max_completion_tokens")).and_then(json::integer);
    Needs {
        tools: present("tools"),
        images: holds("messages", image),
        json_schema: schema,
        reasoning,
        // Four bytes a token is within a quarter of the truth for most text and costs nothing; what is billed without
        // a count from the provider is estimated better, and later.
        prompt_tokens: u64::try_from(text / 4).unwrap_or(u64::MAX),
        max_tokens,
    }
}

/// The same for the dialect whose conversation is called otherwise.
fn responses_needs(body: &[u8], fields: &Fields) -> Needs {
    let value = |key: &str| fields.find(body, key).map(|it| &body[it]);
    let present = |key: &str| value(key).is_some_and(|it| !matches!(it, b"null" | b"[]" | b"{}"));
    let holds = |key: &str, text: &[u8]| value(key).is_some_and(|it| memchr::memmem::find(it, text).is_some());
    let text: usize = ["input", "instructions", "tools"].iter().filter_map(|it| value(it)).map(<[u8]>::len).sum();
    Needs {
        tools: present("tools"),
        images: holds("input", b"\"input_image\""),
        json_schema: holds("text", b"\"json_schema\""),
        reasoning: present("reasoning") && !holds("reasoning", b"\"none\""),
        prompt_tokens: u64::try_from(text / 4).unwrap_or(u64::MAX),
        max_tokens: value("max_output_tokens").and_then(json::integer),
    }
}
