"""The record: what a RegistroAlta or RegistroAnulacion says, and how it is written.

Order and names of the elements: record design DsRegistro 1.0 and SuministroInformacion.xsd 1.0. A record is one
`sf:` element with its own namespace declaration, so that its stored bytes go into a message as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from jurisdictions.contract import Instruction, InstructionKind, Issuer
from jurisdictions.kit.xml import Markup, attributes, element, optional
from jurisdictions.verifactu import breakdown
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.breakdown import Row
from jurisdictions.verifactu.corrections import Flags, flags
from jurisdictions.verifactu.parties import Identity, bare, identity, spanish_nif
from jurisdictions.verifactu.settings import DEFAULTS, NO_EXTENSION, Extension, Settings
from schemas.document import Invoice, Preceding
from schemas.money import ZERO

NAME = "registro.xml"
MEDIA_TYPE = "application/xml"
DRAFT_NUMBER = "BORRADOR"

_DECLARED = attributes([("xmlns:sf", lists.SF)])


@dataclass(frozen=True, slots=True)
class Outline:
    """What a record says before it has a number, a link and a time. Amounts are EUR, signed."""

    settings: Settings
    extension: Extension
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

    @property
    def chain(self) -> str:
        return f"{self.nif}:{self.settings.installation}"


def settings_of(issuer: Issuer) -> Settings:
    return issuer.settings if isinstance(issuer.settings, Settings) else DEFAULTS


def spanish_date(day: date) -> str:
    return f"{day.day:02}-{day.month:02}-{day.year:04}"


def money(value: Decimal) -> str:
    """An amount as it is written and hashed: a point, two decimals, no minus before zero."""
    return f"{value or ZERO:.2f}"


def outline(instruction: Instruction, issuer: Issuer) -> Outline:
    """Everything that the invoice decides about its record; never raises for bad data (`rules` finds that)."""
    invoice = instruction.invoice
    settings = settings_of(issuer)
    extension = instruction.extension if isinstance(instruction.extension, Extension) else NO_EXTENSION
    recipient = identity(invoice.customer)
    rows = breakdown.rows(instruction, settings, extension, recipient)
    cuota_total = sum((row.tax for row in rows), ZERO)
    tipo = _tipo(invoice, extension)
    corrective = tipo in lists.CORRECTIVE_TYPES
    rectificativa = (extension.tipo_rectificativa or "I") if corrective else None
    given_flags = flags(instruction)
    return Outline(
        settings=settings,
        extension=extension,
        flags=given_flags,
        nif=spanish_nif(issuer.party) or "",
        name=issuer.party.name[:120],
        dated=spanish_date(invoice.issue_date),
        tipo=tipo,
        rectificativa=rectificativa,
        preceding=invoice.references.preceding if corrective or tipo == "F3" else (),
        rectified=_rectified(invoice) if rectificativa == "S" else None,
        operation_date=invoice.operation_date if invoice.operation_date != invoice.issue_date else None,
        description=_description(invoice, extension),
        recipient=recipient if tipo in lists.FULL_TYPES else None,
        recipient_name=invoice.customer.name[:120],
        by_recipient=invoice.self_billed and tipo in lists.FULL_TYPES,
        rows=rows,
        cuota_total=cuota_total,
        importe_total=cuota_total + sum((row.base for row in rows), ZERO),
        operation=_operation(instruction, given_flags),
    )


def _operation(instruction: Instruction, given: Flags) -> str:
    if instruction.kind is InstructionKind.CANCEL:
        return "anulacion"
    return "subsanacion" if given.subsanacion else "alta"


def _tipo(invoice: Invoice, extension: Extension) -> str:
    """TipoFactura: the caller's word, else F1, F2 where simplified, R4 for a correction and R5 of a simplified one."""
    if extension.tipo_factura is not None:
        return extension.tipo_factura
    if invoice.is_correction:
        return "R5" if invoice.simplified else "R4"
    return "F2" if invoice.simplified else "F1"


def _description(invoice: Invoice, extension: Extension) -> str:
    if extension.descripcion is not None:
        return extension.descripcion[:500]
    words = dict.fromkeys(line.name or line.description for line in invoice.lines)
    return "; ".join(words)[:500] or "Factura"


def _rectified(invoice: Invoice) -> tuple[Decimal, Decimal, Decimal] | None:
    """BaseRectificada, CuotaRectificada and CuotaRecargoRectificado of all preceding invoices; None if unknown."""
    groups = [group for one in invoice.references.preceding for group in one.tax_breakdown if not group.withheld]
    if not groups:
        return None
    return (
        sum((group.base for group in groups), ZERO),
        sum((group.amount for group in groups), ZERO),
        sum((group.surcharge_amount for group in groups), ZERO),
    )


# ------------------------------------------------------------------------------------------------ writing
# Dates, amounts, codes of closed lists and huellas cannot hold a character to escape and are set into the text; all
# that a caller may have written goes through `element`. Measured: a third of the time of writing all through it.


def alta(about: Outline, number: str, content: Markup, chain: str, at: str, huella: str) -> Markup:
    """The whole RegistroAlta around its `body`."""
    return Markup(
        f"<sf:RegistroAlta{_DECLARED}>{_opening(about, number)}{content}{chain}"
        f"{sistema(about.settings)}{_sealed(at, huella)}</sf:RegistroAlta>"
    )


def anulacion(about: Outline, number: str, chain: str, at: str, huella: str) -> Markup:
    """The whole RegistroAnulacion: identity, flags, link, system and seal; it has no amounts."""
    given = about.flags
    return Markup(
        f"<sf:RegistroAnulacion{_DECLARED}><sf:IDVersion>{lists.ID_VERSION}</sf:IDVersion>"
        f"<sf:IDFactura>{_identity(about.nif, number, about.dated, 'Anulada')}</sf:IDFactura>{_reference(about)}"
        f"{_flag('SinRegistroPrevio', given.sin_registro_previo)}{_flag('RechazoPrevio', given.rechazo_previo)}"
        f"{chain}{sistema(about.settings)}{_sealed(at, huella)}</sf:RegistroAnulacion>"
    )


def draft(about: Outline, number: str) -> Markup:
    """A RegistroAlta without link, time and seal: something to look at, never a legal document."""
    return Markup(
        f"<sf:RegistroAlta{_DECLARED}>{_opening(about, number)}{body(about)}{sistema(about.settings)}</sf:RegistroAlta>"
    )


def first() -> str:
    return "<sf:Encadenamiento><sf:PrimerRegistro>S</sf:PrimerRegistro></sf:Encadenamiento>"


def after(nif: str, number: str, day: str, huella: str) -> str:
    """Encadenamiento to the record before."""
    return (
        f"<sf:Encadenamiento><sf:RegistroAnterior>{_identity(nif, number, day)}<sf:Huella>{huella}</sf:Huella>"
        "</sf:RegistroAnterior></sf:Encadenamiento>"
    )


def _sealed(at: str, huella: str) -> str:
    return (
        f"<sf:FechaHoraHusoGenRegistro>{at}</sf:FechaHoraHusoGenRegistro>"
        f"<sf:TipoHuella>{lists.TIPO_HUELLA}</sf:TipoHuella><sf:Huella>{huella}</sf:Huella>"
    )


def _identity(nif: str, number: str, day: str, suffix: str = "") -> Markup:
    return Markup(
        f"{element(f'sf:IDEmisorFactura{suffix}', nif)}{element(f'sf:NumSerieFactura{suffix}', number)}"
        f"<sf:FechaExpedicionFactura{suffix}>{day}</sf:FechaExpedicionFactura{suffix}>"
    )


def _opening(about: Outline, number: str) -> str:
    """IDVersion to RechazoPrevio."""
    return (
        f"<sf:IDVersion>{lists.ID_VERSION}</sf:IDVersion>"
        f"<sf:IDFactura>{_identity(about.nif, number, about.dated)}</sf:IDFactura>{_reference(about)}"
        f"{element('sf:NombreRazonEmisor', about.name)}"
        f"{_flag('Subsanacion', about.flags.subsanacion)}{_flag('RechazoPrevio', about.flags.rechazo_previo)}"
    )


def _flag(name: str, value: str | None) -> str:
    return "" if value is None else f"<sf:{name}>{value}</sf:{name}>"


def _reference(about: Outline) -> str:
    return optional("sf:RefExterna", about.extension.ref_externa) or ""


def body(about: Outline) -> Markup:
    """TipoFactura to ImporteTotal: what the record says regardless of number, flags, link, system and time."""
    day = None if about.operation_date is None else spanish_date(about.operation_date)
    macrodato = "S" if abs(about.importe_total) >= lists.MACRODATO else None
    return Markup(
        f"<sf:TipoFactura>{about.tipo}</sf:TipoFactura>{_flag('TipoRectificativa', about.rectificativa)}"
        f"{_preceding(about)}{_rectified_amounts(about)}{_flag('FechaOperacion', day)}"
        f"{element('sf:DescripcionOperacion', about.description)}{_flag('Macrodato', macrodato)}"
        f"{_flag('EmitidaPorTerceroODestinatario', 'D' if about.by_recipient else None)}{_recipients(about)}"
        f"<sf:Desglose>{''.join(map(_row, about.rows))}</sf:Desglose>"
        f"<sf:CuotaTotal>{money(about.cuota_total)}</sf:CuotaTotal>"
        f"<sf:ImporteTotal>{money(about.importe_total)}</sf:ImporteTotal>"
    )


def _preceding(about: Outline) -> str:
    if not about.preceding:
        return ""
    block, item = ("sf:FacturasRectificadas", "sf:IDFacturaRectificada")
    if about.tipo == "F3":
        block, item = ("sf:FacturasSustituidas", "sf:IDFacturaSustituida")
    dated = ((one.number, one.issue_date) for one in about.preceding)
    return element(
        block,
        *(element(item, _identity(about.nif, number, spanish_date(day))) for number, day in dated if day is not None),
    )


def _rectified_amounts(about: Outline) -> str:
    if about.rectified is None:
        return ""
    base, cuota, recargo = about.rectified
    return (
        f"<sf:ImporteRectificacion><sf:BaseRectificada>{money(base)}</sf:BaseRectificada>"
        f"<sf:CuotaRectificada>{money(cuota)}</sf:CuotaRectificada>"
        f"{_flag('CuotaRecargoRectificado', money(recargo) if recargo else None)}</sf:ImporteRectificacion>"
    )


def _recipients(about: Outline) -> str:
    if about.recipient is None:
        return ""
    return (
        f"<sf:Destinatarios><sf:IDDestinatario>{element('sf:NombreRazon', about.recipient_name)}"
        f"{_identified(about.recipient)}</sf:IDDestinatario></sf:Destinatarios>"
    )


def _identified(who: Identity) -> str:
    if who.nif is not None:
        return element("sf:NIF", who.nif)
    return element(
        "sf:IDOtro",
        optional("sf:CodigoPais", who.country),
        element("sf:IDType", who.id_type),
        element("sf:ID", who.id),
    )


def _row(row: Row) -> str:
    return (
        f"<sf:DetalleDesglose><sf:Impuesto>{row.impuesto}</sf:Impuesto>{_flag('ClaveRegimen', row.clave)}"
        f"{_flag('CalificacionOperacion', row.calificacion)}{_flag('OperacionExenta', row.exenta)}"
        f"{_amount('TipoImpositivo', row.tipo)}"
        f"<sf:BaseImponibleOimporteNoSujeto>{money(row.base)}</sf:BaseImponibleOimporteNoSujeto>"
        f"{_amount('CuotaRepercutida', row.cuota)}{_amount('TipoRecargoEquivalencia', row.tipo_recargo)}"
        f"{_amount('CuotaRecargoEquivalencia', row.cuota_recargo)}</sf:DetalleDesglose>"
    )


def _amount(name: str, value: Decimal | None) -> str:
    return "" if value is None else f"<sf:{name}>{money(value)}</sf:{name}>"


@lru_cache(maxsize=4096)
def sistema(settings: Settings) -> Markup:
    """SistemaInformatico of one installation. Ours is a product for VERI*FACTU only, for several obligados."""
    product = settings.product
    return element(
        "sf:SistemaInformatico",
        element("sf:NombreRazon", product.producer_name[:120]),
        element("sf:NIF", bare(product.producer_nif)),
        element("sf:NombreSistemaInformatico", product.name[:30]),
        element("sf:IdSistemaInformatico", product.id),
        element("sf:Version", product.version[:50]),
        element("sf:NumeroInstalacion", settings.installation),
        element("sf:TipoUsoPosibleSoloVerifactu", "S"),
        element("sf:TipoUsoPosibleMultiOT", "S"),
        element("sf:IndicadorMultiplesOT", "S" if product.several_obligados else "N"),
    )
