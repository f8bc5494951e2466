"""The talk with the AEAT: batches, lines, faults, and answers that were lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from jurisdictions.contract import Answer, AskKind, Effect, Failure, InstructionKind, Sending, Step
from jurisdictions.verifactu import JURISDICTION
from schemas.findings import Severity
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import (
    ISSUER_NIF,
    NOW,
    answer,
    chained,
    consulted,
    duplicate,
    entry,
    fault,
    instruction,
    issuer,
    line,
    remitted,
    sealed,
    sending,
    setting,
)

TALK = JURISDICTION.exchange
CORRECT, CANCEL = InstructionKind.CORRECT, InstructionKind.CANCEL


def body(step: Step, place: int = 0) -> str:
    return b"".join(piece for piece in step.asks[place].body if isinstance(piece, bytes)).decode()


def resumed(documents: tuple[Sending, ...], step: Step, *answers: Answer) -> Step:
    """As the gateway does it: the memo has been through JSON, answers come by name."""
    memo = json.loads(json.dumps(dict(step.memo)))
    return TALK.resume(documents, memo, {one.name: one for one in answers}, setting())


def states(step: Step) -> dict[str, SubmissionState]:
    return {name: outcome.state for name, outcome in step.outcomes.items()}


def correction(standing: Standing = Standing.REGISTERED) -> Sending:
    return sending(sealed(instruction(kind=CORRECT, standing=standing)), "sub_correct", CORRECT)


def cancellation() -> Sending:
    return sending(sealed(instruction(kind=CANCEL, standing=Standing.REGISTERED), "A-2"), "sub_cancel", CANCEL)


# ------------------------------------------------------------------------------------------------ going out


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
    assert (ask.name, ask.endpoint, ask.effect, ask.kind) == ("registro", "aeat", Effect.WRITE, AskKind.HTTP)
    assert ask.path == "/wlpl/TIKE-CONT/ws/SistemaFacturacion/VerifactuSOAP"
    assert dict(ask.headers) == {"content-type": (b"text/xml; charset=utf-8",), "soapaction": (b'""',)}
    assert (ask.client_credential, ask.documents) == ("certificate", ("sub_A-1", "sub_A-2", "sub_A-3"))
    written = body(step)
    places = [written.index(document.body.decode()) for document in documents]
    assert places == sorted(places)
    assert "Emisora &amp; Hijos" in written
    assert "RemisionVoluntaria" not in written


@pytest.mark.parametrize(("tries", "later", "incident"), [(0, 240, False), (0, 241, True), (1, 5, True)])
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


# ------------------------------------------------------------------------------------------------ coming back


def test_each_line_settles_its_record() -> None:
    documents = chained(3)
    step = TALK.begin(documents, setting())
    text = remitted(
        line(documents[2], "AceptadoConErrores", "2000", "Huella incorrecta"),
        line(documents[0]),
        line(documents[1], "Incorrecto", "1110", "El NIF no está identificado en el censo de la AEAT."),
        wait="120",
    )
    done = resumed(documents, step, answer(text))
    good, bad, so_so = (done.outcomes[name] for name in ("sub_A-1", "sub_A-2", "sub_A-3"))
    assert (good.state, good.authority_id, good.standing) == (
        SubmissionState.ACCEPTED,
        "A-CSV00000000001",
        Standing.REGISTERED,
    )
    assert (bad.state, bad.code, bad.standing, bad.authority_id) == (SubmissionState.REJECTED, "1110", None, None)
    assert bad.findings[0].pointer == "/customer/tax_ids/0/value"
    assert bad.findings[0].external_message == "El NIF no está identificado en el censo de la AEAT."
    assert (so_so.state, so_so.standing) == (
        SubmissionState.ACCEPTED_WITH_WARNINGS,
        Standing.REGISTERED_WITH_ERRORS,
    )
    assert so_so.findings[0].severity is Severity.WARNING
    assert b"RespuestaLinea" in bad.evidence[0].body
    assert done.not_before == setting().at + timedelta(seconds=120)
    assert (done.asks, done.hold, done.backoff) == ((), None, False)


def test_a_cancellation_is_matched_by_its_operation() -> None:
    alta, anulacion = (
        correction(),
        sending(sealed(instruction(kind=CANCEL, standing=Standing.REGISTERED)), "sub_cancel", CANCEL),
    )
    step = TALK.begin((alta, anulacion), setting())
    done = resumed((alta, anulacion), step, answer(remitted(line(anulacion), line(alta, "Incorrecto", "1199"))))
    assert states(done) == {"sub_correct": SubmissionState.REJECTED, "sub_cancel": SubmissionState.ACCEPTED}
    assert done.outcomes["sub_cancel"].standing is Standing.CANCELLED


def test_two_records_of_one_invoice_are_matched_in_order() -> None:
    first, second = sending(sealed(), "sub_1"), correction()
    step = TALK.begin((first, second), setting())
    done = resumed((first, second), step, answer(remitted(line(first, "Incorrecto", "1239"), line(second))))
    assert states(done) == {"sub_1": SubmissionState.REJECTED, "sub_correct": SubmissionState.ACCEPTED}


def test_what_the_answer_does_not_speak_of_is_unknown() -> None:
    documents = chained(2)
    step = TALK.begin(documents, setting())
    missing = resumed(documents, step, answer(remitted(line(documents[0]))))
    assert states(missing)["sub_A-2"] is SubmissionState.OUTCOME_UNKNOWN
    no_csv = resumed(documents[:1], step, answer(remitted(line(documents[0]), csv=None)))
    assert states(no_csv)["sub_A-1"] is SubmissionState.OUTCOME_UNKNOWN


Expected = tuple[SubmissionState, bool, str | None]
NO_ENTRY: Expected = (SubmissionState.QUEUED, False, "CERTIFICATE")
BUSY: Expected = (SubmissionState.RETRY_SCHEDULED, True, None)
LOST: Expected = (SubmissionState.OUTCOME_UNKNOWN, True, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Answer(name="registro", failure=Failure.NOT_SENT, detail="refused"), BUSY),
        (Answer(name="registro", failure=Failure.MAYBE_SENT), LOST),
        (answer(fault("Error interno", "env:Server"), status=500), BUSY),
        (answer(fault("Codigo[3501].Error técnico de base de datos."), status=500), BUSY),
        (answer(fault("Codigo[4112].El titular…"), status=500), (SubmissionState.QUEUED, False, "4112")),
        (answer(fault("Codigo[4102].El XML no cumple…")), (SubmissionState.QUEUED, False, "4102")),
        (answer(fault("Codigo[4141].suspendido")), (SubmissionState.QUEUED, False, "4141")),
        (answer("<html><body>Mantenimiento</body></html>"), BUSY),
        (answer("busy", status=429), BUSY),
        (answer("busy", status=503), BUSY),
        (answer("bad gateway", status=502), LOST),
        (answer("timeout", status=504), LOST),
        (answer(remitted()[:200]), LOST),
        (answer(""), LOST),
        (answer("", status=302, location="/Sede/errores/erro4011.html"), NO_ENTRY),
        (answer("<html>401", status=401), NO_ENTRY),
        (answer("<html>No autorizado: certificado</html>"), NO_ENTRY),
        (answer("not found", status=404), (SubmissionState.QUEUED, False, "404")),
        (answer(consulted()), LOST),
    ],
)  # fmt: skip
def test_answers_without_a_result(given: Answer, expected: Expected) -> None:
    documents = chained(2)
    done = resumed(documents, TALK.begin(documents, setting()), given)
    assert {*states(done).values()} == {expected[0]}
    assert (done.backoff, done.hold.code if done.hold else None) == expected[1:]
    assert len(done.outcomes) == 2


def test_the_pause_they_ask_for_is_kept_within_the_hour() -> None:
    documents = chained(1)
    step = TALK.begin(documents, setting())
    for wanted, kept in (("30", 30), ("86400", 3600)):
        done = resumed(documents, step, answer("", status=503, **{"retry-after": wanted}))
        assert done.not_before == setting().at + timedelta(seconds=kept)


# ------------------------------------------------------------------------------------------------ doubt


def test_a_lost_alta_goes_again_as_it_is_and_the_consulta_proves_it() -> None:
    (document,) = chained(1)
    step = TALK.inquire((document,), setting(30))
    assert document.body.decode() in body(step)
    assert "<sf:Incidencia>S</sf:Incidencia>" in body(step)
    asked = resumed((document,), step, answer(remitted(duplicate(document), csv=None)))
    assert asked.outcomes == {}
    (question,) = asked.asks
    assert (question.name, question.effect) == ("consulta:0", Effect.READ)
    assert "<con:NumSerieFactura>A-1</con:NumSerieFactura>" in body(asked)
    assert "<sf:Ejercicio>2026</sf:Ejercicio><sf:Periodo>11</sf:Periodo>" in body(asked)
    found = answer(consulted(entry(document.attributes)), name="consulta:0")
    done = resumed((document,), asked, found).outcomes["sub_A-1"]
    assert (done.state, done.authority_id, done.standing) == (
        SubmissionState.ACCEPTED,
        "20261120000000000007",
        Standing.REGISTERED,
    )
    assert done.attributes["confirmed_by"] == "consulta"


def test_a_lost_alta_that_never_arrived_is_simply_accepted() -> None:
    (document,) = chained(1)
    step = TALK.inquire((document,), setting(30))
    assert states(resumed((document,), step, answer(remitted(line(document))))) == {"sub_A-1": SubmissionState.ACCEPTED}


@pytest.mark.parametrize("again", [False, True])
def test_another_systems_record_under_our_number_is_a_refusal(again: bool) -> None:
    (document,) = chained(1)
    step = TALK.inquire((document,), setting()) if again else TALK.begin((document,), setting())
    asked = resumed((document,), step, answer(remitted(duplicate(document))))
    theirs = consulted(entry(document.attributes, huella="F" * 64))
    for text in (theirs, consulted()):
        done = resumed((document,), asked, answer(text, name="consulta:0")).outcomes["sub_A-1"]
        assert (done.state, done.code) == (SubmissionState.REJECTED, "3000")
        assert done.message == "Registro de facturación duplicado."


def test_a_record_found_with_errors_or_an_unanswered_question() -> None:
    (document,) = chained(1)
    asked = resumed((document,), TALK.begin((document,), setting()), answer(remitted(duplicate(document))))
    errors = answer(consulted(entry(document.attributes, state="AceptadoConErrores")), name="consulta:0")
    assert states(resumed((document,), asked, errors)) == {"sub_A-1": SubmissionState.ACCEPTED_WITH_WARNINGS}
    silent = Answer(name="consulta:0", failure=Failure.NOT_SENT)
    done = resumed((document,), asked, silent)
    assert (states(done), done.backoff) == ({"sub_A-1": SubmissionState.OUTCOME_UNKNOWN}, True)


def test_the_others_settle_while_a_duplicate_is_looked_into() -> None:
    documents = chained(2)
    step = TALK.begin(documents, setting())
    asked = resumed(documents, step, answer(remitted(line(documents[0]), duplicate(documents[1]))))
    assert states(asked) == {"sub_A-1": SubmissionState.ACCEPTED}
    assert asked.asks[0].documents == ("sub_A-2",)
    found = answer(consulted(entry(documents[1].attributes)), name="consulta:0")
    assert states(resumed(documents, asked, found)) == {"sub_A-2": SubmissionState.ACCEPTED}


def test_a_lost_correction_is_looked_for_before_it_goes_again() -> None:
    alta, lost, gone = sending(sealed(number="A-9"), "sub_alta"), correction(), cancellation()
    documents = (lost, gone, alta)
    asked = TALK.inquire(documents, setting())
    assert [(ask.effect, ask.name) for ask in asked.asks] == [(Effect.READ, "consulta:0"), (Effect.READ, "consulta:1")]
    there = answer(consulted(entry(lost.attributes)), name="consulta:0")
    absent = answer(consulted(entry(gone.attributes, huella="0" * 64)), name="consulta:1")
    again = resumed(documents, asked, there, absent)
    assert states(again) == {"sub_correct": SubmissionState.ACCEPTED}
    assert again.asks[0].documents == ("sub_cancel", "sub_alta")
    assert "<sf:Incidencia>S</sf:Incidencia>" in body(again)
    done = resumed(documents, again, answer(remitted(line(gone), line(alta))))
    assert states(done) == {"sub_cancel": SubmissionState.ACCEPTED, "sub_alta": SubmissionState.ACCEPTED}


def test_while_an_earlier_try_is_in_doubt_no_failure_proves_anything() -> None:
    (document,) = chained(1)
    step = TALK.inquire((document,), setting())
    for given in (
        Answer(name="registro", failure=Failure.NOT_SENT),
        answer("", status=503),
        answer(fault("Codigo[4112].x")),
    ):
        done = resumed((document,), step, given)
        assert states(done) == {"sub_A-1": SubmissionState.OUTCOME_UNKNOWN}
        assert done.backoff or done.hold is not None


def test_many_doubtful_records_are_asked_for_by_day_and_page() -> None:
    documents = chained(12)
    step = TALK.begin(documents, setting())
    asked = resumed(documents, step, answer(remitted(*map(duplicate, documents))))
    (question,) = asked.asks
    assert "<con:FechaExpedicionFactura><sf:FechaExpedicionFactura>20-11-2026<" in body(asked)
    first = consulted(*(entry(one.attributes) for one in documents[:6]), more=documents[5].attributes)
    more = resumed(documents, asked, answer(first, name=question.name))
    assert more.outcomes == {}
    assert "<con:ClavePaginacion><sf:IDEmisorFactura>B00000018</sf:IDEmisorFactura>" in body(more)
    second = consulted(*(entry(one.attributes) for one in documents[6:]))
    done = resumed(documents, more, answer(second, name=more.asks[0].name))
    assert set(states(done).values()) == {SubmissionState.ACCEPTED}
    assert len(done.outcomes) == 12


def test_nothing_here_reads_a_clock() -> None:
    assert TALK.begin(chained(2), setting()) == TALK.begin(chained(2), setting())
    assert setting().at > NOW
