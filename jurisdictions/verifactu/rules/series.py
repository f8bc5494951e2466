"""Which series an invoice is numbered in: rectificativas, tickets, and what each other person issues, all apart.

What an issuer did not state in its settings is not held against it, but for what shows by itself: a factura
rectificativa in the very series of the invoice that it corrects, an F3 in that of the ticket that it replaces.

Source: RD 1619/2012 arts. 5, 6.1.a and 7.1.a.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.parties import bare, identity
from jurisdictions.verifactu.rules.subject import Subject
from jurisdictions.verifactu.settings import Settings, Tercero
from schemas.document import Invoice
from schemas.findings import Finding, Severity
from schemas.invoice import Kind

RULE = "VERIFACTU-SERIES"
OTHERS_RULE = "VERIFACTU-SERIES-OTHERS"
SIMPLIFIED_RULE = "VERIFACTU-SERIES-SIMPLIFIED"


def wanted(invoice: Invoice, extension: Mapping[str, object], settings: Settings) -> str | None:
    """The series of an invoice that names none; None leaves it to the issuer's own. `extension` as it was written."""
    if not settings.terceros and not settings.series_rectificativas:
        return None
    corrective = invoice.is_correction and extension.get("tipo_factura") != "F3"
    number = extension.get("tercero")
    if number is None and invoice.self_billed:
        customer = identity(invoice.customer)
        number = None if customer is None else customer.nif or customer.id
    if isinstance(number, str):
        return _of(_other(settings, number), corrective=corrective)
    return settings.series_rectificativas[0] if corrective and settings.series_rectificativas else None


def rules(subject: Subject) -> Iterator[Finding]:
    """Arts. 6.1.a and 7.1.a, of an invoice that has a series."""
    used, about = subject.instruction.invoice.series, subject.about
    if used is None:
        return
    by, corrective = _issued_by(subject), about.tipo in lists.CORRECTIVE_TYPES
    mine = None if by is None else _other(about.settings, by)
    yield from _rectificativas_apart(subject, used, by, mine, corrective=corrective)
    yield from _others_apart(about.settings, used, by, mine, corrective=corrective)
    if about.tipo == "F3" and _in_series_of_preceding(subject, used):
        yield Finding(
            rule=SIMPLIFIED_RULE,
            message="Full invoices are numbered in other series than simplified ones (RD 1619/2012 art. 7.1.a).",
            severity=Severity.WARNING,
            pointer="/series",
            found=used,
            expected="a series without simplified invoices",
            fix="Name another series.",
        )


def _rectificativas_apart(
    subject: Subject, used: str, by: str | None, mine: Tercero | None, *, corrective: bool
) -> Iterator[Finding]:
    own = subject.about.settings.series_rectificativas
    if by is not None:
        own = (mine.series_rectificativas,) if mine is not None and mine.series_rectificativas is not None else ()
    if own:
        breach, severity = corrective is not (used in own), Severity.FATAL
        expected = " ".join(own) if corrective else f"a series other than {' '.join(own)}"
    else:
        breach, severity = corrective and _in_series_of_preceding(subject, used), Severity.WARNING
        expected = "a series that holds nothing else"
    if breach:
        yield Finding(
            rule=RULE,
            message="Facturas rectificativas are numbered in series of their own.",
            severity=severity,
            pointer="/series",
            found=used,
            expected=expected,
            fix="State series_rectificativas in settings.verifactu; use them for corrections, and for nothing else.",
        )


def _in_series_of_preceding(subject: Subject, used: str) -> bool:
    """Whether the series holds, as their numbers show, invoices that are no corrections themselves."""
    return any(
        one.kind is Kind.INVOICE and one.number.rpartition("-")[0] == used
        for one in subject.instruction.invoice.references.preceding
    )


def _others_apart(
    settings: Settings, used: str, by: str | None, mine: Tercero | None, *, corrective: bool
) -> Iterator[Finding]:
    taken = {
        series: one
        for one in settings.terceros
        for series in (one.series, one.series_rectificativas)
        if series is not None
    }
    if not taken:
        return
    own = _of(mine, corrective=corrective)
    if by is None:
        breach, expected = used in taken, f"none of {' '.join(sorted(taken))}"
    elif own is not None:
        breach, expected = used != own, own
    else:
        stated = mine is not None and mine.series is not None
        breach, expected = not stated or taken.get(used, mine) is not mine, "a series of its own"
    if breach:
        yield Finding(
            rule=OTHERS_RULE,
            message="What a third party or the customer issues for the issuer is numbered in series of their own.",
            pointer="/series",
            found=used,
            expected=expected,
            fix="Give each of them a series in settings.verifactu.terceros, and use it for nothing else.",
        )


def _other(settings: Settings, number: str) -> Tercero | None:
    """The one of that number who may issue in the issuer's name."""
    sought = bare(number)
    return next((one for one in settings.terceros if bare(one.key) == sought), None)


def _of(one: Tercero | None, *, corrective: bool) -> str | None:
    if one is None:
        return None
    return one.series_rectificativas if corrective else one.series


def _issued_by(subject: Subject) -> str | None:
    """The number of who issues in the issuer's name, as `wanted` has it; None where the issuer does."""
    third, invoice = subject.about.tercero, subject.instruction.invoice
    by = third.who if third is not None else identity(invoice.customer) if invoice.self_billed else None
    return None if by is None else by.nif or by.id
