//! Streams of lines, one JSON object a line (NDJSON): where one ends and the next begins.

use bytes::{Bytes, BytesMut};
use memchr::memchr;

use crate::wire::sse::{Frame, Split};

/// Cuts a byte stream into lines.
///
/// Lines that lie within one chunk share its memory; only a line that spans chunks is copied, once. Every byte is looked at
/// once, also when a line of many megabytes comes in small chunks.
#[derive(Debug, Default)]
pub struct Lines {
    held: BytesMut,
    /// The head of the current line was taken away unread, so the rest of it is no JSON.
    beheaded: bool,
}

impl Lines {
    /// A line with its end, as a frame without a name. What remains of a beheaded one has no data.
    fn cut(&mut self, raw: Bytes) -> Frame {
        let end = if std::mem::take(&mut self.beheaded) { 0 } else { raw.trim_ascii_end().len() };
        Frame::of(raw, None, 0..end)
    }
}

impl Split for Lines {
    fn push(&mut self, chunk: Bytes, out: &mut Vec<Frame>) {
        let mut rest = chunk;
        while let Some(at) = memchr(b'\n', &rest) {
            let line = rest.split_to(at + 1);
            let line = if self.held.is_empty() {
                line
            } else {
                self.held.extend_from_slice(&line);
                self.held.split().freeze()
            };
            out.push(self.cut(line));
        }
        self.held.extend_from_slice(&rest);
    }

    /// A last line without its end is still one: whether it is whole is for the parser of JSON to say.
    fn finish(&mut self) -> Option<Frame> {
        let raw = self.held.split().freeze();
        (!raw.is_empty()).then(|| self.cut(raw))
    }

    fn held(&self) -> &[u8] {
        &self.held
    }

    fn take_pending(&mut self) -> Bytes {
        let taken = self.held.split().freeze();
        self.beheaded |= !taken.is_empty();
        taken
    }

    fn is_beheaded(&self) -> bool {
        self.beheaded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: &[&[u8]]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut lines = Lines::default();
        let mut frames = Vec::new();
        for chunk in chunks {
            lines.push(Bytes::copy_from_slice(chunk), &mut frames);
        }
        frames.extend(lines.finish());
        frames.iter().map(|it| (it.raw().to_vec(), it.data().into_owned())).collect()
    }

    #[test]
    fn any_chunks_give_the_same_lines_and_every_byte_comes_out() {
        let text = b"{\"a\":\"\\n\"}\n\r\n{\"b\":2}\r\n{\"c\":[1,\n{\"d\":4}";
        let whole = cut(&[text]);
        let data: Vec<&[u8]> = whole.iter().map(|it| &*it.1).collect();
        let expected: [&[u8]; 5] = [b"{\"a\":\"\\n\"}", b"", b"{\"b\":2}", b"{\"c\":[1,", b"{\"d\":4}"];
        assert_eq!(data, expected);
        assert_eq!(whole.iter().flat_map(|it| it.0.clone()).collect::<Vec<u8>>(), text);
        for size in 1..text.len() {
            assert_eq!(cut(&text.chunks(size).collect::<Vec<_>>()), whole, "{size}");
        }
    }

    #[test]
    fn the_rest_of_a_line_that_was_given_up_says_nothing() {
        let mut lines = Lines::default();
        let mut frames = Vec::new();
        lines.push(Bytes::from_static(b"{\"huge"), &mut frames);
        assert_eq!((lines.pending(), lines.take_pending().len(), lines.is_beheaded()), (6, 6, true));
        lines.push(Bytes::from_static(b"\":1}\n{\"next\":2}\n"), &mut frames);
        assert_eq!((frames[0].data().len(), frames[0].raw().len()), (0, 5));
        assert_eq!(frames[1].data(), &b"{\"next\":2}"[..]);
        assert!(!lines.is_beheaded());
    }

    #[test]
    fn a_line_within_a_chunk_is_not_copied() {
        let chunk = Bytes::from_static(b"{}\n{}\n");
        let mut frames = Vec::new();
        Lines::default().push(chunk.clone(), &mut frames);
        assert_eq!(frames[0].raw().as_ptr(), chunk.as_ptr());
    }
}
