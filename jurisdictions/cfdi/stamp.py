"""The stamp (Timbre Fiscal Digital 1.1): read it, check that it is ours, put it into the sealed CFDI, and print it.

Source: Anexo 20 apartado III; the QR code of RMF 2.7.1.7 and Anexo 20 apartado I.D.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from lxml import etree

from jurisdictions.cfdi.cadena import stamp_cadena
from jurisdictions.cfdi.xsd import TFD, faults, stamp_schema
from jurisdictions.kit.xml import Markup, UnreadableXML, element, parse

VERIFICATION = "https://verificacfdi.facturaelectronica.sat.gob.mx/default.aspx"
_TAG = f"{{{TFD}}}TimbreFiscalDigital"
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
    found = root if root.tag == _TAG else next(root.iter(_TAG), None)
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
