//! What proves to a provider who sends a request. Most want the key itself in a header, which is copied from where it
//! was prepared; others want a signature over the request, or a token that the key is exchanged for.
//!
//! Called once a request is whole, so that method, URI, headers and body can be signed. Must not: change what is sent
//! in any other way, or write a secret anywhere but into the request.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use crate::domain::clock::Clock;
use crate::domain::failure::{Failure, Kind};
use crate::domain::policy::Provider;
use crate::upstream::client::Client;
use crate::upstream::credential::Credential;

/// A request on its way to be authorised.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "what signatures and token exchanges will read")]
pub(super) struct Errand<'a> {
    /// Whom it is for; its settings (a region) may be part of what is signed.
    pub(super) provider: &'a Provider,
    /// The key it is to be sent with.
    pub(super) credential: Option<&'a Arc<Credential>>,
    /// Its body.
    pub(super) body: &'a Bytes,
    /// What to fetch a token with.
    pub(super) client: &'a Client,
    /// When a signature is made and a token ends.
    pub(super) clock: &'a Clock,
}

/// Puts the proof on `request`. Whatever else spoke the same header, the proof overrules. Returns the secret that
/// thereby leaves the house, which the answer must not bring back to a client.
///
/// # Errors
/// [`Kind::Auth`]: the key cannot be sent, signed with or exchanged; [`Kind::Unreachable`]: who exchanges it cannot be
/// reached.
#[expect(clippy::unused_async, reason = "a token is waited for here")]
pub(super) async fn authorize(
    errand: &Errand<'_>,
    request: &mut Request<Full<Bytes>>,
) -> Result<Option<Arc<Credential>>, Failure> {
    let Some(credential) = errand.credential else { return Ok(None) };
    present(errand.provider, credential, request)?;
    Ok(Some(Arc::clone(credential)))
}

/// The key as it is, in the header that the provider reads.
///
/// # Errors
/// [`Kind::Auth`]: no header can carry it.
pub(super) fn present(
    provider: &Provider,
    credential: &Credential,
    request: &mut Request<Full<Bytes>>,
) -> Result<(), Failure> {
    let header = credential.header(provider.auth).map_err(|_| {
        let told = format!("the key for {} has characters that no header can carry", provider.name);
        Failure::upstream(Kind::Auth, "upstream_auth", told)
    })?;
    if let Some((name, value)) = header {
        request.headers_mut().insert(name, value);
    }
    Ok(())
}
