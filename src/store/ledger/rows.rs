//! The statements of the writer: a record is one row in `requests` and one in `attempts` for each attempt.

use rusqlite::{CachedStatement, Connection, params};

use crate::domain::id::{GroupName, KeyName, ModelName, ProviderName, RequestId};
use crate::domain::money::Usd;
use crate::domain::usage::{Source, Usage};
use crate::store::keys::billing_name;
use crate::store::ledger::record::{AttemptRecord, DecisionNote, FailureNote, RequestRecord};

/// Statements kept prepared on the writer's connection.
pub(super) const STATEMENTS: usize = 32;

/// Writes records.
pub(super) struct Records<'a> {
    request: CachedStatement<'a>,
    attempt: CachedStatement<'a>,
    policy: CachedStatement<'a>,
    decision: CachedStatement<'a>,
    /// The policy of the request before: nearly always that of the next one too.
    last_policy: Option<i64>,
}

impl<'a> Records<'a> {
    /// Looked up once for a batch: finding a statement by its text costs as much as running some of it.
    pub(super) fn new(conn: &'a Connection) -> rusqlite::Result<Self> {
        let request = conn.prepare_cached(
            "INSERT INTO requests (id, process, started, dialect, asked, group_name, client, session, stream,
                 outcome, status, total_us, first_us, overhead_us, provider, model, key_name, served, finish,
                 input, cache_read, cache_write, cache_write_1h, output, reasoning, counted, suspect,
                 cost, cost_kind, cost_reported, moved, attempts, kind, code, detail, losses, operation,
                 virtual_key, team, customer, baseline, cache_saved)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                 ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42)
             ON CONFLICT (id) DO NOTHING",
        )?;
        let attempt = conn.prepare_cached(
            "INSERT INTO attempts (request, n, state, at, provider, model, key_id, key_name, billing, lane, started_us,
                 first_us, total_us, status, kind, code, detail, retry_after_ms, input, cache_read, cache_write,
                 cache_write_1h, output, reasoning, counted, suspect, cost, cost_kind, resume, equivalent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                 ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)
             ON CONFLICT (request, n) DO NOTHING",
        )?;
        let policy =
            conn.prepare_cached("INSERT INTO policies (id, text) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")?;
        let decision = conn.prepare_cached(
            "INSERT INTO decisions (request, policy, salt, record) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (request) DO NOTHING",
        )?;
        Ok(Self { request, attempt, policy, decision, last_policy: None })
    }

    /// A finished request with its attempts. Says whether it is the first record of that request: a row that is there
    /// is never written again.
    pub(super) fn write(&mut self, process: i64, record: &RequestRecord) -> rusqlite::Result<bool> {
        if !self.request(process, record)? {
            return Ok(false);
        }
        for attempt in &record.attempts {
            self.attempt(record, attempt)?;
        }
        if let Some(note) = &record.decision {
            self.decision(record.id, note.as_ref())?;
        }
        Ok(true)
    }

    fn request(&mut self, process: i64, record: &RequestRecord) -> rusqlite::Result<bool> {
        let head = &record.head;
        let usage = Columns::of(record.usage.as_ref());
        let note = Note::of(record.error.as_ref());
        let losses = (!record.losses.is_empty()).then(|| record.losses.join("\n"));
        let written = self.request.execute(params![
            number(record.id),
            process,
            head.at.0,
            head.dialect.name(),
            head.asked,
            head.group.as_ref().map(GroupName::as_str),
            head.client,
            head.session,
            head.stream,
            record.outcome.name(),
            record.status,
            count(record.total_us),
            record.first_content_us.map(count),
            count(record.overhead_us),
            record.provider.as_ref().map(ProviderName::as_str),
            record.model.as_ref().map(ModelName::as_str),
            record.key_name.as_ref().map(KeyName::as_str),
            // The usual case, the model asked for, is not worth its bytes.
            record.served_model.as_deref().filter(|it| Some(*it) != record.model.as_ref().map(ModelName::as_str)),
            record.finish,
            usage.input,
            usage.cache_read,
            usage.cache_write,
            usage.cache_write_1h,
            usage.output,
            usage.reasoning,
            usage.counted,
            usage.suspect,
            record.cost.amount().map(Usd::pico),
            record.cost.name(),
            record.reported_cost.map(Usd::pico),
            record.moved,
            count(record.attempts.len() as u64),
            note.kind,
            note.code,
            note.detail,
            losses,
            head.operation_column(),
            head.caller.virtual_key,
            head.caller.team,
            head.caller.customer,
            record.baseline.map(|it| it.usd.pico()),
            record.baseline.map(|it| it.cache_saved.pico()).filter(|it| *it != 0)
        ])?;
        Ok(written == 1)
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

    fn attempt(&mut self, record: &RequestRecord, attempt: &AttemptRecord) -> rusqlite::Result<()> {
        let usage = Columns::of(attempt.usage.as_ref());
        let note = Note::of(attempt.error.as_ref());
        let at = record.head.at.0.saturating_add(count(attempt.started_us));
        self.attempt.execute(params![
            number(record.id),
            attempt.n,
            attempt.state.name(),
            at,
            attempt.provider.as_str(),
            attempt.model.as_str(),
            attempt.key.map(|it| it.0),
            attempt.key_name.as_ref().map(KeyName::as_str),
            billing_name(attempt.billing),
            attempt.lane,
            count(attempt.started_us),
            attempt.first_content_us.map(count),
            count(attempt.total_us),
            attempt.status,
            note.kind,
            note.code,
            note.detail,
            attempt.retry_after_ms.map(count),
            usage.input,
            usage.cache_read,
            usage.cache_write,
            usage.cache_write_1h,
            usage.output,
            usage.reasoning,
            usage.counted,
            usage.suspect,
            attempt.cost.amount().map(Usd::pico),
            attempt.cost.name(),
            attempt.resume,
            attempt.equivalent.map(Usd::pico)
        ])?;
        Ok(())
    }
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
