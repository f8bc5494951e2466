"""Coming back: lines, faults, pages of HTML and silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jurisdictions.contract import (
    Answer,
    Failure,
)
from schemas.findings import Severity
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import (
    answer,
    chained,
    consulted,
    fault,
    instruction,
    line,
    remitted,
    sealed,
    sending,
    setting,
)
from tests.jurisdictions.verifactu.talking import CANCEL, TALK, correction, resumed, states


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


@pytest.mark.parametrize(
    ("written", "state", "standing"),
    [
        ("Correcta", SubmissionState.ACCEPTED, Standing.REGISTERED),
        ("AceptadaConErrores", SubmissionState.ACCEPTED_WITH_WARNINGS, Standing.REGISTERED_WITH_ERRORS),
        ("Incorrecta", SubmissionState.REJECTED, None),
        ("Pendiente", SubmissionState.OUTCOME_UNKNOWN, None),
    ],
)
def test_states_are_read_in_either_gender(written: str, state: SubmissionState, standing: Standing | None) -> None:
    (document,) = chained(1)
    step = TALK.begin((document,), setting())
    (outcome,) = resumed((document,), step, answer(remitted(line(document, written, "2000")))).outcomes.values()
    assert (outcome.state, outcome.standing) == (state, standing)


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


def test_an_answer_that_speaks_of_one_of_two_records_of_an_invoice_tells_nothing_of_either() -> None:
    """Its line may be about either of them; and the one that came last hides the other in the AEAT's book."""
    first, second = sending(sealed(), "sub_1"), correction()
    gone = sending(sealed(instruction(kind=CANCEL, standing=Standing.REGISTERED)), "sub_cancel", CANCEL)
    other = sending(sealed(number="A-9"), "sub_other")
    for pair, spoken in (((first, second), second), ((first, gone), gone), ((first, gone), first)):
        documents = (*pair, other)
        step = TALK.begin(documents, setting())
        done = states(resumed(documents, step, answer(remitted(line(spoken), line(other)))))
        assert done.pop("sub_other") is SubmissionState.ACCEPTED
        assert set(done.values()) == {SubmissionState.OUTCOME_UNKNOWN}


def test_the_text_of_a_fault_goes_to_each_record_and_is_cut() -> None:
    documents = chained(2)
    done = resumed(documents, TALK.begin(documents, setting()), answer(fault("Codigo[3501]." + "x" * 100_000)))
    assert {len(one.message or "") for one in done.outcomes.values()} == {1500}


Expected = tuple[SubmissionState, bool, str | None]
NO_ENTRY: Expected = (SubmissionState.QUEUED, False, "CERTIFICATE")
BUSY: Expected = (SubmissionState.RETRY_SCHEDULED, True, None)
LOST: Expected = (SubmissionState.OUTCOME_UNKNOWN, True, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Answer(name="registro", failure=Failure.NOT_SENT, detail="refused"), BUSY),
        (Answer(name="registro", failure=Failure.MAYBE_SENT), LOST),
        (answer(fault("Error interno", "env:Server"), status=500), LOST),
        (answer(fault("Codigo[3501].Error técnico de base de datos."), status=500), BUSY),
        (answer(fault("Codigo[4112].El titular…"), status=500), (SubmissionState.QUEUED, False, "4112")),
        (answer(fault("Codigo[4102].El XML no cumple…")), (SubmissionState.QUEUED, False, "4102")),
        (answer(fault("Codigo[4141].suspendido")), (SubmissionState.QUEUED, False, "4141")),
        (answer("<html><body>Mantenimiento</body></html>"), LOST),
        (answer("<html>Error interno</html>", status=500), LOST),
        (answer("internal error", status=500), LOST),
        (answer("<html>no existe</html>", status=404), BUSY),
        (answer("too slow", status=408), BUSY),
        (answer("<html>Demasiadas peticiones con el certificado</html>", status=429), BUSY),
        (answer("busy", status=429), BUSY),
        (answer("busy", status=503), BUSY),
        (answer("bad gateway", status=502), LOST),
        (answer("timeout", status=504), LOST),
        (answer(remitted()[:200]), LOST),
        (answer(""), LOST),
        (answer("", status=302, location="/Sede/errores/erro4011.html"), NO_ENTRY),
        (answer("", status=302), NO_ENTRY),
        (answer("", status=302, location="/mantenimiento.html"), BUSY),
        (answer("", status=308, location="https://otra.example/"), (SubmissionState.QUEUED, False, "308")),
        (answer("<html>401", status=401), NO_ENTRY),
        (answer("<html>No autorizado: certificado</html>"), NO_ENTRY),
        (answer("<html><h1>Agencia: 401</h1></html>"), NO_ENTRY),
        (answer("<html>Mantenimiento de certificados</html>", status=503), BUSY),
        (answer('<html><p class="w401">Mantenimiento</p></html>'), LOST),
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
