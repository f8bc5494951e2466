"""From outcomes to rows: every move by the table, every refusal with its case, nothing accepted without its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from uuid import UUID

import msgspec
import structlog

from gateway.clock import NewId
from gateway.store.settlement import EvidenceRow, Row
from gateway.worker.house import Pace
from jurisdictions.contract import (
    Ask,
    CaseClass,
    Desk,
    Diagnosis,
    Effect,
    InstructionKind,
    Outcome,
    Path,
    Sending,
)
from schemas.states import ACCEPTED, SETTLED, STANDING_MOVES, SUBMISSION_MOVES, Standing, SubmissionState, advance

log = structlog.get_logger(__name__)

_S = SubmissionState
_ENDED = SETTLED | {_S.HELD}
_OPEN = frozenset({_S.SUBMITTING, _S.WAITING, _S.OUTCOME_UNKNOWN})
_OUTSIDE = frozenset({_S.QUEUED, _S.RETRY_SCHEDULED})
_STANDING_FROM = {
    standing: tuple(str(former) for former, after in STANDING_MOVES.items() if standing in after)
    for standing in Standing
}
WITHOUT_ID = "GW-ACCEPTED-WITHOUT-ID"


@dataclass(frozen=True, slots=True)
class Record:
    """A document on its way, with what its settlement needs to know."""

    id: UUID
    invoice: UUID
    state: SubmissionState
    fingerprint: str
    sending: Sending
    supersedes: UUID | None = None


@dataclass(slots=True)
class Settling:
    """Rows to be settled in one transaction, with the evidence that came along."""

    rows: list[Row] = field(default_factory=list)
    evidence: list[EvidenceRow] = field(default_factory=list)


class Ledger:
    """The documents of one exchange and the state that each is in, by submission id."""

    def __init__(self, records: Iterable[Record], desk: Desk, pace: Pace, new_id: NewId) -> None:
        self.records: Mapping[str, Record] = {record.sending.submission: record for record in records}
        self.states = {name: record.state for name, record in self.records.items()}
        self.asked: set[str] = set()
        self.unresolved = False
        """Whether a document must be tried or asked for again and nobody said when."""
        self._desk = desk
        self._pace = pace
        self._new_id = new_id
        self._told: set[str] = set()
        self._places = count()

    def going_out(self, asks: Iterable[Ask]) -> list[Row]:
        """The moves to `submitting` of all that a question may change over there. A read changes nothing."""
        moved: dict[str, Row] = {}
        for ask in asks:
            if unknown := set(ask.documents) - self.records.keys():
                raise ValueError(f"{ask.name} concerns documents that are not part of the exchange: {sorted(unknown)}")
            self.asked.update(ask.documents)
            if ask.effect is Effect.WRITE:
                for name in ask.documents:
                    if name not in moved:
                        moved[name] = self._move(name, _S.SUBMITTING, sent=True)
        return list(moved.values())

    def settle(self, outcomes: Mapping[str, Outcome], at: datetime) -> Settling:
        """The moves that follow from outcomes. Raises ValueError for what no authority can have meant."""
        if unknown := outcomes.keys() - self.records.keys():
            raise ValueError(f"outcomes of documents that are not part of the exchange: {sorted(unknown)}")
        settling = Settling()
        for name in (name for name in self.records if name in outcomes):
            record, state, outcome = self.records[name], self.states[name], outcomes[name]
            if state in _ENDED:
                log.warning("submission.settled_twice", submission=name, state=str(state), again=str(outcome.state))
            elif outcome.state is not _S.SUBMITTING and not (outcome.state is _S.QUEUED and state in _OUTSIDE):
                self._told.add(name)
                settling.rows.append(self._settled(record, outcome, at))
                settling.evidence += [
                    EvidenceRow(self._new_id(), record.id, record.invoice, one.name, one.media_type, one.body)
                    for one in outcome.evidence
                ]
        return settling

    def left_over(self) -> list[Row]:
        """Nothing stays in `submitting` after a turn: whoever was asked for and has no outcome is unknown."""
        if any(state in _OPEN and name not in self._told for name, state in self.states.items()):
            self.unresolved = True
        return [self._move(name, _S.OUTCOME_UNKNOWN) for name, state in self.states.items() if state is _S.SUBMITTING]

    def _settled(self, record: Record, outcome: Outcome, at: datetime) -> Row:
        name = record.sending.submission
        outcome, doubtful = self._believed(outcome, at)
        if outcome.not_before is None and outcome.state in (_S.RETRY_SCHEDULED, _S.OUTCOME_UNKNOWN):
            self.unresolved = True
        row = self._move(name, outcome.state)
        changes: dict[str, object] = {
            "authority_id": outcome.authority_id,
            "code": outcome.code,
            "message": outcome.message,
            "findings": outcome.findings,
            "attributes": dict(outcome.attributes),
            "facts": dict(outcome.facts),
            "not_before": outcome.not_before,
            "supersedes": record.supersedes,
            "fingerprint": record.fingerprint,
        }
        if outcome.standing is not None:
            changes |= self._standing(outcome.standing)
            changes["corrects"] = record.sending.instruction is InstructionKind.CORRECT
        if doubtful or _needs_a_person(outcome):
            changes |= self._case(record.sending.instruction, outcome, doubtful=doubtful)
        elif outcome.state in ACCEPTED:
            changes |= {"own_event": self._new_id(), "own_audit": self._new_id()}
        if record.supersedes is not None and outcome.state in _ENDED:
            changes |= {"former_event": self._new_id(), "former_audit": self._new_id()}
        return msgspec.structs.replace(row, **changes)

    def _believed(self, outcome: Outcome, at: datetime) -> tuple[Outcome, bool]:
        """An acceptance without the authority's own identifier is none: it is asked for again, and a person is told."""
        if outcome.state in ACCEPTED and not outcome.authority_id:
            return msgspec.structs.replace(
                outcome,
                state=_S.OUTCOME_UNKNOWN,
                code=outcome.code or WITHOUT_ID,
                standing=None,
                not_before=at + self._pace.unhurried_poll,
            ), True
        if outcome.state is _S.WAITING and outcome.not_before is None:
            return msgspec.structs.replace(outcome, not_before=at + self._pace.unhurried_poll), False
        return outcome, False

    def _move(self, name: str, target: SubmissionState, *, sent: bool = False) -> Row:
        record, former = self.records[name], self.states[name]
        self.states[name] = advance(SUBMISSION_MOVES, former, target)
        return Row(
            place=next(self._places),
            id=record.id,
            invoice_id=record.invoice,
            state=str(target),
            former=str(former),
            event=self._new_id(),
            audit=self._new_id(),
            sent=sent,
        )

    def _standing(self, standing: Standing) -> dict[str, object]:
        return {
            "standing": str(standing),
            "standing_from": _STANDING_FROM[standing],
            "standing_event": self._new_id(),
            "standing_audit": self._new_id(),
        }

    def _case(self, kind: InstructionKind, outcome: Outcome, *, doubtful: bool) -> dict[str, object]:
        diagnosis = DOUBTFUL if doubtful else diagnose(self._desk, kind, _code(outcome), outcome.message)
        alone = diagnosis.automatic and outcome.state is _S.REJECTED
        return {
            "resubmit": self._new_id() if alone else None,
            "case_id": self._new_id(),
            "case_class": str(diagnosis.case_class),
            "sentence": diagnosis.sentence,
            "path": str(diagnosis.path),
            "pointer": diagnosis.pointer,
            "fix": diagnosis.fix,
            "actions": diagnosis.actions,
            "editable": diagnosis.editable,
            "case_event": self._new_id(),
            "case_audit": self._new_id(),
        }


DOUBTFUL = Diagnosis(
    case_class=CaseClass.OUTCOME_UNKNOWN,
    sentence="The authority said yes but gave no identifier: this does not count as accepted, and is asked for again.",
    path=Path.RESEND,
    actions=("wait", "ask_the_authority"),
)


def diagnose(desk: Desk, kind: InstructionKind, code: str, message: str | None) -> Diagnosis:
    """The jurisdiction's own words for a refusal; one that it does not know still gets its case."""
    try:
        return desk.classify(kind, code, message)
    except Exception:
        log.exception("desk.classify_failed", code=code)
        return Diagnosis(
            case_class=CaseClass.DEFECT,
            sentence=f"The authority answered with the code {code or 'none'}, which nobody here has explained yet.",
            path=Path.RESEND,
            actions=("read_the_authoritys_words",),
        )


def _needs_a_person(outcome: Outcome) -> bool:
    """Refused, held, or taken with a fault that the authority names and wants to be mended."""
    if outcome.state is _S.ACCEPTED_WITH_WARNINGS:
        return outcome.code is not None
    return outcome.state in (_S.REJECTED, _S.HELD)


def _code(outcome: Outcome) -> str:
    if outcome.code:
        return outcome.code
    return next((one.external_code or one.rule for one in outcome.findings), "")
