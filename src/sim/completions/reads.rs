//! What the simulated provider takes from a request in text completions, and what it refuses.

use serde_json::Value;

use crate::domain::dialect::Dialect;
use crate::sim::asked::{Asked, Rejected};

/// The top-level fields of the reference. Any other is refused.
const FIELDS: [&str; 18] = [
    "best_of",
    "echo",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "max_tokens",
    "model",
    "n",
    "presence_penalty",
    "prompt",
    "seed",
    "stop",
    "stream",
    "stream_options",
    "suffix",
    "temperature",
    "top_p",
    "user",
];

fn bad<T>(message: impl Into<String>, param: &str) -> Result<T, Rejected> {
    Err(Rejected::bad_request(Dialect::OpenaiCompletions, message, Some(param)))
}

/// Reads a request body, or says why OpenAI would not take it.
pub(crate) fn read(body: &Value) -> Result<Asked, Rejected> {
    let Some(fields) = body.as_object() else {
        return bad("We could not parse the JSON body of your request.", "body");
    };
    if let Some(unknown) = fields.keys().find(|it| !FIELDS.contains(&it.as_str())) {
        return bad(format!("Unrecognized request argument supplied: {unknown}"), unknown);
    }
    let Some(model) = body["model"].as_str().filter(|it| !it.is_empty()) else {
        return bad("you must provide a model parameter", "model");
    };
    let mut asked = Asked { model: model.to_owned(), ..Asked::default() };
    asked.stream = body["stream"].as_bool().unwrap_or(false);
    asked.include_usage = body["stream_options"]["include_usage"].as_bool().unwrap_or(false);
    if asked.include_usage && !asked.stream {
        return bad("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
    }
    asked.max_tokens = body["max_tokens"].as_u64();
    match &body["stop"] {
        Value::String(stop) => asked.stop.push(stop.clone()),
        Value::Array(stops) => asked.stop.extend(stops.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ => {}
    }
    match &body["prompt"] {
        Value::String(text) => {
            asked.count_text(text);
            asked.last_user.clone_from(text);
        }
        Value::Array(list) if !list.is_empty() => {
            for text in list.iter().filter_map(Value::as_str) {
                asked.count_text(text);
            }
            // Tokens count one each.
            asked.input_tokens += list.iter().filter(|it| it.is_u64()).count() as u64;
            asked.last_user = list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
        }
        _ => return bad("Missing required parameter: 'prompt'.", "prompt"),
    }
    Ok(asked)
}
