"""Steps of the exchange as the gateway takes them, for the tests of its parts."""

from __future__ import annotations

import json

from jurisdictions.contract import (
    Answer,
    InstructionKind,
    Sending,
    Step,
)
from jurisdictions.verifactu import JURISDICTION
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import (
    instruction,
    sealed,
    sending,
    setting,
)

TALK = JURISDICTION.exchange
CORRECT, CANCEL = InstructionKind.CORRECT, InstructionKind.CANCEL


def body(step: Step, place: int = 0) -> str:
    return b"".join(piece for piece in step.asks[place].body if isinstance(piece, bytes)).decode()


def resumed(documents: tuple[Sending, ...], step: Step, *answers: Answer) -> Step:
    """As the gateway does it: the memo has been through JSON, answers come by name."""
    memo = json.loads(json.dumps(dict(step.memo)))
    return TALK.resume(documents, memo, {one.name: one for one in answers}, setting())


def states(step: Step) -> dict[str, SubmissionState]:
    return {name: outcome.state for name, outcome in step.outcomes.items()}


def correction(standing: Standing = Standing.REGISTERED) -> Sending:
    return sending(sealed(instruction(kind=CORRECT, standing=standing)), "sub_correct", CORRECT)


def cancellation() -> Sending:
    return sending(sealed(instruction(kind=CANCEL, standing=Standing.REGISTERED), "A-2"), "sub_cancel", CANCEL)
