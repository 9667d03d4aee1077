//! How thinking is asked for, and how many tokens the answer may have: the two constrain each other.

use crate::domain::prompt::{Loss, Prompt, Reasoning};
use crate::wire::anthropic::request::generation::Generation;
use crate::wire::json::ObjectWriter;

/// What `max_tokens` becomes where the client set no cap: the dialect insists on one. Every model since Claude 3.5 can
/// write that much.
const DEFAULT_MAX_TOKENS: u64 = 8192;

/// The smallest thinking budget the dialect accepts.
const MIN_BUDGET: u64 = 1024;

/// Thinking budgets that stand for the words other dialects use, and the words that stand for budgets where a model
/// takes no budget.
const EFFORTS: [(&str, u64); 6] =
    [("minimal", 1024), ("low", 2048), ("medium", 8192), ("high", 16_384), ("xhigh", 32_768), ("max", 65_536)];

/// What a request says about thinking.
#[derive(Debug)]
pub(in crate::wire) struct Plan {
    /// `thinking`.
    form: Form,
    /// `output_config.effort`.
    pub(in crate::wire) effort: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Form {
    Unsaid,
    Disabled,
    Adaptive,
    Budget(u64),
}

/// What the rest of a request forbids.
#[derive(Debug, Clone, Copy)]
pub(in crate::wire) struct Context {
    /// `tool_choice` forces a call.
    pub(in crate::wire) forced_call: bool,
    /// The last model turn called tools and does not begin with signed thinking, as it never does when another vendor's
    /// model wrote it.
    pub(in crate::wire) bare_call: bool,
}

/// Decides.
pub(in crate::wire) fn plan(prompt: &Prompt, can: Generation, context: Context, losses: &mut Vec<Loss>) -> Plan {
    let cap = prompt.sampling.max_tokens;
    let (mut form, effort) = match &prompt.reasoning {
        None => (Form::Unsaid, None),
        Some(it) => form(it, can, losses),
    };
    if matches!(form, Form::Adaptive | Form::Budget(_)) && context.forced_call {
        losses.push(loss("reasoning", "thinking cannot be combined with a forced tool call"));
        form = Form::Unsaid;
    }
    if let Form::Budget(budget) = form {
        let stated = prompt.reasoning.as_ref().is_some_and(|it| it.budget == Some(budget));
        form = fit(budget, stated, cap, context, losses);
    }
    Plan { form, effort }
}

/// The cap of the answer, which thinking counts towards.
pub(super) fn max_tokens(prompt: &Prompt, plan: &Plan, losses: &mut Vec<Loss>) -> u64 {
    prompt.sampling.max_tokens.unwrap_or_else(|| {
        let thinking = if let Form::Budget(budget) = plan.form { budget } else { 0 };
        let max_tokens = DEFAULT_MAX_TOKENS.saturating_add(thinking);
        let what = format!("max_tokens: set to {max_tokens}");
        losses.push(Loss { what, why: "anthropic requires a cap and the request has none" });
        max_tokens
    })
}

impl Plan {
    /// Whether the model is told to think, which forbids most sampling parameters.
    pub(in crate::wire) fn thinks(&self) -> bool {
        matches!(self.form, Form::Adaptive | Form::Budget(_))
    }

    /// Whether a `thinking` object is to be written.
    pub(in crate::wire) fn is_said(&self) -> bool {
        self.form != Form::Unsaid
    }

    /// Writes the fields of `thinking`.
    pub(in crate::wire) fn write(&self, out: &mut ObjectWriter) {
        match self.form {
            Form::Unsaid => {}
            Form::Disabled => out.text("type", "disabled"),
            Form::Adaptive => out.text("type", "adaptive"),
            Form::Budget(budget) => {
                out.text("type", "enabled");
                out.plain("budget_tokens", budget);
            }
        }
    }
}

/// The form that says it to this generation, and the effort word that goes with it.
fn form(asked: &Reasoning, can: Generation, losses: &mut Vec<Loss>) -> (Form, Option<String>) {
    let word = asked.effort.as_deref().filter(|it| *it != "none");
    if !asked.enabled {
        if !can.disabled {
            losses.push(loss("reasoning", "this model cannot be told not to think"));
        }
        let form = if can.disabled { Form::Disabled } else { Form::Unsaid };
        return (form, word.map(str::to_owned));
    }
    match (asked.adaptive, asked.budget) {
        (true, _) if can.adaptive => (Form::Adaptive, word.map(|it| effort(it, can, losses))),
        (true, _) => {
            losses.push(loss("thinking.type", "this model has no adaptive thinking and gets a budget"));
            (Form::Budget(budget_of(word.unwrap_or("medium"))), None)
        }
        (false, Some(budget)) if can.budget => (Form::Budget(budget), word.map(str::to_owned)),
        (false, Some(budget)) => {
            losses.push(loss("thinking.budget_tokens", "this model takes an effort instead"));
            (Form::Adaptive, Some(effort(word.unwrap_or_else(|| word_of(budget)), can, losses)))
        }
        (false, None) if can.adaptive => (Form::Adaptive, word.map(|it| effort(it, can, losses))),
        (false, None) => (Form::Budget(budget_of(word.unwrap_or("medium"))), None),
    }
}

/// A budget that leaves room for the answer, or none. One that the client did not state itself leaves half.
fn fit(budget: u64, stated: bool, cap: Option<u64>, context: Context, losses: &mut Vec<Loss>) -> Form {
    if context.bare_call {
        losses.push(loss("reasoning", "thinking cannot begin between a tool call and its result"));
        return Form::Unsaid;
    }
    let fitting = match cap {
        Some(cap) if cap <= MIN_BUDGET => {
            losses.push(loss("reasoning", "max_tokens leaves no room for thinking"));
            return Form::Unsaid;
        }
        Some(cap) if budget >= cap || (!stated && budget > cap / 2) => (cap / 2).max(MIN_BUDGET),
        _ => budget.max(MIN_BUDGET),
    };
    if fitting != budget {
        let what = format!("reasoning: budget set to {fitting}");
        losses.push(Loss { what, why: "it must be at least 1024 and leave room for the answer in max_tokens" });
    }
    Form::Budget(fitting)
}

/// The effort word for a model with adaptive thinking.
fn effort(word: &str, can: Generation, losses: &mut Vec<Loss>) -> String {
    let said = match word {
        "minimal" => "low",
        "xhigh" if !can.xhigh => "high",
        other => other,
    };
    if said != word {
        let what = format!("reasoning effort {word}: set to {said}");
        losses.push(Loss { what, why: "this model has no such effort" });
    }
    said.to_owned()
}

fn budget_of(word: &str) -> u64 {
    EFFORTS.iter().find(|(it, _)| *it == word).map_or(8192, |(_, budget)| *budget)
}

/// The word whose budget is the largest that fits into this one.
fn word_of(budget: u64) -> &'static str {
    EFFORTS.iter().rev().find(|(_, it)| *it <= budget).map_or("low", |(word, _)| word)
}

fn loss(what: &str, why: &'static str) -> Loss {
    Loss { what: what.to_owned(), why }
}
