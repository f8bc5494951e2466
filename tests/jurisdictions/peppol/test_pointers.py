"""From an element of our document back to what the caller wrote."""

import re
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from lxml import etree
from msgspec.structs import replace

from jurisdictions.peppol.extension import Extension
from jurisdictions.peppol.pointers import pointer, rows
from jurisdictions.peppol.rules import RULE_SETS
from schemas.document import Invoice
from schemas.invoice import InvoiceInput
from tests.jurisdictions.peppol import documents, shapes
from validators.en16931.place import named

UNWRITTEN = {"cbc:CustomizationID", "cbc:ID"}
"""What nobody writes by hand and what belongs to nothing that somebody does: the specification and the number."""

COMPUTED = re.compile(
    r"@currencyID$|/cac:TaxScheme/cbc:ID$|/cbc:ChargeIndicator$|/cbc:DocumentTypeCode$|/cbc:LineExtensionAmount$"
    r"|^cac:TaxTotal|^cac:LegalMonetaryTotal/cbc:(?!Prepaid|PayableRounding)"
    r"|/cac:PartyTaxScheme/cbc:CompanyID$|/cac:TaxCategory/cbc:Percent$|/cac:ClassifiedTaxCategory/cbc:Percent$"
    r"|/cac:AllowanceCharge/cbc:Amount$|^cac:AllowanceCharge/cbc:Amount$|AddressLine/cbc:Line$|StreetName$"
    r"|TypeCode$|^cbc:ProfileID$|^cac:AdditionalDocumentReference/cbc:ID(/@schemeID)?$|EmbeddedDocumentBinaryObject$"
)
"""Leaves that are not written as they stand: computed, fixed, joined from several fields, or one of a list."""


def hands(path: str) -> str:
    return "/".join(step for step in re.sub(r"\[\d+\]", "", path).split("/")[2:])


def leaves(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Every leaf and attribute: its XPath and what it says."""
    for element in root.iter(etree.Element):
        steps = []
        for one in (element, *element.iterancestors()):
            before = sum(1 for _ in one.itersiblings(one.tag, preceding=True))
            steps.append(f"{named(str(one.tag))}[{before + 1}]")
        path = "/" + "/".join(reversed(steps))
        if not len(element):
            yield path, element.text or ""
        yield from ((f"{path}/@{name}", str(value)) for name, value in element.attrib.items())


def fields(kind: object) -> tuple[list[type], bool]:
    """The structs that a field may hold, and whether it holds a list of them."""
    origin = get_origin(kind)
    if origin is Annotated:
        return fields(get_args(kind)[0])
    if origin in (UnionType, Union):
        found = [fields(one) for one in get_args(kind)]
        return [one for structs, _ in found for one in structs], any(listed for _, listed in found)
    if origin is tuple:
        return fields(get_args(kind)[0])[0], True
    return ([kind], False) if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else ([], False)


@cache
def exists(told: str) -> bool:
    """Whether the neutral invoice has such a field."""
    kinds: list[type] = [InvoiceInput]
    steps = told.removeprefix("/").split("/")
    if steps[:2] == ["extensions", "peppol"]:
        kinds, steps = [Extension], steps[2:]
    listed = False
    for step in steps:
        if listed and (step in "#$" or step.isdigit()):
            listed = False
            continue
        held = [hints[step] for kind in kinds if step in (hints := get_type_hints(kind, include_extras=True))]
        if not held or listed:
            return False
        found = [fields(one) for one in held]
        kinds, listed = [one for structs, _ in found for one in structs], any(many for _, many in found)
    return True


@pytest.mark.parametrize("path", [path for path, _ in rows("pointers.tsv")])
def test_every_pointer_leads_to_a_field(path: str) -> None:
    template = dict(rows("pointers.tsv"))[path]
    assert exists(template)
    assert template.count("#") <= path.count("#")


def test_every_path_and_rule_stands_once() -> None:
    for name in ("pointers.tsv", "meant.tsv"):
        first = [one for one, _ in rows(name)]
        assert len(first) == len(set(first))


@pytest.mark.parametrize("rule", [rule for rule, _ in rows("meant.tsv")])
def test_what_a_rule_means_is_known_and_the_rule_is_published(rule: str) -> None:
    meant = dict(rows("meant.tsv"))[rule]
    assert any(rule in edition.rules() for edition in RULE_SETS)
    if meant.startswith("="):
        assert exists(meant[1:])
    elif meant.startswith("/"):
        assert exists(pointer(rule, "/", documents.made("full")))


def test_a_field_that_does_not_exist_is_seen() -> None:
    assert not exists("/lines/#/object")
    assert not exists("/customer/0")
    assert exists("/lines/3/taxes/0/percent")


@pytest.mark.parametrize("name", documents.DRAFTS)
def test_every_element_leads_back(name: str) -> None:
    made = documents.made(name)
    for path, _ in leaves(etree.fromstring(documents.written(name))):
        told = pointer("", path, made)
        assert exists(told) if told else hands(path) in UNWRITTEN, path


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_every_element_of_other_shapes_leads_back(name: str) -> None:
    made = shapes.SHAPES[name]
    for path, _ in leaves(etree.fromstring(documents.sealed(made))):
        told = pointer("", path, made)
        assert exists(told) if told else hands(path) in UNWRITTEN, path


def drafted(name: str) -> dict[str, Any]:
    draft = documents.DRAFTS[name]
    return {"customer": draft.get("buyer", shapes.BUYER), **draft}


def said(body: Any, told: str) -> Any:
    for step in told.split("/")[1:]:
        if isinstance(body, list):
            body = body[int(step)] if step.isdigit() and int(step) < len(body) else None
        else:
            body = body.get(step) if isinstance(body, dict) else None
    return body


@pytest.mark.parametrize("name", ["full", "full_credit", "full_self_billed", "card", "direct_debit_seller", "german"])
def test_the_field_says_what_the_element_says(name: str) -> None:
    """Position for position: what the document states is what the caller wrote at the pointer."""
    made, body = documents.made(name), drafted(name)
    compared = 0
    for path, text in leaves(etree.fromstring(documents.written(name))):
        told = pointer("", path, made)
        if not told or told.startswith("/issuer") or COMPUTED.search(hands(path)):
            continue
        wrote = said(body, told)
        if isinstance(wrote, str) and not (name == "german" and told == "/note"):
            assert wrote.strip() == text.strip(), path
            compared += 1
    assert compared > 5


def at(rule: str, location: str, made: Invoice) -> str:
    return pointer(rule, f"/ubl:Invoice/{location}", made)


def test_references_of_one_element_lead_to_four_fields() -> None:
    full, credit = documents.made("full"), documents.made("full_credit")
    reference = "cac:AdditionalDocumentReference"
    assert at("", f"{reference}[1]/cbc:ID", full) == "/references/invoiced_object"
    assert at("", f"{reference}[2]/cbc:ID", full) == "/attachments/0/id"
    assert at("DE-R-T02", f"{reference}[3]/cac:Attachment/cac:ExternalReference", full) == "/attachments/1/url"
    assert at("", f"{reference}[4]/cbc:ID", full) == "/attachments/2/id"
    assert at("", f"{reference}[5]/cbc:ID", full) == "/attachments"
    assert pointer("", f"/cn:CreditNote/{reference}[5]/cbc:ID", credit) == "/references/project"
    file = f"{reference}[2]/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
    assert at("BR-CL-24", file, full) == "/attachments/0/file/media_type"


def test_allowances_and_charges_are_told_apart() -> None:
    full = documents.made("full")
    assert at("", "cac:AllowanceCharge[2]/cbc:Amount", full) == "/allowances/1/amount"
    assert at("", "cac:AllowanceCharge[3]/cbc:Amount", full) == "/charges/0/amount"
    assert at("BR-44", "cac:InvoiceLine[1]/cac:AllowanceCharge[2]", full) == "/lines/0/charges/0/reason"


def test_what_is_written_from_another_field_leads_there() -> None:
    named_type = documents.made("type_71")
    assert at("", "cbc:InvoiceTypeCode", named_type) == "/type_code"
    assert at("", "cbc:InvoiceTypeCode", documents.made("full")) == "/kind"
    payee = "cac:PayeeParty/cac:PartyIdentification/cbc:ID"
    assert at("", payee, documents.made("full")) == "/payee/identifier/value"
    assert at("", payee, documents.made("direct_debit")) == "/payment_means"
    supplied = replace(shapes.invoice(), operation_date=shapes.DAY)
    assert at("", "cac:Delivery/cbc:ActualDeliveryDate", supplied) == "/operation_date"
    assert at("BR-25", "cac:InvoiceLine[1]", documents.made("full")) == "/lines/0/name"
    assert at("BR-25", "cac:InvoiceLine[2]", documents.made("full")) == "/lines/1/description"


def test_the_tax_that_a_line_shows_is_found_among_its_taxes() -> None:
    kept = {"tax": "IRPF", "percent": "15", "withheld": True}
    made = shapes.invoice(shapes.line("1", kept, shapes.vat("S", "21")), shapes.line("1", kept))
    category = "cac:Item/cac:ClassifiedTaxCategory"
    assert at("BR-S-05", f"cac:InvoiceLine[1]/{category}", made) == "/lines/0/taxes/1/percent"
    assert at("BR-CO-04", "cac:InvoiceLine[2]", made) == "/lines/1/taxes"
    assert at("BR-S-05", f"cac:InvoiceLine[9]/{category}", made) == "/lines/8/taxes"


def test_the_buyers_address_in_use_is_found() -> None:
    endpoint = "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID"
    assert at("PEPPOL-COMMON-R043", endpoint, shapes.invoice()) == "/customer/endpoints/1/value"
    named_one = shapes.SHAPES["extension"]
    assert at("PEPPOL-EN16931-CL008", endpoint, named_one) == "/extensions/peppol/participant/scheme"


def test_the_sellers_data_are_the_issuers() -> None:
    name = "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName"
    assert at("", name, shapes.invoice()) == "/issuer"
    assert at("BR-06", "", shapes.invoice()) == "/issuer"
