use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::tz::TimeZone;
use serde_json::value::RawValue;

use super::*;
use crate::domain::ask::{Field, Fields};
use crate::domain::clock::{Moment, Now, Stamp};
use crate::domain::dialect::Dialect;
use crate::domain::id::{KeyId, RequestId};
use crate::domain::money::Usd;
use crate::domain::rule::{Condition, Rules, Variable};
use crate::route::breaker::{Standing, Why};
use crate::route::decide;
use crate::route::health::SeatId;
use crate::route::tests::{ask, policy as policy_of, provider};

// 2026-11-20, a Friday, 23:30 in UTC.
const LATE: Stamp = Stamp(1_795_217_400_000_000);

fn rule(name: &str, when: &str, targets: &[(&str, f64)]) -> Rule {
    Rule {
        name: name.into(),
        scope: Scope::Global,
        priority: 0,
        when: Arc::new(compile(when).unwrap_or_else(|fault| panic!("{when}: {fault}"))),
        targets: targets.iter().map(|(to, weight)| (Destination::parse(to).unwrap(), *weight)).collect(),
        fallbacks: Vec::new(),
        chain: false,
    }
}

fn chain(name: &str, when: &str, to: &str) -> Rule {
    Rule { chain: true, ..rule(name, when, &[(to, 1.0)]) }
}

/// Three providers with a key each; the group `g` is `a` and `b`.
fn policy(rules: impl IntoIterator<Item = Rule>) -> Policy {
    let all = [provider("a", &[1]), provider("b", &[2]), provider("c", &[3])];
    let policy = policy_of(&all, &[("a/m", 3.0), ("b/m", 1.0)]);
    Policy { rules: Rules::new(rules.into_iter().map(Arc::new).collect(), TimeZone::UTC), ..policy }
}

/// A request in the chat dialect, read as far as the door reads it.
fn request(body: &str) -> Ask {
    let mut it = ask(1, "g");
    it.body = Bytes::from(body.to_owned());
    it.fields = fields(&it.body);
    it
}

fn fields(body: &Bytes) -> Fields {
    let all: BTreeMap<&str, &RawValue> = serde_json::from_slice(body).unwrap();
    let span = |it: &str| {
        let start = it.as_ptr() as usize - body.as_ptr() as usize;
        start..start + it.len()
    };
    let fields = all.into_iter().map(|(key, value)| Field { key: span(key), value: span(value.get()) });
    Fields { fields: fields.collect(), close: body.len() - 1 }
}

fn plan(policy: &Policy, ask: &Ask) -> (Vec<String>, Vec<Step>) {
    let it = decide(policy, ask, &FleetView::default(), &mut Dice::of(ask.id, 7));
    (it.plan.iter().map(|it| it.target.to_string()).collect(), it.trail)
}

fn holds(when: &str, ask: &Ask) -> bool {
    let policy = policy([rule("r", when, &[("c/m", 1.0)])]);
    plan(&policy, ask).0 == ["c/m"]
}

fn fault(when: &str) -> Fault {
    compile(when).expect_err(when)
}

#[test]
fn the_first_match_replaces_the_candidates_and_leaves_its_step() {
    let rules = [rule("never", "false", &[("b/m", 1.0)]), rule("yes", "model == 'g'", &[("c/m", 1.0)])];
    let (targets, trail) = plan(&policy(rules), &ask(1, "g"));
    assert_eq!(targets, ["c/m"]);
    assert_eq!(trail[0].to_string(), "rule yes: to c/m");
    let (targets, trail) = plan(&policy([rule("never", "false", &[("c/m", 1.0)])]), &ask(1, "a/m"));
    assert_eq!((targets, trail[0].to_string()), (vec!["a/m".to_owned()], "named target a/m".to_owned()));
}

#[test]
fn a_rule_can_serve_a_model_that_nobody_has() {
    let policy = policy([rule("old", "model == 'gpt-3'", &[("c/m", 1.0)])]);
    assert_eq!(plan(&policy, &ask(1, "gpt-3")).0, ["c/m"]);
    let refused = decide(&policy, &ask(1, "gpt-2"), &FleetView::default(), &mut Dice::of(RequestId(1), 7));
    assert_eq!(refused.refusal.unwrap().code, "no_route");
}

#[test]
fn precedence_is_scope_then_priority_then_name() {
    let with = |name: &str, scope, priority, to: &str| Rule { scope, priority, ..rule(name, "true", &[(to, 1.0)]) };
    let first = |rules: Vec<Rule>| plan(&policy(rules), &ask(1, "g")).0[0].clone();
    // Nobody asks with a virtual key, so that rule of it is passed over, however early it stands.
    let scoped = with("k", Scope::VirtualKey("x".to_owned()), -9, "a/m");
    assert_eq!(first(vec![scoped, with("z", Scope::Global, 5, "c/m")]), "c/m");
    assert_eq!(first(vec![with("a", Scope::Global, 2, "a/m"), with("b", Scope::Global, 1, "b/m")]), "b/m");
    assert_eq!(first(vec![with("b", Scope::Global, 1, "b/m"), with("a", Scope::Global, 1, "a/m")]), "a/m");
    // An empty id is nobody's, not everybody's.
    assert_eq!(
        first(vec![with("e", Scope::Team("y".to_owned()), 0, "b/m"), with("z", Scope::Global, 0, "c/m")]),
        "c/m"
    );
}

#[test]
fn weights_are_shares_and_fallbacks_stand_behind_in_order() {
    let split = Rule {
        fallbacks: vec![Destination::parse("c/m").unwrap(), Destination::parse("g").unwrap()],
        ..rule("split", "true", &[("a/m", 0.2), ("b/m", 0.6)])
    };
    let policy = policy([split]);
    let mut to_b = 0;
    for id in 0..2000 {
        let it = decide(&policy, &ask(id, "x"), &FleetView::default(), &mut Dice::of(RequestId(id), 7));
        let order: Vec<String> = it.plan.iter().map(|it| it.target.to_string()).collect();
        assert_eq!(order.len(), 3, "a and b are not tried twice: {order:?}");
        assert_eq!(order[2], "c/m");
        assert_eq!(it.group, None);
        to_b += i32::from(order[0] == "b/m");
    }
    // Binomial(2000, 0.75): mean 1500, 99 % interval about ± 50.
    assert!((1450..=1550).contains(&to_b), "{to_b}");
}

#[test]
fn a_group_as_only_target_is_as_if_it_had_been_asked_for_and_among_others_divides_its_share() {
    let it = policy([rule("to group", "true", &[("g", 5.0)])]);
    let decision = decide(&it, &ask(1, "c/m"), &FleetView::default(), &mut Dice::of(RequestId(1), 7));
    assert_eq!(decision.group.as_ref().map(GroupName::as_str), Some("g"));
    assert_eq!(decision.plan.len(), 2);

    let mixed = policy([rule("mixed", "true", &[("g", 1.0), ("c/m", 1.0)])]);
    let mut trail = Vec::new();
    let (_, found) =
        route(&mixed, &ask(1, "x"), &FleetView::default(), &mut Dice::of(RequestId(1), 7), &mut trail).unwrap();
    let shares: Vec<(String, f64)> = found.iter().map(|it| (it.target.to_string(), it.weight)).collect();
    assert_eq!(shares, [("a/m".to_owned(), 0.75), ("b/m".to_owned(), 0.25), ("c/m".to_owned(), 1.0)]);

    let gone = policy([rule("gone", "true", &[("h", 1.0)])]);
    let refused = decide(&gone, &ask(1, "x"), &FleetView::default(), &mut Dice::of(RequestId(1), 7));
    assert!(refused.refusal.is_some());
    assert!(refused.trail.iter().any(|it| it.to_string() == "there is no group h any more"), "{:?}", refused.trail);
}

#[test]
fn chained_rules_rewrite_and_go_on() {
    let last = rule("last", "provider == 'b' && model == 'b/m'", &[("c/m", 1.0)]);
    let rules = [chain("one", "model == 'x'", "g"), chain("two", "model == 'g'", "b/m"), last];
    let (targets, trail) = plan(&policy(rules), &ask(1, "x"));
    assert_eq!(targets, ["c/m"]);
    let steps: Vec<String> = trail.iter().take(3).map(ToString::to_string).collect();
    assert_eq!(steps, ["rule one: x is now g", "rule two: g is now b/m", "rule last: to c/m"]);

    // Nothing matches after it: the rewritten name is looked up, its fallbacks behind.
    let behind = Rule { fallbacks: vec![Destination::parse("c/m").unwrap()], ..chain("one", "model == 'x'", "b/m") };
    assert_eq!(plan(&policy([behind]), &ask(1, "x")).0, ["b/m", "c/m"]);

    // One that sends where the request already is has done its work.
    let (targets, trail) = plan(&policy([chain("always", "true", "c/m")]), &ask(1, "g"));
    assert_eq!(targets, ["c/m"]);
    assert_eq!(trail.iter().filter(|it| matches!(it, Step::Rewritten { .. })).count(), 1);
}

#[test]
fn a_chain_is_followed_ten_times_and_no_further() {
    let rules = (0..12).map(|n| chain(&format!("r{n:02}"), &format!("model == 'x{n}'"), &format!("x{}", n + 1)));
    let all = rules.chain([rule("end", "model == 'x12'", &[("c/m", 1.0)]), rule("ten", "false", &[("c/m", 1.0)])]);
    let it = decide(&policy(all), &ask(1, "x0"), &FleetView::default(), &mut Dice::of(RequestId(1), 7));
    assert_eq!(it.trail.iter().filter(|it| matches!(it, Step::Rewritten { .. })).count(), CHAIN_MOST);
    assert!(it.trail.contains(&Step::ChainTooLong { name: "r10".into() }), "{:?}", it.trail);
    assert_eq!(it.refusal.unwrap().code, "no_route", "nothing is called x10");
}

#[test]
fn circles_are_found_and_what_is_none_is_not() {
    let check = |all: &[(&str, &str, &str)]| {
        let compiled: Vec<Compiled> = all.iter().map(|it| compile(it.1).unwrap()).collect();
        let targets: Vec<[Destination; 1]> = all.iter().map(|it| [Destination::parse(it.2).unwrap()]).collect();
        let links: Vec<Link<'_>> = all
            .iter()
            .zip(&compiled)
            .zip(&targets)
            .map(|((it, when), targets)| Link { name: it.0, scope: &Scope::Global, targets, when })
            .collect();
        circle(&links).map(|it| it.join(" "))
    };
    assert_eq!(check(&[]), None);
    assert_eq!(check(&[("a", "true", "x")]), None, "it stops where it sends");
    assert_eq!(check(&[("a", "model == 'y'", "x"), ("b", "model == 'x'", "y")]).as_deref(), Some("a b a"));
    assert_eq!(check(&[("a", "has_images", "x"), ("b", "prompt_tokens > 9", "y")]).as_deref(), Some("a b a"));
    assert_eq!(check(&[("a", "has_images && model != 'y'", "x"), ("b", "prompt_tokens > 9", "y")]), None);
    assert_eq!(check(&[("a", "model == 'w'", "x"), ("b", "model == 'x'", "y"), ("c", "model == 'y'", "z")]), None);
    assert_eq!(
        check(&[
            ("a", "model == 'z' || stream", "x"),
            ("b", "provider == '' && model == 'x'", "p/y"),
            ("c", "provider == 'p'", "z")
        ])
        .as_deref(),
        Some("a b a")
    );
    assert_eq!(check(&[("a", "model.startsWith('y')", "x"), ("b", "!(model == 'q')", "y1")]).as_deref(), Some("a b a"));
    assert_eq!(check(&[("a", "model in ['y', 'z']", "x"), ("b", "model in ['w']", "y")]), None);
}

#[test]
fn faults_are_refused_with_their_column_and_what_was_meant() {
    for (when, column, what, hint) in [
        ("", 1, "it is empty", "true"),
        ("model = 'x'", 7, "cannot stand here", "=="),
        ("stream and has_tools", 8, "`and` cannot stand here", "&&"),
        ("(stream", 8, "it ends too early", ""),
        ("stream &&", 10, "it ends too early", ""),
        ("modell == 'x'", 1, "there is no variable `modell`", "is `model` meant?"),
        ("stream && prompt_token > 5", 11, "there is no variable `prompt_token`", "is `prompt_tokens` meant?"),
        ("model.startWith('x')", 7, "there is no function `startWith`", "is `startsWith` meant?"),
        ("true &&\n  modle == 'x'", 3, "there is no variable `modle`", "is `model` meant?"),
        ("prompt_tokens", 1, "it gives an int, where true or false is wanted", ""),
        ("prompt_tokens > '5'", 15, "`>` cannot take an int and a string", "int(…)"),
        ("headers['x-size'] > 5", 19, "`>` cannot take a string and an int", "int(…)"),
        ("stream && model == 5", 17, "a string and an int are never equal", ""),
        ("model && stream", 7, "`&&` cannot take a string and a bool", ""),
        ("prompt_tokens * 1.5 > 10.0", 15, "cannot take an int and a", "double(…)"),
        ("model.matches('[')", 15, "this is no pattern", ""),
        ("model.matches(team)", 7, "the pattern of `matches` must be written out", ""),
        ("tags.exists(t, tags.exists(u, tags.exists(v, v == t)))", 36, "more than 2 loops", "slow"),
        ("Ask{model: 'x'}", 4, "there are no messages here", ""),
        ("tags.exists(t, s == 'x')", 16, "there is no variable `s`", ""),
        ("size(prompt_tokens) > 1", 1, "`size` cannot take an int", ""),
        ("'ü' == modell", 8, "there is no variable `modell`", "is `model` meant?"),
    ] {
        let fault = fault(when);
        assert!(fault.what.contains(what), "{when}: {fault:?}");
        assert_eq!(fault.column, column, "{when}: {fault:?}");
        assert!(fault.hint.as_deref().unwrap_or_default().contains(hint), "{when}: {fault:?}");
    }
    let fault = fault("true &&\n  modle == 'x'");
    assert_eq!(fault.line, 2);
    assert_eq!(fault.drawn("true &&\n  modle == 'x'"), "  modle == 'x'\n  ^");
    assert!(compile(&"true && ".repeat(300)).is_err(), "too long");
    assert!(compile(&format!("{}true{}", "(".repeat(500), ")".repeat(500))).is_err(), "too deep");
}

#[test]
fn every_function_that_is_let_through_is_there() {
    for when in [
        "model.contains('g') && model.startsWith('g') && model.endsWith('g')",
        "model.matches('^g$') && matches(model, 'g') && size(model) == 1 && model.size() == 1",
        "int('5') == 5 && uint(5) == 5u && double('1.5') == 1.5 && string(5) == '5' && bool('true')",
        "bytes('x') == b'x' && dyn(1) == 1 && type(model) == string",
        "optional.of(1).hasValue() && optional.of(1).value() == 1 && optional.none().orValue(2) == 2",
        "!optional.ofNonZeroValue(0).hasValue()",
        "headers[?'x-none'].orValue('d') == 'd' && !has(headers.none) && !('x-none' in headers)",
        "[1, 2].all(x, x > 0) && [1].exists(x, x == 1) && [1].exists_one(x, x == 1)",
        "[1].map(x, x * 2) == [2] && [1, 2].filter(x, x > 1) == [2] && {'a': 1}.a == 1 && (stream ? false : true)",
    ] {
        assert!(holds(when, &request("{}")), "{when}");
    }
    assert_eq!(check::FUNCTIONS.len(), 16, "each of them stands above");
}

#[test]
fn every_variable_says_what_the_request_says() {
    let mut it = request(
        r#"{"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":[{"type":"text","text":"Was ist die Hauptstadt und wie komme ich mit dem Zug dahin? AKIAIOSFODNN7EXAMPLE"},{"type":"input_audio","input_audio":{}}]},
        {"role":"assistant","content":"x"},{"role":"tool","content":"The tool says: and the of to is."}],
        "metadata":{"user":"u1","n":7,"deep":{},"tags":["t3"]}}"#,
    );
    it.model = "a/m".to_owned();
    it.client = "curl".to_owned();
    it.session = Some("s1".to_owned());
    it.stream = true;
    it.at = Now { wall: LATE, ..Now::default() };
    it.needs.tools = true;
    it.needs.images = true;
    it.needs.json_schema = true;
    it.needs.prompt_tokens = 900;
    it.needs.max_tokens = Some(50);
    it.quote = Usd::from_dollars(0.02);
    it.envelope.headers =
        vec![("x-team".to_owned(), "Red".to_owned()), ("x-llmroute-tags".to_owned(), "t1, t2".to_owned())];
    it.envelope.params = vec![("alt".to_owned(), "sse".to_owned())];
    let covered = [
        ("model", "model == 'a/m'"),
        ("provider", "provider == 'a'"),
        ("request_type", "request_type == 'chat'"),
        ("dialect", "dialect == 'openai-chat'"),
        ("headers", "headers['x-team'] == 'Red' && headers.size() == 2 && headers.exists(h, h == 'x-team')"),
        ("params", "params.alt == 'sse' && !has(params.key)"),
        ("metadata", "metadata.user == 'u1' && metadata.n == '7' && !has(metadata.deep)"),
        ("tags", "tags == ['t1', 't2', 't3'] && 't3' in tags"),
        ("virtual_key", "virtual_key == ''"),
        ("team", "team == ''"),
        ("customer", "customer == ''"),
        ("client", "client == 'curl'"),
        ("session", "session == 's1'"),
        ("budget_used", "budget_used == 0.0"),
        ("tokens_used", "tokens_used == 0.0"),
        ("requests_used", "requests_used == 0.0"),
        ("prompt_tokens", "prompt_tokens == 900"),
        ("max_tokens", "max_tokens == 50"),
        ("est_cost", "est_cost > 0.019 && est_cost < 0.021"),
        ("messages", "messages == 4"),
        ("has_tools", "has_tools"),
        ("has_images", "has_images"),
        ("has_audio", "has_audio"),
        ("stream", "stream"),
        ("json_schema", "json_schema"),
        ("complexity", "complexity > 0.0 && complexity < 0.5"),
        ("language", "language == 'de'"),
        ("sensitive", "sensitive"),
        ("hour", "hour == 23"),
        ("weekday", "weekday == 5"),
        ("health", "health['a/m'] == 'healthy' && health.size() == 2 && !('x/m' in health)"),
        ("ttft_p50", "ttft_p50['a/m'] == 0.0 && ttft_p50.size() == 2 && !('x/m' in ttft_p50)"),
        ("error_rate", "error_rate['a/m'] == 0.0 && error_rate.all(it, error_rate[it] < 0.5)"),
    ];
    for (name, when) in covered {
        assert!(holds(when, &it), "{when}");
        assert!(compile(when).unwrap().names(Variable::parse(name).unwrap()), "{when}");
    }
    assert_eq!(covered.map(|it| it.0), Variable::ALL.map(Variable::name), "each variable, in order");
    // The same of a request that says nothing.
    let bare = request("{}");
    for when in [
        "provider == '' && messages == 0 && max_tokens == 0 && session == ''",
        "!has_tools && !has_audio && !sensitive && language == '' && complexity == 0.0 && size(tags) == 0",
        "size(headers) == 0 && size(params) == 0 && size(metadata) == 0",
    ] {
        assert!(holds(when, &bare), "{when}");
    }
}

#[test]
fn the_hour_is_that_of_the_configured_zone() {
    let mut it = request("{}");
    it.at = Now { wall: LATE, ..Now::default() };
    let mut policy = policy([rule("night", "hour == 0 && weekday == 6", &[("c/m", 1.0)])]);
    assert_ne!(plan(&policy, &it).0, ["c/m"]);
    policy.rules.time_zone = TimeZone::fixed(jiff::tz::offset(1));
    assert_eq!(plan(&policy, &it).0, ["c/m"]);
}

#[test]
fn other_dialects_are_looked_into_as_well() {
    let words = "Quelle est la capitale et comment y aller avec les enfants dans une voiture ?";
    for (dialect, body, kind) in [
        (
            Dialect::Anthropic,
            format!(
                r#"{{"messages":[{{"role":"user","content":"{words}"}},{{"role":"user","content":[{{"type":"tool_result","content":"the and of to"}}]}}]}}"#
            ),
            "messages",
        ),
        (Dialect::OpenaiResponses, format!(r#"{{"input":"{words}"}}"#), "responses"),
        (
            Dialect::OpenaiResponses,
            format!(
                r#"{{"input":[{{"role":"user","content":[{{"type":"input_text","text":"{words}"}}]}},{{"type":"function_call_output","output":"the of"}}]}}"#
            ),
            "responses",
        ),
        (Dialect::Gemini, format!(r#"{{"contents":[{{"role":"user","parts":[{{"text":"{words}"}}]}}]}}"#), "chat"),
    ] {
        let mut it = request(&body);
        it.dialect = dialect;
        assert!(holds(&format!("language == 'fr' && messages > 0 && request_type == '{kind}'"), &it), "{body}");
    }
}

#[test]
fn a_rule_that_fails_is_not_matched_and_the_trail_says_why_without_repeating_the_request() {
    let mut it = request("{}");
    it.envelope.headers = vec![("x-id".to_owned(), "hunter2".to_owned())];
    for (when, why) in [
        ("headers['x-team'] == 'red'", "there is no `x-team`"),
        ("params[headers['x-id']] == ''", "a name it looks up is not there"),
        ("int(headers['x-id']) > 5", "`int` cannot take this value"),
        ("est_cost > 0.0", "`est_cost` is not known of this request"),
        ("1 / messages > 5", "it divides by zero"),
        ("tags[3] == 'x'", "a list is shorter than it expects"),
        ("messages - 9223372036854775807 - 9 < 0", "a number becomes too large"),
    ] {
        let policy = policy([rule("bad", when, &[("c/m", 1.0)]), rule("next", "true", &[("b/m", 1.0)])]);
        let (targets, trail) = plan(&policy, &it);
        assert_eq!(targets, ["b/m"], "{when}");
        assert_eq!(trail[0].to_string(), format!("rule bad not matched: {why}"), "{when}");
        assert!(!format!("{trail:?}").contains("hunter2"), "{when}");
    }
}

#[test]
fn health_tells_of_the_best_key() {
    let mut policy = policy([rule("sick", "health['a/m'] == 'failed'", &[("c/m", 1.0)])]);
    policy.providers.insert("a".into(), provider("a", &[1, 9]));
    let mut fleet = FleetView::default();
    let id = |key| SeatId { provider: "a".into(), model: Some("m".into()), key: Some(KeyId(key)) };
    let first = |fleet: &FleetView| {
        decide(&policy, &ask(1, "a/m"), fleet, &mut Dice::of(RequestId(1), 7)).plan[0].target.to_string()
    };
    fleet.standings.insert(id(1), Standing::Out { until: Moment(9), why: Why::Tripped });
    assert_eq!(first(&fleet), "a/m", "its other key is well");
    fleet.standings.insert(id(9), Standing::Out { until: Moment(9), why: Why::Tripped });
    assert_eq!(first(&fleet), "c/m");
}

#[test]
fn times_and_errors_are_those_of_the_live_windows_of_all_keys() {
    use crate::route::health::LiveSeats;
    use crate::route::live::{Class, Live};

    let mut live = Live::default();
    let mut other = Live::default();
    for _ in 0..3 {
        live.answered(Class::of(true, 0), std::time::Duration::from_secs(4), Moment(1));
    }
    other.cut(Moment(1));
    let id = |key| SeatId { provider: "a".into(), model: Some("m".into()), key: Some(KeyId(key)) };
    let seats = [(id(1), Arc::new(live)), (id(9), Arc::new(other))];
    let fleet = FleetView { live: Arc::new(LiveSeats(seats.into())), ..FleetView::default() };
    let to = |when: &str, fleet: &FleetView| {
        let mut policy = policy([rule("slow", when, &[("c/m", 1.0)])]);
        policy.providers.insert("a".into(), provider("a", &[1, 9]));
        decide(&policy, &ask(1, "a/m"), fleet, &mut Dice::of(RequestId(1), 7)).plan[0].target.to_string()
    };
    for (when, target) in [
        ("ttft_p50['a/m'] > 3.9 && ttft_p50['a/m'] < 4.1", "c/m"),
        ("error_rate['a/m'] == 0.25", "c/m"),
        ("error_rate['a/m'] > 0.25", "a/m"),
        ("ttft_p50['b/m'] > 0.0 || error_rate['b/m'] > 0.0", "a/m"),
        ("ttft_p50['nobody/m'] == 0.0", "a/m"),
    ] {
        assert_eq!(to(when, &fleet), target, "{when}");
        assert_eq!(to("ttft_p50['a/m'] + error_rate['a/m'] > 0.0", &FleetView::default()), "a/m", "nothing is known");
    }
    assert!(compile("ttft_p50['a/m'] == 'fast'").is_err_and(|it| it.what.contains("never equal")));
}

#[test]
fn a_request_that_names_no_model_is_left_alone() {
    let policy = policy([rule("all", "true", &[("c/m", 1.0)])]);
    let mut it = ask(1, "");
    it.operation = crate::domain::operation::Operation::Relay(Box::new(crate::domain::operation::Relayed {
        method: http::Method::GET,
        path: "files".to_owned(),
        query: None,
        content_type: None,
        provider: Some("a".to_owned()),
    }));
    let (_, trail) = plan(&policy, &it);
    assert_eq!(trail[0].to_string(), "named target a/files");
}

mod any_text {
    use proptest::prelude::*;

    use super::*;

    /// Texts that are nearly conditions.
    fn nearly() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "model",
            "tags",
            "headers",
            "stream",
            "prompt_tokens",
            "complexity",
            "x",
            "has",
            "exists",
            "all",
            "map",
            "matches",
            "size",
            "int",
            "optional",
            "of",
            "orValue",
            "true",
            "null",
            "1",
            "-9223372036854775808",
            "1.5",
            "0u",
            "1e999",
            "'a'",
            "\"b\"",
            "b'c'",
            "'\\",
            "'''",
            "r'",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "?",
            ":",
            ",",
            ".",
            ".?",
            "[?",
            "==",
            "!=",
            "<",
            ">=",
            "&&",
            "||",
            "!",
            "+",
            "-",
            "*",
            "/",
            "%",
            "in",
            " ",
            "\n",
            "`",
            "\\u00",
            "ü",
            "\0",
            "//c",
        ]);
        prop::collection::vec(word, 0..24).prop_map(|it| it.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

        #[test]
        fn never_panics(text in prop_oneof![nearly(), any::<String>()]) {
            let it = request(r#"{"messages":[]}"#);
            match compile(&text) {
                Ok(sound) => {
                    // What was let through gives true, false or a reason, and stays what it was.
                    prop_assert_eq!(sound.text(), text.as_str());
                    let rule = Rule { when: Arc::new(sound), ..rule("r", "true", &[("c/m", 1.0)]) };
                    let (targets, _) = plan(&policy([rule]), &it);
                    prop_assert!(!targets.is_empty());
                }
                Err(fault) => {
                    prop_assert!(fault.line >= 1 && fault.column >= 1 && !fault.what.is_empty());
                    let caret = fault.drawn(&text);
                    prop_assert!(caret.ends_with('^'));
                }
            }
        }
    }
}
