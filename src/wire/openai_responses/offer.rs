//! The tools a request offers, wherever it does: in `tools`, in items of the conversation (`additional_tools`, as Codex has
//! it for the newest models), and inside namespaces.
//!
//! Other dialects know no namespaces: there a tool goes by its own name, and by both where two have the same.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::wire::json::{self, Object};

/// A tool that is offered.
#[derive(Debug)]
pub(super) struct Offer<'a> {
    /// The name it goes by in the hub.
    pub(super) name: String,
    /// The name and the namespace it has here.
    pub(super) own: Cow<'a, str>,
    pub(super) namespace: Option<Cow<'a, str>>,
    /// The tool as it came, and the namespace it is the first of.
    pub(super) raw: &'a RawValue,
    pub(super) container: Option<&'a RawValue>,
}

impl Offer<'_> {
    /// Its input is text.
    pub(super) fn is_custom(&self) -> bool {
        Object::of(self.raw).is_some_and(|it| it.get("type").is_some_and(|it| it.get() == "\"custom\""))
    }
}

/// Adds the tools in a list to those that are offered already.
pub(super) fn add<'a>(tools: Vec<&'a RawValue>, offers: &mut Vec<Offer<'a>>) {
    for raw in tools {
        let Some(tool) = Object::of(raw) else { continue };
        let name = tool.get("name").and_then(json::text).unwrap_or_default();
        if tool.get("type").is_none_or(|it| it.get() != "\"namespace\"") {
            push(raw, name, None, None, offers);
            continue;
        }
        let mut container = Some(raw);
        for inner in tool.get("tools").and_then(json::items).unwrap_or_default() {
            let own = Object::of(inner).and_then(|it| it.get("name").and_then(json::text)).unwrap_or_default();
            push(inner, own, Some(name.clone()), container.take(), offers);
        }
    }
}

fn push<'a>(
    raw: &'a RawValue,
    own: Cow<'a, str>,
    namespace: Option<Cow<'a, str>>,
    container: Option<&'a RawValue>,
    offers: &mut Vec<Offer<'a>>,
) {
    let taken = |it: &str| offers.iter().any(|offer| offer.name == it);
    let name = match &namespace {
        Some(namespace) if taken(&own) => format!("{namespace}__{own}"),
        _ => own.clone().into_owned(),
    };
    offers.push(Offer { name, own, namespace, raw, container });
}

/// All that a request offers, in the order in which it is read: the conversation first.
pub(super) fn all<'a>(request: &Object<'a>) -> Vec<Offer<'a>> {
    let mut offers = Vec::new();
    for item in request.get("input").and_then(json::items).unwrap_or_default() {
        if let Some(tools) = in_item(item) {
            add(tools, &mut offers);
        }
    }
    add(request.get("tools").and_then(json::items).unwrap_or_default(), &mut offers);
    offers
}

/// The tools an item offers.
fn in_item(raw: &RawValue) -> Option<Vec<&RawValue>> {
    // Most items are long and none of these: the name is looked for before anything is parsed.
    memchr::memmem::find(raw.get().as_bytes(), b"additional_tools")?;
    let item = Object::of(raw)?;
    let offers = item.get("type").is_some_and(|it| it.get() == "\"additional_tools\"");
    item.get("tools").filter(|_| offers).and_then(json::items)
}
