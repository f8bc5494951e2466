"""The rules of identity: the invoice's own number, its recipients, and who issued it for whom.

They look at a record's facts only, so they judge a record to be and a stranger's alike. Whether the tax office knows
somebody is its own to say (1109, 1110, 1239, 2001). Source: "Validaciones y errores" 1.2.2 of 2026-04-08, §3.1.3.1,
11 to 13, and note 1; list L7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from stdnum.es import nif as _nif

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.rules.facts import Broken, PartyFacts, RecordFacts, Rule

_NIF = re.compile(r"[0-9A-Z]{9}")
_PERSON = re.compile(r"[0-9KLMXYZ].*")
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_REFUSED_IN_NUMBERS = re.compile(r"[\"'<>=]")
_FORMS = {prefix: re.compile(form) for prefix, form in (lists.EU_VAT | lists.FORMER_EU_VAT).items()}
_R2_TYPES = frozenset({lists.NIF_IVA, lists.NOT_IN_CENSUS})
_MAX_NUMBER, _MAX_ID = 60, 20


class Codes(NamedTuple):
    """Under which codes one block of a record refuses how somebody is named.

    `spanish_types` are the IDTypes that CodigoPais ES may have; `spanish` is the code of any other, `block` that of
    somebody who is named twice or not at all.
    """

    nif: str
    block: str
    spanish: str
    spanish_types: frozenset[str]
    id_type: str = "1102"
    form: str = "1103"


RECIPIENT = Codes("1123", "1239", "1126", frozenset({lists.PASSPORT, lists.NOT_IN_CENSUS}))
THIRD_PARTY = Codes("1123", "1178", "1232", frozenset({lists.PASSPORT}))
PRODUCER = Codes("1176", "1223", "1232", frozenset({lists.PASSPORT}), id_type="1221", form="1222")
"""The producer of the SistemaInformatico."""


@lru_cache(maxsize=8192)
def well_formed_nif(nif: str) -> bool:
    """Nine capitals and digits with the right check character; the same few NIFs come again and again."""
    return _NIF.fullmatch(nif) is not None and bool(_nif.is_valid(nif))


def natural_person(nif: str) -> bool:
    """A DNI, an NIE, or a NIF that begins with K, L or M; whether it is well formed is another question."""
    return _PERSON.fullmatch(nif) is not None


def fits_member_state(number: str) -> bool:
    """A NIF-IVA in the form of the member state that its first two letters name (note 1)."""
    form = _FORMS.get(number[:2])
    return form is not None and form.fullmatch(number[2:]) is not None


def named(party: PartyFacts, on: date | None, codes: Codes) -> Iterator[Broken]:
    """What is wrong with how somebody is named, on the day of the operation (None: unknown)."""
    foreign = (party.id_type, party.id, party.country) != (None, None, None)
    if (party.nif is not None) is foreign:
        yield Broken(codes.block, party.place, None, "NIF or IDOtro")
    if party.nif is not None:
        if not well_formed_nif(party.nif):
            yield Broken(codes.nif, f"{party.place}/NIF", party.nif, "nine characters with a right check character")
    elif foreign:
        yield from _id_otro(party, on, codes)


def _id_otro(party: PartyFacts, on: date | None, codes: Codes) -> Iterator[Broken]:
    where = f"{party.place}/IDOtro"
    if party.id_type not in lists.ID_TYPES:
        yield Broken(codes.id_type, f"{where}/IDType", party.id_type, " ".join(sorted(lists.ID_TYPES)))
    if not 0 < len(party.id or "") <= _MAX_ID:
        yield Broken(codes.form, f"{where}/ID", party.id, f"1 to {_MAX_ID} characters")
    yield from _country(party, where, codes)
    if party.id_type == lists.NIF_IVA:
        yield from _nif_iva(party, where, on, codes)
    elif party.id_type == lists.NOT_IN_CENSUS:
        yield from _not_in_census(party, where)


def _country(party: PartyFacts, where: str, codes: Codes) -> Iterator[Broken]:
    """1101, 1111, 1126 and 1232: a country of the list, named unless by NIF-IVA, and Spain only with its types."""
    if party.country is None:
        if party.id_type != lists.NIF_IVA:
            yield Broken("1111", f"{where}/CodigoPais", None, "a country")
    elif party.country not in lists.COUNTRIES:
        yield Broken("1101", f"{where}/CodigoPais", party.country)
    elif party.country == "ES" and party.id_type not in codes.spanish_types:
        yield Broken(codes.spanish, f"{where}/IDType", party.id_type, " ".join(sorted(codes.spanish_types)))


def _nif_iva(party: PartyFacts, where: str, on: date | None, codes: Codes) -> Iterator[Broken]:
    """1122, 1254, 1255 and the form that each member state gives its numbers."""
    value = party.id or ""
    prefix = value[:2]
    if party.country not in {None, prefix}:
        yield Broken("1122", f"{where}/CodigoPais", party.country, prefix)
    for window in lists.NIF_IVA_WINDOWS:
        if prefix != window.prefix or on is None:
            continue
        if (window.first is not None and on < window.first) or (window.last is not None and window.last < on):
            yield Broken(window.code, f"{where}/ID", value)
    if not fits_member_state(value):
        yield Broken(codes.form, f"{where}/ID", value, "the form of its member state")


def _not_in_census(party: PartyFacts, where: str) -> Iterator[Broken]:
    """1126, 1290, 1131: type 07 is a Spanish natural person whom the census does not hold."""
    if party.country not in {None, "ES"}:
        yield Broken("1126", f"{where}/CodigoPais", party.country, "ES")
    if not well_formed_nif(party.id or ""):
        yield Broken("1290", f"{where}/ID", party.id, "a NIF")
    elif not natural_person(party.id or ""):
        yield Broken("1131", f"{where}/ID", party.id, "the NIF of a natural person")


# ------------------------------------------------------------------------------------------------ the record


def _identity(record: RecordFacts, today: date) -> Iterator[Broken]:
    """1120, 1104, 1130, 1287: who issued the invoice, and its number."""
    suffix = "Anulada" if record.operation == "anulacion" else ""
    if not well_formed_nif(record.nif):
        expected = "nine characters with a right check character"
        yield Broken("1120", f"IDFactura/IDEmisorFactura{suffix}", record.nif, expected)
    where = f"IDFactura/NumSerieFactura{suffix}"
    if not 0 < len(record.number) <= _MAX_NUMBER:
        yield Broken("1104", where, str(len(record.number)), f"1 to {_MAX_NUMBER} characters")
    if _PRINTABLE.fullmatch(record.number) is None:
        yield Broken("1130", where, record.number, "printable ASCII")
    if _REFUSED_IN_NUMBERS.search(record.number):
        yield Broken("1287", where, record.number, "none of < > \" ' =")


def _recipients(record: RecordFacts, today: date) -> Iterator[Broken]:
    """1189 to 1192: who must be named, who must not, and how for a bad debt or an insolvency."""
    if record.operation != "alta":
        return
    if record.tipo in lists.SIMPLIFIED_TYPES and record.recipients:
        yield Broken("1190", "Destinatarios", record.tipo, "none")
    elif record.tipo in lists.FULL_TYPES and not record.recipients:
        yield Broken("1189", "Destinatarios", None, "at least one")
    for one in record.recipients:
        by_type = f"{one.place}/IDOtro/IDType"
        if record.tipo == "R3" and one.nif is None and one.id_type != lists.NOT_IN_CENSUS:
            yield Broken("1191", by_type, one.id_type, "NIF or 07")
        elif record.tipo == "R2" and one.nif is None and one.id_type not in _R2_TYPES:
            yield Broken("1192", by_type, one.id_type, "NIF, 02 or 07")
        if not one.name:
            yield Broken("1100", f"{one.place}/NombreRazon", "nothing", "a name")
        yield from named(one, record.rate_date, RECIPIENT)


def _third_party(record: RecordFacts, today: date) -> Iterator[Broken]:
    """1155, 1158, 1159, 1178, 1186, 1188, 1211: an invoice issued by somebody else names them."""
    third = record.third
    if record.issued_by == "D" and not record.recipients:
        yield Broken("1158", "Destinatarios", None, "at least one")
    if third is None:
        if record.issued_by == "T":
            yield Broken("1186", "Tercero", None, "who issued the invoice")
        return
    if record.issued_by != "T":
        yield Broken("1159" if record.issued_by == "D" else "1155", third.place, record.issued_by, "T")
    if third.nif is not None and third.nif == record.issuer:
        yield Broken("1188", f"{third.place}/NIF", third.nif)
    if not third.name:
        yield Broken("1100", f"{third.place}/NombreRazon", "nothing", "a name")
    if third.id_type == lists.NOT_IN_CENSUS:
        yield Broken("1211", f"{third.place}/IDOtro/IDType", third.id_type)
        return
    yield from named(third, record.rate_date, THIRD_PARTY)


RULES: tuple[Rule, ...] = (_identity, _recipients, _third_party)
