//! Ids of tool calls. The dialect wants `[a-zA-Z0-9_-]+`, each used once in a conversation; other providers give out
//! ids with other characters, empty ones, or the same again in every turn.

use std::collections::{HashMap, VecDeque};

/// Gives each call an id the dialect accepts, and each result the id of the call it answers. The same conversation
/// always gets the same ids, or the provider's prompt cache would miss.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// Ids given out, with the last number that was put behind them to make another one.
    given: HashMap<String, u32>,
    /// Ids given to calls that no result has answered yet, by the id the conversation uses.
    waiting: HashMap<String, VecDeque<String>>,
}

impl Ids {
    /// The id of a call.
    pub(super) fn call(&mut self, id: &str) -> String {
        let clean = sanitised(id);
        let mut nth = self.given.get(&clean).copied().unwrap_or(0);
        let given = loop {
            nth = nth.saturating_add(1);
            let candidate = if nth == 1 { clean.clone() } else { format!("{clean}_{nth}") };
            if nth == 1 || !self.given.contains_key(&candidate) {
                break candidate;
            }
        };
        self.given.insert(given.clone(), 1);
        self.given.insert(clean, nth);
        self.waiting.entry(id.to_owned()).or_default().push_back(given.clone());
        given
    }

    /// The id of the call that a result answers: the oldest unanswered one. A result without a call keeps its id.
    pub(super) fn result(&mut self, id: &str) -> String {
        self.waiting.get_mut(id).and_then(VecDeque::pop_front).unwrap_or_else(|| sanitised(id))
    }
}

/// The id itself if it is acceptable. If not, its acceptable characters and a hash of the whole, so that two ids that
/// differ only in other characters stay two.
fn sanitised(id: &str) -> String {
    let acceptable = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    if !id.is_empty() && id.chars().all(acceptable) {
        return id.to_owned();
    }
    // FNV-1a.
    let hash = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let kept: String = id.chars().filter(|it| acceptable(*it)).take(40).collect();
    format!("{}_{:08x}", if kept.is_empty() { "call" } else { &kept }, hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_good_ids_and_mends_bad_ones_alike_for_call_and_result() {
        let mut ids = Ids::default();
        assert_eq!(ids.call("call_a-1"), "call_a-1");
        assert_eq!(ids.result("call_a-1"), "call_a-1");
        let dotted = ids.call("functions.get:0");
        assert!(dotted.starts_with("functionsget0_"), "{dotted}");
        assert_ne!(dotted, ids.call("functions.get/0"));
        assert_eq!(ids.result("functions.get:0"), dotted);
        assert!(ids.call("").starts_with("call_"));
    }

    #[test]
    fn an_id_that_returns_in_a_later_turn_becomes_another() {
        let mut ids = Ids::default();
        assert_eq!((ids.call("0"), ids.result("0")), ("0".to_owned(), "0".to_owned()));
        assert_eq!((ids.call("0"), ids.result("0")), ("0_2".to_owned(), "0_2".to_owned()));
        assert_eq!((ids.call("x"), ids.call("x")), ("x".to_owned(), "x_2".to_owned()));
        assert_eq!((ids.result("x"), ids.result("x")), ("x".to_owned(), "x_2".to_owned()));
        assert_eq!(ids.result("never called"), sanitised("never called"));
    }
}
