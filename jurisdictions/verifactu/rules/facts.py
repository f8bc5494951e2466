"""What the AEAT's rules look at in a record, as plain values: amounts as numbers, days as days, codes as texts.

A value is None where the record has no such element. Places are paths below the record (`Desglose/
DetalleDesglose[2]/TipoImpositivo`), local names only. Source: record design DsRegistro 1.0, SuministroInformacion.xsd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from jurisdictions.verifactu import codelists as lists

Operation = Literal["alta", "anulacion"]


class Broken(NamedTuple):
    """A rule that a record breaks: the AEAT's code, where, what stands there, and what should."""

    code: str
    place: str
    found: str | None = None
    expected: str | None = None


class _Facts(msgspec.Struct, frozen=True, gc=False):
    pass


class PartyFacts(_Facts, frozen=True, gc=False):
    """Somebody who is named: by `nif`, or by IDOtro (`id_type`, `id` and perhaps `country`)."""

    place: str
    name: str
    nif: str | None = None
    id_type: str | None = None
    id: str | None = None
    country: str | None = None


class RowFacts(_Facts, frozen=True, gc=False):
    """One DetalleDesglose. `impuesto` as it is written; `tax` is what it means (nothing written is IVA)."""

    place: str
    base: Decimal
    impuesto: str | None = None
    clave: str | None = None
    calificacion: str | None = None
    exenta: str | None = None
    tipo: Decimal | None = None
    a_coste: Decimal | None = None
    cuota: Decimal | None = None
    tipo_recargo: Decimal | None = None
    cuota_recargo: Decimal | None = None

    @property
    def tax(self) -> str:
        return self.impuesto or lists.IVA


class InvoiceFacts(_Facts, frozen=True, gc=False):
    """An invoice or a record that is referred to; `day` is None where the calendar has no such day."""

    place: str
    nif: str
    number: str
    dated: str
    day: date | None
    huella: str = ""


class SystemFacts(_Facts, frozen=True, gc=False):
    """The SistemaInformatico of a record."""

    producer: PartyFacts
    name: str
    id: str
    version: str
    installation: str


class RecordFacts(_Facts, frozen=True, gc=False, kw_only=True):
    """A RegistroAlta or RegistroAnulacion. `obligado` is the NIF of the message's header, None where there is none.

    `dated` and `operated` are the days as they are written; the fields beside them are None where the calendar has no
    such day. `rectified` are BaseRectificada, CuotaRectificada and CuotaRecargoRectificado, `previous` is None for
    the first record of a chain.
    """

    operation: Operation
    nif: str
    number: str
    dated: str
    issue_date: date | None
    obligado: str | None = None
    ref_externa: str | None = None
    generated_at: str
    tipo_huella: str
    huella: str
    previous: InvoiceFacts | None
    first: bool
    system: SystemFacts
    # of an alta
    name: str = ""
    subsanacion: str | None = None
    rechazo_previo: str | None = None
    tipo: str = ""
    rectificativa: str | None = None
    corrected: tuple[InvoiceFacts, ...] = ()
    replaced: tuple[InvoiceFacts, ...] = ()
    names_corrected: bool = False
    names_replaced: bool = False
    rectified: tuple[Decimal, Decimal, Decimal | None] | None = None
    operated: str | None = None
    operation_date: date | None = None
    description: str = ""
    art_7273: str | None = None
    art_61d: str | None = None
    macrodato: str | None = None
    issued_by: str | None = None
    third: PartyFacts | None = None
    recipients: tuple[PartyFacts, ...] = ()
    cupon: str | None = None
    rows: tuple[RowFacts, ...] = ()
    cuota_total: Decimal = Decimal(0)
    importe_total: Decimal = Decimal(0)
    acuerdo: str | None = None
    acuerdo_sistema: str | None = None
    # of an anulación
    sin_registro_previo: str | None = None
    made_by: str | None = None
    generator: PartyFacts | None = None

    @property
    def rate_date(self) -> date | None:
        """The day whose rates apply: FechaOperacion, else FechaExpedicionFactura."""
        return self.operation_date or self.issue_date

    @property
    def issuer(self) -> str:
        """The NIF that others must differ from: the header's, else the record's own."""
        return self.obligado or self.nif


Rule = Callable[[RecordFacts, date], Iterator[Broken]]
"""A rule of an alta, an anulación or both; the day is the AEAT's today. It looks at `operation` itself."""
