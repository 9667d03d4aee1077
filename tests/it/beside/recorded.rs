//! The recorded requests for vectors: what providers really sent, in every client's dialect, read a second time by plain
//! code of the test's own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::embedding::{Form, Input};
use llmroute::domain::operation::Inputs;
use llmroute::domain::quirks::Quirks;
use llmroute::wire::embedding::{Answering, client, provider};
use serde_json::Value;

/// One recorded exchange of a dialect that has a codec.
struct Recorded {
    file: String,
    dialect: Dialect,
    inputs: Inputs,
    request: Value,
    status: u64,
    /// The text of the answer: numbers as they were spelled.
    answer: String,
}

/// A recording whose answer is left as it is spelled.
#[derive(serde::Deserialize)]
struct Text {
    response: TextAnswer,
}

#[derive(serde::Deserialize)]
struct TextAnswer {
    body_json: Box<serde_json::value::RawValue>,
}

fn recorded() -> Vec<Recorded> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded");
    let index = std::fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let mut all = Vec::new();
    for line in index.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (api, file) = (line["api"].as_str().unwrap(), line["file"].as_str().unwrap());
        if !["embeddings", "gemini.embed"].contains(&api) {
            continue;
        }
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let exchange: Value = serde_json::from_str(&text).unwrap();
        let path = exchange["request"]["path"].as_str().unwrap().to_owned();
        let dialect = match api {
            "gemini.embed" => Dialect::Gemini,
            // The version before answers in another form, which is read, and never asked for.
            _ if path.ends_with("/v2/embed") || path.ends_with("/v1/embed") => Dialect::Cohere,
            _ => Dialect::OpenaiChat,
        };
        all.push(Recorded {
            file: file.to_owned(),
            dialect,
            inputs: if path.ends_with(":embedContent") { Inputs::One } else { Inputs::Many },
            request: exchange["request"]["body"].clone(),
            status: exchange["response"]["status"].as_u64().unwrap(),
            answer: serde_json::from_str::<Text>(&text).unwrap().response.body_json.get().to_owned(),
        });
    }
    assert_eq!(all.len(), 18);
    all
}

/// Texts, length, purpose of a request, read without llmroute's code.
fn plain_request(dialect: Dialect, body: &Value) -> (Vec<String>, Option<u64>, Option<String>) {
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    if dialect == Dialect::Gemini {
        let requests = body["requests"].as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        let texts = requests.iter().map(|it| text(&it["content"]["parts"][0]["text"])).collect();
        let length = ["outputDimensionality", "output_dimensionality"].iter().find_map(|it| requests[0][it].as_u64());
        return (texts, length, requests[0]["taskType"].as_str().map(str::to_lowercase));
    }
    let texts = match &body["input"] {
        Value::Array(list) => list.iter().map(text).collect(),
        one => vec![text(one)],
    };
    let length = ["dimensions", "output_dimension"].iter().find_map(|it| body[it].as_u64());
    (texts, length, body["input_type"].as_str().map(|it| format!("retrieval_{it}")))
}

/// Vectors and tokens of an answer, read without llmroute's code, and without a JSON library for the numbers: whatever
/// stands in the list after a key that vectors go by.
fn plain_answer(text: &str) -> (Vec<Vec<u64>>, Option<u64>) {
    let mut vectors = Vec::new();
    let compact: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    let mut rest = compact.as_str();
    // A list of lists under one key is that of Cohere's first version; a list of objects has its vectors within.
    let keys = [("\"embedding\":", ""), ("\"values\":", ""), ("\"float\":", ""), ("\"embeddings\":", "[[")];
    while let Some(at) =
        keys.iter().filter_map(|(key, then)| Some(rest.find(&format!("{key}{then}"))? + key.len())).min()
    {
        rest = rest[at..].trim_start();
        if let Some(list) = rest.strip_prefix('[') {
            // One list, or, of Cohere's, a list of lists.
            let list = list
                .trim_start()
                .strip_prefix('[')
                .map_or(&list[..list.find(']').unwrap()], |it| &it[..it.find("]]").unwrap()]);
            for list in list.split('[') {
                let numbers = list.split(',').map(|it| it.trim_matches([' ', '\n', ']'])).filter(|it| !it.is_empty());
                vectors.push(numbers.map(|it| it.parse::<f64>().unwrap().to_bits()).collect());
            }
        } else if let Some(base64) = rest.strip_prefix('"') {
            let bytes = STANDARD.decode(&base64[..base64.find('"').unwrap()]).unwrap();
            let floats = bytes.chunks(4).map(|it| f64::from(f32::from_le_bytes(it.try_into().unwrap())).to_bits());
            vectors.push(floats.collect());
        }
    }
    let body: Value = serde_json::from_str(text).unwrap();
    let billed = &body["meta"]["billed_units"]["input_tokens"];
    let usage = [&body["usage"]["total_tokens"], &body["usageMetadata"]["promptTokenCount"], billed];
    (vectors, usage.iter().find_map(|it| it.as_u64()))
}

#[test]
fn every_request_goes_to_every_dialect_and_back() {
    // Nobody asks in Cohere's words.
    for it in recorded().into_iter().filter(|it| it.dialect != Dialect::Cohere) {
        let wanted = client(it.dialect).unwrap().read_request(it.request.to_string().as_bytes(), it.inputs).unwrap();
        let (texts, length, purpose) = plain_request(it.dialect, &it.request);
        assert_eq!(wanted.inputs, texts.iter().cloned().map(Input::Text).collect::<Vec<_>>(), "{}", it.file);
        assert_eq!((wanted.dimensions, wanted.purpose.is_some()), (length, purpose.is_some()), "{}", it.file);
        for other in [Dialect::OpenaiChat, Dialect::Gemini] {
            let said = provider(other).unwrap().write_request(&wanted, "m", &Quirks::default()).unwrap();
            let body: Value = serde_json::from_slice(&said.body).unwrap();
            let (again, said_length, said_purpose) = plain_request(other, &body);
            assert_eq!((&again, said_length), (&texts, length), "{} as {other}", it.file);
            let losses: Vec<&str> = said.losses.iter().map(|it| it.what.as_str()).collect();
            if other == Dialect::Gemini {
                assert_eq!(said_purpose, purpose, "{}", it.file);
            } else {
                assert_eq!(losses.contains(&"taskType"), purpose.is_some(), "{}: {losses:?}", it.file);
            }
            let back = client(other).unwrap().read_request(&said.body, Inputs::Many).unwrap();
            assert_eq!((back.inputs, back.dimensions), (wanted.inputs.clone(), wanted.dimensions), "{}", it.file);
            // What is not said is named: nothing of the recorded requests but these.
            let known = ["taskType", "truncation", "output_dtype", "encoding_format"];
            assert!(losses.iter().all(|it| known.contains(it)), "{}: {losses:?}", it.file);
        }
    }
}

#[test]
fn every_answer_reaches_every_client_to_the_bit() {
    let mut answers = 0;
    for it in recorded().into_iter().filter(|it| it.status == 200) {
        let (vectors, tokens) = plain_answer(&it.answer);
        let read = provider(it.dialect).unwrap().read_answer(it.answer.as_bytes()).unwrap();
        assert_eq!(read.usage.as_ref().map(|it| it.input), tokens, "{}", it.file);
        for asker in [Dialect::OpenaiChat, Dialect::Gemini] {
            let inputs = if vectors.len() == 1 && asker == Dialect::Gemini { Inputs::One } else { Inputs::Many };
            let asked = Answering { inputs, form: Form::Numbers, model: "asked", estimate: 77 };
            let written = String::from_utf8(client(asker).unwrap().write_answer(&read, asked)).unwrap();
            let (heard, counted) = plain_answer(&written);
            assert_eq!(heard, vectors, "{} to {asker}", it.file);
            let estimated = if asker == Dialect::Gemini { None } else { Some(77) };
            assert_eq!(counted, tokens.or(estimated), "{} to {asker}", it.file);
            answers += 1;
        }
        // Through 32 bits: as near as those come.
        let asked = Answering { inputs: Inputs::Many, form: Form::Base64, model: "asked", estimate: 77 };
        let written = String::from_utf8(client(Dialect::OpenaiChat).unwrap().write_answer(&read, asked)).unwrap();
        let (heard, _) = plain_answer(&written);
        #[expect(clippy::cast_possible_truncation, reason = "what the form does")]
        let narrow = |it: &u64| f64::from(f64::from_bits(*it) as f32).to_bits();
        let narrowed: Vec<Vec<u64>> = vectors.iter().map(|it| it.iter().map(narrow).collect()).collect();
        assert_eq!(heard, narrowed, "{}", it.file);
    }
    assert_eq!(answers, 18, "9 answers for 2 kinds of client");
}

#[test]
fn every_refusal_is_told_in_the_providers_words() {
    let mut refusals = 0;
    for it in recorded().into_iter().filter(|it| it.status != 200) {
        let body: Value = serde_json::from_str(&it.answer).unwrap();
        let places = [&body["error"]["message"], &body["message"], &body["detail"], &body["error"]];
        let said = places.into_iter().find_map(Value::as_str).unwrap_or_else(|| panic!("{}: {body}", it.file));
        let read = provider(it.dialect).unwrap().read_answer(it.answer.as_bytes());
        assert!(read.is_err(), "{}: a refusal is no answer", it.file);
        let fault = llmroute::wire::codec(it.dialect).read_error(it.answer.as_bytes());
        assert!(said.contains(&fault.message) && !fault.message.is_empty(), "{}: {fault:?}", it.file);
        refusals += 1;
    }
    assert_eq!(refusals, 9);
}
