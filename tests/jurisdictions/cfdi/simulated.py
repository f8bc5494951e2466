"""CFDIs for the simulated certifier, written and sealed by hand: nothing of the jurisdiction takes part."""

import datetime
import json
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha1
from typing import Any
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

from jurisdictions.cfdi.simulator import SIMULATOR
from jurisdictions.cfdi.simulator.cadena import of_comprobante
from jurisdictions.contract import SimulatorReply, SimulatorRequest

AT = datetime.datetime(2026, 11, 20, 18, 0, tzinfo=datetime.UTC)
ISSUED = "2026-11-20T11:30:00"
"""Half an hour before `AT` on the clocks of Mexico City."""
CFDI = "http://www.sat.gob.mx/cfd/4"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = f"{CFDI} http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd"
PAGOS = "http://www.sat.gob.mx/Pagos20"
PAGOS_SCHEMA = f"{PAGOS} http://www.sat.gob.mx/sitio_internet/cfd/Pagos/Pagos20.xsd"
ISSUER = "EKU9003173C9"
RECEIVER = "URE180429TM6"
STAMP = "/v4/cfdi33/stamp/v4"
SEAL_USAGE = ("digital_signature", "content_commitment")
USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
    "encipher_only decipher_only"
).split()

INVOICE = f"""<cfdi:Comprobante xmlns:cfdi="{CFDI}" xmlns:xsi="{XSI}" xsi:schemaLocation="{SCHEMA}" Version="4.0"
 Serie="A" Folio="1" Fecha="{ISSUED}" Sello="" FormaPago="03" NoCertificado="" Certificado=""
 CondicionesDePago="Contado" SubTotal="1000.00" Descuento="100.00" Moneda="MXN" Total="1044.00" TipoDeComprobante="I"
 Exportacion="01" MetodoPago="PUE" LugarExpedicion="42501"><cfdi:Emisor Rfc="{ISSUER}" Nombre="ESCUELA KEMPER URGATE"
 RegimenFiscal="601"/><cfdi:Receptor Rfc="URE180429TM6" Nombre="UNIVERSIDAD ROBOTICA ESPAÑOLA"
 DomicilioFiscalReceptor="86991" RegimenFiscalReceptor="601" UsoCFDI="G03"/><cfdi:Conceptos><cfdi:Concepto
 ClaveProdServ="84111506" Cantidad="2" ClaveUnidad="H87" Descripcion="Servicio" ValorUnitario="500.00" Importe="1000.00"
 Descuento="100.00" ObjetoImp="02"><cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado Base="900.00" Impuesto="002"
 TipoFactor="Tasa" TasaOCuota="0.160000" Importe="144.00"/></cfdi:Traslados></cfdi:Impuestos></cfdi:Concepto>
</cfdi:Conceptos><cfdi:Impuestos TotalImpuestosTrasladados="144.00"><cfdi:Traslados><cfdi:Traslado Base="900.00"
 Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" Importe="144.00"/></cfdi:Traslados></cfdi:Impuestos>
</cfdi:Comprobante>"""


@dataclass(frozen=True)
class Holder:
    """A certificate (DER) and its key."""

    der: bytes
    key: rsa.RSAPrivateKey

    @property
    def number(self) -> str:
        return x509.load_der_x509_certificate(self.der).serial_number.to_bytes(20, "big").decode()


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """One key per name, made once for all tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def holder(
    rfc: str = ISSUER,
    authority: str = "sandbox",
    number: str = "30001000000500009999",
    days: tuple[int, int] = (-10, 1000),
    usage: tuple[str, ...] = SEAL_USAGE,
    unit: str | None = "Matriz",
) -> Holder:
    """A certificate in the shape of a CSD, given by the named authority; `days` are counted from `AT`."""
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, authority)])
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, rfc)]
    parts.append(x509.NameAttribute(x509.ObjectIdentifier("2.5.4.45"), f"{rfc} / VADA800927DJ3"))
    if unit:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    itself = rfc == authority
    builder = (
        x509.CertificateBuilder()
        .subject_name(issuer if itself else x509.Name(parts))
        .issuer_name(issuer)
        .public_key(key(rfc).public_key())
        .serial_number(int.from_bytes(number.encode()))
        .not_valid_before(AT + datetime.timedelta(days=days[0]))
        .not_valid_after(AT + datetime.timedelta(days=days[1]))
        .add_extension(x509.KeyUsage(**{name: name in usage for name in USAGES}), critical=True)
    )
    certificate = builder.sign(key(authority), hashes.SHA256())
    return Holder(certificate.public_bytes(Encoding.DER), key(rfc))


class Keys:
    """The sandbox's own authority and its `stamping` signer."""

    def authority(self) -> bytes:
        return holder("sandbox", usage=("key_cert_sign", "crl_sign")).der

    def certificate(self, name: str) -> bytes:
        assert name == "stamping"
        return holder("ZZP000101AAA", number="30001000000500000001").der

    def sign(self, name: str, message: bytes) -> bytes:
        assert name == "stamping"
        return key("ZZP000101AAA").sign(message, padding.PKCS1v15(), hashes.SHA256())


def sealed(xml: str | bytes = INVOICE, by: Holder | None = None, **changes: str) -> bytes:
    """The CFDI with our certificate and seal. `changes` set attributes of the root first (a `None`-like "" removes)."""
    by = by or holder()
    root = etree.fromstring(xml.encode() if isinstance(xml, str) else xml)
    for name, value in changes.items():
        if value:
            root.set(name, value)
        else:
            root.attrib.pop(name, None)
    root.set("NoCertificado", by.number)
    root.set("Certificado", b64encode(by.der).decode())
    seal = by.key.sign(of_comprobante(root).encode(), padding.PKCS1v15(), hashes.SHA256())
    root.set("Sello", b64encode(seal).decode())
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


@dataclass
class Certifier:
    """The simulator with a book that keeps what it writes, and a clock that stands still."""

    book: dict[str, bytes] = field(default_factory=lambda: dict(SIMULATOR.founding))
    at: datetime.datetime = AT
    token: str = ""

    def ask(self, request: SimulatorRequest) -> SimulatorReply:
        before = dict(self.book)
        reply = SIMULATOR.answer(self.book, request, self.at, Keys(), "default")
        again = SIMULATOR.answer(self.book, request, self.at, Keys(), "default")
        assert reply == again, "the same question at the same time has one answer"
        assert self.book == before, "the book is written by the server alone"
        for name, value in reply.changes.items():
            if value is None:
                self.book.pop(name, None)
            else:
                self.book[name] = value
        return reply

    def login(self) -> None:
        body = json.dumps({"user": "sandbox", "password": "sandbox"}).encode()
        reply = self.ask(SimulatorRequest(method="POST", path="/v2/security/authenticate", headers={}, body=body))
        self.token = told(reply)["data"]["token"]

    def cancel(self, xml: bytes) -> SimulatorReply:
        """Post a signed Cancelacion to SW."""
        return self.post(xml, "/cfdi33/cancel/xml")

    def soap(self, path: str, operation: str, namespace: str, action: str, **fields: str) -> SimulatorReply:
        """Ask one operation of SOAP 1.1."""
        told = "".join(f"<n:{name}>{escape(text)}</n:{name}>" for name, text in fields.items())
        body = (
            f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:n="{namespace}"><e:Body>'
            f"<n:{operation}>{told}</n:{operation}></e:Body></e:Envelope>"
        )
        headers = {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{action}"'}
        return self.ask(SimulatorRequest(method="POST", path=path, headers=headers, body=body.encode()))

    def finkok(self, operation: str, **fields: str) -> SimulatorReply:
        """Ask Finkok: what stamps of the stamping room, the rest of the other."""
        stamping = operation in ("stamp", "quick_stamp", "stamped", "query_pending")
        room = "stamp" if stamping else "cancel"
        fields = {"username": "someone", "password": "sandbox"} | fields
        path, namespace = f"/finkok/servicios/soap/{room}", f"http://facturacion.finkok.com/{room}"
        return self.soap(path, operation, namespace, operation, **fields)

    def consult(self, expression: str) -> dict[str, str]:
        """SAT's answer about the CFDI of that expression."""
        reply = self.soap(
            "/sat/ConsultaCFDIService.svc",
            "Consulta",
            "http://tempuri.org/",
            "http://tempuri.org/IConsultaCFDIService/Consulta",
            expresionImpresa=expression,
        )
        assert reply.status == 200, reply.body
        result = etree.fromstring(reply.body).find(".//{http://tempuri.org/}ConsultaResult")
        assert result is not None
        return {str(one.tag).rpartition("}")[2]: one.text or "" for one in result}

    def post(self, xml: bytes, path: str = STAMP, customid: str | None = None) -> SimulatorReply:
        """Post a CFDI as a multipart form, signed in."""
        if not self.token:
            self.login()
        headers = {"authorization": f"Bearer {self.token}", "content-type": "multipart/form-data; boundary=gw-1"}
        if customid is not None:
            headers["customid"] = customid
        body = (
            b'--gw-1\r\nContent-Disposition: form-data; name="xml"; filename="xml"\r\nContent-Type: text/xml\r\n\r\n'
            + xml
            + b"\r\n--gw-1--\r\n"
        )
        return self.ask(SimulatorRequest(method="POST", path=path, headers=headers, body=body))


def told(reply: SimulatorReply) -> dict[str, Any]:
    """The JSON of an answer."""
    found: dict[str, Any] = json.loads(reply.body)
    return found


def codes(reply: SimulatorReply) -> set[str]:
    """Every code that a refusal reports."""
    answer = told(reply)
    assert answer["status"] == "error"
    assert answer["data"] is None
    listed = answer["messageDetail"] or ""
    messages = json.loads(listed) if listed.startswith("[") else [answer["message"]]
    return {message.split(" ")[0].rstrip(".") for message in messages}


CANCEL = "http://cancelacfd.sat.gob.mx"
DSIG = "http://www.w3.org/2000/09/xmldsig#"


def cancellation(
    *folios: tuple[str, ...], by: Holder | None = None, issuer: str = ISSUER, moment: str = "2026-11-20T11:59:00"
) -> bytes:
    """A signed Cancelacion of these folios, each UUID, motive and perhaps the replacement."""
    by = by or holder()
    schemas = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    names = ("UUID", "Motivo", "FolioSustitucion")
    listed = "".join(
        "<Folios><Folio "
        + " ".join(f'{name}="{text}"' for name, text in zip(names, folio, strict=False))
        + "></Folio></Folios>"
        for folio in folios
    )
    document = f'<Cancelacion xmlns="{CANCEL}" {schemas} RfcEmisor="{issuer}" Fecha="{moment}">{listed}</Cancelacion>'
    digest = sha1(etree.tostring(etree.fromstring(document), method="c14n"), usedforsecurity=False).digest()
    info = (
        f'<SignedInfo xmlns="{DSIG}" {schemas}>'
        '<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{DSIG}rsa-sha1"></SignatureMethod><Reference URI=""><Transforms>'
        f'<Transform Algorithm="{DSIG}enveloped-signature"></Transform></Transforms>'
        f'<DigestMethod Algorithm="{DSIG}sha1"></DigestMethod>'
        f"<DigestValue>{b64encode(digest).decode()}</DigestValue></Reference></SignedInfo>"
    )
    value = by.key.sign(info.encode(), padding.PKCS1v15(), hashes.SHA1())
    signature = (
        f'<Signature xmlns="{DSIG}">{info}<SignatureValue>{b64encode(value).decode()}</SignatureValue>'
        f"<KeyInfo><X509Data><X509IssuerSerial><X509IssuerName>CN=sandbox</X509IssuerName><X509SerialNumber>{by.number}</X509SerialNumber>"
        f"</X509IssuerSerial><X509Certificate>{b64encode(by.der).decode()}</X509Certificate></X509Data></KeyInfo>"
        "</Signature>"
    )
    return document.replace("</Cancelacion>", f"{signature}</Cancelacion>").encode()


def result(reply: SimulatorReply) -> dict[str, str]:
    """The texts within Finkok's answer, by name; of several of one name the last."""
    assert reply.status == 200, reply.body
    return {str(one.tag).rpartition("}")[2]: one.text or "" for one in etree.fromstring(reply.body).iter()}


def incidents(reply: SimulatorReply) -> list[str]:
    """The codes of the Incidencias in Finkok's answer."""
    assert reply.status == 200, reply.body
    found = etree.fromstring(reply.body).iterfind(".//{apps.services.soap.core.views}CodigoError")
    return [one.text or "" for one in found]


def receipt(uuid: str) -> str:
    """A receipt of payment for that invoice, whole."""
    taxes = 'BaseDR="900.00" ImpuestoDR="002" TipoFactorDR="Tasa" TasaOCuotaDR="0.160000" ImporteDR="144.00"'
    return f"""<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" xmlns:pago20="{PAGOS}"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{SCHEMA} {PAGOS_SCHEMA}" Version="4.0"
 Serie="P" Folio="1" Fecha="2026-11-20T11:30:00" Sello="" NoCertificado="" Certificado="" SubTotal="0" Moneda="XXX"
 Total="0" TipoDeComprobante="P" Exportacion="01" LugarExpedicion="42501"><cfdi:Emisor Rfc="EKU9003173C9"
 Nombre="ESCUELA KEMPER URGATE" RegimenFiscal="601"/><cfdi:Receptor Rfc="{RECEIVER}"
 Nombre="UNIVERSIDAD ROBOTICA ESPAÑOLA" DomicilioFiscalReceptor="86991" RegimenFiscalReceptor="601" UsoCFDI="CP01"/>
<cfdi:Conceptos><cfdi:Concepto ClaveProdServ="84111506" Cantidad="1" ClaveUnidad="ACT" Descripcion="Pago"
 ValorUnitario="0" Importe="0" ObjetoImp="01"/></cfdi:Conceptos><cfdi:Complemento><pago20:Pagos Version="2.0">
<pago20:Totales TotalTrasladosBaseIVA16="900.00" TotalTrasladosImpuestoIVA16="144.00" MontoTotalPagos="1044.00"/>
<pago20:Pago FechaPago="2026-11-20T11:00:00" FormaDePagoP="03" MonedaP="MXN" TipoCambioP="1" Monto="1044.00">
<pago20:DoctoRelacionado IdDocumento="{uuid}" MonedaDR="MXN" EquivalenciaDR="1" NumParcialidad="1"
 ImpSaldoAnt="1044.00" ImpPagado="1044.00" ImpSaldoInsoluto="0.00" ObjetoImpDR="02"><pago20:ImpuestosDR>
<pago20:TrasladosDR><pago20:TrasladoDR {taxes}/></pago20:TrasladosDR></pago20:ImpuestosDR></pago20:DoctoRelacionado>
<pago20:ImpuestosP><pago20:TrasladosP><pago20:TrasladoP BaseP="900.00" ImpuestoP="002" TipoFactorP="Tasa"
 TasaOCuotaP="0.160000" ImporteP="144.00"/></pago20:TrasladosP></pago20:ImpuestosP></pago20:Pago></pago20:Pagos>
</cfdi:Complemento></cfdi:Comprobante>"""
