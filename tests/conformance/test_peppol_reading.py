"""The way back: official documents as neutral invoices, and what they become when they are written again."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from jurisdictions.contract import Reading
from jurisdictions.peppol.reading import read
from jurisdictions.peppol.seal import seal
from schemas.document import Invoice
from schemas.findings import Severity, is_fatal
from schemas.invoice import InvoiceInput
from schemas.party import Party
from tests.conformance.bindings import Told, binding, terms_of, told, whole_document
from tests.jurisdictions.peppol import shapes
from tests.official import official_root
from validators.arithmetic import RoundingPolicy
from validators.composition import compose

pytestmark = pytest.mark.conformance

BIS = "urn:fdc:peppol.eu:2017:poacc:"
FOLDERS = (
    "peppol/peppol-bis-2026.5/examples",
    "peppol/en16931-1.3.16/test/testfiles",
    "peppol/en16931-1.3.16/ubl/examples",
    "peppol/peppol-bis-3.0.19/rules/national-examples",
)


def _examples() -> dict[str, Path]:
    """Every official example that is a billing document, by its name."""
    files = (path for folder in FOLDERS for path in sorted((official_root() / folder).rglob("*")))
    return {
        f"{path.parent.name}/{path.stem}": path
        for path in files
        if path.suffix.lower() == ".xml" and _is_bis(path.read_bytes())
    }


def _is_bis(document: bytes) -> bool:
    return any(f"{BIS}{name}:3.0".encode() in document for name in ("billing", "selfbilling"))


EXAMPLES = _examples()
REFUSED = {
    "GR/GR-base-example-correct": {"PEPPOL-READ-XSD"},
    "GR/GR-base-example-TaxRepresentative": {"PEPPOL-READ-XSD"},
}
"""The Greek examples do not follow the UBL 2.1 schema: their references to documents stand in the wrong place."""

BASE_UNIT = "cac:InvoiceLine/cac:Price/cbc:BaseQuantity/@unitCode"
ELSEWHERE: dict[str, set[str]] = {
    # An element that no invoice of EN 16931 has.
    "testfiles/Invoice-Max_content": {"cbc:UBLVersionID"},
    "testfiles/CreditNote-Max_content": {"cbc:UBLVersionID"},
    # `Tax` for TAX.
    "testfiles/BIS_Billing_30-Resor_Bokning": {
        "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID"
    },
    # A base quantity without its unit, which is the line's.
    "testfiles/BIS_Billing_30-Inkopskort": {BASE_UNIT},
    "testfiles/BIS_Billing_30-Elnat": {BASE_UNIT},
    # A list name that nobody needs, a description in two lines, and base quantities without their unit.
    "NO/Norwegian-example-1": {
        "cac:InvoiceLine/cac:Item/cbc:Description",
        "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory/cbc:ID/@schemeID",
        BASE_UNIT,
    },
}
"""The differences that are allowed, by document: paths that are written otherwise, or not at all."""


def _composed(reading: Reading) -> Invoice:
    assert reading.invoice is not None and reading.issuer is not None, reading.findings
    assert isinstance(reading.invoice.customer, Party) and reading.invoice.issue_date is not None
    made, _ = compose(
        reading.invoice,
        id="inv_1",
        issuer=reading.issuer,
        customer=reading.invoice.customer,
        issue_date=reading.invoice.issue_date,
        rounding=RoundingPolicy(tax_per="group"),
    )
    return made


def _written(reading: Reading) -> bytes:
    """The document that the neutral invoice becomes under its former number."""
    assert reading.invoice is not None and reading.invoice.source_ref is not None
    sealing = shapes.sealing(_composed(reading), number=reading.invoice.source_ref)
    return seal(sealing, None).body  # type: ignore[arg-type]


def _leaves(document: bytes) -> Counter[Told]:
    name = "ubl-creditnote" if b"CreditNoteTypeCode" in document else "ubl-invoice"
    return told(document, terms_of(binding(name)))


def _paths(leaves: Counter[Told]) -> set[str]:
    return {str(one[1]) for one in leaves if isinstance(one[1], str)}


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - REFUSED))
def test_an_official_document_comes_back_as_it_was(name: str) -> None:
    document = EXAMPLES[name].read_bytes()
    reading = read(document)
    written = _written(reading)
    again = read(written)
    assert again.invoice == reading.invoice
    assert again.issuer == reading.issuer
    before, after = _leaves(document), _leaves(written)
    assert _paths(before - after) | _paths(after - before) == ELSEWHERE.get(name, set())


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - REFUSED))
def test_what_differs_is_told_and_nothing_else(name: str) -> None:
    reading = read(EXAMPLES[name].read_bytes())
    assert not is_fatal(reading.findings)
    told = {_place(str(one.location)) for one in reading.findings if one.rule != "PEPPOL-READ-NUMBER"}
    allowed = ELSEWHERE.get(name, set())
    # What would be added stands in the document as the element around it.
    assert all(told & {path, path.rpartition("/")[0]} for path in allowed)
    assert all(any(place in (path, path.rpartition("/")[0]) for path in allowed) for place in told), reading.findings


def _place(location: str) -> str:
    """An XPath without its root and without positions."""
    return re.sub(r"\[[0-9]+\]", "", location).lstrip("/").partition("/")[2]


def test_a_net_within_the_slack_is_the_only_one_that_is_stated() -> None:
    """486 days at 4.9715 are 2416.149; the document says 2416.16 (PEPPOL-EN16931-R120)."""
    stated = {
        (name, line.net)
        for name in EXAMPLES.keys() - REFUSED
        for line in _invoice(read(EXAMPLES[name].read_bytes())).lines
        if line.net is not None
    }
    assert stated == {("testfiles/BIS_Billing_30-Rantefaktura_Enkel", "2416.16")}


def _invoice(reading: Reading) -> InvoiceInput:
    assert reading.invoice is not None
    return reading.invoice


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() & REFUSED))
def test_what_is_refused_says_why(name: str) -> None:
    reading = read(EXAMPLES[name].read_bytes())
    assert reading.recognised
    assert reading.invoice is None
    assert {one.rule for one in reading.findings if one.severity is Severity.FATAL} == REFUSED[name]


def _values(root: str) -> dict[str, str]:
    """Values that make the examples of the binding one document whose sums hold."""
    line = f"cac:{root}Line"
    on_line, on_document = f"{line}/cac:AllowanceCharge", "cac:AllowanceCharge"
    totals = "cac:LegalMonetaryTotal/cbc"
    subtotal, price = "cac:TaxTotal/cac:TaxSubtotal", f"{line}/cac:Price"
    return {
        "@currencyID": "EUR",
        "cbc:DocumentCurrencyCode": "EUR",
        "cbc:TaxCurrencyCode": "",
        "cac:AdditionalDocumentReference/cbc:DocumentTypeCode": "",
        "cac:AdditionalDocumentReference/cbc:ID/@schemeID": "",
        "cac:TaxTotal/cbc:TaxAmount": "2.00",
        **{f"{at}/cbc:ChargeIndicator": "false" for at in (on_line, on_document, f"{price}/cac:AllowanceCharge")},
        **{f"{at}/cbc:MultiplierFactorNumeric": "10" for at in (on_line, on_document)},
        **{f"{at}/cbc:Amount": "1.00" for at in (on_line, on_document)},
        **{f"{at}/cbc:BaseAmount": "10.00" for at in (on_line, on_document)},
        **{f"{at}/cbc:AllowanceChargeReasonCode": "95" for at in (on_line, on_document)},
        **{f"{at}/cbc:ID": "S" for at in (f"{on_document}/cac:TaxCategory", f"{subtotal}/cac:TaxCategory")},
        **{f"{at}/cbc:Percent": "25" for at in (f"{on_document}/cac:TaxCategory", f"{subtotal}/cac:TaxCategory")},
        f"{line}/cac:Item/cac:ClassifiedTaxCategory/cbc:ID": "S",
        f"{line}/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent": "25",
        f"{subtotal}/cbc:TaxableAmount": "8.00",
        f"{subtotal}/cbc:TaxAmount": "2.00",
        f"{totals}:LineExtensionAmount": "9.00",
        f"{totals}:TaxExclusiveAmount": "8.00",
        f"{totals}:TaxInclusiveAmount": "10.00",
        f"{totals}:AllowanceTotalAmount": "1.00",
        f"{totals}:ChargeTotalAmount": "",
        f"{totals}:PrepaidAmount": "1.00",
        f"{totals}:PayableRoundingAmount": "0.50",
        f"{totals}:PayableAmount": "9.50",
        f"{line}/cbc:InvoicedQuantity": "1",
        f"{line}/cbc:CreditedQuantity": "1",
        f"{line}/cbc:LineExtensionAmount": "9.00",
        f"{price}/cbc:PriceAmount": "10.00",
        f"{price}/cbc:BaseQuantity": "1",
        f"{price}/cac:AllowanceCharge/cbc:Amount": "2.00",
        f"{price}/cac:AllowanceCharge/cbc:BaseAmount": "12.00",
    }


@pytest.mark.parametrize(("root", "name"), [("Invoice", "ubl-invoice"), ("CreditNote", "ubl-creditnote")])
def test_every_element_of_the_binding_has_its_place(root: str, name: str) -> None:
    document = whole_document(name, _values(root))
    reading = read(document)
    assert {one.rule for one in reading.findings} == {"PEPPOL-READ-NUMBER"}, reading.findings
    before, after = _leaves(document), _leaves(_written(reading))
    assert not before - after
    assert not after - before
