//! What proves to a provider who sends a request. Most want the key itself in a header, which is copied from where it
//! was prepared; others want a signature over the request, or a token that the key is exchanged for.
//!
//! Called once a request is whole, so that method, URI, headers and body can be signed. Must not: change what is sent
//! in any other way, or write a secret anywhere but into the request.

pub(super) mod aws;
mod entra;
mod exchange;
mod google;
mod token;

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use crate::domain::clock::Clock;
use crate::domain::failure::{Failure, Kind};
use crate::domain::id::ProviderName;
use crate::domain::policy::{Auth, Provider};
use crate::upstream::client::Client;
use crate::upstream::credential::Credential;

pub(super) use token::Tokens;

/// In place of a key: the account of the machine, which its metadata server knows.
const METADATA: &str = "metadata";

/// A request on its way to be authorised.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand<'a> {
    /// Whom it is for; its settings (a region) may be part of what is signed.
    pub(super) provider: &'a Provider,
    /// The key it is to be sent with.
    pub(super) credential: Option<&'a Arc<Credential>>,
    /// Its body, which a signature covers.
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
/// reached; [`Kind::Transient`]: who exchanges it failed.
pub(super) async fn authorize(
    errand: &Errand<'_>,
    request: &mut Request<Full<Bytes>>,
) -> Result<Option<Arc<Credential>>, Failure> {
    let Some(credential) = errand.credential else { return Ok(None) };
    let presented = match errand.provider.auth {
        // Boxed: what waits for a token is large, and a key that is sent as it is never waits.
        Auth::Google | Auth::Entra => Box::pin(exchanged(errand, credential)).await?,
        Auth::Aws => {
            if let Some(keys) = aws::Keys::of(credential.secret().expose()) {
                signed(errand, &keys, request)?;
                return Ok(Some(Arc::clone(credential)));
            }
            Arc::clone(credential)
        }
        _ => Arc::clone(credential),
    };
    present(errand.provider, &presented, request)?;
    Ok(Some(presented))
}

/// What was sent instead of the key has been refused. Whether another one may be had, so that the request is worth
/// sending again: nothing was done for it.
pub(super) fn renewable(errand: &Errand<'_>, refused: &Arc<Credential>) -> bool {
    errand.credential.is_some_and(|it| it.tokens().forget(refused))
}

/// The secret as it is, in the header that the provider reads.
///
/// # Errors
/// [`Kind::Auth`]: no header can carry it.
pub(super) fn present(
    provider: &Provider,
    credential: &Credential,
    request: &mut Request<Full<Bytes>>,
) -> Result<(), Failure> {
    if provider.auth == Auth::Client {
        // As it came, with whatever else shows whose it is.
        for (name, value) in credential.came_in() {
            request.headers_mut().insert(name, value.clone());
        }
        return Ok(());
    }
    let header = credential.header(provider.auth).map_err(|_| {
        let told = format!("the key for {} has characters that no header can carry", provider.name);
        Failure::upstream(Kind::Auth, "upstream_auth", told)
    })?;
    if let Some((name, value)) = header {
        request.headers_mut().insert(name, value);
    }
    Ok(())
}

/// What `credential` is exchanged for; itself where it is a token already.
async fn exchanged(errand: &Errand<'_>, credential: &Arc<Credential>) -> Result<Arc<Credential>, Failure> {
    let Errand { provider, client, clock, .. } = errand;
    let now = clock.now().wall;
    let key = credential.secret().expose();
    let host = |usual| provider.settings.get("metadata-host").map_or(usual, String::as_str);
    if key != METADATA && !key.starts_with('{') {
        return Ok(Arc::clone(credential));
    }
    let fetch = || {
        let request = match provider.auth {
            Auth::Entra => entra::request(key, host("169.254.169.254")),
            _ => google::request(key, host("metadata.google.internal"), now),
        };
        let (client, clock, name) = (Client::clone(client), Clock::clone(clock), provider.name.clone());
        async move {
            match request {
                Ok(request) => exchange::exchange(client, clock, name, request).await,
                Err(why) => Err(unusable(&name, &why)),
            }
        }
    };
    credential.tokens().get(now, fetch).await.map(|it| Arc::clone(&it.credential))
}

/// Signs the request for the region and the service that the row names.
fn signed(errand: &Errand<'_>, keys: &aws::Keys<'_>, request: &mut Request<Full<Bytes>>) -> Result<(), Failure> {
    let Errand { provider, body, clock, .. } = errand;
    let setting = |name: &str| {
        let why = format!("its row has no `{name}`, which a signature needs");
        provider.settings.get(name).ok_or_else(|| unusable(&provider.name, &why))
    };
    let scope = aws::Scope { region: setting("region")?, service: setting("signing-service")? };
    let now = clock.now().wall;
    if let Some(when) = keys.ended(now) {
        let why = format!("it was for a session that ended at {when}: sign in to AWS again");
        return Err(unusable(&provider.name, &why));
    }
    aws::sign(keys, scope, now, body, request).map_err(|why| unusable(&provider.name, why))
}

fn unusable(provider: &ProviderName, why: &str) -> Failure {
    let told = format!("the key for {provider} cannot be used: {why}; replace it: llmroute keys rotate {provider}");
    Failure::upstream(Kind::Auth, "upstream_auth", told)
}
