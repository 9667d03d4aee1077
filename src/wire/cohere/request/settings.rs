//! What a request says beside its conversation: the form of the answer, numbers, thinking. Ranges are those of Cohere's
//! reference.

use super::{FORMAT, THINKING};
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Format, Prompt, Reasoning};
use crate::domain::quirks::Quirks;
use crate::wire::cohere::{Losses, NO_FIELD, write_extra};
use crate::wire::json::{self, ObjectWriter};
use crate::wire::own;

/// Most stop texts the API takes.
const STOPS: usize = 5;

/// Budgets that stand for the words other dialects use, as elsewhere in this program. A larger word sets no limit.
const EFFORTS: [(&str, u64); 3] = [("minimal", 512), ("low", 1024), ("medium", 8192)];

/// Writes them, where there is anything to say. `tools`: the request has some.
pub(super) fn write(
    prompt: &Prompt,
    model: &str,
    tools: bool,
    quirks: &Quirks,
    top: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let documents = own::has(Dialect::Cohere, &prompt.extra, "documents")
        && own::find(Dialect::Cohere, &prompt.extra, "documents").is_none_or(|it| it.get() != "[]");
    format(prompt, tools || documents, quirks, top, losses);
    sampling(prompt, top, losses);
    if let Some(asked) = &prompt.reasoning {
        thinking(prompt, asked, model, top, losses);
    }
}

fn format(prompt: &Prompt, taken: bool, quirks: &Quirks, top: &mut ObjectWriter, losses: &mut Losses) {
    if matches!(prompt.format, Format::Text) {
        return;
    }
    if taken {
        return losses.add("response_format", "cohere takes no form for its answer beside tools or documents");
    }
    let mut object = top.object("response_format");
    object.text("type", "json_object");
    if let Format::JsonSchema { description, schema, .. } = &prompt.format {
        if description.is_some() {
            losses.add("response_format.json_schema.description", NO_FIELD);
        }
        if quirks.json_schema {
            object.raw("json_schema", schema.get());
        } else {
            losses.add("response_format", "changed: the provider takes no schema, only JSON is asked for");
        }
    }
    write_extra(&prompt.extra, FORMAT, &mut object);
    object.end();
}

fn sampling(prompt: &Prompt, out: &mut ObjectWriter, losses: &mut Losses) {
    let it = &prompt.sampling;
    if let Some(most) = it.max_tokens {
        out.plain("max_tokens", most);
    }
    if let Some(temperature) = it.temperature {
        out.float("temperature", temperature);
    }
    for (name, key, value, least, most) in [
        ("top_p", "p", it.top_p, 0.01, 0.99),
        ("frequency_penalty", "frequency_penalty", it.frequency_penalty, 0.0, 1.0),
        ("presence_penalty", "presence_penalty", it.presence_penalty, 0.0, 1.0),
    ] {
        let Some(value) = value else { continue };
        let fitting = value.clamp(least, most);
        if (fitting - value).abs() > f64::EPSILON {
            losses.add(format!("{name}: set to {fitting}"), "cohere's range is smaller");
        }
        out.float(key, fitting);
    }
    if let Some(top_k) = it.top_k {
        let fitting = top_k.min(500);
        if fitting != top_k {
            losses.add("top_k: set to 500", "cohere's range is smaller");
        }
        out.plain("k", fitting);
    }
    if let Some(seed) = it.seed {
        if seed < 0 {
            losses.add("seed", "cohere's seed is not negative");
        } else {
            out.plain("seed", seed);
        }
    }
    if it.stop.len() > STOPS {
        losses.add(format!("stop[{STOPS}..]"), "cohere takes five stop texts at most");
    }
    if !it.stop.is_empty() {
        out.list("stop_sequences", it.stop.iter().take(STOPS), |text, out| json::quote(text, out));
    }
    if it.choices.is_some_and(|it| it != 1) {
        losses.add("n", "cohere gives one answer");
    }
}

/// Whether a model can think. Those of before August 2025 cannot; what came later and is not said to be for another
/// purpose is taken to.
fn can_think(model: &str) -> bool {
    const WITHOUT: [&str; 6] =
        ["command-r", "command-a-03-2025", "command-a-vision", "command-a-translate", "aya", "command-light"];
    !WITHOUT.iter().any(|it| model.contains(it))
}

fn thinking(prompt: &Prompt, asked: &Reasoning, model: &str, top: &mut ObjectWriter, losses: &mut Losses) {
    if !can_think(model) {
        if asked.enabled {
            losses.add("reasoning", "this model does not think");
        }
        return;
    }
    let mut object = top.object("thinking");
    object.text("type", if asked.enabled { "enabled" } else { "disabled" });
    let word = asked.effort.as_deref().filter(|_| asked.enabled && asked.budget.is_none());
    if let Some(word) = word {
        losses.add(format!("reasoning effort {word}"), "changed: cohere has budgets, not efforts");
    }
    let named = word.and_then(|word| EFFORTS.iter().find(|(it, _)| *it == word)).map(|(_, tokens)| *tokens);
    if let Some(tokens) = asked.budget.or(named) {
        object.plain("token_budget", tokens);
    }
    write_extra(&prompt.extra, THINKING, &mut object);
    object.end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_models_that_think_are_told_how_much() {
        for (model, thinks) in [
            ("command-a-reasoning-08-2025", true),
            ("command-a-03-2025", false),
            ("command-r7b-12-2024", false),
            ("command-a-vision-07-2025", false),
            ("command-b-06-2026", true),
        ] {
            assert_eq!(can_think(model), thinks, "{model}");
        }
    }
}
