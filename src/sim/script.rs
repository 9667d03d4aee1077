//! What a simulated provider does with one request, as a value. Building a [`Script`] touches no socket;
//! `delivery` turns it into bytes, waits and an ending.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;

use crate::sim::answer::{Answer, Call, Thinking};
use crate::sim::meter::Billed;
use crate::sim::trouble::Trouble;

/// What to do with exactly one request: what to send, how it goes wrong, how fast and in which pieces.
#[derive(Debug, Clone)]
pub struct Script {
    /// What is sent.
    pub act: Act,
    /// How the sending goes wrong.
    pub fault: Fault,
    /// Time before the first byte, instead of the persona's.
    pub first: Option<Duration>,
    /// Time for each generated token, instead of the persona's.
    pub gap: Option<Duration>,
    /// How the body is cut into writes.
    pub slice: Slice,
    /// How the receiver learns where the body ends.
    pub framing: Framing,
    /// Headers of the answer on top of the usual ones.
    pub headers: Vec<(String, String)>,
    /// Billed whatever happens: a provider that charged for an answer nobody received.
    pub billed: Option<Billed>,
    /// The connection is closed without notice after this answer, so that a pooled one goes stale.
    pub closes: bool,
}

/// What is sent.
#[derive(Debug, Clone)]
pub enum Act {
    /// What the persona answers by itself.
    Natural,
    /// This answer, in the dialect that was asked, streamed or whole as was asked.
    Reply(Answer),
    /// A status with this body; without one, the dialect's genuine error object for the status.
    Status {
        /// The HTTP status.
        status: u16,
        /// The body and its content type.
        body: Option<(Cow<'static, str>, Bytes)>,
    },
    /// A failure of the dialect's own catalogue, word for word.
    Trouble(Trouble),
    /// Exactly these body bytes under this status. The content type comes from `headers`, else it is JSON. Charged
    /// only where `billed` says what.
    Raw {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Bytes,
    },
    /// Exactly these bytes on the socket, from the status line on; then the socket is closed.
    Wire(Bytes),
    /// An HTML page, as a delivery network or a proxy in between sends it.
    Html(u16),
    /// Status 200 and a body of zero bytes.
    Empty200,
    /// The request is read, and no byte ever comes back.
    Hang,
    /// The connection is reset before the request is read: at accept, or on the first byte of a kept connection.
    ResetBefore,
    /// The connection is reset after the whole request was read, with no byte back.
    ResetAfter,
    /// Status 200 and its headers; then nothing more.
    HeadersThenSilence,
}

/// How the sending of an answer goes wrong. The unstreamed form of each is its nearest equivalent: half of the body
/// for a cut, an error object under status 200 for an error event, half of the JSON for garbage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does not.
    None,
    /// Ends after this many events.
    Cut {
        /// Whole events sent before it.
        after: usize,
        /// Half of the next event is sent as well.
        mid_event: bool,
        /// What the receiver sees.
        by: By,
    },
    /// The dialect's error object inside the stream; then the body ends.
    ErrorEvent(When),
    /// A data line that is no JSON; then the body ends.
    InvalidJson(When),
    /// All content and the finish, then the body ends properly but without `[DONE]` or `message_stop`.
    NoTerminal,
    /// No token counts anywhere in the answer.
    NoUsage,
    /// The terminal event is sent, and the body is left open.
    OpenAfterEnd,
}

/// Where in a stream something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// After the opening events, before any content.
    BeforeContent,
    /// After this many events that carry content.
    AfterContent(usize),
}

/// How a cut looks to the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A TCP reset.
    Reset,
    /// The socket is closed in the middle of the body.
    Fin,
    /// The body is ended as HTTP wants it, only too early.
    End,
    /// Nothing more comes, and the socket stays open.
    Silence,
}

/// How the body is cut into writes (and HTTP chunks).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Slice {
    /// One write an event; an unstreamed body in one.
    #[default]
    Events,
    /// Pieces of this many bytes, without regard to events.
    Bytes(usize),
    /// Two pieces, cut at this offset of the body.
    At(usize),
    /// Pieces of `step` bytes after a first one of `first`: a comb whose teeth, over `first` from 1 to `step`, meet
    /// every offset once.
    Comb {
        /// Bytes of the first piece.
        first: usize,
        /// Bytes of the others.
        step: usize,
    },
    /// This many events in one write.
    Merge(usize),
}

/// How the receiver learns where the body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// Chunked for streams and for bodies in pieces, `Content-Length` otherwise.
    #[default]
    Usual,
    /// Neither: the body ends where the connection does.
    UntilClose,
}

// === impl Script ===

impl Script {
    fn of(act: Act) -> Self {
        Self {
            act,
            fault: Fault::None,
            first: None,
            gap: None,
            slice: Slice::Events,
            framing: Framing::Usual,
            headers: Vec::new(),
            billed: None,
            closes: false,
        }
    }

    /// What the persona answers by itself; a start for the builders below.
    #[must_use]
    pub fn natural() -> Self {
        Self::of(Act::Natural)
    }

    /// This answer.
    #[must_use]
    pub fn reply(answer: Answer) -> Self {
        Self::of(Act::Reply(answer))
    }

    /// An answer of this text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::reply(Answer { text: text.into(), ..Answer::default() })
    }

    /// An answer of these tool calls, given as name and JSON arguments; several are parallel calls.
    #[must_use]
    pub fn calls<'a>(calls: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let calls = calls.into_iter().map(|(name, arguments)| Call::new(name, arguments)).collect();
        Self::reply(Answer { calls, ..Answer::default() })
    }

    /// A thinking block with its signature, then this text.
    #[must_use]
    pub fn thinking(thought: impl Into<String>, signature: impl Into<String>, text: impl Into<String>) -> Self {
        let thinking = Some(Thinking { text: thought.into(), signature: signature.into() });
        Self::reply(Answer { thinking, text: text.into(), ..Answer::default() })
    }

    /// The model refuses, in these words.
    #[must_use]
    pub fn refusal(words: impl Into<String>) -> Self {
        Self::reply(Answer { refusal: Some(words.into()), ..Answer::default() })
    }

    /// A status with the dialect's genuine error object for it.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::of(Act::Status { status, body: None })
    }

    /// A status with this body.
    #[must_use]
    pub fn status_with(status: u16, content_type: impl Into<Cow<'static, str>>, body: impl Into<Bytes>) -> Self {
        Self::of(Act::Status { status, body: Some((content_type.into(), body.into())) })
    }

    /// A failure of the dialect's own catalogue.
    #[must_use]
    pub fn trouble(trouble: Trouble) -> Self {
        Self::of(Act::Trouble(trouble))
    }

    /// Exactly these body bytes, for instance of a recording.
    #[must_use]
    pub fn raw(status: u16, content_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::of(Act::Raw { status, body: body.into() }).header("content-type", content_type)
    }

    /// Exactly these bytes on the socket, status line included.
    #[must_use]
    pub fn wire(bytes: impl Into<Bytes>) -> Self {
        Self::of(Act::Wire(bytes.into()))
    }

    /// An HTML page under this status.
    #[must_use]
    pub fn html(status: u16) -> Self {
        Self::of(Act::Html(status))
    }

    /// Status 200 and a body of zero bytes.
    #[must_use]
    pub fn empty_200() -> Self {
        Self::of(Act::Empty200)
    }

    /// No byte ever comes back.
    #[must_use]
    pub fn hang() -> Self {
        Self::of(Act::Hang)
    }

    /// A reset before the request is read.
    #[must_use]
    pub fn reset_before() -> Self {
        Self::of(Act::ResetBefore)
    }

    /// A reset after the whole request was read.
    #[must_use]
    pub fn reset_after() -> Self {
        Self::of(Act::ResetAfter)
    }

    /// Status 200, headers, silence.
    #[must_use]
    pub fn headers_then_silence() -> Self {
        Self::of(Act::HeadersThenSilence)
    }

    /// The natural answer, cut at an event boundary after `after` events.
    #[must_use]
    pub fn cut(after: usize, by: By) -> Self {
        Self::natural().fault(Fault::Cut { after, mid_event: false, by })
    }

    /// The natural answer, cut in the middle of the event that follows `after` whole ones.
    #[must_use]
    pub fn cut_mid_event(after: usize, by: By) -> Self {
        Self::natural().fault(Fault::Cut { after, mid_event: true, by })
    }

    /// The natural answer with an error event in it.
    #[must_use]
    pub fn error_event(when: When) -> Self {
        Self::natural().fault(Fault::ErrorEvent(when))
    }

    /// The natural answer with a data line in it that is no JSON.
    #[must_use]
    pub fn invalid_json(when: When) -> Self {
        Self::natural().fault(Fault::InvalidJson(when))
    }

    /// The natural answer, well ended but for its terminal event.
    #[must_use]
    pub fn no_terminal() -> Self {
        Self::natural().fault(Fault::NoTerminal)
    }

    /// The natural answer without token counts.
    #[must_use]
    pub fn no_usage() -> Self {
        Self::natural().fault(Fault::NoUsage)
    }

    /// The natural answer, after whose terminal event the body stays open.
    #[must_use]
    pub fn open_after_end() -> Self {
        Self::natural().fault(Fault::OpenAfterEnd)
    }

    /// The natural answer with this much time for each token.
    #[must_use]
    pub fn slow(gap: Duration) -> Self {
        Self::natural().gap(gap)
    }

    /// Goes wrong in this way.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    /// Waits this long before the first byte of the answer (also of an error).
    #[must_use]
    pub fn first(mut self, wait: Duration) -> Self {
        self.first = Some(wait);
        self
    }

    /// Takes this long for each token.
    #[must_use]
    pub fn gap(mut self, gap: Duration) -> Self {
        self.gap = Some(gap);
        self
    }

    /// Cuts the body into these pieces.
    #[must_use]
    pub fn slice(mut self, slice: Slice) -> Self {
        self.slice = slice;
        self
    }

    /// Ends the body by closing the connection.
    #[must_use]
    pub fn until_close(mut self) -> Self {
        self.framing = Framing::UntilClose;
        self
    }

    /// Sends this header too.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Bills this whatever happens.
    #[must_use]
    pub fn billed(mut self, billed: Billed) -> Self {
        self.billed = Some(billed);
        self
    }

    /// Closes the connection after this answer without having said so.
    #[must_use]
    pub fn then_close(mut self) -> Self {
        self.closes = true;
        self
    }

    /// What the meter calls it.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        match (&self.act, self.fault) {
            (Act::Status { status, .. }, _) => Cow::Owned(format!("status-{status}")),
            (Act::Trouble(trouble), _) => Cow::Borrowed(trouble.name()),
            (Act::Raw { .. }, Fault::None) => Cow::Borrowed("raw"),
            (Act::Wire(_), _) => Cow::Borrowed("wire"),
            (Act::Html(_), _) => Cow::Borrowed("html"),
            (Act::Empty200, _) => Cow::Borrowed("empty-200"),
            (Act::Hang, _) => Cow::Borrowed("hang"),
            (Act::ResetBefore, _) => Cow::Borrowed("reset-before"),
            (Act::ResetAfter, _) => Cow::Borrowed("reset-after"),
            (Act::HeadersThenSilence, _) => Cow::Borrowed("headers-then-silence"),
            (Act::Natural, Fault::None) => Cow::Borrowed("natural"),
            (Act::Reply(_), Fault::None) => Cow::Borrowed("reply"),
            (_, fault) => Cow::Borrowed(fault.name()),
        }
    }

    /// The script of this name, as a request may ask for it in its last user message with `sim:NAME` (see
    /// [`crate::sim::persona::Persona::obeys`]): the names of [`Script::name`], and `status-NNN`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if let Some(trouble) = Trouble::ALL.into_iter().find(|it| it.name() == name) {
            return Some(Self::trouble(trouble));
        }
        if let Some(status) = name.strip_prefix("status-") {
            return status.parse().ok().filter(|it| (400..600).contains(it)).map(Self::status);
        }
        let after = When::AfterContent(3);
        Some(match name {
            "html" => Self::html(502),
            "empty-200" => Self::empty_200(),
            "hang" => Self::hang(),
            "reset-before" => return None,
            "reset-after" => Self::reset_after(),
            "headers-then-silence" => Self::headers_then_silence(),
            "cut-reset" => Self::cut(5, By::Reset),
            "cut-fin" => Self::cut(5, By::Fin),
            "cut-end" => Self::cut(5, By::End),
            "cut-silence" => Self::cut(5, By::Silence),
            "error-event" => Self::error_event(after),
            "error-first" => Self::error_event(When::BeforeContent),
            "invalid-json" => Self::invalid_json(after),
            "no-terminal" => Self::no_terminal(),
            "no-usage" => Self::no_usage(),
            "open-after-end" => Self::open_after_end(),
            "slow" => Self::slow(Duration::from_millis(100)),
            "refuse" => Self::refusal("The simulated model declines to answer this."),
            "think" => Self::thinking("Let me think about this.", "c2ltdWxhdGVk", "I have thought about it."),
            _ => return None,
        })
    }
}

// === impl Fault ===

impl Fault {
    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Cut { by: By::Reset, .. } => "cut-reset",
            Self::Cut { by: By::Fin, .. } => "cut-fin",
            Self::Cut { by: By::End, .. } => "cut-end",
            Self::Cut { by: By::Silence, .. } => "cut-silence",
            Self::ErrorEvent(When::BeforeContent) => "error-first",
            Self::ErrorEvent(When::AfterContent(_)) => "error-event",
            Self::InvalidJson(_) => "invalid-json",
            Self::NoTerminal => "no-terminal",
            Self::NoUsage => "no-usage",
            Self::OpenAfterEnd => "open-after-end",
        }
    }
}
