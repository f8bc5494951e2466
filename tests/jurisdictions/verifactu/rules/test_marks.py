"""The rules of marks, of third parties and further recipients, of base at cost and of suplidos."""

from __future__ import annotations

import msgspec
import pytest

from jurisdictions.contract import Instruction, InstructionKind
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.settings import Extension, IdOtro, LineExtension, Persona, Settings, Tercero
from schemas.findings import Severity
from tests.jurisdictions.verifactu.builders import (
    ISSUER_NIF,
    NOW,
    credit_note,
    instruction,
    invoice,
    issuer,
    party,
    tax,
)

EXT = "/extensions/verifactu/"
LINE = "/lines/0/extensions/verifactu/"


def other(id_type: str, number: str = "X-1", country: str | None = None) -> Tercero:
    return Tercero(name="Somebody", id_otro=IdOtro(id_type=id_type, id=number, country=country))


SPANIARD = Tercero(name="Ana", nif="99999990S")
THIRDS = {
    "wrong": Tercero(name="W", nif="B00000019"),
    "self": Tercero(name="S", nif=ISSUER_NIF),
    "census": other("07", "99999990S", "ES"),
    "spanish": other("04", "7", "ES"),
    "nowhere": other("04", "8"),
    "unlisted": other("04", "9", "XK"),
    "vat": other("02", "BE1"),
    "country": other("02", "BE0999000129", "DE"),
}


def third(name: str) -> tuple[Instruction, Settings]:
    return instruction(extension=Extension(tercero=THIRDS[name].key)), Settings(terceros=(THIRDS[name],))


def beside(*people: Persona, tipo: str | None = None, clave: str | None = None) -> Instruction:
    of = credit_note() if tipo in {"R2", "R3", "R5"} else invoice()
    extension = Extension(tipo_factura=tipo, clave_regimen=clave, otros_destinatarios=people)
    return instruction(of, extension=extension)


def at_cost(amount: str, *, clave: str = "06", tipo: str | None = None) -> Instruction:
    line = LineExtension(clave_regimen=clave, base_a_coste=amount)
    return instruction(extension=Extension(tipo_factura=tipo), lines=(line,))


MADE_BY = {letter: Extension(generado_por=letter) for letter in ("D", "T")}
CANCEL = InstructionKind.CANCEL
ABROAD = tax(None, "K")

FAULTS: list[tuple[str, str, Instruction, Settings | None]] = [
    ("AEAT-1183", EXT + "art_7273", instruction(invoice(simplified=True), extension=Extension(art_7273=True)), None),
    ("AEAT-1185", EXT + "sin_identificar", instruction(extension=Extension(sin_identificar=True)), None),
    ("AEAT-1157", EXT + "cupon", instruction(extension=Extension(cupon=True)), None),
    ("VERIFACTU-TERCERO", EXT + "tercero", instruction(extension=Extension(tercero="B00000034")), None),
    (
        "AEAT-1159",
        EXT + "tercero",
        instruction(invoice(self_billed=True), extension=Extension(tercero="99999990S")),
        Settings(terceros=(SPANIARD,)),
    ),
    ("AEAT-1123", EXT + "tercero", *third("wrong")),
    ("AEAT-1188", EXT + "tercero", *third("self")),
    ("AEAT-1211", EXT + "tercero", *third("census")),
    ("AEAT-1232", EXT + "tercero", *third("spanish")),
    ("AEAT-1111", EXT + "tercero/id_otro/country", *third("nowhere")),
    ("AEAT-1101", EXT + "tercero/id_otro/country", *third("unlisted")),
    ("AEAT-1103", EXT + "tercero", *third("vat")),
    ("AEAT-1122", EXT + "tercero/id_otro/country", *third("country")),
    ("AEAT-1190", EXT + "otros_destinatarios", beside(SPANIARD, tipo="F2"), None),
    ("AEAT-1126", EXT + "otros_destinatarios/1", beside(SPANIARD, other("04", country="ES")), None),
    ("AEAT-1126", EXT + "otros_destinatarios/0", beside(other("07", "99999990S", "FR")), None),
    ("AEAT-1131", EXT + "otros_destinatarios/0", beside(other("07", "B00000026", "ES")), None),
    ("AEAT-1191", EXT + "otros_destinatarios/0", beside(other("02", "BE0999000129"), tipo="R3"), None),
    ("AEAT-1192", EXT + "otros_destinatarios/0", beside(other("04", country="US"), tipo="R2"), None),
    ("AEAT-1205", EXT + "otros_destinatarios/0", beside(other("04", country="US"), clave="10"), None),
    ("AEAT-1149", EXT + "otros_destinatarios/0", beside(SPANIARD, clave="14"), None),
    (
        "AEAT-1289",
        EXT + "otros_destinatarios/0",
        instruction(
            invoice(("1.00", ABROAD), customer=party(BE_VAT="BE0999000129")),
            extension=Extension(otros_destinatarios=(SPANIARD,)),
        ),
        None,
    ),
    ("AEAT-1224", EXT + "generado_por", instruction(kind=CANCEL, extension=MADE_BY["T"]), None),
    ("AEAT-1224", EXT + "generado_por", instruction(invoice(customer=party()), extension=MADE_BY["D"]), None),
    (
        "AEAT-1259",
        EXT + "generado_por",
        instruction(invoice(customer=party(ES_NIF=ISSUER_NIF)), CANCEL, extension=MADE_BY["D"]),
        None,
    ),
    ("AEAT-1202", LINE + "clave_regimen", instruction(lines=(LineExtension(clave_regimen="06"),)), None),
    ("AEAT-1202", LINE + "clave_regimen", at_cost("100.00", tipo="F3"), None),
    ("AEAT-1257", LINE + "base_a_coste", at_cost("100.00", clave="01"), None),
    ("AEAT-1144", LINE + "base_a_coste", at_cost("52.38"), None),
    ("AEAT-1140", LINE + "base_a_coste", at_cost("-1.00"), None),
    ("VERIFACTU-SUPLIDO", "/lines/0/taxes", instruction(lines=(LineExtension(suplido=True),)), None),
    ("AEAT-1195", "/lines/0", instruction(lines=(LineExtension(garantia=True),)), None),
]


@pytest.mark.parametrize(("rule", "pointer", "of", "settings"), FAULTS)
def test_each_rule_finds_its_fault_and_shows_where(
    rule: str, pointer: str, of: Instruction, settings: Settings | None
) -> None:
    found = JURISDICTION.law.check(of, issuer(settings), NOW)
    assert (rule, pointer) in [(one.rule, one.pointer) for one in found]


def fatal(of: Instruction) -> list[str]:
    found = JURISDICTION.law.check(of, issuer(), NOW)
    return [one.rule for one in found if one.severity is Severity.FATAL]


def test_the_tolerance_of_the_tax_at_cost_is_ten_euro() -> None:
    assert fatal(at_cost("52.39")) == fatal(at_cost("147.61")) == []
    assert fatal(at_cost("52.38")) == fatal(at_cost("147.62")) == ["AEAT-1144"]


def test_who_is_named_twice_or_not_at_all_is_no_person() -> None:
    for wrong in ({"name": "A"}, {"name": "A", "nif": "B00000018", "id_otro": {"id_type": "04", "id": "1"}}):
        with pytest.raises(msgspec.ValidationError, match="exactly one of nif and id_otro"):
            msgspec.convert(wrong, Persona)


@pytest.mark.parametrize(
    "wrong",
    [
        {"num_registro_acuerdo": "x" * 16},
        {"id_acuerdo": "x" * 17},
        {"id_acuerdo": " x"},
        {"generado_por": "E"},
        {"otros_destinatarios": [{"name": "A", "nif": "B00000018"}] * 1000},
    ],
)
def test_what_no_record_could_hold_is_refused_at_the_door(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Extension)


@pytest.mark.parametrize(("sector", "severity"), [(None, Severity.WARNING), (False, Severity.FATAL), (True, None)])
def test_what_the_issuer_says_of_its_sector_decides_on_a_simplified_invoice(
    sector: bool | None, severity: Severity | None
) -> None:
    found = JURISDICTION.law.check(
        instruction(invoice(("400.00", tax()), simplified=True)), issuer(Settings(sector_3000=sector)), NOW
    )
    assert next((one.severity for one in found if one.rule == "VERIFACTU-SIMPLIFIED"), None) == severity
