"""Whom VERI*FACTU concerns, and every rule that can be judged before the AEAT does.

Sources: RD 1007/2023 arts. 3 and 10; RD 1619/2012 art. 15; "Validaciones y errores" 1.2.2 of 2026-04-08. A rule is
named by the AEAT's own code (`AEAT-1130`) wherever it has one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from jurisdictions.contract import Instruction, InstructionKind, Issuer, Rounding, Route
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu import document
from jurisdictions.verifactu.obligado import readiness, regime
from jurisdictions.verifactu.parties import spanish_nif
from jurisdictions.verifactu.rules import (
    facts_of_outline,
    input_pointers,
    marks,
    party_rules,
    record_rules,
    regulation,
    series,
    tax_rules,
)
from jurisdictions.verifactu.rules.sentences import in_words
from jurisdictions.verifactu.rules.subject import Subject, finding
from jurisdictions.verifactu.settings import settings_of
from schemas.document import Invoice
from schemas.findings import Finding, Findings, Severity
from schemas.invoice import Kind
from schemas.states import Standing

EDITION = "1.0"
ROUNDING = Rounding(name="verifactu", tax_per="group")

_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_TOO_LONG = Decimal(10) ** 12


def route(invoice: Invoice, issuer: Issuer, at: datetime) -> Route | None:
    """Every invoice of an issuer with a Spanish NIF on whose day it bills with VERI*FACTU."""
    nif, settings = spanish_nif(issuer.party), settings_of(issuer)
    if nif is None or invoice.kind is Kind.RECEIPT:
        return None
    if regime.regime_on(settings.calendar, invoice.issue_date).regime != "verifactu":
        return None
    return Route(
        jurisdiction="verifactu",
        reason=f"The issuer bills under the Spanish NIF {nif} with a VERI*FACTU system (RD 1007/2023 art. 3).",
        rounding=ROUNDING,
        edition=EDITION,
        series=series.wanted(invoice, invoice.extensions.get("verifactu", {}), settings),
    )


def aside(invoice: Invoice, issuer: Issuer, at: datetime) -> Findings:
    """Why an invoice of a Spanish issuer makes no record: its regime of that day reports elsewhere, or nowhere."""
    if spanish_nif(issuer.party) is None or invoice.kind is Kind.RECEIPT:
        return ()
    return regime.aside(settings_of(issuer).calendar, invoice.issue_date)


def check(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """All findings of all rules. An anulación is judged by its identity alone: it has no amounts."""
    subject = Subject(
        instruction=instruction,
        issuer=issuer,
        about=document.outline(instruction, issuer),
        at=at,
        today=min(at.astimezone(ZoneInfo(zone)).date() for zone in (issuer.time_zone, "Europe/Madrid")),
    )
    rules = _OF_ANULACION if instruction.kind is InstructionKind.CANCEL else _OF_ALTA
    findings: dict[tuple[str, str | None], Finding] = {}
    codes: set[str] = set()
    for rule in rules:
        for found in rule(subject):
            if rule is not _of_the_record or found.rule not in codes:
                findings.setdefault((found.rule, found.pointer), found)
        if rule is not _of_the_record:
            codes = {one.rule for one in findings.values() if one.severity is Severity.FATAL}
    return tuple(findings.values())


# ------------------------------------------------------------------------------------------------ identity


def _issuer(subject: Subject) -> Iterator[Finding]:
    if len(subject.issuer.party.name) > 120:
        yield finding(
            "1100", "The issuer's name is cut to 120 characters in the record.", "/issuer", severity=Severity.WARNING
        )


def _readiness(subject: Subject) -> Iterator[Finding]:
    return readiness.findings(subject.issuer, subject.at)


def _numbers(subject: Subject) -> Iterator[Finding]:
    """The numbers of the invoices referred to; its own is in the record's identity."""
    for place, one in enumerate(subject.about.preceding):
        where, fix = f"/references/preceding/{place}/number", "Use the number as the invoice shows it."
        if _PRINTABLE.fullmatch(one.number) is None or one.number != one.number.strip():
            message = "The number has characters that are not admissible."
            yield finding("1130", message, where, found=one.number, fix=fix)
        if len(one.number) > 60:
            message = "The number is longer than 60 characters."
            yield finding("1104", message, where, found=str(len(one.number)), expected="60", fix=fix)


def _cancelled_before(subject: Subject) -> Iterator[Finding]:
    if subject.instruction.kind is InstructionKind.CANCEL and subject.instruction.standing is Standing.CANCELLED:
        yield finding("3001", "The record of this invoice is cancelled already.", "", fix="There is nothing to do.")


# ------------------------------------------------------------------------------------------------ content


def _type(subject: Subject) -> Iterator[Finding]:
    about, invoice = subject.about, subject.instruction.invoice
    corrective = about.tipo in lists.CORRECTIVE_TYPES
    negative = about.tipo == "F3" and invoice.kind is Kind.CREDIT_NOTE  # a wrong F3 is taken back by one (FAQ §27)
    if corrective is not invoice.is_correction and not negative:
        yield Finding(
            rule="VERIFACTU-TYPE",
            message="TipoFactura and the kind of the invoice do not go together.",
            pointer="/extensions/verifactu/tipo_factura",
            found=about.tipo,
            expected="R1 to R5" if invoice.is_correction else "F1, F2 or F3",
            fix="Leave tipo_factura out, or change the kind.",
        )
    where = "/extensions/verifactu/tipo_rectificativa"
    if about.extension.tipo_rectificativa is not None and not corrective:
        yield finding("1115", "Only a factura rectificativa has a TipoRectificativa.", where, fix="Leave it out.")
    if about.rectificativa == "S" and invoice.kind in {Kind.CREDIT_NOTE, Kind.DEBIT_NOTE}:
        yield finding(
            "1107",
            "A credit or debit note states differences; a substitution states the whole new invoice.",
            where,
            found="S",
            expected="I",
            fix="Use kind corrective for a substitution.",
        )
    elif about.rectificativa == "S" and about.rectified is None:
        yield finding(
            "1118",
            "A substitution states the amounts that it replaces, and the invoices referred to have none here.",
            "/references/preceding",
            fix="Refer to an invoice of this gateway by its id, state rectificado, or correct by differences (I).",
        )
    if about.extension.rectificado is not None and about.rectificativa != "S":
        where = "/extensions/verifactu/rectificado"
        yield finding("1119", "Only a substitution states amounts that it replaces.", where, fix="Leave it out.")


def _texts(subject: Subject) -> Iterator[Finding]:
    reference = subject.about.extension.ref_externa
    if reference is not None and len(reference) > 60:
        yield finding(
            "1253",
            "RefExterna has at most 60 characters.",
            "/extensions/verifactu/ref_externa",
            found=str(len(reference)),
            expected="60",
        )


def _sizes(subject: Subject) -> Iterator[Finding]:
    if abs(subject.about.importe_total) >= _TOO_LONG:
        yield finding("1267", "ImporteTotal has at most twelve digits before the point.", "/lines")
    if any(abs(amount) >= _TOO_LONG for amount in subject.about.rectified or ()):
        where = "/extensions/verifactu/rectificado"
        yield finding("1100", "An amount that is replaced has at most twelve digits before the point.", where)
    if subject.about.recipient is not None and len(subject.instruction.invoice.customer.name) > 120:
        yield finding(
            "1100",
            "The customer's name is cut to 120 characters in the record.",
            "/customer/name",
            severity=Severity.WARNING,
        )


def _late(subject: Subject) -> Iterator[Finding]:
    """Nothing forbids an older date; a record much younger than its invoice deserves a look (RD art. 9)."""
    day = subject.instruction.invoice.issue_date
    if subject.instruction.kind is InstructionKind.ISSUE and day < subject.today - timedelta(days=365):
        yield Finding(
            rule="VERIFACTU-LATE",
            message="The invoice is dated more than a year ago; a record is made when its invoice is issued.",
            severity=Severity.WARNING,
            pointer="/issue_date",
            found=day.isoformat(),
        )


def _of_the_record(subject: Subject) -> Iterator[Finding]:
    """The AEAT's rules over the record to be, the same by which a stranger's is judged."""
    record = facts_of_outline.facts(subject)
    for rule in _RECORD:
        for broken in rule(record, subject.today):
            yield in_words(broken, pointer=input_pointers.pointer(subject, broken))


_RECORD = record_rules.CONTENT + party_rules.RULES + tax_rules.RULES
_IDENTITY: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_issuer, _readiness, _numbers, _cancelled_before)
_CONTENT: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_type, _texts, _sizes, _late, *regulation.RULES)
_OF_ANULACION = (*_IDENTITY, _texts, *marks.IDENTITY, _of_the_record)
_OF_ALTA = (*_IDENTITY, *_CONTENT, *marks.RULES, _of_the_record)
