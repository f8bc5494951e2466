"""Until when something has to be done about a CFDI, and what missing it means.

Source: RMF 2.7.2.9 and Anexo 20 (a CFDI is stamped within 72 hours of its Fecha; PAC code 401); RMF 2.7.1.21 (the
global invoice, 24 hours after its period closes); RMF 2.7.1.39 (PUE is paid within the month of issue, else it is PPD);
RMF 2.7.1.32 (a receipt by the 5th of the month after the payment); RMF 2.7.1.34 (three working days to answer a
cancellation).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jurisdictions.cfdi.calendar import month_after
from jurisdictions.cfdi.cancelling.consent import answer_until, cancel_until
from jurisdictions.cfdi.codelists import zone_of
from jurisdictions.cfdi.comprobante import MOVEMENT, words_of
from jurisdictions.cfdi.parties import rfc_of
from jurisdictions.cfdi.settings import InformacionGlobal
from jurisdictions.cfdi.terms import terms
from jurisdictions.contract import CaseClass, Deadline, Diagnosis, Instruction, InstructionKind, Path, Payment
from schemas.document import Invoice
from schemas.invoice import Kind

STAMP_WITHIN = timedelta(hours=72)
GLOBAL_WITHIN = timedelta(hours=24)
RECEIPT_DAY = 5
"""Day of the month after the payment until which its receipt is issued."""
CENTRE = "America/Mexico_City"
"""The time zone of most of Mexico, where nothing tells a better one."""
_DAY = timedelta(days=1)

_LATE_STAMP = Diagnosis(
    case_class=CaseClass.RETRYABLE_TRANSPORT,
    sentence="The global invoice was not stamped within 24 hours after its period closed.",
    path=Path.RESEND,
    actions=("look_at_submission",),
)
_UNPAID = Diagnosis(
    case_class=CaseClass.DATA_CORRECTION,
    sentence="The invoice says that it is paid at once (PUE), and its month ended without a payment.",
    path=Path.NEW_DOCUMENT,
    pointer="/extensions/cfdi/metodo_pago",
    fix="Substitute it by an invoice with metodo_pago PPD, then cancel it with motive 01; or record its payment.",
    actions=("substitute", "record_payment"),
)
_UNANSWERED = Diagnosis(
    case_class=CaseClass.BUYER_DISPUTE,
    sentence="The receiver's three working days are over, and SAT has not said what became of the cancellation.",
    path=Path.RESEND,
    fix="Ask the receiver to answer in SAT's Buzón Tributario; where its consent has to be express, silence never is.",
    actions=("ask_receiver",),
)
_LATE_RECEIPT = Diagnosis(
    case_class=CaseClass.RETRYABLE_TRANSPORT,
    sentence="The receipt of the payment was not stamped by the 5th of the month after it.",
    path=Path.RESEND,
    actions=("look_at_submission",),
)


def deadlines(instruction: Instruction, at: datetime) -> tuple[Deadline, ...]:
    """`at` is the moment of the seal, which Fecha tells. What is over already is left out: its check has said so."""
    found = tuple(_BY_KIND[instruction.kind](instruction, at)) if instruction.kind in _BY_KIND else ()
    return tuple(one for one in found if one.at > at)


def zone_in(invoice: Invoice) -> ZoneInfo:
    """The time zone of the issuer's own postal code, which is that of Fecha unless it issues elsewhere."""
    address = invoice.issuer.address
    return ZoneInfo(zone_of((address.postal_code if address else None) or "") or CENTRE)


def period_closes(period: InformacionGlobal, invoice: Invoice) -> date:
    """The last day that the global invoice covers: its months tell it; where they are no whole months, the invoice."""
    if period.periodicidad == "05" and period.meses.isdigit() and int(period.meses) > 12:
        return month_after(date(period.anio, 2 * (int(period.meses) - 12), 1)) - _DAY
    if period.periodicidad == "04" and period.meses.isdigit() and 1 <= int(period.meses) <= 12:
        return month_after(date(period.anio, int(period.meses), 1)) - _DAY
    stated = invoice.period.end if invoice.period else None
    return stated or invoice.operation_date or invoice.issue_date


def global_until(period: InformacionGlobal, invoice: Invoice) -> datetime:
    """Until when the global invoice is stamped."""
    return _start(period_closes(period, invoice) + _DAY, zone_in(invoice)) + GLOBAL_WITHIN


def receipt_until(payment: Payment, zone: ZoneInfo) -> datetime:
    """The first moment that is too late for the receipt of a payment."""
    paid = payment.paid_at.astimezone(zone).date()
    return _start(month_after(paid) + RECEIPT_DAY * _DAY, zone)


def _of_issue(instruction: Instruction, at: datetime) -> Iterator[Deadline]:
    invoice, words = instruction.invoice, words_of(instruction)
    zone = zone_in(invoice)
    yield _stamp(at)
    yield _cancel(rfc_of(invoice.issuer) or "", at.astimezone(zone))
    if invoice.kind is not Kind.INVOICE or words.tipo == MOVEMENT:
        return
    if words.informacion_global is not None:
        yield Deadline(
            name="global_invoice",
            at=global_until(words.informacion_global, invoice),
            law="RMF 2.7.1.21",
            unless="accepted",
            case=_LATE_STAMP,
        )
    elif terms(invoice, words).method == "PUE" and invoice.totals.payable > 0:
        over = _start(month_after(at.astimezone(zone).date()), zone)
        yield Deadline(
            name="pue_unpaid",
            at=over,
            law="RMF 2.7.1.39; Anexo 20, MetodoPago",
            warn_at=over - 3 * _DAY if over - 3 * _DAY > at else None,
            unless="paid",
            case=_UNPAID,
        )


def _of_receipt(instruction: Instruction, at: datetime) -> Iterator[Deadline]:
    yield _stamp(at)
    zone = zone_in(instruction.invoice)
    yield _cancel(rfc_of(instruction.invoice.issuer) or "", at.astimezone(zone))
    if instruction.payment is not None:
        over = receipt_until(instruction.payment, zone)
        yield Deadline(
            name="receipt",
            at=over,
            law="RMF 2.7.1.32",
            warn_at=over - 2 * _DAY if over - 2 * _DAY > at else None,
            unless="accepted",
            case=_LATE_RECEIPT,
        )


def _of_cancellation(instruction: Instruction, at: datetime) -> Iterator[Deadline]:
    """Silence is consent by law, so a day more is left for SAT to say it."""
    told = instruction.cancellation
    zone = ZoneInfo(told.attributes.get("zona") or CENTRE) if told is not None else zone_in(instruction.invoice)
    over = answer_until(at.astimezone(zone)) + _DAY
    yield Deadline(
        name="cancel_answer", at=over, law="RMF 2.7.1.34 (three working days)", unless="decided", case=_UNANSWERED
    )


def _stamp(at: datetime) -> Deadline:
    return Deadline(
        name="stamp",
        at=at + STAMP_WITHIN,
        law="RMF 2.7.2.9; Anexo 20, Fecha (72 hours)",
        warn_at=at + STAMP_WITHIN - _DAY / 2,
        unless="accepted",
    )


def _cancel(rfc: str, issued: datetime) -> Deadline:
    return Deadline(name="cancel_until", at=cancel_until(rfc, issued), law="CFF art. 29-A, fourth paragraph")


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


_BY_KIND = {
    InstructionKind.ISSUE: _of_issue,
    InstructionKind.RECEIPT: _of_receipt,
    InstructionKind.CANCEL: _of_cancellation,
}
