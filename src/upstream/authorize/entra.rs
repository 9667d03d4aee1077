//! Access tokens of Microsoft Entra ID for Azure's model services: for an application's secret, or from the metadata
//! server of the machine
//! (<https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>,
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>).

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::upstream::authorize::METADATA;
use crate::upstream::authorize::exchange::form;

/// What the tokens are for.
const RESOURCE: &str = "https://cognitiveservices.azure.com";

/// An application's secret, as `az ad sp create-for-rbac --json-auth` writes it, or with the names that the plain
/// command uses.
#[derive(Deserialize)]
struct File {
    #[serde(alias = "tenantId", alias = "tenant")]
    tenant_id: String,
    #[serde(alias = "clientId", alias = "appId")]
    client_id: String,
    #[serde(alias = "clientSecret", alias = "password")]
    client_secret: String,
    #[serde(alias = "activeDirectoryEndpointUrl", default = "public_cloud")]
    authority: String,
}

fn public_cloud() -> String {
    "https://login.microsoftonline.com".to_owned()
}

/// The request that exchanges `key` for a token. `metadata_host` is where the machine's own
/// account can be had.
///
/// # Errors
/// What is wrong with the key.
pub(super) fn request(key: &str, metadata_host: &str) -> Result<Request<Full<Bytes>>, String> {
    if key == METADATA {
        return metadata(metadata_host);
    }
    // The error of serde is not repeated: it may quote a value.
    let file: File = serde_json::from_str(key)
        .map_err(|_| "it is no application's secret: it needs tenantId, clientId and clientSecret".to_owned())?;
    let secret = Zeroizing::new(file.client_secret);
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-.".contains(&it);
    if !file.tenant_id.bytes().all(plain) {
        return Err("its tenantId is neither an id nor a domain".to_owned());
    }
    let uri = format!("{}/{}/oauth2/v2.0/token", file.authority.trim_end_matches('/'), file.tenant_id);
    let scope = format!("{RESOURCE}/.default");
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", file.client_id.as_str()),
        ("client_secret", secret.as_str()),
        ("scope", scope.as_str()),
    ];
    Ok(form(&uri, &fields)?)
}

/// The header demanded here shows that no browser was tricked into asking.
fn metadata(host: &str) -> Result<Request<Full<Bytes>>, String> {
    Request::get(format!("http://{host}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={RESOURCE}"))
        .header("metadata", "true")
        .body(Full::default())
        .map_err(|_| format!("`{host}` is no host of a metadata server"))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn an_application_is_known_by_its_secret() {
        for file in [
            json!({ "tenantId": "t-1", "clientId": "c", "clientSecret": "s/&", "subscriptionId": "x" }),
            json!({ "tenant": "t-1", "appId": "c", "password": "s/&", "displayName": "x" }),
        ] {
            let request = request(&file.to_string(), "").unwrap();
            assert_eq!(request.uri(), "https://login.microsoftonline.com/t-1/oauth2/v2.0/token");
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let scope = "https%3A%2F%2Fcognitiveservices.azure.com%2F.default";
            let expected = format!("grant_type=client_credentials&client_id=c&client_secret=s%2F%26&scope={scope}");
            assert_eq!(std::str::from_utf8(&body).unwrap(), expected);
        }
    }

    #[test]
    fn a_machine_is_known_by_asking_for_it() {
        let asked = request(METADATA, "169.254.169.254").unwrap();
        let uri = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01\
                   &resource=https://cognitiveservices.azure.com";
        assert_eq!(asked.uri().to_string(), uri);
        assert_eq!(asked.headers()["metadata"], "true");
    }

    #[test]
    fn a_broken_secret_is_told_without_quoting_it() {
        for broken in [
            r#"{"tenantId":"t","clientSecret":"SECRET"}"#,
            r#"{"tenantId":"a/b","clientId":"c","clientSecret":"SECRET"}"#,
            r#"{"tenantId":"t","clientId":"c","clientSecret":"SECRET","authority":"http://login.example"}"#,
        ] {
            let why = request(broken, "").unwrap_err();
            assert!(!why.contains("SECRET") && !why.is_empty(), "{broken}: {why}");
        }
    }
}
