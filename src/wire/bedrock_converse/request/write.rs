//! Hub → a request for a provider that speaks this dialect.
//!
//! The API is stricter than most conversations: turns must alternate and begin with the user's, tool results come first
//! in their turn, no text is empty, a document stands beside a text, and tools that were called must be defined. What has to
//! be changed for that is reported like what has to be left out.

use std::collections::HashSet;

use crate::domain::prompt::{Body, Format, Part, Prompt, Role, Turn};
use crate::domain::quirks::Quirks;
use crate::wire::Written;
use crate::wire::anthropic::request::generation;
use crate::wire::bedrock_converse::fields::{self, Losses};
use crate::wire::bedrock_converse::model::{self, Family};
use crate::wire::bedrock_converse::request::blocks::{Blocks, Place};
use crate::wire::bedrock_converse::request::tools;
use crate::wire::bedrock_converse::request::vendor::{self, Thinking};
use crate::wire::call_ids::Ids;
use crate::wire::json::{self, ObjectWriter};

/// What stands in for a text the API wants and the conversation does not have.
const FILLER: &str = ".";

/// Longest id of a call, and what it may hold beside letters and digits.
const LONGEST_ID: usize = 64;
const ID_MARKS: &str = "_-.:";

/// Composes a request body.
pub(in crate::wire::bedrock_converse) fn write(prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
    let can = model::of(model);
    let ids = Ids::new(LONGEST_ID, ID_MARKS);
    let mut blocks = Blocks { quirks, can, ids, names: HashSet::new(), losses: Losses::default() };
    let asks_to_think = prompt.reasoning.as_ref().is_some_and(|it| it.enabled);
    let config = tools::decide(prompt, asks_to_think, &mut blocks);
    let thinking = vendor::thinking(prompt, model, can, config.forces(), &mut blocks.losses);
    let mut system = Vec::new();
    for (nth, part) in prompt.system.iter().enumerate() {
        blocks.push(part, Place::System, &format!("system[{nth}]"), &mut system);
    }
    let messages = messages(prompt, &mut blocks);
    let mut body = Vec::with_capacity(1024);
    fields::write(&mut body, |out| {
        if !system.is_empty() {
            fields::list(out, "system", &system);
        }
        fields::list(out, "messages", &messages);
        inference(prompt, model, &thinking, &mut blocks.losses, out);
        tools::write(&config, prompt, out);
        vendor::write(prompt, &thinking, can, &mut blocks.losses, out);
        if can.family == Family::Claude
            && !prompt.sampling.stop.is_empty()
            && fields::own(&prompt.extra, "additionalModelResponseFieldPaths").is_none()
        {
            out.list("additionalModelResponseFieldPaths", [vendor::STOP_TEXT], json::quote);
        }
        format(prompt, &mut blocks, out);
        fields::write_extra(&prompt.extra, "", out);
    });
    if prompt.user.is_some() {
        blocks.losses.add("user", "converse has no such field");
    }
    blocks.losses.foreign("", &prompt.extra);
    Written { body, losses: blocks.losses.0 }
}

// === turns ===

/// The messages: alternating, the user's first.
fn messages(prompt: &Prompt, blocks: &mut Blocks) -> Vec<Vec<u8>> {
    let mut messages: Vec<Message> = Vec::new();
    for (nth, turn) in prompt.turns.iter().enumerate() {
        let path = format!("messages[{nth}]");
        let message = match turn.role {
            Role::System => system_turn(turn, &path, blocks),
            Role::User | Role::Assistant => content(&turn.parts, turn.role, &path, blocks),
        };
        blocks.losses.foreign(&path, &turn.extra);
        match messages.last_mut() {
            _ if message.is_empty() => {}
            Some(before) if before.role == message.role => before.join(message),
            _ => messages.push(message),
        }
    }
    if messages.first().is_none_or(|it| it.role == Role::Assistant) {
        blocks.losses.add("messages", "converse wants a user turn first; one with a full stop was put there");
        messages.insert(0, content(&[Part::text(FILLER)], Role::User, "messages", blocks));
    }
    for message in &mut messages {
        if message.documents && !message.text {
            blocks.losses.add("messages", "converse wants a text beside a document; a full stop was put there");
            let filler = content(&[Part::text(FILLER)], message.role, "messages", blocks);
            message.join(filler);
        }
    }
    messages.into_iter().map(Message::written).collect()
}

/// A message in the making.
#[derive(Debug)]
struct Message {
    role: Role,
    /// Tool results, which must precede everything else in their turn.
    results: Vec<Vec<u8>>,
    rest: Vec<Vec<u8>>,
    documents: bool,
    text: bool,
}

impl Message {
    fn is_empty(&self) -> bool {
        self.results.is_empty() && self.rest.is_empty()
    }

    fn join(&mut self, other: Self) {
        self.results.extend(other.results);
        self.rest.extend(other.rest);
        self.documents |= other.documents;
        self.text |= other.text;
    }

    fn written(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.results.append(&mut self.rest);
        fields::write(&mut out, |it| {
            it.text("role", if self.role == Role::Assistant { "assistant" } else { "user" });
            fields::list(it, "content", &self.results);
        });
        out
    }
}

fn content(parts: &[Part], role: Role, path: &str, blocks: &mut Blocks) -> Message {
    let mut message = Message { role, results: Vec::new(), rest: Vec::new(), documents: false, text: false };
    for (nth, part) in parts.iter().enumerate() {
        let place = if matches!(part.body, Body::ToolResult { .. }) { &mut message.results } else { &mut message.rest };
        let before = place.len();
        blocks.push(part, Place::Turn(role), &format!("{path}.content[{nth}]"), place);
        if place.len() > before {
            message.documents |= matches!(part.body, Body::File { .. });
            message.text |= matches!(part.body, Body::Text(_));
        }
    }
    message
}

/// A system text in the middle of a conversation. At the top it would come before what it answers to, so it stays where
/// it is, marked, in the user's mouth.
fn system_turn(turn: &Turn, path: &str, blocks: &mut Blocks) -> Message {
    blocks.losses.add(format!("{path}.role"), "a system text inside the conversation is sent as user text");
    let marked = turn.parts.iter().map(|part| match &part.body {
        Body::Text(text) if !text.trim().is_empty() => {
            Part { body: Body::Text(format!("<system>\n{text}\n</system>")), ..part.clone() }
        }
        _ => part.clone(),
    });
    content(&marked.collect::<Vec<_>>(), Role::User, path, blocks)
}

// === the other fields ===

fn inference(prompt: &Prompt, model: &str, thinking: &Thinking, losses: &mut Losses, out: &mut ObjectWriter) {
    let it = &prompt.sampling;
    let refused = match model::of(model).family {
        Family::Claude if !generation::of(model).sampling => Some("this model takes no sampling parameters"),
        Family::Claude if thinking.is_on() => Some("cannot be combined with thinking"),
        _ => None,
    };
    let is_one = |it: &f64| (it - 1.0).abs() <= f64::EPSILON;
    // One is the default: nothing is lost by not saying it.
    let temperature = it.temperature.filter(|it| refused.is_none() || !is_one(it));
    let temperature = temperature.filter(|_| {
        refused.is_none_or(|why| {
            losses.add("temperature", why);
            false
        })
    });
    let temperature = temperature.map(|asked| {
        let fitting = asked.clamp(0.0, 1.0);
        if (fitting - asked).abs() > f64::EPSILON {
            losses.add(format!("temperature: set to {fitting}"), "converse's range is 0 to 1");
        }
        fitting
    });
    let exclusive = "temperature is given, and this model takes only one of the two";
    let only_one = model::of(model).family == Family::Claude && temperature.is_some();
    // Beside thinking Anthropic's models take 0.95 and more.
    let why = |top_p: f64| refused.filter(|_| !generation::of(model).sampling || top_p < 0.95);
    let top_p = it.top_p.filter(|top_p| match why(*top_p).or(only_one.then_some(exclusive)) {
        Some(_) if is_one(top_p) => false,
        Some(why) => {
            losses.add("top_p", why);
            false
        }
        None => true,
    });
    let stop: Vec<_> = it.stop.iter().filter(|it| !it.trim().is_empty()).collect();
    if stop.len() < it.stop.len() {
        losses.add("stop", "a stop text of nothing but white space is refused");
    }
    let foreign = [
        ("frequency_penalty", it.frequency_penalty.is_some_and(|it| it != 0.0)),
        ("presence_penalty", it.presence_penalty.is_some_and(|it| it != 0.0)),
        ("seed", it.seed.is_some()),
        ("n", it.choices.is_some_and(|it| it > 1)),
    ];
    for (name, said) in foreign {
        if said {
            losses.add(name, "converse has no such field");
        }
    }
    let nothing = it.max_tokens.is_none() && temperature.is_none() && top_p.is_none() && stop.is_empty();
    if nothing && !fields::has_extra(&prompt.extra, "inferenceConfig.") {
        return;
    }
    fields::nest(out, "inferenceConfig", |out| {
        if let Some(cap) = it.max_tokens {
            out.plain("maxTokens", cap);
        }
        if let Some(temperature) = temperature {
            out.float("temperature", temperature);
        }
        if let Some(top_p) = top_p {
            out.float("topP", top_p);
        }
        if !stop.is_empty() {
            out.list("stopSequences", stop, |it, out| json::quote(it, out));
        }
        fields::write_extra(&prompt.extra, "inferenceConfig.", out);
    });
}

fn format(prompt: &Prompt, blocks: &mut Blocks, out: &mut ObjectWriter) {
    let Format::JsonSchema { name, description, schema, .. } = &prompt.format else {
        if let Format::JsonObject = prompt.format {
            blocks.losses.add("response_format", "converse has no JSON mode without a schema");
        }
        return;
    };
    if !blocks.quirks.json_schema {
        blocks.losses.add("response_format", "the provider takes no schema");
        return;
    }
    if !blocks.can.schema {
        // A tool stands in for it, or it was reported.
        return;
    }
    fields::nest(out, "outputConfig", |out| {
        fields::nest(out, "textFormat", |out| {
            out.text("type", "json_schema");
            fields::nest(out, "structure", |out| {
                fields::nest(out, "jsonSchema", |out| {
                    if let Some(name) = name {
                        out.text("name", name);
                    }
                    if let Some(description) = description {
                        out.text("description", description);
                    }
                    // A text here, not an object.
                    out.text("schema", schema.get());
                });
            });
        });
    });
}
