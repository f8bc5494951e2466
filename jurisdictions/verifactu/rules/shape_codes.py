"""Which code of the AEAT's names a value or a structure that the schema refuses.

A value of the wrong form refuses its record by the field's own code, a wrong structure refuses the whole message
(Validaciones y errores 1.2.2, §3.1). The nearest block around a field decides where a name stands in several.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

STRUCTURE = "4102"
VALUE = "1100"
TOO_MANY, TOO_MANY_RECORDS = "4113", "4114"

_BLOCKS: Mapping[str, Mapping[str, str]] = {
    "ObligadoEmision": {"NIF": "4116", "NombreRazon": "1215"},
    "Representante": {"NIF": "4117"},
    "RemisionVoluntaria": {"FechaFinVeriFactu": "4106", "Incidencia": "4121"},
    "RemisionRequerimiento": {"RefRequerimiento": "4122", "FinRequerimiento": "4131"},
    "FiltroConsulta": {"FechaExpedicionFactura": "4106", "Desde": "4106", "Hasta": "4106", "NIF": "4109"},
    "Destinatario": {"NIF": "4109"},
    "RegistroAnterior": {
        "IDEmisorFactura": "1219",
        "NumSerieFactura": "1175",
        "FechaExpedicionFactura": "1174",
        "Huella": "1269",
    },
    "FacturasRectificadas": {"IDEmisorFactura": "1219", "FechaExpedicionFactura": "1145"},
    "FacturasSustituidas": {"IDEmisorFactura": "1219", "FechaExpedicionFactura": "1145"},
    "Tercero": {"NIF": "1123", "IDType": "1102", "ID": "1103", "CodigoPais": "1101", "": "1178"},
    "IDDestinatario": {"NIF": "1123", "IDType": "1102", "ID": "1103", "CodigoPais": "1101", "": "1239"},
    "Generador": {"NIF": "1258", "IDType": "1231", "ID": "1103", "CodigoPais": "1101", "": "1273"},
    "SistemaInformatico": {
        "NIF": "1176",
        "IDType": "1221",
        "ID": "1222",
        "CodigoPais": "1101",
        "NombreSistemaInformatico": "1220",
        "IdSistemaInformatico": "1177",
        "TipoUsoPosibleSoloVerifactu": "1212",
        "TipoUsoPosibleMultiOT": "1213",
        "IndicadorMultiplesOT": "1226",
        "": "1179",
    },
}
"""Codes by the block in which a field stands; the empty name is the block's own code."""
_FIELDS: Mapping[str, str] = {
    "IDVersion": "1251",
    "IDEmisorFactura": "1120",
    "IDEmisorFacturaAnulada": "1120",
    "NumSerieFactura": "1104",
    "NumSerieFacturaAnulada": "1104",
    "FechaExpedicionFactura": "1105",
    "FechaExpedicionFacturaAnulada": "1105",
    "RefExterna": "1253",
    "Subsanacion": "1171",
    "RechazoPrevio": "1275",
    "SinRegistroPrevio": "1276",
    "TipoFactura": "1106",
    "TipoRectificativa": "1107",
    "FechaOperacion": "1145",
    "FacturaSimplificadaArt7273": "1136",
    "FacturaSinIdentifDestinatarioArt61d": "1184",
    "Macrodato": "1137",
    "EmitidaPorTerceroODestinatario": "1151",
    "Cupon": "1157",
    "Impuesto": "1218",
    "ClaveRegimen": "1246",
    "CalificacionOperacion": "1181",
    "OperacionExenta": "1182",
    "TipoImpositivo": "1124",
    "TipoRecargoEquivalencia": "1127",
    "CuotaTotal": "1266",
    "ImporteTotal": "1267",
    "PrimerRegistro": "1274",
    "FechaHoraHusoGenRegistro": "1244",
    "TipoHuella": "1247",
    "Huella": "1262",
    "GeneradoPor": "1225",
    "Periodo": "1248",
    "IndicadorRepresentante": "1249",
    "MostrarNombreRazonEmisor": "1270",
    "MostrarSistemaInformatico": "1271",
}
_LENGTHS: Mapping[str, tuple[int, str]] = {
    "TipoFactura": (2, "1265"),
    "TipoHuella": (2, "1263"),
    "PrimerRegistro": (1, "1264"),
}
"""Fields with a code for a wrong length beside that for a wrong value."""
_MOST: Mapping[str, tuple[str, int, str]] = {
    "Desglose": ("DetalleDesglose", 12, TOO_MANY),
    "Destinatarios": ("IDDestinatario", 1000, TOO_MANY),
    "FacturasRectificadas": ("IDFacturaRectificada", 1000, TOO_MANY),
    "FacturasSustituidas": ("IDFacturaSustituida", 1000, TOO_MANY),
    "RegFactuSistemaFacturacion": ("RegistroFactura", 1000, TOO_MANY_RECORDS),
}
_IDENTIFIED: Mapping[str, str] = {
    "SistemaInformatico": "1223",
    "Generador": "1228",
    "Tercero": "1178",
    "IDDestinatario": "1239",
}
"""Blocks that name somebody by NIF or by IDOtro, never by both nor by neither."""
_RECORDS = {"RegistroAlta": "4136", "RegistroAnulacion": "4137"}


def of_value(element: etree._Element) -> str:
    """The code of a field whose text is not one that its type admits."""
    name, text = local(element), (element.text or "").strip()
    around = [local(one) for one in element.iterancestors()]
    block = next((one for one in around if one in _BLOCKS), None)
    if name == "NIF" and block == "ObligadoEmision" and not text:
        return "1172"
    if block is not None and "Cabecera" in around and "FiltroConsulta" not in around and name == "NIF":
        return "4109" if "ConsultaFactuSistemaFacturacion" in around else _BLOCKS[block]["NIF"]
    if name == "FechaHoraHusoGenRegistro" and not text:
        return "1268"
    if name in _LENGTHS and len(text) != _LENGTHS[name][0]:
        return _LENGTHS[name][1]
    named = _BLOCKS[block].get(name) if block else None
    return named or _FIELDS.get(name) or (_BLOCKS[block].get("") if block else None) or VALUE


def of_structure(element: etree._Element, *, missing: bool) -> str:
    """The code of an element that lacks a child (`missing`), or stands where it must not: the block around tells."""
    block = element if missing else element.getparent()
    code = None if block is None else _of_block(block, element)
    return code or STRUCTURE


def _of_block(block: etree._Element, element: etree._Element) -> str | None:
    name = local(block)
    children = [local(one) for one in block.iterchildren("*")]
    if name in _MOST and children.count(_MOST[name][0]) > _MOST[name][1]:
        return _MOST[name][2]
    if name in {"RegFactuSistemaFacturacion", "RegistroFactura"}:
        if local(element) in _RECORDS:
            return _RECORDS[local(element)]
        return "4136" if name == "RegistroFactura" else None
    if name in _IDENTIFIED and ("NIF" in children) is ("IDOtro" in children):
        return _IDENTIFIED[name]
    return _of_choice(name, set(children))


def _of_choice(name: str, children: set[str]) -> str | None:
    if name == "DetalleDesglose":
        qualified = children & {"CalificacionOperacion", "OperacionExenta"}
        return {0: "1195", 1: None, 2: "1196"}[len(qualified)]
    if name == "Encadenamiento" and len(children & {"PrimerRegistro", "RegistroAnterior"}) != 1:
        return "1180"
    if name == "RegistroAnterior" and len(children) < len(_BLOCKS[name]):
        return "1269"
    if name == "RemisionRequerimiento" and "RefRequerimiento" not in children:
        return "4125"
    if name == "ObligadoEmision" and "NIF" not in children:
        return "1172"
    return None


def local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
