//! `additionalModelRequestFields`: what Converse does not unify, in the words of the model's vendor.

use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Prompt, Role};
use crate::wire::anthropic::request::generation;
use crate::wire::anthropic::request::thinking::{self, Context, Plan};
use crate::wire::bedrock_converse::fields::{self, Losses};
use crate::wire::bedrock_converse::model::{Can, Family};
use crate::wire::json::ObjectWriter;

/// Prefix of the fields of the object in [`Prompt::extra`].
const PREFIX: &str = "additionalModelRequestFields.";

/// Where the address of the stop text is, in Anthropic's models' own answers.
pub(super) const STOP_TEXT: &str = "/stop_sequence";

/// What a model is told about thinking.
#[derive(Debug)]
pub(super) enum Thinking {
    Unsaid,
    /// Anthropic's `thinking` and `output_config.effort`.
    Claude(Plan),
    /// Amazon's `reasoningConfig`: on with an effort, or off.
    Nova(Option<&'static str>),
    /// OpenAI's `reasoning_effort`.
    Effort(&'static str),
}

impl Thinking {
    /// Whether it forbids what cannot be combined with thinking.
    pub(super) fn is_on(&self) -> bool {
        matches!(self, Self::Claude(plan) if plan.thinks())
    }
}

/// Decides how thinking is asked for. `forced`: a call is forced.
pub(super) fn thinking(prompt: &Prompt, model: &str, can: Can, forced: bool, losses: &mut Losses) -> Thinking {
    let Some(asked) = &prompt.reasoning else { return Thinking::Unsaid };
    let word = asked.effort.as_deref().filter(|it| *it != "none");
    match can.family {
        Family::Claude => {
            let context = Context { forced_call: forced, bare_call: ends_in_bare_call(prompt) };
            Thinking::Claude(thinking::plan(prompt, generation::of(model), context, &mut losses.0))
        }
        Family::Nova2 if !asked.enabled => Thinking::Nova(None),
        Family::Nova2 => Thinking::Nova(Some(effort(word, asked.budget, losses))),
        Family::Openai if !asked.enabled => {
            losses.add("reasoning", "this model cannot be told not to think");
            Thinking::Effort("low")
        }
        Family::Openai => Thinking::Effort(effort(word, asked.budget, losses)),
        Family::Nova | Family::Unnamed | Family::Other => {
            if asked.enabled {
                losses.add("reasoning", "converse has no word for it that this model is known to take");
            }
            Thinking::Unsaid
        }
    }
}

/// One of the three efforts that vendors beside Anthropic know.
fn effort(word: Option<&str>, budget: Option<u64>, losses: &mut Losses) -> &'static str {
    let said = match (word, budget) {
        (Some("minimal" | "low"), _) => "low",
        (Some("high" | "xhigh" | "max"), _) => "high",
        (Some(_), _) | (None, None) => "medium",
        (None, Some(budget)) if budget < 4096 => "low",
        (None, Some(budget)) if budget < 16_384 => "medium",
        (None, Some(_)) => "high",
    };
    if let Some(word) = word.filter(|it| *it != said) {
        losses.add(format!("reasoning effort {word}: set to {said}"), "this model has no such effort");
    }
    if budget.is_some() {
        losses.add("reasoning budget", "this model takes an effort instead");
    }
    said
}

/// Writes the object, if there is anything in it.
pub(super) fn write(prompt: &Prompt, thinking: &Thinking, can: Can, losses: &mut Losses, out: &mut ObjectWriter) {
    let top_k = top_k(prompt, thinking, can, losses);
    let said = match thinking {
        Thinking::Unsaid => false,
        Thinking::Claude(plan) => plan.is_said() || plan.effort.is_some(),
        Thinking::Nova(_) | Thinking::Effort(_) => true,
    };
    if !said && top_k.is_none() && !fields::has_extra(&prompt.extra, PREFIX) {
        return;
    }
    let nested = |prefix: &str, out: &mut ObjectWriter| {
        fields::write_extra(&prompt.extra, &format!("{PREFIX}{prefix}."), out);
    };
    let has = |prefix: &str| fields::has_extra(&prompt.extra, &format!("{PREFIX}{prefix}."));
    fields::nest(out, "additionalModelRequestFields", |out| {
        match thinking {
            Thinking::Unsaid => {}
            Thinking::Claude(plan) => {
                if plan.is_said() {
                    fields::nest(out, "thinking", |out| {
                        plan.write(out);
                        nested("thinking", out);
                    });
                }
                if plan.effort.is_some() || has("output_config") {
                    fields::nest(out, "output_config", |out| {
                        if let Some(effort) = &plan.effort {
                            out.text("effort", effort);
                        }
                        nested("output_config", out);
                    });
                }
            }
            Thinking::Nova(effort) => fields::nest(out, "reasoningConfig", |out| {
                out.text("type", if effort.is_some() { "enabled" } else { "disabled" });
                if let Some(effort) = effort {
                    out.text("maxReasoningEffort", effort);
                }
                nested("reasoningConfig", out);
            }),
            Thinking::Effort(effort) => out.text("reasoning_effort", effort),
        }
        match (top_k, can.family) {
            (Some(top_k), Family::Nova | Family::Nova2) => fields::nest(out, "inferenceConfig", |out| {
                out.plain("topK", top_k);
                nested("inferenceConfig", out);
            }),
            (Some(top_k), _) => out.plain("top_k", top_k),
            (None, _) if has("inferenceConfig") => {
                fields::nest(out, "inferenceConfig", |out| nested("inferenceConfig", out));
            }
            (None, _) => {}
        }
        fields::write_extra(&prompt.extra, PREFIX, out);
    });
}

fn top_k(prompt: &Prompt, thinking: &Thinking, can: Can, losses: &mut Losses) -> Option<u64> {
    let top_k = prompt.sampling.top_k?;
    match can.family {
        Family::Claude if thinking.is_on() => losses.add("top_k", "cannot be combined with thinking"),
        Family::Claude | Family::Nova | Family::Nova2 => return Some(top_k),
        Family::Openai | Family::Unnamed | Family::Other => {
            losses.add("top_k", "converse has no word for it that this model is known to take");
        }
    }
    None
}

/// Whether the conversation stands between a model turn's calls and their results, and that turn does not begin with
/// thinking that can be sent back.
fn ends_in_bare_call(prompt: &Prompt) -> bool {
    let Some(turn) = prompt.turns.iter().rev().find(|it| it.role == Role::Assistant) else { return false };
    let calls = turn.parts.iter().any(|it| matches!(it.body, Body::ToolCall { .. }));
    let signed = turn.parts.first().is_some_and(|it| {
        let proof = if let Body::RedactedThinking(data) = &it.body { Some(data) } else { it.signature.as_ref() };
        matches!(it.body, Body::Thinking(_) | Body::RedactedThinking(_))
            && proof.is_some_and(|it| it.dialect == Dialect::Anthropic)
    });
    calls && !signed
}
