"""The facts of a parsed CFDI, each record with the element that it was taken from."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from lxml import etree

from jurisdictions.cfdi.rules.facts import Buyer, Concept, Facts, Issuer, Period, Relation, Sums, Tax
from jurisdictions.cfdi.rules.reading import Reading, number
from jurisdictions.cfdi.xsd import CFDI, IMPLOCAL
from schemas.money import ZERO

_HERE = f"{{{CFDI}}}"
_TRANSFERRED = f"{_HERE}Traslados/{_HERE}Traslado"
_WITHHELD = f"{_HERE}Retenciones/{_HERE}Retencion"


def facts_of(reading: Reading) -> Facts:
    """The facts of a document under judgement."""
    root = reading.root
    return Facts(
        element=root,
        kind=reading.kind,
        day=reading.day,
        issued=root.get("Fecha", ""),
        currency=reading.currency,
        decimals=reading.decimals,
        form=root.get("FormaPago"),
        method=root.get("MetodoPago"),
        rate=root.get("TipoCambio"),
        subtotal=number(root, "SubTotal"),
        discount=number(root, "Descuento"),
        total=number(root, "Total"),
        local=_local(root),
        export=root.get("Exportacion"),
        place=root.get("LugarExpedicion"),
        issuer=_issuer(root.find(f"{_HERE}Emisor")),
        buyer=_buyer(root.find(f"{_HERE}Receptor")),
        period=_period(root.find(f"{_HERE}InformacionGlobal")),
        relations=tuple(Relation(row.get("TipoRelacion"), row) for row in root.iterfind(f"{_HERE}CfdiRelacionados")),
        concepts=tuple(_concept(row) for row in reading.concepts),
        sums=_sums(root.find(f"{_HERE}Impuestos")),
        complements=reading.complements,
    )


def _issuer(element: etree._Element | None) -> Issuer | None:
    if element is None:
        return None
    return Issuer(
        rfc=element.get("Rfc", ""),
        regime=element.get("RegimenFiscal", ""),
        buyer_operation=element.get("FacAtrAdquirente"),
        element=element,
    )


def _buyer(element: etree._Element | None) -> Buyer | None:
    if element is None:
        return None
    return Buyer(
        rfc=element.get("Rfc", ""),
        name=element.get("Nombre"),
        postal_code=element.get("DomicilioFiscalReceptor"),
        country=element.get("ResidenciaFiscal"),
        tax_id=element.get("NumRegIdTrib"),
        regime=element.get("RegimenFiscalReceptor", ""),
        use=element.get("UsoCFDI", ""),
        element=element,
    )


def _period(element: etree._Element | None) -> Period | None:
    if element is None:
        return None
    return Period(element.get("Periodicidad"), element.get("Meses", ""), element.get("Año"), element)


def _concept(element: etree._Element) -> Concept:
    node = element.find(f"{_HERE}Impuestos")
    return Concept(
        product=element.get("ClaveProdServ", ""),
        unit=element.get("ClaveUnidad", ""),
        quantity=number(element, "Cantidad"),
        price=number(element, "ValorUnitario"),
        amount=number(element, "Importe"),
        discount=number(element, "Descuento"),
        tax_object=element.get("ObjetoImp"),
        taxed=node is not None,
        transferred=() if node is None else _taxes(node.iterfind(_TRANSFERRED)),
        withheld=() if node is None else _taxes(node.iterfind(_WITHHELD)),
        element=element,
    )


def _taxes(rows: Iterable[etree._Element]) -> tuple[Tax, ...]:
    return tuple(
        Tax(
            code=row.get("Impuesto"),
            factor=row.get("TipoFactor"),
            rate=number(row, "TasaOCuota"),
            base=number(row, "Base"),
            amount=number(row, "Importe"),
            element=row,
        )
        for row in rows
    )


def _sums(element: etree._Element | None) -> Sums | None:
    if element is None:
        return None
    return Sums(
        total_withheld=number(element, "TotalImpuestosRetenidos"),
        total_transferred=number(element, "TotalImpuestosTrasladados"),
        withheld=_taxes(element.iterfind(_WITHHELD)),
        transferred=_taxes(element.iterfind(_TRANSFERRED)),
        element=element,
    )


def _local(root: etree._Element) -> Decimal:
    """Local taxes of the complement ImpuestosLocales: transferred less withheld."""
    rows = root.iterfind(f"{_HERE}Complemento/{{{IMPLOCAL}}}ImpuestosLocales")
    return sum(
        ((number(row, "TotaldeTraslados") or ZERO) - (number(row, "TotaldeRetenciones") or ZERO) for row in rows), ZERO
    )
