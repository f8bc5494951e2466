-- The rows of the house. Keys lead with (tenant_id, environment); legal evidence is append-only; a tenant sees its own rows.
-- `gateway` holds what belongs to a tenant, `platform` what has none. Run as gateway_owner.

CREATE SCHEMA gateway AUTHORIZATION gateway_owner;
CREATE SCHEMA platform AUTHORIZATION gateway_owner;
GRANT USAGE ON SCHEMA gateway, platform TO gateway_api, gateway_worker;

CREATE TABLE platform.tenant (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE platform.api_key (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES platform.tenant,
    environment text NOT NULL CHECK (environment IN ('test', 'live')),
    digest bytea NOT NULL UNIQUE,
    hint text NOT NULL,
    scopes text[] NOT NULL,
    issuers uuid[],
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE platform.credential (
    environment text NOT NULL CHECK (environment IN ('test', 'live')),
    jurisdiction text NOT NULL,
    name text NOT NULL,
    version int NOT NULL DEFAULT 1,
    sealed bytea NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (environment, jurisdiction, name)
);

-- Tokens and discovery answers: sealed by the vault, gone when they expire.
CREATE TABLE platform.session (
    environment text NOT NULL,
    jurisdiction text NOT NULL,
    key text NOT NULL,
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (environment, jurisdiction, key)
);

CREATE TABLE platform.breaker (
    environment text NOT NULL,
    jurisdiction text NOT NULL,
    failures int NOT NULL DEFAULT 0,
    open_until timestamptz,
    PRIMARY KEY (environment, jurisdiction)
);

CREATE TABLE platform.sequencer_mark (
    stream text PRIMARY KEY,
    xid xid8 NOT NULL
);
INSERT INTO platform.sequencer_mark VALUES ('event', '0'), ('audit', '0');

CREATE TABLE platform.sequencer_head (
    stream text NOT NULL,
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    sequence bigint NOT NULL,
    hash bytea NOT NULL DEFAULT '',
    PRIMARY KEY (stream, tenant_id, environment)
) WITH (fillfactor = 50);

CREATE TABLE gateway.issuer (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    version int NOT NULL DEFAULT 1,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, id)
);

-- issuer_id is the nil UUID where the credential belongs to the tenant as a whole.
CREATE TABLE gateway.credential (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    issuer_id uuid NOT NULL,
    jurisdiction text NOT NULL,
    name text NOT NULL,
    version int NOT NULL DEFAULT 1,
    sealed bytea NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, issuer_id, jurisdiction, name)
);

CREATE TABLE gateway.customer (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    version int NOT NULL DEFAULT 1,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, id)
);

CREATE TABLE gateway.invoice (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'open', 'paid', 'void')),
    version int NOT NULL DEFAULT 1,
    number text,
    source_ref text NOT NULL,
    draft jsonb NOT NULL,
    document jsonb NOT NULL,
    routes jsonb NOT NULL,
    findings jsonb NOT NULL,
    ready boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finalized_at timestamptz,
    deleted_at timestamptz,
    PRIMARY KEY (tenant_id, environment, id),
    FOREIGN KEY (tenant_id, environment, issuer_id) REFERENCES gateway.issuer
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX invoice_business_event ON gateway.invoice (tenant_id, environment, issuer_id, source_ref)
    WHERE kind = 'invoice' AND state <> 'void' AND deleted_at IS NULL;
CREATE UNIQUE INDEX invoice_number ON gateway.invoice (tenant_id, environment, issuer_id, number) WHERE number IS NOT NULL;

CREATE TABLE gateway.series (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    issuer_id uuid NOT NULL,
    code text NOT NULL,
    next bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, environment, issuer_id, code)
) WITH (fillfactor = 20);

CREATE TABLE gateway.chain (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    jurisdiction text NOT NULL,
    key text NOT NULL,
    sequence bigint NOT NULL DEFAULT 0,
    link bytea,
    last_at timestamptz,
    PRIMARY KEY (tenant_id, environment, jurisdiction, key)
) WITH (fillfactor = 20);

CREATE TABLE gateway.document (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    submission_id uuid NOT NULL,
    jurisdiction text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    role text NOT NULL CHECK (role IN ('sealed', 'evidence')),
    sha256 bytea NOT NULL,
    body bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, id)
);
-- Led by the invoice, so that a look-up by primary key can never take it for its prefix (tenant_id, environment):
-- before the first ANALYZE both would seem to be as good, and one reads all that the tenant has.
CREATE INDEX document_of_invoice ON gateway.document (invoice_id, tenant_id, environment);

CREATE TABLE gateway.link (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    jurisdiction text NOT NULL,
    chain text NOT NULL,
    sequence bigint NOT NULL,
    document_id uuid NOT NULL,
    link bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, jurisdiction, chain, sequence)
);

CREATE TABLE gateway.submission (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    jurisdiction text NOT NULL,
    instruction text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'submitting', 'accepted', 'accepted_with_warnings', 'rejected', 'waiting',
        'retry_scheduled', 'outcome_unknown', 'held', 'superseded')),
    version int NOT NULL DEFAULT 1,
    flow_key text NOT NULL,
    position bigint NOT NULL,
    document_id uuid NOT NULL,
    attributes jsonb NOT NULL,
    facts jsonb NOT NULL,
    fingerprint text NOT NULL,
    edition text NOT NULL,
    tries int NOT NULL DEFAULT 0,
    first_tried_at timestamptz,
    not_before timestamptz,
    authority_id text,
    code text,
    message text,
    findings jsonb NOT NULL DEFAULT '[]',
    supersedes uuid,
    sealed_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, id),
    CHECK (authority_id IS NOT NULL OR state NOT IN ('accepted', 'accepted_with_warnings'))
) WITH (fillfactor = 70);
CREATE INDEX submission_of_invoice ON gateway.submission (invoice_id, tenant_id, environment);
-- Few at any moment: found without walking past 100,000 records that merely wait.
CREATE INDEX submission_unsettled ON gateway.submission (tenant_id, environment, jurisdiction, flow_key, not_before)
    WHERE state IN ('submitting', 'waiting', 'outcome_unknown');
CREATE INDEX submission_waiting ON gateway.submission (tenant_id, environment, jurisdiction, flow_key, position, id)
    WHERE state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown');

-- Who delivers what, in which order. Only the worker moves a flow; finalize inserts a missing one and locks none.
CREATE TABLE gateway.flow (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    jurisdiction text NOT NULL,
    key text NOT NULL,
    issuer_id uuid NOT NULL,
    ordered boolean NOT NULL,
    max_batch int NOT NULL,
    overrides_pause boolean NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'held')),
    version int NOT NULL DEFAULT 1,
    hold_code text,
    hold_message text,
    paced_until timestamptz,
    backoff_until timestamptz,
    failures int NOT NULL DEFAULT 0,
    lease_token uuid,
    leased_until timestamptz,
    last_leased_at timestamptz,
    PRIMARY KEY (tenant_id, environment, jurisdiction, key)
) WITH (fillfactor = 50);

CREATE TABLE gateway.standing (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    invoice_id uuid NOT NULL,
    jurisdiction text NOT NULL,
    state text NOT NULL,
    version int NOT NULL DEFAULT 1,
    authority_id text,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, invoice_id, jurisdiction)
);

CREATE TABLE gateway.case_file (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    jurisdiction text NOT NULL,
    invoice_id uuid,
    submission_id uuid,
    flow_key text,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resubmitted', 'resolved')),
    version int NOT NULL DEFAULT 1,
    case_class text NOT NULL,
    sentence text NOT NULL,
    path text NOT NULL,
    pointer text,
    fix text,
    actions jsonb NOT NULL DEFAULT '[]',
    editable jsonb NOT NULL DEFAULT '[]',
    external_code text,
    external_message text,
    findings jsonb NOT NULL DEFAULT '[]',
    fingerprint text,
    owner text,
    opened_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, id)
);
-- A case that a person has closed does not keep a later refusal of the same submission from opening its own.
CREATE UNIQUE INDEX case_of_submission ON gateway.case_file (tenant_id, environment, submission_id)
    WHERE submission_id IS NOT NULL AND state <> 'resolved';
CREATE UNIQUE INDEX case_of_flow ON gateway.case_file (tenant_id, environment, jurisdiction, flow_key)
    WHERE submission_id IS NULL AND state <> 'resolved';

CREATE TABLE gateway.idempotency (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status int NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}',
    body bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, environment, key)
);

CREATE TABLE gateway.exchange (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    jurisdiction text NOT NULL,
    flow_key text NOT NULL,
    phase text NOT NULL,
    ask text NOT NULL,
    endpoint text NOT NULL,
    effect text NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    submissions uuid[] NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    memo jsonb NOT NULL,
    correlation text,
    PRIMARY KEY (tenant_id, environment, at, id)
) PARTITION BY RANGE (at);

CREATE TABLE gateway.exchange_answer (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    exchange_id uuid NOT NULL,
    at timestamptz NOT NULL,
    status int NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    failure text,
    detail text,
    PRIMARY KEY (tenant_id, environment, at, exchange_id)
) PARTITION BY RANGE (at);

CREATE TABLE gateway.event (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    type text NOT NULL,
    object_type text NOT NULL,
    object_id text NOT NULL,
    version int NOT NULL,
    state text,
    previous_state text,
    body jsonb NOT NULL DEFAULT '{}',
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, environment, at, id)
) PARTITION BY RANGE (at);
CREATE INDEX event_unsequenced ON gateway.event (xid);

CREATE TABLE gateway.audit (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    object_type text NOT NULL,
    object_id text NOT NULL,
    request_id text,
    detail jsonb NOT NULL DEFAULT '{}',
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, environment, at, id)
) PARTITION BY RANGE (at);
CREATE INDEX audit_unsequenced ON gateway.audit (xid);

CREATE TABLE gateway.event_sequence (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, sequence)
);

CREATE TABLE gateway.audit_sequence (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    sequence bigint NOT NULL,
    audit_id uuid NOT NULL,
    at timestamptz NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, environment, sequence)
);

-- Partitions by month, one ahead and a default so that no row is ever refused for its date.
CREATE FUNCTION platform.ensure_partitions(p_from date, p_months int) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE parent text; start_on date;
BEGIN
    FOREACH parent IN ARRAY ARRAY['exchange', 'exchange_answer', 'event', 'audit'] LOOP
        FOR i IN 0 .. p_months - 1 LOOP
            start_on := (date_trunc('month', p_from) + make_interval(months => i))::date;
            EXECUTE format('CREATE TABLE IF NOT EXISTS gateway.%I PARTITION OF gateway.%I FOR VALUES FROM (%L) TO (%L)',
                parent || to_char(start_on, '_YYYY_MM'), parent, start_on, (start_on + interval '1 month')::date);
        END LOOP;
        EXECUTE format('CREATE TABLE IF NOT EXISTS gateway.%I PARTITION OF gateway.%I DEFAULT', parent || '_other', parent);
    END LOOP;
END $$;
SELECT platform.ensure_partitions(current_date, 14);

CREATE FUNCTION gateway.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

DO $$
DECLARE
    t text;
    appended text[] := ARRAY['document', 'link', 'event', 'audit', 'exchange', 'exchange_answer', 'event_sequence', 'audit_sequence'];
    moved text[] := ARRAY['issuer', 'credential', 'customer', 'invoice', 'series', 'chain', 'submission', 'flow', 'standing',
        'case_file', 'idempotency'];
BEGIN
    FOREACH t IN ARRAY appended LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gateway.%I FOR EACH STATEMENT
            EXECUTE FUNCTION gateway.refuse_change()', t);
        EXECUTE format('GRANT SELECT, INSERT ON gateway.%I TO gateway_api, gateway_worker', t);
    END LOOP;
    FOREACH t IN ARRAY moved LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON gateway.%I TO gateway_api, gateway_worker', t);
    END LOOP;
    FOREACH t IN ARRAY appended || moved LOOP
        EXECUTE format('ALTER TABLE gateway.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE gateway.%I FORCE ROW LEVEL SECURITY', t);
        -- The settings are read once per statement (an initplan), not once per row.
        EXECUTE format('CREATE POLICY own_rows ON gateway.%I TO gateway_api, gateway_worker USING (
            tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid)
            AND environment = (SELECT current_setting(''app.environment'', true)))', t);
        -- The look-up functions below run as the owner; they return ids only.
        EXECUTE format('CREATE POLICY owner_rows ON gateway.%I TO gateway_owner USING (true)', t);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON platform.session TO gateway_worker;
GRANT SELECT, INSERT, UPDATE ON platform.breaker TO gateway_worker;
GRANT SELECT ON platform.breaker TO gateway_api;
GRANT SELECT ON platform.credential TO gateway_worker, gateway_api;
CREATE INDEX exchange_of_submission ON gateway.exchange USING gin (submissions);
CREATE INDEX audit_of_object ON gateway.audit (tenant_id, environment, object_id);

-- Invoices, documents and kept answers are a few kilobytes: kept inline as they are, since compressing them costs more than
-- the rest of their INSERT (measured).
ALTER TABLE gateway.invoice SET (toast_tuple_target = 8160);
ALTER TABLE gateway.document SET (toast_tuple_target = 8160);
ALTER TABLE gateway.idempotency SET (toast_tuple_target = 8160);
ALTER TABLE gateway.document ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE gateway.idempotency ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE gateway.exchange ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE gateway.exchange_answer ALTER COLUMN body SET STORAGE EXTERNAL;
