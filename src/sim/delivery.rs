//! From a script and a request to the exact bytes, waits and ending of an answer. Pure: no socket, no clock.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use serde_json::Value;

use crate::domain::dialect::Dialect;
use crate::sim::answer::Said;
use crate::sim::asked::{Asked, Rejected};
use crate::sim::meter::Tariff;
use crate::sim::persona::Persona;
use crate::sim::script::{Act, By, Fault, Framing, Script, Slice, When};
use crate::sim::{anthropic, openai, trouble};

/// What makes one answer's ids and date.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    pub(crate) seq: u64,
    /// Seconds since 1970.
    pub(crate) created: i64,
}

/// A server-sent event, or the whole of an unstreamed body.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    bytes: Bytes,
    /// Output tokens generated when it leaves.
    tokens: u64,
    content: bool,
    terminal: bool,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Time before it.
    pub(crate) wait: Duration,
    /// The bytes as they go on the socket.
    pub(crate) bytes: Bytes,
    /// Output tokens generated when it leaves.
    pub(crate) tokens: u64,
    /// With it the answer is complete.
    pub(crate) terminal: bool,
}

/// What happens to the connection after the last write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It takes the next request.
    Keep,
    /// It is closed.
    Fin,
    /// It is reset.
    Reset,
    /// It stays open, and silent, until the client goes away.
    Silence,
}

/// The whole answer.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
    pub(crate) tariff: Tariff,
}

/// The request as far as an answer depends on it.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) named: Named,
    /// What it asks for, or the refusal it deserves.
    pub(crate) asked: &'a Result<Asked, Rejected>,
    pub(crate) persona: &'a Persona,
}

// === impl Named ===

impl Named {
    /// The answer's id.
    pub(crate) fn id(self, prefix: &str) -> String {
        format!("{prefix}sim{:06}", self.seq)
    }
}

// === impl Frame ===

impl Frame {
    /// An event that carries no content.
    pub(crate) fn opening(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), tokens: 0, content: false, terminal: false }
    }

    /// An event with content, `tokens` into the answer.
    pub(crate) fn content(bytes: impl Into<Bytes>, tokens: u64) -> Self {
        Self { bytes: bytes.into(), tokens, content: true, terminal: false }
    }

    /// An event after all content.
    pub(crate) fn closing(bytes: impl Into<Bytes>, tokens: u64) -> Self {
        Self { bytes: bytes.into(), tokens, content: false, terminal: false }
    }

    /// The event that says the answer is complete.
    pub(crate) fn terminal(bytes: impl Into<Bytes>, tokens: u64) -> Self {
        Self { bytes: bytes.into(), tokens, content: false, terminal: true }
    }
}

/// The words of a text, white space kept, so that they join to the text again.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}

/// A text in pieces of at most `longest` bytes, cut between characters.
pub(crate) fn pieces(text: &str, longest: usize) -> Vec<&str> {
    let mut rest = text;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        // A character has four bytes at most, so some boundary lies within the first four.
        let at = (1..=longest.max(4)).rev().find(|it| rest.is_char_boundary(*it)).unwrap_or(rest.len());
        let Some((piece, more)) = rest.split_at_checked(at.min(rest.len())) else { break };
        pieces.push(piece);
        rest = more;
    }
    pieces
}

// === impl Delivery ===

impl Delivery {
    /// Works a script out for one request.
    pub(crate) fn plan(script: &Script, request: &Request<'_>) -> Self {
        let mut delivery = match &script.act {
            Act::Natural | Act::Reply(_) => match request.asked {
                Ok(asked) => answer(script, asked, request),
                Err(it) => Self::whole_body(script, it.status, "application/json", it.body.to_string()),
            },
            Act::Status { status, body: Some((kind, body)) } => Self::whole_body(script, *status, kind, body.clone()),
            Act::Status { status, body: None } => {
                let body = trouble::of_status(*status, request.dialect, request.model());
                Self::whole_body(script, *status, "application/json", body.to_string())
            }
            Act::Trouble(it) => {
                let body = it.body(request.dialect, request.model()).to_string();
                Self::whole_body(script, it.status(request.dialect), "application/json", body)
            }
            Act::Raw { status, body } => raw(script, *status, body),
            Act::Wire(bytes) => Self::only(vec![Step::once(bytes.clone())], End::Fin),
            Act::Html(status) => {
                let page = "<html>\r\n<head><title>Bad gateway</title></head>\r\n<body><center><h1>Bad gateway</h1></center></body>\r\n</html>\r\n";
                Self::whole_body(script, *status, "text/html; charset=UTF-8", page)
            }
            Act::Empty200 => Self::whole_body(script, 200, request.content_type(), Bytes::new()),
            Act::Hang => Self::only(Vec::new(), End::Silence),
            Act::ResetBefore | Act::ResetAfter => Self::only(Vec::new(), End::Reset),
            Act::HeadersThenSilence => {
                let head = head(script, 200, request.content_type(), &Body::Chunked);
                Self::only(vec![Step::once(head)], End::Silence)
            }
        };
        if let Some(step) = delivery.steps.first_mut() {
            step.wait += script.first.unwrap_or(request.persona.latency.first);
        }
        if let Some(billed) = script.billed {
            delivery.tariff = Tariff::Always(billed);
        }
        if script.closes && delivery.end == End::Keep {
            delivery.end = End::Fin;
        }
        delivery
    }

    fn only(steps: Vec<Step>, end: End) -> Self {
        Self { steps, end, tariff: Tariff::Nothing }
    }

    /// A body that is there at once and costs nothing.
    pub(crate) fn whole_body(script: &Script, status: u16, kind: &str, body: impl Into<Bytes>) -> Self {
        let frames = [Frame::terminal(body, 0)];
        Self::framed(script, status, kind, &frames, &Ending::proper(), Tariff::Nothing)
    }

    /// Frames cut into pieces, put into HTTP framing, with the head before the first.
    fn framed(script: &Script, status: u16, kind: &str, frames: &[Frame], ending: &Ending, tariff: Tariff) -> Self {
        let pieces = cut(frames, script.slice);
        let length = frames.iter().map(|it| it.bytes.len()).sum::<usize>() + ending.missing;
        let body = match script.framing {
            Framing::UntilClose => Body::UntilClose,
            Framing::Usual if kind.contains("event-stream") || pieces.len() > 1 => Body::Chunked,
            Framing::Usual => Body::Length(length),
        };
        let mut steps: Vec<Step> = Vec::with_capacity(pieces.len());
        let last = pieces.len().saturating_sub(1);
        let mut first_bytes = Some(head(script, status, kind, &body));
        for (at, piece) in pieces.into_iter().enumerate() {
            let mut bytes = BytesMut::from(first_bytes.take().unwrap_or_default());
            let chunked = matches!(body, Body::Chunked);
            if chunked && !piece.bytes.is_empty() {
                bytes.put_slice(format!("{:x}\r\n", piece.bytes.len()).as_bytes());
            }
            bytes.put_slice(&piece.bytes);
            if chunked && !piece.bytes.is_empty() {
                bytes.put_slice(b"\r\n");
            }
            if chunked && at == last && ending.closes_body {
                bytes.put_slice(b"0\r\n\r\n");
            }
            let wait = Duration::ZERO;
            steps.push(Step { wait, bytes: bytes.freeze(), tokens: piece.tokens, terminal: piece.terminal });
        }
        let mut end = ending.end;
        if matches!(body, Body::UntilClose) && end == End::Keep {
            end = End::Fin;
        }
        Self { steps, end, tariff }
    }
}

// === impl Step ===

impl Step {
    fn once(bytes: Bytes) -> Self {
        Self { wait: Duration::ZERO, bytes, tokens: 0, terminal: false }
    }
}

// === impl Request ===

impl Request<'_> {
    fn model(&self) -> &str {
        self.asked.as_ref().map_or("unknown", |it| it.model.as_str())
    }

    fn content_type(&self) -> &'static str {
        if self.asked.as_ref().is_ok_and(|it| it.stream) { STREAM } else { "application/json" }
    }
}

const STREAM: &str = "text/event-stream; charset=utf-8";

/// How a body ends on the socket.
#[derive(Debug, Clone, Copy)]
struct Ending {
    end: End,
    /// The HTTP framing of the body is brought to its end.
    closes_body: bool,
    /// Bytes promised by `Content-Length` and never sent.
    missing: usize,
}

impl Ending {
    const fn proper() -> Self {
        Self { end: End::Keep, closes_body: true, missing: 0 }
    }

    const fn by(by: By, missing: usize) -> Self {
        match by {
            By::End => Self::proper(),
            By::Reset => Self { end: End::Reset, closes_body: false, missing },
            By::Fin => Self { end: End::Fin, closes_body: false, missing },
            By::Silence => Self { end: End::Silence, closes_body: false, missing },
        }
    }
}

/// An answer in the dialect that was asked for, gone wrong as the script says.
fn answer(script: &Script, asked: &Asked, request: &Request<'_>) -> Delivery {
    let persona = request.persona;
    let answer = match &script.act {
        Act::Reply(answer) => answer.clone(),
        _ => persona.answer(asked, request.named.seq),
    };
    let said = Said::new(answer, asked);
    let states_usage = script.fault != Fault::NoUsage;
    let tariff = Tariff::Answer { whole: said.billed, cancels: persona.cancels };
    let per_token = script.gap.unwrap_or(persona.latency.per_token);
    if asked.stream {
        let mut frames = match request.dialect {
            Dialect::OpenaiChat => openai::stream(&said, asked, &request.named, states_usage),
            Dialect::Anthropic => anthropic::stream(&said, asked, &request.named, states_usage),
        };
        fit_tokens(&mut frames, said.billed.output);
        let ending = spoil_stream(&mut frames, script.fault, request.dialect);
        let mut delivery = Delivery::framed(script, 200, STREAM, &frames, &ending, tariff);
        pace(&mut delivery.steps, per_token);
        return delivery;
    }
    let whole = match request.dialect {
        Dialect::OpenaiChat => openai::whole(&said, asked, &request.named, states_usage),
        Dialect::Anthropic => anthropic::whole(&said, asked, &request.named, states_usage),
    };
    let (frame, ending) = spoil_whole(whole.to_string(), said.billed.output, script.fault, request.dialect);
    let generated = frame.tokens;
    let mut delivery = Delivery::framed(script, 200, "application/json", &[frame], &ending, tariff);
    // Tokens of a whole answer are generated before its first byte, one wait each, so that a client that hangs up
    // in between is charged for what was generated by then.
    if !per_token.is_zero() {
        let silent =
            (1..=generated).map(|tokens| Step { wait: per_token, bytes: Bytes::new(), tokens, terminal: false });
        delivery.steps.splice(0..0, silent);
    }
    delivery
}

/// Makes the frames' counts rise steadily to `total`, which a script may have set to something else.
fn fit_tokens(frames: &mut [Frame], total: u64) {
    let own = frames.iter().map(|it| it.tokens).max().unwrap_or(0);
    let mut so_far = 0;
    for frame in frames {
        let tokens = if own == 0 { 0 } else { u128::from(frame.tokens) * u128::from(total) / u128::from(own) };
        so_far = so_far.max(u64::try_from(tokens).unwrap_or(u64::MAX));
        frame.tokens = so_far;
    }
}

/// Lets each step wait for the tokens it brings.
fn pace(steps: &mut [Step], per_token: Duration) {
    let mut so_far = 0;
    for step in steps {
        let fresh = step.tokens.saturating_sub(so_far);
        so_far = step.tokens.max(so_far);
        step.wait += per_token.saturating_mul(u32::try_from(fresh).unwrap_or(u32::MAX));
    }
}

/// Spoils a stream.
fn spoil_stream(frames: &mut Vec<Frame>, fault: Fault, dialect: Dialect) -> Ending {
    match fault {
        Fault::None | Fault::NoUsage => Ending::proper(),
        Fault::NoTerminal => {
            frames.retain(|it| !it.terminal);
            Ending::proper()
        }
        Fault::OpenAfterEnd => Ending { end: End::Silence, closes_body: false, missing: 0 },
        Fault::Cut { after, mid_event, by } => {
            let next = frames.get(after).cloned();
            frames.truncate(after);
            if let Some(next) = next.filter(|_| mid_event) {
                let tokens = frames.last().map_or(0, |it| it.tokens);
                frames.push(Frame::closing(half(next.bytes), tokens));
            }
            if frames.is_empty() {
                // The head at least is sent: a cut before it is another script.
                frames.push(Frame::opening(Bytes::new()));
            }
            Ending::by(by, 0)
        }
        Fault::ErrorEvent(when) => {
            let error = trouble::in_stream(dialect);
            let event = match dialect {
                Dialect::OpenaiChat => openai::error_event(&error),
                Dialect::Anthropic => anthropic::error_event(&error),
            };
            end_with(frames, when, event);
            Ending::proper()
        }
        Fault::InvalidJson(when) => {
            let event = match dialect {
                Dialect::OpenaiChat => "data: {\"id\":\"chatcmpl-sim\",\"object\":\"chat.compl\n\n",
                Dialect::Anthropic => "event: content_block_delta\ndata: {\"type\":\"content_block_de\n\n",
            };
            end_with(frames, when, event.to_owned());
            Ending::proper()
        }
    }
}

/// Replaces everything from `when` on by one last event.
fn end_with(frames: &mut Vec<Frame>, when: When, event: String) {
    let nth_content = match when {
        When::BeforeContent => 0,
        When::AfterContent(n) => n,
    };
    let mut contents = frames.iter().enumerate().filter(|(_, it)| it.content);
    let keep = match nth_content.checked_sub(1) {
        None => contents.next().map(|(at, _)| at),
        Some(before) => contents.nth(before).map(|(at, _)| at + 1),
    };
    let terminal = frames.iter().position(|it| it.terminal).unwrap_or(frames.len());
    frames.truncate(keep.unwrap_or(terminal));
    let tokens = frames.last().map_or(0, |it| it.tokens);
    frames.push(Frame::closing(event, tokens));
}

/// Spoils a whole body: the nearest equivalent of what the fault does to a stream.
fn spoil_whole(body: String, tokens: u64, fault: Fault, dialect: Dialect) -> (Frame, Ending) {
    match fault {
        Fault::None | Fault::NoUsage | Fault::NoTerminal | Fault::OpenAfterEnd => {
            (Frame::terminal(body, tokens), Ending::proper())
        }
        Fault::Cut { by, .. } => {
            let length = body.len();
            let sent = half(body);
            let missing = if by == By::End { 0 } else { length - sent.len() };
            (Frame::closing(sent, tokens), Ending::by(by, missing))
        }
        Fault::ErrorEvent(_) => (Frame::closing(trouble::in_stream(dialect).to_string(), 0), Ending::proper()),
        Fault::InvalidJson(When::BeforeContent) => (Frame::closing(half(body), 0), Ending::proper()),
        Fault::InvalidJson(When::AfterContent(_)) => (Frame::closing(half(body), tokens), Ending::proper()),
    }
}

fn half(body: impl Into<Bytes>) -> Bytes {
    let body = body.into();
    body.slice(..body.len() / 2)
}

/// Recorded bytes. A stream is split at its blank lines, so that it can be paced and cut event by event.
fn raw(script: &Script, status: u16, body: &Bytes) -> Delivery {
    let kind = script.headers.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let kind = kind.map_or("application/json", |(_, value)| value.as_str()).to_owned();
    let mut frames: Vec<Frame> = if kind.contains("event-stream") || kind.contains("ndjson") {
        events(body).into_iter().map(Frame::opening).collect()
    } else {
        vec![Frame::opening(body.clone())]
    };
    if let Some(last) = frames.last_mut() {
        last.terminal = true;
    }
    let ending = match script.fault {
        fault @ Fault::Cut { .. } => spoil_stream(&mut frames, fault, Dialect::OpenaiChat),
        Fault::OpenAfterEnd => Ending { end: End::Silence, closes_body: false, missing: 0 },
        _ => Ending::proper(),
    };
    let mut delivery = Delivery::framed(script, status, &kind, &frames, &ending, Tariff::Nothing);
    for step in delivery.steps.iter_mut().skip(1) {
        step.wait += script.gap.unwrap_or_default();
    }
    delivery
}

/// The events of a recorded stream, each with the blank line that ends it. Line ends may be of any kind.
fn events(body: &Bytes) -> Vec<Bytes> {
    let mut events = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < body.len() {
        let rest = body.get(at..).unwrap_or_default();
        let blank = [&b"\r\n\r\n"[..], b"\n\n", b"\r\r"].into_iter().find(|it| rest.starts_with(it));
        at += blank.map_or(1, <[u8]>::len);
        if blank.is_some() {
            events.push(body.slice(start..at));
            start = at;
        }
    }
    if start < body.len() || events.is_empty() {
        events.push(body.slice(start..));
    }
    events
}

/// Cuts frames into the pieces that are written one by one.
fn cut(frames: &[Frame], slice: Slice) -> Vec<Frame> {
    match slice {
        Slice::Events => frames.to_vec(),
        Slice::Merge(n) => frames.chunks(n.max(1)).map(join).collect(),
        Slice::Bytes(n) => {
            let whole = join(frames);
            let cuts = (1..).map(|it| it * n.max(1)).take_while(|it| *it < whole.bytes.len()).collect::<Vec<_>>();
            cut_at(frames, &whole.bytes, &cuts)
        }
        Slice::At(offset) => {
            let whole = join(frames);
            let cuts = if (1..whole.bytes.len()).contains(&offset) { vec![offset] } else { Vec::new() };
            cut_at(frames, &whole.bytes, &cuts)
        }
    }
}

/// Several frames as one.
fn join(frames: &[Frame]) -> Frame {
    let mut bytes = BytesMut::with_capacity(frames.iter().map(|it| it.bytes.len()).sum());
    for frame in frames {
        bytes.put_slice(&frame.bytes);
    }
    Frame {
        bytes: bytes.freeze(),
        tokens: frames.last().map_or(0, |it| it.tokens),
        content: frames.iter().any(|it| it.content),
        terminal: frames.iter().any(|it| it.terminal),
    }
}

/// The pieces between `cuts` (rising, inside the body). A piece counts the tokens of the frames it completes.
fn cut_at(frames: &[Frame], whole: &Bytes, cuts: &[usize]) -> Vec<Frame> {
    let mut ends = frames.iter().scan(0, |end, it| {
        *end += it.bytes.len();
        Some((*end, it))
    });
    let mut next = ends.next();
    let mut pieces = Vec::with_capacity(cuts.len() + 1);
    let mut tokens = 0;
    let mut start = 0;
    for end in cuts.iter().copied().chain([whole.len()]) {
        let mut terminal = false;
        while let Some((_, frame)) = next.filter(|(frame_end, _)| *frame_end <= end) {
            tokens = frame.tokens;
            terminal |= frame.terminal;
            next = ends.next();
        }
        pieces.push(Frame { bytes: whole.slice(start..end), tokens, content: false, terminal });
        start = end;
    }
    pieces
}

const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "connection"];

/// HTTP framing of a body.
enum Body {
    Chunked,
    Length(usize),
    UntilClose,
}

/// Status line and headers.
fn head(script: &Script, status: u16, kind: &str, body: &Body) -> Bytes {
    let reason = http::StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason()).unwrap_or("Simulated");
    let mut head = format!("HTTP/1.1 {status} {reason}\r\n");
    let own = |name: &str| script.headers.iter().any(|(it, _)| it.eq_ignore_ascii_case(name));
    if !own("content-type") {
        head.push_str(&format!("content-type: {kind}\r\n"));
    }
    for (name, value) in &script.headers {
        // The framing is this module's: a recording's own would not fit its slicing. `Act::Wire` is for lies.
        if FRAMING.iter().any(|it| name.eq_ignore_ascii_case(it)) {
            continue;
        }
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !own("request-id") {
        head.push_str("request-id: req_sim\r\nx-request-id: req_sim\r\n");
    }
    match body {
        Body::Chunked => head.push_str("transfer-encoding: chunked\r\n\r\n"),
        Body::Length(length) => head.push_str(&format!("content-length: {length}\r\n\r\n")),
        Body::UntilClose => head.push_str("connection: close\r\n\r\n"),
    }
    Bytes::from(head)
}

/// A JSON body.
pub(crate) fn json(script: &Script, status: u16, body: &Value) -> Delivery {
    Delivery::whole_body(script, status, "application/json", body.to_string())
}
