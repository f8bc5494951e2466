"""What VERI*FACTU needs to know of an issuer, an invoice and a line beyond the neutral invoice."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.money import AmountText
from schemas.texts import Country, Line, Name, Short

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


IdType = Literal["02", "03", "04", "05", "06", "07"]
_AGREEMENT = r"^[!-~]([ -~]*[!-~])?$(?!\n)"


class IdOtro(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who has no NIF of ours (list L7): `id_type` 02 NIF-IVA with its two letters, 03 passport, 04 document of the
    country of residence, 05 certificate of residence, 06 another proof, 07 not in the census."""

    id_type: IdType
    id: Annotated[str, Meta(min_length=1, max_length=20, pattern=_AGREEMENT)]
    country: Country | None = None


class Persona(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody beside issuer and customer whom a record names, by `nif` or by `id_otro`."""

    name: Name
    nif: Short | None = None
    id_otro: IdOtro | None = None

    def __post_init__(self) -> None:
        if (self.nif is None) is (self.id_otro is None):
            raise ValueError("exactly one of nif and id_otro is given")

    @property
    def key(self) -> str:
        """The number that an invoice names a third party by."""
        return self.nif or (self.id_otro.id if self.id_otro is not None else "")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issuer's way of billing. Only `verifactu` concerns us; the other regimes report elsewhere or nowhere.

    `installation` is NumeroInstalacion: unique for ever for this obligado; a restored backup needs a new one.
    `sector_3000` says whether the issuer's operations are among those whose simplified invoices may go up to 3,000 EUR
    (RD 1619/2012 art. 4.2); unsaid, what exceeds 400 EUR is warned of. `terceros` are those who may issue in the
    issuer's name (RD 1619/2012 art. 5); an invoice names one by its number.
    """

    regime: Literal["verifactu", "sii", "foral", "exempt", "not_yet"] = "verifactu"
    installation: Short = "1"
    product: Product = Product()
    clave_regimen: ClaveRegimen = "01"
    sector_3000: bool | None = None
    terceros: Annotated[tuple[Persona, ...], Meta(max_length=100)] = ()


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`extensions.verifactu` of an invoice: what the neutral fields do not decide.

    `tercero` is the number of one of `settings.verifactu.terceros`, who issues the invoice. `art_7273`: a simplified
    invoice that names its customer (RD 1619/2012 art. 7.2 and 7.3); `sin_identificar`: the customer need not be named
    (art. 6.1.d); `cupon`: a coupon or voucher is corrected. `num_registro_acuerdo` and `id_acuerdo` are agreements
    that the AEAT has registered. `otros_destinatarios` are recipients beside the customer. `generado_por` tells who
    makes a later anulación, where that is not the issuer: D its recipient, T the third party.
    """

    tipo_factura: TipoFactura | None = None
    tipo_rectificativa: Literal["S", "I"] | None = None
    clave_regimen: ClaveRegimen | None = None
    descripcion: Line | None = None
    ref_externa: Short | None = None
    tercero: Short | None = None
    art_7273: bool = False
    sin_identificar: bool = False
    cupon: bool = False
    num_registro_acuerdo: Annotated[str, Meta(min_length=1, max_length=15, pattern=_AGREEMENT)] | None = None
    id_acuerdo: Annotated[str, Meta(min_length=1, max_length=16, pattern=_AGREEMENT)] | None = None
    otros_destinatarios: Annotated[tuple[Persona, ...], Meta(max_length=999)] = ()
    generado_por: Literal["D", "T"] | None = None


class LineExtension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`extensions.verifactu` of a line: lines that differ in it become rows of their own in the Desglose.

    `suplido` (paid in the customer's name, LIVA art. 78.Tres.3) and `garantia` (a deposit or guarantee) make a line
    part of what is to be paid and not of the record. `base_a_coste` is the line's BaseImponibleACoste.
    """

    clave_regimen: ClaveRegimen | None = None
    calificacion: Calificacion | None = None
    exenta: Exenta | None = None
    suplido: bool = False
    garantia: bool = False
    base_a_coste: AmountText | None = None

    @property
    def aside(self) -> bool:
        """Whether the line lies outside the record."""
        return self.suplido or self.garantia


DEFAULTS = Settings()
NO_EXTENSION = Extension()
NO_LINE_EXTENSION = LineExtension()
