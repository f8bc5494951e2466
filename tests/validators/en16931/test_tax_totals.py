"""VAT totals: each rule fires once where it is broken, and not on a near miss."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import Edit, add, drop, mark, put
from tests.validators.en16931.judging import fired, verdict

TOTAL = "cac:TaxTotal[1]"
PART = f"{TOTAL}/cac:TaxSubtotal"
RATE = f"{PART}/cac:TaxCategory/cbc:Percent"
INSIDE = "<cbc:{0}>EUR</cbc:{0}>"

BROKEN: dict[str, tuple[Edit, ...]] = {
    "BR-CO-18": (drop(PART),),
    "BR-53": (drop("cac:TaxTotal[2]"),),
    "BR-CO-14": (put(f"{TOTAL}/cbc:TaxAmount", "47.51"),),
    "BR-45": (drop(f"{PART}/cbc:TaxableAmount"),),
    "BR-46": (drop(f"{PART}/cbc:TaxAmount"),),
    "BR-47": (drop(f"{PART}/cac:TaxCategory/cbc:ID"),),
    "BR-48": (drop(RATE),),
    "BR-CO-17": (put(f"{PART}/cbc:TaxAmount", "48.50"),),
    "BR-DEC-19": (put(f"{PART}/cbc:TaxableAmount", "190.001"),),
    "BR-DEC-20": (put(f"{PART}/cbc:TaxAmount", "47.501"),),
}
NEAR: dict[str, tuple[Edit, ...]] = {
    "BR-53": (
        mark("cac:TaxTotal[1]/cbc:TaxAmount", "currencyID", "SEK"),
        drop("cac:TaxTotal[2]"),
    ),
    "BR-CO-14": (put(f"{TOTAL}/cbc:TaxAmount", "47.5"),),
    "BR-48": (
        drop(RATE),
        put(f"{PART}/cac:TaxCategory/cbc:ID", "O"),
    ),
    "BR-CO-17": (put(f"{PART}/cbc:TaxAmount", "48.49"),),
    "BR-DEC-13": (put(f"{TOTAL}/cbc:TaxAmount", "47.501"),),
    "BR-DEC-15": (put("cac:TaxTotal[2]/cbc:TaxAmount", "530.001"),),
    "BR-DEC-19": (put(f"{PART}/cbc:TaxableAmount", "190.0"),),
    "BR-DEC-20": (put(f"{PART}/cbc:TaxAmount", "47.5"),),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_fires_once(rule: str) -> None:
    assert fired(*BROKEN[rule]).count(rule) == 1


@pytest.mark.parametrize("rule", NEAR)
def test_holds_on_a_near_miss(rule: str) -> None:
    assert rule not in fired(*NEAR[rule])


@pytest.mark.parametrize(("name", "rule"), [("DocumentCurrencyCode", "BR-DEC-13"), ("TaxCurrencyCode", "BR-DEC-15")])
def test_decimals_of_vat_totals_count_only_around_a_currency_code(name: str, rule: str) -> None:
    """As published, and so in no document that the schema admits."""
    inside = f"<cbc:{name}>EUR</cbc:{name}>"
    assert rule in fired(put("cac:TaxTotal[2]/cbc:TaxAmount", "1"), *_odd_total(inside))


def _odd_total(inside: str) -> tuple[Edit, ...]:
    total = f'<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">1.001{inside}</cbc:TaxAmount></cac:TaxTotal>'
    return (add("cac:InvoiceLine[1]", total),)


@pytest.mark.parametrize(
    ("rate", "tax", "broken"), [("0.4", "0.4", False), ("0.4", "0.5", True), ("0.5", "1.94", False)]
)
def test_a_rate_below_a_half_counts_as_none(rate: str, tax: str, broken: bool) -> None:
    assert ("BR-CO-17" in fired(put(RATE, rate), put(f"{PART}/cbc:TaxAmount", tax))) is broken


def test_the_expected_vat_is_shown() -> None:
    told = verdict(put(f"{PART}/cbc:TaxAmount", "50.00"))
    shown = [one.why for one in told.broken if one.rule == "BR-CO-17"]
    assert [(why.found, why.expected) for why in shown] == [("50.00", "47.50 (190.00 at 25 %)")]
