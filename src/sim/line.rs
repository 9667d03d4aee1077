//! One accepted socket: reads HTTP/1.1 requests off it and does to it what hyper would not (resets, silence).

use std::io;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Larger than any provider takes.
const LONGEST_BODY: usize = 256 << 20;
const LONGEST_HEAD: usize = 1 << 20;

/// A request as it was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// The client wants the connection closed after the answer.
    pub(crate) last: bool,
}

/// How long a request's body is.
enum Length {
    Known(usize),
    Chunked,
}

#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    buffer: BytesMut,
}

// === impl Incoming ===

impl Incoming {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The path without its query.
    pub(crate) fn route(&self) -> &str {
        self.path.split('?').next().unwrap_or_default().trim_end_matches('/')
    }

    fn length(&self) -> io::Result<Length> {
        if self.header("transfer-encoding").is_some_and(|it| it.eq_ignore_ascii_case("chunked")) {
            return Ok(Length::Chunked);
        }
        match self.header("content-length") {
            None => Ok(Length::Known(0)),
            Some(it) => it.parse().ok().filter(|it| *it <= LONGEST_BODY).map(Length::Known).ok_or_else(malformed),
        }
    }
}

// === impl Line ===

impl Line {
    /// Takes a socket over. Small writes leave at once: each event is one, and must not wait for an acknowledgement.
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: BytesMut::with_capacity(8 << 10) })
    }

    /// Waits for the first byte of a request; false where the client closed instead.
    pub(crate) async fn wait_for_bytes(&mut self) -> io::Result<bool> {
        if self.buffer.is_empty() {
            self.buffer.reserve(8 << 10);
            self.stream.read_buf(&mut self.buffer).await?;
        }
        Ok(!self.buffer.is_empty())
    }

    /// Reads one request. `None` where the client closed in between.
    pub(crate) async fn read(&mut self) -> io::Result<Option<Incoming>> {
        if !self.wait_for_bytes().await? {
            return Ok(None);
        }
        let mut incoming = loop {
            if let Some(incoming) = self.take_head()? {
                break incoming;
            }
            if self.buffer.len() > LONGEST_HEAD || !self.fill().await? {
                return Err(malformed());
            }
        };
        if incoming.header("expect").is_some_and(|it| it.eq_ignore_ascii_case("100-continue")) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        incoming.body = match incoming.length()? {
            Length::Known(length) => self.take(length).await?,
            Length::Chunked => self.take_chunks().await?,
        };
        Ok(Some(incoming))
    }

    /// Writes; false where the client is gone.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Waits, unless the client goes away; false if it does.
    pub(crate) async fn pause(&mut self, wait: Duration) -> bool {
        if wait.is_zero() {
            return !self.noticed_hang_up();
        }
        tokio::select! {
            biased;
            () = self.hung_up() => false,
            () = tokio::time::sleep(wait) => true,
        }
    }

    /// Waits until the client goes away.
    pub(crate) async fn hung_up(&mut self) {
        loop {
            if self.stream.readable().await.is_err() || self.noticed_hang_up() {
                return;
            }
        }
    }

    /// Looks for the end of the client's side without waiting. Bytes of a next request are kept.
    fn noticed_hang_up(&mut self) -> bool {
        loop {
            match self.stream.try_read_buf(&mut self.buffer) {
                Ok(0) => return true,
                Ok(_) if self.buffer.len() > LONGEST_BODY => return true,
                Ok(_) => {}
                Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
            }
        }
    }

    /// Closes with a TCP reset.
    pub(crate) fn reset(self) {
        // Where the option cannot be set the socket is closed all the same, which is the next best thing.
        if self.stream.set_zero_linger().is_err() {
            tracing::debug!("simulated reset became a close");
        }
    }

    /// Closes after everything written has been sent.
    pub(crate) async fn close(mut self) {
        if self.stream.shutdown().await.is_err() {
            tracing::debug!("the client was gone before the simulated close");
        }
    }

    async fn fill(&mut self) -> io::Result<bool> {
        self.buffer.reserve(8 << 10);
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }

    fn take_head(&mut self) -> io::Result<Option<Incoming>> {
        let mut slots = [httparse::EMPTY_HEADER; 128];
        let mut request = httparse::Request::new(&mut slots);
        let length = match request.parse(&self.buffer) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(malformed()),
        };
        let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
        let headers: Vec<_> = request.headers.iter().map(|it| (it.name.to_ascii_lowercase(), text(it.value))).collect();
        let mut incoming = Incoming {
            method: request.method.unwrap_or_default().to_owned(),
            path: request.path.unwrap_or_default().to_owned(),
            headers,
            body: Bytes::new(),
            last: request.version == Some(0),
        };
        incoming.last |= incoming.header("connection").is_some_and(|it| it.eq_ignore_ascii_case("close"));
        self.buffer.advance(length);
        Ok(Some(incoming))
    }

    async fn take(&mut self, length: usize) -> io::Result<Bytes> {
        self.buffer.reserve(length.saturating_sub(self.buffer.len()));
        while self.buffer.len() < length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.buffer.split_to(length).freeze())
    }

    async fn take_chunks(&mut self) -> io::Result<Bytes> {
        let mut body = BytesMut::new();
        loop {
            let (head, length) = loop {
                match httparse::parse_chunk_size(&self.buffer) {
                    Ok(httparse::Status::Complete((head, length))) => break (head, length),
                    Ok(httparse::Status::Partial) if self.fill().await? => {}
                    _ => return Err(malformed()),
                }
            };
            self.buffer.advance(head);
            let length = usize::try_from(length).ok().filter(|it| body.len().saturating_add(*it) <= LONGEST_BODY);
            let Some(length) = length else { return Err(malformed()) };
            if length == 0 {
                self.take_trailers().await?;
                return Ok(body.freeze());
            }
            body.extend_from_slice(&self.take(length).await?);
            if self.take(2).await? != b"\r\n"[..] {
                return Err(malformed());
            }
        }
    }

    /// Reads up to the blank line that ends a chunked body.
    async fn take_trailers(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer) {
                let line = self.buffer.split_to(at + 1);
                if line.iter().all(|it| matches!(it, b'\r' | b'\n')) {
                    return Ok(());
                }
            } else if !self.fill().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not a request the simulator reads")
}
