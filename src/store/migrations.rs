//! The schema, as the list of steps that lead to it. A step is never edited once it has shipped: a change is a new
//! step at the end.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::store::error::StoreError;
use crate::store::private_file::{self, FileProblem};
use crate::store::rollups;

/// `llmr`: tells our file from any other SQLite database.
const APPLICATION_ID: i64 = 0x6c6c_6d72;

/// The step that made the ledger a chain, and what reads it as the tables of before.
const LEDGER: &str = include_str!("ledger/schema.sql");
const VIEWS: &str = include_str!("ledger/views.sql");

/// One step a schema version; the version is the number of steps taken.
pub(super) const STEPS: &[&str] = &[
    // 1: policy and ledger.
    "
    CREATE TABLE meta (
        key   TEXT PRIMARY KEY,
        value ANY NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES ('policy_version', 1), ('next_request', 1), ('salt', random());

    -- row IS NULL: the built-in provider of that name, with this row's `enabled`.
    CREATE TABLE providers (
        name    TEXT PRIMARY KEY,
        row     TEXT,
        enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))
    ) STRICT, WITHOUT ROWID;

    -- AUTOINCREMENT: the ledger refers to keys by id for ever, so an id is never given out twice.
    CREATE TABLE keys (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        provider    TEXT NOT NULL,
        name        TEXT NOT NULL,
        source      TEXT NOT NULL CHECK (source IN ('stored', 'env', 'file', 'cmd')),
        reference   TEXT,
        sealed      BLOB,
        fingerprint TEXT NOT NULL,
        billing     TEXT NOT NULL CHECK (billing IN ('metered', 'subscription', 'free')),
        weight      REAL NOT NULL CHECK (weight >= 0 AND weight < 1e300),
        enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
        created     INTEGER NOT NULL,
        UNIQUE (provider, name),
        CHECK ((source = 'stored') = (sealed IS NOT NULL) AND (source = 'stored') = (reference IS NULL))
    ) STRICT;

    CREATE TABLE groups (
        name     TEXT PRIMARY KEY,
        settings TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE group_targets (
        group_name TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
        position   INTEGER NOT NULL,
        target     TEXT NOT NULL,
        weight     REAL NOT NULL CHECK (weight >= 0 AND weight < 1e300),
        PRIMARY KEY (group_name, position),
        UNIQUE (group_name, target)
    ) STRICT, WITHOUT ROWID;

    -- Weights set after the group was: also for built-in groups, which have no row in `groups`.
    CREATE TABLE weights (
        group_name TEXT NOT NULL,
        target     TEXT NOT NULL,
        weight     REAL NOT NULL CHECK (weight >= 0 AND weight < 1e300),
        PRIMARY KEY (group_name, target)
    ) STRICT, WITHOUT ROWID;

    -- Dollars per million tokens, in pico-dollars; valid_from in microseconds.
    CREATE TABLE prices (
        target      TEXT NOT NULL,
        valid_from  INTEGER NOT NULL,
        input       INTEGER NOT NULL CHECK (input >= 0),
        output      INTEGER NOT NULL CHECK (output >= 0),
        cache_read  INTEGER CHECK (cache_read >= 0),
        cache_write INTEGER CHECK (cache_write >= 0),
        ceiling     INTEGER NOT NULL CHECK (ceiling IN (0, 1)),
        PRIMARY KEY (target, valid_from)
    ) STRICT, WITHOUT ROWID;

    -- ended IS NULL and its lock free: it died, and what it left open is in doubt.
    CREATE TABLE processes (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        kind    TEXT NOT NULL,
        pid     INTEGER NOT NULL,
        lock    TEXT NOT NULL,
        started INTEGER NOT NULL,
        ended   INTEGER
    ) STRICT;

    -- Finished requests. Times in microseconds, money in pico-dollars.
    CREATE TABLE requests (
        id             INTEGER PRIMARY KEY,
        process        INTEGER NOT NULL,
        started        INTEGER NOT NULL,
        dialect        TEXT NOT NULL,
        asked          TEXT NOT NULL,
        group_name     TEXT,
        client         TEXT NOT NULL,
        session        TEXT,
        stream         INTEGER NOT NULL,
        outcome        TEXT NOT NULL,
        status         INTEGER,
        total_us       INTEGER,
        first_us       INTEGER,
        overhead_us    INTEGER,
        provider       TEXT,
        model          TEXT,
        key_name       TEXT,
        served         TEXT,
        finish         TEXT,
        input          INTEGER,
        cache_read     INTEGER,
        cache_write    INTEGER,
        cache_write_1h INTEGER,
        output         INTEGER,
        reasoning      INTEGER,
        counted        TEXT,
        suspect        INTEGER,
        cost           INTEGER,
        cost_kind      TEXT NOT NULL,
        cost_reported  INTEGER,
        moved          INTEGER,
        attempts       INTEGER,
        kind           TEXT,
        code           TEXT,
        detail         TEXT,
        losses         TEXT
    ) STRICT;
    CREATE INDEX requests_started ON requests (started);

    CREATE TABLE attempts (
        request        INTEGER NOT NULL,
        n              INTEGER NOT NULL,
        state          TEXT NOT NULL CHECK (state IN ('settled', 'voided', 'uncertain', 'orphaned')),
        at             INTEGER NOT NULL,
        provider       TEXT NOT NULL,
        model          TEXT NOT NULL,
        key_id         INTEGER,
        key_name       TEXT,
        billing        TEXT NOT NULL,
        lane           TEXT,
        started_us     INTEGER,
        first_us       INTEGER,
        total_us       INTEGER,
        status         INTEGER,
        kind           TEXT,
        code           TEXT,
        detail         TEXT,
        retry_after_ms INTEGER,
        input          INTEGER,
        cache_read     INTEGER,
        cache_write    INTEGER,
        cache_write_1h INTEGER,
        output         INTEGER,
        reasoning      INTEGER,
        counted        TEXT,
        suspect        INTEGER,
        cost           INTEGER,
        cost_kind      TEXT NOT NULL,
        PRIMARY KEY (request, n)
    ) STRICT, WITHOUT ROWID;

    -- Attempts of requests that are not finished, with all that is known of those: when a process dies, this is what
    -- its requests are booked from. It holds a page or two, so that an intent costs one page and no index.
    CREATE TABLE intents (
        request        INTEGER NOT NULL,
        n              INTEGER NOT NULL,
        process        INTEGER NOT NULL,
        started        INTEGER NOT NULL,
        dialect        TEXT NOT NULL,
        asked          TEXT NOT NULL,
        group_name     TEXT,
        client         TEXT NOT NULL,
        session        TEXT,
        stream         INTEGER NOT NULL,
        at             INTEGER NOT NULL,
        provider       TEXT NOT NULL,
        model          TEXT NOT NULL,
        key_id         INTEGER,
        key_name       TEXT,
        billing        TEXT NOT NULL,
        input_estimate INTEGER NOT NULL,
        expected       INTEGER,
        PRIMARY KEY (request, n)
    ) STRICT, WITHOUT ROWID;
    ",
    // 2: open attempts live in a journal beside the database. What a process of schema 1 left open is booked here.
    "
    INSERT INTO requests (id, process, started, dialect, asked, group_name, client, session, stream, outcome,
        cost, cost_kind, attempts)
    SELECT request, process, min(started), dialect, asked, group_name, client, session, stream, 'in_doubt',
        sum(expected), 'in-doubt', count(*)
    FROM intents GROUP BY request
    ON CONFLICT (id) DO NOTHING;
    INSERT INTO attempts (request, n, state, at, provider, model, key_id, key_name, billing, cost, cost_kind)
    SELECT request, n, 'orphaned', at, provider, model, key_id, key_name, billing, expected, 'in-doubt' FROM intents
    WHERE true ON CONFLICT (request, n) DO NOTHING;
    DROP TABLE intents;
    ",
    // 3: answers of the responses dialect, for targets that keep none.
    "
    -- used: when it was made or last gone on from, in microseconds. size: bytes of both texts.
    CREATE TABLE responses (
        id       TEXT PRIMARY KEY,
        previous TEXT,
        used     INTEGER NOT NULL,
        size     INTEGER NOT NULL,
        input    TEXT NOT NULL,
        response TEXT NOT NULL
    ) STRICT;
    CREATE INDEX responses_used ON responses (used);
    ",
    // 4: requests for something else than the next turn of a conversation; NULL is that.
    "
    ALTER TABLE requests ADD COLUMN operation TEXT;
    ",
    // 5: what providers want back of their answers and clients do not carry.
    "
    -- The hashes are what a row is found by; used: when it was made or last found, in microseconds.
    CREATE TABLE originals (
        id           INTEGER PRIMARY KEY,
        maker        TEXT NOT NULL,
        by_id        BLOB,
        by_content   BLOB NOT NULL,
        conversation BLOB NOT NULL,
        turn         INTEGER NOT NULL,
        used         INTEGER NOT NULL,
        size         INTEGER NOT NULL,
        said         TEXT NOT NULL
    ) STRICT;
    CREATE INDEX originals_by_id ON originals (by_id) WHERE by_id IS NOT NULL;
    CREATE INDEX originals_by_content ON originals (by_content, conversation);
    CREATE INDEX originals_used ON originals (used);
    ",
    // 6: the values of a provider's settings, of a built-in one too: a JSON object of text.
    "
    ALTER TABLE providers ADD COLUMN settings TEXT;
    ",
    // 7: how requests were decided, and by which policy.
    "
    -- id: of its text. Every policy that a request was decided by, without secrets.
    CREATE TABLE policies (
        id   INTEGER PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT;
    CREATE TABLE decisions (
        request INTEGER PRIMARY KEY,
        policy  INTEGER NOT NULL,
        salt    INTEGER NOT NULL,
        record  TEXT NOT NULL
    ) STRICT;
    ",
    // 8: names the user gave to models.
    "
    CREATE TABLE aliases (
        name  TEXT PRIMARY KEY,
        model TEXT NOT NULL
    ) STRICT;
    ",
    // 9: routing rules.
    r#"
    CREATE TABLE rules (
        name     TEXT PRIMARY KEY,
        scope    TEXT NOT NULL,
        priority INTEGER NOT NULL,
        "when"   TEXT NOT NULL,
        chain    INTEGER NOT NULL CHECK (chain IN (0, 1)),
        enabled  INTEGER NOT NULL CHECK (enabled IN (0, 1))
    ) STRICT, WITHOUT ROWID;

    -- A fallback has no weight.
    CREATE TABLE rule_targets (
        rule_name TEXT NOT NULL REFERENCES rules (name) ON DELETE CASCADE,
        position  INTEGER NOT NULL,
        target    TEXT NOT NULL,
        weight    REAL CHECK (weight >= 0 AND weight < 1e300),
        PRIMARY KEY (rule_name, position)
    ) STRICT, WITHOUT ROWID;
    "#,
    // 10: seats that are out, and until when.
    "
    -- model: '' for the key as a whole; key: 0 where there is none. Times in microseconds since 1970.
    CREATE TABLE health (
        provider TEXT NOT NULL,
        model    TEXT NOT NULL,
        key      INTEGER NOT NULL,
        why      TEXT NOT NULL,
        tripped  INTEGER,
        until    INTEGER NOT NULL,
        PRIMARY KEY (provider, model, key)
    ) STRICT, WITHOUT ROWID;
    ",
    // 11: how far the canaries of groups have come.
    "
    CREATE TABLE canaries (
        group_name TEXT PRIMARY KEY,
        trial      TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    ",
    // 12: attempts that go on with an answer that was cut, and how they were asked to.
    "
    ALTER TABLE attempts ADD COLUMN resume TEXT;
    ",
    // 13: whose virtual key a request came with, by id.
    "
    ALTER TABLE requests ADD COLUMN virtual_key INTEGER;
    ALTER TABLE requests ADD COLUMN team INTEGER;
    ALTER TABLE requests ADD COLUMN customer INTEGER;
    ",
    // 14: more that a price of the user's own may have.
    "
    ALTER TABLE prices ADD COLUMN cache_write_1h INTEGER CHECK (cache_write_1h >= 0);
    ALTER TABLE prices ADD COLUMN reasoning INTEGER CHECK (reasoning >= 0);
    ALTER TABLE prices ADD COLUMN input_audio INTEGER CHECK (input_audio >= 0);
    ALTER TABLE prices ADD COLUMN output_audio INTEGER CHECK (output_audio >= 0);
    ALTER TABLE prices ADD COLUMN request INTEGER CHECK (request >= 0);
    ALTER TABLE prices ADD COLUMN search INTEGER CHECK (search >= 0);
    ",
    // 15: the ledger summed up by the hour.
    rollups::SCHEMA,
    // 16: the ledger as a chain of entries that are never changed; `requests` and `attempts` are views of it.
    LEDGER,
    // 17: virtual keys, whom they belong to, what they and provider keys are for, and whose answers are kept.
    "
    -- Rows are never deleted, only marked, so that the ids in the ledger stay readable; a name is free again then.
    -- Times in microseconds since 1970.
    CREATE TABLE customers (
        id      INTEGER PRIMARY KEY,
        name    TEXT NOT NULL,
        created INTEGER NOT NULL,
        removed INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX customers_by_name ON customers (name) WHERE removed IS NULL;
    CREATE TABLE teams (
        id       INTEGER PRIMARY KEY,
        name     TEXT NOT NULL,
        customer INTEGER REFERENCES customers (id),
        created  INTEGER NOT NULL,
        removed  INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX teams_by_name ON teams (name) WHERE removed IS NULL;
    -- digest: SHA-256 of the token. hint: its last characters. allowed: where its requests may go, as JSON.
    CREATE TABLE virtual_keys (
        id       INTEGER PRIMARY KEY,
        name     TEXT NOT NULL,
        team     INTEGER REFERENCES teams (id),
        customer INTEGER REFERENCES customers (id),
        digest   BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        hint     TEXT NOT NULL,
        allowed  TEXT NOT NULL,
        expires  INTEGER,
        created  INTEGER NOT NULL,
        removed  INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX virtual_keys_by_name ON virtual_keys (name) WHERE removed IS NULL;

    -- Names and beginnings of models, with spaces between them; '' for any.
    ALTER TABLE keys ADD COLUMN models TEXT NOT NULL DEFAULT '';

    -- owner: the id of the virtual key it was made for; NULL for the local token.
    ALTER TABLE responses ADD COLUMN owner INTEGER;
    ",
    // 18: a price table that was fetched after the program was made.
    "
    CREATE TABLE price_table (
        one     INTEGER PRIMARY KEY CHECK (one = 1),
        version TEXT NOT NULL,
        source  TEXT NOT NULL,
        fetched INTEGER NOT NULL,
        text    TEXT NOT NULL
    ) STRICT;
    ",
    // 19: limits on the rate of requests.
    "
    -- scope: what it counts, as people write it. NULL = any number.
    CREATE TABLE limits (
        scope    TEXT PRIMARY KEY,
        requests INTEGER CHECK (requests > 0),
        tokens   INTEGER CHECK (tokens > 0),
        parallel INTEGER CHECK (parallel > 0),
        queue_ms INTEGER NOT NULL CHECK (queue_ms >= 0)
    ) STRICT, WITHOUT ROWID;
    ",
    // 20: what a request would have cost as it was asked for, and what prompt caches made of that; what an answer that a flat
    // fee paid would have cost by the token.
    "
    ALTER TABLE ledger_requests ADD COLUMN baseline INTEGER;
    ALTER TABLE ledger_requests ADD COLUMN cache_saved INTEGER;
    ALTER TABLE ledger_attempts ADD COLUMN equivalent INTEGER;
    ",
    // 21: budgets.
    "
    -- amount in pico-dollars; warn: percentages with commas between them; then: stop, warn or downgrade=GROUP;
    -- zone: NULL for the configured one; lifted: until when it refuses nothing, in microseconds.
    CREATE TABLE budgets (
        scope  TEXT NOT NULL,
        period TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        warn   TEXT NOT NULL,
        \"then\" TEXT NOT NULL,
        zone   TEXT,
        lifted INTEGER,
        PRIMARY KEY (scope, period)
    ) STRICT, WITHOUT ROWID;
    ",
    // 22: which prices an attempt was priced by.
    "
    ALTER TABLE ledger_attempts ADD COLUMN priced_by INTEGER;
    ",
];

/// Brings the database up to the newest schema. A non-empty file of an older schema is copied aside first.
pub(super) fn run(conn: &mut Connection, path: &Path, steps: &[&str]) -> Result<(), StoreError> {
    let found = version(conn)?;
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    refuse_unknown(conn, path, found, known)?;
    if found > 0 && found < known {
        back_up(conn, path, found)?;
    }
    if found < known {
        // All steps or none: nobody meets a file between two of them, and takes it for an older one to be copied aside.
        let tx = Transaction::new(conn, TransactionBehavior::Immediate)?;
        // Another process may have migrated meanwhile: what is left to do is known only inside the transaction.
        let reached = usize::try_from(version(&tx)?).unwrap_or(usize::MAX);
        for step in steps.iter().skip(reached) {
            tx.execute_batch(step)?;
        }
        if steps.contains(&LEDGER) && reached < steps.len() {
            tx.execute_batch(VIEWS)?;
        }
        // What no SQL can do, at the schema that the program knows.
        if steps.iter().skip(reached).any(|it| *it == rollups::SCHEMA) {
            rollups::fill(&tx)?;
        }
        if reached < steps.len() {
            tx.pragma_update(None, "user_version", known)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.commit()?;
        }
    }
    let reached = version(conn)?;
    refuse_unknown(conn, path, reached, known)
}

/// The schema version of an open database.
pub(super) fn version(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Refuses a newer schema and databases that are not ours.
pub(super) fn refuse_unknown(conn: &Connection, path: &Path, found: i64, known: i64) -> Result<(), StoreError> {
    let owner: i64 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = tables == 0 && found == 0;
    if owner != APPLICATION_ID && !empty {
        // A migration by another process between the reads above looks foreign for an instant; look once more.
        let owner: i64 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if owner != APPLICATION_ID {
            return Err(StoreError::Foreign { path: path.to_owned() });
        }
    }
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

/// Copies the database to `FILE.schema-N.backup`, or to the next free such name.
fn back_up(conn: &Connection, path: &Path, found: i64) -> Result<PathBuf, StoreError> {
    for n in 1..1000 {
        let mut name = path.as_os_str().to_owned();
        name.push(if n == 1 { format!(".schema-{found}.backup") } else { format!(".schema-{found}-{n}.backup") });
        let copy = PathBuf::from(name);
        if private_file::check(&copy)? {
            continue;
        }
        // VACUUM INTO accepts an existing empty file, and so keeps the mode that ours has.
        match private_file::create_new(&copy) {
            Ok(file) => drop(file),
            // Another process was quicker to take that name.
            Err(FileProblem::Io { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(problem) => return Err(problem.into()),
        }
        conn.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        return Ok(copy);
    }
    Err(StoreError::Disk("no free name for a copy before the schema change".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> (tempfile::TempDir, PathBuf, Connection) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let conn = Connection::open(&path).unwrap();
        (dir, path, conn)
    }

    #[test]
    fn a_file_of_an_older_schema_is_copied_aside_and_brought_up() {
        let (_dir, path, mut conn) = fresh();
        run(&mut conn, &path, &["CREATE TABLE a (x) "]).unwrap();
        conn.execute("INSERT INTO a VALUES (7)", []).unwrap();
        run(&mut conn, &path, &["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y"]).unwrap();
        assert_eq!(version(&conn).unwrap(), 2);
        let copy = Connection::open(path.with_extension("db.schema-1.backup")).unwrap();
        assert_eq!(version(&copy).unwrap(), 1);
        assert_eq!(copy.query_row("SELECT x FROM a", [], |r| r.get::<_, i64>(0)).unwrap(), 7);
    }

    #[test]
    fn a_step_that_fails_leaves_the_file_as_it_was() {
        let (_dir, path, mut conn) = fresh();
        let broken = ["CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (x)"];
        assert!(run(&mut conn, &path, &broken).is_err());
        assert_eq!(version(&conn).unwrap(), 0);
        let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).unwrap();
        assert_eq!(tables, 0);
    }

    #[test]
    fn what_a_process_of_schema_1_left_open_is_booked_in_doubt() {
        let (_dir, path, mut conn) = fresh();
        run(&mut conn, &path, &STEPS[..1]).unwrap();
        let open = "INSERT INTO intents (request, n, process, started, dialect, asked, client, stream, at, provider,
             model, billing, input_estimate, expected)
             VALUES (7, ?1, 1, 5, 'anthropic', 'm', 'c', 1, 5, 'p', 'm', 'metered', 9, 20)";
        for n in [1, 2] {
            conn.execute(open, [n]).unwrap();
        }
        run(&mut conn, &path, STEPS).unwrap();
        let sql = "SELECT outcome, cost, cost_kind, attempts FROM requests WHERE id = 7";
        let row = conn.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).unwrap();
        assert_eq!(row, ("in_doubt".to_owned(), 40, "in-doubt".to_owned(), 2));
        let orphans = "SELECT count(*) FROM attempts WHERE request = 7 AND state = 'orphaned'";
        assert_eq!(conn.query_row(orphans, [], |r| r.get::<_, i64>(0)).unwrap(), 2);
    }

    #[test]
    fn newer_and_foreign_databases_are_refused() {
        let (_dir, path, mut conn) = fresh();
        run(&mut conn, &path, STEPS).unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
        let error = run(&mut conn, &path, STEPS).unwrap_err();
        assert_eq!(error.code(), "db-newer");

        let (_dir, path, mut conn) = fresh();
        conn.execute_batch("CREATE TABLE recipes (x)").unwrap();
        assert_eq!(run(&mut conn, &path, STEPS).unwrap_err().code(), "db-foreign");
    }
}
