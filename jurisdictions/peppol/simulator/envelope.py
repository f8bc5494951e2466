"""The Standard Business Document as the access point opens it: header, routing and payload.

Source: Peppol Business Message Envelope (SBDH) 2.0. What breaks it is told as findings with rules `SBDH-…`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from lxml import etree

SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
_AUTHORITY = "iso6523-actorid-upis"
_DOCUMENT_SCHEMES = ("busdox-docid-qns", "peppol-doctype-wildcard")
_PROCESS_SCHEME = "cenbii-procid-ubl"
_PARTICIPANT = re.compile(r"[0-9]{4}:[A-Za-z0-9\-._~]{1,50}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Z]{2}|1A|XI")
_IDENTIFICATION = ("Standard", "TypeVersion", "InstanceIdentifier", "Type", "CreationDateAndTime")
_PARTS = ("HeaderVersion", "Sender", "Receiver", "DocumentIdentification", "BusinessScope")
_MAX_BYTES = 20_000_000


class Finding(NamedTuple):
    """What is wrong: the rule, where, and a sentence."""

    rule: str
    location: str
    message: str


class Envelope(NamedTuple):
    """A well-built Standard Business Document. Participants are in lower case, as they are compared."""

    instance: str
    sender: str
    receiver: str
    document: str
    process: str
    payload: etree._Element


def opened(body: bytes) -> Envelope | tuple[Finding, ...]:
    """The envelope in these bytes, or what is wrong with them."""
    if not body or len(body) > _MAX_BYTES:
        return (Finding("SBDH-XML", "/", "the body is empty or too large"),)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as why:
        return (Finding("SBDH-XML", "/", f"not well-formed: {why}"),)
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs do not know it
        return (Finding("SBDH-XML", "/", "a DOCTYPE is not accepted"),)
    if root.tag != _name("StandardBusinessDocument"):
        return (Finding("SBDH-ROOT", "/", f"the root is {root.tag}, not StandardBusinessDocument"),)
    header, payloads = root.find(_name("StandardBusinessDocumentHeader")), list(root)[1:]
    if header is None or root[0] is not header or len(payloads) != 1:
        return (Finding("SBDH-ROOT", "/StandardBusinessDocument", "one header and then one payload are expected"),)
    findings = tuple(_broken(header, payloads[0]))
    return findings or _envelope(header, payloads[0])


def _envelope(header: etree._Element, payload: etree._Element) -> Envelope:
    scopes = _scopes(header)
    return Envelope(
        _text(header, "DocumentIdentification/InstanceIdentifier"),
        _text(header, "Sender/Identifier").lower(),
        _text(header, "Receiver/Identifier").lower(),
        _text(scopes["DOCUMENTID"][0], "InstanceIdentifier"),
        _text(scopes["PROCESSID"][0], "InstanceIdentifier"),
        payload,
    )


def _broken(header: etree._Element, payload: etree._Element) -> Iterator[Finding]:
    if _text(header, "HeaderVersion") != "1.0":
        yield Finding("SBDH-VERSION", "/HeaderVersion", "HeaderVersion is 1.0")
    names = [_local(part) for part in header]
    if names != list(_PARTS):
        yield Finding("SBDH-ORDER", "/", f"the header holds {' '.join(_PARTS)} once each, in this order")
    for role in ("Sender", "Receiver"):
        yield from _partner(header, role)
    yield from _identification(header, payload)
    yield from _scope_findings(header)
    yield from _document_type(header, payload)


def _partner(header: etree._Element, role: str) -> Iterator[Finding]:
    found = header.findall(_path(f"{role}/Identifier"))
    if len(header.findall(_name(role))) != 1 or len(found) != 1:
        yield Finding("SBDH-PARTNER", f"/{role}", f"exactly one {role} with one Identifier is expected")
        return
    if found[0].get("Authority") != _AUTHORITY:
        yield Finding("SBDH-AUTHORITY", f"/{role}/Identifier/@Authority", f"the authority is {_AUTHORITY}")
    if not _PARTICIPANT.fullmatch(found[0].text or ""):
        yield Finding("SBDH-PARTICIPANT", f"/{role}/Identifier", f"{found[0].text!r} is no participant identifier")


def _identification(header: etree._Element, payload: etree._Element) -> Iterator[Finding]:
    node = header.find(_name("DocumentIdentification"))
    where = "/DocumentIdentification"
    if node is None or [_local(part) for part in node] != list(_IDENTIFICATION):
        yield Finding("SBDH-IDENTIFICATION", where, f"{' '.join(_IDENTIFICATION)} are expected, in this order")
        return
    standard, _, name = str(payload.tag).rpartition("}")
    if _text(node, "Standard") != standard.removeprefix("{"):
        yield Finding("SBDH-STANDARD", f"{where}/Standard", "Standard is the payload's namespace")
    if _text(node, "Type") != name:
        yield Finding("SBDH-TYPE", f"{where}/Type", "Type is the payload's element name")
    if not _UUID.fullmatch(_text(node, "InstanceIdentifier")):
        yield Finding("SBDH-INSTANCE", f"{where}/InstanceIdentifier", "InstanceIdentifier is a UUID")
    try:
        created = datetime.fromisoformat(_text(node, "CreationDateAndTime"))
    except ValueError:
        created = None
    if created is None or created.tzinfo is None:
        yield Finding("SBDH-CREATION", f"{where}/CreationDateAndTime", "a date and time with its zone is expected")


def _scope_findings(header: etree._Element) -> Iterator[Finding]:
    scopes = _scopes(header)
    for kind in ("DOCUMENTID", "PROCESSID", "COUNTRY_C1"):
        if len(scopes.get(kind, ())) != 1:
            yield Finding("SBDH-SCOPE", "/BusinessScope", f"exactly one scope {kind} is expected")
    for scope in scopes.get("DOCUMENTID", ()):
        if _text(scope, "Identifier") not in _DOCUMENT_SCHEMES:
            yield Finding("SBDH-SCHEME", "/BusinessScope/DOCUMENTID", f"the scheme is one of {_DOCUMENT_SCHEMES}")
    for scope in scopes.get("PROCESSID", ()):
        if _text(scope, "Identifier") != _PROCESS_SCHEME:
            yield Finding("SBDH-SCHEME", "/BusinessScope/PROCESSID", f"the scheme is {_PROCESS_SCHEME}")
    for scope in scopes.get("COUNTRY_C1", ()):
        if not _COUNTRY.fullmatch(_text(scope, "InstanceIdentifier")):
            yield Finding("SBDH-COUNTRY", "/BusinessScope/COUNTRY_C1", "an ISO 3166-1 alpha-2 code is expected")


def _document_type(header: etree._Element, payload: etree._Element) -> Iterator[Finding]:
    """`namespace::Name##customization::version`: the same as the payload and the identification say."""
    for scope in _scopes(header).get("DOCUMENTID", ()):
        value = _text(scope, "InstanceIdentifier")
        namespace, _, name = str(payload.tag)[1:].partition("}")
        version = _text(header, "DocumentIdentification/TypeVersion")
        if not (value.startswith(f"{namespace}::{name}##") and version and value.endswith(f"::{version}")):
            yield Finding("SBDH-DOCUMENTID", "/BusinessScope/DOCUMENTID", f"{value!r} does not name the payload")


def _scopes(header: etree._Element) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for scope in header.iterfind(_path("BusinessScope/Scope")):
        found.setdefault(_text(scope, "Type"), []).append(scope)
    return found


def _name(local: str) -> str:
    return f"{{{SBDH}}}{local}"


def _path(steps: str) -> str:
    return "/".join(map(_name, steps.split("/")))


def _text(node: etree._Element, steps: str) -> str:
    return (node.findtext(_path(steps)) or "").strip()


def _local(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2]
