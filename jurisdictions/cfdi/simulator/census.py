"""Who is inscribed: the register that names, postal codes and regimes of receivers are compared with.

An entry of the book is `census/<RFC>`: JSON with `name`, `postal_code`, `regimes`, and `issuer` where the name is
asked of the issuer too. The founding entries are SAT's two public test identities and the fictitious ones of the
sandbox. RFCs that begin with ZZ are accepted without an entry, as a sandbox's customers; all others are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

NATIONAL, FOREIGN = "XAXX010101000", "XEXX010101000"
GENERIC = frozenset({NATIONAL, FOREIGN})
GENERAL_PUBLIC = "PUBLICO EN GENERAL"


class Inscribed(msgspec.Struct, frozen=True):
    """One taxpayer: name without its company type, postal code, regimes."""

    name: str
    postal_code: str
    regimes: tuple[str, ...]
    issuer: bool = False


_FIRST = {
    "URE180429TM6": Inscribed("UNIVERSIDAD ROBOTICA ESPAÑOLA", "86991", ("601",), True),
    "EKU9003173C9": Inscribed("ESCUELA KEMPER URGATE", "42501", ("601", "603", "623"), True),
    "ZZZ000101AA9": Inscribed("COMERCIALIZADORA DEL EJEMPLO", "06600", ("601", "626")),
    "ZZY000101AA8": Inscribed("SERVICIOS DEL EJEMPLO", "64000", ("601",)),
    "ZZX000101AA7": Inscribed("INDUSTRIAS DEL EJEMPLO", "44100", ("601", "603")),
    "ZZZZ000101AA0": Inscribed("JUAN EJEMPLO PRUEBA", "03100", ("605", "612", "626")),
}

FOUNDING: Mapping[str, bytes] = {f"census/{rfc}": msgspec.json.encode(entry) for rfc, entry in _FIRST.items()}


def inscribed(book: Mapping[str, bytes], rfc: str) -> Inscribed | None:
    """The entry of that RFC, None where there is none (or it cannot be read)."""
    stored = book.get(f"census/{rfc}")
    if not stored:
        return None
    try:
        return msgspec.json.decode(stored, type=Inscribed)
    except msgspec.DecodeError:
        return None


def open_to_anyone(rfc: str) -> bool:
    """Whether the RFC is one of the sandbox's own, which need no entry."""
    return rfc.startswith("ZZ")


def is_company(rfc: str) -> bool:
    """Twelve characters are a persona moral, thirteen a persona física."""
    return len(rfc) == 12
