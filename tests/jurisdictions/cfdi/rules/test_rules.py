"""What is found before a seal, by SAT's own codes, and where it points."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.rfc import has_check_digit, is_well_formed
from jurisdictions.cfdi.settings import Settings
from jurisdictions.contract import InstructionKind
from schemas.findings import Severity
from schemas.invoice import Kind
from schemas.party import Address, Party, TaxId
from tests.jurisdictions.cfdi.invoices import (
    AT,
    BUYER,
    SELLER,
    check,
    credit_note,
    fatal,
    instruction,
    invoice,
    issuer,
    line,
)


def buyer(rfc: str = "URE180429TM6", **changes: Any) -> Party:
    return msgspec.structs.replace(BUYER, tax_ids=(TaxId(scheme="MX:RFC", value=rfc),), **changes)


def test_a_sound_invoice_has_no_findings_at_all() -> None:
    assert check() == {}


def test_an_issuer_without_rfc_is_not_concerned() -> None:
    spanish = msgspec.structs.replace(SELLER, tax_ids=(TaxId(scheme="ES:NIF", value="B00000018"),))
    assert JURISDICTION.law.route(invoice(), issuer(party=spanish), AT) is None
    route = JURISDICTION.law.route(invoice(), issuer(settings=None, credentials={}), AT)
    assert route is not None
    assert (route.rounding.tax_per, route.rounding.line_tax_scale) == ("group", 6)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"forma_pago": "77"}, {"CFDI40104": "/extensions/cfdi/forma_pago"}),
        ({"metodo_pago": "PPD", "forma_pago": "03"}, {"CFDI40105": "/extensions/cfdi/forma_pago"}),
        (
            {"exportacion": "02"},
            {"CFDI40122": "/extensions/cfdi/exportacion", "CFDI-SCOPE-11": "/extensions/cfdi/exportacion"},
        ),
        ({"exportacion": "09"}, {"CFDI40123": "/extensions/cfdi/exportacion"}),
        ({"uso_cfdi": "G99"}, {"CFDI40160": "/extensions/cfdi/uso_cfdi"}),
        ({"uso_cfdi": "D01"}, {"CFDI40161": "/extensions/cfdi/uso_cfdi"}),
        ({"regimen_fiscal_receptor": "999"}, {"CFDI40157": "/extensions/cfdi/regimen_fiscal_receptor"}),
        (
            {"regimen_fiscal_receptor": "605"},
            {"CFDI40158": "/extensions/cfdi/regimen_fiscal_receptor", "CFDI40161": "/extensions/cfdi/uso_cfdi"},
        ),
        (
            {"informacion_global": {"periodicidad": "01", "meses": "11", "anio": 2026}},
            {"CFDI40130": "/extensions/cfdi/informacion_global"},
        ),
    ],
)
def test_words_of_the_extension(words: dict[str, Any], expected: dict[str, str]) -> None:
    assert fatal(check(instruction(**words))) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"taxes": [{"tax": "IVA", "percent": "21"}]}, {"CFDI40179": "/lines/0/taxes/0/percent"}),
        ({"taxes": [{"tax": "ISR", "percent": "36", "withheld": True}]}, {"CFDI40185": "/lines/0/taxes/0/percent"}),
        (
            {"taxes": [{"tax": "IGIC", "category": "L", "percent": "7"}]},
            {"CFDI-TAX-01": "/lines/0/taxes/0/category", "CFDI40175": "/lines/0/taxes/0/tax"},
        ),
        ({"extensions": {"cfdi": {"objeto_imp": "01"}}}, {"CFDI40172": "/lines/0/extensions/cfdi/objeto_imp"}),
        ({"extensions": {"cfdi": {"objeto_imp": "99"}}}, {"CFDI40170": "/lines/0/extensions/cfdi/objeto_imp"}),
        (
            {"taxes": [], "extensions": {"cfdi": {"objeto_imp": "02"}}},
            {"CFDI40171": "/lines/0/extensions/cfdi/objeto_imp"},
        ),
        ({"taxes": [{"category": "AE", "percent": "0"}]}, {"CFDI-TAX-01": "/lines/0/taxes/0/category"}),
        ({"description": "Uno | otro"}, {"CFDI-PAC-301": "/lines/0/description"}),
    ],
)
def test_lines(changes: dict[str, Any], expected: dict[str, str]) -> None:
    found = check(instruction(invoice(line(**changes))))
    assert fatal(found) == expected


CARRIED: dict[str, Any] = {
    "clave_prod_serv": "43211500",
    "clave_unidad": "H87",
    "a_cuenta_terceros": {
        "rfc": "JUFA7608212V6",
        "nombre": "ADRIANA JUAREZ FERNANDEZ",
        "regimen_fiscal": "612",
        "domicilio_fiscal": "01160",
    },
    "informacion_aduanera": ["25  48  3009  5001234"],
    "cuenta_predial": ["15956011002"],
    "partes": [
        {
            "clave_prod_serv": "43211500",
            "descripcion": "Disco",
            "cantidad": "3",
            "valor_unitario": "10",
            "importe": "30.00",
            "informacion_aduanera": ["24  48  3009  4001234"],
        }
    ],
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, {}),
        (
            {"a_cuenta_terceros": CARRIED["a_cuenta_terceros"] | {"rfc": "URE180429TM6"}},
            {"CFDI40188": "/lines/0/extensions/cfdi/a_cuenta_terceros/rfc"},
        ),
        (
            {"a_cuenta_terceros": CARRIED["a_cuenta_terceros"] | {"regimen_fiscal": "609"}},
            {"CFDI40191": "/lines/0/extensions/cfdi/a_cuenta_terceros/regimen_fiscal"},
        ),
        (
            {"informacion_aduanera": ["25  48  3009  5001234", "25  99  3009  5001234"]},
            {"CFDI40194": "/lines/0/extensions/cfdi/informacion_aduanera/1"},
        ),
        (
            {"partes": [CARRIED["partes"][0] | {"clave_prod_serv": "43211599"}]},
            {"CFDI40196": "/lines/0/extensions/cfdi/partes/0/clave_prod_serv"},
        ),
        (
            {"partes": [CARRIED["partes"][0], CARRIED["partes"][0] | {"importe": "40.00"}]},
            {"CFDI40198": "/lines/0/extensions/cfdi/partes/1/importe"},
        ),
        (
            {"partes": [CARRIED["partes"][0] | {"informacion_aduanera": ["24  99  3009  4001234"]}]},
            {"CFDI40199": "/lines/0/extensions/cfdi/partes/0/informacion_aduanera/0"},
        ),
        ({"clave_prod_serv": "43211599"}, {"CFDI40162": "/lines/0/extensions/cfdi/clave_prod_serv"}),
        ({"clave_unidad": "DX"}, {"CFDI40165": "/lines/0/extensions/cfdi/clave_unidad"}),
    ],
)
def test_what_a_line_carries_besides(words: dict[str, Any], expected: dict[str, str]) -> None:
    assert fatal(check(instruction(invoice(line(extensions={"cfdi": CARRIED | words}))))) == expected


def test_a_line_without_product_code_gets_a_warning_and_a_default() -> None:
    found = check(instruction(invoice(line(extensions={}))))
    assert set(found) == {"CFDI-DEFAULT-01"}
    assert found["CFDI-DEFAULT-01"].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        (buyer("URE180429TM7"), set()),  # a warning only: registered RFCs with another check digit exist
        (buyer("URE189929TM6"), {"CFDI-RFC-01", "CFDI-PAC-301"}),
        (msgspec.structs.replace(BUYER, tax_ids=()), {"CFDI-RFC-03"}),
        (msgspec.structs.replace(BUYER, address=None), {"CFDI40147"}),
        (buyer(extensions={"cfdi": {"regimen": "601"}}), {"CFDI-EXT-01"}),
    ],
)
def test_customers(customer: Party, expected: set[str]) -> None:
    found = check(instruction(invoice(customer=customer)))
    assert set(fatal(found)) <= expected
    assert expected - {"CFDI-PAC-301"} <= set(fatal(found))


def test_a_simplified_invoice_goes_to_anyone() -> None:
    anyone = Party(name="CLIENTE DE MOSTRADOR")
    assert fatal(check(instruction(invoice(customer=anyone, simplified=True)))) == {}
    public = Party(name="PUBLICO EN GENERAL")
    assert fatal(check(instruction(invoice(customer=public, simplified=True)))) == {
        "CFDI40146": "/extensions/cfdi/informacion_global"
    }


def test_a_buyer_abroad_has_an_id_of_its_country() -> None:
    address = Address(country="US")
    american = Party(name="ACME INC", tax_ids=(TaxId(scheme="US:EIN", value="12-3456789"),), address=address)
    assert fatal(check(instruction(invoice(customer=american)))) == {"CFDI40156": "/customer/tax_ids/0/value"}


def test_a_foreign_currency_needs_its_rate() -> None:
    assert fatal(check(instruction(invoice(currency="USD")))) == {"CFDI40115": "/exchange_rates"}


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"rfc": "URE180429TM6"}, "CFDI-PAC-303"),
        ({"not_after": "2026-11-01T00:00:00+00:00"}, "CFDI-PAC-305"),
        ({"not_before": "2027-11-01T00:00:00"}, "CFDI-PAC-305"),
        ({"serial_number": "1234"}, "CFDI-PAC-306"),
    ],
)
def test_the_csd_is_looked_at(facts: dict[str, str], rule: str) -> None:
    known = dict(issuer().credentials["csd"]) | facts
    assert fatal(check(by=issuer(credentials={"csd": known}))) == {rule: "/issuer"}


def test_an_issuer_without_csd_or_settings_is_told_what_to_do() -> None:
    found = check(by=issuer(credentials={}, settings=None))
    assert fatal(found) == {"CFDI-CSD-01": "/issuer", "CFDI40140": "/issuer"}
    assert "PUT /v1/issuers" in (found["CFDI-CSD-01"].fix or "")


def test_a_csd_about_to_end_is_a_warning() -> None:
    known = dict(issuer().credentials["csd"]) | {"not_after": "2026-12-01T00:00:00+00:00"}
    found = check(by=issuer(credentials={"csd": known}))
    assert fatal(found) == {}
    assert found["CFDI-PAC-305"].severity is Severity.WARNING


def test_a_credit_note_without_a_stamped_invoice_cannot_go() -> None:
    bare = credit_note()
    row = msgspec.structs.replace(bare.references.preceding[0], external_ids={})
    unstamped = msgspec.structs.replace(bare, references=msgspec.structs.replace(bare.references, preceding=(row,)))
    assert fatal(check(instruction(unstamped))) == {"CFDI-RELATED-01": "/references/preceding/0"}


def test_names_are_warned_about() -> None:
    found = check(instruction(invoice(customer=msgspec.structs.replace(BUYER, name="Acme, S.A. de C.V."))))
    assert found["CFDI-NAME-01"].severity is Severity.WARNING
    assert found["CFDI-NAME-01"].expected == "ACME"


def test_only_invoices_and_credit_notes_are_issued() -> None:
    receipt = msgspec.structs.replace(invoice(), kind=Kind.RECEIPT)
    assert "CFDI-SCOPE-02" in fatal(check(instruction(receipt)))


def test_receipts_and_cancellations_are_looked_at_by_rules_of_their_own() -> None:
    for kind in (InstructionKind.RECEIPT, InstructionKind.CANCEL):
        found = fatal(check(msgspec.structs.replace(instruction(), kind=kind)))
        assert found, kind
        assert "CFDI-SCOPE-02" not in found


def test_another_day_than_the_seals_is_told() -> None:
    at = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # still the 20th in Mexico City
    assert not JURISDICTION.law.check(instruction(), issuer(), at)
    rules = {found.rule for found in JURISDICTION.law.check(instruction(), issuer(), at.replace(hour=7))}
    assert rules == {"CFDI-DATE-01"}


def test_the_place_of_issue_may_be_set() -> None:
    settings = Settings(regimen_fiscal="601", lugar_expedicion="06600")
    assert check(by=issuer(settings=settings)) == {}


@pytest.mark.parametrize("rfc", ["EKU9003173C9", "URE180429TM6", "XEXX010101000", "ZZZ000101AA9", "ZZZZ000101AA0"])
def test_rfcs_with_their_check_digits(rfc: str) -> None:
    assert is_well_formed(rfc)
    assert has_check_digit(rfc)


@pytest.mark.parametrize("rfc", ["AAA010101AAA", "MCI7306249Y1"])
def test_known_rfcs_with_another_check_digit(rfc: str) -> None:
    assert is_well_formed(rfc)
    assert not has_check_digit(rfc)


@pytest.mark.parametrize("rfc", ["", "ZZZ000230AA9", "ZZ000101AA9", "zzz000101aa9", "ZZZ000101AA"])
def test_no_rfcs(rfc: str) -> None:
    assert not is_well_formed(rfc)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"quantity": "486", "unit_price": "4.9715", "net": "2416.16"}, {}),
        ({"quantity": "1.234567", "unit_price": "10.123456", "net": "12.49"}, {}),
        ({"quantity": "1.234567", "unit_price": "10.123456", "net": "12.51"}, {"CFDI40167": "/lines/0/net"}),
    ],
)
def test_a_stated_net_keeps_within_sats_limits(row: dict[str, str], expected: dict[str, str]) -> None:
    """The limits follow the decimals that quantity and price are written with: 12.498 may not be 12.51."""
    assert fatal(check(instruction(invoice(line(**row))))) == expected
