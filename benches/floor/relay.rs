//! The bare relay: the least that a proxy for models can do.

use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running relay. It ends with its process.
#[derive(Debug)]
pub(crate) struct Relay {
    address: SocketAddr,
    _accepting: JoinHandle<()>,
}

/// All it reads of a request.
#[derive(Deserialize)]
struct Peek<'a> {
    #[serde(borrow)]
    model: Cow<'a, str>,
    #[serde(default)]
    stream: bool,
}

type Upstream = Client<HttpConnector, Full<Bytes>>;

impl Relay {
    pub(crate) async fn start(upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let accepting = tokio::spawn(accept(listener, client, upstream));
        Ok(Self { address, _accepting: accepting })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn accept(listener: TcpListener, client: Upstream, upstream: SocketAddr) {
    while let Ok((stream, _)) = listener.accept().await {
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        let client = client.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| relay(request, client.clone(), upstream));
            let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            if let Err(error) = served.await {
                eprintln!("relay: {error}");
            }
        });
    }
}

async fn relay(
    request: Request<Incoming>,
    client: Upstream,
    upstream: SocketAddr,
) -> Result<Response<Either<Incoming, Full<Bytes>>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let wanted = match serde_json::from_slice::<Peek<'_>>(&body) {
        Ok(peek) if !peek.model.is_empty() => peek.stream,
        _ => return Ok(plain(StatusCode::BAD_REQUEST)),
    };
    let path = head.uri.path_and_query().map_or("/", |it| it.as_str());
    let mut onward = Request::post(format!("http://{upstream}{path}"));
    for name in [CONTENT_TYPE, AUTHORIZATION] {
        if let Some(value) = head.headers.get(&name) {
            onward = onward.header(name, value);
        }
    }
    let Ok(onward) = onward.body(Full::new(body)) else { return Ok(plain(StatusCode::BAD_REQUEST)) };
    let Ok(answer) = client.request(onward).await else { return Ok(plain(StatusCode::BAD_GATEWAY)) };
    let (mut head, body) = answer.into_parts();
    let kind = head.headers.remove(CONTENT_TYPE);
    head.headers.clear();
    let streams = kind.as_ref().is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"));
    if streams != wanted {
        return Ok(plain(StatusCode::BAD_GATEWAY));
    }
    head.headers.extend(kind.map(|it| (CONTENT_TYPE, it)));
    Ok(Response::from_parts(head, Either::Left(body)))
}

fn plain(status: StatusCode) -> Response<Either<Incoming, Full<Bytes>>> {
    let mut answer = Response::new(Either::Right(Full::default()));
    *answer.status_mut() = status;
    answer
}
