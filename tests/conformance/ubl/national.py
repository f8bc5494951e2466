"""Edits for the national rules and the identifiers with check digits."""

from __future__ import annotations

from collections.abc import Iterator

from .contents import REASON, REASON_CODE, ROW
from .edits import Edit, add, drop, mark, put, together
from .families import shift
from .seeds import CUSTOMER, SUPPLIER, VAT, reference

IDENTIFIERS: dict[str, tuple[str, ...]] = {
    "0088": ("7350000001204", "7350000001205", "735000000120", "73500000012O4", "0", ""),
    "0192": ("974760673", "974760674", "97476067", "NO974760673"),
    "0184": ("DK12345674", "12345674", "DK1234567", "1234567A", " 12345674", "dk12345674"),
    "0096": ("1234567890", "123456789", "12345678901", "12345678 0"),
    "0198": ("DK12345674", "12345674", "DK1234567X"),
    "0208": ("0202239951", "0202239952", "202239951", "0000000097"),
    "0201": ("UF1234", "uf1234", "UF123", "UF12345", "UF-123"),
    "0210": ("RSSMRA80A01H501U", "RSSMRA80A01H501", "12345678901", "1234567890A", "rssmra80a01h501u"),
    "9907": ("RSSMRA80A01H501U", "RSSMRA80A01H50", "06363391001"),
    "0211": ("IT06363391001", "IT06363391002", "06363391001", "it06363391001", "IT063633910"),
    "0007": ("5560125790", "5560125791", "556012579", "556012579X", "55601257.0"),
    "0151": ("51824753556", "51824753557", "5182475355", "5182475355A"),
    "0106": ("12345678", "1234567", "1234567A"),
    "0190": ("12345678901234567890", "1234567890123456789"),
    "9944": ("NL123456789B01", "NL123456789B1", "123456789B01"),
    "0217": ("123456789012", "12345678901"),
    "9933": ("999863881", "999863882", "99986388"),
    "SEPA": ("DE98ZZZ09999999999", ""),
}
"""Values by identifier scheme: right and wrong check digits, lengths, letters."""
HOLDERS = (
    "{party}/cbc:EndpointID",
    "{party}/cac:PartyIdentification/cbc:ID",
    "{party}/cac:PartyLegalEntity/cbc:CompanyID",
)


def identifiers() -> Iterator[tuple[str, Edit]]:
    """Every value of every scheme at every place that carries one."""
    for scheme, values in IDENTIFIERS.items():
        for value in values:
            for number, holder in enumerate(HOLDERS):
                path = holder.format(party=(SUPPLIER, CUSTOMER)[number % 2])
                yield f"{scheme} {value} at {path}", together(put(path, value), mark(path, "schemeID", scheme))


TERMS = (
    "#SKONTO#TAGE=7#PROZENT=2.00#\n", "#SKONTO#TAGE=7#PROZENT=2.00#", "#SKONTO#TAGE=7#PROZENT=2.0#\n",
    "30 days\n#SKONTO#TAGE=7#PROZENT=2.00#\n", "#SKONTO#TAGE=7#PROZENT=2.00#BASISBETRAG=-1.00#\nthen",
    "#VERZUG#TAGE=7#PROZENT=2.00#\n", "#SKONTO#TAGE=7#PROZENT=2.00#\r\n", "# \n", "text # text",
)  # fmt: skip
VAT_NUMBERS = (
    "NO974760673MVA NO974760674MVA NO97476067MVA SE556012579001 SE55601257901 SE5560125790AB NL123456789B01 "
    "NL123456789 EL999863881 EL999863882 IT06363391001 DE123456789 XX1 gr999863881 IS12345"
).split()
TAX_NUMBERS = ("Foretaksregisteret", "Godkänd för F-skatt", "godkänd för f-skatt ", "RSSMRA80A01H501U", "short", "")
CONTACTS = (("12", "a@b.se"), ("1 2 3", "a@b"), ("abc", "@b.se"), ("+49 1", "a b@c.de"), ("", ""))
COUNTRIES = ("DE", "DK", "NO", "SE", "IT", "NL", "GR", "EL", "IS", "de", " DE ", "XI", "1A")
PARTS = ("Contact", "PartyName", "PostalAddress", "PartyLegalEntity", "PartyTaxScheme", "PartyIdentification")
NUMBERED = ("cac:PartyLegalEntity/cbc:CompanyID", "cac:PartyIdentification/cbc:ID", "cbc:EndpointID")


def parties() -> Iterator[tuple[str, Edit]]:
    """National rules on parties and terms; most seeds ignore most of these."""
    for text in TERMS:
        yield f"terms {text!r}", put("cac:PaymentTerms/cbc:Note", text)
    for party in (SUPPLIER, CUSTOMER):
        yield from numbers(party)
        yield from details(party)
    sepa = "<cac:PartyIdentification><cbc:ID schemeID='SEPA'>DE98</cbc:ID></cac:PartyIdentification>"
    yield "creditor identifier", add(SUPPLIER, sepa)
    yield "two creditor identifiers", together(add(SUPPLIER, sepa), add(SUPPLIER, sepa))
    for code in ("380", "381", "384", "326", "393"):
        yield f"type {code}", put("TYPE", code)
    for name in ("The Global Chain Sweden AB", "Global Trade Chain"):
        yield f"payee named {name}", put("cac:PayeeParty/cac:PartyName/cbc:Name", name)


def numbers(party: str) -> Iterator[tuple[str, Edit]]:
    """The numbers of one party."""
    other = f"{party}/cac:PartyTaxScheme[cac:TaxScheme/cbc:ID!='VAT']"
    for vat in VAT_NUMBERS:
        yield f"{party} VAT {vat}", put(f"{party}/{VAT}", vat)
    for tax in TAX_NUMBERS:
        yield f"{party} tax {tax}", put(f"{other}/cbc:CompanyID", tax)
        yield f"{party} lower tax {tax}", put(f"{other}/cac:TaxScheme/cbc:ID", "tax")
    for company in ("5560125790", "5560125791", "556012579", "ABC"):
        yield f"{party} company {company}", put(f"{party}/cac:PartyLegalEntity/cbc:CompanyID", company)
    company = (
        "<cac:PartyLegalEntity><cbc:CompanyID schemeID='0088'>7350000001204</cbc:CompanyID></cac:PartyLegalEntity>"
    )
    yield f"{party} second company", add(party, company)
    for kind in ("vat", "VAT", "TAX"):
        tax = f"<cbc:CompanyID>SE556012579001</cbc:CompanyID><cac:TaxScheme><cbc:ID>{kind}</cbc:ID></cac:TaxScheme>"
        yield f"{party} second {kind}", add(party, f"<cac:PartyTaxScheme>{tax}</cac:PartyTaxScheme>")
    for scheme in ("0184", "0106", "0190", "0196", "0007", "", None):
        for path in NUMBERED:
            yield f"{party} {path} scheme {scheme}", mark(f"{party}/{path}", "schemeID", scheme)


def details(party: str) -> Iterator[tuple[str, Edit]]:
    """What else one party has, lacks and where it is."""
    for name in PARTS:
        yield f"{party} no {name}", drop(f"{party}/cac:{name}")
    for part in ("Street", "City", "Additional"):
        yield f"{party} no {part}", drop(f"{party}/cac:PostalAddress/cbc:{part}Name")
    yield f"{party} no postal zone", drop(f"{party}/cac:PostalAddress/cbc:PostalZone")
    for part in ("Name", "Telephone", "ElectronicMail"):
        yield f"{party} no {part} of the contact", drop(f"{party}/cac:Contact/cbc:{part}")
    for phone, mail in CONTACTS:
        edits = put(f"{party}/cac:Contact/cbc:Telephone", phone), put(f"{party}/cac:Contact/cbc:ElectronicMail", mail)
        yield f"{party} contact {phone} {mail}", together(*edits)
    for code in COUNTRIES:
        yield f"{party} in {code}", put(f"{party}/cac:PostalAddress/cac:Country/cbc:IdentificationCode", code)


GREEK_RESTS = (
    "08/02/2018|0|1.1|0|17 8/2/2018|0|1.1|0|17 08/02/2018|x|1.1|0|17 08/02/2018|-1|1.1|0|17 08/02/2018|0|9.9|0|17 "
    "08/02/2018|0|1.1||17 08/02/2018|0|1.1|0| 09/02/2018|0|1.1|0|17 08/02/2018|1.5|1.1|0|17 08/02/2018|0||0|17 "
    "|0|1.1|0|17 08/02/2018||1.1|0|17 08/02/2018|0|1.1|0|17|x"
).split()
GREEK_IDS = (
    *(f"999863881|{rest}" for rest in GREEK_RESTS),
    "999863882|08/02/2018|0|1.1|0|17",
    "999863881",
    "|||||",
)
URL = "<cac:Attachment><cac:ExternalReference><cbc:URI>{}</cbc:URI></cac:ExternalReference></cac:Attachment>"
FILE = (
    "<cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode='{}' filename='{}'>AA=="
    "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>"
)
CLASSIFICATION = (
    "<cac:CommodityClassification><cbc:ItemClassificationCode listID='TST' listVersionID='{}'>1"
    "</cbc:ItemClassificationCode></cac:CommodityClassification>"
)


def references() -> Iterator[tuple[str, Edit]]:
    """Supporting documents and national numbering."""
    for number in GREEK_IDS:
        yield f"number {number}", put("cbc:ID", number)
    for mark_, link in (("400001", "https://a.gr"), ("0400", ""), ("x", "a.gr"), ("4x", "h1:x")):
        yield f"mark {mark_}", add(".", reference(mark_, "##M.AR.K##"))
        yield f"link {link}", add(".", reference("u", "##INVOICE|URL##", URL.format(link)))
        yield f"attachment at {link}", add(".", reference("u", "d", URL.format(link)))
    for day in ("2018-03-01", "2018-03-09", "2018-3-9", "2018-02-30", "x"):
        yield (
            f"eindagi {day}",
            together(
                drop("cac:AdditionalDocumentReference[cbc:DocumentDescription='EINDAGI']"),
                add(".", reference(day, "EINDAGI")),
            ),
        )
    yield "eindagi without due date", drop("cbc:DueDate")
    for description in ("##M.AR.K##", "##INVOICE|URL##", "EINDAGI"):
        yield f"no {description}", drop(f"cac:AdditionalDocumentReference[cbc:DocumentDescription='{description}']")
    for mime in ("application/pdf", "text/xml", " image/png", ""):
        yield (
            f"file {mime}",
            add(
                ".",
                reference("1", "d", FILE.format(mime, "a.pdf")) + reference("2", "d", FILE.format("text/csv", "a.pdf")),
            ),
        )
    for version in ("19.05.01", "19.0501", "26.08.01", "1"):
        yield f"classification {version}", add("LINE/cac:Item", CLASSIFICATION.format(version))
    for text in ("0000", "1234", "12345", "abcd", "a#b", "#a", "a#", " 1234 "):
        content = ROW.format("true", REASON_CODE.format("ZZZ") + REASON.format(text), "1", "")
        yield f"fee {text}", add(".", content)
    yield (
        "line order without order",
        together(drop("cac:OrderReference"), put("LINE/cac:OrderLineReference/cbc:LineID", "1")),
    )
    yield "no preceding invoice", drop("cac:BillingReference")
    yield "negative payable", shift("cac:LegalMonetaryTotal/cbc:PayableAmount", "-99999")
