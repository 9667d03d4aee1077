//! Virtual keys, found by the digests of their tokens.

use std::sync::Arc;

use crate::domain::virtual_key::{Found, VirtualKey, VirtualKeys};
use crate::store::policy::PolicyRows;

pub(super) fn build(rows: &PolicyRows) -> VirtualKeys {
    let presented = rows.virtual_keys.iter().map(|it| {
        let found = match it.removed {
            Some(_) => Found::Removed(Arc::clone(&it.caller.virtual_key.name)),
            None => Found::Live(Arc::new(VirtualKey {
                caller: Arc::new(it.caller.clone()),
                grant: it.grant.clone(),
                expires: it.expires,
            })),
        };
        (it.digest, found)
    });
    VirtualKeys::new(presented.collect())
}
