//! JSON objects read one level deep, for dialects that are typed but open: known keys are taken out, the rest keeps its
//! order and its bytes (1e400, 23-digit integers, a key spelled twice). Reads provider and client input, so nothing here
//! panics or recurses.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::wire::Malformed;

/// The fields of one object, in order. `null` counts as absent: every dialect treats it so.
#[derive(Debug, Default)]
pub struct Object<'a> {
    fields: Vec<(Cow<'a, str>, Option<&'a RawValue>)>,
}

impl<'a> Object<'a> {
    /// Reads a whole body.
    ///
    /// # Errors
    /// The body is not one JSON object in UTF-8; says where.
    pub fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(body).map_err(|error| {
            let what = if error.is_data() { "not a JSON object".to_owned() } else { format!("invalid JSON: {error}") };
            Malformed { what, at: Some(offset(body, &error)), param: None }
        })
    }

    /// Reads a value as an object. `None` if it is something else.
    #[must_use]
    pub fn of(value: &'a RawValue) -> Option<Self> {
        serde_json::from_str(value.get()).ok()
    }

    /// Takes a field out. Of several with this key the last holds, as in most parsers, and all are taken.
    pub fn take(&mut self, key: &str) -> Option<&'a RawValue> {
        self.take_where(|name| name == key)
    }

    /// The same for a field that goes by several names.
    pub fn take_where(&mut self, is: impl Fn(&str) -> bool) -> Option<&'a RawValue> {
        let mut taken = None;
        for (name, value) in &mut self.fields {
            if value.is_some() && is(name) {
                taken = value.take();
            }
        }
        taken
    }

    /// Looks at a field.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.get_where(|name| name == key)
    }

    /// The same for a field that goes by several names.
    #[must_use]
    pub fn get_where(&self, is: impl Fn(&str) -> bool) -> Option<&'a RawValue> {
        self.fields.iter().rev().filter(|(name, _)| is(name)).find_map(|(_, value)| *value)
    }

    /// Takes a field that must be text.
    ///
    /// # Errors
    /// It is there and no string.
    pub fn take_text(&mut self, key: &str) -> Result<Option<Cow<'a, str>>, Malformed> {
        self.take_as(key, "a string", text)
    }

    /// Takes a field that must be `true` or `false`.
    ///
    /// # Errors
    /// It is there and neither.
    pub fn take_bool(&mut self, key: &str) -> Result<Option<bool>, Malformed> {
        self.take_as(key, "true or false", |it| super::boolean(it.get().as_bytes()))
    }

    /// Takes a field that must be a whole number.
    ///
    /// # Errors
    /// It is there and none, or negative, or does not fit.
    pub fn take_integer(&mut self, key: &str) -> Result<Option<u64>, Malformed> {
        self.take_as(key, "a whole number", |it| super::integer(it.get().as_bytes()))
    }

    /// Takes a field that must be a number.
    ///
    /// # Errors
    /// It is there and none, or out of range.
    pub fn take_number(&mut self, key: &str) -> Result<Option<f64>, Malformed> {
        self.take_as(key, "a number", |it| serde_json::from_str(it.get()).ok())
    }

    /// Takes a field that must be an object.
    ///
    /// # Errors
    /// It is there and none.
    pub fn take_object(&mut self, key: &str) -> Result<Option<Self>, Malformed> {
        self.take_as(key, "an object", Self::of)
    }

    /// Takes a field that must be an array.
    ///
    /// # Errors
    /// It is there and none.
    pub fn take_items(&mut self, key: &str) -> Result<Option<Vec<&'a RawValue>>, Malformed> {
        self.take_as(key, "an array", items)
    }

    fn take_as<T>(
        &mut self,
        key: &str,
        wanted: &str,
        read: impl FnOnce(&'a RawValue) -> Option<T>,
    ) -> Result<Option<T>, Malformed> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match read(value) {
            Some(it) => Ok(Some(it)),
            None => Err(wrong(key, wanted)),
        }
    }

    /// The name of the first field that was not taken.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.fields.iter().find(|(_, value)| value.is_some()).map(|(name, _)| &**name)
    }

    /// What was not taken, in order.
    pub fn rest(self) -> impl Iterator<Item = (Cow<'a, str>, &'a RawValue)> {
        self.fields.into_iter().filter_map(|(key, value)| Some((key, value?)))
    }
}

/// The text of a JSON string. Half a surrogate pair reads as U+FFFD. `None` if the value is no string.
#[must_use]
pub fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let mut half = None;
    let mut text = super::piece(value.get().as_bytes(), &mut half)?;
    if half.is_some() {
        text.to_mut().push(char::REPLACEMENT_CHARACTER);
    }
    Some(text)
}

/// The items of a JSON array. `None` if the value is none.
#[must_use]
pub fn items(value: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(value.get()).ok()
}

/// `param` is not what it has to be.
#[must_use]
pub fn wrong(param: &str, wanted: &str) -> Malformed {
    Malformed { what: format!("`{param}` must be {wanted}"), at: None, param: Some(param.to_owned()) }
}

/// Byte offset of a parse error, which serde tells as line and column.
fn offset(body: &[u8], error: &serde_json::Error) -> usize {
    let line = error.line().saturating_sub(1);
    let start = match line.checked_sub(1) {
        None => 0,
        Some(nth) => memchr::memchr_iter(b'\n', body).nth(nth).map_or(0, |at| at + 1),
    };
    (start + error.column().saturating_sub(1)).min(body.len())
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A key, borrowed unless it has escapes.
        #[derive(serde::Deserialize)]
        struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    fields.push((key, Some(value).filter(|it| it.get() != "null")));
                }
                Ok(Object { fields })
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_fields_are_taken_and_the_rest_keeps_its_bytes() {
        let body = br#"{"b":1e400, "a" : [1, 2],"a":{"x":00001234567890123456789},"n":null,"\u0063":"x"}"#;
        assert!(Object::parse(body).is_err(), "leading zeros are no JSON");
        let body = br#"{"b":1e400, "a" : [1, 2],"a":{"x":1234567890123456789012},"n":null,"\u0063":"x","t":true}"#;
        let mut object = Object::parse(body).unwrap();
        assert_eq!(object.get("a").unwrap().get(), r#"{"x":1234567890123456789012}"#);
        assert_eq!(object.take_text("c").unwrap().as_deref(), Some("x"));
        assert_eq!(object.take_bool("t").unwrap(), Some(true));
        assert!(object.take("n").is_none());
        assert!(object.take_number("b").is_err());
        let rest: Vec<_> = object.rest().map(|(key, value)| format!("{key}={}", value.get())).collect();
        assert_eq!(rest, ["a=[1, 2]", r#"a={"x":1234567890123456789012}"#]);
    }

    #[test]
    fn errors_say_where() {
        assert_eq!(Object::parse(b"{\"a\":1,\n \"b\":}").unwrap_err().at, Some(13));
        assert_eq!(Object::parse(b"[]").unwrap_err().what, "not a JSON object");
        assert!(Object::parse(b"{\"a\":\"\xFF\"}").is_err());
        assert!(Object::parse(b"{} {}").is_err());
        let error = Object::parse(b"{\"a\":1}").unwrap().take_text("a").unwrap_err();
        assert_eq!((error.to_string(), error.param.as_deref()), ("`a` must be a string".to_owned(), Some("a")));
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200_000), "]".repeat(200_000));
        let object = Object::parse(deep.as_bytes()).unwrap();
        assert_eq!(object.get("a").unwrap().get().len(), 400_001);
    }
}
