//! Counts. They stand in the last line of a stream, and at the top of a whole answer.

use crate::domain::usage::{Source, Usage};
use crate::wire::json::{Object, ObjectWriter};
use crate::wire::openai_chat::usage::Figures;

const INPUT: &str = "prompt_eval_count";
const OUTPUT: &str = "eval_count";

/// Takes the counts out of an answer. `None` where it has none. A server that found the whole prompt in its cache leaves
/// out how long that was.
pub(super) fn take(it: &mut Object) -> Option<Usage> {
    if it.get(INPUT).is_none() && it.get(OUTPUT).is_none() {
        return None;
    }
    let mut figures = Figures::default();
    let input = figures.required(it, INPUT);
    let output = figures.required(it, OUTPUT);
    it.take(INPUT);
    it.take(OUTPUT);
    Some(Usage { input, output, source: Source::Provider, suspect: figures.suspect, ..Usage::default() })
}

/// Writes the counts.
pub(super) fn write(usage: &Usage, out: &mut ObjectWriter) {
    out.plain(INPUT, usage.input);
    out.plain(OUTPUT, usage.output);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_cannot_be_is_said() {
        let counts = |text: &str| take(&mut Object::parse(text.as_bytes()).unwrap());
        assert_eq!(counts("{}"), None);
        let it = counts(r#"{"prompt_eval_count":42,"eval_count":24}"#).unwrap();
        assert_eq!((it.input, it.output, it.suspect, it.source), (42, 24, false, Source::Provider));
        for bad in [r#"{"eval_count":3}"#, r#"{"prompt_eval_count":-1,"eval_count":3}"#] {
            let it = counts(bad).unwrap();
            assert_eq!((it.input, it.output, it.suspect), (0, 3, true), "{bad}");
        }
    }
}
