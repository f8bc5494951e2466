"""Whatever comes back, at whichever step: nothing stumbles, nothing is believed that was not said, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jurisdictions.contract import Answer, Failure, Sandbox, Sending, Setting, Step
from schemas.states import ACCEPTED, SubmissionState
from tests.jurisdictions.cfdi.invoices import sending
from tests.jurisdictions.cfdi.pacs.test_cancel_talk import asked
from tests.jurisdictions.cfdi.simulated import Certifier
from tests.jurisdictions.cfdi.world import EXCHANGE, World, two_pacs

S = SubmissionState
_statuses = st.sampled_from([0, 200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504, 999])
_words = ["307", "401 - 72 horas", "401", "AU2001", "AU4000", "603", "201", "205", "708", "CFDI40145", "CFDI3307", ""]
_json = st.sampled_from(
    [
        f'{{"status":"{status}","message":"{words}","data":{data}}}'.encode()
        for status in ("error", "success")
        for words in _words
        for data in ("null", "{}", '{"uuid":{"a":"201"}}', '{"uuid":7,"cfdi":[],"tfd":"<TimbreFiscalDigital/>"}')
    ]
)
_HEAD = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
_soap = st.sampled_from(
    [
        f"{_HEAD}<r><stampResult>{inner}</stampResult></r></e:Body></e:Envelope>".encode()
        for inner in (
            "",
            "<xml>TimbreFiscalDigital</xml>",
            *(
                f"<Incidencias><Incidencia><CodigoError>{w[:3]}</CodigoError></Incidencia></Incidencias>"
                for w in _words
            ),
            *(f"<CodEstatus>{w}</CodEstatus>" for w in _words),
            "<CodigoEstatus>S - x</CodigoEstatus><Estado>Vigente</Estado>",
            "<CodigoEstatus>S - x</CodigoEstatus><Estado>Vigente</Estado><EstatusCancelacion>En proceso"
            "</EstatusCancelacion>",
            "<CodigoEstatus>N - 601</CodigoEstatus><Estado>Cancelado</Estado>",
            "<CodigoEstatus>N - 602</CodigoEstatus><Estado>No Encontrado</Estado>",
        )
    ]
)
_rubbish = st.binary(max_size=200) | st.sampled_from([b"", b"{}", b"[]", b"null", b"<a/>", b"<!DOCTYPE a><a/>", b"0"])


def _begin_sw() -> World:
    return _stamping("sw")


def _begin_finkok() -> World:
    return _stamping("finkok")


def _stamping(pac: str) -> World:
    one = World(issuer=two_pacs(pac=pac))
    one.add(sending())
    return one


def _unknown(*heard: str) -> World:
    one = _stamping("sw")
    for name, document in one.documents.items():
        one.documents[name] = replace(document, state=S.SUBMITTING, asked=heard, tries=1)
    return one


STARTS: dict[str, Callable[[], World]] = {
    "sw": _begin_sw,
    "finkok": _begin_finkok,
    "asked sw": lambda: _unknown("sw"),
    "asked finkok": lambda: _unknown("finkok"),
    "asked both": lambda: _unknown("sw", "finkok"),
    "cancel sw": lambda: asked("[sim:cancel-silence]"),
    "cancel finkok": lambda: asked("[sim:cancel-silence]", pac="finkok"),
    "cancel waits": lambda: _waiting(),  # noqa: PLW0108 - it is written below
}


def _waiting() -> World:
    one = asked("[sim:cancel-silence]")
    one.turn()
    return one


def _setting(one: World) -> Setting:
    return Setting(
        issuer=one.issuer, session=one.session, at=one.at, sandbox=Sandbox(endpoints=one.sandbox or (), authority="")
    )


@cache
def _asking(name: str) -> tuple[tuple[Sending, ...], Setting, list[Step]]:
    """The documents, and every step with questions that a healthy talk has."""
    one = STARTS[name]()
    documents = tuple(one.documents.values())
    setting = _setting(one)
    starts = EXCHANGE.inquire if one.documents and documents[0].state is not S.QUEUED else EXCHANGE.begin
    step, steps = starts(documents, setting), []
    while step.asks:
        steps.append(step)
        one.session = step.session or one.session
        answers = {ask.name: one._answer(ask) for ask in step.asks}
        step = EXCHANGE.resume(documents, step.memo, answers, _setting(one))
    assert isinstance(one.simulator, Certifier)
    return documents, setting, steps


@pytest.mark.parametrize("name", STARTS)
def test_no_answer_makes_us_stumble(name: str) -> None:
    documents, setting, steps = _asking(name)

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(steps), _statuses, _rubbish | _json | _soap, st.none() | st.sampled_from(Failure))
    def never(step: Step, status: int, body: bytes, failure: Failure | None) -> None:
        answers = {
            ask.name: Answer(name=ask.name, status=status, body=b"" if failure else body, failure=failure)
            for ask in step.asks
        }
        memo = msgspec.json.decode(msgspec.json.encode(step.memo))
        after = EXCHANGE.resume(documents, memo, answers, setting)
        assert after.asks or after.outcomes or after.hold, "nothing is left to happen"
        assert not any(outcome.state in ACCEPTED or outcome.authority_id for outcome in after.outcomes.values())
        written = any(ask.effect == "write" for ask in step.asks)
        if written and failure is Failure.MAYBE_SENT:
            assert not after.asks, "nobody else is asked while it is unknown"
            assert {outcome.state for outcome in after.outcomes.values()} <= {S.OUTCOME_UNKNOWN, S.WAITING}
        if failure is not None:
            assert not any(outcome.state is S.REJECTED for outcome in after.outcomes.values())
        endpoints = {ask.endpoint for ask in after.asks} & {"sw", "finkok"}
        if name.startswith("asked ") and name != "asked both":
            assert endpoints <= {name.removeprefix("asked ")}

    never()
