//! What must hold for any input, once for the fuzz targets and once for the test that replays kept cases. A check
//! panics where it does not hold.

mod events;
mod frames;
mod json;
mod reply;
mod request;
mod sse;
mod stream;

use std::sync::OnceLock;

use llmroute::domain::dialect::Dialect;

/// Panics where something does not hold of an input.
type Check = fn(&[u8]);

/// The checks by name; each is a fuzz target and a folder of kept cases.
pub(crate) const TARGETS: [(&str, Check); 6] = [
    ("json", json::check),
    ("sse", sse::check),
    ("frames", frames::check),
    ("request", request::check),
    ("reply", reply::check),
    ("stream", stream::check),
];

/// Runs one check.
pub(crate) fn run(target: &str, data: &[u8]) {
    let (_, check) = TARGETS.iter().find(|(name, _)| *name == target).unwrap_or_else(|| panic!("no target {target}"));
    check(data);
}

/// A dialect as a fuzz input names it.
#[derive(Debug)]
pub(crate) struct Spoken {
    /// The first byte of an input.
    pub(crate) letter: u8,
    pub(crate) dialect: Dialect,
}

/// The table in `dialects.txt`.
pub(crate) fn spoken() -> &'static [Spoken] {
    static TABLE: OnceLock<Vec<Spoken>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines = include_str!("../dialects.txt").lines().filter(|it| !it.starts_with('#'));
        let row = |line: &str| {
            let mut words = line.split_whitespace();
            let letter = words.next().unwrap().as_bytes()[0];
            Spoken { letter, dialect: words.next().unwrap().parse().unwrap() }
        };
        lines.map(row).collect()
    })
}

/// The dialect an input names, and the rest of it.
fn split(data: &[u8]) -> Option<(Dialect, &[u8])> {
    let (letter, rest) = data.split_first()?;
    Some((spoken().iter().find(|it| it.letter == *letter)?.dialect, rest))
}

/// One JSON text and nothing else.
fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<&serde_json::value::RawValue>(body).is_ok()
}

/// Two texts must be the same; shows where they are not.
#[track_caller]
fn same(one: &[u8], other: &[u8], what: impl Fn() -> String) {
    if one == other {
        return;
    }
    let at = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let near = |it: &[u8]| {
        String::from_utf8_lossy(&it[at.saturating_sub(120).min(it.len())..it.len().min(at + 200)]).into_owned()
    };
    panic!("{}, at byte {at}:\n  {}\n  {}", what(), near(one), near(other));
}
