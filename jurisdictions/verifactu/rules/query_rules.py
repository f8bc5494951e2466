"""The AEAT's rules of a consultation: who asks, of whom, for which days.

Source: "Descripción del servicio web" 1.0.3, section on ConsultaFactuSistemaFacturacion; ConsultaLR.xsd 1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from jurisdictions.verifactu.rules.facts import Broken
from jurisdictions.verifactu.rules.facts_of_element import Fields, day
from jurisdictions.verifactu.rules.party_rules import natural_person, well_formed_nif


def broken(question: Fields) -> Iterator[Broken]:
    """What is wrong with a ConsultaFactuSistemaFacturacion that the schema accepts."""
    header, filter_ = question.inner("Cabecera"), question.inner("FiltroConsulta")
    if header is not None:
        yield from _header(header)
        yield from _shown(header, question)
    if filter_ is not None:
        yield from _filter(filter_)


def _header(header: Fields) -> Iterator[Broken]:
    for name in ("ObligadoEmision", "Destinatario"):
        who = header.inner(name)
        if who is not None and not well_formed_nif(who.text("NIF")):
            yield Broken("4109", f"Cabecera/{name}/NIF", who.text("NIF"), "a right check character")
    if header.has("IndicadorRepresentante") and not header.has("ObligadoEmision"):
        yield Broken("1261", "Cabecera/IndicadorRepresentante", "S", "none where a recipient asks")


def _shown(header: Fields, question: Fields) -> Iterator[Broken]:
    more = question.inner("DatosAdicionalesRespuesta")
    if more is not None and header.has("Destinatario") and more.text("MostrarSistemaInformatico") == "S":
        yield Broken("1272", "DatosAdicionalesRespuesta/MostrarSistemaInformatico", "S", "N, or nothing")


def _filter(filter_: Fields) -> Iterator[Broken]:
    other = filter_.inner("Contraparte")
    if other is not None and natural_person(other.text("NIF")) and not other.text("NombreRazon"):
        yield Broken("1283", "FiltroConsulta/Contraparte/NombreRazon", "nothing", "the person's name")
    days = filter_.inner("FechaExpedicionFactura")
    range_ = None if days is None else days.inner("RangoFechaExpedicion")
    if range_ is None:
        return
    first, last = day(range_.text("Desde")), day(range_.text("Hasta"))
    if first is not None and last is not None and first > last:
        place = "FiltroConsulta/FechaExpedicionFactura/RangoFechaExpedicion/Desde"
        yield Broken("1250", place, range_.text("Desde"), f"until {range_.text('Hasta')}")
