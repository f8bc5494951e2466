"""Sealed documents in great number: judged once as a draft, then numbered, chained and sealed one by one as finalize
does, and laid into the database in bulk as finalize leaves them (but for what no worker reads)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import msgspec

from benchmarks.ground import Ground, add_issuer
from gateway.clock import NIL
from gateway.intake import sealing
from gateway.intake.drafting import Draft, draft_invoice
from gateway.intake.drafting import Ground as Standing
from gateway.intake.instructions import Known
from gateway.intake.sealing import Order, Piece
from gateway.intake.signers import signers
from gateway.samples.issuers import Sample
from gateway.sandbox import SandboxAuthority
from gateway.store import objects
from gateway.store.credentials import stored_context
from gateway.store.pool import to_json
from gateway.vault import describe
from gateway.wiring import Wiring
from jurisdictions.contract import Jurisdiction, Keys, Position, Sending
from schemas.answers import IssuerInput
from schemas.invoice import InvoiceInput
from schemas.party import Party

LAY_OUT = """
    WITH r AS (
        SELECT * FROM jsonb_to_recordset($4) AS r(n int, invoice uuid, number text, id uuid, document_id uuid,
            jurisdiction text, instruction text, name text, media_type text, position bigint, flow_key text,
            ordered boolean, max_batch int, overrides_pause boolean, attributes jsonb, facts jsonb, fingerprint text,
            edition text)
    ), invoices AS (
        INSERT INTO gateway.invoice (tenant_id, environment, id, issuer_id, kind, state, number, source_ref, draft,
                document, routes, findings, ready, created_at, updated_at, finalized_at)
            SELECT $1, $2, r.invoice, $3, 'invoice', 'open', r.number, r.invoice::text, '{}', '{}', '[]', '[]', true,
                $6, $6, $6
            FROM r
    ), documents AS (
        INSERT INTO gateway.document (tenant_id, environment, id, invoice_id, submission_id, jurisdiction, name,
                media_type, role, sha256, body, at)
            SELECT $1, $2, r.document_id, r.invoice, r.id, r.jurisdiction, r.name, r.media_type, 'sealed',
                sha256(b.body), b.body, $6
            FROM r JOIN unnest($5::bytea[]) WITH ORDINALITY b(body, n) USING (n)
    ), flows AS (
        INSERT INTO gateway.flow (tenant_id, environment, jurisdiction, key, issuer_id, ordered, max_batch,
                overrides_pause, state)
            SELECT DISTINCT $1::uuid, $2, r.jurisdiction, r.flow_key, $3::uuid, r.ordered, r.max_batch,
                r.overrides_pause, 'held'
            FROM r ON CONFLICT (tenant_id, environment, jurisdiction, key) DO UPDATE SET state = 'held'
    )
    INSERT INTO gateway.submission (tenant_id, environment, id, invoice_id, issuer_id, jurisdiction, instruction, state,
            flow_key, position, document_id, attributes, facts, fingerprint, edition, sealed_at, updated_at)
        SELECT $1, $2, r.id, r.invoice, $3, r.jurisdiction, r.instruction, 'queued', r.flow_key, r.position,
            r.document_id, r.attributes, r.facts, r.fingerprint, r.edition, $6, $6
        FROM r
"""


@dataclass
class Press:
    """Prints invoices that differ in their number only, each after the other in one chain."""

    wiring: Wiring
    place: Ground
    issuer: UUID
    draft: Draft
    order: Order
    keys: Mapping[str, Keys]
    series: str
    printed: int = 0
    last: Position | None = field(default=None)

    @property
    def law(self) -> Jurisdiction:
        return self.wiring.jurisdictions[self.order.jurisdiction]

    def sealed(self, many: int) -> list[Piece]:
        """So many more; sealed now."""
        return [self._next() for _ in range(many)]

    def _next(self) -> Piece:
        self.printed += 1
        invoice = sealing.numbered(self.draft.invoice, f"{self.series}-{self.printed}", self.series)
        chains = sealing.chains_of((self.order,), invoice, self.wiring.jurisdictions)
        previous = None if self.last is None else self.last.previous
        places = {place: Position(chain=place[1], sequence=self.printed, previous=previous) for place in chains}
        (piece,) = sealing.make_seals(self.wiring, (self.order,), invoice, self.keys, places, self.wiring.clock())
        if piece.position is not None:
            self.last = msgspec.structs.replace(piece.position, previous=piece.sealed.link)
        return piece

    def sendings(self, pieces: Sequence[Piece]) -> tuple[Sending, ...]:
        """The pieces as an exchange is handed them."""
        return tuple(
            Sending(
                submission=str(piece.submission),
                instruction=piece.order.kind,
                body=piece.sealed.body,
                attributes=piece.sealed.attributes,
                sealed_at=self.wiring.clock(),
                edition=piece.order.edition,
            )
            for piece in pieces
        )

    async def lay_out(self, pieces: Sequence[Piece]) -> None:
        """Store them as waiting, in a flow that is held until `Backlog.let_go`."""
        records, bodies, _ = sealing.rows_of(tuple(pieces))
        first = self.printed - len(pieces) + 1
        rows = [
            record | {"invoice": self.wiring.new_id(), "number": f"{self.series}-{first + n}"}
            for n, record in enumerate(records)
        ]
        connection = await asyncpg.connect(self.place.url)
        try:
            await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=str)
            place = self.place.tenant, "test", self.issuer
            await connection.execute(LAY_OUT, *place, to_json(rows), bodies, self.wiring.clock())
            await connection.execute("ANALYZE gateway.submission, gateway.document, gateway.standing")
        finally:
            await connection.close()


async def press(
    wiring: Wiring, place: Ground, issuer: UUID, stands: IssuerInput, body: InvoiceInput, series: str
) -> Press:
    """A press for one issuer and one jurisdiction. Raises ValueError where the invoice would be refused."""
    assert isinstance(body.customer, Party)
    async with wiring.store.tenant(place.tenant, "test") as connection:
        stored = await objects.credentials(connection, place.tenant, "test", issuer)
    facts = {f"{row['jurisdiction']}:{row['name']}": msgspec.json.decode(row["facts"]) for row in stored}
    standing = Standing(
        issuer_id=issuer, issuer=stands, environment="test", customer=body.customer, known=Known(credentials=facts)
    )
    draft = draft_invoice(wiring.jurisdictions, wiring.new_id(), body, standing, wiring.clock())
    if not draft.ready:
        raise ValueError(f"the sample cannot be finalized: {draft.findings}")
    (order,) = sealing.orders_of(draft.routes, draft.issuers, wiring.jurisdictions)
    keys = await signers(wiring, place.actor, issuer, [order.jurisdiction])
    return Press(wiring, place, issuer, draft, order, keys, series)


async def add_sample(
    wiring: Wiring, place: Ground, sample: Sample, authority: SandboxAuthority, body: IssuerInput | None = None
) -> tuple[UUID, IssuerInput]:
    """A test issuer with its credentials, as `dev` seeds it; `body` in place of the sample's own."""
    body = body or msgspec.convert(sample.body, IssuerInput)
    issuer = await add_issuer(wiring, place, body)
    for (jurisdiction, name), make in sample.credentials.items():
        fields = await asyncio.to_thread(make, authority)
        spec = next(one for one in wiring.jurisdictions[jurisdiction].about.credentials if one.name == name)
        owner = issuer if spec.scope == "issuer" else NIL
        sealed = wiring.vault.seal(fields, stored_context(place.tenant, "test", owner, jurisdiction, name))
        facts = to_json(dict(describe(spec.kind, fields)))
        async with wiring.store.tenant(place.tenant, "test") as connection:
            key = place.tenant, "test", owner, jurisdiction, name
            await objects.put_credential(connection, key, sealed, facts, wiring.clock())
    return issuer, body


@dataclass
class Backlog:
    """What still waits in the flows of one jurisdiction, looked at from the outside."""

    connection: asyncpg.Connection
    tenant: UUID
    jurisdiction: str

    async def let_go(self) -> None:
        """Open the held flows, and wake the worker."""
        await self.connection.execute(
            "UPDATE gateway.flow SET state = 'open' WHERE tenant_id = $1 AND jurisdiction = $2", *self._place
        )
        await self.connection.execute("NOTIFY gateway_work")

    async def waits(self) -> bool:
        found: bool = await self.connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM gateway.submission WHERE tenant_id = $1 AND environment = 'test'"
            " AND jurisdiction = $2"
            " AND state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown'))",
            *self._place,
        )
        return found

    async def states(self) -> dict[str, int]:
        rows = await self.connection.fetch(
            "SELECT state, count(*) FROM gateway.submission WHERE tenant_id = $1 AND jurisdiction = $2 GROUP BY 1",
            *self._place,
        )
        return {row["state"]: row["count"] for row in rows}

    @property
    def _place(self) -> tuple[UUID, str]:
        return self.tenant, self.jurisdiction
