"""Finkok's words: the recorded answers, the tricky ones, and what travels to it."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from jurisdictions.cfdi.pacs import finkok
from jurisdictions.cfdi.pacs.answers import Verdict
from jurisdictions.contract import Answer, Effect, Failure, InstructionKind, SecretSlot, Sending
from tests.jurisdictions.cfdi.invoices import AT, sending
from tests.jurisdictions.cfdi.world import cancelling
from tests.official import official

V = Verdict
UUID = "B107F0AC-6BC3-52CF-A3D7-5E9479414209"
HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>"
    '<senv:Envelope xmlns:senv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:s0="apps.services.soap.core.views"'
    ' xmlns:tns="http://facturacion.finkok.com/stamp"><senv:Body>'
)
TAIL = "</senv:Body></senv:Envelope>"


def answer(result: str, operation: str = "stamp", status: int = 200) -> Answer:
    named = f"tns:{operation}"
    inner = f"<{named}Response><{named}Result>{result}</{named}Result></{named}Response>"
    return Answer(name="", status=status, body=(HEAD + inner + TAIL).encode())


def incident(code: str, words: str = "palabras", more: str = "") -> str:
    return (
        f"<s0:Incidencia><s0:CodigoError>{code}</s0:CodigoError><s0:MensajeIncidencia>{words}</s0:MensajeIncidencia>"
        f"<s0:ExtraInfo>{more}</s0:ExtraInfo></s0:Incidencia>"
    )


def incidents(*rows: str, xml: str = "") -> Answer:
    return answer(f"<s0:xml>{escape(xml)}</s0:xml><s0:Incidencias>{''.join(rows)}</s0:Incidencias>")


def recorded(name: str) -> tuple[Answer, Sending, str]:
    """A recorded answer, the document that it answers (without its stamp), and the UUID that it brings."""
    body = official("cfdi", "pac", "finkok", "raw", name).read_bytes()
    result = etree.fromstring(body)
    xml, uuid = result.findtext(".//{*}xml") or "", result.findtext(".//{*}UUID") or ""
    sealed = re.sub(r"<cfdi:Complemento>.*</cfdi:Complemento>", "", xml, flags=re.DOTALL).encode()
    document = Sending(
        submission="s", instruction=InstructionKind.ISSUE, body=sealed, attributes={}, sealed_at=AT, edition="4.0"
    )
    return Answer(name="s", status=200, body=body), document, uuid


@pytest.mark.parametrize("name", ["stamp", "stamped", "quick_stamp", "issue"])
def test_a_recorded_stamp_is_read(name: str) -> None:
    heard, document, uuid = recorded(f"test_finkok_{name}_1.xml")
    found = finkok.read_stamping(document, heard)
    assert found.verdict is V.STAMPED
    assert found.stamp is not None
    assert (found.stamp.uuid, found.findings, found.code) == (uuid, (), None)


def test_a_recorded_stamp_of_another_document_is_foreign() -> None:
    heard, _, _ = recorded("test_finkok_stamp_1.xml")
    found = finkok.read_stamping(sending(), heard)
    assert (found.verdict, found.code) == (V.FOREIGN, "CFDI-STAMP-02")


def test_a_second_stamp_brings_the_first_with_307_once_or_twice() -> None:
    _, document, uuid = recorded("test_finkok_stamp_1.xml")
    heard, _, _ = recorded("test_finkok_stamp_1.xml")
    xml = etree.fromstring(heard.body).findtext(".//{*}xml") or ""
    for rows in (1, 2):
        again = incidents(*[incident("307")] * rows, xml=xml)
        found = finkok.read_stamping(document, again)
        assert (found.verdict, found.code, found.findings) == (V.STAMPED, "307", ())
        assert found.stamp is not None and found.stamp.uuid == uuid
    found = finkok.read_stamping(document, incidents(incident("ALERTA", "una advertencia"), xml=xml))
    assert found.verdict is V.STAMPED
    assert [(one.external_code, one.severity) for one in found.findings] == [("ALERTA", "warning")]


@pytest.mark.parametrize(
    ("heard", "verdict", "code"),
    [
        (incidents(incident("307"), incident("307")), V.UNREADY, "307"),
        (incidents(incident("603")), V.ABSENT, "603"),
        (incidents(incident("300")), V.ACCOUNT, "300"),
        (incidents(incident("702")), V.ACCOUNT, "702"),
        (incidents(incident("703")), V.ACCOUNT, "703"),
        (incidents(incident("705")), V.REFUSED, "301"),
        (incidents(incident("CFDI40145"), incident("CFDI40148")), V.REFUSED, "CFDI40145"),
        (incidents(incident("401", "Fecha y hora de generación fuera de rango")), V.REFUSED, "401"),
        (incidents(), V.UNKNOWN, None),
        (answer(""), V.UNKNOWN, None),
        (answer("", status=500), V.UNKNOWN, None),
        (Answer(name="", status=200, body=b"<html>"), V.UNKNOWN, None),
        (Answer(name="", status=200), V.UNKNOWN, None),
        (Answer(name="", status=404, body=b"<html>"), V.NOTHING, None),
        (Answer(name="", status=429), V.NOTHING, None),
        (Answer(name="", status=502, body=b"<html>"), V.UNKNOWN, None),
        (Answer(name="", status=503, body=b"<html>"), V.BUSY, None),
        (Answer(name="", failure=Failure.NOT_SENT), V.NOTHING, None),
        (Answer(name="", failure=Failure.MAYBE_SENT), V.UNKNOWN, None),
        (None, V.UNKNOWN, None),
    ],
)
def test_every_answer_proves_what_it_proves(heard: Answer | None, verdict: Verdict, code: str | None) -> None:
    found = finkok.read_stamping(sending(), heard)
    assert (found.verdict, found.code) == (verdict, code)


@pytest.mark.parametrize("status", [200, 500])
def test_a_fault_proves_nothing(status: int) -> None:
    words = "local variable 'invoice' referenced before assignment"
    told = f"<senv:Fault><faultcode>senv:Server</faultcode><faultstring>{words}</faultstring></senv:Fault>"
    fault = Answer(name="", status=status, body=(HEAD + told + TAIL).encode())
    found = finkok.read_stamping(sending(), fault)
    assert (found.verdict, found.message) == (V.UNKNOWN, words)
    assert finkok.read_cancel(sending(), fault).verdict is V.UNKNOWN


def test_all_incidents_of_a_refusal_are_told_with_their_words() -> None:
    found = finkok.read_stamping(sending(), incidents(incident("CFDI40145", "El nombre", "nodo"), incident("705")))
    assert [one.external_code for one in found.findings] == ["CFDI40145", "301"]
    assert [one.external_message for one in found.findings] == ["El nombre nodo", "705 - palabras"]


def test_what_travels_is_the_sealed_bytes_and_slots() -> None:
    document = sending()
    for ask, effect in (
        (finkok.stamp_ask(document), Effect.WRITE),
        (finkok.stamped_ask(document), Effect.READ),
        (finkok.cancel_ask(document), Effect.WRITE),
    ):
        assert ask.effect is effect
        slots = [piece for piece in ask.body if isinstance(piece, SecretSlot)]
        assert slots == [SecretSlot(credential="finkok", field=name) for name in ("user", "password")]
        body = b"".join(piece if isinstance(piece, bytes) else b"x" for piece in ask.body)
        operation = etree.fromstring(body).find("{http://schemas.xmlsoap.org/soap/envelope/}Body/*")
        assert operation is not None
        assert b64decode(operation.findtext("{*}xml") or "") == document.body
        action = dict(ask.headers)["soapaction"][0]
        assert action == f'"{etree.QName(operation).localname}"'.encode()
    assert b64encode(document.body) not in b"".join(
        piece for _, pieces in finkok.stamp_ask(document).headers for piece in pieces if isinstance(piece, bytes)
    )


# ---------------------------------------------------------------------------------------------- cancelling


def request(uuid: str = UUID) -> Sending:
    return cancelling(b"<Cancelacion/>", {"uuid": uuid}, "c")


@pytest.mark.parametrize("name", ["test_finkok_cancel_1.xml", "test_finkok_cancel_comprobante_1.xml"])
def test_a_recorded_cancellation_is_read(name: str) -> None:
    body = official("cfdi", "pac", "finkok", "raw", name).read_bytes()
    uuid = etree.fromstring(body).findtext(".//{*}UUID") or ""
    found = finkok.read_cancel(request(uuid.lower()), Answer(name="", status=200, body=body))
    assert (found.verdict, found.code) == (V.REFUSED, "201")
    assert found.acuse is not None
    assert b"CancelaCFDResult" in found.acuse


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (f"<s0:Folios><s0:Folio><s0:UUID>{UUID}</s0:UUID><s0:EstatusUUID>no_cancelable</s0:EstatusUUID></s0:Folio>"
         "</s0:Folios>", "204"),
        (f"<s0:Folios><s0:Folio><s0:UUID>{UUID}</s0:UUID><s0:EstatusUUID>205</s0:EstatusUUID></s0:Folio></s0:Folios>",
         "205"),
        ("<s0:CodEstatus>708 - No se pudo conectar al SAT</s0:CodEstatus>", "708"),
        (f"<s0:CodEstatus>UUID: {UUID} No Encontrado</s0:CodEstatus>", "205"),
        ("<s0:error>UUID Already Cancelled</s0:error>", "202"),
        ("<s0:CodEstatus>304</s0:CodEstatus>", "304"),
    ],
)  # fmt: skip
def test_codes_and_texts_that_stand_for_codes(result: str, code: str) -> None:
    found = finkok.read_cancel(request(), answer(result, "cancel_signature"))
    assert (found.verdict, found.code) == (V.REFUSED, code)


@pytest.mark.parametrize("result", ["", "<s0:CodEstatus>quién sabe</s0:CodEstatus>", "<s0:Folios/>"])
def test_an_answer_without_a_code_proves_nothing(result: str) -> None:
    assert finkok.read_cancel(request(), answer(result, "cancel_signature")).verdict is V.UNKNOWN


def test_a_refused_account_is_about_the_account() -> None:
    found = finkok.read_cancel(request(), answer("<s0:CodEstatus>300 - no</s0:CodEstatus>", "cancel_signature"))
    assert found.verdict is V.ACCOUNT
