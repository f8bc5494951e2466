"""The draft of the declaración responsable of one version of the billing system: title and items a to l, in order.

It is a text for its producer to read, complete and sign; nothing is declared by making it. Each item comes after words
of our own that describe it. The system is made for VERI*FACTU alone and serves several obligados: items e, f and g.

Source: Order HAC/1177/2024 art. 15.1; FAQ for developers 1.3 §5 (a component of another producer's system).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from jurisdictions.verifactu.settings import IdOtro
from schemas.texts import Line, Name, Short

TITLE = "DECLARACIÓN RESPONSABLE DEL SISTEMA INFORMÁTICO DE FACTURACIÓN"
BLANK = "………"
"""Stands where the producer has yet to write."""


class Maker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The producer of the system. `place` is a locality and its country, in this order; `address` a full postal one."""

    name: Name
    address: Line
    place: Short
    nif: Short | None = None
    id_otro: IdOtro | None = None

    def __post_init__(self) -> None:
        if (self.nif is None) is (self.id_otro is None):
            raise ValueError("exactly one of nif and id_otro is given")
        if self.id_otro is not None and self.id_otro.id_type == "07":
            raise ValueError("a producer is not named by id_type 07")


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is declared: one version of one system.

    `principal`: this program numbers, seals and renders, and its operator is the producer. `component`: a platform
    issues through it, is the producer of the whole, and names this component and its exact version among `components`.
    """

    role: Literal["principal", "component"]
    maker: Maker
    name: Short
    id: Short
    version: Short
    components: tuple[Line, ...] = ()


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One letter of the article: describing words, then the datum."""

    letter: str
    describes: str
    datum: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """`edition` tells the declarations of a system apart: one for each version, all of them kept."""

    edition: str
    items: tuple[Item, ...]

    @property
    def text(self) -> str:
        written = (f"{one.letter}) {one.describes}: {one.datum}" for one in self.items)
        return "\n\n".join((TITLE, *written)) + "\n"


_WORK = (
    "Numera y expide facturas, genera por cada una un registro de facturación de alta y, en su caso, de anulación,"
    " encadena los registros mediante su huella, los remite a la AEAT en el momento de su generación, atiende las"
    " respuestas, permite subsanar y anular, y produce la representación de la factura con su código QR."
)
_COMPLIES = (
    "Quien produce el sistema informático hace constar que este, en la versión que aquí se indica, cumple el artículo"
    " 29.2.j) de la Ley 58/2003, General Tributaria; el Reglamento aprobado por el Real Decreto 1007/2023; la Orden"
    " HAC/1177/2024; y lo publicado en la sede electrónica de la AEAT que completa las especificaciones de esa orden"
)
_ID_TYPES = {
    "02": "NIF-IVA",
    "03": "pasaporte",
    "04": "documento oficial del país de residencia",
    "05": "certificado de residencia",
    "06": "otro documento",
}


def draft(of: Declared, program: str, signed_on: date | None = None) -> Draft:
    """The declaration of that system. `program` is the name and version of this very program, which item d names where
    it is a component; the date stays blank until it is signed."""
    maker = of.maker
    written = (
        ("a", "Nombre del sistema informático", of.name),
        ("b", "Código que identifica al sistema informático entre los de quien lo produce", of.id),
        ("c", "Identificador completo de la versión", of.version),
        ("d", "Componentes del sistema y lo que hace, con sus funciones principales", _made_of(of, program)),
        ("e", "Si solo puede funcionar como «VERI*FACTU»", "S"),
        ("f", "Si puede dar soporte a la facturación de varios obligados tributarios", "S"),
        ("g", "Tipos de firma de los registros cuando no funciona como «VERI*FACTU»", _NO_SIGNATURE),
        ("h", "Nombre y apellidos o razón social de quien produce el sistema", maker.name),
        ("i", "NIF de quien produce el sistema, u otro número con su tipo y país", _identified(maker)),
        ("j", "Dirección postal completa de contacto de quien produce el sistema", maker.address),
        ("k", "Manifestación de cumplimiento", f"{_COMPLIES}."),
        ("l", "Fecha y lugar en que se suscribe", f"{_day(signed_on)}, {maker.place}"),
    )
    items = tuple(Item(letter=letter, describes=words, datum=datum) for letter, words, datum in written)
    return Draft(edition=f"{of.id} {of.version}", items=items)


_NO_SIGNATURE = "No procede: el sistema funciona exclusivamente como «VERI*FACTU»"


def _made_of(of: Declared, program: str) -> str:
    parts = list(of.components)
    if of.role == "component":
        parts.append(f"{program}, componente de otro productor al que se invoca, con su propia declaración responsable")
    elif not parts:
        parts.append(program)
    return f"{'; '.join(parts)}. {_WORK}"


def _identified(maker: Maker) -> str:
    other = maker.id_otro
    if other is None:
        return maker.nif or BLANK
    country = f", {other.country}" if other.country else ""
    return f"{other.id} ({_ID_TYPES[other.id_type]}{country})"


def _day(day: date | None) -> str:
    return BLANK if day is None else f"{day.day:02}-{day.month:02}-{day.year:04}"
