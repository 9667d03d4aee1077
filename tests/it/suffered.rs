//! What users of other gateways suffered (wire.md §5) and what each client needs (wire.md §3), each line with the tests
//! that keep it from happening here: tables in `lines` and `needs`. A test that is named there and does not exist
//! is a fault, as is a line without one. The tests of lines that no other module is about are here.

mod failover;
mod lines;
mod money;
mod needs;
mod wire;

use std::path::Path;

/// What keeps a line from happening.
#[derive(Debug, Clone, Copy)]
enum Kept {
    /// These tests: `module::path::test` below `tests/it`, `src:path::test` for a unit test, `sdk:file::test` and
    /// `agents:file::test` for those in Python.
    By(&'static [&'static str]),
    /// Nothing yet, because what it is about is not built, and what that is.
    NotBuilt(&'static str),
}

/// Where a test stands, and how its function begins.
fn place(test: &str) -> (String, String) {
    let (path, name) = test.rsplit_once("::").unwrap_or_else(|| panic!("{test} has no module"));
    let rust = |folder: &str, path: &str| (format!("{folder}/{}.rs", path.replace("::", "/")), format!("fn {name}("));
    match path.split_once(':').filter(|it| !it.1.starts_with(':')) {
        Some(("src", path)) => rust("src", path),
        Some((folder, file)) => (format!("tests/{folder}/{file}.py"), format!("def {name}(")),
        None => rust("tests/it", path),
    }
}

fn check(line: &str, kept: Kept, wrong: &mut Vec<String>) {
    let Kept::By(tests) = kept else { return };
    if tests.is_empty() {
        wrong.push(format!("{line}: no test"));
    }
    for test in tests {
        let (file, begin) = place(test);
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap_or_default();
        let before = text.find(&begin).map(|at| text[..at].trim_end());
        // A test that a table runs once more is open to the crate.
        let words = ["async", "pub(crate)"];
        let before = before.map(|it| words.iter().fold(it, |it, word| it.strip_suffix(word).unwrap_or(it).trim_end()));
        // A function of Python's is a test by its name.
        let python = Path::new(&file).extension().is_some_and(|it| it == "py");
        if !before.is_some_and(|it| it.ends_with(']') || python) {
            wrong.push(format!("{line}: there is no test {test} in {file}"));
        }
    }
}

#[test]
fn every_line_names_a_test_that_exists() {
    assert_eq!(lines::LINES.len(), 52);
    let mut wrong = Vec::new();
    for (nth, (number, what, kept)) in lines::LINES.iter().enumerate() {
        assert_eq!(usize::from(*number), nth + 1, "the lines are numbered as on the page");
        check(&format!("{number} {what}"), *kept, &mut wrong);
    }
    for (client, what, kept) in needs::NEEDS {
        check(&format!("{client}: {what}"), *kept, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_built_is_shown() {
    let lines = lines::LINES.iter().map(|it| (it.0.to_string(), it.1, it.2));
    let needs = needs::NEEDS.iter().map(|it| (it.0.to_owned(), it.1, it.2));
    let mut open = 0;
    for (line, what, kept) in lines.chain(needs) {
        if let Kept::NotBuilt(lacks) = kept {
            eprintln!("{line} {what}: waits for {lacks}");
            assert!(!lacks.is_empty());
            open += 1;
        }
    }
    // It only ever goes down.
    assert!(open <= 5, "{open} lines wait for what is not built");
}
