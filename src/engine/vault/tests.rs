use crate::engine::vault::family;
use crate::engine::vault::place::{canonical, same_words};

#[test]
fn builds_of_a_model_are_one_family() {
    for (model, name) in [
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("gpt-5.4-mini-2026-01-31", "gpt-5.4-mini"),
        ("mistral-small-latest", "mistral-small"),
        ("gemini-3.1-pro-preview", "gemini-3.1-pro-preview"),
        ("claude-opus-4-8", "claude-opus-4-8"),
        ("deepseek-flash", "deepseek-flash"),
        ("20250929", "20250929"),
        ("m\u{e9}-1", "m\u{e9}-1"),
    ] {
        assert_eq!(family(model), name);
    }
}

#[test]
fn arguments_are_the_same_however_they_are_spelled() {
    for (left, right) in [
        (r#"{ "b": 1.0, "a": ["\u00fc"] }"#, r#"{"a":["ü"],"b":1}"#),
        ("", "{}"),
        ("null", " {} "),
        (r#"{"n":12345678901234567890}"#, r#"{"n":12345678901234567000}"#),
    ] {
        assert_eq!(canonical(left), canonical(right), "{left}");
    }
    for (left, right) in [(r#"{"a":1}"#, r#"{"a":"1"}"#), (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#), ("{broken", "{}")] {
        assert_ne!(canonical(left), canonical(right), "{left}");
    }
    assert!(same_words(" I  look.\n", "I look.") && !same_words("I look", "I, look"));
}
