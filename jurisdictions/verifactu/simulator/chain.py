"""The huella, the link to the record before, and the clock: errors with which a record is still accepted.

Sources: Especificaciones de la huella 0.1.2, section 3; Validaciones y errores 1.2.2, 3.1.3.18 to 23 and 4.3.1.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from jurisdictions.verifactu.simulator.book import Ledger
from jurisdictions.verifactu.simulator.record import Record

CLOCK_MARGIN = timedelta(seconds=240)
"""Measured in the text of 2004, published nowhere."""
_HASH = re.compile(r"[0-9A-F]{64}")


def huella(record: Record) -> str:
    """The SHA-256 that the AEAT computes over the literals as they were sent, 64 upper-case hexadecimal digits."""
    previous = record.previous
    link = previous.get("Huella") if previous else ""
    tail = f"&Huella={link}&FechaHoraHusoGenRegistro={record.get('FechaHoraHusoGenRegistro')}"
    if record.is_alta:
        text = (
            f"IDEmisorFactura={record.nif}&NumSerieFactura={record.number}&FechaExpedicionFactura={record.issued}"
            f"&TipoFactura={record.get('TipoFactura')}&CuotaTotal={record.get('CuotaTotal')}"
            f"&ImporteTotal={record.get('ImporteTotal')}{tail}"
        )
    else:
        text = (
            f"IDEmisorFacturaAnulada={record.nif}&NumSerieFacturaAnulada={record.number}"
            f"&FechaExpedicionFacturaAnulada={record.issued}{tail}"
        )
    return hashlib.sha256(text.encode()).hexdigest().upper()


def link_warnings(record: Record, ledger: Ledger) -> Iterator[int]:
    """What is wrong with the link: its form, and whether it names a record that was received from the same system.

    The AEAT is known to check the form alone. The sandbox also gives 2003 where it holds records of that system and
    none of them is the one named: a broken chain should be seen here rather than in an inspection. A system of which
    nothing is held may continue a chain that began elsewhere.
    """
    previous = record.previous
    if previous is None:
        return
    link = previous.get("Huella")
    if len(link) != 64:
        yield 2002
    elif not _HASH.fullmatch(link):
        yield 2003
    elif link == record.get("Huella"):
        yield 2008
    elif ledger.knows_system(record):
        named = ledger.entry(
            previous.get("IDEmisorFactura"),
            previous.get("NumSerieFactura"),
            previous.get("FechaExpedicionFactura"),
        )
        if named is None or link not in named.huellas:
            yield 2003


def clock_is_off(record: Record, at: datetime, *, incident: bool) -> bool:
    """More than 240 s away from the AEAT's clock; with Incidencia=S a record may be as old as it likes."""
    written = datetime.fromisoformat(record.get("FechaHoraHusoGenRegistro"))
    return written - at > CLOCK_MARGIN or (not incident and at - written > CLOCK_MARGIN)
