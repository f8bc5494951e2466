"""Sound records, messages and consultations as text, for cases to break: huella and link are right in all of them."""

from __future__ import annotations

from lxml import etree

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu import huella

NIF, OTHER_NIF = "B00000018", "B00000026"
PERSON, PUBLIC = "00000000T", "P0000000J"
_SF, _LR, _CON = (
    f'xmlns:{prefix}="{name}"' for prefix, name in (("sf", lists.SF), ("lr", lists.SF_LR), ("con", lists.SF_CONSULTA))
)
ROW = (
    "<sf:DetalleDesglose><sf:Impuesto>01</sf:Impuesto><sf:ClaveRegimen>01</sf:ClaveRegimen>"
    "<sf:CalificacionOperacion>S1</sf:CalificacionOperacion><sf:TipoImpositivo>21</sf:TipoImpositivo>"
    "<sf:BaseImponibleOimporteNoSujeto>100.00</sf:BaseImponibleOimporteNoSujeto>"
    "<sf:CuotaRepercutida>21.00</sf:CuotaRepercutida></sf:DetalleDesglose>"
)
RECIPIENT = (
    "<sf:Destinatarios><sf:IDDestinatario><sf:NombreRazon>Cliente</sf:NombreRazon>"
    f"<sf:NIF>{OTHER_NIF}</sf:NIF></sf:IDDestinatario></sf:Destinatarios>"
)
SYSTEM = (
    "<sf:SistemaInformatico><sf:NombreRazon>Productora</sf:NombreRazon><sf:NIF>B00000034</sf:NIF>"
    "<sf:NombreSistemaInformatico>Sistema</sf:NombreSistemaInformatico>"
    "<sf:IdSistemaInformatico>EG</sf:IdSistemaInformatico><sf:Version>1</sf:Version>"
    "<sf:NumeroInstalacion>1</sf:NumeroInstalacion><sf:TipoUsoPosibleSoloVerifactu>S</sf:TipoUsoPosibleSoloVerifactu>"
    "<sf:TipoUsoPosibleMultiOT>S</sf:TipoUsoPosibleMultiOT><sf:IndicadorMultiplesOT>N</sf:IndicadorMultiplesOT>"
    "</sf:SistemaInformatico>"
)
SEALED = (
    "<sf:FechaHoraHusoGenRegistro>2026-11-20T10:30:15+01:00</sf:FechaHoraHusoGenRegistro>"
    "<sf:TipoHuella>01</sf:TipoHuella><sf:Huella></sf:Huella>"
)
FIRST = "<sf:Encadenamiento><sf:PrimerRegistro>S</sf:PrimerRegistro></sf:Encadenamiento>"


def alta(
    tipo: str = "F1",
    *,
    number: str = "A-1",
    dated: str = "20-11-2026",
    reference: str = "",
    before_type: str = "",
    after_type: str = "",
    marks: str = "",
    recipient: str = RECIPIENT,
    rows: str = ROW,
    totals: tuple[str, str] = ("21.00", "121.00"),
    link: str = FIRST,
) -> bytes:
    """A RegistroAlta; the parts go in at their places of the record design."""
    return stamped(
        f"<sf:RegistroAlta {_SF}><sf:IDVersion>1.0</sf:IDVersion><sf:IDFactura>"
        f"<sf:IDEmisorFactura>{NIF}</sf:IDEmisorFactura><sf:NumSerieFactura>{number}</sf:NumSerieFactura>"
        f"<sf:FechaExpedicionFactura>{dated}</sf:FechaExpedicionFactura></sf:IDFactura>{reference}"
        f"<sf:NombreRazonEmisor>Emisora</sf:NombreRazonEmisor>{before_type}<sf:TipoFactura>{tipo}</sf:TipoFactura>"
        f"{after_type}<sf:DescripcionOperacion>Venta</sf:DescripcionOperacion>{marks}{recipient}"
        f"<sf:Desglose>{rows}</sf:Desglose><sf:CuotaTotal>{totals[0]}</sf:CuotaTotal>"
        f"<sf:ImporteTotal>{totals[1]}</sf:ImporteTotal>{link}{SYSTEM}{SEALED}</sf:RegistroAlta>"
    )


def anulacion(before_link: str = "", *, link: str = FIRST) -> bytes:
    """A RegistroAnulacion; `before_link` goes in before Encadenamiento."""
    return stamped(
        f"<sf:RegistroAnulacion {_SF}><sf:IDVersion>1.0</sf:IDVersion><sf:IDFactura>"
        f"<sf:IDEmisorFacturaAnulada>{NIF}</sf:IDEmisorFacturaAnulada>"
        "<sf:NumSerieFacturaAnulada>A-1</sf:NumSerieFacturaAnulada>"
        "<sf:FechaExpedicionFacturaAnulada>20-11-2026</sf:FechaExpedicionFacturaAnulada></sf:IDFactura>"
        f"{before_link}{link}{SYSTEM}{SEALED}</sf:RegistroAnulacion>"
    )


def stamped(record: str) -> bytes:
    """The record with the huella of its fields."""
    digest = huella.read(etree.fromstring(record)).recomputed
    head, tail = record.rsplit("<sf:Huella></sf:Huella>", 1)
    return f"{head}<sf:Huella>{digest}</sf:Huella>{tail}".encode()


def after(record: bytes) -> str:
    """The Encadenamiento of the record that follows."""
    stamp = huella.read(etree.fromstring(record))
    return (
        f"<sf:Encadenamiento><sf:RegistroAnterior><sf:IDEmisorFactura>{stamp.nif}</sf:IDEmisorFactura>"
        f"<sf:NumSerieFactura>{stamp.number}</sf:NumSerieFactura>"
        f"<sf:FechaExpedicionFactura>{stamp.date}</sf:FechaExpedicionFactura><sf:Huella>{stamp.huella}</sf:Huella>"
        "</sf:RegistroAnterior></sf:Encadenamiento>"
    )


def message(*records: bytes, header: str = "", name: str = "Emisora", nif: str = NIF) -> bytes:
    """RegFactuSistemaFacturacion; `header` goes in after ObligadoEmision."""
    inside = "".join(f"<lr:RegistroFactura>{record.decode()}</lr:RegistroFactura>" for record in records)
    return (
        f"<lr:RegFactuSistemaFacturacion {_SF} {_LR}><lr:Cabecera><sf:ObligadoEmision>"
        f"<sf:NombreRazon>{name}</sf:NombreRazon><sf:NIF>{nif}</sf:NIF></sf:ObligadoEmision>{header}</lr:Cabecera>"
        f"{inside}</lr:RegFactuSistemaFacturacion>"
    ).encode()


def invoice() -> bytes:
    return alta()


def simplified() -> bytes:
    return alta("F2", recipient="")


def canje() -> bytes:
    named = _named("T-1")
    return alta(
        "F3",
        after_type=f"<sf:FacturasSustituidas><sf:IDFacturaSustituida>{named}</sf:IDFacturaSustituida>"
        "</sf:FacturasSustituidas>",
    )


def _named(number: str) -> str:
    return (
        f"<sf:IDEmisorFactura>{NIF}</sf:IDEmisorFactura><sf:NumSerieFactura>{number}</sf:NumSerieFactura>"
        "<sf:FechaExpedicionFactura>19-11-2026</sf:FechaExpedicionFactura>"
    )


_CORRECTED = (
    f"<sf:FacturasRectificadas><sf:IDFacturaRectificada>{_named('A-0')}</sf:IDFacturaRectificada>"
    "</sf:FacturasRectificadas>"
)


def differences() -> bytes:
    return alta("R4", after_type=f"<sf:TipoRectificativa>I</sf:TipoRectificativa>{_CORRECTED}")


def substitution() -> bytes:
    amounts = (
        "<sf:ImporteRectificacion><sf:BaseRectificada>50.00</sf:BaseRectificada>"
        "<sf:CuotaRectificada>10.50</sf:CuotaRectificada></sf:ImporteRectificacion>"
    )
    return alta("R4", after_type=f"<sf:TipoRectificativa>S</sf:TipoRectificativa>{_CORRECTED}{amounts}")


def operated() -> bytes:
    return alta(after_type="<sf:FechaOperacion>19-11-2026</sf:FechaOperacion>")


def marked() -> bytes:
    """An R1 with every mark of its type."""
    return alta(
        "R1",
        reference="<sf:RefExterna>x</sf:RefExterna>",
        before_type="<sf:Subsanacion>S</sf:Subsanacion><sf:RechazoPrevio>X</sf:RechazoPrevio>",
        after_type=f"<sf:TipoRectificativa>I</sf:TipoRectificativa>{_CORRECTED}",
        marks="<sf:FacturaSimplificadaArt7273>S</sf:FacturaSimplificadaArt7273>"
        "<sf:FacturaSinIdentifDestinatarioArt61d>N</sf:FacturaSinIdentifDestinatarioArt61d>"
        "<sf:Macrodato>N</sf:Macrodato><sf:EmitidaPorTerceroODestinatario>D</sf:EmitidaPorTerceroODestinatario>",
        recipient=f"{RECIPIENT}<sf:Cupon>S</sf:Cupon>",
    )


def unnamed() -> bytes:
    return alta(
        "F2",
        marks="<sf:FacturaSinIdentifDestinatarioArt61d>S</sf:FacturaSinIdentifDestinatarioArt61d>",
        recipient="",
    )


def huge() -> bytes:
    row = ROW.replace(">100.00<", ">100000000.00<").replace(">21.00<", ">21000000.00<")
    return alta(marks="<sf:Macrodato>S</sf:Macrodato>", rows=row, totals=("21000000.00", "121000000.00"))


def works() -> bytes:
    """A certificate of works for a public body, invoiced before the operation."""
    row = ROW.replace("<sf:ClaveRegimen>01<", "<sf:ClaveRegimen>14<")
    return alta(
        after_type="<sf:FechaOperacion>30-11-2026</sf:FechaOperacion>",
        recipient=RECIPIENT.replace(OTHER_NIF, PUBLIC),
        rows=row,
    )


def linked() -> bytes:
    return alta(number="A-2", link=after(alta()))


def cancellation() -> bytes:
    return anulacion(
        "<sf:SinRegistroPrevio>N</sf:SinRegistroPrevio><sf:RechazoPrevio>N</sf:RechazoPrevio>", link=after(alta())
    )


def generated(by: str = "T", who: str = f"<sf:NIF>{OTHER_NIF}</sf:NIF>") -> bytes:
    return anulacion(
        f"<sf:GeneradoPor>{by}</sf:GeneradoPor><sf:Generador><sf:NombreRazon>Gestora</sf:NombreRazon>{who}"
        "</sf:Generador>"
    )


PASSPORT = "<sf:IDOtro><sf:CodigoPais>ES</sf:CodigoPais><sf:IDType>03</sf:IDType><sf:ID>AAA123456</sf:ID></sf:IDOtro>"


def generated_abroad() -> bytes:
    return generated("T", PASSPORT)


def generated_by_recipient() -> bytes:
    return generated("D", PASSPORT)


def two() -> bytes:
    """A message of two records of one chain."""
    return message(alta(), linked())


def of_a_person() -> bytes:
    """A message of an obligado who is a natural person."""
    record = alta().decode().replace(f">{NIF}<", f">{PERSON}<")
    digest = huella.read(etree.fromstring(record)).recomputed
    old = huella.read(etree.fromstring(record)).huella
    return message(record.replace(old, digest).encode(), nif=PERSON)


def represented() -> bytes:
    return message(
        alta(),
        header="<sf:Representante><sf:NombreRazon>Gestora</sf:NombreRazon>"
        f"<sf:NIF>{OTHER_NIF}</sf:NIF></sf:Representante><sf:RemisionVoluntaria>"
        "<sf:FechaFinVeriFactu>31-12-2026</sf:FechaFinVeriFactu><sf:Incidencia>S</sf:Incidencia>"
        "</sf:RemisionVoluntaria>",
    )


def thousand() -> bytes:
    """A message with the most records that there may be."""
    records = [alta()]
    for place in range(2, 1001):
        records.append(alta(number=f"A-{place}", link=after(records[-1])))
    return message(*records)


def foreign_system() -> bytes:
    """A record of a billing system whose producer is named by IDOtro."""
    return alta().replace(
        b"<sf:NIF>B00000034</sf:NIF>",
        b"<sf:IDOtro><sf:CodigoPais>US</sf:CodigoPais><sf:IDType>04</sf:IDType><sf:ID>12-3</sf:ID></sf:IDOtro>",
    )


def question(header: str = "", asker: str = "ObligadoEmision") -> bytes:
    return (
        f"<con:ConsultaFactuSistemaFacturacion {_SF} {_CON}><con:Cabecera><sf:IDVersion>1.0</sf:IDVersion>"
        f"<sf:{asker}><sf:NombreRazon>Emisora</sf:NombreRazon><sf:NIF>{NIF}</sf:NIF></sf:{asker}>{header}"
        "</con:Cabecera><con:FiltroConsulta><con:PeriodoImputacion><sf:Ejercicio>2026</sf:Ejercicio>"
        "<sf:Periodo>11</sf:Periodo></con:PeriodoImputacion><con:Contraparte><sf:NombreRazon>Cliente</sf:NombreRazon>"
        f"<sf:NIF>{PERSON}</sf:NIF></con:Contraparte><con:FechaExpedicionFactura><sf:RangoFechaExpedicion>"
        "<sf:Desde>01-11-2026</sf:Desde><sf:Hasta>20-11-2026</sf:Hasta></sf:RangoFechaExpedicion>"
        "</con:FechaExpedicionFactura></con:FiltroConsulta><con:DatosAdicionalesRespuesta>"
        "<con:MostrarNombreRazonEmisor>S</con:MostrarNombreRazonEmisor>"
        "<con:MostrarSistemaInformatico>N</con:MostrarSistemaInformatico></con:DatosAdicionalesRespuesta>"
        "</con:ConsultaFactuSistemaFacturacion>"
    ).encode()


def asked() -> bytes:
    return question("<sf:IndicadorRepresentante>S</sf:IndicadorRepresentante>")


def asked_by_recipient() -> bytes:
    return question(asker="Destinatario")
