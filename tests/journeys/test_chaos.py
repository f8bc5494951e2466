"""The short form of `make chaos`, for CI: seeded, every kind of blow once or more, the same reckoning."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.storm import Plan, Storm

SHORT = Plan(invoices=119, kills=12, restarts=1, seed=20261121, minutes=2.8, spacing=1.8)


@pytest.mark.journey
@pytest.mark.slow
async def test_kills_and_restarts_lose_and_double_nothing(tmp_path: Path) -> None:
    found = await Storm(SHORT, tmp_path / "chaos", print).run()
    assert found.wrong == [], found.figures
    assert found.figures["submissions accepted"] == found.figures["invoices issued"] * 10 // 7
