//! Paths and commands as a person reads them and a shell takes them back.

use std::path::{Path, PathBuf};

/// A path with the home folder as `~`.
#[must_use]
pub fn shown(path: &Path) -> String {
    match std::env::home_dir().and_then(|it| Some(path.strip_prefix(it).ok()?.display().to_string())) {
        Some(rest) => format!("~/{rest}"),
        None => path.display().to_string(),
    }
}

/// A path as one word for a shell.
#[must_use]
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"/._-+@:,".contains(&it));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// How this program was called: by its name if a shell found it, else by its path.
#[must_use]
pub fn program() -> String {
    let named = std::env::args_os().next().is_some_and(|it| Path::new(&it).components().count() == 1);
    if named {
        return "llmroute".to_owned();
    }
    quoted(&std::env::current_exe().unwrap_or_else(|_| PathBuf::from("llmroute")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_a_shell() {
        assert_eq!(quoted(Path::new("/tmp/a-b")), "/tmp/a-b");
        assert_eq!(quoted(Path::new("/tmp/a b'c")), "'/tmp/a b'\\''c'");
    }
}
