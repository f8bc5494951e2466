"""SOAP 1.1, read and written by hand: one operation in, one answer or one fault out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from jurisdictions.contract import SimulatorReply, SimulatorRequest

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XML = {"content-type": "text/xml; charset=utf-8"}
_LARGEST = 12_000_000


class Operation(NamedTuple):
    """What a request asks: the namespace and name of the operation, and the texts of its children by local name."""

    namespace: str
    name: str
    fields: Mapping[str, str]


class Bad(NamedTuple):
    """Why a request is no SOAP that could be answered: the words of the fault."""

    words: str


def read(request: SimulatorRequest) -> Operation | Bad:
    """The operation that a request asks for."""
    if not request.body or len(request.body) > _LARGEST:
        return Bad("Invalid XML: no element found")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(request.body, parser)
    except (etree.XMLSyntaxError, ValueError) as why:
        return Bad(f"Invalid XML: {why}")
    body = root.find(f"{{{ENVELOPE}}}Body")
    if root.tag != f"{{{ENVELOPE}}}Envelope" or body is None or len(body) != 1:
        return Bad("No envelope of SOAP 1.1 with one operation in its body")
    name = etree.QName(body[0])
    fields: dict[str, str] = {}
    for child in body[0]:
        place = etree.QName(child)
        if place.namespace != name.namespace:
            return Bad(f"{place.localname} does not stand in the namespace of {name.localname}")
        fields[place.localname] = child.text or ""
    return Operation(name.namespace or "", name.localname, fields)


def answer(
    body: str, *, changes: Mapping[str, bytes | None] | None = None, lost: bool = False, delay_seconds: float = 0.0
) -> SimulatorReply:
    """200 with an envelope whose text is given."""
    return SimulatorReply(
        status=200,
        headers=_XML,
        body=body.encode(),
        changes=changes or {},
        lost=lost,
        delay_seconds=delay_seconds,
    )


def fault(body: str, changes: Mapping[str, bytes | None] | None = None) -> SimulatorReply:
    """500 with an envelope whose text is given: SOAP 1.1 over HTTP sends faults so."""
    return SimulatorReply(status=500, headers=_XML, body=body.encode(), changes=changes or {})


def element(name: str, text: str) -> str:
    """`<name>text</name>` with the text escaped."""
    return f"<{name}>{escape(text)}</{name}>"
