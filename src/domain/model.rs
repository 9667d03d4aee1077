//! What is known of models: how much they take, what they can do, and which names mean the same one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::id::ModelName;

/// What is known of one model at one provider. Unknown is `None`, and is never taken for a no.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ModelFacts {
    /// The most tokens of a prompt.
    pub window: Option<u64>,
    /// The most tokens of an answer.
    pub output: Option<u64>,
    /// Calls tools.
    pub tools: Option<bool>,
    /// Sees images.
    pub images: Option<bool>,
    /// Hears audio.
    pub audio: Option<bool>,
    /// Reads documents (PDF).
    pub documents: Option<bool>,
    /// Answers in JSON by a schema.
    pub json_schema: Option<bool>,
    /// Reasons before it answers.
    pub reasoning: Option<bool>,
    /// The day on which its provider ends it, as `2026-11-20`.
    pub gone: Option<String>,
}

/// The models of one provider.
#[derive(Debug, Clone, Default)]
pub struct ModelTable {
    facts: BTreeMap<ModelName, ModelFacts>,
    /// Names by what they mean, the shortest first.
    meant: BTreeMap<String, Vec<ModelName>>,
}

impl ModelTable {
    /// A table of these models.
    #[must_use]
    pub fn new(facts: BTreeMap<ModelName, ModelFacts>) -> Self {
        let mut meant = BTreeMap::<String, Vec<ModelName>>::new();
        for name in facts.keys() {
            meant.entry(canonical(name.as_str())).or_default().push(name.clone());
        }
        for names in meant.values_mut() {
            names.sort_by_key(|it| it.as_str().len());
        }
        Self { facts, meant }
    }

    /// What is known of the model of that very name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ModelFacts> {
        self.facts.get(name)
    }

    /// That very name, if it is one here.
    #[must_use]
    pub fn get_name(&self, name: &str) -> Option<&ModelName> {
        self.facts.get_key_value(name).map(|it| it.0)
    }

    /// What this provider calls the model that elsewhere goes by `name`: that very name if it knows it, else the shortest
    /// of those that mean the same.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&ModelName> {
        self.get_name(name).or_else(|| self.meant.get(&canonical(name))?.first())
    }

    /// Every model, by name.
    pub fn all(&self) -> impl Iterator<Item = (&ModelName, &ModelFacts)> {
        self.facts.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }
}

/// What a model's name means, whoever it is written by: without the vendor or region before it, without the version of an
/// API behind it, without the date of a snapshot written as eight digits (such a model has no other snapshot), in lower
/// case, and with one sign for every kind of dot and dash. `anthropic/claude-sonnet-4.5`,
/// `us.anthropic.claude-sonnet-4-5-20250929-v1:0` and `claude-sonnet-4-5@20250929` are one model.
#[must_use]
pub fn canonical(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let last = without_vendor(&last);
    let last = last.strip_suffix(":0").map_or(last, without_api_version);
    let plain: String = last.chars().map(|it| if matches!(it, '.' | '_' | '@' | ':') { '-' } else { it }).collect();
    let dotted = with_points(&plain);
    match dotted.rsplit_once('-') {
        Some((model, date)) if date.len() == 8 && date.starts_with("20") && is_number(date) => model.to_owned(),
        _ => dotted,
    }
}

/// `us.anthropic.claude-…` → `claude-…`: what stands before a model's name on Bedrock has letters only.
fn without_vendor(name: &str) -> &str {
    let mut rest = name;
    while let Some((vendor, after)) = rest.split_once('.') {
        let is_vendor = vendor.len() >= 2 && vendor.bytes().all(|it| it.is_ascii_lowercase());
        if !is_vendor || after.is_empty() || !after.starts_with(|it: char| it.is_ascii_lowercase()) {
            break;
        }
        rest = after;
    }
    rest
}

/// `claude-…-v1` → `claude-…`.
fn without_api_version(name: &str) -> &str {
    match name.rsplit_once("-v") {
        Some((model, version)) if is_number(version) => model,
        _ => name,
    }
}

/// `glm-5p2` → `glm-5-2`: how Fireworks writes the point of a version.
fn with_points(name: &str) -> String {
    let bytes = name.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    name.char_indices()
        .map(|(at, it)| if it == 'p' && digit(at.checked_sub(1)) && digit(Some(at + 1)) { '-' } else { it })
        .collect()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_one_model_mean_the_same() {
        for (meant, names) in [
            (
                "claude-sonnet-4-5",
                &[
                    "claude-sonnet-4-5",
                    "claude-sonnet-4-5-20250929",
                    "anthropic/claude-sonnet-4.5",
                    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                    "claude-sonnet-4-5@20250929",
                ][..],
            ),
            ("glm-5-2", &["glm-5.2", "z-ai/glm-5.2", "accounts/fireworks/models/glm-5p2"]),
            ("gpt-oss-120b", &["gpt-oss-120b", "openai/gpt-oss-120b", "openai.gpt-oss-120b"]),
            ("nova-lite", &["amazon.nova-lite-v1:0", "eu.amazon.nova-lite-v1:0"]),
            // Two snapshots of one name are two models.
            ("gpt-4o-2024-05-13", &["gpt-4o-2024-05-13"]),
            ("gpt-oss-20b-free", &["openai/gpt-oss-20b:free"]),
            ("gpt-5-4", &["gpt-5.4"]),
        ] {
            for name in names {
                assert_eq!(canonical(name), meant, "{name}");
            }
        }
    }

    #[test]
    fn a_provider_has_its_own_name_for_a_model() {
        let names =
            ["anthropic/claude-sonnet-4.5", "anthropic/claude-opus-4.5", "anthropic/claude-sonnet-4.5-20250929"];
        let table = ModelTable::new(names.iter().map(|it| (ModelName::from(*it), ModelFacts::default())).collect());
        let own = |name: &str| table.named(name).map(ModelName::as_str);
        assert_eq!(own("claude-sonnet-4-5-20250929"), Some(names[0]));
        assert_eq!(own(names[2]), Some(names[2]));
        assert_eq!(own("claude-haiku-4-5"), None);
    }
}
