"""What a document has nothing of: one look at the whole spares the rules that could only speak of what is not there.

A concern may be true where no rule is broken, never false where one is: it must see every element that its rules see.
"""

from __future__ import annotations

from dataclasses import dataclass

from validators.en16931.rulebook import Concern
from validators.en16931.tree import Document
from validators.en16931.values import SINGLE_TRUTHS
from validators.en16931.vat_facts import category_codes


@dataclass(frozen=True)
class Amounts:
    """All amounts of a document: the currencies that they name (None: one names none), and whether any has more than
    two decimals or stands twice in one place."""

    currencies: frozenset[str | None]
    stand_out: bool


def amounts(document: Document) -> Amounts:
    currencies = set()
    long = False
    for node in document.amounts:
        currencies.add(node.element.get("currencyID"))
        if "." in node.text[:-3] and not node.place.priced:
            long = True
    repeated = any(name.endswith("Amount") for name in document.repeated)
    return Amounts(frozenset(currencies), long or repeated)


AMOUNTS_STAND_OUT = Concern(amounts, lambda told: told.stand_out)
"""An amount that is no price has more than two decimals, or there are several where one belongs."""


def another_currency(among: frozenset[str]) -> Concern:
    """An amount names a currency that is none of these, or none at all."""
    return Concern(amounts, lambda told: not told.currencies <= among)


def repeated(document: Document) -> frozenset[str]:
    """The names that stand more than once in one place, lines and breakdowns aside, which do so by nature."""
    return frozenset(document.repeated - _MANY)


_MANY = frozenset(("cac:InvoiceLine", "cac:CreditNoteLine", "cac:TaxSubtotal"))


def repeats(*paths: str) -> Concern:
    """An element on one of the paths has a twin of its name beside it somewhere in the document."""
    names = frozenset(name for path in paths for name in path.split("/"))
    return Concern(repeated, lambda told: not names.isdisjoint(told))


_SELDOM = ("cac:AllowanceCharge", "cac:DocumentReference", "cbc:BaseQuantity")


def seldom(document: Document) -> frozenset[str]:
    """Which elements that few lines have occur in the document at all."""
    return frozenset(name for name in _SELDOM if document.everywhere(name))


def occurs(name: str) -> Concern:
    """There is an element of the name, which is one of `_SELDOM`."""
    return Concern(seldom, lambda told: name in told)


def categories(document: Document) -> frozenset[str]:
    """Every VAT category code in the document; `ODD` (all of them) where rules of any category may stumble: not exactly
    one code, one tax scheme and one identifier of it, or an allowance that is neither true nor false."""
    found = category_codes(document)
    if found is None:
        return ODD
    for charge in document.everywhere("cac:AllowanceCharge"):
        indicators = charge.children.get("cbc:ChargeIndicator", ())
        if len(indicators) != 1 or indicators[0].text not in SINGLE_TRUTHS:
            return ODD
    return frozenset(code.strip() for code in found) & VAT_CATEGORIES


VAT_CATEGORIES = frozenset(("S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"))
ODD = VAT_CATEGORIES


def category(wanted: str) -> Concern:
    """The document uses the VAT category, or may."""
    return Concern(categories, lambda told: wanted in told)


def countries(document: Document) -> frozenset[str]:
    """The countries with rules of their own that an address or a tax number in the document names."""
    found = {
        code.text.strip().upper()
        for country in document.everywhere("cac:Country")
        for code in country.children.get("cbc:IdentificationCode", ())
    }
    for scheme in document.everywhere("cac:PartyTaxScheme"):
        for number in scheme.children.get("cbc:CompanyID", ()):
            found.add(number.text[:2].strip().upper())
    return frozenset(found & _WITH_RULES)


_WITH_RULES = frozenset(("DE", "DK", "EL", "GR", "IS", "IT", "NL", "NO", "SE"))


def names_country(*codes: str) -> Concern:
    """The document names one of the countries; where it does not, their own rules have nothing to say."""
    wanted = frozenset(codes)
    return Concern(countries, lambda told: not wanted.isdisjoint(told))
