"""What an invoice says and its record does not show, so that no rule of the record can find it.

A customer whom a simplified invoice leaves out, a line without tax or with two, tax that the record would not show,
blanks around a number, a currency without a rate.
Source: RD 1007/2023 art. 10.2 (records in EUR); QR document 0.5.0; "Validaciones y errores" 1.2.2 of 2026-04-08.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.breakdown import Row, euro_rate, rate_given
from jurisdictions.verifactu.parties import identity
from jurisdictions.verifactu.qualification import belongs, contained, reported, value_added
from jurisdictions.verifactu.rules.subject import Subject, finding
from jurisdictions.verifactu.settings import LineExtension
from schemas.findings import Finding, Severity
from schemas.money import plain


def unnamed_customer(subject: Subject) -> Iterator[Finding]:
    """1190, said beforehand: the record of a simplified invoice leaves its customer out."""
    about = subject.about
    known = identity(subject.instruction.invoice.customer) if about.tipo in lists.SIMPLIFIED_TYPES else None
    if known is not None:
        yield finding(
            "1190",
            f"A record of type {about.tipo} names no recipient: the customer's tax id is left out.",
            f"/customer/tax_ids/{known.index}",
            found=about.tipo,
            severity=Severity.WARNING,
            fix="Issue a full invoice (simplified: false) if the customer needs to be named.",
        )


def unnamed_others(subject: Subject) -> Iterator[Finding]:
    """1190 again, for the further recipients."""
    about = subject.about
    if about.extension.otros_destinatarios and about.tipo in lists.SIMPLIFIED_TYPES:
        yield finding(
            "1190",
            f"A record of type {about.tipo} names no recipients: they are left out.",
            "/extensions/verifactu/otros_destinatarios",
            found=about.tipo,
            severity=Severity.WARNING,
        )


def untaxed_lines(subject: Subject) -> Iterator[Finding]:
    """1195, line by line: a line without tax vanishes from the record unless it lies outside it on purpose."""
    extensions = subject.instruction.line_extensions
    for at, line in enumerate(subject.instruction.invoice.lines):
        extension = extensions[at] if at < len(extensions) else None
        if isinstance(extension, LineExtension) and extension.aside:
            continue
        if (line.net or not subject.about.rows) and not any(reported(one.tax) for one in line.taxes):
            yield finding(
                "1195",
                "Every amount is qualified: taxed, exempt or outside the tax.",
                f"/lines/{at}/taxes",
                found="none",
                fix="Give the line a tax; category O says that it lies outside VAT.",
            )


def tax_left_out(subject: Subject) -> Iterator[Finding]:
    """Tax on the invoice that the caller's own words keep out of the record, so that the two have different totals.

    By place alone that may be right: another state's tax is none of ours, and no part of ImporteTotal (N2, above all
    with ClaveRegimen 17).
    """
    for row in subject.about.rows:
        if not row.left_out or (row.calificacion == "N2" and row.clave == "17"):
            continue
        yield Finding(
            rule="VERIFACTU-TAX-LEFT-OUT",
            message="The invoice charges a tax, and its record says that there is none.",
            severity=Severity.WARNING if row.calificacion == "N2" else Severity.FATAL,
            pointer=row.pointer,
            found=f"{row.calificacion or row.exenta}, and {plain(row.left_out)} EUR of tax",
            expected=_in_place_of(row),
            fix="Leave calificacion, exenta and margen out, or give the line the category that they stand for.",
        )


def _in_place_of(row: Row) -> str:
    if row.price is not None:
        return "category E: the tax lies within the price"
    return "S1, or a tax of another state" if row.calificacion == "N2" else "S1"


def one_tax(subject: Subject) -> Iterator[Finding]:
    """A base stands in one row: an amount under two taxes would count twice in ImporteTotal."""
    invoice = subject.instruction.invoice
    bearers = [(f"/lines/{at}", [one.tax for one in line.taxes]) for at, line in enumerate(invoice.lines)]
    bearers += [(f"/allowances/{at}", list(one.taxes)) for at, one in enumerate(invoice.allowances)]
    bearers += [(f"/charges/{at}", list(one.taxes)) for at, one in enumerate(invoice.charges)]
    for where, taxes in bearers:
        named = [place for place, tax in enumerate(taxes) if value_added(tax)]
        if len(named) > 1:
            yield Finding(
                rule="VERIFACTU-TAX-TWICE",
                message="One amount bears IVA, IGIC or IPSI, never two of them.",
                pointer=f"{where}/taxes/{named[1]}",
                found=" ".join(str(taxes[place].tax) for place in named),
                fix="Keep the tax of the place of the operation; split the line where it has two.",
            )


def excise(subject: Subject) -> Iterator[Finding]:
    """An excise is part of the base of the value added tax on its line; without one there it is lost."""
    invoice = subject.instruction.invoice
    inside = [one for one in invoice.tax_breakdown if contained(one, invoice.tax_breakdown, invoice.lines)]
    for at, line in enumerate(invoice.lines if inside else ()):
        taxes = [one.tax for one in line.taxes]
        if any(belongs(tax, group) for tax in taxes for group in inside) and not any(map(value_added, taxes)):
            yield Finding(
                rule="VERIFACTU-EXCISE",
                message="The same excise stands on lines with and without value added tax.",
                pointer=f"/lines/{at}/taxes",
                fix="Give the line its value added tax: category E or O where none is due.",
            )


def self_billed(subject: Subject) -> Iterator[Finding]:
    """1158, said beforehand: only a record that names its recipient can say that the recipient issued the invoice."""
    if subject.instruction.invoice.self_billed and subject.about.tipo in lists.SIMPLIFIED_TYPES:
        yield finding(
            "1158",
            f"A record of type {subject.about.tipo} names no recipient, and so not that it issued the invoice.",
            "/self_billed",
            found=subject.about.tipo,
            severity=Severity.WARNING,
            fix="Issue a full invoice (simplified: false).",
        )


def ipsi_regime(subject: Subject) -> Iterator[Finding]:
    """2009, said as a refusal: until 2027 the AEAT takes such a row with an error, which we do not make ourselves."""
    if subject.today >= lists.IPSI_CLAVE_ENFORCED:
        return
    admitted = lists.CLAVES_REGIMEN[lists.IPSI]
    for row in subject.about.rows:
        if row.impuesto == lists.IPSI and row.clave not in admitted:
            yield finding(
                "2009",
                "A row of IPSI has a ClaveRegimen of its own list.",
                "/extensions/verifactu/clave_regimen",
                found=row.clave,
                expected=" ".join(sorted(admitted)),
                fix="Change clave_regimen of the line or of the invoice.",
            )


def blanks(subject: Subject) -> Iterator[Finding]:
    """1130, stricter than the AEAT: it trims a number, and the QR code does not, so the two would not meet."""
    invoice = subject.instruction.invoice
    number = invoice.number or invoice.series
    if number is not None and number != number.strip():
        yield finding(
            "1130",
            "The number begins or ends with a blank.",
            "/series",
            found=number,
            fix="Leave the blank out of the series.",
        )


def currency(subject: Subject) -> Iterator[Finding]:
    """RD 1007/2023 art. 10.2: records are in EUR."""
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


def rate_source(subject: Subject) -> Iterator[Finding]:
    """The rate is kept with the record, and where it comes from."""
    invoice = subject.instruction.invoice
    rate = rate_given(invoice)
    if rate is not None and not rate.source.strip():
        yield Finding(
            rule="VERIFACTU-EUR-SOURCE",
            message="The exchange rate does not say where it comes from.",
            pointer=f"/exchange_rates/{invoice.exchange_rates.index(rate)}/source",
            expected="who published the rate, like BdE or ECB",
            fix="Name the source of the rate.",
        )


RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    unnamed_customer,
    unnamed_others,
    untaxed_lines,
    tax_left_out,
    one_tax,
    excise,
    self_billed,
    ipsi_regime,
    blanks,
    currency,
    rate_source,
)
