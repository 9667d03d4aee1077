//! Amazon's binary framing, `application/vnd.amazon.eventstream`: messages with headers, a payload and two checksums.
//! Knows no dialect.
//!
//! ```text
//! 4 total length │ 4 length of headers │ 4 CRC of the 8 bytes before │ headers │ payload │ 4 CRC of all before
//! header: 1 length of name │ name │ 1 type of value │ value
//! ```
//! All numbers are big-endian, both checksums CRC-32 (IEEE). Source: AWS, "Event stream encoding" (Smithy 2.0,
//! `aws.protocols#eventstream`), as botocore and the AWS SDKs implement it.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use crate::wire::sse::{Frame, MAX_EVENT, Split};

/// Largest message that is read, as for any other event. The framing itself would allow 24 MB; an announced length
/// beyond this is refused before a byte of it is waited for.
pub const MAX_MESSAGE: usize = MAX_EVENT;

/// The two lengths and their checksum.
const PRELUDE: usize = 12;
/// The checksum at the end.
const TRAILER: usize = 4;

/// Header that says what a message is: `event`, `exception` (of the service's model) or `error` (of no model).
pub const MESSAGE_TYPE: &str = ":message-type";
const EVENT_TYPE: &str = ":event-type";
const EXCEPTION_TYPE: &str = ":exception-type";
const ERROR_CODE: &str = ":error-code";
const ERROR_MESSAGE: &str = ":error-message";

/// Bytes that are no message, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Corrupt(&'static str);

/// Where a header's name and value are.
type Header = (Range<usize>, Range<usize>);

/// Where the parts of a message are.
#[derive(Debug)]
struct Message {
    /// Names and values of the headers that are text.
    headers: Vec<Header>,
    payload: Range<usize>,
}

/// Cuts a stream into messages.
///
/// A frame's name is the message's `:event-type`, `:exception-type` or `:error-code`, its data the payload, or for an
/// error of no model the `:error-message`. The first bytes that are no message become one frame without a name that
/// [`check`] refuses, and so does whatever follows them: where framing is lost it cannot be found again. Half a message
/// at the end of a stream is no frame, because what was cut says nothing: it stays among what is pending.
#[derive(Debug, Default)]
pub struct Splitter {
    held: BytesMut,
    /// Length of the message that is held, once its prelude is there.
    total: Option<usize>,
    broken: bool,
    beheaded: bool,
}

impl Splitter {
    /// At the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn message(&mut self, raw: Bytes) -> Frame {
        match parse(&raw) {
            Ok(message) => frame(raw, &message),
            Err(_) => self.unreadable(raw),
        }
    }

    fn unreadable(&mut self, raw: Bytes) -> Frame {
        self.broken = true;
        let all = 0..raw.len();
        Frame::of(raw, None, all)
    }
}

impl Split for Splitter {
    /// Messages that lie within one chunk share its memory; one that spans chunks is copied once.
    fn push(&mut self, mut chunk: Bytes, out: &mut Vec<Frame>) {
        while !chunk.is_empty() {
            if self.broken {
                let frame = self.unreadable(chunk);
                out.push(frame);
                return;
            }
            if self.held.is_empty() {
                match announced(&chunk) {
                    Some(Err(_)) => {
                        let frame = self.unreadable(chunk);
                        out.push(frame);
                        return;
                    }
                    Some(Ok(total)) if total <= chunk.len() => {
                        let frame = self.message(chunk.split_to(total));
                        out.push(frame);
                        continue;
                    }
                    Some(Ok(total)) => self.total = Some(total),
                    None => {}
                }
            }
            let wanted = self.total.unwrap_or(PRELUDE).saturating_sub(self.held.len());
            self.held.extend_from_slice(&chunk.split_to(wanted.min(chunk.len())));
            match self.total {
                Some(total) if self.held.len() >= total => {
                    self.total = None;
                    let raw = self.held.split().freeze();
                    let frame = self.message(raw);
                    out.push(frame);
                }
                Some(_) => {}
                None => match announced(&self.held) {
                    Some(Ok(total)) => self.total = Some(total),
                    Some(Err(_)) => {
                        let raw = self.held.split().freeze();
                        let frame = self.unreadable(raw);
                        out.push(frame);
                    }
                    None => {}
                },
            }
        }
    }

    fn finish(&mut self) -> Option<Frame> {
        self.total = None;
        None
    }

    fn held(&self) -> &[u8] {
        &self.held
    }

    fn take_pending(&mut self) -> Bytes {
        self.beheaded |= !self.held.is_empty();
        self.broken |= self.beheaded;
        self.total = None;
        self.held.split().freeze()
    }

    fn is_beheaded(&self) -> bool {
        self.beheaded
    }
}

/// Whether a frame's bytes are one whole message.
///
/// # Errors
/// What is wrong with them.
pub fn check(raw: &[u8]) -> Result<(), Corrupt> {
    parse(raw).map(|_| ())
}

/// A header of a message, if it is there and is text.
#[must_use]
pub fn header<'a>(raw: &'a [u8], name: &str) -> Option<&'a str> {
    let message = parse(raw).ok()?;
    let span = find(raw, &message, name)?;
    raw.get(span).and_then(|it| std::str::from_utf8(it).ok())
}

/// Appends one message. Headers are text, their names at most 255 bytes and their values at most 65,535; what is longer
/// is cut.
pub fn write(headers: &[(&str, &str)], payload: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; PRELUDE]);
    for (name, value) in headers {
        let name = name.as_bytes().get(..255).unwrap_or(name.as_bytes());
        let value = value.as_bytes().get(..usize::from(u16::MAX)).unwrap_or(value.as_bytes());
        out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(name);
        out.push(7);
        out.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend_from_slice(value);
    }
    let of_headers = out.len() - start - PRELUDE;
    out.extend_from_slice(payload);
    let total = out.len() - start + TRAILER;
    let size = |it: usize| u32::try_from(it).unwrap_or(u32::MAX).to_be_bytes();
    let put = |at: usize, bytes: [u8; 4], out: &mut Vec<u8>| {
        if let Some(place) = out.get_mut(start + at..start + at + 4) {
            place.copy_from_slice(&bytes);
        }
    };
    put(0, size(total), out);
    put(4, size(of_headers), out);
    let crc = crc32fast::hash(out.get(start..start + 8).unwrap_or_default());
    put(8, crc.to_be_bytes(), out);
    let crc = crc32fast::hash(out.get(start..).unwrap_or_default());
    out.extend_from_slice(&crc.to_be_bytes());
}

// === private ===

/// The length of the message that begins here; `None` while its prelude is not there.
fn announced(bytes: &[u8]) -> Option<Result<usize, Corrupt>> {
    let prelude = bytes.get(..PRELUDE)?;
    Some(lengths(prelude).map(|(total, _)| total))
}

/// Total length and length of the headers, checked against each other and against what is read at all.
fn lengths(prelude: &[u8]) -> Result<(usize, usize), Corrupt> {
    let (Some(total), Some(headers), Some(crc)) = (number(prelude, 0), number(prelude, 4), number(prelude, 8)) else {
        return Err(Corrupt("an event stream message is cut short"));
    };
    if crc32fast::hash(prelude.get(..8).unwrap_or_default()) != crc {
        return Err(Corrupt("the checksum of an event stream message's length is wrong"));
    }
    let (total, headers) = (total as usize, headers as usize);
    if total > MAX_MESSAGE {
        return Err(Corrupt("an event stream message announces more than a megabyte"));
    }
    match total.checked_sub(PRELUDE + TRAILER) {
        Some(rest) if headers <= rest => Ok((total, headers)),
        _ => Err(Corrupt("an event stream message announces lengths that contradict each other")),
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn parse(raw: &[u8]) -> Result<Message, Corrupt> {
    let prelude = raw.get(..PRELUDE).ok_or(Corrupt("an event stream message is cut short"))?;
    let (total, headers) = lengths(prelude)?;
    if raw.len() != total {
        return Err(Corrupt("an event stream message is not as long as it says"));
    }
    let end = total - TRAILER;
    let checked = raw.get(..end).unwrap_or_default();
    if number(raw, end) != Some(crc32fast::hash(checked)) {
        return Err(Corrupt("the checksum of an event stream message is wrong"));
    }
    let payload = PRELUDE + headers..end;
    Ok(Message { headers: read_headers(raw, PRELUDE..payload.start)?, payload })
}

fn read_headers(raw: &[u8], span: Range<usize>) -> Result<Vec<Header>, Corrupt> {
    const BAD: Corrupt = Corrupt("a header of an event stream message is malformed");
    let mut headers = Vec::with_capacity(4);
    let mut at = span.start;
    let byte = |at: usize| raw.get(at).copied().filter(|_| at < span.end).ok_or(BAD);
    while at < span.end {
        let name = at + 1..at + 1 + usize::from(byte(at)?);
        let kind = byte(name.end)?;
        at = name.end + 1;
        let length = match kind {
            // True and false.
            0 | 1 => 0,
            // A byte, a short, an integer, a long or a time, a UUID.
            2 => 1,
            3 => 2,
            4 => 4,
            5 | 8 => 8,
            9 => 16,
            // Bytes and text.
            6 | 7 => {
                let length = usize::from(u16::from_be_bytes([byte(at)?, byte(at + 1)?]));
                at += 2;
                length
            }
            _ => return Err(BAD),
        };
        let value = at..at + length;
        if value.end > span.end {
            return Err(BAD);
        }
        at = value.end;
        if kind == 7 {
            headers.push((name, value));
        }
    }
    Ok(headers)
}

fn find(raw: &[u8], message: &Message, name: &str) -> Option<Range<usize>> {
    let named = |span: &Range<usize>| raw.get(span.clone()) == Some(name.as_bytes());
    message.headers.iter().find(|(it, _)| named(it)).map(|(_, value)| value.clone())
}

fn frame(raw: Bytes, message: &Message) -> Frame {
    let header = |name| find(&raw, message, name);
    let name = header(EVENT_TYPE).or_else(|| header(EXCEPTION_TYPE)).or_else(|| header(ERROR_CODE));
    let data = header(ERROR_MESSAGE).unwrap_or(message.payload.clone());
    Frame::of(raw, name, data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write(headers, payload, &mut out);
        out
    }

    fn split(pieces: &[&[u8]]) -> Vec<(String, Vec<u8>)> {
        let (mut splitter, mut out) = (Splitter::new(), Vec::new());
        for piece in pieces {
            splitter.push(Bytes::copy_from_slice(piece), &mut out);
        }
        assert!(splitter.finish().is_none());
        out.iter().map(|it| (it.event().to_owned(), it.data().into_owned())).collect()
    }

    // AWS's own test vectors for this encoding: an empty message, and a payload without headers.
    #[test]
    fn the_vectors_of_the_specification_hold() {
        let empty = [0, 0, 0, 0x10, 0, 0, 0, 0, 5, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
        assert_eq!(message(&[], b""), empty);
        assert_eq!(check(&empty), Ok(()));
        let payload = [
            0, 0, 0, 0x1d, 0, 0, 0, 0, 0xfd, 0x52, 0x8c, 0x5a, 0x7b, 0x27, 0x66, 0x6f, 0x6f, 0x27, 0x3a, 0x27, 0x62,
            0x61, 0x72, 0x27, 0x7d, 0xc3, 0x65, 0x39, 0x36,
        ];
        assert_eq!(message(&[], b"{'foo':'bar'}"), payload);
        let header = [
            0, 0, 0, 0x3d, 0, 0, 0, 0x20, 7, 0xfd, 0x83, 0x96, 0x0c, b'c', b'o', b'n', b't', b'e', b'n', b't', b'-',
            b't', b'y', b'p', b'e', 7, 0, 0x10, b'a', b'p', b'p', b'l', b'i', b'c', b'a', b't', b'i', b'o', b'n', b'/',
            b'j', b's', b'o', b'n', 0x7b, 0x27, 0x66, 0x6f, 0x6f, 0x27, 0x3a, 0x27, 0x62, 0x61, 0x72, 0x27, 0x7d, 0x8d,
            0x9c, 0x08, 0xb1,
        ];
        assert_eq!(message(&[("content-type", "application/json")], b"{'foo':'bar'}"), header);
    }

    #[test]
    fn headers_of_every_type_are_passed_over() {
        let mut headers = Vec::new();
        for (kind, size) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)] {
            headers.extend_from_slice(&[1, b'x', kind]);
            headers.extend(std::iter::repeat_n(0xFF, size));
        }
        headers.extend_from_slice(&[1, b'b', 6, 0, 2, 0, 0]);
        headers.extend_from_slice(b"\x0b:event-type\x07\x00\x05hello");
        let mut out = message(&[], &headers);
        // The payload becomes the headers; both checksums follow.
        out[4..8].copy_from_slice(&u32::try_from(headers.len()).unwrap().to_be_bytes());
        let crc = crc32fast::hash(&out[..8]);
        out[8..12].copy_from_slice(&crc.to_be_bytes());
        let end = out.len() - 4;
        let crc = crc32fast::hash(&out[..end]);
        out[end..].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(check(&out), Ok(()));
        assert_eq!(header(&out, ":event-type"), Some("hello"));
        assert_eq!(split(&[&out]), [("hello".to_owned(), Vec::new())]);
    }

    #[test]
    fn chunks_change_nothing() {
        let mut all = message(&[(EVENT_TYPE, "one"), (MESSAGE_TYPE, "event")], b"{}");
        all.extend(message(&[(MESSAGE_TYPE, "exception"), (EXCEPTION_TYPE, "two")], b"[1]"));
        all.extend(message(&[(MESSAGE_TYPE, "error"), (ERROR_CODE, "three"), (ERROR_MESSAGE, "said")], b""));
        let is = |name: &str, data: &str| (name.to_owned(), data.as_bytes().to_vec());
        let expected = [is("one", "{}"), is("two", "[1]"), is("three", "said")];
        for cut in 0..=all.len() {
            assert_eq!(split(&[&all[..cut], &all[cut..]]), expected, "{cut}");
        }
        assert_eq!(split(&all.chunks(1).collect::<Vec<_>>()), expected);
        for cut in 0..all.len() {
            let whole = split(&[&all[..cut]]);
            assert!(whole.len() < 3 && expected.starts_with(&whole), "{cut}");
        }
    }

    #[test]
    fn a_flipped_bit_is_found_and_nothing_after_it_is_read() {
        let good = message(&[(EVENT_TYPE, "one")], b"{\"text\":\"x\"}");
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert!(check(&bad).is_err(), "{at} {bit}");
                bad.extend_from_slice(&good);
                let (mut splitter, mut out) = (Splitter::new(), Vec::new());
                splitter.push(Bytes::from(bad.clone()), &mut out);
                assert!(out.iter().all(|it| it.event().is_empty()), "{at} {bit}");
                assert!(out.iter().any(|it| check(it.raw()).is_err()), "{at} {bit}");
                assert_eq!(out.iter().map(|it| it.raw().to_vec()).collect::<Vec<_>>().concat(), bad);
            }
        }
    }

    #[test]
    fn absurd_lengths_are_refused_at_once() {
        for (total, headers) in [(u32::MAX, 0), (1 << 20 | 1, 0), (15, 0), (0, 0), (40, 25), (40, u32::MAX)] {
            let mut prelude = [total.to_be_bytes(), headers.to_be_bytes()].concat();
            prelude.extend_from_slice(&crc32fast::hash(&prelude).to_be_bytes());
            let (mut splitter, mut out) = (Splitter::new(), Vec::new());
            splitter.push(Bytes::from(prelude), &mut out);
            assert_eq!((out.len(), splitter.pending()), (1, 0), "{total} {headers}");
            assert!(check(out[0].raw()).is_err());
        }
        assert_eq!(check(b""), Err(Corrupt("an event stream message is cut short")));
    }

    #[test]
    fn what_is_taken_unread_is_not_read_later() {
        let whole = message(&[(EVENT_TYPE, "one")], b"{}");
        let (mut splitter, mut out) = (Splitter::new(), Vec::new());
        splitter.push(Bytes::copy_from_slice(&whole[..20]), &mut out);
        assert_eq!(splitter.pending(), 20);
        assert_eq!(splitter.take_pending(), whole[..20]);
        assert!(splitter.is_beheaded());
        splitter.push(Bytes::copy_from_slice(&whole[20..]), &mut out);
        assert!(out.iter().all(|it| it.event().is_empty()));
    }
}
