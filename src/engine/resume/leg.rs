//! How an answer that was cut is gone on with: what the next target is asked, and what its answer must begin with. Pure.
//!
//! Routing.md §6: prefill where the target supports it, otherwise a restart that is joined only on an exact anchor.

use crate::domain::ask::{Ask, Needs};
use crate::domain::id::ModelName;
use crate::domain::policy::Provider;
use crate::domain::prompt::{Format, Prompt, Role};
use crate::engine::resume::seam::Seam;
use crate::engine::resume::told::{Point, Segment};
use crate::wire::{json, onward, tokens};

/// Fewest bytes of an anchor, unless less was told.
const ANCHOR: usize = 64;

/// How a target is asked for the rest of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The conversation ends with what was told: the model goes on from it.
    Prefill,
    /// The model is told what it said and asked to go on, beginning with its last words.
    Anchor,
    /// The same question again: the answer must repeat all that was told.
    Repeat,
}

impl Way {
    /// The word in rows and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prefill => "prefill",
            Self::Anchor => "anchor",
            Self::Repeat => "repeat",
        }
    }
}

/// The rest of one answer, as it is asked for.
#[derive(Debug)]
pub struct Leg {
    point: Point,
    /// Turns may be put behind the conversation. Otherwise nothing is exact but the same question again.
    extends: bool,
    /// Reasoning was asked for: no provider reasons in the middle of an answer.
    reasons: bool,
    /// The cap of the request.
    cap: Option<u64>,
}

impl Leg {
    /// The rest of an answer to `prompt` that broke off at `point`.
    ///
    /// # Errors
    /// Why there can be none.
    pub fn of(prompt: &Prompt, point: Point) -> Result<Self, &'static str> {
        if prompt.sampling.choices.is_some_and(|it| it > 1) {
            return Err("several answers were asked for");
        }
        let reasons = prompt.reasoning.as_ref().is_some_and(|it| it.enabled);
        let mut leg = Self { point, extends: false, reasons, cap: prompt.sampling.max_tokens };
        leg.extends = leg.point.text().is_some_and(|text| leg.may_extend(prompt, text));
        Ok(leg)
    }

    fn may_extend(&self, prompt: &Prompt, text: &str) -> bool {
        // A form that an answer must have is that of a whole answer.
        let is_free = matches!(prompt.format, Format::Text);
        // A conversation that ends with the model's own words is a beginning of the client's making.
        let asks = prompt.turns.last().is_none_or(|it| it.role != Role::Assistant);
        let fits = match (self.rest(), prompt.reasoning.as_ref().and_then(|it| it.budget)) {
            (Some(rest), budget) => rest > budget.unwrap_or(0),
            (None, _) => true,
        };
        is_free && asks && fits && !is_within_stop(text, &prompt.sampling.stop)
    }

    /// What is left of the cap. The anchor is generated again.
    fn rest(&self) -> Option<u64> {
        let text = self.point.text().unwrap_or_default();
        let told = tokens::estimate(text.as_bytes());
        self.cap.map(|it| it.saturating_sub(told))
    }

    /// How this target is asked.
    #[must_use]
    pub fn way(&self, provider: &Provider, model: &ModelName) -> Way {
        let speaks = self.point.text().is_some_and(|it| !it.trim().is_empty());
        match self.extends {
            true if speaks && !self.reasons && provider.quirks.prefills(model.as_str()) => Way::Prefill,
            true => Way::Anchor,
            false => Way::Repeat,
        }
    }

    /// The request for it; `None` where `ask` has no place for it.
    #[must_use]
    pub fn ask(&self, ask: &Ask, way: Way) -> Option<Ask> {
        let text = self.point.text().unwrap_or_default();
        let told = tokens::estimate(text.as_bytes());
        let (body, needs) = match way {
            Way::Repeat => return Some(ask.clone()),
            // The API of the dialect that has this refuses white space at the end.
            Way::Prefill => {
                let turns = [(Role::Assistant, text.trim_end())];
                (onward::extend(ask.written_in, &ask.body, &ask.fields, &turns, self.rest())?, self.rest())
            }
            Way::Anchor => {
                let anchor = anchor(text);
                let cap = self.rest().map(|it| it + tokens::estimate(anchor.as_bytes()));
                let asked = please(anchor);
                let turns = [(Role::Assistant, text), (Role::User, asked.as_str())];
                (onward::extend(ask.written_in, &ask.body, &ask.fields, &turns, cap)?, cap)
            }
        };
        let fields = json::scan(&body).ok()?;
        let needs = Needs {
            prompt_tokens: ask.needs.prompt_tokens + told,
            max_tokens: needs.or(ask.needs.max_tokens),
            ..ask.needs
        };
        Some(Ask { body, fields, needs, ..ask.clone() })
    }

    /// What its answer must begin with.
    #[must_use]
    pub fn seam(&self, way: Way) -> Seam {
        let text = self.point.text().unwrap_or_default();
        let said = |it: &str| if it.is_empty() { Vec::new() } else { vec![Segment::Text(it.to_owned())] };
        match way {
            Way::Prefill => Seam::new([said(text.strip_prefix(text.trim_end()).unwrap_or_default())]),
            // A model may as well begin anew; the anchor is no beginning of the whole, unless it is the whole.
            Way::Anchor if anchor(text) != text => Seam::new([said(anchor(text)), said(text)]),
            Way::Anchor | Way::Repeat => Seam::new([self.point.said.clone()]),
        }
    }

    /// Where the answer broke off.
    #[must_use]
    pub fn point(&self) -> &Point {
        &self.point
    }
}

/// The last words of a text, so many that they occur only once in it.
fn anchor(text: &str) -> &str {
    let mut len = ANCHOR;
    loop {
        let mut at = text.len().saturating_sub(len);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let Some((_, tail)) = text.split_at_checked(at) else { return text };
        if at == 0 || text.find(tail) == Some(at) {
            return tail;
        }
        len *= 2;
    }
}

/// What a model is asked that is to go on from what was told.
fn please(anchor: &str) -> String {
    format!(
        "Your last message was cut off by a fault of the network. Go on with it exactly where it ends, without a remark. \
         Begin by repeating its last words, which stand between the two marks, character for character:\n\
         <last_words>{anchor}</last_words>"
    )
}

/// Whether `text` ends within one of the texts that end an answer: whoever goes on from it cannot know.
fn is_within_stop(text: &str, stops: &[String]) -> bool {
    let ends_within = |stop: &String| {
        let inner = stop.char_indices().map(|it| it.0).skip(1);
        inner.filter_map(|at| stop.get(..at)).any(|begun| text.ends_with(begun))
    };
    stops.iter().any(ends_within)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::domain::clock::Now;
    use crate::domain::dialect::Dialect;
    use crate::domain::id::RequestId;
    use crate::domain::operation::Operation;
    use crate::domain::prompt::{Reasoning, Sampling, Turn};

    fn point(text: &str) -> Point {
        Point { said: vec![Segment::Text(text.to_owned())], open: Some(0), next: 1 }
    }

    fn prompt(sampling: Sampling) -> Prompt {
        let turns = vec![Turn { role: Role::User, parts: Vec::new(), extra: Vec::new() }];
        Prompt { turns, sampling, ..Prompt::default() }
    }

    fn extends(prompt: &Prompt, text: &str) -> bool {
        Leg::of(prompt, point(text)).unwrap().extends
    }

    #[test]
    fn an_anchor_is_the_end_of_a_text_and_nowhere_else_in_it() {
        assert_eq!(anchor("short"), "short");
        let plain = "a sentence that is rather longer than an anchor has to be, so that only its end is one";
        assert_eq!(anchor(plain), &plain[plain.len() - ANCHOR..]);
        let periodic = "ab ".repeat(100);
        assert_eq!(anchor(&periodic), periodic);
        let late = format!("{}{}", "x", "ab ".repeat(60));
        assert_eq!(late.find(anchor(&late)), Some(late.len() - anchor(&late).len()));
        let wide = "é".repeat(10) + &"ü".repeat(33);
        assert!(anchor(&wide).len() >= ANCHOR);
    }

    #[test]
    fn stops_that_a_text_ends_within_are_seen() {
        let stop = |it: &str| prompt(Sampling { stop: vec![it.to_owned()], ..Sampling::default() });
        assert!(!extends(&stop("###"), "and then ##"));
        assert!(!extends(&stop("éa"), "and then é"));
        assert!(extends(&stop("###"), "and then"));
        assert!(extends(&stop("#"), "and then"));
    }

    #[test]
    fn only_a_free_text_with_room_for_more_is_extended() {
        assert!(extends(&prompt(Sampling::default()), "Once upon"));
        let cap = |it| Sampling { max_tokens: Some(it), ..Sampling::default() };
        assert!(extends(&prompt(cap(100)), "Once upon"));
        assert!(!extends(&prompt(cap(2)), "Once upon a time there was a cap"));
        assert!(!extends(&Prompt { format: Format::JsonObject, ..prompt(cap(100)) }, "{"));
        let budget = Some(Reasoning { enabled: true, budget: Some(1024), ..Reasoning::default() });
        assert!(!extends(&Prompt { reasoning: budget, ..prompt(cap(1025)) }, "Once upon a time"));
        let own = Turn { role: Role::Assistant, parts: Vec::new(), extra: Vec::new() };
        assert!(!extends(&Prompt { turns: vec![own], ..Prompt::default() }, "Once upon"));
        assert!(Leg::of(&prompt(Sampling { choices: Some(2), ..Sampling::default() }), point("a")).is_err());
    }

    #[test]
    fn the_rest_is_asked_for_with_what_is_left_of_the_cap() {
        let body = Bytes::from_static(br#"{"model":"m","messages":[{"role":"user","content":"q"}],"max_tokens":50}"#);
        let ask = Ask::new(RequestId(1), Now::default(), Dialect::Anthropic, Operation::Chat, "m".to_owned());
        let ask = Ask { fields: json::scan(&body).unwrap(), body, ..ask };
        let leg =
            Leg::of(&prompt(Sampling { max_tokens: Some(50), ..Sampling::default() }), point("Once upon ")).unwrap();
        let told = |way| serde_json::from_slice::<serde_json::Value>(&leg.ask(&ask, way).unwrap().body).unwrap();
        let prefilled = told(Way::Prefill);
        assert_eq!(prefilled["messages"][1]["content"], "Once upon");
        let left = prefilled["max_tokens"].as_u64().unwrap();
        assert!((40..50).contains(&left), "{left}");
        let anchored = told(Way::Anchor);
        assert_eq!(anchored["messages"][1]["content"], "Once upon ");
        assert!(anchored["messages"][2]["content"].as_str().unwrap().ends_with("<last_words>Once upon </last_words>"));
        assert_eq!(told(Way::Repeat)["messages"].as_array().unwrap().len(), 1);
    }
}
