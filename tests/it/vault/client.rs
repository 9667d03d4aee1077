//! Clients of each dialect in a tool loop, each of which sends back what clients of its kind send back, and no more.

use llmroute::domain::dialect::Dialect;
use serde_json::{Value, json};

use crate::house::{House, Seen};

/// What else a client does to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Habits {
    /// Calls get ids of its own.
    pub(crate) renames: bool,
    /// Arguments are written anew, and texts trimmed.
    pub(crate) rewrites: bool,
    /// Reasoning is thrown away, also where the dialect could carry it.
    pub(crate) forgets: bool,
}

/// One conversation.
#[derive(Debug)]
pub(crate) struct Client {
    dialect: Dialect,
    habits: Habits,
    stream: bool,
    /// `messages`, `input` or `contents`.
    said: Vec<Value>,
    /// Calls that wait for their results: id and name.
    open: Vec<(String, String)>,
    renamed: usize,
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

impl Client {
    /// A conversation that begins with `question`.
    pub(crate) fn new(dialect: Dialect, stream: bool, habits: Habits, question: &str) -> Self {
        let mut it = Self { dialect, habits, stream, said: Vec::new(), open: Vec::new(), renamed: 0 };
        it.user(question);
        it
    }

    /// The user says something.
    pub(crate) fn user(&mut self, text: &str) {
        self.said.push(match self.dialect {
            Dialect::Gemini => json!({"role": "user", "parts": [{"text": text}]}),
            Dialect::Anthropic => json!({"role": "user", "content": [{"type": "text", "text": text}]}),
            _ => json!({"role": "user", "content": text}),
        });
    }

    /// The request as it stands.
    pub(crate) fn body(&self) -> Value {
        let schema =
            json!({"type": "object", "properties": {"number": {"type": "integer"}, "deep": {"type": "object"}}});
        match self.dialect {
            Dialect::OpenaiChat => {
                let tool = json!({"type": "function", "function": {"name": "look", "parameters": schema}});
                json!({"model": "g", "stream": self.stream, "messages": self.said, "tools": [tool]})
            }
            Dialect::OpenaiResponses => {
                let tool = json!({"type": "function", "name": "look", "parameters": schema, "strict": false});
                json!({"model": "g", "stream": self.stream, "input": self.said, "tools": [tool], "store": false,
                       "include": ["reasoning.encrypted_content"]})
            }
            Dialect::Anthropic => {
                let tool = json!({"name": "look", "input_schema": schema});
                json!({"model": "g", "stream": self.stream, "messages": self.said, "tools": [tool], "max_tokens": 4096,
                       "thinking": {"type": "enabled", "budget_tokens": 2048}})
            }
            _ => {
                let tool = json!({"functionDeclarations": [{"name": "look", "parametersJsonSchema": schema}]});
                json!({"contents": self.said, "tools": [tool]})
            }
        }
    }

    /// Asks, and takes the answer into the conversation. Whether tools are to be run.
    pub(crate) async fn ask(&mut self, house: &House) -> bool {
        let seen = self.post(house).await;
        assert_eq!(seen.status, 200, "{:?}: {seen:?}\n{}", self.dialect, self.body());
        self.take(&seen)
    }

    /// Asks.
    pub(crate) async fn post(&self, house: &House) -> Seen {
        house.post(crate::house::path_for(self.dialect, self.stream), self.body().to_string()).await
    }

    /// Takes an answer into the conversation. Whether tools are to be run.
    pub(crate) fn take(&mut self, seen: &Seen) -> bool {
        match self.dialect {
            Dialect::OpenaiChat => self.chat(seen),
            Dialect::OpenaiResponses => self.responses(seen),
            Dialect::Anthropic => self.anthropic(seen),
            _ => self.gemini(seen),
        }
        !self.open.is_empty()
    }

    /// Runs the tools.
    pub(crate) fn run(&mut self) {
        let open = std::mem::take(&mut self.open);
        let results: Vec<Value> = open
            .iter()
            .map(|(id, name)| match self.dialect {
                Dialect::OpenaiChat => json!({"role": "tool", "tool_call_id": id, "content": "seen"}),
                Dialect::OpenaiResponses => json!({"type": "function_call_output", "call_id": id, "output": "seen"}),
                Dialect::Anthropic => json!({"type": "tool_result", "tool_use_id": id, "content": "seen"}),
                _ => json!({"functionResponse": {"name": name, "response": {"output": "seen"}}}),
            })
            .collect();
        match self.dialect {
            Dialect::Anthropic => self.said.push(json!({"role": "user", "content": results})),
            Dialect::Gemini => self.said.push(json!({"role": "user", "parts": results})),
            _ => self.said.extend(results),
        }
    }

    /// Asks and runs tools until there is nothing more to run; how many rounds of tools it took.
    pub(crate) async fn finish(&mut self, house: &House) -> usize {
        let mut rounds = 0;
        while self.ask(house).await {
            self.run();
            rounds += 1;
            assert!(rounds < 10, "{self:?}");
        }
        rounds
    }

    fn id(&mut self, given: &str) -> String {
        if !self.habits.renames {
            return given.to_owned();
        }
        self.renamed += 1;
        format!("own-{}", self.renamed)
    }

    fn arguments(&self, said: &str) -> String {
        if !self.habits.rewrites {
            return said.to_owned();
        }
        let mut value: Value = serde_json::from_str(said).unwrap();
        // As JavaScript writes it.
        value["deep"]["b"] = json!(1);
        value.to_string()
    }

    fn text(&self, said: &str) -> String {
        if self.habits.rewrites { said.trim().to_owned() } else { said.to_owned() }
    }

    fn chat(&mut self, seen: &Seen) {
        let mut message = json!({"role": "assistant", "content": null});
        let mut calls: Vec<Value> = Vec::new();
        if self.stream {
            for chunk in seen.data().iter().filter_map(|it| serde_json::from_str::<Value>(it).ok()) {
                let delta = &chunk["choices"][0]["delta"];
                if let Some(text) = delta["content"].as_str() {
                    message["content"] = json!(message["content"].as_str().unwrap_or_default().to_owned() + text);
                }
                for piece in list(&delta["tool_calls"]) {
                    let at = usize::try_from(piece["index"].as_u64().unwrap()).unwrap();
                    if at == calls.len() {
                        calls.push(json!({"id": piece["id"], "type": "function",
                            "function": {"name": piece["function"]["name"], "arguments": ""}}));
                    }
                    let more = piece["function"]["arguments"].as_str().unwrap_or_default();
                    let so_far = calls[at]["function"]["arguments"].as_str().unwrap().to_owned();
                    calls[at]["function"]["arguments"] = json!(so_far + more);
                }
            }
        } else {
            let answer = &seen.json()["choices"][0]["message"];
            message["content"] = answer["content"].clone();
            calls = list(&answer["tool_calls"]);
        }
        if let Some(text) = message["content"].as_str() {
            message["content"] = json!(self.text(text));
        }
        for call in &mut calls {
            let id = self.id(call["id"].as_str().unwrap());
            let arguments = self.arguments(call["function"]["arguments"].as_str().unwrap());
            self.open.push((id.clone(), "look".to_owned()));
            call["id"] = json!(id);
            call["function"]["arguments"] = json!(arguments);
        }
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        self.said.push(message);
    }

    fn responses(&mut self, seen: &Seen) {
        let output = if self.stream {
            let last: Value = serde_json::from_str(seen.data().last().unwrap()).unwrap();
            assert_eq!(last["type"], "response.completed", "{seen:?}");
            list(&last["response"]["output"])
        } else {
            list(&seen.json()["output"])
        };
        for mut item in output {
            if item["type"] == "reasoning" && self.habits.forgets {
                continue;
            }
            if item["type"] == "function_call" {
                let id = self.id(item["call_id"].as_str().unwrap());
                self.open.push((id.clone(), "look".to_owned()));
                item["call_id"] = json!(id);
                item["arguments"] = json!(self.arguments(item["arguments"].as_str().unwrap()));
            }
            self.said.push(item);
        }
    }

    fn anthropic(&mut self, seen: &Seen) {
        let mut content: Vec<Value> = Vec::new();
        if self.stream {
            let mut input = String::new();
            for event in seen.data().iter().map(|it| serde_json::from_str::<Value>(it).unwrap()) {
                match event["type"].as_str().unwrap() {
                    "content_block_start" => content.push(event["content_block"].clone()),
                    "content_block_delta" => {
                        let block = content.last_mut().unwrap();
                        for key in ["text", "thinking", "signature"] {
                            if let Some(more) = event["delta"][key].as_str() {
                                block[key] = json!(block[key].as_str().unwrap_or_default().to_owned() + more);
                            }
                        }
                        input.push_str(event["delta"]["partial_json"].as_str().unwrap_or_default());
                    }
                    "content_block_stop" if !input.is_empty() => {
                        content.last_mut().unwrap()["input"] =
                            serde_json::from_str(&std::mem::take(&mut input)).unwrap();
                    }
                    _ => {}
                }
            }
        } else {
            content = list(&seen.json()["content"]);
        }
        // As Claude Code does: an empty text never goes back.
        content.retain(|it| it["type"] != "text" || it["text"] != "");
        content.retain(|it| it["type"] != "thinking" || !self.habits.forgets);
        for block in content.iter_mut().filter(|it| it["type"] == "tool_use") {
            let id = self.id(block["id"].as_str().unwrap());
            self.open.push((id.clone(), "look".to_owned()));
            block["id"] = json!(id);
        }
        self.said.push(json!({"role": "assistant", "content": content}));
    }

    fn gemini(&mut self, seen: &Seen) {
        let chunks: Vec<Value> = if self.stream {
            seen.data().iter().map(|it| serde_json::from_str(it).unwrap()).collect()
        } else {
            vec![seen.json()]
        };
        let mut parts: Vec<Value> =
            chunks.iter().flat_map(|it| list(&it["candidates"][0]["content"]["parts"])).collect();
        parts.retain(|it| it["text"] != "" || it.get("thoughtSignature").is_some());
        parts.retain(|it| it["thought"] != true || !self.habits.forgets);
        for part in parts.iter_mut().filter(|it| it.get("functionCall").is_some()) {
            self.open.push((String::new(), "look".to_owned()));
            if self.habits.renames {
                part["functionCall"].as_object_mut().unwrap().remove("id");
            }
        }
        self.said.push(json!({"role": "model", "parts": parts}));
    }
}
