//! A conversation put together from the turns that are kept of it, and a page of its items as `input_items` tells them.

use serde_json::value::RawValue;

use crate::domain::failure::{Failure, Origin};
use crate::wire::json::{self, Object, ObjectWriter};

/// Items of a page, where the client does not say how many; and the most it may ask for.
const PAGE: usize = 20;
const PAGE_MOST: usize = 100;

/// The items of a conversation, oldest first: of each turn what its client said (`input`: a text or a list of items) and
/// what it was answered (the response object), if it was. What a compaction stands for is left out, and so is what asked
/// for one, once it was answered.
#[must_use]
pub fn items<'t>(turns: impl IntoIterator<Item = (&'t [u8], Option<&'t [u8]>)>) -> Vec<Vec<u8>> {
    let mut items = Vec::new();
    for (input, response) in turns {
        if input.starts_with(b"\"") {
            items.push([br#"{"type":"message","role":"user","content":"#, input, b"}"].concat());
        } else if let Ok(list) = serde_json::from_slice::<Vec<&RawValue>>(input) {
            let said =
                list.into_iter().filter(|it| response.is_none() || kind(it).as_deref() != Some("compaction_trigger"));
            items.extend(said.map(|it| it.get().as_bytes().to_vec()));
        }
        let response = response.and_then(|it| Object::parse(it).ok()).unwrap_or_default();
        for item in response.get("output").and_then(json::items).unwrap_or_default() {
            if kind(item).as_deref() == Some("compaction") {
                items.clear();
            }
            items.push(item.get().as_bytes().to_vec());
        }
    }
    items
}

fn kind(item: &RawValue) -> Option<String> {
    Object::of(item)?.get("type").and_then(json::text).map(Into::into)
}

/// Which part of a list a client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Oldest first. The reference has the newest first where nothing is said.
    pub ascending: bool,
    /// Only what comes after the item of this id, in that order.
    pub after: Option<String>,
    /// Most items; from 1 to 100.
    pub limit: usize,
}

impl Page {
    /// What a query says.
    ///
    /// # Errors
    /// `bad_request` (400): a value that the reference does not know.
    pub fn read(query: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let bad = |told: &str| Failure::local(Origin::Client, "bad_request", 400, told);
        let ascending = match query("order").as_deref() {
            None | Some("desc") => false,
            Some("asc") => true,
            Some(_) => return Err(bad("`order` must be asc or desc")),
        };
        let limit = match query("limit") {
            None => PAGE,
            Some(it) => it
                .parse()
                .ok()
                .filter(|it| (1..=PAGE_MOST).contains(it))
                .ok_or_else(|| bad("`limit` must be a whole number from 1 to 100"))?,
        };
        Ok(Self { ascending, after: query("after"), limit })
    }
}

/// The page of a conversation's `items`, as the list object of the reference. Items that their client did not number get
/// an id made of the response's, `id`; whatever the reference leaves out unless it is asked for (`include`) is there.
///
/// # Errors
/// `bad_request` (400): no item has the id that the page is to begin after.
pub fn page(id: &str, items: &[Vec<u8>], page: &Page) -> Result<Vec<u8>, Failure> {
    let number = |(nth, raw): (usize, &Vec<u8>)| numbered(raw, &format!("{id}_{nth}"));
    let mut all: Vec<(String, Vec<u8>)> = items.iter().enumerate().filter_map(number).collect();
    if !page.ascending {
        all.reverse();
    }
    let from = match &page.after {
        None => 0,
        Some(after) => {
            let found = all.iter().position(|it| it.0 == *after).map(|at| at + 1);
            let told = "`after` is not the id of an item of this response";
            found.ok_or_else(|| Failure::local(Origin::Client, "bad_request", 400, told))?
        }
    };
    let rest = all.get(from..).unwrap_or_default();
    let shown = rest.get(..page.limit).unwrap_or(rest);
    let mut out = Vec::new();
    let mut list = ObjectWriter::begin(&mut out);
    list.text("object", "list");
    list.list("data", shown, |it, out| out.extend_from_slice(&it.1));
    // The SDKs' types want a text also where nothing is listed.
    list.text("first_id", shown.first().map_or("", |it| &it.0));
    list.text("last_id", shown.last().map_or("", |it| &it.0));
    list.plain("has_more", rest.len() > shown.len());
    list.end();
    Ok(out)
}

/// An item with its id, in the full form that the reference lists items in.
fn numbered(raw: &[u8], own: &str) -> Option<(String, Vec<u8>)> {
    let mut item = Object::parse(raw).ok()?;
    let kind = item.take("type").and_then(json::text).unwrap_or("message".into()).into_owned();
    let id = item.take("id").and_then(json::text).map_or_else(|| format!("{}_{own}", prefix(&kind)), Into::into);
    let role = item.get("role").and_then(json::text).unwrap_or_default().into_owned();
    let mut out = Vec::new();
    let mut object = ObjectWriter::begin(&mut out);
    object.text("id", &id);
    object.text("type", &kind);
    if kind != "reasoning" && kind != "compaction" && item.get("status").is_none() {
        object.text("status", "completed");
    }
    if kind == "message"
        && let Some(text) = item.get("content").and_then(json::text)
    {
        item.take("content");
        object.list("content", [text], |text, out| {
            let mut part = ObjectWriter::begin(out);
            part.text("type", if role == "assistant" { "output_text" } else { "input_text" });
            part.text("text", &text);
            if role == "assistant" {
                part.raw("annotations", "[]");
            }
            part.end();
        });
    }
    for (key, raw) in item.rest() {
        object.raw(&key, raw.get());
    }
    object.end();
    Some((id, out))
}

fn prefix(kind: &str) -> &'static str {
    match kind {
        "message" => "msg",
        "reasoning" => "rs",
        "function_call" => "fc",
        "custom_tool_call" => "ctc",
        "function_call_output" => "fco",
        "custom_tool_call_output" => "ctco",
        "compaction" => "cmp",
        _ => "item",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const FIRST: &[u8] = br#""a""#;
    const ANSWERED: &[u8] =
        br#"{"id":"r1","output":[{"type":"message","id":"m1","role":"assistant","status":"completed",
        "content":[{"type":"output_text","text":"b","annotations":[]}]}]}"#;
    const COMPACTED: &[u8] = br#"{"output":[{"type":"compaction","id":"c1","encrypted_content":"x"}]}"#;

    fn told(items: &[Vec<u8>]) -> Vec<Value> {
        items.iter().map(|it| serde_json::from_slice(it).unwrap()).collect()
    }

    #[test]
    fn a_compaction_takes_the_place_of_what_was_before() {
        let input = br#"[{"role":"user","content":"c"},{"type":"compaction_trigger"}]"#;
        let all = items([(FIRST, Some(ANSWERED)), (input, Some(COMPACTED)), (FIRST, None)]);
        assert_eq!(
            told(&all),
            [
                json!({"type": "compaction", "id": "c1", "encrypted_content": "x"}),
                json!({"type": "message", "role": "user", "content": "a"}),
            ]
        );
        let all = items([(FIRST, Some(ANSWERED)), (input, None)]);
        assert_eq!(all.len(), 4, "it is not answered yet");
    }

    #[test]
    fn pages_follow_each_other_in_either_order() {
        let input =
            br#"[{"role":"user","content":"c"},{"type":"function_call","call_id":"k","name":"f","arguments":"{}"},
            {"type":"function_call_output","call_id":"k","output":"d","id":"own"},{"role":"assistant","content":"e"}]"#;
        let all = items([(FIRST, Some(ANSWERED)), (input, None)]);
        for ascending in [true, false] {
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let body = page("resp_1", &all, &Page { ascending, after, limit: 4 }).unwrap();
                let body: Value = serde_json::from_slice(&body).unwrap();
                let data = body["data"].as_array().unwrap().clone();
                assert_eq!((&body["first_id"], &body["last_id"]), (&data[0]["id"], &data.last().unwrap()["id"]));
                seen.extend(data);
                if body["has_more"] == false {
                    break;
                }
                after = body["last_id"].as_str().map(str::to_owned);
            }
            if !ascending {
                seen.reverse();
            }
            let ids: Vec<_> = seen.iter().map(|it| it["id"].as_str().unwrap()).collect();
            assert_eq!(ids, ["msg_resp_1_0", "m1", "msg_resp_1_2", "fc_resp_1_3", "own", "msg_resp_1_5"]);
            assert_eq!(seen[0]["content"], json!([{"type": "input_text", "text": "a"}]));
            assert_eq!(seen[5]["content"], json!([{"type": "output_text", "text": "e", "annotations": []}]));
            assert!(seen.iter().all(|it| it["status"] == "completed"), "{seen:?}");
        }
        let lost = Page { ascending: true, after: Some("never".to_owned()), limit: 1 };
        assert_eq!(page("resp_1", &all, &lost).unwrap_err().status, Some(400));
    }

    #[test]
    fn what_a_query_cannot_mean_is_refused() {
        let read = |pairs: &'static [(&str, &str)]| {
            Page::read(|key| pairs.iter().find(|it| it.0 == key).map(|it| it.1.to_owned()))
        };
        assert_eq!(read(&[]).unwrap(), Page { ascending: false, after: None, limit: 20 });
        assert_eq!(
            read(&[("order", "asc"), ("limit", "100"), ("after", "x")]).unwrap(),
            Page { ascending: true, after: Some("x".to_owned()), limit: 100 }
        );
        for bad in [&[("order", "up")], &[("limit", "0")], &[("limit", "101")], &[("limit", "x")]] {
            assert_eq!(read(bad).unwrap_err().status, Some(400), "{bad:?}");
        }
    }
}
