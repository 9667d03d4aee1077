//! A provider's proof that it wrote something, or its own encrypted notes, to be handed back with the conversation.

use crate::domain::dialect::Dialect;

/// Text that means something to the providers of one dialect only: the signature of Anthropic's thinking, Gemini's
/// `thoughtSignature`, OpenAI's encrypted reasoning. Providers of another dialect refuse a conversation that has it, so a
/// codec writes back what is its own and reports every other as a loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Whose it is.
    pub dialect: Dialect,
    /// The text as it came, byte for byte.
    pub text: String,
}

impl Signature {
    /// A signature of `dialect`; `None` where the text is empty, which is how some dialects spell that there is none.
    #[must_use]
    pub fn of(dialect: Dialect, text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (!text.is_empty()).then_some(Self { dialect, text })
    }

    /// The text, if `dialect` made it.
    #[must_use]
    pub fn own(&self, dialect: Dialect) -> Option<&str> {
        (self.dialect == dialect).then_some(&*self.text)
    }
}
