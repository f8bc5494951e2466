"""What a draft stands on: its issuer, its customer as they are now, and the invoices that it corrects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from gateway.actor import Actor
from gateway.deployments import Deployments
from gateway.errors import Forbidden, NotFound
from gateway.identity import Prefix, read, written
from gateway.intake.drafting import Ground
from gateway.intake.instructions import Known, StoredAttestation, issuer_for
from gateway.store import invoices, objects
from gateway.store.pool import Connection
from jurisdictions.contract import Environment, Issuer, Jurisdiction
from schemas.answers import IssuerInput
from schemas.document import Invoice, Preceding
from schemas.findings import Finding, Findings
from schemas.invoice import InvoiceInput, Kind
from schemas.party import Party

_issuer = msgspec.json.Decoder(IssuerInput)
_party = msgspec.json.Decoder(Party)
_invoice = msgspec.json.Decoder(Invoice, strict=False)
_facts = msgspec.json.Decoder(dict[str, dict[str, str]])
_papers = msgspec.json.Decoder(tuple[StoredAttestation, ...])
_flows = msgspec.json.Decoder(dict[str, tuple[str, ...]])
_ids = msgspec.json.Decoder(dict[str, str])


def decode_invoice(document: str) -> Invoice:
    return _invoice.decode(document)


def issuer_id_of(actor: Actor, text: str) -> UUID:
    """The issuer that a body names; 404 where it is not one, 403 where the key may not use it."""
    issuer = read(Prefix.ISSUER, text)
    if issuer is None:
        raise NotFound(f"There is no issuer {text}.", findings=(_missing("/issuer", text, "iss_…"),))
    if not actor.may_use(issuer):
        raise Forbidden(f"This key may not issue for {text}.")
    return issuer


def _missing(pointer: str, found: str, expected: str) -> Finding:
    return Finding(
        rule="GW-UNKNOWN-ID", message="There is no such object.", pointer=pointer, found=found, expected=expected
    )


async def read_ground(
    connection: Connection, actor: Actor, body: InvoiceInput, deployments: Deployments, codes: Iterable[str]
) -> Ground:
    """Read all of it within the caller's transaction. A missing issuer is 404; a missing customer or invoice is a
    finding. `codes` are the jurisdictions of the house."""
    issuer_id = issuer_id_of(actor, body.issuer)
    row = await objects.get(connection, "issuer", (actor.tenant, actor.environment, issuer_id))
    if row is None:
        raise NotFound(f"There is no issuer {body.issuer}.", findings=(_missing("/issuer", body.issuer, "iss_…"),))
    customer, findings = await _customer(connection, actor, body)
    preceding, wrong = await read_preceding(connection, actor, body, issuer_id)
    return Ground(
        issuer_id=issuer_id,
        issuer=_issuer.decode(row["body"]),
        environment=_environment(actor),
        customer=customer,
        known=await read_known(connection, actor, issuer_id, deployments, codes),
        preceding=preceding,
        findings=findings + wrong,
    )


async def read_known(
    connection: Connection, actor: Actor, issuer_id: UUID, deployments: Deployments, codes: Iterable[str]
) -> Known:
    """What is known of an issuer now, within the caller's transaction."""
    place = actor.tenant, actor.environment
    stored = await objects.credentials(connection, *place, issuer_id)
    about = await connection.fetchrow(
        "SELECT gateway.attestations_of($1, $2, $3) AS attestations, gateway.flows_of($1, $2, $4) AS flows",
        *place,
        issuer_id,
        list(codes),
    )
    return Known(
        credentials={f"{one['jurisdiction']}:{one['name']}": _ids.decode(one["facts"]) for one in stored},
        attestations=_papers.decode(about["attestations"]),
        flows=_flows.decode(about["flows"]),
        deployments=deployments,
    )


async def read_issuer(
    connection: Connection, actor: Actor, issuer_id: UUID, jurisdiction: Jurisdiction, deployments: Deployments
) -> Issuer:
    """An issuer as one jurisdiction sees it now. Raises msgspec.ValidationError where its settings cannot be read."""
    row = await objects.get(connection, "issuer", (actor.tenant, actor.environment, issuer_id))
    known = await read_known(connection, actor, issuer_id, deployments, [jurisdiction.about.code])
    return issuer_for(jurisdiction, issuer_id, _issuer.decode(row["body"]), _environment(actor), known)


def _environment(actor: Actor) -> Environment:
    return "live" if actor.environment == "live" else "test"


async def _customer(connection: Connection, actor: Actor, body: InvoiceInput) -> tuple[Party, Findings]:
    if isinstance(body.customer, Party):
        return body.customer, ()
    customer_id = read(Prefix.CUSTOMER, body.customer)
    row = customer_id and await objects.get(connection, "customer", (actor.tenant, actor.environment, customer_id))
    if not row:
        raise NotFound(
            f"There is no customer {body.customer}.", findings=(_missing("/customer", body.customer, "cus_…"),)
        )
    return _party.decode(row["body"]), ()


def ground_of_row(
    row: Any,
    actor: Actor,
    body: InvoiceInput,
    preceding: Mapping[str, Preceding],
    wrong: Findings,
    deployments: Deployments,
) -> Ground:
    """The same from the one row of `read_for_seal`."""
    if isinstance(body.customer, Party):
        customer = body.customer
    elif row["customer"] is not None:
        customer = _party.decode(row["customer"])
    else:
        raise NotFound(
            f"There is no customer {body.customer}.", findings=(_missing("/customer", body.customer, "cus_…"),)
        )
    return Ground(
        issuer_id=row["issuer_id"],
        issuer=_issuer.decode(row["issuer"]),
        environment=_environment(actor),
        customer=customer,
        known=Known(
            credentials=_facts.decode(row["credentials"]),
            attestations=_papers.decode(row["attestations"]),
            flows=_flows.decode(row["flows"]),
            deployments=deployments,
        ),
        preceding=preceding,
        findings=wrong,
    )


async def read_preceding(
    connection: Connection, actor: Actor, body: InvoiceInput, issuer_id: UUID
) -> tuple[dict[str, Preceding], Findings]:
    """The corrected invoices that are ours, by the id that the caller wrote."""
    named = body.references.preceding if body.references else ()
    wanted = {text: read(Prefix.INVOICE, text) for text in (one.invoice for one in named) if text is not None}
    ids = [value for value in wanted.values() if value is not None]
    rows = await invoices.preceding(connection, actor.tenant, actor.environment, ids) if ids else []
    found = {written(Prefix.INVOICE, row["id"]): row for row in rows if row["issuer_id"] == issuer_id}
    findings: Findings = ()
    for index, one in enumerate(named):
        row = found.get(one.invoice or "")
        if one.invoice is not None and (row is None or row["number"] is None):
            findings += (
                Finding(
                    rule="GW-PRECEDING",
                    message="The invoice to be corrected must be one that this issuer has issued.",
                    pointer=f"/references/preceding/{index}/invoice",
                    found=one.invoice if row is None else f"{one.invoice}, {row['state']}",
                    expected="an open or paid invoice",
                ),
            )
    return {text: _preceding(row) for text, row in found.items() if row["number"] is not None}, findings


def _preceding(row: Any) -> Preceding:
    document = _invoice.decode(row["document"])
    return Preceding(
        number=row["number"],
        issue_date=document.issue_date,
        invoice_id=written(Prefix.INVOICE, row["id"]),
        kind=Kind(row["kind"]),
        external_ids=_ids.decode(row["ids"]),
        totals=document.totals,
        tax_breakdown=document.tax_breakdown,
    )
