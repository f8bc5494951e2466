"""Signed papers: an issuer's own are registered and revoked here; the operator's, and their drafts, are shown."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, JSONBody

from gateway import presentation
from gateway.actor import Scope
from gateway.api.issuers import found
from gateway.api.law import named
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
from gateway.errors import Conflict, NotFound
from gateway.identity import Prefix, written
from gateway.intake.attesting import HandedIn, decoded, draft_of, read_paper, spec_of, specs_of
from gateway.intake.kept import Kept, fingerprint, once
from gateway.store import attestations, trail
from gateway.store.pool import Connection
from gateway.store.trail import Trail
from jurisdictions.contract import AttestationSpec, Environment, Jurisdiction
from jurisdictions.contract import Scope as Owner
from schemas.answers import AttestationAnswer, AttestationInput, Page, PaperAnswer

WHAT, BYTES = "attestation", "application/octet-stream"


def _handed_in(data: AttestationInput) -> HandedIn:
    return HandedIn(
        name=data.name,
        valid_from=data.valid_from,
        valid_until=data.valid_until,
        edition=data.edition,
        body=data.body,
        document=decoded(data.document),
        media_type=data.media_type,
    )


class AttestationController(Controller):
    path = "/v1/issuers/{issuer_id:str}/attestations"
    tags = ["Attestations"]

    @post("/", opt={"scope": Scope.ISSUERS_WRITE}, summary="Register a signed paper of the issuer")
    async def register(
        self,
        request: Request[Any, Any, Any],
        issuer_id: FromPath[str],
        data: JSONBody[AttestationInput],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[AttestationAnswer]:
        """What it says is judged where it counts: by the reviews of the issuer, at finalize, and before sending."""
        key, wiring, origin = required_key(idempotency_key), wiring_of(request), origin_of(request)
        object_id, actor, at = id_of(Prefix.ISSUER, issuer_id, "issuer"), origin.actor, wiring.clock()
        spec = spec_of(wiring.jurisdictions, data.jurisdiction, data.name, Owner.ISSUER)
        draft = draft_of(
            wiring.jurisdictions[data.jurisdiction], data.name, _environment(actor.environment), wiring.deployments
        )
        paper = read_paper(spec, data.jurisdiction, _handed_in(data), wiring.new_id(), draft)
        place = actor.tenant, actor.environment, object_id

        async def work(connection: Connection) -> Kept:
            await found(connection, origin, "issuer", object_id)
            await attestations.insert(connection, place, paper, at, actor.name)
            detail = {"jurisdiction": paper.jurisdiction, "name": paper.name, "edition": paper.edition}
            told = Trail(wiring.new_id, actor.name, origin.request_id)
            told.note(
                "attestation.registered",
                WHAT,
                paper.id,
                version=1,
                told=False,
                detail=detail | {"issuer": issuer_id, "sha256": paper.sha256},
            )
            await trail.write(connection, actor.tenant, actor.environment, at, told)
            row = await attestations.get(connection, place, paper.id)
            location = f"/v1/issuers/{issuer_id}/attestations/{written(Prefix.ATTESTATION, paper.id)}"
            return Kept(status=201, body=encoded(presentation.attestation(row)), headers={"Location": location})

        wanted = fingerprint("POST", request.url.path, await request.body())
        return answered(await once(wiring.store, actor, key, wanted, work))

    @get("/", opt={"scope": Scope.ISSUERS_READ}, summary="List the issuer's papers")
    async def browse(
        self,
        request: Request[Any, Any, Any],
        issuer_id: FromPath[str],
        limit: Limit = 20,
        cursor: Cursor = None,
        jurisdiction: Filter = None,
    ) -> Page[AttestationAnswer]:
        """Newest first, also those that were revoked."""
        origin, object_id = origin_of(request), id_of(Prefix.ISSUER, issuer_id, "issuer")
        place = origin.actor.tenant, origin.actor.environment, object_id
        async with wiring_of(request).store.tenant(*place[:2]) as connection:
            await found(connection, origin, "issuer", object_id)
            rows = await attestations.page(connection, place, jurisdiction, cursor_of(cursor), limit + 1)
        return page_of(rows, [presentation.attestation(row) for row in rows], limit)

    @get("/{attestation_id:str}", opt={"scope": Scope.ISSUERS_READ}, summary="Read a paper")
    async def read(
        self, request: Request[Any, Any, Any], issuer_id: FromPath[str], attestation_id: FromPath[str]
    ) -> AttestationAnswer:
        origin, object_id = origin_of(request), id_of(Prefix.ISSUER, issuer_id, "issuer")
        place = origin.actor.tenant, origin.actor.environment, object_id
        async with wiring_of(request).store.tenant(*place[:2]) as connection:
            await found(connection, origin, "issuer", object_id)
            row = await attestations.get(connection, place, id_of(Prefix.ATTESTATION, attestation_id, WHAT))
        if row is None:
            raise _missing(attestation_id)
        return presentation.attestation(row)

    @get(
        "/{attestation_id:str}/document",
        opt={"scope": Scope.ISSUERS_READ},
        summary="The signed file of a paper",
        media_type=BYTES,
    )
    async def document(
        self, request: Request[Any, Any, Any], issuer_id: FromPath[str], attestation_id: FromPath[str]
    ) -> Response[bytes]:
        origin, object_id = origin_of(request), id_of(Prefix.ISSUER, issuer_id, "issuer")
        place = origin.actor.tenant, origin.actor.environment, object_id
        async with wiring_of(request).store.tenant(*place[:2]) as connection:
            await found(connection, origin, "issuer", object_id)
            row = await attestations.document(connection, place, id_of(Prefix.ATTESTATION, attestation_id, WHAT))
        return _file(row, attestation_id)

    @post(
        "/{attestation_id:str}/revoke",
        opt={"scope": Scope.ISSUERS_WRITE},
        status_code=200,
        summary="Revoke a paper: from now on it counts for nothing",
    )
    async def revoke(
        self,
        request: Request[Any, Any, Any],
        issuer_id: FromPath[str],
        attestation_id: FromPath[str],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[AttestationAnswer]:
        key, wiring, origin = required_key(idempotency_key), wiring_of(request), origin_of(request)
        object_id, paper = (
            id_of(Prefix.ISSUER, issuer_id, "issuer"),
            id_of(Prefix.ATTESTATION, attestation_id, WHAT),
        )
        actor, at = origin.actor, wiring.clock()
        place = actor.tenant, actor.environment, object_id

        async def work(connection: Connection) -> Kept:
            await found(connection, origin, "issuer", object_id)
            revoked = await attestations.revoke(connection, place, paper, at)
            row = await attestations.get(connection, place, paper)
            if row is None:
                raise _missing(attestation_id)
            if not revoked:
                raise Conflict("The paper was revoked before.", code="already_revoked")
            told = Trail(wiring.new_id, actor.name, origin.request_id)
            told.note("attestation.revoked", WHAT, paper, version=2, told=False, detail={"issuer": issuer_id})
            await trail.write(connection, actor.tenant, actor.environment, at, told)
            return Kept(status=200, body=encoded(presentation.attestation(row)))

        wanted = fingerprint("POST", request.url.path, await request.body())
        return answered(await once(wiring.store, actor, key, wanted, work))


@get(
    "/v1/jurisdictions/{code:str}/attestations",
    opt={"scope": Scope.JURISDICTIONS_READ},
    tags=["Attestations"],
    summary="The papers that a law wants, their drafts, and the operator's as registered",
)
async def papers(request: Request[Any, Any, Any], code: FromPath[str]) -> tuple[PaperAnswer, ...]:
    """Of this key's environment. The operator registers its own with a command, never here."""
    wiring, actor, jurisdiction = wiring_of(request), origin_of(request).actor, named(request, code)
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        rows = await attestations.platform(connection, actor.environment, code)
    registered = [presentation.attestation(row) for row in rows]

    def shown(spec: AttestationSpec, of: Jurisdiction) -> PaperAnswer:
        draft = draft_of(of, spec.name, _environment(actor.environment), wiring.deployments)
        return PaperAnswer(
            name=spec.name,
            scope=spec.scope,
            title=spec.title,
            purpose=spec.purpose,
            document=spec.document,
            body=msgspec.json.schema(spec.body_type),
            draft=presentation.attestation_draft(draft) if draft else None,
            registered=tuple(one for one in registered if one.name == spec.name),
        )

    return tuple(shown(spec, jurisdiction) for spec in specs_of(jurisdiction))


@get(
    "/v1/jurisdictions/{code:str}/attestations/{attestation_id:str}/document",
    opt={"scope": Scope.JURISDICTIONS_READ},
    tags=["Attestations"],
    summary="The signed file of one of the operator's papers",
    media_type=BYTES,
)
async def paper_document(
    request: Request[Any, Any, Any], code: FromPath[str], attestation_id: FromPath[str]
) -> Response[bytes]:
    actor, paper = origin_of(request).actor, id_of(Prefix.ATTESTATION, attestation_id, WHAT)
    async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
        row = await attestations.platform_document(connection, actor.environment, code, paper)
    return _file(row, attestation_id)


def _environment(name: str) -> Environment:
    return "live" if name == "live" else "test"


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no attestation {name[:80]!r}.")


def _file(row: Any, name: str) -> Response[bytes]:
    """The bytes as they were handed in, to be saved: whatever they are, they are never shown as a page of ours."""
    if row is None:
        raise _missing(name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(bytes(row["document"]), media_type=BYTES, headers=headers)
