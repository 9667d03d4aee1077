//! `generationConfig`: numbers, the form of the answer, thinking.

use super::blocks::Blocks;
use super::generation::Thinking;
use super::{CONFIG, THINKING};
use crate::domain::prompt::{Format, Prompt, Reasoning};
use crate::wire::gemini::fields::{Losses, has_extra, nest, spelled, write_extra};
use crate::wire::json::{self, ObjectWriter};

/// Most stop texts the API takes.
const STOPS: usize = 5;

/// Budgets that stand for the words other dialects use: Google's own, in its endpoint for OpenAI's clients.
const EFFORTS: [(&str, u64); 6] =
    [("minimal", 512), ("low", 1024), ("medium", 8192), ("high", 24_576), ("xhigh", 32_768), ("max", 32_768)];

/// Largest budgets that count as minimal, low and medium where a model takes a level.
const LEVELS: [(&str, u64); 3] = [("minimal", 512), ("low", 4096), ("medium", 16_384)];

/// Writes the object, if there is anything in it.
pub(super) fn write(prompt: &Prompt, functions: bool, blocks: &mut Blocks, out: &mut ObjectWriter) {
    let mut config = Vec::new();
    let mut object = ObjectWriter::begin(&mut config);
    sampling(prompt, &mut object, &mut blocks.losses);
    format(prompt, functions, blocks, &mut object);
    thinking(prompt, blocks.can.thinking, &mut object, &mut blocks.losses);
    if let Some(raw) = spelled(&prompt.extra, "generationConfig.responseModalities") {
        object.raw("responseModalities", raw.get());
    }
    write_extra(&prompt.extra, CONFIG, &mut object);
    object.end();
    if config != b"{}" {
        out.key("generationConfig").extend_from_slice(&config);
    }
}

fn sampling(prompt: &Prompt, out: &mut ObjectWriter, losses: &mut Losses) {
    let it = &prompt.sampling;
    if let Some(most) = it.max_tokens {
        out.plain("maxOutputTokens", most);
    }
    if let Some(temperature) = it.temperature {
        let fitting = temperature.clamp(0.0, 2.0);
        if (fitting - temperature).abs() > f64::EPSILON {
            losses.add(format!("temperature: set to {fitting}"), "gemini's range is 0 to 2");
        }
        out.float("temperature", fitting);
    }
    for (key, value) in
        [("topP", it.top_p), ("frequencyPenalty", it.frequency_penalty), ("presencePenalty", it.presence_penalty)]
    {
        if let Some(value) = value {
            out.float(key, value);
        }
    }
    if let Some(top_k) = it.top_k {
        out.plain("topK", top_k);
    }
    if let Some(seed) = it.seed {
        match i32::try_from(seed) {
            Ok(seed) => out.plain("seed", seed),
            Err(_) => losses.add("seed", "gemini's seed has 32 bits"),
        }
    }
    if it.stop.len() > STOPS {
        losses.add(format!("stop[{STOPS}..]"), "gemini takes five stop texts at most");
    }
    if !it.stop.is_empty() {
        out.list("stopSequences", it.stop.iter().take(STOPS), |text, out| json::quote(text, out));
    }
    if let Some(choices) = it.choices {
        out.plain("candidateCount", choices);
    }
}

fn format(prompt: &Prompt, functions: bool, blocks: &mut Blocks, out: &mut ObjectWriter) {
    let said = spelled(&prompt.extra, "generationConfig.responseMimeType");
    if matches!(prompt.format, Format::Text) {
        if let Some(raw) = said {
            out.raw("responseMimeType", raw.get());
        }
        return;
    }
    if functions && !blocks.can.form_with_tools {
        return blocks.losses.add("response_format", "this model takes no form for its answer beside functions");
    }
    out.text("responseMimeType", "application/json");
    let Format::JsonSchema { description, schema, .. } = &prompt.format else { return };
    if !blocks.quirks.json_schema {
        return blocks.losses.add("response_format", "changed: the provider takes no schema, only JSON is asked for");
    }
    if description.is_some() {
        blocks.losses.add("response_format.json_schema.description", "gemini has no such field");
    }
    match spelled(&prompt.extra, "generationConfig.responseSchema") {
        Some(subset) => out.raw("responseSchema", subset.get()),
        None => out.raw("responseJsonSchema", schema.get()),
    }
}

// === thinking ===

/// What is said about how much to think.
enum Said {
    Nothing,
    /// -1 is the model's own choice.
    Budget(i64),
    Level(String),
}

fn thinking(prompt: &Prompt, can: Thinking, out: &mut ObjectWriter, losses: &mut Losses) {
    let shown = spelled(&prompt.extra, "generationConfig.thinkingConfig.includeThoughts");
    let own_level = spelled(&prompt.extra, "generationConfig.thinkingConfig.thinkingLevel");
    let said = match (&prompt.reasoning, own_level) {
        (_, Some(raw)) => Said::Level(json::text(raw).unwrap_or_default().into_owned()),
        (None, None) => Said::Nothing,
        (Some(asked), None) => match can {
            Thinking::None => {
                if asked.enabled {
                    losses.add("reasoning", "this model does not think");
                }
                Said::Nothing
            }
            Thinking::Budget { least, most, off } => budget(asked, (least, most, off), losses),
            Thinking::Level { minimal, medium } => level(asked, minimal, medium, losses),
        },
    };
    // Who asks for thinking in another dialect is shown it.
    let show = shown.is_none() && prompt.reasoning.as_ref().is_some_and(|it| it.enabled) && can != Thinking::None;
    if shown.is_none() && !show && matches!(said, Said::Nothing) && !has_extra(&prompt.extra, THINKING) {
        return;
    }
    nest(out, "thinkingConfig", |out| {
        match said {
            Said::Nothing => {}
            Said::Budget(tokens) => out.plain("thinkingBudget", tokens),
            Said::Level(word) => out.text("thinkingLevel", &word),
        }
        match shown {
            Some(raw) => out.raw("includeThoughts", raw.get()),
            None if show && own_level.is_none() => out.raw("includeThoughts", "true"),
            None => {}
        }
        write_extra(&prompt.extra, THINKING, out);
    });
}

fn budget(asked: &Reasoning, (least, most, off): (u64, u64, bool), losses: &mut Losses) -> Said {
    let word = asked.effort.as_deref().filter(|it| *it != "none");
    if !asked.enabled {
        if off {
            return Said::Budget(0);
        }
        losses.add(format!("reasoning: budget set to {least}"), "this model cannot be told not to think");
        return Said::Budget(signed(least));
    }
    let tokens = match (asked.budget, word) {
        (Some(tokens), _) => tokens,
        (None, Some(word)) => EFFORTS.iter().find(|(it, _)| *it == word).map_or(8192, |(_, tokens)| *tokens),
        (None, None) => return Said::Budget(-1),
    };
    let fitting = tokens.clamp(least, most);
    if fitting != tokens && asked.budget.is_some() {
        losses.add(format!("reasoning: budget set to {fitting}"), "the model's budget has limits");
    }
    Said::Budget(signed(fitting))
}

fn signed(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

fn level(asked: &Reasoning, minimal: bool, medium: bool, losses: &mut Losses) -> Said {
    let word = match (asked.enabled, asked.effort.as_deref(), asked.budget) {
        (false, ..) => "none",
        (true, Some(word), _) => word,
        (true, None, Some(budget)) => {
            losses.add("thinking.budget_tokens", "changed: this model takes a level instead");
            LEVELS.iter().find(|(_, most)| budget <= *most).map_or("high", |(word, _)| *word)
        }
        (true, None, None) => return Said::Nothing,
    };
    let lowest = if minimal { "minimal" } else { "low" };
    let fitting = match word {
        "none" | "minimal" => lowest,
        "medium" if !medium => "high",
        "low" | "medium" => word,
        _ => "high",
    };
    if word == "none" {
        losses.add(format!("reasoning: level set to {fitting}"), "this model cannot be told not to think");
    } else if fitting != word && asked.budget.is_none() {
        losses.add(format!("reasoning effort {word}: set to {fitting}"), "this model has no such level");
    }
    Said::Level(fitting.to_ascii_uppercase())
}
