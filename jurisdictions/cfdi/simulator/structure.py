"""The structure that Anexo 20 asks of a CFDI 4.0, as the authority checks it first: elements, order, attributes, forms.

A shape is two lines of words: attributes as `Name:form` (`!` after it: required), and children as `Name` (once),
`Name?`, `Name*` or `Name+`, in their order. Whether a code stands in its catalogue is not asked here but by the
rules, which have a code of their own for each catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lxml import etree

from jurisdictions.cfdi.simulator.cadena import CFDI, LEGENDS, LOCAL, PAGOS, TFD

XSI = "http://www.w3.org/2001/XMLSchema-instance"

_AMOUNT = r"[0-9]{1,18}(\.[0-9]{1,6})?"
# xs:decimal with fractionDigits: zeros after the last digit that counts are not counted.
_DECIMAL = r"\+?([0-9]+(\.[0-9]{{0,{0}}}0*)?|\.[0-9]{{1,{0}}}0*)"
_POSITIVE = r"(?=.*[1-9])" + _DECIMAL.format(6)
_RFC = r"[A-Z&Ñ]{3,4}[0-9]{2}(0[1-9]|1[012])(0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A]"
_UUID = r"[a-fA-F0-9]{8}(-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}"
_MOMENT = r"20[1-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"

_FORMS = {
    "v4": r"4\.0",
    "v2": r"2\.0",
    "any": r".+",
    "code": r"\S(.*\S)?",
    "amount": _AMOUNT,
    "pesos": r"[0-9]{1,18}(\.[0-9]{1,2})?",
    "positive": _POSITIVE,
    "rate": _DECIMAL.format(6),
    "ratio": r"(?=.*[1-9])" + _DECIMAL.format(10),
    "moment": _MOMENT,
    "rfc": _RFC,
    "bank": r"XEXX010101000|" + _RFC,
    "uuid": _UUID,
    "document": _UUID + r"|[0-9]{3}-[0-9]{2}-[0-9]{9}",
    "d5": r"[0-9]{5}",
    "d8": r"[0-9]{8}",
    "d10": r"[0-9]{10}",
    "d20": r"[0-9]{20}",
    "confirmation": r"[0-9a-zA-Z]{5}",
    "year": r"(2019|20[2-9][0-9]|2[1-9][0-9]{2}|[3-9][0-9]{3})",
    "part": r"[1-9][0-9]{0,2}",
    "pedimento": r"[0-9]{2}  [0-9]{2}  [0-9]{4}  [0-9]{7}",
    "property": r"[0-9a-zA-Z]{1,150}",
    "account": r"[A-Z0-9_]{10,50}",
    "v1": r"1\.0",
    "cents": r"[+-]?([0-9]+(\.[0-9]{0,2}0*)?|\.[0-9]{1,2}0*)",
    "t20": r"[^|]{1,20}",
    "t25": r"[^|]{1,25}",
    "t40": r"[^|]{1,40}",
    "id40": r".{1,40}",
    "t100": r"[^|]{1,100}",
    "t300": r"[^|]{1,300}",
    "t1000": r"[^|]{1,1000}",
    "t8192": r".{1,8192}",
}

_TAX = "Base:{base}! Impuesto:code! TipoFactor:code! TasaOCuota:rate{must} Importe:amount{must}"

_CFDI_SHAPES = {
    "Comprobante": (
        "Version:v4! Serie:t25 Folio:t40 Fecha:moment! Sello:any! FormaPago:code NoCertificado:d20! Certificado:any! "
        "CondicionesDePago:t1000 SubTotal:amount! Descuento:amount Moneda:code! TipoCambio:positive Total:amount! "
        "TipoDeComprobante:code! Exportacion:code! MetodoPago:code LugarExpedicion:d5! Confirmacion:confirmation",
        "InformacionGlobal? CfdiRelacionados* Emisor Receptor Conceptos Impuestos? Complemento? Addenda?",
    ),
    "InformacionGlobal": ("Periodicidad:code! Meses:code! Año:year!", ""),
    "CfdiRelacionados": ("TipoRelacion:code!", "CfdiRelacionado+"),
    "CfdiRelacionado": ("UUID:uuid!", ""),
    "Emisor": ("Rfc:rfc! Nombre:t300! RegimenFiscal:code! FacAtrAdquirente:d10", ""),
    "Receptor": (
        "Rfc:rfc! Nombre:t300! DomicilioFiscalReceptor:d5! ResidenciaFiscal:code NumRegIdTrib:id40 "
        "RegimenFiscalReceptor:code! UsoCFDI:code!",
        "",
    ),
    "Conceptos": ("", "Concepto+"),
    "Concepto": (
        "ClaveProdServ:d8! NoIdentificacion:t100 Cantidad:positive! ClaveUnidad:code! Unidad:t20 Descripcion:t1000! "
        "ValorUnitario:amount! Importe:amount! Descuento:amount ObjetoImp:code!",
        "Impuestos=ConceptoImpuestos? ACuentaTerceros? InformacionAduanera* CuentaPredial* Parte*",
    ),
    "ConceptoImpuestos": ("", "Traslados=ConceptoTraslados? Retenciones=ConceptoRetenciones?"),
    "ConceptoTraslados": ("", "Traslado=ConceptoTraslado+"),
    "ConceptoTraslado": (_TAX.format(base="positive", must=""), ""),
    "ConceptoRetenciones": ("", "Retencion=ConceptoRetencion+"),
    "ConceptoRetencion": (_TAX.format(base="positive", must="!"), ""),
    "ACuentaTerceros": (
        "RfcACuentaTerceros:rfc! NombreACuentaTerceros:t300! RegimenFiscalACuentaTerceros:code! "
        "DomicilioFiscalACuentaTerceros:d5!",
        "",
    ),
    "InformacionAduanera": ("NumeroPedimento:pedimento!", ""),
    "CuentaPredial": ("Numero:property!", ""),
    "Parte": (
        "ClaveProdServ:d8! NoIdentificacion:t100 Cantidad:positive! Unidad:t20 Descripcion:t1000! "
        "ValorUnitario:amount Importe:amount",
        "InformacionAduanera*",
    ),
    "Impuestos": ("TotalImpuestosRetenidos:amount TotalImpuestosTrasladados:amount", "Retenciones? Traslados?"),
    "Retenciones": ("", "Retencion+"),
    "Retencion": ("Impuesto:code! Importe:amount!", ""),
    "Traslados": ("", "Traslado+"),
    "Traslado": (_TAX.format(base="amount", must=""), ""),
}

_PAGOS_SHAPES = {
    "Pagos": ("Version:v2!", "Totales Pago+"),
    "Totales": (
        "TotalRetencionesIVA:pesos TotalRetencionesISR:pesos TotalRetencionesIEPS:pesos "
        "TotalTrasladosBaseIVA16:pesos TotalTrasladosImpuestoIVA16:pesos TotalTrasladosBaseIVA8:pesos "
        "TotalTrasladosImpuestoIVA8:pesos TotalTrasladosBaseIVA0:pesos TotalTrasladosImpuestoIVA0:pesos "
        "TotalTrasladosBaseIVAExento:pesos MontoTotalPagos:pesos!",
        "",
    ),
    "Pago": (
        "FechaPago:moment! FormaDePagoP:code! MonedaP:code! TipoCambioP:positive Monto:amount! NumOperacion:t100 "
        "RfcEmisorCtaOrd:bank NomBancoOrdExt:t300 CtaOrdenante:account RfcEmisorCtaBen:rfc CtaBeneficiario:account "
        "TipoCadPago:code CertPago:any CadPago:t8192 SelloPago:any",
        "DoctoRelacionado+ ImpuestosP?",
    ),
    "DoctoRelacionado": (
        "IdDocumento:document! Serie:t25 Folio:t40 MonedaDR:code! EquivalenciaDR:ratio NumParcialidad:part! "
        "ImpSaldoAnt:amount! ImpPagado:amount! ImpSaldoInsoluto:amount! ObjetoImpDR:code!",
        "ImpuestosDR?",
    ),
    "ImpuestosDR": ("", "RetencionesDR? TrasladosDR?"),
    "RetencionesDR": ("", "RetencionDR+"),
    "RetencionDR": ("BaseDR:positive! ImpuestoDR:code! TipoFactorDR:code! TasaOCuotaDR:rate! ImporteDR:amount!", ""),
    "TrasladosDR": ("", "TrasladoDR+"),
    "TrasladoDR": ("BaseDR:positive! ImpuestoDR:code! TipoFactorDR:code! TasaOCuotaDR:rate ImporteDR:amount", ""),
    "ImpuestosP": ("", "RetencionesP? TrasladosP?"),
    "RetencionesP": ("", "RetencionP+"),
    "RetencionP": ("ImpuestoP:code! ImporteP:amount!", ""),
    "TrasladosP": ("", "TrasladoP+"),
    "TrasladoP": ("BaseP:amount! ImpuestoP:code! TipoFactorP:code! TasaOCuotaP:rate ImporteP:amount", ""),
}

_LOCAL_SHAPES = {
    "ImpuestosLocales": (
        "version:v1! TotaldeRetenciones:cents! TotaldeTraslados:cents!",
        "RetencionesLocales* TrasladosLocales*",
    ),
    "RetencionesLocales": ("ImpLocRetenido:any! TasadeRetencion:cents! Importe:cents!", ""),
    "TrasladosLocales": ("ImpLocTrasladado:any! TasadeTraslado:cents! Importe:cents!", ""),
}

_LEGENDS_SHAPES = {
    "LeyendasFiscales": ("version:v1!", "Leyenda+"),
    "Leyenda": ("disposicionFiscal:any norma:any textoLeyenda:any!", ""),
}


class _Child(NamedTuple):
    tag: str
    shape: str
    least: int
    most: int


class _Shape(NamedTuple):
    attributes: Mapping[str, re.Pattern[str]]
    required: frozenset[str]
    children: tuple[_Child, ...]


_MANY = 1_000_000


def _compiled(shapes: Mapping[str, tuple[str, str]], namespace: str) -> dict[str, _Shape]:
    return {name: _shape(attributes, children, namespace) for name, (attributes, children) in shapes.items()}


def _shape(attributes: str, children: str, namespace: str) -> _Shape:
    pairs = [word.split(":") for word in attributes.split()]
    forms = {name: re.compile(_FORMS[form.removesuffix("!")], re.DOTALL) for name, form in pairs}
    required = frozenset(name for name, form in pairs if form.endswith("!"))
    return _Shape(forms, required, tuple(_child(word, namespace) for word in children.split()))


def _child(word: str, namespace: str) -> _Child:
    least, most = {"?": (0, 1), "*": (0, _MANY), "+": (1, _MANY)}.get(word[-1], (1, 1))
    tag, _, shape = word.rstrip("?*+").partition("=")
    return _Child(f"{{{namespace}}}{tag}", shape or tag, least, most)


_CFDI = _compiled(_CFDI_SHAPES, CFDI)
_PAGOS = _compiled(_PAGOS_SHAPES, PAGOS)
_COMPLEMENTS = {
    PAGOS: ("Pagos", _PAGOS),
    LOCAL: ("ImpuestosLocales", _compiled(_LOCAL_SHAPES, LOCAL)),
    LEGENDS: ("LeyendasFiscales", _compiled(_LEGENDS_SHAPES, LEGENDS)),
}
_FREE = (f"{{{CFDI}}}Complemento", f"{{{CFDI}}}Addenda")
_COLLAPSED = re.compile(r"[ \t\r\n]+")

_SCHEMAS = {
    CFDI: "http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd",
    PAGOS: "http://www.sat.gob.mx/sitio_internet/cfd/Pagos/Pagos20.xsd",
    LOCAL: "http://www.sat.gob.mx/sitio_internet/cfd/implocal/implocal.xsd",
    LEGENDS: "http://www.sat.gob.mx/sitio_internet/cfd/leyendasFiscales/leyendasFisc.xsd",
}
_PREFIXES = {CFDI: "cfdi", PAGOS: "pago20", LOCAL: "implocal", LEGENDS: "leyendasFisc", TFD: "tfd"}


def faults(root: etree._Element) -> Iterator[str]:
    """What breaks the structure, each a short sentence; nothing where the document is well built."""
    if root.tag != f"{{{CFDI}}}Comprobante":
        yield f"la raíz no es cfdi:Comprobante 4.0 sino {root.tag}"
        return
    yield from _namespaces(root)
    yield from _walk(root, _CFDI["Comprobante"], _CFDI)
    for complement in root.iterfind(f"{{{CFDI}}}Complemento/*"):
        name, shapes = _COMPLEMENTS.get(etree.QName(complement).namespace or "", ("", {}))
        if name and etree.QName(complement).localname == name:
            yield from _walk(complement, shapes[name], shapes)
        elif complement.tag != f"{{{TFD}}}TimbreFiscalDigital":
            yield f"complemento no soportado: {complement.tag}"


def _namespaces(root: etree._Element) -> Iterator[str]:
    """The prefixes of SAT's practice, and every schema named at the root with SAT's own address."""
    complements = {etree.QName(one).namespace or "" for one in root.iterfind(f"{{{CFDI}}}Complemento/*")}
    used = {CFDI} | (complements & _COMPLEMENTS.keys())
    words = (root.get(f"{{{XSI}}}schemaLocation") or "").split()
    named = dict(zip(words[::2], words[1::2], strict=False))
    for namespace in sorted(used):
        if root.nsmap.get(_PREFIXES[namespace]) != namespace:
            yield f"el espacio de nombres {namespace} no está declarado en la raíz como {_PREFIXES[namespace]}"
        if named.get(namespace) != _SCHEMAS[namespace]:
            yield f"schemaLocation no señala el esquema de {namespace}"


def _walk(node: etree._Element, shape: _Shape, shapes: Mapping[str, _Shape]) -> Iterator[str]:
    yield from _attributes(node, shape)
    if (node.text or "").strip() or any((child.tail or "").strip() for child in node):
        yield f"{_local(node)} contiene texto"
    elements = list(node)
    place = 0
    for allowed in shape.children:
        start = place
        while place < len(elements) and elements[place].tag == allowed.tag:
            if allowed.tag not in _FREE:
                yield from _walk(elements[place], shapes[allowed.shape], shapes)
            place += 1
        if not allowed.least <= place - start <= allowed.most:
            yield f"{_local(node)}: {place - start} veces {allowed.tag.rpartition('}')[2]}"
    if place < len(elements):
        yield f"{_local(node)}: {_local(elements[place])} no se espera ahí"


def _attributes(node: etree._Element, shape: _Shape) -> Iterator[str]:
    for name in shape.required:
        if node.get(name) is None:
            yield f"{_local(node)}: falta el atributo {name}"
    for key, value in node.attrib.items():
        name, text = str(key), str(value)
        if name == f"{{{XSI}}}schemaLocation":
            continue
        form = shape.attributes.get(name)
        if form is None:
            yield f"{_local(node)}: el atributo {name} no existe"
        elif not form.fullmatch(text if name == "NumeroPedimento" else _COLLAPSED.sub(" ", text).strip(" ")):
            yield f"{_local(node)}: {name} no cumple con el patrón requerido"


def _local(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2]
