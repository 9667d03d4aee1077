//! What this dialect's files share beyond [`crate::wire::fields`]: its own opaque pieces and signatures.

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::Opaque;
use crate::domain::signature::Signature;
use crate::wire::json::Object;

pub(super) use crate::wire::fields::{
    is_object, items, list, need_text, nest, object, some_text, take_text, text, within, write, wrong,
};

/// A piece of this dialect that the hub has no noun for.
pub(super) fn opaque(name: impl Into<String>, raw: &RawValue) -> Opaque {
    Opaque { dialect: Dialect::Anthropic, name: name.into(), raw: raw.to_owned() }
}

/// A signature of this dialect; an empty one is none.
pub(super) fn signature(text: String) -> Option<Signature> {
    Signature::of(Dialect::Anthropic, text)
}

/// What nobody took of an object, under `prefix` (`thinking.` for the fields of `thinking`).
pub(super) fn rest(it: Object, prefix: &str) -> impl Iterator<Item = Opaque> {
    it.rest().map(move |(name, raw)| opaque(format!("{prefix}{name}"), raw))
}
