"""The talk with the PAC: against the simulator, and against every answer that it could give."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from lxml import etree

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.contract import (
    Answer,
    Ask,
    AskKind,
    Effect,
    Failure,
    Outcome,
    Sandbox,
    SecretSlot,
    Sending,
    Session,
    Setting,
    SimulatorRequest,
    Step,
)
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.cfdi.invoices import AT, SUBMISSION, instruction, invoice, issuer, seal, sending
from tests.jurisdictions.cfdi.simulated import Certifier

EXCHANGE = JURISDICTION.exchange
SECRETS = {("pac", "user"): b"sandbox", ("pac", "password"): b"sandbox"}
TFD = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"


NOWHERE = Sandbox(endpoints=("sw",), authority="")
"""A sandbox of the first PAC alone: stamps are judged by their form."""


def setting(session: Session | None = None) -> Setting:
    return Setting(issuer=issuer(), session=session, at=AT, sandbox=NOWHERE)


def signed_in() -> Setting:
    return setting(Session(values={"token": "t"}, expires_at=AT + timedelta(hours=1)))


def filled(pieces: tuple[bytes | SecretSlot, ...], session: Session | None) -> bytes:
    known = SECRETS | ({("session", k): v.encode() for k, v in session.values.items()} if session else {})
    return b"".join(p if isinstance(p, bytes) else known[p.credential, p.field] for p in pieces)


def asked(pac: Certifier, ask: Ask, session: Session | None) -> Answer:
    """What the gateway's transport does, with the simulator at the other end."""
    headers = {name: filled(pieces, session).decode() for name, pieces in ask.headers}
    reply = pac.ask(SimulatorRequest(method=ask.method, path=ask.path, headers=headers, body=filled(ask.body, session)))
    if reply.lost:
        return Answer(name=ask.name, failure=Failure.MAYBE_SENT, detail="the line dropped")
    return Answer(name=ask.name, status=reply.status, headers=reply.headers, body=reply.body)


def talk(
    pac: Certifier, documents: tuple[Sending, ...], step: Step, where: Setting
) -> tuple[dict[str, Outcome], Step, Session | None]:
    """Go on until nothing is asked any more; every outcome, the last step, and the session that is kept."""
    outcomes: dict[str, Outcome] = {}
    session = where.session
    for _ in range(6):
        outcomes.update(step.outcomes)
        session = None if step.drop_session else step.session or session
        if not step.asks:
            return outcomes, step, session
        memo = msgspec.json.decode(msgspec.json.encode(step.memo))  # as the gateway stores it
        answers = {ask.name: asked(pac, ask, session) for ask in step.asks}
        where = msgspec.structs.replace(where, session=session)
        step = EXCHANGE.resume(documents, memo, answers, where)
    raise AssertionError("the exchange does not end")


def settled(answer: Answer, documents: tuple[Sending, ...] | None = None) -> tuple[Outcome, Step]:
    """The outcome of one document after one answer."""
    documents = documents or (sending(),)
    begun = EXCHANGE.begin(documents, signed_in())
    step = EXCHANGE.resume(documents, begun.memo, {SUBMISSION: answer}, signed_in())
    return step.outcomes[SUBMISSION], step


def said(message: str, status: int = 400, data: Any = None, detail: Any = None) -> Answer:
    body = {"message": message, "messageDetail": detail, "data": data, "status": "error"}
    return Answer(name=SUBMISSION, status=status, body=json.dumps(body).encode())


def test_the_flow_is_the_issuers() -> None:
    flow = EXCHANGE.flow(instruction(), issuer())
    assert (flow.key, flow.ordered, flow.max_batch) == ("EKU9003173C9", False, 50)
    assert EXCHANGE.batch((sending(),)) == (sending(),)


def test_a_document_is_stamped_and_the_stamp_put_into_the_sealed_bytes() -> None:
    pac, document = Certifier(), sending()
    outcomes, last, session = talk(pac, (document,), EXCHANGE.begin((document,), setting()), setting())
    outcome = outcomes[SUBMISSION]
    assert (outcome.state, outcome.standing) == (SubmissionState.ACCEPTED, Standing.REGISTERED)
    assert outcome.authority_id
    assert outcome.attributes["uuid"] == outcome.authority_id
    stamped = outcome.evidence[0].body
    head, _, rest = stamped.partition(b"<cfdi:Complemento>")
    assert document.body == head + rest.partition(b"</cfdi:Complemento>")[2]
    assert etree.fromstring(stamped).find(f".//{TFD}") is not None
    judgement = JURISDICTION.law.judge(stamped)
    assert (judgement.verdict, judgement.findings) == ("valid", ())
    url = outcome.facts["verification_url"]
    last8 = document.attributes["sello_last8"]
    assert url.endswith(f"?id={outcome.authority_id}&re=EKU9003173C9&rr=URE180429TM6&tt=1160.0&fe={last8}")
    assert session is not None
    assert (last.backoff, last.hold) == (False, None)


def test_several_documents_go_out_in_one_step() -> None:
    many = tuple(sending(seal(number=f"A-{n}"), f"sub-{n}") for n in range(3))
    step = EXCHANGE.begin(many, signed_in())
    assert [ask.name for ask in step.asks] == ["sub-0", "sub-1", "sub-2"]
    assert {(ask.effect, ask.kind, ask.documents) for ask in step.asks} == {
        (Effect.WRITE, AskKind.HTTP, (name,)) for name in ("sub-0", "sub-1", "sub-2")
    }
    outcomes, _, _ = talk(Certifier(), many, EXCHANGE.begin(many, setting()), setting())
    assert {outcome.state for outcome in outcomes.values()} == {SubmissionState.ACCEPTED}
    assert len({outcome.authority_id for outcome in outcomes.values()}) == 3


def test_no_secret_is_in_an_ask() -> None:
    login = EXCHANGE.begin((sending(),), setting()).asks[0]
    assert login.secret_answer
    assert login.effect is Effect.READ
    assert SecretSlot(credential="pac", field="password") in login.body
    stamp = EXCHANGE.begin((sending(),), signed_in()).asks[0]
    headers: Mapping[str, tuple[bytes | SecretSlot, ...]] = dict(stamp.headers)
    assert headers["authorization"] == (b"Bearer ", SecretSlot(credential="session", field="token"))
    assert headers["customid"] == (SUBMISSION.encode(),)


def test_an_answer_that_was_lost_is_asked_for_again_and_found() -> None:
    """The first stamp comes back under 307, and no second one is made."""
    pac = Certifier()
    lost = sending(seal(instruction(condiciones_de_pago="[sim:lost]")))
    outcomes, _, session = talk(pac, (lost,), EXCHANGE.begin((lost,), setting()), setting())
    assert outcomes[SUBMISSION].state is SubmissionState.OUTCOME_UNKNOWN
    assert outcomes[SUBMISSION].not_before
    where = setting(session)
    again, _, _ = talk(pac, (lost,), EXCHANGE.inquire((lost,), where), where)
    assert again[SUBMISSION].state is SubmissionState.ACCEPTED
    assert again[SUBMISSION].code == "307"
    assert pac.book["counter"] == b"1"


def test_a_repeat_without_its_stamp_waits_and_asks_again() -> None:
    pac = Certifier()
    late = sending(seal(instruction(condiciones_de_pago="[sim:307-empty]")))
    talk(pac, (late,), EXCHANGE.begin((late,), setting()), setting())
    first, _, _ = talk(pac, (late,), EXCHANGE.inquire((late,), setting()), setting())
    assert first[SUBMISSION].state is SubmissionState.OUTCOME_UNKNOWN
    assert first[SUBMISSION].not_before is not None
    pac.at = first[SUBMISSION].not_before
    then, _, _ = talk(pac, (late,), EXCHANGE.inquire((late,), setting()), setting())
    assert then[SUBMISSION].state is SubmissionState.ACCEPTED


def test_a_token_that_is_no_longer_honoured_is_fetched_anew_once() -> None:
    pac, document = Certifier(), sending()
    step = EXCHANGE.begin((document,), signed_in())
    outcomes, _, session = talk(pac, (document,), step, signed_in())
    assert outcomes[SUBMISSION].state is SubmissionState.ACCEPTED
    assert session is not None
    assert session.values["token"].startswith("sandbox.")


def test_a_session_that_has_ended_is_not_used() -> None:
    ended = setting(Session(values={"token": "t"}, expires_at=AT))
    assert [ask.name for ask in EXCHANGE.begin((sending(),), ended).asks] == ["authenticate"]


def test_a_wrong_password_holds_the_whole_flow() -> None:
    pac = Certifier()
    pac.book["password"] = b"another"
    outcomes, last, _ = talk(pac, (sending(),), EXCHANGE.begin((sending(),), setting()), setting())
    assert last.hold is not None
    assert last.hold.code == "AU2000"
    assert outcomes[SUBMISSION].state is SubmissionState.QUEUED


@pytest.mark.parametrize("code", ["401", "402", "304", "CFDI40145", "CFDI40148"])
def test_a_refusal_keeps_the_authoritys_words(code: str) -> None:
    document = sending(seal(instruction(condiciones_de_pago=f"[sim:{code}]")))
    outcomes, _, _ = talk(Certifier(), (document,), EXCHANGE.begin((document,), setting()), setting())
    outcome = outcomes[SUBMISSION]
    assert (outcome.state, outcome.code) == (SubmissionState.REJECTED, code)
    assert outcome.findings[0].external_code == code
    assert outcome.findings[0].external_message == outcome.message


def test_an_outage_is_waited_out() -> None:
    pac = Certifier()
    pac.book["outage"] = b"1"
    outcomes, last, _ = talk(pac, (sending(),), EXCHANGE.begin((sending(),), setting()), setting())
    assert outcomes[SUBMISSION].state is SubmissionState.RETRY_SCHEDULED
    assert last.backoff


def test_errors_packed_in_the_detail_are_all_told() -> None:
    detail = '[{"code":"CFDI40148","message":"x"},"CFDI40161 - el uso no corresponde"]'
    outcome, _ = settled(said("CFDI40145 - El nombre", detail=detail))
    assert [found.external_code for found in outcome.findings] == ["CFDI40145", "CFDI40148", "CFDI40161"]


@pytest.mark.parametrize(
    ("answer", "state", "backoff"),
    [
        (Answer(name=SUBMISSION, failure=Failure.NOT_SENT), SubmissionState.RETRY_SCHEDULED, True),
        (Answer(name=SUBMISSION, failure=Failure.MAYBE_SENT), SubmissionState.OUTCOME_UNKNOWN, True),
        (Answer(name=SUBMISSION, status=429), SubmissionState.RETRY_SCHEDULED, True),
        (Answer(name=SUBMISSION, status=503, body=b"<html>"), SubmissionState.RETRY_SCHEDULED, True),
        (Answer(name=SUBMISSION, status=504, body=b"<html>"), SubmissionState.OUTCOME_UNKNOWN, True),
        (Answer(name=SUBMISSION, status=500, body=b"{}"), SubmissionState.OUTCOME_UNKNOWN, True),
        (Answer(name=SUBMISSION, status=404, body=b"<html>"), SubmissionState.RETRY_SCHEDULED, True),
        (Answer(name=SUBMISSION, status=200, body=b"<html>"), SubmissionState.OUTCOME_UNKNOWN, True),
        (Answer(name=SUBMISSION, status=200, body=b'{"status":"success"}'), SubmissionState.OUTCOME_UNKNOWN, False),
        (said("CFDI3307 - Timbre duplicado"), SubmissionState.OUTCOME_UNKNOWN, False),
        (said("Xml CFDI33 no proporcionado o viene vacio."), SubmissionState.REJECTED, False),
        (said("AU2001 - Sin timbres"), SubmissionState.QUEUED, False),
    ],
)
def test_every_other_answer_has_its_outcome(answer: Answer, state: SubmissionState, backoff: bool) -> None:
    outcome, step = settled(answer)
    assert (outcome.state, step.backoff) == (state, backoff)


def test_what_is_unknown_stays_unknown_until_somebody_knows() -> None:
    """An inquiry that does not reach them never turns an unknown outcome into a retry."""
    documents = (sending(),)
    step = EXCHANGE.inquire(documents, signed_in())
    answer = Answer(name=SUBMISSION, failure=Failure.NOT_SENT)
    after = EXCHANGE.resume(documents, step.memo, {SUBMISSION: answer}, signed_in())
    assert after.outcomes[SUBMISSION].state is SubmissionState.OUTCOME_UNKNOWN
    login = EXCHANGE.inquire(documents, setting())
    down = Answer(name="authenticate", failure=Failure.NOT_SENT)
    after = EXCHANGE.resume(documents, login.memo, {"authenticate": down}, setting())
    assert after.outcomes[SUBMISSION].state is SubmissionState.OUTCOME_UNKNOWN


def test_a_stamp_of_another_document_is_held_for_a_person() -> None:
    pac = Certifier()
    other = sending(seal(number="A-99"))
    outcomes, _, _ = talk(pac, (other,), EXCHANGE.begin((other,), setting()), setting())
    foreign = outcomes[SUBMISSION].evidence[0].body.decode()
    body = json.dumps({"status": "success", "data": {"cfdi": foreign}}).encode()
    outcome, _ = settled(Answer(name=SUBMISSION, status=200, body=body))
    assert (outcome.state, outcome.code) == (SubmissionState.HELD, "CFDI-STAMP-02")
    broken = json.dumps({"status": "success", "data": {"cfdi": foreign.replace("UUID=", "Id=")}}).encode()
    outcome, _ = settled(Answer(name=SUBMISSION, status=200, body=broken))
    assert (outcome.state, outcome.code) == (SubmissionState.HELD, "CFDI-STAMP-01")


def test_the_simulator_stamps_everything_that_we_may_issue() -> None:
    for number, words in enumerate(({}, {"metodo_pago": "PPD"}, {"uso_cfdi": "S01"})):
        document = sending(seal(instruction(invoice(), **words), number=f"A-{number}"))
        outcomes, _, _ = talk(Certifier(), (document,), EXCHANGE.begin((document,), setting()), setting())
        assert outcomes[SUBMISSION].state is SubmissionState.ACCEPTED, outcomes[SUBMISSION]
