//! The key that a client has itself, from the headers of its request (wire.md §3.6): Claude Code's and Codex's own sign-in,
//! or an API key that is not to be kept here.

use aws_lc_rs::digest;
use http::HeaderMap;

use crate::domain::id::KeyId;
use crate::domain::secret::{ClientKey, Secret};

/// The headers that show a key, in any dialect.
const PROOF: [&str; 4] = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];

/// What else a provider knows an account, or the program that signed in, by.
const BESIDE: [&str; 10] = [
    "user-agent",
    "x-app",
    "anthropic-dangerous-direct-browser-access",
    "chatgpt-account-id",
    "originator",
    "session_id",
    "conversation_id",
    "openai-organization",
    "openai-project",
    "x-goog-user-project",
];

/// What every token of this server begins with.
const OURS: &str = "llmr_";

/// The client's own key, if it brought one beside the token of this server.
#[must_use]
pub fn own_key(headers: &HeaderMap) -> Option<ClientKey> {
    let text = |name: &'static str| Some((name, headers.get(name)?.to_str().ok()?));
    let shown: Vec<(&'static str, &str)> = PROOF.into_iter().filter_map(text).filter(|it| !is_ours(it.1)).collect();
    if shown.is_empty() {
        return None;
    }
    let mut context = digest::Context::new(&digest::SHA256);
    for (name, value) in &shown {
        for part in [name, "\0", *value, "\0"] {
            context.update(part.as_bytes());
        }
    }
    let hash: [u8; 8] = context.finish().as_ref().first_chunk().copied().unwrap_or_default();
    Some(ClientKey {
        // Negative, as that of every key which is in no row.
        id: KeyId(-1 - (u64::from_be_bytes(hash) >> 1).cast_signed()),
        proof: shown.iter().map(|(name, value)| (*name, Secret::new((*value).to_owned()))).collect(),
        beside: BESIDE.into_iter().filter_map(text).map(|(name, value)| (name, value.to_owned())).collect(),
    })
}

/// Whether it is a token of this server, bare or as a bearer's.
fn is_ours(value: &str) -> bool {
    let bare = value.split_once(' ').map_or(value, |(_scheme, token)| token.trim_start());
    bare.is_empty() || bare.starts_with(OURS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_token_of_this_server_is_nobody_s_own_key() {
        let ours = [("authorization", "Bearer llmr_0"), ("x-api-key", "llmr_0"), ("x-llmroute-key", "llmr_0")];
        assert!(own_key(&headers(&ours)).is_none());
        assert!(own_key(&headers(&[])).is_none());
        let both = headers(&[("authorization", "Bearer llmr_0"), ("x-api-key", "sk-ant-api03-its-own")]);
        let key = own_key(&both).unwrap();
        assert_eq!(key.proof.iter().map(|it| it.0).collect::<Vec<_>>(), ["x-api-key"]);
    }

    #[test]
    fn the_same_key_has_the_same_id_and_another_one_another() {
        let of = |value| own_key(&headers(&[("authorization", value), ("user-agent", "any/1")])).unwrap();
        let key = of("Bearer sk-ant-oat01-one");
        assert_eq!(key.id, own_key(&headers(&[("authorization", "Bearer sk-ant-oat01-one")])).unwrap().id);
        assert_ne!(key.id, of("Bearer sk-ant-oat01-two").id);
        assert!(key.id.0 < 0);
        assert!(!format!("{key:?}").contains("oat01"), "it must not be printed");
    }
}
