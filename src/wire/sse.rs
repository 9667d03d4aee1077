//! Server-sent events, as a relay needs them: where one event ends and the next begins, to the byte.
//!
//! Follows the event stream grammar of the WHATWG HTML standard (LF, CR and CRLF, byte order mark, comments,
//! multi-line data). What it gives out is the input, cut into frames: their concatenation equals what was pushed,
//! whatever the chunks. Knows no dialect.

use std::borrow::Cow;
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use memchr::{memchr, memchr2};

/// Largest event that is worth understanding (faults.md row 33). A relay that holds more than this of an unfinished
/// event passes the bytes on unread ([`Splitter::take_pending`]).
pub const MAX_EVENT: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One event, comment block or stray blank line, with the blank line that ends it.
#[derive(Debug, Clone)]
pub struct Frame {
    raw: Bytes,
    event: Option<Range<usize>>,
    data: Data,
}

/// Where the data lines of a frame are.
#[derive(Debug, Clone)]
enum Data {
    None,
    One(Range<usize>),
    Many(Vec<Range<usize>>),
}

impl Frame {
    /// The bytes as they came, terminator included.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The event's name: the last `event` field, empty where there is none. A name that is not UTF-8 reads as U+FFFD,
    /// which no dialect uses.
    #[must_use]
    pub fn event(&self) -> &str {
        let Some(span) = &self.event else { return "" };
        self.raw.get(span.clone()).map_or("", |name| std::str::from_utf8(name).unwrap_or("\u{FFFD}"))
    }

    /// The data lines joined by LF. Borrowed when there is one, which is the rule.
    #[must_use]
    pub fn data(&self) -> Cow<'_, [u8]> {
        let line = |span: &Range<usize>| self.raw.get(span.clone()).unwrap_or_default();
        match &self.data {
            Data::None => Cow::Borrowed(&[]),
            Data::One(span) => Cow::Borrowed(line(span)),
            Data::Many(spans) => Cow::Owned(spans.iter().map(line).collect::<Vec<_>>().join(&b'\n')),
        }
    }

    /// It has neither data nor a name: a comment, a `retry`, a stray blank line. Clients ignore it.
    #[must_use]
    pub fn is_comment(&self) -> bool {
        self.event.is_none() && matches!(self.data, Data::None)
    }

    /// A frame of another framing than this one's: where its name and its data are in `raw`.
    #[must_use]
    pub fn of(raw: Bytes, event: Option<Range<usize>>, data: Range<usize>) -> Self {
        Self { raw, event, data: Data::One(data) }
    }

    /// Reads the fields. `start` skips a byte order mark.
    fn parse(raw: Bytes, start: usize) -> Self {
        let mut frame = Self { raw: Bytes::new(), event: None, data: Data::None };
        let mut at = start;
        while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
            let len = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            if let Some(line) = rest.get(..len) {
                frame.field(line, at);
            }
            // A CRLF leaves its LF as an empty line, which says nothing.
            at += len + 1;
        }
        frame.raw = raw;
        frame
    }

    /// Takes in one line that begins at byte `at` of the frame.
    fn field(&mut self, line: &[u8], at: usize) {
        let colon = memchr(b':', line);
        let name = line.get(..colon.unwrap_or(line.len())).unwrap_or_default();
        let end = at + line.len();
        let value = match colon {
            None => end..end,
            Some(colon) if line.get(colon + 1) == Some(&b' ') => at + colon + 2..end,
            Some(colon) => at + colon + 1..end,
        };
        match name {
            b"event" => self.event = Some(value),
            b"data" => {
                self.data = match std::mem::replace(&mut self.data, Data::None) {
                    Data::None => Data::One(value),
                    Data::One(first) => Data::Many(vec![first, value]),
                    Data::Many(mut spans) => {
                        spans.push(value);
                        Data::Many(spans)
                    }
                }
            }
            _ => {}
        }
    }
}

/// Cuts the bytes of a stream into frames: their concatenation equals what was pushed, whatever the chunks.
pub trait Split: Send {
    /// Takes in a chunk and appends the frames it completes.
    fn push(&mut self, chunk: Bytes, out: &mut Vec<Frame>);

    /// The stream is over: what is left of it, if that can still be understood.
    fn finish(&mut self) -> Option<Frame>;

    /// What is held of an unfinished frame.
    fn held(&self) -> &[u8];

    /// Gives up understanding the unfinished frame and hands out what is held of it, to be relayed.
    fn take_pending(&mut self) -> Bytes;

    /// The head of the current frame was handed out unread, and its end has not come yet.
    fn is_beheaded(&self) -> bool;

    /// Bytes held of an unfinished frame.
    fn pending(&self) -> usize {
        self.held().len()
    }
}

/// Where in the grammar the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    /// At the start of a line.
    #[default]
    Start,
    /// Inside a line.
    Line,
    /// After a CR that ended a line; an LF now belongs to it.
    AfterCr,
    /// After a CR on an empty line: the frame is complete, but an LF now still belongs to it.
    BlankCr,
}

/// Cuts a byte stream into frames.
///
/// Frames that lie within one chunk share its memory; only a frame that spans chunks is copied, once. Every byte is
/// looked at once, also when an event of many megabytes comes in small chunks.
#[derive(Debug, Default)]
pub struct Splitter {
    held: BytesMut,
    at: At,
    /// Something was given out already, so a byte order mark can no longer come.
    begun: bool,
    /// The head of the current event was taken away unread, so the rest of it must not be read as fields.
    beheaded: bool,
}

impl Splitter {
    /// At the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn cut(&mut self, raw: Bytes) -> Frame {
        let first = !std::mem::replace(&mut self.begun, true);
        if std::mem::take(&mut self.beheaded) {
            return Frame { raw, event: None, data: Data::None };
        }
        let start = if first && raw.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        Frame::parse(raw, start)
    }
}

impl Split for Splitter {
    /// A blank line made of a single CR is waited on for one byte, since an LF may follow, unless the line before it
    /// ended in a bare CR too: such a stream has no LF to wait for, and its last event would be held back.
    fn push(&mut self, chunk: Bytes, out: &mut Vec<Frame>) {
        let mut start = 0;
        let mut i = 0;
        while let Some(&byte) = chunk.get(i) {
            let mut complete = false;
            match (self.at, byte) {
                (At::BlankCr | At::Start, b'\n') | (At::AfterCr, b'\r') => {
                    complete = true;
                    i += 1;
                }
                // The byte belongs to the next frame.
                (At::BlankCr, _) => complete = true,
                (At::Start, b'\r') => {
                    self.at = At::BlankCr;
                    i += 1;
                }
                (At::AfterCr, b'\n') => {
                    self.at = At::Start;
                    i += 1;
                }
                (At::Start | At::AfterCr | At::Line, _) => {
                    let rest = chunk.get(i..).unwrap_or_default();
                    match memchr2(b'\n', b'\r', rest) {
                        None => {
                            self.at = At::Line;
                            i = chunk.len();
                        }
                        Some(len) => {
                            self.at = if rest.get(len) == Some(&b'\n') { At::Start } else { At::AfterCr };
                            i += len + 1;
                        }
                    }
                }
            }
            if complete {
                self.at = At::Start;
                let raw = if self.held.is_empty() {
                    chunk.slice(start..i)
                } else {
                    self.held.extend_from_slice(chunk.get(start..i).unwrap_or_default());
                    self.held.split().freeze()
                };
                start = i;
                out.push(self.cut(raw));
            }
        }
        self.held.extend_from_slice(chunk.get(start..).unwrap_or_default());
    }

    /// What is left is an event without its blank line. The standard drops it; some providers end so, with the usage in
    /// it.
    fn finish(&mut self) -> Option<Frame> {
        self.at = At::Start;
        let raw = self.held.split().freeze();
        (!raw.is_empty()).then(|| self.cut(raw))
    }

    fn held(&self) -> &[u8] {
        &self.held
    }

    /// The rest of that event comes out as a frame that reads as a comment; framing is right again after it.
    fn take_pending(&mut self) -> Bytes {
        let taken = self.held.split().freeze();
        self.beheaded |= !taken.is_empty();
        taken
    }

    fn is_beheaded(&self) -> bool {
        self.beheaded
    }
}

/// Appends one frame. Line breaks in `data` become several data lines, as the standard asks.
pub fn frame(event: Option<&str>, data: &[u8], out: &mut Vec<u8>) {
    if let Some(name) = event {
        out.extend_from_slice(b"event: ");
        // A line break would begin another field.
        out.extend(name.bytes().take_while(|byte| !matches!(byte, b'\r' | b'\n')));
        out.push(b'\n');
    }
    let mut rest = data;
    loop {
        let len = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (line, tail) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(line);
        out.push(b'\n');
        rest = match tail {
            [] => break,
            [b'\r', b'\n', more @ ..] | [_, more @ ..] => more,
        };
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &[u8]) -> Vec<Frame> {
        let mut splitter = Splitter::new();
        let mut out = Vec::new();
        splitter.push(Bytes::copy_from_slice(text), &mut out);
        out.extend(splitter.finish());
        out
    }

    fn told(text: &str) -> Vec<(String, String)> {
        let told = |it: &Frame| (it.event().to_owned(), String::from_utf8(it.data().into_owned()).unwrap());
        frames(text.as_bytes()).iter().filter(|it| !it.is_comment()).map(told).collect()
    }

    fn pair(event: &str, data: &str) -> (String, String) {
        (event.to_owned(), data.to_owned())
    }

    #[test]
    fn every_line_ending_ends_lines() {
        for end in ["\n", "\r", "\r\n"] {
            let text = "event: a\ndata: 1\n\ndata:2\n\n: x\n\ndata: 3\n\n".replace('\n', end);
            assert_eq!(told(&text), [pair("a", "1"), pair("", "2"), pair("", "3")], "{end:?}");
        }
    }

    #[test]
    fn fields_read_as_the_standard_says() {
        assert_eq!(told("data\ndata:  two\nevent: x\nevent: y\nid: 7\nfoo: 1\n\n"), [pair("y", "\n two")]);
        assert_eq!(told("\u{FEFF}data: x\n\ndata: y"), [pair("", "x"), pair("", "y")]);
        assert!(frames(b": note\nretry: 10\n\n").iter().all(Frame::is_comment));
        assert_eq!(frames(b"event: \xFF\n\n")[0].event(), "\u{FFFD}");
        assert!(!frames(b"data\n\n")[0].is_comment());
    }

    #[test]
    fn one_line_data_is_borrowed_from_the_chunk() {
        let chunk = Bytes::from_static(b"data: abc\n\n");
        let mut out = Vec::new();
        Splitter::new().push(chunk.clone(), &mut out);
        assert_eq!(out[0].raw().as_ptr(), chunk.as_ptr());
        assert!(matches!(out[0].data(), Cow::Borrowed(b"abc")));
    }

    #[test]
    fn a_stream_of_bare_crs_is_not_held_back() {
        let mut splitter = Splitter::new();
        let mut out = Vec::new();
        splitter.push(Bytes::from_static(b"data: 1\r\r"), &mut out);
        assert_eq!(out.len(), 1);
        assert_eq!(splitter.pending(), 0);
    }

    #[test]
    fn framing_is_right_again_after_an_event_that_was_given_up() {
        let mut splitter = Splitter::new();
        let mut out = Vec::new();
        splitter.push(Bytes::from_static(b"data: huge"), &mut out);
        assert_eq!(splitter.pending(), 10);
        assert_eq!(splitter.take_pending(), "data: huge");
        splitter.push(Bytes::from_static(b"\ndata: tail\n\ndata: next\n\n"), &mut out);
        assert_eq!(out.len(), 2);
        assert!(out[0].is_comment());
        assert_eq!(out[1].data(), &b"next"[..]);
    }

    #[test]
    fn written_frames_read_back() {
        for data in ["", "x", "a\nb", "a\r\nb", "a\rb\n", "\n", " lead"] {
            let mut out = Vec::new();
            frame(Some("name\r\ndata: forged"), data.as_bytes(), &mut out);
            let read = frames(&out);
            assert_eq!(read.len(), 1, "{data:?}");
            assert_eq!(read[0].event(), "name");
            let expected = data.replace("\r\n", "\n").replace('\r', "\n");
            assert_eq!(read[0].data(), expected.as_bytes(), "{data:?}");
        }
    }
}
