//! A guess at the tokens of a whole request: its texts as [`estimate`] sees them, and what providers add to them unseen.

use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Format, Media, Part, Prompt, Tool};
use crate::wire::tokens::estimate;

/// What a provider adds to the texts of a request, in tokens. Taken from the vendors' documentation and from what their
/// counts show where little else is counted; where models differ, the larger.
#[derive(Debug, Clone, Copy)]
struct Additions {
    /// To every request: what a template says before anybody speaks.
    request: u64,
    /// To every turn, and to every block that is no plain text of one.
    turn: u64,
    /// To a request with tools: how they are to be called.
    tools: u64,
    /// To every tool.
    tool: u64,
    /// To a request that wants JSON of a schema, beside the schema.
    format: u64,
    /// To a request that wants the model to think.
    thinking: u64,
    /// An image, where nobody has looked at its size: one of a megapixel.
    image: u64,
    /// Tokens its vocabulary makes of a hundred of ours.
    hundred: u64,
}

const fn additions(dialect: Dialect) -> Additions {
    match dialect {
        // The vocabulary of the models since Opus 4.7 makes a third more of a text than that of those before.
        Dialect::Anthropic => Additions {
            request: 8,
            turn: 4,
            tools: 530,
            tool: 30,
            format: 200,
            thinking: 30,
            image: 1_568,
            hundred: 135,
        },
        Dialect::Gemini => {
            Additions { request: 0, turn: 2, tools: 30, tool: 20, format: 0, thinking: 0, image: 1_120, hundred: 100 }
        }
        Dialect::OpenaiResponses => {
            Additions { request: 8, turn: 4, tools: 60, tool: 16, format: 40, thinking: 0, image: 1_105, hundred: 112 }
        }
        // From OpenAI's own models, whose template is short, to open ones, whose templates explain at length how to think
        // and how to call.
        _ => Additions {
            request: 20,
            turn: 4,
            tools: 150,
            tool: 20,
            format: 50,
            thinking: 0,
            image: 1_105,
            hundred: 112,
        },
    }
}

/// A page of a document: its text and its picture.
const PAGE: u64 = 2_500;
/// Bytes a page of a document has, about.
const PAGE_BYTES: usize = 50_000;
/// Bytes of sound for one token: a second of compressed speech is some 16 kB, and 32 tokens at most.
const SOUND_BYTES: usize = 500;

/// About how many tokens a provider that speaks `dialect` counts for `prompt`. Leans high: a client that is told too few
/// shortens its conversation too late.
#[must_use]
pub fn of_prompt(prompt: &Prompt, dialect: Dialect) -> u64 {
    let adds = additions(dialect);
    let system = prompt.system.iter().map(|it| part(it, adds));
    let turns = prompt.turns.iter().map(|it| adds.turn + it.parts.iter().map(|it| part(it, adds)).sum::<u64>());
    let tools = prompt.tools.iter().map(|it| tool(it, adds));
    let mut said: u64 = system.chain(turns).chain(tools).sum();
    if !prompt.system.is_empty() {
        said += adds.turn;
    }
    if !prompt.tools.is_empty() {
        said += adds.tools;
    }
    if let Format::JsonSchema { schema, description, .. } = &prompt.format {
        said += text(schema.get(), adds) + description.as_deref().map_or(0, |it| text(it, adds)) + adds.format;
    }
    if prompt.reasoning.as_ref().is_some_and(|it| it.enabled) {
        said += adds.thinking;
    }
    said + adds.request
}

fn text(text: &str, adds: Additions) -> u64 {
    (estimate(text.as_bytes()) * adds.hundred).div_ceil(100)
}

fn part(it: &Part, adds: Additions) -> u64 {
    match &it.body {
        Body::Text(said) => text(said, adds),
        Body::Thinking(said) | Body::Refusal(said) => text(said, adds) + adds.turn,
        // Its length is that of an encryption of some text.
        Body::RedactedThinking(it) => it.text.len() as u64 / 6,
        Body::ToolCall { name, arguments, .. } => text(name, adds) + text(arguments, adds) + 4 * adds.turn,
        Body::ToolResult { content, .. } => content.iter().map(|it| part(it, adds)).sum::<u64>() + 4 * adds.turn,
        Body::Image { .. } => adds.image,
        Body::File { source: Media::Text(said), .. } => text(said, adds) + adds.turn,
        Body::File { source: Media::Base64 { media_type, data }, .. } if media_type.starts_with("text/") => {
            data.len() as u64 / 4 + adds.turn
        }
        Body::File { source: Media::Base64 { data, .. }, .. } => {
            PAGE * (data.len() / 4 * 3).div_ceil(PAGE_BYTES).max(1) as u64
        }
        Body::File { .. } => PAGE,
        Body::Audio { source: Media::Base64 { data, .. } } => (data.len() / 4 * 3).div_ceil(SOUND_BYTES) as u64,
        Body::Audio { .. } => PAGE,
        Body::Opaque(it) => text(it.raw.get(), adds),
    }
}

fn tool(it: &Tool, adds: Additions) -> u64 {
    if let Some(own) = &it.server {
        return text(own.raw.get(), adds) + adds.tool;
    }
    let described = it.description.as_deref().map_or(0, |it| text(it, adds));
    let schema = it.schema.as_ref().map_or(0, |it| text(it.get(), adds));
    text(&it.name, adds) + described + schema + adds.tool
}
