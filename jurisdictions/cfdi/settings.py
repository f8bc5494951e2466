"""What only Mexico knows: the issuer's settings, and what a caller may say in `extensions.cfdi`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

_Two = Annotated[str, Meta(pattern=r"^[0-9]{2}$(?!\n)")]
_Regime = Annotated[str, Meta(pattern=r"^[0-9]{3}$(?!\n)", examples=["601"])]
_PostalCode = Annotated[str, Meta(pattern=r"^[0-9]{5}$(?!\n)", examples=["06600"])]
_Use = Annotated[str, Meta(pattern=r"^[A-Z]{1,2}[0-9]{2}$(?!\n)", examples=["G03"])]


class _Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Settings(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The issuer's regime (`c_RegimenFiscal`) and the postal code where it issues (else that of its address).

    `Fecha` is local time in the issuer's own time zone, which has to be that of `lugar_expedicion`.
    """

    regimen_fiscal: _Regime
    lugar_expedicion: _PostalCode | None = None


class InformacionGlobal(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The period that an invoice to the public in general covers."""

    periodicidad: _Two
    meses: _Two
    anio: Annotated[int, Meta(ge=2021, le=2100)]


class Extension(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`invoice.extensions.cfdi`: everything has a default but the receiver's regime, which only the customer knows."""

    uso_cfdi: _Use | None = None
    forma_pago: _Two | None = None
    metodo_pago: Annotated[str, Meta(pattern=r"^P(UE|PD)$(?!\n)")] | None = None
    exportacion: _Two | None = None
    condiciones_de_pago: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    regimen_fiscal_receptor: _Regime | None = None
    domicilio_fiscal_receptor: _PostalCode | None = None
    tipo_relacion: _Two | None = None
    informacion_global: InformacionGlobal | None = None


class LineExtension(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`invoice.lines[].extensions.cfdi`."""

    clave_prod_serv: Annotated[str, Meta(pattern=r"^[0-9]{8}$(?!\n)", examples=["81112500"])] | None = None
    clave_unidad: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,3}$(?!\n)", examples=["E48"])] | None = None
    objeto_imp: _Two | None = None
    no_identificacion: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


class CustomerExtension(_Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`customer.extensions.cfdi`: what the customer's Constancia de Situación Fiscal says."""

    regimen_fiscal: _Regime | None = None
    uso_cfdi: _Use | None = None
    domicilio_fiscal: _PostalCode | None = None


NO_EXTENSION = Extension()
NO_LINE_EXTENSION = LineExtension()
NO_CUSTOMER_EXTENSION = CustomerExtension()


def customer_extension(extensions: Mapping[str, Mapping[str, object]]) -> tuple[CustomerExtension, str | None]:
    """The customer's part, and why it could not be read (None: it could, or there is none)."""
    raw = extensions.get("cfdi")
    if not raw:
        return NO_CUSTOMER_EXTENSION, None
    try:
        return msgspec.convert(raw, CustomerExtension), None
    except msgspec.ValidationError as why:
        return NO_CUSTOMER_EXTENSION, str(why)
