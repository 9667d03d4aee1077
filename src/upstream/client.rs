//! The HTTP client that requests to providers go through: hyper's pooled client, with nothing around it. A client
//! library's layers for redirects, cookies, proxies and retries are not switched off here but absent.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use tower_service::Service;

/// The client: HTTP/1.1 and, where a provider offers it by ALPN, HTTP/2.
pub(super) type Client = legacy::Client<Within<HttpsConnector<HttpConnector>>, Full<Bytes>>;

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct SetUp(#[from] rustls::Error);

/// A client that may take `connect` for DNS, TCP and TLS together, and trusts whom the platform trusts.
///
/// # Errors
/// The platform's certificates cannot be read, or there are none.
pub(super) fn build(connect: Duration) -> Result<Client, SetUp> {
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls()?)
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(tcp(connect));
    let client = legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(90))
        .pool_max_idle_per_host(128)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .http2_keep_alive_while_idle(true)
        .http2_adaptive_window(true)
        // Only a request that a pooled connection provably never took: it had closed when the request came to it.
        .retry_canceled_requests(true)
        .build(Within { inner: connector, most: connect });
    Ok(client)
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    Ok(config.with_safe_default_protocol_versions()?.try_with_platform_verifier()?.with_no_client_auth())
}

fn tcp(connect: Duration) -> HttpConnector {
    let mut tcp = HttpConnector::new();
    // Whether a scheme other than http may be asked for is the TLS connector's decision.
    tcp.enforce_http(false);
    // Shared out among the addresses of a name, so that one dead address does not use up the others' time.
    tcp.set_connect_timeout(Some(connect));
    tcp.set_nodelay(true);
    // A peer that vanished without a word is found out by the kernel: an answer may be silent for minutes.
    tcp.set_keepalive(Some(Duration::from_secs(30)));
    tcp.set_keepalive_interval(Some(Duration::from_secs(15)));
    tcp.set_keepalive_retries(Some(3));
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    tcp.set_tcp_user_timeout(Some(Duration::from_secs(30)));
    tcp
}

/// A connector whose connections are made in time or not at all.
#[derive(Debug, Clone)]
pub(super) struct Within<C> {
    inner: C,
    most: Duration,
}

/// The deadline of [`Within`] passed.
#[derive(Debug, thiserror::Error)]
#[error("the connection attempt timed out")]
pub(super) struct TimedOut;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl<C> Service<Uri> for Within<C>
where
    C: Service<Uri, Error = BoxError>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.most, self.inner.call(to));
        Box::pin(async move { connecting.await.map_err(|_| TimedOut)? })
    }
}
