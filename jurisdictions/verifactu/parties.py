"""How a neutral party is named in a record: by Spanish NIF, or by IDOtro (list L7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from stdnum.es import nif as _nif

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.settings import Persona
from schemas.party import Party, TaxId

_SEPARATORS = re.compile(r"[ .\-/]")
_EU_PREFIX = {"GR": "EL"}
_SPANISH = ("ES:NIF", "ES:VAT", "ES:CIF", "ES:NIE", "ES:DNI")
_NATURAL = frozenset("XYZKLM")
_ID_TYPES = {
    "PASSPORT": lists.PASSPORT,
    "PAS": lists.PASSPORT,
    "RESIDENCE": lists.RESIDENCE,
    "OTHER": lists.OTHER_ID,
    "UNLISTED": lists.NOT_IN_CENSUS,
}
"""IDType of a tax id by the kind of its scheme (`US:PASSPORT`, `ES:UNLISTED`); any other kind is a document of the
country of residence."""


@lru_cache(maxsize=4096)
def _valid_nif(nif: str) -> bool:
    """Nine characters with the right check character; the same few NIFs come again and again."""
    return len(nif) == 9 and bool(_nif.is_valid(nif))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to the AEAT. Either `nif`, or `id_type` and `id` (and `country` where it may stand).

    `index` is the position of the tax id in the party's list, for pointers.
    """

    index: int
    nif: str | None = None
    id_type: str | None = None
    id: str | None = None
    country: str | None = None

    @property
    def well_formed(self) -> bool:
        """NIF with right check character (1123); NIF-IVA as its country writes it (1103); a natural person's NIF where
        it is not in the census (1290, 1131); else 1 to 20 characters."""
        if self.nif is not None:
            return _valid_nif(self.nif)
        if self.id_type == lists.NIF_IVA and self.id is not None:
            return re.fullmatch(lists.EU_VAT.get(self.id[:2], "(?!)"), self.id[2:]) is not None
        if self.id_type == lists.NOT_IN_CENSUS and self.id is not None:
            return _valid_nif(self.id) and (self.id[0].isdigit() or self.id[0] in _NATURAL)
        return self.id is not None and 0 < len(self.id) <= 20


@lru_cache(maxsize=8192)
def bare(value: str) -> str:
    """A tax id in capitals without separators: `b-00.000.018` is `B00000018`."""
    return _SEPARATORS.sub("", value).upper()


def spanish_nif(party: Party) -> str | None:
    """The party's NIF without the prefix ES, or None where it has none (its form is not judged here)."""
    value = party.tax_id(*_SPANISH)
    return None if value is None else bare(value).removeprefix("ES")


def identity(party: Party) -> Identity | None:
    """The best name of the party: NIF, then NIF-IVA of a member state, then any other document of its country."""
    found = [_read(index, tax_id) for index, tax_id in enumerate(party.tax_ids)]
    return min(found, key=_preference, default=None)


def member_state_identity(party: Party) -> Identity | None:
    """The NIF-IVA of another member state, where the party has one beside a Spanish NIF."""
    found = (_read(index, tax_id) for index, tax_id in enumerate(party.tax_ids))
    return next((one for one in found if one.id_type == lists.NIF_IVA), None)


def _preference(one: Identity) -> int:
    if one.nif is not None:
        return 0
    return 1 if one.id_type == lists.NIF_IVA else 2


def _read(index: int, tax_id: TaxId) -> Identity:
    value = bare(tax_id.value)
    if tax_id.scheme in _SPANISH:
        return Identity(index=index, nif=value.removeprefix("ES"))
    prefix = _EU_PREFIX.get(tax_id.country, tax_id.country)
    if tax_id.kind == "VAT" and prefix in lists.EU_VAT:
        own = next((one for one in (tax_id.country, prefix) if value.startswith(one)), "")
        number = value.removeprefix(own)
        country = prefix if prefix in lists.COUNTRIES else None
        return Identity(index=index, id_type=lists.NIF_IVA, id=prefix + number, country=country)
    id_type = _ID_TYPES.get(tax_id.kind, lists.FOREIGN_ID)
    return Identity(index=index, id_type=id_type, id=value, country=tax_id.country)


def person(who: Persona) -> Identity:
    """How somebody of the settings or of an extension is named; a NIF without separators and without ES."""
    if who.id_otro is None:
        return Identity(index=0, nif=bare(who.nif or "").removeprefix("ES"))
    other = who.id_otro
    return Identity(index=0, id_type=other.id_type, id=other.id, country=other.country)
