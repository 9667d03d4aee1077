//! Text completions: to a target that has them as they came, to every other as what a user says.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::Finish;
use llmroute::domain::money::Usd;
use llmroute::domain::prompt::Body;
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::sim::{Persona, Script, Sim};
use llmroute::wire;
use llmroute::wire::sse::{self, Split as _};
use serde_json::{Value, json};

use crate::house::{self, House, Plan, Seen, billed};
use crate::recorded_anthropic::{Answer, recorded};

const PATH: &str = "/v1/completions";
const DIALECT: Dialect = Dialect::OpenaiCompletions;

async fn stage(speaks: Dialect) -> (Sim, House) {
    let sim = Sim::start(Persona::plain("text")).await.unwrap();
    let house = Plan::new().target("text", speaks, &sim.base_url(), 1.0).open().await;
    (sim, house)
}

fn asked(sim: &Sim) -> Value {
    serde_json::from_slice(&sim.meter().arrivals().last().unwrap().body).unwrap()
}

async fn ask(house: &House, body: &Value) -> Seen {
    house.post(PATH, body.to_string()).await
}

/// What of the request was lost. What a simulated provider says beside its answer is lost too, and no matter here.
fn dropped(seen: &Seen) -> Vec<&str> {
    const OF_THE_ANSWER: [&str; 3] = ["message.annotations", "service_tier", "system_fingerprint"];
    let all = seen.header("x-llmroute-dropped").split(", ").filter(|it| !it.is_empty());
    let mut dropped: Vec<&str> = all.filter(|it| !OF_THE_ANSWER.contains(it)).collect();
    dropped.sort_unstable();
    dropped
}

#[tokio::test]
async fn every_target_answers_with_a_text() {
    for speaks in Dialect::every() {
        let (sim, house) = stage(speaks).await;
        let said =
            json!({"model": "g", "prompt": "What is a proxy?", "max_tokens": 50, "temperature": 0.5, "stop": "END"});
        let whole = ask(&house, &said).await;
        assert_eq!(whole.status, 200, "{speaks}: {whole:?}");
        let body = whole.json();
        assert_eq!((&body["object"], &body["choices"][0]["index"]), (&json!("text_completion"), &json!(0)), "{body}");
        assert_eq!(
            (&body["choices"][0]["finish_reason"], &body["choices"][0]["logprobs"]),
            (&json!("stop"), &Value::Null)
        );
        let text = body["choices"][0]["text"].as_str().unwrap().to_owned();
        assert!(!text.is_empty() && body["id"].is_string() && body["created"].as_i64() > Some(0), "{body}");
        let billed_tokens = sim.meter().arrivals()[0].outcome.billed.unwrap();
        assert_eq!(body["usage"]["prompt_tokens"], billed_tokens.input, "{speaks}");
        assert_eq!(body["usage"]["completion_tokens"], billed_tokens.output, "{speaks}");
        let sent = asked(&sim).to_string();
        let said = sent.contains("What is a proxy?") && sent.contains("0.5") && sent.contains("50");
        assert!(said && (sent.contains("END") || speaks == Dialect::OpenaiResponses), "{speaks}: {sent}");
        let expected: &[&str] = if speaks == Dialect::OpenaiResponses { &["stop"] } else { &[] };
        assert_eq!(dropped(&whole), expected, "{speaks}");

        let mut said = json!({"model": "g", "prompt": ["What is a proxy?"], "stream": true});
        for usage in [false, true] {
            if usage {
                said["stream_options"] = json!({"include_usage": true});
            }
            let stream = ask(&house, &said).await;
            assert!(house::ended_well(DIALECT, &stream), "{speaks}: {stream:?}");
            let told = house::text(DIALECT, true, &stream);
            assert!(!told.is_empty(), "{speaks}: {stream:?}");
            let data = stream.data();
            let chunks: Vec<Value> =
                data[..data.len() - 1].iter().map(|it| serde_json::from_str(it).unwrap()).collect();
            assert!(chunks.iter().all(|it| it["object"] == "text_completion"), "{speaks}: {stream:?}");
            let counted = chunks.iter().filter(|it| it["choices"] == json!([])).count();
            assert_eq!(counted, usize::from(usage), "{speaks}: {stream:?}");
            let reasons: Vec<&Value> =
                chunks.iter().map(|it| &it["choices"][0]["finish_reason"]).filter(|it| !it.is_null()).collect();
            assert_eq!(reasons, [&json!("stop")], "{speaks}: {stream:?}");
        }
        let rows = house.rows().await;
        assert!(rows.iter().all(|it| it.0.dialect == "openai-completions"), "{rows:?}");
        let cost: i64 = rows.iter().filter_map(|it| it.0.cost?.amount()).map(Usd::pico).sum();
        assert_eq!(cost, billed(&sim), "{speaks}");
    }
}

#[tokio::test]
async fn a_target_with_the_path_gets_the_bytes_as_they_came() {
    let (sim, house) = stage(DIALECT).await;
    let body = r#"{ "prompt":[1, 2,3], "suffix":"}", "model":"text/model","n":2 , "logprobs":5,"echo":true}"#;
    let seen = house.post(PATH, body).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    let arrival = sim.meter().arrivals().pop().unwrap();
    assert!(arrival.path.ends_with("/completions") && !arrival.path.contains("chat"), "{}", arrival.path);
    let sent = String::from_utf8(arrival.body.to_vec()).unwrap();
    assert_eq!(sent, body.replace("text/model", "model"));
    assert_eq!(seen.header("x-llmroute-dropped"), "");
}

#[tokio::test]
async fn what_a_chat_cannot_say_is_named_or_refused() {
    for speaks in Dialect::ALL {
        let (sim, house) = stage(speaks).await;
        let body = json!({"model": "g", "max_tokens": 20, "prompt": "a", "suffix": "b", "echo": true, "best_of": 3, "logprobs": 2, "n": 2});
        let seen = ask(&house, &body).await;
        assert_eq!(seen.status, 200, "{speaks}: {seen:?}");
        assert_eq!(dropped(&seen), ["best_of", "echo", "logprobs", "n", "suffix"], "{speaks}");
        // Nothing was asked for that is not passed on.
        assert!(asked(&sim).get("n").is_none());
        let idle = json!({"model": "g", "max_tokens": 20, "prompt": "a", "suffix": "", "echo": false, "best_of": 1, "logprobs": null, "n": 1});
        assert!(dropped(&ask(&house, &idle).await).is_empty(), "{speaks}");
        let arrivals = sim.meter().arrivals().len();
        let strict = house.request(PATH, body.to_string()).header("x-llmroute-strict", "true");
        let refused = house::seen(strict.send().await.unwrap()).await;
        assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!("untranslatable")), "{speaks}");
        for (prompt, word) in [
            (json!(["a", "b"]), "holds 2 texts"),
            (json!([1, 2]), "holds tokens"),
            (json!([[1], [2]]), "holds tokens"),
            (json!([]), "empty list"),
            (json!(7), "a string or an array"),
        ] {
            let refused = ask(&house, &json!({"model": "g", "prompt": prompt})).await;
            let told = refused.json()["error"]["message"].as_str().unwrap().to_owned();
            assert!(refused.status == 400 && told.contains(word) && told.contains("prompt"), "{speaks}: {refused:?}");
        }
        let nothing = ask(&house, &json!({"model": "g"})).await;
        assert!(nothing.status == 400 && nothing.body.contains("`prompt`"), "{nothing:?}");
        assert_eq!(sim.meter().arrivals().len(), arrivals, "nothing of that was sent");
    }
}

#[tokio::test]
async fn a_target_that_can_read_it_is_found_behind_one_that_cannot() {
    let chat = Sim::start(Persona::plain("chat")).await.unwrap();
    let text = Sim::start(Persona::plain("text")).await.unwrap();
    let plan = Plan::new().target("chat", Dialect::Anthropic, &chat.base_url(), 1.0);
    let house = plan.target("text", DIALECT, &text.base_url(), 0.0).open().await;
    let seen = ask(&house, &json!({"model": "g", "prompt": [5, 6, 7]})).await;
    assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "text"), "{seen:?}");
    assert!(chat.meter().arrivals().is_empty());
    // A text reaches both, whichever fails.
    chat.script().push(Script::status(500));
    let seen = ask(&house, &json!({"model": "g", "prompt": "a", "stream": true})).await;
    assert!(house::ended_well(DIALECT, &seen), "{seen:?}");
    assert_eq!(seen.header("x-llmroute-provider"), "text");
}

#[tokio::test]
async fn a_conversation_is_never_sent_where_only_texts_are_continued() {
    let (sim, house) = stage(DIALECT).await;
    for dialect in Dialect::CLIENTS {
        let seen = house.ask(dialect, false).await;
        assert!(seen.status == 400 && seen.body.contains("holds no conversations"), "{dialect}: {seen:?}");
    }
    assert!(sim.meter().arrivals().is_empty());
}

#[tokio::test]
async fn models_that_hold_conversations_only_are_reached_by_one() {
    let sim = Sim::start(Persona::plain("both")).await.unwrap();
    let plan = Plan::new().target("both", Dialect::OpenaiChat, &sim.base_url(), 1.0);
    let (mut policy, _) = plan.policy();
    let provider = policy.providers.get_mut("both").unwrap();
    let provider = std::sync::Arc::make_mut(provider);
    let mut text = provider.speaks[0].clone();
    text.dialect = DIALECT;
    provider.speaks.push(text);
    let of = |provider: &llmroute::domain::policy::Provider, dialect, model: &str| {
        provider.speech_for(&llmroute::domain::operation::Operation::Chat, dialect, &model.into()).unwrap().dialect
    };
    assert_eq!(of(provider, DIALECT, "any"), DIALECT);
    assert_eq!(of(provider, Dialect::Gemini, "any"), Dialect::OpenaiChat);
    provider.quirks.completions_models = vec!["davinci-002".to_owned()];
    assert_eq!(of(provider, DIALECT, "davinci-002"), DIALECT);
    assert_eq!(of(provider, DIALECT, "gpt-6-luna"), Dialect::OpenaiChat);
    assert_eq!(of(provider, Dialect::OpenaiChat, "gpt-6-luna"), Dialect::OpenaiChat);
}

#[test]
fn recorded_exchanges_are_read_and_written_back() {
    let codec = wire::codec(DIALECT);
    let mut seen = 0;
    let Some(exchanges) = recorded("openai.completions") else { return };
    for it in exchanges {
        seen += 1;
        let (file, request) = (it.file, it.request.unwrap());
        let prompt = codec.read_request(request.to_string().as_bytes()).unwrap();
        assert!(matches!(&prompt.turns[0].parts[0].body, Body::Text(text) if request["prompt"] == text.as_str()));
        let written = codec.write_request(&prompt, &prompt.model, &Quirks::default());
        assert!(written.losses.is_empty(), "{file}: {:?}", written.losses);
        assert_eq!(serde_json::from_slice::<Value>(&written.body).unwrap(), request, "{file}");
        let stream = match it.answer {
            Answer::Stream(it) => it,
            Answer::Whole(answer) => {
                let body = answer.to_string();
                let reply = codec.read_reply(body.as_bytes()).unwrap();
                let told = codec.write_reply(&reply);
                assert!(told.losses.is_empty(), "{file}: {:?}", told.losses);
                let told: Value = serde_json::from_slice(&told.body).unwrap();
                for key in ["id", "object", "created", "model", "choices"] {
                    assert_eq!(told[key], answer[key], "{file}: {key}");
                }
                let facts = codec.read_facts(body.as_bytes()).unwrap();
                assert_eq!(
                    (facts.finish.as_ref(), facts.usage.as_ref().map(|it| it.output)),
                    (Some(&Finish::Length), Some(16))
                );
                continue;
            }
            Answer::Other => panic!("{file}: neither whole nor streamed"),
        };
        let whole = tell(&stream, stream.len());
        let plain: String = stream
            .lines()
            .filter_map(|it| serde_json::from_str::<Value>(it.strip_prefix("data: ")?).ok())
            .filter_map(|it| it["choices"][0]["text"].as_str().map(str::to_owned))
            .collect();
        assert_eq!((whole.blocks[0].text.as_str(), whole.finish.as_ref()), (plain.as_str(), Some(&Finish::Length)));
        assert!(whole.ended && !plain.is_empty());
        for size in [1, 2, 3, 7, 100] {
            let cut = tell(&stream, size);
            assert_eq!((&cut.blocks[0].text, cut.ended, &cut.id), (&whole.blocks[0].text, true, &whole.id), "{size}");
        }
    }
    assert_eq!(seen, 2);
}

/// The answer that a stream tells, cut into pieces of `size`, by its reader and its watcher alike.
fn tell(stream: &str, size: usize) -> Reply {
    let codec = wire::codec(DIALECT);
    let (mut reader, mut watcher) = (codec.stream_reader(), codec.watcher());
    let (mut splitter, mut frames, mut events) = (sse::Splitter::new(), Vec::new(), Vec::new());
    let mut ended = false;
    for piece in stream.as_bytes().chunks(size) {
        splitter.push(bytes::Bytes::copy_from_slice(piece), &mut frames);
        for frame in frames.drain(..) {
            ended |= watcher.watch(&frame).end;
            reader.read(&frame, &mut events).unwrap();
        }
    }
    let reply = Reply::of(events);
    assert_eq!(ended, reply.ended);
    assert_eq!(watcher.facts().content_bytes, reply.blocks[0].text.len() as u64);
    assert_eq!(watcher.facts().finish, reply.finish);
    reply
}
