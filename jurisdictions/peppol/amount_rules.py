"""Rules about lines, allowances, charges, VAT and totals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jurisdictions.peppol import taxes
from jurisdictions.peppol.codelists import (
    ALLOWANCE_REASONS,
    CATEGORY_OF_CODE,
    CHARGE_REASONS,
    EXEMPTION_CODES,
    UNTAXED,
)
from jurisdictions.peppol.extension import Extension
from jurisdictions.peppol.rulebook import EXEMPTION_RULES, RULES, of_category
from jurisdictions.peppol.trading_parties import text
from jurisdictions.peppol.units import UNITS
from schemas.document import Allowance, Invoice, Line, Tax
from schemas.findings import Finding
from schemas.money import HUNDRED, ZERO, plain

_SLACK = Decimal("0.02")
_RATED = frozenset({"S", "L", "M"})


def amounts(invoice: Invoice, extension: Extension) -> Iterator[Finding]:
    if not invoice.lines:
        yield RULES["BR-16"].at("/lines")
    for index, line in enumerate(invoice.lines):
        yield from _line(line, f"/lines/{index}")
    for index, one in enumerate(invoice.allowances):
        yield from _document_row(one, f"/allowances/{index}", charge=False)
    for index, one in enumerate(invoice.charges):
        yield from _document_row(one, f"/charges/{index}", charge=True)
    yield from _breakdown(invoice)
    yield from _inexpressible(invoice, extension)
    yield from _totals(invoice)


def _line(line: Line, at: str) -> Iterator[Finding]:
    if not text(line.name or line.description):
        yield RULES["BR-25"].at(f"{at}/description")
    if line.unit not in UNITS:
        yield RULES["BR-CL-23"].at(f"{at}/unit", found=line.unit)
    if line.unit_price < 0:
        yield RULES["BR-27"].at(f"{at}/unit_price", found=plain(line.unit_price))
    found = taxes.of_line(line)
    if not found:
        yield RULES["BR-CO-04"].at(
            f"{at}/taxes", fix="State the VAT of the line; category O if it is outside its scope."
        )
    elif len(found) > 1:
        yield RULES["UBL-SR-48"].at(f"{at}/taxes", found=len(found), expected=1)
    for index, row in enumerate(line.taxes):
        if row.tax in found:
            yield from _rate(row.tax, f"{at}/taxes/{index}", "05")
    for index, one in enumerate(line.allowances):
        yield from _reason(one, f"{at}/allowances/{index}", "BR-42", "BR-CL-19")
    for index, one in enumerate(line.charges):
        yield from _reason(one, f"{at}/charges/{index}", "BR-44", "BR-CL-20")
    yield from _line_net(line, at)


def _line_net(line: Line, at: str) -> Iterator[Finding]:
    reduced = sum((one.amount for one in line.allowances), ZERO)
    added = sum((one.amount for one in line.charges), ZERO)
    due = line.quantity * line.unit_price + added - reduced
    if abs(line.net - due) > _SLACK:
        yield RULES["PEPPOL-EN16931-R120"].at(at, found=plain(line.net), expected=plain(due))


def _document_row(one: Allowance, at: str, *, charge: bool) -> Iterator[Finding]:
    yield from _reason(one, at, *(("BR-38", "BR-CL-20") if charge else ("BR-33", "BR-CL-19")))
    found = taxes.value_added(one.taxes)
    if len(found) != 1:
        yield RULES["BR-37" if charge else "BR-32"].at(f"{at}/taxes", found=len(found), expected=1)
    for index, tax in enumerate(one.taxes):
        if tax in found:
            yield from _rate(tax, f"{at}/taxes/{index}", "07" if charge else "06")


def _reason(one: Allowance, at: str, missing: str, coded: str) -> Iterator[Finding]:
    code = text(one.reason_code)
    if not code and not text(one.reason):
        yield RULES[missing].at(f"{at}/reason")
    if code and code not in (ALLOWANCE_REASONS if coded == "BR-CL-19" else CHARGE_REASONS):
        yield RULES[coded].at(f"{at}/reason_code", found=code)
    if one.percent is not None and one.base is not None:
        due = one.base * one.percent / HUNDRED
        if abs(one.amount - due) > _SLACK:
            yield RULES["PEPPOL-EN16931-R040"].at(f"{at}/amount", found=plain(one.amount), expected=plain(due))


def _rate(tax: Tax, at: str, number: str) -> Iterator[Finding]:
    """Whether the rate fits the category: above zero for S, any for L and M, none for the others."""
    rate = taxes.rate(tax)
    category = rate.category.value
    told = None if tax.percent is None else plain(tax.percent)
    if category == "S" and not tax.percent:
        yield of_category(category, number).at(
            f"{at}/percent", found=told, expected="above 0", fix="Use Z, E or another category."
        )
    if category not in _RATED and tax.percent:
        yield of_category(category, number).at(f"{at}/percent", found=told, expected="0")


def _breakdown(invoice: Invoice) -> Iterator[Finding]:
    rows = taxes.breakdown(invoice)
    if not rows:
        yield RULES["BR-CO-18"].at("/lines")
    if taxes.outside_scope(invoice) and len(rows) > 1:
        yield RULES["BR-O-11"].at("/lines", found=", ".join(row.rate.category.value for row in rows))
    for row in rows:
        yield from _exemption(row)


def _exemption(row: taxes.Row) -> Iterator[Finding]:
    category = row.rate.category.value
    rule = of_category(category, "10")
    if category in (*_RATED, "Z"):
        if row.code or row.reason:
            yield rule.at("/lines", found=row.code or row.reason, expected="none", fix="Leave the exemption out.")
        return
    if category not in UNTAXED and not (row.code or text(row.reason)):
        yield rule.at("/lines", fix="Give exemption_reason or exemption_code in the taxes of the exempt lines.")
    if row.code and row.code not in EXEMPTION_CODES:
        yield RULES["BR-CL-22"].at("/lines", found=row.code)
    wanted = CATEGORY_OF_CODE.get(row.code or "", category)
    if row.code and wanted != category:
        yield RULES[EXEMPTION_RULES[row.code]].at("/lines", found=category, expected=wanted)


def _inexpressible(invoice: Invoice, extension: Extension) -> Iterator[Finding]:
    for group in taxes.inexpressible(invoice):
        lost = group.surcharge_amount or group.amount
        yield RULES["PEPPOL-GW-TAXES"].at("/lines", found=f"{group.tax.value} {plain(lost)}")
    kept = taxes.withheld(invoice)
    if kept:
        rule = RULES["PEPPOL-GW-WITHHELD-NOTE" if extension.withheld == "note" else "PEPPOL-GW-WITHHELD"]
        yield rule.at("/lines", found=plain(sum((group.amount for group in kept), ZERO)), expected="0")


def _totals(invoice: Invoice) -> Iterator[Finding]:
    totals = invoice.totals
    sums = [
        ("BR-CO-10", totals.lines, sum((line.net for line in invoice.lines), ZERO)),
        ("BR-CO-11", totals.allowances, sum((one.amount for one in invoice.allowances), ZERO)),
        ("BR-CO-12", totals.charges, sum((one.amount for one in invoice.charges), ZERO)),
        ("BR-CO-13", totals.net, totals.lines - totals.allowances + totals.charges),
    ]
    if not taxes.inexpressible(invoice):
        sums.append(("BR-CO-15", totals.gross, totals.net + taxes.total(taxes.breakdown(invoice))))
    for rule, found, due in sums:
        if found != due:
            yield RULES[rule].at("/lines", found=plain(found), expected=plain(due))
