//! What a codec could not say of something that came from another dialect.

use std::marker::PhantomData;

use crate::domain::dialect::Dialect;
use crate::domain::prompt::{Loss, Opaque};

/// The dialect that something is written in.
pub(super) trait Target {
    /// Which.
    const DIALECT: Dialect;
    /// Why it cannot say a piece that it has no field for.
    const NO_FIELD: &'static str;
}

/// What could not be said in the dialect `T`. Each thing is named once.
#[derive(Debug)]
pub(super) struct Losses<T>(pub(super) Vec<Loss>, PhantomData<T>);

impl<T> Default for Losses<T> {
    fn default() -> Self {
        Self(Vec::new(), PhantomData)
    }
}

impl<T: Target> Losses<T> {
    /// Reports something as lost or changed.
    pub(super) fn add(&mut self, what: impl Into<String>, why: &'static str) {
        let loss = Loss { what: what.into(), why };
        if !self.0.contains(&loss) {
            self.0.push(loss);
        }
    }

    /// Names the pieces of other dialects, which stand at `path`.
    pub(super) fn foreign<'e>(&mut self, path: &str, extra: impl IntoIterator<Item = &'e Opaque>) {
        let dot = if path.is_empty() || path.ends_with('.') { "" } else { "." };
        for it in extra.into_iter().filter(|it| it.dialect != T::DIALECT && !it.is_spelling()) {
            self.add(format!("{path}{dot}{}", it.name), T::NO_FIELD);
        }
    }
}
