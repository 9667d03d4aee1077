//! Terminal safety. Text that comes from a model, a provider or a file may carry escape sequences that move the
//! cursor, rename the window or type into the shell. Each control character is written out in letters, so that what
//! follows it is plain text; because this looks at one character at a time, a sequence split over two chunks of a
//! stream is caught as well.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text of several lines, for a terminal: line feeds and tabs stay, carriage returns go (they overwrite what was
/// printed), every other control character is written out.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    escape(text, |c| c == '\n' || c == '\t', false)
}

/// A name or a message that must stay on its line: line feeds, tabs and the characters that turn the reading
/// direction are written out too.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, |_| false, true)
}

fn escape(text: &str, stays: fn(char) -> bool, bidi_too: bool) -> Cow<'_, str> {
    let bad = |c: char| (c.is_control() && !stays(c)) || (bidi_too && is_bidi_control(c));
    if !text.chars().any(bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\r' => {}
            '\n' | '\t' if bad(c) => out.push(' '),
            c if bad(c) && c.is_ascii() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if bad(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_become_letters() {
        assert_eq!(text("a\u{1b}[31mb"), "a\\x1b[31mb");
        assert_eq!(text("a\u{1b}]0;title\u{7}b"), "a\\x1b]0;title\\x07b");
        assert_eq!(text("a\u{9b}2Jb"), "a\\u{9b}2Jb");
        assert_eq!(text("one\r\ntwo\tthree"), "one\ntwo\tthree");
        assert_eq!(line("one\r\ntwo\u{202e}x"), "one two\\u{202e}x");
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(text("grüße, 你好 👋\n"), Cow::Borrowed(_)));
    }
}
