"""Taking turns until nothing is left, and processes that die in the middle of one."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from gateway.store.pool import Store
from gateway.store.schema import as_role
from gateway.worker import Worker

QUIET_TURNS = 12


def dying(url: str, turn: Callable[[Store], Coroutine[Any, Any, Any]], point: int) -> bool:
    """A worker's turn in a thread of its own, killed at its `point`th wait; True where it ended before."""

    async def live() -> bool:
        store = await Store.open(as_role(url, "gateway_worker"), role="gateway_worker", size=2)
        try:
            return await killed_at(turn(store), point)
        finally:
            store._pool.terminate()

    with asyncio.Runner() as runner:
        # What a dead process would have said of its connections is of no interest.
        runner.get_loop().set_exception_handler(lambda *_: None)
        return runner.run(live())


async def drained(worker: Worker, *, settled: bool = True) -> int:
    """Turns until nothing has been due for a while (`settled`: short rests of backoffs and breakers are waited for)."""
    turns = quiet = 0
    while quiet < (QUIET_TURNS if settled else 1):
        if await worker.turn():
            turns, quiet = turns + 1, 0
        else:
            quiet += 1
            await asyncio.sleep(0.02)
    return turns


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@types.coroutine
def killed_at(inner: Coroutine[Any, Any, Any], point: int) -> Generator[Any, Any, bool]:
    """Run `inner` to its `point`th wait and kill it there: from then on it waits for nothing. True where it ended
    before."""
    waits, step = 0, lambda: inner.send(None)
    while True:
        try:
            future = step()
        except StopIteration:
            return waits < point
        except BaseException:
            if waits < point:
                raise
            return False
        waits += 1
        if waits >= point:
            step = lambda: inner.throw(Killed())  # noqa: E731
            continue
        try:
            yield future
        except BaseException as why:
            step = lambda why=why: inner.throw(why)  # noqa: E731
        else:
            step = lambda: inner.send(None)  # noqa: E731
