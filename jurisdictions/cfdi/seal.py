"""Sealing a CFDI: the CSD's certificate and its RSA-SHA256 signature over the cadena original.

A CFDI has no chain. It becomes a legal document when a PAC stamps it; until then the same number may be sealed anew.
Source: CFF art. 29; Anexo 20 apartado I.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import datetime
from decimal import localcontext

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from jurisdictions.cfdi.cadena import ForeignComplement, cadena
from jurisdictions.cfdi.certificate import Certificate, UnreadableCertificate, read_certificate
from jurisdictions.cfdi.comprobante import comprobante
from jurisdictions.cfdi.document import MEDIA_TYPE, NAME, write
from jurisdictions.cfdi.reading import EXACT
from jurisdictions.cfdi.sentences import finding
from jurisdictions.contract import Instruction, Issuer, Keys, Seal, Sealed, Sealing
from jurisdictions.kit.xml import UnreadableXML, parse
from schemas.findings import Findings

CREDENTIAL = "csd"


def seal(sealing: Sealing, keys: Keys) -> Sealed:
    """The sealed CFDI. Raises `CredentialMissing` where the issuer has no CSD."""
    certificate = keys.certificate(CREDENTIAL)
    number = read_certificate(certificate).number
    encoded = base64.b64encode(certificate).decode()
    with localcontext(EXACT):
        cfdi = comprobante(sealing.instruction, sealing.issuer, sealing.at, sealing.number)
        unsealed = write(cfdi, certificate_number=number, certificate=encoded)
    root = parse(unsealed)
    sello = base64.b64encode(keys.sign(CREDENTIAL, cadena(root).encode(), "rsa-sha256")).decode()
    total, issued = root.get("Total", ""), root.get("Fecha", "")
    body = unsealed.replace(b' Sello=""', f' Sello="{sello}"'.encode(), 1)
    return Sealed(
        name=NAME,
        media_type=MEDIA_TYPE,
        body=body,
        digest=hashlib.sha256(body).hexdigest(),
        fingerprint=_fingerprint(root),
        attributes={
            "rfc": cfdi.sender.rfc or "",
            "receptor_rfc": cfdi.receiver.rfc or "",
            "total": total,
            "fecha": issued,
            "serie": cfdi.series or "",
            "folio": cfdi.folio or "",
            "no_certificado": number,
            "sello_last8": sello[-8:],
            "sello": hashlib.sha256(sello.encode()).hexdigest(),
        },
    )


def preview(instruction: Instruction, issuer: Issuer, at: datetime) -> bytes:
    """The document without folio, certificate and seal: not a CFDI, only the look of one."""
    with localcontext(EXACT):
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
    except (UnreadableCertificate, binascii.Error) as why:
        return (finding("CFDI40106", location="/cfdi:Comprobante/@Certificado", found=str(why) or "unreadable"),)
    found = list(_certificate_findings(root, certificate))
    try:
        original = cadena(root)
    except ForeignComplement:
        return tuple(found)  # the judgement names the complement and stays undecided
    try:
        signature = base64.b64decode(root.get("Sello", ""), validate=True)
        certificate.public_key.verify(signature, original.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
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
    issuer = root.find("{http://www.sat.gob.mx/cfd/4}Emisor")
    rfc = None if issuer is None else issuer.get("Rfc")
    if certificate.rfc is not None and rfc != certificate.rfc:
        found.append(finding("303", location="/cfdi:Comprobante/cfdi:Emisor/@Rfc", found=rfc, expected=certificate.rfc))
    return tuple(found)


def _fingerprint(root: etree._Element) -> str:
    """The document without its time and its certificate: the same for two seals of the same content."""
    for name in ("Fecha", "NoCertificado", "Certificado", "Sello"):
        root.set(name, "")
    return hashlib.sha256(etree.tostring(root, method="c14n")).hexdigest()


SEAL = Seal(seal=seal, preview=preview, verify=verify)
