//! What the server says of itself: `/health`, `/v1/models`. Never a key, a prompt or a setting.

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::caller::Caller;
use crate::domain::failure::{Failure, Origin};
use crate::domain::policy::Policy;
use crate::engine::{Call, Engine, ledger_unavailable};
use crate::route::permit;
use crate::wire::openai_responses::conversation::{self, Page};

/// `GET /health`: alive, and since when.
#[must_use]
pub fn health(engine: &Engine, up: Duration) -> Vec<u8> {
    let writable = !engine.ledger().failing();
    let status = if writable { "ok" } else { "ledger_unavailable" };
    let health = json!({
        "status": status,
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_seconds": up.as_secs(),
        "rule_failures": engine.rule_failures(),
    });
    health.to_string().into_bytes()
}

/// `GET /llmroute/fleet`: how every target of a group, and whatever else was asked lately, does.
#[must_use]
pub fn fleet(engine: &Engine) -> Vec<u8> {
    let told = serde_json::to_vec(&engine.standing());
    told.unwrap_or_else(|error| json!({"error": error.to_string()}).to_string().into_bytes())
}

/// `GET /v1/models`: one list in OpenAI's and Anthropic's shapes at once (wire.md §3.5). Groups first, then every
/// model of every provider that can be used; of these what `who` may use, where that is a virtual key.
#[must_use]
pub fn models(policy: &Policy, who: Option<&Caller>) -> Vec<u8> {
    let data: Vec<Value> = entries(policy, who).collect();
    let id = |it: Option<&Value>| it.map_or(Value::Null, |it| it["id"].clone());
    let list = json!({
        "object": "list",
        "first_id": id(data.first()),
        "last_id": id(data.last()),
        "has_more": false,
        "data": data,
    });
    list.to_string().into_bytes()
}

/// `POST /explain/…`: what would become of a request, which is not sent.
///
/// # Errors
/// Its body cannot be read (400).
pub fn explain(engine: &Engine, call: Call) -> Result<Vec<u8>, Failure> {
    let told = engine.explain(call)?;
    serde_json::to_vec(&told).map_err(|it| Failure::local(Origin::Local, "internal", 500, it.to_string()))
}

/// `GET /v1/responses/ID`: an answer that is kept here for `who`, the id of a virtual key, or for anybody where that is
/// none; `None` for any other.
///
/// # Errors
/// The file cannot be read (503).
pub async fn response(engine: &Engine, id: &str, who: Option<i64>) -> Result<Option<Vec<u8>>, Failure> {
    let Some(kept) = engine.responses() else { return Ok(None) };
    let turn = kept.find(id, who).await.map_err(|it| ledger_unavailable(&it))?;
    Ok(turn.map(|it| it.response.into_bytes()))
}

/// `GET /v1/responses/ID/input_items`: what an answer that is kept here was given to; `None` for any other.
///
/// # Errors
/// The file cannot be read (503); the page asked for is none (400).
pub async fn input_items(
    engine: &Engine,
    id: &str,
    who: Option<i64>,
    page: Result<Page, Failure>,
) -> Result<Option<Vec<u8>>, Failure> {
    let Some(kept) = engine.responses() else { return Ok(None) };
    let turns = kept.chain(id, who).await.map_err(|it| ledger_unavailable(&it))?;
    let Some((last, before)) = turns.split_last() else { return Ok(None) };
    let before = before.iter().map(|it| (it.input.as_bytes(), Some(it.response.as_bytes())));
    let items = conversation::items(before.chain([(last.input.as_bytes(), None)]));
    conversation::page(id, &items, &page?).map(Some)
}

/// `POST /v1/responses/ID/cancel`: refused, as nothing that is kept here is still being made; `None` for any other.
///
/// # Errors
/// It is kept here (400). The file cannot be read (503).
pub async fn cancel_response(engine: &Engine, id: &str, who: Option<i64>) -> Result<Option<Vec<u8>>, Failure> {
    let Some(kept) = engine.responses() else { return Ok(None) };
    if kept.find(id, who).await.map_err(|it| ledger_unavailable(&it))?.is_none() {
        return Ok(None);
    }
    let told = "Cannot cancel a synchronous response: llmroute makes none in the background.";
    Err(Failure::local(Origin::Client, "not_cancellable", 400, told))
}

/// `DELETE /v1/responses/ID`: forgets an answer that is kept here; `None` for any other.
///
/// # Errors
/// The file cannot be written (503).
pub async fn forget_response(engine: &Engine, id: &str, who: Option<i64>) -> Result<Option<Vec<u8>>, Failure> {
    let Some(kept) = engine.responses() else { return Ok(None) };
    let was_there = kept.forget(id, who).await.map_err(|it| ledger_unavailable(&it))?;
    let told = json!({"id": id, "object": "response", "deleted": true});
    Ok(was_there.then(|| told.to_string().into_bytes()))
}

/// `GET /v1/models/ID`.
#[must_use]
pub fn model(policy: &Policy, who: Option<&Caller>, id: &str) -> Option<Vec<u8>> {
    entries(policy, who).find(|it| it["id"] == id).map(|it| it.to_string().into_bytes())
}

/// `GET /v1beta/models`: the same list in Gemini's shape.
#[must_use]
pub fn gemini_models(policy: &Policy, who: Option<&Caller>) -> Vec<u8> {
    let models: Vec<Value> = entries(policy, who).map(|it| gemini_entry(&it)).collect();
    json!({ "models": models }).to_string().into_bytes()
}

/// `GET /v1beta/models/ID`.
#[must_use]
pub fn gemini_model(policy: &Policy, who: Option<&Caller>, id: &str) -> Option<Vec<u8>> {
    entries(policy, who).find(|it| it["id"] == id).map(|it| gemini_entry(&it).to_string().into_bytes())
}

fn gemini_entry(entry: &Value) -> Value {
    let id = entry["id"].as_str().unwrap_or_default();
    json!({
        "name": format!("models/{id}"),
        "displayName": id,
        "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
    })
}

fn entries(policy: &Policy, who: Option<&Caller>) -> impl Iterator<Item = Value> {
    let may_use = move |it: &Value| {
        let id = it["id"].as_str().unwrap_or_default();
        who.is_none_or(|who| permit::reaches(policy, who, id))
    };
    all(policy).filter(may_use)
}

fn all(policy: &Policy) -> impl Iterator<Item = Value> {
    let groups = policy.groups.keys().map(|it| entry(it.as_str(), "llmroute"));
    let usable = policy.providers.values().filter(|it| it.is_usable());
    let models =
        usable.flat_map(|it| it.models.iter().map(|model| entry(&format!("{}/{model}", it.name), it.name.as_str())));
    let aliases = policy.aliases.keys().map(|it| entry(it.as_str(), "llmroute"));
    groups.chain(aliases).chain(models)
}

fn entry(id: &str, owner: &str) -> Value {
    json!({
        "id": id,
        "object": "model",
        "type": "model",
        "created": 0,
        "created_at": "1970-01-01T00:00:00Z",
        "owned_by": owner,
        "display_name": id,
        "lifecycle": "active",
    })
}
