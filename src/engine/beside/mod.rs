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
use crate::domain::failure::{Failure, Kind, Next, Origin};
use crate::domain::operation::{Inputs, Operation};
use crate::domain::usage::Usage;
use crate::engine::committed::Content;
use crate::engine::exchange::{Exchange, broken};
use crate::engine::lane;
use crate::upstream::{Incoming, verdict};
use crate::wire::embedding::{self, Answering};
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
    let mut facts = wire::beside::facts(&body).map_err(|it| exchange.garbage(&body, &it))?;
    if wire::beside::has_error(&body) {
        let fault = wire::codec(exchange.dialect).read_error(&body);
        let wait = incoming.wait(exchange.engine.now().wall);
        return Err(verdict::failure(&exchange.provider.name, incoming.status, &fault, wait));
    }
    let body = match ask.operation {
        Operation::Embed(inputs) if !exchange.dialect.is_kin(ask.dialect) => {
            let (body, usage) = vectors(exchange, ask, inputs, &body)?;
            facts.usage = usage;
            body
        }
        _ => body,
    };
    Ok(Content::Whole { body, facts: Box::new(facts), losses: Vec::new() })
}

/// A provider's count, in the client's words.
fn count(exchange: &Exchange<'_>, ask: &Ask, body: Bytes) -> Result<Content, Failure> {
    let tokens = counting::read(exchange.dialect, &body).map_err(|it| exchange.garbage(&body, &it))?;
    let told = if exchange.dialect == ask.dialect { body } else { Bytes::from(counting::write(ask.dialect, tokens)) };
    let facts = Facts { content: true, ..Facts::default() };
    Ok(Content::Whole { body: told, facts: Box::new(facts), losses: Vec::new() })
}

/// Vectors from a provider of another dialect, and what they used.
fn vectors(
    exchange: &Exchange<'_>,
    ask: &Ask,
    inputs: Inputs,
    body: &Bytes,
) -> Result<(Bytes, Option<Usage>), Failure> {
    let nobody = |_| Failure::local(Origin::Local, "internal", 500, "a request was translated that cannot be");
    let (theirs, ours) = render::sides(exchange.dialect, ask.dialect).map_err(nobody)?;
    let wanted = ours.read_request(&ask.body, inputs).map_err(nobody)?;
    let read = theirs.read_answer(body).map_err(|it| exchange.garbage(body, &it))?;
    if read.vectors.len() != wanted.inputs.len() {
        let what = format!("{} vectors for {} inputs", read.vectors.len(), wanted.inputs.len());
        return Err(broken(exchange.provider, &what));
    }
    let estimate = embedding::estimate(&wanted);
    let body = ours.write_answer(&read, Answering { inputs, form: wanted.form, model: &ask.model, estimate });
    Ok((Bytes::from(body), read.usage.or(Some(Usage::estimated(estimate, 0)))))
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
