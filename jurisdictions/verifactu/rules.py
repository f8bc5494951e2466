"""Whom VERI*FACTU concerns, and every rule that can be judged before the AEAT does.

Sources: RD 1007/2023 arts. 3 and 10; RD 1619/2012 art. 15; "Validaciones y errores" 1.2.2 of 2026-04-08. A rule is
named by the AEAT's own code (`AEAT-1130`) wherever it has one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from jurisdictions.contract import Instruction, InstructionKind, Issuer, Rounding, Route
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu import dates, desglose, document, recipients
from jurisdictions.verifactu.breakdown import euro_rate
from jurisdictions.verifactu.messages import CREDENTIAL
from jurisdictions.verifactu.parties import Identity, bare, spanish_nif
from jurisdictions.verifactu.settings import SANDBOX_PRODUCER_NIF
from jurisdictions.verifactu.subject import Subject, finding
from schemas.document import Invoice
from schemas.findings import Finding, Findings, Severity
from schemas.invoice import Kind
from schemas.states import Standing

EDITION = "1.0"
ROUNDING = Rounding(name="verifactu", tax_per="group")

_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_REFUSED_IN_NUMBERS = re.compile(r"[\"'<>=]")


def route(invoice: Invoice, issuer: Issuer, at: datetime) -> Route | None:
    """Every invoice of an issuer with a Spanish NIF, unless it keeps its books through SII or under a foral rule."""
    nif = spanish_nif(issuer.party)
    if nif is None or document.settings_of(issuer).regime != "verifactu" or invoice.kind is Kind.RECEIPT:
        return None
    return Route(
        jurisdiction="verifactu",
        reason=f"The issuer bills under the Spanish NIF {nif} with a VERI*FACTU system (RD 1007/2023 art. 3).",
        rounding=ROUNDING,
        edition=EDITION,
    )


def check(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """All findings of all rules. An anulación is judged by its identity alone: it has no amounts."""
    subject = Subject(
        instruction=instruction,
        issuer=issuer,
        about=document.outline(instruction, issuer),
        today=at.astimezone(ZoneInfo(issuer.time_zone)).date(),
    )
    cancel = instruction.kind is InstructionKind.CANCEL
    rules = _IDENTITY if cancel else _IDENTITY + dates.RULES + _CONTENT + recipients.RULES + desglose.RULES
    return tuple(found for rule in rules for found in rule(subject))


# ------------------------------------------------------------------------------------------------ identity


def _issuer(subject: Subject) -> Iterator[Finding]:
    named = Identity(index=0, nif=subject.about.nif)
    if not named.well_formed:
        yield finding(
            "1120",
            "The issuer's NIF is not well formed.",
            "/issuer",
            found=subject.about.nif,
            expected="nine characters with a right check character",
            fix="Correct the issuer's tax id under the scheme ES:NIF.",
        )
    if len(subject.issuer.party.name) > 120:
        yield finding(
            "1100", "The issuer's name is cut to 120 characters in the record.", "/issuer", severity=Severity.WARNING
        )
    if CREDENTIAL not in subject.issuer.credentials:
        yield Finding(
            rule="VERIFACTU-CERTIFICATE",
            message="The issuer has no certificate yet: records are made and chained, and wait to be sent.",
            severity=Severity.WARNING,
            pointer="/issuer",
            fix="Store the issuer's qualified certificate as the credential `certificate`.",
        )


def _product(subject: Subject) -> Iterator[Finding]:
    product = subject.about.settings.product
    where = "/issuer"
    if re.fullmatch("[A-Z0-9]{2}", product.id) is None:
        yield finding(
            "1177",
            "IdSistemaInformatico has exactly two capitals or digits.",
            where,
            found=product.id,
            fix="Mend settings.verifactu.product.id of the issuer.",
        )
    nif = bare(product.producer_nif)
    if not Identity(index=0, nif=nif).well_formed:
        yield finding(
            "1176",
            "The producer's NIF is not well formed.",
            where,
            found=nif,
            fix="Mend settings.verifactu.product.producer_nif of the issuer.",
        )
    if subject.issuer.environment == "live" and nif == SANDBOX_PRODUCER_NIF:
        yield Finding(
            rule="VERIFACTU-PRODUCER",
            message="The record would name the sandbox's producer, whom the tax office does not know.",
            pointer=where,
            found=nif,
            expected="the NIF of the declaración responsable",
            fix="Set settings.verifactu.product to the producer and product of your declaración responsable.",
        )


def _numbers(subject: Subject) -> Iterator[Finding]:
    invoice = subject.instruction.invoice
    yield from _number(invoice.number or invoice.series, "/series")
    for place, one in enumerate(subject.about.preceding):
        yield from _number(one.number, f"/references/preceding/{place}/number")


def _number(number: str | None, pointer: str) -> Iterator[Finding]:
    """NumSerieFactura: printable ASCII, none of five characters, at most 60, no blank at either end (1130, 1287)."""
    if number is None:
        return
    fix = "Use letters, digits, hyphen, slash or underscore."
    if _PRINTABLE.fullmatch(number) is None or number != number.strip():
        yield finding("1130", "The number has characters that are not admissible.", pointer, found=number, fix=fix)
    if _REFUSED_IN_NUMBERS.search(number):
        yield finding("1287", "The number has one of the characters < > \" ' =.", pointer, found=number, fix=fix)
    if len(number) > 60:
        yield finding(
            "1104", "The number is longer than 60 characters.", pointer, found=str(len(number)), expected="60", fix=fix
        )


def _cancelled_before(subject: Subject) -> Iterator[Finding]:
    if subject.instruction.kind is InstructionKind.CANCEL and subject.instruction.standing is Standing.CANCELLED:
        yield finding("3001", "The record of this invoice is cancelled already.", "", fix="There is nothing to do.")


# ------------------------------------------------------------------------------------------------ content


def _type(subject: Subject) -> Iterator[Finding]:
    about, invoice = subject.about, subject.instruction.invoice
    corrective = about.tipo in lists.CORRECTIVE_TYPES
    if corrective is not invoice.is_correction:
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
    if about.rectificativa == "S" and invoice.kind is Kind.CREDIT_NOTE:
        yield finding(
            "1107",
            "A credit note states differences; a substitution states the whole new invoice.",
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
            fix="Refer to an invoice of this gateway by its id, or correct by differences (I).",
        )


def _corrected(subject: Subject) -> Iterator[Finding]:
    """RD 1619/2012 art. 15: a factura rectificativa names the invoices that it corrects, and why."""
    invoice = subject.instruction.invoice
    if not invoice.is_correction:
        return
    if not invoice.references.preceding:
        yield Finding(
            rule="VERIFACTU-PRECEDING",
            message="A factura rectificativa names the invoices that it corrects.",
            pointer="/references/preceding",
            expected="number and issue_date of each, or its id",
            fix="Add the corrected invoice to references.preceding.",
        )
    for place, one in enumerate(invoice.references.preceding):
        if one.issue_date is None:
            yield Finding(
                rule="VERIFACTU-PRECEDING",
                message="The corrected invoice is identified by number and date.",
                pointer=f"/references/preceding/{place}/issue_date",
                found=one.number,
                fix="Add its date of issue.",
            )
    if invoice.correction_reason is None:
        yield Finding(
            rule="VERIFACTU-REASON",
            message="A factura rectificativa says why it corrects.",
            pointer="/correction_reason",
            fix="State the reason in a few words.",
        )


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


def _currency(subject: Subject) -> Iterator[Finding]:
    invoice = subject.instruction.invoice
    if euro_rate(invoice) is None:
        yield Finding(
            rule="VERIFACTU-EUR",
            message="Records are in EUR (RD 1007/2023 art. 10.2), and no exchange rate was given.",
            source="aeat",
            pointer="/exchange_rates",
            found=invoice.currency,
            expected=f"a rate from {invoice.currency} to EUR with source and date",
            fix="Add the rate of the day of the operation to exchange_rates.",
        )


_IDENTITY: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_issuer, _product, _numbers, _cancelled_before)
_CONTENT: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_type, _corrected, _texts, _currency)
