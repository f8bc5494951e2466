"""What only Mexico knows: the issuer's settings, and what a caller may say in `extensions.cfdi`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

_Two = Annotated[str, Meta(pattern=r"^[0-9]{2}$(?!\n)")]
_Regime = Annotated[str, Meta(pattern=r"^[0-9]{3}$(?!\n)", examples=["601"])]
_PostalCode = Annotated[str, Meta(pattern=r"^[0-9]{5}$(?!\n)", examples=["06600"])]
_Use = Annotated[str, Meta(pattern=r"^[A-Z]{1,2}[0-9]{2}$(?!\n)", examples=["G03"])]
_Rfc = Annotated[str, Meta(pattern=r"^[A-Z&\u00d1]{3,4}[0-9]{6}[A-Z0-9]{2}[0-9A]$(?!\n)", examples=["EKU9003173C9"])]
_Uuid = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$(?!\n)")]
_Product = Annotated[str, Meta(pattern=r"^[0-9]{8}$(?!\n)", examples=["81112500"])]
_Identification = Annotated[str, Meta(pattern=r"^[^|\t\n\r]{1,100}$(?!\n)")]
_Unit = Annotated[str, Meta(pattern=r"^[^|\t\n\r]{1,20}$(?!\n)", examples=["Pieza"])]
_Name = Annotated[str, Meta(pattern=r"^[^|\t\n\r]{1,300}$(?!\n)")]
_Text = Annotated[str, Meta(min_length=1, max_length=1000)]
_Amount = Annotated[str, Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,2})?$(?!\n)", examples=["12.50"])]
_Decimal = Annotated[str, Meta(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$(?!\n)", examples=["1.5"])]
Pedimento = Annotated[
    str, Meta(pattern=r"^[0-9]{2}  [0-9]{2}  [0-9]{4}  [0-9]{7}$(?!\n)", examples=["15  48  3009  0001234"])
]
"""Number of a customs document: year, customs office, broker and serial number, two spaces between them."""
MAX_ADDENDA = 100_000
"""Characters of an addenda, which the CFDI carries but nobody stamps."""


class _Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Settings(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The issuer's regime (`c_RegimenFiscal`) and the postal code where it issues (else that of its address).

    `Fecha` is the local time of that postal code. `pac` is the PAC that is asked first, where several have an account.
    """

    regimen_fiscal: _Regime
    lugar_expedicion: _PostalCode | None = None
    pac: Literal["sw", "finkok"] = "sw"


class InformacionGlobal(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The period that an invoice to the public in general covers."""

    periodicidad: _Two
    meses: _Two
    anio: Annotated[int, Meta(ge=2021, le=2100)]


class Relacionado(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `cfdi:CfdiRelacionados`: how this CFDI belongs to others (`c_TipoRelacion`), and their UUIDs."""

    tipo_relacion: _Two
    uuids: Annotated[tuple[_Uuid, ...], Meta(min_length=1, max_length=1000)]


class ImpuestoLocal(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tax of a state or a town (complement ImpuestosLocales 1.0): its name, rate in percent, and amount."""

    nombre: _Text
    tasa: Annotated[str, Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$(?!\n)", examples=["5.00"])]
    importe: _Amount
    retenido: bool = False


class Leyenda(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One legend that a rule asks for (complement LeyendasFiscales 1.0), with the provision and its norm."""

    texto: _Text
    disposicion_fiscal: _Text | None = None
    norma: _Text | None = None


class Extension(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`invoice.extensions.cfdi`: everything has a default but the receiver's regime, which only the customer knows.

    `tipo` T makes a CFDI of traslado. `tipo_relacion` is the relation to the invoices of `references.preceding`;
    `relacionados` name further CFDI by UUID. `addenda` is XML that joins the stamped CFDI in a second document.
    `complementos` names complements that the document would need: none but local taxes and legends is written.
    """

    tipo: Literal["I", "E", "T", "N", "P"] | None = None
    uso_cfdi: _Use | None = None
    forma_pago: _Two | None = None
    metodo_pago: Annotated[str, Meta(pattern=r"^P(UE|PD)$(?!\n)")] | None = None
    exportacion: _Two | None = None
    condiciones_de_pago: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    regimen_fiscal_receptor: _Regime | None = None
    domicilio_fiscal_receptor: _PostalCode | None = None
    tipo_relacion: _Two | None = None
    relacionados: Annotated[tuple[Relacionado, ...], Meta(max_length=10)] = ()
    informacion_global: InformacionGlobal | None = None
    confirmacion: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{5}$(?!\n)")] | None = None
    fac_atr_adquirente: Annotated[str, Meta(pattern=r"^[0-9]{10}$(?!\n)")] | None = None
    residencia_fiscal: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", examples=["USA"])] | None = None
    num_reg_id_trib: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    impuestos_locales: Annotated[tuple[ImpuestoLocal, ...], Meta(max_length=50)] = ()
    leyendas_fiscales: Annotated[tuple[Leyenda, ...], Meta(max_length=50)] = ()
    complementos: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(max_length=20)] = ()
    addenda: Annotated[str, Meta(min_length=1, max_length=MAX_ADDENDA)] | None = None


class ACuentaTerceros(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The third party for whose account the line is charged."""

    rfc: _Rfc
    nombre: _Name
    regimen_fiscal: _Regime
    domicilio_fiscal: _PostalCode


class Parte(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of the goods that a line sells together."""

    clave_prod_serv: _Product
    descripcion: _Text
    cantidad: _Decimal
    no_identificacion: _Identification | None = None
    unidad: _Unit | None = None
    valor_unitario: _Decimal | None = None
    importe: _Decimal | None = None
    informacion_aduanera: Annotated[tuple[Pedimento, ...], Meta(max_length=100)] = ()


class LineExtension(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`invoice.lines[].extensions.cfdi`. `informacion_aduanera` are customs numbers, `cuenta_predial` those of land."""

    clave_prod_serv: _Product | None = None
    clave_unidad: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,3}$(?!\n)", examples=["E48"])] | None = None
    objeto_imp: _Two | None = None
    no_identificacion: _Identification | None = None
    unidad: _Unit | None = None
    a_cuenta_terceros: ACuentaTerceros | None = None
    informacion_aduanera: Annotated[tuple[Pedimento, ...], Meta(max_length=100)] = ()
    cuenta_predial: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,150}$(?!\n)")], ...], Meta(max_length=100)
    ] = ()
    partes: Annotated[tuple[Parte, ...], Meta(max_length=100)] = ()


class CustomerExtension(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`customer.extensions.cfdi`: what the customer's Constancia de Situación Fiscal says, `verificado` on which day
    somebody last compared."""

    verificado: date | None = None
    regimen_fiscal: _Regime | None = None
    uso_cfdi: _Use | None = None
    domicilio_fiscal: _PostalCode | None = None


NO_EXTENSION = Extension()
NO_LINE_EXTENSION = LineExtension()
NO_CUSTOMER_EXTENSION = CustomerExtension()


def customer_extension(extensions: Mapping[str, Mapping[str, object]]) -> tuple[CustomerExtension, str | None]:
    """The customer's part, and why it could not be read (None: it could, or there is none)."""
    raw = extensions.get("cfdi")
    return _read(msgspec.json.encode(raw)) if raw else (NO_CUSTOMER_EXTENSION, None)


@lru_cache(maxsize=1024)
def _read(raw: bytes) -> tuple[CustomerExtension, str | None]:
    """The same customer is asked for several times an invoice, and has many of them."""
    try:
        return msgspec.json.decode(raw, type=CustomerExtension), None
    except msgspec.ValidationError as why:
        return NO_CUSTOMER_EXTENSION, str(why)
