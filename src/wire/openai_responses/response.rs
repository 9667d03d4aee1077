//! The response object: what stands around the items of an answer, in whole answers and in the events of a stream.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::item::{self, Call};
use super::{is_own, offer, own, spelling, usage};
use crate::domain::event::Finish;
use crate::domain::prompt::Opaque;
use crate::domain::usage::Usage;
use crate::wire::Asked;
use crate::wire::json::{Object, ObjectWriter};

/// Fields that repeat the request, with what they say where the request does not: the SDKs' types want most of them.
const ECHOES: [(&str, &str); 17] = [
    ("background", "false"),
    ("instructions", "null"),
    ("max_output_tokens", "null"),
    ("metadata", "{}"),
    ("parallel_tool_calls", "true"),
    ("previous_response_id", "null"),
    ("prompt_cache_key", "null"),
    ("reasoning", "null"),
    ("safety_identifier", "null"),
    ("store", "true"),
    ("temperature", "null"),
    ("text", r#"{"format":{"type":"text"}}"#),
    ("tool_choice", "\"auto\""),
    ("tools", "[]"),
    ("top_p", "null"),
    ("truncation", "\"disabled\""),
    ("user", "null"),
];

/// How a response ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It has not.
    InProgress,
    /// It is whole.
    Completed,
    /// It was cut for this reason.
    Incomplete(&'static str),
}

impl Ending {
    /// `refused`: the answer has words of refusal. A refusal without words is what a filter does.
    pub(super) const fn of(finish: Option<&Finish>, refused: bool) -> Self {
        match finish {
            Some(Finish::Length | Finish::ContextFull) => Self::Incomplete("max_output_tokens"),
            Some(Finish::ContentFilter) => Self::Incomplete("content_filter"),
            Some(Finish::Refusal) if !refused => Self::Incomplete("content_filter"),
            _ => Self::Completed,
        }
    }

    /// The status of the response, and of the item that was cut.
    pub(super) const fn status(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Incomplete(_) => "incomplete",
        }
    }
}

/// What is known of a response from its beginning.
#[derive(Debug, Default)]
pub(super) struct Head {
    id: String,
    model: String,
    created: i64,
    /// The request's own fields that are told back.
    echoes: Vec<(&'static str, Box<RawValue>)>,
    /// The tools by the names they have in the hub.
    tools: BTreeMap<String, Tool>,
}

/// A tool as this dialect's clients know it.
#[derive(Debug, Clone, Default)]
pub(super) struct Tool {
    /// It takes text.
    pub(super) custom: bool,
    /// Its own name.
    pub(super) name: String,
    /// The namespace it is in.
    pub(super) namespace: Option<String>,
}

impl Head {
    /// The head of the answer that its provider called `id`.
    pub(super) fn of(asked: &Asked, id: &str, model: &str, created: Option<i64>) -> Self {
        let mut head = Self::asked(asked);
        head.begin(asked.prefix().as_str(), id, model, created.unwrap_or(asked.created));
        head
    }

    /// What the request says.
    pub(super) fn asked(asked: &Asked) -> Self {
        let request = Object::parse(asked.body).unwrap_or_default();
        let echo = |(key, _): &(&'static str, &str)| Some((*key, request.get(key)?.to_owned()));
        let tools = offer::all(&request).into_iter().map(|it| {
            let (custom, namespace) = (it.is_custom(), it.namespace.map(Into::into));
            (it.name, Tool { custom, name: it.own.into_owned(), namespace })
        });
        Self { tools: tools.collect(), echoes: ECHOES.iter().filter_map(echo).collect(), ..Self::default() }
    }

    /// What the provider says. The id is unique in the local file as long as the provider's is not empty or constant, and
    /// keeps what it can of it.
    pub(super) fn begin(&mut self, prefix: &str, id: &str, model: &str, created: i64) {
        self.id = if id.starts_with("resp") && prefix.is_empty() {
            id.to_owned()
        } else {
            let tail: Vec<char> = id.chars().filter(char::is_ascii_alphanumeric).rev().take(32).collect();
            format!("resp_{prefix}{}", tail.into_iter().rev().collect::<String>())
        };
        model.clone_into(&mut self.model);
        self.created = created;
    }

    /// The id of the response.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The tool that goes by this name.
    pub(super) fn tool(&self, name: &str) -> Tool {
        let unknown = || Tool { name: name.to_owned(), ..Tool::default() };
        self.tools.get(name).cloned().unwrap_or_else(unknown)
    }

    /// The id of the `nth` item.
    pub(super) fn item_id(&self, prefix: &str, nth: usize) -> String {
        let own = self.id.strip_prefix("resp_").unwrap_or(&self.id);
        format!("{prefix}_{own}_{nth}")
    }

    /// Writes the response object.
    pub(super) fn write(
        &self,
        ending: &Ending,
        items: &[Vec<u8>],
        counts: Option<&Usage>,
        extra: &[Opaque],
        out: &mut Vec<u8>,
    ) {
        let mut object = ObjectWriter::begin(out);
        object.text("id", &self.id);
        object.text("object", "response");
        object.plain("created_at", self.created);
        object.text("status", ending.status());
        object.raw("error", "null");
        match ending {
            Ending::Incomplete(reason) => {
                let mut details = object.object("incomplete_details");
                details.text("reason", reason);
                details.end();
            }
            _ => object.raw("incomplete_details", "null"),
        }
        object.text("model", &self.model);
        object.list("output", items, |item, out| out.extend_from_slice(item));
        for (key, default) in ECHOES {
            let told = self.echoes.iter().find(|it| it.0 == key).map(|it| it.1.get());
            if own(extra, &format!("{}{key}", spelling::ECHO)).is_none() {
                object.raw(key, &one_line(told.unwrap_or(default)));
            }
        }
        for it in extra.iter().filter(|it| is_own(it) && !it.name.starts_with(super::EVENT)) {
            let key = it.name.strip_prefix(spelling::ECHO).unwrap_or(&it.name);
            object.raw(key, &one_line(it.raw.get()));
        }
        match counts {
            Some(counts) => usage::write(counts, object.key("usage")),
            None => object.raw("usage", "null"),
        }
        object.end();
    }
}

/// Between JSON tokens a line break is white space, but it would end the data line of an event.
pub(super) fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}

/// Puts the items of a whole answer together.
#[derive(Debug)]
pub(super) struct Builder<'h> {
    head: &'h Head,
    items: Vec<Vec<u8>>,
    /// The message that is being written.
    open: Option<Message>,
}

#[derive(Debug)]
struct Message {
    parts: Vec<Vec<u8>>,
    /// Its own fields.
    extra: Vec<Opaque>,
    status: &'static str,
}

impl<'h> Builder<'h> {
    pub(super) const fn new(head: &'h Head) -> Self {
        Self { head, items: Vec::new(), open: None }
    }

    /// Adds a part to the message that is being written, or begins one.
    pub(super) fn part(&mut self, part: Vec<u8>, extra: &[Opaque], status: &'static str) {
        if own(extra, spelling::MESSAGE).is_some() {
            self.close();
        }
        let begun = || Message { parts: Vec::new(), extra: extra.to_vec(), status };
        let message = self.open.get_or_insert_with(begun);
        message.parts.push(part);
        message.status = status;
    }

    /// Adds reasoning.
    pub(super) fn thought(&mut self, text: &str, encrypted: Option<&str>) {
        if text.is_empty() && encrypted.is_none() {
            return;
        }
        self.close();
        let id = self.head.item_id("rs", self.items.len());
        let mut out = Vec::new();
        item::write_reasoning(Some(&id), text, encrypted, None, &mut out);
        self.items.push(out);
    }

    /// Adds a call.
    pub(super) fn call(&mut self, call: &Call, extra: &[Opaque], status: &str) {
        self.close();
        let id = self.head.item_id(Call::prefix(call.is_custom()), self.items.len());
        let mut out = Vec::new();
        call.write(&id, status, extra, &mut out);
        self.items.push(out);
    }

    /// Adds an item as it is.
    pub(super) fn whole(&mut self, json: &str) {
        self.close();
        self.items.push(json.as_bytes().to_vec());
    }

    /// All items.
    pub(super) fn items(mut self) -> Vec<Vec<u8>> {
        self.close();
        self.items
    }

    fn close(&mut self) {
        let Some(Message { parts, extra, status }) = self.open.take() else { return };
        let id = self.head.item_id("msg", self.items.len());
        let mut out = Vec::new();
        item::write_message(&id, status, &parts, &extra, &mut out);
        self.items.push(out);
    }
}
