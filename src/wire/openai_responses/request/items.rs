//! Turns → items.

use std::collections::BTreeSet;

use super::content::{self, Voice};
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Part, Prompt, Turn};
use crate::domain::quirks::Quirks;
use crate::domain::signature::Signature;
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::openai_responses::{Losses, MESSAGE_FIELD, is_own, item, own, spelling, write_extra, write_fields};
use crate::wire::{call_ids, freeform};

/// The items written so far.
pub(super) struct Items<'a> {
    pub(super) written: Vec<Vec<u8>>,
    quirks: &'a Quirks,
    pub(super) losses: &'a mut Losses,
    /// Names of the tools that take text.
    freeform: BTreeSet<&'a str>,
    /// Ids of the calls of such tools.
    custom: BTreeSet<String>,
}

impl<'a> Items<'a> {
    pub(super) fn new(prompt: &'a Prompt, quirks: &'a Quirks, losses: &'a mut Losses) -> Self {
        let freeform = prompt.tools.iter().filter(|it| it.freeform.is_some()).map(|it| it.name.as_str()).collect();
        Self { written: Vec::new(), quirks, losses, freeform, custom: BTreeSet::new() }
    }

    /// Writes the leading system texts; gives back the one that goes into `instructions`.
    pub(super) fn system<'p>(&mut self, mut parts: &'p [Part]) -> Option<&'p str> {
        // What another dialect has before its first text takes no text's place.
        while let [Part { body: Body::Opaque(it), .. }, rest @ ..] = parts
            && !is_own(it)
        {
            self.losses.add(format!("system.{}", it.name), "openai-responses has no such block");
            parts = rest;
        }
        let marked = |it: &Part| own(&it.extra, spelling::INSTRUCTIONS).is_some();
        let foreign = |it: &Part| own(&it.extra, spelling::MESSAGE).is_none();
        let first = match parts {
            [first, ..] if marked(first) => Some(first),
            // The only text has its natural place there; several must not be merged.
            [only] if foreign(only) => Some(only),
            _ => None,
        };
        let instructions = first.and_then(|it| match &it.body {
            Body::Text(text) => Some(text.as_str()),
            _ => None,
        });
        if let Some(first) = first.filter(|_| instructions.is_some()) {
            if first.cache.is_some() {
                self.losses.add("cache_control", "openai-responses has no prompt-cache marks");
            }
            self.losses.foreign("system[0].", &first.extra);
        }
        let rest = if instructions.is_some() { parts.get(1..).unwrap_or_default() } else { parts };
        let joined = |it: &Part| own(&it.extra, spelling::JOINED).is_some();
        for (nth, message) in rest.chunk_by(|_, it| joined(it)).enumerate() {
            if let [Part { body: Body::Opaque(it), .. }] = message
                && is_own(it)
            {
                self.written.push(it.raw.get().as_bytes().to_vec());
                continue;
            }
            self.message("system", message, Voice::System, &format!("system[{nth}]"));
        }
        instructions
    }

    pub(super) fn system_turn(&mut self, turn: &Turn, path: &str) {
        self.message("system", &turn.parts, Voice::System, path);
    }

    /// Tool results and whole items by themselves, everything else in one message.
    pub(super) fn user(&mut self, turn: &Turn, path: &str) {
        let mut said: Vec<Part> = Vec::new();
        for part in &turn.parts {
            match &part.body {
                Body::ToolResult { id, content, is_error } => self.result(part, id, content, *is_error, path),
                Body::Opaque(it) if is_own(it) && !it.name.starts_with("input_") => {
                    self.written.push(it.raw.get().as_bytes().to_vec());
                }
                _ => said.push(part.clone()),
            }
        }
        if !said.is_empty() || turn.parts.is_empty() {
            self.message("user", &said, Voice::Input, path);
        }
    }

    /// Texts of one message stay one; everything else is an item of its own, also each text that came in another dialect: a
    /// list of texts of the model is taken only with the id and status that its provider gave the message.
    pub(super) fn assistant(&mut self, turn: &Turn, path: &str) {
        let is_text = |it: &Part| matches!(it.body, Body::Text(_) | Body::Refusal(_));
        let begins = |it: &Part| own(&it.extra, spelling::MESSAGE).is_some();
        let mut parts = turn.parts.as_slice();
        while let [first, rest @ ..] = parts {
            let joined = if is_text(first) && begins(first) {
                rest.iter().take_while(|it| is_text(it) && !begins(it)).count()
            } else {
                0
            };
            let (message, after) = parts.split_at(1 + joined);
            parts = after;
            match message {
                [one] if !is_text(one) => self.model_item(one, path),
                [one] if !begins(one) => self.foreign_text(one, path),
                texts => self.message("assistant", texts, Voice::Output, path),
            }
        }
    }

    /// A text of another dialect's model. A refusal is a part, which a text by itself cannot be.
    fn foreign_text(&mut self, part: &Part, path: &str) {
        match &part.body {
            Body::Refusal(text) => {
                let why = "changed: openai-responses takes refusals from its own messages only, it goes as text";
                self.losses.add(format!("{path}.refusal"), why);
                let said = Part { body: Body::Text(text.clone()), ..part.clone() };
                self.message("assistant", &[said], Voice::Output, path);
            }
            _ => self.message("assistant", std::slice::from_ref(part), Voice::Output, path),
        }
    }

    fn model_item(&mut self, part: &Part, path: &str) {
        match &part.body {
            Body::ToolCall { id, name, arguments } => self.call(part, id, name, arguments, path),
            Body::Thinking(text) => self.thinking(part, text, path),
            Body::RedactedThinking(data) => match data.own(Dialect::OpenaiResponses) {
                Some(data) => self.reasoning("", Some(data)),
                None => self
                    .losses
                    .add(format!("{path}.redacted_thinking"), "encrypted reasoning goes back to its own provider only"),
            },
            Body::Opaque(it) if is_own(it) => self.written.push(it.raw.get().as_bytes().to_vec()),
            Body::Opaque(it) => {
                self.losses.add(format!("{path}.{}", it.name), "openai-responses has no such block");
            }
            _ => self.losses.add(path, "a model's turn cannot hold this"),
        }
    }

    /// Reasoning goes back to who wrote it. Without its provider's own encryption it is not taken from anybody.
    fn thinking(&mut self, part: &Part, text: &str, path: &str) {
        if let Some(raw) = own(&part.extra, spelling::REASONING) {
            self.written.push(raw.get().as_bytes().to_vec());
            return;
        }
        match part.signature.as_ref().and_then(|it| it.own(Dialect::OpenaiResponses)) {
            Some(data) => self.reasoning(text, Some(data)),
            None if part.signature.is_some() => {
                self.losses.add(format!("{path}.thinking"), "signed reasoning goes back to its own provider only");
            }
            None => self.losses.add(format!("{path}.thinking"), "reasoning goes back to its own provider only"),
        }
    }

    fn reasoning(&mut self, text: &str, encrypted: Option<&str>) {
        let mut out = Vec::new();
        item::write_reasoning(None, text, encrypted, None, &mut out);
        self.written.push(out);
    }

    fn call(&mut self, part: &Part, id: &str, name: &str, arguments: &str, path: &str) {
        self.name_marks(part, path);
        let custom = own(&part.extra, spelling::CUSTOM).is_some() || self.freeform.contains(name);
        let mut out = Vec::new();
        let mut object = ObjectWriter::begin(&mut out);
        object.text("type", if custom { "custom_tool_call" } else { "function_call" });
        object.text("call_id", &call_ids::fitting(id, self.quirks.call_ids, call_ids::RESPONSES));
        object.text("name", name);
        if custom {
            self.custom.insert(id.to_owned());
            object.text("input", &freeform::unwrap(arguments));
        } else {
            object.text("arguments", arguments);
        }
        write_fields(&part.extra, spelling::ITEM, &mut object);
        write_extra(&part.extra, "", &mut object);
        object.end();
        self.written.push(out);
    }

    fn result(&mut self, part: &Part, id: &str, content: &[Part], is_error: bool, path: &str) {
        self.name_marks(part, path);
        if is_error {
            let why = "openai-responses cannot say that a tool failed; its text is kept";
            self.losses.add(format!("{path}.tool_result.is_error"), why);
        }
        let custom = own(&part.extra, spelling::CUSTOM).is_some() || self.custom.contains(id);
        let mut out = Vec::new();
        let mut object = ObjectWriter::begin(&mut out);
        object.text("type", if custom { "custom_tool_call_output" } else { "function_call_output" });
        object.text("call_id", &call_ids::fitting(id, self.quirks.call_ids, call_ids::RESPONSES));
        self.parts("output", content, Voice::Input, &format!("{path}.tool_result"), &mut object);
        write_fields(&part.extra, spelling::ITEM, &mut object);
        write_extra(&part.extra, "", &mut object);
        object.end();
        self.written.push(out);
    }

    /// Writes a message, unless nothing is left of it.
    fn message(&mut self, role: &str, parts: &[Part], voice: Voice, path: &str) {
        let none: &[_] = &[];
        let extra = parts.first().map_or(none, |it| &*it.extra);
        let fields = own(extra, spelling::MESSAGE).and_then(Object::of).unwrap_or_default();
        let developer = fields.get("role").is_some() || (voice == Voice::System && self.quirks.developer_role);
        let mut out = Vec::new();
        let mut object = ObjectWriter::begin(&mut out);
        object.text("type", "message");
        object.text("role", if developer && voice == Voice::System { "developer" } else { role });
        let numbered = fields.get("id").is_some();
        for (key, raw) in fields.rest().filter(|(key, _)| key != "role") {
            object.raw(&key, raw.get());
        }
        write_extra(extra, MESSAGE_FIELD, &mut object);
        // An output message as the provider made it has a list; anybody else's is understood more widely as a text.
        let said = if numbered {
            self.list("content", parts, voice, path, &mut object)
        } else {
            self.parts("content", parts, voice, path, &mut object)
        };
        object.end();
        if said {
            self.written.push(out);
        }
    }

    /// Writes parts, as a text where they can be one. `false` if there were some and none could be said.
    fn parts(&mut self, key: &str, parts: &[Part], voice: Voice, path: &str, object: &mut ObjectWriter) -> bool {
        match parts {
            [] => object.text(key, ""),
            [only] if content::plain(only).is_some() => {
                self.name_marks(only, path);
                object.text(key, content::plain(only).unwrap_or_default());
            }
            parts => return self.list(key, parts, voice, path, object),
        }
        true
    }

    fn list(&mut self, key: &str, parts: &[Part], voice: Voice, path: &str, object: &mut ObjectWriter) -> bool {
        let mut items = Vec::new();
        for (nth, part) in parts.iter().enumerate() {
            let mut one = Vec::new();
            if content::write(part, voice, &format!("{path}.content[{nth}]"), &mut one, self.losses) {
                items.push(one);
            }
        }
        let any = !items.is_empty();
        if any {
            object.list(key, items, |item, out| out.extend_from_slice(&item));
        } else {
            json::quote("", object.key(key));
        }
        any
    }

    /// Names a cache mark, a signature and fields of other dialects on a part.
    fn name_marks(&mut self, part: &Part, path: &str) {
        if part.cache.is_some() {
            self.losses.add("cache_control", "openai-responses has no prompt-cache marks");
        }
        if part.signature.as_ref().is_some_and(|it: &Signature| it.dialect != Dialect::OpenaiResponses) {
            self.losses.add(format!("{path}.signature"), "a signature goes back to its own provider only");
        }
        self.losses.foreign(&format!("{path}."), &part.extra);
    }
}
