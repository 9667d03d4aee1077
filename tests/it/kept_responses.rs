//! Going on from an answer by its id, where the target keeps none: from the local file.

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Sim};
use serde_json::{Value, json};

use crate::house::{self, House, Plan, Seen, TOKEN};

const PATH: &str = "/v1/responses";

async fn stage(speaks: Dialect, keeps: bool) -> (Sim, House) {
    let sim = Sim::start(Persona::plain("kept")).await.unwrap();
    let mut plan = Plan::new().target("kept", speaks, &sim.base_url(), 1.0);
    plan.quirks.keeps_responses = keeps;
    (sim, plan.open().await)
}

/// What the provider was asked last.
fn asked(sim: &Sim) -> Value {
    serde_json::from_slice(&sim.meter().arrivals().last().unwrap().body).unwrap()
}

/// The response object of an answer, streamed or not.
fn response(seen: &Seen) -> Value {
    assert_eq!(seen.status, 200, "{seen:?}");
    match seen.data().last() {
        Some(last) => serde_json::from_str::<Value>(last).unwrap()["response"].take(),
        None => seen.json(),
    }
}

async fn ask(house: &House, body: Value) -> Value {
    let mut body = body;
    body["model"] = json!("g");
    response(&house.post(PATH, body.to_string()).await)
}

async fn look(house: &House, method: reqwest::Method, id: &str, token: &str) -> (u16, Value) {
    let url = format!("http://127.0.0.1:{}{PATH}/{id}", house.port);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer =
        client.request(method, url).header("content-type", "application/json").bearer_auth(token).send().await.unwrap();
    let seen = house::seen(answer).await;
    (seen.status, seen.json())
}

#[tokio::test]
async fn a_conversation_goes_on_in_every_dialect_streamed_or_not() {
    for speaks in Dialect::CLIENTS {
        let (sim, house) = stage(speaks, false).await;
        for stream in [false, true] {
            let first =
                ask(&house, json!({"input": "My name is Ann.", "stream": stream, "instructions": "Once."})).await;
            let said = first["output"][0]["content"][0]["text"].as_str().unwrap().to_owned();
            let item = json!({"role": "user", "content": [{"type": "input_text", "text": "What is it?"}]});
            let second =
                ask(&house, json!({"input": [item], "stream": stream, "previous_response_id": first["id"]})).await;
            let sent = asked(&sim).to_string();
            let places: Vec<_> = ["My name is Ann.", &said, "What is it?"].iter().map(|it| sent.find(*it)).collect();
            assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{speaks}: {sent}");
            // Instructions are of one turn only.
            assert!(!sent.contains("Once."), "{speaks}: {sent}");
            assert!(!sent.contains("previous_response_id"), "{speaks}: {sent}");
            if speaks != Dialect::OpenaiResponses {
                assert_eq!(second["previous_response_id"], first["id"]);
            }
            // From the first again: a branch, which has nothing of the second.
            let branch = json!({"input": "Branch.", "stream": stream, "previous_response_id": first["id"]});
            ask(&house, branch).await;
            assert!(!asked(&sim).to_string().contains("What is it?"));
            ask(&house, json!({"input": "Third.", "previous_response_id": second["id"]})).await;
            let sent = asked(&sim).to_string();
            assert!(["My name is Ann.", "What is it?", "Third."].iter().all(|it| sent.contains(it)), "{sent}");
        }
    }
}

#[tokio::test]
async fn a_tool_is_answered_by_the_id_of_its_call_alone() {
    let (sim, house) = stage(Dialect::OpenaiChat, false).await;
    let tools = json!([{"type": "function", "name": "look", "parameters": {"type": "object", "properties": {}}, "strict": true},
                       {"type": "custom", "name": "write", "description": "Writes."}]);
    let first = ask(&house, json!({"input": "use tools", "tools": tools})).await;
    let calls: Vec<Value> = first["output"].as_array().unwrap().clone();
    let kinds: Vec<_> = calls.iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["function_call", "custom_tool_call"]);
    let results = json!([{"type": "function_call_output", "call_id": calls[0]["call_id"], "output": "a cat"},
                         {"type": "custom_tool_call_output", "call_id": calls[1]["call_id"], "output": "written"}]);
    let second = ask(&house, json!({"input": results, "tools": tools, "previous_response_id": first["id"]})).await;
    assert_eq!(second["status"], "completed");
    let roles: Vec<Value> = asked(&sim)["messages"].as_array().unwrap().iter().map(|it| it["role"].clone()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool"]);
}

#[tokio::test]
async fn what_is_not_to_be_kept_is_not() {
    let (_sim, house) = stage(Dialect::OpenaiChat, false).await;
    let gone = ask(&house, json!({"input": "Forget this.", "store": false})).await;
    for id in [gone["id"].as_str().unwrap(), "resp_never"] {
        for stream in [false, true] {
            let body = json!({"model": "g", "input": "x", "stream": stream, "previous_response_id": id});
            let seen = house.post(PATH, body.to_string()).await;
            let error = &seen.json()["error"];
            assert_eq!((seen.status, &error["code"]), (400, &json!("previous_response_not_found")), "{seen:?}");
            assert_eq!(error["type"], "invalid_request_error");
        }
        assert_eq!(look(&house, reqwest::Method::GET, id, TOKEN).await.0, 404);
    }
    let nothing = json!({"model": "g", "input": "x", "previous_response_id": null});
    assert_eq!(house.post(PATH, nothing.to_string()).await.status, 200);
}

#[tokio::test]
async fn a_kept_answer_can_be_read_and_forgotten() {
    let (_sim, house) = stage(Dialect::Anthropic, false).await;
    let first = ask(&house, json!({"input": "Hello.", "stream": true})).await;
    let id = first["id"].as_str().unwrap();
    let get = reqwest::Method::GET;
    assert_eq!(look(&house, get.clone(), id, "wrong").await.0, 401);
    assert_eq!(look(&house, get.clone(), id, TOKEN).await, (200, first.clone()));
    let (status, told) = look(&house, reqwest::Method::DELETE, id, TOKEN).await;
    assert_eq!((status, &told["deleted"], &told["id"]), (200, &json!(true), &first["id"]));
    let (status, told) = look(&house, get, id, TOKEN).await;
    assert_eq!((status, &told["error"]["type"]), (404, &json!("not_found_error")));
    let body = json!({"model": "g", "input": "x", "previous_response_id": id});
    assert_eq!(house.post(PATH, body.to_string()).await.status, 400);
}

#[tokio::test]
async fn a_provider_that_keeps_answers_is_left_to_it() {
    let (sim, house) = stage(Dialect::OpenaiResponses, true).await;
    let first = ask(&house, json!({"input": "Hello."})).await;
    assert_eq!(look(&house, reqwest::Method::GET, first["id"].as_str().unwrap(), TOKEN).await.0, 404);
    let body = json!({"model": "g", "input": "x", "previous_response_id": first["id"]});
    let seen = house.post(PATH, body.to_string()).await;
    // The simulated one keeps nothing, and says so in its own words.
    assert_eq!(asked(&sim)["previous_response_id"], first["id"]);
    assert_eq!((seen.status, &seen.json()["error"]["param"]), (400, &json!("previous_response_id")), "{seen:?}");
}

#[tokio::test]
async fn what_a_kept_answer_was_given_can_be_listed_page_by_page() {
    let (_sim, house) = stage(Dialect::Gemini, false).await;
    let first = ask(&house, json!({"input": "Hello."})).await;
    let more = json!([{"role": "user", "content": "And?"}, {"role": "developer", "content": "Short."}]);
    let second = ask(&house, json!({"input": more, "previous_response_id": first["id"]})).await;
    let id = second["id"].as_str().unwrap();
    let get = reqwest::Method::GET;
    let text = |it: &Value| it["content"][0]["text"].as_str().unwrap().to_owned();
    let (status, list) = look(&house, get.clone(), &format!("{id}/input_items?order=asc"), TOKEN).await;
    assert_eq!((status, &list["object"], &list["has_more"]), (200, &json!("list"), &json!(false)), "{list}");
    let all = list["data"].as_array().unwrap().clone();
    let said: Vec<String> = all.iter().map(text).collect();
    let answered = first["output"][0]["content"][0]["text"].as_str().unwrap();
    assert_eq!(said, ["Hello.", answered, "And?", "Short."]);
    // Newest first, where nothing is said.
    let (_, list) = look(&house, get.clone(), &format!("{id}/input_items?limit=3"), TOKEN).await;
    assert_eq!((text(&list["data"][0]).as_str(), &list["has_more"]), ("Short.", &json!(true)));
    let after = list["last_id"].as_str().unwrap();
    let (_, list) = look(&house, get.clone(), &format!("{id}/input_items?limit=3&after={after}"), TOKEN).await;
    assert_eq!((list["data"].as_array().unwrap().len(), text(&list["data"][0]).as_str()), (1, "Hello."));
    for bad in ["?limit=0", "?order=up", "?after=never"] {
        assert_eq!(look(&house, get.clone(), &format!("{id}/input_items{bad}"), TOKEN).await.0, 400, "{bad}");
    }
    assert_eq!(look(&house, get.clone(), "resp_never/input_items", TOKEN).await.0, 404);
    assert_eq!(look(&house, get, &format!("{id}/input_items?limit=0"), "wrong").await.0, 401);
}

#[tokio::test]
async fn nothing_runs_in_the_background_that_could_be_cancelled() {
    let (_sim, house) = stage(Dialect::OpenaiChat, false).await;
    let answer = ask(&house, json!({"input": "Hello."})).await;
    let id = answer["id"].as_str().unwrap();
    let post = reqwest::Method::POST;
    let (status, told) = look(&house, post.clone(), &format!("{id}/cancel"), TOKEN).await;
    assert_eq!((status, &told["error"]["code"]), (400, &json!("not_cancellable")), "{told}");
    assert_eq!(look(&house, post.clone(), "resp_never/cancel", TOKEN).await.0, 404);
    assert_eq!(look(&house, post, &format!("{id}/cancel"), "wrong").await.0, 401);
    assert_eq!(look(&house, reqwest::Method::GET, id, TOKEN).await.0, 200);
}
