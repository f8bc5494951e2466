"""The desk: classes and ways of refusals, what may be corrected, deadlines, delivery and print."""

from datetime import timedelta

import pytest

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.sentences import SENTENCES
from jurisdictions.contract import CaseClass, InstructionKind, Path
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.cfdi.invoices import AT, credit_note, instruction, invoice

DESK = JURISDICTION.desk


@pytest.mark.parametrize(
    ("code", "case_class", "path"),
    [
        ("CFDI40145", CaseClass.DATA_CORRECTION, Path.RESEAL),
        ("CFDI40161", CaseClass.DATA_CORRECTION, Path.RESEAL),
        ("401", CaseClass.DATA_CORRECTION, Path.RESEAL),
        ("303", CaseClass.CONFIGURATION, Path.RESEAL),
        ("304", CaseClass.CONFIGURATION, Path.RESEAL),
        ("402", CaseClass.CONFIGURATION, Path.RESEAL),
        ("AU2001", CaseClass.CONFIGURATION, Path.RESEND),
        ("AU9999", CaseClass.CONFIGURATION, Path.RESEND),
        ("307", CaseClass.DUPLICATE, Path.RESEND),
        ("CFDI40999", CaseClass.DATA_CORRECTION, Path.RESEAL),
        ("CFDI-STAMP-02", CaseClass.DEFECT, Path.RESEND),
        ("HTTP400", CaseClass.RETRYABLE_TRANSPORT, Path.RESEND),
    ],
)
def test_classes_and_ways(code: str, case_class: CaseClass, path: Path) -> None:
    diagnosis = DESK.classify(InstructionKind.ISSUE, code, "words")
    assert (diagnosis.case_class, diagnosis.path) == (case_class, path)
    assert diagnosis.sentence
    assert bool(diagnosis.editable) is (path is Path.RESEAL)


def test_every_sentence_is_one_sentence_and_its_pointer_a_pointer() -> None:
    for code, sentence in SENTENCES.items():
        assert sentence.text.endswith("."), code
        assert sentence.pointer is None or sentence.pointer.startswith("/"), code


def test_a_registered_invoice_may_be_credited() -> None:
    options = DESK.corrections(invoice(), Standing.REGISTERED, (), AT)
    assert [(option.option, option.kind) for option in options] == [("credit_note", Kind.CREDIT_NOTE)]
    assert DESK.corrections(invoice(), Standing.NONE, (), AT) == ()
    assert DESK.corrections(credit_note(), Standing.REGISTERED, (), AT) == ()


def test_a_cfdi_is_stamped_within_72_hours_and_delivered_then() -> None:
    (deadline,) = DESK.deadlines(instruction(), AT)
    assert deadline.at == AT + timedelta(hours=72)
    assert [state for state in SubmissionState if DESK.deliverable(state)] == [
        SubmissionState.ACCEPTED,
        SubmissionState.ACCEPTED_WITH_WARNINGS,
    ]


def test_the_printed_form_has_what_the_law_asks_for() -> None:
    printed = DESK.render(
        invoice(), {"uuid": "u", "cadena_tfd": "||1.1|u||", "verification_url": "https://x", "no": "1"}
    )
    assert printed["legend"] == "Este documento es una representación impresa de un CFDI"
    assert (printed["uuid"], printed["cadena_tfd"], printed["verification_url"]) == ("u", "||1.1|u||", "https://x")
    assert "no" not in printed
