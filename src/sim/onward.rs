//! A simulated model that goes on from words that are put into its mouth, or that it is told were its last.

use crate::sim::answer::Answer;
use crate::sim::asked::Asked;

/// The marks between which a user may quote the model's last words.
const MARKS: [&str; 2] = ["<last_words>", "</last_words>"];

/// What a model says that would say `answer` to the question alone. One that does as it is told repeats the words it is
/// asked to begin with and goes on from there, if they are its own; one that `prefills` says what comes after the words
/// that the conversation ends with. Any other begins anew.
pub(crate) fn goes_on(answer: Answer, asked: &Asked, prefills: bool) -> Answer {
    let rest = match last_words(&asked.last_user) {
        // Its own text is what it said before: the first place is the one that it had come to.
        Some(words) => answer.text.find(words).and_then(|at| answer.text.get(at..)),
        None if prefills && !asked.begun.is_empty() => answer.text.strip_prefix(asked.begun.as_str()),
        None => None,
    };
    match rest.map(str::to_owned) {
        Some(text) => Answer { text, thinking: None, ..answer },
        None => answer,
    }
}

fn last_words(user: &str) -> Option<&str> {
    let (_, quoted) = user.split_once(MARKS[0])?;
    Some(quoted.rsplit_once(MARKS[1])?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(asked: &Asked, prefills: bool) -> String {
        goes_on(Answer { text: "one two three".to_owned(), ..Answer::default() }, asked, prefills).text
    }

    #[test]
    fn it_goes_on_from_its_own_words_only() {
        let begun = |it: &str| Asked { begun: it.to_owned(), ..Asked::default() };
        assert_eq!(said(&begun("one two"), true), " three");
        assert_eq!(said(&begun("one two"), false), "one two three");
        assert_eq!(said(&begun("two"), true), "one two three");
        let told = |it: &str| Asked { last_user: format!("go on: <last_words>{it}</last_words>"), ..Asked::default() };
        assert_eq!(said(&told("two"), false), "two three");
        assert_eq!(said(&told("four"), false), "one two three");
    }
}
