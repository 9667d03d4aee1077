//! What a request says beside its conversation: the form of the answer, thinking, `options`.

use super::OPTIONS;
use crate::domain::prompt::{Format, Prompt, Reasoning};
use crate::domain::quirks::Quirks;
use crate::wire::json::{self, ObjectWriter};
use crate::wire::ollama::{Losses, NO_FIELD, write_extra};

/// Writes them, where there is anything to say.
pub(super) fn write(prompt: &Prompt, quirks: &Quirks, top: &mut ObjectWriter, losses: &mut Losses) {
    format(&prompt.format, quirks, top, losses);
    if let Some(asked) = &prompt.reasoning {
        think(asked, top, losses);
    }
    let mut options = Vec::new();
    let mut object = ObjectWriter::begin(&mut options);
    sampling(prompt, &mut object, losses);
    write_extra(&prompt.extra, OPTIONS, &mut object);
    object.end();
    if options != b"{}" {
        top.key("options").extend_from_slice(&options);
    }
}

fn format(format: &Format, quirks: &Quirks, top: &mut ObjectWriter, losses: &mut Losses) {
    match format {
        Format::Text => {}
        Format::JsonObject => top.text("format", "json"),
        Format::JsonSchema { .. } if !quirks.json_schema => {
            losses.add("response_format", "changed: the provider takes no schema, only JSON is asked for");
            top.text("format", "json");
        }
        Format::JsonSchema { description, schema, .. } => {
            if description.is_some() {
                losses.add("response_format.json_schema.description", NO_FIELD);
            }
            top.raw("format", schema.get());
        }
    }
}

/// `think` is a switch, or one of three levels. A level counts as a plain yes where the model has no levels.
fn think(asked: &Reasoning, top: &mut ObjectWriter, losses: &mut Losses) {
    if !asked.enabled {
        return top.raw("think", "false");
    }
    if asked.budget.is_some() {
        losses.add("thinking.budget_tokens", "changed: ollama has levels, not budgets");
    }
    let Some(word) = asked.effort.as_deref() else { return top.raw("think", "true") };
    let level = match word {
        "minimal" | "low" => "low",
        "medium" => "medium",
        _ => "high",
    };
    if level != word {
        losses.add(format!("reasoning effort {word}: set to {level}"), "ollama has three levels");
    }
    top.text("think", level);
}

fn sampling(prompt: &Prompt, out: &mut ObjectWriter, losses: &mut Losses) {
    let it = &prompt.sampling;
    if let Some(most) = it.max_tokens {
        out.plain("num_predict", most);
    }
    for (key, value) in [
        ("temperature", it.temperature),
        ("top_p", it.top_p),
        ("frequency_penalty", it.frequency_penalty),
        ("presence_penalty", it.presence_penalty),
    ] {
        if let Some(value) = value {
            out.float(key, value);
        }
    }
    if let Some(top_k) = it.top_k {
        out.plain("top_k", top_k);
    }
    if let Some(seed) = it.seed {
        out.plain("seed", seed);
    }
    if !it.stop.is_empty() {
        out.list("stop", &it.stop, |text, out| json::quote(text, out));
    }
    if it.choices.is_some_and(|it| it != 1) {
        losses.add("n", "ollama gives one answer");
    }
}
