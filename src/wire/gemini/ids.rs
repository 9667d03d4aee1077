//! Ids of calls. A provider of this dialect need not give any, and then matches results to calls by name and order; every
//! other dialect needs one. An id made here is known by its beginning, and not sent back: the provider never heard of it.

use std::collections::VecDeque;

/// How an id made here begins. OpenAI takes ids of 40 characters at most.
const MADE: &str = "gem_";

/// Longest piece of an answer's id that goes into one.
const ANSWER_MOST: usize = 28;

/// An id for the `nth` call without one of the answer, or turn, called `of`.
pub(super) fn make(of: &str, nth: usize) -> String {
    let plain = of.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '_' || *it == '-').take(ANSWER_MOST);
    format!("{MADE}{}_{nth}", plain.collect::<String>())
}

/// Whether the id was made here.
pub(super) fn is_made(id: &str) -> bool {
    id.starts_with(MADE)
}

/// Calls that no result has answered yet, while a conversation is read or written in order.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// Id and name.
    calls: VecDeque<(String, String)>,
    made: usize,
}

impl Open {
    /// Takes in a call without an id and gives it one. The same conversation always gets the same ids, or a provider's
    /// prompt cache would miss.
    pub(super) fn unnamed(&mut self, name: &str) -> String {
        let id = make("call", self.made);
        self.made += 1;
        self.call(&id, name);
        id
    }

    /// Takes in a call.
    pub(super) fn call(&mut self, id: &str, name: &str) {
        self.calls.push_back((id.to_owned(), name.to_owned()));
    }

    /// The id of the call that a result without one answers: the oldest open one of that name.
    pub(super) fn answer(&mut self, name: &str) -> Option<String> {
        let at = self.calls.iter().position(|(_, called)| called == name)?;
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
        let (first, second, other) = (open.unnamed("look"), open.unnamed("look"), open.unnamed("ask"));
        assert_eq!(open.answer("ask"), Some(other));
        assert_eq!(open.answer("look"), Some(first));
        assert_eq!(open.place(&second), 0);
        assert_eq!(open.name(&second).as_deref(), Some("look"));
        assert_eq!((open.answer("look"), open.name("x")), (None, None));
    }

    #[test]
    fn made_ids_fit_every_dialect_and_are_known() {
        let id = make("Zx9+/=-4lpeaLOIBf__698Pv8HGgAg-and-more-than-any-id", 12);
        assert!(id.len() <= 40 && id.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '-'), "{id}");
        assert!(is_made(&id) && !is_made("call_1"));
    }
}
