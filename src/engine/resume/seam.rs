//! Where a second answer goes on from a first: it must begin with what is expected of it, byte for byte, or it does not
//! fit. Pure.

use crate::engine::resume::told::Segment;

/// What a second answer may begin with, and how far it has come with it.
#[derive(Debug)]
pub struct Seam {
    /// The beginnings that are still possible.
    tracks: Vec<Track>,
    joined: Option<usize>,
}

/// How something fits.
#[derive(Debug, PartialEq, Eq)]
pub enum Fit<'a> {
    /// So far, and there is more to come.
    Waiting,
    /// This is the first that is new.
    Joined(&'a str),
    /// It does not.
    Misfit,
}

#[derive(Debug)]
struct Track {
    want: Vec<Segment>,
    /// The segment that comes next, and how many bytes of it have come.
    at: usize,
    within: usize,
}

impl Seam {
    /// A seam that any one of these beginnings leads up to. None of them may be the beginning of another.
    #[must_use]
    pub fn new(beginnings: impl IntoIterator<Item = Vec<Segment>>) -> Self {
        let tracks = beginnings.into_iter().map(|want| Track { want, at: 0, within: 0 });
        let mut seam = Self { tracks: tracks.collect(), joined: None };
        seam.look();
        seam
    }

    /// Whether the beginning is over. Bytes of text and arguments that were repeated before it.
    #[must_use]
    pub fn joined(&self) -> Option<usize> {
        self.joined
    }

    /// Takes more text.
    pub fn text<'a>(&mut self, text: &'a str) -> Fit<'a> {
        let mut rest = text;
        self.tracks.retain_mut(|it| match it.text(text) {
            Some(left) => {
                // Of tracks that fit only one can come to its end.
                rest = if it.is_over() { left } else { rest };
                true
            }
            None => false,
        });
        self.fit(rest)
    }

    /// A call of this tool begins.
    pub fn call(&mut self, name: &str) -> Fit<'static> {
        self.tracks
            .retain(|it| it.within == 0 && matches!(it.next(), Some(Segment::Call { name: it, .. }) if it == name));
        self.fit("")
    }

    /// Takes more of its arguments.
    pub fn arguments(&mut self, more: &str) -> Fit<'static> {
        self.tracks.retain_mut(|it| {
            let Some(Segment::Call { arguments, .. }) = it.want.get(it.at) else { return false };
            let fits = arguments.get(it.within..).is_some_and(|left| left.starts_with(more));
            it.within += more.len();
            fits
        });
        self.fit("")
    }

    /// The call is complete.
    pub fn called(&mut self) -> Fit<'static> {
        self.tracks.retain_mut(|it| {
            let whole = matches!(it.next(), Some(Segment::Call { arguments, .. }) if arguments.len() == it.within);
            (it.at, it.within) = (it.at + 1, 0);
            whole
        });
        self.fit("")
    }

    fn fit<'a>(&mut self, rest: &'a str) -> Fit<'a> {
        self.look();
        match self.joined {
            Some(_) => Fit::Joined(rest),
            None if self.tracks.is_empty() => Fit::Misfit,
            None => Fit::Waiting,
        }
    }

    fn look(&mut self) {
        self.joined = self.tracks.iter().find(|it| it.is_over()).map(Track::len);
    }
}

impl Track {
    fn next(&self) -> Option<&Segment> {
        self.want.get(self.at)
    }

    fn is_over(&self) -> bool {
        self.at == self.want.len()
    }

    fn len(&self) -> usize {
        let len = |it: &Segment| match it {
            Segment::Text(text) => text.len(),
            Segment::Call { arguments, .. } => arguments.len(),
        };
        self.want.iter().map(len).sum()
    }

    /// What of `text` is left after what is expected; `None` if it is something else.
    fn text<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        if text.is_empty() {
            return Some(text);
        }
        let Some(Segment::Text(want)) = self.want.get(self.at) else { return None };
        let left = want.get(self.within..)?;
        if left.len() > text.len() {
            self.within += text.len();
            return left.starts_with(text).then_some("");
        }
        let rest = text.strip_prefix(left)?;
        (self.at, self.within) = (self.at + 1, 0);
        (rest.is_empty() || self.is_over()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<Segment> {
        vec![Segment::Text(text.to_owned())]
    }

    /// What is new of an answer that comes in these pieces.
    fn new(beginnings: &[&str], pieces: &[&str]) -> Option<String> {
        let mut seam = Seam::new(beginnings.iter().map(|it| said(it)));
        let mut new = String::new();
        for piece in pieces {
            if seam.joined().is_some() {
                new.push_str(piece);
                continue;
            }
            match seam.text(piece) {
                Fit::Waiting => {}
                Fit::Joined(rest) => new.push_str(rest),
                Fit::Misfit => return None,
            }
        }
        seam.joined().map(|_| new)
    }

    #[test]
    fn however_it_is_cut_only_what_is_new_is_left() {
        let answer = "upon a time – né";
        for beginnings in [&["upon "][..], &["upon a time – n"], &["Once upon ", "upon "], &["upon ", "Once"]] {
            for at in (0..=answer.len()).filter(|it| answer.is_char_boundary(*it)) {
                let (a, b) = answer.split_at(at);
                let want = beginnings.iter().find_map(|it| answer.strip_prefix(it)).unwrap();
                assert_eq!(new(beginnings, &[a, b]).as_deref(), Some(want), "{beginnings:?} {at}");
            }
        }
    }

    #[test]
    fn one_byte_that_differs_is_a_misfit() {
        assert_eq!(new(&["upon a"], &["upon", " b"]), None);
        assert_eq!(new(&["upon a"], &[" upon a"]), None);
        // An answer that ends before the seam has not come to it.
        assert_eq!(new(&["upon a"], &["upon "]), None);
        assert_eq!(new(&["é"], &["è"]), None);
    }

    #[test]
    fn where_nothing_is_expected_all_is_new() {
        assert_eq!(new(&[""], &["a"]).as_deref(), Some("a"));
        assert_eq!(Seam::new([Vec::new()]).joined(), Some(0));
    }

    #[test]
    fn calls_fit_by_name_and_byte_for_byte() {
        let call = |arguments: &str| Segment::Call { name: "look".to_owned(), arguments: arguments.to_owned() };
        let seam = || Seam::new([vec![Segment::Text("I look.".to_owned()), call("{\"a\":1}")]]);
        let mut it = seam();
        assert_eq!(it.text("I look."), Fit::Waiting);
        assert_eq!(it.call("look"), Fit::Waiting);
        assert_eq!(it.arguments("{\"a\""), Fit::Waiting);
        assert_eq!(it.arguments(":1}"), Fit::Waiting);
        assert_eq!((it.called(), it.joined()), (Fit::Joined(""), Some(14)));
        let mut it = seam();
        assert_eq!(it.call("look"), Fit::Misfit, "the text is missing");
        let mut it = seam();
        assert_eq!(it.text("I look. Now"), Fit::Misfit);
        let mut it = seam();
        it.text("I look.");
        assert_eq!(it.call("see"), Fit::Misfit);
        let mut it = seam();
        it.text("I look.");
        it.call("look");
        it.arguments("{\"a\"");
        assert_eq!(it.called(), Fit::Misfit);
    }
}
