//! The built-in provider table against what the providers document, and against what was recorded of them.

mod clouds;
mod recorded;

use std::collections::{BTreeMap, BTreeSet};

use llmroute::catalog::{provider, providers};
use llmroute::config::{Environment, Loaded, Paths, Sources, load};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::operation::{Inputs, Operation};
use llmroute::domain::policy::{Deadlines, Provider, Speech};
use llmroute::store::{Access, open};
use serde_json::Value;

/// The URL of a chat request (of a request for vectors, where there is no chat) for one model, as the provider's documentation writes it, with `m` for the model and the
/// values of [`SETTINGS`]: written down from there, never computed.
const DOCUMENTED: &[(&str, Dialect, &str)] = &[
    ("openai", Dialect::OpenaiChat, "https://api.openai.com/v1/chat/completions"),
    ("openai", Dialect::OpenaiResponses, "https://api.openai.com/v1/responses"),
    ("anthropic", Dialect::Anthropic, "https://api.anthropic.com/v1/messages"),
    ("openrouter", Dialect::OpenaiChat, "https://openrouter.ai/api/v1/chat/completions"),
    ("openrouter", Dialect::OpenaiResponses, "https://openrouter.ai/api/v1/responses"),
    ("openrouter", Dialect::Anthropic, "https://openrouter.ai/api/v1/messages"),
    ("gemini", Dialect::Gemini, "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent"),
    ("groq", Dialect::OpenaiChat, "https://api.groq.com/openai/v1/chat/completions"),
    ("groq", Dialect::OpenaiResponses, "https://api.groq.com/openai/v1/responses"),
    ("mistral", Dialect::OpenaiChat, "https://api.mistral.ai/v1/chat/completions"),
    ("deepseek", Dialect::OpenaiChat, "https://api.deepseek.com/chat/completions"),
    ("deepseek", Dialect::OpenaiResponses, "https://api.deepseek.com/responses"),
    ("deepseek", Dialect::Anthropic, "https://api.deepseek.com/anthropic/v1/messages"),
    ("xai", Dialect::OpenaiChat, "https://api.x.ai/v1/chat/completions"),
    ("xai", Dialect::OpenaiResponses, "https://api.x.ai/v1/responses"),
    ("together", Dialect::OpenaiChat, "https://api.together.xyz/v1/chat/completions"),
    ("fireworks", Dialect::OpenaiChat, "https://api.fireworks.ai/inference/v1/chat/completions"),
    ("fireworks", Dialect::Anthropic, "https://api.fireworks.ai/inference/v1/messages"),
    ("cerebras", Dialect::OpenaiChat, "https://api.cerebras.ai/v1/chat/completions"),
    ("moonshot", Dialect::OpenaiChat, "https://api.moonshot.ai/v1/chat/completions"),
    ("moonshot", Dialect::Anthropic, "https://api.moonshot.ai/anthropic/v1/messages"),
    ("zai", Dialect::OpenaiChat, "https://api.z.ai/api/paas/v4/chat/completions"),
    ("zai", Dialect::Anthropic, "https://api.z.ai/api/anthropic/v1/messages"),
    ("alibaba", Dialect::OpenaiChat, "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions"),
    ("alibaba", Dialect::Anthropic, "https://dashscope-intl.aliyuncs.com/apps/anthropic/v1/messages"),
    ("minimax", Dialect::OpenaiChat, "https://api.minimax.io/v1/chat/completions"),
    ("minimax", Dialect::Anthropic, "https://api.minimax.io/anthropic/v1/messages"),
    ("perplexity", Dialect::OpenaiChat, "https://api.perplexity.ai/chat/completions"),
    ("nvidia", Dialect::OpenaiChat, "https://integrate.api.nvidia.com/v1/chat/completions"),
    ("sambanova", Dialect::OpenaiChat, "https://api.sambanova.ai/v1/chat/completions"),
    ("deepinfra", Dialect::OpenaiChat, "https://api.deepinfra.com/v1/openai/chat/completions"),
    ("deepinfra", Dialect::Anthropic, "https://api.deepinfra.com/anthropic/v1/messages"),
    ("hyperbolic", Dialect::OpenaiChat, "https://api.hyperbolic.xyz/v1/chat/completions"),
    ("nebius", Dialect::OpenaiChat, "https://api.tokenfactory.nebius.com/v1/chat/completions"),
    ("huggingface", Dialect::OpenaiChat, "https://router.huggingface.co/v1/chat/completions"),
    ("huggingface", Dialect::Anthropic, "https://router.huggingface.co/v1/messages"),
    ("ollama", Dialect::Ollama, "http://127.0.0.1:11434/api/chat"),
    ("ollama", Dialect::OpenaiChat, "http://127.0.0.1:11434/v1/chat/completions"),
    ("ollama", Dialect::Anthropic, "http://127.0.0.1:11434/v1/messages"),
    ("vllm", Dialect::OpenaiChat, "http://127.0.0.1:8000/v1/chat/completions"),
    ("vllm", Dialect::Anthropic, "http://127.0.0.1:8000/v1/messages"),
    ("llamacpp", Dialect::OpenaiChat, "http://127.0.0.1:8080/v1/chat/completions"),
    ("llamacpp", Dialect::Anthropic, "http://127.0.0.1:8080/v1/messages"),
    ("lmstudio", Dialect::OpenaiChat, "http://127.0.0.1:1234/v1/chat/completions"),
    ("lmstudio", Dialect::Anthropic, "http://127.0.0.1:1234/v1/messages"),
    ("cohere", Dialect::Cohere, "https://api.cohere.com/v2/chat"),
    ("ai21", Dialect::OpenaiChat, "https://api.ai21.com/studio/v1/chat/completions"),
    ("meta-ai", Dialect::OpenaiChat, "https://api.meta.ai/v1/chat/completions"),
    ("meta-ai", Dialect::OpenaiResponses, "https://api.meta.ai/v1/responses"),
    ("inception", Dialect::OpenaiChat, "https://api.inceptionlabs.ai/v1/chat/completions"),
    ("upstage", Dialect::OpenaiChat, "https://api.upstage.ai/v1/solar/chat/completions"),
    ("stepfun", Dialect::OpenaiChat, "https://api.stepfun.com/v1/chat/completions"),
    ("stepfun", Dialect::Anthropic, "https://api.stepfun.com/v1/messages"),
    ("volcengine", Dialect::OpenaiChat, "https://ark.cn-beijing.volces.com/api/v3/chat/completions"),
    ("volcengine", Dialect::OpenaiResponses, "https://ark.cn-beijing.volces.com/api/v3/responses"),
    ("volcengine", Dialect::Anthropic, "https://ark.cn-beijing.volces.com/api/v3/compatible/v1/messages"),
    ("hunyuan", Dialect::OpenaiChat, "https://api.hunyuan.cloud.tencent.com/v1/chat/completions"),
    ("xiaomi", Dialect::OpenaiChat, "https://api.xiaomimimo.com/v1/chat/completions"),
    ("xiaomi", Dialect::Anthropic, "https://api.xiaomimimo.com/anthropic/v1/messages"),
    ("zhipuai", Dialect::OpenaiChat, "https://open.bigmodel.cn/api/paas/v4/chat/completions"),
    ("zhipuai", Dialect::Anthropic, "https://open.bigmodel.cn/api/anthropic/v1/messages"),
    ("kimi-code", Dialect::Anthropic, "https://api.kimi.com/coding/v1/messages"),
    ("kimi-code", Dialect::OpenaiChat, "https://api.kimi.com/coding/v1/chat/completions"),
    ("novita", Dialect::OpenaiChat, "https://api.novita.ai/openai/v1/chat/completions"),
    ("baseten", Dialect::OpenaiChat, "https://inference.baseten.co/v1/chat/completions"),
    ("friendli", Dialect::OpenaiChat, "https://api.friendli.ai/serverless/v1/chat/completions"),
    ("ovhcloud", Dialect::OpenaiChat, "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1/chat/completions"),
    ("ovhcloud", Dialect::OpenaiResponses, "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1/responses"),
    ("ollama-cloud", Dialect::OpenaiChat, "https://ollama.com/v1/chat/completions"),
    ("featherless", Dialect::OpenaiChat, "https://api.featherless.ai/v1/chat/completions"),
    ("chutes", Dialect::OpenaiChat, "https://llm.chutes.ai/v1/chat/completions"),
    ("scaleway", Dialect::OpenaiChat, "https://api.scaleway.ai/v1/chat/completions"),
    ("ionet", Dialect::OpenaiChat, "https://api.intelligence.io.solutions/api/v1/chat/completions"),
    ("siliconflow", Dialect::OpenaiChat, "https://api.siliconflow.com/v1/chat/completions"),
    ("parasail", Dialect::OpenaiChat, "https://api.parasail.io/v1/chat/completions"),
    ("wandb", Dialect::OpenaiChat, "https://api.inference.wandb.ai/v1/chat/completions"),
    ("crusoe", Dialect::OpenaiChat, "https://api.inference.crusoecloud.com/v1/chat/completions"),
    ("nscale", Dialect::OpenaiChat, "https://inference.api.nscale.com/v1/chat/completions"),
    ("gmi", Dialect::OpenaiChat, "https://api.gmi-serving.com/v1/chat/completions"),
    ("digitalocean", Dialect::OpenaiChat, "https://inference.do-ai.run/v1/chat/completions"),
    ("digitalocean", Dialect::OpenaiResponses, "https://inference.do-ai.run/v1/responses"),
    ("digitalocean", Dialect::Anthropic, "https://inference.do-ai.run/v1/messages"),
    ("venice", Dialect::OpenaiChat, "https://api.venice.ai/api/v1/chat/completions"),
    ("vercel", Dialect::OpenaiChat, "https://ai-gateway.vercel.sh/v1/chat/completions"),
    ("vercel", Dialect::OpenaiResponses, "https://ai-gateway.vercel.sh/v1/responses"),
    ("vercel", Dialect::Anthropic, "https://ai-gateway.vercel.sh/v1/messages"),
    ("requesty", Dialect::OpenaiChat, "https://router.requesty.ai/v1/chat/completions"),
    ("poe", Dialect::OpenaiChat, "https://api.poe.com/v1/chat/completions"),
    ("github-models", Dialect::OpenaiChat, "https://models.github.ai/inference/chat/completions"),
    (
        "vertex",
        Dialect::Gemini,
        "https://europe-west4-aiplatform.googleapis.com/v1/projects/my-project/locations/europe-west4/publishers/google/models/m:generateContent",
    ),
    (
        "vertex-anthropic",
        Dialect::Anthropic,
        "https://europe-west4-aiplatform.googleapis.com/v1/projects/my-project/locations/europe-west4/publishers/anthropic/models/m:rawPredict",
    ),
    (
        "vertex-openai",
        Dialect::OpenaiChat,
        "https://europe-west4-aiplatform.googleapis.com/v1/projects/my-project/locations/europe-west4/endpoints/openapi/chat/completions",
    ),
    (
        "vertex-express",
        Dialect::Gemini,
        "https://aiplatform.googleapis.com/v1/publishers/google/models/m:generateContent",
    ),
    ("azure", Dialect::OpenaiChat, "https://my-resource.openai.azure.com/openai/v1/chat/completions"),
    ("azure", Dialect::OpenaiResponses, "https://my-resource.openai.azure.com/openai/v1/responses"),
    (
        "azure-deployments",
        Dialect::OpenaiChat,
        "https://my-resource.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21",
    ),
    ("azure-anthropic", Dialect::Anthropic, "https://my-resource.services.ai.azure.com/anthropic/v1/messages"),
    ("bedrock", Dialect::BedrockConverse, "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse"),
    ("bedrock-mantle", Dialect::OpenaiChat, "https://bedrock-mantle.us-east-1.api.aws/v1/chat/completions"),
    ("bedrock-mantle", Dialect::OpenaiResponses, "https://bedrock-mantle.us-east-1.api.aws/openai/v1/responses"),
    ("cloudflare", Dialect::OpenaiChat, "https://api.cloudflare.com/client/v4/accounts/0a1b2c/ai/v1/chat/completions"),
    ("databricks", Dialect::OpenaiChat, "https://adb-1.2.azuredatabricks.net/serving-endpoints/chat/completions"),
    ("databricks", Dialect::OpenaiResponses, "https://adb-1.2.azuredatabricks.net/serving-endpoints/responses"),
    ("snowflake", Dialect::OpenaiChat, "https://org-account.snowflakecomputing.com/api/v2/cortex/v1/chat/completions"),
    ("openai", Dialect::OpenaiCompletions, "https://api.openai.com/v1/completions"),
    ("openrouter", Dialect::OpenaiCompletions, "https://openrouter.ai/api/v1/completions"),
    ("deepseek", Dialect::OpenaiCompletions, "https://api.deepseek.com/beta/completions"),
    ("together", Dialect::OpenaiCompletions, "https://api.together.xyz/v1/completions"),
    ("fireworks", Dialect::OpenaiCompletions, "https://api.fireworks.ai/inference/v1/completions"),
    ("cerebras", Dialect::OpenaiCompletions, "https://api.cerebras.ai/v1/completions"),
    ("deepinfra", Dialect::OpenaiCompletions, "https://api.deepinfra.com/v1/openai/completions"),
    ("ollama", Dialect::OpenaiCompletions, "http://127.0.0.1:11434/v1/completions"),
    ("vllm", Dialect::OpenaiCompletions, "http://127.0.0.1:8000/v1/completions"),
    ("llamacpp", Dialect::OpenaiCompletions, "http://127.0.0.1:8080/v1/completions"),
    ("lmstudio", Dialect::OpenaiCompletions, "http://127.0.0.1:1234/v1/completions"),
    ("voyage", Dialect::OpenaiChat, "https://api.voyageai.com/v1/embeddings"),
    ("jina", Dialect::OpenaiChat, "https://api.jina.ai/v1/embeddings"),
    ("sglang", Dialect::OpenaiChat, "http://127.0.0.1:30000/v1/chat/completions"),
    ("jan", Dialect::OpenaiChat, "http://127.0.0.1:1337/v1/chat/completions"),
    ("koboldcpp", Dialect::OpenaiChat, "http://127.0.0.1:5001/v1/chat/completions"),
    ("docker", Dialect::OpenaiChat, "http://127.0.0.1:12434/engines/v1/chat/completions"),
];

/// What the user of the documented URLs has set, in the variables where it conventionally is.
const SETTINGS: &[(&str, &str)] = &[
    ("GOOGLE_CLOUD_PROJECT", "my-project"),
    ("GOOGLE_CLOUD_LOCATION", "europe-west4"),
    ("AZURE_RESOURCE_NAME", "my-resource"),
    ("AWS_REGION", "us-east-1"),
    ("CLOUDFLARE_ACCOUNT_ID", "0a1b2c"),
    ("DATABRICKS_HOST", "https://adb-1.2.azuredatabricks.net/"),
    ("SNOWFLAKE_ACCOUNT", "org-account"),
];

/// A policy in which every built-in provider has a key, with these variables beside.
fn all(settings: &[(&str, &str)]) -> BTreeMap<String, Provider> {
    let dir = tempfile::tempdir().unwrap();
    let paths = Paths::in_folder(dir.path()).unwrap();
    let file = dir.path().join("credentials.json");
    std::fs::write(&file, r#"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}"#)
        .unwrap();
    let file = file.to_str().unwrap();
    let keys = providers().iter().flat_map(|row| &row.env).map(|it| (it.as_str(), "sk-0123456789abcdef"));
    let files = providers().iter().flat_map(|row| &row.env_file).map(|it| (it.as_str(), file));
    let environment = Environment::of(keys.chain(files).chain(settings.iter().copied()));
    let db = open(&paths.database(), Access::ReadWrite).unwrap();
    let master_key = paths.master_key();
    let sources = Sources {
        db: &db,
        built_in: providers(),
        environment: &environment,
        master_key: &master_key,
        deadlines: Deadlines::default(),
        time_zone: &jiff::tz::TimeZone::UTC,
    };
    let Loaded { policy, .. } = load(&sources, None).unwrap();
    policy.providers.values().map(|it| (it.name.to_string(), Provider::clone(it))).collect()
}

fn url(speech: &Speech, model: &str, stream: bool) -> String {
    speech.url_of(&Operation::Chat, &model.into(), stream).unwrap().into_owned()
}

/// Where what a provider is for is asked: its chat, else its vectors.
fn foremost(it: &Provider, speech: &Speech) -> String {
    let operation = if it.quirks.chat { Operation::Chat } else { Operation::Embed(Inputs::Many) };
    assert!(it.speech_for(&operation, speech.dialect, &"m".into()).is_some(), "{}", it.name);
    speech.url_of(&operation, &"m".into(), false).unwrap().into_owned()
}

#[test]
fn every_row_leads_to_the_documented_endpoints_and_nowhere_else() {
    let loaded = all(SETTINGS);
    let computed: BTreeSet<(&str, Dialect, String)> = loaded
        .iter()
        .flat_map(|(name, it)| {
            it.speaks.iter().map(move |speech| (name.as_str(), speech.dialect, foremost(it, speech)))
        })
        .collect();
    let documented = DOCUMENTED.iter().map(|(name, dialect, url)| (*name, *dialect, (*url).to_owned())).collect();
    let unlike: Vec<_> = computed.symmetric_difference(&documented).collect();
    assert!(unlike.is_empty(), "{unlike:#?}");
    for (name, it) in &loaded {
        assert!(it.is_usable(), "{name}: {:?} {:?}", it.unready, it.keys);
    }
    assert!(loaded.len() >= 45, "{}", loaded.len());
}

#[test]
fn streams_have_an_address_of_their_own_where_the_path_says_so() {
    let loaded = all(SETTINGS);
    let ends =
        |name: &str, stream| url(&loaded[name].speaks[0], "m@001", stream).rsplit_once('/').unwrap().1.to_owned();
    assert_eq!(ends("vertex", true), "m@001:streamGenerateContent?alt=sse");
    assert_eq!(ends("vertex-express", true), "m@001:streamGenerateContent?alt=sse");
    assert_eq!(ends("gemini", true), "m@001:streamGenerateContent?alt=sse");
    assert_eq!(
        (ends("vertex-anthropic", false).as_str(), ends("vertex-anthropic", true).as_str()),
        ("m@001:rawPredict", "m@001:streamRawPredict")
    );
    assert_eq!(ends("azure-deployments", true), ends("azure-deployments", false));
}

#[test]
fn a_location_picks_its_host() {
    for (location, host) in [
        ("global", "https://aiplatform.googleapis.com/"),
        ("us", "https://aiplatform.us.rep.googleapis.com/"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com/"),
        ("us-east5", "https://us-east5-aiplatform.googleapis.com/"),
    ] {
        let mut settings = SETTINGS.to_vec();
        settings.retain(|it| it.0 != "GOOGLE_CLOUD_LOCATION");
        settings.push(("GOOGLE_CLOUD_LOCATION", location));
        let loaded = all(&settings);
        for name in ["vertex", "vertex-anthropic", "vertex-openai"] {
            let url = url(&loaded[name].speaks[0], "m", false);
            assert!(url.starts_with(host) && url.contains(&format!("/locations/{location}/")), "{name}: {url}");
        }
    }
    let endpoint = ("AZURE_OPENAI_ENDPOINT", "https://elsewhere.cognitiveservices.azure.com/");
    let loaded = all(&[endpoint]);
    let url = url(&loaded["azure"].speaks[0], "m", false);
    assert_eq!(url, "https://elsewhere.cognitiveservices.azure.com/openai/v1/chat/completions");
    assert!(loaded["azure"].unready.is_none(), "a resource is not asked for where the host is given");
}

#[test]
fn without_its_settings_a_provider_says_what_it_lacks() {
    let loaded = all(&[]);
    let unready: BTreeMap<&str, String> =
        loaded.values().filter_map(|it| Some((it.name.as_str(), it.unready.as_ref()?.to_string()))).collect();
    let expected = [
        ("azure", "resource"),
        ("azure-anthropic", "resource"),
        ("azure-deployments", "resource"),
        ("bedrock", "region"),
        ("bedrock-mantle", "region"),
        ("cloudflare", "account-id"),
        ("databricks", "host"),
        ("snowflake", "account"),
        ("vertex", "project"),
        ("vertex-anthropic", "project"),
        ("vertex-openai", "project"),
    ];
    assert_eq!(unready.keys().copied().collect::<Vec<_>>(), expected.map(|it| it.0));
    for (name, setting) in expected {
        let told = &unready[name];
        assert!(told.contains(&format!("`{setting}`")) && told.contains("export "), "{told}");
        assert!(told.contains(&format!("providers set {name} {setting}=VALUE")), "{told}");
    }
}
