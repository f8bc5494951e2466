"""Jurisdictions as data, judging any document, and the event log."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath, QueryParameter

from gateway import presentation
from gateway.actor import Scope
from gateway.api.requests import Limit, origin_of, wiring_of
from gateway.errors import Malformed, NotFound
from gateway.store import submissions
from jurisdictions.contract import Jurisdiction
from schemas.answers import EventAnswer, JudgementAnswer, JurisdictionAnswer, LayerAnswer, Page


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


@post(
    "/v1/documents/validate",
    opt={"scope": Scope.DOCUMENTS_VALIDATE},
    status_code=200,
    tags=["Documents"],
    summary="Judge any XML document, also a stranger's",
)
async def validate(
    request: Request[Any, Any, Any],
    jurisdiction: Annotated[str, QueryParameter(max_length=40, description="Whose rules to judge by.")],
) -> JudgementAnswer:
    """Raw XML in, findings out; layered, a skipped layer says so, and `undecided` is never `valid`."""
    body = await request.body()
    if not body:
        raise Malformed("Send the document as the body of the request.", code="document_missing")
    judgement = await asyncio.to_thread(named(request, jurisdiction).law.judge, body)
    return JudgementAnswer(
        verdict=judgement.verdict,
        rule_set=judgement.rule_set,
        layers=tuple(
            LayerAnswer(name=one.name, verdict=one.verdict, rule_set=one.rule_set) for one in judgement.layers
        ),
        findings=judgement.findings,
    )


@get("/v1/events", opt={"scope": Scope.EVENTS_READ}, tags=["Events"], summary="What happened, in committed order")
async def events(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Annotated[str | None, QueryParameter(max_length=24, description="The last `sequence` seen.")] = None,
) -> Page[EventAnswer]:
    """Oldest first after the cursor; sequence numbers have no gaps, so that nothing can be missed."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise Malformed("This cursor is not one of ours.", code="cursor_invalid")
    actor = origin_of(request).actor
    async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
        rows = await submissions.events(connection, actor.tenant, actor.environment, int(cursor or 0), limit + 1)
    page = rows[:limit]
    more = str(page[-1]["sequence"]) if len(rows) > limit else None
    return Page(data=tuple(presentation.event(row) for row in page), next_cursor=more)
