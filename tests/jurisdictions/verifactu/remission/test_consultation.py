"""Reading the AEAT's book month by month, and saying the same of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jurisdictions.contract import Answer, Effect, Failure, Holding, InstructionKind, Survey
from jurisdictions.verifactu.remission.consultation import BOOKS, Days, _slices, own
from jurisdictions.verifactu.settings import Extension
from schemas.party import Party
from schemas.states import Standing
from tests.jurisdictions.verifactu.builders import (
    TODAY,
    answer,
    chained,
    consulted,
    entry,
    fault,
    instruction,
    invoice,
    setting,
    tax,
)
from tests.jurisdictions.verifactu.test_talk import Office

MONTH = "2026-11"


def body(survey: Survey) -> str:
    (ask,) = survey.asks
    return b"".join(piece for piece in ask.body if isinstance(piece, bytes)).decode()


def resumed(survey: Survey, given: str | Answer) -> Survey:
    """As the gateway does it: the memo has been through JSON."""
    (ask,) = survey.asks
    found = answer(given, name=ask.name) if isinstance(given, str) else replace(given, name=ask.name)
    return BOOKS.resume(json.loads(json.dumps(dict(survey.memo))), {ask.name: found}, setting())


def walked(office: Office, period: str) -> tuple[list[Holding], str | None]:
    """Follow a survey to its end."""
    survey = BOOKS.begin(period, setting())
    found: list[Holding] = []
    while survey.asks:
        (ask,) = survey.asks
        survey = resumed(survey, office.answer(ask))
        found += survey.holdings
    return found, survey.trouble


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 11, 3), date(2026, 11, 3), ("2026-11",)),
        (date(2026, 11, 30), date(2027, 2, 1), ("2026-11", "2026-12", "2027-01", "2027-02")),
        (date(2027, 1, 1), date(2026, 12, 31), ()),
    ],
)
def test_periods_are_months(first: date, last: date, expected: tuple[str, ...]) -> None:
    assert BOOKS.periods(first, last) == expected


def test_too_many_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="months"):
        BOOKS.periods(date(1, 1, 1), date(9999, 1, 1))


def test_a_question_reads_and_concerns_no_document() -> None:
    survey = BOOKS.begin(MONTH, setting())
    (ask,) = survey.asks
    assert (ask.effect, ask.documents, ask.client_credential) == (Effect.READ, (), "certificate")
    text = body(survey)
    assert "<sf:Ejercicio>2026</sf:Ejercicio><sf:Periodo>11</sf:Periodo>" in text
    assert "<con:MostrarSistemaInformatico>S</con:MostrarSistemaInformatico>" in text
    assert "NumSerieFactura" not in text


def test_ours_and_theirs_say_the_same() -> None:
    """Accepted, corrected, cancelled and refused invoices; one of another month; and a number with signs in it."""
    office = Office()
    september = invoice(("7.00", tax()), operation_date=date(2026, 9, 30))
    registered = Standing.REGISTERED
    documents = (
        office.record(instruction(), "A/1 &b"),
        office.record(instruction(invoice(("3.00", tax()))), "A-2"),
        office.record(instruction(kind=InstructionKind.CORRECT, standing=registered), "A-2"),
        office.record(instruction(), "A-3"),
        office.record(instruction(kind=InstructionKind.CANCEL, standing=registered), "A-3"),
        office.record(instruction(extension=Extension(descripcion="[sim:1199]")), "A-4"),
        office.record(instruction(september), "A-5"),
        office.record(instruction(extension=Extension(descripcion="[sim:2001]")), "A-6"),
    )
    outcomes = office.remit(*documents)
    ours: dict[str, Holding] = {}
    for one, outcome in zip(documents, outcomes, strict=True):
        if outcome.standing is not None:
            attributes = {**one.attributes, **outcome.attributes}
            ours[one.attributes["number"]] = own(attributes, outcome.standing)
    theirs, trouble = walked(office, MONTH)
    earlier, _ = walked(office, "2026-09")
    assert trouble is None
    assert [one.number for one in earlier] == ["A-5"]
    told = {one.number: replace(one, code=None) for one in (*theirs, *earlier)}
    assert told == ours
    assert {one.number: (one.state, one.code) for one in theirs} == {
        "A/1 &b": (registered, None),
        "A-2": (registered, None),
        "A-3": (Standing.CANCELLED, None),
        "A-6": (Standing.REGISTERED_WITH_ERRORS, "2001"),
    }
    assert {one.chain for one in theirs} == {"EG/1"}
    assert all(one.presented_at == office.at.replace(microsecond=0) for one in theirs)


def test_an_empty_month() -> None:
    assert walked(Office(), "2026-10") == ([], None)


def test_pages_follow_one_another() -> None:
    documents = [one.attributes for one in chained(4)]
    first = resumed(BOOKS.begin(MONTH, setting()), consulted(*map(entry, documents[:2]), more=documents[1]))
    assert [one.number for one in first.holdings] == ["A-1", "A-2"]
    assert "<sf:NumSerieFactura>A-2</sf:NumSerieFactura>" in body(first)
    last = resumed(first, consulted(*map(entry, documents[2:])))
    assert ([one.number for one in last.holdings], last.asks, last.trouble) == (["A-3", "A-4"], (), None)


def test_a_page_that_leads_nowhere_is_trouble() -> None:
    of = chained(1)[0].attributes
    first = resumed(BOOKS.begin(MONTH, setting()), consulted(entry(of), more=of))
    again = resumed(first, consulted(entry(of), more=of))
    assert (again.asks, again.holdings) == ((), ())
    assert again.trouble is not None
    headless = consulted(entry(of)).replace("Paginacion>N<", "Paginacion>S<")
    lost = resumed(resumed(first, consulted(entry(of), more={**of, "number": "A-2"})), headless)
    assert lost.trouble is not None
    assert "ClavePaginacion" in lost.trouble


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (answer(fault("Codigo[4112].El titular")), "4112: El titular"),
        (answer("<html>certificado 401</html>", status=401), "CERTIFICATE"),
        (Answer(name="", failure=Failure.NOT_SENT, detail="refused"), "NETWORK: refused"),
        (answer("busy", status=503), "503"),
    ],
)
def test_trouble_is_told(given: Answer, words: str) -> None:
    survey = resumed(BOOKS.begin(MONTH, setting()), given)
    assert (survey.asks, survey.holdings) == ((), ())
    assert survey.trouble is not None
    assert words in survey.trouble


def test_an_entry_that_cannot_be_read_is_trouble() -> None:
    of = chained(1)[0].attributes
    survey = resumed(BOOKS.begin(MONTH, setting()), consulted(entry({**of, "date": "31-02-2026"})))
    assert survey.trouble is not None


def test_an_issuer_without_a_nif_cannot_ask() -> None:
    given = setting()
    nobody = replace(given, issuer=replace(given.issuer, party=Party(name="Nadie")))
    assert BOOKS.begin(MONTH, nobody) == Survey(trouble="The issuer has no NIF.")


def test_a_month_that_does_not_come_through_is_asked_for_by_days() -> None:
    of = chained(1)[0].attributes
    too_long = Answer(name="", failure=Failure.MAYBE_SENT, detail="the answer is too long")
    survey = resumed(BOOKS.begin(MONTH, setting()), too_long)
    asked = []
    found: list[Holding] = []
    while survey.asks:
        asked.append(body(survey))
        todays = "<sf:Desde>20-11-2026</sf:Desde><sf:Hasta>20-11-2026</sf:Hasta>" in asked[-1]
        survey = resumed(survey, consulted(entry(of)) if todays else consulted())
        found += survey.holdings
    assert ([one.issue_date for one in found], survey.trouble) == ([TODAY], None)
    assert len(asked) == 1 + 30 + 31 + 1
    assert "<sf:RangoFechaExpedicion><sf:Hasta>31-10-2026</sf:Hasta>" in asked[0]
    assert "<sf:RangoFechaExpedicion><sf:Desde>01-01-2027</sf:Desde></sf:Rango" in asked[-1]


def test_a_day_that_does_not_come_through_ends_the_reading() -> None:
    too_long = Answer(name="", failure=Failure.MAYBE_SENT, detail="the answer is too long")
    survey = resumed(resumed(BOOKS.begin(MONTH, setting()), too_long), too_long)
    assert (survey.asks, survey.trouble) == ((), "NETWORK: the answer is too long")


@given(month=st.dates(date(2000, 1, 1), date(2100, 1, 1)), day=st.dates(date(1999, 1, 1), date(2101, 1, 1)))
def test_every_day_of_issue_lies_in_one_slice(month: date, day: date) -> None:
    def holding() -> Iterator[Days]:
        for one in _slices(f"{month.year:04}-{month.month:02}"):
            if (one.first or date.min) <= day <= (one.last or date.max):
                yield one

    assert len(list(holding())) == 1


def test_our_own_without_what_older_rows_lack() -> None:
    attributes = {"number": "A-1", "date": "20-11-2026", "huella": "F" * 64}
    bare = own(attributes, Standing.CANCELLED)
    assert bare == Holding(number="A-1", issue_date=TODAY, state=Standing.CANCELLED, digest="F" * 64)
    told = own({**attributes, "presented_at": "2026-11-20T12:00:00+01:00"}, Standing.REGISTERED)
    assert told.presented_at == datetime(2026, 11, 20, 11, tzinfo=UTC)
    naive = own({**attributes, "presented_at": "2026-11-20T12:00:00"}, Standing.REGISTERED)
    assert naive.presented_at is None
    assert told.presented_at.utcoffset() == timedelta(0)
