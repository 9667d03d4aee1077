//! The hub's answer, as it happens. A whole answer is the fold of its events ([`crate::domain::reply::Reply`]), so
//! streamed and unstreamed answers take one path.

use crate::domain::citation::Citation;
use crate::domain::prompt::Opaque;
use crate::domain::signature::Signature;
use crate::domain::usage::Usage;

/// One thing that happened in an answer.
///
/// Grammar: `Start`, then blocks in ascending index, each `Open`, `Delta`…, `Close`; then `Finish`; then `End`.
/// Several blocks may be open at once (OpenAI interleaves parallel tool calls); a writer whose dialect forbids that
/// puts them in order. `Usage` may come anywhere; the last one holds. `Fault` ends everything.
#[derive(Debug, Clone)]
pub enum Event {
    /// The answer begins.
    Start {
        /// The provider's id of the answer.
        id: String,
        /// The model that answers, as the provider names it.
        model: String,
        /// Unix seconds, where the dialect says.
        created: Option<i64>,
    },
    /// A block begins.
    Open {
        /// Ascending from 0 without gaps, in order of first appearance.
        index: u32,
        /// What kind of block.
        block: Block,
    },
    /// More of a block.
    Delta {
        /// Which block.
        index: u32,
        /// What is added.
        delta: Delta,
    },
    /// A block is complete.
    Close {
        /// Which block.
        index: u32,
    },
    /// Counts so far, cumulative. The last one holds; they are never summed.
    Usage(Usage),
    /// Why the answer ended.
    Finish {
        /// The reason.
        reason: Finish,
        /// The stop text that was met, where the dialect says.
        stop: Option<String>,
    },
    /// The provider reported an error inside the stream.
    Fault(Fault),
    /// The provider keeps the connection alive. Not content.
    Ping,
    /// Something the hub has no noun for.
    Opaque(Opaque),
    /// The dialect's own end mark (`[DONE]`, `message_stop`), or, in a dialect without one, the close of a stream that had
    /// said why it ended. A stream that stops otherwise was cut.
    End,
}

/// Kind of a block in an answer.
#[derive(Debug, Clone)]
pub enum Block {
    /// Visible text.
    Text,
    /// Reasoning text.
    Thinking,
    /// Reasoning the provider encrypted as a whole.
    RedactedThinking(Signature),
    /// A tool call; its arguments follow as [`Delta::Arguments`].
    ToolCall {
        /// Id of the call.
        id: String,
        /// Name of the tool.
        name: String,
    },
    /// The model declines; the text follows as [`Delta::Text`].
    Refusal,
    /// A whole block the hub has no noun for (server tool use and its results, …).
    Opaque(Opaque),
}

/// An addition to a block.
#[derive(Debug, Clone)]
pub enum Delta {
    /// Visible, reasoning or refusal text, by the block's kind.
    Text(String),
    /// The signature of the block, or more of it.
    Signature(Signature),
    /// Tool arguments: a piece of JSON text, byte for byte as the model wrote it.
    Arguments(String),
    /// Where the block's words come from. This alone may also come after the block's end: some providers know it only when
    /// the answer is complete.
    Citation(Box<Citation>),
    /// An addition the hub has no noun for.
    Opaque(Opaque),
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// It was complete.
    Stop,
    /// A stop text was met.
    StopSequence,
    /// The output cap was reached.
    Length,
    /// The model wants its tools run.
    ToolCalls,
    /// A filter cut it.
    ContentFilter,
    /// The model declined.
    Refusal,
    /// A long turn was paused by the provider, to be continued by the client (Anthropic `pause_turn`).
    Pause,
    /// The context window was full (Anthropic `model_context_window_exceeded`).
    ContextFull,
    /// A reason with no noun here, as the provider spelled it.
    Other(String),
}

impl Finish {
    /// The word in ledger rows.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::StopSequence => "stop_sequence",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::Refusal => "refusal",
            Self::Pause => "pause",
            Self::ContextFull => "context_full",
            Self::Other(it) => it,
        }
    }
}

/// What a provider says went wrong, read from an error body or an error inside a stream. Which class it belongs to
/// is decided by `upstream::verdict`, from the provider's own words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fault {
    /// `error.type` or `status`.
    pub kind: Option<String>,
    /// `error.code`.
    pub code: Option<String>,
    /// Human text.
    pub message: String,
    /// The parameter at fault.
    pub param: Option<String>,
    /// A wait stated in the body (`RetryInfo`, "try again in 174ms"), in milliseconds.
    pub retry_after_ms: Option<u64>,
}
