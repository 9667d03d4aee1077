//! Whose token a client presents, of those that the policy in force knows.

use std::sync::Arc;

use crate::config::token;
use crate::domain::caller::Caller;
use crate::domain::failure::{Failure, Origin};
use crate::domain::virtual_key::Found;
use crate::engine::Engine;

impl Engine {
    /// Who comes with `token`; `None`: it is no virtual key's.
    ///
    /// # Errors
    /// `key_removed` or `key_expired` (401): it was one's.
    pub fn caller(&self, token: &str) -> Result<Option<Arc<Caller>>, Failure> {
        let in_force = self.policy.load();
        let keys = &in_force.policy.virtual_keys;
        if keys.is_unused() {
            return Ok(None);
        }
        match keys.presented(&token::digest_of(token.as_bytes())) {
            None => Ok(None),
            Some(Found::Removed(name)) => Err(refused("key_removed", &format!("the virtual key `{name}` was removed"))),
            Some(Found::Live(key)) if key.expires.is_some_and(|it| it <= self.now().wall) => {
                let name = &key.caller.virtual_key.name;
                Err(refused("key_expired", &format!("the virtual key `{name}` has expired")))
            }
            Some(Found::Live(key)) => Ok(Some(Arc::clone(&key.caller))),
        }
    }

    /// The caller that the virtual key of that name stands for.
    ///
    /// # Errors
    /// `unknown_key` (404): there is none.
    pub fn caller_named(&self, name: &str) -> Result<Arc<Caller>, Failure> {
        let in_force = self.policy.load();
        let found = in_force.policy.virtual_keys.named(name).map(|it| Arc::clone(&it.caller));
        let shown: String = name.chars().take(100).collect();
        let told = || format!("there is no virtual key `{shown}`; llmroute virtual-keys lists them");
        found.ok_or_else(|| Failure::local(Origin::Client, "unknown_key", 404, told()))
    }
}

fn refused(code: &'static str, what: &str) -> Failure {
    let told = format!("{what}: ask whoever gave it to you for another (llmroute virtual-keys)");
    Failure::local(Origin::Client, code, 401, told)
}
