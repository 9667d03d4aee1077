//! The other thing HTTP is sent to: our own running server, for `ask` and for questions about its health.

use std::time::Duration;

use bytes::Bytes;

use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::id::ProviderName;
use crate::domain::secret::Secret;
use crate::upstream::transport;

/// A client of the server on this machine.
#[derive(Debug)]
pub struct Local {
    client: reqwest::Client,
    base: String,
    token: Option<Secret>,
}

/// The server's answer, its body still on the way.
#[derive(Debug)]
pub struct Answer(reqwest::Response);

impl Local {
    /// A client of the server on `port` of the loopback address.
    ///
    /// # Errors
    /// The HTTP client cannot be set up.
    pub fn new(port: u16, token: Option<Secret>) -> Result<Self, Failure> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(2))
            .tcp_nodelay(true)
            .build()
            .map_err(|it| failed(&it))?;
        Ok(Self { client, base: format!("http://127.0.0.1:{port}"), token })
    }

    /// Posts a JSON body to `path` and returns the answer as it begins.
    ///
    /// # Errors
    /// `server_unreachable`: nothing answers there.
    pub async fn post(&self, path: &str, body: Bytes) -> Result<Answer, Failure> {
        self.post_for(path, body, None).await
    }

    /// The same with the name of the virtual key that it is about.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn post_for(&self, path: &str, body: Bytes, virtual_key: Option<&str>) -> Result<Answer, Failure> {
        let request = self.client.post(format!("{}{path}", self.base)).header("content-type", "application/json");
        let request = match virtual_key {
            Some(name) => request.header("x-llmroute-virtual-key", name),
            None => request,
        };
        self.send(request.header("user-agent", "llmroute-ask").body(body)).await
    }

    /// Gets `path`.
    ///
    /// # Errors
    /// `server_unreachable`: nothing answers there.
    pub async fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.send(self.client.get(format!("{}{path}", self.base))).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        };
        Ok(Answer(request.send().await.map_err(|it| failed(&it))?))
    }
}

// === impl Answer ===

impl Answer {
    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// A header of the answer, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name)?.to_str().ok()
    }

    /// The next piece of the body; `None` at its clean end.
    ///
    /// # Errors
    /// [`Kind::Cut`]: the connection broke before the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        let chunk = self.0.chunk().await;
        chunk.map_err(|it| transport::cut(&ProviderName::from("llmroute"), &it.without_url()))
    }
}

fn failed(error: &reqwest::Error) -> Failure {
    let told = "the running llmroute server does not answer";
    let mut failure = Failure::local(Origin::Local, "server_unreachable", 503, told);
    failure.kind = Kind::Local;
    failure.detail = error.to_string();
    failure
}
