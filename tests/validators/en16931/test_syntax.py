"""UBL-SR and the odd ones of UBL-CR: each rule fires once where it is broken and nowhere else."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import CREDIT_NOTE, INVOICE, Edit, add, drop, edited, mark, put, repeat
from validators.en16931 import EN16931, read

SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
OBJECT = (
    "<cac:AdditionalDocumentReference><cbc:ID>7</cbc:ID>"
    "<cbc:DocumentTypeCode>130</cbc:DocumentTypeCode></cac:AdditionalDocumentReference>"
)
SUPPORTING = "cac:AdditionalDocumentReference"


def _tax_number(value: str, scheme: str) -> str:
    return (
        f"<cac:PartyTaxScheme><cbc:CompanyID>{value}</cbc:CompanyID>"
        f"<cac:TaxScheme><cbc:ID>{scheme}</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
    )


def _reference(kind: str) -> Edit:
    return add(".", f"<cac:{kind}><cbc:ID>1</cbc:ID></cac:{kind}>")


def _twice(kind: str) -> tuple[Edit, ...]:
    return (_reference(kind), _reference(kind))


DOWN = "cac:PaymentMeans[1]"
BROKEN: dict[str, tuple[Edit, ...]] = {
    "UBL-CR-002": (add(".", "<cbc:UBLVersionID>2.0</cbc:UBLVersionID>"),),
    "UBL-CR-412": (add(DOWN, "<cbc:PaymentDueDate>2026-10-31</cbc:PaymentDueDate>"),),
    "UBL-CR-665": (mark(f"{SUPPORTING}/cbc:ID", "schemeID", "ABT"),),
    "UBL-CR-666": (add(".", OBJECT), add(f"{SUPPORTING}[last()]", "<cac:Attachment/>")),
    "UBL-CR-673": (
        add(".", OBJECT),
        add(f"{SUPPORTING}[last()]", "<cbc:DocumentDescription>x</cbc:DocumentDescription>"),
    ),
    "UBL-SR-01": _twice("ContractDocumentReference"),
    "UBL-SR-02": _twice("ReceiptDocumentReference"),
    "UBL-SR-03": _twice("DespatchDocumentReference"),
    "UBL-SR-04": (add(".", OBJECT), add(".", OBJECT)),
    "UBL-SR-05": (repeat("cac:PaymentTerms/cbc:Note"),),
    "UBL-SR-06": (repeat("cac:BillingReference/cac:InvoiceDocumentReference"),),
    "UBL-SR-07": (drop("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"),),
    "UBL-SR-08": (repeat("cac:InvoicePeriod"),),
    "UBL-SR-09": (repeat(f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName"),),
    "UBL-SR-10": (repeat(f"{SELLER}/cac:PartyName"),),
    "UBL-SR-11": (repeat(f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID"),),
    "UBL-SR-12": (add(SELLER, _tax_number("BE1", "VAT")),),
    "UBL-SR-13": (add(SELLER, _tax_number("1", "TAX")), add(SELLER, _tax_number("2", "LOC"))),
    "UBL-SR-14": (
        add(f"{SELLER}/cac:PartyLegalEntity", "<cbc:CompanyLegalForm>x</cbc:CompanyLegalForm>"),
        repeat(f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyLegalForm"),
    ),
    "UBL-SR-15": (repeat(f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName"),),
    "UBL-SR-16": (repeat(f"{BUYER}/cac:PartyIdentification"),),
    "UBL-SR-17": (repeat(f"{BUYER}/cac:PartyLegalEntity/cbc:CompanyID"),),
    "UBL-SR-18": (add(BUYER, _tax_number("FR1", "vat")),),
    "UBL-SR-19": (put("cac:PayeeParty/cac:PartyName/cbc:Name", "Seller NV"),),
    "UBL-SR-20": (repeat("cac:PayeeParty/cac:PartyIdentification"),),
    "UBL-SR-21": (repeat("cac:PayeeParty/cac:PartyLegalEntity/cbc:CompanyID"),),
    "UBL-SR-22": (repeat("cac:TaxRepresentativeParty/cac:PartyName"),),
    "UBL-SR-23": (repeat("cac:TaxRepresentativeParty/cac:PartyTaxScheme"),),
    "UBL-SR-24": (repeat("cac:Delivery"),),
    "UBL-SR-25": (repeat("cac:Delivery/cac:DeliveryParty/cac:PartyName"),),
    "UBL-SR-26": (repeat("cac:PaymentMeans/cbc:PaymentID"),),
    "UBL-SR-27": (repeat("cac:PaymentMeans/cbc:PaymentMeansCode"),),
    "UBL-SR-28": (
        add(DOWN, "<cac:PaymentMandate><cbc:ID>1</cbc:ID></cac:PaymentMandate>"),
        repeat("cac:PaymentMeans/cac:PaymentMandate/cbc:ID"),
    ),
    "UBL-SR-29": (
        mark(f"{SELLER}/cac:PartyIdentification/cbc:ID", "schemeID", "SEPA"),
        mark("cac:PayeeParty/cac:PartyIdentification/cbc:ID", "schemeID", "sepa"),
    ),
    "UBL-SR-30": (repeat("cac:AllowanceCharge[1]/cbc:AllowanceChargeReason"),),
    "UBL-SR-31": (repeat("cac:AllowanceCharge[2]/cbc:AllowanceChargeReason"),),
    "UBL-SR-32": (
        add("cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory", "<cbc:TaxExemptionReason>x</cbc:TaxExemptionReason>"),
        repeat("cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:TaxExemptionReason"),
    ),
    "UBL-SR-33": (repeat(f"{SUPPORTING}/cbc:DocumentDescription"),),
    "UBL-SR-34": (add("cac:InvoiceLine[1]", "<cbc:Note>x</cbc:Note>"), repeat("cac:InvoiceLine[1]/cbc:Note")),
    "UBL-SR-35": (repeat("cac:InvoiceLine[1]/cac:OrderLineReference"),),
    "UBL-SR-36": (repeat("cac:InvoiceLine[1]/cac:InvoicePeriod"),),
    "UBL-SR-37": (repeat("cac:InvoiceLine[1]/cac:Price/cac:AllowanceCharge/cbc:Amount"),),
    "UBL-SR-39": _twice("ProjectReference"),
    "UBL-SR-40": (repeat(f"{BUYER}/cac:PartyName"),),
    "UBL-SR-42": (add(SELLER, _tax_number("1", "TAX")), add(SELLER, _tax_number("2", "LOC"))),
    "UBL-SR-43": (add(SUPPORTING, "<cbc:DocumentTypeCode>916</cbc:DocumentTypeCode>"),),
    "UBL-SR-44": (repeat("cac:PaymentMeans"), put("cac:PaymentMeans[2]/cbc:PaymentID", "other")),
    "UBL-SR-45": (
        add(DOWN, "<cbc:PaymentDueDate>2026-10-31</cbc:PaymentDueDate>"),
        repeat("cac:PaymentMeans"),
    ),
    "UBL-SR-46": (mark("cac:PaymentMeans/cbc:PaymentMeansCode", "name", "Transfer"), repeat("cac:PaymentMeans")),
    "UBL-SR-47": (repeat("cac:PaymentMeans"), put("cac:PaymentMeans[2]/cbc:PaymentMeansCode", "58")),
    "UBL-SR-48": (repeat("cac:InvoiceLine[1]/cac:Item/cac:ClassifiedTaxCategory"),),
    "UBL-SR-49": (
        add("cac:InvoicePeriod", "<cbc:DescriptionCode>35</cbc:DescriptionCode>"),
        repeat("cac:InvoicePeriod/cbc:DescriptionCode"),
    ),
    "UBL-SR-50": (
        add("cac:InvoiceLine[1]/cac:Item", "<cbc:Description>x</cbc:Description>"),
        repeat("cac:InvoiceLine[1]/cac:Item/cbc:Description"),
    ),
    "UBL-SR-51": (
        add(f"{BUYER}/cac:PostalAddress", "<cac:AddressLine><cbc:Line>x</cbc:Line></cac:AddressLine>"),
        repeat(f"{BUYER}/cac:PostalAddress/cac:AddressLine"),
    ),
    "UBL-SR-52": (
        add("cac:InvoiceLine[1]", "<cac:DocumentReference><cbc:ID>1</cbc:ID></cac:DocumentReference>"),
        repeat("cac:InvoiceLine[1]/cac:DocumentReference"),
    ),
    "UBL-SR-53": (drop("cac:TaxRepresentativeParty/cac:PartyTaxScheme/cbc:CompanyID"),),
    "UBL-SR-54": (repeat("cac:PaymentMeans/cac:CardAccount"),),
    "UBL-SR-55": (
        add(DOWN, "<cac:PaymentMandate><cbc:ID>1</cbc:ID></cac:PaymentMandate>"),
        repeat("cac:PaymentMeans/cac:PaymentMandate"),
    ),
    "UBL-SR-56": _twice("OriginatorDocumentReference"),
}
"""Edits that break a rule; the last one alone makes the difference between a near miss and a breach, where there are
several."""

NEAR_MISSES: dict[str, tuple[Edit, ...]] = {
    "UBL-CR-002": (add(".", "<cbc:UBLVersionID>2.1</cbc:UBLVersionID>"),),
    "UBL-CR-665": (add(".", OBJECT), mark(f"{SUPPORTING}[last()]/cbc:ID", "schemeID", "ABT")),
    "UBL-SR-07": (drop("cac:BillingReference"),),
    "UBL-SR-12": (add(SELLER, _tax_number("BE1", "TAX")),),
    "UBL-SR-18": (add(BUYER, _tax_number("FR1", " VAT")),),
    "UBL-SR-19": (put("cac:PayeeParty/cac:PartyName/cbc:Name", "seller NV"),),
    "UBL-SR-20": (
        repeat("cac:PayeeParty/cac:PartyIdentification"),
        mark("cac:PayeeParty/cac:PartyIdentification[2]/cbc:ID", "schemeID", "SEPA"),
    ),
    "UBL-SR-43": (add(SUPPORTING, "<cbc:DocumentTypeCode>130</cbc:DocumentTypeCode>"),),
}


def _fired(document: str, *edits: Edit) -> list[str]:
    return [one.rule for one in EN16931.judge(read(edited(document, *edits))).broken]


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_fires(rule: str) -> None:
    assert _fired(INVOICE, *BROKEN[rule]).count(rule) == 1


@pytest.mark.parametrize("rule", BROKEN)
def test_a_near_miss_does_not(rule: str) -> None:
    assert rule not in _fired(INVOICE, *NEAR_MISSES.get(rule, BROKEN[rule][:-1]))


def test_what_a_credit_note_may() -> None:
    """The due date stands in its payment means, and type code 50 names the invoiced object too."""
    due = add(DOWN, "<cbc:PaymentDueDate>2026-10-31</cbc:PaymentDueDate>")
    assert "UBL-CR-412" not in _fired(CREDIT_NOTE, due)
    fifty = add(SUPPORTING, "<cbc:DocumentTypeCode>50</cbc:DocumentTypeCode>")
    assert "UBL-SR-43" not in _fired(CREDIT_NOTE, fifty)
    assert "UBL-SR-43" in _fired(INVOICE, fifty)


def test_an_unreadable_indicator_makes_neither_allowance_nor_charge() -> None:
    twice = repeat("cac:AllowanceCharge[1]/cbc:AllowanceChargeReason")
    unclear = put("cac:AllowanceCharge[1]/cbc:ChargeIndicator", "perhaps")
    assert not {"UBL-SR-30", "UBL-SR-31"} & set(_fired(INVOICE, twice, unclear))


def test_both_sides_are_told() -> None:
    (one,) = (
        one for one in EN16931.judge(read(edited(INVOICE, *BROKEN["UBL-SR-48"]))).broken if one.rule == "UBL-SR-48"
    )
    assert (one.why.found, one.why.expected) == ("2 times", "exactly 1")
    assert one.location == "/ubl:Invoice/cac:InvoiceLine[1]"
