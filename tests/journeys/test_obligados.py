"""The short form of `make obligados`, for CI: seeded, both hosts of the AEAT fail, the same reckoning."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.day.weather import forecast
from tests.obligados.day import SERVICES, Day, Plan
from tests.obligados.reckoning import Held, compared
from tests.obligados.wishes import Then, company, errands, wisher

SHORT = Plan(records=200, issuers=6, lost=0.04, span=12.0, seed=1, minutes=2.0, ways=("hang", "refuse"))


@pytest.mark.journey
@pytest.mark.slow
async def test_the_books_are_the_same_on_both_sides(tmp_path: Path) -> None:
    found = await Day(SHORT, tmp_path / "obligados", print).run()
    assert found.wrong == [], found.figures
    assert found.figures["obligados"] == SHORT.issuers
    assert found.figures["answers lost or never heard"] != 0
    assert found.figures["rejected, then mended"] != 0


def test_a_seed_draws_the_same_day_with_something_of_everything() -> None:
    wishers = tuple(wisher(place) for place in range(20))
    issuers = {one.name: "iss_1" for one in wishers}
    drawn = errands(SHORT.records, SHORT.lost, wishers, issuers, Random("1:errands"))
    assert drawn == errands(SHORT.records, SHORT.lost, wishers, issuers, Random("1:errands"))
    assert sum(errand.records for errand in drawn) == SHORT.records
    assert {errand.then for errand in drawn} == set(Then)
    text = b"".join(errand.wish.body for errand in drawn)
    assert all(
        f"[sim:{word}]".encode() in text for word in ("lost", "busy", "429", "fault-server", "slow", "fault-4104")
    )
    assert len({company(place) for place in range(1000)}) == 1000


def test_the_reckoning_sees_every_difference() -> None:
    stands = Held("alta", "A", frozenset("A"))
    key = ("1", "20-11-2026")
    assert compared({"N": {key: stands}}, {"N": {key: stands}}) == []
    for other in (
        Held("anulada", "A", frozenset("A")),
        Held("alta", "B", frozenset("A")),
        Held("alta", "A", frozenset("AB")),
        Held("alta", "A", frozenset("A"), 2003),
    ):
        assert len(compared({"N": {key: stands}}, {"N": {key: other}})) == 1
    assert len(compared({"N": {key: stands}}, {})) == 1
    assert len(compared({}, {"N": {key: stands}})) == 1


def test_the_forecast_is_for_both_hosts() -> None:
    outages = forecast(60.0, 0.05, Random(1), SERVICES, ("hang",))
    assert {(one.service, one.mode) for one in outages} == {(name, "hang") for name in SERVICES}
