//! From a key's source to its secret: environment variable, file, command, or the sealed blob in its row; and the
//! cleaning of keys as people paste them.

use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::config::environment::{Environment, Variable};
use crate::config::parts;
use crate::config::seal::{MasterKey, Unopened};
use crate::domain::clock::Clock;
use crate::domain::secret::Secret;
use crate::store::KeySource;

/// How long a command may take to print a key; a password manager may ask for a fingerprint meanwhile.
const COMMAND: Duration = Duration::from_secs(30);

/// The longest thing taken for a key. Service-account files and long JWTs fit.
const LONGEST: u64 = 16 * 1024;

/// A secret, and what its owner should hear about it.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The secret.
    pub secret: Secret,
    /// What was taken off it, or what is risky about where it is kept.
    pub notices: Vec<String>,
}

/// What is needed to resolve a source.
#[derive(Debug, Clone, Copy)]
pub struct Resolver<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The master key; `Err` says why there is none.
    pub master: Result<&'a MasterKey, &'a str>,
    /// How long a command may take.
    pub patience: Duration,
}

impl<'a> Resolver<'a> {
    /// With the usual patience.
    #[must_use]
    pub fn new(environment: &'a Environment, master: Result<&'a MasterKey, &'a str>) -> Self {
        Self { environment, master, patience: COMMAND }
    }

    /// The secret of a key.
    ///
    /// # Errors
    /// Why it cannot be had, in words that hold nothing of the secret.
    pub fn resolve(&self, provider: &str, name: &str, source: &KeySource) -> Result<Resolved, String> {
        match source {
            KeySource::Stored { sealed } => {
                let opened = match self.master {
                    Ok(master) => master.open(provider, name, sealed),
                    Err(why) => return Err(format!("it cannot be opened: {why}")),
                };
                let secret = opened.map_err(|error| match error {
                    Unopened::WrongKey(_) | Unopened::NoKey(_) => {
                        format!("{error}; add it again: llmroute keys rotate {provider} {name}")
                    }
                    Unopened::Version(_) | Unopened::Damaged => error.to_string(),
                })?;
                Ok(Resolved { secret, notices: Vec::new() })
            }
            KeySource::Env(variable) => from_environment(self.environment, variable),
            KeySource::File(path) => from_file(path, self.environment),
            KeySource::Cmd(command) => from_command(command, self.patience),
        }
    }
}

fn from_environment(environment: &Environment, variable: &str) -> Result<Resolved, String> {
    match environment.get(variable) {
        Variable::Text(text) => {
            parts::of_variables(environment, variable, Zeroizing::new(text)).and_then(|it| clean(&it))
        }
        Variable::Unset => Err(format!("the environment variable {variable} is not set")),
        Variable::NotText => Err(format!("the environment variable {variable} is not text")),
    }
    .map_err(|why| if why.contains(variable) { why } else { format!("{variable}: {why}") })
}

fn from_file(path: &str, environment: &Environment) -> Result<Resolved, String> {
    let fault = |error: std::io::Error| format!("the file {path} cannot be read: {error}");
    // The user's own file, wherever it is: links are followed, and a loose mode is told, not refused.
    let file = std::fs::File::open(path).map_err(fault)?;
    let meta = file.metadata().map_err(fault)?;
    if !meta.is_file() {
        return Err(format!("{path} is not a file"));
    }
    let text = read_text(file).map_err(fault)?.ok_or_else(|| format!("the file {path} is not text, or too long"))?;
    let text = parts::of_profile(&text, environment).unwrap_or(Ok(text)).map_err(|why| format!("{path}: {why}"))?;
    let mut resolved = clean(&text).map_err(|why| format!("{path}: {why}"))?;
    // One line end at the end is how editors save; it is no news.
    resolved.notices.retain(|it| it != NEWLINE);
    if meta.mode() & 0o077 != 0 {
        resolved.notices.push(format!("{path} can be read by other users: chmod 600 {path}"));
    }
    Ok(resolved)
}

/// The whole text, at most [`LONGEST`]; `None` if it is longer or no UTF-8.
fn read_text(from: impl Read) -> std::io::Result<Option<Zeroizing<String>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    from.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Ok(None);
    }
    Ok(std::str::from_utf8(&bytes).ok().map(|it| Zeroizing::new(it.to_owned())))
}

const NEWLINE: &str = "white space around the key was taken off";

/// A key as people paste it: white space and quotes around it and a leading `Bearer` are taken off, with a notice.
///
/// # Errors
/// What is left is empty, or could never be sent in a header: a line end, a space, a dash that only looks like one.
pub fn clean(pasted: &str) -> Result<Resolved, String> {
    if let Some(file) = key_file(pasted) {
        return Ok(Resolved { secret: Secret::new(file), notices: Vec::new() });
    }
    let mut notices = Vec::new();
    let mut note = |text: &str| {
        if !notices.iter().any(|it| it == text) {
            notices.push(text.to_owned());
        }
    };
    let mut rest = pasted;
    loop {
        let before = rest.len();
        let trimmed = rest.trim();
        if trimmed.len() < rest.len() {
            note(NEWLINE);
            rest = trimmed;
        }
        for quote in QUOTES {
            let inside = rest.strip_prefix(quote.0).and_then(|it| it.strip_suffix(quote.1));
            if let Some(inside) = inside {
                note("quotes around the key were taken off");
                rest = inside;
            }
        }
        for prefix in ["authorization:", "bearer "] {
            if let Some((head, tail)) = rest.split_at_checked(prefix.len())
                && head.eq_ignore_ascii_case(prefix)
            {
                note("a leading `Bearer` was taken off");
                rest = tail;
            }
        }
        if rest.len() == before {
            break;
        }
    }
    if rest.is_empty() || rest.eq_ignore_ascii_case("bearer") {
        return Err("it is empty".to_owned());
    }
    if rest.len() as u64 > LONGEST {
        return Err("it is too long for a key".to_owned());
    }
    if let Some(at) = rest.chars().position(|it| !it.is_ascii_graphic()) {
        return Err(unsendable(rest, at));
    }
    Ok(Resolved { secret: Secret::new(rest.to_owned()), notices })
}

/// A JSON object, on one line: some keys are whole files (a Google service account).
fn key_file(pasted: &str) -> Option<String> {
    let object: serde_json::Map<String, serde_json::Value> =
        Some(pasted.trim()).filter(|it| it.starts_with('{')).and_then(|it| serde_json::from_str(it).ok())?;
    serde_json::to_string(&object).ok()
}

const QUOTES: [(char, char); 5] =
    [('"', '"'), ('\'', '\''), ('`', '`'), ('\u{201c}', '\u{201d}'), ('\u{2018}', '\u{2019}')];

fn unsendable(text: &str, at: usize) -> String {
    let found = match text.chars().nth(at) {
        Some('\n' | '\r') => "a line end: is it two keys?".to_owned(),
        Some(it) if it.is_whitespace() => "white space".to_owned(),
        Some(it) if it.is_ascii() => "a control character".to_owned(),
        Some(it) => {
            format!("U+{:04X}, which is not ASCII: a word processor may have changed a dash or quote", u32::from(it))
        }
        None => "a character that cannot be sent".to_owned(),
    };
    format!("character {} of the key is {found}", at + 1)
}

/// What a shell command prints. What it says on stderr is repeated if it fails; what it prints, never.
fn from_command(command: &str, patience: Duration) -> Result<Resolved, String> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that what the shell started ends with it.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("the command cannot be started: {error}"))?;
    let printed = child.stdout.take().map(|it| in_background(it, LONGEST + 1));
    let said = child.stderr.take().map(|it| in_background(it, 2048));
    let status = wait(&mut child, patience);
    let printed = printed.and_then(|it| it.recv_timeout(GRACE).ok());
    let said = said.and_then(|it| it.recv_timeout(GRACE).ok()).unwrap_or_default();
    match status {
        Ok(Some(status)) if status.success() => {
            let printed = printed.ok_or("the command left something running that keeps its output open")?;
            let text = std::str::from_utf8(&printed).map_err(|_| "the command printed no text".to_owned())?;
            let mut resolved = clean(text).map_err(|why| format!("what the command printed is no key: {why}"))?;
            resolved.notices.retain(|it| it != NEWLINE);
            Ok(resolved)
        }
        Ok(Some(status)) => Err(format!("the command failed ({status}){}", heard(&said))),
        Ok(None) => Err(format!("the command took longer than {} s{}", patience.as_secs(), heard(&said))),
        Err(error) => Err(format!("the command cannot be waited for: {error}")),
    }
}

/// How long the pipes of an ended command may stay open: something it left in the background may hold them.
const GRACE: Duration = Duration::from_millis(500);

/// Reads a pipe to its end, so that the command never blocks on it, and keeps at most `limit` bytes.
fn in_background(mut pipe: impl Read + Send + 'static, limit: u64) -> Receiver<Zeroizing<Vec<u8>>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut kept = Zeroizing::new(Vec::new());
        let read = pipe.by_ref().take(limit).read_to_end(&mut kept);
        let drained = read.and_then(|_| std::io::copy(&mut pipe, &mut std::io::sink()));
        if let Err(error) = drained {
            tracing::debug!(%error, "a pipe of a key command broke");
        }
        // Nobody waits any more when the command took too long.
        let _late = send.send(kept);
    });
    receive
}

/// `None`: it took too long and was killed, with all it had started.
fn wait(child: &mut Child, patience: Duration) -> std::io::Result<Option<std::process::ExitStatus>> {
    let clock = Clock::system();
    let start = clock.now().mono;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if clock.now().mono.since(start) >= patience {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL)?;
    }
    child.wait()?;
    Ok(None)
}

/// What the command said on stderr, on one line and without control characters.
fn heard(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|it| !it.is_control()).take(300).collect();
    if line.is_empty() { String::new() } else { format!(": {line}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> Result<Resolved, String> {
        clean(text)
    }

    #[test]
    fn pasted_keys_lose_what_is_around_them_and_nothing_in_them() {
        for (pasted, notices) in [
            ("sk-abc", 0),
            ("sk-abc\n", 1),
            ("  \"sk-abc\"\r\n", 2),
            ("'Bearer sk-abc'", 2),
            ("bearer  sk-abc", 2),
            ("Authorization: Bearer sk-abc", 2),
            ("\u{201c}sk-abc\u{201d}", 1),
        ] {
            let it = cleaned(pasted).unwrap();
            assert_eq!(it.secret.expose(), "sk-abc", "{pasted:?}");
            assert_eq!(it.notices.len(), notices, "{pasted:?}: {:?}", it.notices);
        }
        assert_eq!(cleaned("\"sk\"abc").unwrap().secret.expose(), "\"sk\"abc");
    }

    #[test]
    fn a_key_that_is_a_file_stays_whole() {
        let file = "{\n  \"type\": \"service_account\",\n  \"private_key\": \"-----BEGIN\\nx y\"\n}\n";
        let it = cleaned(file).unwrap();
        assert_eq!(it.secret.expose(), r#"{"private_key":"-----BEGIN\nx y","type":"service_account"}"#);
        assert!(cleaned("{\"type\": broken").is_err(), "it is no key either");
    }

    #[test]
    fn what_no_header_can_carry_is_refused_by_its_place() {
        assert_eq!(cleaned("sk\u{2013}abc").unwrap_err().split(',').next(), Some("character 3 of the key is U+2013"));
        assert!(cleaned("sk-a\nsk-b").unwrap_err().contains("two keys"));
        assert!(cleaned("sk a").unwrap_err().contains("white space"));
        assert!(cleaned("sk\u{7}a").unwrap_err().contains("control"));
        for empty in ["", "  \n", "\"\"", "Bearer "] {
            assert!(cleaned(empty).is_err(), "{empty:?}");
        }
    }

    #[test]
    fn commands_give_what_they_print_and_tell_only_what_they_say() {
        assert_eq!(from_command("echo sk-abc", COMMAND).unwrap().secret.expose(), "sk-abc");
        let told = from_command("echo sk-secret; echo locked >&2; exit 3", COMMAND).unwrap_err();
        assert!(told.contains("locked") && told.contains('3'), "{told}");
        assert!(!told.contains("secret"), "{told}");
        assert!(from_command("true", COMMAND).unwrap_err().contains("empty"));
        assert!(from_command("yes", Duration::from_millis(100)).is_err());
    }

    #[test]
    fn a_command_that_hangs_is_ended_with_all_it_started() {
        let clock = Clock::system();
        let start = clock.now().mono;
        let told = from_command("sleep 60 & sleep 60", Duration::from_millis(200)).unwrap_err();
        assert!(told.contains("longer"), "{told}");
        assert!(clock.now().mono.since(start) < Duration::from_secs(10));
    }

    #[test]
    fn a_command_that_leaves_something_behind_is_not_waited_for() {
        let told = from_command("sleep 3 & echo sk-abc", COMMAND).unwrap_err();
        assert!(told.contains("left something running"), "{told}");
        assert_eq!(from_command("sleep 3 >&- 2>&- & echo sk-abc", COMMAND).unwrap().secret.expose(), "sk-abc");
    }

    #[test]
    fn files_are_read_without_their_line_end_and_loose_modes_are_told() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        std::fs::write(&path, "sk-abc\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let it = from_file(path.to_str().unwrap(), &Environment::of::<String, String>([])).unwrap();
        assert_eq!((it.secret.expose(), it.notices.len()), ("sk-abc", 0));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(
            from_file(path.to_str().unwrap(), &Environment::of::<String, String>([])).unwrap().notices[0]
                .contains("chmod 600")
        );
        assert!(from_file(dir.path().to_str().unwrap(), &Environment::of::<String, String>([])).is_err());
        assert!(
            from_file("/nonexistent/key", &Environment::of::<String, String>([]))
                .unwrap_err()
                .contains("/nonexistent/key")
        );
    }
}
