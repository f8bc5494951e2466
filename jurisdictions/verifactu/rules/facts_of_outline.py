"""The facts of a record to be, from what the invoice decides about it: no record is written to be judged."""

from __future__ import annotations

from decimal import Decimal

from jurisdictions.contract import InstructionKind
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.breakdown import Row
from jurisdictions.verifactu.document import DRAFT_NUMBER, spanish_date
from jurisdictions.verifactu.outline import Outline
from jurisdictions.verifactu.parties import Identity
from jurisdictions.verifactu.rules.facts import InvoiceFacts, PartyFacts, RecordFacts, RowFacts, SystemFacts
from jurisdictions.verifactu.rules.subject import Subject
from schemas.document import Preceding


def facts(subject: Subject) -> RecordFacts:
    """All that a record says before it is sealed; time, huella and link are left empty."""
    about, invoice = subject.about, subject.instruction.invoice
    cancel = subject.instruction.kind is InstructionKind.CANCEL
    number = invoice.number or invoice.series or DRAFT_NUMBER
    system = SystemFacts(
        producer=_party("SistemaInformatico", about.system.producer_name, about.system.producer),
        name=about.system.name.strip(),
        id=about.system.id,
        version=about.system.version.strip(),
        installation=about.system.installation.strip(),
    )
    if cancel:
        return RecordFacts(
            nif=about.nif,
            number=number,
            dated=about.dated,
            operation="anulacion",
            issue_date=invoice.issue_date,
            generated_at="",
            tipo_huella="",
            huella="",
            previous=None,
            first=True,
            system=system,
            rechazo_previo=about.flags.rechazo_previo,
            sin_registro_previo=about.flags.sin_registro_previo,
            made_by=about.generator[0] if about.generator else None,
            generator=_party("Generador", *about.generator[1]) if about.generator else None,
        )
    return RecordFacts(
        nif=about.nif,
        number=number,
        dated=about.dated,
        operation="alta",
        issue_date=invoice.issue_date,
        generated_at="",
        tipo_huella="",
        huella="",
        previous=None,
        first=True,
        system=system,
        name=about.name.strip(),
        ref_externa=about.extension.ref_externa,
        subsanacion=about.flags.subsanacion,
        rechazo_previo=about.flags.rechazo_previo,
        tipo=about.tipo,
        rectificativa=about.rectificativa,
        corrected=() if about.tipo == "F3" else _invoices("FacturasRectificadas/IDFacturaRectificada", about),
        replaced=_invoices("FacturasSustituidas/IDFacturaSustituida", about) if about.tipo == "F3" else (),
        rectified=_rectified(about),
        operated=None if about.operation_date is None else spanish_date(about.operation_date),
        operation_date=about.operation_date,
        description=about.description.strip(),
        art_7273="S" if about.extension.art_7273 else None,
        art_61d="S" if about.extension.sin_identificar else None,
        macrodato="S" if abs(about.importe_total) >= lists.MACRODATO else None,
        issued_by=about.issued_by,
        third=None if about.tercero is None else _party("Tercero", *about.tercero),
        recipients=_recipients(about),
        cupon="S" if about.extension.cupon else None,
        rows=tuple(_row(place, row) for place, row in enumerate(about.rows, start=1)),
        cuota_total=about.cuota_total,
        importe_total=about.importe_total,
        acuerdo=about.extension.num_registro_acuerdo,
        acuerdo_sistema=about.extension.id_acuerdo,
    )


def _invoices(place: str, about: Outline) -> tuple[InvoiceFacts, ...]:
    return tuple(_invoice(f"{place}[{at}]", about.nif, one) for at, one in enumerate(about.preceding, start=1))


def _invoice(place: str, nif: str, one: Preceding) -> InvoiceFacts:
    dated = "" if one.issue_date is None else spanish_date(one.issue_date)
    return InvoiceFacts(place=place, nif=nif, number=one.number, dated=dated, day=one.issue_date)


def _rectified(about: Outline) -> tuple[Decimal, Decimal, Decimal | None] | None:
    if about.rectified is None:
        return None
    base, tax, surcharge = about.rectified
    return base, tax, surcharge or None


def _recipients(about: Outline) -> tuple[PartyFacts, ...]:
    if about.recipient is None:
        return ()
    named = ((about.recipient_name, about.recipient), *about.others)
    return tuple(_party(f"Destinatarios/IDDestinatario[{at}]", *one) for at, one in enumerate(named, start=1))


def _party(place: str, name: str, who: Identity) -> PartyFacts:
    return PartyFacts(place, name.strip(), who.nif, who.id_type, who.id, who.country)


def _row(at: int, row: Row) -> RowFacts:
    return RowFacts(
        f"Desglose/DetalleDesglose[{at}]",
        row.base,
        row.impuesto,
        row.clave,
        row.calificacion,
        row.exenta,
        row.tipo,
        row.a_coste,
        row.cuota,
        row.tipo_recargo,
        row.cuota_recargo,
    )
