"""Lines: each rule fires once where it is broken, and not on a near miss."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import CREDIT_NOTE, Edit, drop, mark, put
from tests.validators.en16931.judging import fired, verdict

LINE = "cac:InvoiceLine[1]"

BROKEN: dict[str, tuple[Edit, ...]] = {
    "BR-21": (put(f"{LINE}/cbc:ID", " "),),
    "BR-22": (drop(f"{LINE}/cbc:InvoicedQuantity"),),
    "BR-23": (mark(f"{LINE}/cbc:InvoicedQuantity", "unitCode", None),),
    "BR-24": (drop(f"{LINE}/cbc:LineExtensionAmount"),),
    "BR-25": (drop(f"{LINE}/cac:Item/cbc:Name"),),
    "BR-26": (drop(f"{LINE}/cac:Price/cbc:PriceAmount"),),
    "BR-27": (put(f"{LINE}/cac:Price/cbc:PriceAmount", "-0.01"),),
    "BR-28": (put(f"{LINE}/cac:Price/cac:AllowanceCharge/cbc:BaseAmount", "-1"),),
    "BR-CO-04": (drop(f"{LINE}/cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),),
    "BR-DEC-23": (put(f"{LINE}/cbc:LineExtensionAmount", "97.001"),),
    "BR-54": (drop(f"{LINE}/cac:Item/cac:AdditionalItemProperty/cbc:Value"),),
    "BR-65": (mark(f"{LINE}/cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode", "listID", None),),
    "BR-64": (mark(f"{LINE}/cac:Item/cac:StandardItemIdentification/cbc:ID", "schemeID", None),),
}
NEAR: dict[str, tuple[Edit, ...]] = {
    "BR-22": (put(f"{LINE}/cbc:InvoicedQuantity", ""),),
    "BR-23": (mark(f"{LINE}/cbc:InvoicedQuantity", "unitCode", ""),),
    "BR-27": (put(f"{LINE}/cac:Price/cbc:PriceAmount", "-0"),),
    "BR-28": (drop(f"{LINE}/cac:Price/cac:AllowanceCharge"),),
    "BR-DEC-23": (put(f"{LINE}/cbc:LineExtensionAmount", "97.10"),),
    "BR-54": (put(f"{LINE}/cac:Item/cac:AdditionalItemProperty/cbc:Value", ""),),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_fires_once(rule: str) -> None:
    assert fired(*BROKEN[rule]).count(rule) == 1


@pytest.mark.parametrize("rule", NEAR)
def test_holds_on_a_near_miss(rule: str) -> None:
    assert rule not in fired(*NEAR[rule])


def test_a_price_that_is_missing_counts_as_negative() -> None:
    """As published: the comparison with nothing is false."""
    assert "BR-27" in fired(drop(f"{LINE}/cac:Price"))


def test_a_price_that_is_no_number_leaves_the_line_undecided() -> None:
    assert "BR-27" in [one.rule for one in verdict(put(f"{LINE}/cac:Price/cbc:PriceAmount", "ten")).unjudged]


def test_lines_of_a_credit_note_are_judged_alike() -> None:
    assert "BR-21" in fired(drop("cac:CreditNoteLine[1]/cbc:ID"), of=CREDIT_NOTE)


@pytest.mark.parametrize("price", ["NaN", "INF", "+INF", "1e2"])
def test_prices_are_doubles_and_nan_is_not_below_zero(price: str) -> None:
    """As the reference processor compares them with an integer."""
    prices = (f"{LINE}/cac:Price/cbc:PriceAmount", f"{LINE}/cac:Price/cac:AllowanceCharge/cbc:BaseAmount")
    assert not {"BR-27", "BR-28"} & set(fired(*(put(path, price) for path in prices)))
    assert "BR-27" in fired(put(prices[0], "-INF"))
