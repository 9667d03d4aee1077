//! Requests of this dialect ↔ [`Prompt`](crate::domain::prompt::Prompt).

mod part;
mod read;
mod write;

pub(super) use read::read;
pub(super) use write::write;

/// Names of [`Opaque`](crate::domain::prompt::Opaque) blocks that stand for more than a content part.
mod place {
    /// A whole message of a role without a turn (`function`): `messages.function`.
    pub(super) const MESSAGE: &str = "messages.";
    /// A whole tool call of another type (`custom`): `tool_calls.custom`.
    pub(super) const CALL: &str = "tool_calls.";
    /// A field of a message, kept with its first part: `message.name`.
    pub(super) const FIELD: &str = "message.";
    /// How a system text says that it was called `developer`: only a spelling, the two mean the same.
    pub(super) const ROLE: &str = "spelling.message.role";
    /// How reasoning says that it came in this dialect: whoever wrote it here takes it back.
    pub(super) const REASONED: &str = "spelling.reasoning";
    /// A field of the file object of a file part that the hub can only half say.
    pub(super) const FILE: &str = "file.";
    /// A field of the image object.
    pub(super) const IMAGE: &str = "image_url.";
    /// A field of the function object of a tool or a call.
    pub(super) const FUNCTION: &str = "function.";
    /// A field of a call, as it is called in an answer.
    pub(super) const ANSWERED: &str = "tool_call.";
    /// A field of the schema object of the response format.
    pub(super) const SCHEMA: &str = "response_format.json_schema.";
    /// A field of the stream options.
    pub(super) const STREAM: &str = "stream_options.";
    /// A field of OpenRouter's reasoning object beyond effort, budget and switch.
    pub(super) const REASONING: &str = "reasoning.";
    /// A field of the thinking object beyond switch and budget.
    pub(super) const THINKING: &str = "thinking.";
}
