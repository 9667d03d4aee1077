//! The subset of OpenAPI's schema objects that this dialect has beside JSON Schema, as JSON Schema: what every other dialect
//! takes. The order of properties is kept, because models answer in it.

use serde_json::value::RawValue;

use crate::wire::gemini::fields::{self, camel};
use crate::wire::json::{self, Object, ObjectWriter};

/// Schemas nested deeper than this are passed on as they are.
const DEEPEST: usize = 64;

/// Rewrites a schema. `None` where it is JSON Schema as it stands.
pub(super) fn to_json_schema(raw: &RawValue) -> Option<Box<RawValue>> {
    let mut rewriter = Rewriter { changed: false };
    let mut out = Vec::with_capacity(raw.get().len());
    rewriter.schema(raw, 0, &mut out);
    let text = String::from_utf8(out).ok().filter(|_| rewriter.changed)?;
    RawValue::from_string(text).ok()
}

struct Rewriter {
    changed: bool,
}

impl Rewriter {
    fn schema(&mut self, raw: &RawValue, depth: usize, out: &mut Vec<u8>) {
        let Some(it) = Object::of(raw).filter(|_| depth < DEEPEST) else {
            return out.extend_from_slice(raw.get().as_bytes());
        };
        let nullable = it.get("nullable").is_some_and(|it| it.get() == "true");
        let mut object = ObjectWriter::begin(out);
        for (name, value) in it.rest() {
            let key = camel(&name);
            self.changed |= key != *name;
            match key.as_str() {
                "nullable" | "propertyOrdering" => self.changed = true,
                "format" if value.get() == "\"enum\"" => self.changed = true,
                "type" => self.kind(value, nullable, object.key("type")),
                "enum" if nullable => {
                    let values = json::items(value).unwrap_or_default();
                    let null = !values.iter().any(|it| it.get() == "null");
                    let values = values.iter().map(|it| it.get()).chain(null.then_some("null"));
                    object.list("enum", values, |it, out| out.extend_from_slice(it.as_bytes()));
                }
                "minItems" | "maxItems" | "minLength" | "maxLength" | "minProperties" | "maxProperties" => {
                    match fields::integer(value) {
                        Some(count) => {
                            self.changed |= value.get().starts_with('"');
                            object.plain(&key, count);
                        }
                        None => object.raw(&key, value.get()),
                    }
                }
                "items" | "not" | "additionalProperties" => self.schema(value, depth + 1, object.key(&key)),
                "anyOf" | "allOf" | "oneOf" | "prefixItems" => match json::items(value) {
                    Some(items) => object.list(&key, items, |it, out| self.schema(it, depth + 1, out)),
                    None => object.raw(&key, value.get()),
                },
                "properties" | "$defs" | "defs" | "definitions" => match Object::of(value) {
                    Some(named) => {
                        let mut inner = object.object(&key);
                        for (name, value) in named.rest() {
                            self.schema(value, depth + 1, inner.key(&name));
                        }
                        inner.end();
                    }
                    None => object.raw(&key, value.get()),
                },
                _ => object.raw(&key, value.get()),
            }
        }
        object.end();
    }

    fn kind(&mut self, value: &RawValue, nullable: bool, out: &mut Vec<u8>) {
        let Some(said) = json::text(value) else { return out.extend_from_slice(value.get().as_bytes()) };
        let kind = said.to_ascii_lowercase();
        self.changed |= kind != *said;
        if nullable {
            out.push(b'[');
        }
        json::quote(&kind, out);
        if nullable {
            out.extend_from_slice(b",\"null\"]");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> Option<String> {
        to_json_schema(serde_json::from_str(text).unwrap()).map(|it| it.get().to_owned())
    }

    #[test]
    fn the_subset_becomes_json_schema_in_the_same_order() {
        let schema = r#"{"type":"OBJECT","properties":{"z":{"type":"STRING","nullable":true,"enum":["a"],"format":"enum"},
            "a":{"type":"ARRAY","min_items":"1","items":{"type":"INTEGER"}},"type":{"any_of":[{"type":"NUMBER"},true]}},
            "propertyOrdering":["z","a"],"required":["z"]}"#;
        let expected = r#"{"type":"object","properties":{"z":{"type":["string","null"],"enum":["a",null]},"#.to_owned()
            + r#""a":{"type":"array","minItems":1,"items":{"type":"integer"}},"type":{"anyOf":[{"type":"number"},true]}},"#
            + r#""required":["z"]}"#;
        assert_eq!(rewritten(schema), Some(expected));
    }

    #[test]
    fn json_schema_stays_as_it_is() {
        for same in [r#"{"type":"object","properties":{"A_b":{"type":"string"}}}"#, "true", r#"{"$ref":"\u0023/x"}"#] {
            assert_eq!(rewritten(same), None, "{same}");
        }
        let deep = format!("{}{{\"type\":\"STRING\"}}{}", "{\"items\":".repeat(200), "}".repeat(200));
        assert_eq!(rewritten(&deep), None);
    }
}
