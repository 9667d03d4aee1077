-- What a request would have cost as it was asked for and what prompt caches made of that; what an answer that a flat fee
-- paid would have cost by the token. Never edited once it has shipped: a change is a new step.
ALTER TABLE ledger_requests ADD COLUMN baseline INTEGER;
ALTER TABLE ledger_requests ADD COLUMN cache_saved INTEGER;
ALTER TABLE ledger_attempts ADD COLUMN equivalent INTEGER;
DROP VIEW requests;
DROP VIEW attempts;
CREATE VIEW requests AS SELECT
    r.id,
    r.process,
    r.started,
    (SELECT text FROM names WHERE id = r.dialect) AS dialect,
    (SELECT text FROM names WHERE id = r.asked) AS asked,
    (SELECT text FROM names WHERE id = r.group_name) AS group_name,
    (SELECT text FROM names WHERE id = r.client) AS client,
    r.session,
    r.stream,
    (SELECT text FROM names WHERE id = r.outcome) AS outcome,
    r.status,
    r.total_us,
    r.first_us,
    r.overhead_us,
    (SELECT text FROM names WHERE id = r.provider) AS provider,
    (SELECT text FROM names WHERE id = r.model) AS model,
    (SELECT text FROM names WHERE id = r.key_name) AS key_name,
    (SELECT text FROM names WHERE id = r.served) AS served,
    (SELECT text FROM names WHERE id = r.finish) AS finish,
    r.input,
    r.cache_read,
    r.cache_write,
    r.cache_write_1h,
    r.output,
    r.reasoning,
    (SELECT text FROM names WHERE id = r.counted) AS counted,
    r.suspect,
    CASE WHEN EXISTS (SELECT 1 FROM ledger_corrections c WHERE c.request = r.id)
        THEN (SELECT c.cost FROM ledger_corrections c WHERE c.request = r.id ORDER BY c.seq DESC LIMIT 1)
        ELSE r.cost END AS cost,
    CASE WHEN EXISTS (SELECT 1 FROM ledger_corrections c WHERE c.request = r.id)
        THEN (SELECT text FROM names WHERE id = (SELECT c.cost_kind FROM ledger_corrections c WHERE c.request = r.id ORDER BY c.seq DESC LIMIT 1))
        ELSE (SELECT text FROM names WHERE id = r.cost_kind) END AS cost_kind,
    r.cost_reported,
    r.moved,
    CASE WHEN EXISTS (SELECT 1 FROM ledger_corrections c WHERE c.request = r.id)
        THEN (SELECT c.attempts FROM ledger_corrections c WHERE c.request = r.id ORDER BY c.seq DESC LIMIT 1)
        ELSE r.attempts END AS attempts,
    (SELECT text FROM names WHERE id = r.kind) AS kind,
    (SELECT text FROM names WHERE id = r.code) AS code,
    r.detail,
    r.losses,
    (SELECT text FROM names WHERE id = r.operation) AS operation,
    r.virtual_key,
    r.team,
    r.customer,
    r.baseline,
    r.cache_saved
FROM ledger_requests r;
CREATE VIEW attempts AS SELECT
    a.request,
    a.n,
    a.late,
    (SELECT text FROM names WHERE id = a.state) AS state,
    a.at,
    (SELECT text FROM names WHERE id = a.provider) AS provider,
    (SELECT text FROM names WHERE id = a.model) AS model,
    a.key_id,
    (SELECT text FROM names WHERE id = a.key_name) AS key_name,
    (SELECT text FROM names WHERE id = a.billing) AS billing,
    (SELECT text FROM names WHERE id = a.lane) AS lane,
    a.started_us,
    a.first_us,
    a.total_us,
    a.status,
    (SELECT text FROM names WHERE id = a.kind) AS kind,
    (SELECT text FROM names WHERE id = a.code) AS code,
    a.detail,
    a.retry_after_ms,
    a.input,
    a.cache_read,
    a.cache_write,
    a.cache_write_1h,
    a.output,
    a.reasoning,
    (SELECT text FROM names WHERE id = a.counted) AS counted,
    a.suspect,
    a.cost,
    (SELECT text FROM names WHERE id = a.cost_kind) AS cost_kind,
    (SELECT text FROM names WHERE id = a.resume) AS resume,
    a.equivalent
FROM ledger_attempts a;
