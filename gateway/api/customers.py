"""Customers: the counterparties, with their fiscal data as they are now."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, patch, post
from litestar.params import FromPath, JSONBody

from gateway import presentation
from gateway.actor import Scope
from gateway.api.examples import CUSTOMER, shown
from gateway.api.issuers import change, create, found
from gateway.api.requests import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    answered,
    cursor_of,
    id_of,
    origin_of,
    page_of,
    required_key,
    version_of,
    wiring_of,
)
from gateway.identity import Prefix
from gateway.intake.kept import fingerprint
from gateway.store import objects
from schemas.answers import CustomerAnswer, Page
from schemas.party import Party

NewCustomer = Annotated[Party, shown(a_customer=CUSTOMER)]


class CustomerController(Controller):
    path = "/v1/customers"
    tags = ["Customers"]

    @post("/", opt={"scope": Scope.CUSTOMERS_WRITE}, summary="Add a customer")
    async def add(
        self, request: Request[Any, Any, Any], data: NewCustomer, idempotency_key: IdempotencyKey = None
    ) -> Response[CustomerAnswer]:
        key = required_key(idempotency_key)
        wanted = fingerprint("POST", "/v1/customers", await request.body())
        return answered(await create(wiring_of(request), origin_of(request), "customer", key, wanted, data))

    @get("/", opt={"scope": Scope.CUSTOMERS_READ}, summary="List customers")
    async def browse(
        self, request: Request[Any, Any, Any], limit: Limit = 20, cursor: Cursor = None
    ) -> Page[CustomerAnswer]:
        origin = origin_of(request)
        async with wiring_of(request).store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            rows = await objects.page(
                connection, "customer", origin.actor.tenant, origin.actor.environment, cursor_of(cursor), limit + 1
            )
        return page_of(rows, [presentation.customer(row) for row in rows], limit)

    @get("/{customer_id:str}", opt={"scope": Scope.CUSTOMERS_READ}, summary="Read a customer")
    async def read(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[CustomerAnswer]:
        origin, object_id = origin_of(request), id_of(Prefix.CUSTOMER, customer_id, "customer")
        async with wiring_of(request).store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            row = await found(connection, origin, "customer", object_id)
        return Response(presentation.customer(row), headers={"ETag": presentation.etag(row["version"])})

    @patch("/{customer_id:str}", opt={"scope": Scope.CUSTOMERS_WRITE}, summary="Change a customer (JSON merge patch)")
    async def change(
        self,
        request: Request[Any, Any, Any],
        customer_id: FromPath[str],
        data: JSONBody[dict[str, Any]],
        if_match: IfMatch = None,
    ) -> Response[CustomerAnswer]:
        object_id = id_of(Prefix.CUSTOMER, customer_id, "customer")
        done = await change(wiring_of(request), origin_of(request), "customer", object_id, data, version_of(if_match))
        return Response(presentation.customer(done.row), headers={"ETag": presentation.etag(done.row["version"])})
