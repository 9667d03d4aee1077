//! Of every recorded answer each single thing that it says is in what a client of another dialect receives, whole and
//! streamed, or named as a loss.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::Event;
use llmroute::domain::reply::Reply;
use llmroute::wire::codec;
use serde_json::Value;

use super::written::Written;
use crate::recorded::exchange::{self, Answer, Exchange};
use crate::recorded::streams::{events, frames};
use crate::recorded_bedrock::messages;
use crate::replay::look::Told;

/// Keys whose values say how an answer is put together and nothing of what it says: each dialect has its own.
const FORM: [&str; 14] = [
    "type",
    "object",
    "role",
    "status",
    "index",
    "output_index",
    "content_index",
    "summary_index",
    "sequence_number",
    "item_id",
    "phase",
    // What lengthens an event, so that its length does not tell what is said.
    "obfuscation",
    "p",
    "contentBlockIndex",
];

/// Something an answer says, and the keys that lead to it.
struct Leaf {
    keys: Vec<String>,
    value: Value,
}

fn leaves(value: &Value, keys: &mut Vec<String>, out: &mut Vec<Leaf>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|it| !FORM.contains(&it.0.as_str())) {
                keys.push(key.clone());
                leaves(value, keys, out);
                keys.pop();
            }
        }
        Value::Array(items) => items.iter().for_each(|it| leaves(it, keys, out)),
        it => out.push(Leaf { keys: keys.clone(), value: it.clone() }),
    }
}

/// Where a whole answer, or an event of one, has its content.
fn content(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::OpenaiChat => &["/choices/0/message", "/choices/0/delta", "/choices/0/logprobs"],
        // An item of an event is whole at its end; before that its parts are empty.
        Dialect::OpenaiResponses => &["/output", "/delta", "/item/content", "/item/summary", "/annotation"],
        Dialect::Anthropic => &["/content", "/content_block", "/delta"],
        Dialect::Gemini => &[
            "/candidates/0/content/parts",
            "/candidates/0/groundingMetadata",
            "/candidates/0/citationMetadata",
            "/candidates/0/urlContextMetadata",
            "/candidates/0/logprobsResult",
        ],
        Dialect::BedrockConverse => &["/output/message/content", "/start", "/delta"],
        Dialect::Cohere => &["/message", "/delta/message"],
        Dialect::Ollama => &["/message"],
    }
}

/// What of a recorded answer must reach a client.
fn said(dialect: Dialect, json: &Value) -> Vec<Leaf> {
    let mut out = Vec::new();
    for place in content(dialect) {
        let Some(value) = json.pointer(place) else { continue };
        leaves(value, &mut place.split('/').skip(1).map(str::to_owned).collect(), &mut out);
    }
    out
}

/// The JSON of an answer's events, or of all of it.
fn parts(dialect: Dialect, answer: &Answer) -> Vec<Value> {
    let bytes = match answer {
        Answer::Whole(body) => return vec![serde_json::from_str(body).unwrap()],
        Answer::Stream(bytes) => bytes,
    };
    if dialect == Dialect::BedrockConverse {
        return messages(bytes).into_iter().filter_map(|it| serde_json::from_slice(&it.1).ok()).collect();
    }
    let text = std::str::from_utf8(bytes).unwrap();
    crate::grammar::frames(text).map(crate::grammar::data).filter(Value::is_object).collect()
}

/// A word as it may be spelled in another dialect: citations and `citation`, `thoughtSignature` and `signature`.
fn stem(word: &str) -> String {
    let plain: String = word.chars().filter(|it| it.is_alphanumeric()).collect();
    plain.to_lowercase().trim_end_matches('s').to_owned()
}

/// Words that stand in the path of anything.
const ANYTHING: [&str; 8] = ["content", "message", "delta", "candidate", "choice", "output", "part", "text"];

fn is_named(leaf: &Leaf, to: &Written) -> bool {
    let keys: Vec<String> = leaf.keys.iter().map(|it| stem(it)).filter(|it| !ANYTHING.contains(&it.as_str())).collect();
    let mut words = to.losses.iter().flat_map(|it| it.what.split(['.', '[', ']', ' ', ':'])).map(stem);
    words.any(|word| {
        word.len() > 3 && !ANYTHING.contains(&&*word) && keys.iter().any(|it| it.contains(&word) || it.len() > 3 && word.contains(it))
    })
}

/// Whether a client hears it. A number or a truth is told only together with what it is about, and that is a text.
fn is_heard(leaf: &Leaf, to: &Written, heard: &Told) -> bool {
    let Value::String(text) = &leaf.value else { return to.has(&leaf.value) };
    let whole = [&heard.text, &heard.thinking];
    let calls = heard.calls.iter().any(|(name, input)| name == text || input.to_string().contains(&quoted(text)));
    to.says(text) || whole.iter().any(|it| it.contains(text.as_str())) || calls
}

/// A piece of JSON text without the white space between its tokens.
fn quoted(text: &str) -> String {
    text.replace("\": ", "\":").replace(", \"", ",\"")
}

/// What neither a client of `to` hears nor a loss names.
fn silent(leaves: &[Leaf], to: &Written, heard: &Told) -> Vec<String> {
    let gone = leaves.iter().filter(|it| !is_heard(it, to, heard) && !is_named(it, to));
    gone.map(|it| format!("{} {}", it.keys.join("."), shortened(&it.value))).collect()
}

fn shortened(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}

fn whole(client: Dialect, reply: &Reply) -> (Written, Told) {
    let written = codec(client).write_reply(reply);
    let body = serde_json::from_slice(&written.body).unwrap();
    (Written::new(&body, written.losses), Told::of_whole(client, &body))
}

fn streamed(client: Dialect, told: &[Event]) -> (Written, Told) {
    let mut writer = codec(client).stream_writer(true);
    let mut out = Vec::new();
    let ended = matches!(told.last(), Some(Event::End));
    for event in told.iter().chain((!ended).then_some(&Event::End)) {
        writer.write(event, &mut out);
    }
    let text = String::from_utf8(out).unwrap();
    let mut written = Written::new(&Value::Null, writer.losses().to_vec());
    for event in crate::grammar::frames(&text).map(crate::grammar::data) {
        written.take(&event);
    }
    (written, Told::of_stream(client, &text))
}

fn check(it: &Exchange, dialect: Dialect, silence: &mut Vec<String>) -> usize {
    let told = match &it.answer {
        Answer::Whole(body) => codec(dialect).read_reply(body.as_bytes()).unwrap().into_events(),
        Answer::Stream(bytes) => events(dialect, &frames(dialect, bytes, bytes.len())),
    };
    let reply = Reply::of(told.clone());
    if reply.fault.is_some() {
        return 0;
    }
    let leaves: Vec<Leaf> = parts(dialect, &it.answer).iter().flat_map(|it| said(dialect, it)).collect();
    for client in Dialect::CLIENTS.into_iter().filter(|it| *it != dialect) {
        for (how, (to, heard)) in [("whole", whole(client, &reply)), ("streamed", streamed(client, &told))] {
            let gone = silent(&leaves, &to, &heard);
            silence.extend(gone.into_iter().map(|what| format!("{dialect} → {client} {how}: {what} ({})", it.file)));
        }
    }
    leaves.len()
}

#[test]
fn of_every_answer_each_thing_is_heard_or_named() {
    let Some(all) = exchange::all() else { return };
    let (mut answers, mut leaves, mut silence) = (0, 0, Vec::new());
    for it in all.iter().filter(|it| it.status == 200) {
        let Ok(dialect) = it.dialect() else { continue };
        if dialect.converses() {
            leaves += check(it, dialect, &mut silence);
            answers += 1;
        }
    }
    assert!(answers > 250 && leaves > 10_000, "{answers} {leaves}");
    silence.dedup();
    assert!(silence.is_empty(), "{} of {leaves} in silence:\n{}", silence.len(), silence.join("\n"));
}
