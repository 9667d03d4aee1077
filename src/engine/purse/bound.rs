//! The most that a request can ask of a target, from its bytes (faults.md §3, mechanism 2). Never less than what it asks,
//! and seldom much more: pictures, whose data has nothing to do with what they cost, are counted by the piece.

use memchr::memmem;

use crate::domain::ask::{Ask, Bound};
use crate::domain::dialect::Dialect;
use crate::wire::json;

/// What a provider adds unseen to a request: templates, how tools are to be called, how a summary is asked for.
const UNSEEN: u64 = 2_048;
/// The most tokens of a picture. One family of models reckons pictures at some 48,000 of very cheap tokens; what it costs
/// beyond this is an overrun.
const PICTURE: u64 = 10_000;
/// How the base64 of pictures begins: PNG, JPEG, GIF, WebP.
const PICTURES: [&[u8]; 4] = [b"iVBORw0KGgo", b"/9j/", b"R0lGODlh", b"UklGR"];
/// What names pictures, each of which is at least counted by the piece.
const PICTURE_PARTS: [&[u8]; 5] =
    [b"\"image_url\"", b"\"image\"", b"\"input_image\"", b"\"inlineData\"", b"\"inline_data\""];
/// What names something that is not in the request but in the prompt.
const HIDDEN: [&[u8]; 8] = [
    b"\"previous_response_id\"",
    b"\"conversation\"",
    b"\"file_id\"",
    b"\"fileData\"",
    b"\"file_data\":{",
    b"\"cachedContent\"",
    b"\"cached_content\"",
    b"\"file_url\"",
];
/// Tools that a provider runs itself: what they find is part of the prompt.
const SEARCHES: [&[u8]; 5] =
    [b"\"web_search", b"\"google_search", b"\"googleSearch", b"\"web_fetch", b"\"file_search\""];
/// Searches a request is reckoned with that may make some: no provider's default allows more.
const MANY: u64 = 20;
/// Data shorter than this is counted like text.
const LONG: usize = 512;

/// The bound of `ask`.
#[must_use]
pub fn of(ask: &Ask) -> Bound {
    let body = &ask.body[..];
    let holds = |all: &[&[u8]]| all.iter().any(|it| memmem::find(body, it).is_some());
    let searches = if ask.needs.tools && holds(&SEARCHES) || holds(&[b"\"web_search_options\""]) { MANY } else { 0 };
    let (data, pieces) = if body.len() > LONG { pictures(body) } else { (0, 0) };
    let named: u64 = PICTURE_PARTS.iter().map(|it| memmem::find_iter(body, it).count() as u64).sum();
    let text = (body.len() - data.min(body.len())) as u64;
    Bound {
        prompt: text + UNSEEN + PICTURE * pieces.max(named),
        answers: answers(ask),
        searches,
        // What a search brings is read like the rest of the prompt.
        hidden: searches > 0 || holds(&HIDDEN),
    }
}

/// Bytes of pictures' data in a body, and how many there are.
fn pictures(body: &[u8]) -> (usize, u64) {
    let (mut bytes, mut pieces) = (0, 0);
    for begin in PICTURES {
        let mut from = 0;
        while let Some(at) = body.get(from..).and_then(|it| memmem::find(it, begin)) {
            let start = from + at;
            let is_data = |it: &u8| it.is_ascii_alphanumeric() || b"+/=-_".contains(it);
            // A text that happens to hold these letters goes on like a text.
            let length = body[start..].iter().take_while(|it| is_data(it)).count();
            let opens = start.checked_sub(1).is_some_and(|it| matches!(body[it], b'"' | b','));
            if opens && length >= LONG && body.get(start + length) == Some(&b'"') {
                bytes += length;
                pieces += 1;
            }
            from = start + length.max(1);
        }
    }
    (bytes, pieces)
}

/// How many answers it wants.
fn answers(ask: &Ask) -> u64 {
    let value = |key: &str| ask.fields.find(&ask.body, key).map(|it| &ask.body[it]);
    let top = |key: &str| value(key).and_then(json::integer);
    let wanted = match ask.dialect {
        Dialect::Gemini => {
            ["generationConfig", "generation_config"].iter().find_map(|it| value(it)).and_then(|config| {
                let fields = json::scan(config).ok()?;
                let span = ["candidateCount", "candidate_count"].iter().find_map(|it| fields.find(config, it))?;
                json::integer(&config[span])
            })
        }
        _ => top("best_of").max(top("n")),
    };
    wanted.unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::domain::clock::Now;
    use crate::domain::id::RequestId;
    use crate::domain::operation::Operation;

    fn bound(dialect: Dialect, body: &str) -> Bound {
        let ask = Ask::new(RequestId(1), Now::default(), dialect, Operation::Chat, "m".to_owned());
        let fields = json::scan(body.as_bytes()).unwrap();
        let mut ask = Ask { body: Bytes::copy_from_slice(body.as_bytes()), fields, ..ask };
        ask.needs.tools = true;
        of(&ask)
    }

    #[test]
    fn text_is_counted_by_the_byte() {
        let body = format!(r#"{{"messages":[{{"role":"user","content":"{}"}}]}}"#, "é".repeat(5_000));
        let it = bound(Dialect::OpenaiChat, &body);
        assert_eq!(it, Bound { prompt: body.len() as u64 + UNSEEN, answers: 1, searches: 0, hidden: false });
    }

    #[test]
    fn a_picture_is_counted_by_the_piece_and_what_looks_like_one_by_the_byte() {
        let data = format!("iVBORw0KGgo{}", "A".repeat(400_000));
        let body = format!(r#"{{"x":{{"type":"image_url","url":"data:image/png;base64,{data}"}}}}"#);
        let it = bound(Dialect::OpenaiChat, &body);
        assert_eq!(it.prompt, (body.len() - data.len()) as u64 + UNSEEN + PICTURE);
        for other in [format!("a text: {data}"), format!("{data} and on")] {
            let body = format!(r#"{{"x":"{other}"}}"#);
            assert_eq!(bound(Dialect::OpenaiChat, &body).prompt, body.len() as u64 + UNSEEN, "{}", &other[..20]);
        }
        let two = r#"{"x":[{"type":"image_url","image_url":{"url":"https://x.test/1"}}]}"#;
        assert!(bound(Dialect::OpenaiChat, two).prompt > PICTURE);
    }

    #[test]
    fn what_is_not_in_the_request_is_known_to_be_missing() {
        for (body, hidden, searches) in [
            (r#"{"previous_response_id":"r"}"#, true, 0),
            (r#"{"input":[{"file_id":"f"}]}"#, true, 0),
            (r#"{"tools":[{"type":"web_search_20250305"}]}"#, true, MANY),
            (r#"{"input":"no previous_response_id"}"#, false, 0),
        ] {
            let it = bound(Dialect::OpenaiResponses, body);
            assert_eq!((it.hidden, it.searches), (hidden, searches), "{body}");
        }
    }

    #[test]
    fn several_answers_are_paid_for_one_by_one() {
        assert_eq!(bound(Dialect::OpenaiChat, r#"{"n":3}"#).answers, 3);
        assert_eq!(bound(Dialect::OpenaiCompletions, r#"{"n":2,"best_of":5}"#).answers, 5);
        assert_eq!(bound(Dialect::Gemini, r#"{"generationConfig":{"candidateCount":4}}"#).answers, 4);
        assert_eq!(bound(Dialect::OpenaiChat, r#"{"n":0}"#).answers, 1);
    }
}
