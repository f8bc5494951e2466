"""The document totals: each rule fires once where it is broken, and not on a near miss."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import Edit, drop, put, repeat
from tests.validators.en16931.judging import fired, verdict

TOTALS = "cac:LegalMonetaryTotal"

BROKEN: dict[str, tuple[Edit, ...]] = {
    "BR-12": (drop(f"{TOTALS}/cbc:LineExtensionAmount"),),
    "BR-13": (drop(f"{TOTALS}/cbc:TaxExclusiveAmount"),),
    "BR-14": (drop(f"{TOTALS}/cbc:TaxInclusiveAmount"),),
    "BR-15": (drop(f"{TOTALS}/cbc:PayableAmount"),),
    "BR-CO-10": (put(f"{TOTALS}/cbc:LineExtensionAmount", "1.00"),),
    "BR-CO-11": (put(f"{TOTALS}/cbc:AllowanceTotalAmount", "1.00"),),
    "BR-CO-12": (put(f"{TOTALS}/cbc:ChargeTotalAmount", "1.00"),),
    "BR-CO-13": (put(f"{TOTALS}/cbc:TaxExclusiveAmount", "1.00"),),
    "BR-CO-15": (put(f"{TOTALS}/cbc:TaxInclusiveAmount", "1.00"),),
    "BR-CO-16": (put(f"{TOTALS}/cbc:PayableAmount", "1.00"),),
    "BR-DEC-09": (put(f"{TOTALS}/cbc:LineExtensionAmount", "1.001"),),
    "BR-DEC-10": (put(f"{TOTALS}/cbc:AllowanceTotalAmount", "1.001"),),
    "BR-DEC-11": (put(f"{TOTALS}/cbc:ChargeTotalAmount", "1.001"),),
    "BR-DEC-12": (put(f"{TOTALS}/cbc:TaxExclusiveAmount", "1.001"),),
    "BR-DEC-14": (put(f"{TOTALS}/cbc:TaxInclusiveAmount", "1.001"),),
    "BR-DEC-16": (put(f"{TOTALS}/cbc:PrepaidAmount", "1.001"),),
    "BR-DEC-17": (put(f"{TOTALS}/cbc:PayableRoundingAmount", "1.001"),),
    "BR-DEC-18": (put(f"{TOTALS}/cbc:PayableAmount", "1.001"),),
}
NEAR: dict[str, tuple[Edit, ...]] = {
    "BR-DEC-09": (put(f"{TOTALS}/cbc:LineExtensionAmount", "1.1"),),
    "BR-DEC-10": (put(f"{TOTALS}/cbc:AllowanceTotalAmount", "1.1"),),
    "BR-DEC-11": (put(f"{TOTALS}/cbc:ChargeTotalAmount", "1.1"),),
    "BR-DEC-12": (put(f"{TOTALS}/cbc:TaxExclusiveAmount", "1.1"),),
    "BR-DEC-14": (put(f"{TOTALS}/cbc:TaxInclusiveAmount", "1.1"),),
    "BR-DEC-16": (put(f"{TOTALS}/cbc:PrepaidAmount", "1.1"),),
    "BR-DEC-17": (put(f"{TOTALS}/cbc:PayableRoundingAmount", "1.1"),),
    "BR-DEC-18": (put(f"{TOTALS}/cbc:PayableAmount", "1.1"),),
    "BR-12": (put(f"{TOTALS}/cbc:LineExtensionAmount", "0"),),
    "BR-CO-10": (put(f"{TOTALS}/cbc:LineExtensionAmount", "200"),),
    "BR-CO-11": (
        drop(f"{TOTALS}/cbc:AllowanceTotalAmount"),
        drop("cac:AllowanceCharge[1]"),
    ),
    "BR-CO-12": (
        drop(f"{TOTALS}/cbc:ChargeTotalAmount"),
        drop("cac:AllowanceCharge[2]"),
    ),
    "BR-CO-13": (
        drop(f"{TOTALS}/cbc:ChargeTotalAmount"),
        put(f"{TOTALS}/cbc:TaxExclusiveAmount", "180"),
    ),
    "BR-CO-15": (drop("cac:TaxTotal[2]"),),
    "BR-CO-16": (
        drop(f"{TOTALS}/cbc:PrepaidAmount"),
        put(f"{TOTALS}/cbc:PayableAmount", "238.00"),
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_fires_once(rule: str) -> None:
    assert fired(*BROKEN[rule]).count(rule) == 1


@pytest.mark.parametrize("rule", NEAR)
def test_holds_on_a_near_miss(rule: str) -> None:
    assert rule not in fired(*NEAR[rule])


def test_both_sides_of_a_sum_are_shown() -> None:
    told = verdict(put(f"{TOTALS}/cbc:LineExtensionAmount", "201.00"))
    found = {one.rule: (one.why.found, one.why.expected) for one in told.broken}
    assert found == {"BR-CO-10": ("201.00", "200.00"), "BR-CO-13": ("190.00", "191.00")}


def test_a_total_without_allowances_is_needed_only_where_there_are_some() -> None:
    assert "BR-CO-11" in fired(drop(f"{TOTALS}/cbc:AllowanceTotalAmount"))
    assert "BR-CO-12" in fired(drop(f"{TOTALS}/cbc:ChargeTotalAmount"))


@pytest.mark.parametrize(
    ("dropped", "payable"), [(("Prepaid", "PayableRounding"), "237.50"), (("PayableRounding",), "200")]
)
def test_what_is_not_there_is_not_subtracted(dropped: tuple[str, ...], payable: str) -> None:
    edits = [drop(f"{TOTALS}/cbc:{name}Amount") for name in dropped]
    assert "BR-CO-16" not in fired(*edits, put(f"{TOTALS}/cbc:PayableAmount", payable))
    assert "BR-CO-16" in fired(*edits, put(f"{TOTALS}/cbc:PayableAmount", "1"))


def test_two_vat_totals_in_the_currency_of_the_document_are_one_too_many() -> None:
    assert "BR-CO-15" in fired(repeat("cac:TaxTotal[1]"))


@pytest.mark.parametrize("amount", ["", "1,00", "1e2"])
def test_an_amount_that_is_no_decimal_leaves_its_sums_undecided(amount: str) -> None:
    told = verdict(put(f"{TOTALS}/cbc:PayableAmount", amount))
    assert [one.rule for one in told.unjudged] == ["BR-CO-16"]


def test_a_repeated_total_leaves_its_sums_undecided() -> None:
    told = verdict(repeat(f"{TOTALS}/cbc:LineExtensionAmount"))
    assert sorted(one.rule for one in told.unjudged) == ["BR-CO-10", "BR-CO-13", "BR-DEC-09"]


def test_a_fault_in_the_vat_does_not_matter_where_the_totals_decide() -> None:
    vat = [drop("cac:TaxTotal/cac:TaxSubtotal"), put("cac:TaxTotal/cbc:TaxAmount", "x")]
    net, gross = f"{TOTALS}/cbc:TaxExclusiveAmount", f"{TOTALS}/cbc:TaxInclusiveAmount"
    assert "BR-CO-15" in [one.rule for one in verdict(*vat, drop(gross)).unjudged]
    told = verdict(*vat, drop(net), drop(gross))
    assert "BR-CO-15" in [one.rule for one in told.broken]
    assert "BR-CO-15" not in [one.rule for one in told.unjudged]
