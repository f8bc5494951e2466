"""Sealing a CFDI: the CSD's certificate and its RSA-SHA256 signature over the cadena original.

A CFDI has no chain. It becomes a legal document when a PAC stamps it; until then the same number may be sealed anew.
Source: CFF art. 29; Anexo 20 apartado I.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from decimal import localcontext
from functools import cache, lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from jurisdictions.cfdi.cadena import ForeignComplement, cadena
from jurisdictions.cfdi.cancelling.cancellation import seal_cancellation
from jurisdictions.cfdi.certificate import Certificate, read_certificate
from jurisdictions.cfdi.codelists import zone_of
from jurisdictions.cfdi.comprobante import comprobante
from jurisdictions.cfdi.document import MEDIA_TYPE, NAME, write
from jurisdictions.cfdi.receipts.receipt import write_receipt
from jurisdictions.cfdi.rules.reading import EXACT
from jurisdictions.cfdi.rules.sentences import finding
from jurisdictions.cfdi.settings import Extension
from jurisdictions.cfdi.written import written_cadena
from jurisdictions.cfdi.xsd import CFDI, faults, schema
from jurisdictions.contract import Instruction, InstructionKind, Issuer, Keys, Seal, Sealed, Sealing
from jurisdictions.kit.xml import UnreadableXML, parse
from schemas.findings import Findings

CREDENTIAL = "csd"
_EMISOR, _RECEPTOR = f"{{{CFDI}}}Emisor", f"{{{CFDI}}}Receptor"
_TOLD = (
    ("total", "Total"),
    ("fecha", "Fecha"),
    ("serie", "Serie"),
    ("folio", "Folio"),
    ("no_certificado", "NoCertificado"),
    ("metodo_pago", "MetodoPago"),
    ("forma_pago", "FormaPago"),
    ("moneda", "Moneda"),
    ("tipo", "TipoDeComprobante"),
    ("lugar_expedicion", "LugarExpedicion"),
)
"""Attributes of the submission that are attributes of the document."""


class Defect(RuntimeError):
    """What we wrote is no CFDI: a fault of this program, never of the caller. It is not sealed and not sent."""


def seal(sealing: Sealing, keys: Keys) -> Sealed:
    """The sealed document of an instruction. Raises `CredentialMissing` where the issuer has no CSD."""
    if sealing.instruction.kind is InstructionKind.CANCEL:
        return seal_cancellation(sealing, keys)
    der = keys.certificate(CREDENTIAL)
    number, encoded = _shown(der)
    unsealed = _written(sealing, number, encoded)
    original = written_cadena(unsealed.decode())
    if original is None:
        original = cadena(parse(unsealed))
    sello = base64.b64encode(keys.sign(CREDENTIAL, original.encode(), "rsa-sha256"))
    body = unsealed.replace(b' Sello=""', b' Sello="%b"' % sello, 1)
    root = etree.fromstring(body, _parser())
    if not schema().validate(root):
        raise Defect("; ".join(f"{fault.place}: {fault.message}" for fault in faults(root)))
    return Sealed(
        name=NAME,
        media_type=MEDIA_TYPE,
        body=body,
        digest=hashlib.sha256(body).hexdigest(),
        fingerprint=_fingerprint(unsealed),
        attributes=_attributes(root, sealing, sello.decode()),
    )


def _written(sealing: Sealing, number: str, certificate: str) -> bytes:
    instruction, issuer, at = sealing.instruction, sealing.issuer, sealing.at
    with localcontext(EXACT):
        if instruction.kind is InstructionKind.RECEIPT:
            return write_receipt(
                instruction, issuer, at, sealing.number, certificate_number=number, certificate=certificate
            )
        return write(
            comprobante(instruction, issuer, at, sealing.number), certificate_number=number, certificate=certificate
        )


def _attributes(root: etree._Element, sealing: Sealing, sello: str) -> dict[str, str]:
    """What the exchange, the desk and a later cancellation need to know without reading the body."""
    issuer, receiver = root.iterchildren(_EMISOR, _RECEPTOR)
    told = {
        "rfc": issuer.get("Rfc", ""),
        "receptor_rfc": receiver.get("Rfc", ""),
        "uso_cfdi": receiver.get("UsoCFDI", ""),
        "zona": zone_of(root.get("LugarExpedicion", "")) or sealing.issuer.time_zone,
        "sello_last8": sello[-8:],
        "sello": hashlib.sha256(sello.encode()).hexdigest(),
    }
    told |= {key: root.get(name, "") for key, name in _TOLD}
    words = sealing.instruction.extension
    addenda = words.addenda if isinstance(words, Extension) else None
    return told | ({"addenda": addenda} if addenda else {})


@lru_cache(maxsize=1024)
def _shown(der: bytes) -> tuple[str, str]:
    """NoCertificado and Certificado of a CSD."""
    return read_certificate(der).number, base64.b64encode(der).decode()


@cache
def _parser() -> etree.XMLParser:
    """For what we wrote ourselves a moment ago; a stranger's bytes go through `kit.xml.parse`."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, collect_ids=False)


def preview(instruction: Instruction, issuer: Issuer, at: datetime) -> bytes:
    """The document without folio, certificate and seal: not a CFDI, only the look of one."""
    with localcontext(EXACT):
        if instruction.kind is InstructionKind.RECEIPT:
            return write_receipt(instruction, issuer, at, instruction.invoice.number)
        return write(comprobante(instruction, issuer, at, instruction.invoice.number))


def verify(body: bytes, previous: bytes | None) -> Findings:
    """Re-check stored bytes: the seal against the certificate that the document carries. `previous` is of no
    account."""
    try:
        root = parse(body)
    except UnreadableXML as why:
        return (finding("301", found=str(why)),)
    return seal_findings(root)


def seal_findings(root: etree._Element) -> Findings:
    """What is wrong with the seal of a parsed CFDI, judged by its own certificate alone."""
    try:
        certificate = read_certificate(base64.b64decode(root.get("Certificado", ""), validate=True))
    except ValueError:  # no base64, or no certificate; the parser's own words help nobody
        unread = "no certificate that can be read"
        return (finding("CFDI40106", location="/cfdi:Comprobante/@Certificado", found=unread),)
    found = list(_certificate_findings(root, certificate))
    try:
        original = cadena(root)
    except ForeignComplement:
        return tuple(found)  # the judgement names the complement and stays undecided
    try:
        signature = base64.b64decode(root.get("Sello", ""), validate=True)
        certificate.public_key.verify(signature, original.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        found.append(finding("302", location="/cfdi:Comprobante/@Sello", found=root.get("Sello", "")[-8:]))
    return tuple(found)


def _certificate_findings(root: etree._Element, certificate: Certificate) -> Findings:
    found = []
    if root.get("NoCertificado") != certificate.number:
        found.append(
            finding(
                "CFDI40106",
                location="/cfdi:Comprobante/@NoCertificado",
                found=root.get("NoCertificado"),
                expected=certificate.number,
            )
        )
    if not certificate.is_csd:
        found.append(finding("306", location="/cfdi:Comprobante/@Certificado", found=certificate.number))
    issuer = root.find(_EMISOR)
    rfc = None if issuer is None else issuer.get("Rfc")
    if certificate.rfc is not None and rfc != certificate.rfc:
        found.append(finding("303", location="/cfdi:Comprobante/cfdi:Emisor/@Rfc", found=rfc, expected=certificate.rfc))
    return tuple(found)


def _fingerprint(unsealed: bytes) -> str:
    """The document without its time and its certificate: the same for two seals of the same content.

    No value can hold the quotes of an attribute, and the head comes first: the first of each name is the document's.
    """
    at, kept = 0, hashlib.blake2b(digest_size=32)
    for name in (b' Fecha="', b' NoCertificado="', b' Certificado="'):
        found = unsealed.index(name, at)
        kept.update(unsealed[at:found])
        at = unsealed.index(b'"', found + len(name)) + 1
    kept.update(unsealed[at:])
    return kept.hexdigest()


SEAL = Seal(seal=seal, preview=preview, verify=verify)
