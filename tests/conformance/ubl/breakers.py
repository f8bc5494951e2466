"""Edits written by hand for the rules that no family and no change of a single node reaches.

Each table holds edits; breakers and near misses stand side by side, and the official verdict says which is which.
"""

from __future__ import annotations

from collections.abc import Iterator

from .contents import BASE, FACTOR, REASON, REASON_CODE, ROW
from .edits import Edit, add, drop, mark, put, repeat, together
from .families import shift
from .national import identifiers, parties, references
from .paying import payments
from .seeds import BILLING

DOCUMENT_TYPES = (
    "71 80 82 83 84 102 218 219 261 296 308 326 331 380 381 382 383 384 385 386 388 389 393 395 396 420 458 527 532 "
    "553 575 623 780 817 870 875 876 877 999"
).split()
PROFILES = (
    "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", "urn:peppol:bis:billing_with_response",
    "urn:peppol:france:billing:regulated", "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0", "urn:other",
)  # fmt: skip
EXEMPTIONS = {
    "G": "G",
    "O": "O",
    "IC": "K",
    "AE": "AE",
    "D": "E",
    "F": "E",
    "I": "E",
    "J": "E",
    "132-1A": "E",
    "X": "E",
}
DOCUMENT_50 = (
    "<cac:AdditionalDocumentReference><cbc:ID>P1</cbc:ID><cbc:DocumentTypeCode>50</cbc:DocumentTypeCode>"
    "</cac:AdditionalDocumentReference>"
)
PROJECT = "<cac:ProjectReference><cbc:ID>P1</cbc:ID></cac:ProjectReference>"
LINE_REFERENCE = (
    "<cac:DocumentReference><cbc:ID>7</cbc:ID><cbc:DocumentTypeCode>{}</cbc:DocumentTypeCode></cac:DocumentReference>"
)
PRICE_ALLOWANCE = (
    "<cac:AllowanceCharge><cbc:ChargeIndicator>{}</cbc:ChargeIndicator><cbc:Amount currencyID='SEK'>{}</cbc:Amount>"
    "<cbc:BaseAmount currencyID='SEK'>{}</cbc:BaseAmount></cac:AllowanceCharge>"
)


def headers() -> Iterator[tuple[str, Edit]]:
    """Document types, profiles, references, notes and dates."""
    for code in DOCUMENT_TYPES:
        yield f"type {code}", put("TYPE", code)
    for profile in PROFILES:
        yield f"profile {profile}", put("cbc:ProfileID", profile)
        yield f"profile {profile} of type 389", together(put("cbc:ProfileID", profile), put("TYPE", "389"))
    yield (
        "two colons in the customization",
        put("cbc:CustomizationID", f"{BILLING}::x"),
    )
    yield (
        "longer customization",
        put("cbc:CustomizationID", f"{BILLING}#x"),
    )
    yield (
        "two tax points",
        together(put("cbc:TaxPointDate", "2018-02-08"), put("cac:InvoicePeriod/cbc:DescriptionCode", "35")),
    )
    for code in ("5", "3", "432", "35 3"):
        yield (
            f"tax point by {code}",
            together(drop("cbc:TaxPointDate"), put("cac:InvoicePeriod/cbc:DescriptionCode", code)),
        )
    yield (
        "only a code of the tax point",
        together(drop("cbc:TaxPointDate"), put("cac:InvoicePeriod/cbc:DescriptionCode", "35")),
    )
    for name in ("Document", "Tax"):
        yield from nested_amounts(f"cbc:{name}CurrencyCode")
    yield "one project", add(".", DOCUMENT_50)
    yield "two projects", add(".", DOCUMENT_50 * 2)
    yield "one project reference", add(".", PROJECT)
    yield "two project references", add(".", PROJECT * 2)
    yield "no reference", together(drop("cbc:BuyerReference"), drop("cac:OrderReference"))
    for text in ("#AAA#x", "#ZZZZ#x", "#AA#x", "#aaa#x", "a#AAA#b", "##x", "#AAA"):
        yield f"note {text}", put("cbc:Note", text)
    yield "tax currency is the currency", put("cbc:TaxCurrencyCode", "SEK")
    yield "taxes of two signs", shift("cac:TaxTotal[not(cac:TaxSubtotal)]/cbc:TaxAmount", "-99999")
    yield "tax currency without its total", drop("cac:TaxTotal[not(cac:TaxSubtotal)]")
    yield "period before the document's", put("LINE/cac:InvoicePeriod/cbc:StartDate", "2018-01-31")
    yield "period that ends before it starts", put("LINE/cac:InvoicePeriod/cbc:StartDate", "2018-02-08")
    yield "document's period that ends before it starts", put("cac:InvoicePeriod/cbc:StartDate", "2018-02-08")
    yield "period after the document's", put("LINE/cac:InvoicePeriod/cbc:EndDate", "2018-02-08")
    for date in ("2018-02-30", "2018-2-08", "2018-02-08Z", "2018-02-08+01:00", "2020-02-29", "20180208", "0000-01-01"):
        for path in (
            "cbc:IssueDate",
            "cbc:DueDate",
            "cac:InvoicePeriod/cbc:EndDate",
            "cac:Delivery/cbc:ActualDeliveryDate",
        ):
            yield f"{path} {date}", put(path, date)
    for suffix, code in EXEMPTIONS.items():
        for held in (code, "S", f" {code} "):
            path = "cac:TaxTotal/cac:TaxSubtotal[2]/cac:TaxCategory"
            edit = together(
                put(f"{path}/cbc:ID", held), put(f"{path}/cbc:TaxExemptionReasonCode", f"vatex-eu-{suffix}")
            )
            yield f"exemption {suffix} of {held}", edit


def nested_amounts(code: str) -> Iterator[tuple[str, Edit]]:
    """BR-DEC-13 and BR-DEC-15 look for the currency code below the amount, so only a tree of that shape breaks them."""
    path = "cac:TaxTotal[1]/cbc:TaxAmount"
    prefix, name = code.split(":")
    for digits in ("999", "99", "9"):
        child = f"<{prefix}:{name}>{digits}</{prefix}:{name}>"
        yield (
            f"{code} in the amount, {digits}",
            together(put(path, "0."), mark(path, "currencyID", digits), add(path, child)),
        )


def rows() -> Iterator[tuple[str, Edit]]:
    """Allowances, charges, prices, quantities and line references, on the document and on the lines."""
    for flag in ("false", "true", "0", "1", " true ", "maybe"):
        for place in (".", "LINE"):
            for reason in (
                "",
                REASON.format("r"),
                REASON_CODE.format("95"),
                REASON_CODE.format("FC"),
                REASON.format("r") * 2,
            ):
                yield f"{flag} {place} {reason}", add(place, ROW.format(flag, reason, "1.00", ""))
            for factor, base, amount in (
                ("10", "10", "1"),
                ("10", "10", "1.02"),
                ("10", "10", "1.021"),
                ("10", "10", "0.97"),
            ):
                content = ROW.format(flag, REASON.format("r") + FACTOR.format(factor), amount, BASE.format(base))
                yield f"{flag} {place} {factor} {base} {amount}", add(place, content)
            yield (
                f"{flag} {place} factor only",
                add(place, ROW.format(flag, REASON.format("r") + FACTOR.format("1"), "1", "")),
            )
            yield f"{flag} {place} base only", add(place, ROW.format(flag, REASON.format("r"), "1", BASE.format("1")))
            yield (
                f"{flag} {place} decimals",
                add(place, ROW.format(flag, REASON.format("r"), "1.001", BASE.format("1.001"))),
            )
            yield (
                f"{flag} {place} no amount",
                add(
                    place,
                    f"<cac:AllowanceCharge><cbc:ChargeIndicator>{flag}</cbc:ChargeIndicator></cac:AllowanceCharge>",
                ),
            )
    for flag, amount, base in (("false", "1", "1"), ("true", "0", "1"), ("false", "0", "-1"), ("false", "0.01", "500")):
        yield (
            f"price {flag} {amount} {base}",
            together(
                drop("LINE/cac:Price/cac:AllowanceCharge"),
                add("LINE/cac:Price", PRICE_ALLOWANCE.format(flag, amount, base)),
            ),
        )
    for quantity in ("0", "-1", "2", "0.5", "x"):
        yield f"base quantity {quantity}", put("LINE/cac:Price/cbc:BaseQuantity", quantity)
    yield (
        "base quantity in another unit",
        together(
            put("LINE/cac:Price/cbc:BaseQuantity", "1"), mark("LINE/cac:Price/cbc:BaseQuantity", "unitCode", "XBX")
        ),
    )
    for step in ("0.02", "0.021", "-0.02", "-0.03"):
        yield f"line amount {step}", shift("LINE[1]/cbc:LineExtensionAmount", step)
    for code in ("130", "50", "131"):
        yield (
            f"line reference {code}",
            together(drop("LINE/cac:DocumentReference"), add("LINE", LINE_REFERENCE.format(code))),
        )
        yield f"two line references {code}", add("LINE", LINE_REFERENCE.format(code) * 2)
    for indicator in ("false", "true"):
        yield f"extra row {indicator}", repeat(f"cac:AllowanceCharge[cbc:ChargeIndicator='{indicator}']")


TABLES = {
    "headers": headers, "rows": rows, "payments": payments, "parties": parties, "references": references,
    "identifiers": identifiers,
}  # fmt: skip
NATIONAL_TABLES = ("payments", "parties", "references")
