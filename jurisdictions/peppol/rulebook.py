"""The rules that a neutral invoice can break on its way to Peppol, under their official ids, in our own words.

Sources: EN 16931 validation artefacts 1.3.16 and Peppol BIS Billing 3.0.21. `PEPPOL-GW-*` and `PEPPOL-XSD` are this
gateway's own: what the standard cannot express, and the UBL 2.1 schema.
"""

from __future__ import annotations

from schemas.findings import Severity
from validators.rule import Catalogue, Rule

SOURCE = "peppol"


def _fatal(id: str, sentence: str, term: str | None = None, fix: str | None = None) -> Rule[object]:
    return Rule(id=id, sentence=sentence, term=term, fix=fix, source=SOURCE)


_PREFIXES = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "K": "IC", "G": "G", "L": "AF", "M": "AG", "O": "O"}
"""How the rules of each VAT category are named."""


def of_category(category: str, number: str) -> Rule[object]:
    """The rule of that number for a category: `of_category("K", "05")` is BR-IC-05."""
    return RULES[f"BR-{_PREFIXES[category]}-{number}"]


def _per_category() -> list[Rule[object]]:
    rules = []
    for category, prefix in _PREFIXES.items():
        if category != "O":
            rules.append(
                _fatal(f"BR-{prefix}-02", f"Category {category} needs the tax numbers of its parties.", "BT-31")
            )
        for number, term in (("05", "BT-152"), ("06", "BT-96"), ("07", "BT-103")):
            rules.append(_fatal(f"BR-{prefix}-{number}", f"The VAT rate must fit category {category}.", term))
        rules.append(
            _fatal(
                f"BR-{prefix}-10",
                f"An exemption reason must stand with category {category} only as its rule says.",
                "BT-120",
            )
        )
    return rules


_EXEMPTIONS = [
    _fatal(f"PEPPOL-EN16931-P01{number:02}", f"{code} belongs to category {category} only.", "BT-121")
    for number, code, category in (
        (4, "VATEX-EU-G", "G"),
        (5, "VATEX-EU-O", "O"),
        (6, "VATEX-EU-IC", "K"),
        (7, "VATEX-EU-AE", "AE"),
        (8, "VATEX-EU-D", "E"),
        (9, "VATEX-EU-F", "E"),
        (10, "VATEX-EU-I", "E"),
        (11, "VATEX-EU-J", "E"),
    )
]
EXEMPTION_RULES = dict(
    zip(
        (f"VATEX-EU-{letters}" for letters in ("G", "O", "IC", "AE", "D", "F", "I", "J")),
        (rule.id for rule in _EXEMPTIONS),
        strict=True,
    )
)
"""Exemption code to the rule that ties it to its category."""

_PARTIES = [
    _fatal("BR-06", "The seller has a name.", "BT-27"),
    _fatal("BR-07", "The buyer has a name.", "BT-44"),
    _fatal("BR-08", "The seller has a postal address.", "BG-5", "Give the issuer an address."),
    _fatal("BR-09", "The seller's address has a country of ISO 3166-1.", "BT-40"),
    _fatal("BR-10", "The buyer has a postal address.", "BG-8", "Give the customer an address with its country."),
    _fatal("BR-11", "The buyer's address has a country of ISO 3166-1.", "BT-55"),
    _fatal("BR-CO-09", "A VAT identifier begins with its country.", "BT-31, BT-48"),
    _fatal("BR-CO-26", "The seller has a VAT identifier, a registration number or another identifier.", "BT-29"),
    _fatal("PEPPOL-EN16931-R010", "The buyer has an electronic address.", "BT-49"),
    _fatal("PEPPOL-EN16931-R020", "The seller has an electronic address.", "BT-34"),
    _fatal("PEPPOL-EN16931-CL008", "An electronic address has a scheme of the Peppol code list.", "BT-34-1, BT-49-1"),
    _fatal("PEPPOL-COMMON-R040", "A GLN (0088) has digits only and a right check digit.", "BT-34, BT-49"),
    _fatal("PEPPOL-COMMON-R041", "A Norwegian number (0192) has nine digits, the last checks.", "BT-34, BT-49"),
    _fatal("PEPPOL-COMMON-R042", "A Danish CVR number (0184) has eight digits, perhaps after DK.", "BT-34, BT-49"),
    _fatal("PEPPOL-COMMON-R043", "A Belgian number (0208) has ten digits, the last two check.", "BT-34, BT-49"),
    _fatal("PEPPOL-COMMON-R049", "A Swedish number (0007) has ten digits, the last checks.", "BT-34, BT-49"),
    _fatal("PEPPOL-COMMON-R050", "An Australian number (0151) has eleven digits that check.", "BT-34, BT-49"),
    _fatal("PEPPOL-COMMON-R052", "A Danish P number (0096) has ten digits.", "BT-34, BT-49"),
    _fatal("PEPPOL-COMMON-R053", "A Danish SE number (0198) is DK and eight digits.", "BT-34, BT-49"),
]

_HEADER = [
    _fatal("PEPPOL-EN16931-P0100", "An ordinary invoice (380) or credit note (381) can be sent.", "BT-3"),
    _fatal(
        "PEPPOL-EN16931-R003",
        "There is a buyer reference or an order number.",
        "BT-10, BT-13",
        "Ask the buyer for its reference (BT-10) or order number (BT-13).",
    ),
    _fatal("BR-CL-04", "The currency is one that Peppol knows.", "BT-5"),
    _fatal("UBL-DT-01", "Amounts have two decimals at most, so that a currency with three cannot be used.", "BT-5"),
    _fatal("BR-53", "Tax in the accounting currency needs an exchange rate to it.", "BT-111"),
    _fatal("BR-55", "An earlier invoice is named by its number.", "BT-25"),
    _fatal("BR-29", "The invoicing period ends on or after its start.", "BT-74"),
    _fatal("BR-30", "A line's period ends on or after its start.", "BT-135"),
    _fatal("PEPPOL-EN16931-R110", "A line's period starts within the invoicing period.", "BT-134"),
    _fatal("PEPPOL-EN16931-R111", "A line's period ends within the invoicing period.", "BT-135"),
    _fatal("BR-IC-11", "An intra-community supply has a delivery date or an invoicing period.", "BT-72"),
    _fatal("BR-IC-12", "An intra-community supply says to which country it was delivered.", "BT-80"),
    _fatal("BR-CL-16", "The payment means are a code of UNCL4461.", "BT-81"),
    _fatal("BR-61", "A credit transfer names the account to pay into.", "BT-84", "Give the account (IBAN)."),
    _fatal("UBL-SR-44", "There is one payment reference at most.", "BT-83"),
    _fatal("UBL-SR-47", "All payment means have the same code.", "BT-81"),
    _fatal(
        "PEPPOL-EN16931-R061",
        "Direct debit names its mandate.",
        "BT-89",
        "Set extensions.peppol.mandate_reference.",
    ),
]

_AMOUNTS = [
    _fatal("BR-16", "There is a line.", "BG-25"),
    _fatal("BR-25", "A line says what is invoiced.", "BT-153"),
    _fatal("BR-27", "A price is not negative.", "BT-146", "Make the quantity negative instead."),
    _fatal("BR-CL-23", "A unit is a code of UN/ECE Recommendation 20 or 21.", "BT-130"),
    _fatal("BR-CO-04", "A line has a VAT category.", "BT-151"),
    _fatal("UBL-SR-48", "A line has one VAT category only.", "BT-151"),
    _fatal("PEPPOL-EN16931-R040", "An allowance or charge is its percentage of its base.", "BT-92, BT-99"),
    _fatal("PEPPOL-EN16931-R120", "A line's net is quantity * price - allowances + charges.", "BT-131"),
    _fatal("BR-32", "A document level allowance has one VAT category.", "BT-95"),
    _fatal("BR-37", "A document level charge has one VAT category.", "BT-102"),
    _fatal("BR-33", "A document level allowance has a reason.", "BT-97", "Give a reason, or code 95 (discount)."),
    _fatal("BR-38", "A document level charge has a reason.", "BT-104", "Give a reason, or a code of UNCL7161."),
    _fatal("BR-42", "A line's allowance has a reason.", "BT-139", "Give a reason, or code 95 (discount)."),
    _fatal("BR-44", "A line's charge has a reason.", "BT-144", "Give a reason, or a code of UNCL7161."),
    _fatal("BR-CL-19", "An allowance's reason code is one of UNCL5189.", "BT-98, BT-140"),
    _fatal("BR-CL-20", "A charge's reason code is one of UNCL7161.", "BT-105, BT-145"),
    _fatal("BR-CL-22", "An exemption code is one of the VATEX list.", "BT-121"),
    _fatal("BR-O-11", "What is outside the scope of VAT stands alone in its invoice.", "BT-118"),
    _fatal("BR-CO-10", "The sum of lines is the sum of their nets.", "BT-106"),
    _fatal("BR-CO-11", "The sum of allowances is the sum of the allowances.", "BT-107"),
    _fatal("BR-CO-12", "The sum of charges is the sum of the charges.", "BT-108"),
    _fatal("BR-CO-13", "The total without VAT is lines - allowances + charges.", "BT-109"),
    _fatal("BR-CO-15", "The total with VAT is the total without it and the VAT.", "BT-112"),
    _fatal("BR-CO-18", "There is a VAT breakdown.", "BG-23"),
]

_OWN = [
    Rule(
        id="PEPPOL-GW-WITHHELD",
        sentence="EN 16931 cannot state withheld taxes: the document would ask for more than is to be paid.",
        term="BT-115",
        fix='Leave it out, or accept a sentence in the payment terms: extensions.peppol.withheld = "note".',
        source=SOURCE,
    ),
    Rule(
        id="PEPPOL-GW-WITHHELD-NOTE",
        sentence="What is withheld stands in the payment terms only; the amount due is shown before withholding.",
        severity=Severity.WARNING,
        term="BT-20, BT-115",
        source=SOURCE,
    ),
    _fatal("PEPPOL-GW-TAXES", "EN 16931 states value added tax only: no excise, no surcharge.", "BG-23"),
    _fatal("PEPPOL-XSD", "The document follows the UBL 2.1 schema."),
]

_NATIONAL = [
    _fatal("DE-R-001", "Between German parties there are payment instructions.", "BG-16"),
    _fatal("DE-R-002", "Between German parties the seller has a contact.", "BG-6"),
    _fatal("DE-R-003", "Between German parties the seller's city is told.", "BT-37"),
    _fatal("DE-R-004", "Between German parties the seller's postal code is told.", "BT-38"),
    _fatal("DE-R-005", "Between German parties the seller's contact has a name.", "BT-41"),
    _fatal("DE-R-006", "Between German parties the seller's contact has a telephone number.", "BT-42"),
    _fatal("DE-R-007", "Between German parties the seller's contact has an e-mail address.", "BT-43"),
    _fatal("DE-R-008", "Between German parties the buyer's city is told.", "BT-52"),
    _fatal("DE-R-009", "Between German parties the buyer's postal code is told.", "BT-53"),
    _fatal("DE-R-015", "Between German parties the buyer reference is told.", "BT-10"),
    _fatal("NL-R-001", "A Dutch seller's credit note names the invoice that it corrects.", "BT-25"),
    _fatal("NL-R-002", "A Dutch seller's address has street, city and postal code.", "BG-5"),
    _fatal("NL-R-003", "A Dutch seller's registration number is a KVK or OIN number.", "BT-30"),
    _fatal("NL-R-004", "A Dutch buyer's address has street, city and postal code.", "BG-8"),
    _fatal("NL-R-005", "A Dutch buyer's registration number is a KVK or OIN number.", "BT-47"),
    _fatal("NL-R-007", "A Dutch seller says how to pay.", "BG-16"),
    _fatal("NL-R-008", "Between Dutch parties the payment means are 30, 48, 49, 57, 58 or 59.", "BT-81"),
    _fatal("SE-R-006", "A Swedish seller's standard rates are 6, 12 and 25.", "BT-152"),
    _fatal(
        "PEPPOL-GW-GREECE", "Greek sellers need a MARK and a number of six parts, which are not supported yet.", "BT-1"
    ),
]

RULES: Catalogue[object] = Catalogue(
    [*_HEADER, *_PARTIES, *_AMOUNTS, *_per_category(), *_EXEMPTIONS, *_NATIONAL, *_OWN]
)
