//! What fuzzing has found, kept: every input under `tests/fuzz/cases` goes through the check that it once broke.

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use std::path::Path;

use llmroute::domain::dialect::Dialect;

#[test]
fn kept_cases_stay_mended() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/cases");
    let mut replayed = 0;
    for folder in std::fs::read_dir(&cases).unwrap() {
        let folder = folder.unwrap().path();
        let target = folder.file_name().unwrap().to_str().unwrap();
        for case in std::fs::read_dir(&folder).unwrap() {
            let case = case.unwrap().path();
            eprintln!("{}", case.display());
            checks::run(target, &std::fs::read(&case).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed > 0, "no cases in {}", cases.display());
}

#[test]
fn every_dialect_is_fuzzed() {
    for dialect in Dialect::every() {
        assert!(checks::spoken().iter().any(|it| it.dialect == dialect), "{dialect} has no line in dialects.txt");
    }
}
