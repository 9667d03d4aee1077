//! [`Answer`] → HTTP response. Never a CORS header, never a provider's cookie.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use crate::engine::{Answer, AnswerBody};
use crate::wire::gemini::array::Array;

/// The response that says `answer`.
#[must_use]
pub fn response(answer: Answer) -> Response {
    let body = match answer.body {
        AnswerBody::Whole(bytes) => Body::from(bytes),
        AnswerBody::Stream(stream) => Body::from_stream(stream),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let headers = response.headers_mut();
    for (name, value) in answer.relayed {
        headers.append(name, value);
    }
    // Ours last, and instead of a provider's of the same name.
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// The response that says `answer` to a client that takes a stream as one JSON array, and an error inside one.
#[must_use]
pub fn array(answer: Answer) -> Response {
    let body = match answer.body {
        AnswerBody::Whole(body) => AnswerBody::Whole(Array::whole(&body)),
        AnswerBody::Stream(events) => {
            let chunks = stream::unfold(Some((events, Array::default())), |state| async {
                let (mut events, mut array) = state?;
                let chunk = events.next().await;
                Some(match chunk {
                    Some(Ok(chunk)) => (Ok(array.push(chunk)), Some((events, array))),
                    Some(Err(broken)) => (Err(broken), None),
                    None => (Ok(array.finish()), None),
                })
            });
            AnswerBody::Stream(Box::pin(chunks))
        }
    };
    let mut headers = answer.headers;
    headers.retain(|(name, _)| *name != "content-type");
    headers.push(("content-type", "application/json".to_owned()));
    response(Answer { headers, body, ..answer })
}

/// A JSON answer of our own.
#[must_use]
pub fn json(status: u16, body: Vec<u8>) -> Response {
    let headers = vec![("content-type", "application/json".to_owned())];
    response(Answer { status, headers, relayed: Vec::new(), body: AnswerBody::Whole(Bytes::from(body)) })
}
