"""The state table of flags, the options at hand, and what a code asks of a person."""

from __future__ import annotations

import pytest

from jurisdictions.contract import CaseClass, Earlier, InstructionKind, Path
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.corrections import Flags, flags
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import NOW, earlier, instruction, invoice

ISSUE, CORRECT, CANCEL = InstructionKind.ISSUE, InstructionKind.CORRECT, InstructionKind.CANCEL
NONE, ALTA, ANULADA = Standing.NONE, Standing.REGISTERED, Standing.CANCELLED
FLAWED = Standing.REGISTERED_WITH_ERRORS
OK, NO, GONE = SubmissionState.ACCEPTED, SubmissionState.REJECTED, SubmissionState.SUPERSEDED

Before = tuple[Earlier, ...]
issued, refused = earlier(ISSUE, OK), earlier(ISSUE, NO, "1239")
unlucky, cancelled, uncancelled = earlier(CORRECT, NO, "1199"), earlier(CANCEL, OK), earlier(CANCEL, NO, "3002")


@pytest.mark.parametrize(
    ("kind", "standing", "before", "expected"),
    [
        (ISSUE, NONE, (), Flags()),
        # Alta por rechazo: the AEAT holds nothing, however often it refused.
        (CORRECT, NONE, (refused,), Flags("S", "X")),
        (CORRECT, NONE, (refused, unlucky), Flags("S", "X")),
        (CORRECT, NONE, (earlier(ISSUE, GONE, "1239"),), Flags("S", "X")),
        (CORRECT, NONE, (earlier(ISSUE, SubmissionState.HELD, "SCHEMA"),), Flags("S", "X")),
        # Alta de subsanación of what it holds, cancelled or not.
        (CORRECT, ALTA, (issued,), Flags("S")),
        (CORRECT, FLAWED, (earlier(ISSUE, SubmissionState.ACCEPTED_WITH_WARNINGS),), Flags("S")),
        (CORRECT, ANULADA, (issued, cancelled), Flags("S")),
        # Alta por rechazo de subsanación.
        (CORRECT, ALTA, (issued, unlucky), Flags("S", "S")),
        (CORRECT, ALTA, (issued, earlier(CORRECT, GONE, "1199")), Flags("S", "S")),
        (CORRECT, ALTA, (issued, unlucky, earlier(CORRECT, OK)), Flags("S")),
        (CORRECT, ALTA, (issued, earlier(CORRECT, GONE, "2000")), Flags("S")),
        (CORRECT, ALTA, (issued, uncancelled), Flags("S")),
        # Another system's record under the number: S+X drew 3000, then S+S.
        (CORRECT, NONE, (refused, earlier(CORRECT, NO, "3000")), Flags("S", "S")),
        # Anulación, with and without a former record, refused before or not.
        (CANCEL, ALTA, (issued,), Flags()),
        (CANCEL, ANULADA, (issued, cancelled), Flags()),
        (CANCEL, ALTA, (issued, uncancelled), Flags(None, "S")),
        (CANCEL, NONE, (refused,), Flags(None, None, "S")),
        (CANCEL, NONE, (refused, uncancelled), Flags(None, "S", "S")),
    ],
)  # fmt: skip
def test_the_row_of_the_state_table(kind: InstructionKind, standing: Standing, before: Before, expected: Flags) -> None:
    assert flags(instruction(kind=kind, standing=standing, earlier=before)) == expected


def options(standing: Standing, before: Before = ()) -> list[tuple[str, InstructionKind, Kind | None]]:
    found = JURISDICTION.desk.corrections(invoice(), standing, before, NOW)
    return [(one.option, one.instruction, one.kind) for one in found]


def test_what_is_legal_depends_on_what_the_aeat_holds() -> None:
    assert options(NONE) == []
    assert options(NONE, (refused,))[0] == ("subsanacion", CORRECT, None)
    assert options(ANULADA, (issued, cancelled)) == [("subsanacion", CORRECT, None)]
    assert options(ALTA, (issued,)) == [
        ("credit_note", ISSUE, Kind.CREDIT_NOTE),
        ("debit_note", ISSUE, Kind.DEBIT_NOTE),
        ("subsanacion", CORRECT, None),
        ("anulacion", CANCEL, None),
    ]


@pytest.mark.parametrize(
    ("code", "expected", "path", "pointer"),
    [
        ("1110", CaseClass.DATA_CORRECTION, Path.CORRECT, "/customer/tax_ids/0/value"),
        ("1239", CaseClass.DATA_CORRECTION, Path.CORRECT, "/customer/tax_ids/0/value"),
        ("1124", CaseClass.DATA_CORRECTION, Path.NEW_DOCUMENT, "/lines/0/taxes/0/percent"),
        ("1112", CaseClass.DATA_CORRECTION, Path.NEW_DOCUMENT, "/issue_date"),
        ("1199", CaseClass.DATA_CORRECTION, Path.CORRECT, "/extensions/verifactu/clave_regimen"),
        ("1291", CaseClass.DEFECT, Path.CORRECT, None),
        ("1100", CaseClass.DATA_CORRECTION, Path.CORRECT, "/customer/tax_ids/0/value"),
        ("3000", CaseClass.DUPLICATE, Path.NEW_DOCUMENT, "/series"),
        ("3002", CaseClass.DATA_CORRECTION, Path.CORRECT, None),
        ("2000", CaseClass.DEFECT, Path.CORRECT, None),
        ("4112", CaseClass.CONFIGURATION, Path.RESEND, "/credentials/certificate"),
        ("4102", CaseClass.CONFIGURATION, Path.RESEND, None),
        ("3501", CaseClass.AUTHORITY_BUSY, Path.RESEND, None),
        ("CERTIFICATE", CaseClass.CONFIGURATION, Path.RESEND, "/credentials/certificate"),
        ("SCHEMA", CaseClass.DEFECT, Path.CORRECT, "/extensions/verifactu"),
        ("9999", CaseClass.DATA_CORRECTION, Path.CORRECT, "/extensions/verifactu"),
    ],
)
def test_what_a_code_asks_for(code: str, expected: CaseClass, path: Path, pointer: str | None) -> None:
    diagnosis = JURISDICTION.desk.classify(ISSUE, code, "sus palabras")
    assert (diagnosis.case_class, diagnosis.path, diagnosis.pointer) == (expected, path, pointer)
    assert diagnosis.sentence.endswith(".")
    assert bool(diagnosis.editable) is (path is not Path.RESEND)


def test_a_duplicate_subsanacion_is_corrected_again() -> None:
    assert JURISDICTION.desk.classify(CORRECT, "3000", None).path is Path.CORRECT


def test_deadlines_and_delivery() -> None:
    named = {one.name: (one.at - NOW).total_seconds() for one in JURISDICTION.desk.deadlines(instruction(), NOW)}
    assert named == {"record_age": 240, "next_try": 3600}
    assert all(map(JURISDICTION.desk.deliverable, SubmissionState))
