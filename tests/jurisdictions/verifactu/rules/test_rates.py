"""The rates of VAT and of its surcharge on the first and last days of their windows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.rules import rates

NOW = date(2026, 11, 20)


def test_the_rates_in_force() -> None:
    assert rates.in_force(NOW) == tuple(map(Decimal, (0, 4, 10, 21)))
    assert Decimal(5) in rates.in_force(date(2024, 9, 30))
    assert Decimal("7.5") in rates.in_force(date(2024, 10, 1))


@pytest.mark.parametrize("rate", [rate for rate in lists.IVA_RATES if rate.first and rate.last])
def test_a_passing_rate_is_admitted_from_its_first_to_its_last_day(rate: lists.DatedRate) -> None:
    assert rate.first is not None
    assert rate.last is not None
    day = timedelta(days=1)
    for inside in (rate.first, rate.last):
        assert rates.of_vat(rate.percent, inside) is None
    for outside in (rate.first - day, rate.last + day):
        misfit = rates.of_vat(rate.percent, outside)
        assert misfit is not None
        assert misfit.code == rate.code
        assert rate.percent not in misfit.admitted


@pytest.mark.parametrize("percent", ["16", "18", "8", "1", "-21", "21.01"])
def test_what_is_no_rate(percent: str) -> None:
    misfit = rates.of_vat(Decimal(percent), NOW)
    assert misfit == rates.Misfit("1124", rates.in_force(NOW))


@pytest.mark.parametrize("window", rates.SURCHARGE_WINDOWS)
def test_a_surcharge_is_admitted_from_its_first_to_its_last_day(window: rates.SurchargeWindow) -> None:
    first, last = window.first or date(2000, 1, 1), window.last or date(2030, 1, 1)
    for day in (first, last):
        for percent in window.percents:
            assert rates.of_surcharge(window.rate, percent, day) is None
        wrong = rates.of_surcharge(window.rate, Decimal("9"), day)
        assert wrong is not None
        assert wrong.code == "1127"


def test_a_value_that_the_rate_never_admitted_has_its_own_code() -> None:
    found = {rate: rates.of_surcharge(Decimal(rate), Decimal("1.4"), date(2024, 9, 30)) for rate in (0, 5)}
    assert {rate: one and one.code for rate, one in found.items()} == {0: "1277", 5: "1160"}


def test_a_surcharge_of_another_window_has_the_code_of_the_day() -> None:
    late = rates.of_surcharge(Decimal(0), Decimal(0), NOW)
    early = rates.of_surcharge(Decimal(0), Decimal("0.26"), date(2024, 9, 30))
    assert late is not None and late.code == "1170"
    assert early is not None and early.code == "1165"


def test_the_surcharge_of_a_rate_out_of_force_is_not_judged() -> None:
    assert rates.of_surcharge(Decimal(2), Decimal("0.26"), NOW) is None
    assert rates.of_surcharge(Decimal(8), Decimal("1"), NOW) is None


def test_every_window_belongs_to_a_rate() -> None:
    assert {window.rate for window in rates.SURCHARGE_WINDOWS} == {rate.percent for rate in lists.IVA_RATES}
