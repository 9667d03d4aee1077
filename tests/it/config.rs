//! The policy as it is loaded: what counts, what is refused, what a secret may touch.

mod settings;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use llmroute::config::edits::{AddKey, Edits, KeyInput, deadline, weighted};
use llmroute::config::{Environment, LoadError, Loaded, LocalToken, MasterKey, Paths, Problem, Refusal, Sources, load};
use llmroute::domain::clock::Stamp;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::policy::{Auth, Billing, Deadlines};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::row::{ProviderRow, SpeechRow};
use llmroute::domain::rule::Variable;
use llmroute::domain::secret::Secret;
use llmroute::store::providers::Users;
use llmroute::store::{Access, Db, DeadlineSettings, GroupRow, GroupSettings, RuleRow, groups, open, providers};
use tempfile::TempDir;

/// Shaped like a key, so that finding it anywhere means it has leaked.
const CANARY: &str = "sk-canary-0123456789abcdefghijklmnopqrstuvwxyz";

/// One home with a table of three providers: two remote ones and a local one.
struct Home {
    dir: TempDir,
    paths: Paths,
    db: Db,
    built_in: Vec<ProviderRow>,
    environment: Environment,
}

fn row(name: &str) -> ProviderRow {
    ProviderRow {
        name: name.to_owned(),
        title: None,
        base_url: format!("https://{name}.example/v1"),
        speaks: vec![SpeechRow::of(Dialect::OpenaiChat)],
        auth: Auth::Bearer,
        headers: Vec::new(),
        settings: Vec::new(),
        env: vec![format!("{}_API_KEY", name.to_uppercase()), format!("{}_TOKEN", name.to_uppercase())],
        env_file: Vec::new(),
        keys_url: None,
        local: false,
        allow_private: false,
        privacy: None,
        region: None,
        fast: Some("small".to_owned()),
        smart: Some("large".to_owned()),
        models: vec!["small".to_owned(), "large".to_owned()],
        billing: None,
        price_id: None,
        quirks: Quirks::default(),
    }
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::in_folder(dir.path()).unwrap();
        let db = open(&paths.database(), Access::ReadWrite).unwrap();
        let local = ProviderRow {
            base_url: "http://127.0.0.1:11434/v1".to_owned(),
            auth: Auth::None,
            local: true,
            ..row("ollama")
        };
        let built_in = vec![row("openai"), row("groq"), local];
        Self { dir, paths, db, built_in, environment: Environment::of::<&str, &str>([]) }
    }

    fn with(variables: &[(&str, &str)]) -> Self {
        Self { environment: Environment::of(variables.iter().copied()), ..Self::new() }
    }

    fn edit<T>(&mut self, change: impl FnOnce(&mut Edits<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        change(&mut Edits {
            db: &mut self.db,
            built_in: &self.built_in,
            environment: &self.environment,
            master_key: &self.paths.master_key(),
            now: Stamp(1),
        })
    }

    fn add(&mut self, provider: &str, name: &str, input: KeyInput) -> Result<String, Refusal> {
        let key = AddKey {
            provider: provider.to_owned(),
            name: Some(name.to_owned()),
            input,
            billing: Billing::Metered,
            weight: 1.0,
        };
        self.edit(|it| it.add_key(key)).map(|it| it.fingerprint)
    }

    fn try_load(&self, previous: Option<&Loaded>) -> Result<Loaded, LoadError> {
        let master_key = self.paths.master_key();
        let sources = Sources {
            db: &self.db,
            built_in: &self.built_in,
            environment: &self.environment,
            master_key: &master_key,
            deadlines: Deadlines::default(),
            time_zone: &jiff::tz::TimeZone::UTC,
        };
        load(&sources, previous)
    }

    fn load(&self) -> Loaded {
        self.try_load(None).unwrap()
    }

    fn problems(&self) -> Vec<Problem> {
        match self.try_load(None).unwrap_err() {
            LoadError::Problems(all) => all,
            LoadError::Store(error) => panic!("{error}"),
        }
    }
}

fn pasted(text: &str) -> KeyInput {
    KeyInput::Pasted(Secret::new(text.to_owned()))
}

fn names(loaded: &Loaded) -> Vec<String> {
    loaded.policy.providers.keys().map(ToString::to_string).collect()
}

fn targets(loaded: &Loaded, group: &str) -> Vec<(String, f64)> {
    loaded.policy.groups[group].targets.iter().map(|(target, weight)| (target.to_string(), *weight)).collect()
}

// === providers and keys ===

#[test]
fn a_new_home_knows_local_servers_and_promises_nothing() {
    let loaded = Home::new().load();
    assert_eq!(names(&loaded), ["ollama"]);
    assert!(loaded.policy.groups.is_empty(), "no provider has a key");
    assert!(loaded.keys.is_empty() && loaded.notices.is_empty());
}

#[test]
fn conventional_variables_make_keys_unless_the_user_stored_one() {
    let mut home = Home::with(&[("OPENAI_API_KEY", CANARY), ("GROQ_TOKEN", "gsk-1\n"), ("OLLAMA_API_KEY", "x")]);
    let loaded = home.load();
    assert_eq!(names(&loaded), ["groq", "ollama", "openai"]);
    let openai = &loaded.policy.providers["openai"].keys;
    assert_eq!((openai.len(), openai[0].name.as_str()), (1, "env"));
    assert!(openai[0].id.0 < 0);
    assert_eq!(loaded.keyring.get(openai[0].id).unwrap().expose(), CANARY);
    assert_eq!(openai[0].id, home.load().policy.providers["openai"].keys[0].id, "the same at each start");
    let groq = &loaded.policy.providers["groq"].keys[0];
    assert_eq!(loaded.keyring.get(groq.id).unwrap().expose(), "gsk-1");
    assert_ne!(groq.id, openai[0].id);
    assert!(loaded.policy.providers["ollama"].keys.is_empty(), "it takes none");

    home.add("openai", "work", pasted("sk-other-0123456789")).unwrap();
    let loaded = home.load();
    let names: Vec<_> = loaded.policy.providers["openai"].keys.iter().map(|it| it.name.to_string()).collect();
    assert_eq!(names, ["work"]);
    home.edit(|it| it.set_key_enabled("openai", None, false)).unwrap();
    let loaded = home.load();
    assert_eq!(loaded.policy.providers["openai"].usable_keys().count(), 0, "switched off is not replaced");
}

#[test]
fn fast_and_smart_hold_what_can_be_used_unless_the_user_made_them() {
    let mut home = Home::with(&[("OPENAI_API_KEY", CANARY), ("GROQ_API_KEY", CANARY)]);
    let loaded = home.load();
    assert_eq!(targets(&loaded, "fast"), [("openai/small".to_owned(), 1.0), ("groq/small".to_owned(), 1.0)]);
    assert_eq!(targets(&loaded, "smart")[1].0, "groq/large");
    assert!(loaded.policy.groups["fast"].built_in);

    home.edit(|it| it.set_weights("fast", &[("groq/small".to_owned(), 4.0)])).unwrap();
    assert_eq!(targets(&home.load(), "fast")[1], ("groq/small".to_owned(), 4.0));
    assert_eq!(home.edit(|it| it.reset_weights("fast")).unwrap(), 1);
    assert_eq!(targets(&home.load(), "fast")[1], ("groq/small".to_owned(), 1.0));

    home.edit(|it| it.set_provider_enabled("groq", false)).unwrap();
    assert_eq!(targets(&home.load(), "fast").len(), 1);
    home.edit(|it| it.set_group("fast", &[("ollama/tiny".to_owned(), 0.0)], GroupSettings::default())).unwrap();
    let loaded = home.load();
    assert_eq!(targets(&loaded, "fast"), [("ollama/tiny".to_owned(), 0.0)]);
    assert!(!loaded.policy.groups["fast"].built_in);
    home.edit(|it| it.remove_group("fast")).unwrap();
    assert!(home.load().policy.groups["fast"].built_in);
}

#[test]
fn a_users_row_replaces_the_built_in_one_of_its_name() {
    let mut home = Home::with(&[("OPENAI_API_KEY", CANARY)]);
    let own = ProviderRow {
        base_url: "https://proxy.example/v1?api-version=2".to_owned(),
        speaks: vec![
            SpeechRow { path: Some("/chat".to_owned()), ..SpeechRow::of(Dialect::OpenaiChat) },
            SpeechRow { base_url: Some("https://proxy.example/v1/".to_owned()), ..SpeechRow::of(Dialect::Anthropic) },
        ],
        ..row("openai")
    };
    home.edit(|it| it.add_provider(&own)).unwrap();
    assert_eq!(home.edit(|it| it.add_provider(&own)).unwrap_err().code, "exists");
    let loaded = home.load();
    let urls: Vec<_> = loaded.policy.providers["openai"].speaks.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, ["https://proxy.example/v1/chat?api-version=2", "https://proxy.example/v1/messages"]);
    assert_eq!(loaded.policy.providers["openai"].keys.len(), 1);

    home.edit(|it| it.remove_provider("openai", Users::Refuse)).unwrap();
    let loaded = home.load();
    assert_eq!(loaded.policy.providers["openai"].speaks[0].url, "https://openai.example/v1/chat/completions");
    assert_eq!(home.edit(|it| it.remove_provider("openai", Users::Refuse)).unwrap_err().code, "built-in");
}

#[test]
fn every_wrong_row_is_named_at_once() {
    let mut home = Home::new();
    // As an older llmroute, or a hand, may have written them: past the checks of the edits.
    let bad = ProviderRow {
        base_url: "http://user:pw@api.example".to_owned(),
        speaks: Vec::new(),
        headers: vec![("Host".to_owned(), "x".to_owned()), ("x-a".to_owned(), "b\nc".to_owned())],
        ..row("bad")
    };
    providers::add(&mut home.db, &bad).unwrap();
    let near = ProviderRow { base_url: "http://169.254.169.254/".to_owned(), ..row("near") };
    providers::add(&mut home.db, &near).unwrap();
    let targets = vec![("opnai/m".to_owned(), 1.0), ("nothing".to_owned(), 1.0)];
    groups::set(&mut home.db, &GroupRow { name: "g".to_owned(), targets, settings: GroupSettings::default() }).unwrap();
    let empty = GroupRow { name: "e".to_owned(), targets: Vec::new(), settings: GroupSettings::default() };
    groups::set(&mut home.db, &empty).unwrap();

    let problems = home.problems();
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 8, "{shown:#?}");
    for part in
        ["provider bad, base-url", "speaks", "`Host`", "`x-a`", "provider near", "`opnai`", "`nothing`", "group e"]
    {
        assert!(shown.iter().any(|it| it.contains(part)), "{part} in {shown:#?}");
    }
    assert!(!shown.iter().any(|it| it.contains("pw@")), "a password is not repeated");
    let fix = problems.iter().map(|it| it.fix.as_str()).collect::<Vec<_>>().join("\n");
    assert!(fix.contains("is `openai` meant?") && fix.contains("--allow-private"), "{fix}");
    let refusal = Refusal::from(home.try_load(None).unwrap_err());
    assert_eq!((refusal.code, refusal.why.lines().count()), ("policy", 8));
}

#[test]
fn group_deadlines_lie_over_the_usual_ones() {
    let mut home = Home::new();
    let mut deadlines = DeadlineSettings::default();
    deadline("first-content=30s", &mut deadlines).unwrap();
    deadline("whole=2m", &mut deadlines).unwrap();
    assert!(deadline("frist-content=30s", &mut deadlines).unwrap_err().fix.contains("first-content"));
    assert!(deadline("whole=soon", &mut deadlines).is_err());
    assert!(deadline("whole", &mut deadlines).is_err());
    let set = weighted("ollama/a:b/c=0.5").unwrap();
    home.edit(|it| it.set_group("g", &[set], GroupSettings { deadlines, ..GroupSettings::default() })).unwrap();
    let loaded = home.load();
    let it = loaded.policy.groups["g"].deadlines;
    assert_eq!((it.first_content.as_secs(), it.whole.as_secs()), (30, 120));
    assert_eq!(it.connect, Deadlines::default().connect);
    assert_eq!(targets(&loaded, "g"), [("ollama/a:b/c".to_owned(), 0.5)]);
}

// === secrets ===

#[test]
fn a_stored_key_is_sealed_and_its_text_is_in_no_file() {
    let mut home = Home::new();
    assert_eq!(home.add("openai", "main", pasted(&format!("  \"Bearer {CANARY}\"\n"))).unwrap(), "sk-can…wxyz");
    home.edit(|it| it.rename_key("openai", "main", "work")).unwrap();
    let loaded = home.load();
    let key = &loaded.policy.providers["openai"].keys[0];
    assert_eq!((key.name.as_str(), &key.problem), ("work", &None));
    assert_eq!(loaded.keyring.get(key.id).unwrap().expose(), CANARY);
    assert!(!format!("{loaded:?}").contains("canary-0123"), "nor does a debug print show it");

    drop(home.db);
    let mut files = 0;
    for entry in fs::read_dir(home.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            files += 1;
            let bytes = fs::read(&path).unwrap();
            // Any eight characters of it would be a leak; the fingerprint shows six and four.
            for part in CANARY.as_bytes().windows(8) {
                assert!(!bytes.windows(8).any(|it| it == part), "{} holds a part of the key", path.display());
            }
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        }
    }
    assert!(files >= 2, "the database and the master key");
}

#[test]
fn a_wrong_or_missing_master_key_takes_out_that_key_and_says_so() {
    let mut home = Home::with(&[("GROQ_API_KEY", CANARY)]);
    home.add("openai", "main", pasted(CANARY)).unwrap();
    let path = home.paths.master_key();
    let right = fs::read(&path).unwrap();

    for wrong in [Some(vec![7; 32]), Some(vec![7; 31]), Some(vec![7; 64]), None] {
        match &wrong {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let loaded = home.load();
        let key = &loaded.policy.providers["openai"].keys[0];
        let problem = key.problem.as_ref().unwrap();
        assert!(problem.contains("master"), "{problem}");
        assert!(loaded.keyring.get(key.id).is_none());
        assert_eq!(targets(&loaded, "fast").len(), 1, "the other provider still serves");
        assert!(loaded.notices.iter().any(|it| it.contains("key openai main")), "{:?}", loaded.notices);
    }
    fs::write(&path, right).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    assert!(home.load().notices[0].contains("open to other users"));
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    assert!(home.load().notices.is_empty());
}

#[test]
fn references_are_resolved_at_each_load_and_commands_once_while_their_row_stands() {
    let mut home = Home::with(&[("WORK_KEY", CANARY)]);
    let counter = home.dir.path().join("asked");
    let file = home.dir.path().join("key.txt");
    fs::write(&file, "sk-file-1\n").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    home.add("openai", "env", KeyInput::parse("env:WORK_KEY").unwrap()).unwrap();
    home.add("openai", "file", KeyInput::parse(&format!("file:{}", file.display())).unwrap()).unwrap();
    let command = format!("cmd:echo x >> {}; echo sk-cmd-1", counter.display());
    home.add("openai", "cmd", KeyInput::parse(&command).unwrap()).unwrap();
    let asked = || fs::read_to_string(&counter).unwrap().lines().count();
    assert_eq!(asked(), 1, "once, to see that it works");

    let first = home.load();
    fs::write(&file, "sk-file-2\n").unwrap();
    let second = home.try_load(Some(&first)).unwrap();
    assert_eq!(asked(), 2);
    let secrets: Vec<_> = second.keys.iter().map(|it| second.keyring.get(it.id).unwrap().expose().to_owned()).collect();
    assert_eq!(secrets, [CANARY, "sk-file-2", "sk-cmd-1"]);
    let sources: Vec<_> = second.keys.iter().map(|it| it.source.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(sources, ["env", "file", "cmd"]);

    home.edit(|it| it.rotate_key("openai", Some("cmd"), KeyInput::Cmd("echo sk-cmd-2".to_owned()))).unwrap();
    let third = home.try_load(Some(&second)).unwrap();
    assert_eq!(third.keyring.get(third.keys[2].id).unwrap().expose(), "sk-cmd-2");
    assert_eq!(third.keys[2].id, second.keys[2].id);
}

#[test]
fn keys_that_cannot_be_used_are_refused_before_anything_is_written() {
    let mut home = Home::new();
    let before = home.db.policy_version().unwrap();
    for (input, part) in [
        (pasted("sk-a\nsk-b"), "two keys"),
        (pasted("sk\u{2014}a"), "U+2014"),
        (pasted("  "), "empty"),
        (KeyInput::File("/nonexistent/key".to_owned()), "/nonexistent/key"),
        (KeyInput::Cmd("echo locked >&2; false".to_owned()), "locked"),
    ] {
        let refusal = home.add("openai", "main", input).unwrap_err();
        assert_eq!(refusal.code, "key-unusable");
        assert!(refusal.why.contains(part), "{refusal}");
    }
    assert!(home.add("opnai", "main", pasted(CANARY)).unwrap_err().fix.contains("`openai`"));
    assert_eq!(home.add("ollama", "main", pasted(CANARY)).unwrap_err().code, "no-key-needed");
    assert_eq!(home.db.policy_version().unwrap(), before);
    for bad in ["env:A=B", "env:", "file:", "cmd: ", "keyring", "sk-canary"] {
        let refusal = KeyInput::parse(bad).unwrap_err();
        assert_eq!(refusal.code, "bad-reference");
        assert!(!format!("{refusal:?}").contains("canary"), "{refusal:?}");
    }
}

#[test]
fn keys_are_named_or_the_only_one() {
    let mut home = Home::new();
    assert_eq!(home.edit(|it| it.remove_key("openai", None)).unwrap_err().code, "unknown-key");
    home.add("openai", "work", pasted(CANARY)).unwrap();
    assert_eq!(home.edit(|it| it.key("openai", None)).unwrap().name, "work");
    assert_eq!(home.add("openai", "work", pasted(CANARY)).unwrap_err().code, "exists");
    home.add("openai", "home", pasted(CANARY)).unwrap();
    let refusal = home.edit(|it| it.key("openai", None)).unwrap_err();
    assert!(refusal.fix.contains("work, home"), "{refusal:?}");
    assert!(home.edit(|it| it.key("openai", Some("wrok"))).unwrap_err().fix.contains("`work`"));
    assert!(home.edit(|it| it.rename_key("openai", "work", "home")).is_err());
    assert!(home.edit(|it| it.set_key_weight("openai", Some("work"), f64::NAN)).is_err());
}

#[test]
fn a_token_and_a_master_key_made_by_many_at_once_are_one() {
    let dir = tempfile::tempdir().unwrap();
    let (token, master) = (dir.path().join("token"), dir.path().join("master.key"));
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    MasterKey::load_or_create(&master).unwrap();
                    LocalToken::load_or_create(&token).unwrap().reveal().to_owned()
                })
            })
            .collect();
        all.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(tokens.iter().all(|it| *it == tokens[0]));
    fs::set_permissions(&token, Permissions::from_mode(0o644)).unwrap();
    let refusal = LocalToken::load_or_create(&token).unwrap_err();
    assert_eq!(refusal.code, "file-exposed");
    assert!(refusal.fix.starts_with("chmod 600"), "{refusal:?}");
}

// === groups and weights ===

#[test]
fn groups_and_weights_are_checked_before_they_are_saved() {
    let mut home = Home::new();
    let mut set = |name: &str, targets: &[&str]| {
        let targets: Result<Vec<_>, _> = targets.iter().map(|it| weighted(it)).collect();
        targets.and_then(|it| home.edit(|edits| edits.set_group(name, &it, GroupSettings::default())))
    };
    assert!(set("g", &["openai/a=3", "groq/b"]).is_ok());
    assert_eq!(set("a/b", &["openai/a"]).unwrap_err().code, "bad-name");
    assert_eq!(set("g", &[]).unwrap_err().code, "bad-group");
    assert_eq!(set("g", &["openai/a", "openai/a=2"]).unwrap_err().code, "bad-group");
    assert_eq!(set("g", &["gork/a"]).unwrap_err().code, "unknown-provider");
    assert_eq!(set("g", &["gpt"]).unwrap_err().code, "bad-target");
    for bad in ["openai/a=-1", "openai/a=NaN", "openai/a=inf", "openai/a=x", "openai/a="] {
        assert_eq!(set("g", &[bad]).unwrap_err().code, "bad-weight", "{bad}");
    }
    assert_eq!(targets(&home.load(), "g"), [("openai/a".to_owned(), 3.0), ("groq/b".to_owned(), 1.0)]);

    let mut weigh = |group: &str, target: &str| home.edit(|it| it.set_weights(group, &[(target.to_owned(), 9.0)]));
    assert!(weigh("g", "groq/b").is_ok());
    assert!(weigh("g", "groq/c").unwrap_err().fix.contains("groq/b"));
    assert_eq!(weigh("h", "groq/b").unwrap_err().code, "unknown-group");
    assert_eq!(targets(&home.load(), "g")[1], ("groq/b".to_owned(), 9.0));
    assert_eq!(home.edit(|it| it.remove_group("gg")).unwrap_err().code, "unknown-group");
}

// === paths ===

#[test]
fn a_home_is_given_or_found_and_without_any_the_reason_is_said() {
    let given = Paths::find(Some(Path::new("some/where")), &Environment::of::<&str, &str>([])).unwrap();
    assert!(given.home().is_absolute() && given.home().ends_with("some/where"));
    let variable = Environment::of([("LLMROUTE_HOME", "/there")]);
    let found = Paths::find(None, &variable).unwrap();
    assert_eq!(found.database(), Path::new("/there/llmroute.db"));
    assert_eq!(found.settings(), Path::new("/there/config.toml"));
    for without in
        [Environment::of::<&str, &str>([]), Environment::of([("HOME", "")]), Environment::of([("HOME", "x")])]
    {
        let refusal = Paths::find(None, &without).unwrap_err();
        assert_eq!(refusal.code, "no-home");
        assert!(refusal.fix.contains("LLMROUTE_HOME"), "{refusal:?}");
    }
}

fn rule(name: &str, when: &str, to: &str) -> RuleRow {
    RuleRow {
        name: name.to_owned(),
        scope: "global".to_owned(),
        priority: 0,
        when: when.to_owned(),
        targets: vec![(to.to_owned(), 1.0)],
        fallbacks: Vec::new(),
        chain: false,
        enabled: true,
    }
}

#[test]
fn rules_are_compiled_into_the_policy_and_bring_their_providers() {
    let mut home = Home::new();
    home.edit(|it| it.add_rule(&rule("on", "stream", "groq/m"))).unwrap();
    home.edit(|it| it.add_rule(&RuleRow { enabled: false, ..rule("off", "stream", "openai/m") })).unwrap();
    let loaded = home.load();
    let names: Vec<&str> = loaded.policy.rules.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["on"]);
    assert!(loaded.policy.rules.reads(Variable::Stream) && !loaded.policy.rules.reads(Variable::Model));
    assert!(loaded.policy.providers.contains_key("groq"), "it may still lack its key, and says so then");
    let again = home.edit(|it| it.add_rule(&rule("on", "stream", "groq/m"))).unwrap_err();
    assert_eq!(again.code, "exists");
}

#[test]
fn a_rule_that_came_to_mean_nothing_stops_the_policy_and_says_how_to_mend_it() {
    let mut home = Home::new();
    // As another version may have written them: nothing here would.
    for row in [rule("a", "no_such_thing", "fast"), rule("b", "stream", "gone"), rule("c", "stream", "gone/m")] {
        llmroute::store::rules::add(&mut home.db, &row).unwrap();
    }
    let problems = home.problems();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].what.contains("column 1: there is no variable"), "{problems:?}");
    assert!(problems[1].what.contains("there is no group `gone`"), "{problems:?}");
    assert!(problems[2].what.contains("there is no provider `gone`"), "{problems:?}");
    for name in ["a", "b", "c"] {
        home.edit(|it| it.remove_rule(name)).unwrap();
    }
    assert!(home.load().policy.rules.is_empty());
}
