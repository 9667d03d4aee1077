//! What models can do, as data: `facts.tsv`, one section a provider, one line a model. It is made from public tables by
//! `tests/tools/model_facts`.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use crate::domain::id::ModelName;
use crate::domain::model::{ModelFacts, ModelTable};
use crate::domain::policy::Policy;

/// The compiled-in table.
const FACTS: &str = include_str!("models/facts.tsv");

/// Which table it is: decisions are recorded with it.
pub static VERSION: LazyLock<String> = LazyLock::new(|| format!("{:08x}", crc32fast::hash(FACTS.as_bytes())));

/// The sections of the table by provider. Each is read when it is first asked for: nobody has keys of all of them.
static SECTIONS: LazyLock<BTreeMap<&str, Section>> =
    LazyLock::new(|| sections(FACTS).map(|(name, lines)| (name, Section { lines, read: OnceLock::new() })).collect());

/// One provider's lines, and what was read of them.
struct Section {
    lines: &'static str,
    read: OnceLock<Arc<ModelTable>>,
}

/// What is known of the models of a provider: of the built-in one of that name, else of one with the same prices. Empty
/// where nothing is.
#[must_use]
pub fn of(provider: &str, price_id: Option<&str>) -> Arc<ModelTable> {
    let same_prices = || {
        let rows =
            crate::catalog::providers().iter().filter(|it| it.price_id.is_some() && it.price_id.as_deref() == price_id);
        rows.map(|it| it.name.as_str()).find(|it| SECTIONS.contains_key(it))
    };
    let section = SECTIONS.get(provider).or_else(|| SECTIONS.get(same_prices()?));
    section.map_or_else(Arc::default, |it| {
        Arc::clone(it.read.get_or_init(|| Arc::new(ModelTable::new(it.lines.lines().filter_map(model).collect()))))
    })
}

/// Gives the providers of a policy that was written down their facts back.
///
/// # Errors
/// They were of another version, which is not known here.
pub fn equip(policy: &mut Policy) -> Result<(), String> {
    if policy.facts.is_empty() {
        return Ok(());
    }
    if policy.facts != *VERSION {
        return Err(format!(
            "what is known of models has changed since (it was {}, and is {})",
            policy.facts, *VERSION
        ));
    }
    for provider in policy.providers.values_mut() {
        let facts = of(provider.name.as_str(), provider.price_id.as_deref());
        Arc::make_mut(provider).facts = facts;
    }
    Ok(())
}

/// The providers of the table, in order.
pub fn providers() -> impl Iterator<Item = &'static str> {
    SECTIONS.keys().copied()
}

/// The sections of a table: `[NAME]`, and the lines up to the next.
fn sections(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("\n[").skip(1).filter_map(|it| it.split_once("]\n"))
}

/// One line: name, window, output, skills, end. What is missing at its end is unknown.
fn model(line: &str) -> Option<(ModelName, ModelFacts)> {
    let mut cells = line.split('\t');
    let name = cells.next().filter(|it| !it.is_empty())?;
    let mut number = || cells.next().and_then(|it| it.parse().ok());
    let (window, output) = (number(), number());
    let skills = cells.next().unwrap_or_default();
    let can = |letter: char| {
        let can = skills.contains(letter);
        (can || skills.contains(letter.to_ascii_lowercase())).then_some(can)
    };
    let facts = ModelFacts {
        window,
        output,
        tools: can('T'),
        images: can('I'),
        audio: can('A'),
        documents: can('D'),
        json_schema: can('J'),
        reasoning: can('R'),
        gone: cells.next().map(str::to_owned),
    };
    Some((name.into(), facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_to_its_end_and_what_is_missing_is_unknown() {
        let (name, facts) = model("a/b:c\t1000\t\tTij\t2026-01-02").unwrap();
        assert_eq!(name.as_str(), "a/b:c");
        assert_eq!((facts.window, facts.output), (Some(1000), None));
        assert_eq!((facts.tools, facts.images, facts.audio), (Some(true), Some(false), None));
        assert_eq!((facts.json_schema, facts.gone.as_deref()), (Some(false), Some("2026-01-02")));
        assert_eq!(model("bare").unwrap().1, ModelFacts::default());
    }

    #[test]
    fn the_table_is_whole() {
        let all: usize = providers().map(|it| of(it, None).len()).sum();
        assert!(all >= 1_500, "{all} models");
        assert!(FACTS.len() < 250_000, "{} bytes", FACTS.len());
        let lines = FACTS.lines().filter(|it| !it.starts_with(['#', '['])).count();
        assert_eq!(all, lines, "a line could not be read");
        for provider in providers() {
            assert!(crate::catalog::provider(provider).is_some(), "no provider is called {provider}");
        }
    }

    #[test]
    fn well_known_models_are_known() {
        let sonnet = of("anthropic", None).get("claude-sonnet-4-5").cloned().unwrap();
        assert_eq!((sonnet.tools, sonnet.images, sonnet.reasoning), (Some(true), Some(true), Some(true)));
        assert!(sonnet.window.is_some_and(|it| it >= 200_000), "{sonnet:?}");
        assert_eq!(of("groq", None).get("llama-3.1-8b-instant").unwrap().images, Some(false));
        assert_eq!(of("openrouter", None).named("claude-sonnet-4-5").unwrap().as_str(), "anthropic/claude-sonnet-4.5");
        assert_eq!(of("my-own", Some("anthropic")).len(), of("anthropic", None).len());
        assert!(of("my-own", None).is_empty());
    }
}
