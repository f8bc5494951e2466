"""What is odd about the time, the period, or the age of what is known, before a CFDI is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from jurisdictions.cfdi import codelists as lists
from jurisdictions.cfdi.addenda import addenda_problem
from jurisdictions.cfdi.comprobante import words_of
from jurisdictions.cfdi.concepts import PRODUCT_UNKNOWN
from jurisdictions.cfdi.deadlines import global_until
from jurisdictions.cfdi.parties import Receiver
from jurisdictions.cfdi.rules.case import Case, own
from jurisdictions.cfdi.settings import customer_extension
from schemas.findings import Finding, Severity

STALE_AFTER = timedelta(days=180)
"""How long what somebody read in a Constancia is taken as it is."""
_BORDER_RATE = Decimal("0.08")
TICKET = "Venta"
"""Descripcion of each ticket in a global invoice."""


def issue_date(case: Case) -> Iterator[Finding]:
    """CFDI-DATE-01: Fecha tells the moment of the seal, not another day. CFDI-ZONE-01: and the time of its place; what
    else the place and that moment make odd is CFDI-BORDER-01 and CFDI-FORM-01."""
    wanted, sealed = case.instruction.invoice.issue_date, case.cfdi.issued.date()
    if wanted != sealed:
        yield own(
            "CFDI-DATE-01",
            "A CFDI bears the date of its seal, in the time of the place where it is issued.",
            "/issue_date",
            found=wanted.isoformat(),
            expected=sealed.isoformat(),
            severity=Severity.WARNING,
        )
    own_time = case.at.astimezone(ZoneInfo(case.issuer.time_zone))
    if own_time.utcoffset() != case.cfdi.issued.utcoffset():
        yield own(
            "CFDI-ZONE-01",
            "Fecha is the local time of LugarExpedicion's postal code, which is not the issuer's own.",
            "/issuer",
            found=f"{case.issuer.time_zone} ({own_time:%H:%M})",
            expected=f"{case.cfdi.zone} ({case.cfdi.issued:%H:%M})",
            fix="Set the issuer's time zone, or lugar_expedicion in its settings.",
            severity=Severity.WARNING,
        )
    yield from _border_rate(case)
    yield from _yet_to_be_paid(case)


def _border_rate(case: Case) -> Iterator[Finding]:
    """CFDI-BORDER-01: IVA at 8 % is the stimulus of the border regions, which c_CodigoPostal names."""
    place = lists.postal_code(case.cfdi.sender.place or "")
    if place is None or place.border:
        return
    if any(row.code == "002" and row.rate == _BORDER_RATE for row in case.cfdi.transferred):
        yield own(
            "CFDI-BORDER-01",
            "IVA at 8 % belongs to the border regions, and the place of issue is in none of them.",
            "/lines",
            found=f"8 % at {case.cfdi.sender.place}",
            expected="16 %, or a place of issue in a border region",
            fix="Correct the percent, or lugar_expedicion in the issuer's settings.",
            severity=Severity.WARNING,
        )


def _yet_to_be_paid(case: Case) -> Iterator[Finding]:
    """CFDI-FORM-01: FormaPago 99 says that it is yet to be paid, PUE that it is paid at once (filling guide)."""
    terms = case.cfdi.terms
    if (terms.method, terms.form) == ("PUE", "99"):
        yield own(
            "CFDI-FORM-01",
            "MetodoPago PUE says that it is paid at once, FormaPago 99 that nobody knows yet how.",
            "/extensions/cfdi/forma_pago",
            found="PUE with 99",
            expected="PUE with the real way to pay, or PPD with 99",
            fix="Say how it was paid; if it was not, give metodo_pago PPD.",
            severity=Severity.WARNING,
        )


def receiver_data(case: Case) -> Iterator[Finding]:
    """CFDI-RECEIVER-01: what SAT compares of the receiver is told together; -02: nobody is registered at a postal code
    that there is not. CFDI-STALE-01: and how old it is."""
    who = case.cfdi.receiver
    if who.rfc is None or who.rfc in lists.RFC_GENERIC:
        return
    if who.postal_code is None or who.regime is None:
        yield own(
            "CFDI-RECEIVER-01",
            "SAT compares the receiver's RFC, name, postal code and regime with its own register, all of them.",
            "/customer",
            found=_told(who),
            expected="RFC, name, postal code and regime, each as the Constancia de Situación Fiscal has it",
            fix="Copy them from the customer's Constancia, and its day to extensions.cfdi.verificado.",
            severity=Severity.WARNING,
        )
    if who.postal_code is not None and lists.postal_code(who.postal_code) is None:
        yield own(
            "CFDI-RECEIVER-02",
            "c_CodigoPostal has no such postal code, so SAT has hardly registered the receiver there (CFDI40147).",
            "/customer/address/postal_code",
            found=who.postal_code,
            expected="the postal code of the Constancia de Situación Fiscal",
            fix="Copy it from the customer's Constancia.",
            severity=Severity.WARNING,
        )
    verified = customer_extension(case.instruction.invoice.customer.extensions)[0].verificado
    today = case.cfdi.issued.date()
    if verified is not None and not timedelta(0) <= today - verified <= STALE_AFTER:
        yield own(
            "CFDI-STALE-01",
            "The receiver's data were last compared with its Constancia long ago, or on a day to come.",
            "/customer/extensions/cfdi/verificado",
            found=f"{verified.isoformat()}: {_told(who)}",
            expected=f"a day from {(today - STALE_AFTER).isoformat()} on",
            fix="Compare them with the customer's present Constancia, and write the day.",
            severity=Severity.WARNING,
        )


def _told(who: Receiver) -> str:
    return (
        f"RFC {who.rfc}, name {who.name}, postal code {who.postal_code or 'absent'}, regime {who.regime or 'absent'}, "
        f"use {who.use}"
    )


def global_invoice(case: Case) -> Iterator[Finding]:
    """CFDI-GLOBAL-01: how a ticket is written. CFDI-GLOBAL-02: it is due 24 hours after its period (RMF 2.7.1.21)."""
    period, invoice = case.cfdi.period, case.instruction.invoice
    if period is None or case.cfdi.kind != "I":
        return
    for concept in case.cfdi.concepts:
        told = (concept.product, concept.unit, concept.description)
        if told != (PRODUCT_UNKNOWN, "ACT", TICKET) or concept.identification is None:
            yield own(
                "CFDI-GLOBAL-01",
                "In a global invoice each ticket is one line, and its number is the line's own identification.",
                concept.pointer,
                found=f"{' '.join(told)}, {concept.identification or 'no number'}",
                expected=f"{PRODUCT_UNKNOWN} ACT {TICKET}, the ticket's number in seller_id",
                fix="Leave product, unit and description to the gateway, and give the ticket's number in seller_id.",
                severity=Severity.WARNING,
            )
    until = global_until(period, invoice)
    if case.at > until:
        yield own(
            "CFDI-GLOBAL-02",
            "A global invoice is issued within 24 hours after its period closes.",
            "/extensions/cfdi/informacion_global",
            found=case.at.astimezone(until.tzinfo).isoformat(timespec="minutes"),
            expected=f"until {until.isoformat(timespec='minutes')}",
            fix="Issue it all the same: late is better than not at all. Next time close the period in time.",
            severity=Severity.WARNING,
        )


def addenda(case: Case) -> Iterator[Finding]:
    """CFDI-ADDENDA-01: what could not be put into the stamped document."""
    text = words_of(case.instruction).addenda
    why = None if text is None else addenda_problem(text)
    if why is not None:
        yield own(
            "CFDI-ADDENDA-01",
            "The addenda is not XML that can join the stamped CFDI.",
            "/extensions/cfdi/addenda",
            found=why,
            expected="one or more elements that declare their own namespaces",
            fix="Send well-formed XML elements without a declaration or a DOCTYPE, each with its own xmlns.",
        )
