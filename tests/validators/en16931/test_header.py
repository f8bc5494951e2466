"""The document itself: each rule fires once where it is broken, and not on a near miss."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import CREDIT_NOTE, INVOICE, Edit, add, drop, put, repeat
from tests.validators.en16931.judging import fired, verdict

SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
PERIOD = "cac:InvoicePeriod"
LINE_PERIOD = "cac:InvoiceLine[1]/cac:InvoicePeriod"

BROKEN: dict[str, tuple[Edit, ...]] = {
    "BR-01": (put("cbc:CustomizationID", " "),),
    "BR-02": (drop("cbc:ID"),),
    "BR-03": (drop("cbc:IssueDate"),),
    "BR-04": (drop("cbc:InvoiceTypeCode"),),
    "BR-05": (put("cbc:DocumentCurrencyCode", ""),),
    "BR-06": (drop(f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName"),),
    "BR-07": (put(f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName", " "),),
    "BR-08": (drop(f"{SELLER}/cac:PostalAddress"),),
    "BR-10": (drop(f"{BUYER}/cac:PostalAddress"),),
    "BR-16": (drop("cac:InvoiceLine"),),
    "BR-CO-03": (
        add(".", "<cbc:TaxPointDate>2026-10-01</cbc:TaxPointDate>"),
        add(PERIOD, "<cbc:DescriptionCode>35</cbc:DescriptionCode>"),
    ),
    "BR-52": (put("cac:AdditionalDocumentReference/cbc:ID", " "),),
    "BR-55": (drop("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"),),
    "BR-30": (put(f"{LINE_PERIOD}/cbc:EndDate", "2026-08-31"),),
    "BR-CO-20": (drop(f"{LINE_PERIOD}/*"),),
    "BR-29": (put(f"{PERIOD}/cbc:EndDate", "2026-08-31"),),
    "BR-CO-19": (drop(f"{PERIOD}/*"),),
}
NEAR: dict[str, tuple[Edit, ...]] = {
    "BR-04": (
        add(".", "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>"),
        drop("cbc:InvoiceTypeCode"),
    ),
    "BR-CO-03": (add(PERIOD, "<cbc:DescriptionCode>35</cbc:DescriptionCode>"),),
    "BR-52": (put("cac:AdditionalDocumentReference/cbc:ID", "0"),),
    "BR-30": (put(f"{LINE_PERIOD}/cbc:EndDate", "2026-09-01"),),
    "BR-CO-20": (drop(f"{LINE_PERIOD}/cbc:StartDate"),),
    "BR-29": (put(f"{PERIOD}/cbc:EndDate", "2026-09-01"),),
    "BR-CO-19": (
        drop(f"{PERIOD}/*"),
        add(PERIOD, "<cbc:DescriptionCode>35</cbc:DescriptionCode>"),
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_fires_once(rule: str) -> None:
    assert fired(*BROKEN[rule]).count(rule) == 1


@pytest.mark.parametrize("rule", NEAR)
def test_holds_on_a_near_miss(rule: str) -> None:
    assert rule not in fired(*NEAR[rule])


@pytest.mark.parametrize("document", [INVOICE, CREDIT_NOTE], ids=["invoice", "credit note"])
def test_a_full_document_breaks_nothing(document: str) -> None:
    assert fired(of=document) == []


@pytest.mark.parametrize(
    ("start", "end", "broken"),
    [
        ("2026-09-01Z", "2026-09-01+02:00", True),
        ("2026-09-01+02:00", "2026-09-01Z", False),
        ("2024-02-28", "2024-02-29", False),
        ("9999-12-31", "10000-01-01", False),
    ],
)
def test_days_compare_as_xpath_compares_them(start: str, end: str, broken: bool) -> None:
    rules = fired(put(f"{PERIOD}/cbc:StartDate", start), put(f"{PERIOD}/cbc:EndDate", end))
    assert ("BR-29" in rules) is broken


@pytest.mark.parametrize("day", ["2026-02-29", "2026-13-01", "1.9.2026", "2026-09-01+15:00", ""])
def test_what_is_no_day_leaves_the_document_undecided(day: str) -> None:
    assert [one.rule for one in verdict(put(f"{PERIOD}/cbc:EndDate", day)).unjudged] == ["BR-29"]


def test_a_repeated_number_leaves_the_document_undecided() -> None:
    assert [one.rule for one in verdict(repeat("cbc:ID")).unjudged] == ["BR-02"]


def test_every_number_sign_counts() -> None:
    assert "BR-CL-08" in fired(put("cbc:Note", "Text #QQQ# text"))
    assert "BR-CL-08" not in fired(put("cbc:Note", "Text #AAI text"))


def test_a_repeated_type_does_not_matter_where_the_other_one_is_there() -> None:
    credit = add(".", "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>")
    assert "BR-04" not in fired(repeat("cbc:InvoiceTypeCode"), credit)
    assert "BR-04" in [one.rule for one in verdict(repeat("cbc:InvoiceTypeCode")).unjudged]
