//! What a provider wants back of its own answers, where the client cannot carry it: signatures of thinking and of calls,
//! encrypted reasoning, reasoning text.
//!
//! An answer that is translated for its client leaves such pieces behind. They are kept in the local file
//! ([`crate::store::vault`]) when the answer is complete, and put back when its conversation comes again and goes to who
//! made them: the same provider, in the same dialect, with a model of the same family. Nobody else is ever sent them. After
//! a failover the conversation goes on without them; when it returns they are there again.
//!
//! A client that speaks the target's dialect carries them itself: for it nothing is kept and nothing is looked up. The one
//! exception is openai-chat ([`mend`]): most of its clients throw reasoning text away, which some providers want back
//! ([`Quirks::replays_reasoning`]), and some take ids of calls only in a form of their own ([`Quirks::call_ids`]).
//!
//! - [`place`]: what a turn is found by.
//! - [`original`]: what is kept of one.
//! - [`capture`]: from the answer into the file.
//! - [`restore`]: from the file into the request.
//! - [`foreign`]: what nobody made, taken out on its way back.
//!
//! All of it fails open: what cannot be kept or found in time is missing, and its loss is named by the target's codec
//! where it changes anything.
//!

pub mod capture;
pub mod foreign;
pub mod mend;
pub mod original;
pub mod place;
pub mod restore;

#[cfg(test)]
mod tests;

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::id::ModelName;
use crate::domain::policy::Provider;
use crate::domain::quirks::{CallIds, Quirks};
use crate::engine::lane::{self, Source};
use crate::store::vault::Vault;
use crate::wire::{self, Malformed};

pub use capture::Capture;
pub use place::Conversation;

/// Who made an answer: the one to whom its originals mean something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maker {
    /// The dialect it speaks.
    pub dialect: Dialect,
    /// It wants its reasoning back as text.
    pub replays: bool,
    name: String,
}

impl Maker {
    /// A model of a provider, asked in `dialect`.
    #[must_use]
    pub fn new(provider: &Provider, dialect: Dialect, model: &ModelName) -> Self {
        let replays = provider.quirks.replays_reasoning;
        Self { dialect, replays, name: format!("{dialect} {} {}", provider.name, family(model.as_str())) }
    }
}

/// A request with what its target wants back.
#[derive(Debug)]
pub struct Ready {
    /// What it is rendered from.
    pub source: Source,
    /// The conversation its answer belongs to; `None` where nothing is kept of the answer.
    pub conversation: Option<Conversation>,
}

/// Puts back what `maker` wants back of `ask`. Reads the body only where it has to be translated, or where the provider
/// wants more of it than its client carries.
///
/// # Errors
/// The body has to be translated and is not a request of the client's dialect.
pub async fn ready(
    vault: Option<&Vault>,
    salt: u64,
    ask: &Ask,
    maker: &Maker,
    quirks: &Quirks,
) -> Result<Ready, Malformed> {
    if maker.dialect != ask.written_in {
        let mut prompt = lane::prompt(ask)?;
        let conversation = Conversation::of(&prompt, salt);
        if let Some(vault) = vault {
            restore::restore(vault, maker, &conversation, &mut prompt).await;
        }
        return Ok(Ready { source: Source::Prompt(Box::new(prompt)), conversation: Some(conversation) });
    }
    // Ids that are merely too long are too rare to read every request for.
    let wants = maker.replays || quirks.call_ids == CallIds::NineAlphanumerics;
    if maker.dialect == Dialect::OpenaiChat
        && wants
        && ask.needs.tools
        // A body that cannot be read is the provider's to refuse.
        && let Ok(prompt) = wire::codec(maker.dialect).read_request(&ask.body)
    {
        let conversation = Conversation::of(&prompt, salt);
        let source = mend::mend(vault, ask, &prompt, maker, &conversation, quirks).await;
        return Ok(Ready { source, conversation: maker.replays.then_some(conversation) });
    }
    Ok(Ready { source: foreign::without(ask).unwrap_or(Source::Body), conversation: None })
}

/// The model without what only says which of its builds it is: a date, `latest`. Signatures outlive those.
fn family(model: &str) -> &str {
    let model = model.strip_suffix("-latest").unwrap_or(model);
    let is_date = |it: &str| {
        let shape = |(nth, byte): (usize, u8)| if [4, 7].contains(&nth) { byte == b'-' } else { byte.is_ascii_digit() };
        match it.len() {
            8 => it.bytes().all(|it| it.is_ascii_digit()),
            10 => it.bytes().enumerate().all(shape),
            _ => false,
        }
    };
    for length in [8, 10] {
        let cut = model.len().checked_sub(length).and_then(|at| model.split_at_checked(at));
        if let Some((name, date)) = cut
            && let Some(name) = name.strip_suffix(['-', '@'])
            && is_date(date)
        {
            return name;
        }
    }
    model
}
