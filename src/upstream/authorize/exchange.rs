//! Asking a token service: one request, one small JSON answer, read the same way whoever answers (RFC 6749 §5).

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use serde::Deserialize;
use serde_json::Value;

use crate::domain::clock::{Clock, Stamp};
use crate::domain::failure::{Failure, Kind};
use crate::domain::id::ProviderName;
use crate::upstream::authorize::token::Token;
use crate::upstream::client::Client;
use crate::upstream::transport;

/// How long a token service may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const LONGEST: usize = 64 << 10;
/// How long a token lasts whose service does not say (RFC 6749 §5.1 only recommends that it does).
const UNSAID: Duration = Duration::from_secs(5 * 60);

/// A POST of a form.
///
/// # Errors
/// Why `uri` cannot be asked: a key may go over https only, or stay on this machine.
pub(super) fn form(uri: &str, fields: &[(&str, &str)]) -> Result<Request<Full<Bytes>>, &'static str> {
    let mut encoded = reqwest::Url::parse("http://form.invalid").map_err(|_| "its address is no URL")?;
    encoded.query_pairs_mut().extend_pairs(fields);
    let body = Bytes::copy_from_slice(encoded.query().unwrap_or_default().as_bytes());
    let mut request = Request::post(safe(uri)?).body(Full::new(body)).map_err(|_| "its address is no URL")?;
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, form);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// The URL of a token service, if a key may be sent there.
fn safe(uri: &str) -> Result<Uri, &'static str> {
    let url = reqwest::Url::parse(uri).map_err(|_| "its token_uri is no URL")?;
    let loopback = match url.host() {
        Some(url_host) => {
            let text = url_host.to_string();
            let bare = text.trim_matches(['[', ']']);
            text == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
        }
        None => return Err("its token_uri names no host"),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => return Err("its token_uri is not https, so the key would go there unencrypted"),
    }
    Uri::try_from(url.as_str()).map_err(|_| "its token_uri is no URL")
}

/// What a token service answers.
#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    /// Seconds; some write them as text.
    expires_in: Option<Value>,
    error: Option<Value>,
    error_description: Option<String>,
}

/// Sends `request` and reads the token out of the answer.
///
/// # Errors
/// [`Kind::Unreachable`]: no answer; [`Kind::Auth`]: the key was refused; [`Kind::Transient`]: anything else.
pub(super) async fn exchange(
    client: Client,
    clock: Clock,
    provider: ProviderName,
    request: Request<Full<Bytes>>,
) -> Result<Token, Failure> {
    // The token counts from before it was asked for, so that it never ends earlier than believed.
    let asked = clock.now().wall;
    let host = request.uri().host().unwrap_or_default().to_owned();
    let unreachable = |detail: String| {
        let told = format!("{provider}: {host}, which gives out its access tokens, cannot be reached");
        let detail = format!("{provider}: {host}: {detail}");
        Failure { detail, ..Failure::upstream(Kind::Unreachable, "upstream_token_unreachable", told) }
    };
    let asking = async {
        let response = client.request(request).await.map_err(|it| unreachable(transport::chain(&it)))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LONGEST).collect().await.map_err(|it| unreachable(it.to_string()))?;
        Ok((head.status.as_u16(), body.to_bytes()))
    };
    let answer = tokio::time::timeout(PATIENCE, asking).await;
    let (status, body) = answer.map_err(|_| unreachable(format!("no answer in {} s", PATIENCE.as_secs())))??;
    read(&provider, &host, asked, status, &body)
}

fn read(provider: &ProviderName, host: &str, asked: Stamp, status: u16, body: &[u8]) -> Result<Token, Failure> {
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    let failed = |kind, code, what: &str, detail: &str| {
        let told = format!("{provider}: {host}, which gives out its access tokens, {what}");
        let detail = format!("{told} ({status}) {detail}");
        Failure { detail, ..Failure::upstream(kind, code, told) }
    };
    let Some(answer) = answer else {
        return Err(failed(Kind::Transient, "upstream_token", "did not answer with a token", "no JSON"));
    };
    if let (200..=299, Some(token)) = (status, answer.access_token.filter(|it| !it.is_empty())) {
        let lasts = answer.expires_in.as_ref().and_then(seconds).unwrap_or(UNSAID);
        return Ok(Token::new(token, asked, lasts));
    }
    let error = answer.error.as_ref().map(shown).unwrap_or_default();
    let described = answer.error_description.unwrap_or_default();
    let detail: String = format!("{error} {described}").chars().filter(|it| !it.is_control()).take(500).collect();
    Err(match status {
        400..=403 => {
            let what = format!("refused the key llmroute has for it (llmroute keys rotate {provider})");
            failed(Kind::Auth, "upstream_auth", &what, &detail)
        }
        404 => failed(Kind::Auth, "upstream_auth", "knows no account to give one for", &detail),
        _ => failed(Kind::Transient, "upstream_token", "did not answer with a token", &detail),
    })
}

fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    Some(Duration::from_secs(seconds))
}

/// `invalid_grant`; some services answer with an object here.
fn shown(error: &Value) -> String {
    error.as_str().map_or_else(|| error.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, body: &str) -> Result<Token, Failure> {
        read(&"lab".into(), "tokens.example", Stamp(0), status, body.as_bytes())
    }

    #[test]
    fn tokens_are_read_as_services_write_them() {
        for expires in ["3599", "\"3599\""] {
            let body = format!(r#"{{"access_token":"ya29.x","expires_in":{expires},"token_type":"Bearer"}}"#);
            let got = outcome(200, &body).unwrap();
            assert!(format!("{got:?}").contains("Stamp(3599000000)"), "{got:?}");
            assert!(!format!("{got:?}").contains("ya29"), "{got:?}");
        }
        assert!(outcome(200, r#"{"access_token":"t"}"#).is_ok());
    }

    #[test]
    fn refusals_are_failures_of_the_key_and_the_rest_of_the_service() {
        let refused = outcome(400, r#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#);
        let refused = refused.unwrap_err();
        assert_eq!((refused.kind, refused.code), (Kind::Auth, "upstream_auth"));
        assert!(refused.detail.contains("Invalid JWT Signature") && refused.told.contains("keys rotate lab"));
        for (status, body) in [(503, "{}"), (200, "<html>"), (200, "{}"), (200, r#"{"access_token":""}"#)] {
            let failure = outcome(status, body).unwrap_err();
            assert_eq!((failure.kind, failure.code), (Kind::Transient, "upstream_token"), "{status} {body}");
        }
    }

    #[test]
    fn a_key_goes_over_https_or_stays_here() {
        for good in ["https://oauth2.googleapis.com/token", "http://127.0.0.1:9/token", "http://localhost:9/token"] {
            assert!(form(good, &[]).is_ok(), "{good}");
        }
        for bad in ["http://oauth2.example/token", "file:///etc/passwd", "token", "http://127.0.0.1.example/t"] {
            assert!(form(bad, &[]).is_err(), "{bad}");
        }
    }
}
