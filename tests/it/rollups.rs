//! What the ledger has summed up, against the rows themselves: sums that lie cost more than none.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use llmroute::domain::caller::CallerIds;
use llmroute::domain::clock::Stamp;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::id::{KeyId, RequestId};
use llmroute::domain::money::Usd;
use llmroute::domain::policy::Billing;
use llmroute::domain::usage::{Source, Usage};
use llmroute::store::stats::{self, By, Range, StatsReport};
use llmroute::store::{
    Access, AttemptRecord, AttemptState, Baseline, Cost, FailureNote, Head, Intent, Ledger, Outcome, ProcessKind,
    RequestRecord, open,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use rusqlite::{Connection, params};

const HOUR: i64 = 3_600_000_000;
/// 2026-11-20, 00:00 UTC.
const DAY: i64 = 1_795_132_800_000_000;

/// One request as chance made it.
#[derive(Debug, Clone)]
struct Told {
    at: i64,
    client: &'static str,
    group: Option<&'static str>,
    session: Option<&'static str>,
    caller: CallerIds,
    stream: bool,
    outcome: Outcome,
    answered: bool,
    overhead: u64,
    error: Option<&'static str>,
    attempts: Vec<Tried>,
    /// The process dies before it is settled.
    orphaned: bool,
    /// Its record knows of one attempt less than were sent.
    forgets: bool,
}

#[derive(Debug, Clone)]
struct Tried {
    provider: &'static str,
    key: Option<&'static str>,
    billing: Billing,
    state: AttemptState,
    error: Option<&'static str>,
    first: Option<u64>,
    total: u64,
    usage: Option<(u64, u64, u64)>,
    cost: Cost,
}

fn tried() -> impl Strategy<Value = Tried> {
    let usd = (0..5_000_000_000i64).prop_map(Usd::from_pico);
    let cost = prop_oneof![
        usd.clone().prop_map(Cost::Exact),
        usd.clone().prop_map(Cost::Estimated),
        proptest::option::of(usd).prop_map(Cost::InDoubt),
        Just(Cost::Unpriced)
    ];
    (
        select(vec!["openai", "groq", "kimi"]),
        proptest::option::of(select(vec!["main", "work"])),
        select(vec![Billing::Metered, Billing::Subscription, Billing::Free]),
        select(vec![AttemptState::Settled, AttemptState::Voided, AttemptState::Uncertain]),
        proptest::option::of(select(vec!["busy", "timeout", "hedge_lost"])),
        proptest::option::of(1..9_000_000u64),
        0..90_000_000u64,
        proptest::option::of((0..90_000u64, 0..9_000u64, 0..5_000u64)),
        cost,
    )
        .prop_map(|(provider, key, billing, state, error, first, total, usage, cost)| Tried {
            provider,
            key,
            billing,
            state,
            error,
            first,
            total,
            usage,
            cost,
        })
}

fn told() -> impl Strategy<Value = Told> {
    let who = proptest::option::of(1..4i64).prop_map(|it| CallerIds {
        virtual_key: it,
        team: it.map(|it| it % 2 + 7),
        customer: None,
    });
    let outcomes = vec![Outcome::Ok, Outcome::Ok, Outcome::Refused, Outcome::Failed, Outcome::Cut, Outcome::ClientGone];
    (
        (0..5 * HOUR).prop_map(|it| DAY + it),
        (select(vec!["python", "claude-code", ""]), proptest::option::of(select(vec!["smart", "fast"]))),
        (proptest::option::of(select(vec!["s1", "s2"])), who),
        (any::<bool>(), select(outcomes), any::<bool>(), 0..4_000u64),
        proptest::option::of(select(vec!["busy", "no_route"])),
        prop::collection::vec(tried(), 0..4),
        (prop::bool::weighted(0.1), prop::bool::weighted(0.1)),
    )
        .prop_map(
            |(at, (client, group), (session, caller), (stream, outcome, answered, overhead), error, attempts, ends)| {
                Told {
                    at,
                    client,
                    group,
                    session,
                    caller,
                    stream,
                    outcome,
                    answered,
                    overhead,
                    error,
                    attempts,
                    orphaned: ends.0,
                    forgets: ends.1,
                }
            },
        )
}

impl Told {
    fn head(&self) -> Arc<Head> {
        Arc::new(Head {
            at: Stamp(self.at),
            dialect: Dialect::OpenaiChat,
            operation: "chat".into(),
            asked: "smart".to_owned(),
            group: self.group.map(Into::into),
            client: self.client.to_owned(),
            caller: self.caller,
            session: self.session.map(str::to_owned),
            stream: self.stream,
        })
    }

    fn record(&self, id: RequestId) -> Arc<RequestRecord> {
        let note = |code| FailureNote { kind: "overload", code, detail: String::new() };
        let known = self.attempts.len() - usize::from(self.forgets && !self.attempts.is_empty());
        let attempts: Vec<_> = (1..)
            .zip(&self.attempts[..known])
            .map(|(n, it)| AttemptRecord {
                n,
                provider: it.provider.into(),
                model: "m".into(),
                key: Some(KeyId(1)),
                key_name: it.key.map(Into::into),
                billing: it.billing,
                lane: "verbatim",
                resume: None,
                equivalent: (it.billing == Billing::Subscription)
                    .then_some(it.first)
                    .flatten()
                    .map(|it| Usd::from_pico(it.cast_signed())),
                started_us: 5,
                first_content_us: it.first,
                total_us: it.total,
                status: Some(200),
                state: it.state,
                error: it.error.map(note),
                retry_after_ms: None,
                usage: it.usage.map(|(input, cache_read, output)| Usage {
                    input,
                    cache_read,
                    output,
                    source: Source::Provider,
                    ..Usage::default()
                }),
                cost: it.cost,
                priced_by: None,
            })
            .collect();
        let seat = self.attempts.first().filter(|_| self.answered);
        Arc::new(RequestRecord {
            id,
            head: self.head(),
            total_us: 1_000,
            first_content_us: Some(500),
            overhead_us: self.overhead,
            status: 200,
            outcome: self.outcome,
            provider: seat.map(|it| it.provider.into()),
            model: seat.map(|_| "m".into()),
            key_name: seat.and_then(|it| it.key).map(Into::into),
            served_model: None,
            finish: None,
            usage: None,
            cost: attempts.iter().map(|it| it.cost).reduce(Cost::plus).unwrap_or(Cost::Exact(Usd::ZERO)),
            reported_cost: None,
            baseline: self.answered.then(|| Baseline {
                usd: Usd::from_pico(self.at - DAY),
                cache_saved: Usd::from_pico(self.overhead.cast_signed() - 2_000),
            }),
            moved: false,
            error: self.error.map(note),
            losses: Vec::new(),
            attempts,
            decision: None,
        })
    }
}

/// Writes them as a server would, dies, and starts anew, so that what was left open is booked.
fn fill(path: &Path, all: &[Told]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let ledger = Ledger::start(path, ProcessKind::Server).unwrap();
    runtime.block_on(async {
        for told in all {
            let slot = ledger.slot().await.unwrap();
            let head = told.head();
            for (n, it) in (1..).zip(&told.attempts) {
                let intent = Intent {
                    id: slot.id(),
                    head: &head,
                    attempt: n,
                    at: Stamp(told.at),
                    provider: it.provider,
                    model: "m",
                    key: Some(KeyId(1)),
                    key_name: it.key,
                    billing: it.billing,
                    input_estimate: 9,
                    expected_cost: (n % 2 == 1).then_some(Usd::from_pico(77)),
                    strict: false,
                };
                ledger.intent(&intent).await.unwrap();
            }
            if !told.orphaned {
                let id = slot.id();
                slot.settle(told.record(id));
            }
        }
    });
    ledger.close();
    Ledger::start(path, ProcessKind::Server).unwrap().close();
}

/// The same sums made from the rows, by SQL alone.
fn of_rows(conn: &Connection, range: Range, request: &str, attempt: &str) -> BTreeMap<Option<String>, Vec<i64>> {
    let mut sums: BTreeMap<Option<String>, Vec<i64>> = BTreeMap::new();
    let mut put = |sql: String, from: usize, width: usize| {
        let mut statement = conn.prepare(&sql).unwrap();
        let mut rows = statement.query(params![range.from.0, range.to.0]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let all = sums.entry(row.get(0).unwrap()).or_insert_with(|| vec![0; 30]);
            for at in 0..width {
                all[from + at] = row.get::<_, Option<i64>>(1 + at).unwrap().unwrap_or(0);
            }
        }
    };
    let saved = "baseline IS NOT NULL AND cost_kind IN ('exact', 'estimated')";
    let ended = |word: &str| format!("count(*) FILTER (WHERE outcome = '{word}')");
    put(
        format!(
            "SELECT {request}, count(*), {}, {}, {}, {}, {}, {},
                count(*) FILTER (WHERE outcome = 'ok' AND EXISTS (SELECT 1 FROM attempts a WHERE a.request = r.id
                    AND a.kind IS NOT NULL AND a.code <> 'hedge_lost')),
                count(*) FILTER (WHERE overhead_us > 0), count(*) FILTER (WHERE {saved}),
                sum(baseline) FILTER (WHERE {saved}), sum(cost) FILTER (WHERE {saved}),
                sum(cache_saved) FILTER (WHERE {saved})
             FROM requests r WHERE started >= ?1 AND started < ?2 GROUP BY 1",
            ended("ok"),
            ended("refused"),
            ended("failed"),
            ended("cut"),
            ended("client_gone"),
            ended("in_doubt")
        ),
        0,
        13,
    );
    let cost = |kind: &str| format!("sum(a.cost) FILTER (WHERE a.cost_kind = '{kind}')");
    let answered = "a.state = 'settled' AND a.kind IS NULL";
    put(
        format!(
            "SELECT {attempt}, count(*) FILTER (WHERE a.n = 1), count(*) FILTER (WHERE a.n = 1 AND {answered}),
                sum(a.input), sum(a.cache_read), sum(a.output), sum(a.reasoning), {}, {}, {},
                count(*) FILTER (WHERE a.cost_kind = 'in-doubt'), count(*) FILTER (WHERE a.cost_kind = 'unpriced'),
                count(*) FILTER (WHERE a.billing = 'subscription' AND {answered}),
                count(*) FILTER (WHERE a.billing = 'free' AND {answered}),
                count(a.first_us) FILTER (WHERE r.stream), count(a.total_us) FILTER (WHERE {answered}),
                sum(a.equivalent) FILTER (WHERE a.billing = 'subscription' AND {answered}),
                count(*) FILTER (WHERE a.billing = 'subscription' AND {answered} AND a.equivalent IS NULL)
             FROM requests r JOIN attempts a ON a.request = r.id WHERE r.started >= ?1 AND r.started < ?2 GROUP BY 1",
            cost("exact"),
            cost("estimated"),
            cost("in-doubt")
        ),
        13,
        17,
    );
    sums
}

fn of_report(sums: &stats::Sums) -> Vec<i64> {
    let stats::Sums { requests: r, tokens: t, money: m, savings: s, first, ttft, total, overhead } = sums;
    assert_eq!(r.failing, r.rescued + r.failed + r.cut);
    let counts = [r.all, r.ok, r.refused, r.failed, r.cut, r.client_gone, r.in_doubt, r.rescued, overhead.n];
    let whole = |it: &u64| i64::try_from(*it).unwrap();
    let saved = [whole(&s.requests), s.baseline.pico(), s.cost.pico(), s.prompt_cache.pico()];
    let tried = [first.all, first.ok, t.input, t.cache_read, t.output, t.reasoning];
    let usd = [m.exact, m.estimated, m.in_doubt].map(Usd::pico);
    let marks = [m.in_doubt_count, m.unpriced, m.subscription, m.free, ttft.n, total.n];
    let fee = [m.equivalent.pico(), whole(&m.equivalent_unknown)];
    let ended = counts.iter().map(whole).chain(saved);
    ended.chain(tried.iter().map(whole)).chain(usd).chain(marks.iter().map(whole)).chain(fee).collect()
}

fn rows_of(report: &StatsReport) -> BTreeMap<Option<String>, Vec<i64>> {
    report.rows.iter().map(|it| (it.name.clone(), of_report(&it.sums))).collect()
}

fn ranges() -> Vec<Range> {
    let of = |from: i64, to: i64| Range { from: Stamp(from), to: Stamp(to) };
    vec![
        of(0, i64::MAX),
        of(DAY, DAY + 5 * HOUR),
        of(DAY + HOUR, DAY + 3 * HOUR),
        of(DAY + HOUR / 2, DAY + 4 * HOUR + HOUR / 3),
        of(DAY + HOUR / 4, DAY + HOUR / 2),
        of(DAY + HOUR / 4, DAY + HOUR + 1),
        of(DAY + 2 * HOUR, DAY + 2 * HOUR + 1),
        of(DAY + 2 * HOUR, DAY + 2 * HOUR),
        of(DAY - 9 * HOUR, DAY),
    ]
}

fn compare(path: &Path) {
    let db = open(path, Access::ReadOnly).unwrap();
    let conn = Connection::open(path).unwrap();
    let model = "provider || '/' || IIF(provider IS NULL, NULL, 'm')";
    let mut named = vec![(By::Provider, "r.provider".to_owned(), "a.provider".to_owned())];
    named.push((By::Model, format!("r.{model}"), "a.provider || '/' || a.model".to_owned()));
    named.push((By::Key, "r.provider || ' ' || r.key_name".into(), "a.provider || ' ' || a.key_name".into()));
    named.push((
        By::GroupTarget,
        "r.group_name || ' ' || r.provider || '/' || r.model".into(),
        "r.group_name || ' ' || a.provider || '/' || a.model".into(),
    ));
    let of_caller = [
        (By::Client, "r.client"),
        (By::Session, "r.session"),
        (By::Group, "r.group_name"),
        (By::VirtualKey, "'id ' || r.virtual_key"),
        (By::Team, "'id ' || r.team"),
        (By::Customer, "'id ' || r.customer"),
    ];
    for range in ranges() {
        let all = of_rows(&conn, range, "NULL", "NULL").remove(&None).unwrap_or_else(|| vec![0; 30]);
        for (by, request, attempt) in &named {
            let report = stats::report(&db, range, by).unwrap();
            assert_eq!(of_report(&report.totals), all, "{range:?}");
            let mut rows = of_rows(&conn, range, request, attempt);
            rows.remove(&None);
            assert_eq!(rows_of(&report), rows, "{by:?} {range:?}");
        }
        for (by, column) in &of_caller {
            let report = stats::report(&db, range, by).unwrap();
            assert_eq!(rows_of(&report), of_rows(&conn, range, column, column), "{by:?} {range:?}");
        }
        errors(&conn, range, &stats::report(&db, range, &By::Total).unwrap());
        for zone in ["UTC", "Europe/Berlin", "Asia/Kathmandu"] {
            let zone = TimeZone::get(zone).unwrap();
            for by in [By::Day(zone.clone()), By::Hour(zone)] {
                let report = stats::report(&db, range, &by).unwrap();
                let mut sum = vec![0; 30];
                for row in &report.rows {
                    for (sum, it) in sum.iter_mut().zip(of_report(&row.sums)) {
                        *sum += it;
                    }
                }
                assert_eq!(sum, all, "{by:?} {range:?}: the parts are the whole");
                for (at, row) in report.rows.iter().enumerate() {
                    let next = report.rows.get(at + 1).and_then(|it| it.start).unwrap_or(Stamp(i64::MAX));
                    let part = Range { from: row.start.unwrap().max(range.from), to: next.min(range.to) };
                    let exact = of_rows(&conn, part, "NULL", "NULL").remove(&None).unwrap_or_else(|| vec![0; 30]);
                    assert_eq!(of_report(&row.sums), exact, "{by:?} {part:?}");
                }
            }
        }
    }
}

/// The same every time.
fn drawn(n: usize) -> Vec<Told> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    (0..n).map(|_| told().new_tree(&mut runner).unwrap().current()).collect()
}

fn errors(conn: &Connection, range: Range, report: &StatsReport) {
    let sql = "
        SELECT code, sum(tried), sum(ended) FROM (
            SELECT a.code, 1 AS tried, 0 AS ended FROM requests r JOIN attempts a ON a.request = r.id
            WHERE r.started >= ?1 AND r.started < ?2 AND a.code IS NOT NULL
            UNION ALL SELECT code, 0, 1 FROM requests WHERE started >= ?1 AND started < ?2 AND code IS NOT NULL)
        GROUP BY code";
    let mut statement = conn.prepare(sql).unwrap();
    let rows = statement.query_map([range.from.0, range.to.0], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))));
    let rows: BTreeMap<String, (i64, i64)> = rows.unwrap().map(Result::unwrap).collect();
    let whole = |n: u64| i64::try_from(n).unwrap();
    let seen = report.errors.iter().map(|it| (it.code.clone(), (whole(it.attempts), whole(it.requests))));
    assert_eq!(seen.collect::<BTreeMap<_, _>>(), rows, "{range:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn sums_equal_the_rows_also_of_what_was_left_open(all in prop::collection::vec(told(), 0..60)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("llmroute.db");
        fill(&path, &all);
        compare(&path);
    }
}

#[test]
fn what_is_summed_up_stays_when_its_rows_are_pruned() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("llmroute.db");
    fill(&path, &drawn(80));
    let of = |from: i64, to: i64, by: &By| {
        let db = open(&path, Access::ReadOnly).unwrap();
        stats::report(&db, Range { from: Stamp(from), to: Stamp(to) }, by).unwrap()
    };
    let day = |by: &By| of(DAY - HOUR, DAY + 9 * HOUR, by);
    let by = [By::Model, By::Client, By::Session, By::VirtualKey, By::Day(TimeZone::UTC), By::Hour(TimeZone::UTC)];
    let before: Vec<_> = by.iter().map(day).collect();
    assert!(before[0].totals.requests.all > 50);
    let (half, second) = (of(DAY + HOUR / 2, DAY + 2 * HOUR, &By::Total), of(DAY + HOUR, DAY + 2 * HOUR, &By::Total));
    assert_ne!(half.totals, second.totals, "something happened between 00:30 and 01:00");

    let conn = Connection::open(&path).unwrap();
    // What is sealed may go.
    conn.execute("INSERT INTO ledger_seals VALUES (9999, 1, x'00', 0, 0, 0, 0, 0, 0, x'00')", []).unwrap();
    conn.execute("DELETE FROM ledger_requests WHERE started < ?1", [DAY + 3 * HOUR]).unwrap();
    conn.execute("DELETE FROM ledger_attempts WHERE request NOT IN (SELECT id FROM ledger_requests)", []).unwrap();
    for (by, before) in by.iter().zip(&before) {
        assert_eq!(&day(by), before, "{by:?}");
    }
    // An hour that cannot be divided any more belongs to the span that it begins in.
    assert_eq!(of(DAY + HOUR / 2, DAY + 2 * HOUR, &By::Total).totals, second.totals);
    assert_eq!(of(DAY, DAY + HOUR / 2, &By::Total).totals, of(DAY, DAY + HOUR, &By::Total).totals);
}

#[test]
fn sums_that_cannot_be_read_are_said_to_be_damaged() {
    for (table, by) in [("rollup_hours", By::Total), ("rollups", By::Client), ("rollup_sessions", By::Session)] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("llmroute.db");
        fill(&path, &drawn(3));
        let conn = Connection::open(&path).unwrap();
        conn.execute(&format!("UPDATE {table} SET cell = substr(cell, 1, length(cell) - 1)"), []).unwrap();
        let db = open(&path, Access::ReadOnly).unwrap();
        let error = stats::report(&db, Range { from: Stamp(0), to: Stamp(i64::MAX) }, &by).unwrap_err();
        assert_eq!(error.code(), "db-corrupt", "{table}");
    }
}
