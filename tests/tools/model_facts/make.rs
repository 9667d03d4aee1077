//! From two tables to the one that is compiled in.
//!
//! Where the two differ, the more generous figure and the skill that is there are kept: a fact that is wrong in this
//! direction costs one failed attempt, in the other one it would keep a request from the only target that can serve it.

use std::collections::BTreeMap;

use serde_json::Value;

/// LiteLLM's name of a provider, ours, and what stands before the model there.
const LITELLM: [(&str, &str, &str); 52] = [
    ("openai", "openai", "openai/"),
    ("text-completion-openai", "openai", ""),
    ("anthropic", "anthropic", "anthropic/"),
    ("openrouter", "openrouter", "openrouter/"),
    ("gemini", "gemini", "gemini/"),
    ("groq", "groq", "groq/"),
    ("mistral", "mistral", "mistral/"),
    ("cohere", "cohere", "cohere/"),
    ("cohere_chat", "cohere", "cohere_chat/"),
    ("deepseek", "deepseek", "deepseek/"),
    ("xai", "xai", "xai/"),
    ("together_ai", "together", "together_ai/"),
    ("fireworks_ai", "fireworks", "fireworks_ai/"),
    ("cerebras", "cerebras", "cerebras/"),
    ("moonshot", "moonshot", "moonshot/"),
    ("zai", "zai", "zai/"),
    ("dashscope", "alibaba", "dashscope/"),
    ("minimax", "minimax", "minimax/"),
    ("perplexity", "perplexity", "perplexity/"),
    ("nvidia_nim", "nvidia", "nvidia_nim/"),
    ("sambanova", "sambanova", "sambanova/"),
    ("deepinfra", "deepinfra", "deepinfra/"),
    ("hyperbolic", "hyperbolic", "hyperbolic/"),
    ("nebius", "nebius", "nebius/"),
    ("huggingface", "huggingface", "huggingface/"),
    ("vertex_ai-language-models", "vertex", "vertex_ai/"),
    ("vertex_ai-anthropic_models", "vertex-anthropic", "vertex_ai/"),
    ("vertex_ai-openai_models", "vertex-openai", "vertex_ai/"),
    ("azure", "azure", "azure/"),
    ("azure_ai", "azure", "azure_ai/"),
    ("bedrock", "bedrock", ""),
    ("bedrock_converse", "bedrock", ""),
    ("bedrock_mantle", "bedrock-mantle", "bedrock_mantle/"),
    ("cloudflare", "cloudflare", "cloudflare/"),
    ("databricks", "databricks", "databricks/"),
    ("snowflake", "snowflake", "snowflake/"),
    ("vercel_ai_gateway", "vercel", "vercel_ai_gateway/"),
    ("ai21", "ai21", "ai21/"),
    ("meta_llama", "meta-ai", "meta_llama/"),
    ("volcengine", "volcengine", "volcengine/"),
    ("novita", "novita", "novita/"),
    ("baseten", "baseten", "baseten/"),
    ("friendliai", "friendli", "friendliai/"),
    ("ovhcloud", "ovhcloud", "ovhcloud/"),
    ("featherless_ai", "featherless", "featherless_ai/"),
    ("scaleway", "scaleway", "scaleway/"),
    ("wandb", "wandb", "wandb/"),
    ("nscale", "nscale", "nscale/"),
    ("gmi", "gmi", "gmi/"),
    ("gradient_ai", "digitalocean", "gradient_ai/"),
    ("voyage", "voyage", "voyage/"),
    ("jina_ai", "jina", "jina_ai/"),
];

/// The name of a provider at models.dev, and ours.
const MODELS_DEV: [(&str, &str); 21] = [
    ("alibaba", "alibaba"),
    ("amazon-bedrock", "bedrock"),
    ("anthropic", "anthropic"),
    ("azure", "azure"),
    ("cerebras", "cerebras"),
    ("cohere", "cohere"),
    ("deepseek", "deepseek"),
    ("fireworks-ai", "fireworks"),
    ("google", "gemini"),
    ("google-vertex", "vertex"),
    ("groq", "groq"),
    ("huggingface", "huggingface"),
    ("minimax", "minimax"),
    ("mistral", "mistral"),
    ("moonshotai", "moonshot"),
    ("openai", "openai"),
    ("openrouter", "openrouter"),
    ("perplexity", "perplexity"),
    ("togetherai", "together"),
    ("xai", "xai"),
    ("zai", "zai"),
];

/// What a model is told apart by, with the letter that says it can; the small letter says that it cannot.
const SKILLS: [char; 6] = ['T', 'I', 'A', 'D', 'J', 'R'];

/// What is known of one model.
#[derive(Default)]
struct Facts {
    window: Option<u64>,
    output: Option<u64>,
    /// Tools, images, audio, documents, JSON by schema, reasoning.
    skills: [Option<bool>; 6],
    gone: Option<String>,
}

impl Facts {
    fn add(&mut self, other: Self) {
        self.window = self.window.max(other.window);
        self.output = self.output.max(other.output);
        for (own, other) in self.skills.iter_mut().zip(other.skills) {
            *own = (*own).max(other);
        }
        // The later date: whoever is told too late of an end only sees it as a failed attempt.
        self.gone = self.gone.take().max(other.gone);
    }

    fn is_empty(&self) -> bool {
        self.window.is_none() && self.output.is_none() && self.skills.iter().all(Option::is_none)
    }
}

type Table = BTreeMap<String, BTreeMap<String, Facts>>;

/// The table as it is compiled in.
pub(crate) fn facts(litellm: &Value, models_dev: &Value) -> String {
    let mut table = Table::new();
    let mut add = |provider: &str, model: &str, facts: Facts| {
        if !facts.is_empty() && !model.contains(['\t', '\n']) {
            table.entry(provider.to_owned()).or_default().entry(model.to_owned()).or_default().add(facts);
        }
    };
    for (key, row) in litellm.as_object().into_iter().flatten() {
        let wanted = ["chat", "responses", "completion", "embedding"];
        if !row["mode"].as_str().is_some_and(|it| wanted.contains(&it)) {
            continue;
        }
        let Some((_, ours, prefix)) = LITELLM.iter().find(|it| row["litellm_provider"] == it.0) else { continue };
        let model = key.strip_prefix(prefix).unwrap_or(key);
        // Prices of a region or a commitment of some of them are listed like models.
        if *ours == "bedrock" && model.contains('/') || *ours == "azure" && model.contains('/') {
            continue;
        }
        add(ours, model, of_litellm(row));
    }
    for (theirs, ours) in MODELS_DEV {
        for (model, row) in models_dev[theirs].as_object().into_iter().flatten() {
            // A model that is like another one elsewhere says only what differs.
            let base = row["base_model"].as_str().and_then(|it| it.split_once('/'));
            if let Some((provider, base)) = base {
                add(ours, model, of_models_dev(&models_dev[provider][base]));
            }
            add(ours, model, of_models_dev(row));
        }
    }
    // Google sells the models of Anthropic under rows of their own.
    let (sold, own): (BTreeMap<_, _>, BTreeMap<_, _>) =
        table.remove("vertex").unwrap_or_default().into_iter().partition(|it| it.0.starts_with("claude"));
    table.insert("vertex".to_owned(), own);
    for (model, facts) in sold {
        table.entry("vertex-anthropic".to_owned()).or_default().entry(model).or_default().add(facts);
    }
    write(&table)
}

fn of_litellm(row: &Value) -> Facts {
    let modality = |name: &str| {
        let listed = row["supported_modalities"].as_array()?;
        Some(listed.iter().any(|it| it == name))
    };
    let says = |name: &str| row[name].as_bool();
    let either = |a: Option<bool>, b: Option<bool>| a.max(b);
    Facts {
        window: row["max_input_tokens"].as_u64().filter(|it| *it > 0),
        output: row["max_output_tokens"].as_u64().filter(|it| *it > 0),
        skills: [
            says("supports_function_calling"),
            either(says("supports_vision"), modality("image")),
            either(says("supports_audio_input"), modality("audio")),
            says("supports_pdf_input"),
            says("supports_response_schema"),
            says("supports_reasoning"),
        ],
        gone: row["deprecation_date"].as_str().filter(|it| it.len() == 10).map(str::to_owned),
    }
}

fn of_models_dev(row: &Value) -> Facts {
    let takes = |name: &str| Some(row["modalities"]["input"].as_array()?.iter().any(|it| it == name));
    let limit = |name: &str| row["limit"][name].as_u64().filter(|it| *it > 0);
    Facts {
        window: limit("input").max(limit("context")),
        output: limit("output"),
        skills: [
            row["tool_call"].as_bool(),
            takes("image"),
            takes("audio"),
            takes("pdf"),
            row["structured_output"].as_bool(),
            row["reasoning"].as_bool(),
        ],
        gone: None,
    }
}

fn write(table: &Table) -> String {
    let mut out = String::from(
        "# What models can do: the name, the most tokens in, the most out, what it takes, and when it ends.\n\
         # T tools, I images, A audio, D documents, J JSON by schema, R reasoning; small: it does not; absent: unknown.\n",
    );
    for (provider, models) in table {
        out.extend(["[", provider, "]\n"]);
        for (model, facts) in models {
            let number = |it: Option<u64>| it.map(|it| it.to_string()).unwrap_or_default();
            let skills: String = SKILLS
                .iter()
                .zip(facts.skills)
                .filter_map(|(letter, can)| can.map(|can| if can { *letter } else { letter.to_ascii_lowercase() }))
                .collect();
            let cells = [
                model.clone(),
                number(facts.window),
                number(facts.output),
                skills,
                facts.gone.clone().unwrap_or_default(),
            ];
            out.push_str(cells.join("\t").trim_end());
            out.push('\n');
        }
    }
    out
}
