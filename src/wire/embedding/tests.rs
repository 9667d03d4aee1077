use serde_json::{Value, json};

use super::*;
use crate::domain::embedding::Purpose;

fn asks(dialect: Dialect) -> &'static dyn Client {
    client(dialect).unwrap()
}

fn makes(dialect: Dialect) -> &'static dyn Provider {
    provider(dialect).unwrap()
}

fn read(dialect: Dialect, inputs: Inputs, body: &Value) -> Result<Wanted, Malformed> {
    asks(dialect).read_request(body.to_string().as_bytes(), inputs)
}

fn written(dialect: Dialect, wanted: &Wanted) -> (Value, Vec<String>) {
    let it = makes(dialect).write_request(wanted, "m", &Quirks::default()).unwrap();
    (serde_json::from_slice(&it.body).unwrap(), it.losses.into_iter().map(|it| it.what).collect())
}

#[test]
fn a_request_is_said_in_the_other_dialect() {
    let body = json!({"model": "x", "input": ["a \"b\"", "c"], "dimensions": 64, "encoding_format": "base64",
        "input_type": "search_query", "user": "u"});
    let wanted = read(Dialect::OpenaiChat, Inputs::Many, &body).unwrap();
    assert_eq!((wanted.purpose, wanted.form, wanted.inputs.len()), (Some(Purpose::Query), Form::Base64, 2));
    let (said, losses) = written(Dialect::Gemini, &wanted);
    let one = |text: &str| {
        json!({"model": "models/m", "content": {"parts": [{"text": text}]}, "taskType": "RETRIEVAL_QUERY",
        "outputDimensionality": 64})
    };
    assert_eq!(said, json!({"requests": [one("a \"b\""), one("c")]}));
    assert_eq!(losses, ["user"]);

    let google = json!({"requests": [{"model": "models/x", "content": {"parts": [{"text": "a"}]}, "title": "t",
        "output_dimensionality": 8, "task_type": "FACT_VERIFICATION"}]});
    let wanted = read(Dialect::Gemini, Inputs::Many, &google).unwrap();
    let (said, losses) = written(Dialect::OpenaiResponses, &wanted);
    assert_eq!(said, json!({"model": "m", "input": ["a"], "dimensions": 8}));
    assert_eq!(losses, ["title", "taskType"]);
    let quirks =
        Quirks { embedding_dimensions: crate::domain::quirks::DimensionsField::OutputDimension, ..Quirks::default() };
    let mistral = makes(Dialect::OpenaiChat).write_request(&wanted, "m", &quirks).unwrap();
    assert!(String::from_utf8(mistral.body).unwrap().contains(r#""output_dimension":8"#));

    let one = json!({"content": {"parts": [{"text": "a"}, {"text": "b"}]}});
    let (said, losses) = written(Dialect::OpenaiChat, &read(Dialect::Gemini, Inputs::One, &one).unwrap());
    assert_eq!((said["input"].clone(), losses), (json!(["a\nb"]), vec!["content.parts".to_owned()]));
}

#[test]
fn tokens_are_kept_where_the_vocabulary_is_the_same_and_refused_elsewhere() {
    for (input, inputs) in [(json!([1, 2, 3]), json!([[1, 2, 3]])), (json!([[1], [2, 3]]), json!([[1], [2, 3]]))] {
        let wanted = read(Dialect::OpenaiChat, Inputs::Many, &json!({"model": "x", "input": input})).unwrap();
        assert_eq!(written(Dialect::OpenaiChat, &wanted).0["input"], inputs);
        assert_eq!(estimate(&wanted), 3);
        let refused = makes(Dialect::Gemini).write_request(&wanted, "m", &Quirks::default()).unwrap_err();
        assert_eq!(refused.param.as_deref(), Some("input"), "{refused}");
    }
}

#[test]
fn cohere_and_ollama_are_asked_in_their_own_words() {
    let body = json!({"model": "x", "input": ["a", "b"], "dimensions": 256});
    let plain = read(Dialect::OpenaiChat, Inputs::Many, &body).unwrap();
    let (said, losses) = written(Dialect::Cohere, &plain);
    assert_eq!(
        said,
        json!({"model": "m", "texts": ["a", "b"], "input_type": "search_document",
        "embedding_types": ["float"], "output_dimension": 256})
    );
    assert_eq!(losses, ["taskType"], "that one was assumed is said");
    let query = Wanted { purpose: Some(Purpose::Query), ..plain };
    let (said, losses) = written(Dialect::Cohere, &query);
    assert_eq!((&said["input_type"], losses.len()), (&json!("search_query"), 0));
    let (said, losses) = written(Dialect::Ollama, &query);
    assert_eq!(said, json!({"model": "m", "input": ["a", "b"], "dimensions": 256}));
    assert_eq!(losses, ["taskType"]);
    let answer = r#"{"model":"all-minilm","embeddings":[[0.1,-2],[3,4]],"total_duration":9,"prompt_eval_count":8}"#;
    let vectors = makes(Dialect::Ollama).read_answer(answer.as_bytes()).unwrap();
    assert_eq!((vectors.vectors, vectors.usage.map(|it| it.input)), (vec![vec![0.1, -2.0], vec![3.0, 4.0]], Some(8)));
}

#[test]
fn requests_that_are_none_are_refused_by_name() {
    for (dialect, inputs, body, param) in [
        (Dialect::OpenaiChat, Inputs::Many, json!({"model": "m"}), "input"),
        (Dialect::OpenaiChat, Inputs::Many, json!({"input": []}), "input"),
        (Dialect::OpenaiChat, Inputs::Many, json!({"input": ["a", 1]}), "input"),
        (Dialect::OpenaiChat, Inputs::Many, json!({"input": {"text": "a"}}), "input"),
        (Dialect::OpenaiChat, Inputs::Many, json!({"input": "a", "encoding_format": "hex"}), "encoding_format"),
        (Dialect::OpenaiChat, Inputs::Many, json!({"input": "a", "dimensions": -1}), "dimensions"),
        (Dialect::Gemini, Inputs::One, json!({"content": {"parts": []}}), "content.parts"),
        (Dialect::Gemini, Inputs::One, json!({"content": {"parts": [{"inlineData": {}}]}}), "content.parts"),
        (Dialect::Gemini, Inputs::Many, json!({"requests": []}), "requests"),
        (
            Dialect::Gemini,
            Inputs::Many,
            json!({"requests": [{"content": {"parts": [{"text": "a"}]}},
            {"content": {"parts": [{"text": "a"}]}, "outputDimensionality": 3}]}),
            "requests",
        ),
    ] {
        let refused = read(dialect, inputs, &body).unwrap_err();
        assert_eq!(refused.param.as_deref(), Some(param), "{body}: {refused}");
    }
}

#[test]
fn vectors_keep_every_bit_as_numbers_and_32_as_base64() {
    // Near 2^-1074, halfway cases, and the shortest texts of numbers that need 17 digits.
    let hard = "[5e-324, 0.1, -0.0, 2.2250738585072011e-308, 9007199254740993, 1e23, 0.30000000000000004, 1.7976931348623157e308]";
    let body = format!(
        r#"{{"data":[{{"embedding":[2],"index":1}},{{"index":0,"embedding":{hard}}}],"model":"served","usage":{{"total_tokens":3}}}}"#
    );
    let read = makes(Dialect::OpenaiChat).read_answer(body.as_bytes()).unwrap();
    let plain: Vec<f64> = hard.trim_matches(['[', ']']).split(", ").map(|it| it.parse().unwrap()).collect();
    let bits = |it: &[f64]| it.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&read.vectors[0]), bits(&plain), "sorted by index");
    let asked = Answering { inputs: Inputs::Many, form: Form::Numbers, model: "asked", estimate: 9 };
    let google = asks(Dialect::Gemini).write_answer(&read, asked);
    let back = makes(Dialect::Gemini).read_answer(&google).unwrap();
    assert_eq!(bits(&back.vectors[0]), bits(&plain));
    assert_eq!(back.usage.map(|it| it.input), Some(3));

    let floats: Vec<f64> = [0.1f32, -1.5, f32::MIN_POSITIVE, 3.0e38].map(f64::from).to_vec();
    let vectors = Vectors { vectors: vec![floats.clone()], ..Vectors::default() };
    let base64 = asks(Dialect::OpenaiChat).write_answer(&vectors, Answering { form: Form::Base64, ..asked });
    let value: Value = serde_json::from_slice(&base64).unwrap();
    assert!(value["data"][0]["embedding"].is_string(), "{value}");
    assert_eq!((&value["model"], &value["usage"]["prompt_tokens"]), (&json!("asked"), &json!(9)));
    assert_eq!(bits(&makes(Dialect::OpenaiChat).read_answer(&base64).unwrap().vectors[0]), bits(&floats));
    let single = asks(Dialect::Gemini).write_answer(&vectors, Answering { inputs: Inputs::One, ..asked });
    assert!(serde_json::from_slice::<Value>(&single).unwrap()["embedding"]["values"].is_array());
}

#[test]
fn answers_that_are_none_are_refused() {
    for (dialect, body) in [
        (Dialect::OpenaiChat, r#"{"data":[{"embedding":["a"]}]}"#),
        (Dialect::OpenaiChat, r#"{"data":[{"embedding":"AAA="}]}"#),
        (Dialect::OpenaiChat, r#"{"data":[{"embedding":"AADAfw=="}]}"#),
        (Dialect::OpenaiChat, r#"{"data":[{"embedding":[1e999]}]}"#),
        (Dialect::OpenaiChat, r#"{"data":[{}]}"#),
        (Dialect::OpenaiChat, "{}"),
        (Dialect::Gemini, r#"{"embeddings":[{"values":[[1]]}]}"#),
        (Dialect::Gemini, r#"{"embeddings":[1]}"#),
        (Dialect::Gemini, "{}"),
        (Dialect::Cohere, r#"{"embeddings":[[[1]]]}"#),
        (Dialect::Cohere, r#"{"embeddings":[1]}"#),
        (Dialect::Ollama, r#"{"embedding":[1]}"#),
    ] {
        assert!(makes(dialect).read_answer(body.as_bytes()).is_err(), "{body}");
    }
}
