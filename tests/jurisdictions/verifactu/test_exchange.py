"""The talk with the AEAT: batches, lines, faults, and answers that were lost."""

from __future__ import annotations

import pytest

from jurisdictions.contract import (
    AskKind,
    Effect,
)
from schemas.states import SubmissionState
from tests.jurisdictions.verifactu.builders import (
    ISSUER_NIF,
    answer,
    chained,
    instruction,
    issuer,
    line,
    remitted,
    sealed,
    sending,
    setting,
)
from tests.jurisdictions.verifactu.talking import TALK, body, resumed, states


def test_one_flow_per_obligado_in_order() -> None:
    flow = TALK.flow(instruction(), issuer())
    assert (flow.key, flow.ordered, flow.max_batch, flow.full_batch_overrides_pause) == (ISSUER_NIF, True, 1000, True)


def test_fresh_and_tried_records_never_share_a_message() -> None:
    one, two, three = chained(3)
    tried = sending(sealed(), "sub_tried", tries=1)
    assert TALK.batch((one, two, tried, three)) == (one, two)
    assert TALK.batch((tried, one, two)) == (tried,)
    other = sending(sealed(by=issuer(nif="B00000026")), "sub_other")
    assert TALK.batch((one, other)) == (one,)
    assert len(TALK.batch((one,) * 1200)) == 1000


def test_a_message_carries_the_sealed_bytes_as_they_are() -> None:
    documents = chained(3)
    step = TALK.begin(documents, setting())
    (ask,) = step.asks
    assert (ask.name, ask.endpoint, ask.effect, ask.kind) == ("registro", "aeat_sello", Effect.WRITE, AskKind.HTTP)
    assert ask.path == "/wlpl/TIKE-CONT/ws/SistemaFacturacion/VerifactuSOAP"
    assert dict(ask.headers) == {"content-type": (b"text/xml; charset=utf-8",), "soapaction": (b'""',)}
    assert (ask.client_credential, ask.documents) == ("certificate", ("sub_A-1", "sub_A-2", "sub_A-3"))
    written = body(step)
    places = [written.index(document.body.decode()) for document in documents]
    assert places == sorted(places)
    assert "Emisora &amp; Hijos" in written
    assert "RemisionVoluntaria" not in written


@pytest.mark.parametrize(("tries", "later", "incident"), [(0, 210, False), (0, 211, True), (1, 5, True)])
def test_late_and_retried_records_say_incidencia(tries: int, later: int, incident: bool) -> None:
    step = TALK.begin((sending(sealed(), tries=tries),), setting(later))
    assert ("<sf:Incidencia>S</sf:Incidencia>" in body(step)) is incident


def test_a_record_that_does_not_fit_the_schema_is_kept_back_and_the_others_go() -> None:
    one, two, three = chained(3)
    broken = sending(sealed(number="A-2"), body=two.body.replace(b">F1<", b">F9<"))
    step = TALK.begin((one, broken, three), setting())
    held = step.outcomes["sub_A-2"]
    assert (held.state, held.code) == (SubmissionState.HELD, "SCHEMA")
    assert held.findings[0].external_code == "4102"
    assert step.asks[0].documents == ("sub_A-1", "sub_A-3")
    assert "A-2</sf:NumSerieFactura></sf:IDFactura>" not in body(step)
    alone = TALK.begin((broken,), setting())
    assert (states(alone), alone.asks) == ({"sub_A-2": SubmissionState.HELD}, ())


def test_a_thousand_records_in_one_message() -> None:
    documents = chained(1000)
    step = TALK.begin(documents, setting())
    lines = [line(one) for one in documents]
    lines[1] = line(documents[1], "Incorrecto", "1239", "Error en el bloque Destinatario.")
    lines[2] = line(documents[2], "AceptadoConErrores", "2004", "Fuera de margen")
    done = resumed(documents, step, answer(remitted(*lines)))
    found = list(states(done).values())
    assert found[:3] == [
        SubmissionState.ACCEPTED,
        SubmissionState.REJECTED,
        SubmissionState.ACCEPTED_WITH_WARNINGS,
    ]
    assert set(found[3:]) == {SubmissionState.ACCEPTED}
    assert len(found) == 1000
