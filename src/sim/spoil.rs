//! How answers go wrong: a script's fault applied to the frames of a healthy answer.

use bytes::Bytes;

use crate::domain::dialect::Dialect;
use crate::sim::delivery::End;
use crate::sim::frame::Frame;
use crate::sim::script::{By, Fault, When};
use crate::sim::{anthropic, bedrock, cohere, gemini, ollama, openai, responses, trouble};

/// How a body ends on the socket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    pub(crate) end: End,
    /// The HTTP framing of the body is brought to its end.
    pub(crate) closes_body: bool,
    /// Bytes promised by `Content-Length` and never sent.
    pub(crate) missing: usize,
}

impl Ending {
    pub(crate) const fn proper() -> Self {
        Self { end: End::Keep, closes_body: true, missing: 0 }
    }

    pub(crate) const fn by(by: By, missing: usize) -> Self {
        match by {
            By::End => Self::proper(),
            By::Reset => Self { end: End::Reset, closes_body: false, missing },
            By::Fin => Self { end: End::Fin, closes_body: false, missing },
            By::Silence => Self { end: End::Silence, closes_body: false, missing },
        }
    }
}

/// Spoils a stream.
pub(crate) fn stream(frames: &mut Vec<Frame>, fault: Fault, dialect: Dialect) -> Ending {
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
                Dialect::OpenaiChat | Dialect::OpenaiCompletions => openai::error_event(&error).into(),
                Dialect::OpenaiResponses => responses::error_events(&error).into(),
                Dialect::Anthropic => anthropic::error_event(&error).into(),
                Dialect::Gemini => gemini::error_event(&error).into(),
                Dialect::BedrockConverse => bedrock::error_event(&error),
                Dialect::Cohere => cohere::error_event(&error).into(),
                Dialect::Ollama => ollama::error_line(&error).into(),
            };
            end_with(frames, when, event);
            Ending::proper()
        }
        Fault::InvalidJson(when) => {
            let event: Bytes = match dialect {
                Dialect::OpenaiChat => "data: {\"id\":\"chatcmpl-sim\",\"object\":\"chat.compl\n\n".into(),
                Dialect::OpenaiResponses => {
                    "event: response.output_text.delta\ndata: {\"type\":\"response.outp\n\n".into()
                }
                Dialect::Anthropic => "event: content_block_delta\ndata: {\"type\":\"content_block_de\n\n".into(),
                Dialect::Gemini => "data: {\"candidates\": [{\"content\": {\"par\n\n".into(),
                // Whole in its framing, and no JSON.
                Dialect::BedrockConverse => bedrock::message(
                    &[(":event-type", "contentBlockDelta"), (":message-type", "event")],
                    "{\"contentBlo",
                ),
                Dialect::Cohere => "event: content-delta\ndata: {\"type\":\"content-de\n\n".into(),
                Dialect::Ollama => "{\"model\":\"sim\",\"created_at\":\"2026-0\n".into(),
                Dialect::OpenaiCompletions => "data: {\"id\":\"cmpl-sim\",\"object\":\"text_compl\n\n".into(),
            };
            end_with(frames, when, event);
            Ending::proper()
        }
    }
}

/// Replaces everything from `when` on by one last event.
fn end_with(frames: &mut Vec<Frame>, when: When, event: Bytes) {
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
pub(crate) fn whole(body: String, tokens: u64, fault: Fault, dialect: Dialect) -> (Frame, Ending) {
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
