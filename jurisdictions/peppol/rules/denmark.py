"""Denmark: registration numbers, payment means, item classification and duties other than VAT."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jurisdictions.peppol.rules.countries import (
    BUYER,
    SELLER,
    danish_parties,
    danish_supplier,
    written_customer_country,
)
from jurisdictions.peppol.rules.values import attribute, attributes, number, number_of, own_normalized, own_text, says
from validators.en16931.concerns import names_country
from validators.en16931.place import CREDIT_NOTE, INVOICE
from validators.en16931.rulebook import Concern, Difference, Pattern
from validators.en16931.tree import Document, Node
from validators.en16931.values import all_hold, one_holds, text

PATTERN = Pattern("Denmark", about=names_country("DK"))
CVR = "0184"
MEANS = "1 10 31 42 48 49 50 58 59 93 97"
CLASSIFICATION = "TST"
CLASSIFICATION_EDITIONS = ("19.05.01", "19.0501", "26.08.01", "26.0801")
DUTY = "ZZZ"
_GIRO = re.compile(r"[0-9]{7,8}")
_COMPANY = ("cac:PartyLegalEntity", "cbc:CompanyID")
_ACCOUNT = ("cac:PayeeFinancialAccount", "cbc:ID")

DOCUMENT = PATTERN.context(CREDIT_NOTE, INVOICE, about=Concern(danish_supplier))
IDENTIFICATION = PATTERN.context(
    *(
        f"{root}/{role}/cac:Party/cac:PartyIdentification"
        for root in (CREDIT_NOTE, INVOICE)
        for role in (SELLER, BUYER)
    ),
    about=Concern(danish_parties),
)
PAYMENT = PATTERN.context(f"{INVOICE}/cac:PaymentMeans", about=Concern(danish_parties))
CUSTOMER = PATTERN.context(
    *(f"{root}/{BUYER}/cac:Party" for root in (CREDIT_NOTE, INVOICE)), about=Concern(danish_parties)
)
LINE = PATTERN.context(f"{CREDIT_NOTE}/cac:CreditNoteLine", f"{INVOICE}/cac:InvoiceLine", about=Concern(danish_parties))
CHARGE = PATTERN.context("cac:AllowanceCharge", about=Concern(danish_parties))


@DOCUMENT.rule("DK-R-002")
def seller_has_a_registration(header: Node, _document: Document) -> bool:
    return own_normalized(header.all(SELLER, "cac:Party", *_COMPANY)) != ""


def _is_cvr(numbers: Sequence[Node]) -> bool | Difference:
    """A registration number, where there is one, stands under the scheme of the Danish register."""
    if not numbers:
        return True
    scheme = attribute(numbers, "schemeID")
    return scheme == CVR or Difference(found=scheme or None, expected=CVR)


@DOCUMENT.rule("DK-R-014")
def seller_registration_is_a_cvr(header: Node, _document: Document) -> bool | Difference:
    return _is_cvr(header.all(SELLER, "cac:Party", *_COMPANY))


@DOCUMENT.rule("DK-R-016")
def credit_note_is_not_negative(header: Node, document: Document) -> bool | Difference:
    if document.name != CREDIT_NOTE:
        return True
    payable = header.all("cac:LegalMonetaryTotal", "cbc:PayableAmount")
    broken = all_hold(
        lambda: document.once(written_customer_country) == "DK",
        lambda: number(own_text(payable)) < 0,
    )
    return not broken or Difference(found=own_text(payable), expected="0 or more")


@IDENTIFICATION.rule("DK-R-013")
def identifier_has_a_scheme(identification: Node, _document: Document) -> bool:
    identifiers = identification.all("cbc:ID")
    return not identifiers or attribute(identifiers, "schemeID") != ""


def _code(means: Node, *codes: str) -> bool:
    return says(means.all("cbc:PaymentMeansCode"), *codes)


def _kind(means: Node) -> str:
    """The first three characters of the payment reference: the kind of payment slip."""
    return text(means.all("cbc:PaymentID"))[:3]


@PAYMENT.rule("DK-R-005")
def means_are_allowed(means: Node, _document: Document) -> bool | Difference:
    found = text(means.all("cbc:PaymentMeansCode"))
    return f" {found} " in f" {MEANS} " or Difference(found=found, expected=MEANS)


@PAYMENT.rule("DK-R-006")
def transfer_names_account_and_branch(means: Node, _document: Document) -> bool:
    if not _code(means, "31", "42"):
        return True
    account = means.all("cac:PayeeFinancialAccount")
    branch = [below for one in account for below in one.all("cac:FinancialInstitutionBranch", "cbc:ID")]
    return all_hold(lambda: own_normalized(means.all(*_ACCOUNT)) != "", lambda: own_normalized(branch) != "")


@PAYMENT.rule("DK-R-007")
def direct_debit_names_mandate_and_account(means: Node, _document: Document) -> bool:
    if not _code(means, "49"):
        return True
    mandate = means.all("cac:PaymentMandate", "cbc:ID")
    account = means.all("cac:PaymentMandate", "cac:PayerFinancialAccount", "cbc:ID")
    return all_hold(lambda: own_normalized(mandate) != "", lambda: own_normalized(account) != "")


@PAYMENT.rule("DK-R-008")
def giro_names_kind_and_account(means: Node, _document: Document) -> bool | Difference:
    if not _code(means, "50"):
        return True
    held = all_hold(
        lambda: _kind(means) in ("01#", "04#", "15#"),
        lambda: _GIRO.fullmatch(text(means.all(*_ACCOUNT))) is not None,
    )
    return held or Difference(expected="01#, 04# or 15# and an account of 7 or 8 digits")


@PAYMENT.rule("DK-R-009")
def giro_slip_has_sixteen_digits(means: Node, _document: Document) -> bool | Difference:
    if not _code(means, "50") or _kind(means) not in ("04#", "15#"):
        return True
    found = text(means.all("cbc:PaymentID"))
    return len(found) == len("04#1234567890123456") or Difference(found=found, expected="3 and 16 characters")


@PAYMENT.rule("DK-R-010")
def slip_names_kind_and_creditor(means: Node, _document: Document) -> bool | Difference:
    if not _code(means, "93"):
        return True
    held = all_hold(
        lambda: _kind(means) in ("71#", "73#", "75#"),
        lambda: len(own_text(means.all(*_ACCOUNT)) or "") == len("12345678"),
    )
    return held or Difference(expected="71#, 73# or 75# and an account of 8 characters")


@PAYMENT.rule("DK-R-011")
def slip_has_its_digits(means: Node, _document: Document) -> bool | Difference:
    if not _code(means, "93") or _kind(means) not in ("71#", "75#"):
        return True
    found = text(means.all("cbc:PaymentID"))
    return len(found) in (18, 19) or Difference(found=found, expected="3 and 15 or 16 characters")


@CUSTOMER.rule("DK-R-017")
def buyer_registration_is_a_cvr(party: Node, _document: Document) -> bool | Difference:
    return _is_cvr(party.all(*_COMPANY))


@LINE.rule("DK-R-003")
def classification_has_an_edition_in_use(line: Node, _document: Document) -> bool | Difference:
    codes = line.all("cac:Item", "cac:CommodityClassification", "cbc:ItemClassificationCode")
    if CLASSIFICATION not in attributes(codes, "listID"):
        return True
    editions = attributes(codes, "listVersionID")
    return any(one in CLASSIFICATION_EDITIONS for one in editions) or Difference(
        found=", ".join(editions) or None, expected="19.05.01 or 26.08.01"
    )


@CHARGE.rule("DK-R-004")
def duty_is_told_by_number_or_name(charge: Node, _document: Document) -> bool | Difference:
    if not says(charge.all("cbc:AllowanceChargeReasonCode"), DUTY):
        return True
    reasons = charge.all("cbc:AllowanceChargeReason")
    held = one_holds(
        lambda: all_hold(
            lambda: len(own_normalized(reasons)) == len("0000"),
            lambda: 0 <= number_of(reasons) <= 9999,
        ),
        lambda: "#" in text(reasons)[1:-1] and "#" not in (text(reasons)[0], text(reasons)[-1]),
    )
    return held or Difference(found=", ".join(one.text for one in reasons) or None)
