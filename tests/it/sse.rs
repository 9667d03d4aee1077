//! The splitter against a second, independent reading of the WHATWG event stream grammar, and whatever the chunks are.

use bytes::Bytes;
use llmroute::wire::sse::{Frame, Split as _, Splitter, frame};
use proptest::prelude::*;

/// Pushes `text` cut at `cuts` (ascending).
fn split(text: &[u8], cuts: &[usize]) -> Vec<Frame> {
    let whole = Bytes::copy_from_slice(text);
    let mut splitter = Splitter::new();
    let mut out = Vec::new();
    let mut from = 0;
    for &to in cuts.iter().chain([&whole.len()]) {
        splitter.push(whole.slice(from..to), &mut out);
        from = to;
    }
    out.extend(splitter.finish());
    assert_eq!(splitter.pending(), 0);
    out
}

fn raws(frames: &[Frame]) -> Vec<Vec<u8>> {
    frames.iter().map(|it| it.raw().to_vec()).collect()
}

/// Name and data of each event that has data or a name.
fn told(frames: &[Frame]) -> Vec<(String, Vec<u8>)> {
    let told = |it: &Frame| (it.event().to_owned(), it.data().into_owned());
    frames.iter().filter(|it| !it.is_comment()).map(told).collect()
}

/// The reference: first all line ends become LF, then lines, then blocks. An unended last block counts, as in the
/// splitter, and an event counts if it has a name or data.
fn reference(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let mut lines: Vec<Vec<u8>> = vec![Vec::new()];
    let mut after_cr = false;
    for &byte in text {
        match byte {
            b'\n' if after_cr => {}
            b'\n' | b'\r' => lines.push(Vec::new()),
            _ => lines.last_mut().unwrap().push(byte),
        }
        after_cr = byte == b'\r';
    }
    let mut events = Vec::new();
    for block in lines.split(Vec::is_empty) {
        let (mut name, mut data): (Option<String>, Vec<&[u8]>) = (None, Vec::new());
        for line in block {
            let colon = line.iter().position(|it| *it == b':');
            let field = &line[..colon.unwrap_or(line.len())];
            let value = colon.map_or(&[][..], |at| &line[at + 1..]);
            let value = value.strip_prefix(b" ").unwrap_or(value);
            match field {
                b"event" => name = Some(String::from_utf8(value.to_vec()).unwrap_or("\u{FFFD}".to_owned())),
                b"data" => data.push(value),
                _ => {}
            }
        }
        if name.is_some() || !data.is_empty() {
            events.push((name.unwrap_or_default(), data.join(&b'\n')));
        }
    }
    events
}

#[test]
pub(crate) fn a_stream_cut_at_every_offset_is_the_same_stream() {
    for end in ["\n", "\r", "\r\n"] {
        let text = "\u{FEFF}: hi\n\nevent: a\ndata:x\ndata: y\nid: 1\nretry: 5\nfoo: \u{1F600}\n\n\ndata: {\"a\":1}\n\ndata: last"
            .replace('\n', end);
        let text = text.as_bytes();
        let whole = split(text, &[]);
        let expected = told(&whole);
        assert_eq!(expected, reference(text), "{end:?}");
        assert_eq!(expected.len(), 3);
        for cut in 0..=text.len() {
            assert_eq!(raws(&split(text, &[cut])), raws(&whole), "{end:?} at {cut}");
            for other in cut..=text.len() {
                assert_eq!(told(&split(text, &[cut, other])), expected, "{end:?} at {cut}, {other}");
            }
        }
        let single: Vec<usize> = (0..text.len()).collect();
        assert_eq!(raws(&split(text, &single)), raws(&whole), "{end:?} in single bytes");
    }
}

#[test]
pub(crate) fn mixed_line_ends_and_odd_places_for_a_mark() {
    for text in [
        "data: a\r\n\ndata: b\n\r\ndata: c\r\r\ndata: d\n\n",
        "\u{FEFF}\u{FEFF}data: not a field\n\n",
        "data: x\n\n\u{FEFF}data: not a field\n\n",
        "\u{FEFF}\r\ndata: x\r\n\r\n",
        "\r\r\r\n\n\rdata\r\r",
    ] {
        let expected = reference(text.as_bytes());
        for cut in 0..=text.len() {
            let frames = split(text.as_bytes(), &[cut]);
            assert_eq!(told(&frames), expected, "{text:?} at {cut}");
            assert_eq!(raws(&frames).concat(), text.as_bytes());
        }
    }
}

#[test]
pub(crate) fn a_huge_event_in_small_chunks_takes_linear_time() {
    // 64 MiB in 1 KiB pieces (faults.md row 33): rescanning would look at 2 TiB.
    const PIECES: usize = 64 << 10;
    let piece = Bytes::from(vec![b'x'; 1 << 10]);
    let mut splitter = Splitter::new();
    let mut out = Vec::new();
    splitter.push(Bytes::from_static(b"data: "), &mut out);
    for _ in 0..PIECES {
        splitter.push(piece.clone(), &mut out);
    }
    assert_eq!(splitter.pending(), 6 + (PIECES << 10));
    splitter.push(Bytes::from_static(b"\n\n"), &mut out);
    assert_eq!(out.len(), 1);
    assert_eq!(out[0].data().len(), PIECES << 10);
}

/// Text that is mostly event stream.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "data", "data:", "data: ", "event:", "event: ", "id: 7", "retry: 1", ":", " ", "x", "{}", "\n", "\r", "\r\n", "\n\n",
            "\r\r", "\r\n\r\n", "\u{FEFF}", "\u{1F600}", "[DONE]",
        ]).prop_map(|it| it.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|it| it.concat())
}

proptest! {
    #[test]
    fn any_bytes_in_any_chunks(text in stream(), mut cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let whole = split(&text, &[]);
        prop_assert_eq!(raws(&whole).concat(), text.clone());
        prop_assert_eq!(told(&whole), reference(&text));
        let mut cuts: Vec<usize> = cuts.drain(..).map(|it| it.index(text.len() + 1)).collect();
        cuts.sort_unstable();
        let cut = split(&text, &cuts);
        prop_assert_eq!(raws(&cut), raws(&whole));
        prop_assert_eq!(told(&cut), told(&whole));
    }

    #[test]
    fn what_was_given_up_is_still_relayed(text in stream(), at in any::<prop::sample::Index>()) {
        let at = at.index(text.len() + 1);
        let mut splitter = Splitter::new();
        let mut out = Vec::new();
        splitter.push(Bytes::copy_from_slice(&text[..at]), &mut out);
        let mut relayed = raws(&out).concat();
        let pending = splitter.pending();
        let taken = splitter.take_pending();
        prop_assert_eq!(taken.len(), pending);
        relayed.extend_from_slice(&taken);
        out.clear();
        splitter.push(Bytes::copy_from_slice(&text[at..]), &mut out);
        out.extend(splitter.finish());
        relayed.extend(raws(&out).concat());
        prop_assert_eq!(relayed, text);
    }

    #[test]
    fn written_frames_read_back(name in prop::option::of("[a-z_.]{1,12}"), data in any::<String>()) {
        let mut out = Vec::new();
        frame(name.as_deref(), data.as_bytes(), &mut out);
        let data = data.replace("\r\n", "\n").replace('\r', "\n").into_bytes();
        prop_assert_eq!(told(&split(&out, &[])), vec![(name.unwrap_or_default(), data)]);
    }
}
