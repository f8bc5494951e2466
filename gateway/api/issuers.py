"""Issuers and their write-only credentials; and what issuers and customers have in common."""

import asyncio
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Request, Response, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from gateway import presentation
from gateway.actor import Origin, Scope
from gateway.api.examples import ISSUER, shown
from gateway.api.requests import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    answered,
    cursor_of,
    encoded,
    id_of,
    origin_of,
    page_of,
    required_key,
    stale,
    version_of,
    wiring_of,
)
from gateway.clock import NIL
from gateway.errors import Forbidden, Malformed, NotFound, Refused
from gateway.identity import Prefix, written
from gateway.intake.ground import read_known
from gateway.intake.instructions import Known, settings_of
from gateway.intake.kept import Kept, fingerprint, once
from gateway.intake.patching import merged
from gateway.intake.pointers import pointer_of
from gateway.intake.reviewing import demand, review
from gateway.intake.signers import context_of
from gateway.store import objects, trail
from gateway.store.pool import Connection, to_json
from gateway.store.trail import Trail
from gateway.vault import UnusableCredential, describe
from gateway.wiring import Wiring
from jurisdictions.contract import CredentialSpec
from schemas.answers import CredentialAnswer, IssuerAnswer, IssuerInput, Page
from schemas.findings import Finding, Findings
from schemas.party import Party

NewIssuer = Annotated[IssuerInput, shown(an_issuer=ISSUER)]
PREFIX: dict[objects.Table, Prefix] = {"issuer": Prefix.ISSUER, "customer": Prefix.CUSTOMER}


class CredentialInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a credential; binary ones (`p12`, `certificate`, `private_key`) in base64. Written once, never
    shown."""

    jurisdiction: Annotated[str, Meta(max_length=32)]
    fields: dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=100_000)]]


def check_issuer(wiring: Wiring, issuer: IssuerInput) -> None:
    """Its time zone must exist and its settings be readable by their jurisdiction; refused with pointers."""
    if findings := _time_zone(issuer) + _settings(wiring, issuer):
        raise Refused("The issuer's settings cannot be read.", code="settings_invalid", findings=findings)


def _time_zone(issuer: IssuerInput) -> Findings:
    try:
        ZoneInfo(issuer.time_zone)
    except (LookupError, ValueError, OSError):
        return (
            Finding(
                rule="GW-TIME-ZONE",
                message="There is no such time zone.",
                pointer="/time_zone",
                found=issuer.time_zone,
                expected="a name of the IANA time zone database, such as Europe/Madrid",
            ),
        )
    return ()


def _settings(wiring: Wiring, issuer: IssuerInput) -> Findings:
    findings: Findings = ()
    for code, bag in issuer.settings.items():
        if code not in wiring.jurisdictions:
            findings += (
                Finding(
                    rule="GW-SETTINGS",
                    message="There is no such jurisdiction here.",
                    pointer=f"/settings/{code}",
                    found=code,
                    expected=" | ".join(wiring.jurisdictions),
                ),
            )
            continue
        try:
            settings_of(wiring.jurisdictions[code].law, bag)
        except msgspec.ValidationError as why:
            pointer, message = pointer_of(str(why))
            findings += (Finding(rule="GW-SETTINGS", message=message, pointer=f"/settings/{code}{pointer}"),)
    return findings


async def create(wiring: Wiring, origin: Origin, table: objects.Table, key: str, wanted: bytes, body: Any) -> Kept:
    """Insert an issuer or customer once per key."""
    object_id, at = wiring.new_id(), wiring.clock()

    async def work(connection: Connection) -> Kept:
        row_key = (origin.actor.tenant, origin.actor.environment, object_id)
        findings: Findings = ()
        if isinstance(body, IssuerInput):
            known = await _known(wiring, connection, origin, object_id)
            findings = demand(wiring, origin.actor.environment, object_id, body, known)
        await objects.insert(connection, table, row_key, to_json(body), at)
        told = Trail(wiring.new_id, origin.actor.name, origin.request_id)
        told.note(f"{table}.created", table, object_id, version=1, told=False)
        await trail.write(connection, origin.actor.tenant, origin.actor.environment, at, told)
        row = await objects.get(connection, table, row_key)
        location = f"/v1/{table}s/{written(PREFIX[table], object_id)}"
        made = presentation.issuer(row, (), findings) if table == "issuer" else presentation.customer(row)
        return Kept(status=201, body=encoded(made), headers={"ETag": presentation.etag(1), "Location": location})

    return await once(wiring.store, origin.actor, key, wanted, work)


async def _known(wiring: Wiring, connection: Connection, origin: Origin, issuer_id: UUID) -> Known:
    return await read_known(connection, origin.actor, issuer_id, wiring.deployments, wiring.jurisdictions)


@dataclass(frozen=True, slots=True)
class Changed:
    """The new row of an object; of an issuer also its credentials, and what the laws have to say of it now."""

    row: Any
    credentials: Sequence[Any] = ()
    findings: Findings = ()


async def change(
    wiring: Wiring, origin: Origin, table: objects.Table, object_id: UUID, changes: Any, if_match: int | None
) -> Changed:
    """Apply a merge patch under optimistic concurrency. Raises Refused where a law does not allow the change."""
    kind: Any = IssuerInput if table == "issuer" else Party
    row_key = (origin.actor.tenant, origin.actor.environment, object_id)
    async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
        row = await found(connection, origin, table, object_id)
        if if_match is not None and if_match != row["version"]:
            raise stale(row["version"])
        body = patched(row["body"], changes, kind)
        findings: Findings = ()
        stored: Sequence[Any] = ()
        if isinstance(body, IssuerInput):
            check_issuer(wiring, body)
            known, former = await _known(wiring, connection, origin, object_id), patched(row["body"], {}, kind)
            findings = demand(wiring, origin.actor.environment, object_id, body, known, former)
            stored = await objects.credentials(connection, *row_key)
        at = wiring.clock()
        if not await objects.update(connection, table, row_key, to_json(body), row["version"], at):
            raise stale(row["version"] + 1)
        told = Trail(wiring.new_id, origin.actor.name, origin.request_id)
        told.note(
            f"{table}.updated", table, object_id, version=row["version"] + 1, told=False, detail={"changes": changes}
        )
        await trail.write(connection, origin.actor.tenant, origin.actor.environment, at, told)
        return Changed(await objects.get(connection, table, row_key), stored, findings)


def patched(body: str, changes: Any, kind: Any) -> Any:
    """The merge patch applied and read again in its type. Raises Malformed with a pointer."""
    try:
        return msgspec.convert(merged(msgspec.json.decode(body), changes), kind)
    except msgspec.ValidationError as why:
        pointer, message = pointer_of(str(why))
        raise Malformed(
            "The result of this patch does not have the right shape.",
            findings=(Finding(rule="GW-SHAPE", message=message, pointer=pointer),),
        ) from why


async def found(connection: Connection, origin: Origin, table: objects.Table, object_id: UUID) -> Any:
    """The row, or 404; an issuer that the key may not use is 403."""
    row = await objects.get(connection, table, (origin.actor.tenant, origin.actor.environment, object_id))
    name = written(PREFIX[table], object_id)
    if row is None:
        raise NotFound(f"There is no {table} {name}.")
    if table == "issuer" and not origin.actor.may_use(object_id):
        raise Forbidden(f"This key may not use {name}.")
    return row


class IssuerController(Controller):
    path = "/v1/issuers"
    tags = ["Issuers"]

    @post("/", opt={"scope": Scope.ISSUERS_WRITE}, summary="Add an issuer")
    async def add(
        self, request: Request[Any, Any, Any], data: NewIssuer, idempotency_key: IdempotencyKey = None
    ) -> Response[IssuerAnswer]:
        key, wiring, origin = required_key(idempotency_key), wiring_of(request), origin_of(request)
        if origin.actor.issuers:
            raise Forbidden("This key is limited to some issuers: it adds none.")
        check_issuer(wiring, data)
        wanted = fingerprint("POST", "/v1/issuers", await request.body())
        return answered(await create(wiring, origin, "issuer", key, wanted, data))

    @get("/", opt={"scope": Scope.ISSUERS_READ}, summary="List issuers")
    async def browse(
        self, request: Request[Any, Any, Any], limit: Limit = 20, cursor: Cursor = None
    ) -> Page[IssuerAnswer]:
        actor, before = origin_of(request).actor, cursor_of(cursor)
        async with wiring_of(request).store.tenant(actor.tenant, actor.environment) as connection:
            rows = await objects.page(
                connection, "issuer", actor.tenant, actor.environment, before, limit + 1, actor.issuers
            )
        return page_of(rows, [presentation.issuer(row) for row in rows], limit)

    @get("/{issuer_id:str}", opt={"scope": Scope.ISSUERS_READ}, summary="Read an issuer")
    async def read(self, request: Request[Any, Any, Any], issuer_id: FromPath[str]) -> Response[IssuerAnswer]:
        wiring, origin = wiring_of(request), origin_of(request)
        object_id = id_of(Prefix.ISSUER, issuer_id, "issuer")
        async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            row = await found(connection, origin, "issuer", object_id)
            stored = await objects.credentials(connection, origin.actor.tenant, origin.actor.environment, object_id)
            known = await _known(wiring, connection, origin, object_id)
        findings = review(wiring, origin.actor.environment, object_id, patched(row["body"], {}, IssuerInput), known)
        return Response(presentation.issuer(row, stored, findings), headers={"ETag": presentation.etag(row["version"])})

    @patch("/{issuer_id:str}", opt={"scope": Scope.ISSUERS_WRITE}, summary="Change an issuer (JSON merge patch)")
    async def change(
        self,
        request: Request[Any, Any, Any],
        issuer_id: FromPath[str],
        data: JSONBody[dict[str, Any]],
        if_match: IfMatch = None,
    ) -> Response[IssuerAnswer]:
        object_id = id_of(Prefix.ISSUER, issuer_id, "issuer")
        done = await change(wiring_of(request), origin_of(request), "issuer", object_id, data, version_of(if_match))
        answer = presentation.issuer(done.row, done.credentials, done.findings)
        return Response(answer, headers={"ETag": presentation.etag(answer.version)})

    @put(
        "/{issuer_id:str}/credentials/{name:str}",
        opt={"scope": Scope.ISSUERS_WRITE},
        summary="Store a credential (write-only)",
    )
    async def put_credential(
        self,
        request: Request[Any, Any, Any],
        issuer_id: FromPath[str],
        name: FromPath[str],
        data: JSONBody[CredentialInput],
    ) -> CredentialAnswer:
        object_id = id_of(Prefix.ISSUER, issuer_id, "issuer")
        return await store_credential(wiring_of(request), origin_of(request), object_id, name, data)


def _spec(wiring: Wiring, name: str, data: CredentialInput) -> CredentialSpec:
    jurisdiction = wiring.jurisdictions.get(data.jurisdiction)
    specs = {spec.name: spec for spec in jurisdiction.about.credentials} if jurisdiction else {}
    if name not in specs or specs[name].scope == "platform":
        known = [f"{code}: {spec.name}" for code, one in wiring.jurisdictions.items() for spec in one.about.credentials]
        raise Refused(
            f"{data.jurisdiction[:40]!r} takes no credential {name[:40]!r} from a tenant.",
            code="credential_unknown",
            findings=(
                Finding(
                    rule="GW-CREDENTIAL",
                    message="There is no such credential.",
                    pointer="/jurisdiction",
                    expected="; ".join(known),
                ),
            ),
        )
    return specs[name]


def _usable(spec: CredentialSpec, fields: dict[str, str]) -> Any:
    missing = [field for field in spec.fields if field not in fields]
    unknown = [field for field in fields if field not in spec.fields]
    if missing or unknown:
        wrong = tuple(
            Finding(rule="GW-CREDENTIAL", message=text, pointer=f"/fields/{field}"[:200])
            for text, names in (("This field is missing.", missing), ("This credential has no such field.", unknown))
            for field in names
        )
        raise Refused("The credential's fields are not the ones it takes.", code="credential_fields", findings=wrong)
    try:
        return describe(spec.kind, fields)
    except (UnusableCredential, binascii.Error) as why:
        field = why.field if isinstance(why, UnusableCredential) else ""
        reason = why.reason if isinstance(why, UnusableCredential) else str(why)
        raise Refused(
            "The credential cannot be used.",
            code="credential_unusable",
            findings=(Finding(rule="GW-CREDENTIAL", message=reason, pointer=f"/fields/{field}"),),
        ) from why


async def store_credential(
    wiring: Wiring, origin: Origin, issuer_id: UUID, name: str, data: CredentialInput
) -> CredentialAnswer:
    """Check, describe and seal; a tenant-wide credential is stored once for all of its issuers."""
    spec = _spec(wiring, name, data)
    facts = await asyncio.to_thread(_usable, spec, data.fields)
    owner = issuer_id if spec.scope == "issuer" else NIL
    actor, at = origin.actor, wiring.clock()
    context = context_of(actor.tenant, actor.environment, owner, data.jurisdiction, name)
    sealed = wiring.vault.seal(data.fields, context)
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        await found(connection, origin, "issuer", issuer_id)
        key = (actor.tenant, actor.environment, owner, data.jurisdiction, name)
        version = await objects.put_credential(connection, key, sealed, to_json(dict(facts)), at)
        told = Trail(wiring.new_id, actor.name, origin.request_id)
        detail = {"jurisdiction": data.jurisdiction, "name": name, "facts": dict(facts)}
        told.note("credential.stored", "issuer", issuer_id, version=version, told=False, detail=detail)
        await trail.write(connection, actor.tenant, actor.environment, at, told)
    return CredentialAnswer(jurisdiction=data.jurisdiction, name=name, version=version, facts=dict(facts))
