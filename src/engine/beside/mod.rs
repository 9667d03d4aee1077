//! What differs where something else than the next turn of a conversation is asked for: what is [`read`] in the body,
//! how it is brought to its target ([`render`]), and what an answer is. The way there and back is the same: one decision,
//! one walk, an intent before anything is sent, one row for the request and one for each attempt.
//!
//! An answer that is passed on without being understood goes through [`passing`].

pub mod passing;
pub mod read;
pub mod render;

use std::borrow::Cow;

use bytes::Bytes;

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Kind, Next};
use crate::domain::operation::Operation;
use crate::engine::committed::Content;
use crate::engine::exchange::Exchange;
use crate::engine::lane;
use crate::upstream::{Incoming, verdict};
use crate::wire::{self, Facts, counting};

/// What a provider answers, as its client will have it.
///
/// # Errors
/// It is no answer, or did not come in time.
pub async fn answer(exchange: &Exchange<'_>, ask: &Ask, mut incoming: Incoming) -> Result<Content, Failure> {
    if let Operation::Relay(_) = ask.operation {
        return passing::begin(exchange, incoming).await;
    }
    let body = exchange.collect(&mut incoming, Bytes::new()).await?;
    match ask.operation {
        Operation::CountTokens => return count(exchange, ask, body),
        Operation::Compact => {
            let facts = wire::codec(exchange.dialect).read_facts(&body).map_err(|it| exchange.garbage(&body, &it))?;
            return Ok(Content::Whole { body, facts: Box::new(facts), losses: Vec::new() });
        }
        _ => {}
    }
    let facts = wire::beside::facts(&body).map_err(|it| exchange.garbage(&body, &it))?;
    Ok(Content::Whole { body, facts: Box::new(facts), losses: Vec::new() })
}

/// A provider's count, in the client's words.
fn count(exchange: &Exchange<'_>, ask: &Ask, body: Bytes) -> Result<Content, Failure> {
    let tokens = counting::read(exchange.dialect, &body).map_err(|it| exchange.garbage(&body, &it))?;
    let told = if exchange.dialect == ask.dialect { body } else { Bytes::from(counting::write(ask.dialect, tokens)) };
    let facts = Facts { content: true, ..Facts::default() };
    Ok(Content::Whole { body: told, facts: Box::new(facts), losses: Vec::new() })
}

/// An error answer.
pub async fn refused(exchange: &Exchange<'_>, ask: &Ask, incoming: Incoming) -> Failure {
    let mut failure = exchange.error(incoming).await;
    if let Some(relay) = failure.relay.as_mut().filter(|it| it.dialect.is_kin(ask.dialect)) {
        relay.dialect = ask.dialect;
    }
    // A count has limits of its own at its provider. What goes wrong with it is no word about what else the key may do,
    // and there is always an answer without it.
    if ask.operation == Operation::CountTokens && !crate::engine::counting::is_of_the_request(&failure, ask.dialect) {
        return Failure { kind: Kind::Client, code: verdict::code(Kind::Client), next: Next::Elsewhere, ..failure };
    }
    // Many a provider has no such operation, or not for this model, and says so with one of these. That is no word about
    // its key, nor about what the model does in a conversation.
    let is_elsewhere = failure.kind == Kind::Model || (failure.kind == Kind::Auth && failure.status == Some(403));
    if is_elsewhere {
        let next = if ask.model.is_empty() { Next::Stop } else { Next::Elsewhere };
        failure = Failure { kind: Kind::Client, code: verdict::code(Kind::Client), next, ..failure };
    }
    failure
}

/// The client's headers that go to a target that speaks `dialect`.
pub fn headers(ask: &Ask, dialect: Dialect) -> Cow<'_, [(String, String)]> {
    lane::passing(ask, if dialect.is_kin(ask.dialect) { ask.written_in } else { dialect })
}
