//! What the model behind an id takes. Converse is one API for many vendors' models; what it does not unify differs by
//! vendor, and is refused with 400 where it is said to another's.
//!
//! Source: AWS's user guide, "Supported models and model features", "Prompt caching", "Structured outputs"; the service
//! model's own remarks on `toolChoice`.

use crate::wire::anthropic::request::generation;

/// Whose words a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Anthropic's.
    Claude,
    /// Amazon's own, first generation.
    Nova,
    /// The second, which reasons.
    Nova2,
    /// OpenAI's open-weight models.
    Openai,
    /// A model of the account's own, whose id says nothing: an application's inference profile, a provisioned or
    /// imported model.
    Unnamed,
    /// Everybody else's.
    Other,
}

/// What a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Can {
    /// Whose words.
    pub(super) family: Family,
    /// `cachePoint` in messages and `system`.
    pub(super) cache: bool,
    /// `cachePoint` among tools.
    pub(super) cache_tools: bool,
    /// `toolChoice: {tool: …}`.
    pub(super) named_tool: bool,
    /// `outputConfig.textFormat` with a schema.
    pub(super) schema: bool,
}

/// Vendors none of whose models take a schema.
const WITHOUT_SCHEMA: [&str; 7] = ["amazon.", "meta.", "cohere.", "ai21.", "writer.", "deepseek.r1", "stability."];

/// The oldest Claude that takes a schema here.
const CLAUDE_WITH_SCHEMA: (u32, u32) = (4, 5);

/// Reads it from the id (`us.anthropic.claude-sonnet-4-5-20250929-v1:0`, an ARN with one in it).
pub(super) fn of(model: &str) -> Can {
    let family = family(model);
    let vendor = matches!(family, Family::Claude | Family::Nova | Family::Nova2 | Family::Unnamed);
    let claude = matches!(family, Family::Claude | Family::Unnamed);
    let schema = match family {
        Family::Claude => generation::version_of(model).is_none_or(|it| it >= CLAUDE_WITH_SCHEMA),
        _ => !WITHOUT_SCHEMA.iter().any(|it| model.contains(it)),
    };
    Can { family, cache: vendor, cache_tools: claude, named_tool: vendor, schema }
}

fn family(model: &str) -> Family {
    if model.contains("claude") {
        Family::Claude
    } else if model.contains("nova-2") {
        Family::Nova2
    } else if model.contains("nova-") {
        Family::Nova
    } else if model.contains("openai.") {
        Family::Openai
    } else if [
        "application-inference-profile/",
        "provisioned-model/",
        "custom-model",
        "imported-model/",
        "prompt-router/",
    ]
    .iter()
    .any(|it| model.contains(it))
    {
        Family::Unnamed
    } else {
        Family::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_whose_a_model_is() {
        for (model, family, schema) in [
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Family::Claude, true),
            ("anthropic.claude-3-5-sonnet-20240620-v1:0", Family::Claude, false),
            ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-8", Family::Claude, true),
            ("us.amazon.nova-micro-v1:0", Family::Nova, false),
            ("us.amazon.nova-2-lite-v1:0", Family::Nova2, false),
            ("openai.gpt-oss-120b-1:0", Family::Openai, true),
            ("arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/ab12", Family::Unnamed, true),
            ("zai.glm-4.7-flash", Family::Other, true),
            ("us.deepseek.r1-v1:0", Family::Other, false),
        ] {
            let can = of(model);
            assert_eq!((can.family, can.schema), (family, schema), "{model}");
        }
        assert!(of("amazon.nova-lite-v1:0").cache && !of("amazon.nova-lite-v1:0").cache_tools);
        assert!(!of("mistral.mistral-large-2402-v1:0").named_tool);
    }
}
