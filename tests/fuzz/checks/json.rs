//! Scanning a body and editing its top level, against `serde_json`.

use std::borrow::Cow;

use bytes::Bytes;
use llmroute::wire::json::{Edit, scan, splice};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Why the scan refuses a text that is an object to `serde_json`.
const STRICTER: [&str; 5] = [
    "nested too deeply",
    "too many fields",
    "an escape that means nothing",
    "is there twice",
    "must be spelled exactly",
];

/// Keys and the spelling of their values, in order, as `serde_json` reads them.
#[derive(Debug, PartialEq)]
struct Plain(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Plain;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Plain, A::Error> {
                let mut fields = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    fields.push((key, value.get().to_owned()));
                }
                Ok(Plain(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// The first byte chooses the edits, the rest is the body.
pub(super) fn check(data: &[u8]) {
    let Some((&choice, body)) = data.split_first() else { return };
    let plain = serde_json::from_slice::<Plain>(body);
    let fields = match scan(body) {
        Ok(fields) => fields,
        Err(error) => {
            let known = STRICTER.iter().any(|it| error.what.contains(it));
            assert!(plain.is_err() || known, "{error}, but serde_json reads it");
            return;
        }
    };
    let plain = plain.expect("serde_json reads what the scan does");
    assert_eq!(fields.fields.len(), plain.0.len());
    for (field, (_, value)) in fields.fields.iter().zip(&plain.0) {
        assert_eq!(&body[field.value.clone()], value.as_bytes());
    }
    let body = Bytes::copy_from_slice(body);
    assert_eq!(splice(&body, &fields, &[]), body);
    let key = |nth: usize| plain.0.get(nth).map_or("absent", |it| it.0.as_str());
    let set = |key, value: &'static str| Edit::Set { key, value: Cow::Borrowed(value.as_bytes()) };
    let all = [
        set("model", "\"other\""),
        Edit::Remove { key: key(0) },
        set(key(plain.0.len().saturating_sub(1)), "[1,{}]"),
        set("new \"field\"", "null"),
        Edit::Remove { key: "model" },
        set(key(1), "1e400"),
        Edit::Remove { key: key(2) },
        set("new \"field\"", "{\"a\":\"b\"}"),
    ];
    let edits: Vec<Edit> =
        all.into_iter().enumerate().filter(|(nth, _)| choice >> nth & 1 == 1).map(|(_, it)| it).collect();
    let edited = splice(&body, &fields, &edits);
    let read: Plain = serde_json::from_slice(&edited).expect("an edited body is JSON");
    assert_eq!(read, expected(&plain, &edits));
    // Beside the values that were set, every byte is where it was.
    if !edits.iter().any(|it| matches!(it, Edit::Remove { .. })) {
        let (mut head, mut at) = (Vec::new(), 0);
        for (field, (key, value)) in fields.fields.iter().zip(&plain.0) {
            head.extend_from_slice(&body[at..field.value.start]);
            let now = if let Fate::Set(to) = fate(&edits, key) { to } else { value };
            head.extend_from_slice(now.as_bytes());
            at = field.value.end;
        }
        if plain.0.is_empty() {
            at = fields.close;
            head.extend_from_slice(&body[..at]);
        }
        assert!(edited.starts_with(&head) && edited.ends_with(&body[at..]), "bytes have changed");
    }
}

/// What the edits make of a field.
enum Fate<'a> {
    Kept,
    Set(&'a str),
    Gone,
}

fn fate<'a>(edits: &'a [Edit], key: &str) -> Fate<'a> {
    let last = edits.iter().rev().find_map(|it| match it {
        Edit::Set { key: own, value } if *own == key => Some(Fate::Set(std::str::from_utf8(value).unwrap())),
        Edit::Remove { key: own } if *own == key => Some(Fate::Gone),
        _ => None,
    });
    last.unwrap_or(Fate::Kept)
}

/// The edits, applied to what `serde_json` read.
fn expected(plain: &Plain, edits: &[Edit]) -> Plain {
    let mut out = Vec::new();
    for (key, value) in &plain.0 {
        match fate(edits, key) {
            Fate::Kept => out.push((key.clone(), value.clone())),
            Fate::Set(to) => out.push((key.clone(), to.to_owned())),
            Fate::Gone => {}
        }
    }
    let mut added: Vec<&str> = Vec::new();
    for (nth, edit) in edits.iter().enumerate() {
        let Edit::Set { key, value } = edit else { continue };
        let later = edits[nth + 1..]
            .iter()
            .any(|it| matches!(it, Edit::Set { key: own, .. } | Edit::Remove { key: own } if own == key));
        if !later && !added.contains(key) && plain.0.iter().all(|(it, _)| it != key) {
            added.push(key);
            out.push(((*key).to_owned(), String::from_utf8(value.to_vec()).unwrap()));
        }
    }
    Plain(out)
}
