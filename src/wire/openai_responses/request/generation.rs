//! How to generate: the form of the answer, numbers, reasoning. Both ways.

use super::under;
use crate::domain::prompt::{Format, Opaque, Prompt, Reasoning, Sampling};
use crate::domain::quirks::Quirks;
use crate::wire::Malformed;
use crate::wire::json::{Object, ObjectWriter, wrong};
use crate::wire::openai_responses::{Losses, NO_FIELD, has_extra, keep_rest, opaque, own, spelling, write_extra};

/// The smallest `max_output_tokens` that OpenAI takes ("integer below minimum value. Expected a value >= 16").
const LEAST_CAP: u64 = 16;

/// Reads the form of the answer, numbers and reasoning.
pub(super) fn read(top: &mut Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    if let Some(text) = top.take_object("text")? {
        read_text(text, prompt).map_err(|error| under(error, "text"))?;
    }
    prompt.sampling = Sampling {
        max_tokens: top.take_integer("max_output_tokens")?,
        temperature: top.take_number("temperature")?,
        top_p: top.take_number("top_p")?,
        ..Sampling::default()
    };
    if let Some(mut it) = top.take_object("reasoning")? {
        let effort: Option<String> = it.take_text("effort").map_err(|error| under(error, "reasoning"))?.map(Into::into);
        let enabled = effort.as_deref() != Some("none");
        prompt.reasoning = Some(Reasoning { enabled, effort, budget: None, adaptive: false });
        keep_rest(it, "reasoning.", &mut prompt.extra);
    }
    Ok(())
}

fn read_text(mut text: Object, prompt: &mut Prompt) -> Result<(), Malformed> {
    if let Some(raw) = text.take("format") {
        let mut format = Object::of(raw).ok_or_else(|| wrong("format", "an object"))?;
        let within = |error| under(error, "format");
        match format.take_text("type").map_err(within)?.as_deref() {
            Some("text") => {}
            Some("json_object") => prompt.format = Format::JsonObject,
            Some("json_schema") if format.get("schema").is_some() => {
                let schema = format.take("schema").ok_or_else(|| within(wrong("schema", "an object")))?;
                prompt.format = Format::JsonSchema {
                    name: format.take_text("name").map_err(within)?.map(Into::into),
                    description: format.take_text("description").map_err(within)?.map(Into::into),
                    schema: schema.to_owned(),
                    strict: format.take_bool("strict").map_err(within)?,
                };
                keep_rest(format, "text.format.", &mut prompt.extra);
            }
            _ => prompt.extra.push(opaque("text.format", raw)),
        }
    }
    keep_rest(text, "text.", &mut prompt.extra);
    Ok(())
}

/// Takes fields out that say what holds anyway, and so lose nothing elsewhere.
pub(super) fn take_defaults(top: &mut Object, extra: &mut Vec<Opaque>) {
    if let Some(raw) = top.get("store").filter(|it| it.get() == "false") {
        extra.push(opaque(spelling::NOT_STORED, raw));
        top.take("store");
    }
    if top.get("truncation").is_some_and(|it| it.get() == "\"disabled\"") {
        top.take("truncation");
    }
    for key in ["include", "metadata"] {
        if top.get(key).is_some_and(|it| matches!(it.get(), "[]" | "{}")) {
            top.take(key);
        }
    }
    if top.get("background").is_some_and(|it| it.get() == "false") {
        top.take("background");
    }
}

// === writing ===

/// Writes the form of the answer.
pub(super) fn write_text(prompt: &Prompt, quirks: &Quirks, top: &mut ObjectWriter, losses: &mut Losses) {
    let said = !matches!(prompt.format, Format::Text);
    if !said && !has_extra(&prompt.extra, "text.") {
        return;
    }
    let mut text = top.object("text");
    match &prompt.format {
        Format::Text => {}
        Format::JsonSchema { name, description, schema, strict } if quirks.json_schema => {
            let mut format = text.object("format");
            format.text("type", "json_schema");
            // The API insists on a name; other dialects have none.
            format.text("name", name.as_deref().unwrap_or("answer"));
            if let Some(description) = description {
                format.text("description", description);
            }
            format.raw("schema", schema.get());
            if let Some(strict) = strict {
                format.plain("strict", strict);
            }
            write_extra(&prompt.extra, "text.format.", &mut format);
            format.end();
        }
        Format::JsonObject | Format::JsonSchema { .. } => {
            if matches!(prompt.format, Format::JsonSchema { .. }) {
                losses.add("response_format.json_schema", "changed: the provider knows json_object only");
            }
            let mut format = text.object("format");
            format.text("type", "json_object");
            format.end();
        }
    }
    write_extra(&prompt.extra, "text.", &mut text);
    text.end();
}

/// Writes numbers, and names those that have no field here.
pub(super) fn write_sampling(prompt: &Prompt, top: &mut ObjectWriter, losses: &mut Losses) {
    let it = &prompt.sampling;
    if let Some(cap) = it.max_tokens {
        // What a client of this dialect says is its own affair.
        let raised = cap < LEAST_CAP && own(&prompt.extra, spelling::OWN).is_none();
        if raised {
            losses.add(format!("max_tokens: raised to {LEAST_CAP}"), "openai-responses takes no smaller cap");
        }
        top.plain("max_output_tokens", if raised { LEAST_CAP } else { cap });
    }
    for (key, value) in [("temperature", it.temperature), ("top_p", it.top_p)] {
        if let Some(value) = value {
            top.float(key, value);
        }
    }
    let foreign = [
        ("top_k", it.top_k.is_some()),
        ("frequency_penalty", it.frequency_penalty.is_some_and(|it| it != 0.0)),
        ("presence_penalty", it.presence_penalty.is_some_and(|it| it != 0.0)),
        ("seed", it.seed.is_some()),
        ("stop", !it.stop.is_empty()),
        ("n", it.choices.is_some_and(|it| it > 1)),
    ];
    for (name, said) in foreign {
        if said {
            losses.add(name, NO_FIELD);
        }
    }
}

/// Largest thinking budgets that count as `low` and `medium`, as in the chat dialect.
const LOW: u64 = 4096;
const MEDIUM: u64 = 16_384;

/// Writes reasoning.
pub(super) fn write_reasoning(prompt: &Prompt, top: &mut ObjectWriter, losses: &mut Losses) {
    let inner = has_extra(&prompt.extra, "reasoning.");
    let none = Reasoning { enabled: true, ..Reasoning::default() };
    let Reasoning { enabled, effort, budget, adaptive } = prompt.reasoning.as_ref().unwrap_or(&none);
    let effort = match (effort.as_deref(), budget) {
        (Some(effort), _) => Some(effort),
        (None, _) if !enabled => {
            losses.add("thinking", "openai-responses has no switch for it; the model's default holds");
            None
        }
        (None, Some(budget)) => {
            losses.add("thinking.budget_tokens", "changed: openai-responses has efforts, not budgets");
            Some(match *budget {
                0..=LOW => "low",
                it if it <= MEDIUM => "medium",
                _ => "high",
            })
        }
        // How much is the model's choice there, and the default here.
        (None, None) if *adaptive => None,
        (None, None) => {
            let as_own = own(&prompt.extra, spelling::OWN).is_some();
            if prompt.reasoning.is_some() && !as_own {
                losses.add("thinking", "openai-responses has no switch for it; the model's default holds");
            }
            None
        }
    };
    if effort.is_none() && !inner {
        return;
    }
    let mut object = top.object("reasoning");
    if let Some(effort) = effort {
        object.text("effort", effort);
    }
    write_extra(&prompt.extra, "reasoning.", &mut object);
    object.end();
}

/// Writes what steers the stream.
pub(super) fn write_stream(prompt: &Prompt, top: &mut ObjectWriter) {
    if !prompt.stream {
        return;
    }
    top.raw("stream", "true");
    let obfuscation = own(&prompt.extra, "spelling.include_obfuscation");
    if obfuscation.is_some() || has_extra(&prompt.extra, "stream_options.") {
        let mut options = top.object("stream_options");
        if let Some(raw) = obfuscation {
            options.raw("include_obfuscation", raw.get());
        }
        write_extra(&prompt.extra, "stream_options.", &mut options);
        options.end();
    }
}

/// Writes that nothing is to be kept: no other dialect's provider keeps an answer unasked, so this one is not to do it
/// either. A request of this dialect says by itself what it wants. Where nothing is kept, reasoning goes on between the
/// calls of a turn only if it is handed out `encrypted` and comes back.
pub(super) fn write_store(extra: &[Opaque], encrypted: bool, top: &mut ObjectWriter) {
    let foreign = own(extra, spelling::OWN).is_none();
    if own(extra, spelling::NOT_STORED).is_some() || foreign {
        top.raw("store", "false");
    }
    if foreign && encrypted {
        top.raw("include", r#"["reasoning.encrypted_content"]"#);
    }
}

/// Whether a model with this id reasons, and so can be asked for its encrypted reasoning; the others refuse to be. Of one
/// that is not known nothing is asked.
///
/// Source: the model pages of OpenAI and of xAI.
pub(super) fn reasons(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let major = |rest: &str| rest.split(|it: char| !it.is_ascii_digit()).next().and_then(|it| it.parse::<u32>().ok());
    let at_least =
        |prefix: &str, least: u32| name.strip_prefix(prefix).and_then(major).is_some_and(|major| major >= least);
    let chats = name.contains("-chat") || name.contains("non-reasoning");
    !chats && (at_least("gpt-", 5) || at_least("o", 1) || at_least("grok-", 4) || name.starts_with("grok-3-mini"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_models_that_reason_are_asked_for_their_reasoning() {
        for (model, expected) in [
            ("gpt-5.4-mini", true),
            ("gpt-6.1-sol", true),
            ("openai/gpt-5", true),
            ("o3-pro", true),
            ("o4-mini-2025-04-16", true),
            ("grok-4.7", true),
            ("grok-3-mini", true),
            ("gpt-4o", false),
            ("gpt-4.1", false),
            ("gpt-5-chat-latest", false),
            ("grok-4-fast-non-reasoning", false),
            ("gpt-oss-120b", false),
            ("omni-moderation-latest", false),
            ("my-deployment", false),
        ] {
            assert_eq!(reasons(model), expected, "{model}");
        }
    }
}
