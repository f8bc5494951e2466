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
from schemas.document import Allowance, Invoice, Line, Preceding, Tax, Totals
from schemas.findings import Finding, Findings
from schemas.invoice import AllowanceInput, InvoiceInput, Kind, TaxInput
from schemas.money import ZERO, plain, round_half_up, scale_of
from schemas.party import Party
from validators.arithmetic import EXACT, RoundingPolicy, line_net, recompute
from validators.draft_header import (
    attachments,
    delivery,
    exchange_rates,
    payment_means,
    payment_terms,
    period,
    references,
    tax_currency,
    unknown_countries,
)
from validators.draft_lines import line
from validators.draft_rules import RULES
from validators.draft_taxes import allowance, money, shared_taxes_of
from validators.inclusive import without_tax

LARGEST_TOTAL = Decimal(10**15)


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
        lines = tuple(line(draft, index, currency, default_taxes, found) for index in range(len(draft.lines)))
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
            totals=_unsettled(draft, scale_of(currency), found),
            prices_include_tax=draft.prices_include_tax,
            allowances=allowances,
            charges=charges,
            payment_terms=payment_terms(draft, issue_date, found),
            references=references(draft, preceding, found),
            period=period(draft.period, "/period", found),
            exchange_rates=exchange_rates(draft, found),
            tax_currency=tax_currency(draft, found),
            tax_in_tax_currency=_tax_in_tax_currency(draft, found),
            attachments=attachments(draft, found),
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
        type_code=draft.type_code,
        simplified=draft.simplified,
        self_billed=draft.self_billed,
        operation_date=draft.operation_date,
        tax_point_date=draft.tax_point_date,
        tax_point_code=draft.tax_point_code,
        payee=draft.payee,
        tax_representative=draft.tax_representative,
        accounting_reference=draft.accounting_reference,
        payment_means=payment_means(draft),
        correction_reason=draft.correction_reason,
        delivery_date=draft.delivery.on if draft.delivery else None,
        delivery=delivery(draft),
        note=draft.note,
        extensions=draft.extensions,
    )


def _currency(draft: InvoiceInput, found: list[Finding]) -> str:
    currency = draft.currency.upper()
    if currency not in CURRENCIES:
        found.append(RULES["GW-CURRENCY"].at("/currency", found=draft.currency, expected="a code of ISO 4217"))
    return currency


def _shared_taxes(lines: Iterable[Line]) -> tuple[Tax, ...] | None:
    """The taxes that every line bears alike but for those per unit, which are no matter of price; None where they
    differ."""
    of_lines = [tuple(row.tax for row in line.taxes if row.tax.per_unit is None) for line in lines]
    return of_lines[0] if of_lines and len({frozenset(taxes) for taxes in of_lines}) == 1 else None


def _document_rows(
    draft: InvoiceInput, lines: tuple[Line, ...], scale: int, found: list[Finding]
) -> tuple[tuple[Allowance, ...], tuple[Allowance, ...]]:
    """Allowances and charges on the document: with their own taxes, or with those that all lines share.

    A percentage is taken of the lines in the caller's own prices, with tax where these include it.
    """
    base = round_half_up(sum((line_net(line, scale) for line in lines), ZERO), scale)
    shared = _shared_taxes(lines)

    def rows(inputs: Iterable[AllowanceInput], pointer: str) -> Iterable[Allowance]:
        for index, one in enumerate(inputs):
            place = f"{pointer}/{index}"
            taxes = shared_taxes_of(one.taxes, f"{place}/taxes", found) if one.taxes else shared
            if taxes is None:
                found.append(RULES["GW-ALLOWANCE-TAX-MISSING"].at(f"{place}/taxes", expected="its taxes"))
            yield replace(allowance(one, base, place, scale, found), taxes=taxes or ())

    return tuple(rows(draft.allowances, "/allowances")), tuple(rows(draft.charges, "/charges"))


def _unsettled(draft: InvoiceInput, scale: int, found: list[Finding]) -> Totals:
    """Totals before they are computed: nothing but what is prepaid (BT-113) and the rounding (BT-114)."""
    nothing = dict.fromkeys(Totals.__struct_fields__, ZERO)
    prepaid = money(draft.prepaid or "0", "/prepaid", scale, found)
    rounding = money(draft.rounding or "0", "/rounding", scale, found)
    return Totals(**nothing | {"prepaid": prepaid, "rounding": rounding})


def _tax_in_tax_currency(draft: InvoiceInput, found: list[Finding]) -> Decimal | None:
    """The tax in the accounting currency (BT-111) where it is stated and not left to the exchange rate."""
    if draft.tax_in_tax_currency is None:
        return None
    if draft.tax_currency is None:
        found.append(RULES["GW-TAX-CURRENCY"].at("/tax_currency", expected="the currency of tax_in_tax_currency"))
        return None
    scale = scale_of(draft.tax_currency.upper())
    return money(draft.tax_in_tax_currency, "/tax_in_tax_currency", scale, found)


def _of_totals(invoice: Invoice) -> Iterable[Finding]:
    totals = invoice.totals
    amounts = (totals.lines, totals.allowances, totals.charges, totals.net, totals.tax, totals.gross, totals.payable)
    largest = max(map(abs, amounts))
    if largest > LARGEST_TOTAL:
        yield RULES["GW-TOTAL-SIZE"].at("/lines", found=plain(largest), expected=f"at most {LARGEST_TOTAL}")
    if totals.gross < 0 and invoice.kind is not Kind.CORRECTIVE:
        yield RULES["GW-TOTAL-NEGATIVE"].at("/kind", found=f"{invoice.kind} of {plain(totals.gross)}")
