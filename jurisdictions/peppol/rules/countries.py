"""From which countries the parties are, in each of the ways in which the published rules ask.

Every answer is a question about the whole document, for `Document.once`. A repeated element where the rule can take one
only raises `CannotJudge`, so that a context which asks does not match.
"""

from __future__ import annotations

from collections.abc import Sequence

from validators.en16931.place import CREDIT_NOTE, INVOICE
from validators.en16931.rulebook import CannotJudge
from validators.en16931.tree import Document, Node
from validators.en16931.values import all_hold, collapsed, normalized, text

SELLER = "cac:AccountingSupplierParty"
BUYER = "cac:AccountingCustomerParty"
REPRESENTATIVE = "cac:TaxRepresentativeParty"
UNKNOWN = "XX"
_COUNTRY = ("cac:PostalAddress", "cac:Country", "cbc:IdentificationCode")
_GREECE = ("GR", "EL")


def vat_schemes(party: Sequence[Node]) -> list[Node]:
    """`cac:PartyTaxScheme[cac:TaxScheme/cbc:ID = 'VAT']` of these parties."""
    return [
        scheme
        for one in party
        for scheme in one.all("cac:PartyTaxScheme")
        if any(node.text == "VAT" for node in scheme.all("cac:TaxScheme", "cbc:ID"))
    ]


def vat_prefix(scheme: Node) -> str:
    """`substring(cbc:CompanyID, 1, 2)`."""
    return text(scheme.all("cbc:CompanyID"))[:2]


def supplier_country(document: Document) -> str:
    """The seller's country by its VAT number, its representative's, or its address (`$supplierCountry`)."""
    party = document.root.all(SELLER, "cac:Party")
    return _by_number(party) or _by_number(document.root.all(REPRESENTATIVE)) or _by_address(party) or UNKNOWN


def customer_country(document: Document) -> str:
    """The buyer's country by its VAT number, else by its address (`$customerCountry`)."""
    return _of(document, BUYER)


def own_supplier_country(document: Document) -> str:
    """As `supplier_country`, a representative left aside (`$accountingSupplierCountry`)."""
    return _of(document, SELLER)


def _of(document: Document, role: str) -> str:
    party = document.root.all(role, "cac:Party")
    return _by_number(party) or _by_address(party) or UNKNOWN


def _by_number(party: Sequence[Node]) -> str | None:
    """The country that the one VAT number begins with; "" is an answer where the number is white space."""
    prefixes = [vat_prefix(scheme) for scheme in vat_schemes(party)]
    if len(prefixes) > 1:
        raise CannotJudge("there are several VAT numbers where the rule can take one only")
    return (collapsed(prefixes[0]).upper() or _BLANK) if prefixes and prefixes[0] else None


_BLANK = " "
"""No country, but told: neither a code nor a reason to look further."""


def _by_address(party: Sequence[Node]) -> str | None:
    codes = [code for one in party for code in one.all(*_COUNTRY)]
    return (normalized(codes).upper() or _BLANK) if codes else None


def _addressed(document: Document, *path: str) -> str:
    return normalized(document.root.all(*path, *_COUNTRY)).upper()


def german_supplier(document: Document) -> bool:
    """The seller's address is in Germany."""
    return _addressed(document, SELLER, "cac:Party") == "DE"


def german_customer(document: Document) -> bool:
    """The buyer's address is in Germany."""
    return _addressed(document, BUYER, "cac:Party") == "DE"


def german_parties(document: Document) -> bool:
    """Both addresses are in Germany."""
    return all_hold(lambda: document.once(german_supplier), lambda: document.once(german_customer))


def dutch_supplier(document: Document) -> bool:
    return _addressed(document, SELLER, "cac:Party") == "NL"


def dutch_customer(document: Document) -> bool:
    return _addressed(document, BUYER, "cac:Party") == "NL"


def dutch_representative(document: Document) -> bool:
    return _addressed(document, REPRESENTATIVE) == "NL"


def written_supplier_country(document: Document) -> str:
    """The code in the seller's address, letter by letter as it stands there."""
    return _written(document, SELLER)


def written_customer_country(document: Document) -> str:
    """The code in the buyer's address, letter by letter as it stands there."""
    return _written(document, BUYER)


def _written(document: Document, role: str) -> str:
    if document.name not in (INVOICE, CREDIT_NOTE):
        return ""
    return text(document.root.all(role, "cac:Party", *_COUNTRY))


def danish_supplier(document: Document) -> bool:
    return document.once(written_supplier_country) == "DK"


def danish_parties(document: Document) -> bool:
    return document.once(danish_supplier) and document.once(written_customer_country) == "DK"


def icelandic_supplier(document: Document) -> bool:
    return document.once(written_supplier_country) == "IS"


def icelandic_parties(document: Document) -> bool:
    return document.once(icelandic_supplier) and document.once(written_customer_country) == "IS"


def greek_sender(document: Document) -> bool:
    return document.once(supplier_country) in _GREECE


def greek_parties(document: Document) -> bool:
    return document.once(greek_sender) and document.once(customer_country) in _GREECE


def greek_supplier(document: Document) -> bool:
    return document.once(own_supplier_country) in _GREECE


def address_says(party: Node, country: str) -> bool:
    """`cac:PostalAddress/cac:Country/cbc:IdentificationCode = '…'` of a party."""
    return any(code.text == country for code in party.all(*_COUNTRY))


def greek_address(document: Document) -> bool:
    """One of the seller's addresses says GR."""
    return any(address_says(party, "GR") for party in document.root.all(SELLER, "cac:Party"))


def swedish_address(document: Document) -> bool:
    """A seller's address says SE."""
    return any(address_says(party, "SE") for party in _everyone(document, SELLER))


def swedish_parties(document: Document) -> bool:
    """A seller's address says SE, and a buyer's too."""
    return swedish_address(document) and any(address_says(party, "SE") for party in _everyone(document, BUYER))


def swedish_seller(document: Document) -> bool:
    """A seller has a Swedish address and a Swedish VAT number."""
    return any(is_swedish(party) for party in _everyone(document, SELLER))


def is_swedish(party: Node) -> bool:
    """A Swedish address and a Swedish VAT number."""
    return address_says(party, "SE") and any(vat_prefix(scheme) == "SE" for scheme in vat_schemes([party]))


def _everyone(document: Document, role: str) -> list[Node]:
    return [party for holder in document.everywhere(role) for party in holder.all("cac:Party")]
