"""The state table of flags, the options at hand, and what a code asks of a person."""

from __future__ import annotations

from itertools import product

import pytest
from msgspec import structs

from jurisdictions.contract import CaseClass, CorrectionOption, Earlier, InstructionKind, Path
from jurisdictions.verifactu import JURISDICTION, state_table
from jurisdictions.verifactu.corrections import Flags, flags
from jurisdictions.verifactu.rules.sentences import SENTENCES
from schemas.document import Invoice
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import NOW, credit_note, earlier, instruction, invoice

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


def offered(standing: Standing, before: Before = (), of: Invoice | None = None) -> tuple[CorrectionOption, ...]:
    return JURISDICTION.desk.corrections(of or invoice(), standing, before, NOW)


def options(standing: Standing, before: Before = ()) -> list[tuple[str, InstructionKind, Kind | None]]:
    return [(one.option, one.instruction, one.kind) for one in offered(standing, before)]


def names(standing: Standing, before: Before = (), of: Invoice | None = None) -> list[str]:
    return [one.option for one in offered(standing, before, of)]


def test_what_is_legal_depends_on_what_the_aeat_holds() -> None:
    assert options(NONE) == []
    assert options(NONE, (refused,))[0] == ("subsanacion", CORRECT, None)
    assert options(ANULADA, (issued, cancelled)) == [("subsanacion", CORRECT, None)]
    assert options(ALTA, (issued,)) == [
        ("credit_note", ISSUE, Kind.CREDIT_NOTE),
        ("debit_note", ISSUE, Kind.DEBIT_NOTE),
        ("rectificativa_sustitucion", ISSUE, Kind.CORRECTIVE),
        ("subsanacion", CORRECT, None),
        ("anulacion", CANCEL, None),
    ]


DOCUMENTS = ["credit_note", "debit_note", "rectificativa_sustitucion"]
ALL = [*DOCUMENTS, "subsanacion", "anulacion"]
MEND = ["subsanacion", *DOCUMENTS, "anulacion"]
WITH_ERRORS = SubmissionState.ACCEPTED_WITH_WARNINGS
QUEUED = earlier(ISSUE, SubmissionState.QUEUED)


@pytest.mark.parametrize(
    ("standing", "before", "expected", "said"),
    [
        (NONE, (QUEUED,), DOCUMENTS, None),
        (NONE, (earlier(ISSUE, SubmissionState.OUTCOME_UNKNOWN, "NETWORK"),), DOCUMENTS, None),
        # Refused, and the invoice was right.
        (NONE, (refused,), MEND, "1239"),
        (NONE, (earlier(ISSUE, GONE, "1239"), unlucky), MEND, "1199"),
        (NONE, (earlier(ISSUE, GONE, "1239"), earlier(CORRECT, SubmissionState.QUEUED)), DOCUMENTS, None),
        (NONE, (earlier(ISSUE, SubmissionState.HELD, "SCHEMA"),), MEND, "kept back"),
        (NONE, (earlier(ISSUE, NO, "1256"),), MEND, "1256"),
        # Refused, and the invoice was wrong: nothing but another invoice mends that.
        (NONE, (earlier(ISSUE, NO, "1124"),), DOCUMENTS, None),
        (NONE, (earlier(ISSUE, NO, "1112"),), DOCUMENTS, None),
        (NONE, (earlier(ISSUE, NO, "3004"),), DOCUMENTS, None),
        # The number is of no use, or another invoice's.
        (NONE, (earlier(ISSUE, NO, "1130"),), ["new_invoice"], "1130"),
        (NONE, (earlier(ISSUE, NO, "3000"),), ["new_invoice"], "3000"),
        # Another system has reported this invoice.
        (NONE, (refused, earlier(CORRECT, NO, "3000")), MEND, "3000"),
        # The same record goes again, once the mandate is there.
        (NONE, (earlier(ISSUE, NO, "3003"),), DOCUMENTS, None),
        # A refused anulación is asked for again.
        (NONE, (refused, uncancelled), MEND, "3002"),
        (NONE, (earlier(ISSUE, NO, "1124"), uncancelled), [*DOCUMENTS, "anulacion"], "3002"),
        (ALTA, (issued, uncancelled), ALL, "3002"),
        (ALTA, (issued, earlier(CANCEL, NO, "3004")), DOCUMENTS, None),
        (ALTA, (issued, earlier(CANCEL, NO, "3001")), [*DOCUMENTS, "subsanacion"], None),
        (ALTA, (issued, earlier(CANCEL, SubmissionState.SUBMITTING)), [], None),
        # Accepted, with errors or without; a refused correction of it.
        (FLAWED, (earlier(ISSUE, WITH_ERRORS, "2001"),), MEND, "2001"),
        (FLAWED, (earlier(ISSUE, WITH_ERRORS, "2006"),), MEND, "2006"),
        (FLAWED, (earlier(ISSUE, WITH_ERRORS, "2004"),), ALL, "wants no correction"),
        (FLAWED, (earlier(ISSUE, WITH_ERRORS, "2009"),), ALL, "wants no correction"),
        (ALTA, (issued, unlucky), MEND, "1199"),
        (ALTA, (issued, earlier(CORRECT, NO, "1124")), [*DOCUMENTS, "anulacion"], None),
        (ALTA, (issued, earlier(CORRECT, SubmissionState.QUEUED)), [*DOCUMENTS, "anulacion"], None),
        (ALTA, (issued, uncancelled, earlier(CORRECT, OK)), ALL, "Only data of the record"),
        # Cancelled: only a subsanación speaks of it again.
        (ANULADA, (issued, cancelled), ["subsanacion"], "back to life"),
        (ANULADA, (refused, cancelled), ["subsanacion"], "back to life."),
        (ANULADA, (issued, earlier(CORRECT, NO, "1124"), cancelled), ["subsanacion"], "back to life."),
        (ANULADA, (issued, cancelled, unlucky), ["subsanacion"], "1199"),
        (ANULADA, (issued, cancelled, earlier(CORRECT, NO, "1124")), [], None),
        (ANULADA, (issued, cancelled, earlier(CORRECT, SubmissionState.QUEUED)), [], None),
    ],
)  # fmt: skip
def test_the_options_of_a_situation(standing: Standing, before: Before, expected: list[str], said: str | None) -> None:
    found = offered(standing, before)
    assert [one.option for one in found] == expected
    if said is not None:
        assert any(said in one.reason for one in found)


@pytest.mark.parametrize("tipo", ["F1", "F2", "R1", "R2", "R3", "R4", "R5"])
def test_each_type_is_rectified_for_a_reason_of_its_own(tipo: str) -> None:
    of = invoice(extensions={"verifactu": {"tipo_factura": tipo}})
    first = offered(ALTA, (issued,), of)[0]
    assert first.option == "credit_note"
    expected = {"F1": "art. 15", "F2": "an R5"}.get(tipo, "factura rectificativa itself")
    assert expected in first.reason


@pytest.mark.parametrize("kind", [Kind.INVOICE, Kind.CREDIT_NOTE])
def test_another_number_is_given_to_the_same_kind_of_document(kind: Kind) -> None:
    (found,) = offered(NONE, (earlier(ISSUE, NO, "1130"),), invoice(kind=kind))
    assert (found.option, found.kind, found.refers) == ("new_invoice", kind, "its_preceding")


@pytest.mark.parametrize(
    ("standing", "before", "named"),
    [
        (ALTA, (issued,), False),
        (FLAWED, (earlier(ISSUE, WITH_ERRORS, "2004"),), False),
        (ANULADA, (issued, cancelled), False),
        (FLAWED, (earlier(ISSUE, WITH_ERRORS, "2001"),), True),
        (NONE, (refused,), True),
        (ALTA, (issued, unlucky), True),
        (ANULADA, (issued, cancelled, unlucky), True),
    ],
)
def test_what_the_invoice_shows_is_mended_only_where_the_aeat_complained(
    standing: Standing, before: Before, named: bool
) -> None:
    option = next(one for one in offered(standing, before) if one.option == "subsanacion")
    assert ("/customer/name" in option.fields, "/customer/tax_ids" in option.fields) == (named, named)
    assert "/extensions/verifactu" in option.fields


def test_an_anulacion_is_confirmed() -> None:
    assert {one.option: one.confirm for one in offered(ALTA, (issued,)) if one.confirm} == {
        "anulacion": ("operation_never_happened",)
    }


def test_the_type_is_the_newest_records() -> None:
    recorded = structs.replace(issued, attributes={"tipo_factura": "F3"})
    assert names(ALTA, (recorded,)) == ["canje_negativo", "factura_canje", "subsanacion", "anulacion"]
    assert "an R5" in offered(ALTA, (issued,), invoice(simplified=True))[0].reason
    assert "itself" in offered(ALTA, (issued,), credit_note())[0].reason


CODES = [str(code) for code in (*range(1100, 1294), *range(3000, 3005), *range(2000, 2010))] + ["SCHEMA", "Incorrecto"]


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("tipo", ["F1", "F2", "F3", "R1", "R2", "R3", "R4", "R5"])
def test_whatever_is_offered_would_be_taken(tipo: str, standing: Standing) -> None:
    """For every type, standing and last code: reasons in whole sentences, and flags that fit what the AEAT holds."""
    of = invoice(extensions={"verifactu": {"tipo_factura": tipo}})
    for code, kind in product(CODES, (ISSUE, CORRECT, CANCEL)):
        before = (*(() if standing is NONE else (issued,)), _ended(kind, code))
        found = offered(standing, before, of)
        assert len({one.option for one in found}) == len(found)
        for one in found:
            assert one.reason.endswith((".", ")")), one.reason
            assert "None" not in one.reason
            if one.kind is None:
                asked = instruction(of, one.instruction, standing=standing, earlier=before)
                held = state_table.held_by(standing, before)
                assert state_table.operation(asked).answer(held) is None, (code, one.option)


def _ended(kind: InstructionKind, code: str) -> Earlier:
    if code == "SCHEMA":
        return earlier(kind, SubmissionState.HELD, code)
    return earlier(kind, WITH_ERRORS if code.startswith("20") else NO, code)


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
        ("4102", CaseClass.DEFECT, Path.RESEND, None),
        ("3501", CaseClass.AUTHORITY_BUSY, Path.RESEND, None),
        ("CERTIFICATE", CaseClass.CONFIGURATION, Path.RESEND, "/credentials/certificate"),
        ("DECLARATION", CaseClass.CONFIGURATION, Path.RESEND, None),
        ("REPRESENTATION", CaseClass.CONFIGURATION, Path.RESEND, "/attestations/representation"),
        ("SCHEMA", CaseClass.DEFECT, Path.CORRECT, "/extensions/verifactu"),
        ("3003", CaseClass.CONFIGURATION, Path.RESEND, None),
        ("3004", CaseClass.CONFIGURATION, Path.NEW_DOCUMENT, None),
        ("4103", CaseClass.AUTHORITY_BUSY, Path.RESEND, None),
        ("4199", CaseClass.DATA_CORRECTION, Path.CORRECT, "/extensions/verifactu"),
        ("9999", CaseClass.DATA_CORRECTION, Path.CORRECT, "/extensions/verifactu"),
    ],
)
def test_what_a_code_asks_for(code: str, expected: CaseClass, path: Path, pointer: str | None) -> None:
    diagnosis = JURISDICTION.desk.classify(ISSUE, code, "sus palabras")
    assert (diagnosis.case_class, diagnosis.path, diagnosis.pointer) == (expected, path, pointer)
    assert diagnosis.sentence.endswith(".")
    assert bool(diagnosis.editable) is (path is not Path.RESEND)


def test_every_code_has_words_of_its_own() -> None:
    for code in SENTENCES:
        diagnosis = JURISDICTION.desk.classify(ISSUE, code, None)
        assert diagnosis.fix
        assert diagnosis.sentence == SENTENCES[code].text
        assert diagnosis.actions


def test_a_duplicate_subsanacion_is_corrected_again() -> None:
    assert JURISDICTION.desk.classify(CORRECT, "3000", None).path is Path.CORRECT


def test_deadlines_and_delivery() -> None:
    named = {one.name: (one.at - NOW).total_seconds() for one in JURISDICTION.desk.deadlines(instruction(), NOW)}
    assert named == {"record_age": 240, "next_try": 3600}
    assert all(map(JURISDICTION.desk.deliverable, SubmissionState))
