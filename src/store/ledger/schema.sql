-- Step 16: the tables of the ledger. Never edited once it has shipped: a change is a new step.

-- Texts that many rows share.
CREATE TABLE names (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- Where the chain over the ledger has come to.
CREATE TABLE ledger_head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    seq      INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    requests INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    cost     INTEGER NOT NULL
) STRICT;
INSERT INTO ledger_head VALUES (1, 0, zeroblob(16), 0, 0, 0);

-- Finished requests. seq: the place in the chain; NULL = from before there was one. Names by id.
CREATE TABLE ledger_requests (
    id INTEGER PRIMARY KEY,
    process INTEGER NOT NULL,
    started INTEGER NOT NULL,
    dialect INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    group_name INTEGER,
    client INTEGER NOT NULL,
    session TEXT,
    stream INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    status INTEGER,
    total_us INTEGER,
    first_us INTEGER,
    overhead_us INTEGER,
    provider INTEGER,
    model INTEGER,
    key_name INTEGER,
    served INTEGER,
    finish INTEGER,
    input INTEGER,
    cache_read INTEGER,
    cache_write INTEGER,
    cache_write_1h INTEGER,
    output INTEGER,
    reasoning INTEGER,
    counted INTEGER,
    suspect INTEGER,
    cost INTEGER,
    cost_kind INTEGER NOT NULL,
    cost_reported INTEGER,
    moved INTEGER,
    attempts INTEGER,
    kind INTEGER,
    code INTEGER,
    detail TEXT,
    losses TEXT,
    operation INTEGER,
    virtual_key INTEGER,
    team INTEGER,
    customer INTEGER,
    seq INTEGER,
    hash BLOB
) STRICT;
CREATE TABLE ledger_attempts (
    request INTEGER NOT NULL,
    n INTEGER NOT NULL,
    late INTEGER,
    state INTEGER NOT NULL,
    at INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    model INTEGER NOT NULL,
    key_id INTEGER,
    key_name INTEGER,
    billing INTEGER NOT NULL,
    lane INTEGER,
    started_us INTEGER,
    first_us INTEGER,
    total_us INTEGER,
    status INTEGER,
    kind INTEGER,
    code INTEGER,
    detail TEXT,
    retry_after_ms INTEGER,
    input INTEGER,
    cache_read INTEGER,
    cache_write INTEGER,
    cache_write_1h INTEGER,
    output INTEGER,
    reasoning INTEGER,
    counted INTEGER,
    suspect INTEGER,
    cost INTEGER,
    cost_kind INTEGER NOT NULL,
    resume INTEGER,
    PRIMARY KEY (request, n)
) STRICT, WITHOUT ROWID;

-- What became known of a request after it had its row. The last one of a request holds.
CREATE TABLE ledger_corrections (
    seq       INTEGER PRIMARY KEY,
    request   INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    cost      INTEGER,
    cost_kind INTEGER NOT NULL,
    attempts  INTEGER NOT NULL,
    hash      BLOB NOT NULL
) STRICT;
CREATE INDEX ledger_corrections_request ON ledger_corrections (request);

-- Entries that were pruned: whole ranges of the chain, with the hash they ended with and their sums.
CREATE TABLE ledger_seals (
    to_seq   INTEGER PRIMARY KEY,
    from_seq INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    requests INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    cost     INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    pruned   INTEGER NOT NULL,
    digest   BLOB NOT NULL
) STRICT;

-- What was noticed about the ledger itself. what: a code.
CREATE TABLE ledger_notices (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    what   TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

INSERT INTO names (text) SELECT * FROM (
    SELECT dialect FROM requests UNION
    SELECT asked FROM requests UNION
    SELECT group_name FROM requests UNION
    SELECT client FROM requests UNION
    SELECT outcome FROM requests UNION
    SELECT provider FROM requests UNION
    SELECT model FROM requests UNION
    SELECT key_name FROM requests UNION
    SELECT served FROM requests UNION
    SELECT finish FROM requests UNION
    SELECT counted FROM requests UNION
    SELECT cost_kind FROM requests UNION
    SELECT kind FROM requests UNION
    SELECT code FROM requests UNION
    SELECT operation FROM requests UNION
    SELECT state FROM attempts UNION
    SELECT provider FROM attempts UNION
    SELECT model FROM attempts UNION
    SELECT key_name FROM attempts UNION
    SELECT billing FROM attempts UNION
    SELECT lane FROM attempts UNION
    SELECT kind FROM attempts UNION
    SELECT code FROM attempts UNION
    SELECT counted FROM attempts UNION
    SELECT cost_kind FROM attempts UNION
    SELECT resume FROM attempts
) WHERE dialect IS NOT NULL;
INSERT INTO ledger_requests (id, process, started, dialect, asked, group_name, client, session, stream, outcome, status, total_us,
    first_us, overhead_us, provider, model, key_name, served, finish, input, cache_read, cache_write,
    cache_write_1h, output, reasoning, counted, suspect, cost, cost_kind, cost_reported, moved, attempts, kind,
    code, detail, losses, operation, virtual_key, team, customer)
SELECT r.id, r.process, r.started, (SELECT id FROM names WHERE text = r.dialect),
    (SELECT id FROM names WHERE text = r.asked), (SELECT id FROM names WHERE text = r.group_name),
    (SELECT id FROM names WHERE text = r.client), r.session, r.stream,
    (SELECT id FROM names WHERE text = r.outcome), r.status, r.total_us, r.first_us, r.overhead_us,
    (SELECT id FROM names WHERE text = r.provider), (SELECT id FROM names WHERE text = r.model),
    (SELECT id FROM names WHERE text = r.key_name), (SELECT id FROM names WHERE text = r.served),
    (SELECT id FROM names WHERE text = r.finish), r.input, r.cache_read, r.cache_write, r.cache_write_1h,
    r.output, r.reasoning, (SELECT id FROM names WHERE text = r.counted), r.suspect, r.cost,
    (SELECT id FROM names WHERE text = r.cost_kind), r.cost_reported, r.moved, r.attempts,
    (SELECT id FROM names WHERE text = r.kind), (SELECT id FROM names WHERE text = r.code), r.detail, r.losses,
    (SELECT id FROM names WHERE text = r.operation), r.virtual_key, r.team, r.customer
FROM requests r ORDER BY id;
INSERT INTO ledger_attempts (request, n, late, state, at, provider, model, key_id, key_name, billing, lane, started_us, first_us,
    total_us, status, kind, code, detail, retry_after_ms, input, cache_read, cache_write, cache_write_1h,
    output, reasoning, counted, suspect, cost, cost_kind, resume)
SELECT a.request, a.n, NULL, (SELECT id FROM names WHERE text = a.state), a.at,
    (SELECT id FROM names WHERE text = a.provider), (SELECT id FROM names WHERE text = a.model), a.key_id,
    (SELECT id FROM names WHERE text = a.key_name), (SELECT id FROM names WHERE text = a.billing),
    (SELECT id FROM names WHERE text = a.lane), a.started_us, a.first_us, a.total_us, a.status,
    (SELECT id FROM names WHERE text = a.kind), (SELECT id FROM names WHERE text = a.code), a.detail,
    a.retry_after_ms, a.input, a.cache_read, a.cache_write, a.cache_write_1h, a.output, a.reasoning,
    (SELECT id FROM names WHERE text = a.counted), a.suspect, a.cost,
    (SELECT id FROM names WHERE text = a.cost_kind), (SELECT id FROM names WHERE text = a.resume)
FROM attempts a ORDER BY request, n;
DROP TABLE requests;
DROP TABLE attempts;
CREATE INDEX ledger_requests_started ON ledger_requests (started);
CREATE INDEX ledger_requests_loose ON ledger_requests (id) WHERE seq IS NULL;

-- Nothing in the ledger is ever changed, and only what a seal covers is dropped (faults.md L8).
CREATE TRIGGER ledger_requests_kept BEFORE UPDATE ON ledger_requests WHEN OLD.seq IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are never changed'); END;
CREATE TRIGGER ledger_requests_stay BEFORE DELETE ON ledger_requests
WHEN OLD.seq IS NULL OR NOT EXISTS (SELECT 1 FROM ledger_seals WHERE to_seq >= OLD.seq)
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are pruned, never deleted'); END;
CREATE TRIGGER ledger_attempts_kept BEFORE UPDATE ON ledger_attempts
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are never changed'); END;
CREATE TRIGGER ledger_attempts_stay BEFORE DELETE ON ledger_attempts
WHEN EXISTS (SELECT 1 FROM ledger_requests WHERE id = OLD.request)
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are pruned, never deleted'); END;
CREATE TRIGGER ledger_corrections_kept BEFORE UPDATE ON ledger_corrections
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are never changed'); END;
CREATE TRIGGER ledger_corrections_stay BEFORE DELETE ON ledger_corrections
WHEN OLD.seq IS NULL OR NOT EXISTS (SELECT 1 FROM ledger_seals WHERE to_seq >= OLD.seq)
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are pruned, never deleted'); END;
CREATE TRIGGER ledger_seals_kept BEFORE UPDATE ON ledger_seals
BEGIN SELECT RAISE(ABORT, 'seals of the ledger are never changed'); END;
CREATE TRIGGER ledger_seals_stay BEFORE DELETE ON ledger_seals
BEGIN SELECT RAISE(ABORT, 'seals of the ledger are never deleted'); END;
CREATE TRIGGER names_kept BEFORE UPDATE ON names
BEGIN SELECT RAISE(ABORT, 'names of the ledger are never changed'); END;
CREATE TRIGGER names_stay BEFORE DELETE ON names
BEGIN SELECT RAISE(ABORT, 'names of the ledger are never deleted'); END;
