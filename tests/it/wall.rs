//! The failover wall: every way a provider can fail, and for each what the client saw, how many attempts each target
//! got, and what the ledger says against the provider's own billing meter.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::policy::Deadlines;
use llmroute::sim::{By, Fault, Persona, Script, Sim, Trouble, When};
use llmroute::store::Cost;
use socket2::{Domain, Socket, Type};

use crate::house::{self, House, Plan, Seen, billed, ended_well, text, told_error};

/// One crossing: which dialect the client speaks, which the failing target, and whether it streams.
#[derive(Debug, Clone, Copy)]
struct Crossing {
    client: Dialect,
    target: Dialect,
    stream: bool,
}

/// Every client's dialect to every dialect that a provider speaks.
fn crossings() -> impl Iterator<Item = Crossing> {
    Dialect::CLIENTS.into_iter().flat_map(|client| {
        Dialect::ALL
            .into_iter()
            .flat_map(move |target| [false, true].into_iter().map(move |stream| Crossing { client, target, stream }))
    })
}

fn streams() -> impl Iterator<Item = Crossing> {
    crossings().filter(|it| it.stream)
}

/// Crosses several at a time: most of what a failure takes is waiting.
async fn each<F: Future<Output = ()>>(crossings: impl Iterator<Item = Crossing>, cross: impl Fn(Crossing) -> F) {
    futures_util::stream::iter(crossings).for_each_concurrent(2, cross).await;
}

/// A house whose first target always fails by `script` and whose second always answers.
struct Wall {
    bad: Sim,
    good: Sim,
    house: House,
}

async fn wall(at: Crossing, script: Script) -> Wall {
    wall_of(Plan::new(), at, script).await
}

async fn wall_of(plan: Plan, at: Crossing, script: Script) -> Wall {
    let bad = Sim::start(Persona::plain("bad")).await.unwrap();
    let good = Sim::start(Persona::plain("good")).await.unwrap();
    bad.script().always(script);
    let other = if at.target == Dialect::OpenaiChat { Dialect::Anthropic } else { Dialect::OpenaiChat };
    let plan = plan.target("bad", at.target, &bad.base_url(), 1.0).target("good", other, &good.base_url(), 0.0);
    Wall { house: plan.open().await, bad, good }
}

/// The failure is invisible: the second target answers, each target was tried once, and the ledger agrees with both
/// meters.
async fn absorbed(at: Crossing, name: &str, script: Script, kind: &str) {
    // Where nobody is silent, a busy machine must not look like it.
    let mut plan = Plan::new();
    if kind != "silent" {
        plan.deadlines = Deadlines::default();
    }
    let wall = wall_of(plan, at, script).await;
    let seen = wall.house.ask(at.client, at.stream).await;
    let context = format!("{name} {at:?}: {seen:?}");
    assert_eq!(seen.status, 200, "{context}");
    assert!(text(at.client, at.stream, &seen).contains("good"), "{context}");
    assert!(!at.stream || ended_well(at.client, &seen), "{context}");
    assert_eq!(wall.good.meter().arrivals().len(), 1, "{context}");
    let rows = wall.house.rows().await;
    assert_eq!(rows.len(), 1, "{context}");
    let (row, attempts) = &rows[0];
    assert_eq!(row.outcome.as_deref(), Some("ok"), "{context} {row:?}");
    assert!(row.moved, "{context} {row:?}");
    assert_eq!(attempts.len(), 2, "{context} {attempts:?}");
    let error = attempts[0].error.as_ref().unwrap();
    assert_eq!(error.kind, kind, "{context} {error:?}");
    assert!(attempts[1].error.is_none(), "{context} {attempts:?}");
    // What answered costs to the pico-dollar what its provider billed.
    let Some(Cost::Exact(cost)) = attempts[1].cost else { panic!("{context} {attempts:?}") };
    assert_eq!(cost.pico(), billed(&wall.good), "{context}");
    // What failed is free where its provider billed nothing for certain, and in doubt where it may have.
    match attempts[0].cost {
        Some(Cost::Exact(cost)) => assert_eq!(cost.pico(), billed(&wall.bad), "{context}"),
        Some(Cost::InDoubt(_)) => assert_eq!(attempts[0].state, "uncertain", "{context}"),
        other => panic!("{context}: {other:?}"),
    }
}

async fn absorbed_everywhere(name: &str, script: Script, kind: &str) {
    each(crossings(), |at| absorbed(at, name, script.clone(), kind)).await;
}

#[tokio::test]
pub(crate) async fn a_500_is_absorbed() {
    absorbed_everywhere("500", Script::trouble(Trouble::Internal), "transient").await;
}

#[tokio::test]
pub(crate) async fn a_503_and_a_529_are_absorbed() {
    absorbed_everywhere("503", Script::status(503), "overload").await;
    absorbed_everywhere("529", Script::status(529), "overload").await;
}

#[tokio::test]
pub(crate) async fn a_429_is_absorbed_and_its_retry_after_is_kept_in_all_its_forms() {
    // A date some hours hence would age with the test; 2099 is cut to a day.
    let forms = [
        ("retry-after", "120", Some(120_000)),
        ("retry-after", "1.5", Some(1500)),
        ("retry-after", "Thu, 31 Dec 2099 23:59:59 GMT", Some(86_400_000)),
        ("retry-after", "Sat, 01 Jan 2000 00:00:00 GMT", Some(0)),
        ("retry-after", "1e12", Some(86_400_000)),
        ("retry-after", "-1", None),
        ("retry-after", "soon", None),
        ("retry-after-ms", "250", Some(250)),
    ];
    for (header, value, millis) in forms {
        let at = Crossing { client: Dialect::OpenaiChat, target: Dialect::OpenaiChat, stream: false };
        // A bare body: the simulator's own wording may state a wait of its own.
        let body = r#"{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}"#;
        let script = Script::status_with(429, "application/json", Bytes::from_static(body.as_bytes()));
        let wall = wall(at, script.header(header, value)).await;
        let seen = wall.house.ask(at.client, at.stream).await;
        assert_eq!(seen.status, 200, "{value}: {seen:?}");
        let rows = wall.house.rows().await;
        assert_eq!(rows[0].1[0].retry_after_ms, millis, "{header}: {value}");
        // The key cools: the next request goes straight to the other target.
        if millis.is_some_and(|it| it >= 1000) {
            wall.house.ask(at.client, at.stream).await;
            assert_eq!(wall.bad.meter().arrivals().len(), 1, "{header}: {value}");
        }
    }
    absorbed_everywhere("429", Script::trouble(Trouble::RateLimited), "rate").await;
}

#[tokio::test]
pub(crate) async fn a_refused_connection_is_absorbed() {
    each(crossings(), |at| async move {
        let good = Sim::start(Persona::plain("good")).await.unwrap();
        // Bound and not listened to: nobody answers there, and nobody else is given the port meanwhile.
        let gone = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        gone.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let base = format!("http://{}", gone.local_addr().unwrap().as_socket().unwrap());
        let plan = Plan::new().target("bad", at.target, &base, 1.0).target("good", at.client, &good.base_url(), 0.0);
        let house = plan.open().await;
        let seen = house.ask(at.client, at.stream).await;
        assert_eq!(seen.status, 200, "{at:?} {seen:?}");
        let rows = house.rows().await;
        assert_eq!(rows[0].1[0].error.as_ref().unwrap().code, "upstream_refused", "{:?}", rows[0].1);
        assert_eq!(rows[0].1[0].state, "voided");
    })
    .await;
}

#[tokio::test]
pub(crate) async fn a_reset_before_and_after_the_request_is_absorbed() {
    absorbed_everywhere("reset before", Script::reset_before(), "uncertain").await;
    absorbed_everywhere("reset after", Script::reset_after(), "uncertain").await;
}

#[tokio::test]
pub(crate) async fn silence_before_and_after_the_headers_is_absorbed() {
    absorbed_everywhere("hang", Script::hang(), "silent").await;
    absorbed_everywhere("headers, then silence", Script::headers_then_silence(), "silent").await;
}

#[tokio::test]
pub(crate) async fn an_error_event_before_content_is_absorbed() {
    each(streams(), |at| async move {
        let wall = wall(at, Script::error_event(When::BeforeContent)).await;
        let seen = wall.house.ask(at.client, at.stream).await;
        assert!(text(at.client, true, &seen).contains("good") && ended_well(at.client, &seen), "{at:?} {seen:?}");
        assert_eq!(seen.body.matches("message_start\"").count(), usize::from(at.client == Dialect::Anthropic));
        assert_eq!(wall.bad.meter().arrivals().len(), 1, "{at:?}");
    })
    .await;
}

#[tokio::test]
pub(crate) async fn an_error_inside_a_200_is_absorbed() {
    each(crossings().filter(|it| !it.stream), |at| async move {
        let wall = wall(at, Script::error_event(When::BeforeContent)).await;
        let seen = wall.house.ask(at.client, at.stream).await;
        assert!(seen.status == 200 && text(at.client, false, &seen).contains("good"), "{at:?} {seen:?}");
    })
    .await;
}

#[tokio::test]
pub(crate) async fn an_empty_200_is_absorbed() {
    absorbed_everywhere("empty 200", Script::empty_200(), "broken").await;
}

#[tokio::test]
pub(crate) async fn an_html_page_is_absorbed() {
    absorbed_everywhere("HTML with 200", Script::html(200), "broken").await;
    absorbed_everywhere("HTML with 502", Script::html(502), "uncertain").await;
}

#[tokio::test]
pub(crate) async fn a_gemini_call_that_is_none_is_absorbed() {
    for word in ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"] {
        let parts = serde_json::json!([{"text": "I think.", "thought": true}]);
        for at in crossings().filter(|it| it.target == Dialect::Gemini) {
            let mut answer = serde_json::json!({"candidates": [{"finishReason": word, "index": 0}],
                "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 3, "totalTokenCount": 8}});
            let script = if at.stream {
                Script::raw(200, "text/event-stream", format!("data: {answer}\n\n"))
            } else {
                // Thoughts alone are no answer, and nobody has seen them yet.
                answer["candidates"][0]["content"] = serde_json::json!({"role": "model", "parts": parts});
                Script::raw(200, "application/json", answer.to_string())
            };
            absorbed(at, word, script, "broken").await;
        }
    }
}

#[tokio::test]
pub(crate) async fn invalid_json_before_content_is_absorbed() {
    absorbed_everywhere("invalid JSON", Script::invalid_json(When::BeforeContent), "broken").await;
}

#[tokio::test]
pub(crate) async fn a_refused_key_moves_to_the_next_key_and_then_to_the_next_target() {
    absorbed_everywhere("bad key", Script::trouble(Trouble::BadKey), "auth").await;
    let sim = Sim::start(Persona::plain("two")).await.unwrap();
    sim.script().push(Script::trouble(Trouble::BadKey));
    let plan = Plan::new().target_with_keys("two", Dialect::OpenaiChat, &sim.base_url(), 1.0, 2);
    let house = plan.open().await;
    let seen = house.ask(Dialect::OpenaiChat, false).await;
    assert_eq!((seen.status, seen.header("x-llmroute-key")), (200, "key1"), "{seen:?}");
    // The refused key stays out.
    house.ask(Dialect::OpenaiChat, false).await;
    let keys: Vec<String> = sim.meter().arrivals().iter().map(|it| header(&it.headers, "authorization")).collect();
    assert_eq!(keys.iter().filter(|it| it.ends_with("-1")).count(), 1, "{keys:?}");
}

fn header(headers: &[(String, String)], name: &str) -> String {
    headers.iter().find(|it| it.0 == name).map(|it| it.1.clone()).unwrap_or_default()
}

#[tokio::test]
pub(crate) async fn an_exhausted_account_moves_on() {
    each(crossings(), |at| async move {
        // Amazon's quotas are those of a minute: it bills afterwards, so there is no account to exhaust.
        let kind = if at.target == Dialect::BedrockConverse { "rate" } else { "quota" };
        absorbed(at, "no quota", Script::trouble(Trouble::NoQuota), kind).await;
    })
    .await;
    absorbed_everywhere("no such model", Script::trouble(Trouble::NoModel), "model").await;
}

#[tokio::test]
pub(crate) async fn context_length_and_content_policy_come_back_as_they_came_from_one_attempt() {
    each(crossings(), |at| async move {
        for trouble in [Trouble::ContextLength, Trouble::ContentPolicy] {
            let wall = wall(at, Script::trouble(trouble)).await;
            let seen = wall.house.ask(at.client, at.stream).await;
            assert_eq!(seen.status, 400, "{at:?} {trouble:?} {seen:?}");
            assert!(seen.json()["error"]["message"].is_string(), "{seen:?}");
            assert_eq!((wall.bad.meter().arrivals().len(), wall.good.meter().arrivals().len()), (1, 0), "{at:?}");
            let rows = wall.house.rows().await;
            assert_eq!(rows[0].0.outcome.as_deref(), Some("refused"), "{:?}", rows[0]);
            // Word for word where the client speaks the provider's dialect: agents match on the text.
            if at.client == at.target {
                let direct = direct(&wall.bad, at).await;
                assert_eq!(seen.body, direct.body);
            }
        }
    })
    .await;
}

/// The same question put to a provider directly.
async fn direct(sim: &Sim, at: Crossing) -> Seen {
    let body = house::question(at.client, at.stream).to_string();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(format!("{}{}", sim.base_url(), house::path_for(at.client, at.stream)));
    let request = request
        .header("x-api-key", "k")
        .header("x-goog-api-key", "k")
        .header("anthropic-version", "2023-06-01")
        .bearer_auth("k");
    house::seen(request.header("content-type", "application/json").body(body).send().await.unwrap()).await
}

/// The answer broke after its client had seen content: one attempt, the partial text, the truth at the end, no mark
/// of success, and a row that says `cut`.
async fn told(at: Crossing, name: &str, script: Script) {
    let wall = wall(at, script).await;
    let seen = wall.house.ask(at.client, true).await;
    let context = format!("{name} {at:?}: {seen:?}");
    assert_eq!(seen.status, 200, "{context}");
    assert!(!text(at.client, true, &seen).is_empty(), "{context}");
    assert!(told_error(at.client, &seen), "{context}");
    assert!(!ended_well(at.client, &seen) && !seen.body.contains("[DONE]"), "{context}");
    assert!(!seen.body.contains("message_stop"), "{context}");
    assert_eq!((wall.bad.meter().arrivals().len(), wall.good.meter().arrivals().len()), (1, 0), "{context}");
    let rows = wall.house.rows().await;
    let (row, attempts) = &rows[0];
    assert_eq!(row.outcome.as_deref(), Some("cut"), "{context} {row:?}");
    assert_eq!(attempts.len(), 1, "{context}");
    // The provider charged for what it generated; the row has a cost, and says how sure it is of it.
    assert!(billed(&wall.bad) > 0, "{context}");
    match row.cost {
        Some(Cost::Exact(cost)) => assert_eq!(cost.pico(), billed(&wall.bad), "{context}"),
        Some(Cost::Estimated(cost)) => assert!(cost.pico() > 0, "{context}"),
        other => panic!("{context}: {other:?}"),
    }
}

#[tokio::test]
pub(crate) async fn a_stream_cut_after_content_is_told_and_never_ends_well() {
    each(streams(), |at| async move {
        for by in [By::Reset, By::Fin, By::End, By::Silence] {
            told(at, &format!("cut by {by:?}"), Script::cut(6, by)).await;
            told(at, &format!("cut in an event by {by:?}"), Script::cut_mid_event(6, by)).await;
        }
    })
    .await;
}

#[tokio::test]
pub(crate) async fn an_error_event_after_content_is_told() {
    each(streams(), |at| told(at, "error event", Script::error_event(When::AfterContent(3)))).await;
}

#[tokio::test]
pub(crate) async fn invalid_json_after_content_is_told() {
    each(streams(), |at| told(at, "invalid JSON", Script::invalid_json(When::AfterContent(3)))).await;
}

/// Dialects whose streams lack nothing without their last event, and why.
const NO_LAST_EVENT: [(Dialect, &str); 1] =
    [(Dialect::BedrockConverse, "`metadata` comes last and only counts: `messageStop` has ended the answer before it")];

#[tokio::test]
pub(crate) async fn an_answer_without_an_event_that_only_counts_is_whole() {
    let cross = streams().filter(|it| NO_LAST_EVENT.iter().any(|(dialect, _)| *dialect == it.target));
    each(cross, |at| async move {
        let wall = wall(at, Script::no_terminal()).await;
        let seen = wall.house.ask(at.client, true).await;
        assert!(ended_well(at.client, &seen), "{at:?} {seen:?}");
        let rows = wall.house.rows().await;
        assert!(matches!(rows[0].0.cost, Some(Cost::Estimated(it)) if it.pico() > 0), "{at:?} {:?}", rows[0].0);
    })
    .await;
}

#[tokio::test]
pub(crate) async fn a_missing_terminal_event_is_told() {
    let cross = streams().filter(|it| !NO_LAST_EVENT.iter().any(|(dialect, _)| *dialect == it.target));
    each(cross, |at| told(at, "no terminal", Script::no_terminal())).await;
}

#[tokio::test]
pub(crate) async fn a_stream_left_open_after_its_end_is_closed_at_once() {
    each(streams(), |at| async move {
        let wall = wall(at, Script::natural().fault(Fault::OpenAfterEnd)).await;
        let asked = wall.house.ask(at.client, true);
        let seen = tokio::time::timeout(Duration::from_secs(5), asked).await.expect("the stream ends");
        assert!(ended_well(at.client, &seen), "{at:?} {seen:?}");
        let rows = wall.house.rows().await;
        assert_eq!(rows[0].0.outcome.as_deref(), Some("ok"));
    })
    .await;
}

#[tokio::test]
pub(crate) async fn a_stream_without_usage_is_estimated_and_says_so() {
    each(crossings(), |at| async move {
        let wall = wall(at, Script::no_usage()).await;
        let seen = wall.house.ask(at.client, at.stream).await;
        assert_eq!(seen.status, 200, "{at:?} {seen:?}");
        let rows = wall.house.rows().await;
        assert!(matches!(rows[0].0.cost, Some(Cost::Estimated(it)) if it.pico() > 0), "{at:?} {:?}", rows[0].0);
    })
    .await;
}

#[tokio::test]
pub(crate) async fn when_everything_fails_the_most_telling_error_comes_back_once() {
    for client in Dialect::CLIENTS {
        let a = Sim::start(Persona::plain("a")).await.unwrap();
        let b = Sim::start(Persona::plain("b")).await.unwrap();
        a.script().always(Script::trouble(Trouble::RateLimited).header("retry-after", "30"));
        b.script().always(Script::trouble(Trouble::BadKey));
        let plan = Plan::new().target("a", Dialect::OpenaiChat, &a.base_url(), 1.0).target(
            "b",
            Dialect::Anthropic,
            &b.base_url(),
            0.0,
        );
        let house = plan.open().await;
        let seen = house.ask(client, false).await;
        assert_eq!((seen.status, seen.header("x-should-retry")), (429, "false"), "{seen:?}");
        assert_eq!(seen.header("retry-after"), "30", "{seen:?}");
        assert!(seen.header("x-llmroute-attempts").contains("a/model 429"), "{seen:?}");
        assert!(!seen.body.contains(house::SECRET), "{seen:?}");
        assert_eq!((a.meter().arrivals().len(), b.meter().arrivals().len()), (1, 1));
    }
}

#[tokio::test]
pub(crate) async fn a_refused_key_alone_is_424_and_not_the_clients_401() {
    for client in Dialect::CLIENTS {
        let sim = Sim::start(Persona::plain("a")).await.unwrap();
        sim.script().always(Script::trouble(Trouble::BadKey));
        let house = Plan::new().target("a", Dialect::OpenaiChat, &sim.base_url(), 1.0).open().await;
        let seen = house.ask(client, false).await;
        assert_eq!(seen.status, 424, "{seen:?}");
        assert_eq!(sim.meter().arrivals().len(), 1);
        // Its only key is out: the next request is refused at once, with the reason.
        let seen = house.ask(client, false).await;
        assert_eq!((seen.status, seen.header("x-should-retry")), (503, "false"), "{seen:?}");
        assert_eq!(sim.meter().arrivals().len(), 1);
    }
}

#[tokio::test]
pub(crate) async fn a_lone_target_that_fails_in_passing_gets_two_more_tries() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    sim.script().extend([Script::status(503), Script::trouble(Trouble::Internal)]);
    let house = Plan::new().target("a", Dialect::OpenaiChat, &sim.base_url(), 1.0).open().await;
    let seen = house.ask(Dialect::Anthropic, true).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(sim.meter().arrivals().len(), 3);
    assert_eq!(house.rows().await[0].1.len(), 3);
}

#[tokio::test]
pub(crate) async fn a_silent_target_is_never_tried_again() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    sim.script().always(Script::hang());
    let house = Plan::new().target("a", Dialect::OpenaiChat, &sim.base_url(), 1.0).open().await;
    let seen = house.ask(Dialect::OpenaiChat, false).await;
    assert_eq!((seen.status, seen.header("x-should-retry")), (504, "false"), "{seen:?}");
    assert_eq!(sim.meter().arrivals().len(), 1);
}
