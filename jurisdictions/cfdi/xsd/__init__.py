"""Our slim schema of CFDI 4.0 with its stamp, payments, local taxes and legends: structure and shapes, without SAT's
five megabytes of enumerations.

Source: Anexo 20 of the Resolución Miscelánea Fiscal (cfdv40.xsd, tdCFDI.xsd, TimbreFiscalDigitalv11.xsd) and its
complements (Pagos20.xsd, implocal.xsd, leyendasFisc.xsd), written anew. Other complements are let pass by the schema
and left to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

CFDI = "http://www.sat.gob.mx/cfd/4"
TFD = "http://www.sat.gob.mx/TimbreFiscalDigital"
PAGOS = "http://www.sat.gob.mx/Pagos20"
IMPLOCAL = "http://www.sat.gob.mx/implocal"
LEYENDAS = "http://www.sat.gob.mx/leyendasFiscales"
_ATTRIBUTE = re.compile(r"attribute '([^']+)'")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that the schema refuses: the element's path, its line, and libxml2's words."""

    path: str
    line: int
    message: str

    @property
    def attribute(self) -> str | None:
        """The attribute that the words speak of, if any."""
        named = _ATTRIBUTE.search(self.message)
        return named.group(1) if named else None

    @property
    def place(self) -> str:
        """The XPath of the element, or of its attribute."""
        return f"{self.path}/@{self.attribute}" if self.attribute else self.path


@cache
def schema() -> etree.XMLSchema:
    """The compiled schema of `cfdi:Comprobante`; it is loaded once a process."""
    return etree.XMLSchema(etree.parse(str(Path(__file__).with_name("cfdi40.xsd"))))


@cache
def stamp_schema() -> etree.XMLSchema:
    """The compiled schema of `tfd:TimbreFiscalDigital` alone."""
    return etree.XMLSchema(etree.parse(str(Path(__file__).with_name("tfd11.xsd"))))


def faults(root: etree._Element, judge: etree.XMLSchema | None = None) -> tuple[Fault, ...]:
    """Everything that the schema has against the document; empty where it is valid."""
    judge = schema() if judge is None else judge
    if judge.validate(root):
        return ()
    log: Iterable[etree._LogEntry] = judge.error_log  # type: ignore[assignment]  # a list, which the stubs do not know
    return tuple(Fault(path=entry.path or "", line=entry.line, message=entry.message) for entry in log)
