"""From the invoice as a caller writes it to the invoice as the house works with it.

`compose` is pure and never raises for bad data: what does not hold becomes a finding with a pointer into the caller's
JSON, and the sums go on with the value nearest to what was meant, so that all findings come at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, localcontext

from msgspec.structs import replace

from schemas.codes import CURRENCIES
from schemas.document import Allowance, Invoice, Line, LineTax, Preceding, Tax, Totals
from schemas.findings import Finding, Findings
from schemas.invoice import AllowanceInput, InvoiceInput, Kind, LineInput, TaxInput
from schemas.money import ZERO, from_minor, plain, round_half_up, scale_of
from schemas.party import Party
from validators.arithmetic import EXACT, RoundingPolicy, item_amount, recompute, total
from validators.draft_header import (
    exchange_rates,
    payment_means,
    payment_terms,
    period,
    references,
    unknown_countries,
)
from validators.draft_rules import RULES
from validators.draft_taxes import allowance, allowances_of, money, number, taxes_of
from validators.inclusive import without_tax

LARGEST_TOTAL = Decimal(10**15)
ONE = Decimal(1)


def compose(
    draft: InvoiceInput,
    *,
    id: str,
    issuer: Party,
    customer: Party,
    issue_date: date,
    default_taxes: tuple[TaxInput, ...] = (),
    preceding: Mapping[str, Preceding] = {},
    rounding: RoundingPolicy,
) -> tuple[Invoice, Findings]:
    """The draft with every total computed under `rounding`, and what is wrong with it.

    `default_taxes` are the issuer's, for lines that state none. `preceding` holds the earlier invoices that the draft
    names by id. Amounts are in the draft's currency at its ISO 4217 scale; every rounding is half up.
    """
    found: list[Finding] = []
    with localcontext(EXACT):
        currency = _currency(draft, found)
        lines = tuple(_line(one, index, currency, default_taxes, found) for index, one in enumerate(draft.lines))
        allowances, charges = _document_rows(draft, lines, scale_of(currency), found)
        invoice = Invoice(
            id=id,
            kind=draft.kind,
            currency=currency,
            issue_date=issue_date,
            issuer=issuer,
            customer=customer,
            lines=lines,
            tax_breakdown=(),
            totals=_unsettled(money(draft.prepaid or "0", "/prepaid", scale_of(currency), found)),
            prices_include_tax=draft.prices_include_tax,
            allowances=allowances,
            charges=charges,
            payment_terms=payment_terms(draft, issue_date, found),
            references=references(draft, preceding, found),
            period=period(draft.period, "/period", found),
            exchange_rates=exchange_rates(draft, found),
        )
        invoice = _as_stated(recompute(without_tax(invoice) if draft.prices_include_tax else invoice, rounding), draft)
        found.extend(unknown_countries(draft, issuer, customer))
        found.extend(_of_totals(invoice))
    return invoice, tuple(dict.fromkeys(found))


def _as_stated(invoice: Invoice, draft: InvoiceInput) -> Invoice:
    """The invoice with what needs no sums and no judgement."""
    return replace(
        invoice,
        series=draft.series,
        simplified=draft.simplified,
        self_billed=draft.self_billed,
        operation_date=draft.operation_date,
        payment_means=payment_means(draft),
        correction_reason=draft.correction_reason,
        delivery_date=draft.delivery.on if draft.delivery else None,
        note=draft.note,
        extensions=draft.extensions,
    )


def _currency(draft: InvoiceInput, found: list[Finding]) -> str:
    currency = draft.currency.upper()
    if currency not in CURRENCIES:
        found.append(RULES["GW-CURRENCY"].at("/currency", found=draft.currency, expected="a code of ISO 4217"))
    return currency


def _line(one: LineInput, index: int, currency: str, default_taxes: tuple[TaxInput, ...], found: list[Finding]) -> Line:
    pointer, scale = f"/lines/{index}", scale_of(currency)
    quantity = number(one.quantity)
    unit_price = _price(one, quantity, pointer, currency, found)
    item = round_half_up(quantity * unit_price, scale)
    taxes = _line_taxes(one, pointer, default_taxes, found)
    return Line(
        id=str(index + 1),
        description=one.description,
        name=one.name,
        quantity=quantity,
        unit=one.unit,
        unit_price=unit_price,
        net=ZERO,  # computed with the totals
        allowances=allowances_of(one.allowances, item, f"{pointer}/allowances", scale, found),
        charges=allowances_of(one.charges, item, f"{pointer}/charges", scale, found),
        taxes=tuple(LineTax(tax=tax, base=ZERO, amount=ZERO) for tax in taxes),
        note=one.note,
        seller_id=one.seller_id,
        buyer_id=one.buyer_id,
        period=period(one.period, f"{pointer}/period", found),
        extensions=one.extensions,
    )


def _price(one: LineInput, quantity: Decimal, pointer: str, currency: str, found: list[Finding]) -> Decimal:
    if one.unit_price is not None and one.amount_minor is not None:
        stated = f"unit_price {one.unit_price}, amount_minor {one.amount_minor}"
        found.append(RULES["GW-PRICE-TWICE"].at(f"{pointer}/amount_minor", found=stated))
    if one.unit_price is not None:
        return number(one.unit_price)
    if one.amount_minor is None:
        found.append(RULES["GW-PRICE-MISSING"].at(f"{pointer}/unit_price", expected="unit_price or amount_minor"))
        return ZERO
    if quantity != ONE:
        found.append(RULES["GW-MINOR-QUANTITY"].at(f"{pointer}/quantity", found=one.quantity, expected="1"))
    return from_minor(one.amount_minor, currency)


def _line_taxes(
    one: LineInput, pointer: str, default_taxes: tuple[TaxInput, ...], found: list[Finding]
) -> tuple[Tax, ...]:
    if one.taxes is not None:
        return taxes_of(one.taxes, f"{pointer}/taxes", found)
    if default_taxes:
        inherited: list[Finding] = []
        taxes = taxes_of(default_taxes, "", inherited)
        # The fault lies with the issuer's default, of which the caller's JSON shows nothing but the issuer.
        found.extend(RULES[fault.rule].at("/issuer", found=fault.found, expected=fault.expected) for fault in inherited)
        return taxes
    missing = "a tax with its category and percentage"
    found.append(RULES["GW-TAX-MISSING"].at(f"{pointer}/taxes", expected=missing))
    return ()


def _as_priced(line: Line, scale: int) -> Decimal:
    """The line's amount in the caller's own prices: what a percentage on the document is taken of."""
    return item_amount(line, scale) - total(line.allowances) + total(line.charges)


def _shared_taxes(lines: Iterable[Line]) -> tuple[Tax, ...] | None:
    """The taxes that every line bears alike, None where lines differ."""
    of_lines = [tuple(row.tax for row in line.taxes) for line in lines]
    return of_lines[0] if of_lines and len({frozenset(taxes) for taxes in of_lines}) == 1 else None


def _document_rows(
    draft: InvoiceInput, lines: tuple[Line, ...], scale: int, found: list[Finding]
) -> tuple[tuple[Allowance, ...], tuple[Allowance, ...]]:
    """Allowances and charges on the document: with their own taxes, or with those that all lines share."""
    base = round_half_up(sum((_as_priced(line, scale) for line in lines), ZERO), scale)
    shared = _shared_taxes(lines)

    def rows(inputs: Iterable[AllowanceInput], pointer: str) -> Iterable[Allowance]:
        for index, one in enumerate(inputs):
            place = f"{pointer}/{index}"
            taxes = taxes_of(one.taxes, f"{place}/taxes", found) if one.taxes else shared
            if taxes is None:
                found.append(RULES["GW-ALLOWANCE-TAX-MISSING"].at(f"{place}/taxes", expected="its taxes"))
            yield replace(allowance(one, base, place, scale, found), taxes=taxes or ())

    return tuple(rows(draft.allowances, "/allowances")), tuple(rows(draft.charges, "/charges"))


def _unsettled(prepaid: Decimal) -> Totals:
    """Totals before they are computed: nothing but what is prepaid."""
    nothing = dict.fromkeys(Totals.__struct_fields__, ZERO)
    return Totals(**nothing | {"prepaid": prepaid})


def _of_totals(invoice: Invoice) -> Iterable[Finding]:
    totals = invoice.totals
    amounts = (totals.lines, totals.allowances, totals.charges, totals.net, totals.tax, totals.gross, totals.payable)
    largest = max(map(abs, amounts))
    if largest > LARGEST_TOTAL:
        yield RULES["GW-TOTAL-SIZE"].at("/lines", found=plain(largest), expected=f"at most {LARGEST_TOTAL}")
    if totals.gross < 0 and invoice.kind is not Kind.CORRECTIVE:
        yield RULES["GW-TOTAL-NEGATIVE"].at("/kind", found=f"{invoice.kind} of {plain(totals.gross)}")
