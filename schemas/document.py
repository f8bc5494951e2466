"""The invoice as the house works with it: every amount a `Decimal`, every total computed, parties as they stood.

Nothing here belongs to one country. `schemas.invoice` is what a caller writes; `validators.arithmetic` makes this
from it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from schemas.attachment import Attachment
from schemas.codes import TaxCategory, TaxKind
from schemas.invoice import Extensions, Kind
from schemas.item import Attribute, Classification
from schemas.party import Address, Identifier, Party, Payee, TaxRepresentative
from schemas.payment import Card, DirectDebit


class _Frozen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    pass


class Tax(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """One tax on one row. `percent` None means exempt or outside scope, which is not a rate of zero; or `per_unit`
    stands in its place: that much money for each of the line's `units` (None: of its quantity)."""

    tax: TaxKind
    category: TaxCategory
    percent: Decimal | None
    per_unit: Decimal | None = None
    units: Decimal | None = None
    withheld: bool = False
    surcharge: Decimal | None = None
    exemption_code: str | None = None
    exemption_reason: str | None = None


class LineTax(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A tax of a line with its base and amount (at the scale of the route's rounding).

    The base is the line's net; that of a tax per unit, the units; that of value added tax, the net with its excise.
    """

    tax: Tax
    base: Decimal
    amount: Decimal
    surcharge_amount: Decimal = Decimal(0)


class Allowance(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """An allowance or charge: `amount` is computed where only `percent` was given, `base` is what it was taken of."""

    amount: Decimal
    base: Decimal | None = None
    percent: Decimal | None = None
    reason: str | None = None
    reason_code: str | None = None
    taxes: tuple[Tax, ...] = ()


class Period(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    start: date | None = None
    end: date | None = None


class Price(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """The price as stated (BG-29): `amount` for `base_quantity` units, which is `list_price` less `discount`."""

    amount: Decimal
    base_quantity: Decimal | None = None
    list_price: Decimal | None = None
    discount: Decimal | None = None


class Line(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A line (BG-25). `net` (BT-131) = quantity * unit_price - allowances + charges, without tax.

    `stated_net` is the caller's own net where a rounding makes it another one; it stands in the computed one's place.
    `unit_price` is that of one unit; `price` tells more of it where the caller did. Where prices include tax, both are
    already net (more decimals) and `gross_price` is the unit price that the caller wrote.
    """

    id: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    stated_net: Decimal | None = None
    name: str | None = None
    gross_price: Decimal | None = None
    price: Price | None = None
    allowances: tuple[Allowance, ...] = ()
    charges: tuple[Allowance, ...] = ()
    taxes: tuple[LineTax, ...] = ()
    note: str | None = None
    invoiced_object: Identifier | None = None
    order_line: str | None = None
    accounting_reference: str | None = None
    seller_id: str | None = None
    buyer_id: str | None = None
    standard_id: Identifier | None = None
    classifications: tuple[Classification, ...] = ()
    origin_country: str | None = None
    attributes: tuple[Attribute, ...] = ()
    period: Period | None = None
    extensions: Extensions = {}


class TaxGroup(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """One row of the tax breakdown (BG-23): all rows with the same tax, category, rate, surcharge and exemption.

    Where the tax is `per_unit`, `base` is how many units there are.
    """

    tax: TaxKind
    category: TaxCategory
    percent: Decimal | None
    base: Decimal
    amount: Decimal
    per_unit: Decimal | None = None
    withheld: bool = False
    surcharge: Decimal | None = None
    surcharge_amount: Decimal = Decimal(0)
    exemption_code: str | None = None
    exemption_reason: str | None = None


class Totals(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """Document totals (BG-22). `payable` = gross - withheld - prepaid + rounding."""

    lines: Decimal
    allowances: Decimal
    charges: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    withheld: Decimal
    prepaid: Decimal
    rounding: Decimal
    payable: Decimal


class Preceding(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """An earlier invoice with what later routes need of it: number, date, amounts, and each authority's id of it."""

    number: str
    issue_date: date | None = None
    invoice_id: str | None = None
    kind: Kind = Kind.INVOICE
    external_ids: dict[str, str] = {}
    totals: Totals | None = None
    tax_breakdown: tuple[TaxGroup, ...] = ()


class References(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    buyer_reference: str | None = None
    order: str | None = None
    sales_order: str | None = None
    contract: str | None = None
    project: str | None = None
    despatch: str | None = None
    receipt: str | None = None
    tender: str | None = None
    invoiced_object: Identifier | None = None
    preceding: tuple[Preceding, ...] = ()


class PaymentTerms(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    due_date: date | None = None
    note: str | None = None


class PaymentMeans(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    code: str
    text: str | None = None
    account: str | None = None
    account_name: str | None = None
    bank: str | None = None
    reference: str | None = None
    card: Card | None = None
    direct_debit: DirectDebit | None = None


class Delivery(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """Who took the delivery and where (BT-70, BT-71, BG-15); its date is the invoice's own."""

    name: str | None = None
    location: Identifier | None = None
    address: Address | None = None


class ExchangeRate(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    from_currency: str
    to_currency: str
    rate: Decimal
    source: str
    on: date


class Invoice(_Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """The market-neutral invoice with its totals. `number` and `issue_date` are known at issue; before it `number` is
    None."""

    id: str
    kind: Kind
    currency: str
    issue_date: date
    issuer: Party
    customer: Party
    lines: tuple[Line, ...]
    tax_breakdown: tuple[TaxGroup, ...]
    totals: Totals
    number: str | None = None
    series: str | None = None
    type_code: str | None = None
    simplified: bool = False
    self_billed: bool = False
    operation_date: date | None = None
    tax_point_date: date | None = None
    tax_point_code: str | None = None
    tax_currency: str | None = None
    tax_in_tax_currency: Decimal | None = None
    prices_include_tax: bool = False
    allowances: tuple[Allowance, ...] = ()
    charges: tuple[Allowance, ...] = ()
    payee: Payee | None = None
    tax_representative: TaxRepresentative | None = None
    payment_terms: PaymentTerms | None = None
    payment_means: tuple[PaymentMeans, ...] = ()
    references: References = References()
    accounting_reference: str | None = None
    attachments: tuple[Attachment, ...] = ()
    correction_reason: str | None = None
    delivery_date: date | None = None
    delivery: Delivery | None = None
    period: Period | None = None
    exchange_rates: tuple[ExchangeRate, ...] = ()
    note: str | None = None
    extensions: Extensions = {}

    @property
    def is_correction(self) -> bool:
        return self.kind in (Kind.CREDIT_NOTE, Kind.DEBIT_NOTE, Kind.CORRECTIVE)
