"""Every code of the document against its list (BR-CL).

The artefacts look for ` CODE ` in a string of codes, after white space around the code is gone; a code with a space
inside, or none at all, is in no list.
"""

from __future__ import annotations

from validators.en16931.codelists import CodeList, codelist
from validators.en16931.concerns import another_currency
from validators.en16931.contexts import CODES, MODEL
from validators.en16931.indicators import indicated
from validators.en16931.rulebook import Condition, Difference, Predicate
from validators.en16931.tree import Document, Node, ancestors
from validators.en16931.values import collapsed

SEPA = "SEPA"
_SUBJECT_LENGTH = 3
_MAY_BE_SEPA = ("cac:AccountingSupplierParty", "cac:PayeeParty")


def _refused(code: str | None, among: CodeList) -> Difference:
    return Difference(found=code or "no code", expected=f"a code of {among.title}")


def text_among(name: str) -> Predicate:
    """The element's text is a code of the list."""
    among = codelist(name)
    members = among.members

    def holds(node: Node, _document: Document) -> bool | Difference:
        return node.text in members or collapsed(node.text) in members or _refused(node.text, among)

    return holds


def attribute_among(attribute: str, name: str) -> Predicate:
    """The element's attribute is a code of the list; one that is not there is none."""
    among = codelist(name)
    members = among.members

    def holds(node: Node, _document: Document) -> bool | Difference:
        code = node.element.get(attribute)
        return code in members or collapsed(code) in members or _refused(code, among)

    return holds


def attribute_if_any_among(attribute: str, name: str) -> Predicate:
    """`[@attribute]` of a context in one with its rule: one that is there is a code of the list. For elements that no
    later context of the pattern is about."""
    among = attribute_among(attribute, name)
    members = codelist(name).members

    def holds(node: Node, document: Document) -> bool | Difference:
        code = node.element.get(attribute)
        return code is None or code in members or among(node, document)

    return holds


def has(attribute: str) -> Condition:
    """`[@attribute]`"""

    def where(node: Node, _document: Document) -> bool:
        return node.element.get(attribute) is not None

    return where


def _of_an_object(node: Node, _document: Document) -> bool:
    """An identifier with a scheme, in a reference that names an invoiced object (type 130)."""
    reference = node.parent
    return (
        node.element.get("schemeID") is not None
        and reference is not None
        and any(kind.text == "130" for kind in reference.all("cbc:DocumentTypeCode"))
    )


def _in_charge(said: bool) -> Condition:
    def where(node: Node, _document: Document) -> bool:
        around = node.parent
        return around is not None and indicated(around, said)

    return where


AMOUNTS = (
    "cbc:Amount",
    "cbc:BaseAmount",
    "cbc:PriceAmount",
    "cbc:TaxAmount",
    "cbc:TaxableAmount",
    "cbc:LineExtensionAmount",
    "cbc:TaxExclusiveAmount",
    "cbc:TaxInclusiveAmount",
    "cbc:AllowanceTotalAmount",
    "cbc:ChargeTotalAmount",
    "cbc:PrepaidAmount",
    "cbc:PayableRoundingAmount",
    "cbc:PayableAmount",
)

DOCUMENT_TYPE = CODES.context("cbc:InvoiceTypeCode", "cbc:CreditNoteTypeCode")
_OF_INVOICE = text_among("invoice_types")
_OF_CREDIT_NOTE = text_among("credit_note_types")


@DOCUMENT_TYPE.rule("BR-CL-01")
def type_is_of_its_list(node: Node, document: Document) -> bool | Difference:
    return (_OF_INVOICE if node.name == "cbc:InvoiceTypeCode" else _OF_CREDIT_NOTE)(node, document)


CODES.context(*AMOUNTS).add(
    "BR-CL-03", attribute_among("currencyID", "currencies"), about=another_currency(codelist("currencies").members)
)
CODES.context("cbc:DocumentCurrencyCode").add("BR-CL-04", text_among("currencies"))
CODES.context("cbc:TaxCurrencyCode").add("BR-CL-05", text_among("currencies"))
CODES.context("cac:InvoicePeriod/cbc:DescriptionCode").add("BR-CL-06", text_among("tax_point_dates"))
CODES.context("cac:AdditionalDocumentReference/cbc:ID", "cac:DocumentReference/cbc:ID", where=_of_an_object).add(
    "BR-CL-07", attribute_among("schemeID", "object_identifiers")
)

PARTY_IDENTIFIER = CODES.context("cac:PartyIdentification/cbc:ID", where=has("schemeID"))
_OF_ICD = attribute_among("schemeID", "identifier_schemes")


@PARTY_IDENTIFIER.rule("BR-CL-10")
def scheme_is_registered_or_sepa(node: Node, document: Document) -> bool | Difference:
    """SEPA names a creditor: the seller or the payee, nobody else."""
    told = _OF_ICD(node, document)
    if told is True or collapsed(node.attribute("schemeID")) != SEPA:
        return told
    return any(above.name in _MAY_BE_SEPA for above in ancestors(node)) or Difference(
        found=SEPA, expected="SEPA for the seller and the payee only"
    )


_IF_ANY_OF_ICD = attribute_if_any_among("schemeID", "identifier_schemes")
CODES.context("cac:PartyLegalEntity/cbc:CompanyID").add("BR-CL-11", _IF_ANY_OF_ICD)
CODES.context("cac:CommodityClassification/cbc:ItemClassificationCode").add(
    "BR-CL-13", attribute_if_any_among("listID", "item_classifications")
)
CODES.context("cac:Country/cbc:IdentificationCode").add("BR-CL-14", text_among("countries"))
CODES.context("cac:OriginCountry/cbc:IdentificationCode").add("BR-CL-15", text_among("countries"))
CODES.context("cac:PaymentMeans/cbc:PaymentMeansCode").add("BR-CL-16", text_among("payment_means"))
CODES.context("cac:TaxCategory/cbc:ID").add("BR-CL-17", text_among("vat_categories"))
CODES.context("cac:ClassifiedTaxCategory/cbc:ID").add("BR-CL-18", text_among("vat_categories"))
CODES.context("cac:AllowanceCharge/cbc:AllowanceChargeReasonCode", where=_in_charge(False)).add(
    "BR-CL-19", text_among("allowance_reasons")
)
CODES.context("cac:AllowanceCharge/cbc:AllowanceChargeReasonCode", where=_in_charge(True)).add(
    "BR-CL-20", text_among("charge_reasons")
)
CODES.context("cac:StandardItemIdentification/cbc:ID").add("BR-CL-21", _IF_ANY_OF_ICD)

EXEMPTION = CODES.context("cbc:TaxExemptionReasonCode")


@EXEMPTION.rule("BR-CL-22")
def exemption_code_is_known(node: Node, _document: Document) -> bool | Difference:
    """The one list whose codes may be written in small letters."""
    among = codelist("exemption_codes")
    return collapsed(node.text.upper()) in among or _refused(node.text, among)


CODES.context("cbc:InvoicedQuantity", "cbc:BaseQuantity", "cbc:CreditedQuantity").add(
    "BR-CL-23", attribute_if_any_among("unitCode", "units")
)

ATTACHMENT = CODES.context("cbc:EmbeddedDocumentBinaryObject", where=has("mimeCode"))


@ATTACHMENT.rule("BR-CL-24")
def media_type_is_admitted(node: Node, _document: Document) -> bool | Difference:
    """Compared as it stands, white space and all."""
    among = codelist("media_types")
    code = node.attribute("mimeCode") or ""
    return code in among or _refused(code, among)


CODES.context("cbc:EndpointID").add("BR-CL-25", attribute_if_any_among("schemeID", "address_schemes"))
CODES.context("cac:DeliveryLocation/cbc:ID").add("BR-CL-26", _IF_ANY_OF_ICD)

NOTE = MODEL.context("/cbc:Note")
_SUBJECTS = f" {' '.join(codelist('note_subjects').codes)} "


@NOTE.rule("BR-CL-08")
def note_subject_is_known(node: Node, _document: Document) -> bool | Difference:
    """What stands between the first two number signs, where it has three characters, is somewhere in the list as it
    is printed (so ` AA` passes)."""
    subject, closed, _ = node.text.partition("#")[2].partition("#")
    if not closed or len(subject) != _SUBJECT_LENGTH:
        return True
    return subject in _SUBJECTS or _refused(subject, codelist("note_subjects"))
