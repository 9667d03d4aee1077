//! What a model understands of the dialect, read from its version. The dialect changed with Claude 4.6 (adaptive
//! thinking) and 4.7 (no thinking budget, no sampling parameters), and refuses the other generation's words with 400.
//!
//! Source: Anthropic's page "Troubleshooting thinking", table of configurations by model.

/// The words a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wire) struct Generation {
    /// `thinking: {type: adaptive}` with `output_config.effort`.
    pub(in crate::wire) adaptive: bool,
    /// `thinking: {type: enabled, budget_tokens}`.
    pub(in crate::wire) budget: bool,
    /// `thinking: {type: disabled}`.
    pub(in crate::wire) disabled: bool,
    /// `temperature`, `top_p`, `top_k` other than the default.
    pub(in crate::wire) sampling: bool,
    /// Effort `xhigh`.
    pub(in crate::wire) xhigh: bool,
}

/// Models that cannot be told not to think.
const ALWAYS_THINK: [&str; 2] = ["fable", "mythos"];

/// The generation of the model with this id (`claude-sonnet-4-5-20250929`, `anthropic/claude-haiku-4.5`).
///
/// Other vendors' models that speak the dialect know its older form, which had years to spread. A Claude without a
/// version in its name is an alias of the newest.
pub(in crate::wire) fn of(model: &str) -> Generation {
    let Some((_, name)) = model.split_once("claude") else {
        return Generation { adaptive: false, budget: true, disabled: true, sampling: true, xhigh: false };
    };
    let version = version(name).unwrap_or((u32::MAX, 0));
    Generation {
        adaptive: version >= (4, 6),
        budget: version < (4, 7),
        disabled: !ALWAYS_THINK.iter().any(|it| name.contains(it)),
        sampling: version < (4, 7),
        xhigh: version >= (4, 7),
    }
}

/// The version of a Claude; `None` where the model is none, or an alias without one.
pub(in crate::wire) fn version_of(model: &str) -> Option<(u32, u32)> {
    model.split_once("claude").and_then(|(_, name)| version(name))
}

/// The first number in a name and the one right after it; a number of more than three digits is a date.
fn version(name: &str) -> Option<(u32, u32)> {
    let mut numbers = name.split(|it: char| !it.is_ascii_alphanumeric()).map(|word| {
        let digits = word.len() <= 3 && word.bytes().all(|it| it.is_ascii_digit());
        digits.then(|| word.parse().ok()).flatten()
    });
    let major = numbers.by_ref().flatten().next()?;
    Some((major, numbers.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_wherever_vendors_put_them() {
        for (model, expected) in [
            ("claude-3-7-sonnet-20250219", Some((3, 7))),
            ("claude-sonnet-4-20250514", Some((4, 0))),
            ("claude-opus-4-7", Some((4, 7))),
            ("anthropic/claude-haiku-4.5", Some((4, 5))),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Some((4, 5))),
            ("claude-fable-5", Some((5, 0))),
            ("claude-opus-latest", None),
        ] {
            let (_, name) = model.split_once("claude").unwrap();
            assert_eq!(version(name), expected, "{model}");
        }
    }

    #[test]
    fn each_generation_gets_its_own_words() {
        let forms = |model| {
            let it = of(model);
            (it.adaptive, it.budget, it.disabled, it.sampling)
        };
        assert_eq!(forms("claude-haiku-4-5"), (false, true, true, true));
        assert_eq!(forms("claude-sonnet-4-6"), (true, true, true, true));
        assert_eq!(forms("claude-opus-4-8"), (true, false, true, false));
        assert_eq!(forms("claude-fable-5"), (true, false, false, false));
        assert_eq!(forms("claude-opus-latest"), (true, false, true, false));
        assert_eq!(forms("kimi-k3"), (false, true, true, true));
    }
}
