//! Requests: whatever can be read can be written in every dialect, and what was written once stays as it is.

use llmroute::domain::prompt::{Body, Format, Media, Prompt};
use llmroute::domain::quirks::{OutputCap, Quirks, ReasoningField};
use llmroute::wire::codec;

use super::{Spoken, is_json, same, split, spoken};

/// Names of the generations that dialects treat differently.
const MODELS: [&str; 4] = ["m", "claude-opus-5", "gemini-2.5-flash", "gemini-3-pro-preview"];

/// A dialect's letter, then a body.
pub(super) fn check(data: &[u8]) {
    let Some((dialect, body)) = split(data) else { return };
    let Ok(prompt) = codec(dialect).read_request(body) else { return };
    let odd = Quirks {
        output_cap: OutputCap::MaxCompletionTokens,
        developer_role: true,
        reasoning_field: ReasoningField::Reasoning,
        json_schema: false,
        images: false,
        tools: false,
        ..Quirks::default()
    };
    for to in spoken().iter().filter(|it| it.dialect.converses() || it.dialect == dialect) {
        for model in MODELS {
            stays(&prompt, to, model, &Quirks::default());
        }
        stays(&prompt, to, "m", &odd);
    }
}

/// Writes the prompt, reads that, and writes it again: it says the same, and from then on in the same bytes.
fn stays(prompt: &Prompt, to: &Spoken, model: &str, quirks: &Quirks) {
    let codec = codec(to.dialect);
    let once = codec.write_request(prompt, model, quirks);
    assert!(once.losses.iter().all(|it| !it.why.is_empty()), "{:?}", once.losses);
    let read = |body: &[u8]| {
        let shown = String::from_utf8_lossy(body);
        assert!(is_json(body), "{} for {model} is not JSON: {shown}", to.dialect);
        codec.read_request(body).unwrap_or_else(|it| panic!("{} does not read back: {it}: {shown}", to.dialect))
    };
    if !is_sound(prompt) {
        assert!(is_json(&once.body), "{}", String::from_utf8_lossy(&once.body));
        return;
    }
    let first = read(&once.body);
    let twice = codec.write_request(&first, model, quirks);
    let second = read(&twice.body);
    let shown = || String::from_utf8_lossy(&once.body).into_owned();
    assert_eq!(said(&second), said(&first), "{} for {model} says something else: {}", to.dialect, shown());
    let thrice = codec.write_request(&second, model, quirks);
    same(&twice.body, &thrice.body, || format!("{} for {model} changes when it is said again", to.dialect));
}

/// Whatever must have a name has one, a schema is an object, and there is no piece of content of an unknown kind: a
/// client's mistake is the provider's to refuse, in some dialects their reader's.
fn is_sound(prompt: &Prompt) -> bool {
    let tools = prompt.tools.iter().all(|it| it.server.is_some() || !it.name.is_empty());
    let schema = !matches!(&prompt.format, Format::JsonSchema { schema, .. } if !schema.get().starts_with('{'));
    tools
        && schema
        && prompt.turns.iter().flat_map(|it| &it.parts).all(|it| match &it.body {
            Body::ToolCall { id, name, .. } => !id.is_empty() && !name.is_empty(),
            Body::ToolResult { id, .. } => !id.is_empty(),
            Body::Image { source: Media::Url(url), .. } => !url.is_empty(),
            Body::Opaque(_) => false,
            _ => true,
        })
}

/// The words, calls and results of a conversation. Empty texts come and go, and a full stop stands for a turn that a
/// dialect wants and the conversation does not have.
fn said(prompt: &Prompt) -> Vec<String> {
    let parts = prompt.system.iter().chain(prompt.turns.iter().flat_map(|it| &it.parts));
    let mut said: Vec<String> = Vec::new();
    for part in parts {
        match &part.body {
            Body::Text(text) | Body::Refusal(text) if !["", "."].contains(&text.trim()) => said.push(text.clone()),
            Body::ToolCall { name, arguments, .. } => said.push(format!("{name}({arguments})")),
            Body::ToolResult { id, .. } => said.push(format!("-> {id}")),
            _ => {}
        }
    }
    // Results that follow one another answer calls of one moment: their order says nothing.
    for results in said.chunk_by_mut(|one, next| one.starts_with("-> ") && next.starts_with("-> ")) {
        results.sort();
    }
    said.extend(prompt.tools.iter().map(|it| it.name.clone()));
    said
}
