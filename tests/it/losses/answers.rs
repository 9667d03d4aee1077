//! Of every recorded answer each single thing that it says is in what a client of another dialect receives, whole and
//! streamed, or named as a loss; or it is in [`KEPT`], which says why nobody needs to be told.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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

/// What need not be told, and why: keys anywhere in an answer, or the whole path to them.
const KEPT: [(&[&str], &str); 9] = [
    (
        &["type", "object", "role", "status", "phase", "done", "thought", "index", "output_index", "content_index"],
        "how an answer is put together: each dialect has a form of its own",
    ),
    (
        &["summary_index", "annotation_index", "contentBlockIndex", "sequence_number", "item_id"],
        "the same: numbers of pieces",
    ),
    (
        &["id", "message.id", "response.id", "responseId", "item.id", "output.id", "response.output.id"],
        "names of answers and their pieces, which some clients know only in a form of their own; calls keep theirs",
    ),
    (&["obfuscation", "p"], "padding, so that the length of an event does not tell what is said"),
    (&["usage", "usageMetadata", "copilot_usage", "tool_usage"], "counts and costs: `recorded` compares them"),
    (
        &["finish_reason", "stop_reason", "finishReason", "stopReason", "done_reason", "incomplete_details"],
        "why it ended: `recorded` compares it",
    ),
    (
        &["partial_json", "arguments", "partialArgs", "willContinue", "args"],
        "arguments, whole or in pieces: `recorded` compares the calls",
    ),
    (
        &["created", "created_at", "createTime", "completed_at", "metrics", "total_duration", "load_duration"],
        "when it was made: not every dialect says",
    ),
    (&["eval_duration", "prompt_eval_duration"], "in what time it was made: the ledger measures it"),
];

/// More of that kind, where only one dialect has it.
const KEPT_OF: [(Dialect, &[&str], &str); 4] = [
    (Dialect::OpenaiResponses, &ECHOES, "repeats the request, or says how it was served"),
    (
        Dialect::OpenaiResponses,
        &["item.format", "output.format", "response.output.format"],
        "how reasoning is encrypted, which goes with it; that it went is named",
    ),
    (
        Dialect::Anthropic,
        &["encrypted_index"],
        "the handle of a page in its maker's search, of use to nobody else; the page is told",
    ),
    (
        Dialect::Gemini,
        &["startIndex", "endIndex"],
        "places, which other dialects count in other measures: `citations` looks at them",
    ),
];

/// Fields of a response that repeat the request or say how it was served.
const ECHOES: [&str; 25] = [
    "background",
    "billing",
    "content_filters",
    "conversation",
    "frequency_penalty",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "presence_penalty",
    "previous_response_id",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
];

/// Something an answer says.
struct Leaf {
    /// The keys that lead to it.
    keys: Vec<String>,
    /// The types of the objects that it is in.
    kinds: Vec<String>,
    value: Value,
}

impl Leaf {
    fn is_kept(&self, dialect: Dialect) -> bool {
        let path = self.keys.join(".");
        let says = |wanted: &&str| match *wanted {
            // Calls have ids too, and parts have texts.
            "id" => path == "id",
            echo if ECHOES.contains(&echo) => {
                let top = path.strip_prefix("response.").unwrap_or(&path);
                // A delta's, and the done event's, is the text.
                top.split('.').next() == Some(echo) && (echo != "text" || top != "text")
            }
            whole if whole.contains('.') => path == whole,
            key => self.keys.iter().any(|it| it == key),
        };
        let of = KEPT_OF.iter().filter(|it| it.0 == dialect).map(|it| it.1);
        KEPT.iter().map(|it| it.0).chain(of).any(|keys| keys.iter().any(&says))
    }
}

fn leaves(value: &Value, keys: &mut Vec<String>, kinds: &mut Vec<String>, out: &mut Vec<Leaf>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            let kind = fields.get("type").and_then(Value::as_str);
            kinds.extend(kind.map(str::to_owned));
            for (key, value) in fields {
                keys.push(key.clone());
                leaves(value, keys, kinds, out);
                keys.pop();
            }
            kinds.truncate(kinds.len() - usize::from(kind.is_some()));
        }
        Value::Array(items) => items.iter().for_each(|it| leaves(it, keys, kinds, out)),
        it => out.push(Leaf { keys: keys.clone(), kinds: kinds.clone(), value: it.clone() }),
    }
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
    if dialect == Dialect::Ollama {
        return text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
    }
    crate::grammar::frames(text).map(crate::grammar::data).filter(Value::is_object).collect()
}

/// What an answer says. A delta is of the kind that its block is.
fn said(dialect: Dialect, answer: &Answer) -> Vec<Leaf> {
    let mut out = Vec::new();
    let mut blocks: BTreeMap<u64, String> = BTreeMap::new();
    for event in parts(dialect, answer) {
        let at = event["index"].as_u64().or(event["contentBlockIndex"].as_u64());
        if let (Some(at), Some(kind)) = (at, event["content_block"]["type"].as_str()) {
            blocks.insert(at, kind.to_owned());
        }
        // An event of a responses item is about the item.
        let item = event["output_index"].as_u64();
        if let (Some(at), Some(kind)) = (item, event["item"]["type"].as_str()) {
            blocks.insert(at, kind.to_owned());
        }
        let mut kinds = at.or(item).and_then(|it| blocks.get(&it)).cloned().into_iter().collect();
        leaves(&event, &mut Vec::new(), &mut kinds, &mut out);
        if matches!(event["type"].as_str(), Some("response.completed" | "response.incomplete")) {
            // One recording goes on with other answers.
            break;
        }
    }
    out.retain(|it| !it.is_kept(dialect));
    out
}

/// A word as it may be spelled in another dialect: citations and `citation`, `thoughtSignature` and `signature`.
fn stem(word: &str) -> String {
    let plain: String = word.chars().filter(|it| it.is_alphanumeric()).collect();
    let stem = plain.to_lowercase().trim_end_matches('s').to_owned();
    match &*stem {
        "annotation" | "groundingchunk" | "groundingsupport" => "citation".to_owned(),
        "thoughtsignature" | "encryptedcontent" => "signature".to_owned(),
        "redactedcontent" => "redactedthinking".to_owned(),
        _ => stem,
    }
}

/// Words that stand in the path of anything.
const ANYTHING: [&str; 8] = ["content", "message", "delta", "candidate", "choice", "output", "part", "text"];

fn is_named(leaf: &Leaf, to: &Written) -> bool {
    let keys = leaf.keys.iter().chain(&leaf.kinds).map(|it| stem(it)).filter(|it| !ANYTHING.contains(&it.as_str()));
    let keys: Vec<String> = keys.collect();
    let mut words = to.losses.iter().flat_map(|it| it.what.split(['.', '[', ']', ' ', ':'])).map(stem);
    words.any(|word| word.len() > 3 && !ANYTHING.contains(&&*word) && keys.contains(&word))
}

/// Whether a client hears it. A number or a truth is told only together with what it is about, and that is a text.
fn is_heard(leaf: &Leaf, to: &Written, heard: &Told) -> bool {
    let Value::String(text) = &leaf.value else { return to.has(&leaf.value) };
    // Gemini names its models so where it lists them.
    let text = text.strip_prefix("models/").unwrap_or(text);
    // Converse wraps encrypted reasoning once more.
    let unwrapped = || STANDARD.decode(text).ok().and_then(|it| String::from_utf8(it).ok());
    if leaf.keys.last().is_some_and(|it| it == "redactedContent") && unwrapped().is_some_and(|it| to.says(&it)) {
        return true;
    }
    let whole = [&heard.text, &heard.thinking];
    let calls = heard.calls.iter().any(|(name, input)| name == text || input.to_string().contains(&quoted(text)));
    to.says(text) || whole.iter().any(|it| it.contains(text)) || calls
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
    let leaves = said(dialect, &it.answer);
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
    silence.dedup();
    assert!(answers > 300 && leaves > 5_000, "{answers} {leaves}");
    assert!(silence.is_empty(), "{} of {leaves} in silence:\n{}", silence.len(), silence.join("\n"));
}
