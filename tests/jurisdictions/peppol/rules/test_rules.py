"""Each rule of Peppol is broken by one small document and kept by another that is nearly the same."""

from __future__ import annotations

import pytest
from lxml import etree

from jurisdictions.peppol.codelists import PROFILE, SELF_BILLING_CUSTOMIZATION, SELF_BILLING_PROFILE
from jurisdictions.peppol.rules import BILLING, SELF_BILLING
from tests.jurisdictions.peppol.rules import northern_cases, southern_cases, transaction_cases
from tests.jurisdictions.peppol.rules.documents import Case, broken, buyer, judged, own_half, seller, vat, written
from validators.en16931 import read

TRANSACTION = (*transaction_cases.CASES, *transaction_cases.NUMBERS, *transaction_cases.CODES)
NATIONAL = (
    *northern_cases.DENMARK,
    *northern_cases.NORWAY,
    *northern_cases.SWEDEN,
    *northern_cases.ICELAND,
    *southern_cases.ITALY,
    *southern_cases.GREECE,
    *southern_cases.NETHERLANDS,
    *southern_cases.GERMANY,
)
_RESTATED = {"PEPPOL-EN16931-R004", "PEPPOL-EN16931-R007", "PEPPOL-EN16931-R051", "PEPPOL-EN16931-P0100",
             "PEPPOL-EN16931-P0101", "PEPPOL-EN16931-P0112"}  # fmt: skip
SELF_BILLED = (
    *(case for case in TRANSACTION if case.rule not in _RESTATED),
    Case("PEPPOL-EN16931-R004", f"CustomizationID={SELF_BILLING_CUSTOMIZATION[:-1]}",
         f"CustomizationID={SELF_BILLING_CUSTOMIZATION}"),
    Case("PEPPOL-EN16931-R007", f"ProfileID={PROFILE}", f"ProfileID={SELF_BILLING_PROFILE}"),
    Case("PEPPOL-EN16931-R051", "TaxTotal[TaxSubtotal[TaxableAmount@currencyID:SEK=1]]",
         "TaxTotal[TaxSubtotal[TaxAmount@currencyID:SEK=1]]"),
    Case("PEPPOL-EN16931-P0100", f"ProfileID={SELF_BILLING_PROFILE};InvoiceTypeCode=380",
         f"ProfileID={SELF_BILLING_PROFILE};InvoiceTypeCode=389"),
    Case("PEPPOL-EN16931-P0101", f"ProfileID={SELF_BILLING_PROFILE};CreditNoteTypeCode=381",
         f"ProfileID={SELF_BILLING_PROFILE};CreditNoteTypeCode=261", credit_note=True),
)  # fmt: skip


def _name(case: Case) -> str:
    return case.rule


@pytest.mark.parametrize("case", (*TRANSACTION, *NATIONAL), ids=_name)
def test_a_rule_of_billing_is_broken_and_nearly(case: Case) -> None:
    assert case.rule in broken(case.broken, BILLING, credit_note=case.credit_note)
    assert case.rule not in broken(case.near, BILLING, credit_note=case.credit_note)


@pytest.mark.parametrize("case", SELF_BILLED, ids=_name)
def test_a_rule_of_self_billing_is_broken_and_nearly(case: Case) -> None:
    assert case.rule in broken(case.broken, SELF_BILLING, credit_note=case.credit_note)
    assert case.rule not in broken(case.near, SELF_BILLING, credit_note=case.credit_note)


def test_every_rule_has_its_case() -> None:
    told = [case.rule for case in (*TRANSACTION, *NATIONAL)]
    assert sorted(told) == sorted(own_half(BILLING).rules())
    assert sorted(case.rule for case in SELF_BILLED) == sorted(own_half(SELF_BILLING).rules())
    assert (len(told), len(SELF_BILLED)) == (165, 62)


def test_the_first_context_of_a_pattern_judges_alone() -> None:
    number = "AccountingSupplierParty[Party[PartyTaxScheme[CompanyID@schemeID:{}=NL1;TaxScheme[ID=VAT]]]]"
    assert {rule for rule in broken(number.format("0217"), BILLING) if "R05" in rule} == {
        "PEPPOL-COMMON-R056-2",
        "PEPPOL-EN16931-R053",
    }
    assert "PEPPOL-COMMON-R056-1" in broken(number.format("9944"), BILLING)
    assert "PEPPOL-COMMON-R056-2" not in broken(number.format("9944"), BILLING)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("ProfileID=a;ProfileID=b", "PEPPOL-EN16931-R007"),
        ("Note=a;Note=b;" + seller("DE;IdentificationCode=DE") + buyer("DE"), "PEPPOL-EN16931-R002"),
        ("InvoiceLine[LineExtensionAmount=x]", "PEPPOL-EN16931-R120"),
        ("AllowanceCharge[MultiplierFactorNumeric=1;BaseAmount=;Amount=1]", "PEPPOL-EN16931-R040"),
        ("InvoicePeriod[StartDate=2026-01-01];InvoiceLine[InvoicePeriod[StartDate=soon]]", "PEPPOL-EN16931-R110"),
        (seller("NL") + "LegalMonetaryTotal[PayableAmount=x]", "NL-R-007"),
        (seller("GR") + "ID=||1.5|||", "GR-R-001-4"),
    ],
)
def test_what_the_artefacts_fail_on_is_not_judged(content: str, rule: str) -> None:
    assert rule in [one.rule for one in judged(content, BILLING).unjudged]


@pytest.mark.parametrize(
    "content",
    [
        "Note=a;Note=b;" + seller("DE;IdentificationCode=DE") + buyer("FR"),
        seller("NL") + "LegalMonetaryTotal[PayableAmount=x];PaymentMeans[]",
        seller("NO", vat("NO1") + vat("NO2")),
    ],
)
def test_a_part_without_an_answer_does_not_matter_where_another_decides(content: str) -> None:
    assert judged(content, BILLING).undecided is None


def test_a_difference_tells_both_sides() -> None:
    (case,) = [one for one in TRANSACTION if one.rule == "PEPPOL-EN16931-R120"]
    (found,) = [one for one in judged(case.broken, BILLING).broken if one.rule == case.rule]
    assert (found.why.found, found.why.expected) == ("16.03", "3 * (10 / 2) + 2 - 1 = 16")


@pytest.mark.parametrize(("amount", "held"), [("NaN", True), ("INF", True), ("-INF", False), ("-1", False)])
def test_a_total_that_is_no_number_has_no_sign(amount: str, held: bool) -> None:
    """Compared with an integer literal, NaN is not below it."""
    totals = "TaxTotal[TaxAmount@currencyID:EUR=5;TaxSubtotal[TaxAmount=5]];TaxTotal[TaxAmount@currencyID:SEK={}]"
    content = "DocumentCurrencyCode=EUR;TaxCurrencyCode=SEK;" + totals.format(amount)
    assert ("PEPPOL-EN16931-R055" in broken(content, BILLING)) is not held


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("AllowanceCharge[ChargeIndicator=true]", "PEPPOL-EN16931-R043"),
        ("IssueDate=2026-01-01", "PEPPOL-EN16931-F001"),
        ("CustomizationID=urn:cen.eu", "PEPPOL-EN16931-R004"),
    ],
)
def test_a_text_that_a_comment_divides_is_two_where_one_is_wanted(content: str, rule: str) -> None:
    whole = etree.tostring(written(content))
    leaf, text = content.strip("]").rpartition("[")[2].split("=")
    divided = whole.replace(text.encode(), f"{text[:2]}<!-- -->{text[2:]}".encode())
    assert leaf.encode() in divided
    assert rule not in [one.rule for one in BILLING.judge(read(whole)).unjudged]
    assert rule in [one.rule for one in BILLING.judge(read(divided)).unjudged]
