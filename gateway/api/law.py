"""Jurisdictions as data, judging any document, and the event log."""

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath, QueryParameter

from gateway import presentation
from gateway.actor import Scope
from gateway.api.requests import Limit, origin_of, wiring_of
from gateway.errors import Malformed, NotFound
from gateway.intake.attesting import specs_of
from gateway.store import submissions
from gateway.validating import choices, judge
from jurisdictions.contract import Jurisdiction
from schemas.answers import EventAnswer, JudgementAnswer, JurisdictionAnswer, LayerAnswer, Page
from schemas.rules import PublishedRule

LARGE = 1_000_000
"""Bytes of a document from which on it waits for its turn."""


def shown(jurisdiction: Jurisdiction) -> JurisdictionAnswer:
    """A jurisdiction's capabilities, editions and the JSON Schemas of its settings and extensions."""
    about, law = jurisdiction.about, jurisdiction.law
    return JurisdictionAnswer(
        code=about.code,
        name=about.name,
        maturity=about.maturity,
        kinds=tuple(about.kinds),
        sources=about.sources,
        editions=tuple(msgspec.to_builtins(one) for one in about.editions),
        obligations=tuple(msgspec.to_builtins(one) for one in about.obligations),
        credentials=tuple(msgspec.to_builtins(one) for one in about.credentials),
        endpoints=tuple(msgspec.to_builtins(one) for one in about.endpoints),
        provides=about.provides,
        consumes=about.consumes,
        settings=_schema(law.settings_type),
        extension=_schema(law.extension_type),
        line_extension=_schema(law.line_extension_type),
        deployment=_schema(about.deployment_type),
        attestations=tuple(
            {"name": one.name, "scope": one.scope, "title": one.title, "purpose": one.purpose, "document": one.document}
            for one in specs_of(jurisdiction)
        ),
        retention=tuple(msgspec.to_builtins(one) for one in about.retention),
    )


def _schema(kind: type[msgspec.Struct] | None) -> dict[str, Any]:
    return msgspec.json.schema(kind) if kind is not None else {}


def named(request: Request[Any, Any, Any], code: str) -> Jurisdiction:
    found = wiring_of(request).jurisdictions.get(code)
    if found is None:
        known = ", ".join(wiring_of(request).jurisdictions)
        raise NotFound(f"There is no jurisdiction {code[:40]!r} here; there are {known}.")
    return found


class JurisdictionController(Controller):
    path = "/v1/jurisdictions"
    tags = ["Jurisdictions"]

    @get("/", opt={"scope": Scope.JURISDICTIONS_READ}, summary="What this installation speaks for")
    async def browse(self, request: Request[Any, Any, Any]) -> tuple[JurisdictionAnswer, ...]:
        return tuple(shown(one) for one in wiring_of(request).jurisdictions.values())

    @get("/{code:str}", opt={"scope": Scope.JURISDICTIONS_READ}, summary="One jurisdiction")
    async def read(self, request: Request[Any, Any, Any], code: FromPath[str]) -> JurisdictionAnswer:
        return shown(named(request, code))

    @get("/{code:str}/rules", opt={"scope": Scope.JURISDICTIONS_READ}, summary="Its published rules, with their dates")
    async def rules(
        self,
        request: Request[Any, Any, Any],
        code: FromPath[str],
        limit: Limit = 100,
        cursor: Annotated[str | None, QueryParameter(max_length=24, description="`next_cursor` before.")] = None,
        rule_set: Annotated[
            str | None, QueryParameter(max_length=64, description="Only the rules of this set.")
        ] = None,
    ) -> Page[PublishedRule]:
        """Every rule of every edition that is installed, by rule set and id; nothing where none is published."""
        listed = named(request, code).law.published
        found = [one for one in (listed() if listed else ()) if rule_set in (None, one.rule_set)]
        start = _place(cursor)
        more = str(start + limit) if start + limit < len(found) else None
        return Page(data=tuple(found[start : start + limit]), next_cursor=more)


def _place(cursor: str | None) -> int:
    """A cursor of ours is a plain number: a sequence or a place. Raises Malformed."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise Malformed("This cursor is not one of ours.", code="cursor_invalid")
    return int(cursor or 0)


@post(
    "/v1/documents/validate",
    opt={"scope": Scope.DOCUMENTS_VALIDATE},
    status_code=200,
    tags=["Documents"],
    summary="Judge any XML document, also a stranger's",
)
async def validate(
    request: Request[Any, Any, Any],
    jurisdiction: Annotated[
        str, QueryParameter(max_length=40, description="Whose rules to judge by: a jurisdiction, or `en16931` alone.")
    ],
) -> JudgementAnswer:
    """Raw XML in, findings out; layered, a skipped layer says so, and `undecided` is never `valid`."""
    body = await request.body()
    if not body:
        raise Malformed("Send the document as the body of the request.", code="document_missing")
    law = wiring_of(request).jurisdictions
    if jurisdiction not in choices(law):
        raise NotFound(f"There are no rules of {jurisdiction[:40]!r} here; there are {', '.join(choices(law))}.")
    async with _turn(request, len(body)):
        _, judgement = await asyncio.to_thread(judge, body, law, jurisdiction)
    return JudgementAnswer(
        verdict=judgement.verdict,
        rule_set=judgement.rule_set,
        layers=tuple(
            LayerAnswer(name=one.name, verdict=one.verdict, rule_set=one.rule_set) for one in judgement.layers
        ),
        findings=judgement.findings,
    )


def _turn(request: Request[Any, Any, Any], size: int) -> AbstractAsyncContextManager[Any]:
    """Large documents are judged one at a time: a thread keeps the event loop free, but not its memory nor, wholly,
    the interpreter (measured: 4 documents of 9.5 MB at once hold other requests up by 0.4 s, one by 0.09 s)."""
    if size <= LARGE:
        return nullcontext()
    state = request.app.state
    if "large_documents" not in state:
        state.large_documents = asyncio.Semaphore(1)
    turn: asyncio.Semaphore = state.large_documents
    return turn


@get("/v1/events", opt={"scope": Scope.EVENTS_READ}, tags=["Events"], summary="What happened, in committed order")
async def events(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Annotated[str | None, QueryParameter(max_length=24, description="The last `sequence` seen.")] = None,
) -> Page[EventAnswer]:
    """Oldest first after the cursor; sequence numbers have no gaps, so that nothing can be missed."""
    after = _place(cursor)
    actor = origin_of(request).actor
    async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
        rows = await submissions.events(connection, actor.tenant, actor.environment, after, limit + 1)
    page = rows[:limit]
    more = str(page[-1]["sequence"]) if len(rows) > limit else None
    return Page(data=tuple(presentation.event(row) for row in page), next_cursor=more)
