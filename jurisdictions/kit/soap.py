"""SOAP 1.1 document/literal: putting a document into an envelope, and opening one that came back.

Source: SOAP 1.1 (W3C note of 2000-05-08) §4; WS-I Basic Profile 1.1 for the empty action.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from jurisdictions.kit import xml

NAMESPACE = "http://schemas.xmlsoap.org/soap/envelope/"
CONTENT_TYPE = b"text/xml; charset=utf-8"

_HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header/><soapenv:Body>'
)
_TAIL = b"</soapenv:Body></soapenv:Envelope>"


@dataclass(frozen=True)
class Fault:
    """`code` without its prefix (`Client`, `Server`), `text` as they wrote it."""

    code: str
    text: str


class NotAnEnvelope(ValueError):
    """The bytes are no SOAP 1.1 envelope with something in its body: an HTML page, a cut answer."""


def envelope(body: Iterable[bytes]) -> bytes:
    """The envelope around XML that is already written; its parts are joined as they are."""
    return b"".join((_HEAD, *body, _TAIL))


def headers(action: str = "") -> tuple[tuple[str, tuple[bytes, ...]], ...]:
    """The headers of a SOAP 1.1 request; services without actions want an empty quoted one."""
    return (("content-type", (CONTENT_TYPE,)), ("soapaction", (b'"' + action.encode() + b'"',)))


def opened(data: bytes) -> etree._Element | Fault:
    """The first element of the body, or the fault. Raises `NotAnEnvelope`, never for a fault."""
    try:
        root = xml.parse(data)
    except xml.UnreadableXML as why:
        raise NotAnEnvelope(str(why)) from why
    if root.tag != f"{{{NAMESPACE}}}Envelope":
        raise NotAnEnvelope(f"the root is {etree.QName(root).localname}, not a SOAP envelope")
    content = root.find(f"{{{NAMESPACE}}}Body/*")
    if content is None:
        raise NotAnEnvelope("the SOAP body is empty")
    if content.tag != f"{{{NAMESPACE}}}Fault":
        return content
    code = (content.findtext("faultcode") or "").strip()
    return Fault(code.rpartition(":")[2], (content.findtext("faultstring") or "").strip())
