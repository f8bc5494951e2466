"""The AEAT's rules of a message's header: whose records, sent by whom, in which kind of remission.

A message is judged as one to the service of VERI*FACTU. Source: "Validaciones y errores" 1.2.2, §3.1.1;
"Descripción del servicio web" 1.0.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from jurisdictions.verifactu.rules.facts import Broken
from jurisdictions.verifactu.rules.facts_of_element import Fields, day
from jurisdictions.verifactu.rules.party_rules import natural_person, well_formed_nif

LAST_DAYS_ONLY_FROM = date(2027, 1, 1)
"""From this day on FechaFinVeriFactu is always a 31 December (Validaciones 1.2.0 of 2026-01-14)."""
_ALPHANUMERIC = re.compile(r"[0-9A-Za-z]+")


def broken(header: Fields, today: date | None) -> Iterator[Broken]:
    """What is wrong with a Cabecera that the schema accepts; `today` is the day of its youngest record, if any."""
    yield from _who(header)
    yield from _last_day(header, today)
    yield from _required(header)


def _who(header: Fields) -> Iterator[Broken]:
    obligado, agent = header.inner("ObligadoEmision"), header.inner("Representante")
    if obligado is not None:
        nif = obligado.text("NIF")
        if not well_formed_nif(nif):
            yield Broken("4115", "ObligadoEmision/NIF", nif, "a right check character")
        elif natural_person(nif) and not obligado.text("NombreRazon"):
            yield Broken("1282", "ObligadoEmision/NombreRazon", "nothing", "the person's name")
    if agent is not None and not well_formed_nif(agent.text("NIF")):
        yield Broken("4117", "Representante/NIF", agent.text("NIF"), "a right check character")


def _last_day(header: Fields, today: date | None) -> Iterator[Broken]:
    own = header.inner("RemisionVoluntaria")
    text = None if own is None else own.optional("FechaFinVeriFactu")
    if text is None:
        return
    place, last = "RemisionVoluntaria/FechaFinVeriFactu", day(text)
    if last is None:
        yield Broken("4106", place, text, "a day of the calendar")
    elif today is None:
        return
    elif last.year not in {today.year, today.year - 1} or (
        today >= LAST_DAYS_ONLY_FROM and (last.month, last.day) != (12, 31)
    ):
        yield Broken("4120", place, text, f"31-12-{today.year} or 31-12-{today.year - 1}")


def _required(header: Fields) -> Iterator[Broken]:
    """Answers to a requerimiento go to another service, which this product never calls."""
    asked = header.inner("RemisionRequerimiento")
    if asked is None:
        return
    place, reference = "RemisionRequerimiento/RefRequerimiento", asked.text("RefRequerimiento")
    yield Broken("4126", place, reference, "no RemisionRequerimiento")
    if not reference:
        yield Broken("4122", place, "nothing", "1 to 18 characters")
    elif not _ALPHANUMERIC.fullmatch(reference):
        yield Broken("4133", place, reference, "letters and digits")
    if asked.has("FinRequerimiento"):
        yield Broken("4130", "RemisionRequerimiento/FinRequerimiento", asked.text("FinRequerimiento"), "none")
    if header.has("RemisionVoluntaria"):
        yield Broken("4127", "RemisionVoluntaria", "beside RemisionRequerimiento", "one of the two")
