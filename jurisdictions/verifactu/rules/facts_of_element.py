"""The facts of a record that somebody wrote, read from its XML.

To be asked only of records that the slim schema accepts: it has judged presence, order, lengths and lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from jurisdictions.verifactu import huella
from jurisdictions.verifactu.rules.facts import InvoiceFacts, PartyFacts, RecordFacts, RowFacts, SystemFacts

BLANKS = "".join(map(chr, range(0x21)))
"""What is trimmed at both ends of a value (huella document §3: Java's trim)."""


class Fields:
    """An element's children by local name: the trimmed texts of leaves, and the elements that have children."""

    __slots__ = ("_inner", "_texts")

    def __init__(self, element: etree._Element | None) -> None:
        self._texts: dict[str, str] = {}
        self._inner: dict[str, list[etree._Element]] = {}
        for child in () if element is None else element.iterchildren("*"):
            name = child.tag.rpartition("}")[2]
            if len(child):
                self._inner.setdefault(name, []).append(child)
            else:
                self._texts[name] = (child.text or "").strip(BLANKS)

    def text(self, name: str) -> str:
        return self._texts.get(name, "")

    def optional(self, name: str) -> str | None:
        return self._texts.get(name)

    def amount(self, name: str) -> Decimal:
        """Zero where there is none."""
        return self.optional_amount(name) or Decimal(0)

    def optional_amount(self, name: str) -> Decimal | None:
        text = self._texts.get(name)
        return Decimal(text) if text else None

    def inner(self, name: str) -> Fields | None:
        found = self._inner.get(name)
        return Fields(found[0]) if found else None

    def all(self, outer: str, name: str) -> Iterator[tuple[str, Fields]]:
        """Every `outer/name` with its place."""
        around = self._inner.get(outer)
        if around:
            children = [child for child in around[0].iterchildren("*") if child.tag.rpartition("}")[2] == name]
            for at, child in enumerate(children, start=1):
                yield f"{outer}/{name}[{at}]", Fields(child)

    def has(self, name: str) -> bool:
        return name in self._texts or name in self._inner


def day(written: str) -> date | None:
    """The day of dd-mm-yyyy; None where the calendar has none."""
    try:
        return date(int(written[6:]), int(written[3:5]), int(written[:2]))
    except ValueError:
        return None


def facts(record: etree._Element, obligado: str | None = None) -> RecordFacts:
    """What the record says. `obligado` is the NIF of the message's header. Raises for what the schema refuses."""
    fields = Fields(record)
    alta = record.tag.endswith("}RegistroAlta")
    named, of = fields.inner("IDFactura") or Fields(None), "" if alta else "Anulada"
    dated, operated = named.text(f"FechaExpedicionFactura{of}"), fields.optional("FechaOperacion")
    previous, first = _link(fields)
    return RecordFacts(
        operation="alta" if alta else "anulacion",
        nif=named.text(f"IDEmisorFactura{of}"),
        number=named.text(f"NumSerieFactura{of}"),
        dated=dated,
        issue_date=day(dated),
        obligado=obligado,
        ref_externa=fields.optional("RefExterna"),
        generated_at=fields.text("FechaHoraHusoGenRegistro"),
        tipo_huella=fields.text("TipoHuella"),
        huella=fields.text("Huella"),
        previous=previous,
        first=first,
        system=_system(fields),
        name=fields.text("NombreRazonEmisor"),
        subsanacion=fields.optional("Subsanacion"),
        rechazo_previo=fields.optional("RechazoPrevio"),
        tipo=fields.text("TipoFactura"),
        rectificativa=fields.optional("TipoRectificativa"),
        corrected=tuple(_invoices(fields, "FacturasRectificadas", "IDFacturaRectificada")),
        replaced=tuple(_invoices(fields, "FacturasSustituidas", "IDFacturaSustituida")),
        names_corrected=fields.has("FacturasRectificadas"),
        names_replaced=fields.has("FacturasSustituidas"),
        rectified=_rectified(fields.inner("ImporteRectificacion")),
        operated=operated,
        operation_date=day(operated) if operated else None,
        description=fields.text("DescripcionOperacion"),
        art_7273=fields.optional("FacturaSimplificadaArt7273"),
        art_61d=fields.optional("FacturaSinIdentifDestinatarioArt61d"),
        macrodato=fields.optional("Macrodato"),
        issued_by=fields.optional("EmitidaPorTerceroODestinatario"),
        third=_party(fields.inner("Tercero"), "Tercero"),
        recipients=tuple(_parties(fields, "Destinatarios", "IDDestinatario")),
        cupon=fields.optional("Cupon"),
        rows=tuple(_row(place, one) for place, one in fields.all("Desglose", "DetalleDesglose")),
        cuota_total=fields.amount("CuotaTotal"),
        importe_total=fields.amount("ImporteTotal"),
        acuerdo=fields.optional("NumRegistroAcuerdoFacturacion"),
        acuerdo_sistema=fields.optional("IdAcuerdoSistemaInformatico"),
        sin_registro_previo=fields.optional("SinRegistroPrevio"),
        made_by=fields.optional("GeneradoPor"),
        generator=_party(fields.inner("Generador"), "Generador"),
    )


def _link(fields: Fields) -> tuple[InvoiceFacts | None, bool]:
    around = fields.inner("Encadenamiento") or Fields(None)
    before = around.inner("RegistroAnterior")
    if before is None:
        return None, around.has("PrimerRegistro")
    return _invoice(before, "Encadenamiento/RegistroAnterior"), around.has("PrimerRegistro")


def _invoices(fields: Fields, outer: str, name: str) -> Iterator[InvoiceFacts]:
    for place, one in fields.all(outer, name):
        yield _invoice(one, place)


def _invoice(fields: Fields, place: str) -> InvoiceFacts:
    dated = fields.text("FechaExpedicionFactura")
    return InvoiceFacts(
        place=place,
        nif=fields.text("IDEmisorFactura"),
        number=fields.text("NumSerieFactura"),
        dated=dated,
        day=day(dated),
        huella=fields.text("Huella"),
    )


def _rectified(fields: Fields | None) -> tuple[Decimal, Decimal, Decimal | None] | None:
    if fields is None:
        return None
    return (
        fields.amount("BaseRectificada"),
        fields.amount("CuotaRectificada"),
        fields.optional_amount("CuotaRecargoRectificado"),
    )


def _party(fields: Fields | None, place: str) -> PartyFacts | None:
    if fields is None:
        return None
    other = fields.inner("IDOtro") or Fields(None)
    return PartyFacts(
        place=place,
        name=fields.text("NombreRazon"),
        nif=fields.optional("NIF"),
        id_type=other.optional("IDType"),
        id=other.optional("ID"),
        country=other.optional("CodigoPais"),
    )


def _parties(fields: Fields, outer: str, name: str) -> Iterator[PartyFacts]:
    for place, one in fields.all(outer, name):
        party = _party(one, place)
        if party is not None:
            yield party


def _row(place: str, fields: Fields) -> RowFacts:
    return RowFacts(
        place=place,
        base=fields.amount("BaseImponibleOimporteNoSujeto"),
        impuesto=fields.optional("Impuesto"),
        clave=fields.optional("ClaveRegimen"),
        calificacion=fields.optional("CalificacionOperacion"),
        exenta=fields.optional("OperacionExenta"),
        tipo=fields.optional_amount("TipoImpositivo"),
        a_coste=fields.optional_amount("BaseImponibleACoste"),
        cuota=fields.optional_amount("CuotaRepercutida"),
        tipo_recargo=fields.optional_amount("TipoRecargoEquivalencia"),
        cuota_recargo=fields.optional_amount("CuotaRecargoEquivalencia"),
    )


def _system(fields: Fields) -> SystemFacts:
    system = fields.inner("SistemaInformatico") or Fields(None)
    producer = _party(system, "SistemaInformatico")
    return SystemFacts(
        producer=producer or PartyFacts(place="SistemaInformatico", name=""),
        name=system.text("NombreSistemaInformatico"),
        id=system.text("IdSistemaInformatico"),
        version=system.text("Version"),
        installation=system.text("NumeroInstalacion"),
    )


def records(root: etree._Element) -> Iterator[etree._Element]:
    """Every record below the element, itself included, in order."""
    return (element for element in root.iter("{*}RegistroAlta", "{*}RegistroAnulacion") if huella.is_record(element))
