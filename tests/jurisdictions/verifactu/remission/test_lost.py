"""Records in doubt: answers that were lost, duplicates, and what the AEAT's book says of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from jurisdictions.contract import (
    Answer,
    Effect,
    Failure,
    InstructionKind,
)
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import (
    NOW,
    answer,
    chained,
    consulted,
    duplicate,
    entry,
    fault,
    instruction,
    line,
    remitted,
    sealed,
    sending,
    setting,
)
from tests.jurisdictions.verifactu.talking import CANCEL, TALK, body, cancellation, correction, resumed, states


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
    done = resumed((document,), asked, answer(theirs, name="consulta:0")).outcomes["sub_A-1"]
    assert (done.state, done.code) == (SubmissionState.REJECTED, "3000")
    assert done.message == "Registro de facturación duplicado."


@pytest.mark.parametrize(("tries", "state"), [(0, "outcome_unknown"), (2, "outcome_unknown"), (3, "rejected")])
def test_a_duplicate_that_the_book_does_not_show_is_looked_for_again(tries: int, state: str) -> None:
    """The book may lag behind, and a number given up for ours would become a second record of one sale. Not for ever:
    another system's record may lie in another month."""
    document = replace(chained(1)[0], tries=tries)
    asked = resumed((document,), TALK.begin((document,), setting()), answer(remitted(duplicate(document))))
    done = resumed((document,), asked, answer(consulted(), name="consulta:0")).outcomes["sub_A-1"]
    assert (done.state, done.code) == (state, "3000")
    assert done.not_before == (None if state == "rejected" else setting().at + timedelta(seconds=60))


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


def test_a_day_that_does_not_come_through_is_asked_for_invoice_by_invoice() -> None:
    documents = chained(60)
    asked = resumed(documents, TALK.begin(documents, setting()), answer(remitted(*map(duplicate, documents))))
    (day,) = asked.asks
    too_long = Answer(name=day.name, failure=Failure.MAYBE_SENT, detail="the answer is too long")
    singly = resumed(documents, asked, too_long)
    assert [ask.documents for ask in singly.asks] == [(one.submission,) for one in documents[:50]]
    found = [
        answer(consulted(entry(one.attributes)), name=ask.name)
        for one, ask in zip(documents, singly.asks, strict=False)
    ]
    rest = resumed(documents, singly, *found)
    assert (rest.outcomes, len(rest.asks)) == ({}, 10)
    found = [
        answer(consulted(entry(one.attributes)), name=ask.name)
        for one, ask in zip(documents[50:], rest.asks, strict=True)
    ]
    done = resumed(documents, rest, *found)
    assert (set(states(done).values()), len(done.outcomes)) == ({SubmissionState.ACCEPTED}, 60)
    silent = [Answer(name=ask.name, failure=Failure.MAYBE_SENT) for ask in singly.asks]
    unknown = resumed(documents, singly, *silent)
    assert set(states(unknown).values()) == {SubmissionState.OUTCOME_UNKNOWN}


def test_what_was_found_is_settled_though_not_every_question_came_through() -> None:
    """Else a slow book, which answers some of fifty questions at a time, would be asked the same for ever."""
    alta, gone = chained(1)[0], sending(sealed(instruction(kind=CANCEL, standing=Standing.REGISTERED)), "sub_x", CANCEL)
    others = chained(3, prefix="B-")
    documents = (alta, gone, *others)
    asked = resumed(documents, TALK.begin(documents, setting()), answer(remitted(*map(duplicate, documents))))
    assert [ask.documents for ask in asked.asks] == [("sub_A-1", "sub_x"), ("sub_B-1",), ("sub_B-2",), ("sub_B-3",)]
    done = resumed(
        documents,
        asked,
        answer(consulted(entry(gone.attributes, state="Anulado")), name="consulta:0"),
        answer(consulted(entry(others[0].attributes)), name="consulta:1"),
        Answer(name="consulta:2", failure=Failure.NOT_SENT),
        answer(consulted(entry(others[2].attributes)), name="consulta:3"),
    )
    assert {name for name, state in states(done).items() if state is SubmissionState.OUTCOME_UNKNOWN} == {"sub_B-2"}
    assert {states(done)[name] for name in ("sub_A-1", "sub_x", "sub_B-1", "sub_B-3")} == {SubmissionState.ACCEPTED}
    assert (done.backoff, done.asks) == (True, ())


def test_a_book_that_breaks_down_is_not_asked_invoice_by_invoice() -> None:
    documents = chained(12)
    asked = resumed(documents, TALK.begin(documents, setting()), answer(remitted(*map(duplicate, documents))))
    for given in (answer(fault("Error interno", "env:Server"), status=500), answer("", status=503)):
        done = resumed(documents, asked, replace(given, name=asked.asks[0].name))
        assert (done.asks, set(states(done).values())) == ((), {SubmissionState.OUTCOME_UNKNOWN})


@pytest.mark.parametrize("there", [True, False])
def test_a_refusal_of_a_second_try_does_not_prove_that_the_first_was_refused(there: bool) -> None:
    """Values and rules are judged before the book is looked into: what has changed since refuses the second alone."""
    (document,) = chained(1)
    step = TALK.inquire((document,), setting())
    asked = resumed((document,), step, answer(remitted(line(document, "Incorrecto", "1239", "VIES"), csv=None)))
    assert (asked.outcomes, [ask.effect for ask in asked.asks]) == ({}, [Effect.READ])
    text = consulted(entry(document.attributes)) if there else consulted()
    done = resumed((document,), asked, answer(text, name="consulta:0")).outcomes["sub_A-1"]
    if there:
        assert (done.state, done.standing) == (SubmissionState.ACCEPTED, Standing.REGISTERED)
    else:
        assert (done.state, done.code, done.message) == (SubmissionState.REJECTED, "1239", "VIES")
        assert done.attributes["incident"] == "S"


def test_the_alta_of_a_lost_subsanacion_is_looked_for_with_it() -> None:
    """One message held both, the subsanación was refused: the book still shows the alta, which does not go again."""
    first = sealed()
    alta = sending(first, "sub_alta")
    correcting = instruction(kind=InstructionKind.CORRECT, standing=Standing.REGISTERED)
    lost = sending(sealed(correcting, previous=first.link), "sub_correct", InstructionKind.CORRECT)
    asked = TALK.inquire((alta, lost), setting())
    again = resumed((alta, lost), asked, answer(consulted(entry(alta.attributes)), name="consulta:0"))
    assert states(again) == {"sub_alta": SubmissionState.ACCEPTED}
    assert again.asks[0].documents == ("sub_correct",)


def test_a_page_that_comes_again_and_again_is_no_answer() -> None:
    documents = chained(12)
    asked = resumed(documents, TALK.begin(documents, setting()), answer(remitted(*map(duplicate, documents))))
    first = consulted(*(entry(one.attributes) for one in documents[:6]), more=documents[5].attributes)
    for _ in range(2):
        asked = resumed(documents, asked, answer(first, name=asked.asks[0].name))
    known, unknown = documents[:6], documents[6:]
    assert {states(asked)[one.submission] for one in known} == {SubmissionState.ACCEPTED}
    assert {states(asked)[one.submission] for one in unknown} == {SubmissionState.OUTCOME_UNKNOWN}


def test_an_answer_that_contradicts_itself_does_not_say_that_nothing_is_there() -> None:
    (document,) = chained(1)
    asked = resumed((document,), TALK.begin((document,), setting()), answer(remitted(duplicate(document))))
    full, empty = consulted(entry(document.attributes)), consulted()
    for text in (
        empty.replace("SinDatos", "ConDatos"),
        full.replace("ConDatos", "SinDatos"),
        empty.replace("SinDatos", ""),
        empty.replace("Paginacion>N<", "Paginacion>S<"),
    ):
        done = resumed((document,), asked, answer(text, name="consulta:0"))
        assert states(done) == {"sub_A-1": SubmissionState.OUTCOME_UNKNOWN}


def test_a_record_that_was_cancelled_since_is_found_so() -> None:
    (document,) = chained(1)
    asked = resumed((document,), TALK.inquire((document,), setting()), answer(remitted(duplicate(document))))
    for written in ("Anulado", "Anulada"):
        found = answer(consulted(entry(document.attributes, state=written)), name="consulta:0")
        done = resumed((document,), asked, found).outcomes["sub_A-1"]
        assert (done.state, done.standing) == (SubmissionState.ACCEPTED, Standing.CANCELLED)


def test_an_alta_that_our_own_cancellation_has_overtaken() -> None:
    """One message held both and its answer was lost; the book shows the anulación alone."""
    alta = sending(sealed(), "sub_alta")
    gone = sending(sealed(instruction(kind=CANCEL, standing=Standing.REGISTERED)), "sub_cancel", CANCEL)
    asked = TALK.inquire((alta, gone), setting())
    found = answer(consulted(entry(gone.attributes, state="Anulado")), name="consulta:0")
    done = resumed((alta, gone), asked, found)
    assert (states(done), done.asks) == (dict.fromkeys(("sub_alta", "sub_cancel"), SubmissionState.ACCEPTED), ())
    former, later = done.outcomes["sub_alta"], done.outcomes["sub_cancel"]
    assert (former.standing, later.standing) == (None, Standing.CANCELLED)
    assert former.authority_id == later.authority_id == "20261120000000000007"
    assert former.attributes["overtaken_by"] == "sub_cancel"


def test_what_a_consulta_tells_is_kept() -> None:
    (document,) = chained(1)
    asked = resumed((document,), TALK.inquire((document,), setting()), answer(remitted(duplicate(document))))
    when = "<s:TimestampPresentacion>2026-11-20T12:00:00+01:00</s:TimestampPresentacion><s:IdPeticion>"
    text = consulted(entry(document.attributes)).replace("<s:IdPeticion>", when)
    text = text.replace("</c:Huella>", "</c:Huella><c:Incidencia>S</c:Incidencia>")
    done = resumed((document,), asked, answer(text, name="consulta:0")).outcomes["sub_A-1"]
    assert done.attributes == {
        "confirmed_by": "consulta",
        "id_peticion": "20261120000000000007",
        "presented_at": "2026-11-20T12:00:00+01:00",
        "incident": "S",
    }


def test_nothing_here_reads_a_clock() -> None:
    assert TALK.begin(chained(2), setting()) == TALK.begin(chained(2), setting())
    assert setting().at > NOW
