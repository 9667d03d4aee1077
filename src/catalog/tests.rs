use std::collections::BTreeSet;

use super::*;
use crate::domain::dialect::Dialect;
use crate::domain::policy::Auth;

/// What is wrong with a row; empty if nothing is.
fn faults(row: &ProviderRow) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{}: {what}", row.name));
        }
    };
    let name_is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    must(!row.name.is_empty() && row.name.chars().all(name_is_plain), "name");
    must(row.title.is_some(), "title");

    let bases = row.speaks.iter().filter_map(|it| it.base_url.as_deref()).chain([row.base_url.as_str()]);
    for base in bases {
        let scheme = if row.local { "http://127.0.0.1:" } else { "https://" };
        must(base.starts_with(scheme), "a base URL is https, or http on loopback for a local server");
        must(!base.ends_with('/') && !base.contains(['#', '@', ' ']), "a base URL ends without a slash");
        let query = base.split_once('?').map(|it| it.1);
        must(query.is_none_or(|it| it.starts_with("api-version=")), "the only query is the version of the API");
    }
    let dialects: BTreeSet<Dialect> = row.speaks.iter().map(|it| it.dialect).collect();
    must(!dialects.is_empty() && dialects.len() == row.speaks.len(), "speaks each dialect once, and at least one");
    must(row.headers.iter().all(|(key, _)| *key == key.to_ascii_lowercase()), "header names are lower case");

    must(row.local == (row.auth == Auth::None), "a local server needs no key, everybody else does");
    must(row.local == (row.env.is_empty() && row.env_file.is_empty()), "the key's variable");
    must(row.local == row.keys_url.is_none(), "where a key can be had");
    must(!row.allow_private, "a built-in provider is public or on loopback");
    let variables = row.env.iter().chain(&row.env_file).chain(row.settings.iter().flat_map(|it| &it.env));
    for it in variables {
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        must(it.starts_with(|c: char| c.is_ascii_uppercase()) && it.chars().all(plain), "a variable's name");
    }
    must(row.keys_url.as_deref().is_none_or(|it| it.starts_with("https://")), "keys-url");

    must(row.fast.is_some() == row.smart.is_some(), "fast and smart are named both or not at all");
    must(!row.local || row.models.is_empty(), "the user loads the models of a local server");
    for chosen in [&row.fast, &row.smart] {
        must(chosen.as_ref().is_none_or(|it| row.models.contains(it)), "fast and smart are among the models");
    }
    must(row.models.iter().collect::<BTreeSet<_>>().len() == row.models.len(), "a model is listed once");
    must(!row.local || row.price_id.is_none(), "a local server has no price");
    faults
}

#[test]
fn every_built_in_row_is_valid() {
    let found: Vec<String> = providers().iter().flat_map(faults).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn names_are_unique_and_found() {
    let names: BTreeSet<&str> = providers().iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), providers().len());
    for name in names {
        assert_eq!(provider(name).map(|row| row.name.as_str()), Some(name));
    }
    assert_eq!(provider("nobody"), None);
}

/// A variable that made two providers usable would send one's key to the other.
#[test]
fn a_variable_means_one_provider() {
    let mut owners = std::collections::BTreeMap::new();
    let mut shared = BTreeSet::new();
    for row in providers() {
        for it in row.env.iter().chain(&row.env_file) {
            if let Some(other) = owners.insert(it.as_str(), row.name.as_str()) {
                shared.insert((it.as_str(), other, row.name.as_str()));
            }
        }
    }
    // The same account, spoken to in another dialect.
    let expected = [
        ("AWS_BEARER_TOKEN_BEDROCK", "bedrock", "bedrock-mantle"),
        ("AZURE_API_KEY", "azure", "azure-deployments"),
        ("AZURE_OPENAI_API_KEY", "azure", "azure-deployments"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "vertex", "vertex-anthropic"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "vertex-anthropic", "vertex-openai"),
    ];
    assert_eq!(shared, BTreeSet::from(expected));
}

#[test]
fn every_price_id_is_in_the_price_table() {
    let table: Vec<serde_json::Value> = serde_json::from_str(include_str!("prices/table/table.json")).unwrap();
    let known: BTreeSet<&str> = table.iter().filter_map(|it| it["id"].as_str()).collect();
    for (row, id) in providers().iter().filter_map(|row| Some((row, row.price_id.as_deref()?))) {
        assert!(known.contains(id), "{}: {id}", row.name);
    }
}

#[test]
fn a_faulty_row_is_noticed() {
    let mut row = providers()[0].clone();
    row.base_url = "http://example.com/".to_owned();
    row.smart = Some("not-listed".to_owned());
    row.env.push("lower".to_owned());
    assert_eq!(faults(&row).len(), 4, "{:?}", faults(&row));
}

#[test]
fn the_table_survives_being_written_and_read() {
    #[derive(serde::Serialize)]
    struct Written<'a> {
        provider: &'a [ProviderRow],
    }
    let text = toml::to_string(&Written { provider: providers() }).unwrap();
    let read: Table = toml::from_str(&text).unwrap();
    assert_eq!(read.provider, providers());
}

/// OpenRouter's page on streaming, "Stream Cancellation": whom hanging up stops, and its bill with it. Whoever the page does
/// not name, or names as one that goes on, is read to its end (faults.md row 47); so is a gateway, which does not say whom it
/// has asked.
#[test]
fn only_who_stops_when_it_is_hung_up_on_is_hung_up_on() {
    const STOP: [&str; 15] = [
        "openai",
        "azure",
        "azure-deployments",
        "anthropic",
        "fireworks",
        "novita",
        "deepinfra",
        "together",
        "cohere",
        "hyperbolic",
        "xai",
        "cloudflare",
        "friendli",
        "chutes",
        "deepseek",
    ];
    const GO_ON: [&str; 16] = [
        "bedrock",
        "bedrock-mantle",
        "groq",
        "gemini",
        "vertex",
        "vertex-anthropic",
        "vertex-openai",
        "vertex-express",
        "minimax",
        "huggingface",
        "perplexity",
        "mistral",
        "ai21",
        "featherless",
        "sambanova",
        "alibaba",
    ];
    for name in GO_ON.iter().chain(&STOP) {
        assert!(provider(name).is_some(), "{name} is no provider here");
    }
    for row in providers() {
        let stops = row.local || STOP.contains(&row.name.as_str());
        assert_eq!(row.quirks.cancels, stops, "{}", row.name);
    }
}
