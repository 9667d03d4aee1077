//! JSON bodies by byte span: where the top-level fields are, and how to replace a few of them without touching a byte
//! of the rest. Also what dialects read and write JSON with: [`Object`] and [`ObjectWriter`]. What it means is theirs.

mod object;
mod write;

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use memchr::memchr;

use crate::domain::ask::{Field, Fields};
use crate::wire::Malformed;

pub use object::{Object, items, text, wrong};
pub use write::ObjectWriter;

/// Deepest nesting that is read (faults.md row 53). Everything here is iterative, but what reads the body next may not be.
pub const MAX_DEPTH: u32 = 128;

/// Most top-level fields of a body. No API knows a tenth of that; a body of nothing but keys would cost much memory.
pub const MAX_FIELDS: usize = 4096;

/// The fields that routing and budgets rely on. If one came twice, the router could read one and the upstream the
/// other (faults.md row 53).
const ROUTING: [&str; 6] =
    ["model", "stream", "max_tokens", "max_completion_tokens", "max_output_tokens", "stream_options"];

/// Finds the top-level fields of a JSON object and checks the whole text on the way, in one pass.
///
/// # Errors
/// Not a JSON object (RFC 8259, UTF-8, no byte order mark), with the offset. Beyond the grammar refused are: nesting
/// deeper than [`MAX_DEPTH`], more than [`MAX_FIELDS`] top-level fields, a `\u` escape of half a surrogate pair, and a
/// routing field (`model`, `stream`, `stream_options`, and the three names of the output cap) that comes twice, or is
/// spelled with escapes or in other case: parsers disagree on which of two holds, and some ignore case.
pub fn scan(body: &[u8]) -> Result<Fields, Malformed> {
    if let Err(error) = std::str::from_utf8(body) {
        return Err(malformed("the body is not UTF-8", error.valid_up_to()));
    }
    let mut text = Scanner { body, at: 0 };
    text.space();
    if text.peek() != Some(b'{') {
        return Err(malformed("the body is not a JSON object", text.at));
    }
    text.at += 1;
    let mut fields = Vec::with_capacity(16);
    let mut seen = [false; ROUTING.len()];
    text.space();
    if text.peek() == Some(b'}') {
        text.at += 1;
    } else {
        loop {
            text.space();
            let start = text.at;
            text.string("a field name")?;
            let key = start + 1..text.at - 1;
            check_key(body.get(key.clone()).unwrap_or_default(), start, &mut seen)?;
            text.colon()?;
            let value = text.at;
            text.value()?;
            if fields.len() == MAX_FIELDS {
                return Err(malformed("the body has too many fields", start));
            }
            fields.push(Field { key, value: value..text.at });
            text.space();
            match text.peek() {
                Some(b',') => text.at += 1,
                Some(b'}') => {
                    text.at += 1;
                    break;
                }
                _ => return Err(text.expected("`,` or `}`")),
            }
        }
    }
    let close = text.at - 1;
    text.space();
    if text.at < body.len() {
        return Err(malformed("the body goes on after its JSON object", text.at));
    }
    Ok(Fields { fields, close })
}

/// One change to the top level of a body.
#[derive(Debug, Clone)]
pub enum Edit<'a> {
    /// Gives `key` this value, where it stands or, if it is absent, at the end.
    Set {
        /// The field.
        key: &'a str,
        /// JSON text.
        value: Cow<'a, [u8]>,
    },
    /// Takes `key` away, if it is there.
    Remove {
        /// The field.
        key: &'a str,
    },
}

impl Edit<'_> {
    /// The field it is about.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Set { key, .. } | Self::Remove { key } => key,
        }
    }
}

/// Applies `edits` to a scanned body. Everything else stays byte for byte: order, spacing, spelling of numbers, unknown
/// fields. Without edits the body itself comes back, uncopied.
///
/// A field that comes more than once is edited wherever it comes. Of several edits of one field the last holds.
#[must_use]
pub fn splice(body: &Bytes, fields: &Fields, edits: &[Edit]) -> Bytes {
    if edits.is_empty() {
        return body.clone();
    }
    let grown: usize = edits.iter().map(|it| it.key().len() + 8 + set_len(it)).sum();
    let mut out = Vec::with_capacity(body.len() + grown);
    let mut copied = 0;
    let mut keep = |upto: usize, resume: usize, out: &mut Vec<u8>| {
        out.extend_from_slice(body.get(copied..upto).unwrap_or_default());
        copied = resume;
    };
    // Ends of the field before, and whether any field so far stays: they decide which comma goes with a removed one.
    let mut previous_end = None;
    let mut any_kept = false;
    for (nth, field) in fields.fields.iter().enumerate() {
        match edits.iter().rev().find(|it| is_key(body, &field.key, it.key())) {
            None => any_kept = true,
            Some(Edit::Set { value, .. }) => {
                any_kept = true;
                keep(field.value.start, field.value.end, &mut out);
                out.extend_from_slice(value);
            }
            Some(Edit::Remove { .. }) => {
                let quote = field.key.start.saturating_sub(1);
                match (any_kept, previous_end, fields.fields.get(nth + 1)) {
                    (true, Some(comma), _) => keep(comma, field.value.end, &mut out),
                    (_, _, Some(next)) => keep(quote, next.key.start.saturating_sub(1), &mut out),
                    (_, _, None) => keep(quote, field.value.end, &mut out),
                }
            }
        }
        previous_end = Some(field.value.end);
    }
    let end = previous_end.unwrap_or(fields.close);
    keep(end, end, &mut out);
    for (nth, edit) in edits.iter().enumerate() {
        let Edit::Set { key, value } = edit else { continue };
        let superseded = edits.iter().skip(nth + 1).any(|later| later.key() == *key);
        if superseded || fields.fields.iter().any(|field| is_key(body, &field.key, key)) {
            continue;
        }
        if any_kept {
            out.push(b',');
        }
        any_kept = true;
        quote(key, &mut out);
        out.push(b':');
        out.extend_from_slice(value);
    }
    keep(body.len(), body.len(), &mut out);
    out.into()
}

/// The text of a JSON string, quotes included in `value`. `None` if it is not one.
#[must_use]
pub fn string(value: &[u8]) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if plain_length(inner) == inner.len() {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice(value).ok().map(Cow::Owned)
}

/// The text of a JSON string that is one piece of a longer text, as streams send it. `None` if it is not one.
///
/// Servers that cut UTF-16 text may put the halves of a surrogate pair into two pieces (faults.md row 42): a high half
/// at the end is left in `half` and joined with the next piece's beginning. A half without its other half reads as U+FFFD.
pub fn piece<'a>(value: &'a [u8], half: &mut Option<u16>) -> Option<Cow<'a, str>> {
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let inner = std::str::from_utf8(inner).ok()?;
    if half.is_none() && memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let plain = memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        let (before, escape) = rest.split_at_checked(plain)?;
        if !before.is_empty() && half.take().is_some() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        text.push_str(before);
        if escape.is_empty() {
            break;
        }
        let (unit, after) = unescape_one(escape)?;
        rest = after;
        push_unit(unit, half, &mut text);
    }
    Some(Cow::Owned(text))
}

/// Adds one UTF-16 unit to a text, pairing it with the half before it.
fn push_unit(unit: u16, half: &mut Option<u16>, text: &mut String) {
    let pair = half.take().map(|high| [high, unit]);
    match (pair, unit) {
        (Some(pair), 0xDC00..=0xDFFF) => text.extend(char::decode_utf16(pair).map(|it| it.unwrap_or('\u{FFFD}'))),
        (before, _) => {
            if before.is_some() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
            if (0xD800..0xDC00).contains(&unit) {
                *half = Some(unit);
            } else {
                text.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
    }
}

/// The UTF-16 unit an escape stands for, and what follows it.
fn unescape_one(escape: &str) -> Option<(u16, &str)> {
    let mut chars = escape.strip_prefix('\\')?.chars();
    let unit = match chars.next()? {
        'u' => {
            let rest = chars.as_str();
            let (digits, after) = rest.split_at_checked(4)?;
            // `from_str_radix` alone would take a sign.
            let all_hex = digits.bytes().all(|it| it.is_ascii_hexdigit());
            return Some((u16::from_str_radix(digits, 16).ok().filter(|_| all_hex)?, after));
        }
        'n' => 0x0A,
        'r' => 0x0D,
        't' => 0x09,
        'b' => 0x08,
        'f' => 0x0C,
        plain @ ('"' | '\\' | '/') => u16::try_from(u32::from(plain)).ok()?,
        _ => return None,
    };
    Some((unit, chars.as_str()))
}

/// A JSON `true` or `false`.
#[must_use]
pub fn boolean(value: &[u8]) -> Option<bool> {
    match value {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

/// A JSON number that is a whole number and fits, also when spelled `1e3` or `4096.0`: routing must not take such a cap
/// for none.
#[must_use]
pub fn integer(value: &[u8]) -> Option<u64> {
    match serde_json::from_slice::<serde_json::Number>(value).ok()? {
        number if number.is_u64() => number.as_u64(),
        number => {
            // The largest whole number below which doubles have no gaps.
            const EXACT: f64 = 9_007_199_254_740_992.0;
            let float = number.as_f64()?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
            (float.fract() == 0.0 && (0.0..=EXACT).contains(&float)).then_some(float as u64)
        }
    }
}

/// Appends `text` as a JSON string.
pub fn quote(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.reserve(text.len() + 2);
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0C => b'f',
            0x00..=0x1F => b'u',
            _ => continue,
        };
        out.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
        copied = at + 1;
        out.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
            out.extend_from_slice(&[b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    out.push(b'"');
}

// === the scan ===

struct Scanner<'a> {
    body: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.body.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn expected(&self, what: &str) -> Malformed {
        let found = if self.at < self.body.len() { "" } else { ", but the text ends here" };
        malformed(format!("invalid JSON: expected {what}{found}"), self.at)
    }

    fn colon(&mut self) -> Result<(), Malformed> {
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    /// One value of any depth below the top level, without white space around it.
    fn value(&mut self) -> Result<(), Malformed> {
        // One bit a level, the innermost lowest: set in an object.
        let mut levels: u128 = 0;
        let mut depth = 1;
        loop {
            // At the start of a value.
            match self.peek() {
                Some(b'"') => self.string("a string")?,
                Some(open @ (b'{' | b'[')) => {
                    if depth == MAX_DEPTH {
                        return Err(malformed("the JSON is nested too deeply", self.at));
                    }
                    self.at += 1;
                    self.space();
                    let object = open == b'{';
                    if self.peek() == Some(if object { b'}' } else { b']' }) {
                        self.at += 1;
                    } else {
                        depth += 1;
                        levels = levels << 1 | u128::from(object);
                        if object {
                            self.string("a field name")?;
                            self.colon()?;
                        }
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word(b"true")?,
                Some(b'f') => self.word(b"false")?,
                Some(b'n') => self.word(b"null")?,
                _ => return Err(self.expected("a value")),
            }
            // After a value: close what ends here, or go on to the next one.
            loop {
                if depth == 1 {
                    return Ok(());
                }
                self.space();
                let object = levels & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.space();
                        if object {
                            self.string("a field name")?;
                            self.colon()?;
                        }
                        break;
                    }
                    Some(b'}') if object => {}
                    Some(b']') if !object => {}
                    _ => return Err(self.expected(if object { "`,` or `}`" } else { "`,` or `]`" })),
                }
                self.at += 1;
                depth -= 1;
                levels >>= 1;
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Malformed> {
        if !self.body.get(self.at..).unwrap_or_default().starts_with(word) {
            return Err(self.expected("a value"));
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), Malformed> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.expected("a digit")) } else { Ok(()) }
    }

    /// A string with its quotes. Looks at eight bytes at a time, which is what makes long prompts cheap.
    fn string(&mut self, what: &str) -> Result<(), Malformed> {
        if self.peek() != Some(b'"') {
            return Err(self.expected(what));
        }
        let open = self.at;
        self.at += 1;
        loop {
            self.at += plain_length(self.body.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(malformed("invalid JSON: a control character in a string", self.at)),
                None => return Err(malformed("invalid JSON: a string without end", open)),
            }
        }
    }

    /// Steps over an escape. Half a surrogate pair is refused: there is no text it could mean.
    fn escape(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let bad = || malformed("invalid JSON: an escape that means nothing", start);
        match self.body.get(start + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let first = self.code_unit(start).ok_or_else(bad)?;
                self.at += 6;
                if (0xD800..0xDC00).contains(&first) {
                    let second = self.code_unit(start + 6).ok_or_else(bad)?;
                    if !(0xDC00..0xE000).contains(&second) {
                        return Err(bad());
                    }
                    self.at += 6;
                } else if (0xDC00..0xE000).contains(&first) {
                    return Err(bad());
                }
            }
            _ => return Err(bad()),
        }
        Ok(())
    }

    /// The code unit that `\uXXXX` at `at` stands for.
    fn code_unit(&self, at: usize) -> Option<u32> {
        let digits = self.body.get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
    }
}

/// Bytes of a string up to a quote, a backslash, a control character, or the end.
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const QUOTES: u64 = 0x2222_2222_2222_2222;
    const BACKSLASHES: u64 = 0x5C5C_5C5C_5C5C_5C5C;
    // Marks the bytes below `n` by their high bit. A borrow may mark a byte above a marked one too, so only the lowest
    // mark is sure; it is the one that is used.
    const fn below(word: u64, n: u64) -> u64 {
        word.wrapping_sub(ONES * n) & !word & HIGH
    }
    let (words, rest) = text.as_chunks::<8>();
    for (nth, bytes) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        let marks = below(word, 0x20) | below(word ^ QUOTES, 1) | below(word ^ BACKSLASHES, 1);
        if marks != 0 {
            return nth * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let at = rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    words.len() * 8 + at.unwrap_or(rest.len())
}

fn malformed(what: impl Into<String>, at: usize) -> Malformed {
    Malformed { what: what.into(), at: Some(at), param: None }
}

fn check_key(key: &[u8], at: usize, seen: &mut [bool; ROUTING.len()]) -> Result<(), Malformed> {
    let plain = if key.contains(&b'\\') { unescape(key) } else { None };
    let name = plain.as_deref().map_or(key, str::as_bytes);
    let Some(nth) = ROUTING.iter().position(|it| it.as_bytes().eq_ignore_ascii_case(name)) else { return Ok(()) };
    let (Some(seen), Some(&field)) = (seen.get_mut(nth), ROUTING.get(nth)) else { return Ok(()) };
    let what = if key != field.as_bytes() {
        format!("`{field}` must be spelled exactly so")
    } else if std::mem::replace(seen, true) {
        format!("`{field}` is there twice")
    } else {
        return Ok(());
    };
    Err(Malformed { what, at: Some(at), param: Some(field.to_owned()) })
}

/// Whether the key at `span` means `name`, escapes undone.
fn is_key(body: &[u8], span: &Range<usize>, name: &str) -> bool {
    let key = body.get(span.clone()).unwrap_or_default();
    if key.contains(&b'\\') { unescape(key).as_deref() == Some(name) } else { key == name.as_bytes() }
}

fn unescape(key: &[u8]) -> Option<String> {
    let quoted = [b"\"", key, b"\""].concat();
    serde_json::from_slice(&quoted).ok()
}

fn set_len(edit: &Edit) -> usize {
    match edit {
        Edit::Set { value, .. } => value.len(),
        Edit::Remove { .. } => 0,
    }
}

#[cfg(test)]
mod tests;
