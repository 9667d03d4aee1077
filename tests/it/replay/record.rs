//! The recordings, with the spelling of their JSON kept.

use std::collections::BTreeMap;
use std::path::Path;

use llmroute::domain::dialect::Dialect;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::look::Told;
use crate::grammar::{data, frames};
use crate::house::question;

/// One recorded exchange.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) file: String,
    pub(super) dialect: Dialect,
    pub(super) status: u16,
    pub(super) streams: bool,
    request: Option<String>,
    pub(super) answer: String,
}

#[derive(Deserialize)]
struct File {
    request: Asked,
    response: Answered,
}

#[derive(Deserialize)]
struct Asked {
    body: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Answered {
    status: u16,
    body_json: Option<Box<RawValue>>,
    body_text: Option<String>,
}

/// The exchanges of a dialect; `None`, said aloud, where the recordings are not there.
pub(super) fn recorded(dialect: Dialect) -> Option<Vec<Exchange>> {
    recorded_as(
        dialect,
        match dialect {
            Dialect::OpenaiChat => "openai.chat",
            Dialect::OpenaiResponses => "openai.responses",
            Dialect::Anthropic => "anthropic.messages",
            Dialect::Gemini => "gemini.generateContent",
            // Version 1 is not spoken: its two recordings stay out.
            Dialect::Cohere => "cohere.chat.v2",
            Dialect::Ollama => "ollama.chat",
            Dialect::OpenaiCompletions => "openai.completions",
            Dialect::BedrockConverse => "bedrock.converse",
        },
    )
}

/// The exchanges of an API that is said in `dialect`.
pub(super) fn recorded_as(dialect: Dialect, api: &str) -> Option<Vec<Exchange>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded");
    let Ok(index) = std::fs::read_to_string(folder.join("index.jsonl")) else {
        eprintln!("skipped: no recorded traffic in {}", folder.display());
        return None;
    };
    let lines = index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_api = lines.filter(|it| it["api"] == api).map(|line| {
        let file = line["file"].as_str().unwrap().to_owned();
        let it: File = serde_json::from_str(&std::fs::read_to_string(folder.join(&file)).unwrap()).unwrap();
        let (streams, answer) = match (it.response.body_json, it.response.body_text) {
            (Some(json), None) => (false, json.get().to_owned()),
            (None, Some(text)) => (true, text),
            _ => panic!("{file}: neither whole nor streamed"),
        };
        let request = it.request.body.map(|it| it.get().to_owned()).filter(|it| it.starts_with('{'));
        Exchange { file, dialect, status: it.response.status, streams, request, answer }
    });
    Some(of_api.collect())
}

impl Exchange {
    /// The target is as healthy after it as before.
    pub(super) fn is_good(&self) -> bool {
        self.status < 400 && self.told().error.is_none()
    }

    /// Its stream is an error before it says anything, so that nobody need ever see it as a stream.
    pub(super) fn fails_at_once(&self) -> bool {
        let told = self.told();
        self.status < 400
            && told.error.is_some()
            && told.text.is_empty()
            && told.thinking.is_empty()
            && told.calls.is_empty()
    }

    /// It is an error about the key it was asked with, which in llmroute is ours and not the client's.
    pub(super) fn about_our_key(&self) -> bool {
        self.status == 401 || (self.status == 400 && self.answer.contains("API_KEY_INVALID"))
    }

    /// What it says.
    pub(super) fn told(&self) -> Told {
        if self.streams {
            Told::of_stream(self.dialect, &self.answer)
        } else {
            Told::of_whole(self.dialect, &serde_json::from_str(&self.answer).unwrap())
        }
    }

    /// The recorded request to the group, every other byte as it is; a small question where none was recorded. Where the
    /// path says the model, every byte.
    pub(super) fn posted(&self) -> String {
        match &self.request {
            Some(body) if self.dialect == Dialect::Gemini => body.clone(),
            Some(body) => with(body, "model", "\"g\""),
            None => question(self.dialect, self.streams).to_string(),
        }
    }

    /// The bytes a client of the same dialect must see. They are the recorded ones, with two exceptions: an answer
    /// ends with its error event, whatever came after it; and counts nobody asked for are kept back where they come
    /// in an event of their own.
    pub(super) fn expected(&self, posted: &str) -> String {
        if !self.streams {
            return self.answer.clone();
        }
        let hides = self.dialect == Dialect::OpenaiChat && !asks_for_usage(posted);
        let mut out = String::new();
        for frame in frames(&self.answer) {
            let data = data(frame);
            if !(hides && data["choices"] == Value::Array(Vec::new()) && data["usage"].is_object()) {
                out.push_str(frame);
            }
            if data["error"].is_object() {
                break;
            }
        }
        out
    }
}

/// What the provider must get for a request of its own dialect.
pub(super) fn upstream_body(dialect: Dialect, posted: &str) -> String {
    if dialect == Dialect::Gemini {
        return posted.to_owned();
    }
    let mut body = with(posted, "model", "\"model\"");
    let streams = field(posted, "stream").is_some_and(|it| it == "true");
    if dialect == Dialect::OpenaiChat && streams && !asks_for_usage(posted) {
        assert!(field(posted, "stream_options").is_none(), "{posted}");
        let last = body.trim_end().strip_suffix('}').unwrap().trim_end().len();
        body.insert_str(last, ",\"stream_options\":{\"include_usage\":true}");
    }
    body
}

fn asks_for_usage(body: &str) -> bool {
    let options = field(body, "stream_options").map(|it| serde_json::from_str::<Value>(it).unwrap());
    options.is_some_and(|it| it["include_usage"] == true)
}

/// The spelling of a top-level field.
fn field<'a>(body: &'a str, key: &str) -> Option<&'a str> {
    let fields: BTreeMap<String, &'a RawValue> = serde_json::from_str(body).unwrap();
    fields.get(key).map(|it| it.get())
}

/// `body` with another value for one of its top-level fields.
fn with(body: &str, key: &str, value: &str) -> String {
    let old = field(body, key).unwrap_or_else(|| panic!("no {key} in {body}"));
    let at = old.as_ptr().addr() - body.as_ptr().addr();
    format!("{}{value}{}", &body[..at], &body[at + old.len()..])
}
