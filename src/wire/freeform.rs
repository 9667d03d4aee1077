//! Tools whose input is text ([`Freeform`](crate::domain::prompt::Freeform)), told as functions of one string: what every
//! dialect can say. Which dialect has them natively is its codec's business.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::prompt::Tool;
use crate::wire::json::{self, Object, ObjectWriter};

/// The schema of the function that stands in for such a tool.
const SCHEMA: &str = r#"{"type":"object","properties":{"input":{"type":"string","description":"The whole input of the tool, as plain text."}},"required":["input"],"additionalProperties":false}"#;

/// Why a writer names the grammar of such a tool as a loss.
pub(super) const WHY: &str = "changed: goes as a function of one string, and its grammar is told but not enforced";

/// The schema of the function that stands in for a tool of this kind.
#[must_use]
pub(super) fn schema() -> Option<Box<RawValue>> {
    RawValue::from_string(SCHEMA.to_owned()).ok()
}

/// Whether the text of a tool has to follow a grammar.
pub(super) fn has_grammar(tool: &Tool) -> bool {
    let format = tool.freeform.as_ref().and_then(|it| it.format.as_deref()).and_then(Object::of);
    format.is_some_and(|it| it.get("definition").is_some())
}

/// What a tool is for, with the grammar of its text where it has one: a model that is not held to it has to know it.
#[must_use]
pub(super) fn description(tool: &Tool) -> Option<Cow<'_, str>> {
    let told = tool.description.as_deref().map(Cow::Borrowed);
    let Some(format) = tool.freeform.as_ref().and_then(|it| it.format.as_deref()).and_then(Object::of) else {
        return told;
    };
    let field = |key: &str| format.get(key).and_then(json::text);
    let Some(definition) = field("definition") else { return told };
    let syntax = field("syntax").unwrap_or("given".into());
    let told = told.unwrap_or_default();
    Some(Cow::Owned(format!(
        "{told}\n\nPut the whole text into `input`. It has to follow this {syntax} grammar:\n{definition}"
    )))
}

/// Text as the arguments of the function.
#[must_use]
pub(super) fn wrap(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut object = ObjectWriter::begin(&mut out);
    object.text("input", text);
    object.end();
    String::from_utf8(out).unwrap_or_default()
}

/// The text in the arguments of the function. A model that got the name of the field wrong, or wrote the text itself, is
/// understood.
#[must_use]
pub(super) fn unwrap(arguments: &str) -> Cow<'_, str> {
    let Some(object) = serde_json::from_str::<&RawValue>(arguments).ok().and_then(Object::of) else {
        return Cow::Borrowed(arguments);
    };
    if let Some(text) = object.get("input").and_then(json::text) {
        return text;
    }
    let mut texts = object.rest().filter_map(|(_, value)| json::text(value));
    match (texts.next(), texts.next()) {
        (Some(text), None) => Cow::Owned(text.into_owned()),
        _ => Cow::Borrowed(arguments),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::prompt::Freeform;

    #[test]
    fn text_comes_out_as_it_went_in() {
        for text in ["", "*** Begin Patch\n+\"é\"\\\t\u{1}\u{1F600}\n*** End Patch", "{\"input\":1}"] {
            assert_eq!(unwrap(&wrap(text)), text);
        }
        assert_eq!(unwrap(r#"{ "patch" : "x" }"#), "x");
        assert_eq!(unwrap(r#"{"a":"x","b":"y"}"#), r#"{"a":"x","b":"y"}"#);
        assert_eq!(unwrap("*** Begin Patch"), "*** Begin Patch");
        assert_eq!(unwrap(""), "");
        assert!(schema().is_some());
    }

    #[test]
    fn a_model_is_told_the_grammar() {
        let format = r#"{"type":"grammar","syntax":"lark","definition":"start: \"a\""}"#;
        let mut tool = Tool {
            name: "apply_patch".to_owned(),
            description: Some("Edits files.".to_owned()),
            schema: schema(),
            strict: None,
            cache: None,
            server: None,
            freeform: Some(Freeform { format: RawValue::from_string(format.to_owned()).ok() }),
            extra: Vec::new(),
        };
        let told = description(&tool).unwrap();
        assert!(told.starts_with("Edits files.\n\n") && told.ends_with("lark grammar:\nstart: \"a\""), "{told}");
        tool.freeform = Some(Freeform::default());
        assert_eq!(description(&tool).as_deref(), Some("Edits files."));
    }
}
