"""The simulated Finkok: the same judgement in SOAP, a book of its own, and the quirks of its answers."""

import datetime
from base64 import b64decode, b64encode

import msgspec
import pytest
from lxml import etree

from jurisdictions.contract import SimulatorRequest
from tests.jurisdictions.cfdi.simulated import CFDI, INVOICE, Certifier, incidents, result, sealed, told

TFD = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"


@pytest.fixture
def pac() -> Certifier:
    return Certifier()


def encoded(xml: bytes) -> str:
    return b64encode(xml).decode()


def marked(marker: str, **changes: str) -> bytes:
    return sealed(**({"CondicionesDePago": f"Contado [sim:{marker}]"} | changes))


def test_a_right_cfdi_is_stamped(pac: Certifier) -> None:
    found = result(pac.finkok("stamp", xml=encoded(sealed())))
    assert found["CodEstatus"] == "Comprobante timbrado satisfactoriamente"
    root = etree.fromstring(found["xml"].encode())
    timbre = root.find(f"{{{CFDI}}}Complemento/{TFD}")
    assert timbre is not None
    assert (timbre.get("UUID"), timbre.get("SelloSAT")) == (found["UUID"], found["SatSeal"])
    assert timbre.get("RfcProvCertif") == "ZZF000101AA1"
    assert timbre.get("NoCertificadoSAT") == found["NoCertificadoSAT"]
    assert found["Fecha"] == timbre.get("FechaTimbrado") == "2026-11-20T12:00:00"


@pytest.mark.parametrize("operation", ["stamp", "quick_stamp"])
def test_a_repeat_is_told_the_first_stamp_or_a_bare_307(pac: Certifier, operation: str) -> None:
    first = result(pac.finkok(operation, xml=encoded(sealed())))
    reply = pac.finkok(operation, xml=encoded(sealed()))
    assert set(incidents(reply)) == {"307"}
    assert result(reply)["xml"] == (first["xml"] if operation == "stamp" else "")
    assert not reply.changes


def test_the_307_may_be_listed_twice(pac: Certifier) -> None:
    listed = set()
    for folio in range(8):
        xml = encoded(sealed(Folio=str(folio)))
        pac.finkok("stamp", xml=xml)
        listed.add(tuple(incidents(pac.finkok("stamp", xml=xml))))
    assert listed == {("307",), ("307", "307")}


def test_for_eight_seconds_a_lost_stamp_is_not_told(pac: Certifier) -> None:
    xml = encoded(marked("307-empty"))
    assert pac.finkok("stamp", xml=xml).lost
    quiet = pac.finkok("stamp", xml=xml)
    assert set(incidents(quiet)) == {"307"}
    assert result(quiet)["xml"] == ""
    assert "UUID" not in result(quiet)
    assert incidents(pac.finkok("stamped", xml=xml)) == ["603"]
    pac.at += datetime.timedelta(seconds=8)
    assert result(pac.finkok("stamped", xml=xml))["CodEstatus"] == "Comprobante recibido satisfactoriamente"
    assert result(pac.finkok("stamp", xml=xml))["UUID"]


def test_stamped_tells_what_was_stamped_here_only(pac: Certifier) -> None:
    pac.post(sealed())
    assert incidents(pac.finkok("stamped", xml=encoded(sealed()))) == ["603"]
    first = result(pac.finkok("stamp", xml=encoded(sealed())))
    assert result(pac.finkok("stamped", xml=encoded(sealed())))["xml"] == first["xml"]


def test_two_certifiers_give_two_stamps_and_sats_register_shows_them(pac: Certifier) -> None:
    one = told(pac.post(sealed()))["data"]["uuid"]
    other = result(pac.finkok("stamp", xml=encoded(sealed())))["UUID"]
    assert one != other
    assert msgspec.json.decode(pac.book["folio/EKU9003173C9/A/1"]) == [one, other]
    assert pac.book["counter"] == pac.book["finkok/counter"] == b"1"


def test_what_another_stamped_already(pac: Certifier) -> None:
    stamped = told(pac.post(sealed()))["data"]["cfdi"]
    assert incidents(Certifier().finkok("stamp", xml=encoded(stamped.encode()))) == ["707"]


# ---------------------------------------------------------------- refusals


def test_each_fault_is_an_incident(pac: Certifier) -> None:
    xml = INVOICE.replace('Total="1044.00"', 'Total="1.00"').replace('"86991"', '"86992"')
    reply = pac.finkok("stamp", xml=encoded(sealed(xml)))
    assert incidents(reply) == ["CFDI40119", "CFDI40148"]
    assert result(reply)["xml"] == ""
    assert not reply.changes


@pytest.mark.parametrize("xml", ["", "no base 64", encoded(b"<cfdi"), encoded(b"<a/>")])
def test_a_broken_structure_is_705(pac: Certifier, xml: str) -> None:
    assert set(incidents(pac.finkok("stamp", xml=xml))) == {"705"}


def test_a_changed_cfdi_is_302(pac: Certifier) -> None:
    assert incidents(pac.finkok("stamp", xml=encoded(sealed().replace(b'Folio="1"', b'Folio="2"')))) == ["302"]


def test_the_account(pac: Certifier) -> None:
    xml = encoded(sealed())
    assert incidents(pac.finkok("stamp", xml=xml, password="wrong")) == ["300"]
    assert incidents(pac.finkok("stamped", xml=xml, username="")) == ["300"]
    pac.book["finkok/unregistered/EKU9003173C9"] = b"1"
    assert incidents(pac.finkok("stamp", xml=xml)) == ["702"]
    pac.book["finkok/suspended"] = b"1"
    assert incidents(pac.finkok("stamp", xml=xml)) == ["703"]


# ---------------------------------------------------------------- on demand


@pytest.mark.parametrize("code", ["302", "702", "705", "CFDI40108", "CRP20217"])
def test_every_code_on_demand(pac: Certifier, code: str) -> None:
    assert incidents(pac.finkok("stamp", xml=encoded(marked(code)))) == [code]


def test_a_marker_may_concern_one_certifier(pac: Certifier) -> None:
    assert told(pac.post(marked("sw-304")))["message"].startswith("304")
    assert result(pac.finkok("stamp", xml=encoded(marked("sw-304"))))["UUID"]
    assert incidents(pac.finkok("stamp", xml=encoded(marked("finkok-304")))) == ["304"]
    assert pac.post(marked("finkok-304")).status == 200


def test_accounts_that_are_spent_at_one_are_good_at_the_other(pac: Certifier) -> None:
    assert told(pac.post(marked("AU2001")))["message"].startswith("AU2001")
    assert result(pac.finkok("stamp", xml=encoded(marked("AU2001"))))["UUID"]


def test_a_fault_in_the_words_of_python(pac: Certifier) -> None:
    reply = pac.finkok("stamp", xml=encoded(marked("500")))
    assert reply.status == 500
    assert b"referenced before assignment" in reply.body
    assert not reply.changes
    reply = pac.finkok("stamp", xml=encoded(marked("500-stamped")))
    assert reply.status == 500
    assert result(pac.finkok("stamped", xml=encoded(marked("500-stamped"))))["UUID"]


def test_busy_once_slow_and_lost(pac: Certifier) -> None:
    xml = encoded(marked("busy"))
    assert pac.finkok("stamp", xml=xml).status == 503
    assert result(pac.finkok("stamp", xml=xml))["UUID"]
    assert pac.finkok("stamp", xml=encoded(marked("slow"))).delay_seconds == 5
    assert pac.finkok("stamp", xml=encoded(marked("lost"))).lost
    assert result(pac.finkok("stamped", xml=encoded(marked("lost"))))["UUID"]


def test_query_pending(pac: Certifier) -> None:
    uuid = result(pac.finkok("stamp", xml=encoded(marked("window"))))["UUID"]
    assert result(pac.finkok("query_pending", uuid=uuid))["status"] == "S"
    pac.at += datetime.timedelta(seconds=8)
    found = result(pac.finkok("query_pending", uuid=uuid.lower()))
    assert (found["status"], found["uuid"]) == ("F", uuid)
    assert result(pac.finkok("query_pending", uuid="unknown"))["error"]


# ---------------------------------------------------------------- the line


def test_what_is_no_request_is_a_fault(pac: Certifier) -> None:
    path = "/finkok/servicios/soap/stamp"
    assert pac.ask(SimulatorRequest(method="POST", path=path, headers={}, body=b"<a")).status == 500
    assert pac.ask(SimulatorRequest(method="POST", path=path, headers={}, body=b"<a/>")).status == 500
    assert pac.ask(SimulatorRequest(method="GET", path=path, headers={}, body=b"")).status == 405
    assert pac.ask(SimulatorRequest(method="POST", path="/finkok/x", headers={}, body=b"")).status == 404
    assert pac.soap(path, "unknown", "http://facturacion.finkok.com/stamp", "unknown").status == 500
    assert pac.soap(path, "stamp", "urn:other", "stamp").status == 500


@pytest.mark.parametrize("path", ["/finkok/servicios/soap/stamp.wsdl", "/finkok/servicios/soap/stamp/"])
def test_the_other_addresses(pac: Certifier, path: str) -> None:
    reply = pac.soap(path, "stamp", "http://facturacion.finkok.com/stamp", "stamp", xml="")
    assert incidents(reply) == ["300"]


@pytest.mark.parametrize("mode", ["down", "hang", "refuse"])
def test_an_outage_of_one_certifier_leaves_the_others(pac: Certifier, mode: str) -> None:
    pac.book["outage/finkok"] = mode.encode()
    reply = pac.finkok("stamp", xml=encoded(sealed()))
    assert (reply.status == 503, reply.lost, reply.delay_seconds > 60) == (
        mode == "down",
        mode != "down",
        mode == "hang",
    )
    assert not reply.changes
    assert pac.post(sealed()).status == 200
    pac.book["outage/sw"] = pac.book.pop("outage/finkok")
    assert pac.post(sealed()).changes == {}
    assert result(pac.finkok("stamp", xml=encoded(sealed())))["UUID"]


def test_the_certificate_of_the_stamp_is_published(pac: Certifier) -> None:
    number = result(pac.finkok("stamp", xml=encoded(sealed())))["NoCertificadoSAT"]
    parts = (number[:6], number[6:12], number[12:14], number[14:16], number[16:18], number)
    request = SimulatorRequest(method="GET", path=f"/rdc/rccf/{'/'.join(parts)}.cer", headers={}, body=b"")
    reply = pac.ask(request)
    assert reply.status == 200
    assert b64decode(b64encode(reply.body))[:2] == b"\x30\x82"
    other = SimulatorRequest(method="GET", path="/rdc/rccf/0/0.cer", headers={}, body=b"")
    assert pac.ask(other).status == 404
