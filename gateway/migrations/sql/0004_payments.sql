-- Payments and what they pay. A receipt of payment is a row of gateway.invoice of kind 'receipt'; the payment names it.

CREATE TABLE gateway.payment (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    version int NOT NULL DEFAULT 1,
    state text NOT NULL DEFAULT 'recorded' CHECK (state IN ('recorded', 'voided')),
    source_ref text NOT NULL,
    receipt_id uuid,
    replaces uuid,
    body jsonb NOT NULL,
    findings jsonb NOT NULL DEFAULT '[]',
    currency text NOT NULL,
    amount numeric NOT NULL,
    paid_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, environment, id),
    FOREIGN KEY (tenant_id, environment, issuer_id) REFERENCES gateway.issuer,
    FOREIGN KEY (tenant_id, environment, receipt_id) REFERENCES gateway.invoice (tenant_id, environment, id),
    FOREIGN KEY (tenant_id, environment, replaces) REFERENCES gateway.payment (tenant_id, environment, id)
);
-- A payment whose receipt was cancelled frees its business event; so does one that takes another's place.
CREATE UNIQUE INDEX payment_business_event ON gateway.payment (tenant_id, environment, issuer_id, source_ref)
    WHERE state = 'recorded' AND replaces IS NULL;
CREATE UNIQUE INDEX payment_replacing ON gateway.payment (replaces, tenant_id, environment)
    WHERE replaces IS NOT NULL AND state = 'recorded';
CREATE INDEX payment_replaced ON gateway.payment (replaces, tenant_id, environment) WHERE replaces IS NOT NULL;
CREATE UNIQUE INDEX payment_of_receipt ON gateway.payment (receipt_id, tenant_id, environment) WHERE receipt_id IS NOT NULL;

-- `amount` and the balances are in the invoice's currency, as they were when the payment was recorded; `installment` is null
-- where the invoice's payment wants no receipt.
CREATE TABLE gateway.allocation (
    tenant_id uuid NOT NULL,
    environment text NOT NULL,
    payment_id uuid NOT NULL,
    position int NOT NULL,
    invoice_id uuid NOT NULL,
    amount numeric NOT NULL CHECK (amount > 0),
    rate numeric,
    installment int,
    balance_before numeric NOT NULL,
    balance_after numeric NOT NULL CHECK (balance_after >= 0),
    PRIMARY KEY (tenant_id, environment, payment_id, position),
    FOREIGN KEY (tenant_id, environment, payment_id) REFERENCES gateway.payment,
    FOREIGN KEY (tenant_id, environment, invoice_id) REFERENCES gateway.invoice
);
CREATE INDEX allocation_of_invoice ON gateway.allocation (invoice_id, tenant_id, environment);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['payment', 'allocation'] LOOP
        EXECUTE format('ALTER TABLE gateway.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE gateway.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_rows ON gateway.%I TO gateway_api, gateway_worker USING (
            tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid)
            AND environment = (SELECT current_setting(''app.environment'', true)))', t);
        EXECUTE format('CREATE POLICY owner_rows ON gateway.%I TO gateway_owner USING (true)', t);
    END LOOP;
END $$;
-- What was allocated never changes: a payment is voided as a whole.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gateway.allocation FOR EACH STATEMENT
    EXECUTE FUNCTION gateway.refuse_change();
GRANT SELECT, INSERT ON gateway.allocation TO gateway_api, gateway_worker;
GRANT SELECT, INSERT, UPDATE ON gateway.payment TO gateway_api, gateway_worker;

-- Whether a payment stands: it is recorded, and its receipt (if there is one) neither void nor cancelled with an authority.
CREATE FUNCTION gateway.payment_stands(p_tenant uuid, p_environment text, p_state text, p_receipt uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT p_state = 'recorded' AND (p_receipt IS NULL OR NOT EXISTS (
        SELECT FROM gateway.invoice r WHERE r.tenant_id = p_tenant AND r.environment = p_environment AND r.id = p_receipt
            AND r.state = 'void'
        UNION ALL
        SELECT FROM gateway.standing s WHERE s.tenant_id = p_tenant AND s.environment = p_environment
            AND s.invoice_id = p_receipt AND s.state = 'cancelled'));
$$;

-- What some invoices have been paid: one row per allocation, oldest first. Live: its payment stands, and none ever took its
-- place (what was replaced does not come back when its replacement goes: the invoice may have been paid again meanwhile). Never
-- stored, so that it cannot be wrong.
CREATE FUNCTION gateway.allocations_of(p_tenant uuid, p_environment text, p_invoices uuid[])
RETURNS TABLE (invoice_id uuid, payment_id uuid, allocation int, receipt_id uuid, amount numeric, rate numeric,
    installment int, balance_before numeric, balance_after numeric, paid_at timestamptz, created_at timestamptz, live boolean)
LANGUAGE sql STABLE AS $$
    SELECT a.invoice_id, a.payment_id, a.position, p.receipt_id, a.amount, a.rate, a.installment, a.balance_before,
        a.balance_after, p.paid_at, p.created_at,
        gateway.payment_stands(p_tenant, p_environment, p.state, p.receipt_id) AND NOT EXISTS (
            SELECT FROM gateway.payment q WHERE q.tenant_id = p_tenant AND q.environment = p_environment AND q.replaces = p.id)
    FROM gateway.allocation a
    JOIN gateway.payment p ON p.tenant_id = p_tenant AND p.environment = p_environment AND p.id = a.payment_id
    WHERE a.tenant_id = p_tenant AND a.environment = p_environment AND a.invoice_id = ANY (p_invoices)
    ORDER BY p.created_at, p.id, a.position;
$$;

-- What an invoice still asks for: what was payable, less what it has been paid.
CREATE FUNCTION gateway.balance_of(p_tenant uuid, p_environment text, p_invoice uuid) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT (i.document #>> '{totals,payable}')::numeric - coalesce((SELECT sum(a.amount)
        FROM gateway.allocations_of(p_tenant, p_environment, ARRAY[p_invoice]) a WHERE a.live), 0)
    FROM gateway.invoice i WHERE i.tenant_id = p_tenant AND i.environment = p_environment AND i.id = p_invoice;
$$;

-- A receipt that becomes void takes its payment with it, audited in the same statement's transaction.
CREATE FUNCTION gateway.void_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH gone AS (
        UPDATE gateway.payment p SET state = 'voided', version = p.version + 1, updated_at = NEW.updated_at
            WHERE p.tenant_id = NEW.tenant_id AND p.environment = NEW.environment AND p.receipt_id = NEW.id
              AND p.state = 'recorded'
            RETURNING p.id, p.version
    )
    INSERT INTO gateway.audit (tenant_id, environment, id, at, actor, action, object_type, object_id, detail)
        SELECT NEW.tenant_id, NEW.environment, uuidv7(), NEW.updated_at, 'worker', 'payment.voided', 'payment', g.id::text,
            jsonb_build_object('version', g.version, 'state', 'voided', 'from', 'recorded', 'receipt', NEW.id)
        FROM gone g;
    RETURN NULL;
END $$;
CREATE TRIGGER void_payment AFTER UPDATE OF state ON gateway.invoice FOR EACH ROW
    WHEN (NEW.kind = 'receipt' AND NEW.state = 'void' AND OLD.state <> 'void') EXECUTE FUNCTION gateway.void_payment();

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gateway FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gateway TO gateway_api, gateway_worker;
