-- An invoice that is void because an authority no longer held it lives again once that authority takes a new record about
-- it: open, or paid where its payments still cover it. Unless its business event has been invoiced otherwise meanwhile.
CREATE FUNCTION gateway.revive_registered() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    WITH moved AS (
        UPDATE gateway.invoice i SET version = i.version + 1, updated_at = NEW.updated_at,
            state = CASE WHEN gateway.balance_of(NEW.tenant_id, NEW.environment, i.id) <= 0 AND EXISTS (
                SELECT FROM gateway.allocations_of(NEW.tenant_id, NEW.environment, ARRAY[i.id]) a WHERE a.live)
                THEN 'paid' ELSE 'open' END
            WHERE i.tenant_id = NEW.tenant_id AND i.environment = NEW.environment AND i.id = NEW.invoice_id
              AND i.state = 'void' AND i.kind <> 'receipt'
              AND (i.kind <> 'invoice' OR NOT EXISTS (SELECT FROM gateway.invoice o
                WHERE o.tenant_id = i.tenant_id AND o.environment = i.environment AND o.issuer_id = i.issuer_id
                  AND o.source_ref = i.source_ref AND o.kind = 'invoice' AND o.state <> 'void' AND o.deleted_at IS NULL))
            RETURNING i.id, i.version, i.state
    ), told AS (
        INSERT INTO gateway.event (tenant_id, environment, id, at, type, object_type, object_id, version, state,
                previous_state, body)
            SELECT NEW.tenant_id, NEW.environment, uuidv7(), NEW.updated_at, 'invoice.updated', 'invoice', m.id::text,
                m.version, m.state, 'void', jsonb_build_object('jurisdiction', NEW.jurisdiction)
            FROM moved m
    )
    INSERT INTO gateway.audit (tenant_id, environment, id, at, actor, action, object_type, object_id, detail)
        SELECT NEW.tenant_id, NEW.environment, uuidv7(), NEW.updated_at, 'worker', 'invoice.revived', 'invoice', m.id::text,
            jsonb_build_object('from', 'void', 'to', m.state, 'jurisdiction', NEW.jurisdiction)
        FROM moved m;
    RETURN NULL;
END $$;
CREATE TRIGGER revive_registered AFTER UPDATE OF state ON gateway.standing FOR EACH ROW
    WHEN (OLD.state = 'cancelled' AND NEW.state IN ('registered', 'registered_with_errors'))
    EXECUTE FUNCTION gateway.revive_registered();

-- Who has a business event: an invoice that stands, or a void one about which a record is on its way that brings it back. The
-- void ones are locked first: a record about one of them is either there by then, or sees what the caller makes.
CREATE INDEX invoice_void_event ON gateway.invoice (tenant_id, environment, issuer_id, source_ref)
    WHERE kind = 'invoice' AND state = 'void' AND deleted_at IS NULL;
CREATE FUNCTION gateway.invoiced_event(p_tenant uuid, p_environment text, p_issuer uuid, p_source_ref text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE gone uuid[]; found uuid;
BEGIN
    gone := ARRAY(SELECT i.id FROM gateway.invoice i
        WHERE i.tenant_id = p_tenant AND i.environment = p_environment AND i.issuer_id = p_issuer
          AND i.source_ref = p_source_ref AND i.kind = 'invoice' AND i.state = 'void' AND i.deleted_at IS NULL
        ORDER BY i.id FOR SHARE);
    IF cardinality(gone) > 0 THEN
        SELECT s.invoice_id INTO found FROM gateway.submission s
            WHERE s.tenant_id = p_tenant AND s.environment = p_environment AND s.invoice_id = ANY (gone)
              AND s.instruction <> 'cancel'
              AND s.state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown') LIMIT 1;
    END IF;
    IF found IS NULL THEN
        SELECT i.id INTO found FROM gateway.invoice i
            WHERE i.tenant_id = p_tenant AND i.environment = p_environment AND i.issuer_id = p_issuer
              AND i.source_ref = p_source_ref AND i.kind = 'invoice' AND i.state <> 'void' AND i.deleted_at IS NULL;
    END IF;
    RETURN found;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gateway FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gateway TO gateway_api, gateway_worker;
