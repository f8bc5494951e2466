"""Rows and values as the API shows them: one function per shape, no decisions."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from gateway.identity import Prefix, written
from gateway.intake.ground import decode_invoice
from jurisdictions.contract import Capability, Draft, InstructionKind, Jurisdiction, Route
from schemas.answers import (
    AttachmentAnswer,
    AttestationAnswer,
    AttestationDraftAnswer,
    CaseAnswer,
    CredentialAnswer,
    CustomerAnswer,
    DocumentAnswer,
    DraftItemAnswer,
    EventAnswer,
    ExchangeAnswer,
    FileAnswer,
    FlowAnswer,
    IncidentAnswer,
    InvoiceAnswer,
    IssuerAnswer,
    IssuerInput,
    ObligationAnswer,
    ReceiverAnswer,
    RouteAnswer,
    SubmissionAnswer,
    TaxGroupAnswer,
    TotalsAnswer,
)
from schemas.attachment import Attachment
from schemas.document import Invoice
from schemas.findings import Finding
from schemas.invoice import InvoiceInput
from schemas.money import plain
from schemas.party import Party
from schemas.states import SubmissionState

_draft = msgspec.json.Decoder(InvoiceInput)
_routes = msgspec.json.Decoder(tuple[Route, ...])
_findings = msgspec.json.Decoder(tuple[Finding, ...])
_texts = msgspec.json.Decoder(dict[str, str])
_list = msgspec.json.Decoder(tuple[str, ...])
_issuer = msgspec.json.Decoder(IssuerInput)
_party = msgspec.json.Decoder(Party)
_any = msgspec.json.Decoder(dict[str, Any])


def _fields(value: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__struct_fields__}


def totals(invoice: Invoice) -> TotalsAnswer:
    return TotalsAnswer(**{name: plain(amount) for name, amount in _fields(invoice.totals).items()})


def breakdown(invoice: Invoice) -> tuple[TaxGroupAnswer, ...]:
    return tuple(
        TaxGroupAnswer(
            tax=group.tax,
            category=group.category,
            base=plain(group.base),
            amount=plain(group.amount),
            percent=None if group.percent is None else plain(group.percent),
            withheld=group.withheld,
            surcharge=None if group.surcharge is None else plain(group.surcharge),
            surcharge_amount=plain(group.surcharge_amount),
            exemption_code=group.exemption_code,
            exemption_reason=group.exemption_reason,
        )
        for group in invoice.tax_breakdown
    )


def routes(found: Iterable[Route]) -> tuple[RouteAnswer, ...]:
    return tuple(
        RouteAnswer(
            jurisdiction=route.jurisdiction,
            reason=route.reason,
            edition=route.edition,
            rounding=route.rounding.name,
            notes=route.notes,
            obligations=tuple(ObligationAnswer(**_fields(one)) for one in route.obligations),
        )
        for route in found
    )


def receiver(found: Capability) -> ReceiverAnswer:
    fields = _fields(found)
    reach = fields.pop("reach")
    return ReceiverAnswer(**{**fields, "answer": str(reach), "details": dict(found.details)})


def decode_routes(text: str) -> tuple[Route, ...]:
    return _routes.decode(text)


def decode_draft(text: str) -> InvoiceInput:
    return _draft.decode(text)


def submission(row: Mapping[str, Any]) -> SubmissionAnswer:
    """From a row of `gateway.submission`, with `standing` and `case_id` where the query joined them."""
    case = row.get("case_id")
    return SubmissionAnswer(
        id=written(Prefix.SUBMISSION, row["id"]),
        invoice=written(Prefix.INVOICE, row["invoice_id"]),
        jurisdiction=row["jurisdiction"],
        instruction=row["instruction"],
        state=row["state"],
        version=row["version"],
        edition=row["edition"],
        flow=row["flow_key"],
        tries=row["tries"],
        sealed_at=row["sealed_at"],
        updated_at=row["updated_at"],
        authority_id=row["authority_id"],
        code=row["code"],
        message=row["message"],
        findings=_findings.decode(row["findings"]),
        facts=_texts.decode(row["facts"]),
        standing=row.get("standing"),
        case=written(Prefix.CASE, case) if case else None,
        not_before=row["not_before"],
    )


def document(invoice: UUID, row: Mapping[str, Any]) -> DocumentAnswer:
    name = document_name(row)
    return DocumentAnswer(
        name=name,
        jurisdiction=row["jurisdiction"],
        media_type=row["media_type"],
        sha256=row["sha256"].hex(),
        role=row["role"],
        at=row["at"],
        href=f"/v1/invoices/{written(Prefix.INVOICE, invoice)}/documents/{name}",
    )


def document_name(row: Mapping[str, Any]) -> str:
    """Names are unique within an invoice: jurisdiction first, and the submission where it was sealed more than once."""
    place = row.get("place") or 1
    return f"{row['jurisdiction']}-{row['name']}" if place == 1 else f"{row['jurisdiction']}-{place}-{row['name']}"


def invoice(
    row: Mapping[str, Any],
    submissions: tuple[SubmissionAnswer, ...] = (),
    documents: tuple[DocumentAnswer, ...] = (),
    jurisdictions: Mapping[str, Jurisdiction] | None = None,
) -> InvoiceAnswer:
    """From a row of `gateway.invoice`."""
    neutral = decode_invoice(row["document"])
    written_by_caller = _fields(_draft.decode(row["draft"]))
    written_by_caller["source_ref"] = row["source_ref"]
    written_by_caller["attachments"] = tuple(map(_attachment, written_by_caller["attachments"]))
    return InvoiceAnswer(
        **written_by_caller,
        id=written(Prefix.INVOICE, row["id"]),
        status=row["state"],
        version=row["version"],
        number=row["number"],
        ready_to_finalize=row["ready"] and row["state"] == "draft",
        totals=totals(neutral),
        tax_breakdown=breakdown(neutral),
        routes=routes(_routes.decode(row["routes"])),
        findings=_findings.decode(row["findings"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        finalized_at=row["finalized_at"],
        deliverable=deliverable(submissions, jurisdictions or {}),
        facts={one.jurisdiction: one.facts for one in submissions if speaks_for(one)},
        submissions=submissions,
        documents=documents,
    )


def listed(row: Mapping[str, Any]) -> InvoiceAnswer:
    """As `invoice`, without what its attached files contain: a page of invoices would weigh megabytes."""
    shown = invoice(row)
    bare = tuple(replace(one, file=replace(one.file, content=UNSET) if one.file else None) for one in shown.attachments)
    return replace(shown, attachments=bare)


def _attachment(one: Attachment) -> AttachmentAnswer:
    file = FileAnswer(**_fields(one.file)) if one.file else None
    return AttachmentAnswer(**{**_fields(one), "file": file})


def deliverable(submissions: Iterable[SubmissionAnswer], jurisdictions: Mapping[str, Jurisdiction]) -> dict[str, bool]:
    """Whether the invoice may be handed to the customer yet, by jurisdiction, as each one's law says."""
    return {
        one.jurisdiction: jurisdictions[one.jurisdiction].desk.deliverable(SubmissionState(one.state))
        for one in submissions
        if speaks_for(one) and one.jurisdiction in jurisdictions
    }


def speaks_for(submission: SubmissionAnswer) -> bool:
    """Whether a submission says what the invoice is with an authority: a cancellation says only that it should end."""
    return submission.state != SubmissionState.SUPERSEDED and submission.instruction != InstructionKind.CANCEL


def issuer(
    row: Mapping[str, Any], credentials: Iterable[Mapping[str, Any]] = (), findings: tuple[Finding, ...] = ()
) -> IssuerAnswer:
    return IssuerAnswer(
        **_fields(_issuer.decode(row["body"])),
        id=written(Prefix.ISSUER, row["id"]),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        credentials=tuple(credential(one) for one in credentials),
        findings=findings,
    )


def credential(row: Mapping[str, Any]) -> CredentialAnswer:
    return CredentialAnswer(
        jurisdiction=row["jurisdiction"], name=row["name"], version=row["version"], facts=_texts.decode(row["facts"])
    )


def customer(row: Mapping[str, Any]) -> CustomerAnswer:
    return CustomerAnswer(
        **_fields(_party.decode(row["body"])),
        id=written(Prefix.CUSTOMER, row["id"]),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def case(row: Mapping[str, Any]) -> CaseAnswer:
    return CaseAnswer(
        id=written(Prefix.CASE, row["id"]),
        jurisdiction=row["jurisdiction"],
        state=row["state"],
        version=row["version"],
        case_class=row["case_class"],
        sentence=row["sentence"],
        path=row["path"],
        opened_at=row["opened_at"],
        updated_at=row["updated_at"],
        invoice=written(Prefix.INVOICE, row["invoice_id"]) if row["invoice_id"] else None,
        submission=written(Prefix.SUBMISSION, row["submission_id"]) if row["submission_id"] else None,
        flow=row["flow_key"],
        pointer=row["pointer"],
        fix=row["fix"],
        actions=_list.decode(row["actions"]),
        editable=_list.decode(row["editable"]),
        external_code=row["external_code"],
        external_message=row["external_message"],
        findings=_findings.decode(row["findings"]),
        owner=row["owner"],
        deadline=row["deadline"],
    )


def flow(row: Mapping[str, Any]) -> FlowAnswer:
    return FlowAnswer(
        jurisdiction=row["jurisdiction"],
        key=row["key"],
        issuer=written(Prefix.ISSUER, row["issuer_id"]),
        state=row["state"],
        ordered=row["ordered"],
        unsent=row["unsent"],
        failures=row["failures"],
        paced_until=row["paced_until"],
        backoff_until=row["backoff_until"],
        hold_code=row["hold_code"],
        hold_message=row["hold_message"],
        breaker_open_until=row["open_until"],
        incident=written(Prefix.INCIDENT, row["incident"]) if row["incident"] else None,
    )


def incident(row: Mapping[str, Any]) -> IncidentAnswer:
    return IncidentAnswer(
        id=written(Prefix.INCIDENT, row["id"]),
        jurisdiction=row["jurisdiction"],
        flow=row["flow_key"],
        issuer=written(Prefix.ISSUER, row["issuer_id"]),
        cause=row["cause"],
        message=row["message"],
        began_at=row["began_at"],
        ended_at=row["ended_at"],
        unsent=row["unsent"],
        waiting=row["waiting"],
        tries=row["tries"],
    )


def attestation(row: Mapping[str, Any]) -> AttestationAnswer:
    """From a row of either table; `issuer_id` is null in the operator's."""
    name = written(Prefix.ATTESTATION, row["id"])
    owner = written(Prefix.ISSUER, row["issuer_id"]) if row["issuer_id"] else None
    below = f"/v1/issuers/{owner}" if owner else f"/v1/jurisdictions/{row['jurisdiction']}"
    return AttestationAnswer(
        id=name,
        jurisdiction=row["jurisdiction"],
        name=row["name"],
        edition=row["edition"],
        body=_any.decode(row["body"]),
        issuer=owner,
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        registered_at=row["registered_at"],
        revoked_at=row["revoked_at"],
        sha256=row["sha256"],
        media_type=row["media_type"],
        href=f"{below}/attestations/{name}/document" if row["sha256"] else None,
    )


def attestation_draft(found: Draft) -> AttestationDraftAnswer:
    items = tuple(DraftItemAnswer(letter=letter, describes=words, datum=datum) for letter, words, datum in found.items)
    return AttestationDraftAnswer(edition=found.edition, items=items, text=found.text, body=dict(found.body))


_PREFIXES = {
    "invoice": Prefix.INVOICE,
    "submission": Prefix.SUBMISSION,
    "case": Prefix.CASE,
    "issuer": Prefix.ISSUER,
    "customer": Prefix.CUSTOMER,
}


def _public(object_type: str, object_id: str) -> str:
    prefix = _PREFIXES.get(object_type)
    try:
        return written(prefix, UUID(object_id)) if prefix else object_id
    except ValueError:
        return object_id


def event(row: Mapping[str, Any]) -> EventAnswer:
    data = _any.decode(row["body"])
    if "invoice" in data:
        data["invoice"] = _public("invoice", str(data["invoice"]))
    return EventAnswer(
        id=written(Prefix.EVENT, row["id"]),
        sequence=row["sequence"],
        type=row["type"],
        timestamp=row["at"],
        data=data
        | {
            "object": row["object_type"],
            "id": _public(row["object_type"], row["object_id"]),
            "version": row["version"],
            "state": row["state"],
            "previous_state": row["previous_state"],
        },
    )


def exchange(row: Mapping[str, Any]) -> ExchangeAnswer:
    return ExchangeAnswer(
        id=written(Prefix.EXCHANGE, row["id"]),
        at=row["at"],
        phase=row["phase"],
        ask=row["ask"],
        endpoint=row["endpoint"],
        effect=row["effect"],
        method=row["method"],
        path=row["path"],
        request=_text(row["body"]),
        status=row["status"],
        answer=None if row["answer"] is None else _text(row["answer"]),
        failure=row["failure"],
        answered_at=row["answered_at"],
    )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(body).decode()


def etag(version: int) -> str:
    return f'"{version}"'
