//! What this dialect's files share beyond [`crate::wire::fields`]: its own opaque pieces, spellings and losses. Knows no
//! field of the dialect.

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::Opaque;
use crate::wire::bedrock_converse::BedrockConverse;
use crate::wire::json::{Object, ObjectWriter};
use crate::wire::losses;

pub(super) use crate::wire::fields::{
    is_object, items, list, need_text, nest, object, some_text, take_text, text, within, write, wrong,
};

/// A piece of this dialect that the hub has no noun for.
pub(super) fn opaque(name: impl Into<String>, raw: &RawValue) -> Opaque {
    Opaque { dialect: Dialect::BedrockConverse, name: name.into(), raw: raw.to_owned() }
}

/// How this dialect spells something the hub has a noun for; no other dialect loses anything without it.
pub(super) fn spelling(name: &str, raw: &RawValue) -> Opaque {
    opaque(format!("{}{name}", Opaque::SPELLING), raw)
}

/// The only field of a union, where `it` is one: which member, and its value.
pub(super) fn member(it: Object<'_>) -> Option<(String, &RawValue)> {
    let mut rest = it.rest();
    let (name, raw) = rest.next()?;
    rest.next().is_none().then(|| (name.into_owned(), raw))
}

/// What nobody took of an object, under `prefix`.
pub(super) fn rest(it: Object, prefix: &str) -> impl Iterator<Item = Opaque> {
    it.rest().map(move |(name, raw)| opaque(format!("{prefix}{name}"), raw))
}

/// Whether this dialect made it.
pub(super) fn is_own(it: &Opaque) -> bool {
    it.dialect == Dialect::BedrockConverse
}

/// The value of an own piece.
pub(super) fn own<'o>(extra: &'o [Opaque], name: &str) -> Option<&'o RawValue> {
    extra.iter().find(|it| is_own(it) && it.name == name).map(|it| &*it.raw)
}

/// How this dialect spelled it, if it did.
pub(super) fn spelled<'o>(extra: &'o [Opaque], name: &str) -> Option<&'o RawValue> {
    extra.iter().find(|it| is_own(it) && it.name.strip_prefix(Opaque::SPELLING) == Some(name)).map(|it| &*it.raw)
}

/// Writes the own pieces whose name is `prefix` and one more word.
pub(super) fn write_extra(extra: &[Opaque], prefix: &str, out: &mut ObjectWriter) {
    for it in extra.iter().filter(|it| is_own(it) && !it.is_spelling()) {
        if let Some(key) = it.name.strip_prefix(prefix).filter(|it| !it.contains('.')) {
            out.raw(key, it.raw.get());
        }
    }
}

/// Whether there is an own piece whose name begins with `prefix`.
pub(super) fn has_extra(extra: &[Opaque], prefix: &str) -> bool {
    extra.iter().any(|it| is_own(it) && !it.is_spelling() && it.name.starts_with(prefix))
}

/// What could not be said. Each thing is named once.
pub(super) type Losses = losses::Losses<BedrockConverse>;

impl losses::Target for BedrockConverse {
    const DIALECT: Dialect = Dialect::BedrockConverse;
    const NO_FIELD: &'static str = "converse has no such field";
}
