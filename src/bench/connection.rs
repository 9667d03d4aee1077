//! One kept HTTP/1.1 connection that sends finished requests and times their answers, at as little CPU of its own as
//! it can. It looks at bytes only as far as it must: the head, the framing, the events' ends, the first content.

use std::io;
use std::net::SocketAddr;

use bytes::{Buf, BytesMut};
use memchr::{memchr_iter, memmem};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::domain::clock::{Clock, Moment};

/// The times of one answer, in microseconds from where its clock began to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sample {
    /// To the last byte.
    pub latency: u64,
    /// To the first content of a stream; to the first byte of the body otherwise.
    pub first: u64,
    /// The longest time without a byte after the first content.
    pub longest_gap: u64,
    /// Events of a stream; 0 otherwise.
    pub events: u64,
}

/// Why an exchange failed. The connection is of no further use.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The socket.
    #[error("the connection broke: {0}")]
    Socket(#[from] io::Error),
    /// Not the success that was expected.
    #[error("the answer has status {0}")]
    Status(u16),
    /// It was no HTTP.
    #[error("the answer is not HTTP/1.1 as this client reads it")]
    NotHttp,
    /// A stream that did not end with `[DONE]`.
    #[error("the stream has no proper end")]
    Unfinished,
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    buffer: BytesMut,
    clock: Clock,
}

/// What is left of a body's framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// This many bytes.
    Length(u64),
    /// A chunk's head comes next.
    ChunkHead,
    /// This many bytes of a chunk and its line end.
    Chunk(u64),
    /// The body is complete.
    Done,
}

/// What is noted of a body while it passes.
#[derive(Debug)]
struct Watch {
    streams: bool,
    began: Moment,
    last_byte: Moment,
    sample: Sample,
    content_seen: bool,
    /// The last bytes that passed, for events and marks cut between two reads.
    tail: Vec<u8>,
    done_seen: bool,
}

// === impl Connection ===

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn open(address: SocketAddr, clock: Clock) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream, buffer: BytesMut::with_capacity(64 << 10), clock })
    }

    /// A fresh connection to the same server.
    ///
    /// # Errors
    /// Nobody listens there any more.
    pub async fn again(&self) -> io::Result<Self> {
        Self::open(self.address, self.clock.clone()).await
    }

    /// Sends a finished request and reads its answer to the end. Times count from `began`, which is now in a closed
    /// loop and the planned moment in an open one: a stall is charged to everybody who would have waited.
    ///
    /// # Errors
    /// Anything but a complete answer of status 200.
    pub async fn exchange(&mut self, request: &[u8], began: Moment, streams: bool) -> Result<Sample, Broken> {
        self.stream.write_all(request).await?;
        let mut framing = loop {
            if let Some(framing) = self.take_head()? {
                break framing;
            }
            self.fill().await?;
        };
        let mut watch = Watch::new(streams, began, self.clock.now().mono);
        loop {
            let passed = self.take_body(&mut framing, &mut watch)?;
            if passed {
                watch.mark(self.clock.now().mono);
            }
            if framing == Framing::Done {
                return watch.finish();
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), Broken> {
        self.buffer.reserve(16 << 10);
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(())
    }

    fn take_head(&mut self) -> Result<Option<Framing>, Broken> {
        let mut slots = [httparse::EMPTY_HEADER; 96];
        let mut head = httparse::Response::new(&mut slots);
        let length = match head.parse(&self.buffer) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(Broken::NotHttp),
        };
        match head.code {
            Some(200) => {}
            Some(status) => return Err(Broken::Status(status)),
            None => return Err(Broken::NotHttp),
        }
        let header = |name: &str| head.headers.iter().find(|it| it.name.eq_ignore_ascii_case(name)).map(|it| it.value);
        let framing = if header("transfer-encoding").is_some_and(|it| it.eq_ignore_ascii_case(b"chunked")) {
            Framing::ChunkHead
        } else {
            let length = header("content-length").and_then(|it| std::str::from_utf8(it).ok()?.parse().ok());
            length.map(Framing::Length).ok_or(Broken::NotHttp)?
        };
        self.buffer.advance(length);
        Ok(Some(framing))
    }

    /// Lets pass what of the body is here; true if that was anything.
    fn take_body(&mut self, framing: &mut Framing, watch: &mut Watch) -> Result<bool, Broken> {
        let mut passed = false;
        loop {
            match *framing {
                Framing::Done => return Ok(passed),
                Framing::Length(left) => {
                    let taken = watch.pass(&self.buffer, left);
                    self.buffer.advance(taken);
                    passed |= taken > 0;
                    let left = left - taken as u64;
                    *framing = if left == 0 { Framing::Done } else { Framing::Length(left) };
                    if left > 0 {
                        return Ok(passed);
                    }
                }
                Framing::ChunkHead => match httparse::parse_chunk_size(&self.buffer) {
                    Ok(httparse::Status::Complete((head, 0))) => {
                        // No trailers are expected: the last chunk's head is followed by one empty line.
                        if self.buffer.len() < head + 2 {
                            return Ok(passed);
                        }
                        self.buffer.advance(head + 2);
                        *framing = Framing::Done;
                    }
                    Ok(httparse::Status::Complete((head, size))) => {
                        self.buffer.advance(head);
                        *framing = Framing::Chunk(size + 2);
                    }
                    Ok(httparse::Status::Partial) => return Ok(passed),
                    Err(_) => return Err(Broken::NotHttp),
                },
                Framing::Chunk(left) => {
                    let data = left.saturating_sub(2);
                    let taken = watch.pass(&self.buffer, data);
                    let line_end = (self.buffer.len() - taken).min(usize::try_from(left - data).unwrap_or(2));
                    let line_end = if taken as u64 == data { line_end } else { 0 };
                    self.buffer.advance(taken + line_end);
                    passed |= taken > 0;
                    let left = left - (taken + line_end) as u64;
                    *framing = if left == 0 { Framing::ChunkHead } else { Framing::Chunk(left) };
                    if left > 0 {
                        return Ok(passed);
                    }
                }
            }
        }
    }
}

// === impl Watch ===

impl Watch {
    fn new(streams: bool, began: Moment, now: Moment) -> Self {
        Self {
            streams,
            began,
            last_byte: now,
            sample: Sample::default(),
            content_seen: false,
            tail: Vec::with_capacity(2 * TAIL),
            done_seen: false,
        }
    }

    /// Looks at up to `most` bytes and says how many it took.
    fn pass(&mut self, buffer: &[u8], most: u64) -> usize {
        let taken = buffer.len().min(usize::try_from(most).unwrap_or(usize::MAX));
        if self.streams && taken > 0 {
            self.look(buffer.get(..taken).unwrap_or_default());
        }
        taken
    }

    fn look(&mut self, bytes: &[u8]) {
        for at in memchr_iter(b'\n', bytes) {
            let previous = if at == 0 { self.tail.last() } else { bytes.get(at - 1) };
            self.sample.events += u64::from(previous == Some(&b'\n'));
        }
        // A mark may be cut between two reads: look at the seam as well.
        let kept = self.tail.len();
        self.tail.extend_from_slice(bytes.get(..bytes.len().min(TAIL)).unwrap_or_default());
        let seam = std::mem::take(&mut self.tail);
        self.notice(&seam);
        self.tail = seam;
        self.tail.truncate(kept);
        self.notice(bytes);
        self.tail.extend_from_slice(bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default());
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
    }

    fn notice(&mut self, bytes: &[u8]) {
        if !self.content_seen {
            let mark = b"\"content\":\"";
            let filled = |at: usize| bytes.get(at + mark.len()).is_some_and(|it| *it != b'"');
            self.content_seen = memmem::find_iter(bytes, mark).any(filled);
        }
        self.done_seen |= memmem::rfind(bytes, b"data: [DONE]").is_some();
    }

    /// Bytes have come by `now`.
    fn mark(&mut self, now: Moment) {
        let since_start = micros(now, self.began);
        let gap = micros(now, self.last_byte);
        if self.sample.first > 0 {
            self.sample.longest_gap = self.sample.longest_gap.max(gap);
        } else if self.content_seen || !self.streams {
            self.sample.first = since_start.max(1);
        }
        self.last_byte = now;
        self.sample.latency = since_start;
    }

    fn finish(self) -> Result<Sample, Broken> {
        if self.streams && !self.done_seen { Err(Broken::Unfinished) } else { Ok(self.sample) }
    }
}

/// Longer than any mark that is looked for.
const TAIL: usize = 32;

fn micros(now: Moment, earlier: Moment) -> u64 {
    now.0.saturating_sub(earlier.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(pieces: &[&str]) -> Watch {
        let mut watch = Watch::new(true, Moment(0), Moment(10));
        for (nth, piece) in pieces.iter().enumerate() {
            assert_eq!(watch.pass(piece.as_bytes(), u64::MAX), piece.len());
            watch.mark(Moment(100 * (nth as u64 + 1)));
        }
        watch
    }

    const STREAM: &str =
        "data: {\"content\":\"\"}\n\ndata: {\"content\":\"a\"}\n\ndata: {\"content\":\"b\"}\n\ndata: [DONE]\n\n";

    #[test]
    fn events_first_content_and_end_are_seen_at_every_cut() {
        for cut in 1..STREAM.len() {
            let (a, b) = STREAM.split_at(cut);
            let watch = watched(&[a, b]);
            assert_eq!(watch.sample.events, 4, "cut at {cut}");
            assert!(watch.done_seen && watch.content_seen, "cut at {cut}");
            let first_content = STREAM.find("a\"").expect("in it");
            assert_eq!(watch.sample.first, if cut > first_content { 100 } else { 200 }, "cut at {cut}");
        }
    }

    #[test]
    fn the_longest_gap_counts_from_the_first_content_on() {
        let mut watch = Watch::new(true, Moment(0), Moment(0));
        for (at, piece) in [(500, "data: {\"content\":\"x\"}\n\n"), (520, ": ping\n\n"), (590, "data: [DONE]\n\n")] {
            watch.pass(piece.as_bytes(), u64::MAX);
            watch.mark(Moment(at));
        }
        let sample = watch.finish().expect("a whole stream");
        assert_eq!(sample, Sample { latency: 590, first: 500, longest_gap: 70, events: 3 });
    }

    #[test]
    fn a_stream_without_its_end_is_a_failure() {
        assert!(matches!(watched(&["data: {\"content\":\"x\"}\n\n"]).finish(), Err(Broken::Unfinished)));
    }
}
