use bytes::Bytes;

use crate::domain::ask::Ask;
use crate::domain::clock::Now;
use crate::domain::dialect::Dialect;
use crate::domain::id::RequestId;
use crate::domain::operation::Operation;
use crate::domain::policy::BodyEdits;
use crate::domain::quirks::Quirks;
use crate::engine::flow::{Ending, Flow};
use crate::engine::lane::{Lane, edited, render, wants_usage};
use crate::wire::{Asked, json};

fn ask(dialect: Dialect, body: &str) -> Ask {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let fields = json::scan(&body).unwrap();
    let find = |key: &str| fields.find(&body, key).map(|it| &body[it]);
    let model = find("model").and_then(json::string).unwrap().into_owned();
    let stream = find("stream").and_then(json::boolean).unwrap_or(false);
    Ask { stream, body, fields, ..Ask::new(RequestId(1), Now::default(), dialect, Operation::Chat, model) }
}

fn rendered(body: &str) -> (Lane, String, bool) {
    let ask = ask(Dialect::OpenaiChat, body);
    let it = render(&ask, Dialect::OpenaiChat, &"m".into(), &Quirks::default()).unwrap();
    (it.lane, String::from_utf8(it.body.to_vec()).unwrap(), it.hide_usage)
}

#[test]
fn nothing_to_change_means_the_very_same_bytes() {
    let body = r#"{ "model":"m", "messages":[], "x": 1.0 }"#;
    let ask = ask(Dialect::OpenaiChat, body);
    let it = render(&ask, Dialect::OpenaiChat, &"m".into(), &Quirks::default()).unwrap();
    assert_eq!(it.lane, Lane::Verbatim);
    assert_eq!(it.body.as_ptr(), ask.body.as_ptr(), "not even copied");
}

#[test]
fn only_the_named_fields_are_spliced() {
    let (lane, body, hidden) = rendered(r#"{"messages":[],"model" : "g","stream":true,"z":1e2}"#);
    assert_eq!((lane, hidden), (Lane::Splice, true));
    assert_eq!(body, r#"{"messages":[],"model" : "m","stream":true,"z":1e2,"stream_options":{"include_usage":true}}"#);
}

#[test]
fn a_provider_that_says_the_model_in_its_path_gets_none_in_the_body() {
    let edits = BodyEdits {
        omit: vec!["model".to_owned()],
        rename: Vec::new(),
        put: vec![("anthropic_version".to_owned(), "\"vertex-2023-10-16\"".to_owned())],
    };
    let ask = ask(Dialect::Anthropic, r#"{"model":"m","messages":[],"max_tokens":1e2}"#);
    let it = render(&ask, Dialect::Anthropic, &"m".into(), &Quirks::default()).unwrap();
    let it = edited(it, &edits).unwrap();
    assert_eq!(it.lane, Lane::Splice);
    assert_eq!(it.body, r#"{"messages":[],"max_tokens":1e2,"anthropic_version":"vertex-2023-10-16"}"#);
    let same = edited(it.clone(), &BodyEdits::default()).unwrap();
    assert_eq!(same.body.as_ptr(), it.body.as_ptr(), "nothing to change, nothing copied");
}

#[test]
fn a_field_goes_by_the_name_its_provider_has_for_it() {
    let edits = BodyEdits { rename: vec![("seed".to_owned(), "random_seed".to_owned())], ..BodyEdits::default() };
    let of = |body: &str| {
        let it = render(&ask(Dialect::OpenaiChat, body), Dialect::OpenaiChat, &"m".into(), &Quirks::default()).unwrap();
        edited(it, &edits).unwrap().body
    };
    assert_eq!(of(r#"{"model":"m","seed": 1e2,"messages":[]}"#), r#"{"model":"m","messages":[],"random_seed":1e2}"#);
    let both = of(r#"{"model":"m","random_seed":1,"seed":2,"messages":[]}"#);
    assert_eq!(both, r#"{"model":"m","random_seed":1,"messages":[]}"#);
}

#[test]
fn usage_is_asked_for_once_and_other_stream_options_stay() {
    let own = r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}"#;
    assert_eq!(rendered(own), (Lane::Verbatim, own.to_owned(), false));
    let other = r#"{"model":"m","messages":[],"stream":true,"stream_options":{"x":[1]}}"#;
    let (_, body, hidden) = rendered(other);
    assert!(hidden && body.contains(r#""stream_options":{"x":[1],"include_usage":true}"#), "{body}");
    let off = r#"{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":false}}"#;
    let (_, body, hidden) = rendered(off);
    assert!(hidden && body.contains(r#"{"include_usage":true}"#), "{body}");
    assert!(!wants_usage(&ask(Dialect::OpenaiChat, off)));
}

const CHAT: &str = concat!(
    ": hello\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"h\u{e9}\"}}]}\r\n\r\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\n",
    "data: [DONE]\n\n",
);

/// What a flow makes of `stream` cut at `at`, and whether there was content.
fn flow(mut flow: Flow, stream: &str, at: usize) -> (Vec<u8>, bool, Flow) {
    let (left, right) = stream.as_bytes().split_at(at);
    let mut out = Vec::new();
    let mut content = false;
    for chunk in [left, right] {
        let taken = flow.take(Bytes::copy_from_slice(chunk));
        out.extend_from_slice(&taken.out);
        content |= taken.content;
    }
    out.extend_from_slice(&flow.finish().out);
    (out, content, flow)
}

#[test]
fn the_same_dialect_flows_byte_for_byte_at_every_split() {
    for at in 0..CHAT.len() {
        let it = Flow::new(Dialect::OpenaiChat, Dialect::OpenaiChat, &Asked::default(), false);
        let (out, content, it) = flow(it, CHAT, at);
        assert_eq!(out, CHAT.as_bytes(), "cut at {at}");
        assert!(content, "cut at {at}");
        assert_eq!(it.ending(), Some(&Ending::Whole), "cut at {at}");
        assert_eq!(it.facts().usage.as_ref().map(|it| (it.input, it.output)), Some((5, 2)), "cut at {at}");
    }
}

#[test]
fn hidden_usage_is_the_only_thing_missing_at_every_split() {
    let want: String = CHAT.split_inclusive("\n\n").filter(|it| !it.contains("\"usage\"")).collect();
    for at in 0..CHAT.len() {
        let it = Flow::new(Dialect::OpenaiChat, Dialect::OpenaiChat, &Asked { usage: false, ..Asked::default() }, true);
        let (out, _, it) = flow(it, CHAT, at);
        assert_eq!(String::from_utf8(out).unwrap(), want, "cut at {at}");
        assert!(it.facts().usage.is_some(), "cut at {at}");
    }
}

#[test]
fn a_last_event_that_repeats_a_large_answer_is_read() {
    let text = "word ".repeat(500_000);
    let end = format!(
        "event: response.completed\ndata: {{\"type\":\"response.completed\",\"response\":{{\"id\":\"r\",\"model\":\"m\",\"status\":\
         \"completed\",\"output\":[{{\"type\":\"message\",\"content\":[{{\"type\":\"output_text\",\"text\":\"{text}\"}}]}}],\
         \"usage\":{{\"input_tokens\":1,\"output_tokens\":2}}}}}}\n\n"
    );
    for client in [Dialect::OpenaiResponses, Dialect::OpenaiChat] {
        let mut it = Flow::new(Dialect::OpenaiResponses, client, &Asked::default(), false);
        let mut out = 0;
        for piece in end.as_bytes().chunks(1 << 16) {
            out += it.take(Bytes::copy_from_slice(piece)).out.len();
        }
        assert_eq!(it.ending(), Some(&Ending::Whole));
        assert_eq!(it.facts().usage.as_ref().map(|it| it.output), Some(2));
        assert!(client != Dialect::OpenaiResponses || out == end.len());
    }
}

#[test]
fn another_dialect_flows_to_the_same_bytes_at_every_split() {
    let whole = flow(Flow::new(Dialect::OpenaiChat, Dialect::Anthropic, &Asked::default(), false), CHAT, 0).0;
    assert!(String::from_utf8_lossy(&whole).contains("message_stop"));
    for at in 1..CHAT.len() {
        let it = Flow::new(Dialect::OpenaiChat, Dialect::Anthropic, &Asked::default(), false);
        assert_eq!(flow(it, CHAT, at).0, whole, "cut at {at}");
    }
}

#[test]
fn a_stream_that_lacks_its_last_blank_line_still_ends_well() {
    let short = CHAT.trim_end();
    let it = Flow::new(Dialect::OpenaiChat, Dialect::OpenaiChat, &Asked::default(), false);
    let (out, _, it) = flow(it, short, short.len());
    assert_eq!(it.ending(), Some(&Ending::Whole));
    assert!(out.ends_with(b"data: [DONE]\n\n"), "{}", String::from_utf8_lossy(&out));
}

#[test]
fn what_comes_after_the_end_passes_in_the_same_dialect_and_changes_nothing() {
    let more = format!("{CHAT}data: {{\"error\":\"late\"}}\n\n");
    let it = Flow::new(Dialect::OpenaiChat, Dialect::OpenaiChat, &Asked::default(), false);
    let (out, _, it) = flow(it, &more, 0);
    assert_eq!(out, more.as_bytes());
    assert_eq!(it.ending(), Some(&Ending::Whole));
    let translated =
        |stream| flow(Flow::new(Dialect::OpenaiChat, Dialect::Anthropic, &Asked::default(), false), stream, 0).0;
    assert_eq!(translated(&more), translated(CHAT));
}
