"""The stamp (Timbre Fiscal Digital 1.1): read it, verify it, put it into the sealed CFDI, and print it.

Source: Anexo 20 apartado III; the QR code of RMF 2.7.1.7 and Anexo 20 apartado I.D.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from jurisdictions.cfdi.cadena import stamp_cadena
from jurisdictions.cfdi.certificate import UnreadableCertificate, read_certificate
from jurisdictions.cfdi.xsd import CFDI, TFD, faults, stamp_schema
from jurisdictions.kit.xml import Markup, UnreadableXML, element, parse

VERIFICATION = "https://verificacfdi.facturaelectronica.sat.gob.mx/default.aspx"
_TAG = f"{{{TFD}}}TimbreFiscalDigital"
_PLACE = f"{{{CFDI}}}Complemento/{_TAG}"
"""Where the stamp of a CFDI stands: one in an addenda is none."""
_CLOSING = b"</cfdi:Comprobante>"
_COMPLEMENT_CLOSING = b"</cfdi:Complemento>"
_SCHEMA = f"{TFD} http://www.sat.gob.mx/sitio_internet/cfd/TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd"


class UnusableStamp(ValueError):
    """What came as a stamp is none, or not of our document. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A stamp that fits its document. `cadena` is what SelloSAT signs."""

    uuid: str
    stamped: str
    provider: str
    legend: str | None
    sello_cfd: str
    certificate_number: str
    sello_sat: str
    cadena: str

    def markup(self) -> Markup:
        """The element, in the words that the PAC gave."""
        attrs = (
            ("xmlns:tfd", TFD),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("xsi:schemaLocation", _SCHEMA),
            ("Version", "1.1"),
            ("UUID", self.uuid),
            ("FechaTimbrado", self.stamped),
            ("RfcProvCertif", self.provider),
            ("Leyenda", self.legend),
            ("SelloCFD", self.sello_cfd),
            ("NoCertificadoSAT", self.certificate_number),
            ("SelloSAT", self.sello_sat),
        )
        return element("tfd:TimbreFiscalDigital", attrs=attrs)


def read_stamp(xml: bytes) -> Stamp:
    """The stamp in a stamped CFDI, or one that came alone. Raises `UnusableStamp`."""
    try:
        root = parse(xml)
    except UnreadableXML as why:
        raise UnusableStamp(str(why)) from why
    found = root if root.tag == _TAG else root.find(_PLACE)
    if found is None:
        raise UnusableStamp("there is no tfd:TimbreFiscalDigital")
    problems = structure_problems(found)
    if problems:
        raise UnusableStamp(problems[0])
    return Stamp(
        uuid=found.get("UUID", ""),
        stamped=found.get("FechaTimbrado", ""),
        provider=found.get("RfcProvCertif", ""),
        legend=found.get("Leyenda"),
        sello_cfd=found.get("SelloCFD", ""),
        certificate_number=found.get("NoCertificadoSAT", ""),
        sello_sat=found.get("SelloSAT", ""),
        cadena=stamp_cadena(found),
    )


def structure_problems(stamp: etree._Element) -> tuple[str, ...]:
    """What the structure of a `tfd:TimbreFiscalDigital` lacks; its signature needs SAT's certificate and is not
    judged."""
    alone = etree.fromstring(etree.tostring(stamp, with_tail=False))
    found = [fault.message for fault in faults(alone, stamp_schema())]
    try:
        if len(base64.b64decode(stamp.get("SelloSAT", ""), validate=True)) < 128:
            found.append("SelloSAT is too short for an RSA signature")
    except binascii.Error:
        found.append("SelloSAT is not base64")
    return tuple(found)


def merged(sealed: bytes, stamp: Stamp) -> bytes:
    """The sealed bytes as they are, with the stamp as the last complement. Raises ValueError where the document ends
    otherwise than with </cfdi:Comprobante>.

    A CFDI has one cfdi:Complemento at most (cfdv40.xsd): where it has one (payments, local taxes), the stamp goes into
    it.
    """
    head, closing, rest = sealed.rpartition(_CLOSING)
    if not closing or rest.strip():
        raise ValueError("the document does not end with </cfdi:Comprobante>")
    inner, end, after = head.rpartition(_COMPLEMENT_CLOSING)
    if end and not after.strip():
        return inner + stamp.markup().encode() + end + after + closing + rest
    return head + element("cfdi:Complemento", stamp.markup()).encode() + closing + rest


def certificate_path(number: str) -> str:
    """Where SAT serves the certificate of a number, below rdc.sat.gob.mx: its digits by 6, 6, 2, 2 and 2, then all."""
    parts = (number[:6], number[6:12], number[12:14], number[14:16], number[16:18], number)
    return f"/rccf/{'/'.join(parts)}.cer"


def verify_stamp(stamp: Stamp, certificate_der: bytes, authority_pem: str | None) -> str | None:
    """Why SelloSAT is not the signature of that certificate; None where it is.

    With an `authority` (PEM) the certificate has to be issued by it, too.
    """
    try:
        certificate = read_certificate(certificate_der)
    except UnreadableCertificate as why:
        return f"the certificate {stamp.certificate_number} cannot be read: {why}"
    if certificate.number != stamp.certificate_number:
        return f"the certificate's number is {certificate.number}, not {stamp.certificate_number}"
    if authority_pem is not None and not _issued(certificate_der, authority_pem):
        return f"the certificate {certificate.number} was not issued by the authority"
    try:
        signature = base64.b64decode(stamp.sello_sat, validate=True)
        certificate.public_key.verify(signature, stamp.cadena.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        return f"SelloSAT is not the signature of the certificate {certificate.number}"
    return None


def _issued(der: bytes, authority_pem: str) -> bool:
    try:
        authority = x509.load_pem_x509_certificate(authority_pem.encode())
        x509.load_der_x509_certificate(der).verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def verification_url(uuid: str, rfc: str, receptor_rfc: str, total: str, sello_last8: str) -> str:
    """The text of the QR code. SAT wants `&` of an RFC escaped as in XML, and `fe` as it is."""
    return (
        f"{VERIFICATION}?id={uuid}&re={_escaped(rfc)}&rr={_escaped(receptor_rfc)}&tt={_total(total)}&fe={sello_last8}"
    )


def _escaped(rfc: str) -> str:
    return rfc.replace("&", "&amp;")


def _total(total: str) -> str:
    """Without trailing zeros but with one decimal at least: 100.0, 2010.01."""
    whole, _, decimals = total.partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"
