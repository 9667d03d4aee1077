//! Arguments of a call that come in pieces (Vertex, where a client asks for it): values at JSON paths instead of JSON text.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::wire::gemini::fields;
use crate::wire::json::{self, Object};

/// Longest path that is followed, in steps; what is deeper is left out.
const DEEPEST: usize = 32;
/// Largest array that is made up.
const LONGEST: usize = 10_000;

/// The arguments so far.
#[derive(Debug, Default)]
pub(super) struct Partial {
    value: Map<String, Value>,
}

/// One step of a path.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Nth(usize),
}

impl Partial {
    /// Takes in `partialArgs`.
    pub(super) fn add(&mut self, raw: &RawValue) {
        for mut it in json::items(raw).unwrap_or_default().into_iter().filter_map(Object::of) {
            let Some(steps) = fields::some_text(&mut it, "jsonPath").and_then(|it| steps(&it)) else { continue };
            let text = fields::some_text(&mut it, "stringValue");
            let other = ["numberValue", "boolValue"].into_iter().find_map(|key| fields::take(&mut it, key));
            let other = other.and_then(|it| serde_json::from_str(it.get()).ok());
            let Some(place) = place(&mut self.value, &steps) else { continue };
            match (text, place) {
                // A text goes on where it stopped.
                (Some(more), Value::String(text)) => text.push_str(&more),
                (Some(text), place) => *place = Value::String(text),
                (None, place) => *place = other.unwrap_or(Value::Null),
            }
        }
    }

    /// Takes in whole arguments.
    pub(super) fn replace(&mut self, raw: &RawValue) {
        if let Ok(value) = serde_json::from_str(raw.get()) {
            self.value = value;
        }
    }

    /// The arguments as JSON text.
    pub(super) fn into_text(self) -> String {
        Value::Object(self.value).to_string()
    }
}

/// The place a path leads to, made where it is not there yet.
fn place<'v>(root: &'v mut Map<String, Value>, steps: &[Step]) -> Option<&'v mut Value> {
    let (Step::Key(first), rest) = steps.split_first()? else { return None };
    let mut at = root.entry(first.clone()).or_insert(Value::Null);
    for step in rest {
        at = match step {
            Step::Key(key) => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                at.as_object_mut()?.entry(key.clone()).or_insert(Value::Null)
            }
            Step::Nth(nth) => {
                if !at.is_array() {
                    *at = Value::Array(Vec::new());
                }
                let items = at.as_array_mut()?;
                if *nth >= items.len() {
                    items.resize(nth.checked_add(1)?, Value::Null);
                }
                items.get_mut(*nth)?
            }
        };
    }
    Some(at)
}

/// `$.list[0]['a b'].c` as steps.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if steps.len() == DEEPEST {
            return None;
        }
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (key, after) = after.split_at_checked(end)?;
            steps.push(Step::Key(key.to_owned()));
            rest = after;
        } else {
            let after = rest.strip_prefix('[')?;
            let quote = after.chars().next().filter(|it| matches!(it, '\'' | '"'));
            rest = if let Some(quote) = quote {
                let (key, after) = after.get(1..)?.split_once(&format!("{quote}]"))?;
                steps.push(Step::Key(key.to_owned()));
                after
            } else {
                let (nth, after) = after.split_once(']')?;
                steps.push(Step::Nth(nth.parse().ok().filter(|it| *it < LONGEST)?));
                after
            };
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_arguments() {
        let mut partial = Partial::default();
        for it in [
            r#"[{"jsonPath":"$.location","stringValue":"San ","willContinue":true}]"#,
            r#"[{"jsonPath":"$.location","stringValue":"Francisco"},{"jsonPath":"$.days[1].n","numberValue":2.5}]"#,
            r#"[{"jsonPath":"$['a b'].x","boolValue":true},{"jsonPath":"$.none","nullValue":"NULL_VALUE"}]"#,
            r#"[{"jsonPath":"nonsense","stringValue":"x"},{"jsonPath":"$[0]","stringValue":"x"}, 7]"#,
            r#"[{"jsonPath":"$.far[99999999]","stringValue":"x"}]"#,
        ] {
            partial.add(serde_json::from_str(it).unwrap());
        }
        let expected = serde_json::json!({"location": "San Francisco", "days": [null, {"n": 2.5}], "a b": {"x": true},
            "none": null});
        assert_eq!(serde_json::from_str::<Value>(&partial.into_text()).unwrap(), expected);
        assert_eq!(Partial::default().into_text(), "{}");
    }
}
