-- The few moves that must be one round trip, and the few look-ups that cross tenants (SECURITY DEFINER, ids only).

CREATE FUNCTION gateway.enter(p_tenant uuid, p_environment text) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('app.tenant', p_tenant::text, true), set_config('app.environment', p_environment, true);
$$;

CREATE FUNCTION platform.find_key(p_digest bytea)
RETURNS TABLE (id uuid, tenant_id uuid, environment text, scopes text[], issuers uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.id, k.tenant_id, k.environment, k.scopes, k.issuers
    FROM platform.api_key k WHERE k.digest = p_digest AND k.revoked_at IS NULL;
$$;

-- Call 1 of a finalize (or a resubmission): context, idempotency, invoice, series, chains, in the lock order of the house.
-- outcome: open | busy | replay | reused | conflict. A reseal keeps its number (p_number given) and does not move a draft.
CREATE FUNCTION gateway.seal_open(
    p_tenant uuid, p_environment text, p_key text, p_fingerprint bytea, p_invoice uuid, p_version int, p_issuer uuid,
    p_series text, p_jurisdictions text[], p_chains text[], p_from text,
    OUT outcome text, OUT status int, OUT kept bytea, OUT number bigint, OUT version int,
    OUT sequences bigint[], OUT links bytea[], OUT last_at timestamptz)
LANGUAGE plpgsql AS $$
DECLARE s bigint; l bytea; t timestamptz; k record;
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
        SELECT c.sequence, c.link, c.last_at INTO s, l, t FROM gateway.chain c
            WHERE c.tenant_id = p_tenant AND c.environment = p_environment
              AND c.jurisdiction = p_jurisdictions[i] AND c.key = p_chains[i] FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO gateway.chain (tenant_id, environment, jurisdiction, key)
                VALUES (p_tenant, p_environment, p_jurisdictions[i], p_chains[i]) ON CONFLICT DO NOTHING;
            SELECT c.sequence, c.link, c.last_at INTO s, l, t FROM gateway.chain c
                WHERE c.tenant_id = p_tenant AND c.environment = p_environment
                  AND c.jurisdiction = p_jurisdictions[i] AND c.key = p_chains[i] FOR UPDATE;
        END IF;
        sequences := sequences || (s + 1); links := links || l; last_at := greatest(last_at, t);
    END LOOP;
    outcome := 'open';
END $$;

-- Call 2: everything that was sealed, with its submissions, flows, events, audit and the kept answer. Arrays are parallel.
-- One pass over the sealed records with plain inserts: their plans are kept, and the JSON is read once (measured: a third of
-- the time of six set-based statements). Waking the worker is left to the caller, after COMMIT: NOTIFY would take a
-- database-wide lock at commit and undo group commit.
CREATE FUNCTION gateway.seal_close(
    p_tenant uuid, p_environment text, p_invoice uuid, p_issuer uuid, p_number text, p_document jsonb, p_draft jsonb,
    p_at timestamptz, p_sealed jsonb, p_bodies bytea[], p_links bytea[], p_events jsonb, p_audit jsonb,
    p_key text, p_fingerprint bytea, p_status int, p_answer bytea)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE s record;
BEGIN
    UPDATE gateway.invoice i SET state = 'open', version = i.version + 1, number = p_number, document = p_document,
            draft = coalesce(p_draft, i.draft), finalized_at = coalesce(i.finalized_at, p_at), updated_at = p_at
        WHERE i.tenant_id = p_tenant AND i.environment = p_environment AND i.id = p_invoice;
    FOR s IN SELECT * FROM jsonb_to_recordset(p_sealed) AS s(n int, id uuid, document_id uuid, jurisdiction text,
        instruction text, name text, media_type text, chain text, sequence bigint, position bigint, flow_key text,
        ordered boolean, max_batch int, overrides_pause boolean, attributes jsonb, facts jsonb, fingerprint text,
        edition text, supersedes uuid)
    LOOP
        INSERT INTO gateway.document (tenant_id, environment, id, invoice_id, submission_id, jurisdiction, name, media_type,
                role, sha256, body, at)
            VALUES (p_tenant, p_environment, s.document_id, p_invoice, s.id, s.jurisdiction, s.name, s.media_type,
                'sealed', sha256(p_bodies[s.n]), p_bodies[s.n], p_at);
        IF s.chain IS NOT NULL THEN
            UPDATE gateway.chain c SET sequence = s.sequence, link = p_links[s.n], last_at = p_at
                WHERE c.tenant_id = p_tenant AND c.environment = p_environment
                  AND c.jurisdiction = s.jurisdiction AND c.key = s.chain;
            INSERT INTO gateway.link (tenant_id, environment, jurisdiction, chain, sequence, document_id, link, at)
                VALUES (p_tenant, p_environment, s.jurisdiction, s.chain, s.sequence, s.document_id, p_links[s.n], p_at);
        END IF;
        INSERT INTO gateway.submission (tenant_id, environment, id, invoice_id, issuer_id, jurisdiction, instruction, state,
                flow_key, position, document_id, attributes, facts, fingerprint, edition, supersedes, sealed_at, updated_at)
            VALUES (p_tenant, p_environment, s.id, p_invoice, p_issuer, s.jurisdiction, s.instruction, 'queued',
                s.flow_key, s.position, s.document_id, s.attributes, s.facts, s.fingerprint, s.edition, s.supersedes,
                p_at, p_at);
        INSERT INTO gateway.flow (tenant_id, environment, jurisdiction, key, issuer_id, ordered, max_batch, overrides_pause)
            VALUES (p_tenant, p_environment, s.jurisdiction, s.flow_key, p_issuer, s.ordered, s.max_batch, s.overrides_pause)
            ON CONFLICT DO NOTHING;
    END LOOP;
    PERFORM gateway.record(p_tenant, p_environment, p_at, p_events, p_audit);
    INSERT INTO gateway.idempotency (tenant_id, environment, key, fingerprint, status, body)
        VALUES (p_tenant, p_environment, p_key, p_fingerprint, p_status, p_answer);
END $$;

-- Events and audit rows of one move, written beside it and numbered later by the sequencer.
CREATE FUNCTION gateway.record(p_tenant uuid, p_environment text, p_at timestamptz, p_events jsonb, p_audit jsonb)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gateway.event (tenant_id, environment, id, at, type, object_type, object_id, version, state, previous_state, body)
        SELECT p_tenant, p_environment, e.id, p_at, e.type, e.object_type, e.object_id, e.version, e.state, e.previous_state,
            coalesce(e.body, '{}')
        FROM jsonb_to_recordset(p_events) AS e(id uuid, type text, object_type text, object_id text, version int, state text,
            previous_state text, body jsonb);
    INSERT INTO gateway.audit (tenant_id, environment, id, at, actor, action, object_type, object_id, request_id, detail)
        SELECT p_tenant, p_environment, a.id, p_at, a.actor, a.action, a.object_type, a.object_id, a.request_id,
            coalesce(a.detail, '{}')
        FROM jsonb_to_recordset(p_audit) AS a(id uuid, actor text, action text, object_type text, object_id text,
            request_id text, detail jsonb);
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA platform FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gateway FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gateway TO gateway_api, gateway_worker;
GRANT EXECUTE ON FUNCTION platform.find_key(bytea) TO gateway_api;

-- All that finalize must know of a draft, in one round trip.
CREATE FUNCTION gateway.read_for_seal(p_tenant uuid, p_environment text, p_invoice uuid)
RETURNS TABLE (state text, version int, kind text, issuer_id uuid, number text, source_ref text, draft jsonb, document jsonb,
    routes jsonb, created_at timestamptz, finalized_at timestamptz, issuer jsonb, issuer_version int, customer jsonb,
    credentials jsonb)
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
              AND r.issuer_id IN (i.issuer_id, '00000000-0000-0000-0000-000000000000'))
    FROM gateway.invoice i
    JOIN gateway.issuer s ON s.tenant_id = p_tenant AND s.environment = p_environment AND s.id = i.issuer_id
    WHERE i.tenant_id = p_tenant AND i.environment = p_environment AND i.id = p_invoice AND i.deleted_at IS NULL;
END $$;
GRANT EXECUTE ON FUNCTION gateway.read_for_seal(uuid, text, uuid) TO gateway_api, gateway_worker;
REVOKE ALL ON FUNCTION gateway.read_for_seal(uuid, text, uuid) FROM PUBLIC;
