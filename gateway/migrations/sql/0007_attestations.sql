-- Signed papers (attestations), incidents of flows, and what finalize must know of both.

-- The operator's own papers, for every account of the environment.
CREATE TABLE platform.attestation (
    environment text NOT NULL CHECK (environment IN ('test', 'live')),
    jurisdiction text NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    edition text NOT NULL,
    body jsonb NOT NULL DEFAULT '{}',
    document bytea,
    media_type text,
    sha256 text,
    valid_from date NOT NULL,
    valid_until date,
    revoked_at timestamptz,
    registered_at timestamptz NOT NULL,
    actor text NOT NULL,
    PRIMARY KEY (environment, id)
);
GRANT SELECT ON platform.attestation TO gateway_api, gateway_worker;

CREATE TABLE gateway.attestation (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    issuer_id uuid NOT NULL,
    jurisdiction text NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    edition text NOT NULL,
    body jsonb NOT NULL DEFAULT '{}',
    document bytea,
    media_type text,
    sha256 text,
    valid_from date NOT NULL,
    valid_until date,
    revoked_at timestamptz,
    registered_at timestamptz NOT NULL,
    actor text NOT NULL,
    PRIMARY KEY (tenant_id, environment, id),
    FOREIGN KEY (tenant_id, environment, issuer_id) REFERENCES gateway.issuer
);
CREATE INDEX attestation_of_issuer ON gateway.attestation (issuer_id, tenant_id, environment);

-- What is signed never changes; it can only be revoked, once.
CREATE FUNCTION gateway.revoke_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
        OR to_jsonb(NEW) - 'revoked_at' <> to_jsonb(OLD) - 'revoked_at' THEN
        RAISE EXCEPTION '%.% is append-only, but for one revocation', TG_TABLE_SCHEMA, TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER revoke_only BEFORE UPDATE OR DELETE ON platform.attestation FOR EACH ROW EXECUTE FUNCTION gateway.revoke_only();
CREATE TRIGGER revoke_only BEFORE UPDATE OR DELETE ON gateway.attestation FOR EACH ROW EXECUTE FUNCTION gateway.revoke_only();

-- From when until when a flow could not deliver, why, and how much was waiting at worst.
CREATE TABLE gateway.incident (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    jurisdiction text NOT NULL,
    flow_key text NOT NULL,
    issuer_id uuid NOT NULL,
    cause text NOT NULL,
    message text,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    unsent int NOT NULL DEFAULT 0,
    tries int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, environment, id)
);
CREATE UNIQUE INDEX incident_open ON gateway.incident (tenant_id, environment, jurisdiction, flow_key) WHERE ended_at IS NULL;
CREATE INDEX incident_began ON gateway.incident (tenant_id, environment, began_at, id);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['attestation', 'incident'] LOOP
        EXECUTE format('ALTER TABLE gateway.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE gateway.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_rows ON gateway.%I TO gateway_api, gateway_worker USING (
            tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid)
            AND environment = (SELECT current_setting(''app.environment'', true)))', t);
        EXECUTE format('CREATE POLICY owner_rows ON gateway.%I TO gateway_owner USING (true)', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON gateway.%I TO gateway_api, gateway_worker', t);
    END LOOP;
END $$;

-- The papers that count for an issuer, without their documents: its own and the operator's. (Without SET or aggregate, so that
-- a planner takes it into the query that asks.)
CREATE FUNCTION gateway.attestation_rows(p_tenant uuid, p_environment text, p_issuer uuid)
RETURNS TABLE (jurisdiction text, id uuid, name text, edition text, body jsonb, sha256 text, valid_from date, valid_until date,
    revoked_at timestamptz, registered_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT o.jurisdiction, o.id, o.name, o.edition, o.body, o.sha256, o.valid_from, o.valid_until, o.revoked_at, o.registered_at
    FROM gateway.attestation o
    WHERE o.tenant_id = p_tenant AND o.environment = p_environment AND o.issuer_id = p_issuer
    UNION ALL
    SELECT p.jurisdiction, p.id, p.name, p.edition, p.body, p.sha256, p.valid_from, p.valid_until, p.revoked_at, p.registered_at
    FROM platform.attestation p WHERE p.environment = p_environment
$$;

-- Whom a jurisdiction serves in this account: the first and the last of its flow keys, for each of the jurisdictions.
CREATE FUNCTION gateway.flow_ends(p_tenant uuid, p_environment text, p_jurisdictions text[])
RETURNS TABLE (jurisdiction text, first text, last text)
LANGUAGE sql STABLE AS $$
    SELECT j.code, a.key, z.key FROM unnest(p_jurisdictions) AS j(code)
    CROSS JOIN LATERAL (SELECT f.key FROM gateway.flow f WHERE f.tenant_id = p_tenant AND f.environment = p_environment
        AND f.jurisdiction = j.code ORDER BY f.key LIMIT 1) a
    CROSS JOIN LATERAL (SELECT f.key FROM gateway.flow f WHERE f.tenant_id = p_tenant AND f.environment = p_environment
        AND f.jurisdiction = j.code ORDER BY f.key DESC LIMIT 1) z
$$;

-- Both as one value each, newest paper first.
CREATE FUNCTION gateway.attestations_of(p_tenant uuid, p_environment text, p_issuer uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.registered_at DESC, a.id DESC), '[]')
        FROM gateway.attestation_rows(p_tenant, p_environment, p_issuer) a;
$$;
CREATE FUNCTION gateway.flows_of(p_tenant uuid, p_environment text, p_jurisdictions text[]) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(f.jurisdiction, jsonb_build_array(f.first, f.last)), '{}')
        FROM gateway.flow_ends(p_tenant, p_environment, p_jurisdictions) f;
$$;

-- All that finalize must know of a draft, in one round trip: as before, with papers and flows.
DROP FUNCTION gateway.read_for_seal(uuid, text, uuid);
CREATE FUNCTION gateway.read_for_seal(p_tenant uuid, p_environment text, p_invoice uuid)
RETURNS TABLE (state text, version int, kind text, issuer_id uuid, number text, source_ref text, draft jsonb, document jsonb,
    routes jsonb, created_at timestamptz, finalized_at timestamptz, issuer jsonb, issuer_version int, customer jsonb,
    credentials jsonb, attestations jsonb, flows jsonb)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant::text, true), set_config('app.environment', p_environment, true);
    RETURN QUERY SELECT i.state, i.version, i.kind, i.issuer_id, i.number, i.source_ref, i.draft, i.document, i.routes,
        i.created_at, i.finalized_at, s.body, s.version,
        (SELECT c.body FROM gateway.customer c WHERE c.tenant_id = p_tenant AND c.environment = p_environment
            AND jsonb_typeof(i.draft -> 'customer') = 'string'
            AND c.id = CASE WHEN i.draft ->> 'customer' ~ '^cus_[0-9a-f]{32}$'
                THEN substr(i.draft ->> 'customer', 5)::uuid END),
        (SELECT coalesce(jsonb_object_agg(r.jurisdiction || ':' || r.name, r.facts), '{}') FROM gateway.credential r
            WHERE r.tenant_id = p_tenant AND r.environment = p_environment
              AND r.issuer_id IN (i.issuer_id, '00000000-0000-0000-0000-000000000000')),
        (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.registered_at DESC, a.id DESC), '[]')
            FROM gateway.attestation_rows(p_tenant, p_environment, i.issuer_id) a),
        (SELECT coalesce(jsonb_object_agg(f.jurisdiction, jsonb_build_array(f.first, f.last)), '{}')
            FROM gateway.flow_ends(p_tenant, p_environment,
                ARRAY(SELECT x ->> 'jurisdiction' FROM jsonb_array_elements(i.routes) x)) f)
    FROM gateway.invoice i
    JOIN gateway.issuer s ON s.tenant_id = p_tenant AND s.environment = p_environment AND s.id = i.issuer_id
    WHERE i.tenant_id = p_tenant AND i.environment = p_environment AND i.id = p_invoice AND i.deleted_at IS NULL;
END $$;

-- How many days before its end an account was last told of a stored certificate; null: never of this version.
ALTER TABLE gateway.credential ADD COLUMN told_days int;

-- Certificates of which an account is to be told, over all tenants: those that end within one of these numbers of days, and
-- were not told of within it yet. Ids only; the rest is read and written in the tenant's own context.
CREATE FUNCTION platform.credentials_ending(p_environments text[], p_days int[], p_now timestamptz)
RETURNS TABLE (tenant_id uuid, environment text, issuer_id uuid, jurisdiction text, name text, days int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT c.tenant_id, c.environment, c.issuer_id, c.jurisdiction, c.name, min(d.days)
    FROM gateway.credential c JOIN unnest(p_days) AS d(days)
        ON (c.facts ->> 'not_after')::timestamptz <= p_now + make_interval(days => d.days)
    WHERE c.environment = ANY (p_environments)
    GROUP BY 1, 2, 3, 4, 5, c.told_days HAVING min(d.days) < coalesce(c.told_days, 2147483647);
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gateway FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gateway TO gateway_api, gateway_worker;
REVOKE ALL ON FUNCTION platform.credentials_ending(text[], int[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.credentials_ending(text[], int[], timestamptz) TO gateway_worker;
