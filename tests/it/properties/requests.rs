//! Requests: what is written is read again as it was.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::prompt::{Body, Format, Part, Prompt, Role, ToolChoice};
use llmroute::domain::quirks::Quirks;
use llmroute::wire::codec;
use proptest::prelude::*;

use super::said::{Request, request};
use super::{DIALECTS, Word};

/// What a prompt says, a line for each thing, without how its dialect spells it.
fn lines(prompt: &Prompt) -> Vec<String> {
    let mut lines: Vec<String> = prompt.system.iter().map(|it| format!("system {}", line(it))).collect();
    for turn in &prompt.turns {
        let voice = match turn.role {
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::System => "system",
        };
        lines.extend(turn.parts.iter().map(|it| format!("{voice} {}", line(it))));
    }
    for it in &prompt.tools {
        let schema = it.schema.as_ref().map(|it| it.get());
        lines.push(format!("tool {} {:?} {schema:?} {}", it.name, it.description, it.strict == Some(true)));
    }
    let choice = prompt.tool_choice.clone().filter(|it| *it != ToolChoice::Auto);
    lines.push(format!("{choice:?} one call {}", prompt.parallel_tools == Some(false)));
    lines.push(match &prompt.format {
        Format::JsonSchema { schema, .. } => format!("format {}", schema.get()),
        other => format!("format {other:?}"),
    });
    lines.push(format!("{:?} {:?} {:?}", prompt.sampling, prompt.user, prompt.reasoning));
    lines
}

fn line(part: &Part) -> String {
    let signature = part.signature.as_ref().map(|it| it.text.as_str()).unwrap_or_default();
    match &part.body {
        Body::Text(text) => format!("says {text:?} {signature}"),
        Body::Thinking(text) => format!("thinks {text:?} {signature}"),
        Body::ToolCall { id, name, arguments } => format!("calls {id} {name} {arguments} {signature}"),
        Body::ToolResult { id, content, is_error } => {
            let content: Vec<String> = content.iter().map(line).collect();
            format!("hears {id} {} {is_error}", content.join(" "))
        }
        // Some dialects spell out that it is up to them how closely they look.
        Body::Image { source, detail } => format!("{source:?} {:?}", detail.as_deref().filter(|it| *it != "auto")),
        other => format!("{other:?} {signature}"),
    }
}

/// Whether it comes back as it was; how not, where not.
pub(super) fn comes_back(said: &Request, dialect: Dialect, model: &str, lacks: &[Word]) -> Result<(), String> {
    let prompt = said.prompt(dialect, lacks);
    let written = codec(dialect).write_request(&prompt, model, &Quirks::default());
    let body = String::from_utf8(written.body).unwrap();
    if !written.losses.is_empty() {
        return Err(format!("{dialect}: {:?} in {body}", written.losses));
    }
    let read = codec(dialect).read_request(body.as_bytes()).map_err(|it| format!("{dialect}: {it} in {body}"))?;
    let (before, after) = (lines(&prompt), lines(&read));
    if before != after {
        let differ = before.iter().zip(&after).find(|(one, other)| one != other);
        return Err(format!("{dialect}: {differ:#?} ({} and {} lines) in {body}", before.len(), after.len()));
    }
    if !dialect.model_in_path() && (read.model.as_str(), read.stream) != (model, prompt.stream) {
        return Err(format!("{dialect}: {} {} in {body}", read.model, read.stream));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_a_request_says_is_read_as_it_was_written(said in request()) {
        let all = DIALECTS.into_iter().map(|(dialect, model, lacks)| comes_back(&said, dialect, model, lacks));
        let failed: Vec<String> = all.filter_map(Result::err).collect();
        prop_assert!(failed.is_empty(), "{}", failed.join("\n"));
    }
}
