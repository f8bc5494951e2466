"""The simulated certifier: it stamps what is right once, refuses what is not with SAT's codes, and fails on demand."""

import ast
import datetime
import json
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from jurisdictions.cfdi import simulator
from jurisdictions.cfdi.simulator import SIMULATOR
from jurisdictions.cfdi.simulator.cadena import of_comprobante
from jurisdictions.contract import SimulatorRequest
from tests.jurisdictions.cfdi.simulated import (
    AT,
    CFDI,
    INVOICE,
    PAGOS,
    PAGOS_SCHEMA,
    SCHEMA,
    SEAL_USAGE,
    STAMP,
    Certifier,
    Keys,
    codes,
    holder,
    key,
    sealed,
    told,
)

TFD = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"


@pytest.fixture
def pac() -> Certifier:
    return Certifier()


def test_a_right_cfdi_is_stamped(pac: Certifier) -> None:
    reply = pac.post(sealed(), customid="sub-1")
    assert reply.status == 200
    answer = told(reply)
    assert answer["status"] == "success"
    data = answer["data"]
    assert set(data) == set(
        "cadenaOriginalSAT noCertificadoSAT noCertificadoCFDI uuid selloSAT selloCFDI fechaTimbrado qrCode cfdi".split()
    )
    assert data["uuid"] == data["uuid"].upper()
    assert len(data["uuid"]) == 36
    assert data["fechaTimbrado"] == "2026-11-20T12:00:00"
    assert data["noCertificadoCFDI"] == "30001000000500009999"


def test_the_timbre_stands_in_the_cfdi_and_its_seal_is_the_certifiers(pac: Certifier) -> None:
    data = told(pac.post(sealed()))["data"]
    root = etree.fromstring(data["cfdi"].encode())
    timbre = root.find(f"{{{CFDI}}}Complemento/{TFD}")
    assert timbre is not None
    assert timbre.get("SelloCFD") == root.get("Sello") == data["selloCFDI"]
    names = ("Version", "UUID", "FechaTimbrado", "RfcProvCertif", "SelloCFD", "NoCertificadoSAT")
    cadena = "||" + "|".join(timbre.get(name) or "" for name in names) + "||"
    assert cadena == data["cadenaOriginalSAT"]
    stamping = key("ZZP000101AAA").public_key()
    stamping.verify(b64decode(data["selloSAT"]), cadena.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_the_stamped_cfdi_keeps_its_addenda_last(pac: Certifier) -> None:
    xml = INVOICE.replace("</cfdi:Comprobante>", '<cfdi:Addenda><a xmlns="urn:a"/></cfdi:Addenda></cfdi:Comprobante>')
    root = etree.fromstring(told(pac.post(sealed(xml)))["data"]["cfdi"].encode())
    assert [child.tag.rpartition("}")[2] for child in root][-2:] == ["Complemento", "Addenda"]


@pytest.mark.parametrize(("version", "names"), [("v1", "tfd"), ("v2", "cfdi tfd"), ("v3", "cfdi")])
def test_the_older_shapes(pac: Certifier, version: str, names: str) -> None:
    assert set(told(pac.post(sealed(), path=f"/cfdi33/stamp/{version}"))["data"]) == set(names.split())


def test_the_field_may_come_as_base64(pac: Certifier) -> None:
    assert pac.post(b64encode(sealed()), path=f"{STAMP}/b64").status == 200


# ---------------------------------------------------------------- repeats


def test_a_repeat_gets_the_first_stamp(pac: Certifier) -> None:
    xml = sealed()
    first = told(pac.post(xml, customid="sub-1"))["data"]
    reply = pac.post(xml, customid="sub-1")
    assert reply.status == 400
    answer = told(reply)
    assert answer["status"] == "error"
    assert answer["message"].startswith("307")
    assert answer["data"]["uuid"] == first["uuid"]
    assert answer["data"]["cfdi"] == first["cfdi"]
    assert first["uuid"] in answer["data"]["tfd"]
    assert not reply.changes


def test_a_stamped_cfdi_is_not_stamped_by_another_book(pac: Certifier) -> None:
    stamped = told(pac.post(sealed()))["data"]["cfdi"].encode()
    answer = told(Certifier().post(stamped))
    assert answer["message"].startswith("307")
    assert answer["data"] is None


def test_a_customid_is_for_one_cfdi(pac: Certifier) -> None:
    first = told(pac.post(sealed(), customid="sub-1"))["data"]
    answer = told(pac.post(sealed(Folio="2"), customid="sub-1"))
    assert answer["message"].startswith("CFDI3307")
    assert first["uuid"] in answer["data"]["tfd"]
    pac.at += datetime.timedelta(hours=73)
    pac.token = ""
    assert pac.post(sealed(Folio="2", Fecha="2026-11-23T12:00:00"), customid="sub-1").status == 200


@pytest.mark.parametrize("customid", ["", " ", "x" * 101])
def test_a_bad_customid(pac: Certifier, customid: str) -> None:
    assert "customid" in told(pac.post(sealed(), customid=customid))["message"]


def test_two_cfdis_have_two_uuids(pac: Certifier) -> None:
    uuids = {told(pac.post(sealed(Folio=str(number))))["data"]["uuid"] for number in range(3)}
    assert len(uuids) == 3
    assert pac.book["counter"] == b"3"


# ---------------------------------------------------------------- access


def test_a_wrong_password(pac: Certifier) -> None:
    request = SimulatorRequest(
        method="POST", path="/v2/security/authenticate", headers={}, body=b'{"user": "a", "password": "b"}'
    )
    answer = told(pac.ask(request))
    assert answer["message"].startswith("AU2000")
    assert answer["data"] is None


def test_user_and_password_in_headers(pac: Certifier) -> None:
    headers = {"User": "anyone", "Password": "sandbox"}
    reply = pac.ask(SimulatorRequest(method="POST", path="/security/authenticate", headers=headers, body=b""))
    assert told(reply)["data"]["expires_in"] == 7200


def test_a_token_expires(pac: Certifier) -> None:
    pac.login()
    pac.at += datetime.timedelta(hours=2)
    reply = pac.post(sealed())
    assert reply.status == 401
    assert told(reply)["message"].startswith("AU")


def test_no_token(pac: Certifier) -> None:
    pac.token = "unknown"
    assert pac.post(sealed()).status == 401
    assert pac.ask(SimulatorRequest(method="POST", path=STAMP, headers={}, body=b"")).status == 401


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "/nowhere", 404), ("GET", STAMP, 405)])
def test_other_requests(pac: Certifier, method: str, path: str, status: int) -> None:
    assert pac.ask(SimulatorRequest(method=method, path=path, headers={}, body=b"")).status == status


# ---------------------------------------------------------------- form and seal


BAD_FORMS = {
    "another prefix": ("cfdi:", "x:"),
    "another schema": (SCHEMA, f"{CFDI} cfdv40.xsd"),
    "empty attribute": (' Serie="A"', ' Serie=""'),
    "pipe": (' Serie="A"', ' Serie="A|B"'),
    "unknown attribute": (' Serie="A"', ' Otro="A"'),
    "missing attribute": (' Exportacion="01"', ""),
    "negative amount": ('SubTotal="1000.00"', 'SubTotal="-1000.00"'),
    "text": ("<cfdi:Conceptos>", "<cfdi:Conceptos>texto"),
    "no such month": ('Rfc="URE180429TM6"', 'Rfc="URE181329TM6"'),
    "order": ("<cfdi:Emisor", "<cfdi:Addenda><b/></cfdi:Addenda><cfdi:Emisor"),
    "unknown complement": (
        "</cfdi:Comprobante>",
        '<cfdi:Complemento><a xmlns="urn:a"/></cfdi:Complemento></cfdi:Comprobante>',
    ),
}


@pytest.mark.parametrize("name", BAD_FORMS)
def test_bad_form(pac: Certifier, name: str) -> None:
    old, new = BAD_FORMS[name]
    xml = INVOICE.replace(old, new)
    if name == "another prefix":
        xml = xml.replace("xmlns:cfdi", "xmlns:x")
    assert codes(pac.post(sealed(xml))) == {"301"}


def test_what_is_no_xml_for_a_certifier(pac: Certifier) -> None:
    assert "XML" in told(pac.post(b""))["message"]
    assert codes(pac.post(b"<cfdi")) == codes(pac.post(b"<a/>")) == {"301"}
    assert codes(pac.post(b"\xef\xbb\xbf" + sealed())) == {"301"}
    doctype = b'<!DOCTYPE a [<!ENTITY b "c">]>' + sealed().partition(b"\n")[2]
    assert codes(pac.post(doctype)) == {"301"}


def test_a_changed_cfdi_has_no_seal(pac: Certifier) -> None:
    assert codes(pac.post(sealed().replace(b'Folio="1"', b'Folio="2"'))) == {"302"}


def test_white_space_is_not_part_of_the_seal(pac: Certifier) -> None:
    spaced = sealed().replace(b'Descripcion="Servicio"', b'Descripcion="  Servicio "')
    assert pac.post(spaced).status == 200


def test_the_number_is_the_certificates(pac: Certifier) -> None:
    other = holder(number="30001000000500008888")
    xml = sealed().replace(b64encode(holder().der), b64encode(other.der))
    assert codes(pac.post(xml)) == {"302"}


def test_each_certificate_has_its_refusal(pac: Certifier) -> None:
    fiel = holder(usage=(*SEAL_USAGE, "data_encipherment", "key_agreement"), unit=None)
    assert codes(pac.post(sealed(by=holder("URE180429TM6")))) == {"303"}
    assert codes(pac.post(sealed(by=holder(days=(-10, -1))))) == {"304"}
    assert codes(pac.post(sealed(by=holder(days=(0, 10))))) == {"305"}
    assert codes(pac.post(sealed(by=fiel))) == {"306"}
    assert codes(pac.post(sealed(by=holder(authority="stranger")))) == {"308"}


def test_a_number_in_the_book_is_trusted(pac: Certifier) -> None:
    stranger = holder(authority="stranger", number="30001000000500003416")
    pac.book["trust/30001000000500003416"] = b"1"
    assert pac.post(sealed(by=stranger)).status == 200


@pytest.mark.parametrize(
    ("issued", "place", "right"),
    [
        ("2026-11-17T12:00:00", "42501", True),
        ("2026-11-17T11:59:59", "42501", False),
        ("2026-11-20T12:05:00", "42501", True),
        ("2026-11-20T12:05:01", "42501", False),
        ("2026-11-20T13:00:00", "77500", True),
        ("2026-11-20T12:30:00", "22000", False),
        ("2026-11-20T10:00:00", "22000", True),
    ],
)
def test_the_seventy_two_hours_of_the_place_of_issue(pac: Certifier, issued: str, place: str, right: bool) -> None:
    reply = pac.post(sealed(Fecha=issued, LugarExpedicion=place))
    assert reply.status == 200 if right else codes(reply) == {"401"}


def test_a_reserved_issuer_is_not_listed(pac: Certifier) -> None:
    xml = INVOICE.replace("EKU9003173C9", "XXX000101AA1")
    assert codes(pac.post(sealed(xml, by=holder("XXX000101AA1")))) == {"402"}


# ---------------------------------------------------------------- rules

THIRD = (
    '<cfdi:ACuentaTerceros RfcACuentaTerceros="ZZZ000101AA9" NombreACuentaTerceros="OTRO" '
    'RegimenFiscalACuentaTerceros="605" DomicilioFiscalACuentaTerceros="06600"/>'
)
PART = '<cfdi:Parte ClaveProdServ="99999999" Cantidad="2" Descripcion="Parte" ValorUnitario="0" Importe="9"/>'
RULES = [
    ("CFDI40104", 'FormaPago="03"', 'FormaPago="07"'),
    ("CFDI40105", 'MetodoPago="PUE"', 'MetodoPago="PPD"'),
    ("CFDI40107", 'SubTotal="1000.00"', 'SubTotal="1000.000"'),
    ("CFDI40108", 'SubTotal="1000.00"', 'SubTotal="1000.01"'),
    ("CFDI40110", ' Descuento="100.00" Moneda', ' Moneda'),
    ("CFDI40112", 'Descuento="100.00" Moneda', 'Descuento="100.000" Moneda'),
    ("CFDI40113", 'Moneda="MXN"', 'Moneda="mxn"'),
    ("CFDI40114", 'Moneda="MXN"', 'Moneda="MXN" TipoCambio="1.0"'),
    ("CFDI40115", 'Moneda="MXN"', 'Moneda="USD"'),
    ("CFDI40116", 'Moneda="MXN"', 'Moneda="XXX" TipoCambio="1"'),
    ("CFDI40118", 'Moneda="MXN"', 'Moneda="USD" TipoCambio="2000"'),
    ("CFDI40119", 'Total="1044.00"', 'Total="1044.01"'),
    ("CFDI40121", 'TipoDeComprobante="I"', 'TipoDeComprobante="X"'),
    ("CFDI40122", 'Exportacion="01"', 'Exportacion="02"'),
    ("CFDI40123", 'Exportacion="01"', 'Exportacion="09"'),
    ("CFDI40124", 'MetodoPago="PUE"', 'MetodoPago="PPP"'),
    ("CFDI40126", 'LugarExpedicion="42501"', 'LugarExpedicion="00001"'),
    ("CFDI40127", 'Moneda="MXN"', 'Moneda="MXN" Confirmacion="A1234"'),
    ("CFDI40130", "<cfdi:Emisor", '<cfdi:InformacionGlobal Periodicidad="04" Meses="11" Año="2026"/><cfdi:Emisor'),
    ("CFDI40132", "<cfdi:Emisor", '<cfdi:InformacionGlobal Periodicidad="05" Meses="13" Año="2026"/><cfdi:Emisor'),
    ("CFDI40134", "<cfdi:Emisor", '<cfdi:InformacionGlobal Periodicidad="04" Meses="13" Año="2026"/><cfdi:Emisor'),
    ("CFDI40135", "<cfdi:Emisor", '<cfdi:InformacionGlobal Periodicidad="05" Meses="11" Año="2026"/><cfdi:Emisor'),
    ("CFDI40136", "<cfdi:Emisor", '<cfdi:InformacionGlobal Periodicidad="04" Meses="11" Año="2024"/><cfdi:Emisor'),
    ("CFDI40137", "<cfdi:Emisor", '<cfdi:CfdiRelacionados TipoRelacion="99"><cfdi:CfdiRelacionado '
                                  'UUID="2E34BDB7-6C7B-4F00-AF13-586F700B3C8D"/></cfdi:CfdiRelacionados><cfdi:Emisor'),
    ("CFDI40139", "ESCUELA KEMPER URGATE", "ESCUELA KEMPER URGATE SA DE CV"),
    ("CFDI40140", 'RegimenFiscal="601"', 'RegimenFiscal="999"'),
    ("CFDI40141", 'RegimenFiscal="601"', 'RegimenFiscal="605"'),
    ("CFDI40143", 'Rfc="URE180429TM6"', 'Rfc="AAA020107JF9"'),
    ("CFDI40145", "UNIVERSIDAD ROBOTICA ESPAÑOLA", "UNIVERSIDAD ROBOTICA"),
    ("CFDI40148", '"86991"', '"86992"'),
    ("CFDI40149", 'Rfc="URE180429TM6"', 'Rfc="XAXX010101000"'),
    ("CFDI40151", 'UsoCFDI="G03"', 'UsoCFDI="G03" ResidenciaFiscal="USA"'),
    ("CFDI40153", 'UsoCFDI="G03"', 'UsoCFDI="G03" NumRegIdTrib="1"'),
    ("CFDI40157", 'RegimenFiscalReceptor="601"', 'RegimenFiscalReceptor="999"'),
    ("CFDI40158", 'RegimenFiscalReceptor="601"', 'RegimenFiscalReceptor="605"'),
    ("CFDI40159", 'RegimenFiscalReceptor="601"', 'RegimenFiscalReceptor="603"'),
    ("CFDI40160", 'UsoCFDI="G03"', 'UsoCFDI="G99"'),
    ("CFDI40161", 'UsoCFDI="G03"', 'UsoCFDI="D01"'),
    ("CFDI40165", 'ClaveUnidad="H87"', 'ClaveUnidad="PIEZA"'),
    ("CFDI40167", 'Cantidad="2"', 'Cantidad="4"'),
    ("CFDI40168", 'Descuento="100.00" ObjetoImp', 'Descuento="100.000" ObjetoImp'),
    ("CFDI40169", 'Descuento="100.00" ObjetoImp', 'Descuento="1000.01" ObjetoImp'),
    ("CFDI40170", 'ObjetoImp="02"', 'ObjetoImp="99"'),
    ("CFDI40172", 'ObjetoImp="02"', 'ObjetoImp="01"'),
    ("CFDI40178", ' TasaOCuota="0.160000" Importe="144.00"/></cfdi:Traslados></cfdi:Impuestos></cfdi:Concepto>',
                  '/></cfdi:Traslados></cfdi:Impuestos></cfdi:Concepto>'),
    ("CFDI40179", 'TasaOCuota="0.160000"', 'TasaOCuota="0.170000"'),
    ("CFDI40180", 'Importe="144.00"/></cfdi:Traslados></cfdi:Impuestos></cfdi:Concepto>',
                  'Importe="145.00"/></cfdi:Traslados></cfdi:Impuestos></cfdi:Concepto>'),
    ("CFDI40205", 'TotalImpuestosTrasladados="144.00"', 'TotalImpuestosTrasladados="144.01"'),
    ("CFDI40212", ' TotalImpuestosTrasladados="144.00"', ""),
    ("CFDI40126", 'LugarExpedicion="42501"', 'LugarExpedicion="00999"'),
    ("CFDI40150", 'UsoCFDI="G03"', 'UsoCFDI="G03" ResidenciaFiscal="ABC"'),
    ("CFDI40156", 'UsoCFDI="G03"', 'UsoCFDI="G03" ResidenciaFiscal="USA" NumRegIdTrib="12"'),
    ("CFDI40162", 'ClaveProdServ="84111506"', 'ClaveProdServ="99999999"'),
    ("CFDI40191", "</cfdi:Impuestos></cfdi:Concepto>", f"</cfdi:Impuestos>{THIRD}</cfdi:Concepto>"),
    ("CFDI40196", "</cfdi:Impuestos></cfdi:Concepto>", f"</cfdi:Impuestos>{PART}</cfdi:Concepto>"),
    ("CFDI40197", "</cfdi:Impuestos></cfdi:Concepto>", f"</cfdi:Impuestos>{PART}</cfdi:Concepto>"),
    ("CFDI40198", "</cfdi:Impuestos></cfdi:Concepto>", f"</cfdi:Impuestos>{PART}</cfdi:Concepto>"),
    ("CFDI40217", 'Impuesto="002"', 'Impuesto="009"'),
    ("CFDI40219", 'TasaOCuota="0.160000"', 'TasaOCuota="0.150000"'),
    ("CFDI40215", '<cfdi:Traslado Base="900.00"\n', '<cfdi:Traslado Base="900.01"\n'),
]  # fmt: skip


@pytest.mark.parametrize(("code", "old", "new"), RULES, ids=[f"{row[0]}-{at}" for at, row in enumerate(RULES)])
def test_a_broken_rule_has_its_code(pac: Certifier, code: str, old: str, new: str) -> None:
    assert old in INVOICE
    assert code in codes(pac.post(sealed(INVOICE.replace(old, new))))


def test_several_broken_rules_are_all_told(pac: Certifier) -> None:
    xml = INVOICE.replace('Total="1044.00"', 'Total="1.00"').replace('"86991"', '"86992"')
    answer = told(pac.post(sealed(xml)))
    assert answer["message"].startswith("CFDI40119 - ")
    assert len(json.loads(answer["messageDetail"])) == 2


@pytest.mark.parametrize("rfc", ["ZZA010101AA1", "ZZBB010101AA1"])
def test_the_sandboxs_own_receivers_need_no_entry(pac: Certifier, rfc: str) -> None:
    regime, use = ("601", "G03") if len(rfc) == 12 else ("612", "D01")
    xml = INVOICE.replace("URE180429TM6", rfc).replace('Receptor="601"', f'Receptor="{regime}"').replace("G03", use)
    assert pac.post(sealed(xml)).status == 200


LOCAL, LEGENDS = "http://www.sat.gob.mx/implocal", "http://www.sat.gob.mx/leyendasFiscales"
LOCAL_TAXES = """<cfdi:Complemento><implocal:ImpuestosLocales version="1.0" TotaldeRetenciones="5.00"
 TotaldeTraslados="27.00"><implocal:RetencionesLocales ImpLocRetenido="5 al millar" TasadeRetencion="0.50"
 Importe="5.00"/><implocal:TrasladosLocales ImpLocTrasladado="ISH" TasadeTraslado="3.00" Importe="27.00"/>
</implocal:ImpuestosLocales></cfdi:Complemento></cfdi:Comprobante>"""
LEGEND = """<cfdi:Complemento><leyendasFisc:LeyendasFiscales version="1.0"><leyendasFisc:Leyenda norma="Art. 1"
 textoLeyenda="Texto"/></leyendasFisc:LeyendasFiscales></cfdi:Complemento></cfdi:Comprobante>"""


def with_complement(complement: str, prefix: str, namespace: str, file: str) -> str:
    place = f"{namespace} http://www.sat.gob.mx/sitio_internet/cfd/{file}"
    declared = INVOICE.replace(SCHEMA, f"{SCHEMA} {place}").replace(
        "xmlns:xsi", f'xmlns:{prefix}="{namespace}" xmlns:xsi'
    )
    return declared.replace("</cfdi:Comprobante>", complement)


def test_local_taxes_are_part_of_the_total(pac: Certifier) -> None:
    xml = with_complement(LOCAL_TAXES, "implocal", LOCAL, "implocal/implocal.xsd")
    assert codes(pac.post(sealed(xml))) == {"CFDI40119"}
    assert pac.post(sealed(xml.replace('Total="1044.00"', 'Total="1066.00"'))).status == 200
    assert of_comprobante(etree.fromstring(xml)).endswith("|1.0|5.00|27.00|5 al millar|0.50|5.00|ISH|3.00|27.00||")


def test_legends(pac: Certifier) -> None:
    xml = with_complement(LEGEND, "leyendasFisc", LEGENDS, "leyendasFiscales/leyendasFisc.xsd")
    assert pac.post(sealed(xml)).status == 200
    assert of_comprobante(etree.fromstring(xml)).endswith("|1.0|Art. 1|Texto||")
    assert codes(pac.post(sealed(xml.replace("textoLeyenda", "texto")))) == {"301"}
    undeclared = xml.replace(
        f" {LEGENDS} http://www.sat.gob.mx/sitio_internet/cfd/leyendasFiscales/leyendasFisc.xsd", ""
    )
    assert codes(pac.post(sealed(undeclared))) == {"301"}


def test_a_global_invoice(pac: Certifier) -> None:
    receiver = (
        '<cfdi:Receptor Rfc="XAXX010101000" Nombre="PUBLICO EN GENERAL" DomicilioFiscalReceptor="42501" '
        'RegimenFiscalReceptor="616" UsoCFDI="S01"/>'
    )
    start, end = INVOICE.index("<cfdi:Receptor"), INVOICE.index("<cfdi:Conceptos>")
    xml = INVOICE[:start] + receiver + INVOICE[end:]
    assert codes(pac.post(sealed(xml))) == {"CFDI40130"}
    information = '<cfdi:InformacionGlobal Periodicidad="04" Meses="11" Año="2026"/><cfdi:Emisor'
    assert pac.post(sealed(xml.replace("<cfdi:Emisor", information))).status == 200


RECEIPT = f"""<cfdi:Comprobante xmlns:cfdi="{CFDI}" xmlns:pago20="{PAGOS}"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{SCHEMA} {PAGOS_SCHEMA}" Version="4.0"
 Fecha="2026-11-20T11:30:00" Sello="" NoCertificado="" Certificado="" SubTotal="0" Moneda="XXX" Total="0"
 TipoDeComprobante="P" Exportacion="01" LugarExpedicion="42501"><cfdi:Emisor Rfc="EKU9003173C9"
 Nombre="ESCUELA KEMPER URGATE" RegimenFiscal="601"/><cfdi:Receptor Rfc="URE180429TM6"
 Nombre="UNIVERSIDAD ROBOTICA ESPAÑOLA" DomicilioFiscalReceptor="86991" RegimenFiscalReceptor="601" UsoCFDI="CP01"/>
<cfdi:Conceptos><cfdi:Concepto ClaveProdServ="84111506" Cantidad="1" ClaveUnidad="ACT" Descripcion="Pago"
 ValorUnitario="0" Importe="0" ObjetoImp="01"/></cfdi:Conceptos><cfdi:Complemento><pago20:Pagos Version="2.0">
<pago20:Totales TotalTrasladosBaseIVA16="100.00" TotalTrasladosImpuestoIVA16="16.00" MontoTotalPagos="116.00"/>
<pago20:Pago FechaPago="2026-11-19T12:00:00" FormaDePagoP="03" MonedaP="MXN" TipoCambioP="1" Monto="116.00">
<pago20:DoctoRelacionado IdDocumento="2E34BDB7-6C7B-4F00-AF13-586F700B3C8D" MonedaDR="MXN" EquivalenciaDR="1"
 NumParcialidad="1" ImpSaldoAnt="1044.00" ImpPagado="116.00" ImpSaldoInsoluto="928.00" ObjetoImpDR="02">
<pago20:ImpuestosDR><pago20:TrasladosDR><pago20:TrasladoDR BaseDR="100.00" ImpuestoDR="002" TipoFactorDR="Tasa"
 TasaOCuotaDR="0.160000" ImporteDR="16.00"/></pago20:TrasladosDR></pago20:ImpuestosDR></pago20:DoctoRelacionado>
<pago20:ImpuestosP><pago20:TrasladosP><pago20:TrasladoP BaseP="100.00" ImpuestoP="002" TipoFactorP="Tasa"
 TasaOCuotaP="0.160000" ImporteP="16.00"/></pago20:TrasladosP></pago20:ImpuestosP></pago20:Pago></pago20:Pagos>
</cfdi:Complemento></cfdi:Comprobante>"""


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        (None, "", ""),
        ("CRP20104", 'Moneda="XXX"', 'Moneda="MXN"'),
        ("CRP20118", '"Pago"', '"Cobro"'),
        ("CRP20205", 'TotalTrasladosImpuestoIVA16="16.00"', 'TotalTrasladosImpuestoIVA16="16.01"'),
        ("CRP20211", 'MontoTotalPagos="116.00"', 'MontoTotalPagos="116.01"'),
        ("CRP20215", 'TipoCambioP="1"', 'TipoCambioP="2"'),
        ("CRP20217", 'ImpPagado="116.00"', 'ImpPagado="116.01"'),
        ("CRP20244", 'ImpSaldoInsoluto="928.00"', 'ImpSaldoInsoluto="927.00"'),
    ],
)
def test_a_receipt_of_payment(pac: Certifier, code: str | None, old: str, new: str) -> None:
    reply = pac.post(sealed(RECEIPT.replace(old, new) if old else RECEIPT))
    assert reply.status == 200 if code is None else code in codes(reply)


# ---------------------------------------------------------------- behaviour on demand


def marked(marker: str) -> bytes:
    return sealed(CondicionesDePago=f"Contado [sim:{marker}]")


@pytest.mark.parametrize("code", ["302", "401", "402", "CFDI40145", "CRP20201"])
def test_a_marker_refuses_with_its_code(pac: Certifier, code: str) -> None:
    assert codes(pac.post(marked(code))) == {code}


def test_the_marker_may_stand_in_a_concept(pac: Certifier) -> None:
    xml = INVOICE.replace('Descripcion="Servicio"', 'Descripcion="Servicio [sim:402]"')
    assert codes(pac.post(sealed(xml))) == {"402"}


def test_a_lost_answer_is_found_by_asking_again(pac: Certifier) -> None:
    lost = pac.post(marked("lost"))
    assert lost.lost
    again = told(pac.post(marked("lost")))
    assert again["message"].startswith("307")
    assert again["data"]["uuid"] == told(lost)["data"]["uuid"]


def test_a_repeat_within_eight_seconds_may_have_no_data(pac: Certifier) -> None:
    assert pac.post(marked("307-empty")).lost
    pac.at += datetime.timedelta(seconds=7)
    assert told(pac.post(marked("307-empty")))["data"] is None
    pac.at += datetime.timedelta(seconds=1)
    assert told(pac.post(marked("307-empty")))["data"]["uuid"]


def test_busy_slow_and_broken(pac: Certifier) -> None:
    assert pac.post(marked("busy")).status == 503
    assert pac.post(marked("busy")).status == 200
    assert pac.post(marked("slow")).delay_seconds == 5
    assert pac.post(marked("500")).status == 500


def test_the_whole_certifier_fails() -> None:
    down = Certifier()
    down.login()
    for key_, value in (("outage", b"down"), ("outage", b"1")):
        down.book[key_] = value
        reply = down.post(sealed())
        assert reply.status == 503
        assert reply.body.startswith(b"<html>")
    down.book["outage"] = b"hang"
    assert down.post(sealed()).delay_seconds == 120
    down.book["outage"] = b"refuse"
    assert down.post(sealed()).lost
    assert not down.post(sealed()).changes


def test_the_founding_book_names_the_sandboxs_identities() -> None:
    assert {f"census/{rfc}" for rfc in ("URE180429TM6", "EKU9003173C9", "ZZZ000101AA9", "ZZZZ000101AA0")} <= set(
        SIMULATOR.founding
    )
    assert SIMULATOR.signers == ("stamping",)
    assert SIMULATOR.endpoints["sw"] == ""


def test_keys_of_the_book_are_reached_without_a_search(pac: Certifier) -> None:
    """A book of any size: the certifier only ever asks for keys, and never walks through them."""

    class Closed(dict[str, bytes]):
        def __iter__(self) -> object:  # type: ignore[override]
            raise AssertionError("the book is never walked through")

        keys = values = items = __iter__  # type: ignore[assignment]

    pac.login()
    xml = sealed()
    body = b'--b\r\nContent-Disposition: form-data; name="xml"\r\n\r\n' + xml + b"\r\n--b--\r\n"
    headers = {"authorization": f"Bearer {pac.token}", "content-type": "multipart/form-data; boundary=b"}
    request = SimulatorRequest(method="POST", path=STAMP, headers=headers, body=body)
    reply = SIMULATOR.answer(Closed(pac.book), request, AT, Keys(), "strict")
    assert f"stamp/{sha256(told(reply)['data']['selloCFDI'].encode()).hexdigest()}" in reply.changes


# ---------------------------------------------------------------- independence


def test_the_simulators_know_nothing_of_us_but_the_code_lists() -> None:
    allowed = ("jurisdictions.cfdi.simulator", "jurisdictions.cfdi.codelists", "jurisdictions.contract")
    modules = sorted(Path(simulator.__file__).parent.glob("*.py"))
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("jurisdictions", "validators")):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                assert all(name.startswith(allowed) for name in names), (module.name, names)
    assert len(modules) > 20
