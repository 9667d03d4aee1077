//! The recordings: every exchange of the index, with the bytes of its answer and the spelling of its request.

use std::path::Path;

use llmroute::domain::dialect::Dialect;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// One recorded exchange.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) file: String,
    pub(crate) provider: String,
    pub(crate) api: String,
    pub(crate) features: Vec<String>,
    pub(crate) status: u16,
    /// The request as it is spelled; `None` where only the answer was recorded.
    pub(crate) request: Option<String>,
    pub(crate) answer: Answer,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) enum Answer {
    Whole(String),
    Stream(Vec<u8>),
}

/// The dialect of each recorded API. What is not here is no conversation, or in no dialect that llmroute speaks.
const SPOKEN: [(&str, &str); 9] = [
    ("openai.chat", "openai-chat"),
    ("mistral.chat", "openai-chat"),
    ("openai.responses", "openai-responses"),
    ("openai.completions", "openai-completions"),
    ("anthropic.messages", "anthropic"),
    ("gemini.generateContent", "gemini"),
    ("bedrock.converse", "bedrock-converse"),
    ("cohere.chat.v2", "cohere"),
    ("ollama.chat", "ollama"),
];

/// Why the other APIs are not in the table.
const BESIDE: [(&str, &str); 5] = [
    ("bedrock.invoke", "not spoken: the body is the model maker's own, not one dialect's"),
    ("cohere.chat.v1", "not spoken: Cohere has replaced it by v2"),
    ("embeddings", "no conversation: tests/it/beside/embeddings.rs"),
    ("gemini.embed", "no conversation: tests/it/beside/embeddings.rs"),
    ("count_tokens", "no conversation: tests/it/counting.rs"),
];

#[derive(Deserialize)]
struct Line {
    file: String,
    provider: String,
    api: String,
    features: Vec<String>,
    status: u16,
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
    #[serde(rename = "body_json")]
    whole: Option<Box<RawValue>>,
    #[serde(rename = "body_text")]
    text: Option<String>,
    #[serde(rename = "body_base64")]
    coded: Option<String>,
}

/// Every recorded exchange; `None`, said aloud, where the recordings are not there.
pub(crate) fn all() -> Option<Vec<Exchange>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded");
    let Ok(index) = std::fs::read_to_string(folder.join("index.jsonl")) else {
        eprintln!("skipped: no recorded traffic in {}", folder.display());
        return None;
    };
    Some(index.lines().map(|line| read(&folder, serde_json::from_str(line).unwrap())).collect())
}

fn read(folder: &Path, line: Line) -> Exchange {
    let text = std::fs::read_to_string(folder.join(&line.file)).unwrap();
    let File { request, response } = serde_json::from_str(&text).unwrap();
    let answer = match (response.whole, response.text, response.coded) {
        (Some(whole), None, None) => Answer::Whole(whole.get().to_owned()),
        (None, Some(text), None) => Answer::Stream(text.into_bytes()),
        (None, None, Some(coded)) => {
            Answer::Stream(base64::Engine::decode(&base64::engine::general_purpose::STANDARD, coded).unwrap())
        }
        _ => panic!("{}: neither whole nor streamed", line.file),
    };
    let request = request.body.map(|it| it.get().to_owned()).filter(|it| it.starts_with('{'));
    let Line { file, provider, api, features, status } = line;
    Exchange { file, provider, api, features, status, request, answer }
}

impl Exchange {
    /// The dialect it is in, or why it is not in the table.
    pub(crate) fn dialect(&self) -> Result<Dialect, &'static str> {
        if let Some((_, name)) = SPOKEN.iter().find(|(api, _)| *api == self.api) {
            return name.parse().map_err(|_| "not spoken yet");
        }
        let why = BESIDE.iter().find(|(api, _)| *api == self.api);
        Err(why.unwrap_or_else(|| panic!("{}: nothing is known of {}", self.file, self.api)).1)
    }

    /// The request as JSON.
    pub(crate) fn asked(&self) -> Option<Value> {
        self.request.as_deref().map(|it| serde_json::from_str(it).unwrap())
    }
}
