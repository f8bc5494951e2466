"""The rules of tax and identity over facts: what the cases of the table do not show."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.rules import party_rules, tax_rules
from jurisdictions.verifactu.rules.facts import PartyFacts, RecordFacts, RowFacts, SystemFacts
from jurisdictions.verifactu.rules.tax_sentences import SENTENCES
from tests.jurisdictions.verifactu.rules import cases_parties, cases_tax

CASES = cases_tax.CASES + cases_parties.CASES
TODAY = date(2026, 11, 20)
ROW = RowFacts("Desglose/DetalleDesglose[1]", Decimal(100), "01", "01", "S1", None, Decimal(21), None, Decimal(21))
SOUND = RecordFacts(
    operation="alta",
    nif="B00000018",
    number="A-1",
    dated="20-11-2026",
    issue_date=TODAY,
    generated_at="2026-11-20T10:30:15+01:00",
    tipo_huella="01",
    huella="",
    previous=None,
    first=True,
    system=SystemFacts(PartyFacts("SistemaInformatico", "P", "B00000034"), "S", "EG", "1", "1"),
    tipo="F1",
    recipients=(PartyFacts("Destinatarios/IDDestinatario[1]", "Cliente", "B00000026"),),
    rows=(ROW,),
    cuota_total=Decimal(21),
    importe_total=Decimal(121),
)


def codes(record: RecordFacts, today: date = TODAY) -> list[str]:
    rules = tax_rules.RULES + party_rules.RULES
    return [found.code for rule in rules for found in rule(record, today)]


def test_every_code_with_a_sentence_has_a_case() -> None:
    assert {case.code for case in CASES} == set(SENTENCES)
    assert len(CASES) == len(SENTENCES)


def test_a_sound_record_breaks_nothing() -> None:
    assert codes(SOUND) == []


def with_row(**changes: object) -> RecordFacts:
    return replace(SOUND, rows=(replace(ROW, **changes),))


def test_ipsi_without_its_regime_is_refused_from_2027_on() -> None:
    missing = with_row(impuesto=lists.IPSI, clave=None)
    wrong = with_row(impuesto=lists.IPSI, clave="02")
    last = lists.IPSI_CLAVE_ENFORCED.replace(year=2026, month=12, day=31)
    assert codes(missing, last) == codes(wrong, last) == ["2009"]
    assert codes(missing, lists.IPSI_CLAVE_ENFORCED) == ["1245"]
    assert codes(wrong, lists.IPSI_CLAVE_ENFORCED) == ["1246"]


@pytest.mark.parametrize("percent", ["7.125", "1000", "-1"])
def test_a_rate_fits_its_element(percent: str) -> None:
    of = with_row(impuesto=lists.IGIC, tipo=Decimal(percent), cuota=Decimal(percent) if percent != "-1" else ROW.cuota)
    assert "1100" in codes(of)


@pytest.mark.parametrize(("tipo", "rectificativa"), [("R4", "I"), ("R2", "S"), ("R3", "S")])
def test_differences_and_bad_debts_may_have_any_tax(tipo: str, rectificativa: str) -> None:
    of = replace(with_row(cuota=Decimal(-500)), tipo=tipo, rectificativa=rectificativa, cuota_total=Decimal(-500))
    assert {"1142", "1143"}.isdisjoint(codes(replace(of, importe_total=Decimal(-400))))
    assert {"1142", "1143"} <= set(codes(replace(of, tipo="R4", rectificativa="S")))


@pytest.mark.parametrize("clave", sorted(lists.TOTALS_UNCHECKED))
def test_totals_are_not_compared_under_some_regimes(clave: str) -> None:
    off = replace(SOUND, cuota_total=Decimal(500), importe_total=Decimal(900))
    assert {"2005", "2006"} <= set(codes(off))
    assert {"2005", "2006"}.isdisjoint(codes(replace(off, rows=(ROW, replace(ROW, clave=clave)))))


def test_agreements_and_unidentified_customers_lift_the_limit_of_an_f2() -> None:
    of = replace(with_row(base=Decimal(5000), cuota=Decimal(1050)), tipo="F2", recipients=())
    assert "1150" in codes(of)
    assert "1150" not in codes(replace(of, art_61d="S"))
    assert "1150" not in codes(replace(of, acuerdo="1"))


def test_a_surcharge_does_not_count_for_the_limit_of_an_f2() -> None:
    row = replace(
        ROW, base=Decimal(2480), cuota=Decimal("520.80"), tipo_recargo=Decimal("5.2"), cuota_recargo=Decimal("128.96")
    )
    assert "1150" not in codes(replace(SOUND, tipo="F2", recipients=(), rows=(row,)))


def test_rules_of_a_day_that_the_calendar_lacks_are_silent() -> None:
    of = replace(with_row(tipo=Decimal(5), cuota=Decimal(5)), issue_date=None, dated="31-02-2026")
    assert {"1124", "1194"}.isdisjoint(codes(of))


def test_the_codes_of_a_recipient_stand_at_their_places() -> None:
    of = replace(SOUND, recipients=(PartyFacts("Destinatarios/IDDestinatario[1]", "C", None, "02", "BE12", "FR"),))
    found = {one.code: one.place for rule in party_rules.RULES for one in rule(of, TODAY)}
    assert found == {
        "1122": "Destinatarios/IDDestinatario[1]/IDOtro/CodigoPais",
        "1103": "Destinatarios/IDDestinatario[1]/IDOtro/ID",
    }
