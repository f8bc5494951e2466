"""What people at the desk are told and offered."""

import pytest

from jurisdictions.contract import CaseClass, Earlier, InstructionKind, Path
from jurisdictions.peppol import JURISDICTION
from jurisdictions.peppol.answers import BUSY, HOLDS, REFUSALS
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.peppol import shapes

DESK = JURISDICTION.desk
ISSUE = InstructionKind.ISSUE


@pytest.mark.parametrize(
    "code", sorted(REFUSALS | BUSY | set(HOLDS) | {"DUPLICATE_INSTANCE", "NO_ROUTING", "AP_UNREADABLE"})
)
def test_every_code_of_ours_has_a_sentence(code: str) -> None:
    said = DESK.classify(ISSUE, code, None)
    assert said.sentence.endswith(".")
    assert "not among the codes" not in said.sentence


def test_an_unregistered_receiver_is_the_recipient_s_matter() -> None:
    said = DESK.classify(ISSUE, "RECEIVER_NOT_REGISTERED", "unknown")
    assert (said.case_class, said.path, said.pointer) == (
        CaseClass.RECIPIENT,
        Path.RESEAL,
        "/customer/endpoints/0/value",
    )


def test_no_path_lets_amounts_change_under_the_same_number() -> None:
    said = DESK.classify(ISSUE, "INVALID_DOCUMENT", None)
    assert said.case_class is CaseClass.DATA_CORRECTION
    assert not any(pointer in ("", "/lines") for pointer in said.editable)


def test_an_unknown_code_is_a_defect() -> None:
    assert DESK.classify(ISSUE, "WHAT", None).case_class is CaseClass.DEFECT


def test_a_delivered_invoice_is_corrected_by_a_credit_note_and_a_new_invoice() -> None:
    made = shapes.SHAPES["plain"]
    options = DESK.corrections(made, Standing.REGISTERED, (), shapes.AT)
    assert [(one.option, one.kind) for one in options] == [
        ("credit_note", Kind.CREDIT_NOTE),
        ("new_invoice", Kind.INVOICE),
    ]
    accepted = Earlier(submission="s", instruction=ISSUE, state=SubmissionState.ACCEPTED, fingerprint="f")
    assert DESK.corrections(made, Standing.NONE, (accepted,), shapes.AT) == options


def test_nothing_is_corrected_before_delivery_nor_on_a_credit_note() -> None:
    assert DESK.corrections(shapes.SHAPES["plain"], Standing.NONE, (), shapes.AT) == ()
    assert DESK.corrections(shapes.SHAPES["credit"], Standing.REGISTERED, (), shapes.AT) == ()


def test_transmission_is_delivery() -> None:
    assert DESK.deliverable(SubmissionState.ACCEPTED)
    assert not any(map(DESK.deliverable, (SubmissionState.QUEUED, SubmissionState.WAITING, SubmissionState.REJECTED)))


def test_printed_copy_names_both_sides() -> None:
    said = DESK.render(shapes.SHAPES["plain"], {"sender": "0208:0999000129"})
    assert said["receiver"] == "0208:0999000228"
    assert said["document_type"] == "380"


def test_no_deadline_is_invented() -> None:
    assert DESK.deadlines(shapes.instruction(shapes.SHAPES["plain"]), shapes.AT) == ()


def test_about_says_what_is_needed() -> None:
    about = JURISDICTION.about
    assert about.code == "peppol"
    assert [spec.name for spec in about.credentials] == ["access_point"]
    assert {spec.name: spec.live for spec in about.endpoints} == {"access_point": "", "sml": "", "smp": ""}
    assert about.kinds == tuple(kind for kind in Kind if kind is not Kind.RECEIPT)
