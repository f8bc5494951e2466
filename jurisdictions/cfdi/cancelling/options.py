"""The ways to cancel a stamped CFDI that are open now, and whether its receiver has a say in each.

Motives (SAT, catalogue of cancellation): 01 errors, another CFDI takes its place; 02 errors, none does; 03 the
operation did not take place; 04 a ticket of a global invoice got an invoice of its own. A receipt of payment is
cancelled with 01 or 02. Time and consent are told in `consent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from jurisdictions.cfdi.cancelling.consent import Cancellable, cancel_until, consent_of, local
from jurisdictions.cfdi.cancelling.sentences import REFUSED
from jurisdictions.cfdi.deadlines import CENTRE, zone_in
from jurisdictions.cfdi.parties import receiver, rfc_of
from jurisdictions.cfdi.settings import NO_EXTENSION
from jurisdictions.cfdi.terms import MXN, exchange_rate
from jurisdictions.contract import CorrectionOption, Earlier, InstructionKind
from schemas.document import Invoice
from schemas.invoice import Kind
from schemas.states import ACCEPTED, SubmissionState


class Motive(NamedTuple):
    """One motive in a person's words."""

    option: str
    title: str
    reason: str
    needs: tuple[str, ...] = ()


_SUBSTITUTED = Motive(
    "cancel_01",
    "Cancel: replaced by another CFDI (motive 01)",
    "It has errors, and another stamped CFDI names it with TipoRelacion 04 and takes its place.",
    ("replacement",),
)
_MISTAKEN = Motive(
    "cancel_02",
    "Cancel: issued with errors, not replaced (motive 02)",
    "It has errors, and no other CFDI takes its place.",
)
_UNDONE = Motive(
    "cancel_03", "Cancel: the operation did not take place (motive 03)", "What it invoices was never sold or done."
)
_NOMINATIVE = Motive(
    "cancel_04",
    "Cancel: an included ticket got an invoice of its own (motive 04)",
    "A buyer asked for the invoice of a ticket that this global invoice includes; it is issued again without it.",
)


def cancellations(invoice: Invoice, earlier: tuple[Earlier, ...], at: datetime) -> tuple[CorrectionOption, ...]:
    """The options of a registered CFDI; none once its time is over."""
    cfdi = cancellable(invoice, earlier)
    until = cancel_until(cfdi.rfc, cfdi.issued)
    if at >= until:
        return ()
    consent = consent_of(cfdi, at)
    return tuple(
        CorrectionOption(
            option=motive.option,
            title=motive.title,
            reason=motive.reason,
            instruction=InstructionKind.CANCEL,
            until=until,
            needs=motive.needs,
            consent=consent,
        )
        for motive in _motives(invoice)
    )


def cancellable(invoice: Invoice, earlier: Iterable[Earlier]) -> Cancellable:
    """What the rules ask about the CFDI: from its accepted submission, else from the invoice itself."""
    rows = tuple(earlier)
    stamped = next((row.attributes for row in reversed(rows) if _is_stamped(row)), {})
    refused = sum(row.instruction is InstructionKind.CANCEL and row.authority_code == REFUSED for row in rows)
    return described(invoice, stamped, refused)


def described(invoice: Invoice, attributes: Mapping[str, str], refused_before: int = 0) -> Cancellable:
    """The same from the attributes of the accepted submission."""
    return Cancellable(
        kind=attributes.get("tipo") or kind_of(invoice),
        rfc=attributes.get("rfc") or rfc_of(invoice.issuer) or "",
        receiver=attributes.get("receptor_rfc") or receiver(invoice, NO_EXTENSION, None).rfc or "",
        issued=_issued(invoice, attributes),
        pesos=_pesos(invoice, attributes.get("total")),
        products=frozenset(str(row.extensions.get("cfdi", {}).get("clave_prod_serv")) for row in invoice.lines),
        refused_before=refused_before,
    )


def kind_of(invoice: Invoice) -> str:
    """`c_TipoDeComprobante` of an invoice, by its kind and the caller's words."""
    if invoice.kind is Kind.RECEIPT:
        return "P"
    stated = invoice.extensions.get("cfdi", {}).get("tipo")
    return str(stated or ("E" if invoice.kind is Kind.CREDIT_NOTE else "I"))


def _motives(invoice: Invoice) -> tuple[Motive, ...]:
    if invoice.kind is Kind.RECEIPT:
        return (_SUBSTITUTED, _MISTAKEN)
    if invoice.extensions.get("cfdi", {}).get("informacion_global"):
        return (_SUBSTITUTED, _MISTAKEN, _UNDONE, _NOMINATIVE)
    return (_SUBSTITUTED, _MISTAKEN, _UNDONE)


def _is_stamped(row: Earlier) -> bool:
    return row.instruction in (InstructionKind.ISSUE, InstructionKind.RECEIPT) and _accepted(row.state)


def _accepted(state: SubmissionState) -> bool:
    return state in ACCEPTED


def _issued(invoice: Invoice, attributes: Mapping[str, str]) -> datetime:
    try:
        return local(attributes["fecha"], attributes.get("zona") or CENTRE)
    except (KeyError, ValueError):
        day = invoice.issue_date
        return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone_in(invoice))


def _pesos(invoice: Invoice, total: str | None) -> Decimal | None:
    """The total in pesos; None where no rate is known. A receipt is worth nothing itself: it is never small."""
    if invoice.kind is Kind.RECEIPT:
        return None
    try:
        amount = Decimal(total) if total else invoice.totals.gross - invoice.totals.withheld
    except InvalidOperation:
        return None
    rate = Decimal(1) if invoice.currency == MXN else exchange_rate(invoice)
    return None if rate is None else amount * rate
