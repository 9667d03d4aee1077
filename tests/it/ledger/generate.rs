//! A ledger of any size, as months of one person's work would leave it: written by the writer itself, the same every
//! time for the same size.

use std::path::Path;
use std::sync::Arc;

use llmroute::domain::caller::CallerIds;
use llmroute::domain::clock::Stamp;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::dice::Dice;
use llmroute::domain::id::{KeyId, RequestId};
use llmroute::domain::money::Usd;
use llmroute::domain::policy::Billing;
use llmroute::domain::usage::{Source, Usage};
use llmroute::store::{
    AttemptRecord, AttemptState, Baseline, Cost, FailureNote, Head, Ledger, Outcome, ProcessKind, RequestRecord,
};

/// 20 November 2026, noon UTC: the last request comes then.
pub(crate) const END: Stamp = Stamp(1_795_176_000_000_000);
/// The time all requests are spread over.
pub(crate) const DAYS: i64 = 90;

const DAY: i64 = 86_400_000_000;
const CLIENTS: [&str; 6] = ["claude-code", "python", "codex", "curl", "vscode", "notebook"];
const GROUPS: [&str; 3] = ["smart", "fast", "code"];
const DIALECTS: [Dialect; 3] = [Dialect::Anthropic, Dialect::OpenaiChat, Dialect::OpenaiResponses];
const TARGETS: [(&str, &str); 8] = [
    ("north", "sonnet-5-20260915"),
    ("north", "opus-5-20260801"),
    ("south", "gpt-5.6-sol"),
    ("south", "gpt-5.6-mini"),
    ("east", "deepseek-v4-flash"),
    ("east", "deepseek-v4"),
    ("west", "qwen3-coder-480b"),
    ("local", "qwen3:8b"),
];

/// Fills the ledger at `path` with `size` requests.
pub(crate) fn fill(path: &Path, size: u64) {
    let ledger = Ledger::start(path, ProcessKind::Server).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    runtime.block_on(async {
        for nth in 0..size {
            let slot = ledger.slot().await.unwrap();
            let record = record(slot.id(), nth, size);
            slot.settle(Arc::new(record));
        }
        ledger.flush().await.unwrap();
    });
    ledger.close();
}

/// The `nth` of `size` requests.
pub(crate) fn record(id: RequestId, nth: u64, size: u64) -> RequestRecord {
    let mut dice = Dice::of(RequestId(nth), 0x001e_d6e4);
    let mut below = |n: u64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "small"
        )]
        let it = (dice.unit() * n as f64) as u64;
        it.min(n - 1)
    };
    let at = END.0 - DAYS * DAY + (DAYS * DAY / i64::try_from(size).unwrap()) * i64::try_from(nth).unwrap();
    // A session goes on for forty requests.
    let session = nth / 40;
    let pick = |n: usize| usize::try_from(session).unwrap() % n;
    let head = Head {
        at: Stamp(at),
        dialect: DIALECTS[pick(3)],
        operation: "chat".into(),
        asked: GROUPS[pick(3)].to_owned(),
        group: Some(GROUPS[pick(3)].into()),
        client: CLIENTS[pick(6)].to_owned(),
        caller: CallerIds::default(),
        session: Some(format!("{session:08x}-9c1e-4b7a-8f00-{:012x}", session * 7919)),
        stream: below(5) > 0,
    };
    let first = usize::try_from(below(8)).unwrap();
    let (moved, failed) = (below(20) == 0, below(100) == 0);
    let (input, output) = (500 + below(40_000), 20 + below(2_000));
    let (wait, whole) = (200_000 + below(1_500_000), 2_000_000 + below(20_000_000));
    let cost = Cost::Exact(Usd::from_pico(i64::try_from(input * 3_000_000 + output * 15_000_000).unwrap()));
    let usage = Usage {
        input,
        cache_read: input / 2,
        output,
        reasoning: output / 4,
        source: Source::Provider,
        ..Usage::default()
    };
    let attempt = |n: u32, target: usize, fine: bool| AttemptRecord {
        n,
        provider: TARGETS[target].0.into(),
        model: TARGETS[target].1.into(),
        key: Some(KeyId(1 + i64::try_from(target / 2).unwrap())),
        key_name: Some("main".into()),
        billing: if target == 7 { Billing::Free } else { Billing::Metered },
        lane: if target.is_multiple_of(2) { "splice" } else { "translate" },
        resume: None,
        started_us: 150 + u64::from(n - 1) * 90_000,
        first_content_us: fine.then_some(wait),
        total_us: if fine { whole } else { 88_000 },
        status: Some(if fine { 200 } else { 429 }),
        state: if fine { AttemptState::Settled } else { AttemptState::Voided },
        error: (!fine).then(|| FailureNote {
            kind: "rate",
            code: "upstream_rate_limited",
            detail: "too many requests, try again in 41 s".to_owned(),
        }),
        retry_after_ms: (!fine).then_some(41_000),
        usage: fine.then(|| usage.clone()),
        cost: if fine { cost } else { Cost::Exact(Usd::ZERO) },
        equivalent: None,
        priced_by: None,
    };
    let mut attempts = Vec::new();
    if moved || failed {
        attempts.push(attempt(1, (first + 1) % 8, false));
    }
    if !failed {
        attempts.push(attempt(u32::try_from(attempts.len()).unwrap() + 1, first, true));
    }
    let answered = (!failed).then_some(TARGETS[first]);
    RequestRecord {
        id,
        head: Arc::new(head),
        total_us: whole + 400,
        first_content_us: (!failed).then_some(wait + 200),
        overhead_us: 150 + below(300),
        status: if failed { 429 } else { 200 },
        outcome: if failed { Outcome::Failed } else { Outcome::Ok },
        provider: answered.map(|it| it.0.into()),
        model: answered.map(|it| it.1.into()),
        key_name: answered.map(|_| "main".into()),
        served_model: None,
        finish: answered.map(|_| "stop".to_owned()),
        usage: answered.map(|_| usage),
        cost: if failed { Cost::Exact(Usd::ZERO) } else { cost },
        reported_cost: None,
        baseline: cost.amount().filter(|_| !failed).map(|it| Baseline { usd: it + it, cache_saved: it }),
        moved,
        error: attempts.last().and_then(|it| it.error.clone()),
        losses: Vec::new(),
        attempts,
        decision: None,
    }
}
