"""SAT's status service: the question, and what its words mean."""

from __future__ import annotations

import pytest
from lxml import etree

from jurisdictions.cfdi.pacs.status import ACTION, Estado, expression, read_status, status_ask
from jurisdictions.contract import Answer, Effect, Failure
from tests.jurisdictions.cfdi.world import cancelling
from tests.official import official

KNOWN = {
    "uuid": "035DD56C-7293-5365-BC40-17C07C2B4BEF",
    "rfc": "EKU9003173C9",
    "receptor_rfc": "H&E951128469",
    "total": "1160.00",
    "sello_last8": "zZ+9g/A=",
}


def told(code: str = "S - Comprobante obtenido satisfactoriamente.", **fields: str) -> Answer:
    inner = "".join(f"<a:{name}>{text}</a:{name}>" for name, text in {"CodigoEstatus": code, **fields}.items())
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<ConsultaResponse xmlns="http://tempuri.org/"><ConsultaResult xmlns:a="urn:a">'
        f"{inner}</ConsultaResult></ConsultaResponse></s:Body></s:Envelope>"
    )
    return Answer(name="c", status=200, body=body.encode())


def test_the_question_is_the_text_of_the_qr_code() -> None:
    """The total without trailing zeros, an & of an RFC as in XML, the end of the seal as it is."""
    text = expression(KNOWN)
    assert text == (
        "?id=035DD56C-7293-5365-BC40-17C07C2B4BEF&re=EKU9003173C9&rr=H&amp;E951128469&tt=1160.0&fe=zZ+9g/A="
    )
    ask = status_ask(cancelling(b"", KNOWN, "c"))
    assert (ask.endpoint, ask.effect, ask.path) == ("sat", Effect.READ, "/ConsultaCFDIService.svc")
    assert dict(ask.headers)["soapaction"] == (f'"{ACTION}"'.encode(),)
    (body,) = ask.body
    assert isinstance(body, bytes)
    assert etree.fromstring(body).findtext(".//{http://tempuri.org/}expresionImpresa") == text


def test_the_recorded_answer_is_read() -> None:
    body = official("cfdi", "pac", "sat_consulta", "soap-response.xml").read_bytes()
    found = read_status(Answer(name="c", status=200, body=body))
    assert (found.estado, found.cancelable, found.refused) == (Estado.LIVE, "Cancelable con aceptación", True)


@pytest.mark.parametrize(
    ("answer", "estado"),
    [
        (told(Estado="Vigente"), Estado.LIVE),
        (told(Estado="Cancelado", EstatusCancelacion="Plazo vencido"), Estado.CANCELLED),
        (told("N - 602: Comprobante no encontrado.", Estado="No Encontrado"), Estado.NOT_FOUND),
        (told("N - 601: La expresión impresa proporcionada no es válida.", Estado="Vigente"), Estado.UNHEARD),
        (told("", Estado="Cancelado"), Estado.UNHEARD),
        (told(Estado="Otro"), Estado.UNHEARD),
        (Answer(name="c", status=500, body=told(Estado="Cancelado").body), Estado.UNHEARD),
        (Answer(name="c", status=200, body=b"<html>"), Estado.UNHEARD),
        (Answer(name="c", failure=Failure.MAYBE_SENT), Estado.UNHEARD),
        (None, Estado.UNHEARD),
    ],
)
def test_what_cannot_be_relied_on_says_nothing(answer: Answer | None, estado: Estado) -> None:
    assert read_status(answer).estado is estado


def test_a_request_in_progress_is_told() -> None:
    assert read_status(told(Estado="Vigente", EstatusCancelacion="En proceso")).in_progress
    assert not read_status(told(Estado="Vigente", EstatusCancelacion="")).in_progress
