"""Each row of the state table: which instruction is in it, and that the simulated AEAT answers as the table says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product

import pytest

from jurisdictions.contract import Earlier, Instruction, InstructionKind
from jurisdictions.verifactu import state_table as table
from jurisdictions.verifactu.settings import Extension
from jurisdictions.verifactu.state_table import Held, Operation, Refused
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import NOW, earlier, instruction, sealed
from tests.jurisdictions.verifactu.simulated import OK, Aeat, Chain, flags, refused

ISSUE, CORRECT, CANCEL = InstructionKind.ISSUE, InstructionKind.CORRECT, InstructionKind.CANCEL
NUMBER = "A-1"
Step = tuple[InstructionKind, str | None]
"""What is sent, and the code with which it is refused (None: accepted)."""


def test_every_situation_is_in_one_row() -> None:
    for kind, held, before in product((ISSUE, CORRECT, CANCEL), Held, Refused):
        rows = [row for row in table.ROWS if row.instruction is kind and held in row.holds and before in row.refused]
        assert len(rows) == 1, (kind, held, before)


def test_every_operation_has_its_row() -> None:
    assert {row.operation for row in table.ROWS} == set(table.OPERATIONS)


@pytest.mark.parametrize("row", table.ROWS, ids=lambda row: row.operation.name)
def test_a_row_sends_what_the_aeat_takes(row: table.Row) -> None:
    if row.instruction is not ISSUE:
        assert [row.operation.answer(held) for held in row.holds] == [None] * len(row.holds)
    assert row.operation.record == ("RegistroAnulacion" if row.instruction is CANCEL else "RegistroAlta")


@pytest.mark.parametrize("held", Held)
@pytest.mark.parametrize("operation", table.OPERATIONS, ids=lambda one: one.name)
def test_the_simulator_answers_as_the_table_says(operation: Operation, held: Held) -> None:
    """Records written by hand: nothing of ours takes part but the table."""
    aeat, chain = Aeat(), Chain()
    if held is not Held.NOTHING:
        assert aeat.send(chain.alta(NUMBER)) == [OK]
    if held is Held.ANULACION:
        assert aeat.send(chain.anulacion(NUMBER)) == [OK]
    names = ("Subsanacion", "RechazoPrevio", "SinRegistroPrevio")
    if operation.record == "RegistroAnulacion":
        names = ("Subsanacion", "SinRegistroPrevio", "RechazoPrevio")
    values = operation.flags._asdict()
    keys = {"Subsanacion": "subsanacion", "RechazoPrevio": "rechazo_previo", "SinRegistroPrevio": "sin_registro_previo"}
    written = flags(**{name: values[keys[name]] for name in names if values[keys[name]]})
    make = chain.anulacion if operation.record == "RegistroAnulacion" else chain.alta
    code = operation.answer(held)
    assert aeat.send(make(NUMBER, flags=written)) == [OK if code is None else refused(int(code))]


@dataclass
class Story:
    """An invoice's way from record to record, with the simulated AEAT's book beside it."""

    aeat: Aeat = field(default_factory=lambda: Aeat(at=NOW + timedelta(seconds=5)))
    standing: Standing = Standing.NONE
    before: tuple[Earlier, ...] = ()
    last: bytes | None = None

    def of(self, kind: InstructionKind, code: str | None = None) -> Instruction:
        """The next instruction; a code asks the simulator for that refusal."""
        words = None if code is None or code == "3000" else f"[sim:{code}]"
        extension = Extension(ref_externa=words) if kind is CANCEL else Extension(descripcion=words)
        return instruction(kind=kind, extension=extension, standing=self.standing, earlier=self.before)

    def go_on(self, kind: InstructionKind, code: str | None = None) -> Operation:
        given = self.of(kind, code)
        record = sealed(given, NUMBER, previous=self.last)
        self.last = record.link
        assert self.aeat.send(record.body.decode()) == [OK if code is None else refused(int(code))]
        state = SubmissionState.ACCEPTED if code is None else SubmissionState.REJECTED
        self.before += (earlier(kind, state, code),)
        if code is None:
            self.standing = Standing.CANCELLED if kind is CANCEL else Standing.REGISTERED
        return table.operation(given)

    def kept_back(self) -> None:
        """A record that did not fit the schema: it is in the chain, and was never sent."""
        self.before += (earlier(ISSUE, SubmissionState.HELD, "SCHEMA"),)

    def elsewhere(self) -> None:
        """Another system of the issuer reports the invoice."""
        assert self.aeat.send(Chain(installation="9", at=NOW).alta(NUMBER)) == [OK]


HISTORIES: list[tuple[Operation, InstructionKind, tuple[Step, ...]]] = [
    (table.INITIAL, ISSUE, ()),
    (table.AFTER_REFUSAL, CORRECT, ((ISSUE, "1239"),)),
    (table.SUBSANACION_UNHELD_AGAIN, CORRECT, ((ISSUE, "1239"), (CORRECT, "1199"))),
    (table.SUBSANACION_UNHELD_AGAIN, CORRECT, ((ISSUE, "1239"), (CORRECT, "1199"), (CANCEL, "1225"))),
    (table.SUBSANACION, CORRECT, ((ISSUE, None),)),
    (table.SUBSANACION, CORRECT, ((ISSUE, "1239"), (CORRECT, None))),
    (table.SUBSANACION, CORRECT, ((ISSUE, None), (CANCEL, None))),
    (table.SUBSANACION, CORRECT, ((ISSUE, None), (CORRECT, "1199"), (CORRECT, None))),
    (table.SUBSANACION, CORRECT, ((ISSUE, None), (CANCEL, "1225"))),
    (table.SUBSANACION_AGAIN, CORRECT, ((ISSUE, None), (CORRECT, "1199"))),
    (table.SUBSANACION_AGAIN, CORRECT, ((ISSUE, None), (CORRECT, "1199"), (CANCEL, "1225"))),
    (table.SUBSANACION_AGAIN, CORRECT, ((ISSUE, None), (CANCEL, None), (CORRECT, "1199"))),
    (table.ANULACION, CANCEL, ((ISSUE, None),)),
    (table.ANULACION, CANCEL, ((ISSUE, None), (CORRECT, "1199"))),
    (table.ANULACION, CANCEL, ((ISSUE, None), (CANCEL, None), (CORRECT, None))),
    (table.ANULACION_AGAIN, CANCEL, ((ISSUE, None), (CANCEL, "1225"))),
    (table.ANULACION_UNHELD, CANCEL, ((ISSUE, "1239"),)),
    (table.ANULACION_UNHELD, CANCEL, ((ISSUE, "1239"), (CORRECT, "1199"))),
    (table.ANULACION_UNHELD_AGAIN, CANCEL, ((ISSUE, "1239"), (CANCEL, "3002"))),
]


@pytest.mark.parametrize(("operation", "kind", "steps"), HISTORIES)
def test_a_history_ends_in_its_row(operation: Operation, kind: InstructionKind, steps: tuple[Step, ...]) -> None:
    story = Story()
    for one, code in steps:
        story.go_on(one, code)
    assert story.go_on(kind) is operation


def test_every_row_has_a_history() -> None:
    told = {operation for operation, _, _ in HISTORIES}
    assert set(table.OPERATIONS) - told == {table.SUBSANACION_UNHELD}, "a record that was never sent has its own test"


def test_a_record_that_was_kept_back() -> None:
    story = Story()
    story.kept_back()
    assert story.go_on(CORRECT) is table.SUBSANACION_UNHELD


def test_an_invoice_that_another_system_has_reported() -> None:
    """First as one without a former record, which draws 3000; from then on as one that the AEAT holds."""
    story = Story()
    story.go_on(ISSUE, "1239")
    story.elsewhere()
    assert story.go_on(CORRECT, "3000") is table.AFTER_REFUSAL
    assert story.go_on(CORRECT, "1199") is table.SUBSANACION_AGAIN
    assert story.go_on(CORRECT) is table.SUBSANACION_AGAIN
    assert story.go_on(CANCEL) is table.ANULACION


def test_an_anulacion_of_what_another_system_has_reported() -> None:
    story = Story()
    story.go_on(ISSUE, "1239")
    story.elsewhere()
    assert story.go_on(CANCEL, "3000") is table.ANULACION_UNHELD
    assert story.go_on(CANCEL) is table.ANULACION_AGAIN


def test_the_newest_refusal_tells_what_is_held() -> None:
    before = (earlier(CORRECT, SubmissionState.REJECTED, "3000"), earlier(CORRECT, SubmissionState.REJECTED, "3002"))
    assert table.held_by(Standing.NONE, before) is Held.NOTHING
    assert table.held_by(Standing.NONE, before[:1]) is Held.ALTA
    assert table.held_by(Standing.CANCELLED, before) is Held.ANULACION, "our own record says more"
