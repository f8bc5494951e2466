"""The receipt of a payment (REP): what is wrong with a payment before its receipt is sealed.

What the caller wrote is looked at first, then the document itself, written without its seal; each finding is brought
back to what the caller sent. Source: RMF 2.7.1.32 and the filling guide of Pagos 2.0 (receipts are for PPD only and are
due by the fifth day of the next month).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import localcontext

import msgspec

from jurisdictions.cfdi.codelists import PAYMENT_FORM_OF_MEANS, UUID_PATTERN
from jurisdictions.cfdi.comprobante import comprobante
from jurisdictions.cfdi.deadlines import receipt_until
from jurisdictions.cfdi.receipts.amounts import invoice_total
from jurisdictions.cfdi.receipts.document import as_invoiced, local, payment_words, place_zone, write_receipt
from jurisdictions.cfdi.rules import data
from jurisdictions.cfdi.rules.case import Case, own
from jurisdictions.cfdi.rules.payment_sentences import SENTENCES
from jurisdictions.cfdi.rules.reading import EXACT, read
from jurisdictions.cfdi.rules.ruling import broken_rules
from jurisdictions.cfdi.rules.sentences import finding
from jurisdictions.cfdi.xsd import CFDI, PAGOS, Fault, faults
from jurisdictions.contract import Instruction, Issuer, Payment
from jurisdictions.kit.xml import UnreadableXML, parse
from schemas.findings import Finding, Findings, Severity, is_fatal
from schemas.invoice import Kind
from schemas.money import ZERO, plain, round_half_up, scale_of

__all__ = ["receipt_findings", "wants_receipt", "write_receipt"]

DEFERRED = "PPD"
_PLACEHOLDER = "0" * 20
_MOST_INSTALLMENTS = 999
_DOCUMENT = re.compile(r"/pago20:DoctoRelacionado(?:\[(\d+)\])?(?:/|$)")
_OF_AN_ALLOCATION = {"ImpPagado": "/amount", "EquivalenciaDR": "/rate", "IdDocumento": "/invoice"}
_OF_THE_PAYMENT = {
    "FechaPago": "/paid_at",
    "MonedaP": "/currency",
    "Monto": "/amount",
    "TipoCambioP": "/exchange_rates",
    "NumOperacion": "/reference",
}
Rule = Callable[[Payment, Issuer, datetime], Iterator[Finding]]


def wants_receipt(attributes: Mapping[str, str]) -> bool:
    """Whether payments of the CFDI that was accepted with these attributes want a receipt."""
    return attributes.get("metodo_pago") == DEFERRED


def receipt_findings(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """What is wrong with a payment before its receipt is sealed; pointers lead into the payment."""
    payment = instruction.payment
    if payment is None or not payment.allocations:
        return (own("CFDI-PAYMENT-01", "It is not said what the payment pays.", "/allocations"),)
    instruction = as_invoiced(instruction)
    told = [found for rule in RULES for found in rule(payment, issuer, at)]
    told += _replaced(instruction)
    with localcontext(EXACT):
        told += _of_the_parties(instruction, issuer, at)
        if is_fatal(told):
            return tuple(told)
        return (*told, *_of_the_document(instruction, issuer, at))


def date_of_payment(payment: Payment, issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """CFDI-PAYMENT-02: a payment lies in the past; -03: its receipt is due by the fifth of the next month."""
    if payment.paid_at > at:
        yield own(
            "CFDI-PAYMENT-02",
            "A receipt is issued for money that was received: this payment lies in the future.",
            "/paid_at",
            found=payment.paid_at.isoformat(),
            expected=f"at most {at.isoformat()}",
            fix="Correct the moment of the payment, or record it once the money is there.",
        )
    if at >= receipt_until(payment, place_zone(issuer)):
        yield own(
            "CFDI-PAYMENT-03",
            "The receipt is late: it was due by the fifth day of the month after the payment.",
            "/paid_at",
            found=local(issuer, payment.paid_at).date().isoformat(),
            fix="Correct the moment of the payment if it is wrong; else issue the receipt at once.",
            severity=Severity.WARNING,
        )
    yield from _before_the_invoice(payment, issuer)


def _before_the_invoice(payment: Payment, issuer: Issuer) -> Iterator[Finding]:
    """CFDI-PAYMENT-11: what was paid before its invoice was issued is an advance."""
    paid = local(issuer, payment.paid_at).date().isoformat()
    for index, row in enumerate(payment.allocations):
        issued = row.attributes.get("fecha", "").partition("T")[0]
        if issued and paid < issued:
            yield own(
                "CFDI-PAYMENT-11",
                "The payment is older than the invoice: money that came before is an advance, not a payment of it.",
                f"/allocations/{index}/invoice",
                found=f"paid {paid}, invoice of {issued}",
                fix="Correct the moment of the payment; an advance has a CFDI of its own, which the invoice relates "
                "to with TipoRelacion 07.",
                severity=Severity.WARNING,
            )


def means(payment: Payment, issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """CFDI-PAYMENT-12: a way to pay that says nothing to SAT is written as a transfer."""
    if payment_words(payment).forma_de_pago is None and payment.means not in PAYMENT_FORM_OF_MEANS:
        yield own(
            "CFDI-PAYMENT-12",
            "This means of payment is none of c_FormaPago's: the receipt says that it was a transfer.",
            "/means",
            found=payment.means,
            expected="10 cash, 20 cheque, 30 transfer, 48, 54 or 55 cards",
            fix="Correct means, or say it in SAT's code: extensions.cfdi.forma_de_pago.",
            severity=Severity.WARNING,
        )


def decimals(payment: Payment, issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """CRP20219, 20242: no amount is rounded for the caller. CRP20238: one currency has one rate, which is 1."""
    scale = scale_of(payment.currency)
    if payment.amount != round_half_up(payment.amount, scale):
        yield _by_code("CRP20219", "/amount", plain(payment.amount), f"at most {scale} decimals")
    for index, row in enumerate(payment.allocations):
        scale, place = scale_of(row.invoice.currency), f"/allocations/{index}"
        if row.amount != round_half_up(row.amount, scale):
            yield _by_code("CRP20242", f"{place}/amount", plain(row.amount), f"at most {scale} decimals")
        if row.invoice.currency == payment.currency and row.rate not in (None, 1):
            yield _by_code("CRP20238", f"{place}/rate", str(row.rate), "1, or none")


def _by_code(code: str, pointer: str, found: str, expected: str) -> Finding:
    return finding(code, pointer=pointer, found=found, expected=expected)


def surplus(payment: Payment, issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """CFDI-PAYMENT-13: what is left of the payment pays nothing, and no receipt tells for what it came."""
    if any(row.invoice.currency != payment.currency for row in payment.allocations):
        return
    paid = sum((row.amount for row in payment.allocations), ZERO)
    if payment.amount > paid:
        yield own(
            "CFDI-PAYMENT-13",
            "More was paid than is allocated: the rest pays no invoice, and the receipt tells of it all the same.",
            "/amount",
            found=plain(payment.amount),
            expected=plain(paid),
            fix="Allocate the rest to another invoice, or invoice it as an advance.",
            severity=Severity.WARNING,
        )


def paid_invoices(payment: Payment, issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """CFDI-PAYMENT-04 to -06: only stamped PPD invoices, each once."""
    seen: set[str] = set()
    for index, row in enumerate(payment.allocations):
        pointer = f"/allocations/{index}/invoice"
        number = row.invoice.number or row.invoice.id
        if not re.fullmatch(UUID_PATTERN, row.external_id):
            words, fix = "The invoice has no UUID of a stamp yet.", "Record the payment once the invoice is registered."
            yield own("CFDI-PAYMENT-04", words, pointer, found=number, fix=fix)
        if not wants_receipt(row.attributes):
            yield own(
                "CFDI-PAYMENT-05",
                "Only invoices with MetodoPago PPD are paid with a receipt.",
                pointer,
                found=f"{number} {row.attributes.get('metodo_pago') or 'without MetodoPago'}",
                expected=DEFERRED,
                fix="An invoice that was paid at once (PUE) needs none; one that was not is to be substituted as PPD.",
            )
        if row.external_id.upper() in seen:
            words, fix = "The payment names this invoice twice.", "Add both amounts up in one allocation."
            yield own("CFDI-PAYMENT-06", words, pointer, found=number, fix=fix)
        seen.add(row.external_id.upper())
        if row.installment > _MOST_INSTALLMENTS:
            words = "SAT counts no more than 999 payments of an invoice."
            fix = "Pay the rest in one, or substitute the invoice by another one."
            yield own("CFDI-PAYMENT-07", words, pointer, found=number, fix=fix)


def parties(payment: Payment, issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """CFDI-PAYMENT-08: one receipt has one issuer and one receiver."""
    for name, who in (("rfc", "issuer"), ("receptor_rfc", "receiver")):
        known = [row.attributes.get(name) for row in payment.allocations]
        for index, rfc in enumerate(known):
            if rfc != known[0]:
                yield own(
                    "CFDI-PAYMENT-08",
                    f"A receipt pays invoices of one {who} only.",
                    f"/allocations/{index}/invoice",
                    found=rfc,
                    expected=known[0],
                    fix="Record one payment for each.",
                )


def balances(payment: Payment, issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """CFDI-PAYMENT-09: nothing is paid beyond what is open of an invoice, nor is more open than its total."""
    for index, row in enumerate(payment.allocations):
        if row.amount > row.balance_before:
            yield own(
                "CFDI-PAYMENT-09",
                "The invoice is paid with more than is open of it.",
                f"/allocations/{index}/amount",
                found=plain(row.amount),
                expected=f"at most {plain(row.balance_before)}",
                fix="Lower the amount, or allocate the rest to another invoice.",
            )
        elif row.balance_before > invoice_total(row):
            yield own(
                "CFDI-PAYMENT-09",
                "More is said to be open of the invoice than its total.",
                f"/allocations/{index}/invoice",
                found=plain(row.balance_before),
                expected=f"at most {plain(invoice_total(row))}",
            )


def _replaced(instruction: Instruction) -> Iterator[Finding]:
    """CFDI-PAYMENT-10: a receipt takes the place of a stamped one (TipoRelacion 04 names its UUID)."""
    for row in instruction.invoice.references.preceding:
        if row.kind is Kind.RECEIPT and not re.fullmatch(UUID_PATTERN, row.external_ids.get("cfdi") or ""):
            yield own(
                "CFDI-PAYMENT-10",
                "The receipt whose place this one takes has no UUID of a stamp.",
                "/replaces",
                found=row.number,
                fix="Issue the receipt anew once the former one is registered, or name no former one.",
            )


def _of_the_parties(instruction: Instruction, issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """Issuer, receiver and CSD, by the rules of every CFDI; the receiver is that of the paid invoices."""
    case = Case(instruction=instruction, issuer=issuer, at=at, cfdi=comprobante(instruction, issuer, at, None))
    known = instruction.payment.allocations[0].attributes.get("receptor_rfc") if instruction.payment else None
    named = case.cfdi.receiver.rfc
    if known and named and known != named:
        yield own(
            "CFDI-PAYMENT-08",
            "A receipt goes to the receiver of the invoices that it pays.",
            "/allocations/0/invoice",
            found=named,
            expected=known,
            fix="Record the payment under the customer whom the invoice names.",
        )
    for rule in (data.tax_ids, data.certificate):
        for found in rule(case):
            yield _at_the_invoice(found)


def _at_the_invoice(found: Finding) -> Finding:
    if found.pointer is None or not found.pointer.startswith("/customer"):
        return found
    return msgspec.structs.replace(found, pointer="/allocations/0/invoice")


def _of_the_document(instruction: Instruction, issuer: Issuer, at: datetime) -> list[Finding]:
    number = instruction.invoice.number
    try:
        root = parse(write_receipt(instruction, issuer, at, number, certificate_number=_PLACEHOLDER))
    except UnreadableXML as why:  # the door lets no control character in, but stored data may be older than the door
        return [finding("301", found=str(why))]
    told = [_brought_back(found) for found in broken_rules(read(root, local(issuer, at).date()))]
    if not is_fatal(told):
        shape = {fault.place: fault for fault in reversed(faults(root))}  # libxml2 tells a facet first, then its type
        told += [_brought_back(_shape(fault)) for fault in reversed(shape.values())]
    return told


def _shape(fault: Fault) -> Finding:
    words = fault.message.replace(f"{{{CFDI}}}", "").replace(f"{{{PAGOS}}}", "").replace("Element ", "", 1)
    return finding("301", location=fault.place, term=fault.attribute, found=words)


def _brought_back(found: Finding) -> Finding:
    """The same finding with a JSON pointer into the payment in place of an XPath into our document."""
    location, term = found.location or "", found.term or ""
    match = _DOCUMENT.search(location.partition("/@")[0] + "/")
    usual = SENTENCES[found.external_code].pointer if found.external_code in SENTENCES else None
    if match is not None:
        pointer = f"/allocations/{int(match.group(1) or 1) - 1}" + _OF_AN_ALLOCATION.get(term, "")
    elif "/cfdi:Receptor" in location:
        pointer = "/allocations/0/invoice"
    elif "/cfdi:Emisor" in location:
        pointer = "/issuer"
    elif "/pago20:Pago" in location:
        pointer = usual or _OF_THE_PAYMENT.get(term, "/extensions/cfdi")
    else:
        pointer = usual or ""
    return msgspec.structs.replace(found, pointer=pointer, location=None)


RULES: tuple[Rule, ...] = (date_of_payment, means, decimals, surplus, paid_invoices, parties, balances)
