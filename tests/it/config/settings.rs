//! Settings of an address: filled in from the user, the environment, a default; or missing, which is told before
//! anything is sent.

use std::collections::BTreeMap;

use llmroute::domain::policy::Provider;
use llmroute::domain::setting::SettingRow;

use super::*;

/// A provider whose address names its user's project and region.
fn cloud() -> ProviderRow {
    let setting = |name: &str, env: &str, default: Option<&str>| SettingRow {
        name: name.to_owned(),
        env: vec![env.to_owned()],
        default: default.map(str::to_owned),
        ..SettingRow::default()
    };
    ProviderRow {
        base_url: "https://{region}.cloud.example/v1/{project}".to_owned(),
        settings: vec![setting("project", "CLOUD_PROJECT", None), setting("region", "CLOUD_REGION", Some("us"))],
        speaks: vec![
            SpeechRow::of(Dialect::OpenaiChat),
            SpeechRow {
                path: Some("/m/{model}:ask".to_owned()),
                stream_path: Some("/m/{model}:stream".to_owned()),
                omit: vec!["model".to_owned()],
                put: BTreeMap::from([("version".to_owned(), serde_json::json!("v2"))]),
                ..SpeechRow::of(Dialect::Anthropic)
            },
        ],
        headers: vec![("x-project".to_owned(), "{project}".to_owned())],
        ..row("cloud")
    }
}

fn loaded(variables: &[(&str, &str)]) -> Provider {
    let mut home = Home::with(variables);
    home.edit(|it| it.add_provider(&cloud())).unwrap();
    let provider = home.load().policy.providers["cloud"].clone();
    Provider::clone(&provider)
}

#[test]
fn an_address_is_made_of_its_settings() {
    let it = loaded(&[("CLOUD_PROJECT", "p1"), ("CLOUD_REGION", "eu")]);
    assert_eq!(it.unready, None);
    assert_eq!(it.speaks[0].url, "https://eu.cloud.example/v1/p1/chat/completions");
    assert_eq!(it.speaks[1].url, "https://eu.cloud.example/v1/p1/m/{model}:ask");
    assert_eq!(it.speaks[1].stream_url.as_deref(), Some("https://eu.cloud.example/v1/p1/m/{model}:stream"));
    assert_eq!(it.speaks[1].body.omit, ["model"]);
    assert_eq!(it.speaks[1].body.put, [("version".to_owned(), "\"v2\"".to_owned())]);
    assert_eq!(it.headers, [("x-project".to_owned(), "p1".to_owned())]);
    assert_eq!(it.settings["region"], "eu");
    assert_eq!(loaded(&[("CLOUD_PROJECT", "p1")]).settings["region"], "us");
}

#[test]
fn a_missing_setting_is_told_with_what_to_do_and_never_sent_to() {
    let it = loaded(&[("CLOUD_API_KEY", CANARY)]);
    let unready = it.unready.clone().unwrap();
    assert!(unready.what.contains("`project`"), "{unready}");
    assert!(unready.fix.contains("CLOUD_PROJECT") && unready.fix.contains("project="), "{unready}");
    assert!(!it.is_usable(), "its key does not help");
}

#[test]
fn the_environment_cannot_lead_an_address_elsewhere() {
    for (region, says) in [("127.0.0.1:1/x", "CLOUD_REGION"), ("a@b", "CLOUD_REGION"), ("10.0.0.1", "")] {
        let it = loaded(&[("CLOUD_PROJECT", "p1"), ("CLOUD_REGION", region)]);
        let shown = it.unready.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(says.is_empty() || shown.contains(says), "{region}: {shown}");
        assert!(it.speaks[0].url.contains(".cloud.example/v1/p1"), "{region}: {}", it.speaks[0].url);
    }
    // A setting that is the whole host is judged as one.
    let mut home = Home::with(&[("CLOUD_PROJECT", "169.254.169.254")]);
    let row = ProviderRow { base_url: "http://{project}/v1".to_owned(), ..cloud() };
    let refused = home.edit(|it| it.add_provider(&row)).unwrap_err();
    assert!(refused.why.contains("unencrypted"), "{refused}");
    let row = ProviderRow { base_url: "https://{project}/v1".to_owned(), ..cloud() };
    home.edit(|it| it.add_provider(&row)).unwrap();
    let unready = home.load().policy.providers["cloud"].unready.clone().unwrap();
    assert!(unready.what.contains("private network"), "{unready}");
}

#[test]
fn settings_that_mean_nothing_are_refused_by_name() {
    let mut row = cloud();
    row.base_url = "https://{regoin}.cloud.example/v1".to_owned();
    row.settings[0].value = Some("a/b".to_owned());
    row.settings[1].default = Some("{zone}-1".to_owned());
    row.settings.push(SettingRow { name: "Zone".to_owned(), ..SettingRow::default() });
    let why = Home::new().edit(|it| it.add_provider(&row)).unwrap_err().why;
    for part in ["`{regoin}`", "`project`", "`zone`", "`Zone`"] {
        assert!(why.contains(part), "{part} in {why}");
    }
}

#[test]
fn a_variable_that_names_a_key_file_makes_a_key_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("account.json");
    let text = format!(
        "{{\n  \"type\": \"authorized_user\",\n  \"client_id\": \"me\",\n  \"refresh_token\": \"{CANARY}\"\n}}\n"
    );
    fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    let row = ProviderRow { auth: Auth::Google, env: Vec::new(), env_file: vec!["CLOUD_FILE".to_owned()], ..cloud() };
    let mut home = Home::with(&[("CLOUD_FILE", path), ("CLOUD_PROJECT", "p1")]);
    home.edit(|it| it.add_provider(&row)).unwrap();
    let loaded = home.load();
    let key = loaded.keys.iter().find(|it| it.provider == "cloud").unwrap();
    assert_eq!((key.source.as_str(), key.fingerprint.as_str()), (format!("file:{path}").as_str(), "me"));
    assert!(loaded.policy.providers["cloud"].is_usable());
    // Without the file the provider is there and says why its key is not.
    fs::remove_file(&file).unwrap();
    let provider = home.load().policy.providers["cloud"].clone();
    assert!(provider.keys[0].problem.as_deref().unwrap().contains(path));
    assert!(!provider.is_usable());
}
