-- Chains that end: a restored backup, or moving in from another system, begins a new one. And what the authority's books say.

ALTER TABLE gateway.chain ADD COLUMN retired_at timestamptz, ADD COLUMN retired_why text, ADD COLUMN successor text;

-- Why and when an issuer's chain was ended and another began; `former` is null where it was kept in another system.
CREATE TABLE gateway.renewal (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    jurisdiction text NOT NULL,
    former text,
    fresh text NOT NULL,
    why text NOT NULL CHECK (why IN ('restored_backup', 'moved_in', 'other')),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    note text,
    PRIMARY KEY (tenant_id, environment, id),
    FOREIGN KEY (tenant_id, environment, issuer_id) REFERENCES gateway.issuer
);

-- Ours against theirs, once asked: how many each holds in the period, and every difference.
CREATE TABLE gateway.reconciliation (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    jurisdiction text NOT NULL,
    period text NOT NULL,
    at timestamptz NOT NULL,
    ours int NOT NULL,
    theirs int NOT NULL,
    matching int NOT NULL,
    differences jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (tenant_id, environment, id),
    FOREIGN KEY (tenant_id, environment, issuer_id) REFERENCES gateway.issuer
);
CREATE INDEX reconciliation_of_issuer ON gateway.reconciliation (issuer_id, period, at);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['renewal', 'reconciliation'] LOOP
        EXECUTE format('ALTER TABLE gateway.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE gateway.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_rows ON gateway.%I TO gateway_api, gateway_worker USING (
            tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid)
            AND environment = (SELECT current_setting(''app.environment'', true)))', t);
        EXECUTE format('CREATE POLICY owner_rows ON gateway.%I TO gateway_owner USING (true)', t);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gateway.%I FOR EACH STATEMENT
            EXECUTE FUNCTION gateway.refuse_change()', t);
        EXECUTE format('GRANT SELECT, INSERT ON gateway.%I TO gateway_api, gateway_worker', t);
    END LOOP;
END $$;

-- Call 1 of a finalize, as before, and one outcome more: `retired`, where a chain has ended since the caller read the
-- issuer's settings. Whoever came first with the chain's lock still seals into it; that is right.
CREATE OR REPLACE FUNCTION gateway.seal_open(
    p_tenant uuid, p_environment text, p_key text, p_fingerprint bytea, p_invoice uuid, p_version int, p_issuer uuid,
    p_series text, p_jurisdictions text[], p_chains text[], p_from text,
    OUT outcome text, OUT status int, OUT kept bytea, OUT number bigint, OUT version int,
    OUT sequences bigint[], OUT links bytea[], OUT last_at timestamptz)
LANGUAGE plpgsql AS $$
DECLARE s bigint; l bytea; t timestamptz; ended timestamptz; k record;
BEGIN
    PERFORM set_config('app.tenant', p_tenant::text, true), set_config('app.environment', p_environment, true);
    IF NOT pg_try_advisory_xact_lock(hashtextextended(p_tenant::text || p_environment || p_key, 0)) THEN
        outcome := 'busy'; RETURN;
    END IF;
    SELECT i.fingerprint, i.status, i.body INTO k FROM gateway.idempotency i
        WHERE i.tenant_id = p_tenant AND i.environment = p_environment AND i.key = p_key;
    IF FOUND THEN
        outcome := CASE WHEN k.fingerprint = p_fingerprint THEN 'replay' ELSE 'reused' END;
        status := k.status; kept := k.body; RETURN;
    END IF;
    -- Only locked here: call 2 writes the row, once.
    SELECT i.version + 1 INTO version FROM gateway.invoice i
        WHERE i.tenant_id = p_tenant AND i.environment = p_environment AND i.id = p_invoice
          AND i.state = p_from AND i.version = p_version AND i.deleted_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN outcome := 'conflict'; RETURN; END IF;
    IF p_series IS NOT NULL THEN
        UPDATE gateway.series r SET next = r.next + 1
            WHERE r.tenant_id = p_tenant AND r.environment = p_environment AND r.issuer_id = p_issuer AND r.code = p_series
            RETURNING r.next - 1 INTO number;
        IF NOT FOUND THEN
            INSERT INTO gateway.series AS r (tenant_id, environment, issuer_id, code, next)
                VALUES (p_tenant, p_environment, p_issuer, p_series, 2)
                ON CONFLICT (tenant_id, environment, issuer_id, code) DO UPDATE SET next = r.next + 1
                RETURNING r.next - 1 INTO number;
        END IF;
    END IF;
    FOR i IN 1 .. coalesce(array_length(p_chains, 1), 0) LOOP
        SELECT c.sequence, c.link, c.last_at, c.retired_at INTO s, l, t, ended FROM gateway.chain c
            WHERE c.tenant_id = p_tenant AND c.environment = p_environment
              AND c.jurisdiction = p_jurisdictions[i] AND c.key = p_chains[i] FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO gateway.chain (tenant_id, environment, jurisdiction, key)
                VALUES (p_tenant, p_environment, p_jurisdictions[i], p_chains[i]) ON CONFLICT DO NOTHING;
            SELECT c.sequence, c.link, c.last_at, c.retired_at INTO s, l, t, ended FROM gateway.chain c
                WHERE c.tenant_id = p_tenant AND c.environment = p_environment
                  AND c.jurisdiction = p_jurisdictions[i] AND c.key = p_chains[i] FOR UPDATE;
        END IF;
        IF ended IS NOT NULL THEN outcome := 'retired'; RETURN; END IF;
        sequences := sequences || (s + 1); links := links || l; last_at := greatest(last_at, t);
    END LOOP;
    outcome := 'open';
END $$;

-- Evidence goes only by `forget`: the owner's, one statement, once it is said that the time of keeping is over.
CREATE OR REPLACE FUNCTION gateway.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'document' AND current_user = 'gateway_owner'
        AND current_setting('app.keeping_is_over', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
