"""SAT's rules about what a concept may carry besides its taxes: third parties, customs documents, parts.

Source: Matriz de errores del CFDI 4.0 (CFDI40188, 40191, 40194-40200); the form of NumeroPedimento with its customs
office and broker by `c_Aduana` and `c_PatenteAduanal`. Whether SAT knows the third party is left to the PAC.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from jurisdictions.cfdi import codelists as lists
from jurisdictions.cfdi.rules.amounts import within
from jurisdictions.cfdi.rules.reading import Reading, Rule, broken, child, number
from schemas.findings import Finding


def third_party(reading: Reading) -> Iterator[Finding]:
    """CFDI40188, 40191: for whose account a concept is charged."""
    own = {reading.value("Emisor", "Rfc"), reading.value("Receptor", "Rfc")}
    for concept in reading.concepts:
        for node in child(concept, "ACuentaTerceros"):
            if node.get("RfcACuentaTerceros") in own:
                yield broken("CFDI40188", node, "RfcACuentaTerceros", expected="another RFC")
            if not lists.valid(lists.REGIMES, node.get("RegimenFiscalACuentaTerceros"), reading.day):
                yield broken("CFDI40191", node, "RegimenFiscalACuentaTerceros")


def customs(reading: Reading) -> Iterator[Finding]:
    """CFDI40194, 40195: customs numbers of concepts."""
    for concept in reading.concepts:
        yield from _customs(concept, ("CFDI40194", "CFDI40195"), reading)


def parts(reading: Reading) -> Iterator[Finding]:
    """CFDI40196-40200: the parts of a concept, with their customs numbers."""
    for concept in reading.concepts:
        for part in child(concept, "Parte"):
            if lists.product(part.get("ClaveProdServ", ""), reading.day) is None:
                yield broken("CFDI40196", part, "ClaveProdServ")
            yield from _part_amounts(part, reading.decimals)
            yield from _customs(part, ("CFDI40199", "CFDI40200"), reading)


def _part_amounts(part: etree._Element, decimals: int) -> Iterator[Finding]:
    price, quantity, amount = (number(part, name) for name in ("ValorUnitario", "Cantidad", "Importe"))
    if price is not None and price <= 0:
        yield broken("CFDI40197", part, "ValorUnitario", expected="more than 0")
    if price is None or quantity is None or amount is None:
        return
    allowed = within(part, quantity, price, amount, decimals)
    if allowed is not None:
        yield broken("CFDI40198", part, "Importe", expected=allowed)


def _customs(element: etree._Element, codes: tuple[str, str], reading: Reading) -> Iterator[Finding]:
    invalid, doubled = codes
    for node in child(element, "InformacionAduanera"):
        problem = lists.customs_number_problem(node.get("NumeroPedimento", ""), reading.day)
        if problem is not None:
            yield broken(invalid, node, "NumeroPedimento", expected=problem)
        if "ComercioExterior" in reading.complements:
            yield broken(doubled, node, "NumeroPedimento", expected="absent beside Comercio Exterior")


RULES: tuple[Rule, ...] = (third_party, customs, parts)
