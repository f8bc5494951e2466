"""Every type of document: its code, its specification, and what the network calls it."""

import pytest

from jurisdictions.contract import Earlier, InstructionKind
from jurisdictions.kit.xml import parse
from jurisdictions.peppol import codelists
from jurisdictions.peppol.corrections import DESK
from jurisdictions.peppol.document_types import USUAL, between_germans, type_code
from jurisdictions.peppol.extension import Extension
from jurisdictions.peppol.losses import losses
from jurisdictions.peppol.seal import attributes_of
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.peppol import documents, shapes

NS = {"cac": codelists.CAC, "cbc": codelists.CBC}
TYPE = {"Invoice": "cbc:InvoiceTypeCode", "CreditNote": "cbc:CreditNoteTypeCode"}


def told(name: str) -> tuple[str, str | None]:
    """Root and type code of a document."""
    root = parse(documents.written(name))
    local = root.tag.rpartition("}")[2]
    return local, root.findtext(TYPE[local], namespaces=NS)


@pytest.mark.parametrize("code", [*documents.INVOICE_TYPES, *documents.GERMAN_TYPES])
def test_invoices_bear_the_type_that_they_name(code: str) -> None:
    assert code in codelists.INVOICE_TYPES
    assert told(f"type_{code}") == ("Invoice", code)


@pytest.mark.parametrize("code", documents.CREDIT_NOTE_TYPES)
def test_credit_notes_bear_the_type_that_they_name(code: str) -> None:
    assert code in codelists.CREDIT_NOTE_TYPES
    assert told(f"type_{code}") == ("CreditNote", code)


def test_no_type_of_the_rules_is_left_out() -> None:
    assert {*documents.INVOICE_TYPES, *documents.GERMAN_TYPES} == codelists.INVOICE_TYPES
    assert set(documents.CREDIT_NOTE_TYPES) == codelists.CREDIT_NOTE_TYPES
    self_billed = codelists.SELF_BILLED_INVOICE_TYPES | codelists.SELF_BILLED_CREDIT_NOTE_TYPES
    assert set(documents.SELF_BILLED) == self_billed


@pytest.mark.parametrize(
    ("kind", "code"), [("invoice", "380"), ("credit_note", "381"), ("debit_note", "383"), ("corrective", "384")]
)
def test_a_kind_is_a_type_by_itself(kind: str, code: str) -> None:
    assert type_code(shapes.invoice(kind=kind)) == code
    assert {one for one, _ in USUAL} == set(Kind) - {Kind.RECEIPT}


@pytest.mark.parametrize("code", documents.SELF_BILLED)
def test_self_billing_has_its_own_specification_and_process(code: str) -> None:
    name = f"self_billed_{code}"
    local = "CreditNote" if code == "261" else "Invoice"
    assert told(name) == (local, code)
    root = parse(documents.written(name))
    assert root.findtext("cbc:CustomizationID", namespaces=NS) == codelists.SELF_BILLING_CUSTOMIZATION
    assert root.findtext("cbc:ProfileID", namespaces=NS) == codelists.SELF_BILLING_PROFILE
    attributes = attributes_of(shapes.instruction(documents.made(name)), shapes.issuer())
    assert attributes["document_type"] == (
        f"busdox-docid-qns::{codelists.UBL}{local}-2::{local}##{codelists.SELF_BILLING_CUSTOMIZATION}::2.1"
    )
    assert attributes["process"] == f"cenbii-procid-ubl::{codelists.SELF_BILLING_PROFILE}"


def test_the_buyer_sends_what_it_bills_itself() -> None:
    made = shapes.invoice(buyer=shapes.BUYER | {"address": {"country": "NL"}}, self_billed=True)
    attributes = attributes_of(shapes.instruction(made), shapes.issuer())
    assert (attributes["sender"], attributes["receiver"]) == ("0208:0999000228", "0208:0999000129")
    assert (attributes["country_c1"], attributes["country_c4"]) == ("NL", "BE")
    root = parse(documents.sealed(made))
    seller = root.findtext("cac:AccountingSupplierParty/cac:Party/cbc:EndpointID", namespaces=NS)
    assert seller == "0999000129"


def test_another_business_process_is_named_in_document_and_envelope() -> None:
    made = documents.made("with_response")
    root = parse(documents.written("with_response"))
    assert root.findtext("cbc:ProfileID", namespaces=NS) == "urn:peppol:bis:billing_with_response"
    process = attributes_of(shapes.instruction(made), shapes.issuer())["process"]
    assert process == "cenbii-procid-ubl::urn:peppol:bis:billing_with_response"


def test_german_parties_may_correct_by_a_corrective_invoice_and_others_by_two_documents() -> None:
    accepted = Earlier(
        submission="s", instruction=InstructionKind.ISSUE, state=SubmissionState.ACCEPTED, fingerprint="f"
    )

    def options(name: str) -> list[str]:
        found = DESK.corrections(documents.made(name), Standing.NONE, (accepted,), shapes.AT)
        return [one.option for one in found]

    assert between_germans(documents.made("german"))
    assert options("german") == ["credit_note", "new_invoice", "corrective"]
    assert options("full") == ["credit_note", "new_invoice"]
    assert options("full_self_billed") == ["credit_note", "new_invoice"]
    assert options("debit_note") == ["credit_note", "new_invoice"]
    assert options("full_credit") == []


def test_the_printed_copy_names_type_and_specification() -> None:
    said = DESK.render(documents.made("self_billed_389"), {})
    assert (said["document_type"], said["specification"]) == ("389", codelists.SELF_BILLING_CUSTOMIZATION)


def test_a_receipt_of_payment_is_no_billing_document() -> None:
    receipt = shapes.invoice(kind="receipt")
    assert type_code(receipt) == "380"
    found = list(losses(receipt, Extension(), shapes.issuer()))
    assert [(one.rule, one.pointer, one.found) for one in found] == [("PEPPOL-GW-KIND", "/kind", "receipt")]
