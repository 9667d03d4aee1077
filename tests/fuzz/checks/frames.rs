//! How a dialect cuts its streams: the frames are the input, whatever the chunks.

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::wire::sse::Frame;
use llmroute::wire::{codec, eventstream};

use super::split;

/// A dialect's letter, a byte that chooses the size of chunks, then the bytes of a stream.
pub(super) fn check(data: &[u8]) {
    let Some((dialect, rest)) = split(data) else { return };
    let Some((&choice, text)) = rest.split_first() else { return };
    let told = |it: &Frame| (it.raw().to_vec(), it.event().to_owned(), it.data().into_owned());
    let (frames, left) = cut(dialect, text, text.len().max(1));
    let relayed: Vec<u8> = frames.iter().flat_map(|it| it.raw().to_vec()).chain(left).collect();
    assert_eq!(relayed, text, "the frames are not the input");
    // Where framing is lost it is not found again: what follows is relayed as it comes, in whatever pieces.
    let sound = |it: &&Frame| dialect != Dialect::BedrockConverse || eventstream::check(it.raw()).is_ok();
    let understood = |frames: &[Frame]| frames.iter().take_while(sound).map(told).collect::<Vec<_>>();
    let expected = understood(&frames);
    for size in [1, usize::from(choice) + 2] {
        let (cut, left) = cut(dialect, text, size);
        assert_eq!(understood(&cut), expected, "in chunks of {size}");
        assert_eq!(cut.len() > expected.len(), frames.len() > expected.len(), "in chunks of {size}");
        let relayed: Vec<u8> = cut.iter().flat_map(|it| it.raw().to_vec()).chain(left).collect();
        assert_eq!(relayed, text, "in chunks of {size}, the frames are not the input");
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
