//! The program as a person or a script meets it: run as a process, in a throw-away home.

mod ask;
mod completions;
mod limits;
mod nouns;
mod prices;
mod providers;
mod rules;
mod serve;
mod virtual_keys;
mod why;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A throw-away home and the commands run in it.
pub(crate) struct Home {
    dir: tempfile::TempDir,
}

/// What a command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// The program with an environment that holds nothing of this machine's.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_llmroute"));
        command.args(args).env_clear().env("LLMROUTE_HOME", self.path()).env("HOME", self.path()).env("TZ", "UTC");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(&self.command(args).output().expect("the program starts"))
    }

    pub(crate) fn run_with_stdin(&self, args: &[&str], stdin: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        // A program that refuses early closes the pipe; that is its good right.
        let _ = pipe.write_all(stdin.as_bytes());
        drop(pipe);
        Ran::of(&child.wait_with_output().expect("the program ends"))
    }

    /// Runs a command that must succeed.
    pub(crate) fn ok(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?} failed: {}", ran.stderr);
        ran
    }

    /// Runs a command that must print one JSON document.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let ran = self.ok(args);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", ran.stdout))
    }
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let ran = Self {
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            code: output.status.code().unwrap_or(-1),
        };
        assert!(!ran.stdout.contains('\u{1b}'), "an escape code in a pipe: {:?}", ran.stdout);
        assert!(!ran.stderr.contains('\u{1b}'), "an escape code in a pipe: {:?}", ran.stderr);
        ran
    }

    /// Asserts a refusal of this code and status, with all three parts.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str, exit: i32) -> &Self {
        let head = format!("error[{code}]: ");
        assert!(self.stderr.starts_with(&head), "expected {head}…, got: {}{}", self.stderr, self.stdout);
        assert!(self.stderr.contains("\n  why:  "), "no why: {}", self.stderr);
        assert!(self.stderr.contains("\n  fix:  "), "no fix: {}", self.stderr);
        assert_eq!(self.code, exit, "{}", self.stderr);
        self
    }
}

#[test]
fn bad_command_lines_are_refused_in_three_parts() {
    let home = Home::new();
    home.run(&["servee"]).refused("usage", 2);
    home.run(&["--colour", "never"]).refused("usage", 2);
    home.run(&["completions", "tcsh"]).refused("usage", 2);
    home.run(&["completions"]).refused("usage", 2);
    let ran = home.run(&["servee", "--json"]);
    let shown: Value = serde_json::from_str(&ran.stderr).expect("JSON");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(shown["error"]["code"], "usage");
    for part in ["what", "why", "fix"] {
        assert!(shown["error"][part].as_str().is_some_and(|it| !it.is_empty()), "{part}: {shown}");
    }
}

#[test]
fn help_goes_to_stdout_and_version_is_one_line() {
    let home = Home::new();
    assert!(home.ok(&["--help"]).stdout.contains("Usage: llmroute"));
    assert_eq!(home.ok(&["--version"]).stdout, format!("llmroute {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let home = Home::new();
    let output = |args: &[&str]| home.command(args).output().expect("the program starts");
    let always = output(&["providers", "--color", "always"]);
    assert!(String::from_utf8_lossy(&always.stdout).contains('\u{1b}'));
    let refused = output(&["groups", "show", "x", "--color", "always"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains('\u{1b}'));
    home.ok(&["providers", "--color", "never"]);
}

#[test]
fn without_a_home_nothing_is_guessed() {
    let home = Home::new();
    let output =
        home.command(&["keys"]).env_remove("HOME").env("LLMROUTE_HOME", "").output().expect("the program starts");
    Ran::of(&output).refused("no-home", 1);
    let other = home.path().join("other");
    home.ok(&["--home", other.to_str().expect("a path"), "groups", "set", "a", "openai/x"]);
    assert!(other.join("llmroute.db").is_file() && !home.path().join("llmroute.db").exists());
}

/// A stand-in for cargo: the script's own part is what is looked at.
#[test]
fn the_install_script_puts_the_program_where_it_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let (bin, target) = (home.path().join("bin"), home.path().join("to here"));
    std::fs::create_dir(&bin).expect("a folder");
    let cargo = bin.join("cargo");
    let fake = "#!/bin/sh\nset -eu\nwhile [ $# -gt 0 ]; do [ \"$1\" = --root ] && root=$2; shift; done\n\
                mkdir -p \"$root/bin\"\nprintf '#!/bin/sh\\necho llmroute 9.9.9\\n' > \"$root/bin/llmroute\"\n\
                chmod +x \"$root/bin/llmroute\"\n";
    std::fs::write(&cargo, fake).expect("a file");
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).expect("the mode");
    let run = |args: &[&str]| {
        let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
        let mut command = Command::new("/bin/sh");
        command.arg(script).args(args).env_clear().env("HOME", home.path()).env("LLMROUTE_INSTALL_DIR", &target);
        command.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
        Ran::of(&command.output().expect("a shell"))
    };
    let ran = run(&["--from-source"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("llmroute 9.9.9 · "), "{}", ran.stdout);
    assert!(target.join("llmroute").is_file());
    run(&[]).refused("no-release", 2);
    run(&["--bogus"]).refused("usage", 2);
    run(&["--from-source", "/nowhere"]).refused("no-source", 2);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let home = Home::new();
    let mut command = home.command(&["completions", "zsh"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
