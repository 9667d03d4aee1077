//! The house rules that a reader of one file cannot see: floors, owners of outside crates, where secrets are opened,
//! who prints, who names a provider, how long a file may be. The floors are read from the note in `src/lib.rs`.

mod source;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use source::{Kind, Token, rooted, tokens, uses_of_crate};

/// Outside crates that exactly these rooms may use. What is not listed is free for everybody.
const OWNERS: [(&str, &[&str]); 18] = [
    ("axum", &["server", "sim"]),
    ("hyper", &["server", "sim", "upstream"]),
    ("hyper_util", &["server", "sim", "upstream"]),
    ("h2", &["upstream"]),
    ("hyper_rustls", &["upstream"]),
    ("rustls", &["upstream"]),
    ("reqwest", &["upstream"]),
    ("rusqlite", &["store"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("comfy_table", &["cli"]),
    ("csv", &["catalog", "cli"]),
    ("indicatif", &["cli"]),
    ("rpassword", &["cli"]),
    ("toml", &["config", "catalog"]),
    ("genai_prices", &["catalog"]),
    ("cel", &["route"]),
    ("regex", &["route"]),
];

/// Rooms that are functions of values: no runtime, and nothing of `std` that reaches the machine.
const PURE: [&str; 4] = ["domain", "route", "wire", "catalog"];
const MACHINE: [&str; 6] = ["fs", "net", "env", "thread", "process", "io"];

/// Rooms that may open a secret.
const OPENERS: [&str; 2] = ["upstream", "config"];

/// Rooms that must work for a provider they have never heard of. Some dialects, and a strategy, are called like the
/// provider that made them: one file each may write these names.
const NAMELESS: [&str; 10] =
    ["engine", "route", "wire", "upstream", "server", "config", "store", "bench", "domain", "cli"];

const NAMED: [&str; 2] = ["src/domain/dialect.rs", "src/domain/strategy.rs"];

const LONG: usize = 600;
const TOO_LONG: usize = 900;

/// One source file of the crate.
struct File {
    /// From the project root: `src/route/mod.rs`.
    path: String,
    /// Its module path: `["route"]`; empty for `lib.rs` and `main.rs`.
    module: Vec<String>,
    /// The whole file holds test code.
    test: bool,
    lines: usize,
    tokens: Vec<Token>,
}

impl File {
    fn read(path: &str, text: &str) -> Self {
        let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut module: Vec<String> = inside.split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|it| ["mod", "lib", "main"].contains(&it.as_str())) {
            module.pop();
        }
        let of_tests = module.iter().any(|it| it == "tests");
        Self { path: path.to_owned(), module, test: of_tests, lines: text.lines().count(), tokens: tokens(text) }
    }

    fn room(&self) -> Option<&str> {
        self.module.first().map(String::as_str)
    }

    fn is_in(&self, rooms: &[&str]) -> bool {
        self.room().is_some_and(|it| rooms.contains(&it))
    }

    /// What is not test code.
    fn product(&self) -> Vec<Token> {
        if self.test { Vec::new() } else { self.tokens.iter().filter(|it| !it.test).cloned().collect() }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `src`.
fn house() -> Vec<File> {
    let mut folders = vec![root().join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let inside = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                files.push(File::read(&inside, &std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 10, "src/ was not found");
    files
}

/// Room → floor, from the line `5 cli → 4 server, … → 0 domain` of the note in `src/lib.rs`.
fn floors(note: &str) -> BTreeMap<String, u8> {
    let line = note.lines().find(|it| it.contains(" cli → ")).expect("src/lib.rs states the floors");
    let mut floors = BTreeMap::new();
    for floor in line.trim_start_matches("//!").split('→') {
        let (number, rooms) = floor.trim().split_once(' ').expect("a floor is a number and its rooms");
        for room in rooms.split(',') {
            floors.insert(room.trim().to_owned(), number.parse().expect("a floor's number"));
        }
    }
    floors
}

fn climbs(files: &[File], floors: &BTreeMap<String, u8>) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        let Some(room) = file.room() else { continue };
        let Some(own) = floors.get(room) else {
            faults.push(format!("{}: `{room}` is on no floor of the note in src/lib.rs", file.path));
            continue;
        };
        for path in rooted(&file.tokens, &file.module) {
            let fault = match floors.get(&path.room) {
                _ if path.room == room => continue,
                Some(other) if other < own => continue,
                Some(other) if other == own => "goes sideways to",
                Some(_) => "goes up to",
                None => "names no room:",
            };
            faults.push(format!("{}:{}: {room} {fault} `{}`", file.path, path.line, path.room));
        }
    }
    faults
}

fn trespasses(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files.iter().filter(|it| it.room().is_some()) {
        let product = file.product();
        for (name, owners) in OWNERS {
            if !file.is_in(owners) {
                for line in uses_of_crate(&product, name) {
                    faults.push(format!("{}:{line}: `{name}` belongs to {}", file.path, owners.join(" and ")));
                }
            }
        }
        if file.is_in(&PURE) {
            for line in uses_of_crate(&product, "tokio") {
                faults.push(format!("{}:{line}: a pure room needs no runtime", file.path));
            }
            for three in product.windows(3) {
                let machine = three[2].word().filter(|it| MACHINE.contains(it));
                if let (true, Kind::Colons, Some(module)) = (three[0].is_word("std"), &three[1].kind, machine) {
                    faults.push(format!("{}:{}: a pure room reaches for std::{module}", file.path, three[2].line));
                }
            }
        }
    }
    faults
}

fn indiscretions(files: &[File], providers: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files.iter().filter(|it| it.room().is_some()) {
        let product = file.product();
        for three in product.windows(3) {
            let at = format!("{}:{}", file.path, three[1].line);
            let exposes = three[0].is_sign('.') && three[1].is_word("expose") && three[2].is_sign('(');
            if exposes && !file.is_in(&OPENERS) {
                faults.push(format!("{at}: a secret is opened outside {}", OPENERS.join(" and ")));
            }
            let prints =
                three[0].word().is_some_and(|it| ["print", "println", "eprint", "eprintln", "dbg"].contains(&it));
            if prints && three[1].is_sign('!') && !file.is_in(&["cli"]) {
                faults.push(format!("{at}: prints below the terminal"));
            }
        }
        for token in product.iter().filter(|_| file.is_in(&NAMELESS) && !NAMED.contains(&file.path.as_str())) {
            if let Kind::Text(text) = &token.kind
                && providers.contains(&text.as_str())
            {
                faults.push(format!("{}:{}: names the provider \"{text}\"", file.path, token.line));
            }
        }
    }
    faults
}

fn report(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

#[test]
fn imports_go_down_only() {
    let note = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    report("imports that go up or sideways", &climbs(&house(), &floors(&note)));
}

#[test]
fn outside_crates_stay_with_their_owners() {
    report("outside crates and the machine in the wrong room", &trespasses(&house()));
}

#[test]
fn secrets_output_and_provider_names_stay_where_they_belong() {
    let names: Vec<&str> = llmroute::catalog::providers().iter().map(|it| it.name.as_str()).collect();
    report("secrets, output or provider names in the wrong room", &indiscretions(&house(), &names));
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let mut long: Vec<(usize, String)> = house()
        .into_iter()
        .filter(|it| !it.test && it.lines > LONG)
        .map(|it| (it.lines, format!("{}: {} lines", it.path, it.lines)))
        .collect();
    long.sort_unstable();
    for (_, shown) in &long {
        eprintln!("long file: {shown}");
    }
    let too_long: Vec<String> = long.into_iter().filter(|it| it.0 > TOO_LONG).map(|it| it.1).collect();
    report(&format!("files of more than {TOO_LONG} lines"), &too_long);
}

/// The rules notice what they are for, and nothing else.
mod caught {
    use super::*;

    const NOTE: &str = "//! 5 cli → 4 server, sim → 3 engine → 2 upstream, config → 1 route, wire, store → 0 domain";

    fn climbing(path: &str, text: &str) -> Vec<String> {
        climbs(&[File::read(path, text)], &floors(NOTE))
    }

    #[track_caller]
    fn check(faults: &[String], expected: &[&str]) {
        let matches = faults.len() == expected.len() && faults.iter().zip(expected).all(|(it, part)| it.contains(part));
        assert!(matches, "expected {expected:#?}\ngot {faults:#?}");
    }

    #[test]
    fn the_note_is_read_whole() {
        let floors = floors(NOTE);
        assert_eq!(floors.len(), 10);
        assert_eq!((floors["cli"], floors["store"], floors["domain"]), (5, 1, 0));
    }

    #[test]
    fn a_path_up_or_sideways() {
        check(
            &climbing("src/route/fit.rs", "fn f() { crate::engine::go() }"),
            &["fit.rs:1: route goes up to `engine`"],
        );
        check(&climbing("src/route/mod.rs", "\nuse crate::wire::json;"), &[":2: route goes sideways to `wire`"]);
        check(&climbing("src/route/mod.rs", "use crate::route::fit; use crate::domain::ask;"), &[]);
        check(&climbing("src/route/mod.rs", "use crate::cellar::x;"), &["names no room: `cellar`"]);
        check(&climbing("src/cellar/mod.rs", ""), &["`cellar` is on no floor"]);
    }

    #[test]
    fn a_nested_use() {
        let text = "use crate::{domain::{ask::Ask, engine}, store, upstream::{self, wire as w}, server as s};";
        check(&climbing("src/engine/mod.rs", text), &["up to `server`"]);
        check(&climbing("src/wire/json.rs", text), &["sideways to `store`", "up to `upstream`", "up to `server`"]);
    }

    #[test]
    fn a_climb_by_super() {
        check(&climbing("src/wire/mod.rs", "use super::store::x;"), &["sideways to `store`"]);
        check(&climbing("src/wire/json.rs", "use super::super::{store, domain};"), &["sideways to `store`"]);
        check(&climbing("src/wire/json.rs", "use super::sse; mod tests { use super::super::sse; }"), &[]);
        check(&climbing("src/wire/json.rs", "mod a { use super::super::super::store; }"), &["sideways to `store`"]);
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        let text = r##"
            //! See [`crate::engine`].
            /* crate::cli /* crate::server */ crate::sim */
            const A: &str = "crate::engine \" crate::cli";
            const B: &str = r#"crate::engine " crate::cli"#;
            const C: (char, char, &'static str) = ('"', '\'', r"crate::engine\");
            pub(crate) fn f<'a>(it: &'a str) -> &'a str { it }
        "##;
        check(&climbing("src/wire/mod.rs", text), &[]);
        check(&climbing("src/wire/mod.rs", &format!("{text} use crate::engine;")), &["up to `engine`"]);
    }

    #[test]
    fn a_crate_used_by_a_stranger() {
        let strays = |path, text| trespasses(&[File::read(path, text)]);
        check(&strays("src/engine/mod.rs", "use reqwest::Client;"), &["`reqwest` belongs to upstream"]);
        check(&strays("src/engine/mod.rs", "fn f() -> ::toml::Value {}"), &["`toml` belongs to config and catalog"]);
        check(&strays("src/engine/mod.rs", "use ::toml::Value;"), &["`toml` belongs to config and catalog"]);
        check(&strays("src/server/mod.rs", "use rusqlite as sql;"), &["`rusqlite` belongs to store"]);
        check(&strays("src/upstream/mod.rs", "use reqwest::Client; fn f(toml: u8) { crate::toml::x(self.clap) }"), &[]);
        check(&strays("src/store/mod.rs", "#[cfg(test)] mod tests { use toml::Value; } use std::fs;"), &[]);
        check(&strays("src/route/mod.rs", "use std::fs; fn f() { tokio::spawn(a) }"), &["runtime", "std::fs"]);
    }

    #[test]
    fn a_secret_a_print_or_a_name_in_the_wrong_room() {
        let slips = |path, text| indiscretions(&[File::read(path, text)], &["openai"]);
        check(&slips("src/engine/mod.rs", "fn f() { key.expose() }"), &["a secret is opened"]);
        check(&slips("src/upstream/mod.rs", "fn f() { key.expose() }"), &[]);
        check(&slips("src/server/mod.rs", r#"fn f() { println!("x"); expose(); }"#), &["prints below"]);
        check(&slips("src/cli/mod.rs", r#"fn f() { println!("x") }"#), &[]);
        check(&slips("src/cli/mod.rs", r#"fn f(it: &str) -> bool { it == "openai" }"#), &["names the provider"]);
        check(&slips("src/domain/dialect.rs", r#"const NAME: &str = "openai";"#), &[]);
        check(
            &slips("src/wire/mod.rs", r#"match name { "openai" => 1, "openai-chat" => 2 }"#),
            &["names the provider"],
        );
        check(&slips("src/wire/mod.rs", r#"#[cfg(test)] const NAME: &str = "openai"; const OTHER: &str = "";"#), &[]);
        check(&slips("src/wire/tests.rs", r#"fn f() { println!("openai") }"#), &[]);
        check(&slips("src/main.rs", r#"fn f() { println!("x") }"#), &[]);
    }
}
