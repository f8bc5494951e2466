"""The schema runner: a document against an XML Schema, its violations as findings with an XPath and a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from schemas.findings import Finding, Findings

MALFORMED = "XML-MALFORMED"
VIOLATION = "XSD"
MOST_FINDINGS = 200
"""A document of another kind breaks its schema everywhere; more findings than these help nobody."""

_IS_LARGE = etree.XPath("boolean(/descendant::*[5001])")
_IS_CROWDED = etree.XPath("boolean(/descendant::*[50001]) or boolean(/*/*[2001]) or boolean(/descendant::*/*[2001])")
_MOST_LOCATED = 200


def crowd(schema: etree.XMLSchema, root: etree._Element) -> tuple[str, ...]:
    """Sentences without places, `MOST_FINDINGS` at most, where a large document has many violations; else nothing.

    To be asked before a tree is validated: the validator finds the path of each violation by walking its siblings, so
    that many violations among many siblings take minutes. What validates while it parses looks for no paths.
    """
    if not _IS_LARGE(root) or not _IS_CROWDED(root):
        return ()
    parser = etree.XMLParser(schema=schema, no_network=True, resolve_entities=False)
    try:
        etree.fromstring(etree.tostring(root, with_tail=False), parser)
    except etree.XMLSyntaxError as why:
        log: Any = parser.error_log  # lxml-stubs know no contents of it
        told = [str(entry.message) for entry in log] or [str(why)]
        return tuple(told[:MOST_FINDINGS]) if len(told) > _MOST_LOCATED else ()
    return ()


def load(path: Path) -> etree.XMLSchema:
    """A schema with its imports, which must lie beside it: nothing is fetched.

    Raises `lxml.etree.XMLSchemaParseError` where the schema itself is broken: a defect of ours.
    """
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True, resolve_entities=False)))


def check(schema: etree.XMLSchema, document: bytes | etree._Element, *, source: str = "gateway") -> Findings:
    """Every violation, in the document's order. `source` says whose schema it is; bytes may be any bytes."""
    if isinstance(document, bytes):
        root = _parsed(document, source)
        if isinstance(root, Finding):
            return (root,)
        document = root
    if schema.validate(document):
        return ()
    entries: Any = schema.error_log  # lxml-stubs know no contents of it
    return tuple(_finding(entry, source) for entry in list(entries)[:MOST_FINDINGS])


def _parsed(document: bytes, source: str) -> etree._Element | Finding:
    """The root element, or why there is none: not well-formed, or with a DOCTYPE, which no invoice has."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Finding(rule=MALFORMED, source=source, message="The document is not well-formed XML.", found=str(error))
    information: Any = root.getroottree().docinfo  # lxml-stubs know no doctype of it
    if information.doctype:
        return Finding(rule=MALFORMED, source=source, message="The document has a DOCTYPE, which is refused.")
    return root


def _finding(entry: etree._LogEntry, source: str) -> Finding:
    return Finding(
        rule=VIOLATION,
        source=source,
        message=f"Line {entry.line}: {entry.message}",
        location=entry.path,
        external_code=entry.type_name,
        external_message=entry.message,
    )
