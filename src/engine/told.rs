//! What a client is told beside an answer: the refusal where there is none, and the headers that say who answered.

use bytes::Bytes;

use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::id::RequestId;
use crate::domain::target::Seat;
use crate::engine::{Answer, AnswerBody};
use crate::wire;

/// The refusal of a call that never became a request: it has no row.
#[must_use]
pub fn unrecorded(dialect: Dialect, id: RequestId, failure: &Failure) -> Answer {
    let mut answer = refusal(dialect, id, failure);
    answer.headers.push(("x-llmroute-id", id.to_string()));
    answer
}

/// The refusal of a request, in its client's dialect.
#[must_use]
pub fn refusal(dialect: Dialect, id: RequestId, failure: &Failure) -> Answer {
    let mut headers = vec![("content-type", "application/json".to_owned())];
    let relay = failure.relay.as_ref().filter(|it| {
        // What concerns our own account is ours to explain; everything else the client may match on word for word.
        it.dialect == dialect && !matches!(failure.kind, Kind::Auth | Kind::Quota)
    });
    if let Some(wait) = failure.retry_after {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        headers.push(("retry-after", seconds.max(1).to_string()));
    }
    let (status, body, relayed) = if let Some(it) = relay {
        let named = it.headers.iter().filter(|(name, _)| name != "content-type" && name != "retry-after");
        (it.status, it.body.clone(), named.cloned().collect())
    } else {
        let (status, body) = wire::codec(dialect).write_error(failure, id);
        (status, Bytes::from(body), Vec::new())
    };
    // We have tried what there was: an SDK that tries again only multiplies the attempts.
    // A budget is not fuller a second later either.
    let is_final = failure.origin == Origin::Upstream || failure.kind == Kind::Quota;
    if is_final && (matches!(status, 408 | 409 | 429) || status >= 500) {
        headers.push(("x-should-retry", "false".to_owned()));
    }
    headers.push(("x-llmroute-error", failure.code.to_owned()));
    Answer { status, headers, relayed, body: AnswerBody::Whole(body) }
}

/// Who answered, or answers.
#[must_use]
pub fn seat_headers(seat: &Seat) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("x-llmroute-provider", header_text(seat.target.provider.as_str())),
        ("x-llmroute-model", header_text(seat.target.model.as_str())),
    ];
    if let Some((_, name)) = &seat.key {
        headers.push(("x-llmroute-key", header_text(name.as_str())));
    }
    headers
}

/// Text fit for a header: printable ASCII, at most 1,000 characters.
#[must_use]
pub fn header_text(text: &str) -> String {
    text.chars().take(1000).map(|it| if it.is_ascii_graphic() || it == ' ' { it } else { '?' }).collect()
}
