//! A file from the net, for commands that take over public data. Nothing of ours is sent along.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full, Limited};

use crate::domain::failure::{Failure, Kind};
use crate::upstream::{client, transport};

/// How long it may take to connect, and how long altogether.
const CONNECT: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(60);

/// What is at `url`, at most `most` bytes. No redirect is followed.
///
/// # Errors
/// [`Kind::Unreachable`]: it is no address, nobody answers there, or too slowly; [`Kind::Broken`]: the answer is none, or
/// larger.
pub async fn fetch(url: &str, most: usize) -> Result<Bytes, Failure> {
    let unreachable = |why: String| Failure::upstream(Kind::Unreachable, "fetch", format!("{url}: {why}"));
    let broken = |why: String| Failure::upstream(Kind::Broken, "fetch", format!("{url}: {why}"));
    let uri: Uri = url.parse().map_err(|_| unreachable("it is no URL".to_owned()))?;
    let client = client::build(CONNECT).map_err(|it| unreachable(it.to_string()))?;
    let mut request = Request::new(Full::new(Bytes::new()));
    *request.uri_mut() = uri;
    request.headers_mut().insert("user-agent", http::HeaderValue::from_static("llmroute"));
    let asking = async {
        let response = client.request(request).await.map_err(|it| unreachable(transport::chain(&it)))?;
        let (head, body) = response.into_parts();
        if !head.status.is_success() {
            return Err(broken(format!("it answered {}", head.status.as_u16())));
        }
        let body = Limited::new(body, most).collect().await.map_err(|it| broken(it.to_string()))?;
        Ok(body.to_bytes())
    };
    let answer = tokio::time::timeout(PATIENCE, asking).await;
    answer.map_err(|_| unreachable(format!("no answer in {} s", PATIENCE.as_secs())))?
}
