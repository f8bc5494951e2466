"""A document in place of a JSON draft: which jurisdiction reads it, whose invoice it is, and what of it we call
otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gateway.actor import Actor
from gateway.errors import Malformed, NotFound, Refused
from gateway.identity import Prefix, written
from gateway.intake.ground import issuer_id_of
from gateway.intake.patching import differing
from gateway.store import invoices, issuers, objects
from gateway.store.pool import Connection
from jurisdictions.contract import Jurisdiction, Reading
from schemas.answers import IssuerInput
from schemas.findings import Finding, Findings, Severity, is_fatal
from schemas.invoice import InvoiceInput, PrecedingInput
from schemas.party import Party

_issuer = msgspec.json.Decoder(IssuerInput)
_SEPARATORS = str.maketrans("", "", " .-/")
_PREFIXES = {"GR": ("el", "gr"), "EL": ("el", "gr")}
"""Greek numbers are written under either name of the country."""


def read_document(jurisdictions: Mapping[str, Jurisdiction], body: bytes) -> Reading:
    """The reading of the jurisdiction that recognises the document. Raises Malformed and Refused; takes its time."""
    unreadable: Findings = ()
    for jurisdiction in jurisdictions.values():
        reading = jurisdiction.law.read(body) if jurisdiction.law.read else None
        if reading is not None and reading.recognised:
            if is_fatal(reading.findings) or reading.invoice is None:
                raise Refused(
                    "The document cannot be carried over as it stands.",
                    code="document_not_carried_over",
                    findings=reading.findings,
                )
            return reading
        unreadable = unreadable or (reading.findings if reading else ())
    if unreadable:
        raise Malformed("The document cannot be read.", code="document_unreadable", findings=unreadable)
    raise Refused(
        "No installed jurisdiction reads such a document.",
        code="document_unknown",
        findings=(Finding(rule="GW-DOCUMENT-UNKNOWN", message="This is not a document that is read.", location="/"),),
    )


async def assigned(
    connection: Connection, actor: Actor, reading: Reading, wanted: str | None
) -> tuple[InvoiceInput, Findings]:
    """The invoice that was read, with its issuer (the one that is `wanted`, else the one that the document names) and
    with the earlier invoices that are ours. Raises NotFound, Forbidden and Refused."""
    draft = reading.invoice
    if draft is None:
        raise ValueError("a reading without an invoice is refused before")
    row = await _issuer_row(connection, actor, reading, wanted)
    issuer = written(Prefix.ISSUER, row["id"])
    said = (*reading.findings, *_as_registered(reading, _issuer.decode(row["body"])))
    draft, renamed = await _with_ours(connection, actor, replace(draft, issuer=issuer), row["id"], reading)
    return draft, said + renamed


async def _issuer_row(connection: Connection, actor: Actor, reading: Reading, wanted: str | None) -> Any:
    party = reading.issuer
    addresses = {f"{one.scheme}:{one.value.strip()}".lower() for one in party.endpoints} if party else set()
    numbers = {spelling for one in party.tax_ids for spelling in _spellings(one.country, one.value)} if party else set()
    among = {issuer_id_of(actor, wanted)} if wanted else actor.issuers
    rows = await issuers.named(connection, actor.tenant, actor.environment, addresses, numbers, among)
    both = [row for row in rows if row["by_endpoint"] and row["by_tax_id"]]
    found = both if len(both) == 1 else rows
    if not found and wanted:
        await _existing(connection, actor, wanted)
    if len(found) != 1:
        raise _unassigned(reading, [written(Prefix.ISSUER, row["id"]) for row in found], wanted)
    return found[0]


async def _existing(connection: Connection, actor: Actor, wanted: str) -> None:
    key = (actor.tenant, actor.environment, issuer_id_of(actor, wanted))
    if await objects.get(connection, "issuer", key) is None:
        raise NotFound(f"There is no issuer {wanted}.")


def _spellings(country: str, value: str) -> Iterator[str]:
    """A number with its country's letters before it and without, as an issuer may have been registered."""
    plain = value.translate(_SEPARATORS).lower()
    prefixes = _PREFIXES.get(country, (country.lower(),))
    bare = next((plain.removeprefix(prefix) for prefix in prefixes if plain.startswith(prefix)), plain)
    for of in prefixes:
        yield f"{of}:{bare}"
        yield from (f"{of}:{prefix}{bare}" for prefix in prefixes)


def _unassigned(reading: Reading, found: list[str], wanted: str | None) -> Refused:
    party = reading.issuer
    names = [f"{one.scheme}:{one.value}" for one in party.endpoints] if party else []
    names += [f"{one.scheme}:{one.value}" for one in party.tax_ids] if party else []
    finding = Finding(
        rule="GW-DOCUMENT-ISSUER",
        message="The party that issues the document must be one issuer of this account, by its electronic address or"
        " its tax number.",
        location=reading.locations.get("/issuer"),
        found=", ".join(names) or None,
        expected=wanted or ", ".join(found) or None,
        fix="Name one of them: ?issuer=iss_…" if found else "Create the issuer first, with this address or number.",
    )
    if found:
        detail, code = "Several issuers answer to the party that issues the document.", "issuer_ambiguous"
    else:
        detail, code = "No issuer here is the party that issues the document.", "issuer_unknown"
    return Refused(detail, code=code, findings=(finding,))


def _as_registered(reading: Reading, issuer: IssuerInput) -> Iterator[Finding]:
    """What the document says otherwise of its issuer than the issuer's own record, which is what is written."""
    record = issuer.party()
    theirs, ours = _comparable(reading.issuer, record), _comparable(record, reading.issuer)
    for pointer in differing(theirs, ours):
        location = _location(reading.locations, f"/issuer{pointer}")
        found, expected = _at(theirs, pointer), _at(ours, pointer)
        yield Finding(
            rule="GW-DOCUMENT-ISSUER-DIFFERS",
            severity=Severity.WARNING,
            message="The issuer is written as it is registered here, not as the document names it.",
            pointer="/issuer",
            location=location,
            found=found,
            expected=expected,
            fix="PATCH the issuer where the document is right.",
        )


def _comparable(party: Party | None, other: Party | None) -> dict[str, Any]:
    """A party without the addresses and numbers by which the other one knows it too."""
    if party is None or other is None:
        return {}
    known = any(one in other.endpoints for one in party.endpoints)
    endpoints = () if known else party.endpoints
    numbers = {spelling for one in other.tax_ids for spelling in _spellings(one.country, one.value)}
    tax_ids = [one for one in party.tax_ids if numbers.isdisjoint(_spellings(one.country, one.value))]
    told: dict[str, Any] = msgspec.to_builtins(party)
    return told | {"endpoints": msgspec.to_builtins(endpoints), "tax_ids": msgspec.to_builtins(tax_ids)}


def _at(value: Any, pointer: str) -> str | None:
    """What stands at a pointer, as text; None where nothing does."""
    for step in pointer.split("/")[1:]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list | tuple) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _location(locations: Mapping[str, str], pointer: str) -> str | None:
    """Where a pointer stands in the document, or else the nearest thing around it."""
    while pointer and pointer not in locations:
        pointer = pointer.rpartition("/")[0]
    return locations.get(pointer)


async def _with_ours(
    connection: Connection, actor: Actor, draft: InvoiceInput, issuer: UUID, reading: Reading
) -> tuple[InvoiceInput, Findings]:
    """The draft with earlier invoices by our id where the document names them by the number that it came in under."""
    named = draft.references.preceding if draft.references else ()
    findings: Findings = ()
    fresh: list[PrecedingInput] = []
    for index, one in enumerate(named):
        ours = one.number and await invoices.by_business_event(
            connection, actor.tenant, actor.environment, issuer, one.number
        )
        if not ours:
            fresh.append(one)
            continue
        fresh.append(replace(one, invoice=written(Prefix.INVOICE, ours), number=None, issue_date=None))
        pointer = f"/references/preceding/{index}/number"
        findings += (
            Finding(
                rule="GW-DOCUMENT-PRECEDING",
                severity=Severity.WARNING,
                message="The earlier invoice was issued here under a number of its own, which is what is written.",
                pointer=f"/references/preceding/{index}",
                location=_location(reading.locations, pointer),
                found=one.number,
                expected=written(Prefix.INVOICE, ours),
            ),
        )
    if not findings or draft.references is None:
        return draft, ()
    return replace(draft, references=replace(draft.references, preceding=tuple(fresh))), findings
