"""Cases of the rules of a record as a whole."""

from __future__ import annotations

from tests.jurisdictions.verifactu.rules import documents as of
from tests.jurisdictions.verifactu.rules.case import Case

_ISSUED = "<sf:FechaExpedicionFactura>20-11-2026"
_TYPE = "<sf:TipoFactura>F1<"
_NO_DAY = "31-02-2026"


def _dated(day: str) -> tuple[tuple[str, str], ...]:
    return ((_ISSUED, f"<sf:FechaExpedicionFactura>{day}"),)


def _operated(day: str) -> tuple[tuple[str, str], ...]:
    return (("<sf:FechaOperacion>19-11-2026<", f"<sf:FechaOperacion>{day}<"),)


def _set(name: str, old: str, new: str) -> tuple[tuple[str, str], ...]:
    return ((f"<sf:{name}>{old}</sf:{name}>", f"<sf:{name}>{new}</sf:{name}>"),)


_IN_ADVANCE = ("<sf:ClaveRegimen>01<", "<sf:ClaveRegimen>15<")
_FIRST_HUELLA = "<sf:Huella>"
_PREVIOUS = "</sf:FechaExpedicionFactura><sf:Huella>"
_AMOUNTS = (
    "<sf:ImporteRectificacion><sf:BaseRectificada>50.00</sf:BaseRectificada>"
    "<sf:CuotaRectificada>10.50</sf:CuotaRectificada></sf:ImporteRectificacion>"
)

_IDENTITY = (
    Case(
        code="1108",
        document=of.two,
        breaks=((f"<sf:IDEmisorFactura>{of.NIF}<", f"<sf:IDEmisorFactura>{of.OTHER_NIF}<"),),
        spares=(("<sf:NombreRazon>Emisora<", "<sf:NombreRazon>Otra<"),),
    ),
    Case(code="1153", document=of.marked, breaks=_set("Subsanacion", "S", "N"), spares=_set("RechazoPrevio", "X", "N")),
    Case(
        code="1161",
        document=of.marked,
        breaks=(*_set("Subsanacion", "S", "N"), *_set("RechazoPrevio", "X", "S")),
        spares=_set("RechazoPrevio", "X", "S"),
    ),
    Case(
        code="1114",
        document=of.differences,
        breaks=(("<sf:TipoRectificativa>I</sf:TipoRectificativa>", ""),),
        spares=_set("TipoRectificativa", "I", "S"),
    ),
    Case(
        code="1115",
        document=of.differences,
        breaks=_set("TipoFactura", "R4", "F1"),
        spares=_set("TipoFactura", "R4", "R1"),
    ),
    Case(
        code="1116", document=of.canje, breaks=_set("TipoFactura", "F3", "F1"), spares=_set("TipoFactura", "F3", "F3")
    ),
    Case(
        code="1117",
        document=of.differences,
        breaks=_set("TipoFactura", "R4", "F3"),
        spares=_set("TipoFactura", "R4", "R3"),
    ),
    Case(
        code="1118",
        document=of.substitution,
        breaks=((_AMOUNTS, ""),),
        spares=((_AMOUNTS, ""), *_set("TipoRectificativa", "S", "I")),
    ),
    Case(
        code="1119",
        document=of.substitution,
        breaks=_set("TipoRectificativa", "S", "I"),
        spares=_set("TipoFactura", "R4", "R2"),
    ),
)
_DAYS = (
    Case(code="1105", document=of.invoice, breaks=_dated(_NO_DAY), spares=_dated("28-02-2026")),
    Case(code="1112", document=of.invoice, breaks=_dated("21-11-2026"), spares=_dated("20-11-2026")),
    Case(code="1133", document=of.invoice, breaks=_dated("19-11-2006"), spares=_dated("20-11-2006")),
    Case(code="1152", document=of.invoice, breaks=_dated("27-10-2024"), spares=_dated("28-10-2024")),
    Case(code="1125", document=of.operated, breaks=_operated("01-01-2028"), spares=_operated("31-12-2027")),
    Case(code="1134", document=of.operated, breaks=_operated("19-11-2006"), spares=_operated("20-11-2006")),
    Case(code="1145", document=of.operated, breaks=_operated(_NO_DAY), spares=_operated("28-02-2026")),
    Case(
        code="1146",
        document=of.operated,
        breaks=_operated("21-11-2026"),
        spares=(*_operated("21-11-2026"), _IN_ADVANCE),
    ),
    Case(
        code="1147",
        document=of.works,
        breaks=(("<sf:FechaOperacion>30-11-2026", "<sf:FechaOperacion>20-11-2026"),),
        spares=(("<sf:FechaOperacion>30-11-2026", "<sf:FechaOperacion>21-11-2026"),),
    ),
    Case(
        code="1173",
        document=of.operated,
        breaks=_operated("21-11-2026"),
        spares=(*_operated("21-11-2026"), _IN_ADVANCE),
    ),
)
_MARKS = (
    Case(code="1138", document=of.marked, breaks=_set("Macrodato", "N", "S"), spares=_set("Macrodato", "N", "N")),
    Case(
        code="1139",
        document=of.huge,
        breaks=_set("Macrodato", "S", "N"),
        spares=(*_set("Macrodato", "S", "N"), *_set("ImporteTotal", "121000000.00", "99999999.99")),
    ),
    Case(code="1157", document=of.marked, breaks=_set("TipoFactura", "R1", "R4"), spares=_set("Cupon", "S", "N")),
    Case(
        code="1183",
        document=of.marked,
        breaks=_set("TipoFactura", "R1", "R5"),
        spares=(*_set("TipoFactura", "R1", "R5"), *_set("FacturaSimplificadaArt7273", "S", "N")),
    ),
    Case(
        code="1185",
        document=of.unnamed,
        breaks=_set("TipoFactura", "F2", "F1"),
        spares=_set("TipoFactura", "F2", "R5"),
    ),
)
_LINK = (
    Case(
        code="1174",
        document=of.linked,
        breaks=(("20-11-2026</sf:FechaExpedicionFactura><sf:Huella>", f"{_NO_DAY}{_PREVIOUS}"),),
        spares=(("20-11-2026</sf:FechaExpedicionFactura><sf:Huella>", f"19-11-2026{_PREVIOUS}"),),
    ),
    Case(
        code="1175",
        document=of.linked,
        breaks=(("<sf:NumSerieFactura>A-1<", "<sf:NumSerieFactura><"),),
        spares=(("<sf:NumSerieFactura>A-1<", '<sf:NumSerieFactura>"<'),),
    ),
    Case(
        code="1180",
        document=of.invoice,
        breaks=((of.FIRST, "<sf:Encadenamiento></sf:Encadenamiento>"),),
        spares=_set("PrimerRegistro", "S", "S"),
    ),
    Case(
        code="1244",
        document=of.invoice,
        breaks=(("10:30:15+01:00", "10:30:15.5+01:00"),),
        spares=(("10:30:15+01:00", "10:30:15Z"),),
    ),
    Case(
        code="1262",
        document=of.invoice,
        breaks=((_FIRST_HUELLA, f"{_FIRST_HUELLA}A"),),
        spares=(("<sf:NombreRazonEmisor>Emisora", "<sf:NombreRazonEmisor>Otra"),),
    ),
    Case(
        code="1269",
        document=of.linked,
        breaks=(("<sf:NumSerieFactura>A-1</sf:NumSerieFactura>", ""),),
        spares=(("<sf:NumSerieFactura>A-1<", "<sf:NumSerieFactura>A-0<"),),
    ),
    Case(
        code="2000",
        document=of.invoice,
        breaks=(("<sf:NumSerieFactura>A-1<", "<sf:NumSerieFactura>A-2<"),),
        spares=(("<sf:NombreRazonEmisor>Emisora", "<sf:NombreRazonEmisor>Otra"),),
    ),
    Case(
        code="2007",
        document=of.two,
        breaks=((of.after(of.alta()), of.FIRST),),
        spares=((of.after(of.alta()), of.FIRST), ("<sf:NumeroInstalacion>1<", "<sf:NumeroInstalacion>2<")),
    ),
    Case(
        code="3000",
        document=of.two,
        breaks=(("<sf:NumSerieFactura>A-2<", "<sf:NumSerieFactura>A-1<"),),
        spares=(
            ("<sf:NumSerieFactura>A-2<", "<sf:NumSerieFactura>A-1<"),
            (
                "<sf:NombreRazonEmisor>Emisora</sf:NombreRazonEmisor>",
                "<sf:NombreRazonEmisor>Emisora</sf:NombreRazonEmisor><sf:Subsanacion>N</sf:Subsanacion>",
            ),
            ("<sf:NumSerieFactura>A-1<", "<sf:NumSerieFactura>A-3<"),
        ),
    ),
)
_SYSTEM = (
    Case(
        code="1176",
        document=of.invoice,
        breaks=(("<sf:NIF>B00000034<", "<sf:NIF>B00000035<"),),
        spares=(("<sf:NIF>B00000034<", f"<sf:NIF>{of.NIF}<"),),
    ),
    Case(
        code="1177",
        document=of.invoice,
        breaks=_set("IdSistemaInformatico", "EG", "eg"),
        spares=_set("IdSistemaInformatico", "EG", "01"),
    ),
    Case(code="1179", document=of.invoice, breaks=_set("Version", "1", ""), spares=_set("Version", "1", "2")),
    Case(
        code="1220",
        document=of.invoice,
        breaks=_set("NombreSistemaInformatico", "Sistema", ""),
        spares=_set("NombreSistemaInformatico", "Sistema", "S"),
    ),
    Case(
        code="1221",
        document=of.foreign_system,
        breaks=_set("IDType", "04", "07"),
        spares=_set("IDType", "04", "06"),
    ),
    Case(code="1222", document=of.foreign_system, breaks=_set("ID", "12-3", ""), spares=_set("ID", "12-3", "1")),
    Case(
        code="1223",
        document=of.invoice,
        breaks=(("<sf:NIF>B00000034</sf:NIF>", ""),),
        spares=(("<sf:NIF>B00000034</sf:NIF>", of.PASSPORT),),
    ),
)
_GENERATOR = (
    Case(
        code="1224",
        document=of.generated,
        breaks=(("<sf:GeneradoPor>T</sf:GeneradoPor>", ""),),
        spares=_set("GeneradoPor", "T", "D"),
    ),
    Case(
        code="1227",
        document=of.generated_abroad,
        breaks=_set("GeneradoPor", "T", "E"),
        spares=_set("GeneradoPor", "T", "D"),
    ),
    Case(
        code="1228",
        document=of.generated,
        breaks=((f"<sf:NIF>{of.OTHER_NIF}</sf:NIF>", ""),),
        spares=((f"<sf:NIF>{of.OTHER_NIF}</sf:NIF>", of.PASSPORT),),
    ),
    Case(
        code="1229",
        document=of.generated_abroad,
        breaks=_set("IDType", "03", "07"),
        spares=(*_set("IDType", "03", "07"), *_set("GeneradoPor", "T", "D")),
    ),
    Case(
        code="1230",
        document=of.generated_by_recipient,
        breaks=_set("IDType", "03", "04"),
        spares=_set("IDType", "03", "07"),
    ),
    Case(
        code="1258",
        document=of.generated,
        breaks=((f"<sf:NIF>{of.OTHER_NIF}<", "<sf:NIF>B00000027<"),),
        spares=((f"<sf:NIF>{of.OTHER_NIF}<", f"<sf:NIF>{of.PERSON}<"),),
    ),
    Case(
        code="1259",
        document=of.generated,
        breaks=((f"<sf:NIF>{of.OTHER_NIF}<", f"<sf:NIF>{of.NIF}<"),),
        spares=((f"<sf:NIF>{of.OTHER_NIF}<", f"<sf:NIF>{of.PERSON}<"),),
    ),
    Case(
        code="1273",
        document=of.generated,
        breaks=_set("NombreRazon", "Gestora", ""),
        spares=_set("NombreRazon", "Gestora", "G"),
    ),
)
CASES: tuple[Case, ...] = _IDENTITY + _DAYS + _MARKS + _LINK + _SYSTEM + _GENERATOR
