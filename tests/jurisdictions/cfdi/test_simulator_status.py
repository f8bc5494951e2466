"""The simulated SAT: cancellation through either certifier, whose word it needs, and what the status service tells."""

import datetime
from base64 import b64encode
from decimal import Decimal

import msgspec
import pytest
from lxml import etree

from jurisdictions.cfdi.simulator import registry, workdays
from jurisdictions.contract import SimulatorRequest
from tests.jurisdictions.cfdi.simulated import (
    AT,
    INVOICE,
    RECEIVER,
    SEAL_USAGE,
    Certifier,
    cancellation,
    holder,
    receipt,
    result,
    sealed,
    told,
)

SMALL = (
    INVOICE.replace('SubTotal="1000.00" Descuento="100.00" ', 'SubTotal="500.00" ')
    .replace('Total="1044.00"', 'Total="580.00"')
    .replace('Cantidad="2"', 'Cantidad="1"')
    .replace('Importe="1000.00"\n Descuento="100.00" ', 'Importe="500.00" ')
    .replace('Base="900.00"', 'Base="500.00"')
    .replace('"144.00"', '"80.00"')
)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def pac() -> Certifier:
    return Certifier()


def stamped(pac: Certifier, *markers: str, xml: str = INVOICE, **changes: str) -> str:
    """The UUID of an invoice (over 1,000 pesos) that carries these markers, stamped two working days ago."""
    words = " ".join(f"[sim:{marker}]" for marker in markers)
    pac.at = AT
    uuid: str = told(pac.post(sealed(xml, CondicionesDePago=f"Contado {words}", **changes)))["data"]["uuid"]
    pac.at += 4 * DAY
    pac.token = ""
    return uuid


def expression(pac: Certifier, uuid: str, **changes: str) -> str:
    entry = registry.entry(pac.book, uuid)
    assert entry is not None
    parts = {"re": entry.issuer, "rr": entry.receiver, "tt": entry.total, "id": uuid, "fe": entry.seal_end} | changes
    return "?" + "&".join(f"{name}={text}" for name, text in parts.items() if text)


def status(pac: Certifier, uuid: str) -> tuple[str, str, str]:
    found = pac.consult(expression(pac, uuid))
    assert found["CodigoEstatus"] == "S - Comprobante obtenido satisfactoriamente."
    return found["Estado"], found["EsCancelable"], found["EstatusCancelacion"]


def code(pac: Certifier, uuid: str, motive: str = "02", *replacement: str) -> str:
    """SAT's answer to a request to cancel, through SW."""
    answer = told(pac.cancel(cancellation((uuid, motive, *replacement))))
    data: dict[str, dict[str, str]] = answer["data"]
    assert (answer["status"] == "success") == (data["uuid"][uuid] in ("201", "202"))
    return data["uuid"][uuid]


# ---------------------------------------------------------------- the status


def test_a_stamped_cfdi_is_live(pac: Certifier) -> None:
    uuid = stamped(pac)
    assert status(pac, uuid) == ("Vigente", "Cancelable con aceptación", "")
    found = pac.consult("https://verificacfdi.facturaelectronica.sat.gob.mx/default.aspx" + expression(pac, uuid))
    assert found["Estado"] == "Vigente"
    assert found["ValidacionEFOS"] == "200"


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"id": "00000000-0000-0000-0000-000000000000"}, "602"),
        ({"re": "AAA010101AAA"}, "602"),
        ({"rr": "AAA010101AAA"}, "602"),
        ({"tt": "1044.01"}, "602"),
        ({"fe": "12345678"}, "602"),
        ({"fe": ""}, "S"),
        ({"tt": "1044.0"}, "S"),
        ({"tt": "1,044"}, "601"),
        ({"re": ""}, "601"),
    ],
)
def test_the_expression_names_one_cfdi(pac: Certifier, changes: dict[str, str], answer: str) -> None:
    uuid = stamped(pac)
    found = pac.consult(expression(pac, uuid, **changes))
    assert answer in found["CodigoEstatus"]
    assert found["Estado"] == ("Vigente" if answer == "S" else "No Encontrado")


def test_the_status_service_asks_for_its_action(pac: Certifier) -> None:
    path = "/sat/ConsultaCFDIService.svc"
    assert pac.soap(path, "Consulta", "http://tempuri.org/", "Consulta", expresionImpresa="").status == 500
    assert pac.ask(SimulatorRequest(method="POST", path=path, headers={}, body=b"")).status == 500
    assert pac.ask(SimulatorRequest(method="GET", path=path, headers={}, body=b"")).status == 405
    assert pac.ask(SimulatorRequest(method="POST", path="/sat/other", headers={}, body=b"")).status == 404


def test_sat_may_learn_of_a_stamp_late(pac: Certifier) -> None:
    uuid = stamped(pac, "late")
    pac.at = AT + datetime.timedelta(seconds=89)
    pac.token = ""
    assert pac.consult(expression(pac, uuid))["Estado"] == "No Encontrado"
    assert code(pac, uuid) == "205"
    pac.at += datetime.timedelta(seconds=1)
    assert status(pac, uuid)[0] == "Vigente"
    assert code(pac, uuid) == "201"


# ---------------------------------------------------------------- whose word it needs


def test_what_is_small_is_cancelled_at_once(pac: Certifier) -> None:
    uuid = stamped(pac, xml=SMALL)
    assert status(pac, uuid) == ("Vigente", "Cancelable sin aceptación", "")
    reply = pac.cancel(cancellation((uuid, "02")))
    answer = told(reply)
    assert answer["data"]["uuid"] == {uuid: "201"}
    acuse = etree.fromstring(answer["data"]["acuse"].encode())
    assert acuse.findtext(".//{*}EstatusUUID") == "201"
    assert status(pac, uuid) == ("Cancelado", "No cancelable", "Cancelado sin aceptación")
    assert code(pac, uuid) == "202"


def test_within_one_working_day_nobody_is_asked(pac: Certifier) -> None:
    uuid = stamped(pac)
    pac.at = datetime.datetime(2026, 11, 24, 5, 59, tzinfo=datetime.UTC)  # Monday evening; issued on Friday
    assert status(pac, uuid)[1] == "Cancelable sin aceptación"
    pac.at += datetime.timedelta(minutes=1)
    assert status(pac, uuid)[1] == "Cancelable con aceptación"


@pytest.mark.parametrize("kind", ["XAXX010101000", "E"])
def test_without_a_receiver_who_could_assent(pac: Certifier, kind: str) -> None:
    xml = INVOICE.replace('TipoDeComprobante="I"', 'TipoDeComprobante="E"')
    if kind != "E":
        xml = (
            INVOICE.replace(RECEIVER, kind)
            .replace("UNIVERSIDAD ROBOTICA ESPAÑOLA", "JUAN")
            .replace('"86991"', '"42501"')
            .replace('RegimenFiscalReceptor="601" UsoCFDI="G03"', 'RegimenFiscalReceptor="616" UsoCFDI="S01"')
        )
    assert status(pac, stamped(pac, xml=xml))[1] == "Cancelable sin aceptación"


def test_the_receiver_assents(pac: Certifier) -> None:
    uuid = stamped(pac, "cancel-accept")
    assert code(pac, uuid) == "201"
    assert status(pac, uuid) == ("Vigente", "Cancelable con aceptación", "En proceso")
    assert code(pac, uuid) == "202"
    pac.at += datetime.timedelta(minutes=1)
    assert status(pac, uuid) == ("Cancelado", "No cancelable", "Cancelado con aceptación")


def test_the_receiver_refuses_and_silence_no_longer_counts(pac: Certifier) -> None:
    uuid = stamped(pac, "cancel-refuse")
    assert code(pac, uuid) == "201"
    pac.at += datetime.timedelta(minutes=1)
    assert status(pac, uuid) == ("Vigente", "Cancelable con aceptación", "Solicitud rechazada")
    assert code(pac, uuid) == "201"
    entry = registry.entry(pac.book, uuid)
    assert entry is not None
    assert entry.refusals == 1
    assert entry.request is not None
    silent = msgspec.structs.replace(entry, request=msgspec.structs.replace(entry.request, reply="", replies_at=None))
    pac.book.update(registry.kept(silent))
    pac.at += 60 * DAY
    assert status(pac, uuid)[2] == "En proceso"


def test_silence_assents_after_three_working_days(pac: Certifier) -> None:
    uuid = stamped(pac, "cancel-silence")  # asked on Tuesday 24 November
    assert code(pac, uuid) == "201"
    pac.at = datetime.datetime(2026, 11, 28, 5, 59, tzinfo=datetime.UTC)
    assert status(pac, uuid)[2] == "En proceso"
    pac.at += datetime.timedelta(minutes=1)
    assert status(pac, uuid) == ("Cancelado", "No cancelable", "Plazo vencido")


@pytest.mark.parametrize("how", ["marker", "fuel"])
def test_an_express_word(pac: Certifier, how: str) -> None:
    xml = INVOICE.replace("84111506", "15101514") if how == "fuel" else INVOICE
    uuid = stamped(pac, *(("cancel-express",) if how == "marker" else ("cancel-silence",)), xml=xml)
    assert code(pac, uuid) == "201"
    pac.at += 60 * DAY
    assert status(pac, uuid)[2] == "En proceso"


def test_the_receivers_word_through_sw(pac: Certifier) -> None:
    def ask(method: str, path: str) -> SimulatorRequest:
        headers = {"authorization": f"Bearer {pac.token}"}
        return SimulatorRequest(method=method, path=path, headers=headers, body=b"")

    uuid = stamped(pac, "cancel-silence")
    assert code(pac, uuid) == "201"
    assert told(pac.ask(ask("GET", f"/pendings/{RECEIVER}")))["data"]["uuid"] == [uuid]
    assert result(pac.finkok("get_pending", rtaxpayer_id=RECEIVER))["string"] == uuid
    assert pac.ask(ask("POST", f"/acceptreject/{RECEIVER}/{uuid}/Rechazo")).status == 200
    assert status(pac, uuid)[2] == "Solicitud rechazada"
    assert pac.ask(ask("POST", f"/acceptreject/{RECEIVER}/{uuid}/Rechazo")).status == 400
    assert told(pac.ask(ask("GET", f"/pendings/{RECEIVER}")))["data"]["uuid"] == []


# ---------------------------------------------------------------- motives, relations, days


def related(relation: str, uuid: str) -> str:
    group = f'<cfdi:CfdiRelacionados TipoRelacion="{relation}"><cfdi:CfdiRelacionado UUID="{uuid}"/>'
    return INVOICE.replace("<cfdi:Emisor", f"{group}</cfdi:CfdiRelacionados><cfdi:Emisor")


def test_a_replacement_comes_first(pac: Certifier) -> None:
    first = stamped(pac, "cancel-accept")
    other = stamped(pac, Folio="2")
    substitute = stamped(pac, xml=related("04", first), Folio="3")
    assert code(pac, first, "01") == "208"
    assert code(pac, first, "01", "00000000-0000-0000-0000-000000000000") == "208"
    assert code(pac, first, "01", other) == "212"
    assert code(pac, first, "02", substitute) == "209"
    assert code(pac, first, "05") == "207"
    assert code(pac, first, "01", substitute) == "201"


def test_live_relatives_go_first(pac: Certifier) -> None:
    first = stamped(pac, "cancel-accept")
    child = stamped(pac, "cancel-accept", xml=related("01", first), Folio="2")
    assert status(pac, first)[1] == "No cancelable"
    assert code(pac, first) == "204"
    assert code(pac, child) == "201"
    pac.at += datetime.timedelta(minutes=1)
    assert code(pac, first) == "201"


def test_a_receipt_of_payment_goes_before_its_invoice_and_needs_a_word(pac: Certifier) -> None:
    first = stamped(pac, "cancel-accept")
    pac.at = AT
    uuid = told(pac.post(sealed(receipt(first))))["data"]["uuid"]
    pac.at, pac.token = AT + 4 * DAY, ""
    assert status(pac, uuid)[1] == "Cancelable con aceptación"
    assert code(pac, first) == "204"
    assert code(pac, uuid) == "201"
    pac.at += datetime.timedelta(minutes=1)
    assert status(pac, uuid)[0] == "Cancelado"
    assert code(pac, first) == "201"


@pytest.mark.parametrize(("day", "answer"), [((2027, 3, 31), "201"), ((2027, 4, 1), "210")])
def test_the_last_day_of_a_company(pac: Certifier, day: tuple[int, int, int], answer: str) -> None:
    uuid = stamped(pac)
    pac.at = datetime.datetime(*day, 18, tzinfo=datetime.UTC)
    assert code(pac, uuid) == answer


def test_anothers_cfdi_and_an_unknown_one(pac: Certifier) -> None:
    uuid = stamped(pac)
    other = cancellation((uuid, "02"), by=holder(RECEIVER), issuer=RECEIVER)
    assert told(pac.cancel(other))["data"]["uuid"] == {uuid: "203"}
    assert code(pac, "00000000-0000-0000-0000-000000000000") == "205"


@pytest.mark.parametrize("wanted", [f"2{number:02d}" for number in range(1, 14)])
def test_every_answer_to_a_folio_on_demand(pac: Certifier, wanted: str) -> None:
    assert code(pac, stamped(pac, f"c{wanted}")) == wanted


@pytest.mark.parametrize("wanted", ["300", "305", "311", "312"])
def test_every_answer_to_a_request_on_demand(pac: Certifier, wanted: str) -> None:
    answer = told(pac.cancel(cancellation((stamped(pac, f"c{wanted}"), "02"))))
    assert answer["message"].startswith(wanted)
    assert answer["data"] is None


# ---------------------------------------------------------------- the signature


def test_a_signature_that_does_not_stand(pac: Certifier) -> None:
    uuid = stamped(pac)
    right = cancellation((uuid, "02"))
    wrong = {
        "another motive": right.replace(b'Motivo="02"', b'Motivo="03"'),
        "another digest": right.replace(b"<DigestValue>", b"<DigestValue>AAAA"),
        "another algorithm": right.replace(b"rsa-sha1", b"rsa-sha256"),
        "no certificate": right.replace(b"<X509Certificate>", b"<X509Certificate>-"),
        "another value": right.replace(b"<SignatureValue>", b"<SignatureValue>AAAA"),
    }
    for name, xml in wrong.items():
        assert told(pac.cancel(xml))["message"].startswith("302"), name
    form = {
        "no schemas": right.replace(b' xmlns:xsd="http://www.w3.org/2001/XMLSchema"', b""),
        "zone": right.replace(b"T11:59:00", b"T11:59:00Z"),
        "no such day": right.replace(b"2026-11-20T11:59:00", b"2026-11-31T11:59:00"),
        "empty replacement": right.replace(b'Motivo="02"', b'Motivo="02" Otro=""'),
        "another root": right.replace(b"Cancelacion", b"Otra"),
        "no xml": b"<Cancelacion",
        "no uuid": right.replace(uuid.encode(), b"123"),
    }
    for name, xml in form.items():
        assert told(pac.cancel(xml))["message"].startswith("301"), name
    assert code(pac, uuid) == "201"


def test_whose_certificate_signs(pac: Certifier) -> None:
    uuid = stamped(pac)
    fiel = holder(usage=(*SEAL_USAGE, "data_encipherment", "key_agreement"), unit=None)
    for by, wanted in (
        (holder(RECEIVER), "303"),
        (fiel, "310"),
        (holder(authority="stranger"), "308"),
        (holder(days=(-10, -1)), "304"),
        (holder(days=(2, 10)), "305"),
    ):
        assert told(pac.cancel(cancellation((uuid, "02"), by=by)))["message"].startswith(wanted)


def test_white_space_in_the_document_is_signed_too(pac: Certifier) -> None:
    uuid = stamped(pac)
    spaced = cancellation((uuid, "02")).replace(b"<Folios>", b"\n <Folios>")
    assert told(pac.cancel(spaced))["message"].startswith("302")


# ---------------------------------------------------------------- Finkok, and the rest of SW


def test_a_cancellation_through_finkok(pac: Certifier) -> None:
    uuid = stamped(pac, "cancel-accept")
    xml = b64encode(cancellation((uuid, "02"))).decode()
    found = result(pac.finkok("cancel_signature", xml=xml, store_pending="false"))
    assert (found["UUID"], found["EstatusUUID"]) == (uuid, "201")
    assert found["RfcEmisor"] == "EKU9003173C9"
    assert "EstatusUUID" in found["Acuse"]
    assert result(pac.finkok("get_receipt", taxpayer_id="EKU9003173C9", uuid=uuid, type="C"))["success"] == "true"
    facts = {"taxpayer_id": "EKU9003173C9", "rtaxpayer_id": RECEIVER, "uuid": uuid}
    now = result(pac.finkok("get_sat_status", **facts, total="1044.00"))
    assert (now["Estado"], now["EstatusCancelacion"]) == ("Vigente", "En proceso")
    wrong = result(pac.finkok("get_sat_status", **facts, total="1.00"))
    assert wrong["CodigoEstatus"].startswith("N - 601")
    assert wrong["Estado"] == "Vigente"


def test_what_finkok_does_not_cancel(pac: Certifier) -> None:
    first = stamped(pac)
    child = stamped(pac, xml=related("01", first), Folio="2")
    xml = b64encode(cancellation((first, "02"), (child, "01"))).decode()
    reply = pac.finkok("cancel_signature", xml=xml)
    codes = [one.text for one in etree.fromstring(reply.body).iter("{*}EstatusUUID")]
    assert codes == ["no_cancelable", "208"]
    bad = b64encode(b"<a/>").decode()
    assert result(pac.finkok("cancel_signature", xml=bad))["CodEstatus"].startswith("301")
    assert result(pac.finkok("cancel_signature", xml=bad, password=""))["CodEstatus"].startswith("300")


@pytest.mark.parametrize("wanted", ["708", "711", "798", "799"])
@pytest.mark.parametrize("letter", ["", "c"])
def test_finkoks_own_answers_on_demand(pac: Certifier, wanted: str, letter: str) -> None:
    uuid = stamped(pac, f"{letter}{wanted}")
    xml = b64encode(cancellation((uuid, "02"))).decode()
    reply = pac.finkok("cancel_signature", xml=xml)
    assert result(reply)["CodEstatus"].startswith(wanted)
    assert not reply.changes


def test_a_new_stamp_is_live_at_finkok_before_sat_knows_it(pac: Certifier) -> None:
    uuid = stamped(pac, "late")
    pac.at = AT
    facts = {"taxpayer_id": "EKU9003173C9", "rtaxpayer_id": RECEIVER, "uuid": uuid, "total": "1044.00"}
    assert result(pac.finkok("get_sat_status", **facts))["Estado"] == "Vigente"
    xml = b64encode(cancellation((uuid, "02"))).decode()
    assert result(pac.finkok("cancel_signature", xml=xml))["EstatusUUID"] == "205"


def test_relations_and_the_datawarehouse(pac: Certifier) -> None:
    def ask(method: str, path: str) -> SimulatorRequest:
        headers = {"authorization": f"Bearer {pac.token}", "host": "127.0.0.1:9000"}
        return SimulatorRequest(method=method, path=path, headers=headers, body=b"")

    first = stamped(pac)
    child = stamped(pac, xml=related("01", first), Folio="2")
    pac.login()
    data = told(pac.ask(ask("POST", f"/relations/EKU9003173C9/{first.lower()}")))["data"]
    assert [one["uuid"] for one in data["uuidsRelacionadosHijos"]] == [child]
    record = told(pac.ask(ask("GET", f"/sw-api/datawarehouse/v1/live/{first.lower()}")))["data"]["records"][0]
    path = record["urlXml"].removeprefix("https://127.0.0.1:9000")
    assert first.encode() in pac.ask(ask("GET", path)).body
    assert pac.ask(ask("GET", f"/sw-api/datawarehouse/v1/live/{'0' * 8}-0000-0000-0000-{'0' * 12}")).status == 404
    assert pac.ask(ask("POST", f"/cfdi33/cancel/EKU9003173C9/{first}/02")).status == 400


# ---------------------------------------------------------------- working days


@pytest.mark.parametrize(
    ("day", "many", "last"),
    [
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-13", 1, "2026-11-17"),  # the third Monday of November
        ("2026-01-30", 1, "2026-02-03"),  # the first Monday of February
        ("2026-03-13", 1, "2026-03-17"),  # the third Monday of March
        ("2026-04-30", 3, "2026-05-07"),  # 1 and 5 May
        ("2026-09-15", 1, "2026-09-17"),
        ("2026-12-24", 3, "2026-12-30"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2030-09-30", 1, "2030-10-02"),
    ],
)
def test_working_days(day: str, many: int, last: str) -> None:
    assert workdays.after(datetime.date.fromisoformat(day), many).isoformat() == last


def test_the_register_reads_what_it_needs(pac: Certifier) -> None:
    uuid = stamped(pac, xml=INVOICE.replace('Moneda="MXN"', 'Moneda="USD" TipoCambio="18.5"'))
    entry = registry.entry(pac.book, uuid.lower())
    assert entry is not None
    assert entry.pesos == Decimal("19314.00")
    assert entry.issued_at == datetime.datetime(2026, 11, 20, 17, 30, tzinfo=datetime.UTC)
