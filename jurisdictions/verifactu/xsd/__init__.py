"""The slim schema: our own short form of the AEAT's XSDs, compared with the published ones by the tests.

It judges order, presence, lengths and lists of a record (`RegistroAlta`, `RegistroAnulacion`), of the message that
carries them (`RegFactuSistemaFacturacion`) and of the question for them (`ConsultaFactuSistemaFacturacion`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from lxml import etree

_FOLDER = Path(__file__).parent
_FILES = {
    "RegistroAlta": "registro.xsd",
    "RegistroAnulacion": "registro.xsd",
    "RegFactuSistemaFacturacion": "suministro.xsd",
    "ConsultaFactuSistemaFacturacion": "consulta.xsd",
}


_OF_VALUES = frozenset(
    f"SCHEMAV_CVC_{name}"
    for name in (
        "DATATYPE_VALID_1_2_1",
        "ENUMERATION_VALID",
        "LENGTH_VALID",
        "MAXLENGTH_VALID",
        "MINLENGTH_VALID",
        "PATTERN_VALID",
    )
)


class Fault(NamedTuple):
    """What the schema has to say: libxml2's sentence, and an XPath to the place.

    `of_value`: a text is not one that its type admits; else the structure is wrong.
    """

    message: str
    path: str
    of_value: bool = False


@cache
def schema(file: str) -> etree.XMLSchema:
    """One of the schema files of this folder, compiled once."""
    return etree.XMLSchema(etree.parse(_FOLDER / file))


def known(root: etree._Element) -> bool:
    """Whether the slim schema has an opinion about an element of this name."""
    return etree.QName(root).localname in _FILES


def schema_of(root: etree._Element) -> etree.XMLSchema:
    """The schema of an element of this name. Raises `KeyError` where it is not `known`."""
    return schema(_FILES[etree.QName(root).localname])


def faults(root: etree._Element) -> tuple[Fault, ...]:
    """What is wrong with the element; empty where it is valid. Raises `KeyError` where it is not `known`."""
    judge = schema_of(root)
    if judge.validate(root):
        return ()
    return tuple(
        Fault(str(entry.message), entry.path or "", entry.type_name in _OF_VALUES)
        for entry in judge.error_log  # type: ignore[attr-defined]
    ) or (Fault("the element is not valid", ""),)
