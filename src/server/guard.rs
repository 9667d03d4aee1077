//! Who may come in. Judged by the head alone, before a byte of the body is read.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use crate::domain::caller::Caller;
use crate::domain::failure::{Failure, Origin};
use crate::server::gemini;

/// Checks a presented token. Made by `config`, which keeps the digest; compares in constant time.
pub type Check = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// Whose virtual key a request came with; `None`: the owner's own token, or none where none is needed.
pub type Visitor = Option<Arc<Caller>>;

/// Tells whose virtual key a token is; `None`: nobody's.
pub type Known<'a> = &'a dyn Fn(&str) -> Result<Visitor, Failure>;

/// The guard of one server.
pub struct Guard {
    hosts: [String; 3],
    token: Option<Check>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("hosts", &self.hosts).field("token", &self.token.is_some()).finish()
    }
}

impl Guard {
    /// A guard for a server on `port`. `token` is `None` for a server without one (`--no-auth`).
    #[must_use]
    pub fn new(port: u16, token: Option<Check>) -> Self {
        Self { hosts: ["127.0.0.1", "[::1]", "localhost"].map(|it| format!("{it}:{port}")), token }
    }

    /// Whether this request may come in, and whose it is. `known` tells whose virtual key a token is that is not the
    /// server's own.
    ///
    /// # Errors
    /// `bad_host` (421), `cross_site` (403), `bad_content_type` (403), `unauthorized` (401); what `known` says.
    pub fn admit(&self, head: &Parts, known: Known<'_>) -> Result<Visitor, Failure> {
        self.admit_unknown(head)?;
        self.token(head, known)
    }

    fn token(&self, head: &Parts, known: Known<'_>) -> Result<Visitor, Failure> {
        let token = presented(&head.headers).map(Cow::Borrowed).or_else(|| gemini::token(&head.uri).map(Cow::Owned));
        match (&self.token, token) {
            (Some(check), Some(token)) if check(&token) => Ok(None),
            // Also where no token is needed: whoever shows one wants to be counted, and bound, by it.
            (own, Some(token)) => match (known(&token)?, own) {
                (None, Some(_)) => Err(unauthorized("the token is not this server's")),
                (visitor, _) => Ok(visitor),
            },
            (Some(_), None) => Err(unauthorized("a token is needed")),
            (None, None) => Ok(None),
        }
    }

    /// The same for a request whose body may be of any kind: files and forms. A page can make a browser send those without
    /// asking first, but not with a header that shows a token, so one must be there, also where none is checked.
    ///
    /// # Errors
    /// As [`Self::admit`]; `bad_content_type` where no header shows a token.
    pub fn admit_any_content(&self, head: &Parts, known: Known<'_>) -> Result<Visitor, Failure> {
        if presented(&head.headers).is_none() {
            return self.admit(head, known);
        }
        self.host(head)?;
        same_site(&head.headers)?;
        self.token(head, known)
    }

    /// The same without a token, for what may be known to every program on this machine.
    ///
    /// # Errors
    /// As [`Self::admit`], but for the token.
    pub fn admit_unknown(&self, head: &Parts) -> Result<(), Failure> {
        self.host(head)?;
        same_site(&head.headers)?;
        if head.method == Method::POST { content_type(&head.headers) } else { Ok(()) }
    }

    /// A page that makes its own name resolve to this machine still sends that name: only our exact names pass
    /// (DNS rebinding).
    fn host(&self, head: &Parts) -> Result<(), Failure> {
        let mut named = head.headers.get_all(header::HOST).iter();
        let host = named.next().and_then(|it| it.to_str().ok());
        let is_ours = |it: &str| self.hosts.iter().any(|our| our.eq_ignore_ascii_case(it));
        let absolute_agrees = head.uri.authority().is_none_or(|it| is_ours(it.as_str()));
        match host {
            Some(host) if named.next().is_none() && is_ours(host) && absolute_agrees => Ok(()),
            _ => Err(Failure::local(
                Origin::Client,
                "bad_host",
                421,
                format!("the Host header must be one of {}", self.hosts.join(", ")),
            )),
        }
    }
}

/// No page of another origin may spend the owner's money. Programs send neither header.
fn same_site(headers: &HeaderMap) -> Result<(), Failure> {
    let cross = headers.contains_key(header::ORIGIN)
        || headers.get("sec-fetch-site").is_some_and(|it| !matches!(it.as_bytes(), b"none" | b"same-origin"))
        || headers.contains_key(header::UPGRADE);
    if cross {
        let told = "requests from web pages are refused: this server answers programs on this machine only";
        return Err(Failure::local(Origin::Client, "cross_site", 403, told));
    }
    Ok(())
}

/// A form can only send text/plain, urlencoded or multipart without asking first; JSON it cannot.
fn content_type(headers: &HeaderMap) -> Result<(), Failure> {
    let text = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let media = text.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Failure::local(Origin::Client, "bad_content_type", 403, "the content type must be application/json"))
}

/// The token, from wherever a client of any of the dialects puts it.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let bearer = |it: &'static str| {
        let value = text(it)?;
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    };
    // Our own header first: a client that passes its own login on to the provider puts the local token there.
    text("x-llmroute-key")
        .or_else(|| bearer("authorization"))
        .or_else(|| text("x-api-key"))
        .or_else(|| text("x-goog-api-key"))
}

fn unauthorized(what: &str) -> Failure {
    let told = format!(
        "{what}: set the API key of this client to the local token (llmroute serve shows where it is) or to a virtual key"
    );
    Failure::local(Origin::Client, "unauthorized", 401, told)
}
