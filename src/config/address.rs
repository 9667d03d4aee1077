//! Provider addresses: what may stand as a base URL, and how a path is joined to it (wire.md §1).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;

use crate::domain::dialect::Dialect;

/// Whether a base URL may point into a private network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Private {
    /// No.
    Refused,
    /// The user said so (`--allow-private`), or the row is a local server's.
    Allowed,
}

/// What is wrong with a base URL, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadAddress {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: String,
}

fn bad(what: impl Into<String>, fix: impl Into<String>) -> BadAddress {
    BadAddress { what: what.into(), fix: fix.into() }
}

/// The path of a dialect's chat requests, from the provider's base.
#[must_use]
pub const fn path_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenaiChat => "/chat/completions",
        Dialect::OpenaiResponses => "/responses",
        Dialect::Anthropic => "/v1/messages",
        Dialect::Gemini => "/v1beta/models/{model}:generateContent",
        Dialect::BedrockConverse => "/model/{model}/converse",
        Dialect::Cohere => "/v2/chat",
        Dialect::Ollama => "/api/chat",
        Dialect::OpenaiCompletions => "/completions",
    }
}

/// The URL that takes a request for a stream, where it is not `url` itself: a method of its own, and events instead of one
/// array.
#[must_use]
pub fn stream_url(dialect: Dialect, url: &str) -> Option<String> {
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    match dialect {
        Dialect::Gemini => {
            let path = path.strip_suffix(":generateContent")?;
            let more = query.map(|it| format!("&{it}")).unwrap_or_default();
            Some(format!("{path}:streamGenerateContent?alt=sse{more}"))
        }
        Dialect::BedrockConverse => {
            let path = path.strip_suffix("/converse")?;
            let query = query.map(|it| format!("?{it}")).unwrap_or_default();
            Some(format!("{path}/converse-stream{query}"))
        }
        _ => None,
    }
}

/// Checks a base URL: https, or http to this machine; no credentials in it; no private network unless allowed.
///
/// # Errors
/// The first thing wrong with it.
pub fn check(base: &str, private: Private) -> Result<(), BadAddress> {
    if !base.is_ascii() {
        return Err(bad(
            "it holds a letter that is not ASCII; such letters can look like others",
            "write the host in its xn-- form",
        ));
    }
    if base.contains('#') {
        return Err(bad("it holds a `#`", "leave out the part from `#` on"));
    }
    let shape = || bad("it is not a URL", "write it like https://api.example.com/v1");
    let uri: Uri = base.parse().map_err(|_| shape())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(shape()) };
    if authority.as_str().contains('@') {
        return Err(bad("it holds a user name or password", "leave it out and use: llmroute keys add"));
    }
    if uri.query().is_some_and(|it| it.split('&').any(|it| it.starts_with("key=") || it.starts_with("api_key="))) {
        return Err(bad("it holds a key", "leave it out and use: llmroute keys add"));
    }
    let after = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
    let port = after.strip_prefix(':').and_then(|it| it.parse::<u16>().ok());
    if !after.is_empty() && port.is_none_or(|it| it == 0) {
        return Err(bad("its port is not a port", "write a port from 1 to 65535, or none"));
    }
    let place = place(authority.host())?;
    match (scheme, place, private) {
        ("https" | "http", Place::Loopback, _) => Ok(()),
        ("https" | "http", Place::Private, Private::Allowed) => Ok(()),
        ("https" | "http", Place::Private, Private::Refused) => Err(bad(
            "it points into a private network, where a wrong address may reach something else",
            "add --allow-private if that is meant",
        )),
        ("https", Place::Public, _) => Ok(()),
        ("http", Place::Public, _) => {
            Err(bad("http would send the key and the prompts unencrypted", "write https:// (http is for this machine)"))
        }
        _ => Err(bad(format!("`{scheme}` is neither https nor http"), "write it like https://api.example.com/v1")),
    }
}

/// Where a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Loopback,
    Private,
    Public,
}

fn place(host: &str) -> Result<Place, BadAddress> {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(&host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return match address {
            IpAddr::V4(it) => place_v4(it),
            IpAddr::V6(it) => it.to_ipv4_mapped().map_or_else(|| place_v6(it), place_v4),
        };
    }
    // `127.1`, `0x7f000001`, `2130706433`: addresses to the resolver, names to a reader.
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.is_empty() || last.bytes().all(|it| it.is_ascii_digit()) || last.starts_with("0x") {
        return Err(bad("its host is neither a name nor a whole IP address", "write the address as four numbers"));
    }
    let named_private = ["local", "lan", "internal", "home", "localdomain"].contains(&last)
        || host.ends_with(".home.arpa")
        || !host.contains('.');
    Ok(match host.as_str() {
        "localhost" => Place::Loopback,
        it if it.ends_with(".localhost") => Place::Loopback,
        _ if named_private => Place::Private,
        _ => Place::Public,
    })
}

fn place_v4(it: Ipv4Addr) -> Result<Place, BadAddress> {
    let [a, b, ..] = it.octets();
    if it.is_loopback() {
        return Ok(Place::Loopback);
    }
    if it.is_unspecified() || it.is_broadcast() || it.is_multicast() {
        return Err(bad("its address is nobody's", "write the address of the server; of this machine: 127.0.0.1"));
    }
    // 100.64.0.0/10 is the address space of carriers and of overlay networks (RFC 6598).
    let shared = a == 100 && (64..128).contains(&b);
    Ok(if it.is_private() || it.is_link_local() || shared { Place::Private } else { Place::Public })
}

fn place_v6(it: Ipv6Addr) -> Result<Place, BadAddress> {
    if it.is_loopback() {
        return Ok(Place::Loopback);
    }
    if it.is_unspecified() || it.is_multicast() {
        return Err(bad("its address is nobody's", "write the address of the server; of this machine: [::1]"));
    }
    Ok(if it.is_unique_local() || it.is_unicast_link_local() { Place::Private } else { Place::Public })
}

/// Joins a path to a base. A version (`/v1`, `/v1beta`, `/v2`) at the end of the base is not doubled, a base that already ends in the
/// path stays as it is, and a query stays at the end. Ollama's own `/api` stands beside the `/v1` of its compatible
/// surfaces, so a base of those serves for it too.
#[must_use]
pub fn join(base: &str, path: &str) -> String {
    let (base, query) = base.split_once('?').map_or((base, None), |(base, query)| (base, Some(query)));
    let base = base.trim_end_matches('/');
    let path = path.trim_start_matches('/');
    let base = base.strip_suffix("/v1").filter(|_| path.starts_with("api/")).unwrap_or(base);
    let doubled = ["v1", "v1beta", "v2"].into_iter().find_map(|version| {
        let rest = path.strip_prefix(version)?.strip_prefix('/')?;
        base.strip_suffix(version)?.ends_with('/').then_some(rest)
    });
    let whole = base.strip_suffix(path).is_some_and(|it| it.ends_with('/'));
    let mut url = match (whole, doubled) {
        (true, _) => base.to_owned(),
        (false, Some(rest)) => format!("{base}/{rest}"),
        (false, None) => format!("{base}/{path}"),
    };
    if let Some(query) = query {
        url.extend(["?", query]);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_without_doubling_a_version() {
        let chat = path_of(Dialect::OpenaiChat);
        let messages = path_of(Dialect::Anthropic);
        for (base, path, url) in [
            ("https://api.openai.com/v1", chat, "https://api.openai.com/v1/chat/completions"),
            ("https://api.openai.com/v1/", chat, "https://api.openai.com/v1/chat/completions"),
            ("https://api.deepseek.com", chat, "https://api.deepseek.com/chat/completions"),
            ("https://api.anthropic.com", messages, "https://api.anthropic.com/v1/messages"),
            ("https://api.anthropic.com/v1", messages, "https://api.anthropic.com/v1/messages"),
            ("https://openrouter.ai/api/v1/", messages, "https://openrouter.ai/api/v1/messages"),
            ("https://api.deepseek.com/anthropic", messages, "https://api.deepseek.com/anthropic/v1/messages"),
            ("https://x.test/v1beta", "/v1beta/models", "https://x.test/v1beta/models"),
            ("https://api.cohere.com", path_of(Dialect::Cohere), "https://api.cohere.com/v2/chat"),
            ("https://api.cohere.com/v2/", path_of(Dialect::Cohere), "https://api.cohere.com/v2/chat"),
            ("http://127.0.0.1:11434", path_of(Dialect::Ollama), "http://127.0.0.1:11434/api/chat"),
            ("http://127.0.0.1:11434/v1", path_of(Dialect::Ollama), "http://127.0.0.1:11434/api/chat"),
            ("https://x.test/notv1", "/v1/messages", "https://x.test/notv1/v1/messages"),
            ("https://x.test/v1/chat/completions", chat, "https://x.test/v1/chat/completions"),
            ("https://x.test/v1?api-version=1", chat, "https://x.test/v1/chat/completions?api-version=1"),
            ("http://127.0.0.1:11434/v1", "other", "http://127.0.0.1:11434/v1/other"),
        ] {
            assert_eq!(join(base, path), url, "{base} + {path}");
        }
    }

    #[test]
    fn geminis_streams_have_an_address_of_their_own() {
        let of = |base: &str| {
            let url = join(base, path_of(Dialect::Gemini));
            let stream = stream_url(Dialect::Gemini, &url);
            (url, stream.unwrap_or_default())
        };
        let google = "https://generativelanguage.googleapis.com/v1beta/models/{model}";
        for base in ["https://generativelanguage.googleapis.com", "https://generativelanguage.googleapis.com/v1beta/"] {
            let expected = (format!("{google}:generateContent"), format!("{google}:streamGenerateContent?alt=sse"));
            assert_eq!(of(base), expected, "{base}");
        }
        let stream = stream_url(Dialect::Gemini, "https://x.test/m/{model}:generateContent?v=1");
        assert_eq!(stream.as_deref(), Some("https://x.test/m/{model}:streamGenerateContent?alt=sse&v=1"));
        assert_eq!(stream_url(Dialect::OpenaiChat, "https://x.test/v1/chat/completions"), None);
        assert_eq!(stream_url(Dialect::Gemini, "https://x.test/other"), None);
    }

    #[test]
    fn addresses_that_leak_or_mislead_are_refused() {
        let ok = |it: &str, private| check(it, private).is_ok();
        for public in ["https://api.openai.com/v1", "https://8.8.8.8/v1", "https://xn--bcher-kva.example/v1"] {
            assert!(ok(public, Private::Refused), "{public}");
        }
        for here in ["http://127.0.0.1:11434/v1", "http://localhost:1234", "http://[::1]:8080/v1", "https://127.8.8.8"]
        {
            assert!(ok(here, Private::Refused), "{here}");
        }
        for near in [
            "https://10.0.0.1/v1",
            "http://192.168.1.5:11434",
            "http://169.254.169.254/latest",
            "http://[fe80::1]/v1",
            "http://[fd00::1]/v1",
            "http://[::ffff:10.0.0.1]/v1",
            "http://nas.local:8000/v1",
            "http://gpu:8000/v1",
            "http://100.64.1.1/v1",
        ] {
            assert!(!ok(near, Private::Refused), "{near}");
            assert!(ok(near, Private::Allowed), "{near}");
        }
        for never in [
            "http://api.openai.com/v1",
            "https://user:pass@api.openai.com/v1",
            "https://user@api.openai.com/v1",
            "https://аpi.openai.com/v1",
            "ftp://api.openai.com",
            "api.openai.com/v1",
            "//api.openai.com",
            "",
            "https://",
            "https://:443/",
            "https://x.test:99999/",
            "https://x.test:0/",
            "https://x.test/v1#frag",
            "https://x.test/v1?key=abc",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://127.1/",
            "http://0.0.0.0:8080/",
            "http://[::]/",
            "https://x y.test/",
        ] {
            assert!(!ok(never, Private::Refused), "{never}");
            assert!(!ok(never, Private::Allowed), "{never}");
        }
    }
}
