//! Generators: what a conversation or an answer says, in no dialect, and the hub's form of it.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Delta, Event, Finish};
use llmroute::domain::prompt::{Body, Format, Media, Part, Prompt, Role, Sampling, Tool, ToolChoice, Turn};
use llmroute::domain::reply::{Piece, Reply};
use llmroute::domain::signature::Signature;
use llmroute::domain::usage::{Source, Usage};
use proptest::prelude::*;
use serde_json::json;
use serde_json::value::RawValue;

use super::Word;

/// A text that says something, with what has to be escaped, and letters of more than one byte.
pub(super) fn text() -> impl Strategy<Value = String> {
    "[a-zé][a-z \"\\\\{}\\[\\]:,\n\té€𝄞]{0,24}[a-z.]"
}

/// A call: which tool, with which argument, what came back, and whether it failed.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) asks: bool,
    pub(super) argument: String,
    pub(super) result: String,
    pub(super) fails: bool,
}

pub(super) fn call() -> impl Strategy<Value = Call> {
    (any::<bool>(), text(), text(), any::<bool>()).prop_map(|(asks, argument, result, fails)| Call {
        asks,
        argument,
        result,
        fails,
    })
}

impl Call {
    pub(super) const fn name(&self) -> &'static str {
        if self.asks { "ask" } else { "look" }
    }

    pub(super) fn arguments(&self) -> String {
        json!({"what": self.argument, "deep": {"n": [1, -2.5, true, null]}}).to_string()
    }
}

/// What one exchange of a conversation says.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) asked: String,
    pub(super) image: bool,
    pub(super) thought: Option<String>,
    pub(super) answered: String,
    pub(super) calls: Vec<Call>,
}

fn exchange() -> impl Strategy<Value = Exchange> {
    let calls = prop::collection::vec(call(), 0..3);
    (text(), any::<bool>(), prop::option::of(text()), text(), calls)
        .prop_map(|(asked, image, thought, answered, calls)| Exchange { asked, image, thought, answered, calls })
}

/// Numbers of hundredths, so that their spelling is not what is tested.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    temperature: Option<u8>,
    top_p: Option<u8>,
    penalties: [Option<u8>; 2],
    top_k: Option<u8>,
    seed: Option<u32>,
    max_tokens: u16,
}

fn numbers() -> impl Strategy<Value = Numbers> {
    let hundredths = || prop::option::of(1_u8..100);
    let (k, seed) = (prop::option::of(1_u8..100), prop::option::of(0_u32..1 << 31));
    (hundredths(), hundredths(), hundredths(), hundredths(), k, seed, 100_u16..4000).prop_map(
        |(temperature, top_p, frequency, presence, top_k, seed, max_tokens)| Numbers {
            temperature,
            top_p,
            penalties: [frequency, presence],
            top_k,
            seed,
            max_tokens,
        },
    )
}

/// What a request says, in no dialect.
#[derive(Debug, Clone)]
pub(super) struct Request {
    system: Vec<String>,
    exchanges: Vec<Exchange>,
    last: String,
    numbers: Numbers,
    stop: Vec<String>,
    /// With tools there are calls; without there may be a form for the answer.
    tools: bool,
    choice: u8,
    format: u8,
    one_call: bool,
    user: bool,
    stream: bool,
}

pub(super) fn request() -> impl Strategy<Value = Request> {
    let talk = (prop::collection::vec(text(), 0..3), prop::collection::vec(exchange(), 0..3), text());
    let stop = prop::collection::vec("[a-z#]{1,6}", 0..4);
    let rest = (any::<bool>(), 0_u8..5, 0_u8..3, any::<bool>(), any::<bool>(), any::<bool>());
    (talk, numbers(), stop, rest).prop_map(
        |((system, exchanges, last), numbers, stop, (tools, choice, format, one_call, user, stream))| Request {
            system,
            exchanges,
            last,
            numbers,
            stop,
            tools,
            choice,
            format,
            one_call,
            user,
            stream,
        },
    )
}

fn raw(json: &serde_json::Value) -> Box<RawValue> {
    RawValue::from_string(json.to_string()).unwrap()
}

fn schema() -> Box<RawValue> {
    raw(&json!({"type": "object", "properties": {"what": {"type": "string"}}, "required": ["what"]}))
}

fn tool(name: &str) -> Tool {
    Tool {
        name: name.to_owned(),
        description: Some(format!("To {name} for something.")),
        schema: Some(schema()),
        strict: None,
        cache: None,
        server: None,
        freeform: None,
        extra: Vec::new(),
    }
}

fn turn(role: Role, parts: Vec<Part>) -> Turn {
    Turn { role, parts, extra: Vec::new() }
}

impl Request {
    /// The hub's form of it, without what is lacking.
    pub(super) fn prompt(&self, dialect: Dialect, lacks: &[Word]) -> Prompt {
        let has = |word: Word| !lacks.contains(&word);
        let mut prompt = Prompt {
            model: "m".to_owned(),
            system: self.system.iter().map(Part::text).collect(),
            stream: self.stream,
            ..Prompt::default()
        };
        let mut made = 0;
        for it in &self.exchanges {
            self.add(it, dialect, lacks, &mut made, &mut prompt.turns);
        }
        prompt.turns.push(turn(Role::User, vec![Part::text(&self.last)]));
        if self.tools {
            prompt.tools = vec![tool("look"), tool("ask")];
            prompt.tool_choice = match self.choice {
                1 if has(Word::NoCall) => Some(ToolChoice::None),
                2 if has(Word::Required) => Some(ToolChoice::Required),
                3 if has(Word::Named) => Some(ToolChoice::Named("ask".to_owned())),
                _ => None,
            };
            let free = !matches!(prompt.tool_choice, Some(ToolChoice::None));
            prompt.parallel_tools = Some(false).filter(|_| self.one_call && free && has(Word::OneCall));
        } else {
            prompt.format = match self.format {
                1 if has(Word::JsonObject) => Format::JsonObject,
                2 if has(Word::Schema) => {
                    Format::JsonSchema { name: None, description: None, schema: schema(), strict: None }
                }
                _ => Format::Text,
            };
        }
        prompt.sampling = self.sampling(lacks);
        prompt.user = Some("somebody".to_owned()).filter(|_| self.user && has(Word::User));
        prompt
    }

    fn sampling(&self, lacks: &[Word]) -> Sampling {
        let has = |word: Word| !lacks.contains(&word);
        let it = &self.numbers;
        let share = |it: Option<u8>| it.map(|it| f64::from(it) / 100.0);
        let [frequency, presence] = it.penalties.map(|it| it.filter(|_| has(Word::Penalties)));
        Sampling {
            max_tokens: Some(it.max_tokens.into()),
            temperature: share(it.temperature),
            // Newer models take only one of the two.
            top_p: share(it.top_p.filter(|_| it.temperature.is_none())),
            top_k: it.top_k.filter(|_| has(Word::TopK)).map(Into::into),
            frequency_penalty: share(frequency),
            presence_penalty: share(presence),
            seed: it.seed.filter(|_| has(Word::Seed)).map(Into::into),
            stop: if has(Word::Stop) { self.stop.clone() } else { Vec::new() },
            choices: None,
        }
    }

    fn add(&self, it: &Exchange, dialect: Dialect, lacks: &[Word], made: &mut usize, turns: &mut Vec<Turn>) {
        let has = |word: Word| !lacks.contains(&word);
        let mut asked = vec![Part::text(&it.asked)];
        if it.image {
            let source = Media::Base64 { media_type: "image/png".to_owned(), data: "aGVsbG8=".to_owned() };
            asked.push(Body::Image { source, detail: None }.into());
        }
        turns.push(turn(Role::User, asked));
        let mut answered = Vec::new();
        if let Some(thought) = it.thought.as_ref().filter(|_| has(Word::SignedThinking)) {
            let signature = Signature::of(dialect, "c2lnbmVk");
            answered.push(Part { signature, ..Body::Thinking(thought.clone()).into() });
        }
        answered.push(Part::text(&it.answered));
        let calls = if self.tools { &it.calls[..] } else { &[] };
        let mut results = Vec::new();
        for call in calls {
            let id = format!("call_{made}");
            *made += 1;
            let (name, arguments) = (call.name().to_owned(), call.arguments());
            answered.push(Body::ToolCall { id: id.clone(), name, arguments }.into());
            let is_error = call.fails && has(Word::ToolError);
            results.push(Body::ToolResult { id, content: vec![Part::text(&call.result)], is_error }.into());
        }
        turns.push(turn(Role::Assistant, answered));
        if !results.is_empty() {
            turns.push(turn(Role::User, results));
            turns.push(turn(Role::Assistant, vec![Part::text("So it is.")]));
        }
    }
}

/// What an answer says, in no dialect.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    thought: Option<String>,
    text: Option<String>,
    calls: Vec<Call>,
    long: bool,
    /// Input, of it read from a cache, output, of it reasoning.
    counts: (u32, u32, u32, u32),
}

pub(super) fn answer() -> impl Strategy<Value = Answer> {
    let counts = (1_u32..1_000_000, 0_u32..1_000_000, 1_u32..100_000, 0_u32..100_000);
    let calls = prop::collection::vec(call(), 0..4);
    (prop::option::of(text()), prop::option::of(text()), calls, any::<bool>(), counts).prop_map(
        |(thought, text, calls, long, (input, cached, output, reasoning))| Answer {
            thought,
            text,
            calls,
            long,
            counts: (input, cached.min(input), output, reasoning.min(output)),
        },
    )
}

fn piece(block: Block, text: &str) -> Piece {
    Piece::new(block, text)
}

impl Answer {
    /// The hub's form of it, without what is lacking. An answer that says nothing says a full stop.
    pub(super) fn reply(&self, lacks: &[Word]) -> Reply {
        let has = |word: Word| !lacks.contains(&word);
        let mut blocks = Vec::new();
        if let Some(thought) = self.thought.as_ref().filter(|_| has(Word::Thinking)) {
            blocks.push(piece(Block::Thinking, thought));
        }
        match &self.text {
            Some(text) => blocks.push(piece(Block::Text, text)),
            None if self.calls.is_empty() => blocks.push(piece(Block::Text, ".")),
            None => {}
        }
        for (nth, it) in self.calls.iter().enumerate() {
            let block = Block::ToolCall { id: format!("call_{nth}"), name: it.name().to_owned() };
            blocks.push(piece(block, &it.arguments()));
        }
        let (input, cached, output, reasoning) = self.counts;
        let usage = Usage {
            input: input.into(),
            cache_read: if has(Word::CacheRead) { cached.into() } else { 0 },
            output: output.into(),
            reasoning: if has(Word::Reasoning) { reasoning.into() } else { 0 },
            source: Source::Provider,
            ..Usage::default()
        };
        let finish = match (self.calls.is_empty(), self.long) {
            (false, _) => Finish::ToolCalls,
            (true, true) => Finish::Length,
            (true, false) => Finish::Stop,
        };
        Reply {
            id: if has(Word::AnswerId) { "resp_answer1".to_owned() } else { String::new() },
            model: if has(Word::AnswerModel) { "m-1".to_owned() } else { String::new() },
            created: Some(1_800_000_000).filter(|_| has(Word::Created)),
            blocks,
            finish: Some(finish),
            usage: Some(usage),
            ended: true,
            ..Reply::default()
        }
    }
}

/// The events of an answer with every text in pieces of `size` characters; calls are told at the same time, piece by
/// piece in turn, where `mixed`.
pub(super) fn events(reply: &Reply, size: usize, mixed: bool) -> Vec<Event> {
    let mut told: Vec<Vec<Event>> = Vec::new();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for event in reply.clone().into_events() {
        match event {
            Event::Open { .. } => told.push(vec![event]),
            Event::Delta { index, delta: Delta::Text(text) } => {
                told[index as usize]
                    .extend(pieces(&text, size).map(|it| Event::Delta { index, delta: Delta::Text(it) }));
            }
            Event::Delta { index, delta: Delta::Arguments(text) } => {
                let more = pieces(&text, size).map(|it| Event::Delta { index, delta: Delta::Arguments(it) });
                told[index as usize].extend(more);
            }
            Event::Delta { index, .. } | Event::Close { index } => told[index as usize].push(event),
            _ if told.is_empty() => before.push(event),
            _ => after.push(event),
        }
    }
    let calls = told.iter().position(|it| matches!(it[0], Event::Open { block: Block::ToolCall { .. }, .. }));
    let parallel = told.split_off(calls.filter(|_| mixed).unwrap_or(told.len()));
    before.extend(told.into_iter().flatten());
    let longest = parallel.iter().map(Vec::len).max().unwrap_or_default();
    for nth in 0..longest {
        before.extend(parallel.iter().filter_map(|it| it.get(nth).cloned()));
    }
    before.extend(after);
    before
}

fn pieces(text: &str, size: usize) -> impl Iterator<Item = String> {
    let all: Vec<char> = text.chars().collect();
    all.chunks(size).map(|it| it.iter().collect()).collect::<Vec<String>>().into_iter()
}
