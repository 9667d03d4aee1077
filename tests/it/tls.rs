//! Providers behind TLS: whom the program trusts, and which HTTP it speaks there.
//!
//! The platform is told of the tests' certificate by `SSL_CERT_FILE`, which only the free Unixes read.
#![cfg(all(unix, not(target_vendor = "apple")))]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::server::SendResponse;
use http::{Method, Request, Response, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::cli::{Home, Ran};

/// A certificate for `localhost`, and its key.
const PEM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/tls/localhost.pem");
const KEY: &str = "sk-tls-0123456789abcdefghij";
const ANSWER: &str = concat!(
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Paris.\"},\"finish_reason\":\"stop\"}]}\n\n",
    "data: [DONE]\n\n"
);

/// What a provider saw.
#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    refused: AtomicUsize,
    answered: AtomicUsize,
}

/// A provider behind TLS.
struct Provider {
    port: u16,
    seen: Arc<Seen>,
    _runtime: tokio::runtime::Runtime,
}

impl Provider {
    /// A provider that offers `protocol` (as ALPN names it) and hands the first `refuse` requests back untouched.
    fn start(protocol: &str, refuse: usize) -> Self {
        let certificate = CertificateDer::from_pem_file(PEM).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(PEM).expect("a key");
        let crypto = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(crypto).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth().with_single_cert(vec![certificate], key);
        let mut config = config.expect("a certificate and its key");
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Seen::default());
        runtime.spawn(accept(listener, acceptor, Arc::clone(&seen), refuse));
        Self { port, seen, _runtime: runtime }
    }

    /// Asks it through the program, by this name of this machine.
    fn asked_at(&self, host: &str) -> (Home, Ran) {
        let home = Home::new();
        let url = format!("https://{host}:{}/v1", self.port);
        home.ok(&["providers", "add", "lab", "--base-url", &url, "--speaks", "openai-chat"]);
        let added = home.run_with_stdin(&["keys", "add", "lab", "--stdin"], KEY);
        assert_eq!(added.code, 0, "{}", added.stderr);
        home.ok(&["groups", "set", "default", "lab/one=1"]);
        home.ok(&["prices", "set", "lab/one", "in=1", "out=2"]);
        let mut ask = home.command(&["ask", "Capital of France?"]);
        let ran = Ran::of(&ask.env("SSL_CERT_FILE", PEM).output().expect("the program starts"));
        (home, ran)
    }

    fn counts(&self) -> [usize; 3] {
        [&self.seen.connections, &self.seen.refused, &self.seen.answered].map(|it| it.load(Ordering::SeqCst))
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, seen: Arc<Seen>, refuse: usize) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
        tokio::spawn(async move {
            // A client that does not like the certificate ends the handshake.
            let Ok(stream) = acceptor.accept(stream).await else { return };
            seen.connections.fetch_add(1, Ordering::SeqCst);
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                serve_2(stream, &seen, refuse).await;
            } else {
                serve_1(stream, &seen).await;
            }
        });
    }
}

/// HTTP/2, by hand: hyper's server refuses no stream on demand.
async fn serve_2(stream: TlsStream<TcpStream>, seen: &Arc<Seen>, refuse: usize) {
    let mut connection = h2::server::handshake(stream).await.expect("HTTP/2");
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        if seen.refused.load(Ordering::SeqCst) < refuse {
            seen.refused.fetch_add(1, Ordering::SeqCst);
            respond.send_reset(h2::Reason::REFUSED_STREAM);
            continue;
        }
        tokio::spawn(answer_2(request, respond, Arc::clone(seen)));
    }
}

async fn answer_2(request: Request<h2::RecvStream>, mut respond: SendResponse<Bytes>, seen: Arc<Seen>) {
    let (head, mut body) = request.into_parts();
    let mut text = Vec::new();
    while let Some(data) = body.data().await {
        let data = data.expect("the body");
        body.flow_control().release_capacity(data.len()).expect("the window");
        text.extend_from_slice(&data);
    }
    check(&head, Version::HTTP_2, &text);
    let response = Response::builder().header("content-type", "text/event-stream").body(()).expect("a response");
    let mut sending = respond.send_response(response, false).expect("the head");
    // In two frames, the second one later: the end of the first is not the end of the body.
    let (first, rest) = ANSWER.split_at(30);
    sending.send_data(Bytes::from_static(first.as_bytes()), false).expect("a frame");
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    seen.answered.fetch_add(1, Ordering::SeqCst);
    sending.send_data(Bytes::from_static(rest.as_bytes()), true).expect("a frame");
}

async fn serve_1(stream: TlsStream<TcpStream>, seen: &Arc<Seen>) {
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let text = body.collect().await?.to_bytes();
        check(&head, Version::HTTP_11, &text);
        assert_eq!(head.headers["content-length"], text.len().to_string().as_str());
        seen.answered.fetch_add(1, Ordering::SeqCst);
        let response = Response::builder().header("content-type", "text/event-stream");
        Ok::<_, hyper::Error>(response.body(Full::<Bytes>::from(ANSWER)).expect("a response"))
    });
    hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await
        .expect("a client that keeps to HTTP/1.1");
}

/// A request that is wrong is answered by nobody, and so fails its test.
#[track_caller]
fn check(head: &http::request::Parts, version: Version, body: &[u8]) {
    assert_eq!((&head.method, head.version, head.uri.path()), (&Method::POST, version, "/v1/chat/completions"));
    assert_eq!(head.headers["authorization"], format!("Bearer {KEY}").as_str());
    let body: Value = serde_json::from_slice(body).expect("JSON");
    assert_eq!(body["messages"][0]["content"], "Capital of France?");
}

#[test]
fn a_provider_that_offers_http_2_is_spoken_to_in_it() {
    let provider = Provider::start("h2", 0);
    let (_, ran) = provider.asked_at("localhost");
    assert_eq!((ran.stdout.as_str(), ran.code), ("Paris.\n", 0), "{}", ran.stderr);
    assert_eq!(provider.counts(), [1, 0, 1]);
}

#[test]
fn a_provider_that_offers_only_http_1_is_spoken_to_in_that() {
    let provider = Provider::start("http/1.1", 0);
    let (_, ran) = provider.asked_at("localhost");
    assert_eq!((ran.stdout.as_str(), ran.code), ("Paris.\n", 0), "{}", ran.stderr);
    assert_eq!(provider.counts(), [1, 0, 1]);
}

#[test]
pub(crate) fn a_request_that_was_handed_back_untouched_is_sent_again_twice_and_no_more() {
    let provider = Provider::start("h2", 2);
    let (home, ran) = provider.asked_at("localhost");
    assert_eq!((ran.stdout.as_str(), ran.code), ("Paris.\n", 0), "{}", ran.stderr);
    assert_eq!(provider.counts(), [1, 2, 1]);
    let tried = attempts(&home);
    assert_eq!(tried.len(), 1, "to the ledger it is one attempt: {tried:?}");

    let provider = Provider::start("h2", usize::MAX);
    let (home, ran) = provider.asked_at("localhost");
    assert_ne!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(provider.counts()[2], 0);
    let tried = attempts(&home);
    assert_eq!(provider.counts()[1], 3, "{tried:?}");
    assert_eq!((tried.len(), &tried[0]["error"]["code"]), (1, &json!("upstream_uncertain")), "{tried:?}");
}

#[test]
fn a_certificate_for_another_name_is_refused_before_anything_is_sent() {
    let provider = Provider::start("h2", 0);
    let (home, ran) = provider.asked_at("127.0.0.1");
    assert_ne!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(provider.counts()[2], 0);
    for it in attempts(&home) {
        assert_eq!((&it["state"], &it["error"]["code"]), (&json!("voided"), &json!("upstream_tls")), "{it}");
    }
}

/// The attempts of the only request of a home.
fn attempts(home: &Home) -> Vec<Value> {
    let listed = home.json(&["requests", "--json"]);
    let id = listed["requests"][0]["id"].as_str().unwrap_or_else(|| panic!("no request: {listed}"));
    let shown = home.json(&["requests", "show", id, "--json"]);
    let attempts = shown["attempts"].as_array().cloned().unwrap_or_default();
    assert!(!attempts.is_empty(), "{shown}");
    attempts
}
