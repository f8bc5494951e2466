"""Finalize over HTTP against a bare POST that inserts one row, on the same server in the same run."""

from __future__ import annotations

import asyncio
import statistics
from uuid import UUID

from benchmarks import ground, load, serving
from benchmarks.report import Figure
from gateway.identity import Prefix, written

ROUNDS = 3
EACH = 600


async def _drafts(place: ground.Ground, chains: int, many: int) -> list[UUID]:
    async with ground.wired(place) as wiring:
        issuers = [
            await ground.add_issuer(wiring, place, ground.spanish_issuer(f"bench-{wiring.new_id().hex[-12:]}"))
            for _ in range(chains)
        ]
        made: list[UUID] = []
        for start in range(0, many, 8):
            bodies = [ground.spanish_invoice(issuers[n % chains]) for n in range(start, min(start + 8, many))]
            made += await asyncio.gather(*(ground.draft(wiring, place, body) for body in bodies))
        return made


def _finalizes(place: ground.Ground, invoices: list[UUID]) -> list[bytes]:
    return [
        load.request(
            f"/v1/invoices/{written(Prefix.INVOICE, one)}/finalize",
            b"",
            {"Authorization": f"Bearer {place.key}", "Idempotency-Key": f"finalize:{one.hex}"},
        )
        for one in invoices
    ]


def _inserts(many: int) -> list[bytes]:
    from gateway.clock import new_id

    filler = "x" * 1200
    return [load.request("/bare", f'{{"id":"{new_id()}","text":"{filler}"}}'.encode(), {}) for _ in range(many)]


def measure() -> list[Figure]:
    """Medians over rounds; the two servers take turns so that both meet the same machine."""
    with ground.ground() as place:
        rates: dict[str, list[float]] = {"bare": [], "chains": [], "one": []}
        memory = 0.0
        with serving.served("bare", place) as (bare_port, _), serving.served("gateway", place) as (port, pid):
            load.rate(bare_port, _inserts(200))
            load.rate(port, _finalizes(place, asyncio.run(_drafts(place, 16, 200))))
            for _ in range(ROUNDS):
                spread, single = (asyncio.run(_drafts(place, chains, EACH)) for chains in (16, 1))
                rates["bare"].append(load.rate(bare_port, _inserts(EACH * 2)))
                rates["chains"].append(load.rate(port, _finalizes(place, spread)))
                rates["one"].append(load.rate(port, _finalizes(place, single)))
            done = 200 + ROUNDS * EACH * 2
            load.rate(port, _finalizes(place, asyncio.run(_drafts(place, 16, max(0, 10_000 - done)))))
            memory = serving.resident_megabytes(pid)
    median = {name: statistics.median(found) for name, found in rates.items()}
    peer = f"bare POST {median['bare']:,.0f}/s"
    return [
        Figure("finalize, 16 chains", f"{median['chains']:,.0f}/s", peer, median["chains"] / median["bare"], 0.20),
        Figure("finalize, one chain", f"{median['one']:,.0f}/s", peer, median["one"] / median["bare"], 0.10),
        Figure(
            "API memory after 10,000 finalized invoices",
            f"{memory:.0f} MB",
            "limit 250 MB",
            memory / 250,
            1.0,
            below=True,
        ),
    ]
