"""Timing several calls fairly: they take turns, so that the machine's moods fall on all of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable

Call = Callable[[], object]


def medians(rounds: int, *calls: Call, clock: Callable[[], float], blocks: int = 0) -> list[float]:
    """Median seconds of each call by that clock.

    In `blocks` each call runs once untimed and then its share of the rounds, so that it runs warm; without blocks all
    run once untimed and then take turns one by one.
    """
    times: list[list[float]] = [[] for _ in calls]
    if not blocks:
        for call in calls:
            call()
    for _ in range(blocks or rounds):
        for call, kept in zip(calls, times, strict=True):
            if blocks:
                call()
            kept += [_timed(call, clock) for _ in range(max(1, rounds // blocks) if blocks else 1)]
    return [statistics.median(kept) for kept in times]


def _timed(call: Call, clock: Callable[[], float]) -> float:
    begin = clock()
    call()
    return clock() - begin
