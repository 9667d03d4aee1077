//! The grammar of a responses stream, held by an independent fold: the way the official SDKs and Codex put the events
//! together. Nothing of llmroute is used.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Folds a whole stream, checks every step, and gives back the response of its last event, which must be what the events
/// before it said.
pub(crate) fn fold(stream: &str, file: &str) -> Value {
    let mut fold = Fold::default();
    for frame in stream.split_inclusive("\n\n") {
        if frame.starts_with(':') {
            continue;
        }
        let mut lines = frame.lines();
        let name = lines.next().and_then(|it| it.strip_prefix("event: ")).unwrap_or_else(|| panic!("{file}: {frame}"));
        let data = lines.next().and_then(|it| it.strip_prefix("data: ")).unwrap_or_else(|| panic!("{file}: {frame}"));
        assert_eq!(lines.next(), Some(""), "{file}: {frame}");
        let event: Value = serde_json::from_str(data).unwrap_or_else(|it| panic!("{file}: {it} in {frame}"));
        assert_eq!(event["type"], name, "{file}");
        assert_eq!(event["sequence_number"], fold.next, "{file}: {event}");
        fold.next += 1;
        fold.event(name, &event, file);
    }
    let last = fold.last.unwrap_or_else(|| panic!("{file}: no end in {stream}"));
    assert_eq!(last["output"], Value::Array(fold.done.into_values().collect()), "{file}");
    last
}

#[derive(Default)]
struct Fold {
    next: u64,
    id: Option<Value>,
    /// Items that are open, by output index, as their events have made them.
    open: BTreeMap<u64, Value>,
    done: BTreeMap<u64, Value>,
    last: Option<Value>,
}

impl Fold {
    fn event(&mut self, name: &str, event: &Value, file: &str) {
        assert!(self.last.is_none(), "{file}: {event} after the end");
        let name = name.strip_prefix("response.").unwrap_or_else(|| panic!("{file}: {event}"));
        match name {
            "created" | "in_progress" | "completed" | "incomplete" => {
                return self.response(name, &event["response"], file);
            }
            _ => assert!(self.id.is_some(), "{file}: {event} before response.created"),
        }
        let at = event["output_index"].as_u64().unwrap_or_else(|| panic!("{file}: {event}"));
        match name {
            "output_item.added" => {
                assert_eq!(at, (self.open.len() + self.done.len()) as u64, "{file}: {event}");
                let item = event["item"].clone();
                assert!(item["id"].is_string(), "{file}: {event}");
                assert!(item.get("status").is_none_or(|it| it == "in_progress") || is_whole(&item), "{file}: {event}");
                self.open.insert(at, item);
            }
            "output_item.done" => {
                let mut told = self.open.remove(&at).unwrap_or_else(|| panic!("{file}: {event}"));
                let item = &event["item"];
                // Only the item knows these.
                for key in ["status", "encrypted_content", "namespace"] {
                    if let Some(value) = item.get(key) {
                        told[key] = value.clone();
                    }
                }
                if item["type"] == "message" {
                    for (nth, part) in (0..).zip(item["content"].as_array().unwrap()) {
                        assert!(told["content"][nth].is_object(), "{file}: {event}");
                        told["content"][nth]["logprobs"] = part["logprobs"].clone();
                        if part["type"] == "refusal" {
                            told["content"][nth] = part.clone();
                        }
                    }
                }
                assert_eq!(&told, item, "{file}");
                self.done.insert(at, item.clone());
            }
            _ => self.piece(name, at, event, file),
        }
    }

    fn response(&mut self, name: &str, response: &Value, file: &str) {
        for key in ["id", "model", "object"] {
            assert!(response[key].is_string(), "{file}: {response}");
        }
        assert!(response["created_at"].is_i64() && response["tools"].is_array(), "{file}: {response}");
        assert!(
            response["parallel_tool_calls"].is_boolean() && !response["tool_choice"].is_null(),
            "{file}: {response}"
        );
        match name {
            "created" | "in_progress" => {
                assert_eq!(
                    (self.id.is_none(), &response["status"]),
                    (name == "created", &json!("in_progress")),
                    "{file}"
                );
                assert_eq!(response["output"], json!([]), "{file}");
                self.id = Some(response["id"].clone());
            }
            status => {
                assert_eq!(response["status"], status, "{file}");
                assert_eq!(response["incomplete_details"].is_object(), status == "incomplete", "{file}: {response}");
                assert!(self.open.is_empty(), "{file}: {:?} are open", self.open);
                self.last = Some(response.clone());
            }
        }
        assert_eq!(self.id.as_ref(), Some(&response["id"]), "{file}");
    }

    /// A piece of an open item.
    fn piece(&mut self, name: &str, at: u64, event: &Value, file: &str) {
        let item = self.open.get_mut(&at).unwrap_or_else(|| panic!("{file}: {event} of no item"));
        assert_eq!(event["item_id"], item["id"], "{file}");
        let (list, index) = if name.starts_with("reasoning_summary") {
            ("summary", event["summary_index"].as_u64())
        } else {
            ("content", event["content_index"].as_u64())
        };
        let nth = usize::try_from(index.unwrap_or(0)).unwrap();
        match name {
            "content_part.added" | "reasoning_summary_part.added" => {
                let parts = item[list].as_array_mut().unwrap();
                assert_eq!(parts.len(), nth, "{file}: {event}");
                parts.push(event["part"].clone());
            }
            "content_part.done" | "reasoning_summary_part.done" => {
                let part = &item[list][nth];
                let key = if part["type"] == "refusal" { "refusal" } else { "text" };
                assert_eq!(part[key], event["part"][key], "{file}");
            }
            "output_text.delta" | "reasoning_summary_text.delta" => append(&mut item[list][nth]["text"], event, file),
            "output_text.annotation.added" => {
                let notes = item[list][nth]["annotations"].as_array_mut().unwrap();
                assert_eq!(event["annotation_index"], notes.len(), "{file}: {event}");
                notes.push(event["annotation"].clone());
            }
            "refusal.delta" => append(&mut item[list][nth]["refusal"], event, file),
            "output_text.done" | "reasoning_summary_text.done" => {
                assert_eq!(item[list][nth]["text"], event["text"], "{file}");
            }
            "refusal.done" => assert_eq!(item[list][nth]["refusal"], event["refusal"], "{file}"),
            "function_call_arguments.delta" => append(&mut item["arguments"], event, file),
            "function_call_arguments.done" => assert_eq!(item["arguments"], event["arguments"], "{file}"),
            "custom_tool_call_input.delta" => append(&mut item["input"], event, file),
            "custom_tool_call_input.done" => assert_eq!(item["input"], event["input"], "{file}"),
            other => panic!("{file}: {other}"),
        }
    }
}

/// An item that is told in one piece.
fn is_whole(item: &Value) -> bool {
    !["message", "reasoning", "function_call", "custom_tool_call"].contains(&item["type"].as_str().unwrap())
}

fn append(text: &mut Value, event: &Value, file: &str) {
    let more = event["delta"].as_str().unwrap_or_else(|| panic!("{file}: {event}"));
    let before = text.as_str().unwrap_or_else(|| panic!("{file}: {event} goes on from nothing"));
    *text = Value::String(before.to_owned() + more);
}
