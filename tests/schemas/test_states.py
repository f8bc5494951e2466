"""Every state machine is total and closed, and only `advance` moves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from schemas import states
from schemas.states import BuyerState, CaseState, InvoiceState, Standing, SubmissionState, advance

TABLES: list[tuple[type[StrEnum], Mapping[Any, frozenset[Any]]]] = [
    (InvoiceState, states.INVOICE_MOVES),
    (SubmissionState, states.SUBMISSION_MOVES),
    (Standing, states.STANDING_MOVES),
    (BuyerState, states.BUYER_MOVES),
    (CaseState, states.CASE_MOVES),
]


@pytest.mark.parametrize(("machine", "moves"), TABLES)
def test_every_state_has_its_moves_and_leads_to_states_only(
    machine: type[StrEnum], moves: Mapping[Any, frozenset[Any]]
) -> None:
    assert set(moves) == set(machine)
    assert {target for targets in moves.values() for target in targets} <= set(machine)


@pytest.mark.parametrize(("machine", "moves"), TABLES)
def test_every_state_can_be_reached(machine: type[StrEnum], moves: Mapping[Any, frozenset[Any]]) -> None:
    reached, ahead = set(), [next(iter(machine))]
    while ahead:
        state = ahead.pop()
        reached.add(state)
        ahead.extend(moves[state] - reached)
    assert reached == set(machine)


@pytest.mark.parametrize(("machine", "moves"), TABLES)
def test_advance_allows_what_the_table_allows(machine: type[StrEnum], moves: Mapping[Any, frozenset[Any]]) -> None:
    for current in machine:
        for target in machine:
            if target in moves[current]:
                assert advance(moves, current, target) is target
            else:
                with pytest.raises(states.IllegalMove, match=machine.__name__):
                    advance(moves, current, target)


def test_what_is_settled_and_what_is_accepted() -> None:
    assert states.ACCEPTED < states.SETTLED
    assert SubmissionState.SUPERSEDED in states.SETTLED
    assert not states.SETTLED & {SubmissionState.QUEUED, SubmissionState.WAITING, SubmissionState.HELD}
