//! From a script and a request to the exact bytes, waits and ending of an answer. Pure: no socket, no clock.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use serde_json::Value;

use crate::domain::dialect::Dialect;
use crate::sim::answer::Said;
use crate::sim::asked::{Asked, Rejected};
use crate::sim::frame::{Frame, cut, events, fit_tokens};
use crate::sim::meter::Tariff;
use crate::sim::persona::Persona;
use crate::sim::script::{Act, Fault, Framing, Script};
use crate::sim::spoil::Ending;
use crate::sim::{anthropic, bedrock, cohere, completions, gemini, ollama, onward, openai, responses, spoil, trouble};

/// What makes one answer's ids and date.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    pub(crate) seq: u64,
    /// Seconds since 1970.
    pub(crate) created: i64,
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

// === impl Delivery ===

impl Delivery {
    /// Works a script out for one request.
    pub(crate) fn plan(script: &Script, request: &Request<'_>) -> Self {
        let mut delivery = match &script.act {
            Act::Natural | Act::Reply(_) => match request.asked {
                Ok(asked) => answer(script, asked, request),
                Err(it) => refusal(script, request.dialect, it.status, it.body.clone()),
            },
            Act::Status { status, body: Some((kind, body)) } => Self::whole_body(script, *status, kind, body.clone()),
            Act::Status { status, body: None } => {
                let body = trouble::of_status(*status, request.dialect, request.model());
                refusal(script, request.dialect, *status, body)
            }
            Act::Trouble(it) => {
                let body = it.body(request.dialect, request.model());
                refusal(script, request.dialect, it.status(request.dialect), body)
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
            Framing::Usual if is_stream(kind) || pieces.len() > 1 => Body::Chunked,
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
        if self.asked.as_ref().is_ok_and(|it| it.stream) { stream_type(self.dialect) } else { "application/json" }
    }
}

/// The media type of a dialect's streams.
const fn stream_type(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::BedrockConverse => BINARY_STREAM,
        Dialect::Ollama => "application/x-ndjson",
        _ => "text/event-stream; charset=utf-8",
    }
}

const BINARY_STREAM: &str = "application/vnd.amazon.eventstream";

/// Whether a body of this media type is a stream.
fn is_stream(kind: &str) -> bool {
    kind.contains("event-stream") || kind.contains("ndjson") || kind == BINARY_STREAM
}

/// An error answer. One dialect says its class in a header.
fn refusal(script: &Script, dialect: Dialect, status: u16, mut body: Value) -> Delivery {
    let mut script = script.clone();
    if dialect == Dialect::BedrockConverse
        && let Some(class) = bedrock::class_of(&mut body)
    {
        script.headers.push(("x-amzn-errortype".to_owned(), class));
    }
    Delivery::whole_body(&script, status, "application/json", body.to_string())
}

/// An answer in the dialect that was asked for, gone wrong as the script says.
fn answer(script: &Script, asked: &Asked, request: &Request<'_>) -> Delivery {
    let persona = request.persona;
    let answer = match &script.act {
        Act::Reply(answer) => answer.clone(),
        _ => persona.answer(asked, request.named.seq),
    };
    let said = Said::new(onward::goes_on(answer, asked, persona.prefills), asked);
    let states_usage = script.fault != Fault::NoUsage;
    let tariff = Tariff::Answer { whole: said.billed, cancels: persona.cancels };
    let per_token = script.gap.unwrap_or(persona.latency.per_token);
    if asked.stream {
        let mut frames = match request.dialect {
            Dialect::OpenaiChat => openai::stream(&said, asked, &request.named, states_usage),
            Dialect::OpenaiCompletions => completions::stream(&said, asked, &request.named, states_usage),
            Dialect::OpenaiResponses => responses::stream(&said, asked, &request.named, states_usage),
            Dialect::Anthropic => anthropic::stream(&said, asked, &request.named, states_usage),
            Dialect::Gemini => gemini::stream(&said, asked, &request.named, states_usage),
            Dialect::BedrockConverse => bedrock::stream(&said, &request.named, states_usage),
            Dialect::Cohere => cohere::stream(&said, asked, &request.named, states_usage),
            Dialect::Ollama => ollama::stream(&said, asked, &request.named, states_usage),
        };
        fit_tokens(&mut frames, said.billed.output);
        let ending = spoil::stream(&mut frames, script.fault, request.dialect);
        let mut delivery = Delivery::framed(script, 200, stream_type(request.dialect), &frames, &ending, tariff);
        pace(&mut delivery.steps, per_token);
        return delivery;
    }
    let whole = match request.dialect {
        Dialect::OpenaiChat => openai::whole(&said, asked, &request.named, states_usage),
        Dialect::OpenaiCompletions => completions::whole(&said, asked, &request.named, states_usage),
        Dialect::OpenaiResponses => responses::whole(&said, asked, &request.named, states_usage),
        Dialect::Anthropic => anthropic::whole(&said, asked, &request.named, states_usage),
        Dialect::Gemini => gemini::whole(&said, asked, &request.named, states_usage),
        Dialect::BedrockConverse => bedrock::whole(&said, &request.named, states_usage),
        Dialect::Cohere => cohere::whole(&said, asked, &request.named, states_usage),
        Dialect::Ollama => ollama::whole(&said, asked, &request.named, states_usage),
    };
    let (frame, ending) = spoil::whole(whole.to_string(), said.billed.output, script.fault, request.dialect);
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

/// Lets each step wait for the tokens it brings.
fn pace(steps: &mut [Step], per_token: Duration) {
    let mut so_far = 0;
    for step in steps {
        let fresh = step.tokens.saturating_sub(so_far);
        so_far = step.tokens.max(so_far);
        step.wait += per_token.saturating_mul(u32::try_from(fresh).unwrap_or(u32::MAX));
    }
}

/// Recorded bytes. A stream is split at its blank lines, so that it can be paced and cut event by event.
fn raw(script: &Script, status: u16, body: &Bytes) -> Delivery {
    let kind = script.headers.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let kind = kind.map_or("application/json", |(_, value)| value.as_str()).to_owned();
    let mut frames: Vec<Frame> = if kind == BINARY_STREAM {
        bedrock::messages(body).into_iter().map(Frame::opening).collect()
    } else if is_stream(&kind) {
        events(body).into_iter().map(Frame::opening).collect()
    } else {
        vec![Frame::opening(body.clone())]
    };
    if let Some(last) = frames.last_mut() {
        last.terminal = true;
    }
    let ending = match script.fault {
        fault @ Fault::Cut { .. } => spoil::stream(&mut frames, fault, Dialect::OpenaiChat),
        Fault::OpenAfterEnd => Ending { end: End::Silence, closes_body: false, missing: 0 },
        _ => Ending::proper(),
    };
    let mut delivery = Delivery::framed(script, status, &kind, &frames, &ending, Tariff::Nothing);
    for step in delivery.steps.iter_mut().skip(1) {
        step.wait += script.gap.unwrap_or_default();
    }
    delivery
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
    let own = |name: &str| script.headers.iter().any(|(it, _)| it.eq_ignore_ascii_case(name));
    let mut lines = vec![format!("HTTP/1.1 {status} {reason}")];
    if !own("content-type") {
        lines.push(format!("content-type: {kind}"));
    }
    // The framing is this module's: a recording's own would not fit its slicing. `Act::Wire` is for lies.
    let framing = |name: &str| FRAMING.iter().any(|it| name.eq_ignore_ascii_case(it));
    lines.extend(
        script.headers.iter().filter(|(name, _)| !framing(name)).map(|(name, value)| format!("{name}: {value}")),
    );
    if !own("request-id") {
        lines.extend(["request-id: req_sim".to_owned(), "x-request-id: req_sim".to_owned()]);
    }
    lines.push(match body {
        Body::Chunked => "transfer-encoding: chunked".to_owned(),
        Body::Length(length) => format!("content-length: {length}"),
        Body::UntilClose => "connection: close".to_owned(),
    });
    lines.push("\r\n".to_owned());
    Bytes::from(lines.join("\r\n"))
}

/// A JSON body.
pub(crate) fn json(script: &Script, status: u16, body: &Value) -> Delivery {
    Delivery::whole_body(script, status, "application/json", body.to_string())
}
