//! Tools as functions, for the dialects whose own type of one follows OpenAI's but always has an object as its schema.

use crate::domain::prompt::Tool;
use crate::wire::json::ObjectWriter;
use crate::wire::losses::{Losses, Target};
use crate::wire::{freeform, own};

/// What a function has in its own object, by the name of the place of its pieces.
const FUNCTION: &str = "function.";

/// Why a dialect cannot say something of a tool.
pub(super) struct Why {
    /// A mark of what to keep in the prompt cache.
    pub(super) cache: &'static str,
    /// That the provider is to hold the model to the schema; `None` where that is said elsewhere.
    pub(super) strict: Option<&'static str>,
    /// A schema that is no object.
    pub(super) schema: &'static str,
}

/// One tool as it is written; `None` for one that cannot be told, and then that is named.
pub(super) fn write<T: Target>(tool: &Tool, why: &Why, losses: &mut Losses<T>) -> Option<Vec<u8>> {
    let path = format!("tools.{}", tool.name);
    if tool.server.is_some() {
        losses.add(path, "a tool that only another provider runs");
        return None;
    }
    if tool.cache.is_some() {
        losses.add("cache_control", why.cache);
    }
    if let Some(why) = why.strict.filter(|_| tool.strict == Some(true)) {
        losses.add(format!("{path}.strict"), why);
    }
    if freeform::has_grammar(tool) {
        losses.add(format!("{path}.format"), freeform::WHY);
    }
    losses.foreign(&path, &tool.extra);
    let mut out = Vec::new();
    let mut object = ObjectWriter::begin(&mut out);
    object.text("type", "function");
    let mut function = object.object("function");
    function.text("name", &tool.name);
    if let Some(description) = freeform::description(tool) {
        function.text("description", &description);
    }
    // These dialects have no tool without parameters, and none whose schema is a plain yes.
    let schema = tool.schema.as_ref().map(|it| it.get());
    if schema.is_some_and(|it| !it.starts_with('{') && it != "null") {
        losses.add(format!("{path}.parameters"), why.schema);
    }
    let object_schema = schema.filter(|it| it.starts_with('{'));
    function.raw("parameters", object_schema.unwrap_or(r#"{"type":"object","properties":{}}"#));
    own::write(T::DIALECT, &tool.extra, FUNCTION, &mut function);
    function.end();
    own::write(T::DIALECT, &tool.extra, "", &mut object);
    object.end();
    Some(out)
}
