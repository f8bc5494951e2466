"""Writing a CFDI 4.0 of type I, E or T: attributes in SAT's words, elements in schema order.

Source: Anexo 20 (cfdv40.xsd) and its filling guide. Inside a concept Traslados come before Retenciones, in the
document Retenciones before Traslados. An optional attribute without a value is left out, never written empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from jurisdictions.cfdi.complements import IMPLOCAL, LEYENDAS, PREFIXES, SCHEMA_LOCATIONS, legends_markup, local_markup
from jurisdictions.cfdi.comprobante import Comprobante, Group
from jurisdictions.cfdi.concepts import Concept, ConceptTax
from jurisdictions.cfdi.parties import Receiver, Sender
from jurisdictions.cfdi.settings import ACuentaTerceros, InformacionGlobal, Parte
from jurisdictions.cfdi.terms import MXN, Relations
from jurisdictions.kit.xml import Markup, document, element, quoted
from schemas.money import ZERO, round_half_up

NAME = "cfdi.xml"
MEDIA_TYPE = "application/xml"
_LONGEST = 6
"""The most decimals of an amount (t_Importe)."""
_CFDI = ("xmlns:cfdi", "http://www.sat.gob.mx/cfd/4")
_XSI = ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
_SCHEMA = "http://www.sat.gob.mx/cfd/4 http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd"
_PLAIN = (_CFDI, _XSI, ("xsi:schemaLocation", _SCHEMA))


def write(cfdi: Comprobante, *, certificate_number: str | None = None, certificate: str = "") -> bytes:
    """The document as bytes with an empty `Sello`, which stands before every text that a caller wrote at length."""
    terms_ = cfdi.terms
    head = (
        *_namespaces(cfdi),
        ("Version", "4.0"),
        ("Serie", cfdi.series),
        ("Folio", cfdi.folio),
        ("Fecha", cfdi.issued.isoformat(timespec="seconds")[:19]),
        ("Sello", ""),
        ("FormaPago", terms_.form),
        ("NoCertificado", certificate_number),
        ("Certificado", certificate),
        ("CondicionesDePago", terms_.conditions),
        ("SubTotal", _fixed(cfdi.subtotal, cfdi.scale)),
        ("Descuento", None if cfdi.discount is None else _fixed(cfdi.discount, cfdi.scale)),
        ("Moneda", cfdi.currency),
        ("TipoCambio", None if cfdi.currency == MXN or terms_.rate is None else _short(terms_.rate)),
        ("Total", _fixed(cfdi.total, cfdi.scale)),
        ("TipoDeComprobante", cfdi.kind),
        ("Exportacion", terms_.export),
        ("MetodoPago", terms_.method),
        ("LugarExpedicion", cfdi.sender.place),
        ("Confirmacion", cfdi.confirmation),
    )
    children = (
        _period(cfdi.period),
        *(_related(row) for row in cfdi.related),
        _sender(cfdi.sender),
        _receiver(cfdi.receiver),
        element("cfdi:Conceptos", Markup("".join([_concept(row, cfdi.scale) for row in cfdi.concepts]))),
        _taxes(cfdi),
        _complements(cfdi),
    )
    return document(element("cfdi:Comprobante", *children, attrs=head))


def _namespaces(cfdi: Comprobante) -> tuple[tuple[str, str], ...]:
    if cfdi.local is None and not cfdi.legends:
        return _PLAIN
    used = (IMPLOCAL,) * (cfdi.local is not None) + (LEYENDAS,) * bool(cfdi.legends)
    declared = ((f"xmlns:{PREFIXES[name]}", name) for name in used)
    return (
        _CFDI,
        *declared,
        _XSI,
        ("xsi:schemaLocation", " ".join((_SCHEMA, *(SCHEMA_LOCATIONS[name] for name in used)))),
    )


def _complements(cfdi: Comprobante) -> Markup | None:
    if cfdi.local is None and not cfdi.legends:
        return None
    return element(
        "cfdi:Complemento",
        None if cfdi.local is None else local_markup(cfdi.local),
        legends_markup(cfdi.legends) if cfdi.legends else None,
    )


def _period(period: InformacionGlobal | None) -> Markup | None:
    if period is None:
        return None
    attrs = (("Periodicidad", period.periodicidad), ("Meses", period.meses), ("Año", str(period.anio)))
    return element("cfdi:InformacionGlobal", attrs=attrs)


def _related(related: Relations) -> Markup:
    rows = (element("cfdi:CfdiRelacionado", attrs=(("UUID", uuid),)) for uuid in related.uuids)
    return element("cfdi:CfdiRelacionados", *rows, attrs=(("TipoRelacion", related.relation),))


def _sender(who: Sender) -> Markup:
    attrs = (
        ("Rfc", who.rfc),
        ("Nombre", who.name),
        ("RegimenFiscal", who.regime),
        ("FacAtrAdquirente", who.acquirer),
    )
    return element("cfdi:Emisor", attrs=attrs)


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


def _concept(row: Concept, scale: int) -> str:
    """One cfdi:Concepto in one go: of all that a document holds there is most of it."""
    more = _beyond(row) if row.third_party or row.customs or row.land or row.parts else ""
    inner = f"{_concept_taxes(row.taxes, scale)}{more}" if row.taxes else more
    identified = "" if row.identification is None else f' NoIdentificacion="{quoted(row.identification)}"'
    unit_name = "" if row.unit_name is None else f' Unidad="{quoted(row.unit_name)}"'
    discount = f' Descuento="{_long(row.discount, scale)}"' if row.discount else ""
    return (
        f'<cfdi:Concepto ClaveProdServ="{quoted(row.product)}"{identified} Cantidad="{_short(row.quantity)}"'
        f' ClaveUnidad="{quoted(row.unit)}"{unit_name} Descripcion="{quoted(row.description)}"'
        f' ValorUnitario="{_long(row.price, scale)}" Importe="{_long(row.amount, scale)}"{discount}'
        f' ObjetoImp="{quoted(row.tax_object)}"{f">{inner}</cfdi:Concepto>" if inner else "/>"}'
    )


def _beyond(row: Concept) -> Markup:
    """What few concepts have, in schema order."""
    return Markup(
        "".join(
            (
                "" if row.third_party is None else _third_party(row.third_party),
                *_customs(row.customs),
                *(element("cfdi:CuentaPredial", attrs=(("Numero", number),)) for number in row.land),
                *(_part(part) for part in row.parts),
            )
        )
    )


def _third_party(who: ACuentaTerceros) -> Markup:
    attrs = (
        ("RfcACuentaTerceros", who.rfc),
        ("NombreACuentaTerceros", who.nombre),
        ("RegimenFiscalACuentaTerceros", who.regimen_fiscal),
        ("DomicilioFiscalACuentaTerceros", who.domicilio_fiscal),
    )
    return element("cfdi:ACuentaTerceros", attrs=attrs)


def _customs(numbers: tuple[str, ...]) -> Iterator[Markup]:
    return (element("cfdi:InformacionAduanera", attrs=(("NumeroPedimento", number),)) for number in numbers)


def _part(part: Parte) -> Markup:
    attrs = (
        ("ClaveProdServ", part.clave_prod_serv),
        ("NoIdentificacion", part.no_identificacion),
        ("Cantidad", part.cantidad),
        ("Unidad", part.unidad),
        ("Descripcion", part.descripcion),
        ("ValorUnitario", part.valor_unitario),
        ("Importe", part.importe),
    )
    return element("cfdi:Parte", *_customs(part.informacion_aduanera), attrs=attrs)


def _concept_taxes(taxes: tuple[ConceptTax, ...], scale: int) -> str:
    """Codes and numbers of ours alone, so nothing is there to escape."""
    added = "".join([_concept_tax("Traslado", tax, scale) for tax in taxes if not tax.withheld])
    withheld = "".join([_concept_tax("Retencion", tax, scale) for tax in taxes if tax.withheld])
    if added:
        added = f"<cfdi:Traslados>{added}</cfdi:Traslados>"
    if withheld:
        withheld = f"<cfdi:Retenciones>{withheld}</cfdi:Retenciones>"
    return f"<cfdi:Impuestos>{added}{withheld}</cfdi:Impuestos>"


def _concept_tax(tag: str, tax: ConceptTax, scale: int) -> str:
    rate = tax.rate
    rated = "" if rate is None else f' TasaOCuota="{_fixed(rate, 6)}" Importe="{_fixed(tax.amount, 6)}"'
    return f'<cfdi:{tag} Base="{_long(tax.base, scale)}" Impuesto="{tax.code}" TipoFactor="{tax.factor}"{rated}/>'


def _taxes(cfdi: Comprobante) -> Markup | None:
    """Nothing to escape here either."""
    if not cfdi.withheld and not cfdi.transferred:
        return None
    totals = rows = ""
    if cfdi.withheld:
        totals = _total("TotalImpuestosRetenidos", cfdi.withheld, cfdi.scale)
        rows = "".join([_retained(group, cfdi.scale) for group in cfdi.withheld])
        rows = f"<cfdi:Retenciones>{rows}</cfdi:Retenciones>"
    if cfdi.transferred:
        rated = [group for group in cfdi.transferred if group.rate is not None]
        if rated:
            totals += _total("TotalImpuestosTrasladados", rated, cfdi.scale)
        added = "".join([_group(group, cfdi.scale) for group in cfdi.transferred])
        rows += f"<cfdi:Traslados>{added}</cfdi:Traslados>"
    return Markup(f"<cfdi:Impuestos{totals}>{rows}</cfdi:Impuestos>")


def _retained(group: Group, scale: int) -> str:
    return f'<cfdi:Retencion Impuesto="{group.code}" Importe="{_fixed(group.amount, scale)}"/>'


def _group(group: Group, scale: int) -> str:
    rate = group.rate
    rated = "" if rate is None else f' TasaOCuota="{_fixed(rate, 6)}" Importe="{_fixed(group.amount, scale)}"'
    base = f'Base="{_fixed(group.base, scale)}" Impuesto="{group.code}"'
    return f'<cfdi:Traslado {base} TipoFactor="{group.factor}"{rated}/>'


def _total(name: str, groups: Iterable[Group], scale: int) -> str:
    return f' {name}="{_fixed(sum([group.amount for group in groups], ZERO), scale)}"'


def _fixed(value: Decimal, scale: int) -> str:
    text = f"{value:f}"
    return text if text[-scale - 1 : -scale] == "." else f"{round_half_up(value, scale):f}"


def _short(value: Decimal) -> str:
    """Without trailing zeros: SAT's tolerances grow narrower with every decimal that is written."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _long(value: Decimal, scale: int) -> str:
    """At the currency's scale, or with as many more decimals (up to six) as the value has."""
    text = f"{value:f}"
    if text[-scale - 1 : -scale] == ".":
        return text
    whole, _, decimals = text.partition(".")
    if len(decimals) > _LONGEST:
        whole, _, decimals = f"{round_half_up(value, _LONGEST):f}".partition(".")
    kept = decimals.rstrip("0").ljust(scale, "0")
    return f"{whole}.{kept}" if kept else whole
