"""What the invoicing regulation asks of an invoice, which no code of the AEAT's catches.

Source: RD 1619/2012 arts. 4 (simplified invoices), 6.1.a (`series`), 15 (facturas rectificativas).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from msgspec.structs import replace

from jurisdictions.contract import InstructionKind
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.rules import invoice_rules, series
from jurisdictions.verifactu.rules.subject import Subject
from schemas.findings import Finding, Severity
from schemas.invoice import Kind
from schemas.money import plain

SIMPLIFIED_LIMIT = Decimal(400)
"""Art. 4.1.a: VAT included."""
SECTOR_LIMIT = Decimal(3000)
"""Art. 4.2: retail, hospitality, transport of persons, parking, hairdressing and the other listed sectors."""

TYPE_OF_CAUSE: Mapping[str, str] = {
    "80.1": "R1",
    "80.2": "R1",
    "80.6": "R1",
    "80.3": "R2",
    "80.4": "R3",
}
"""Which type of rectificativa belongs to a cause of LIVA art. 80; R4 for all others, R5 for simplified invoices."""
_TYPES = "R1 for LIVA art. 80.1, 80.2 or 80.6, R2 for 80.3 (insolvency), R3 for 80.4 (bad debt), R4 for the rest"


# ------------------------------------------------------------------------------------------------ simplified invoices


def simplified_limit(subject: Subject) -> Iterator[Finding]:
    """Art. 4.1.a and 4.2. Rectificativas have no limit (4.1.b), nor has what art. 6.1.d or an agreement allows."""
    about, extension = subject.about, subject.about.extension
    total, sector = about.importe_total, about.settings.sector_3000
    if about.tipo != "F2" or total <= SIMPLIFIED_LIMIT:
        return
    if extension.sin_identificar or extension.num_registro_acuerdo is not None:
        return
    if total <= SECTOR_LIMIT and sector:
        return
    unsure = sector is None and total <= SECTOR_LIMIT
    yield Finding(
        rule="VERIFACTU-SIMPLIFIED",
        message="A simplified invoice is at most 400 EUR, VAT included; 3,000 in the sectors of RD 1619/2012 art. 4.2.",
        severity=Severity.WARNING if unsure else Severity.FATAL,
        pointer="/simplified",
        found=plain(total),
        expected=plain(SECTOR_LIMIT if unsure or sector else SIMPLIFIED_LIMIT),
        fix="Issue a full invoice that names its customer, unless the operation is one of those sectors.",
    )


def never_simplified(subject: Subject) -> Iterator[Finding]:
    """Art. 4.4.a: what is sold to another member state (LIVA art. 25) has a full invoice, whatever it amounts to."""
    about = subject.about
    for row in about.rows if about.tipo == "F2" else ():
        if row.exenta == "E5" and row.impuesto == lists.IVA:
            yield Finding(
                rule="VERIFACTU-SIMPLIFIED",
                message="Goods sold to another member state without VAT are invoiced in full, and name their customer.",
                pointer="/simplified",
                found=row.exenta,
                fix="Issue a full invoice (simplified: false).",
            )
            return


# ------------------------------------------------------------------------------------------------ corrections


def corrections(subject: Subject) -> Iterator[Finding]:
    """Art. 15: a factura rectificativa names the invoices that it corrects, and says why."""
    invoice = subject.instruction.invoice
    if not invoice.is_correction:
        return
    if invoice.references.preceding or not _of_a_period(subject):
        yield from _identified(subject, "corrects")
    if invoice.correction_reason is None:
        yield Finding(
            rule="VERIFACTU-REASON",
            message="A factura rectificativa says why it corrects.",
            pointer="/correction_reason",
            fix=f"State the reason in a few words. Its type follows from it: {_TYPES}.",
        )


def _of_a_period(subject: Subject) -> bool:
    """Art. 15.4: a discount for the volume of operations names its period instead of the invoices (FAQ §19)."""
    period = subject.instruction.invoice.period
    dated = period is not None and period.start is not None and period.end is not None
    return dated and subject.about.rectificativa == "I"


def order(subject: Subject) -> Iterator[Finding]:
    """What corrects or replaces an invoice is not older than it."""
    invoice = subject.instruction.invoice
    for place, one in enumerate(subject.about.preceding):
        if one.issue_date is not None and one.issue_date > invoice.issue_date:
            yield Finding(
                rule="VERIFACTU-ORDER",
                message="An invoice cannot correct or replace one that is dated after it.",
                pointer=f"/references/preceding/{place}/issue_date",
                found=one.issue_date.isoformat(),
                expected=f"until {invoice.issue_date.isoformat()}",
                fix="Mend the date of the invoice referred to.",
            )


def exchanged(subject: Subject) -> Iterator[Finding]:
    """An F3 replaces simplified invoices that were declared (FAQ for developers 1.3 §27): it names them."""
    if subject.about.tipo != "F3":
        return
    if not subject.instruction.invoice.is_correction:
        yield from _identified(subject, "replaces")
    for place, one in enumerate(subject.instruction.invoice.references.preceding):
        if one.kind is Kind.RECEIPT:
            yield Finding(
                rule="VERIFACTU-F3",
                message="An F3 replaces simplified invoices, not receipts of payment.",
                pointer=f"/references/preceding/{place}",
                found=one.number,
                fix="Refer to the simplified invoices.",
            )


def _identified(subject: Subject, does: str) -> Iterator[Finding]:
    preceding = subject.instruction.invoice.references.preceding
    if not preceding:
        yield Finding(
            rule="VERIFACTU-PRECEDING",
            message=f"The invoice names those that it {does}.",
            pointer="/references/preceding",
            expected="number and issue_date of each, or its id",
            fix="Add them to references.preceding; a discount for the volume of operations states its period instead."
            if does == "corrects"
            else "Add them to references.preceding.",
        )
    for place, one in enumerate(preceding):
        if one.issue_date is None:
            yield Finding(
                rule="VERIFACTU-PRECEDING",
                message="An invoice that is referred to is identified by number and date.",
                pointer=f"/references/preceding/{place}/issue_date",
                found=one.number,
                fix="Add its date of issue.",
            )


def issued_as(subject: Subject) -> Iterator[Finding]:
    """How it was numbered, and whether it might be simplified, was decided when it was issued: a subsanación changes
    neither, and settings that were made since do not keep its record from being mended."""
    issued = subject.instruction.kind is not InstructionKind.CORRECT
    for rule in (series.rules, simplified_limit, never_simplified):
        for found in rule(subject):
            yield found if issued else replace(found, severity=Severity.WARNING)


RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    issued_as,
    corrections,
    order,
    exchanged,
    *invoice_rules.RULES,
)


def findings(subject: Subject) -> Iterator[Finding]:
    """Everything that is said of an invoice beyond its record (an anulación has none of it)."""
    for rule in RULES:
        yield from rule(subject)
