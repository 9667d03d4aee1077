//! What a request asks, found by a plain look at its JSON, in one form for all dialects. Nothing of llmroute's codecs is
//! used.

mod anthropic;
mod bedrock;
mod chat;
mod gemini;
mod responses;

use std::collections::BTreeMap;

use llmroute::domain::dialect::Dialect;
use serde_json::{Value, json};

/// A request.
#[derive(Debug, Default, PartialEq, Clone)]
pub(super) struct Asked {
    /// Who says what: `system`, `user`, `assistant` or `tool`. What follows in the same voice is one text.
    pub(super) said: Vec<(&'static str, String)>,
    /// Id, name and arguments of every call.
    pub(super) calls: Vec<(String, String, Value)>,
    /// The call that each result answers.
    pub(super) results: Vec<String>,
    /// Name and schema of every function.
    pub(super) tools: Vec<(String, Value)>,
    /// Images, documents and sounds: their base64 text, address or id.
    pub(super) media: Vec<String>,
    /// Sampling, caps, choice of tools, form of the answer. What is the default everywhere is not here.
    pub(super) settings: BTreeMap<&'static str, Value>,
}

impl Asked {
    /// Looks at a request of `dialect`.
    pub(super) fn of(dialect: Dialect, body: &Value) -> Self {
        let mut asked = Self::default();
        match dialect.name() {
            "openai-chat" | "cohere" | "ollama" => chat::look(body, &mut asked),
            "openai-responses" => responses::look(body, &mut asked),
            "anthropic" => anthropic::look(body, &mut asked),
            "gemini" => gemini::look(body, &mut asked),
            "bedrock-converse" => bedrock::look(body, &mut asked),
            "openai-completions" => asked.say("user", &body["prompt"]),
            other => panic!("nobody has said how to look at {other}"),
        }
        asked
    }

    /// Adds what somebody says: a text, or parts that have one.
    fn say(&mut self, role: &'static str, text: &Value) {
        let Some(text) = text.as_str().filter(|it| !it.trim().is_empty()) else { return };
        match self.said.last_mut() {
            Some((last, before)) if *last == role => before.push_str(text),
            _ => self.said.push((role, text.to_owned())),
        }
    }

    fn call(&mut self, id: &Value, name: &Value, arguments: &Value) {
        // Text is what the model wrote; nothing at all is no arguments.
        let arguments = match arguments {
            Value::String(text) if text.is_empty() => json!({}),
            Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
            Value::Null => json!({}),
            other => other.clone(),
        };
        self.calls.push((text(id), text(name), numbers(&arguments)));
    }

    fn tool(&mut self, name: &Value, schema: &Value) {
        self.tools.push((text(name), numbers(schema)));
    }

    fn medium(&mut self, value: &Value) {
        // With or without the head of a data URL, in either alphabet.
        let text = text(value);
        let data = text.split_once(";base64,").map_or(text.as_str(), |it| it.1);
        self.media.push(if text.starts_with("http") { text } else { data.replace('-', "+").replace('_', "/") });
    }

    /// A setting that says something.
    fn set(&mut self, name: &'static str, value: &Value) {
        if !value.is_null() && *value != json!([]) {
            self.settings.insert(name, numbers(value));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// 1.0 and 1 are the same number.
fn numbers(value: &Value) -> Value {
    match value {
        Value::Number(it) => it.as_f64().map_or_else(|| value.clone(), |it| json!(it)),
        Value::Array(items) => items.iter().map(numbers).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), numbers(value))).collect(),
        other => other.clone(),
    }
}

/// The first of the values that is there.
fn first<'a>(values: &[&'a Value]) -> &'a Value {
    values.iter().find(|it| !it.is_null()).copied().unwrap_or(&Value::Null)
}

/// A list; one value is a list of it.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}
