//! A record as the rows it becomes: one in `ledger_requests` and one in `ledger_attempts` for each attempt, which are one
//! entry of the chain, and how it was decided beside them.

use rusqlite::{CachedStatement, Transaction, params};

use crate::domain::id::{GroupName, KeyName, ModelName, ProviderName, RequestId};
use crate::domain::money::Usd;
use crate::domain::usage::{Source, Usage};
use crate::store::keys::billing_name;
use crate::store::ledger::chain::{self, AttemptCells, Entries, Head, RequestCells};
use crate::store::ledger::columns::Cell;
use crate::store::ledger::names::Names;
use crate::store::ledger::record::{AttemptRecord, DecisionNote, FailureNote, RequestRecord};

/// Statements kept prepared on the writer's connection.
pub(super) const STATEMENTS: usize = 32 + chain::STATEMENTS;

/// Writes records.
pub(super) struct Records<'a> {
    entries: Entries<'a>,
    policy: CachedStatement<'a>,
    decision: CachedStatement<'a>,
    /// The policy of the request before: nearly always that of the next one too.
    last_policy: Option<i64>,
}

impl<'a> Records<'a> {
    /// Looked up once for a batch: finding a statement by its text costs as much as running some of it.
    pub(super) fn new(tx: &'a Transaction<'_>, names: &'a mut Names) -> rusqlite::Result<Self> {
        let policy =
            tx.prepare_cached("INSERT INTO policies (id, text) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")?;
        let decision = tx.prepare_cached(
            "INSERT INTO decisions (request, policy, salt, record) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (request) DO NOTHING",
        )?;
        Ok(Self { entries: Entries::new(tx, names)?, policy, decision, last_policy: None })
    }

    /// A finished request with its attempts. Says whether it is the first record of that request: a row that is there
    /// is never written again.
    pub(super) fn write(&mut self, process: i64, record: &RequestRecord) -> rusqlite::Result<bool> {
        let attempts: Vec<AttemptCells<'_>> = record.attempts.iter().map(|it| attempt(record, it)).collect();
        if !self.entries.append(&request(process, record), &attempts)? {
            return Ok(false);
        }
        if let Some(note) = &record.decision {
            self.decision(record.id, note.as_ref())?;
        }
        Ok(true)
    }

    /// To be called before the transaction is committed. Says where the chain has come to.
    pub(super) fn finish(self) -> rusqlite::Result<Head> {
        self.entries.finish()
    }

    fn decision(&mut self, id: RequestId, note: &dyn DecisionNote) -> rusqlite::Result<()> {
        let (policy, text) = note.policy();
        if self.last_policy != Some(policy) {
            self.policy.execute(params![policy, text])?;
            self.last_policy = Some(policy);
        }
        self.decision.execute(params![number(id), policy, note.salt().cast_signed(), note.record()])?;
        Ok(())
    }
}

// The order is that of `columns::REQUEST`.
pub(super) fn request(process: i64, record: &RequestRecord) -> RequestCells<'_> {
    let head = &record.head;
    let usage = Columns::of(record.usage.as_ref());
    let note = Note::of(record.error.as_ref());
    let losses = (!record.losses.is_empty()).then(|| record.losses.join("\n"));
    let answered = record.model.as_ref().map(ModelName::as_str);
    [
        number(record.id).into(),
        process.into(),
        head.at.0.into(),
        head.dialect.name().into(),
        head.asked.as_str().into(),
        head.group.as_ref().map(GroupName::as_str).into(),
        head.client.as_str().into(),
        head.session.as_deref().into(),
        head.stream.into(),
        record.outcome.name().into(),
        record.status.into(),
        count(record.total_us).into(),
        record.first_content_us.map(count).into(),
        count(record.overhead_us).into(),
        record.provider.as_ref().map(ProviderName::as_str).into(),
        answered.into(),
        record.key_name.as_ref().map(KeyName::as_str).into(),
        // The usual case, the model asked for, is not worth its bytes.
        record.served_model.as_deref().filter(|it| Some(*it) != answered).into(),
        record.finish.as_deref().into(),
        usage.input.into(),
        usage.cache_read.into(),
        usage.cache_write.into(),
        usage.cache_write_1h.into(),
        usage.output.into(),
        usage.reasoning.into(),
        usage.counted.into(),
        usage.suspect.into(),
        record.cost.amount().map(Usd::pico).into(),
        record.cost.name().into(),
        record.reported_cost.map(Usd::pico).into(),
        record.moved.into(),
        count(record.attempts.len() as u64).into(),
        note.kind.into(),
        note.code.into(),
        note.detail.into(),
        losses.into(),
        head.operation_column().into(),
        head.caller.virtual_key.into(),
        head.caller.team.into(),
        head.caller.customer.into(),
        record.baseline.map(|it| it.usd.pico()).into(),
        record.baseline.map(|it| it.cache_saved.pico()).filter(|it| *it != 0).into(),
    ]
}

// The order is that of `columns::ATTEMPT`.
pub(super) fn attempt<'a>(record: &RequestRecord, attempt: &'a AttemptRecord) -> AttemptCells<'a> {
    let usage = Columns::of(attempt.usage.as_ref());
    let note = Note::of(attempt.error.as_ref());
    let at = record.head.at.0.saturating_add(count(attempt.started_us));
    [
        number(record.id).into(),
        attempt.n.into(),
        Cell::Null,
        attempt.state.name().into(),
        at.into(),
        attempt.provider.as_str().into(),
        attempt.model.as_str().into(),
        attempt.key.map(|it| it.0).into(),
        attempt.key_name.as_ref().map(KeyName::as_str).into(),
        billing_name(attempt.billing).into(),
        attempt.lane.into(),
        count(attempt.started_us).into(),
        attempt.first_content_us.map(count).into(),
        count(attempt.total_us).into(),
        attempt.status.into(),
        note.kind.into(),
        note.code.into(),
        note.detail.into(),
        attempt.retry_after_ms.map(count).into(),
        usage.input.into(),
        usage.cache_read.into(),
        usage.cache_write.into(),
        usage.cache_write_1h.into(),
        usage.output.into(),
        usage.reasoning.into(),
        usage.counted.into(),
        usage.suspect.into(),
        attempt.cost.amount().map(Usd::pico).into(),
        attempt.cost.name().into(),
        attempt.resume.into(),
        attempt.equivalent.map(Usd::pico).into(),
        attempt.priced_by.into(),
    ]
}

/// Usage as columns. Zeros of the rarer counts are left out: most rows have none of them.
#[derive(Default)]
struct Columns {
    input: Option<i64>,
    cache_read: Option<i64>,
    cache_write: Option<i64>,
    cache_write_1h: Option<i64>,
    output: Option<i64>,
    reasoning: Option<i64>,
    counted: Option<&'static str>,
    suspect: Option<bool>,
}

impl Columns {
    fn of(usage: Option<&Usage>) -> Self {
        let Some(usage) = usage else { return Self::default() };
        let rare = |n: u64| (n > 0).then(|| count(n));
        Self {
            input: Some(count(usage.input)),
            cache_read: rare(usage.cache_read),
            cache_write: rare(usage.cache_write),
            cache_write_1h: rare(usage.cache_write_1h),
            output: Some(count(usage.output)),
            reasoning: rare(usage.reasoning),
            counted: Some(match usage.source {
                Source::Provider => "provider",
                Source::Estimated => "estimated",
            }),
            suspect: usage.suspect.then_some(true),
        }
    }
}

/// A failure as columns.
#[derive(Default)]
struct Note<'a> {
    kind: Option<&'static str>,
    code: Option<&'static str>,
    detail: Option<&'a str>,
}

impl<'a> Note<'a> {
    fn of(note: Option<&'a FailureNote>) -> Self {
        note.map_or_else(Self::default, |it| Self {
            kind: Some(it.kind),
            code: Some(it.code),
            detail: Some(&it.detail),
        })
    }
}

/// SQLite's integers are signed; a count beyond 2⁶³ is a broken one and is cut there.
fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn number(id: RequestId) -> i64 {
    count(id.0)
}
