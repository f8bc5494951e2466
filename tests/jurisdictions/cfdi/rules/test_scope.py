"""What is refused or warned of by a finding of its own, and what is odd about period, place and receiver's data."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.rules.scope import FOREIGN, foreign
from jurisdictions.cfdi.settings import Settings
from schemas.findings import Finding, Severity
from schemas.party import Party
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.invoices import (
    AT,
    BUYER,
    check,
    credit_note,
    fatal,
    instruction,
    invoice,
    issuer,
    line,
)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("nomina12", "CFDI-SCOPE-10"),
        ("Nómina 1.2", "CFDI-SCOPE-10"),
        ("Comercio Exterior", "CFDI-SCOPE-11"),
        ("Carta Porte 3.1", "CFDI-SCOPE-12"),
        ("Hidrocarburos y Petrolíferos", "CFDI-SCOPE-14"),
        ("12", "CFDI-SCOPE-19"),
        ("", "CFDI-SCOPE-19"),
        ("{http://www.sat.gob.mx/nomina12}Nomina", "CFDI-SCOPE-10"),
        ("{http://www.sat.gob.mx/ComercioExterior20}ComercioExterior", "CFDI-SCOPE-11"),
        ("ComercioExterior", "CFDI-SCOPE-11"),
        ("{http://www.sat.gob.mx/CartaPorte31}CartaPorte", "CFDI-SCOPE-12"),
        ("{http://www.sat.gob.mx/CartaPorte30}CartaPorte", "CFDI-SCOPE-12"),
        ("{http://www.sat.gob.mx/esquemas/retencionpago/2}Retenciones", "CFDI-SCOPE-13"),
        ("{http://www.sat.gob.mx/IngresosHidrocarburos10}IngresosHidrocarburos", "CFDI-SCOPE-14"),
        ("{http://www.sat.gob.mx/ine}INE", "CFDI-SCOPE-15"),
        ("{http://www.sat.gob.mx/donat}Donatarias", "CFDI-SCOPE-16"),
        ("{http://www.sat.gob.mx/iedu}instEducativas", "CFDI-SCOPE-17"),
        ("{http://www.sat.gob.mx/detallista}detallista", "CFDI-SCOPE-18"),
        ("{http://www.sat.gob.mx/EstadoDeCuentaCombustible12}EstadoDeCuentaCombustible", "CFDI-SCOPE-19"),
    ],
)
def test_each_foreign_complement_has_a_finding_of_its_own(name: str, rule: str) -> None:
    assert foreign(name).rule == rule


def test_a_complement_that_is_asked_for_is_refused() -> None:
    names = [*FOREIGN, "otro"]
    found = JURISDICTION.law.check(instruction(complementos=names), issuer(), AT)
    told = [one for one in found if one.severity is Severity.FATAL]
    assert [one.rule for one in told] == [f"CFDI-SCOPE-{number}" for number in range(10, 20)]
    assert told[3].pointer == "/extensions/cfdi/complementos/3"


def test_exports_under_02_are_refused() -> None:
    assert "CFDI-SCOPE-11" in fatal(check(instruction(exportacion="02")))


@pytest.mark.parametrize(("tipo", "rule"), [("N", "CFDI-SCOPE-10"), ("P", "CFDI-SCOPE-03"), ("E", "CFDI-SCOPE-04")])
def test_types_that_no_invoice_has(tipo: str, rule: str) -> None:
    assert fatal(check(instruction(tipo=tipo))) == {rule: "/extensions/cfdi/tipo"}


def test_a_credit_note_is_no_invoice_by_a_word() -> None:
    assert fatal(check(instruction(credit_note(), tipo="I"))) == {"CFDI-SCOPE-04": "/extensions/cfdi/tipo"}
    assert fatal(check(instruction(credit_note(), tipo="E"))) == {}


def warned(found: dict[str, Finding]) -> dict[str, str | None]:
    return {rule: one.pointer for rule, one in found.items() if one.severity is Severity.WARNING}


def test_what_would_need_a_complement_is_warned_of() -> None:
    fuel = line(extensions={"cfdi": {"clave_prod_serv": "15101514", "clave_unidad": "LTR"}})
    assert warned(check(instruction(invoice(line(), fuel)))) == {
        "CFDI-SCOPE-14": "/lines/1/extensions/cfdi/clave_prod_serv"
    }
    assert "CFDI-SCOPE-17" in warned(check(instruction(uso_cfdi="D10")))
    assert "CFDI-SCOPE-16" in warned(check(instruction(uso_cfdi="D04")))


def buyer(**words: Any) -> Party:
    known: dict[str, Any] = {"regimen_fiscal": "601", **words}
    return Party(name=BUYER.name, tax_ids=BUYER.tax_ids, address=BUYER.address, extensions={"cfdi": known})


@pytest.mark.parametrize(
    ("day", "stale"), [("2026-11-20", False), ("2026-05-24", False), ("2026-05-23", True), ("2026-11-21", True)]
)
def test_the_receivers_data_grow_stale(day: str, stale: bool) -> None:
    found = check(instruction(invoice(customer=buyer(verificado=day)))).get("CFDI-STALE-01")
    assert (found is not None) is stale
    if found is not None:
        assert "URE180429TM6" in (found.found or "")


def test_the_receivers_data_are_told_together() -> None:
    bare = Party(name=BUYER.name, tax_ids=BUYER.tax_ids)
    found = check(instruction(invoice(customer=bare)))
    assert {"CFDI40147", "CFDI40157"} <= set(fatal(found))
    assert found["CFDI-RECEIVER-01"].found == (
        "RFC URE180429TM6, name UNIVERSIDAD ROBOTICA ESPAÑOLA, postal code absent, regime absent, use G03"
    )


@pytest.mark.parametrize(("code", "told"), [("00999", True), ("86991", False)])
def test_a_postal_code_that_there_is_not_is_told(code: str, told: bool) -> None:
    found = check(instruction(domicilio_fiscal_receptor=code)).get("CFDI-RECEIVER-02")
    assert (found is not None) is told
    if found is not None:
        assert (found.severity, found.found) == (Severity.WARNING, code)


@pytest.mark.parametrize(("place", "told"), [("42501", True), ("32000", False), ("22000", False)])
def test_the_border_rate_belongs_to_the_border(place: str, told: bool) -> None:
    sold = instruction(invoice(line(taxes=[{"tax": "IVA", "percent": "8"}])))
    by = issuer(settings=Settings(regimen_fiscal="601", lugar_expedicion=place))
    assert ("CFDI-BORDER-01" in check(sold, by)) is told
    assert "CFDI-BORDER-01" not in check(instruction(), by)


def test_who_is_paid_at_once_says_how() -> None:
    found = check(instruction(forma_pago="99"))["CFDI-FORM-01"]
    assert (found.severity, found.pointer) == (Severity.WARNING, "/extensions/cfdi/forma_pago")
    assert "CFDI-FORM-01" not in check(instruction(metodo_pago="PPD"))
    assert "CFDI-FORM-01" not in check(instruction())


def test_a_global_invoice_is_late_a_day_after_its_period() -> None:
    made = DOCUMENTS["global"]()
    over = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
    for at, late in ((over, False), (over + timedelta(seconds=1), True)):
        rules = {one.rule for one in JURISDICTION.law.check(made, issuer(), at)}
        assert ("CFDI-GLOBAL-02" in rules) is late
    assert "CFDI-GLOBAL-01" not in check(made)
    assert "CFDI-GLOBAL-01" in check(DOCUMENTS["anyone"]())


def test_an_efirma_seals_no_invoice() -> None:
    facts = {"rfc": "EKU9003173C9", "serial_number": "3" * 20}
    csd = facts | {"key_usage": "digital_signature content_commitment"}
    fiel = facts | {"key_usage": "digital_signature content_commitment data_encipherment key_agreement"}
    assert fatal(check(by=issuer(credentials={"csd": csd}))) == {}
    assert fatal(check(by=issuer(credentials={"csd": fiel}))) == {"CFDI-PAC-306": "/issuer"}


def test_an_invoice_may_name_one_that_has_no_cfdi() -> None:
    made = invoice(references={"preceding": [{"number": "OLD-1", "issue_date": "2020-01-01"}]})
    assert fatal(check(instruction(made))) == {}
    assert warned(check(instruction(made))) == {"CFDI-RELATED-01": "/references/preceding/0"}
