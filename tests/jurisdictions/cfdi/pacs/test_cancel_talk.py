"""Cancelling: the request through a PAC, and SAT's status until it is decided."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.pacs.cancel_outcomes import pace
from jurisdictions.contract import (
    Answer,
    Ask,
    Cancellation,
    Failure,
    Hold,
    Instruction,
    InstructionKind,
    Session,
)
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.cfdi.invoices import AT, SUBMISSION, Vault, instruction, invoice, line, seal, sealing, sending
from tests.jurisdictions.cfdi.pacs.test_failover import both, said, wrong
from tests.jurisdictions.cfdi.pacs.test_status import told
from tests.jurisdictions.cfdi.world import World, cancelling, two_pacs

S, G = SubmissionState, Standing
CANCEL = "01934b6e-0000-7000-8000-0000000000c1"
LATER = AT + timedelta(days=10)
"""The day after issue has passed by then, so that the receiver is asked."""


def stamped(mark: str = "", price: str = "500.00", pac: str = "sw") -> World:
    """A world in which one invoice was stamped."""
    made = invoice(line(unit_price=price))
    one = World(issuer=two_pacs(pac=pac))
    one.add(sending(seal(instruction(made, condiciones_de_pago=mark or "Contado"))))
    one.turn()
    assert one.state(SUBMISSION) is S.ACCEPTED, one.last(SUBMISSION)
    return one


def request(one: World, option: str = "cancel_02", name: str = CANCEL) -> World:
    """The world of the cancellations, with a signed request for the invoice on its way."""
    accepted = one.documents[SUBMISSION]
    cancellation = Cancellation(
        option=option,
        external_id=accepted.attributes["uuid"],
        attributes=accepted.attributes,
        registered_at=AT,
    )
    wish = Instruction(kind=InstructionKind.CANCEL, invoice=invoice(), cancellation=cancellation)
    made = JURISDICTION.seal.seal(sealing(wish, at=one.at), Vault())
    flow = World(issuer=one.issuer, simulator=one.simulator, at=one.at, standing=G.REGISTERED)
    flow.add(cancelling(made.body, made.attributes, name))
    return flow


def asked(mark: str = "", price: str = "500.00", pac: str = "sw") -> World:
    one = stamped(mark, price, pac)
    one.at = LATER
    return request(one)


def test_cancellations_have_a_flow_of_their_own() -> None:
    wish = replace(instruction(), kind=InstructionKind.CANCEL)
    flow = JURISDICTION.exchange.flow(wish, two_pacs())
    assert (flow.key, flow.ordered) == ("EKU9003173C9/cancel", False)


# ---------------------------------------------------------------------------------------------- SAT's ways


@pytest.mark.parametrize("pac", ["sw", "finkok"])
def test_what_needs_nobodys_word_is_cancelled_at_once(pac: str) -> None:
    """Within a working day after issue: 201, then "Cancelado" from the status service, all in one exchange."""
    flow = request(stamped(pac=pac))
    flow.turn()
    assert flow.state(CANCEL) is S.ACCEPTED
    last = flow.last(CANCEL)
    assert last.authority_id == flow.documents[CANCEL].attributes["uuid"]
    assert (flow.standing, last.code) == (G.CANCELLED, "201")
    first = flow.outcomes[CANCEL][0]
    assert (first.state, first.standing, first.attributes["cancel_code"]) == (S.WAITING, G.CANCEL_PENDING, "201")
    assert [kept.name for kept in first.evidence] == ["acuse.xml"]
    writes = {ask.endpoint for ask in flow.asks if ask.effect == "write"}
    assert writes == {pac}, "the PAC that stamped is the one that cancels"


@pytest.mark.parametrize(
    ("mark", "state", "standing", "words"),
    [
        ("[sim:cancel-accept]", S.ACCEPTED, G.CANCELLED, "Cancelado con aceptación"),
        ("[sim:cancel-refuse]", S.REJECTED, G.REGISTERED, "Solicitud rechazada"),
        ("[sim:cancel-silence]", S.ACCEPTED, G.CANCELLED, "Plazo vencido"),
    ],
)
def test_the_receivers_answer_is_waited_for(mark: str, state: S, standing: G, words: str) -> None:
    flow = asked(mark)
    flow.turn()
    assert (flow.state(CANCEL), flow.standing) == (S.WAITING, G.CANCEL_PENDING)
    assert flow.last(CANCEL).attributes["is_cancelable"] == "Cancelable con aceptación"
    flow.settle(turns=300, pause=timedelta(minutes=30))
    assert (flow.state(CANCEL), flow.standing) == (state, standing)
    assert flow.last(CANCEL).message == words
    if state is S.REJECTED:
        assert flow.last(CANCEL).code == "SAT-CANCEL-REFUSED"
    assert len([ask for ask in flow.asks if ask.effect == "write"]) == 1, "one request, however often it is looked at"


@pytest.mark.parametrize("code", "203 204 206 207 208 209 210 211 212 213".split())
@pytest.mark.parametrize("pac", ["sw", "finkok"])
def test_a_refusal_of_sat_ends_it(code: str, pac: str) -> None:
    flow = asked(f"[sim:c{code}]", pac=pac)
    flow.turn()
    assert (flow.state(CANCEL), flow.last(CANCEL).code, flow.standing) == (S.REJECTED, code, G.REGISTERED)
    assert flow.last(CANCEL).findings[0].external_code == code
    assert len(flow.outcomes[CANCEL]) == 1


@pytest.mark.parametrize("code", [str(code) for code in range(301, 313)])
@pytest.mark.parametrize("pac", ["sw", "finkok"])
def test_a_refusal_of_the_whole_request_ends_it(code: str, pac: str) -> None:
    flow = asked(f"[sim:c{code}]", pac=pac)
    flow.turn()
    assert (flow.state(CANCEL), flow.last(CANCEL).code, flow.standing) == (S.REJECTED, code, G.REGISTERED)
    assert flow.last(CANCEL).findings[0].rule == f"SAT-CANCEL-{code}"


def test_what_sat_does_not_know_yet_is_asked_again() -> None:
    """205 while the stamp is on its way to SAT: the request goes out again once the status service knows the CFDI."""
    flow = request(stamped("[sim:late]"))
    flow.turn()
    assert (flow.state(CANCEL), flow.last(CANCEL).code, flow.standing) == (S.WAITING, "205", G.REGISTERED)
    flow.settle(pause=timedelta(seconds=30))
    assert (flow.state(CANCEL), flow.standing) == (S.ACCEPTED, G.CANCELLED)


def test_what_sat_never_comes_to_know_is_refused_after_two_days() -> None:
    flow = request(stamped())
    flow.trouble = both(
        wrong("sat", told("N - 602: Comprobante no encontrado.", Estado="No Encontrado"), effect="read"),
        wrong("sw", _code(flow, "205")),
    )
    flow.settle(turns=400, pause=timedelta(minutes=20))
    assert (flow.state(CANCEL), flow.last(CANCEL).code) == (S.REJECTED, "205")
    assert flow.at - AT >= timedelta(hours=48)


@pytest.mark.parametrize("pac", ["sw", "finkok"])
def test_a_request_of_before_is_found_by_its_status(pac: str) -> None:
    """202 says that it was asked for: the status says what became of it."""
    first = asked("[sim:cancel-silence]", pac=pac)
    first.turn()
    world = stamped(pac=pac)
    world.documents[SUBMISSION] = replace(
        world.documents[SUBMISSION],
        attributes={
            **world.documents[SUBMISSION].attributes,
            **{name: first.documents[CANCEL].attributes[name] for name in ("uuid", "total", "sello_last8")},
        },
    )
    world.simulator, world.at = first.simulator, first.at
    again = request(world, name="c-2")
    again.turn()
    assert (again.state("c-2"), again.last("c-2").code) == (S.WAITING, "202")
    assert again.standing is G.CANCEL_PENDING


def test_799_is_refused_unless_the_status_says_otherwise() -> None:
    flow = asked("[sim:799]", pac="finkok")
    flow.turn()
    assert (flow.state(CANCEL), flow.last(CANCEL).code) == (S.REJECTED, "799")


def test_798_is_asked_for_again_once_the_three_days_are_over() -> None:
    """The request did not reach SAT: without another one nothing would ever become of it."""
    flow = asked("[sim:798]", pac="finkok")
    flow.turn()
    assert (flow.state(CANCEL), flow.last(CANCEL).code) == (S.WAITING, "798")
    flow.at += timedelta(hours=71)
    flow.turn()
    assert len([ask for ask in flow.asks if ask.effect == "write"]) == 1
    flow.at += timedelta(days=1)
    flow.turn()
    assert len([ask for ask in flow.asks if ask.effect == "write"]) == 2


def test_307_is_looked_up_before_it_is_believed() -> None:
    """Where SAT holds a request of before, the CFDI is about to be cancelled, whatever the PAC says."""
    flow = asked("[sim:c307]")
    pending = told(Estado="Vigente", EsCancelable="Cancelable con aceptación", EstatusCancelacion="En proceso")
    flow.trouble = wrong("sat", pending, effect="read")
    flow.turn()
    assert (flow.state(CANCEL), flow.standing) == (S.WAITING, G.CANCEL_PENDING)


@pytest.mark.parametrize("word", ["no_cancelable", "No_Cancelable"])
def test_what_sw_calls_not_cancellable_is_sats_204(word: str) -> None:
    flow = asked()
    flow.trouble = wrong("sw", _code(flow, word))
    flow.turn()
    assert (flow.state(CANCEL), flow.last(CANCEL).code) == (S.REJECTED, "204")
    assert "Cancel the live CFDI" in (flow.last(CANCEL).findings[0].fix or "")


# ---------------------------------------------------------------------------------------------- lost and busy


@pytest.mark.parametrize("pac", ["sw", "finkok"])
def test_a_lost_answer_is_looked_up_before_anything_is_asked_again(pac: str) -> None:
    flow = asked("[sim:cancel-silence]", pac=pac)
    flow.trouble = wrong(pac, "lost", times=1)
    flow.turn()
    assert (flow.state(CANCEL), flow.standing) == (S.OUTCOME_UNKNOWN, G.REGISTERED)
    flow.at += timedelta(minutes=2)
    flow.turn()
    assert (flow.state(CANCEL), flow.standing) == (S.WAITING, G.CANCEL_PENDING)
    assert len([ask for ask in flow.asks if ask.effect == "write"]) == 1


@pytest.mark.parametrize(
    "what", [Failure.MAYBE_SENT, Answer(name="", status=500, body=b"x"), Answer(name="", status=200, body=b"<html>")]
)
def test_what_never_arrived_goes_out_again_once_the_status_shows_nothing(what: Answer | Failure) -> None:
    flow = request(stamped())
    flow.trouble = wrong("sw", what, times=1)
    flow.turn()
    assert flow.state(CANCEL) is S.OUTCOME_UNKNOWN
    flow.settle()
    assert flow.standing is G.CANCELLED
    assert [endpoint for endpoint, _ in flow.asked()].count("sat") == 2


@pytest.mark.parametrize("pac", ["sw", "finkok"])
def test_708_is_unknown_and_asked_for(pac: str) -> None:
    flow = asked("[sim:708]", pac=pac)
    flow.turn()
    assert flow.state(CANCEL) is S.OUTCOME_UNKNOWN


def test_a_status_service_that_is_down_keeps_what_is_known() -> None:
    flow = asked("[sim:cancel-silence]")
    flow.trouble = wrong("sat", Failure.NOT_SENT, effect="read")
    for _ in range(6):
        flow.turn()
        assert (flow.state(CANCEL), flow.standing) == (S.WAITING, G.CANCEL_PENDING)
        flow.at += timedelta(hours=1)
    assert not any(flow.busy), "another cancellation of the flow need not wait for the status of this one"
    flow.trouble = wrong("sat", told("N - 601: no", Estado="Vigente"), effect="read")
    flow.turn()
    assert flow.state(CANCEL) is S.WAITING


def test_while_it_is_unknown_a_silent_status_service_lets_nothing_go_out_again() -> None:
    flow = request(stamped())
    flow.trouble = both(wrong("sw", Failure.MAYBE_SENT), wrong("sat", Failure.MAYBE_SENT, effect="read"))
    for _ in range(6):
        flow.turn()
        flow.at += timedelta(minutes=11)
    assert flow.state(CANCEL) is S.OUTCOME_UNKNOWN
    assert len([ask for ask in flow.asks if ask.effect == "write"]) == 1


@pytest.mark.parametrize(
    "what", [wrong("sw", Failure.NOT_SENT), wrong("sw", Failure.NOT_SENT, effect="read"), wrong("sw", said("x", 503))]
)
def test_what_certainly_did_not_go_out_is_tried_again(what: object) -> None:
    flow = request(stamped())
    flow.trouble = what  # type: ignore[assignment]
    flow.turn()
    assert (flow.state(CANCEL), flow.busy) == (S.RETRY_SCHEDULED, [True])
    flow.trouble = lambda _ask, _at: None
    flow.settle()
    assert flow.standing is G.CANCELLED


def test_a_refused_account_holds_the_cancellations() -> None:
    flow = request(stamped())
    flow.trouble = wrong("sw", said("AU2002 - inactiva"))
    flow.turn()
    assert isinstance(flow.hold, Hold)
    assert (flow.state(CANCEL), flow.hold.code) == (S.QUEUED, "AU2002")


def test_a_token_that_is_no_longer_honoured_is_fetched_anew() -> None:
    flow = request(stamped())
    flow.session = Session(values={"token": "stale"}, expires_at=AT + timedelta(hours=1))
    flow.turn()
    assert flow.state(CANCEL) is S.ACCEPTED


# ---------------------------------------------------------------------------------------------- a second request


def test_the_refusal_of_a_former_request_is_not_taken_for_this_ones() -> None:
    """Right after a second request the status may still tell of the first."""
    flow = asked("[sim:cancel-silence]")
    name = flow.documents[CANCEL]
    flow.documents[CANCEL] = replace(name, attributes={**name.attributes, "refused_before": "1"})
    refused = told(Estado="Vigente", EsCancelable="Cancelable con aceptación", EstatusCancelacion="Solicitud rechazada")
    flow.trouble = wrong("sat", refused, effect="read", times=1)
    flow.turn()
    assert (flow.state(CANCEL), flow.standing) == (S.WAITING, G.CANCEL_PENDING)
    flow.at += timedelta(minutes=2)
    flow.turn()
    assert flow.documents[CANCEL].attributes["cancel_progress"] == "En proceso"
    flow.trouble = wrong("sat", refused, effect="read")
    flow.at += timedelta(minutes=2)
    flow.turn()
    assert (flow.state(CANCEL), flow.standing) == (S.REJECTED, G.REGISTERED)


# ---------------------------------------------------------------------------------------------- pace


@pytest.mark.parametrize(
    ("passed", "pause"),
    [
        (timedelta(0), timedelta(minutes=1)),
        (timedelta(minutes=4, seconds=59), timedelta(minutes=1)),
        (timedelta(minutes=5), timedelta(minutes=10)),
        (timedelta(hours=1), timedelta(minutes=10)),
        (timedelta(hours=2), timedelta(hours=1)),
        (timedelta(days=3), timedelta(hours=1)),
        (timedelta(days=9), timedelta(days=1)),
    ],
)
def test_the_status_is_asked_less_and_less_often(passed: timedelta, pause: timedelta) -> None:
    document = cancelling(b"", {}, "c")
    assert pace(document, AT, AT + passed) == AT + passed + pause


def _code(flow: World, code: str) -> Answer:
    uuid = flow.documents[CANCEL].attributes["uuid"]
    body = {"status": "success", "data": {"acuse": "<Acuse/>", "uuid": {uuid: code}}}
    return Answer(name="", status=200, body=json.dumps(body).encode())


def test_sw_may_write_the_uuid_in_any_case() -> None:
    flow = request(stamped())
    uuid = flow.documents[CANCEL].attributes["uuid"].lower()
    body = {"status": "success", "data": {"acuse": "<Acuse/>", "uuid": {uuid: "204"}}}

    def trouble(ask: Ask, _: datetime) -> Answer | None:
        return Answer(name="", status=200, body=json.dumps(body).encode()) if ask.effect == "write" else None

    flow.trouble = trouble
    flow.turn()
    assert (flow.state(CANCEL), flow.last(CANCEL).code) == (S.REJECTED, "204")
