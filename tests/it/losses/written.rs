//! What a codec wrote, taken apart: what it says, in which fields, and what it names as lost.

use llmroute::domain::prompt::Loss;
use serde_json::Value;

/// What was written, taken apart.
#[derive(Default)]
pub(super) struct Written {
    texts: Vec<String>,
    values: Vec<Value>,
    /// Fields by name, wherever they stand.
    fields: Vec<(String, Value)>,
    pub(super) losses: Vec<Loss>,
}

impl Written {
    pub(super) fn new(body: &Value, losses: Vec<Loss>) -> Self {
        let mut it = Self { losses, ..Self::default() };
        it.take(body);
        it
    }

    pub(super) fn take(&mut self, value: &Value) {
        self.values.push(value.clone());
        match value {
            Value::String(text) => {
                self.texts.push(text.clone());
                // Arguments, and what tools return, are JSON in a text.
                if let Ok(inner) = serde_json::from_str::<Value>(text) {
                    if let Value::Object(fields) = &inner {
                        fields.values().filter_map(Value::as_str).for_each(|it| self.texts.push(it.to_owned()));
                    }
                    self.values.push(inner);
                }
            }
            Value::Array(items) => items.iter().for_each(|it| self.take(it)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.fields.push((name.clone(), value.clone()));
                    self.take(value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    pub(super) fn says(&self, text: &str) -> bool {
        let text = text.trim();
        // What a tool returned may be JSON, which some dialects take as such.
        let json = || serde_json::from_str::<Value>(text).is_ok_and(|it| self.has(&it));
        text.is_empty() || self.texts.iter().any(|it| it.contains(text)) || json()
    }

    /// Whether a value is there, whole or within an object that has more.
    pub(super) fn has(&self, wanted: &Value) -> bool {
        let within = |it: &Value| match (it, wanted) {
            (Value::Object(it), Value::Object(wanted)) => wanted.iter().all(|(key, value)| it.get(key) == Some(value)),
            _ => it == wanted,
        };
        self.values.iter().any(within)
    }

    pub(super) fn field(&self, names: &[&str], right: impl Fn(&Value) -> bool) -> bool {
        self.fields.iter().any(|(name, value)| names.contains(&&**name) && right(value))
    }

    /// Whether a loss is named that stands at `path`, or within it, or around it, and is about one of the `words`; any
    /// word, if its path is just that.
    pub(super) fn names(&self, path: &str, words: &[&str]) -> bool {
        let turn = path.split_once(']').map_or(path, |it| it.0);
        self.losses.iter().any(|it| {
            let at = it.what.split(": ").next().unwrap_or_default();
            at == path || (at.starts_with(turn) || turn.is_empty()) && words.iter().any(|word| it.what.contains(word))
        })
    }
}
