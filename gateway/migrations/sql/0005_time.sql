-- Deadlines that the gateway watches, and what a cancelled standing does to its invoice.

-- One look into the future: a deadline of the law, a warning before it, or a resubmission that needs nobody. `body` of the
-- first two is the jurisdiction's own words: at, law, unless, and the diagnosis of missing it (case).
CREATE TABLE gateway.task (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('deadline', 'warning', 'resubmit')),
    jurisdiction text NOT NULL,
    name text NOT NULL,
    invoice_id uuid NOT NULL,
    submission_id uuid,
    case_id uuid,
    due_at timestamptz NOT NULL,
    body jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'scheduled' CHECK (state IN ('scheduled', 'done', 'moot', 'failed')),
    attempts int NOT NULL DEFAULT 0,
    lease_token uuid,
    leased_until timestamptz,
    created_at timestamptz NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (tenant_id, environment, id)
) WITH (fillfactor = 70);
CREATE INDEX task_due ON gateway.task (due_at) WHERE state = 'scheduled';
CREATE INDEX task_of_invoice ON gateway.task (invoice_id, tenant_id, environment);

ALTER TABLE gateway.case_file ADD COLUMN deadline text;
-- One case for a missed deadline, however often the invoice was sealed.
CREATE UNIQUE INDEX case_of_deadline ON gateway.case_file (tenant_id, environment, invoice_id, jurisdiction, deadline)
    WHERE deadline IS NOT NULL AND state <> 'resolved';
-- Who names an invoice: its corrections, its replacement, its receipts.
CREATE INDEX invoice_preceding ON gateway.invoice USING gin ((document #> '{references,preceding}') jsonb_path_ops)
    WHERE document #> '{references,preceding}' IS NOT NULL;

ALTER TABLE gateway.task ENABLE ROW LEVEL SECURITY;
ALTER TABLE gateway.task FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON gateway.task TO gateway_api, gateway_worker USING (
    tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid)
    AND environment = (SELECT current_setting('app.environment', true)));
CREATE POLICY owner_rows ON gateway.task TO gateway_owner USING (true);
GRANT SELECT, INSERT, UPDATE ON gateway.task TO gateway_api, gateway_worker;

CREATE FUNCTION gateway.add_tasks(p_tenant uuid, p_environment text, p_invoice uuid, p_at timestamptz, p_tasks jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO gateway.task (tenant_id, environment, id, kind, jurisdiction, name, invoice_id, submission_id, due_at, body,
            created_at)
        SELECT p_tenant, p_environment, t.id, t.kind, t.jurisdiction, t.name, coalesce(t.invoice_id, p_invoice),
            t.submission_id, t.due_at, coalesce(t.body, '{}'), p_at
        FROM jsonb_to_recordset(p_tasks) AS t(id uuid, kind text, jurisdiction text, name text, invoice_id uuid,
            submission_id uuid, due_at timestamptz, body jsonb);
$$;

-- Call 2 of a seal, as before; with the deadlines that begin to run (p_tasks, NULL: none), and an invoice that was paid
-- stays paid while its cancellation is asked for.
DROP FUNCTION gateway.seal_close(uuid, text, uuid, uuid, text, jsonb, jsonb, timestamptz, jsonb, bytea[], bytea[], jsonb, jsonb,
    text, bytea, int, bytea);
CREATE FUNCTION gateway.seal_close(
    p_tenant uuid, p_environment text, p_invoice uuid, p_issuer uuid, p_number text, p_document jsonb, p_draft jsonb,
    p_at timestamptz, p_sealed jsonb, p_bodies bytea[], p_links bytea[], p_events jsonb, p_audit jsonb,
    p_key text, p_fingerprint bytea, p_status int, p_answer bytea, p_tasks jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE s record;
BEGIN
    UPDATE gateway.invoice i SET state = CASE WHEN i.state = 'draft' THEN 'open' ELSE i.state END, version = i.version + 1,
            number = p_number, document = p_document,
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
    IF p_tasks IS NOT NULL THEN
        PERFORM gateway.add_tasks(p_tenant, p_environment, p_invoice, p_at, p_tasks);
    END IF;
    INSERT INTO gateway.idempotency (tenant_id, environment, key, fingerprint, status, body)
        VALUES (p_tenant, p_environment, p_key, p_fingerprint, p_status, p_answer);
END $$;

-- The documents of ours that name an invoice, and receipts of its payments: those that the law still counts. A standing is
-- that with one authority; on its way is what that authority has not decided about yet.
CREATE FUNCTION gateway.live_relatives(p_tenant uuid, p_environment text, p_invoice uuid, p_jurisdiction text)
RETURNS TABLE (id uuid, kind text, number text, authority_id text, standing text, on_its_way boolean)
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    WITH named AS MATERIALIZED (  -- First, and once: before the first ANALYZE a planner would ask it of every invoice.
        SELECT n.id FROM gateway.invoice n
            WHERE n.tenant_id = p_tenant AND n.environment = p_environment
              AND n.document #> '{references,preceding}' IS NOT NULL
              AND n.document #> '{references,preceding}' @> jsonb_build_array(
                jsonb_build_object('invoice_id', 'inv_' || replace(p_invoice::text, '-', '')))
        UNION
        SELECT p.receipt_id FROM gateway.allocation a
            JOIN gateway.payment p ON p.tenant_id = p_tenant AND p.environment = p_environment AND p.id = a.payment_id
            WHERE a.tenant_id = p_tenant AND a.environment = p_environment AND a.invoice_id = p_invoice
              AND p.state = 'recorded' AND p.receipt_id IS NOT NULL
    )
    SELECT i.id, i.kind, i.number, s.authority_id, coalesce(s.state, 'none'),
        EXISTS (SELECT FROM gateway.submission u WHERE u.tenant_id = p_tenant AND u.environment = p_environment
            AND u.invoice_id = i.id AND u.jurisdiction = p_jurisdiction AND u.instruction <> 'cancel'
            AND u.state NOT IN ('accepted', 'accepted_with_warnings', 'rejected', 'superseded'))
    FROM named r
    JOIN gateway.invoice i ON i.tenant_id = p_tenant AND i.environment = p_environment AND i.id = r.id
    LEFT JOIN gateway.standing s ON s.tenant_id = p_tenant AND s.environment = p_environment AND s.invoice_id = i.id
        AND s.jurisdiction = p_jurisdiction
    WHERE i.state IN ('open', 'paid') AND i.id <> p_invoice AND coalesce(s.state, 'none') <> 'cancelled'
    ORDER BY i.id;
$$;

-- A standing that ends as cancelled takes its invoice with it, unless another authority still holds it; a receipt that is
-- cancelled opens what it had paid. It runs within gateway.settle, whose planner settings are made for a thousand rows: here
-- there are a few, found by their keys.
CREATE FUNCTION gateway.void_cancelled() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'cancelled' THEN RETURN NULL; END IF;
    IF EXISTS (SELECT 1 FROM gateway.standing o WHERE o.tenant_id = NEW.tenant_id AND o.environment = NEW.environment
        AND o.invoice_id = NEW.invoice_id AND o.jurisdiction <> NEW.jurisdiction
        AND o.state IN ('registered', 'registered_with_errors', 'cancel_pending')) THEN RETURN NULL; END IF;
    -- Each step by itself: before the first ANALYZE a planner would ask every invoice whether it is one of them.
    WITH paid AS MATERIALIZED (
        SELECT DISTINCT a.invoice_id AS id FROM gateway.payment p
            JOIN gateway.allocation a ON a.tenant_id = p.tenant_id AND a.environment = p.environment
                AND a.payment_id = p.id
            WHERE p.tenant_id = NEW.tenant_id AND p.environment = NEW.environment AND p.receipt_id = NEW.invoice_id
    ), former AS MATERIALIZED (
        SELECT i.id, i.state, 'void' AS becomes, NULL::uuid AS receipt FROM gateway.invoice i
            WHERE i.tenant_id = NEW.tenant_id AND i.environment = NEW.environment AND i.id = NEW.invoice_id
              AND i.state IN ('open', 'paid')
        UNION ALL
        SELECT i.id, i.state, 'open', NEW.invoice_id FROM paid r
            JOIN gateway.invoice i ON i.tenant_id = NEW.tenant_id AND i.environment = NEW.environment AND i.id = r.id
            WHERE i.state = 'paid' AND gateway.balance_of(NEW.tenant_id, NEW.environment, i.id) > 0
    ), moved AS (
        UPDATE gateway.invoice i SET state = f.becomes, version = i.version + 1, updated_at = NEW.updated_at
            FROM former f
            WHERE i.tenant_id = NEW.tenant_id AND i.environment = NEW.environment AND i.id = f.id AND i.state = f.state
            RETURNING i.id, i.version, i.state, f.state AS former, f.receipt
    ), told AS (
        INSERT INTO gateway.event (tenant_id, environment, id, at, type, object_type, object_id, version, state,
                previous_state, body)
            SELECT NEW.tenant_id, NEW.environment, uuidv7(), NEW.updated_at,
                CASE m.state WHEN 'void' THEN 'invoice.voided' ELSE 'invoice.updated' END, 'invoice', m.id::text, m.version,
                m.state, m.former, jsonb_strip_nulls(jsonb_build_object('jurisdiction', NEW.jurisdiction,
                    'receipt', 'inv_' || replace(m.receipt::text, '-', '')))
            FROM moved m
    )
    INSERT INTO gateway.audit (tenant_id, environment, id, at, actor, action, object_type, object_id, detail)
        SELECT NEW.tenant_id, NEW.environment, uuidv7(), NEW.updated_at, 'worker',
            CASE m.state WHEN 'void' THEN 'invoice.voided' ELSE 'invoice.reopened' END, 'invoice', m.id::text,
            jsonb_strip_nulls(jsonb_build_object('from', m.former, 'jurisdiction', NEW.jurisdiction, 'receipt', m.receipt))
        FROM moved m;
    RETURN NULL;
END $$;
CREATE TRIGGER void_cancelled AFTER INSERT OR UPDATE OF state ON gateway.standing FOR EACH ROW
    WHEN (NEW.state = 'cancelled') EXECUTE FUNCTION gateway.void_cancelled();

-- The invoices that a standing may move (end, or bring back), locked before the submissions (the lock order of the house).
CREATE FUNCTION gateway.lock_moved(p_tenant uuid, p_environment text, p_invoices uuid[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM 1 FROM gateway.invoice i
        WHERE i.tenant_id = p_tenant AND i.environment = p_environment AND i.id IN (
            SELECT unnest(p_invoices)
            UNION
            SELECT a.invoice_id FROM gateway.payment p
                JOIN gateway.allocation a ON a.tenant_id = p.tenant_id AND a.environment = p.environment
                    AND a.payment_id = p.id
                WHERE p.tenant_id = p_tenant AND p.environment = p_environment AND p.receipt_id = ANY (p_invoices))
        ORDER BY i.id FOR UPDATE;
END $$;

-- Whether nothing is left to be done about a deadline: what it waits for has come, or its document counts no more. Whoever
-- takes the place of a submission brings a deadline of its own; but one that was missed is over only once that is accepted.
CREATE FUNCTION gateway.task_moot(t gateway.task) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM gateway.invoice i WHERE i.tenant_id = t.tenant_id AND i.environment = t.environment
            AND i.id = t.invoice_id AND (i.state = 'void' OR (t.body ->> 'unless' = 'paid' AND i.state = 'paid')))
        OR EXISTS (SELECT 1 FROM gateway.submission s WHERE s.tenant_id = t.tenant_id AND s.environment = t.environment
            AND s.id = t.submission_id AND ((s.state = 'superseded' AND t.case_id IS NULL)
                OR (t.body ->> 'unless' = 'accepted' AND EXISTS (SELECT 1 FROM gateway.submission n
                    WHERE n.tenant_id = t.tenant_id AND n.environment = t.environment AND n.invoice_id = s.invoice_id
                      AND n.state IN ('accepted', 'accepted_with_warnings') AND (n.id = s.id OR (t.case_id IS NOT NULL
                        AND n.jurisdiction = s.jurisdiction AND (n.instruction = 'cancel') = (s.instruction = 'cancel')
                        AND n.sealed_at >= s.sealed_at))))))
        OR CASE t.body ->> 'unless'
            WHEN 'decided' THEN NOT EXISTS (SELECT 1 FROM gateway.standing g WHERE g.tenant_id = t.tenant_id
                    AND g.environment = t.environment AND g.invoice_id = t.invoice_id AND g.jurisdiction = t.jurisdiction
                    AND g.state = 'cancel_pending')
                AND NOT EXISTS (SELECT 1 FROM gateway.submission s WHERE s.tenant_id = t.tenant_id
                    AND s.environment = t.environment AND s.id = t.submission_id
                    AND s.state NOT IN ('accepted', 'accepted_with_warnings', 'rejected', 'superseded'))
            WHEN 'replaced' THEN EXISTS (SELECT 1
                FROM gateway.live_relatives(t.tenant_id, t.environment, t.invoice_id, t.jurisdiction) r
                WHERE r.kind = 'invoice')
            ELSE false
        END;
$$;

-- Lease what is due, the oldest first; ids only, and one token for all of them.
CREATE FUNCTION platform.lease_tasks(p_environments text[], p_now timestamptz, p_lease interval, p_limit int)
RETURNS TABLE (tenant_id uuid, environment text, id uuid, token uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE fresh uuid := gen_random_uuid();
BEGIN
    RETURN QUERY
        WITH due AS MATERIALIZED (
            SELECT t.tenant_id, t.environment, t.id FROM gateway.task t
            WHERE t.state = 'scheduled' AND t.due_at <= p_now AND t.environment = ANY (p_environments)
              AND (t.leased_until IS NULL OR t.leased_until < clock_timestamp())
            ORDER BY t.due_at LIMIT p_limit FOR UPDATE SKIP LOCKED
        )
        UPDATE gateway.task t SET lease_token = fresh, leased_until = clock_timestamp() + p_lease
            FROM due d WHERE t.tenant_id = d.tenant_id AND t.environment = d.environment AND t.id = d.id
            RETURNING t.tenant_id, t.environment, t.id, fresh;
END $$;

-- How many deadlines are overdue, over all tenants, for metrics; numbers only.
CREATE FUNCTION platform.tasks_overdue(p_now timestamptz)
RETURNS TABLE (jurisdiction text, environment text, kind text, overdue bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT t.jurisdiction, t.environment, t.kind, count(*) FROM gateway.task t
    WHERE t.state = 'scheduled' AND t.due_at <= p_now GROUP BY 1, 2, 3;
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gateway FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gateway TO gateway_api, gateway_worker;
REVOKE ALL ON FUNCTION platform.lease_tasks(text[], timestamptz, interval, int), platform.tasks_overdue(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.lease_tasks(text[], timestamptz, interval, int) TO gateway_worker;
GRANT EXECUTE ON FUNCTION platform.tasks_overdue(timestamptz) TO gateway_api, gateway_worker;
