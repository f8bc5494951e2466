"""A request to cancel as SAT reads it.

The document is `Cancelacion` of http://cancelacfd.sat.gob.mx with one Folio in each of its Folios, and a signature that
`signed` verifies. SAT's reader takes the prefixes xsd and xsi for given, so a document without them is refused.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from jurisdictions.cfdi.simulator import certificates, signed
from jurisdictions.cfdi.simulator.refusals import Fault

NAMESPACE = "http://cancelacfd.sat.gob.mx"
_USUAL = {"xsd": "http://www.w3.org/2001/XMLSchema", "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
_UUID = re.compile(r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}")
_MOMENT = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]")
_MOST = 500


class Folio(NamedTuple):
    """What is to be cancelled and why; `replacement` is None where the attribute is absent."""

    uuid: str
    motive: str
    replacement: str | None


class CancelRequest(NamedTuple):
    """A request whose form stands and whose signature is right; `der` is the certificate that signed it."""

    issuer: str
    fecha: str
    folios: tuple[Folio, ...]
    certificate: certificates.Certificate
    der: bytes


def read(xml: bytes) -> CancelRequest | Fault:
    """The request, or SAT's code for what is wrong with its form (301) or its signature (302)."""
    if not xml or xml.startswith(b"\xef\xbb\xbf"):
        return Fault("301", "documento vacío o con BOM")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as why:
        return Fault("301", str(why))
    broken = _form(root)
    if broken:
        return Fault("301", broken)
    found = signed.signer(root)
    if isinstance(found, Fault):
        return found
    return CancelRequest(root.get("RfcEmisor") or "", root.get("Fecha") or "", tuple(_folios(root)), *found)


def _folios(root: etree._Element) -> list[Folio]:
    found = root.iterfind(f"{{{NAMESPACE}}}Folios/{{{NAMESPACE}}}Folio")
    return [
        Folio((one.get("UUID") or "").upper(), one.get("Motivo") or "", one.get("FolioSustitucion")) for one in found
    ]


def _form(root: etree._Element) -> str:
    """Why the form does not stand, empty where it does."""
    doctype: str = root.getroottree().docinfo.doctype  # type: ignore[attr-defined]  # the stubs do not know it
    if root.tag != f"{{{NAMESPACE}}}Cancelacion" or doctype:
        return f"la raíz no es Cancelacion de {NAMESPACE}"
    if any(root.nsmap.get(prefix) != uri for prefix, uri in _USUAL.items()):
        return "faltan los espacios de nombres xsd y xsi en la raíz"
    if set(map(str, root.attrib)) != {"RfcEmisor", "Fecha"}:
        return "los atributos de Cancelacion son RfcEmisor y Fecha"
    if not _MOMENT.fullmatch(root.get("Fecha") or "") or _no_moment(root.get("Fecha") or ""):
        return "Fecha no es una fecha local sin zona ni fracción"
    elements = list(root)
    *groups, signature = elements if elements else [root]
    if not 0 < len(groups) <= _MOST or signature.tag != f"{{{signed.DSIG}}}Signature":
        return "se esperan Folios y después una Signature"
    return next((why for why in map(_group, groups) if why), "")


def _no_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return True
    return False


def _group(group: etree._Element) -> str:
    if group.tag != f"{{{NAMESPACE}}}Folios" or [one.tag for one in group] != [f"{{{NAMESPACE}}}Folio"]:
        return "cada Folios contiene un Folio"
    folio = group[0]
    if not {"UUID", "Motivo"} <= set(map(str, folio.attrib)) <= {"UUID", "Motivo", "FolioSustitucion"}:
        return "Folio lleva UUID, Motivo y a veces FolioSustitucion"
    if not _UUID.fullmatch(folio.get("UUID") or ""):
        return "UUID no cumple con el patrón requerido"
    return ""
