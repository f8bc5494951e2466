"""The record: what a RegistroAlta or RegistroAnulacion says, and how it is written.

Order and names of the elements: record design DsRegistro 1.0 and SuministroInformacion.xsd 1.0. A record is one
`sf:` element with its own namespace declaration, so that its stored bytes go into a message as they are.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from jurisdictions.kit.xml import Markup, attributes, element, optional
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.breakdown import Row
from jurisdictions.verifactu.outline import Outline, outline, spanish_date
from jurisdictions.verifactu.parties import Identity
from jurisdictions.verifactu.product import identified
from schemas.money import ZERO

__all__ = (
    "DRAFT_NUMBER",
    "MEDIA_TYPE",
    "NAME",
    "Outline",
    "after",
    "alta",
    "anulacion",
    "body",
    "draft",
    "first",
    "money",
    "outline",
    "spanish_date",
)

NAME = "registro.xml"
MEDIA_TYPE = "application/xml"
DRAFT_NUMBER = "BORRADOR"

_DECLARED = attributes([("xmlns:sf", lists.SF)])


def money(value: Decimal) -> str:
    """An amount as it is written and hashed: a point, two decimals, no minus before zero.

    Nearly every amount has two decimals already, and its plain text costs a third of the formatted one."""
    text = str(value)
    return text if text[-3:-2] == "." and text != "-0.00" else f"{value or ZERO:.2f}"


# ------------------------------------------------------------------------------------------------ writing
# Dates, amounts, codes of closed lists and huellas cannot hold a character to escape and are set into the text; all
# that a caller may have written goes through `_said`. Measured: all of it through `element` takes three times as long.
# What few records say is asked for by one look each.


def _said(name: str, value: str) -> str:
    """An element around what a caller may have written: as it is, unless something in it has to be escaped."""
    if not value or "&" in value or "<" in value or ">" in value or "\r" in value:
        return element(f"sf:{name}", value)
    return f"<sf:{name}>{value}</sf:{name}>"


def alta(about: Outline, number: str, content: Markup, chain: str, at: str, huella: str) -> Markup:
    """The whole RegistroAlta around its `body`."""
    return Markup(
        f"<sf:RegistroAlta{_DECLARED}>{_opening(about, number)}{content}{chain}"
        f"{about.system.element}{_sealed(at, huella, agreements(about))}</sf:RegistroAlta>"
    )


def anulacion(about: Outline, number: str, chain: str, at: str, huella: str) -> Markup:
    """The whole RegistroAnulacion: identity, flags, link, system and seal; it has no amounts."""
    given = about.flags
    return Markup(
        f"<sf:RegistroAnulacion{_DECLARED}><sf:IDVersion>{lists.ID_VERSION}</sf:IDVersion>"
        f"<sf:IDFactura>{_identity(about.nif, number, about.dated, 'Anulada')}</sf:IDFactura>{_reference(about)}"
        f"{_flag('SinRegistroPrevio', given.sin_registro_previo)}{_flag('RechazoPrevio', given.rechazo_previo)}"
        f"{generator(about)}{chain}{about.system.element}{_sealed(at, huella)}</sf:RegistroAnulacion>"
    )


def draft(about: Outline, number: str) -> Markup:
    """A RegistroAlta without link, time and seal: something to look at, never a legal document."""
    return Markup(
        f"<sf:RegistroAlta{_DECLARED}>{_opening(about, number)}{body(about)}{about.system.element}</sf:RegistroAlta>"
    )


def first() -> str:
    return "<sf:Encadenamiento><sf:PrimerRegistro>S</sf:PrimerRegistro></sf:Encadenamiento>"


def after(nif: str, number: str, day: str, huella: str) -> str:
    """Encadenamiento to the record before."""
    return (
        f"<sf:Encadenamiento><sf:RegistroAnterior>{_identity(nif, number, day)}<sf:Huella>{huella}</sf:Huella>"
        "</sf:RegistroAnterior></sf:Encadenamiento>"
    )


def _sealed(at: str, huella: str, agreed: str = "") -> str:
    return (
        f"<sf:FechaHoraHusoGenRegistro>{at}</sf:FechaHoraHusoGenRegistro>{agreed}"
        f"<sf:TipoHuella>{lists.TIPO_HUELLA}</sf:TipoHuella><sf:Huella>{huella}</sf:Huella>"
    )


def agreements(about: Outline) -> str:
    """NumRegistroAcuerdoFacturacion and IdAcuerdoSistemaInformatico, which stand behind the time."""
    given = about.extension
    if given.num_registro_acuerdo is None and given.id_acuerdo is None:
        return ""
    return (optional("sf:NumRegistroAcuerdoFacturacion", given.num_registro_acuerdo) or "") + (
        optional("sf:IdAcuerdoSistemaInformatico", given.id_acuerdo) or ""
    )


def generator(about: Outline) -> str:
    """GeneradoPor and Generador of an anulación; nothing where the issuer itself makes it."""
    if about.generator is None:
        return ""
    letter, named = about.generator
    return f"<sf:GeneradoPor>{letter}</sf:GeneradoPor><sf:Generador>{_person(named.name, named.who)}</sf:Generador>"


def _identity(nif: str, number: str, day: str, suffix: str = "") -> str:
    return (
        f"{_said(f'IDEmisorFactura{suffix}', nif)}{_said(f'NumSerieFactura{suffix}', number)}"
        f"<sf:FechaExpedicionFactura{suffix}>{day}</sf:FechaExpedicionFactura{suffix}>"
    )


def _opening(about: Outline, number: str) -> str:
    """IDVersion to RechazoPrevio."""
    given = about.flags
    flagged = ""
    if given.subsanacion is not None or given.rechazo_previo is not None:
        flagged = f"{_flag('Subsanacion', given.subsanacion)}{_flag('RechazoPrevio', given.rechazo_previo)}"
    return (
        f"<sf:IDVersion>{lists.ID_VERSION}</sf:IDVersion>"
        f"<sf:IDFactura>{_identity(about.nif, number, about.dated)}</sf:IDFactura>{_reference(about)}"
        f"{_said('NombreRazonEmisor', about.name)}{flagged}"
    )


def _flag(name: str, value: str | None) -> str:
    return "" if value is None else f"<sf:{name}>{value}</sf:{name}>"


def _reference(about: Outline) -> str:
    given = about.extension.ref_externa
    return "" if given is None else element("sf:RefExterna", given)


def body(about: Outline) -> Markup:
    """TipoFactura to ImporteTotal: what the record says regardless of number, flags, link, system and time."""
    return Markup(
        f"<sf:TipoFactura>{about.tipo}</sf:TipoFactura>{_before(about)}"
        f"{_said('DescripcionOperacion', about.description)}{_marked(about)}"
        f"<sf:Desglose>{''.join([_row(row) for row in about.rows])}</sf:Desglose>"
        f"<sf:CuotaTotal>{money(about.cuota_total)}</sf:CuotaTotal>"
        f"<sf:ImporteTotal>{money(about.importe_total)}</sf:ImporteTotal>"
    )


def _before(about: Outline) -> str:
    """TipoRectificativa to FechaOperacion."""
    if about.rectificativa is None and not about.preceding and about.operation_date is None:
        return ""
    day = None if about.operation_date is None else spanish_date(about.operation_date)
    return (
        f"{_flag('TipoRectificativa', about.rectificativa)}{_preceding(about)}{_rectified_amounts(about)}"
        f"{_flag('FechaOperacion', day)}"
    )


def _marked(about: Outline) -> str:
    """FacturaSimplificadaArt7273 to Cupon."""
    given = about.extension
    parts = [
        "<sf:FacturaSimplificadaArt7273>S</sf:FacturaSimplificadaArt7273>" if given.art_7273 else "",
        "<sf:FacturaSinIdentifDestinatarioArt61d>S</sf:FacturaSinIdentifDestinatarioArt61d>"
        if given.sin_identificar
        else "",
        "<sf:Macrodato>S</sf:Macrodato>" if abs(about.importe_total) >= lists.MACRODATO else "",
        _issued_by(about),
        _recipients(about),
        "<sf:Cupon>S</sf:Cupon>" if given.cupon else "",
    ]
    return "".join(parts)


def _preceding(about: Outline) -> str:
    if not about.preceding:
        return ""
    block, item = ("sf:FacturasRectificadas", "sf:IDFacturaRectificada")
    if about.tipo == "F3":
        block, item = ("sf:FacturasSustituidas", "sf:IDFacturaSustituida")
    dated = ((one.number, one.issue_date) for one in about.preceding)
    return element(
        block,
        *(
            element(item, Markup(_identity(about.nif, number, spanish_date(day))))
            for number, day in dated
            if day is not None
        ),
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


def _issued_by(about: Outline) -> str:
    """EmitidaPorTerceroODestinatario and Tercero."""
    if about.tercero is None:
        return "<sf:EmitidaPorTerceroODestinatario>D</sf:EmitidaPorTerceroODestinatario>" if about.by_recipient else ""
    return (
        "<sf:EmitidaPorTerceroODestinatario>T</sf:EmitidaPorTerceroODestinatario>"
        f"<sf:Tercero>{_person(*about.tercero)}</sf:Tercero>"
    )


def _recipients(about: Outline) -> str:
    if about.recipient is None:
        return ""
    first_one = f"<sf:IDDestinatario>{_person(about.recipient_name, about.recipient)}</sf:IDDestinatario>"
    if not about.others:
        return f"<sf:Destinatarios>{first_one}</sf:Destinatarios>"
    others = "".join([f"<sf:IDDestinatario>{_person(*one)}</sf:IDDestinatario>" for one in about.others])
    return f"<sf:Destinatarios>{first_one}{others}</sf:Destinatarios>"


def _person(name: str, who: Identity) -> str:
    return f"{_said('NombreRazon', name)}{identified(who) if who.nif is None else _said('NIF', who.nif)}"


@lru_cache(maxsize=1024)
def _kind_of_row(
    impuesto: str, clave: str | None, calificacion: str | None, exenta: str | None, tipo: Decimal | None
) -> str:
    """Impuesto to TipoImpositivo; an issuer has a handful of them."""
    return (
        f"<sf:Impuesto>{impuesto}</sf:Impuesto>{_flag('ClaveRegimen', clave)}"
        f"{_flag('CalificacionOperacion', calificacion)}{_flag('OperacionExenta', exenta)}"
        f"{_amount('TipoImpositivo', tipo)}"
    )


def _row(row: Row) -> str:
    head = _kind_of_row(row.impuesto, row.clave, row.calificacion, row.exenta, row.tipo)
    base = f"<sf:BaseImponibleOimporteNoSujeto>{money(row.base)}</sf:BaseImponibleOimporteNoSujeto>"
    if row.a_coste is None and row.tipo_recargo is None and row.cuota_recargo is None:
        return f"<sf:DetalleDesglose>{head}{base}{_amount('CuotaRepercutida', row.cuota)}</sf:DetalleDesglose>"
    return (
        f"<sf:DetalleDesglose>{head}{base}"
        f"{_amount('BaseImponibleACoste', row.a_coste)}{_amount('CuotaRepercutida', row.cuota)}"
        f"{_amount('TipoRecargoEquivalencia', row.tipo_recargo)}"
        f"{_amount('CuotaRecargoEquivalencia', row.cuota_recargo)}</sf:DetalleDesglose>"
    )


def _amount(name: str, value: Decimal | None) -> str:
    return "" if value is None else f"<sf:{name}>{money(value)}</sf:{name}>"
