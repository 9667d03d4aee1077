//! Reads what nobody waits for any more, for the sake of what it costs: hanging up on a provider that bills an answer to
//! its end would not stop that bill, only hide it.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::engine::beside::passing::{Passed, Tap};
use crate::engine::committed::{Committed, Content};
use crate::engine::flow::Flow;
use crate::engine::race::Trying;
use crate::engine::settle::{Account, Settlement};
use crate::engine::tether::Walking;
use crate::upstream::Incoming;
use crate::wire::Facts;

/// Nothing is read longer than this.
const MOST: Duration = Duration::from_secs(60);

/// Sees a walk to its end that has lost its client.
pub async fn walk(walk: Walking) {
    let Ok((outcome, settlement)) = timeout(MOST, walk).await else { return };
    match outcome.map(|it| it.content) {
        // The client got none of it; that it left is what its row says.
        Err(_) => drop(settlement),
        Ok(Content::Whole { facts, .. }) => settlement.left(&facts),
        Ok(Content::Passed(it)) => match *it {
            Passed { incoming: Some(incoming), tap: Some(tap), facts, .. } => {
                passed(incoming, tap, facts, settlement).await;
            }
            it => settlement.left(&it.facts),
        },
        Ok(Content::Stream { flow, incoming: Some(incoming), .. }) => stream(flow, incoming, settlement).await,
        Ok(Content::Stream { flow, incoming: None, .. }) => settlement.left(flow.facts()),
    }
}

/// Sees an answer to its end that has lost its client.
pub async fn stream(mut flow: Box<Flow>, mut incoming: Box<Incoming>, settlement: Settlement) {
    if timeout(MOST, rest(&mut flow, &mut incoming)).await.is_err() {
        tracing::debug!("an abandoned answer was not drained within its time");
    }
    settlement.left(flow.facts());
}

/// The same for an answer that is passed on without being understood, for what its events say it used.
pub async fn passed(mut incoming: Box<Incoming>, mut tap: Tap, mut facts: Facts, settlement: Settlement) {
    let rest = async {
        // At its end or its break there is no more to learn.
        while let Ok(Some(chunk)) = incoming.chunk().await {
            tap.read(&chunk, &mut facts);
        }
        tap.end(&mut facts);
    };
    if timeout(MOST, rest).await.is_err() {
        tracing::debug!("an abandoned answer was not drained within its time");
    }
    settlement.left(&facts);
}

/// Sees an attempt to its end that another one has outrun. A shutdown does not wait for it.
pub async fn outrun(trying: Trying, account: Account) {
    let mut closing = account.engine().closing.subscribe();
    let enough = async move {
        tokio::select! {
            () = sleep(MOST) => {}
            // An engine that is gone has closed, too.
            _ = closing.wait_for(|it| *it) => {}
        }
    };
    tokio::pin!(enough);
    let ended = tokio::select! {
        it = trying => it,
        () = &mut enough => return,
    };
    // That it failed is in the book already.
    let Ok(Committed { by, content, .. }) = ended else { return };
    match content {
        Content::Whole { facts, .. } => account.read_on(by.attempt, &facts),
        Content::Passed(passed) => account.read_on(by.attempt, &passed.facts),
        Content::Stream { mut flow, incoming, .. } => {
            if let Some(mut incoming) = incoming {
                tokio::select! {
                    () = rest(&mut flow, &mut incoming) => {}
                    () = &mut enough => {}
                }
            }
            account.read_on(by.attempt, flow.facts());
        }
    }
}

/// Sees an answer to its end that nobody is told of, because it does not go on from the one before it.
pub async fn unheard(mut flow: Box<Flow>, mut incoming: Box<Incoming>, account: Account, at: usize) {
    flow.watch_only();
    if timeout(MOST, rest(&mut flow, &mut incoming)).await.is_err() {
        tracing::debug!("an answer that nobody hears was not drained within its time");
    }
    account.read_on(at, flow.facts());
}

/// Reads the rest of an answer.
async fn rest(flow: &mut Flow, incoming: &mut Incoming) {
    while flow.ending().is_none() {
        // At its end or its break there is no more to learn.
        let Ok(Some(chunk)) = incoming.chunk().await else {
            flow.finish();
            break;
        };
        flow.take(chunk);
    }
}
