//! The scripts in `completions/` are what the program prints now.

use llmroute::cli::completions::Shell;

/// Refresh with `LLMROUTE_REFRESH=1 cargo test completion_scripts`.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test's own switch")]
fn completion_scripts_are_fresh() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for shell in Shell::ALL {
        let path = folder.join(shell.file_name());
        if std::env::var_os("LLMROUTE_REFRESH").is_some() {
            std::fs::create_dir_all(&folder).expect("the folder");
            std::fs::write(&path, shell.script()).expect("the script");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == shell.script(),
            "{} is stale: LLMROUTE_REFRESH=1 cargo test completion_scripts",
            path.display()
        );
    }
}
