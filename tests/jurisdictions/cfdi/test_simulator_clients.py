"""Somebody else's clients (satcfdi) served by the simulators: the interfaces are the certifiers' and SAT's, not ours.

Their requests go to the simulator instead of the net; nothing of theirs is changed.
"""

import datetime
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from satcfdi.cfdi import CFDI
from satcfdi.create.cancela.aceptacionrechazo import Folios, SolicitudAceptacionRechazo
from satcfdi.create.cancela.cancelacion import Cancelacion, Folio
from satcfdi.exceptions import ResponseError
from satcfdi.models import Signer
from satcfdi.pacs import CancelReason, Environment
from satcfdi.pacs.finkok import DocumentStatus, Finkok
from satcfdi.pacs.sat import SAT
from satcfdi.pacs.swsapien import SWSapien

from jurisdictions.contract import SimulatorRequest
from tests.jurisdictions.cfdi.simulated import Certifier, Holder, holder, sealed

pytestmark = pytest.mark.filterwarnings("ignore:X509.* is deprecated:DeprecationWarning")

PREFIXES = {
    "services.test.sw.com.mx": "",
    "api.test.sw.com.mx": "/sw-api",
    "demo-facturacion.finkok.com": "/finkok",
    "consultaqr.facturaelectronica.sat.gob.mx": "/sat",
}


@pytest.fixture
def pac(monkeypatch: pytest.MonkeyPatch) -> Certifier:
    """The simulators, in the place of the net."""
    found = Certifier()

    def send(_: requests.Session, prepared: requests.PreparedRequest, **__: object) -> requests.Response:
        parts = urlsplit(str(prepared.url))
        body = prepared.body or b""
        reply = found.ask(
            SimulatorRequest(
                method=str(prepared.method),
                path=PREFIXES[parts.netloc] + parts.path,
                headers=_plain(prepared.headers),
                body=body.encode() if isinstance(body, str) else body,
            )
        )
        response = requests.Response()
        response.status_code, response._content = reply.status, reply.body
        response.headers.update(reply.headers)
        return response

    monkeypatch.setattr(requests.Session, "send", send)
    return found


def _plain(headers: Mapping[str, Any]) -> dict[str, str]:
    return {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in headers.items()}


@pytest.fixture
def sw(pac: Certifier) -> SWSapien:
    pac.login()
    return SWSapien(token=pac.token, environment=Environment.TEST)


@pytest.fixture
def finkok() -> Finkok:
    return Finkok("someone", "sandbox", environment=Environment.TEST)


@pytest.fixture
def signer() -> Signer:
    """The issuer's certificate and key, as their reader takes them."""
    return _signer(holder())


def _signer(by: Holder) -> Signer:
    key = by.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    return Signer.load(certificate=by.der, key=key, password="secret")


def cfdi(**changes: str) -> CFDI:
    return CFDI.from_string(sealed(**changes))


def cancelacion(uuid: str, signer: Signer) -> Cancelacion:
    folio = Folio(uuid=uuid, motivo=CancelReason.COMPROBANTE_EMITIDO_CON_ERRORES_SIN_RELACION.value)
    return Cancelacion(emisor=signer, folios=[folio], fecha=datetime.datetime.fromisoformat("2026-11-20T11:59:00"))


def test_sw_stamps_and_shows_what_it_keeps(pac: Certifier, sw: SWSapien) -> None:
    found = sw.stamp(cfdi(), ref_id="sub-1")
    assert found.cfdi["Complemento"]["TimbreFiscalDigital"]["UUID"] == found.document_id
    with pytest.raises(ResponseError):
        sw.stamp(cfdi(), ref_id="sub-1")
    assert sw.recover(found.document_id)["data"]["records"][0]["urlXml"]


def test_sw_cancels_by_a_signature_of_theirs(pac: Certifier, sw: SWSapien, signer: Signer) -> None:
    found = sw.stamp(cfdi(CondicionesDePago="Contado [sim:cancel-silence]"))
    pac.at += datetime.timedelta(days=4)
    pac.token = ""
    pac.login()
    later = SWSapien(token=pac.token, environment=Environment.TEST)
    told = later.cancel_comprobante(cancelacion(found.document_id, signer))
    assert told.code == {found.document_id: "201"}
    assert later.pending("URE180429TM6") == [found.document_id]
    with pytest.raises(ResponseError):
        later.relations(found.cfdi)


@pytest.mark.parametrize("operation", ["stamp", "quick_stamp"])
def test_finkok_stamps(pac: Certifier, finkok: Finkok, operation: str) -> None:
    found = getattr(finkok, operation)(cfdi())
    assert found.cfdi["Complemento"]["TimbreFiscalDigital"]["UUID"] == found.document_id
    assert finkok.stamped(cfdi()).document_id == found.document_id
    assert finkok.pending_stamp(found.document_id).status is DocumentStatus.FINISHED
    with pytest.raises(ResponseError, match="307"):
        getattr(finkok, operation)(cfdi())
    with pytest.raises(ResponseError, match="603"):
        finkok.stamped(cfdi(Folio="2"))


def test_finkok_cancels_by_a_signature_of_theirs(pac: Certifier, finkok: Finkok, signer: Signer) -> None:
    found = finkok.stamp(cfdi())
    told = finkok.cancel_comprobante(cancelacion(found.document_id, signer))
    assert told.code == "201"
    assert b"EstatusUUID" in (told.acuse or b"")
    assert b"EstatusUUID" in (finkok.get_receipt("EKU9003173C9", found.document_id).acuse or b"")
    assert finkok.pending("URE180429TM6") == []


@pytest.mark.parametrize("through", ["sw", "finkok"])
@pytest.mark.parametrize("answer", ["Aceptacion", "Rechazo"])
def test_the_receivers_signed_word(
    pac: Certifier, sw: SWSapien, finkok: Finkok, signer: Signer, through: str, answer: str
) -> None:
    found = sw.stamp(cfdi(CondicionesDePago="Contado [sim:cancel-silence]"))
    pac.at += datetime.timedelta(days=4)
    finkok.cancel_comprobante(cancelacion(found.document_id, signer))
    pac.token = ""
    pac.login()
    client = finkok if through == "finkok" else SWSapien(token=pac.token, environment=Environment.TEST)
    moment = datetime.datetime.fromisoformat("2026-11-24T11:59:00")
    word = SolicitudAceptacionRechazo(
        rfc_pac_envia_solicitud="ZZP000101AAA",
        rfc_receptor=_signer(holder("URE180429TM6")),
        folios=Folios(uuid=found.document_id, respuesta=answer),
        fecha=moment,
    )
    told = client.accept_reject(word)
    assert list(told.folios) == [found.document_id]
    assert "1000" in told.folios[found.document_id].values()
    now = SAT(environment=Environment.PRODUCTION).status(found.cfdi)
    expected = "Cancelado con aceptación" if answer == "Aceptacion" else "Solicitud rechazada"
    assert now["EstatusCancelacion"] == expected
    with pytest.raises(ResponseError):
        SWSapien(token=pac.token, environment=Environment.TEST).accept_reject(word)


def test_sats_status_is_read(pac: Certifier, sw: SWSapien) -> None:
    found = sw.stamp(cfdi())
    told = SAT(environment=Environment.PRODUCTION).status(found.cfdi)
    assert told["CodigoEstatus"] == "S - Comprobante obtenido satisfactoriamente."
    assert told["Estado"] == "Vigente"
    assert told["EsCancelable"] == "Cancelable sin aceptación"
