"""Code lists and formats: what Peppol allows of them, and which exemption code belongs to which VAT category."""

from __future__ import annotations

from collections.abc import Callable, Collection

from jurisdictions.peppol.codelists import (
    ALLOWANCE_REASONS,
    CATEGORY_OF_CODE,
    CHARGE_REASONS,
    CREDIT_NOTE_TYPES,
    CURRENCIES,
    EAS,
    INVOICE_TYPES,
)
from jurisdictions.peppol.rules.amounts import AMOUNTS
from jurisdictions.peppol.rules.countries import german_parties
from jurisdictions.peppol.rules.patterns import CODES
from jurisdictions.peppol.rules.processes import ORDINARY, WITH_RESPONSE, billing_process
from jurisdictions.peppol.rules.values import is_date, own_normalized, own_text, says
from validators.en16931.concerns import another_currency
from validators.en16931.rulebook import Condition, Difference, Predicate
from validators.en16931.tree import Document, Node
from validators.en16931.values import collapsed, normalized, text

MEDIA_TYPES = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)
"""What may be attached (BT-125)."""

PERIOD_CODES = frozenset({"3", "35", "432"})
"""UNCL2005: when the tax point is (BT-8)."""

ALL_CURRENCIES = CURRENCIES | {"STN"}
"""ISO 4217 as BIS Billing lists it; EN 16931 lacks the dobra of São Tomé."""

GERMAN_TYPES = ("326", "384")
DATES = ("IssueDate", "DueDate", "TaxPointDate", "StartDate", "EndDate", "ActualDeliveryDate")
_DATE_LENGTH = len("2026-11-23")
_EXEMPTIONS = {
    "VATEX-EU-G": "P0104",
    "VATEX-EU-O": "P0105",
    "VATEX-EU-IC": "P0106",
    "VATEX-EU-AE": "P0107",
    "VATEX-EU-D": "P0108",
    "VATEX-EU-F": "P0109",
    "VATEX-EU-I": "P0110",
    "VATEX-EU-J": "P0111",
}


def _has_media_type(attached: Node, _document: Document) -> bool:
    return attached.attribute("mimeCode") is not None


def _indicated(indicator: str) -> Condition:
    def matches(code: Node, _document: Document) -> bool:
        return code.parent is not None and says(code.parent.all("cbc:ChargeIndicator"), indicator)

    return matches


def _has_scheme(address: Node, _document: Document) -> bool:
    return address.attribute("schemeID") is not None


def _has_no_exemption(category: Node, _document: Document) -> bool:
    return not category.has("cbc:TaxExemptionReasonCode")


def _exempted(code: str) -> Condition:
    def matches(category: Node, _document: Document) -> bool:
        return text(category.all("cbc:TaxExemptionReasonCode")).upper() == code

    return matches


def _attribute_in(name: str, codes: Collection[str], listed: str) -> Predicate:
    def holds(node: Node, _document: Document) -> bool | Difference:
        found = node.element.get(name)
        return found in codes or Difference(found=found, expected=listed)

    return holds


def _text_in(codes: Collection[str], listed: str) -> Predicate:
    def holds(node: Node, _document: Document) -> bool | Difference:
        found = own_normalized([node])
        return found in codes or Difference(found=found, expected=listed)

    return holds


def type_is_of(process: Callable[[Document], str], held_to: Collection[str], types: Collection[str]) -> Predicate:
    """P0100 and P0101: in these processes the type code is one of these."""

    def holds(code: Node, document: Document) -> bool | Difference:
        if document.once(process) not in held_to:
            return True
        found = own_normalized([code])
        return found in types or Difference(found=found, expected=", ".join(sorted(types, key=int)))

    return holds


def _category_is(expected: str) -> Predicate:
    def holds(category: Node, _document: Document) -> bool | Difference:
        found = normalized(category.all("cbc:ID"))
        return found == expected or Difference(found=found, expected=expected)

    return holds


ATTACHED = CODES.context("cbc:EmbeddedDocumentBinaryObject", where=_has_media_type)
ATTACHED.add("PEPPOL-EN16931-CL001", _attribute_in("mimeCode", MEDIA_TYPES, "a media type of the list"))
_REASON = "cac:AllowanceCharge/cbc:AllowanceChargeReasonCode"
ALLOWANCE_REASON = CODES.context(_REASON, where=_indicated("false"))
ALLOWANCE_REASON.add("PEPPOL-EN16931-CL002", _text_in(ALLOWANCE_REASONS, "UNCL5189, the subset of EN 16931"))
CHARGE_REASON = CODES.context(_REASON, where=_indicated("true"))
CHARGE_REASON.add("PEPPOL-EN16931-CL003", _text_in(CHARGE_REASONS, "UNCL7161"))
PERIOD = CODES.context("cac:InvoicePeriod/cbc:DescriptionCode")
PERIOD.add("PEPPOL-EN16931-CL006", _text_in(PERIOD_CODES, "UNCL2005: 3, 35 or 432"))
AMOUNT = CODES.context(*AMOUNTS, "cbc:TaxAmount")
AMOUNT.add(
    "PEPPOL-EN16931-CL007",
    _attribute_in("currencyID", ALL_CURRENCIES, "ISO 4217"),
    about=another_currency(frozenset(ALL_CURRENCIES)),
)

INVOICE_TYPE = CODES.context("cbc:InvoiceTypeCode")
INVOICE_TYPE.add("PEPPOL-EN16931-P0100", type_is_of(billing_process, (ORDINARY, WITH_RESPONSE), INVOICE_TYPES))


@INVOICE_TYPE.rule("PEPPOL-EN16931-P0112")
def correction_stays_in_germany(code: Node, document: Document) -> bool | Difference:
    found = collapsed(code.text)
    return found not in GERMAN_TYPES or document.once(german_parties) or Difference(found=found)


CREDIT_NOTE_TYPE = CODES.context("cbc:CreditNoteTypeCode")
CREDIT_NOTE_TYPE.add("PEPPOL-EN16931-P0101", type_is_of(billing_process, (ORDINARY, WITH_RESPONSE), CREDIT_NOTE_TYPES))
DATE = CODES.context(*(f"cbc:{name}" for name in DATES))


@DATE.rule("PEPPOL-EN16931-F001")
def date_is_a_day(date: Node, _document: Document) -> bool | Difference:
    held = is_date(date.text) and len(own_text([date]) or "") == _DATE_LENGTH
    return held or Difference(found=date.text, expected="YYYY-MM-DD")


ADDRESS = CODES.context("cbc:EndpointID", where=_has_scheme)
ADDRESS.add("PEPPOL-EN16931-CL008", _attribute_in("schemeID", EAS, "EAS, as of this edition"))
TAXED = CODES.context("cac:TaxCategory", where=_has_no_exemption)
"""Categories of which no rule says anything: they are done with here, not once for each exemption code."""

for _code, _number in _EXEMPTIONS.items():
    CODES.context("cac:TaxCategory", where=_exempted(_code)).add(
        f"PEPPOL-EN16931-{_number}", _category_is(CATEGORY_OF_CODE[_code])
    )
