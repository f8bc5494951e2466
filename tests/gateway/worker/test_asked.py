"""What an exchange is told of a document's past: the state it is in, and who may have heard of it before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from gateway.clock import new_id
from gateway.worker import Worker
from jurisdictions.contract import Jurisdiction, Sending, Setting, Step
from schemas.states import SubmissionState as S
from tests.gateway.worker.conftest import MakeHouse
from tests.gateway.worker.patience import drained
from tests.gateway.worker.rows import AT, Rows
from tests.gateway.worker.toy import Authority, jurisdiction

Talk = Callable[[tuple[Sending, ...], Setting], Step]


class Overheard:
    """The toy, with what each of its talks was given."""

    def __init__(self) -> None:
        self.begun: list[Sending] = []
        self.inquired: list[Sending] = []
        toy = jurisdiction()
        self.toy: Jurisdiction = replace(
            toy,
            exchange=replace(
                toy.exchange,
                begin=self._kept(self.begun, toy.exchange.begin),
                inquire=self._kept(self.inquired, toy.exchange.inquire),
            ),
        )

    def _kept(self, into: list[Sending], talk: Talk) -> Talk:
        def overheard(documents: tuple[Sending, ...], setting: Setting) -> Step:
            into.extend(documents)
            return talk(documents, setting)

        return overheard


@pytest.fixture
def overheard() -> Overheard:
    return Overheard()


@pytest.fixture
def worker(house: MakeHouse, overheard: Overheard) -> Worker:
    return Worker(house(jurisdictions={"toyland": overheard.toy}))


def told(sendings: list[Sending]) -> list[tuple[S, tuple[str, ...], int]]:
    return [(one.state, one.asked, one.tries) for one in sendings]


async def test_a_first_try_has_no_past(worker: Worker, rows: Rows, overheard: Overheard) -> None:
    await rows.flow(2)
    await drained(worker)
    assert told(overheard.begun) == [(S.QUEUED, (), 0)] * 2
    assert overheard.inquired == []


async def test_a_lost_answer_may_have_been_heard(
    worker: Worker, rows: Rows, overheard: Overheard, authority: Authority
) -> None:
    authority.behaviours = ["lost"]
    await rows.flow(1)
    await drained(worker)
    assert told(overheard.inquired) == [(S.OUTCOME_UNKNOWN, ("desk",), 1)]


async def test_what_was_not_sent_was_heard_by_nobody(
    worker: Worker, rows: Rows, overheard: Overheard, authority: Authority
) -> None:
    authority.behaviours = ["down", "503"]
    await rows.flow(1)
    await drained(worker)
    assert told(overheard.begun) == [
        (S.QUEUED, (), 0),
        (S.RETRY_SCHEDULED, (), 1),
        (S.RETRY_SCHEDULED, ("desk",), 2),
    ]


async def test_a_crash_leaves_a_question_that_may_have_been_heard(
    worker: Worker, rows: Rows, overheard: Overheard
) -> None:
    tenant, (one, other) = await rows.flow(2, state="submitting")
    for effect, endpoint in (("write", "desk"), ("read", "window")):
        await rows.run(
            "INSERT INTO gateway.exchange (tenant_id, environment, id, at, jurisdiction, flow_key, phase, ask,"
            " endpoint, effect, method, path, submissions, headers, body, memo)"
            " VALUES ($1, 'test', $2, $3, 'toyland', 'flow', 'send', 'send', $4, $5, 'POST', '', $6, '[]', '', '{}')",
            *(tenant, new_id(), AT, endpoint, effect, [UUID(one)]),
        )
    await worker.turn()
    past = {sending.submission: sending.asked for sending in overheard.inquired}
    assert past == {one: ("desk",), other: ()}
