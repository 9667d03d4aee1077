//! Where llmroute keeps its files: one folder if `--home` or `LLMROUTE_HOME` says so, else the XDG folders.

use std::path::{Path, PathBuf};

use crate::config::environment::Environment;
use crate::config::refusal::Refusal;
use crate::store::private_file;

/// The folders of one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    home: PathBuf,
    settings: PathBuf,
}

impl Paths {
    /// Everything in one folder.
    ///
    /// # Errors
    /// The folder's path cannot be made absolute.
    pub fn in_folder(folder: &Path) -> Result<Self, Refusal> {
        let home = std::path::absolute(folder).map_err(|error| {
            let what = format!("the folder `{}` cannot be used", folder.display());
            Refusal::new("bad-home", what, error.to_string(), "name an absolute path: --home /path/to/folder")
        })?;
        Ok(Self { settings: home.clone(), home })
    }

    /// The folder given on the command line, else the one in `LLMROUTE_HOME`, else the user's own (XDG).
    ///
    /// # Errors
    /// None of them says where.
    pub fn find(given: Option<&Path>, environment: &Environment) -> Result<Self, Refusal> {
        if let Some(folder) = given {
            return Self::in_folder(folder);
        }
        if let Some(folder) = environment.path("LLMROUTE_HOME") {
            return Self::in_folder(&folder);
        }
        // Without HOME the password database would name a folder too, but a service that was started without HOME
        // hardly means that one.
        let has_home = environment.path("HOME").is_some_and(|it| it.is_absolute());
        let folders = if has_home { directories::ProjectDirs::from("", "", "llmroute") } else { None };
        let folders = folders.ok_or_else(|| {
            Refusal::new(
                "no-home",
                "there is no folder to keep the local file in",
                "HOME is not set to an absolute path, nor is LLMROUTE_HOME",
                "export LLMROUTE_HOME=/path/to/folder   or   llmroute --home /path/to/folder …",
            )
        })?;
        Ok(Self { home: folders.data_dir().to_owned(), settings: folders.config_dir().to_owned() })
    }

    /// Creates the folder, with mode 0700, or checks that it is ours alone to write.
    ///
    /// # Errors
    /// It cannot be created or must not be trusted.
    pub fn create(&self) -> Result<(), Refusal> {
        Ok(private_file::ensure_dir(&self.home)?)
    }

    /// The folder of the local file; `store::server_lock` works on it.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The local file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.home.join("llmroute.db")
    }

    /// The key that seals stored keys.
    #[must_use]
    pub fn master_key(&self) -> PathBuf {
        self.home.join("master.key")
    }

    /// The local token.
    #[must_use]
    pub fn token(&self) -> PathBuf {
        self.home.join("token")
    }

    /// Locks of running processes.
    #[must_use]
    pub fn run(&self) -> PathBuf {
        self.home.join("run")
    }

    /// The optional settings of the process.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.settings.join("config.toml")
    }
}
