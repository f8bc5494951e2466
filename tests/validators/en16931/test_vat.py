"""The VAT categories: each rule of each family fires where it is broken, and not on the near miss."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import CREDIT_NOTE, INVOICE, Edit, add, before, drop, edited, put, repeat
from validators.en16931 import EN16931, Verdict, read

SELLER = "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme"
BUYER = "cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme"
BUYER_REGISTERED = "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID"
REPRESENTATIVE = "cac:TaxRepresentativeParty/cac:PartyTaxScheme"
ROW = "cac:TaxTotal/cac:TaxSubtotal"
CATEGORY = f"{ROW}/cac:TaxCategory"
LINE = "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory"
ALLOWANCE = "cac:AllowanceCharge[1]/cac:TaxCategory"
CHARGE = "cac:AllowanceCharge[2]/cac:TaxCategory"
EVERY = "//cac:TaxCategory | //cac:ClassifiedTaxCategory"
REASON = "<cbc:TaxExemptionReason>Because</cbc:TaxExemptionReason>"
PREFIXES = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "K": "IC", "G": "G", "O": "O", "L": "AF", "M": "AG"}
TAXED = ("S", "L", "M")
UNTAXED = ("Z", "E", "AE", "K", "G", "O")
EXEMPT = ("E", "AE", "K", "G", "O")


def of(category: str) -> list[Edit]:
    """All of the document in one category, without breaking a rule of it."""
    edits = [put("//cac:TaxCategory/cbc:ID | //cac:ClassifiedTaxCategory/cbc:ID", category)]
    if category in UNTAXED:
        edits += [put("//cbc:Percent", "0"), put(f"{ROW}/cbc:TaxAmount", "0.00")]
    if category in EXEMPT:
        edits.append(add(CATEGORY, REASON))
    if category == "O":
        edits += [drop("//cbc:Percent"), drop(SELLER), drop(BUYER), drop(REPRESENTATIVE)]
    return edits


def judged(*edits: Edit, document: str = INVOICE) -> Verdict:
    return EN16931.judge(read(edited(document, *edits)))


def fired(*edits: Edit, document: str = INVOICE) -> set[str]:
    families = tuple(f"BR-{prefix}-" for prefix in (*PREFIXES.values(), "B"))
    verdict = judged(*edits, document=document)
    assert verdict.undecided is None
    return {one.rule for one in verdict.broken if one.rule.startswith(families)}


def identified_by(category: str) -> list[Edit]:
    """What takes away the numbers that the category needs, or adds the ones that it forbids."""
    if category == "O":
        scheme = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
        number = f"<cac:PartyTaxScheme><cbc:CompanyID>BE1</cbc:CompanyID>{scheme}</cac:PartyTaxScheme>"
        return [add("cac:AccountingCustomerParty/cac:Party", number)]
    return [drop(SELLER), drop(REPRESENTATIVE)]


@pytest.mark.parametrize("document", [INVOICE, CREDIT_NOTE], ids=["invoice", "credit note"])
@pytest.mark.parametrize("category", PREFIXES)
def test_a_document_of_one_category_holds(category: str, document: str) -> None:
    assert fired(*of(category), document=document) == set()


@pytest.mark.parametrize("category", PREFIXES)
def test_what_is_used_stands_in_the_breakdown(category: str) -> None:
    other = "Z" if category != "Z" else "E"
    told = fired(*of(category), put(f"{CATEGORY}/cbc:ID", other))
    assert f"BR-{PREFIXES[category]}-01" in told


@pytest.mark.parametrize("category", UNTAXED)
def test_an_untaxed_category_has_one_row(category: str) -> None:
    assert f"BR-{PREFIXES[category]}-01" in fired(*of(category), repeat(ROW))


@pytest.mark.parametrize("category", PREFIXES)
def test_the_parties_have_the_numbers_of_the_category(category: str) -> None:
    prefix = PREFIXES[category]
    numbers = {f"BR-{prefix}-02", f"BR-{prefix}-03", f"BR-{prefix}-04"}
    assert fired(*of(category), *identified_by(category)) == numbers


def test_a_reverse_charge_identifies_the_buyer_by_either_number() -> None:
    assert fired(*of("AE"), drop(BUYER)) == set()
    assert fired(*of("AE"), drop(BUYER), drop(BUYER_REGISTERED)) == {"BR-AE-02", "BR-AE-03", "BR-AE-04"}


def test_an_intra_community_supply_needs_the_buyers_vat_number() -> None:
    assert fired(*of("K"), drop(BUYER)) == {"BR-IC-02", "BR-IC-03", "BR-IC-04"}


def test_an_export_needs_a_vat_number_where_an_exemption_takes_any() -> None:
    other_scheme = [drop(REPRESENTATIVE), put(f"{SELLER}/cac:TaxScheme/cbc:ID", "TAX")]
    assert fired(*of("G"), *other_scheme) == {"BR-G-02", "BR-G-03", "BR-G-04"}
    assert fired(*of("E"), *other_scheme) == set()


@pytest.mark.parametrize("category", PREFIXES)
@pytest.mark.parametrize(("number", "place"), [("05", LINE), ("06", ALLOWANCE), ("07", CHARGE)])
def test_a_rate_fits_the_category(category: str, number: str, place: str) -> None:
    rule = f"BR-{PREFIXES[category]}-{number}"
    if category == "O":
        wrong: list[Edit] = [add(place, "<cbc:Percent>0</cbc:Percent>")]
    else:
        wrong = [put(f"{place}/cbc:Percent", {"S": "0"}.get(category, "-1"))]
    assert rule in fired(*of(category), *wrong)


@pytest.mark.parametrize("category", UNTAXED)
def test_an_untaxed_base_is_the_sum_to_the_cent(category: str) -> None:
    told = fired(*of(category), put(f"{ROW}/cbc:TaxableAmount", "190.01"))
    assert told == {f"BR-{PREFIXES[category]}-08"}


@pytest.mark.parametrize("category", TAXED)
@pytest.mark.parametrize(("base", "held"), [("190.99", True), ("189.01", True), ("191.00", False), ("189.00", False)])
def test_a_taxed_base_may_be_less_than_one_unit_off(category: str, base: str, held: bool) -> None:
    told = fired(*of(category), put(f"{ROW}/cbc:TaxableAmount", base))
    assert (f"BR-{PREFIXES[category]}-08" in told) is not held


def test_the_unit_is_added_as_a_double() -> None:
    """100.10 + 1 is a little less than 101.10, and 100.10 - 1 a little less than 99.10: one side breaks."""
    lines = "cac:InvoiceLine[1]/cbc:LineExtensionAmount"
    above = fired(put(lines, "8.10"), put(f"{ROW}/cbc:TaxableAmount", "100.10"))
    below = fired(put(lines, "6.10"), put(f"{ROW}/cbc:TaxableAmount", "100.10"))
    assert ("BR-S-08" in above, "BR-S-08" in below) == (True, False)


def test_lines_count_under_their_own_rate() -> None:
    assert fired(put("cac:InvoiceLine[2]/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent", "25.00")) == set()
    assert fired(put("cac:InvoiceLine[2]/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent", "12")) == {"BR-S-08"}


def test_only_a_standard_row_needs_a_line_of_its_rate() -> None:
    nothing = [
        put(f"{CATEGORY}/cbc:Percent", "6"),
        put(f"{ROW}/cbc:TaxableAmount", "0"),
        put(f"{ROW}/cbc:TaxAmount", "0"),
    ]
    assert fired(*nothing) == {"BR-S-08"}
    assert fired(*of("L"), *nothing) == set()


@pytest.mark.parametrize("category", PREFIXES)
def test_the_tax_fits_base_and_rate(category: str) -> None:
    near, wrong = ("48.49", "48.50") if category in TAXED else ("0", "0.01")
    rule = f"BR-{PREFIXES[category]}-09"
    assert fired(*of(category), put(f"{ROW}/cbc:TaxAmount", near)) == set()
    assert fired(*of(category), put(f"{ROW}/cbc:TaxAmount", wrong)) == {rule}


@pytest.mark.parametrize("category", PREFIXES)
def test_a_reason_stands_where_something_is_exempt(category: str) -> None:
    rule = f"BR-{PREFIXES[category]}-10"
    turned = drop(f"{CATEGORY}/cbc:TaxExemptionReason") if category in EXEMPT else add(CATEGORY, REASON)
    assert fired(*of(category), turned) == {rule}


def test_an_intra_community_supply_says_when_and_where() -> None:
    period, date = drop("cac:InvoicePeriod"), drop("cac:Delivery/cbc:ActualDeliveryDate")
    assert fired(*of("K"), period) == fired(*of("K"), date) == set()
    assert fired(*of("K"), period, date) == {"BR-IC-11"}
    assert fired(*of("K"), drop("cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country")) == {"BR-IC-12"}


@pytest.mark.parametrize(("number", "place"), [("11", CATEGORY), ("12", LINE), ("13", ALLOWANCE), ("14", CHARGE)])
def test_outside_the_scope_stands_alone(number: str, place: str) -> None:
    scheme = "<cac:TaxScheme><cbc:ID>{}</cbc:ID></cac:TaxScheme>"
    name = place.rpartition("/")[2]
    other = f"<{name}><cbc:ID>E</cbc:ID>{scheme}</{name}>"
    rule = f"BR-O-{number}"
    assert rule in fired(*of("O"), add(f"{place}/..", other.format("vat")))
    assert rule not in fired(*of("O"), add(f"{place}/..", other.format("GST")))


def test_split_payment_is_italian_and_has_no_standard_rate_beside_it() -> None:
    everything = put("//cac:TaxCategory/cbc:ID | //cac:ClassifiedTaxCategory/cbc:ID", "B")
    italian = put("//cbc:IdentificationCode", "IT")
    assert fired(everything, italian) == set()
    assert fired(everything) == {"BR-B-01"}
    assert "BR-B-02" in fired(everything, italian, put(f"{LINE}/cbc:ID", "S"))


def test_another_tax_is_nobodys_business() -> None:
    gst = put("//cac:TaxCategory/cac:TaxScheme/cbc:ID | //cac:ClassifiedTaxCategory/cac:TaxScheme/cbc:ID", "GST")
    assert fired(*of("Z"), gst, put(f"{ROW}/cbc:TaxableAmount", "1")) == set()
    assert fired(gst, put(f"{ROW}/cbc:TaxAmount", "1")) == {"BR-S-02"}, "which forgets the scheme in its second half"


def test_igic_forgets_the_spaces_in_one_place() -> None:
    spaced = [put(f"{place}/cbc:ID", " L ") for place in (ALLOWANCE, CHARGE)]
    numbers = identified_by("L")
    assert fired(*of("L"), *spaced, *numbers) == {"BR-AF-02", "BR-AF-03"}
    assert fired(*of("L"), put(f"{CATEGORY}/cbc:ID", " L ")) == {"BR-AF-01"}


def test_what_cannot_be_added_up_is_not_judged() -> None:
    verdict = judged(put("cac:InvoiceLine[1]/cbc:LineExtensionAmount", "many"))
    assert "BR-S-08" in {one.rule for one in verdict.unjudged}
    verdict = judged(
        before("cac:InvoiceLine[1]/cbc:LineExtensionAmount", "<cbc:LineExtensionAmount>1</cbc:LineExtensionAmount>")
    )
    assert "BR-S-08" in {one.rule for one in verdict.unjudged}


def test_a_fault_does_not_matter_where_the_other_half_decides() -> None:
    """A buyer with two tax schemes in one number, but registered: identified all the same."""
    twice = repeat(f"{BUYER}/cac:TaxScheme")
    assert "BR-AE-02" not in {one.rule for one in judged(*of("AE"), twice).unjudged}
    assert "BR-AE-02" in {one.rule for one in judged(*of("AE"), twice, drop(BUYER_REGISTERED)).unjudged}


def test_the_sum_is_told() -> None:
    verdict = judged(put(f"{ROW}/cbc:TaxableAmount", "300.00"))
    told = next(one for one in verdict.broken if one.rule == "BR-S-08")
    assert told.why.found == "300.00" and told.why.expected == "190.00 at 25 %"


def test_without_a_tax_amount_nothing_else_of_its_row_is_looked_at() -> None:
    verdict = judged(
        put(f"{ROW}/cbc:TaxableAmount", "ten"), drop(f"{ROW}/cbc:TaxAmount"), drop(f"{CATEGORY}/cbc:Percent")
    )
    assert "BR-S-09" in {one.rule for one in verdict.broken}
    assert "BR-S-09" not in {one.rule for one in verdict.unjudged}


def test_a_fault_in_a_rate_does_not_matter_where_the_sum_is_off() -> None:
    """A charge with two rates: whether a line has the rate is asked, and so is the sum, and one no decides."""
    twice = [drop("cac:AllowanceCharge/cbc:ChargeIndicator"), repeat(f"{CHARGE}/cbc:Percent")]
    rated = [*twice, put(f"{CATEGORY}/cbc:Percent", "6")]
    assert "BR-S-08" in {one.rule for one in judged(*rated).broken}
    near = [*rated, put(f"{ROW}/cbc:TaxableAmount", "0")]
    assert "BR-S-08" in {one.rule for one in judged(*near).unjudged}


def test_an_infinite_base_cannot_be_compared_with_a_sum() -> None:
    verdict = judged(put(f"{ROW}/cbc:TaxableAmount", "INF"))
    assert "BR-S-08" in {one.rule for one in verdict.unjudged}
