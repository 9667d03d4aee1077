//! JSON written field by field into a byte buffer: what a dialect has in its hands is text and spans, and a tree of
//! values in between would cost time and the spelling of numbers.

use std::fmt::{self, Display, Write as _};

/// An object that is being written.
#[derive(Debug)]
pub struct ObjectWriter<'o> {
    out: &'o mut Vec<u8>,
    empty: bool,
}

impl<'o> ObjectWriter<'o> {
    /// Opens an object at the end of `out`.
    pub fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    /// Writes a key; the caller appends one JSON value.
    pub fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if !std::mem::replace(&mut self.empty, false) {
            self.out.push(b',');
        }
        super::quote(key, self.out);
        self.out.push(b':');
        self.out
    }

    /// A string field.
    pub fn text(&mut self, key: &str, value: &str) {
        super::quote(value, self.key(key));
    }

    /// A field whose value is JSON already.
    pub fn raw(&mut self, key: &str, json: &str) {
        self.key(key).extend_from_slice(json.as_bytes());
    }

    /// A number or a boolean, as Rust prints it.
    pub fn plain(&mut self, key: &str, value: impl Display) {
        let mut text = Text(self.key(key));
        // Writing to a vector cannot fail, and numbers print without failing.
        let _infallible = write!(text, "{value}");
    }

    /// A finite float. Rust prints no exponent and no fraction for whole numbers, so 1.0 goes out as `1`.
    pub fn float(&mut self, key: &str, value: f64) {
        if value.is_finite() {
            self.plain(key, value);
        } else {
            self.raw(key, "null");
        }
    }

    /// An array field; `write` appends one item.
    pub fn list<T>(&mut self, key: &str, items: impl IntoIterator<Item = T>, mut write: impl FnMut(T, &mut Vec<u8>)) {
        let out = self.key(key);
        out.push(b'[');
        for (nth, item) in items.into_iter().enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            write(item, out);
        }
        out.push(b']');
    }

    /// An object field.
    pub fn object(&mut self, key: &str) -> ObjectWriter<'_> {
        ObjectWriter::begin(self.key(key))
    }

    /// Closes the object.
    pub fn end(self) {
        self.out.push(b'}');
    }
}

/// Formats into bytes: this floor leaves `std::io` alone.
struct Text<'o>(&'o mut Vec<u8>);

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_braces_are_where_they_belong() {
        let mut out = Vec::new();
        ObjectWriter::begin(&mut out).end();
        let mut object = ObjectWriter::begin(&mut out);
        object.text("a", "x\"");
        object.list("l", [1, 2], |it, out| out.extend_from_slice(it.to_string().as_bytes()));
        object.list("e", std::iter::empty::<u8>(), |_, _| {});
        let mut inner = object.object("o");
        inner.float("one", 1.0);
        inner.float("t", 0.7);
        inner.end();
        object.raw("r", "null");
        object.end();
        assert_eq!(String::from_utf8(out).unwrap(), r#"{}{"a":"x\"","l":[1,2],"e":[],"o":{"one":1,"t":0.7},"r":null}"#);
    }
}
