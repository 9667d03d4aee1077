//! The line after an answer: where it went, what it used, what it cost, how long it took.

use std::time::Duration;

use crate::cli::view::{amounts, safe};
use crate::domain::money::Usd;

/// What a receipt says. Everything but the model may be unknown.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// What was asked for: a group, an alias, `provider/model`.
    pub asked: String,
    /// Who answered, as `provider/model`.
    pub target: Option<String>,
    /// Prompt and output tokens.
    pub tokens: Option<(u64, u64)>,
    /// The counts are llmroute's own.
    pub estimated: bool,
    /// What it cost.
    pub cost: Option<Usd>,
    /// Until the first content.
    pub first: Option<Duration>,
    /// Until the end.
    pub all: Option<Duration>,
    /// Attempts made, the last one included.
    pub attempts: u32,
    /// The request's id.
    pub id: Option<String>,
}

impl Receipt {
    /// `─ fast → anthropic/claude-haiku · 14+5 tok · $0.00004 · first 0.41s, all 0.52s · r0001`
    #[must_use]
    pub fn line(&self) -> String {
        let mut parts = Vec::new();
        let target = self.target.as_deref().unwrap_or(amounts::UNKNOWN);
        parts.push(if self.asked == target || self.asked.is_empty() {
            format!("─ {target}")
        } else {
            format!("─ {} → {target}", self.asked)
        });
        if self.attempts > 1 {
            parts.push(format!("{} attempts", self.attempts));
        }
        let about = if self.estimated { "~" } else { "" };
        parts.push(match self.tokens {
            Some((input, output)) => {
                format!("{about}{}+{} tok", amounts::tokens(input), amounts::tokens(output))
            }
            None => "? tok".to_owned(),
        });
        parts.push(amounts::money(self.cost));
        let times: Vec<String> = [("first", self.first), ("all", self.all)]
            .into_iter()
            .filter_map(|(name, it)| it.map(|it| format!("{name} {}", amounts::duration(it))))
            .collect();
        if !times.is_empty() {
            parts.push(times.join(", "));
        }
        parts.extend(self.id.clone());
        safe::line(&parts.join(" · ")).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_receipt() {
        let receipt = Receipt {
            asked: "fast".into(),
            target: Some("anthropic/claude-haiku".into()),
            tokens: Some((14, 5)),
            cost: Usd::from_dollars(0.00004),
            first: Some(Duration::from_millis(410)),
            all: Some(Duration::from_millis(520)),
            attempts: 1,
            id: Some("r0001".into()),
            ..Receipt::default()
        };
        assert_eq!(
            receipt.line(),
            "─ fast → anthropic/claude-haiku · 14+5 tok · $0.00004 · first 0.41s, all 0.52s · r0001"
        );
    }

    #[test]
    fn unknown_is_a_question_mark() {
        let receipt = Receipt { asked: "fast".into(), attempts: 2, ..Receipt::default() };
        assert_eq!(receipt.line(), "─ fast → ? · 2 attempts · ? tok · ?");
    }
}
