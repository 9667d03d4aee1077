//! Errors: `{"error": "…"}`, alone or as a line of a stream.

use crate::domain::event::Fault;
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::wire::json::ObjectWriter;
use crate::wire::openai_chat;

/// Reads an error body, or anything that stands in place of one. The shape is one that compatible providers have too.
pub(super) fn read(body: &[u8]) -> Fault {
    openai_chat::error::read(body)
}

/// An error body in our own words, and its status.
pub(super) fn write(failure: &Failure, id: RequestId) -> (u16, Vec<u8>) {
    // The dialect has no codes beside the status, so the status is what every other dialect's clients are told.
    let (status, _) = openai_chat::error::write(failure, id);
    let mut body = Vec::with_capacity(64);
    let mut object = ObjectWriter::begin(&mut body);
    object.text("error", &failure.told);
    object.end();
    (status, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::Kind;

    #[test]
    fn errors_are_one_text() {
        let fault = read(br#"{"error":"model 'x' not found"}"#);
        assert_eq!((fault.message.as_str(), fault.code), ("model 'x' not found", None));
        let (status, body) = write(&Failure::upstream(Kind::Model, "x", "no \"x\""), RequestId(1));
        assert_eq!((status, &*body), (404, &br#"{"error":"no \"x\""}"#[..]));
    }
}
