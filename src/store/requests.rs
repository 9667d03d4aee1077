//! Single requests out of the ledger: the latest, or one with its attempts.

use rusqlite::{OptionalExtension, Row, ToSql};

use crate::domain::caller::CallerIds;
use crate::domain::clock::Stamp;
use crate::domain::id::{KeyId, RequestId};
use crate::domain::money::Usd;
use crate::store::error::StoreError;
use crate::store::ledger::chain::Head;
use crate::store::ledger::{CHAT, Cost, journal};
use crate::store::open::Db;

/// A request's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Its id.
    pub id: RequestId,
    /// When it arrived.
    pub started: Stamp,
    /// The client's dialect.
    pub dialect: String,
    /// What was asked for: `chat`, `embed`, `images/generations` …
    pub operation: String,
    /// `model` as sent; where a request names none, what it asks for.
    pub asked: String,
    /// The group that name stood for.
    pub group: Option<String>,
    /// Who asked.
    pub client: String,
    /// Whose virtual key it came with, by id.
    pub caller: CallerIds,
    /// The client's session.
    pub session: Option<String>,
    /// The client wanted a stream.
    pub stream: bool,
    /// How it ended ([`crate::store::Outcome::name`], or `in_doubt`); `None` = it is open.
    pub outcome: Option<String>,
    /// The status the client got.
    pub status: Option<u16>,
    /// From arrival to the last byte, in microseconds.
    pub total_us: Option<u64>,
    /// From arrival to the first content, in microseconds.
    pub first_us: Option<u64>,
    /// Time spent in llmroute, in microseconds.
    pub overhead_us: Option<u64>,
    /// Who answered.
    pub provider: Option<String>,
    /// Which model answered.
    pub model: Option<String>,
    /// Which key paid.
    pub key_name: Option<String>,
    /// The model the provider says it used, where it is another one.
    pub served: Option<String>,
    /// Why the answer ended.
    pub finish: Option<String>,
    /// Tokens, where they are known.
    pub tokens: Option<RowTokens>,
    /// What it cost; `None` = it is open.
    pub cost: Option<Cost>,
    /// What the provider says it cost.
    pub reported_cost: Option<Usd>,
    /// Another than the first target answered.
    pub moved: bool,
    /// How many attempts there were; `None` = it is open.
    pub attempts: Option<u32>,
    /// Why it failed.
    pub error: Option<RowError>,
    /// What the target's dialect could not say.
    pub losses: Vec<String>,
}

/// An attempt's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// 1, 2, 3 …
    pub n: u32,
    /// `open`, `settled`, `voided`, `uncertain` or `orphaned`.
    pub state: String,
    /// When it began.
    pub at: Stamp,
    /// To whom.
    pub provider: String,
    /// Which model.
    pub model: String,
    /// Which key paid.
    pub key: Option<KeyId>,
    /// Its name at that time.
    pub key_name: Option<String>,
    /// `metered`, `subscription` or `free`.
    pub billing: String,
    /// `verbatim`, `splice` or `translate`.
    pub lane: Option<String>,
    /// How it was asked for the rest of an answer that was cut; `None` where it was asked for a whole one.
    pub resume: Option<String>,
    /// Which prices its cost is by: a table with its version, or `own`.
    pub priced_by: Option<String>,
    /// When it began, in microseconds from the arrival of the request.
    pub started_us: Option<u64>,
    /// From its beginning to its first content, in microseconds.
    pub first_us: Option<u64>,
    /// From its beginning to its end, in microseconds.
    pub total_us: Option<u64>,
    /// The provider's status.
    pub status: Option<u16>,
    /// Why it failed.
    pub error: Option<RowError>,
    /// How long the provider asked to be left alone.
    pub retry_after_ms: Option<u64>,
    /// Tokens, where they are known.
    pub tokens: Option<RowTokens>,
    /// What it cost; `None` = it is open.
    pub cost: Option<Cost>,
    /// What it is expected to cost, while it is open; what is booked if its process dies.
    pub expected_cost: Option<Usd>,
}

/// Tokens of a row; cached and reasoning tokens are parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowTokens {
    /// Prompt tokens.
    pub input: u64,
    /// Of `input`: read from the provider's cache.
    pub cache_read: u64,
    /// Of `input`: written to the provider's cache, for five minutes.
    pub cache_write: u64,
    /// Of `input`: written to the provider's cache, for an hour.
    pub cache_write_1h: u64,
    /// Generated tokens.
    pub output: u64,
    /// Of `output`: reasoning.
    pub reasoning: u64,
    /// Counted by llmroute, because the provider did not say.
    pub estimated: bool,
    /// A figure of the provider was absurd and left out.
    pub suspect: bool,
}

/// Why a request or an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The class.
    pub kind: String,
    /// The stable code.
    pub code: String,
    /// For the owner of the file.
    pub detail: String,
}

/// Which requests are meant. What is `None` or false does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Those that arrived since then.
    pub since: Option<Stamp>,
    /// Those that were answered by this provider, or tried it.
    pub provider: Option<String>,
    /// Those that ended so: an outcome, or `open`.
    pub outcome: Option<String>,
    /// Those whose client got this status.
    pub status: Option<u16>,
    /// Those of this client.
    pub client: Option<String>,
    /// Those that another than the first target answered.
    pub moved: bool,
}

impl Filter {
    // ?1 to ?6, in every statement.
    const REQUESTS: &str = "
        started >= coalesce(?1, started)
        AND (?2 IS NULL OR provider = ?2
            OR EXISTS (SELECT 1 FROM attempts a WHERE a.request = requests.id AND a.provider = ?2))
        AND (?3 IS NULL OR outcome = ?3) AND (?4 IS NULL OR status = ?4) AND (?5 IS NULL OR client = ?5)
        AND (?6 = 0 OR moved = 1)";
    const OPEN: &str = "
        started >= coalesce(?1, started)
        AND (?2 IS NULL OR EXISTS (SELECT 1 FROM temp.intents a WHERE a.request = intents.request AND a.provider = ?2))
        AND (?3 IS NULL OR ?3 = 'open') AND ?4 IS NULL AND (?5 IS NULL OR client = ?5) AND ?6 = 0";

    fn params(&self) -> [&dyn ToSql; 6] {
        let since = self.since.as_ref().map_or(&NOTHING as &dyn ToSql, |it| &it.0);
        [since, &self.provider, &self.outcome, &self.status, &self.client, &self.moved]
    }
}

/// The latest requests, open ones included, the latest first.
///
/// # Errors
/// The file cannot be read.
pub fn recent(db: &Db, limit: u32) -> Result<Vec<RequestRow>, StoreError> {
    list(db, &Filter::default(), limit)
}

/// The latest requests that `filter` means, open ones included, the latest first.
///
/// # Errors
/// The file cannot be read.
pub fn list(db: &Db, filter: &Filter, limit: u32) -> Result<Vec<RequestRow>, StoreError> {
    journal::load_open(db.conn(), &db.run())?;
    let tx = db.conn().unchecked_transaction()?;
    let mut rows = Vec::new();
    let finished = format!("{REQUESTS} WHERE {}", Filter::REQUESTS);
    let open = format!("{OPEN} AND {}", Filter::OPEN);
    for table in [finished, open] {
        let mut statement = tx.prepare_cached(&format!("{table} ORDER BY started DESC, id DESC LIMIT ?7"))?;
        let params: Vec<&dyn ToSql> = filter.params().into_iter().chain([&limit as &dyn ToSql]).collect();
        for row in statement.query_map(&params[..], request)? {
            rows.push(row?);
        }
    }
    tx.commit()?;
    rows.sort_by_key(|it: &RequestRow| std::cmp::Reverse((it.started, it.id)));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows)
}

/// Where the ledger has come to, for [`after`].
///
/// # Errors
/// The file cannot be read.
pub fn end(db: &Db) -> Result<i64, StoreError> {
    Ok(Head::read(db.conn())?.seq)
}

/// Requests that `filter` means and that were finished after the ledger had come to `place`, in the order in which they
/// were, and where it has come to now.
///
/// # Errors
/// The file cannot be read.
pub fn after(db: &Db, filter: &Filter, place: i64) -> Result<(Vec<RequestRow>, i64), StoreError> {
    let tx = db.conn().unchecked_transaction()?;
    let end = Head::read(&tx)?.seq;
    if end <= place {
        return Ok((Vec::new(), place));
    }
    // Nothing leads from a place to a row: those with the latest ids are looked through, and requests that took longer
    // than so many others come late to the list and not at all to this.
    let sql = format!(
        "{REQUESTS} WHERE {} AND id IN (SELECT id FROM ledger_requests
             WHERE id > (SELECT max(id) FROM ledger_requests) - {TAIL} AND seq > ?7)
         ORDER BY (SELECT seq FROM ledger_requests l WHERE l.id = requests.id)",
        Filter::REQUESTS
    );
    let params: Vec<&dyn ToSql> = filter.params().into_iter().chain([&place as &dyn ToSql]).collect();
    let rows = tx.prepare_cached(&sql)?.query_map(&params[..], request)?.collect::<Result<_, _>>()?;
    tx.commit()?;
    Ok((rows, end))
}

const NOTHING: Option<i64> = None;

/// Latest ids that [`after`] looks through.
const TAIL: i64 = 20_000;

/// One request and its attempts in order.
///
/// # Errors
/// The file cannot be read.
pub fn show(db: &Db, id: RequestId) -> Result<Option<(RequestRow, Vec<AttemptRow>)>, StoreError> {
    let Ok(id) = i64::try_from(id.0) else { return Ok(None) };
    journal::load_open(db.conn(), &db.run())?;
    let tx = db.conn().unchecked_transaction()?;
    let finished = tx.prepare_cached(&format!("{REQUESTS} WHERE id = ?1"))?.query_row([id], request).optional()?;
    let row = match finished {
        Some(row) => Some(row),
        None => tx.prepare_cached(&format!("{OPEN} AND request = ?1"))?.query_row([id], request).optional()?,
    };
    let Some(row) = row else { return Ok(None) };
    let mut attempts = Vec::new();
    for table in [ATTEMPTS, OPEN_ATTEMPTS] {
        for row in tx.prepare_cached(table)?.query_map([id], attempt)? {
            attempts.push(row?);
        }
    }
    tx.commit()?;
    Ok(Some((row, attempts)))
}

const REQUESTS: &str =
    "SELECT id, started, dialect, operation, asked, group_name, client, session, stream, outcome, status,
    total_us, first_us, overhead_us, provider, model, key_name, served, finish, cost_reported, moved, attempts, losses,
    input, cache_read, cache_write, cache_write_1h, output, reasoning, counted, suspect, cost, cost_kind, kind, code,
    detail, virtual_key, team, customer FROM requests";

/// Requests of which only intents are known, in the shape of [`REQUESTS`].
const OPEN: &str = "SELECT request AS id, started, dialect, operation, asked, group_name, client, session, stream,
    NULL AS outcome, NULL AS status, NULL AS total_us, NULL AS first_us, NULL AS overhead_us, NULL AS provider,
    NULL AS model, NULL AS key_name, NULL AS served, NULL AS finish, NULL AS cost_reported, NULL AS moved,
    NULL AS attempts, NULL AS losses, NULL AS counted, NULL AS cost_kind, NULL AS kind, NULL AS virtual_key,
    NULL AS team, NULL AS customer FROM temp.intents WHERE n = 1 AND request NOT IN (SELECT id FROM ledger_requests)";

const ATTEMPTS: &str = "SELECT n, state, at, provider, model, key_id, key_name, billing, lane, started_us, first_us,
    total_us, status, retry_after_ms, NULL AS expected, input, cache_read, cache_write, cache_write_1h, output,
    reasoning, counted, suspect, cost, cost_kind, kind, code, detail, resume, priced_by
    FROM attempts WHERE request = ?1 ORDER BY n";

/// Attempts of which only the intent is known, in the shape of [`ATTEMPTS`].
const OPEN_ATTEMPTS: &str = "SELECT n, 'open' AS state, at, provider, model, key_id, key_name, billing, NULL AS lane,
    NULL AS started_us, NULL AS first_us, NULL AS total_us, NULL AS status, NULL AS retry_after_ms, expected,
    NULL AS counted, NULL AS cost_kind, NULL AS kind, NULL AS resume, NULL AS priced_by
    FROM temp.intents WHERE request = ?1 ORDER BY n";

fn request(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    let losses: Option<String> = row.get("losses")?;
    Ok(RequestRow {
        id: RequestId(row.get::<_, i64>("id")?.cast_unsigned()),
        started: Stamp(row.get("started")?),
        dialect: row.get("dialect")?,
        operation: row.get::<_, Option<String>>("operation")?.unwrap_or_else(|| CHAT.to_owned()),
        asked: row.get("asked")?,
        group: row.get("group_name")?,
        client: row.get("client")?,
        caller: CallerIds {
            virtual_key: row.get("virtual_key")?,
            team: row.get("team")?,
            customer: row.get("customer")?,
        },
        session: row.get("session")?,
        stream: row.get("stream")?,
        outcome: row.get("outcome")?,
        status: row.get("status")?,
        total_us: count(row, "total_us")?,
        first_us: count(row, "first_us")?,
        overhead_us: count(row, "overhead_us")?,
        provider: row.get("provider")?,
        model: row.get("model")?,
        key_name: row.get("key_name")?,
        served: row.get("served")?,
        finish: row.get("finish")?,
        tokens: tokens(row)?,
        cost: cost(row)?,
        reported_cost: row.get::<_, Option<i64>>("cost_reported")?.map(Usd::from_pico),
        moved: row.get::<_, Option<bool>>("moved")?.unwrap_or(false),
        attempts: row.get("attempts")?,
        error: error(row)?,
        losses: losses.map(|it| it.lines().map(str::to_owned).collect()).unwrap_or_default(),
    })
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    Ok(AttemptRow {
        n: row.get("n")?,
        state: row.get("state")?,
        at: Stamp(row.get("at")?),
        provider: row.get("provider")?,
        model: row.get("model")?,
        key: row.get::<_, Option<i64>>("key_id")?.map(KeyId),
        key_name: row.get("key_name")?,
        billing: row.get("billing")?,
        lane: row.get("lane")?,
        resume: row.get("resume")?,
        priced_by: row.get("priced_by")?,
        started_us: count(row, "started_us")?,
        first_us: count(row, "first_us")?,
        total_us: count(row, "total_us")?,
        status: row.get("status")?,
        error: error(row)?,
        retry_after_ms: count(row, "retry_after_ms")?,
        tokens: tokens(row)?,
        cost: cost(row)?,
        expected_cost: row.get::<_, Option<i64>>("expected")?.map(Usd::from_pico),
    })
}

fn tokens(row: &Row<'_>) -> rusqlite::Result<Option<RowTokens>> {
    let Some(counted) = row.get::<_, Option<String>>("counted")? else { return Ok(None) };
    let count = |name: &str| count(row, name).map(Option::unwrap_or_default);
    Ok(Some(RowTokens {
        input: count("input")?,
        cache_read: count("cache_read")?,
        cache_write: count("cache_write")?,
        cache_write_1h: count("cache_write_1h")?,
        output: count("output")?,
        reasoning: count("reasoning")?,
        estimated: counted == "estimated",
        suspect: row.get::<_, Option<bool>>("suspect")?.unwrap_or(false),
    }))
}

/// Rows hold no negative counts.
fn count(row: &Row<'_>, name: &str) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(name)?.map(i64::cast_unsigned))
}

fn cost(row: &Row<'_>) -> rusqlite::Result<Option<Cost>> {
    let Some(kind) = row.get::<_, Option<String>>("cost_kind")? else { return Ok(None) };
    let amount = row.get::<_, Option<i64>>("cost")?.map(Usd::from_pico);
    Ok(Cost::from_columns(&kind, amount))
}

fn error(row: &Row<'_>) -> rusqlite::Result<Option<RowError>> {
    let Some(kind) = row.get("kind")? else { return Ok(None) };
    let detail = row.get::<_, Option<String>>("detail")?.unwrap_or_default();
    Ok(Some(RowError { kind, code: row.get::<_, Option<String>>("code")?.unwrap_or_default(), detail }))
}
