"""SAT's rules about codes and parties, by their codes: payment, currency, receiver, relations, objects of tax.

Source: Matriz de errores del CFDI 4.0 (CFDI40101-40106, 40113-40173); catalogues with their days in `codelists`. What
only SAT's own lists can tell (l_RFC, l_LCO: whether names and postal codes are registered) is left to the PAC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from jurisdictions.cfdi import codelists as lists
from jurisdictions.cfdi.rules.facts import Buyer, Concept, FactRule, Facts, Period
from jurisdictions.cfdi.rules.reading import broken
from schemas.findings import Finding, Severity

_PAID = frozenset("IE")
_UNPAID = frozenset("TNP")
_WITHOUT_TAXES = frozenset({"01", "03", "04", "05"})
_MOMENT = re.compile(
    r"20[1-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])"
)
_RATE = re.compile(r"[0-9]{1,18}(\.[0-9]{1,6})?")
_OPERATION = re.compile(r"[0-9]{10}")


def moment(facts: Facts) -> Iterator[Finding]:
    """CFDI40101: the form of Fecha."""
    if not _MOMENT.fullmatch(facts.issued):
        yield broken("CFDI40101", facts.element, "Fecha", expected="YYYY-MM-DDThh:mm:ss")


def payment(facts: Facts) -> Iterator[Finding]:
    """CFDI40103-40105, 40124, 40125: FormaPago and MetodoPago."""
    root, kind, form, method = facts.element, facts.kind, facts.form, facts.method
    if form is not None and kind in _UNPAID:
        yield broken("CFDI40103", root, "FormaPago")
    elif form is not None and not lists.valid(lists.PAYMENT_FORMS, form, facts.day):
        yield broken("CFDI40104", root, "FormaPago")
    if method == "PPD" and form != "99" and kind in _PAID:
        yield broken("CFDI40105", root, "FormaPago", expected="99")
    if method is not None and kind in ("T", "P"):
        yield broken("CFDI40125", root, "MetodoPago")
    elif method is not None and not lists.valid(lists.PAYMENT_METHODS, method, facts.day):
        yield broken("CFDI40124", root, "MetodoPago")


def currency(facts: Facts) -> Iterator[Finding]:
    """CFDI40113-40117: Moneda and TipoCambio."""
    root, code, rate = facts.element, facts.currency, facts.rate
    if code not in lists.CURRENCY_DECIMALS:
        yield broken("CFDI40113", root, "Moneda")
    if rate is None:
        if code not in ("MXN", "XXX"):
            yield broken("CFDI40115", root, "TipoCambio", found="absent")
        return
    shaped = _RATE.fullmatch(rate) is not None and rate.strip("0.") != ""
    if not shaped:
        yield broken("CFDI40117", root, "TipoCambio", expected="more than 0, with six decimals at most")
    if code == "XXX":
        yield broken("CFDI40116", root, "TipoCambio")
    elif code == "MXN" and not (shaped and Decimal(rate) == 1):
        yield broken("CFDI40114", root, "TipoCambio", expected="1")


def export(facts: Facts) -> Iterator[Finding]:
    """CFDI40121-40123: TipoDeComprobante and Exportacion."""
    if not lists.valid(lists.RECEIPT_TYPES, facts.kind, facts.day):
        yield broken("CFDI40121", facts.element, "TipoDeComprobante")
    if not lists.valid(lists.EXPORTS, facts.export, facts.day):
        yield broken("CFDI40123", facts.element, "Exportacion")
    elif facts.export == "02" and "ComercioExterior" not in facts.complements:
        yield broken("CFDI40122", facts.element, "Exportacion")


def place(facts: Facts) -> Iterator[Finding]:
    """CFDI40126: LugarExpedicion."""
    if lists.postal_code(facts.place or "") is None:
        yield broken("CFDI40126", facts.element, "LugarExpedicion")


def relations(facts: Facts) -> Iterator[Finding]:
    """CFDI40137: TipoRelacion."""
    for row in facts.relations:
        if not lists.valid(lists.RELATIONS, row.code, facts.day):
            yield broken("CFDI40137", row.element, "TipoRelacion")


def issuer(facts: Facts) -> Iterator[Finding]:
    """CFDI40140-40142: the issuer's regime, and the shape of the buyer's operation number."""
    node = facts.issuer
    if node is None:
        return
    regime = lists.REGIMES.get(node.regime)
    if regime is None or not regime.valid_on(facts.day):
        yield broken("CFDI40140", node.element, "RegimenFiscal")
    elif not _open_to(regime, node.rfc):
        yield broken("CFDI40141", node.element, "RegimenFiscal")
    if node.buyer_operation is not None and not _OPERATION.fullmatch(node.buyer_operation):
        yield broken("CFDI40142", node.element, "FacAtrAdquirente", expected="ten digits")


def buyer_regime(facts: Facts) -> Iterator[Finding]:
    """CFDI40157, 40158: the receiver's regime."""
    node = facts.buyer
    if node is None:
        return
    regime = lists.REGIMES.get(node.regime)
    if regime is None or not regime.valid_on(facts.day):
        yield broken("CFDI40157", node.element, "RegimenFiscalReceptor")
    elif node.rfc in lists.RFC_GENERIC:
        if node.regime != "616":
            yield broken("CFDI40158", node.element, "RegimenFiscalReceptor", expected="616")
    elif not _open_to(regime, node.rfc):
        yield broken("CFDI40158", node.element, "RegimenFiscalReceptor")


def buyer_use(facts: Facts) -> Iterator[Finding]:
    """CFDI40160, 40161: what the receiver may use the invoice for."""
    node = facts.buyer
    if node is None:
        return
    use = lists.USES.get(node.use)
    if use is None or not use.valid_on(facts.day):
        yield broken("CFDI40160", node.element, "UsoCFDI")
    elif node.regime in lists.REGIMES and (
        node.regime not in use.regimes or not (node.rfc in lists.RFC_GENERIC or _open_to(use, node.rfc))
    ):
        yield broken("CFDI40161", node.element, "UsoCFDI", expected=f"a use open to regime {node.regime}")


def buyer_place(facts: Facts) -> Iterator[Finding]:
    """CFDI40149-40156: the receiver's postal code, and a receiver abroad."""
    node = facts.buyer
    if node is None:
        return
    code, here = node.postal_code, facts.place
    if node.rfc in lists.RFC_GENERIC and code is not None and here is not None and code != here:
        yield broken("CFDI40149", node.element, "DomicilioFiscalReceptor", expected=here)
    if node.country is not None or node.tax_id is not None:
        yield from _abroad(node)
    if node.tax_id is None and node.rfc == lists.RFC_FOREIGN and "ComercioExterior" in facts.complements:
        yield broken("CFDI40155", node.element, "NumRegIdTrib", found="absent")


def _abroad(node: Buyer) -> Iterator[Finding]:
    country, tax_id = node.country, node.tax_id
    if country is None:
        yield broken("CFDI40153", node.element, "ResidenciaFiscal", found="absent")
    elif country == "MEX":
        yield broken("CFDI40152", node.element, "ResidenciaFiscal")
    elif country not in _COUNTRIES:
        yield broken("CFDI40150", node.element, "ResidenciaFiscal")
    if country is not None and node.rfc == lists.RFC_NATIONAL:
        yield broken("CFDI40151", node.element, "ResidenciaFiscal")
    if tax_id is None:
        return
    if node.rfc == lists.RFC_NATIONAL:
        yield broken("CFDI40154", node.element, "NumRegIdTrib")
    pattern = lists.TAX_ID_PATTERNS.get(country or "")
    if pattern is not None and not re.fullmatch(pattern, tax_id):
        yield broken("CFDI40156", node.element, "NumRegIdTrib", expected=pattern)


def global_invoice(facts: Facts) -> Iterator[Finding]:
    """CFDI40130-40136, 40146: InformacionGlobal belongs to the public in general, and to nobody else."""
    period, buyer = facts.period, facts.buyer
    exact = buyer is not None and (buyer.rfc, buyer.name) == (lists.RFC_NATIONAL, lists.PUBLICO_EN_GENERAL)
    if period is None:
        if exact and facts.kind == "I" and buyer is not None:
            yield broken("CFDI40146", buyer.element, "Nombre")
        return
    if buyer is not None and buyer.rfc == lists.RFC_NATIONAL and lists.is_public(buyer.name or "") and not exact:
        expected = lists.PUBLICO_EN_GENERAL
        yield broken("CFDI40130", buyer.element, "Nombre", expected=expected, severity=Severity.WARNING)
    elif not exact:
        yield broken("CFDI40130", period.element)
    if not lists.valid(lists.PERIODICITIES, period.cycle, facts.day):
        yield broken("CFDI40131", period.element, "Periodicidad")
    if period.cycle == "05" and (facts.issuer is None or facts.issuer.regime != "621"):
        yield broken("CFDI40132", period.element, "Periodicidad")
    yield from _months(period)
    if period.year not in (str(facts.day.year), str(facts.day.year - 1)):
        yield broken("CFDI40136", period.element, "Año")


def _months(period: Period) -> Iterator[Finding]:
    """The two months of Periodicidad 05 are 13 to 18; any other period lies in one of twelve."""
    known = period.months in lists.MONTHS
    if not known:
        yield broken("CFDI40133", period.element, "Meses")
    if period.cycle == "05":
        if not known or int(period.months) < 13:
            yield broken("CFDI40135", period.element, "Meses", expected="13 to 18")
    elif known and int(period.months) > 12:
        yield broken("CFDI40134", period.element, "Meses", expected="01 to 12")


def concept_codes(facts: Facts) -> Iterator[Finding]:
    """CFDI40162, 40165, 40170-40173: codes of each concept."""
    day = facts.day
    for concept in facts.concepts:
        code, taxed = concept.tax_object, concept.taxed
        if not _listed(concept.product, concept.unit, code, day):
            yield from _unlisted(concept, day)
        if code == "02":
            if not taxed:
                yield broken("CFDI40171", concept.element, "ObjetoImp")
        elif code in lists.TAX_OBJECTS and not _agrees(concept):
            yield broken("CFDI40172", concept.element, "ObjetoImp", expected=_EXPECTED.get(code or "", "no taxes"))
        if taxed and not concept.transferred and not concept.withheld:
            yield broken("CFDI40173", concept.element, found="no taxes")


@lru_cache(maxsize=4096)
def _listed(product: str, unit: str, tax_object: str | None, day: date) -> bool:
    """Whether all the codes of a concept are in their catalogues; lines are much alike, and days too."""
    known = lists.product(product, day) is not None and lists.unit(unit, day) is not None
    return known and lists.valid(lists.TAX_OBJECTS, tax_object, day)


def _unlisted(concept: Concept, day: date) -> Iterator[Finding]:
    if lists.product(concept.product, day) is None:
        yield broken("CFDI40162", concept.element, "ClaveProdServ")
    if lists.unit(concept.unit, day) is None:
        yield broken("CFDI40165", concept.element, "ClaveUnidad")
    if not lists.valid(lists.TAX_OBJECTS, concept.tax_object, day):
        yield broken("CFDI40170", concept.element, "ObjetoImp")


_EXPECTED = {
    "06": "no taxes but withheld ISR (001)",
    "07": "transferred IEPS (003), and no IVA (002)",
    "08": "no taxes but withheld ISR (001)",
}


def _agrees(concept: Concept) -> bool:
    """Whether the taxes are those of the ObjetoImp (any but 02): 06 and 08 know withheld ISR alone, 07 IEPS without
    IVA."""
    code = concept.tax_object
    if code in _WITHOUT_TAXES:
        return not concept.taxed
    if code in ("06", "08"):
        return not concept.transferred and all(tax.code == "001" for tax in concept.withheld)
    taxes = (*concept.transferred, *concept.withheld)
    return any(tax.code == "003" for tax in concept.transferred) and all(tax.code != "002" for tax in taxes)


def _open_to(entry: lists.Regime | lists.Use, rfc: str) -> bool:
    """Whether a person of this RFC may: twelve characters are a legal person, thirteen a natural one."""
    return entry.natural if len(rfc) == 13 else entry.legal


_COUNTRIES = frozenset(lists.COUNTRIES.values()) | {"ZZZ"}
RULES: tuple[FactRule, ...] = (
    moment,
    payment,
    currency,
    export,
    place,
    relations,
    issuer,
    buyer_regime,
    buyer_use,
    buyer_place,
    global_invoice,
    concept_codes,
)
