//! What every command needs: the options, the streams, the clock, and the way to the local file.

use crate::catalog;
use crate::cli::args::Global;
use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::view::screen::Screen;
use crate::config::edits::Edits;
use crate::config::{self, Environment, LoadError, Loaded, Paths, Refusal, Settings, Sources, settings};
use crate::domain::clock::Clock;
use crate::store::{self, Access, Db, StoreError};

/// One run of the program.
#[derive(Debug)]
pub struct Session {
    /// Options of every command.
    pub global: Global,
    /// The streams.
    pub screen: Screen,
    /// The machine's clocks.
    pub clock: Clock,
    /// The environment variables.
    pub environment: Environment,
}

impl Session {
    /// The run that these options ask for.
    #[must_use]
    pub fn new(global: Global) -> Self {
        let screen = global.screen();
        Self { global, screen, clock: Clock::system(), environment: Environment::process() }
    }

    /// Where the files are.
    ///
    /// # Errors
    /// No folder is named and there is no home.
    pub fn paths(&self) -> Done<Paths> {
        Ok(Paths::find(self.global.home.as_deref(), &self.environment)?)
    }

    /// The local file, for reading. One that is not there reads as empty.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&self) -> Done<Db> {
        Ok(store::open(&self.paths()?.database(), Access::ReadOnly)?)
    }

    /// Runs one checked edit of the policy. A running server takes it up within a second.
    ///
    /// # Errors
    /// The file cannot be written, or the edit is refused; then nothing is changed.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Edits<'_>) -> Result<T, Refusal>) -> Done<T> {
        let paths = self.paths()?;
        paths.create()?;
        let mut db = store::open(&paths.database(), Access::ReadWrite)?;
        let mut edits = Edits {
            db: &mut db,
            built_in: catalog::providers(),
            environment: &self.environment,
            master_key: &paths.master_key(),
            now: self.clock.now().wall,
        };
        Ok(change(&mut edits)?)
    }

    /// The policy in force and its keys, to act on. `previous` spares commands that print keys from being run again.
    ///
    /// # Errors
    /// The file cannot be read, or rows in it are wrong.
    pub fn load(&self, previous: Option<&Loaded>) -> Done<Loaded> {
        self.with_sources(|it| config::load(it, previous))
    }

    /// The same to look at: commands that print keys are not run.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn glance(&self) -> Done<Loaded> {
        self.with_sources(config::glance)
    }

    fn with_sources(&self, read: impl FnOnce(&Sources<'_>) -> Result<Loaded, LoadError>) -> Done<Loaded> {
        let paths = self.paths()?;
        let db = store::open(&paths.database(), Access::ReadOnly)?;
        let settings = self.settings()?;
        let sources = Sources {
            db: &db,
            built_in: catalog::providers(),
            environment: &self.environment,
            master_key: &paths.master_key(),
            deadlines: settings.deadlines,
            time_zone: &settings.time_zone,
        };
        Ok(read(&sources).map_err(Refusal::from)?)
    }

    /// `config.toml`, or what holds without it.
    ///
    /// # Errors
    /// It says something that means nothing.
    pub fn settings(&self) -> Done<Settings> {
        Ok(settings::read(&self.paths()?.settings())?)
    }
}

impl From<Refusal> for Stop {
    fn from(it: Refusal) -> Self {
        Diag::new(exit(it.code), it.code, it.what, it.why).fix(it.fix).into()
    }
}

impl From<StoreError> for Stop {
    fn from(it: StoreError) -> Self {
        Refusal::from(it).into()
    }
}

/// The exit status that goes with a refusal: what is wrong with the file or the machine is a failure, what is wrong
/// with the words typed is a usage error.
fn exit(code: &str) -> Exit {
    match code {
        "key-unusable" | "sealed" => Exit::Key,
        "no-home" | "token-file" | "disk-full" | "policy" | "settings-file" => Exit::Failed,
        _ if code.starts_with("db-") || code.starts_with("file-") => Exit::Failed,
        _ => Exit::Usage,
    }
}
