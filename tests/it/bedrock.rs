//! A provider that speaks Converse: what it is sent and signed with, what its clients hear, and what follows from its
//! errors and from a stream that is damaged.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::policy::{Auth, Provider};
use llmroute::domain::secret::{Keyring, Secret};
use llmroute::sim::{By, Call, Fault, Persona, Script, Sim, Slice, Trouble, When};
use serde_json::{Value, json};

use crate::house::{House, Plan, Seen, ended_well, path, path_for, question, text, told_error};

const ACCESS: &str = "AKIAIOSFODNN7EXAMPLE";
const PRIVATE: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SESSION: &str = "FwoGZXIvYXdzEJr1bGVuZ3RoeQ==";
const STREAM: &str = "application/vnd.amazon.eventstream";

async fn open(key: &str) -> (Sim, House) {
    open_before(key, None).await
}

/// A house whose provider signs with `key`, and perhaps another one to go to.
async fn open_before(key: &str, other: Option<&Sim>) -> (Sim, House) {
    let sim = Sim::start(Persona::plain("sim")).await.unwrap();
    let mut plan = Plan::new().target("cloud", Dialect::BedrockConverse, &sim.base_url(), 1.0);
    if let Some(other) = other {
        plan = plan.target("other", Dialect::OpenaiChat, &other.base_url(), 0.0);
    }
    let (mut policy, keys) = plan.policy();
    let prices = plan.prices();
    let house = plan.open().await;
    let mut provider = Provider { auth: Auth::Aws, ..Provider::clone(&policy.providers["cloud"]) };
    let settings = [("region", "eu-west-1"), ("signing-service", "bedrock")];
    provider.settings = settings.map(|it| (it.0.to_owned(), it.1.to_owned())).into();
    let id = provider.keys[0].id;
    policy.providers.insert("cloud".into(), Arc::new(provider));
    let mut keyring: Keyring = keys;
    keyring.insert(id, Secret::new(key.to_owned()));
    house.engine.swap(policy, keyring, prices);
    (sim, house)
}

/// Works a signature out again from what arrived.
fn signature(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect::<Vec<_>>().concat();
    let mac = |key: &[u8], text: &str| sign(&Key::new(HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec();
    let lines = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect::<Vec<_>>().concat();
    let names = headers.iter().map(|it| it.0).collect::<Vec<_>>().join(";");
    let escaped = path.replace('%', "%25");
    let whole = hex(digest(&SHA256, body).as_ref());
    let canonical = format!("{method}\n{escaped}\n\n{lines}\n{names}\n{whole}");
    let date = headers.iter().find(|it| it.0 == "x-amz-date").unwrap().1;
    let day = &date[..8];
    let canonical = hex(digest(&SHA256, canonical.as_bytes()).as_ref());
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{day}/eu-west-1/bedrock/aws4_request\n{canonical}");
    let key = [day, "eu-west-1", "bedrock", "aws4_request"]
        .iter()
        .fold(format!("AWS4{PRIVATE}").into_bytes(), |key, it| mac(&key, it));
    hex(&mac(&key, &to_sign))
}

#[tokio::test]
async fn every_client_is_answered_and_every_request_is_signed() {
    let (sim, house) = open(&format!("{ACCESS}:{PRIVATE}:{SESSION}")).await;
    for client in Dialect::CLIENTS {
        for stream in [false, true] {
            let seen = house.ask(client, stream).await;
            assert_eq!(seen.status, 200, "{client}: {seen:?}");
            assert!(text(client, stream, &seen).contains("This is sim, model model."), "{client}: {seen:?}");
            assert!(!stream || ended_well(client, &seen), "{client}: {seen:?}");
            // The provider names neither its answer nor its model.
            assert!(!seen.body.contains("\"id\":\"\"") && !seen.body.contains("\"model\":\"\""), "{client}: {seen:?}");
            let arrival = sim.meter().arrivals().pop().unwrap();
            assert!(arrival.violation.is_none(), "{arrival:?}");
            assert_eq!(arrival.path, if stream { "/model/model/converse-stream" } else { "/model/model/converse" });
            let of = |name: &str| arrival.headers.iter().find(|it| it.0.eq_ignore_ascii_case(name)).unwrap().1.clone();
            let (host, date, kind) = (of("host"), of("x-amz-date"), of("content-type"));
            assert_eq!(of("x-amz-security-token"), SESSION);
            let signed =
                [("content-type", &*kind), ("host", &host), ("x-amz-date", &date), ("x-amz-security-token", SESSION)];
            let expected = signature("POST", &arrival.path, &signed, &arrival.body);
            let authorization = of("authorization");
            assert!(authorization.starts_with(&format!("AWS4-HMAC-SHA256 Credential={ACCESS}/{}/eu-west-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, ", &date[..8])), "{authorization}");
            assert!(authorization.ends_with(&format!("Signature={expected}")), "{authorization}");
            let (row, _) = house.row(&seen).await;
            let billed = arrival.outcome.billed.unwrap();
            let tokens = row.tokens.unwrap();
            assert_eq!((tokens.input, tokens.output), (billed.input, billed.output), "{client}: {row:?}");
        }
    }
}

#[tokio::test]
async fn other_keys_are_sent_as_they_are_and_ended_sessions_are_not_sent() {
    let (sim, house) = open("ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl").await;
    assert_eq!(house.ask(Dialect::OpenaiChat, false).await.status, 200);
    let arrival = sim.meter().arrivals().pop().unwrap();
    let bearer = ("authorization".to_owned(), "Bearer ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl".to_owned());
    assert!(arrival.headers.iter().any(|it| (it.0.to_lowercase(), it.1.clone()) == bearer), "{arrival:?}");
    let ended = json!({"AccessKeyId": ACCESS, "SecretAccessKey": PRIVATE, "Expiration": "2020-01-01T00:00:00Z"});
    let (sim, house) = open(&ended.to_string()).await;
    let seen = house.ask(Dialect::Anthropic, true).await;
    assert!(seen.body.contains("2020-01-01T00:00:00Z") && seen.body.contains("llmroute keys rotate cloud"), "{seen:?}");
    assert_eq!(sim.meter().arrived(), 0, "nothing was sent");
    // An end that only the provider knows of.
    let (sim, house) = open(&format!("{ACCESS}:{PRIVATE}:{SESSION}")).await;
    let body = json!({"message": "The security token included in the request is expired"}).to_string();
    sim.script()
        .always(Script::status_with(403, "application/json", body).header("x-amzn-errortype", "ExpiredTokenException"));
    let seen = house.ask(Dialect::OpenaiChat, false).await;
    assert!(seen.body.contains("session") && seen.body.contains("llmroute keys rotate cloud"), "{seen:?}");
}

#[tokio::test]
async fn tools_images_and_thinking_pass_both_ways() {
    let (sim, house) = open(&format!("{ACCESS}:{PRIVATE}")).await;
    let tools = json!([{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}},
        {"type": "function", "function": {"name": "sub", "parameters": {"type": "object", "properties": {}}}}]);
    let pixel = "data:image/png;base64,iVBORw0KGgo=";
    let mut body = json!({"model": "g", "tools": tools, "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "use tools"}, {"type": "image_url", "image_url": {"url": pixel}}]}]});
    let seen = house.post(path(Dialect::OpenaiChat), body.to_string()).await;
    let message = seen.json()["choices"][0]["message"].clone();
    let calls = message["tool_calls"].as_array().unwrap();
    assert_eq!(calls.iter().map(|it| it["function"]["name"].as_str().unwrap()).collect::<Vec<_>>(), ["add", "sub"]);
    assert_eq!(calls[0]["function"]["arguments"], "{\"a\":7}");
    assert_eq!(seen.json()["choices"][0]["finish_reason"], "tool_calls");
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(message.clone());
    for call in calls {
        messages.push(json!({"role": "tool", "tool_call_id": call["id"], "content": "8"}));
    }
    // The results are answered although this turn defines no tools: the API wants them defined.
    body.as_object_mut().unwrap().remove("tools");
    let seen = house.post(path(Dialect::OpenaiChat), body.to_string()).await;
    assert!(text(Dialect::OpenaiChat, false, &seen).contains("The tools answered: 8; 8."), "{seen:?}");
    assert!(seen.header("x-llmroute-dropped").contains("tools"), "{seen:?}");
    let sent: Value = serde_json::from_slice(&sim.meter().arrivals().pop().unwrap().body).unwrap();
    assert_eq!(sent["messages"][2]["content"].as_array().unwrap().len(), 2, "{sent}");
    assert_eq!(
        sent["messages"][0]["content"][1]["image"],
        json!({"format": "png", "source": {"bytes": "iVBORw0KGgo="}})
    );
    assert_eq!(sent["system"], json!([{"text": "Be brief."}]));
}

#[tokio::test]
async fn a_claudes_signature_comes_back_byte_for_byte() {
    let (sim, house) = open(&format!("{ACCESS}:{PRIVATE}")).await;
    let thought = llmroute::sim::Thinking { text: "so".to_owned(), signature: "c2ln".to_owned() };
    let call = Call::new("add", "{\"a\":1}");
    let answer = llmroute::sim::Answer { thinking: Some(thought), calls: vec![call], ..Default::default() };
    for stream in [false, true] {
        sim.script().push(Script::reply(answer.clone()));
        let mut body = question(Dialect::Anthropic, stream);
        body["tools"] = json!([{"name": "add", "input_schema": {"type": "object"}}]);
        let seen = house.post(path_for(Dialect::Anthropic, stream), body.to_string()).await;
        assert_eq!((seen.status, seen.body.matches("c2ln").count()), (200, 1), "{seen:?}");
        assert!(seen.body.contains("\"tool_use\""), "{seen:?}");
    }
}

#[tokio::test]
async fn errors_are_judged_by_the_class_in_their_header() {
    for (trouble, status, word) in [
        (Trouble::RateLimited, 429, "rate"),
        (Trouble::ContextLength, 400, "context"),
        (Trouble::Overloaded, 503, "overload"),
        (Trouble::NoQuota, 429, "rate"),
        (Trouble::NoModel, 404, "model"),
        (Trouble::BadKey, 424, "auth"),
        (Trouble::Timeout, 504, "uncertain"),
    ] {
        let (sim, house) = open(&format!("{ACCESS}:{PRIVATE}")).await;
        sim.script().always(Script::trouble(trouble));
        let seen = house.ask(Dialect::OpenaiChat, false).await;
        assert_eq!(seen.status, status, "{trouble:?}: {seen:?}");
        let (_, attempts) = house.row(&seen).await;
        assert_eq!(attempts[0].error.as_ref().map(|it| it.kind.as_str()), Some(word), "{trouble:?}: {attempts:?}");
    }
}

#[tokio::test]
pub(crate) async fn what_goes_wrong_in_a_stream_is_told_or_answered_by_another() {
    let after = |fault| Script::natural().fault(fault);
    let good = {
        let (sim, house) = open(&format!("{ACCESS}:{PRIVATE}")).await;
        let seen = house.ask(Dialect::OpenaiChat, true).await;
        drop(sim);
        text(Dialect::OpenaiChat, true, &seen)
    };
    assert!(!good.is_empty());
    for client in Dialect::CLIENTS {
        for (name, script) in [
            ("an exception", after(Fault::ErrorEvent(When::AfterContent(2)))),
            ("no JSON", after(Fault::InvalidJson(When::AfterContent(2)))),
            ("a message cut in two", after(Fault::Cut { after: 4, mid_event: true, by: By::End })),
            ("a reset in a message", after(Fault::Cut { after: 4, mid_event: true, by: By::Reset })),
            ("cut between messages", after(Fault::Cut { after: 4, mid_event: false, by: By::End })),
        ] {
            let (sim, house) = open(&format!("{ACCESS}:{PRIVATE}")).await;
            sim.script().push(script);
            let seen = house.ask(client, true).await;
            assert!(told_error(client, &seen) && !ended_well(client, &seen), "{client}, {name}: {seen:?}");
        }
        // Before any content another one answers instead.
        for (name, script) in [
            ("an exception", after(Fault::ErrorEvent(When::BeforeContent))),
            ("no JSON", after(Fault::InvalidJson(When::BeforeContent))),
            ("a message cut in two", after(Fault::Cut { after: 0, mid_event: true, by: By::End })),
            (
                "a wrong checksum",
                Script::raw(
                    200,
                    STREAM,
                    Bytes::from_static(&[0, 0, 0, 16, 0, 0, 0, 0, 5, 0xc2, 0x48, 0xeb, 1, 2, 3, 4]),
                ),
            ),
            ("an absurd length", Script::raw(200, STREAM, Bytes::from_static(&[0x7F; 64]))),
            ("nothing", Script::raw(200, STREAM, Bytes::new())),
        ] {
            let other = Sim::start(Persona::plain("other")).await.unwrap();
            let (sim, house) = open_before(&format!("{ACCESS}:{PRIVATE}"), Some(&other)).await;
            sim.script().push(script);
            let seen = house.ask(client, true).await;
            assert!(text(client, true, &seen).contains("This is other"), "{client}, {name}: {seen:?}");
            assert!(ended_well(client, &seen), "{client}, {name}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn where_the_stream_is_split_changes_nothing() {
    let (sim, house) = open(&format!("{ACCESS}:{PRIVATE}")).await;
    let said = |seen: &Seen| text(Dialect::Anthropic, true, seen);
    for slice in [Slice::Bytes(1), Slice::Bytes(7), Slice::Merge(3), Slice::At(13)] {
        sim.script().push(Script::natural().slice(slice));
        let seen = house.ask(Dialect::Anthropic, true).await;
        assert!(
            ended_well(Dialect::Anthropic, &seen) && said(&seen).contains("This is sim, model model."),
            "{slice:?}: {seen:?}"
        );
    }
}

#[tokio::test]
async fn no_part_of_the_key_reaches_a_client() {
    for secret in [ACCESS, PRIVATE, SESSION] {
        let (sim, house) = open(&format!("{ACCESS}:{PRIVATE}:{SESSION}")).await;
        let body = json!({"message": format!("you sent {secret}")}).to_string();
        sim.script().always(
            Script::status_with(400, "application/json", body).header("x-amzn-errortype", "ValidationException"),
        );
        for stream in [false, true] {
            let seen = house.ask(Dialect::OpenaiChat, stream).await;
            assert!(!seen.body.contains(secret) && seen.body.contains("[redacted]"), "{seen:?}");
            let (row, attempts) = house.row(&seen).await;
            assert!(!format!("{row:?}{attempts:?}").contains(secret));
        }
    }
}
