"""The Desglose against the invoice: no amount twice, no tax lost, the régimen that an operation has by itself."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from msgspec.structs import replace

from jurisdictions.contract import Instruction, Issuer
from jurisdictions.verifactu import JURISDICTION, document, outline
from jurisdictions.verifactu.breakdown import Row
from jurisdictions.verifactu.settings import Extension, LineExtension, Rectified, Settings
from schemas.codes import TaxCategory, TaxKind
from schemas.document import Allowance, Invoice, LineTax, Preceding, References, Tax
from schemas.findings import Finding, Severity
from schemas.invoice import Kind
from schemas.party import Address, Party
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
from validators.arithmetic import RoundingPolicy, recompute

BY_PERCENT = Tax(tax=TaxKind.EXCISE, category=TaxCategory.STANDARD, percent=Decimal("5.11"))
BY_LITRE = Tax(
    tax=TaxKind.EXCISE, category=TaxCategory.STANDARD, percent=None, per_unit=Decimal("0.5"), units=Decimal(40)
)
MARGIN = LineExtension(clave_regimen="03", margen="165.29")
REPLACED_AMOUNTS = "/extensions/verifactu/rectificado"
FATAL, WARNING = Severity.FATAL, Severity.WARNING


def check(of: Instruction, by: Issuer | None = None) -> dict[str, Finding]:
    return {one.rule: one for one in JURISDICTION.law.check(of, by or issuer(), NOW)}


def about(of: Instruction, by: Issuer | None = None) -> outline.Outline:
    return document.outline(of, by or issuer())


def rows(of: Instruction, by: Issuer | None = None) -> tuple[Row, ...]:
    return about(of, by).rows


def bearing(*lines: Sequence[Tax]) -> Invoice:
    """An invoice of a line of 100.00 for each sequence of taxes, summed up as the gateway does it."""
    made = invoice(*(("100.00", tax()) for _ in lines))
    borne = zip(made.lines, lines, strict=True)
    return recompute(
        replace(
            made,
            lines=tuple(
                replace(line, taxes=tuple(LineTax(tax=one, base=Decimal(0), amount=Decimal(0)) for one in taxes))
                for line, taxes in borne
            ),
        ),
        RoundingPolicy(),
    )


# ------------------------------------------------------------------------------------------------ no amount twice


@pytest.mark.parametrize("excise", [BY_PERCENT, BY_LITRE])
def test_an_excise_is_part_of_the_base_of_the_value_added_tax(excise: Tax) -> None:
    of = bearing([excise, tax()])
    [row] = rows(instruction(of))
    assert (row.impuesto, row.base) == ("01", of.totals.net + of.tax_breakdown[0].amount)
    assert about(instruction(of)).importe_total == of.totals.gross
    assert check(instruction(of)) == {}


def test_an_excise_alone_is_a_tax_of_its_own() -> None:
    [row] = rows(instruction(bearing([BY_PERCENT])))
    assert (row.impuesto, row.clave, row.base, row.cuota) == ("05", None, Decimal("100.00"), Decimal("5.11"))


def test_an_excise_on_a_line_without_value_added_tax_is_not_lost() -> None:
    found = check(instruction(bearing([BY_PERCENT, tax()], [BY_PERCENT])))
    assert found["VERIFACTU-EXCISE"].pointer == "/lines/1/taxes"


def test_what_a_substitution_replaces_counts_an_excise_once() -> None:
    before = bearing([BY_PERCENT, tax()])
    named = Preceding(number="A-1", issue_date=TODAY, tax_breakdown=before.tax_breakdown)
    of = credit_note(kind=Kind.CORRECTIVE, references=References(preceding=(named,)))
    assert about(instruction(of)).rectified == (Decimal("105.11"), Decimal("22.07"), Decimal("0.00"))


def test_no_amount_bears_two_value_added_taxes() -> None:
    of = bearing([tax("7", "L", "IGIC"), tax()])
    assert check(instruction(of))["VERIFACTU-TAX-TWICE"].pointer == "/lines/0/taxes/1"
    charge = Allowance(amount=Decimal("1.00"), taxes=(tax(), tax("4", "M", "IPSI")))
    of = recompute(replace(invoice(), charges=(charge,)), RoundingPolicy())
    assert check(instruction(of))["VERIFACTU-TAX-TWICE"].pointer == "/charges/0/taxes/1"


# ------------------------------------------------------------------------------------------------ no tax lost


@pytest.mark.parametrize("said", [{"exenta": "E1"}, {"calificacion": "S2"}, {"calificacion": "N1"}])
def test_a_tax_that_the_invoice_charges_stands_in_its_record(said: dict[str, str]) -> None:
    found = check(instruction(lines=(LineExtension(**said),)))["VERIFACTU-TAX-LEFT-OUT"]  # type: ignore[arg-type]
    assert (found.severity, found.pointer) == (FATAL, "/lines/0/taxes/0")
    without = invoice(("100.00", tax(None, "E")))
    assert check(instruction(without, lines=(LineExtension(**said),))) == {}  # type: ignore[arg-type]


def test_another_states_tax_is_none_of_ours() -> None:
    """Union scheme (OSS): the record states the base alone, as ImporteTotal too."""
    oss = instruction(lines=(LineExtension(clave_regimen="17", calificacion="N2"),))
    assert check(oss) == {}
    assert (about(oss).cuota_total, about(oss).importe_total) == (Decimal(0), Decimal("100.00"))
    registered_there = check(instruction(lines=(LineExtension(calificacion="N2"),)))
    assert registered_there["VERIFACTU-TAX-LEFT-OUT"].severity is WARNING


# ------------------------------------------------------------------------------------------------ margins


def test_a_margin_is_the_base_and_the_price_is_the_total() -> None:
    """REBU: AEAT and reader of the QR see what the customer pays, the tax is that of the margin."""
    of = instruction(invoice(("1000.00", tax(None, "E")), ("50.00", tax())), lines=(MARGIN, None))
    used, plain = rows(of)
    assert (used.clave, used.calificacion, used.tipo) == ("03", "S1", Decimal(21))
    assert (used.base, used.cuota) == (Decimal("165.29"), Decimal("34.71"))
    assert plain.total == Decimal("60.50")
    assert (about(of).cuota_total, about(of).importe_total) == (Decimal("45.21"), Decimal("1060.50"))
    assert check(of) == {}
    judged = JURISDICTION.law.judge(sealed(of).body)
    assert (judged.verdict, judged.findings) == ("valid", ())


def test_margins_of_several_lines_add_up_and_follow_the_sign() -> None:
    of = credit_note(("600.00", tax(None, "E")), ("400.00", tax(None, "E")))
    lines = (MARGIN, MARGIN)
    [row] = rows(instruction(of, lines=lines))
    assert (row.base, row.cuota, row.total) == (Decimal("-330.58"), Decimal("-69.42"), Decimal("-1000.00"))


@pytest.mark.parametrize(
    ("of", "line", "pointer"),
    [
        (invoice(("1000.00", tax(None, "E"))), LineExtension(margen="1.00"), "clave_regimen"),
        (invoice(("100.00", tax(None, "E"))), MARGIN, "margen"),
        (invoice(("1000.00", tax(None, "E"))), LineExtension(clave_regimen="05", margen="-1.00"), "margen"),
    ],
)
def test_a_margin_is_refused_where_it_cannot_be(of: Invoice, line: LineExtension, pointer: str) -> None:
    assert (
        check(instruction(of, lines=(line,)))["VERIFACTU-MARGIN"].pointer == f"/lines/0/extensions/verifactu/{pointer}"
    )


def test_no_tax_is_charged_beside_a_margin() -> None:
    assert "VERIFACTU-TAX-LEFT-OUT" in check(instruction(invoice(("1000.00", tax())), lines=(MARGIN,)))


def test_a_margin_is_corrected_by_differences() -> None:
    named = Preceding(number="A-1", issue_date=TODAY, tax_breakdown=invoice().tax_breakdown)
    of = credit_note(("1000.00", tax(None, "E")), kind=Kind.CORRECTIVE, references=References(preceding=(named,)))
    assert check(instruction(of, lines=(MARGIN,)))["VERIFACTU-MARGIN"].pointer == REPLACED_AMOUNTS
    by_differences = instruction(of, lines=(MARGIN,), extension=Extension(tipo_rectificativa="I"))
    assert check(by_differences) == {}
    stated = Extension(rectificado=Rectified(base="165.29", cuota="34.71"))
    assert check(instruction(of, lines=(MARGIN,), extension=stated)) == {}


# ------------------------------------------------------------------------------------------------ régimen and place


@pytest.mark.parametrize(
    ("of", "clave"),
    [
        (invoice(), "07"),
        (invoice(("1.00", tax(None, "E"))), "07"),
        (invoice(("1.00", tax(None, "AE"))), "01"),
        (invoice(("1.00", tax(None, "AE")), customer=party(US_TIN="1")), "01"),
        (invoice(("1.00", tax(None, "K")), customer=party(DE_VAT="DE123456789")), "01"),
        (invoice(("1.00", tax(None, "G")), customer=party(US_TIN="1")), "02"),
    ],
)
def test_the_criterio_de_caja_does_not_reach_everything(of: Invoice, clave: str) -> None:
    """FAQ §24: what lies outside it is 01 by itself; a caller who says 07 of it is told (1203)."""
    by = issuer(Settings(installation="1", clave_regimen="07"))
    assert [row.clave for row in rows(instruction(of), by)] == [clave]
    assert check(instruction(of), by) == {}
    said = check(instruction(of, extension=Extension(clave_regimen="07")))
    assert ("AEAT-1203" in said) is (clave != "07")


def test_an_unnamed_customer_abroad_is_abroad_by_its_address() -> None:
    customer = replace(party("Jane Doe"), address=Address(country="US"))
    of = invoice(("10.00", tax(None, "O")), customer=customer, simplified=True)
    assert [row.calificacion for row in rows(instruction(of))] == ["N2"]
    at_home = replace(customer, address=Address(country="ES"))
    assert [row.calificacion for row in rows(instruction(replace(of, customer=at_home)))] == ["N1"]


@pytest.mark.parametrize("customer", [party(ES_UNLISTED="99999990S"), party(ES_PASSPORT="AAA000000")])
def test_a_spaniard_without_nif_is_not_abroad_by_that(customer: Party) -> None:
    made = [invoice(("10.00", tax(None, category)), customer=customer) for category in ("AE", "O")]
    assert [rows(instruction(of))[0].calificacion for of in made] == ["S2", "N1"]
    moved = replace(made[1], customer=replace(customer, address=Address(country="US")))
    assert rows(instruction(moved))[0].calificacion == "N2"


@pytest.mark.parametrize("postal_code", ["35001", "38001", "51001", "52001"])
@pytest.mark.parametrize("category", ["O", "AE"])
def test_what_lies_in_the_canaries_ceuta_or_melilla_is_not_subject_to_vat_by_place(
    postal_code: str, category: str
) -> None:
    """FAQ §23 and §24: 01, 08, N2, seen from the mainland."""
    there = Address(country="ES", postal_code=postal_code)
    of = invoice(("10.00", tax(None, category)), customer=replace(invoice().customer, address=there))
    assert [(row.impuesto, row.clave, row.calificacion) for row in rows(instruction(of))] == [("01", "08", "N2")]
    assert check(instruction(of)) == {}
    neighbours = replace(of, issuer=replace(of.issuer, address=there))
    at_home = "N1" if category == "O" else "S2"
    assert [(row.clave, row.calificacion) for row in rows(instruction(neighbours))] == [("01", at_home)]
    said = instruction(of, extension=Extension(clave_regimen="01"), lines=(LineExtension(calificacion="N1"),))
    assert [(row.clave, row.calificacion) for row in rows(said)] == [("01", "N1")]
    igic = replace(of, tax_breakdown=(replace(of.tax_breakdown[0], tax=TaxKind.IGIC),))
    assert [(row.impuesto, row.clave, row.calificacion) for row in rows(instruction(igic))] == [("03", "01", at_home)]
    charged = invoice(customer=of.customer)
    assert [(row.clave, row.calificacion) for row in rows(instruction(charged))] == [("01", "S1")]


def test_an_intra_community_customer_is_named_by_its_number_there() -> None:
    """1289: also where it has a Spanish NIF beside it."""
    both = party(ES_NIF="B00000026", DE_VAT="DE123456789")
    of = instruction(invoice(("10.00", tax(None, "K")), customer=both))
    named = about(of).recipient
    assert named is not None
    assert (named.nif, named.id_type, named.id, named.index) == (None, "02", "DE123456789", 1)
    assert check(of) == {}
    at_home = about(instruction(invoice(customer=both))).recipient
    assert at_home is not None
    assert at_home.nif == "B00000026"


@pytest.mark.parametrize("value", ["FRFR123456789", "FR-FR 123 456 789"])
def test_a_number_may_begin_with_its_countrys_letters(value: str) -> None:
    of = instruction(invoice(("10.00", tax(None, "K")), customer=party(FR_VAT=value)))
    named = about(of).recipient
    assert named is not None
    assert named.id == "FRFR123456789"
    assert check(of) == {}
