//! Errors: `{"id": …, "message": …}`, or a stream's last event.

use crate::domain::event::Fault;
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::wire::json::ObjectWriter;
use crate::wire::{openai_chat, sse};

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
    object.text("id", &id.to_string());
    object.text("message", &failure.told);
    object.end();
    (status, body)
}

/// The same as the last event of a stream.
pub(super) fn write_stream(failure: &Failure) -> Vec<u8> {
    let mut data = Vec::new();
    let mut object = ObjectWriter::begin(&mut data);
    object.text("type", "message-end");
    let mut delta = object.object("delta");
    delta.text("finish_reason", "ERROR");
    delta.text("error", &failure.told);
    delta.end();
    object.end();
    let mut out = Vec::new();
    sse::frame(Some("message-end"), &data, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::Kind;

    #[test]
    fn errors_are_one_text() {
        assert_eq!(read(br#"{"id":"2da0","message":"model 'x' not found"}"#).message, "model 'x' not found");
        let failure = Failure::upstream(Kind::Rate, "x", "slow \"down\"");
        let (status, body) = write(&failure, RequestId(7));
        assert_eq!((status, &*body), (429, &br#"{"id":"r0007","message":"slow \"down\""}"#[..]));
        let event = "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"ERROR\",\
                     \"error\":\"slow \\\"down\\\"\"}}\n\n";
        assert_eq!(String::from_utf8(write_stream(&failure)).unwrap(), event);
    }
}
