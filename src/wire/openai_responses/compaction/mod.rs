//! Compaction: a conversation is replaced by one item that holds what matters of it. Clients ask for it with a last item
//! `compaction_trigger` (Codex) or at a path of its own (`responses/compact`), and send the item back later in place of what
//! it stands for.
//!
//! A provider that compacts encrypts the item for itself: it goes back as it is, and to nobody else. For every other target
//! the model is asked for a summary ([`instead`]), and the item made of its answer ([`retell`]) is one that only llmroute can
//! read: the summary behind a [prefix](sealed) that says so. When it comes back it is put into the conversation as what a
//! user says ([`unfold`]), whoever the target is. It is encoded and not encrypted: it holds what its reader said and heard.

mod ask;
mod retell;
mod sealed;

pub use ask::{asks, instead};
pub use retell::{Retelling, compacted, retell};
pub use sealed::unfold;
