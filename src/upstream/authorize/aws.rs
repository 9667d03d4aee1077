//! Amazon's signatures over a request: Signature Version 4
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::{Request, Uri};
use http_body_util::Full;
use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::clock::Stamp;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// What a signature is made with.
#[derive(Deserialize)]
pub(in crate::upstream) struct Keys<'a> {
    #[serde(borrow, rename = "AccessKeyId", alias = "accessKeyId", alias = "aws_access_key_id")]
    pub(in crate::upstream) access: &'a str,
    #[serde(borrow, rename = "SecretAccessKey", alias = "secretAccessKey", alias = "aws_secret_access_key")]
    pub(in crate::upstream) secret: &'a str,
    /// Only short-lived keys have one.
    #[serde(
        borrow,
        default,
        rename = "SessionToken",
        alias = "sessionToken",
        alias = "Token",
        alias = "aws_session_token"
    )]
    pub(in crate::upstream) session: Option<&'a str>,
    /// When short-lived keys end, where their file says.
    #[serde(borrow, default, rename = "Expiration", alias = "expiration")]
    ends: Option<&'a str>,
}

/// What is signed for beside the request itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) region: &'a str,
    /// The service's name in signatures.
    pub(super) service: &'a str,
}

impl<'a> Keys<'a> {
    /// Reads a key: `ACCESS:SECRET[:SESSION]`, or the JSON that `aws configure export-credentials` prints. `None` for one
    /// that is sent as it is.
    pub(in crate::upstream) fn of(key: &'a str) -> Option<Self> {
        if key.starts_with('{') {
            return serde_json::from_str(key).ok();
        }
        let (access, rest) = key.split_once(':')?;
        let is_id = access.len() >= 16 && access.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
        let (secret, session) = rest.split_once(':').map_or((rest, None), |(secret, session)| (secret, Some(session)));
        is_id.then_some(Self { access, secret, session: session.filter(|it| !it.is_empty()), ends: None })
    }

    /// When they ended, if that was before `now`.
    pub(super) fn ended(&self, now: Stamp) -> Option<&'a str> {
        let ends: Timestamp = self.ends?.parse().ok()?;
        (ends.as_microsecond() <= now.0).then_some(self.ends).flatten()
    }
}

/// Signs `request` with `body` as of `now`.
///
/// # Errors
/// What of it cannot be signed.
pub(super) fn sign(
    keys: &Keys<'_>,
    scope: Scope<'_>,
    now: Stamp,
    body: &[u8],
    request: &mut Request<Full<Bytes>>,
) -> Result<(), &'static str> {
    let now = Timestamp::from_microsecond(now.0).map_err(|_| "the clock of this machine is wrong")?;
    let date = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let text = |text: &str| HeaderValue::from_str(text).map_err(|_| "it has characters that no header can carry");
    request.headers_mut().insert(DATE, text(&date)?);
    if let Some(session) = keys.session {
        let mut value = text(session)?;
        value.set_sensitive(true);
        request.headers_mut().insert(TOKEN, value);
    }
    let host = request.uri().authority().map(ToString::to_string).ok_or("its address names no host")?;
    let mut headers = vec![(HOST.as_str().to_owned(), host)];
    for name in [CONTENT_TYPE, DATE, TOKEN] {
        if let Some(value) = request.headers().get(&name).and_then(|it| it.to_str().ok()) {
            headers.push((name.as_str().to_owned(), value.to_owned()));
        }
    }
    let canonical = canonical(request.method().as_str(), request.uri(), &mut headers, body);
    let value = authorization(keys, scope, &date, &headers, &canonical);
    let mut value = text(&value)?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}

/// The request as both sides write it down before they sign it. `headers` are those that are signed.
fn canonical(method: &str, uri: &Uri, headers: &mut [(String, String)], body: &[u8]) -> String {
    headers.sort();
    let mut out = format!("{method}\n{}\n{}\n", path(uri.path()), query(uri.query().unwrap_or_default()));
    for (name, value) in headers.iter() {
        let spaced = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        // Writing to a text cannot fail.
        let _infallible = writeln!(out, "{name}:{spaced}");
    }
    out.push('\n');
    out.push_str(&names(headers));
    out.push('\n');
    out.push_str(&hex(digest(&SHA256, body).as_ref()));
    out
}

fn authorization(
    keys: &Keys<'_>,
    scope: Scope<'_>,
    date: &str,
    headers: &[(String, String)],
    canonical: &str,
) -> String {
    let Scope { region, service } = scope;
    let day = date.get(..8).unwrap_or(date);
    let place = format!("{day}/{region}/{service}/aws4_request");
    let to_sign = format!("{ALGORITHM}\n{date}\n{place}\n{}", hex(digest(&SHA256, canonical.as_bytes()).as_ref()));
    let mut key = hmac_of(format!("AWS4{}", keys.secret).as_bytes(), day);
    for part in [region, service, "aws4_request"] {
        key = hmac_of(key.as_ref(), part);
    }
    let signature = hex(hmac_of(key.as_ref(), &to_sign).as_ref());
    let signed = names(headers);
    format!("{ALGORITHM} Credential={}/{place}, SignedHeaders={signed}, Signature={signature}", keys.access)
}

fn hmac_of(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(HMAC_SHA256, key), text.as_bytes())
}

fn names(headers: &[(String, String)]) -> String {
    headers.iter().map(|it| it.0.as_str()).collect::<Vec<_>>().join(";")
}

/// The path as it is sent, escaped once more: every service but S3 signs it so. `.` and `..` have been folded by then.
fn path(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 16);
    let mut slash = false;
    for byte in path.bytes() {
        if byte == b'/' && slash {
            continue;
        }
        slash = byte == b'/';
        escape(byte, b"-._~/", &mut out);
    }
    if out.is_empty() { "/".to_owned() } else { out }
}

/// The parameters in order. They are escaped already.
fn query(query: &str) -> String {
    let mut all: Vec<_> = query.split('&').filter(|it| !it.is_empty()).collect();
    all.sort_by_key(|it| it.split_once('=').unwrap_or((it, "")));
    let spelled = all.iter().map(|it| if it.contains('=') { (*it).to_owned() } else { format!("{it}=") });
    spelled.collect::<Vec<_>>().join("&")
}

fn escape(byte: u8, plain: &[u8], out: &mut String) {
    if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
        out.push(char::from(byte));
    } else {
        let _infallible = write!(out, "%{byte:02X}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _infallible = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and the moment of AWS's published suite of signed requests (`aws-sig-v4-test-suite`), which signs for the
    /// service `service` in `us-east-1`.
    const KEYS: Keys<'_> =
        Keys { access: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", session: None, ends: None };
    const SCOPE: Scope<'_> = Scope { region: "us-east-1", service: "service" };
    const DAY: &str = "20150830T123600Z";

    fn signature(method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> (String, String) {
        let uri: Uri = format!("https://example.amazonaws.com{uri}").parse().unwrap();
        let mut all: Vec<_> = headers.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        all.push(("host".to_owned(), "example.amazonaws.com".to_owned()));
        all.push(("x-amz-date".to_owned(), DAY.to_owned()));
        let canonical = canonical(method, &uri, &mut all, body.as_bytes());
        let value = authorization(&KEYS, SCOPE, DAY, &all, &canonical);
        assert!(value.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "));
        (value.rsplit_once("Signature=").unwrap().1.to_owned(), canonical)
    }

    // Signatures as the suite publishes them, by the names of its folders.
    #[test]
    fn the_published_vectors_hold() {
        let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        for (name, method, uri, headers, body, expected) in [
            ("get-vanilla", "GET", "/", &[][..], "", vanilla),
            (
                "get-slashes",
                "GET",
                "//example//",
                &[],
                "",
                "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
            ),
            (
                "get-vanilla-query-order-key-case",
                "GET",
                "/?Param2=value2&Param1=value1",
                &[],
                "",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "get-header-value-trim",
                "GET",
                "/",
                &[("my-header1", " value1"), ("my-header2", " \"a   b   c\" ")],
                "",
                "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            ),
            ("post-vanilla", "POST", "/", &[], "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            (
                "post-x-www-form-urlencoded",
                "POST",
                "/",
                &[("content-type", "application/x-www-form-urlencoded")],
                "Param1=value1",
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            ),
        ] {
            let (got, canonical) = signature(method, uri, headers, body);
            assert_eq!(got, expected, "{name}: {canonical}");
        }
    }

    #[test]
    fn a_model_in_the_path_is_escaped_twice() {
        let (_, canonical) = signature("POST", "/model/us.anthropic.claude-v1%3A0/converse-stream", &[], "{}");
        assert!(
            canonical.starts_with("POST\n/model/us.anthropic.claude-v1%253A0/converse-stream\n\nhost:"),
            "{canonical}"
        );
    }

    #[test]
    fn keys_are_read_in_every_form() {
        let told = |key: &'static str| Keys::of(key).map(|it| (it.access, it.secret, it.session));
        let (access, secret) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        assert_eq!(told("AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), Some((access, secret, None)));
        assert_eq!(
            told("AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY:FwoG//x=="),
            Some((access, secret, Some("FwoG//x==")))
        );
        assert_eq!(
            told(
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":"2026-01-01T00:00:00Z"}"#
            ),
            Some(("A", "S", Some("T")))
        );
        for other in ["ABSKQmVkcm9ja0FQSUtleS0xMjM0", "bedrock-api-key-YmVk:c", "{}", "sk-ant-1:2"] {
            assert!(told(other).is_none(), "{other}");
        }
    }

    #[test]
    fn keys_that_ended_say_when() {
        let keys = Keys { ends: Some("2026-01-01T00:00:00+00:00"), ..KEYS };
        let new_year = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap().as_microsecond();
        assert_eq!(keys.ended(Stamp(new_year)), Some("2026-01-01T00:00:00+00:00"));
        assert_eq!(keys.ended(Stamp(new_year - 1)), None);
        assert_eq!(KEYS.ended(Stamp(new_year)), None);
    }

    #[test]
    fn a_session_token_is_sent_and_signed() {
        let mut request = Request::post("https://x.test/model/m/converse").body(Full::default()).unwrap();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let keys = Keys { session: Some("token"), ..KEYS };
        sign(&keys, SCOPE, Stamp(1_440_938_160_000_000), b"{}", &mut request).unwrap();
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((header("x-amz-date").as_str(), header("x-amz-security-token").as_str()), (DAY, "token"));
        assert!(header("authorization").contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "));
    }
}
