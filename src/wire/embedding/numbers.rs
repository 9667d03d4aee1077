//! Lists of numbers, to the last bit: as JSON, and as base64 of little-endian 32-bit floats.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use crate::wire::json;

/// Reads a vector in either form. `None` where it is neither, or holds what is no finite number.
#[must_use]
pub fn read(value: &RawValue) -> Option<Vec<f64>> {
    match json::text(value) {
        Some(text) => from_base64(&text),
        None => from_json(value.get()),
    }
}

/// The standard library reads a decimal to the nearest number; the JSON library, as it is built here, only nearly.
fn from_json(text: &str) -> Option<Vec<f64>> {
    let inner = text.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let number = |it: &str| it.trim().parse::<f64>().ok().filter(|it| it.is_finite());
    inner.split(',').map(number).collect()
}

fn from_base64(text: &str) -> Option<Vec<f64>> {
    let bytes = STANDARD.decode(text).ok()?;
    let (floats, []) = bytes.as_chunks::<4>() else { return None };
    let numbers: Vec<f64> = floats.iter().map(|it| f64::from(f32::from_le_bytes(*it))).collect();
    numbers.iter().all(|it| it.is_finite()).then_some(numbers)
}

/// Writes a vector as a JSON list; each number is the shortest that reads back as the same.
pub fn write_json(vector: &[f64], out: &mut Vec<u8>) {
    let mut text = String::with_capacity(vector.len() * 14 + 2);
    text.push('[');
    for (nth, number) in vector.iter().enumerate() {
        if nth > 0 {
            text.push(',');
        }
        // Writing to a string cannot fail. `{:?}` keeps small numbers short: 1e-9, not 0.000000001.
        let _infallible = write!(text, "{number:?}");
    }
    text.push(']');
    out.extend_from_slice(text.as_bytes());
}

/// Writes a vector as a JSON string.
#[expect(clippy::cast_possible_truncation, reason = "the form has 32 bits; providers' models compute in fewer")]
pub fn write_base64(vector: &[f64], out: &mut Vec<u8>) {
    let bytes: Vec<u8> = vector.iter().flat_map(|it| (*it as f32).to_le_bytes()).collect();
    out.push(b'"');
    out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
    out.push(b'"');
}
