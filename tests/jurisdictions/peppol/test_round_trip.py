"""From sealed document to receipt against the simulated access point: two sides that share the protocol only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from msgspec.structs import replace

from jurisdictions.contract import Answer, Ask, Failure, Sending, Setting, SimulatorRequest
from jurisdictions.peppol import JURISDICTION
from schemas.states import SubmissionState
from tests.jurisdictions.peppol import shapes
from tests.jurisdictions.peppol.test_exchange import sending

EXCHANGE = JURISDICTION.exchange
SETTING = Setting(issuer=shapes.issuer(), session=None, at=shapes.AT)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Keys:
    """The sandbox's signer."""

    def authority(self) -> bytes:
        return b"authority"

    def certificate(self, name: str) -> bytes:
        return b"certificate"

    def sign(self, name: str, message: bytes) -> bytes:
        return KEY.sign(message, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class Line:
    """The wire to the simulated access point, and its book."""

    book: dict[str, bytes] = field(default_factory=dict)
    drops: bool = False

    def __post_init__(self) -> None:
        assert JURISDICTION.simulator is not None
        self.book.update(JURISDICTION.simulator.founding)

    def ask(self, ask: Ask) -> Answer:
        assert JURISDICTION.simulator is not None
        request = SimulatorRequest(
            method=ask.method,
            path=JURISDICTION.simulator.endpoints["access_point"] + ask.path,
            headers={name.lower(): _joined(pieces) for name, pieces in ask.headers},
            body=b"".join(piece for piece in ask.body if isinstance(piece, bytes)),
        )
        reply = JURISDICTION.simulator.answer(self.book, request, shapes.AT, Keys(), "default")
        for key, value in reply.changes.items():
            if value is None:
                self.book.pop(key, None)
            else:
                self.book[key] = value
        if self.drops or reply.lost:
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT)
        return Answer(name=ask.name, status=reply.status, headers=reply.headers, body=reply.body)


def _joined(pieces: tuple[object, ...]) -> str:
    return b"".join(piece if isinstance(piece, bytes) else b"sandbox-token" for piece in pieces).decode()


def exchanged(line: Line, one: Sending, *, inquiring: bool = False) -> SubmissionState:
    step = (EXCHANGE.inquire if inquiring else EXCHANGE.begin)((one,), SETTING)
    answers: Mapping[str, Answer] = {ask.name: line.ask(ask) for ask in step.asks}
    return EXCHANGE.resume((one,), step.memo, answers, SETTING).outcomes[one.submission].state


@pytest.mark.parametrize("name", ["plain", "credit", "allowances_and_charges", "tax_included", "exempt"])
def test_a_sound_document_is_transmitted(name: str) -> None:
    assert exchanged(Line(), sending(name=name)) is SubmissionState.ACCEPTED


def test_a_lost_answer_is_found_again_and_nothing_is_sent_twice() -> None:
    line, one = Line(drops=True), sending()
    assert exchanged(line, one) is SubmissionState.OUTCOME_UNKNOWN
    line.drops = False
    assert exchanged(line, one, inquiring=True) is SubmissionState.ACCEPTED
    assert exchanged(line, one) is SubmissionState.ACCEPTED


def test_what_never_arrived_goes_out_again() -> None:
    line, one = Line(), sending()
    assert exchanged(line, one, inquiring=True) is SubmissionState.RETRY_SCHEDULED
    assert exchanged(line, one) is SubmissionState.ACCEPTED


def test_other_bytes_under_the_same_identifier_are_held() -> None:
    line, one = Line(), sending()
    exchanged(line, one)
    changed = replace(one, body=one.body.replace(b"PO-77", b"PO-78"))
    assert exchanged(line, changed) is SubmissionState.HELD


def test_an_unknown_receiver_is_refused() -> None:
    one = sending()
    lost = replace(one, attributes={**one.attributes, "receiver": "0208:0999000426"})
    assert exchanged(Line(), lost) in (SubmissionState.REJECTED,)


def test_an_outage_is_no_refusal() -> None:
    line = Line()
    line.book["outage"] = b"page"
    assert exchanged(line, sending()) is SubmissionState.RETRY_SCHEDULED
