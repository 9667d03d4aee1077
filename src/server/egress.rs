//! [`Answer`] → HTTP response. Never a CORS header, never a provider's cookie.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt as _;

use crate::engine::{Answer, AnswerBody};

/// The response that says `answer`.
#[must_use]
pub fn response(answer: Answer) -> Response {
    let body = match answer.body {
        AnswerBody::Whole(bytes) => Body::from(bytes),
        AnswerBody::Stream(stream) => Body::from_stream(stream.map(Ok::<Bytes, std::convert::Infallible>)),
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

/// A JSON answer of our own.
#[must_use]
pub fn json(status: u16, body: Vec<u8>) -> Response {
    let headers = vec![("content-type", "application/json".to_owned())];
    response(Answer { status, headers, relayed: Vec::new(), body: AnswerBody::Whole(Bytes::from(body)) })
}
