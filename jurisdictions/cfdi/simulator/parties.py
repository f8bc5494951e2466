"""Rules CFDI40139-40161 on the issuer and the receiver, compared with the census."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from jurisdictions.cfdi import codelists
from jurisdictions.cfdi.simulator import catalogues
from jurisdictions.cfdi.simulator.cadena import CFDI
from jurisdictions.cfdi.simulator.census import (
    FOREIGN,
    GENERIC,
    Inscribed,
    inscribed,
    is_company,
    open_to_anyone,
)
from jurisdictions.cfdi.simulator.refusals import Fault

_COUNTRIES = frozenset(codelists.COUNTRIES.values())


def faults(root: etree._Element, book: Mapping[str, bytes]) -> Iterator[Fault]:
    """What the two parties break."""
    issuer, receiver = root.find(f"{{{CFDI}}}Emisor"), root.find(f"{{{CFDI}}}Receptor")
    if issuer is None or receiver is None:
        return
    yield from _issuer(issuer, inscribed(book, issuer.get("Rfc") or ""))
    rfc = receiver.get("Rfc") or ""
    if rfc in GENERIC:
        yield from _generic(receiver, root.get("LugarExpedicion"))
    else:
        yield from _registered(receiver, rfc, inscribed(book, rfc))
    yield from _abroad(receiver, rfc)
    yield from _use(receiver, rfc)


def _issuer(issuer: etree._Element, entry: Inscribed | None) -> Iterator[Fault]:
    regime, rfc = issuer.get("RegimenFiscal") or "", issuer.get("Rfc") or ""
    if entry is not None and entry.issuer and issuer.get("Nombre") != entry.name:
        yield Fault("CFDI40139", str(issuer.get("Nombre")))
    if regime not in catalogues.REGIMES:
        yield Fault("CFDI40140", regime)
    elif regime not in _regimes_of(rfc):
        yield Fault("CFDI40141", regime)


def _registered(receiver: etree._Element, rfc: str, entry: Inscribed | None) -> Iterator[Fault]:
    regime = receiver.get("RegimenFiscalReceptor") or ""
    if entry is not None:
        if receiver.get("Nombre") != entry.name:
            yield Fault("CFDI40145", str(receiver.get("Nombre")))
        if receiver.get("DomicilioFiscalReceptor") != entry.postal_code:
            yield Fault("CFDI40148", str(receiver.get("DomicilioFiscalReceptor")))
    elif not open_to_anyone(rfc):
        yield Fault("CFDI40143", rfc)
    if regime not in catalogues.REGIMES:
        yield Fault("CFDI40157", regime)
    elif regime not in _regimes_of(rfc):
        yield Fault("CFDI40158", regime)
    elif entry is not None and regime not in entry.regimes:
        yield Fault("CFDI40159", regime)


def _generic(receiver: etree._Element, place: str | None) -> Iterator[Fault]:
    if receiver.get("DomicilioFiscalReceptor") != place:
        yield Fault("CFDI40149", str(receiver.get("DomicilioFiscalReceptor")))
    if receiver.get("RegimenFiscalReceptor") != "616":
        yield Fault("CFDI40158", str(receiver.get("RegimenFiscalReceptor")))


def _abroad(receiver: etree._Element, rfc: str) -> Iterator[Fault]:
    country, number = receiver.get("ResidenciaFiscal"), receiver.get("NumRegIdTrib")
    if country is not None:
        if country not in _COUNTRIES:
            yield Fault("CFDI40150", country)
        if rfc != FOREIGN:
            yield Fault("CFDI40151", country)
        if country == "MEX":
            yield Fault("CFDI40152")
    if number is not None and country is None:
        yield Fault("CFDI40153", number)
    if number is not None and rfc != FOREIGN:
        yield Fault("CFDI40154", number)
    pattern = codelists.TAX_ID_PATTERNS.get(country or "")
    if number is not None and pattern is not None and not re.fullmatch(pattern, number):
        yield Fault("CFDI40156", number)


def _use(receiver: etree._Element, rfc: str) -> Iterator[Fault]:
    use, regime = receiver.get("UsoCFDI") or "", receiver.get("RegimenFiscalReceptor") or ""
    if use not in catalogues.USES:
        yield Fault("CFDI40160", use)
    elif regime not in catalogues.USES[use] or (is_company(rfc) and use in catalogues.USES_OF_PEOPLE):
        yield Fault("CFDI40161", f"{use} con régimen {regime}")


def _regimes_of(rfc: str) -> frozenset[str]:
    return catalogues.REGIMES_OF_COMPANIES if is_company(rfc) else catalogues.REGIMES_OF_PEOPLE
