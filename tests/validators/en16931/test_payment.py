"""Payment: each rule fires once where it is broken, and not on a near miss."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import Edit, drop, put, repeat
from tests.validators.en16931.judging import fired, verdict

MEANS = "cac:PaymentMeans"
CARD = f"{MEANS}/cac:CardAccount/cbc:PrimaryAccountNumberID"
ACCOUNT = f"{MEANS}/cac:PayeeFinancialAccount"

BROKEN: dict[str, tuple[Edit, ...]] = {
    "BR-51": (put(CARD, "12345678901"),),
    "BR-50": (put(f"{ACCOUNT}/cbc:ID", " "),),
    "BR-49": (drop(f"{MEANS}/cbc:PaymentMeansCode"),),
    "BR-61": (drop(ACCOUNT),),
}
NEAR: dict[str, tuple[Edit, ...]] = {
    "BR-51": (put(CARD, "  1234567890  "),),
    "BR-50": (
        put(f"{ACCOUNT}/cbc:ID", " "),
        put(f"{MEANS}/cbc:PaymentMeansCode", "42"),
    ),
    "BR-49": (put(f"{MEANS}/cbc:PaymentMeansCode", ""),),
    "BR-61": (
        drop(ACCOUNT),
        put(f"{MEANS}/cbc:PaymentMeansCode", "48"),
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_fires_once(rule: str) -> None:
    assert fired(*BROKEN[rule]).count(rule) == 1


@pytest.mark.parametrize("rule", NEAR)
def test_holds_on_a_near_miss(rule: str) -> None:
    assert rule not in fired(*NEAR[rule])


def test_only_the_card_number_is_a_warning() -> None:
    assert [(one.rule, str(one.flag)) for one in verdict(*BROKEN["BR-51"]).broken] == [("BR-51", "warning")]


def test_two_codes_leave_the_means_undecided() -> None:
    assert [one.rule for one in verdict(repeat(f"{MEANS}/cbc:PaymentMeansCode")).unjudged] == ["BR-61"]
