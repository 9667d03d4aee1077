//! Compaction: at providers that compact, and in place of it a summary, kept in an item that comes back as what it says.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::money::Usd;
use llmroute::sim::{self, Persona, Script, Sim};
use serde_json::{Value, json};

use crate::house::{self, House, Plan, Seen, billed};

const PATH: &str = "/v1/responses/compact";
const SUMMARY: &str = "Ann wants blue paint. \"Azure\" was chosen; the order is still open.";

async fn stage(speaks: Dialect, compacts: bool) -> (Sim, House) {
    let sim = Sim::start(Persona::plain("compact")).await.unwrap();
    let mut plan = Plan::new().target("compact", speaks, &sim.base_url(), 1.0);
    plan.quirks.compacts = compacts;
    (sim, plan.open().await)
}

fn asked(sim: &Sim) -> Value {
    let arrival = sim.meter().arrivals().pop().unwrap();
    assert_eq!(arrival.violation, None, "{:?}", arrival.body);
    serde_json::from_slice(&arrival.body).unwrap()
}

fn says(text: &str) -> Script {
    Script::reply(sim::Answer { text: text.to_owned(), ..sim::Answer::default() })
}

fn conversation() -> Value {
    json!([
        {"role": "user", "content": "I am Ann. I want blue paint."},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{\"what\":\"paint\"}"},
        {"type": "function_call_output", "call_id": "c1", "output": "azure, navy"},
        {"role": "assistant", "content": "Azure or navy?"},
        {"role": "user", "content": "Azure."},
    ])
}

fn request() -> Value {
    json!({"model": "g", "input": conversation(), "instructions": "Sell paint."})
}

/// The same as a turn that ends with the trigger, as Codex asks for it.
fn triggered(stream: bool) -> Value {
    let mut body = request();
    body["input"].as_array_mut().unwrap().push(json!({"type": "compaction_trigger"}));
    body["tools"] = json!([{"type": "function", "name": "look", "strict": false,
        "parameters": {"type": "object", "properties": {"what": {"type": "string"}}}}]);
    body["stream"] = json!(stream);
    body["store"] = json!(false);
    body
}

/// The one item that an answer consists of.
fn item(answer: &Value) -> Value {
    let items = answer["output"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(items.len(), 1, "{answer}");
    assert_eq!((&items[0]["type"], items[0]["id"].is_string()), (&json!("compaction"), true), "{answer}");
    items[0].clone()
}

#[tokio::test]
async fn a_model_is_asked_for_a_summary_where_a_provider_does_not_compact() {
    for speaks in Dialect::CLIENTS {
        let (sim, house) = stage(speaks, false).await;
        sim.script().push(says(SUMMARY));
        let seen = house.post(PATH, request().to_string()).await;
        assert_eq!(seen.status, 200, "{speaks}: {seen:?}");
        let answer = seen.json();
        assert_eq!(answer["object"], "response.compaction", "{speaks}");
        assert!(answer["id"].as_str().unwrap().starts_with("resp_") && answer["created_at"].as_i64() > Some(0));
        let item = item(&answer);
        let content = item["encrypted_content"].as_str().unwrap();
        assert!(!content.contains("Azure"), "{content}");
        let sent = asked(&sim).to_string();
        assert!(
            ["I am Ann.", "azure, navy", "Sell paint.", "summary"].iter().all(|it| sent.contains(it)),
            "{speaks}: {sent}"
        );
        let arrival = sim.meter().arrivals().pop().unwrap();
        assert!(!arrival.path.contains("compact"), "{}", arrival.path);
        let bill = arrival.outcome.billed.unwrap();
        assert_eq!(answer["usage"]["input_tokens"], bill.input, "{speaks}");
        assert_eq!(answer["usage"]["output_tokens"], bill.output, "{speaks}");

        // It comes back as what it says, to whomever: the simulated provider takes nobody's encryption but its own.
        let next = json!([item, {"role": "user", "content": "Go on."}]);
        for stream in [false, true] {
            let body = json!({"model": "g", "input": next, "stream": stream});
            let seen = house.post("/v1/responses", body.to_string()).await;
            assert_eq!(
                (seen.status, seen.header("x-llmroute-dropped").contains("compaction")),
                (200, false),
                "{seen:?}"
            );
            let sent = asked(&sim);
            let text = sent.to_string();
            assert!(text.contains("Ann wants blue paint.") && text.contains("Go on."), "{speaks}: {text}");
            assert!(!text.contains("encrypted_content"), "{speaks}: {text}");
        }
        let rows = house.rows().await;
        assert_eq!(rows[0].0.operation, "compact");
        let cost: i64 = rows.iter().filter_map(|it| it.0.cost?.amount()).map(Usd::pico).sum();
        assert_eq!(cost, billed(&sim), "{speaks}");
    }
}

/// CLIProxyAPI #4848: Codex takes exactly one compaction item, and no other answer.
#[tokio::test]
async fn a_trigger_is_answered_with_exactly_one_item() {
    for speaks in Dialect::CLIENTS {
        let (sim, house) = stage(speaks, false).await;
        for stream in [false, true] {
            sim.script().push(says(SUMMARY));
            let seen = house.post("/v1/responses", triggered(stream).to_string()).await;
            assert_eq!(seen.status, 200, "{speaks}: {seen:?}");
            let answer = if stream {
                let events: Vec<Value> = seen.data().iter().map(|it| serde_json::from_str(it).unwrap()).collect();
                let done: Vec<&Value> = events.iter().filter(|it| it["type"] == "response.output_item.done").collect();
                assert_eq!((done.len(), &done[0]["item"]["type"]), (1, &json!("compaction")), "{speaks}: {seen:?}");
                assert!(!seen.body.contains("output_text"), "{speaks}: {seen:?}");
                crate::responses_stream::fold(&seen.body, &speaks.to_string())
            } else {
                seen.json()
            };
            assert_eq!((&answer["object"], &answer["status"]), (&json!("response"), &json!("completed")), "{answer}");
            item(&answer);
            let sent = asked(&sim).to_string();
            assert!(sent.contains("azure, navy") && !sent.contains("compaction_trigger"), "{speaks}: {sent}");
        }
        // A model that thinks or calls and says nothing has made no summary.
        sim.script().always(says(""));
        let seen = house.post("/v1/responses", triggered(false).to_string()).await;
        assert_eq!(seen.status, 502, "{speaks}: {seen:?}");
    }
}

#[tokio::test]
async fn a_provider_that_compacts_is_left_to_it() {
    let (sim, house) = stage(Dialect::OpenaiResponses, true).await;
    let body = request().to_string();
    let seen = house.post(PATH, body.clone()).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    let own = item(&seen.json());
    let arrival = sim.meter().arrivals().pop().unwrap();
    assert!(arrival.path.ends_with("/responses/compact"), "{}", arrival.path);
    assert_eq!(String::from_utf8_lossy(&arrival.body), body.replace("\"model\":\"g\"", "\"model\":\"model\""));
    // Its own item goes back to it as it is.
    let next = json!({"model": "g", "input": [own, {"role": "user", "content": "Go on."}]});
    assert_eq!(house.post("/v1/responses", next.to_string()).await.status, 200);
    assert_eq!(asked(&sim)["input"][0], own);
    // So does the trigger.
    sim.script().push(Script::raw(200, "application/json", bytes::Bytes::from_static(
        br#"{"id":"resp_1","object":"response","status":"completed","output":[{"type":"compaction","id":"c","encrypted_content":"x"}]}"#,
    )));
    let seen = house.post("/v1/responses", triggered(false).to_string()).await;
    assert_eq!((seen.status, &item(&seen.json())["encrypted_content"]), (200, &json!("x")), "{seen:?}");
    let sent: Value = serde_json::from_slice(&sim.meter().arrivals().pop().unwrap().body).unwrap();
    assert_eq!(sent["input"].as_array().unwrap().last().unwrap()["type"], "compaction_trigger");
    // And to nobody else: there it is lost by name.
    for speaks in [Dialect::OpenaiChat, Dialect::Anthropic, Dialect::Gemini] {
        let (sim, house) = stage(speaks, false).await;
        let seen = house.post("/v1/responses", next.to_string()).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        assert!(seen.header("x-llmroute-dropped").contains("compaction"), "{speaks}: {seen:?}");
        assert!(!asked(&sim).to_string().contains("gAAAAAsim"), "{speaks}");
        let strict = house.request("/v1/responses", next.to_string()).header("x-llmroute-strict", "true");
        assert_eq!(house::seen(strict.send().await.unwrap()).await.status, 400, "{speaks}");
    }
}

#[tokio::test]
async fn a_kept_conversation_goes_on_from_its_compaction() {
    let (sim, house) = stage(Dialect::Anthropic, false).await;
    let ask = async |body: Value| -> Seen { house.post("/v1/responses", body.to_string()).await };
    let first = ask(json!({"model": "g", "input": "I am Ann."})).await.json();
    sim.script().push(says(SUMMARY));
    let trigger = json!([{"type": "compaction_trigger"}]);
    let second = ask(json!({"model": "g", "input": trigger, "previous_response_id": first["id"]})).await.json();
    item(&second);
    assert!(asked(&sim).to_string().contains("I am Ann."));
    let third = ask(json!({"model": "g", "input": "Go on.", "previous_response_id": second["id"]})).await;
    assert_eq!(third.status, 200, "{third:?}");
    let sent = asked(&sim).to_string();
    assert!(sent.contains("Ann wants blue paint.") && !sent.contains("I am Ann."), "{sent}");
    // The same at its own path.
    sim.script().push(says(SUMMARY));
    let compact = json!({"model": "g", "previous_response_id": third.json()["id"]});
    let seen = house.post(PATH, compact.to_string()).await;
    item(&seen.json());
    assert!(asked(&sim).to_string().contains("Go on."));
}
