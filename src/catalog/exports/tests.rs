use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn only(text: &str) -> (Export, Sums) {
    let export = read(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(export.sums.len(), 1, "{export:?}");
    let sums = *export.sums.values().next().unwrap();
    (export, sums)
}

/// A file of each form that is known, each with the same: on 19 November 2026 one model read 1,000 tokens, 600 of them
/// from a cache, wrote 50, and cost twelve and a half cents; where the form tells so.
const FILES: &[(&str, &str)] = &[
    (
        "Anthropic console, usage (CSV)",
        "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,\
         usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,\
         usage_output_tokens,web_search_count,inference_geo,speed\n\
         2026-11-19,claude-sonnet-4-5-20250929,main,Default,standard,≤ 200k,200,100,0,300,20,0,not_available,\n\
         2026-11-19,claude-sonnet-4-5-20250929,work,Default,standard,≤ 200k,50,0,50,300,30,0,not_available,\n",
    ),
    (
        "Anthropic console, cost (CSV)",
        "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type\n\
         2026-11-19,Claude Sonnet 4.5,Default,main,message,≤ 200k,input_no_cache,0.10,0.10,token\n\
         2026-11-19,Claude Sonnet 4.5,Default,main,message,≤ 200k,output,0.025,0.025,token\n",
    ),
    (
        "Anthropic usage report (JSON)",
        r#"{"data":[{"starting_at":"2026-11-19T00:00:00Z","ending_at":"2026-11-20T00:00:00Z","results":[
            {"uncached_input_tokens":300,"cache_creation":{"ephemeral_5m_input_tokens":90,"ephemeral_1h_input_tokens":10},
             "cache_read_input_tokens":600,"output_tokens":50,"server_tool_use":{"web_search_requests":0},
             "model":"claude-sonnet-4-5-20250929","api_key_id":null,"workspace_id":null,"service_tier":"standard"}]}],
           "has_more":false,"next_page":null}"#,
    ),
    (
        "Anthropic cost report (JSON)",
        r#"{"data":[{"starting_at":"2026-11-19T00:00:00Z","ending_at":"2026-11-20T00:00:00Z","results":[
            {"currency":"USD","amount":"12.5","workspace_id":null,"description":"Claude Sonnet 4.5 Usage - Input Tokens",
             "cost_type":"tokens","context_window":"0-200k","model":"claude-sonnet-4-5-20250929","service_tier":"standard",
             "token_type":"uncached_input_tokens"}]}],"has_more":true,"next_page":"page_x"}"#,
    ),
    (
        "OpenAI usage (CSV or JSON)",
        r#"{"object":"page","data":[{"object":"bucket","start_time":1795046400,"end_time":1795132800,"results":[
            {"object":"organization.usage.completions.result","input_tokens":1000,"output_tokens":50,
             "input_cached_tokens":600,"input_audio_tokens":0,"output_audio_tokens":0,"num_model_requests":3,
             "project_id":null,"user_id":null,"api_key_id":null,"model":"claude-sonnet-4-5","batch":null}]}],
           "has_more":false,"next_page":null}"#,
    ),
    (
        "OpenAI usage (CSV or JSON)",
        "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,\
         service_tier,input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens\n\
         1795046400,1795132800,2026-11-19T00:00:00+00:00,2026-11-20T00:00:00+00:00,,3,,,claude-sonnet-4.5,,default,1000,50,600,400\n",
    ),
    (
        "OpenAI costs (CSV)",
        "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,\
         organization_id,organization_name\n\
         1795046400,1795132800,2026-11-19T00:00:00+00:00,2026-11-20T00:00:00+00:00,0.1250000000000000,usd,\
         \"claude-sonnet-4-5, input\",,org-x,Personal\n",
    ),
    (
        "OpenAI costs (JSON)",
        r#"{"object":"page","data":[{"object":"bucket","start_time":1795046400,"end_time":1795132800,"results":[
            {"object":"organization.costs.result","amount":{"value":0.125,"currency":"usd"},
             "line_item":"claude-sonnet-4-5, input","project_id":null}]}],"has_more":false,"next_page":null}"#,
    ),
    (
        "OpenRouter activity, by generation (CSV)",
        "generation_id,created_at,cost_total,cost_web_search,cost_cache,cost_file_processing,byok_usage_inference,\
         tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,provider_name\n\
         gen-1,2026-11-19 00:00:00.040,0.1,0,0,0,0,900,40,0,600,anthropic/claude-4.5-sonnet-20250929,Anthropic\n\
         gen-2,2026-11-19 23:59:59.999,0.025,0,0,0,0,100,10,0,0,anthropic/claude-4.5-sonnet-20250929,Anthropic\n",
    ),
    (
        "OpenRouter activity, by day (JSON or CSV)",
        r#"{"data":[{"date":"2026-11-19","model":"anthropic/claude-sonnet-4.5",
            "model_permaslug":"anthropic/claude-4.5-sonnet-20250929","endpoint_id":"x","provider_name":"Anthropic",
            "usage":0.125,"byok_usage_inference":0,"requests":3,"prompt_tokens":1000,"completion_tokens":50,
            "reasoning_tokens":25}]}"#,
    ),
];

#[test]
fn every_form_is_known_by_its_columns_and_read() {
    for (title, text) in FILES {
        let (export, sums) = only(text);
        assert_eq!(export.format.title, *title);
        let (at, model) = export.sums.keys().next().unwrap();
        assert_eq!(*at, day("2026-11-19"), "{title}");
        assert!(model.as_deref().is_some_and(|it| it.contains("sonnet") && !it.contains("2025")), "{title}: {model:?}");
        let whole = |n: Option<u64>, expected| assert!(n.is_none_or(|it| it == expected), "{title}: {sums:?}");
        whole(sums.input, 1000);
        whole(sums.cached, 600);
        whole(sums.output, 50);
        whole(sums.requests, 3);
        assert!(sums.cost.is_none_or(|it| it == Usd::from_dollars(0.125).unwrap()), "{title}: {sums:?}");
        assert!(sums.input.is_some() || sums.cost.is_some(), "{title}");
        assert_eq!(export.more, *title == "Anthropic cost report (JSON)");
    }
    let told: Vec<_> = FILES.iter().map(|it| it.0).collect();
    assert!(formats().iter().all(|it| told.contains(&it.title.as_str())), "a form without a file here");
    for it in formats() {
        assert!(crate::catalog::provider(&it.provider).is_some(), "{}", it.title);
        assert!(it.source.starts_with("https://"), "{}", it.title);
    }
}

#[test]
fn pages_may_come_one_after_the_other_or_in_a_list() {
    let page = FILES[4].1;
    for text in [format!("{page}\n{page}"), format!("[{page},{page}]")] {
        let (_, sums) = only(&text);
        assert_eq!((sums.input, sums.requests), (Some(2000), Some(6)));
    }
}

#[test]
fn a_day_on_which_one_row_names_no_model_is_one_sum() {
    let text = "start_time,num_model_requests,model,input_tokens,output_tokens\n\
                1795046400,1,gpt-5,10,1\n1795046400,2,,20,2\n1795132800,3,gpt-5,30,3\n";
    let export = read(text).unwrap();
    let keys: Vec<_> = export.sums.iter().map(|(key, it)| (key.0.day(), key.1.clone(), it.input)).collect();
    assert_eq!(keys, [(19, None, Some(30)), (20, Some("gpt-5".to_owned()), Some(30))]);
}

#[test]
fn what_is_no_export_is_refused_with_the_reason() {
    let told = |text: &str| read(text).unwrap_err().to_string();
    assert!(told("name,size\na,1\n").contains("name, size"), "{}", told("name,size\na,1\n"));
    assert!(told("hello").contains("fewer than two columns"));
    assert!(told("{\"data\": [").contains("neither CSV"), "{}", told("{\"data\": ["));
    assert!(told("{\"data\": []}").contains("no export"));
    let broken = "start_time,num_model_requests,model,input_tokens\n1795046400,1,gpt-5,many\n";
    assert!(told(broken).contains("row 1: `many` in `input_tokens` is no count"), "{}", told(broken));
    let broken = "start_time,num_model_requests,model,input_tokens\nyesterday,1,gpt-5,7\n";
    assert!(told(broken).contains("is no date or time"), "{}", told(broken));
    assert!(matches!(read("start_time,num_model_requests,model,input_tokens\n").unwrap_err(), ExportError::Empty));
}

#[test]
fn names_for_people_bills_and_snapshots_mean_the_model() {
    for (name, model) in [
        ("Claude Sonnet 4.5", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("gpt-5-mini-2026-08-07", "gpt-5-mini"),
        ("gpt-5-mini-2026-08-07, cached input", "gpt-5-mini"),
        ("openai/gpt-4.1", "gpt-4-1"),
        ("gpt-4.1", "gpt-4-1"),
    ] {
        assert_eq!(meant(name), model, "{name}");
    }
}

#[test]
fn figures_are_compared_as_far_as_both_tell_them() {
    let at = |model: Option<&str>| (day("2026-11-19"), model.map(str::to_owned));
    let usd = |it: f64| Usd::from_dollars(it);
    let ours = BTreeMap::from([
        (
            at(Some("a")),
            Sums { requests: Some(9), input: Some(1000), output: Some(10), cost: usd(1.0), cached: Some(4) },
        ),
        (at(Some("b")), Sums { input: Some(500), cost: usd(0.004), ..Sums::default() }),
        (at(Some("c")), Sums { input: Some(70), cost: usd(3.0), ..Sums::default() }),
    ]);
    let theirs = BTreeMap::from([
        (at(Some("a")), Sums { input: Some(1009), output: Some(20), cost: usd(1.02), ..Sums::default() }),
        (at(Some("b")), Sums { input: Some(500), cost: usd(0.0), ..Sums::default() }),
        (at(Some("d")), Sums { input: Some(1), cost: usd(7.0), ..Sums::default() }),
    ]);
    let told = |tolerance| -> Vec<(String, &str, Verdict)> {
        let lines = compare(&theirs, &ours, tolerance);
        lines.into_iter().map(|it| (it.model.unwrap(), it.measure, it.verdict)).collect()
    };
    let expected = |cost| {
        [
            ("a", "input", Verdict::Agrees),
            ("a", "output", Verdict::Differs),
            ("a", "cost", cost),
            ("b", "input", Verdict::Agrees),
            // A third of a cent is rounded away by who writes cents.
            ("b", "cost", Verdict::Agrees),
            ("c", "input", Verdict::OnlyOurs),
            ("c", "cost", Verdict::OnlyOurs),
            ("d", "input", Verdict::OnlyTheirs),
            ("d", "cost", Verdict::OnlyTheirs),
        ]
        .map(|it| (it.0.to_owned(), it.1, it.2))
    };
    assert_eq!(told(0.01), expected(Verdict::Differs));
    assert_eq!(told(0.03), expected(Verdict::Agrees));
    // Without models on their side ours are added up.
    let whole = BTreeMap::from([(at(None), Sums { cost: usd(4.004), ..Sums::default() })]);
    let lines = compare(&whole, &ours, 0.0);
    assert_eq!((lines.len(), lines[0].verdict), (1, Verdict::Agrees), "{lines:?}");
}
