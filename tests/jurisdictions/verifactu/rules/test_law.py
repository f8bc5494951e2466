"""Whom VERI*FACTU concerns, and what each rule says of an invoice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jurisdictions.contract import Instruction, InstructionKind
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.settings import Deployment, Extension, LineExtension, Producer, Settings
from schemas.codes import TaxCategory, TaxKind
from schemas.document import ExchangeRate, Preceding, References, TaxGroup
from schemas.findings import Finding, Severity, is_fatal
from schemas.invoice import Kind
from schemas.states import Standing
from tests.jurisdictions.verifactu.builders import (
    NOW,
    TODAY,
    credit_note,
    instruction,
    invoice,
    issuer,
    party,
    sealed,
    tax,
)


def check(of: Instruction | None = None, by: object = None) -> dict[str, Finding]:
    issuing = issuer(by if isinstance(by, Settings) else None)
    return {found.rule: found for found in JURISDICTION.law.check(of or instruction(), issuing, NOW)}


@pytest.mark.parametrize("scheme", ["ES_NIF", "ES_VAT"])
def test_it_concerns_issuers_with_a_spanish_nif(scheme: str) -> None:
    of = issuer()
    by = type(of)(id="iss", party=party(**{scheme: "ESB00000018"}), time_zone="Europe/Madrid", environment="test")
    route = JURISDICTION.law.route(invoice(), by, NOW)
    assert route is not None
    assert (route.jurisdiction, route.rounding.tax_per) == ("verifactu", "group")


@pytest.mark.parametrize("regime", ["sii", "foral", "exempt", "not_yet"])
def test_other_regimes_are_not_concerned(regime: str) -> None:
    settings = Settings(regime=regime)  # type: ignore[arg-type]
    assert JURISDICTION.law.route(invoice(), issuer(settings), NOW) is None


def test_foreign_issuers_are_not_concerned() -> None:
    by = type(issuer())(id="iss", party=party(BE_VAT="BE0999000129"), time_zone="Europe/Brussels", environment="test")
    assert JURISDICTION.law.route(invoice(), by, NOW) is None


@pytest.mark.parametrize(
    "of",
    [
        instruction(),
        instruction(invoice(simplified=True, customer=party())),
        instruction(invoice(("10.00", tax()), ("20.00", tax("10")), ("30.00", tax("4")))),
        instruction(invoice(("10.00", tax("0", "K")), customer=party(BE_VAT="BE0999000129"))),
        instruction(invoice(("10.00", tax(None, "G")), customer=party(US_EIN="123456789"))),
        instruction(invoice(("10.00", tax("0", "AE")))),
        instruction(invoice(("10.00", tax(None, "O")))),
        instruction(invoice(("10.00", tax(surcharge="5.2")))),
        instruction(invoice(("10.00", tax("7", "L", "IGIC")))),
        instruction(credit_note()),
        instruction(credit_note(simplified=True, customer=party())),
        instruction(credit_note(), extension=Extension(tipo_factura="R1")),
    ],
)
def test_good_invoices_have_no_findings(of: Instruction) -> None:
    assert check(of) == {}


EXT = "/extensions/verifactu/"
UNDATED = References(preceding=(Preceding(number="A-1"),))
REPLACING = Extension(tipo_rectificativa="S")
WORKS = Extension(clave_regimen="14")
PERMANENT = Extension(clave_regimen="11")
GENERAL = Extension(clave_regimen="01")
EXPORT = invoice(("1", tax(None, "G")))
ISLANDS = LineExtension(clave_regimen="08")
BAD: list[tuple[str, str, Instruction]] = [
    ("AEAT-1123", "/customer/tax_ids/0/value", instruction(invoice(customer=party(ES_NIF="B00000019")))),
    ("AEAT-1123", "/customer/tax_ids/0/value", instruction(invoice(customer=party(ES_VAT="ES123")))),
    ("AEAT-1103", "/customer/tax_ids/0/value", instruction(invoice(customer=party(BE_VAT="BE12")))),
    ("AEAT-1189", "/customer/tax_ids", instruction(invoice(customer=party()))),
    ("AEAT-1190", "/customer/tax_ids/0", instruction(invoice(simplified=True))),
    ("AEAT-1126", "/customer/tax_ids/0/scheme", instruction(invoice(customer=party(ES_OTHER="X1")))),
    ("AEAT-1112", "/issue_date", instruction(invoice(issue_date=TODAY + timedelta(days=1)))),
    ("AEAT-1152", "/issue_date", instruction(invoice(issue_date=date(2024, 10, 27)))),
    ("AEAT-1134", "/operation_date", instruction(invoice(operation_date=date(2006, 11, 19)))),
    ("AEAT-1125", "/operation_date", instruction(invoice(operation_date=date(2028, 1, 1)))),
    ("AEAT-1173", "/operation_date", instruction(invoice(operation_date=TODAY + timedelta(days=1)))),
    ("AEAT-1130", "/series", instruction(invoice(number="Ñ-1"))),
    ("AEAT-1130", "/series", instruction(invoice(number="A-1 "))),
    ("AEAT-1287", "/series", instruction(invoice(number="A=1"))),
    ("AEAT-1104", "/series", instruction(invoice(number="A" * 61))),
    ("AEAT-1124", "/lines/0/taxes/0/percent", instruction(invoice(("10.00", tax("16"))))),
    ("AEAT-1194", "/lines/1/taxes/0/percent", instruction(invoice(("10.00", tax()), ("10.00", tax("5"))))),
    ("AEAT-1235", "/lines/0/taxes/0/percent", instruction(invoice(("10.00", tax("2"))))),
    ("AEAT-1236", "/lines/0/taxes/0/percent", instruction(invoice(("10.00", tax("7.5"))))),
    ("AEAT-1162", "/lines/0/taxes/0/surcharge", instruction(invoice(("10.00", tax(surcharge="1.4"))))),
    ("AEAT-1163", "/lines/0/taxes/0/surcharge", instruction(invoice(("10.00", tax("10", surcharge="5.2"))))),
    ("AEAT-1208", "/lines/0/taxes/0/percent", instruction(invoice(("10.00", tax(None))))),
    ("AEAT-1150", "/simplified", instruction(invoice(("2500.00", tax()), simplified=True, customer=party()))),
    ("AEAT-1197", "/lines/0/taxes/0/category", instruction(invoice(("1", tax("0", "AE")), simplified=True))),
    ("AEAT-1289", "/customer/tax_ids/0/value", instruction(invoice(("10.00", tax("0", "K"))))),
    ("VERIFACTU-TYPE", EXT + "tipo_factura", instruction(extension=Extension(tipo_factura="R1"))),
    ("VERIFACTU-TYPE", EXT + "tipo_factura", instruction(credit_note(), extension=Extension(tipo_factura="F1"))),
    ("AEAT-1115", EXT + "tipo_rectificativa", instruction(extension=Extension(tipo_rectificativa="I"))),
    ("AEAT-1107", EXT + "tipo_rectificativa", instruction(credit_note(), extension=REPLACING)),
    ("AEAT-1118", "/references/preceding", instruction(credit_note(kind=Kind.CORRECTIVE), extension=REPLACING)),
    ("AEAT-1253", EXT + "ref_externa", instruction(extension=Extension(ref_externa="x" * 61))),
    ("AEAT-1199", EXT + "clave_regimen", instruction(EXPORT, extension=GENERAL)),
    ("AEAT-1286", EXT + "clave_regimen", instruction(extension=Extension(clave_regimen="02"))),
    ("AEAT-1252", "/lines/0/extensions/verifactu/clave_regimen", instruction(lines=(ISLANDS,))),
    ("AEAT-1206", "/lines/0/taxes/0/percent", instruction(invoice(("1", tax("10"))), extension=PERMANENT)),
    ("AEAT-1147", "/operation_date", instruction(extension=WORKS)),
    ("AEAT-1149", "/customer/tax_ids/0", instruction(extension=WORKS)),
    ("AEAT-1202", EXT + "clave_regimen", instruction(extension=Extension(clave_regimen="06"))),
    ("AEAT-1246", EXT + "clave_regimen", instruction(extension=Extension(clave_regimen="21"))),
    ("AEAT-1182", "/lines/0/extensions/verifactu/exenta", instruction(lines=(LineExtension(exenta="E7"),))),
    ("VERIFACTU-PRECEDING", "/references/preceding", instruction(credit_note(references=References()))),
    ("VERIFACTU-PRECEDING", "/references/preceding/0/issue_date", instruction(credit_note(references=UNDATED))),
    ("VERIFACTU-REASON", "/correction_reason", instruction(credit_note(correction_reason=None))),
    ("VERIFACTU-EUR", "/exchange_rates", instruction(invoice(currency="USD"))),
    ("AEAT-3001", "", instruction(kind=InstructionKind.CANCEL, standing=Standing.CANCELLED)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "pointer", "of"), BAD, ids=[f"{rule}-{place}" for place, (rule, *_) in enumerate(BAD)]
)
def test_each_rule_finds_its_fault_and_shows_where(rule: str, pointer: str, of: Instruction) -> None:
    found = check(of)[rule]
    assert found.pointer == pointer
    if rule.startswith("AEAT-"):
        assert (found.source, found.external_code) == ("aeat", rule.removeprefix("AEAT-"))


def test_at_most_twelve_rows() -> None:
    many = tuple(("1.00", tax(str(rate), "L", "IGIC")) for rate in range(1, 14))
    assert check(instruction(invoice(*many)))["AEAT-4113"].found == "13"


def test_a_line_without_tax_is_found() -> None:
    of = invoice(("10.00", tax()), ("20.00", tax("10")))
    bare = of.lines[1].__class__(
        id="3", description="x", quantity=Decimal(1), unit="C62", unit_price=Decimal(5), net=Decimal(5)
    )
    found = check(instruction(replace(of, lines=(*of.lines, bare))))
    assert found["AEAT-1195"].pointer == "/lines/2/taxes"


def test_the_rate_of_another_day_is_judged_by_the_day_of_the_operation() -> None:
    of = invoice(("10.00", tax("7.5")), operation_date=date(2024, 12, 31))
    assert check(instruction(of)) == {}


def test_a_tax_of_differences_may_have_any_sign() -> None:
    of = credit_note(kind=Kind.CORRECTIVE)
    group = of.tax_breakdown[0]
    odd: TaxGroup = replace(group, amount=Decimal("-21.00"))
    assert check(instruction(replace(of, tax_breakdown=(odd,)), extension=Extension(tipo_rectificativa="I"))) == {}
    assert "AEAT-1143" in check(instruction(replace(invoice(), tax_breakdown=(odd,))))


def test_a_rate_of_exchange_settles_the_currency_either_way() -> None:
    for pair in (("USD", "EUR"), ("EUR", "USD")):
        rate = ExchangeRate(from_currency=pair[0], to_currency=pair[1], rate=Decimal("0.9"), source="ECB", on=TODAY)
        assert check(instruction(invoice(currency="USD", exchange_rates=(rate,)))) == {}


def test_the_producer_of_the_sandbox_is_refused_in_live() -> None:
    live = JURISDICTION.law.check(instruction(), issuer(environment="live"), NOW)
    assert [found.rule for found in live] == ["VERIFACTU-PRODUCER", "VERIFACTU-DECLARATION"]
    assert is_fatal(live)
    malformed = Deployment(producer=Producer(name="Zeta", nif="B00000027", address="Calle 1", place="Madrid"))
    wrong = JURISDICTION.law.check(instruction(), issuer(deployment=malformed), NOW)
    assert "AEAT-1176" in {found.rule for found in wrong}


def test_without_a_certificate_invoices_may_be_issued_and_wait() -> None:
    by = type(issuer())(id="iss", party=issuer().party, time_zone="Europe/Madrid", environment="test")
    (found,) = JURISDICTION.law.check(instruction(), by, NOW)
    assert (found.rule, found.severity) == ("VERIFACTU-CERTIFICATE", Severity.WARNING)


def test_the_day_is_that_of_the_issuer() -> None:
    """Half past midnight in Madrid is still yesterday in UTC."""
    late = NOW.replace(hour=23, minute=30)
    of = instruction(invoice(issue_date=TODAY + timedelta(days=1)))
    assert not JURISDICTION.law.check(of, issuer(), late)


@given(
    rows=st.lists(
        st.tuples(
            st.decimals("-1000", "1000", places=2).map(str),
            st.sampled_from(list(TaxCategory)),
            st.sampled_from([None, "0", "4", "5", "7.125", "21", "999.5"]),
            st.sampled_from(list(TaxKind)),
        ),
        min_size=1,
        max_size=4,
    ),
    kind=st.sampled_from(list(Kind)),
    doing=st.sampled_from([InstructionKind.ISSUE, InstructionKind.CORRECT, InstructionKind.CANCEL]),
    simplified=st.booleans(),
    scheme=st.sampled_from(["ES_NIF", "BE_VAT", "GR_VAT", "XI_VAT", "US_EIN", "ES_PASSPORT"]),
    tipo=st.sampled_from([None, "F1", "F2", "F3", "R1", "R2", "R3", "R4", "R5"]),
    clave=st.sampled_from([None, *sorted(lists.CLAVES_REGIMEN[lists.IGIC])]),
)
def test_check_and_seal_take_anything_and_what_passes_fits_the_schema(
    rows: list[tuple[str, TaxCategory, str | None, TaxKind]],
    kind: Kind,
    doing: InstructionKind,
    simplified: bool,
    scheme: str,
    tipo: str | None,
    clave: str | None,
) -> None:
    of = invoice(
        *((net, tax(percent, category, sort)) for net, category, percent, sort in rows),
        kind=kind,
        simplified=simplified,
        customer=party(**{scheme: "B00000026"}),
    )
    extension = Extension(tipo_factura=tipo, clave_regimen=clave)  # type: ignore[arg-type]
    asked = instruction(of, doing, extension=extension)
    findings = JURISDICTION.law.check(asked, issuer(), NOW)
    record = sealed(asked)
    if not is_fatal(findings):
        assert JURISDICTION.law.judge(record.body).verdict == "valid"
