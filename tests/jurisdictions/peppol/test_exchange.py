"""The talk with the access point: every answer of the protocol, and what becomes of the document."""

import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest

from jurisdictions.contract import (
    Answer,
    Ask,
    Effect,
    Failure,
    InstructionKind,
    Outcome,
    SecretSlot,
    Sending,
    Setting,
    Step,
)
from jurisdictions.peppol.exchange import EXCHANGE
from jurisdictions.peppol.seal import seal
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.peppol import shapes

SETTING = Setting(issuer=shapes.issuer(), session=None, at=shapes.AT)
RECEIPT = "<Receipt/>"
TAKEN = {
    "message_id": "m-1@ap",
    "instance_id": shapes.SUBMISSION,
    "receipt": RECEIPT,
    "timestamp": "2026-11-20T09:30:01Z",
}


def sending(submission: str = shapes.SUBMISSION, name: str = "plain") -> Sending:
    made = seal(shapes.sealing(shapes.SHAPES[name]), None)  # type: ignore[arg-type]
    return Sending(
        submission=submission,
        instruction=InstructionKind.ISSUE,
        body=made.body,
        attributes=made.attributes,
        sealed_at=shapes.AT,
        edition="3.0.21",
    )


def told(status: int, said: Any = None, **more: Any) -> Answer:
    body = said if isinstance(said, bytes) else json.dumps(said).encode() if said is not None else b""
    return Answer(name=shapes.SUBMISSION, status=status, body=body, **more)


def settled(answer: Answer, *, inquiring: bool = False) -> tuple[Outcome, Step]:
    one = sending()
    step = (EXCHANGE.inquire if inquiring else EXCHANGE.begin)((one,), SETTING)
    after = EXCHANGE.resume((one,), step.memo, {shapes.SUBMISSION: answer}, SETTING)
    assert after.asks == ()
    return after.outcomes[shapes.SUBMISSION], after


def test_one_ask_for_each_document_with_the_token_left_out() -> None:
    others = tuple(sending(f"01935e2a-7c3e-7d52-9a55-0d9b6b1c2f1{n}") for n in range(3))
    step = EXCHANGE.begin(others, SETTING)
    assert [ask.documents for ask in step.asks] == [(one.submission,) for one in others]
    ask = step.asks[0]
    assert (ask.endpoint, ask.method, ask.path, ask.effect) == ("access_point", "POST", "/ap/v1/messages", Effect.WRITE)
    headers = dict(ask.headers)
    assert headers["Authorization"] == (b"Bearer ", SecretSlot(credential="access_point", field="token"))
    assert headers["Idempotency-Key"] == (others[0].submission.encode(),)
    assert EXCHANGE.begin(others, SETTING) == step


def test_flow_belongs_to_the_sender_and_has_no_order() -> None:
    flow = EXCHANGE.flow(shapes.instruction(shapes.SHAPES["plain"]), shapes.issuer())
    assert (flow.key, flow.ordered, flow.max_batch) == ("0208:0999000129", False, 50)
    assert len(EXCHANGE.batch(tuple(sending(str(n)) for n in range(60)))) == 50


def test_flow_of_self_billing_belongs_to_the_buyer_who_sends_it() -> None:
    made = shapes.invoice(self_billed=True)
    assert EXCHANGE.flow(shapes.instruction(made), shapes.issuer()).key == "0208:0999000228"


@pytest.mark.parametrize("status", [200, 201, 409])
@pytest.mark.parametrize("receipt", [RECEIPT, b64encode(RECEIPT.encode()).decode()])
def test_a_receipt_is_the_proof(status: int, receipt: str) -> None:
    outcome, step = settled(told(status, TAKEN | {"receipt": receipt}))
    assert outcome.state is SubmissionState.ACCEPTED
    assert outcome.authority_id == "m-1@ap"
    assert outcome.standing is Standing.REGISTERED
    assert outcome.evidence[0].body == RECEIPT.encode()
    assert outcome.attributes == {"message_id": "m-1@ap", "transmitted_at": "2026-11-20T09:30:01Z"}
    assert not step.backoff
    assert step.hold is None


def test_pending_is_asked_after() -> None:
    outcome, _ = settled(told(202, {"status": "pending"}))
    assert (outcome.state, outcome.not_before) == (SubmissionState.WAITING, shapes.AT + timedelta(seconds=60))
    outcome, _ = settled(told(202, {"status": "pending"}, headers={"retry-after": "5"}))
    assert outcome.not_before == shapes.AT + timedelta(seconds=5)


@pytest.mark.parametrize("code", ["RECEIVER_NOT_REGISTERED", "DOCUMENT_TYPE_NOT_SUPPORTED", "NOT_SERVICED"])
def test_a_refusal_keeps_its_code_and_words(code: str) -> None:
    outcome, step = settled(told(422, {"code": code, "message": "their words"}))
    assert (outcome.state, outcome.code, outcome.message) == (SubmissionState.REJECTED, code, "their words")
    assert not step.backoff


def test_an_invalid_document_keeps_their_findings() -> None:
    said = {
        "code": "INVALID_DOCUMENT",
        "message": "no",
        "findings": [{"rule": "BR-1", "message": "m", "location": "/x"}],
    }
    [finding] = settled(told(422, said))[0].findings
    assert (finding.rule, finding.external_code, finding.external_message) == ("BR-1", "BR-1", "m")
    assert finding.source == "access_point"


@pytest.mark.parametrize(
    "answer",
    [
        told(503, {"code": "LOOKUP_FAILED", "message": "SMP does not answer"}),
        told(502, b"<html>Bad gateway</html>"),
        told(500, {"code": "INTERNAL_ERROR"}),
        told(429),
        Answer(name=shapes.SUBMISSION, failure=Failure.NOT_SENT),
    ],
)
def test_could_not_ask_is_no_refusal(answer: Answer) -> None:
    outcome, step = settled(answer)
    assert outcome.state is SubmissionState.RETRY_SCHEDULED
    assert step.backoff


def test_an_answer_that_was_lost_is_asked_after_first() -> None:
    outcome, step = settled(Answer(name=shapes.SUBMISSION, failure=Failure.MAYBE_SENT))
    assert outcome.state is SubmissionState.OUTCOME_UNKNOWN
    assert step.backoff


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (told(401, {"code": "UNAUTHORIZED"}), "AP_UNAUTHORIZED"),
        (told(403), "AP_UNAUTHORIZED"),
        (told(302), "AP_ADDRESS"),
        (told(404, b"<html/>"), "AP_ADDRESS"),
    ],
)
def test_what_a_person_must_mend_holds_the_flow(answer: Answer, code: str) -> None:
    outcome, step = settled(answer)
    assert outcome.state is SubmissionState.RETRY_SCHEDULED
    assert step.hold is not None
    assert step.hold.code == code


@pytest.mark.parametrize("answer", [told(409, {"code": "DUPLICATE_INSTANCE"}), told(400, {"code": "BAD"}), told(413)])
def test_what_cannot_be_right_is_held(answer: Answer) -> None:
    assert settled(answer)[0].state is SubmissionState.HELD


@pytest.mark.parametrize(
    "answer",
    [
        told(200, b"<html/>"),
        told(200, {}),
        told(201, TAKEN | {"instance_id": "another"}),
        told(200, TAKEN | {"receipt": "%"}),
    ],
)
def test_success_without_proof_is_unknown(answer: Answer) -> None:
    assert settled(answer)[0].state is SubmissionState.OUTCOME_UNKNOWN


def test_inquiry_reads_only() -> None:
    [ask] = EXCHANGE.inquire((sending(),), SETTING).asks
    assert isinstance(ask, Ask)
    assert (ask.method, ask.effect, ask.path) == ("GET", Effect.READ, f"/ap/v1/messages/{shapes.SUBMISSION}")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (told(200, TAKEN), SubmissionState.ACCEPTED),
        (told(200, {"status": "pending"}), SubmissionState.WAITING),
        (told(200, {"status": "rejected", "code": "NOT_SERVICED"}), SubmissionState.REJECTED),
        (told(404, {"code": "UNKNOWN_INSTANCE"}), SubmissionState.RETRY_SCHEDULED),
        (told(404, b"<html/>"), SubmissionState.OUTCOME_UNKNOWN),
        (told(503), SubmissionState.OUTCOME_UNKNOWN),
        (Answer(name=shapes.SUBMISSION, failure=Failure.NOT_SENT), SubmissionState.OUTCOME_UNKNOWN),
        (Answer(name=shapes.SUBMISSION, failure=Failure.MAYBE_SENT), SubmissionState.OUTCOME_UNKNOWN),
    ],
)
def test_inquiry_settles_what_the_access_point_itself_says(answer: Answer, state: SubmissionState) -> None:
    assert settled(answer, inquiring=True)[0].state is state


def test_a_document_without_an_address_is_held() -> None:
    lost = Sending(
        submission="s",
        instruction=InstructionKind.ISSUE,
        body=b"<a/>",
        attributes={},
        sealed_at=shapes.AT,
        edition="3.0.21",
    )
    step = EXCHANGE.begin((lost,), SETTING)
    assert step.asks == ()
    assert step.outcomes["s"].state is SubmissionState.HELD
