"""Which invoices go to Peppol, and what the rules say: by official id, with a pointer into what the caller sent."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from jurisdictions.peppol.extension import Settings
from jurisdictions.peppol.rules import LAW, check, route
from schemas.document import Invoice
from schemas.findings import Severity, is_fatal
from tests.jurisdictions.peppol import shapes
from tests.jurisdictions.peppol.shapes import BUYER, invoice, line, vat

KEEPS = {"tax": "IRPF", "percent": "15", "withheld": True}


def found(made: Invoice, **more: Any) -> dict[str, str | None]:
    of = shapes.issuer(more.pop("seller", shapes.BELGIAN), **more)
    return {one.rule: one.pointer for one in check(shapes.instruction(made), of, shapes.AT)}


def without(json: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in json.items() if name not in names}


def test_concerns_invoices_whose_both_sides_are_on_the_network() -> None:
    taken = route(invoice(), shapes.issuer(), shapes.AT)
    assert taken is not None
    assert (taken.jurisdiction, taken.rounding.tax_per, taken.edition) == ("peppol", "group", "3.0.21")


def test_concerns_nobody_without_an_address_of_the_network() -> None:
    assert route(invoice(buyer=without(BUYER, "endpoints")), shapes.issuer(), shapes.AT) is None
    by_mail = BUYER | {"endpoints": [{"scheme": "EM", "value": "a@example.org"}]}
    assert route(invoice(buyer=by_mail), shapes.issuer(), shapes.AT) is None
    bare = without(shapes.BELGIAN, "endpoints")
    assert route(invoice(seller=bare), shapes.issuer(bare), shapes.AT) is None


def test_an_invoice_may_name_the_receiver_itself() -> None:
    named = {"peppol": {"participant": {"scheme": "0208", "value": "0999000327"}}}
    made = invoice(buyer=without(BUYER, "endpoints"), extensions=named)
    assert route(made, shapes.issuer(), shapes.AT) is not None


def test_an_extension_that_cannot_be_read_is_no_crash() -> None:
    assert route(invoice(extensions={"peppol": {"participant": 7}}), shapes.issuer(), shapes.AT) is not None


def rated(made: Invoice, percent: str) -> Invoice:
    """The invoice with another rate on its first line, as no draft would let it be written."""
    [row] = made.lines[0].taxes
    taxed = replace(row, tax=replace(row.tax, percent=Decimal(percent)))
    return replace(made, lines=(replace(made.lines[0], taxes=(taxed,)),))


BROKEN: list[tuple[str, str, Invoice]] = [
    ("PEPPOL-EN16931-R003", "/references/buyer_reference", invoice(references={})),
    ("PEPPOL-EN16931-P0100", "/type_code", invoice(type_code="999")),
    ("PEPPOL-EN16931-P0101", "/type_code", invoice(kind="credit_note", type_code="380")),
    ("PEPPOL-EN16931-P0100", "/type_code", invoice(self_billed=True, type_code="380")),
    ("PEPPOL-GW-CORRECTIVE", "/kind", invoice(kind="corrective")),
    ("PEPPOL-GW-CORRECTIVE", "/type_code", invoice(type_code="326")),
    (
        "PEPPOL-EN16931-R007",
        "/extensions/peppol/business_process",
        invoice(extensions={"peppol": {"business_process": "urn:example"}}),
    ),
    ("BR-CL-04", "/currency", replace(invoice(), currency="XYZ")),
    ("UBL-DT-01", "/currency", invoice(currency="BHD")),
    ("BR-10", "/customer/address", invoice(buyer=without(BUYER, "address"))),
    ("BR-CL-14", "/customer/address/country", invoice(buyer=BUYER | {"address": {"country": "QQ"}})),
    ("BR-08", "/issuer", invoice(seller=without(shapes.BELGIAN, "address"))),
    ("BR-CO-26", "/issuer", invoice(seller=without(shapes.BELGIAN, "tax_ids", "registration"))),
    ("BR-S-02", "/issuer", invoice(seller=without(shapes.BELGIAN, "tax_ids"))),
    ("PEPPOL-EN16931-R010", "/customer/endpoints", invoice(buyer=without(BUYER, "endpoints"))),
    (
        "PEPPOL-COMMON-R043",
        "/customer/endpoints/0/value",
        invoice(buyer=BUYER | {"endpoints": [{"scheme": "0208", "value": "0999000229"}]}),
    ),
    (
        "PEPPOL-COMMON-R040",
        "/extensions/peppol/participant/value",
        invoice(extensions={"peppol": {"participant": {"scheme": "0088", "value": "7300010000002"}}}),
    ),
    (
        "PEPPOL-EN16931-CL008",
        "/extensions/peppol/participant/scheme",
        invoice(extensions={"peppol": {"participant": {"scheme": "EM", "value": "a@example.org"}}}),
    ),
    ("BR-CO-09", "/customer/tax_ids", invoice(buyer=BUYER | {"tax_ids": [{"scheme": "QQ:VAT", "value": "1"}]})),
    ("BR-AE-02", "/customer/tax_ids", invoice(line("1", vat("AE")), buyer=without(BUYER, "tax_ids", "registration"))),
    ("BR-IC-02", "/customer/tax_ids", invoice(line("1", vat("K")), buyer=without(BUYER, "tax_ids"))),
    ("BR-IC-11", "/delivery/on", invoice(line("1", vat("K")))),
    ("BR-27", "/lines/0/unit_price", replace(invoice(), lines=(replace(invoice().lines[0], unit_price=Decimal(-49)),))),
    ("BR-25", "/lines/0/description", invoice(line(description=" "))),
    ("BR-CL-23", "/lines/0/unit", invoice(line(unit="QQQ"))),
    ("BR-CO-04", "/lines/0/taxes", invoice(line(taxes=[]))),
    ("PEPPOL-GW-ONE-TAX", "/lines/0/taxes", invoice(line("1", vat("S", "21"), vat("S", "6")))),
    ("BR-S-05", "/lines/0/taxes/0/percent", invoice(line("1", vat("S", "0")))),
    ("BR-AE-05", "/lines/0/taxes/0/percent", rated(invoice(line("1", vat("AE"))), "21")),
    ("BR-E-10", "/lines", invoice(line("1", vat("E")))),
    ("BR-S-10", "/lines", invoice(line("1", vat("S", "21", exemption_reason="None")))),
    ("BR-CL-22", "/lines", invoice(line("1", vat("E", exemption_code="NOT-A-CODE")))),
    ("PEPPOL-EN16931-P0107", "/lines", invoice(line("1", vat("E", exemption_code="VATEX-EU-AE")))),
    ("BR-O-11", "/lines", invoice(line("1", vat("O")), line("1"))),
    ("BR-42", "/lines/0/allowances/0/reason", invoice(line(allowances=[{"amount": "1"}]))),
    ("BR-44", "/lines/0/charges/0/reason", invoice(line(charges=[{"amount": "1"}]))),
    ("BR-CL-19", "/lines/0/allowances/0/reason_code", invoice(line(allowances=[{"amount": "1", "reason_code": "1"}]))),
    ("BR-33", "/allowances/0/reason", invoice(allowances=[{"amount": "1", "taxes": [vat("S", "21")]}])),
    ("BR-38", "/charges/0/reason", invoice(charges=[{"amount": "1", "taxes": [vat("S", "21")]}])),
    (
        "BR-CL-20",
        "/charges/0/reason_code",
        invoice(charges=[{"amount": "1", "reason_code": "95", "taxes": [vat("S", "21")]}]),
    ),
    ("BR-CL-16", "/payment_means/0/code", invoice(payment_means=[{"code": "999"}])),
    ("BR-61", "/payment_means/0/account", invoice(payment_means=[{"code": "30"}])),
    (
        "PEPPOL-EN16931-R061",
        "/payment_means/0/direct_debit/mandate",
        invoice(payment_means=[{"code": "59", "account": "BE71096123456769"}]),
    ),
    ("UBL-SR-47", "/payment_means/1/code", invoice(payment_means=[{"code": "10"}, {"code": "20"}])),
    (
        "UBL-SR-44",
        "/payment_means/1/reference",
        invoice(payment_means=[{"code": "10", "reference": "1"}, {"code": "10", "reference": "2"}]),
    ),
    ("BR-29", "/period/end", replace(invoice(), period=shapes.backwards())),
    (
        "BR-30",
        "/lines/0/period/end",
        replace(invoice(), lines=(replace(invoice().lines[0], period=shapes.backwards()),)),
    ),
    (
        "PEPPOL-EN16931-R110",
        "/lines/0/period/start",
        invoice(line(period={"start": "2026-10-01"}), period={"start": "2026-11-01"}),
    ),
    (
        "PEPPOL-EN16931-R111",
        "/lines/0/period/end",
        invoice(line(period={"end": "2026-12-01"}), period={"end": "2026-11-30"}),
    ),
    ("PEPPOL-GW-WITHHELD", "/lines", invoice(line("100", vat("S", "21"), KEEPS))),
    ("PEPPOL-GW-TAXES", "/lines", invoice(line("100", vat("S", "21"), {"tax": "IEPS", "percent": "8"}))),
    ("PEPPOL-GW-TAXES", "/lines", invoice(line("100", vat("S", "21", surcharge="5.2")))),
    ("BR-CO-10", "/lines", replace(invoice(), totals=replace(invoice().totals, lines=Decimal(1)))),
]


@pytest.mark.parametrize(("rule", "pointer", "made"), BROKEN, ids=[f"{one[0]}{one[1]}" for one in BROKEN])
def test_names_the_rule_and_the_place(rule: str, pointer: str, made: Invoice) -> None:
    of = shapes.issuer(shapes.BELGIAN)
    there = check(shapes.instruction(made), replace(of, party=made.issuer), shapes.AT)
    assert (rule, pointer) in {(one.rule, one.pointer) for one in there}
    assert is_fatal(there)
    assert {one.source for one in there} == {"peppol"}


def test_withheld_taxes_may_be_told_in_words() -> None:
    [finding] = check(shapes.instruction(shapes.SHAPES["withheld_noted"]), shapes.issuer(shapes.SPANISH), shapes.AT)
    assert (finding.rule, finding.severity) == ("PEPPOL-GW-WITHHELD-NOTE", Severity.WARNING)


def test_tax_in_another_currency_needs_its_rate() -> None:
    assert found(invoice(currency="SEK"), settings=Settings(tax_currency="EUR")) == {
        "PEPPOL-GW-TAX-CURRENCY": "/exchange_rates"
    }
    stated = found(invoice(currency="SEK", tax_currency="EUR"))
    assert stated["BR-53"] == "/tax_currency"
    assert stated["PEPPOL-EN16931-R054"] == "/tax_in_tax_currency"


def test_sender_may_be_set_for_the_issuer() -> None:
    chosen = Settings(participant=shapes.party(BUYER).endpoints[1])
    bare = without(shapes.BELGIAN, "endpoints")
    assert found(invoice(seller=bare), seller=bare, settings=chosen) == {}
    assert found(invoice(seller=bare), seller=bare) == {"PEPPOL-EN16931-R020": "/issuer"}


def test_a_document_that_cannot_be_read_or_written_is_a_finding() -> None:
    made = invoice()
    assert found(made) == {}
    assert found(replace(made, note="a\x0bb")) == {"PEPPOL-GW-UNREADABLE": ""}
    assert found(replace(made, note="a\ud800b")) == {"PEPPOL-GW-DOCUMENT": ""}
    endless = replace(made.totals, net=Decimal(10) ** 40, lines=Decimal(10) ** 40)
    assert found(replace(made, totals=endless)) == {"PEPPOL-GW-DOCUMENT": ""}


def test_what_follows_no_schema_is_a_finding() -> None:
    assert found(replace(invoice(), lines=())) == {"PEPPOL-XSD": ""}


def test_what_we_say_with_more_help_is_not_said_twice() -> None:
    assert found(invoice(kind="corrective")) == {"PEPPOL-GW-CORRECTIVE": "/kind"}
    assert found(invoice(kind="corrective", self_billed=True)) == {"PEPPOL-GW-CORRECTIVE": "/kind"}


def test_each_thing_to_mend_is_told_once() -> None:
    """A currency stands at every amount of the document, and once in the invoice."""
    of = shapes.issuer(shapes.BELGIAN)
    there = check(shapes.instruction(replace(invoice(line(), line()), currency="XYZ")), of, shapes.AT)
    assert sorted(one.rule for one in there) == ["BR-CL-03", "BR-CL-04", "PEPPOL-EN16931-CL007"]
    assert {one.pointer for one in there} == {"/currency"}


def test_a_finding_says_its_term_its_place_and_what_to_do() -> None:
    of = shapes.issuer(shapes.BELGIAN)
    [finding] = check(shapes.instruction(invoice(payment_means=[{"code": "30"}])), of, shapes.AT)
    assert (finding.rule, finding.term) == ("BR-61", "BT-81, BT-84")
    assert finding.location == "/ubl:Invoice/cac:PaymentMeans"
    assert finding.message and finding.fix
    assert finding.message != finding.rule


def test_self_billing_is_judged_by_its_own_rules_and_goes_to_the_seller() -> None:
    made = invoice(self_billed=True)
    assert found(made) == {}
    taken = route(made, shapes.issuer(), shapes.AT)
    assert taken is not None
    assert "rule set peppol-bis-self-billing 3.0.2" in taken.notes
    assert any("whether the seller can get" in one for one in taken.notes)


@pytest.mark.parametrize("kind", ["invoice", "credit_note", "debit_note"])
def test_every_kind_has_its_document(kind: str) -> None:
    references = {"buyer_reference": "PO-77", "preceding": [{"number": "A-0"}]}
    means = [{"code": "58", "account": "BE71096123456769"}]
    assert found(invoice(kind=kind, references=references, payment_means=means)) == {}


def test_law_has_its_types() -> None:
    assert LAW.settings_type is Settings
    assert LAW.extension_type is not None
