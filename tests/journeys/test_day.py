"""The short form of `make day`, for CI: seeded, both certifiers fail in every way, the same reckoning."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.day.day import Day, Plan
from tests.day.reckoning import compared
from tests.day.weather import CERTIFIERS, MODES, forecast

SHORT = Plan(invoices=60, span=12.0, seed=1, minutes=2.5)


@pytest.mark.journey
@pytest.mark.slow
async def test_every_document_is_stamped_exactly_once(tmp_path: Path) -> None:
    found = await Day(SHORT, tmp_path / "day", print).run()
    assert found.wrong == [], found.figures
    assert found.figures["stamps accepted"] == SHORT.invoices
    assert found.figures["answers lost or never heard"] >= round(SHORT.invoices * SHORT.lost)


def test_the_reckoning_sees_what_is_stamped_twice_or_never() -> None:
    told = {"A/D/1": ["X"], "A/D/2": ["Y", "Z"], "A/D/4": ["V"]}
    assert len(compared(told, {"A/D/1": "X", "A/D/2": "Y", "A/D/3": "W", "A/D/4": "U"})) == 3
    assert compared({"A/D/1": ["X"]}, {"A/D/1": "X"}) == []


def test_the_forecast_takes_its_share_of_the_time() -> None:
    outages = forecast(240.0, 0.05, Random("1:weather"))
    for certifier in CERTIFIERS:
        own = [one for one in outages if one.service == certifier]
        assert sum(one.seconds for one in own) == pytest.approx(12.0)
        assert {one.mode for one in own} == set(MODES)
        assert all(before.begin + before.seconds <= after.begin for before, after in pairwise(own))
        assert all(0 <= one.begin <= 240 - one.seconds for one in own)
    assert forecast(240.0, 0.05, Random("1:weather")) == outages
