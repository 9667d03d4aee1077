//! A home that is gone afterwards: for the demo and for measurements.

use std::path::PathBuf;

use crate::cli::args::Global;
use crate::cli::diag::{Diag, Done, Exit};

/// A folder that is removed with everything in it when this is dropped.
#[derive(Debug)]
pub(super) struct ThrowAway(PathBuf);

impl ThrowAway {
    /// A name for a folder that nobody else uses. The folder itself is made with the local file.
    ///
    /// # Errors
    /// There is such a folder already, left by a process that was killed.
    pub(super) fn new(what: &str) -> Done<Self> {
        let folder = std::env::temp_dir().join(format!("llmroute-{what}-{}", std::process::id()));
        if folder.exists() {
            let what = format!("the folder {} is there already", folder.display());
            let why = "an earlier run was killed before it could tidy up";
            return Err(Diag::new(Exit::Failed, "demo-home", what, why)
                .fix(format_args!("rm -r {}", folder.display()))
                .into());
        }
        Ok(Self(folder))
    }

    /// The options of a run in this folder.
    pub(super) fn options(&self, global: &Global) -> Global {
        Global { home: Some(self.0.clone()), ..global.clone() }
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("{} could not be removed: {error}", self.0.display());
        }
    }
}
