"""The cadena original: the text that a CFDI's seal signs, made from a table of field order.

Source: Anexo 20, cadenaoriginal_4_0.xslt and cadenaoriginal_TFD_1_1.xslt, whose order is written anew here. A value is
normalised as XPath `normalize-space` does (space, tab, CR, LF only, so a no-break space stays). The stamp adds
nothing; an Addenda is never read; any other complement brings a template of its own, which we do not have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from jurisdictions.cfdi.xsd import CFDI, TFD

_STAMP = f"{{{TFD}}}TimbreFiscalDigital"
_SPACES = re.compile(r"[ \t\r\n]+")


class ForeignComplement(ValueError):
    """The document carries a complement (named in the message) whose part of the cadena we do not know."""


@dataclass(frozen=True)
class Visit:
    """What to emit for the elements at `path` below the current one, in document order.

    `fields`: an attribute name is required (an absent one emits an empty field), one with `?` is optional; another
    `Visit` goes down. `deep` finds descendants at any depth.
    """

    path: str
    fields: tuple[str | Visit, ...]
    deep: bool = False


_CONCEPT_TAX = ("Base", "Impuesto", "TipoFactor")
_CUSTOMS = Visit("InformacionAduanera", ("NumeroPedimento",))
_PART = Visit(
    "Parte",
    (
        *("ClaveProdServ", "NoIdentificacion?", "Cantidad", "Unidad?", "Descripcion", "ValorUnitario?", "Importe?"),
        _CUSTOMS,
    ),
    deep=True,
)
_THIRD_PARTY = Visit(
    "ACuentaTerceros",
    (
        *("RfcACuentaTerceros", "NombreACuentaTerceros"),
        *("RegimenFiscalACuentaTerceros", "DomicilioFiscalACuentaTerceros"),
    ),
)
_CONCEPT = Visit(
    "Conceptos/Concepto",
    (
        *("ClaveProdServ", "NoIdentificacion?", "Cantidad", "ClaveUnidad", "Unidad?", "Descripcion"),
        *("ValorUnitario", "Importe", "Descuento?", "ObjetoImp"),
        Visit("Impuestos/Traslados/Traslado", (*_CONCEPT_TAX, "TasaOCuota?", "Importe?")),
        Visit("Impuestos/Retenciones/Retencion", (*_CONCEPT_TAX, "TasaOCuota", "Importe")),
        _THIRD_PARTY,
        _CUSTOMS,
        Visit("CuentaPredial", ("Numero",)),
        _PART,
    ),
)
_TAXES = Visit(
    "Impuestos",
    (
        Visit("Retenciones/Retencion", ("Impuesto", "Importe")),
        "TotalImpuestosRetenidos?",
        Visit("Traslados/Traslado", ("Base", "Impuesto", "TipoFactor", "TasaOCuota?", "Importe?")),
        "TotalImpuestosTrasladados?",
    ),
)
COMPROBANTE: tuple[str | Visit, ...] = (
    *("Version", "Serie?", "Folio?", "Fecha", "FormaPago?", "NoCertificado", "CondicionesDePago?", "SubTotal"),
    *("Descuento?", "Moneda", "TipoCambio?", "Total", "TipoDeComprobante", "Exportacion", "MetodoPago?"),
    *("LugarExpedicion", "Confirmacion?"),
    Visit("InformacionGlobal", ("Periodicidad", "Meses", "Año")),
    Visit("CfdiRelacionados", ("TipoRelacion", Visit("CfdiRelacionado", ("UUID",)))),
    Visit("Emisor", ("Rfc", "Nombre", "RegimenFiscal", "FacAtrAdquirente?")),
    Visit(
        "Receptor",
        (
            *("Rfc", "Nombre", "DomicilioFiscalReceptor", "ResidenciaFiscal?", "NumRegIdTrib?"),
            *("RegimenFiscalReceptor", "UsoCFDI"),
        ),
    ),
    _CONCEPT,
    _TAXES,
)
STAMP: tuple[str | Visit, ...] = (
    *("Version", "UUID", "FechaTimbrado", "RfcProvCertif", "Leyenda?", "SelloCFD", "NoCertificadoSAT"),
)


def cadena(root: etree._Element) -> str:
    """The cadena original of a `cfdi:Comprobante`. Raises `ForeignComplement` where a template of another is needed."""
    foreign = foreign_complements(root)
    if foreign:
        raise ForeignComplement(", ".join(foreign))
    return _joined(root, COMPROBANTE)


def stamp_cadena(stamp: etree._Element) -> str:
    """The cadena original of a `tfd:TimbreFiscalDigital`, which the PAC's `SelloSAT` signs."""
    return _joined(stamp, STAMP)


def foreign_complements(root: etree._Element) -> tuple[str, ...]:
    """The complements other than the stamp, by their names in Clark notation."""
    holders = root.findall(f"{{{CFDI}}}Complemento") + list(root.iter(f"{{{CFDI}}}ComplementoConcepto"))
    return tuple(
        str(child.tag)
        for holder in holders
        for child in holder
        if child.tag != _STAMP and not isinstance(child, etree._Comment)
    )


def _joined(element: etree._Element, fields: tuple[str | Visit, ...]) -> str:
    values: list[str] = []
    _emit(element, fields, values)
    return "||" + "|".join(values) + "||"


def _emit(element: etree._Element, fields: tuple[str | Visit, ...], values: list[str]) -> None:
    for field in fields:
        if isinstance(field, Visit):
            for child in element.iterfind(_CLARK[field]):
                _emit(child, field.fields, values)
        elif field[-1] == "?":
            value = element.get(field[:-1])
            if value is not None:
                values.append(_SPACES.sub(" ", value).strip(" "))
        else:
            values.append(_SPACES.sub(" ", element.get(field, "")).strip(" "))


def _clark(fields: tuple[str | Visit, ...]) -> dict[Visit, str]:
    """Each visit's path with SAT's namespace in every step."""
    found: dict[Visit, str] = {}
    for field in fields:
        if isinstance(field, Visit):
            steps = "/".join(f"{{{CFDI}}}{step}" for step in field.path.split("/"))
            found[field] = f".//{steps}" if field.deep else steps
            found |= _clark(field.fields)
    return found


_CLARK = _clark(COMPROBANTE)
