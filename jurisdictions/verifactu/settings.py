"""What VERI*FACTU needs to know of an issuer, an invoice and a line beyond the neutral invoice."""

from __future__ import annotations

from typing import Literal

import msgspec

from schemas.texts import Line, Name, Short

ClaveRegimen = Literal[
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "14", "15", "17", "18", "19", "20", "21"
]
Calificacion = Literal["S1", "S2", "N1", "N2"]
Exenta = Literal["E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"]
TipoFactura = Literal["F1", "F2", "F3", "R1", "R2", "R3", "R4", "R5"]

SANDBOX_PRODUCER_NIF = "B00000034"
"""A well-formed NIF that nobody bears: enough for the simulator, refused by `check` in live."""


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The billing system and its producer as its declaración responsable names them (Order HAC/1177/2024 art. 15).

    `several_obligados` is IndicadorMultiplesOT: whether this account serves more than one obligado.
    """

    producer_name: Name = "E-Invoicing Gateway"
    producer_nif: Short = SANDBOX_PRODUCER_NIF
    name: Short = "E-Invoicing Gateway"
    id: Short = "EG"
    version: Short = "0.1.0"
    several_obligados: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issuer's way of billing. Only `verifactu` concerns us; the other regimes report elsewhere or nowhere.

    `installation` is NumeroInstalacion: unique for ever for this obligado; a restored backup needs a new one.
    """

    regime: Literal["verifactu", "sii", "foral", "exempt", "not_yet"] = "verifactu"
    installation: Short = "1"
    product: Product = Product()
    clave_regimen: ClaveRegimen = "01"


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`extensions.verifactu` of an invoice: what the neutral fields do not decide."""

    tipo_factura: TipoFactura | None = None
    tipo_rectificativa: Literal["S", "I"] | None = None
    clave_regimen: ClaveRegimen | None = None
    descripcion: Line | None = None
    ref_externa: Short | None = None


class LineExtension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`extensions.verifactu` of a line: lines that differ in it become rows of their own in the Desglose."""

    clave_regimen: ClaveRegimen | None = None
    calificacion: Calificacion | None = None
    exenta: Exenta | None = None


DEFAULTS = Settings()
NO_EXTENSION = Extension()
NO_LINE_EXTENSION = LineExtension()
