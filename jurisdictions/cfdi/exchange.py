"""The talk with the PACs and with SAT, behind one face: stamps in one flow of an issuer, cancellations in another.

They are kept apart so that a status service that is down never holds up a stamp. Source: RMF 2.7.2.9 (stamping),
2.7.1.34 and 2.7.1.35 (cancelling).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from jurisdictions.cfdi.pacs import cancel_talk, stamping_talk
from jurisdictions.cfdi.parties import rfc_of
from jurisdictions.contract import (
    Answer,
    Exchange,
    Flow,
    Instruction,
    InstructionKind,
    Issuer,
    Sending,
    Setting,
    Step,
)

MAX_BATCH = 50


def flow(instruction: Instruction, issuer: Issuer) -> Flow:
    """One flow of stamps for each issuer, and one of cancellations."""
    key = rfc_of(issuer.party) or issuer.id
    cancels = instruction.kind is InstructionKind.CANCEL
    return Flow(key=f"{key}/cancel" if cancels else key, ordered=False, max_batch=MAX_BATCH)


def batch(waiting: tuple[Sending, ...]) -> tuple[Sending, ...]:
    return tuple(document for document in waiting if _talk((document,)) is _talk(waiting))[:MAX_BATCH]


def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
    step: Step = _talk(documents).begin(documents, setting)
    return step


def inquire(documents: tuple[Sending, ...], setting: Setting) -> Step:
    step: Step = _talk(documents).inquire(batch(documents), setting)
    return step


def resume(
    documents: tuple[Sending, ...], memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting
) -> Step:
    step: Step = _talk(documents).resume(documents, memo, answers, setting)
    return step


def _talk(documents: tuple[Sending, ...]) -> ModuleType:
    """A flow holds documents of one kind."""
    cancels = bool(documents) and documents[0].instruction is InstructionKind.CANCEL
    return cancel_talk if cancels else stamping_talk


EXCHANGE = Exchange(flow=flow, batch=batch, begin=begin, resume=resume, inquire=inquire)
