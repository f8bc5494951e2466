"""Codes that no edit of a text brings about: bytes that are no text, and links that are made on purpose."""

from __future__ import annotations

import re

from tests.jurisdictions.verifactu.rules import documents as of

_HUELLA = re.compile(r"(?<=<sf:Huella>)[0-9A-F]{64}(?=</sf:Huella></sf:RegistroAnterior>)")


def _linked_to(huella: str) -> bytes:
    return of.alta(number="A-2", link=_HUELLA.sub(huella, of.after(of.alta())))


def _own(huella: str) -> bytes:
    """A record with a huella that is none, linked to one whose huella is 64 times A."""
    record = _linked_to("A" * 64).decode()
    return re.sub(r"(?<=<sf:Huella>)[0-9A-F]{64}(?=</sf:Huella></sf:RegistroAlta>)", huella, record).encode()


def _foreign_issuer(nif: str) -> bytes:
    return of.differences().replace(
        f"<sf:IDFacturaRectificada><sf:IDEmisorFactura>{of.NIF}<".encode(),
        f"<sf:IDFacturaRectificada><sf:IDEmisorFactura>{nif}<".encode(),
    )


DOCUMENTS: dict[str, tuple[bytes, bytes]] = {
    "1219": (_foreign_issuer("B0000001"), _foreign_issuer("B00000019")),
    "1291": (_linked_to("*" * 64), _linked_to("a" * 64)),
    "1292": (_own("*" * 64), _own("a" * 64)),
    "2002": (_linked_to("F" * 63), _linked_to("F" * 64)),
    "2003": (_linked_to("f" * 64), _linked_to("F" * 64)),
    "2008": (_own("A" * 64), _own("B" * 64)),
    "4119": (of.two().replace(b"Emisora", b"Espa\xf1a"), of.two().replace(b"Emisora", "España".encode())),
    "4138": (b" ", of.two()),
}
"""Broken and spared documents by code."""
