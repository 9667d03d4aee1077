//! The events of an answer and their cutting into pieces. A frame knows how many tokens it brings the bill to.

use bytes::{BufMut, Bytes, BytesMut};

use crate::sim::script::Slice;

/// A server-sent event, or the whole of an unstreamed body.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) bytes: Bytes,
    /// Output tokens generated when it leaves.
    pub(crate) tokens: u64,
    pub(crate) content: bool,
    pub(crate) terminal: bool,
}

// === impl Frame ===

impl Frame {
    /// An event that carries no content.
    pub(crate) fn opening(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), tokens: 0, content: false, terminal: false }
    }

    /// An event with content, `tokens` into the answer.
    pub(crate) fn content(bytes: impl Into<Bytes>, tokens: u64) -> Self {
        Self { bytes: bytes.into(), tokens, content: true, terminal: false }
    }

    /// An event after all content.
    pub(crate) fn closing(bytes: impl Into<Bytes>, tokens: u64) -> Self {
        Self { bytes: bytes.into(), tokens, content: false, terminal: false }
    }

    /// The event that says the answer is complete.
    pub(crate) fn terminal(bytes: impl Into<Bytes>, tokens: u64) -> Self {
        Self { bytes: bytes.into(), tokens, content: false, terminal: true }
    }
}

/// The words of a text, white space kept, so that they join to the text again.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}

/// A text in pieces of at most `longest` bytes, cut between characters.
pub(crate) fn pieces(text: &str, longest: usize) -> Vec<&str> {
    let mut rest = text;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        // A character has four bytes at most, so some boundary lies within the first four.
        let at = (1..=longest.max(4)).rev().find(|it| rest.is_char_boundary(*it)).unwrap_or(rest.len());
        let Some((piece, more)) = rest.split_at_checked(at.min(rest.len())) else { break };
        pieces.push(piece);
        rest = more;
    }
    pieces
}

/// Makes the frames' counts rise steadily to `total`, which a script may have set to something else.
pub(crate) fn fit_tokens(frames: &mut [Frame], total: u64) {
    let own = frames.iter().map(|it| it.tokens).max().unwrap_or(0);
    let mut so_far = 0;
    for frame in frames {
        let tokens = if own == 0 { 0 } else { u128::from(frame.tokens) * u128::from(total) / u128::from(own) };
        so_far = so_far.max(u64::try_from(tokens).unwrap_or(u64::MAX));
        frame.tokens = so_far;
    }
}

/// The events of a recorded stream, each with the blank line that ends it. Line ends may be of any kind.
pub(crate) fn events(body: &Bytes) -> Vec<Bytes> {
    let mut events = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < body.len() {
        let rest = body.get(at..).unwrap_or_default();
        let blank = [&b"\r\n\r\n"[..], b"\n\n", b"\r\r"].into_iter().find(|it| rest.starts_with(it));
        at += blank.map_or(1, <[u8]>::len);
        if blank.is_some() {
            events.push(body.slice(start..at));
            start = at;
        }
    }
    if start < body.len() || events.is_empty() {
        events.push(body.slice(start..));
    }
    events
}

/// Cuts frames into the pieces that are written one by one.
pub(crate) fn cut(frames: &[Frame], slice: Slice) -> Vec<Frame> {
    match slice {
        Slice::Events => frames.to_vec(),
        Slice::Merge(n) => frames.chunks(n.max(1)).map(join).collect(),
        Slice::Bytes(n) => {
            let whole = join(frames);
            let cuts: Vec<usize> = (0..whole.bytes.len()).step_by(n.max(1)).skip(1).collect();
            cut_at(frames, &whole.bytes, &cuts)
        }
        Slice::Comb { first, step } => {
            let whole = join(frames);
            let cuts: Vec<usize> = (first.max(1)..whole.bytes.len()).step_by(step.max(1)).collect();
            cut_at(frames, &whole.bytes, &cuts)
        }
        Slice::At(offset) => {
            let whole = join(frames);
            let cuts = if (1..whole.bytes.len()).contains(&offset) { vec![offset] } else { Vec::new() };
            cut_at(frames, &whole.bytes, &cuts)
        }
    }
}

/// Several frames as one.
fn join(frames: &[Frame]) -> Frame {
    let mut bytes = BytesMut::with_capacity(frames.iter().map(|it| it.bytes.len()).sum());
    for frame in frames {
        bytes.put_slice(&frame.bytes);
    }
    Frame {
        bytes: bytes.freeze(),
        tokens: frames.last().map_or(0, |it| it.tokens),
        content: frames.iter().any(|it| it.content),
        terminal: frames.iter().any(|it| it.terminal),
    }
}

/// The pieces between `cuts` (rising, inside the body). A piece counts the tokens of the frames it completes.
fn cut_at(frames: &[Frame], whole: &Bytes, cuts: &[usize]) -> Vec<Frame> {
    let mut ends = frames.iter().scan(0, |end, it| {
        *end += it.bytes.len();
        Some((*end, it))
    });
    let mut next = ends.next();
    let mut pieces = Vec::with_capacity(cuts.len() + 1);
    let mut tokens = 0;
    let mut start = 0;
    for end in cuts.iter().copied().chain([whole.len()]) {
        let mut terminal = false;
        while let Some((_, frame)) = next.filter(|(frame_end, _)| *frame_end <= end) {
            tokens = frame.tokens;
            terminal |= frame.terminal;
            next = ends.next();
        }
        pieces.push(Frame { bytes: whole.slice(start..end), tokens, content: false, terminal });
        start = end;
    }
    pieces
}
