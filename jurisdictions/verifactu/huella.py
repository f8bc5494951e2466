"""The huella: the chained SHA-256 of a record, and reading a record back for it.

Source: "Detalle de las especificaciones técnicas para generación de la huella" 0.1.2 of 2024-08-27, §3 and §6.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec
from lxml import etree

from jurisdictions.verifactu.codelists import SF

_TRIMMED = "".join(map(chr, range(0x21)))
"""Java's trim(), which the AEAT's own sample uses: everything up to U+0020."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a record hands to the next one of its chain. `digest` is the SHA-256 of its bytes: the huella alone
    covers only eight fields of a record."""

    nif: str
    number: str
    date: str
    huella: str
    digest: str


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Link)


def packed(link: Link) -> bytes:
    return _ENCODER.encode(link)


def unpacked(link: bytes) -> Link:
    """Raises `msgspec.DecodeError` where the bytes are no link of ours."""
    return _DECODER.decode(link)


def alta(
    nif: str, number: str, date: str, tipo: str, cuota_total: str, importe_total: str, previous: str, at: str
) -> str:
    """The huella of a RegistroAlta; every value exactly as it stands in the XML, `previous` empty for the first."""
    return sha256(
        f"IDEmisorFactura={nif}&NumSerieFactura={number}&FechaExpedicionFactura={date}&TipoFactura={tipo}"
        f"&CuotaTotal={cuota_total}&ImporteTotal={importe_total}&Huella={previous}&FechaHoraHusoGenRegistro={at}"
    )


def anulacion(nif: str, number: str, date: str, previous: str, at: str) -> str:
    """The huella of a RegistroAnulacion."""
    return sha256(
        f"IDEmisorFacturaAnulada={nif}&NumSerieFacturaAnulada={number}&FechaExpedicionFacturaAnulada={date}"
        f"&Huella={previous}&FechaHoraHusoGenRegistro={at}"
    )


def sha256(canonical: str) -> str:
    """SHA-256 of the cadena as UTF-8: 64 hexadecimal digits in capitals."""
    return hashlib.sha256(canonical.encode()).hexdigest().upper()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What binds a record into its chain, as read from its XML. `previous` is None where it says PrimerRegistro."""

    operation: str
    nif: str
    number: str
    date: str
    huella: str
    recomputed: str
    chain: str
    previous: tuple[str, str, str, str] | None
    first: bool


def is_record(element: etree._Element) -> bool:
    return element.tag in (f"{{{SF}}}RegistroAlta", f"{{{SF}}}RegistroAnulacion")


def read(record: etree._Element) -> Stamp:
    """The stamp of a RegistroAlta or RegistroAnulacion; missing fields read as empty (huella document §3)."""

    def text(path: str) -> str:
        return (record.findtext("/".join(f"{{{SF}}}{name}" for name in path.split("/"))) or "").strip(_TRIMMED)

    before = "Encadenamiento/RegistroAnterior/"
    names = ("IDEmisorFactura", "NumSerieFactura", "FechaExpedicionFactura", "Huella")
    previous = tuple(text(before + name) for name in names)
    at = text("FechaHoraHusoGenRegistro")
    if record.tag == f"{{{SF}}}RegistroAlta":
        nif, number, date = (text(f"IDFactura/{name}") for name in names[:3])
        recomputed = alta(
            nif, number, date, text("TipoFactura"), text("CuotaTotal"), text("ImporteTotal"), previous[3], at
        )
        operation = "subsanacion" if text("Subsanacion") == "S" else "alta"
    else:
        nif, number, date = (text(f"IDFactura/{name}Anulada") for name in names[:3])
        recomputed = anulacion(nif, number, date, previous[3], at)
        operation = "anulacion"
    return Stamp(
        operation=operation,
        nif=nif,
        number=number,
        date=date,
        huella=text("Huella"),
        recomputed=recomputed,
        chain=f"{nif}:{text('SistemaInformatico/NumeroInstalacion')}",
        previous=(previous[0], previous[1], previous[2], previous[3]) if any(previous) else None,
        first=text("Encadenamiento/PrimerRegistro") == "S",
    )
