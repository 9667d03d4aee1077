//! What llmroute itself told a client in the client's own dialect of somebody else's reasoning, when it comes back with the
//! conversation to a provider of that dialect: nobody signed it, and the provider would refuse it.
//!
//! It is known by how it was told: thinking with an empty signature, or a page with an empty handle (Anthropic), reasoning without encryption under an id of
//! ours (OpenAI responses). A call told to a client of Gemini needs nothing here, because it was given the signature that
//! stands for none.

use memchr::memmem;
use serde_json::value::RawValue;

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::prompt::Loss;
use crate::engine::lane::{self, Source};
use crate::wire::json::{self, Object};

/// How thinking that nobody signed, and a page that somebody else found, are told in Anthropic's dialect.
const UNSIGNED: [&[u8]; 4] =
    [b"\"signature\":\"\"", b"\"signature\": \"\"", b"\"encrypted_index\":\"\"", b"\"encrypted_index\": \"\""];
/// How the id of an item of ours begins: with that of the request, `r` and a number. Other providers' go on in hexadecimal.
const OURS: &[u8] = b"\"rs_r";

/// `ask` without such pieces, for a target of its own dialect; `None` where it has none, which costs a search for a few
/// bytes.
#[must_use]
pub fn without(ask: &Ask) -> Option<Source> {
    match ask.written_in {
        Dialect::Anthropic if UNSIGNED.iter().any(|it| memmem::find(&ask.body, it).is_some()) => {
            // What else hangs on it (whether the model may think in this turn) is the codec's to know.
            lane::prompt(ask).ok().map(|it| Source::Prompt(Box::new(it)))
        }
        Dialect::OpenaiResponses if memmem::find(&ask.body, OURS).is_some() => input(ask),
        _ => None,
    }
}

fn input(ask: &Ask) -> Option<Source> {
    const INPUT: &str = "input";
    let items: Vec<&RawValue> = serde_json::from_slice(&ask.body[ask.fields.find(&ask.body, INPUT)?]).ok()?;
    let mut losses = Vec::new();
    let mut kept = Vec::with_capacity(items.len());
    for (nth, raw) in items.into_iter().enumerate() {
        if is_ours(raw) {
            let why = "reasoning of another provider, which this one would not know";
            losses.push(Loss { what: format!("{INPUT}[{nth}]"), why });
        } else {
            kept.push(raw);
        }
    }
    if losses.is_empty() {
        return None;
    }
    Some(Source::Mended { key: INPUT, conversation: serde_json::to_vec(&kept).ok()?, losses })
}

fn is_ours(item: &RawValue) -> bool {
    let Some(it) = Object::of(item) else { return false };
    let text = |key: &str| it.get(key).and_then(json::text).unwrap_or_default();
    let begins = OURS.strip_prefix(b"\"").is_some_and(|it| text("id").as_bytes().starts_with(it));
    text("type") == "reasoning" && begins && text("encrypted_content").is_empty()
}
