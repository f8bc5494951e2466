"""Cases: everything that waits for a person."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway import presentation
from gateway.actor import Scope
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
from gateway.identity import Prefix
from gateway.intake import case_files
from gateway.intake.kept import fingerprint
from gateway.intake.resolution import resolve
from gateway.intake.resubmission import resubmit
from gateway.store import desk as cases
from gateway.store import trail
from gateway.store.submissions import Narrow
from gateway.store.trail import Trail
from schemas.answers import CaseAction, CaseAnswer, CaseInput, Page
from schemas.states import CaseState


class CaseController(Controller):
    path = "/v1/cases"
    tags = ["Cases"]

    @get("/", opt={"scope": Scope.CASES_READ}, summary="List cases")
    async def browse(
        self,
        request: Request[Any, Any, Any],
        limit: Limit = 20,
        cursor: Cursor = None,
        in_state: Annotated[CaseState | None, QueryParameter(name="state")] = None,
        jurisdiction: Filter = None,
        invoice: Filter = None,
    ) -> Page[CaseAnswer]:
        origin = origin_of(request)
        narrow = Narrow(
            state=in_state,
            jurisdiction=jurisdiction,
            invoice=id_of(Prefix.INVOICE, invoice, "invoice") if invoice else None,
            issuers=tuple(origin.actor.issuers) or None,
        )
        async with wiring_of(request).store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            rows = await cases.page(
                connection, origin.actor.tenant, origin.actor.environment, narrow, cursor_of(cursor), limit + 1
            )
        return page_of(rows, [presentation.case(row) for row in rows], limit)

    @get("/{case_id:str}", opt={"scope": Scope.CASES_READ}, summary="Read a case")
    async def read(self, request: Request[Any, Any, Any], case_id: FromPath[str]) -> Response[CaseAnswer]:
        origin, object_id = origin_of(request), id_of(Prefix.CASE, case_id, "case")
        async with wiring_of(request).store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            row = await case_files.visible(connection, origin, object_id)
        return Response(presentation.case(row), headers={"ETag": presentation.etag(row["version"])})

    @patch("/{case_id:str}", opt={"scope": Scope.CASES_WRITE}, summary="Give a case an owner")
    async def change(
        self,
        request: Request[Any, Any, Any],
        case_id: FromPath[str],
        data: JSONBody[CaseInput],
        if_match: IfMatch = None,
    ) -> Response[CaseAnswer]:
        origin, wiring = origin_of(request), wiring_of(request)
        actor, object_id, wanted = origin.actor, id_of(Prefix.CASE, case_id, "case"), version_of(if_match)
        async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
            row = await case_files.visible(connection, origin, object_id, lock=True)
            if wanted is not None and wanted != row["version"]:
                raise stale(row["version"])
            at = wiring.clock()
            version = await cases.own(connection, actor.tenant, actor.environment, object_id, data.owner, at)
            told = Trail(wiring.new_id, actor.name, origin.request_id)
            body = {"owner": data.owner}
            told.note(
                "case.assigned", "case", object_id, version=version or 0, state=row["state"], body=body, detail=body
            )
            await trail.write(connection, actor.tenant, actor.environment, at, told)
            row = await cases.get(connection, actor.tenant, actor.environment, object_id)
        return Response(presentation.case(row), headers={"ETag": presentation.etag(row["version"])})

    @post(
        "/{case_id:str}/resubmit",
        opt={"scope": Scope.CASES_WRITE},
        status_code=200,
        summary="Let it out again, by the path that the law wants",
    )
    async def resubmit(
        self,
        request: Request[Any, Any, Any],
        case_id: FromPath[str],
        data: JSONBody[CaseAction],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[CaseAnswer]:
        key, object_id = required_key(idempotency_key), id_of(Prefix.CASE, case_id, "case")
        wanted = fingerprint("POST", request.url.path, await request.body())
        return answered(await resubmit(wiring_of(request), origin_of(request), object_id, data, key, wanted))

    @post(
        "/{case_id:str}/resolve",
        opt={"scope": Scope.CASES_WRITE},
        status_code=200,
        summary="Close a case that was settled otherwise, saying how",
    )
    async def resolve(
        self,
        request: Request[Any, Any, Any],
        case_id: FromPath[str],
        data: JSONBody[CaseAction],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[CaseAnswer]:
        key, object_id = required_key(idempotency_key), id_of(Prefix.CASE, case_id, "case")
        wanted = fingerprint("POST", request.url.path, await request.body())
        return answered(await resolve(wiring_of(request), origin_of(request), object_id, data, key, wanted))
