//! Providers that take the key of the client itself (wire.md §3.6): it reaches its own vendor as it came, and nobody else.

use std::sync::Arc;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::money::Usd;
use llmroute::domain::policy::{Auth, Billing, Deadlines, Provider};
use llmroute::store::Cost;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::faults::hand::{Exchange, Hand, soon, whole};
use crate::house::{self, House, Plan, Seen, TOKEN, question};

/// A sign-in of the client's, as Claude Code shows its own.
const OWN: &str = "sk-ant-oat01-own-0123456789abcdefghij";

/// A provider that takes clients' own keys, first in the group, and behind it one that is paid with a key of ours.
struct Scene {
    house: Arc<House>,
    plan: Hand,
    paid: Hand,
}

impl Scene {
    async fn open() -> Self {
        Self::speaking(Dialect::Anthropic).await
    }

    async fn speaking(dialect: Dialect) -> Self {
        let (plan, paid) = (Hand::open().await, Hand::open().await);
        let mut house = Plan::new();
        house.deadlines = Deadlines::default();
        let house = house.target("plan", dialect, &plan.base, 1.0).target("paid", Dialect::Anthropic, &paid.base, 0.0);
        let ((mut policy, keyring), prices) = (house.policy(), house.prices());
        let house = house.open().await;
        let row = Provider {
            auth: Auth::Client,
            client_billing: Billing::Subscription,
            keys: Vec::new(),
            ..Provider::clone(&policy.providers["plan"])
        };
        policy.providers.insert("plan".into(), Arc::new(row));
        house.engine.swap(policy, keyring, prices);
        Self { house: Arc::new(house), plan, paid }
    }

    /// Asks as a client that shows `headers`, and the local token only if they do.
    fn ask(&self, dialect: Dialect, headers: &[(&'static str, &str)]) -> JoinHandle<Seen> {
        let house = Arc::clone(&self.house);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        tokio::spawn(async move {
            let url = format!("http://127.0.0.1:{}{}", house.port, house::path(dialect));
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let request = client.post(url).body(question(dialect, false).to_string());
            let request = request.header("content-type", "application/json");
            let request = headers.into_iter().fold(request, |it, (name, value)| it.header(name, value));
            house::seen(request.send().await.unwrap()).await
        })
    }

    fn ask_signed_in(&self) -> JoinHandle<Seen> {
        let own = format!("Bearer {OWN}");
        let beta = ("anthropic-beta", "oauth-2025-04-20,claude-code-20250219");
        let agent = ("user-agent", "claude-cli/2.1.0 (external, cli)");
        self.ask(
            Dialect::Anthropic,
            &[("x-llmroute-key", TOKEN), ("authorization", &own), beta, agent, ("x-app", "cli")],
        )
    }
}

/// The value of a header of a request; `None` where it has none.
fn header<'a>(exchange: &'a Exchange, name: &str) -> Option<&'a str> {
    exchange.head.lines().filter_map(|it| it.split_once(": ")).find(|it| it.0 == name).map(|it| it.1)
}

fn error(kind: &str, message: &str) -> Value {
    json!({ "type": "error", "error": { "type": kind, "message": message } })
}

#[tokio::test]
async fn a_client_s_own_sign_in_reaches_its_provider_as_it_came() {
    let scene = Scene::open().await;
    let asked = scene.ask_signed_in();
    let mut sent = scene.plan.request().await;
    assert_eq!(header(&sent, "authorization"), Some(format!("bearer {OWN}")).as_deref(), "{}", sent.head);
    assert_eq!(header(&sent, "anthropic-beta"), Some("oauth-2025-04-20,claude-code-20250219"));
    assert_eq!(header(&sent, "user-agent"), Some("claude-cli/2.1.0 (external, cli)"));
    assert_eq!(header(&sent, "x-app"), Some("cli"));
    assert_eq!((header(&sent, "x-api-key"), header(&sent, "x-llmroute-key")), (None, None));
    assert!(!sent.head.contains(TOKEN), "{}", sent.head);
    for name in ["user-agent", "authorization", "anthropic-version"] {
        assert_eq!(sent.head.matches(&format!("\n{name}: ")).count(), 1, "{name} once: {}", sent.head);
    }
    sent.answer(200, &whole(Dialect::Anthropic, "hello")).await;
    let seen = soon(asked).await.unwrap();
    assert_eq!(seen.status, 200, "{seen:?}");

    let (row, attempts) = scene.house.row(&seen).await;
    assert_eq!((row.provider.as_deref(), row.key_name.as_deref()), (Some("plan"), Some("client")));
    assert_eq!((attempts[0].billing.as_str(), row.cost), ("subscription", Some(Cost::Exact(Usd::ZERO))));
    // Nothing that is kept knows the key.
    let kept = std::fs::read_dir(scene.house.path.parent().unwrap()).unwrap();
    for file in kept.map(|it| it.unwrap().path()).filter(|it| it.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(memchr::memmem::find(&bytes, OWN.as_bytes()).is_none(), "{}", file.display());
    }
}

#[tokio::test]
async fn who_brings_no_key_is_answered_by_somebody_else() {
    let scene = Scene::open().await;
    for shown in [("authorization", format!("Bearer {TOKEN}")), ("x-api-key", TOKEN.to_owned())] {
        let asked = scene.ask(Dialect::Anthropic, &[(shown.0, &shown.1)]);
        let mut sent = scene.paid.request().await;
        sent.answer(200, &whole(Dialect::Anthropic, "hello")).await;
        let seen = soon(asked).await.unwrap();
        assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "paid"));
    }
}

#[tokio::test]
async fn a_plan_that_is_used_up_is_followed_by_a_key_of_ours_that_never_meets_the_client_s() {
    let scene = Scene::open().await;
    let asked = scene.ask_signed_in();
    scene.plan.request().await.answer(429, &error("rate_limit_error", "You have hit your limit")).await;
    let mut sent = scene.paid.request().await;
    assert!(!sent.head.contains(OWN) && !sent.body.contains(OWN), "{}", sent.head);
    assert!(header(&sent, "x-api-key").is_some_and(|it| it.starts_with(house::SECRET)), "{}", sent.head);
    assert_eq!((header(&sent, "x-app"), header(&sent, "authorization")), (None, None));
    sent.answer(200, &whole(Dialect::Anthropic, "hello")).await;
    let seen = soon(asked).await.unwrap();
    assert_eq!(seen.header("x-llmroute-provider"), "paid");
    let (_, attempts) = scene.house.row(&seen).await;
    let priced_by: Vec<_> = attempts.iter().map(|it| it.priced_by.as_deref()).collect();
    assert_eq!(priced_by, [None, Some("own")], "a flat fee needs no price");
}

#[tokio::test]
async fn a_refused_sign_in_is_told_in_the_provider_s_words_and_holds_against_nobody() {
    let scene = Scene::open().await;
    let expired = error("authentication_error", "OAuth token has expired. Please obtain a new token.");
    for _ in 0..5 {
        let asked = scene.ask_signed_in();
        scene.plan.request().await.answer(401, &expired).await;
        let seen = soon(asked).await.unwrap();
        // Claude Code gets itself a new token where it is told 401, and only then.
        assert_eq!((seen.status, seen.json()), (401, expired.clone()));
    }
    let asked = scene.ask_signed_in();
    scene.plan.request().await.answer(200, &whole(Dialect::Anthropic, "hello")).await;
    assert_eq!(soon(asked).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_key_is_not_shown_to_a_vendor_whose_dialect_its_client_does_not_speak() {
    let scene = Scene::speaking(Dialect::OpenaiChat).await;
    let asked = scene.ask_signed_in();
    let mut sent = scene.paid.request().await;
    assert!(!sent.head.contains(OWN), "{}", sent.head);
    sent.answer(200, &whole(Dialect::Anthropic, "hello")).await;
    assert_eq!(soon(asked).await.unwrap().header("x-llmroute-provider"), "paid");
}

#[tokio::test]
async fn a_vendor_that_repeats_the_key_does_not_teach_it_to_the_log() {
    let scene = Scene::open().await;
    let asked = scene.ask_signed_in();
    scene.plan.request().await.answer(400, &error("invalid_request_error", &format!("what is {OWN}?"))).await;
    let seen = soon(asked).await.unwrap();
    assert_eq!(seen.status, 400);
    assert!(!seen.body.contains(OWN), "{}", seen.body);
    let (row, _) = scene.house.row(&seen).await;
    assert!(!format!("{row:?}").contains(OWN));
}
