//! A stream as one JSON array of chunks: what a client gets that does not ask for events (`alt=sse`).

use bytes::Bytes;

use crate::wire::sse::{self, Split as _};

/// Turns events into an array, as they come.
#[derive(Debug, Default)]
pub struct Array {
    splitter: sse::Splitter,
    begun: bool,
}

impl Array {
    /// The next bytes of the array for the next bytes of the stream. What is no event becomes white space, so that a ping
    /// still is a sign of life.
    #[must_use]
    pub fn push(&mut self, chunk: Bytes) -> Bytes {
        let mut frames = Vec::new();
        self.splitter.push(chunk, &mut frames);
        self.joined(&frames)
    }

    /// The end of the array.
    #[must_use]
    pub fn finish(&mut self) -> Bytes {
        let rest = self.splitter.finish();
        let mut out = self.joined(rest.as_slice()).to_vec();
        out.extend_from_slice(if self.begun { b"]" } else { b"[]" });
        Bytes::from(out)
    }

    /// A whole answer, or an error in place of one, as an array of one.
    #[must_use]
    pub fn whole(body: &[u8]) -> Bytes {
        Bytes::from([b"[", body, b"]"].concat())
    }

    fn joined(&mut self, frames: &[sse::Frame]) -> Bytes {
        let mut out = Vec::new();
        for frame in frames {
            let data = frame.data();
            if data.is_empty() {
                out.push(b'\n');
                continue;
            }
            out.extend_from_slice(if self.begun { b",\r\n" } else { b"[" });
            self.begun = true;
            out.extend_from_slice(&data);
        }
        Bytes::from(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_chunks_become_one_array() {
        let stream = b"data: {\"a\":1}\n\n\n\ndata: {\"b\":[2]}\r\n\r\ndata: {\"c\":3}";
        for size in 1..stream.len() {
            let mut array = Array::default();
            let mut text = Vec::new();
            for chunk in stream.chunks(size) {
                text.extend_from_slice(&array.push(Bytes::copy_from_slice(chunk)));
            }
            text.extend_from_slice(&array.finish());
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(value, serde_json::json!([{"a": 1}, {"b": [2]}, {"c": 3}]), "{size}");
        }
        assert_eq!(Array::default().finish(), "[]");
        assert_eq!(Array::whole(b"{}"), "[{}]");
    }
}
