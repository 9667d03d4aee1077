//! What a request asks for, as the simulator understands it: the facts its answers depend on, in no dialect.
//! The dialect rooms read a body into it and refuse what their provider would refuse.

use serde_json::{Map, Value, json};

use crate::domain::dialect::Dialect;
use crate::sim::answer::{Answer, Call, Thinking, json_tokens, prose_tokens};

/// The facts of one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) model: String,
    pub(crate) stream: bool,
    /// Token counts are wanted in the stream.
    pub(crate) include_usage: bool,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) stop: Vec<String>,
    /// The text of the last user message.
    pub(crate) last_user: String,
    /// The text of the model's own turn that ends the conversation; empty where a user's does.
    pub(crate) begun: String,
    /// The text of the tool results that end the conversation.
    pub(crate) tool_results: Vec<String>,
    pub(crate) has_system: bool,
    pub(crate) images: u64,
    pub(crate) tools: Vec<Tool>,
    pub(crate) choice: Choice,
    pub(crate) parallel: bool,
    /// The model is to show its reasoning.
    pub(crate) thinks: bool,
    /// Its reasoning is to come encrypted as well.
    pub(crate) encrypts: bool,
    /// The answer must be JSON of this schema.
    pub(crate) schema: Option<Value>,
    pub(crate) input_tokens: u64,
}

/// A tool on offer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) parameters: Value,
    /// Its input is text.
    pub(crate) custom: bool,
}

/// Whether tools must be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    #[default]
    Auto,
    Never,
    Any,
    Named(String),
}

/// A request the provider would not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// For the meter: what was wrong.
    pub(crate) reason: String,
}

// === impl Asked ===

impl Asked {
    /// The answer of a model that says `sentence` when nothing more particular is wanted.
    pub(crate) fn answer(&self, sentence: &str) -> Answer {
        if let Some(calls) = self.calls() {
            return Answer { calls, ..Answer::default() };
        }
        if let Some(schema) = &self.schema {
            return Answer { text: sample(schema, schema, 0).to_string(), ..Answer::default() };
        }
        let mut parts = Vec::new();
        if self.images > 0 {
            parts.push(format!("I see {} image(s).", self.images));
        }
        if !self.tool_results.is_empty() {
            parts.push(format!("The tools answered: {}.", self.tool_results.join("; ")));
        }
        parts.push(sentence.to_owned());
        let thinking = self.thinks.then(|| Thinking {
            text: "The question is simulated, and so is this thought.".to_owned(),
            signature: "c2ltdWxhdGVkIHNpZ25hdHVyZQ==".to_owned(),
        });
        Answer { text: parts.join(" "), thinking, ..Answer::default() }
    }

    /// The tool calls wanted, if any are: one a tool (three at most) where calls may be parallel.
    fn calls(&self) -> Option<Vec<Call>> {
        let wanted: Vec<&Tool> = match &self.choice {
            Choice::Never => return None,
            Choice::Named(name) => self.tools.iter().filter(|it| it.name == *name).take(1).collect(),
            Choice::Auto if !self.tool_results.is_empty() => return None,
            Choice::Auto if !self.last_user.to_lowercase().contains("use tools") => return None,
            Choice::Auto | Choice::Any => self.tools.iter().take(if self.parallel { 3 } else { 1 }).collect(),
        };
        let call = |it: &&Tool| {
            let said = if it.custom { PATCH.to_owned() } else { sample(&it.parameters, &it.parameters, 0).to_string() };
            Call::new(&*it.name, said)
        };
        (!wanted.is_empty()).then(|| wanted.iter().map(call).collect())
    }

    /// The script named by `sim:NAME` in the last user message.
    pub(crate) fn directive(&self) -> Option<&str> {
        let name = self.last_user.split_whitespace().find_map(|it| it.strip_prefix("sim:"))?;
        (!name.is_empty()).then_some(name)
    }

    /// Counts a message's text.
    pub(crate) fn count_text(&mut self, text: &str) {
        self.input_tokens += prose_tokens(text);
    }

    /// Counts JSON the model is shown: tools, schemas, arguments.
    pub(crate) fn count_json(&mut self, value: &Value) {
        self.input_tokens += json_tokens(&value.to_string());
    }

    /// Counts an image.
    pub(crate) fn count_image(&mut self) {
        self.images += 1;
        self.input_tokens += 85;
    }

    /// Counts what every message costs.
    pub(crate) fn count_message(&mut self) {
        self.input_tokens += 3;
    }
}

// === impl Rejected ===

impl Rejected {
    /// The dialect's 400 with this message.
    pub(crate) fn bad_request(dialect: Dialect, message: impl Into<String>, param: Option<&str>) -> Self {
        let reason = message.into();
        Self { status: 400, body: crate::sim::trouble::rejected(dialect, &reason, param), reason }
    }
}

/// What a tool that takes text is given.
const PATCH: &str = "*** Begin Patch\n*** Add File: sim.txt\n+\"simulated\"\n*** End Patch\n";

/// A value that fits a JSON schema of the simple kind: objects, arrays, scalars, enums, constants, `$ref` into the
/// same document, the first of `anyOf`. Deeper than eight levels it is null: a recursive schema must end.
pub(crate) fn sample(schema: &Value, root: &Value, depth: usize) -> Value {
    if depth > 8 {
        return Value::Null;
    }
    if let Some(fixed) = schema.get("const") {
        return fixed.clone();
    }
    if let Some(first) = schema.get("enum").and_then(|it| it.get(0)) {
        return first.clone();
    }
    if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix('#')) {
        return root.pointer(target).map_or(Value::Null, |it| sample(it, root, depth + 1));
    }
    if let Some(first) = ["anyOf", "oneOf", "allOf"].iter().find_map(|it| schema.get(it)).and_then(|it| it.get(0)) {
        return sample(first, root, depth + 1);
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(Value::String(kind)) => Some(kind.as_str()),
        _ if schema.get("properties").is_some() => Some("object"),
        _ => None,
    };
    match kind {
        Some("object") => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let fields = properties.into_iter().flatten();
            Value::Object(fields.map(|(name, it)| (name.clone(), sample(it, root, depth + 1))).collect::<Map<_, _>>())
        }
        Some("array") => {
            let wanted = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).clamp(1, 16);
            let item = schema.get("items").map_or(json!("sample"), |it| sample(it, root, depth + 1));
            Value::Array((0..wanted).map(|_| item.clone()).collect())
        }
        Some("integer") => json!(7),
        Some("number") => json!(1.5),
        Some("boolean") => json!(true),
        Some("null") => Value::Null,
        _ => json!("sample"),
    }
}
