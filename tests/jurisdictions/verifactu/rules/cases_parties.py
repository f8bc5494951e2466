"""A case and a near miss for every code of identity: the number, the recipients, and who issued the invoice."""

from __future__ import annotations

from tests.jurisdictions.verifactu.rules.case import Case
from tests.jurisdictions.verifactu.rules.records import (
    Edit,
    issued_by,
    kind,
    leaf,
    numbered,
    operated,
    other,
    recipient,
    sound,
    unnamed,
)

THIRD = leaf("NIF", "B00000042")
ISSUER = leaf("IDEmisorFactura", "B00000018")


def _case(code: str, breaks: tuple[Edit, ...], spares: tuple[Edit, ...]) -> Case:
    return Case(code=code, document=sound, breaks=breaks, spares=spares)


def _one(code: str, breaks: Edit, spares: Edit, *also: Edit) -> Case:
    return _case(code, (breaks, *also), (spares, *also))


CASES: tuple[Case, ...] = (
    _one("1101", recipient(other("04", "1", "XX")), recipient(other("04", "1", "US"))),
    _one("1102", recipient(other("01", "1", "US")), recipient(other("06", "1", "US"))),
    _one("1103", recipient(other("02", "BE12", "BE")), recipient(other("02", "BE0999000129", "BE"))),
    _one("1104", numbered("A" * 61), numbered("A" * 60)),
    _one("1111", recipient(other("04", "1")), recipient(other("02", "EL123456789"))),
    _one("1120", (ISSUER, leaf("IDEmisorFactura", "B00000019")), (ISSUER, leaf("IDEmisorFactura", "B00000042"))),
    _one("1122", recipient(other("02", "BE0999000129", "FR")), recipient(other("02", "BE0999000129", "BE"))),
    _one("1123", recipient(leaf("NIF", "B00000027")), recipient(leaf("NIF", "00000000T"))),
    _one("1126", recipient(other("06", "X1", "ES")), recipient(other("03", "X1", "ES"))),
    _one("1130", numbered("Ñ-1"), numbered("~ 1")),
    _one("1131", recipient(other("07", "B00000026", "ES")), recipient(other("07", "00000000T", "ES"))),
    _one("1155", issued_by(None, THIRD), issued_by("T", THIRD)),
    _case("1158", (issued_by("D", None), unnamed()), (issued_by("D", None),)),
    _one("1159", issued_by("D", THIRD), issued_by("T", THIRD)),
    _one("1178", issued_by("T", ""), issued_by("T", THIRD)),
    _one("1186", issued_by("T", None), issued_by("T", THIRD)),
    _one("1188", issued_by("T", leaf("NIF", "B00000018")), issued_by("T", THIRD)),
    _case("1189", (unnamed(),), (unnamed(), kind("F2"))),
    _case("1190", (kind("R5"),), (kind("R5"), unnamed())),
    _one("1191", recipient(other("04", "1", "US")), recipient(other("07", "00000000T", "ES")), kind("R3")),
    _one("1192", recipient(other("04", "1", "US")), recipient(other("02", "BE0999000129")), kind("R2")),
    _one("1211", issued_by("T", other("07", "00000000T", "ES")), issued_by("T", other("03", "X1", "ES"))),
    _one("1232", issued_by("T", other("05", "X1", "ES")), issued_by("T", other("03", "X1", "ES"))),
    _one("1239", recipient(""), recipient(leaf("NIF", "B00000042"))),
    _one("1254", operated("31-12-2020"), operated("01-01-2021"), recipient(other("02", "XI123456789"))),
    _one("1255", operated("01-02-2021"), operated("31-01-2021"), recipient(other("02", "GB123456789", "GB"))),
    _one("1287", numbered("A=1"), numbered("A&amp;1")),
    _one("1290", recipient(other("07", "00000000X", "ES")), recipient(other("07", "00000000T", "ES"))),
)
