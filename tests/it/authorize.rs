//! Keys that are exchanged for tokens: whom they are sent to, how often, and what follows when they are refused.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::policy::{Auth, Deadlines, Provider};
use llmroute::domain::secret::{Keyring, Secret};
use llmroute::store::requests::AttemptRow;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::faults::hand::{Exchange, Hand, soon};
use crate::house::{House, Plan, Seen};

/// What the token service gives out, in lower case, as [`Hand`] reads heads.
const TOKEN: &str = "ya29.a-token-of-thirty-characters";
const OTHER: &str = "ya29.another-one-of-thirty-letters";

fn answer(text: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "model",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2 },
    })
}

fn granted(token: &str) -> Value {
    json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" })
}

/// A provider whose key is exchanged, and whoever stands behind it in the group.
struct Scene {
    house: Arc<House>,
    cloud: Hand,
    tokens: Hand,
    pair: KeyPair,
}

impl Scene {
    async fn open(fallback: Option<&Hand>) -> Self {
        let (cloud, tokens) = (Hand::open().await, Hand::open().await);
        let mut plan = Plan::new();
        plan.deadlines = Deadlines::default();
        plan = plan.target("cloud", Dialect::OpenaiChat, &cloud.base, 1.0);
        if let Some(hand) = fallback {
            plan = plan.target("other", Dialect::OpenaiChat, &hand.base, 0.0);
        }
        let (mut policy, keys) = plan.policy();
        let (prices, pair) = (plan.prices(), KeyPair::generate(KeySize::Rsa2048).unwrap());
        let house = plan.open().await;
        let provider = Provider { auth: Auth::Google, ..Provider::clone(&policy.providers["cloud"]) };
        let key = provider.keys[0].id;
        policy.providers.insert("cloud".into(), Arc::new(provider));
        let mut keyring: Keyring = keys;
        keyring.insert(key, Secret::new(file(&pair, &format!("{}/token", tokens.base))));
        house.engine.swap(policy, keyring, prices);
        Self { house: Arc::new(house), cloud, tokens, pair }
    }

    fn ask(&self) -> JoinHandle<Seen> {
        let house = Arc::clone(&self.house);
        tokio::spawn(async move { house.ask(Dialect::OpenaiChat, false).await })
    }

    async fn attempts(&self) -> Vec<AttemptRow> {
        self.house.rows().await.remove(0).1
    }
}

/// A service-account file as Google writes it.
fn file(pair: &KeyPair, token_uri: &str) -> String {
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    let file = json!({
        "type": "service_account", "project_id": "p", "private_key_id": "k1", "private_key": pem,
        "client_email": "router@p.iam.gserviceaccount.com", "token_uri": token_uri,
    });
    file.to_string()
}

/// The claims of the assertion in a token request, once its signature is found to be `pair`'s.
fn claims(exchange: &Exchange, pair: &KeyPair) -> Value {
    assert!(exchange.head.starts_with("post /token http/1.1"), "{}", exchange.head);
    let (grant, assertion) = exchange.body.split_once("&assertion=").unwrap();
    assert_eq!(grant, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer");
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

fn bears(exchange: &Exchange, token: &str) -> bool {
    exchange.head.lines().any(|it| it == format!("authorization: bearer {token}"))
}

#[tokio::test]
async fn a_key_file_is_exchanged_once_and_never_sent() {
    let scene = Scene::open(None).await;
    let first = scene.ask();
    let mut exchange = scene.tokens.request().await;
    let claims = claims(&exchange, &scene.pair);
    assert_eq!(claims["iss"], "router@p.iam.gserviceaccount.com");
    assert_eq!(claims["aud"], format!("{}/token", scene.tokens.base));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    exchange.answer(200, &granted(TOKEN)).await;
    let mut sent = scene.cloud.request().await;
    assert!(bears(&sent, TOKEN), "{}", sent.head);
    assert!(!sent.head.contains("private_key") && !sent.body.contains("private_key"));
    // A provider that repeats the token must not teach it to the client.
    sent.answer(200, &answer(&format!("you said {TOKEN}"))).await;
    let seen = soon(first).await.unwrap();
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(seen.json()["choices"][0]["message"]["content"], "you said [redacted]");

    // The second is sent with the same token: nobody listens at the token service any more.
    let Scene { house, cloud, tokens, .. } = scene;
    drop(tokens);
    let second = tokio::spawn(async move { house.ask(Dialect::OpenaiChat, false).await });
    let mut sent = cloud.request().await;
    assert!(bears(&sent, TOKEN), "{}", sent.head);
    sent.answer(200, &answer("again")).await;
    assert_eq!(soon(second).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_replaced_and_the_request_sent_again() {
    let scene = Scene::open(None).await;
    let asked = scene.ask();
    scene.tokens.request().await.answer(200, &granted(TOKEN)).await;
    let unauthorised = json!({ "error": { "message": "token revoked", "code": "401" } });
    scene.cloud.request().await.answer(401, &unauthorised).await;
    scene.tokens.request().await.answer(200, &granted(OTHER)).await;
    let mut sent = scene.cloud.request().await;
    assert!(bears(&sent, OTHER), "{}", sent.head);
    sent.answer(200, &answer("hello")).await;
    let seen = soon(asked).await.unwrap();
    assert_eq!(seen.json()["choices"][0]["message"]["content"], "hello");
    assert_eq!(scene.attempts().await.len(), 1, "one attempt: the refused one did nothing");
}

#[tokio::test]
async fn a_provider_that_refuses_every_token_is_asked_twice_at_most() {
    let scene = Scene::open(None).await;
    let asked = scene.ask();
    let unauthorised = json!({ "error": { "message": "no", "code": "401" } });
    for token in [TOKEN, OTHER] {
        scene.tokens.request().await.answer(200, &granted(token)).await;
        scene.cloud.request().await.answer(401, &unauthorised).await;
    }
    let seen = soon(asked).await.unwrap();
    assert!(seen.status >= 400, "{seen:?}");
    assert_eq!(scene.attempts().await[0].error.as_ref().map(|it| it.kind.as_str()), Some("auth"));
}

#[tokio::test]
async fn a_refused_exchange_is_a_failure_of_the_key_and_another_provider_answers() {
    let other = Hand::open().await;
    let scene = Scene::open(Some(&other)).await;
    let asked = scene.ask();
    let refusal = json!({ "error": "invalid_grant", "error_description": "Invalid JWT Signature." });
    scene.tokens.request().await.answer(400, &refusal).await;
    other.request().await.answer(200, &answer("from the other")).await;
    let seen = soon(asked).await.unwrap();
    assert_eq!(seen.json()["choices"][0]["message"]["content"], "from the other");
    let attempts = scene.attempts().await;
    assert_eq!((attempts.len(), attempts[0].error.as_ref().map(|it| it.kind.as_str())), (2, Some("auth")));
}

#[tokio::test]
async fn a_token_service_out_of_reach_is_told_as_what_it_is() {
    let scene = Scene::open(None).await;
    let Scene { house, cloud, tokens, .. } = scene;
    drop(tokens);
    let seen = soon(house.ask(Dialect::OpenaiChat, false)).await;
    assert!(seen.body.contains("access tokens") && seen.body.contains("cannot be reached"), "{seen:?}");
    assert!(!seen.body.contains("private_key"), "{seen:?}");
    drop(cloud);
}
