-- What the worker needs in one round trip: leasing, loading, settling; and the sequencer. Times that authorities and
-- flows wish for are compared with the worker's own clock (p_now); leases live by the clock of the database.

-- Whether a turn of this flow would have something to do. What is unsettled is asked for first; in an ordered flow
-- nothing passes it, and the head of the queue decides for all behind it. A full batch may override the pacing.
CREATE FUNCTION gateway.flow_due(f gateway.flow, p_now timestamptz) RETURNS boolean
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    SELECT f.state = 'open' AND (f.backoff_until IS NULL OR f.backoff_until <= p_now)
        AND (f.paced_until IS NULL OR f.paced_until <= p_now OR (f.overrides_pause AND f.max_batch <= (
            SELECT count(*) FROM (SELECT 1 FROM gateway.submission s
                WHERE s.tenant_id = f.tenant_id AND s.environment = f.environment AND s.jurisdiction = f.jurisdiction
                  AND s.flow_key = f.key AND s.state IN ('queued', 'retry_scheduled') LIMIT f.max_batch) full_batch)))
        AND CASE
            WHEN EXISTS (SELECT 1 FROM gateway.submission s
                WHERE s.tenant_id = f.tenant_id AND s.environment = f.environment AND s.jurisdiction = f.jurisdiction
                  AND s.flow_key = f.key AND s.state IN ('submitting', 'waiting', 'outcome_unknown')
                  AND (s.not_before IS NULL OR s.not_before <= p_now)) THEN true
            WHEN f.ordered AND EXISTS (SELECT 1 FROM gateway.submission s
                WHERE s.tenant_id = f.tenant_id AND s.environment = f.environment AND s.jurisdiction = f.jurisdiction
                  AND s.flow_key = f.key AND s.state IN ('submitting', 'outcome_unknown')) THEN false
            WHEN f.ordered THEN coalesce((SELECT s.not_before IS NULL OR s.not_before <= p_now FROM gateway.submission s
                WHERE s.tenant_id = f.tenant_id AND s.environment = f.environment AND s.jurisdiction = f.jurisdiction
                  AND s.flow_key = f.key AND s.state IN ('queued', 'retry_scheduled')
                ORDER BY s.position, s.id LIMIT 1), false)
            ELSE EXISTS (SELECT 1 FROM gateway.submission s
                WHERE s.tenant_id = f.tenant_id AND s.environment = f.environment AND s.jurisdiction = f.jurisdiction
                  AND s.flow_key = f.key AND s.state IN ('queued', 'retry_scheduled')
                  AND (s.not_before IS NULL OR s.not_before <= p_now))
        END
$$;

-- Lease one due flow. Flows with something to do are found by skipping through the partial index, one probe a flow, so
-- that 100,000 records waiting in one flow cost no more than one. The tenant served longest ago comes first. Whoever
-- probes a half-open breaker keeps the others away for a moment.
CREATE FUNCTION platform.lease_flow(p_environments text[], p_jurisdictions text[], p_lease interval, p_now timestamptz)
RETURNS TABLE (tenant_id uuid, environment text, jurisdiction text, key text, token uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE c record; fresh uuid := gen_random_uuid();
BEGIN
    FOR c IN
        WITH RECURSIVE active AS (
            (SELECT s.tenant_id, s.environment, s.jurisdiction, s.flow_key FROM gateway.submission s
             WHERE s.state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown')
             ORDER BY 1, 2, 3, 4 LIMIT 1)
            UNION ALL
            SELECT n.* FROM active a CROSS JOIN LATERAL (
                SELECT s.tenant_id, s.environment, s.jurisdiction, s.flow_key FROM gateway.submission s
                WHERE s.state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown')
                  AND (s.tenant_id, s.environment, s.jurisdiction, s.flow_key)
                      > (a.tenant_id, a.environment, a.jurisdiction, a.flow_key)
                ORDER BY 1, 2, 3, 4 LIMIT 1) n
        ), served AS (
            SELECT t.tenant_id, (SELECT max(f.last_leased_at) FROM gateway.flow f WHERE f.tenant_id = t.tenant_id) AS at
            FROM (SELECT DISTINCT a.tenant_id FROM active a) t
        )
        SELECT f.tenant_id, f.environment, f.jurisdiction, f.key, b.open_until
        FROM active a
        JOIN gateway.flow f ON f.tenant_id = a.tenant_id AND f.environment = a.environment
            AND f.jurisdiction = a.jurisdiction AND f.key = a.flow_key
        JOIN served ON served.tenant_id = f.tenant_id
        LEFT JOIN platform.breaker b ON b.environment = f.environment AND b.jurisdiction = f.jurisdiction
        WHERE f.environment = ANY (p_environments) AND f.jurisdiction = ANY (p_jurisdictions) AND f.state = 'open'
          AND (f.leased_until IS NULL OR f.leased_until < clock_timestamp())
          AND (f.backoff_until IS NULL OR f.backoff_until <= p_now)
          AND (b.open_until IS NULL OR b.open_until <= p_now)
        ORDER BY served.at NULLS FIRST, f.last_leased_at NULLS FIRST
    LOOP
        PERFORM 1 FROM gateway.flow f
            WHERE f.tenant_id = c.tenant_id AND f.environment = c.environment AND f.jurisdiction = c.jurisdiction
              AND f.key = c.key AND (f.leased_until IS NULL OR f.leased_until < clock_timestamp())
              AND gateway.flow_due(f, p_now)
            FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        IF c.open_until IS NOT NULL THEN
            UPDATE platform.breaker b SET open_until = p_now + interval '5 seconds'
                WHERE b.environment = c.environment AND b.jurisdiction = c.jurisdiction AND b.open_until <= p_now;
            CONTINUE WHEN NOT FOUND;
        END IF;
        UPDATE gateway.flow f
            SET lease_token = fresh, leased_until = clock_timestamp() + p_lease, last_leased_at = clock_timestamp()
            WHERE f.tenant_id = c.tenant_id AND f.environment = c.environment AND f.jurisdiction = c.jurisdiction
              AND f.key = c.key;
        RETURN QUERY SELECT c.tenant_id, c.environment, c.jurisdiction, c.key, fresh;
        RETURN;
    END LOOP;
END $$;

-- Documents of a flow with what an exchange needs of them, in flow order: those whose outcome is to be asked for
-- (p_unsettled), or those that wait to be sent. An ordered flow gives its head even where that must wait.
CREATE FUNCTION gateway.flow_documents(p_tenant uuid, p_environment text, p_jurisdiction text, p_key text,
    p_unsettled boolean, p_ordered boolean, p_now timestamptz, p_limit int)
RETURNS TABLE (id uuid, invoice_id uuid, instruction text, state text, attributes jsonb, fingerprint text, edition text,
    tries int, first_tried_at timestamptz, not_before timestamptz, supersedes uuid, sealed_at timestamptz, body bytea)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    -- The bodies as a subquery: read in the order of the index, so that nothing is sorted with its body.
    IF p_unsettled THEN
        RETURN QUERY
            SELECT s.id, s.invoice_id, s.instruction, s.state, s.attributes, s.fingerprint, s.edition, s.tries,
                s.first_tried_at, s.not_before, s.supersedes, s.sealed_at,
                (SELECT d.body FROM gateway.document d
                 WHERE d.tenant_id = p_tenant AND d.environment = p_environment AND d.id = s.document_id)
            FROM gateway.submission s
            WHERE s.tenant_id = p_tenant AND s.environment = p_environment AND s.jurisdiction = p_jurisdiction
              AND s.flow_key = p_key AND s.state IN ('submitting', 'waiting', 'outcome_unknown')
              AND (s.not_before IS NULL OR s.not_before <= p_now)
            ORDER BY s.position, s.id LIMIT p_limit;
    ELSE
        RETURN QUERY
            SELECT s.id, s.invoice_id, s.instruction, s.state, s.attributes, s.fingerprint, s.edition, s.tries,
                s.first_tried_at, s.not_before, s.supersedes, s.sealed_at,
                (SELECT d.body FROM gateway.document d
                 WHERE d.tenant_id = p_tenant AND d.environment = p_environment AND d.id = s.document_id)
            FROM gateway.submission s
            WHERE s.tenant_id = p_tenant AND s.environment = p_environment AND s.jurisdiction = p_jurisdiction
              AND s.flow_key = p_key AND s.state IN ('queued', 'retry_scheduled')
              AND (p_ordered OR s.not_before IS NULL OR s.not_before <= p_now)
            ORDER BY s.position, s.id LIMIT p_limit;
    END IF;
END $$;

-- The functions below join by hash and read by key, whatever the planner knows of the tables: a thousand rows come as JSON,
-- of which it knows nothing, and a nested loop over them costs a second.

-- Standings that follow from settled documents, in rounds: two records of one invoice may settle in one exchange, and
-- the second move starts where the first one ended. Returns how many were noted.
CREATE FUNCTION gateway.note_standings(p_tenant uuid, p_environment text, p_jurisdiction text, p_at timestamptz, p_rows jsonb)
RETURNS int LANGUAGE plpgsql SET enable_nestloop = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE round int := 0; rounds int; n int; total int := 0; invoices uuid[]; want jsonb;
BEGIN
    SELECT array_agg(r.invoice_id), max(r.turn) INTO invoices, rounds FROM (
        SELECT r.invoice_id, row_number() OVER (PARTITION BY r.invoice_id) AS turn
        FROM jsonb_to_recordset(p_rows) AS r(invoice_id uuid, standing text) WHERE r.standing IS NOT NULL) r;
    WHILE round < rounds LOOP
        round := round + 1;
        WITH r AS MATERIALIZED (
            SELECT * FROM (
                SELECT r.*, row_number() OVER (PARTITION BY r.invoice_id ORDER BY r.place) AS turn
                FROM jsonb_to_recordset(p_rows) AS r(place int, id uuid, invoice_id uuid, authority_id text, standing text,
                    standing_from text[], standing_event uuid, standing_audit uuid)
                WHERE r.standing IS NOT NULL) numbered
            WHERE numbered.turn = round
        )
        SELECT jsonb_agg(jsonb_build_object('id', r.id, 'invoice', r.invoice_id, 'state', r.standing,
                'former', coalesce(o.state, 'none'), 'version',
                coalesce(o.version, 0) + (coalesce(o.state, 'none') <> r.standing)::int,
                'authority_id', coalesce(r.authority_id, o.authority_id), 'event', r.standing_event, 'audit', r.standing_audit))
            INTO want
            FROM r LEFT JOIN gateway.standing o ON o.tenant_id = p_tenant AND o.environment = p_environment
                AND o.invoice_id = r.invoice_id AND o.jurisdiction = p_jurisdiction AND o.invoice_id = ANY (invoices)
            WHERE coalesce(o.state, 'none') = ANY (r.standing_from);
        CONTINUE WHEN want IS NULL;
        INSERT INTO gateway.standing AS s (tenant_id, environment, invoice_id, jurisdiction, state, version, authority_id,
                updated_at)
            SELECT p_tenant, p_environment, w.invoice, p_jurisdiction, w.state, w.version, w.authority_id, p_at
            FROM jsonb_to_recordset(want) AS w(invoice uuid, state text, version int, authority_id text)
            ON CONFLICT (tenant_id, environment, invoice_id, jurisdiction) DO UPDATE SET state = excluded.state,
                version = excluded.version, authority_id = excluded.authority_id, updated_at = excluded.updated_at;
        GET DIAGNOSTICS n = ROW_COUNT;
        total := total + n;
        INSERT INTO gateway.event (tenant_id, environment, id, at, type, object_type, object_id, version, state,
                previous_state, body)
            SELECT p_tenant, p_environment, w.event, p_at,
                'standing.' || CASE WHEN w.former = 'cancel_pending' AND w.state <> 'cancelled' THEN 'cancel_refused'
                    WHEN w.state = 'registered_with_errors' THEN 'registered' ELSE w.state END,
                -- An invoice has a standing with each authority: both name the object whose versions are counted.
                'standing', p_jurisdiction || ':inv_' || replace(w.invoice::text, '-', ''), w.version, w.state, w.former,
                jsonb_strip_nulls(jsonb_build_object('invoice', w.invoice, 'jurisdiction', p_jurisdiction,
                    'submission', w.id, 'authority_id', w.authority_id))
            FROM jsonb_to_recordset(want) AS w(id uuid, invoice uuid, state text, former text, version int, authority_id text,
                event uuid)
            WHERE w.state <> w.former;
        INSERT INTO gateway.audit (tenant_id, environment, id, at, actor, action, object_type, object_id, detail)
            SELECT p_tenant, p_environment, w.audit, p_at, 'worker', 'standing.' || w.state, 'standing', w.invoice::text,
                jsonb_strip_nulls(jsonb_build_object('from', w.former, 'submission', w.id,
                    'jurisdiction', p_jurisdiction, 'authority_id', w.authority_id))
            FROM jsonb_to_recordset(want) AS w(id uuid, invoice uuid, state text, former text, authority_id text, audit uuid)
            WHERE w.state <> w.former;
    END LOOP;
    RETURN total;
END $$;

-- One open case for each refused or held document; a second refusal of the same submission opens its case again.
CREATE FUNCTION gateway.open_cases(p_tenant uuid, p_environment text, p_jurisdiction text, p_at timestamptz, p_rows jsonb)
RETURNS int LANGUAGE plpgsql SET enable_nestloop = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE n int; ids uuid[];
BEGIN
    ids := ARRAY(SELECT r.id FROM jsonb_to_recordset(p_rows) AS r(id uuid, case_id uuid) WHERE r.case_id IS NOT NULL);
    WITH r AS MATERIALIZED (
        SELECT r.*, o.state AS former
        FROM jsonb_to_recordset(p_rows) AS r(id uuid, invoice_id uuid, code text, message text, findings jsonb,
            fingerprint text, case_id uuid, case_class text, sentence text, path text, pointer text, fix text,
            actions jsonb, editable jsonb, case_event uuid, case_audit uuid)
        LEFT JOIN gateway.case_file o ON o.tenant_id = p_tenant AND o.environment = p_environment
            AND o.submission_id = r.id AND o.submission_id = ANY (ids) AND o.state <> 'resolved'
        WHERE r.case_id IS NOT NULL
    ), opened AS (
        INSERT INTO gateway.case_file AS c (tenant_id, environment, id, jurisdiction, invoice_id, submission_id, case_class,
                sentence, path, pointer, fix, actions, editable, external_code, external_message, findings, fingerprint,
                opened_at, updated_at)
            SELECT p_tenant, p_environment, r.case_id, p_jurisdiction, r.invoice_id, r.id, r.case_class, r.sentence, r.path,
                r.pointer, r.fix, coalesce(r.actions, '[]'), coalesce(r.editable, '[]'), r.code, r.message,
                coalesce(r.findings, '[]'), r.fingerprint, p_at, p_at
            FROM r
            ON CONFLICT (tenant_id, environment, submission_id) WHERE submission_id IS NOT NULL AND state <> 'resolved'
            DO UPDATE SET state = 'open', version = c.version + 1, case_class = excluded.case_class,
                sentence = excluded.sentence, path = excluded.path, pointer = excluded.pointer, fix = excluded.fix,
                actions = excluded.actions, editable = excluded.editable, external_code = excluded.external_code,
                external_message = excluded.external_message, findings = excluded.findings, updated_at = excluded.updated_at
            RETURNING c.id, c.submission_id, c.invoice_id, c.version, c.case_class
    ), told AS (
        INSERT INTO gateway.event (tenant_id, environment, id, at, type, object_type, object_id, version, state,
                previous_state, body)
            SELECT p_tenant, p_environment, r.case_event, p_at, 'case.opened', 'case', c.id::text, c.version, 'open', r.former,
                jsonb_strip_nulls(jsonb_build_object('invoice', c.invoice_id, 'submission', c.submission_id, 'jurisdiction',
                    p_jurisdiction, 'case_class', c.case_class, 'code', r.code))
            FROM opened c JOIN r ON r.id = c.submission_id WHERE r.former IS DISTINCT FROM 'open'
    ), audited AS (
        INSERT INTO gateway.audit (tenant_id, environment, id, at, actor, action, object_type, object_id, detail)
            SELECT p_tenant, p_environment, r.case_audit, p_at, 'worker', 'case.opened', 'case', c.id::text,
                jsonb_strip_nulls(jsonb_build_object('submission', c.submission_id, 'case_class', c.case_class,
                    'code', r.code, 'message', r.message))
            FROM opened c JOIN r ON r.id = c.submission_id
    )
    SELECT count(*) INTO n FROM opened;
    RETURN n;
END $$;

-- An acceptance closes the submission's own case; the end of a resubmission, whatever it was, closes the case that it
-- came from (a new refusal has a case of its own).
CREATE FUNCTION gateway.close_cases(p_tenant uuid, p_environment text, p_jurisdiction text, p_at timestamptz, p_rows jsonb)
RETURNS int LANGUAGE plpgsql SET enable_nestloop = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE n int; ids uuid[];
BEGIN
    ids := ARRAY(SELECT r.id FROM jsonb_to_recordset(p_rows) AS r(id uuid, own_event uuid) WHERE r.own_event IS NOT NULL
        UNION ALL SELECT r.supersedes FROM jsonb_to_recordset(p_rows) AS r(supersedes uuid) WHERE r.supersedes IS NOT NULL);
    -- Most documents never had a case.
    IF NOT EXISTS (SELECT 1 FROM gateway.case_file o WHERE o.tenant_id = p_tenant AND o.environment = p_environment
        AND o.submission_id = ANY (ids) AND o.state <> 'resolved') THEN RETURN 0; END IF;
    WITH r AS (
        SELECT * FROM jsonb_to_recordset(p_rows) AS r(id uuid, state text, supersedes uuid, own_event uuid, own_audit uuid,
            former_event uuid, former_audit uuid)
    ), target AS (
        SELECT r.id AS by, r.state AS ended, r.id AS submission, former.state AS former,
            r.own_event AS event, r.own_audit AS audit
            FROM r CROSS JOIN (VALUES ('open'), ('resubmitted')) AS former(state) WHERE r.own_event IS NOT NULL
        UNION ALL
        SELECT r.id, r.state, r.supersedes, 'resubmitted', r.former_event, r.former_audit
            FROM r WHERE r.former_event IS NOT NULL AND r.supersedes IS NOT NULL
    ), closed AS (
        UPDATE gateway.case_file c SET state = 'resolved', version = c.version + 1, updated_at = p_at
            FROM target t
            WHERE c.tenant_id = p_tenant AND c.environment = p_environment AND c.submission_id = t.submission
              AND c.submission_id = ANY (ids) AND c.state = t.former
            RETURNING c.id, c.invoice_id, c.submission_id, c.version, t.former, t.by, t.ended, t.event, t.audit
    ), told AS (
        INSERT INTO gateway.event (tenant_id, environment, id, at, type, object_type, object_id, version, state,
                previous_state, body)
            SELECT p_tenant, p_environment, c.event, p_at, 'case.resolved', 'case', c.id::text, c.version, 'resolved', c.former,
                jsonb_strip_nulls(jsonb_build_object('invoice', c.invoice_id, 'submission', c.submission_id,
                    'jurisdiction', p_jurisdiction, 'by', c.by))
            FROM closed c
    ), audited AS (
        INSERT INTO gateway.audit (tenant_id, environment, id, at, actor, action, object_type, object_id, detail)
            SELECT p_tenant, p_environment, c.audit, p_at, 'worker', 'case.resolved', 'case', c.id::text,
                jsonb_build_object('from', c.former, 'submission', c.by, 'ended', c.ended)
            FROM closed c
    )
    SELECT count(*) INTO n FROM closed;
    RETURN n;
END $$;

-- Settle documents of a leased flow: state, event and audit in one statement, their standings and cases behind it, all in
-- the caller's transaction. A stale token settles nothing: -1, and the caller rolls back. Rows without a move check the
-- token only. A row: place, id, invoice_id, state, former, authority_id, code, message, findings,
-- attributes, facts, not_before, sent (counts as a try), event, audit, and the fields of the functions above.
CREATE FUNCTION gateway.settle(p_tenant uuid, p_environment text, p_jurisdiction text, p_flow text, p_token uuid,
    p_at timestamptz, p_rows jsonb, OUT moved int, OUT standings int, OUT opened int, OUT closed int)
LANGUAGE plpgsql SET enable_nestloop = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE ids uuid[];
BEGIN
    moved := 0; standings := 0; opened := 0; closed := 0;
    IF jsonb_array_length(p_rows) > 0 THEN
        ids := ARRAY(SELECT r.id FROM jsonb_to_recordset(p_rows) AS r(id uuid));
        WITH r AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(p_rows) AS r(id uuid, state text, former text, authority_id text, code text, message text,
                findings jsonb, attributes jsonb, facts jsonb, not_before timestamptz, sent boolean, event uuid,
                audit uuid)
        ), m AS (
            -- The version counts what events tell, so that who reads them sees that none is missing.
            UPDATE gateway.submission s SET state = r.state, version = s.version + (s.state <> r.state)::int,
                authority_id = coalesce(r.authority_id, s.authority_id), code = r.code, message = r.message,
                findings = coalesce(r.findings, '[]'), attributes = s.attributes || coalesce(r.attributes, '{}'),
                facts = s.facts || coalesce(r.facts, '{}'), not_before = r.not_before,
                tries = s.tries + coalesce(r.sent, false)::int,
                first_tried_at = CASE WHEN r.sent THEN coalesce(s.first_tried_at, p_at) ELSE s.first_tried_at END,
                updated_at = p_at
            FROM r
            WHERE s.tenant_id = p_tenant AND s.environment = p_environment AND s.id = ANY (ids) AND s.id = r.id
              AND s.state = r.former
            RETURNING s.id, s.invoice_id, s.jurisdiction, s.version, s.state, r.former, s.authority_id, s.code,
                s.message, r.event, r.audit
        ), told AS (
            INSERT INTO gateway.event (tenant_id, environment, id, at, type, object_type, object_id, version, state,
                    previous_state, body)
                SELECT p_tenant, p_environment, m.event, p_at,
                    'submission.' || CASE m.state WHEN 'submitting' THEN 'submitted' ELSE m.state END,
                    'submission', m.id::text, m.version, m.state, m.former,
                    jsonb_strip_nulls(jsonb_build_object('invoice', m.invoice_id, 'jurisdiction', m.jurisdiction,
                        'authority_id', m.authority_id, 'code', m.code))
                FROM m WHERE m.state <> m.former
        ), audited AS (
            INSERT INTO gateway.audit (tenant_id, environment, id, at, actor, action, object_type, object_id, detail)
                SELECT p_tenant, p_environment, m.audit, p_at, 'worker', 'submission.' || m.state, 'submission', m.id::text,
                    jsonb_strip_nulls(jsonb_build_object('from', m.former, 'authority_id', m.authority_id, 'code', m.code,
                        'message', m.message))
                FROM m WHERE m.state <> m.former
        )
        SELECT array_agg(m.id), count(*) INTO ids, moved FROM m;
        IF moved < jsonb_array_length(p_rows) THEN
            SELECT coalesce(jsonb_agg(e.value ORDER BY e.ordinality), '[]') INTO p_rows
                FROM jsonb_array_elements(p_rows) WITH ORDINALITY e WHERE (e.value ->> 'id')::uuid = ANY (ids);
        END IF;
        IF p_rows @? '$[*].standing' THEN
            standings := gateway.note_standings(p_tenant, p_environment, p_jurisdiction, p_at, p_rows);
        END IF;
        IF p_rows @? '$[*].own_event' OR p_rows @? '$[*].former_event' THEN
            closed := gateway.close_cases(p_tenant, p_environment, p_jurisdiction, p_at, p_rows);
        END IF;
        IF p_rows @? '$[*].case_id' THEN
            opened := gateway.open_cases(p_tenant, p_environment, p_jurisdiction, p_at, p_rows);
        END IF;
    END IF;
    -- Last, in the lock order of the house (submissions, then flows); it holds a take-over off until the commit.
    PERFORM 1 FROM gateway.flow f WHERE f.tenant_id = p_tenant AND f.environment = p_environment
        AND f.jurisdiction = p_jurisdiction AND f.key = p_flow AND f.lease_token = p_token FOR SHARE;
    IF NOT FOUND THEN moved := -1; END IF;
END $$;

-- Depth and age of the queues, over all tenants, for metrics; numbers only.
CREATE FUNCTION platform.queue_depths()
RETURNS TABLE (jurisdiction text, environment text, state text, depth bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT s.jurisdiction, s.environment, s.state, count(*), min(s.sealed_at) FROM gateway.submission s
    WHERE s.state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown') GROUP BY 1, 2, 3;
$$;

-- Flows that do not move by themselves now, over all tenants, for metrics; numbers only.
CREATE FUNCTION platform.flows_at_rest(p_now timestamptz)
RETURNS TABLE (jurisdiction text, environment text, held bigint, backing_off bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT f.jurisdiction, f.environment, count(*) FILTER (WHERE f.state = 'held'),
        count(*) FILTER (WHERE f.state = 'open' AND f.backoff_until > p_now)
    FROM gateway.flow f GROUP BY 1, 2;
$$;

-- Unsent documents of each flow, the fullest first, for metrics: a flow is known by its key, never by its tenant.
CREATE FUNCTION platform.flows_unsent()
RETURNS TABLE (jurisdiction text, environment text, key text, unsent bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT s.jurisdiction, s.environment, s.flow_key, count(*) FROM gateway.submission s
    WHERE s.state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown')
    GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 1000;
$$;

CREATE FUNCTION platform.audit_content(p_id uuid, p_at timestamptz, p_actor text, p_action text, p_type text, p_object text,
    p_request text, p_detail jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT convert_to(jsonb_build_array(p_id, extract(epoch FROM p_at), p_actor, p_action, p_type, p_object, p_request,
        p_detail)::text, 'UTF8');
$$;

-- Numbers the committed rows of both streams. Rows whose transaction is below the oldest running one are final; each
-- tenant's get consecutive numbers, audit rows a hash over the former hash and their own content. One caller at a time
-- (-1: another one is at it). After a long rest at most about 20,000 rows of a stream are numbered in one call.
CREATE FUNCTION platform.sequence_committed() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE settled xid8;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7203100) THEN RETURN -1; END IF;
    settled := pg_snapshot_xmin(pg_current_snapshot());
    RETURN platform.sequence_events(settled) + platform.sequence_audits(settled);
END $$;

CREATE FUNCTION platform.sequence_events(settled xid8) RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE since xid8; far xid8; n int;
BEGIN
    SELECT m.xid INTO since FROM platform.sequencer_mark m WHERE m.stream = 'event';
    SELECT e.xid INTO far FROM gateway.event e WHERE e.xid >= since AND e.xid < settled ORDER BY e.xid OFFSET 20000 LIMIT 1;
    IF far > (SELECT min(e.xid) FROM gateway.event e WHERE e.xid >= since) THEN settled := far; END IF;
    WITH fresh_rows AS (
        SELECT e.tenant_id, e.environment, e.id, e.at,
            row_number() OVER (PARTITION BY e.tenant_id, e.environment ORDER BY e.xid, e.at, e.id) AS place
        FROM gateway.event e WHERE e.xid >= since AND e.xid < settled
    ), counts AS (
        SELECT f.tenant_id, f.environment, count(*) AS many FROM fresh_rows f GROUP BY 1, 2
    ), heads AS (
        INSERT INTO platform.sequencer_head AS s (stream, tenant_id, environment, sequence)
            SELECT 'event', c.tenant_id, c.environment, c.many FROM counts c
            ON CONFLICT (stream, tenant_id, environment) DO UPDATE SET sequence = s.sequence + excluded.sequence
            RETURNING s.tenant_id, s.environment, s.sequence
    )
    INSERT INTO gateway.event_sequence (tenant_id, environment, sequence, event_id, at)
        SELECT f.tenant_id, f.environment, h.sequence - c.many + f.place, f.id, f.at
        FROM fresh_rows f JOIN heads h USING (tenant_id, environment) JOIN counts c USING (tenant_id, environment);
    GET DIAGNOSTICS n = ROW_COUNT;
    -- Where nothing was found nothing below `settled` can appear any more, so the old mark serves as well.
    IF n > 0 THEN UPDATE platform.sequencer_mark SET xid = settled WHERE stream = 'event'; END IF;
    RETURN n;
END $$;

CREATE FUNCTION platform.sequence_audits(settled xid8) RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE since xid8; far xid8; n int; r record; h record; link bytea; place bigint;
    tenants uuid[]; environments text[]; places bigint[]; ids uuid[]; times timestamptz[]; links bytea[];
BEGIN
    SELECT m.xid INTO since FROM platform.sequencer_mark m WHERE m.stream = 'audit';
    SELECT a.xid INTO far FROM gateway.audit a WHERE a.xid >= since AND a.xid < settled ORDER BY a.xid OFFSET 20000 LIMIT 1;
    IF far > (SELECT min(a.xid) FROM gateway.audit a WHERE a.xid >= since) THEN settled := far; END IF;
    FOR r IN
        SELECT a.tenant_id, a.environment, a.id, a.at,
            row_number() OVER (PARTITION BY a.tenant_id, a.environment ORDER BY a.xid, a.at, a.id) AS turn,
            platform.audit_content(a.id, a.at, a.actor, a.action, a.object_type, a.object_id, a.request_id, a.detail) AS content
        FROM gateway.audit a WHERE a.xid >= since AND a.xid < settled ORDER BY 1, 2, 5
    LOOP
        IF r.turn = 1 THEN
            SELECT s.sequence, s.hash INTO h FROM platform.sequencer_head s
                WHERE s.stream = 'audit' AND s.tenant_id = r.tenant_id AND s.environment = r.environment;
            place := coalesce(h.sequence, 0); link := coalesce(h.hash, '');
        END IF;
        place := place + 1; link := sha256(link || r.content);
        tenants := tenants || r.tenant_id; environments := environments || r.environment; places := places || place;
        ids := ids || r.id; times := times || r.at; links := links || link;
    END LOOP;
    IF ids IS NULL THEN RETURN 0; END IF;
    INSERT INTO gateway.audit_sequence (tenant_id, environment, sequence, audit_id, at, hash)
        SELECT * FROM unnest(tenants, environments, places, ids, times, links);
    GET DIAGNOSTICS n = ROW_COUNT;
    INSERT INTO platform.sequencer_head AS s (stream, tenant_id, environment, sequence, hash)
        SELECT DISTINCT ON (u.t, u.e) 'audit', u.t, u.e, u.p, u.l
            FROM unnest(tenants, environments, places, links) AS u(t, e, p, l) ORDER BY u.t, u.e, u.p DESC
        ON CONFLICT (stream, tenant_id, environment) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash;
    UPDATE platform.sequencer_mark SET xid = settled WHERE stream = 'audit';
    RETURN n;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA platform FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gateway FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gateway TO gateway_api, gateway_worker;
GRANT EXECUTE ON FUNCTION platform.lease_flow(text[], text[], interval, timestamptz), platform.sequence_committed()
    TO gateway_worker;
GRANT EXECUTE ON FUNCTION platform.queue_depths(), platform.flows_at_rest(timestamptz), platform.flows_unsent()
    TO gateway_api, gateway_worker;
GRANT EXECUTE ON FUNCTION platform.audit_content(uuid, timestamptz, text, text, text, text, text, jsonb)
    TO gateway_api, gateway_worker;
