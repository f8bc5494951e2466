"""A registry (SMP): what a participant takes, and where. Its answers about a service are signed.

Source: SMP 1.4.0 (namespace of busdox 1.0); identifier policy 4.4.0: participants are compared without regard to case,
document types and processes to the letter; code list of transport profiles 9.7.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from lxml import etree

from jurisdictions.contract import Answer, Ask, Effect
from jurisdictions.kit.xml import UnreadableXML, parse
from jurisdictions.peppol.codelists import PARTICIPANT_SCHEME
from jurisdictions.peppol.signed_metadata import NotTrusted, opened
from jurisdictions.peppol.sml import Unasked

ENDPOINT = "smp"
TRANSPORT = "peppol-transport-as4-v2_0"
"""The only transport profile that is in force."""
_SMP = "http://busdox.org/serviceMetadata/publishing/1.0/"
_IDS = "http://busdox.org/transport/identifiers/1.0/"
_WSA = "http://www.w3.org/2005/08/addressing"
_MOST_BYTES = 2_000_000
_MOST_TYPES = 300


class Wanted(NamedTuple):
    """Participant (`0208:…`), document type and process, the latter two with their schemes (`scheme::value`)."""

    participant: str
    document: str
    process: str


class Service(NamedTuple):
    """Where documents of that type go. `until`: when the registration ends, where that is told."""

    address: str
    certificate_sha256: str
    until: datetime | None


class Elsewhere(NamedTuple):
    """The service is described by another registry, whose signer has that subject."""

    address: str
    signer: str


class Missing(NamedTuple):
    """The registry does not know what was asked for (404)."""

    page: bool
    """It came as a web page, which may be anybody's."""


class Without(NamedTuple):
    """Registered, but not for this: the registry's answer says why."""

    why: str


class Group(NamedTuple):
    """Every document type that the participant is registered for, with schemes."""

    documents: tuple[str, ...]


def group_ask(key: str, base: str, participant: str, documents: tuple[str, ...]) -> Ask:
    return _ask(key, base, f"/{_participant(participant)}", documents)


def service_ask(key: str, base: str, wanted: Wanted, documents: tuple[str, ...]) -> Ask:
    path = f"/{_participant(wanted.participant)}/services/{quote(wanted.document, safe='')}"
    return _ask(key, base, path, documents)


def redirected_ask(key: str, address: str, documents: tuple[str, ...]) -> Ask:
    return _ask(key, address, "", documents)


def _ask(key: str, base: str, path: str, documents: tuple[str, ...]) -> Ask:
    """Where the endpoint lies is the installation's; of the discovered address the path counts."""
    return Ask(
        name=key,
        endpoint=ENDPOINT,
        effect=Effect.READ,
        documents=documents,
        method="GET",
        path=(urlsplit(base).path.rstrip("/") + path) or "/",
        headers=(("Accept", (b"application/xml, text/xml",)),),
        timeout_seconds=20.0,
    )


def _participant(participant: str) -> str:
    return quote(f"{PARTICIPANT_SCHEME}::{participant}", safe="")


def read_service(
    answer: Answer, wanted: Wanted, authority: str, at: datetime, signer: str | None = None
) -> Service | Elsewhere | Without | Missing | Unasked:
    """What the registry signed about the service. `signer` is whom a redirect named. Nothing unsigned is believed."""
    if (refused := _unanswered(answer)) is not None:
        return refused
    try:
        signed = opened(answer.body, authority, at)
    except NotTrusted as why:
        return Unasked(f"the registry's answer is not to be trusted: {why}")
    if signed.root.tag != _name("SignedServiceMetadata"):
        return Unasked("the registry's answer is no signed service metadata")
    if signer is not None and _subject(signer) != _subject(signed.signer):
        return Unasked("the other registry's signer is not the one that the redirect names")
    redirect = signed.root.find(_path("ServiceMetadata/Redirect"))
    if redirect is not None:
        return Elsewhere(redirect.get("href", ""), _text(redirect, _name("CertificateUID")))
    return _service(signed.root.find(_path("ServiceMetadata/ServiceInformation")), wanted, at)


def read_group(answer: Answer, participant: str) -> Group | Missing | Unasked:
    """The participant's document types, by the references of its service group (which nobody signs)."""
    if (refused := _unanswered(answer)) is not None:
        return refused
    try:
        root = parse(answer.body, limit=_MOST_BYTES)
    except UnreadableXML as why:
        return Unasked(f"the registry's answer cannot be read: {why}")
    if root.tag != _name("ServiceGroup"):
        return Unasked("the registry's answer is no service group")
    if not _same_participant(root.find(f"{{{_IDS}}}ParticipantIdentifier"), participant):
        return Unasked("the registry's answer is about another participant")
    references = root.iter(_name("ServiceMetadataReference"))
    told = (one.get("href", "").partition("/services/")[2] for one in references)
    return Group(tuple(unquote(one.rstrip("/")) for one in told if one)[:_MOST_TYPES])


def _unanswered(answer: Answer) -> Missing | Unasked | None:
    """Why this answer says nothing of the service; None where it may."""
    if answer.failure is not None:
        return Unasked(f"the registry could not be reached ({answer.detail or answer.failure})")
    page = "html" in answer.headers.get("content-type", "").lower() or b"<html" in answer.body[:500].lower()
    if answer.status == 404:
        return Missing(page)
    if answer.status != 200:
        return Unasked(f"the registry answered {answer.status}")
    return Unasked("the registry answered with a web page") if page else None


def _service(told: etree._Element | None, wanted: Wanted, at: datetime) -> Service | Without | Unasked:
    if told is None or not _same_participant(told.find(f"{{{_IDS}}}ParticipantIdentifier"), wanted.participant):
        return Unasked("the registry's answer is about another participant")
    if _identifier(told.find(f"{{{_IDS}}}DocumentIdentifier")) != wanted.document:
        return Unasked("the registry's answer is about another document type")
    processes = [
        one
        for one in told.iterfind(_path("ProcessList/Process"))
        if _identifier(one.find(f"{{{_IDS}}}ProcessIdentifier")) == wanted.process
    ]
    if not processes:
        return Without(f"it is registered for this document type, but not in the process {wanted.process}")
    endpoints = [
        one
        for process in processes
        for one in process.iterfind(_path("ServiceEndpointList/Endpoint"))
        if one.get("transportProfile") == TRANSPORT
    ]
    if not endpoints:
        return Without(f"it is registered, but cannot be reached by {TRANSPORT}")
    usable = [found for one in endpoints if (found := _endpoint(one, at)) is not None]
    return usable[0] if usable else Without("its registration is not in force today, or names no usable address")


def _endpoint(told: etree._Element, at: datetime) -> Service | None:
    """The endpoint, where it is in force at that moment and says where it lies and by what certificate."""
    since, until = _moment(told, "ServiceActivationDate"), _moment(told, "ServiceExpirationDate")
    address = _text(told, f"{{{_WSA}}}EndpointReference/{{{_WSA}}}Address")
    certificate = _der(_text(told, _name("Certificate")))
    early, late = since is not None and at < since, until is not None and at > until
    if early or late or not address.startswith("https://") or not certificate:
        return None
    return Service(address, sha256(certificate).hexdigest(), until)


def _moment(told: etree._Element, name: str) -> datetime | None:
    """An xs:dateTime; without a zone it is UTC. What cannot be read is not told."""
    try:
        found = datetime.fromisoformat(_text(told, _name(name)))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _der(text: str) -> bytes:
    """A certificate as the registry writes it: base64, perhaps with PEM's first and last lines."""
    lines = [line for line in text.split("\n") if "-----" not in line]
    try:
        return b64decode("".join("".join(lines).split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _same_participant(node: etree._Element | None, participant: str) -> bool:
    return _identifier(node).lower() == f"{PARTICIPANT_SCHEME}::{participant}".lower()


def _identifier(node: etree._Element | None) -> str:
    return "" if node is None else f"{node.get('scheme', '')}::{(node.text or '').strip()}"


def _subject(name: str) -> frozenset[str]:
    """A distinguished name; registries write its parts in whatever order and spacing they like."""
    return frozenset(part.strip().lower() for part in name.split(","))


def _text(parent: etree._Element, path: str) -> str:
    return (parent.findtext(path) or "").strip()


def _name(local: str) -> str:
    return f"{{{_SMP}}}{local}"


def _path(path: str) -> str:
    return "/".join(_name(step) for step in path.split("/"))
