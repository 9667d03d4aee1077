//! What a walk has come to, as the client gets it: an answer that is whole, a refusal, or a stream ([`stream`]).

mod stream;

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use tokio::time::timeout;

use crate::domain::ask::Ask;
use crate::engine::beside::passing;
use crate::engine::committed::{Committed, Content};
use crate::engine::failover::Walked;
use crate::engine::relay::stream::Relay;
use crate::engine::tether::Tethered;
use crate::engine::{Answer, AnswerBody};
use crate::wire;

/// The answer of a walk that has ended.
pub fn finished(walked: Walked) -> Answer {
    let (outcome, settlement) = walked;
    match outcome {
        Err(failure) => settlement.refuse(failure),
        Ok(Committed { by, content, rest }) => match content {
            Content::Whole { body, facts, losses } => settlement.whole(by, body, &facts, &losses),
            Content::Stream { held, flow, incoming, began } => {
                let headers = settlement.stream_headers(Some(&by.seat));
                let relayed = by.headers.iter().filter(|it| it.0 != "content-type").cloned().collect();
                let relay = Relay::new(&by, settlement, held, flow, incoming, began).followed_by(rest);
                Answer { status: 200, headers, relayed, body: AnswerBody::Stream(Box::pin(relay.into_stream())) }
            }
            Content::Passed(passed) => passing::answer(by, settlement, *passed),
        },
    }
}

/// The answer of a stream whose walk may take long: the status line waits for the content, but not longer than the
/// client's own patience; then a ping goes out `every` so often while the walk goes on.
pub async fn held(mut walk: Tethered, ask: &Ask, every: Duration) -> Answer {
    if let Ok(walked) = timeout(every, &mut walk).await {
        return finished(walked);
    }
    let headers = vec![
        ("x-llmroute-id", ask.id.to_string()),
        ("content-type", "text/event-stream".to_owned()),
        ("cache-control", "no-cache".to_owned()),
    ];
    let ping = Bytes::from_static(wire::codec(ask.dialect).ping());
    let waiting = Stage::Waiting { walk, ping, every, due: true };
    let body = unfold(waiting, Stage::next).map(Ok);
    Answer { status: 200, headers, relayed: Vec::new(), body: AnswerBody::Stream(Box::pin(body)) }
}

/// Where a held stream stands.
enum Stage {
    Waiting { walk: Tethered, ping: Bytes, every: Duration, due: bool },
    Relaying(Box<Relay>),
    Over,
}

impl Stage {
    async fn next(self) -> Option<(Bytes, Self)> {
        match self {
            Self::Over => None,
            Self::Waiting { walk, ping, every, due: true } => {
                Some((ping.clone(), Self::Waiting { walk, ping, every, due: false }))
            }
            Self::Waiting { mut walk, ping, every, due: false } => match timeout(every, &mut walk).await {
                Err(_) => Some((ping.clone(), Self::Waiting { walk, ping, every, due: false })),
                Ok((Err(failure), settlement)) => Some((settlement.refuse_in_stream(failure), Self::Over)),
                Ok((Ok(Committed { by, content, rest }), settlement)) => match content {
                    Content::Stream { held, flow, incoming, began } => {
                        let relay = Relay::new(&by, settlement, held, flow, incoming, began).followed_by(rest);
                        relay.next().await.map(|(bytes, it)| (bytes, Self::Relaying(it)))
                    }
                    // A request for a stream is only ever answered by a stream.
                    Content::Whole { body, .. } => Some((body, Self::Over)),
                    Content::Passed(_) => None,
                },
            },
            Self::Relaying(relay) => relay.next().await.map(|(bytes, it)| (bytes, Self::Relaying(it))),
        }
    }
}
