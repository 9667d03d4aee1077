//! What a model understands of the dialect, read from its version: thinking came with 2.5, as a budget of tokens; since 3
//! it is a level, calls in a running exchange must be signed, a tool's result may hold pictures, and an answer may have a
//! form although there are tools.
//!
//! Source: Google's pages on thinking, thought signatures and function calling.

/// The words a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Generation {
    /// How thinking is asked for.
    pub(super) thinking: Thinking,
    /// A call of the running exchange without a signature is refused.
    pub(super) signed_calls: bool,
    /// `functionResponse.parts`.
    pub(super) results_with_media: bool,
    /// A form for the answer beside functions.
    pub(super) form_with_tools: bool,
}

/// How a model is told how much to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// It does not think.
    None,
    /// `thinkingBudget`, within these limits; below the lower one only 0, if it can be told not to think.
    Budget {
        /// The smallest budget other than 0.
        least: u64,
        /// The largest.
        most: u64,
        /// 0 is allowed.
        off: bool,
    },
    /// `thinkingLevel`: low, high, and these.
    Level {
        /// `minimal` too.
        minimal: bool,
        /// `medium` too.
        medium: bool,
    },
}

/// The generation of the model with this id. One without a version is an alias of the newest.
pub(super) fn of(model: &str) -> Generation {
    let version = model.split_once("gemini-").map(|(_, name)| version(name));
    let (major, minor) = match version {
        // Gemma and others, which Google serves in the same dialect: nothing beyond the common ground.
        None => (0, 0),
        Some(found) => found.unwrap_or((u32::MAX, 0)),
    };
    let thinking = match (major, minor) {
        (..=1, _) | (2, ..=4) => Thinking::None,
        (2, _) if model.contains("lite") => Thinking::Budget { least: 512, most: 24_576, off: true },
        (2, _) if model.contains("flash") => Thinking::Budget { least: 1, most: 24_576, off: true },
        (2, _) => Thinking::Budget { least: 128, most: 32_768, off: false },
        _ => {
            let pro = model.contains("pro");
            Thinking::Level { minimal: !pro, medium: !pro || (major, minor) > (3, 0) }
        }
    };
    Generation { thinking, signed_calls: major >= 3, results_with_media: major >= 3, form_with_tools: major >= 3 }
}

/// The first number in a name, and the one behind the point after it.
fn version(name: &str) -> Option<(u32, u32)> {
    let mut words = name.split(['-', '.', '@', ':', '/']);
    let major = words.by_ref().find_map(|it| it.parse().ok().filter(|_| it.len() <= 2))?;
    Some((major, words.next().and_then(|it| it.parse().ok().filter(|_| it.len() <= 2)).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_generation_gets_its_own_words() {
        for (model, thinking, signed) in [
            ("gemini-1.5-flash-002", Thinking::None, false),
            ("gemini-2.0-flash", Thinking::None, false),
            ("gemini-2.5-flash", Thinking::Budget { least: 1, most: 24_576, off: true }, false),
            ("gemini-2.5-flash-lite-preview-09-2025", Thinking::Budget { least: 512, most: 24_576, off: true }, false),
            ("gemini-2.5-pro", Thinking::Budget { least: 128, most: 32_768, off: false }, false),
            ("gemini-3-pro-preview", Thinking::Level { minimal: false, medium: false }, true),
            ("gemini-3.1-pro-preview", Thinking::Level { minimal: false, medium: true }, true),
            ("gemini-3.8-flash", Thinking::Level { minimal: true, medium: true }, true),
            ("gemini-4-argon", Thinking::Level { minimal: true, medium: true }, true),
            ("gemini-flash-latest", Thinking::Level { minimal: true, medium: true }, true),
            ("google/gemini-2.0-flash@001", Thinking::None, false),
            ("gemma-3-27b-it", Thinking::None, false),
        ] {
            let it = of(model);
            assert_eq!((it.thinking, it.signed_calls), (thinking, signed), "{model}");
        }
    }
}
