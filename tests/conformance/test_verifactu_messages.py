"""Our messages and questions beside the AEAT's published schemas and samples; every published answer as we read it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from jurisdictions.contract import Answer
from jurisdictions.kit import soap
from jurisdictions.verifactu.remission.answers import Failure, Page, Result, page, result
from jurisdictions.verifactu.remission.consultation import BOOKS
from jurisdictions.verifactu.remission.messages import Query, question
from tests.conformance.test_verifactu import ROOT, officially_valid, schema
from tests.jurisdictions.verifactu.builders import instruction, setting
from tests.jurisdictions.verifactu.remission.test_messages import HEADERS, NAME, NIF, QUERIES, content, message
from tests.jurisdictions.verifactu.test_talk import Office

pytestmark = pytest.mark.conformance

ANSWERS = sorted((ROOT / "samples" / "respuestas").iterdir())


@pytest.mark.parametrize("name", HEADERS)
def test_messages_are_valid(name: str) -> None:
    assert officially_valid(message(name)), schema("SuministroLR.xsd").error_log


@pytest.mark.parametrize("name", QUERIES)
def test_questions_are_valid(name: str) -> None:
    assert officially_valid(content(question(NIF, NAME, QUERIES[name]))), schema("ConsultaLR.xsd").error_log


def test_the_questions_of_a_survey_are_valid() -> None:
    survey = BOOKS.begin("2026-12", setting())
    (ask,) = survey.asks
    survey = BOOKS.resume(survey.memo, {ask.name: Answer(name=ask.name, status=200)}, setting())
    asked = 0
    while survey.asks:
        (ask,) = survey.asks
        body = b"".join(piece for piece in ask.body if isinstance(piece, bytes))
        assert officially_valid(content(body)), schema("ConsultaLR.xsd").error_log
        reply = Office().answer(ask)
        assert isinstance(page(reply), Page)
        survey = BOOKS.resume(survey.memo, {ask.name: reply}, setting())
        asked += 1
    assert (asked, survey.trouble) == (1 + 31 + 31 + 1, None)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("11-11.1.1.1.xml", Query(period="2024-11")),
        ("13-11.1.1.3.xml", Query(period="2024-11", first=date(2024, 11, 2), last=date(2024, 11, 13))),
    ],
)
def test_a_published_question_is_ours(name: str, query: Query) -> None:
    theirs = content((ROOT / "samples" / "aeat-ws-doc-filled" / name).read_bytes())
    nif = theirs.findtext(".//{*}NIF") or ""
    assert canonical(content(question(nif, theirs.findtext(".//{*}NombreRazon") or "", query))) == canonical(theirs)


def canonical(of: etree._Element) -> str:
    text = etree.tostring(of, encoding="unicode")
    return str(etree.canonicalize(text, strip_text=True, rewrite_prefixes=True))


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.name)
def test_every_published_answer_is_read(path: Path) -> None:
    read = result(Answer(name="registro", status=200, body=path.read_bytes()))
    if path.suffix == ".html" or path.name == "soapfault.xml":
        assert isinstance(read, Failure)
        return
    assert isinstance(read, Result)
    assert read.lines
    assert (read.csv is None) is all(line.state == "Incorrecto" for line in read.lines)


def test_the_published_fault_is_read() -> None:
    body = (ROOT / "samples" / "aeat-ws-doc" / "00-soapfault.xml").read_bytes()
    read = result(Answer(name="registro", status=500, body=body))
    assert isinstance(read, Failure)


def test_what_the_simulated_office_answers_is_valid() -> None:
    office = Office()
    document = office.record(instruction(), "A-1")
    office.remit(document)
    survey = BOOKS.begin("2026-11", setting())
    reply = office.answer(survey.asks[0])
    told = soap.opened(reply.body)
    assert not isinstance(told, soap.Fault)
    alone = etree.fromstring(etree.tostring(told))
    assert schema("RespuestaConsultaLR.xsd").validate(alone), schema("RespuestaConsultaLR.xsd").error_log
