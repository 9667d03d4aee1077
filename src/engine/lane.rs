//! Which of the three lanes an attempt takes: chosen per attempt, because failover may cross dialects. Pure.

use std::borrow::Cow;

use bytes::Bytes;

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::id::ModelName;
use crate::domain::operation::Operation;
use crate::domain::policy::BodyEdits;
use crate::domain::prompt::{Loss, Prompt};
use crate::domain::quirks::Quirks;
use crate::wire::openai_responses::compaction;
use crate::wire::{self, Asked, Malformed, json};

/// How a request is brought to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lane {
    /// Same dialect, nothing to change: the bytes go out as they came.
    #[default]
    Verbatim,
    /// Same dialect, top-level fields edited in place.
    Splice,
    /// Through the hub.
    Translate,
}

impl Lane {
    /// The word in ledger rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verbatim => "verbatim",
            Self::Splice => "splice",
            Self::Translate => "translate",
        }
    }
}

/// A request ready to be sent to one target.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// The lane it took.
    pub lane: Lane,
    /// The body.
    pub body: Bytes,
    /// What the target's dialect could not say.
    pub losses: Vec<Loss>,
    /// Usage was asked for on the client's behalf and must be kept from it.
    pub hide_usage: bool,
    /// A summary was asked for in place of a compaction, and is to be told as one.
    pub summary: bool,
}

/// What a request is rendered from.
#[derive(Debug)]
pub enum Source {
    /// Its bytes.
    Body,
    /// Its bytes, but for the field that holds the conversation.
    Mended {
        /// The name of that field.
        key: &'static str,
        /// Its value.
        conversation: Vec<u8>,
        /// What had to be changed in it.
        losses: Vec<Loss>,
    },
    /// What it says.
    Prompt(Box<Prompt>),
}

/// What `ask` says.
///
/// # Errors
/// The body is not a request of the client's dialect.
pub fn prompt(ask: &Ask) -> Result<Prompt, Malformed> {
    let mut prompt = wire::codec(ask.written_in).read_request(&ask.body)?;
    if ask.dialect.model_in_path() {
        prompt.model.clone_from(&ask.model);
        prompt.stream = ask.stream;
    }
    Ok(prompt)
}

/// Renders `ask` for a target that speaks `dialect` and calls the model `model`, as it came.
///
/// # Errors
/// The body is not a request of the client's dialect (translate lane only: the other lanes leave that judgement to
/// the provider).
pub fn render(ask: &Ask, dialect: Dialect, model: &ModelName, quirks: &Quirks) -> Result<Rendered, Malformed> {
    let source = if dialect == ask.written_in { Source::Body } else { Source::Prompt(Box::new(prompt(ask)?)) };
    Ok(render_from(source, ask, dialect, model, quirks))
}

/// The same from what was made of it.
#[must_use]
pub fn render_from(source: Source, ask: &Ask, dialect: Dialect, model: &ModelName, quirks: &Quirks) -> Rendered {
    let mended = match source {
        Source::Prompt(prompt) => return translated(&prompt, ask, dialect, model, quirks),
        Source::Mended { key, conversation, losses } => Some((key, conversation, losses)),
        Source::Body => None,
    };
    let mut edits = Vec::new();
    if ask.model == model.as_str() {
        // Nothing to change.
    } else if dialect.model_in_path() {
        // Where the body repeats the path's model, it must not contradict the new one.
        if ask.fields.find(&ask.body, "model").is_some() {
            edits.push(json::Edit::Remove { key: "model" });
        }
    } else {
        edits.push(json::Edit::Set { key: "model", value: Cow::Owned(quoted(model.as_str())) });
    }
    let counts_if_asked = matches!(dialect, Dialect::OpenaiChat | Dialect::OpenaiCompletions);
    let options = if ask.stream && counts_if_asked && quirks.usage_in_stream { include_usage(ask) } else { None };
    let hide_usage = options.is_some();
    if let Some(options) = options {
        edits.push(json::Edit::Set { key: "stream_options", value: Cow::Owned(options) });
    }
    let mut losses = Vec::new();
    if let Some((key, conversation, named)) = mended {
        edits.push(json::Edit::Set { key, value: Cow::Owned(conversation) });
        losses = named;
    }
    let lane = if edits.is_empty() { Lane::Verbatim } else { Lane::Splice };
    Rendered { lane, body: json::splice(&ask.body, &ask.fields, &edits), losses, hide_usage, summary: false }
}

fn translated(prompt: &Prompt, ask: &Ask, dialect: Dialect, model: &ModelName, quirks: &Quirks) -> Rendered {
    let written = wire::codec(dialect).write_request(prompt, model.as_str(), quirks);
    // Only where request and answer are of two dialects can an answer that we asked more of be relayed as it is.
    let hide_usage = dialect == ask.dialect && ask.stream && !wants_usage(ask);
    let mut losses = written.losses;
    if dialect != ask.written_in {
        losses.extend(lost_headers(ask));
    }
    Rendered { lane: Lane::Translate, body: Bytes::from(written.body), losses, hide_usage, summary: false }
}

/// `rendered` with the top-level fields that its provider does without or insists on.
///
/// # Errors
/// The body is no JSON object.
pub fn edited(rendered: Rendered, edits: &BodyEdits) -> Result<Rendered, Malformed> {
    if edits == &BodyEdits::default() {
        return Ok(rendered);
    }
    let omit = edits.omit.iter().map(|key| json::Edit::Remove { key });
    let put = edits.put.iter().map(|(key, value)| json::Edit::Set { key, value: Cow::Borrowed(value.as_bytes()) });
    let fields = json::scan(&rendered.body)?;
    let renamed = edits.rename.iter().filter_map(|(from, to)| {
        let value = fields.find(&rendered.body, from)?;
        // Of two that mean the same the provider's own holds.
        let free = fields.find(&rendered.body, to).is_none();
        let set = json::Edit::Set { key: to, value: Cow::Borrowed(&rendered.body[value]) };
        Some([json::Edit::Remove { key: from }].into_iter().chain(free.then_some(set)))
    });
    let body = json::splice(&rendered.body, &fields, &omit.chain(renamed.flatten()).chain(put).collect::<Vec<_>>());
    let lane = if rendered.lane == Lane::Verbatim { Lane::Splice } else { rendered.lane };
    Ok(Rendered { lane, body, ..rendered })
}

/// The request as it is put to a target that chooses among providers of its own: in the client's dialect with what it
/// wished of its way where it stood.
#[must_use]
pub fn addressed<'a>(ask: Cow<'a, Ask>, dialect: Dialect, quirks: &Quirks) -> Cow<'a, Ask> {
    let whole = ask.wishes.as_deref().and_then(|it| it.body.clone());
    match whole {
        Some((body, fields)) if quirks.provider_routing && dialect == ask.written_in => {
            Cow::Owned(Ask { body, fields, ..ask.into_owned() })
        }
        _ => ask,
    }
}

/// `rendered` with what the request wished of its way, for a target that chooses among providers of its own and speaks
/// another dialect than the client. To any other target it would mean nothing: what nobody here understood of it is lost.
///
/// # Errors
/// The body is no JSON object.
pub fn routed(mut rendered: Rendered, ask: &Ask, dialect: Dialect, quirks: &Quirks) -> Result<Rendered, Malformed> {
    let Some(wishes) = ask.wishes.as_deref() else { return Ok(rendered) };
    match &wishes.provider {
        Some(_) if quirks.provider_routing && dialect == ask.written_in => {}
        Some(object) if quirks.provider_routing => {
            let fields = json::scan(&rendered.body)?;
            let edit = json::Edit::Set { key: "provider", value: Cow::Borrowed(object.as_bytes()) };
            rendered.body = json::splice(&rendered.body, &fields, &[edit]);
        }
        _ => {
            // The fields were taken out when it was read.
            if rendered.lane == Lane::Verbatim {
                rendered.lane = Lane::Splice;
            }
            let why = "no provider is chosen by it here";
            rendered.losses.extend(wishes.unheard.iter().map(|it| Loss { what: it.clone(), why }));
        }
    }
    Ok(rendered)
}

/// The client's headers that a target of another dialect is not sent.
pub(super) fn lost_headers(ask: &Ask) -> impl Iterator<Item = Loss> {
    ask.headers
        .iter()
        .filter(|it| is_lost(&it.0))
        .map(|it| Loss { what: format!("header {}", it.0), why: "it means something in the client's own dialect only" })
}

/// The request for a summary in place of `ask`, which is for a compaction.
///
/// # Errors
/// Its input is none.
pub fn summary(ask: &Ask) -> Result<Ask, Malformed> {
    let body = compaction::instead(&ask.body, &ask.fields)?;
    let fields = json::scan(&body)?;
    Ok(Ask { operation: Operation::Chat, body, fields, ..ask.clone() })
}

/// What the answer to `ask`, put to `model`, may depend on.
#[must_use]
pub fn asked<'a>(ask: &'a Ask, model: &'a ModelName) -> Asked<'a> {
    // A body of another dialect than the answer's says nothing about the answer.
    let body: &[u8] = match &ask.recalled {
        _ if ask.written_in != ask.dialect => b"{}",
        Some(it) => &it.written,
        None => &ask.body,
    };
    Asked { id: ask.id, body, usage: wants_usage(ask), created: ask.at.wall.seconds(), model: model.as_str() }
}

/// The client's headers that go to a target that speaks `dialect`: all of them where it is the client's own, else those
/// that mean the same to everybody.
#[must_use]
pub fn passing(ask: &Ask, dialect: Dialect) -> Cow<'_, [(String, String)]> {
    if dialect == ask.written_in {
        return Cow::Borrowed(&ask.headers);
    }
    Cow::Owned(ask.headers.iter().filter(|it| NEUTRAL.contains(&it.0.as_str())).cloned().collect())
}

/// Headers about the request as such, not about a dialect.
const NEUTRAL: [&str; 2] = ["idempotency-key", "x-stainless-retry-count"];

/// Whether a header that stays behind takes something away: a version only says how the dialect itself is spelled.
fn is_lost(name: &str) -> bool {
    !NEUTRAL.contains(&name) && name != "anthropic-version"
}

/// Whether the client of a stream asked for usage at its end.
#[must_use]
pub fn wants_usage(ask: &Ask) -> bool {
    let Some(span) = ask.fields.find(&ask.body, "stream_options") else { return false };
    let options = &ask.body[span];
    let Ok(fields) = json::scan(options) else { return false };
    fields.find(options, "include_usage").and_then(|it| json::boolean(&options[it])) == Some(true)
}

/// `stream_options` with usage asked for, or `None` where the client asked itself. Other options are kept.
fn include_usage(ask: &Ask) -> Option<Vec<u8>> {
    if wants_usage(ask) {
        return None;
    }
    let span = ask.fields.find(&ask.body, "stream_options");
    let kept = span.map(|it| ask.body.slice(it)).and_then(|it| json::scan(&it).ok().map(|fields| (it, fields)));
    Some(match kept {
        Some((options, fields)) => {
            let edit = json::Edit::Set { key: "include_usage", value: Cow::Borrowed(b"true") };
            json::splice(&options, &fields, &[edit]).to_vec()
        }
        // Absent, null, or something no provider would take either.
        None => b"{\"include_usage\":true}".to_vec(),
    })
}

/// `text` as a JSON string.
pub(super) fn quoted(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    json::quote(text, &mut out);
    out
}
