"""Cancelling a CFDI: SAT's request with motive and signature (RMF 2.7.1.34, 2.7.1.35).

The request names the CFDI by its UUID, the motive, and with motive 01 the CFDI that takes its place. It is signed with
the issuer's CSD; a PAC hands it to SAT as it is.
"""

from __future__ import annotations

import hashlib

from jurisdictions.cfdi.cancelling.rules import MOTIVES, SUBSTITUTED, cancellation_findings
from jurisdictions.cfdi.receipts.document import local
from jurisdictions.cfdi.signature import signed
from jurisdictions.contract import Cancellation, Keys, Sealed, Sealing
from jurisdictions.kit.xml import Markup, element

__all__ = ["cancellation_findings", "seal_cancellation"]

NAME = "cancelacion.xml"
MEDIA_TYPE = "application/xml"
CREDENTIAL = "csd"
_NAMESPACE = "http://cancelacfd.sat.gob.mx"
_PREFIXES = (
    ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
)
_KEPT = ("rfc", "receptor_rfc", "total", "sello_last8", "tipo", "pac", "zona")


def seal_cancellation(sealing: Sealing, keys: Keys) -> Sealed:
    """The signed request. Raises `CredentialMissing` where the issuer has no CSD."""
    cancellation = sealing.instruction.cancellation
    if cancellation is None:
        raise ValueError("a cancellation needs to say what it cancels")
    motive = MOTIVES[cancellation.option]
    substitute = _substitute(cancellation, motive)
    moment = local(sealing.issuer, sealing.at).strftime("%Y-%m-%dT%H:%M:%S")
    body = signed(
        "Cancelacion",
        _folios(cancellation, motive, substitute),
        (("xmlns", _NAMESPACE), ("RfcEmisor", cancellation.attributes["rfc"]), ("Fecha", moment)),
        _PREFIXES,
        keys=keys,
        credential=CREDENTIAL,
    )
    known = {name: cancellation.attributes[name] for name in _KEPT if cancellation.attributes.get(name)}
    own = {"uuid": cancellation.external_id, "motivo": motive, "fecha": moment}
    if cancellation.refused_before:
        own["refused_before"] = str(cancellation.refused_before)
    if substitute:
        own["folio_sustitucion"] = substitute
    return Sealed(
        name=NAME,
        media_type=MEDIA_TYPE,
        body=body,
        digest=hashlib.sha256(body).hexdigest(),
        fingerprint=hashlib.sha256("|".join((cancellation.external_id, motive, substitute or "")).encode()).hexdigest(),
        attributes=known | own,
    )


def _substitute(cancellation: Cancellation, motive: str) -> str | None:
    """FolioSustitucion: with motive 01 only, absent otherwise (SAT code 209)."""
    replacement = cancellation.replacement
    return replacement.external_id if motive == SUBSTITUTED and replacement is not None else None


def _folios(cancellation: Cancellation, motive: str, substitute: str | None) -> Markup:
    folio = (("UUID", cancellation.external_id), ("Motivo", motive), ("FolioSustitucion", substitute))
    return element("Folios", element("Folio", attrs=folio))
