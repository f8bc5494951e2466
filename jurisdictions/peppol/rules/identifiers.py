"""Numbers under a known scheme (ICD, EAS): in electronic addresses, party identifiers and registration numbers.

Each scheme has its shape and, where its register has one, a check digit. The arithmetic that the published rules share
with the registers is in `validators.checkdigit`; where the published rule says something else, it is said here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jurisdictions.peppol.rules.italy import is_codice_fiscale, is_codice_ipa, is_partita_iva
from jurisdictions.peppol.rules.patterns import TRANSACTION
from schemas.findings import Severity
from validators import checkdigit
from validators.en16931.rulebook import Concern, Condition, Difference, Predicate
from validators.en16931.tree import Document, Node
from validators.en16931.values import collapsed, normalized

ADDRESS = "cbc:EndpointID"
HOLDERS = (ADDRESS, "cac:PartyIdentification/cbc:ID", "cbc:CompanyID")
SCHEMES = frozenset("0007 0088 0096 0106 0151 0184 0190 0192 0198 0201 0208 0210 0211 0217 9907 9944".split())
DUTCH_VAT = re.compile(r"NL[0-9]{9}B[0-9]{2}")


def is_gln(number: str) -> bool:
    """Digits with a GS1 check digit; the published rule asks for no length, and takes a lone 0."""
    return checkdigit.gs1(number) or number == "0"


def is_norwegian(number: str) -> bool:
    """A Norwegian organisation number; nine zeros are none."""
    return checkdigit.norwegian_organisation(number) and int(number) > 0


def is_belgian(number: str) -> bool:
    """Ten digits whose last two are 97 less the first eight modulo 97; any first digit, other than the register."""
    return checkdigit.digits(number, 10) and 97 - int(number[:8]) % 97 == int(number[8:])


def is_danish_se(number: str) -> bool:
    """`DK` and eight digits."""
    return len(number) == len("DK12345678") and number.startswith("DK") and checkdigit.digits(number[2:])


def is_danish_cvr(number: str) -> bool:
    """Eight digits, for now also after `DK`; without the check digit."""
    return is_danish_se(number) or checkdigit.digits(number, 8)


def is_danish_p(number: str) -> bool:
    return checkdigit.digits(number, 10)


def _digits(length: int) -> Callable[[str], bool]:
    return lambda number: checkdigit.digits(number, length)


def is_dutch_vat(number: str) -> bool:
    return DUTCH_VAT.fullmatch(number) is not None


def _schemes(document: Document) -> frozenset[str]:
    """The schemes with rules that numbers of the document are under."""
    holders = [*document.everywhere(ADDRESS), *document.everywhere("cbc:CompanyID")]
    for party in document.everywhere("cac:PartyIdentification"):
        holders += party.children.get("cbc:ID", ())
    return frozenset(SCHEMES.intersection(holder.element.get("schemeID") for holder in holders))


def _named(scheme: str) -> Concern:
    return Concern(_schemes, lambda told: scheme in told)


def _scheme(scheme: str) -> Condition:
    def matches(node: Node, _document: Document) -> bool:
        return node.element.get("schemeID") == scheme

    return matches


def _shape(answer: Callable[[str], bool], *, spaces: bool = False) -> Predicate:
    """The number has this shape, white space around it left aside unless `spaces` count."""

    def holds(node: Node, _document: Document) -> bool | Difference:
        return answer(node.text if spaces else collapsed(node.text)) or Difference(found=node.text)

    return holds


def _rule(
    name: str, scheme: str, predicate: Predicate, flag: Severity = Severity.FATAL, holders: tuple[str, ...] = HOLDERS
) -> None:
    TRANSACTION.context(*holders, where=_scheme(scheme), about=_named(scheme)).add(name, predicate, flag)


def _is_dutch_vat_number(number: Node, _document: Document) -> bool:
    scheme = number.parent
    if scheme is None or scheme.name != "cac:PartyTaxScheme" or not collapsed(number.text).startswith("NL"):
        return False
    return normalized(scheme.all("cac:TaxScheme", "cbc:ID")) == "VAT"


def _is_ordinary(number: Node, document: Document) -> bool:
    return number.element.get("schemeID") not in SCHEMES and not _is_dutch_vat_number(number, document)


ORDINARY = TRANSACTION.context(*HOLDERS, where=_is_ordinary)
"""Numbers of which no rule says anything: they are done with here, not once for each scheme."""

_rule("PEPPOL-COMMON-R040", "0088", _shape(is_gln))
_rule("PEPPOL-COMMON-R041", "0192", _shape(is_norwegian))
_rule("PEPPOL-COMMON-R042", "0184", _shape(is_danish_cvr, spaces=True))
_rule("PEPPOL-COMMON-R052", "0096", _shape(is_danish_p, spaces=True))
_rule("PEPPOL-COMMON-R053", "0198", _shape(is_danish_se, spaces=True))
_rule("PEPPOL-COMMON-R043", "0208", _shape(is_belgian))
_rule("PEPPOL-COMMON-R044", "0201", _shape(is_codice_ipa), Severity.WARNING)
_rule("PEPPOL-COMMON-R045", "0210", _shape(is_codice_fiscale), Severity.WARNING)
_rule("PEPPOL-COMMON-R046", "9907", _shape(is_codice_fiscale), Severity.WARNING, (ADDRESS,))
_rule("PEPPOL-COMMON-R047", "0211", _shape(is_partita_iva), Severity.WARNING)
_rule("PEPPOL-COMMON-R049", "0007", _shape(checkdigit.swedish_organisation))
_rule("PEPPOL-COMMON-R050", "0151", _shape(checkdigit.australian_business))
_rule("PEPPOL-COMMON-R054", "0106", _shape(_digits(8)), Severity.WARNING)
_rule("PEPPOL-COMMON-R055", "0190", _shape(_digits(20)), Severity.WARNING)
_rule("PEPPOL-COMMON-R056-1", "9944", _shape(is_dutch_vat), Severity.WARNING)

DUTCH_TAX_NUMBER = TRANSACTION.context("cac:PartyTaxScheme/cbc:CompanyID", where=_is_dutch_vat_number)
DUTCH_TAX_NUMBER.add("PEPPOL-COMMON-R056-2", _shape(is_dutch_vat), Severity.WARNING)

_rule("PEPPOL-COMMON-R057", "0217", _shape(_digits(12)), Severity.WARNING)
