//! Every recorded request, asked for again: sent to the door in its own dialect, it must leave through its provider's
//! row to the recorded path, with the recorded body and the key where that provider reads it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use llmroute::domain::id::KeyId;
use llmroute::domain::policy::{Auth, Billing, Group, Key, Policy};
use llmroute::domain::secret::{Keyring, Secret};
use llmroute::domain::target::Target;

use super::*;
use crate::faults::hand::{Exchange, Hand};
use crate::house::{House, Plan};

const KEY: &str = "sk-recorded-0123456789";

/// Recordings that no row can repeat, by the beginning of their file's path, and why.
const APART: [(&str, &str); 5] = [
    ("copilot/", "its tokens are for its own clients (wire.md §3.6)"),
    ("huggingface/", "made at an earlier router that named the host in its path"),
    ("bedrock/", "spoken in a dialect of its own"),
    ("mistral/capability-edges-a-forced-tool-choice", "the recorder put an id in that Mistral does not take"),
    ("mistral/multimodal-content-streaming-image-with-a-tool", "the recorder put an id in that Mistral does not take"),
];

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded")
}

/// The table as it is loaded, by what is set: loading it for each request would be most of the time.
type Rows = BTreeMap<Vec<(&'static str, String)>, BTreeMap<String, Provider>>;

/// A recorded request with a path.
struct Recording {
    file: String,
    row: &'static str,
    dialect: Dialect,
    model: String,
    stream: bool,
    path: String,
    query: BTreeMap<String, String>,
    body: Value,
}

impl Recording {
    fn read(line: &Value) -> Option<Self> {
        let file = line["file"].as_str()?.to_owned();
        let dialect = match line["api"].as_str()? {
            "openai.chat" | "mistral.chat" => Dialect::OpenaiChat,
            "openai.responses" => Dialect::OpenaiResponses,
            "anthropic.messages" => Dialect::Anthropic,
            "gemini.generateContent" => Dialect::Gemini,
            _ => return None,
        };
        let whole: Value = serde_json::from_str(&std::fs::read_to_string(shared().join(&file)).unwrap()).unwrap();
        let request = &whole["request"];
        let path = request["path"].as_str()?.to_owned();
        let row = match file.split_once('/')?.0 {
            "azure" if path.contains("/deployments/") => "azure-deployments",
            name => provider(name)?.name.as_str(),
        };
        // OpenRouter's own recording of its Anthropic endpoint stands among Anthropic's.
        let row = if path.starts_with("/api/v1/messages") { "openrouter" } else { row };
        let query = request["query"].as_object().into_iter().flatten();
        let in_path = path.split("/models/").nth(1).and_then(|it| it.split_once(':')).map(|it| it.0);
        let deployed = path.split("/deployments/").nth(1).and_then(|it| it.split_once('/')).map(|it| it.0);
        let model = deployed.or(in_path).or_else(|| request["body"]["model"].as_str())?.to_owned();
        Some(Self {
            row,
            dialect,
            model,
            stream: path.contains(":stream") || request["body"]["stream"] == true,
            query: query.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect(),
            body: request["body"].clone(),
            path,
            file,
        })
    }

    /// What was set for it: the settings of an address that its path shows.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let after = |mark: &str| Some(self.path.split(mark).nth(1)?.split('/').next()?.to_owned());
        let mut settings = vec![
            ("AZURE_RESOURCE_NAME", "my-resource".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("SNOWFLAKE_ACCOUNT", "org-account".to_owned()),
        ];
        settings.extend(self.query.get("api-version").map(|it| ("OPENAI_API_VERSION", it.clone())));
        settings.extend(after("/projects/").map(|it| ("GOOGLE_CLOUD_PROJECT", it)));
        settings.extend(after("/locations/").map(|it| ("GOOGLE_CLOUD_LOCATION", it)));
        settings
    }

    /// The row as the policy has it, at `base` instead of its own host and with one key.
    fn policy(&self, base: &str, rows: &mut Rows) -> (Policy, Keyring) {
        let settings = self.settings();
        let rows = rows.entry(settings).or_insert_with_key(|settings| {
            let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
            all(&settings)
        });
        let mut it = rows[self.row].clone();
        for speech in &mut it.speaks {
            for url in [Some(&mut speech.url), speech.stream_url.as_mut()].into_iter().flatten() {
                let path = url.splitn(4, '/').nth(3).unwrap();
                *url = format!("{base}/{path}");
            }
        }
        it.keys = vec![Key {
            id: KeyId(1),
            name: "main".into(),
            weight: 1.0,
            billing: Billing::Metered,
            enabled: true,
            models: Vec::new(),
            problem: None,
        }];
        let mut keyring = Keyring::default();
        keyring.insert(KeyId(1), Secret::new(KEY.to_owned()));
        let target = Target { provider: it.name.clone(), model: self.model.as_str().into() };
        let group = Group::new("r".into(), vec![(target, 1.0)]);
        let providers = [(it.name.clone(), Arc::new(it))].into();
        (
            Policy {
                version: 1,
                providers,
                groups: [(group.name.clone(), Arc::new(group))].into(),
                ..Policy::default()
            },
            keyring,
        )
    }

    /// Where a client sends it.
    fn door(&self) -> String {
        match self.dialect {
            Dialect::OpenaiChat => "/v1/chat/completions".to_owned(),
            Dialect::OpenaiResponses => "/v1/responses".to_owned(),
            Dialect::Anthropic => "/v1/messages".to_owned(),
            _ if self.stream => "/v1beta/models/r:streamGenerateContent?alt=sse".to_owned(),
            _ => "/v1beta/models/r:generateContent".to_owned(),
        }
    }

    fn asked(&self) -> String {
        let mut body = self.body.clone();
        // A deployment's path says the model, but our door has no such path.
        if self.dialect != Dialect::Gemini {
            body["model"] = "r".into();
        }
        body.to_string()
    }

    /// What is wrong with what arrived, if anything.
    fn unlike(&self, sent: &Exchange, auth: Auth) -> Option<String> {
        let target = sent.head.lines().next()?.split(' ').nth(1)?.to_owned();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        // Google's SDK asks for v1beta1 where the documentation of the same method says v1.
        let recorded = self.path.to_ascii_lowercase().replace("/v1beta1/", "/v1/");
        if path != recorded {
            return Some(format!("went to {path}, not {recorded}"));
        }
        for (name, value) in &self.query {
            if !query.split('&').any(|it| it == format!("{name}={value}").to_ascii_lowercase()) && name != "beta" {
                return Some(format!("asked {query:?}, without {name}={value}"));
            }
        }
        let header = match auth {
            Auth::XApiKey => format!("x-api-key: {KEY}"),
            Auth::ApiKey => format!("api-key: {KEY}"),
            Auth::XGoogApiKey => format!("x-goog-api-key: {KEY}"),
            Auth::None => String::new(),
            _ => format!("authorization: bearer {KEY}"),
        };
        if !header.is_empty() && !sent.head.lines().any(|it| it == header) {
            return Some(format!("lacks {header}: {}", sent.head));
        }
        let mut body: Value = serde_json::from_str(&sent.body).ok()?;
        if self.body.get("stream_options").is_none()
            && let Some(body) = body.as_object_mut()
        {
            body.remove("stream_options");
        }
        if self.body.get("model").is_none()
            && let Some(body) = body.as_object_mut()
        {
            body.remove("model");
        }
        let mut recorded = self.body.clone();
        if self.body.to_string().contains("REDACTED") {
            // The recorder's own word stands where an id was, and a provider that takes ids of one form only gets others.
            blank_call_ids(&mut body);
            blank_call_ids(&mut recorded);
        }
        (body != recorded).then(|| format!("sent {body}, not {recorded}"))
    }
}

fn blank_call_ids(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(blank_call_ids),
        Value::Object(fields) => {
            let is_call = fields.contains_key("function");
            for (name, value) in fields.iter_mut() {
                match name.as_str() {
                    "tool_call_id" => *value = Value::Null,
                    "id" if is_call => *value = Value::Null,
                    _ => blank_call_ids(value),
                }
            }
        }
        _ => {}
    }
}

async fn check(house: &House, hand: &Hand, rows: &mut Rows, recording: &Recording) -> Option<String> {
    let (policy, keyring) = recording.policy(&hand.base, rows);
    let auth = policy.providers.values().next()?.auth;
    house.engine.swap(policy, keyring, Vec::new());
    let answering = async {
        let mut sent = hand.request().await;
        let found = recording.unlike(&sent, auth);
        sent.answer(400, &serde_json::json!({ "error": { "message": "seen", "code": "seen" } })).await;
        found
    };
    let door = recording.door();
    tokio::pin!(answering);
    tokio::select! {
        found = &mut answering => found,
        seen = house.post(&door, recording.asked()) => Some(format!("was not sent on: {} {}", seen.status, seen.body)),
    }
}

#[tokio::test]
async fn recorded_requests_leave_through_their_rows_as_they_were_recorded() {
    let Ok(index) = std::fs::read_to_string(shared().join("index.jsonl")) else {
        eprintln!("skipped: no recordings here");
        return;
    };
    let lines: Vec<Value> = index.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let (house, hand) = (Plan::new().open().await, Hand::open().await);
    let (mut rows, mut passed) = (Rows::new(), BTreeMap::<&str, u32>::new());
    let mut faults = Vec::new();
    for line in &lines {
        if APART.iter().any(|it| line["file"].as_str().unwrap().starts_with(it.0)) {
            continue;
        }
        let Some(recording) = Recording::read(line) else { continue };
        match check(&house, &hand, &mut rows, &recording).await {
            None => *passed.entry(recording.row).or_default() += 1,
            Some(fault) => faults.push(format!("{} through {}: {fault}", recording.file, recording.row)),
        }
    }
    eprintln!("recorded requests repeated, by row: {passed:?}");
    assert!(faults.is_empty(), "{} unlike:\n{}", faults.len(), faults.join("\n"));
    assert!(passed.values().sum::<u32>() >= 270, "{passed:?}");
}

#[test]
fn every_recorded_provider_has_a_row() {
    let Ok(folders) = std::fs::read_dir(shared()) else { return };
    let names =
        folders.filter_map(|it| it.ok()?.file_name().into_string().ok()).filter(|it| shared().join(it).is_dir());
    let without: Vec<String> = names.filter(|it| provider(it).is_none()).collect();
    let apart = |it: &String| APART.iter().any(|apart| apart.0.trim_end_matches('/') == it);
    let unexplained: Vec<&String> = without.iter().filter(|it| !apart(it)).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
}
