"""The order in which a certifier judges a CFDI: structure, seal, certificate, time, taxpayer, rules."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lxml import etree

from jurisdictions.cfdi.simulator import (
    cadena,
    catalogues,
    certificates,
    concepts,
    header,
    parties,
    payments,
    structure,
    summary,
)
from jurisdictions.cfdi.simulator.cadena import CFDI
from jurisdictions.cfdi.simulator.refusals import Fault

_OLDEST = timedelta(hours=72)
_AHEAD = timedelta(minutes=5)
_MAX_BYTES = 5_000_000


class Reading(NamedTuple):
    """What was posted, read: the root where it could be read, else why not."""

    root: etree._Element | None
    faults: tuple[Fault, ...] = ()


class Judged(NamedTuple):
    """A CFDI whose form and seal stand, with the certificate that sealed it."""

    certificate: certificates.Certificate
    der: bytes


def read(xml: bytes) -> Reading:
    """The tree of a posted CFDI: UTF-8 without a byte order mark, no DOCTYPE, and the structure of Anexo 20."""
    if not xml or len(xml) > _MAX_BYTES or xml.startswith(b"\xef\xbb\xbf"):
        return Reading(None, (Fault("301", "documento vacío, demasiado grande o con BOM"),))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as why:
        return Reading(None, (Fault("301", str(why)),))
    about = root.getroottree().docinfo
    doctype: str = about.doctype  # type: ignore[union-attr]  # the stubs do not know it
    if doctype or (about.encoding or "UTF-8").upper() != "UTF-8":
        return Reading(None, (Fault("301", "DOCTYPE o codificación distinta de UTF-8"),))
    broken = tuple(Fault("301", sentence) for sentence in structure.faults(root))
    return Reading(None if broken else root, broken)


def seal(root: etree._Element) -> Judged | Fault:
    """The certificate that sealed the CFDI, or why its seal does not stand."""
    try:
        der = b64decode(root.get("Certificado") or "", validate=True)
        sello = b64decode(root.get("Sello") or "", validate=True)
    except (NotBase64, ValueError):
        return Fault("302", "Certificado o Sello no están en base 64")
    certificate = certificates.read(der)
    if certificate is None:
        return Fault("302", "Certificado no contiene un certificado")
    if not certificates.sealed_by(der, sello, cadena.of_comprobante(root).encode()):
        return Fault("302", "la digestión de la cadena original no es la del sello")
    if root.get("NoCertificado") != certificate.number:
        return Fault("302", f"NoCertificado no es el del Certificado ({certificate.number})")
    return Judged(certificate, der)


def standing(root: etree._Element, judged: Judged, trusted: bool, at: datetime) -> Fault | None:
    """Why the certificate may not seal this CFDI now, or why the CFDI comes too late. The first reason counts."""
    certificate, issuer = judged.certificate, root.find(f"{{{CFDI}}}Emisor")
    rfc = (issuer.get("Rfc") if issuer is not None else None) or ""
    if certificate.rfc != rfc:
        return Fault("303", f"CSD de {certificate.rfc}, emisor {rfc}")
    if certificate.purpose != "csd":
        return Fault("306")
    if not trusted:
        return Fault("308", certificate.number)
    if at > certificate.valid_until:
        return Fault("304", certificate.valid_until.isoformat())
    moments = issued(root)
    if not any(certificate.valid_from <= moment <= certificate.valid_until for moment in moments):
        return Fault("305", str(root.get("Fecha")))
    if not any(-_AHEAD <= at - moment <= _OLDEST for moment in moments):
        return Fault("401", str(root.get("Fecha")))
    if rfc.startswith("XXX"):
        return Fault("402", rfc)
    return None


def rules(root: etree._Element, book: Mapping[str, bytes], at: datetime) -> Iterator[Fault]:
    """Every rule of the validation matrices that the CFDI breaks."""
    decimals = catalogues.currency_decimals(root.get("Moneda") or "")
    places = 2 if decimals is None else decimals
    yield from header.faults(root, places, local_time(root, at).year)
    yield from parties.faults(root, book)
    yield from concepts.faults(root, places)
    yield from summary.faults(root, places)
    yield from payments.faults(root)


def issued(root: etree._Element) -> tuple[datetime, ...]:
    """When the CFDI was issued, in each of the zones that its place of issue may keep."""
    try:
        local = datetime.fromisoformat(root.get("Fecha") or "")
    except ValueError:
        return ()
    names = catalogues.zones(root.get("LugarExpedicion") or "")
    return tuple(local.replace(tzinfo=_zone(name)).astimezone(UTC) for name in names)


def local_time(root: etree._Element, at: datetime) -> datetime:
    """The moment on the clocks of the place of issue."""
    return at.astimezone(_zone(catalogues.zones(root.get("LugarExpedicion") or "")[0]))


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
