"""Sealing: huella, Encadenamiento and time, made at the moment of issue and never again.

Sources: RD 1007/2023 art. 9 (the record is made at, or immediately before, issue), Order HAC/1177/2024 arts. 7 and 13;
huella document 0.1.2; QR document 0.5.0.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jurisdictions.contract import Instruction, Issuer, Keys, Sealed, Sealing
from jurisdictions.kit import xml
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu import document, huella
from jurisdictions.verifactu.document import Outline
from jurisdictions.verifactu.parties import spanish_nif
from jurisdictions.verifactu.payable import Payable, payable
from jurisdictions.verifactu.settings import installation_of
from schemas.money import plain


def chain(instruction: Instruction, issuer: Issuer) -> str:
    """One chain per obligado and installation, altas and anulaciones mixed (Order art. 7).

    What is said later of an invoice whose installation has ended goes to the present one of its series (FAQ §17).
    """
    invoice = instruction.invoice
    return f"{spanish_nif(issuer.party) or ''}:{installation_of(issuer, invoice.series, invoice.number)}"


def seal(sealing: Sealing, keys: Keys) -> Sealed:
    """The record with its huella. VERI*FACTU systems do not sign (RD art. 16.3): `keys` stay untouched."""
    about = document.outline(sealing.instruction, sealing.issuer)
    before = None
    if sealing.position is not None and sealing.position.previous is not None:
        before = huella.unpacked(sealing.position.previous)
    at = local_time(sealing.at, sealing.issuer.time_zone)
    link = document.first()
    if before is not None:
        link = document.after(before.nif, before.number, before.date, before.huella)
    previous = "" if before is None else before.huella
    cuota, importe = document.money(about.cuota_total), document.money(about.importe_total)
    content: str
    if about.operation == "anulacion":
        stamp = huella.anulacion(about.nif, sealing.number, about.dated, previous, at)
        content = ""
        record = document.anulacion(about, sealing.number, link, at, stamp)
    else:
        stamp = huella.alta(about.nif, sealing.number, about.dated, about.tipo, cuota, importe, previous, at)
        content = document.body(about)
        record = document.alta(about, sealing.number, content, link, at, stamp)
    body = record.encode()
    digest = hashlib.sha256(body).hexdigest()
    return Sealed(
        name=document.NAME,
        media_type=document.MEDIA_TYPE,
        body=body,
        digest=digest,
        fingerprint=_fingerprint(about, sealing.number, content),
        link=huella.packed(
            huella.Link(nif=about.nif, number=sealing.number, date=about.dated, huella=stamp, digest=digest)
        ),
        attributes=_attributes(about, sealing, stamp, importe),
        facts={} if about.operation == "anulacion" else facts(about, sealing, importe),
    )


def _fingerprint(about: Outline, number: str, content: str) -> str:
    """Flags, link, system and time aside: a correction that says what the refused record said has the same one."""
    kind = "anulacion" if about.operation == "anulacion" else "alta"
    text = "\n".join((kind, about.nif, number, about.dated, about.name, about.extension.ref_externa or "", content))
    apart = document.generator(about) if kind == "anulacion" else document.agreements(about)
    return hashlib.sha256((f"{text}\n{apart}" if apart else text).encode()).hexdigest()


def _attributes(about: Outline, sealing: Sealing, stamp: str, importe: str) -> dict[str, str]:
    """What exchange and reporting need. `period` is the month under which the AEAT files the invoice; `flags` are
    Subsanacion, RechazoPrevio and SinRegistroPrevio; `total_payable` is what stands apart from ImporteTotal."""
    day, given = about.operation_date or sealing.instruction.invoice.issue_date, about.flags
    return {
        "nif": about.nif,
        "name": about.name,
        "number": sealing.number,
        "date": about.dated,
        "period": f"{day.year:04}-{day.month:02}",
        "operation": about.operation,
        "huella": stamp,
        "tipo_factura": about.tipo,
        "total": importe,
        "rechazo_previo": given.rechazo_previo or "N",
        "flags": f"{given.subsanacion or '-'}/{given.rechazo_previo or '-'}/{given.sin_registro_previo or '-'}",
        "chain": about.chain,
        "installation": about.system.installation,
        "system": f"{about.system.id} {about.system.version}",
        **_payable(payable(sealing.instruction)),
    }


def _payable(paid: Payable) -> dict[str, str]:
    """What lies beside the record, in EUR, and the exchange rate that the record was made with (RD art. 10.2)."""
    told = {"total_payable": document.money(paid.total)}
    if paid.aside:
        told["suplidos"] = document.money(paid.aside)
    if paid.withheld:
        told["withheld"] = document.money(paid.withheld)
    if paid.rate is not None:
        told["rate"] = plain(paid.rate.rate)
        told["rate_pair"] = f"{paid.rate.from_currency.upper()}/{paid.rate.to_currency.upper()}"
        told["rate_source"] = paid.rate.source
        told["rate_on"] = paid.rate.on.isoformat()
    return told


def facts(about: Outline, sealing: Sealing, importe: str) -> dict[str, str]:
    """The QR's URL and the phrase that stands below it (Order arts. 20 and 21)."""
    number = quote(sealing.number, safe="")
    url = f"nif={about.nif}&numserie={number}&fecha={about.dated}&importe={importe}"
    host = lists.QR_HOSTS[sealing.issuer.environment]
    return {"verification_url": f"{host}{lists.QR_PATH}?{url}", "verification_phrase": lists.PHRASE}


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_time(at: datetime, time_zone: str) -> str:
    """`YYYY-MM-DDThh:mm:ss+hh:mm` in the zone of the issuer; anything else is refused (1244)."""
    return at.astimezone(_zone(time_zone)).isoformat(timespec="seconds")


def preview(instruction: Instruction, issuer: Issuer, at: datetime) -> bytes:
    """The record as it would say it, without number, link and seal."""
    about = document.outline(instruction, issuer)
    number = instruction.invoice.number or document.DRAFT_NUMBER
    return xml.document(document.draft(about, number))
