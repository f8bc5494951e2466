"""Allowances and charges: each rule fires once where it is broken, and not on a near miss."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import LINE_ALLOWANCE, LINE_CHARGE, Edit, drop, put, repeat
from tests.validators.en16931.judging import fired

ALLOWANCE = "cac:AllowanceCharge[1]"
CHARGE = "cac:AllowanceCharge[2]"


def _without_reasons(path: str) -> tuple[Edit, ...]:
    return drop(f"{path}/cbc:AllowanceChargeReason"), drop(f"{path}/cbc:AllowanceChargeReasonCode")


BROKEN: dict[str, tuple[Edit, ...]] = {
    "BR-31": (drop(f"{ALLOWANCE}/cbc:Amount"),),
    "BR-32": (put(f"{ALLOWANCE}/cac:TaxCategory/cac:TaxScheme/cbc:ID", "GST"),),
    "BR-33": (
        drop(f"{ALLOWANCE}/cbc:AllowanceChargeReason"),
        drop(f"{ALLOWANCE}/cbc:AllowanceChargeReasonCode"),
    ),
    "BR-CO-21": (
        drop(f"{ALLOWANCE}/cbc:AllowanceChargeReason"),
        drop(f"{ALLOWANCE}/cbc:AllowanceChargeReasonCode"),
    ),
    "BR-DEC-01": (put(f"{ALLOWANCE}/cbc:Amount", "1.001"),),
    "BR-DEC-02": (put(f"{ALLOWANCE}/cbc:BaseAmount", "1.001"),),
    "BR-36": (drop(f"{CHARGE}/cbc:Amount"),),
    "BR-37": (put(f"{CHARGE}/cac:TaxCategory/cac:TaxScheme/cbc:ID", "GST"),),
    "BR-38": (
        drop(f"{CHARGE}/cbc:AllowanceChargeReason"),
        drop(f"{CHARGE}/cbc:AllowanceChargeReasonCode"),
    ),
    "BR-CO-22": (
        drop(f"{CHARGE}/cbc:AllowanceChargeReason"),
        drop(f"{CHARGE}/cbc:AllowanceChargeReasonCode"),
    ),
    "BR-DEC-05": (put(f"{CHARGE}/cbc:Amount", "1.001"),),
    "BR-DEC-06": (put(f"{CHARGE}/cbc:BaseAmount", "1.001"),),
    "BR-41": (drop(f"{LINE_ALLOWANCE}/cbc:Amount"),),
    "BR-42": (
        drop(f"{LINE_ALLOWANCE}/cbc:AllowanceChargeReason"),
        drop(f"{LINE_ALLOWANCE}/cbc:AllowanceChargeReasonCode"),
    ),
    "BR-CO-23": (
        drop(f"{LINE_ALLOWANCE}/cbc:AllowanceChargeReason"),
        drop(f"{LINE_ALLOWANCE}/cbc:AllowanceChargeReasonCode"),
    ),
    "BR-DEC-24": (put(f"{LINE_ALLOWANCE}/cbc:Amount", "1.001"),),
    "BR-DEC-25": (put(f"{LINE_ALLOWANCE}/cbc:BaseAmount", "1.001"),),
    "BR-43": (drop(f"{LINE_CHARGE}/cbc:Amount"),),
    "BR-44": (
        drop(f"{LINE_CHARGE}/cbc:AllowanceChargeReason"),
        drop(f"{LINE_CHARGE}/cbc:AllowanceChargeReasonCode"),
    ),
    "BR-CO-24": (
        drop(f"{LINE_CHARGE}/cbc:AllowanceChargeReason"),
        drop(f"{LINE_CHARGE}/cbc:AllowanceChargeReasonCode"),
    ),
    "BR-DEC-27": (put(f"{LINE_CHARGE}/cbc:Amount", "1.001"),),
    "BR-DEC-28": (put(f"{LINE_CHARGE}/cbc:BaseAmount", "1.001"),),
}
NEAR: dict[str, tuple[Edit, ...]] = {
    "BR-32": (put(f"{ALLOWANCE}/cac:TaxCategory/cac:TaxScheme/cbc:ID", " vat"),),
    "BR-33": (drop(f"{ALLOWANCE}/cbc:AllowanceChargeReason"),),
    "BR-CO-21": (drop(f"{ALLOWANCE}/cbc:AllowanceChargeReason"),),
    "BR-DEC-01": (put(f"{ALLOWANCE}/cbc:Amount", "1.10"),),
    "BR-DEC-02": (put(f"{ALLOWANCE}/cbc:BaseAmount", "1.10"),),
    "BR-37": (put(f"{CHARGE}/cac:TaxCategory/cac:TaxScheme/cbc:ID", " vat"),),
    "BR-38": (drop(f"{CHARGE}/cbc:AllowanceChargeReason"),),
    "BR-CO-22": (drop(f"{CHARGE}/cbc:AllowanceChargeReason"),),
    "BR-DEC-05": (put(f"{CHARGE}/cbc:Amount", "1.10"),),
    "BR-DEC-06": (put(f"{CHARGE}/cbc:BaseAmount", "1.10"),),
    "BR-42": (drop(f"{LINE_ALLOWANCE}/cbc:AllowanceChargeReason"),),
    "BR-CO-23": (drop(f"{LINE_ALLOWANCE}/cbc:AllowanceChargeReason"),),
    "BR-DEC-24": (put(f"{LINE_ALLOWANCE}/cbc:Amount", "1.10"),),
    "BR-DEC-25": (put(f"{LINE_ALLOWANCE}/cbc:BaseAmount", "1.10"),),
    "BR-44": (drop(f"{LINE_CHARGE}/cbc:AllowanceChargeReason"),),
    "BR-CO-24": (drop(f"{LINE_CHARGE}/cbc:AllowanceChargeReason"),),
    "BR-DEC-27": (put(f"{LINE_CHARGE}/cbc:Amount", "1.10"),),
    "BR-DEC-28": (put(f"{LINE_CHARGE}/cbc:BaseAmount", "1.10"),),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_fires_once(rule: str) -> None:
    assert fired(*BROKEN[rule]).count(rule) == 1


@pytest.mark.parametrize("rule", NEAR)
def test_holds_on_a_near_miss(rule: str) -> None:
    assert rule not in fired(*NEAR[rule])


def test_an_indicator_may_be_a_digit() -> None:
    assert "BR-31" in fired(put(f"{ALLOWANCE}/cbc:ChargeIndicator", "0"), drop(f"{ALLOWANCE}/cbc:Amount"))
    assert "BR-36" in fired(put(f"{CHARGE}/cbc:ChargeIndicator", "1"), drop(f"{CHARGE}/cbc:Amount"))


def test_what_is_both_is_judged_as_an_allowance_alone() -> None:
    edits = (repeat(f"{CHARGE}/cbc:ChargeIndicator", "false"), drop(f"{CHARGE}/cbc:Amount"))
    assert {"BR-31", "BR-36"}.intersection(fired(*edits)) == {"BR-31"}
