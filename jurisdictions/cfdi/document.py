"""Writing a CFDI 4.0 of type I or E: attributes in SAT's words, elements in schema order.

Source: Anexo 20 (cfdv40.xsd) and its filling guide. Inside a concept Traslados come before Retenciones, in the
document Retenciones before Traslados. An optional attribute without a value is left out, never written empty.
"""

from __future__ import annotations

from decimal import Decimal

from jurisdictions.cfdi.comprobante import Comprobante, Group
from jurisdictions.cfdi.concepts import Concept, ConceptTax
from jurisdictions.cfdi.parties import Receiver, Sender
from jurisdictions.cfdi.settings import InformacionGlobal
from jurisdictions.cfdi.terms import MXN, Relations
from jurisdictions.kit.xml import Markup, document, element
from schemas.money import ZERO, plain, round_half_up

NAME = "cfdi.xml"
MEDIA_TYPE = "application/xml"
_CLOSING = b"</cfdi:Comprobante>"
_NAMESPACES = (
    ("xmlns:cfdi", "http://www.sat.gob.mx/cfd/4"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ("xsi:schemaLocation", "http://www.sat.gob.mx/cfd/4 http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd"),
)


def write(cfdi: Comprobante, *, certificate_number: str | None = None, certificate: str = "") -> bytes:
    """The document as bytes with an empty `Sello`, which stands before every text that a caller wrote at length."""
    terms_ = cfdi.terms
    has_discount = any(concept.discount for concept in cfdi.concepts)
    head = (
        *_NAMESPACES,
        ("Version", "4.0"),
        ("Serie", cfdi.series),
        ("Folio", cfdi.folio),
        ("Fecha", cfdi.issued.strftime("%Y-%m-%dT%H:%M:%S")),
        ("Sello", ""),
        ("FormaPago", terms_.form),
        ("NoCertificado", certificate_number),
        ("Certificado", certificate),
        ("CondicionesDePago", terms_.conditions),
        ("SubTotal", _fixed(cfdi.subtotal, cfdi.scale)),
        ("Descuento", _fixed(cfdi.discount, cfdi.scale) if has_discount else None),
        ("Moneda", cfdi.currency),
        ("TipoCambio", None if cfdi.currency == MXN or terms_.rate is None else _short(terms_.rate)),
        ("Total", _fixed(cfdi.total, cfdi.scale)),
        ("TipoDeComprobante", cfdi.kind),
        ("Exportacion", terms_.export),
        ("MetodoPago", terms_.method),
        ("LugarExpedicion", cfdi.sender.place),
    )
    children = (
        _period(cfdi.period),
        _related(cfdi.related),
        _sender(cfdi.sender),
        _receiver(cfdi.receiver),
        element("cfdi:Conceptos", *(_concept(row, cfdi.scale) for row in cfdi.concepts)),
        _taxes(cfdi),
    )
    return document(element("cfdi:Comprobante", *children, attrs=head))


def with_complement(sealed: bytes, complement: Markup) -> bytes:
    """The sealed bytes as they are, with the complement put before the closing tag. Raises ValueError without one."""
    head, closing, rest = sealed.rpartition(_CLOSING)
    if not closing or rest.strip():
        raise ValueError("the document does not end with </cfdi:Comprobante>")
    return head + element("cfdi:Complemento", complement).encode() + closing + rest


def _period(period: InformacionGlobal | None) -> Markup | None:
    if period is None:
        return None
    attrs = (("Periodicidad", period.periodicidad), ("Meses", period.meses), ("Año", str(period.anio)))
    return element("cfdi:InformacionGlobal", attrs=attrs)


def _related(related: Relations | None) -> Markup | None:
    if related is None:
        return None
    rows = (element("cfdi:CfdiRelacionado", attrs=(("UUID", uuid),)) for uuid in related.uuids)
    return element("cfdi:CfdiRelacionados", *rows, attrs=(("TipoRelacion", related.relation),))


def _sender(who: Sender) -> Markup:
    return element("cfdi:Emisor", attrs=(("Rfc", who.rfc), ("Nombre", who.name), ("RegimenFiscal", who.regime)))


def _receiver(who: Receiver) -> Markup:
    attrs = (
        ("Rfc", who.rfc),
        ("Nombre", who.name),
        ("DomicilioFiscalReceptor", who.postal_code),
        ("ResidenciaFiscal", who.country),
        ("NumRegIdTrib", who.tax_id),
        ("RegimenFiscalReceptor", who.regime),
        ("UsoCFDI", who.use),
    )
    return element("cfdi:Receptor", attrs=attrs)


def _concept(row: Concept, scale: int) -> Markup:
    attrs = (
        ("ClaveProdServ", row.product),
        ("NoIdentificacion", row.identification),
        ("Cantidad", _short(row.quantity)),
        ("ClaveUnidad", row.unit),
        ("Descripcion", row.description),
        ("ValorUnitario", _long(row.price, scale)),
        ("Importe", _long(row.amount, scale)),
        ("Descuento", _long(row.discount, scale) if row.discount else None),
        ("ObjetoImp", row.tax_object),
    )
    transferred = [_concept_tax("cfdi:Traslado", tax, scale) for tax in row.taxes if not tax.withheld]
    withheld = [_concept_tax("cfdi:Retencion", tax, scale) for tax in row.taxes if tax.withheld]
    taxes = (
        element("cfdi:Traslados", *transferred) if transferred else None,
        element("cfdi:Retenciones", *withheld) if withheld else None,
    )
    return element("cfdi:Concepto", element("cfdi:Impuestos", *taxes) if row.taxes else None, attrs=attrs)


def _concept_tax(tag: str, tax: ConceptTax, scale: int) -> Markup:
    return element(
        tag,
        attrs=(
            ("Base", _long(tax.base, scale)),
            ("Impuesto", tax.code),
            ("TipoFactor", "Exento" if tax.rate is None else "Tasa"),
            ("TasaOCuota", None if tax.rate is None else _fixed(tax.rate, 6)),
            ("Importe", None if tax.rate is None else _fixed(tax.amount, 6)),
        ),
    )


def _taxes(cfdi: Comprobante) -> Markup | None:
    if not cfdi.withheld and not cfdi.transferred:
        return None
    scale = cfdi.scale
    withheld = [
        element("cfdi:Retencion", attrs=(("Impuesto", g.code), ("Importe", _fixed(g.amount, scale))))
        for g in cfdi.withheld
    ]
    transferred = [_group(group, scale) for group in cfdi.transferred]
    rated = any(group.rate is not None for group in cfdi.transferred)
    totals = (
        ("TotalImpuestosRetenidos", _total(cfdi.withheld, scale) if withheld else None),
        ("TotalImpuestosTrasladados", _total(cfdi.transferred, scale) if rated else None),
    )
    return element(
        "cfdi:Impuestos",
        element("cfdi:Retenciones", *withheld) if withheld else None,
        element("cfdi:Traslados", *transferred) if transferred else None,
        attrs=totals,
    )


def _group(group: Group, scale: int) -> Markup:
    return element(
        "cfdi:Traslado",
        attrs=(
            ("Base", _fixed(group.base, scale)),
            ("Impuesto", group.code),
            ("TipoFactor", "Exento" if group.rate is None else "Tasa"),
            ("TasaOCuota", None if group.rate is None else _fixed(group.rate, 6)),
            ("Importe", None if group.rate is None else _fixed(group.amount, scale)),
        ),
    )


def _total(groups: tuple[Group, ...], scale: int) -> str:
    return _fixed(sum((group.amount for group in groups), ZERO), scale)


def _fixed(value: Decimal, scale: int) -> str:
    return plain(round_half_up(value, scale))


def _short(value: Decimal) -> str:
    """Without trailing zeros: SAT's tolerances grow narrower with every decimal that is written."""
    text = plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _long(value: Decimal, scale: int) -> str:
    """At the currency's scale, or with as many more decimals (up to six) as the value has."""
    text = plain(round_half_up(value, max(scale, 6)))
    whole, _, decimals = text.partition(".")
    kept = decimals.rstrip("0").ljust(scale, "0")
    return f"{whole}.{kept}" if kept else whole
