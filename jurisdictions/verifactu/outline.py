"""What an invoice decides about its record, before the record has a number, a link and a time.

Sources: record design DsRegistro 1.0; RD 1619/2012 arts. 5, 6.1.d, 7 and 15; FAQ for developers 1.3 §20 to §27.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from jurisdictions.contract import Instruction, InstructionKind, Issuer
from jurisdictions.verifactu import breakdown, qualification
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.breakdown import Row
from jurisdictions.verifactu.corrections import Flags, flags
from jurisdictions.verifactu.parties import Identity, bare, identity, member_state_identity, person, spanish_nif
from jurisdictions.verifactu.product import System, system
from jurisdictions.verifactu.settings import (
    NO_EXTENSION,
    Extension,
    Persona,
    Settings,
    installation_of,
    settings_of,
)
from schemas.document import Invoice, Preceding
from schemas.invoice import Kind
from schemas.money import ZERO, round_half_up


class Named(NamedTuple):
    """Somebody with the name that a record gives, and how the AEAT knows them."""

    name: str
    who: Identity


@dataclass(frozen=True, slots=True)
class Outline:
    """What a record says before it has a number, a link and a time. Amounts are EUR, signed.

    `generator` is who makes an anulación where that is not the issuer, with the letter of list L16.
    """

    settings: Settings
    extension: Extension
    system: System
    flags: Flags
    nif: str
    name: str
    dated: str
    tipo: str
    rectificativa: str | None
    preceding: tuple[Preceding, ...]
    rectified: tuple[Decimal, Decimal, Decimal] | None
    operation_date: date | None
    description: str
    recipient: Identity | None
    recipient_name: str
    by_recipient: bool
    rows: tuple[Row, ...]
    cuota_total: Decimal
    importe_total: Decimal
    operation: str
    others: tuple[Named, ...] = ()
    tercero: Named | None = None
    generator: tuple[Literal["D", "T"], Named] | None = None

    @property
    def chain(self) -> str:
        """One chain per obligado and installation; altas, anulaciones and all series of it share it (Order art. 7)."""
        return f"{self.nif}:{self.system.installation}"

    @property
    def issued_by(self) -> str | None:
        """EmitidaPorTerceroODestinatario."""
        if self.tercero is not None:
            return "T"
        return "D" if self.by_recipient else None


def spanish_date(day: date) -> str:
    return f"{day.day:02}-{day.month:02}-{day.year:04}"


def outline(instruction: Instruction, issuer: Issuer) -> Outline:
    """Everything that the invoice decides about its record; never raises for bad data (`rules` finds that)."""
    invoice = instruction.invoice
    settings = settings_of(issuer)
    extension = instruction.extension if isinstance(instruction.extension, Extension) else NO_EXTENSION
    recipient = identity(invoice.customer)
    rows = breakdown.rows(instruction, settings, extension, recipient)
    if any(row.exenta == "E5" and row.impuesto == lists.IVA for row in rows):  # Sold to its number there (1289).
        recipient = member_state_identity(invoice.customer) or recipient
    cuota_total = sum((row.tax for row in rows), ZERO)
    tipo = _tipo(invoice, extension)
    full = tipo in lists.FULL_TYPES
    corrective = tipo in lists.CORRECTIVE_TYPES
    rectificativa = (extension.tipo_rectificativa or _usual_correction(invoice)) if corrective else None
    given_flags = flags(instruction)
    cancel = instruction.kind is InstructionKind.CANCEL
    tercero = _tercero(settings, extension)
    return Outline(
        settings=settings,
        extension=extension,
        system=system(issuer, installation_of(issuer, invoice.series, invoice.number)),
        flags=given_flags,
        nif=spanish_nif(issuer.party) or "",
        name=issuer.party.name[:120],
        dated=spanish_date(invoice.issue_date),
        tipo=tipo,
        rectificativa=rectificativa,
        preceding=invoice.references.preceding if corrective or tipo == "F3" else (),
        rectified=_rectified(invoice, extension) if rectificativa == "S" else None,
        operation_date=invoice.operation_date if invoice.operation_date != invoice.issue_date else None,
        description=_description(invoice, extension),
        recipient=recipient if full else None,
        recipient_name=invoice.customer.name[:120],
        by_recipient=invoice.self_billed and full,
        rows=rows,
        cuota_total=cuota_total,
        importe_total=sum((row.total for row in rows), ZERO),
        operation="anulacion" if cancel else "subsanacion" if given_flags.subsanacion else "alta",
        others=tuple(map(_named, extension.otros_destinatarios)) if full else (),
        tercero=tercero,
        generator=_generator(invoice, extension, recipient, tercero) if cancel else None,
    )


def _named(one: Persona) -> Named:
    return Named(one.name[:120], person(one))


def _tercero(settings: Settings, extension: Extension) -> Named | None:
    """The third party of the settings whose number the invoice names; None also where there is none of it."""
    if extension.tercero is None:
        return None
    wanted = bare(extension.tercero)
    return next((_named(one) for one in settings.terceros if bare(one.key) == wanted), None)


def _generator(
    invoice: Invoice, extension: Extension, recipient: Identity | None, tercero: Named | None
) -> tuple[Literal["D", "T"], Named] | None:
    if extension.generado_por == "D" and recipient is not None:
        return "D", Named(invoice.customer.name[:120], recipient)
    if extension.generado_por == "T" and tercero is not None:
        return "T", tercero
    return None


def _tipo(invoice: Invoice, extension: Extension) -> str:
    """TipoFactura: the caller's word, else F1, F2 where simplified, R4 for a correction and R5 of a simplified one."""
    if extension.tipo_factura is not None:
        return extension.tipo_factura
    if invoice.is_correction:
        return "R5" if invoice.simplified else "R4"
    return "F2" if invoice.simplified else "F1"


def _usual_correction(invoice: Invoice) -> Literal["S", "I"]:
    """A corrective invoice takes the place of another and states it anew as a whole; notes state the difference."""
    return "S" if invoice.kind is Kind.CORRECTIVE else "I"


def _description(invoice: Invoice, extension: Extension) -> str:
    if extension.descripcion is not None:
        return extension.descripcion[:500]
    words = dict.fromkeys(line.name or line.description for line in invoice.lines)
    return "; ".join(words)[:500] or "Factura"


def _rectified(invoice: Invoice, extension: Extension) -> tuple[Decimal, Decimal, Decimal] | None:
    """BaseRectificada, CuotaRectificada and CuotaRecargoRectificado: as the caller states them, else of all preceding
    invoices in EUR, those of a credit note negative; None if unknown. The rate is this invoice's own: no other is
    known here."""
    stated = extension.rectificado
    if stated is not None:
        base, cuota, recargo = (round_half_up(Decimal(one), 2) for one in (stated.base, stated.cuota, stated.recargo))
        return base, cuota, recargo
    rate = breakdown.euro_rate(invoice) or Decimal(1)
    groups = [
        (group, -rate if one.kind is Kind.CREDIT_NOTE else rate)
        for one in invoice.references.preceding
        for group in one.tax_breakdown
        if qualification.reported(group) and not qualification.contained(group, one.tax_breakdown)
    ]
    if not groups:
        return None
    return (
        sum((breakdown.in_euro(group.base, factor) for group, factor in groups), ZERO),
        sum((breakdown.in_euro(group.amount, factor) for group, factor in groups), ZERO),
        sum((breakdown.in_euro(group.surcharge_amount, factor) for group, factor in groups), ZERO),
    )
