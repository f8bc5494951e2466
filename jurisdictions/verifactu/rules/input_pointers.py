"""From a place in a record to what the caller wrote: JSON pointers into the invoice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jurisdictions.verifactu.rules.facts import Broken
from jurisdictions.verifactu.rules.subject import Subject

_EXTENSION = "/extensions/verifactu"
_OF_REGIME = frozenset("1199 1200 1201 1202 1203 1205 1252 1286 1293".split())
"""Codes by which a régimen refuses what stands beside it: its ClaveRegimen is what to look at."""
_AT_COST = frozenset("1140 1144".split())
"""Codes about the tax of a base at cost, which the caller states and the tax follows from."""
_FIELDS: Mapping[str, str] = {
    "IDEmisorFactura": "/issuer",
    "NumSerieFactura": "/series",
    "FechaExpedicionFactura": "/issue_date",
    "IDEmisorFacturaAnulada": "/issuer",
    "NumSerieFacturaAnulada": "/series",
    "FechaExpedicionFacturaAnulada": "/issue_date",
    "TipoFactura": f"{_EXTENSION}/tipo_factura",
    "TipoRectificativa": f"{_EXTENSION}/tipo_rectificativa",
    "ImporteRectificacion": "/references/preceding",
    "FacturasRectificadas": "/references/preceding",
    "FacturasSustituidas": "/references/preceding",
    "FechaOperacion": "/operation_date",
    "FacturaSimplificadaArt7273": f"{_EXTENSION}/art_7273",
    "FacturaSinIdentifDestinatarioArt61d": f"{_EXTENSION}/sin_identificar",
    "EmitidaPorTerceroODestinatario": f"{_EXTENSION}/tercero",
    "Tercero": f"{_EXTENSION}/tercero",
    "Cupon": f"{_EXTENSION}/cupon",
    "Destinatarios": "/customer/tax_ids",
    "Desglose": "/lines",
    "CuotaTotal": "/lines",
    "ImporteTotal": "/lines",
    "NombreRazonEmisor": "/issuer",
    "DescripcionOperacion": f"{_EXTENSION}/descripcion",
    "SistemaInformatico": "/issuer",
    "GeneradoPor": f"{_EXTENSION}/generado_por",
    "Generador": f"{_EXTENSION}/generado_por",
}
_IN_ROW: Mapping[str, str] = {
    "TipoImpositivo": "/percent",
    "CuotaRepercutida": "/percent",
    "TipoRecargoEquivalencia": "/surcharge",
    "CuotaRecargoEquivalencia": "/surcharge",
}
_NUMBERED = re.compile(r"\w+/\w+\[(\d+)\]/?(.*)")


def pointer(subject: Subject, broken: Broken) -> str:
    """Where in the caller's invoice to look for what a rule found in its record."""
    block = broken.place.partition("/")[0]
    numbered = _NUMBERED.fullmatch(broken.place)
    if broken.code == "1150":
        return "/simplified"
    if broken.code == "1202" and block == "TipoFactura":
        group = next(at for at, row in enumerate(subject.about.rows) if row.clave == "06")
        return _of_row(subject, broken.code, group, "ClaveRegimen")
    if numbered is not None:
        at, below = int(numbered[1]) - 1, numbered[2]
        if block == "Desglose":
            return _of_row(subject, broken.code, at, below)
        if block == "Destinatarios":
            return _of_recipient(subject, at, below)
        return f"/references/preceding/{at}" + ("/issue_date" if below.startswith("Fecha") else "")
    if block == "Tercero" and broken.place.endswith("CodigoPais"):
        return f"{_EXTENSION}/tercero/id_otro/country"
    return _FIELDS.get(broken.place.rpartition("/")[2] if block == "IDFactura" else block, "")


def _of_recipient(subject: Subject, at: int, below: str) -> str:
    if at > 0:
        return f"{_EXTENSION}/otros_destinatarios/{at - 1}"
    who = subject.about.recipient
    where = "/customer/tax_ids" if who is None else f"/customer/tax_ids/{who.index}"
    if not below:
        return where
    if below == "NombreRazon":
        return "/customer/name"
    return f"{where}/{'value' if below.endswith('NIF') or below.endswith('/ID') else 'scheme'}"


def _of_row(subject: Subject, code: str, at: int, name: str) -> str:
    row = subject.about.rows[at]
    if code in _OF_REGIME or name == "ClaveRegimen":
        return _said(subject, row.pointer, "clave_regimen")
    if name == "BaseImponibleACoste" or code in _AT_COST:
        return _said(subject, row.pointer, "base_a_coste")
    if name in _IN_ROW:
        return row.pointer + _IN_ROW[name]
    word = {"CalificacionOperacion": "calificacion", "OperacionExenta": "exenta"}.get(name)
    if word is not None:
        where = _said(subject, row.pointer, word)
        return where if where.startswith("/lines/") else f"{row.pointer}/category"
    return row.pointer


def _said(subject: Subject, row: str, name: str) -> str:
    """Where the caller said it: on the row's first line, else on the invoice."""
    line = "/".join(row.split("/")[:3])
    at = int(line.rpartition("/")[2])
    extensions = subject.instruction.line_extensions
    on_line = at < len(extensions) and getattr(extensions[at], name, None) is not None
    return f"{line if on_line else ''}{_EXTENSION}/{name}"
