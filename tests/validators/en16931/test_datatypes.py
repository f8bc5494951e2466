"""UBL-DT: decimals of amounts, what files must say, and attributes that no element may have."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import INVOICE, Edit, add, edited, mark, put
from validators.en16931 import EN16931, read
from validators.en16931.datatypes import UNUSED_ATTRIBUTES

FILE = "<cac:Attachment><cbc:EmbeddedDocumentBinaryObject {}>AA==</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>"


def _fired(*edits: Edit) -> list[str]:
    return [one.rule for one in EN16931.judge(read(edited(INVOICE, *edits))).broken]


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("cac:LegalMonetaryTotal/cbc:PrepaidAmount", "37.500", 1),
        ("cac:LegalMonetaryTotal/cbc:PrepaidAmount", "37.50", 0),
        ("cac:InvoiceLine[1]/cac:AllowanceCharge[1]/cbc:Amount", "5.000", 1),
        ("cac:InvoiceLine[1]/cac:Price/cbc:PriceAmount", "10.0000", 0),
        ("cac:InvoiceLine[1]/cac:Price/cac:AllowanceCharge/cbc:Amount", "2.0000", 0),
    ],
)
def test_amounts_have_two_decimals(path: str, text: str, count: int) -> None:
    assert _fired(put(path, text)).count("UBL-DT-01") == count


@pytest.mark.parametrize(("price", "count"), [(1, 0), (2, 1)])
def test_an_amount_beside_a_prices_allowance_is_free(price: int, count: int) -> None:
    """The artefact asks whether the price has an allowance or charge, not whether the amount lies in it."""
    other = '<cbc:TaxAmount currencyID="EUR">1.234</cbc:TaxAmount>'
    assert _fired(add(f"cac:InvoiceLine[{price}]/cac:Price", other)).count("UBL-DT-01") == count


def test_amounts_of_any_namespace() -> None:
    assert _fired(add(".", '<Amount xmlns="urn:example">1.234</Amount>')).count("UBL-DT-01") == 1


@pytest.mark.parametrize(
    ("attributes", "fired"),
    [
        ('mimeCode="text/csv" filename="a.csv"', set()),
        ('filename="a.csv"', {"UBL-DT-06"}),
        ('mimeCode="text/csv"', {"UBL-DT-07"}),
    ],
)
def test_files_say_what_they_are(attributes: str, fired: set[str]) -> None:
    found = _fired(add("cac:AdditionalDocumentReference", FILE.format(attributes)))
    assert {"UBL-DT-06", "UBL-DT-07"} & set(found) == fired


@pytest.mark.parametrize("rule", UNUSED_ATTRIBUTES)
def test_unused_attributes_are_told_once(rule: str) -> None:
    attribute = UNUSED_ATTRIBUTES[rule]
    twice = (mark("cbc:ID", attribute, "x"), mark("cac:InvoiceLine/cbc:ID", attribute, "y"))
    assert _fired(*twice).count(rule) == 1
    assert rule not in _fired(mark("cbc:ID", attribute + "x", "x"))


def test_only_the_payment_means_code_has_a_name() -> None:
    free = mark("cac:PaymentMeans/cbc:PaymentMeansCode", "name", "Transfer")
    assert "UBL-DT-18" not in _fired(free)
    assert _fired(free, mark("cbc:ID", "name", "x")).count("UBL-DT-18") == 1


def test_the_first_place_of_an_attribute_is_told() -> None:
    verdict = EN16931.judge(read(edited(INVOICE, mark("cac:InvoiceLine/cbc:ID", "listName", "x"))))
    (one,) = (one for one in verdict.broken if one.rule == "UBL-DT-17")
    assert one.why.found == "/ubl:Invoice/cac:InvoiceLine[1]/cbc:ID/@listName"


@pytest.mark.parametrize("path", [".", "cbc:ID", "cac:InvoiceLine[1]", "cac:InvoiceLine[1]/cbc:InvoicedQuantity"])
def test_an_attribute_that_no_element_may_have_is_told_once(path: str) -> None:
    assert _fired(mark(path, "unitCodeListID", "UNECERec20")).count("UBL-CR-663") == 1
