//! Ids of calls. Older versions of Ollama give none and match a result to its call by the tool's name; every other dialect
//! needs one. An id made here is known by its beginning, and not sent back: the server never heard of it.

use std::collections::VecDeque;

/// How an id made here begins. OpenAI takes ids of 40 characters at most.
const MADE: &str = "oll_";

/// An id for the `nth` call without one of the answer, or conversation, called `of`.
pub(super) fn make(of: &str, nth: usize) -> String {
    format!("{MADE}{of}_{nth}")
}

/// Whether the id was made here.
pub(super) fn is_made(id: &str) -> bool {
    id.starts_with(MADE)
}

/// What an answer is called that has no id: the moment it was made, which is told to the microsecond.
pub(super) fn of_time(created_at: &str) -> String {
    created_at.chars().filter(char::is_ascii_digit).take(24).collect()
}

/// Calls that no result has answered yet, while a conversation is read or written in order.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// Id and name.
    calls: VecDeque<(String, String)>,
    made: usize,
}

impl Open {
    /// Takes in a call, and gives it an id if it has none. The same conversation always gets the same ids.
    pub(super) fn call(&mut self, id: Option<&str>, name: &str) -> String {
        let id = id.filter(|it| !it.is_empty()).map_or_else(
            || {
                self.made += 1;
                make("call", self.made - 1)
            },
            str::to_owned,
        );
        self.calls.push_back((id.clone(), name.to_owned()));
        id
    }

    /// The id of the call that a result without one answers: the oldest open one of that name, or, where the result has no
    /// name either, the oldest.
    pub(super) fn answer(&mut self, name: Option<&str>) -> Option<String> {
        let at = self.calls.iter().position(|(_, called)| name.is_none_or(|it| it == called))?;
        self.calls.remove(at).map(|(id, _)| id)
    }

    /// The name of the call with this id, which is answered with that.
    pub(super) fn name(&mut self, id: &str) -> Option<String> {
        let at = self.calls.iter().position(|(it, _)| it == id)?;
        self.calls.remove(at).map(|(_, name)| name)
    }

    /// The place of the call with this id among the open ones; one past the last for a call that is not there.
    pub(super) fn place(&self, id: &str) -> usize {
        self.calls.iter().position(|(it, _)| it == id).unwrap_or(self.calls.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_without_ids_find_their_calls_by_name_and_order() {
        let mut open = Open::default();
        let first = open.call(None, "look");
        let second = open.call(Some(""), "look");
        let asked = open.call(Some("call_7"), "ask");
        assert!(is_made(&first) && is_made(&second) && !is_made(&asked) && first != second);
        assert_eq!(open.place(&asked), 2);
        assert_eq!(open.answer(Some("look")), Some(first));
        assert_eq!(open.name("call_7").as_deref(), Some("ask"));
        assert_eq!(open.answer(None), Some(second));
        assert_eq!((open.answer(None), open.name("x")), (None, None));
    }

    #[test]
    fn made_ids_fit_every_dialect() {
        let id = make(&of_time("2026-08-04T19:58:38.486077123+02:00"), 12);
        assert!(id.len() <= 40 && id.chars().all(|it| it.is_ascii_alphanumeric() || it == '_'), "{id}");
    }
}
