"""The cadena original: the text that a CFDI's seal signs, made from a table of field order.

Source: Anexo 20, cadenaoriginal_4_0.xslt, Pagos20.xslt, implocal.xslt, leyendasFisc.xslt and
cadenaoriginal_TFD_1_1.xslt, whose order is written anew here. A value is normalised as XPath `normalize-space` does
(space, tab, CR, LF only, so a no-break space stays). The stamp adds nothing; an Addenda is never read; any other
complement brings a template of its own, which we do not have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from lxml import etree

from jurisdictions.cfdi.xsd import CFDI, IMPLOCAL, LEYENDAS, PAGOS, TFD

_SPACES = re.compile(r"[ \t\r\n]+")
_ODD = ("  ", "\t", "\n", "\r", " |", "| ")
"""What `normalize-space` would change, in the values joined and enclosed by bars. Six searches for plain text cost a
hundredth of a regular expression."""


class ForeignComplement(ValueError):
    """The document carries a complement (named in the message) whose part of the cadena we do not know."""


@dataclass(frozen=True)
class Visit:
    """What to emit for the children of one name, in document order.

    `fields`: an attribute name is required (an absent one emits an empty field), one with `?` is optional; another
    `Visit` goes down. What stands among them in order is emitted in that order, whatever the document's own order is.
    """

    name: str
    fields: tuple[str | Visit, ...]


_CONCEPT_TAX = ("Base", "Impuesto", "TipoFactor")
_CUSTOMS = Visit("InformacionAduanera", ("NumeroPedimento",))
_CONCEPT = Visit(
    "Concepto",
    (
        *("ClaveProdServ", "NoIdentificacion?", "Cantidad", "ClaveUnidad", "Unidad?", "Descripcion"),
        *("ValorUnitario", "Importe", "Descuento?", "ObjetoImp"),
        Visit(
            "Impuestos",
            (
                Visit("Traslados", (Visit("Traslado", (*_CONCEPT_TAX, "TasaOCuota?", "Importe?")),)),
                Visit("Retenciones", (Visit("Retencion", (*_CONCEPT_TAX, "TasaOCuota", "Importe")),)),
            ),
        ),
        Visit(
            "ACuentaTerceros",
            (
                *("RfcACuentaTerceros", "NombreACuentaTerceros"),
                *("RegimenFiscalACuentaTerceros", "DomicilioFiscalACuentaTerceros"),
            ),
        ),
        _CUSTOMS,
        Visit("CuentaPredial", ("Numero",)),
        Visit(
            "Parte",
            (
                *("ClaveProdServ", "NoIdentificacion?", "Cantidad", "Unidad?", "Descripcion"),
                *("ValorUnitario?", "Importe?"),
                _CUSTOMS,
            ),
        ),
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
    Visit("Conceptos", (_CONCEPT,)),
    Visit(
        "Impuestos",
        (
            Visit("Retenciones", (Visit("Retencion", ("Impuesto", "Importe")),)),
            "TotalImpuestosRetenidos?",
            Visit("Traslados", (Visit("Traslado", (*_CONCEPT_TAX, "TasaOCuota?", "Importe?")),)),
            "TotalImpuestosTrasladados?",
        ),
    ),
)
STAMP: tuple[str | Visit, ...] = (
    *("Version", "UUID", "FechaTimbrado", "RfcProvCertif", "Leyenda?", "SelloCFD", "NoCertificadoSAT"),
)
_PAYMENT_TAX = ("BaseDR", "ImpuestoDR", "TipoFactorDR")
_PAID = Visit(
    "DoctoRelacionado",
    (
        *("IdDocumento", "Serie?", "Folio?", "MonedaDR", "EquivalenciaDR?", "NumParcialidad"),
        *("ImpSaldoAnt", "ImpPagado", "ImpSaldoInsoluto", "ObjetoImpDR"),
        Visit(
            "ImpuestosDR",
            (
                Visit("RetencionesDR", (Visit("RetencionDR", (*_PAYMENT_TAX, "TasaOCuotaDR", "ImporteDR")),)),
                Visit("TrasladosDR", (Visit("TrasladoDR", (*_PAYMENT_TAX, "TasaOCuotaDR?", "ImporteDR?")),)),
            ),
        ),
    ),
)
PAYMENTS: tuple[str | Visit, ...] = (
    "Version",
    Visit(
        "Totales",
        (
            *("TotalRetencionesIVA?", "TotalRetencionesISR?", "TotalRetencionesIEPS?"),
            *("TotalTrasladosBaseIVA16?", "TotalTrasladosImpuestoIVA16?"),
            *("TotalTrasladosBaseIVA8?", "TotalTrasladosImpuestoIVA8?"),
            *("TotalTrasladosBaseIVA0?", "TotalTrasladosImpuestoIVA0?"),
            *("TotalTrasladosBaseIVAExento?", "MontoTotalPagos"),
        ),
    ),
    Visit(
        "Pago",
        (
            *("FechaPago", "FormaDePagoP", "MonedaP", "TipoCambioP?", "Monto", "NumOperacion?", "RfcEmisorCtaOrd?"),
            *("NomBancoOrdExt?", "CtaOrdenante?", "RfcEmisorCtaBen?", "CtaBeneficiario?", "TipoCadPago?"),
            *("CertPago?", "CadPago?", "SelloPago?"),
            _PAID,
            Visit(
                "ImpuestosP",
                (
                    Visit("RetencionesP", (Visit("RetencionP", ("ImpuestoP", "ImporteP")),)),
                    Visit(
                        "TrasladosP",
                        (Visit("TrasladoP", ("BaseP", "ImpuestoP", "TipoFactorP", "TasaOCuotaP?", "ImporteP?")),),
                    ),
                ),
            ),
        ),
    ),
)
LOCAL_TAXES: tuple[str | Visit, ...] = (
    *("version", "TotaldeRetenciones", "TotaldeTraslados"),
    Visit("RetencionesLocales", ("ImpLocRetenido", "TasadeRetencion", "Importe")),
    Visit("TrasladosLocales", ("ImpLocTrasladado", "TasadeTraslado", "Importe")),
)
LEGENDS: tuple[str | Visit, ...] = ("version", Visit("Leyenda", ("disposicionFiscal?", "norma?", "textoLeyenda")))

Emit = Callable[[etree._Element, list[str]], None]


def cadena(root: etree._Element) -> str:
    """The cadena original of a `cfdi:Comprobante`. Raises `ForeignComplement` where a template of another is needed."""
    values: list[str] = []
    _COMPROBANTE(root, values)
    for row in root.iterchildren(_COMPLEMENT):
        for complement in row.iterchildren(etree.Element):
            emit = _COMPLEMENTS.get(complement.tag)
            if emit is not None:
                emit(complement, values)
    foreign = foreign_complements(root)
    if foreign:
        raise ForeignComplement(", ".join(foreign))
    return joined(values)


def stamp_cadena(stamp: etree._Element) -> str:
    """The cadena original of a `tfd:TimbreFiscalDigital`, which the PAC's `SelloSAT` signs."""
    values: list[str] = []
    _STAMP(stamp, values)
    return joined(values)


def foreign_complements(root: etree._Element) -> tuple[str, ...]:
    """The complements whose template we do not have, by their names in Clark notation."""
    found = [
        str(child.tag)
        for holder in root.iterchildren(_COMPLEMENT)
        for child in holder.iterchildren(etree.Element)
        if child.tag not in _COMPLEMENTS
    ]
    for holder in root.iter(_CONCEPT_COMPLEMENT):
        found += [str(child.tag) for child in holder.iterchildren(etree.Element)]
    return tuple(found)


def joined(values: Sequence[str]) -> str:
    """The values, normalised, between bars."""
    text = f"||{'|'.join(values)}||"
    if any(odd in text for odd in _ODD):
        text = f"||{'|'.join(_SPACES.sub(' ', value).strip(' ') for value in values)}||"
    return text


# ---------------------------------------------------------------- the tables, made into functions


def _compiled(fields: tuple[str | Visit, ...], namespace: str) -> Emit:
    """One function that emits the fields of an element; the attributes before its first child go fastest."""
    leading = next((at for at, field in enumerate(fields) if isinstance(field, Visit)), len(fields))
    attributes = _attributes(fields[:leading])
    if leading == len(fields):
        return attributes
    inner: dict[object, tuple[int, Emit]] = {}
    among: list[tuple[int, Emit]] = []
    for rank, field in enumerate(fields[leading:]):
        if isinstance(field, Visit):
            inner[f"{{{namespace}}}{field.name}"] = rank, _compiled(field.fields, namespace)
        else:
            among.append((rank, _attributes((field,))))
    children = _children(inner, tuple(among))
    if not leading:
        return children

    def emit(element: etree._Element, values: list[str]) -> None:
        attributes(element, values)
        children(element, values)

    return emit


def _attributes(fields: Iterable[str | Visit]) -> Emit:
    wanted = tuple((str(name).removesuffix("?"), None if str(name).endswith("?") else "") for name in fields)

    def emit(element: etree._Element, values: list[str]) -> None:
        get = element.get
        values += [value for name, absent in wanted if (value := get(name, absent)) is not None]

    return emit


def _children(inner: dict[object, tuple[int, Emit]], among: tuple[tuple[int, Emit], ...]) -> Emit:
    """Emits the children by rank, and among them the attributes that stand there in the table.

    Nearly every document has its children in that order already, so they are emitted as they come, and once more by
    rank where one comes too late.
    """
    kind = inner.get

    def by_rank(element: etree._Element, values: list[str]) -> None:
        rows = [(*found, child) for child in element if (found := kind(child.tag)) is not None]
        rows += [(rank, attribute, element) for rank, attribute in among]
        rows.sort(key=_rank)
        for _, inside, child in rows:
            inside(child, values)

    def as_they_come(element: etree._Element, values: list[str]) -> None:
        start, reached = len(values), 0
        for child in element:
            found = kind(child.tag)
            if found is None:
                continue
            rank, inside = found
            if rank < reached:
                del values[start:]
                return by_rank(element, values)
            reached = rank
            inside(child, values)
        return None

    return by_rank if among else as_they_come


_rank = itemgetter(0)
_COMPLEMENT = f"{{{CFDI}}}Complemento"
_CONCEPT_COMPLEMENT = f"{{{CFDI}}}ComplementoConcepto"
_COMPROBANTE = _compiled(COMPROBANTE, CFDI)
_STAMP = _compiled(STAMP, TFD)
_COMPLEMENTS: dict[object, Emit] = {
    f"{{{TFD}}}TimbreFiscalDigital": lambda element, values: None,
    f"{{{PAGOS}}}Pagos": _compiled(PAYMENTS, PAGOS),
    f"{{{IMPLOCAL}}}ImpuestosLocales": _compiled(LOCAL_TAXES, IMPLOCAL),
    f"{{{LEYENDAS}}}LeyendasFiscales": _compiled(LEGENDS, LEYENDAS),
}
