//! Paths that no handler knows: what a vendor's API has beside conversations, now or some day. They are passed on as they
//! come, to a provider with the same API. Whose API it is the path tells, and where it does not, the headers.

use axum::http::request::Parts;
use axum::http::{Method, Uri, header};

use crate::domain::dialect::Dialect;
use crate::domain::operation::{Operation, Relayed};
use crate::engine::Addressed;
use crate::server::asked::Asked;
use crate::server::{dialect_of_headers, gemini};

/// Longest path that is passed on.
const LONGEST: usize = 1024;

/// What a request asks for whose path no handler knows; `None` where it is not to be passed on.
pub(super) fn asked(head: &Parts) -> Option<(Dialect, Asked)> {
    let passes = matches!(head.method, Method::GET | Method::POST | Method::DELETE | Method::PATCH);
    let (dialect, path) = api(head)?;
    if !passes || path.len() > LONGEST || path.contains(['{', '}']) {
        return None;
    }
    let (path, model) = match dialect {
        Dialect::Gemini => named(path)?,
        _ => (path.to_owned(), None),
    };
    // The model is written anew for the target, so how it was spelled does not matter.
    if !is_sound(&path.replace(Relayed::MODEL, "m")) {
        return None;
    }
    let text = |name: &str| head.headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
    let relayed = Relayed {
        method: head.method.clone(),
        path,
        query: query(&head.uri, dialect),
        content_type: text(header::CONTENT_TYPE.as_str()),
        provider: text("x-llmroute-provider"),
    };
    let path = model.map(|model| Addressed { model, stream: false });
    Some((dialect, Asked { operation: Operation::Relay(Box::new(relayed)), path, array: false }))
}

/// Whose API a path is of, and the path below the root of that API.
fn api(head: &Parts) -> Option<(Dialect, &str)> {
    let path = head.uri.path();
    if let Some(rest) = ["/v1beta/", "/v1alpha/"].iter().find_map(|root| path.strip_prefix(root)) {
        return Some((Dialect::Gemini, rest));
    }
    if let Some(rest) = path.strip_prefix("/anthropic/v1/") {
        return Some((Dialect::Anthropic, rest));
    }
    let rest = path.strip_prefix("/v1/")?;
    // Only Gemini has methods of models.
    let dialect = if rest.starts_with("models/") { Dialect::Gemini } else { dialect_of_headers(&head.headers) };
    Some((dialect, rest))
}

/// Whether a path means the same to everybody on the way: no step up, nothing that one reader takes for a slash and another
/// does not. Sessions over sockets are no requests and are left out by name.
fn is_sound(path: &str) -> bool {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-._~:@+,=/%".contains(&it);
    let lower = path.to_ascii_lowercase();
    path.bytes().all(plain)
        && path.split('/').all(|it| !matches!(it, "" | "." | ".." | "realtime"))
        && !["%2f", "%5c", "%2e", "%00"].iter().any(|it| lower.contains(it))
}

/// The path with the model it names, if any, taken out: `models/M:METHOD`, `models/M/operations/ID`.
fn named(path: &str) -> Option<(String, Option<String>)> {
    let Some(rest) = path.strip_prefix("models/") else { return Some((path.to_owned(), None)) };
    let (model, after) = match (rest.rsplit_once(':'), rest.split_once("/operations/")) {
        (_, Some((model, id))) => (model, format!("/operations/{id}")),
        (Some((model, method)), None) if method.bytes().all(|it| it.is_ascii_alphanumeric()) => {
            (model, format!(":{method}"))
        }
        _ => return None,
    };
    let model = gemini::decoded(model)?;
    let model = model.strip_prefix("models/").unwrap_or(&model).to_owned();
    (!matches!(model.as_str(), "" | "." | "..")).then(|| (format!("models/{}{after}", Relayed::MODEL), Some(model)))
}

/// The query, without the token that some of Google's clients show there.
fn query(uri: &Uri, dialect: Dialect) -> Option<String> {
    let shows = |pair: &&str| dialect == Dialect::Gemini && pair.split('=').next() == Some("key");
    let kept: Vec<&str> = uri.query()?.split('&').filter(|it| !shows(it)).collect();
    Some(kept.join("&")).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn read(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<(Dialect, Relayed, Option<String>)> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (dialect, asked) = asked(&request.body(()).unwrap().into_parts().0)?;
        let Operation::Relay(relayed) = asked.operation else { panic!("{:?}", asked.operation) };
        Some((dialect, *relayed, asked.path.map(|it| it.model)))
    }

    #[test]
    fn the_api_is_told_from_path_and_headers() {
        use Dialect::{Anthropic, Gemini, OpenaiChat};
        let version = [("anthropic-version", "2023-06-01")];
        let google = [("x-goog-api-key", "k")];
        for (method, uri, headers, dialect, path, model) in [
            ("POST", "/v1/images/generations", &[][..], OpenaiChat, "images/generations", None),
            ("GET", "/v1/files?limit=2&key=x", &[], OpenaiChat, "files", None),
            ("GET", "/v1/files", &version, Anthropic, "files", None),
            ("DELETE", "/anthropic/v1/files/f_1", &[], Anthropic, "files/f_1", None),
            ("GET", "/v1/messages/batches/b/results", &version, Anthropic, "messages/batches/b/results", None),
            ("GET", "/v1/files", &google, Gemini, "files", None),
            ("PATCH", "/v1beta/cachedContents/c", &[], Gemini, "cachedContents/c", None),
            (
                "POST",
                "/v1beta/models/google%2Fveo:predictLongRunning",
                &[],
                Gemini,
                "models/{model}:predictLongRunning",
                Some("google/veo"),
            ),
            ("POST", "/v1/models/m:predict", &[], Gemini, "models/{model}:predict", Some("m")),
            ("GET", "/v1beta/models/veo/operations/o-1", &[], Gemini, "models/{model}/operations/o-1", Some("veo")),
        ] {
            let found = read(method, uri, headers);
            let (whose, relayed, named) = found.unwrap_or_else(|| panic!("{uri}"));
            assert_eq!((whose, relayed.path.as_str(), named.as_deref()), (dialect, path, model), "{uri}");
            assert_eq!(relayed.method, method);
        }
        let (_, relayed, _) = read("GET", "/v1beta/files?key=secret&pageSize=1", &[]).unwrap();
        assert_eq!(relayed.query.as_deref(), Some("pageSize=1"));
        assert_eq!(read("GET", "/v1beta/files?key=secret", &[]).unwrap().1.query, None);
        let headers = [("content-type", "multipart/form-data; boundary=b"), ("x-llmroute-provider", "work")];
        let (_, relayed, _) = read("POST", "/v1/audio/transcriptions", &headers).unwrap();
        assert_eq!(relayed.content_type.as_deref(), Some("multipart/form-data; boundary=b"));
        assert_eq!(relayed.provider.as_deref(), Some("work"));
    }

    #[test]
    fn what_could_lead_elsewhere_is_not_passed_on() {
        for uri in [
            "/",
            "/v2/files",
            "/files",
            "/v1",
            "/v1/",
            "/v1//files",
            "/v1/files/../keys",
            "/v1/files/..%2fkeys",
            "/v1/a%5Cb",
            "/v1/%2E%2e/x",
            "/v1/files/{model}",
            "/v1/realtime",
            "/v1/realtime/sessions",
            "/v1beta/models/m",
            "/v1beta/models/:x",
            "/v1beta/models/m:a/b",
            "/v1beta/models/%2E%2E/operations/x",
            "/upload/v1beta/files",
            "/v1/a|b",
            "/v1/files;x",
        ] {
            if let Ok(uri) = uri.parse::<Uri>() {
                assert_eq!(read("GET", &uri.to_string(), &[]), None, "{uri}");
            }
        }
        assert_eq!(read("PUT", "/v1/files", &[]), None);
        assert_eq!(read("TRACE", "/v1/files", &[]), None);
        assert_eq!(read("GET", &format!("/v1/{}", "a".repeat(2000)), &[]), None);
    }
}
