//! What the path of a request asks for.

use crate::domain::operation::Operation;
use crate::engine::Addressed;

/// What a path and its query ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Asked {
    /// What for.
    pub(super) operation: Operation,
    /// The model, and whether to stream, in a dialect where the path says so.
    pub(super) path: Option<Addressed>,
    /// A stream is to come as one JSON array: the client did not ask for events.
    pub(super) array: bool,
}

impl Asked {
    /// A path that says nothing but what it is for.
    pub(super) fn of(operation: Operation) -> Self {
        Self { operation, ..Self::default() }
    }
}
