//! Mutations that know JSON and event streams: bytes alone seldom get past the parser.

use bytes::Bytes;
use llmroute::wire::eventstream;
use llmroute::wire::sse::{Frame, Split as _};
use serde_json::{Map, Value};

/// A small generator: inputs must follow from the seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) as usize % sides.max(1)
    }
}

/// Half of the time libFuzzer's own mutations, half of the time one of these.
pub fn mutate(target: &str, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice(u64::from(seed));
    let made = (dice.roll(2) == 0 && size > 1).then(|| structured(target, &data[..size], &mut dice)).flatten();
    match made.filter(|it| it.len() <= max_size && !it.is_empty()) {
        Some(made) => {
            data[..made.len()].copy_from_slice(&made);
            made.len()
        }
        None => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
}

fn structured(target: &str, data: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (head, rest) = data.split_at(1);
    let made = match target {
        "json" | "request" | "reply" => document(rest, dice)?,
        "stream" => stream(rest, dice).or_else(|| messages(rest, dice))?,
        _ => return None,
    };
    Some([head, &made].concat())
}

fn document(text: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(text).ok()?;
    for _ in 0..=dice.roll(3) {
        bend(&mut value, dice);
    }
    serde_json::to_vec(&value).ok()
}

/// Lines and blocks of text: events, or JSON a line.
fn stream(text: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    if text.starts_with('\0') {
        return None;
    }
    let separator = if text.contains("\n\n") { "\n\n" } else { "\n" };
    let mut frames: Vec<String> = text.split(separator).map(str::to_owned).collect();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(frames.len());
        match dice.roll(7) {
            0 if frames.len() > 1 => drop(frames.remove(at)),
            1 => frames.insert(dice.roll(frames.len() + 1), frames[at].clone()),
            2 => {
                let next = (at + 1) % frames.len();
                frames.swap(at, next);
            }
            3 => frames.truncate(at + 1),
            _ => {
                let (head, json) = frames[at].split_at(frames[at].find('{')?);
                let Ok(mut value) = serde_json::from_str::<Value>(json) else { continue };
                bend(&mut value, dice);
                frames[at] = format!("{head}{value}");
            }
        }
    }
    Some(frames.join(separator).into_bytes())
}

/// Messages of Amazon's framing, which would not survive a change of their bytes.
fn messages(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (mut splitter, mut frames) = (eventstream::Splitter::new(), Vec::new());
    splitter.push(Bytes::copy_from_slice(bytes), &mut frames);
    let told = |it: &Frame| (it.event().to_owned(), it.data().into_owned());
    let mut messages: Vec<(String, Vec<u8>)> = frames.iter().map(told).collect();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(messages.len());
        match dice.roll(6) {
            0 if messages.len() > 1 => drop(messages.remove(at)),
            1 => messages.insert(dice.roll(messages.len() + 1), messages.get(at)?.clone()),
            2 => messages.truncate(at + 1),
            _ => {
                let (_, payload) = messages.get_mut(at)?;
                let Ok(mut value) = serde_json::from_slice::<Value>(payload) else { continue };
                bend(&mut value, dice);
                *payload = serde_json::to_vec(&value).ok()?;
            }
        }
    }
    let mut out = Vec::new();
    for (name, payload) in &messages {
        let headers = [(":event-type", name.as_str()), (eventstream::MESSAGE_TYPE, "event")];
        eventstream::write(&headers, payload, &mut out);
    }
    Some(out)
}

/// Changes one place of a document.
fn bend(root: &mut Value, dice: &mut Dice) {
    let count = size(root);
    let donor = nth(root, &mut dice.roll(count)).map(|it| it.clone()).unwrap_or_default();
    let mut target = dice.roll(count);
    let Some(place) = nth(root, &mut target) else { return };
    match (dice.roll(12), place) {
        (0 | 1, place) => *place = donor,
        (2, place) => *place = Value::Null,
        (3, Value::Object(fields)) if !fields.is_empty() => {
            let key = fields.keys().nth(dice.roll(fields.len())).cloned().unwrap_or_default();
            fields.remove(&key);
        }
        (4, Value::Object(fields)) => {
            let key = fields.keys().nth(dice.roll(fields.len())).cloned().unwrap_or_default();
            fields.insert(if dice.roll(2) == 0 { "x_new".to_owned() } else { key }, donor);
        }
        (3 | 5, Value::Array(items)) if !items.is_empty() => drop(items.remove(dice.roll(items.len()))),
        (4 | 6, Value::Array(items)) => items.insert(dice.roll(items.len() + 1), donor),
        (5, place) => *place = Value::Array(vec![place.take()]),
        (6, place) => *place = Value::Object(Map::from_iter([("type".to_owned(), place.take())])),
        (_, Value::String(text)) => {
            const TEXTS: [&str; 10] = ["", " ", "\n", "{}", "{\"a\":", "\u{1F600}", "data:x", "null", "auto", "[1]"];
            match dice.roll(4) {
                0 => *text = TEXTS[dice.roll(TEXTS.len())].to_owned(),
                1 => text.push_str(TEXTS[dice.roll(TEXTS.len())]),
                2 => *text = text.chars().take(dice.roll(8)).collect(),
                _ => *text = donor.as_str().unwrap_or("x").to_owned(),
            }
        }
        (_, place @ Value::Number(_)) => {
            let numbers = [
                Value::from(0),
                Value::from(-1),
                Value::from(u64::MAX),
                Value::from(1.5),
                Value::from(1e300),
                Value::from(3),
            ];
            *place = numbers[dice.roll(numbers.len())].clone();
        }
        (_, place @ Value::Bool(_)) => *place = Value::Bool(dice.roll(2) == 0),
        (_, place) => *place = donor,
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

/// The value with this number, counted from the root down.
fn nth<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|it| nth(it, left)),
        Value::Object(fields) => fields.values_mut().find_map(|it| nth(it, left)),
        _ => None,
    }
}
