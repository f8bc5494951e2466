"""The cadena original as the authority recomputes it: the field order of CFDI 4.0, Pagos 2.0, TFD 1.1
and of the complements for local taxes and legends.

Each node's order is one line of words: `Name` is always written, `Name?` only where the attribute stands, and
`/Child/Grandchild=Node` visits the children that the path reaches, in document order. A value is trimmed and its
runs of white space collapse to one space, as XPath's normalize-space() does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lxml import etree

CFDI = "http://www.sat.gob.mx/cfd/4"
PAGOS = "http://www.sat.gob.mx/Pagos20"
TFD = "http://www.sat.gob.mx/TimbreFiscalDigital"
LOCAL = "http://www.sat.gob.mx/implocal"
LEGENDS = "http://www.sat.gob.mx/leyendasFiscales"

_CFDI_ORDER = {
    "Comprobante": (
        "Version Serie? Folio? Fecha FormaPago? NoCertificado CondicionesDePago? SubTotal Descuento? Moneda "
        "TipoCambio? Total TipoDeComprobante Exportacion MetodoPago? LugarExpedicion Confirmacion? "
        "/InformacionGlobal=InformacionGlobal /CfdiRelacionados=CfdiRelacionados /Emisor=Emisor /Receptor=Receptor "
        "/Conceptos/Concepto=Concepto /Impuestos=Impuestos"
    ),
    "InformacionGlobal": "Periodicidad Meses Año",
    "CfdiRelacionados": "TipoRelacion /CfdiRelacionado=CfdiRelacionado",
    "CfdiRelacionado": "UUID",
    "Emisor": "Rfc Nombre RegimenFiscal FacAtrAdquirente?",
    "Receptor": ("Rfc Nombre DomicilioFiscalReceptor ResidenciaFiscal? NumRegIdTrib? RegimenFiscalReceptor UsoCFDI"),
    "Concepto": (
        "ClaveProdServ NoIdentificacion? Cantidad ClaveUnidad Unidad? Descripcion ValorUnitario Importe Descuento? "
        "ObjetoImp /Impuestos/Traslados/Traslado=Traslado /Impuestos/Retenciones/Retencion=ConceptoRetencion "
        "/ACuentaTerceros=ACuentaTerceros /InformacionAduanera=InformacionAduanera /CuentaPredial=CuentaPredial "
        "/Parte=Parte"
    ),
    "Traslado": "Base Impuesto TipoFactor TasaOCuota? Importe?",
    "ConceptoRetencion": "Base Impuesto TipoFactor TasaOCuota Importe",
    "ACuentaTerceros": (
        "RfcACuentaTerceros NombreACuentaTerceros RegimenFiscalACuentaTerceros DomicilioFiscalACuentaTerceros"
    ),
    "InformacionAduanera": "NumeroPedimento",
    "CuentaPredial": "Numero",
    "Parte": (
        "ClaveProdServ NoIdentificacion? Cantidad Unidad? Descripcion ValorUnitario? Importe? "
        "/InformacionAduanera=InformacionAduanera"
    ),
    "Impuestos": (
        "/Retenciones/Retencion=Retencion TotalImpuestosRetenidos? /Traslados/Traslado=Traslado "
        "TotalImpuestosTrasladados?"
    ),
    "Retencion": "Impuesto Importe",
}

_PAGOS_ORDER = {
    "Pagos": "Version /Totales=Totales /Pago=Pago",
    "Totales": (
        "TotalRetencionesIVA? TotalRetencionesISR? TotalRetencionesIEPS? TotalTrasladosBaseIVA16? "
        "TotalTrasladosImpuestoIVA16? TotalTrasladosBaseIVA8? TotalTrasladosImpuestoIVA8? TotalTrasladosBaseIVA0? "
        "TotalTrasladosImpuestoIVA0? TotalTrasladosBaseIVAExento? MontoTotalPagos"
    ),
    "Pago": (
        "FechaPago FormaDePagoP MonedaP TipoCambioP? Monto NumOperacion? RfcEmisorCtaOrd? NomBancoOrdExt? "
        "CtaOrdenante? RfcEmisorCtaBen? CtaBeneficiario? TipoCadPago? CertPago? CadPago? SelloPago? "
        "/DoctoRelacionado=DoctoRelacionado /ImpuestosP/RetencionesP/RetencionP=RetencionP "
        "/ImpuestosP/TrasladosP/TrasladoP=TrasladoP"
    ),
    "DoctoRelacionado": (
        "IdDocumento Serie? Folio? MonedaDR EquivalenciaDR? NumParcialidad ImpSaldoAnt ImpPagado ImpSaldoInsoluto "
        "ObjetoImpDR /ImpuestosDR/RetencionesDR/RetencionDR=RetencionDR /ImpuestosDR/TrasladosDR/TrasladoDR=TrasladoDR"
    ),
    "RetencionDR": "BaseDR ImpuestoDR TipoFactorDR TasaOCuotaDR ImporteDR",
    "TrasladoDR": "BaseDR ImpuestoDR TipoFactorDR TasaOCuotaDR? ImporteDR?",
    "RetencionP": "ImpuestoP ImporteP",
    "TrasladoP": "BaseP ImpuestoP TipoFactorP TasaOCuotaP? ImporteP?",
}

_LOCAL_ORDER = {
    "ImpuestosLocales": (
        "version TotaldeRetenciones TotaldeTraslados /RetencionesLocales=RetencionesLocales "
        "/TrasladosLocales=TrasladosLocales"
    ),
    "RetencionesLocales": "ImpLocRetenido TasadeRetencion Importe",
    "TrasladosLocales": "ImpLocTrasladado TasadeTraslado Importe",
}

_LEGENDS_ORDER = {
    "LeyendasFiscales": "version /Leyenda=Leyenda",
    "Leyenda": "disposicionFiscal? norma? textoLeyenda",
}

_TFD_ORDER = {"TimbreFiscalDigital": "Version UUID FechaTimbrado RfcProvCertif Leyenda? SelloCFD NoCertificadoSAT"}


class _Word(NamedTuple):
    """One place of a node's order: an attribute (`path` empty), or the children at `path` read as `name`."""

    name: str
    optional: bool
    path: str


def _compiled(order: Mapping[str, str], namespace: str) -> dict[str, tuple[_Word, ...]]:
    return {node: tuple(_word(word, namespace) for word in line.split()) for node, line in order.items()}


def _word(word: str, namespace: str) -> _Word:
    if not word.startswith("/"):
        return _Word(word.removesuffix("?"), word.endswith("?"), "")
    steps, node = word[1:].split("=")
    return _Word(node, False, "/".join(f"{{{namespace}}}{step}" for step in steps.split("/")))


_CFDI_WORDS = _compiled(_CFDI_ORDER, CFDI)
_COMPLEMENTS = {
    f"{{{PAGOS}}}Pagos": ("Pagos", _compiled(_PAGOS_ORDER, PAGOS)),
    f"{{{LOCAL}}}ImpuestosLocales": ("ImpuestosLocales", _compiled(_LOCAL_ORDER, LOCAL)),
    f"{{{LEGENDS}}}LeyendasFiscales": ("LeyendasFiscales", _compiled(_LEGENDS_ORDER, LEGENDS)),
}
_TFD_WORDS = _compiled(_TFD_ORDER, TFD)
_SPACES = re.compile(r"[ \t\r\n]+")


def of_comprobante(root: etree._Element) -> str:
    """The cadena original of a Comprobante 4.0, its complements included. Sello and Addenda are never in it."""
    fields = list(_fields(root, "Comprobante", _CFDI_WORDS))
    for complement in root.iterfind(f"{{{CFDI}}}Complemento/*"):
        known = _COMPLEMENTS.get(str(complement.tag))
        if known is not None:
            fields.extend(_fields(complement, *known))
    return _joined(fields)


def of_timbre(timbre: etree._Element) -> str:
    """The cadena original of a TimbreFiscalDigital, which the certifier's own seal signs."""
    return _joined(list(_fields(timbre, "TimbreFiscalDigital", _TFD_WORDS)))


def _fields(node: etree._Element, name: str, words: Mapping[str, tuple[_Word, ...]]) -> Iterator[str]:
    for word in words[name]:
        if word.path:
            for child in node.iterfind(word.path):
                yield from _fields(child, word.name, words)
            continue
        value = node.get(word.name)
        if value is not None or not word.optional:
            yield _SPACES.sub(" ", value or "").strip(" ")


def _joined(fields: list[str]) -> str:
    return "||" + "|".join(fields) + "||"
