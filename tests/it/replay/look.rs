//! What an answer says, found by a plain look at its JSON, in one form for all dialects. Nothing of llmroute is used.

use std::collections::BTreeMap;

use llmroute::domain::dialect::Dialect;
use llmroute::store::requests::RowTokens;
use serde_json::{Value, json};

use crate::grammar::{data, frames, is_candidate};
use crate::house::unheard;
use crate::recorded_bedrock;

/// What an answer says.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Visible text, a refusal's included.
    pub(crate) text: String,
    pub(crate) thinking: String,
    /// Name and arguments.
    pub(crate) calls: Vec<(String, Value)>,
    /// There are words of refusal.
    declined: bool,
    /// Why it ended, in the ledger's words.
    pub(crate) finish: Option<String>,
    pub(crate) tokens: Option<Tokens>,
    /// The counts contradict each other.
    pub(crate) suspect: bool,
    pub(crate) model: Option<String>,
    /// What the provider says it cost, in pico-dollars.
    pub(crate) cost: Option<i64>,
    /// The error it ended with.
    pub(crate) error: Option<String>,
    /// What only this dialect can say.
    pub(crate) special: Vec<String>,
    /// The spelling of arguments as far as they have come, by index.
    open: BTreeMap<u64, (String, String)>,
    /// Where the indexes of blocks begin: anew where a message begins anew in the middle.
    base: u64,
    /// The counts as they are in the JSON, later ones over earlier ones.
    counts: BTreeMap<&'static str, u64>,
}

/// Token counts; cached and reasoning tokens are parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) input: u64,
    pub(crate) cache_read: u64,
    pub(crate) cache_write: u64,
    pub(crate) output: u64,
    pub(crate) reasoning: u64,
}

impl Tokens {
    pub(crate) const fn of_row(it: &RowTokens) -> Self {
        Self {
            input: it.input,
            cache_read: it.cache_read,
            cache_write: it.cache_write + it.cache_write_1h,
            output: it.output,
            reasoning: it.reasoning,
        }
    }
}

impl Told {
    pub(crate) fn of_whole(dialect: Dialect, body: &Value) -> Self {
        let mut told = Self { model: text(&body["model"]), ..Self::default() };
        match dialect {
            Dialect::OpenaiCompletions => told.continuation(body),
            Dialect::BedrockConverse => return Self::of_converse(recorded_bedrock::direct(body)),
            Dialect::OpenaiChat => {
                told.openai_message(&body["choices"][0]["message"]);
                told.openai_counts(body);
                told.finish = text(&body["choices"][0]["finish_reason"]);
            }
            Dialect::OpenaiResponses => {
                for (nth, item) in (0..).zip(body["output"].as_array().into_iter().flatten()) {
                    told.responses_item(nth, item, true);
                }
                told.responses_end(body);
            }
            Dialect::Anthropic => {
                for (nth, block) in (0..).zip(body["content"].as_array().into_iter().flatten()) {
                    told.anthropic_block(nth, block);
                }
                told.anthropic_counts(&body["usage"]);
                told.finish = text(&body["stop_reason"]);
            }
            Dialect::Gemini => told.gemini_chunk(body),
            Dialect::Cohere => told.cohere_whole(body),
            Dialect::Ollama => told.ollama_line(body),
        }
        told.settle(dialect)
    }

    pub(crate) fn of_stream(dialect: Dialect, stream: &str) -> Self {
        let mut told = Self::default();
        for event in frames(stream).map(data).filter(Value::is_object) {
            if event["error"].is_object() {
                told.error = text(&event["error"]["message"]);
                told.openai_counts(&event);
                break;
            }
            // One recording holds the streams of several turns; a client reads the first.
            let over = dialect == Dialect::OpenaiResponses && told.finish.is_some();
            match dialect {
                _ if over => break,
                Dialect::BedrockConverse => unreachable!("its streams are no text"),
                Dialect::OpenaiCompletions => told.continuation(&event),
                Dialect::OpenaiChat => told.openai_chunk(&event),
                Dialect::OpenaiResponses => told.responses_event(&event),
                Dialect::Anthropic => told.anthropic_event(&event),
                Dialect::Gemini => told.gemini_chunk(&event),
                Dialect::Cohere => told.cohere_event(&event),
                Dialect::Ollama => told.ollama_line(&event),
            }
        }
        told.settle(dialect)
    }

    /// Of a stream that need not be text.
    pub(crate) fn of_bytes(dialect: Dialect, stream: &[u8]) -> Self {
        match dialect {
            Dialect::BedrockConverse => {
                Self::of_converse(recorded_bedrock::accumulated(&recorded_bedrock::messages(stream)))
            }
            _ => Self::of_stream(dialect, std::str::from_utf8(stream).unwrap()),
        }
    }

    fn of_converse(it: recorded_bedrock::Told) -> Self {
        let mut told = Self::default();
        for block in it.blocks {
            if block["input"].is_object() {
                told.calls.push((text(&block["name"]).unwrap(), block["input"].clone()));
            } else if block["text"].is_string() {
                told.text.push_str(&spoken(&block["text"]));
            } else if block["thinking"].is_string() {
                told.thinking.push_str(&spoken(&block["thinking"]));
            } else {
                told.special.extend(block.as_object().unwrap().keys().cloned());
            }
        }
        let word = |it: &str| match it {
            "end_turn" => "stop",
            "max_tokens" => "length",
            "tool_use" => "tool_calls",
            other => panic!("{other} is in no recording"),
        };
        told.finish = it.reason.as_deref().map(|it| word(it).to_owned());
        told.tokens = it.counts.map(|[input, cache_read, cache_write, output]| Tokens {
            input,
            cache_read,
            cache_write,
            output,
            reasoning: 0,
        });
        told
    }

    fn openai_chunk(&mut self, chunk: &Value) {
        self.model = self.model.take().or_else(|| text(&chunk["model"]));
        self.openai_counts(chunk);
        let choice = &chunk["choices"][0];
        self.openai_message(&choice["delta"]);
        self.finish = self.finish.take().or_else(|| text(&choice["finish_reason"]));
    }

    /// A text that goes on, or a piece of it.
    fn continuation(&mut self, body: &Value) {
        self.model = self.model.take().or_else(|| text(&body["model"]));
        self.openai_counts(body);
        let choice = &body["choices"][0];
        self.text.push_str(&spoken(&choice["text"]));
        self.finish = text(&choice["finish_reason"]).or(self.finish.take());
    }

    /// A message, or a piece of one.
    fn openai_message(&mut self, message: &Value) {
        self.text.push_str(&spoken(&message["content"]));
        for part in message["content"].as_array().into_iter().flatten() {
            self.thinking.push_str(&spoken(&part["thinking"]));
        }
        self.text.push_str(&spoken(&message["refusal"]));
        self.declined |= !spoken(&message["refusal"]).is_empty();
        let thoughts = ["reasoning_content", "reasoning"].map(|it| spoken(&message[it]));
        self.thinking.push_str(if thoughts[0].is_empty() { &thoughts[1] } else { &thoughts[0] });
        for (nth, call) in (0..).zip(message["tool_calls"].as_array().into_iter().flatten()) {
            let at = self.open.entry(call["index"].as_u64().unwrap_or(nth)).or_default();
            at.0.push_str(&spoken(&call["function"]["name"]));
            at.1.push_str(&spoken(&call["function"]["arguments"]));
        }
        for key in ["audio", "annotations", "executed_tools"] {
            if message[key].as_array().map_or(message[key].is_object(), |it| !it.is_empty()) {
                self.special.push(key.to_owned());
            }
        }
    }

    fn openai_counts(&mut self, holder: &Value) {
        let places = [&holder["usage"], &holder["x_groq"]["usage"], &holder["choices"][0]["usage"]];
        let Some(usage) = places.into_iter().find(|it| it.is_object()) else { return };
        let first = |places: &[&Value]| places.iter().find_map(|it| it.as_u64()).unwrap_or(0);
        let details = &usage["prompt_tokens_details"];
        let mut input = first(&[&usage["prompt_tokens"]]);
        let mut output = first(&[&usage["completion_tokens"]]);
        let reasoning = first(&[&usage["completion_tokens_details"]["reasoning_tokens"], &usage["reasoning_tokens"]]);
        // Some count reasoning beside the completion; the total tells.
        if first(&[&usage["total_tokens"]]) == input + output + reasoning {
            output += reasoning;
        }
        // Mistral counts sound beside the prompt.
        let sound = first(&[&details["audio_tokens"]]);
        if sound > input && first(&[&usage["total_tokens"]]) == input + output + sound {
            input += sound;
        }
        self.suspect = reasoning > output;
        self.tokens = Some(Tokens {
            input,
            cache_read: first(&[&details["cached_tokens"], &usage["prompt_cache_hit_tokens"], &usage["cached_tokens"]]),
            cache_write: first(&[&details["cache_write_tokens"]]),
            output,
            reasoning: reasoning.min(output),
        });
        let dollars = usage["cost"].as_f64().or_else(|| usage["cost"]["total_cost"].as_f64());
        self.cost = usage["cost_in_usd_ticks"].as_i64().map(|it| it * 100).or_else(|| dollars.map(pico));
    }

    /// Text by its deltas, everything else when its item is done.
    fn responses_event(&mut self, event: &Value) {
        match event["type"].as_str().unwrap() {
            "response.created" => self.model = text(&event["response"]["model"]),
            "response.output_text.delta" => self.text.push_str(&spoken(&event["delta"])),
            "response.refusal.delta" => {
                self.text.push_str(&spoken(&event["delta"]));
                self.declined = true;
            }
            "response.output_item.done" => {
                self.responses_item(event["output_index"].as_u64().unwrap(), &event["item"], false);
            }
            "response.completed" | "response.incomplete" => self.responses_end(&event["response"]),
            _ => {}
        }
    }

    fn responses_item(&mut self, nth: u64, item: &Value, whole: bool) {
        let texts = |list: &Value| {
            let parts = list.as_array().into_iter().flatten();
            parts.map(|it| spoken(&it["text"])).collect::<Vec<_>>()
        };
        match item["type"].as_str().unwrap() {
            "message" => {
                for part in item["content"].as_array().unwrap() {
                    if whole {
                        self.text.push_str(&(spoken(&part["text"]) + &spoken(&part["refusal"])));
                        self.declined |= part["refusal"].is_string();
                    }
                    for key in ["annotations", "logprobs"] {
                        if part[key].as_array().is_some_and(|it| !it.is_empty()) {
                            self.special.push(key.to_owned());
                        }
                    }
                }
            }
            "reasoning" => {
                let summary = texts(&item["summary"]).join("\n\n");
                self.thinking.push_str(&if summary.is_empty() { texts(&item["content"]).concat() } else { summary });
            }
            "function_call" => {
                self.open.insert(nth, (text(&item["name"]).unwrap(), spoken(&item["arguments"])));
            }
            "custom_tool_call" => {
                let arguments = json!({"input": item["input"]}).to_string();
                self.open.insert(nth, (text(&item["name"]).unwrap(), arguments));
            }
            other => self.special.push(other.to_owned()),
        }
    }

    fn responses_end(&mut self, response: &Value) {
        self.model = text(&response["model"]);
        self.finish = text(&response["incomplete_details"]["reason"]).or_else(|| text(&response["status"]));
        let usage = &response["usage"];
        let count = |path: &str| usage.pointer(path).and_then(Value::as_u64).unwrap_or(0);
        if usage.is_object() {
            self.tokens = Some(Tokens {
                input: count("/input_tokens"),
                cache_read: count("/input_tokens_details/cached_tokens"),
                cache_write: count("/input_tokens_details/cache_write_tokens"),
                output: count("/output_tokens"),
                reasoning: count("/output_tokens_details/reasoning_tokens"),
            });
        }
        let dollars = usage["cost"].as_f64();
        self.cost = usage["cost_in_usd_ticks"].as_i64().map(|it| it * 100).or_else(|| dollars.map(pico));
    }

    fn gemini_chunk(&mut self, chunk: &Value) {
        self.model = self.model.take().or_else(|| text(&chunk["modelVersion"]));
        self.model = self.model.take().map(|it| it.trim_start_matches("models/").to_owned());
        let candidate = &chunk["candidates"][0];
        for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
            let call = &part["functionCall"];
            if part["text"].is_string() {
                let whole = if part["thought"] == true { &mut self.thinking } else { &mut self.text };
                whole.push_str(part["text"].as_str().unwrap());
            } else if call.is_object() {
                self.gemini_call(call);
            } else {
                let kinds = part.as_object().unwrap().keys().filter(|it| *it != "thoughtSignature");
                self.special.extend(kinds.cloned());
            }
        }
        for key in ["groundingMetadata", "citationMetadata", "safetyRatings"] {
            if candidate[key].is_object() || candidate[key].is_array() {
                self.special.push(key.to_owned());
            }
        }
        self.finish = text(&candidate["finishReason"]).or(self.finish.take());
        if chunk["promptFeedback"]["blockReason"].is_string() {
            self.finish = Some("SAFETY".to_owned());
        }
        let usage = &chunk["usageMetadata"];
        let of = |name: &str| usage[name].as_u64().unwrap_or(0);
        if usage["promptTokenCount"].is_u64() {
            self.tokens = Some(Tokens {
                input: of("promptTokenCount") + of("toolUsePromptTokenCount"),
                cache_read: of("cachedContentTokenCount"),
                cache_write: 0,
                output: of("candidatesTokenCount") + of("thoughtsTokenCount"),
                reasoning: of("thoughtsTokenCount"),
            });
        }
    }

    /// A call, or a piece of one: then the arguments are texts at paths of one step.
    fn gemini_call(&mut self, call: &Value) {
        if let Some(name) = text(&call["name"]) {
            let arguments = if call["args"].is_object() { call["args"].to_string() } else { "{}".to_owned() };
            self.open.insert(self.open.len() as u64, (name, arguments));
        }
        let Some(mut last) = self.open.last_entry() else { return };
        for piece in call["partialArgs"].as_array().into_iter().flatten() {
            let mut arguments: Value = serde_json::from_str(&last.get().1).unwrap();
            let key = piece["jsonPath"].as_str().unwrap().trim_start_matches("$.");
            let so_far = arguments[key].as_str().unwrap_or_default().to_owned();
            arguments[key] = json!(so_far + piece["stringValue"].as_str().unwrap());
            last.get_mut().1 = arguments.to_string();
        }
    }

    fn anthropic_event(&mut self, event: &Value) {
        let nth = self.base + event["index"].as_u64().unwrap_or(0);
        match event["type"].as_str().unwrap() {
            "message_start" => {
                self.base = self.open.last_key_value().map_or(0, |it| it.0 + 1);
                self.model = self.model.take().or_else(|| text(&event["message"]["model"]));
                self.anthropic_counts(&event["message"]["usage"]);
            }
            "content_block_start" => self.anthropic_block(nth, &event["content_block"]),
            "content_block_delta" => {
                let delta = &event["delta"];
                self.text.push_str(&spoken(&delta["text"]));
                self.thinking.push_str(&spoken(&delta["thinking"]));
                if let (Some(at), Some(more)) = (self.open.get_mut(&nth), delta["partial_json"].as_str()) {
                    at.1.push_str(more);
                }
                if delta["type"] == "citations_delta" {
                    self.special.push("citation".to_owned());
                }
            }
            "message_delta" => {
                self.anthropic_counts(&event["usage"]);
                self.finish = text(&event["delta"]["stop_reason"]).or(self.finish.take());
            }
            _ => {}
        }
    }

    fn anthropic_block(&mut self, nth: u64, block: &Value) {
        match block["type"].as_str().unwrap() {
            "text" => {
                self.text.push_str(&spoken(&block["text"]));
                if block["citations"].as_array().is_some_and(|it| !it.is_empty()) {
                    self.special.push("citation".to_owned());
                }
            }
            "thinking" => self.thinking.push_str(&spoken(&block["thinking"])),
            "tool_use" => {
                let whole = block["input"].as_object().filter(|it| !it.is_empty());
                let input = whole.map(|_| block["input"].to_string()).unwrap_or_default();
                self.open.insert(nth, (text(&block["name"]).unwrap(), input));
            }
            other => self.special.push(other.to_owned()),
        }
    }

    /// The later of two counts holds, but a zero says nothing new about the prompt.
    fn anthropic_counts(&mut self, usage: &Value) {
        let counts = [
            ("input", &usage["input_tokens"]),
            ("read", &usage["cache_read_input_tokens"]),
            ("write", &usage["cache_creation_input_tokens"]),
        ];
        for (name, count) in counts {
            if let Some(count) = count.as_u64().filter(|it| *it > 0) {
                self.counts.insert(name, count);
            }
        }
        let counts =
            [("output", &usage["output_tokens"]), ("thinking", &usage["output_tokens_details"]["thinking_tokens"])];
        for (name, count) in counts {
            if let Some(count) = count.as_u64() {
                self.counts.insert(name, count);
            }
        }
        let of = |name: &str| self.counts.get(name).copied().unwrap_or(0);
        if usage.is_object() {
            self.tokens = Some(Tokens {
                input: of("input") + of("read") + of("write"),
                cache_read: of("read"),
                cache_write: of("write"),
                output: of("output"),
                reasoning: of("thinking"),
            });
        }
        self.cost = usage["cost"].as_f64().map(pico).or(self.cost);
    }

    fn cohere_whole(&mut self, body: &Value) {
        let message = &body["message"];
        for item in message["content"].as_array().into_iter().flatten() {
            self.text.push_str(&spoken(&item["text"]));
            self.thinking.push_str(&spoken(&item["thinking"]));
        }
        self.thinking.push_str(&spoken(&message["tool_plan"]));
        for (nth, call) in (0..).zip(message["tool_calls"].as_array().into_iter().flatten()) {
            let function = &call["function"];
            self.open.insert(nth, (spoken(&function["name"]), spoken(&function["arguments"])));
        }
        if message["citations"].as_array().is_some_and(|it| !it.is_empty()) {
            self.special.push("citation".to_owned());
        }
        self.finish = text(&body["finish_reason"]);
        self.cohere_counts(&body["usage"]);
    }

    fn cohere_event(&mut self, event: &Value) {
        let (nth, message) = (event["index"].as_u64().unwrap_or(0), &event["delta"]["message"]);
        match event["type"].as_str().unwrap() {
            "content-start" | "content-delta" => {
                self.text.push_str(&spoken(&message["content"]["text"]));
                self.thinking.push_str(&spoken(&message["content"]["thinking"]));
            }
            "tool-plan-delta" => self.thinking.push_str(&spoken(&message["tool_plan"])),
            "tool-call-start" | "tool-call-delta" => {
                let (at, function) = (self.open.entry(nth).or_default(), &message["tool_calls"]["function"]);
                at.0.push_str(&spoken(&function["name"]));
                at.1.push_str(&spoken(&function["arguments"]));
            }
            "citation-start" => self.special.push("citation".to_owned()),
            "message-end" => {
                self.finish = text(&event["delta"]["finish_reason"]);
                self.cohere_counts(&event["delta"]["usage"]);
            }
            _ => {}
        }
    }

    /// What is billed; reasoning is counted with the other count only.
    fn cohere_counts(&mut self, usage: &Value) {
        let count = |path: &str| usage.pointer(path).and_then(Value::as_u64).unwrap_or(0);
        if usage["billed_units"].is_object() {
            self.tokens = Some(Tokens {
                input: count("/billed_units/input_tokens"),
                output: count("/billed_units/output_tokens"),
                reasoning: count("/tokens/reasoning_tokens"),
                ..Tokens::default()
            });
        }
    }

    fn ollama_line(&mut self, line: &Value) {
        self.model = self.model.take().or_else(|| text(&line["model"]));
        let message = &line["message"];
        self.text.push_str(&spoken(&message["content"]));
        self.thinking.push_str(&spoken(&message["thinking"]));
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let function = &call["function"];
            let nth = self.open.len() as u64;
            self.open.insert(nth, (spoken(&function["name"]), function["arguments"].to_string()));
        }
        if line["done"] == true {
            self.finish = text(&line["done_reason"]);
            self.tokens = Some(Tokens {
                input: line["prompt_eval_count"].as_u64().unwrap(),
                output: line["eval_count"].as_u64().unwrap(),
                ..Tokens::default()
            });
        }
    }

    fn settle(mut self, dialect: Dialect) -> Self {
        let calls = std::mem::take(&mut self.open).into_values();
        self.calls = calls.map(|(name, arguments)| (name, parsed(&arguments))).collect();
        let reason = self.finish.take();
        self.finish = match dialect {
            _ if self.error.is_some() => reason,
            Dialect::BedrockConverse => unreachable!("its answers are put together elsewhere"),
            Dialect::OpenaiCompletions => Some(reason.unwrap_or_else(|| "stop".to_owned())),
            // Where a model calls tools, it stops for them, whatever it says; and where it ends, it stops.
            Dialect::OpenaiChat => Some(match reason.as_deref() {
                None | Some("stop") if !self.calls.is_empty() => "tool_calls".to_owned(),
                None => "stop".to_owned(),
                Some(it) => it.to_owned(),
            }),
            Dialect::OpenaiResponses => reason.map(|it| {
                let word = match it.as_str() {
                    "completed" if self.calls.is_empty() => "stop",
                    "completed" => "tool_calls",
                    "max_output_tokens" => "length",
                    other => other,
                };
                word.to_owned()
            }),
            Dialect::Anthropic => reason.map(|it| {
                let word = match it.as_str() {
                    "end_turn" => "stop",
                    "max_tokens" => "length",
                    "tool_use" => "tool_calls",
                    "pause_turn" => "pause",
                    other => other,
                };
                word.to_owned()
            }),
            Dialect::Gemini => reason.map(|it| {
                let word = match it.as_str() {
                    "STOP" if !self.calls.is_empty() => "tool_calls",
                    "STOP" => "stop",
                    "MAX_TOKENS" => "length",
                    "SAFETY" => "content_filter",
                    other => other,
                };
                word.to_owned()
            }),
            Dialect::Cohere => reason.map(|it| {
                let word = match it.as_str() {
                    "COMPLETE" => "stop",
                    "STOP_SEQUENCE" => "stop_sequence",
                    "MAX_TOKENS" => "length",
                    "TOOL_CALL" => "tool_calls",
                    other => other,
                };
                word.to_owned()
            }),
            Dialect::Ollama => reason.map(|it| match it.as_str() {
                "stop" if !self.calls.is_empty() => "tool_calls".to_owned(),
                _ => it,
            }),
        };
        self
    }

    /// The same reason as far as a client of `dialect` can hear it.
    pub(crate) fn finish_in(&self, dialect: Dialect) -> Option<String> {
        let reason = self.finish.as_deref()?;
        let word = match (dialect, reason) {
            (Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::Gemini, "refusal") => "content_filter",
            (Dialect::OpenaiChat | Dialect::OpenaiResponses, "stop_sequence" | "pause") => "stop",
            (Dialect::Gemini, "stop") if self.declined => "content_filter",
            (Dialect::Gemini, "stop_sequence" | "pause") if self.calls.is_empty() => "stop",
            (Dialect::Gemini, "model_context_window_exceeded") => "length",
            (Dialect::Anthropic, "content_filter") => "refusal",
            (Dialect::Anthropic, "stop") if self.declined => "refusal",
            (_, other) => other,
        };
        Some(word.to_owned())
    }
}

/// Arguments that are no JSON stay text.
pub(crate) fn parsed(arguments: &str) -> Value {
    if arguments.is_empty() { json!({}) } else { serde_json::from_str(arguments).unwrap_or(json!(arguments)) }
}

/// A text, or the texts of a list of parts.
fn spoken(value: &Value) -> String {
    match value {
        Value::String(it) => it.clone(),
        Value::Array(parts) => parts.iter().filter_map(|it| it["text"].as_str()).collect(),
        _ => String::new(),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|it| !it.is_empty()).map(str::to_owned)
}

#[expect(clippy::cast_possible_truncation, reason = "no recorded answer costs more than a dollar")]
fn pico(dollars: f64) -> i64 {
    (dollars * 1e12).round() as i64
}

/// The message of an error of `dialect`, whose shape is checked.
pub(crate) fn error_message(dialect: Dialect, body: &Value) -> String {
    if dialect == Dialect::Anthropic {
        assert_eq!(body["type"], "error", "{body}");
    }
    let kind = if dialect == Dialect::Gemini { "status" } else { "type" };
    assert!(body["error"][kind].is_string(), "{body}");
    text(&body["error"]["message"]).unwrap_or_else(|| panic!("{body}"))
}

/// Checks that `body` is a whole answer of `dialect`.
pub(crate) fn is_answer_in(dialect: Dialect, body: &Value, file: &str) {
    if dialect == Dialect::Gemini {
        assert!(body["modelVersion"].is_string(), "{file}: {body}");
        assert!(body["usageMetadata"]["totalTokenCount"].is_u64(), "{file}: {body}");
        return is_candidate(body, true, file);
    }
    // Who blocks a question need not count.
    let blocked = body["choices"][0]["finish_reason"] == "content_filter"
        || body["incomplete_details"]["reason"] == "content_filter";
    assert!(body["id"].is_string() && body["model"].is_string(), "{file}: {body}");
    assert!(body["usage"].is_object() || blocked, "{file}: {body}");
    match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::Gemini => {}
        Dialect::OpenaiChat => {
            assert!(body["object"] == "chat.completion" && body["created"].is_u64(), "{file}: {body}");
            let message = &body["choices"][0]["message"];
            assert!(message["role"] == "assistant" && message.get("content").is_some(), "{file}: {body}");
            assert!(body["choices"][0]["finish_reason"].is_string(), "{file}: {body}");
        }
        Dialect::OpenaiResponses => {
            assert!(body["object"] == "response" && body["created_at"].is_u64(), "{file}: {body}");
            assert!(body["output"].is_array() && body["status"].is_string(), "{file}: {body}");
        }
        Dialect::Anthropic => {
            assert!(body["type"] == "message" && body["role"] == "assistant", "{file}: {body}");
            assert!(body["content"].is_array() && body["stop_reason"].is_string(), "{file}: {body}");
        }
        Dialect::Cohere | Dialect::Ollama => unheard(dialect),
    }
}

/// Arguments as a client of `dialect` gets them in a whole answer: where an object is needed and the model wrote none
/// (its answer was cut), its words are inside one.
pub(crate) fn wrap_input(dialect: Dialect, arguments: &mut Value) {
    if dialect == Dialect::Gemini && arguments.is_null() {
        *arguments = json!({});
    }
    if matches!(dialect, Dialect::Anthropic | Dialect::Gemini) && !arguments.is_object() {
        *arguments = json!({ "_raw": arguments.take() });
    }
}
