"""Invoices: draft, check, finalize, and everything that followed."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway import presentation
from gateway.actor import Scope
from gateway.api.bodies import DocumentsToo, reading_of
from gateway.api.examples import INVOICE, MINIMAL, shown
from gateway.api.issuers import patched
from gateway.api.requests import (
    Cursor,
    Filter,
    IdempotencyKey,
    IfMatch,
    Limit,
    answered,
    cursor_of,
    id_of,
    origin_of,
    page_of,
    required_key,
    stale,
    version_of,
    wiring_of,
)
from gateway.errors import Malformed
from gateway.identity import Prefix
from gateway.intake import drafts
from gateway.intake.cancelling import cancel
from gateway.intake.corrections import make_correction, options
from gateway.intake.finalize import finalize
from gateway.intake.kept import fingerprint
from gateway.intake.papers import find_document
from gateway.intake.payment_answers import payments_of
from gateway.store import invoices, submissions
from gateway.store.pool import Connection
from schemas.answers import (
    CancelInput,
    CheckAnswer,
    CorrectionAnswer,
    CorrectionInput,
    DocumentAnswer,
    EvidenceAnswer,
    InvoiceAnswer,
    Page,
    TraceAnswer,
)
from schemas.invoice import InvoiceInput, Kind
from schemas.states import InvoiceState

NewInvoice = Annotated[InvoiceInput, shown(an_invoice=INVOICE, the_least=MINIMAL)]
DocumentIssuer = Annotated[
    str | None,
    QueryParameter(
        max_length=64,
        pattern=r"^[A-Za-z0-9_.:-]*$",
        description="Whose invoice a document is, where its seller answers to several issuers. JSON names its own.",
    ),
]
Moment = Annotated[datetime | None, QueryParameter(description="RFC 3339.")]


class InvoiceController(Controller):
    path = "/v1/invoices"
    tags = ["Invoices"]

    @post(
        "/",
        opt={"scope": Scope.INVOICES_WRITE, "documents": True},
        operation_class=DocumentsToo,
        summary="Draft an invoice: JSON, or a document of a kind that an installed jurisdiction reads",
    )
    async def add(
        self,
        request: Request[Any, Any, Any],
        data: NewInvoice,
        issuer: DocumentIssuer = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response[InvoiceAnswer]:
        key, reading = required_key(idempotency_key), reading_of(request)
        named = f"?issuer={issuer}" if reading and issuer else ""
        wanted = fingerprint("POST", f"/v1/invoices{named}", await request.body())
        origin = origin_of(request)
        return answered(
            await drafts.create(wiring_of(request), origin, data, key, wanted, reading=reading, named=issuer)
        )

    @get("/", opt={"scope": Scope.INVOICES_READ}, summary="List invoices")
    async def browse(
        self,
        request: Request[Any, Any, Any],
        limit: Limit = 20,
        cursor: Cursor = None,
        status: Annotated[InvoiceState | None, QueryParameter()] = None,
        issuer: Filter = None,
        jurisdiction: Filter = None,
        kind: Annotated[
            Kind | None, QueryParameter(description="Receipts of payment are listed only where they are asked for.")
        ] = None,
        created_from: Moment = None,
        created_until: Moment = None,
    ) -> Page[InvoiceAnswer]:
        origin = origin_of(request)
        narrow = invoices.InvoiceFilter(
            state=status,
            issuer=id_of(Prefix.ISSUER, issuer, "issuer") if issuer else None,
            issuers=tuple(origin.actor.issuers) or None,
            jurisdiction=jurisdiction,
            since=_utc(created_from),
            until=_utc(created_until),
            kind=kind,
        )
        async with wiring_of(request).store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            rows = await invoices.page(
                connection, origin.actor.tenant, origin.actor.environment, narrow, cursor_of(cursor), limit + 1
            )
        return page_of(rows, [presentation.listed(row) for row in rows], limit)

    @get("/{invoice_id:str}", opt={"scope": Scope.INVOICES_READ}, summary="Read an invoice")
    async def read(self, request: Request[Any, Any, Any], invoice_id: FromPath[str]) -> Response[InvoiceAnswer]:
        shown = await _whole(request, id_of(Prefix.INVOICE, invoice_id, "invoice"))
        return Response(shown, headers={"ETag": presentation.etag(shown.version)})

    @patch("/{invoice_id:str}", opt={"scope": Scope.INVOICES_WRITE}, summary="Change a draft (JSON merge patch)")
    async def change(
        self,
        request: Request[Any, Any, Any],
        invoice_id: FromPath[str],
        data: JSONBody[dict[str, Any]],
        if_match: IfMatch = None,
    ) -> Response[InvoiceAnswer]:
        origin, wiring = origin_of(request), wiring_of(request)
        wanted, object_id = version_of(if_match), id_of(Prefix.INVOICE, invoice_id, "invoice")
        async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            row = await drafts.editable(connection, origin, object_id)
            if wanted is not None and wanted != row["version"]:
                raise stale(row["version"])
            body: InvoiceInput = patched(row["draft"], data, InvoiceInput)
            version = await drafts.rewrite(wiring, connection, origin, row, body, data)
            if version is None:
                raise stale(row["version"] + 1)
            row = await invoices.get(connection, origin.actor.tenant, origin.actor.environment, object_id)
        return Response(presentation.invoice(row), headers={"ETag": presentation.etag(version)})

    @delete("/{invoice_id:str}", opt={"scope": Scope.INVOICES_WRITE}, summary="Delete a draft")
    async def remove(
        self, request: Request[Any, Any, Any], invoice_id: FromPath[str], if_match: IfMatch = None
    ) -> None:
        origin, wiring = origin_of(request), wiring_of(request)
        wanted, object_id = version_of(if_match), id_of(Prefix.INVOICE, invoice_id, "invoice")
        async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            row = await drafts.editable(connection, origin, object_id)
            if await drafts.hide(wiring, connection, origin, object_id, wanted) is None:
                raise stale(row["version"])

    @post(
        "/{invoice_id:str}/check",
        opt={"scope": Scope.INVOICES_READ},
        status_code=200,
        summary="Run every rule of every route; changes nothing",
    )
    async def check(self, request: Request[Any, Any, Any], invoice_id: FromPath[str]) -> CheckAnswer:
        origin, wiring = origin_of(request), wiring_of(request)
        object_id = id_of(Prefix.INVOICE, invoice_id, "invoice")
        async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            row = await drafts.visible(connection, origin, object_id)
            draft = await drafts.judge(wiring, connection, origin, row)
        return CheckAnswer(
            ready_to_finalize=draft.ready and row["state"] == "draft",
            findings=draft.findings,
            routes=presentation.routes(draft.routes),
            totals=presentation.totals(draft.invoice),
        )

    @post(
        "/{invoice_id:str}/finalize",
        opt={"scope": Scope.INVOICES_FINALIZE},
        status_code=200,
        summary="Number, seal and enqueue, in one transaction",
    )
    async def finalize(
        self, request: Request[Any, Any, Any], invoice_id: FromPath[str], idempotency_key: IdempotencyKey = None
    ) -> Response[InvoiceAnswer]:
        key = required_key(idempotency_key)
        object_id = id_of(Prefix.INVOICE, invoice_id, "invoice")
        return answered(await finalize(wiring_of(request), origin_of(request), object_id, key, await request.body()))

    @get("/{invoice_id:str}/corrections", opt={"scope": Scope.INVOICES_READ}, summary="Corrections that are legal now")
    async def corrections(
        self, request: Request[Any, Any, Any], invoice_id: FromPath[str]
    ) -> tuple[CorrectionAnswer, ...]:
        origin, wiring = origin_of(request), wiring_of(request)
        object_id = id_of(Prefix.INVOICE, invoice_id, "invoice")
        async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            row = await drafts.visible(connection, origin, object_id)
            return await options(wiring, connection, origin, row)

    @post(
        "/{invoice_id:str}/corrections",
        opt={"scope": Scope.INVOICES_WRITE},
        summary="Draft a correction; or send one more record about the invoice",
        description="An option with a `kind` drafts a document of that kind (201). One without is sealed and sent at"
        " once (200), and needs the scope invoices:finalize.",
        responses={
            200: ResponseSpec(InvoiceAnswer, description="One more record about the invoice.", generate_examples=False)
        },
    )
    async def correct(
        self,
        request: Request[Any, Any, Any],
        invoice_id: FromPath[str],
        data: JSONBody[CorrectionInput],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[InvoiceAnswer]:
        key = required_key(idempotency_key)
        object_id = id_of(Prefix.INVOICE, invoice_id, "invoice")
        wanted = fingerprint("POST", request.url.path, await request.body())
        return answered(await make_correction(wiring_of(request), origin_of(request), object_id, data, key, wanted))

    @post(
        "/{invoice_id:str}/cancel",
        opt={"scope": Scope.INVOICES_FINALIZE},
        status_code=200,
        summary="Ask for its cancellation, where the jurisdiction allows it",
    )
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        invoice_id: FromPath[str],
        data: JSONBody[CancelInput],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[InvoiceAnswer]:
        key, object_id = required_key(idempotency_key), id_of(Prefix.INVOICE, invoice_id, "invoice")
        wanted = fingerprint("POST", request.url.path, await request.body())
        return answered(await cancel(wiring_of(request), origin_of(request), object_id, data, key, wanted))

    @get(
        "/{invoice_id:str}/documents", opt={"scope": Scope.INVOICES_READ}, summary="What was sealed, sent and received"
    )
    async def documents(self, request: Request[Any, Any, Any], invoice_id: FromPath[str]) -> tuple[DocumentAnswer, ...]:
        origin, object_id = origin_of(request), id_of(Prefix.INVOICE, invoice_id, "invoice")
        async with wiring_of(request).store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            await drafts.visible(connection, origin, object_id)
            return await _documents(connection, origin.actor.tenant, origin.actor.environment, object_id)

    @get(
        "/{invoice_id:str}/documents/{name:str}",
        opt={"scope": Scope.INVOICES_READ},
        summary="A document, to the byte",
        media_type="application/octet-stream",
    )
    async def document(
        self, request: Request[Any, Any, Any], invoice_id: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        origin, object_id = origin_of(request), id_of(Prefix.INVOICE, invoice_id, "invoice")
        wiring = wiring_of(request)
        async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            await drafts.visible(connection, origin, object_id)
            found = await find_document(connection, origin, wiring.jurisdictions, object_id, name)
        return Response(
            found.body,
            media_type=found.media_type,
            headers={"X-Content-Type-Options": "nosniff", "Digest": f"sha-256={found.sha256}"},
        )

    @get("/{invoice_id:str}/trace", opt={"scope": Scope.INVOICES_READ}, summary="From the request to the evidence")
    async def trace(self, request: Request[Any, Any, Any], invoice_id: FromPath[str]) -> TraceAnswer:
        origin, object_id = origin_of(request), id_of(Prefix.INVOICE, invoice_id, "invoice")
        actor = origin.actor
        async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
            row = await drafts.visible(connection, origin, object_id)
            sent = await submissions.of_invoice(connection, actor.tenant, actor.environment, object_id)
            papers = await _documents(connection, actor.tenant, actor.environment, object_id)
            talks = [
                await submissions.exchanges(connection, actor.tenant, actor.environment, one["id"]) for one in sent
            ]
            paid = await payments_of(connection, actor, object_id)
            names = [str(object_id), *(str(one["id"]) for one in sent)]
            audits = await submissions.audit_of(connection, actor.tenant, actor.environment, names)
        return TraceAnswer(
            invoice=invoice_id,
            number=row["number"],
            payments=paid,
            audit=tuple(dict(one) | {"detail": msgspec.json.decode(one["detail"])} for one in audits),
            submissions=tuple(
                EvidenceAnswer(
                    submission=presentation.submission(one),
                    exchanges=tuple(presentation.exchange(talk) for talk in talked),
                    documents=tuple(paper for paper in papers if paper.jurisdiction == one["jurisdiction"]),
                )
                for one, talked in zip(sent, talks, strict=True)
            ),
        )


def _utc(moment: datetime | None) -> datetime | None:
    """In UTC, which is also what a moment without an offset is taken for. Raises Malformed at the ends of time."""
    if moment is None or moment.tzinfo is None:
        return moment.replace(tzinfo=UTC) if moment else None
    try:
        return moment.astimezone(UTC)
    except OverflowError as why:
        raise Malformed("This moment lies outside the years 1 to 9999.", code="moment_invalid") from why


async def _documents(
    connection: Connection, tenant: UUID, environment: str, invoice: UUID
) -> tuple[DocumentAnswer, ...]:
    rows = await submissions.documents(connection, tenant, environment, invoice)
    return tuple(presentation.document(invoice, row) for row in rows)


async def _whole(request: Request[Any, Any, Any], object_id: UUID) -> InvoiceAnswer:
    origin, wiring = origin_of(request), wiring_of(request)
    actor = origin.actor
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        row = await drafts.visible(connection, origin, object_id)
        sent = await submissions.of_invoice(connection, actor.tenant, actor.environment, object_id)
        papers = await _documents(connection, actor.tenant, actor.environment, object_id)
    return presentation.invoice(row, tuple(presentation.submission(one) for one in sent), papers, wiring.jurisdictions)
