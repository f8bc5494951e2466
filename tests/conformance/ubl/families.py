"""Documents for the VAT families: one seed per category code in which all is of that category, and what breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from lxml import etree

from .edits import Edit, add, drop, found, mark, put, repeat, together
from .nodes import shifted

CENT = Decimal("0.01")
TOTAL = "cac:LegalMonetaryTotal"
SUBTOTAL = "cac:TaxTotal/cac:TaxSubtotal"
EVERY = "//cac:TaxCategory | //cac:ClassifiedTaxCategory"
ALLOWANCE = "cac:AllowanceCharge[cbc:ChargeIndicator='false']/cac:TaxCategory"
CHARGE = "cac:AllowanceCharge[cbc:ChargeIndicator='true']/cac:TaxCategory"
LINE = "LINE/cac:Item/cac:ClassifiedTaxCategory"
SELLER = "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme"
BUYER = "cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme"
BUYER_COMPANY = "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID"
REPRESENTATIVE = "cac:TaxRepresentativeParty"
SCHEME = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
VAT_NUMBER = f"<cac:PartyTaxScheme><cbc:CompanyID>SE1</cbc:CompanyID>{SCHEME}</cac:PartyTaxScheme>"
RATES: dict[str, str | None] = {
    "S": "25", "Z": "0", "E": "0", "AE": "0", "K": "0", "G": "0", "O": None, "L": "7", "M": "4", "B": "22",
}  # fmt: skip
EXEMPT = frozenset({"E", "AE", "K", "G", "O"})


def taxed(code: str) -> Edit:
    """Tax the whole document in one category, with matching totals."""
    return partial(_taxed, code=code, rate=RATES[code])


def _taxed(root: etree._Element, code: str, rate: str | None) -> None:
    clean = [drop("cbc:TaxCurrencyCode"), drop("cac:TaxTotal[position() > 1]"), drop(f"{SUBTOTAL}[position() > 1]")]
    together(*clean, drop("//cbc:TaxExemptionReason"), drop("//cbc:TaxExemptionReasonCode"))(root)
    for category in found(root, EVERY):
        put("cbc:ID", code)(category)
        drop("cbc:Percent")(category)
        if rate is not None:
            put("cbc:Percent", rate)(category)
    if code in EXEMPT:
        put(f"{SUBTOTAL}/cac:TaxCategory/cbc:TaxExemptionReason", "exempt")(root)
    if code == "O":
        together(drop(SELLER), drop(BUYER), drop(REPRESENTATIVE))(root)
    amounts(root, Decimal(rate or 0))


def amounts(root: etree._Element, rate: Decimal) -> None:
    """Set tax and totals for one rate."""

    def value(path: str) -> Decimal:
        return Decimal((found(root, path)[0].text or "0").strip())

    untaxed, before = value(f"{TOTAL}/cbc:TaxExclusiveAmount"), value(f"{TOTAL}/cbc:TaxInclusiveAmount")
    tax = (untaxed * rate / 100).quantize(CENT, ROUND_HALF_UP)
    payable = value(f"{TOTAL}/cbc:PayableAmount") + untaxed + tax - before
    put(f"{SUBTOTAL}/cbc:TaxableAmount", str(untaxed))(root)
    put("cac:TaxTotal//cbc:TaxAmount", str(tax))(root)
    put(f"{TOTAL}/cbc:TaxInclusiveAmount", str(untaxed + tax))(root)
    put(f"{TOTAL}/cbc:PayableAmount", str(payable))(root)


def shift(path: str, step: str) -> Edit:
    """Change the numbers at a path by a step."""

    def change(root: etree._Element) -> None:
        for hit in found(root, path):
            shifted(step)(hit)

    return change


def unnamed(*keep: str) -> Edit:
    """Take away the tax numbers of both parties and the representative, but those to keep."""
    gone = {"seller": drop(SELLER), "buyer": drop(BUYER), "company": drop(BUYER_COMPANY), "agent": drop(REPRESENTATIVE)}
    return together(*(edit for name, edit in gone.items() if name not in keep))


def recoded(path: str, code: str, rate: str | None) -> Edit:
    """Another category at a path."""
    edits = [put(f"{path}/cbc:ID", code), drop(f"{path}/cbc:Percent")]
    return together(*edits, *([add(path, f"<cbc:Percent>{rate}</cbc:Percent>", first=True)] if rate else []))


PLACES = {"line": LINE, "allowance": ALLOWANCE, "charge": CHARGE, "subtotal": f"{SUBTOTAL}/cac:TaxCategory"}


def variations(code: str) -> Iterator[tuple[str, Edit]]:
    """Named edits of a document that is wholly of one category: breakers and near misses mixed."""
    other = "0" if code in ("S", "L", "M", "B") else "25"
    for name, path in PLACES.items():
        yield (
            f"other rate on {name}",
            together(drop(f"{path}/cbc:Percent"), add(path, f"<cbc:Percent>{other}</cbc:Percent>")),
        )
        yield f"no rate on {name}", drop(f"{path}/cbc:Percent")
        yield f"odd rate on {name}", put(f"{path}/cbc:Percent", "0.0")
        yield f"negative rate on {name}", put(f"{path}/cbc:Percent", "-1")
        yield f"spaced code on {name}", put(f"{path}/cbc:ID", f" {code} ")
        yield f"lower scheme on {name}", put(f"{path}/cac:TaxScheme/cbc:ID", " vat ")
        yield f"other scheme on {name}", put(f"{path}/cac:TaxScheme/cbc:ID", "GST")
        yield f"second category on {name}", repeat(path)
        for stranger in ("S", "Z", "O", "B"):
            yield f"{stranger} on {name}", recoded(path, stranger, RATES[stranger])
    yield from numbers_of_parties()
    yield from sums()


def numbers_of_parties() -> Iterator[tuple[str, Edit]]:
    """Who has which number."""
    kept = (), ("seller",), ("buyer",), ("company",), ("agent",), ("seller", "buyer"), ("agent", "company")
    for names in kept:
        for name, path in PLACES.items():
            yield f"only {' '.join(names)} for {name}", together(unnamed(*names), *elsewhere(name, path))
    for path in (SELLER, BUYER):
        yield f"{path} by another scheme", put(f"{path}/cac:TaxScheme/cbc:ID", "TAX")
        owner = path.rpartition("/")[0]
        yield f"{owner} with a VAT number", add(owner, VAT_NUMBER)
    for name, path in PLACES.items():
        numbered = together(add(SELLER.rpartition("/")[0], VAT_NUMBER), *elsewhere(name, path))
        yield f"VAT number for {name}", numbered


def elsewhere(name: str, path: str) -> list[Edit]:
    """Leave the category in one place only: the others leave the VAT."""
    return [
        put(f"{other}/cac:TaxScheme/cbc:ID", "GST") for key, other in PLACES.items() if key != name and other != path
    ]


def sums() -> Iterator[tuple[str, Edit]]:
    """Amounts around what the rules allow."""
    for step in ("10", "1", "-1", "0.99", "1.01", "-0.99", "0.005"):
        yield f"taxable {step}", shift(f"{SUBTOTAL}/cbc:TaxableAmount", step)
        yield f"tax {step}", shift(f"{SUBTOTAL}/cbc:TaxAmount", step)
    yield "no subtotal", drop(SUBTOTAL)
    yield "second subtotal", repeat(SUBTOTAL)
    yield "no reason", together(drop("//cbc:TaxExemptionReason"), drop("//cbc:TaxExemptionReasonCode"))
    yield "reason", add(f"{SUBTOTAL}/cac:TaxCategory", "<cbc:TaxExemptionReason>r</cbc:TaxExemptionReason>")
    yield (
        "reason code",
        add(f"{SUBTOTAL}/cac:TaxCategory", "<cbc:TaxExemptionReasonCode>VATEX-EU-G</cbc:TaxExemptionReasonCode>"),
    )
    yield "no delivery", together(drop("cac:Delivery"), drop("cac:InvoicePeriod"))
    yield "no delivery date", together(drop("cac:Delivery/cbc:ActualDeliveryDate"), drop("cac:InvoicePeriod"))
    yield "period only", drop("cac:Delivery/cbc:ActualDeliveryDate")
    yield "no delivery country", drop("cac:Delivery//cac:Country")
    yield "Italian", put("//cac:Country/cbc:IdentificationCode", "IT")
    yield "half Italian", put("cac:AccountingSupplierParty//cbc:IdentificationCode", "IT")
    yield "no currency", mark("//cbc:TaxAmount", "currencyID", None)
