//! `bench proxy` against simulated providers: a detour that costs nothing is measured as nothing, a slow one as what
//! it costs, and failures are counted instead of measured.

use std::time::Duration;

use llmroute::bench::load::{Pace, Pool};
use llmroute::bench::proxy::{ProxyPlan, proxy};
use llmroute::bench::shape::{Endpoint, Shape};
use llmroute::sim::{Canned, Latency, Persona, Script, Sim};

fn endpoint(sim: &Sim) -> Endpoint {
    let path = "/v1/chat/completions".to_owned();
    Endpoint { address: sim.addr(), path, model: "sim-bench".to_owned(), bearer: Some("k".to_owned()) }
}

async fn bench(first: u64, per_token: u64) -> Sim {
    let latency = Latency { first: Duration::from_millis(first), per_token: Duration::from_millis(per_token) };
    Sim::start(Persona::bench(latency, Canned { events: 8, text_bytes: 300 })).await.expect("start")
}

fn short_plan() -> ProxyPlan {
    ProxyPlan { connections: vec![1, 4], blocks: 6, requests: 6, warm_up: 1, ..ProxyPlan::default() }
}

#[tokio::test]
async fn a_detour_is_measured_by_what_it_costs() {
    let (near, far) = (bench(0, 2).await, bench(50, 2).await);
    let mut steps = Vec::new();
    let me = Some(std::process::id());
    let report =
        proxy(&short_plan(), endpoint(&near), endpoint(&far), me, |it| steps.push(it.done)).await.expect("measured");
    assert_eq!(report.rows.len(), 6);
    assert_eq!(steps, (1..=36).collect::<Vec<_>>());
    for row in &report.rows {
        let added = row.added.expect("six blocks carry an interval");
        // The detour waits 50 ms: so long that a machine which does other things besides cannot take half of it away by being
        // slow on the straight way only.
        assert!(added.value > 25_000.0, "{:?} × {}: {added:?}", row.shape, row.connections);
        assert!(added.low.is_some_and(|it| it <= added.value));
        assert_eq!((row.direct.failed, row.through.failed), (0, 0));
        assert_eq!(row.direct.answered, row.through.answered);
        assert_eq!(row.added_first.is_some(), row.shape == Shape::SmallStream);
        assert_eq!(row.cpu_per_request.is_some(), cfg!(target_os = "linux"));
        if let Some(gap) = &row.direct.longest_gap {
            let middle = gap.p50.expect("a median").value;
            assert!(middle > 1_500.0, "events 2 ms apart, and the longest gap is {middle} µs");
        }
    }
    let json = serde_json::to_value(&report).expect("serialisable");
    assert_eq!((&json["schema_version"], &json["rows"][0]["shape"]), (&1.into(), &"small-chat".into()));
}

#[tokio::test]
async fn failures_are_counted_and_explained() {
    let good = bench(0, 0).await;
    let bad = Sim::start(Persona::plain("bad")).await.expect("start");
    bad.script().always(Script::status(503));
    let plan = ProxyPlan { shapes: vec![Shape::SmallChat], ..short_plan() };
    let report = proxy(&plan, endpoint(&good), endpoint(&bad), None, |_| {}).await.expect("measured");
    for row in &report.rows {
        assert_eq!((row.through.answered, row.through.failed), (0, row.direct.answered as u64));
        assert_eq!(row.through.first_failure.as_deref(), Some("the answer has status 503"));
        assert_eq!(row.added, None);
    }
    assert_eq!(report.notes.len(), 2, "{:?}", report.notes);
}

#[tokio::test]
async fn cut_streams_are_failures() {
    let sim = Sim::start(Persona::plain("p")).await.expect("start");
    sim.script().always(Script::no_terminal());
    let mut pool = Pool::open(endpoint(&sim), Shape::SmallStream, 2).await.expect("open");
    let run = pool.run(4, Pace::Closed).await.expect("run");
    assert_eq!((run.samples.len(), run.failed), (0, 4));
    assert_eq!(run.first_failure.as_deref(), Some("the stream has no proper end"));
    sim.script().clear();
    let run = pool.run(4, Pace::Closed).await.expect("run");
    assert_eq!((run.samples.len(), run.failed), (4, 0));
    assert!(run.samples.iter().all(|it| it.events > 10 && it.first > 0));
}

#[tokio::test]
async fn an_open_loop_keeps_its_rate_and_charges_the_wait() {
    let sim = bench(10, 0).await;
    let mut pool = Pool::open(endpoint(&sim), Shape::SmallChat, 1).await.expect("open");
    // 200 a second over one connection that can do fewer than 100: the queue grows, and the latencies with it.
    let run = pool.run(30, Pace::Open { per_second: 200.0, seed: 3 }).await.expect("run");
    let latencies: Vec<u64> = run.samples.iter().map(|it| it.latency).collect();
    assert!(latencies.last() > Some(&100_000), "{latencies:?}");
    assert!(run.per_second() < 100.0);
}
