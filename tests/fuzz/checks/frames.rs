//! How a dialect cuts its streams: the frames are the input, whatever the chunks.

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::wire::codec;
use llmroute::wire::sse::Frame;

use super::split;

/// A dialect's letter, a byte that chooses the size of chunks, then the bytes of a stream.
pub(super) fn check(data: &[u8]) {
    let Some((dialect, rest)) = split(data) else { return };
    let Some((&choice, text)) = rest.split_first() else { return };
    let told = |it: &Frame| (it.raw().to_vec(), it.event().to_owned(), it.data().into_owned());
    let (frames, left) = cut(dialect, text, text.len().max(1));
    let whole: Vec<_> = frames.iter().map(told).collect();
    let relayed: Vec<u8> = whole.iter().flat_map(|it| it.0.clone()).chain(left).collect();
    assert_eq!(relayed, text, "the frames are not the input");
    for size in [1, usize::from(choice) + 2] {
        let (frames, _) = cut(dialect, text, size);
        assert_eq!(frames.iter().map(told).collect::<Vec<_>>(), whole, "in chunks of {size}");
    }
}

/// The frames of a text that comes in chunks of `size` bytes, and what is left that is none.
pub(super) fn cut(dialect: Dialect, text: &[u8], size: usize) -> (Vec<Frame>, Bytes) {
    let mut splitter = codec(dialect).splitter();
    let mut out = Vec::new();
    for chunk in text.chunks(size) {
        splitter.push(Bytes::copy_from_slice(chunk), &mut out);
    }
    out.extend(splitter.finish());
    (out, splitter.take_pending())
}
