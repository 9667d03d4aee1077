//! Google's access tokens: for a service account's key file, for a user's refresh token, or from the metadata server
//! of the machine (<https://developers.google.com/identity/protocols/oauth2/service-account>,
//! <https://cloud.google.com/docs/authentication/application-default-credentials>).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::domain::clock::Stamp;
use crate::upstream::authorize::METADATA;
use crate::upstream::authorize::exchange::form;

/// What may be done with a token: everything that its account may.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// Where tokens are had if a file does not say.
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
/// How long an assertion lasts; the longest that is accepted.
const ASSERTED: i64 = 3600;

/// A key file, as far as it matters here.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum File {
    ServiceAccount {
        client_email: String,
        private_key: String,
        #[serde(default)]
        private_key_id: String,
        token_uri: Option<String>,
    },
    AuthorizedUser {
        client_id: String,
        client_secret: String,
        refresh_token: String,
        token_uri: Option<String>,
    },
}

/// The request that exchanges `key` for a token. `metadata_host` is where the machine's own
/// account can be had.
///
/// # Errors
/// What is wrong with the key.
pub(super) fn request(key: &str, metadata_host: &str, now: Stamp) -> Result<Request<Full<Bytes>>, String> {
    if key == METADATA {
        return metadata(metadata_host);
    }
    // The error of serde is not repeated: it may quote a value.
    let file: File = serde_json::from_str(key).map_err(|_| {
        "it is neither a service-account file (with client_email and private_key) nor an authorized_user file (with \
         client_id, client_secret and refresh_token)"
            .to_owned()
    })?;
    let request = match file {
        File::ServiceAccount { client_email, private_key, private_key_id, token_uri } => {
            let private_key = Zeroizing::new(private_key);
            let uri = token_uri.as_deref().unwrap_or(TOKEN_URI);
            let assertion = assertion(&client_email, &private_key, &private_key_id, uri, now)?;
            form(uri, &[("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", &assertion)])
        }
        File::AuthorizedUser { client_id, client_secret, refresh_token, token_uri } => {
            let (secret, token) = (Zeroizing::new(client_secret), Zeroizing::new(refresh_token));
            let fields = [
                ("grant_type", "refresh_token"),
                ("client_id", client_id.as_str()),
                ("client_secret", secret.as_str()),
                ("refresh_token", token.as_str()),
            ];
            form(token_uri.as_deref().unwrap_or(TOKEN_URI), &fields)
        }
    };
    Ok(request?)
}

/// The header demanded here shows that no browser was tricked into asking.
fn metadata(host: &str) -> Result<Request<Full<Bytes>>, String> {
    Request::get(format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token"))
        .header("metadata-flavor", "Google")
        .body(Full::default())
        .map_err(|_| format!("`{host}` is no host of a metadata server"))
}

/// A signed JWT (RFC 7523) that says who asks.
fn assertion(email: &str, pem: &str, key_id: &str, audience: &str, now: Stamp) -> Result<Zeroizing<String>, String> {
    let pair = key_pair(pem).ok_or("its private_key is no RSA key in PEM form")?;
    let mut header = json!({ "alg": "RS256", "typ": "JWT" });
    if !key_id.is_empty() {
        header["kid"] = key_id.into();
    }
    let now = now.seconds();
    let claims = json!({ "iss": email, "scope": SCOPE, "aud": audience, "iat": now, "exp": now + ASSERTED });
    let encode = |it: &[u8]| URL_SAFE_NO_PAD.encode(it);
    let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .map_err(|_| "its private_key cannot sign")?;
    Ok(Zeroizing::new(format!("{signed}.{}", encode(&signature))))
}

/// PKCS #8, as Google writes it, or the older PKCS #1.
fn key_pair(pem: &str) -> Option<KeyPair> {
    let (_, body) = pem.split_once("-----BEGIN ")?;
    let (kind, body) = body.split_once("-----")?;
    let (body, _) = body.split_once("-----END ")?;
    let compact: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
    let der = Zeroizing::new(STANDARD.decode(compact.as_bytes()).ok()?);
    match kind {
        "PRIVATE KEY" => KeyPair::from_pkcs8(&der).ok(),
        "RSA PRIVATE KEY" => KeyPair::from_der(&der).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use http_body_util::BodyExt as _;
    use serde_json::Value;

    use super::*;

    const HOST: &str = "metadata.google.internal";
    const NOW: Stamp = Stamp(1_795_262_400_000_000);

    fn pem(pair: &KeyPair) -> String {
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|it| std::str::from_utf8(it).unwrap()).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    }

    async fn fields(request: Request<Full<Bytes>>) -> Vec<(String, String)> {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let url = format!("http://x/?{}", std::str::from_utf8(&body).unwrap());
        reqwest::Url::parse(&url).unwrap().query_pairs().into_owned().collect()
    }

    #[tokio::test]
    async fn a_service_account_signs_who_asks_for_what_and_until_when() {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let file = json!({
            "type": "service_account", "project_id": "p", "private_key_id": "k1", "private_key": pem(&pair),
            "client_email": "router@p.iam.gserviceaccount.com", "client_id": "1",
            "token_uri": "https://oauth2.googleapis.com/token", "universe_domain": "googleapis.com",
        });
        let request = request(&file.to_string(), HOST, NOW).unwrap();
        assert_eq!(request.uri(), "https://oauth2.googleapis.com/token");
        assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
        let fields = fields(request).await;
        assert_eq!(fields[0], ("grant_type".to_owned(), "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned()));
        let parts: Vec<&str> = fields[1].1.split('.').collect();
        let decoded: Vec<Vec<u8>> = parts.iter().map(|it| URL_SAFE_NO_PAD.decode(it).unwrap()).collect();
        let header: Value = serde_json::from_slice(&decoded[0]).unwrap();
        assert_eq!(header, json!({ "alg": "RS256", "typ": "JWT", "kid": "k1" }));
        let claims: Value = serde_json::from_slice(&decoded[1]).unwrap();
        let expected = json!({
            "iss": "router@p.iam.gserviceaccount.com", "scope": "https://www.googleapis.com/auth/cloud-platform",
            "aud": "https://oauth2.googleapis.com/token", "iat": 1_795_262_400, "exp": 1_795_266_000,
        });
        assert_eq!(claims, expected);
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
        let signed = format!("{}.{}", parts[0], parts[1]);
        public.verify(signed.as_bytes(), &decoded[2]).unwrap();
        assert!(public.verify(format!("{signed}x").as_bytes(), &decoded[2]).is_err());
    }

    #[tokio::test]
    async fn a_user_is_known_by_a_refresh_token_and_a_machine_by_asking_for_it() {
        let file =
            json!({ "type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "1//r" });
        let request = request(&file.to_string(), HOST, NOW).unwrap();
        assert_eq!(request.uri(), TOKEN_URI);
        let fields = fields(request).await;
        assert_eq!(fields[0].1, "refresh_token");
        assert_eq!(fields[3], ("refresh_token".to_owned(), "1//r".to_owned()));

        let asked = super::request(METADATA, "169.254.169.254", NOW).unwrap();
        let uri = "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token";
        assert_eq!((asked.method().as_str(), asked.uri().to_string().as_str()), ("GET", uri));
        assert_eq!(asked.headers()["metadata-flavor"], "Google");
    }

    #[test]
    fn a_broken_file_is_told_without_quoting_it() {
        for broken in [
            r#"{"type":"service_account","private_key":"SECRET"}"#,
            r#"{"type":"service_account","client_email":"e","private_key":"SECRET"}"#,
            r#"{"type":"external_account","private_key":"SECRET"}"#,
            r#"{"private_key":"SECRET"}"#,
            "{SECRET",
        ] {
            let why = request(broken, HOST, NOW).unwrap_err();
            assert!(!why.contains("SECRET") && !why.is_empty(), "{broken}: {why}");
        }
    }
}
