//! Deadlines of a connection, kept where the bytes pass: a request head that trickles in is answered with 408 and
//! closed, an idle connection is closed after a while, a client that stops reading loses its connection. hyper's own
//! head timer also runs between requests and would close every pooled connection that rests for ten seconds.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// From the first byte of a request head to its last.
const HEAD: Duration = Duration::from_secs(10);
/// Between two requests.
const IDLE: Duration = Duration::from_secs(180);
/// A client that takes no byte for this long has left without saying so.
const STALL: Duration = Duration::from_secs(300);

const TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// What a connection is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// The next request.
    Idle = 0,
    /// The rest of a request head.
    Head = 1,
    /// An answer: the handler keeps its own deadlines.
    Busy = 2,
}

/// The phase, shared between the connection's bytes and its handler.
#[derive(Debug, Clone, Default)]
pub struct Phases(Arc<AtomicU8>);

impl Phases {
    /// Enters `phase`.
    pub fn set(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Relaxed);
    }

    fn get(&self) -> Phase {
        match self.0.load(Ordering::Relaxed) {
            0 => Phase::Idle,
            1 => Phase::Head,
            _ => Phase::Busy,
        }
    }
}

/// A stream that keeps its deadlines.
#[derive(Debug)]
pub struct Patience {
    stream: TcpStream,
    phases: Phases,
    /// The phase the read timer was set for.
    timed: Phase,
    read: Pin<Box<Sleep>>,
    write: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    /// Watches `stream`, whose handler reports to `phases`.
    #[must_use]
    pub fn new(stream: TcpStream, phases: Phases) -> Self {
        // A connection that is opened and says nothing is a head that never comes.
        phases.set(Phase::Head);
        Self { stream, phases, timed: Phase::Head, read: Box::pin(tokio::time::sleep(HEAD)), write: None }
    }

    fn enter(&mut self, phase: Phase) {
        self.timed = phase;
        match phase {
            Phase::Head => self.read.as_mut().reset(Instant::now() + HEAD),
            Phase::Idle => self.read.as_mut().reset(Instant::now() + IDLE),
            Phase::Busy => {}
        }
    }
}

impl AsyncRead for Patience {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let phase = self.phases.get();
        if phase != self.timed {
            self.enter(phase);
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        match read {
            Poll::Ready(_) => {
                if phase == Phase::Idle && buf.filled().len() > before {
                    self.phases.set(Phase::Head);
                    self.enter(Phase::Head);
                }
                read
            }
            Poll::Pending if phase == Phase::Busy => Poll::Pending,
            Poll::Pending => {
                if self.read.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                if phase == Phase::Head {
                    // The client is being turned away; whether it still listens does not matter.
                    let _ = self.stream.try_write(TIMEOUT);
                }
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncWrite for Patience {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.stalled(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.stalled(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Patience {
    /// Starts, stops or rings the timer of a client that does not read.
    fn stalled(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.write = None;
            return written;
        }
        let timer = self.write.get_or_insert_with(|| Box::pin(tokio::time::sleep(STALL)));
        match timer.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
        }
    }
}
