"""Seller, buyer, payee, tax representative and place of delivery (BG-4 to BG-15)."""

from __future__ import annotations

from validators.en16931.code_strings import VAT_PREFIXES
from validators.en16931.contexts import MODEL
from validators.en16931.predicates import exists, filled
from validators.en16931.rulebook import Difference, Predicate
from validators.en16931.tree import Document, Node
from validators.en16931.values import is_vat, text
from validators.en16931.vat_schemes import is_vat_alone


def marked(attribute: str) -> Predicate:
    """The element itself has the attribute."""

    def holds(node: Node, _document: Document) -> bool:
        return node.attribute(attribute) is not None

    return holds


_COUNTRY = "cac:Country/cbc:IdentificationCode"

BUYER_ENDPOINT = MODEL.context("cac:AccountingCustomerParty/cac:Party/cbc:EndpointID")
BUYER_ENDPOINT.add("BR-63", marked("schemeID"))
BUYER_ADDRESS = MODEL.context("cac:AccountingCustomerParty/cac:Party/cac:PostalAddress")
BUYER_ADDRESS.add("BR-11", filled(_COUNTRY))

DELIVERY_ADDRESS = MODEL.context("cac:Delivery/cac:DeliveryLocation/cac:Address")
DELIVERY_ADDRESS.add("BR-57", exists(_COUNTRY))

PAYEE = MODEL.context("cac:PayeeParty")


@PAYEE.rule("BR-17")
def payee_is_named_and_not_the_seller(payee: Node, document: Document) -> bool | Difference:
    names = payee.all("cac:PartyName", "cbc:Name")
    if not names:
        return Difference(expected="a name")
    for path in (("cac:PartyName", "cbc:Name"), ("cac:PartyIdentification", "cbc:ID")):
        mine = {node.text for node in payee.all(*path)}
        around = payee.parent or document.root
        for other in around.all("cac:AccountingSupplierParty", "cac:Party", *path):
            if other.text in mine:
                return Difference(found=f"the seller's own {other.text}", expected="another than the seller's")
    return True


SELLER = MODEL.context("cac:AccountingSupplierParty")


@SELLER.rule("BR-CO-26")
def seller_can_be_identified(seller: Node, _document: Document) -> bool:
    registrations = seller.all("cac:Party", "cac:PartyTaxScheme")
    if any(is_vat(one) and one.has("cbc:CompanyID") for one in registrations):
        return True
    identifiers = seller.all("cac:Party", "cac:PartyIdentification", "cbc:ID")
    if any(one.attribute("schemeID") != "SEPA" for one in identifiers):
        return True
    return bool(seller.all("cac:Party", "cac:PartyLegalEntity", "cbc:CompanyID"))


SELLER_ENDPOINT = MODEL.context("cac:AccountingSupplierParty/cac:Party/cbc:EndpointID")
SELLER_ENDPOINT.add("BR-62", marked("schemeID"))
SELLER_ADDRESS = MODEL.context("cac:AccountingSupplierParty/cac:Party/cac:PostalAddress")
SELLER_ADDRESS.add("BR-09", filled(_COUNTRY))

REPRESENTATIVE = MODEL.context("cac:TaxRepresentativeParty")
REPRESENTATIVE.add("BR-18", filled("cac:PartyName/cbc:Name"))
REPRESENTATIVE.add("BR-19", exists("cac:PostalAddress"))


@REPRESENTATIVE.rule("BR-56")
def representative_has_a_vat_number(representative: Node, _document: Document) -> bool:
    return any(is_vat_alone(one) and one.has("cbc:CompanyID") for one in representative.all("cac:PartyTaxScheme"))


REPRESENTATIVE_ADDRESS = MODEL.context("cac:TaxRepresentativeParty/cac:PostalAddress")
REPRESENTATIVE_ADDRESS.add("BR-20", filled(_COUNTRY))

VAT_REGISTRATION = MODEL.context("cac:PartyTaxScheme", where=lambda node, _: is_vat(node))


@VAT_REGISTRATION.rule("BR-CO-09")
def vat_number_begins_with_its_country(registration: Node, _document: Document) -> bool | Difference:
    """The list is searched as one string, as the artefacts search it: an empty number passes."""
    prefix = text(registration.all("cbc:CompanyID"))[:2]
    return prefix in VAT_PREFIXES or Difference(found=prefix, expected="a country of ISO 3166-1, EL or XI")
