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
