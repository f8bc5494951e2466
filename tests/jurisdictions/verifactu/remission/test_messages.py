"""The header of a message, and the filters of a question, each in the order that the schema wants."""

from __future__ import annotations

from datetime import date

import pytest
from lxml import etree

from jurisdictions.kit import soap
from jurisdictions.verifactu import xsd
from jurisdictions.verifactu.remission.messages import Query, question, records
from tests.jurisdictions.verifactu.builders import chained

NIF, NAME = "B00000018", "Emisora & Hijos, S.L."
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
QUERIES = {
    "month": Query(period="2026-11"),
    "number": Query(period="2026-11", number="A&1"),
    "day": Query(period="2026-11", day="20-11-2026", page=(NIF, "A<1", "20-11-2026")),
    "days": Query(period="2026-11", first=FIRST, last=LAST, systems=True),
    "from": Query(period="2026-11", first=FIRST, page=(NIF, "1", "20-11-2026")),
    "until": Query(period="2026-11", last=LAST, systems=True),
}
HEADERS: dict[str, tuple[bool, date | None, tuple[str, str] | None]] = {
    "nothing": (False, None, None),
    "incident": (True, None, None),
    "last day": (False, date(2026, 12, 31), None),
    "both": (True, date(2026, 12, 31), None),
    "representative": (False, None, ("Asesoría", "B00000026")),
    "all": (True, date(2026, 12, 31), ("Asesoría", "B00000026")),
}


def content(body: bytes) -> etree._Element:
    opened = soap.opened(body)
    assert not isinstance(opened, soap.Fault)
    return opened


def message(name: str, issuer: str = NAME) -> etree._Element:
    incident, last_day, representative = HEADERS[name]
    bodies = (one.body for one in chained(2))
    return content(records(NIF, issuer, bodies, incident=incident, last_day=last_day, representative=representative))


def told(header: etree._Element) -> list[str]:
    return [etree.QName(one).localname for one in header.iter(etree.Element)][1:]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("nothing", []),
        ("incident", ["RemisionVoluntaria", "Incidencia"]),
        ("last day", ["RemisionVoluntaria", "FechaFinVeriFactu"]),
        ("both", ["RemisionVoluntaria", "FechaFinVeriFactu", "Incidencia"]),
        ("representative", ["Representante", "NombreRazon", "NIF"]),
        (
            "all",
            ["Representante", "NombreRazon", "NIF", "RemisionVoluntaria", "FechaFinVeriFactu", "Incidencia"],
        ),
    ],
)
def test_a_header_says_what_there_is_to_say(name: str, more: list[str]) -> None:
    found = message(name)
    assert told(found[0]) == ["ObligadoEmision", "NombreRazon", "NIF", *more]
    assert xsd.faults(found) == ()


def test_what_a_header_says() -> None:
    text = etree.tostring(message("all")[0], encoding="unicode")
    assert "FechaFinVeriFactu>31-12-2026<" in text
    assert "NombreRazon>Emisora &amp; Hijos, S.L.<" in text
    assert "NIF>B00000026<" in text


def test_a_long_name_is_cut_without_an_edge() -> None:
    found = message("nothing", f"  {'x' * 119} más ")
    assert found[0][0][0].text == "x" * 119
    assert xsd.faults(found) == ()


def test_records_go_in_as_they_were_sealed() -> None:
    documents = chained(2)
    whole = records(NIF, NAME, (one.body for one in documents), incident=True)
    assert all(whole.count(one.body) == 1 for one in documents)


@pytest.mark.parametrize("name", QUERIES)
def test_questions_fit_the_schema(name: str) -> None:
    assert xsd.faults(content(question(NIF, NAME, QUERIES[name]))) == ()


def test_a_question_for_days_names_only_the_ends_it_has() -> None:
    for name, expected in (("days", ["Desde", "Hasta"]), ("from", ["Desde"]), ("until", ["Hasta"])):
        span = content(question(NIF, NAME, QUERIES[name])).find(".//{*}RangoFechaExpedicion")
        assert span is not None
        assert [etree.QName(one).localname for one in span] == expected
        assert all(one.text in {"01-11-2026", "30-11-2026"} for one in span)
