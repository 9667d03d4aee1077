//! The line to one speech of one provider: what its address and the head of its requests have in common, worked out
//! once.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use http::Uri;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use crate::domain::dialect::Dialect;
use crate::domain::failure::Failure;
use crate::domain::policy::{Provider, Speech};
use crate::upstream::transport;

/// Most lines that are kept; others are worked out anew for each request.
const MOST: usize = 512;

/// The lines in use, by URL.
#[derive(Debug, Default)]
pub(super) struct Lines(ArcSwap<HashMap<String, Arc<Line>>>);

/// Where requests of one speech go, and the headers each of them carries.
#[derive(Debug)]
pub(super) struct Line {
    /// Where to.
    pub(super) uri: Uri,
    headers: HeaderMap,
    /// What `headers` was made of.
    dialect: Dialect,
    row: Vec<(String, String)>,
}

// === impl Lines ===

impl Lines {
    /// The line for a speech of `provider` at `url`, one of its addresses.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::domain::failure::Kind::Unreachable): its address is no URL.
    pub(super) fn get(&self, provider: &Provider, speech: &Speech, url: &str) -> Result<Arc<Line>, Failure> {
        let known = self.0.load();
        match known.get(url) {
            // Requests in flight keep the policy they started with, and two rows may share a URL: a line is used only
            // where it says what this row says.
            Some(line) if line.is_of(provider, speech) => Ok(Arc::clone(line)),
            Some(_) => Ok(Arc::new(Line::new(provider, speech, url)?)),
            None => {
                let line = Arc::new(Line::new(provider, speech, url)?);
                if known.len() < MOST {
                    self.0.rcu(|known| {
                        let mut known = HashMap::clone(known);
                        known.insert(url.to_owned(), Arc::clone(&line));
                        known
                    });
                }
                Ok(line)
            }
        }
    }

    /// Forgets every line, after the policy changed.
    pub(super) fn clear(&self) {
        self.0.store(Arc::default());
    }
}

// === impl Line ===

impl Line {
    /// Works out a line.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::domain::failure::Kind::Unreachable): the address is no URL.
    pub(super) fn new(provider: &Provider, speech: &Speech, url: &str) -> Result<Self, Failure> {
        let uri = uri(url).ok_or_else(|| transport::no_url(&provider.name))?;
        let mut headers = HeaderMap::with_capacity(16);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("llmroute/", env!("CARGO_PKG_VERSION"))));
        // A compressed answer could neither be watched nor relayed as it streams.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        for (name, value) in speech.dialect.headers() {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        overrule(&mut headers, &provider.headers);
        Ok(Self { uri, headers, dialect: speech.dialect, row: provider.headers.clone() })
    }

    fn is_of(&self, provider: &Provider, speech: &Speech) -> bool {
        self.dialect == speech.dialect && self.row == provider.headers
    }

    /// The headers of a request, still without what authorises it. Where two say the same name, the provider's row
    /// overrules the dialect's own, and the client's word, which is there only where nothing is translated, overrules
    /// both.
    pub(super) fn headers(&self, client: &[(String, String)]) -> HeaderMap {
        let mut headers = self.headers.clone();
        overrule(&mut headers, client);
        headers
    }
}

// === private ===

fn overrule(headers: &mut HeaderMap, by: &[(String, String)]) {
    for (name, value) in by {
        // Both lists were checked where they came from; what still does not fit a header is left out, not sent wrong.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
}

/// Read as a URL first: that escapes what a request line cannot carry and folds `/../`, as every client of the web does.
fn uri(text: &str) -> Option<Uri> {
    let url = reqwest::Url::parse(text).ok().filter(reqwest::Url::has_host)?;
    Uri::try_from(url.as_str()).ok()
}
