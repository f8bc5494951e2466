"""What is odd in the caller's own lines: signs, product codes, and taxes that Mexico does not know."""

from __future__ import annotations

from collections.abc import Iterator

from jurisdictions.cfdi.concepts import PRODUCT_UNKNOWN
from jurisdictions.cfdi.rules.case import Case, own
from jurisdictions.cfdi.rules.sentences import finding
from schemas.codes import TaxCategory
from schemas.document import Line, Tax
from schemas.findings import Finding, Severity
from schemas.money import ZERO, plain

_CATEGORIES = frozenset(
    {
        TaxCategory.STANDARD,
        TaxCategory.ZERO,
        TaxCategory.EXEMPT,
        TaxCategory.EXPORT,
        TaxCategory.OUTSIDE_SCOPE,
    }
)


def lines(case: Case) -> Iterator[Finding]:
    """CFDI-LINE-01 negative, CFDI-DEFAULT-01 no product code, CFDI-TAX-01, -02 what Mexico does not know."""
    for index, line in enumerate(case.instruction.invoice.lines):
        pointer = f"/lines/{index}"
        if line.quantity < ZERO or line.net < ZERO:
            yield from _signs(line, pointer)
        if case.cfdi.period is None and case.cfdi.concepts[index].product == PRODUCT_UNKNOWN:
            yield own(
                "CFDI-DEFAULT-01",
                f"The line has no product code of SAT's; {PRODUCT_UNKNOWN} (not in the catalogue) is written.",
                f"{pointer}/extensions/cfdi/clave_prod_serv",
                fix="Name the code of c_ClaveProdServ that fits what is sold.",
                severity=Severity.WARNING,
            )
        for at, row in enumerate(line.taxes):
            if not _is_usual(row.tax):
                yield from _tax(row.tax, f"{pointer}/taxes/{at}")
    for index, charge in enumerate(case.instruction.invoice.charges):
        for at, tax in enumerate(charge.taxes):
            yield from _tax(tax, f"/charges/{index}/taxes/{at}")


def _signs(line: Line, pointer: str) -> Iterator[Finding]:
    for value, place in ((line.quantity, "quantity"), (line.net, "unit_price")):
        if value < 0:
            yield own(
                "CFDI-LINE-01",
                "A CFDI has no negative amounts.",
                f"{pointer}/{place}",
                found=plain(value),
                expected="0 or more",
                fix="Use an allowance, or a credit note.",
            )


def _is_usual(tax: Tax) -> bool:
    """A rate in percent that Mexico knows, as nearly every line has: nothing to say of it."""
    return tax.percent is not None and tax.surcharge is None and tax.category in _CATEGORIES


def _tax(tax: Tax, place: str) -> Iterator[Finding]:
    if tax.category not in _CATEGORIES:
        yield own(
            "CFDI-TAX-01",
            "This category of tax has no place in a CFDI.",
            f"{place}/category",
            found=tax.category,
            expected="S, Z, E, G or O",
        )
    if tax.surcharge is not None:
        yield own("CFDI-TAX-02", "Mexico knows no surcharge on a tax.", f"{place}/surcharge")
    if tax.percent is None and tax.per_unit is None and tax.category in (TaxCategory.STANDARD, TaxCategory.ZERO):
        yield finding("CFDI40178", pointer=f"{place}/percent", found="absent")
