//! What Gemini's paths say: the model, the method, and in the query how a stream is framed and, for clients that know no
//! other way, the token.

use axum::http::Uri;

use crate::domain::operation::{Inputs, Operation};
use crate::engine::Addressed;
use crate::server::asked::Asked;

/// Where the paths of this dialect begin.
const ROOTS: [&str; 3] = ["/v1beta/models", "/v1alpha/models", "/v1/models"];

/// What else of Google's generates content: no names of models of ours.
const COLLECTIONS: [&str; 2] = ["tunedModels/", "dynamic/"];

/// Reads `…/models/MODEL:METHOD`. A model's name may hold slashes, plain or encoded; Vercel's AI SDK leaves `models/` out
/// before one that does. `None` for a method that is not served.
pub(super) fn asked(uri: &Uri) -> Option<Asked> {
    let (model, method) = named(uri).or_else(|| bare(uri))?.rsplit_once(':')?;
    let (operation, stream) = match method {
        "generateContent" => (Operation::Chat, false),
        "streamGenerateContent" => (Operation::Chat, true),
        "embedContent" => (Operation::Embed(Inputs::One), false),
        "countTokens" => (Operation::CountTokens, false),
        "batchEmbedContents" => (Operation::Embed(Inputs::Many), false),
        _ => return None,
    };
    let model = decoded(model)?;
    let model = model.strip_prefix("models/").unwrap_or(&model).to_owned();
    let array = stream && query(uri, "alt").as_deref() != Some("sse");
    (!model.is_empty()).then_some(Asked { operation, path: Some(Addressed { model, stream }), array })
}

/// The name of the model that a path without a method is about.
pub(super) fn model(uri: &Uri) -> Option<String> {
    decoded(named(uri)?).filter(|it| !it.is_empty())
}

/// Whether a path is one of this dialect's own.
pub(super) fn is_own(uri: &Uri) -> bool {
    uri.path().starts_with("/v1beta/") || uri.path().starts_with("/v1alpha/") || asked(uri).is_some()
}

/// The token a query shows. Nothing writes the address of a request down, because of it.
pub(super) fn token(uri: &Uri) -> Option<String> {
    query(uri, "key").filter(|_| is_own(uri))
}

fn named(uri: &Uri) -> Option<&str> {
    ROOTS.iter().find_map(|root| uri.path().strip_prefix(root)?.strip_prefix('/'))
}

/// The rest of a path that names a model by provider and name alone.
fn bare(uri: &Uri) -> Option<&str> {
    let rest = ["/v1beta/", "/v1alpha/"].iter().find_map(|root| uri.path().strip_prefix(root))?;
    (rest.contains('/') && !COLLECTIONS.iter().any(|it| rest.starts_with(it))).then_some(rest)
}

/// What a query says under `key`.
pub(super) fn query(uri: &Uri, key: &str) -> Option<String> {
    let pairs = uri.query()?.split('&').filter_map(|it| it.split_once('='));
    pairs.filter(|(name, _)| *name == key).find_map(|(_, value)| decoded(value))
}

/// Undoes percent encoding. `None` where it is broken, or not text.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits =
            std::str::from_utf8(after.get(..2)?).ok().filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after.get(2..)?;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, bool, bool)> {
        let it = asked(&text.parse().unwrap())?;
        let path = it.path?;
        Some((path.model, path.stream, it.array))
    }

    #[test]
    fn models_are_read_from_paths() {
        let is = |model: &str, stream, array| Some((model.to_owned(), stream, array));
        for (path, expected) in [
            ("/v1beta/models/gemini-3-pro:generateContent", is("gemini-3-pro", false, false)),
            ("/v1beta/models/m:streamGenerateContent?alt=sse", is("m", true, false)),
            ("/v1beta/models/m:streamGenerateContent", is("m", true, true)),
            ("/v1beta/models/m:streamGenerateContent?key=x&alt=json", is("m", true, true)),
            ("/v1/models/openai/gpt-6:generateContent", is("openai/gpt-6", false, false)),
            ("/v1beta/models/openai%2Fgpt-6:generateContent", is("openai/gpt-6", false, false)),
            ("/v1beta/models/ollama%2Fqwen3%3A8b:generateContent", is("ollama/qwen3:8b", false, false)),
            ("/v1beta/models/ollama/qwen3:8b:generateContent", is("ollama/qwen3:8b", false, false)),
            ("/v1alpha/models/models/m:generateContent", is("m", false, false)),
            ("/v1beta/openai/gpt-6:generateContent", is("openai/gpt-6", false, false)),
            ("/v1beta/ollama/qwen3:8b:streamGenerateContent?alt=sse", is("ollama/qwen3:8b", true, false)),
            ("/v1beta/tunedModels/mine:generateContent", None),
            ("/v1beta/m:generateContent", None),
            ("/v1/openai/gpt-6:generateContent", None),
            ("/v1beta/models/m:countTokens", is("m", false, false)),
            ("/v1beta/models/m", None),
            ("/v1beta/models/:generateContent", None),
            ("/v1beta/models/%F:generateContent", None),
            ("/v1beta/models/%FF:generateContent", None),
            ("/v2/models/m:generateContent", None),
        ] {
            assert_eq!(read(path), expected, "{path}");
        }
    }

    #[test]
    fn a_token_in_a_query_counts_on_this_dialects_paths_only() {
        let shown = |text: &str| token(&text.parse().unwrap());
        assert_eq!(shown("/v1beta/models?key=a%2Db").as_deref(), Some("a-b"));
        assert_eq!(shown("/v1/models/m:generateContent?key=t").as_deref(), Some("t"));
        assert_eq!(shown("/v1/models?key=t"), None);
        assert_eq!(shown("/v1/chat/completions?key=t"), None);
        assert_eq!(shown("/v1beta/models?monkey=t"), None);
    }
}
