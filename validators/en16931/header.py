"""The invoice itself: its number, dates, currency, period, notes and what it refers to (BG-1 to BG-3, BG-14, BG-24)."""

from __future__ import annotations

from validators.en16931.contexts import DOCUMENT, MODEL
from validators.en16931.days import day
from validators.en16931.predicates import exists, filled
from validators.en16931.rulebook import Difference
from validators.en16931.tree import Document, Node
from validators.en16931.values import normalized, one_holds

DOCUMENT.add("BR-01", filled("cbc:CustomizationID"))
DOCUMENT.add("BR-02", filled("cbc:ID"))
DOCUMENT.add("BR-03", filled("cbc:IssueDate"))


@DOCUMENT.rule("BR-04")
def has_a_type(root: Node, _document: Document) -> bool:
    return one_holds(
        lambda: normalized(root.all("cbc:InvoiceTypeCode")) != "",
        lambda: normalized(root.all("cbc:CreditNoteTypeCode")) != "",
    )


DOCUMENT.add("BR-05", filled("cbc:DocumentCurrencyCode"))
DOCUMENT.add("BR-06", filled("cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName"))
DOCUMENT.add("BR-07", filled("cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName"))
DOCUMENT.add("BR-08", exists("cac:AccountingSupplierParty/cac:Party/cac:PostalAddress"))
DOCUMENT.add("BR-10", exists("cac:AccountingCustomerParty/cac:Party/cac:PostalAddress"))
DOCUMENT.add("BR-16", exists("cac:InvoiceLine", "cac:CreditNoteLine"))


@DOCUMENT.rule("BR-CO-03")
def tax_point_is_a_date_or_a_code(root: Node, _document: Document) -> bool | Difference:
    if not root.has("cbc:TaxPointDate") or not root.all("cac:InvoicePeriod", "cbc:DescriptionCode"):
        return True
    return Difference(found="a date (BT-7) and a code (BT-8)", expected="one of them")


ADDITIONAL_DOCUMENT = MODEL.context("cac:AdditionalDocumentReference")
ADDITIONAL_DOCUMENT.add("BR-52", filled("cbc:ID"))

BILLING_REFERENCE = MODEL.context("cac:BillingReference")
BILLING_REFERENCE.add("BR-55", exists("cac:InvoiceDocumentReference/cbc:ID"))


def ends_after_its_start(period: Node, _document: Document) -> bool | Difference:
    """BR-29 and BR-30: a period that names both days ends on or after the first."""
    starts, ends = period.all("cbc:StartDate"), period.all("cbc:EndDate")
    if not starts or not ends:
        return True
    last, first = day(ends), day(starts)
    if last is not None and first is not None and last >= first:
        return True
    return Difference(found=f"ends {ends[0].text}", expected=f"{starts[0].text} or later")


LINE_PERIOD = MODEL.context("cac:InvoiceLine/cac:InvoicePeriod", "cac:CreditNoteLine/cac:InvoicePeriod")
LINE_PERIOD.add("BR-30", ends_after_its_start)
LINE_PERIOD.add("BR-CO-20", exists("cbc:StartDate", "cbc:EndDate"))

PERIOD = MODEL.context("cac:InvoicePeriod")
PERIOD.add("BR-29", ends_after_its_start)
PERIOD.add("BR-CO-19", exists("cbc:StartDate", "cbc:EndDate", "cbc:DescriptionCode"))
