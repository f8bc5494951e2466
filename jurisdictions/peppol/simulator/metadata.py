"""The simulated registry (SMP): service groups, and service metadata that it signs.

`GET /<participant>` and `GET /<participant>/services/<document type>`, both percent-encoded with their schemes.
Everything under `/other` is a second registry with a signer of its own, to which a participant may be redirected. A
participant's `registry` tells how its registry misbehaves.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape, quoteattr

from cryptography import x509
from lxml import etree

from jurisdictions.contract import SimulatorKeys, SimulatorReply, SimulatorRequest
from jurisdictions.peppol.simulator import registry

SIGNER, OTHER_SIGNER = "smp", "smp_other"
HOST = "smp.sandbox.example"
OTHER = "/other"
_SCHEME = "iso6523-actorid-upis"
_DOCUMENT_SCHEMES = ("busdox-docid-qns", "peppol-doctype-wildcard")
_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_SELF_BILLING_PROCESS = "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0"
_TRANSPORT = "peppol-transport-as4-v2_0"
_SMP = "http://busdox.org/serviceMetadata/publishing/1.0/"
_IDS = "http://busdox.org/transport/identifiers/1.0/"
_WSA = "http://www.w3.org/2005/08/addressing"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_C14N = "http://www.w3.org/2006/12/xml-c14n11"
_XML = {"content-type": "text/xml; charset=utf-8"}
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
_HANG_SECONDS = 60.0


def answer(
    book: Mapping[str, bytes], request: SimulatorRequest, path: str, at: datetime, keys: SimulatorKeys
) -> SimulatorReply:
    """The registry's answer to a path below its own prefix."""
    if request.method != "GET":
        return SimulatorReply(status=405, headers={"allow": "GET"})
    other = path.startswith(f"{OTHER}/")
    participant, _, service = path.removeprefix(OTHER if other else "").lstrip("/").partition("/services/")
    scheme, _, identifier = unquote(participant).partition("::")
    entry = registry.known(book, identifier) if scheme == _SCHEME and "/" not in participant else None
    if entry is None:
        return SimulatorReply(status=404)
    failed = _failing(entry)
    if failed is not None:
        return failed
    if not service:
        return _group(entry, identifier)
    return _service(entry, identifier, unquote(service), at, keys, other=other)


def _failing(entry: registry.Participant) -> SimulatorReply | None:
    """How the participant's registry fails as a whole; None where it does its work."""
    if not entry.reachable:
        return SimulatorReply(status=503, headers={"content-type": "text/html"}, body=_PAGE)
    match entry.registry:
        case "page":
            return SimulatorReply(headers={"content-type": "text/html"}, body=_PAGE)
        case "lost_page":
            return SimulatorReply(status=404, headers={"content-type": "text/html"}, body=_PAGE)
        case "unknown":
            return SimulatorReply(status=404)
        case "silent":
            return SimulatorReply(lost=True)
        case "hang":
            return SimulatorReply(status=504, delay_seconds=_HANG_SECONDS)
    return None


def _group(entry: registry.Participant, identifier: str) -> SimulatorReply:
    references = "".join(
        f"<ServiceMetadataReference href={quoteattr(_address(identifier, _schemed(one)))}/>" for one in entry.documents
    )
    return _xml(
        f'<ServiceGroup xmlns="{_SMP}" xmlns:ids="{_IDS}">{_participant(identifier)}'
        f"<ServiceMetadataReferenceCollection>{references}</ServiceMetadataReferenceCollection></ServiceGroup>"
    )


def _service(
    entry: registry.Participant, identifier: str, service: str, at: datetime, keys: SimulatorKeys, *, other: bool
) -> SimulatorReply:
    scheme, _, document = service.partition("::")
    if document not in entry.documents or service != _schemed(document) or scheme not in _DOCUMENT_SCHEMES:
        return SimulatorReply(status=404)
    if entry.registry == "endless" or (entry.registry == "redirect" and not other):
        told = _redirect(identifier, service, keys)
    else:
        told = _information(entry, identifier, scheme, document, at, keys)
    signed = _signed(f"<ServiceMetadata>{told}</ServiceMetadata>", OTHER_SIGNER if other else SIGNER, keys)
    if entry.registry == "forged":
        signed = signed.replace("https://ap.", "https://trap.")
    return _xml(signed)


def _redirect(identifier: str, service: str, keys: SimulatorKeys) -> str:
    subject = x509.load_der_x509_certificate(keys.certificate(OTHER_SIGNER)).subject.rfc4514_string()
    address = f"https://{HOST}{OTHER}{_path(identifier, service)}"
    return f"<Redirect href={quoteattr(address)}><CertificateUID>{escape(subject)}</CertificateUID></Redirect>"


def _information(
    entry: registry.Participant, identifier: str, scheme: str, document: str, at: datetime, keys: SimulatorKeys
) -> str:
    process = _SELF_BILLING_PROCESS if "selfbilling" in document else _PROCESS
    if entry.registry == "other_process":
        process = "urn:fdc:peppol.eu:2017:poacc:ordering:01:1.0"
    whose = "0208:0000000000" if entry.registry == "other_participant" else identifier
    profile = "busdox-transport-as2-ver2p0" if entry.registry == "withdrawn_transport" else _TRANSPORT
    since = at - timedelta(days=400)
    until = at + timedelta(days=-1 if entry.registry == "expired" else 400)
    certificate = b64encode(keys.certificate("access_point")).decode()
    return (
        f"<ServiceInformation>{_participant(whose)}"
        f'<ids:DocumentIdentifier scheme="{scheme}">{escape(document)}</ids:DocumentIdentifier>'
        f'<ProcessList><Process><ids:ProcessIdentifier scheme="cenbii-procid-ubl">{process}</ids:ProcessIdentifier>'
        f'<ServiceEndpointList><Endpoint transportProfile="{profile}">'
        "<wsa:EndpointReference><wsa:Address>https://ap.sandbox.example/as4</wsa:Address></wsa:EndpointReference>"
        "<RequireBusinessLevelSignature>false</RequireBusinessLevelSignature>"
        f"<ServiceActivationDate>{_moment(since)}</ServiceActivationDate>"
        f"<ServiceExpirationDate>{_moment(until)}</ServiceExpirationDate>"
        f"<Certificate>{certificate}</Certificate><ServiceDescription>Sandbox</ServiceDescription>"
        "<TechnicalContactUrl>mailto:sandbox@example.org</TechnicalContactUrl>"
        "</Endpoint></ServiceEndpointList></Process></ProcessList></ServiceInformation>"
    )


def _signed(metadata: str, signer: str, keys: SimulatorKeys) -> str:
    """The metadata under an enveloped signature of the whole document (C14N 1.1, RSA with SHA-256)."""
    opening = f'<SignedServiceMetadata xmlns="{_SMP}" xmlns:ids="{_IDS}" xmlns:wsa="{_WSA}">'
    closing = "</SignedServiceMetadata>"
    digest = b64encode(sha256(_canonical(f"{opening}{metadata}{closing}")).digest()).decode()
    info = (
        f'<ds:CanonicalizationMethod Algorithm="{_C14N}"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{_DS}enveloped-signature"/></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )
    spaces = f'xmlns="{_SMP}" xmlns:ds="{_DS}" xmlns:ids="{_IDS}" xmlns:wsa="{_WSA}"'
    signed_info = _canonical(f"<ds:SignedInfo {spaces}>{info}</ds:SignedInfo>")
    value = b64encode(keys.sign(signer, signed_info)).decode()
    certificate = b64encode(keys.certificate(signer)).decode()
    signature = (
        f'<ds:Signature xmlns:ds="{_DS}"><ds:SignedInfo>{info}</ds:SignedInfo>'
        f"<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>"
        f"<ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    return f"{opening}{metadata}{signature}{closing}"


def _canonical(xml: str) -> bytes:
    return etree.tostring(etree.fromstring(xml.encode()), method="c14n")


def _participant(identifier: str) -> str:
    return f'<ids:ParticipantIdentifier scheme="{_SCHEME}">{escape(identifier)}</ids:ParticipantIdentifier>'


def _schemed(document: str) -> str:
    return f"{_DOCUMENT_SCHEMES['urn:peppol:pint:' in document]}::{document}"


def _path(identifier: str, service: str) -> str:
    return f"/{quote(f'{_SCHEME}::{identifier}', safe='')}/services/{quote(service, safe='')}"


def _address(identifier: str, service: str) -> str:
    return f"https://{HOST}{_path(identifier, service)}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _xml(text: str) -> SimulatorReply:
    return SimulatorReply(headers=_XML, body=b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode())
