"""SAT's rules about codes and parties, by their codes: payment, currency, receiver, relations, objects of tax.

Source: Matriz de errores del CFDI 4.0 (CFDI40103-40106, 40113-40173); catalogues with their days in `codelists`. What
only SAT's own lists can tell (l_RFC, l_LCO: whether names and postal codes are registered) is left to the PAC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from jurisdictions.cfdi import codelists as lists
from jurisdictions.cfdi.reading import Reading, Rule, broken, child, number
from schemas.findings import Finding, Severity

_PAID = frozenset("IE")
_WITHOUT_TAXES = frozenset({"01", "03", "04", "05"})


def payment(reading: Reading) -> Iterator[Finding]:
    """CFDI40103-40105, 40124, 40125: FormaPago and MetodoPago."""
    root = reading.root
    form, method = root.get("FormaPago"), root.get("MetodoPago")
    if form is not None and reading.kind in ("T", "N", "P"):
        yield broken("CFDI40103", root, "FormaPago")
    elif form is not None and not lists.valid(lists.PAYMENT_FORMS, form, reading.day):
        yield broken("CFDI40104", root, "FormaPago")
    if method == "PPD" and form != "99" and reading.kind in _PAID:
        yield broken("CFDI40105", root, "FormaPago", expected="99")
    if method is not None and reading.kind in ("T", "P"):
        yield broken("CFDI40125", root, "MetodoPago")
    elif method is not None and not lists.valid(lists.PAYMENT_METHODS, method, reading.day):
        yield broken("CFDI40124", root, "MetodoPago")


def currency(reading: Reading) -> Iterator[Finding]:
    """CFDI40113-40116: Moneda and TipoCambio."""
    root = reading.root
    if reading.currency not in lists.CURRENCY_DECIMALS:
        yield broken("CFDI40113", root, "Moneda")
    rate = number(root, "TipoCambio")
    if reading.currency == "MXN":
        if root.get("TipoCambio") is not None and rate != 1:
            yield broken("CFDI40114", root, "TipoCambio", expected="1")
    elif reading.currency == "XXX":
        if root.get("TipoCambio") is not None:
            yield broken("CFDI40116", root, "TipoCambio")
    elif root.get("TipoCambio") is None:
        yield broken("CFDI40115", root, "TipoCambio", found="absent")


def export(reading: Reading) -> Iterator[Finding]:
    """CFDI40121-40123: TipoDeComprobante and Exportacion."""
    root = reading.root
    if not lists.valid(lists.RECEIPT_TYPES, reading.kind, reading.day):
        yield broken("CFDI40121", root, "TipoDeComprobante")
    code = root.get("Exportacion")
    if not lists.valid(lists.EXPORTS, code, reading.day):
        yield broken("CFDI40123", root, "Exportacion")
    elif code == "02" and "ComercioExterior" not in reading.complements:
        yield broken("CFDI40122", root, "Exportacion")


def place(reading: Reading) -> Iterator[Finding]:
    """CFDI40126: the shape of LugarExpedicion."""
    if not re.fullmatch(r"[0-9]{5}", reading.root.get("LugarExpedicion", "")):
        yield broken("CFDI40126", reading.root, "LugarExpedicion")


def relations(reading: Reading) -> Iterator[Finding]:
    """CFDI40137: TipoRelacion."""
    for row in reading.all("CfdiRelacionados"):
        if not lists.valid(lists.RELATIONS, row.get("TipoRelacion"), reading.day):
            yield broken("CFDI40137", row, "TipoRelacion")


def issuer(reading: Reading) -> Iterator[Finding]:
    """CFDI40140, 40141: the issuer's regime."""
    node = reading.one("Emisor")
    if node is None:
        return
    regime = lists.REGIMES.get(node.get("RegimenFiscal", ""))
    if regime is None or not regime.valid_on(reading.day):
        yield broken("CFDI40140", node, "RegimenFiscal")
    elif not _open_to(regime, node.get("Rfc", "")):
        yield broken("CFDI40141", node, "RegimenFiscal")


def receiver_regime(reading: Reading) -> Iterator[Finding]:
    """CFDI40157, 40158: the receiver's regime."""
    node = reading.one("Receptor")
    if node is None:
        return
    code, rfc = node.get("RegimenFiscalReceptor", ""), node.get("Rfc", "")
    regime = lists.REGIMES.get(code)
    if regime is None or not regime.valid_on(reading.day):
        yield broken("CFDI40157", node, "RegimenFiscalReceptor")
    elif rfc in lists.RFC_GENERIC:
        if code != "616":
            yield broken("CFDI40158", node, "RegimenFiscalReceptor", expected="616")
    elif not _open_to(regime, rfc):
        yield broken("CFDI40158", node, "RegimenFiscalReceptor")


def receiver_use(reading: Reading) -> Iterator[Finding]:
    """CFDI40160, 40161: what the receiver may use the invoice for."""
    node = reading.one("Receptor")
    if node is None:
        return
    use = lists.USES.get(node.get("UsoCFDI", ""))
    regime, rfc = node.get("RegimenFiscalReceptor"), node.get("Rfc", "")
    if use is None or not use.valid_on(reading.day):
        yield broken("CFDI40160", node, "UsoCFDI")
    elif regime in lists.REGIMES and (
        regime not in use.regimes or not (rfc in lists.RFC_GENERIC or _open_to(use, rfc))
    ):
        yield broken("CFDI40161", node, "UsoCFDI", expected=f"a use open to regime {regime}")


def receiver_place(reading: Reading) -> Iterator[Finding]:
    """CFDI40149-40156: the receiver's postal code, and a receiver abroad."""
    node = reading.one("Receptor")
    if node is None:
        return
    rfc, country, tax_id = node.get("Rfc", ""), node.get("ResidenciaFiscal"), node.get("NumRegIdTrib")
    here = reading.root.get("LugarExpedicion")
    postal_code = node.get("DomicilioFiscalReceptor")
    if rfc in lists.RFC_GENERIC and postal_code is not None and here is not None and postal_code != here:
        yield broken("CFDI40149", node, "DomicilioFiscalReceptor", expected=here)
    yield from _abroad(node, rfc, country, tax_id)


def _abroad(node: etree._Element, rfc: str, country: str | None, tax_id: str | None) -> Iterator[Finding]:
    if country is not None:
        if country == "MEX":
            yield broken("CFDI40152", node, "ResidenciaFiscal")
        elif country not in lists.COUNTRIES.values() and country != "ZZZ":
            yield broken("CFDI40150", node, "ResidenciaFiscal")
        if rfc == lists.RFC_NATIONAL:
            yield broken("CFDI40151", node, "ResidenciaFiscal")
    elif tax_id is not None:
        yield broken("CFDI40153", node, "ResidenciaFiscal", found="absent")
    if tax_id is None:
        return
    if rfc == lists.RFC_NATIONAL:
        yield broken("CFDI40154", node, "NumRegIdTrib")
    pattern = lists.TAX_ID_PATTERNS.get(country or "")
    if pattern is not None and not re.fullmatch(pattern, tax_id):
        yield broken("CFDI40156", node, "NumRegIdTrib", expected=pattern)


def global_invoice(reading: Reading) -> Iterator[Finding]:
    """CFDI40130-40136, 40146: InformacionGlobal belongs to the public in general, and to nobody else."""
    node, buyer = reading.one("InformacionGlobal"), reading.one("Receptor")
    rfc = buyer.get("Rfc") if buyer is not None else None
    name = buyer.get("Nombre") if buyer is not None else None
    exact = rfc == lists.RFC_NATIONAL and name == lists.PUBLICO_EN_GENERAL
    if node is None:
        if exact and reading.kind == "I" and buyer is not None:
            yield broken("CFDI40146", buyer, "Nombre")
        return
    if buyer is not None and rfc == lists.RFC_NATIONAL and lists.is_public(name or "") and not exact:
        expected = lists.PUBLICO_EN_GENERAL
        yield broken("CFDI40130", buyer, "Nombre", expected=expected, severity=Severity.WARNING)
    elif not exact:
        yield broken("CFDI40130", node)
    period, months = node.get("Periodicidad"), node.get("Meses", "")
    if not lists.valid(lists.PERIODICITIES, period, reading.day):
        yield broken("CFDI40131", node, "Periodicidad")
    if period == "05" and reading.value("Emisor", "RegimenFiscal") != "621":
        yield broken("CFDI40132", node, "Periodicidad")
    yield from _months(node, period, months)
    if node.get("Año") not in (str(reading.day.year), str(reading.day.year - 1)):
        yield broken("CFDI40136", node, "Año")


def _months(node: etree._Element, period: str | None, months: str) -> Iterator[Finding]:
    if months not in lists.MONTHS:
        yield broken("CFDI40133", node, "Meses")
    elif period == "05" and int(months) < 13:
        yield broken("CFDI40135", node, "Meses")
    elif period != "05" and int(months) > 12:
        yield broken("CFDI40134", node, "Meses")


def concept_codes(reading: Reading) -> Iterator[Finding]:
    """CFDI40162, 40165 (their shapes only), 40170-40173: codes of each concept."""
    for concept in reading.concepts:
        if not re.fullmatch(r"[0-9]{8}", concept.get("ClaveProdServ", "")):
            yield broken("CFDI40162", concept, "ClaveProdServ")
        if not re.fullmatch(r"[A-Za-z0-9]{1,3}", concept.get("ClaveUnidad", "")):
            yield broken("CFDI40165", concept, "ClaveUnidad")
        yield from _tax_object(concept, reading)


def _tax_object(concept: etree._Element, reading: Reading) -> Iterator[Finding]:
    code = concept.get("ObjetoImp")
    node = child(concept, "Impuestos")
    rows = child(concept, "Impuestos/Traslados/Traslado") + child(concept, "Impuestos/Retenciones/Retencion")
    if not lists.valid(lists.TAX_OBJECTS, code, reading.day):
        yield broken("CFDI40170", concept, "ObjetoImp")
    elif code == "02" and not node:
        yield broken("CFDI40171", concept, "ObjetoImp")
    elif code in _WITHOUT_TAXES and node:
        yield broken("CFDI40172", concept, "ObjetoImp")
    if node and not rows:
        yield broken("CFDI40173", node[0])


def _open_to(entry: lists.Regime | lists.Use, rfc: str) -> bool:
    """Whether a person of this RFC may: twelve characters are a legal person, thirteen a natural one."""
    return entry.natural if len(rfc) == 13 else entry.legal


RULES: tuple[Rule, ...] = (
    payment,
    currency,
    export,
    place,
    relations,
    issuer,
    receiver_regime,
    receiver_use,
    receiver_place,
    global_invoice,
    concept_codes,
)
