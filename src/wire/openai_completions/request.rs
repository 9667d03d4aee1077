//! Requests of this dialect ↔ [`Prompt`].

use serde_json::value::RawValue;

use super::{Losses, NO_FIELD, keep_rest};
use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Body, Format, Opaque, Part, Prompt, Role, Sampling, Turn};
use crate::wire::json::{self, Object, ObjectWriter, wrong};
use crate::wire::{Malformed, Written};

/// A field that means the same to chat completions, whose codec writes it from there.
const SHARED: &str = "logit_bias";
/// Prefix of the names of fields within `stream_options`.
const STREAM: &str = "stream_options.";

/// Reads a request.
///
/// # Errors
/// It is not JSON, has no `model` or `prompt`, or a field that the hub has a noun for is of another type; or its prompt is
/// none that a conversation can begin with.
pub(super) fn read(body: &[u8]) -> Result<Prompt, Malformed> {
    let mut top = Object::parse(body)?;
    let model = required(top.take_text("model")?, "model")?.into_owned();
    let text = read_prompt(required(top.take("prompt"), "prompt")?)?;
    let turn = Turn { role: Role::User, parts: vec![Part::text(text)], extra: Vec::new() };
    let mut prompt = Prompt { model, turns: vec![turn], ..Prompt::default() };
    prompt.sampling = read_sampling(&mut top)?;
    prompt.stream = top.take_bool("stream")?.unwrap_or(false);
    if let Some(mut options) = top.take_object("stream_options")? {
        prompt.stream_usage = options.take_bool("include_usage")?.unwrap_or(false);
        keep_rest(options, STREAM, &mut prompt.extra);
    }
    prompt.user = top.take_text("user")?.map(Into::into);
    if let Some(raw) = top.take(SHARED) {
        prompt.extra.push(Opaque { dialect: Dialect::OpenaiChat, name: SHARED.to_owned(), raw: raw.to_owned() });
    }
    // Said to be as they are anyway, they take nothing away.
    for (key, idle) in [("n", "1"), ("best_of", "1"), ("echo", "false"), ("suffix", "\"\"")] {
        if top.get(key).is_some_and(|it| it.get() == idle) {
            top.take(key);
        }
    }
    keep_rest(top, "", &mut prompt.extra);
    Ok(prompt)
}

fn required<T>(field: Option<T>, param: &str) -> Result<T, Malformed> {
    let missing = || Malformed { what: format!("`{param}` is missing"), at: None, param: Some(param.to_owned()) };
    field.ok_or_else(missing)
}

/// The one text that a conversation can begin with.
fn read_prompt(raw: &RawValue) -> Result<String, Malformed> {
    if let Some(text) = json::text(raw) {
        return Ok(text.into_owned());
    }
    let refused = |what: String| Malformed { what, at: None, param: Some("prompt".to_owned()) };
    let list = json::items(raw).ok_or_else(|| wrong("prompt", "a string or an array"))?;
    match list.as_slice() {
        [one] if json::text(one).is_some() => Ok(json::text(one).unwrap_or_default().into_owned()),
        [] => Err(refused("`prompt` is an empty list".to_owned())),
        [first, ..] if json::text(first).is_some() => Err(refused(format!(
            "`prompt` holds {} texts, and a target without /completions answers one at a time: send them one by one",
            list.len()
        ))),
        _ => Err(refused(
            "`prompt` holds tokens, which only a target with /completions can read: send the text".to_owned(),
        )),
    }
}

fn read_sampling(top: &mut Object) -> Result<Sampling, Malformed> {
    Ok(Sampling {
        max_tokens: top.take_integer("max_tokens")?,
        temperature: top.take_number("temperature")?,
        top_p: top.take_number("top_p")?,
        top_k: top.take_integer("top_k")?,
        frequency_penalty: top.take_number("frequency_penalty")?,
        presence_penalty: top.take_number("presence_penalty")?,
        seed: match top.take("seed") {
            None => None,
            Some(raw) => Some(serde_json::from_str(raw.get()).map_err(|_| wrong("seed", "a whole number"))?),
        },
        stop: read_stop(top)?,
        // Several continuations are several answers, which most dialects do not have.
        choices: None,
    })
}

fn read_stop(top: &mut Object) -> Result<Vec<String>, Malformed> {
    let Some(raw) = top.take("stop") else { return Ok(Vec::new()) };
    let one = json::text(raw).map(|it| vec![it.into_owned()]);
    let many = || json::items(raw)?.into_iter().map(|it| json::text(it).map(Into::into)).collect();
    one.or_else(many).ok_or_else(|| wrong("stop", "a string or an array of strings"))
}

/// Writes a request. What was one text is that text again; a conversation can only be told as one.
pub(super) fn write(prompt: &Prompt, model: &str) -> Written {
    let mut out = Vec::with_capacity(256);
    let mut losses = Losses::default();
    let text = text(prompt, &mut losses);
    let mut top = ObjectWriter::begin(&mut out);
    top.text("model", model);
    top.text("prompt", &text);
    write_sampling(&prompt.sampling, &mut top);
    if prompt.stream {
        top.plain("stream", true);
    }
    let inner: Vec<&Opaque> = own(prompt).filter(|it| it.name.starts_with(STREAM)).collect();
    if prompt.stream && (prompt.stream_usage || !inner.is_empty()) {
        let mut options = top.object("stream_options");
        if prompt.stream_usage {
            options.plain("include_usage", true);
        }
        for it in inner {
            options.raw(it.name.trim_start_matches(STREAM), it.raw.get());
        }
        options.end();
    }
    if let Some(user) = &prompt.user {
        top.text("user", user);
    }
    for it in own(prompt).filter(|it| !it.name.starts_with(STREAM)) {
        top.raw(&it.name, it.raw.get());
    }
    top.end();
    if !prompt.tools.is_empty() {
        losses.add("tools", NO_FIELD);
    }
    if !matches!(prompt.format, Format::Text) {
        losses.add("response_format", NO_FIELD);
    }
    if prompt.reasoning.is_some() {
        losses.add("reasoning", NO_FIELD);
    }
    losses.foreign("", prompt.extra.iter().filter(|it| !is_own(it)));
    Written { body: out, losses: losses.0 }
}

fn own(prompt: &Prompt) -> impl Iterator<Item = &Opaque> {
    prompt.extra.iter().filter(|it| is_own(it))
}

fn is_own(it: &Opaque) -> bool {
    it.dialect == Dialect::OpenaiCompletions || (it.dialect == Dialect::OpenaiChat && it.name == SHARED)
}

/// Everything that is said, in order, with a blank line between.
fn text(prompt: &Prompt, losses: &mut Losses) -> String {
    if prompt.turns.len() + prompt.system.len() > 1 {
        losses.add("messages", "changed: openai-completions has no roles, they go as one text");
    }
    let turns = prompt.turns.iter().flat_map(|it| &it.parts);
    let mut texts = Vec::new();
    for (nth, part) in prompt.system.iter().chain(turns).enumerate() {
        match &part.body {
            Body::Text(text) => texts.push(text.as_str()),
            _ => losses.add(format!("messages.parts[{nth}]"), "openai-completions takes text only"),
        }
    }
    texts.join("\n\n")
}

fn write_sampling(it: &Sampling, top: &mut ObjectWriter) {
    if let Some(cap) = it.max_tokens {
        top.plain("max_tokens", cap);
    }
    for (key, value) in [
        ("temperature", it.temperature),
        ("top_p", it.top_p),
        ("frequency_penalty", it.frequency_penalty),
        ("presence_penalty", it.presence_penalty),
    ] {
        if let Some(value) = value {
            top.float(key, value);
        }
    }
    if let Some(top_k) = it.top_k {
        top.plain("top_k", top_k);
    }
    if let Some(seed) = it.seed {
        top.plain("seed", seed);
    }
    if !it.stop.is_empty() {
        top.list("stop", &it.stop, |text, out| json::quote(text, out));
    }
    if let Some(choices) = it.choices {
        top.plain("n", choices);
    }
}
