use std::sync::Arc;

use super::*;
use crate::domain::caller::CallerIds;
use crate::domain::dialect::Dialect;
use crate::domain::id::RequestId;
use crate::domain::money::Usd;
use crate::domain::policy::Billing;
use crate::domain::usage::{Source, Usage};
use crate::store::migrations;
use crate::store::open::{Access, open};
use crate::store::{
    AttemptRecord, AttemptState, Baseline, Cost, FailureNote, Head, Ledger, Outcome, ProcessKind, RequestRecord,
};

/// The `n`th of many that are all different.
fn record(id: RequestId, n: u64) -> RequestRecord {
    let pick = |of: u64| n / 7 % of;
    let failed = FailureNote { kind: "overload", code: "busy", detail: String::new() };
    let attempt = |nth: u32, error: Option<FailureNote>| AttemptRecord {
        n: nth,
        provider: ["openai", "groq"][usize::try_from(pick(2)).unwrap()].into(),
        model: format!("m{}", n % 3).as_str().into(),
        key: None,
        key_name: n.is_multiple_of(2).then(|| "main".into()),
        billing: [Billing::Metered, Billing::Subscription, Billing::Free][usize::try_from(n % 3).unwrap()],
        lane: "verbatim",
        resume: None,
        equivalent: (!n.is_multiple_of(3)).then(|| Usd::from_pico(n.cast_signed() * 11)),
        priced_by: None,
        started_us: 3,
        first_content_us: (!n.is_multiple_of(4)).then_some(n * 7_919 % 3_000_000),
        total_us: n * 104_729 % 60_000_000,
        status: Some(200),
        state: if error.is_some() { AttemptState::Voided } else { AttemptState::Settled },
        error,
        retry_after_ms: None,
        usage: (!n.is_multiple_of(5)).then(|| Usage {
            input: n * 31,
            cache_read: n * 17,
            cache_write: n % 3,
            cache_write_1h: n % 2,
            output: n,
            reasoning: n / 2,
            source: Source::Provider,
            ..Usage::default()
        }),
        cost: match n % 4 {
            0 => Cost::Exact(Usd::from_pico(n.cast_signed() * 1_000_003)),
            1 => Cost::Estimated(Usd::from_pico(n.cast_signed())),
            2 => Cost::InDoubt((n % 8 == 2).then_some(Usd::from_pico(5))),
            _ => Cost::Unpriced,
        },
    };
    let mut attempts = vec![attempt(1, n.is_multiple_of(6).then(|| failed.clone()))];
    if n.is_multiple_of(6) {
        attempts.push(attempt(2, None));
    }
    RequestRecord {
        id,
        head: Arc::new(Head {
            at: Stamp((n * 977_777_777).cast_signed()),
            dialect: Dialect::Anthropic,
            operation: "chat".into(),
            asked: "m".to_owned(),
            group: (!n.is_multiple_of(3)).then(|| "smart".into()),
            client: format!("client {}", pick(3)),
            caller: CallerIds { virtual_key: (!n.is_multiple_of(2)).then_some(4), team: None, customer: Some(2) },
            session: (!n.is_multiple_of(4)).then(|| format!("s{}", n % 9)),
            stream: n % 5 > 1,
        }),
        total_us: 9,
        first_content_us: None,
        overhead_us: n % 900,
        status: 200,
        outcome: [Outcome::Ok, Outcome::Cut, Outcome::Failed][usize::try_from(pick(3)).unwrap()],
        provider: Some(attempts[0].provider.clone()),
        model: Some(attempts[0].model.clone()),
        key_name: attempts[0].key_name.clone(),
        served_model: None,
        finish: None,
        usage: None,
        cost: Cost::Exact(Usd::from_pico(n.cast_signed() * 1_000_003)),
        reported_cost: None,
        baseline: n.is_multiple_of(4).then(|| Baseline {
            usd: Usd::from_pico(n.cast_signed() * 2_000_000),
            cache_saved: Usd::from_pico(50 - n.cast_signed()),
        }),
        moved: false,
        error: (pick(3) == 2).then_some(failed),
        losses: Vec::new(),
        attempts,
        decision: None,
    }
}

/// Everything that is summed up, as it is in the file.
fn written(conn: &Connection) -> Vec<Vec<rusqlite::types::Value>> {
    let tables = [
        ("SELECT hour, cell FROM rollup_hours ORDER BY hour", 2),
        ("SELECT hour, session, cell FROM rollup_sessions ORDER BY hour, session", 3),
        ("SELECT hour, kind, code, attempts, requests FROM rollup_errors ORDER BY hour, kind, code", 5),
        (
            "SELECT hour, client, provider, model, key_name, group_name, virtual_key, team, customer, cell
             FROM rollups JOIN rollup_series ON id = series ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
            10,
        ),
    ];
    let mut all = Vec::new();
    for (sql, columns) in tables {
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
        let before = all.len();
        all.extend(rows.unwrap().map(Result::unwrap));
        assert!(all.len() > before + 2, "nothing from {sql}");
    }
    all
}

#[test]
fn a_ledger_summed_up_late_is_one_summed_up_as_it_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.db");
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        for n in 0..500 {
            let slot = ledger.slot().await.unwrap();
            let record = record(slot.id(), n);
            slot.settle(Arc::new(record));
            if n.is_multiple_of(50) {
                ledger.flush().await.unwrap();
            }
        }
    });
    ledger.close();
    let conn = open(&path, Access::ReadWrite).unwrap().into_conn();
    let before = written(&conn);
    conn.execute_batch(
        "DELETE FROM rollups; DELETE FROM rollup_hours; DELETE FROM rollup_sessions; DELETE FROM rollup_series;
         DELETE FROM rollup_errors",
    )
    .unwrap();
    fill(&conn).unwrap();
    assert!(written(&conn) == before, "they differ");
}

#[test]
fn a_file_from_before_there_were_sums_has_them_after_its_migration() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.db");
    let mut conn = Connection::open(&path).unwrap();
    let before = migrations::STEPS.iter().position(|it| *it == SCHEMA).unwrap();
    migrations::run(&mut conn, &path, &migrations::STEPS[..before]).unwrap();
    let insert = "INSERT INTO requests (id, process, started, dialect, asked, client, stream, outcome, cost_kind)
         VALUES (?1, 1, ?2, 'anthropic', 'm', 'c', 1, 'ok', 'exact')";
    for (id, at) in [(1, 5), (2, HOUR - 1), (3, HOUR)] {
        conn.execute(insert, [id, at]).unwrap();
    }
    migrations::run(&mut conn, &path, migrations::STEPS).unwrap();
    let range = crate::store::stats::Range { from: Stamp(0), to: Stamp(HOUR) };
    assert_eq!(Reading::new(&conn, range).unwrap().totals().unwrap()[Sum::Requests], 2);
    let hours: i64 = conn.query_row("SELECT count(*) FROM rollup_hours", [], |row| row.get(0)).unwrap();
    assert_eq!(hours, 2);
}
