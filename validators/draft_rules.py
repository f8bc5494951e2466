"""The gateway's own rules about an invoice as a caller writes it. Ids are permanent and never reused."""

from __future__ import annotations

from schemas.findings import Severity
from schemas.invoice import InvoiceInput
from validators.rule import Catalogue, Rule

_R = Rule[InvoiceInput]
_WARNING = Severity.WARNING

RULES: Catalogue[InvoiceInput] = Catalogue(
    (
        _R(id="GW-CURRENCY", sentence="The currency is one of ISO 4217.", term="BT-5"),
        _R(id="GW-COUNTRY", sentence="A country is one of ISO 3166-1 alpha-2.", term="BT-40, BT-55"),
        _R(
            id="GW-PRICE-MISSING",
            sentence="A line has a price: unit_price, list_price or amount_minor.",
            term="BT-146",
            fix="Write unit_price as a decimal string, or amount_minor as an integer.",
        ),
        _R(
            id="GW-PRICE-TWICE",
            sentence="A line has one price: unit_price or amount_minor, not both.",
            term="BT-146",
            fix="Keep one of the two.",
        ),
        _R(
            id="GW-PRICE-DISCOUNT",
            sentence="The unit price is the list price less its discount.",
            term="BT-146, BT-147, BT-148",
            law="Peppol BIS Billing 3.0, PEPPOL-EN16931-R046",
            fix="Leave one of the three out: it is worked out from the other two.",
        ),
        _R(
            id="GW-BASE-QUANTITY",
            sentence="The quantity that a price is for is above zero.",
            term="BT-149",
            law="Peppol BIS Billing 3.0, PEPPOL-EN16931-R121",
        ),
        _R(
            id="GW-MINOR-QUANTITY",
            sentence="The price in amount_minor is that of a quantity of one.",
            term="BT-129",
            fix="Write unit_price beside another quantity, or leave the quantity out.",
        ),
        _R(
            id="GW-NET",
            sentence="A stated net is within 0.02 of quantity times price, less allowances, plus charges.",
            term="BT-131",
            law="Peppol BIS Billing 3.0, PEPPOL-EN16931-R120",
            fix="Leave net out: it is worked out. Or mend the quantity, the price, an allowance or a charge.",
        ),
        _R(
            id="GW-NET-INCLUSIVE",
            sentence="A line's net is worked out, and not stated, where prices include tax.",
            term="BT-131",
            fix="Leave net out, or write prices without tax.",
        ),
        _R(
            id="GW-ALLOWANCE-MISSING",
            sentence="An allowance or charge has an amount or a percent.",
            term="BT-92, BT-99, BT-136, BT-141",
        ),
        _R(
            id="GW-ALLOWANCE-TWICE",
            sentence="An allowance or charge has an amount or a percent; both only beside the base.",
            term="BT-92, BT-99, BT-136, BT-141",
            fix="Keep one of the two, or state the base that the percentage is taken of.",
        ),
        _R(
            id="GW-ALLOWANCE-NEGATIVE",
            sentence="An allowance or charge is written without sign.",
            severity=_WARNING,
            fix="Write a negative allowance as a charge, and a negative charge as an allowance.",
        ),
        _R(
            id="GW-ALLOWANCE-TAXES",
            sentence="A line's allowances and charges bear the line's taxes and have none of their own.",
            fix="Leave taxes out here, or write the allowance or charge at the document's level.",
        ),
        _R(
            id="GW-ALLOWANCE-TAX-MISSING",
            sentence="An allowance or charge on the document names its taxes, unless all lines bear the same.",
            term="BT-95, BT-102",
            fix="Write its taxes; where lines have several rates, write one allowance or charge for each rate.",
        ),
        _R(
            id="GW-AMOUNT-SCALE",
            sentence="An amount has no more decimals than its currency.",
            fix="Round the amount, or use a unit price where more decimals are meant.",
        ),
        _R(
            id="GW-TAX-MISSING",
            sentence="The line states no taxes, and the issuer has no default tax to take for it.",
            term="BT-151",
            fix="Write the line's taxes (an empty list where there are none), or give the issuer a default tax.",
        ),
        _R(id="GW-TAX-UNKNOWN", sentence="A tax goes by one of the names that the gateway knows.", term="BT-151"),
        _R(
            id="GW-TAX-TWICE",
            sentence="A line, allowance or charge bears each tax once.",
            fix="Keep one of them, or split the line.",
        ),
        _R(
            id="GW-PERCENT-MISSING",
            sentence="A tax of this category has a percentage.",
            term="BT-152",
            law="EN 16931-1, BR-S-5, BR-IG-5, BR-IP-5",
        ),
        _R(
            id="GW-PERCENT-UNDUE",
            sentence="A tax of this category has no percentage other than zero.",
            term="BT-152",
            law="EN 16931-1, BR-Z-5, BR-E-5, BR-AE-5, BR-IC-5, BR-G-5, BR-O-5",
            fix="Leave the percentage out, or use category S.",
        ),
        _R(
            id="GW-PERCENT-ZERO",
            sentence="Category S is for rates above zero.",
            severity=_WARNING,
            term="BT-152",
            fix="Use Z for a rate of zero, E for an exemption, O for what lies outside the tax.",
        ),
        _R(
            id="GW-PER-UNIT-UNDUE",
            sentence="Only an excise duty of category S on a line is owed by the unit.",
            fix="Write percent.",
        ),
        _R(
            id="GW-PER-UNIT-TWICE",
            sentence="A tax is owed by the unit or by percentage, not both.",
            fix="Keep one of them, or write two taxes.",
        ),
        _R(id="GW-UNITS-UNDUE", sentence="Only a tax that is owed by the unit says how many units there are."),
        _R(
            id="GW-PER-UNIT-INCLUSIVE",
            sentence="Prices are written without tax where a tax is owed by the unit.",
            fix="Leave prices_include_tax out and write net prices.",
        ),
        _R(
            id="GW-WITHHELD-UNDUE",
            sentence="Only VAT, excise and income tax can be withheld.",
            fix="Leave withheld out.",
        ),
        _R(
            id="GW-INCOME-NOT-WITHHELD",
            sentence="A tax on income is withheld, never added to the price.",
            fix='Write "withheld": true.',
        ),
        _R(
            id="GW-SURCHARGE-UNDUE",
            sentence="A surcharge (recargo de equivalencia) goes with VAT of category S that is not withheld.",
            law="Ley 37/1992, art. 154-163",
            fix="Leave the surcharge out.",
        ),
        _R(
            id="GW-DUE-DATE",
            sentence="The due date is not before the issue date.",
            term="BT-9",
        ),
        _R(
            id="GW-DUE-AMBIGUOUS",
            sentence="The due date is stated once: due_in_days or due_date, in one place.",
            term="BT-9",
            fix="Keep one of them.",
        ),
        _R(
            id="GW-PERIOD",
            sentence="A period does not end before it starts.",
            term="BT-73, BT-74, BT-134, BT-135",
            law="EN 16931-1, BR-29, BR-30",
        ),
        _R(id="GW-RATE", sentence="An exchange rate is above zero, between two currencies of ISO 4217."),
        _R(
            id="GW-PRECEDING-EMPTY",
            sentence="An earlier invoice is named by its id here, or by its number.",
            term="BT-25",
        ),
        _R(id="GW-PRECEDING-UNKNOWN", sentence="The earlier invoice is one of this issuer's.", term="BT-25"),
        _R(id="GW-PRECEDING-TWICE", sentence="An earlier invoice is named once.", term="BT-25"),
        _R(
            id="GW-TOTAL-SIZE",
            sentence="No total goes beyond 10^15.",
            fix="Split the invoice.",
        ),
        _R(
            id="GW-TOTAL-NEGATIVE",
            sentence="A document of this kind has a total that is not negative.",
            severity=_WARNING,
            term="BT-112",
            fix="Write a credit note with positive amounts.",
        ),
        _R(
            id="GW-TAX-CURRENCY",
            sentence="Tax is stated in a second currency under that currency's code of ISO 4217.",
            term="BT-6, BT-111",
        ),
        _R(
            id="GW-ATTACHMENT-SIZE",
            sentence="The files of an invoice are no larger than an invoice may carry.",
            term="BT-125",
            fix="Leave large files where the buyer can fetch them, and give their url.",
        ),
        _R(
            id="GW-ROUNDING",
            sentence="The routes of this invoice round its taxes to different totals.",
            law="EN 16931-1, BR-CO-14; CFDI 4.0, Anexo 20",
            fix="Choose prices at which the routes agree (one line for each rate does), or issue to one route only.",
        ),
    )
)
