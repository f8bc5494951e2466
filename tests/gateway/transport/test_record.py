"""What the exchange log keeps: everything but the secrets."""

from __future__ import annotations

from gateway.transport import stored_answer, stored_request
from jurisdictions.contract import Answer, Ask, Effect, Failure, SecretSlot

TOKEN = SecretSlot(credential="pac", field="token")
ASK = Ask(
    name="stamp",
    endpoint="box",
    effect=Effect.WRITE,
    documents=("sub_1",),
    path="/stamp",
    headers=(("Authorization", (b"bearer ", TOKEN)),),
    body=(b"<p>", TOKEN, b"</p>"),
)


def test_a_request_shows_its_slots() -> None:
    stored = stored_request(ASK)
    assert stored.headers == (("Authorization", "bearer «pac.token»"),)
    assert stored.body.decode() == "<p>«pac.token»</p>"
    assert (stored.method, stored.path) == ("POST", "/stamp")


def test_an_answer_keeps_no_cookie() -> None:
    answer = Answer(name="stamp", status=200, headers={"set-cookie": "a=b", "x": "y"}, body=b"body")
    stored = stored_answer(ASK, answer)
    assert stored.headers == {"set-cookie": "«redacted»", "x": "y"}
    assert stored.body == b"body"


def test_a_secret_answer_keeps_no_body() -> None:
    ask = Ask(name="login", endpoint="box", effect=Effect.READ, documents=(), secret_answer=True)
    answer = Answer(name="login", status=200, headers={"x-token": "t", "date": "d"}, body=b"token")
    stored = stored_answer(ask, answer)
    assert stored.headers == {"date": "d"}
    assert b"token" not in stored.body
    assert b"5 bytes" in stored.body
    failed = Answer(name="login", failure=Failure.NOT_SENT, detail="no")
    assert stored_answer(ask, failed) == failed
