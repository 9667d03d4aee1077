//! Cheap guesses about what is said. No model, no download, and only for rules that name them.

pub(super) mod complexity;
pub(super) mod language;
pub(super) mod sensitive;
