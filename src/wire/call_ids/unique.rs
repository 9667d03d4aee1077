//! Ids of tool calls for a dialect that is strict about them: it wants letters, digits and few other characters, each id
//! used once in a conversation; other providers give out ids with other characters, empty ones, or the same again in every turn.

use std::collections::{HashMap, VecDeque};

/// Gives each call an id the dialect accepts, and each result the id of the call it answers. The same conversation
/// always gets the same ids, or the provider's prompt cache would miss.
#[derive(Debug)]
pub(in crate::wire) struct Ids {
    /// Longest id the dialect accepts, in bytes; at least 24.
    longest: usize,
    /// Characters it accepts beside ASCII letters and digits.
    marks: &'static str,
    /// Ids given out, with the last number that was put behind them to make another one.
    given: HashMap<String, u32>,
    /// Ids given to calls that no result has answered yet, by the id the conversation uses.
    waiting: HashMap<String, VecDeque<String>>,
}

impl Ids {
    /// For a dialect whose ids have at most `longest` bytes: ASCII letters, digits and `marks`.
    pub(in crate::wire) fn new(longest: usize, marks: &'static str) -> Self {
        Self { longest, marks, given: HashMap::new(), waiting: HashMap::new() }
    }

    /// The id of a call.
    pub(in crate::wire) fn call(&mut self, id: &str) -> String {
        let clean = sanitised(id, self.longest, self.marks);
        let mut nth = self.given.get(&clean).copied().unwrap_or(0);
        let given = loop {
            nth = nth.saturating_add(1);
            let candidate = if nth == 1 { clean.clone() } else { numbered(&clean, nth, self.longest) };
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
    pub(in crate::wire) fn result(&mut self, id: &str) -> String {
        self.waiting
            .get_mut(id)
            .and_then(VecDeque::pop_front)
            .unwrap_or_else(|| sanitised(id, self.longest, self.marks))
    }
}

/// The id with a number behind it, which takes the place of its end where both are too long.
fn numbered(id: &str, nth: u32, longest: usize) -> String {
    let number = format!("_{nth}");
    format!("{}{number}", id.get(..longest.saturating_sub(number.len())).unwrap_or(id))
}

/// The id itself if it is acceptable. If not, its acceptable characters and a hash of the whole, so that two ids that
/// differ only in other characters stay two.
fn sanitised(id: &str, longest: usize, marks: &str) -> String {
    let acceptable = |it: char| it.is_ascii_alphanumeric() || marks.contains(it);
    if !id.is_empty() && id.len() <= longest && id.chars().all(acceptable) {
        return id.to_owned();
    }
    // FNV-1a.
    let hash = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let kept: String = id.chars().filter(|it| acceptable(*it)).take(longest.min(64) - 24).collect();
    format!("{}_{:08x}", if kept.is_empty() { "call" } else { &kept }, hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_good_ids_and_mends_bad_ones_alike_for_call_and_result() {
        let mut ids = Ids::new(usize::MAX, "_-");
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
        let mut ids = Ids::new(usize::MAX, "_-");
        assert_eq!((ids.call("0"), ids.result("0")), ("0".to_owned(), "0".to_owned()));
        assert_eq!((ids.call("0"), ids.result("0")), ("0_2".to_owned(), "0_2".to_owned()));
        assert_eq!((ids.call("x"), ids.call("x")), ("x".to_owned(), "x_2".to_owned()));
        assert_eq!((ids.result("x"), ids.result("x")), ("x".to_owned(), "x_2".to_owned()));
        assert_eq!(ids.result("never called"), sanitised("never called", usize::MAX, "_-"));
    }

    #[test]
    fn an_id_that_is_too_long_is_made_short_and_stays_one_of_a_kind() {
        let mut ids = Ids::new(64, "_-");
        let (long, other) = ("x".repeat(65), format!("{}y", "x".repeat(64)));
        let fits = "z".repeat(64);
        let given = [ids.call(&long), ids.call(&other), ids.call(&fits), ids.call(&fits), ids.call(&long)];
        assert!(given.iter().all(|it| it.len() <= 64), "{given:?}");
        let all: std::collections::HashSet<_> = given.iter().collect();
        assert_eq!(all.len(), 5, "{given:?}");
        assert_eq!([ids.result(&long), ids.result(&other), ids.result(&fits)], [&*given[0], &*given[1], &*given[2]]);
    }
}
