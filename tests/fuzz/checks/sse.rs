//! The splitter: its frames are the input, whatever the chunks.

use bytes::Bytes;
use llmroute::wire::sse::{self, Frame, Split as _, Splitter};

/// The first byte chooses how the rest is cut.
pub(super) fn check(data: &[u8]) {
    let Some((&choice, text)) = data.split_first() else { return };
    let told = |it: &Frame| (it.raw().to_vec(), it.event().to_owned(), it.data().into_owned(), it.is_comment());
    let whole: Vec<_> = frames(text, text.len().max(1)).iter().map(told).collect();
    let raws: Vec<u8> = whole.iter().flat_map(|it| it.0.clone()).collect();
    assert_eq!(raws, text, "the frames are not the input");
    for size in [1, usize::from(choice) + 2] {
        let cut: Vec<_> = frames(text, size).iter().map(told).collect();
        assert_eq!(cut, whole, "in chunks of {size}");
    }
    // Given up in the middle, still every byte comes out, and what follows the event reads as it would have.
    let at = usize::from(choice) * text.len() / 256;
    let mut splitter = Splitter::new();
    let mut out = Vec::new();
    splitter.push(Bytes::copy_from_slice(&text[..at]), &mut out);
    let mut relayed: Vec<u8> = out.iter().flat_map(|it| it.raw().to_vec()).collect();
    relayed.extend_from_slice(&splitter.take_pending());
    out.clear();
    splitter.push(Bytes::copy_from_slice(&text[at..]), &mut out);
    out.extend(splitter.finish());
    relayed.extend(out.iter().flat_map(|it| it.raw().to_vec()));
    assert_eq!(relayed, text, "bytes were lost with the event that was given up");
    // What is written reads back.
    if let Ok(name) = std::str::from_utf8(text) {
        let mut written = Vec::new();
        sse::frame(Some(name), text, &mut written);
        let read = frames(&written, written.len());
        assert_eq!(read.len(), 1, "a written frame reads as several");
        let lines = name.replace("\r\n", "\n").replace('\r', "\n");
        assert_eq!(read[0].data(), lines.as_bytes());
    }
}

/// The frames of a text that comes in chunks of `size` bytes.
fn frames(text: &[u8], size: usize) -> Vec<Frame> {
    let mut splitter = Splitter::new();
    let mut out = Vec::new();
    for chunk in text.chunks(size) {
        splitter.push(Bytes::copy_from_slice(chunk), &mut out);
    }
    out.extend(splitter.finish());
    out
}
