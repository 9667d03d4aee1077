//! Requests: [`read`] a client's, [`write`] a provider's.

pub(super) mod blocks;
pub(super) mod config;
pub(super) mod generation;
pub(super) mod read;
pub(super) mod write;

/// Prefix of the names of fields of `generationConfig`.
const CONFIG: &str = "generationConfig.";
/// Prefix of the names of fields of `thinkingConfig`.
const THINKING: &str = "generationConfig.thinkingConfig.";
/// Prefix of the names of fields of `toolConfig`.
const TOOLS: &str = "toolConfig.";
/// Prefix of the names of fields of `functionCallingConfig`.
const CALLING: &str = "toolConfig.functionCallingConfig.";
