//! `reconcile`: a provider's export beside the ledger. The figures of the export are those of the simulated provider's own
//! meter, as its usage API would tell them.

use llmroute::sim::{Answer, Billed, Script};
use serde_json::{Value, json};

use crate::cli::ask::Lab;

fn asked(lab: &Lab, n: usize) -> Vec<Billed> {
    let mut all = Vec::new();
    for at in 1..=n as u64 {
        let counts = Billed { input: 1_000 * at, cache_read: 300, cache_write: 0, output: 70 * at };
        lab.sim.script().push(Script::reply(Answer { counts: Some(counts), ..Answer::default() }));
        lab.home.ok(&["ask", "hello"]);
        all.push(counts);
    }
    all
}

/// What the fake usage API says of one day, with `more` prompt tokens than were metered.
fn usage(day: &str, all: &[Billed], more: u64) -> Value {
    let sum = |of: fn(&Billed) -> u64| all.iter().map(of).sum::<u64>();
    let start: jiff::Timestamp = format!("{day}T00:00:00Z").parse().expect("a day");
    json!({"object": "page", "has_more": false, "next_page": null, "data": [{
        "object": "bucket", "start_time": start.as_second(), "end_time": start.as_second() + 86_400,
        "results": [{
            "object": "organization.usage.completions.result", "model": "one-2026-01-01",
            "input_tokens": sum(|it| it.input) + more, "input_cached_tokens": sum(|it| it.cache_read),
            "output_tokens": sum(|it| it.output), "num_model_requests": all.len(),
            "project_id": null, "user_id": null, "api_key_id": null, "batch": null,
        }],
    }]})
}

#[test]
fn a_ledger_agrees_with_its_provider_and_what_differs_is_listed() {
    let lab = Lab::new();
    let metered = asked(&lab, 3);
    let day = lab.home.json(&["stats", "--by", "day", "--json"])["rows"][0]["name"].as_str().expect("a day").to_owned();
    let file = lab.home.path().join("usage.json");
    let path = file.to_str().expect("a path");
    let write = |text: String| std::fs::write(&file, text).expect("a file");

    write(usage(&day, &metered, 0).to_string());
    let told = lab.home.json(&["reconcile", path, "--provider", "lab", "--tolerance", "0", "--json"]);
    assert_eq!(told["agrees"], true, "{told}");
    let measures: Vec<_> = told["rows"].as_array().expect("rows").iter().map(|it| it["measure"].clone()).collect();
    assert_eq!(measures, ["requests", "input", "cached", "output"]);
    let screen = lab.home.ok(&["reconcile", path, "--provider", "lab"]).stdout;
    assert!(screen.contains("4 of 4 figures agree within 1%"), "{screen}");

    // Somebody else used the key.
    write(usage(&day, &metered, 900).to_string());
    let ran = lab.home.run(&["reconcile", path, "--provider", "lab"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{}", ran.stdout);
    let line = ran.stdout.lines().find(|it| it.contains("differs")).expect("a line that differs");
    assert!(
        line.starts_with(&day) && line.contains("one") && line.contains("6,900") && line.contains("-900"),
        "{line}"
    );
    // As much as was allowed.
    lab.home.ok(&["reconcile", path, "--provider", "lab", "--tolerance", "14"]);

    // Money, from a bill in CSV: a million prompt tokens cost a dollar here, and two as many generated ones.
    let sum = metered.iter().map(|it| it.input + 2 * it.output).sum::<u64>();
    let dollars = format!("0.{sum:06}");
    let bill = |usd: &str| format!("usage_date_utc,model,workspace,token_type,cost_usd\n{day},One,Default,all,{usd}\n");
    write(bill(&dollars));
    lab.home.ok(&["reconcile", path, "--provider", "lab", "--tolerance", "0"]);
    write(bill("1.5"));
    let ran = lab.home.run(&["reconcile", path, "--provider", "lab", "--format", "csv"]);
    assert!(ran.code == 1 && ran.stdout.contains("differs"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn what_is_no_export_is_refused_with_all_that_was_looked_for() {
    let lab = Lab::new();
    let file = lab.home.path().join("x.csv");
    let path = file.to_str().expect("a path");
    std::fs::write(&file, "name,size\na,1\n").expect("a file");
    let ran = lab.home.run(&["reconcile", path]);
    ran.refused("bad-export", 2);
    assert!(ran.stderr.contains("looked for: ") && ran.stderr.contains("name, size"), "{}", ran.stderr);
    lab.home.run(&["reconcile", "/nowhere.csv"]).refused("bad-file", 2);
    std::fs::write(&file, "usage_date_utc,model,token_type,cost_usd\n2026-11-19,m,output,1\n").expect("a file");
    lab.home.run(&["reconcile", path, "--provider", "nobody"]).refused("unknown-provider", 2);
    lab.home.run(&["reconcile", path, "--tolerance", "101"]).refused("usage", 2);
}
