//! What a provider says an answer used. Cached and reasoning tokens are *parts* of input and output here, whatever
//! the dialect counts; a codec converts when it reads.

use crate::domain::money::Usd;

/// Where token counts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Source {
    /// The provider's own count.
    Provider,
    /// Counted locally because the provider did not say.
    #[default]
    Estimated,
}

/// What an answer was served at: faster, later or elsewhere than usual, for another price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServiceTier {
    /// As usual, and what is not said.
    #[default]
    Standard,
    /// Later, and cheaper.
    Flex,
    /// Before others.
    Priority,
    /// Within a day.
    Batch,
    /// Faster than others (Anthropic's fast mode).
    Fast,
    /// In one country only (Anthropic's `inference_geo`).
    Us,
    /// Something else, whose price nobody knows.
    Other,
}

impl ServiceTier {
    /// The tier that an answer names. What means that nothing special was done is [`Self::Standard`].
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "" | "standard" | "default" | "auto" | "on_demand" | "global" | "not_available" => Self::Standard,
            "flex" | "on_demand_flex" => Self::Flex,
            "priority" | "on_demand_priority" => Self::Priority,
            "batch" => Self::Batch,
            "fast" => Self::Fast,
            "us" => Self::Us,
            _ => Self::Other,
        }
    }

    /// The word of the table of prices; `None` where it can have none.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Flex => Some("flex"),
            Self::Priority => Some("priority"),
            Self::Batch => Some("batch"),
            Self::Fast => Some("fast"),
            Self::Us => Some("us"),
            Self::Standard | Self::Other => None,
        }
    }

    /// Both at once.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Standard, it) | (it, Self::Standard) => it,
            _ => Self::Other,
        }
    }
}

/// Token counts of one answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// All prompt tokens, cached ones included.
    pub input: u64,
    /// Of `input`: read from the provider's prompt cache.
    pub cache_read: u64,
    /// Of `input`: written to the provider's cache for five minutes (or with no stated lifetime).
    pub cache_write: u64,
    /// Of `input`: written to the provider's cache for one hour.
    pub cache_write_1h: u64,
    /// Of `input`: audio tokens.
    pub input_audio: u64,
    /// All generated tokens, reasoning included.
    pub output: u64,
    /// Of `output`: reasoning the client may not see.
    pub reasoning: u64,
    /// Of `output`: audio tokens.
    pub output_audio: u64,
    /// Searches a server-side tool made, billed apiece.
    pub web_searches: u64,
    /// What it was served at.
    pub tier: ServiceTier,
    /// What the provider itself says it cost, where it says so.
    pub cost_reported: Option<Usd>,
    /// Who counted.
    pub source: Source,
    /// A figure was missing, negative, fractional or absurd and was left out.
    pub suspect: bool,
}

impl Usage {
    /// Prompt tokens billed at the full input price.
    #[must_use]
    pub fn input_uncached(&self) -> u64 {
        self.input.saturating_sub(self.cache_read + self.cache_write + self.cache_write_1h)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self {
            input: self.input + other.input,
            cache_read: self.cache_read + other.cache_read,
            cache_write: self.cache_write + other.cache_write,
            cache_write_1h: self.cache_write_1h + other.cache_write_1h,
            input_audio: self.input_audio + other.input_audio,
            output: self.output + other.output,
            reasoning: self.reasoning + other.reasoning,
            output_audio: self.output_audio + other.output_audio,
            web_searches: self.web_searches + other.web_searches,
            tier: if self.tier == other.tier { self.tier } else { ServiceTier::Other },
            // What is known of one part only is not known of the whole.
            cost_reported: self.cost_reported.zip(other.cost_reported).map(|(a, b)| a + b),
            source: if self.source == other.source { self.source } else { Source::Estimated },
            suspect: self.suspect || other.suspect,
        }
    }

    /// Counts of this process's own making, for an answer whose provider gave none.
    #[must_use]
    pub fn estimated(input: u64, output: u64) -> Self {
        Self { input, output, ..Self::default() }
    }
}
