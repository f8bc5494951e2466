"""Payments: evidence of money that came, and the receipts that the law wants of it."""

from typing import Annotated, Any, Literal

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, QueryParameter

from gateway import presentation
from gateway.actor import Scope
from gateway.api.examples import PAYMENT, shown
from gateway.api.requests import (
    Cursor,
    Filter,
    IdempotencyKey,
    Limit,
    answered,
    cursor_of,
    id_of,
    origin_of,
    page_of,
    required_key,
    wiring_of,
)
from gateway.errors import Forbidden, NotFound
from gateway.identity import Prefix
from gateway.intake import payment_answers
from gateway.intake.kept import fingerprint
from gateway.intake.payments import record
from gateway.store import payments
from schemas.answers import Page, PaymentAnswer
from schemas.payments import PaymentInput

NewPayment = Annotated[PaymentInput, shown(a_payment=PAYMENT)]


class PaymentController(Controller):
    path = "/v1/payments"
    tags = ["Payments"]

    @post(
        "/",
        opt={"scope": Scope.PAYMENTS_WRITE},
        summary="Record a payment of one or several invoices; issues the receipt where the law wants one",
    )
    async def add(
        self, request: Request[Any, Any, Any], data: NewPayment, idempotency_key: IdempotencyKey = None
    ) -> Response[PaymentAnswer]:
        key = required_key(idempotency_key)
        wanted = fingerprint("POST", "/v1/payments", await request.body())
        return answered(await record(wiring_of(request), origin_of(request), data, key, wanted))

    @get("/", opt={"scope": Scope.PAYMENTS_READ}, summary="List payments")
    async def browse(
        self,
        request: Request[Any, Any, Any],
        limit: Limit = 20,
        cursor: Cursor = None,
        issuer: Filter = None,
        invoice: Filter = None,
        status: Annotated[Literal["recorded", "voided"] | None, QueryParameter()] = None,
    ) -> Page[PaymentAnswer]:
        actor = origin_of(request).actor
        narrow = payments.PaymentFilter(
            state=status,
            issuer=id_of(Prefix.ISSUER, issuer, "issuer") if issuer else None,
            issuers=tuple(actor.issuers) or None,
            invoice=id_of(Prefix.INVOICE, invoice, "invoice") if invoice else None,
        )
        async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
            place = (connection, actor.tenant, actor.environment)
            rows = await payments.page(*place, narrow, cursor_of(cursor), limit + 1)
            parts = await payments.allocations(*place, [row["id"] for row in rows])
        shown = [
            payment_answers.payment(row, [part for part in parts if part["payment_id"] == row["id"]]) for row in rows
        ]
        return page_of(rows, shown, limit)

    @get("/{payment_id:str}", opt={"scope": Scope.PAYMENTS_READ}, summary="Read a payment")
    async def read(self, request: Request[Any, Any, Any], payment_id: FromPath[str]) -> Response[PaymentAnswer]:
        actor, wanted = origin_of(request).actor, id_of(Prefix.PAYMENT, payment_id, "payment")
        async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
            place = (connection, actor.tenant, actor.environment)
            row = await payments.get(*place, wanted)
            if row is None:
                raise NotFound(f"There is no payment {payment_id[:80]!r}.")
            if not actor.may_use(row["issuer_id"]):
                raise Forbidden("This key may not use this issuer.")
            answer = payment_answers.payment(row, await payments.allocations(*place, [wanted]))
        return Response(answer, headers={"ETag": presentation.etag(row["version"])})
