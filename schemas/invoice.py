"""The invoice as a caller writes it: market-neutral, amounts as decimal strings, one country's words in
`extensions`."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from schemas.attachment import MAX_ATTACHMENTS, Attachment
from schemas.codes import TaxCategory
from schemas.item import Attribute, Classification
from schemas.money import AmountText, PercentText, PriceText, QuantityText, RateText
from schemas.party import Address, Identifier, Party, Payee, TaxRepresentative
from schemas.payment import Card, DirectDebit
from schemas.texts import Block, Code, Country, Currency, Key, Line, Name, Short

Extensions = dict[str, dict[str, Any]]


class Kind(StrEnum):
    """What sort of document this is, in every market's words."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    DEBIT_NOTE = "debit_note"
    CORRECTIVE = "corrective"
    RECEIPT = "receipt"
    """A receipt of payments: made from a payment, never written by a caller."""


class _Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class TaxInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One tax on a line or on a document-level allowance or charge. `percent` is absent where the tax is exempt.

    `per_unit` in place of it: a fixed amount for each unit of quantity (excise duties), of which the line holds `units`
    (litres, say; absent: its quantity).
    """

    tax: Annotated[str, Meta(pattern=r"^[A-Z]{3,6}$(?!\n)", examples=["VAT"])] = "VAT"
    category: TaxCategory = TaxCategory.STANDARD
    percent: PercentText | None = None
    per_unit: PriceText | None = None
    units: QuantityText | None = None
    withheld: bool = False
    surcharge: PercentText | None = None
    exemption_code: Code | None = None
    exemption_reason: Line | None = None


class AllowanceInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An allowance or a charge: an amount, or a percentage of what it applies to. `taxes` only at document level.

    `base` is what the percentage is taken of, where that is not the whole line or document; with it the amount may be
    stated beside the percentage.
    """

    amount: AmountText | None = None
    percent: PercentText | None = None
    base: AmountText | None = None
    reason: Line | None = None
    reason_code: Code | None = None
    taxes: Annotated[tuple[TaxInput, ...], Meta(max_length=5)] = ()


class PeriodInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Invoicing period (BG-14, BG-26)."""

    start: date | None = None
    end: date | None = None


class LineInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line (BG-25): quantity times unit price, or `amount_minor` for a quantity of one.

    `taxes` absent takes the issuer's default; an empty list means that the caller wants none. `unit_price` is the price
    of `base_quantity` units; `list_price` less `price_discount` is the unit price, and may stand in its place.
    `net` (BT-131) is worked out; stated, it stands as it is if it lies within 0.02 of that.
    """

    description: Line
    id: Short | None = None
    name: Name | None = None
    quantity: QuantityText = "1"
    unit: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,3}$(?!\n)", description="UN/ECE Recommendation 20.")] = "C62"
    unit_price: PriceText | None = None
    list_price: PriceText | None = None
    price_discount: PriceText | None = None
    base_quantity: QuantityText | None = None
    amount_minor: Annotated[int, Meta(ge=0, le=10**15)] | None = None
    net: AmountText | None = None
    allowances: Annotated[tuple[AllowanceInput, ...], Meta(max_length=20)] = ()
    charges: Annotated[tuple[AllowanceInput, ...], Meta(max_length=20)] = ()
    taxes: Annotated[tuple[TaxInput, ...], Meta(max_length=10)] | None = None
    note: Block | None = None
    invoiced_object: Identifier | None = None
    order_line: Short | None = None
    accounting_reference: Short | None = None
    seller_id: Short | None = None
    buyer_id: Short | None = None
    standard_id: Identifier | None = None
    classifications: Annotated[tuple[Classification, ...], Meta(max_length=50)] = ()
    origin_country: Country | None = None
    attributes: Annotated[tuple[Attribute, ...], Meta(max_length=100)] = ()
    period: PeriodInput | None = None
    extensions: Extensions = {}


class PrecedingInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The earlier invoice that this one corrects: ours by `invoice`, another system's by number and date (BG-3)."""

    invoice: Code | None = None
    number: Short | None = None
    issue_date: date | None = None
    external_id: Short | None = None


class ReferencesInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What else this invoice belongs to (BT-10 to BT-18, BG-3)."""

    buyer_reference: Short | None = None
    order: Short | None = None
    sales_order: Short | None = None
    contract: Short | None = None
    project: Short | None = None
    despatch: Short | None = None
    receipt: Short | None = None
    tender: Short | None = None
    invoiced_object: Identifier | None = None
    preceding: Annotated[tuple[PrecedingInput, ...], Meta(max_length=100)] = ()


class PaymentTermsInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    due_in_days: Annotated[int, Meta(ge=0, le=3650)] | None = None
    due_date: date | None = None
    note: Block | None = None


class PaymentMeansInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to pay (BG-16): UNCL4461 code, account and bank; the card that paid, or the mandate to collect by."""

    code: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,3}$(?!\n)")] = "30"
    text: Short | None = None
    account: Short | None = None
    account_name: Short | None = None
    bank: Short | None = None
    reference: Short | None = None
    card: Card | None = None
    direct_debit: DirectDebit | None = None


class ExchangeRateInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One unit of `from_currency` is `rate` units of `to_currency`, published by `source` on `on`."""

    from_currency: Currency
    to_currency: Currency
    rate: RateText
    source: Short
    on: date


class DeliveryInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When and where to it was delivered (BG-13, BG-15)."""

    on: date | None = None
    name: Name | None = None
    location: Identifier | None = None
    address: Address | None = None


class InvoiceInput(_Input, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The body of `POST /v1/invoices`. `customer` is a party or the id of a customer.

    `issuer` is the seller, also where the invoice is `self_billed` and the customer writes it in the seller's name.
    `type_code` (UNCL1001) says more than `kind` can; by itself it changes no sum.
    """

    issuer: Code
    customer: Party | Code
    currency: Currency
    lines: Annotated[tuple[LineInput, ...], Meta(min_length=1, max_length=5000)]
    kind: Kind = Kind.INVOICE
    type_code: Annotated[str, Meta(pattern=r"^[0-9]{1,3}$(?!\n)", examples=["326"])] | None = None
    simplified: bool = False
    self_billed: bool = False
    source_ref: Key | None = None
    series: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_\-]{0,19}$(?!\n)")] | None = None
    issue_date: date | None = None
    operation_date: date | None = None
    tax_point_date: date | None = None
    tax_point_code: Annotated[str, Meta(pattern=r"^[0-9]{1,3}$(?!\n)", examples=["35"])] | None = None
    tax_currency: Currency | None = None
    tax_in_tax_currency: AmountText | None = None
    prices_include_tax: bool = False
    allowances: Annotated[tuple[AllowanceInput, ...], Meta(max_length=50)] = ()
    charges: Annotated[tuple[AllowanceInput, ...], Meta(max_length=50)] = ()
    prepaid: AmountText | None = None
    rounding: AmountText | None = None
    payee: Payee | None = None
    tax_representative: TaxRepresentative | None = None
    payment_terms: PaymentTermsInput | None = None
    payment_means: Annotated[tuple[PaymentMeansInput, ...], Meta(max_length=5)] = ()
    due_in_days: Annotated[int, Meta(ge=0, le=3650)] | None = None
    references: ReferencesInput | None = None
    accounting_reference: Short | None = None
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()
    correction_reason: Line | None = None
    delivery: DeliveryInput | None = None
    period: PeriodInput | None = None
    exchange_rates: Annotated[tuple[ExchangeRateInput, ...], Meta(max_length=10)] = ()
    note: Block | None = None
    metadata: Annotated[dict[str, Name], Meta(max_length=50)] = {}
    extensions: Extensions = {}
