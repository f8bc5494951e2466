"""Cases of the codes that refuse a whole message or a consultation."""

from __future__ import annotations

from tests.jurisdictions.verifactu.rules import documents as of
from tests.jurisdictions.verifactu.rules.case import Case

_HEADED = "</sf:ObligadoEmision>"
_REMISSION = "</sf:ObligadoEmision>{}<sf:RemisionRequerimiento>{}</sf:RemisionRequerimiento>"
_REFERENCE = "<sf:RefRequerimiento>R1</sf:RefRequerimiento>"
_ALTA = of.alta().decode()
_CANCELLATION = of.cancellation().decode()


def _set(name: str, old: str, new: str) -> tuple[tuple[str, str], ...]:
    return ((f"<sf:{name}>{old}</sf:{name}>", f"<sf:{name}>{new}</sf:{name}>"),)


def _required(inside: str, before: str = "") -> tuple[tuple[str, str], ...]:
    return ((_HEADED, _REMISSION.format(before, inside)),)


CASES: tuple[Case, ...] = (
    Case(
        code="4102",
        document=of.two,
        breaks=(("<sf:NombreRazonEmisor>Emisora</sf:NombreRazonEmisor>", ""),),
        spares=(("<sf:NombreRazonEmisor>Emisora<", "<sf:NombreRazonEmisor>Otra<"),),
    ),
    Case(code="4103", document=of.two, breaks=(("<lr:Cabecera>", "<lr:Cabecera"),), spares=(("Emisora", "Otra"),)),
    Case(
        code="4106",
        document=of.represented,
        breaks=_set("FechaFinVeriFactu", "31-12-2026", "31-02-2026"),
        spares=_set("FechaFinVeriFactu", "31-12-2026", "31-12-2025"),
    ),
    Case(
        code="4109",
        document=of.asked,
        breaks=((f"<sf:NIF>{of.NIF}<", "<sf:NIF>B00000019<"),),
        spares=((f"<sf:NIF>{of.NIF}<", f"<sf:NIF>{of.OTHER_NIF}<"),),
    ),
    Case(
        code="4113",
        document=of.invoice,
        breaks=((of.ROW, of.ROW * 13),),
        spares=((of.ROW, of.ROW * 12),),
    ),
    Case(
        code="4114",
        document=of.thousand,
        breaks=(("</lr:Cabecera>", f"</lr:Cabecera><lr:RegistroFactura>{_ALTA}</lr:RegistroFactura>"),),
        spares=(("<sf:NombreRazon>Emisora<", "<sf:NombreRazon>Otra<"),),
    ),
    Case(
        code="4115",
        document=of.two,
        breaks=((f"<sf:NIF>{of.NIF}<", "<sf:NIF>B00000019<"),),
        spares=((f"<sf:NIF>{of.NIF}<", f"<sf:NIF>{of.PERSON}<"),),
    ),
    Case(
        code="4116",
        document=of.two,
        breaks=((f"<sf:NIF>{of.NIF}<", f"<sf:NIF>ES{of.NIF}<"),),
        spares=((f"<sf:NIF>{of.NIF}<", "<sf:NIF>B00000019<"),),
    ),
    Case(
        code="4117",
        document=of.represented,
        breaks=((f"<sf:NIF>{of.OTHER_NIF}<", "<sf:NIF>B00000027<"),),
        spares=((f"<sf:NIF>{of.OTHER_NIF}<", f"<sf:NIF>{of.PERSON}<"),),
    ),
    Case(
        code="4120",
        document=of.represented,
        breaks=_set("FechaFinVeriFactu", "31-12-2026", "31-12-2027"),
        spares=_set("FechaFinVeriFactu", "31-12-2026", "30-06-2026"),
    ),
    Case(
        code="4121",
        document=of.represented,
        breaks=_set("Incidencia", "S", "X"),
        spares=_set("Incidencia", "S", "N"),
    ),
    Case(
        code="4122",
        document=of.two,
        breaks=_required("<sf:RefRequerimiento></sf:RefRequerimiento>"),
        spares=_required(_REFERENCE),
    ),
    Case(
        code="4125",
        document=of.two,
        breaks=_required("<sf:FinRequerimiento>S</sf:FinRequerimiento>"),
        spares=_required(_REFERENCE),
    ),
    Case(
        code="4126",
        document=of.represented,
        breaks=(("</sf:RemisionVoluntaria>", f"</sf:RemisionVoluntaria>{_required(_REFERENCE)[0][1][21:]}"),),
        spares=_set("Incidencia", "S", "N"),
    ),
    Case(
        code="4127",
        document=of.two,
        breaks=_required(_REFERENCE, "<sf:RemisionVoluntaria><sf:Incidencia>S</sf:Incidencia></sf:RemisionVoluntaria>"),
        spares=_required(_REFERENCE),
    ),
    Case(
        code="4130",
        document=of.two,
        breaks=_required(f"{_REFERENCE}<sf:FinRequerimiento>S</sf:FinRequerimiento>"),
        spares=_required(_REFERENCE),
    ),
    Case(
        code="4131",
        document=of.two,
        breaks=_required(f"{_REFERENCE}<sf:FinRequerimiento>X</sf:FinRequerimiento>"),
        spares=_required(f"{_REFERENCE}<sf:FinRequerimiento>N</sf:FinRequerimiento>"),
    ),
    Case(
        code="4133",
        document=of.two,
        breaks=_required("<sf:RefRequerimiento>R-1</sf:RefRequerimiento>"),
        spares=_required(_REFERENCE),
    ),
    Case(
        code="4136",
        document=of.two,
        breaks=((f"<lr:RegistroFactura>{_ALTA}</lr:RegistroFactura>", _ALTA),),
        spares=(("<sf:NombreRazon>Emisora<", "<sf:NombreRazon>Otra<"),),
    ),
    Case(
        code="4137",
        document=of.two,
        breaks=(("</sf:RegistroAlta>", f"</sf:RegistroAlta>{_CANCELLATION}"),),
        spares=(("</sf:RegistroAlta>", f"</sf:RegistroAlta></lr:RegistroFactura><lr:RegistroFactura>{_CANCELLATION}"),),
    ),
    Case(
        code="1172",
        document=of.two,
        breaks=((f"<sf:NIF>{of.NIF}<", "<sf:NIF><"),),
        spares=((f"<sf:NIF>{of.NIF}<", "<sf:NIF>1<"),),
    ),
    Case(
        code="1215",
        document=of.two,
        breaks=(("<sf:NombreRazon>Emisora<", f"<sf:NombreRazon>{'E' * 121}<"),),
        spares=(("<sf:NombreRazon>Emisora<", f"<sf:NombreRazon>{'E' * 120}<"),),
    ),
    Case(
        code="1282",
        document=of.of_a_person,
        breaks=_set("NombreRazon", "Emisora", ""),
        spares=_set("NombreRazon", "Emisora", "E"),
    ),
    Case(
        code="1248",
        document=of.asked,
        breaks=_set("Periodo", "11", "13"),
        spares=_set("Periodo", "11", "12"),
    ),
    Case(
        code="1249",
        document=of.asked,
        breaks=_set("IndicadorRepresentante", "S", "N"),
        spares=_set("IndicadorRepresentante", "S", "S"),
    ),
    Case(
        code="1250",
        document=of.asked,
        breaks=_set("Desde", "01-11-2026", "21-11-2026"),
        spares=_set("Desde", "01-11-2026", "20-11-2026"),
    ),
    Case(
        code="1261",
        document=of.asked_by_recipient,
        breaks=(("</sf:Destinatario>", "</sf:Destinatario><sf:IndicadorRepresentante>S</sf:IndicadorRepresentante>"),),
        spares=_set("Ejercicio", "2026", "2025"),
    ),
    Case(
        code="1270",
        document=of.asked,
        breaks=(("<con:MostrarNombreRazonEmisor>S", "<con:MostrarNombreRazonEmisor>X"),),
        spares=(("<con:MostrarNombreRazonEmisor>S", "<con:MostrarNombreRazonEmisor>N"),),
    ),
    Case(
        code="1271",
        document=of.asked,
        breaks=(("<con:MostrarSistemaInformatico>N", "<con:MostrarSistemaInformatico>X"),),
        spares=(("<con:MostrarSistemaInformatico>N", "<con:MostrarSistemaInformatico>S"),),
    ),
    Case(
        code="1272",
        document=of.asked_by_recipient,
        breaks=(("<con:MostrarSistemaInformatico>N", "<con:MostrarSistemaInformatico>S"),),
        spares=(("<con:MostrarNombreRazonEmisor>S", "<con:MostrarNombreRazonEmisor>N"),),
    ),
    Case(
        code="1283",
        document=of.asked,
        breaks=_set("NombreRazon", "Cliente", ""),
        spares=(*_set("NombreRazon", "Cliente", ""), (f"<sf:NIF>{of.PERSON}<", f"<sf:NIF>{of.OTHER_NIF}<")),
    ),
)
