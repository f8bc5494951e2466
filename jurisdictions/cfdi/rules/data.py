"""What is missing or odd in the caller's own words, before any document is written.

These rules have no number of SAT's where the PAC would only see a document that cannot be made (CFDI-…); where SAT has
one for the same trouble, its code is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from jurisdictions.cfdi import codelists as lists
from jurisdictions.cfdi.comprobante import MOVEMENT
from jurisdictions.cfdi.lines import lines
from jurisdictions.cfdi.parties import RFC
from jurisdictions.cfdi.rfc import has_check_digit, is_well_formed
from jurisdictions.cfdi.rules.case import Case, own
from jurisdictions.cfdi.rules.circumstances import addenda, global_invoice, issue_date, receiver_data
from jurisdictions.cfdi.rules.scope import scope, unreadable
from jurisdictions.cfdi.rules.sentences import finding
from jurisdictions.cfdi.terms import uuid_of
from schemas.findings import Finding, Findings, Severity
from schemas.invoice import Kind
from schemas.money import ZERO, plain
from schemas.party import Party

__all__ = ("RULES", "run", "unreadable")
_BEYOND_SEALS = frozenset({"data_encipherment", "key_agreement"})
"""Uses of a key that an e.firma (FIEL) has and a CSD has not."""
_COMPANY = 12
"""Letters of a legal person's RFC."""
_COMPANY_TYPE = re.compile(
    r"[, ]+"
    r"(S\.?\s?A\.?(\s?P\.?\s?I\.?|\s?B\.?|\s?S\.?)?|(S\.?|S\.?\s?P\.?\s?R\.?|S\.?\s?C\.?)\s?DE\s?R\.?\s?L\.?(\s?M\.?\s?I\.?)?"
    r"|S\.?\s?EN\s?C\.?|S\.?\s?C\.?|A\.?\s?C\.?|I\.?\s?A\.?\s?P\.?|SOCIEDAD ANONIMA|SOCIEDAD ANÓNIMA)"
    r"(\s?(DE\s?C\.?\s?V\.?|DE CAPITAL VARIABLE))?$"
)


def run(case: Case) -> list[Finding]:
    return [found for rule in RULES for found in rule(case)]


def tax_ids(case: Case) -> Iterator[Finding]:
    """CFDI-RFC-01 malformed, -02 odd check digit (registered ones exist), -03 missing."""
    yield from _odd(case.cfdi.sender.rfc, "/issuer")
    customer = case.instruction.invoice.customer
    if case.cfdi.receiver.rfc is None:
        yield own(
            "CFDI-RFC-03",
            f"The customer has no tax id {RFC}.",
            "/customer/tax_ids",
            fix="Add it, or mark the invoice as simplified for a buyer who is not named by an RFC.",
        )
    else:
        yield from _odd(case.cfdi.receiver.rfc, _tax_id_pointer(customer))


@lru_cache(maxsize=4096)
def _odd(rfc: str | None, pointer: str) -> Findings:
    """What is odd about an RFC; the same ones come again and again."""
    if rfc is None:
        return ()
    if not is_well_formed(rfc):
        return (own("CFDI-RFC-01", "This is not an RFC.", pointer, found=rfc, expected=lists.RFC_PATTERN),)
    if has_check_digit(rfc):
        return ()
    return (
        own(
            "CFDI-RFC-02",
            "The RFC's check digit is not the usual one; a few registered RFCs are like that.",
            pointer,
            found=rfc,
            severity=Severity.WARNING,
        ),
    )


def receiver(case: Case) -> Iterator[Finding]:
    """CFDI40147 where no postal code is known at all."""
    if case.cfdi.receiver.postal_code is None and case.cfdi.receiver.rfc not in lists.RFC_GENERIC:
        yield finding("CFDI40147", pointer="/customer/address/postal_code", found="absent")


def names(case: Case) -> Iterator[Finding]:
    """CFDI-NAME-01: names that SAT is unlikely to have registered like that."""
    for who, pointer in ((case.cfdi.sender, "/issuer"), (case.cfdi.receiver, "/customer/name")):
        name, written = who.name, who.name.upper().rstrip(" ,")
        usual = _COMPANY_TYPE.sub("", written).rstrip(" ,") if len(who.rfc or "") == _COMPANY else written
        if usual != name:
            yield own(
                "CFDI-NAME-01",
                "SAT registers names in capitals and without the type of company.",
                pointer,
                found=name,
                expected=usual,
                fix="Copy the name from the Constancia de Situación Fiscal.",
                severity=Severity.WARNING,
            )


def certificate(case: Case) -> Iterator[Finding]:
    """CFDI-CSD-01 missing, 303 of another RFC, 305 not in its days, 306 no number of a CSD."""
    facts = case.issuer.credentials.get("csd")
    if facts is None:
        yield own(
            "CFDI-CSD-01",
            "The issuer has no CSD, so nothing can be sealed.",
            "/issuer",
            fix="Upload certificate, private key and password: PUT /v1/issuers/{id}/credentials/csd.",
        )
        return
    rfc = facts.get("rfc")
    if rfc and rfc != case.cfdi.sender.rfc:
        yield finding("303", pointer="/issuer", found=rfc, expected=case.cfdi.sender.rfc)
    number = facts.get("serial_number")
    if number and not re.fullmatch(r"[0-9]{20}", number):
        yield finding("306", pointer="/issuer", found=number, expected="20 digits")
    elif _BEYOND_SEALS & set(facts.get("key_usage", "").split()):
        yield finding("306", pointer="/issuer", found=f"key usage {facts['key_usage']}", expected="a CSD")
    first, last = _moment(facts.get("not_before")), _moment(facts.get("not_after"))
    if (first is not None and case.at < first) or (last is not None and case.at > last):
        days = f"{facts.get('not_before')} to {facts.get('not_after')}"
        yield finding("305", pointer="/issuer", found=case.at.isoformat(), expected=days)
    elif last is not None and last - case.at < timedelta(days=30):
        yield finding("305", pointer="/issuer", found=f"ends {last.date()}", severity=Severity.WARNING)


def related(case: Case) -> Iterator[Finding]:
    """CFDI-RELATED-01, -02: a credit note names the UUID of each CFDI that it corrects."""
    invoice = case.instruction.invoice
    corrects = invoice.kind is Kind.CREDIT_NOTE
    if corrects and not case.cfdi.related and not invoice.references.preceding:
        yield own(
            "CFDI-RELATED-01",
            "A credit note has to name the stamped invoice that it corrects.",
            "/references/preceding",
            fix="Make it from the invoice: POST /v1/invoices/{id}/corrections.",
        )
    for index, row in enumerate(invoice.references.preceding):
        uuid, place = uuid_of(row), f"/references/preceding/{index}"
        if not uuid:
            yield own(
                "CFDI-RELATED-01",
                "The invoice that is corrected has no UUID of a stamp yet.",
                place,
                found=row.number,
                severity=Severity.FATAL if corrects else Severity.WARNING,
            )
        elif not re.fullmatch(lists.UUID_PATTERN, uuid):
            yield own("CFDI-RELATED-02", "This is not the UUID of a CFDI.", place, found=uuid)


def totals(case: Case) -> Iterator[Finding]:
    """CFDI-TOTAL-01: the document's own total has to be the invoice's; CFDI-TOTAL-02: advances are another CFDI;
    CFDI-TOTAL-03, -04: what the invoice's own totals do not know of."""
    invoice, local = case.instruction.invoice, case.cfdi.local
    ours: Decimal = invoice.totals.gross - invoice.totals.withheld
    of_local_taxes = ZERO if local is None else local.transferred - local.withheld
    if case.cfdi.kind == MOVEMENT:
        yield from _moved(ours)
    elif case.cfdi.total != ours + of_local_taxes:
        yield own(
            "CFDI-TOTAL-01",
            "SAT's arithmetic gives another total than the invoice's.",
            "/lines",
            found=plain(ours),
            expected=plain(case.cfdi.total - of_local_taxes),
            fix="Give discounts and charges per line, with the taxes of the line that they belong to.",
        )
    if invoice.totals.prepaid or invoice.totals.rounding:
        yield own(
            "CFDI-TOTAL-02",
            "A CFDI's total is not lessened by advances or rounded to be paid; they are not written.",
            "/prepaid",
            found=plain(invoice.totals.prepaid),
            severity=Severity.WARNING,
        )

    if local is not None:
        yield own(
            "CFDI-TOTAL-03",
            "Local taxes count in the CFDI's total alone: the invoice's own totals and balance do not hold them.",
            "/extensions/cfdi/impuestos_locales",
            found=plain(ours),
            expected=plain(case.cfdi.total),
            severity=Severity.WARNING,
        )


def _moved(ours: Decimal) -> Iterator[Finding]:
    if ours:
        yield own(
            "CFDI-TOTAL-04",
            "A CFDI of type T asks for no money: what the invoice comes to is not written.",
            "/lines",
            found=plain(ours),
            expected="0",
            fix="Write prices of 0, or leave tipo out.",
            severity=Severity.WARNING,
        )


def _tax_id_pointer(party: Party) -> str:
    for index, tax_id in enumerate(party.tax_ids):
        if tax_id.scheme == RFC:
            return f"/customer/tax_ids/{index}/value"
    return "/customer/tax_ids"


@lru_cache(maxsize=1024)
def _moment(text: str | None) -> datetime | None:
    """An ISO time of the certificate's facts; one without a zone is UTC."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    scope,
    tax_ids,
    receiver,
    receiver_data,
    names,
    certificate,
    issue_date,
    related,
    lines,
    totals,
    global_invoice,
    addenda,
)
