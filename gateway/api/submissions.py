"""Submissions, their evidence, and the flows that deliver them."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, QueryParameter

from gateway import presentation
from gateway.actor import Scope
from gateway.api.requests import (
    Cursor,
    Filter,
    IdempotencyKey,
    Limit,
    answered,
    cursor_of,
    encoded,
    id_of,
    origin_of,
    page_of,
    required_key,
    wiring_of,
)
from gateway.errors import Conflict, Forbidden, NotFound
from gateway.identity import Prefix
from gateway.intake.kept import Kept, fingerprint, once
from gateway.store import incidents as kept_incidents
from gateway.store import submissions, trail
from gateway.store.pool import Connection
from gateway.store.trail import Trail
from schemas.answers import EvidenceAnswer, FlowAnswer, IncidentAnswer, Page, SubmissionAnswer
from schemas.states import SubmissionState


async def visible(request: Request[Any, Any, Any], connection: Connection, submission_id: str) -> Any:
    """The row of a submission of this tenant's, or 404, or 403."""
    origin, object_id = origin_of(request), id_of(Prefix.SUBMISSION, submission_id, "submission")
    row = await submissions.get(connection, origin.actor.tenant, origin.actor.environment, object_id)
    if row is None:
        raise NotFound(f"There is no submission {submission_id[:80]!r}.")
    if not origin.actor.may_use(row["issuer_id"]):
        raise Forbidden("This key may not use this issuer.")
    return row


class SubmissionController(Controller):
    path = "/v1/submissions"
    tags = ["Submissions"]

    @get("/", opt={"scope": Scope.SUBMISSIONS_READ}, summary="List submissions")
    async def browse(
        self,
        request: Request[Any, Any, Any],
        limit: Limit = 20,
        cursor: Cursor = None,
        in_state: Annotated[SubmissionState | None, QueryParameter(name="state")] = None,
        jurisdiction: Filter = None,
        invoice: Filter = None,
        issuer: Filter = None,
    ) -> Page[SubmissionAnswer]:
        actor = origin_of(request).actor
        narrow = submissions.Narrow(
            state=in_state,
            jurisdiction=jurisdiction,
            invoice=id_of(Prefix.INVOICE, invoice, "invoice") if invoice else None,
            issuer=id_of(Prefix.ISSUER, issuer, "issuer") if issuer else None,
            issuers=tuple(actor.issuers) or None,
        )
        async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
            rows = await submissions.page(
                connection, actor.tenant, actor.environment, narrow, cursor_of(cursor), limit + 1
            )
        return page_of(rows, [presentation.submission(row) for row in rows], limit)

    @get("/{submission_id:str}", opt={"scope": Scope.SUBMISSIONS_READ}, summary="Read a submission")
    async def read(self, request: Request[Any, Any, Any], submission_id: FromPath[str]) -> Response[SubmissionAnswer]:
        actor = origin_of(request).actor
        async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
            row = await visible(request, connection, submission_id)
        return Response(presentation.submission(row), headers={"ETag": presentation.etag(row["version"])})

    @get(
        "/{submission_id:str}/evidence",
        opt={"scope": Scope.SUBMISSIONS_READ},
        summary="Every question, every answer, every document",
    )
    async def evidence(self, request: Request[Any, Any, Any], submission_id: FromPath[str]) -> EvidenceAnswer:
        actor = origin_of(request).actor
        async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
            row = await visible(request, connection, submission_id)
            talks = await submissions.exchanges(connection, actor.tenant, actor.environment, row["id"])
            papers = await submissions.documents(connection, actor.tenant, actor.environment, row["invoice_id"])
        return EvidenceAnswer(
            submission=presentation.submission(row),
            exchanges=tuple(presentation.exchange(talk) for talk in talks),
            documents=tuple(
                presentation.document(row["invoice_id"], paper)
                for paper in papers
                if paper["submission_id"] == row["id"]
            ),
        )

    @post(
        "/{submission_id:str}/retry",
        opt={"scope": Scope.SUBMISSIONS_WRITE},
        status_code=200,
        summary="Let a scheduled retry go at once (a refusal is never retried)",
    )
    async def retry(
        self, request: Request[Any, Any, Any], submission_id: FromPath[str], idempotency_key: IdempotencyKey = None
    ) -> Response[SubmissionAnswer]:
        key, origin, wiring = required_key(idempotency_key), origin_of(request), wiring_of(request)
        actor = origin.actor
        wanted = fingerprint("POST", request.url.path, await request.body())

        async def work(connection: Connection) -> Kept:
            row = await visible(request, connection, submission_id)
            at = wiring.clock()
            if not await submissions.retry_now(connection, actor.tenant, actor.environment, row["id"], at):
                raise Conflict(
                    f"The submission is {row['state']}: only a scheduled retry can be brought forward.",
                    code="not_retryable",
                )
            told = Trail(wiring.new_id, actor.name, origin.request_id)
            told.note("submission.retry_requested", "submission", row["id"], version=row["version"], told=False)
            await trail.write(connection, actor.tenant, actor.environment, at, told)
            return Kept(status=200, body=encoded(presentation.submission(row)))

        return answered(await once(wiring.store, actor, key, wanted, work))


@get("/v1/flows", opt={"scope": Scope.SUBMISSIONS_READ}, tags=["Submissions"], summary="Delivery orders and what waits")
async def flows(request: Request[Any, Any, Any]) -> tuple[FlowAnswer, ...]:
    """Each flow with its waiting time, its breaker, and how many documents are unsent."""
    actor = origin_of(request).actor
    async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
        rows = await submissions.flows(connection, actor.tenant, actor.environment)
    return tuple(presentation.flow(row) for row in rows if actor.may_use(row["issuer_id"]))


@get("/v1/incidents", opt={"scope": Scope.SUBMISSIONS_READ}, tags=["Submissions"], summary="When a flow was in trouble")
async def incidents(
    request: Request[Any, Any, Any],
    limit: Limit = 20,
    cursor: Cursor = None,
    jurisdiction: Filter = None,
    is_open: Annotated[
        bool | None,
        QueryParameter(name="open", description="true: only those that last still; false: only those ended."),
    ] = None,
) -> Page[IncidentAnswer]:
    """Newest first: cause, beginning and end, and how many documents waited at worst and wait now."""
    actor = origin_of(request).actor
    async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
        rows = await kept_incidents.page(
            connection,
            actor.tenant,
            actor.environment,
            jurisdiction=jurisdiction,
            is_open=is_open,
            issuers=actor.issuers,
            before=cursor_of(cursor),
            limit=limit + 1,
        )
    return page_of(rows, [presentation.incident(row) for row in rows], limit)
